//! What a desk may do with its customer now (A2/2/2.4, A2/4/9).

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::issue::closed;
use super::{Decision, Moment, find, text_of};
use crate::queue::catalogue::Service;
use crate::queue::centre::Centre;
use crate::queue::command::Actor;
use crate::queue::desk::{LastStep, Seat, Staffed};
use crate::queue::event::{Event, Step, TransferTo};
use crate::queue::rejection::Rejection;
use crate::queue::selection;
use crate::queue::setup::{DeskSetup, Setup};
use crate::queue::ticket::{DeskNumber, Place, TicketId};

/// Decisions about a desk and its customer.
pub(super) struct Desk<'a> {
    pub(super) centre: &'a Centre,
    pub(super) moment: &'a Moment<'a>,
    pub(super) actor: &'a Actor,
}

impl<'a> Desk<'a> {
    /// The desk, if it is staffed and the actor may act for it.
    fn mine(&self, number: DeskNumber) -> Result<&'a Staffed, Rejection> {
        if !self.moment.setup.desks.contains_key(&number) {
            return Err(Rejection::NoSuchDesk(number));
        }
        let staffed = self
            .centre
            .staffed(number)
            .ok_or(Rejection::DeskClosed(number))?;
        match self.actor {
            Actor::Supervisor { .. } => Ok(staffed),
            Actor::Consultant { login } if *login == staffed.consultant => Ok(staffed),
            Actor::Consultant { .. } => Err(Rejection::DeskTaken(number)),
            Actor::Rinda | Actor::Device { .. } => Err(Rejection::NotAllowed),
        }
    }

    pub(super) fn open(
        &self,
        number: DeskNumber,
        services: Option<&[Service]>,
        take_over: bool,
    ) -> Decision {
        let login = self.actor.login().ok_or(Rejection::NotAllowed)?;
        let setup = self
            .moment
            .setup
            .desks
            .get(&number)
            .ok_or(Rejection::NoSuchDesk(number))?;
        let services = match services {
            None => setup.services.iter().copied().collect(),
            Some(chosen) => possible(setup, number, chosen)?,
        };
        if let Some(other) = self.centre.desk_of(login).filter(|desk| *desk != number) {
            return Err(Rejection::AtAnotherDesk(other));
        }
        if let Some(staffed) = self.centre.staffed(number) {
            if staffed.consultant != login && !take_over {
                return Err(Rejection::DeskTaken(number));
            }
            if staffed.consultant == login && staffed.services == services {
                return Ok(Vec::new());
            }
        }
        Ok(vec![Event::DeskOpened {
            desk: number,
            consultant: login.to_owned(),
            services: services.into_iter().collect(),
        }])
    }

    /// Whatever the desk is doing: only later calls go by it.
    pub(super) fn set_services(&self, number: DeskNumber, chosen: &[Service]) -> Decision {
        let staffed = self.mine(number)?;
        let setup = self.moment.setup.desks.get(&number);
        let setup = setup.ok_or(Rejection::NoSuchDesk(number))?;
        let services = possible(setup, number, chosen)?;
        if staffed.services == services {
            return Ok(Vec::new());
        }
        Ok(vec![Event::DeskServicesChanged {
            desk: number,
            services: services.into_iter().collect(),
        }])
    }

    /// A desk with a customer cannot close: nobody is left sitting (A2/4/9).
    pub(super) fn close(&self, number: DeskNumber) -> Decision {
        match self.mine(number)?.seat {
            Seat::Free { .. } | Seat::OnBreak { .. } => {
                Ok(vec![Event::DeskClosed { desk: number }])
            }
            Seat::Called { .. } | Seat::Serving { .. } | Seat::Documents { .. } => {
                Err(Rejection::DeskBusy(number))
            }
        }
    }

    pub(super) fn start_break(&self, number: DeskNumber) -> Decision {
        match self.mine(number)?.seat {
            Seat::Free { .. } => Ok(vec![Event::BreakStarted { desk: number }]),
            Seat::OnBreak { .. } => Ok(Vec::new()),
            Seat::Called { .. } | Seat::Serving { .. } | Seat::Documents { .. } => {
                Err(Rejection::DeskBusy(number))
            }
        }
    }

    pub(super) fn end_break(&self, number: DeskNumber) -> Decision {
        match self.mine(number)?.seat {
            Seat::OnBreak { .. } => Ok(vec![Event::BreakEnded { desk: number }]),
            Seat::Free { .. }
            | Seat::Called { .. }
            | Seat::Serving { .. }
            | Seat::Documents { .. } => Err(Rejection::NotOnBreak(number)),
        }
    }

    /// A2/4/9: a new customer is called only when the last one's documents are done.
    fn ready_to_call(&self, number: DeskNumber) -> Result<(), Rejection> {
        match self.mine(number)?.seat {
            Seat::Free { .. } => Ok(()),
            Seat::Called { minute_from, .. } => Err(Rejection::MinuteNotOver {
                remaining: self.minute_left(minute_from),
            }),
            Seat::OnBreak { .. } | Seat::Serving { .. } | Seat::Documents { .. } => {
                Err(Rejection::DeskBusy(number))
            }
        }?;
        let setup = self.moment.setup;
        let calendar = self.centre.calendar(setup);
        if calendar.begun_today(self.moment.now, &setup.timezone) {
            Ok(())
        } else {
            Err(closed(setup, self.centre, self.moment.now))
        }
    }

    pub(super) fn call_next(&self, number: DeskNumber, service: Option<Service>) -> Decision {
        self.ready_to_call(number)?;
        match selection::next_for(self.centre, number, service, self.moment.now) {
            Some((ticket, reason)) => Ok(vec![Event::TicketCalled {
                ticket: ticket.id,
                desk: number,
                reason,
            }]),
            None if self.moment.keyed => Ok(vec![Event::NobodyCalled { desk: number }]),
            None => Ok(Vec::new()),
        }
    }

    pub(super) fn call_ticket(&self, number: DeskNumber, id: TicketId) -> Decision {
        self.ready_to_call(number)?;
        let ticket = find(self.centre, id)?;
        if !selection::is_waiting(ticket) {
            return Err(Rejection::TicketNotWaiting(ticket.number));
        }
        let waiting = selection::waiting_for_desk(self.centre, number);
        if !waiting.iter().any(|other| other.id == id) {
            return Err(Rejection::TicketNotForDesk(ticket.number));
        }
        let now = self.moment.now;
        let callable = selection::callable(self.centre, number, now);
        Ok(vec![Event::TicketCalled {
            ticket: id,
            desk: number,
            reason: selection::reason_for(number, &callable, ticket, now),
        }])
    }

    pub(super) fn recall(&self, number: DeskNumber) -> Decision {
        let (ticket, _) = self.called(number)?;
        Ok(vec![Event::TicketRecalled {
            ticket,
            desk: number,
            automatic: false,
        }])
    }

    pub(super) fn arrived(&self, number: DeskNumber) -> Decision {
        let (ticket, _) = self.called(number)?;
        Ok(vec![Event::CustomerArrived {
            ticket,
            desk: number,
        }])
    }

    pub(super) fn documents(&self, number: DeskNumber) -> Decision {
        match self.mine(number)?.seat {
            Seat::Serving { ticket, .. } => Ok(vec![Event::DocumentsStarted {
                ticket,
                desk: number,
            }]),
            Seat::Free { .. }
            | Seat::OnBreak { .. }
            | Seat::Called { .. }
            | Seat::Documents { .. } => Err(Rejection::NotServing(number)),
        }
    }

    /// A customer who only asked a question has no documents: finishing is allowed from either
    /// phase of the service.
    pub(super) fn finish(&self, number: DeskNumber, outcome: Option<&str>) -> Decision {
        let ticket = self.with_customer(number)?;
        let outcome = outcome.map(|text| text_of("outcome", text)).transpose()?;
        Ok(vec![Event::TicketFinished {
            ticket,
            desk: number,
            outcome,
        }])
    }

    /// A2/2/2.4: not before the minute is over.
    pub(super) fn no_show(&self, number: DeskNumber) -> Decision {
        let (ticket, minute_from) = self.called(number)?;
        let remaining = self.minute_left(minute_from);
        if remaining.is_positive() {
            return Err(Rejection::MinuteNotOver { remaining });
        }
        Ok(vec![Event::TicketNoShow {
            ticket,
            desk: number,
            automatic: false,
        }])
    }

    pub(super) fn transfer(&self, number: DeskNumber, to: TransferTo) -> Decision {
        let ticket = self.with_customer(number)?;
        if let TransferTo::Desk(target) = to {
            if !self.moment.setup.desks.contains_key(&target) {
                return Err(Rejection::NoSuchDesk(target));
            }
            if self.centre.staffed(target).is_none() {
                return Err(Rejection::DeskClosed(target));
            }
        }
        Ok(vec![Event::TicketTransferred {
            ticket,
            desk: number,
            to,
        }])
    }

    pub(super) fn park(&self, number: DeskNumber) -> Decision {
        let ticket = self.with_customer(number)?;
        Ok(vec![Event::TicketParked {
            ticket,
            desk: number,
        }])
    }

    pub(super) fn resume(&self, number: DeskNumber, id: TicketId) -> Decision {
        self.ready_to_call(number)?;
        let ticket = find(self.centre, id)?;
        if !matches!(ticket.place, Place::Parked { .. }) {
            return Err(Rejection::TicketNotParked(ticket.number));
        }
        Ok(vec![Event::TicketResumed {
            ticket: id,
            desk: number,
        }])
    }

    pub(super) fn undo(&self, number: DeskNumber) -> Decision {
        let staffed = self.mine(number)?;
        let last = undoable(self.moment.setup, self.centre, staffed, self.moment.now)
            .ok_or(Rejection::NothingToUndo)?;
        Ok(vec![Event::StepUndone {
            desk: number,
            ticket: last.ticket_before.id,
            step: last.step,
        }])
    }

    fn called(&self, number: DeskNumber) -> Result<(TicketId, Timestamp), Rejection> {
        match self.mine(number)?.seat {
            Seat::Called {
                ticket,
                minute_from,
                ..
            } => Ok((ticket, minute_from)),
            Seat::Free { .. }
            | Seat::OnBreak { .. }
            | Seat::Serving { .. }
            | Seat::Documents { .. } => Err(Rejection::NotCalled(number)),
        }
    }

    fn with_customer(&self, number: DeskNumber) -> Result<TicketId, Rejection> {
        match self.mine(number)?.seat {
            Seat::Serving { ticket, .. } | Seat::Documents { ticket, .. } => Ok(ticket),
            Seat::Free { .. } | Seat::OnBreak { .. } | Seat::Called { .. } => {
                Err(Rejection::NotServing(number))
            }
        }
    }

    fn minute_left(&self, minute_from: Timestamp) -> jiff::SignedDuration {
        (minute_from + self.moment.setup.rules.no_show).duration_since(self.moment.now)
    }
}

