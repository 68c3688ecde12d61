//! Joins each kiosk's button board and printer to the engine.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context as _, Result};
use firmware_protocol::Uid;
use tokio::sync::{mpsc, watch};
use tokio_util::sync::CancellationToken;

use super::{printers, printing};
use crate::config::{BoardDevice, Config, Port, PrinterDevice, PrinterPort};
use crate::devices::kiosk_board::{self, BoardStatus, Press, PressAnswer};
use crate::devices::link::{Connect, Serial};
use crate::devices::printer::driver::{self, Timing};
use crate::devices::printer::examination::TestRequest;
use crate::devices::printer::profile::Profile;
use crate::devices::simulator::board::{self as board_simulator, BoardConfig, BoardHandle};
use crate::devices::simulator::printer::{
    self as printer_simulator, PRINT_TIME, PrinterConfig, PrinterHandle,
};
use crate::devices::tcp::Tcp;
use crate::devices::usb::Usb;
use crate::engine::handle::{DeviceReport, EngineError, EngineHandle};
use crate::journal::record::Fact;
use crate::queue::catalogue::Service;
use crate::queue::command::{Actor, Asked, Command};
use crate::queue::event::Event;
use crate::queue::view::LampState;

/// Presses of one board that may wait for the engine.
const PRESSES_WAITING: usize = 16;

/// Reports of one printer that may wait.
const REPORTS_WAITING: usize = 16;

/// The slowest line that is none to wait for: the oldest Ethernet; USB at full speed is faster.
const FAST_LINE_BITS_PER_S: u32 = 10_000_000;

/// Before a press is tried again after the engine had no room: the board repeats it meanwhile.
const BUSY_PAUSE: Duration = Duration::from_millis(50);

/// The simulated devices of one kiosk.
#[derive(Debug, Clone, Default)]
pub struct Simulated {
    /// Its board.
    pub board: Option<BoardHandle>,
    /// Its printer.
    pub printer: Option<PrinterHandle>,
}

/// The devices of one kiosk, running.
#[derive(Debug, Default)]
pub struct Devices {
    /// Those that are simulated.
    pub simulated: Simulated,
    /// Where its printer takes tests, if it has one.
    pub tests: Option<mpsc::Sender<TestRequest>>,
}

/// Starts the devices of one kiosk.
///
/// # Errors
/// Where the printer's profile does not fit what tickets say, or a simulated device cannot start.
pub fn start(
    name: &str,
    config: &Config,
    data: &Path,
    engine: &EngineHandle,
    stop: &CancellationToken,
) -> Result<Devices> {
    let mut simulated = Simulated::default();
    let mut tests = None;
    let Some(devices) = config.kiosks.get(name) else {
        return Ok(Devices::default());
    };
    if let Some(board) = &devices.board {
        let port = match &board.port {
            Port::Serial(path) => path.clone(),
            Port::Simulated => {
                let (handle, link) = simulate_board(name, board, data)?;
                simulated.board = Some(handle);
                link
            }
        };
        start_board(name, port, board.baud, engine, stop);
    }
    if let Some(printer) = &devices.printer {
        let profile = printer.profile.clone();
        printing::check_texts(&config.setup, &profile)
            .with_context(|| format!("printer of kiosk \"{name}\""))?;
        let (handle, asked) = start_printer(name, printer, profile, data, engine, stop)?;
        simulated.printer = handle;
        tests = Some(asked);
    }
    Ok(Devices { simulated, tests })
}

/// Tests the configured printers while no daemon drives them.
///
/// # Errors
/// What was found, where a page is not on paper.
pub async fn test_printers(config: &Config, kiosk: Option<&str>) -> Result<String> {
    let mut told = Vec::new();
    let mut well = true;
    for (name, devices) in &config.kiosks {
        let Some(printer) = &devices.printer else {
            continue;
        };
        if kiosk.is_some_and(|kiosk| kiosk != name) {
            continue;
        }
        let profile = printer.profile.clone();
        let (baud, timing) = (printer.baud, timing_of(printer));
        let found = match &printer.port {
            PrinterPort::Simulated => Err(anyhow::anyhow!(
                "{name}:\n  simulated: start the daemon to test it"
            )),
            PrinterPort::Serial(path) => {
                let path = path.clone();
                printers::test_alone(name, Serial { path, baud }, profile, timing).await
            }
            PrinterPort::Usb(address) => {
                printers::test_alone(name, Usb::new(address.clone()), profile, timing).await
            }
            PrinterPort::Tcp(address) => {
                printers::test_alone(name, Tcp::new(address.clone()), profile, timing).await
            }
        };
        match found {
            Ok(text) => told.push(text),
            Err(error) => {
                well = false;
                told.push(error.to_string());
            }
        }
    }
    anyhow::ensure!(!told.is_empty(), "no kiosk has a printer");
    let text = told.join("\n");
    anyhow::ensure!(well, text);
    Ok(text)
}

