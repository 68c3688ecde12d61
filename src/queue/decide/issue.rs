//! Whether a press, a touch or a person gets a ticket now (A2/1/6.1, A2/2/1.3).

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::closing::closing_of;
use super::{Decision, Moment};
use crate::queue::appointments::TicketAppointment;
use crate::queue::calling::Credits;
use crate::queue::catalogue::Service;
use crate::queue::centre::Centre;
use crate::queue::command::{Actor, Asked};
use crate::queue::event::{Event, PrintOrder, Suppression};
use crate::queue::hours::Reception;
use crate::queue::rejection::Rejection;
use crate::queue::selection;
use crate::queue::setup::Setup;
use crate::queue::ticket::{DeskNumber, Origin, Ticket, TicketId, TicketNumber};
use crate::queue::view::WaitRange;

/// Last number of a series on one date.
pub const SERIES_NUMBER_MAX: u16 = 9_999;

/// A ticket, or why there is none.
pub(super) fn issue(
    centre: &Centre,
    moment: &Moment,
    actor: &Actor,
    service: Service,
    asked: &Asked,
    out_of_turn: bool,
) -> Decision {
    let setup = moment.setup;
    if actor.login().is_none() && (out_of_turn || *asked == Asked::Staff) {
        return Err(Rejection::NotAllowed);
    }
    if let Some(why) = suppression(centre, moment, service, asked)
        && let Some(kiosk) = asked.kiosk()
    {
        return Ok(vec![Event::PressSuppressed {
            kiosk: kiosk.to_owned(),
            service,
            why,
        }]);
    }
    let standing = Credits::of(&setup.rules).standing(moment.now, out_of_turn, None);
    let ordered = Ordered {
        service,
        counts_from: standing.counts_from,
        out_of_turn,
        appointment: None,
    };
    issue_as(centre, moment, actor, asked, &ordered)
}

/// What ticket is to be issued.
pub(super) struct Ordered {
    pub(super) service: Service,
    /// The calling rule's key.
    pub(super) counts_from: Timestamp,
    pub(super) out_of_turn: bool,
    pub(super) appointment: Option<TicketAppointment>,
}

/// The ticket, if any is issued now.
pub(super) fn issue_as(
    centre: &Centre,
    moment: &Moment,
    actor: &Actor,
    asked: &Asked,
    ordered: &Ordered,
) -> Decision {
    let setup = moment.setup;
    let Ordered {
        service,
        counts_from,
        out_of_turn,
        appointment,
    } = *ordered;
    let date = match (centre.date, issues_now(setup, centre, moment.now)) {
        (Some(date), true) => date,
        (Some(_), false) | (None, _) => return Err(closed(setup, centre, moment.now)),
    };
    // Booked appointments always come in.
    let stopped = appointment.is_none() && centre.stopped.contains_key(&service);
    if stopped && *asked != Asked::Staff {
        return Err(Rejection::ServiceStopped(service));
    }
    let last = centre.last_numbers.get(&service).copied().unwrap_or(0);
    if last >= SERIES_NUMBER_MAX {
        return Err(Rejection::SeriesFull);
    }
    let ticket = TicketId(centre.tickets_issued + 1);
    Ok(vec![Event::TicketIssued {
        ticket,
        number: TicketNumber {
            series: setup.series_of(service),
            number: last + 1,
        },
        service,
        date,
        track: moment.track.clone(),
        origin: origin_of(asked),
        counts_from,
        out_of_turn,
        ahead: ahead_of(centre, setup, service, None, (counts_from, ticket)),
        promise: promise(centre, moment, ordered, ticket),
        // Booked appointments always come in, so that nobody is to be told otherwise.
        may_not_suffice: appointment.is_none()
            && closing_of(moment).is_some_and(|closing| closing.may_not_suffice.contains(&service)),
        print: printer_for(centre, setup, actor, asked).map(|kiosk| PrintOrder {
            job: centre.next_job(),
            kiosk,
        }),
        appointment,
    }])
}

/// The wait promised to a ticket about to be issued.
fn promise(
    centre: &Centre,
    moment: &Moment,
    ordered: &Ordered,
    ticket: TicketId,
) -> Option<WaitRange> {
    let outlook = moment.outlook?;
    let key = (ordered.counts_from, ticket);
    match ordered
        .appointment
        .filter(|appointment| appointment.on_time)
    {
        Some(kept) => outlook.promise_to_appointment(
            centre,
            ordered.service,
            key,
            kept.callable_from,
            moment.now,
        ),
        None => outlook.promise(
            centre,
            ordered.service,
            ordered.out_of_turn,
            key,
            moment.now,
        ),
    }
}

