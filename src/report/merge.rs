//! One report of several centres: tickets are pooled as histograms, so percentiles are over all
//! tickets and never averages of centres. Desks stay those of their centre.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use jiff::civil::Date;

use super::figures::share_of;
use super::model::{
    CentreLine, Completeness, ComplianceRow, DayLine, DayState, DeskLine, Occurrences,
    QuarterReport,
};
use super::quarter::quarter_report;
use crate::journal::Quarter;
use crate::queue::calendar::Edits;
use crate::queue::setup::Setup;
use crate::queue::statistics::DayFigures;

/// More centres than these are told by their number, with a table of their names.
const NAMES_IN_TITLE: usize = 3;

/// One centre's report with the figures it was made from.
pub struct CentreQuarter {
    /// Its report.
    pub report: QuarterReport,
    /// Figures by date, those of the quarters it is compared with among them.
    pub days: BTreeMap<Date, DayFigures>,
}

/// Why reports cannot be one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MergeError {
    /// No centre.
    #[error("there is no centre to report on")]
    None,
    /// Two centres with one name.
    #[error(
        "two of the centres are named \"{0}\": name each once, or give them names of their own in \
         their configurations"
    )]
    SameName(String),
    /// Shares within different targets are not one share.
    #[error(
        "\"{one}\" and \"{other}\" have different values of {what}: set the same in their \
         configurations"
    )]
    Differs {
        /// One centre.
        one: String,
        /// The other.
        other: String,
        /// In what.
        what: &'static str,
    },
}

/// The report of several centres; `setup` is the one of any of them.
///
/// # Errors
/// Where target or time zone differ, or two centres have one name.
pub fn merged_report(
    setup: &Setup,
    quarter: Quarter,
    centres: Vec<CentreQuarter>,
    as_of: Timestamp,
) -> Result<QuarterReport, MergeError> {
    let (reports, figures): (Vec<_>, Vec<_>) = centres
        .into_iter()
        .map(|centre| (centre.report, centre.days))
        .unzip();
    check(&reports)?;
    let mut days: BTreeMap<Date, DayFigures> = BTreeMap::new();
    for (date, mut day) in figures.into_iter().flatten() {
        // Desk 1 of one centre is not desk 1 of another.
        day.desks.clear();
        days.entry(date).or_default().merge(&day);
    }
    let setup = Setup {
        name: title(&reports),
        desks: BTreeMap::new(),
        ..setup.clone()
    };
    let mut report = quarter_report(&setup, &Edits::default(), quarter, days, as_of);
    report.settled = reports.iter().all(|centre| centre.settled);
    report.completeness = completeness(reports.iter().map(|centre| &centre.completeness));
    report.desks = desks(&reports);
    report.occurrences = occurrences(&reports);
    report.compliance = compliance(&reports);
    for (at, comparison) in report.comparisons.iter_mut().enumerate() {
        let of_centres = reports
            .iter()
            .filter_map(|centre| centre.comparisons.get(at));
        comparison.completeness = completeness(of_centres.map(|of| &of.completeness));
    }
    // Customers of one centre are not served in another: desks are advised centre by centre.
    report.staffing.weekdays.clear();
    for (at, day) in report.days.iter_mut().enumerate() {
        let of_centres = reports.iter().filter_map(|centre| {
            let line = centre.days.get(at)?;
            Some((centre.centre.as_str(), line))
        });
        unite(day, of_centres);
    }
    report.centres = reports.into_iter().map(centre_line).collect();
    Ok(report)
}

fn check(reports: &[QuarterReport]) -> Result<(), MergeError> {
    let Some(first) = reports.first() else {
        return Err(MergeError::None);
    };
    let mut names = BTreeSet::new();
    for report in reports {
        if !names.insert(&report.centre) {
            return Err(MergeError::SameName(report.centre.clone()));
        }
        let differs = if report.target_s != first.target_s {
            "wait_target_minutes"
        } else if report.timezone != first.timezone {
            "timezone"
        } else {
            continue;
        };
        return Err(MergeError::Differs {
            one: first.centre.clone(),
            other: report.centre.clone(),
            what: differs,
        });
    }
    Ok(())
}

fn title(reports: &[QuarterReport]) -> String {
    let names: Vec<&str> = reports.iter().map(|one| one.centre.as_str()).collect();
    if names.len() > NAMES_IN_TITLE {
        format!("{} centri kopā (tabula „Centri”)", names.len())
    } else {
        names.join(", ")
    }
}

