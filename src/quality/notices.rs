//! Notices to customers (17.5, 17.6): what was posted when, and for which dates.

use std::collections::BTreeMap;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Noted;

/// A repair or a move is posted at least so many days before (17.5.2).
pub const REPAIR_DAYS: i32 = 15;

/// What we take „nekavējoties” (17.5.3) to be: the rules name no figure.
pub const AT_ONCE: SignedDuration = SignedDuration::from_mins(15);

/// Longest text, characters: the display shows it in one place, without turning pages.
pub const TEXT_CHARS_MAX: usize = 160;

/// How far ahead a notice may apply, days.
pub const AHEAD_DAYS_MAX: i32 = 400;

/// A posting may be entered so long after it happened.
pub const ENTERED_WITHIN: SignedDuration = SignedDuration::from_hours(31 * 24);

/// What a notice is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum NoticeKind {
    /// A disruption outside the Service's control (17.5.3).
    Disruption,
    /// Other hours, before a holiday for instance (17.5.1).
    ChangedHours,
    /// A planned repair of the centre, or its move (17.5.2).
    RepairOrMove,
    /// Anything else that matters to customers (17.6).
    Other,
}

/// A notice as somebody writes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Draft {
    /// What it is about.
    pub kind: NoticeKind,
    /// What customers read.
    pub text: String,
    /// First date it is about, local.
    pub from: Date,
    /// Last date it is about, local.
    pub until: Date,
    /// When the centre was told of it; of disruptions only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub received_at: Option<Timestamp>,
}

/// What can happen to notices.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum NoticeEvent {
    /// One was posted.
    Posted {
        /// What it says.
        #[serde(flatten)]
        draft: Draft,
        /// When, by the word of who entered it; absent: at the moment of this fact.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        posted_at: Option<Timestamp>,
    },
    /// One was taken down.
    TakenDown {
        /// Which.
        id: u64,
    },
}

/// A posted notice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    /// What it says.
    #[serde(flatten)]
    pub draft: Draft,
    /// When it was posted.
    pub posted_at: Timestamp,
    /// When that was entered.
    pub entered_at: Timestamp,
    /// Login of who entered it; absent where the daemon did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// When it was taken down, if it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub taken_down_at: Option<Timestamp>,
}

impl Notice {
    /// The last date on which it could be posted in time; absent where no clause says.
    pub fn due_by(&self) -> Option<Date> {
        let days = match self.draft.kind {
            NoticeKind::ChangedHours => crate::queue::calendar::NOTICE_DAYS,
            NoticeKind::RepairOrMove => REPAIR_DAYS,
            NoticeKind::Disruption | NoticeKind::Other => return None,
        };
        self.draft.from.checked_sub(days.days()).ok()
    }

    /// Whether it was posted in time; absent where no clause says.
    pub fn in_time(&self, tz: &TimeZone) -> Option<bool> {
        match self.draft.received_at {
            Some(received_at) => Some(self.posted_at.duration_since(received_at) <= AT_ONCE),
            None => self.due_by().map(|by| self.posted_on(tz) <= by),
        }
    }

    /// Whole days from posting to the first date it is about; negative where it was posted later.
    pub fn days_ahead(&self, tz: &TimeZone) -> i32 {
        let days = self.draft.from.duration_since(self.posted_on(tz));
        i32::try_from(days.as_hours() / 24).unwrap_or(0)
    }

    /// The date of its posting, local.
    pub fn posted_on(&self, tz: &TimeZone) -> Date {
        self.posted_at.to_zoned(tz.clone()).date()
    }

    /// It was to be seen when a date began, and is about it.
    pub fn covers(&self, date: Date, tz: &TimeZone) -> bool {
        let down_on = self.taken_down_at.map(|at| at.to_zoned(tz.clone()).date());
        self.draft.from <= date
            && date <= self.draft.until
            && down_on.is_none_or(|down_on| date <= down_on)
    }

    /// It hangs on a date: posted, not taken down, and not over. Customers read it before it applies:
    /// that is what it is posted early for.
    pub fn is_up(&self, today: Date) -> bool {
        self.taken_down_at.is_none() && today <= self.draft.until
    }
}

/// Notices by the sequence of the fact that posted each.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Notices(BTreeMap<u64, Notice>);

