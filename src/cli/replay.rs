//! `rinda forecast --replay FILE`: the promises that would have been made, from a file of events.
//! `rinda forecast --learn FILE`: what such a file teaches, kept for the daemon.

use std::collections::BTreeMap;
use std::io::{BufRead, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, Result};
use clap::Args;
use jiff::Timestamp;
use jiff::civil;
use jiff::tz::TimeZone;
use serde::Deserialize;
use serde_json::{Value, json};

use super::WrongUse;
use crate::app::{storage, studies};
use crate::queue::forecast::follow::{Follower, Happening};
use crate::queue::forecast::lessons::Learned;
use crate::queue::forecast::picture::Credits;
use crate::queue::forecast::shift::Shift;
use crate::queue::forecast::times::ServiceAt;

/// What `--help` says below the options.
pub(super) const HELP: &str = "\
FILE holds one JSON object a line, in time order; - is standard input. Each has \"t\" (RFC 3339) and
\"kind\":
  day           open, close, desks: [{desk, services, from, to, breaks: [[from, to]]}],
                booked: [slots]; at each day's start
  desk_open     desk, services          desk_close, desk_break, desk_back    desk
  issued        ticket, service, out_of_turn, appointment (slot or null)
  called        ticket, desk            arrived, finished, no_show, cancelled  ticket
  transferred   ticket, service
Moments within a day line may also be local times such as \"08:30\". For each issued ticket one line
comes out: {\"ticket\", \"p50_s\", \"p90_s\", \"mean_s\"}, the wait from issue to call promised with what
the lines before it tell. What is learned carries over from day to day.

--learn reads the same lines and keeps what they teach in the data directory, so that a centre that
comes from another system begins with its own figures instead of general ones. Services are 1 to 3
and desks are their numbers, as in the configuration. The daemon takes it up at its next start and
learns on from it; another --learn replaces it.

Exit codes: 0 replayed or learned, 2 wrong use or a line that makes no sense";

/// Seed of the replications: a file leads to the same promises every time.
const SEED: u64 = 20_260_101;

/// The time zone of local times where the line's own time is in UTC.
const ZONE: &str = "Europe/Riga";

/// Services have numbers 1 to this.
const SERVICE_MAX: u8 = 63;

/// Services of a centre are the buttons 1 to this (A2/2/1.3).
const CENTRE_SERVICE_MAX: u8 = 3;

/// Seconds in a minute.
const MINUTE_S: f64 = 60.0;

/// What is asked.
#[derive(Debug, Clone, Args)]
pub(super) struct ForecastOptions {
    /// Print the promises that these events, as JSON lines, would have led to
    #[arg(
        long,
        value_name = "FILE",
        required_unless_present = "learn",
        conflicts_with = "learn"
    )]
    replay: Option<PathBuf>,
    /// Learn from another system's events, as JSON lines, and keep it for the daemon
    #[arg(long, value_name = "FILE")]
    learn: Option<PathBuf>,
    /// Credit of an out-of-turn ticket
    #[arg(long, value_name = "MIN", default_value_t = 120)]
    out_of_turn_minutes: u32,
    /// How long before its slot an appointment counts as taken
    #[arg(long, value_name = "MIN", default_value_t = 60)]
    appointment_minutes: u32,
}

/// Prints the promises, or learns for the daemon whose data directory is `data`.
///
/// # Errors
/// Where the file cannot be read, a line makes no sense or nothing can be kept.
pub(super) fn run(options: &ForecastOptions, data: &Path) -> Result<ExitCode> {
    let credits = Credits {
        out_of_turn_s: f64::from(options.out_of_turn_minutes) * MINUTE_S,
        appointment_s: f64::from(options.appointment_minutes) * MINUTE_S,
        ..Credits::default()
    };
    let (file, done) = match (&options.replay, &options.learn) {
        (_, Some(file)) => {
            let learned = learn(open(file)?, credits);
            (file, learned.map(Some))
        }
        (Some(file), None) => {
            let replayed = replay(open(file)?, &mut std::io::stdout().lock(), credits);
            (file, replayed.map(|()| None))
        }
        (None, None) => return Err(WrongUse("name a file".to_owned()).into()),
    };
    let name = file.display();
    match done {
        Ok(None) => Ok(ExitCode::SUCCESS),
        Ok(Some((learned, tickets))) => {
            storage::make_private(data)?;
            let path = studies::keep_history(data, &learned).with_context(|| {
                format!("what was learned cannot be kept in {}", data.display())
            })?;
            tracing::info!(tickets, path = %path.display(), "learned; the daemon begins with it at its next start");
            Ok(ExitCode::SUCCESS)
        }
        Err(ReplayError::Line { number, what }) => {
            Err(WrongUse(format!("{name}, line {number}: {what}")).into())
        }
        // Whoever reads only the beginning has what they want.
        Err(ReplayError::Write(error)) if error.kind() == std::io::ErrorKind::BrokenPipe => {
            Ok(ExitCode::SUCCESS)
        }
        Err(error) => Err(error).with_context(|| format!("cannot replay {name}")),
    }
}

