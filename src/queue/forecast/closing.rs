//! Whether everybody who came is served by closing, and what would help (A2/2/2.3).

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};

use super::feed::{bits, desk_at, seconds, service_at};
use super::follow::Follower;
use super::habits::Habits;
use super::look::cover;
use super::picture::{DeskPicture, Doing, Picture, Waiting};
use super::promise::quantile;
use super::run::{Crowd, run_to_end};
use super::times::Times;
use crate::queue::catalogue::Service;
use crate::queue::setup::ClosingPolicy;
use crate::queue::ticket::DeskNumber;

/// Replications of one chance: its standard error is at most .025.
pub const REPLICATIONS: usize = 400;

/// Replications in which remedies are compared. All see the same chance, so few are enough.
const REMEDY_REPLICATIONS: usize = 200;

/// Most remedies compared at a time.
const REMEDIES_MAX: usize = 32;

/// A chance must rise so far above a threshold before what fell below it is taken back, or what
/// is shown would flicker.
pub const HYSTERESIS: f64 = 0.05;

/// A remedy that lifts the lowest chance by less than this does not help.
const LIFT_MIN: f64 = 0.05;

/// A chance that moved by less, and an end by less than so many seconds, is no reason to draw pages
/// anew.
const WORTH_SHOWING: f64 = 0.02;
const WORTH_SHOWING_S: f64 = 60.0;

/// Overtime is told up to so much, seconds.
const OVERTIME_S_MAX: f64 = 4.0 * 3_600.0;

/// A remedy's desk goes on so long past closing, seconds.
const REMEDY_S: f64 = 4.0 * 3_600.0;

/// The ticket of one more customer: no journal counts so far.
const ONE_MORE: u64 = 1 << 57;

/// Something that can be done for everybody to be served in time.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Remedy {
    /// A desk that is closed opens now.
    OpenDesk {
        /// Which.
        desk: DeskNumber,
        /// Services it is set up for.
        services: BTreeSet<Service>,
    },
    /// An open desk calls one service more.
    AddService {
        /// Which desk.
        desk: DeskNumber,
        /// Which service.
        service: Service,
    },
}

/// The remedy that lifts the lowest chance most.
#[derive(Debug, Clone, PartialEq)]
pub struct Help {
    /// What to do.
    pub remedy: Remedy,
    /// The service whose chance is the lowest.
    pub service: Service,
    /// Its chance as things are …
    pub from: f64,
    /// … and with the remedy, 0 to 1.
    pub to: f64,
}

/// When the last visit of some customers ends.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LastEnd {
    /// The chance that it ends by closing, 0 to 1.
    pub by_closing: f64,
    /// Median from the moment of the forecast, seconds.
    pub p50_s: f64,
    /// Ninth decile, seconds.
    pub p90_s: f64,
    /// Median of the time past closing, seconds.
    pub overtime_p50_s: f64,
    /// Ninth decile of it, seconds.
    pub overtime_p90_s: f64,
    /// Its mean, seconds.
    pub overtime_mean_s: f64,
}

/// Whether everybody is served by closing, as the newest forecast has it.
#[derive(Debug, Clone, PartialEq)]
pub struct Closing {
    /// The moment the forecast was made for.
    pub made_at: Timestamp,
    /// The end of today's reception.
    pub closes_at: Timestamp,
    /// By service: the chance that everybody present and one more of it are finished by then.
    pub chances: BTreeMap<Service, f64>,
    /// Everybody present: at desks, in the queue, and booked.
    pub present: LastEnd,
    /// They and those who are expected to come until closing, services that are stopped left out.
    pub expected: LastEnd,
    /// Walk-ins expected until closing, services that are stopped left out.
    pub arrivals: f64,
    /// Since when staff are to be told, where they are.
    pub warns_since: Option<Timestamp>,
    /// Services for which today may not suffice.
    pub may_not_suffice: BTreeSet<Service>,
    /// What would help most, where there is a warning.
    pub help: Option<Help>,
}

/// A centre before its closing.
#[derive(Debug, Clone, Copy)]
pub struct Situation<'a> {
    /// How things are.
    pub picture: &'a Picture,
    /// Handling times learned.
    pub times: &'a Times,
    /// Habits learned.
    pub habits: &'a Habits,
    /// All chance comes from it.
    pub seed: u64,
    /// The moment of the picture.
    pub now: Timestamp,
    /// The end of today's reception.
    pub closes_at: Timestamp,
    /// Services that are stopped.
    pub stopped: &'a BTreeSet<Service>,
}

/// What a forecast needs besides what the follower knows.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    /// The moment.
    pub now: Timestamp,
    /// The end of today's reception.
    pub closes_at: Timestamp,
    /// Services that are stopped.
    pub stopped: &'a BTreeSet<Service>,
    /// What can be done.
    pub remedies: &'a [Remedy],
    /// Where warnings begin.
    pub policy: &'a ClosingPolicy,
    /// The forecast before, of the same day.
    pub before: Option<&'a Closing>,
}

