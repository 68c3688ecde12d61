//! The board's clock as the host sees it.

/// A frame can be late but never early, so the smallest difference seen is the truest; this
/// much per second it may grow again, far more than any crystal drifts (in milliseconds).
const DRIFT_MS_PER_S: u64 = 1;

/// Tells how old a press is, from the `now_ms` of the board's `Hello` and `Heartbeat`s.
///
/// Start a new one with each session's `Hello`. A frame that was long on its way makes no
/// press look younger: only the earliest arrivals set the clock.
#[derive(Clone, Copy, Debug)]
pub struct BoardClock {
    /// Host clock minus board clock, in milliseconds.
    offset_ms: i64,
    seen_host_ms: u64,
}

impl BoardClock {
    /// From the `now_ms` of the `Hello` that answered this session, and the host's
    /// monotonic clock when it arrived; both in milliseconds.
    #[must_use]
    pub fn new(board_now_ms: u64, host_now_ms: u64) -> Self {
        Self {
            offset_ms: difference(host_now_ms, board_now_ms),
            seen_host_ms: host_now_ms,
        }
    }

    /// Takes the `now_ms` of a heartbeat of this session.
    pub fn observe(&mut self, board_now_ms: u64, host_now_ms: u64) {
        let elapsed_ms = host_now_ms.saturating_sub(self.seen_host_ms);
        let leeway = i64::try_from(elapsed_ms / 1_000 * DRIFT_MS_PER_S).unwrap_or(i64::MAX);
        let sample = difference(host_now_ms, board_now_ms);
        if sample <= self.offset_ms || leeway > 0 {
            self.offset_ms = sample.min(self.offset_ms.saturating_add(leeway));
            self.seen_host_ms = host_now_ms;
        }
    }

    /// How long ago the press made at `at_ms` of the board's clock was, in milliseconds.
    #[must_use]
    pub fn age_ms(&self, at_ms: u64, host_now_ms: u64) -> u64 {
        let pressed = difference(host_now_ms, at_ms).saturating_sub(self.offset_ms);
        u64::try_from(pressed).unwrap_or(0)
    }
}

/// `a - b`, held within the range of an `i64`.
fn difference(a: u64, b: u64) -> i64 {
    let magnitude = i64::try_from(a.abs_diff(b)).unwrap_or(i64::MAX);
    if a >= b { magnitude } else { -magnitude }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_late_frame_makes_no_press_look_younger() {
        let mut clock = BoardClock::new(1_000, 501_000);
        clock.observe(2_000, 532_000);
        assert!(clock.age_ms(1_500, 532_000) >= 30_000);
    }

    #[test]
    fn it_follows_a_drifting_board_either_way() {
        for board_ms_per_s in [999_900, 1_000_100_u64] {
            let mut clock = BoardClock::new(0, 0);
            let board = |host_s: u64| host_s * board_ms_per_s / 1_000;
            for second in 1..=86_400 {
                clock.observe(board(second), second * 1_000);
            }
            let age = clock.age_ms(board(86_400), 86_402_000);
            assert!((1_995..=2_005).contains(&age), "{age}");
        }
    }

    #[test]
    fn absurd_numbers_are_only_large_or_zero() {
        let clock = BoardClock::new(u64::MAX, 0);
        assert_eq!(clock.age_ms(u64::MAX, 5), 5);
        assert_eq!(BoardClock::new(0, 0).age_ms(10, 5), 0);
    }
}
