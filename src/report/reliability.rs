//! How far the waits promised at issue could be relied upon, by what was promised.

use serde::Serialize;
use utoipa::ToSchema;

use super::figures::{count, share, times};
use super::model::{Share, Times};
use crate::queue::statistics::{PROMISED_FROM_S, ServiceFigures};

/// Tickets that were promised a median within one bin, and called.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ReliabilityBin {
    /// Least promised median, seconds.
    pub from_s: u32,
    /// Promised medians are below this, seconds; absent where there is no end.
    pub below_s: Option<u32>,
    /// Tickets promised this and called.
    pub count: u64,
    /// Mean promised median, rounded to the second; absent of nothing.
    pub promised_s: Option<u32>,
    /// Their waits as they came.
    pub wait: Times,
    /// Called no later than the promised median; half are to be.
    pub within_p50: Share,
    /// Called no later than the promised ninth decile; nine in ten are to be.
    pub within_p90: Share,
}

/// All bins in order, those with nobody in them too.
pub(super) fn reliability(of: &ServiceFigures) -> Vec<ReliabilityBin> {
    let below = PROMISED_FROM_S.iter().skip(1).copied().map(Some);
    (0..)
        .zip(PROMISED_FROM_S.into_iter().zip(below.chain([None])))
        .map(|(bin, (from_s, below_s))| {
            let promised = of.forecast.bin(bin);
            let tickets = count(promised.count);
            let mean = (2 * count(promised.promised_s) + tickets).checked_div(2 * tickets);
            ReliabilityBin {
                from_s,
                below_s,
                count: tickets,
                promised_s: mean.and_then(|mean| u32::try_from(mean).ok()),
                wait: times(&of.waits.promised(bin)),
                within_p50: share(count(promised.within_p50), tickets),
                within_p90: share(count(promised.within_p90), tickets),
            }
        })
        .collect()
}
