//! A slip as ESC/POS bytes: pure, and refusing whatever would not look right on paper.
//!
//! Text goes out in the printer's own Baltic code page (a raster ticket would take 48 s at
//! 9600 baud). A character the page lacks is an error, never a wrong glyph (hardware.md).

use crate::queue::slip::Slip;

use super::page::CodePage;
use super::profile::Profile;

/// Caption under the QR code.
pub const QR_CAPTION: &str = "Noskenējiet un sekojiet rindai tālrunī";
/// Mark on every paper after the first (never two customers with one number).
pub const COPY_MARK: &str = "KOPIJA";
/// Longest address printed as a QR code, bytes: beyond it modules become too small to scan
/// within the paper's width.
pub const TRACK_URL_MAX_BYTES: usize = 200;
/// Magnification of the ticket number, at most (`GS !` knows 1 to 8).
const NUMBER_MAGNIFICATION_MAX: usize = 8;
/// Edge of one QR module, dots (1/203 inch): 0.75 mm reads well from an arm's length.
const QR_MODULE_DOTS: u8 = 6;

/// Why a slip cannot be printed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EncodeError {
    /// A character that the code page lacks.
    #[error(transparent)]
    Unprintable(#[from] Unprintable),
    /// A word of a text longer than a whole line, which would be broken anywhere.
    #[error("{field}: {word:?} is wider than the paper ({columns} characters): shorten it")]
    TooWide {
        /// Which text of the slip.
        field: &'static str,
        /// The word.
        word: String,
        /// Characters in a line.
        columns: usize,
    },
    /// The page address is no plain short ASCII.
    #[error(
        "the ticket page's address {0:?} cannot be a QR code: use printable ASCII, at most {TRACK_URL_MAX_BYTES} bytes"
    )]
    TrackUrl(String),
}

/// A character that the printer's code page lacks.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{field}: the printer's code page {page} has no {character:?}: replace it in the text")]
pub struct Unprintable {
    /// The character.
    pub character: char,
    /// Which text of the slip, or `text` where it was checked by itself.
    pub field: &'static str,
    /// Name of the page.
    pub page: &'static str,
}

/// Checks at start-up that all of `text` can be printed in `page`.
///
/// # Errors
/// The first character that the page lacks.
pub fn check_text(text: &str, page: CodePage) -> Result<(), Unprintable> {
    encode_text("text", text, page).map(|_| ())
}

/// The confirmation id of a job, four characters of `20`…`7E`.
///
/// Job ids rise and are never reused, so two jobs share one only 81 million jobs apart.
pub fn confirmation_id(job: u64) -> [u8; 4] {
    let mut rest = job;
    [(); 4].map(|()| {
        let digit = u8::try_from(rest % 95).unwrap_or(0);
        rest /= 95;
        0x20 + digit
    })
}

/// The bytes that print `slip`, cut it and, where the profile can, ask for the confirmation
/// that job `job` is on paper.
///
/// # Errors
/// Where a text holds a character that the code page lacks or a word wider than the paper, or
/// the page's address does not fit a QR code.
pub fn encode(slip: &Slip, profile: &Profile, job: u64) -> Result<Vec<u8>, EncodeError> {
    let mut paper = Paper::start(profile);
    paper.text("centre", &slip.centre, Style::BOLD)?;
    paper.rule();
    if slip.copy {
        paper.text("copy mark", COPY_MARK, Style::LARGE_BOLD)?;
    }
    paper.largest("service", &slip.service, [Style::LARGE_BOLD, Style::TALL])?;
    paper.blank();
    paper.number(&slip.number)?;
    paper.blank();
    paper.text("issue time", &slip.issued_text, Style::PLAIN)?;
    paper.rule();
    paper.largest(
        "tickets ahead",
        &slip.ahead_text,
        [Style::LARGE_BOLD, Style::BOLD],
    )?;
    if let Some(wait) = &slip.wait_text {
        paper.text("expected wait", wait, Style::BOLD)?;
    }
    paper.blank();
    for line in &slip.guidance {
        paper.text("guidance", line, Style::PLAIN)?;
    }
    if let Some(url) = &slip.track_url {
        paper.blank();
        paper.qr(url)?;
        paper.text("QR caption", QR_CAPTION, Style::PLAIN)?;
    }
    paper.cut();
    if profile.confirms {
        paper.request_confirmation(confirmation_id(job));
    }
    Ok(paper.bytes)
}

/// How a text looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Style {
    width: u8,
    height: u8,
    bold: bool,
}

impl Style {
    const PLAIN: Self = Self::new(1, 1, false);
    const BOLD: Self = Self::new(1, 1, true);
    const TALL: Self = Self::new(1, 2, true);
    const LARGE_BOLD: Self = Self::new(2, 2, true);

    const fn new(width: u8, height: u8, bold: bool) -> Self {
        Self {
            width,
            height,
            bold,
        }
    }
}

/// The command stream of one ticket as it grows.
struct Paper<'a> {
    profile: &'a Profile,
    style: Style,
    bytes: Vec<u8>,
}

impl<'a> Paper<'a> {
    /// `ESC @` (defaults), `ESC t` (code page), `ESC a 1` (centred).
    fn start(profile: &'a Profile) -> Self {
        let mut bytes = b"\x1b@\x1bt".to_vec();
        bytes.push(profile.page_number);
        bytes.extend_from_slice(b"\x1ba\x01");
        Self {
            profile,
            style: Style::PLAIN,
            bytes,
        }
    }

