//! What time alone brings about. Timers are data derived from the state, never tasks, so they
//! survive a restart.

use jiff::{Timestamp, ToSpan};

use super::centre::Centre;
use super::desk::Seat;
use super::event::Event;
use super::paper::{JobState, PrintJob, over_at, over_because};
use super::selection::is_waiting;
use super::setup::Setup;
use super::ticket::{Place, TicketId};

/// Why the daemon has to look at the clock again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Wake {
    /// A called customer's minute ends (A2/2/2.4).
    MinuteOver,
    /// A call is announced once more.
    SecondAnnouncement,
    /// Reception opens or closes, or tickets can be taken (A2/1/6.1).
    HoursChange,
    /// Paper that nobody waits for any longer is given up.
    PaperOver,
    /// The time of an appointment has come.
    AppointmentDue,
    /// A local date begins.
    Midnight,
}

/// The next moment at which [`expire`] or a view changes by itself.
pub fn next_deadline(setup: &Setup, centre: &Centre, now: Timestamp) -> Option<(Timestamp, Wake)> {
    let minutes = centre.desks.values().filter_map(|desk| {
        let Seat::Called {
            minute_from,
            recalls,
            ..
        } = &desk.staffed.as_ref()?.seat
        else {
            return None;
        };
        let second = *minute_from + setup.rules.second_announcement;
        if *recalls == 0 && setup.rules.second_announcement < setup.rules.no_show {
            Some((second, Wake::SecondAnnouncement))
        } else {
            Some((*minute_from + setup.rules.no_show, Wake::MinuteOver))
        }
    });
    let hours = centre
        .calendar(setup)
        .next_change(now, &setup.timezone)
        .map(|at| (at, Wake::HoursChange));
    let paper = queued(centre).map(|job| (over_at(setup, centre, job), Wake::PaperOver));
    minutes
        .chain(hours)
        .chain(paper)
        .chain(appointment_due(centre, now).map(|at| (at, Wake::AppointmentDue)))
        .chain(midnight(setup, now))
        .min()
}

/// The next moment at which a waiting appointment is called in its turn.
pub fn appointment_due(centre: &Centre, after: Timestamp) -> Option<Timestamp> {
    let waiting = centre.tickets.values().filter(|t| is_waiting(t));
    waiting
        .filter_map(|ticket| Some(ticket.kept_appointment()?.callable_from))
        .filter(|at| *at > after)
        .min()
}

/// What is due by now. To be asked again after its events are applied, until nothing is due.
pub fn expire(setup: &Setup, centre: &Centre, now: Timestamp) -> Vec<Event> {
    let mut due = due_at_desks(setup, centre, now);
    due.extend(due_paper(setup, centre, now));
    if due.is_empty() {
        due_day(setup, centre, now).into_iter().collect()
    } else {
        due
    }
}

fn due_at_desks(setup: &Setup, centre: &Centre, now: Timestamp) -> Vec<Event> {
    centre
        .desks
        .values()
        .filter_map(|desk| {
            let Seat::Called {
                ticket,
                minute_from,
                recalls,
                ..
            } = &desk.staffed.as_ref()?.seat
            else {
                return None;
            };
            if now >= *minute_from + setup.rules.no_show {
                return Some(Event::TicketNoShow {
                    ticket: *ticket,
                    desk: desk.number,
                    automatic: true,
                });
            }
            let announce_again =
                *recalls == 0 && now >= *minute_from + setup.rules.second_announcement;
            announce_again.then_some(Event::TicketRecalled {
                ticket: *ticket,
                desk: desk.number,
                automatic: true,
            })
        })
        .collect()
}

fn queued(centre: &Centre) -> impl Iterator<Item = &PrintJob> {
    let jobs = centre.outbox.jobs.values();
    jobs.filter(|job| job.state == JobState::Queued)
}

/// Paper that could not be printed in time is not printed to nobody later: whoever stands at the
/// kiosk then would take another customer's number.
fn due_paper(setup: &Setup, centre: &Centre, now: Timestamp) -> Vec<Event> {
    queued(centre)
        .filter(|job| now >= over_at(setup, centre, job))
        .map(|job| Event::SlipFailed {
            job: job.job,
            why: over_because(centre, job).to_owned(),
        })
        .collect()
}

/// A new local date. A clock that went back over midnight begins no date a second time, so no
/// number is issued twice.
fn due_day(setup: &Setup, centre: &Centre, now: Timestamp) -> Option<Event> {
    let date = setup.date_of(now);
    if centre.date.is_some_and(|begun| begun >= date) {
        return None;
    }
    if let Some(date) = centre.appointments.linked_before(date) {
        return Some(Event::AppointmentCodesUnlinked { date });
    }
    let ids = |keep: fn(&Place) -> bool| -> Vec<TicketId> {
        centre
            .tickets
            .values()
            .filter(|ticket| keep(&ticket.place))
            .map(|ticket| ticket.id)
            .collect()
    };
    Some(Event::DayBegan {
        date,
        unserved: ids(|place| matches!(place, Place::Waiting | Place::Parked { .. })),
        unfinished: ids(|place| matches!(place, Place::AtDesk { .. })),
    })
}

/// What a start of the daemon brings about: a fresh minute for called customers, an open end
/// for paper that was on its way, a place in the queue for customers of a desk that was removed.
pub fn on_start(setup: &Setup, centre: &Centre, version: &str) -> Vec<Event> {
    let started = Event::DaemonStarted {
        version: version.to_owned(),
    };
    let paper = centre
        .outbox
        .jobs
        .values()
        .filter(|job| matches!(job.state, JobState::Sending { .. }))
        .map(|job| Event::SlipUnknown {
            job: job.job,
            why: "the daemon stopped while the ticket was being printed".to_owned(),
        });
    let removed = centre
        .desks
        .values()
        .filter(|desk| desk.staffed.is_some() && !setup.desks.contains_key(&desk.number))
        .map(|desk| Event::DeskRemoved { desk: desk.number });
    std::iter::once(started)
        .chain(paper)
        .chain(removed)
        .collect()
}

fn midnight(setup: &Setup, now: Timestamp) -> Option<(Timestamp, Wake)> {
    let tomorrow = setup.date_of(now).checked_add(1.day()).ok()?;
    let midnight = tomorrow.to_zoned(setup.timezone.clone()).ok()?.timestamp();
    Some((midnight, Wake::Midnight))
}
