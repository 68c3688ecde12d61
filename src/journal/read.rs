//! Reading records, of closed quarters and of the one being written, without the lock.

use std::io;
use std::ops::{ControlFlow, Range};
use std::path::Path;
use std::vec;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::damage::Damage;
use super::files::{self, QuarterFile};
use super::line::{Line, Link};
use super::quarter::Quarter;
use super::record::Record;
use super::recovery::{not_understood, unreadable};
use super::scan::{Last, Step, Walk};
use super::state::State;
use crate::queue::event::Happened;

/// Reads every record, oldest first, with a line at a time in memory.
///
/// # Errors
/// Where the directory cannot be listed.
pub fn read_all(data: &Path) -> io::Result<Records> {
    let files = files::list(&files::journal_dir(data))?;
    Ok(Records::new(files, Some(Last::default()), 0))
}

/// Reads the records whose local date lies in `days`, the end excluded. A record written while the
/// clock stood a quarter back is in a later file and is not found here.
///
/// # Errors
/// Where the directory cannot be listed.
pub fn read_days(
    data: &Path,
    tz: &TimeZone,
    days: Range<Date>,
) -> io::Result<impl Iterator<Item = Result<Record, Damage>> + use<>> {
    let (records, within) = days_of(data, tz, &days)?;
    Ok(records.filter(move |item| match item {
        Ok(record) => within.contains(&record.at),
        Err(_) => true,
    }))
}

/// What one who replays the queue is told of a journal.
pub enum Told<'a> {
    /// Something happened in the queue. The name of a ticket's page is left out.
    Happened(&'a Happened),
    /// A record of a rarer kind, be it of the queue or not.
    Record(Record),
    /// Something is wrong here.
    Damage(Damage),
}

