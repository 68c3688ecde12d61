//! Lines to visits: a ticket with its stays at desks, checked against what can have been.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::table::Entry;
use super::{Fault, Faults};
use crate::queue::catalogue::Service;
use crate::queue::ticket::DeskNumber;

/// A ticket and what became of it.
pub(super) struct Visit {
    /// Its first line.
    pub(super) line: u64,
    /// Number on the paper, with its letter where there is one.
    pub(super) number: Option<(Option<char>, u16)>,
    /// When it was issued.
    pub(super) issued_at: Timestamp,
    /// Its local date.
    pub(super) date: Date,
    /// Out of turn (A2/2/2.5).
    pub(super) out_of_turn: bool,
    /// In the order in which they were; never empty.
    pub(super) stays: Vec<Stay>,
}

/// One line: waiting for a service, and what came of it.
pub(super) struct Stay {
    /// Line of the file.
    pub(super) line: u64,
    /// Service it waited for.
    pub(super) service: Service,
    /// The call, if any.
    pub(super) call: Option<Call>,
    /// How it ended.
    pub(super) end: End,
}

/// A call to a desk.
#[derive(Clone, Copy)]
pub(super) struct Call {
    /// When.
    pub(super) at: Timestamp,
    /// Where.
    pub(super) desk: DeskNumber,
    /// When the customer came, where the other system knew.
    pub(super) arrived_at: Option<Timestamp>,
}

/// How a stay ended.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    /// Served; without a moment where the desk never said so.
    Finished(Option<Timestamp>),
    /// Nobody came.
    NoShow(Timestamp),
    /// Cancelled while waiting.
    Cancelled(Timestamp),
    /// Left waiting when the date ended.
    Unserved,
    /// Sent on: another stay follows.
    Transferred(Timestamp),
}

impl End {
    pub(super) fn at(self) -> Option<Timestamp> {
        match self {
            Self::Finished(at) => at,
            Self::NoShow(at) | Self::Cancelled(at) | Self::Transferred(at) => Some(at),
            Self::Unserved => None,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Finished(_) => "finished",
            Self::NoShow(_) => "no_show",
            Self::Cancelled(_) => "cancelled",
            Self::Unserved => "unserved",
            Self::Transferred(_) => "transferred",
        }
    }
}

/// Puts the lines of each ticket together.
pub(super) struct Visits<'a> {
    tz: &'a TimeZone,
    now: Timestamp,
    visits: Vec<Visit>,
    by_ticket: BTreeMap<String, usize>,
}

impl<'a> Visits<'a> {
    pub(super) fn new(tz: &'a TimeZone, now: Timestamp) -> Self {
        Self {
            tz,
            now,
            visits: Vec::new(),
            by_ticket: BTreeMap::new(),
        }
    }

    /// Takes the next line.
    pub(super) fn add(&mut self, entry: Entry) -> Result<(), Fault> {
        let known = entry.ticket.as_ref().and_then(|id| self.by_ticket.get(id));
        if let Some(visit) = known.and_then(|at| self.visits.get_mut(*at)) {
            return go_on(visit, entry, self.tz, self.now);
        }
        let Some(issued_at) = entry.issued_at else {
            return Err(fault(entry.line, "issued_at", "it is empty: fill it in"));
        };
        let mut visit = Visit {
            line: entry.line,
            number: entry.number,
            issued_at,
            date: issued_at.to_zoned(self.tz.clone()).date(),
            out_of_turn: entry.out_of_turn,
            stays: Vec::new(),
        };
        check(&visit, issued_at, &entry.stay, self.tz, self.now)?;
        visit.stays.push(entry.stay);
        if let Some(id) = entry.ticket {
            self.by_ticket.insert(id, self.visits.len());
        }
        self.visits.push(visit);
        Ok(())
    }

    /// All visits by date and issue; tells what only shows once every line is there.
    pub(super) fn finish(self, faults: &mut Faults) -> Vec<Visit> {
        let mut visits = self.visits;
        visits.sort_by_key(|visit| (visit.issued_at, visit.line));
        for day in visits.chunk_by(|one, next| one.date == next.date) {
            check_ends(day, faults);
        }
        visits
    }
}

fn fault(line: u64, column: &'static str, why: impl Into<String>) -> Fault {
    Fault {
        line,
        column,
        why: why.into(),
    }
}

