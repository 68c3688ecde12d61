//! A batch of changes into the rows, in one transaction.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};

use serde::Serialize;
use serde::de::DeserializeOwned;
use sled::Transactional;
use sled::transaction::{
    ConflictableTransactionError, TransactionError, TransactionResult, TransactionalTree,
};

use super::{
    APPLIED_SEQ, About, Beginning, Metrics, MetricsError, SUSPECT, day_key, figures, packed,
};
use crate::queue::change::Change;
use crate::queue::statistics::{DayCounts, DayFigures, DeskFigures, ServiceFigures};

/// What a batch comes to, each row once.
#[derive(Default)]
pub(super) struct Sum {
    pub(super) days: BTreeMap<jiff::civil::Date, DayFigures>,
    pub(super) begins: BTreeMap<jiff::civil::Date, Beginning>,
}

impl Sum {
    pub(super) fn add(&mut self, change: &Change) {
        change.add_to(&mut self.days);
        if let Some(date) = change.began {
            let begins = Beginning {
                seq: change.seq,
                issued_before: change.issued_before,
            };
            self.begins.insert(date, begins);
        }
    }
}

type Outcome<T> = Result<T, ConflictableTransactionError<MetricsError>>;

impl Metrics {
    /// Counts the changes of records up to `seq`. A batch that was counted before, by its `seq`, is
    /// passed over.
    ///
    /// # Errors
    /// Where sled fails or a row is damaged; nothing of the batch is counted then, and the next
    /// start makes everything anew.
    pub fn apply(&self, changes: &[Change], seq: u64) -> Result<(), MetricsError> {
        let mut sum = Sum::default();
        changes.iter().for_each(|change| sum.add(change));
        let result = guarded(|| self.write(&sum, seq));
        if result.is_err() {
            // Where not even this can be kept, sled itself tells at the next start.
            let _ = guarded(|| Ok(self.meta.insert(SUSPECT, b"1").map(|_| ())?));
        }
        result
    }

    pub(super) fn write(&self, sum: &Sum, seq: u64) -> Result<(), MetricsError> {
        let trees = (&self.days, &self.begins, &self.meta);
        let result: TransactionResult<(), MetricsError> =
            trees.transaction(|(days, begins, meta)| {
                let applied = meta.get(APPLIED_SEQ)?;
                if applied.is_some_and(|applied| applied.as_ref() >= seq.to_be_bytes().as_slice()) {
                    return Ok(());
                }
                for (date, day) in &sum.days {
                    for (service, figures) in &day.services {
                        let key = day_key(*date, About::Service(*service));
                        update(days, &key, |row: &mut ServiceFigures| row.merge(figures, 1))?;
                    }
                    for (desk, figures) in &day.desks {
                        let key = day_key(*date, About::Desk(*desk));
                        update(days, &key, |row: &mut DeskFigures| row.merge(figures, 1))?;
                    }
                    // Always there: it tells a date without a ticket from one not known.
                    let key = day_key(*date, About::Counts);
                    update(days, &key, |row: &mut DayCounts| row.merge(&day.counts))?;
                }
                for (date, beginning) in &sum.begins {
                    begins.insert(date.to_string().as_bytes(), beginning.to_bytes())?;
                }
                meta.insert(APPLIED_SEQ, &seq.to_be_bytes())?;
                Ok(())
            });
        result.map_err(|error| match error {
            TransactionError::Abort(error) => error,
            TransactionError::Storage(error) => error.into(),
        })
    }
}

/// Reads a row, changes it, writes it.
fn update<T: DeserializeOwned + Serialize + Default>(
    tree: &TransactionalTree,
    key: &str,
    change: impl FnOnce(&mut T),
) -> Outcome<()> {
    let mut value = match tree.get(key)? {
        Some(bytes) => {
            figures(key.as_bytes(), &bytes).map_err(ConflictableTransactionError::Abort)?
        }
        None => T::default(),
    };
    change(&mut value);
    let bytes = packed(key, &value).map_err(ConflictableTransactionError::Abort)?;
    tree.insert(key.as_bytes(), bytes)?;
    Ok(())
}

/// Runs what calls into sled; a panic there is an error here.
pub(super) fn guarded<T>(
    work: impl FnOnce() -> Result<T, MetricsError>,
) -> Result<T, MetricsError> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|panic| {
        let text = panic
            .downcast_ref::<String>()
            .map(String::as_str)
            .or_else(|| panic.downcast_ref::<&str>().copied())
            .unwrap_or("no message");
        Err(MetricsError::Panicked(text.to_owned()))
    })
}
