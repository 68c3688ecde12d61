//! The print outbox: paper asked for and not yet confirmed. A durable job state comes before
//! each risk, so that after any accident it is known what may have come out.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::event::{JobId, PrintOrder};
use super::ticket::TicketId;

/// How a job stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum JobState {
    /// Not yet given to the printer.
    Queued,
    /// Given to the printer since; paper may come out at any moment.
    Sending {
        /// Since when.
        since: Timestamp,
    },
    /// Confirmed by the printer.
    Printed {
        /// When.
        at: Timestamp,
    },
    /// No paper came out.
    Failed {
        /// When.
        at: Timestamp,
        /// Cause.
        why: String,
    },
    /// Paper may have come out.
    Unknown {
        /// When.
        at: Timestamp,
        /// Cause.
        why: String,
    },
}

/// One paper of one ticket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PrintJob {
    /// Identity.
    pub job: JobId,
    /// Ticket.
    pub ticket: TicketId,
    /// Kiosk that prints.
    pub kiosk: String,
    /// Every paper of a ticket after the first says KOPIJA.
    pub copy: bool,
    /// State.
    pub state: JobState,
}

/// Today's jobs.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Outbox {
    /// Jobs ever queued; the next id is one more.
    pub jobs_queued: u64,
    /// Today's jobs, finished ones included.
    pub jobs: BTreeMap<JobId, PrintJob>,
}

impl Outbox {
    /// The next job for a kiosk's printer, oldest first; one at a time.
    pub fn next_for(&self, kiosk: &str) -> Option<&PrintJob> {
        self.jobs
            .values()
            .find(|job| job.kiosk == kiosk && job.state == JobState::Queued)
    }

    /// Jobs of a kiosk whose end is not known yet.
    pub fn open_for<'a>(&'a self, kiosk: &'a str) -> impl Iterator<Item = &'a PrintJob> {
        self.jobs.values().filter(move |job| {
            job.kiosk == kiosk && matches!(job.state, JobState::Queued | JobState::Sending { .. })
        })
    }

    /// The newest job of a ticket.
    pub fn newest_of(&self, ticket: TicketId) -> Option<&PrintJob> {
        self.jobs.values().rev().find(|job| job.ticket == ticket)
    }

    pub(super) fn queue(&mut self, order: &PrintOrder, ticket: TicketId, copy: bool) {
        self.jobs_queued = self.jobs_queued.max(order.job.0);
        self.jobs.insert(
            order.job,
            PrintJob {
                job: order.job,
                ticket,
                kiosk: order.kiosk.clone(),
                copy,
                state: JobState::Queued,
            },
        );
    }

    pub(super) fn sending(&mut self, job: JobId, at: Timestamp) {
        self.set(job, JobState::Sending { since: at });
    }

    pub(super) fn printed(&mut self, job: JobId, at: Timestamp) {
        self.set(job, JobState::Printed { at });
    }

    pub(super) fn failed(&mut self, job: JobId, at: Timestamp, why: &str) {
        let why = why.to_owned();
        self.set(job, JobState::Failed { at, why });
    }

    pub(super) fn unknown(&mut self, job: JobId, at: Timestamp, why: &str) {
        let why = why.to_owned();
        self.set(job, JobState::Unknown { at, why });
    }

    /// Paper for yesterday's tickets is of no use to anybody.
    pub(super) fn begin_day(&mut self) {
        self.jobs.clear();
    }

    fn set(&mut self, job: JobId, state: JobState) {
        if let Some(job) = self.jobs.get_mut(&job) {
            job.state = state;
        }
    }
}