/// Tells what [`read_days`] reads, for figures, until `told` breaks off.
///
/// What no figure is made of is left out, and each line stands by its checksum and sequence alone.
/// Whether it links to the line before takes a hash of every line, and tells a line that somebody
/// replaced, not one that broke: [`super::verify`] looks for that, and signatures stand under the
/// hash of the whole file.
///
/// # Errors
/// Where the directory cannot be listed.
pub fn replay_days(
    data: &Path,
    tz: &TimeZone,
    days: Range<Date>,
    mut told: impl FnMut(Told<'_>) -> ControlFlow<()>,
) -> io::Result<()> {
    let (mut records, within) = days_of(data, tz, &days)?;
    records.linked = false;
    loop {
        // Told from within, as millions of facts are not to be moved from hand to hand.
        let read = records.advance(|line| {
            if let Some(happened) = &line.happened() {
                return Ok(match within.contains(&happened.at) {
                    true => told(Told::Happened(happened)),
                    false => ControlFlow::Continue(()),
                });
            }
            let record = line.record()?;
            Ok(match within.contains(&record.at) {
                true => told(Told::Record(record)),
                false => ControlFlow::Continue(()),
            })
        });
        let flow = match read {
            None => return Ok(()),
            Some(Ok(flow)) => flow,
            Some(Err(damage)) => told(Told::Damage(damage)),
        };
        if flow.is_break() {
            return Ok(());
        }
    }
}

/// The records of the files that hold `days`, and between which moments these lie.
fn days_of(
    data: &Path,
    tz: &TimeZone,
    days: &Range<Date>,
) -> io::Result<(Records, Range<Timestamp>)> {
    let mut files = files::list(&files::journal_dir(data))?;
    let (from, to) = (Quarter::of(days.start), Quarter::of(days.end));
    files.retain(|file| (from..=to).contains(&file.quarter));
    let midnight = |date: Date| date.to_zoned(tz.clone()).map(|zoned| zoned.timestamp());
    let from = midnight(days.start).unwrap_or(Timestamp::MIN);
    let to = midnight(days.end).unwrap_or(Timestamp::MAX);
    Ok((Records::new(files, None, 0), from..to))
}

/// Reads the records from sequence `seq` on, from the file that holds it.
///
/// # Errors
/// Where the directory cannot be listed.
pub fn read_from(data: &Path, seq: u64) -> io::Result<Records> {
    let mut files = files::list(&files::journal_dir(data))?;
    let begins_later = |file: &QuarterFile| first_seq(file).is_none_or(|first| first > seq);
    let start = files.iter().rposition(|file| !begins_later(file));
    files.drain(..start.unwrap_or(0));
    let last = start.is_none().then(Last::default);
    Ok(Records::new(files, last, seq))
}

/// As [`read_from`], but halves the file instead of reading what lies before `seq`: a date of an
/// old quarter is found in milliseconds. Damage before `seq` is not told.
///
/// # Errors
/// Where the directory cannot be listed or the file not be read.
pub fn read_near(data: &Path, seq: u64) -> io::Result<Records> {
    let mut records = read_from(data, seq)?;
    records.last = None;
    if let Some(Ok(())) = records.open_next()
        && let Some((_, walk)) = &mut records.walk
    {
        walk.leap_to(seq)?;
    }
    Ok(records)
}

/// Reads from the last snapshot at or before sequence `seq` on, or from the beginning where there is
/// none: folding what comes gives the state after every record from `seq` on.
///
/// # Errors
/// Where the directory cannot be listed.
pub fn read_from_snapshot(data: &Path, seq: u64) -> io::Result<Records> {
    let files = files::list(&files::journal_dir(data))?;
    for (index, file) in files.iter().enumerate().rev() {
        if let Some(snapshot) = last_snapshot(file, seq) {
            let files = files.get(index..).unwrap_or_default().to_vec();
            return Ok(Records::new(files, None, snapshot));
        }
    }
    Ok(Records::new(files, Some(Last::default()), 0))
}

/// The state after the last record that can be read: without damage, that of the daemon.
///
/// # Errors
/// Where the directory cannot be listed.
pub fn read_state(data: &Path) -> io::Result<State> {
    let mut state = State::default();
    for record in read_from_snapshot(data, u64::MAX)?.flatten() {
        state.apply(&record);
    }
    Ok(state)
}

/// The last snapshot of a file that is at or before `seq` and can be read.
fn last_snapshot(file: &QuarterFile, seq: u64) -> Option<u64> {
    let mut walk = Walk::begin(file, None).ok()?;
    let mut snapshot = None;
    while let Some(step) = walk.step() {
        match step {
            Step::Line(_, line) if line.seq > seq => break,
            Step::Line(_, line) if line.snapshot && line.record().is_ok() => {
                snapshot = Some(line.seq);
            }
            Step::Line(..) | Step::Damage(_) => {}
        }
    }
    snapshot
}

/// The link of the first whole record: it tells one centre's journal from another's.
///
/// # Errors
/// Where the directory cannot be listed.
pub fn epoch(data: &Path) -> io::Result<Option<Link>> {
    let files = files::list(&files::journal_dir(data))?;
    Ok(files.iter().find_map(|file| {
        let mut walk = Walk::begin(file, None).ok()?;
        while let Some(step) = walk.step() {
            if let Step::Line(_, line) = step {
                return Some(line.known_by());
            }
        }
        None
    }))
}

fn first_seq(file: &QuarterFile) -> Option<u64> {
    let mut walk = Walk::begin(file, None).ok()?;
    while let Some(step) = walk.step() {
        if let Step::Line(_, line) = step {
            return Some(line.seq);
        }
    }
    None
}

/// Records in their order. What is damaged is told in between and reading goes on behind it; an
/// unfinished line at the very end may be one just being written and is passed over.
pub struct Records {
    files: vec::IntoIter<QuarterFile>,
    walk: Option<(QuarterFile, Walk)>,
    last: Option<Last>,
    from_seq: u64,
    linked: bool,
    link: Link,
    bytes: u64,
    total: u64,
}

impl Records {
    fn new(files: Vec<QuarterFile>, last: Option<Last>, from_seq: u64) -> Self {
        Self {
            total: files.iter().map(QuarterFile::size).sum(),
            files: files.into_iter(),
            walk: None,
            last,
            from_seq,
            linked: true,
            link: Link::default(),
            bytes: 0,
        }
    }

    /// Link of the record last returned: it stands for all history up to it.
    pub fn link(&self) -> Link {
        self.link
    }

    /// How far reading is: bytes of files done, bytes of files in all.
    pub fn progress(&self) -> (u64, u64) {
        let inside = match &self.walk {
            Some((file, walk)) => walk.offset().min(file.size()),
            None => 0,
        };
        ((self.bytes + inside).min(self.total), self.total)
    }

    fn open_next(&mut self) -> Option<Result<(), Damage>> {
        let file = self.files.next()?;
        match Walk::begin(&file, self.last) {
            Ok(walk) => {
                let walk = if self.linked { walk } else { walk.unlinked() };
                self.walk = Some((file, walk));
                Some(Ok(()))
            }
            Err(error) => Some(Err(unreadable(&file, &error))),
        }
    }

    fn close(&mut self) {
        if let Some((file, walk)) = self.walk.take() {
            self.last = walk.last().or(self.last);
            self.bytes += file.size();
        }
    }

    /// What `read` makes of the next line, or what is wrong there.
    fn advance<T>(
        &mut self,
        read: impl FnOnce(&Line<'_>) -> Result<T, String>,
    ) -> Option<Result<T, Damage>> {
        loop {
            let Some((file, walk)) = &mut self.walk else {
                match self.open_next()? {
                    Ok(()) => continue,
                    Err(damage) => return Some(Err(damage)),
                }
            };
            match walk.step() {
                None => self.close(),
                Some(Step::Line(_, line)) if line.seq < self.from_seq => {}
                Some(Step::Line(_, line)) => {
                    let read = read(&line);
                    let seq = line.seq;
                    // As the walk found it: hashing once more would cost as much as decoding.
                    self.link = walk.link().unwrap_or(self.link);
                    return Some(read.map_err(|why| not_understood(file, seq, why)));
                }
                Some(Step::Damage(Damage::Torn { .. })) if self.files.as_slice().is_empty() => {}
                Some(Step::Damage(damage)) => return Some(Err(damage)),
            }
        }
    }
}

impl Iterator for Records {
    type Item = Result<Record, Damage>;

    fn next(&mut self) -> Option<Self::Item> {
        self.advance(|line| line.record())
    }
}
