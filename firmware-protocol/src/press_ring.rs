//! The presses the host has not acknowledged.

use heapless::Deque;

use crate::wire::{Button, PRESS_RING, REPEAT_MS};

#[derive(Clone, Copy, Debug)]
pub(crate) struct KeptPress {
    pub(crate) seq: u32,
    pub(crate) button: Button,
    pub(crate) at_ms: u64,
    pub(crate) held_ms: u32,
    pub(crate) bounces: u8,
}

/// Only the oldest press is on the line, so the host gets presses in the order of their
/// numbers, whatever is lost.
#[derive(Debug)]
pub(crate) struct PressRing {
    kept: Deque<KeptPress, PRESS_RING>,
    next_seq: u32,
    /// When the oldest press was last sent in this session; `None` if it was not.
    oldest_sent_ms: Option<u64>,
}

/// A press was acknowledged that was never made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct NeverMade;

impl PressRing {
    pub(crate) fn new() -> Self {
        Self {
            kept: Deque::new(),
            next_seq: 1,
            oldest_sent_ms: None,
        }
    }

    /// Keeps a press and gives its number, or refuses it when the places or the numbers are
    /// used up.
    ///
    /// The newest is refused, not the oldest dropped: the oldest may already have been sent,
    /// and its customer may hold a ticket.
    pub(crate) fn keep(&mut self, button: Button, at_ms: u64) -> Option<u32> {
        let seq = self.next_seq;
        let following = seq.checked_add(1)?;
        let press = KeptPress {
            seq,
            button,
            at_ms,
            held_ms: 0,
            bounces: 0,
        };
        self.kept.push_back(press).ok()?;
        self.next_seq = following;
        Some(seq)
    }

    pub(crate) fn find_mut(&mut self, seq: u32) -> Option<&mut KeptPress> {
        self.kept.iter_mut().find(|press| press.seq == seq)
    }

    /// Lets go of the presses up to this number.
    pub(crate) fn acknowledge(&mut self, up_to: u32) -> Result<(), NeverMade> {
        if up_to >= self.next_seq {
            return Err(NeverMade);
        }
        while self.kept.front().is_some_and(|press| press.seq <= up_to) {
            self.kept.pop_front();
            self.oldest_sent_ms = None;
        }
        Ok(())
    }

    /// The oldest press if it is to be sent now; that it is sent is noted.
    pub(crate) fn take_due(&mut self, now_ms: u64) -> Option<KeptPress> {
        let press = *self.kept.front()?;
        if self.next_ms(now_ms)? > now_ms {
            return None;
        }
        self.oldest_sent_ms = Some(now_ms);
        Some(press)
    }

    /// When the oldest press is to be sent next, if there is one.
    pub(crate) fn next_ms(&self, now_ms: u64) -> Option<u64> {
        self.kept.front()?;
        Some(match self.oldest_sent_ms {
            Some(sent_ms) => sent_ms.saturating_add(REPEAT_MS),
            None => now_ms,
        })
    }

    /// A new session gets the oldest press at once.
    pub(crate) fn send_again(&mut self) {
        self.oldest_sent_ms = None;
    }

    pub(crate) fn oldest_unacked(&self) -> u32 {
        self.kept.front().map_or(self.next_seq, |press| press.seq)
    }

    pub(crate) fn next_seq(&self) -> u32 {
        self.next_seq
    }

    pub(crate) fn len(&self) -> usize {
        self.kept.len()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.kept.is_empty()
    }
}