impl Follower {
    /// Whether everybody is served by closing.
    pub fn closing(&self, asked: &Asked<'_>) -> Closing {
        let picture = self.picture(None);
        debug_assert!((seconds(asked.now) - self.now).abs() < 1e-3, "ask of now");
        let situation = Situation {
            picture: &picture,
            times: &self.times,
            habits: &self.habits,
            seed: self.seed,
            now: asked.now,
            closes_at: asked.closes_at,
            stopped: asked.stopped,
        };
        closing(&situation, asked.remedies, asked.policy, asked.before)
    }
}

/// Whether everybody is served by closing, from the picture of now.
pub fn closing(
    now: &Situation<'_>,
    remedies: &[Remedy],
    policy: &ClosingPolicy,
    before: Option<&Closing>,
) -> Closing {
    let before = before.filter(|before| before.closes_at == now.closes_at);
    let chances: BTreeMap<Service, f64> = Service::ALL
        .into_iter()
        .map(|service| {
            (
                service,
                now.with_one_more(now.picture, service, REPLICATIONS),
            )
        })
        .collect();
    let lowest = chances
        .iter()
        .filter(|(service, _)| !now.stopped.contains(service));
    let lowest = lowest.min_by(|a, b| a.1.total_cmp(b.1));
    let arrivals = now.arrivals();
    let present = now.last_end(false);
    let at_risk = lowest.map_or(present.by_closing, |(_, chance)| *chance);
    let was = before.and_then(|before| before.warns_since);
    let warns = arrivals + now.picture.waiting.len() as f64 >= 1.0
        && is_below(at_risk, policy.warn_below, was.is_some());
    let may_not_suffice = chances.iter().filter(|(service, chance)| {
        let was = before.is_some_and(|before| before.may_not_suffice.contains(service));
        is_below(**chance, policy.may_not_suffice_below, was)
    });
    Closing {
        made_at: now.now,
        closes_at: now.closes_at,
        present,
        expected: now.last_end(true),
        arrivals,
        warns_since: warns.then(|| was.unwrap_or(now.now)),
        may_not_suffice: may_not_suffice.map(|(service, _)| *service).collect(),
        help: lowest
            .filter(|_| warns)
            .and_then(|(service, chance)| now.help(remedies, *service, *chance)),
        chances,
    }
}

/// Whether a chance counts as below a threshold, where it did or did not before.
fn is_below(chance: f64, threshold: f64, was: bool) -> bool {
    chance < threshold + if was { HYSTERESIS } else { 0.0 }
}

impl Situation<'_> {
    fn closes_s(&self) -> f64 {
        self.closes_at.duration_since(self.now).as_secs_f64()
    }

    fn crowd(&self, with_arrivals: bool) -> Crowd {
        Crowd {
            closes_s: self.closes_s(),
            with_arrivals,
            stopped: bits(self.stopped),
        }
    }

    /// The chance that everybody present and one more of a service are finished by closing.
    fn with_one_more(&self, picture: &Picture, service: Service, replications: usize) -> f64 {
        let mut picture = picture.clone();
        picture.waiting.push(Waiting {
            ticket: ONE_MORE,
            service: service_at(service),
            key_s: 0.0,
            since_s: 0.0,
            callable_s: 0.0,
            reserved_for: None,
        });
        cover(&mut picture);
        wake_idle(&mut picture, service);
        let ends_s = self.ends_s(&picture, replications, false);
        share_by(&ends_s, self.closes_s())
    }

    fn ends_s(&self, picture: &Picture, replications: usize, with_arrivals: bool) -> Vec<f64> {
        let mut ends_s = run_to_end(
            picture,
            self.times,
            self.habits,
            self.seed,
            replications,
            self.crowd(with_arrivals),
        );
        ends_s.sort_by(f64::total_cmp);
        ends_s
    }

    fn last_end(&self, with_arrivals: bool) -> LastEnd {
        let closes_s = self.closes_s();
        let ends_s: Vec<f64> = self
            .ends_s(self.picture, REPLICATIONS, with_arrivals)
            .into_iter()
            .map(|end_s| end_s.min(closes_s.max(0.0) + OVERTIME_S_MAX))
            .collect();
        let past: Vec<f64> = ends_s
            .iter()
            .map(|end_s| (end_s - closes_s).max(0.0))
            .collect();
        #[allow(clippy::cast_precision_loss)] // A few hundred.
        let mean_s = past.iter().sum::<f64>() / past.len().max(1) as f64;
        LastEnd {
            by_closing: share_by(&ends_s, closes_s),
            p50_s: quantile(&ends_s, 0.5),
            p90_s: quantile(&ends_s, 0.9),
            overtime_p50_s: quantile(&past, 0.5),
            overtime_p90_s: quantile(&past, 0.9),
            overtime_mean_s: mean_s,
        }
    }

    fn arrivals(&self) -> f64 {
        let open_s = self.picture.since_open_s;
        let closes_s = open_s + self.closes_s();
        self.habits.expected(open_s, closes_s, bits(self.stopped))
    }

    /// The remedy that lifts a service's chance most.
    fn help(&self, remedies: &[Remedy], service: Service, from: f64) -> Option<Help> {
        let tried = remedies.iter().take(REMEDIES_MAX).map(|remedy| {
            let picture = with(self.picture, remedy);
            let to = self.with_one_more(&picture, service, REMEDY_REPLICATIONS);
            (remedy, to)
        });
        let (remedy, to) = tried.max_by(|a, b| a.1.total_cmp(&b.1))?;
        (to >= from + LIFT_MIN).then(|| Help {
            remedy: remedy.clone(),
            service,
            from,
            to,
        })
    }
}

