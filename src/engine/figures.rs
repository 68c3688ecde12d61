//! What the views need of the metrics. Without metrics, or where a row cannot be read, the views do
//! without: nothing that is asked of the engine waits for it.

use std::sync::Arc;

use crate::metrics::{Metrics, MetricsError};
use crate::queue::centre::Centre;
use crate::queue::demand::Measured;
use crate::queue::screens::Surroundings;
use crate::queue::setup::Setup;
use crate::queue::today::{DaysLike, dates_like, over_since};

/// Reads what was measured on days like today, once a date.
pub(super) fn keep_days_like(
    around: &mut Arc<Surroundings>,
    metrics: Option<&Metrics>,
    setup: &Setup,
    centre: &Centre,
) {
    let (Some(date), Some(metrics)) = (centre.date, metrics) else {
        return;
    };
    if around
        .days_like
        .as_ref()
        .is_some_and(|days| days.date == date)
    {
        return;
    }
    let measured = measured(metrics, setup, centre, date).unwrap_or_else(|error| {
        tracing::warn!(%error, "the figures of earlier dates cannot be read");
        Measured::default()
    });
    Arc::make_mut(around).days_like = Some(Arc::new(DaysLike { date, measured }));
}

fn measured(
    metrics: &Metrics,
    setup: &Setup,
    centre: &Centre,
    date: jiff::civil::Date,
) -> Result<Measured, MetricsError> {
    let tz = &setup.timezone;
    let mut measured = Measured::default();
    for like in dates_like(date) {
        let end = like.tomorrow().unwrap_or(like);
        for (like, day) in metrics.days(like..end)? {
            let calendar = centre.calendar(setup);
            measured.add(&calendar, tz, like, &day, over_since(date, tz));
        }
    }
    Ok(measured)
}
