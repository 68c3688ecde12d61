//! What the standard wants kept of a centre's service beside its queue: evaluations (annex 1), mornings
//! (annex 2), notices (17.5), feedback and complaints (clause 29) with the messages that tell of them,
//! technical failures (A2/2/4), the survey of customers, signatures under quarters (A1.12).
//! Pure, like the queue's rules: time and actor are passed in, facts are folded, nothing is read or
//! written.
//!
//! Each subject is a file with its own facts, its own state and its own refusals; here they only
//! come together.

pub mod evaluations;
pub mod feedback;
pub mod incidents;
pub mod messages;
pub mod mornings;
pub mod notices;
pub mod signing;
pub mod survey;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use crate::queue::command::Actor;
use evaluations::{EvaluationEvent, EvaluationRejection, Evaluations};
use feedback::{FeedbackBook, FeedbackEvent, FeedbackRejection, Telling};
use incidents::{IncidentEvent, IncidentRejection, Incidents};
use messages::{About, Ended, MessageEvent, MessageRejection, Outbox};
use mornings::{MorningEvent, MorningRejection, Mornings};
use notices::{NoticeEvent, NoticeRejection, Notices};
use signing::{Signatures, SigningEvent, SigningRejection};
use survey::{Survey, SurveyEvent, SurveyRejection};

/// What can happen around the quality of service.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "subject", content = "event", rename_all = "snake_case")]
pub enum QualityEvent {
    /// In the register of evaluations.
    Evaluation(EvaluationEvent),
    /// In the morning.
    Morning(MorningEvent),
    /// Under a quarter.
    Signing(SigningEvent),
    /// In the survey of customers.
    Survey(SurveyEvent),
    /// Around notices to customers.
    Notice(NoticeEvent),
    /// Around feedback and complaints.
    Feedback(FeedbackEvent),
    /// Around technical failures.
    Incident(IncidentEvent),
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
    /// Signatures under quarters.
    pub signatures: Signatures,
    /// The survey of customers.
    pub survey: Survey,
    /// Notices to customers.
    pub notices: Notices,
    /// Feedback and complaints.
    pub feedback: FeedbackBook,
    /// Technical failures.
    pub incidents: Incidents,
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
    /// Of a signature.
    #[error(transparent)]
    Signing(#[from] SigningRejection),
    /// Of the survey.
    #[error(transparent)]
    Survey(#[from] SurveyRejection),
    /// Of a notice.
    #[error(transparent)]
    Notice(#[from] NoticeRejection),
    /// Of feedback.
    #[error(transparent)]
    Feedback(#[from] FeedbackRejection),
    /// Of a technical failure.
    #[error(transparent)]
    Incident(#[from] IncidentRejection),
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
            QualityEvent::Signing(event) => self.signatures.check(now, event)?,
            QualityEvent::Survey(event) => self.survey.check(event)?,
            QualityEvent::Notice(event) => self.notices.check(now, tz, event)?,
            QualityEvent::Feedback(event) => self.feedback.check(now, event)?,
            QualityEvent::Incident(event) => self.incidents.check(now, tz, event)?,
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

    /// The local dates on which quarters were signed, with the quarter: each is the evaluation by the
    /// queue system of row 12.
    pub fn signed(&self, tz: &TimeZone) -> Vec<(Date, String)> {
        let signatures = self.signatures.iter();
        signatures
            .map(|(_, signature)| {
                let date = signature.signed_at.to_zoned(tz.clone()).date();
                (date, signature.under.quarter.clone())
            })
            .collect()
    }

    /// A local date began.
    pub fn begin_day(&mut self, date: Date) {
        self.evaluations.begin_day(date);
        self.survey.begin_day(date);
    }

    /// Brings everything up to date with one fact. Never fails: it has happened.
    pub fn apply(&mut self, noted: Noted<'_>, event: &QualityEvent) {
        match event {
            QualityEvent::Evaluation(event) => self.evaluations.apply(noted, event),
            QualityEvent::Morning(event) => self.mornings.apply(noted, event),
            QualityEvent::Notice(event) => self.notices.apply(noted, event),
            QualityEvent::Signing(event) => self.signatures.apply(noted, event),
            QualityEvent::Survey(event) => self.survey.apply(noted, event),
            QualityEvent::Feedback(event) => self.feedback.apply(noted, event),
            QualityEvent::Incident(event) => self.incidents.apply(noted, event),
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
            .chain(
                self.incidents
                    .untold()
                    .map(|(id, news)| About::Incident { id, news }),
            )
    }

    fn is_to_tell(&self, about: About) -> bool {
        match about {
            About::Feedback { id } => {
                let entry = self.feedback.entries.get(&id);
                entry.is_some_and(|entry| entry.telling == Telling::Nobody)
            }
            About::Incident { id, news } => self.incidents.untold().any(|it| it == (id, news)),
        }
    }

    fn tell(&mut self, about: About, telling: Telling) {
        match about {
            About::Feedback { id } => self.feedback.tell(id, telling),
            About::Incident { id, news } => self.incidents.tell(id, news, telling),
        }
    }
}

/// What a closed quarter's journal need not say for ever. What the standard wants kept stays: results
/// of evaluations and signatures.
impl Quality {
    /// Who noted what.
    pub fn clear_names(&mut self) {
        self.evaluations.clear_names();
        self.signatures.clear_names();
        self.mornings.clear_names();
        self.notices.clear_names();
        self.feedback.clear_names();
        self.incidents.clear_names();
    }

    /// What people remarked.
    pub fn clear_words(&mut self) {
        self.mornings.clear_words();
        self.feedback.clear_words();
        self.incidents.clear_words();
    }
}

impl QualityEvent {
    /// What people remarked.
    pub fn clear_words(&mut self) {
        match self {
            Self::Morning(event) => event.clear_words(),
            Self::Survey(event) => event.clear_words(),
            Self::Feedback(event) => event.clear_words(),
            Self::Incident(event) => event.clear_words(),
            // What was posted was public.
            Self::Evaluation(_) | Self::Signing(_) | Self::Notice(_) | Self::Message(_) => {}
        }
    }
}
