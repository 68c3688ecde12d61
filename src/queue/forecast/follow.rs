//! A centre followed event by event: what is known now, and what is learned from it.
//!
//! The same follower reads a file of another system's history and the events of the day.

use std::collections::BTreeMap;

use super::habits::{Habits, NEVER_S};
use super::picture::Credits;
use super::promise::{Levels, Promise, promise, rank};
use super::run::run;
use super::shift::{Desk, Seat, Shift};
use super::times::{DeskAt, ServiceAt, Times};

/// Replications of one forecast.
pub const REPLICATIONS: usize = 600;

/// A walk to the desk longer than this is not one, seconds.
const WALK_S_MAX: f64 = 900.0;

/// A handling longer than this was forgotten to be ended, seconds.
const HANDLING_S_MAX: f64 = 4.0 * 3_600.0;

/// A pause or reaction longer than this says nothing of the next, seconds.
const PAUSE_S_MAX: f64 = 3_600.0;

/// One thing that happened; times are seconds of one clock, as the follower is given them.
#[derive(Debug, Clone, PartialEq)]
pub enum Happening {
    /// A day begins.
    Day {
        /// Opening and closing.
        hours: (f64, f64),
        /// Who is planned to work.
        shifts: Vec<Shift>,
        /// Slots booked.
        booked: Vec<f64>,
    },
    /// A desk opened with these services, as bits.
    DeskOpen(DeskAt, u64),
    /// A desk closed.
    DeskClose(DeskAt),
    /// A break began.
    DeskBreak(DeskAt),
    /// A break ended.
    DeskBack(DeskAt),
    /// A ticket was issued, or an appointment checked in.
    Issued {
        /// Its identity.
        ticket: u64,
        /// Its service.
        service: ServiceAt,
        /// Marked out of turn.
        out_of_turn: bool,
        /// Slot of its appointment.
        appointment: Option<f64>,
    },
    /// A ticket was called to a desk.
    Called(u64, DeskAt),
    /// Its customer came.
    Arrived(u64),
    /// Its customer was served.
    Finished(u64),
    /// Its customer did not come.
    NoShow(u64),
    /// It ended without being served.
    Cancelled(u64),
    /// It was sent on to another service and waits again.
    Transferred(u64, ServiceAt),
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Phase {
    Waiting,
    AtDesk {
        desk: DeskAt,
        called: f64,
        arrived: Option<f64>,
    },
    Over,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Ticket {
    pub service: ServiceAt,
    pub key: f64,
    pub callable: f64,
    /// Since when it waits: issue, or the last transfer.
    pub since: f64,
    pub calls: u32,
    pub phase: Phase,
    /// Where the replications saw its wait, until it is called.
    forecast: Option<(f64, Vec<f32>)>,
}

/// A centre as far as it is known.
#[derive(Debug, Clone, Default)]
pub struct Follower {
    pub(super) credits: Credits,
    seed: u64,
    pub(super) now: f64,
    pub(super) hours: (f64, f64),
    pub(super) desks: BTreeMap<DeskAt, Desk>,
    pub(super) tickets: BTreeMap<u64, Ticket>,
    pub(super) booked: Vec<f64>,
    pub(super) times: Times,
    pub(super) habits: Habits,
    levels: Levels,
}

impl Follower {
    /// Nothing known yet.
    pub fn new(credits: Credits, seed: u64) -> Self {
        Self {
            credits,
            seed,
            ..Self::default()
        }
    }

    /// Handling times learned so far.
    pub fn times(&self) -> &Times {
        &self.times
    }

    /// Takes in what happened at a moment.
    pub fn take(&mut self, at: f64, happening: Happening) {
        self.now = at;
        match happening {
            Happening::Day {
                hours,
                shifts,
                booked,
            } => self.begin_day(hours, shifts, booked),
            Happening::DeskOpen(desk, services) => self.desk_opens(desk, services),
            Happening::DeskClose(desk) => self.desk_closes(desk),
            Happening::DeskBreak(desk) => self.desk(desk).rest(at),
            Happening::DeskBack(desk) => self.desk_is_back(desk),
            Happening::Issued {
                ticket,
                service,
                out_of_turn,
                appointment,
            } => self.issued(ticket, service, out_of_turn, appointment),
            Happening::Called(ticket, desk) => self.called(ticket, desk),
            Happening::Arrived(ticket) => self.arrived(ticket),
            Happening::Finished(ticket) => self.leaves_desk(ticket, None),
            Happening::NoShow(ticket) => self.did_not_come(ticket),
            Happening::Cancelled(ticket) => self.cancelled(ticket),
            Happening::Transferred(ticket, service) => self.leaves_desk(ticket, Some(service)),
        }
    }

    /// The wait to promise a ticket that has just been issued, from its issue on.
    pub fn forecast(&mut self, ticket: u64) -> Option<Promise> {
        let picture = self.picture(Some(ticket));
        let calls = run(
            &picture,
            &self.times,
            &self.habits,
            self.seed,
            REPLICATIONS,
            Some(ticket),
        );
        let (_, mut waits_s) = calls.by_ticket.into_iter().next()?;
        let promise = promise(&mut waits_s, self.levels.levels())?;
        if let Some(ticket) = self.tickets.get_mut(&ticket) {
            ticket.forecast = Some((self.now, waits_s));
        }
        Some(promise)
    }

    pub(super) fn desk(&mut self, desk: DeskAt) -> &mut Desk {
        self.desks.entry(desk).or_default()
    }

    fn begin_day(&mut self, hours: (f64, f64), shifts: Vec<Shift>, booked: Vec<f64>) {
        let never_came = self.desks.values().filter(|desk| desk.was_missed());
        for _ in 0..never_came.count() {
            self.habits.lateness.add(NEVER_S);
        }
        for _ in 0..self.booked.len() {
            self.habits.checks_in.add(false);
        }
        self.times.new_day();
        self.habits.new_day();
        self.hours = hours;
        self.tickets.clear();
        self.booked = booked;
        self.desks.clear();
        for shift in shifts {
            self.desk(shift.desk).plan(shift);
        }
    }

    fn desk_opens(&mut self, desk: DeskAt, services: u64) {
        let (now, opening) = (self.now, self.hours.0);
        let Self { desks, habits, .. } = self;
        let desk = desks.entry(desk).or_default();
        if let Some(shift) = desk.next_shift(now) {
            habits.lateness.add((now - shift.max(opening)).max(0.0));
        }
        desk.open(now.max(opening), services);
    }

    fn desk_closes(&mut self, desk: DeskAt) {
        let waits = self.waits_for(desk);
        let (now, close) = (self.now, self.hours.1);
        let Self { desks, habits, .. } = self;
        let desk = desks.entry(desk).or_default();
        if waits && desk.is_over_time(now) {
            goes_on(habits, desk, close).add(false);
        }
        desk.close(now);
    }

    fn desk_is_back(&mut self, desk: DeskAt) {
        let now = self.now;
        let Self { desks, habits, .. } = self;
        if let Seat::Break { since, planned } = desks.entry(desk).or_default().back(now) {
            match planned {
                Some(planned) => habits.break_ended(planned, since, now),
                None => habits.unplanned_break.add(now - since),
            }
        }
    }

    fn issued(
        &mut self,
        ticket: u64,
        service: ServiceAt,
        out_of_turn: bool,
        appointment: Option<f64>,
    ) {
        let now = self.now;
        let (key, callable) = self.credits.key(now, out_of_turn, appointment);
        match appointment {
            Some(slot) => {
                self.habits.checked_in(now - slot, service);
                self.habits.checks_in.add(true);
                let booked = self.booked.iter().position(|b| (b - slot).abs() < 1.0);
                if let Some(at) = booked {
                    self.booked.swap_remove(at);
                }
            }
            None => self
                .habits
                .walked_in(now - self.hours.0, service, out_of_turn),
        }
        let ticket_of = Ticket {
            service,
            key,
            callable,
            since: now,
            calls: 0,
            phase: Phase::Waiting,
            forecast: None,
        };
        self.tickets.insert(ticket, ticket_of);
    }

    fn called(&mut self, ticket: u64, desk: DeskAt) {
        let (now, close) = (self.now, self.hours.1);
        let Self {
            tickets,
            desks,
            habits,
            levels,
            ..
        } = self;
        let Some(ticket_of) = tickets.get_mut(&ticket) else {
            return;
        };
        let was_waiting = ticket_of.phase == Phase::Waiting;
        ticket_of.phase = Phase::AtDesk {
            desk,
            called: now,
            arrived: None,
        };
        ticket_of.calls += 1;
        if let Some((at, waits_s)) = ticket_of.forecast.take() {
            levels.add(rank(&waits_s, now - at));
        }
        let desk_of = desks.entry(desk).or_default();
        if was_waiting {
            habits.waited(now - ticket_of.since, false);
            let came = if now >= ticket_of.callable {
                ticket_of.since.max(ticket_of.callable)
            } else {
                ticket_of.since
            };
            if let Some(free) = desk_of.free_since(now) {
                if came <= free {
                    habits.gap.add((now - free).min(PAUSE_S_MAX));
                } else {
                    habits.reaction.add((now - came).min(PAUSE_S_MAX));
                }
            }
            for _ in 0..desk_of.breaks_missed(now) {
                habits.break_taken.add(false);
            }
            if desk_of.is_over_time(now) {
                goes_on(habits, desk_of, close).add(true);
            }
        }
        desk_of.call(now, ticket);
    }

    fn arrived(&mut self, ticket: u64) {
        let now = self.now;
        let Some(ticket) = self.tickets.get_mut(&ticket) else {
            return;
        };
        if let Phase::AtDesk {
            called, arrived, ..
        } = &mut ticket.phase
        {
            *arrived = Some(now);
            self.habits.walk.add((now - *called).min(WALK_S_MAX));
        }
    }

    fn leaves_desk(&mut self, ticket: u64, sent_on: Option<ServiceAt>) {
        let now = self.now;
        let Self {
            tickets,
            desks,
            habits,
            times,
            ..
        } = self;
        let Some(ticket_of) = tickets.get_mut(&ticket) else {
            return;
        };
        if let Phase::AtDesk {
            desk,
            called,
            arrived,
        } = ticket_of.phase
        {
            let handling_s = now - arrived.unwrap_or(called);
            if handling_s < HANDLING_S_MAX {
                times.observe(ticket_of.service, desk, handling_s);
            }
            habits.called(called - ticket_of.since, true);
            habits.ended(ticket_of.service, sent_on);
            desks.entry(desk).or_default().done(now, ticket);
        }
        ticket_of.phase = Phase::Over;
        if let Some(service) = sent_on {
            ticket_of.phase = Phase::Waiting;
            ticket_of.service = service;
            ticket_of.since = now;
            ticket_of.callable = now;
        }
    }

    fn did_not_come(&mut self, ticket: u64) {
        let now = self.now;
        let Some(ticket_of) = self.tickets.get_mut(&ticket) else {
            return;
        };
        if let Phase::AtDesk { desk, called, .. } = ticket_of.phase {
            self.habits.called(called - ticket_of.since, false);
            self.habits.no_show_after.add(now - called);
            self.desks.entry(desk).or_default().done(now, ticket);
        }
        ticket_of.phase = Phase::Over;
    }

    fn cancelled(&mut self, ticket: u64) {
        let now = self.now;
        let Some(ticket_of) = self.tickets.get_mut(&ticket) else {
            return;
        };
        match ticket_of.phase {
            Phase::Waiting => self.habits.waited(now - ticket_of.since, true),
            Phase::AtDesk { desk, .. } => self.desks.entry(desk).or_default().done(now, ticket),
            Phase::Over => {}
        }
        ticket_of.phase = Phase::Over;
        ticket_of.forecast = None;
    }

    fn waits_for(&self, desk: DeskAt) -> bool {
        let services = self.desks.get(&desk).map_or(0, |desk| desk.services);
        let mut tickets = self.tickets.values();
        tickets.any(|t| t.phase == Phase::Waiting && services & (1 << t.service) != 0)
    }
}

/// The habit that concerns a desk past its end: of the day's last shift or of an earlier one.
fn goes_on<'h>(
    habits: &'h mut Habits,
    desk: &mut Desk,
    close: f64,
) -> &'h mut super::habits::Share {
    desk.over_time_noted = true;
    if desk.ends_with_day(close) {
        &mut habits.goes_on_last
    } else {
        &mut habits.goes_on
    }
}
