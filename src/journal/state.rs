//! Everything the daemon remembers, rebuilt from the journal one record at a time.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::quarter::Quarter;
use super::record::{Fact, Record, Redaction};
use crate::access::Register;
use crate::quality::{Noted, Quality};
use crate::queue::centre::Centre;
use crate::queue::event::{Event, Happened};
use crate::queue::retention::FieldClass;

/// How long before local midnight an answered request may lie and still be answered alike after
/// it. Within a day every answer is kept.
pub const ANSWER_KEPT_OVER_MIDNIGHT: SignedDuration = SignedDuration::from_mins(10);

/// What a keyed request led to, so that its repeat gets the same answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Answer {
    /// Hash of the command.
    pub fingerprint: u64,
    /// When it was answered, by the clock as it stands since its last step.
    pub at: Timestamp,
    /// The facts it led to.
    pub records: Vec<Record>,
}

/// The whole state after some record.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct State {
    /// Sequence of the last record applied.
    pub seq: u64,
    /// The queue.
    pub centre: Centre,
    /// Accounts, devices, sessions.
    pub register: Register,
    /// What is kept of the quality of service; shared, as the state is copied with each batch.
    #[serde(default)]
    pub quality: Arc<Quality>,
    /// Answers by request key.
    pub answers: BTreeMap<String, Answer>,
}

impl State {
    /// Brings the state up to date with the next record. Never fails: what a record says has
    /// happened.
    pub fn apply(&mut self, record: &Record) {
        match &record.fact {
            Fact::Queue(event) => {
                if let Event::DayBegan { date, .. } = event {
                    Arc::make_mut(&mut self.quality).begin_day(*date);
                    let oldest = record.at - ANSWER_KEPT_OVER_MIDNIGHT;
                    self.answers.retain(|_, answer| answer.at >= oldest);
                    if self.quality.feedback.has_forgettable(record.at) {
                        Arc::make_mut(&mut self.quality).feedback.forget(record.at);
                    }
                }
                if let Event::ClockStepped { by_ms } = event {
                    self.step_answers(SignedDuration::from_millis(*by_ms));
                }
                self.centre.apply(&Happened {
                    seq: record.seq,
                    at: record.at,
                    event: event.clone(),
                });
            }
            Fact::Access(event) => self.register.apply(record.at, event),
            Fact::Quality(event) => {
                let noted = Noted {
                    seq: record.seq,
                    at: record.at,
                    actor: &record.actor,
                };
                Arc::make_mut(&mut self.quality).apply(noted, event);
            }
            Fact::Snapshot(state) => *self = (**state).clone(),
            Fact::Sealed(_) => {}
            Fact::Redacted(redaction) => self.forget(redaction),
        }
        if let Some(mark) = &record.request {
            self.answers
                .entry(mark.key.clone())
                .or_insert_with(|| Answer {
                    fingerprint: mark.fingerprint,
                    at: record.at,
                    records: Vec::new(),
                })
                .records
                .push(record.clone());
        }
        self.seq = record.seq;
    }

    /// What calendar and mornings keep of a quarter for good goes on without the fields cleared in its file.
    fn forget(&mut self, redaction: &Redaction) {
        let quarter: Option<Quarter> = redaction.quarter.parse().ok();
        if let Some(last) = quarter.and_then(Quarter::last_date) {
            for class in redaction.cleared.keys() {
                self.centre.calendar.forget(last, *class);
            }
            if redaction.cleared.contains_key(&FieldClass::Reasons) {
                let quality = Arc::make_mut(&mut self.quality);
                quality.mornings.forget_notes(last);
            }
        }
    }

    /// A clock stepped over midnight makes no answer older than it is: a press whose
    /// acknowledgement was lost just before must still find its ticket.
    fn step_answers(&mut self, by: SignedDuration) {
        for answer in self.answers.values_mut() {
            answer.at = answer.at.saturating_add(by).unwrap_or(answer.at);
        }
    }
}
