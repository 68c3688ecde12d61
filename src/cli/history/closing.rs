//! What comes of rules for closing on simulated days: the days are lived again under each rule, and
//! a customer who is refused does not come in.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context as _, Result};
use jiff::{SignedDuration, Timestamp};
use rand::{Rng as _, SeedableRng as _};
use rand_pcg::Pcg64Mcg;

use super::centre::{Arrivals, CLOSES_S, Door, Happened, Lived, Noted, OpenDoor, Team, WalkIn};
use crate::queue::catalogue::Service;
use crate::queue::forecast::closing::{Asked, Closing};
use crate::queue::forecast::follow::{Follower, Happening};
use crate::queue::forecast::picture::Credits;
use crate::queue::setup::ClosingPolicy;

/// Seconds of a day.
const DAY_S: f64 = 86_400.0;

/// Days before a rule is measured, from which the forecast learns.
const LEARNING_DAYS: u32 = 40;

/// The daemon stops a service at most this long before closing, seconds.
const STOPS_WITHIN_S: f64 = 7_200.0;

/// A centre and its days.
#[derive(Debug, Clone, Copy)]
pub struct Days {
    /// Everything is drawn from it.
    pub seed: u64,
    /// Desks.
    pub desks: u16,
    /// Customers of an average day for each desk.
    pub customers_per_desk: u16,
    /// As many come in the last half-hour as in any other, not only a few.
    pub steady: bool,
    /// Days measured, after those of learning.
    pub days: u32,
}

/// Who is refused.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Rule {
    /// Nobody.
    Never,
    /// Whoever comes so long before closing, seconds.
    CutOff(f64),
    /// Whoever comes while the chance that all present and one more are finished by closing is
    /// below this.
    Chance(f64),
}

/// What came of a rule, a day on average.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Outcome {
    /// Customers refused.
    pub refused: f64,
    /// Of these, who would have been finished by closing had they alone been let in.
    pub needlessly: f64,
    /// From closing to the last finish, minutes.
    pub overtime_mean_min: f64,
    /// Ninth decile of it over the days, minutes.
    pub overtime_p90_min: f64,
}

/// Lives the days under a rule.
///
/// # Errors
/// Where the calendar ends.
pub fn outcome(days: &Days, rule: Rule) -> Result<Outcome> {
    let mut chance = Pcg64Mcg::seed_from_u64(days.seed);
    let team = Team::new(days.desks, days.customers_per_desk, &mut chance);
    let arrivals = if days.steady {
        Arrivals::Steady
    } else {
        Arrivals::Morning
    };
    let mut follower = Follower::new(Credits::default(), days.seed);
    let (mut refused, mut needlessly) = (0.0, 0.0);
    let mut overtimes_s = Vec::new();
    for day in 0..LEARNING_DAYS + days.days {
        let seed = chance.random();
        let day_s = f64::from(day) * DAY_S;
        let rule = if day < LEARNING_DAYS {
            Rule::Never
        } else {
            rule
        };
        let plan = team.day(seed, 1, arrivals, &mut OpenDoor).announced(day_s);
        follower.take(day_s, plan);
        let mut door = Keeper::new(rule, follower, day_s)?;
        let lived = team.day(seed, 1, arrivals, &mut door);
        door.feed(&lived.happened, f64::INFINITY);
        let Keeper {
            follower: learned,
            let_in,
            turned_away,
            ..
        } = door;
        follower = learned;
        if day < LEARNING_DAYS {
            continue;
        }
        overtimes_s.push((last_finish(&lived) - CLOSES_S).max(0.0));
        for person in turned_away {
            refused += 1.0;
            let mut twin = ListedDoor(let_in.iter().copied().chain([person]).collect());
            let lived = team.day(seed, 1, arrivals, &mut twin);
            needlessly += f64::from(u8::from(is_finished_by_closing(&lived, person)));
        }
    }
    overtimes_s.sort_by(f64::total_cmp);
    let n = f64::from(days.days.max(1));
    let ninth = overtimes_s.len() * 9 / 10;
    Ok(Outcome {
        refused: refused / n,
        needlessly: needlessly / n,
        overtime_mean_min: overtimes_s.iter().sum::<f64>() / n / 60.0,
        overtime_p90_min: overtimes_s.get(ninth).copied().unwrap_or(0.0) / 60.0,
    })
}

fn last_finish(lived: &Lived) -> f64 {
    let finishes = lived.happened.iter();
    finishes
        .filter(|noted| matches!(noted.what, Happened::Finished { .. }))
        .map(|noted| noted.at_s)
        .fold(0.0, f64::max)
}

fn is_finished_by_closing(lived: &Lived, person: u64) -> bool {
    lived.happened.iter().any(|noted| {
        matches!(noted.what, Happened::Finished { ticket, .. }
            if noted.at_s <= CLOSES_S && lived.of_ticket.get(&ticket) == Some(&person))
    })
}

/// Lets in whom it knows.
struct ListedDoor(BTreeSet<u64>);

