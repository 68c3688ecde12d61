//! The state of one centre, and how each event changes it.

use serde::{Deserialize, Serialize};

use super::event::Happened;

/// The queue of one centre: everything that has happened, folded.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Centre {}

impl Centre {
    /// Brings the centre up to date with the next event. Never fails.
    pub fn apply(&mut self, _happened: &Happened) {}
}
