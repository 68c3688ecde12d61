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
    offset_ms: i128,
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
        let leeway = i128::from(elapsed_ms / 1_000 * DRIFT_MS_PER_S);
        let sample = difference(host_now_ms, board_now_ms);
        if sample <= self.offset_ms || leeway > 0 {
            self.offset_ms = sample.min(self.offset_ms + leeway);
            self.seen_host_ms = host_now_ms;
        }
    }

    /// How long ago the press made at `at_ms` of the board's clock was, in milliseconds.
    #[must_use]
    pub fn age_ms(&self, at_ms: u64, host_now_ms: u64) -> u64 {
        let age_ms = difference(host_now_ms, at_ms) - self.offset_ms;
        u64::try_from(age_ms.max(0)).unwrap_or(u64::MAX)
    }
}

/// `a - b`; two clocks differ by anything a `u64` holds, either way.
fn difference(a: u64, b: u64) -> i128 {
    i128::from(a) - i128::from(b)
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
    fn absurd_numbers_do_no_harm() {
        let clock = BoardClock::new(u64::MAX, 0);
        assert_eq!(clock.age_ms(u64::MAX, 5), 5);
        assert_eq!(clock.age_ms(0, u64::MAX), u64::MAX);
        assert_eq!(BoardClock::new(0, 0).age_ms(10, 5), 0);
    }
}
