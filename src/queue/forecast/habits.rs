//! What else a centre's days are made of, learned: pauses, ways to the desk, people who do not
//! come or leave, arrivals that go first, breaks and closings. Seconds throughout.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::pool::Pool;
use super::times::ServiceAt;

/// Upper ends of the classes of waits, seconds; the last class has none.
const WAITS_S: [f64; 5] = [300.0, 900.0, 1_800.0, 3_600.0, 7_200.0];

/// Classes of waits.
const CLASSES: usize = WAITS_S.len() + 1;

/// Share who do not come when called, by class of wait, before anything is seen.
const PRIOR_NO_SHOW: [f64; CLASSES] = [0.03, 0.04, 0.05, 0.07, 0.09, 0.10];

/// Calls that this prior weighs, each class.
const PRIOR_CALLS: f64 = 20.0;

/// Before anything is seen one in twenty leaves within an hour and says so; what that weighs, seconds.
const PRIOR_LEAVES: f64 = 0.05;
const PRIOR_EXPOSURE_S: f64 = 3_600.0;

/// Parts of the day for which arrivals are counted, seconds from opening.
const PART_S: f64 = 1_800.0;

/// A shift that nobody came to, as a lateness.
pub const NEVER_S: f64 = 1e9;

/// A share, learned from what it is before anything is seen.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Share {
    yes: f64,
    all: f64,
}

impl Share {
    /// A share that counts as seen `weight` times.
    pub fn with_prior(share: f64, weight: f64) -> Self {
        Self {
            yes: share * weight,
            all: weight,
        }
    }

    /// Counts one more.
    pub fn add(&mut self, yes: bool) {
        self.all += 1.0;
        if yes {
            self.yes += 1.0;
        }
    }

    /// The share.
    pub fn value(&self) -> f64 {
        self.yes / self.all
    }
}

