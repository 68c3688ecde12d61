//! When the centre receives customers, as it is configured: weekly intervals and exceptions by date.
//! What holds on a date is the calendar's to say.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use jiff::civil::{Date, Time};
use jiff::tz::{AmbiguousOffset, TimeZone};
use jiff::{SignedDuration, Timestamp};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Minutes of a day, the end of the last possible interval.
const DAY_MINUTES: u16 = 24 * 60;

/// One interval of reception, local wall time: "08:30-12:00". Its end may be "24:00".
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Interval {
    from_min: u16,
    to_min: u16,
}

/// Text that is no interval.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum IntervalError {
    /// Not of the form HH:MM-HH:MM.
    #[error("\"{0}\" is no interval: write it as \"08:30-12:00\"")]
    Form(String),
    /// Ends before it begins.
    #[error("\"{0}\" ends before it begins")]
    Backwards(String),
}

/// Two intervals of one day that overlap or stand out of order.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("{0} and {1} overlap or are out of order")]
pub struct Overlap(pub Interval, pub Interval);

impl FromStr for Interval {
    type Err = IntervalError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let form = || IntervalError::Form(text.to_owned());
        let (from, to) = text.split_once('-').ok_or_else(form)?;
        let from_min = minute_of_day(from.trim()).ok_or_else(form)?;
        let to_min = minute_of_day(to.trim()).ok_or_else(form)?;
        if from_min >= to_min {
            return Err(IntervalError::Backwards(text.to_owned()));
        }
        Ok(Self { from_min, to_min })
    }
}

impl fmt::Display for Interval {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (from, to) = (self.from_min, self.to_min);
        write!(
            f,
            "{:02}:{:02}-{:02}:{:02}",
            from / 60,
            from % 60,
            to / 60,
            to % 60
        )
    }
}

impl Serialize for Interval {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Interval {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(D::Error::custom)
    }
}

impl Interval {
    /// As Latvians write it: "8.30–12.00".
    pub fn latvian(self) -> String {
        format!(
            "{}.{:02}–{}.{:02}",
            self.from_min / 60,
            self.from_min % 60,
            self.to_min / 60,
            self.to_min % 60
        )
    }

    /// The interval of a date as instants: opens at, closes at.
    pub fn span(self, date: Date, tz: &TimeZone) -> Option<(Timestamp, Timestamp)> {
        let opens_at = instant(date, self.from_min, tz)?;
        Some((opens_at, instant(date, self.to_min, tz)?))
    }
}

fn minute_of_day(text: &str) -> Option<u16> {
    let (hour, minute) = text.split_once(':')?;
    let both_digits = hour.len() == 2 && minute.len() == 2;
    let hour: u16 = hour.parse().ok()?;
    let minute: u16 = minute.parse().ok()?;
    let total = hour * 60 + minute;
    (both_digits && minute < 60 && total <= DAY_MINUTES).then_some(total)
}

/// The intervals of one day, in order and apart from one another.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct DayHours(Vec<Interval>);

impl DayHours {
    /// Checks that intervals stand in order and do not overlap.
    ///
    /// # Errors
    /// The first pair that does.
    pub fn new(intervals: Vec<Interval>) -> Result<Self, Overlap> {
        for pair in intervals.windows(2) {
            if let [a, b] = pair
                && a.to_min > b.from_min
            {
                return Err(Overlap(*a, *b));
            }
        }
        Ok(Self(intervals))
    }

    /// The intervals.
    pub fn intervals(&self) -> &[Interval] {
        &self.0
    }

    /// Nobody is received.
    pub fn is_closed(&self) -> bool {
        self.0.is_empty()
    }

    /// The whole day and nothing else.
    pub fn is_round_the_clock(&self) -> bool {
        matches!(self.0.as_slice(), [all] if all.from_min == 0 && all.to_min == DAY_MINUTES)
    }

    /// The hours without the last `by_min` minutes of reception.
    #[must_use]
    pub fn shortened(&self, by_min: u16) -> Self {
        let mut intervals = self.0.clone();
        let mut left = by_min;
        while let Some(last) = intervals.last_mut() {
            let length = last.to_min - last.from_min;
            if length > left {
                last.to_min -= left;
                break;
            }
            left -= length;
            intervals.pop();
        }
        Self(intervals)
    }
}

/// A day that differs from its weekday.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exception {
    /// Its hours; none = closed.
    pub hours: DayHours,
    /// Why, for customers.
    pub reason: String,
}

/// What public holidays change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HolidayRules {
    /// Public holidays are free, and the Cabinet's moved working days are followed.
    pub observed: bool,
    /// The day before a public holiday is this much shorter, minutes; one hour by the Labour Law,
    /// section 135.
    pub shorter_before_min: u16,
}

