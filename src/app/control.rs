//! `<data>/control.sock`: how commands reach a running daemon. Owner only.
//!
//! One line of JSON in, one line of JSON out. Whoever may open the socket owns the data
//! directory and could write the journal directly, so nobody signs in here.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context as _, Result, anyhow};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::control_path;
use super::messages;
use super::ports::Figures;
use super::printers;
use super::retention::Clearing;
use super::staff::{self, StaffChange};
use crate::bookings::{self, Form, Outcome};
use crate::codes::CodeKeys;
use crate::devices::printer::examination::TestRequest;
use crate::engine::handle::EngineHandle;
use crate::queue::appointments::{Appointment, Status};
use crate::queue::command::Actor;
use crate::queue::wording;
use crate::report::Eyes;
use crate::web::ports::{ReportFormat, ReportOf, Reports as _};

/// Longest line of a request, bytes: a file of bookings, each character of it escaped.
const REQUEST_BYTES_MAX: u64 = 6 * bookings::FILE_BYTES_MAX as u64 + 64 * 1024;

/// What can be asked of a running daemon.
#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "ask", rename_all = "snake_case")]
pub enum Request {
    /// Change or list accounts and devices.
    Staff {
        /// What.
        change: StaffChange,
    },
    /// The report of a quarter.
    Report {
        /// Year.
        year: i16,
        /// 1 to 4.
        quarter: u8,
        /// Format.
        format: ReportFormat,
        /// From the journal instead of the rollups, with what was signed checked against it.
        #[serde(default)]
        verify: bool,
    },
    /// Check what was signed against the journal.
    VerifySigned {
        /// Only this quarter, "2026-Q3".
        only: Option<String>,
    },
    /// Compare the metrics with the journal.
    VerifyMetrics,
    /// How the printers are.
    PrinterStatus {
        /// Only this kiosk's.
        kiosk: Option<String>,
    },
    /// Print a test page and tell what was learned.
    PrinterTest {
        /// Only at this kiosk.
        kiosk: Option<String>,
    },
    /// Take bookings over from a file.
    ImportBookings {
        /// Form.
        form: Form,
        /// The file.
        file: String,
    },
    /// What waits to be sent.
    Outbox,
    /// Give a message up.
    DropMessage {
        /// Which.
        message: u64,
        /// Why.
        why: String,
    },
    /// The booked visits of a date.
    Appointments {
        /// Date; today where absent.
        date: Option<Date>,
    },
    /// Clear fields whose time is over.
    Retention,
}

/// The daemon's answer.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// Text to print.
    Text(String),
    /// A file, in Base64.
    File(String),
    /// What went wrong.
    Error(String),
}

/// What requests work on.
#[derive(Clone)]
pub struct Control {
    /// The engine.
    pub engine: EngineHandle,
    /// Figures.
    pub reports: Arc<Figures>,
    /// Data directory.
    pub data: PathBuf,
    /// A demonstration.
    pub demo: bool,
    /// Where printers take tests, by kiosk.
    pub printers: BTreeMap<String, mpsc::Sender<TestRequest>>,
    /// Keys of the codes of booked visits.
    pub codes: Arc<CodeKeys>,
    /// Clears fields whose time is over.
    pub clearing: Arc<Clearing>,
}

/// Serves the socket until told to stop.
pub async fn serve(control: Control, stop: CancellationToken) {
    let path = control_path(&control.data);
    let listener = match bind(&path) {
        Ok(listener) => listener,
        Err(error) => {
            tracing::error!(
                error = format!("{error:#}"),
                "commands cannot reach this daemon"
            );
            return;
        }
    };
    loop {
        let stream = tokio::select! {
            accepted = listener.accept() => accepted,
            () = stop.cancelled() => break,
        };
        match stream {
            Ok((stream, _)) => {
                let control = control.clone();
                tokio::spawn(async move {
                    if let Err(error) = answer(stream, control).await {
                        tracing::debug!(error = format!("{error:#}"), "control");
                    }
                });
            }
            Err(error) => tracing::warn!(%error, "control"),
        }
    }
    // Gone with the daemon; a left-over is replaced at the next start.
    let _ = std::fs::remove_file(&path);
}

/// Whoever holds the data directory's lock owns the socket's place.
fn bind(path: &Path) -> Result<UnixListener> {
    use std::os::unix::fs::PermissionsExt as _;
    if path.exists() {
        std::fs::remove_file(path).context("cannot replace the old socket")?;
    }
    let listener =
        UnixListener::bind(path).with_context(|| format!("cannot listen at {}", path.display()))?;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600))
        .context("cannot make the socket private")?;
    Ok(listener)
}

async fn answer(stream: UnixStream, control: Control) -> Result<()> {
    use tokio::io::AsyncReadExt as _;
    let (read, mut write) = stream.into_split();
    let mut line = String::new();
    BufReader::new(read.take(REQUEST_BYTES_MAX))
        .read_line(&mut line)
        .await?;
    let answer = match serde_json::from_str(&line) {
        Ok(request) => match act(control, request).await {
            Ok(answer) => answer,
            Err(error) => Answer::Error(format!("{error:#}")),
        },
        Err(error) => Answer::Error(format!("not understood: {error}")),
    };
    let mut text = serde_json::to_string(&answer)?;
    text.push('\n');
    write.write_all(text.as_bytes()).await?;
    Ok(())
}

