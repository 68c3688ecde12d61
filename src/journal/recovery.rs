//! Start-up: from the files to the state, past whatever is damaged.

use std::fs::OpenOptions;
use std::io;
use std::path::Path;

use super::Progress;
use super::damage::Damage;
use super::files::{self, QuarterFile};
use super::record::Record;
use super::scan::{Last, Step, Walk};
use super::state::State;

/// Progress is told every this many lines.
const PROGRESS_LINES: u64 = 1024;

/// What opening found.
#[derive(Debug)]
pub struct Opened {
    /// The state after the last record.
    pub state: State,
    /// Sequence of the last record; 0 if there is none.
    pub last_seq: u64,
    /// Everything that is wrong. Records behind damage are in the state, those in it are lost.
    pub damage: Vec<Damage>,
    /// Records applied to get the state, the snapshot included.
    pub replayed: u64,
}

/// What opening found, and where to go on writing.
pub(super) struct Recovered {
    pub(super) opened: Opened,
    pub(super) files: Vec<QuarterFile>,
    pub(super) last: Last,
    /// Length of the newest file if it is plain, bytes.
    pub(super) length: u64,
}

/// The line from which the state can be had without those before it.
struct Start {
    file: usize,
    offset: u64,
    snapshot: Record,
}

/// What one file holds.
struct Contents {
    last: Option<Last>,
    length: u64,
    snapshots: Vec<u64>,
}

struct Recovery<'a> {
    dir: &'a Path,
    damage: Vec<Damage>,
    done: u64,
    total: u64,
    progress: Progress<'a>,
}

/// Reads the newest file, and older ones as long as no snapshot is found, then what follows the
/// snapshot. The newest file is scanned from its beginning, checksums and links only, so that
/// damage is told at the next start and not years later; JSON is decoded from the snapshot on.
pub(super) fn recover(dir: &Path, progress: Progress<'_>) -> io::Result<Recovered> {
    let files = files::list(dir)?;
    let mut recovery = Recovery {
        dir,
        damage: Vec::new(),
        done: 0,
        total: 0,
        progress,
    };
    let mut last = None;
    let mut length = 0;
    let mut start = None;
    for (index, file) in files.iter().enumerate().rev() {
        let newest = index + 1 == files.len();
        let contents = recovery.scan(file, newest)?;
        if newest {
            length = contents.length;
        }
        if last.is_none() && contents.last.is_some() {
            last = contents.last;
            recovery.note_missing_end(&files, index, contents.last);
        }
        start = recovery.start_in(index, file, &contents.snapshots);
        if start.is_some() {
            break;
        }
    }
    let (state, replayed) = recovery.replay(&files, start);
    let last = last.unwrap_or_default();
    Ok(Recovered {
        opened: Opened {
            state,
            last_seq: last.0,
            damage: recovery.damage,
            replayed,
        },
        files,
        last,
        length,
    })
}

