//! Waits that are known exactly, from the queue rules' references.
//!
//! What the replications are held to: tables of a thousand quantiles and 20,000 replications give
//! P50, P90 and mean within 2 %.

use super::habits::Habits;
use super::picture::{DeskPicture, Doing, Picture, Waiting};
use super::promise::{Levels, Promise, promise};
use super::run::run;
use super::times::Times;

const REPLICATIONS: usize = 20_000;
const PRECISION: f64 = 0.02;
const QUANTILES: usize = 1_000;

/// Equally likely values of a distribution given by its quantiles.
fn table(quantile: impl Fn(f64) -> f64) -> impl Iterator<Item = f64> {
    (0..QUANTILES).map(move |n| quantile((n as f64 + 0.5) / QUANTILES as f64))
}

/// `ahead` people and one more wait at desks that have been busy for a while.
fn busy(desks: usize, ahead: u64, elapsed_s: f64) -> Picture {
    let desks = (0..desks).map(|desk| DeskPicture {
        desk,
        services: 0b10,
        doing: Doing::Serving {
            ticket: 1_000 + desk as u64,
            service: 1,
            since_s: -elapsed_s,
        },
        until_s: 1e6,
        goes_on: 1.0,
        breaks: Vec::new(),
    });
    let waiting = (0..=ahead).map(|ticket| Waiting {
        ticket,
        service: 1,
        key_s: ticket as f64 - 1_000.0,
        since_s: 0.0,
        callable_s: 0.0,
        reserved_for: None,
    });
    Picture {
        desks: desks.collect(),
        waiting: waiting.collect(),
        ..Picture::default()
    }
}

fn last_of(picture: &Picture, times: &Times) -> Promise {
    let mut calls = run(picture, times, &Habits::none(), 5, REPLICATIONS, None);
    let (_, mut waits_s) = calls.by_ticket.pop().unwrap();
    promise(&mut waits_s, Levels::default().levels()).unwrap()
}

fn check(found: Promise, mean_min: f64, p50_min: f64, p90_min: f64) {
    for (found_s, exact_min) in [
        (found.mean_s, mean_min),
        (found.p50_s, p50_min),
        (found.p90_s, p90_min),
    ] {
        let ratio = found_s / 60.0 / exact_min;
        assert!((ratio - 1.0).abs() < PRECISION, "{found:?}: {ratio}");
    }
}

/// The wait behind n people at s desks of mean m is Erlang(n + 1, s/m).
#[test]
fn exponential_service_gives_erlang_waits() {
    for (desks, mean_s, ahead, mean_min, p50_min, p90_min) in [
        (2, 480.0, 3, 16.0, 14.6882, 26.7231),
        (10, 360.0, 25, 15.6, 15.4005, 19.6267),
    ] {
        let times = Times::certain(mean_s, table(|p| -(1.0 - p).ln()));
        let found = last_of(&busy(desks, ahead, 0.0), &times);
        check(found, mean_min, p50_min, p90_min);
    }
}

/// A customer who has been there for ten minutes where eight are usual.
#[test]
fn a_log_normal_customer_stays_for_the_residual_life() {
    let variance = (1.0 + 0.65f64 * 0.65).ln();
    let median_s = 480.0 / (variance / 2.0).exp();
    let times = Times::certain(median_s, table(|p| (variance.sqrt() * normal(p)).exp()));
    check(last_of(&busy(1, 0, 600.0), &times), 4.9578, 3.2675, 11.4599);
}

/// Quantile of the standard normal distribution, by bisection of its integral.
fn normal(p: f64) -> f64 {
    let distribution = |x: f64| {
        let steps = 400;
        let step = x / f64::from(steps);
        let density = |at: f64| (-at * at / 2.0).exp() / std::f64::consts::TAU.sqrt();
        let inner = (0..steps).map(|n| density(step * (f64::from(n) + 0.5)));
        0.5 + step * inner.sum::<f64>()
    };
    let (mut low, mut high) = (-6.0, 6.0);
    for _ in 0..50 {
        let middle = f64::midpoint(low, high);
        if distribution(middle) < p {
            low = middle;
        } else {
            high = middle;
        }
    }
    high
}
