//! The picture a forecast starts from, out of what the follower knows.

use std::collections::BTreeSet;

use super::follow::{Follower, Phase, Ticket};
use super::picture::{Booked, DeskPicture, Doing, Picture, Waiting};
use super::shift::{Desk, Seat};
use super::times::DeskAt;

/// A booked visit later than this from now overtakes nobody who waits now, seconds.
const BOOKED_AHEAD_S: f64 = 4.0 * 3_600.0;

/// Where no plan says when a desk ends, it works so long past closing, seconds.
const NO_PLAN_S: f64 = 4.0 * 3_600.0;

impl Follower {
    /// How things are now. Only what may be called before `newest` matters, where it is given.
    /// Whoever waits is served in the end, whatever desks are there now.
    pub fn picture(&self, newest: Option<u64>) -> Picture {
        let mut picture = self.as_it_is(newest);
        cover(&mut picture);
        picture
    }

    /// How things are now: who waits for a service that no desk has waits on.
    pub fn as_it_is(&self, newest: Option<u64>) -> Picture {
        let waiting = self.queue(newest);
        let mut picture = Picture {
            since_open_s: self.now - self.hours.0,
            desks: Vec::new(),
            booked: self.booked_ahead(),
            credits: self.credits,
            waiting,
        };
        // Idle desks take those nobody is about to call, the longest idle first.
        let mut taken = BTreeSet::new();
        let mut desks: Vec<_> = self.desks.iter().collect();
        desks.sort_by(|a, b| a.1.ready_from.total_cmp(&b.1.ready_from));
        for (at, desk) in desks {
            if let Some(doing) = self.doing(*at, desk, &picture.waiting, &mut taken) {
                picture.desks.push(self.desk_picture(*at, desk, doing));
            }
        }
        picture.desks.sort_by_key(|desk| desk.desk);
        picture
    }

    fn queue(&self, newest: Option<u64>) -> Vec<Waiting> {
        let mut waiting: Vec<(&u64, &Ticket)> = self
            .tickets
            .iter()
            .filter(|(_, ticket)| ticket.phase == Phase::Waiting)
            .collect();
        waiting.sort_by(|a, b| a.1.key.total_cmp(&b.1.key).then(a.0.cmp(b.0)));
        let last = newest.and_then(|id| Some((self.tickets.get(&id)?, id)));
        waiting
            .into_iter()
            .filter(|(id, ticket)| {
                last.is_none_or(|(last, last_id)| {
                    last.callable > self.now || (ticket.key, **id) <= (last.key, last_id)
                })
            })
            .map(|(id, ticket)| Waiting {
                ticket: *id,
                service: ticket.service,
                key_s: ticket.key - self.now,
                since_s: ticket.since - self.now,
                callable_s: ticket.callable - self.now,
                reserved_for: ticket.reserved_for,
            })
            .collect()
    }

    fn booked_ahead(&self) -> Vec<Booked> {
        let booked = self.booked.iter().enumerate();
        booked
            .map(|(at, slot)| {
                let before = self.booked.iter().take(at);
                let same = before.filter(|other| *other == slot).count();
                // A slot and the place among those who share it: the same in every forecast.
                #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
                let number = (*slot as u64) << 8 | same as u64;
                Booked {
                    slot_s: slot - self.now,
                    number,
                }
            })
            .filter(|booked| booked.slot_s < BOOKED_AHEAD_S)
            .collect()
    }

    fn desk_picture(&self, at: DeskAt, desk: &Desk, doing: Doing) -> DeskPicture {
        let until = desk.until().unwrap_or(self.hours.1 + NO_PLAN_S);
        let habit = if desk.ends_with_day(self.hours.1) {
            self.habits.goes_on_last
        } else {
            self.habits.goes_on
        };
        let breaks = desk.breaks.iter();
        DeskPicture {
            desk: at,
            services: desk.services,
            doing,
            until_s: until - self.now,
            goes_on: habit.value(),
            breaks: breaks
                .map(|(from, to)| (from - self.now, to - self.now))
                .collect(),
        }
    }

    /// What a desk does; absent where it does not work any more today.
    fn doing(
        &self,
        at: DeskAt,
        desk: &Desk,
        waiting: &[Waiting],
        taken: &mut BTreeSet<u64>,
    ) -> Option<Doing> {
        Some(match desk.seat {
            Seat::Away => Doing::Away {
                from_s: desk.next_shift(self.now)?.max(self.hours.0) - self.now,
            },
            Seat::Break { since, planned } => Doing::Break {
                since_s: since - self.now,
                ends_s: planned.map(|planned| self.habits.break_end(planned, since) - self.now),
            },
            Seat::Free => self.about_to_call(at, desk, waiting, taken),
            Seat::Busy { ticket } => self.at_desk(at, ticket)?,
        })
    }

    fn about_to_call(
        &self,
        at: DeskAt,
        desk: &Desk,
        waiting: &[Waiting],
        taken: &mut BTreeSet<u64>,
    ) -> Doing {
        let ready_s = desk.ready_from - self.now;
        let mut callable = waiting
            .iter()
            .filter(|ticket| match self.holder(ticket.reserved_for) {
                Some(only) => only == at,
                None => desk.services & (1 << ticket.service) != 0,
            });
        if let Some(ticket) = callable.clone().find(|ticket| ticket.since_s <= ready_s) {
            taken.insert(ticket.ticket);
            return Doing::Ready {
                since_s: ready_s,
                idle: false,
            };
        }
        match callable.find(|ticket| taken.insert(ticket.ticket)) {
            Some(ticket) => Doing::Ready {
                since_s: ticket.since_s.max(ready_s),
                idle: true,
            },
            // Before opening it will look at the queue then.
            None if ready_s > 0.0 => Doing::Ready {
                since_s: ready_s,
                idle: false,
            },
            None => Doing::Idle,
        }
    }

    /// The desk that alone calls a ticket, while somebody works there.
    pub(super) fn holder(&self, reserved_for: Option<DeskAt>) -> Option<DeskAt> {
        reserved_for.filter(|at| {
            self.desks
                .get(at)
                .is_some_and(|desk| desk.seat != Seat::Away)
        })
    }

    fn at_desk(&self, at: DeskAt, ticket: u64) -> Option<Doing> {
        let of = self.tickets.get(&ticket)?;
        match of.phase {
            Phase::AtDesk {
                desk,
                called,
                arrived,
            } if desk == at => Some(match arrived {
                Some(arrived) => Doing::Serving {
                    ticket,
                    service: of.service,
                    since_s: arrived - self.now,
                },
                None => Doing::Called {
                    ticket,
                    service: of.service,
                    since_s: called - self.now,
                    waited_s: called - of.since,
                },
            }),
            Phase::AtDesk { .. } | Phase::Waiting | Phase::Over => Some(Doing::Idle),
        }
    }
}

/// Whoever waits is served: where no desk has a service, any will take it over, and where there
/// is none at all, one will open.
pub(super) fn cover(picture: &mut Picture) {
    if picture.desks.is_empty() {
        picture.desks.push(DeskPicture {
            desk: 0,
            services: 0,
            doing: Doing::Away { from_s: 0.0 },
            until_s: NO_PLAN_S,
            goes_on: 1.0,
            breaks: Vec::new(),
        });
    }
    let served = picture
        .desks
        .iter()
        .fold(0, |all, desk| all | desk.services);
    let wanted = picture
        .waiting
        .iter()
        .fold(0, |all, t| all | 1 << t.service);
    for desk in &mut picture.desks {
        desk.services |= wanted & !served;
    }
}
