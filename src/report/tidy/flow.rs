//! Rows of what the quarter is compared with, of flow, and of what promises were worth.

use super::{Cases, Rows, Subject, Written};
use crate::report::comparison::Comparison;
use crate::report::flow::Flow;
use crate::report::latvian::half_hour;
use crate::report::reliability::ReliabilityBin;

impl Rows<'_> {
    /// Another quarter's figures, with that quarter as their period.
    pub(super) fn comparison(&mut self, of: &Comparison) -> Written {
        let complete = &of.completeness;
        for (measure, value) in [
            ("days_due", complete.days_due),
            ("days_with_data", complete.days_with_data),
        ] {
            self.plain(Subject::centre(), &of.quarter, measure, "days", Some(value))?;
        }
        match &of.total {
            Some(total) => self.figures(Subject::centre(), &of.quarter, total)?,
            None => self.plain(Subject::centre(), &of.quarter, "issued", "tickets", None)?,
        }
        for service in &of.services {
            let digit = service.service.digit().to_string();
            let subject = Subject {
                scope: "service",
                id: &digit,
                name: &service.name,
            };
            self.figures(subject, &of.quarter, &service.figures)?;
        }
        Ok(())
    }

    /// `weekday` with a half-hour as its name, `half_hour`, and `wait` with seconds as its subject.
    pub(super) fn flow(&mut self, of: &Flow) -> Written {
        let quarter = self.report.quarter.clone();
        let dates = Some(of.dates);
        self.plain(
            Subject::centre(),
            &quarter,
            "days_with_tickets",
            "days",
            dates,
        )?;
        for cell in &of.heat {
            let subject = Subject {
                scope: "weekday",
                id: &cell.weekday.to_string(),
                name: &half_hour(&cell.at),
            };
            self.plain(subject, &quarter, "issued", "tickets", Some(cell.issued))?;
            self.times(subject, &quarter, "wait", &cell.wait)?;
        }
        for half in &of.half_hours {
            let subject = Subject {
                scope: "half_hour",
                id: &half_hour(&half.at),
                name: "",
            };
            for (measure, value) in [
                ("issued", half.issued),
                ("called", half.called),
                ("finished", half.finished),
                ("issued_so_far", half.issued_so_far),
                ("called_so_far", half.called_so_far),
                ("finished_so_far", half.finished_so_far),
            ] {
                self.plain(subject, &quarter, measure, "tickets", Some(value))?;
            }
        }
        for step in &of.ecdf {
            let subject = Subject {
                scope: "wait",
                id: &step.within_s.to_string(),
                name: "",
            };
            let called = Some(step.called);
            self.plain(subject, &quarter, "called_within", "tickets", called)?;
            let share = Some(step.share.to_string());
            self.write(
                subject,
                &quarter,
                ("called_within_share", "share"),
                share,
                None,
            )?;
        }
        Ok(())
    }

    /// `promise` with the least promised median in seconds as its subject.
    pub(super) fn reliability(&mut self, bins: &[ReliabilityBin]) -> Written {
        let quarter = self.report.quarter.clone();
        for bin in bins {
            let subject = Subject {
                scope: "promise",
                id: &bin.from_s.to_string(),
                name: "",
            };
            let cases = Cases {
                count: bin.count,
                small: bin.within_p90.small_sample,
            };
            let promised = bin.promised_s.map(|promised| promised.to_string());
            self.write(
                subject,
                &quarter,
                ("promised_mean", "s"),
                promised,
                Some(cases),
            )?;
            self.times(subject, &quarter, "wait", &bin.wait)?;
            self.share(subject, &quarter, "within_p50", &bin.within_p50)?;
            self.share(subject, &quarter, "within_p90", &bin.within_p90)?;
        }
        Ok(())
    }
}
