//! The outlook of a centre that is followed: one run for everybody who waits and for whoever
//! would come next.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::feed::{seconds, service_at};
use super::follow::Follower;
use super::outlook::Outlook;
use super::picture::{Picture, Waiting};
use super::promise::promise;
use super::run::{ghost, run};
use super::times::ServiceAt;
use crate::queue::catalogue::Service;
use crate::queue::ticket::TicketId;
use crate::queue::view::WaitRange;

/// Longest wait ever promised, seconds: a day.
const PROMISE_S_MAX: f64 = 86_400.0;

impl Follower {
    /// What is to be expected at a moment, from so many replications.
    pub fn outlook(&mut self, at: Timestamp, replications: usize) -> Outlook {
        self.pass(seconds(at));
        let mut picture = self.as_it_is(None);
        self.keep_served(&mut picture);
        let newcomers = self.newcomers(&picture);
        let ghosts = newcomers.iter().map(|(_, ghost)| *ghost);
        picture.waiting.extend(ghosts);
        let (times, habits) = (&self.times, &self.habits);
        let mut calls = run(&picture, times, habits, self.seed, replications, None);
        let mut outlook = Outlook::nothing(at);
        let levels = self.levels.levels();
        self.next.clear();
        for (ticket, waits_s) in &mut calls.by_ticket {
            let Some(told) = promise(waits_s, levels) else {
                continue;
            };
            let range = WaitRange {
                p50_s: whole_seconds(told.p50_s),
                p90_s: whole_seconds(told.p90_s),
            };
            let of_ghost = newcomers.iter().find(|(_, ghost)| ghost.ticket == *ticket);
            let Some(((service, out_of_turn), _)) = of_ghost else {
                outlook.waits.insert(TicketId(*ticket), range);
                continue;
            };
            let key = (service_at(*service), *out_of_turn);
            self.next.insert(key, waits_s.as_slice().into());
            if *out_of_turn {
                outlook.next_out_of_turn.insert(*service, range);
            } else {
                outlook.next.insert(*service, range);
            }
        }
        outlook.each_s = self.each(&picture);
        outlook
    }

    /// Leaves out those whom no desk there is would call, so that nobody else stands behind them.
    fn keep_served(&self, picture: &mut Picture) {
        let Picture { desks, waiting, .. } = picture;
        let served = desks.iter().fold(0, |all, desk| all | desk.services);
        waiting.retain(|ticket| {
            self.holder(ticket.reserved_for).is_some() || served & (1 << ticket.service) != 0
        });
    }

    /// One ticket of nobody for each service that is served, in turn and out of turn.
    fn newcomers(&self, picture: &Picture) -> Vec<((Service, bool), Waiting)> {
        let desks = picture.desks.iter();
        let served = desks.fold(0, |all, desk| all | desk.services);
        let services = Service::ALL.into_iter();
        services
            .filter(|service| served & (1 << service_at(*service)) != 0)
            .flat_map(|service| [(service, false), (service, true)])
            .zip(0u64..)
            .map(|((service, out_of_turn), number)| {
                let (key_s, _) = self.credits.key(0.0, out_of_turn, None);
                let ghost = Waiting {
                    ticket: ghost(number),
                    service: service_at(service),
                    key_s,
                    since_s: 0.0,
                    callable_s: 0.0,
                    reserved_for: None,
                };
                ((service, out_of_turn), ghost)
            })
            .collect()
    }

    /// What one more ticket adds to the wait of those behind it, by service, seconds.
    fn each(&self, picture: &Picture) -> BTreeMap<Service, u32> {
        let of = |service: ServiceAt| {
            let desks = picture.desks.iter();
            let rates = desks
                .filter(|desk| desk.services & (1 << service) != 0)
                .map(|desk| 1.0 / self.times.mean_s(service, desk.desk).max(1.0));
            let rate: f64 = rates.sum();
            (rate > 0.0).then(|| whole_seconds(1.0 / rate))
        };
        let services = Service::ALL.into_iter();
        services
            .filter_map(|service| Some((service, of(service_at(service))?)))
            .collect()
    }
}

/// Rounds up to whole seconds.
fn whole_seconds(seconds: f64) -> u32 {
    // Between 0 and a day.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let whole = seconds.clamp(0.0, PROMISE_S_MAX).ceil() as u32;
    whole
}
