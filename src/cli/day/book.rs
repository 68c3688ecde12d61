//! What the simulator did, ticket by ticket: the other side of the comparison with the report.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Deserialize;

use super::people::Customer;

/// A ticket as `GET /api/v1/tickets` tells it.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Found {
    pub id: u64,
    pub issued_for: u8,
    pub state: String,
    pub issued_at: Timestamp,
    pub first_called_at: Option<Timestamp>,
    pub out_of_turn: bool,
    pub transferred: bool,
}

/// How a visit ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    Finished,
    NoShow,
    Cancelled,
}

/// A ticket in the book.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    /// Service it was issued for: figures are counted on it.
    pub issued_for: u8,
    pub issued_at: Timestamp,
    pub first_called_at: Option<Timestamp>,
    pub out_of_turn: bool,
    pub transferred: bool,
    pub end: Option<End>,
    /// The customer who holds it.
    pub holder: Customer,
    /// Issued by this day, and not found in the demo.
    pub own: bool,
}

/// Counts of one service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Counts {
    pub issued: i64,
    pub called: i64,
    pub finished: i64,
    pub no_show: i64,
    pub cancelled: i64,
    pub transferred: i64,
    pub out_of_turn: i64,
}

impl Counts {
    /// The counts with their names, in the order of the table.
    pub(super) fn rows(&self) -> [(&'static str, i64); 7] {
        [
            ("issued", self.issued),
            ("called", self.called),
            ("finished", self.finished),
            ("no-show", self.no_show),
            ("cancelled", self.cancelled),
            ("transferred", self.transferred),
            ("out of turn", self.out_of_turn),
        ]
    }

    pub(super) fn add(&mut self, other: &Self) {
        self.issued += other.issued;
        self.called += other.called;
        self.finished += other.finished;
        self.no_show += other.no_show;
        self.cancelled += other.cancelled;
        self.transferred += other.transferred;
        self.out_of_turn += other.out_of_turn;
    }
}

/// Everything done so far.
#[derive(Debug, Default)]
pub(super) struct Book {
    pub tickets: BTreeMap<u64, Entry>,
    /// By service of issue.
    pub counts: BTreeMap<u8, Counts>,
    /// Finished by desk.
    pub at_desks: BTreeMap<u16, i64>,
    /// Calls, those of transferred customers included.
    pub calls: i64,
    /// Tickets taken by others while the day ran.
    pub strangers: i64,
    /// Nobody comes any more.
    pub all_came: bool,
}

impl Book {
    /// A ticket that was there before.
    pub(super) fn found(&mut self, ticket: &Found) {
        let end = match ticket.state.as_str() {
            "finished" => Some(End::Finished),
            "no_show" => Some(End::NoShow),
            "cancelled" => Some(End::Cancelled),
            _ => None,
        };
        self.tickets.insert(
            ticket.id,
            Entry {
                issued_for: ticket.issued_for,
                issued_at: ticket.issued_at,
                first_called_at: ticket.first_called_at,
                out_of_turn: ticket.out_of_turn,
                transferred: ticket.transferred,
                end,
                holder: Customer::stranger(ticket.issued_for),
                own: false,
            },
        );
    }

    pub(super) fn issued(&mut self, id: u64, at: Timestamp, holder: Customer) {
        self.counts.entry(holder.service).or_default().issued += 1;
        let entry = Entry {
            issued_for: holder.service,
            issued_at: at,
            first_called_at: None,
            out_of_turn: false,
            transferred: false,
            end: None,
            holder,
            own: true,
        };
        self.tickets.insert(id, entry);
    }

    /// A call; the ticket as it was before it.
    pub(super) fn called(&mut self, id: u64, at: Timestamp) -> Option<Entry> {
        self.calls += 1;
        let entry = self.tickets.get_mut(&id)?;
        let before = entry.clone();
        if entry.first_called_at.is_none() {
            entry.first_called_at = Some(at);
            self.counts.entry(entry.issued_for).or_default().called += 1;
        }
        Some(before)
    }

    pub(super) fn marked_out_of_turn(&mut self, id: u64) {
        if let Some(entry) = self.tickets.get_mut(&id)
            && !std::mem::replace(&mut entry.out_of_turn, true)
        {
            self.counts.entry(entry.issued_for).or_default().out_of_turn += 1;
        }
    }

    /// Sent on: one ticket is counted once however often.
    pub(super) fn transferred(&mut self, id: u64) {
        if let Some(entry) = self.tickets.get_mut(&id)
            && !std::mem::replace(&mut entry.transferred, true)
        {
            self.counts.entry(entry.issued_for).or_default().transferred += 1;
        }
    }

    pub(super) fn ended(&mut self, id: u64, end: End) {
        if let Some(entry) = self.tickets.get_mut(&id) {
            entry.end = Some(end);
            let counts = self.counts.entry(entry.issued_for).or_default();
            match end {
                End::Finished => counts.finished += 1,
                End::NoShow => counts.no_show += 1,
                End::Cancelled => counts.cancelled += 1,
            }
        }
    }

    pub(super) fn finished_at(&mut self, id: u64, desk: u16) {
        *self.at_desks.entry(desk).or_default() += 1;
        self.ended(id, End::Finished);
    }

    /// Nobody comes any more and everybody who came is done.
    pub(super) fn is_over(&self) -> bool {
        self.all_came
            && self
                .tickets
                .values()
                .all(|entry| !entry.own || entry.end.is_some())
    }

    /// Over all services.
    pub(super) fn total(&self) -> Counts {
        let mut total = Counts::default();
        for counts in self.counts.values() {
            total.add(counts);
        }
        total
    }

    /// Waits until the first call in whole seconds, ascending; of a service or of all. Tickets
    /// found in the demo are among them, as they are in the report.
    pub(super) fn waits_s(&self, service: Option<u8>) -> Vec<i64> {
        let of = |entry: &&Entry| service.is_none_or(|service| service == entry.issued_for);
        let mut waits: Vec<i64> = self
            .tickets
            .values()
            .filter(of)
            .filter_map(|entry| Some(entry.first_called_at?.duration_since(entry.issued_at)))
            .map(|wait| wait.as_secs())
            .collect();
        waits.sort_unstable();
        waits
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_ticket_is_called_and_sent_on_once_however_often() {
        let at = |s: i64| Timestamp::from_second(1_795_000_000 + s).unwrap();
        let mut book = Book::default();
        book.issued(5, at(0), Customer::stranger(2));
        book.all_came = true;
        assert!(!book.is_over());
        book.called(5, at(7));
        book.transferred(5);
        book.called(5, at(20));
        book.finished_at(5, 3);
        let total = book.total();
        assert_eq!((total.called, total.transferred, total.finished), (1, 1, 1));
        assert_eq!((book.calls, book.waits_s(Some(2))), (2, vec![7]));
        assert!(book.is_over());
    }
}
