//! A journal written date by date, for tickets that came about elsewhere: the same records, turns
//! of the quarter and snapshots as the daemon's.

use std::path::Path;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::append::{Journal, JournalError, snapshot_record};
use super::quarter::Quarter;
use super::record::{Fact, Record};
use super::state::State;
use crate::queue::command::Actor;
use crate::queue::event::Event;
use crate::queue::ticket::{Place, TicketId};

/// Records kept back before they are written with one sync.
const BATCH_RECORDS: usize = 20_000;

/// Writes the dates of a journal, oldest first.
pub struct DateWriter {
    journal: Journal,
    state: State,
    tz: TimeZone,
    quarter: Option<Quarter>,
    batch: Vec<Record>,
}

impl DateWriter {
    /// Opens the journal below a data directory, making it if need be.
    ///
    /// # Errors
    /// As [`Journal::open`].
    pub fn open(data: &Path, tz: &TimeZone) -> Result<Self, JournalError> {
        let (journal, opened) = Journal::open(data, tz.clone(), &mut |_, _| {})?;
        Ok(Self {
            journal,
            state: opened.state,
            tz: tz.clone(),
            quarter: None,
            batch: Vec::new(),
        })
    }

    /// The state after everything that happened so far.
    pub fn state(&self) -> &State {
        &self.state
    }

    /// Begins a date, with a snapshot, and closes what the date before left open. Seals the quarter
    /// before where a new one begins.
    ///
    /// # Errors
    /// As [`Journal::append`].
    pub fn begin(&mut self, date: Date, at: Timestamp) -> Result<(), JournalError> {
        let quarter = Quarter::at(at, &self.tz);
        if self.quarter != Some(quarter) || self.batch.len() >= BATCH_RECORDS {
            self.flush()?;
        }
        self.quarter = Some(quarter);
        if self.journal.rotation_due(at) {
            let rotated = self.journal.rotate(at, &self.state)?;
            for record in &rotated.records {
                self.state.apply(record);
            }
        }
        let tickets = self.state.centre.tickets.values();
        let ids = |wanted: fn(&Place) -> bool| -> Vec<TicketId> {
            let left = tickets.clone().filter(|ticket| wanted(&ticket.place));
            left.map(|ticket| ticket.id).collect()
        };
        let began = Event::DayBegan {
            date,
            unserved: ids(|place| matches!(place, Place::Waiting | Place::Parked { .. })),
            unfinished: ids(|place| matches!(place, Place::AtDesk { .. })),
        };
        self.happen(at, Actor::Rinda, began);
        let snapshot = snapshot_record(&self.state, at);
        self.state.seq = snapshot.seq;
        self.batch.push(snapshot);
        Ok(())
    }

    /// Something happened on the date begun last.
    pub fn happen(&mut self, at: Timestamp, actor: Actor, event: Event) {
        let record = Record {
            seq: self.state.seq + 1,
            at,
            actor,
            request: None,
            fact: Fact::Queue(event),
        };
        self.state.apply(&record);
        self.batch.push(record);
    }

    /// Puts everything on the disk.
    ///
    /// # Errors
    /// As [`Journal::append`].
    pub fn flush(&mut self) -> Result<(), JournalError> {
        self.journal.append(&self.batch)?;
        self.batch.clear();
        Ok(())
    }
}