impl Recovery<'_> {
    fn tell(&mut self, damage: Damage) {
        if !self.damage.contains(&damage) {
            self.damage.push(damage);
        }
    }

    fn advance(&mut self, bytes: u64) {
        self.done += bytes;
        (self.progress)(self.done, self.total.max(self.done));
    }

    /// Scans one file. From the newest a torn end is cut off.
    fn scan(&mut self, file: &QuarterFile, newest: bool) -> io::Result<Contents> {
        let size = file.size();
        self.total += size;
        let mut contents = Contents {
            last: None,
            length: size,
            snapshots: Vec::new(),
        };
        let mut walk = match Walk::begin(file, None) {
            Ok(walk) => walk,
            Err(error) => {
                self.tell(unreadable(file, &error));
                return Ok(contents);
            }
        };
        let (mut lines, mut told) = (0, 0);
        loop {
            let damage = match walk.step() {
                None => break,
                Some(Step::Line(offset, line)) => {
                    if line.snapshot {
                        contents.snapshots.push(offset);
                    }
                    lines += 1;
                    None
                }
                Some(Step::Damage(damage)) => Some(damage),
            };
            if let Some(damage) = damage {
                let damage = self.keep(file, damage);
                self.tell(damage);
            }
            if lines % PROGRESS_LINES == 0 && walk.offset() <= size {
                self.advance(walk.offset() - told);
                told = walk.offset();
            }
        }
        self.advance(size.saturating_sub(told));
        contents.last = walk.last();
        if newest && !file.packed && walk.newline_end() < size {
            contents.length = walk.newline_end();
            let handle = OpenOptions::new().write(true).open(&file.path)?;
            handle.set_len(contents.length)?;
            handle.sync_all()?;
        }
        Ok(contents)
    }

    /// Keeps a copy of bytes that are no lines.
    fn keep(&self, file: &QuarterFile, damage: Damage) -> Damage {
        let mut damage = damage;
        if let Damage::Torn {
            offset,
            bytes,
            aside,
            ..
        }
        | Damage::Garbled {
            offset,
            bytes,
            aside,
            ..
        } = &mut damage
            && !file.packed
        {
            // Without room for the copy the journal opens all the same; the damage is told.
            *aside = files::keep_aside(self.dir, file, *offset, *bytes).ok();
        }
        damage
    }

    /// A file is packed once the next one is there, and the next one begins with records: a
    /// packed file at the end, or an empty one behind it, shows that records are gone.
    fn note_missing_end(&mut self, files: &[QuarterFile], index: usize, last: Option<Last>) {
        let Some(file) = files.get(index) else { return };
        if file.packed || index + 1 < files.len() {
            self.tell(Damage::FileGone {
                file: file.name(),
                after: last.map_or(0, |(seq, _)| seq),
            });
        }
    }

    /// The last snapshot of a file that can be read.
    fn start_in(&mut self, index: usize, file: &QuarterFile, snapshots: &[u64]) -> Option<Start> {
        for offset in snapshots.iter().rev() {
            let mut walk = Walk::begin(file, None).ok()?;
            walk.skip_to(*offset).ok()?;
            let Some(Step::Line(_, line)) = walk.step() else {
                continue;
            };
            match line.record() {
                Ok(snapshot) => {
                    return Some(Start {
                        file: index,
                        offset: *offset,
                        snapshot,
                    });
                }
                Err(why) => {
                    let seq = line.seq;
                    self.tell(not_understood(file, seq, why));
                }
            }
        }
        None
    }

    fn replay(&mut self, files: &[QuarterFile], start: Option<Start>) -> (State, u64) {
        let mut state = State::default();
        let mut replayed = 0;
        let mut last = Some(Last::default());
        let (mut first, mut offset) = (0, 0);
        if let Some(start) = start {
            state.apply(&start.snapshot);
            replayed += 1;
            last = None;
            (first, offset) = (start.file, start.offset);
        }
        for file in files.iter().skip(first) {
            let walk = Walk::begin(file, last).and_then(|mut walk| {
                if offset > 0 {
                    walk.skip_to(offset)?;
                }
                Ok(walk)
            });
            match walk {
                Ok(mut walk) => {
                    replayed += self.replay_file(file, &mut walk, &mut state);
                    last = walk.last().or(last);
                }
                Err(error) => self.tell(unreadable(file, &error)),
            }
            offset = 0;
        }
        (state, replayed)
    }

    fn replay_file(&mut self, file: &QuarterFile, walk: &mut Walk, state: &mut State) -> u64 {
        let mut replayed = 0;
        let size = file.size();
        let mut told = walk.offset();
        self.total += size.saturating_sub(told);
        loop {
            let damage = match walk.step() {
                None => break,
                Some(Step::Line(_, line)) if line.seq <= state.seq => None,
                Some(Step::Line(_, line)) => match line.record() {
                    Ok(record) => {
                        state.apply(&record);
                        replayed += 1;
                        None
                    }
                    Err(why) => Some(not_understood(file, line.seq, why)),
                },
                Some(Step::Damage(damage)) => Some(damage),
            };
            if let Some(damage) = damage {
                let damage = self.keep(file, damage);
                self.tell(damage);
            }
            if replayed % PROGRESS_LINES == 0 && walk.offset() <= size {
                self.advance(walk.offset() - told);
                told = walk.offset();
            }
        }
        self.advance(size.saturating_sub(told));
        replayed
    }
}

pub(super) fn unreadable(file: &QuarterFile, error: &io::Error) -> Damage {
    Damage::Unreadable {
        file: file.name(),
        offset: 0,
        why: error.to_string(),
    }
}

pub(super) fn not_understood(file: &QuarterFile, seq: u64, why: String) -> Damage {
    Damage::NotUnderstood {
        file: file.name(),
        seq,
        why,
    }
}
