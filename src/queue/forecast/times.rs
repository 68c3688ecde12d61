//! How long customers take at a desk, learned.
//!
//! log(handling) = service + desk + day + desk on this day + noise. The effects are jointly
//! normal and every finished customer moves all that are concerned (recursive least squares), so
//! little data stays near the prior and a slow day is known by the middle of the morning. The
//! noise keeps the shape that was seen; its size is drawn towards the prior (inverse gamma,
//! weight [`PRIOR_WEIGHT`]).

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::chance::Chance;
use super::pool::Pool;

/// A service's place in a centre's list, 0 to 63.
pub type ServiceAt = u8;

/// A desk's place in a centre's list.
pub type DeskAt = usize;

/// Logarithm of the median handling before anything is seen: 400 s, a mean of 8 min.
const PRIOR_LOG: f64 = 5.991_464_547;

/// Spread of a service's median around it.
const PRIOR_SERVICE_SD: f64 = 0.5;

/// Spread of the noise before anything is seen.
const PRIOR_NOISE_SD: f64 = 0.6;

/// Customers, or days, that the prior weighs.
const PRIOR_WEIGHT: f64 = 5.0;

/// Spread of desks around each other.
const DESK_SD: f64 = 0.2;

/// Spread of days, and of a desk's days, before any is seen.
const PRIOR_DAY_SD: f64 = 0.1;

/// How far services and desks may drift from one day to the next.
const DRIFT_SD: f64 = 0.01;

/// Shortest handling that is told apart, seconds.
const HANDLING_S_MIN: f64 = 5.0;

/// Most effects that are learned; further desks are taken as average.
const EFFECTS_MAX: usize = 160;

/// Quantiles of the normal distribution: the noise's shape before anything is seen.
const NORMAL: [f64; 10] = [
    -1.645, -1.036, -0.674, -0.385, -0.126, 0.126, 0.385, 0.674, 1.036, 1.645,
];

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
enum Effect {
    Service(ServiceAt),
    Day,
    Desk(DeskAt),
    DeskDay(DeskAt),
}

/// A variance, learned from its prior on.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
struct Variance {
    weight: f64,
    sum: f64,
}

impl Variance {
    fn with_prior(sd: f64) -> Self {
        Self {
            weight: PRIOR_WEIGHT,
            sum: PRIOR_WEIGHT * sd * sd,
        }
    }

    fn add(&mut self, square: f64) {
        self.weight += 1.0;
        self.sum += square;
    }

    fn value(&self) -> f64 {
        self.sum / self.weight
    }
}

/// What a service's customers differ by.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Noise {
    variance: Variance,
    /// In standard deviations.
    shape: Pool,
}

impl Default for Noise {
    fn default() -> Self {
        Self {
            variance: Variance::with_prior(PRIOR_NOISE_SD),
            shape: Pool::with_prior(NORMAL),
        }
    }
}

/// Handling times learned so far.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Times {
    #[serde(with = "effects")]
    effects: BTreeMap<Effect, usize>,
    mean: Vec<f64>,
    covariance: Vec<Vec<f64>>,
    noise: BTreeMap<ServiceAt, Noise>,
    days: Variance,
    desk_days: Variance,
    desks_today: BTreeSet<DeskAt>,
}

impl Default for Times {
    fn default() -> Self {
        Self {
            effects: BTreeMap::new(),
            mean: Vec::new(),
            covariance: Vec::new(),
            noise: BTreeMap::new(),
            days: Variance::with_prior(PRIOR_DAY_SD),
            desk_days: Variance::with_prior(PRIOR_DAY_SD),
            desks_today: BTreeSet::new(),
        }
    }
}

impl Times {
    /// Takes in a customer who was at the desk for so long, seconds.
    pub fn observe(&mut self, service: ServiceAt, desk: DeskAt, handling_s: f64) {
        let concerned: Vec<usize> = Self::concerned(service, desk)
            .into_iter()
            .filter_map(|effect| self.place_of(effect))
            .collect();
        self.desks_today.insert(desk);
        let expected: f64 = concerned.iter().filter_map(|at| self.mean.get(*at)).sum();
        let gain: Vec<f64> = self
            .covariance
            .iter()
            .map(|row| concerned.iter().filter_map(|at| row.get(*at)).sum())
            .collect();
        let uncertainty: f64 = concerned.iter().filter_map(|at| gain.get(*at)).sum();
        let noise = self.noise.entry(service).or_default();
        let own = noise.variance.value();
        let total = uncertainty + own;
        let surprise = handling_s.max(HANDLING_S_MIN).ln() - expected;
        noise.variance.add(surprise * surprise * own / total);
        noise.shape.add(surprise / total.sqrt());
        for (mean, gain) in self.mean.iter_mut().zip(&gain) {
            *mean += gain * surprise / total;
        }
        for (row, left) in self.covariance.iter_mut().zip(&gain) {
            for (cell, right) in row.iter_mut().zip(&gain) {
                *cell -= left * right / total;
            }
        }
    }

