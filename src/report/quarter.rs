//! A quarter from its dates.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;

use super::comparison::{Neighbour, Pooled, comparison};
use super::compliance;
use super::days::{add_occurrences, day_line};
use super::feedback::FeedbackReport;
use super::figures::{desk_lines, figures, share_of, target_s};
use super::links::ExceptionDates;
use super::model::{
    Completeness, DayLine, DayState, Month, Occurrences, Period, QuarterReport, ServicePeriod, Week,
};
use super::signed::{self, SignOff};
use super::{flow, glossary, mischief, reliability, staffing};
use crate::journal::Quarter;
use crate::quality::signing::Signatures;
use crate::queue::calendar::Edits;
use crate::queue::catalogue::Service;
use crate::queue::setup::Setup;
use crate::queue::statistics::{DayFigures, DeskFigures, Moments, ServiceFigures};
use crate::queue::ticket::DeskNumber;

/// What a quarter's report is made of.
#[derive(Debug, Clone, Default)]
pub struct Quarters {
    /// The quarter's dates; one without an entry has no data.
    pub days: BTreeMap<Date, DayFigures>,
    /// The quarters it is compared with, in the order of [`Neighbour::ALL`].
    pub neighbours: [Pooled; 2],
}

impl Quarters {
    /// Parts the figures of dates; those of other quarters are passed over.
    pub fn of(quarter: Quarter, days: impl IntoIterator<Item = (Date, DayFigures)>) -> Self {
        let mut parted = Self::default();
        for (date, day) in days {
            let here = Quarter::of(date);
            if here == quarter {
                parted.days.insert(date, day);
                continue;
            }
            let mut beside = Neighbour::ALL.iter().zip(&mut parted.neighbours);
            if let Some((_, pooled)) = beside.find(|(kind, _)| kind.of(quarter) == Some(here)) {
                pooled.add(date, day);
            }
        }
        parted
    }
}

/// The report of a quarter from the figures of its dates and of those of the quarters it is
/// compared with; dates of other quarters are passed over. As [`quarter_report_of`].
pub fn quarter_report(
    setup: &Setup,
    edits: &Edits,
    quarter: Quarter,
    days: impl IntoIterator<Item = (Date, DayFigures)>,
    as_of: Timestamp,
) -> QuarterReport {
    let figures = Quarters::of(quarter, days);
    quarter_report_of(setup, edits, quarter, figures, as_of)
}

/// The report of a quarter.
///
/// The figures must be those at `as_of`: the report cannot go back behind what they hold. Target
/// and configured hours are the set-up's of now, for all dates; what managers changed for a date
/// stands in `edits`.
pub fn quarter_report_of(
    setup: &Setup,
    edits: &Edits,
    quarter: Quarter,
    figures: Quarters,
    as_of: Timestamp,
) -> QuarterReport {
    let mut report = untold_report_of(setup, edits, quarter, figures, as_of);
    signed::tell(&mut report, &Signatures::default(), |_| None);
    report
}

/// As [`quarter_report_of`] before [`signed::tell`], for one who knows the signatures.
pub fn untold_report_of(
    setup: &Setup,
    edits: &Edits,
    quarter: Quarter,
    figures: Quarters,
    as_of: Timestamp,
) -> QuarterReport {
    let from = quarter.first_date().unwrap_or(Date::MAX);
    let to = quarter.last_date().unwrap_or(Date::MAX);
    let Quarters { days, neighbours } = figures;
    let lines: Vec<DayLine> = from
        .series(jiff::Span::new().days(1))
        .take_while(|date| *date <= to)
        .map(|date| day_line(setup, edits, date, days.get(&date), as_of))
        .collect();
    let target_s = target_s(setup);
    let weeks = weeks(&lines, &days, target_s, as_of);
    let mut occurrences = Occurrences::default();
    for line in &lines {
        if let Some(day) = days.get(&line.date) {
            add_occurrences(&mut occurrences, day, line);
        }
    }
    let staffing = staffing::staffing(setup, edits, &days, as_of);
    let mischief = mischief::of_dates(setup, &days);
    let flow = flow::flow(&days);
    let comparisons = Neighbour::ALL.into_iter().zip(&neighbours);
    let comparisons = comparisons
        .filter_map(|(kind, pooled)| {
            let beside = kind.of(quarter)?;
            Some(comparison(setup, edits, kind, beside, pooled, as_of))
        })
        .collect();
    let dates = ExceptionDates::of(&lines, &days);
    let pooled = Months::of(days, from);
    let period = |months: &[Option<ServiceFigures>; 3]| period(months, from, target_s, as_of);
    let all = pooled.total();
    let total = period(&all);
    let services: Vec<ServicePeriod> = Service::ALL
        .into_iter()
        .map(|service| ServicePeriod {
            service,
            name: setup.service_name(service).to_owned(),
            period: period(&pooled.of_service(service)),
        })
        .collect();
    let completeness = completeness(&lines, as_of);
    QuarterReport {
        centre: setup.name.clone(),
        centres: Vec::new(),
        quarter: quarter.to_string(),
        from,
        to,
        timezone: setup.timezone_name.clone(),
        as_of,
        settled: as_of.to_zoned(setup.timezone.clone()).date() > to && total.quarter.open == 0,
        target_s,
        compliance: compliance::rows(setup, &total.quarter, &occurrences, &completeness, dates),
        evaluations: Vec::new(),
        survey: None,
        not_yet: compliance::not_yet(),
        completeness,
        total,
        services,
        comparisons,
        weeks,
        desks: desk_lines(setup, &pooled.desks, as_of),
        occurrences,
        flow,
        reliability: reliability::reliability(&whole(&all)),
        staffing,
        mischief,
        feedback: FeedbackReport::default(),
        days: lines,
        glossary: glossary::terms(),
        sign_off: SignOff::begin(to.tomorrow().unwrap_or(to)),
    }
}

