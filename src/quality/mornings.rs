//! The morning (annex 2, situation 1): what the responsible employee checked, and when the doors were
//! opened.

use std::collections::BTreeMap;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Noted;
use crate::queue::retention::CLEARED;

/// The doors are open at least this long before reception (A2/1/6.1).
pub const DOORS_LEAD: SignedDuration = SignedDuration::from_mins(2);

/// Longest note, characters.
pub const NOTE_CHARS_MAX: usize = 500;

/// How far back a morning can still be entered.
pub const ENTERED_WITHIN: SignedDuration = SignedDuration::from_hours(7 * 24);

/// How something was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Finding {
    /// As it is to be.
    InOrder,
    /// Not so; the note says what.
    Fault,
    /// The centre has none ("ja tāds ir uzstādīts", A2/1/5.5).
    NotInstalled,
}

/// What was checked (A2/1/5).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct MorningCheck {
    /// Information on stand and desks: tidy, legible, by the house style, complete (5.1–5.3).
    pub information: Finding,
    /// Signs: well seen, clean, by the house style (5.4).
    pub signs: Finding,
    /// The plasma monitor works and is on (5.5).
    pub monitor: Finding,
    /// What was not in order, and what was done.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
}

impl MorningCheck {
    /// Clears the note, where there is one.
    pub fn forget_note(&mut self) {
        if !self.note.is_empty() {
            CLEARED.clone_into(&mut self.note);
        }
    }

    /// Nothing was at fault.
    pub fn is_in_order(&self) -> bool {
        [self.information, self.signs, self.monitor]
            .iter()
            .all(|finding| *finding != Finding::Fault)
    }
}

/// What can happen in a morning.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum MorningEvent {
    /// Everything was looked at; a later check of the date stands in its place.
    Checked {
        /// Local date.
        date: Date,
        /// What was found.
        check: MorningCheck,
    },
    /// The doors were opened; a later word stands in place of an earlier one.
    DoorsOpened {
        /// Local date.
        date: Date,
        /// When, by the word of who opened them; absent: at the moment of this fact.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        opened_at: Option<Timestamp>,
    },
}

/// A check as it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Checked {
    /// What was found.
    #[serde(flatten)]
    pub check: MorningCheck,
    /// When the first check of the date was entered: what is checked again was checked in time.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// Login of who said what stands now; absent where the daemon did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
}

/// That the doors were opened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Doors {
    /// When, by the word of who says so.
    #[schema(value_type = String, format = DateTime)]
    pub opened_at: Timestamp,
    /// Login of who says so; absent where the daemon does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
}

/// One morning.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Morning {
    /// The check, if there was one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub checked: Option<Checked>,
    /// The opening of the doors, if that was said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub doors: Option<Doors>,
}

/// Mornings by local date.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Mornings(BTreeMap<Date, Morning>);

/// Why a morning is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MorningRejection {
    /// A moment that has not come.
    #[error("that has not come yet: give what has happened")]
    NotYet,
    /// Too long ago to be remembered.
    #[error("that was more than {} days ago: a morning is entered while it is remembered", ENTERED_WITHIN.as_hours() / 24)]
    TooLate,
    /// The moment is not of the date.
    #[error("{0} is not on that date: give a moment of the morning itself")]
    OtherDate(Timestamp),
    /// Something is at fault and nothing says what.
    #[error("say in the note what is not in order")]
    NoteMissing,
    /// The note is too long.
    #[error("give the note in at most {NOTE_CHARS_MAX} characters")]
    NoteTooLong,
}

impl MorningEvent {
    /// Clears the remark, for a closed quarter's journal.
    pub fn clear_words(&mut self) {
        match self {
            Self::Checked { check, .. } => check.forget_note(),
            Self::DoorsOpened { .. } => {}
        }
    }
}

impl Mornings {
    /// Forgets who said what, for a closed quarter's snapshots.
    pub fn clear_names(&mut self) {
        for morning in self.0.values_mut() {
            if let Some(checked) = &mut morning.checked {
                checked.by = None;
            }
            if let Some(doors) = &mut morning.doors {
                doors.by = None;
            }
        }
    }

    /// Clears remarks, for a closed quarter's snapshots.
    pub fn clear_words(&mut self) {
        self.forget_notes(Date::MAX);
    }

    /// Forgets what was noted of the mornings up to `last`, where that is kept no longer.
    pub fn forget_notes(&mut self, last: Date) {
        let mornings = self.0.range_mut(..=last).map(|(_, morning)| morning);
        for checked in mornings.filter_map(|morning| morning.checked.as_mut()) {
            checked.check.forget_note();
        }
    }

    /// Whether a change may be made; `tz` makes dates local.
    ///
    /// # Errors
    /// The refusal.
    pub fn check(
        &self,
        now: Timestamp,
        tz: &TimeZone,
        event: &MorningEvent,
    ) -> Result<(), MorningRejection> {
        let date_of = |at: Timestamp| at.to_zoned(tz.clone()).date();
        let (MorningEvent::Checked { date, .. } | MorningEvent::DoorsOpened { date, .. }) = event;
        if *date > date_of(now) {
            return Err(MorningRejection::NotYet);
        }
        if *date < date_of(now.saturating_sub(ENTERED_WITHIN).unwrap_or(now)) {
            return Err(MorningRejection::TooLate);
        }
        match event {
            MorningEvent::Checked { check, .. } => {
                if check.note.chars().count() > NOTE_CHARS_MAX {
                    return Err(MorningRejection::NoteTooLong);
                }
                if !check.is_in_order() && check.note.trim().is_empty() {
                    return Err(MorningRejection::NoteMissing);
                }
            }
            MorningEvent::DoorsOpened { opened_at, .. } => {
                let opened_at = opened_at.unwrap_or(now);
                if opened_at > now {
                    return Err(MorningRejection::NotYet);
                }
                if date_of(opened_at) != *date {
                    return Err(MorningRejection::OtherDate(opened_at));
                }
            }
        }
        Ok(())
    }

    /// Brings the mornings up to date with one fact.
    pub fn apply(&mut self, noted: Noted<'_>, event: &MorningEvent) {
        let by = noted.actor.login().map(str::to_owned);
        match event {
            MorningEvent::Checked { date, check } => {
                let morning = self.0.entry(*date).or_default();
                let at = morning
                    .checked
                    .as_ref()
                    .map_or(noted.at, |before| before.at);
                let check = check.clone();
                morning.checked = Some(Checked { check, at, by });
            }
            MorningEvent::DoorsOpened { date, opened_at } => {
                let opened_at = opened_at.unwrap_or(noted.at);
                self.0.entry(*date).or_default().doors = Some(Doors { opened_at, by });
            }
        }
    }

    /// The morning of a date, as far as it was entered.
    pub fn of(&self, date: Date) -> Option<&Morning> {
        self.0.get(&date)
    }
}

/// By when the doors are to be open where reception begins at a moment (A2/1/6.1).
pub fn doors_due(opens_at: Timestamp) -> Timestamp {
    opens_at.saturating_sub(DOORS_LEAD).unwrap_or(opens_at)
}

#[cfg(test)]
#[path = "mornings_tests.rs"]
mod tests;
