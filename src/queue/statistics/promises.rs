//! How the waits that were promised compare with those that came.

use serde::{Deserialize, Serialize};

use super::seconds;
use crate::queue::ticket::Ticket;

/// Promises whose ticket was called, on one date or merged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Promises {
    /// Tickets that were promised a wait and called.
    pub count: i64,
    /// |wait − promised median|, summed, seconds.
    pub error_s: i64,
    /// Called no later than the promised ninth decile.
    pub within_p90: i64,
}

impl Promises {
    /// What a ticket's first call says of its promise.
    pub fn of(ticket: &Ticket) -> Self {
        let (Some(promise), Some(called_at)) = (ticket.promise, ticket.first_called_at()) else {
            return Self::default();
        };
        let wait_s = seconds(ticket.issued_at, called_at);
        Self {
            count: 1,
            error_s: i64::from(wait_s.abs_diff(promise.p50_s)),
            within_p90: i64::from(wait_s <= promise.p90_s),
        }
    }

    /// Puts another set in (`sign` 1) or takes it out (−1).
    pub fn merge(&mut self, other: &Self, sign: i64) {
        self.count += other.count * sign;
        self.error_s += other.error_s * sign;
        self.within_p90 += other.within_p90 * sign;
    }
}
