//! What was seen lately, to draw from: no shape is assumed.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

/// Most samples a pool keeps; older ones make room.
const SAMPLES_MAX: usize = 1_000;

/// The newest samples of something, also in order of size.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(from = "Vec<f64>", into = "Vec<f64>")]
pub struct Pool {
    by_age: VecDeque<f64>,
    by_size: Vec<f64>,
}

impl From<Vec<f64>> for Pool {
    fn from(by_age: Vec<f64>) -> Self {
        Self::with_prior(by_age)
    }
}

impl From<Pool> for Vec<f64> {
    fn from(pool: Pool) -> Self {
        pool.by_age.into()
    }
}

impl Pool {
    /// A pool that holds what is thought before anything is seen.
    pub fn with_prior(samples: impl IntoIterator<Item = f64>) -> Self {
        let mut pool = Self::default();
        samples.into_iter().for_each(|sample| pool.add(sample));
        pool
    }

    /// Takes a sample in; the oldest goes where there are too many.
    pub fn add(&mut self, sample: f64) {
        if self.by_age.len() >= SAMPLES_MAX
            && let Some(oldest) = self.by_age.pop_front()
        {
            let at = self.by_size.partition_point(|s| *s < oldest);
            if at < self.by_size.len() {
                self.by_size.remove(at);
            }
        }
        let at = self.by_size.partition_point(|s| *s < sample);
        self.by_size.insert(at, sample);
        self.by_age.push_back(sample);
    }

    /// The samples, smallest first.
    pub fn by_size(&self) -> &[f64] {
        &self.by_size
    }

    /// The sample at a share of the way from the smallest to the largest; 0 where there is none.
    pub fn draw(&self, uniform: f64) -> f64 {
        pick(&self.by_size, uniform).unwrap_or(0.0)
    }

    /// A draw known to be above `floor`. What has gone on for longer than anything seen goes on
    /// for half as long again on average.
    pub fn draw_above(&self, floor: f64, uniform: f64) -> f64 {
        let above = self.by_size.partition_point(|s| *s <= floor);
        let longer = self.by_size.get(above..).unwrap_or_default();
        pick(longer, uniform).unwrap_or_else(|| floor - floor.abs() / 2.0 * (1.0 - uniform).ln())
    }

    /// Share of the samples above `floor`.
    pub fn share_above(&self, floor: f64) -> f64 {
        let at = self.by_size.partition_point(|s| *s <= floor);
        share(self.by_size.len() - at, self.by_size.len())
    }
}

/// One of `samples` by a uniform number.
fn pick(samples: &[f64], uniform: f64) -> Option<f64> {
    // Between 0 and the number of samples.
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss
    )]
    let at = (uniform * samples.len() as f64) as usize;
    samples.get(at).or(samples.last()).copied()
}

#[allow(clippy::cast_precision_loss)] // Pools are small.
fn share(part: usize, whole: usize) -> f64 {
    if whole == 0 {
        0.0
    } else {
        part as f64 / whole as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_make_room() {
        let mut pool = Pool::with_prior([5e9]);
        (0..SAMPLES_MAX).for_each(|n| pool.add(n as f64));
        assert_eq!(pool.by_size().len(), SAMPLES_MAX);
        assert!(pool.draw(0.999_999) < 5e9);
        assert!(pool.by_size().is_sorted());
    }

    #[test]
    fn a_draw_above_is_above() {
        let pool = Pool::with_prior([1.0, 2.0, 3.0, 4.0]);
        assert!((pool.draw_above(2.0, 0.1) - 3.0).abs() < 1e-12);
        assert!((pool.draw_above(2.0, 0.9) - 4.0).abs() < 1e-12);
        assert!(pool.draw_above(9.0, 0.5) > 9.0);
        assert!((pool.share_above(1.0) - 0.75).abs() < 1e-12);
    }
}
