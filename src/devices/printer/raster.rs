//! Pictures in black dots: text in letters of our own, QR codes, logos, and the `GS v 0` that
//! prints them.

use std::sync::OnceLock;

use fontdue::{Font, FontSettings};
use qrcode::types::QrError;
use qrcode::{EcLevel, QrCode};

/// Rows of dots sent with one command: 3 mm. Its count fits one byte, no printer has to hold more
/// than 3 kB of a picture, and a printer that was cut off within one is soon past it.
pub const BAND_ROWS: usize = 24;
/// Coverage of a dot from which it is printed; below one half, since heat runs thin strokes dry.
const INK_FROM: u8 = 112;
/// Height of a line, in sizes of its letters: accents above and tails below have room.
const LINE_HEIGHT: f32 = 1.2;
/// The base line's place below the top of its line, in sizes.
const BASE_LINE: f32 = 0.95;

/// Black dots on white, row by row, growing downwards.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bitmap {
    row_bytes: usize,
    dots: Vec<u8>,
}

/// The two letters of the embedded font, DejaVu Sans Condensed.
struct Letters {
    regular: Font,
    bold: Font,
}

fn letters() -> Option<&'static Letters> {
    static LETTERS: OnceLock<Option<Letters>> = OnceLock::new();
    LETTERS
        .get_or_init(|| {
            let read = |bytes| Font::from_bytes(bytes, FontSettings::default()).ok();
            Some(Letters {
                regular: read(dejavu::sans_condensed::regular())?,
                bold: read(dejavu::sans_condensed::bold())?,
            })
        })
        .as_ref()
}

fn font(bold: bool) -> Option<&'static Font> {
    let letters = letters()?;
    Some(if bold {
        &letters.bold
    } else {
        &letters.regular
    })
}

/// The first character of `text` that cannot be drawn.
pub fn missing(text: &str) -> Option<char> {
    text.chars().find(|&character| {
        character.is_control()
            || character == '\u{ad}'
            || font(false).is_none_or(|font| font.lookup_glyph_index(character) == 0)
    })
}

/// Width of `text` in letters of `size` dots, dots.
pub fn text_width(text: &str, size: f32, bold: bool) -> usize {
    let Some(font) = font(bold) else { return 0 };
    let width: f32 = text
        .chars()
        .map(|character| font.metrics(character, size).advance_width)
        .sum();
    width.ceil().max(0.0) as usize
}

impl Bitmap {
    /// White of this width, no rows yet. A width that does not divide by 8 is rounded up.
    pub fn new(width: usize) -> Self {
        Self {
            row_bytes: width.div_ceil(8).max(1),
            dots: Vec::new(),
        }
    }

    /// From rows of bytes, the highest bit leftmost, as printers take them.
    pub fn from_rows(row_bytes: usize, dots: Vec<u8>) -> Self {
        Self {
            row_bytes: row_bytes.max(1),
            dots,
        }
    }

    /// Dots across.
    pub fn width(&self) -> usize {
        self.row_bytes * 8
    }

    /// Rows of dots.
    pub fn height(&self) -> usize {
        self.dots.len() / self.row_bytes
    }

    /// Whether a dot is black; outside there is white.
    pub fn is_black(&self, x: usize, y: usize) -> bool {
        x < self.width()
            && self
                .dots
                .get(y * self.row_bytes + x / 8)
                .is_some_and(|byte| byte & (0x80 >> (x % 8)) != 0)
    }

    /// Makes it at least `height` rows high.
    pub fn reach(&mut self, height: usize) {
        let wanted = height * self.row_bytes;
        if self.dots.len() < wanted {
            self.dots.resize(wanted, 0);
        }
    }

    /// Blackens a dot within.
    pub fn blacken(&mut self, x: usize, y: usize) {
        if x < self.width()
            && let Some(byte) = self.dots.get_mut(y * self.row_bytes + x / 8)
        {
            *byte |= 0x80 >> (x % 8);
        }
    }

    /// Blackens a rectangle.
    pub fn fill(&mut self, left: usize, top: usize, width: usize, height: usize) {
        for y in top..top + height {
            for x in left..left + width {
                self.blacken(x, y);
            }
        }
    }

    /// Adds a line of text below, centred.
    pub fn add_text(&mut self, text: &str, size: f32, bold: bool) {
        let top = self.height();
        self.reach(top + (size * LINE_HEIGHT).ceil() as usize);
        let Some(font) = font(bold) else { return };
        let free = self.width().saturating_sub(text_width(text, size, bold));
        let base = top as f32 + (size * BASE_LINE).round();
        let mut pen = (free / 2) as f32;
        for character in text.chars() {
            let (metrics, coverage) = font.rasterize(character, size);
            let left = pen + metrics.xmin as f32;
            let glyph_top = base - (metrics.ymin as f32 + metrics.height as f32);
            for (index, &value) in coverage.iter().enumerate() {
                let x = left.round() + (index % metrics.width) as f32;
                let y = glyph_top + (index / metrics.width) as f32;
                if value >= INK_FROM && x >= 0.0 && y >= top as f32 {
                    self.reach(y as usize + 1);
                    self.blacken(x as usize, y as usize);
                }
            }
            pen += metrics.advance_width;
        }
    }

