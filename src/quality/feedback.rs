//! What customers say of the service (clause 29), and which complaints were justified (A1.8).
//!
//! An entry stays here while somebody has to do something about it: tell whom it concerns, decide,
//! settle. Some time after that its words leave the state, which holds counts by month for good;
//! the words stay in the journal under the sequence that names the entry.

use std::collections::BTreeMap;
use std::fmt;

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Noted;
use crate::queue::retention::CLEARED;
use crate::queue::ticket::{TicketId, TicketNumber};

/// Longest text, characters.
pub const TEXT_CHARS_MAX: usize = 4_000;

/// Longest wish how to be answered, characters.
pub const CONTACT_CHARS_MAX: usize = 200;

/// Longest reason of a decision or note of a settlement, characters.
pub const REASON_CHARS_MAX: usize = 1_000;

/// Entries that may be unsettled at once.
pub const OPEN_MAX: usize = 1_000;

/// Earliest moment of receipt that can be entered, before now: what was found in a drawer later is
/// no feedback of this season.
pub const RECEIVED_EARLIER_MAX: SignedDuration = SignedDuration::from_hours(24 * 92);

/// The words of a settled entry stay at hand for so long.
pub const KEPT_AFTER_SETTLING: SignedDuration = SignedDuration::from_hours(24 * 14);

/// Told "at once": this long after receipt at the latest.
pub const AT_ONCE: SignedDuration = SignedDuration::from_secs(60);

/// Late ones kept by month with how late; more are only counted.
pub const LATE_KEPT_MAX: usize = 20;

/// The four words of clause 29.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum FeedbackKind {
    /// "atsauksme"
    Comment,
    /// "ierosinājums"
    Suggestion,
    /// "sūdzība"
    Complaint,
    /// "pretenzija"
    Claim,
}

impl FeedbackKind {
    /// In the standard's order.
    pub const ALL: [Self; 4] = [
        Self::Comment,
        Self::Suggestion,
        Self::Complaint,
        Self::Claim,
    ];

    /// The standard's word.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Comment => "atsauksme",
            Self::Suggestion => "ierosinājums",
            Self::Complaint => "sūdzība",
            Self::Claim => "pretenzija",
        }
    }

    /// Whether somebody decides if it was justified (A1.8).
    pub const fn is_decided(self) -> bool {
        match self {
            Self::Complaint | Self::Claim => true,
            Self::Comment | Self::Suggestion => false,
        }
    }
}

/// Words that may name a person: kept and shown to those who need them, never in a log.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Private(pub String);

impl fmt::Debug for Private {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "({} characters)", self.0.chars().count())
    }
}

/// The ticket it is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct OfTicket {
    /// Its id, which leads to its story.
    pub id: TicketId,
    /// Its number.
    pub number: TicketNumber,
}

/// Something a customer said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Feedback {
    /// Which of the four.
    pub kind: FeedbackKind,
    /// What was said.
    pub text: Private,
    /// The ticket it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ticket: Option<OfTicket>,
    /// How the customer wants an answer: personal data.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contact: Option<Private>,
    /// When it was received; absent where it was entered at once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub received_at: Option<Timestamp>,
    /// Local date of receipt, whose month counts it.
    pub received_on: Date,
}

/// What can happen to feedback.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum FeedbackEvent {
    /// It was received and entered.
    Received(Feedback),
    /// Whether it was justified; a later decision replaces an earlier one.
    Decided {
        /// Which entry.
        id: u64,
        /// It was.
        justified: bool,
        /// Why.
        reason: Private,
    },
    /// Nothing is left to do about it.
    Settled {
        /// Which entry.
        id: u64,
        /// What was done; may be empty.
        note: Private,
    },
}

impl Private {
    fn clear(&mut self) {
        if !self.0.is_empty() {
            CLEARED.clone_into(&mut self.0);
        }
    }
}

impl Feedback {
    /// A contact leads to a person and is gone whole.
    fn clear(&mut self) {
        self.text.clear();
        self.contact = None;
    }
}

