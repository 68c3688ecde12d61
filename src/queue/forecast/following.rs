//! One centre followed by its events: the centre itself, folded, and what the follower makes of it.

use std::sync::Arc;

use jiff::Timestamp;

use super::feed::{happenings, seconds, standing};
use super::follow::Follower;
use super::outlook::Outlook;
use super::picture::Credits;
use crate::queue::centre::Centre;
use crate::queue::event::Happened;
use crate::queue::setup::Setup;

/// Seed of the replications: the same state leads to the same forecast.
const SEED: u64 = 20_260_101;

/// A centre that is followed.
#[derive(Debug)]
pub struct Following {
    setup: Arc<Setup>,
    centre: Centre,
    seq: u64,
    follower: Follower,
}

impl Following {
    /// Follows a centre from its state after record `seq` on.
    pub fn begin(setup: Arc<Setup>, centre: Centre, seq: u64, at: Timestamp) -> Self {
        let rules = &setup.rules;
        let credits = Credits {
            out_of_turn_s: rules.out_of_turn_credit.as_secs_f64(),
            ..Credits::default()
        };
        let follower = Follower::of_centre(credits, SEED, rules.undo.as_secs_f64());
        let mut following = Self {
            setup,
            centre,
            seq,
            follower,
        };
        following.stand(at);
        following
    }

    /// Takes the centre's state over as it is.
    fn stand(&mut self, at: Timestamp) {
        for happening in standing(&self.centre, at, &self.setup) {
            self.follower.take(seconds(at), happening);
        }
    }

    /// Takes in the next event.
    pub fn take(&mut self, happened: &Happened) {
        self.centre.apply(happened);
        self.seq = happened.seq;
        let at = seconds(happened.at);
        self.follower.pass(at);
        for happening in happenings(&self.centre, happened, &self.setup) {
            self.follower.take(at, happening);
        }
    }

    /// A record that is no event was passed over.
    pub fn pass(&mut self, seq: u64) {
        self.seq = self.seq.max(seq);
    }

    /// The record taken in last.
    pub fn seq(&self) -> u64 {
        self.seq
    }

    /// Whether anybody waits or works: without them waits do not change by themselves.
    pub fn is_busy(&self) -> bool {
        let mut desks = self.centre.desks.values();
        desks.any(|desk| desk.staffed.is_some())
    }

    /// The centre as followed.
    pub fn centre(&self) -> &Centre {
        &self.centre
    }

    /// What it knows and has learned.
    pub fn follower(&self) -> &Follower {
        &self.follower
    }

    /// What is to be expected at a moment, from so many replications.
    pub fn outlook(&mut self, at: Timestamp, replications: usize) -> Outlook {
        self.follower.outlook(at, replications)
    }
}
