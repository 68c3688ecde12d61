//! What the standard wants kept of a centre's service beside its queue: evaluations (annex 1), mornings
//! (annex 2), notices (17.5).
//! Pure, like the queue's rules: time and actor are passed in, facts are folded, nothing is read or
//! written.
//!
//! Each subject is a file with its own facts, its own state and its own refusals; here they only
//! come together.

pub mod evaluations;
pub mod mornings;
pub mod notices;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use crate::queue::command::Actor;
use evaluations::{EvaluationEvent, EvaluationRejection, Evaluations};
use mornings::{MorningEvent, MorningRejection, Mornings};
use notices::{NoticeEvent, NoticeRejection, Notices};

/// What can happen around the quality of service.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "subject", content = "event", rename_all = "snake_case")]
pub enum QualityEvent {
    /// In the register of evaluations.
    Evaluation(EvaluationEvent),
    /// In the morning.
    Morning(MorningEvent),
    /// Around notices to customers.
    Notice(NoticeEvent),
}

/// A fact with where and when it stands in the journal.
#[derive(Debug, Clone, Copy)]
pub struct Noted<'a> {
    /// Its sequence, which names what it began.
    pub seq: u64,
    /// When.
    pub at: Timestamp,
    /// Who.
    pub actor: &'a Actor,
}

/// All of it as it stands. It is in every daily snapshot, so it holds what is asked for often and
/// leaves the rest to the journal.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Quality {
    /// The register of evaluations.
    pub evaluations: Evaluations,
    /// The mornings.
    pub mornings: Mornings,
    /// Notices to customers.
    pub notices: Notices,
}

/// Why a change was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum QualityRejection {
    /// Of the register of evaluations.
    #[error(transparent)]
    Evaluation(#[from] EvaluationRejection),
    /// Of the mornings.
    #[error(transparent)]
    Morning(#[from] MorningRejection),
    /// Of a notice.
    #[error(transparent)]
    Notice(#[from] NoticeRejection),
}

impl Quality {
    /// Whether a change may be made at a moment; `tz` makes dates local.
    ///
    /// # Errors
    /// The refusal.
    pub fn check(
        &self,
        now: Timestamp,
        tz: &TimeZone,
        event: &QualityEvent,
    ) -> Result<(), QualityRejection> {
        match event {
            QualityEvent::Evaluation(event) => self.evaluations.check(now, tz, event)?,
            QualityEvent::Morning(event) => self.mornings.check(now, tz, event)?,
            QualityEvent::Notice(event) => self.notices.check(now, tz, event)?,
        }
        Ok(())
    }

    /// Brings everything up to date with one fact. Never fails: it has happened.
    pub fn apply(&mut self, noted: Noted<'_>, event: &QualityEvent) {
        match event {
            QualityEvent::Evaluation(event) => self.evaluations.apply(noted, event),
            QualityEvent::Morning(event) => self.mornings.apply(noted, event),
            QualityEvent::Notice(event) => self.notices.apply(noted, event),
        }
    }
}