async fn act(control: Control, request: Request) -> Result<Answer> {
    match request {
        Request::Staff { change } => {
            let published = control.engine.published();
            let outcome = tokio::task::spawn_blocking(move || {
                staff::prepare(&published.state.register, &change)
            })
            .await??;
            if let Some(event) = outcome.event {
                control
                    .engine
                    .change_access(Actor::Rinda, event)
                    .await
                    .map_err(|error| anyhow!("{error}"))?;
            }
            Ok(Answer::Text(outcome.says))
        }
        Request::Report {
            year,
            quarter,
            format,
            verify,
        } => {
            if verify {
                let bytes = control.reports.verified(year, quarter, format).await?;
                return Ok(Answer::File(STANDARD.encode(&bytes)));
            }
            let bytes = control
                .reports
                .report(ReportOf::Quarter { year, quarter }, format, Eyes::Names)
                .await?;
            Ok(Answer::File(STANDARD.encode(&bytes)))
        }
        Request::VerifySigned { only } => {
            let only = only.map(|only| only.parse()).transpose()?;
            let checked = control.reports.verify_signed(only).await?;
            if checked.wrong.is_empty() {
                Ok(Answer::Text(checked.text()))
            } else {
                Err(anyhow!("{}", checked.text()))
            }
        }
        Request::VerifyMetrics => {
            let differences =
                tokio::task::spawn_blocking(move || control.reports.verify(&control.data))
                    .await??;
            if differences.is_empty() {
                Ok(Answer::Text("metrics: equal to the journal".to_owned()))
            } else {
                Err(anyhow!("metrics differ:\n{}", differences.join("\n")))
            }
        }
        Request::PrinterStatus { kiosk } => {
            printers::status(&control.engine, kiosk.as_deref()).map(Answer::Text)
        }
        Request::PrinterTest { kiosk } => printers::test(control.printers, kiosk.as_deref())
            .await
            .map(Answer::Text),
        Request::ImportBookings { form, file } => {
            let outcome = bookings::import(
                &control.engine,
                &control.codes,
                &Actor::Rinda,
                form,
                file.as_bytes(),
            )
            .await?;
            Ok(Answer::Text(told(&outcome)))
        }
        Request::Retention => {
            let outcome = control.clearing.run().await?;
            if outcome.refused.is_empty() {
                Ok(Answer::Text(outcome.table()))
            } else {
                Err(anyhow!(outcome.table()))
            }
        }
        Request::Outbox => {
            let published = control.engine.published();
            let tz = &published.setup.timezone;
            let text = messages::listed(&published.state.quality, tz);
            Ok(Answer::Text(text))
        }
        Request::DropMessage { message, why } => {
            messages::give_up(&control.engine, message, why).await?;
            Ok(Answer::Text(format!("message {message} is given up")))
        }
        Request::Appointments { date } => Ok(Answer::Text(listed(&control.engine, date))),
    }
}

/// What became of a file of bookings, for a terminal.
fn told(outcome: &Outcome) -> String {
    let mut lines = vec![format!(
        "booked {}, updated {}, cancelled {}, unchanged {}, refused {}",
        outcome.booked,
        outcome.updated,
        outcome.cancelled,
        outcome.unchanged,
        outcome.refused.len()
    )];
    let refused = outcome.refused.iter();
    lines.extend(refused.map(|refused| format!("line {}: {}", refused.line, refused.why)));
    let codes = outcome.codes.iter();
    lines.extend(codes.map(|given| format!("code {} {}", given.code, given.reference)));
    lines.join("\n")
}

/// The booked visits of a date, one a line; codes are known to nobody.
fn listed(engine: &EngineHandle, date: Option<Date>) -> String {
    let published = engine.published();
    let centre = &published.state.centre;
    let date = date.or(centre.date);
    let mut visits: Vec<_> = centre.appointments.by_id.values().collect();
    visits.retain(|visit| Some(visit.date) == date);
    visits.sort_by_key(|visit| (visit.slot, visit.id));
    let line = |visit: &&Appointment| {
        let status = match visit.status {
            Status::Booked => "booked".to_owned(),
            Status::CheckedIn { ticket, .. } => match centre.tickets.get(&ticket) {
                Some(ticket) => format!("checked in {}", ticket.number),
                None => "checked in".to_owned(),
            },
            Status::Missed => "missed".to_owned(),
            Status::Cancelled => "cancelled".to_owned(),
        };
        let time = wording::time(visit.slot, &published.setup.timezone);
        let name = published.setup.service_name(visit.service);
        format!("{time:>5}  #{}  {name}  {status}", visit.id)
    };
    match visits.as_slice() {
        [] => "no visits are booked for this date".to_owned(),
        some => some.iter().map(line).collect::<Vec<_>>().join("\n"),
    }
}

/// Asks the daemon of a data directory, if one runs there.
///
/// # Errors
/// What the daemon refuses; where it ends in the middle.
pub async fn ask(data: &Path, request: &Request) -> Result<Option<String>> {
    let answer = ask_for_file(data, request).await?;
    let text = answer.map(String::from_utf8).transpose();
    text.context("the daemon's answer is no text")
}

/// Asks the daemon of a data directory, if one runs there, for what may be no text.
///
/// # Errors
/// What the daemon refuses; where it ends in the middle.
pub async fn ask_for_file(data: &Path, request: &Request) -> Result<Option<Vec<u8>>> {
    let Ok(mut stream) = UnixStream::connect(control_path(data)).await else {
        return Ok(None);
    };
    let mut text = serde_json::to_string(request)?;
    text.push('\n');
    stream.write_all(text.as_bytes()).await?;
    let mut line = String::new();
    BufReader::new(stream)
        .read_line(&mut line)
        .await
        .context("the daemon does not answer")?;
    match serde_json::from_str(&line).context("the daemon ended before it answered")? {
        Answer::Text(text) => Ok(Some(text.into_bytes())),
        Answer::File(text) => {
            let bytes = STANDARD.decode(text);
            Ok(Some(bytes.context("the daemon's answer is damaged")?))
        }
        Answer::Error(text) => Err(anyhow!(text)),
    }
}
