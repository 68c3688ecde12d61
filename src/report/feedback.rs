//! Feedback of a quarter (clause 29) and the complaints that were justified (A1.8).

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};
use serde::Serialize;
use utoipa::ToSchema;

use super::links::{self, LINKS_MAX};
use super::model::ComplianceRow;
use crate::journal::record::{Fact, Record};
use crate::quality::feedback::{Counts, FeedbackBook, FeedbackKind, MonthCounts, month_of};
use crate::quality::{Noted, Quality};
use crate::queue::wording;

/// Folds the facts on feedback among the records and forgets none of it. Records may begin
/// anywhere: what is about entries before them is passed over.
pub fn feedback_of(records: impl IntoIterator<Item = Record>) -> FeedbackBook {
    let mut quality = Quality::default();
    for record in records {
        if let Fact::Quality(event) = &record.fact {
            let noted = Noted {
                seq: record.seq,
                at: record.at,
                actor: &record.actor,
            };
            quality.apply(noted, event);
        }
    }
    quality.feedback
}

/// Feedback of one kind, over a month or the quarter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct FeedbackLine {
    /// Which of the four.
    pub kind: FeedbackKind,
    /// The standard's word for it.
    pub word: String,
    /// Entries received.
    pub received: u64,
    /// Decided to be justified; absent where that is not decided (A1.8).
    pub justified: Option<u64>,
    /// Decided not to be.
    pub unjustified: Option<u64>,
    /// Not decided yet.
    pub undecided: Option<u64>,
    /// Told within one minute of receipt (clause 29).
    pub told_at_once: u64,
    /// Told later.
    pub told_late: u64,
    /// Nobody was told so far.
    pub untold: u64,
}

/// A month of receipt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct FeedbackMonthLine {
    /// "2026-10".
    pub month: String,
    /// All four kinds in the standard's order.
    pub kinds: Vec<FeedbackLine>,
}

/// An entry that was told of late.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct FeedbackLate {
    /// Id.
    pub id: u64,
    /// When it was received.
    pub received_at: Timestamp,
    /// From then until everybody was told, seconds.
    pub after_s: u64,
}

/// Feedback and complaints of a quarter.
#[derive(Debug, Clone, PartialEq, Default, Serialize, ToSchema)]
pub struct FeedbackReport {
    /// The three months.
    pub months: Vec<FeedbackMonthLine>,
    /// The whole quarter.
    pub quarter: Vec<FeedbackLine>,
    /// The first of each month that were told of late.
    pub late: Vec<FeedbackLate>,
}

/// The feedback received from one date to another, both ends included, as it stands now.
pub(super) fn feedback_report(book: &FeedbackBook, from: Date, to: Date) -> FeedbackReport {
    let firsts = from.series(1.month()).take_while(|first| *first <= to);
    let firsts: Vec<Date> = firsts.map(month_of).collect();
    let empty = MonthCounts::default();
    let month = |first: &Date| book.months.get(first).unwrap_or(&empty);
    let count = |first: &Date, kind| month(first).kinds.get(&kind).copied().unwrap_or_default();
    let months = firsts.iter().map(|first| FeedbackMonthLine {
        month: format!("{:04}-{:02}", first.year(), first.month()),
        kinds: FeedbackKind::ALL
            .map(|kind| line(kind, count(first, kind)))
            .to_vec(),
    });
    let quarter = FeedbackKind::ALL.map(|kind| {
        let mut sum = Counts::default();
        for first in &firsts {
            sum.add(count(first, kind));
        }
        line(kind, sum)
    });
    let late = firsts.iter().flat_map(|first| &month(first).late);
    FeedbackReport {
        months: months.collect(),
        quarter: quarter.to_vec(),
        late: late
            .map(|late| FeedbackLate {
                id: late.id,
                received_at: late.received_at,
                after_s: late.after_s,
            })
            .collect(),
    }
}

fn line(kind: FeedbackKind, of: Counts) -> FeedbackLine {
    let decided = |count: u64| kind.is_decided().then_some(count);
    FeedbackLine {
        kind,
        word: kind.word().to_owned(),
        received: of.received,
        justified: decided(of.justified),
        unjustified: decided(of.unjustified),
        undecided: decided(of.received.saturating_sub(of.justified + of.unjustified)),
        told_at_once: of.told_at_once,
        told_late: of.told_late,
        untold: of.received.saturating_sub(of.told_at_once + of.told_late),
    }
}

/// The strip's row: told at once, of all.
pub(super) fn row(report: &FeedbackReport, tz: &TimeZone) -> ComplianceRow {
    let sum = |of: fn(&FeedbackLine) -> u64| report.quarter.iter().map(of).sum::<u64>();
    let mut exceptions: Vec<String> = report
        .late
        .iter()
        .map(|late| {
            let received = wording::date_and_time(late.received_at, tz);
            let after = length(late.after_s);
            format!("saņemta {received}, ziņots pēc {after}")
        })
        .collect();
    let more = sum(|line| line.told_late).saturating_sub(report.late.len() as u64);
    if more > 0 {
        exceptions.push(format!("vēl {more} ziņots vēlāk"));
    }
    let untold = sum(|line| line.untold);
    if untold > 0 {
        exceptions.push(format!("{untold} nav ziņots"));
    }
    let links = exceptions
        .iter()
        .take(LINKS_MAX)
        .cloned()
        .map(links::feedback);
    ComplianceRow {
        clause: "29".to_owned(),
        what: "Atsauksmes, ierosinājumi, sūdzības un pretenzijas, par kurām ziņots minūtes laikā"
            .to_owned(),
        n: sum(|line| line.told_at_once),
        of: sum(|line| line.received),
        links: links.collect(),
        exceptions,
    }
}

/// "90 s", "12 min", "3 h 10 min".
fn length(seconds: u64) -> String {
    match seconds {
        0..120 => format!("{seconds} s"),
        120..3600 => format!("{} min", seconds / 60),
        _ => format!("{} h {} min", seconds / 3600, seconds / 60 % 60),
    }
}

#[cfg(test)]
#[path = "feedback_tests.rs"]
mod tests;
