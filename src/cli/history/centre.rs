//! The centre of a simulated history and its days. Seconds since midnight.

use std::collections::BTreeMap;

use rand::{Rng as _, SeedableRng as _};
use rand_distr::{Distribution as _, Exp1, StandardNormal};
use rand_pcg::Pcg64Mcg;
use serde_json::{Value, json};

use crate::cli::day::people::{self, Customer, OPENS_S};
use crate::queue::forecast::follow::Happening;
use crate::queue::forecast::shift::Shift;

/// Reception ends at 17.00.
pub(super) const CLOSES_S: f64 = 17.0 * 3_600.0;

/// The calling rule's numbers, minutes in its wording.
const OUT_OF_TURN_S: f64 = 120.0 * 60.0;
const APPOINTMENT_S: f64 = 60.0 * 60.0;
const ON_TIME_S: f64 = 600.0;

/// How long a called customer is awaited.
const NO_SHOW_S: f64 = 60.0;

/// How much consultants and days differ, as spreads of logarithms.
const CONSULTANTS: f64 = 0.2;
const DAYS: f64 = 0.12;
const VOLUME: f64 = 0.1;

/// Share of visits that turn out to be complicated, and of stays after which a desk pauses
/// silently or goes on a short break nobody planned.
const COMPLICATED: f64 = 0.04;
const PAUSES: f64 = 0.06;
const SHORT_BREAKS: f64 = 0.02;

/// Share of shifts nobody comes to.
const ABSENT: f64 = 0.02;

/// Share of the visits of service 3 that are booked, and of those who come.
const BOOKED: f64 = 0.3;
const BOOKED_COME: f64 = 0.9;

/// What is drawn for a person or a desk.
mod draw {
    pub(super) const REACTION: u64 = 1;
    pub(super) const OPENING: u64 = 2;
    pub(super) const STAY: u64 = 100;
    pub(super) const BREAK: u64 = 200;
}

/// Who works in the centre.
#[derive(Debug)]
pub(super) struct Team {
    customers: f64,
    desks: Vec<Worker>,
}

#[derive(Debug, Clone)]
struct Worker {
    number: u16,
    services: Vec<u8>,
    hours: (f64, f64),
    /// What a visit is multiplied by.
    slowness: f64,
}

/// A day as planned and as it went.
#[derive(Debug)]
pub(super) struct Lived {
    shifts: Vec<(Worker, Vec<people::Break>)>,
    booked: Vec<f64>,
    pub happened: Vec<Noted>,
    /// Who has each ticket.
    pub of_ticket: BTreeMap<u64, u64>,
    pub tickets: u64,
}

/// Something that happened.
#[derive(Debug, Clone)]
pub(super) struct Noted {
    pub at_s: f64,
    pub what: Happened,
}

/// What may happen.
#[derive(Debug, Clone)]
#[rustfmt::skip]
pub(super) enum Happened {
    DeskOpen { desk: u16, services: Vec<u8> },
    DeskClose { desk: u16 },
    DeskBreak { desk: u16 },
    DeskBack { desk: u16 },
    Issued { ticket: u64, service: u8, out_of_turn: bool, appointment: Option<f64> },
    Called { ticket: u64, desk: u16 },
    Arrived { ticket: u64, desk: u16 },
    Finished { ticket: u64, desk: u16 },
    NoShow { ticket: u64, desk: u16 },
    Cancelled { ticket: u64 },
    Transferred { ticket: u64, desk: u16, service: u8 },
}

/// Who may take a ticket.
pub(super) trait Door {
    /// Whether a walk-in is let in, given what has happened and what is on its way.
    fn lets_in(&mut self, walk_in: WalkIn, happened: &[Noted]) -> bool;
}

/// Somebody without an appointment at the door.
#[derive(Debug, Clone, Copy)]
pub(super) struct WalkIn {
    /// The place among all who come that day: the same whoever else is let in.
    pub person: u64,
    pub at_s: f64,
    pub service: u8,
}

/// Everybody is let in.
pub(super) struct OpenDoor;

impl Door for OpenDoor {
    fn lets_in(&mut self, _: WalkIn, _: &[Noted]) -> bool {
        true
    }
}

