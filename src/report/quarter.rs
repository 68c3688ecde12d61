//! A quarter from its dates.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;

use super::comparison::{Neighbour, Pooled, comparison, sum};
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
use crate::queue::statistics::{DayFigures, DeskFigures, ServiceFigures};
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
    let desks = desk_lines(setup, &desks(&days), as_of);
    let parts = days.into_iter().map(|(date, day)| (date, parts(day)));
    let parts: Parts = parts.collect();
    let weeks = weeks(&lines, &parts, target_s, as_of);
    let pooled = Months::of(&parts, from);
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
        desks,
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

/// Dates with data, and of each the services.
type Parts = BTreeMap<Date, Vec<(Service, ServiceFigures)>>;

/// The quarter's weeks, Monday to Sunday, the first and the last cut off at its ends.
fn weeks(lines: &[DayLine], parts: &Parts, target_s: u32, as_of: Timestamp) -> Vec<Week> {
    lines
        .chunk_by(|one, next| one.date.iso_week_date().week() == next.date.iso_week_date().week())
        .filter_map(|week| {
            let (from, to) = (week.first()?.date, week.last()?.date);
            let iso = from.iso_week_date();
            let known = parts.range(from..=to);
            let any = known.clone().next().is_some();
            let services = known.flat_map(|(_, services)| services);
            let of: Vec<_> = services.map(|(_, of)| of).collect();
            Some(Week {
                week: format!("{:04}-W{:02}", iso.year(), iso.week()),
                from,
                to,
                figures: any.then(|| figures(&sum(&of, ServiceFigures::merge), target_s, as_of)),
            })
        })
        .collect()
}

/// A date's services as far as they are told of more than a date: without half-hours, and without
/// single moments, which would only cost time.
fn parts(day: DayFigures) -> Vec<(Service, ServiceFigures)> {
    let services = day.services.into_iter();
    let told = services.map(|(service, of)| (service, of.without_half_hours()));
    told.collect()
}

/// Figures pooled by month; a month no date of which has data is none.
struct Months([Option<BTreeMap<Service, ServiceFigures>>; 3]);

impl Months {
    fn of(parts: &Parts, from: Date) -> Self {
        let mut months: [Option<BTreeMap<Service, Vec<&ServiceFigures>>>; 3] = Default::default();
        for (date, services) in parts {
            let month = usize::try_from(date.month() - from.month()).unwrap_or(0);
            let Some(month) = months.get_mut(month) else {
                continue;
            };
            let month = month.get_or_insert_default();
            for (service, figures) in services {
                month.entry(*service).or_default().push(figures);
            }
        }
        let summed = |of: Vec<&ServiceFigures>| sum(&of, ServiceFigures::merge);
        Self(months.map(|month| {
            let services = month?.into_iter();
            Some(
                services
                    .map(|(service, of)| (service, summed(of)))
                    .collect(),
            )
        }))
    }

    fn of_service(&self, service: Service) -> [Option<ServiceFigures>; 3] {
        self.0.each_ref().map(|month| {
            let month = month.as_ref()?;
            Some(month.get(&service).cloned().unwrap_or_default())
        })
    }

    fn total(&self) -> [Option<ServiceFigures>; 3] {
        self.0.each_ref().map(|month| {
            let services: Vec<_> = month.as_ref()?.values().collect();
            Some(sum(&services, ServiceFigures::merge))
        })
    }
}

fn desks(days: &BTreeMap<Date, DayFigures>) -> BTreeMap<DeskNumber, DeskFigures> {
    let mut parts: BTreeMap<DeskNumber, Vec<&DeskFigures>> = BTreeMap::new();
    for (desk, figures) in days.values().flat_map(|day| &day.desks) {
        parts.entry(*desk).or_default().push(figures);
    }
    let summed = |(desk, of): (_, Vec<_>)| (desk, sum(&of, DeskFigures::merge));
    parts.into_iter().map(summed).collect()
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
    let months: Vec<_> = months.iter().flatten().collect();
    sum(&months, ServiceFigures::merge)
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
