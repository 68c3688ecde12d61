//! A signed quarter once more from the journal alone.

use std::io;
use std::path::Path;

use jiff::Timestamp;

use super::{JournalState, SignOff, SignOffState, check_journal, frozen, tell};
use crate::journal::{self, Progress, Quarter};
use crate::queue::setup::Setup;
use crate::report::model::QuarterReport;
use crate::report::{add_kept, damaged_places, quarter_report, recompute_report};

/// The report of a quarter recomputed from the journal, its newest signature told.
///
/// # Errors
/// Where the journal cannot be read.
pub fn from_journal(
    data: &Path,
    setup: &Setup,
    quarter: Quarter,
    as_of: Timestamp,
    progress: Progress<'_>,
) -> io::Result<QuarterReport> {
    let recomputed = recompute_report(data, &setup.timezone, quarter, progress)?;
    let quality = journal::read_state(data)?.quality;
    let edits = &recomputed.calendar;
    let mut report = quarter_report(setup, edits, quarter, recomputed.days, as_of);
    add_kept(&mut report, setup, edits, &quality);
    tell(&mut report, &quality.signatures, |seq| frozen(data, seq));
    Ok(report)
}

/// As [`from_journal`], with the file of the quarter read again and compared with what was signed.
///
/// # Errors
/// Where the journal cannot be read.
pub fn verified(
    data: &Path,
    setup: &Setup,
    quarter: Quarter,
    as_of: Timestamp,
    progress: Progress<'_>,
) -> io::Result<QuarterReport> {
    let mut report = from_journal(data, setup, quarter, as_of, progress)?;
    let newest = report.sign_off.newest();
    let newest = newest.map(|line| (line.seq, line.signature.under.clone()));
    if let Some((seq, under)) = newest {
        let damaged = damaged_places(data, &setup.timezone, quarter)?;
        report.sign_off.journal = Some(check_journal(data, seq, &under, damaged)?);
    }
    Ok(report)
}

impl SignOff {
    /// What a full check found wrong, in a line each; nothing where all is as signed, or nothing was
    /// signed.
    pub fn wrong(&self) -> Vec<String> {
        let mut wrong = Vec::new();
        match self.state {
            SignOffState::Differs => {
                let count = self.differences.len() as u64 + self.differences_more;
                wrong.push(format!(
                    "{count} figures differ from those that were signed"
                ));
            }
            SignOffState::Unreadable => {
                wrong.push("the figures differ, and those signed cannot be read".to_owned());
            }
            SignOffState::NotOver
            | SignOffState::Open
            | SignOffState::NoData
            | SignOffState::Unsigned
            | SignOffState::Agrees => {}
        }
        for difference in &self.differences {
            let told = |value: &Option<String>| value.clone().unwrap_or_else(|| "-".to_owned());
            let (signed, now) = (told(&difference.signed), told(&difference.now));
            wrong.push(format!("{}: signed {signed}, now {now}", difference.path));
        }
        if self.differences_more > 0 {
            wrong.push(format!("and {} more", self.differences_more));
        }
        if let Some(check) = &self.journal {
            match check.state {
                JournalState::AsSigned | JournalState::Cleared => {}
                JournalState::Differs => {
                    wrong.push("the quarter's file is not the one that was signed".to_owned());
                }
                JournalState::Gone => wrong.push("the quarter's file is gone".to_owned()),
            }
            if check.damaged > 0 {
                wrong.push(format!("{} places of it cannot be read", check.damaged));
            }
            if !check.figures_kept {
                wrong.push("the record of the signature cannot be read".to_owned());
            }
        }
        wrong
    }
}
