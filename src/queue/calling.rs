//! The key that every ticket gets once: it counts as if taken then, and the smallest is called first.
//! One rule for the desks, who count in [`jiff::Timestamp`], and for the forecast, which counts in
//! seconds.

use std::ops::{Add, Sub};

use jiff::SignedDuration;

use super::setup::Rules;

/// What tickets are credited with.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Credits<D> {
    /// An out-of-turn ticket counts as taken so much earlier (A2/2/2.5).
    pub out_of_turn: D,
    /// An appointment counts as taken so long before its slot.
    pub appointment: D,
    /// It is on time until so long after its slot.
    pub late: D,
    /// It is called from so long before its slot, and earlier only by a desk that would idle.
    pub early: D,
}

impl Credits<SignedDuration> {
    /// Those of the configuration.
    pub fn of(rules: &Rules) -> Self {
        Self {
            out_of_turn: rules.out_of_turn_credit,
            appointment: rules.appointment_credit,
            late: rules.appointment_late,
            early: rules.appointment_early,
        }
    }
}

/// Where a ticket stands in the line.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Standing<T> {
    /// Its key: it counts as if taken then.
    pub counts_from: T,
    /// It is called from then on, and earlier only by a desk that would idle.
    pub callable_from: T,
    /// It has its appointment's credit; a customer who comes late is a walk-in.
    pub on_time: bool,
}

impl<D: Copy> Credits<D> {
    /// The standing of a ticket issued, marked out of turn or checked in at `at`.
    pub fn standing<T>(&self, at: T, out_of_turn: bool, slot: Option<T>) -> Standing<T>
    where
        T: Copy + PartialOrd + Add<D, Output = T> + Sub<D, Output = T>,
    {
        let walk_in = Standing {
            counts_from: at,
            callable_from: at,
            on_time: false,
        };
        match slot {
            _ if out_of_turn => Standing {
                counts_from: at - self.out_of_turn,
                ..walk_in
            },
            Some(slot) if at <= slot + self.late => {
                let from = slot - self.early;
                Standing {
                    counts_from: slot - self.appointment,
                    callable_from: if from > at { from } else { at },
                    on_time: true,
                }
            }
            Some(_) | None => walk_in,
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use jiff::Timestamp;

    #[test]
    fn the_desks_and_the_forecast_have_one_rule() {
        let rules = Rules::default();
        let exact = Credits::of(&rules);
        let seconds = Credits {
            out_of_turn: 7_200.0,
            appointment: 3_600.0,
            late: 600.0,
            early: 600.0,
        };
        let at = |s: i64| Timestamp::from_second(1_795_000_000 + s).unwrap();
        let secs = |t: Timestamp| t.duration_since(at(0)).as_secs_f64();
        for (now, out_of_turn, slot) in [
            (0, false, None),
            (0, true, None),
            (0, false, Some(3_000)),
            (2_500, false, Some(3_000)),
            (3_600, false, Some(3_000)),
            (3_601, false, Some(3_000)),
            (2_000, true, Some(3_000)),
        ] {
            let a = exact.standing(at(now), out_of_turn, slot.map(at));
            #[allow(clippy::cast_precision_loss)]
            let b = seconds.standing(now as f64, out_of_turn, slot.map(|s| s as f64));
            assert_eq!(secs(a.counts_from), b.counts_from);
            assert_eq!(secs(a.callable_from), b.callable_from);
            assert_eq!(a.on_time, b.on_time);
        }
    }
}
