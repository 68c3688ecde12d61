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
    let (Some(file), Some(after)) = (files.get(at), files.get(at + 1..)) else {
        return Ok(None);
    };
    if after.is_empty() {
        return Ok(None);
    }
    let now = append::seal(file)?;
    let (mut seal, mut clearings) = (None, Vec::new());
    for (file, number) in after.iter().zip(0..) {
        let mut walk = Walk::begin(file, None)?;
        while let Some(step) = walk.step() {
            // Lines are decoded only where they can be one of the two.
            let Step::Line(_, line) = step else { continue };
            let Ok(record) = line.may_seal().then(|| line.record()).transpose() else {
                continue;
            };
            match record.map(|record| (record.at, record.fact)) {
                Some((_, Fact::Sealed(found))) if number == 0 && found.quarter == now.quarter => {
                    seal.get_or_insert(found);
                }
                Some((at, Fact::Redacted(found))) if found.quarter == now.quarter => {
                    clearings.push(Clearing {
                        at,
                        was_sha256: found.was_sha256,
                        sha256: found.sha256,
                    });
                }
                Some(_) | None => {}
            }
        }
    }
    Ok(Some(Closed {
        seal,
        clearings,
        now,
    }))
}
