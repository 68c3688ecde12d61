//! What printers say, byte by byte, as events and as a state people understand.
//!
//! Replies carry no length and can interleave with flow control, so they are told apart by
//! their fixed bits: `DLE EOT` `0xx1xx10`, automatic status `0xx1xx00` and three more, blocks
//! from `37` or `5F` up to NUL, everything else of the form `0xx0xxxx` an answer nobody asked.
//! Kiosk printers' full status begins with a byte that may be automatic status elsewhere: it is
//! taken for one only where it was asked for.

use super::profile::Profile;
use crate::devices::link::PortStatus;
use crate::queue::view::PrinterState;

/// Ask for all four real-time status bytes.
pub const ASK_ALL: [u8; 12] = [0x10, 0x04, 1, 0x10, 0x04, 2, 0x10, 0x04, 3, 0x10, 0x04, 4];
/// Ask kiosk printers for their full status, which tells of a ticket in the mouth.
pub const ASK_FULL: [u8; 3] = [0x10, 0x04, 20];
/// Empty the receive and print buffers at once (`DLE DC4` function 8).
pub const CLEAR: [u8; 10] = [0x10, 0x14, 0x08, 0x01, 0x03, 0x14, 0x01, 0x06, 0x02, 0x08];
/// For printers that cannot be emptied: what a torn ticket left behind comes out on a paper of its
/// own and not on the next customer's. Fill that ends whatever command the ticket stopped in, a
/// line feed, `ESC @`, and a cut.
pub fn separator(profile: &Profile) -> Vec<u8> {
    let mut bytes = vec![0; profile.longest_command_bytes()];
    bytes.extend_from_slice(b"\n\x1b@");
    bytes.extend_from_slice(profile.cut.command());
    bytes
}
/// Ask for firmware, maker and model (`GS I` 65 to 67), answered with blocks.
pub const IDENTIFY: [u8; 9] = [0x1D, b'I', 65, 0x1D, b'I', 66, 0x1D, b'I', 67];
/// `GS ( H` function 48: to be told `id` back once everything before it is on paper.
pub fn request_confirmation(id: [u8; 4]) -> [u8; 11] {
    let [a, b, c, d] = id;
    [0x1D, b'(', b'H', 6, 0, b'0', b'0', a, b, c, d]
}

/// Automatic status for every change (`GS a`).
pub const AUTO_STATUS_ON: [u8; 3] = [0x1D, b'a', 0xFF];
/// Longest block that is taken in, bytes; longer ones are dropped whole.
const BLOCK_MAX_BYTES: usize = 80;

/// Something a printer said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StatusEvent {
    /// The answer to `DLE EOT`; which of the four questions it answers only the asker knows.
    RealTime(u8),
    /// Four bytes of automatic status.
    Automatic([u8; 4]),
    /// `10 0F` and four bytes: the answer to [`ASK_FULL`].
    Full([u8; 4]),
    /// `37 22 d1 d2 d3 d4 00`: everything before this id is on paper.
    Confirmed([u8; 4]),
    /// `37 25 00`: the buffers are empty.
    Cleared,
    /// `5F … 00`: what it says of itself when asked with `GS I`.
    Identity(String),
    /// Another block, of no interest here.
    Other,
}

/// Takes in printer bytes in any pieces; no input makes it panic or grow.
#[derive(Debug, Clone, Default)]
pub struct StatusParser {
    state: State,
    /// A full status was asked for and has not come.
    full_expected: bool,
}

#[derive(Debug, Clone, Default)]
enum State {
    #[default]
    Idle,
    Automatic {
        bytes: [u8; 4],
        have: usize,
    },
    /// After the `10` of a full status.
    FullHead,
    Full {
        bytes: [u8; 4],
        have: usize,
    },
    Block {
        bytes: Vec<u8>,
        overlong: bool,
    },
}

const XON: u8 = 0x11;
const XOFF: u8 = 0x13;

/// First and second byte of a full status.
const FULL_HEAD: [u8; 2] = [0x10, 0x0F];

impl StatusParser {
    /// Takes the next `10 0F` for a full status, which has just been asked for.
    pub fn expect_full(&mut self) {
        self.full_expected = true;
    }

    /// Takes in one byte.
    pub fn push(&mut self, byte: u8) -> Option<StatusEvent> {
        if matches!(byte, XON | XOFF) {
            return None;
        }
        match std::mem::take(&mut self.state) {
            State::Idle => self.first(byte),
            State::Automatic { mut bytes, have } => {
                // The second to fourth bytes are `0xx0xxxx`; anything else means that bytes
                // were lost and a new reply begins.
                if byte & 0x90 != 0 {
                    return self.first(byte);
                }
                if let Some(place) = bytes.get_mut(have) {
                    *place = byte;
                }
                if have < 3 {
                    self.state = State::Automatic {
                        bytes,
                        have: have + 1,
                    };
                    return None;
                }
                Some(StatusEvent::Automatic(bytes))
            }
            State::FullHead if byte == FULL_HEAD[1] => {
                self.state = State::Full {
                    bytes: [0; 4],
                    have: 0,
                };
                None
            }
            State::FullHead => self.first(byte),
            State::Full { mut bytes, have } => {
                if let Some(place) = bytes.get_mut(have) {
                    *place = byte;
                }
                if have < 3 {
                    self.state = State::Full {
                        bytes,
                        have: have + 1,
                    };
                    return None;
                }
                self.full_expected = false;
                Some(StatusEvent::Full(bytes))
            }
            State::Block { bytes, overlong } => self.block(bytes, overlong, byte),
        }
    }

