//! One day run forward many times: the rule by which desks call, applied to what may happen.

mod begin;
mod to_end;

pub use to_end::{Crowd, run_to_end};

use super::chance::Chance;
use super::habits::Habits;
use super::picture::Picture;
use super::plan::{LineAt, Plan};
use super::times::{Medians, Times};

/// Most steps of desks in one replication: a bound, far above what a day needs.
const STEPS_MAX: usize = 20_000;

/// Parts of the day in which arrivals are drawn, seconds.
const PART_S: f64 = 1_800.0;

/// When tickets are called that no desk is left for: so long after the last step, seconds.
const NOBODY_LEFT_S: f64 = 600.0;

/// The ticket of nobody: where one of this number would be called is told like that of any other,
/// and nobody is delayed by it.
pub fn ghost(number: u64) -> u64 {
    draw::GHOST | number
}

/// Whether a ticket is nobody's.
pub(super) fn is_ghost(ticket: u64) -> bool {
    ticket & draw::GHOST != 0
}

/// What a number is drawn for.
mod draw {
    pub(super) const LEAVES: u64 = 1;
    pub(super) const COMES: u64 = 2;
    pub(super) const WALK: u64 = 3;
    pub(super) const HANDLING: u64 = 4;
    pub(super) const SENT_ON: u64 = 5;
    pub(super) const GAP: u64 = 6;
    pub(super) const NO_SHOW: u64 = 7;
    pub(super) const SERVICE: u64 = 8;
    pub(super) const TIME: u64 = 9;
    pub(super) const DESK: u64 = 1 << 60;
    pub(super) const BOOKED: u64 = 1 << 61;
    pub(super) const ARRIVAL: u64 = 1 << 62;
    pub(super) const MEDIANS: u64 = 1 << 63;
    /// A ticket's next stay.
    pub(super) const AGAIN: u64 = 1 << 59;
    /// A ticket that nobody has: it tells how long its customer would wait and takes no time.
    pub(super) const GHOST: u64 = 1 << 58;
}

/// Calls of waiting tickets in all replications.
#[derive(Debug, Clone, PartialEq)]
pub struct Calls {
    /// Tickets in calling order, each with the seconds from now to its call, by replication.
    pub by_ticket: Vec<(u64, Vec<f32>)>,
}

/// Runs a picture forward. With `only` the runs end at that ticket's call and the answer holds
/// that ticket alone.
pub fn run(
    picture: &Picture,
    times: &Times,
    habits: &Habits,
    seed: u64,
    replications: usize,
    only: Option<u64>,
) -> Calls {
    let plan = Plan::of(picture, habits, times);
    let (mut medians, mut floor) = medians_and_floor(&plan, times);
    let tracked: Vec<usize> = (0..plan.waiting.len())
        .filter(|at| {
            let ticket = plan.waiting.get(*at).map(|ticket| ticket.ticket);
            only.is_none() || ticket == only
        })
        .collect();
    let mut samples = vec![Vec::with_capacity(replications); tracked.len()];
    for (replication, _) in (0u64..).zip(0..replications) {
        let chance = Chance::of_seed(seed).of(replication);
        medians.draw(chance.of(draw::MEDIANS), &mut floor.medians_s);
        floor.begin(chance, &tracked);
        floor.play();
        for (sample, at) in samples.iter_mut().zip(&tracked) {
            let called = floor.called_s.get(*at).copied().unwrap_or(f64::NAN);
            // Nobody waits for more than a few days of seconds.
            #[allow(clippy::cast_possible_truncation)]
            sample.push(called.max(0.0) as f32);
        }
    }
    let tickets = tracked.iter().filter_map(|at| plan.waiting.get(*at));
    Calls {
        by_ticket: tickets.map(|t| t.ticket).zip(samples).collect(),
    }
}

fn medians_and_floor<'p>(plan: &'p Plan<'p>, times: &Times) -> (Medians, Floor<'p>) {
    (plan.medians(times), Floor::new(plan))
}

/// Somebody who comes to a line later, or may be called before their time.
#[derive(Debug, Clone, Copy)]
struct Extra {
    line: LineAt,
    column: usize,
    key_s: f64,
    thing: u64,
    from_s: f64,
    callable_s: f64,
    /// Place in the queue where it waits already.
    at: Option<usize>,
}

/// Who is called.
#[derive(Debug, Clone, Copy)]
struct Chosen {
    line: LineAt,
    column: usize,
    key_s: f64,
    thing: u64,
    since_s: f64,
    at: Option<usize>,
    extra: Option<usize>,
}

