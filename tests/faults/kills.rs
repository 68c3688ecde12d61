//! The real daemon, killed between any two states of a job, with a printer that outlives it.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use rinda::app::control::{self, Request};
use rinda::devices::simulator::printer::{
    Finished, PrinterCommand, PrinterConfig, PrinterHandle, start,
};
use rinda::journal::Journal;
use rinda::queue::paper::Outbox;
use rinda::queue::setup::Copies;
use rinda::queue::view::PrinterState;
use serde_json::json;
use tokio::sync::{Semaphore, mpsc};
use tokio::task::JoinSet;

use crate::bench::{KIOSK, PATIENCE, at_rest, devices, profile};
use crate::daemon::{Client, Daemon};
use crate::papers::{Line, Papers, Table, judge};
use crate::{FAMILIES, POLICIES, WAIT_S};

/// Daemons that run at once.
const AT_ONCE: usize = 4;

const STATUS: Request = Request::PrinterStatus { kiosk: None };

/// Between looks at a daemon that has to be asked.
const LOOK: Duration = Duration::from_millis(20);

/// Where the daemon dies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Point {
    /// The job is durably queued and waits for a printer that hangs.
    Queued,
    /// `sending` is durable; not a byte has left.
    Sending,
    /// Half of the bytes have left.
    Half,
    /// All have.
    Sent,
    /// The printer's confirmation was read and not recorded.
    Confirmed,
    /// `printed` is durable.
    Recorded,
}

const POINTS: [Point; 6] = [
    Point::Queued,
    Point::Sending,
    Point::Half,
    Point::Sent,
    Point::Confirmed,
    Point::Recorded,
];

impl Point {
    fn name(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Sending => "sending recorded",
            Self::Half => "half of the bytes sent",
            Self::Sent => "all bytes sent",
            Self::Confirmed => "confirmed, not recorded",
            Self::Recorded => "printed recorded",
        }
    }

    /// What the shim has to do for it.
    fn shim(self) -> Option<&'static str> {
        match self {
            Self::Queued | Self::Recorded => None,
            Self::Sending => Some("sending"),
            Self::Half => Some("half"),
            Self::Sent => Some("sent"),
            Self::Confirmed => Some("confirmed"),
        }
    }
}

struct Centre {
    daemon: Daemon,
    kiosk: Client,
    printer: PrinterHandle,
    tickets: mpsc::Receiver<Arc<Finished>>,
    clears: bool,
    copies: Copies,
    _folder: tempfile::TempDir,
}

impl Centre {
    async fn new(family: &str, policy: &str, shim: Option<(&Path, &str)>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let link = folder.path().join("printer");
        let profile = profile(family);
        let clears = profile.clears;
        let (printer, tickets) = start(PrinterConfig {
            link: link.clone(),
            baud: 115_200,
            profile,
            print_time: Duration::from_millis(100),
        })
        .unwrap();
        let port = format!("serial:{}", link.display());
        let devices = devices(&port, family, policy, WAIT_S);
        let mut daemon = Daemon::prepare(folder.path(), 1, &devices);
        let key = daemon.run(&["device", "add", KIOSK, "--role", "kiosk"], "");
        daemon.start_with(|command| {
            if let Some((library, point)) = shim {
                command
                    .env("LD_PRELOAD", library)
                    .env("RINDA_KILL_AT", point);
            }
        });
        let kiosk = Client::new(daemon.url(), key.trim().to_owned());
        kiosk.ready().await;
        Self {
            daemon,
            kiosk,
            printer,
            tickets,
            clears,
            copies: if policy == "automatic" {
                Copies::Automatic
            } else {
                Copies::ByHand
            },
            _folder: folder,
        }
    }

    /// Waits until the daemon says that its printer is in this state.
    async fn until_printer(&self, wanted: PrinterState) {
        let wanted = format!("{KIOSK}: {wanted:?}");
        let looks = async {
            loop {
                let told = match control::ask(&self.daemon.data, &STATUS).await {
                    Ok(text) => text.unwrap_or_default(),
                    Err(error) => error.to_string(),
                };
                if told.starts_with(&wanted) {
                    return;
                }
                tokio::time::sleep(LOOK).await;
            }
        };
        let seen = tokio::time::timeout(PATIENCE, looks).await;
        assert!(seen.is_ok(), "never {wanted}");
    }

    /// Waits until nothing is open in the journal's outbox.
    async fn rest(&self) {
        let looks = async {
            while !self
                .outbox()
                .is_some_and(|it| at_rest(&it, self.copies, self.clears))
            {
                tokio::time::sleep(LOOK).await;
            }
            let mut shown = self.printer.snapshot();
            shown.wait_for(|it| it.idle).await.map(drop)
        };
        let seen = tokio::time::timeout(PATIENCE, looks).await;
        assert!(
            matches!(seen, Ok(Ok(()))),
            "never at rest: {:?}",
            self.outbox()
        );
    }

