//! What the centre's events mean to a forecast.
//!
//! An event is told to the follower twice: as what happened, from which it learns, and as how the
//! ticket and the desk concerned stand after it, which is taken over as it is. So an undo, a
//! take-over or a lost line leaves the follower with the centre's own queue.

use jiff::Timestamp;

use super::follow::Happening;
use super::stand::{DeskStands, SeatStands, TicketStands, Whereabouts};
use super::times::{DeskAt, ServiceAt};
use crate::queue::appointments::Status;
use crate::queue::catalogue::Service;
use crate::queue::centre::Centre;
use crate::queue::desk::Seat;
use crate::queue::event::{Event, Happened, TransferTo};
use crate::queue::setup::Setup;
use crate::queue::ticket::{DeskNumber, Place, Ticket, TicketId};

/// A moment as the follower counts: seconds since 1970.
pub fn seconds(at: Timestamp) -> f64 {
    at.as_duration().as_secs_f64()
}

/// A service as the follower names it: its digit.
pub fn service_at(service: Service) -> ServiceAt {
    service.digit()
}

/// A desk as the follower names it: its number.
pub fn desk_at(desk: DeskNumber) -> DeskAt {
    usize::from(desk.0)
}

/// Services as bits.
pub fn bits<'s>(services: impl IntoIterator<Item = &'s Service>) -> u64 {
    let services = services.into_iter();
    services.fold(0, |bits, service| bits | 1 << service_at(*service))
}

/// What an event means, given the centre after it.
pub fn happenings(after: &Centre, happened: &Happened, setup: &Setup) -> Vec<Happening> {
    let mut told = Vec::new();
    if let Some(happening) = lesson(after, happened, setup) {
        told.push(happening);
    }
    if let Event::DeskClosed { desk } | Event::DeskRemoved { desk } = &happened.event {
        told.push(Happening::Released(desk_at(*desk)));
    }
    let ticket = happened.event.ticket();
    if let Some(ticket) = ticket.and_then(|id| after.tickets.get(&id)) {
        told.push(Happening::Ticket(ticket_stands(ticket)));
    }
    if let Some(desk) = desk_of(&happened.event) {
        told.push(Happening::Desk(desk_stands(after, desk)));
    }
    told
}

/// A whole centre as it stands, for a follower that begins in the middle of a day.
pub fn standing(centre: &Centre, at: Timestamp, setup: &Setup) -> Vec<Happening> {
    let tickets = centre.tickets.values();
    let desks = centre.desks.keys();
    let forget = Happening::Forget(hours(centre, at, setup));
    [forget, Happening::Booked(booked(centre, at, setup))]
        .into_iter()
        .chain(tickets.map(|ticket| Happening::Ticket(ticket_stands(ticket))))
        .chain(desks.map(|desk| Happening::Desk(desk_stands(centre, *desk))))
        .collect()
}

