//! Another system's tickets, from a file of comma-separated values, as the journal of a centre: the
//! same facts as Rinda's own, so that reports, stories, checks and forecasts work on them.
//!
//! | column | |
//! |---|---|
//! | `service` | digit of the button, 1 to 3 |
//! | `issued_at` | when the ticket was issued |
//! | `called_at` | the first call to the desk; empty where it was never called |
//! | `finished_at` | when the customer was done, given up, cancelled or sent on |
//! | `desk` | number of the desk that called |
//! | `outcome` | `finished`, `no_show`, `cancelled`, `unserved` or `transferred` |
//! | `ticket` | optional: name of the ticket, to tell the lines of one that was sent on |
//! | `number` | optional: the number on the paper, `P 027` or `27` |
//! | `arrived_at` | optional: when the customer came to the desk |
//! | `out_of_turn` | optional: `yes` or empty (A2/2/2.5) |
//!
//! A line is one stay: a customer who was sent on has a line for each, in order, the first ones
//! `transferred`. Times are RFC 3339 or local to the centre. A ticket ends on its local date:
//! one still waiting then is `unserved`, one still at a desk `finished` without `finished_at`.
//!
//! What the other system does not tell is left out: without `arrived_at` there is no handling time,
//! nothing is promised, desks are open from their first call of a date to their last step, and
//! dates without tickets have no data. Whom a call passed over is known of its own queue only.

mod days;
mod table;
mod visits;

use std::fmt;
use std::io::{self, Read};
use std::path::Path;

use jiff::Timestamp;
use jiff::civil::Date;

use crate::journal::{self, DateWriter, JournalError, Progress};
use crate::queue::setup::Setup;

/// Lines one file may have; one centre has a hundredth of it in a year.
const TICKETS_MAX: u64 = 5_000_000;

/// Faults told at once.
const FAULTS_MAX: usize = 20;

/// Something wrong in the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Line, from 1.
    pub line: u64,
    /// Column.
    pub column: &'static str,
    /// What is wrong and what to do.
    pub why: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}, {}: {}", self.line, self.column, self.why)
    }
}

/// What is wrong in the file, the first of it.
#[derive(Debug, Default)]
pub struct Faults {
    found: Vec<Fault>,
}

impl Faults {
    fn sort(&mut self) {
        self.found.sort_by_key(|fault| fault.line);
    }

    fn keep(&mut self, result: Result<(), Fault>) {
        if let Err(fault) = result
            && self.found.len() < FAULTS_MAX
        {
            self.found.push(fault);
        }
    }
}

impl fmt::Display for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for fault in &self.found {
            writeln!(f, "{fault}")?;
        }
        if self.found.len() >= FAULTS_MAX {
            writeln!(f, "and perhaps more")?;
        }
        Ok(())
    }
}

/// Why the tickets were not taken over; the data directory is as it was.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The first line does not name the columns.
    #[error("line 1: {0}; nothing was imported")]
    Header(String),
    /// The file is no table.
    #[error("line {line}: {why}; nothing was imported")]
    Table {
        /// Line, from 1.
        line: u64,
        /// What is wrong with it.
        why: String,
    },
    /// Cells are wrong.
    #[error("nothing was imported:\n{0}")]
    Faults(Faults),
    /// No line but the first.
    #[error("the file holds no ticket; nothing was imported")]
    Empty,
    /// Too many lines.
    #[error(
        "the file has more than {TICKETS_MAX} lines; nothing was imported: leave old years out"
    )]
    TooMany,
    /// Reading the file failed.
    #[error("cannot read the file; nothing was imported")]
    Read(#[source] io::Error),
    /// The directory is in use.
    #[error(transparent)]
    Directory(#[from] journal::ImportError),
    /// Writing failed.
    #[error("nothing was imported")]
    Write(#[from] JournalError),
}

/// Tickets that were read and can be written.
pub struct Tickets {
    visits: Vec<visits::Visit>,
}

/// What was taken over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Taken {
    /// Tickets.
    pub tickets: u64,
    /// Dates with tickets.
    pub dates: u64,
    /// The first of them.
    pub from: Date,
    /// The last of them.
    pub to: Date,
    /// Tickets still open: those of today.
    pub open: u64,
    /// Tickets called without an arrival: no handling time is known of them.
    pub without_arrival: u64,
}

/// Reads a file of tickets; `bytes` is its length. Nothing is written.
///
/// # Errors
/// Everything that is wrong in it, with line and column, the first [`FAULTS_MAX`].
pub fn read(
    setup: &Setup,
    input: impl Read,
    now: Timestamp,
    bytes: u64,
    progress: Progress<'_>,
) -> Result<Tickets, ImportError> {
    let visits = table::read(input, &setup.timezone, now, bytes, progress)?;
    Ok(Tickets { visits })
}

/// Writes tickets as the journal of a data directory that has none, all or nothing. The journal
/// goes on with the date of `now`, which ends the last one of the file.
///
/// # Errors
/// Where there is a journal or a daemon, or writing fails.
pub fn write(
    data: &Path,
    setup: &Setup,
    tickets: &Tickets,
    now: Timestamp,
    progress: Progress<'_>,
) -> Result<Taken, ImportError> {
    journal::build(data, |building| {
        let mut writer = DateWriter::open(building, &setup.timezone)?;
        let (mut done, mut dates) = (0, 0);
        for day in tickets.dates() {
            days::write(&mut writer, setup, day)?;
            done += day.len() as u64;
            dates += 1;
            progress(done, tickets.visits.len() as u64);
        }
        let today = now.to_zoned(setup.timezone.clone()).date();
        if writer.state().centre.date.is_some_and(|last| last < today) {
            writer.begin(today, now)?;
        }
        writer.flush()?;
        let open = writer.state().centre.tickets.values();
        let open = open.filter(|ticket| !ticket.is_over()).count() as u64;
        Ok(tickets.taken(dates, open))
    })
}

impl Tickets {
    fn dates(&self) -> impl Iterator<Item = &[visits::Visit]> {
        self.visits.chunk_by(|one, next| one.date == next.date)
    }

    fn taken(&self, dates: u64, open: u64) -> Taken {
        let ends = self.visits.first().zip(self.visits.last());
        let calls = self.visits.iter().flat_map(|visit| &visit.stays);
        let unknown = calls.filter(|stay| {
            let no_show = matches!(stay.end, visits::End::NoShow(_));
            !no_show && stay.call.is_some_and(|call| call.arrived_at.is_none())
        });
        Taken {
            tickets: self.visits.len() as u64,
            dates,
            from: ends.map_or(Date::MIN, |(first, _)| first.date),
            to: ends.map_or(Date::MIN, |(_, last)| last.date),
            open,
            without_arrival: unknown.count() as u64,
        }
    }
}
