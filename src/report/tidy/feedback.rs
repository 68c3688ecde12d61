//! Feedback and complaints as rows.

use super::{Rows, Subject, Written};
use crate::quality::feedback::FeedbackKind;
use crate::report::feedback::{FeedbackLine, FeedbackReport};

impl Rows<'_> {
    pub(super) fn feedback(&mut self, report: &FeedbackReport) -> Written {
        for month in &report.months {
            for line in &month.kinds {
                self.feedback_line(&month.month, line)?;
            }
        }
        let quarter = self.report.quarter.clone();
        for line in &report.quarter {
            self.feedback_line(&quarter, line)?;
        }
        Ok(())
    }

    fn feedback_line(&mut self, period: &str, line: &FeedbackLine) -> Written {
        let id = match line.kind {
            FeedbackKind::Comment => "comment",
            FeedbackKind::Suggestion => "suggestion",
            FeedbackKind::Complaint => "complaint",
            FeedbackKind::Claim => "claim",
        };
        let subject = Subject {
            scope: "feedback",
            id,
            name: &line.word,
        };
        for (measure, count) in [
            ("received", Some(line.received)),
            ("justified", line.justified),
            ("unjustified", line.unjustified),
            ("undecided", line.undecided),
            ("told_at_once", Some(line.told_at_once)),
            ("told_late", Some(line.told_late)),
            ("untold", Some(line.untold)),
        ] {
            self.plain(subject, period, measure, "entries", count)?;
        }
        Ok(())
    }
}
