//! The half-hours of days: how those fared who came within each, worst first where asked, and the
//! tickets of one.
//!
//! A ticket belongs to the half-hour of its issue: its wait is what a customer met who came then.
//! Calls and finishes are counted in the half-hour in which they were.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;
use serde::Serialize;
use utoipa::ToSchema;

use super::figures::{target_s, times};
use super::model::Times;
use super::story::{StoryState, state_of};
use crate::queue::catalogue::Service;
use crate::queue::setup::Setup;
use crate::queue::statistics::{DayFigures, Histogram, half_hour, seconds};
use crate::queue::ticket::Ticket;

/// Half-hours of a local day.
pub const HALF_HOURS: u8 = 48;

/// One half-hour of one date.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct HalfHourLine {
    /// Local date.
    pub date: Date,
    /// Where it begins, local, "09:30".
    pub half_hour: String,
    /// Tickets issued in it.
    pub issued: u32,
    /// First calls in it.
    pub called: u32,
    /// Finished in it.
    pub finished: u32,
    /// Waits of those issued in it, as far as they were called.
    pub wait: Times,
    /// Of these, waits longer than the target.
    pub over_target: u32,
}

/// The half-hours of a date, from the first to the last in which anything was.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct HalfHourDay {
    /// Local date.
    pub date: Date,
    /// Target wait, seconds.
    pub target_s: u32,
    /// Half-hours in order.
    pub half_hours: Vec<HalfHourLine>,
}

/// The half-hours of a span of dates in which customers waited longest.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct WorstHalfHours {
    /// First date.
    pub from: Date,
    /// Last date.
    pub to: Date,
    /// Target wait, seconds.
    pub target_s: u32,
    /// By the 90th percentile of the wait, longest first.
    pub half_hours: Vec<HalfHourLine>,
}

/// The tickets issued in a half-hour, or on a day, longest wait first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct TicketsOfHalfHour {
    /// Local date.
    pub date: Date,
    /// The half-hour, "09:30"; absent where the whole day was asked for.
    pub half_hour: Option<String>,
    /// Target wait, seconds.
    pub target_s: u32,
    /// How many there are in all.
    pub total: u32,
    /// Those of this page.
    pub tickets: Vec<TicketOfHalfHour>,
}

/// A ticket in a list of the report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct TicketOfHalfHour {
    /// Identity: its story is under it.
    pub id: u64,
    /// Printed number.
    pub number: String,
    /// Service it was issued for.
    pub service: Service,
    /// When it was issued.
    pub issued_at: Timestamp,
    /// First call, if any.
    pub called_at: Option<Timestamp>,
    /// First call − issue; of one that was never called, what it waited in vain, seconds.
    pub wait_s: u32,
    /// It was called.
    pub called: bool,
    /// Where it stands, or how it ended.
    pub state: StoryState,
    /// Out of turn (A2/2/2.5).
    pub out_of_turn: bool,
    /// Sent on to another queue or desk.
    pub transferred: bool,
}

/// "09:30" of 19.
pub fn half_hour_name(slot: u8) -> String {
    format!("{:02}:{:02}", slot / 2, slot % 2 * 30)
}

/// 19 of "09:30"; `None` where no half-hour begins then.
pub fn half_hour_of(name: &str) -> Option<u8> {
    (0..HALF_HOURS).find(|slot| half_hour_name(*slot) == name)
}

/// Half-hours of one date being counted.
#[derive(Debug, Default)]
struct Slot {
    counts: [i64; 3],
    wait: Histogram,
}

impl Slot {
    /// The half-hours of a date's figures in which anything was.
    fn of_day(day: &DayFigures, service: Option<Service>) -> BTreeMap<u8, Self> {
        let mut slots: BTreeMap<u8, Self> = BTreeMap::new();
        for (of, figures) in &day.services {
            if service.is_some_and(|service| *of != service) {
                continue;
            }
            for (slot, counts) in &figures.half_hours {
                let mine = &mut slots.entry(*slot).or_default().counts;
                for (mine, count) in mine.iter_mut().zip(counts) {
                    *mine += count;
                }
            }
            for (cell, wait) in figures.waits.cells() {
                let slot = slots.entry(cell.half_hour).or_default();
                slot.wait.merge(wait, 1);
            }
        }
        slots
    }
}

/// The figures of tickets of one date, as the rollups hold them.
pub fn figures_of<'t>(setup: &Setup, tickets: impl IntoIterator<Item = &'t Ticket>) -> DayFigures {
    let mut day = DayFigures::default();
    for ticket in tickets {
        day.count_ticket(ticket, &setup.timezone, 1);
    }
    day
}

fn line(setup: &Setup, date: Date, slot: u8, of: &Slot) -> HalfHourLine {
    let [issued, called, finished] = of
        .counts
        .map(|count| u32::try_from(count).unwrap_or_default());
    let wait = times(&of.wait);
    let over = wait.count - of.wait.at_most(target_s(setup));
    HalfHourLine {
        date,
        half_hour: half_hour_name(slot),
        issued,
        called,
        finished,
        wait,
        over_target: u32::try_from(over).unwrap_or(u32::MAX),
    }
}