fn simulate_board(name: &str, board: &BoardDevice, data: &Path) -> Result<(BoardHandle, PathBuf)> {
    let link = device_link(data, name, "board")?;
    let mut uid = [0u8; 8];
    for (slot, byte) in uid.iter_mut().zip(name.bytes()) {
        *slot = byte;
    }
    let handle = board_simulator::start(BoardConfig {
        link: link.clone(),
        baud: board.baud,
        uid: Uid(uid),
    })
    .context("the simulated button board does not start")?;
    Ok((handle, link))
}

fn simulate_printer(
    name: &str,
    printer: &PrinterDevice,
    profile: &Profile,
    data: &Path,
) -> Result<(PrinterHandle, PathBuf)> {
    let link = device_link(data, name, "printer")?;
    let (handle, _tickets) = printer_simulator::start(PrinterConfig {
        link: link.clone(),
        baud: printer.baud,
        profile: profile.clone(),
        print_time: PRINT_TIME,
    })
    .context("the simulated printer does not start")?;
    Ok((handle, link))
}

fn device_link(data: &Path, kiosk: &str, device: &str) -> Result<PathBuf> {
    let folder = data.join("devices");
    std::fs::create_dir_all(&folder)
        .with_context(|| format!("cannot make {}", folder.display()))?;
    Ok(folder.join(format!("{kiosk}-{device}")))
}

/// A task that ends when the centre stops: it holds a handle to the engine, which runs as long as
/// anybody holds one.
pub(super) fn spawn_until(
    stop: &CancellationToken,
    task: impl Future<Output = ()> + Send + 'static,
) {
    let stop = stop.clone();
    tokio::spawn(async move {
        tokio::select! {
            () = stop.cancelled() => {}
            () = task => {}
        }
    });
}

fn start_board(
    name: &str,
    path: PathBuf,
    baud: u32,
    engine: &EngineHandle,
    stop: &CancellationToken,
) {
    let (press_in, presses) = mpsc::channel(PRESSES_WAITING);
    let (lamps_in, lamps) = watch::channel([LampState::Off; 3]);
    let (status_in, status) = watch::channel(BoardStatus::default());
    spawn_until(
        stop,
        kiosk_board::run(Serial { path, baud }, lamps, press_in, status_in),
    );
    spawn_until(
        stop,
        issue_presses(name.to_owned(), presses, engine.clone()),
    );
    spawn_until(stop, light_lamps(lamps_in, engine.clone()));
    spawn_until(stop, tell_link(name.to_owned(), status, engine.clone()));
}

/// Each press becomes a command under the press's own id, so that a repeat is the same ticket.
async fn issue_presses(kiosk: String, mut presses: mpsc::Receiver<Press>, engine: EngineHandle) {
    while let Some(press) = presses.recv().await {
        let answer = issue_press(&kiosk, &press, &engine).await;
        match answer {
            // The board may have repeated the press and asks again; that one is answered then.
            Some(answer) => drop(press.answer.send(answer)),
            None => {
                drop(press.answer);
                tokio::time::sleep(BUSY_PAUSE).await;
            }
        }
    }
}

