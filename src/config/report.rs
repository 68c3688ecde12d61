//! `[report]`: who sees what of single consultants.

use serde::Deserialize;

use super::place::{At, Found};
use crate::access::StaffFigures;

/// The table as it is written.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct ReportTable {
    staff_figures: Option<String>,
}

impl ReportTable {
    /// Checks it, noting what cannot be meant.
    pub(super) fn check(&self, found: &mut Found<'_>) -> StaffFigures {
        match self.staff_figures.as_deref() {
            None | Some("aggregates") => StaffFigures::Aggregates,
            Some("named") => StaffFigures::Named,
            Some(other) => {
                found.note(
                    &[At::Key("report"), At::Key("staff_figures")],
                    format!("\"{other}\" is not known: use \"aggregates\" or \"named\""),
                );
                StaffFigures::Aggregates
            }
        }
    }
}
