//! Everything that was signed, checked against the journal: for `rinda verify` and `rinda report
//! --verify`.

use std::collections::BTreeSet;
use std::io;
use std::path::Path;

use jiff::Timestamp;

use crate::journal;
use crate::queue::setup::Setup;
use crate::report::Quarter;
use crate::report::signed::{self, SignOff};

/// What checking found, a line each, for a terminal.
#[derive(Debug, Default)]
pub struct Checked {
    /// Signed quarters that are as they were signed.
    pub well: Vec<String>,
    /// What is wrong with the others.
    pub wrong: Vec<String>,
}

impl Checked {
    /// All of it, what is wrong last.
    pub fn text(&self) -> String {
        let lines: Vec<&str> = self
            .well
            .iter()
            .chain(&self.wrong)
            .map(|line| line.as_str())
            .collect();
        lines.join("\n")
    }
}

/// Checks every signed quarter, or one; quarters nobody signed have nothing to be checked.
///
/// # Errors
/// Where the journal cannot be read.
pub fn check(
    data: &Path,
    setup: &Setup,
    only: Option<Quarter>,
    as_of: Timestamp,
) -> io::Result<Checked> {
    let state = journal::read_state(data)?;
    let signatures = &state.quality.signatures;
    let mut quarters: BTreeSet<Quarter> = signatures
        .iter()
        .filter_map(|(_, signature)| signature.under.quarter.parse().ok())
        .collect();
    if let Some(only) = only {
        quarters.retain(|quarter| *quarter == only);
    }
    let mut checked = Checked::default();
    for quarter in quarters {
        let report = signed::verified(data, setup, quarter, as_of, &mut |_, _| {})?;
        let named = |line: &str| format!("signed {quarter}: {line}");
        let wrong = report.sign_off.wrong();
        checked.wrong.extend(wrong.iter().map(|line| named(line)));
        if wrong.is_empty() {
            checked.well.push(named(&well(&report.sign_off)));
        }
    }
    if let (Some(only), true, true) = (only, checked.well.is_empty(), checked.wrong.is_empty()) {
        checked.well.push(format!("{only} is not signed"));
    }
    Ok(checked)
}

fn well(sign_off: &SignOff) -> String {
    let cleared = sign_off.journal.as_ref().and_then(|check| check.cleared_at);
    let journal = match cleared {
        Some(at) => format!("the journal is what was signed, but for fields cleared at {at}"),
        None => "the journal is what was signed".to_owned(),
    };
    let by = sign_off.newest().map(|line| {
        let signature = &line.signature;
        format!(" (by {} at {})", signature.under.name, signature.signed_at)
    });
    format!("the figures agree and {journal}{}", by.unwrap_or_default())
}
