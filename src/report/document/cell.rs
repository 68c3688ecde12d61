//! One figure or word, and how it reads.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;

use super::SMALL;
use crate::report::latvian::{self, NOTHING};
use crate::report::model::Share;

/// A cell of a table.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::report) enum Cell {
    /// There is nothing to tell.
    Nothing,
    /// Words.
    Words(String),
    /// A count.
    Count(u64),
    /// A time in seconds, told in minutes.
    Minutes {
        /// Seconds.
        seconds: u64,
        /// Too few cases to mean much.
        small: bool,
    },
    /// A time in seconds, told in hours.
    Hours(u64),
    /// A figure with decimals.
    Decimal {
        /// The figure.
        value: f64,
        /// How many decimals it reads with.
        decimals: usize,
        /// Too few cases to mean much.
        small: bool,
    },
    /// A share.
    Percent {
        /// 0 to 1.
        share: f64,
        /// Too few cases to mean much.
        small: bool,
    },
    /// How much more than before, or less.
    Change {
        /// The difference.
        value: f64,
        /// How many decimals it reads with.
        decimals: usize,
        /// One of the two rests on too few cases to mean much.
        small: bool,
    },
    /// A date.
    Date(Date),
    /// A local time of day.
    Clock(DateTime),
}

impl Cell {
    /// Words.
    pub fn words(text: impl Into<String>) -> Self {
        Self::Words(text.into())
    }

    /// A statistic of times.
    pub fn minutes(seconds: Option<u32>, small: bool) -> Self {
        seconds.map_or(Self::Nothing, |seconds| Self::Minutes {
            seconds: u64::from(seconds),
            small,
        })
    }

    /// A share of cases.
    pub fn share(of: &Share) -> Self {
        of.share.map_or(Self::Nothing, |share| Self::Percent {
            share,
            small: of.small_sample,
        })
    }

    /// A share that rests on no count of cases.
    pub fn percent(share: Option<f64>) -> Self {
        share.map_or(Self::Nothing, |share| Self::Percent {
            share,
            small: false,
        })
    }

    /// What changed from `before` to `now`: counts by one, times by minutes, shares by percentage
    /// points. Nothing where either is missing.
    pub fn change(now: &Self, before: &Self) -> Self {
        let small = now.is_small() || before.is_small();
        let (value, decimals) = match (now, before) {
            (Self::Count(now), Self::Count(before)) => (*now as f64 - *before as f64, 0),
            (
                Self::Minutes { seconds: now, .. },
                Self::Minutes {
                    seconds: before, ..
                },
            ) => ((*now as f64 - *before as f64) / 60.0, 1),
            (Self::Percent { share: now, .. }, Self::Percent { share: before, .. }) => {
                ((now - before) * 100.0, 1)
            }
            _ => return Self::Nothing,
        };
        Self::Change {
            value,
            decimals,
            small,
        }
    }

    /// A count, where there is one.
    pub fn count(count: Option<u64>) -> Self {
        count.map_or(Self::Nothing, Self::Count)
    }

    /// A moment as local time of day.
    pub fn clock(moment: Option<Timestamp>, tz: &TimeZone) -> Self {
        moment.map_or(Self::Nothing, |moment| Self::Clock(tz.to_datetime(moment)))
    }

    /// It rests on a small sample.
    pub fn is_small(&self) -> bool {
        matches!(
            self,
            Self::Minutes { small: true, .. }
                | Self::Decimal { small: true, .. }
                | Self::Percent { small: true, .. }
                | Self::Change { small: true, .. }
        )
    }

    /// As it reads.
    pub fn text(&self) -> String {
        let mut text = match self {
            Self::Nothing => NOTHING.to_owned(),
            Self::Words(words) => words.clone(),
            Self::Count(count) => count.to_string(),
            Self::Minutes { seconds, .. } => latvian::minutes(*seconds),
            Self::Hours(seconds) => latvian::hours(*seconds),
            Self::Decimal {
                value, decimals, ..
            } => latvian::decimal(*value, *decimals),
            Self::Percent { share, .. } => latvian::percent(*share),
            Self::Change {
                value, decimals, ..
            } => latvian::change(*value, *decimals),
            Self::Date(date) => latvian::date(*date),
            Self::Clock(at) => latvian::clock(*at),
        };
        if self.is_small() {
            text.push(SMALL);
        }
        text
    }
}