impl FeedbackEvent {
    /// Clears what was said and why it was decided so, for a closed quarter's journal.
    pub fn clear_words(&mut self) {
        match self {
            Self::Received(feedback) => feedback.clear(),
            Self::Decided { reason: words, .. } | Self::Settled { note: words, .. } => {
                words.clear();
            }
        }
    }
}

/// A decision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decision {
    /// It was justified.
    pub justified: bool,
    /// Why.
    pub reason: Private,
    /// When.
    pub at: Timestamp,
    /// Login of who decided.
    pub by: Option<String>,
}

/// How it was settled.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settlement {
    /// What was done.
    pub note: Private,
    /// When.
    pub at: Timestamp,
    /// Login of who settled it.
    pub by: Option<String>,
}

/// How far telling is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum Telling {
    /// No message was made: nobody is named, or only just entered.
    Nobody,
    /// A message waits to be sent.
    Waiting {
        /// Since when.
        since: Timestamp,
    },
    /// Everybody named was told.
    Told {
        /// When the last of them was.
        at: Timestamp,
    },
    /// A person gave the message up.
    GivenUp {
        /// When.
        at: Timestamp,
    },
}

/// An entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// What was said.
    #[serde(flatten)]
    pub feedback: Feedback,
    /// When it was entered.
    pub entered_at: Timestamp,
    /// Login of who entered it.
    pub by: Option<String>,
    /// Whether those it concerns were told.
    pub telling: Telling,
    /// Whether it was justified, once decided.
    pub decision: Option<Decision>,
    /// How it was settled, once it is.
    pub settled: Option<Settlement>,
}

impl Entry {
    /// When it was received.
    pub fn received_at(&self) -> Timestamp {
        self.feedback.received_at.unwrap_or(self.entered_at)
    }

    fn is_forgettable(&self, now: Timestamp) -> bool {
        let waits = matches!(self.telling, Telling::Waiting { .. });
        let settled = self.settled.as_ref();
        !waits && settled.is_some_and(|it| now.duration_since(it.at) >= KEPT_AFTER_SETTLING)
    }
}

/// An entry that was told of late.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Late {
    /// Which.
    pub id: u64,
    /// When it was received.
    pub received_at: Timestamp,
    /// From receipt until everybody was told, seconds.
    pub after_s: u64,
}

/// Counts of a kind over a month; they only grow, but for decisions that are replaced.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Counts {
    /// Entries.
    pub received: u64,
    /// Decided to be justified.
    pub justified: u64,
    /// Decided not to be.
    pub unjustified: u64,
    /// Told at once.
    pub told_at_once: u64,
    /// Told later.
    pub told_late: u64,
}

impl Counts {
    /// Adds another month's.
    pub fn add(&mut self, other: Self) {
        self.received += other.received;
        self.justified += other.justified;
        self.unjustified += other.unjustified;
        self.told_at_once += other.told_at_once;
        self.told_late += other.told_late;
    }
}

/// A local month.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct MonthCounts {
    /// By kind.
    pub kinds: BTreeMap<FeedbackKind, Counts>,
    /// The first [`LATE_KEPT_MAX`] that were told of late.
    pub late: Vec<Late>,
}

/// The first date of a date's month, which names the month here.
pub fn month_of(date: Date) -> Date {
    date.first_of_month()
}

/// All feedback as it stands.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct FeedbackBook {
    /// Entries about which something is to be done, or was lately, by the sequence that names them.
    pub entries: BTreeMap<u64, Entry>,
    /// Counts by the first date of the month of receipt.
    pub months: BTreeMap<Date, MonthCounts>,
}