impl HolidayRules {
    /// As the law has them.
    pub const LAW: Self = Self {
        observed: true,
        shorter_before_min: 60,
    };

    /// Every week is like the other.
    pub const NONE: Self = Self {
        observed: false,
        shorter_before_min: 0,
    };
}

/// Reception hours of a centre, as configured.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpeningHours {
    /// Monday first.
    pub week: [DayHours; 7],
    /// By date.
    pub exceptions: BTreeMap<Date, Exception>,
    /// What public holidays change.
    pub holidays: HolidayRules,
    /// Tickets can be taken this long before reception starts: two minutes (A2/1/6.1), longer
    /// by configuration (A2/1/6.2).
    pub lead: SignedDuration,
}

/// Reception at some moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reception {
    /// Open until `closes_at`.
    Open {
        /// End of the interval.
        closes_at: Timestamp,
    },
    /// Within the lead: tickets are issued, reception starts at `opens_at`.
    Lead {
        /// Start of the interval.
        opens_at: Timestamp,
        /// End of the interval.
        closes_at: Timestamp,
    },
    /// Closed; the next interval, if there is one within a fortnight.
    Closed {
        /// Its start.
        opens_at: Option<Timestamp>,
    },
}

impl OpeningHours {
    /// The hours of a date's weekday.
    pub fn usual(&self, date: Date) -> &DayHours {
        let [
            monday,
            tuesday,
            wednesday,
            thursday,
            friday,
            saturday,
            sunday,
        ] = &self.week;
        match date.weekday() {
            jiff::civil::Weekday::Monday => monday,
            jiff::civil::Weekday::Tuesday => tuesday,
            jiff::civil::Weekday::Wednesday => wednesday,
            jiff::civil::Weekday::Thursday => thursday,
            jiff::civil::Weekday::Friday => friday,
            jiff::civil::Weekday::Saturday => saturday,
            jiff::civil::Weekday::Sunday => sunday,
        }
    }
}

/// The instant of a local wall time. One that a clock change repeats is taken as the first, one that
/// it skips as the moment of the change: of "02:30-03:30" in the night of 23 hours half an hour is
/// left, and the next interval begins where it ends.
fn instant(date: Date, minute: u16, tz: &TimeZone) -> Option<Timestamp> {
    let (date, minute) = if minute == DAY_MINUTES {
        (date.tomorrow().ok()?, 0)
    } else {
        (date, minute)
    };
    let hour = i8::try_from(minute / 60).ok()?;
    let time = Time::new(hour, i8::try_from(minute % 60).ok()?, 0, 0).ok()?;
    let local = tz.to_ambiguous_timestamp(date.to_datetime(time));
    match local.offset() {
        AmbiguousOffset::Gap { .. } => {
            // Read with the offset before the gap, the time lies behind the change.
            let behind = local.later().ok()?;
            let just_behind = behind + SignedDuration::from_nanos(1);
            tz.preceding(just_behind)
                .next()
                .map(|change| change.timestamp())
        }
        AmbiguousOffset::Unambiguous { .. } | AmbiguousOffset::Fold { .. } => local.earlier().ok(),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn day(intervals: &[&str]) -> DayHours {
        DayHours::new(intervals.iter().map(|i| i.parse().unwrap()).collect()).unwrap()
    }

    #[test]
    fn a_shorter_day_loses_its_end() {
        for (day_of, by_min, left) in [
            (
                &["08:30-12:00", "12:30-18:00"][..],
                60,
                &["08:30-12:00", "12:30-17:00"][..],
            ),
            (&["08:30-12:00", "12:30-13:00"], 60, &["08:30-11:30"]),
            (&["08:30-12:00", "12:30-13:30"], 60, &["08:30-12:00"]),
            (&["08:30-09:00"], 60, &[]),
            (&[], 60, &[]),
        ] {
            assert_eq!(day(day_of).shortened(by_min), day(left), "{day_of:?}");
        }
    }

    #[test]
    fn intervals_are_written_as_they_are_read() {
        let text = r#"["08:30-12:00","12:30-24:00"]"#;
        let hours: DayHours = serde_json::from_str(text).unwrap();
        assert_eq!(serde_json::to_string(&hours).unwrap(), text);
        assert!(serde_json::from_str::<DayHours>(r#"["8-12"]"#).is_err());
    }

    #[test]
    fn intervals_are_checked() {
        assert!("8:30-12:00".parse::<Interval>().is_err());
        assert!("12:00-08:30".parse::<Interval>().is_err());
        assert!("08:30-24:01".parse::<Interval>().is_err());
        let overlapping = vec![
            "08:30-12:00".parse().unwrap(),
            "11:00-13:00".parse().unwrap(),
        ];
        assert_eq!(
            DayHours::new(overlapping).unwrap_err().to_string(),
            "08:30-12:00 and 11:00-13:00 overlap or are out of order"
        );
    }
}
