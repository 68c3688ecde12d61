//! The two faces of the PDF, and how wide they set a text.

use std::sync::Arc;

use krilla::text::{Font, GlyphId, KrillaGlyph};

use super::PdfError;

/// Stands for a character that the fonts do not have.
const UNKNOWN: char = '\u{fffd}';

/// Which face.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Weight {
    /// For text.
    Regular,
    /// For headings and sums.
    Bold,
}

/// DejaVu Sans Condensed, which has every Latvian letter and digits of equal width.
pub(super) struct Faces {
    regular: Face,
    bold: Face,
}

struct Face {
    font: Font,
    metrics: ttf_parser::Face<'static>,
}

impl Faces {
    /// Reads the fonts that the program carries.
    pub fn read() -> Result<Self, PdfError> {
        Ok(Self {
            regular: Face::read(dejavu::sans_condensed::regular())?,
            bold: Face::read(dejavu::sans_condensed::bold())?,
        })
    }

    fn of(&self, weight: Weight) -> &Face {
        match weight {
            Weight::Regular => &self.regular,
            Weight::Bold => &self.bold,
        }
    }

    /// Width in points.
    pub fn width(&self, text: &str, weight: Weight, size: f32) -> f32 {
        let face = self.of(weight);
        text.chars().map(|ch| face.advance(ch)).sum::<f32>() * size
    }

    /// The font for the PDF.
    pub fn font(&self, weight: Weight) -> Font {
        self.of(weight).font.clone()
    }

    /// A text as the fonts can show it, and its glyphs.
    pub fn glyphs(&self, text: &str, weight: Weight) -> (String, Vec<KrillaGlyph>) {
        let face = self.of(weight);
        let mut shown = String::with_capacity(text.len());
        let mut glyphs = Vec::with_capacity(text.len());
        for ch in text.chars() {
            let ch = face.known(ch);
            let start = shown.len();
            shown.push(ch);
            let glyph = face.metrics.glyph_index(ch).map_or(0, |glyph| glyph.0);
            glyphs.push(KrillaGlyph::new(
                GlyphId::new(u32::from(glyph)),
                face.advance(ch),
                0.0,
                0.0,
                0.0,
                start..shown.len(),
                None,
            ));
        }
        (shown, glyphs)
    }

    /// A text in lines of at most `width` points, broken between words.
    pub fn broken(&self, text: &str, weight: Weight, size: f32, width: f32) -> Vec<String> {
        let mut lines = vec![String::new()];
        for word in text.split(' ') {
            let Some(line) = lines.last_mut() else {
                break;
            };
            let longer = if line.is_empty() {
                word.to_owned()
            } else {
                format!("{line} {word}")
            };
            if line.is_empty() || self.width(&longer, weight, size) <= width {
                *line = longer;
            } else {
                lines.push(word.to_owned());
            }
        }
        lines
    }
}

impl Face {
    fn read(data: &'static [u8]) -> Result<Self, PdfError> {
        let metrics = ttf_parser::Face::parse(data, 0).map_err(|_| PdfError::Font)?;
        let data: Arc<dyn AsRef<[u8]> + Send + Sync> = Arc::new(data);
        let font = Font::new(data.into(), 0).ok_or(PdfError::Font)?;
        Ok(Self { font, metrics })
    }

    fn known(&self, ch: char) -> char {
        match self.metrics.glyph_index(ch) {
            Some(glyph) if glyph.0 != 0 && !ch.is_control() => ch,
            Some(_) | None => UNKNOWN,
        }
    }

    /// Advance at one point of size.
    fn advance(&self, ch: char) -> f32 {
        let glyph = self.metrics.glyph_index(self.known(ch));
        let units = glyph.and_then(|glyph| self.metrics.glyph_hor_advance(glyph));
        f32::from(units.unwrap_or(0)) / f32::from(self.metrics.units_per_em())
    }
}
