//! Booked visits: book, move, cancel, import, check in (A2/2/1.3, footnote).

use jiff::{SignedDuration, Timestamp};

use super::issue::{Ordered, closed, issue_as, issues_now};
use super::{Decision, Moment, TEXT_CHARS_MAX, person};
use crate::queue::appointments::slots;
use crate::queue::appointments::{
    Appointment, AppointmentId, CodeHash, Source, Status, TicketAppointment,
};
use crate::queue::calling::Credits;
use crate::queue::catalogue::Service;
use crate::queue::centre::Centre;
use crate::queue::command::{Actor, Asked, Import};
use crate::queue::event::Event;
use crate::queue::rejection::Rejection;

/// A code used again at the same kiosk within this time was scanned twice by its customer, who is
/// told the number; any other used code is as unknown as one that never was.
const SCANNED_TWICE: SignedDuration = SignedDuration::from_mins(2);

/// Decisions about booked visits.
pub(super) struct Visits<'a> {
    pub(super) centre: &'a Centre,
    pub(super) moment: &'a Moment<'a>,
    pub(super) actor: &'a Actor,
}

impl Visits<'_> {
    pub(super) fn book(&self, service: Service, slot: Timestamp, code: &CodeHash) -> Decision {
        person(self.actor)?;
        self.bookable(service, slot, None)?;
        self.code_is_new(code, None)?;
        Ok(vec![self.booked(service, slot, code, Source::Staff)])
    }

    pub(super) fn cancel(&self, id: AppointmentId, reason: Option<&str>) -> Decision {
        person(self.actor)?;
        let appointment = self.find(id)?;
        let reason = match reason.map(str::trim) {
            None | Some("") => None,
            Some(text) if text.chars().count() > TEXT_CHARS_MAX => {
                return Err(Rejection::BadText {
                    field: "reason",
                    max: TEXT_CHARS_MAX,
                });
            }
            Some(text) => Some(text.to_owned()),
        };
        match appointment.status {
            Status::Booked if appointment.date < self.today() => Err(Rejection::AppointmentOver),
            Status::Booked => Ok(vec![Event::AppointmentCancelled {
                appointment: id,
                reason,
            }]),
            Status::Cancelled => Ok(Vec::new()),
            Status::CheckedIn { .. } => Err(self.checked_in(appointment)),
            Status::Missed => Err(Rejection::AppointmentOver),
        }
    }

    /// One booking of another system as it stands there: booked anew, moved, cancelled or as it
    /// was. Doing it again changes nothing.
    pub(super) fn import(&self, import: &Import) -> Decision {
        match self.actor {
            Actor::Supervisor { .. } | Actor::Rinda => {}
            Actor::Consultant { .. } | Actor::Device { .. } => return Err(Rejection::NotAllowed),
        }
        let known = self.centre.appointments.of_reference(&import.reference);
        match (known, import.cancelled) {
            (None, true) => Ok(Vec::new()),
            (Some(appointment), true) => match appointment.status {
                Status::Booked => Ok(vec![Event::AppointmentCancelled {
                    appointment: appointment.id,
                    reason: None,
                }]),
                Status::CheckedIn { .. } => Err(self.checked_in(appointment)),
                Status::Missed | Status::Cancelled => Ok(Vec::new()),
            },
            (None, false) => {
                self.bookable(import.service, import.slot, None)?;
                self.code_is_new(&import.code, None)?;
                Ok(vec![self.booked(
                    import.service,
                    import.slot,
                    &import.code,
                    Source::Import {
                        reference: import.reference.clone(),
                    },
                )])
            }
            (Some(appointment), false) => self.bring_up_to_date(appointment, import),
        }
    }

    fn bring_up_to_date(&self, appointment: &Appointment, import: &Import) -> Decision {
        let same = (appointment.service, appointment.slot) == (import.service, import.slot);
        let date = self.moment.setup.date_of(import.slot);
        let new_code = Some(&import.code).filter(|code| appointment.code.as_ref() != Some(*code));
        match appointment.status {
            Status::Booked if same && new_code.is_none() => return Ok(Vec::new()),
            Status::Booked => {}
            // Whoever has come keeps the ticket; the other system says nothing new.
            Status::CheckedIn { .. } | Status::Missed if same => return Ok(Vec::new()),
            Status::CheckedIn { .. } => return Err(self.checked_in(appointment)),
            Status::Missed | Status::Cancelled => return Err(Rejection::AppointmentOver),
        }
        if !same {
            self.bookable(import.service, import.slot, Some(appointment.id))?;
        }
        if let Some(code) = new_code {
            self.code_is_new(code, Some(appointment.id))?;
        }
        Ok(vec![Event::AppointmentMoved {
            appointment: appointment.id,
            service: import.service,
            slot: import.slot,
            date,
            code: new_code.cloned(),
        }])
    }

    /// The customer is here: a ticket of the appointment's service. A service that is stopped for
    /// walk-ins stops no appointment.
    pub(super) fn check_in(&self, code: &CodeHash, asked: &Asked) -> Decision {
        if self.actor.login().is_none() && *asked == Asked::Staff {
            return Err(Rejection::NotAllowed);
        }
        let (centre, moment) = (self.centre, self.moment);
        let found = centre.appointments.of_code(code);
        let appointment = found.ok_or(Rejection::NoSuchAppointment)?;
        match appointment.status {
            Status::Booked => {}
            Status::CheckedIn { .. } if self.may_know_of_use(appointment, asked) => {
                return Err(self.checked_in(appointment));
            }
            Status::CheckedIn { .. } | Status::Missed | Status::Cancelled => {
                return Err(Rejection::NoSuchAppointment);
            }
        }
        let rules = &moment.setup.rules;
        let from = appointment.slot - rules.check_in_opens;
        if moment.now < from {
            return Err(Rejection::TooEarly { from });
        }
        if appointment.date < self.today() {
            return Err(Rejection::NoSuchAppointment);
        }
        if !issues_now(moment.setup, centre, moment.now) {
            return Err(closed(moment.setup, centre, moment.now));
        }
        let standing = Credits::of(rules).standing(moment.now, false, Some(appointment.slot));
        issue_as(
            centre,
            moment,
            self.actor,
            asked,
            &Ordered {
                service: appointment.service,
                counts_from: standing.counts_from,
                out_of_turn: false,
                appointment: Some(TicketAppointment {
                    appointment: appointment.id,
                    slot: appointment.slot,
                    callable_from: standing.callable_from,
                    on_time: standing.on_time,
                }),
            },
        )
    }

    fn may_know_of_use(&self, appointment: &Appointment, asked: &Asked) -> bool {
        if self.actor.login().is_some() {
            return true;
        }
        let Status::CheckedIn { ticket, .. } = appointment.status else {
            return false;
        };
        self.centre.tickets.get(&ticket).is_some_and(|ticket| {
            let ago = self.moment.now.duration_since(ticket.issued_at);
            ticket.origin.kiosk() == asked.kiosk() && ago < SCANNED_TWICE
        })
    }

    fn checked_in(&self, appointment: &Appointment) -> Rejection {
        let number = match appointment.status {
            Status::CheckedIn { ticket, .. } => self.centre.tickets.get(&ticket).map(|t| t.number),
            Status::Booked | Status::Missed | Status::Cancelled => None,
        };
        Rejection::AlreadyCheckedIn(number)
    }

    fn booked(&self, service: Service, slot: Timestamp, code: &CodeHash, source: Source) -> Event {
        Event::AppointmentBooked {
            appointment: self.centre.appointments.next_id(),
            service,
            slot,
            date: self.moment.setup.date_of(slot),
            code: code.clone(),
            source,
        }
    }

    /// Whether a place in the slot can be given; one's own does not count where one is moved.
    fn bookable(
        &self,
        service: Service,
        slot: Timestamp,
        moved: Option<AppointmentId>,
    ) -> Result<(), Rejection> {
        let (centre, moment) = (self.centre, self.moment);
        if slot < moment.now {
            return Err(Rejection::AppointmentOver);
        }
        let date = moment.setup.date_of(slot);
        let last = slots::last_date(moment.setup, moment.now);
        if date > last {
            return Err(Rejection::DateTooFar { last });
        }
        let found = slots::of_date(moment.setup, centre, date, service)
            .into_iter()
            .find(|other| other.at == slot)
            .ok_or(Rejection::NoSuchSlot)?;
        let own = moved
            .and_then(|id| centre.appointments.by_id.get(&id))
            .is_some_and(|a| a.service == service && a.slot == slot);
        if found.free() + u32::from(own) == 0 {
            return Err(Rejection::SlotFull);
        }
        Ok(())
    }

    fn code_is_new(&self, code: &CodeHash, of: Option<AppointmentId>) -> Result<(), Rejection> {
        match self.centre.appointments.of_code(code) {
            Some(other) if Some(other.id) != of => Err(Rejection::CodeTaken),
            Some(_) | None => Ok(()),
        }
    }

    fn find(&self, id: AppointmentId) -> Result<&Appointment, Rejection> {
        let found = self.centre.appointments.by_id.get(&id);
        found.ok_or(Rejection::NoSuchAppointment)
    }

    fn today(&self) -> jiff::civil::Date {
        self.moment.setup.date_of(self.moment.now)
    }
}
