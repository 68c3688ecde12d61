//! The register of the evaluations of annex 1.
//!
//! What is held now and then is an entry; what is done every working day is a mark, of which only
//! the days of each month outlast the day. Notes stay in the journal.

pub mod annex;
pub mod register;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use self::annex::{Every, Method, duty};
use super::Noted;
use crate::access::Role;
use crate::queue::retention::CLEARED;

/// Longest result, characters.
pub const RESULT_CHARS_MAX: usize = 200;

/// Longest notes, characters.
pub const NOTES_CHARS_MAX: usize = 2_000;

/// Entries kept at hand of one row and method: two years of the monthly one, six of a quarterly
/// one. Older ones are in the journal.
pub const KEPT_PER_DUTY: usize = 24;

/// Months of marks kept at hand: the quarter of a year ago and all since.
pub const KEPT_MONTHS: usize = 15;

/// Marks of one day; there are fewer people.
pub const MARKS_MAX: usize = 500;

/// An evaluation that was held.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evaluation {
    /// Row of annex 1.
    pub row: u8,
    /// Its method.
    pub method: Method,
    /// Date on which it was held, local.
    pub held_on: Date,
    /// What it found, in a few words.
    pub result: String,
    /// What else is worth keeping; may be empty.
    pub notes: String,
    /// As what the person entered it.
    pub role: Role,
}

/// What can happen in the register.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum EvaluationEvent {
    /// One was held.
    Held(Evaluation),
    /// One that is due every working day was done.
    Marked {
        /// Its method.
        method: Method,
        /// Rows of annex 1.
        rows: Vec<u8>,
        /// The date, local.
        on: Date,
        /// Login of who did it.
        by: String,
    },
    /// An entry or a mark of the day was wrong.
    TakenBack {
        /// The sequence that names it.
        entry: u64,
    },
    /// One that is held as needed is planned, or no longer.
    Planned {
        /// Row of annex 1.
        row: u8,
        /// Its method.
        method: Method,
        /// For when, local; absent: no longer.
        on: Option<Date>,
    },
}

/// One that stands in the register.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Row of annex 1.
    pub row: u8,
    /// Its method.
    pub method: Method,
    /// Date on which it was held, local.
    pub held_on: Date,
    /// What it found.
    pub result: String,
    /// There are notes in the journal.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub has_notes: bool,
    /// When it was entered.
    pub entered_at: Timestamp,
    /// Login of who entered it.
    pub by: Option<String>,
    /// As what.
    pub role: Role,
}

/// That somebody did something of every working day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mark {
    /// The sequence that names it.
    pub seq: u64,
    /// Login.
    pub by: String,
    /// The method.
    pub method: Method,
    /// Rows of annex 1.
    pub rows: Vec<u8>,
}

/// On which days of a month a row's method was done: row, method, a bit for each day from the
/// lowest, and how often in all.
type DaysDone = (u8, Method, u32, u32);

/// The register.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Evaluations {
    /// The first date the centre had Rinda: from then on evaluations are due.
    since: Option<Date>,
    /// Those held, by the sequence of the fact that entered each.
    held: BTreeMap<u64, Entry>,
    /// Those planned: row, method, for when.
    planned: Vec<(u8, Method, Date)>,
    /// The newest date with marks.
    marked_on: Option<Date>,
    /// Its marks.
    marks: Vec<Mark>,
    /// The dates before it, by month ("2026-10").
    months: BTreeMap<String, Vec<DaysDone>>,
}

