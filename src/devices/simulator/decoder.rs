//! The strict reading of our own ESC/POS: whatever the encoder has no business sending is an
//! error, so that a test or the simulated printer notices at once.

use crate::devices::printer::profile::{Cut, Lettering, Profile};
use crate::devices::printer::raster::{BAND_ROWS, Bitmap, runs_at_once};

pub use super::ticket::{Align, Item, Ticket};

/// Longest parameter block of a `GS (` command that is accepted, bytes.
const BLOCK_MAX_BYTES: usize = 300;
/// Longest line that is accepted, bytes.
const LINE_MAX_BYTES: usize = 200;
/// Most lines, codes and pictures on one ticket.
const ITEMS_MAX: usize = 300;
/// Longest ticket that is accepted in pictures, rows of dots: 75 cm.
const PICTURE_ROWS_MAX: usize = 6_000;

/// What the decoder noticed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// A line, a QR code or a picture went to paper.
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
    Fs,
    StoredPicture(Option<u8>),
    PictureHead(Vec<u8>),
    Picture {
        doubled: bool,
        row_bytes: usize,
        left: usize,
        data: Vec<u8>,
    },
    BlockHead(Vec<u8>),
    Block {
        name: u8,
        left: usize,
        data: Vec<u8>,
    },
}

/// Reads ESC/POS byte by byte.
pub struct Decoder {
    lettering: Lettering,
    cut: Cut,
    qr: bool,
    confirms: bool,
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
    picture_rows: usize,
    ticket: Ticket,
}

