//! From the journal to the rows: what is missing, everything, or only to compare.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;

use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::apply::Sum;
use super::{Metrics, MetricsError};
use crate::journal::record::{Fact, Record};
use crate::journal::state::State;
use crate::journal::{self, Progress, Records};
use crate::queue::change::{Change, Pending};
use crate::queue::event::{Event, Happened};
use crate::queue::statistics::DayFigures;

/// Records counted in one transaction while catching up: a quarter of a busy centre, since what is
/// written over leaves room behind that sled does not give back for long.
const BATCH_RECORDS: usize = 131_072;

/// Records between two words of the progress.
const TOLD_RECORDS: u64 = 4096;

/// Folds records into the state and gives what each changes in the figures.
struct Fold<'a> {
    state: State,
    tz: &'a TimeZone,
}

impl<'a> Fold<'a> {
    fn new(tz: &'a TimeZone) -> Self {
        let state = State::default();
        Self { state, tz }
    }

    fn next(&mut self, record: &Record) -> Option<Change> {
        let event = match &record.fact {
            Fact::Queue(event) => event.clone(),
            Fact::Access(_)
            | Fact::Quality(_)
            | Fact::Snapshot(_)
            | Fact::Sealed(_)
            | Fact::Redacted(_) => {
                self.state.apply(record);
                return None;
            }
        };
        let happened = Happened {
            seq: record.seq,
            at: record.at,
            event,
        };
        let pending = Pending::begin(&self.state.centre, &happened, self.tz);
        self.state.apply(record);
        Some(pending.complete(&self.state.centre))
    }
}

impl Metrics {
    /// Counts every record after `applied_seq` and says how many there were. Begins reading at the
    /// last snapshot before it. Records lost to damage count as if they had not happened.
    pub(super) fn catch_up(
        &self,
        data: &Path,
        tz: &TimeZone,
        progress: Progress<'_>,
    ) -> Result<u64, MetricsError> {
        let applied = self.applied_seq()?;
        let mut records = read(data, applied)?;
        let mut fold = Fold::new(tz);
        let (mut sum, mut counted, mut batch) = (Sum::default(), 0, 0);
        while let Some(item) = records.next() {
            let Ok(record) = item else { continue };
            let change = fold.next(&record);
            if record.seq <= applied {
                continue;
            }
            if let Some(change) = change {
                sum.add(&change);
            }
            counted += 1;
            batch += 1;
            if batch == BATCH_RECORDS {
                self.write(&sum, record.seq)?;
                (sum, batch) = (Sum::default(), 0);
            }
            if counted % TOLD_RECORDS == 0 {
                let (done, total) = records.progress();
                progress(done, total);
            }
        }
        if batch > 0 {
            self.write(&sum, fold.state.seq)?;
        }
        Ok(counted)
    }

    /// The figures of the records from `seq` on, with which a date begins, that are counted in the
    /// rows; none where one of them cannot be read.
    pub(super) fn count_again(
        &self,
        data: &Path,
        tz: &TimeZone,
        seq: u64,
    ) -> Result<Option<BTreeMap<Date, DayFigures>>, MetricsError> {
        let applied = self.applied_seq()?;
        let mut fold = Fold::new(tz);
        let mut sum = Sum::default();
        for item in journal::read_near(data, seq).map_err(unreadable(data))? {
            let Ok(record) = item else { return Ok(None) };
            if record.seq > applied {
                break;
            }
            if record.seq < seq {
                continue;
            }
            if let Some(change) = fold.next(&record) {
                sum.add(&change);
            }
        }
        Ok(Some(sum.days))
    }

    /// Recomputes everything from the journal and tells each row that differs.
    ///
    /// # Errors
    /// Where the journal cannot be listed, sled fails or a row is damaged.
    pub fn verify(
        &self,
        data: &Path,
        tz: &TimeZone,
        progress: Progress<'_>,
    ) -> Result<Vec<String>, MetricsError> {
        let applied = self.applied_seq()?;
        let mut records = read(data, 0)?;
        let mut fold = Fold::new(tz);
        let mut sum = Sum::default();
        let mut differences = Vec::new();
        while let Some(item) = records.next() {
            let Ok(record) = item else { continue };
            if record.seq > applied {
                break;
            }
            if let Some(change) = fold.next(&record) {
                sum.add(&change);
            }
            if let Fact::Queue(Event::DayBegan { .. }) = &record.fact {
                let (done, total) = records.progress();
                progress(done, total);
            }
        }
        for (date, beginning) in &sum.begins {
            if self.begun(*date)? != Some(*beginning) {
                differences.push(format!("where {date} begins differs"));
            }
        }
        let mut kept = self.days(Date::ZERO..Date::MAX)?;
        for (date, day) in &sum.days {
            if kept.remove(date).unwrap_or_default() != *day && *day != DayFigures::default() {
                differences.push(format!("the figures of {date} differ"));
            }
        }
        for date in kept.keys() {
            differences.push(format!("the figures of {date} come from nowhere"));
        }
        Ok(differences)
    }
}

fn read(data: &Path, applied: u64) -> Result<Records, MetricsError> {
    journal::read_from_snapshot(data, applied).map_err(unreadable(data))
}

fn unreadable(data: &Path) -> impl FnOnce(io::Error) -> MetricsError {
    let path = data.join("journal");
    move |source| MetricsError::File {
        what: "read",
        path,
        source,
    }
}
