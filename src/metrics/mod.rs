//! Stand-in.
use crate::queue::change::Change;
use crate::queue::forecast::LearnedTimes;
/// Stand-in.
#[derive(Debug)]
pub struct Metrics;
/// Stand-in.
#[derive(Debug, thiserror::Error)]
#[error("x")]
pub struct MetricsError;
impl Metrics {
    /// x
    pub fn learned(&self) -> Result<LearnedTimes, MetricsError> {
        Ok(LearnedTimes::default())
    }
    /// x
    pub fn apply(&self, _c: &[Change], _s: u64) -> Result<(), MetricsError> {
        Ok(())
    }
}
