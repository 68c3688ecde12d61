//! A quarter beside the one before it and the same one a year before.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use jiff::{Timestamp, ToSpan as _};
use serde::Serialize;
use utoipa::ToSchema;

use super::days::day_line;
use super::figures::{figures, target_s};
use super::model::{Completeness, Figures, ServiceDay};
use super::quarter::completeness;
use crate::journal::Quarter;
use crate::queue::calendar::Edits;
use crate::queue::catalogue::Service;
use crate::queue::setup::Setup;
use crate::queue::statistics::{DayFigures, ServiceFigures};

/// Which quarter is compared with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Neighbour {
    /// The quarter before.
    PreviousQuarter,
    /// The same quarter of the year before.
    YearBefore,
}

/// A quarter to compare with, its figures as at the report's own moment and target.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Comparison {
    /// Which it is.
    pub kind: Neighbour,
    /// "2026-Q3".
    pub quarter: String,
    /// How much of it there is data of.
    pub completeness: Completeness,
    /// All services together; absent where no date of it has data.
    pub total: Option<Figures>,
    /// By service, in button order; empty where no date of it has data.
    pub services: Vec<ServiceDay>,
}

impl Neighbour {
    /// Both, in the order of the report.
    pub const ALL: [Self; 2] = [Self::PreviousQuarter, Self::YearBefore];

    /// The quarter it is to another; none before the calendar begins.
    pub fn of(self, quarter: Quarter) -> Option<Quarter> {
        let first = quarter.first_date()?;
        let date = match self {
            Self::PreviousQuarter => first.yesterday(),
            Self::YearBefore => first.checked_sub(1.year()),
        };
        Some(Quarter::of(date.ok()?))
    }
}

/// What a comparison needs of a quarter: its services, and which dates have data.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Pooled {
    /// Dates with data.
    pub dates: BTreeSet<Date>,
    /// By service of issue, a date each. What is told by half-hour or by date is left out.
    parts: BTreeMap<Service, Vec<ServiceFigures>>,
}

impl Pooled {
    /// Adds a date.
    pub fn add(&mut self, date: Date, day: DayFigures) {
        self.dates.insert(date);
        for (service, figures) in day.services {
            let parts = self.parts.entry(service).or_default();
            parts.push(figures.without_half_hours());
        }
    }

    /// The figures of a service.
    fn service(&self, service: Service) -> ServiceFigures {
        self.parts
            .get(&service)
            .map_or_else(ServiceFigures::default, |parts| {
                sum(&parts.iter().collect::<Vec<_>>(), ServiceFigures::merge)
            })
    }
}

/// The sum of figures. Halves are summed first: each value is copied as often as there are halvings,
/// not as there are dates.
pub(super) fn sum<F: Clone + Default>(parts: &[&F], put_in: fn(&mut F, &F, i64)) -> F {
    match parts {
        [] => F::default(),
        [one] => (*one).clone(),
        _ => {
            let (left, right) = parts.split_at(parts.len() / 2);
            let mut all = sum(left, put_in);
            put_in(&mut all, &sum(right, put_in), 1);
            all
        }
    }
}

/// What is known of a quarter in the terms of the report.
pub(super) fn comparison(
    setup: &Setup,
    edits: &Edits,
    kind: Neighbour,
    quarter: Quarter,
    pooled: &Pooled,
    as_of: Timestamp,
) -> Comparison {
    let from = quarter.first_date().unwrap_or(Date::MAX);
    let to = quarter.last_date().unwrap_or(Date::MAX);
    let nothing = DayFigures::default();
    let lines: Vec<_> = from
        .series(1.day())
        .take_while(|date| *date <= to)
        .map(|date| {
            let known = pooled.dates.contains(&date).then_some(&nothing);
            day_line(setup, edits, date, known, as_of)
        })
        .collect();
    let target_s = target_s(setup);
    let mut total = ServiceFigures::default();
    let mut services = Vec::new();
    for service in Service::ALL {
        let of = pooled.service(service);
        total.merge(&of, 1);
        services.push(ServiceDay {
            service,
            name: setup.service_name(service).to_owned(),
            figures: figures(&of, target_s, as_of),
        });
    }
    let known = !pooled.dates.is_empty();
    Comparison {
        kind,
        quarter: quarter.to_string(),
        completeness: completeness(&lines, as_of),
        total: known.then(|| figures(&total, target_s, as_of)),
        services: if known { services } else { Vec::new() },
    }
}