/// When customers come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Arrivals {
    /// Most in the morning, hardly anybody in the evening.
    Morning,
    /// Alike until closing.
    Steady,
}

/// Somebody with a ticket.
#[derive(Debug, Clone)]
struct Holder {
    who: Customer,
    person: u64,
    service: u8,
    key_s: f64,
    callable_s: f64,
    issued_s: f64,
    /// In the queue from then on.
    waits_from_s: f64,
    stays: u32,
}

impl Team {
    pub(super) fn new(desks: u16, customers_per_desk: u16, chance: &mut Pcg64Mcg) -> Self {
        let desks = (0..desks).map(|at| {
            // The first desk does everything all day, so that nobody is left.
            let services = match at % 3 {
                0 => vec![1, 2, 3],
                1 => vec![1, 2],
                _ => vec![2, 3],
            };
            let hours = match at % 5 {
                3 => (OPENS_S, 15.0 * 3_600.0),
                4 => (10.0 * 3_600.0, CLOSES_S),
                _ => (OPENS_S, CLOSES_S),
            };
            Worker {
                number: at + 1,
                services,
                hours,
                slowness: spread(chance, CONSULTANTS),
            }
        });
        let desks: Vec<Worker> = desks.collect();
        #[allow(clippy::cast_precision_loss)] // A few dozen.
        let customers = f64::from(customers_per_desk) * desks.len() as f64;
        Self { customers, desks }
    }

    /// Lives a day. The tickets are numbered from `first_ticket` on. Two days of one seed differ by
    /// whom the door lets in and by what follows from it.
    pub(super) fn day(
        &self,
        seed: u64,
        first_ticket: u64,
        arrivals: Arrivals,
        door: &mut dyn Door,
    ) -> Lived {
        let mut chance = Pcg64Mcg::seed_from_u64(seed);
        // Some hundreds of customers.
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        let how_many = (self.customers * spread(&mut chance, VOLUME)) as usize;
        let shifts = self.desks.iter().map(|worker| {
            // The model's breaks are staggered for a handful of desks.
            let place = u8::try_from(worker.number % 4).unwrap_or(0);
            let breaks = people::breaks(seed, place).into_iter();
            let breaks = breaks.map(|(from, to)| (from + OPENS_S, to + OPENS_S));
            (
                worker.clone(),
                breaks.filter(|b| within(*b, worker.hours)).collect(),
            )
        });
        let mut day = Day {
            seed,
            shifts: shifts.collect(),
            slow: spread(&mut chance, DAYS),
            arriving: Vec::new(),
            booked: Vec::new(),
            holders: BTreeMap::new(),
            next_ticket: first_ticket,
            happened: Vec::new(),
            of_ticket: BTreeMap::new(),
            chance,
        };
        day.invite(people::customers(seed, how_many, &[1, 2, 3]), arrivals);
        day.live(door);
        day.happened.sort_by(|a, b| a.at_s.total_cmp(&b.at_s));
        let mut booked = day.booked;
        booked.sort_by(f64::total_cmp);
        Lived {
            shifts: day.shifts,
            booked,
            happened: day.happened,
            of_ticket: day.of_ticket,
            tickets: day.next_ticket - first_ticket,
        }
    }
}

fn within(rest: people::Break, hours: (f64, f64)) -> bool {
    rest.0 > hours.0 + 1_800.0 && rest.1 < hours.1 - 1_800.0
}

fn spread(chance: &mut Pcg64Mcg, sd: f64) -> f64 {
    let normal: f64 = StandardNormal.sample(chance);
    (sd * normal).exp()
}

impl Lived {
    /// Planned shifts and booked slots, as a follower wants them, `day_s` after its beginning of
    /// time.
    pub(super) fn announced(&self, day_s: f64) -> Happening {
        let shift = |(worker, breaks): &(Worker, Vec<people::Break>)| Shift {
            desk: usize::from(worker.number),
            services: worker.services.iter().fold(0, |bits, s| bits | 1 << s),
            hours: (day_s + worker.hours.0, day_s + worker.hours.1),
            breaks: breaks
                .iter()
                .map(|(from, to)| (day_s + from, day_s + to))
                .collect(),
        };
        let mut shifts: Vec<Shift> = self.shifts.iter().map(shift).collect();
        shifts.sort_by(|a, b| a.hours.0.total_cmp(&b.hours.0));
        Happening::Day {
            hours: (day_s + OPENS_S, day_s + CLOSES_S),
            shifts,
            booked: self.booked.iter().map(|slot| day_s + slot).collect(),
        }
    }

