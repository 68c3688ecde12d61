//! What must hold on a disk the power cut left, whoever reads it.

use std::collections::{BTreeMap, BTreeSet};

use rinda::journal::record::{Fact, Record};
use rinda::queue::event::Event;

use crate::daemon_run::Story;
use crate::exchange::Told;

/// What a journal says of tickets, by ticket.
#[derive(Debug, Default)]
pub struct Found {
    pub numbers: BTreeMap<u64, String>,
    pub calls: BTreeMap<u64, u64>,
    pub finishes: BTreeSet<u64>,
    /// Keys of requests, as their senders wrote them.
    pub keys: BTreeSet<String>,
}

/// The idempotency key of a record as its sender wrote it, without the sender's name.
pub fn key_of(record: &Record) -> Option<&str> {
    let (_, key) = record.request.as_ref()?.key.rsplit_once(':')?;
    Some(key)
}

impl Found {
    /// Reads a journal's records.
    ///
    /// # Errors
    /// Names whatever is there twice.
    pub fn read(records: &[Record]) -> Result<Self, String> {
        let mut found = Self::default();
        let mut numbers = BTreeSet::new();
        let mut last = 0;
        for record in records {
            if record.seq <= last {
                return Err(format!("record {} comes after {last}", record.seq));
            }
            last = record.seq;
            found.keys.extend(key_of(record).map(str::to_owned));
            let Fact::Queue(event) = &record.fact else {
                continue;
            };
            if let Event::TicketIssued { number, date, .. } = event
                && !numbers.insert((*date, *number))
            {
                return Err(format!("number {number} twice"));
            }
            found.take(event)?;
        }
        Ok(found)
    }

    /// Nobody is sent on or put back in the recorded run, so everything happens to a ticket once.
    #[allow(clippy::wildcard_enum_match_arm)] // Only what an answer tells is compared.
    fn take(&mut self, event: &Event) -> Result<(), String> {
        let once = match event {
            Event::TicketIssued { ticket, number, .. } => {
                self.numbers.insert(ticket.0, number.to_string()).is_none()
            }
            Event::TicketCalled { ticket, desk, .. } => {
                self.calls.insert(ticket.0, u64::from(desk.0)).is_none()
            }
            Event::TicketFinished { ticket, .. } => self.finishes.insert(ticket.0),
            _ => true,
        };
        if once {
            Ok(())
        } else {
            Err(format!("twice: {event:?}"))
        }
    }

    /// Compares with what had been told before a cut after so many operations.
    ///
    /// # Errors
    /// Names what was told and is not there.
    pub fn holds_what_was_told(&self, story: &Story, cut: usize) -> Result<(), String> {
        for exchange in &story.exchanges {
            let Some(answer) = exchange.answered_by(cut) else {
                continue;
            };
            for told in &answer.told {
                if !self.holds(told) {
                    return Err(format!("{} told {told:?}: lost", exchange.request));
                }
            }
            if let Some(key) = &exchange.key
                && answer.status < 300
                && !exchange.request.contains("/simulated/")
                && !self.keys.contains(key)
            {
                return Err(format!("{} under {key}: lost", exchange.request));
            }
        }
        Ok(())
    }

    fn holds(&self, told: &Told) -> bool {
        match told {
            Told::Ticket { id, number } => self.numbers.get(id) == Some(number),
            Told::Call { id, desk } => self
                .calls
                .get(id)
                .is_some_and(|called| desk.is_none_or(|desk| desk == *called)),
            Told::Finish { id } => self.finishes.contains(id),
        }
    }

    /// Compares what is there with what had been asked before a cut after so many operations: beyond
    /// what was answered there is only what was in flight.
    ///
    /// # Errors
    /// Names a key that is there although its request came only later.
    pub fn holds_only_what_was_asked(&self, story: &Story, cut: usize) -> Result<(), String> {
        let keys = |asked: bool| {
            let exchanges = story.exchanges.iter();
            exchanges
                .filter(move |exchange| (exchange.heard <= cut) == asked)
                .filter_map(|exchange| exchange.key.as_deref())
        };
        let asked: BTreeSet<&str> = keys(true).collect();
        let odd = keys(false).find(|key| self.keys.contains(*key) && !asked.contains(key));
        odd.map_or(Ok(()), |key| Err(format!("{key} was not asked for yet")))
    }
}
