//! Opening: whatever is wrong with the metrics, they are moved aside and made anew.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::apply::guarded;
use super::{
    Beginning, EPOCH, FIGURES, FIGURES_NOW, Metrics, MetricsError, SUSPECT, TOLERATED, number,
};
use crate::journal::{self, Progress};

/// Memory for sled's pages, bytes.
const CACHE_BYTES: u64 = 24 * 1024 * 1024;

/// How often sled writes what is in memory, milliseconds.
const FLUSH_EVERY_MS: u64 = 500;

/// Dates, newest first, whose figures are compared with the journal at each start.
const COMPARED_DATES: usize = 3;

/// What names of metrics moved aside begin with, before date and time.
pub(super) const SET_ASIDE: &str = "metrics.bad-";

/// What opening did.
#[derive(Debug, Default)]
pub struct OpenedMetrics {
    /// Where unusable metrics were moved to, if so, and why.
    pub set_aside: Option<(PathBuf, String)>,
    /// Records counted that were not before.
    pub caught_up: u64,
    /// Records the metrics had counted beyond the journal's end: they were acknowledged, and the
    /// journal has lost them.
    pub lost_by_journal: u64,
}

impl Metrics {
    /// Opens the metrics of a data directory and counts what they miss of the journal, which ends
    /// with `last_seq`. Metrics that do not open, are damaged or do not belong to this journal are
    /// moved to `metrics.bad-<now>`, never deleted, and made anew. `progress` is told of the journal
    /// read.
    ///
    /// # Errors
    /// Where even new metrics cannot be made. The daemon can work without.
    pub fn open(
        data: &Path,
        tz: &TimeZone,
        last_seq: u64,
        now: Timestamp,
        progress: Progress<'_>,
    ) -> Result<(Self, OpenedMetrics), MetricsError> {
        let dir = data.join("metrics");
        let mut opened = OpenedMetrics::default();
        let first = guarded(|| {
            remove_generating(&dir).map_err(file("clean up", &dir))?;
            let metrics = Self::open_trees(&dir)?;
            let why = metrics.disagreement(data, tz, last_seq, &mut opened)?;
            if why.is_none() {
                opened.caught_up = metrics.catch_up(data, tz, progress)?;
            }
            Ok((metrics, why))
        });
        let why = match first {
            Ok((metrics, None)) => return Ok((metrics, opened)),
            Ok((_, Some(why))) => why,
            Err(error) => chain(&error),
        };
        opened.set_aside = Some((set_aside(data, &dir, now)?, why));
        let metrics = guarded(|| {
            let metrics = Self::open_trees(&dir)?;
            metrics.take_epoch(data)?;
            opened.caught_up = metrics.catch_up(data, tz, progress)?;
            if let Some(why) = metrics.compare_newest(data, tz)? {
                metrics.meta.insert(TOLERATED, why.as_str())?;
            }
            Ok(metrics)
        })?;
        Ok((metrics, opened))
    }

    /// Makes everything anew from the journal, moving what there is aside.
    ///
    /// # Errors
    /// As [`Metrics::open`].
    pub fn rebuild(
        data: &Path,
        tz: &TimeZone,
        now: Timestamp,
        progress: Progress<'_>,
    ) -> Result<(Self, OpenedMetrics), MetricsError> {
        let dir = data.join("metrics");
        if dir.exists() {
            set_aside(data, &dir, now)?;
        }
        Self::open(data, tz, u64::MAX, now, progress)
    }

    /// Says which figures the rows hold, where there is none yet.
    fn take_figures(&self) -> Result<(), MetricsError> {
        if self.applied_seq()? == 0 {
            self.meta.insert(FIGURES, &FIGURES_NOW.to_be_bytes())?;
        }
        Ok(())
    }

    pub(super) fn open_trees(dir: &Path) -> Result<Self, MetricsError> {
        let db = sled::Config::default()
            .path(dir)
            .cache_capacity(CACHE_BYTES)
            .flush_every_ms(Some(FLUSH_EVERY_MS))
            .open()?;
        let metrics = Self {
            days: db.open_tree("days")?,
            forecast: db.open_tree("forecast")?,
            begins: db.open_tree("begins")?,
            meta: db.open_tree("meta")?,
            db,
        };
        metrics.take_figures()?;
        Ok(metrics)
    }

