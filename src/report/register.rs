//! The register of evaluations and the survey in the quarter's report.

use super::model::QuarterReport;
use super::survey::survey;
use crate::quality::Quality;
use crate::quality::evaluations::register::Span;
use crate::queue::calendar::{Calendar, Edits};
use crate::queue::setup::Setup;

/// Adds them as they stood at the quarter's
/// end, or at the report's moment where that is earlier.
pub(super) fn add(report: &mut QuarterReport, setup: &Setup, edits: &Edits, quality: &Quality) {
    let today = setup.date_of(report.as_of);
    if today < report.from {
        return;
    }
    let span = Span {
        from: report.from,
        to: report.to.min(today),
    };
    let calendar = Calendar::new(&setup.hours, edits);
    let signed = quality.signed(&setup.timezone);
    report.evaluations = quality.evaluations.lines(&calendar, span, &signed);
    report.survey = survey(report, &quality.survey);
}