    /// Handling with one median and these factors, and no doubt of either.
    #[cfg(test)]
    pub(super) fn certain(median_s: f64, factors: impl Iterator<Item = f64>) -> Self {
        let mut times = Self::default();
        let service = times.place_of(Effect::Service(1)).unwrap();
        times.mean[service] = median_s.ln();
        for desk in 0..10 {
            times.place_of(Effect::Desk(desk));
            times.place_of(Effect::DeskDay(desk));
        }
        times.place_of(Effect::Day);
        for row in &mut times.covariance {
            row.fill(0.0);
        }
        let noise = Noise {
            variance: Variance {
                weight: 1.0,
                sum: 1.0,
            },
            shape: Pool::with_prior(factors.map(f64::ln)),
        };
        times.noise.insert(1, noise);
        times
    }

    /// Begins a day: what is peculiar to the last one is forgotten, how much days differ is not.
    pub fn new_day(&mut self) {
        let desks = std::mem::take(&mut self.desks_today);
        if desks.is_empty() {
            return;
        }
        if let Some(square) = self.square_of(Effect::Day) {
            self.days.add(square);
        }
        for desk in desks {
            if let Some(square) = self.square_of(Effect::DeskDay(desk)) {
                self.desk_days.add(square);
            }
        }
        for (effect, at) in self.effects.clone() {
            match effect {
                Effect::Service(_) | Effect::Desk(_) => {
                    self.put(at, at, |old| old + DRIFT_SD * DRIFT_SD);
                }
                Effect::Day | Effect::DeskDay(_) => self.forget(effect, at),
            }
        }
    }

    /// Mean handling of a service at a desk, seconds.
    pub fn mean_s(&self, service: ServiceAt, desk: DeskAt) -> f64 {
        let log: f64 = Self::concerned(service, desk)
            .into_iter()
            .map(|effect| self.known_mean(effect))
            .sum();
        let factors = self.factors(service);
        #[allow(clippy::cast_precision_loss)] // Tables are small.
        let count = factors.len() as f64;
        log.exp() * factors.iter().sum::<f64>() / count.max(1.0)
    }

    /// What the noise multiplies a median by, smallest first, all equally likely.
    pub fn factors(&self, service: ServiceAt) -> Vec<f64> {
        let unknown = Noise::default();
        let noise = self.noise.get(&service).unwrap_or(&unknown);
        let sd = noise.variance.value().sqrt();
        noise
            .shape
            .by_size()
            .iter()
            .map(|deviation| (deviation * sd).exp())
            .collect()
    }

    /// Everything a run needs to draw medians of these services at these desks.
    pub fn medians(&self, services: &[ServiceAt], desks: &[DeskAt]) -> Medians {
        let effects: Vec<Effect> = services
            .iter()
            .map(|service| Effect::Service(*service))
            .chain([Effect::Day])
            .chain(desks.iter().map(|desk| Effect::Desk(*desk)))
            .chain(desks.iter().map(|desk| Effect::DeskDay(*desk)))
            .collect();
        let mean = effects.iter().map(|e| self.known_mean(*e)).collect();
        let covariance = effects
            .iter()
            .enumerate()
            .map(|(at, left)| {
                let left_effects = effects.iter().take(at + 1);
                left_effects
                    .map(|right| self.known_covariance(*left, *right))
                    .collect()
            })
            .collect();
        Medians {
            services: services.len(),
            desks: desks.len(),
            mean,
            root: cholesky(covariance),
            normal: Vec::new(),
            effects: Vec::new(),
        }
    }

    /// Whether every effect has its mean and its covariances: not where a kept state was damaged.
    pub fn is_sound(&self) -> bool {
        let all = self.effects.len();
        let mut rows = self.covariance.iter();
        self.mean.len() == all
            && self.covariance.len() == all
            && rows.all(|row| row.len() == all)
            && all <= EFFECTS_MAX
    }

    fn concerned(service: ServiceAt, desk: DeskAt) -> [Effect; 4] {
        [
            Effect::Service(service),
            Effect::Day,
            Effect::Desk(desk),
            Effect::DeskDay(desk),
        ]
    }