/// Why a notice is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoticeRejection {
    /// A text that is empty or too long.
    #[error("give the text in 1 to {TEXT_CHARS_MAX} characters")]
    UnfitText,
    /// The last date is before the first.
    #[error("{until} is before {from}: give the last date it is about")]
    EndsBefore {
        /// First date.
        from: Date,
        /// Last date.
        until: Date,
    },
    /// Too far ahead.
    #[error("give dates of the next {AHEAD_DAYS_MAX} days")]
    TooFar,
    /// A moment that has not come, or that is too long ago.
    #[error("give a moment of the last {} days", ENTERED_WITHIN.as_hours() / 24)]
    UnfitPosting,
    /// When a disruption was heard of is missing, ahead or after its posting; or something else has it.
    #[error(
        "give for a disruption, and for nothing else, when it was heard of: before it was posted"
    )]
    UnfitReceipt,
    /// There is no such notice.
    #[error("there is no notice {0}")]
    NoSuchNotice(u64),
}

impl Notices {
    /// Forgets who entered them, for a closed quarter's snapshots.
    pub fn clear_names(&mut self) {
        self.0.values_mut().for_each(|notice| notice.by = None);
    }

    /// Whether a change may be made; `tz` makes dates local.
    ///
    /// # Errors
    /// The refusal.
    pub fn check(
        &self,
        now: Timestamp,
        tz: &TimeZone,
        event: &NoticeEvent,
    ) -> Result<(), NoticeRejection> {
        let (draft, posted_at) = match event {
            NoticeEvent::Posted { draft, posted_at } => (draft, posted_at.unwrap_or(now)),
            NoticeEvent::TakenDown { id } => {
                let here = self
                    .0
                    .get(id)
                    .filter(|notice| notice.taken_down_at.is_none());
                return here.map(|_| ()).ok_or(NoticeRejection::NoSuchNotice(*id));
            }
        };
        let chars = draft.text.trim().chars().count();
        if chars == 0 || chars > TEXT_CHARS_MAX {
            return Err(NoticeRejection::UnfitText);
        }
        let Draft { from, until, .. } = *draft;
        if until < from {
            return Err(NoticeRejection::EndsBefore { from, until });
        }
        let today = now.to_zoned(tz.clone()).date();
        if until > today.saturating_add(AHEAD_DAYS_MAX.days()) {
            return Err(NoticeRejection::TooFar);
        }
        if posted_at > now || now.duration_since(posted_at) > ENTERED_WITHIN {
            return Err(NoticeRejection::UnfitPosting);
        }
        let is_disruption = draft.kind == NoticeKind::Disruption;
        let fits = match draft.received_at {
            Some(received_at) => is_disruption && received_at <= posted_at,
            None => !is_disruption,
        };
        fits.then_some(()).ok_or(NoticeRejection::UnfitReceipt)
    }

    /// Brings the notices up to date with one fact.
    pub fn apply(&mut self, noted: Noted<'_>, event: &NoticeEvent) {
        match event {
            NoticeEvent::Posted { draft, posted_at } => {
                let notice = Notice {
                    draft: draft.clone(),
                    posted_at: posted_at.unwrap_or(noted.at),
                    entered_at: noted.at,
                    by: noted.actor.login().map(str::to_owned),
                    taken_down_at: None,
                };
                self.0.insert(noted.seq, notice);
            }
            NoticeEvent::TakenDown { id } => {
                if let Some(notice) = self.0.get_mut(id) {
                    notice.taken_down_at = Some(noted.at);
                }
            }
        }
    }

    /// One of them.
    pub fn get(&self, id: u64) -> Option<&Notice> {
        self.0.get(&id)
    }

    /// All of them by the sequence that names them.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (u64, &Notice)> {
        self.0.iter().map(|(id, notice)| (*id, notice))
    }

    /// The one that display and kiosk show on a date: a disruption before all else, then what
    /// applies first.
    pub fn shown(&self, today: Date) -> Option<&Notice> {
        let up = self.0.values().filter(|notice| notice.is_up(today));
        up.min_by_key(|notice| {
            let is_disruption = notice.draft.kind == NoticeKind::Disruption;
            (!is_disruption, notice.draft.from, notice.draft.kind)
        })
    }
}

#[cfg(test)]
#[path = "notices_tests.rs"]
mod tests;
