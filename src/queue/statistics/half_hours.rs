//! Time by half-hour, exact.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Seconds in a half-hour.
pub const HALF_HOUR_S: i64 = 1_800;

/// How much of each half-hour some stretches of time covered; some of them may still run.
///
/// Kept are only the turns: each end adds, each begin takes away, with its half-hour since 1970
/// and its second within it. What lies between a begin and an end follows from the two, so sums
/// over desks and dates are exact and a day at a desk is a few numbers.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TimeByHalfHour(BTreeMap<i64, [i64; 2]>);

/// The half-hour a moment lies in, counted since 1970. Local half-hours begin with these, as
/// every offset in use in Latvia since 1970 is a whole number of hours.
pub fn half_hour_since_1970(at: Timestamp) -> i64 {
    at.as_second().div_euclid(HALF_HOUR_S)
}

impl TimeByHalfHour {
    /// A stretch begins.
    pub fn begin(&mut self, at: Timestamp) {
        self.turn(at, -1);
    }

    /// A stretch ends.
    pub fn end(&mut self, at: Timestamp) {
        self.turn(at, 1);
    }

    fn turn(&mut self, at: Timestamp, sign: i64) {
        let second = at.as_second().rem_euclid(HALF_HOUR_S);
        self.add(half_hour_since_1970(at), [sign, sign * second]);
    }

    fn add(&mut self, half_hour: i64, [count, seconds]: [i64; 2]) {
        let slot = self.0.entry(half_hour).or_default();
        *slot = [slot[0] + count, slot[1] + seconds];
        if *slot == [0, 0] {
            self.0.remove(&half_hour);
        }
    }

    /// Puts another in (`sign` 1) or takes it out (−1).
    pub fn merge(&mut self, other: &Self, sign: i64) {
        for (half_hour, [count, seconds]) in &other.0 {
            self.add(*half_hour, [count * sign, seconds * sign]);
        }
    }

    /// Whether nothing ever began.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Seconds covered of a half-hour since 1970, as things stand at a moment.
    pub fn seconds_in(&self, half_hour: i64, at: Timestamp) -> u64 {
        let running: i64 = -self.0.values().map(|[count, _]| count).sum::<i64>();
        let mut now = Self::default();
        now.turn(at, running);
        let covered: i64 = [&self.0, &now.0]
            .into_iter()
            .flat_map(|turns| turns.range(half_hour..))
            .map(|(turned, [count, seconds])| {
                if *turned == half_hour {
                    *seconds
                } else {
                    count * HALF_HOUR_S
                }
            })
            .sum();
        u64::try_from(covered).unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn stretches_fall_into_their_half_hours() {
        let mut time = TimeByHalfHour::default();
        // 6.20 to 7.40, and from 7.50 on.
        time.begin(at("2026-10-05T06:20:00Z"));
        time.end(at("2026-10-05T07:40:00Z"));
        time.begin(at("2026-10-05T07:50:00Z"));
        let first = half_hour_since_1970(at("2026-10-05T06:00:00Z"));
        let until = |now: &str| -> Vec<u64> {
            (first - 1..first + 5)
                .map(|half_hour| time.seconds_in(half_hour, at(now)))
                .collect()
        };
        assert_eq!(
            until("2026-10-05T08:10:00Z"),
            [0, 600, 1800, 1800, 1200, 600]
        );
        assert_eq!(until("2026-10-05T07:55:00Z"), [0, 600, 1800, 1800, 900, 0]);
    }

    #[test]
    fn taking_out_what_was_put_in_leaves_nothing() {
        let mut time = TimeByHalfHour::default();
        time.begin(at("2026-10-05T06:20:00Z"));
        time.end(at("2026-10-05T06:25:00Z"));
        let mut sum = time.clone();
        sum.merge(&time, -1);
        assert!(sum.is_empty());
    }
}