/// The answer to the board; none where nothing durable came of the press and it must come again.
async fn issue_press(kiosk: &str, press: &Press, engine: &EngineHandle) -> Option<PressAnswer> {
    let service = Service::try_from(press.button.number()).ok()?;
    let command = Command::IssueTicket {
        service,
        asked: Asked::Board {
            kiosk: kiosk.to_owned(),
            age_ms: u64::try_from(press.age.as_millis()).unwrap_or(u64::MAX),
        },
        out_of_turn: false,
    };
    let actor = Actor::Device {
        name: kiosk.to_owned(),
    };
    let key = Some(format!("press:{}", press.press_id));
    match engine.submit(actor, command, key).await {
        Ok(done) => {
            let issued = done
                .records
                .iter()
                .any(|record| matches!(&record.fact, Fact::Queue(Event::TicketIssued { .. })));
            Some(if issued {
                PressAnswer::Issued
            } else {
                PressAnswer::Refused
            })
        }
        Err(EngineError::Rejected(rejection)) => {
            tracing::debug!(kiosk, code = rejection.code(), "a press was refused");
            Some(PressAnswer::Refused)
        }
        Err(EngineError::KeyReused | EngineError::Access(_) | EngineError::Quality(_)) => {
            tracing::error!(kiosk, press = %press.press_id, "two presses with one id");
            Some(PressAnswer::Refused)
        }
        Err(error @ (EngineError::Overloaded | EngineError::Storage(_) | EngineError::Stopped)) => {
            tracing::warn!(kiosk, %error, "a press has to wait");
            None
        }
    }
}

async fn light_lamps(lamps: watch::Sender<[LampState; 3]>, engine: EngineHandle) {
    let mut published = engine.subscribe();
    loop {
        let wanted = published.borrow_and_update().scene().lamps();
        lamps.send_if_modified(|current| {
            let changed = *current != wanted;
            *current = wanted;
            changed
        });
        if lamps.is_closed() || published.changed().await.is_err() {
            return;
        }
    }
}

async fn tell_link(kiosk: String, mut status: watch::Receiver<BoardStatus>, engine: EngineHandle) {
    let mut told = None;
    loop {
        let link = status.borrow_and_update().link;
        if told != Some(link) {
            told = Some(link);
            engine
                .report(DeviceReport::Board {
                    kiosk: kiosk.clone(),
                    link,
                })
                .await;
        }
        if status.changed().await.is_err() {
            return;
        }
    }
}

/// Starts a printer where it is: the handle where it is simulated, and where it takes tests.
fn start_printer(
    name: &str,
    printer: &PrinterDevice,
    profile: Profile,
    data: &Path,
    engine: &EngineHandle,
    stop: &CancellationToken,
) -> Result<(Option<PrinterHandle>, mpsc::Sender<TestRequest>)> {
    let baud = printer.baud;
    let timing = timing_of(printer);
    let tests = match &printer.port {
        PrinterPort::Simulated => {
            let (handle, path) = simulate_printer(name, printer, &profile, data)?;
            let tests = drive(name, Serial { path, baud }, profile, timing, engine, stop);
            return Ok((Some(handle), tests));
        }
        PrinterPort::Serial(path) => {
            let path = path.clone();
            drive(name, Serial { path, baud }, profile, timing, engine, stop)
        }
        PrinterPort::Usb(address) => {
            let usb = Usb::new(address.clone());
            drive(name, usb, profile, timing, engine, stop)
        }
        PrinterPort::Tcp(address) => {
            let tcp = Tcp::new(address.clone());
            drive(name, tcp, profile, timing, engine, stop)
        }
    };
    Ok((None, tests))
}

fn timing_of(printer: &PrinterDevice) -> Timing {
    let bits_per_s = if printer.port.is_slow() {
        printer.baud
    } else {
        FAST_LINE_BITS_PER_S
    };
    Timing::at_baud(bits_per_s, &printer.profile)
}

fn drive<C: Connect>(
    name: &str,
    connect: C,
    profile: Profile,
    timing: Timing,
    engine: &EngineHandle,
    stop: &CancellationToken,
) -> mpsc::Sender<TestRequest> {
    let (test_in, tests) = mpsc::channel(1);
    // One job in the printer at a time: the outbox gives the next when the last is done.
    let (job_in, jobs) = mpsc::channel(1);
    let (report_in, reports) = mpsc::channel(REPORTS_WAITING);
    let driver = driver::run(connect, profile, timing, jobs, tests, report_in);
    spawn_until(stop, driver);
    spawn_until(
        stop,
        printing::run(name.to_owned(), engine.clone(), job_in, reports),
    );
    test_in
}
