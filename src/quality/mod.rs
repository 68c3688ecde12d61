//! What the standard wants kept of a centre's service beside its queue: evaluations (annex 1), mornings
//! (annex 2), feedback and complaints (clause 29) and the messages that tell of them.
//! Pure, like the queue's rules: time and actor are passed in, facts are folded, nothing is read or
//! written.
//!
//! Each subject is a file with its own facts, its own state and its own refusals; here they only
//! come together.

pub mod evaluations;
pub mod feedback;
pub mod messages;
pub mod mornings;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use crate::queue::command::Actor;
use evaluations::{EvaluationEvent, EvaluationRejection, Evaluations};
use feedback::{FeedbackBook, FeedbackEvent, FeedbackRejection, Telling};
use messages::{About, Ended, MessageEvent, MessageRejection, Outbox};
use mornings::{MorningEvent, MorningRejection, Mornings};

/// What can happen around the quality of service.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "subject", content = "event", rename_all = "snake_case")]
pub enum QualityEvent {
    /// In the register of evaluations.
    Evaluation(EvaluationEvent),
    /// In the morning.
    Morning(MorningEvent),
    /// Around feedback and complaints.
    Feedback(FeedbackEvent),
    /// In the outbox of messages.
    Message(MessageEvent),
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
    /// Feedback and complaints.
    pub feedback: FeedbackBook,
    /// What is still to be told.
    pub outbox: Outbox,
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
    /// Of feedback.
    #[error(transparent)]
    Feedback(#[from] FeedbackRejection),
    /// Of the outbox.
    #[error(transparent)]
    Message(#[from] MessageRejection),
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
            QualityEvent::Feedback(event) => self.feedback.check(now, event)?,
            QualityEvent::Message(event) => {
                self.outbox.check(event)?;
                if let MessageEvent::Queued { about, .. } = event
                    && !self.is_to_tell(*about)
                {
                    return Err(MessageRejection::NothingToTell.into());
                }
            }
        }
        Ok(())
    }

    /// Brings everything up to date with one fact. Never fails: it has happened.
    pub fn apply(&mut self, noted: Noted<'_>, event: &QualityEvent) {
        match event {
            QualityEvent::Evaluation(event) => self.evaluations.apply(noted, event),
            QualityEvent::Morning(event) => self.mornings.apply(noted, event),
            QualityEvent::Feedback(event) => self.feedback.apply(noted, event),
            QualityEvent::Message(event) => {
                if let MessageEvent::Queued { about, .. } = event {
                    self.tell(*about, Telling::Waiting { since: noted.at });
                }
                match self.outbox.apply(noted, event) {
                    Some((about, Ended::Sent)) => self.tell(about, Telling::Told { at: noted.at }),
                    Some((about, Ended::GivenUp)) => {
                        self.tell(about, Telling::GivenUp { at: noted.at });
                    }
                    None => {}
                }
            }
        }
    }

    /// What is to be told and has no message yet.
    pub fn untold(&self) -> impl Iterator<Item = About> {
        let entries = self.feedback.entries.iter();
        entries
            .filter(|(_, entry)| entry.telling == Telling::Nobody)
            .map(|(id, _)| About::Feedback { id: *id })
    }

    fn is_to_tell(&self, about: About) -> bool {
        match about {
            About::Feedback { id } => {
                let entry = self.feedback.entries.get(&id);
                entry.is_some_and(|entry| entry.telling == Telling::Nobody)
            }
        }
    }

    fn tell(&mut self, about: About, telling: Telling) {
        match about {
            About::Feedback { id } => self.feedback.tell(id, telling),
        }
    }
}
