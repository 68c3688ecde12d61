//! A word of memory that the start leaves alone: what the program tells its next run.
#![expect(unsafe_code, reason = "the word's section is named")]

use core::sync::atomic::{AtomicU32, Ordering};

// SAFETY: cortex-m-rt keeps `.uninit` out of what it clears at the start. Whatever bits the
// memory holds then are a value of the word's type, and the program reads nothing into them but
// the values below.
#[unsafe(link_section = ".uninit.note")]
static WORD: AtomicU32 = AtomicU32::new(0);

/// Why the program started itself anew.
#[derive(Clone, Copy, PartialEq, Eq)]
#[repr(u32)]
pub enum Note {
    /// The host asked for it.
    Requested = 0x5245_5155,
    /// It panicked.
    Crashed = 0x4352_4153,
}

impl Note {
    /// Leaves the note for the next run.
    pub fn leave(self) {
        WORD.store(self as u32, Ordering::Relaxed);
    }

    /// The note the run before left, once. After power-up the memory holds anything; that it
    /// holds just one of the notes is one chance in two thousand million.
    pub fn take() -> Option<Self> {
        let word = WORD.load(Ordering::Relaxed);
        WORD.store(0, Ordering::Relaxed);
        [Self::Requested, Self::Crashed]
            .into_iter()
            .find(|note| *note as u32 == word)
    }
}
