//! How the waits that were promised compare with those that came.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::seconds;
use crate::queue::ticket::Ticket;
use crate::queue::view::WaitRange;

/// Where the bins of the promised median begin, seconds; the last has no end.
pub const PROMISED_FROM_S: [u32; 6] = [0, 120, 300, 600, 1_200, 2_400];

/// The bin of [`PROMISED_FROM_S`] a promised median lies in.
pub fn promised_bin(promise: WaitRange) -> u8 {
    let begun = PROMISED_FROM_S
        .iter()
        .filter(|from_s| promise.p50_s >= **from_s);
    u8::try_from(begun.count().saturating_sub(1)).unwrap_or(0)
}

/// Promises whose ticket was called, on one date or merged, by bin of the promised median. Their
/// waits are in [`super::Waits`].
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Promises(BTreeMap<u8, Promised>);

/// Promises of one bin, or of all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Promised {
    /// Tickets that were promised a wait and called.
    pub count: i64,
    /// Promised medians, summed, seconds.
    pub promised_s: i64,
    /// |wait − promised median|, summed, seconds.
    pub error_s: i64,
    /// Called no later than the promised median.
    pub within_p50: i64,
    /// Called no later than the promised ninth decile.
    pub within_p90: i64,
}

impl Promised {
    fn merge(&mut self, other: &Self, sign: i64) {
        for (mine, theirs) in [
            (&mut self.count, other.count),
            (&mut self.promised_s, other.promised_s),
            (&mut self.error_s, other.error_s),
            (&mut self.within_p50, other.within_p50),
            (&mut self.within_p90, other.within_p90),
        ] {
            *mine += theirs * sign;
        }
    }
}

impl Promises {
    /// Puts in (`sign` 1) or takes out (−1) what a ticket's first call says of its promise.
    pub fn count_ticket(&mut self, ticket: &Ticket, sign: i64) {
        let (Some(promise), Some(called_at)) = (ticket.promise, ticket.first_called_at()) else {
            return;
        };
        let wait_s = seconds(ticket.issued_at, called_at);
        let promised = Promised {
            count: 1,
            promised_s: i64::from(promise.p50_s),
            error_s: i64::from(wait_s.abs_diff(promise.p50_s)),
            within_p50: i64::from(wait_s <= promise.p50_s),
            within_p90: i64::from(wait_s <= promise.p90_s),
        };
        self.count(promised_bin(promise), &promised, sign);
    }

    /// Puts another set in (`sign` 1) or takes it out (−1).
    pub fn merge(&mut self, other: &Self, sign: i64) {
        for (bin, theirs) in &other.0 {
            self.count(*bin, theirs, sign);
        }
    }

    fn count(&mut self, bin: u8, theirs: &Promised, sign: i64) {
        let mine = self.0.entry(bin).or_default();
        mine.merge(theirs, sign);
        if *mine == Promised::default() {
            self.0.remove(&bin);
        }
    }

    /// Those of one bin.
    pub fn bin(&self, bin: u8) -> Promised {
        self.0.get(&bin).copied().unwrap_or_default()
    }

    /// All bins together.
    pub fn all(&self) -> Promised {
        let mut all = Promised::default();
        self.0.values().for_each(|bin| all.merge(bin, 1));
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bin_holds_its_beginning_and_not_its_end() {
        for (p50_s, bin) in [
            (0, 0),
            (119, 0),
            (120, 1),
            (2_399, 4),
            (2_400, 5),
            (90_000, 5),
        ] {
            let promise = WaitRange {
                p50_s,
                p90_s: p50_s,
            };
            assert_eq!(promised_bin(promise), bin, "{p50_s}");
        }
    }
}