    fn prior_mean(effect: Effect) -> f64 {
        match effect {
            Effect::Service(_) => PRIOR_LOG,
            Effect::Day | Effect::Desk(_) | Effect::DeskDay(_) => 0.0,
        }
    }

    fn prior_variance(&self, effect: Effect) -> f64 {
        match effect {
            Effect::Service(_) => PRIOR_SERVICE_SD * PRIOR_SERVICE_SD,
            Effect::Day => self.days.value(),
            Effect::Desk(_) => DESK_SD * DESK_SD,
            Effect::DeskDay(_) => self.desk_days.value(),
        }
    }

    /// Where an effect stands; a new one gets its place.
    fn place_of(&mut self, effect: Effect) -> Option<usize> {
        if let Some(at) = self.effects.get(&effect) {
            return Some(*at);
        }
        let at = self.mean.len();
        if at >= EFFECTS_MAX {
            return None;
        }
        self.effects.insert(effect, at);
        self.mean.push(Self::prior_mean(effect));
        self.covariance.iter_mut().for_each(|row| row.push(0.0));
        self.covariance.push(vec![0.0; at + 1]);
        let variance = self.prior_variance(effect);
        self.put(at, at, |_| variance);
        Some(at)
    }

    fn put(&mut self, row: usize, column: usize, change: impl Fn(f64) -> f64) {
        let cell = self.covariance.get_mut(row).and_then(|r| r.get_mut(column));
        if let Some(cell) = cell {
            *cell = change(*cell);
        }
    }

    fn forget(&mut self, effect: Effect, at: usize) {
        if let Some(mean) = self.mean.get_mut(at) {
            *mean = 0.0;
        }
        for other in 0..self.mean.len() {
            self.put(at, other, |_| 0.0);
            self.put(other, at, |_| 0.0);
        }
        let variance = self.prior_variance(effect);
        self.put(at, at, |_| variance);
    }

    /// Expected square of an effect.
    fn square_of(&self, effect: Effect) -> Option<f64> {
        let at = *self.effects.get(&effect)?;
        let mean = self.mean.get(at)?;
        Some(mean * mean + self.covariance.get(at)?.get(at)?)
    }

    fn known_mean(&self, effect: Effect) -> f64 {
        let known = self.effects.get(&effect).and_then(|at| self.mean.get(*at));
        known.copied().unwrap_or(Self::prior_mean(effect))
    }

    fn known_covariance(&self, left: Effect, right: Effect) -> f64 {
        let places = self.effects.get(&left).zip(self.effects.get(&right));
        let known = places.and_then(|(l, r)| self.covariance.get(*l)?.get(*r));
        match known {
            Some(known) => *known,
            None if left == right => self.prior_variance(left),
            None => 0.0,
        }
    }
}

/// Effects in the order of their places: keys that are no text have no spelling in JSON.
mod effects {
    use std::collections::BTreeMap;

    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    use super::Effect;

