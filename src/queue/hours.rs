//! When the centre receives customers: weekly intervals and exceptions by date.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use jiff::civil::{Date, Time, Weekday};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan};

use super::view::HoursLine;

/// How far ahead the next opening is looked for, days.
pub const LOOK_AHEAD_DAYS: i32 = 14;

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
#[derive(Debug, Clone, PartialEq, Eq, Default)]
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
}

/// A day that differs from its weekday.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exception {
    /// Its hours; none = closed.
    pub hours: DayHours,
    /// Why, for customers.
    pub reason: String,
}

/// Reception hours of a centre.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpeningHours {
    /// Monday first.
    pub week: [DayHours; 7],
    /// By date.
    pub exceptions: BTreeMap<Date, Exception>,
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
    /// Closed; the next interval, if there is one within [`LOOK_AHEAD_DAYS`].
    Closed {
        /// Its start.
        opens_at: Option<Timestamp>,
    },
}

impl OpeningHours {
    /// The hours of a date.
    pub fn of(&self, date: Date) -> &DayHours {
        match self.exceptions.get(&date) {
            Some(exception) => &exception.hours,
            None => &self.week[weekday_index(date.weekday())],
        }
    }

    /// How reception stands at a moment.
    pub fn at(&self, now: Timestamp, tz: &TimeZone) -> Reception {
        let Some((opens_at, closes_at)) = self.upcoming(now, tz) else {
            return Reception::Closed { opens_at: None };
        };
        if now >= opens_at {
            Reception::Open { closes_at }
        } else if now >= opens_at - self.lead {
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
        self.spans(today, tz).any(|(opens_at, _)| now >= opens_at)
    }

    /// The next moment after `now` at which [`OpeningHours::at`] answers differently.
    pub fn next_change(&self, now: Timestamp, tz: &TimeZone) -> Option<Timestamp> {
        match self.at(now, tz) {
            Reception::Open { closes_at } => Some(closes_at),
            Reception::Lead { opens_at, .. } => Some(opens_at),
            Reception::Closed { opens_at } => opens_at.map(|at| at - self.lead),
        }
    }

    /// Seven days from `date` for the idle screens.
    pub fn lines(&self, date: Date) -> Vec<HoursLine> {
        (0..7)
            .filter_map(|ahead| date.checked_add(ahead.days()).ok())
            .map(|day| HoursLine {
                weekday: u8::try_from(day.weekday().to_monday_one_offset()).unwrap_or(1),
                date: day.to_string(),
                intervals: self.of(day).0.iter().map(|i| i.latvian()).collect(),
                reason: self.exceptions.get(&day).map(|e| e.reason.clone()),
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

    /// The intervals of a date as instants: opens at, closes at.
    pub fn spans(&self, date: Date, tz: &TimeZone) -> impl Iterator<Item = (Timestamp, Timestamp)> {
        self.of(date)
            .0
            .iter()
            .filter_map(|interval| {
                Some((
                    instant(date, interval.from_min, tz)?,
                    instant(date, interval.to_min, tz)?,
                ))
            })
            .collect::<Vec<_>>()
            .into_iter()
    }
}

fn weekday_index(weekday: Weekday) -> usize {
    usize::try_from(weekday.to_monday_zero_offset()).unwrap_or(0)
}

/// The instant of a local wall time; a wall time that a clock change skips or repeats is taken
/// as the first that fits, so a day of 23 or 25 hours opens once.
fn instant(date: Date, minute: u16, tz: &TimeZone) -> Option<Timestamp> {
    let (date, minute) = if minute == DAY_MINUTES {
        (date.tomorrow().ok()?, 0)
    } else {
        (date, minute)
    };
    let time = Time::new(
        i8::try_from(minute / 60).ok()?,
        i8::try_from(minute % 60).ok()?,
        0,
        0,
    )
    .ok()?;
    Some(tz.to_zoned(date.to_datetime(time)).ok()?.timestamp())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn riga() -> TimeZone {
        TimeZone::get("Europe/Riga").unwrap()
    }

    fn hours(day: &[&str]) -> OpeningHours {
        let day = DayHours::new(day.iter().map(|i| i.parse().unwrap()).collect()).unwrap();
        OpeningHours {
            week: std::array::from_fn(|_| day.clone()),
            exceptions: BTreeMap::new(),
            lead: SignedDuration::from_mins(2),
        }
    }

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn a2_1_6_1_tickets_from_two_minutes_before_to_the_millisecond() {
        let hours = hours(&["08:30-12:00", "12:30-17:00"]);
        // 8.30 in Riga in winter is 6.30 UTC.
        assert_eq!(
            hours.at(at("2026-11-23T06:27:59.999Z"), &riga()),
            Reception::Closed {
                opens_at: Some(at("2026-11-23T06:30:00Z"))
            }
        );
        assert!(matches!(
            hours.at(at("2026-11-23T06:28:00Z"), &riga()),
            Reception::Lead { .. }
        ));
        assert!(matches!(
            hours.at(at("2026-11-23T06:30:00Z"), &riga()),
            Reception::Open { .. }
        ));
    }

    #[test]
    fn calls_go_on_after_closing_but_do_not_start_before_opening() {
        let hours = hours(&["08:30-12:00", "12:30-17:00"]);
        assert!(!hours.begun_today(at("2026-11-23T06:29:59Z"), &riga()));
        assert!(hours.begun_today(at("2026-11-23T06:30:00Z"), &riga()));
        assert!(hours.begun_today(at("2026-11-23T19:00:00Z"), &riga()));
    }

    #[test]
    fn round_the_clock_never_closes_and_touching_intervals_are_one() {
        let hours = hours(&["00:00-24:00"]);
        let Reception::Open { closes_at } = hours.at(at("2026-11-23T21:59:59Z"), &riga()) else {
            panic!("closed at night");
        };
        assert!(closes_at > at("2026-12-05T00:00:00Z"));
    }

    #[test]
    fn days_of_23_and_25_hours_open_at_the_wall_time() {
        let hours = hours(&["08:30-17:00"]);
        for (now, opens) in [
            ("2026-03-29T00:00:00Z", "2026-03-29T05:30:00Z"),
            ("2026-10-25T00:00:00Z", "2026-10-25T06:30:00Z"),
        ] {
            assert_eq!(
                hours.at(at(now), &riga()),
                Reception::Closed {
                    opens_at: Some(at(opens))
                }
            );
        }
    }

    #[test]
    fn an_exception_replaces_its_weekday() {
        let mut hours = hours(&["08:30-17:00"]);
        hours.exceptions.insert(
            jiff::civil::date(2026, 11, 18),
            Exception {
                hours: DayHours::default(),
                reason: "Valsts svētki".to_owned(),
            },
        );
        assert_eq!(
            hours.at(at("2026-11-18T10:00:00Z"), &riga()),
            Reception::Closed {
                opens_at: Some(at("2026-11-19T06:30:00Z"))
            }
        );
        let line = &hours.lines(jiff::civil::date(2026, 11, 18))[0];
        assert!(line.intervals.is_empty());
        assert_eq!(line.reason.as_deref(), Some("Valsts svētki"));
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
