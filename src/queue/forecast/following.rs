//! One centre followed by its events: the centre itself, folded, and what the follower makes of it.

use std::sync::Arc;

use jiff::Timestamp;

use super::closing::{Asked, Closing, Remedy};
use super::feed::{happenings, seconds, standing};
use super::follow::Follower;
use super::lessons::Learned;
use super::outlook::Outlook;
use super::picture::Credits;
use crate::queue::catalogue::Service;
use crate::queue::centre::Centre;
use crate::queue::command::Command;
use crate::queue::decide::AUTOMATIC_WITHIN;
use crate::queue::event::Happened;
use crate::queue::setup::{Setup, StopPolicy};
use crate::queue::ticket::TicketId;

/// Seed of the replications: the same state leads to the same forecast.
const SEED: u64 = 20_260_101;

/// Why the daemon stops a service, as staff read it.
const MAY_NOT_SUFFICE_REASON: &str = "Līdz slēgšanai visus var nepaspēt apkalpot";

/// A centre that is followed.
#[derive(Debug)]
pub struct Following {
    setup: Arc<Setup>,
    centre: Centre,
    seq: u64,
    follower: Follower,
}

impl Following {
    /// Follows a centre from its state after record `seq` on, with what was learned up to then.
    pub fn begin(
        setup: Arc<Setup>,
        centre: Centre,
        seq: u64,
        at: Timestamp,
        learned: Option<Learned>,
    ) -> Self {
        let rules = &setup.rules;
        let credits = Credits {
            out_of_turn_s: rules.out_of_turn_credit.as_secs_f64(),
            appointment_s: rules.appointment_credit.as_secs_f64(),
            late_s: rules.appointment_late.as_secs_f64(),
            early_s: rules.appointment_early.as_secs_f64(),
        };
        let mut follower = Follower::of_centre(credits, SEED, rules.undo.as_secs_f64());
        if let Some(learned) = learned {
            follower.know(learned);
        }
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

    /// Whether everybody is served by closing; absent where reception has no end ahead today, or
    /// nobody works.
    pub fn closing(&mut self, at: Timestamp, before: Option<&Closing>) -> Option<Closing> {
        let tz = &self.setup.timezone;
        let calendar = self.centre.calendar(&self.setup);
        let closes_at = calendar.closing(self.setup.date_of(at), tz)?;
        if closes_at <= at || !self.is_busy() {
            return None;
        }
        self.follower.pass(seconds(at));
        let stopped = self.centre.stopped.keys().copied().collect();
        Some(self.follower.closing(&Asked {
            now: at,
            closes_at,
            stopped: &stopped,
            remedies: &self.remedies(),
            policy: &self.setup.closing,
            before,
        }))
    }

    /// What the daemon does by itself about closing, where the centre is configured so: it stops a
    /// service for which today may not suffice, and releases it when it does again.
    pub fn stops_due(&self, closing: &Closing) -> Vec<Command> {
        let near = closing.closes_at.duration_since(closing.made_at) <= AUTOMATIC_WITHIN;
        if self.setup.closing.stop == StopPolicy::ByHand || !near {
            return Vec::new();
        }
        let due = Service::ALL.into_iter().filter_map(|service| {
            let low = closing.may_not_suffice.contains(&service);
            match self.centre.stopped.get(&service) {
                None if low && !self.centre.kept_open.contains(&service) => {
                    Some(Command::StopService {
                        service,
                        reason: MAY_NOT_SUFFICE_REASON.to_owned(),
                    })
                }
                Some(stop) if !low && stop.by.is_none() => {
                    Some(Command::ReleaseService { service })
                }
                None | Some(_) => None,
            }
        });
        due.collect()
    }

    /// Desks that could open, and services that open desks could take over.
    fn remedies(&self) -> Vec<Remedy> {
        let mut remedies = Vec::new();
        for (desk, setup) in &self.setup.desks {
            match self.centre.staffed(*desk) {
                None => remedies.push(Remedy::OpenDesk {
                    desk: *desk,
                    services: setup.services.clone(),
                }),
                Some(staffed) => {
                    let more = setup.services.difference(&staffed.services);
                    remedies.extend(more.map(|service| Remedy::AddService {
                        desk: *desk,
                        service: *service,
                    }));
                }
            }
        }
        remedies
    }

    /// What is learned so far.
    pub fn learned(&self) -> Learned {
        self.follower.learned()
    }

    /// Compares the wait of a ticket issued just now with what would have been promised to it, so
    /// that later promises hold.
    pub fn rehearse(&mut self, ticket: TicketId) {
        // What is promised does not matter here: the follower keeps it until the call.
        let _ = self.follower.forecast(ticket.0);
    }

    /// What is to be expected at a moment, from so many replications.
    pub fn outlook(&mut self, at: Timestamp, replications: usize) -> Outlook {
        self.follower.outlook(at, replications)
    }
}
