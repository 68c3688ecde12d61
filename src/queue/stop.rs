//! A service for which no ticket is issued any more today, although reception is open.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Who stopped a service, when and why. It holds for the local date.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stop {
    /// When.
    pub at: Timestamp,
    /// Login; absent where the daemon did, because the centre is configured so.
    pub by: Option<String>,
    /// Why.
    pub reason: String,
    /// The chance then that one more would be finished by closing, percent, where one was known.
    pub chance_percent: Option<u8>,
}