impl Closing {
    /// Whether staff and customers see something other than with `before`.
    pub fn looks_other_than(&self, before: &Self) -> bool {
        let remedy = |closing: &Self| closing.help.as_ref().map(|help| help.remedy.clone());
        let chance_moved = self.chances.iter().any(|(service, chance)| {
            let before = before.chances.get(service).copied().unwrap_or(0.0);
            (chance - before).abs() >= WORTH_SHOWING
        });
        let end_moved = |of: fn(&LastEnd) -> f64| {
            let passed_s = self.made_at.duration_since(before.made_at).as_secs_f64();
            (of(&self.present) + passed_s - of(&before.present)).abs() >= WORTH_SHOWING_S
        };
        self.closes_at != before.closes_at
            || self.warns_since != before.warns_since
            || self.may_not_suffice != before.may_not_suffice
            || remedy(self) != remedy(before)
            || chance_moved
            || end_moved(|end| end.p50_s)
            || end_moved(|end| end.p90_s)
    }

    /// The chance of a service, whole percent rounded down: 100 is certain.
    pub fn percent(&self, service: Service) -> Option<u8> {
        self.chances.get(&service).copied().map(percent)
    }
}

/// A chance in whole percent, rounded down.
pub fn percent(chance: f64) -> u8 {
    // Between 0 and 100.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let percent = (chance * 100.0 + 1e-9).clamp(0.0, 100.0) as u8;
    percent
}

impl LastEnd {
    /// Median and ninth decile as moments, given that of the forecast.
    pub(in crate::queue) fn moments(&self, made_at: Timestamp) -> (Timestamp, Timestamp) {
        let at = |seconds: f64| {
            // At most a day.
            #[allow(clippy::cast_possible_truncation)]
            let since = SignedDuration::from_secs(seconds.max(0.0).ceil() as i64);
            made_at.saturating_add(since).unwrap_or(made_at)
        };
        (at(self.p50_s), at(self.p90_s))
    }
}

/// A desk that idles takes one more at once, as it would take a ticket issued now.
fn wake_idle(picture: &mut Picture, service: Service) {
    let bit = 1 << service_at(service);
    let mut idle = picture.desks.iter_mut();
    if let Some(desk) = idle.find(|desk| desk.doing == Doing::Idle && desk.services & bit != 0) {
        desk.doing = Doing::Ready {
            since_s: 0.0,
            idle: true,
        };
    }
}

/// The picture once something is done.
fn with(picture: &Picture, remedy: &Remedy) -> Picture {
    let mut picture = picture.clone();
    match remedy {
        Remedy::OpenDesk { desk, services } => {
            picture.desks.retain(|known| known.desk != desk_at(*desk));
            picture.desks.push(DeskPicture {
                desk: desk_at(*desk),
                services: bits(services),
                doing: Doing::Ready {
                    since_s: 0.0,
                    idle: true,
                },
                until_s: REMEDY_S,
                goes_on: 1.0,
                breaks: Vec::new(),
            });
            picture.desks.sort_by_key(|desk| desk.desk);
        }
        Remedy::AddService { desk, service } => {
            let known = picture
                .desks
                .iter_mut()
                .find(|known| known.desk == desk_at(*desk));
            if let Some(known) = known {
                known.services |= 1 << service_at(*service);
            }
        }
    }
    picture
}

/// The share of sorted moments that lie by another.
fn share_by(ends_s: &[f64], closes_s: f64) -> f64 {
    let by = ends_s.partition_point(|end_s| *end_s <= closes_s);
    #[allow(clippy::cast_precision_loss)] // A few hundred.
    let share = by as f64 / ends_s.len().max(1) as f64;
    share
}