    /// The line a day begins with.
    pub(super) fn plan(&self, moment: &impl Fn(f64) -> Value) -> Value {
        let desks = self.shifts.iter().map(|(worker, breaks)| {
            let breaks = breaks.iter();
            json!({
                "desk": worker.number,
                "services": worker.services,
                "from": moment(worker.hours.0),
                "to": moment(worker.hours.1),
                "breaks": breaks.map(|(from, to)| [moment(*from), moment(*to)]).collect::<Vec<_>>(),
            })
        });
        json!({
            "t": moment(6.0 * 3_600.0),
            "kind": "day",
            "open": moment(OPENS_S),
            "close": moment(CLOSES_S),
            "desks": desks.collect::<Vec<_>>(),
            "booked": self.booked.iter().map(|slot| moment(*slot)).collect::<Vec<_>>(),
        })
    }
}

/// What a desk is about to do.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Seat {
    /// Looks at the queue next.
    looks_s: f64,
    /// It has been idle and takes a moment to notice somebody.
    idle: bool,
    open: bool,
    gone: bool,
    breaks_done: usize,
}

/// A day under way.
struct Day {
    seed: u64,
    shifts: Vec<(Worker, Vec<people::Break>)>,
    slow: f64,
    /// Arrivals in order, with the slot of a booked visit.
    arriving: Vec<(f64, Customer, Option<f64>)>,
    of_ticket: BTreeMap<u64, u64>,
    booked: Vec<f64>,
    holders: BTreeMap<u64, Holder>,
    next_ticket: u64,
    happened: Vec<Noted>,
    chance: Pcg64Mcg,
}

impl Day {
    /// Some of the customers have booked; they come around their slot or not at all.
    fn invite(&mut self, customers: Vec<Customer>, arrivals: Arrivals) {
        for who in customers {
            let arrives_s = match arrivals {
                Arrivals::Morning => OPENS_S + who.arrives_s,
                Arrivals::Steady => self.chance.random_range(OPENS_S..CLOSES_S),
            };
            if who.service != 3 || who.out_of_turn || !self.chance.random_bool(BOOKED) {
                self.arriving
                    .push((arrives_s.min(CLOSES_S - 1.0), who, None));
                continue;
            }
            let slot_s = (arrives_s / 900.0).round() * 900.0;
            if !(OPENS_S + 1_800.0..CLOSES_S - 1_800.0).contains(&slot_s) {
                continue;
            }
            self.booked.push(slot_s);
            if self.chance.random_bool(BOOKED_COME) {
                let late = self.chance.random_bool(0.1);
                let after_s = if late {
                    self.chance.random_range(0.0..1_500.0)
                } else {
                    -self.chance.random_range(0.0..1_200.0)
                };
                self.arriving.push((slot_s + after_s, who, Some(slot_s)));
            }
        }
        self.arriving.sort_by(|a, b| a.0.total_cmp(&b.0));
        self.arriving.reverse();
    }

    fn note(&mut self, at_s: f64, what: Happened) {
        self.happened.push(Noted { at_s, what });
    }

    /// What somebody does, or a desk, is drawn for them alone: whoever else comes changes nothing.
    fn own(&self, thing: u64, what: u64) -> Pcg64Mcg {
        let seed = self.seed ^ thing.wrapping_mul(0x9E37_79B9_7F4A_7C15);
        Pcg64Mcg::seed_from_u64(seed ^ what.wrapping_mul(0xD1B5_4A32_D192_ED03))
    }