    /// `ESC E` (bold) and `GS !` (magnification), only where they change.
    fn set_style(&mut self, style: Style) {
        if style.bold != self.style.bold {
            self.bytes
                .extend_from_slice(&[0x1B, b'E', u8::from(style.bold)]);
        }
        if (style.width, style.height) != (self.style.width, self.style.height) {
            let size = ((style.width - 1) << 4) | (style.height - 1);
            self.bytes.extend_from_slice(&[0x1D, b'!', size]);
        }
        self.style = style;
    }

    fn line(&mut self, encoded: &[u8]) {
        self.bytes.extend_from_slice(encoded);
        self.bytes.push(b'\n');
    }

    /// `text` broken into centred lines at spaces and slashes.
    fn text(&mut self, field: &'static str, text: &str, style: Style) -> Result<(), EncodeError> {
        self.set_style(style);
        let columns = usize::from(self.profile.columns / style.width);
        for line in wrap(field, text, columns)? {
            let encoded = encode_text(field, &line, self.profile.page)?;
            self.line(&encoded);
        }
        Ok(())
    }

    /// `text` in the first of two styles if it fits into one line so, else in the second.
    fn largest(
        &mut self,
        field: &'static str,
        text: &str,
        [large, small]: [Style; 2],
    ) -> Result<(), EncodeError> {
        let room = usize::from(self.profile.columns / large.width);
        let fits = text.chars().count() <= room;
        self.text(field, text, if fits { large } else { small })
    }

    /// The ticket number as large as the paper allows.
    fn number(&mut self, number: &str) -> Result<(), EncodeError> {
        let columns = usize::from(self.profile.columns);
        let times = (columns / number.chars().count().max(1)).clamp(1, NUMBER_MAGNIFICATION_MAX);
        let times = u8::try_from(times).unwrap_or(1);
        self.set_style(Style::new(times, times, true));
        let encoded = encode_text("ticket number", number, self.profile.page)?;
        if encoded.len() > columns {
            return Err(EncodeError::TooWide {
                field: "ticket number",
                word: number.to_owned(),
                columns,
            });
        }
        self.line(&encoded);
        Ok(())
    }

    fn blank(&mut self) {
        self.set_style(Style::PLAIN);
        self.line(&[]);
    }

    /// A line across the paper.
    fn rule(&mut self) {
        self.set_style(Style::PLAIN);
        let dash = self.profile.page.encode('─').unwrap_or(b'-');
        self.line(&vec![dash; usize::from(self.profile.columns)]);
    }

    /// `GS ( k` functions 165 (model 2), 167 (module size), 169 (level M), 180 (store), 181
    /// (print).
    fn qr(&mut self, url: &str) -> Result<(), EncodeError> {
        let plain = url.bytes().all(|byte| byte.is_ascii_graphic());
        if !plain || url.is_empty() || url.len() > TRACK_URL_MAX_BYTES {
            return Err(EncodeError::TrackUrl(url.to_owned()));
        }
        self.set_style(Style::PLAIN);
        let length = u8::try_from(url.len() + 3).unwrap_or(u8::MAX);
        self.bytes
            .extend_from_slice(b"\x1d(k\x04\x00\x31\x41\x32\x00\x1d(k\x03\x00\x31\x43");
        self.bytes.push(QR_MODULE_DOTS);
        self.bytes.extend_from_slice(b"\x1d(k\x03\x00\x31\x45\x31");
        self.bytes
            .extend_from_slice(&[0x1D, b'(', b'k', length, 0, 0x31, 0x50, 0x30]);
        self.bytes.extend_from_slice(url.as_bytes());
        self.bytes.extend_from_slice(b"\x1d(k\x03\x00\x31\x51\x30");
        Ok(())
    }

    /// `GS V` function B: feed the last line past the cutter plus a little, cut.
    fn cut(&mut self) {
        self.set_style(Style::PLAIN);
        self.bytes.extend_from_slice(&[0x1D, b'V', b'B', 3]);
    }

    /// `GS ( H` function 48: answered once everything before it is on paper.
    fn request_confirmation(&mut self, id: [u8; 4]) {
        self.bytes.extend_from_slice(b"\x1d(H\x06\x0000");
        self.bytes.extend_from_slice(&id);
    }
}

fn encode_text(field: &'static str, text: &str, page: CodePage) -> Result<Vec<u8>, Unprintable> {
    text.chars()
        .map(|character| {
            page.encode(character).ok_or(Unprintable {
                character,
                field,
                page: page.name(),
            })
        })
        .collect()
}

/// Breaks `text` into lines of at most `columns` characters: at a space, which disappears, or
/// after a slash (the name of button 3 has words joined by one).
fn wrap(field: &'static str, text: &str, columns: usize) -> Result<Vec<String>, EncodeError> {
    let mut lines = Vec::new();
    let mut line = String::new();
    for word in text.split(' ') {
        let mut joint = " ";
        for piece in word.split_inclusive('/') {
            let length = piece.chars().count();
            if length > columns {
                return Err(EncodeError::TooWide {
                    field,
                    word: piece.to_owned(),
                    columns,
                });
            }
            if line.is_empty() {
                line.push_str(piece);
            } else if line.chars().count() + joint.len() + length <= columns {
                line.push_str(joint);
                line.push_str(piece);
            } else {
                lines.push(std::mem::replace(&mut line, piece.to_owned()));
            }
            joint = "";
        }
    }
    if !line.is_empty() {
        lines.push(line);
    }
    Ok(lines)
}

#[cfg(test)]
#[path = "encoder_tests.rs"]
mod tests;
