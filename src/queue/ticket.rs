//! A ticket: one visit of one customer, from the press to the outcome.

use std::fmt;
use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::appointments::TicketAppointment;
use super::catalogue::Service;
use super::view::WaitRange;

/// A ticket's identity for ever: dense from 1 in one centre, never reused.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Default,
)]
#[serde(transparent)]
pub struct TicketId(pub u64);

/// A desk's number as it stands on the desk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct DeskNumber(pub u16);

impl fmt::Display for DeskNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The number on the paper: series letter and running number of the local date, "P 027".
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct TicketNumber {
    /// Series letter of the service, distinct when spoken.
    pub series: char,
    /// Running number of this series and date, from 1.
    pub number: u16,
}

impl fmt::Display for TicketNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {:03}", self.series, self.number)
    }
}

/// The unguessable name of a ticket's own page (`/t/…`).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TrackToken(pub Arc<str>);

/// Where a ticket was asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "at", rename_all = "snake_case")]
pub enum Origin {
    /// A button of a kiosk's board.
    Board {
        /// Kiosk name.
        kiosk: Arc<str>,
    },
    /// A bar on a kiosk's screen.
    Screen {
        /// Kiosk name.
        kiosk: Arc<str>,
    },
    /// A program with a kiosk's key.
    Interface {
        /// Kiosk name.
        kiosk: Arc<str>,
    },
    /// A member of staff (A2/2/2.1).
    Staff,
    /// Another system, whose tickets were taken over.
    OtherSystem,
}

impl Origin {
    /// The kiosk, if the ticket came from one.
    pub fn kiosk(&self) -> Option<&str> {
        match self {
            Self::Board { kiosk } | Self::Screen { kiosk } | Self::Interface { kiosk } => {
                Some(kiosk)
            }
            Self::Staff | Self::OtherSystem => None,
        }
    }
}

/// One stay of a visit at one desk. A transfer begins another leg of the same ticket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Leg {
    /// Service in which it was called.
    pub service: Service,
    /// The desk.
    pub desk: DeskNumber,
    /// The call; a recall never changes it.
    pub called_at: Timestamp,
    /// When the customer came to the desk.
    pub arrived_at: Option<Timestamp>,
    /// When the work on the documents began.
    pub documents_at: Option<Timestamp>,
    /// When the desk was done with the customer: finish, transfer or parking.
    pub finished_at: Option<Timestamp>,
}

impl Leg {
    /// A stay that begins with a call.
    pub fn begin(service: Service, desk: DeskNumber, called_at: Timestamp) -> Self {
        Self {
            service,
            desk,
            called_at,
            arrived_at: None,
            documents_at: None,
            finished_at: None,
        }
    }
}

/// Where a ticket is. Exactly one of these at any moment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Place {
    /// In the queue.
    Waiting,
    /// Held by the desk named; the desk's seat tells the phase.
    AtDesk {
        /// The desk.
        desk: DeskNumber,
    },
    /// Set aside by a desk until resumed.
    Parked {
        /// The desk that parked it.
        desk: DeskNumber,
        /// Since when.
        since: Timestamp,
    },
    /// Served.
    Finished {
        /// When; absent where the day ended before the desk said so.
        at: Option<Timestamp>,
        /// The desk.
        desk: DeskNumber,
    },
    /// Called and not come within the minute (A2/2/2.4).
    NoShow {
        /// When.
        at: Timestamp,
        /// The desk.
        desk: DeskNumber,
    },
    /// Ended without being served.
    Cancelled {
        /// When.
        at: Timestamp,
        /// Why.
        reason: CancelReason,
    },
}

/// Why a ticket ended without being served.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum CancelReason {
    /// A named person cancelled it and said why.
    Staff {
        /// Their words.
        text: String,
    },
    /// The local date ended while it waited.
    DayEnded,
}

/// A ticket with everything that happened to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ticket {
    /// Identity.
    pub id: TicketId,
    /// Printed number.
    pub number: TicketNumber,
    /// Name of its page.
    pub track: TrackToken,
    /// Service of issue; the report counts by it.
    pub issued_for: Service,
    /// Service it waits for or is served in now.
    pub service: Service,
    /// Local date of issue.
    pub date: Date,
    /// Moment of issue.
    pub issued_at: Timestamp,
    /// Where it was asked for.
    pub origin: Origin,
    /// The calling rule's key: the ticket counts as if taken then. Smallest is called first.
    pub counts_from: Timestamp,
    /// Marked out of turn (A2/2/2.5).
    pub out_of_turn: bool,
    /// Put back after a no-show.
    pub reinstated: bool,
    /// When; absent where it was not, or by a version that did not keep it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reinstated_at: Option<Timestamp>,
    /// Transferred to this desk in person; it alone calls the ticket while it is open.
    pub reserved_for: Option<DeskNumber>,
    /// How often it was sent on to another queue or desk.
    #[serde(default)]
    pub transfers: u32,
    /// Where it is.
    pub place: Place,
    /// Its stays at desks, oldest first.
    pub legs: Vec<Leg>,
    /// Tickets ahead at issue.
    pub ahead: u32,
    /// Wait promised at issue.
    pub promise: Option<WaitRange>,
    /// The customer was told that today may not suffice.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub may_not_suffice: bool,
    /// Papers asked for so far; every one after the first says KOPIJA.
    pub slips: u32,
    /// The appointment whose customer checked in with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub appointment: Option<TicketAppointment>,
}

impl Ticket {
    /// The first call, from which the wait is measured.
    pub fn first_called_at(&self) -> Option<Timestamp> {
        self.legs.first().map(|leg| leg.called_at)
    }

    /// The appointment whose credit the ticket has: kept in time, neither marked out of turn nor
    /// put back as a walk-in.
    pub fn kept_appointment(&self) -> Option<&TicketAppointment> {
        self.appointment
            .as_ref()
            .filter(|appointment| appointment.on_time && !self.out_of_turn && !self.reinstated)
    }

    /// Whether it is called at a moment although other customers wait.
    pub fn is_due(&self, now: Timestamp) -> bool {
        self.kept_appointment()
            .is_none_or(|appointment| appointment.callable_from <= now)
    }

    /// Whether it was sent on to another queue or desk.
    pub fn transferred(&self) -> bool {
        self.transfers > 0
    }

    /// Whether nothing more can happen to it, except being put back.
    pub fn is_over(&self) -> bool {
        match self.place {
            Place::Waiting | Place::AtDesk { .. } | Place::Parked { .. } => false,
            Place::Finished { .. } | Place::NoShow { .. } | Place::Cancelled { .. } => true,
        }
    }
}
