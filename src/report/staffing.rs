//! Desks required beside the desks that were open, by half-hour of the week (Erlang C).

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;
use serde::Serialize;
use utoipa::ToSchema;

use super::SMALL_SAMPLE_BELOW;
use super::figures::{count, target_s};
use crate::queue::calendar::{Calendar, Edits};
use crate::queue::catalogue::Service;
use crate::queue::demand::{HalfHourLoad, HalfHourOfWeek, Measured};
use crate::queue::setup::Setup;
use crate::queue::staffing::ALLOWANCE;
use crate::queue::statistics::DayFigures;
use crate::queue::wording;

/// Staffing advice of a quarter; advice only, nothing follows it by itself.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Staffing {
    /// Share of customers to be called within the target.
    pub share: f64,
    /// Target wait, seconds.
    pub target_s: u32,
    /// What the measured demand is multiplied by before desks are advised.
    pub allowance: f64,
    /// Desk time by service, in button order.
    pub services: Vec<ServiceDeskTime>,
    /// Weekdays with reception, from Monday.
    pub weekdays: Vec<WeekdayStaffing>,
}

/// How long a ticket of a service keeps a desk.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ServiceDeskTime {
    /// Button digit.
    pub service: Service,
    /// Tickets that were called and are over.
    pub tickets: u64,
    /// Mean time from call to finish over all their stays, or to the no-show, seconds.
    pub mean_s: Option<f64>,
    /// Too few cases to mean much.
    pub small_sample: bool,
}

/// The half-hours of one weekday.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct WeekdayStaffing {
    /// Monday = 1.
    pub weekday: i8,
    /// Half-hours with reception.
    pub half_hours: Vec<HalfHourStaffing>,
}

/// One half-hour of a weekday over the quarter.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct HalfHourStaffing {
    /// Half-hour of the day, 0 = 0.00.
    pub half_hour: u8,
    /// Its start, e.g. "8.30".
    pub label: String,
    /// Half-hours with reception that are over: one a date.
    pub measured: u64,
    /// Tickets issued in them.
    pub tickets: u64,
    /// Tickets in one, on average.
    pub mean_arrivals: f64,
    /// Mean desk time of these tickets, seconds; absent where no ticket is over.
    pub handling_s: Option<f64>,
    /// Load without the allowance, erlangs.
    pub load: Option<f64>,
    /// Fewest desks that keep the target, with the allowance.
    pub desks_required: Option<u32>,
    /// Open time of all desks in them, seconds.
    pub open_s: u64,
    /// Desks open, on average.
    pub desks_open: f64,
    /// Share called within the target as Erlang C predicts it for the desks that were open, with
    /// the allowance.
    pub service_level: Option<f64>,
    /// Too few tickets to mean much.
    pub small_sample: bool,
}

/// The advice from the figures of the quarter's dates.
pub(super) fn staffing(
    setup: &Setup,
    edits: &Edits,
    days: &BTreeMap<Date, DayFigures>,
    as_of: Timestamp,
) -> Staffing {
    let calendar = Calendar::new(&setup.hours, edits);
    let mut measured = Measured::default();
    for (date, day) in days {
        measured.add(&calendar, &setup.timezone, *date, day, as_of);
    }
    let share = f64::from(setup.rules.wait_target_percent) / 100.0;
    let target_s = target_s(setup);
    let mut weekdays: Vec<WeekdayStaffing> = Vec::new();
    for (at, load) in &measured.half_hours {
        let line = half_hour(&measured, *at, load, target_s, share);
        match weekdays.last_mut() {
            Some(last) if last.weekday == at.0 => last.half_hours.push(line),
            _ => weekdays.push(WeekdayStaffing {
                weekday: at.0,
                half_hours: vec![line],
            }),
        }
    }
    Staffing {
        share,
        target_s,
        allowance: ALLOWANCE,
        services: Service::ALL
            .into_iter()
            .map(|service| desk_time(&measured, service))
            .collect(),
        weekdays,
    }
}

fn desk_time(measured: &Measured, service: Service) -> ServiceDeskTime {
    let time = measured.desk_time.get(&service).copied();
    let time = time.unwrap_or_default();
    ServiceDeskTime {
        service,
        tickets: count(time.tickets),
        mean_s: time.mean_s().map(|mean_s| rounded(mean_s, 10.0)),
        small_sample: count(time.tickets) < SMALL_SAMPLE_BELOW,
    }
}

fn half_hour(
    measured: &Measured,
    at: HalfHourOfWeek,
    load: &HalfHourLoad,
    target_s: u32,
    share: f64,
) -> HalfHourStaffing {
    let desks = load.mean_desks();
    let expected = measured.expected(at);
    let demand = expected.and_then(|of| of.demand(f64::from(target_s), share).ok());
    let anybody = demand.filter(|_| load.tickets() > 0);
    let level = anybody.and_then(|demand| demand.service_level(desks).ok());
    HalfHourStaffing {
        half_hour: at.1,
        label: wording::half_hour(at.1),
        measured: count(load.measured),
        tickets: count(load.tickets()),
        mean_arrivals: rounded(load.mean_arrivals(), 100.0),
        handling_s: expected.map(|of| rounded(of.handling_s, 10.0)),
        load: expected.map(|of| rounded(of.load(), 100.0)),
        desks_required: demand.map(|demand| demand.desks_required().desks),
        open_s: count(load.open_s),
        desks_open: rounded(desks, 100.0),
        service_level: level.map(|level| rounded(level, 10_000.0)),
        small_sample: count(load.tickets()) < SMALL_SAMPLE_BELOW,
    }
}

/// To so many parts of one, halves up.
fn rounded(value: f64, parts: f64) -> f64 {
    (value * parts + 0.5).floor() / parts
}
