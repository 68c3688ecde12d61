//! A quarter's closed file as a range of records with one hash: what a signature stands on.

use std::io;
use std::path::Path;

use jiff::Timestamp;

use super::files;
use super::quarter::Quarter;
use super::record::Seal;
use super::seals::{self, Seals};

/// A quarter's closed file. Nothing is appended to it any more; its hash changes only
/// where fields are cleared in it, which the journal tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Closed {
    /// What it has to contain by the seal after it, or by what was cleared in it since; none where
    /// the seal is damaged.
    pub seal: Option<Seal>,
    /// Everything it ever had to hash to, from its seal on.
    pub was: Vec<String>,
    /// When fields were cleared in it last.
    pub cleared_at: Option<Timestamp>,
    /// What it contains, read now.
    pub now: Seal,
}

impl Closed {
    /// The file is what its seal says.
    pub fn is_whole(&self) -> bool {
        self.seal.as_ref() == Some(&self.now)
    }

    /// When fields were cleared last, where that alone made the file other than it was when it had
    /// this hash.
    pub fn cleared_since(&self, sha256: &str) -> Option<Timestamp> {
        let known = self.was.iter().any(|was| was == sha256);
        self.cleared_at.filter(|_| known && self.is_whole())
    }
}

/// Reads a quarter's closed file. None where there is no file of the quarter, or none after it: it
/// is still written to then.
///
/// # Errors
/// Where the directory cannot be listed or the file not be opened.
pub fn closed(data: &Path, quarter: Quarter) -> io::Result<Option<Closed>> {
    let mut files = files::list(&files::journal_dir(data))?;
    files.retain(|file| file.quarter >= quarter);
    let (of_quarter, after) = files.split_at(files.partition_point(|f| f.quarter == quarter));
    if of_quarter.is_empty() || after.is_empty() {
        return Ok(None);
    }
    let now = seals::seal(of_quarter)?;
    let seals = Seals::read(after)?;
    let (seal, was) = seals.of(quarter);
    let cleared_at = seals.cleared_at(quarter);
    Ok(Some(Closed {
        seal,
        was,
        cleared_at,
        now,
    }))
}