    pub(super) fn serialize<S: Serializer>(
        effects: &BTreeMap<Effect, usize>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        let mut by_place: Vec<_> = effects.iter().collect();
        by_place.sort_by_key(|(_, at)| **at);
        let effects: Vec<&Effect> = by_place.into_iter().map(|(effect, _)| effect).collect();
        effects.serialize(serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<BTreeMap<Effect, usize>, D::Error> {
        let effects = Vec::<Effect>::deserialize(deserializer)?;
        Ok(effects.into_iter().zip(0..).collect())
    }
}

/// Medians of services at desks, uncertain together.
#[derive(Debug, Clone)]
pub struct Medians {
    services: usize,
    desks: usize,
    mean: Vec<f64>,
    root: Vec<Vec<f64>>,
    normal: Vec<f64>,
    effects: Vec<f64>,
}

impl Medians {
    /// Draws one set: seconds, all services of the first desk, then of the next.
    pub fn draw(&mut self, chance: Chance, medians_s: &mut Vec<f64>) {
        self.normal.clear();
        let pairs = self.mean.len().div_ceil(2);
        for (pair, _) in (0u64..).zip(0..pairs) {
            let (one, other) = chance.of(pair).normal_pair();
            self.normal.extend([one, other]);
        }
        self.effects.clear();
        for (mean, row) in self.mean.iter().zip(&self.root) {
            let moved: f64 = row.iter().zip(&self.normal).map(|(a, z)| a * z).sum();
            self.effects.push(mean + moved);
        }
        let (services, rest) = self.effects.split_at(self.services.min(self.effects.len()));
        let (day, rest) = rest.split_at(1.min(rest.len()));
        let (desks, desk_days) = rest.split_at(self.desks.min(rest.len()));
        let day = day.first().copied().unwrap_or(0.0);
        medians_s.clear();
        for (desk, desk_day) in desks.iter().zip(desk_days) {
            for service in services {
                medians_s.push((service + day + desk + desk_day).exp());
            }
        }
    }
}

/// The lower triangular root of a covariance given by its lower triangle.
fn cholesky(mut rows: Vec<Vec<f64>>) -> Vec<Vec<f64>> {
    for i in 0..rows.len() {
        let (done, rest) = rows.split_at_mut(i);
        let Some(row) = rest.first_mut() else {
            continue;
        };
        for j in 0..=i {
            let (left, right) = row.split_at_mut(j);
            let Some(cell) = right.first_mut() else {
                continue;
            };
            match done.get(j) {
                Some(above) => {
                    let sum: f64 = left.iter().zip(above).map(|(a, b)| a * b).sum();
                    let pivot = above.get(j).copied().unwrap_or(0.0);
                    *cell = if pivot > 0.0 {
                        (*cell - sum) / pivot
                    } else {
                        0.0
                    };
                }
                None => {
                    let sum: f64 = left.iter().map(|a| a * a).sum();
                    *cell = (*cell - sum).max(0.0).sqrt();
                }
            }
        }
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Numbers of a known centre: service medians 300 and 600 s, desk 1 a fifth slower.
    fn taught(days: u64, per_day: u64) -> Times {
        let mut times = Times::default();
        let chance = Chance::of_seed(11);
        for day in 0..days {
            times.new_day();
            let (day_effect, _) = chance.of(day).of(9_999).normal_pair();
            for n in 0..per_day {
                let service = u8::from(n % 3 == 0);
                let desk = usize::from(n % 2 == 0);
                let median = if service == 0 { 300.0 } else { 600.0 };
                let slow = if desk == 1 { 1.2 } else { 1.0 };
                let (noise, _) = chance.of(day).of(n).normal_pair();
                let factor = (0.1 * day_effect + 0.5 * noise).exp();
                times.observe(service, desk, median * slow * factor);
            }
        }
        times
    }

    #[test]
    fn before_anything_is_seen_a_customer_takes_about_eight_minutes() {
        let mean = Times::default().mean_s(0, 0);
        assert!((440.0..520.0).contains(&mean), "{mean}");
    }

    #[test]
    fn forty_days_teach_services_desks_and_the_spread() {
        let mut times = taught(40, 60);
        times.new_day();
        let factor = (0.5f64 * 0.5 / 2.0).exp();
        for (service, desk, median) in [(0, 0, 300.0), (0, 1, 360.0), (1, 0, 600.0)] {
            let ratio = times.mean_s(service, desk) / (median * factor);
            assert!((0.93..1.07).contains(&ratio), "{ratio}");
        }
        let spread = times.noise[&0].variance.value().sqrt();
        assert!((spread - 0.5).abs() < 0.03, "{spread}");
        let days = times.days.value().sqrt();
        assert!((0.05..0.15).contains(&days), "{days}");
    }

    #[test]
    fn a_slow_day_is_known_by_noon() {
        let mut times = taught(40, 60);
        times.new_day();
        let before = times.mean_s(0, 0);
        (0..40).for_each(|n| times.observe(0, n % 2, 1.3 * before));
        assert!(times.mean_s(0, 0) > 1.08 * before);
        times.new_day();
        assert!((times.mean_s(0, 0) / before - 1.0).abs() < 0.05);
    }

    #[test]
    fn medians_are_drawn_with_the_uncertainty_that_is_left() {
        let times = taught(20, 60);
        let mut medians = times.medians(&[0, 1], &[0, 1, 7]);
        let (mut drawn, mut known, mut new) = (Vec::new(), Vec::new(), Vec::new());
        for n in 0..2_000 {
            medians.draw(Chance::of_seed(3).of(n), &mut drawn);
            assert_eq!(drawn.len(), 6);
            known.push(drawn[0].ln());
            new.push(drawn[4].ln());
        }
        let sd = |logs: &[f64]| {
            let mean = logs.iter().sum::<f64>() / logs.len() as f64;
            (logs.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / logs.len() as f64).sqrt()
        };
        assert!(sd(&known) < 0.1 && sd(&new) > 0.2);
    }
}
