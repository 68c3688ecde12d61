//! Who is next at a desk, and why.
//!
//! One fixed key per ticket, smallest first: a ticket counts as if taken at `counts_from`. The
//! key does not move while people wait, so the order of two of them never flips.

use jiff::Timestamp;

use super::catalogue::Service;
use super::centre::Centre;
use super::desk::Staffed;
use super::event::{CallReason, CallRule};
use super::ticket::{DeskNumber, Place, Ticket};

/// Whether a ticket is in the queue. The count shown as waiting and what a desk can call both
/// rest on this.
pub fn is_waiting(ticket: &Ticket) -> bool {
    match ticket.place {
        Place::Waiting => true,
        Place::AtDesk { .. }
        | Place::Parked { .. }
        | Place::Finished { .. }
        | Place::NoShow { .. }
        | Place::Cancelled { .. } => false,
    }
}

/// Why a desk does not call a waiting ticket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WhyNot {
    /// Its customer was sent to another desk in person, which is open.
    SentTo(DeskNumber),
    /// The desk does not call its service.
    OtherService(Service),
}

/// Why a ticket is not for this desk; absent where it is: sent to it in person, or of a service it
/// calls. A ticket sent to a desk that has closed since is anybody's of its service.
pub fn why_not(
    centre: &Centre,
    number: DeskNumber,
    desk: &Staffed,
    ticket: &Ticket,
) -> Option<WhyNot> {
    match ticket.reserved_for {
        Some(reserved) if reserved == number => None,
        Some(reserved) if centre.staffed(reserved).is_some() => Some(WhyNot::SentTo(reserved)),
        Some(_) | None if desk.services.contains(&ticket.service) => None,
        Some(_) | None => Some(WhyNot::OtherService(ticket.service)),
    }
}

/// Whether a ticket is for this desk, as [`why_not`] tells.
pub fn is_for_desk(centre: &Centre, number: DeskNumber, desk: &Staffed, ticket: &Ticket) -> bool {
    why_not(centre, number, desk, ticket).is_none()
}

/// The waiting tickets a desk could call now, in calling order: appointments before their time only
/// where the desk would idle otherwise. So a desk finds nobody exactly where nobody waits for it.
pub fn callable(centre: &Centre, number: DeskNumber, now: Timestamp) -> Vec<&Ticket> {
    let mut callable = waiting_for_desk(centre, number);
    if callable.iter().any(|ticket| ticket.is_due(now)) {
        callable.retain(|ticket| ticket.is_due(now));
    }
    callable
}

/// The waiting tickets of a desk in calling order, appointments before their time among them: a
/// consultant may call any of them by hand.
pub fn waiting_for_desk(centre: &Centre, number: DeskNumber) -> Vec<&Ticket> {
    let Some(desk) = centre.staffed(number) else {
        return Vec::new();
    };
    waiting_in_order(centre)
        .into_iter()
        .filter(|ticket| is_for_desk(centre, number, desk, ticket))
        .collect()
}

/// All waiting tickets in calling order.
pub fn waiting_in_order(centre: &Centre) -> Vec<&Ticket> {
    let mut waiting: Vec<&Ticket> = centre
        .tickets
        .values()
        .filter(|ticket| is_waiting(ticket))
        .collect();
    waiting.sort_by_key(|ticket| (ticket.counts_from, ticket.id));
    waiting
}

/// Whether some open desk calls both services.
pub fn share_a_desk(centre: &Centre, one: Service, other: Service) -> bool {
    let mut open = centre
        .desks
        .values()
        .filter_map(|desk| desk.staffed.as_ref());
    open.any(|desk| desk.services.contains(&one) && desk.services.contains(&other))
}

/// Tickets waiting for a service.
pub fn waiting_for(centre: &Centre, service: Service) -> impl Iterator<Item = &Ticket> {
    centre
        .tickets
        .values()
        .filter(move |ticket| is_waiting(ticket) && ticket.service == service)
}

/// Who is next at a desk, from one queue where asked, with the reason.
pub fn next_for(
    centre: &Centre,
    number: DeskNumber,
    service: Option<Service>,
    now: Timestamp,
) -> Option<(&Ticket, CallReason)> {
    let callable = callable(centre, number, now);
    let chosen = *callable
        .iter()
        .find(|ticket| service.is_none_or(|service| ticket.service == service))?;
    Some((chosen, reason_for(number, &callable, chosen, now)))
}

/// The reason to store with a call of `chosen` by desk `number` that could have called `callable`.
pub fn reason_for(
    number: DeskNumber,
    callable: &[&Ticket],
    chosen: &Ticket,
    now: Timestamp,
) -> CallReason {
    let first = callable.first().map(|first| first.id);
    let is_first = first == Some(chosen.id);
    CallReason {
        rule: match chosen.kept_appointment() {
            _ if !is_first => CallRule::ByHand,
            Some(_) if chosen.is_due(now) => CallRule::Appointment,
            Some(_) => CallRule::AppointmentEarly,
            None if chosen.out_of_turn => CallRule::OutOfTurn,
            None if chosen.reinstated => CallRule::Reinstated,
            None if chosen.reserved_for == Some(number) => CallRule::SentHere,
            None => CallRule::Turn,
        },
        counts_from: chosen.counts_from,
        overtook: callable
            .iter()
            .filter(|other| stood_before(other, chosen))
            .map(|other| other.id)
            .collect(),
        instead_of: first.filter(|_| !is_first),
    }
}

/// Whether a ticket was in the queue before another came. One that was put back after a no-show
/// is so since then.
fn stood_before(other: &Ticket, chosen: &Ticket) -> bool {
    if other.reinstated {
        let since = other.reinstated_at.unwrap_or(other.counts_from);
        other.id != chosen.id && since < chosen.issued_at
    } else {
        other.id < chosen.id
    }
}
