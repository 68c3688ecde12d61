//! What managers changed in the calendar. It lives in the journal and is kept for good: reports of
//! past quarters ask for it, and a date has at most one of each kind.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::queue::hours::{DayHours, Interval};
use crate::queue::retention::{CLEARED, FieldClass};

/// What is changed on a date.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum DayChange {
    /// These hours and no others; none = closed.
    Hours {
        /// In order and apart from one another.
        intervals: Vec<Interval>,
    },
    /// The working day is moved: closed here, and that date gets this weekday's hours.
    Moved {
        /// That date.
        to: Date,
    },
}

/// Which of a date's changes is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChangeKind {
    /// Its own hours.
    Hours,
    /// Its move to another date.
    Moved,
}

/// Who changed something, when and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mark {
    /// Why; customers see it.
    pub reason: String,
    /// Login; customers never see it (A2/1/2.4).
    pub by: String,
    /// When.
    pub at: Timestamp,
}

/// A date's own hours.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HoursEdit {
    /// None = closed.
    pub hours: DayHours,
    /// By whom.
    #[serde(flatten)]
    pub mark: Mark,
}

/// A moved working day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MoveEdit {
    /// Where to.
    pub to: Date,
    /// By whom.
    #[serde(flatten)]
    pub mark: Mark,
}

/// Everything managers changed.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Edits {
    /// Hours of dates.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub hours: BTreeMap<Date, HoursEdit>,
    /// Moved working days, by the date they are moved from.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub moves: BTreeMap<Date, MoveEdit>,
    /// The date on which something was changed after reception had begun: calls go on that day,
    /// whatever its new hours say (A2/2/2.3).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub begun: Option<Date>,
    /// Changes made and taken back so far: pages that show the calendar ask again when it rises.
    #[serde(default)]
    pub changes: u64,
}

impl Edits {
    /// Nothing was changed.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Takes a change in.
    pub fn set(&mut self, date: Date, change: &DayChange, mark: Mark) {
        self.changes += 1;
        match change {
            DayChange::Hours { intervals } => {
                // Checked when it was asked for; hours that do not stand in order are none.
                let hours = DayHours::new(intervals.clone()).unwrap_or_default();
                self.hours.insert(date, HoursEdit { hours, mark });
            }
            DayChange::Moved { to } => {
                self.moves.insert(date, MoveEdit { to: *to, mark });
            }
        }
    }

    /// Takes one back.
    pub fn clear(&mut self, date: Date, kind: ChangeKind) {
        self.changes += 1;
        match kind {
            ChangeKind::Hours => {
                self.hours.remove(&date);
            }
            ChangeKind::Moved => {
                self.moves.remove(&date);
            }
        }
    }

    /// Forgets who made the changes of dates up to `last`, or why, where that is kept no longer.
    pub fn forget(&mut self, last: Date, class: FieldClass) {
        let hours = self.hours.range_mut(..=last);
        let moves = self.moves.range_mut(..=last);
        let marks = hours
            .map(|(_, edit)| &mut edit.mark)
            .chain(moves.map(|(_, edit)| &mut edit.mark));
        for mark in marks {
            match class {
                FieldClass::Staff => CLEARED.clone_into(&mut mark.by),
                FieldClass::Reasons => CLEARED.clone_into(&mut mark.reason),
                FieldClass::OutOfTurn | FieldClass::Track => {}
            }
        }
    }

    /// The date whose working day a manager moved to this one.
    pub fn moved_from(&self, to: Date) -> Option<Date> {
        let found = self.moves.iter().find(|(_, edit)| edit.to == to);
        found.map(|(from, _)| *from)
    }
}
