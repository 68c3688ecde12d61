//! Runs that go on until the last visit ends: for closing.

use super::{Floor, draw, medians_and_floor};
use crate::queue::forecast::chance::Chance;
use crate::queue::forecast::habits::Habits;
use crate::queue::forecast::picture::Picture;
use crate::queue::forecast::plan::{LineAt, Plan};
use crate::queue::forecast::times::{ServiceAt, Times};

/// Whose visits must end. Those at desks, in the queue and booked always belong to it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Crowd {
    /// Walk-ins are let in until then, seconds from now.
    pub closes_s: f64,
    /// They belong to it as well.
    pub with_arrivals: bool,
    /// Services, as bits, that no walk-in is let in to.
    pub stopped: u64,
}

/// The last end of all visits of a crowd, seconds from now, by replication; infinite where
/// somebody is left whom no desk serves.
pub fn run_to_end(
    picture: &Picture,
    times: &Times,
    habits: &Habits,
    seed: u64,
    replications: usize,
    crowd: Crowd,
) -> Vec<f64> {
    let plan = Plan::of(picture, habits, times);
    let (mut medians, mut floor) = medians_and_floor(&plan, times);
    floor.crowd = Some(crowd);
    floor.arrivals_until_s = crowd.closes_s;
    floor.all_arrivals |= crowd.with_arrivals;
    let mut ends_s = Vec::with_capacity(replications);
    for (replication, _) in (0u64..).zip(0..replications) {
        let chance = Chance::of_seed(seed).of(replication);
        medians.draw(chance.of(draw::MEDIANS), &mut floor.medians_s);
        floor.begin(chance, &[]);
        floor.play();
        ends_s.push(floor.last_end_s);
    }
    ends_s
}

impl Floor<'_> {
    /// Whether somebody belongs to the crowd.
    fn belongs(&self, thing: u64) -> bool {
        self.crowd
            .is_some_and(|crowd| crowd.with_arrivals || thing & draw::ARRIVAL == 0)
    }

    /// Somebody waits from now on, or again. Where no desk has the line they would wait for ever.
    pub(super) fn joins_queue(&mut self, thing: u64, line: LineAt) {
        if self.belongs(thing) && self.plan.is_served(line) {
            self.open += 1;
        }
    }

    /// Somebody is called, or found to have left.
    pub(super) fn leaves_queue(&mut self, thing: u64) {
        if self.belongs(thing) {
            self.open = self.open.saturating_sub(1);
        }
    }

    /// A visit, or its first part, ends.
    pub(super) fn ends(&mut self, thing: u64, end_s: f64) {
        if self.belongs(thing) {
            self.last_end_s = self.last_end_s.max(end_s);
        }
    }

    /// Whether somebody who belongs to the crowd is still to come from outside.
    pub(super) fn crowd_grows(&self) -> bool {
        self.crowd.is_some_and(|crowd| crowd.with_arrivals) && self.next_arrival_s.is_finite()
    }

    /// Whether walk-ins of a line are let in.
    pub(super) fn is_let_in(&self, line: LineAt) -> bool {
        let stopped = self.crowd.map_or(0, |crowd| crowd.stopped);
        let service: Option<ServiceAt> = self.plan.service(line);
        stopped == 0 || service.is_none_or(|service| stopped & (1 << service) == 0)
    }
}
