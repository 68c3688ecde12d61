//! The strict reading of our own ESC/POS: whatever the encoder has no business sending is an
//! error, so that a test or the simulated printer notices at once.

use crate::devices::printer::page::CodePage;
use crate::devices::printer::profile::Profile;

/// Longest parameter block of a `GS (` command that is accepted, bytes.
const BLOCK_MAX_BYTES: usize = 300;
/// Longest line that is accepted, bytes.
const LINE_MAX_BYTES: usize = 200;

/// Where text stands in its line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Align {
    /// `ESC a 0`.
    Left,
    /// `ESC a 1`.
    Centre,
    /// `ESC a 2`.
    Right,
}

/// One thing on the paper.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Item {
    /// A printed line; empty text is a blank line.
    Line {
        /// Its text.
        text: String,
        /// Width in normal characters, 1 to 8.
        width: u8,
        /// Height in normal characters, 1 to 8.
        height: u8,
        /// Emphasised.
        bold: bool,
        /// Where it stands.
        align: Align,
    },
    /// A QR code.
    Qr {
        /// What it says.
        payload: String,
        /// Edge of one module, dots.
        module_dots: u8,
        /// Where it stands.
        align: Align,
    },
}

/// A whole ticket, up to and with the cut.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Ticket {
    /// Characters of normal size in a line of its paper.
    pub columns: u8,
    /// From top to bottom.
    pub items: Vec<Item>,
}

impl Ticket {
    /// The texts of all lines that say something: no blank lines, no rules across the paper.
    pub fn texts(&self) -> Vec<&str> {
        self.items
            .iter()
            .filter_map(|item| match item {
                Item::Line { text, .. } => Some(text.as_str()),
                Item::Qr { .. } => None,
            })
            .filter(|text| !text.chars().all(|character| matches!(character, '─' | '-')))
            .collect()
    }

    /// What the first QR code says.
    pub fn qr(&self) -> Option<&str> {
        self.items.iter().find_map(|item| match item {
            Item::Qr { payload, .. } => Some(payload.as_str()),
            Item::Line { .. } => None,
        })
    }

    /// The text of the largest line: the ticket number.
    pub fn number(&self) -> Option<&str> {
        self.items
            .iter()
            .filter_map(|item| match item {
                Item::Line { text, height, .. } => Some((*height, text.as_str())),
                Item::Qr { .. } => None,
            })
            .max_by_key(|(height, _)| *height)
            .map(|(_, text)| text)
    }
}

/// What the decoder noticed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// A line or a QR code went to paper.
    Printed,
    /// The paper was cut: a ticket is ready.
    Cut(Ticket),
    /// `GS ( H` function 48: say so when everything before it is on paper.
    Confirm([u8; 4]),
    /// `GS a`: automatic status on or off.
    AutoStatus(u8),
    /// `GS I`: say who you are.
    Identify(u8),
}

/// A byte stream that is no ticket of ours.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("byte {offset}: {what}")]
pub struct DecodeError {
    /// Offset of the offending byte from the decoder's start.
    pub offset: u64,
    /// What is wrong with it.
    pub what: String,
}

/// What a byte means here.
#[derive(Debug, Clone, PartialEq, Eq)]
enum State {
    Text,
    Esc,
    EscParameter(u8),
    Gs,
    GsParameter(u8),
    CutFeed,
    BlockHead(Vec<u8>),
    Block {
        name: u8,
        left: usize,
        data: Vec<u8>,
    },
}

/// Reads ESC/POS byte by byte.
pub struct Decoder {
    page: CodePage,
    page_number: u8,
    columns: u8,
    page_selected: bool,
    state: State,
    offset: u64,
    line: String,
    width: u8,
    height: u8,
    bold: bool,
    align: Align,
    qr_module_dots: u8,
    qr_data: Option<String>,
    ticket: Ticket,
}

impl Decoder {
    /// A decoder for a printer of this profile.
    pub fn new(profile: &Profile) -> Self {
        Self {
            page: profile.page,
            page_number: profile.page_number,
            columns: profile.columns,
            page_selected: false,
            state: State::Text,
            offset: 0,
            line: String::new(),
            width: 1,
            height: 1,
            bold: false,
            align: Align::Left,
            qr_module_dots: 3,
            qr_data: None,
            ticket: Ticket {
                columns: profile.columns,
                items: Vec::new(),
            },
        }
    }

    /// What is on the paper of a ticket that stops here, wherever it stopped.
    pub fn into_torn(mut self) -> Ticket {
        if !self.line.is_empty() {
            self.ticket.items.push(Item::Line {
                text: self.line,
                width: self.width,
                height: self.height,
                bold: self.bold,
                align: self.align,
            });
        }
        self.ticket
    }

