//! When customers come, are called and are served, and how long they wait: all services and dates
//! of a quarter together.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::Serialize;
use utoipa::ToSchema;

use super::figures::{count, share_of, times};
use super::halves::half_hour_name;
use super::model::Times;
use crate::queue::statistics::{DayFigures, Histogram};

/// Steps of the distribution at most; the last is the longest wait.
const STEPS_MAX: u32 = 240;

/// Seconds in a minute.
const MINUTE_S: u32 = 60;

/// The flow of customers through the quarter.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Flow {
    /// Dates with at least one ticket.
    pub dates: u64,
    /// By weekday and half-hour of issue, those in which tickets were issued.
    pub heat: Vec<HeatCell>,
    /// By half-hour of the day, from the first to the last in which anything was.
    pub half_hours: Vec<FlowHalfHour>,
    /// How many of those called had waited no longer than so long.
    pub ecdf: Vec<EcdfStep>,
}

/// One half-hour of one weekday over the quarter.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct HeatCell {
    /// Monday = 1.
    pub weekday: i8,
    /// Where the half-hour begins, local, "09:30". The hour that is repeated when clocks go back
    /// counts once.
    pub at: String,
    /// Tickets issued in it.
    pub issued: u64,
    /// Waits of these, as far as they were called.
    pub wait: Times,
}

/// One half-hour of the day over the quarter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct FlowHalfHour {
    /// Where it begins, local, "09:30".
    pub at: String,
    /// Tickets issued in it.
    pub issued: u64,
    /// First calls in it.
    pub called: u64,
    /// Finished in it, with an end time.
    pub finished: u64,
    /// Issued from the first half-hour to the end of this one.
    pub issued_so_far: u64,
    /// First calls from the first half-hour to the end of this one.
    pub called_so_far: u64,
    /// Finished from the first half-hour to the end of this one.
    pub finished_so_far: u64,
}

/// One step of the distribution of waits.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct EcdfStep {
    /// A wait, seconds: whole minutes from 0 on.
    pub within_s: u32,
    /// Called no later.
    pub called: u64,
    /// Of all called, 0 to 1.
    pub share: f64,
}

/// A cell being counted: tickets issued, and the waits of those called.
#[derive(Default)]
struct Cell<'d> {
    issued: i64,
    waits: Vec<&'d Histogram>,
}

/// The flow from the figures of the quarter's dates.
pub(super) fn flow(days: &BTreeMap<Date, DayFigures>) -> Flow {
    let mut cells: BTreeMap<(i8, u8), Cell<'_>> = BTreeMap::new();
    let mut half_hours: BTreeMap<u8, [i64; 3]> = BTreeMap::new();
    let mut dates = 0;
    for (date, day) in days {
        let weekday = date.weekday().to_monday_one_offset();
        let services = day.services.values();
        dates += u64::from(services.clone().any(|figures| figures.issued > 0));
        for figures in services {
            for (half_hour, counts) in &figures.half_hours {
                let sums = half_hours.entry(*half_hour).or_default();
                for (sum, count) in sums.iter_mut().zip(counts) {
                    *sum += count;
                }
                let [issued, ..] = counts;
                cells.entry((weekday, *half_hour)).or_default().issued += issued;
            }
            for (cell, histogram) in figures.waits.cells() {
                let cell = cells.entry((weekday, cell.half_hour)).or_default();
                cell.waits.push(histogram);
            }
        }
    }
    let heat = cells.iter().filter(|(_, cell)| cell.issued > 0);
    let waits = cells.values().flat_map(|cell| cell.waits.iter().copied());
    Flow {
        dates,
        heat: heat
            .map(|((weekday, half_hour), cell)| HeatCell {
                weekday: *weekday,
                at: half_hour_name(*half_hour),
                issued: count(cell.issued),
                wait: times(&Histogram::sum(cell.waits.iter().copied())),
            })
            .collect(),
        half_hours: in_order(&half_hours),
        ecdf: ecdf(&Histogram::sum(waits)),
    }
}

/// The half-hours with the gaps between them filled, and their running sums.
fn in_order(half_hours: &BTreeMap<u8, [i64; 3]>) -> Vec<FlowHalfHour> {
    let ends = half_hours.keys().next().zip(half_hours.keys().next_back());
    let span = ends.map(|(first, last)| *first..=*last);
    let mut so_far = [0; 3];
    span.into_iter()
        .flatten()
        .map(|half_hour| {
            let counts = half_hours.get(&half_hour).copied().unwrap_or_default();
            let [issued, called, finished] = counts.map(count);
            for (sum, count) in so_far.iter_mut().zip([issued, called, finished]) {
                *sum += count;
            }
            let [issued_so_far, called_so_far, finished_so_far] = so_far;
            FlowHalfHour {
                at: half_hour_name(half_hour),
                issued,
                called,
                finished,
                issued_so_far,
                called_so_far,
                finished_so_far,
            }
        })
        .collect()
}

/// A step for every minute until all are within; where that would be too many, the last one is
/// the longest wait instead.
fn ecdf(wait: &Histogram) -> Vec<EcdfStep> {
    let all = wait.count();
    let Some(longest) = wait.max_s() else {
        return Vec::new();
    };
    let last = longest.div_ceil(MINUTE_S);
    (0..=last.min(STEPS_MAX - 1))
        .filter_map(|step| {
            let cut = step == STEPS_MAX - 1 && step < last;
            let within_s = if cut { longest } else { step * MINUTE_S };
            let called = wait.at_most(within_s);
            Some(EcdfStep {
                within_s,
                called,
                share: share_of(called, all)?,
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_distribution_ends_with_all_of_them() {
        let mut wait = Histogram::default();
        assert_eq!(ecdf(&wait), []);
        wait.add(0, 1);
        wait.add(60, 2);
        wait.add(61, 1);
        let steps: Vec<_> = ecdf(&wait).iter().map(|s| (s.within_s, s.called)).collect();
        assert_eq!(steps, [(0, 1), (60, 3), (120, 4)]);
        // 239 minutes are the 240th step; beyond that the longest wait is.
        for (longest, end) in [
            (239 * 60, 239 * 60),
            (239 * 60 + 1, 239 * 60 + 1),
            (50_000, 50_000),
        ] {
            wait.add(longest, 1);
            let steps = ecdf(&wait);
            assert_eq!(steps.len(), 240);
            let last = steps.last().map(|step| (step.within_s, step.share));
            assert_eq!(last, Some((end, 1.0)));
            wait.add(longest, -1);
        }
    }
}
