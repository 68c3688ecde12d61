//! A desk as planned and as it is.

use super::times::DeskAt;

/// A planned break that begins so long before or after its time is that break, seconds.
const BREAK_EARLY_S: f64 = 900.0;
const BREAK_LATE_S: f64 = 3_600.0;

/// A call so long after a break was due means it was put off, seconds.
const BREAK_PUT_OFF_S: f64 = 60.0;

/// Shifts that end so close to closing end with the day, seconds.
const WITH_DAY_S: f64 = 300.0;

/// A planned presence at a desk.
#[derive(Debug, Clone, PartialEq)]
pub struct Shift {
    /// Where.
    pub desk: DeskAt,
    /// Services, as bits.
    pub services: u64,
    /// Beginning and end.
    pub hours: (f64, f64),
    /// Breaks.
    pub breaks: Vec<(f64, f64)>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Seat {
    Away,
    Free,
    Break {
        since: f64,
        planned: Option<(f64, f64)>,
    },
    Busy {
        ticket: u64,
    },
}

/// A desk: its plan and its state.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Desk {
    pub services: u64,
    pub seat: Seat,
    /// Beginnings and ends of shifts, in order.
    shifts: Vec<(f64, f64)>,
    /// Planned breaks not taken yet.
    pub breaks: Vec<(f64, f64)>,
    /// Last end of a customer or planned break, or the opening: pauses count from it.
    pub free_from: f64,
    /// As [`Desk::free_from`], or the end of an unplanned break.
    pub ready_from: f64,
    /// Whether it went on past its end is noted once.
    pub over_time_noted: bool,
    opened: bool,
}

impl Default for Desk {
    fn default() -> Self {
        Self {
            services: 0,
            seat: Seat::Away,
            shifts: Vec::new(),
            breaks: Vec::new(),
            free_from: 0.0,
            ready_from: 0.0,
            over_time_noted: false,
            opened: false,
        }
    }
}

impl Desk {
    /// Adds a shift. Between two shifts the desk rests as on a break.
    pub(super) fn plan(&mut self, shift: Shift) {
        self.services |= shift.services;
        if let Some((_, ended)) = self.shifts.last() {
            self.breaks.push((*ended, shift.hours.0));
        }
        self.shifts.push(shift.hours);
        self.breaks.extend(shift.breaks);
        self.breaks.sort_by(|a, b| a.0.total_cmp(&b.0));
    }

    /// The planned beginning of a shift that has not been opened.
    pub(super) fn next_shift(&self, now: f64) -> Option<f64> {
        if !self.opened {
            return self.shifts.first().map(|(from, _)| *from);
        }
        let mut later = self.shifts.iter().skip(1).map(|(from, _)| *from);
        later.find(|from| *from > now)
    }

    /// The planned end of the last shift.
    pub(super) fn until(&self) -> Option<f64> {
        self.shifts.last().map(|(_, to)| *to)
    }

    pub(super) fn was_missed(&self) -> bool {
        !self.opened && !self.shifts.is_empty()
    }

    pub(super) fn ends_with_day(&self, close: f64) -> bool {
        self.until().is_none_or(|until| until >= close - WITH_DAY_S)
    }

    /// Past its planned end, and not yet noted.
    pub(super) fn is_over_time(&self, now: f64) -> bool {
        !self.over_time_noted && self.until().is_some_and(|until| now >= until)
    }

    pub(super) fn open(&mut self, now: f64, services: u64) {
        if services != 0 {
            self.services = services;
        }
        self.opened = true;
        self.seat = Seat::Free;
        self.free_from = now;
        self.ready_from = now;
        self.breaks.retain(|(_, to)| *to > now);
    }

    pub(super) fn close(&mut self, now: f64) {
        self.seat = Seat::Away;
        // What is left are later shifts.
        self.shifts.retain(|(from, _)| *from > now);
        self.breaks.retain(|(from, _)| *from > now);
        self.opened = self.shifts.is_empty();
    }

    pub(super) fn rest(&mut self, now: f64) {
        let planned = self.breaks.iter().position(|(from, to)| {
            now >= from - BREAK_EARLY_S && now <= to.max(from + BREAK_LATE_S)
        });
        self.opened = true;
        self.seat = Seat::Break {
            since: now,
            planned: planned.map(|at| self.breaks.remove(at)),
        };
    }

    /// Ends a break and tells which it was.
    pub(super) fn back(&mut self, now: f64) -> Seat {
        let before = std::mem::replace(&mut self.seat, Seat::Free);
        self.ready_from = now;
        if let Seat::Break {
            planned: Some(_), ..
        } = before
        {
            self.free_from = now;
        }
        before
    }

    /// Since when the desk could have called, for pauses; absent where it was not free.
    pub(super) fn free_since(&self, now: f64) -> Option<f64> {
        let is_free = self.seat == Seat::Free && self.free_from <= now;
        is_free.then_some(self.free_from)
    }

    /// Drops planned breaks that have passed and counts those put off by calling somebody.
    pub(super) fn breaks_missed(&mut self, now: f64) -> usize {
        let due = self.breaks.iter();
        let missed = due.filter(|(from, _)| now > from + BREAK_PUT_OFF_S).count();
        self.breaks
            .retain(|(from, to)| now <= to.max(from + BREAK_EARLY_S));
        missed
    }

    pub(super) fn call(&mut self, now: f64, ticket: u64) {
        self.opened = true;
        self.free_from = now;
        self.ready_from = now;
        self.seat = Seat::Busy { ticket };
    }

    pub(super) fn done(&mut self, now: f64, ticket: u64) {
        if self.seat == (Seat::Busy { ticket }) {
            self.seat = Seat::Free;
            self.free_from = now;
            self.ready_from = now;
        }
    }
}