/// Why the register refuses.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EvaluationRejection {
    /// The annex has no such row and method among those kept here.
    #[error("annex 1 has no such method in row {0} of this register: use 4 to 8, 11 or 12")]
    NoSuchDuty(u8),
    /// Marked, not entered.
    #[error("this is due every working day: mark today instead")]
    Daily,
    /// Entered, not marked.
    #[error("this is not due every working day: enter it with its date and result")]
    NotDaily,
    /// An evaluation of the future.
    #[error("{0} has not come yet: give the date on which it was held")]
    NotYet(Date),
    /// A result that is empty or too long.
    #[error("give the result in 1 to {RESULT_CHARS_MAX} characters")]
    UnfitResult,
    /// Notes that are too long.
    #[error("give notes of at most {NOTES_CHARS_MAX} characters")]
    UnfitNotes,
    /// The person has marked all of it today.
    #[error("this is marked already")]
    AlreadyMarked,
    /// No such entry, or a mark of a day that is over.
    #[error("there is no such entry, or its day is over")]
    NoSuchEntry,
    /// Due by itself.
    #[error("this is due by itself: only what is held as needed is planned")]
    NotPlanned,
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
            EvaluationEvent::Held(evaluation) => check_held(now, tz, evaluation),
            EvaluationEvent::Marked {
                method,
                rows,
                on,
                by,
            } => {
                for row in rows {
                    let duty = duty(*row, *method);
                    let duty = duty.ok_or(EvaluationRejection::NoSuchDuty(*row))?;
                    if duty.every != Every::WorkingDay {
                        return Err(EvaluationRejection::NotDaily);
                    }
                }
                let old = self.marked_on.is_some_and(|newest| *on < newest);
                let new = |row: &u8| !self.is_marked(*on, by, *method, *row);
                if old || !rows.iter().any(new) || self.marks.len() >= MARKS_MAX {
                    return Err(EvaluationRejection::AlreadyMarked);
                }
                Ok(())
            }
            EvaluationEvent::TakenBack { entry } => {
                let known = self.held.contains_key(entry)
                    || self.marks.iter().any(|mark| mark.seq == *entry);
                known.then_some(()).ok_or(EvaluationRejection::NoSuchEntry)
            }
            EvaluationEvent::Planned { row, method, .. } => {
                let duty = duty(*row, *method);
                let duty = duty.ok_or(EvaluationRejection::NoSuchDuty(*row))?;
                if duty.every == Every::AsNeeded {
                    Ok(())
                } else {
                    Err(EvaluationRejection::NotPlanned)
                }
            }
        }
    }

    /// Brings the register up to date with one fact.
    pub fn apply(&mut self, noted: Noted<'_>, event: &EvaluationEvent) {
        match event {
            EvaluationEvent::Held(evaluation) => self.enter(noted, evaluation),
            EvaluationEvent::Marked {
                method,
                rows,
                on,
                by,
            } => {
                if self.marked_on != Some(*on) {
                    self.turn_to(*on);
                }
                let mut new = rows.clone();
                new.retain(|row| !self.is_marked(*on, by, *method, *row));
                new.sort_unstable();
                new.dedup();
                self.marks.push(Mark {
                    seq: noted.seq,
                    by: by.clone(),
                    method: *method,
                    rows: new,
                });
            }
            EvaluationEvent::TakenBack { entry } => {
                self.held.remove(entry);
                self.marks.retain(|mark| mark.seq != *entry);
            }
            EvaluationEvent::Planned { row, method, on } => {
                self.unplan(*row, *method);
                self.planned.extend(on.map(|on| (*row, *method, on)));
            }
        }
    }

    /// Forgets who entered and did what, for a closed quarter's snapshots.
    pub fn clear_names(&mut self) {
        for by in self.held.values_mut().filter_map(|entry| entry.by.as_mut()) {
            CLEARED.clone_into(by);
        }
        for mark in &mut self.marks {
            CLEARED.clone_into(&mut mark.by);
        }
    }

    /// A local date began.
    pub fn begin_day(&mut self, date: Date) {
        self.since.get_or_insert(date);
    }

    /// The first date the centre had Rinda.
    pub fn since(&self) -> Option<Date> {
        self.since
    }

    /// An entry by the sequence that names it.
    pub fn entry(&self, seq: u64) -> Option<&Entry> {
        self.held.get(&seq)
    }

    /// A mark of the newest date by the sequence that names it.
    pub fn mark(&self, seq: u64) -> Option<&Mark> {
        self.marks.iter().find(|mark| mark.seq == seq)
    }

    /// The marks of a date that somebody made, where it is the newest one.
    pub fn marks_of<'a>(&'a self, date: Date, by: &'a str) -> impl Iterator<Item = &'a Mark> {
        let of_date = self.marked_on == Some(date);
        let marks = self.marks.iter();
        marks.filter(move |mark| of_date && mark.by == by)
    }

    fn is_marked(&self, date: Date, by: &str, method: Method, row: u8) -> bool {
        self.marks_of(date, by)
            .any(|mark| mark.method == method && mark.rows.contains(&row))
    }

    fn enter(&mut self, noted: Noted<'_>, evaluation: &Evaluation) {
        let Evaluation { row, method, .. } = *evaluation;
        self.unplan(row, method);
        let entry = Entry {
            row,
            method,
            held_on: evaluation.held_on,
            result: evaluation.result.clone(),
            has_notes: !evaluation.notes.is_empty(),
            entered_at: noted.at,
            by: noted.actor.login().map(str::to_owned),
            role: evaluation.role,
        };
        self.held.insert(noted.seq, entry);
        let of_duty = |entry: &&u64| {
            let entry = self.held.get(*entry);
            entry.is_some_and(|entry| (entry.row, entry.method) == (row, method))
        };
        let kept: Vec<u64> = self.held.keys().filter(of_duty).copied().collect();
        for old in kept.iter().rev().skip(KEPT_PER_DUTY) {
            self.held.remove(old);
        }
    }

    fn unplan(&mut self, row: u8, method: Method) {
        self.planned
            .retain(|(of, how, _)| (*of, *how) != (row, method));
    }

    /// The marks of the date before become days of their month.
    fn turn_to(&mut self, date: Date) {
        let marks = std::mem::take(&mut self.marks);
        if let Some(before) = self.marked_on.replace(date) {
            let month = self.months.entry(month_of(before)).or_default();
            let rows = marks.iter();
            let rows = rows.flat_map(|mark| mark.rows.iter().map(|row| (*row, mark.method)));
            for (row, method) in rows {
                let at = month
                    .iter()
                    .position(|(of, how, ..)| (*of, *how) == (row, method));
                match at.and_then(|at| month.get_mut(at)) {
                    Some((.., days, times)) => {
                        *days |= bit(before);
                        *times += 1;
                    }
                    None => month.push((row, method, bit(before), 1)),
                }
            }
        }
        while self.months.len() > KEPT_MONTHS {
            self.months.pop_first();
        }
    }
}

fn check_held(
    now: Timestamp,
    tz: &TimeZone,
    evaluation: &Evaluation,
) -> Result<(), EvaluationRejection> {
    let duty = duty(evaluation.row, evaluation.method);
    let duty = duty.ok_or(EvaluationRejection::NoSuchDuty(evaluation.row))?;
    if duty.every == Every::WorkingDay {
        return Err(EvaluationRejection::Daily);
    }
    if evaluation.held_on > now.to_zoned(tz.clone()).date() {
        return Err(EvaluationRejection::NotYet(evaluation.held_on));
    }
    if !(1..=RESULT_CHARS_MAX).contains(&evaluation.result.trim().chars().count()) {
        return Err(EvaluationRejection::UnfitResult);
    }
    if evaluation.notes.chars().count() > NOTES_CHARS_MAX {
        return Err(EvaluationRejection::UnfitNotes);
    }
    Ok(())
}

/// "2026-10"
fn month_of(date: Date) -> String {
    format!("{:04}-{:02}", date.year(), date.month())
}

fn bit(date: Date) -> u32 {
    1 << (date.day().unsigned_abs().saturating_sub(1) % 31)
}