/// One replication under way.
#[derive(Debug)]
struct Floor<'p> {
    plan: &'p Plan<'p>,
    chance: Chance,
    /// By desk and service.
    medians_s: Vec<f64>,
    /// When each desk looks at the queue next; infinity where it waits for somebody to come.
    looks_s: Vec<f64>,
    gone: Vec<bool>,
    goes_on: Vec<bool>,
    breaks_done: Vec<usize>,
    heads: Vec<usize>,
    extras: Vec<Extra>,
    next_arrival_s: f64,
    arrivals: u64,
    called_s: Vec<f64>,
    /// Tracked tickets not called yet.
    is_tracked: Vec<bool>,
    left: usize,
    now_s: f64,
    /// Drawn until then.
    arrivals_until_s: f64,
    /// All who come are drawn, not only those who go first.
    all_arrivals: bool,
    /// Whose end is awaited, where more than calls is wanted.
    crowd: Option<Crowd>,
    /// Of the crowd, those whose visit has no end yet.
    open: usize,
    /// The latest end of their visits.
    last_end_s: f64,
}

impl<'p> Floor<'p> {
    fn new(plan: &'p Plan<'p>) -> Self {
        Self {
            plan,
            chance: Chance::of_seed(0),
            medians_s: Vec::new(),
            looks_s: Vec::new(),
            gone: Vec::new(),
            goes_on: Vec::new(),
            breaks_done: Vec::new(),
            heads: Vec::new(),
            extras: Vec::new(),
            next_arrival_s: f64::INFINITY,
            arrivals: 0,
            called_s: Vec::new(),
            is_tracked: Vec::new(),
            left: 0,
            now_s: 0.0,
            arrivals_until_s: plan.until_s,
            all_arrivals: plan.all_arrivals,
            crowd: None,
            open: 0,
            last_end_s: 0.0,
        }
    }

    /// Runs until all tracked tickets are called and the crowd's visits have their ends.
    fn play(&mut self) {
        for _ in 0..STEPS_MAX {
            if self.left == 0 && self.open == 0 && !self.crowd_grows() {
                return;
            }
            let next = self
                .looks_s
                .iter()
                .enumerate()
                .min_by(|a, b| a.1.total_cmp(b.1));
            let (desk, at_s) = next.map_or((0, f64::INFINITY), |(desk, at_s)| (desk, *at_s));
            if self.next_arrival_s <= at_s && self.next_arrival_s.is_finite() {
                self.arrive();
            } else if at_s.is_finite() {
                self.now_s = at_s;
                self.look(desk);
            } else {
                break;
            }
        }
        for (called, is_tracked) in self.called_s.iter_mut().zip(&self.is_tracked) {
            if *is_tracked && called.is_nan() {
                *called = self.now_s + NOBODY_LEFT_S;
            }
        }
        if self.open > 0 {
            self.last_end_s = f64::INFINITY;
        }
    }

    /// A desk looks at the queue: rests, goes, calls, or waits for somebody to come.
    fn look(&mut self, desk: usize) {
        let Some(picture) = self.plan.picture.desks.get(desk) else {
            return;
        };
        let own = self.chance.of(draw::DESK | as_thing(desk));
        let breaks_done = self.breaks_done.get(desk).copied().unwrap_or(usize::MAX);
        if let Some(planned) = picture.breaks.get(breaks_done)
            && planned.0 <= self.now_s
        {
            set(&mut self.breaks_done, desk, breaks_done + 1);
            let own = own.of(as_thing(breaks_done));
            if own.of(1).uniform() < self.plan.habits.break_taken.value() {
                let overrun_s = self.plan.habits.break_overrun.draw(own.of(2).uniform());
                let end_s = self.plan.habits.break_end(*planned, self.now_s) + overrun_s;
                let gap_s = self.plan.habits.gap.draw(own.of(3).uniform());
                set(&mut self.looks_s, desk, end_s.max(self.now_s) + gap_s);
                return;
            }
        }
        if self.now_s >= picture.until_s
            && !self.goes_on.get(desk).is_some_and(|goes_on| *goes_on)
            && self.others_can(desk)
        {
            set(&mut self.gone, desk, true);
            set(&mut self.looks_s, desk, f64::INFINITY);
            return;
        }
        while let Some(chosen) = self.choose(desk) {
            if self.call(desk, chosen) {
                return;
            }
        }
        self.idle(desk);
    }

    /// Whether every line of this desk in which somebody waits has another desk.
    fn others_can(&self, desk: usize) -> bool {
        let lines = self
            .plan
            .desk_lines
            .get(desk)
            .map_or(&[][..], Vec::as_slice);
        lines.iter().all(|line| {
            let waits = self.head(*line).is_some();
            let others = self.plan.desk_lines.iter().zip(&self.gone).enumerate();
            !waits
                || others
                    .filter(|(other, (_, gone))| *other != desk && !**gone)
                    .any(|(_, (lines, _))| lines.contains(line))
        })
    }

