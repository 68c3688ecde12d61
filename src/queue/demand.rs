//! What comes to the centre by half-hour of the week, what it takes at the desks, and how many
//! desks were open: what staffing advice is made of, measured.
//!
//! - A half-hour of a date counts where reception was open in any part of it and it is over.
//! - Customers count in the half-hour of issue; those with a ticket from before reception count
//!   with the first half-hour of it, in which they can be called.
//! - Desk time of a ticket: call to finish at each desk, and for a no-show call to no-show. It is
//!   what a desk cannot give to others, so it is more than the handling time alone.
//! - Every desk is taken to call every service.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use super::calendar::Calendar;
use super::catalogue::Service;
use super::staffing::{BadDemand, Demand};
use super::statistics::{DayFigures, HALF_HOUR_S, half_hour, half_hour_since_1970, seconds};
use super::ticket::{Place, Ticket};

/// Desk time of tickets that were called and are over, each with an end time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct DeskTime {
    /// Tickets.
    pub tickets: i64,
    /// Their desk time, seconds.
    pub sum_s: i64,
}

impl DeskTime {
    /// What one ticket counts. One that the day's end closed has no end time and counts nothing.
    pub fn of(ticket: &Ticket) -> Self {
        let waited_for = match (&ticket.place, ticket.legs.last()) {
            (Place::Finished { at: Some(_), .. } | Place::Cancelled { .. }, Some(_)) => 0,
            (Place::NoShow { at, .. }, Some(leg)) => seconds(leg.called_at, *at),
            _ => return Self::default(),
        };
        let stays = ticket.legs.iter().filter_map(|leg| {
            let finished_at = leg.finished_at?;
            Some(i64::from(seconds(leg.called_at, finished_at)))
        });
        Self {
            tickets: 1,
            sum_s: stays.sum::<i64>() + i64::from(waited_for),
        }
    }

    /// Puts another in (`sign` 1) or takes it out (−1).
    pub fn merge(&mut self, other: &Self, sign: i64) {
        self.tickets += other.tickets * sign;
        self.sum_s += other.sum_s * sign;
    }

    /// Mean desk time of a ticket, seconds; absent where there was none.
    pub fn mean_s(&self) -> Option<f64> {
        (self.tickets > 0).then(|| real(self.sum_s) / real(self.tickets))
    }
}

/// A half-hour of the week: weekday (Monday = 1) and half-hour of the day (0 = 0.00).
pub type HalfHourOfWeek = (i8, u8);

/// One half-hour of the week, summed over dates.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct HalfHourLoad {
    /// Half-hours measured: one a date, two where the clock was set back through it.
    pub measured: i64,
    /// Tickets by service of issue.
    pub arrivals: BTreeMap<Service, i64>,
    /// Open time of all desks, seconds.
    pub open_s: i64,
}

impl HalfHourLoad {
    /// All tickets.
    pub fn tickets(&self) -> i64 {
        self.arrivals.values().sum()
    }

    /// Tickets in one such half-hour, on average.
    pub fn mean_arrivals(&self) -> f64 {
        real(self.tickets()) / real(self.measured.max(1))
    }

    /// Desks open, on average.
    pub fn mean_desks(&self) -> f64 {
        real(self.open_s) / real(HALF_HOUR_S * self.measured.max(1))
    }
}

/// What was measured over some dates.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Measured {
    /// By half-hour of the week, those with reception only.
    pub half_hours: BTreeMap<HalfHourOfWeek, HalfHourLoad>,
    /// By service of issue.
    pub desk_time: BTreeMap<Service, DeskTime>,
}

