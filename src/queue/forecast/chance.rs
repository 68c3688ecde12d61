//! Numbers that look random, each a function of what it is drawn for.
//!
//! A customer's handling time in replication 17 is the same number in every forecast, whoever is
//! before them and in whatever order numbers are drawn (common random numbers). So two forecasts
//! differ by what has happened between them and not by luck.

/// A place from which numbers and further places are drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Chance(u64);

/// 2^53: every uniform number is a multiple of its inverse.
const STEPS: f64 = 9_007_199_254_740_992.0;

impl Chance {
    /// The place of a seed.
    pub fn of_seed(seed: u64) -> Self {
        Self(mix(seed))
    }

    /// The place of one thing below this one.
    pub fn of(self, thing: u64) -> Self {
        Self(mix(self.0 ^ thing.wrapping_mul(0x9E37_79B9_7F4A_7C15)))
    }

    /// Uniform between 0 and 1, both excluded.
    pub fn uniform(self) -> f64 {
        // The upper 53 bits.
        #[allow(clippy::cast_precision_loss)]
        let step = (self.0 >> 11) as f64;
        (step + 0.5) / STEPS
    }

    /// Two independent standard normal numbers (Box and Muller).
    pub fn normal_pair(self) -> (f64, f64) {
        let radius = (-2.0 * self.of(1).uniform().ln()).sqrt();
        let (sin, cos) = (std::f64::consts::TAU * self.of(2).uniform()).sin_cos();
        (radius * cos, radius * sin)
    }
}

/// The finalizer of SplitMix64, a bijection that spreads every bit over all.
fn mix(number: u64) -> u64 {
    let mut z = number.wrapping_add(0x9E37_79B9_7F4A_7C15);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbouring_things_are_independent() {
        let chance = Chance::of_seed(7);
        let (mut mean, mut product) = (0.0, 0.0);
        for thing in 0..10_000 {
            let (one, next) = (
                chance.of(thing).uniform() - 0.5,
                chance.of(thing + 1).uniform() - 0.5,
            );
            mean += one / 10_000.0;
            product += one * next / 10_000.0;
        }
        assert!(mean.abs() < 0.01 && product.abs() < 0.003);
    }

    #[test]
    fn normal_numbers_have_mean_0_and_variance_1() {
        let chance = Chance::of_seed(7);
        let numbers: Vec<f64> = (0..5_000)
            .flat_map(|thing| <[f64; 2]>::from(chance.of(thing).normal_pair()))
            .collect();
        let mean = numbers.iter().sum::<f64>() / 10_000.0;
        let variance = numbers.iter().map(|x| x * x).sum::<f64>() / 10_000.0;
        assert!(mean.abs() < 0.03 && (variance - 1.0).abs() < 0.04);
    }
}