fn centre_line(report: QuarterReport) -> CentreLine {
    CentreLine {
        name: report.centre,
        completeness: report.completeness,
        figures: report.total.quarter,
    }
}

/// Dates are counted once for each centre.
fn completeness<'a>(all: impl Iterator<Item = &'a Completeness>) -> Completeness {
    let mut sum = Completeness {
        days_planned: 0,
        days_due: 0,
        days_with_data: 0,
        share: None,
        missing: Vec::new(),
    };
    for of in all {
        sum.days_planned += of.days_planned;
        sum.days_due += of.days_due;
        sum.days_with_data += of.days_with_data;
        sum.missing.extend(&of.missing);
    }
    sum.missing.sort_unstable();
    sum.missing.dedup();
    sum.share = share_of(sum.days_with_data, sum.days_due);
    sum
}

fn desks(reports: &[QuarterReport]) -> Vec<DeskLine> {
    reports
        .iter()
        .flat_map(|report| {
            report.desks.iter().map(|desk| DeskLine {
                centre: Some(report.centre.clone()),
                ..desk.clone()
            })
        })
        .collect()
}

fn occurrences(reports: &[QuarterReport]) -> Occurrences {
    let mut all = Occurrences::default();
    for of in reports.iter().map(|report| &report.occurrences) {
        for (sum, more) in [
            (&mut all.calls, of.calls),
            (&mut all.overtakes, of.overtakes),
            (&mut all.overrides, of.overrides),
            (&mut all.suppressed, of.suppressed),
            (&mut all.refused, of.refused),
            (&mut all.refused_stopped, of.refused_stopped),
            (&mut all.stops, of.stops),
            (&mut all.print_failures, of.print_failures),
            (&mut all.print_unknown, of.print_unknown),
            (&mut all.reprints, of.reprints),
            (&mut all.finished_timed, of.finished_timed),
            (&mut all.finished_after_closing, of.finished_after_closing),
            (&mut all.overtime_days, of.overtime_days),
            (&mut all.overtime_s, of.overtime_s),
            (&mut all.no_shows_declared, of.no_shows_declared),
            (&mut all.early_no_shows, of.early_no_shows),
            (&mut all.calls_while_busy, of.calls_while_busy),
            (&mut all.help_requested, of.help_requested),
            (&mut all.help_answered, of.help_answered),
            (&mut all.starts, of.starts),
        ] {
            *sum += more;
        }
    }
    all
}

/// Each row summed over the centres, its exceptions with the centre they are of.
fn compliance(reports: &[QuarterReport]) -> Vec<ComplianceRow> {
    let mut rows: Vec<ComplianceRow> = Vec::new();
    for report in reports {
        for row in &report.compliance {
            let same =
                |sum: &&mut ComplianceRow| (&sum.clause, &sum.what) == (&row.clause, &row.what);
            let exceptions = row.exceptions.iter();
            let exceptions = exceptions.map(|text| format!("{}: {text}", report.centre));
            match rows.iter_mut().find(same) {
                Some(sum) => {
                    sum.n += row.n;
                    sum.of += row.of;
                    sum.exceptions.extend(exceptions);
                }
                None => rows.push(ComplianceRow {
                    exceptions: exceptions.collect(),
                    ..row.clone()
                }),
            }
        }
    }
    rows
}

/// What a date was in the centres; its tickets and the pooled percentile are there already.
fn unite<'a>(day: &mut DayLine, of: impl Iterator<Item = (&'a str, &'a DayLine)>) {
    let lines: Vec<_> = of.collect();
    let all = || lines.iter().map(|(_, line)| *line);
    if let Some(state) = all()
        .map(|line| line.state)
        .min_by_key(|state| rank(*state))
    {
        day.state = state;
    }
    day.opens_at = all().filter_map(|line| line.opens_at).min();
    day.closes_at = all().filter_map(|line| line.closes_at).max();
    day.overtime_s = all().map(|line| line.overtime_s).sum();
    day.finished_after_closing = all().map(|line| line.finished_after_closing).sum();
    day.stops = lines
        .iter()
        .flat_map(|(name, line)| {
            line.stops.iter().cloned().map(move |mut stop| {
                stop.reason = format!("{name}: {}", stop.reason);
                stop
            })
        })
        .collect();
}

/// Where centres differ, the first of these that any of them is.
fn rank(state: DayState) -> u8 {
    match state {
        DayState::Served => 0,
        DayState::Extra => 1,
        DayState::Empty => 2,
        DayState::Missing => 3,
        DayState::Ahead => 4,
        DayState::Closed => 5,
    }
}