/// The quarter's weeks, Monday to Sunday, the first and the last cut off at its ends.
fn weeks(
    lines: &[DayLine],
    days: &BTreeMap<Date, DayFigures>,
    target_s: u32,
    as_of: Timestamp,
) -> Vec<Week> {
    lines
        .chunk_by(|one, next| one.date.iso_week_date().week() == next.date.iso_week_date().week())
        .filter_map(|week| {
            let (from, to) = (week.first()?.date, week.last()?.date);
            let iso = from.iso_week_date();
            let mut pooled: Option<ServiceFigures> = None;
            for day in week.iter().filter_map(|line| days.get(&line.date)) {
                let pooled = pooled.get_or_insert_default();
                for figures in day.services.values() {
                    pooled.merge(figures, 1);
                }
            }
            Some(Week {
                week: format!("{:04}-W{:02}", iso.year(), iso.week()),
                from,
                to,
                figures: pooled.map(|pooled| figures(&pooled, target_s, as_of)),
            })
        })
        .collect()
}

/// Figures pooled by month; a month no date of which has data is none.
#[derive(Default)]
struct Months {
    months: [Option<BTreeMap<Service, ServiceFigures>>; 3],
    desks: BTreeMap<DeskNumber, DeskFigures>,
}

impl Months {
    fn of(days: BTreeMap<Date, DayFigures>, from: Date) -> Self {
        let mut pooled = Self::default();
        for (date, mut day) in days {
            let month = usize::try_from(date.month() - from.month()).unwrap_or(0);
            let Some(month) = pooled.months.get_mut(month) else {
                continue;
            };
            let month = month.get_or_insert_default();
            for (service, figures) in &mut day.services {
                // A quarter of single moments would only cost time; they are told by date.
                figures.finished_at = Moments::default();
                month.entry(*service).or_default().merge(figures, 1);
            }
            for (desk, figures) in &day.desks {
                pooled.desks.entry(*desk).or_default().merge(figures, 1);
            }
        }
        pooled
    }

    fn of_service(&self, service: Service) -> [Option<ServiceFigures>; 3] {
        self.months.each_ref().map(|month| {
            let month = month.as_ref()?;
            Some(month.get(&service).cloned().unwrap_or_default())
        })
    }

    fn total(&self) -> [Option<ServiceFigures>; 3] {
        self.months.each_ref().map(|month| {
            let mut total = ServiceFigures::default();
            for figures in month.as_ref()?.values() {
                total.merge(figures, 1);
            }
            Some(total)
        })
    }
}

fn period(
    months: &[Option<ServiceFigures>; 3],
    from: Date,
    target_s: u32,
    as_of: Timestamp,
) -> Period {
    Period {
        quarter: figures(&whole(months), target_s, as_of),
        months: (from.month()..)
            .zip(months)
            .map(|(number, month)| Month {
                month: format!("{:04}-{number:02}", from.year()),
                figures: month.as_ref().map(|of| figures(of, target_s, as_of)),
            })
            .collect(),
    }
}

fn whole(months: &[Option<ServiceFigures>; 3]) -> ServiceFigures {
    let mut quarter = ServiceFigures::default();
    for month in months.iter().flatten() {
        quarter.merge(month, 1);
    }
    quarter
}

pub(super) fn completeness(lines: &[DayLine], as_of: Timestamp) -> Completeness {
    let planned = lines.iter().filter(|line| line.opens_at.is_some());
    let due: Vec<&DayLine> = planned
        .clone()
        .filter(|line| line.opens_at.is_some_and(|opens_at| opens_at <= as_of))
        .collect();
    let missing: Vec<Date> = due
        .iter()
        .filter(|line| line.state == DayState::Missing)
        .map(|line| line.date)
        .collect();
    let days_due = due.len() as u64;
    let days_with_data = days_due - missing.len() as u64;
    Completeness {
        days_planned: planned.count() as u64,
        days_due,
        days_with_data,
        share: share_of(days_with_data, days_due),
        missing,
    }
}