    fn first(&mut self, byte: u8) -> Option<StatusEvent> {
        if matches!(byte, 0x37 | 0x5F) {
            self.state = State::Block {
                bytes: vec![byte],
                overlong: false,
            };
            return None;
        }
        if self.full_expected && byte == FULL_HEAD[0] {
            self.state = State::FullHead;
            return None;
        }
        if byte & 0x93 == 0x12 {
            return Some(StatusEvent::RealTime(byte));
        }
        if byte & 0x93 == 0x10 {
            self.state = State::Automatic {
                bytes: [byte, 0, 0, 0],
                have: 1,
            };
        }
        None
    }

    fn block(&mut self, mut bytes: Vec<u8>, overlong: bool, byte: u8) -> Option<StatusEvent> {
        if byte != 0 {
            let overlong = overlong || bytes.len() >= BLOCK_MAX_BYTES;
            if !overlong {
                bytes.push(byte);
            }
            self.state = State::Block { bytes, overlong };
            return None;
        }
        Some(match bytes.as_slice() {
            [0x37, 0x22, id @ ..] if !overlong => {
                <[u8; 4]>::try_from(id).map_or(StatusEvent::Other, StatusEvent::Confirmed)
            }
            [0x37, 0x25] => StatusEvent::Cleared,
            [0x5F, text @ ..] if !overlong => {
                let printable = |byte: &&u8| (0x20..0x7F).contains(*byte);
                let text = text.iter().filter(printable).copied().map(char::from);
                StatusEvent::Identity(text.collect())
            }
            _ => StatusEvent::Other,
        })
    }
}

/// How a printer is, as far as it has said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Health {
    /// Not taking data (cover, paper, error, feed key).
    pub offline: bool,
    /// Cover open.
    pub cover_open: bool,
    /// No paper.
    pub paper_out: bool,
    /// Paper nearly out.
    pub paper_low: bool,
    /// Cutter jam or another error.
    pub error: bool,
    /// The last ticket still hangs in the mouth.
    pub ticket_in_mouth: bool,
}

impl From<PortStatus> for Health {
    fn from(known: PortStatus) -> Self {
        Self {
            offline: known.offline,
            paper_out: known.paper_out,
            error: known.error,
            ..Self::default()
        }
    }
}

impl Health {
    /// Takes over what the answer to `DLE EOT question` (1 to 4) says.
    pub fn real_time(&mut self, question: u8, byte: u8) {
        let bit = |number: u8| byte & (1 << number) != 0;
        match question {
            1 => self.offline = bit(3) || bit(5),
            2 => {
                self.cover_open = bit(2);
                if bit(5) {
                    self.paper_out = true;
                }
            }
            3 => self.error = bit(2) || bit(3) || bit(5) || bit(6),
            4 => {
                self.paper_low = bit(2) && bit(3);
                self.paper_out = bit(5) && bit(6);
            }
            _ => {}
        }
    }

    /// Takes over four bytes of automatic status.
    pub fn automatic(&mut self, bytes: [u8; 4]) {
        let [first, second, third, _] = bytes;
        self.offline = first & 0x08 != 0;
        self.cover_open = first & 0x20 != 0;
        self.error = second & 0x68 != 0;
        self.paper_low = third & 0x03 == 0x03;
        self.paper_out = third & 0x0C == 0x0C;
    }

    /// Takes over what the full status adds to the four answers: paper, cover, errors that can
    /// and that cannot be mended.
    pub fn full(&mut self, [paper, cover, mendable, fatal]: [u8; 4]) {
        self.ticket_in_mouth = paper & 0x20 != 0;
        self.paper_out |= paper & 0x01 != 0;
        self.paper_low |= paper & 0x04 != 0;
        self.cover_open |= cover & 0x03 != 0;
        self.error |= mendable & 0x40 != 0 || fatal & 0x4D != 0;
    }

    /// Whether a ticket sent now would come out.
    pub fn printable(self) -> bool {
        !(self.offline || self.cover_open || self.paper_out || self.error)
    }