/// What happened, in the follower's words; absent where it teaches nothing.
fn lesson(after: &Centre, happened: &Happened, setup: &Setup) -> Option<Happening> {
    let opened_now = |desk: &DeskNumber| {
        let staffed = after.staffed(*desk)?;
        (staffed.since == happened.at).then(|| bits(&staffed.services))
    };
    Some(match &happened.event {
        Event::DayBegan { .. } => Happening::Day {
            hours: hours(after, happened.at, setup),
            shifts: Vec::new(),
            booked: booked(after, happened.at, setup),
        },
        #[allow(clippy::cast_precision_loss)] // A step of centuries would be rounded.
        Event::ClockStepped { by_ms } => Happening::ClockStepped(*by_ms as f64 / 1_000.0),
        Event::TicketIssued {
            ticket,
            service,
            out_of_turn,
            appointment,
            ..
        } => Happening::Issued {
            ticket: ticket.0,
            service: service_at(*service),
            out_of_turn: *out_of_turn,
            appointment: appointment.map(|kept| seconds(kept.slot)),
        },
        Event::DeskOpened { desk, .. } => Happening::DeskOpen(desk_at(*desk), opened_now(desk)?),
        Event::DeskClosed { desk } | Event::DeskRemoved { desk } => {
            Happening::DeskClose(desk_at(*desk))
        }
        Event::BreakStarted { desk } => Happening::DeskBreak(desk_at(*desk)),
        Event::BreakEnded { desk } => Happening::DeskBack(desk_at(*desk)),
        Event::TicketCalled { ticket, desk, .. } => Happening::Called(ticket.0, desk_at(*desk)),
        Event::TicketResumed { ticket, desk } => Happening::Resumed(ticket.0, desk_at(*desk)),
        Event::CustomerArrived { ticket, .. } => Happening::Arrived(ticket.0),
        // Set aside: what the desk took for them is known all the same.
        Event::TicketFinished { ticket, .. } | Event::TicketParked { ticket, .. } => {
            Happening::Finished(ticket.0)
        }
        Event::TicketNoShow { ticket, .. } => Happening::NoShow(ticket.0),
        Event::TicketCancelled { ticket, .. } => Happening::Cancelled(ticket.0),
        Event::TicketTransferred { ticket, to, .. } => {
            let service = match to {
                TransferTo::Service(service) => *service,
                TransferTo::Desk(_) => after.tickets.get(ticket)?.service,
            };
            Happening::Transferred(ticket.0, service_at(service))
        }
        Event::TicketMarkedOutOfTurn { ticket, .. } => Happening::MarkedOutOfTurn(ticket.0),
        Event::StepUndone { desk, .. } => Happening::Undone(desk_at(*desk)),
        Event::CalendarDaySet { .. } | Event::CalendarDayCleared { .. } => {
            Happening::Hours(hours(after, happened.at, setup))
        }
        Event::AppointmentBooked { .. }
        | Event::AppointmentMoved { .. }
        | Event::AppointmentCancelled { .. } => {
            Happening::Booked(booked(after, happened.at, setup))
        }
        // The day that begins tells its own visits; those before it are over.
        Event::AppointmentCodesUnlinked { .. }
        | Event::DaemonStarted { .. }
        | Event::PressSuppressed { .. }
        | Event::DeskServicesChanged { .. }
        | Event::NobodyCalled { .. }
        | Event::TicketRecalled { .. }
        | Event::DocumentsStarted { .. }
        | Event::TicketReinstated { .. }
        | Event::SlipRequested { .. }
        | Event::SlipRepeated { .. }
        | Event::SlipSending { .. }
        | Event::SlipPrinted { .. }
        | Event::SlipFailed { .. }
        | Event::SlipUnknown { .. }
        | Event::RollReplaced { .. }
        | Event::HelpRequested { .. }
        | Event::HelpAnswered { .. }
        | Event::ServiceStopped { .. }
        | Event::ServiceReleased { .. } => return None,
    })
}

/// The desk an event may have changed.
fn desk_of(event: &Event) -> Option<DeskNumber> {
    match event {
        Event::DeskOpened { desk, .. }
        | Event::DeskServicesChanged { desk, .. }
        | Event::DeskClosed { desk }
        | Event::DeskRemoved { desk }
        | Event::BreakStarted { desk }
        | Event::BreakEnded { desk }
        | Event::TicketCalled { desk, .. }
        | Event::CustomerArrived { desk, .. }
        | Event::DocumentsStarted { desk, .. }
        | Event::TicketFinished { desk, .. }
        | Event::TicketNoShow { desk, .. }
        | Event::TicketTransferred { desk, .. }
        | Event::TicketParked { desk, .. }
        | Event::TicketResumed { desk, .. }
        | Event::StepUndone { desk, .. } => Some(*desk),
        Event::DaemonStarted { .. }
        | Event::ClockStepped { .. }
        | Event::DayBegan { .. }
        | Event::TicketIssued { .. }
        | Event::PressSuppressed { .. }
        | Event::NobodyCalled { .. }
        | Event::TicketRecalled { .. }
        | Event::TicketMarkedOutOfTurn { .. }
        | Event::TicketCancelled { .. }
        | Event::TicketReinstated { .. }
        | Event::SlipRequested { .. }
        | Event::SlipRepeated { .. }
        | Event::SlipSending { .. }
        | Event::SlipPrinted { .. }
        | Event::SlipFailed { .. }
        | Event::SlipUnknown { .. }
        | Event::RollReplaced { .. }
        | Event::HelpRequested { .. }
        | Event::HelpAnswered { .. }
        | Event::CalendarDaySet { .. }
        | Event::CalendarDayCleared { .. }
        | Event::AppointmentBooked { .. }
        | Event::AppointmentMoved { .. }
        | Event::AppointmentCancelled { .. }
        | Event::AppointmentCodesUnlinked { .. }
        | Event::ServiceStopped { .. }
        | Event::ServiceReleased { .. } => None,
    }
}

