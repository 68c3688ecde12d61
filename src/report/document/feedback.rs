//! Feedback and complaints as a table.

use super::tables::{TOTAL, columns};
use super::{Cell, Table};
use crate::report::feedback::{FeedbackLine, FeedbackReport};
use crate::report::latvian;

/// Months and the quarter, by kind.
pub(super) fn table(report: &FeedbackReport) -> Table {
    let months = report.months.iter().map(|month| {
        let number = month.month.rsplit('-').next().and_then(|n| n.parse().ok());
        let name = latvian::month(number.unwrap_or(0)).to_owned();
        (name, month.kinds.as_slice())
    });
    let quarter = (TOTAL.to_owned(), report.quarter.as_slice());
    let rows = months
        .chain([quarter])
        .flat_map(|(name, lines)| lines.iter().map(move |line| row(&name, line)))
        .collect();
    Table {
        columns: columns(
            &["Mēnesis", "Veids"],
            &[
                "Saņemtas",
                "Pamatotas",
                "Nepamatotas",
                "Nav izlemts",
                "Ziņots minūtes laikā",
                "Ziņots vēlāk",
                "Nav ziņots",
            ],
        ),
        rows,
        grouped: true,
        sums: false,
    }
}

fn row(name: &str, line: &FeedbackLine) -> Vec<Cell> {
    vec![
        Cell::words(name),
        Cell::words(&line.word),
        Cell::Count(line.received),
        Cell::count(line.justified),
        Cell::count(line.unjustified),
        Cell::count(line.undecided),
        Cell::Count(line.told_at_once),
        Cell::Count(line.told_late),
        Cell::Count(line.untold),
    ]
}
