//! Visits booked beforehand (A2/2/1.3, footnote).
//!
//! Of a booking the centre keeps service, slot and outcome. No name, no personal code, no free text
//! is asked for. The customer's short code is known to the customer alone: here lies a hash of it
//! under a key of its date that is kept outside the journal and destroyed when the date is over, so
//! that afterwards nothing leads from a code to a ticket.

pub mod reminder;
pub mod slots;

use std::collections::BTreeMap;
use std::fmt;

use jiff::civil::Date;
use jiff::{Timestamp, ToSpan};
use serde::{Deserialize, Serialize};

use super::catalogue::Service;
use super::event::Event;
use super::ticket::TicketId;

/// How long appointments of past dates can be looked up, days.
pub const KEPT_DAYS: i32 = 7;

/// An appointment's identity for ever: dense from 1 in one centre, never reused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, Default)]
#[serde(transparent)]
pub struct AppointmentId(pub u64);

impl fmt::Display for AppointmentId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A keyed hash of a customer's code, made outside the core.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct CodeHash(pub String);

/// A keyed hash of another booking system's reference, made outside the core: the reference itself
/// may carry a name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ReferenceHash(pub String);

/// Where a booking comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Source {
    /// Booked by staff.
    Staff,
    /// From the Service's own booking system.
    Import {
        /// Which of its bookings.
        reference: ReferenceHash,
    },
}

/// The appointment of a ticket.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct TicketAppointment {
    /// Which.
    pub appointment: AppointmentId,
    /// Its slot.
    pub slot: Timestamp,
    /// Called from then on, and earlier only by a desk that would idle.
    pub callable_from: Timestamp,
    /// Checked in by the end of the tolerance; a later one is a walk-in.
    pub on_time: bool,
}

/// How an appointment stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Status {
    /// Booked, the customer has not come yet.
    Booked,
    /// The customer came.
    CheckedIn {
        /// The ticket issued.
        ticket: TicketId,
        /// In time.
        on_time: bool,
    },
    /// The date ended and nobody came.
    Missed,
    /// Cancelled.
    Cancelled,
}

/// One booked visit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Appointment {
    /// Identity.
    pub id: AppointmentId,
    /// Service.
    pub service: Service,
    /// When it begins.
    pub slot: Timestamp,
    /// Its local date.
    pub date: Date,
    /// How it stands.
    pub status: Status,
    /// Where it comes from; other systems' references are forgotten with the code.
    pub source: SourceKind,
    /// The customer's code until it is unlinked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<CodeHash>,
    /// The other system's reference until then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<ReferenceHash>,
}

/// Where a booking came from, without its reference.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = AppointmentSource)]
pub enum SourceKind {
    /// Booked by staff.
    Staff,
    /// From another booking system.
    Import,
}

/// The appointments to come, of today and of a few days past.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Appointments {
    /// Ever booked; the next id is one more.
    pub booked: u64,
    /// By identity.
    pub by_id: BTreeMap<AppointmentId, Appointment>,
}

impl Appointments {
    /// Nothing was ever booked.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Brings the appointments up to date with what happened to one of them.
    pub fn apply(&mut self, event: &Event) {
        if let Event::AppointmentBooked {
            appointment: id,
            service,
            slot,
            date,
            code,
            source,
        } = event
        {
            self.booked = self.booked.max(id.0);
            let (kind, reference) = match source {
                Source::Staff => (SourceKind::Staff, None),
                Source::Import { reference } => (SourceKind::Import, Some(reference.clone())),
            };
            let booked = Appointment {
                id: *id,
                service: *service,
                slot: *slot,
                date: *date,
                status: Status::Booked,
                source: kind,
                code: Some(code.clone()),
                reference,
            };
            self.by_id.insert(*id, booked);
        }
        if let Event::AppointmentMoved {
            appointment,
            service,
            slot,
            date,
            code,
        } = event
            && let Some(appointment) = self.by_id.get_mut(appointment)
        {
            appointment.service = *service;
            appointment.slot = *slot;
            appointment.date = *date;
            appointment.code = code.clone().or_else(|| appointment.code.take());
        }
        if let Event::AppointmentCancelled { appointment, .. } = event
            && let Some(appointment) = self.by_id.get_mut(appointment)
        {
            appointment.status = Status::Cancelled;
            appointment.code = None;
        }
        if let Event::AppointmentCodesUnlinked { date } = event {
            self.unlink(*date);
        }
    }

    /// The customer of an appointment came and has this ticket.
    pub fn check_in(&mut self, kept: &TicketAppointment, ticket: TicketId) {
        if let Some(appointment) = self.by_id.get_mut(&kept.appointment) {
            appointment.status = Status::CheckedIn {
                ticket,
                on_time: kept.on_time,
            };
        }
    }

    /// The next identity.
    pub fn next_id(&self) -> AppointmentId {
        AppointmentId(self.booked + 1)
    }

    /// The appointment of a code, if it is linked to one.
    pub fn of_code(&self, code: &CodeHash) -> Option<&Appointment> {
        self.by_id.values().find(|a| a.code.as_ref() == Some(code))
    }

    /// The newest appointment of another system's reference that is not cancelled.
    pub fn of_reference(&self, reference: &ReferenceHash) -> Option<&Appointment> {
        self.by_id
            .values()
            .rev()
            .filter(|a| a.status != Status::Cancelled)
            .find(|a| a.reference.as_ref() == Some(reference))
    }

    /// Those of a date.
    pub fn on(&self, date: Date) -> impl Iterator<Item = &Appointment> {
        self.by_id.values().filter(move |a| a.date == date)
    }

    /// Places taken in a slot of a service; whoever has come keeps theirs.
    pub fn taken(&self, service: Service, slot: Timestamp) -> u32 {
        let taken = self
            .by_id
            .values()
            .filter(|a| a.service == service && a.slot == slot && a.status != Status::Cancelled);
        u32::try_from(taken.count()).unwrap_or(u32::MAX)
    }

    /// The first date before `today` whose codes still lead to appointments.
    pub fn linked_before(&self, today: Date) -> Option<Date> {
        let open = |a: &&Appointment| {
            a.code.is_some() || a.reference.is_some() || a.status == Status::Booked
        };
        let past = self.by_id.values().filter(|a| a.date < today);
        past.filter(open).map(|a| a.date).min()
    }

    /// The date is over: whoever has not come has missed, and codes lead nowhere.
    pub fn unlink(&mut self, date: Date) {
        for appointment in self.by_id.values_mut().filter(|a| a.date <= date) {
            appointment.code = None;
            appointment.reference = None;
            if appointment.status == Status::Booked {
                appointment.status = Status::Missed;
            }
        }
    }

    /// Forgets what nobody looks up any more.
    pub fn begin_day(&mut self, date: Date) {
        let oldest = date.saturating_sub(KEPT_DAYS.days());
        self.by_id.retain(|_, a| a.date >= oldest);
    }
}
