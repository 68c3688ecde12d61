//! A centre inside the machine: the daemon as a process, its printer and board on USB, and eyes on
//! all of them.

use std::fs::File;
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Child, Command};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, Result, bail, ensure};
use firmware_protocol::{Button, Uid};
use rinda::devices::printer::page::CodePage;
use rinda::devices::printer::profile::{LineSpeed, Profile};
use rinda::devices::simulator::board::{self, BoardHandle};
use rinda::devices::simulator::printer::{self, Finished, PrinterCommand, PrinterHandle};
use serde_json::Value;
use tokio::sync::{mpsc, watch};

use super::accounts::{Job, Outcome, Paper, jobs};
use super::gadget::{BoardSocket, Gadget, PrinterSocket};

/// Nothing in the machine takes longer unless it is broken.
const PATIENCE: Duration = Duration::from_secs(45);
/// Between two looks at what is waited for.
const LOOK: Duration = Duration::from_millis(20);
/// From the last byte of a ticket to the ticket.
const PRINT_TIME: Duration = Duration::from_millis(200);

pub const DATA: &str = "/data";
pub const LOG: &str = "/rinda.log";
/// The user and group `rinda` in the machine.
pub const USER: u32 = 990;
const CONFIG: &str = "/centre.toml";
const CENTRE: &str = r#"
[centre]
id = "usb"
name = "Centrs"
[web]
listen = "127.0.0.1:8080"
[voice]
enabled = false
[rules]
press_lock_seconds = 1
burst_tickets = 1000
[hours]
friday = ["00:00-24:00"]
saturday = ["00:00-24:00"]
[[desk]]
number = 1
services = [1, 2, 3]
[[kiosk]]
name = "k"
board = "/dev/rinda/board-B0001"
[kiosk.printer]
port = "usb:04b8:0e15"
"#;

/// Everything there is.
pub struct Room {
    pub printer: PrinterHandle,
    pub board: BoardHandle,
    /// Bytes the printer takes off its cable before it stalls.
    pub takes: watch::Sender<u64>,
    tickets: mpsc::Receiver<Arc<Finished>>,
    papers: Vec<Paper>,
    http: reqwest::Client,
    daemon: Option<Child>,
    /// Of the button pressed last; the next press is of another.
    pressed: u8,
}

impl Room {
    /// Plugs the devices in; no daemon yet.
    pub fn furnish() -> Result<Self> {
        let takes = watch::Sender::new(u64::MAX);
        let gadget = Gadget::make(
            "printer",
            ["0x04b8", "0x0e15"],
            ["Rinda", "Gadget printer", "J3XF000001"],
            "printer.0",
            "dummy_udc.0",
        )
        .context("gadget printer")?;
        let socket = PrinterSocket {
            gadget,
            takes: takes.clone(),
        };
        let profile = Profile::find("epson", CodePage::Cp775, 80, LineSpeed::Fast)?;
        let (printer, tickets) = printer::start_on(socket, profile, PRINT_TIME)?;
        let gadget = Gadget::make(
            "board",
            ["0x1209", "0x0001"],
            ["Rinda", "Button_Board", "B0001"],
            "acm.0",
            "dummy_udc.1",
        )
        .context("gadget board")?;
        let board = board::start_on(BoardSocket(gadget), Uid(*b"USBBOARD"))?;
        std::fs::write(CONFIG, CENTRE)?;
        std::fs::create_dir(DATA)?;
        std::os::unix::fs::chown(DATA, Some(USER), Some(USER))?;
        Ok(Self {
            printer,
            board,
            takes,
            tickets,
            papers: Vec::new(),
            http: reqwest::Client::new(),
            daemon: None,
            pressed: 0,
        })
    }

    pub fn start_daemon(&mut self) -> Result<()> {
        let daemon = Command::new("/rinda")
            .args(["run", "--config", CONFIG, "--data", DATA])
            .env("RINDA_LOG", "rinda=debug")
            .uid(USER)
            .gid(USER)
            .stderr(File::create(LOG)?)
            .spawn()?;
        self.daemon = Some(daemon);
        Ok(())
    }

    /// Asks the daemon to end and waits until it has.
    pub async fn stop_daemon(&mut self) -> Result<()> {
        let mut daemon = self.daemon.take().context("no daemon runs")?;
        let pid = nix::unistd::Pid::from_raw(daemon.id().cast_signed());
        nix::sys::signal::kill(pid, nix::sys::signal::Signal::SIGTERM)?;
        self.until("the daemon has ended", async |_| {
            Ok(daemon.try_wait()?.is_some())
        })
        .await
    }

