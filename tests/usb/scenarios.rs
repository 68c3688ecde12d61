//! Inside the machine: what happens to the devices, and what must come of it.

use std::os::unix::fs::MetadataExt as _;
use std::path::Path;
use std::process::ExitCode;
use std::time::Instant;

use anyhow::{Context as _, Result, ensure};
use rinda::devices::link::Connect as _;
use rinda::devices::printer::status::ASK_ALL;
use rinda::devices::simulator::board::BoardCommand;
use rinda::devices::simulator::printer::{Paper, PrinterCommand};
use rinda::devices::usb::Usb;

use super::MARK;
use super::accounts::{Outcome, settle};
use super::gadget::Gadget;
use super::room::{LOG, Room, USER};

/// Bytes after which the cable is pulled: of a ticket of about 400, with twelve of a status
/// question before it or not.
const OFFSETS: [u64; 5] = [1, 60, 150, 300, 390];
/// The daemon's last words shown after a failure.
const LOG_LINES: usize = 30;

pub fn main() -> ExitCode {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let outcome = runtime.block_on(run());
    let result = match outcome {
        Ok(()) => "ok".to_owned(),
        Err(error) => {
            let log = std::fs::read_to_string(LOG).unwrap_or_default();
            let lines: Vec<&str> = log.lines().collect();
            let from = lines.len().saturating_sub(LOG_LINES);
            println!("{}", lines[from..].join("\n"));
            format!("{error:#}")
        }
    };
    println!("{MARK}result: {result}");
    ExitCode::SUCCESS
}

/// Tells what a scenario came to, and how long it took.
fn tell(name: &str, begun: Instant, said: &str) {
    let seconds = begun.elapsed().as_secs_f32();
    println!("{MARK}{name}: {said} ({seconds:.1} s)");
}

macro_rules! scenario {
    ($name:literal, $scenario:expr) => {{
        let begun = Instant::now();
        let said = $scenario.await.context($name)?;
        tell($name, begun, &said);
    }};
}

async fn run() -> Result<()> {
    let mut room = Room::furnish()?;
    let room = &mut room;
    scenario!("udev rules", udev_rules(room));
    scenario!("taken from usblp", taken_from_usblp(room));
    scenario!("a press gives a confirmed ticket", a_press_prints(room));
    scenario!("rinda printer test", printer_test(room));
    for offset in OFFSETS {
        scenario!("printer unplugged in a ticket", unplugged(room, offset));
    }
    scenario!("press while the printer is away", press_while_away(room));
    scenario!("paper out in a ticket", paper_out(room));
    scenario!("paper out, told by the port alone", port_status(room));
    scenario!("stalled printer", stalled(room));
    scenario!("board unplugged and back", board_unplugged(room));
    scenario!("given back to usblp", given_back(room));
    scenario!("one of several alike", one_of_several(room));
    scenario!("accounts", accounts(room));
    Ok(())
}

/// Whether the printer's interface is with this driver.
fn driven_by(driver: &str) -> Result<bool> {
    let directory = Path::new("/sys/bus/usb/drivers").join(driver);
    let mut bound = std::fs::read_dir(directory)?
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    Ok(bound.any(|name| name.contains(':')))
}

/// The names and rights of `config/udev`; the daemon runs as a user who has no others.
async fn udev_rules(room: &mut Room) -> Result<String> {
    let names = ["board-B0001", "usb:04b8:0e15:J3XF000001"];
    for name in names {
        let path = Path::new("/dev/rinda").join(name);
        room.until(name, async |_| {
            Ok(path
                .metadata()
                .is_ok_and(|node| node.gid() == USER && node.mode() & 0o777 == 0o660))
        })
        .await?;
    }
    Ok(format!("/dev/rinda has {names:?} for the group rinda"))
}

async fn taken_from_usblp(room: &mut Room) -> Result<String> {
    room.until("usblp has the printer", async |_| driven_by("usblp"))
        .await?;
    room.start_daemon()?;
    room.printer_is("ready").await?;
    room.board_is("connected").await?;
    ensure!(!driven_by("usblp")?, "usblp still has the printer");
    ensure!(driven_by("usbfs")?, "nobody has the printer");
    let log = std::fs::read_to_string(LOG)?;
    ensure!(
        log.contains("MFG:RINDA;MDL:GADGET"),
        "the device id is not in the log"
    );
    Ok("claimed, device id read".to_owned())
}

async fn a_press_prints(room: &mut Room) -> Result<String> {
    let first = room.press_and_print().await?;
    let second = room.press_and_print().await?;
    ensure!(first != second, "{first} twice");
    Ok(format!("{first}, {second}"))
}

async fn printer_test(room: &mut Room) -> Result<String> {
    room.printer_is("ready").await?;
    let said = room.command(&["printer", "test"]).await?;
    ensure!(
        said.contains("04b8:0e15:J3XF000001 at USB socket 1-1: MFG:RINDA;MDL:GADGET"),
        "no word of the printer in: {said}"
    );
    let page = said.lines().last().unwrap_or_default();
    ensure!(page.contains("printed"), "no page: {said}");
    Ok(page.split_whitespace().collect::<Vec<_>>().join(" "))
}