    fn live(&mut self, door: &mut dyn Door) {
        let mut seats: Vec<Seat> = Vec::new();
        for at in 0..self.shifts.len() {
            let hours = self.shifts[at].0.hours;
            let absent = at > 0 && self.chance.random_bool(ABSENT);
            let late_s = self.chance.random_range(0.0..180.0);
            seats.push(Seat {
                looks_s: hours.0 + late_s,
                idle: true,
                open: false,
                gone: absent,
                breaks_done: 0,
            });
        }
        loop {
            let next = seats
                .iter()
                .enumerate()
                .filter(|(_, seat)| !seat.gone)
                .min_by(|a, b| a.1.looks_s.total_cmp(&b.1.looks_s))
                .map(|(at, seat)| (at, seat.looks_s));
            let Some((at, now_s)) = next else {
                return;
            };
            let arrival = self.arriving.last().map(|next| next.0);
            if let Some(arrives_s) = arrival.filter(|arrives_s| *arrives_s <= now_s) {
                if let Some((service, person)) = self.issue(door) {
                    self.wake(arrives_s, service, person, &mut seats);
                }
                continue;
            }
            self.give_up(now_s);
            let mut seat = seats[at];
            self.look(at, now_s, &mut seat);
            seats[at] = seat;
        }
    }

    /// The next customer takes a ticket, where the door lets them in.
    fn issue(&mut self, door: &mut dyn Door) -> Option<(u8, u64)> {
        let person = self.arriving.len() as u64;
        let (at_s, who, slot_s) = self.arriving.pop()?;
        let walk_in = WalkIn {
            person,
            at_s,
            service: who.service,
        };
        if slot_s.is_none() && !door.lets_in(walk_in, &self.happened) {
            return None;
        }
        let ticket = self.next_ticket;
        self.next_ticket += 1;
        self.of_ticket.insert(ticket, person);
        let (key_s, callable_s) = match slot_s {
            _ if who.out_of_turn => (at_s - OUT_OF_TURN_S, at_s),
            Some(slot_s) if at_s <= slot_s + ON_TIME_S => {
                (slot_s - APPOINTMENT_S, slot_s - ON_TIME_S)
            }
            Some(_) | None => (at_s, at_s),
        };
        let service = who.service;
        self.note(
            at_s,
            Happened::Issued {
                ticket,
                service,
                out_of_turn: who.out_of_turn,
                appointment: slot_s,
            },
        );
        let holder = Holder {
            who,
            person,
            service,
            key_s,
            callable_s,
            issued_s: at_s,
            waits_from_s: at_s,
            stays: 0,
        };
        self.holders.insert(ticket, holder);
        Some((service, person))
    }

    /// The desk that has been idle longest notices somebody, sometimes late.
    fn wake(&mut self, at_s: f64, service: u8, person: u64, seats: &mut [Seat]) {
        let mut own = self.own(person, draw::REACTION);
        let mut reaction_s = own.random_range(3.0..25.0);
        if own.random_bool(0.1) {
            reaction_s += own.random_range(30.0..90.0);
        }
        for (seat, (worker, _)) in seats.iter_mut().zip(&self.shifts) {
            let can = seat.open && seat.idle && worker.services.contains(&service);
            if can && seat.looks_s > at_s + reaction_s {
                seat.looks_s = at_s + reaction_s;
                seat.idle = false;
                return;
            }
        }
    }

    /// Those whose patience has ended tell staff and go.
    fn give_up(&mut self, now_s: f64) {
        let impatient: Vec<(u64, f64)> = self
            .holders
            .iter()
            .filter(|(_, holder)| holder.stays == 0)
            .filter_map(|(ticket, holder)| {
                let at_s = holder.issued_s + holder.who.gives_up_after_s?;
                (at_s <= now_s).then_some((*ticket, at_s))
            })
            .collect();
        for (ticket, at_s) in impatient {
            self.holders.remove(&ticket);
            self.note(at_s, Happened::Cancelled { ticket });
        }
    }

