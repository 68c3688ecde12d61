//! From the print outbox to a printer and back: each risk is durable before it is taken.

use std::time::Duration;

use anyhow::{Context as _, Result};
use jiff::Timestamp;
use tokio::sync::mpsc;

use crate::devices::printer::driver::{PrinterJob, PrinterReport};
use crate::devices::printer::encoder::encode;
use crate::devices::printer::profile::Profile;
use crate::engine::handle::{DeviceReport, EngineError, EngineHandle};
use crate::queue::catalogue::Service;
use crate::queue::centre::Centre;
use crate::queue::command::{Actor, Command, SlipReport};
use crate::queue::event::JobId;
use crate::queue::screens::{Scene, Surroundings};
use crate::queue::setup::Setup;
use crate::queue::ticket::{Origin, Place, Ticket, TicketId, TicketNumber, TrackToken};
use crate::queue::view::WaitRange;

/// Between attempts to record what became of a job while the journal takes nothing.
const RECORD_PAUSE: Duration = Duration::from_secs(1);

/// A job whose start could not be recorded; the driver gives it back.
struct Withdrawn {
    job: JobId,
    /// It stays queued until the journal takes records again.
    wait: bool,
}

/// Feeds one printer from the outbox until the engine stops.
pub async fn run(
    kiosk: String,
    engine: EngineHandle,
    jobs: mpsc::Sender<PrinterJob>,
    mut reports: mpsc::Receiver<PrinterReport>,
) {
    let mut published = engine.subscribe();
    let mut in_printer: Option<JobId> = None;
    let mut withdrawn: Option<Withdrawn> = None;
    loop {
        if in_printer.is_none()
            && let Some(job) = next_job(&kiosk, &engine)
        {
            let id = JobId(job.id);
            if jobs.send(job).await.is_err() {
                return;
            }
            in_printer = Some(id);
        }
        tokio::select! {
            changed = published.changed() => {
                if changed.is_err() {
                    return;
                }
            }
            report = reports.recv() => {
                let Some(report) = report else { return };
                let ended = take_report(&kiosk, &engine, report, &mut withdrawn).await;
                if ended {
                    in_printer = None;
                }
            }
        }
    }
}

fn next_job(kiosk: &str, engine: &EngineHandle) -> Option<PrinterJob> {
    let published = engine.published();
    let centre = &published.state.centre;
    let job = centre.outbox.next_for(kiosk)?;
    let ticket = centre.tickets.get(&job.ticket)?;
    Some(PrinterJob {
        id: job.job.0,
        slip: published.scene().slip(ticket, job.copy),
    })
}

/// Records a report; true where the job is out of the printer's hands.
async fn take_report(
    kiosk: &str,
    engine: &EngineHandle,
    report: PrinterReport,
    withdrawn: &mut Option<Withdrawn>,
) -> bool {
    match report {
        PrinterReport::State(state) => {
            engine
                .report(DeviceReport::Printer {
                    kiosk: kiosk.to_owned(),
                    state,
                })
                .await;
            false
        }
        PrinterReport::Sending { id, recorded } => {
            let job = JobId(id);
            let report = SlipReport::Sending;
            match submit(engine, Command::ReportSlip { job, report }).await {
                Ok(()) => drop(recorded.send(())),
                Err(EngineError::Rejected(_)) => {
                    tracing::debug!(kiosk, job = id, "a ticket's paper is no longer wanted");
                    *withdrawn = Some(Withdrawn { job, wait: false });
                }
                Err(error) => {
                    tracing::warn!(kiosk, %error, "a ticket's paper has to wait");
                    *withdrawn = Some(Withdrawn { job, wait: true });
                }
            }
            false
        }
        PrinterReport::Failed { id, .. }
            if withdrawn.as_ref().is_some_and(|it| it.job == JobId(id)) =>
        {
            if withdrawn.take().is_some_and(|it| it.wait) {
                tokio::time::sleep(RECORD_PAUSE).await;
            }
            true
        }
        PrinterReport::Cleared => {
            let kiosk = kiosk.to_owned();
            insist(engine, &Command::PrinterCleared { kiosk }).await;
            false
        }
        PrinterReport::Printed { id } => {
            record(engine, JobId(id), SlipReport::Printed).await;
            true
        }
        PrinterReport::Failed { id, why, lasting } => {
            tracing::warn!(kiosk, job = id, why, "a ticket's paper did not come out");
            record(engine, JobId(id), SlipReport::Failed { why, lasting }).await;
            true
        }
        PrinterReport::Unknown { id, why } => {
            tracing::warn!(
                kiosk,
                job = id,
                why,
                "a ticket's paper may not have come out"
            );
            record(engine, JobId(id), SlipReport::Unknown { why }).await;
            true
        }
    }
}

/// Records the end of a job.
async fn record(engine: &EngineHandle, job: JobId, report: SlipReport) {
    insist(engine, &Command::ReportSlip { job, report }).await;
}

/// Has something recorded, however long the journal takes to take it.
async fn insist(engine: &EngineHandle, command: &Command) {
    loop {
        match submit(engine, command.clone()).await {
            Ok(()) | Err(EngineError::Stopped) => return,
            Err(EngineError::Overloaded | EngineError::Storage(_)) => {
                tokio::time::sleep(RECORD_PAUSE).await;
            }
            Err(
                error @ (EngineError::Rejected(_)
                | EngineError::Access(_)
                | EngineError::Quality(_)
                | EngineError::KeyReused),
            ) => {
                // The day has ended meanwhile and the job with it.
                tracing::debug!(%error, ?command, "a printer's report is no longer wanted");
                return;
            }
        }
    }
}

async fn submit(engine: &EngineHandle, command: Command) -> Result<(), EngineError> {
    engine.submit(Actor::Rinda, command, None).await.map(drop)
}

/// Checks at start-up that everything a ticket can say has a place in the printer's code page,
/// so that no customer gets a wrong letter.
///
/// # Errors
/// The character that has none and the text it stands in.
pub fn check_texts(setup: &Setup, profile: &Profile) -> Result<()> {
    let centre = Centre::default();
    let around = Surroundings::default();
    let scene = Scene {
        setup,
        centre: &centre,
        around: &around,
        now: Timestamp::UNIX_EPOCH,
    };
    for service in Service::ALL {
        let slip = scene.slip(&sample(setup, service), true);
        encode(&slip, profile, 1).context("the tickets cannot be printed")?;
    }
    Ok(())
}

fn sample(setup: &Setup, service: Service) -> Ticket {
    Ticket {
        id: TicketId(1),
        number: TicketNumber {
            series: setup.series_of(service),
            number: 888,
        },
        track: TrackToken("AAAAAAAAAAAAAAAA".into()),
        issued_for: service,
        service,
        date: setup.date_of(Timestamp::UNIX_EPOCH),
        issued_at: Timestamp::UNIX_EPOCH,
        origin: Origin::Staff,
        counts_from: Timestamp::UNIX_EPOCH,
        out_of_turn: false,
        reinstated: false,
        reinstated_at: None,
        reserved_for: None,
        place: Place::Waiting,
        legs: Vec::new(),
        ahead: 11,
        promise: Some(WaitRange {
            p50_s: 1_200,
            p90_s: 2_100,
        }),
        may_not_suffice: true,
        slips: 1,
        transfers: 0,
        appointment: None,
    }
}
