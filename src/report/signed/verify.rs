//! What a signature stands on, read from the journal again.

use std::io;
use std::path::Path;

use jiff::Timestamp;
use jiff::civil::Date;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::canonical::{DEFINITIONS, figures};
use super::local_date;
use crate::journal::record::Fact;
use crate::journal::{self, Quarter};
use crate::quality::QualityEvent;
use crate::quality::signing::{Signed, SigningEvent, Under, digest};
use crate::report::model::QuarterReport;

/// Why a quarter cannot be signed yet.
#[derive(Debug, thiserror::Error)]
pub enum Unready {
    /// It is not over.
    #[error("the quarter is not over: sign it from {from} on")]
    NotOver {
        /// The first date on which it can be signed, local.
        from: Date,
    },
    /// Tickets are open; the daemon closes them when the next date begins.
    #[error("{tickets} tickets of the quarter are open: start the daemon, which closes them")]
    Open {
        /// So many.
        tickets: u64,
    },
    /// There are no figures of any of its dates.
    #[error("there are no data of the quarter: nothing to sign")]
    NoData,
    /// There is no file of the quarter, or it is still written to.
    #[error("the journal has no closed file of the quarter")]
    NotClosed,
    /// The file is not what its seal says.
    #[error("the quarter's file is not what its seal says: restore it from a backup")]
    Damaged,
    /// The journal cannot be read.
    #[error("the journal cannot be read")]
    Journal(#[from] io::Error),
}

/// What a report would be signed under; name and comment are left to be filled in.
///
/// # Errors
/// Why it cannot be signed.
pub fn prepare(report: &QuarterReport, data: &Path) -> Result<Signed, Unready> {
    let from = report.sign_off.from;
    if local_date(report.as_of, &report.timezone) < from {
        return Err(Unready::NotOver { from });
    }
    if !report.settled {
        let tickets = report.total.quarter.open;
        return Err(Unready::Open { tickets });
    }
    if !report.has_data() {
        return Err(Unready::NoData);
    }
    let quarter: Quarter = report.quarter.parse().map_err(|_| Unready::NotClosed)?;
    let closed = journal::closed(data, quarter)?.ok_or(Unready::NotClosed)?;
    if !closed.is_whole() {
        return Err(Unready::Damaged);
    }
    let figures = figures(report);
    let under = Under {
        quarter: report.quarter.clone(),
        as_of: report.as_of,
        name: String::new(),
        comment: None,
        definitions: DEFINITIONS,
        first_seq: closed.now.first_seq,
        last_seq: closed.now.last_seq,
        journal_sha256: closed.now.sha256,
        figures_sha256: digest(&figures),
    };
    Ok(Signed { under, figures })
}

/// What reading a signed quarter's file again found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct JournalCheck {
    /// How it stands.
    pub state: JournalState,
    /// SHA-256 of the file as it is now, hex; absent where there is none.
    pub sha256: Option<String>,
    /// When fields of it were cleared last, where that explains the other hash.
    pub cleared_at: Option<Timestamp>,
    /// Places of the quarter's journal that could not be read.
    pub damaged: u64,
    /// The record of the signature can be read, and its figures are those of its digest.
    pub figures_kept: bool,
}

/// How a signed quarter's file stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum JournalState {
    /// To the byte what was signed.
    AsSigned,
    /// What was signed, but for fields that were cleared since as the journal records.
    Cleared,
    /// Not what was signed.
    Differs,
    /// There is no closed file of the quarter any more.
    Gone,
}

/// Reads the file of a signed quarter again; `seq` is the signature's, `damaged` what the
/// recomputation could not read.
///
/// # Errors
/// Where the journal cannot be read at all.
pub fn check_journal(
    data: &Path,
    seq: u64,
    under: &Under,
    damaged: u64,
) -> io::Result<JournalCheck> {
    let closed = match under.quarter.parse::<Quarter>() {
        Ok(quarter) => journal::closed(data, quarter)?,
        Err(_) => None,
    };
    let mut check = JournalCheck {
        state: JournalState::Gone,
        sha256: None,
        cleared_at: None,
        damaged,
        figures_kept: frozen(data, seq).is_some(),
    };
    let Some(closed) = closed else {
        return Ok(check);
    };
    let range = (under.first_seq, under.last_seq);
    let signed = &under.journal_sha256;
    check.state = JournalState::Differs;
    if range == (closed.now.first_seq, closed.now.last_seq) {
        if closed.now.sha256 == *signed {
            check.state = JournalState::AsSigned;
        } else if let Some(at) = closed.cleared_since(signed) {
            check.state = JournalState::Cleared;
            check.cleared_at = Some(at);
        }
    }
    check.sha256 = Some(closed.now.sha256);
    Ok(check)
}

/// The figures that a signature stands under, from its record; none where that cannot be read or is
/// not what was signed.
pub fn frozen(data: &Path, seq: u64) -> Option<Value> {
    let record = journal::read_near(data, seq).ok()?.next()?.ok()?;
    let Fact::Quality(QualityEvent::Signing(SigningEvent::Signed(signed))) = record.fact else {
        return None;
    };
    let Signed { under, figures } = *signed;
    (record.seq == seq && digest(&figures) == under.figures_sha256).then_some(figures)
}
