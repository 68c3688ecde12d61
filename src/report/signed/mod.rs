//! What was signed of a quarter (A1.12), and whether the figures of now agree with it.
//!
//! Two checks: every report compares its own figures with the signed ones, which costs a digest;
//! [`verified`] reads the journal again, the quarter's file with its hash as well.

mod again;
mod canonical;
mod compare;
mod verify;
mod words;

use jiff::Timestamp;
use jiff::civil::Date;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

pub use again::{from_journal, verified};
pub use canonical::{DEFINITIONS, figures};
pub use verify::{JournalCheck, JournalState, Unready, check_journal, frozen, prepare};
pub use words::path as in_words;

use super::comparison::Neighbour;
use super::model::QuarterReport;
use crate::quality::signing::{Signature, Signatures, digest};

/// Differences told one by one at most; the rest are counted.
pub const DIFFERENCES_MAX: usize = 50;

/// How a quarter stands with its signature.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct SignOff {
    /// How it stands.
    pub state: SignOffState,
    /// Whether the figures as they are can be signed now: never signed, or signed and changed.
    pub signable: bool,
    /// The first date on which they can be, local.
    pub from: Date,
    /// SHA-256 of the figures of this report, hex; who signs names what was looked at with it.
    pub figures_sha256: String,
    /// Version of the definitions by which they are counted.
    pub definitions: u32,
    /// Signatures, newest first.
    pub signatures: Vec<SignatureLine>,
    /// The quarter before, "2026-Q3", where it is over, has data and nobody has signed it.
    pub earlier_unsigned: Option<String>,
    /// Where the figures differ from those that were signed last, at most 50.
    pub differences: Vec<Difference>,
    /// Differences beyond these.
    pub differences_more: u64,
    /// What reading the journal again found; absent where only the figures were compared.
    pub journal: Option<JournalCheck>,
}

/// How a quarter stands with its signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SignOffState {
    /// The quarter is not over.
    NotOver,
    /// It is over and tickets are open.
    Open,
    /// It is over and there are no data of it.
    NoData,
    /// Nobody has signed it yet.
    Unsigned,
    /// The figures are those that were signed last.
    Agrees,
    /// The figures differ from those that were signed last.
    Differs,
    /// The figures differ in their digest, and those that were signed cannot be read.
    Unreadable,
}

/// One signature.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct SignatureLine {
    /// Its sequence in the journal.
    pub seq: u64,
    /// Under what, by whom and when.
    #[serde(flatten)]
    pub signature: Signature,
    /// The figures of this report have the same digest.
    pub same_figures: bool,
}

/// A figure that differs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Difference {
    /// Where it stands in the report: `total.quarter.issued`.
    pub path: String,
    /// The same in Latvian words.
    pub what: String,
    /// What was signed, as it is written; absent where there was no such figure.
    pub signed: Option<String>,
    /// What it is now.
    pub now: Option<String>,
}

impl SignOff {
    /// Before anything is known of a quarter.
    pub(super) fn begin(from: Date) -> Self {
        Self {
            state: SignOffState::NotOver,
            signable: false,
            from,
            figures_sha256: String::new(),
            definitions: DEFINITIONS,
            signatures: Vec::new(),
            earlier_unsigned: None,
            differences: Vec::new(),
            differences_more: 0,
            journal: None,
        }
    }

    /// The newest signature.
    pub fn newest(&self) -> Option<&SignatureLine> {
        self.signatures.first()
    }
}

/// Tells in a report who signed its quarter and whether its figures agree. `frozen` reads the
/// figures that a signature stands under; it is asked only where the digests differ.
pub fn tell(
    report: &mut QuarterReport,
    signatures: &Signatures,
    frozen: impl FnOnce(u64) -> Option<Value>,
) {
    let figures = figures(report);
    let sha256 = digest(&figures);
    let mut lines: Vec<SignatureLine> = signatures
        .of(&report.quarter)
        .map(|(seq, signature)| SignatureLine {
            seq,
            same_figures: signature.under.figures_sha256 == sha256,
            signature: signature.clone(),
        })
        .collect();
    lines.reverse();
    let over = report.as_of_date() >= report.sign_off.from;
    let mut differences = Vec::new();
    let state = match lines.first() {
        Some(newest) if newest.same_figures => SignOffState::Agrees,
        Some(newest) => match frozen(newest.seq) {
            Some(signed) => {
                let under = &newest.signature.under;
                let older = under.definitions != DEFINITIONS;
                differences = compare::differences(&signed, &figures, older, &report.timezone);
                match differences.len() {
                    0 => SignOffState::Agrees,
                    _ => SignOffState::Differs,
                }
            }
            None => SignOffState::Unreadable,
        },
        None if !over => SignOffState::NotOver,
        None if report.total.quarter.open > 0 => SignOffState::Open,
        None if !report.has_data() => SignOffState::NoData,
        None => SignOffState::Unsigned,
    };
    let earlier_unsigned = earlier_unsigned(report, signatures);
    let sign_off = &mut report.sign_off;
    sign_off.earlier_unsigned = earlier_unsigned;
    sign_off.signable = report.settled
        && match state {
            SignOffState::Unsigned | SignOffState::Differs | SignOffState::Unreadable => true,
            SignOffState::NotOver
            | SignOffState::Open
            | SignOffState::NoData
            | SignOffState::Agrees => false,
        };
    sign_off.state = state;
    sign_off.figures_sha256 = sha256;
    sign_off.signatures = lines;
    sign_off.differences_more = differences.len().saturating_sub(DIFFERENCES_MAX) as u64;
    differences.truncate(DIFFERENCES_MAX);
    sign_off.differences = differences;
}

fn earlier_unsigned(report: &QuarterReport, signatures: &Signatures) -> Option<String> {
    let mut beside = report.comparisons.iter();
    let earlier = beside.find(|beside| beside.kind == Neighbour::PreviousQuarter)?;
    let over = report.as_of_date() >= report.from;
    let unsigned = signatures.of(&earlier.quarter).next().is_none();
    (over && unsigned && earlier.total.is_some()).then(|| earlier.quarter.clone())
}

impl QuarterReport {
    /// Whether there are figures of any of its dates, be they all zero.
    fn has_data(&self) -> bool {
        self.days.iter().any(|day| day.issued.is_some())
    }

    /// The local date of the report's moment.
    fn as_of_date(&self) -> Date {
        local_date(self.as_of, &self.timezone)
    }
}

fn local_date(at: Timestamp, timezone: &str) -> Date {
    let tz = jiff::tz::TimeZone::get(timezone).unwrap_or(jiff::tz::TimeZone::UTC);
    at.to_zoned(tz).date()
}
