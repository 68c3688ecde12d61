//! A quarter's closed file as a range of records with one hash: what a signature stands on.

use std::io;
use std::path::Path;

use jiff::Timestamp;

use super::append;
use super::files;
use super::quarter::Quarter;
use super::record::{Fact, Seal};
use super::scan::{Step, Walk};

/// A quarter's closed file. Nothing is appended to it any more, so its hash stays as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Closed {
    /// What the first record after it says it contains; none where that record is damaged.
    pub seal: Option<Seal>,
    /// Fields that were cleared in it since, oldest first.
    pub clearings: Vec<Clearing>,
    /// What it contains, read now.
    pub now: Seal,
}

/// Fields of a closed file were cleared, as the journal records.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clearing {
    /// When.
    pub at: Timestamp,
    /// SHA-256 of the file before, hex.
    pub was_sha256: String,
    /// SHA-256 of the file after it, hex.
    pub sha256: String,
}

impl Closed {
    /// The file is what its seal says, or what it was cleared to.
    pub fn is_whole(&self) -> bool {
        let Some(seal) = &self.seal else {
            return false;
        };
        let mut must = seal.clone();
        for clearing in &self.clearings {
            if clearing.was_sha256 == must.sha256 {
                must.sha256.clone_from(&clearing.sha256);
            }
        }
        must == self.now
    }
}

/// Reads a quarter's closed file. None where there is no file of the quarter, or none after it: it
/// is still written to then.
///
/// # Errors
/// Where the directory cannot be listed or the file not be opened.
pub fn closed(data: &Path, quarter: Quarter) -> io::Result<Option<Closed>> {
    let files = files::list(&files::journal_dir(data))?;
    let Some(at) = files.iter().position(|file| file.quarter == quarter) else {
        return Ok(None);
    };
    let (Some(file), Some(next)) = (files.get(at), files.get(at + 1)) else {
        return Ok(None);
    };
    let now = append::seal(file)?;
    let mut walk = Walk::begin(next, None)?;
    let seal = match walk.step() {
        Some(Step::Line(_, line)) => match line.record().map(|record| record.fact) {
            Ok(Fact::Sealed(seal)) if seal.quarter == now.quarter => Some(seal),
            Ok(
                Fact::Sealed(_)
                | Fact::Queue(_)
                | Fact::Access(_)
                | Fact::Quality(_)
                | Fact::Snapshot(_),
            )
            | Err(_) => None,
        },
        Some(Step::Damage(_)) | None => None,
    };
    Ok(Some(Closed {
        seal,
        clearings: Vec::new(),
        now,
    }))
}
