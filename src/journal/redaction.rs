//! Writes a closed quarter's file anew, without fields whose time is over.
//!
//! The order of steps makes it last: the new file lies beside the old one, whole and synced; then
//! the running journal says what was cleared and what the file hashes to from now on; then the new
//! file takes the old one's name. Where that stops in the middle, [`super::Journal::open`] or the
//! next run ends it: with the record it is completed, without it nothing has happened.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::slice;

use jiff::civil::Date;

use super::Progress;
use super::damage::Damage;
use super::files::{self, QuarterFile};
use super::frames;
use super::line::{self, Cleared, Head, Line, Link};
use super::quarter::Quarter;
use super::record::{Redaction, Seal};
use super::redact::{Redactor, out_of_turn_of};
use super::scan::{Step, Walk};
use super::seals::{self, Seals, Stand};
use crate::queue::retention::{FieldClass, Retention};
use crate::queue::ticket::TicketId;

/// Progress is told every this many lines.
const PROGRESS_LINES: u64 = 1024;

/// Why a file was not written anew. It is as it was.
#[derive(Debug, thiserror::Error)]
pub enum RedactError {
    /// The file is damaged: written anew, what is wrong with it would be sealed as right.
    #[error(
        "{file} is not what its seal says or has damaged places ({why}), so nothing is cleared in it; restore it from a backup"
    )]
    Damaged {
        /// The file.
        file: String,
        /// What is wrong.
        why: String,
    },
    /// Reading or writing failed.
    #[error("cannot write {file} anew; check that the disk has room for it once more")]
    File {
        /// The file.
        file: String,
        /// What the system says.
        source: io::Error,
    },
}

/// A closed file and the classes whose time is over in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Due {
    dir: PathBuf,
    file: QuarterFile,
    /// Cleared in it before.
    before: BTreeSet<FieldClass>,
    /// To be cleared now.
    pub classes: BTreeSet<FieldClass>,
}

/// What was cleared in a file, for what is kept of its quarter elsewhere.
#[derive(Debug)]
pub struct ClearedQuarter {
    /// The quarter.
    pub quarter: Quarter,
    /// All classes ever cleared in it.
    pub classes: BTreeSet<FieldClass>,
    dir: PathBuf,
}

/// The closed files in which something is to be cleared, oldest first. The running file is never
/// among them.
///
/// # Errors
/// Where the directory cannot be listed.
pub fn due(data: &Path, retention: &Retention, today: Date) -> io::Result<Vec<Due>> {
    let dir = files::journal_dir(data);
    let mut found = Vec::new();
    for (file, before) in closed(&dir)? {
        let Some(last) = file.quarter.last_date() else {
            continue;
        };
        let over: BTreeSet<FieldClass> = retention.over(last, today).collect();
        let classes: BTreeSet<FieldClass> = over.difference(&before).copied().collect();
        if !classes.is_empty() {
            found.push(Due {
                dir: dir.clone(),
                file,
                before,
                classes,
            });
        }
    }
    Ok(found)
}

/// The quarters in which something was cleared, oldest first.
///
/// # Errors
/// Where the directory cannot be listed.
pub fn cleared(data: &Path) -> io::Result<Vec<ClearedQuarter>> {
    let dir = files::journal_dir(data);
    let mut found = Vec::new();
    for (file, classes) in closed(&dir)? {
        if !classes.is_empty() {
            found.push(ClearedQuarter {
                quarter: file.quarter,
                classes,
                dir: dir.clone(),
            });
        }
    }
    Ok(found)
}

/// Closed files with what was cleared in them. One that is not packed yet waits for the next start.
fn closed(dir: &Path) -> io::Result<Vec<(QuarterFile, BTreeSet<FieldClass>)>> {
    let mut files = files::list(dir)?;
    files.pop();
    files.retain(QuarterFile::is_whole);
    let with_classes = files.into_iter().map(|file| {
        let cleared = first_head(&file).and_then(|head| head.cleared);
        let classes = cleared.map(|cleared| cleared.classes).unwrap_or_default();
        (file, classes)
    });
    Ok(with_classes.collect())
}

fn first_head(file: &QuarterFile) -> Option<Head> {
    let mut walk = Walk::begin(file, None).ok()?;
    while let Some(step) = walk.step() {
        if let Step::Line(_, line) = step {
            return Some(line.head);
        }
    }
    None
}

