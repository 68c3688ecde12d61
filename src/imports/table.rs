//! The file of tickets: comma-separated values by RFC 4180, read into visits.

use std::collections::BTreeMap;
use std::io::Read;

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::{AmbiguousOffset, TimeZone};

use super::visits::{Call, End, Stay, Visit, Visits};
use super::{FAULTS_MAX, Fault, Faults, ImportError, TICKETS_MAX};
use crate::journal::Progress;
use crate::queue::catalogue::Service;
use crate::queue::ticket::DeskNumber;

/// Columns that must be there.
const REQUIRED: [&str; 6] = [
    "service",
    "issued_at",
    "called_at",
    "finished_at",
    "desk",
    "outcome",
];

/// Columns that may be there.
const OPTIONAL: [&str; 4] = ["ticket", "number", "arrived_at", "out_of_turn"];

/// What can be written as outcome.
const OUTCOMES: &str = "finished, no_show, cancelled, unserved or transferred";

/// Progress is told every this many lines.
const PROGRESS_LINES: u64 = 1_024;

/// Reads every line; nothing is taken where one of them is wrong.
pub(super) fn read(
    input: impl Read,
    tz: &TimeZone,
    now: Timestamp,
    bytes: u64,
    progress: Progress<'_>,
) -> Result<Vec<Visit>, ImportError> {
    let mut reader = csv::ReaderBuilder::new()
        .trim(csv::Trim::All)
        .from_reader(input);
    let columns = Columns::find(reader.headers().map_err(broken)?)?;
    let mut visits = Visits::new(tz, now);
    let mut faults = Faults::default();
    let mut record = csv::StringRecord::new();
    let mut lines = 0;
    while reader.read_record(&mut record).map_err(broken)? {
        let position = record.position();
        let line = position.map_or(0, csv::Position::line);
        let row = Row {
            line,
            columns: &columns,
            cells: &record,
        };
        match row.read(tz) {
            Ok(entry) => faults.keep(visits.add(entry)),
            Err(fault) => faults.keep(Err(fault)),
        }
        if faults.found.len() >= FAULTS_MAX {
            return Err(ImportError::Faults(faults));
        }
        lines += 1;
        if lines > TICKETS_MAX {
            return Err(ImportError::TooMany);
        }
        if lines.is_multiple_of(PROGRESS_LINES) {
            progress(position.map_or(0, csv::Position::byte), bytes);
        }
    }
    let visits = visits.finish(&mut faults);
    faults.sort();
    if !faults.found.is_empty() {
        return Err(ImportError::Faults(faults));
    }
    if visits.is_empty() {
        return Err(ImportError::Empty);
    }
    Ok(visits)
}

fn broken(error: csv::Error) -> ImportError {
    let line = error.position().map_or(1, csv::Position::line);
    let why = if let csv::ErrorKind::Utf8 { .. } = error.kind() {
        "it is not UTF-8: save the file as UTF-8".to_owned()
    } else if let csv::ErrorKind::UnequalLengths {
        expected_len, len, ..
    } = error.kind()
    {
        format!(
            "it has {len} fields and the header {expected_len}: put fields with a comma in quotes"
        )
    } else {
        error.to_string()
    };
    if error.is_io_error()
        && let csv::ErrorKind::Io(source) = error.into_kind()
    {
        return ImportError::Read(source);
    }
    ImportError::Table { line, why }
}

