//! From a decoded press to the last byte of its ticket in the printer's port: engine, outbox,
//! driver and a pseudo-terminal, joined as the daemon joins them.

use std::io;
use std::path::Path;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use rinda::app::printing;
use rinda::devices::link::{Connect, Port, Serial};
use rinda::devices::printer::driver::{self, Timing};
use rinda::devices::printer::page::CodePage;
use rinda::devices::printer::profile::{LineSpeed, Profile};
use rinda::devices::simulator::printer::{self as simulator, PrinterConfig};
use rinda::journal::record::Fact;
use rinda::queue::catalogue::Service;
use rinda::queue::command::{Actor, Asked, Command};
use rinda::queue::event::Event;
use rinda::queue::ticket::TicketId;
use rinda::queue::view::SlipState;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::sync::mpsc;

use super::centre::{Running, setup};
use super::issue::Bare;
use super::table::{Row, percentile, ratio, time};

/// Presses over each line, one after the other.
const PRESSES: usize = 300;

/// The daemon's share of a press may take this long at the 99th percentile on an idle machine
/// (hardware.md, "Limits of physics").
const TARGET: Duration = Duration::from_millis(10);

const KIOSK: &str = "kiosks";

/// The real line of most kiosks, bits per second.
const BAUD: u32 = 115_200;

/// A line that takes no time worth speaking of: what is left is the daemon.
const UNPACED_BAUD: u32 = 1_000_000_000;

/// Between presses: the question that follows a ticket is answered before the next one.
const BREATH: Duration = Duration::from_millis(30);

/// Shorter writes are questions after the printer's state.
const TICKET_BYTES_MIN: usize = 16;

/// A ticket is out within this time, or the bench fails.
const TICKET_TIME_MAX: Duration = Duration::from_secs(20);

pub async fn measure(folder: &Path, line: &[u8], rows: &mut Vec<Row>) -> Result<()> {
    for (name, baud) in [("unpaced pty", UNPACED_BAUD), ("pty at 115,200 baud", BAUD)] {
        let folder = folder.join(baud.to_string());
        std::fs::create_dir(&folder)?;
        over(&folder, line, name, baud, rows).await?;
    }
    Ok(())
}

/// Presses over one line. The printer behind it answers as fast as the line carries.
async fn over(
    folder: &Path,
    line: &[u8],
    name: &str,
    baud: u32,
    rows: &mut Vec<Row>,
) -> Result<()> {
    let running = Running::start(&folder.join("paper"), setup()?)?;
    let link = folder.join("printer");
    let profile = Profile::find("epson", CodePage::Cp775, 80, LineSpeed::Slow)?;
    let (_printer, mut tickets) = simulator::start(PrinterConfig {
        link: link.clone(),
        baud,
        profile: profile.clone(),
        print_time: Duration::ZERO,
    })?;
    let last_byte = Arc::new(Mutex::new(Instant::now()));
    let tapped = TappedSerial {
        serial: Serial {
            path: link,
            baud: BAUD,
        },
        last_byte: last_byte.clone(),
    };
    let (job_in, jobs) = mpsc::channel(1);
    let (report_in, reports) = mpsc::channel(16);
    let timing = Timing::at_baud(BAUD, &profile);
    let tests = mpsc::channel(1).1;
    tokio::spawn(driver::run(tapped, profile, timing, jobs, tests, report_in));
    tokio::spawn(printing::run(
        KIOSK.to_owned(),
        running.engine.clone(),
        job_in,
        reports,
    ));
    let mut bare = Bare::new(&folder.join("bare"), line.to_owned())?;
    let mut durable = Vec::new();
    let mut handed_over = Vec::new();
    let mut bytes = 0;
    // The first one waits for the printer to be found and is left out.
    for press in 0..=PRESSES {
        tokio::time::sleep(BREATH).await;
        bare.append()?;
        let began = Instant::now();
        let ticket = press_button(&running, press).await?;
        let issued = began.elapsed();
        let finished = tokio::time::timeout(TICKET_TIME_MAX, tickets.recv()).await?;
        bytes = finished.context("the printer ended")?.bytes.len();
        if press > 0 {
            durable.push(issued);
            handed_over.push(last_byte.lock().expect("no panic").duration_since(began));
        }
        let mut published = running.engine.subscribe();
        let printed = published.wait_for(|p| p.scene().slip_state(ticket) == SlipState::Printed);
        tokio::time::timeout(TICKET_TIME_MAX, printed).await??;
    }
    for percent in [50, 99] {
        let taken = percentile(&mut handed_over, percent);
        rows.push(Row {
            what: format!("frame decoded → last byte handed over, {name}, p{percent}"),
            figure: time(taken),
            baseline: time(TARGET),
            ratio: ratio(taken.as_secs_f64(), TARGET.as_secs_f64()),
            note: format!(
                "{PRESSES} presses of {bytes} bytes; baseline: the target for p99; in it two appends + fdatasync (one alone {}; the ticket durable after {}) and a question after the printer's state",
                time(bare.percentile(percent)),
                time(percentile(&mut durable, percent)),
            ),
        });
    }
    Ok(())
}

/// What the daemon does with a decoded press.
async fn press_button(running: &Running, press: usize) -> Result<TicketId> {
    let command = Command::IssueTicket {
        service: Service::ALL[press % 3],
        asked: Asked::Board {
            kiosk: KIOSK.to_owned(),
            age_ms: 0,
        },
        out_of_turn: false,
    };
    let actor = Actor::Device {
        name: KIOSK.to_owned(),
    };
    let key = Some(format!("press:{press}"));
    let done = running.engine.submit(actor, command, key).await?;
    done.records
        .iter()
        .find_map(|record| match &record.fact {
            Fact::Queue(event @ Event::TicketIssued { .. }) => event.ticket(),
            Fact::Queue(_)
            | Fact::Access(_)
            | Fact::Quality(_)
            | Fact::Snapshot(_)
            | Fact::Sealed(_)
            | Fact::Redacted(_) => None,
        })
        .context("no ticket was issued")
}

/// The printer's port, with a note of when it took the newest bytes of a ticket.
struct TappedSerial {
    serial: Serial,
    last_byte: Arc<Mutex<Instant>>,
}

impl Connect for TappedSerial {
    type Port = Tapped<<Serial as Connect>::Port>;

    async fn connect(&mut self) -> io::Result<Self::Port> {
        Ok(Tapped {
            port: self.serial.connect().await?,
            last_byte: self.last_byte.clone(),
        })
    }

    fn name(&self) -> String {
        self.serial.name()
    }
}

struct Tapped<P> {
    port: P,
    last_byte: Arc<Mutex<Instant>>,
}

impl<P: Port> Port for Tapped<P> {}

impl<P: AsyncRead + Unpin> AsyncRead for Tapped<P> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.port).poll_read(context, buffer)
    }
}

impl<P: AsyncWrite + Unpin> AsyncWrite for Tapped<P> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.port).poll_write(context, bytes);
        if bytes.len() >= TICKET_BYTES_MIN && matches!(written, Poll::Ready(Ok(_))) {
            *self.last_byte.lock().expect("no panic") = Instant::now();
        }
        written
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.port).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.port).poll_shutdown(context)
    }
}
