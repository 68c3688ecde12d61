//! Single tickets and dates for the web: today's from what is published, older ones and what
//! happened from the journal, which is entered where the rollups say that the date begins.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use jiff::civil::Date;
use jiff::{Timestamp, ToSpan};

use crate::clock::Clock;
use crate::engine::handle::EngineHandle;
use crate::journal::record::Record;
use crate::journal::state::State;
use crate::journal::{read_days, read_near};
use crate::metrics::Metrics;
use crate::quality::feedback::Entry;
use crate::queue::catalogue::Service;
use crate::queue::setup::Setup;
use crate::queue::ticket::{Ticket, TicketId};
use crate::report::halves::{Worst, WorstHalfHours, figures_of};
use crate::report::{DayLog, Eyes, MyDay, Story, feedback_of, my_day, story};
use crate::web::ports::{History, Looked, ReportError};

/// What is needed to look back.
#[derive(Clone)]
pub struct Past {
    /// The data directory.
    pub data: PathBuf,
    /// The rollups; without them only today is known.
    pub metrics: Option<Arc<Metrics>>,
    /// The set-up.
    pub setup: Arc<Setup>,
    /// For the moment of the figures.
    pub clock: Arc<dyn Clock>,
    /// For what is durable.
    pub engine: EngineHandle,
}

/// The past as it stands at one moment.
struct Look {
    past: Past,
    state: Arc<State>,
    now: Timestamp,
}

impl Past {
    /// Looks on a thread of its own: sled and the journal read from the disk.
    fn look<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Look) -> Result<T, ReportError> + Send + 'static,
    ) -> Looked<'_, T> {
        let look = Look {
            past: self.clone(),
            state: self.engine.published().state.clone(),
            now: self.clock.now(),
        };
        Box::pin(async move {
            tokio::task::spawn_blocking(move || work(&look))
                .await
                .map_err(unreadable)?
        })
    }
}

impl Look {
    fn metrics(&self) -> Result<&Metrics, ReportError> {
        let metrics = self.past.metrics.as_deref();
        metrics.ok_or_else(|| unreadable("the metrics are not open"))
    }

    fn date_of(&self, ticket: TicketId) -> Result<Option<Date>, ReportError> {
        if let Some(ticket) = self.state.centre.tickets.get(&ticket) {
            return Ok(Some(ticket.date));
        }
        if self.state.centre.tickets_issued < ticket.0 {
            return Ok(None);
        }
        self.metrics()?.date_of(ticket).map_err(unreadable)
    }

    fn tickets(&self, date: Date) -> Result<Vec<Ticket>, ReportError> {
        if self.state.centre.date == Some(date) {
            return Ok(self.state.centre.tickets.values().cloned().collect());
        }
        // Without them nobody knows where the date begins: that is no date without tickets.
        self.metrics()?;
        let told = self.log(date)?.map(|log| log.tickets());
        let mut tickets: Vec<Ticket> = told.unwrap_or_default().into_values().collect();
        tickets.sort_by_key(|ticket| (ticket.number.series, ticket.number.number));
        Ok(tickets)
    }

    /// The events of a date. Damaged records are passed over: what is left is told.
    fn log(&self, date: Date) -> Result<Option<DayLog>, ReportError> {
        let data = &self.past.data;
        let begun = match &self.past.metrics {
            Some(metrics) => metrics.begun(date).map_err(unreadable)?,
            None => None,
        };
        if let Some(beginning) = begun {
            let records = read_near(data, beginning.seq).map_err(unreadable)?;
            return Ok(DayLog::read(date, records.flatten()));
        }
        if self.state.centre.date != Some(date) {
            return Ok(None);
        }
        let from = date.checked_sub(1.day()).unwrap_or(date);
        let to = date.checked_add(2.days()).unwrap_or(date);
        let records = read_days(data, &self.past.setup.timezone, from..to).map_err(unreadable)?;
        Ok(DayLog::read(date, records.flatten()))
    }
}

impl History for Past {
    fn story(&self, ticket: TicketId, eyes: Eyes) -> Looked<'_, Option<Story>> {
        self.look(move |look| {
            let Some(date) = look.date_of(ticket)? else {
                return Ok(None);
            };
            let log = look.log(date)?;
            Ok(log.and_then(|log| story(&look.past.setup, &log, ticket, eyes)))
        })
    }

    fn tickets(&self, date: Date) -> Looked<'_, Vec<Ticket>> {
        self.look(move |look| look.tickets(date))
    }

    fn worst(
        &self,
        from: Date,
        to: Date,
        service: Option<Service>,
        limit: usize,
    ) -> Looked<'_, WorstHalfHours> {
        self.look(move |look| {
            let setup = &look.past.setup;
            let mut worst = Worst::new(service, limit);
            let today = look.state.centre.date;
            let mut days = BTreeMap::new();
            if (Some(from), Some(to)) != (today, today) {
                let end = to.tomorrow().unwrap_or(to);
                days = look.metrics()?.services(from..end).map_err(unreadable)?;
            }
            // What is published of today may be ahead of the rollups.
            if let Some(today) = today.filter(|date| (from..=to).contains(date)) {
                let tickets = look.state.centre.tickets.values();
                days.insert(today, figures_of(setup, tickets));
            }
            for (date, day) in &days {
                worst.add(setup, *date, day);
            }
            Ok(worst.finish(setup, from, to))
        })
    }

    fn records(&self, seqs: Vec<u64>) -> Looked<'_, Vec<Record>> {
        self.look(move |look| {
            let mut found = Vec::new();
            for seq in seqs {
                let mut records = read_near(&look.past.data, seq).map_err(unreadable)?;
                let record = records.next().and_then(Result::ok);
                found.extend(record.filter(|record| record.seq == seq));
            }
            Ok(found)
        })
    }

    fn my_day(&self, date: Date, login: String) -> Looked<'_, Option<MyDay>> {
        self.look(move |look| {
            let log = look.log(date)?;
            Ok(log.map(|log| my_day(&log, &login, look.now)))
        })
    }

    fn feedback(&self, from: Date, to: Date) -> Looked<'_, BTreeMap<u64, Entry>> {
        self.look(move |look| {
            let tz = &look.past.setup.timezone;
            // It may be entered, decided and settled on any later date.
            let records = read_days(&look.past.data, tz, from..Date::MAX).map_err(unreadable)?;
            let mut entries = feedback_of(records.flatten()).entries;
            entries.retain(|_, entry| (from..=to).contains(&entry.feedback.received_on));
            Ok(entries)
        })
    }
}

fn unreadable(error: impl std::fmt::Display) -> ReportError {
    ReportError::Unreadable(error.to_string())
}