impl Measured {
    /// Adds a date with its figures as they stand at `as_of`.
    pub fn add(
        &mut self,
        calendar: &Calendar<'_>,
        tz: &TimeZone,
        date: Date,
        day: &DayFigures,
        as_of: Timestamp,
    ) {
        for (service, figures) in &day.services {
            let sum = self.desk_time.entry(*service).or_default();
            sum.merge(&figures.desk_time, 1);
        }
        let weekday = date.weekday().to_monday_one_offset();
        let slots = reception(calendar, tz, date);
        let mut over = BTreeSet::new();
        for (slot, label) in &slots {
            if (slot + 1) * HALF_HOUR_S > as_of.as_second() {
                continue;
            }
            over.insert(*label);
            let load = self.half_hours.entry((weekday, *label)).or_default();
            load.measured += 1;
            let open_s = day
                .desks
                .values()
                .map(|desk| desk.open_by_half_hour.seconds_in(*slot, as_of));
            load.open_s += i64::try_from(open_s.sum::<u64>()).unwrap_or(0);
        }
        let labels: BTreeSet<u8> = slots.values().copied().collect();
        for (service, figures) in &day.services {
            for (issued_in, [issued, ..]) in &figures.half_hours {
                let first = labels.range(issued_in..).next();
                let Some(label) = first.or(labels.last()).filter(|label| over.contains(label))
                else {
                    continue;
                };
                let load = self.half_hours.entry((weekday, *label)).or_default();
                *load.arrivals.entry(*service).or_default() += issued;
            }
        }
    }

    /// Mean desk time of those who come in a half-hour, by its mix of services, seconds; of all
    /// services where nobody came. Absent where no ticket of any service is over.
    pub fn handling_s(&self, load: &HalfHourLoad) -> Option<f64> {
        let mut all = DeskTime::default();
        self.desk_time.values().for_each(|time| all.merge(time, 1));
        let overall_s = all.mean_s()?;
        let tickets = load.tickets();
        if tickets <= 0 {
            return Some(overall_s);
        }
        let sum_s: f64 = load
            .arrivals
            .iter()
            .map(|(service, count)| {
                let own = self.desk_time.get(service).and_then(DeskTime::mean_s);
                real(*count) * own.unwrap_or(overall_s)
            })
            .sum();
        Some(sum_s / real(tickets))
    }

    /// What is to be expected in such a half-hour again; absent where it was never measured, no
    /// ticket is over, or the demand has no answer.
    pub fn expected(&self, half_hour: HalfHourOfWeek) -> Option<Expected> {
        let load = self.half_hours.get(&half_hour)?;
        Some(Expected {
            arrivals: load.mean_arrivals(),
            handling_s: self
                .handling_s(load)
                .filter(|handling_s| *handling_s > 0.0)?,
            tickets: load.tickets(),
            measured: load.measured,
        })
    }
}

/// A half-hour to come, as the measured ones were.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Expected {
    /// Customers, on average.
    pub arrivals: f64,
    /// Mean desk time of one, seconds.
    pub handling_s: f64,
    /// Tickets this rests on.
    pub tickets: i64,
    /// Half-hours this rests on.
    pub measured: i64,
}

impl Expected {
    /// Load without the allowance, erlangs.
    pub fn load(&self) -> f64 {
        self.arrivals * self.handling_s / real(HALF_HOUR_S)
    }

    /// The demand desks are advised for, with the allowance.
    ///
    /// # Errors
    /// As [`Demand::new`].
    pub fn demand(&self, target_s: f64, share: f64) -> Result<Demand, BadDemand> {
        Demand::of_half_hour(self.arrivals, self.handling_s, target_s, share)
    }
}

/// The half-hours since 1970 in which reception is open on a date, with their local names.
pub fn reception(calendar: &Calendar<'_>, tz: &TimeZone, date: Date) -> BTreeMap<i64, u8> {
    let mut slots = BTreeMap::new();
    for (opens_at, closes_at) in calendar.spans(date, tz) {
        let end = closes_at.as_second() - 1;
        for slot in half_hour_since_1970(opens_at)..=end.div_euclid(HALF_HOUR_S) {
            if let Ok(at) = Timestamp::from_second(slot * HALF_HOUR_S) {
                slots.insert(slot, half_hour(at, tz));
            }
        }
    }
    slots
}

/// Counts and seconds stay far below 2^52.
#[allow(clippy::cast_precision_loss)]
fn real(count: i64) -> f64 {
    count as f64
}
