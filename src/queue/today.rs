//! What the manager is told of today beyond queues and desks: how many desks the half-hours to come
//! will need, and mischief so far.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::demand::{Measured, reception};
use super::desk::Seat;
use super::mischief::{Ghosts, Mischief};
use super::screens::Scene;
use super::staffing::ALLOWANCE;
use super::statistics::HALF_HOUR_S;
use super::wording;

/// Half-hours shown, the running one first.
const HALF_HOURS_SHOWN: usize = 6;

/// Fewer tickets than this are a small sample.
const SMALL_SAMPLE_BELOW: i64 = 20;

/// Weeks that are looked back on for a day like today.
pub const WEEKS_BACK: i64 = 8;

/// What was measured on days like one date: the same weekday of the last [`WEEKS_BACK`] weeks.
#[derive(Debug, Clone, PartialEq)]
pub struct DaysLike {
    /// The date.
    pub date: Date,
    /// What was measured.
    pub measured: Measured,
}

/// Desks that the half-hours to come will need; advice, nothing follows it by itself.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct StaffingToday {
    /// Desks open now, those on a break left out.
    pub desks_open: u32,
    /// Share of customers to be called within the target, percent.
    pub target_percent: u8,
    /// The running half-hour of reception and the next ones; empty where none is left or no day
    /// like this is known.
    pub half_hours: Vec<StaffingSoon>,
}

/// One of them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct StaffingSoon {
    /// Start, e.g. "9.30".
    pub label: String,
    /// It runs now.
    pub running: bool,
    /// Customers to be expected, with an allowance of 15 %, to a tenth.
    pub customers: f64,
    /// Desks that keep the target.
    pub desks_required: u32,
    /// Days it rests on, at most eight.
    pub days: u32,
    /// Too few customers on them to mean much.
    pub small_sample: bool,
}

/// Presses and tickets of today that were no customer's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct MischiefToday {
    /// Double presses: while the button rested.
    pub resting: u32,
    /// Presses beyond the most tickets of one kiosk in a short time.
    pub burst: u32,
    /// Presses reported too late.
    pub stale: u32,
    /// Series of presses: three or more tickets of one kiosk within a minute, all left behind but one.
    pub series: u32,
    /// Tickets in them.
    pub series_tickets: u32,
    /// Tickets nobody came with.
    pub ghosts: u32,
    /// What desks waited for them, seconds.
    pub ghost_s: u32,
    /// Tickets issued.
    pub issued: u32,
}

impl Scene<'_> {
    /// Today's date, be it that it has not begun in the journal yet.
    fn today(&self) -> Date {
        let begun = self.centre.date;
        begun.unwrap_or_else(|| self.setup.date_of(self.now))
    }

    /// The desks that will be needed today.
    pub(super) fn staffing_today(&self) -> StaffingToday {
        let desks = self.centre.desks.values();
        let open = desks
            .filter_map(|desk| desk.staffed.as_ref())
            .filter(|staffed| !matches!(staffed.seat, Seat::OnBreak { .. }));
        StaffingToday {
            desks_open: u32::try_from(open.count()).unwrap_or(u32::MAX),
            target_percent: self.setup.rules.wait_target_percent,
            half_hours: self.staffing_soon(),
        }
    }

    fn staffing_soon(&self) -> Vec<StaffingSoon> {
        let today = self.today();
        let Some(days) = self.around.days_like.as_ref() else {
            return Vec::new();
        };
        if days.date != today {
            return Vec::new();
        }
        let weekday = today.weekday().to_monday_one_offset();
        let now = self.now.as_second();
        reception(&self.calendar(), &self.setup.timezone, today)
            .into_iter()
            .filter(|(slot, _)| (slot + 1) * HALF_HOUR_S > now)
            .take(HALF_HOURS_SHOWN)
            .filter_map(|(slot, label)| {
                let expected = days.measured.expected((weekday, label))?;
                let target_s = self.setup.rules.wait_target.as_secs_f64();
                let share = f64::from(self.setup.rules.wait_target_percent) / 100.0;
                let demand = expected.demand(target_s, share).ok()?;
                Some(StaffingSoon {
                    label: wording::half_hour(label),
                    running: slot * HALF_HOUR_S <= now,
                    customers: (expected.arrivals * ALLOWANCE * 10.0).round() / 10.0,
                    desks_required: demand.desks_required().desks,
                    days: u32::try_from(expected.measured).unwrap_or(0),
                    small_sample: expected.tickets < SMALL_SAMPLE_BELOW,
                })
            })
            .collect()
    }

    /// Today's mischief so far.
    pub(super) fn mischief_today(&self) -> MischiefToday {
        let tickets = &self.centre.tickets;
        let mut mischief: Mischief = self.centre.presses;
        mischief.series(tickets.values());
        let mut ghosts = Ghosts::default();
        for ticket in tickets.values() {
            ghosts.merge(&Ghosts::of(ticket, &self.setup.timezone), 1);
        }
        let count = |figure: i64| u32::try_from(figure).unwrap_or(0);
        MischiefToday {
            resting: count(mischief.resting),
            burst: count(mischief.burst),
            stale: count(mischief.stale),
            series: count(mischief.series),
            series_tickets: count(mischief.series_tickets),
            ghosts: count(ghosts.count),
            ghost_s: count(ghosts.waited_s),
            issued: u32::try_from(tickets.len()).unwrap_or(u32::MAX),
        }
    }
}

/// The dates like one: the same weekday of the weeks before it, newest first.
pub fn dates_like(date: Date) -> impl Iterator<Item = Date> {
    (1..=WEEKS_BACK).filter_map(move |weeks| date.checked_sub(jiff::Span::new().weeks(weeks)).ok())
}

/// The moment at which the figures of dates that are over stand.
pub fn over_since(date: Date, tz: &jiff::tz::TimeZone) -> Timestamp {
    date.to_zoned(tz.clone())
        .map_or(Timestamp::MIN, |midnight| midnight.timestamp())
}
