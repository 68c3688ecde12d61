//! A printed ticket as a picture that looks like paper: dots as the print head sets them, in
//! double resolution, on a strip with a torn edge.

use std::sync::OnceLock;

use fontdue::{Font, FontSettings};
use qrcode::{EcLevel, QrCode};

use super::ticket::{Align, Item, Ticket};
use crate::devices::printer::raster::Bitmap;

/// Picture pixels per printer dot (1/203 inch).
const SCALE: usize = 2;
/// Height of a character of normal size, dots (ESC/POS font A).
const CELL_HEIGHT_DOTS: usize = 24;
/// Free dots between lines of normal size.
const LEADING_DOTS: usize = 6;
/// White beside the printable width: 80 mm paper is 640 dots wide, of which 576 are printed.
const MARGIN_DOTS: usize = 32;
/// White above the first and below the last line.
const TOP_DOTS: usize = 40;
const BOTTOM_DOTS: usize = 56;
/// The frame that stands for a picture in the printer's memory, dots.
const STORED_DOTS: (usize, usize) = (240, 72);
/// Room around the paper for its shadow, pixels.
const SURROUND: usize = 24;
/// Teeth of the cutter's edge, pixels.
const TOOTH: usize = 10;

const PAPER: [u8; 3] = [253, 252, 248];
const INK: [u8; 3] = [38, 36, 40];