impl ClearedQuarter {
    /// Removes copies of damaged bytes of the quarter: nobody knows what stands in them.
    ///
    /// # Errors
    /// Where one cannot be removed.
    pub fn remove_aside(&self) -> io::Result<()> {
        files::remove_aside(&self.dir, self.quarter)
    }

    /// What clears the same fields where they are kept besides.
    ///
    /// # Errors
    /// Where the file cannot be read.
    pub fn redactor(&self) -> io::Result<Redactor> {
        let file = QuarterFile::packed(&self.dir, self.quarter);
        let tickets = if self.classes.contains(&FieldClass::OutOfTurn) {
            let mut tickets = BTreeSet::new();
            let mut walk = Walk::begin(&file, None)?;
            while let Some(step) = walk.step() {
                if let Step::Line(_, line) = step
                    && let Ok(record) = line.record()
                {
                    out_of_turn_of(&record, &mut tickets);
                }
            }
            tickets
        } else {
            BTreeSet::new()
        };
        Ok(Redactor::new(self.classes.clone(), tickets))
    }
}

/// A file written anew, whole and synced beside the old one.
#[derive(Debug)]
pub struct Prepared {
    dir: PathBuf,
    file: QuarterFile,
    /// What the running journal has to say before [`Prepared::complete`].
    pub redaction: Redaction,
}

impl Prepared {
    /// Puts the new file into the old one's place. The record must be in the journal.
    ///
    /// # Errors
    /// Where renaming fails; the next start does it.
    pub fn complete(self) -> Result<(), RedactError> {
        seals::take_place(&self.dir, &self.file).map_err(failed(&self.file))
    }
}

impl Due {
    /// The quarter's name, "2026-Q3".
    pub fn quarter(&self) -> Quarter {
        self.file.quarter
    }

    /// In how many lines there is something of each class. Writes nothing.
    ///
    /// # Errors
    /// Where the file is damaged or cannot be read.
    pub fn count(&self, progress: Progress<'_>) -> Result<BTreeMap<FieldClass, u64>, RedactError> {
        let looked = self.look()?;
        let mut rewrite = Rewrite::new(self, looked, String::new(), io::sink());
        rewrite.run(progress)?;
        Ok(rewrite.cleared)
    }

    /// Writes the file anew beside the old one. `salt` is fresh chance.
    ///
    /// # Errors
    /// Where the file is damaged, or reading or writing fails.
    pub fn prepare(&self, salt: String, progress: Progress<'_>) -> Result<Prepared, RedactError> {
        let looked = self.look()?;
        let was = looked.seal.clone();
        let failed = || failed(&self.file);
        let beside = self.file.beside();
        let plain = self.dir.join(format!("{}.redacted.part", self.quarter()));
        let output = BufWriter::new(File::create(&plain).map_err(failed())?);
        let mut rewrite = Rewrite::new(self, looked, salt, output);
        rewrite.run(progress)?;
        rewrite.output.flush().map_err(failed())?;
        let cleared = rewrite.cleared;
        let write = || {
            let part = beside.path.with_extension("redacted.part");
            frames::pack(&plain, &part)?;
            fs::remove_file(&plain)?;
            fs::rename(&part, &beside.path)?;
            files::sync_dir(&self.dir)
        };
        write().map_err(failed())?;
        let is = self.check(&beside, &was)?;
        Ok(Prepared {
            dir: self.dir.clone(),
            file: self.file.clone(),
            redaction: Redaction {
                quarter: is.quarter,
                first_seq: is.first_seq,
                last_seq: is.last_seq,
                cleared,
                was_sha256: was.sha256,
                sha256: is.sha256,
            },
        })
    }

