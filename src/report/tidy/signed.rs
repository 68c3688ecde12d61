//! Signatures, and what differs from the newest.

use super::{Rows, Subject, Written};
use crate::report::signed::SignOff;

impl Rows<'_> {
    pub(super) fn sign_off(&mut self, sign_off: &SignOff) -> Written {
        let quarter = self.report.quarter.as_str();
        let centre = Subject::centre();
        let sha256 = Some(sign_off.figures_sha256.clone());
        self.write(centre, quarter, ("figures_sha256", "text"), sha256, None)?;
        for line in &sign_off.signatures {
            let seq = line.seq.to_string();
            let under = &line.signature.under;
            let subject = Subject {
                scope: "signature",
                id: &seq,
                name: &under.name,
            };
            for (measure, unit, value) in [
                ("signed_at", "time", line.signature.signed_at.to_string()),
                ("by", "text", line.signature.by.clone().unwrap_or_default()),
                ("as_of", "time", under.as_of.to_string()),
                ("comment", "text", under.comment.clone().unwrap_or_default()),
                ("first_seq", "count", under.first_seq.to_string()),
                ("last_seq", "count", under.last_seq.to_string()),
                ("journal_sha256", "text", under.journal_sha256.clone()),
                ("figures_sha256", "text", under.figures_sha256.clone()),
                ("same_figures", "text", line.same_figures.to_string()),
            ] {
                self.write(subject, quarter, (measure, unit), Some(value), None)?;
            }
        }
        for difference in &sign_off.differences {
            let subject = Subject {
                scope: "difference",
                id: &difference.path,
                name: &difference.what,
            };
            let (signed, now) = (difference.signed.clone(), difference.now.clone());
            self.write(subject, quarter, ("signed", "text"), signed, None)?;
            self.write(subject, quarter, ("now", "text"), now, None)?;
        }
        if !sign_off.signatures.is_empty() {
            let count = sign_off.differences.len() as u64 + sign_off.differences_more;
            self.plain(centre, quarter, "differences", "count", Some(count))?;
        }
        Ok(())
    }
}
