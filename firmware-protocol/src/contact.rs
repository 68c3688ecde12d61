//! One button's contact and its bouncing.

use crate::wire::DEBOUNCE_MS;

/// Whether a button's contact is closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// Open: nobody presses.
    Released,
    /// Closed: somebody presses.
    Pressed,
}

/// What a reading of the contact's level meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Change {
    /// The level is as before.
    Nothing,
    /// The first closing after the contact was open and quiet: this counts.
    Press,
    /// An opening after the contact was quiet.
    Release,
    /// An edge less than [`DEBOUNCE_MS`] after another.
    Bounce,
}

/// The rule in one sentence: a closing counts at once if the contact has been open without
/// any edge for [`DEBOUNCE_MS`]. That locks out the bouncing of both press and release.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Contact {
    level: Level,
    changed_ms: u64,
    closed_ms: u64,
}

impl Contact {
    /// At the board's start the contact has not yet been seen open: a button that is down
    /// through a restart is no new press.
    pub(crate) fn new(now_ms: u64) -> Self {
        Self {
            level: Level::Released,
            changed_ms: now_ms,
            closed_ms: now_ms,
        }
    }

    pub(crate) fn read(&mut self, level: Level, now_ms: u64) -> Change {
        if level == self.level {
            return Change::Nothing;
        }
        let quiet_ms = now_ms.saturating_sub(self.changed_ms);
        self.level = level;
        self.changed_ms = now_ms;
        if quiet_ms < DEBOUNCE_MS {
            return Change::Bounce;
        }
        match level {
            Level::Pressed => {
                self.closed_ms = now_ms;
                Change::Press
            }
            Level::Released => Change::Release,
        }
    }

    pub(crate) fn is_closed(&self) -> bool {
        self.level == Level::Pressed
    }

    /// When the press began, on the board's clock in milliseconds.
    pub(crate) fn closed_ms(&self) -> u64 {
        self.closed_ms
    }
}
