//! What a printer answers, and the commands it obeys before anything is buffered.

use std::collections::VecDeque;

use crate::devices::printer::status::{ASK_FULL, CLEAR, Health};

/// The answer to `DLE EOT question`.
pub(super) fn real_time_status(health: Health, question: u8) -> u8 {
    let bit = |set: bool, bits: u8| if set { bits } else { 0 };
    0x12 | match question {
        1 => bit(!health.printable(), 0x08),
        2 => bit(health.cover_open, 0x04) | bit(health.paper_out, 0x20) | bit(health.error, 0x40),
        3 => bit(health.error, 0x08),
        _ => bit(health.paper_low, 0x0C) | bit(health.paper_out, 0x60),
    }
}

/// The answer to `DLE EOT 20`.
pub(super) fn full_status(health: Health) -> [u8; 6] {
    let bit = |set: bool, bits: u8| if set { bits } else { 0 };
    [
        0x10,
        0x0F,
        bit(health.paper_out, 0x01)
            | bit(health.paper_low, 0x04)
            | bit(health.ticket_in_mouth, 0x20),
        bit(health.cover_open, 0x02),
        0,
        bit(health.error, 0x01),
    ]
}

/// The four bytes of `GS a`.
pub(super) fn automatic_status(health: Health) -> [u8; 4] {
    let bit = |set: bool, bits: u8| if set { bits } else { 0 };
    [
        0x10 | bit(!health.printable(), 0x08) | bit(health.cover_open, 0x20),
        bit(health.error, 0x08),
        bit(health.paper_low, 0x03) | bit(health.paper_out, 0x0C),
        0x0F,
    ]
}

/// The answer to `GS I number`.
pub(super) fn identity(number: u8) -> Vec<u8> {
    let text: &[u8] = match number {
        65 => b"1.0",
        66 => b"RINDA",
        _ => b"SIMULATED",
    };
    [&[0x5F], text, &[0]].concat()
}

/// The part of a printer that looks for real-time commands before anything is buffered.
#[derive(Debug, Default)]
pub(super) struct RealTime {
    pub(super) waiting: VecDeque<u8>,
}

#[derive(Debug, PartialEq, Eq)]
pub(super) enum Word {
    Data(u8),
    Ask(u8),
    AskFull,
    Clear,
    Separator,
}

impl RealTime {
    /// The next byte or real-time command; `None` while it is not clear which.
    pub(super) fn next(&mut self, separator: &[u8]) -> Option<Word> {
        let waiting = self.waiting.make_contiguous();
        let (word, length) = match *waiting {
            [] | [0x10] | [0x10, 0x04] => return None,
            _ if waiting.starts_with(separator) => (Word::Separator, separator.len()),
            [0, ..] if separator.starts_with(waiting) => return None,
            [0x10, 0x04, question @ 1..=4, ..] => (Word::Ask(question), 3),
            _ if waiting.starts_with(&ASK_FULL) => (Word::AskFull, ASK_FULL.len()),
            _ if waiting.starts_with(&CLEAR) => (Word::Clear, CLEAR.len()),
            _ if CLEAR.starts_with(waiting) => return None,
            [first, ..] => (Word::Data(first), 1),
        };
        self.waiting.drain(..length);
        Some(word)
    }
}