fn open(file: &Path) -> Result<Box<dyn BufRead>> {
    if file == Path::new("-") {
        return Ok(Box::new(std::io::stdin().lock()));
    }
    let opened = std::fs::File::open(file)
        .map_err(|error| WrongUse(format!("cannot read {}: {error}", file.display())))?;
    Ok(Box::new(std::io::BufReader::new(opened)))
}

/// Why a replay ended early.
#[derive(Debug, thiserror::Error)]
pub enum ReplayError {
    /// A line makes no sense.
    #[error("line {number}: {what}")]
    Line {
        /// Which, from 1.
        number: usize,
        /// What is wrong with it.
        what: String,
    },
    /// The input cannot be read.
    #[error("the events cannot be read: {0}")]
    Read(std::io::Error),
    /// The output cannot be written.
    #[error("the promises cannot be written: {0}")]
    Write(std::io::Error),
}

/// Reads events and writes a promise for each issued ticket.
///
/// # Errors
/// Where a line makes no sense, or input or output fail. Promises for earlier lines are written.
pub fn replay(
    input: impl BufRead,
    output: &mut impl Write,
    credits: Credits,
) -> Result<(), ReplayError> {
    let mut replay = Replay::new(credits);
    replay.read(input, |promise| {
        writeln!(output, "{promise}").map_err(ReplayError::Write)
    })?;
    output.flush().map_err(ReplayError::Write)
}

/// What events of another system teach, and of how many tickets.
///
/// # Errors
/// Where a line makes no sense or names a service or desk that no centre has, or the input fails.
pub fn learn(input: impl BufRead, credits: Credits) -> Result<(Learned, u64), ReplayError> {
    let mut replay = Replay {
        of_centre: true,
        ..Replay::new(credits)
    };
    let mut tickets = 0;
    replay.read(input, |_| {
        tickets += 1;
        Ok(())
    })?;
    Ok((replay.follower.learned_by_another(), tickets))
}

#[derive(Debug, Deserialize)]
struct Line {
    t: Timestamp,
    #[serde(flatten)]
    what: What,
}

#[derive(Debug, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum What {
    Day {
        open: String,
        close: String,
        #[serde(default)]
        desks: Vec<PlannedDesk>,
        #[serde(default)]
        booked: Vec<String>,
    },
    DeskOpen {
        desk: Value,
        #[serde(default)]
        services: Vec<u8>,
    },
    DeskClose {
        desk: Value,
    },
    DeskBreak {
        desk: Value,
    },
    DeskBack {
        desk: Value,
    },
    Issued {
        ticket: Value,
        service: u8,
        #[serde(default)]
        out_of_turn: bool,
        #[serde(default)]
        appointment: Option<String>,
    },
    Called {
        ticket: Value,
        desk: Value,
    },
    Arrived {
        ticket: Value,
    },
    Finished {
        ticket: Value,
    },
    NoShow {
        ticket: Value,
    },
    Cancelled {
        ticket: Value,
    },
    Transferred {
        ticket: Value,
        service: u8,
    },
}

#[derive(Debug, Deserialize)]
struct PlannedDesk {
    desk: Value,
    services: Vec<u8>,
    from: String,
    to: String,
    #[serde(default)]
    breaks: Vec<(String, String)>,
}

