//! The one writer: append, rotate, and what follows an error.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::slice;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use nix::fcntl::{Flock, FlockArg};

use super::Progress;
use super::damage::Damage;
use super::files::{self, QuarterFile};
use super::line;
use super::packing;
use super::quarter::Quarter;
use super::record::{Fact, Record};
use super::recovery::{self, Opened, Recovered};
use super::scan::{Last, Walk};
use super::seals;
use super::state::State;
use crate::queue::command::Actor;

/// A date that begins when the file being written is as long as this begins a new part of it, bytes:
/// plain lines take more than fifteen times the room of packed ones.
const PART_BYTES: u64 = 8 * 1024 * 1024;

/// Bytes at the end of the acknowledged part that are written again after an error: the page that
/// the failed write shared with them.
const REWRITE_BYTES: u64 = 4096;

/// Why the journal does not open or does not take records.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// Another daemon holds the directory.
    #[error("{} is held by another daemon; stop that one first or choose another data directory", .0.display())]
    Held(PathBuf),
    /// The directory cannot be used.
    #[error("cannot {what} {}; check that the directory exists, belongs to this user and has room", .path.display())]
    File {
        /// The operation.
        what: &'static str,
        /// On what.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// An earlier error has not been dealt with: `reopen` first.
    #[error(
        "the journal takes nothing since an error ({0}); free the disk and it will be reopened"
    )]
    Broken(String),
    /// Writing failed; nothing of the batch is acknowledged and nothing is taken until `reopen`.
    #[error("writing the journal failed; nothing more is taken until it was reopened")]
    Write(#[source] io::Error),
    /// The records do not continue the journal; nothing was written.
    #[error("the next record must have sequence {expected}, this one has {found}")]
    Sequence {
        /// The next sequence.
        expected: u64,
        /// What came.
        found: u64,
    },
    /// The quarter has turned: `rotate` first; nothing was written.
    #[error("the quarter {0} has begun: rotate the journal before appending to it")]
    RotationDue(Quarter),
    /// A record cannot be written as JSON; nothing was written.
    #[error("a record cannot be written as JSON")]
    Encode(#[source] serde_json::Error),
    /// The file is not what had been acknowledged.
    #[error("{} is no longer what was written: {why}; restart the daemon, which recovers what is there", .path.display())]
    Changed {
        /// The file.
        path: PathBuf,
        /// The difference.
        why: String,
    },
}

/// What a rotation wrote.
#[derive(Debug)]
pub struct Rotated {
    /// The seal and the snapshot, acknowledged; to be applied to the state like any records.
    pub records: Vec<Record>,
    /// Why the closed file could not be packed, if so. Nothing is lost; the next start packs it.
    pub unpacked: Option<io::Error>,
}

struct Current {
    file: QuarterFile,
    handle: File,
    /// Bytes acknowledged.
    length: u64,
}

/// The journal of one centre, open for writing. Holds the lock of the data directory.
pub struct Journal {
    dir: PathBuf,
    tz: TimeZone,
    part_bytes: u64,
    current: Option<Current>,
    /// The newest file there is.
    newest: Option<QuarterFile>,
    last: Last,
    broken: Option<String>,
    buffer: Vec<u8>,
    _lock: Flock<File>,
}

impl Journal {
    /// Opens the journal below the data directory, making it if need be, and rebuilds the state.
    /// Whatever is wrong with the files is told in [`Opened`] and never stops it.
    ///
    /// # Errors
    /// Where another daemon holds the directory, or it cannot be read or written at all.
    pub fn open(
        data: &Path,
        tz: TimeZone,
        progress: Progress<'_>,
    ) -> Result<(Self, Opened), JournalError> {
        let dir = files::journal_dir(data);
        files::create_dir(&dir).map_err(at("make", &dir))?;
        let lock = lock(data)?;
        files::remove_parts(&dir).map_err(at("clean up", &dir))?;
        files::remove_packed(&dir).map_err(at("clean up", &dir))?;
        let settled = seals::settle(&dir);
        let recovered = recovery::recover(&dir, progress).map_err(at("read", &dir))?;
        let Recovered {
            mut opened,
            files,
            last,
            length,
        } = recovered;
        if let Err(error) = settled {
            // The old file serves meanwhile.
            opened.damage.push(Damage::Unreadable {
                file: "a file written anew".to_owned(),
                offset: 0,
                why: error.to_string(),
            });
        }
        let mut journal = Self {
            dir,
            tz,
            part_bytes: PART_BYTES,
            current: None,
            newest: files.last().cloned(),
            last,
            broken: None,
            buffer: Vec::new(),
            _lock: lock,
        };
        if let Some((newest, closed)) = files.split_last() {
            if !newest.packed {
                journal.current = Some(journal.open_file(newest.clone(), length)?);
            }
            for files in closed.chunk_by(|one, next| one.quarter == next.quarter) {
                let goes_on = files.iter().all(|file| file.quarter == newest.quarter);
                let packed = match goes_on {
                    true => packing::pack_parts(&journal.dir, files),
                    false => packing::pack_quarter(&journal.dir, files),
                };
                if let (Err(error), Some(file)) = (packed, files.first()) {
                    opened.damage.push(recovery::unreadable(file, &error));
                }
            }
        }
        Ok((journal, opened))
    }

    /// Begins parts of a quarter as soon as the one before has this many bytes.
    pub fn set_part_bytes(&mut self, bytes: u64) {
        self.part_bytes = bytes;
    }

    /// Sequence of the last acknowledged record; 0 if there is none.
    pub fn last_seq(&self) -> u64 {
        self.last.0
    }

    /// What the next record links to: stands for everything acknowledged so far.
    pub fn last_link(&self) -> line::Link {
        self.last.1
    }

    /// The error since which nothing is taken, if any.
    pub fn broken(&self) -> Option<&str> {
        self.broken.as_deref()
    }

    /// Writes records with one write and one `fdatasync`. On return all of them last; on an error
    /// none is acknowledged.
    ///
    /// # Errors
    /// [`JournalError::Write`] breaks the journal until [`Journal::reopen`]; after any other error
    /// nothing was written.
    pub fn append(&mut self, records: &[Record]) -> Result<(), JournalError> {
        if let Some(why) = &self.broken {
            return Err(JournalError::Broken(why.clone()));
        }
        let Some(first) = records.first() else {
            return Ok(());
        };
        self.check(first.at, records)?;
        let last = self.lines(records)?;
        let closed = self.part_ended_by(records);
        let written = match &closed {
            Some(part) => self.begin(part.next_part()),
            None => self.write(Quarter::at(first.at, &self.tz)),
        };
        if let Err(error) = written {
            self.broken = Some(error.to_string());
            return Err(JournalError::Write(error));
        }
        self.last = last;
        if let Some(part) = closed
            && let Err(error) = packing::pack_parts(&self.dir, slice::from_ref(&part))
        {
            tracing::warn!(%error, part = part.name(), "not packed yet; the next start does it");
        }
        Ok(())
    }

    /// The part behind which these records begin the next one: it is long, and they bring the
    /// snapshot of a new date, so that a start reads the new part alone.
    fn part_ended_by(&self, records: &[Record]) -> Option<QuarterFile> {
        let current = self.current.as_ref()?;
        let long = current.length >= self.part_bytes;
        let anew = |record: &Record| matches!(record.fact, Fact::Snapshot(_));
        (long && records.iter().any(anew)).then(|| current.file.clone())
    }

    /// Makes the lines of records that follow, and says what the next one has to follow.
    fn lines(&mut self, records: &[Record]) -> Result<Last, JournalError> {
        self.buffer.clear();
        let mut last = self.last;
        for record in records {
            let link =
                line::write(record, last.1, &mut self.buffer).map_err(JournalError::Encode)?;
            last = (record.seq, link);
        }
        Ok(last)
    }

    fn check(&self, first: Timestamp, records: &[Record]) -> Result<(), JournalError> {
        let open = match &self.current {
            Some(current) => current.file.quarter,
            None => Quarter::at(first, &self.tz),
        };
        if self.current.is_none() && self.newest.is_some() {
            return Err(JournalError::RotationDue(open));
        }
        for (expected, record) in (self.last.0 + 1..).zip(records) {
            if record.seq != expected {
                let found = record.seq;
                return Err(JournalError::Sequence { expected, found });
            }
            let quarter = Quarter::at(record.at, &self.tz);
            if quarter > open {
                return Err(JournalError::RotationDue(quarter));
            }
        }
        Ok(())
    }

    fn write(&mut self, quarter: Quarter) -> io::Result<()> {
        if self.current.is_none() {
            let current = self.create_file(quarter)?;
            self.newest = Some(current.file.clone());
            self.current = Some(current);
        }
        let Some(current) = &mut self.current else {
            return Ok(());
        };
        current.handle.write_all_at(&self.buffer, current.length)?;
        current.handle.sync_data()?;
        current.length += self.buffer.len() as u64;
        Ok(())
    }

    fn create_file(&self, quarter: Quarter) -> io::Result<Current> {
        let file = QuarterFile::plain(&self.dir, quarter);
        let handle = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(true)
            .open(&file.path)?;
        handle.sync_all()?;
        files::sync_dir(&self.dir)?;
        Ok(Current {
            file,
            handle,
            length: 0,
        })
    }

    fn open_file(&self, file: QuarterFile, length: u64) -> Result<Current, JournalError> {
        let handle = OpenOptions::new()
            .read(true)
            .write(true)
            .open(&file.path)
            .map_err(at("write", &file.path))?;
        Ok(Current {
            file,
            handle,
            length,
        })
    }

    /// Whether a record of this moment belongs into a new quarter's file: then [`Journal::rotate`]
    /// comes first. A clock set back never opens an older file.
    pub fn rotation_due(&self, at: Timestamp) -> bool {
        match &self.current {
            Some(current) => Quarter::at(at, &self.tz) > current.file.quarter,
            None => self.newest.is_some(),
        }
    }

    /// Begins the file of the quarter in which `at` lies, with the seal of the file before and a
    /// snapshot; then packs the file before. `state` must be the state after the last record.
    ///
    /// # Errors
    /// As [`Journal::append`].
    pub fn rotate(&mut self, at: Timestamp, state: &State) -> Result<Rotated, JournalError> {
        if let Some(why) = &self.broken {
            return Err(JournalError::Broken(why.clone()));
        }
        if state.seq != self.last.0 {
            return Err(JournalError::Sequence {
                expected: self.last.0,
                found: state.seq,
            });
        }
        let Some(newest) = self.newest.clone() else {
            return Ok(Rotated {
                records: Vec::new(),
                unpacked: None,
            });
        };
        let mut closed = files::list(&self.dir).map_err(self::at("list", &self.dir))?;
        closed.retain(|file| file.quarter == newest.quarter);
        let seal = seals::seal(&closed).map_err(self::at("seal", &newest.path))?;
        let sealed = Record {
            seq: self.last.0 + 1,
            at,
            actor: Actor::Rinda,
            request: None,
            fact: Fact::Sealed(seal),
        };
        let mut after = state.clone();
        after.apply(&sealed);
        let records = vec![sealed, snapshot_record(&after, at)];
        let quarter = Quarter::at(at, &self.tz).max(newest.quarter.next());
        let last = self.lines(&records)?;
        if let Err(error) = self.begin(QuarterFile::plain(&self.dir, quarter)) {
            self.broken = Some(error.to_string());
            return Err(JournalError::Write(error));
        }
        self.last = last;
        let unpacked = packing::pack_quarter(&self.dir, &closed).err();
        Ok(Rotated { records, unpacked })
    }

    /// Begins a file with the lines in the buffer, which then is the one written to.
    fn begin(&mut self, file: QuarterFile) -> io::Result<()> {
        let part = file.part();
        let handle = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(true)
            .open(&part)?;
        handle.write_all_at(&self.buffer, 0)?;
        handle.sync_all()?;
        fs::rename(&part, &file.path)?;
        files::sync_dir(&self.dir)?;
        self.newest = Some(file.clone());
        self.current = Some(Current {
            file,
            handle,
            length: self.buffer.len() as u64,
        });
        Ok(())
    }

    /// After an error: cuts the file back to what had been acknowledged, makes sure of it on disk,
    /// and takes records again. Does nothing if there was no error.
    ///
    /// # Errors
    /// Where the disk still fails; the journal stays broken.
    pub fn reopen(&mut self) -> Result<(), JournalError> {
        if self.broken.is_none() {
            return Ok(());
        }
        files::remove_parts(&self.dir).map_err(at("clean up", &self.dir))?;
        self.remove_unacknowledged()?;
        if let Some(current) = &self.current {
            let reopened = self.open_file(current.file.clone(), current.length)?;
            cut_back(&reopened).map_err(at("cut back", &reopened.file.path))?;
            self.verify(&reopened)?;
            self.current = Some(reopened);
        }
        self.broken = None;
        Ok(())
    }

    /// A file newer than the one written to was made by an append or a rotation that failed.
    fn remove_unacknowledged(&self) -> Result<(), JournalError> {
        let files = files::list(&self.dir).map_err(at("list", &self.dir))?;
        for file in files {
            let newest = self.newest.as_ref().map(QuarterFile::place);
            if newest.is_none_or(|newest| file.place() > newest) {
                fs::remove_file(&file.path).map_err(at("remove", &file.path))?;
            }
        }
        files::sync_dir(&self.dir).map_err(at("sync", &self.dir))
    }

    fn verify(&self, current: &Current) -> Result<(), JournalError> {
        let path = &current.file.path;
        let mut walk = Walk::begin(&current.file, None).map_err(at("read", path))?;
        while walk.step().is_some() {}
        let whole = walk.newline_end() == current.length && walk.offset() == current.length;
        // A file that holds no line yet follows another one.
        let ends_right = walk.last().is_none_or(|last| last == self.last);
        if whole && ends_right {
            Ok(())
        } else {
            Err(JournalError::Changed {
                path: path.clone(),
                why: format!(
                    "{} of {} bytes are whole and end with record {}, not {}",
                    walk.newline_end(),
                    current.length,
                    walk.last().unwrap_or_default().0,
                    self.last.0
                ),
            })
        }
    }
}

/// The record of a snapshot, next after `state`.
pub fn snapshot_record(state: &State, at: Timestamp) -> Record {
    Record {
        seq: state.seq + 1,
        at,
        actor: Actor::Rinda,
        request: None,
        fact: Fact::Snapshot(Box::new(state.clone())),
    }
}

/// Takes the lock of the data directory.
pub(super) fn lock(data: &Path) -> Result<Flock<File>, JournalError> {
    let path = data.join("lock");
    let file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(false)
        .open(&path)
        .map_err(at("open", &path))?;
    match Flock::lock(file, FlockArg::LockExclusiveNonblock) {
        Ok(lock) => Ok(lock),
        Err((_, nix::errno::Errno::EWOULDBLOCK)) => Err(JournalError::Held(data.to_owned())),
        Err((_, errno)) => Err(at("lock", &path)(errno.into())),
    }
}

pub(super) fn at(what: &'static str, path: &Path) -> impl FnOnce(io::Error) -> JournalError {
    let path = path.to_owned();
    move |source| JournalError::File { what, path, source }
}

/// Cuts the file back and writes its last page once more: a failed write may have dropped it.
fn cut_back(current: &Current) -> io::Result<()> {
    let length = current.handle.metadata()?.len();
    if length < current.length {
        return Err(io::Error::other(format!(
            "{length} bytes are left of {}",
            current.length
        )));
    }
    current.handle.set_len(current.length)?;
    let from = current.length.saturating_sub(REWRITE_BYTES);
    let mut page = vec![0; (current.length - from) as usize];
    current.handle.read_exact_at(&mut page, from)?;
    current.handle.write_all_at(&page, from)?;
    current.handle.sync_all()
}
