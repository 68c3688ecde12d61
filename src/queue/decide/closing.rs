//! Stopping a service before closing, and outcomes for those who are left (A2/2/2.3).

use std::collections::BTreeSet;

use jiff::SignedDuration;

use super::{Decision, Moment, find, person, text_of};
use crate::queue::catalogue::Service;
use crate::queue::centre::Centre;
use crate::queue::command::Actor;
use crate::queue::event::Event;
use crate::queue::forecast::closing::Closing;
use crate::queue::hours::Reception;
use crate::queue::rejection::Rejection;
use crate::queue::setup::StopPolicy;
use crate::queue::ticket::{CancelReason, Place, TicketId};

/// The daemon stops a service at most this long before closing: a day that looks hopeless at noon
/// is a matter for a person.
pub const AUTOMATIC_WITHIN: SignedDuration = SignedDuration::from_mins(120);

/// Tickets given an outcome at once.
pub const CLOSED_AT_ONCE_MAX: usize = 500;

pub(super) fn stop(
    centre: &Centre,
    moment: &Moment,
    actor: &Actor,
    service: Service,
    reason: &str,
) -> Decision {
    let by = who(centre, moment, actor)?;
    let reason = text_of("reason", reason)?;
    let standing = centre.stopped.get(&service);
    let stands = standing.is_some_and(|stop| stop.by.is_some() || by.is_none());
    if stands {
        return Ok(Vec::new());
    }
    // What a person opened again stays open for the daemon.
    if by.is_none() && (centre.kept_open.contains(&service) || !is_near_closing(centre, moment)) {
        return Err(Rejection::NotAllowed);
    }
    Ok(vec![Event::ServiceStopped {
        service,
        by,
        reason,
        chance_percent: closing_of(moment).and_then(|closing| closing.percent(service)),
    }])
}

/// What is not stopped is released without a word, so that a repeat does no harm.
pub(super) fn release(
    centre: &Centre,
    moment: &Moment,
    actor: &Actor,
    service: Service,
) -> Decision {
    let by = who(centre, moment, actor)?;
    let Some(stop) = centre.stopped.get(&service) else {
        return Ok(Vec::new());
    };
    if by.is_none() && stop.by.is_some() {
        return Err(Rejection::NotAllowed);
    }
    Ok(vec![Event::ServiceReleased { service, by }])
}

/// An outcome for each ticket that still waits or is parked. Those that are over meanwhile or at a
/// desk are left as they are.
pub(super) fn close_tickets(
    centre: &Centre,
    actor: &Actor,
    tickets: &[TicketId],
    reason: &str,
) -> Decision {
    person(actor)?;
    let text = text_of("reason", reason)?;
    if tickets.is_empty() || tickets.len() > CLOSED_AT_ONCE_MAX {
        return Err(Rejection::TooManyTickets {
            max: CLOSED_AT_ONCE_MAX,
        });
    }
    let mut events = Vec::new();
    for id in tickets.iter().collect::<BTreeSet<_>>() {
        let open = match find(centre, *id)?.place {
            Place::Waiting | Place::Parked { .. } => true,
            Place::AtDesk { .. }
            | Place::Finished { .. }
            | Place::NoShow { .. }
            | Place::Cancelled { .. } => false,
        };
        if open {
            events.push(Event::TicketCancelled {
                ticket: *id,
                reason: CancelReason::Staff { text: text.clone() },
            });
        }
    }
    Ok(events)
}

/// The newest forecast of today's closing.
pub(super) fn closing_of<'a>(moment: &Moment<'a>) -> Option<&'a Closing> {
    moment.outlook?.closing.as_ref()
}

/// Login of a person who may stop a service: a supervisor, or a consultant who sits at a desk.
/// None for the daemon, where the centre lets it.
fn who(centre: &Centre, moment: &Moment, actor: &Actor) -> Result<Option<String>, Rejection> {
    match actor {
        Actor::Supervisor { login } => Ok(Some(login.clone())),
        Actor::Consultant { login } if centre.desk_of(login).is_some() => Ok(Some(login.clone())),
        Actor::Rinda if moment.setup.closing.stop == StopPolicy::Automatic => Ok(None),
        Actor::Consultant { .. } | Actor::Rinda | Actor::Device { .. } => {
            Err(Rejection::NotAllowed)
        }
    }
}

fn is_near_closing(centre: &Centre, moment: &Moment) -> bool {
    let calendar = centre.calendar(moment.setup);
    let open = match calendar.at(moment.now, &moment.setup.timezone) {
        Reception::Open { .. } => true,
        Reception::Lead { .. } | Reception::Closed { .. } => false,
    };
    let closes_at = calendar.closing(moment.setup.date_of(moment.now), &moment.setup.timezone);
    open && closes_at.is_some_and(|at| at.duration_since(moment.now) <= AUTOMATIC_WITHIN)
}