/// A replay under way.
struct Replay {
    follower: Follower,
    /// The file's names of desks.
    desks: BTreeMap<String, usize>,
    /// The file's names of this day's tickets and of the day before.
    tickets: BTreeMap<String, u64>,
    before: BTreeMap<String, u64>,
    next: u64,
    last: Option<Timestamp>,
    /// Of local times.
    zone: TimeZone,
    has_day: bool,
    /// Services and desks are those of a centre's configuration.
    of_centre: bool,
}

impl Replay {
    fn new(credits: Credits) -> Self {
        Self {
            follower: Follower::new(credits, SEED),
            desks: BTreeMap::new(),
            tickets: BTreeMap::new(),
            before: BTreeMap::new(),
            next: 0,
            last: None,
            zone: TimeZone::get(ZONE).unwrap_or(TimeZone::UTC),
            has_day: false,
            of_centre: false,
        }
    }

    /// Reads lines and tells the promise of each issued ticket.
    fn read(
        &mut self,
        input: impl BufRead,
        mut told: impl FnMut(Value) -> Result<(), ReplayError>,
    ) -> Result<(), ReplayError> {
        for (line, number) in input.lines().zip(1..) {
            let line = line.map_err(ReplayError::Read)?;
            if line.trim().is_empty() {
                continue;
            }
            let wrong = |what| ReplayError::Line { number, what };
            if let Some(promise) = self.take(&line).map_err(wrong)? {
                told(promise)?;
            }
        }
        Ok(())
    }

    /// Takes a line in; the promise where it issues a ticket.
    fn take(&mut self, line: &str) -> Result<Option<Value>, String> {
        let Line { t, what } = serde_json::from_str(line).map_err(|error| {
            // Each line is a document of its own, so its "line 1" is not the file's.
            error.to_string().replace(" at line 1 column ", ", column ")
        })?;
        if self.last.is_some_and(|last| t < last) {
            return Err("the time is before that of the line before".to_owned());
        }
        self.last = Some(t);
        if !self.has_day && !matches!(what, What::Day { .. }) {
            return Err("a \"day\" line must come first".to_owned());
        }
        let issued = match &what {
            What::Issued { ticket, .. } => Some(ticket.clone()),
            What::Day { .. }
            | What::DeskOpen { .. }
            | What::DeskClose { .. }
            | What::DeskBreak { .. }
            | What::DeskBack { .. }
            | What::Called { .. }
            | What::Arrived { .. }
            | What::Finished { .. }
            | What::NoShow { .. }
            | What::Cancelled { .. }
            | What::Transferred { .. } => None,
        };
        let happening = self.happening(t, what)?;
        self.follower.take(seconds(t), happening);
        let Some(name) = issued else {
            return Ok(None);
        };
        let id = self.ticket(&name)?;
        let promise = self.follower.forecast(id);
        let promise = promise.ok_or("this ticket has no forecast")?;
        Ok(Some(json!({
            "ticket": name,
            "p50_s": tenths(promise.p50_s),
            "p90_s": tenths(promise.p90_s),
            "mean_s": tenths(promise.mean_s),
        })))
    }

    fn happening(&mut self, t: Timestamp, what: What) -> Result<Happening, String> {
        Ok(match what {
            What::Day {
                open,
                close,
                desks,
                booked,
            } => self.day(t, &open, &close, desks, &booked)?,
            What::DeskOpen { desk, services } => {
                Happening::DeskOpen(self.desk(&desk)?, self.bits(&services)?)
            }
            What::DeskClose { desk } => Happening::DeskClose(self.desk(&desk)?),
            What::DeskBreak { desk } => Happening::DeskBreak(self.desk(&desk)?),
            What::DeskBack { desk } => Happening::DeskBack(self.desk(&desk)?),
            What::Issued {
                ticket,
                service,
                out_of_turn,
                appointment,
            } => {
                self.next += 1;
                if self.tickets.insert(name(&ticket)?, self.next).is_some() {
                    return Err(format!("ticket {ticket} was issued before"));
                }
                let slot = appointment.map(|slot| self.moment(t, &slot)).transpose()?;
                Happening::Issued {
                    ticket: self.next,
                    service: self.known(service)?,
                    out_of_turn,
                    appointment: slot,
                }
            }
            What::Called { ticket, desk } => {
                Happening::Called(self.ticket(&ticket)?, self.desk(&desk)?)
            }
            What::Arrived { ticket } => Happening::Arrived(self.ticket(&ticket)?),
            What::Finished { ticket } => Happening::Finished(self.ticket(&ticket)?),
            What::NoShow { ticket } => Happening::NoShow(self.ticket(&ticket)?),
            What::Cancelled { ticket } => Happening::Cancelled(self.ticket(&ticket)?),
            What::Transferred { ticket, service } => {
                Happening::Transferred(self.ticket(&ticket)?, self.known(service)?)
            }
        })
    }

