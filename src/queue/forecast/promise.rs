//! What is told to people: quantiles of the replications, set right by how earlier promises went,
//! and rounded.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

/// Promises whose outcome is kept.
const KEPT_MAX: usize = 1_500;

/// Outcomes that the levels as they are weigh.
const PRIOR_WEIGHT: usize = 200;

/// Up to so long whole minutes are shown, minutes.
const FINE_MIN: u32 = 10;

/// Up to so long steps of five minutes, above it of ten.
const MIDDLE_MIN: u32 = 60;

/// A shown wait moves only by more than this, seconds …
const MOVE_S: u32 = 120;

/// … and by more than so many percent of what is shown.
const MOVE_PERCENT: u32 = 15;

/// The wait promised to a ticket, seconds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Promise {
    /// Half of such customers are called earlier.
    pub p50_s: f64,
    /// Nine in ten are.
    pub p90_s: f64,
    /// On average.
    pub mean_s: f64,
}

/// Which quantiles of the replications have proved to be P50 and P90.
///
/// Where a wait came to lie among its replications is kept; the level below which nine in ten of
/// them lie replaces .9. This holds the promise whatever the model does not know of a centre.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Levels {
    ranks: VecDeque<f64>,
}

impl Levels {
    /// Takes in where a wait lay among its replications, 0 to 1.
    pub fn add(&mut self, rank: f64) {
        if self.ranks.len() >= KEPT_MAX {
            self.ranks.pop_front();
        }
        self.ranks.push_back(rank);
    }

    /// The levels to read instead of .5 and .9; never crossing.
    pub fn levels(&self) -> (f64, f64) {
        let mut sorted: Vec<f64> = self.ranks.iter().copied().collect();
        #[allow(clippy::cast_precision_loss)] // A few hundred.
        let prior = (0..PRIOR_WEIGHT).map(|n| (n as f64 + 0.5) / PRIOR_WEIGHT as f64);
        sorted.extend(prior);
        sorted.sort_by(f64::total_cmp);
        (quantile(&sorted, 0.5), quantile(&sorted, 0.9))
    }
}

/// The promise from the waits in all replications, read at the levels that stand for .5 and .9;
/// sorts the waits. Absent where there are none.
pub fn promise(waits_s: &mut [f32], levels: (f64, f64)) -> Option<Promise> {
    if waits_s.is_empty() {
        return None;
    }
    waits_s.sort_by(f32::total_cmp);
    let waits: Vec<f64> = waits_s.iter().map(|wait| f64::from(*wait)).collect();
    #[allow(clippy::cast_precision_loss)] // A few thousand.
    let mean_s = waits.iter().sum::<f64>() / waits.len() as f64;
    Some(Promise {
        p50_s: quantile(&waits, levels.0),
        p90_s: quantile(&waits, levels.1),
        mean_s,
    })
}

/// Where a wait lies among sorted replications, 0 to 1.
pub fn rank(sorted_s: &[f32], wait_s: f64) -> f64 {
    let below = sorted_s.partition_point(|wait| f64::from(*wait) < wait_s);
    #[allow(clippy::cast_precision_loss)] // A few thousand.
    let rank = (below as f64 + 0.5) / (sorted_s.len() as f64 + 1.0);
    rank
}

/// The quantile of sorted values, interpolated; 0 where there are none.
pub fn quantile(sorted: &[f64], level: f64) -> f64 {
    #[allow(clippy::cast_precision_loss)] // A few thousand.
    let place = (level * sorted.len() as f64 - 0.5).max(0.0);
    // Between 0 and the number of values.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let below = place as usize;
    let Some(low) = sorted.get(below).or(sorted.last()) else {
        return 0.0;
    };
    let high = sorted.get(below + 1).unwrap_or(low);
    low + (high - low) * place.fract()
}

/// Minutes as shown, "20–35 min": rounded up, coarser the longer.
pub fn shown_min(wait_s: u32) -> u32 {
    let minutes = wait_s.div_ceil(60);
    let step = if minutes <= FINE_MIN {
        1
    } else if minutes <= MIDDLE_MIN {
        5
    } else {
        10
    };
    minutes.div_ceil(step) * step
}

/// Whether a new value is so far from the one shown that it is worth a new picture.
pub fn is_worth_showing(shown_s: u32, now_s: u32) -> bool {
    let moved = shown_s.abs_diff(now_s);
    let percent = u64::from(shown_s) * u64::from(MOVE_PERCENT) / 100;
    moved > MOVE_S && u64::from(moved) > percent
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn levels_move_to_where_waits_came_to_lie() {
        let mut levels = Levels::default();
        let (middle, most) = levels.levels();
        assert!((middle - 0.5).abs() < 0.005 && (most - 0.9).abs() < 0.005);
        (0..1_000).for_each(|n| levels.add(f64::from(n) / 1_000.0 * 0.5 + 0.5));
        let (middle, most) = levels.levels();
        assert!((0.68..0.76).contains(&middle), "{middle}");
        assert!((0.93..0.96).contains(&most), "{most}");
    }

    #[test]
    fn quantiles_do_not_cross_whatever_is_learned() {
        let mut levels = Levels::default();
        for rank in [0.999, 0.001, 0.5, 0.999, 0.0] {
            (0..300).for_each(|_| levels.add(rank));
            let mut waits: Vec<f32> = (0..500).map(|n| (n % 37) as f32).collect();
            let promise = promise(&mut waits, levels.levels()).unwrap();
            assert!(promise.p50_s <= promise.p90_s);
        }
        assert_eq!(promise(&mut [], (0.5, 0.9)), None);
    }

    #[test]
    fn waits_are_rounded_up() {
        for (wait_s, shown) in [
            (0, 0),
            (1, 1),
            (60, 1),
            (540, 9),
            (601, 15),
            (1_201, 25),
            (3_600, 60),
            (3_601, 70),
        ] {
            assert_eq!(shown_min(wait_s), shown);
        }
    }

    #[test]
    fn small_moves_are_not_shown() {
        assert!(!is_worth_showing(600, 720));
        assert!(is_worth_showing(600, 721));
        assert!(is_worth_showing(600, 400));
        assert!(!is_worth_showing(3_600, 3_060));
        assert!(is_worth_showing(3_600, 3_059));
    }

    #[test]
    fn a_rank_lies_between_0_and_1() {
        let sorted = [1.0, 2.0, 3.0];
        assert!((rank(&sorted, 0.0) - 0.125).abs() < 1e-9);
        assert!((rank(&sorted, 9.0) - 0.875).abs() < 1e-9);
    }
}