/// A further line of a ticket: where the customer was sent on to.
fn go_on(visit: &mut Visit, entry: Entry, tz: &TimeZone, now: Timestamp) -> Result<(), Fault> {
    let Some(before) = visit.stays.last() else {
        return Ok(());
    };
    let End::Transferred(sent_on_at) = before.end else {
        return Err(fault(
            entry.line,
            "ticket",
            format!(
                "this ticket ended as {} on line {}: only a transferred one goes on, with its lines in order; \
                 give other tickets other names",
                before.end.name(),
                before.line
            ),
        ));
    };
    if entry.issued_at.is_some_and(|at| at != visit.issued_at) {
        return Err(fault(
            entry.line,
            "issued_at",
            format!(
                "it differs from line {}, where the same ticket begins: repeat it or leave it empty",
                visit.line
            ),
        ));
    }
    check(visit, sent_on_at, &entry.stay, tz, now)?;
    visit.out_of_turn |= entry.out_of_turn;
    visit.stays.push(entry.stay);
    Ok(())
}

/// Times in order, on the ticket's date, not to come, and such as the outcome wants them.
fn check(
    visit: &Visit,
    from: Timestamp,
    stay: &Stay,
    tz: &TimeZone,
    now: Timestamp,
) -> Result<(), Fault> {
    let call = stay.call.as_ref();
    let moments = [
        ("issued_at", Some(from)),
        ("called_at", call.map(|call| call.at)),
        ("arrived_at", call.and_then(|call| call.arrived_at)),
        ("finished_at", stay.end.at()),
    ];
    let mut before = ("issued_at", from);
    for (column, at) in moments {
        let Some(at) = at else {
            continue;
        };
        if at > now {
            let why = "it is still to come: correct it, or the clock of this machine";
            return Err(fault(stay.line, column, why));
        }
        if at < before.1 {
            let why = match before.0 {
                "issued_at" if from != visit.issued_at => {
                    "it lies before the customer was sent on: correct one of the two".to_owned()
                }
                earlier => format!("it lies before {earlier}: correct one of the two"),
            };
            return Err(fault(stay.line, column, why));
        }
        if at.to_zoned(tz.clone()).date() != visit.date {
            return Err(fault(
                stay.line,
                column,
                format!(
                    "it is not on {}, the date of issue, with which every ticket ends: correct it, or write \
                     unserved (finished without finished_at, where it was at a desk)",
                    visit.date
                ),
            ));
        }
        before = (column, at);
    }
    let arrived = call.is_some_and(|call| call.arrived_at.is_some());
    let wanted = match stay.end {
        End::Finished(_) | End::Transferred(_) => call.is_some(),
        End::NoShow(_) => call.is_some() && !arrived,
        End::Cancelled(_) | End::Unserved => call.is_none(),
    };
    if wanted {
        return Ok(());
    }
    let name = stay.end.name();
    Err(if call.is_none() {
        let why = format!("a ticket that is {name} was called: fill it in, with the desk");
        fault(stay.line, "called_at", why)
    } else if arrived && matches!(stay.end, End::NoShow(_)) {
        let why = "a no-show never arrived: leave it empty, or write finished as the outcome";
        fault(stay.line, "arrived_at", why)
    } else {
        let why = format!(
            "a ticket that was called is not {name}: write finished, no_show or transferred, or leave \
             called_at and desk empty"
        );
        fault(stay.line, "outcome", why)
    })
}

/// Who was sent on arrived somewhere, and a desk that never let go of a customer called nobody else.
fn check_ends(day: &[Visit], faults: &mut Faults) {
    let mut desks: BTreeMap<(DeskNumber, Timestamp, u64), End> = BTreeMap::new();
    for visit in day {
        if let Some(last) = visit.stays.last()
            && let End::Transferred(_) = last.end
        {
            let why = "the customer was sent on, and no later line has the same ticket: add one with what \
                       followed, or write finished";
            faults.keep(Err(fault(last.line, "outcome", why)));
        }
        for stay in &visit.stays {
            if let Some(call) = stay.call {
                desks.insert((call.desk, call.at, stay.line), stay.end);
            }
        }
    }
    let stays: Vec<_> = desks.into_iter().collect();
    for pair in stays.windows(2) {
        if let [
            ((desk, _, line), End::Finished(None)),
            ((next, _, next_line), _),
        ] = pair
            && desk == next
        {
            let why = format!(
                "it is empty, and desk {desk} called another ticket later (line {next_line}): fill it in"
            );
            faults.keep(Err(fault(*line, "finished_at", why)));
        }
    }
}
