//! What a report says beyond the figures: what people noted of the quality of service.

use super::model::QuarterReport;
use super::{feedback, incidents, mornings, notices, register};
use crate::quality::Quality;
use crate::queue::calendar::{Calendar, Edits};
use crate::queue::setup::Setup;

/// Adds to a quarter's report what is kept of the quality of service. The report's own dates and
/// moment say which of it belongs to the quarter; the calendar, which dates needed a notice.
pub fn add_kept(report: &mut QuarterReport, setup: &Setup, edits: &Edits, quality: &Quality) {
    let calendar = Calendar::new(&setup.hours, edits);
    let mut rows = mornings::rows(&report.days, quality);
    rows.extend(notices::rows(report, &calendar, &setup.timezone, quality));
    rows.extend(incidents::rows(report, &setup.timezone, &quality.incidents));
    report.compliance.extend(rows);
    report.feedback = feedback::feedback_report(&quality.feedback, report.from, report.to);
    let told = feedback::row(&report.feedback, &setup.timezone);
    report.compliance.push(told);
    report
        .compliance
        .sort_by(|one, next| one.clause.cmp(&next.clause));
    register::add(report, setup, edits, quality);
}
