//! Merged figures to what a report says of them.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::SMALL_SAMPLE_BELOW;
use super::model::{AppointmentFigures, DeskLine, Figures, Forecast, Share, Times, WithinTarget};
use crate::queue::setup::Setup;
use crate::queue::statistics::{DeskFigures, Histogram, Promised, ServiceFigures};
use crate::queue::ticket::DeskNumber;

/// A count that can only have gone below zero by damage, as what it can be.
pub(super) fn count(of: i64) -> u64 {
    u64::try_from(of).unwrap_or(0)
}

pub(super) fn share_of(n: u64, of: u64) -> Option<f64> {
    let ten_thousandths = n
        .checked_mul(10_000)?
        .checked_add(of / 2)?
        .checked_div(of)?;
    // Far below 2^52.
    #[allow(clippy::cast_precision_loss)]
    let share = ten_thousandths as f64 / 10_000.0;
    Some(share)
}

pub(super) fn share(n: u64, of: u64) -> Share {
    Share {
        n,
        of,
        share: share_of(n, of),
        small_sample: of < SMALL_SAMPLE_BELOW,
    }
}

pub(super) fn times(histogram: &Histogram) -> Times {
    let count = histogram.count();
    let mean = (2 * histogram.sum_s() + count).checked_div(2 * count);
    Times {
        count,
        median_s: histogram.percentile_s(50),
        p90_s: histogram.percentile_s(90),
        max_s: histogram.max_s(),
        mean_s: mean.and_then(|mean| u32::try_from(mean).ok()),
        small_sample: count < SMALL_SAMPLE_BELOW,
    }
}

/// The target wait, whole seconds.
pub(super) fn target_s(setup: &Setup) -> u32 {
    u32::try_from(setup.rules.wait_target.as_secs()).unwrap_or(u32::MAX)
}

pub(super) fn figures(of: &ServiceFigures, target_s: u32, as_of: Timestamp) -> Figures {
    let wait = of.waits.all();
    let open = of.issued - of.finished - of.no_shows - of.cancelled;
    Figures {
        issued: count(of.issued),
        called: count(of.called),
        finished: count(of.finished),
        no_show: count(of.no_shows),
        no_show_rate: share(count(of.no_shows), count(of.called)),
        cancelled: count(of.cancelled),
        unserved: count(of.unserved),
        transferred: count(of.transferred),
        out_of_turn: count(of.out_of_turn),
        reinstated: count(of.reinstated),
        force_closed: count(of.force_closed),
        open: count(open),
        wait: times(&wait),
        within_target: within_target(of, &wait, target_s, as_of),
        forecast: forecast(of.forecast.all()),
        handling: times(&of.handling),
        visit: times(&of.visit),
        appointments: AppointmentFigures {
            booked: count(of.appointments.booked),
            checked_in: count(of.appointments.on_time + of.appointments.late),
            late: count(of.appointments.late),
            missed: count(of.appointments.missed),
            cancelled: count(of.appointments.cancelled),
            delay: times(&of.appointments.delay),
        },
    }
}

fn forecast(of: Promised) -> Forecast {
    let (promised, error_s) = (count(of.count), count(of.error_s));
    let mean = (2 * error_s + promised).checked_div(2 * promised);
    Forecast {
        count: promised,
        mean_error_s: mean.and_then(|mean| u32::try_from(mean).ok()),
        within_p90: share(count(of.within_p90), promised),
    }
}

fn within_target(
    of: &ServiceFigures,
    wait: &Histogram,
    target_s: u32,
    as_of: Timestamp,
) -> WithinTarget {
    let late_before = as_of.as_second() - i64::from(target_s);
    let uncalled_late = of.uncalled.below(late_before);
    let left_out_waiting = count(of.uncalled.count() - uncalled_late);
    let left_out_cancelled = match target_s.checked_sub(1) {
        Some(below) => of.cancelled_after.at_most(below),
        None => 0,
    };
    let counting = count(of.issued).saturating_sub(left_out_waiting + left_out_cancelled);
    WithinTarget {
        share: share(wait.at_most(target_s), counting),
        uncalled_late: count(uncalled_late),
        left_out_waiting,
        left_out_cancelled,
    }
}

/// Every desk that is set up or has figures.
pub(super) fn desk_lines(
    setup: &Setup,
    desks: &BTreeMap<DeskNumber, DeskFigures>,
    as_of: Timestamp,
) -> Vec<DeskLine> {
    let mut numbers: Vec<DeskNumber> = setup.desks.keys().chain(desks.keys()).copied().collect();
    numbers.sort_unstable();
    numbers.dedup();
    let nothing = DeskFigures::default();
    numbers
        .into_iter()
        .map(|number| {
            let figures = desks.get(&number).unwrap_or(&nothing);
            let (busy_s, open_s) = (figures.busy.at(as_of), figures.open.at(as_of));
            DeskLine {
                centre: None,
                desk: number.0,
                finished: count(figures.finished),
                stays: count(figures.stays),
                handling: times(&figures.handling),
                busy_s,
                open_s,
                break_s: figures.on_break.at(as_of),
                utilisation: share_of(busy_s, open_s),
            }
        })
        .collect()
}