    /// The same as people see it: the first thing that needs a hand.
    pub fn state(self) -> PrinterState {
        if self.cover_open {
            PrinterState::CoverOpen
        } else if self.paper_out {
            PrinterState::PaperOut
        } else if self.error {
            PrinterState::Error
        } else if self.offline {
            PrinterState::Offline
        } else if self.ticket_in_mouth {
            PrinterState::TicketInMouth
        } else if self.paper_low {
            PrinterState::PaperLow
        } else {
            PrinterState::Ready
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;
    use proptest::prelude::*;

    fn parse(bytes: &[u8]) -> Vec<StatusEvent> {
        let mut parser = StatusParser::default();
        bytes.iter().filter_map(|&byte| parser.push(byte)).collect()
    }

    #[test]
    fn replies_are_told_apart_even_with_flow_control_between() {
        let bytes = [
            0x12, XOFF, 0x14, 0x00, XON, 0x00, 0x0F, 0x37, 0x22, b'a', XOFF, b'b', XON, b'c', b'd',
            0, 0x37, 0x25, 0, 0x5F, b'E', b'P', 0, 0x72,
        ];
        assert_eq!(
            parse(&bytes),
            [
                StatusEvent::RealTime(0x12),
                StatusEvent::Automatic([0x14, 0, 0, 0x0F]),
                StatusEvent::Confirmed(*b"abcd"),
                StatusEvent::Cleared,
                StatusEvent::Identity("EP".to_owned()),
                StatusEvent::RealTime(0x72),
            ]
        );
    }

    #[test]
    fn a_torn_automatic_status_does_not_swallow_the_next_reply() {
        assert_eq!(
            parse(&[0x10, 0x00, 0x12, 0x37, 0x25, 0]),
            [StatusEvent::RealTime(0x12), StatusEvent::Cleared]
        );
    }

    #[test]
    fn each_trouble_has_its_state() {
        let real = |question, byte| {
            let mut health = Health::default();
            health.real_time(question, byte);
            (health.state(), health.printable())
        };
        assert_eq!(real(1, 0x12), (PrinterState::Ready, true));
        assert_eq!(real(1, 0x1A), (PrinterState::Offline, false));
        assert_eq!(real(2, 0x16), (PrinterState::CoverOpen, false));
        assert_eq!(real(2, 0x32), (PrinterState::PaperOut, false));
        assert_eq!(real(3, 0x1A), (PrinterState::Error, false));
        assert_eq!(real(3, 0x32), (PrinterState::Error, false));
        assert_eq!(real(4, 0x1E), (PrinterState::PaperLow, true));
        assert_eq!(real(4, 0x7E), (PrinterState::PaperOut, false));
        let mut health = Health::default();
        health.automatic([0x18, 0x08, 0x03, 0x0F]);
        assert!(health.offline && health.error && health.paper_low && !health.paper_out);
    }

    #[test]
    fn a_full_status_is_heard_only_where_it_was_asked_for() {
        let mut parser = StatusParser::default();
        let hear = |parser: &mut StatusParser, bytes: &[u8]| -> Vec<StatusEvent> {
            bytes.iter().filter_map(|&byte| parser.push(byte)).collect()
        };
        let full = [0x10, 0x0F, 0x24, 0, 0, 0];
        assert_eq!(
            hear(&mut parser, &full[..4]),
            [StatusEvent::Automatic(*b"\x10\x0f\x24\0")]
        );
        parser = StatusParser::default();
        parser.expect_full();
        assert_eq!(
            hear(&mut parser, &[&[0x12, 0x10, 0x12], &full[..]].concat()),
            [
                StatusEvent::RealTime(0x12),
                StatusEvent::RealTime(0x12),
                StatusEvent::Full([0x24, 0, 0, 0])
            ]
        );
        let state = |bytes| {
            let mut health = Health::default();
            health.full(bytes);
            (health.state(), health.printable())
        };
        assert_eq!(state([0; 4]), (PrinterState::Ready, true));
        assert_eq!(state([0x24, 0, 0, 0]), (PrinterState::TicketInMouth, true));
        assert_eq!(state([0x01, 0, 0, 0]), (PrinterState::PaperOut, false));
        assert_eq!(state([0, 0x02, 0, 0]), (PrinterState::CoverOpen, false));
        assert_eq!(state([0, 0, 0x40, 0]), (PrinterState::Error, false));
        assert_eq!(state([0, 0, 0, 0x01]), (PrinterState::Error, false));
    }

    proptest! {
        /// No bytes make the parser panic, and it still hears a confirmation afterwards.
        #[test]
        fn any_bytes_then_a_confirmation(noise in prop::collection::vec(any::<u8>(), 0..300)) {
            let mut parser = StatusParser::default();
            for &byte in &noise {
                parser.push(byte);
            }
            parser.push(0);
            parser.push(0);
            parser.push(0);
            let heard: Vec<_> = [0x37, 0x22, b'w', b'x', b'y', b'z', 0]
                .into_iter()
                .filter_map(|byte| parser.push(byte))
                .collect();
            prop_assert_eq!(heard, vec![StatusEvent::Confirmed(*b"wxyz")]);
        }
    }
}
