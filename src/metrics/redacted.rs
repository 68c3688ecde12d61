//! Rows of a quarter in which fields were cleared: the same fields go here. No figure changes.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::Path;

use jiff::ToSpan;
use jiff::civil::Date;

use super::apply::guarded;
use super::open::SET_ASIDE;
use super::{About, Metrics, MetricsError, day_key, figures, json, packed, row};
use crate::journal::{ClearedQuarter, Quarter};
use crate::queue::retention::FieldClass;
use crate::queue::statistics::DayCounts;

/// Removes metrics that were moved aside on a date that is `over`: they hold fields of the quarters
/// before, and whatever is in them can be made anew from the journal.
///
/// # Errors
/// Where the directory cannot be listed or one not be removed.
pub fn remove_set_aside(data: &Path, over: impl Fn(Date) -> bool) -> io::Result<()> {
    for entry in fs::read_dir(data)? {
        let entry = entry?;
        let name = entry.file_name();
        let date = name.to_str().and_then(|name| {
            let stamp = name.strip_prefix(SET_ASIDE)?.get(..8)?;
            Date::strptime("%Y%m%d", stamp).ok()
        });
        if date.is_some_and(&over) {
            fs::remove_dir_all(entry.path())?;
        }
    }
    Ok(())
}

fn meta_key(quarter: Quarter) -> String {
    format!("redacted/{quarter}")
}

impl Metrics {
    /// Clears in the rows of a quarter what was cleared in its file. Does nothing where that was
    /// done before; says how many rows changed.
    ///
    /// # Errors
    /// Where sled fails, a row is damaged or the file cannot be read. Nothing is lost: the next run
    /// does the rest.
    pub fn redact(&self, cleared: &ClearedQuarter) -> Result<u64, MetricsError> {
        if self.redacted(cleared.quarter)? == cleared.classes {
            return Ok(0);
        }
        let dates = cleared
            .quarter
            .first_date()
            .zip(cleared.quarter.last_date());
        let Some((first, last)) = dates else {
            return Ok(0);
        };
        let redactor = cleared.redactor().map_err(|source| MetricsError::File {
            what: "read the journal of",
            path: cleared.quarter.to_string().into(),
            source,
        })?;
        guarded(|| {
            let mut changed = 0;
            for date in first.series(1.day()).take_while(|date| *date <= last) {
                changed += self.redact_counts(date, &redactor)?;
            }
            let key = meta_key(cleared.quarter);
            self.meta.insert(&key, json(&key, &cleared.classes)?)?;
            Ok(changed)
        })
    }

    fn redact_counts(
        &self,
        date: Date,
        redactor: &crate::journal::Redactor,
    ) -> Result<u64, MetricsError> {
        let key = day_key(date, About::Counts);
        let Some(bytes) = self.days.get(&key)? else {
            return Ok(0);
        };
        let mut counts: DayCounts = figures(key.as_bytes(), &bytes)?;
        let before = counts.stops.clone();
        for note in &mut counts.stops {
            redactor.stop_note(note);
        }
        if counts.stops == before {
            return Ok(0);
        }
        self.days.insert(&key, packed(&key, &counts)?)?;
        Ok(1)
    }

    /// What was cleared in the rows of a quarter.
    fn redacted(&self, quarter: Quarter) -> Result<BTreeSet<FieldClass>, MetricsError> {
        let key = meta_key(quarter);
        let value = self.meta.get(&key)?;
        let classes = value.map(|value| row(key.as_bytes(), &value));
        Ok(classes.transpose()?.unwrap_or_default())
    }
}
