//! The queue's metrics in sled: daily figures, where each date begins, what the forecast learned. All of it is
//! made from the journal and can be made anew at any moment; nothing is ever kept only here.
//!
//! ```text
//! days      2026-10-05/s1     figures of a service; /d00012 of a desk; /t the day's counts; postcard
//! begins    2026-10-05        journal sequence of the record that began the date and tickets issued
//!                             before it, 8 bytes big-endian each
//! forecast  state             what the forecast learned up to a record, JSON
//! meta      applied_seq, epoch, figures, suspect, tolerated, redacted/2026-Q3
//! ```
//!
//! Invariant: the rows of a batch and `applied_seq` change in one transaction, so a start makes up
//! exactly what is missing. Single tickets are not kept: a row for each, for ever, would take five times
//! the room of the whole journal, which tells a date's tickets in milliseconds from where it begins. sled's `flush` does not survive a power cut on Linux and `flush_async`
//! deadlocks; neither is relied upon.

mod apply;
mod learned;
mod open;
mod rebuild;
mod redacted;

use std::collections::BTreeMap;
use std::io;
use std::ops::Range;
use std::path::PathBuf;

use jiff::civil::Date;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::queue::catalogue::Service;
use crate::queue::statistics::DayFigures;
use crate::queue::ticket::{DeskNumber, TicketId};

pub use learned::KeptLearned;
pub use open::OpenedMetrics;
pub use redacted::remove_set_aside;

/// Why the metrics cannot be used. The journal is not touched by any of this.
#[derive(Debug, thiserror::Error)]
pub enum MetricsError {
    /// sled failed.
    #[error("sled failed; restart the daemon and the metrics are made anew from the journal")]
    Sled(#[from] sled::Error),
    /// sled panicked.
    #[error(
        "sled panicked ({0}); restart the daemon and the metrics are made anew from the journal"
    )]
    Panicked(String),
    /// A row cannot be read or written.
    #[error("the row `{key}` is damaged; restart the daemon and the metrics are made anew")]
    Row {
        /// Its key.
        key: String,
        /// What is wrong.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The directory cannot be used.
    #[error("cannot {what} {}; check that it belongs to this user and has room", .path.display())]
    File {
        /// The operation.
        what: &'static str,
        /// On what.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
}

/// The metrics of one centre, open.
pub struct Metrics {
    db: sled::Db,
    days: sled::Tree,
    forecast: sled::Tree,
    begins: sled::Tree,
    meta: sled::Tree,
}

impl std::fmt::Debug for Metrics {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Metrics")
            .field("applied_seq", &self.applied_seq().ok())
            .finish_non_exhaustive()
    }
}

const APPLIED_SEQ: &str = "applied_seq";
const EPOCH: &str = "epoch";
/// Which figures the rows hold.
const FIGURES: &str = "figures";
/// Raised where a figure is added or written otherwise: rows counted before are made anew.
const FIGURES_NOW: u64 = 6;
/// Counting failed in the last run.
const SUSPECT: &str = "suspect";
/// A disagreement that making everything anew did not cure: damage of the journal itself.
const TOLERATED: &str = "tolerated";

/// Where a date begins in the journal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Beginning {
    /// Sequence of the record that began it.
    pub seq: u64,
    /// Tickets ever issued before: its own have later identities.
    pub issued_before: u64,
}

impl Beginning {
    fn to_bytes(self) -> Vec<u8> {
        [self.seq.to_be_bytes(), self.issued_before.to_be_bytes()].concat()
    }

    fn from_bytes(value: &[u8]) -> Option<Self> {
        let (seq, issued_before) = value.split_at_checked(8)?;
        Some(Self {
            seq: number(seq)?,
            issued_before: number(issued_before)?,
        })
    }
}

/// What a row of `days` is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum About {
    Service(Service),
    Desk(DeskNumber),
    Counts,
}

fn day_key(date: Date, about: About) -> String {
    match about {
        About::Service(service) => format!("{date}/s{}", service.digit()),
        About::Desk(desk) => format!("{date}/d{desk:05}"),
        About::Counts => format!("{date}/t"),
    }
}

fn parse_day_key(key: &[u8]) -> Option<(Date, About)> {
    let (date, about) = std::str::from_utf8(key).ok()?.split_once('/')?;
    let date = date.parse().ok()?;
    let about = match about.split_at_checked(1)? {
        ("s", digit) => About::Service(digit.parse::<u8>().ok()?.try_into().ok()?),
        ("d", desk) => About::Desk(DeskNumber(desk.parse().ok()?)),
        ("t", "") => About::Counts,
        _ => return None,
    };
    Some((date, about))
}

fn damaged<E>(key: &[u8]) -> impl FnOnce(E) -> MetricsError
where
    E: std::error::Error + Send + Sync + 'static,
{
    move |source| MetricsError::Row {
        key: String::from_utf8_lossy(key).into_owned(),
        source: Box::new(source),
    }
}

