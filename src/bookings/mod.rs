//! Bookings of another system: read from a file, one after the other, and taken over by the engine.
//!
//! Each line is taken over whole or not at all, and a line that cannot be does not hold up the
//! others. What is known already stays as it is, so a file can be read as often as one likes.

mod ical;
mod table;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use futures_util::{StreamExt as _, stream};
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::{AmbiguousOffset, TimeZone};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::codes::{Code, CodeKeys, KeyError};
use crate::engine::handle::{Done, EngineError, EngineHandle};
use crate::journal::record::Fact;
use crate::queue::catalogue::Service;
use crate::queue::command::{Actor, Command, Import};
use crate::queue::event::Event;
use crate::queue::rejection::Rejection;
use crate::queue::setup::Setup;

/// Largest file, bytes.
pub const FILE_BYTES_MAX: usize = 1024 * 1024;

/// Most bookings in one file.
pub const BOOKINGS_MAX: usize = 5_000;

/// Longest reference, characters.
pub const REFERENCE_CHARS_MAX: usize = 200;

/// Bookings on their way to the engine at once; they share its flushes.
const AT_ONCE_MAX: usize = 64;

/// How often a code is made anew where another visit has it already.
const CODE_ATTEMPTS_MAX: u32 = 3;

/// Form of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Form {
    /// Comma-separated values with a header line: `service,slot[,reference][,code][,status]`.
    Csv,
    /// iCalendar.
    Calendar,
}

/// One booking as the file has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Booking {
    /// Line of the file on which it begins.
    pub line: usize,
    /// Service.
    pub service: Service,
    /// When.
    pub slot: Timestamp,
    /// The other system's name for it.
    pub reference: Option<String>,
    /// The customer's code, where the other system gives it.
    pub code: Option<Code>,
    /// It is cancelled.
    pub cancelled: bool,
}

/// A line that was not taken over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = RefusedBooking)]
pub struct Refused {
    /// Line of the file.
    pub line: usize,
    /// Why, and what to do: a Latvian sentence.
    pub why: String,
}

/// The code of a booking that came without one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = BookingCode)]
pub struct GivenCode {
    /// The other system's name for it; empty where it gave none.
    pub reference: String,
    /// The customer's code.
    pub code: String,
}

/// What became of a file's bookings.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[schema(as = ImportAnswer)]
pub struct Outcome {
    /// New ones.
    pub booked: u32,
    /// Moved, or given another code.
    pub updated: u32,
    /// Cancelled.
    pub cancelled: u32,
    /// As they were.
    pub unchanged: u32,
    /// Lines that were not taken over, in order.
    pub refused: Vec<Refused>,
    /// Codes made here, for the bookings that came without one; the same ones each time.
    pub codes: Vec<GivenCode>,
}