    fn day(
        &mut self,
        t: Timestamp,
        open: &str,
        close: &str,
        desks: Vec<PlannedDesk>,
        booked: &[String],
    ) -> Result<Happening, String> {
        self.has_day = true;
        self.before = std::mem::take(&mut self.tickets);
        let hours = (self.moment(t, open)?, self.moment(t, close)?);
        if hours.1 <= hours.0 {
            return Err("the day closes before it opens".to_owned());
        }
        let mut shifts = Vec::new();
        for planned in desks {
            let breaks = planned.breaks.iter();
            shifts.push(Shift {
                desk: self.desk(&planned.desk)?,
                services: self.bits(&planned.services)?,
                hours: (self.moment(t, &planned.from)?, self.moment(t, &planned.to)?),
                breaks: breaks
                    .map(|(from, to)| Ok((self.moment(t, from)?, self.moment(t, to)?)))
                    .collect::<Result<_, String>>()?,
            });
        }
        shifts.sort_by(|a, b| a.hours.0.total_cmp(&b.hours.0));
        let booked = booked.iter().map(|slot| self.moment(t, slot));
        Ok(Happening::Day {
            hours,
            shifts,
            booked: booked.collect::<Result<_, String>>()?,
        })
    }

    /// A moment, or a local time of the day of `t`.
    fn moment(&self, t: Timestamp, text: &str) -> Result<f64, String> {
        if let Ok(moment) = text.parse::<Timestamp>() {
            return Ok(seconds(moment));
        }
        let wrong = || format!("\"{text}\" is neither an RFC 3339 moment nor a time such as 08:30");
        let time: civil::Time = text.parse().map_err(|_| wrong())?;
        let date = t.to_zoned(self.zone.clone()).date();
        let moment = date.to_datetime(time).to_zoned(self.zone.clone());
        moment
            .map(|moment| seconds(moment.timestamp()))
            .map_err(|_| wrong())
    }

    fn desk(&mut self, desk: &Value) -> Result<usize, String> {
        if self.of_centre {
            let number = desk.as_u64().and_then(|number| u16::try_from(number).ok());
            let number = number.filter(|number| *number > 0).map(usize::from);
            return number.ok_or_else(|| format!("{desk} is no number of a desk"));
        }
        let next = self.desks.len();
        Ok(*self.desks.entry(name(desk)?).or_insert(next))
    }

    fn known(&self, service: u8) -> Result<ServiceAt, String> {
        let max = if self.of_centre {
            CENTRE_SERVICE_MAX
        } else {
            SERVICE_MAX
        };
        if (1..=max).contains(&service) {
            Ok(service)
        } else {
            Err(format!("there is no service {service}: use 1 to {max}"))
        }
    }

    fn bits(&self, services: &[u8]) -> Result<u64, String> {
        let mut known = services.iter().map(|service| self.known(*service));
        known.try_fold(0, |bits, service| Ok(bits | 1 << service?))
    }

    fn ticket(&self, ticket: &Value) -> Result<u64, String> {
        let name = name(ticket)?;
        let known = self.tickets.get(&name).or_else(|| self.before.get(&name));
        known
            .copied()
            .ok_or_else(|| format!("ticket {ticket} was not issued"))
    }
}

/// A name in the file: text or number.
fn name(value: &Value) -> Result<String, String> {
    match value {
        Value::String(_) | Value::Number(_) => Ok(value.to_string()),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => {
            Err(format!("{value} names nothing: use a number or a text"))
        }
    }
}

fn seconds(t: Timestamp) -> f64 {
    t.as_duration().as_secs_f64()
}

fn tenths(seconds: f64) -> f64 {
    (seconds * 10.0).round() / 10.0
}