async fn unplugged(room: &mut Room, offset: u64) -> Result<String> {
    room.printer_is("ready").await?;
    // Or the cable is pulled in the copy of the paper before.
    room.nothing_open().await?;
    room.tell(PrinterCommand::UnplugAfter(offset)).await;
    let number = room.press_for_ticket().await?;
    room.plugged(false).await?;
    room.printer_is("offline").await?;
    room.tell(PrinterCommand::Replug).await;
    let outcome = room.end_of(&number).await?;
    let next = room.press_and_print().await?;
    Ok(format!(
        "after {offset} bytes {outcome:?}, then {next} printed"
    ))
}

async fn press_while_away(room: &mut Room) -> Result<String> {
    room.printer_is("ready").await?;
    room.tell(PrinterCommand::Unplug).await;
    room.printer_is("offline").await?;
    let number = room.press_for_ticket().await?;
    room.tell(PrinterCommand::Replug).await;
    let outcome = room.end_of(&number).await?;
    ensure!(outcome == Outcome::Printed, "{outcome:?}");
    Ok("printed when it came back".to_owned())
}

async fn paper_out(room: &mut Room) -> Result<String> {
    room.printer_is("ready").await?;
    room.tell(PrinterCommand::PaperOutAfter(150)).await;
    let number = room.press_for_ticket().await?;
    room.printer_is("paper_out").await?;
    let outcome = room.end_of(&number).await?;
    room.tell(PrinterCommand::Paper(Paper::Ok)).await;
    let next = room.press_and_print().await?;
    Ok(format!("{outcome:?}, then {next} printed"))
}

async fn port_status(room: &mut Room) -> Result<String> {
    room.printer_is("ready").await?;
    room.tell(PrinterCommand::Silent(true)).await;
    room.printer_is("offline").await?;
    room.tell(PrinterCommand::Paper(Paper::Out)).await;
    room.printer_is("paper_out").await?;
    room.tell(PrinterCommand::Paper(Paper::Ok)).await;
    room.printer_is("offline").await?;
    room.tell(PrinterCommand::Silent(false)).await;
    room.printer_is("ready").await?;
    Ok("shown and taken back without a word from the printer".to_owned())
}

async fn stalled(room: &mut Room) -> Result<String> {
    room.printer_is("ready").await?;
    // It answers once more and takes nothing of the ticket.
    room.takes.send_replace(ASK_ALL.len() as u64);
    let number = room.press_for_ticket().await?;
    room.until("the printer takes no data", async |_| {
        Ok(std::fs::read_to_string(LOG)?.contains("takes no data"))
    })
    .await?;
    room.takes.send_replace(u64::MAX);
    let outcome = room.end_of(&number).await?;
    let next = room.press_and_print().await?;
    Ok(format!("{outcome:?}, then {next} printed"))
}

async fn board_unplugged(room: &mut Room) -> Result<String> {
    let before = room.issued()?.len();
    room.board.tell(BoardCommand::Unplug).await;
    room.board_is("lost").await?;
    room.press().await;
    room.board.tell(BoardCommand::Replug).await;
    room.board_is("connected").await?;
    room.until("the kept press is acknowledged", async |room| {
        Ok(room.issued()?.len() > before && room.board.snapshot().borrow().unacked == 0)
    })
    .await?;
    let next = room.press_and_print().await?;
    let issued = room.issued()?.len() - before;
    ensure!(issued == 2, "{issued} tickets for two presses");
    Ok(format!(
        "the press kept meanwhile gave one ticket, then {next}"
    ))
}

async fn given_back(room: &mut Room) -> Result<String> {
    room.printer_is("ready").await?;
    room.nothing_open().await?;
    room.stop_daemon().await?;
    room.until("usblp has the printer again", async |_| driven_by("usblp"))
        .await?;
    Ok("the daemon ended and usblp has it".to_owned())
}

/// A second printer of the same make: the address must say which, and the error says how.
async fn one_of_several(room: &mut Room) -> Result<String> {
    let mut only = Usb::new("usb".parse()?);
    drop(only.connect().await.context("the only printer")?);
    let gadget = Gadget::make(
        "second",
        ["0x04b8", "0x0e15"],
        ["Rinda", "Gadget printer", "J3XF000002"],
        "printer.1",
        "dummy_udc.2",
    )?;
    gadget.plug()?;
    room.until("the second printer", async |_| {
        Ok(Path::new("/dev/rinda/usb:04b8:0e15:J3XF000002").exists())
    })
    .await?;
    for vague in ["usb", "usb:04b8:0e15"] {
        let refused = Usb::new(vague.parse()?).connect().await;
        let error = refused.err().context("one of two was taken")?.to_string();
        for serial in ["J3XF000001", "J3XF000002"] {
            let line = format!("port = \"usb:04b8:0e15:{serial}\"");
            ensure!(error.contains(&line), "no {line} in: {error}");
        }
    }
    for exact in [
        "usb:04b8:0e15:J3XF000001",
        "usb:04b8:0e15:J3XF000002",
        "usb:04b8:0e15@1-1",
        "usb:04b8:0e15@3-1",
    ] {
        // The port before lets go of the device shortly after it was dropped.
        room.until(exact, async |_| {
            Ok(Usb::new(exact.parse()?).connect().await.is_ok())
        })
        .await?;
    }
    Ok("told apart by serial number and by socket; the error lists both".to_owned())
}

async fn accounts(room: &mut Room) -> Result<String> {
    let garbage = room.printer.snapshot().borrow().garbage.clone();
    ensure!(garbage.is_empty(), "the printer was sent {garbage:?}");
    let jobs = room.jobs()?;
    settle(&jobs, room.papers())
}
