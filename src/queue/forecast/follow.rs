//! A centre followed event by event: what is known now, and what is learned from it.
//!
//! The same follower reads a file of another system's history and the events of the day.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::habits::{Habits, NEVER_S};
use super::lessons::{Left, Lesson};
use super::picture::Credits;
use super::promise::{Levels, Promise, promise, rank};
use super::run::run;
use super::shift::{Desk, Seat, Shift};
use super::stand::{DeskStands, TicketStands};
use super::times::{DeskAt, ServiceAt, Times};

/// Replications of one forecast.
pub const REPLICATIONS: usize = 600;

/// A walk to the desk longer than this is not one, seconds.
const WALK_S_MAX: f64 = 900.0;

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
    /// One set aside is back at a desk.
    Resumed(u64, DeskAt),
    /// It was marked out of turn after its issue.
    MarkedOutOfTurn(u64),
    /// The last step of a desk was taken back: nothing is learned from it.
    Undone(DeskAt),
    /// A desk ended with its customer, who waits again.
    Released(DeskAt),
    /// The wall clock jumped by so much.
    ClockStepped(f64),
    /// Opening and closing of the running day are others than thought.
    Hours((f64, f64)),
    /// The day with these hours is followed from its middle on: nothing is known of it yet.
    Forget((f64, f64)),
    /// The slots booked of the running day whose customers have not come.
    Booked(Vec<f64>),
    /// A ticket stands so.
    Ticket(TicketStands),
    /// A desk stands so.
    Desk(DeskStands),
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
    /// Called by this desk alone.
    pub reserved_for: Option<DeskAt>,
    /// At a desk after it was set aside: its stay there is none from the queue.
    pub resumed: bool,
    /// When it was promised a wait, and where the replications saw it, until it is called.
    pub(super) forecast: Option<(f64, Arc<[f32]>)>,
}

impl Ticket {
    /// The clock was stepped since its promise.
    pub(super) fn shift_forecast(&mut self, by_s: f64) {
        if let Some((at, _)) = &mut self.forecast {
            *at += by_s;
        }
    }
}

/// A centre as far as it is known.
#[derive(Debug, Clone, Default)]
pub struct Follower {
    pub(super) credits: Credits,
    pub(super) seed: u64,
    pub(super) now: f64,
    pub(super) hours: (f64, f64),
    pub(super) desks: BTreeMap<DeskAt, Desk>,
    pub(super) tickets: BTreeMap<u64, Ticket>,
    pub(super) booked: Vec<f64>,
    pub(super) times: Times,
    pub(super) habits: Habits,
    pub(super) levels: Levels,
    /// How long a step can be taken back, seconds.
    pub(super) undo_s: f64,
    pub(super) lessons: Vec<Lesson>,
    /// Somebody came today.
    pub(super) day_counted: bool,
    /// Waits by service in the replications of the newest outlook, for those who come next.
    pub(super) next: BTreeMap<(ServiceAt, bool), Arc<[f32]>>,
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

    /// Nothing known yet of a centre whose steps can be taken back for `undo_s` seconds.
    pub fn of_centre(credits: Credits, seed: u64, undo_s: f64) -> Self {
        Self {
            undo_s,
            ..Self::new(credits, seed)
        }
    }

    /// Takes in what happened at a moment.
    pub fn take(&mut self, at: f64, happening: Happening) {
        self.now = at;
        self.learn(at - self.undo_s);
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
            Happening::Resumed(ticket, desk) => self.resumed(ticket, desk),
            Happening::MarkedOutOfTurn(_) => self.habits.marked_out_of_turn(),
            Happening::Undone(desk) => self.lessons.retain(|lesson| lesson.desk != desk),
            Happening::Released(desk) => self.released(desk),
            Happening::ClockStepped(by_s) => self.clock_stepped(by_s),
            Happening::Hours(hours) => self.hours = hours,
            Happening::Booked(slots) => self.booked = slots,
            Happening::Forget(hours) => self.forget(hours),
            Happening::Ticket(stands) => self.ticket_stands(&stands),
            Happening::Desk(stands) => self.desk_stands(&stands),
        }
    }

    /// Time passes and nothing happens.
    pub fn pass(&mut self, now: f64) {
        self.now = now;
        self.learn(self.now - self.undo_s);
    }

    fn forget(&mut self, hours: (f64, f64)) {
        self.hours = hours;
        self.tickets.clear();
        self.desks.clear();
        self.booked.clear();
        self.next.clear();
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
            ticket.forecast = Some((self.now, waits_s.into()));
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
        self.learn(f64::INFINITY);
        self.times.new_day();
        self.day_counted = false;
        self.next.clear();
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
        // A day on which nobody comes is none to compare with.
        if !std::mem::replace(&mut self.day_counted, true) {
            self.habits.new_day();
        }
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
            reserved_for: None,
            resumed: false,
            forecast: self
                .next
                .get(&(service, out_of_turn))
                .map(|waits_s| (now, waits_s.clone())),
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
        ticket_of.resumed = false;
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

    fn resumed(&mut self, ticket: u64, desk: DeskAt) {
        let now = self.now;
        if let Some(ticket_of) = self.tickets.get_mut(&ticket) {
            ticket_of.resumed = true;
            ticket_of.phase = Phase::AtDesk {
                desk,
                called: now,
                arrived: Some(now),
            };
        }
        self.desk(desk).call(now, ticket);
    }

    fn leaves_desk(&mut self, ticket: u64, sent_on: Option<ServiceAt>) {
        let now = self.now;
        let Some(ticket_of) = self.tickets.get_mut(&ticket) else {
            return;
        };
        let before = ticket_of.clone();
        ticket_of.phase = Phase::Over;
        if let Some(service) = sent_on {
            ticket_of.phase = Phase::Waiting;
            ticket_of.service = service;
            ticket_of.since = now;
            ticket_of.callable = now;
        }
        if let Phase::AtDesk {
            desk,
            called,
            arrived,
        } = before.phase
        {
            if !before.resumed {
                let handling_s = now - arrived.unwrap_or(called);
                self.keep(Lesson {
                    at: now,
                    desk,
                    service: before.service,
                    waited_s: called - before.since,
                    what: Left::Served(handling_s, sent_on),
                });
            }
            self.desk(desk).done(now, ticket);
        }
    }

    fn did_not_come(&mut self, ticket: u64) {
        let now = self.now;
        let Some(ticket_of) = self.tickets.get_mut(&ticket) else {
            return;
        };
        let before = ticket_of.clone();
        ticket_of.phase = Phase::Over;
        if let Phase::AtDesk { desk, called, .. } = before.phase {
            self.keep(Lesson {
                at: now,
                desk,
                service: before.service,
                waited_s: called - before.since,
                what: Left::DidNotCome(now - called),
            });
            self.desk(desk).done(now, ticket);
        }
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
        tickets.any(|t| {
            t.phase == Phase::Waiting
                && services & (1 << t.service) != 0
                && t.reserved_for.is_none_or(|only| only == desk)
        })
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
