//! The journal as text for other programs, and back: one record a line, without checksums.

use std::fs::{self, File};
use std::io::{self, BufRead, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::slice;
use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use super::Progress;
use super::append::{JournalError, at, lock};
use super::damage::Damage;
use super::files::{self, QuarterFile};
use super::line;
use super::packing;
use super::quarter::Quarter;
use super::read;
use super::record::{Fact, Record};
use super::scan::{LINE_BYTES_MAX, Last};
use super::seals;
use super::state::State;
use crate::access::{AccessEvent, Register};
use crate::quality::QualityEvent;
use crate::quality::feedback::FeedbackEvent;

/// Version of a line.
const VERSION: u32 = 1;

/// Progress is told every this many lines.
const PROGRESS_LINES: u64 = 1024;

#[derive(Serialize)]
struct LineOut<'a> {
    v: u32,
    #[serde(flatten)]
    record: &'a Record,
}

#[derive(Deserialize)]
struct Version {
    v: u32,
}

/// Whether hashes of passwords, device keys and session tokens, and customers' contacts go along.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Secrets {
    /// They stay: accounts need a new password and devices a new key after an import.
    LeftOut,
    /// They go along: guard the file like the data directory.
    Included,
}

/// Local dates, both ends included, to which an export keeps.
#[derive(Debug, Clone)]
pub struct Dates {
    /// First.
    pub from: Date,
    /// Last.
    pub to: Date,
    /// Time zone of the dates.
    pub tz: TimeZone,
}

impl Dates {
    fn contain(&self, at: Timestamp) -> bool {
        (self.from..=self.to).contains(&at.to_zoned(self.tz.clone()).date())
    }
}

/// What an export wrote.
#[derive(Debug, Default, Serialize)]
pub struct Exported {
    /// Records written.
    pub records: u64,
    /// What could not be exported because it is damaged.
    pub damage: Vec<Damage>,
}

/// What an import took in.
#[derive(Debug, Default, PartialEq, Eq, Serialize)]
pub struct Imported {
    /// Records taken in.
    pub records: u64,
    /// Sequences the text leaves out: lost before it was exported.
    pub missing: u64,
}