/// The slots of the centre's date whose customers have not come, in order.
fn booked(centre: &Centre, at: Timestamp, setup: &Setup) -> Vec<f64> {
    let date = centre.date.unwrap_or_else(|| setup.date_of(at));
    let awaited = centre.appointments.on(date);
    let mut slots: Vec<Timestamp> = awaited
        .filter(|appointment| appointment.status == Status::Booked)
        .map(|appointment| appointment.slot)
        .collect();
    slots.sort_unstable();
    slots.into_iter().map(seconds).collect()
}

/// First opening and last closing of the centre's date. A date on which nobody is received lasts
/// from its first moment to its last: whoever is served then is served outside the hours.
pub fn hours(centre: &Centre, at: Timestamp, setup: &Setup) -> (f64, f64) {
    let date = centre.date.unwrap_or_else(|| setup.date_of(at));
    let spans = centre.calendar(setup).spans(date, &setup.timezone);
    match (spans.first(), spans.last()) {
        (Some((opens_at, _)), Some((_, closes_at))) => (seconds(*opens_at), seconds(*closes_at)),
        (Some(_) | None, None) | (None, Some(_)) => {
            let begins = date.to_zoned(setup.timezone.clone());
            let ends = date.tomorrow().and_then(|next| {
                let next = next.to_zoned(setup.timezone.clone())?;
                Ok(next.timestamp())
            });
            let begins = begins.map_or(at, |begins| begins.timestamp());
            (seconds(begins), seconds(ends.unwrap_or(at)))
        }
    }
}

fn ticket_stands(ticket: &Ticket) -> TicketStands {
    let key = seconds(ticket.counts_from);
    TicketStands {
        ticket: ticket.id.0,
        service: service_at(ticket.service),
        key,
        callable: ticket
            .kept_appointment()
            .map_or(key, |kept| seconds(kept.callable_from)),
        since: seconds(waits_since(ticket)),
        reserved_for: ticket.reserved_for.map(desk_at),
        place: match &ticket.place {
            Place::Waiting => Whereabouts::Waiting,
            Place::AtDesk { desk } => Whereabouts::AtDesk {
                desk: desk_at(*desk),
                called: seconds(
                    ticket
                        .legs
                        .last()
                        .map_or(ticket.issued_at, |leg| leg.called_at),
                ),
                arrived: ticket
                    .legs
                    .last()
                    .and_then(|leg| leg.arrived_at)
                    .map(seconds),
            },
            Place::Parked { .. }
            | Place::Finished { .. }
            | Place::NoShow { .. }
            | Place::Cancelled { .. } => Whereabouts::Gone,
        },
    }
}

/// Since when a ticket is in the queue: the end of its last stay, its reinstatement, its issue.
fn waits_since(ticket: &Ticket) -> Timestamp {
    let left = ticket.legs.last().and_then(|leg| leg.finished_at);
    let put_back = ticket.reinstated.then_some(ticket.counts_from);
    left.max(put_back).unwrap_or(ticket.issued_at)
}

fn desk_stands(centre: &Centre, number: DeskNumber) -> DeskStands {
    let staffed = centre.staffed(number);
    let busy = |ticket: &TicketId| SeatStands::Busy { ticket: ticket.0 };
    DeskStands {
        desk: desk_at(number),
        services: staffed.map_or(0, |staffed| bits(&staffed.services)),
        seat: match staffed.map(|staffed| &staffed.seat) {
            None => SeatStands::Away,
            Some(Seat::Free { since }) => SeatStands::Free {
                since: seconds(*since),
            },
            Some(Seat::OnBreak { since }) => SeatStands::Break {
                since: seconds(*since),
            },
            Some(
                Seat::Called { ticket, .. }
                | Seat::Serving { ticket, .. }
                | Seat::Documents { ticket, .. },
            ) => busy(ticket),
        },
    }
}
