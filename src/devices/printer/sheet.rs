//! One paper as it grows: lines in the printer's letters or, where it has no Baltic page, one
//! picture of lines in ours.

use qrcode::types::QrError;

use super::encoder::{EncodeError, TRACK_URL_MAX_BYTES, Unprintable};
use super::logo::Logo;
use super::page::CodePage;
use super::profile::{Lettering, Profile};
use super::raster::{Bitmap, missing, text_width};
use super::status::request_confirmation;

/// Magnification of the ticket number, at most (`GS !` knows 1 to 8).
const NUMBER_MAGNIFICATION_MAX: usize = 8;
/// Size of the ticket number in our letters, dots, at most: 19 mm high.
const NUMBER_DOTS_MAX: f32 = 210.0;
/// Part of the paper's width that the ticket number takes in our letters, at most.
const NUMBER_SHARE: f32 = 0.94;
/// Edge of one QR module, dots (1/203 inch): 0.75 mm reads well from an arm's length.
const QR_MODULE_DOTS: usize = 6;
/// Edge of one QR module, dots, at least.
const QR_MODULE_DOTS_MIN: usize = 4;
/// White on both sides of a QR code, modules.
const QR_QUIET_MODULES: usize = 8;
/// White rows of a picture in place of a blank line: the four modules a QR code needs.
const BLANK_ROWS: usize = 24;
/// Rows of a picture around and in a line across the paper.
const RULE_ROWS: [usize; 3] = [8, 2, 8];
/// What stands in a message for the page of a printer without one.
const OWN_LETTERS: &str = "the embedded font";

/// How a text looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Style {
    width: u8,
    height: u8,
    bold: bool,
}

impl Style {
    pub(super) const PLAIN: Self = Self::new(1, 1, false);
    pub(super) const BOLD: Self = Self::new(1, 1, true);
    pub(super) const TALL: Self = Self::new(1, 2, true);
    pub(super) const LARGE_BOLD: Self = Self::new(2, 2, true);

    const fn new(width: u8, height: u8, bold: bool) -> Self {
        Self {
            width,
            height,
            bold,
        }
    }

    /// Size of our letters that looks the same, dots.
    fn size(self) -> f32 {
        match (self.width, self.height) {
            (1, 1) => 26.0,
            (1, _) => 36.0,
            (width, _) => 23.0 * f32::from(width),
        }
    }
}

/// The command stream of one paper as it grows.
pub(super) struct Sheet<'a> {
    profile: &'a Profile,
    style: Style,
    bytes: Vec<u8>,
    /// What is drawn and not yet in `bytes`, where text is drawn.
    canvas: Bitmap,
}

impl<'a> Sheet<'a> {
    /// `ESC @` (defaults), `ESC t` (code page), `ESC a 1` (centred).
    pub(super) fn start(profile: &'a Profile) -> Self {
        let mut bytes = b"\x1b@".to_vec();
        if let Lettering::Page { number, .. } = profile.lettering {
            bytes.extend_from_slice(&[0x1B, b't', number]);
        }
        bytes.extend_from_slice(b"\x1ba\x01");
        Self {
            profile,
            style: Style::PLAIN,
            bytes,
            canvas: Bitmap::new(usize::from(profile.dots)),
        }
    }

    /// The commands, complete.
    pub(super) fn finish(self) -> Vec<u8> {
        self.bytes
    }