/// A ticket of which no picture can be made.
#[derive(Debug, thiserror::Error)]
pub enum PictureError {
    /// The built-in font cannot be read.
    #[error("the built-in font cannot be read: {0}")]
    Font(&'static str),
    /// The QR code's text does not fit.
    #[error("no QR code of the ticket's address: {0}")]
    Qr(#[from] qrcode::types::QrError),
    /// The picture cannot be encoded.
    #[error("the picture cannot be encoded: {0}")]
    Png(#[from] png::EncodingError),
}

struct Fonts {
    regular: Font,
    bold: Font,
}

fn fonts() -> Result<&'static Fonts, PictureError> {
    static FONTS: OnceLock<Result<Fonts, &'static str>> = OnceLock::new();
    FONTS
        .get_or_init(|| {
            let read = |bytes| Font::from_bytes(bytes, FontSettings::default());
            Ok(Fonts {
                regular: read(dejavu::sans_mono::regular())?,
                bold: read(dejavu::sans_mono::bold())?,
            })
        })
        .as_ref()
        .map_err(|why| PictureError::Font(why))
}

/// The ticket as PNG, 406 pixels to the inch of paper.
///
/// # Errors
/// Where the QR code's text does not fit a code or the picture cannot be encoded.
pub fn png(ticket: &Ticket) -> Result<Vec<u8>, PictureError> {
    let mut ink = Ink::new(ticket);
    for item in &ticket.items {
        match item {
            Item::Line {
                text,
                width,
                height,
                bold,
                align,
            } => ink.line(
                text,
                usize::from(*width),
                usize::from(*height),
                *bold,
                *align,
            )?,
            Item::Qr {
                payload,
                module_dots,
                align,
            } => ink.qr(payload, usize::from(*module_dots), *align)?,
            Item::Picture {
                bitmap,
                doubled,
                align,
            } => ink.picture(bitmap, if *doubled { 2 } else { 1 }, *align),
            Item::StoredPicture { name } => ink.stored_picture(name)?,
        }
    }
    let (width, height, pixels) = on_paper(&ink);
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(
        &mut bytes,
        u32::try_from(width).unwrap_or(u32::MAX),
        u32::try_from(height).unwrap_or(u32::MAX),
    );
    encoder.set_color(png::ColorType::Rgba);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_compression(png::Compression::Fast);
    let mut writer = encoder.write_header()?;
    writer.write_image_data(&pixels)?;
    writer.finish()?;
    Ok(bytes)
}

/// What the print head sets: coverage of each pixel, row by row, growing downwards.
struct Ink {
    /// Printable width, pixels.
    width: usize,
    /// Width of a character of normal size, pixels.
    cell_width: usize,
    coverage: Vec<u8>,
    /// Top of the next line, pixels.
    y: usize,
}

impl Ink {
    fn new(ticket: &Ticket) -> Self {
        let dots = usize::from(ticket.dots.max(1));
        Self {
            width: dots * SCALE,
            cell_width: dots / usize::from(ticket.columns.max(1)) * SCALE,
            coverage: Vec::new(),
            y: 0,
        }
    }

    fn height(&self) -> usize {
        self.coverage.len() / self.width
    }

    /// The coverage of one row; nothing outside.
    fn row(&self, y: isize) -> &[u8] {
        usize::try_from(y)
            .ok()
            .and_then(|y| self.coverage.get(y * self.width..(y + 1) * self.width))
            .unwrap_or_default()
    }

    fn reach(&mut self, height: usize) {
        let wanted = height * self.width;
        if self.coverage.len() < wanted {
            self.coverage.resize(wanted, 0);
        }
    }

    fn set(&mut self, x: usize, y: usize, value: u8) {
        if x < self.width
            && let Some(pixel) = self.coverage.get_mut(y * self.width + x)
        {
            *pixel = (*pixel).max(value);
        }
    }

    fn fill(&mut self, x: usize, y: usize, width: usize, height: usize) {
        let right = (x + width).min(self.width);
        for row in y..y + height {
            let start = row * self.width;
            if let Some(pixels) = self.coverage.get_mut(start + x..start + right) {
                pixels.fill(255);
            }
        }
    }

    fn line(
        &mut self,
        text: &str,
        width: usize,
        height: usize,
        bold: bool,
        align: Align,
    ) -> Result<(), PictureError> {
        let cell_width = self.cell_width * width;
        let cell_height = CELL_HEIGHT_DOTS * height * SCALE;
        let fonts = fonts()?;
        let font = if bold { &fonts.bold } else { &fonts.regular };
        let mut x = self.left_edge(text.chars().count() * cell_width, align);
        self.reach(self.y + cell_height);
        for character in text.chars() {
            if character == '─' {
                self.fill(x, self.y + cell_height / 2 - SCALE / 2, cell_width, SCALE);
            } else {
                self.glyph(font, character, x, cell_width, cell_height);
            }
            x += cell_width;
        }
        self.y += cell_height + LEADING_DOTS * SCALE;
        self.reach(self.y);
        Ok(())
    }

    /// Draws one character into its cell. A cell is twice as high as wide and DejaVu's
    /// characters are less slender, so each is drawn as high as the cell and made narrower.
    fn glyph(&mut self, font: &Font, character: char, left: usize, width: usize, height: usize) {
        /// Part of the cell's height that the font's size takes; room for accents and tails.
        const SIZE_IN_CELL: f32 = 0.86;
        /// The base line's place in the cell, from the top.
        const BASE_IN_CELL: f32 = 0.80;
        let size = height as f32 * SIZE_IN_CELL;
        let (metrics, coverage) = font.rasterize(character, size);
        let squeeze = (width as f32 / metrics.advance_width.max(1.0)).max(0.01);
        let top = self.y as f32 + height as f32 * BASE_IN_CELL
            - (metrics.ymin as f32 + metrics.height as f32);
        let start = left as f32 + metrics.xmin as f32 * squeeze;
        let drawn_width = (metrics.width as f32 * squeeze).ceil().max(0.0) as usize;
        for row in 0..metrics.height {
            for column in 0..=drawn_width {
                // The mean of the source columns that fall into this one.
                let from = column as f32 / squeeze;
                let to = (column as f32 + 1.0) / squeeze;
                let value = mean(&coverage, row, metrics.width, from, to);
                let x = start.round() + column as f32;
                let y = top.round() + row as f32;
                if x >= 0.0 && y >= 0.0 {
                    self.set(x as usize, y as usize, value);
                }
            }
        }
    }

    fn qr(&mut self, payload: &str, module_dots: usize, align: Align) -> Result<(), PictureError> {
        let code = QrCode::with_error_correction_level(payload, EcLevel::M)?;
        let module = module_dots * SCALE;
        let modules = code.width();
        let left = self.left_edge(modules * module, align);
        self.reach(self.y + modules * module);
        for (index, colour) in code.to_colors().into_iter().enumerate() {
            if colour == qrcode::Color::Dark {
                let (row, column) = (index / modules, index % modules);
                self.fill(
                    left + column * module,
                    self.y + row * module,
                    module,
                    module,
                );
            }
        }
        self.y += modules * module;
        self.reach(self.y);
        Ok(())
    }

    /// Dots as they are; the next picture touches this one.
    fn picture(&mut self, bitmap: &Bitmap, times: usize, align: Align) {
        let dot = SCALE * times;
        let left = self.left_edge(bitmap.width() * dot, align);
        self.reach(self.y + bitmap.height() * dot);
        for y in 0..bitmap.height() {
            for x in (0..bitmap.width()).filter(|&x| bitmap.is_black(x, y)) {
                self.fill(left + x * dot, self.y + y * dot, dot, dot);
            }
        }
        self.y += bitmap.height() * dot;
    }

    /// What lies in a real printer's memory is not known here: a frame with its name.
    fn stored_picture(&mut self, name: &str) -> Result<(), PictureError> {
        let (width, height) = (STORED_DOTS.0 * SCALE, STORED_DOTS.1 * SCALE);
        let (left, top) = (self.left_edge(width, Align::Centre), self.y);
        self.reach(top + height);
        for edge in [top, top + height - SCALE] {
            self.fill(left, edge, width, SCALE);
        }
        for edge in [left, left + width - SCALE] {
            self.fill(edge, top, SCALE, height);
        }
        self.y = top + (height - CELL_HEIGHT_DOTS * SCALE) / 2;
        self.line(&format!("logo {name}"), 1, 1, true, Align::Centre)?;
        self.y = top + height + LEADING_DOTS * SCALE;
        self.reach(self.y);
        Ok(())
    }

    fn left_edge(&self, width: usize, align: Align) -> usize {
        let free = self.width.saturating_sub(width);
        match align {
            Align::Left => 0,
            Align::Centre => free / 2,
            Align::Right => free,
        }
    }
}

/// Mean coverage of a row between two fractional columns.
fn mean(coverage: &[u8], row: usize, width: usize, from: f32, to: f32) -> u8 {
    let mut sum = 0.0;
    let mut weight = 0.0;
    for column in from as usize..=(to as usize) {
        let share = (to.min(column as f32 + 1.0) - from.max(column as f32)).max(0.0);
        let value = if column < width {
            coverage.get(row * width + column).copied().unwrap_or(0)
        } else {
            0
        };
        sum += share * f32::from(value);
        weight += share;
    }
    if weight > 0.0 {
        (sum / weight).round().clamp(0.0, 255.0) as u8
    } else {
        0
    }
}

/// Lays the ink on a strip of paper with its shadow; gives width, height and RGBA pixels.
fn on_paper(ink: &Ink) -> (usize, usize, Vec<u8>) {
    let paper_width = ink.width + 2 * MARGIN_DOTS * SCALE;
    let paper_height = ink.height() + (TOP_DOTS + BOTTOM_DOTS) * SCALE;
    let width = paper_width + 2 * SURROUND;
    let height = paper_height + 2 * SURROUND;
    let mut pixels = Vec::with_capacity(width * height * 4);
    for y in 0..height {
        let down = y as isize - SURROUND as isize;
        let mut inked = ink.row(down - (TOP_DOTS * SCALE) as isize).iter();
        for x in 0..width {
            let right = x as isize - SURROUND as isize;
            let within = right - (MARGIN_DOTS * SCALE) as isize;
            let coverage = if (0..ink.width as isize).contains(&within) {
                inked.next().copied().unwrap_or(0)
            } else {
                0
            };
            pixels.extend(if coverage == 255 {
                [INK[0], INK[1], INK[2], 255]
            } else if on_strip(right, down, paper_width, paper_height) {
                let (x, y) = (right as usize, down as usize);
                paper_pixel(coverage, x, y, paper_width, paper_height)
            } else {
                shadow_pixel(right, down, paper_width, paper_height)
            });
        }
    }
    (width, height, pixels)
}

/// Whether a point is paper: the top is cut straight, the bottom has the cutter's teeth.
fn on_strip(x: isize, y: isize, width: usize, height: usize) -> bool {
    if x < 0 || y < 0 || x >= width as isize || y >= height as isize {
        return false;
    }
    let phase = x as usize % (2 * TOOTH);
    let tooth = phase.min(2 * TOOTH - phase);
    (y as usize) < height - TOOTH + tooth
}

fn paper_pixel(coverage: u8, x: usize, y: usize, width: usize, height: usize) -> [u8; 4] {
    // The strip bends a little: its sides and ends are a touch darker.
    let to_side = x.min(width - 1 - x).min(60) as f32 / 60.0;
    let to_end = y.min(height.saturating_sub(1 + y)).min(90) as f32 / 90.0;
    let light = 0.975 + 0.015 * to_side + 0.010 * to_end;
    let share = f32::from(coverage) / 255.0;
    let mix = |paper: u8, dark: u8| {
        let value = f32::from(paper) * light * (1.0 - share) + f32::from(dark) * share;
        (value + 0.5) as u8
    };
    let [pr, pg, pb] = PAPER;
    let [ir, ig, ib] = INK;
    [mix(pr, ir), mix(pg, ig), mix(pb, ib), 255]
}

/// A soft shadow, a little below the strip.
fn shadow_pixel(x: isize, y: isize, width: usize, height: usize) -> [u8; 4] {
    let drop = 6;
    let beyond =
        |value: isize, size: usize| (-value).max(value - (size as isize - 1)).max(0) as f32;
    let (dx, dy) = (beyond(x, width), beyond(y - drop, height));
    let distance = (dx * dx + dy * dy).sqrt();
    let strength = (1.0 - distance / 18.0).clamp(0.0, 1.0);
    [20, 24, 40, (strength * strength * 70.0) as u8]
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;

    fn ticket() -> Ticket {
        let line = |text: &str, width, height, bold| Item::Line {
            text: text.into(),
            width,
            height,
            bold,
            align: Align::Centre,
        };
        Ticket {
            columns: 48,
            dots: 576,
            items: vec![
                line("Pasūtījumu pieņemšana", 1, 2, true),
                line("P 027", 8, 8, true),
                Item::Qr {
                    payload: "https://rinda.example/t/abc".into(),
                    module_dots: 6,
                    align: Align::Centre,
                },
            ],
        }
    }

    #[test]
    fn a_picture_is_as_wide_as_the_paper_and_has_ink() {
        let bytes = png(&ticket()).unwrap();
        let decoder = png::Decoder::new(std::io::Cursor::new(&bytes));
        let mut reader = decoder.read_info().unwrap();
        let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
        let info = reader.next_frame(&mut pixels).unwrap();
        assert_eq!(info.width, 1_328);
        let dark = pixels
            .chunks_exact(4)
            .filter(|pixel| pixel[0] < 80 && pixel[3] == 255)
            .count();
        assert!(dark > 20_000, "{dark}");
    }

    #[test]
    fn the_font_has_every_latvian_letter() {
        let fonts = fonts().unwrap();
        for letter in "āčēģīķļņšūžĀČĒĢĪĶĻŅŠŪŽ".chars() {
            assert_ne!(fonts.regular.lookup_glyph_index(letter), 0, "{letter}");
            assert_ne!(fonts.bold.lookup_glyph_index(letter), 0, "{letter}");
        }
    }
}
