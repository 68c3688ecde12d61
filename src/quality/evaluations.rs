//! The register of the evaluations of annex 1.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Noted;
use crate::queue::retention::CLEARED;

/// Longest result or note, characters.
pub const TEXT_CHARS_MAX: usize = 2_000;

/// An evaluation that was held.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Evaluation {
    /// Row of annex 1.
    pub row: u8,
    /// Date on which it was held, local.
    pub held_on: Date,
    /// What it found.
    pub result: String,
}

/// What can happen in the register.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum EvaluationEvent {
    /// One was held.
    Held(Evaluation),
}

/// One that stands in the register.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// What was held.
    #[serde(flatten)]
    pub evaluation: Evaluation,
    /// When it was entered.
    pub entered_at: Timestamp,
    /// Login of who entered it; absent where the daemon did.
    pub by: Option<String>,
}

/// The register, by the sequence of the fact that entered each.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Evaluations(BTreeMap<u64, Entry>);

/// Why the register refuses.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EvaluationRejection {
    /// Annex 1 has no such row among those kept here.
    #[error("annex 1 has no row {0} in this register: use 4 to 8, 11 or 12")]
    NoSuchRow(u8),
    /// An evaluation of the future.
    #[error("{0} has not come yet: give the date on which it was held")]
    NotYet(Date),
    /// A text that is empty or too long.
    #[error("give the result in 1 to {TEXT_CHARS_MAX} characters")]
    UnfitText,
}

impl Evaluations {
    /// Whether a change may be made.
    ///
    /// # Errors
    /// The refusal.
    pub fn check(
        &self,
        now: Timestamp,
        tz: &TimeZone,
        event: &EvaluationEvent,
    ) -> Result<(), EvaluationRejection> {
        match event {
            EvaluationEvent::Held(evaluation) => {
                if !matches!(evaluation.row, 4..=8 | 11 | 12) {
                    return Err(EvaluationRejection::NoSuchRow(evaluation.row));
                }
                if evaluation.held_on > now.to_zoned(tz.clone()).date() {
                    return Err(EvaluationRejection::NotYet(evaluation.held_on));
                }
                let chars = evaluation.result.trim().chars().count();
                if chars == 0 || chars > TEXT_CHARS_MAX {
                    return Err(EvaluationRejection::UnfitText);
                }
                Ok(())
            }
        }
    }

    /// Brings the register up to date with one fact.
    pub fn apply(&mut self, noted: Noted<'_>, event: &EvaluationEvent) {
        match event {
            EvaluationEvent::Held(evaluation) => {
                let entry = Entry {
                    evaluation: evaluation.clone(),
                    entered_at: noted.at,
                    by: noted.actor.login().map(str::to_owned),
                };
                self.0.insert(noted.seq, entry);
            }
        }
    }

    /// Forgets who entered each, for a closed quarter's snapshots.
    pub fn clear_names(&mut self) {
        for by in self.0.values_mut().filter_map(|entry| entry.by.as_mut()) {
            CLEARED.clone_into(by);
        }
    }

    /// All entries by the sequence that names them.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (u64, &Entry)> {
        self.0.iter().map(|(seq, entry)| (*seq, entry))
    }
}
