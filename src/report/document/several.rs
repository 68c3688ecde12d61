//! What differs where a report is of several centres.

use super::tables::{self, columns, section};
use super::{Cell, Document, Place, Table};
use crate::report::model::QuarterReport;

/// The section of desks required beside those that were open.
pub(super) const DESKS_ADVISED: &str = "Galdi pa pusstundām";

/// The same as a plot.
pub(super) const DESKS_DRAWN: &str = "Galdi diagrammā";

/// A report of several centres says which, first of the details, and advises no desks.
pub(super) fn tell(document: &mut Document, report: &QuarterReport) {
    let target = tables::within_heading(report.target_s);
    let sections = &mut document.sections;
    sections.retain(|section| ![DESKS_ADVISED, DESKS_DRAWN].contains(&section.name));
    let first = sections.iter().position(|of| of.place != Place::First);
    let table = section("Centri", "Centri", Place::Detail, centres(report, &target));
    sections.insert(first.unwrap_or(sections.len()), table);
}

fn centres(report: &QuarterReport, target: &str) -> Table {
    let rows = report
        .centres
        .iter()
        .map(|centre| {
            let (complete, of) = (&centre.completeness, &centre.figures);
            let mut row = vec![Cell::words(&centre.name)];
            row.extend(
                [
                    complete.days_with_data,
                    complete.days_due,
                    of.issued,
                    of.finished,
                ]
                .map(Cell::Count),
            );
            row.extend(tables::statistics(&of.wait));
            row.extend(tables::within(of));
            row
        })
        .collect();
    let figures = [
        "Dienas ar datiem",
        "no",
        "Izdotas",
        "Apkalpotas",
        "Gaidīja",
        "Mediāna",
        "P90",
        "Garākā",
        "Vidējā",
        target,
        "Laikā, skaits",
        "no",
    ];
    Table {
        columns: columns(&["Centrs"], &figures),
        rows,
        grouped: false,
        sums: false,
    }
}
