//! What the board has to complain of.

use crate::wire::{BoardMessage, FAULT_GAP_MS, FaultCode};

/// One slot per code, so that noise on the line cannot flood it. A fault lost on the line is
/// made good by the next of its kind, or by the next session.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Faults {
    slots: [Slot; FaultCode::ALL.len()],
    next_from_ms: u64,
}

#[derive(Clone, Copy, Debug, Default)]
struct Slot {
    arg: Option<u32>,
    due: bool,
}

impl Faults {
    /// Counts one more of its kind since the start.
    pub(crate) fn count(&mut self, code: FaultCode) {
        self.update(code, |arg| arg.unwrap_or(0).saturating_add(1));
    }

    pub(crate) fn set(&mut self, code: FaultCode, arg: u32) {
        self.update(code, |_| arg);
    }

    /// A new session hears of everything since the start, but not of buttons that may have
    /// come free again: the board looks at those anew.
    pub(crate) fn tell_again(&mut self) {
        for (slot, code) in self.slots.iter_mut().zip(FaultCode::ALL) {
            if code == FaultCode::StuckButtons {
                *slot = Slot::default();
            }
            slot.due = slot.arg.is_some();
        }
    }

    /// When the next fault may be sent, if one is due.
    pub(crate) fn next_ms(&self) -> Option<u64> {
        let due = self.slots.iter().any(|slot| slot.due);
        due.then_some(self.next_from_ms)
    }

    /// The next fault to send, if one is due and the gap since the last is kept.
    pub(crate) fn take(&mut self, now_ms: u64) -> Option<BoardMessage> {
        if now_ms < self.next_from_ms {
            return None;
        }
        let mut coded = self.slots.iter_mut().zip(FaultCode::ALL);
        let (slot, code) = coded.find(|(slot, _)| slot.due)?;
        slot.due = false;
        let arg = slot.arg?;
        self.next_from_ms = now_ms.saturating_add(FAULT_GAP_MS);
        Some(BoardMessage::Fault { code, arg })
    }

    fn update(&mut self, code: FaultCode, change: impl Fn(Option<u32>) -> u32) {
        for (slot, slot_code) in self.slots.iter_mut().zip(FaultCode::ALL) {
            if slot_code == code {
                slot.arg = Some(change(slot.arg));
                slot.due = true;
            }
        }
    }
}
