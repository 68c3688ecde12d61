//! Local quarters: one journal file each.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

/// A quarter of a local calendar year, written "2026-Q4".
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Quarter {
    year: i16,
    number: i8,
}

impl Quarter {
    /// The quarter of a date.
    pub fn of(date: Date) -> Self {
        Self {
            year: date.year(),
            number: (date.month() - 1) / 3 + 1,
        }
    }

    /// The quarter in which an instant lies locally.
    pub fn at(at: Timestamp, tz: &TimeZone) -> Self {
        Self::of(at.to_zoned(tz.clone()).date())
    }

    /// Its first date, local; `None` beyond the calendar.
    pub fn first_date(self) -> Option<Date> {
        Date::new(self.year, self.number * 3 - 2, 1).ok()
    }

    /// Its last date, local; `None` beyond the calendar.
    pub fn last_date(self) -> Option<Date> {
        let month = Date::new(self.year, self.number * 3, 1).ok()?;
        Some(month.last_of_month())
    }

    /// The year.
    pub fn year(self) -> i16 {
        self.year
    }

    /// Its number in the year, 1 to 4.
    pub fn number(self) -> i8 {
        self.number
    }

    /// The quarter after this one.
    pub fn next(self) -> Self {
        if self.number == 4 {
            Self {
                year: self.year.saturating_add(1),
                number: 1,
            }
        } else {
            Self {
                year: self.year,
                number: self.number + 1,
            }
        }
    }
}

impl fmt::Display for Quarter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-Q{}", self.year, self.number)
    }
}

/// A text that is no quarter.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no quarter: write it like 2026-Q4")]
pub struct NoQuarter(String);

impl FromStr for Quarter {
    type Err = NoQuarter;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let no_quarter = || NoQuarter(text.to_owned());
        let (year, number) = text.split_once("-Q").ok_or_else(no_quarter)?;
        let quarter = Self {
            year: year.parse().map_err(|_| no_quarter())?,
            number: number.parse().map_err(|_| no_quarter())?,
        };
        if (1..=4).contains(&quarter.number) && quarter.to_string() == text {
            Ok(quarter)
        } else {
            Err(no_quarter())
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]

    use super::*;

    #[test]
    fn a_quarter_turns_at_local_midnight() {
        let riga = TimeZone::get("Europe/Riga").unwrap();
        let quarter = |at: &str| Quarter::at(at.parse().unwrap(), &riga).to_string();
        assert_eq!(quarter("2025-12-31T21:59:59.999Z"), "2025-Q4");
        assert_eq!(quarter("2025-12-31T22:00:00Z"), "2026-Q1");
        assert_eq!(quarter("2026-09-30T20:59:59.999Z"), "2026-Q3");
        assert_eq!(quarter("2026-09-30T21:00:00Z"), "2026-Q4");
    }

    #[test]
    fn a_quarter_has_whole_months() {
        let dates = |name: &str| {
            let quarter: Quarter = name.parse().unwrap();
            format!(
                "{}..{}",
                quarter.first_date().unwrap(),
                quarter.last_date().unwrap()
            )
        };
        assert_eq!(dates("2026-Q1"), "2026-01-01..2026-03-31");
        assert_eq!(dates("2026-Q4"), "2026-10-01..2026-12-31");
    }

    #[test]
    fn names_read_back_and_nothing_else_does() {
        let q4: Quarter = "2026-Q4".parse().unwrap();
        assert_eq!(q4.next().to_string(), "2027-Q1");
        for bad in ["2026-Q5", "2026-Q0", "2026Q1", "26-Q1", "2026-Q01", ""] {
            assert!(bad.parse::<Quarter>().is_err(), "{bad}");
        }
    }
}