/// Why something is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FeedbackRejection {
    /// A text that is empty or too long.
    #[error("give the text in 1 to {TEXT_CHARS_MAX} characters")]
    UnfitText,
    /// A contact that is empty or too long.
    #[error("give the contact in 1 to {CONTACT_CHARS_MAX} characters, or leave it out")]
    UnfitContact,
    /// A reason that is empty or too long.
    #[error("give the reason in 1 to {REASON_CHARS_MAX} characters")]
    UnfitReason,
    /// A note that is too long.
    #[error("give the note in at most {REASON_CHARS_MAX} characters")]
    UnfitNote,
    /// Received in the future, or too long ago.
    #[error("received_at must not lie ahead, nor more than 92 days back")]
    UnfitMoment,
    /// No such entry, or one that was settled long ago.
    #[error("there is no feedback {0}, or it was settled long ago")]
    NoSuchEntry(u64),
    /// A decision about something that is neither a complaint nor a claim.
    #[error("only a complaint or a claim is justified or not (annex 1 row 8)")]
    NotDecided,
    /// Settled already.
    #[error("feedback {0} is settled already")]
    AlreadySettled(u64),
    /// A complaint or claim without a decision.
    #[error("decide whether feedback {0} was justified before settling it (annex 1 row 8)")]
    Undecided(u64),
    /// Too many entries are unsettled.
    #[error("{OPEN_MAX} entries are unsettled: settle some first")]
    TooMany,
}

fn fits(text: &Private, least: usize, most: usize) -> bool {
    (least..=most).contains(&text.0.trim().chars().count())
}

impl FeedbackBook {
    /// Clears what was said and why it was decided so, for a closed quarter's snapshots.
    pub fn clear_words(&mut self) {
        for entry in self.entries.values_mut() {
            entry.feedback.clear();
            if let Some(decision) = &mut entry.decision {
                decision.reason.clear();
            }
            if let Some(settled) = &mut entry.settled {
                settled.note.clear();
            }
        }
    }

    /// Forgets who entered and decided, for a closed quarter's snapshots.
    pub fn clear_names(&mut self) {
        for entry in self.entries.values_mut() {
            entry.by = None;
            if let Some(decision) = &mut entry.decision {
                decision.by = None;
            }
            if let Some(settled) = &mut entry.settled {
                settled.by = None;
            }
        }
    }

    /// Whether a change may be made.
    ///
    /// # Errors
    /// The refusal.
    pub fn check(&self, now: Timestamp, event: &FeedbackEvent) -> Result<(), FeedbackRejection> {
        use FeedbackRejection as No;
        match event {
            FeedbackEvent::Received(feedback) => self.check_received(now, feedback),
            FeedbackEvent::Decided { id, reason, .. } => {
                let entry = self.unsettled(*id)?;
                if !entry.feedback.kind.is_decided() {
                    return Err(No::NotDecided);
                }
                fits(reason, 1, REASON_CHARS_MAX)
                    .then_some(())
                    .ok_or(No::UnfitReason)
            }
            FeedbackEvent::Settled { id, note } => {
                let entry = self.unsettled(*id)?;
                if entry.feedback.kind.is_decided() && entry.decision.is_none() {
                    return Err(No::Undecided(*id));
                }
                fits(note, 0, REASON_CHARS_MAX)
                    .then_some(())
                    .ok_or(No::UnfitNote)
            }
        }
    }

    fn check_received(&self, now: Timestamp, feedback: &Feedback) -> Result<(), FeedbackRejection> {
        use FeedbackRejection as No;
        if !fits(&feedback.text, 1, TEXT_CHARS_MAX) {
            return Err(No::UnfitText);
        }
        let contact = feedback.contact.as_ref();
        if contact.is_some_and(|contact| !fits(contact, 1, CONTACT_CHARS_MAX)) {
            return Err(No::UnfitContact);
        }
        if let Some(at) = feedback.received_at
            && (at > now || now.duration_since(at) > RECEIVED_EARLIER_MAX)
        {
            return Err(No::UnfitMoment);
        }
        let open = self.entries.values().filter(|e| e.settled.is_none());
        if open.count() >= OPEN_MAX {
            return Err(No::TooMany);
        }
        Ok(())
    }