/// Where each column stands.
struct Columns(BTreeMap<&'static str, usize>);

impl Columns {
    fn find(header: &csv::StringRecord) -> Result<Self, ImportError> {
        let wrong = |why: String| Err(ImportError::Header(why));
        if header.len() == 1 && header.get(0).is_some_and(|cell| cell.contains(';')) {
            return wrong("columns are separated by semicolons: save it with commas".to_owned());
        }
        let mut columns = BTreeMap::new();
        for (at, cell) in header.iter().enumerate() {
            let known = REQUIRED.iter().chain(&OPTIONAL);
            let Some(name) = known.copied().find(|name| *name == cell) else {
                return wrong(format!(
                    "\"{cell}\" is no column of it: leave only {}, {}",
                    REQUIRED.join(", "),
                    OPTIONAL.join(", ")
                ));
            };
            if columns.insert(name, at).is_some() {
                return wrong(format!("the column {name} is there twice"));
            }
        }
        match REQUIRED.iter().find(|name| !columns.contains_key(*name)) {
            Some(name) => wrong(format!(
                "the column {name} is missing: the first line must name {}",
                REQUIRED.join(", ")
            )),
            None => Ok(Self(columns)),
        }
    }
}

/// One line: the ticket as it was issued, and one stay of it.
pub(super) struct Entry {
    /// Line of the file.
    pub(super) line: u64,
    /// The other system's name of the ticket.
    pub(super) ticket: Option<String>,
    /// Number on the paper.
    pub(super) number: Option<(Option<char>, u16)>,
    /// When it was issued; a later line of a ticket need not repeat it.
    pub(super) issued_at: Option<Timestamp>,
    /// Out of turn (A2/2/2.5).
    pub(super) out_of_turn: bool,
    /// The stay.
    pub(super) stay: Stay,
}

struct Row<'a> {
    line: u64,
    columns: &'a Columns,
    cells: &'a csv::StringRecord,
}