impl Door for ListedDoor {
    fn lets_in(&mut self, walk_in: WalkIn, _: &[Noted]) -> bool {
        self.0.contains(&walk_in.person)
    }
}

/// Lets in by a rule, and follows what happens.
struct Keeper {
    rule: Rule,
    follower: Follower,
    /// Midnight of the day on the follower's clock.
    day_s: f64,
    closes_at: Timestamp,
    /// Notes taken over, of which some are of the future, by their time and place.
    taken: usize,
    to_come: BTreeMap<(u64, usize), Noted>,
    closing: Option<Closing>,
    let_in: BTreeSet<u64>,
    turned_away: Vec<u64>,
}

impl Keeper {
    fn new(rule: Rule, follower: Follower, day_s: f64) -> Result<Self> {
        Ok(Self {
            rule,
            follower,
            day_s,
            closes_at: moment(day_s + CLOSES_S)?,
            taken: 0,
            to_come: BTreeMap::new(),
            closing: None,
            let_in: BTreeSet::new(),
            turned_away: Vec::new(),
        })
    }

    /// Tells the follower what happened up to a moment.
    fn feed(&mut self, happened: &[Noted], now_s: f64) {
        for (place, noted) in happened.iter().enumerate().skip(self.taken) {
            // Times of one day are positive, so their bits are in their order.
            self.to_come
                .insert((noted.at_s.to_bits(), place), noted.clone());
        }
        self.taken = self.taken.max(happened.len());
        while let Some(first) = self.to_come.first_entry() {
            if first.get().at_s > now_s {
                break;
            }
            let noted = first.remove();
            let happening = told(&noted.what, self.day_s);
            self.follower.take(self.day_s + noted.at_s, happening);
        }
    }

    /// Whether the forecast is below the threshold for one more of a service.
    fn is_low(&mut self, threshold: f64, walk_in: WalkIn) -> bool {
        let now_s = self.day_s + walk_in.at_s;
        let (Ok(now), Ok(service)) = (moment(now_s), Service::try_from(walk_in.service)) else {
            return false;
        };
        self.follower.pass(now_s);
        let policy = ClosingPolicy {
            warn_below: 0.0,
            may_not_suffice_below: threshold,
            ..ClosingPolicy::default()
        };
        let closing = self.follower.closing(&Asked {
            now,
            closes_at: self.closes_at,
            stopped: &BTreeSet::new(),
            remedies: &[],
            policy: &policy,
            before: self.closing.as_ref(),
        });
        let is_low = closing.may_not_suffice.contains(&service);
        self.closing = Some(closing);
        is_low
    }
}

impl Door for Keeper {
    fn lets_in(&mut self, walk_in: WalkIn, happened: &[Noted]) -> bool {
        let left_s = CLOSES_S - walk_in.at_s;
        let refuses = match self.rule {
            Rule::Never => false,
            Rule::CutOff(before_s) => left_s <= before_s,
            Rule::Chance(threshold) if left_s <= STOPS_WITHIN_S => {
                self.feed(happened, walk_in.at_s);
                self.is_low(threshold, walk_in)
            }
            Rule::Chance(_) => false,
        };
        if refuses {
            self.turned_away.push(walk_in.person);
        } else {
            self.let_in.insert(walk_in.person);
        }
        !refuses
    }
}

fn moment(seconds: f64) -> Result<Timestamp> {
    // Some years at most.
    #[allow(clippy::cast_possible_truncation)]
    let since = SignedDuration::from_millis((seconds * 1_000.0) as i64);
    Timestamp::UNIX_EPOCH
        .checked_add(since)
        .context("the days go on for too long")
}

/// What happened, for the follower.
fn told(what: &Happened, day_s: f64) -> Happening {
    let at = |desk: u16| usize::from(desk);
    match what {
        Happened::DeskOpen { desk, services } => {
            let bits = services.iter().fold(0, |bits, service| bits | 1 << service);
            Happening::DeskOpen(at(*desk), bits)
        }
        Happened::DeskClose { desk } => Happening::DeskClose(at(*desk)),
        Happened::DeskBreak { desk } => Happening::DeskBreak(at(*desk)),
        Happened::DeskBack { desk } => Happening::DeskBack(at(*desk)),
        Happened::Issued {
            ticket,
            service,
            out_of_turn,
            appointment,
        } => Happening::Issued {
            ticket: *ticket,
            service: *service,
            out_of_turn: *out_of_turn,
            appointment: appointment.map(|slot_s| day_s + slot_s),
        },
        Happened::Called { ticket, desk } => Happening::Called(*ticket, at(*desk)),
        Happened::Arrived { ticket, .. } => Happening::Arrived(*ticket),
        Happened::Finished { ticket, .. } => Happening::Finished(*ticket),
        Happened::NoShow { ticket, .. } => Happening::NoShow(*ticket),
        Happened::Cancelled { ticket } => Happening::Cancelled(*ticket),
        Happened::Transferred {
            ticket, service, ..
        } => Happening::Transferred(*ticket, *service),
    }
}