/// Why a text was not taken in; the data directory is as it was.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// There is a journal already.
    #[error("{} holds a journal already; import into a directory that is empty or does not exist", .0.display())]
    NotEmpty(PathBuf),
    /// A line is no record.
    #[error("line {line}: {why}; nothing was imported")]
    Line {
        /// Line number from 1.
        line: u64,
        /// What is wrong with it.
        why: String,
    },
    /// The text holds no record.
    #[error("the text holds no record; nothing was imported")]
    Empty,
    /// Reading the text failed.
    #[error("cannot read the text to import")]
    Read(#[source] io::Error),
    /// Writing failed.
    #[error(transparent)]
    Journal(#[from] JournalError),
}

/// Writes every record, or those of some dates, as a line of JSON.
///
/// # Errors
/// Where the journal cannot be listed or the output not be written.
pub fn export(
    data: &Path,
    dates: Option<&Dates>,
    secrets: Secrets,
    output: &mut dyn Write,
    progress: Progress<'_>,
) -> io::Result<Exported> {
    let mut exported = Exported::default();
    let mut output = BufWriter::new(output);
    let mut records = read::read_all(data)?;
    while let Some(item) = records.next() {
        match item {
            Ok(record) if dates.is_some_and(|dates| !dates.contain(record.at)) => {}
            Ok(mut record) => {
                if secrets == Secrets::LeftOut {
                    leave_out_secrets(&mut record);
                }
                let line = LineOut {
                    v: VERSION,
                    record: &record,
                };
                serde_json::to_writer(&mut output, &line)?;
                output.write_all(b"\n")?;
                exported.records += 1;
            }
            Err(damage) => exported.damage.push(damage),
        }
        if exported.records.is_multiple_of(PROGRESS_LINES) {
            let (done, total) = records.progress();
            progress(done, total);
        }
    }
    output.flush()?;
    Ok(exported)
}

/// Clears what could help somebody sign in, and how customers want to be answered.
fn leave_out_secrets(record: &mut Record) {
    match &mut record.fact {
        Fact::Access(event) => match event {
            AccessEvent::StaffAdded(account) => account.password_hash.clear(),
            AccessEvent::PasswordChanged { password_hash, .. } => password_hash.clear(),
            AccessEvent::DeviceAdded(device) => device.key_sha256.clear(),
            AccessEvent::SignedIn { token_sha256, .. }
            | AccessEvent::SignedOut { token_sha256 } => token_sha256.clear(),
            AccessEvent::StaffDisabled { .. } | AccessEvent::DeviceRevoked { .. } => {}
        },
        Fact::Quality(event) => match event {
            QualityEvent::Feedback(FeedbackEvent::Received(feedback)) => feedback.contact = None,
            QualityEvent::Feedback(
                FeedbackEvent::Decided { .. } | FeedbackEvent::Settled { .. },
            )
            | QualityEvent::Evaluation(_)
            | QualityEvent::Morning(_)
            | QualityEvent::Notice(_)
            | QualityEvent::Incident(_)
            | QualityEvent::Survey(_)
            | QualityEvent::Signing(_)
            | QualityEvent::Message(_) => {}
        },
        Fact::Snapshot(state) => {
            let State {
                seq: _,
                centre: _,
                quality,
                register,
                answers,
            } = state.as_mut();
            Arc::make_mut(quality).feedback.leave_out_contacts();
            let Register {
                accounts,
                devices,
                sessions,
            } = register;
            for account in accounts.values_mut() {
                account.password_hash.clear();
            }
            for device in devices.values_mut() {
                device.key_sha256.clear();
            }
            sessions.clear();
            for answer in answers.values_mut() {
                answer.records.iter_mut().for_each(leave_out_secrets);
            }
        }
        Fact::Queue(_) | Fact::Sealed(_) | Fact::Redacted(_) => {}
    }
}

/// Makes a journal from an export. Links, checksums and seals are made anew. All or nothing: the
/// journal appears once every line was taken in and is on the disk.
///
/// # Errors
/// Where there is a journal already, a line is no record, or reading or writing fails.
pub fn import(
    data: &Path,
    tz: &TimeZone,
    input: &mut dyn BufRead,
    progress: Progress<'_>,
) -> Result<Imported, ImportError> {
    build(data, |building| {
        let dir = files::journal_dir(building);
        files::create_dir(&dir).map_err(at("make", &dir))?;
        take_in(&dir, tz, input, progress)
    })
}

/// Makes a journal in a data directory without one, all or nothing: `write` fills a data directory
/// within, whose journal then takes its place. Where the process is killed, that directory stays
/// until the next time.
///
/// # Errors
/// Where there is a journal already or a daemon, or writing fails.
pub fn build<T, E: From<ImportError>>(
    data: &Path,
    write: impl FnOnce(&Path) -> Result<T, E>,
) -> Result<T, E> {
    let failed = |error: JournalError| E::from(ImportError::Journal(error));
    let dir = files::journal_dir(data);
    files::create_dir(data).map_err(|error| failed(at("make", data)(error)))?;
    let _lock = lock(data).map_err(failed)?;
    let there = dir.exists() && {
        let files = files::list(&dir).map_err(|error| failed(at("list", &dir)(error)))?;
        !files.is_empty()
    };
    if there {
        return Err(ImportError::NotEmpty(data.to_owned()).into());
    }
    let building = data.join("import.part");
    let clear = || {
        if building.exists() {
            fs::remove_dir_all(&building).map_err(at("clear", &building))?;
        }
        Ok(())
    };
    clear().map_err(failed)?;
    files::create_dir(&building).map_err(|error| failed(at("make", &building)(error)))?;
    let result = write(&building);
    if result.is_ok() {
        take_place(data, &building).map_err(failed)?;
    }
    clear().map_err(failed)?;
    result
}

fn take_place(data: &Path, building: &Path) -> Result<(), JournalError> {
    let dir = files::journal_dir(data);
    if dir.exists() {
        // Empty but for bytes once set aside, which belong to no journal now.
        let kept = data.join("journal.before-import");
        fs::rename(&dir, &kept).map_err(at("move", &dir))?;
    }
    let built = files::journal_dir(building);
    fs::rename(&built, &dir).map_err(at("move", &built))?;
    files::sync_dir(data).map_err(at("sync", data))
}

fn take_in(
    dir: &Path,
    tz: &TimeZone,
    input: &mut dyn BufRead,
    progress: Progress<'_>,
) -> Result<Imported, ImportError> {
    let mut imported = Imported::default();
    let mut builder = Builder {
        dir,
        tz,
        current: None,
        last: Last::default(),
        buffer: Vec::new(),
    };
    let (mut text, mut bytes) = (Vec::new(), 0);
    for line in 1.. {
        text.clear();
        let mut limited = io::Read::take(&mut *input, LINE_BYTES_MAX as u64);
        let length = limited.read_until(b'\n', &mut text);
        let length = length.map_err(ImportError::Read)? as u64;
        if length == 0 {
            break;
        }
        bytes += length;
        let record = parse(&text).map_err(|why| ImportError::Line { line, why })?;
        let expected = builder.last.0 + 1;
        if record.seq < expected {
            let why = format!(
                "sequence {} after {}: lines must stand in their order, each once",
                record.seq, builder.last.0
            );
            return Err(ImportError::Line { line, why });
        }
        imported.missing += record.seq - expected;
        imported.records += 1;
        builder.add(record).map_err(at("write to", dir))?;
        if line.is_multiple_of(PROGRESS_LINES) {
            progress(bytes, bytes);
        }
    }
    builder.close().map_err(at("write to", dir))?;
    files::sync_dir(dir).map_err(at("sync", dir))?;
    if imported.records == 0 {
        return Err(ImportError::Empty);
    }
    Ok(imported)
}

fn parse(text: &[u8]) -> Result<Record, String> {
    let no_record = |error: serde_json::Error| format!("this is no record: {error}");
    let Version { v } = serde_json::from_slice(text).map_err(no_record)?;
    if v != VERSION {
        return Err(format!(
            "its version is {v}, this program knows version {VERSION}; use a newer program"
        ));
    }
    serde_json::from_slice(text).map_err(no_record)
}

/// Writes files of a journal that nobody uses yet.
struct Builder<'a> {
    dir: &'a Path,
    tz: &'a TimeZone,
    current: Option<(QuarterFile, BufWriter<File>)>,
    last: Last,
    buffer: Vec<u8>,
}