    /// The outbox as a copy of the journal says it is; nothing where a line is being written.
    fn outbox(&self) -> Option<Outbox> {
        let copy = tempfile::tempdir().unwrap();
        let to = copy.path().join("journal");
        std::fs::create_dir(&to).unwrap();
        for file in std::fs::read_dir(self.daemon.data.join("journal")).ok()? {
            let file = file.ok()?;
            std::fs::copy(file.path(), to.join(file.file_name())).ok()?;
        }
        let tz = jiff::tz::TimeZone::UTC;
        let (_journal, opened) = Journal::open(copy.path(), tz, &mut |_, _| {}).ok()?;
        Some(opened.state.centre.outbox)
    }

    async fn issue(&self, service: u8, key: &str) {
        let body = json!({"service": service});
        let asked = self.kiosk.post("/api/v1/tickets", key, &body);
        let (status, text) = tokio::time::timeout(PATIENCE, asked).await.unwrap();
        assert!(matches!(status, 200 | 201), "{status} {text}");
    }
}

async fn play(point: Point, family: &str, policy: &str, library: &Path) -> Vec<Line> {
    let shim = point.shim().map(|point| (library, point));
    let mut centre = Centre::new(family, policy, shim).await;
    centre.until_printer(PrinterState::Ready).await;
    if point == Point::Queued {
        centre.printer.tell(PrinterCommand::Silent(true)).await;
        centre.until_printer(PrinterState::Offline).await;
    }
    match point {
        Point::Queued | Point::Recorded => {
            centre.issue(1, "first").await;
            if point == Point::Recorded {
                centre.rest().await;
            }
            centre.daemon.kill();
        }
        Point::Sending | Point::Half | Point::Sent | Point::Confirmed => {
            // The answer may come before the daemon dies or after it is back.
            let kiosk = centre.kiosk.clone();
            let asks = tokio::spawn(async move {
                let body = json!({"service": 1});
                kiosk.post("/api/v1/tickets", "first", &body).await
            });
            let dies = centre.daemon.died();
            let died = tokio::time::timeout(PATIENCE, dies).await;
            assert!(died.is_ok(), "{point:?}: the daemon never got there");
            asks.abort();
        }
    }
    centre.printer.tell(PrinterCommand::Silent(false)).await;
    centre.daemon.start();
    centre.kiosk.ready().await;
    // The same press again finds its ticket, or is the first to get one.
    centre.issue(1, "first").await;
    centre.rest().await;
    centre.issue(2, "second").await;
    centre.rest().await;
    centre.daemon.stop();
    let outbox = centre.outbox().unwrap();
    let mut papers = Papers::default();
    while let Ok(paper) = centre.tickets.try_recv() {
        papers.take(&paper.ticket);
    }
    let garbage = centre.printer.snapshot().borrow().garbage.clone();
    assert_eq!(garbage, Vec::<String>::new(), "{point:?} {family} {policy}");
    judge(&["P 001", "S 001"], &papers, &outbox)
}

/// Compiles the shim into `folder`.
fn shim(folder: &Path) -> PathBuf {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/faults/kill.c");
    let library = folder.join("kill.so");
    let compiler = std::env::var("CC").unwrap_or_else(|_| "cc".to_owned());
    let status = Command::new(compiler)
        .args(["-shared", "-fPIC", "-O1", "-o"])
        .args([&library, &source])
        .arg("-ldl")
        .status()
        .expect("a C compiler is needed: install gcc");
    assert!(status.success());
    library
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_daemon_killed_between_any_two_states_keeps_the_promises_of_paper() {
    let folder = tempfile::tempdir().unwrap();
    let library = shim(folder.path());
    let room = Arc::new(Semaphore::new(AT_ONCE));
    let mut cases = JoinSet::new();
    for family in FAMILIES {
        for policy in POLICIES {
            for point in POINTS {
                if point == Point::Confirmed && !profile(family).confirms {
                    continue;
                }
                let (room, library) = (room.clone(), library.clone());
                cases.spawn(async move {
                    let _room = room.acquire().await.unwrap();
                    let lines = play(point, family, policy, &library).await;
                    (
                        format!("kill -9: {}, {family}, {policy}", point.name()),
                        lines,
                    )
                });
            }
        }
    }
    let mut table = Table::new();
    while let Some(case) = cases.join_next().await {
        let (name, lines) = case.unwrap();
        table.add(name, lines);
    }
    table.close();
}