/// Habits learned so far.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Habits {
    /// From the end of one customer to the next call while somebody waits: papers, pauses.
    pub gap: Pool,
    /// From somebody's coming to their call by an idle desk.
    pub reaction: Pool,
    /// From the call to the desk.
    pub walk: Pool,
    /// From the call until somebody is given up.
    pub no_show_after: Pool,
    /// Beginnings of shifts after their planned time; [`NEVER_S`] where nobody came.
    pub lateness: Pool,
    /// Breaks nobody planned.
    pub unplanned_break: Pool,
    /// Ends of planned breaks after their expected end.
    pub break_overrun: Pool,
    /// Planned breaks that are taken when the desk is free after their beginning.
    pub break_taken: Share,
    /// Check-ins of appointments after their slot.
    pub check_in: Pool,
    /// Appointments whose customer checks in.
    pub checks_in: Share,
    /// Desks that go on past the end of the last shift of a day while somebody waits.
    pub goes_on_last: Share,
    /// Desks that do so past the end of an earlier shift.
    pub goes_on: Share,
    no_show: [Share; CLASSES],
    left: [f64; CLASSES],
    exposed_s: [f64; CLASSES],
    sent_on: BTreeMap<ServiceAt, SentOn>,
    arrivals: Arrivals,
    whole_break_error_s: f64,
    planned_end_error_s: f64,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct SentOn {
    share: Share,
    to: BTreeMap<ServiceAt, f64>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Arrivals {
    days: f64,
    parts: Vec<f64>,
    out_of_turn: Share,
    by_service: BTreeMap<ServiceAt, f64>,
    appointments_by_service: BTreeMap<ServiceAt, f64>,
}

impl Default for Habits {
    fn default() -> Self {
        let rests = [3.0, 5.0, 8.0, 12.0, 20.0, 40.0];
        Self {
            gap: Pool::with_prior(rests),
            reaction: Pool::with_prior(rests),
            walk: Pool::default(),
            no_show_after: Pool::with_prior([60.0]),
            lateness: Pool::with_prior([0.0, 0.0, 60.0, 300.0, NEVER_S]),
            unplanned_break: Pool::with_prior([180.0, 300.0, 600.0, 900.0, 1_800.0]),
            break_overrun: Pool::with_prior([0.0, 60.0, 180.0]),
            break_taken: Share::with_prior(0.9, 10.0),
            check_in: Pool::with_prior([-900.0, -600.0, -300.0, -120.0, 300.0]),
            checks_in: Share::with_prior(0.9, 10.0),
            goes_on_last: Share::with_prior(0.9, 5.0),
            goes_on: Share::with_prior(0.1, 5.0),
            no_show: PRIOR_NO_SHOW.map(|share| Share::with_prior(share, PRIOR_CALLS)),
            left: [PRIOR_LEAVES; CLASSES],
            exposed_s: [PRIOR_EXPOSURE_S; CLASSES],
            sent_on: BTreeMap::new(),
            arrivals: Arrivals {
                days: 0.0,
                parts: Vec::new(),
                out_of_turn: Share::with_prior(0.02, 50.0),
                by_service: BTreeMap::new(),
                appointments_by_service: BTreeMap::new(),
            },
            whole_break_error_s: 0.0,
            planned_end_error_s: 0.0,
        }
    }
}

impl Habits {
    /// A centre where nothing happens but handling.
    #[cfg(test)]
    pub(super) fn none() -> Self {
        Self {
            gap: Pool::default(),
            reaction: Pool::default(),
            no_show: [Share::with_prior(0.0, 1.0); CLASSES],
            left: [0.0; CLASSES],
            ..Self::default()
        }
    }

    /// Counts a call after a wait, and whether its customer came.
    pub fn called(&mut self, waited_s: f64, came: bool) {
        if let Some(share) = self.no_show.get_mut(class(waited_s)) {
            share.add(!came);
        }
    }

    /// How likely somebody does not come, by class of wait: never falling.
    pub fn no_show(&self) -> NoShow {
        let mut shares = self.no_show.map(|share| share.value());
        // Pools neighbours that fall: the weighted mean of each falling stretch.
        let mut stretches: Vec<(f64, f64, usize)> = Vec::new();
        for share in &self.no_show {
            let mut new = (share.yes, share.all, 1);
            while let Some(last) = stretches.pop_if(|last| last.0 / last.1 > new.0 / new.1) {
                new = (last.0 + new.0, last.1 + new.1, last.2 + new.2);
            }
            stretches.push(new);
        }
        let levels = stretches
            .iter()
            .flat_map(|(yes, all, width)| std::iter::repeat_n(yes / all, *width));
        for (share, level) in shares.iter_mut().zip(levels) {
            *share = level;
        }
        NoShow(shares)
    }

    /// Counts a wait that ended so, by a call or by leaving.
    pub fn waited(&mut self, waited_s: f64, left: bool) {
        for (exposed, spent) in self.exposed_s.iter_mut().zip(spent(waited_s)) {
            *exposed += spent;
        }
        if left && let Some(count) = self.left.get_mut(class(waited_s)) {
            *count += 1.0;
        }
    }

    /// How readily people leave.
    pub fn leaving(&self) -> Leaving {
        let mut rates = [0.0; CLASSES];
        for ((rate, left), exposed) in rates.iter_mut().zip(&self.left).zip(&self.exposed_s) {
            *rate = left / exposed;
        }
        Leaving(rates)
    }

    /// Counts the end of a stay and where the customer was sent on to, if so.
    pub fn ended(&mut self, service: ServiceAt, sent_on: Option<ServiceAt>) {
        let line = self.sent_on.entry(service).or_insert_with(|| SentOn {
            share: Share::with_prior(0.02, 25.0),
            to: BTreeMap::new(),
        });
        line.share.add(sent_on.is_some());
        if let Some(to) = sent_on {
            *line.to.entry(to).or_default() += 1.0;
        }
    }

    /// Where customers of a service are sent on to, and how many of them.
    pub fn sent_on(&self, service: ServiceAt) -> Vec<(ServiceAt, f64)> {
        let Some(line) = self.sent_on.get(&service) else {
            return Vec::new();
        };
        let total: f64 = line.to.values().sum();
        line.to
            .iter()
            .map(|(to, count)| (*to, line.share.value() * count / total))
            .collect()
    }

    /// Begins a day of arrivals.
    pub fn new_day(&mut self) {
        self.arrivals.days += 1.0;
    }

    /// Counts a walk-in, so long after opening.
    pub fn walked_in(&mut self, since_open_s: f64, service: ServiceAt, out_of_turn: bool) {
        let arrivals = &mut self.arrivals;
        let part = part(since_open_s);
        if arrivals.parts.len() <= part {
            arrivals.parts.resize(part + 1, 0.0);
        }
        if let Some(count) = arrivals.parts.get_mut(part) {
            *count += 1.0;
        }
        arrivals.out_of_turn.add(out_of_turn);
        *arrivals.by_service.entry(service).or_default() += 1.0;
    }

    /// A walk-in counted before was marked out of turn meanwhile.
    pub fn marked_out_of_turn(&mut self) {
        self.arrivals.out_of_turn.yes += 1.0;
    }

    /// Counts the check-in of an appointment.
    pub fn checked_in(&mut self, after_slot_s: f64, service: ServiceAt) {
        self.check_in.add(after_slot_s);
        let services = &mut self.arrivals.appointments_by_service;
        *services.entry(service).or_default() += 1.0;
    }

    /// Walk-ins expected per second, so long after opening, and the share that goes out of turn.
    pub fn arrival_rate(&self, since_open_s: f64) -> (f64, f64) {
        let count = self.arrivals.parts.get(part(since_open_s)).copied();
        let rate = count.unwrap_or(0.0) / (self.arrivals.days.max(1.0) * PART_S);
        (rate, self.arrivals.out_of_turn.value())
    }

    /// Walk-ins expected between two moments after opening, of services that are not stopped, which
    /// are given as bits.
    pub fn expected(&self, from_s: f64, to_s: f64, stopped: u64) -> f64 {
        let services = self.services(false);
        let total: f64 = services.values().sum();
        let let_in = services
            .iter()
            .filter(|(service, _)| stopped & (1 << **service) == 0);
        let share = let_in.map(|(_, weight)| weight).sum::<f64>() / total.max(1.0);
        let mut at_s = from_s;
        let mut expected = 0.0;
        while at_s < to_s {
            let part_ends_s = ((at_s / PART_S).floor() + 1.0) * PART_S;
            let until_s = part_ends_s.max(at_s + 1.0).min(to_s);
            expected += self.arrival_rate(at_s).0 * (until_s - at_s);
            at_s = until_s;
        }
        expected * share
    }

    /// Services of walk-ins and of appointments with their weights.
    pub fn services(&self, appointments: bool) -> &BTreeMap<ServiceAt, f64> {
        if appointments && !self.arrivals.appointments_by_service.is_empty() {
            &self.arrivals.appointments_by_service
        } else {
            &self.arrivals.by_service
        }
    }

    /// When a planned break that begins at `began` should end.
    pub fn break_end(&self, planned: (f64, f64), began: f64) -> f64 {
        if self.planned_end_error_s < self.whole_break_error_s {
            planned.1.max(began)
        } else {
            began + (planned.1 - planned.0)
        }
    }

    /// Takes in a planned break that is over.
    pub fn break_ended(&mut self, planned: (f64, f64), began: f64, ended: f64) {
        self.break_overrun
            .add(ended - self.break_end(planned, began));
        self.whole_break_error_s += (ended - began - (planned.1 - planned.0)).abs();
        self.planned_end_error_s += (ended - planned.1).abs();
    }
}

/// Chances that somebody does not come, by class of wait.
#[derive(Debug, Clone, Copy)]
pub struct NoShow([f64; CLASSES]);

impl NoShow {
    /// After a wait of so long.
    pub fn after(&self, waited_s: f64) -> f64 {
        self.0.get(class(waited_s)).copied().unwrap_or(0.0)
    }
}

/// Rates of leaving per second, by class of wait.
#[derive(Debug, Clone, Copy)]
pub struct Leaving([f64; CLASSES]);

impl Leaving {
    /// Expected leavings of one person up to a wait of so long.
    pub fn up_to(&self, waited_s: f64) -> f64 {
        let spent = spent(waited_s);
        self.0.iter().zip(spent).map(|(rate, s)| rate * s).sum()
    }
}

fn class(waited_s: f64) -> usize {
    WAITS_S.partition_point(|end| *end <= waited_s)
}

/// How much of a wait falls into each class.
fn spent(waited_s: f64) -> [f64; CLASSES] {
    let mut spent = [0.0; CLASSES];
    let mut from = 0.0;
    let ends = WAITS_S.iter().copied().chain([f64::INFINITY]);
    for (class, to) in spent.iter_mut().zip(ends) {
        *class = (waited_s.min(to) - from).max(0.0);
        from = to;
    }
    spent
}

/// The part of the day; what comes before opening belongs to the first.
fn part(since_open_s: f64) -> usize {
    // A day has 48 half-hours and an hour more in autumn.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let part = (since_open_s / PART_S).clamp(0.0, 49.0) as usize;
    part
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_shows_never_fall_with_the_wait() {
        let mut habits = Habits::default();
        for _ in 0..400 {
            habits.called(100.0, false);
            habits.called(1_000.0, true);
        }
        let chances = habits.no_show();
        assert!(chances.after(100.0) <= chances.after(1_000.0));
        assert!(chances.after(1_000.0) <= chances.after(9_000.0));
        assert!((chances.after(100.0) - 0.44).abs() < 0.02);
    }

    #[test]
    fn leaving_is_counted_where_it_happens() {
        let mut habits = Habits::default();
        for _ in 0..100 {
            habits.waited(4_000.0, true);
        }
        let leaving = habits.leaving();
        assert!(leaving.up_to(3_600.0) < 0.05);
        assert!(leaving.up_to(4_000.0) > 0.8);
    }

    #[test]
    fn breaks_end_as_they_did() {
        let planned = (100.0, 1_900.0);
        let mut habits = Habits::default();
        assert!((habits.break_end(planned, 400.0) - 2_200.0).abs() < 1e-9);
        habits.break_ended(planned, 700.0, 1_910.0);
        assert!((habits.break_end(planned, 400.0) - 1_900.0).abs() < 1e-9);
    }

    #[test]
    fn arrivals_are_counted_by_the_part_of_the_day() {
        let mut habits = Habits::default();
        for _ in 0..10 {
            habits.new_day();
            habits.walked_in(-60.0, 1, false);
            habits.walked_in(100.0, 1, true);
        }
        let (rate, out_of_turn) = habits.arrival_rate(1_700.0);
        assert!((rate - 2.0 / 1_800.0).abs() < 1e-12);
        assert!((out_of_turn - 11.0 / 70.0).abs() < 1e-12);
        assert!(habits.arrival_rate(1_900.0).0 < 1e-12);
    }
}