    fn look(&mut self, at: usize, now_s: f64, seat: &mut Seat) {
        let (worker, breaks) = self.shifts[at].clone();
        let desk = worker.number;
        if !seat.open {
            seat.open = true;
            let services = worker.services.clone();
            self.note(now_s, Happened::DeskOpen { desk, services });
            let mut own = self.own(u64::from(desk), draw::OPENING);
            seat.looks_s = now_s + own.random_range(5.0..60.0);
            return;
        }
        if let Some((from_s, to_s)) = breaks.get(seat.breaks_done)
            && *from_s <= now_s
        {
            seat.breaks_done += 1;
            let mut own = self.own(u64::from(desk), draw::BREAK + seat.breaks_done as u64);
            let end_s = now_s + (to_s - from_s) + own.random_range(-60.0..180.0);
            self.note(now_s, Happened::DeskBreak { desk });
            self.note(end_s, Happened::DeskBack { desk });
            seat.looks_s = end_s + own.random_range(3.0..30.0);
            return;
        }
        let next = self.next_for(&worker, now_s);
        let ends_with_day = worker.hours.1 >= CLOSES_S;
        let over = now_s >= worker.hours.1;
        if over && (!ends_with_day || (next.is_none() && self.nobody_comes(now_s))) {
            self.note(now_s, Happened::DeskClose { desk });
            seat.gone = true;
            return;
        }
        match next {
            Some(ticket) => {
                seat.idle = false;
                seat.looks_s = self.serve(&worker, ticket, now_s);
            }
            None => {
                seat.idle = true;
                seat.looks_s = now_s + 120.0;
            }
        }
    }

    fn nobody_comes(&self, now_s: f64) -> bool {
        self.arriving.is_empty() && self.holders.values().all(|h| h.waits_from_s <= now_s)
    }

    /// The production rule, written once more.
    fn next_for(&self, worker: &Worker, now_s: f64) -> Option<u64> {
        let mine = self
            .holders
            .iter()
            .filter(|(_, h)| h.waits_from_s <= now_s && worker.services.contains(&h.service));
        let order = |a: &(&u64, &Holder), b: &(&u64, &Holder)| a.1.key_s.total_cmp(&b.1.key_s);
        let ripe = mine.clone().filter(|(_, h)| h.callable_s <= now_s);
        let next = ripe.min_by(order).or_else(|| mine.min_by(order));
        next.map(|(ticket, _)| *ticket)
    }

    /// Calls and serves; when the desk is ready for the next.
    fn serve(&mut self, worker: &Worker, ticket: u64, now_s: f64) -> f64 {
        let desk = worker.number;
        self.note(now_s, Happened::Called { ticket, desk });
        let Some(mut holder) = self.holders.remove(&ticket) else {
            return now_s;
        };
        let mut own = self.own(holder.person, draw::STAY + u64::from(holder.stays));
        if holder.stays == 0 && !holder.who.comes_after(now_s - holder.issued_s) {
            self.note(now_s + NO_SHOW_S, Happened::NoShow { ticket, desk });
            return now_s + NO_SHOW_S + own.random_range(5.0..20.0);
        }
        let arrived_s = now_s + holder.who.walk_s;
        self.note(arrived_s, Happened::Arrived { ticket, desk });
        let mut visit_s = holder.who.visit_s * worker.slowness * self.slow;
        if own.random_bool(COMPLICATED) {
            visit_s *= own.random_range(2.0..4.0);
        }
        let end_s = arrived_s + visit_s;
        let sent_on = holder.who.sent_on.filter(|_| holder.stays == 0);
        match sent_on {
            Some(direction) => {
                let service = 1 + (holder.service + direction % 2) % 3;
                self.note(
                    end_s,
                    Happened::Transferred {
                        ticket,
                        desk,
                        service,
                    },
                );
                holder.service = service;
                holder.stays += 1;
                holder.waits_from_s = end_s;
                holder.callable_s = end_s;
                self.holders.insert(ticket, holder);
            }
            None => self.note(end_s, Happened::Finished { ticket, desk }),
        }
        end_s + self.pause(end_s, desk, &mut own)
    }

    /// Papers, and now and then a pause.
    fn pause(&mut self, end_s: f64, desk: u16, own: &mut Pcg64Mcg) -> f64 {
        let exponential: f64 = Exp1.sample(own);
        let mut pause_s = own.random_range(4.0..25.0) + 10.0 * exponential;
        if own.random_bool(PAUSES) {
            pause_s += own.random_range(60.0..420.0);
        } else if own.random_bool(SHORT_BREAKS) {
            let length_s = own.random_range(180.0..600.0);
            self.note(end_s + 2.0, Happened::DeskBreak { desk });
            self.note(end_s + 2.0 + length_s, Happened::DeskBack { desk });
            pause_s += length_s;
        }
        pause_s
    }
}