/// Why a file cannot be taken over at all.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// It is not what it should be.
    #[error("{0}")]
    Unreadable(String),
    /// The codes' keys cannot be kept.
    #[error(transparent)]
    Keys(#[from] KeyError),
    /// The engine cannot do it now; what was taken over until then stays so.
    #[error(transparent)]
    Engine(#[from] EngineError),
}

/// Bookings and lines that are none.
type Read = (Vec<Booking>, Vec<Refused>);

/// Reads a file. Lines that cannot be understood are told apart from the rest.
///
/// # Errors
/// Where it is no such file, too large, or has too many bookings.
pub fn read(setup: &Setup, form: Form, file: &[u8]) -> Result<Read, ImportError> {
    let unreadable = |why: String| Err(ImportError::Unreadable(why));
    if file.len() > FILE_BYTES_MAX {
        return unreadable(format!(
            "Fails ir lielāks par {FILE_BYTES_MAX} baitiem. Sadaliet to."
        ));
    }
    let Ok(text) = std::str::from_utf8(file) else {
        return unreadable("Fails nav UTF-8 kodējumā. Saglabājiet to kā UTF-8.".to_owned());
    };
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let (bookings, refused) = match form {
        Form::Csv => table::read(setup, text)?,
        Form::Calendar => ical::read(setup, text)?,
    };
    if bookings.len() + refused.len() > BOOKINGS_MAX {
        return unreadable(format!(
            "Failā ir vairāk nekā {BOOKINGS_MAX} pierakstu. Sadaliet to."
        ));
    }
    Ok((bookings, refused))
}

/// Takes a file's bookings over.
///
/// # Errors
/// Where the file cannot be read at all, or nothing can be kept.
pub async fn import(
    engine: &EngineHandle,
    keys: &Arc<CodeKeys>,
    actor: &Actor,
    form: Form,
    file: &[u8],
) -> Result<Outcome, ImportError> {
    let setup = engine.published().setup.clone();
    let (bookings, refused) = read(&setup, form, file)?;
    let mut outcome = Outcome {
        refused,
        ..Outcome::default()
    };
    let mut left = named(bookings, &mut outcome.refused);
    let mut attempt = 0;
    while !left.is_empty() {
        let bookings = prepared(keys, &setup, std::mem::take(&mut left), attempt).await?;
        attempt += 1;
        // In order: of two lines about one slot the first gets it.
        let mut results = stream::iter(bookings)
            .map(|booking| take_over(engine, actor, booking))
            .buffered(AT_ONCE_MAX);
        while let Some((prepared, done)) = results.next().await {
            let Prepared {
                booking,
                name,
                code,
                ..
            } = prepared;
            match done {
                Ok(done) => outcome.count(&done, &booking, &code),
                Err(EngineError::Rejected(Rejection::CodeTaken))
                    if booking.code.is_none() && attempt < CODE_ATTEMPTS_MAX =>
                {
                    left.push((booking, name));
                }
                Err(EngineError::Rejected(rejection)) => outcome.refused.push(Refused {
                    line: booking.line,
                    why: rejection.sentence(),
                }),
                Err(error) => return Err(error.into()),
            }
        }
    }
    outcome.refused.sort_by_key(|refused| refused.line);
    Ok(outcome)
}

/// Each booking with its name. Those without one are told apart by service, slot and how many alike
/// went before, so that the same file names them alike again.
fn named(bookings: Vec<Booking>, refused: &mut Vec<Refused>) -> Vec<(Booking, String)> {
    let mut alike: BTreeMap<(Service, Timestamp), u32> = BTreeMap::new();
    let mut seen = BTreeSet::new();
    let mut named = Vec::with_capacity(bookings.len());
    for booking in bookings {
        let name = match &booking.reference {
            Some(reference) => format!("of {reference}"),
            None => {
                let nth = alike.entry((booking.service, booking.slot)).or_default();
                *nth += 1;
                format!("{} {} {nth}", booking.service.digit(), booking.slot)
            }
        };
        if seen.insert(name.clone()) {
            named.push((booking, name));
        } else {
            refused.push(Refused {
                line: booking.line,
                why: "Šis pieraksts failā jau bija. Atstājiet vienu rindu.".to_owned(),
            });
        }
    }
    named
}

/// A booking as the engine takes it.
struct Prepared {
    booking: Booking,
    /// Its name, of which its code is made.
    name: String,
    code: Code,
    import: Import,
}

/// Hashes what the journal must not hold. A key may have to be written to disk: not on a thread
/// that answers requests.
async fn prepared(
    keys: &Arc<CodeKeys>,
    setup: &Arc<Setup>,
    named: Vec<(Booking, String)>,
    attempt: u32,
) -> Result<Vec<Prepared>, ImportError> {
    let (keys, setup) = (Arc::clone(keys), Arc::clone(setup));
    let work = tokio::task::spawn_blocking(move || {
        let prepare = |(booking, name): (Booking, String)| {
            let date = setup.date_of(booking.slot);
            let code = match &booking.code {
                Some(code) => code.clone(),
                None => keys.code_for(date, &name, attempt)?,
            };
            let import = Import {
                reference: keys.reference(&name)?,
                service: booking.service,
                slot: booking.slot,
                code: keys.hash(date, &code)?,
                cancelled: booking.cancelled,
            };
            Ok(Prepared {
                booking,
                name,
                code,
                import,
            })
        };
        named
            .into_iter()
            .map(prepare)
            .collect::<Result<_, KeyError>>()
    });
    Ok(work.await.map_err(|_| EngineError::Stopped)??)
}

/// Asks the engine at its first poll, so that bookings reach it in their order.
async fn take_over(
    engine: &EngineHandle,
    actor: &Actor,
    prepared: Prepared,
) -> (Prepared, Result<Done, EngineError>) {
    let command = Command::ImportAppointment(prepared.import.clone());
    let done = engine.submit(actor.clone(), command, None).await;
    (prepared, done)
}

impl Outcome {
    fn count(&mut self, done: &Done, booking: &Booking, code: &Code) {
        let facts = done.records.iter().map(|record| &record.fact);
        let event = facts.clone().find_map(|fact| match fact {
            Fact::Queue(event) => Some(event),
            Fact::Access(_)
            | Fact::Quality(_)
            | Fact::Snapshot(_)
            | Fact::Sealed(_)
            | Fact::Redacted(_) => None,
        });
        let count = match event {
            Some(Event::AppointmentBooked { .. }) => &mut self.booked,
            Some(Event::AppointmentMoved { .. }) => &mut self.updated,
            Some(Event::AppointmentCancelled { .. }) => &mut self.cancelled,
            Some(_) | None => &mut self.unchanged,
        };
        *count += 1;
        if booking.code.is_none() && !booking.cancelled {
            self.codes.push(GivenCode {
                reference: booking.reference.clone().unwrap_or_default(),
                code: code.as_str().to_owned(),
            });
        }
    }
}

/// A service by its digit or the name of its button.
fn service_of(setup: &Setup, text: &str) -> Option<Service> {
    let text = text.trim();
    let digit = text.parse::<u8>().ok();
    digit
        .and_then(|digit| Service::try_from(digit).ok())
        .or_else(|| {
            let name = text.to_lowercase();
            Service::ALL.into_iter().find(|service| {
                let button = setup.service_name(*service).to_lowercase();
                button == name || service.name(false).to_lowercase() == name
            })
        })
}

/// A local time as an instant. One that a clock change skips or repeats is refused: nobody can tell
/// which is meant.
fn instant_of(local: DateTime, tz: &TimeZone) -> Result<Timestamp, String> {
    let ambiguous = tz.to_ambiguous_timestamp(local);
    match ambiguous.offset() {
        AmbiguousOffset::Unambiguous { .. } => ambiguous
            .earlier()
            .map_err(|_| "Šāda laika nav. Labojiet laiku.".to_owned()),
        AmbiguousOffset::Gap { .. } => Err(
            "Šāda laika nav: tajā naktī pulksteni pagriež uz priekšu. Labojiet laiku.".to_owned(),
        ),
        AmbiguousOffset::Fold { .. } => Err(
            "Šis laiks tajā naktī ir divreiz. Norādiet laika joslu, piemēram, 2026-10-25T03:30:00+03:00."
                .to_owned(),
        ),
    }
}

fn reference_of(text: &str) -> Result<Option<String>, String> {
    let text = text.trim();
    if text.chars().count() > REFERENCE_CHARS_MAX {
        return Err(format!(
            "Atsauce ir garāka par {REFERENCE_CHARS_MAX} rakstzīmēm. Saīsiniet to."
        ));
    }
    Ok((!text.is_empty()).then(|| text.to_owned()))
}

const NO_SUCH_SERVICE: &str = "Šāda pakalpojuma nav. Rakstiet pogas numuru: 1, 2 vai 3.";
