//! What happened on one date, in order, as the journal has it.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;

use crate::journal::record::{Fact, Record};
use crate::queue::centre::Centre;
use crate::queue::command::Actor;
use crate::queue::event::{Event, Happened};
use crate::queue::ticket::{Ticket, TicketId};

/// One event with who asked for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Who.
    pub actor: Actor,
    /// What and when.
    pub happened: Happened,
}

/// The events of one date, from the record that began it to the one that began the next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DayLog {
    /// The date.
    pub date: Date,
    entries: Vec<Entry>,
}

impl DayLog {
    /// Takes the events of a date from records that begin at or before it; `None` where the date
    /// never began. Reading stops with the next date.
    pub fn read(date: Date, records: impl IntoIterator<Item = Record>) -> Option<Self> {
        let mut entries: Vec<Entry> = Vec::new();
        for record in records {
            let Fact::Queue(event) = record.fact else {
                continue;
            };
            let begins = begun_by(&event);
            if entries.is_empty() && begins != Some(date) {
                continue;
            }
            let ends = begins.is_some_and(|begun| begun != date);
            entries.push(Entry {
                actor: record.actor,
                happened: Happened {
                    seq: record.seq,
                    at: record.at,
                    event,
                },
            });
            if ends {
                break;
            }
        }
        (!entries.is_empty()).then_some(Self { date, entries })
    }

    /// Shows each event with the centre before it, oldest first; gives the centre after the last.
    pub fn walk(&self, mut look: impl FnMut(&Centre, &Entry)) -> Centre {
        let mut centre = Centre::default();
        for entry in &self.entries {
            look(&centre, entry);
            centre.apply(&entry.happened);
        }
        centre
    }

    /// When the next date began, if it has.
    pub fn ended_at(&self) -> Option<Timestamp> {
        let last = &self.entries.last()?.happened;
        begun_by(&last.event)
            .is_some_and(|date| date != self.date)
            .then_some(last.at)
    }

    /// The date's tickets as they stand after its last event.
    pub fn tickets(&self) -> BTreeMap<TicketId, Ticket> {
        let mut tickets = BTreeMap::new();
        let after = self.walk(|before, entry| {
            if let Event::DayBegan {
                unserved,
                unfinished,
                ..
            } = &entry.happened.event
            {
                tickets = before.tickets.clone();
                for ticket in before.closed_by_day(entry.happened.at, unserved, unfinished) {
                    tickets.insert(ticket.id, ticket);
                }
            }
        });
        if self.ended_at().is_none() {
            tickets = after.tickets;
        }
        tickets
    }
}

fn begun_by(event: &Event) -> Option<Date> {
    if let Event::DayBegan { date, .. } = event {
        Some(*date)
    } else {
        None
    }
}
