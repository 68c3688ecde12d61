//! The print outbox: paper asked for and not yet confirmed. A durable job state comes before
//! each risk, so that after any accident it is known what may have come out.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::centre::Centre;
use super::event::JobId;
use super::selection;
use super::setup::Setup;
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
    /// When it was asked for; of a repeated job, when the first was.
    #[serde(default)]
    pub asked_at: Timestamp,
    /// A person asked for it.
    #[serde(default)]
    pub by_hand: bool,
    /// The job whose paper it repeats, where the daemon does so by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repeats: Option<JobId>,
}

/// A roll of paper in a kiosk's printer, as far as it can be known.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Roll {
    /// When somebody said that a full one was put in; until then its paper is not known.
    pub replaced_at: Option<Timestamp>,
    /// Tickets printed since.
    pub papers: u32,
}

impl Roll {
    pub(super) fn full(at: Timestamp) -> Self {
        Self {
            replaced_at: Some(at),
            papers: 0,
        }
    }

    /// A new one should lie ready: an eighth is left, some ten metres, before the printer's own sensor
    /// says so.
    pub fn near_end(&self, roll_tickets: u32) -> bool {
        self.left(roll_tickets)
            .is_some_and(|left| left <= roll_tickets / 8)
    }

    /// Tickets it still gives, where it is known to have been full.
    pub fn left(&self, roll_tickets: u32) -> Option<u32> {
        self.replaced_at
            .map(|_| roll_tickets.saturating_sub(self.papers))
    }
}

/// The kiosk shows a new number for this long, so its customer stands there.
pub const AT_KIOSK: SignedDuration = SignedDuration::from_secs(15);

/// When a queued job is given up. Paper nobody asked for by hand is of no use any more once its
/// ticket is called or over; for the moment that its customer still stands at the kiosk it is
/// printed all the same, or a press at an empty desk would leave them wondering.
pub fn over_at(setup: &Setup, centre: &Centre, job: &PrintJob) -> Timestamp {
    let wait = setup.paper_of(&job.kiosk).wait;
    let wait = match centre.tickets.get(&job.ticket) {
        Some(ticket) if job.by_hand || selection::is_waiting(ticket) => wait,
        Some(_) => wait.min(AT_KIOSK),
        None => SignedDuration::ZERO,
    };
    job.asked_at.saturating_add(wait).unwrap_or(job.asked_at)
}

/// Why it is given up.
pub(super) fn over_because(centre: &Centre, job: &PrintJob) -> &'static str {
    match centre.tickets.get(&job.ticket) {
        Some(ticket) if job.by_hand || selection::is_waiting(ticket) => {
            "not printed in time: its customer has the number from the screen"
        }
        Some(_) | None => "not printed in time: the ticket no longer waits",
    }
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

    pub(super) fn queue(&mut self, job: PrintJob) {
        self.jobs_queued = self.jobs_queued.max(job.job.0);
        self.jobs.insert(job.job, job);
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
