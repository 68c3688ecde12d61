//! Checking everything a journal says of itself, and copying it.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use serde::Serialize;

use super::Progress;
use super::append::{JournalError, at};
use super::damage::Damage;
use super::files::{self, QuarterFile};
use super::line::Line;
use super::record::{Fact, Seal};
use super::recovery::{not_understood, unreadable};
use super::scan::{Last, Step, Walk};

/// How often copying begins anew where a quarter turned meanwhile.
const BACKUP_ATTEMPTS: u32 = 3;

/// What verifying found.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Report {
    /// Files read.
    pub files: u64,
    /// Whole records.
    pub records: u64,
    /// Sequence of the last record.
    pub last_seq: u64,
    /// Everything that is wrong; empty when all is well.
    pub damage: Vec<Damage>,
}

impl Report {
    /// Whether every line, every link and every seal is right.
    pub fn is_sound(&self) -> bool {
        self.damage.is_empty()
    }
}

/// Checks every line, that sequences are dense, that each line links to the one before, that each
/// record is understood and that each closed file is what its seal says. Needs no lock: a line just
/// being written is told as torn.
///
/// # Errors
/// Where the directory cannot be listed.
pub fn verify(data: &Path, progress: Progress<'_>) -> io::Result<Report> {
    let files = files::list(&files::journal_dir(data))?;
    let mut verification = Verification {
        report: Report::default(),
        last: Last::default(),
        before: None,
        done: 0,
        total: files.iter().map(QuarterFile::size).sum(),
        progress,
    };
    for file in &files {
        verification.read(file);
    }
    let mut report = verification.report;
    report.last_seq = verification.last.0;
    if let Some(file) = files.last().filter(|file| file.packed) {
        report.damage.push(Damage::FileGone {
            file: file.name(),
            after: report.last_seq,
        });
    }
    Ok(report)
}

struct Verification<'a> {
    report: Report,
    last: Last,
    /// The file before and what its seal has to be.
    before: Option<(String, Seal)>,
    done: u64,
    total: u64,
    progress: Progress<'a>,
}

impl Verification<'_> {
    fn read(&mut self, file: &QuarterFile) {
        self.report.files += 1;
        let mut walk = match Walk::begin(file, Some(self.last)) {
            Ok(walk) => walk,
            Err(error) => {
                self.report.damage.push(unreadable(file, &error));
                return;
            }
        };
        let mut first_seq = None;
        while let Some(step) = walk.step() {
            match step {
                Step::Line(_, line) => {
                    let first = first_seq.is_none();
                    first_seq.get_or_insert(line.seq);
                    self.report.records += 1;
                    self.check(file, &line, first);
                }
                Step::Damage(damage) => self.report.damage.push(damage),
            }
            (self.progress)(self.done + walk.offset().min(file.size()), self.total);
        }
        self.done += file.size();
        self.last = walk.last().unwrap_or(self.last);
        let seal = Seal {
            quarter: file.quarter.to_string(),
            first_seq: first_seq.unwrap_or_default(),
            last_seq: self.last.0,
            sha256: walk.sha256(),
        };
        self.before = Some((file.name(), seal));
    }

    fn check(&mut self, file: &QuarterFile, line: &Line<'_>, first: bool) {
        let record = match line.record() {
            Ok(record) => record,
            Err(why) => {
                self.report.damage.push(not_understood(file, line.seq, why));
                return;
            }
        };
        let seal = match record.fact {
            Fact::Sealed(seal) => Some(seal),
            Fact::Queue(_) | Fact::Access(_) | Fact::Quality(_) | Fact::Snapshot(_) => None,
        };
        if let Some((before, is)) = self.before.as_ref().filter(|_| first)
            && let Some(why) = difference(seal.as_ref(), is)
        {
            self.report.damage.push(Damage::SealBroken {
                file: before.clone(),
                why,
            });
        }
    }
}