fn row<T: DeserializeOwned>(key: &[u8], value: &[u8]) -> Result<T, MetricsError> {
    serde_json::from_slice(value).map_err(damaged(key))
}

fn json<T: Serialize>(key: &str, value: &T) -> Result<Vec<u8>, MetricsError> {
    serde_json::to_vec(value).map_err(damaged(key.as_bytes()))
}

/// A row of figures. There are thousands of them, each of hundreds of small numbers, of which
/// postcard writes most as one byte.
fn figures<T: DeserializeOwned>(key: &[u8], value: &[u8]) -> Result<T, MetricsError> {
    postcard::from_bytes(value).map_err(damaged(key))
}

fn packed<T: Serialize>(key: &str, value: &T) -> Result<Vec<u8>, MetricsError> {
    postcard::to_extend(value, Vec::new()).map_err(damaged(key.as_bytes()))
}

fn number(value: &[u8]) -> Option<u64> {
    value.try_into().ok().map(u64::from_be_bytes)
}

impl Metrics {
    /// Figures by date, the end of the range excluded. A date without any row is absent.
    ///
    /// # Errors
    /// Where sled fails or a row is damaged.
    pub fn days(&self, dates: Range<Date>) -> Result<BTreeMap<Date, DayFigures>, MetricsError> {
        self.read_days(dates, true)
    }

    /// As [`Metrics::days`], the figures by service alone: desks and counts are left empty.
    ///
    /// # Errors
    /// Where sled fails or a row is damaged.
    pub fn services(&self, dates: Range<Date>) -> Result<BTreeMap<Date, DayFigures>, MetricsError> {
        self.read_days(dates, false)
    }

    fn read_days(
        &self,
        dates: Range<Date>,
        whole: bool,
    ) -> Result<BTreeMap<Date, DayFigures>, MetricsError> {
        let mut days: BTreeMap<Date, DayFigures> = BTreeMap::new();
        let keys = dates.start.to_string()..dates.end.to_string();
        if keys.is_empty() {
            return Ok(days);
        }
        for item in self.days.range(keys.start.as_bytes()..keys.end.as_bytes()) {
            let (key, value) = item?;
            let Some((date, about)) = parse_day_key(&key) else {
                continue;
            };
            let day = days.entry(date).or_default();
            match about {
                About::Service(service) => {
                    day.services.insert(service, figures(&key, &value)?);
                }
                About::Desk(_) | About::Counts if !whole => {}
                About::Desk(desk) => {
                    day.desks.insert(desk, figures(&key, &value)?);
                }
                About::Counts => day.counts = figures(&key, &value)?,
            }
        }
        Ok(days)
    }

    /// Where a date begins in the journal; absent where it never began.
    ///
    /// # Errors
    /// Where sled fails.
    pub fn begun(&self, date: Date) -> Result<Option<Beginning>, MetricsError> {
        let value = self.begins.get(date.to_string())?;
        Ok(value.and_then(|value| Beginning::from_bytes(&value)))
    }

    /// The date on which a ticket was issued, if it was: the last one that began before it.
    ///
    /// # Errors
    /// Where sled fails.
    pub fn date_of(&self, ticket: TicketId) -> Result<Option<Date>, MetricsError> {
        for item in self.begins.iter().rev() {
            let (key, value) = item?;
            let earlier = Beginning::from_bytes(&value)
                .is_some_and(|beginning| beginning.issued_before < ticket.0);
            if earlier {
                let date = std::str::from_utf8(&key).ok();
                return Ok(date.and_then(|date| date.parse().ok()));
            }
        }
        Ok(None)
    }

    /// Sequence of the last record that is counted; 0 if none is.
    ///
    /// # Errors
    /// Where sled fails.
    pub fn applied_seq(&self) -> Result<u64, MetricsError> {
        let value = self.meta.get(APPLIED_SEQ)?;
        Ok(value.and_then(|value| number(&value)).unwrap_or(0))
    }

    /// Writes what is in memory to the file, so that the next start has less to make up.
    ///
    /// # Errors
    /// Where sled fails.
    pub fn flush(&self) -> Result<(), MetricsError> {
        self.db.flush()?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]

    use super::*;

    #[test]
    fn keys_read_back_and_sort_by_date() {
        let date: Date = "2026-10-05".parse().unwrap();
        for about in [
            About::Service(Service::Corporate),
            About::Desk(DeskNumber(12)),
            About::Counts,
        ] {
            let key = day_key(date, about);
            assert_eq!(parse_day_key(key.as_bytes()), Some((date, about)));
            assert!(key > date.to_string() && key < date.tomorrow().unwrap().to_string());
        }
        assert_eq!(parse_day_key(b"2026-10-05/x"), None);
        let beginning = Beginning {
            seq: 7,
            issued_before: u64::MAX - 1,
        };
        assert_eq!(
            Beginning::from_bytes(&beginning.to_bytes()),
            Some(beginning)
        );
        assert_eq!(Beginning::from_bytes(&7_u64.to_be_bytes()), None);
    }
}
