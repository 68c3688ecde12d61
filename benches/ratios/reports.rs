//! The report of a quarter, from the rollups and once more from the journal.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use bytes::Bytes;
use jiff::Timestamp;
use jiff::civil::Date;
use rinda::app::{ports, storage};
use rinda::journal::Quarter;
use rinda::metrics::Metrics;
use rinda::queue::calendar::Edits;
use rinda::queue::change::Change;
use rinda::queue::setup::Setup;
use rinda::queue::statistics::DayFigures;
use rinda::report::{self, Quarters, recompute_quarter, recompute_report};
use rinda::web::ports::ReportFormat;

use super::centre::setup;
use super::table::{Row, percentile, ratio, time};
use super::years::{LARGE_TICKETS, LAST_QUARTER, QUARTER_TICKETS, Years, evening};

/// Reports from the rollups of one size.
const REPORTS: usize = 9;

/// A quarter's PDF or XLSX takes no longer.
const FILE_MAX: Duration = Duration::from_secs(1);

/// A quarter's JSON takes no longer, half the time.
const JSON_MAX: Duration = Duration::from_millis(20);

/// A quarter of all centres' size is recomputed in this time, on one core.
const LARGE_MAX: Duration = Duration::from_secs(3);

/// How long one report took each way.
pub struct Taken {
    rollups: Duration,
    journal: Duration,
}

/// The quarter of one centre, with five years around it.
pub fn measure(data: &Path, quarter: &str, rows: &mut Vec<Row>) -> Result<Taken> {
    let (setup, now) = (setup()?, evening()?);
    let quarter: Quarter = quarter.parse()?;
    let opened = storage::open(data, &setup, now)?;
    let metrics = opened.metrics.context("the metrics do not open")?;
    let (rollups, text) = from_rollups(&metrics, &setup, quarter, now)?;
    let (journal, days) = from_journal(data, &setup, quarter)?;
    let beside = recompute_report(data, &setup.timezone, quarter, &mut |_, _| {})?.days;
    ensure!(
        text == as_json(&setup, quarter, Quarters::of(quarter, beside), now)?,
        "the two ways differ"
    );
    ensure!(days.len() > 60, "{} dates", days.len());
    ensure!(rollups <= JSON_MAX, "the JSON took {}", time(rollups));
    let taken = Taken { rollups, journal };
    rows.push(limit(
        "the quarter as JSON, beside two others",
        rollups,
        JSON_MAX,
        "from the rollups",
    ));
    rows.push(taken.row(QUARTER_TICKETS, "five years in the same metrics"));
    for (name, format) in [("PDF", ReportFormat::Pdf), ("XLSX", ReportFormat::Xlsx)] {
        rows.push(file(&metrics, &setup, quarter, now, (name, format))?);
    }
    Ok(taken)
}

/// A quarter of all centres' size. Its rollups are put into the metrics date by date: to count
/// each ticket is what the start-up that makes the metrics anew measures.
pub fn measure_large(years: &Years, small: &Taken, rows: &mut Vec<Row>) -> Result<()> {
    let (setup, now) = (setup()?, evening()?);
    let quarter: Quarter = LAST_QUARTER.parse()?;
    let (journal, days) = from_journal(&years.data, &setup, quarter)?;
    let issued: i64 = days
        .values()
        .flat_map(|day| day.services.values())
        .map(|service| service.issued)
        .sum();
    ensure!(issued == i64::try_from(LARGE_TICKETS)?, "{issued} tickets");
    ensure!(journal <= LARGE_MAX, "recomputing took {}", time(journal));
    rows.push(limit(
        "700,000 tickets recomputed from the journal",
        journal,
        LARGE_MAX,
        "one core",
    ));
    let expected = as_json(&setup, quarter, Quarters::of(quarter, days.clone()), now)?;
    let beside = years.data.with_extension("rollups");
    let opened = storage::open(&beside, &setup, now)?;
    let metrics = opened.metrics.context("the metrics do not open")?;
    for ((date, figures), seq) in days.into_iter().zip(1..) {
        let change = Change {
            date,
            began: Some(date),
            seq,
            figures,
            issued_before: 0,
            began_figures: DayFigures::default(),
        };
        metrics.apply(&[change], seq)?;
    }
    let (rollups, text) = from_rollups(&metrics, &setup, quarter, now)?;
    ensure!(text == expected, "the two ways differ");
    let taken = Taken { rollups, journal };
    rows.push(taken.row(LARGE_TICKETS, "one journal, every day of the quarter"));
    let times = LARGE_TICKETS / QUARTER_TICKETS;
    for (what, large, little) in [
        ("from the rollups", taken.rollups, small.rollups),
        ("from the journal", taken.journal, small.journal),
    ] {
        rows.push(Row {
            what: format!("  {LARGE_TICKETS} against {QUARTER_TICKETS}, {what}"),
            figure: time(large),
            baseline: time(little),
            ratio: ratio(large.as_secs_f64(), little.as_secs_f64()),
            note: format!("{times} times the tickets"),
        });
    }
    Ok(())
}

