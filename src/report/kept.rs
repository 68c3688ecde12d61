//! What a report says beyond the figures: what people noted of the quality of service.

use super::model::QuarterReport;
use super::{mornings, register};
use crate::quality::Quality;
use crate::queue::calendar::Edits;
use crate::queue::setup::Setup;

/// Adds to a quarter's report what is kept of the quality of service. The report's own dates and
/// moment say which of it belongs to the quarter; working days are the calendar's.
pub fn add_kept(report: &mut QuarterReport, setup: &Setup, edits: &Edits, quality: &Quality) {
    report
        .compliance
        .extend(mornings::rows(&report.days, quality));
    report
        .compliance
        .sort_by(|one, next| one.clause.cmp(&next.clause));
    register::add(report, setup, edits, quality);
}