    /// Adds another picture below, centred; what is wider is cut off at the right.
    pub fn add(&mut self, other: &Self) {
        let top = self.height();
        self.reach(top + other.height());
        let left = self.width().saturating_sub(other.width()) / 2;
        for y in 0..other.height() {
            for x in 0..other.width() {
                if other.is_black(x, y) {
                    self.blacken(left + x, top + y);
                }
            }
        }
    }

    /// A QR code of level M with modules of `module` dots, without its quiet zone: that is the
    /// paper around it.
    ///
    /// # Errors
    /// Where the text does not fit a code.
    pub fn qr(text: &str, module: usize) -> Result<Self, QrError> {
        let code = QrCode::with_error_correction_level(text, EcLevel::M)?;
        let modules = code.width();
        let mut bitmap = Self::new(modules * module);
        bitmap.reach(modules * module);
        for (index, colour) in code.to_colors().into_iter().enumerate() {
            if colour == qrcode::Color::Dark {
                let (row, column) = (index / modules, index % modules);
                bitmap.fill(column * module, row * module, module, module);
            }
        }
        Ok(bitmap)
    }

    /// The commands that print it, `GS v 0` in bands; twice as wide and high where `doubled`.
    pub fn print(&self, doubled: bool, bytes: &mut Vec<u8>) {
        let [low, high, ..] = self.row_bytes.to_le_bytes();
        for band in self.dots.chunks(BAND_ROWS * self.row_bytes) {
            let rows = u8::try_from(band.len() / self.row_bytes).unwrap_or(u8::MAX);
            let mode = if doubled { 3 } else { 0 };
            bytes.extend_from_slice(&[0x1D, b'v', b'0', mode, low, high, rows, 0]);
            let start = bytes.len();
            bytes.extend_from_slice(band);
            if let Some(data) = bytes.get_mut(start..) {
                defuse(data);
            }
        }
    }
}

/// Whether two bytes begin a command that printers run at once, even inside a picture
/// (`DLE EOT`, `DLE ENQ`, `DLE DC4`).
pub fn runs_at_once(first: u8, second: u8) -> bool {
    first == 0x10 && matches!(second, 0x04 | 0x05 | 0x14)
}

/// Blackens one more dot beside the one of a `10` that would begin a command. The header before
/// the data ends in 0 and the command after it begins with 1D, so no pair lies across an edge.
fn defuse(data: &mut [u8]) {
    let mut before: Option<&mut u8> = None;
    for byte in data {
        if let Some(before) = before
            && runs_at_once(*before, *byte)
        {
            *before |= 0x08;
        }
        before = Some(byte);
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_font_has_every_latvian_letter_and_no_controls() {
        assert_eq!(missing("āčēģīķļņšūžĀČĒĢĪĶĻŅŠŪŽ €–№ 0-9"), None);
        assert_eq!(missing("a\u{1b}"), Some('\u{1b}'));
        assert_eq!(missing("漢"), Some('漢'));
    }

    #[test]
    fn letters_keep_their_accents_and_tails() {
        let ink = |text: &str| {
            let mut line = Bitmap::new(64);
            line.add_text(text, 40.0, false);
            let rows: Vec<usize> = (0..line.height())
                .filter(|&y| (0..64).any(|x| line.is_black(x, y)))
                .collect();
            assert_eq!(line.height(), 48);
            (rows[0], rows[rows.len() - 1])
        };
        assert!(ink("Š").0 < ink("S").0);
        assert!(ink("Ģ").1 > ink("G").1);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(100))]

        /// Whatever is drawn, nothing in it is run by the printer at once, headers included.
        #[test]
        fn no_picture_holds_a_command_that_printers_run_at_once(
            row_bytes in 1_usize..8,
            doubled in any::<bool>(),
            dots in prop::collection::vec(
                prop_oneof![Just(0x10_u8), Just(0x04), Just(0x05), Just(0x14), Just(0), any::<u8>()],
                0..3_000,
            ),
        ) {
            let rows = dots.len() / row_bytes;
            let bitmap = Bitmap::from_rows(row_bytes, dots[..rows * row_bytes].to_vec());
            let mut bytes = Vec::new();
            bitmap.print(doubled, &mut bytes);
            bytes.extend(b"\x1dVB\x03");
            prop_assert!(!bytes.windows(2).any(|pair| runs_at_once(pair[0], pair[1])));
            // A dot more now and then, never one less.
            let sent: u32 = bytes.iter().map(|byte| byte.count_ones()).sum();
            let drawn: u32 = bitmap.dots.iter().map(|byte| byte.count_ones()).sum();
            prop_assert!(sent >= drawn);
        }
    }
}
