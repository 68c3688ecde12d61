//! Counts by whole seconds.

use serde::{Deserialize, Serialize};

use super::tally::Tally;

/// An exact histogram over whole seconds. Adding histograms loses nothing, so days, desks and
/// centres merge without error.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Histogram(Tally<u32>);

impl Histogram {
    /// The sum of several.
    pub fn sum<'h>(histograms: impl IntoIterator<Item = &'h Self>) -> Self {
        Self(Tally::sum(histograms.into_iter().map(|of| &of.0)))
    }

    /// Whether it holds no value.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many values it holds.
    pub fn count(&self) -> u64 {
        u64::try_from(self.0.count()).unwrap_or(0)
    }

    /// Sum of the values, seconds.
    pub fn sum_s(&self) -> u64 {
        let sum: i64 = self.0.iter().map(|(s, n)| i64::from(s) * n).sum();
        u64::try_from(sum).unwrap_or(0)
    }

    /// The percentile by nearest rank, exact: of {1, 2, 3, 10} the 90th is 10. `percent` 1 to 100.
    pub fn percentile_s(&self, percent: u64) -> Option<u32> {
        let rank = (self.count() * percent).div_ceil(100).max(1);
        let mut seen = 0u64;
        self.0.iter().find_map(|(seconds, count)| {
            seen += u64::try_from(count).unwrap_or(0);
            (seen >= rank).then_some(seconds)
        })
    }

    /// Largest value, seconds.
    pub fn max_s(&self) -> Option<u32> {
        self.0.last()
    }

    /// How many values are at most `seconds`.
    pub fn at_most(&self, seconds: u32) -> u64 {
        let count = match seconds.checked_add(1) {
            Some(next) => self.0.below(next),
            None => self.0.count(),
        };
        u64::try_from(count).unwrap_or(0)
    }

    /// Values with their counts, ascending.
    pub fn iter(&self) -> impl Iterator<Item = (u32, i64)> + '_ {
        self.0.iter()
    }

    /// Puts a value in `count` times, or takes it out as often where that is negative.
    pub fn add(&mut self, seconds: u32, count: i64) {
        self.0.add(seconds, count);
    }

    /// Puts another histogram in (`sign` 1) or takes it out (−1).
    pub fn merge(&mut self, other: &Self, sign: i64) {
        self.0.merge(&other.0, sign);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_nearest_rank() {
        let mut histogram = Histogram::default();
        for value in [1, 2, 3, 10] {
            histogram.add(value, 1);
        }
        assert_eq!(histogram.percentile_s(90), Some(10));
        assert_eq!(histogram.percentile_s(50), Some(2));
        assert_eq!(histogram.percentile_s(100), Some(10));
        assert_eq!(Histogram::default().percentile_s(50), None);
    }

    #[test]
    fn taking_out_what_was_put_in_leaves_nothing() {
        let mut a = Histogram::default();
        a.add(5, 2);
        let mut sum = a.clone();
        sum.merge(&a, -1);
        assert_eq!(sum, Histogram::default());
    }
}
