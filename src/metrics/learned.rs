//! What the forecast learned, kept beside the figures so that a start need not read the journal of
//! months. It is made from the journal, and from a history brought along, like everything here.

use serde::{Deserialize, Serialize};

use super::apply::guarded;
use super::{Metrics, MetricsError, json, row};
use crate::queue::forecast::lessons::Learned;

const STATE: &str = "state";

/// What the forecast learned up to a record.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct KeptLearned {
    /// The record.
    pub seq: u64,
    /// Which history of another system it began from, if any.
    #[serde(default)]
    pub history: Option<String>,
    /// What was learned.
    pub learned: Learned,
}

impl Metrics {
    /// What the forecast learned, as last kept.
    ///
    /// # Errors
    /// Where sled fails or the row is damaged; it can be learned anew from the journal then.
    pub fn learned(&self) -> Result<Option<KeptLearned>, MetricsError> {
        guarded(|| {
            let value = self.forecast.get(STATE)?;
            value.map(|value| row(STATE.as_bytes(), &value)).transpose()
        })
    }

    /// Keeps what the forecast learned in place of what was kept before.
    ///
    /// # Errors
    /// Where sled fails; what was kept before stays.
    pub fn keep_learned(&self, kept: &KeptLearned) -> Result<(), MetricsError> {
        let bytes = json(STATE, kept)?;
        guarded(|| {
            self.forecast.insert(STATE, bytes)?;
            Ok(())
        })
    }
}