    /// Whether the file is what it has to be, and what must be known before its first line.
    fn look(&self) -> Result<Looked, RedactError> {
        let mut walk = Walk::begin(&self.file, None).map_err(failed(&self.file))?;
        let mut looked = Looked::default();
        while let Some(step) = walk.step() {
            match step {
                Step::Line(_, line) => {
                    let record = line.record().map_err(|why| self.damaged(why))?;
                    looked.lines += 1;
                    if self.classes.contains(&FieldClass::OutOfTurn) {
                        out_of_turn_of(&record, &mut looked.out_of_turn);
                    }
                }
                // Nobody knows what stands in damaged bytes: they are left out. Their records
                // stay missing.
                Step::Damage(Damage::Garbled { .. } | Damage::Missing { .. }) => {}
                Step::Damage(damage) => return Err(self.damaged(damage.to_string())),
            }
        }
        // The file before its seals: a daemon that clears it meanwhile records that first.
        looked.seal = seals::seal(slice::from_ref(&self.file)).map_err(failed(&self.file))?;
        let seals = files::list(&self.dir).and_then(|files| Seals::read(&files));
        let seals = seals.map_err(failed(&self.file))?;
        match seals.judge(self.quarter(), &looked.seal) {
            // A new file that never took its place is written once more.
            Stand::Right | Stand::Behind(_) => Ok(looked),
            Stand::Unsealed => Err(self.damaged("there is no seal of it".to_owned())),
            Stand::Wrong(seal) => Err(self.damaged(format!(
                "SHA-256 {} is not {}",
                looked.seal.sha256, seal.sha256
            ))),
        }
    }

    /// Reads the new file: as many lines of the same sequences, each linked to the one before.
    fn check(&self, new: &QuarterFile, was: &Seal) -> Result<Seal, RedactError> {
        let mut walk = Walk::begin(new, None).map_err(failed(&self.file))?;
        while let Some(step) = walk.step() {
            match step {
                Step::Line(..) | Step::Damage(Damage::Missing { .. }) => {}
                Step::Damage(damage) => return Err(self.damaged(damage.to_string())),
            }
        }
        let is = seals::seal(slice::from_ref(new)).map_err(failed(&self.file))?;
        if (is.first_seq, is.last_seq) == (was.first_seq, was.last_seq) {
            Ok(is)
        } else {
            Err(self.damaged("it does not read back as it was written".to_owned()))
        }
    }

    fn damaged(&self, why: String) -> RedactError {
        RedactError::Damaged {
            file: self.file.name(),
            why,
        }
    }
}

fn failed(file: &QuarterFile) -> impl FnOnce(io::Error) -> RedactError + use<> {
    let file = file.name();
    move |source| RedactError::File { file, source }
}

/// What one reading of a file found.
#[derive(Default)]
struct Looked {
    seal: Seal,
    lines: u64,
    out_of_turn: BTreeSet<TicketId>,
}

/// Writes the lines of a file with fields cleared and links made anew.
struct Rewrite<'a, W> {
    due: &'a Due,
    redactor: Redactor,
    lines: u64,
    salt: String,
    output: W,
    prev: Link,
    cleared: BTreeMap<FieldClass, u64>,
}

impl<'a, W: Write> Rewrite<'a, W> {
    fn new(due: &'a Due, looked: Looked, salt: String, output: W) -> Self {
        let classes = due.classes.iter();
        Self {
            redactor: Redactor::new(due.classes.clone(), looked.out_of_turn),
            cleared: classes.map(|class| (*class, 0)).collect(),
            due,
            lines: looked.lines,
            salt,
            output,
            prev: Link::default(),
        }
    }

    fn run(&mut self, progress: Progress<'_>) -> Result<(), RedactError> {
        let failed = || failed(&self.due.file);
        let mut walk = Walk::begin(&self.due.file, None).map_err(failed())?;
        let mut number = 0;
        while let Some(step) = walk.step() {
            let Step::Line(_, line) = step else { continue };
            number += 1;
            let written = self.line(&line, number);
            written.map_err(|source| RedactError::File {
                file: self.due.file.name(),
                source,
            })?;
            if number % PROGRESS_LINES == 0 {
                progress(number, self.lines);
            }
        }
        Ok(())
    }

    fn line(&mut self, line: &Line<'_>, number: u64) -> io::Result<()> {
        let (first, last) = (number == 1, number == self.lines);
        if first {
            self.prev = line.prev.unwrap_or_default();
        }
        let classes = self.due.before.union(&self.due.classes);
        let head = Head {
            was: (first || last).then(|| line.known_by()),
            cleared: first.then(|| Cleared {
                classes: classes.copied().collect(),
                salt: self.salt.clone(),
            }),
        };
        let before = line.record().map_err(io::Error::other)?;
        let mut record = before.clone();
        for class in self.redactor.record(&mut record) {
            *self.cleared.entry(class).or_default() += 1;
        }
        let mut bytes = Vec::new();
        self.prev = if record == before {
            line::write_again(line, self.prev, &head, &mut bytes)?
        } else {
            line::write_with(&record, self.prev, &head, &mut bytes)?
        };
        self.output.write_all(&bytes)
    }
}
