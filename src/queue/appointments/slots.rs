//! Which visits can be booked: slots within the calendar's hours of a date.

use std::collections::BTreeMap;

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp, ToSpan};

use super::Appointments;
use crate::queue::catalogue::Service;
use crate::queue::centre::Centre;
use crate::queue::hours::DayHours;
use crate::queue::setup::Setup;

/// What can be booked, as configured.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Booking {
    /// Length of a slot.
    pub slot: SignedDuration,
    /// Customers in one slot, by service; a service without any cannot be booked.
    pub capacity: BTreeMap<Service, u32>,
    /// Only within these hours of a weekday, Monday first; absent = all reception hours.
    pub hours: Option<[DayHours; 7]>,
    /// How far ahead visits can be booked, days.
    pub days_ahead: u16,
}

impl Default for Booking {
    fn default() -> Self {
        Self {
            slot: SignedDuration::from_mins(15),
            capacity: BTreeMap::new(),
            hours: None,
            days_ahead: 30,
        }
    }
}

/// A slot of one service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Slot {
    /// When it begins.
    pub at: Timestamp,
    /// Customers it has room for.
    pub capacity: u32,
    /// Places taken.
    pub booked: u32,
}

impl Slot {
    /// Places left; none where more were taken than there is room for by now.
    pub fn free(&self) -> u32 {
        self.capacity.saturating_sub(self.booked)
    }
}

/// Room for customers of a service in each slot.
pub fn capacity(setup: &Setup, service: Service) -> u32 {
    if !setup.appointments {
        return 0;
    }
    setup
        .rules
        .booking
        .capacity
        .get(&service)
        .copied()
        .unwrap_or(0)
}

/// The last date for which visits can be booked.
pub fn last_date(setup: &Setup, now: Timestamp) -> Date {
    let days = i32::from(setup.rules.booking.days_ahead).days();
    setup.date_of(now).saturating_add(days)
}

/// The slots of a service on a date, in order; none on a closed day.
pub fn of_date(setup: &Setup, centre: &Centre, date: Date, service: Service) -> Vec<Slot> {
    let capacity = capacity(setup, service);
    if capacity == 0 {
        return Vec::new();
    }
    let taken = |appointments: &Appointments, at| appointments.taken(service, at);
    starts(setup, centre, date)
        .into_iter()
        .map(|at| Slot {
            at,
            capacity,
            booked: taken(&centre.appointments, at),
        })
        .collect()
}

/// The moments at which slots begin. Each interval of reception has its own row of whole slots from
/// its first minute, counted in real time: the nights of 23 and 25 hours need no rule of their own.
fn starts(setup: &Setup, centre: &Centre, date: Date) -> Vec<Timestamp> {
    let booking = &setup.rules.booking;
    let tz = &setup.timezone;
    let bookable: Option<Vec<(Timestamp, Timestamp)>> = booking.hours.as_ref().map(|week| {
        let weekday = usize::try_from(date.weekday().to_monday_zero_offset()).unwrap_or(0);
        let intervals = week.get(weekday).map_or(&[][..], DayHours::intervals);
        intervals.iter().filter_map(|i| i.span(date, tz)).collect()
    });
    let mut starts = Vec::new();
    for (opens_at, closes_at) in centre.calendar(setup).spans(date, tz) {
        let mut at = opens_at;
        while at + booking.slot <= closes_at {
            let ends_at = at + booking.slot;
            let fits = bookable
                .as_ref()
                .is_none_or(|spans| spans.iter().any(|(from, to)| *from <= at && ends_at <= *to));
            if fits {
                starts.push(at);
            }
            at = ends_at;
        }
    }
    starts
}
