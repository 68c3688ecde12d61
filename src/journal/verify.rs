//! Checking everything a journal says of itself, and copying it.

use std::fs::{self, File};
use std::io::{self, Read};
use std::mem;
use std::path::{Path, PathBuf};

use serde::Serialize;
use sha2::{Digest, Sha256};

use super::Progress;
use super::append::{JournalError, at};
use super::damage::Damage;
use super::files::{self, QuarterFile};
use super::line::Line;
use super::record::{Fact, Redaction, Seal};
use super::recovery::{not_understood, unreadable};
use super::scan::{Last, Step, Walk};
use super::seals::{self, Seals, Stand};

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
    /// What was cleared in closed files, oldest first.
    pub redactions: Vec<Redaction>,
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
        read: Vec::new(),
        sum: Sha256::new(),
        unsealed: Vec::new(),
        seals: Seals::default(),
        done: 0,
        total: files.iter().map(QuarterFile::size).sum(),
        progress,
    };
    for file in &files {
        verification.read(file);
    }
    verification.judge();
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
    /// The quarters so far, as they are: the first file of each and what all its files hash to.
    read: Vec<(QuarterFile, Seal)>,
    /// Of the last of them.
    sum: Sha256,
    /// Names of those whose next file begins without a seal.
    unsealed: Vec<QuarterFile>,
    seals: Seals,
    done: u64,
    total: u64,
    progress: Progress<'a>,
}

impl Verification<'_> {
    fn read(&mut self, file: &QuarterFile) {
        self.report.files += 1;
        let before = self
            .read
            .pop_if(|(before, _)| before.quarter == file.quarter);
        let sum = match &before {
            Some(_) => mem::take(&mut self.sum),
            None => Sha256::new(),
        };
        let mut walk = match Walk::begin(file, Some(self.last)) {
            Ok(walk) => walk.summing(sum),
            Err(error) => {
                self.report.damage.push(unreadable(file, &error));
                self.read.extend(before);
                return;
            }
        };
        let mut first_seq = before.as_ref().map(|(_, seal)| seal.first_seq);
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
        self.sum = walk.sum();
        let seal = Seal {
            quarter: file.quarter.to_string(),
            first_seq: first_seq.unwrap_or_default(),
            last_seq: self.last.0,
            sha256: seals::hex(&self.sum),
        };
        self.read.push((
            before.map_or_else(|| file.clone(), |(first, _)| first),
            seal,
        ));
    }

    fn check(&mut self, file: &QuarterFile, line: &Line<'_>, first: bool) {
        match line.record() {
            Ok(record) => {
                if let Some((before, is)) = self.read.last().filter(|_| first)
                    && !matches!(&record.fact, Fact::Sealed(seal) if seal.quarter == is.quarter)
                {
                    self.unsealed.push(before.clone());
                }
                if let Fact::Redacted(redaction) = &record.fact {
                    self.report.redactions.push(redaction.clone());
                }
                self.seals.hear(record.at, record.fact);
            }
            Err(why) => self.report.damage.push(not_understood(file, line.seq, why)),
        }
    }

    /// Compares each closed file with its seal, or with what took the seal's place since.
    fn judge(&mut self) {
        for (file, is) in &self.read {
            let why = match self.seals.judge(file.quarter, is) {
                Stand::Right => None,
                // The new file waits for the next start, which puts it into its place, or has taken
                // it since the old one was read.
                Stand::Behind(must) if is_there(file, &must) => None,
                Stand::Behind(_) => Some(BEHIND.to_owned()),
                Stand::Wrong(must) => Some(difference(&must, is)),
                Stand::Unsealed => (self.unsealed.contains(file)).then(|| UNSEALED.to_owned()),
            };
            if let Some(why) = why {
                let file = file.name();
                self.report.damage.push(Damage::SealBroken { file, why });
            }
        }
    }
}

const UNSEALED: &str = "the file after it begins without one";

const BEHIND: &str = "it is what it was before fields were cleared in it; run `rinda retention`";

/// Whether what has to be there is there by now, in its place or beside it.
fn is_there(file: &QuarterFile, must: &Seal) -> bool {
    let is = |file: &QuarterFile| {
        seals::seal(std::slice::from_ref(file)).is_ok_and(|seal| seal == *must)
    };
    is(&file.beside()) || is(file)
}

fn difference(must: &Seal, is: &Seal) -> String {
    let ends = |seal: &Seal| {
        format!(
            "{} with records {} to {} and SHA-256 {}",
            seal.quarter, seal.first_seq, seal.last_seq, seal.sha256
        )
    };
    format!("sealed was {}, there is {}", ends(must), ends(is))
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
/// of it. Where a quarter turns or a closed file is written anew meanwhile, copying begins anew.
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
        let before = closed_files(&from_dir);
        match copy_all(&from_dir, &to_dir, progress) {
            Ok(_) if attempt < BACKUP_ATTEMPTS && closed_files(&from_dir) != before => attempt += 1,
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

/// Which files there are beside the running one: they are replaced, never changed.
fn closed_files(dir: &Path) -> Vec<(PathBuf, u64)> {
    use std::os::unix::fs::MetadataExt;
    let mut files = files::list(dir).unwrap_or_default();
    files.pop();
    let with_identity = files.into_iter().map(|file| {
        let identity = fs::metadata(&file.path).map_or(0, |data| data.ino());
        (file.path, identity)
    });
    with_identity.collect()
}

fn copy_all(from: &Path, to: &Path, progress: Progress<'_>) -> io::Result<u64> {
    for stale in files::list_beside(to)? {
        fs::remove_file(&stale.beside().path)?;
    }
    for stale in files::list(to)? {
        fs::remove_file(&stale.path)?;
    }
    let mut files = files::list(from)?;
    // The copy is settled when it is first opened, like the original.
    files.extend(files::list_beside(from)?.iter().map(QuarterFile::beside));
    let total: u64 = files.iter().map(QuarterFile::size).sum();
    let mut done = 0;
    for file in &files {
        let mut input = File::open(&file.path)?;
        // What is written meanwhile is left for the next backup.
        let length = input.metadata()?.len();
        let Some(name) = file.path.file_name() else {
            continue;
        };
        let path = to.join(name);
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