impl Taken {
    fn row(&self, tickets: u64, note: &str) -> Row {
        Row {
            what: format!("quarter's report over {tickets} tickets"),
            figure: time(self.rollups),
            baseline: time(self.journal),
            ratio: format!(
                "{:.4}",
                self.rollups.as_secs_f64() / self.journal.as_secs_f64()
            ),
            note: format!(
                "rollups, median of {REPORTS}; baseline: recomputed from the journal, {} per ticket; equal to the byte; {note}",
                time(self.journal.div_f64(tickets as f64))
            ),
        }
    }
}

fn limit(what: &str, taken: Duration, limit: Duration, note: &str) -> Row {
    Row {
        what: what.to_owned(),
        figure: time(taken),
        baseline: time(limit),
        ratio: ratio(taken.as_secs_f64(), limit.as_secs_f64()),
        note: format!("{note}; baseline: the limit"),
    }
}

/// The same quarter as a file, figures and all; at most a second is wanted.
fn file(
    metrics: &Metrics,
    setup: &Setup,
    quarter: Quarter,
    now: Timestamp,
    (name, format): (&str, ReportFormat),
) -> Result<Row> {
    let mut times = Vec::new();
    let mut size = 0;
    for _ in 0..REPORTS {
        let began = Instant::now();
        let figures = read(metrics, quarter)?;
        let report = report::quarter_report_of(setup, &Edits::default(), quarter, figures, now);
        size = ports::render(&report, format)?.len();
        times.push(began.elapsed());
    }
    let median = percentile(&mut times, 50);
    ensure!(median <= FILE_MAX, "{name} took {}", time(median));
    Ok(Row {
        what: format!("the same quarter as {name}"),
        figure: time(median),
        baseline: time(FILE_MAX),
        ratio: ratio(median.as_secs_f64(), FILE_MAX.as_secs_f64()),
        note: format!("from the rollups, median of {REPORTS}; baseline: the limit; {size} bytes"),
    })
}

fn from_rollups(
    metrics: &Metrics,
    setup: &Setup,
    quarter: Quarter,
    now: Timestamp,
) -> Result<(Duration, Bytes)> {
    let mut times = Vec::new();
    let mut text = Bytes::new();
    for _ in 0..REPORTS {
        let began = Instant::now();
        text = as_json(setup, quarter, read(metrics, quarter)?, now)?;
        times.push(began.elapsed());
    }
    Ok((percentile(&mut times, 50), text))
}

fn from_journal(
    data: &Path,
    setup: &Setup,
    quarter: Quarter,
) -> Result<(Duration, BTreeMap<Date, DayFigures>)> {
    let began = Instant::now();
    let recomputed = recompute_quarter(data, &setup.timezone, quarter)?;
    let taken = began.elapsed();
    ensure!(recomputed.damaged == 0, "the journal is damaged");
    Ok((taken, recomputed.days))
}

fn read(metrics: &Metrics, quarter: Quarter) -> Result<Quarters> {
    ports::quarters(metrics, quarter)?.context("a quarter of the calendar")
}

fn as_json(setup: &Setup, quarter: Quarter, figures: Quarters, now: Timestamp) -> Result<Bytes> {
    let report = report::quarter_report_of(setup, &Edits::default(), quarter, figures, now);
    ports::render(&report, ReportFormat::Json)
}
