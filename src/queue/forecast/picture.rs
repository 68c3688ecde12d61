//! The state a forecast starts from: everything as seconds from now, services and desks as places
//! in the centre's lists.

use crate::queue::calling;

use super::times::{DeskAt, ServiceAt};

/// What a desk is doing.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Doing {
    /// Nobody is there; a shift begins or should have begun then.
    Away {
        /// Its planned beginning.
        from_s: f64,
    },
    /// Free and about to call: somebody has been waiting for it since then.
    Ready {
        /// Since when.
        since_s: f64,
        /// Somebody came to an idle desk, rather than the desk becoming free.
        idle: bool,
    },
    /// Free, nobody to call.
    Idle,
    /// On a break.
    Break {
        /// Since when.
        since_s: f64,
        /// When it should end, where it was planned.
        ends_s: Option<f64>,
    },
    /// A customer was called and has not come yet.
    Called {
        /// The customer's ticket.
        ticket: u64,
        /// Service of the customer.
        service: ServiceAt,
        /// The call.
        since_s: f64,
        /// The customer's wait before it.
        waited_s: f64,
    },
    /// A customer is there.
    Serving {
        /// The customer's ticket.
        ticket: u64,
        /// Service of the customer.
        service: ServiceAt,
        /// Since when.
        since_s: f64,
    },
}

/// A desk that is open or will be.
#[derive(Debug, Clone, PartialEq)]
pub struct DeskPicture {
    /// Which.
    pub desk: DeskAt,
    /// Services it calls, as bits.
    pub services: u64,
    /// What it is doing.
    pub doing: Doing,
    /// When its last shift of the day ends.
    pub until_s: f64,
    /// How likely it goes on past that while somebody waits.
    pub goes_on: f64,
    /// Breaks still to come, or due.
    pub breaks: Vec<(f64, f64)>,
}

/// A ticket in the queue.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Waiting {
    /// Its identity.
    pub ticket: u64,
    /// Service it waits for.
    pub service: ServiceAt,
    /// The calling rule's key.
    pub key_s: f64,
    /// Since when it waits: 0 or less.
    pub since_s: f64,
    /// Callable from then on, and before only by a desk that would idle.
    pub callable_s: f64,
    /// Called by this desk alone.
    pub reserved_for: Option<DeskAt>,
}

/// A booked visit whose customer has not checked in.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Booked {
    /// The slot.
    pub slot_s: f64,
    /// Which of the day, so that its draws stay its own.
    pub number: u64,
}

/// The credits of the calling rule, seconds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Credits {
    /// An out-of-turn ticket counts as taken so much earlier.
    pub out_of_turn_s: f64,
    /// An appointment counts as taken so long before its slot.
    pub appointment_s: f64,
    /// An appointment is on time until so long after its slot.
    pub late_s: f64,
    /// An appointment is callable from so long before its slot.
    pub early_s: f64,
}

impl Default for Credits {
    fn default() -> Self {
        Self {
            out_of_turn_s: 7_200.0,
            appointment_s: 3_600.0,
            late_s: 600.0,
            early_s: 600.0,
        }
    }
}

impl Credits {
    /// Key, and from when on callable, of a ticket issued or checked in at `at_s`.
    pub fn key(&self, at_s: f64, out_of_turn: bool, slot_s: Option<f64>) -> (f64, f64) {
        let credits = calling::Credits {
            out_of_turn: self.out_of_turn_s,
            appointment: self.appointment_s,
            late: self.late_s,
            early: self.early_s,
        };
        let standing = credits.standing(at_s, out_of_turn, slot_s);
        (standing.counts_from, standing.callable_from)
    }
}

/// A centre at one moment.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Picture {
    /// Seconds since opening.
    pub since_open_s: f64,
    /// Desks open or expected.
    pub desks: Vec<DeskPicture>,
    /// The queue.
    pub waiting: Vec<Waiting>,
    /// Booked visits to come.
    pub booked: Vec<Booked>,
    /// Credits of the calling rule.
    pub credits: Credits,
}