    /// Whether everything read so far is complete: no command, line or ticket half done.
    pub fn at_rest(&self) -> bool {
        self.state == State::Text && self.line.is_empty() && self.ticket.items.is_empty()
    }

    /// Reads one byte.
    ///
    /// # Errors
    /// A byte with no place in a ticket of ours; the decoder is of no further use then.
    pub fn push(&mut self, byte: u8) -> Result<Option<Event>, DecodeError> {
        let state = std::mem::replace(&mut self.state, State::Text);
        let event = self.step(state, byte).map_err(|what| DecodeError {
            offset: self.offset,
            what,
        })?;
        self.offset += 1;
        Ok(event)
    }

    fn step(&mut self, state: State, byte: u8) -> Result<Option<Event>, String> {
        match state {
            State::Text => self.text(byte),
            State::Esc => self.esc(byte),
            State::EscParameter(command) => self.esc_parameter(command, byte).map(|()| None),
            State::Gs => self.gs(byte),
            State::GsParameter(command) => self.gs_parameter(command, byte),
            State::CutFeed => self.cut().map(Some),
            State::BlockHead(mut head) => {
                head.push(byte);
                self.state = match head.as_slice() {
                    [name, low, high] => {
                        let left = usize::from(*low) + 256 * usize::from(*high);
                        if !(2..=BLOCK_MAX_BYTES).contains(&left) {
                            return Err(format!("a GS ( block of {left} bytes"));
                        }
                        State::Block {
                            name: *name,
                            left,
                            data: Vec::with_capacity(left),
                        }
                    }
                    _ => State::BlockHead(head),
                };
                Ok(None)
            }
            State::Block {
                name,
                left,
                mut data,
            } => {
                data.push(byte);
                if left > 1 {
                    self.state = State::Block {
                        name,
                        left: left - 1,
                        data,
                    };
                    return Ok(None);
                }
                self.block(name, &data)
            }
        }
    }

    fn text(&mut self, byte: u8) -> Result<Option<Event>, String> {
        match byte {
            b'\n' => self.line_feed().map(Some),
            0x1B => {
                self.state = State::Esc;
                Ok(None)
            }
            0x1D => {
                self.state = State::Gs;
                Ok(None)
            }
            _ => {
                if byte >= 0x80 && !self.page_selected {
                    return Err(format!("{byte:#04X} before a code page was selected"));
                }
                let character = self
                    .page
                    .decode(byte)
                    .ok_or_else(|| format!("{byte:#04X} is no {} text", self.page.name()))?;
                if self.line.len() >= LINE_MAX_BYTES {
                    return Err("a line without end".to_owned());
                }
                self.line.push(character);
                Ok(None)
            }
        }
    }

    fn line_feed(&mut self) -> Result<Event, String> {
        let text = std::mem::take(&mut self.line);
        let used = text.chars().count() * usize::from(self.width);
        if used > usize::from(self.columns) {
            return Err(format!("{text:?} is {used} columns wide"));
        }
        self.ticket.items.push(Item::Line {
            text,
            width: self.width,
            height: self.height,
            bold: self.bold,
            align: self.align,
        });
        Ok(Event::Printed)
    }

    fn esc(&mut self, byte: u8) -> Result<Option<Event>, String> {
        match byte {
            b'@' => {
                if !self.line.is_empty() {
                    return Err("ESC @ inside a line".to_owned());
                }
                self.width = 1;
                self.height = 1;
                self.bold = false;
                self.align = Align::Left;
                self.page_selected = false;
            }
            b't' | b'a' | b'E' => self.state = State::EscParameter(byte),
            other => return Err(format!("unknown command ESC {other:#04X}")),
        }
        Ok(None)
    }

    fn esc_parameter(&mut self, command: u8, byte: u8) -> Result<(), String> {
        match (command, byte) {
            (b't', number) if number == self.page_number => self.page_selected = true,
            (b'a', 0) => self.align = Align::Left,
            (b'a', 1) => self.align = Align::Centre,
            (b'a', 2) => self.align = Align::Right,
            (b'E', 0) => self.bold = false,
            (b'E', 1) => self.bold = true,
            (command, byte) => {
                return Err(format!("ESC {} {byte} means nothing", char::from(command)));
            }
        }
        Ok(())
    }

    fn gs(&mut self, byte: u8) -> Result<Option<Event>, String> {
        self.state = match byte {
            b'!' | b'V' | b'a' | b'I' => State::GsParameter(byte),
            b'(' => State::BlockHead(Vec::with_capacity(3)),
            other => return Err(format!("unknown command GS {other:#04X}")),
        };
        Ok(None)
    }