impl Builder<'_> {
    fn add(&mut self, mut record: Record) -> io::Result<()> {
        let quarter = Quarter::at(record.at, self.tz);
        let open = self.current.as_ref().map(|(file, _)| file.quarter);
        let sealed = matches!(record.fact, Fact::Sealed(_));
        if open.is_none_or(|open| sealed || quarter > open) {
            let closed = self.close()?;
            if let (Fact::Sealed(seal), Some(closed)) = (&mut record.fact, &closed) {
                *seal = seals::seal(slice::from_ref(closed))?;
            }
            if let Some(closed) = closed {
                packing::pack_quarter(self.dir, &[closed])?;
            }
            let next = open.map_or(quarter, |open| quarter.max(open.next()));
            let file = QuarterFile::plain(self.dir, next);
            let output = BufWriter::new(File::create(&file.path)?);
            self.current = Some((file, output));
        }
        self.buffer.clear();
        let link = line::write(&record, self.last.1, &mut self.buffer)?;
        self.last = (record.seq, link);
        match &mut self.current {
            Some((_, output)) => output.write_all(&self.buffer),
            None => Ok(()),
        }
    }

    fn close(&mut self) -> io::Result<Option<QuarterFile>> {
        let Some((file, mut output)) = self.current.take() else {
            return Ok(None);
        };
        output.flush()?;
        output.get_ref().sync_all()?;
        Ok(Some(file))
    }
}