/// Waiting tickets that are called before one of this service and key, whatever their own service,
/// by a desk that calls it too: the desks open now or, where none is, those set up for the service.
pub fn ahead_of(
    centre: &Centre,
    setup: &Setup,
    service: Service,
    reserved_for: Option<DeskNumber>,
    key: (Timestamp, TicketId),
) -> u32 {
    let only = reserved_for.filter(|desk| centre.staffed(*desk).is_some());
    let desks: Vec<_> = centre
        .desks
        .values()
        .filter_map(|desk| Some((desk.number, desk.staffed.as_ref()?)))
        .filter(|(number, staffed)| match only {
            Some(only) => *number == only,
            None => staffed.services.contains(&service),
        })
        .collect();
    let later: BTreeSet<Service> = setup
        .desks
        .values()
        .filter(|desk| desk.services.contains(&service))
        .flat_map(|desk| desk.services.iter().copied())
        .chain([service])
        .collect();
    let is_before = |other: &&&Ticket| {
        let mut callers = desks.iter();
        (other.counts_from, other.id) < key
            && if desks.is_empty() {
                later.contains(&other.service)
            } else {
                callers.any(|(desk, staffed)| selection::is_for_desk(centre, *desk, staffed, other))
            }
    };
    let waiting = selection::waiting_in_order(centre);
    u32::try_from(waiting.iter().filter(is_before).count()).unwrap_or(u32::MAX)
}

/// Why a press of a customer issues no ticket, if it does not. Programs and staff are not held.
fn suppression(
    centre: &Centre,
    moment: &Moment,
    service: Service,
    asked: &Asked,
) -> Option<Suppression> {
    let rules = &moment.setup.rules;
    let (kiosk, age_ms) = match asked {
        Asked::Board { kiosk, age_ms } => (kiosk, *age_ms),
        Asked::Screen { kiosk } => (kiosk, 0),
        Asked::Interface { .. } | Asked::Staff => return None,
    };
    if i128::from(age_ms) > rules.press_age_max.as_millis() {
        return Some(Suppression::Stale);
    }
    let since = |window| {
        centre
            .tickets
            .values()
            .rev()
            .take_while(move |ticket| ticket.issued_at > moment.now - window)
            // A clock that was set back leaves tickets of the future, which hold no button.
            .filter(|ticket| ticket.issued_at <= moment.now)
            .filter(move |ticket| ticket.origin.kiosk() == Some(kiosk))
    };
    if since(rules.press_lock).any(|ticket| ticket.issued_for == service) {
        return Some(Suppression::Resting);
    }
    if since(rules.burst_window).count() >= rules.burst_tickets {
        return Some(Suppression::Burst);
    }
    if !issues_now(moment.setup, centre, moment.now) {
        let board = matches!(asked, Asked::Board { .. });
        return board.then_some(Suppression::Closed);
    }
    let stopped = centre.stopped.contains_key(&service);
    stopped.then_some(Suppression::Stopped)
}

/// Whether tickets are issued: from two minutes before reception until its end (A2/1/6.1).
pub fn issues_now(setup: &Setup, centre: &Centre, now: Timestamp) -> bool {
    match centre.calendar(setup).at(now, &setup.timezone) {
        Reception::Open { .. } | Reception::Lead { .. } => true,
        Reception::Closed { .. } => false,
    }
}

pub(super) fn closed(setup: &Setup, centre: &Centre, now: Timestamp) -> Rejection {
    let opens_at = match centre.calendar(setup).at(now, &setup.timezone) {
        Reception::Open { .. } => None,
        Reception::Lead { opens_at, .. } => Some(opens_at),
        Reception::Closed { opens_at } => opens_at,
    };
    Rejection::CentreClosed { opens_at }
}

fn origin_of(asked: &Asked) -> Origin {
    match asked {
        Asked::Board { kiosk, .. } => Origin::Board {
            kiosk: kiosk.as_str().into(),
        },
        Asked::Screen { kiosk } => Origin::Screen {
            kiosk: kiosk.as_str().into(),
        },
        Asked::Interface { kiosk } => Origin::Interface {
            kiosk: kiosk.as_str().into(),
        },
        Asked::Staff => Origin::Staff,
    }
}

/// Paper comes out where the press was; a desk names the kiosk that prints for it.
pub(super) fn printer_for(
    centre: &Centre,
    setup: &Setup,
    actor: &Actor,
    asked: &Asked,
) -> Option<String> {
    let kiosk = match asked.kiosk() {
        Some(kiosk) => kiosk.to_owned(),
        None => {
            let desk = centre.desk_of(actor.login()?)?;
            setup.desks.get(&desk)?.prints_at.clone()?
        }
    };
    setup
        .kiosks
        .get(&kiosk)
        .is_some_and(|kiosk| kiosk.printer)
        .then_some(kiosk)
}