fn difference(sealed: Option<&Seal>, is: &Seal) -> Option<String> {
    let Some(sealed) = sealed else {
        return Some("the file after it begins without one".to_owned());
    };
    if sealed == is {
        return None;
    }
    let ends = |seal: &Seal| {
        format!(
            "{} with records {} to {} and SHA-256 {}",
            seal.quarter, seal.first_seq, seal.last_seq, seal.sha256
        )
    };
    Some(format!(
        "sealed was {}, there is {}",
        ends(sealed),
        ends(is)
    ))
}

/// What a backup copied.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BackupReport {
    /// Bytes copied.
    pub bytes: u64,
    /// What reading the copy found. Damage in it is damage of the original, if the original has it.
    pub copy: Report,
}

/// Copies the journal into `to`, which becomes a data directory of its own, and verifies the copy by
/// reading it. May run beside the daemon: the journal only grows, so what is copied is a beginning
/// of it.
///
/// # Errors
/// Where `to` holds a journal already, or reading or writing fails.
pub fn backup(data: &Path, to: &Path, progress: Progress<'_>) -> Result<BackupReport, BackupError> {
    let (from_dir, to_dir) = (files::journal_dir(data), files::journal_dir(to));
    files::create_dir(&to_dir).map_err(at("make", &to_dir))?;
    let there = files::list(&to_dir).map_err(at("list", &to_dir))?;
    if !there.is_empty() {
        return Err(BackupError::NotEmpty(to.to_owned()));
    }
    let mut attempt = 1;
    let bytes = loop {
        match copy_all(&from_dir, &to_dir, progress) {
            Ok(bytes) => break bytes,
            // A quarter turned: a file was packed after it was listed.
            Err(error) if error.kind() == io::ErrorKind::NotFound && attempt < BACKUP_ATTEMPTS => {
                attempt += 1;
            }
            Err(error) => return Err(at("copy to", &to_dir)(error).into()),
        }
    };
    let copy = verify(to, &mut |_, _| {}).map_err(at("read", &to_dir))?;
    Ok(BackupReport { bytes, copy })
}

/// Why a backup was not made.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// The target is not empty.
    #[error("{} holds a journal already; give a directory that is empty or does not exist", .0.display())]
    NotEmpty(PathBuf),
    /// Reading or writing failed.
    #[error(transparent)]
    Journal(#[from] JournalError),
}

fn copy_all(from: &Path, to: &Path, progress: Progress<'_>) -> io::Result<u64> {
    for stale in files::list(to)? {
        fs::remove_file(&stale.path)?;
    }
    let files = files::list(from)?;
    let total: u64 = files.iter().map(QuarterFile::size).sum();
    let mut done = 0;
    for file in &files {
        let mut input = File::open(&file.path)?;
        // What is written meanwhile is left for the next backup.
        let length = input.metadata()?.len();
        let path = to.join(file.name());
        let mut output = File::create(&path)?;
        files::copy(&mut (&mut input).take(length), &mut output, &mut |bytes| {
            done += bytes;
            progress(done.min(total), total);
        })?;
        if !file.packed {
            output.set_len(whole_lines(&file.path, length)?)?;
        }
        output.sync_all()?;
    }
    files::sync_dir(to)?;
    Ok(done)
}

/// Bytes up to the last newline before `length`.
fn whole_lines(path: &Path, length: u64) -> io::Result<u64> {
    use std::os::unix::fs::FileExt;
    let file = File::open(path)?;
    let mut end = length;
    let mut page = [0; 4096];
    while end > 0 {
        let from = end.saturating_sub(page.len() as u64);
        let part = page.get_mut(..(end - from) as usize).unwrap_or_default();
        file.read_exact_at(part, from)?;
        if let Some(position) = part.iter().rposition(|byte| *byte == b'\n') {
            return Ok(from + position as u64 + 1);
        }
        end = from;
    }
    Ok(0)
}