    fn head(&self, line: LineAt) -> Option<usize> {
        let head = *self.heads.get(line)?;
        self.plan.lines.get(line)?.get(head).copied()
    }

    /// The smallest key among those a desk can call now; an appointment before its time only
    /// where there is nobody else.
    fn choose(&self, desk: usize) -> Option<Chosen> {
        let lines = self.plan.desk_lines.get(desk)?;
        let mut best: Option<Chosen> = None;
        for line in lines {
            let Some(at) = self.head(*line) else {
                continue;
            };
            let Some(ticket) = self.plan.waiting.get(at) else {
                continue;
            };
            let is_first =
                best.is_none_or(|best| (ticket.key_s, ticket.ticket) < (best.key_s, best.thing));
            if is_first {
                best = Some(Chosen {
                    line: *line,
                    column: *line,
                    key_s: ticket.key_s,
                    thing: ticket.ticket,
                    since_s: ticket.since_s,
                    at: Some(at),
                    extra: None,
                });
            }
        }
        let mut early: Option<Chosen> = None;
        for (place, extra) in self.extras.iter().enumerate() {
            if extra.from_s > self.now_s || !lines.contains(&extra.line) {
                continue;
            }
            let slot = if extra.callable_s <= self.now_s {
                &mut best
            } else {
                &mut early
            };
            if slot.is_none_or(|first| extra.key_s < first.key_s) {
                *slot = Some(Chosen {
                    line: extra.line,
                    column: extra.column,
                    key_s: extra.key_s,
                    thing: extra.thing,
                    since_s: extra.from_s,
                    at: extra.at,
                    extra: Some(place),
                });
            }
        }
        let mut chosen = best.or(early)?;
        if chosen.column >= self.plan.columns() {
            let service = chosen.at.and_then(|at| self.plan.waiting.get(at))?.service;
            chosen.column = self.plan.column(service);
        }
        Some(chosen)
    }

    /// Calls somebody; false where they have left, which takes no time.
    fn call(&mut self, desk: usize, chosen: Chosen) -> bool {
        match chosen.extra {
            Some(place) => {
                self.extras.swap_remove(place);
            }
            None => {
                if let Some(head) = self.heads.get_mut(chosen.line) {
                    *head += 1;
                }
            }
        }
        let own = self.chance.of(chosen.thing);
        self.leaves_queue(chosen.thing);
        if let Some(at) = chosen.at {
            if is_ghost(chosen.thing) {
                self.pass_ghost(at, self.now_s);
                return false;
            }
            set(&mut self.called_s, at, self.now_s);
            if self.is_tracked.get(at).is_some_and(|tracked| *tracked) {
                self.left -= 1;
            }
            let leaves = self.plan.leaving.up_to(self.now_s - chosen.since_s)
                - self.plan.leaving.up_to(-chosen.since_s);
            let draw = own.of(draw::LEAVES).uniform();
            // 1 − e^−x never exceeds x: most are decided without it.
            if draw < leaves && draw < 1.0 - (-leaves).exp() {
                return false;
            }
        }
        let no_show = self.plan.no_show.after(self.now_s - chosen.since_s);
        if own.of(draw::COMES).uniform() < no_show {
            let after_s = self
                .plan
                .habits
                .no_show_after
                .draw(own.of(draw::NO_SHOW).uniform());
            self.rest_until(desk, self.now_s + after_s, own);
        } else {
            let walk_s = self.plan.habits.walk.draw(own.of(draw::WALK).uniform());
            let factor = self
                .plan
                .factor(chosen.column, own.of(draw::HANDLING).uniform());
            let handling_s = self.median_s(desk, chosen.column) * factor;
            let end_s = self.now_s + walk_s + handling_s;
            self.ends(chosen.thing, end_s);
            self.send_on(chosen.column, chosen.key_s, chosen.thing, own, end_s);
            self.rest_until(desk, end_s, own);
        }
        true
    }

    /// A ghost is called at a moment, unless it was before.
    fn pass_ghost(&mut self, at: usize, called_s: f64) {
        if self.called_s.get(at).is_some_and(|called| called.is_nan()) {
            set(&mut self.called_s, at, called_s);
            if self.is_tracked.get(at).is_some_and(|tracked| *tracked) {
                self.left -= 1;
            }
        }
    }

    /// The desk is done with somebody and calls again after a pause.
    fn rest_until(&mut self, desk: usize, end_s: f64, own: Chance) {
        let gap_s = self.plan.habits.gap.draw(own.of(draw::GAP).uniform());
        set(&mut self.looks_s, desk, end_s + gap_s);
    }

