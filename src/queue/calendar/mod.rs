//! The calendar that holds: weekly intervals, then public holidays, moved working days, the shorter
//! day before a holiday, and last the exception of that date. Each day can say why it is as it is.

pub mod edits;
mod holidays;
mod moved;
mod reasons;
#[cfg(test)]
mod tests;

use std::borrow::Cow;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

pub use self::edits::Edits;
pub use self::holidays::{Holiday, HolidayKind, holiday};
use self::reasons::Because;
pub use self::reasons::dotted;
use super::hours::{DayHours, OpeningHours, Reception};
use super::view::HoursLine;

/// How far ahead the next opening is looked for, days.
pub const LOOK_AHEAD_DAYS: i32 = 14;

/// Changed hours are posted at least this many days before (17.5.1).
pub const NOTICE_DAYS: i32 = 5;

/// The configured hours with what managers changed.
#[derive(Debug, Clone, Copy)]
pub struct Calendar<'a> {
    hours: &'a OpeningHours,
    edits: &'a Edits,
}

/// What decides over a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = CalendarKind)]
#[serde(rename_all = "snake_case")]
pub enum DayKind {
    /// Its weekday.
    Week,
    /// A public holiday.
    Holiday,
    /// A day off by law that is no holiday itself.
    DayOff,
    /// A working day that is moved to another date.
    MovedAway,
    /// A date that has another one's working day.
    MovedHere,
    /// The day before a public holiday, shorter.
    Shortened,
    /// An exception of the configuration.
    Configured,
    /// Hours that a manager set.
    Edited,
}

/// One day with its reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Day {
    /// Local date.
    pub date: Date,
    /// Its hours; none = closed.
    pub hours: DayHours,
    /// Hours of its weekday.
    pub usual: DayHours,
    /// What decides over it.
    pub kind: DayKind,
    /// Why it is so, a Latvian sentence for staff.
    pub why: String,
    /// Why it differs from its weekday, in a few Latvian words for customers; an exception tells its
    /// reason even where it changes nothing.
    pub reason: Option<String>,
    /// What it would be without the exception, a Latvian sentence for staff.
    pub otherwise: Option<String>,
    /// Name of the public holiday or day off, whatever decides over the day.
    pub holiday: Option<&'static str>,
}

impl Day {
    /// Its hours are not those of its weekday.
    pub fn differs(&self) -> bool {
        self.hours != self.usual
    }

    /// The last date on which a change of hours is posted in time (17.5.1), where there is one.
    pub fn notice_by(&self) -> Option<Date> {
        let by = || self.date.checked_sub(NOTICE_DAYS.days()).ok();
        self.differs().then(by).flatten()
    }
}

impl<'a> Calendar<'a> {
    /// The configured hours with what managers changed.
    pub fn new(hours: &'a OpeningHours, edits: &'a Edits) -> Self {
        Self { hours, edits }
    }

