//! Chances of closing that are known exactly, and what follows from them.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};

use super::closing::{Closing, HYSTERESIS, Remedy, Situation, closing};
use super::habits::Habits;
use super::picture::{Booked, DeskPicture, Doing, Picture, Waiting};
use super::times::Times;
use crate::queue::catalogue::Service;
use crate::queue::setup::ClosingPolicy;
use crate::queue::ticket::DeskNumber;

/// Mean handling, seconds.
const MEAN_S: f64 = 480.0;

/// Three standard errors of a chance from 400 replications.
const PRECISION: f64 = 0.075;

/// Exponential handling.
fn exponential() -> Times {
    let quantile = |n: u32| -(1.0 - (f64::from(n) + 0.5) / 1_000.0).ln();
    Times::certain(MEAN_S, (0..1_000).map(quantile))
}

fn desk(number: u16, services: u64) -> DeskPicture {
    DeskPicture {
        desk: usize::from(number),
        services,
        doing: Doing::Serving {
            ticket: 1_000 + u64::from(number),
            service: 1,
            since_s: 0.0,
        },
        until_s: 1e6,
        goes_on: 1.0,
        breaks: Vec::new(),
    }
}

fn waiting(ticket: u64, service: u8) -> Waiting {
    Waiting {
        ticket,
        service,
        key_s: ticket as f64 - 1_000.0,
        since_s: -60.0,
        callable_s: 0.0,
        reserved_for: None,
    }
}

/// One desk with a customer; so many wait.
fn one_desk(ahead: u64) -> Picture {
    Picture {
        desks: vec![desk(1, 0b1110)],
        waiting: (0..ahead).map(|ticket| waiting(ticket, 1)).collect(),
        ..Picture::default()
    }
}

fn now() -> Timestamp {
    "2026-11-23T14:00:00Z".parse().unwrap()
}

/// What is said of a picture so many minutes before closing.
fn said(picture: &Picture, minutes: i64, remedies: &[Remedy], before: Option<&Closing>) -> Closing {
    let (times, habits) = (exponential(), Habits::none());
    let situation = Situation {
        picture,
        times: &times,
        habits: &habits,
        seed: 7,
        now: now(),
        closes_at: now() + SignedDuration::from_mins(minutes),
        // Only the handling of button 1 is known exactly.
        stopped: &BTreeSet::from([Service::OrderHandout, Service::Corporate]),
    };
    closing(&situation, remedies, &ClosingPolicy::default(), before)
}

fn chance(picture: &Picture, minutes: i64) -> f64 {
    said(picture, minutes, &[], None).chances[&Service::OrderIntake]
}

/// P(a sum of n exponential times is at most t).
fn erlang(stages: u32, t_s: f64) -> f64 {
    let x = t_s / MEAN_S;
    let mut term = 1.0;
    let mut sum = 1.0;
    for k in 1..stages {
        term *= x / f64::from(k);
        sum += term;
    }
    1.0 - (-x).exp() * sum
}

#[test]
fn one_desk_is_done_after_as_many_handlings_as_there_are_customers() {
    for (ahead, minutes) in [(0, 10), (0, 25), (1, 40), (5, 60)] {
        // The one at the desk, those who wait, and one more.
        let exact = erlang(u32::try_from(ahead).unwrap() + 2, minutes as f64 * 60.0);
        let found = chance(&one_desk(ahead), minutes);
        assert!(
            (found - exact).abs() < PRECISION,
            "{ahead}: {found}, not {exact}"
        );
        let present = said(&one_desk(ahead), minutes, &[], None)
            .present
            .by_closing;
        let exact = erlang(u32::try_from(ahead).unwrap() + 1, minutes as f64 * 60.0);
        assert!(
            (present - exact).abs() < PRECISION,
            "{ahead}: {present}, not {exact}"
        );
    }
}