/// The services chosen for a desk, each once, in order: some of those it is set up for.
fn possible(
    setup: &DeskSetup,
    number: DeskNumber,
    chosen: &[Service],
) -> Result<BTreeSet<Service>, Rejection> {
    let services: BTreeSet<Service> = chosen.iter().copied().collect();
    if services.is_empty() {
        return Err(Rejection::NoServices(number));
    }
    if services.is_subset(&setup.services) {
        Ok(services)
    } else {
        Err(Rejection::ServiceNotHere(number))
    }
}

/// The step a desk can still undo: recent, and its ticket where the step left it.
pub fn undoable<'a>(
    setup: &Setup,
    centre: &Centre,
    staffed: &'a Staffed,
    now: Timestamp,
) -> Option<&'a LastStep> {
    let last = staffed.last_step.as_ref()?;
    let in_time = now <= last.at + setup.rules.undo;
    let untouched = centre
        .tickets
        .get(&last.ticket_before.id)
        .is_some_and(|ticket| ticket.place == last.place_after);
    let seat_fits = match last.step {
        Step::Arrived => matches!(staffed.seat, Seat::Serving { .. }),
        Step::Documents => matches!(staffed.seat, Seat::Documents { .. }),
        Step::Finished | Step::NoShow | Step::Parked | Step::Transferred => {
            matches!(staffed.seat, Seat::Free { .. })
        }
    };
    (in_time && untouched && seat_fits).then_some(last)
}
