//! What a report says beyond the figures: what people noted of the quality of service.

use jiff::tz::TimeZone;

use super::model::QuarterReport;
use super::{feedback, mornings};
use crate::quality::Quality;

/// Adds to a quarter's report what is kept of the quality of service. The report's own dates and
/// moment say which of it belongs to the quarter.
pub fn add_kept(report: &mut QuarterReport, quality: &Quality) {
    report
        .compliance
        .extend(mornings::rows(&report.days, quality));
    let tz = TimeZone::get(&report.timezone).unwrap_or(TimeZone::UTC);
    report.feedback = feedback::feedback_report(&quality.feedback, report.from, report.to);
    report.compliance.push(feedback::row(&report.feedback, &tz));
    report
        .compliance
        .sort_by(|one, next| one.clause.cmp(&next.clause));
}