    fn unsettled(&self, id: u64) -> Result<&Entry, FeedbackRejection> {
        let entry = self.entries.get(&id);
        let entry = entry.ok_or(FeedbackRejection::NoSuchEntry(id))?;
        match entry.settled {
            None => Ok(entry),
            Some(_) => Err(FeedbackRejection::AlreadySettled(id)),
        }
    }

    /// Brings the book up to date with one fact.
    pub fn apply(&mut self, noted: Noted<'_>, event: &FeedbackEvent) {
        let by = noted.actor.login().map(str::to_owned);
        match event {
            FeedbackEvent::Received(feedback) => {
                let entry = Entry {
                    feedback: feedback.clone(),
                    entered_at: noted.at,
                    by,
                    telling: Telling::Nobody,
                    decision: None,
                    settled: None,
                };
                self.counts(&entry.feedback).received += 1;
                self.entries.insert(noted.seq, entry);
            }
            FeedbackEvent::Decided {
                id,
                justified,
                reason,
            } => {
                let Some(entry) = self.entries.get_mut(id) else {
                    return;
                };
                let decision = Decision {
                    justified: *justified,
                    reason: reason.clone(),
                    at: noted.at,
                    by,
                };
                let before = entry.decision.replace(decision);
                let (kind, date) = (entry.feedback.kind, entry.feedback.received_on);
                let counts = self.counts_of(date, kind);
                if let Some(before) = before {
                    let count = decided(counts, before.justified);
                    *count = count.saturating_sub(1);
                }
                *decided(counts, *justified) += 1;
            }
            FeedbackEvent::Settled { id, note } => {
                if let Some(entry) = self.entries.get_mut(id) {
                    entry.settled = Some(Settlement {
                        note: note.clone(),
                        at: noted.at,
                        by,
                    });
                }
            }
        }
    }

    /// How telling of an entry stands now.
    pub(super) fn tell(&mut self, id: u64, telling: Telling) {
        let Some(entry) = self.entries.get_mut(&id) else {
            return;
        };
        entry.telling = telling;
        let Telling::Told { at } = telling else {
            return;
        };
        let received_at = entry.received_at();
        let after = at.duration_since(received_at);
        let (kind, date) = (entry.feedback.kind, entry.feedback.received_on);
        let month = self.months.entry(month_of(date)).or_default();
        let counts = month.kinds.entry(kind).or_default();
        if after <= AT_ONCE {
            counts.told_at_once += 1;
            return;
        }
        counts.told_late += 1;
        if month.late.len() < LATE_KEPT_MAX {
            month.late.push(Late {
                id,
                received_at,
                after_s: after.as_secs().unsigned_abs(),
            });
        }
    }

    /// Lets go of what was settled long ago and waits for nothing. The journal keeps it.
    pub fn forget(&mut self, now: Timestamp) {
        self.entries.retain(|_, entry| !entry.is_forgettable(now));
    }

    /// Whether [`FeedbackBook::forget`] would let go of something.
    pub fn has_forgettable(&self, now: Timestamp) -> bool {
        self.entries.values().any(|entry| entry.is_forgettable(now))
    }

    /// Clears what tells who a customer is, for an export.
    pub fn leave_out_contacts(&mut self) {
        for entry in self.entries.values_mut() {
            entry.feedback.contact = None;
        }
    }

    fn counts(&mut self, feedback: &Feedback) -> &mut Counts {
        self.counts_of(feedback.received_on, feedback.kind)
    }

    fn counts_of(&mut self, date: Date, kind: FeedbackKind) -> &mut Counts {
        let month = self.months.entry(month_of(date)).or_default();
        month.kinds.entry(kind).or_default()
    }
}

fn decided(counts: &mut Counts, justified: bool) -> &mut u64 {
    if justified {
        &mut counts.justified
    } else {
        &mut counts.unjustified
    }
}

#[cfg(test)]
#[path = "feedback_tests.rs"]
mod tests;