    /// The profile's logo, if it has one; to be called before anything else.
    pub(super) fn logo(&mut self) {
        match &self.profile.logo {
            Some(Logo::Picture(bitmap)) => bitmap.print(false, &mut self.bytes),
            Some(Logo::Number(number)) => {
                self.bytes.extend_from_slice(&[0x1C, b'p', *number, 0]);
            }
            Some(Logo::Key([first, second])) => {
                self.bytes.extend_from_slice(b"\x1d(L\x06\x00\x30\x45");
                self.bytes.extend_from_slice(&[*first, *second, 1, 1]);
            }
            None => return,
        }
        self.blank();
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

    /// One line that fits.
    fn line(&mut self, field: &'static str, text: &str, style: Style) -> Result<(), Unprintable> {
        match self.profile.lettering {
            Lettering::Page { page, .. } => {
                let encoded = encode_text(field, text, page)?;
                self.set_style(style);
                self.bytes.extend_from_slice(&encoded);
                self.bytes.push(b'\n');
            }
            Lettering::Raster => {
                check_drawn(field, text)?;
                self.canvas.add_text(text, style.size(), style.bold);
            }
        }
        Ok(())
    }

    fn fits(&self, text: &str, style: Style) -> bool {
        match self.profile.lettering {
            Lettering::Page { .. } => {
                let room = self.profile.columns / style.width;
                text.chars().count() <= usize::from(room)
            }
            Lettering::Raster => {
                text_width(text, style.size(), style.bold) <= usize::from(self.profile.dots)
            }
        }
    }

    /// `text` in centred lines.
    pub(super) fn text(
        &mut self,
        field: &'static str,
        text: &str,
        style: Style,
    ) -> Result<(), EncodeError> {
        for line in self.broken(field, text, style)? {
            self.line(field, &line, style)?;
        }
        Ok(())
    }

    /// Breaks `text` into lines that fit: at a space, which disappears, or after a slash (the
    /// name of button 3 has words joined by one).
    fn broken(
        &self,
        field: &'static str,
        text: &str,
        style: Style,
    ) -> Result<Vec<String>, EncodeError> {
        let mut lines = Vec::new();
        let mut line = String::new();
        for word in text.split(' ') {
            let mut joint = " ";
            for piece in word.split_inclusive('/') {
                let longer = if line.is_empty() {
                    piece.to_owned()
                } else {
                    format!("{line}{joint}{piece}")
                };
                if self.fits(&longer, style) {
                    line = longer;
                } else if self.fits(piece, style) {
                    lines.push(std::mem::replace(&mut line, piece.to_owned()));
                } else {
                    return Err(self.too_wide(field, piece));
                }
                joint = "";
            }
        }
        if !line.is_empty() {
            lines.push(line);
        }
        Ok(lines)
    }

    fn too_wide(&self, field: &'static str, word: &str) -> EncodeError {
        EncodeError::TooWide {
            field,
            word: word.to_owned(),
            columns: usize::from(self.profile.columns),
        }
    }

    /// `text` in the first of two styles in which it stays on one line: the name of a service is
    /// the same to the letter everywhere (A2/2/1.3). Where the paper is too narrow for both, in the
    /// larger if two lines do.
    pub(super) fn largest(
        &mut self,
        field: &'static str,
        text: &str,
        [large, small]: [Style; 2],
    ) -> Result<(), EncodeError> {
        let lines = |style| {
            self.broken(field, text, style)
                .map_or(usize::MAX, |it| it.len())
        };
        let style = match (lines(large), lines(small)) {
            (1, _) => large,
            (_, 1) => small,
            (2, _) => large,
            (_, _) => small,
        };
        self.text(field, text, style)
    }

    /// `text` broken wherever a line is full, `?` in place of what cannot be printed: what a
    /// device says of itself.
    pub(super) fn verbatim(&mut self, text: &str, style: Style) -> Result<(), EncodeError> {
        let mut line = String::new();
        for character in text.chars() {
            let known = match self.profile.lettering {
                Lettering::Page { page, .. } => page.encode(character).is_some(),
                Lettering::Raster => missing(character.encode_utf8(&mut [0; 4])).is_none(),
            };
            line.push(if known { character } else { '?' });
            if !self.fits(&line, style) {
                let last = line.pop();
                self.line("device", &line, style)?;
                line.clear();
                line.extend(last);
            }
        }
        Ok(self.line("device", &line, style)?)
    }

    /// The ticket number as large as the paper allows.
    pub(super) fn number(&mut self, number: &str) -> Result<(), EncodeError> {
        const FIELD: &str = "ticket number";
        if !self.fits(number, Style::BOLD) {
            return Err(self.too_wide(FIELD, number));
        }
        if self.profile.lettering == Lettering::Raster {
            check_drawn(FIELD, number)?;
            let width = text_width(number, NUMBER_DOTS_MAX, true).max(1);
            let share = f32::from(self.profile.dots) * NUMBER_SHARE / width as f32;
            self.canvas
                .add_text(number, (NUMBER_DOTS_MAX * share.min(1.0)).floor(), true);
            return Ok(());
        }
        let columns = usize::from(self.profile.columns);
        let times = (columns / number.chars().count().max(1)).clamp(1, NUMBER_MAGNIFICATION_MAX);
        let times = u8::try_from(times).unwrap_or(1);
        Ok(self.line(FIELD, number, Style::new(times, times, true))?)
    }

    /// A line without text.
    pub(super) fn blank(&mut self) {
        match self.profile.lettering {
            Lettering::Page { .. } => {
                self.set_style(Style::PLAIN);
                self.bytes.push(b'\n');
            }
            Lettering::Raster => self.canvas.reach(self.canvas.height() + BLANK_ROWS),
        }
    }

    /// A line across the paper.
    pub(super) fn rule(&mut self) {
        match self.profile.lettering {
            Lettering::Page { page, .. } => {
                self.set_style(Style::PLAIN);
                let dash = page.encode('─').unwrap_or(b'-');
                let columns = usize::from(self.profile.columns);
                self.bytes.extend(std::iter::repeat_n(dash, columns));
                self.bytes.push(b'\n');
            }
            Lettering::Raster => {
                let [above, line, below] = RULE_ROWS;
                let top = self.canvas.height() + above;
                self.canvas.reach(top + line + below);
                self.canvas.fill(0, top, self.canvas.width(), line);
            }
        }
    }

    /// A QR code of printable ASCII, with the white it needs below.
    pub(super) fn qr(&mut self, text: &str) -> Result<(), EncodeError> {
        let refused = || EncodeError::TrackUrl(text.to_owned());
        let plain = text.bytes().all(|byte| byte.is_ascii_graphic());
        if !plain || text.is_empty() || text.len() > TRACK_URL_MAX_BYTES {
            return Err(refused());
        }
        let unfit = |_: QrError| refused();
        let modules = Bitmap::qr(text, 8).map_err(unfit)?.width() / 8;
        let module = (usize::from(self.profile.dots) / (modules + QR_QUIET_MODULES))
            .clamp(QR_MODULE_DOTS_MIN, QR_MODULE_DOTS);
        match self.profile.lettering {
            Lettering::Raster => {
                self.canvas.add(&Bitmap::qr(text, module).map_err(unfit)?);
            }
            Lettering::Page { .. } => {
                self.set_style(Style::PLAIN);
                if self.profile.qr {
                    self.native_qr(text, u8::try_from(module).unwrap_or(u8::MAX));
                } else {
                    // Drawn half as large and doubled by the printer: a quarter of the bytes.
                    let half = Bitmap::qr(text, module / 2).map_err(unfit)?;
                    half.print(true, &mut self.bytes);
                }
            }
        }
        self.blank();
        Ok(())
    }

    /// `GS ( k` functions 165 (model 2), 167 (module size), 169 (level M), 180 (store), 181
    /// (print).
    fn native_qr(&mut self, text: &str, module: u8) {
        let length = u8::try_from(text.len() + 3).unwrap_or(u8::MAX);
        self.bytes
            .extend_from_slice(b"\x1d(k\x04\x00\x31\x41\x32\x00\x1d(k\x03\x00\x31\x43");
        self.bytes.push(module);
        self.bytes.extend_from_slice(b"\x1d(k\x03\x00\x31\x45\x31");
        self.bytes
            .extend_from_slice(&[0x1D, b'(', b'k', length, 0, 0x31, 0x50, 0x30]);
        self.bytes.extend_from_slice(text.as_bytes());
        self.bytes.extend_from_slice(b"\x1d(k\x03\x00\x31\x51\x30");
    }

    /// What was drawn, and the cut.
    pub(super) fn cut(&mut self) {
        self.set_style(Style::PLAIN);
        self.canvas.print(false, &mut self.bytes);
        self.canvas = Bitmap::new(usize::from(self.profile.dots));
        self.bytes.extend_from_slice(self.profile.cut.command());
    }

    /// Has the printer say when everything before is on paper.
    pub(super) fn confirm(&mut self, id: [u8; 4]) {
        self.bytes.extend_from_slice(&request_confirmation(id));
    }
}

fn check_drawn(field: &'static str, text: &str) -> Result<(), Unprintable> {
    match missing(text) {
        Some(character) => Err(Unprintable {
            character,
            field,
            page: OWN_LETTERS,
        }),
        None => Ok(()),
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
