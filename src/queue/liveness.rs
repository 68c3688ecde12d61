//! Whether a display really shows what it was sent.
//!
//! A page counts the frames it receives on its connection and, two animation frames after one has
//! been drawn, says its number and the sequence of the view drawn. A socket that stays open
//! proves nothing: a frozen tab, a hung graphics card, a page in the background and a suspended
//! machine all keep it open and paint nothing (A2/1/5.1–5.5).

use std::collections::VecDeque;
use std::time::Duration;

/// A display that has not painted a frame after this time is not showing the truth.
pub const PAINT_TIME_MAX: Duration = Duration::from_secs(2);

/// A display that was late counts as well again when nothing was late for this time, so that one
/// that paints now and then raises one alarm and not a hundred.
pub const STEADY_TIME: Duration = Duration::from_secs(5);

/// Frames whose acknowledgement is still awaited and can be checked; older ones stay unpainted
/// until a newer one is acknowledged.
const AWAITED_MAX: usize = 64;

/// A frame on its way to the glass.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Awaited {
    frame: u64,
    /// Sequence of the newest view at that frame.
    sequence: u64,
    sent_at: Duration,
}

/// What the display of one connection has painted. Times count from any fixed moment on a clock
/// that is never stepped.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Liveness {
    /// Frames sent.
    frames: u64,
    /// Sequence of the newest view sent.
    sequence: u64,
    awaited: VecDeque<Awaited>,
    /// When the oldest unpainted frame was sent.
    unpainted_since: Option<Duration>,
    late: bool,
    /// When something was last late.
    late_at: Duration,
    /// Newest frame painted.
    painted: u64,
    /// Sequence of the newest view painted.
    painted_sequence: u64,
}

impl Liveness {
    /// A frame leaves; with its sequence where it is a view, without where it only asks for a
    /// sign of life.
    pub fn sent(&mut self, view: Option<u64>, now: Duration) {
        self.frames += 1;
        if let Some(sequence) = view {
            self.sequence = sequence;
        }
        self.unpainted_since.get_or_insert(now);
        if self.awaited.len() == AWAITED_MAX {
            self.awaited.pop_front();
        }
        self.awaited.push_back(Awaited {
            frame: self.frames,
            sequence: self.sequence,
            sent_at: now,
        });
    }

    /// The page says that it has painted a frame and the view it then showed. False where that
    /// says nothing new: an older frame again, one never sent, or one with another view than it
    /// had.
    pub fn painted(&mut self, frame: u64, sequence: u64, now: Duration) -> bool {
        let known = self
            .awaited
            .iter()
            .any(|awaited| awaited.frame == frame && awaited.sequence == sequence);
        if !known {
            return false;
        }
        // It may have been late without anybody having looked.
        self.look(now);
        self.awaited.retain(|awaited| awaited.frame > frame);
        self.unpainted_since = self.awaited.front().map(|awaited| awaited.sent_at);
        self.painted = frame;
        self.painted_sequence = sequence;
        true
    }

    /// Whether the display paints in time, by now.
    pub fn look(&mut self, now: Duration) -> bool {
        if self.unpainted_for(now) > PAINT_TIME_MAX {
            self.late = true;
            self.late_at = now;
        } else if self.late && now.saturating_sub(self.late_at) >= STEADY_TIME {
            self.late = false;
        }
        !self.late
    }

    /// How long the oldest unpainted frame has been on its way.
    pub fn unpainted_for(&self, now: Duration) -> Duration {
        self.unpainted_since
            .map_or(Duration::ZERO, |since| now.saturating_sub(since))
    }

    /// Frames sent.
    pub fn frames(&self) -> u64 {
        self.frames
    }

    /// Newest frame painted and the sequence of the view in it.
    pub fn newest_painted(&self) -> (u64, u64) {
        (self.painted, self.painted_sequence)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn ms(ms: u64) -> Duration {
        Duration::from_millis(ms)
    }

    #[test]
    fn a2_1_5_a_display_is_late_after_two_seconds_and_not_before() {
        let mut display = Liveness::default();
        display.sent(Some(7), ms(1_000));
        assert!(display.look(ms(3_000)));
        assert!(!display.look(ms(3_001)));
    }

    #[test]
    fn one_that_paints_in_time_is_well_for_ever() {
        let mut display = Liveness::default();
        for turn in 0..1_000 {
            let now = ms(turn * 2_000);
            display.sent((turn % 3 == 0).then_some(turn), now);
            assert!(display.look(now + ms(1_900)));
            let shown = turn - turn % 3;
            assert!(display.painted(turn + 1, shown, now + ms(1_950)));
        }
    }

    #[test]
    fn one_that_froze_is_well_again_once_it_has_painted_for_a_while() {
        let mut display = Liveness::default();
        display.sent(Some(1), ms(0));
        for beat in 1..30 {
            display.sent(None, ms(beat * 2_000));
        }
        assert!(!display.look(ms(59_000)));
        // Thawed: the frames that waited are drawn one after the other.
        for frame in 1..=30 {
            assert!(display.painted(frame, 1, ms(59_000 + frame)));
        }
        assert!(!display.look(ms(59_100)), "not at the first sign of life");
        assert!(!display.look(ms(59_028) + STEADY_TIME));
        assert!(display.look(ms(59_029) + STEADY_TIME));
    }

    #[test]
    fn one_that_paints_now_and_then_stays_late() {
        let mut display = Liveness::default();
        let mut changes = 0;
        let mut well = true;
        for second in 0..600 {
            let now = ms(second * 1_000);
            display.sent(Some(second), now);
            if second % 4 == 3 {
                display.painted(second + 1, second, now);
            }
            let is_well = display.look(now);
            changes += u32::from(is_well != well);
            well = is_well;
        }
        assert_eq!(changes, 1);
    }

    #[test]
    fn an_older_a_foreign_or_a_repeated_word_proves_nothing() {
        let mut display = Liveness::default();
        display.sent(Some(5), ms(0));
        display.sent(Some(6), ms(10));
        display.sent(None, ms(20));
        assert!(!display.painted(9, 6, ms(30)), "never sent");
        assert!(
            !display.painted(2, 5, ms(30)),
            "an older view in a newer frame"
        );
        assert!(!display.painted(1, 6, ms(30)), "a view that came later");
        assert!(display.painted(1, 5, ms(30)));
        assert!(!display.painted(1, 5, ms(30)), "said before");
        assert_eq!(display.unpainted_for(ms(30)), ms(20));
        assert!(
            !display.look(ms(2_011)),
            "the newer view is still unpainted"
        );
        assert!(display.painted(3, 6, ms(2_012)));
        assert!(
            !display.painted(2, 6, ms(2_012)),
            "older than what is painted"
        );
        assert_eq!(display.newest_painted(), (3, 6));
    }

    #[test]
    fn late_in_between_two_looks_is_late_all_the_same() {
        let mut display = Liveness::default();
        display.sent(Some(1), ms(0));
        assert!(display.painted(1, 1, ms(2_500)));
        assert!(!display.look(ms(2_501)));
    }

    #[test]
    fn what_waits_for_a_frozen_display_is_bounded() {
        let mut display = Liveness::default();
        for frame in 0..100_000 {
            display.sent(Some(frame), ms(frame));
        }
        assert_eq!(display.awaited.len(), AWAITED_MAX);
        assert_eq!(display.unpainted_for(ms(100_000)), ms(100_000));
        assert!(display.painted(100_000, 99_999, ms(100_000)));
        assert_eq!(display.unpainted_for(ms(100_000)), ms(0));
    }
}