    /// The hours of a date.
    pub fn of(&self, date: Date) -> Cow<'a, DayHours> {
        self.settle(date).0
    }

    /// A date with its reason.
    pub fn day(&self, date: Date) -> Day {
        let (hours, because) = self.settle(date);
        let usual = self.hours.usual(date);
        let otherwise = match because {
            Because::Edited(_) => Some(self.configured(date)),
            Because::Configured(_) => Some(self.without_exception(date)),
            Because::Week
            | Because::Free(_)
            | Because::MovedAway { .. }
            | Because::MovedHere { .. }
            | Because::Shortened { .. } => None,
        };
        Day {
            date,
            usual: usual.clone(),
            kind: because.kind(),
            why: because.why(date, !hours.is_closed()),
            reason: because
                .reason()
                .filter(|_| otherwise.is_some() || *hours != *usual),
            otherwise: otherwise.map(|(hours, because)| because.why(date, !hours.is_closed())),
            holiday: self.holiday(date).map(|holiday| holiday.name),
            hours: hours.into_owned(),
        }
    }

    fn settle(&self, date: Date) -> (Cow<'a, DayHours>, Because<'a>) {
        if let Some(edit) = self.edits.hours.get(&date) {
            let because = Because::Edited(&edit.mark.reason);
            return (Cow::Borrowed(&edit.hours), because);
        }
        self.configured(date)
    }

    /// The day without what a manager set for it.
    fn configured(&self, date: Date) -> (Cow<'a, DayHours>, Because<'a>) {
        if let Some(exception) = self.hours.exceptions.get(&date) {
            let because = Because::Configured(&exception.reason);
            return (Cow::Borrowed(&exception.hours), because);
        }
        self.without_exception(date)
    }

    /// Week, holiday, moved day, shorter day.
    fn without_exception(&self, date: Date) -> (Cow<'a, DayHours>, Because<'a>) {
        let (hours, because) = self.before_shortening(date);
        let by_min = self.hours.holidays.shorter_before_min;
        if by_min == 0 || hours.is_closed() {
            return (hours, because);
        }
        let moved_from = self.moved_from(date);
        // A working day is moved with its rights: one that would have been shorter stays so (so the
        // State Labour Inspectorate on 21.04.2018, a Monday before 1 May moved to a Saturday).
        let own = self.eve_of(date);
        match own.or_else(|| self.eve_of(moved_from?)) {
            Some(before) => {
                let because = Because::Shortened {
                    before,
                    by_min,
                    moved_from,
                    itself: own.is_some(),
                };
                (Cow::Owned(hours.shortened(by_min)), because)
            }
            None => (hours, because),
        }
    }

    /// The public holiday that a date is the day before of. Days off in lieu have none.
    fn eve_of(&self, date: Date) -> Option<Holiday> {
        let next = self.holiday(date.tomorrow().ok()?)?;
        (next.kind == HolidayKind::Holiday).then_some(next)
    }

    fn before_shortening(&self, date: Date) -> (Cow<'a, DayHours>, Because<'a>) {
        let closed = || Cow::Owned(DayHours::default());
        if let Some(to) = self.moved_to(date) {
            return (closed(), Because::MovedAway { to });
        }
        if let Some(from) = self.moved_from(date) {
            let hours = Cow::Borrowed(self.hours.usual(from));
            return (hours, Because::MovedHere { from });
        }
        match self.holiday(date) {
            Some(holiday) => (closed(), Because::Free(holiday)),
            None => (Cow::Borrowed(self.hours.usual(date)), Because::Week),
        }
    }

    fn holiday(&self, date: Date) -> Option<Holiday> {
        holiday(date).filter(|_| self.hours.holidays.observed)
    }

    /// Where a date's working day went; what a manager says goes before what is built in.
    pub fn moved_to(&self, from: Date) -> Option<Date> {
        match self.edits.moves.get(&from) {
            Some(edit) => Some(edit.to),
            None => moved::moved_to(from).filter(|_| self.hours.holidays.observed),
        }
    }

    fn moved_from(&self, to: Date) -> Option<Date> {
        self.edits.moved_from(to).or_else(|| {
            let from = moved::moved_from(to).filter(|_| self.hours.holidays.observed)?;
            (!self.edits.moves.contains_key(&from)).then_some(from)
        })
    }

    /// How reception stands at a moment.
    pub fn at(&self, now: Timestamp, tz: &TimeZone) -> Reception {
        let Some((opens_at, closes_at)) = self.upcoming(now, tz) else {
            return Reception::Closed { opens_at: None };
        };
        if now >= opens_at {
            Reception::Open { closes_at }
        } else if now >= opens_at - self.hours.lead {
            Reception::Lead {
                opens_at,
                closes_at,
            }
        } else {
            Reception::Closed {
                opens_at: Some(opens_at),
            }
        }
    }

    /// Whether reception has begun today: calls are allowed from then on, also after closing,
    /// when those who came are served (A2/2/2.3).
    pub fn begun_today(&self, now: Timestamp, tz: &TimeZone) -> bool {
        let today = now.to_zoned(tz.clone()).date();
        self.edits.begun == Some(today)
            || self
                .spans(today, tz)
                .iter()
                .any(|(opens_at, _)| now >= *opens_at)
    }

    /// The next moment after `now` at which [`Calendar::at`] answers differently.
    pub fn next_change(&self, now: Timestamp, tz: &TimeZone) -> Option<Timestamp> {
        match self.at(now, tz) {
            Reception::Open { closes_at } => Some(closes_at),
            Reception::Lead { opens_at, .. } => Some(opens_at),
            Reception::Closed { opens_at } => opens_at.map(|at| at - self.hours.lead),
        }
    }

    /// The end of a date's reception; absent where it has none, or goes on over midnight.
    pub fn closing(&self, date: Date, tz: &TimeZone) -> Option<Timestamp> {
        let (_, closes_at) = *self.spans(date, tz).last()?;
        let tomorrow = date.checked_add(1.days()).ok()?;
        let goes_on = self
            .spans(tomorrow, tz)
            .first()
            .map(|(opens_at, _)| *opens_at);
        (goes_on != Some(closes_at)).then_some(closes_at)
    }

    /// Seven days from `date` for the idle screens.
    pub fn lines(&self, date: Date) -> Vec<HoursLine> {
        (0..7)
            .filter_map(|ahead| date.checked_add(ahead.days()).ok())
            .map(|date| {
                let day = self.day(date);
                let intervals = day.hours.intervals();
                HoursLine {
                    weekday: u8::try_from(date.weekday().to_monday_one_offset()).unwrap_or(1),
                    date: date.to_string(),
                    intervals: intervals.iter().map(|i| i.latvian()).collect(),
                    reason: day.reason,
                }
            })
            .collect()
    }

    /// The first interval that ends after `now`, from today on, as instants; neighbours that touch
    /// are one. It is asked for at each turn of the engine and looks no further than it must.
    fn upcoming(&self, now: Timestamp, tz: &TimeZone) -> Option<(Timestamp, Timestamp)> {
        let today = now.to_zoned(tz.clone()).date();
        let mut spans = (0..=LOOK_AHEAD_DAYS)
            .filter_map(|ahead| today.checked_add(ahead.days()).ok())
            .flat_map(|date| self.spans(date, tz))
            .filter(|(_, closes_at)| now < *closes_at);
        let (opens_at, mut closes_at) = spans.next()?;
        for (next_opens_at, next_closes_at) in spans {
            if next_opens_at != closes_at {
                break;
            }
            closes_at = next_closes_at;
        }
        Some((opens_at, closes_at))
    }

    /// The intervals of a date as instants: opens at, closes at. An interval of which a clock
    /// change leaves nothing is none.
    pub fn spans(&self, date: Date, tz: &TimeZone) -> Vec<(Timestamp, Timestamp)> {
        self.of(date)
            .intervals()
            .iter()
            .filter_map(|interval| interval.span(date, tz))
            .filter(|(opens_at, closes_at)| opens_at < closes_at)
            .collect()
    }
}
