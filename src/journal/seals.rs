//! What each closed file has to hash to: its seal, or what took the seal's place since.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;

use jiff::Timestamp;
use sha2::{Digest, Sha256};

use super::files::{self, QuarterFile};
use super::quarter::Quarter;
use super::record::{Fact, Redaction, Seal};
use super::scan::{Step, Walk};

/// The seals of a journal and everything that was cleared, oldest first.
#[derive(Debug, Default)]
pub(super) struct Seals {
    sealed: BTreeMap<Quarter, Seal>,
    redactions: Vec<(Timestamp, Redaction)>,
}

/// How a closed file stands to what it has to be.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Stand {
    /// It is what it has to be.
    Right,
    /// It is what it was before fields were cleared: the new one has not taken its place yet, or an
    /// old copy has taken it back.
    Behind(Seal),
    /// There is no seal.
    Unsealed,
    /// It is something else than this.
    Wrong(Seal),
}

impl Seals {
    /// Reads all seals of a journal's files. Lines are decoded only where they can be one.
    pub(super) fn read(files: &[QuarterFile]) -> io::Result<Self> {
        let mut seals = Self::default();
        for file in files {
            let mut walk = Walk::begin(file, None)?;
            while let Some(step) = walk.step() {
                if let Step::Line(_, line) = step
                    && line.may_seal()
                    && let Ok(record) = line.record()
                {
                    seals.hear(record.at, record.fact);
                }
            }
        }
        Ok(seals)
    }

    /// Takes a fact in, in the journal's order.
    pub(super) fn hear(&mut self, at: Timestamp, fact: Fact) {
        match fact {
            Fact::Sealed(seal) => {
                if let Ok(quarter) = seal.quarter.parse() {
                    self.sealed.insert(quarter, seal);
                }
            }
            Fact::Redacted(redaction) => self.redactions.push((at, redaction)),
            Fact::Queue(_) | Fact::Access(_) | Fact::Quality(_) | Fact::Snapshot(_) => {}
        }
    }

    /// Everything a file has hashed to, from its seal on; the last is what it has to be.
    fn history<'a>(&'a self, sealed: &'a Seal) -> Vec<&'a str> {
        let mut known = vec![sealed.sha256.as_str()];
        for (_, redaction) in &self.redactions {
            let same = redaction.quarter == sealed.quarter
                && redaction.first_seq == sealed.first_seq
                && redaction.last_seq == sealed.last_seq;
            if same && known.contains(&redaction.was_sha256.as_str()) {
                known.push(&redaction.sha256);
            }
        }
        known
    }

    /// What a quarter's file has to be, and everything it ever had to hash to.
    pub(super) fn of(&self, quarter: Quarter) -> (Option<Seal>, Vec<String>) {
        let Some(sealed) = self.sealed.get(&quarter) else {
            return (None, Vec::new());
        };
        let was: Vec<String> = self
            .history(sealed)
            .into_iter()
            .map(str::to_owned)
            .collect();
        let must = Seal {
            sha256: was.last().cloned().unwrap_or_default(),
            ..sealed.clone()
        };
        (Some(must), was)
    }

    /// When fields of a quarter's file were cleared last.
    pub(super) fn cleared_at(&self, quarter: Quarter) -> Option<Timestamp> {
        let name = quarter.to_string();
        let mut cleared = self.redactions.iter().rev();
        let last = cleared.find(|(_, redaction)| redaction.quarter == name);
        last.map(|(at, _)| *at)
    }

    /// How a file stands that is this.
    pub(super) fn judge(&self, quarter: Quarter, is: &Seal) -> Stand {
        let Some(sealed) = self.sealed.get(&quarter) else {
            return Stand::Unsealed;
        };
        let history = self.history(sealed);
        let with = |sha256: &str| Seal {
            sha256: sha256.to_owned(),
            ..sealed.clone()
        };
        let must = with(history.last().copied().unwrap_or_default());
        if must == *is {
            Stand::Right
        } else if history.iter().any(|sha256| with(sha256) == *is) {
            Stand::Behind(must)
        } else {
            Stand::Wrong(must)
        }
    }
}

/// What a quarter's file, or its parts, have to hash to from now on.
pub(super) fn seal(parts: &[QuarterFile]) -> io::Result<Seal> {
    if parts.is_empty() {
        return Err(io::Error::other("there is no file of the quarter"));
    }
    let mut seal = Seal::default();
    let mut sum = Sha256::new();
    for part in parts {
        seal.quarter = part.quarter.to_string();
        let mut walk = Walk::begin(part, None)?.summing(sum);
        while let Some(step) = walk.step() {
            if let Step::Line(_, line) = step
                && seal.first_seq == 0
            {
                seal.first_seq = line.seq;
            }
        }
        seal.last_seq = walk.last().map_or(seal.last_seq, |(seq, _)| seq);
        sum = walk.sum();
    }
    seal.sha256 = hex(&sum);
    Ok(seal)
}

/// A hash in hex digits.
pub(super) fn hex(sum: &Sha256) -> String {
    let digest = sum.clone().finalize();
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// After a stop in the middle: a file written anew whose record is in the journal takes its place;
/// one without a record is removed, as if it had never been begun.
pub(super) fn settle(dir: &Path) -> io::Result<()> {
    let waiting = files::list_beside(dir)?;
    if waiting.is_empty() {
        return Ok(());
    }
    let seals = Seals::read(&files::list(dir)?)?;
    for file in waiting {
        let beside = file.beside();
        let is = seal(std::slice::from_ref(&beside))?;
        if seals.judge(file.quarter, &is) == Stand::Right {
            take_place(dir, &file)?;
        } else {
            std::fs::remove_file(&beside.path)?;
            files::sync_dir(dir)?;
        }
    }
    Ok(())
}

/// Puts the file written anew into the place of the one before.
pub(super) fn take_place(dir: &Path, file: &QuarterFile) -> io::Result<()> {
    std::fs::rename(file.beside().path, &file.path)?;
    files::sync_dir(dir)
}