    /// Why these metrics cannot be those of the journal, if so.
    fn disagreement(
        &self,
        data: &Path,
        tz: &TimeZone,
        last_seq: u64,
        opened: &mut OpenedMetrics,
    ) -> Result<Option<String>, MetricsError> {
        if self.meta.get(SUSPECT)?.is_some() {
            return Ok(Some("counting failed in the last run".to_owned()));
        }
        if !self.take_epoch(data)? {
            return Ok(Some("they belong to another journal".to_owned()));
        }
        let figures = self.meta.get(FIGURES)?.and_then(|kind| number(&kind));
        let applied = self.applied_seq()?;
        if applied > 0 && figures != Some(FIGURES_NOW) {
            return Ok(Some(
                "another version of the program counted them".to_owned(),
            ));
        }
        if applied > last_seq {
            opened.lost_by_journal = applied - last_seq;
            return Ok(Some(format!(
                "they count {applied} records and the journal ends with {last_seq}"
            )));
        }
        let why = self.compare_newest(data, tz)?;
        let tolerated = self.meta.get(TOLERATED)?;
        Ok(why.filter(|why| tolerated.is_none_or(|known| known != why.as_bytes())))
    }

    /// Binds new metrics to the journal; false if they are bound to another one.
    fn take_epoch(&self, data: &Path) -> Result<bool, MetricsError> {
        let epoch = journal::epoch(data).map_err(file("read", data))?;
        let Some(journal::Link(epoch)) = epoch else {
            return Ok(true);
        };
        if let Some(bound) = self.meta.get(EPOCH)? {
            return Ok(number(&bound) == Some(epoch));
        }
        self.meta.insert(EPOCH, &epoch.to_be_bytes())?;
        Ok(true)
    }

    /// The newest dates' figures by service are those that the journal gives for them. Where the
    /// journal is damaged there, nothing is compared.
    fn compare_newest(&self, data: &Path, tz: &TimeZone) -> Result<Option<String>, MetricsError> {
        let begins: Vec<_> = self.newest_dates()?;
        let Some((_, first)) = begins.last() else {
            return Ok(None);
        };
        let Some(counted) = self.count_again(data, tz, first.seq)? else {
            return Ok(None);
        };
        for (date, _) in begins {
            let end = date.tomorrow().unwrap_or(date);
            let kept = self.services(date..end)?.remove(&date).unwrap_or_default();
            let again = counted.get(&date).map(|day| &day.services);
            if again.map_or(!kept.services.is_empty(), |again| *again != kept.services) {
                return Ok(Some(format!("{date} differs from its tickets")));
            }
        }
        Ok(None)
    }

    /// The dates that began last, newest first, with where they begin.
    fn newest_dates(&self) -> Result<Vec<(Date, Beginning)>, MetricsError> {
        let mut dates = Vec::new();
        for item in self.begins.iter().rev().take(COMPARED_DATES) {
            let (key, value) = item?;
            let date = std::str::from_utf8(&key)
                .ok()
                .and_then(|date| date.parse().ok());
            dates.extend(date.zip(Beginning::from_bytes(&value)));
        }
        Ok(dates)
    }
}

/// sled does not open with one of these left over, which a crash can leave.
fn remove_generating(dir: &Path) -> io::Result<()> {
    if !dir.exists() {
        return Ok(());
    }
    for entry in fs::read_dir(dir)? {
        let entry = entry?;
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if name.starts_with("snap.") && name.ends_with(".generating") {
            fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}

fn set_aside(data: &Path, dir: &Path, now: Timestamp) -> Result<PathBuf, MetricsError> {
    let stamp = now.strftime("%Y%m%dT%H%M%SZ");
    let mut aside = data.join(format!("{SET_ASIDE}{stamp}"));
    for copy in 2_u32.. {
        if !aside.exists() {
            break;
        }
        aside = data.join(format!("{SET_ASIDE}{stamp}-{copy}"));
    }
    if dir.exists() {
        fs::rename(dir, &aside).map_err(file("move", dir))?;
    }
    Ok(aside)
}

fn file(what: &'static str, path: &Path) -> impl FnOnce(io::Error) -> MetricsError {
    let path = path.to_owned();
    move |source| MetricsError::File { what, path, source }
}

fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        text.push_str(": ");
        text.push_str(&error.to_string());
        source = error.source();
    }
    text
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::super::APPLIED_SEQ;
    use super::*;

    #[test]
    fn rows_with_other_figures_are_made_anew() {
        let data = tempfile::tempdir().unwrap();
        drop(journal::Journal::open(data.path(), TimeZone::UTC, &mut |_, _| {}).unwrap());
        let open = || {
            let now = Timestamp::UNIX_EPOCH;
            let opened = Metrics::open(data.path(), &TimeZone::UTC, 1, now, &mut |_, _| {});
            let (metrics, told) = opened.unwrap();
            let seq = 1_u64.to_be_bytes();
            metrics.meta.insert(APPLIED_SEQ, &seq).unwrap();
            (metrics, told.set_aside.map(|(_, why)| why))
        };
        let (metrics, set_aside) = open();
        assert_eq!(set_aside, None);
        drop(metrics);
        let (metrics, set_aside) = open();
        assert_eq!(set_aside, None);
        metrics.meta.remove(FIGURES).unwrap();
        drop(metrics);
        let (_, set_aside) = open();
        assert!(set_aside.unwrap().contains("another version"));
    }
}