impl Decoder {
    /// A decoder for a printer of this profile.
    pub fn new(profile: &Profile) -> Self {
        Self {
            lettering: profile.lettering,
            cut: profile.cut,
            qr: profile.qr,
            confirms: profile.confirms,
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
            picture_rows: 0,
            ticket: Ticket {
                columns: profile.columns,
                dots: profile.dots,
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
        if let State::Picture {
            doubled,
            row_bytes,
            mut data,
            ..
        } = self.state
        {
            data.truncate(data.len() / row_bytes * row_bytes);
            self.ticket.items.push(Item::Picture {
                bitmap: Bitmap::from_rows(row_bytes, data),
                doubled,
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
            State::EscParameter(command) => self.esc_parameter(command, byte),
            State::Gs => self.gs(byte),
            State::GsParameter(command) => self.gs_parameter(command, byte),
            State::CutFeed => self.end_ticket().map(Some),
            State::Fs => {
                if byte != b'p' {
                    return Err(format!("unknown command FS {byte:#04X}"));
                }
                self.state = State::StoredPicture(None);
                Ok(None)
            }
            State::StoredPicture(number) => self.stored_picture(number, byte),
            State::PictureHead(head) => self.picture_head(head, byte),
            State::Picture {
                doubled,
                row_bytes,
                left,
                data,
            } => self.picture(doubled, row_bytes, left, data, byte),
            State::BlockHead(head) => self.block_head(head, byte),
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
            0x1C => {
                self.state = State::Fs;
                Ok(None)
            }
            0x1D => {
                self.state = State::Gs;
                Ok(None)
            }
            _ => {
                let Lettering::Page { page, .. } = self.lettering else {
                    return Err(format!("{byte:#04X} for a printer without letters"));
                };
                if byte >= 0x80 && !self.page_selected {
                    return Err(format!("{byte:#04X} before a code page was selected"));
                }
                let character = page
                    .decode(byte)
                    .ok_or_else(|| format!("{byte:#04X} is no {} text", page.name()))?;
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
        if used > usize::from(self.ticket.columns) {
            return Err(format!("{text:?} is {used} columns wide"));
        }
        self.add(Item::Line {
            text,
            width: self.width,
            height: self.height,
            bold: self.bold,
            align: self.align,
        })
    }

    fn add(&mut self, item: Item) -> Result<Event, String> {
        if self.ticket.items.len() >= ITEMS_MAX {
            return Err("a ticket without end".to_owned());
        }
        if !self.line.is_empty() {
            return Err("a picture inside a line".to_owned());
        }
        self.ticket.items.push(item);
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
            b't' | b'a' | b'E' | b'd' => self.state = State::EscParameter(byte),
            other => return Err(format!("unknown command ESC {other:#04X}")),
        }
        Ok(None)
    }

    fn esc_parameter(&mut self, command: u8, byte: u8) -> Result<Option<Event>, String> {
        match (command, byte) {
            (b't', wanted) if matches!(self.lettering, Lettering::Page { number, .. } if number == wanted) =>
            {
                self.page_selected = true;
            }
            (b'a', 0) => self.align = Align::Left,
            (b'a', 1) => self.align = Align::Centre,
            (b'a', 2) => self.align = Align::Right,
            (b'E', 0) => self.bold = false,
            (b'E', 1) => self.bold = true,
            (b'd', 1..) if self.cut == Cut::None => return self.end_ticket().map(Some),
            (command, byte) => {
                return Err(format!("ESC {} {byte} means nothing", char::from(command)));
            }
        }
        Ok(None)
    }

    fn gs(&mut self, byte: u8) -> Result<Option<Event>, String> {
        self.state = match byte {
            b'!' | b'V' | b'a' | b'I' => State::GsParameter(byte),
            b'(' => State::BlockHead(Vec::with_capacity(3)),
            b'v' => State::PictureHead(Vec::with_capacity(6)),
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
            (b'V', b'A') if self.cut == Cut::Full => {
                self.state = State::CutFeed;
                Ok(None)
            }
            (b'V', b'B') if self.cut == Cut::Partial => {
                self.state = State::CutFeed;
                Ok(None)
            }
            (b'a', mask) => Ok(Some(Event::AutoStatus(mask))),
            (b'I', number @ 65..=67) => Ok(Some(Event::Identify(number))),
            (command, byte) => Err(format!("GS {} {byte} means nothing", char::from(command))),
        }
    }

    fn end_ticket(&mut self) -> Result<Event, String> {
        if !self.line.is_empty() {
            return Err("a cut through a line".to_owned());
        }
        if self.ticket.items.is_empty() {
            return Err("a cut of blank paper".to_owned());
        }
        self.picture_rows = 0;
        Ok(Event::Cut(Ticket {
            items: std::mem::take(&mut self.ticket.items),
            columns: self.ticket.columns,
            dots: self.ticket.dots,
        }))
    }

    fn stored_picture(&mut self, number: Option<u8>, byte: u8) -> Result<Option<Event>, String> {
        match (number, byte) {
            (None, 1..) => {
                self.state = State::StoredPicture(Some(byte));
                Ok(None)
            }
            (Some(number), 0) => self
                .add(Item::StoredPicture {
                    name: number.to_string(),
                })
                .map(Some),
            (None | Some(_), _) => Err(format!("FS p {byte} means nothing")),
        }
    }

    /// `GS v 0 m xL xH yL yH`: normal or doubled, within the paper and our bands.
    fn picture_head(&mut self, mut head: Vec<u8>, byte: u8) -> Result<Option<Event>, String> {
        head.push(byte);
        self.state = match *head.as_slice() {
            [b'0', mode, x_low, x_high, y_low, y_high] => {
                let row_bytes = usize::from(x_low) + 256 * usize::from(x_high);
                let rows = usize::from(y_low) + 256 * usize::from(y_high);
                let doubled = match mode {
                    0 => false,
                    3 => true,
                    other => return Err(format!("GS v 0 in mode {other}")),
                };
                let width = row_bytes * if doubled { 16 } else { 8 };
                if width > usize::from(self.ticket.dots) || !(1..=BAND_ROWS).contains(&rows) {
                    return Err(format!("a picture of {width} × {rows} dots"));
                }
                self.picture_rows += rows;
                if self.picture_rows > PICTURE_ROWS_MAX {
                    return Err("a ticket of pictures without end".to_owned());
                }
                let left = row_bytes * rows;
                if left == 0 {
                    return Err("a picture of no width".to_owned());
                }
                State::Picture {
                    doubled,
                    row_bytes,
                    left,
                    data: Vec::with_capacity(left),
                }
            }
            [first, ..] if first != b'0' => {
                return Err(format!("unknown command GS v {first:#04X}"));
            }
            _ => State::PictureHead(head),
        };
        Ok(None)
    }

    fn picture(
        &mut self,
        doubled: bool,
        row_bytes: usize,
        left: usize,
        mut data: Vec<u8>,
        byte: u8,
    ) -> Result<Option<Event>, String> {
        if data
            .last()
            .is_some_and(|&before| runs_at_once(before, byte))
        {
            return Err("a command inside a picture that printers run at once".to_owned());
        }
        data.push(byte);
        if left > 1 {
            self.state = State::Picture {
                doubled,
                row_bytes,
                left: left - 1,
                data,
            };
            return Ok(None);
        }
        let align = self.align;
        self.add(Item::Picture {
            bitmap: Bitmap::from_rows(row_bytes, data),
            doubled,
            align,
        })
        .map(Some)
    }

    fn block_head(&mut self, mut head: Vec<u8>, byte: u8) -> Result<Option<Event>, String> {
        head.push(byte);
        self.state = match *head.as_slice() {
            [name, low, high] => {
                let left = usize::from(low) + 256 * usize::from(high);
                if !(2..=BLOCK_MAX_BYTES).contains(&left) {
                    return Err(format!("a GS ( block of {left} bytes"));
                }
                State::Block {
                    name,
                    left,
                    data: Vec::with_capacity(left),
                }
            }
            _ => State::BlockHead(head),
        };
        Ok(None)
    }

    fn block(&mut self, name: u8, data: &[u8]) -> Result<Option<Event>, String> {
        match (name, data) {
            (b'k', _) if !self.qr => Err("GS ( k for a printer without QR codes".to_owned()),
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
                let payload = self.qr_data.take().ok_or("a QR code without data")?;
                self.add(Item::Qr {
                    payload,
                    module_dots: self.qr_module_dots,
                    align: self.align,
                })
                .map(Some)
            }
            (b'L', [0x30, 0x45, first, second, 1, 1]) => self
                .add(Item::StoredPicture {
                    name: [*first, *second].map(char::from).iter().collect(),
                })
                .map(Some),
            (b'H', _) if !self.confirms => {
                Err("GS ( H for a printer that does not confirm".to_owned())
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
#[path = "decoder_tests.rs"]
mod tests;