/// The half-hours of a date.
pub fn half_hours_of<'t>(
    setup: &Setup,
    date: Date,
    tickets: impl IntoIterator<Item = &'t Ticket>,
    service: Option<Service>,
) -> HalfHourDay {
    let slots = Slot::of_day(&figures_of(setup, tickets), service);
    let ends = slots.keys().next().zip(slots.keys().next_back());
    let nothing = Slot::default();
    let half_hours = ends
        .map(|(first, last)| *first..=*last)
        .into_iter()
        .flatten()
        .map(|slot| line(setup, date, slot, slots.get(&slot).unwrap_or(&nothing)))
        .collect();
    HalfHourDay {
        date,
        target_s: target_s(setup),
        half_hours,
    }
}

/// Collects the worst half-hours date by date.
#[derive(Debug)]
pub struct Worst {
    service: Option<Service>,
    limit: usize,
    found: Vec<HalfHourLine>,
}

impl Worst {
    /// Keeps at most `limit` half-hours, of one service where one is named.
    pub fn new(service: Option<Service>, limit: usize) -> Self {
        Self {
            service,
            limit,
            found: Vec::new(),
        }
    }

    /// Adds a date.
    pub fn add(&mut self, setup: &Setup, date: Date, day: &DayFigures) {
        for (slot, of) in Slot::of_day(day, self.service) {
            if of.wait.count() > 0 {
                self.found.push(line(setup, date, slot, &of));
            }
        }
        self.found.sort_by(|a, b| {
            let key = |line: &HalfHourLine| (line.wait.p90_s, line.wait.median_s, line.issued);
            key(b).cmp(&key(a))
        });
        self.found.truncate(self.limit);
    }

    /// Worst first.
    pub fn finish(self, setup: &Setup, from: Date, to: Date) -> WorstHalfHours {
        WorstHalfHours {
            from,
            to,
            target_s: target_s(setup),
            half_hours: self.found,
        }
    }
}

/// Which tickets of a date are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WantedTickets {
    /// Issued in this half-hour.
    pub half_hour: Option<u8>,
    /// Issued for this service.
    pub service: Option<Service>,
    /// So many of the list are passed over.
    pub offset: usize,
    /// So many are told.
    pub limit: usize,
}

/// The tickets of a date, longest wait first. One not called yet waits until `as_of`.
pub fn tickets_of(
    setup: &Setup,
    date: Date,
    tickets: &[Ticket],
    wanted: WantedTickets,
    as_of: Timestamp,
) -> TicketsOfHalfHour {
    let mut found: Vec<TicketOfHalfHour> = tickets
        .iter()
        .filter(|ticket| {
            let slot = half_hour(ticket.issued_at, &setup.timezone);
            wanted.half_hour.is_none_or(|wanted| slot == wanted)
                && wanted
                    .service
                    .is_none_or(|service| ticket.issued_for == service)
        })
        .map(|ticket| listed(ticket, as_of))
        .collect();
    found.sort_by_key(|ticket| (std::cmp::Reverse(ticket.wait_s), ticket.id));
    TicketsOfHalfHour {
        date,
        half_hour: wanted.half_hour.map(half_hour_name),
        target_s: target_s(setup),
        total: u32::try_from(found.len()).unwrap_or(u32::MAX),
        tickets: found
            .into_iter()
            .skip(wanted.offset)
            .take(wanted.limit)
            .collect(),
    }
}

fn listed(ticket: &Ticket, as_of: Timestamp) -> TicketOfHalfHour {
    use crate::queue::ticket::Place;
    let called_at = ticket.first_called_at();
    let until = called_at.unwrap_or(match &ticket.place {
        Place::Cancelled { at, .. } => *at,
        Place::Waiting
        | Place::AtDesk { .. }
        | Place::Parked { .. }
        | Place::Finished { .. }
        | Place::NoShow { .. } => as_of,
    });
    TicketOfHalfHour {
        id: ticket.id.0,
        number: ticket.number.to_string(),
        service: ticket.issued_for,
        issued_at: ticket.issued_at,
        called_at,
        wait_s: seconds(ticket.issued_at, until),
        called: called_at.is_some(),
        state: state_of(ticket),
        out_of_turn: ticket.out_of_turn,
        transferred: ticket.transferred(),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn a_half_hour_is_named_by_its_beginning() {
        for slot in 0..HALF_HOURS {
            assert_eq!(half_hour_of(&half_hour_name(slot)), Some(slot));
        }
        assert_eq!(half_hour_name(19), "09:30");
        for wrong in ["9:30", "09:15", "24:00", ""] {
            assert_eq!(half_hour_of(wrong), None, "{wrong}");
        }
    }
}