impl Row<'_> {
    /// The cell of a column; `None` where it is empty or the column not there.
    fn cell(&self, column: &'static str) -> Option<&str> {
        let text = self.cells.get(*self.columns.0.get(column)?)?;
        (!text.is_empty()).then_some(text)
    }

    fn fault(&self, column: &'static str, why: impl Into<String>) -> Fault {
        Fault {
            line: self.line,
            column,
            why: why.into(),
        }
    }

    fn read(&self, tz: &TimeZone) -> Result<Entry, Fault> {
        let service = self.service()?;
        Ok(Entry {
            line: self.line,
            ticket: self.cell("ticket").map(str::to_owned),
            number: self.number()?,
            issued_at: self.time("issued_at", tz)?,
            out_of_turn: self.out_of_turn()?,
            stay: Stay {
                line: self.line,
                service,
                call: self.call(tz)?,
                end: self.end(tz)?,
            },
        })
    }

    fn service(&self) -> Result<Service, Fault> {
        let text = self.cell("service").unwrap_or_default();
        let digit = text.parse::<u8>().ok();
        let service = digit.and_then(|digit| Service::try_from(digit).ok());
        service.ok_or_else(|| {
            self.fault(
                "service",
                format!("\"{text}\" is no service: write the digit of its button, 1, 2 or 3"),
            )
        })
    }

    /// "P 027", "P027" or "27".
    fn number(&self) -> Result<Option<(Option<char>, u16)>, Fault> {
        let Some(text) = self.cell("number") else {
            return Ok(None);
        };
        let series = text.chars().next().filter(|first| first.is_alphabetic());
        let digits = series.map_or(text, |letter| &text[letter.len_utf8()..]);
        match digits.trim_start().parse::<u16>() {
            Ok(number) if number > 0 => Ok(Some((series, number))),
            Ok(_) | Err(_) => Err(self.fault(
                "number",
                format!(
                    "\"{text}\" is no ticket number: write one letter and 1 to 65535, such as P 027, or leave it empty"
                ),
            )),
        }
    }

    fn out_of_turn(&self) -> Result<bool, Fault> {
        match self.cell("out_of_turn") {
            None | Some("no" | "0" | "false") => Ok(false),
            Some("yes" | "1" | "true") => Ok(true),
            Some(other) => Err(self.fault(
                "out_of_turn",
                format!("\"{other}\" is neither yes nor no: write yes, or leave it empty"),
            )),
        }
    }

    fn call(&self, tz: &TimeZone) -> Result<Option<Call>, Fault> {
        let at = self.time("called_at", tz)?;
        let arrived_at = self.time("arrived_at", tz)?;
        match (at, self.cell("desk")) {
            (None, Some(_)) => Err(self.fault(
                "called_at",
                "there is a desk and no call: fill it in, or leave the desk empty",
            )),
            (None, None) if arrived_at.is_some() => Err(self.fault(
                "called_at",
                "there is an arrival and no call: fill it in, or leave arrived_at empty",
            )),
            (None, None) => Ok(None),
            (Some(at), desk) => Ok(Some(Call {
                at,
                desk: self.desk(desk.unwrap_or_default())?,
                arrived_at,
            })),
        }
    }

    fn desk(&self, text: &str) -> Result<DeskNumber, Fault> {
        match text.parse::<u16>() {
            Ok(number) if number > 0 => Ok(DeskNumber(number)),
            Ok(_) | Err(_) => Err(self.fault(
                "desk",
                format!("\"{text}\" is no desk: a ticket that was called needs the number of its desk, 1 to 65535"),
            )),
        }
    }

    fn end(&self, tz: &TimeZone) -> Result<End, Fault> {
        let at = self.time("finished_at", tz)?;
        let needed = |what: &str| {
            at.ok_or_else(|| self.fault("finished_at", format!("it is empty: write when {what}")))
        };
        match self.cell("outcome") {
            Some("finished") => Ok(End::Finished(at)),
            Some("no_show") => Ok(End::NoShow(needed(
                "the desk gave the customer up (called_at and a minute, where it was not kept)",
            )?)),
            Some("cancelled") => Ok(End::Cancelled(needed("the ticket was cancelled")?)),
            Some("transferred") => Ok(End::Transferred(needed("the customer was sent on")?)),
            Some("unserved") if at.is_some() => Err(self.fault(
                "finished_at",
                "an unserved ticket has no end: leave it empty, or write cancelled as its outcome",
            )),
            Some("unserved") => Ok(End::Unserved),
            Some(other) => Err(self.fault(
                "outcome",
                format!("\"{other}\" is no outcome: write {OUTCOMES}"),
            )),
            None => Err(self.fault("outcome", format!("it is empty: write {OUTCOMES}"))),
        }
    }

    /// RFC 3339, or local time of the centre.
    fn time(&self, column: &'static str, tz: &TimeZone) -> Result<Option<Timestamp>, Fault> {
        let Some(text) = self.cell(column) else {
            return Ok(None);
        };
        let with_offset = text.ends_with(['Z', 'z'])
            || text
                .get("2025-10-05".len()..)
                .is_some_and(|time| time.contains(['+', '-']));
        let read = if with_offset {
            text.parse().ok()
        } else {
            let local = text.parse::<DateTime>().ok();
            match local.filter(|_| text.len() > "2025-10-05".len()) {
                Some(local) => Some(self.instant(column, text, local, tz)?),
                None => None,
            }
        };
        read.map(Some).ok_or_else(|| {
            self.fault(
                column,
                format!(
                    "\"{text}\" is no time: write 2025-10-05 08:31:07 in the centre's time, or 2025-10-05T08:31:07+03:00"
                ),
            )
        })
    }

    fn instant(
        &self,
        column: &'static str,
        text: &str,
        local: DateTime,
        tz: &TimeZone,
    ) -> Result<Timestamp, Fault> {
        let ambiguous = tz.to_ambiguous_timestamp(local);
        match ambiguous.offset() {
            AmbiguousOffset::Unambiguous { .. } => ambiguous
                .earlier()
                .map_err(|_| self.fault(column, format!("\"{text}\" is beyond the calendar"))),
            AmbiguousOffset::Gap { .. } => Err(self.fault(
                column,
                format!("\"{text}\" does not exist: the clocks go forward over it; correct it"),
            )),
            AmbiguousOffset::Fold { .. } => Err(self.fault(
                column,
                format!(
                    "\"{text}\" exists twice, as the clocks go back: write it with its offset, such as {}+03:00",
                    local.strftime("%Y-%m-%dT%H:%M:%S")
                ),
            )),
        }
    }
}