#[test]
fn overtime_is_the_residual_life_past_closing() {
    // A single customer of mean eight minutes, closing in eight: e⁻¹ × 8 min on average.
    let found = said(&one_desk(0), 8, &[], None).present.overtime_mean_s;
    let exact = MEAN_S * (-1.0f64).exp();
    assert!((found - exact).abs() < 0.25 * exact, "{found}, not {exact}");
}

#[test]
fn a_booked_visit_counts_as_present() {
    let mut picture = one_desk(1);
    let without = chance(&picture, 40);
    let mut habits = Habits::none();
    habits.checked_in(-300.0, 1);
    picture.booked = vec![Booked {
        slot_s: 1_200.0,
        number: 1,
    }];
    let (times, stopped) = (exponential(), BTreeSet::new());
    let situation = Situation {
        picture: &picture,
        times: &times,
        habits: &habits,
        seed: 7,
        now: now(),
        closes_at: now() + SignedDuration::from_mins(40),
        stopped: &stopped,
    };
    let with = closing(&situation, &[], &ClosingPolicy::default(), None);
    let with = with.chances[&Service::OrderIntake];
    assert!(with < without - 0.05, "{with}, without {without}");
}

#[test]
fn the_chance_falls_with_everybody_and_rises_with_time() {
    let chances: Vec<f64> = (0..8).map(|ahead| chance(&one_desk(ahead), 45)).collect();
    assert!(chances.is_sorted_by(|a, b| a >= b), "{chances:?}");
    let chances: Vec<f64> = (1..8).map(|step| chance(&one_desk(3), step * 15)).collect();
    assert!(chances.is_sorted(), "{chances:?}");
}

#[test]
fn the_desk_that_lifts_the_lowest_chance_most_is_named() {
    let service = Service::OrderIntake;
    let mut picture = one_desk(4);
    picture.desks[0].services = 0b1010;
    // Desk 2 hands out orders and is idle.
    let mut idle = desk(2, 0b0100);
    idle.doing = Doing::Idle;
    picture.desks.push(idle);
    let remedies = [
        Remedy::OpenDesk {
            desk: DeskNumber(3),
            services: BTreeSet::from([Service::OrderHandout]),
        },
        Remedy::AddService {
            desk: DeskNumber(2),
            service,
        },
    ];
    let closing = said(&picture, 40, &remedies, None);
    assert_eq!(closing.warns_since, Some(now()));
    let help = closing.help.unwrap();
    assert_eq!((&help.remedy, help.service), (&remedies[1], service));
    assert!(help.to > help.from + 0.2, "{help:?}");
    // Nothing is looked for where nothing is wrong.
    assert_eq!(said(&picture, 400, &remedies, None).help, None);
}

#[test]
fn a_warning_ends_only_well_above_its_threshold() {
    let policy = ClosingPolicy::default();
    let picture = one_desk(1);
    let just_above = (30..120)
        .find(|minutes| chance(&picture, *minutes) >= policy.warn_below)
        .unwrap();
    assert!(chance(&picture, just_above) < policy.warn_below + HYSTERESIS);
    let fresh = said(&picture, just_above, &[], None);
    assert_eq!(fresh.warns_since, None);
    let mut before = fresh;
    before.warns_since = Some(Timestamp::UNIX_EPOCH);
    let after = said(&picture, just_above, &[], Some(&before));
    assert_eq!(after.warns_since, Some(Timestamp::UNIX_EPOCH));
    let late = said(&picture, 400, &[], None);
    assert_eq!(late.warns_since, None);
    // Another day's warning is none of today.
    let tomorrow = said(&picture, just_above + 1, &[], Some(&before));
    assert_eq!(tomorrow.warns_since, None);
}

#[test]
fn nobody_is_told_of_an_empty_room() {
    let mut picture = one_desk(0);
    picture.desks[0].doing = Doing::Idle;
    assert_eq!(said(&picture, 1, &[], None).warns_since, None);
}