    fn send_on(&mut self, column: usize, key_s: f64, thing: u64, own: Chance, at_s: f64) {
        let Some(to) = self.plan.sent_on.get(column) else {
            return;
        };
        // Nobody is sent around twice: with the same draws they would be for ever.
        if thing & draw::AGAIN != 0 {
            return;
        }
        let mut draw = own.of(draw::SENT_ON).uniform();
        for (line, share) in to {
            if draw < *share {
                self.extras.push(Extra {
                    line: *line,
                    column: *line,
                    key_s,
                    thing: thing | draw::AGAIN,
                    from_s: at_s,
                    callable_s: at_s,
                    at: None,
                });
                self.joins_queue(thing, *line);
                self.wake(*line, at_s, thing);
                return;
            }
            draw -= share;
        }
    }

    /// Nobody to call: the desk looks again when somebody comes that is known of.
    fn idle(&mut self, desk: usize) {
        let lines = self
            .plan
            .desk_lines
            .get(desk)
            .map_or(&[][..], Vec::as_slice);
        let next = self
            .extras
            .iter()
            .filter(|extra| extra.from_s > self.now_s && lines.contains(&extra.line))
            .min_by(|a, b| a.from_s.total_cmp(&b.from_s));
        let looks_s = next.map_or(f64::INFINITY, |extra| {
            extra.from_s + self.reaction_s(extra.thing)
        });
        set(&mut self.looks_s, desk, looks_s);
    }

    /// Somebody came to a line: one idle desk of it will call.
    fn wake(&mut self, line: LineAt, at_s: f64, thing: u64) {
        let looks_s = at_s + self.reaction_s(thing);
        let desks = self
            .looks_s
            .iter_mut()
            .zip(&self.gone)
            .zip(&self.plan.desk_lines);
        for ((looks, gone), lines) in desks {
            if looks.is_infinite() && !gone && lines.contains(&line) {
                *looks = looks_s;
                return;
            }
        }
    }

    fn reaction_s(&self, thing: u64) -> f64 {
        let own = self.chance.of(thing).of(draw::GAP);
        self.plan.habits.reaction.draw(own.uniform())
    }

    fn median_s(&self, desk: usize, column: usize) -> f64 {
        let at = desk * self.plan.columns() + column;
        self.medians_s.get(at).copied().unwrap_or(0.0)
    }

    /// Somebody comes from outside.
    fn arrive(&mut self) {
        let at_s = self.next_arrival_s;
        let thing = draw::ARRIVAL | self.arrivals;
        let own = self.chance.of(thing);
        let since_open_s = self.plan.picture.since_open_s + at_s;
        let (_, share) = self.plan.habits.arrival_rate(since_open_s);
        let out_of_turn = !self.all_arrivals || own.of(draw::COMES).uniform() < share;
        if let Some(line) = drawn(&self.plan.walk_ins, own.of(draw::SERVICE).uniform())
            && self.is_let_in(line)
        {
            let (key_s, callable_s) = self.plan.picture.credits.key(at_s, out_of_turn, None);
            self.extras.push(Extra {
                line,
                column: line,
                key_s,
                thing,
                from_s: at_s,
                callable_s,
                at: None,
            });
            self.joins_queue(thing, line);
            self.wake(line, at_s, thing);
        }
        self.draw_next_arrival();
    }

    /// The next arrival who matters: of those that go first, or of all.
    fn draw_next_arrival(&mut self) {
        self.arrivals += 1;
        let own = self.chance.of(draw::ARRIVAL | self.arrivals);
        let mut left = -own.of(draw::TIME).uniform().ln();
        let open_s = self.plan.picture.since_open_s;
        let mut at_s = self.next_arrival_s;
        while at_s < self.arrivals_until_s {
            let (rate, share) = self.plan.habits.arrival_rate(open_s + at_s);
            let rate = if self.all_arrivals {
                rate
            } else {
                rate * share
            };
            let part_ends_s =
                ((((open_s + at_s) / PART_S).floor() + 1.0) * PART_S - open_s).max(at_s + 1.0);
            let expected = rate * (part_ends_s - at_s);
            if left < expected {
                let comes_s = at_s + left / rate;
                if comes_s >= self.arrivals_until_s {
                    break;
                }
                self.next_arrival_s = comes_s;
                return;
            }
            left -= expected;
            at_s = part_ends_s;
        }
        self.next_arrival_s = f64::INFINITY;
    }
}

/// A line by cumulated shares.
fn drawn(shares: &[(LineAt, f64)], uniform: f64) -> Option<LineAt> {
    let found = shares.iter().find(|(_, share)| uniform < *share);
    found.or(shares.last()).map(|(line, _)| *line)
}

fn set<T>(list: &mut [T], at: usize, value: T) {
    if let Some(place) = list.get_mut(at) {
        *place = value;
    }
}

#[allow(clippy::cast_possible_truncation)] // usize has at most 64 bits.
fn as_thing(at: usize) -> u64 {
    at as u64
}
