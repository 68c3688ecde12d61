//! Paper: reprints by a person, what a printer's driver reports, and what the daemon prints again
//! by itself.

use jiff::Timestamp;

use super::{Decision, Moment, find, person, printer_for};
use crate::queue::centre::Centre;
use crate::queue::command::{Actor, Asked, SlipReport};
use crate::queue::event::{Event, JobId, PrintOrder};
use crate::queue::paper::{JobState, PrintJob, over_at};
use crate::queue::rejection::Rejection;
use crate::queue::selection;
use crate::queue::setup::{Copies, Setup};
use crate::queue::ticket::TicketId;

/// The paper comes out where the first one did; for a ticket of the staff, where the desk's do.
pub(super) fn reprint(centre: &Centre, moment: &Moment, actor: &Actor, id: TicketId) -> Decision {
    person(actor)?;
    let ticket = find(centre, id)?;
    let asked = match ticket.origin.kiosk() {
        Some(kiosk) => Asked::Interface {
            kiosk: kiosk.to_owned(),
        },
        None => Asked::Staff,
    };
    let kiosk = printer_for(centre, moment.setup, actor, &asked).ok_or(Rejection::NoPrinter)?;
    Ok(vec![Event::SlipRequested {
        ticket: id,
        print: PrintOrder {
            job: centre.next_job(),
            kiosk,
        },
    }])
}

/// A driver's report. A job of which certainly nothing came out is tried again as the same paper,
/// as long as its customer may still stand at the kiosk.
pub(super) fn report_slip(
    centre: &Centre,
    moment: &Moment,
    actor: &Actor,
    id: JobId,
    report: &SlipReport,
) -> Decision {
    if *actor != Actor::Rinda {
        return Err(Rejection::NotAllowed);
    }
    let job = centre.outbox.jobs.get(&id).ok_or(Rejection::JobNotOpen)?;
    let fits = match report {
        SlipReport::Sending => matches!(job.state, JobState::Queued),
        SlipReport::Failed { .. } => {
            matches!(job.state, JobState::Queued | JobState::Sending { .. })
        }
        SlipReport::Printed | SlipReport::Unknown { .. } => {
            matches!(job.state, JobState::Sending { .. })
        }
    };
    if !fits {
        return Err(Rejection::JobNotOpen);
    }
    let mut events = vec![slip_event(id, report)];
    if let SlipReport::Failed { lasting: false, .. } = report
        && still_wanted(centre, moment.setup, job, moment.now)
    {
        events.push(Event::SlipRepeated {
            of: id,
            copy: job.copy,
            print: PrintOrder {
                job: centre.next_job(),
                kiosk: job.kiosk.clone(),
            },
        });
    }
    Ok(events)
}

/// The printer is well and holds nothing of earlier jobs: what was in doubt can no longer come
/// out, so a copy can.
pub(super) fn printer_cleared(
    centre: &Centre,
    moment: &Moment,
    actor: &Actor,
    kiosk: &str,
) -> Decision {
    if *actor != Actor::Rinda {
        return Err(Rejection::NotAllowed);
    }
    match moment.setup.paper_of(kiosk).copies {
        Copies::ByHand => return Ok(Vec::new()),
        Copies::Automatic => {}
    }
    let doubtful = centre.outbox.jobs.values().filter(|job| {
        job.kiosk == kiosk
            && matches!(job.state, JobState::Unknown { .. })
            // One copy by itself: a printer that leaves two papers in doubt needs a person.
            && !job.copy
            && centre.outbox.newest_of(job.ticket).is_some_and(|newest| newest.job == job.job)
            && selects_waiting(centre, job.ticket)
            && still_wanted(centre, moment.setup, job, moment.now)
    });
    let ids = (centre.next_job().0..).map(JobId);
    Ok(doubtful
        .zip(ids)
        .map(|(job, id)| Event::SlipRepeated {
            of: job.job,
            copy: true,
            print: PrintOrder {
                job: id,
                kiosk: job.kiosk.clone(),
            },
        })
        .collect())
}

/// A full roll was put into a kiosk's printer.
pub(super) fn replace_roll(
    centre: &Centre,
    moment: &Moment,
    actor: &Actor,
    kiosk: &str,
) -> Decision {
    person(actor)?;
    let Some(setup) = moment.setup.kiosks.get(kiosk) else {
        return Err(Rejection::NoSuchKiosk(kiosk.to_owned()));
    };
    if !setup.printer {
        return Err(Rejection::NoPrinter);
    }
    let fresh = centre
        .rolls
        .get(kiosk)
        .is_some_and(|roll| roll.papers == 0 && roll.replaced_at.is_some());
    if fresh {
        return Ok(Vec::new());
    }
    Ok(vec![Event::RollReplaced {
        kiosk: kiosk.to_owned(),
    }])
}

fn still_wanted(centre: &Centre, setup: &Setup, job: &PrintJob, now: Timestamp) -> bool {
    now < over_at(setup, centre, job) && (job.by_hand || selects_waiting(centre, job.ticket))
}

fn selects_waiting(centre: &Centre, ticket: TicketId) -> bool {
    centre
        .tickets
        .get(&ticket)
        .is_some_and(selection::is_waiting)
}

/// The event of a printer's report.
fn slip_event(job: JobId, report: &SlipReport) -> Event {
    match report {
        SlipReport::Sending => Event::SlipSending { job },
        SlipReport::Printed => Event::SlipPrinted { job },
        SlipReport::Failed { why, .. } => Event::SlipFailed {
            job,
            why: why.clone(),
        },
        SlipReport::Unknown { why } => Event::SlipUnknown {
            job,
            why: why.clone(),
        },
    }
}
