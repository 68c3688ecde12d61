//! The day's report against what the simulator did.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::book::{Book, Counts};

/// Times in a report are whole seconds.
const RESOLUTION_S: i64 = 1;

/// The part of a day's report that is compared.
#[derive(Debug, Deserialize)]
pub(super) struct DayReport {
    total: Option<Figures>,
    services: Vec<ServiceDay>,
    desks: Vec<DeskLine>,
    occurrences: Option<Occurrences>,
}

#[derive(Debug, Deserialize)]
struct ServiceDay {
    service: u8,
    figures: Figures,
}

#[derive(Debug, Clone, Default, Deserialize)]
struct Figures {
    issued: i64,
    called: i64,
    finished: i64,
    no_show: i64,
    cancelled: i64,
    transferred: i64,
    out_of_turn: i64,
    wait: Times,
}

#[derive(Debug, Clone, Default, Deserialize)]
struct Times {
    count: i64,
    median_s: Option<i64>,
    p90_s: Option<i64>,
    max_s: Option<i64>,
    mean_s: Option<i64>,
}

#[derive(Debug, Deserialize)]
struct DeskLine {
    desk: u16,
    finished: i64,
}

#[derive(Debug, Default, Deserialize)]
struct Occurrences {
    calls: i64,
    early_no_shows: i64,
    calls_while_busy: i64,
}

impl Figures {
    fn counts(&self) -> Counts {
        Counts {
            issued: self.issued,
            called: self.called,
            finished: self.finished,
            no_show: self.no_show,
            cancelled: self.cancelled,
            transferred: self.transferred,
            out_of_turn: self.out_of_turn,
        }
    }
}

/// A figure twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Pair {
    pub simulated: i64,
    pub reported: i64,
    /// They agree.
    pub agrees: bool,
}

impl Pair {
    fn exact(simulated: i64, reported: i64) -> Self {
        Self {
            simulated,
            reported,
            agrees: simulated == reported,
        }
    }

    fn time(simulated: i64, reported: i64) -> Self {
        Self {
            simulated,
            reported,
            agrees: (simulated - reported).abs() <= RESOLUTION_S,
        }
    }
}

/// A figure of the services 1 to 3 and of all; absent where there is nothing to measure.
#[derive(Debug)]
pub(super) struct Row {
    pub what: &'static str,
    pub cells: Vec<Option<Pair>>,
}

/// Everything compared.
#[derive(Debug)]
pub(super) struct Comparison {
    /// What the day added.
    pub counts: Vec<Row>,
    /// Waits of the whole date.
    pub waits: Vec<Row>,
    /// What belongs to no service.
    pub single: Vec<(String, Pair)>,
    /// Why the waits are left out, if they are.
    pub left_out: Option<&'static str>,
}

impl Comparison {
    /// Whether report and simulation say the same.
    pub(super) fn agrees(&self) -> bool {
        let rows = self.counts.iter().chain(&self.waits);
        let cells = rows.flat_map(|row| &row.cells).flatten();
        let single = self.single.iter().map(|(_, pair)| pair);
        cells.chain(single).all(|pair| pair.agrees)
    }
}

/// Compares. Counts are differences between the reports after and before, so a demo that was used
/// already does no harm; a median is none of a difference, so waits are those of the whole date.
pub(super) fn compare(
    book: &Book,
    before: &DayReport,
    after: &DayReport,
    all_known: bool,
) -> Comparison {
    let columns = [Some(1), Some(2), Some(3), None];
    let mut counts: Vec<Row> = Counts::default()
        .rows()
        .into_iter()
        .map(|(what, _)| Row {
            what,
            cells: Vec::new(),
        })
        .collect();
    let mut waits: Vec<Row> = ["tickets", "median, s", "90 %, s", "longest, s", "mean, s"]
        .map(|what| Row {
            what,
            cells: Vec::new(),
        })
        .into();
    for service in columns {
        let simulated = match service {
            Some(service) => book.counts.get(&service).copied().unwrap_or_default(),
            None => book.total(),
        };
        let (then, now) = (before.figures(service), after.figures(service));
        let (then_counts, now_counts) = (then.counts().rows(), now.counts().rows());
        for (at, row) in counts.iter_mut().enumerate() {
            let of = |rows: &[(&str, i64); 7]| rows.get(at).map_or(0, |(_, count)| *count);
            let reported = of(&now_counts) - of(&then_counts);
            row.cells
                .push(Some(Pair::exact(of(&simulated.rows()), reported)));
        }
        for (row, cell) in waits
            .iter_mut()
            .zip(wait_cells(&book.waits_s(service), &now.wait))
        {
            row.cells.push(cell);
        }
    }
    if !all_known {
        waits.clear();
    }
    Comparison {
        counts,
        waits,
        single: single(book, before, after),
        left_out: (!all_known)
            .then_some("the date has more tickets than can be listed: waits are not compared"),
    }
}

