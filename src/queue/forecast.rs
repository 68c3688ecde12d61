//! How long a customer should expect to wait.
//!
//! The wait behind `n` tickets at `s` desks of mean `m` is taken as Erlang(n + 1, s/m): exact
//! where service times are exponential, and the desks' time learned from this centre.

pub mod chance;
pub mod closing;
#[cfg(test)]
mod closing_tests;
#[cfg(test)]
mod exact;
pub mod feed;
pub mod follow;
pub mod following;
mod foresee;
pub mod habits;
mod look;
pub mod outlook;
pub mod picture;
mod plan;
pub mod pool;
pub mod promise;
pub mod run;
pub mod shift;
pub mod stand;
pub mod times;

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::catalogue::Service;
use super::centre::Centre;
use super::desk::Seat;
use super::selection;
use super::ticket::TicketId;
use super::view::WaitRange;

/// What a desk takes for a customer where nothing has been learned yet, seconds.
const PRIOR_MEAN_S: f64 = 480.0;

/// How many customers the prior weighs.
const PRIOR_WEIGHT: f64 = 5.0;

/// What a free desk takes to call somebody, seconds.
const REACTION_S: u32 = 60;

/// Longest wait ever promised, seconds: a day.
const PROMISE_S_MAX: f64 = 86_400.0;

/// Time at the desk, from call to finish, of customers served so far, by service.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct LearnedTimes(pub BTreeMap<Service, LearnedTime>);

/// Sum and count of times at the desk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct LearnedTime {
    /// Stays.
    pub count: i64,
    /// Their sum, seconds.
    pub sum_s: i64,
}

impl LearnedTimes {
    /// Puts another set of times in (`sign` 1) or takes it out (−1).
    pub fn merge(&mut self, other: &Self, sign: i64) {
        for (service, theirs) in &other.0 {
            let mine = self.0.entry(*service).or_default();
            mine.count += theirs.count * sign;
            mine.sum_s += theirs.sum_s * sign;
        }
    }

    /// Mean time at the desk in seconds, drawn towards the prior while little is known.
    pub fn mean_s(&self, service: Service) -> f64 {
        let learned = self.0.get(&service).copied().unwrap_or_default();
        // Counts and sums stay far below 2^52.
        #[allow(clippy::cast_precision_loss)]
        let (count, sum) = (learned.count as f64, learned.sum_s as f64);
        (PRIOR_MEAN_S * PRIOR_WEIGHT + sum) / (PRIOR_WEIGHT + count)
    }
}

/// The wait a ticket of `service` should expect if it counted as taken at `counts_from`.
/// Absent where no open desk serves the service.
pub fn wait(
    centre: &Centre,
    learned: &LearnedTimes,
    service: Service,
    counts_from: Timestamp,
    before: TicketId,
) -> Option<WaitRange> {
    let desks: Vec<_> = centre
        .desks
        .values()
        .filter_map(|desk| desk.staffed.as_ref().map(|staffed| (desk.number, staffed)))
        .filter(|(_, staffed)| staffed.services.contains(&service))
        .collect();
    if desks.is_empty() {
        return None;
    }
    let rivals: Vec<_> = selection::waiting_in_order(centre)
        .into_iter()
        .filter(|ticket| (ticket.counts_from, ticket.id) < (counts_from, before))
        .filter(|ticket| {
            desks
                .iter()
                .any(|(number, desk)| selection::is_for_desk(centre, *number, desk, ticket))
        })
        .collect();
    let free = desks
        .iter()
        .filter(|(_, desk)| matches!(desk.seat, Seat::Free { .. }))
        .count();
    let Some(ends_before) = (rivals.len() + 1).checked_sub(free).filter(|n| *n > 0) else {
        return Some(WaitRange {
            p50_s: 0,
            p90_s: REACTION_S,
        });
    };
    let mean_s = mean_of(learned, rivals.iter().map(|t| t.service), service);
    // A centre has a few dozen desks.
    #[allow(clippy::cast_precision_loss)]
    let rate_per_s = desks.len() as f64 / mean_s;
    Some(WaitRange {
        p50_s: whole_seconds(erlang_quantile(ends_before, rate_per_s, 0.5)),
        p90_s: whole_seconds(erlang_quantile(ends_before, rate_per_s, 0.9)),
    })
}

/// Mean time at the desk over the tickets ahead; of the ticket's own service where none is.
fn mean_of(
    learned: &LearnedTimes,
    ahead: impl ExactSizeIterator<Item = Service>,
    own: Service,
) -> f64 {
    let count = ahead.len();
    if count == 0 {
        return learned.mean_s(own);
    }
    // Queues stay far below 2^52.
    #[allow(clippy::cast_precision_loss)]
    let count = count as f64;
    ahead.map(|service| learned.mean_s(service)).sum::<f64>() / count
}

/// Quantile of the Erlang distribution with `shape` stages of `rate` each, by bisection.
fn erlang_quantile(shape: usize, rate: f64, probability: f64) -> f64 {
    let (mut low, mut high) = (0.0, PROMISE_S_MAX);
    while high - low > 1e-6 * high.max(1.0) {
        let middle = f64::midpoint(low, high);
        if erlang_distribution(shape, rate * middle) < probability {
            low = middle;
        } else {
            high = middle;
        }
    }
    high
}

/// P(at least `shape` events by now) where `mean` are expected: 1 − Poisson distribution, summed
/// in logarithms so that long queues do not underflow.
fn erlang_distribution(shape: usize, mean: f64) -> f64 {
    if mean <= 0.0 {
        return 0.0;
    }
    let mut log_term = -mean;
    let mut sum = log_term.exp();
    for k in 1..shape {
        // Queues stay far below 2^52.
        #[allow(clippy::cast_precision_loss)]
        let k = k as f64;
        log_term += mean.ln() - k.ln();
        sum += log_term.exp();
    }
    1.0 - sum.min(1.0)
}

/// Rounds up to whole seconds.
fn whole_seconds(seconds: f64) -> u32 {
    // Between 0 and a day.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let whole = seconds.clamp(0.0, PROMISE_S_MAX).ceil() as u32;
    whole
}

#[cfg(test)]
mod tests {
    use super::*;

    /// queue-rules: 2 desks of 8 min with 3 ahead; 10 desks of 6 min with 25 ahead.
    #[test]
    fn erlang_quantiles_meet_the_exact_references() {
        for (desks, mean_min, ahead, p50, p90) in [
            (2.0, 8.0, 3, 14.6882, 26.7231),
            (10.0, 6.0, 25, 15.4005, 19.6267),
        ] {
            for (probability, expected_min) in [(0.5, p50), (0.9, p90)] {
                let rate = desks / (mean_min * 60.0);
                let found_min = erlang_quantile(ahead + 1, rate, probability) / 60.0;
                assert!(
                    (found_min - expected_min).abs() < 1e-4,
                    "{found_min} is not {expected_min}"
                );
            }
        }
    }

    #[test]
    fn learning_moves_the_mean_from_the_prior() {
        let mut learned = LearnedTimes::default();
        assert!((learned.mean_s(Service::Corporate) - 480.0).abs() < 1e-9);
        learned.0.insert(
            Service::Corporate,
            LearnedTime {
                count: 5,
                sum_s: 5 * 240,
            },
        );
        assert!((learned.mean_s(Service::Corporate) - 360.0).abs() < 1e-9);
    }
}
