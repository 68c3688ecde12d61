//! The only place that reads the system's clocks.
//!
//! Time is the wall clock at start plus what the monotonic clock has counted since, so a step of
//! the wall clock moves no running minute by surprise; [`Clock::step`] tells of one.

use std::sync::Mutex;
use std::time::{Instant, SystemTime};

use jiff::{SignedDuration, Timestamp};

/// A wall clock that differs from the monotonic one by more than this has been stepped.
pub const STEP_MIN: SignedDuration = SignedDuration::from_secs(2);

/// Where time comes from.
pub trait Clock: Send + Sync + std::fmt::Debug {
    /// Now, unaffected by steps of the wall clock that were not taken over yet.
    fn now(&self) -> Timestamp;

    /// Takes over a step of the wall clock, if there was one, and tells how far it went.
    fn step(&self) -> Option<SignedDuration>;
}

/// The machine's clocks.
#[derive(Debug)]
pub struct SystemClock {
    anchor: Mutex<(Timestamp, Instant)>,
}

impl SystemClock {
    /// Starts from the wall clock.
    pub fn start() -> Self {
        Self {
            anchor: Mutex::new((wall(), Instant::now())),
        }
    }
}

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        let anchor = self.anchor.lock().unwrap_or_else(|e| e.into_inner());
        steady(&anchor)
    }

    fn step(&self) -> Option<SignedDuration> {
        let mut anchor = self.anchor.lock().unwrap_or_else(|e| e.into_inner());
        let wall = wall();
        let by = wall.duration_since(steady(&anchor));
        if by.abs() < STEP_MIN {
            return None;
        }
        *anchor = (wall, Instant::now());
        Some(by)
    }
}

fn steady(anchor: &(Timestamp, Instant)) -> Timestamp {
    let passed = SignedDuration::try_from(anchor.1.elapsed()).unwrap_or(SignedDuration::ZERO);
    let now = anchor.0.saturating_add(passed).unwrap_or(anchor.0);
    in_milliseconds(now)
}

/// The journal keeps milliseconds: finer digits help nobody who reads it.
fn in_milliseconds(at: Timestamp) -> Timestamp {
    Timestamp::from_millisecond(at.as_millisecond()).unwrap_or(at)
}

#[allow(clippy::disallowed_methods)] // The one place that may.
fn wall() -> Timestamp {
    in_milliseconds(Timestamp::try_from(SystemTime::now()).unwrap_or(Timestamp::UNIX_EPOCH))
}

/// A clock that moves only when told to, for tests of the rules through the whole engine.
#[derive(Debug)]
pub struct ManualClock {
    now: Mutex<Timestamp>,
    step: Mutex<Option<SignedDuration>>,
}

impl ManualClock {
    /// Stands at `now`.
    pub fn at(now: Timestamp) -> Self {
        Self {
            now: Mutex::new(now),
            step: Mutex::new(None),
        }
    }

    /// Moves on by `by`.
    pub fn advance(&self, by: SignedDuration) {
        let mut now = self.now.lock().unwrap_or_else(|e| e.into_inner());
        *now = now.saturating_add(by).unwrap_or(*now);
    }

    /// The wall clock jumps by `by`, as an operator or a time server makes it.
    pub fn jump(&self, by: SignedDuration) {
        self.advance(by);
        let mut step = self.step.lock().unwrap_or_else(|e| e.into_inner());
        *step = Some(step.unwrap_or_default().saturating_add(by));
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        *self.now.lock().unwrap_or_else(|e| e.into_inner())
    }

    fn step(&self) -> Option<SignedDuration> {
        self.step.lock().unwrap_or_else(|e| e.into_inner()).take()
    }
}