    /// What a command to the running daemon says.
    pub async fn command(&self, words: &[&str]) -> Result<String> {
        let output = tokio::process::Command::new("/rinda")
            .args(words)
            .args(["--config", CONFIG, "--data", DATA])
            .output();
        let output = tokio::time::timeout(PATIENCE, output)
            .await
            .context("the command")??;
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        ensure!(output.status.success(), "{output:?}");
        Ok(said)
    }

    /// Waits for something to become true.
    pub async fn until(
        &self,
        what: &str,
        mut is: impl AsyncFnMut(&Self) -> Result<bool>,
    ) -> Result<()> {
        let wait = async {
            while !is(self).await? {
                tokio::time::sleep(LOOK).await;
            }
            Ok(())
        };
        match tokio::time::timeout(PATIENCE, wait).await {
            Ok(outcome) => outcome,
            Err(_elapsed) => bail!(
                "not within {} s: {what}; the kiosk: {:?}",
                PATIENCE.as_secs(),
                self.kiosk().await
            ),
        }
    }

    /// The kiosk's devices as the daemon reports them; nothing while it does not answer.
    async fn kiosk(&self) -> Option<Value> {
        let health = self.http.get("http://127.0.0.1:8080/health").send().await;
        let health: Value = health.ok()?.json().await.ok()?;
        Some(health["kiosks"][0].clone())
    }

    pub async fn printer_is(&self, state: &str) -> Result<()> {
        self.device_is("printer", state).await
    }

    pub async fn board_is(&self, state: &str) -> Result<()> {
        self.device_is("board", state).await
    }

    async fn device_is(&self, device: &str, state: &str) -> Result<()> {
        self.until(&format!("{device} {state}"), async |room| {
            Ok(room
                .kiosk()
                .await
                .is_some_and(|kiosk| kiosk[device] == state))
        })
        .await
    }

    pub async fn tell(&self, command: PrinterCommand) {
        self.printer.tell(command).await;
    }

    /// Waits until the printer's cable is out, or in.
    pub async fn plugged(&self, wanted: bool) -> Result<()> {
        let mut snapshot = self.printer.snapshot();
        let seen = snapshot.wait_for(|printer| printer.plugged == wanted);
        let seen = tokio::time::timeout(PATIENCE, seen).await;
        seen.context("the cable")??;
        Ok(())
    }

    /// Presses a button that is not locked; the next one.
    pub async fn press(&mut self) {
        self.pressed = self.pressed % 3 + 1;
        if let Ok(button) = Button::try_from(self.pressed) {
            self.board.press(button).await;
        }
    }

    /// The numbers issued so far, in the order of their first papers.
    pub fn issued(&self) -> Result<Vec<String>> {
        let mut numbers: Vec<String> = Vec::new();
        for job in self.jobs()? {
            if !numbers.contains(&job.number) {
                numbers.push(job.number);
            }
        }
        Ok(numbers)
    }

    /// Presses and waits until there is a ticket, whose number it returns.
    pub async fn press_for_ticket(&mut self) -> Result<String> {
        let before = self.issued()?.len();
        self.press().await;
        self.until("a ticket is issued", async |room| {
            Ok(room.issued()?.len() > before)
        })
        .await?;
        self.issued()?.pop().context("the ticket")
    }

    pub fn jobs(&self) -> Result<Vec<Job>> {
        jobs(Path::new(DATA))
    }

    /// Waits until a ticket's first paper has an end, which it returns.
    pub async fn end_of(&self, number: &str) -> Result<Outcome> {
        let outcome = |room: &Self| -> Result<Outcome> {
            let jobs = room.jobs()?;
            let first = jobs.into_iter().find(|job| job.number == number);
            Ok(first.context("the job is gone")?.outcome)
        };
        self.until("the job has an end", async |room| {
            Ok(outcome(room)? != Outcome::Open)
        })
        .await?;
        outcome(self)
    }

    /// A press that must give a ticket the printer confirmed.
    pub async fn press_and_print(&mut self) -> Result<String> {
        let number = self.press_for_ticket().await?;
        let outcome = self.end_of(&number).await?;
        ensure!(
            outcome == Outcome::Printed,
            "the end of {number} is {outcome:?}"
        );
        let paper = Paper {
            number,
            copy: false,
        };
        let papers = self.papers();
        ensure!(
            papers.contains(&paper),
            "{paper:?} is printed; the papers: {papers:?}"
        );
        Ok(paper.number)
    }

    /// Waits until no paper is on its way any more.
    pub async fn nothing_open(&self) -> Result<()> {
        self.until("nothing is open", async |room| {
            let jobs = room.jobs()?;
            Ok(jobs.iter().all(|job| job.outcome != Outcome::Open))
        })
        .await
    }

    /// The papers that came out so far.
    pub fn papers(&mut self) -> &[Paper] {
        while let Ok(finished) = self.tickets.try_recv() {
            self.papers.push(Paper::from(&*finished));
        }
        &self.papers
    }
}
