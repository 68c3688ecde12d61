//! A desk and what it is doing. Combinations that must not be have no spelling.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::catalogue::Service;
use super::event::{CallReason, Step};
use super::ticket::{DeskNumber, Place, Ticket, TicketId};

/// What a staffed desk is doing (A2/4/9: one customer at a time).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "phase", rename_all = "snake_case")]
pub enum Seat {
    /// Ready for the next customer.
    Free {
        /// Since when.
        since: Timestamp,
    },
    /// On a break.
    OnBreak {
        /// Since when.
        since: Timestamp,
    },
    /// A customer is called and awaited.
    Called {
        /// Ticket.
        ticket: TicketId,
        /// The call.
        since: Timestamp,
        /// Start of the running minute: the call, or the last start of the daemon.
        minute_from: Timestamp,
        /// Announcements after the first.
        recalls: u32,
        /// Why this ticket.
        reason: CallReason,
    },
    /// A customer is at the desk.
    Serving {
        /// Ticket.
        ticket: TicketId,
        /// Since the arrival.
        since: Timestamp,
    },
    /// The customer's documents are being finished.
    Documents {
        /// Ticket.
        ticket: TicketId,
        /// Since when.
        since: Timestamp,
        /// The arrival.
        arrived_at: Timestamp,
    },
}

impl Seat {
    /// The ticket at the desk, if any.
    pub fn ticket(&self) -> Option<TicketId> {
        match self {
            Self::Free { .. } | Self::OnBreak { .. } => None,
            Self::Called { ticket, .. }
            | Self::Serving { ticket, .. }
            | Self::Documents { ticket, .. } => Some(*ticket),
        }
    }
}

/// A desk at which somebody works.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Staffed {
    /// Login of the consultant.
    pub consultant: String,
    /// Services called from here.
    pub services: BTreeSet<Service>,
    /// Since when the desk is open, whoever sits there.
    pub since: Timestamp,
    /// What it is doing.
    pub seat: Seat,
    /// The step that may still be undone.
    pub last_step: Option<LastStep>,
}

/// What a desk did last and how things stood before it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LastStep {
    /// The step.
    pub step: Step,
    /// When.
    pub at: Timestamp,
    /// The seat before it.
    pub seat_before: Seat,
    /// The ticket before it.
    pub ticket_before: Box<Ticket>,
    /// Where the step put the ticket: if it is elsewhere by now, it is too late to undo.
    pub place_after: Place,
}

/// A desk.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Desk {
    /// Number.
    pub number: DeskNumber,
    /// Who works there, if anybody.
    pub staffed: Option<Staffed>,
    /// Customers finished here today.
    pub finished_today: u32,
}

impl Desk {
    /// A desk at which nobody works.
    pub fn closed(number: DeskNumber) -> Self {
        Self {
            number,
            staffed: None,
            finished_today: 0,
        }
    }
}