/// Count, median, ninth decile, longest and mean; worked out here once more, not taken from the
/// daemon's code.
fn wait_cells(waits: &[i64], reported: &Times) -> [Option<Pair>; 5] {
    let count = i64::try_from(waits.len()).unwrap_or(0);
    let sum: i64 = waits.iter().sum();
    let mean = (2 * sum + count).checked_div(2 * count);
    let time = |mine: Option<i64>, theirs: Option<i64>| match (mine, theirs) {
        (None, None) => None,
        // Nothing on one side: no wait is that short.
        (mine, theirs) => Some(Pair::time(mine.unwrap_or(-9), theirs.unwrap_or(-9))),
    };
    [
        Some(Pair::exact(count, reported.count)),
        time(rank(waits, 50), reported.median_s),
        time(rank(waits, 90), reported.p90_s),
        time(waits.last().copied(), reported.max_s),
        time(mean, reported.mean_s),
    ]
}

/// Nearest rank of ascending values.
fn rank(ascending: &[i64], percent: usize) -> Option<i64> {
    let at = (ascending.len() * percent).div_ceil(100).max(1) - 1;
    ascending.get(at).copied()
}

fn single(book: &Book, before: &DayReport, after: &DayReport) -> Vec<(String, Pair)> {
    let none = Occurrences::default();
    let then = before.occurrences.as_ref().unwrap_or(&none);
    let now = after.occurrences.as_ref().unwrap_or(&none);
    let mut single = vec![
        (
            "calls".to_owned(),
            Pair::exact(book.calls, now.calls - then.calls),
        ),
        (
            "no-shows before the minute was over".to_owned(),
            Pair::exact(0, now.early_no_shows - then.early_no_shows),
        ),
        (
            "calls by a desk that had a customer".to_owned(),
            Pair::exact(0, now.calls_while_busy - then.calls_while_busy),
        ),
    ];
    let finished = |report: &DayReport| -> BTreeMap<u16, i64> {
        let lines = report.desks.iter();
        lines.map(|line| (line.desk, line.finished)).collect()
    };
    let then = finished(before);
    for (desk, now) in finished(after) {
        let reported = now - then.get(&desk).copied().unwrap_or(0);
        let simulated = book.at_desks.get(&desk).copied().unwrap_or(0);
        single.push((
            format!("finished at desk {desk}"),
            Pair::exact(simulated, reported),
        ));
    }
    single
}

impl DayReport {
    fn figures(&self, service: Option<u8>) -> Figures {
        let figures = match service {
            None => self.total.as_ref(),
            Some(service) => self
                .services
                .iter()
                .find(|line| line.service == service)
                .map(|line| &line.figures),
        };
        figures.cloned().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rank_is_the_nearest_one() {
        assert_eq!(rank(&[1, 2, 3, 10], 50), Some(2));
        assert_eq!(rank(&[1, 2, 3, 10], 90), Some(10));
        assert_eq!(rank(&[], 50), None);
    }

    #[test]
    fn one_ticket_too_few_is_a_disagreement() {
        let nothing = || DayReport {
            total: None,
            services: Vec::new(),
            desks: Vec::new(),
            occurrences: None,
        };
        let mut book = Book::default();
        assert!(compare(&book, &nothing(), &nothing(), true).agrees());
        book.counts.entry(2).or_default().issued = 1;
        assert!(!compare(&book, &nothing(), &nothing(), true).agrees());
    }
}
