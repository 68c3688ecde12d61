//! Which tickets have answered the survey, so that none does so twice.
//!
//! The journal is kept for years and holds the name of each ticket's page, so whatever in it led from
//! there to the answers would undo their being nobody's. Therefore this is kept beside it, in
//! `<data>/survey-answered.json`: hashes of page names by date of the visit, in no export, and thrown
//! away when the visit can answer no more. It says that a ticket has answered, never what.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard};

use jiff::civil::Date;
use sha2::{Digest, Sha256};

use crate::private_file;

/// Name of the file in the data directory.
pub const ANSWERED_FILE: &str = "survey-answered.json";

/// Bytes of a hash that are kept.
const HASH_BYTES: usize = 12;

/// Why a ticket cannot be marked.
#[derive(Debug, thiserror::Error)]
pub enum AnsweredError {
    /// It has answered.
    #[error("this ticket has answered already")]
    Already,
    /// The file cannot be used.
    #[error("cannot write {}: {source}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
}

type Dates = BTreeMap<Date, BTreeSet<String>>;

/// The tickets that have answered, by date of their visit.
#[derive(Debug, Default)]
pub struct Answered {
    file: Option<PathBuf>,
    dates: Mutex<Dates>,
}

impl Answered {
    /// Those of a data directory. A file that cannot be understood is set aside: some tickets could
    /// answer again.
    ///
    /// # Errors
    /// Where the file cannot be read.
    pub fn open(data: &Path) -> io::Result<Self> {
        let path = data.join(ANSWERED_FILE);
        let dates = match fs::read(&path) {
            Ok(bytes) => serde_json::from_slice(&bytes).or_else(|error| {
                tracing::error!(%error, "the list of answered surveys is damaged and set aside");
                fs::rename(&path, path.with_extension("json.damaged")).map(|()| Dates::new())
            })?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => Dates::new(),
            Err(error) => return Err(error),
        };
        Ok(Self {
            file: Some(path),
            dates: Mutex::new(dates),
        })
    }

    /// Whether a ticket has answered.
    pub fn has(&self, visited_on: Date, token: &str) -> bool {
        let dates = self.lock();
        let of_date = dates.get(&visited_on);
        of_date.is_some_and(|tokens| tokens.contains(&hash(token)))
    }

    /// Forgets the tickets of dates before `first`.
    ///
    /// # Errors
    /// Where the file cannot be written; they are there still.
    pub fn forget_before(&self, first: Date) -> Result<(), AnsweredError> {
        let mut dates = self.lock();
        if dates.keys().next().is_none_or(|oldest| *oldest >= first) {
            return Ok(());
        }
        let mut with = dates.clone();
        with.retain(|date, _| *date >= first);
        self.save(&with)?;
        *dates = with;
        Ok(())
    }

    /// Marks a ticket, before its answers are kept: a power cut in between loses them rather than
    /// count them twice.
    ///
    /// # Errors
    /// [`AnsweredError::Already`]; where the file cannot be written, the ticket is not marked.
    pub fn mark(&self, visited_on: Date, token: &str) -> Result<(), AnsweredError> {
        let mut dates = self.lock();
        let mut with = dates.clone();
        if !with.entry(visited_on).or_default().insert(hash(token)) {
            return Err(AnsweredError::Already);
        }
        self.save(&with)?;
        *dates = with;
        Ok(())
    }

    /// Takes a mark back, because the answers could not be kept.
    ///
    /// # Errors
    /// Where the file cannot be written; the ticket stays marked after a restart.
    pub fn unmark(&self, visited_on: Date, token: &str) -> Result<(), AnsweredError> {
        let mut dates = self.lock();
        if let Some(of_date) = dates.get_mut(&visited_on) {
            of_date.remove(&hash(token));
        }
        self.save(&dates)
    }

    fn lock(&self) -> MutexGuard<'_, Dates> {
        self.dates.lock().unwrap_or_else(|e| e.into_inner())
    }

    fn save(&self, dates: &Dates) -> Result<(), AnsweredError> {
        let Some(path) = &self.file else {
            return Ok(());
        };
        private_file::write(path, dates).map_err(|source| AnsweredError::File {
            path: path.clone(),
            source,
        })
    }
}

fn hash(token: &str) -> String {
    let digest = Sha256::digest(format!("survey\0{token}").as_bytes());
    let bytes = digest.iter().take(HASH_BYTES);
    bytes.map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use jiff::civil::date;

    #[test]
    fn a_ticket_answers_once_also_after_a_restart_and_is_forgotten() {
        let data = tempfile::tempdir().unwrap();
        let day = date(2026, 11, 23);
        let answered = Answered::open(data.path()).unwrap();
        answered.mark(day, "token-one").unwrap();
        let again = answered.mark(day, "token-one");
        assert!(matches!(again, Err(AnsweredError::Already)));
        answered.mark(day, "token-two").unwrap();
        answered.unmark(day, "token-two").unwrap();

        let answered = Answered::open(data.path()).unwrap();
        assert!(answered.has(day, "token-one"));
        assert!(!answered.has(day, "token-two"));
        let text = fs::read_to_string(data.path().join(ANSWERED_FILE)).unwrap();
        assert!(!text.contains("token"), "{text}");
        answered.forget_before(date(2026, 11, 24)).unwrap();
        assert!(!answered.has(day, "token-one"));
    }

    #[test]
    fn a_damaged_file_is_set_aside() {
        let data = tempfile::tempdir().unwrap();
        fs::write(data.path().join(ANSWERED_FILE), "{").unwrap();
        let answered = Answered::open(data.path()).unwrap();
        assert!(!answered.has(date(2026, 11, 23), "token"));
        assert!(data.path().join("survey-answered.json.damaged").exists());
    }
}
