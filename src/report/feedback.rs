//! Feedback of a quarter (clause 29) and the complaints that were justified (A1.8).

use crate::journal::record::{Fact, Record};
use crate::quality::feedback::FeedbackBook;
use crate::quality::{Noted, Quality};

/// Folds the facts on feedback among the records and forgets none of it. Records may begin
/// anywhere: what is about entries before them is passed over.
pub fn feedback_of(records: impl IntoIterator<Item = Record>) -> FeedbackBook {
    let mut quality = Quality::default();
    for record in records {
        if let Fact::Quality(event) = &record.fact {
            let noted = Noted {
                seq: record.seq,
                at: record.at,
                actor: &record.actor,
            };
            quality.apply(noted, event);
        }
    }
    quality.feedback
}