    fn gs_parameter(&mut self, command: u8, byte: u8) -> Result<Option<Event>, String> {
        match (command, byte) {
            (b'!', size) if size & 0x88 == 0 => {
                self.width = (size >> 4) + 1;
                self.height = (size & 0x07) + 1;
                Ok(None)
            }
            (b'V', b'B') => {
                self.state = State::CutFeed;
                Ok(None)
            }
            (b'a', mask) => Ok(Some(Event::AutoStatus(mask))),
            (b'I', number @ 65..=67) => Ok(Some(Event::Identify(number))),
            (command, byte) => Err(format!("GS {} {byte} means nothing", char::from(command))),
        }
    }

    fn cut(&mut self) -> Result<Event, String> {
        if !self.line.is_empty() {
            return Err("a cut through a line".to_owned());
        }
        if self.ticket.items.is_empty() {
            return Err("a cut of blank paper".to_owned());
        }
        let items = std::mem::take(&mut self.ticket.items);
        Ok(Event::Cut(Ticket {
            columns: self.columns,
            items,
        }))
    }

    fn block(&mut self, name: u8, data: &[u8]) -> Result<Option<Event>, String> {
        match (name, data) {
            (b'k', [0x31, 0x41, 0x32, 0]) | (b'k', [0x31, 0x45, 0x30..=0x33]) => Ok(None),
            (b'k', [0x31, 0x43, dots @ 1..=16]) => {
                self.qr_module_dots = *dots;
                Ok(None)
            }
            (b'k', [0x31, 0x50, 0x30, payload @ ..]) if payload.is_ascii() => {
                self.qr_data = Some(payload.iter().copied().map(char::from).collect());
                Ok(None)
            }
            (b'k', [0x31, 0x51, 0x30]) => {
                if !self.line.is_empty() {
                    return Err("a QR code inside a line".to_owned());
                }
                let payload = self.qr_data.take().ok_or("a QR code without data")?;
                self.ticket.items.push(Item::Qr {
                    payload,
                    module_dots: self.qr_module_dots,
                    align: self.align,
                });
                Ok(Some(Event::Printed))
            }
            (b'H', [0x30, 0x30, id @ ..]) => match <[u8; 4]>::try_from(id) {
                Ok(id) if id.iter().all(|byte| (0x20..=0x7E).contains(byte)) => {
                    Ok(Some(Event::Confirm(id)))
                }
                Ok(_) | Err(_) => Err(format!("{id:02X?} is no confirmation id")),
            },
            (name, data) => Err(format!(
                "GS ( {} {data:02X?} means nothing",
                char::from(name)
            )),
        }
    }
}

/// Reads a whole stream that must hold complete tickets and nothing else.
///
/// Returns the tickets and the confirmation ids asked for, in order.
///
/// # Errors
/// Any byte with no place in a ticket of ours, or an end in the middle of something.
pub fn decode(bytes: &[u8], profile: &Profile) -> Result<(Vec<Ticket>, Vec<[u8; 4]>), DecodeError> {
    let mut decoder = Decoder::new(profile);
    let mut tickets = Vec::new();
    let mut confirmations = Vec::new();
    for &byte in bytes {
        match decoder.push(byte)? {
            Some(Event::Cut(ticket)) => tickets.push(ticket),
            Some(Event::Confirm(id)) => confirmations.push(id),
            Some(Event::Printed | Event::AutoStatus(_) | Event::Identify(_)) | None => {}
        }
    }
    if decoder.at_rest() {
        Ok((tickets, confirmations))
    } else {
        Err(DecodeError {
            offset: decoder.offset,
            what: "the stream ends in the middle of a ticket".to_owned(),
        })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;
    use proptest::prelude::*;

    fn epson() -> Profile {
        Profile::find("epson", CodePage::Cp775, 80).unwrap()
    }

    #[test]
    fn what_the_encoder_may_not_send_is_refused_where_it_stands() {
        for (bytes, offset) in [
            (&b"\x1b@\x1bt\x21\x07"[..], 5),
            (b"\x1b@\x80", 2),
            (b"\x1bt\x22", 2),
            (b"\x1bE\x02", 2),
            (b"\x1d!\x88", 2),
            (b"\x1dv0", 1),
            (b"\x10\x04\x01", 0),
            (b"abc\x1dVB\x03", 6),
            (b"\x1d(k\x03\x00\x31\x51\x30", 7),
            (b"\x1d(k\xff\xff", 4),
            (b"\x1b@abc", 5),
            (b"\n", 1),
        ] {
            assert_eq!(
                decode(bytes, &epson()).unwrap_err().offset,
                offset,
                "{bytes:02x?}"
            );
        }
        let wide = [&b"\x1d!\x70"[..], b"1234567\n"].concat();
        assert!(decode(&wide, &epson()).is_err());
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
            let _ = decode(&bytes, &epson());
        }
    }
}
