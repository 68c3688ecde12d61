//! The logo above the tickets: a picture file, or one that lies in the printer's memory.

use std::io::Cursor;
use std::path::Path;
use std::sync::Arc;

use super::raster::Bitmap;

/// Largest logo file read, bytes.
pub const LOGO_FILE_BYTES_MAX: u64 = 1024 * 1024;
/// Highest logo, dots: 50 mm of paper on every ticket.
pub const LOGO_ROWS_MAX: u32 = 400;

/// What is printed above every ticket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Logo {
    /// A picture that is sent with every ticket.
    Picture(Arc<Bitmap>),
    /// `FS p`: the picture of this number in the printer's memory.
    Number(u8),
    /// `GS ( L` function 69: the picture with this key in the printer's memory.
    Key([u8; 2]),
}

/// Why there is no such logo.
#[derive(Debug, thiserror::Error)]
pub enum LogoError {
    /// The file cannot be read.
    #[error("the logo {path} cannot be read: {error}")]
    Read {
        /// As configured.
        path: String,
        /// Why.
        error: std::io::Error,
    },
    /// The file is too large.
    #[error("the logo {path} is {bytes} bytes long: at most {LOGO_FILE_BYTES_MAX} are read")]
    Bytes {
        /// As configured.
        path: String,
        /// Its size.
        bytes: u64,
    },
    /// The file is no picture.
    #[error("the logo {path} is no PNG picture: {error}")]
    Png {
        /// As configured.
        path: String,
        /// Why.
        error: png::DecodingError,
    },
    /// The picture does not fit.
    #[error(
        "the logo {path} is {width} × {height} dots: at most {width_max} × {LOGO_ROWS_MAX} fit; make it smaller"
    )]
    Size {
        /// As configured.
        path: String,
        /// Its width, dots.
        width: u32,
        /// Its height, dots.
        height: u32,
        /// Dots in a line of the paper.
        width_max: u16,
    },
}

/// Reads `memory:7` (`FS p`) or `memory:L1` (`GS ( L`); `None` where it is no such thing.
pub fn stored(text: &str) -> Option<Logo> {
    let place = text.strip_prefix("memory:")?;
    if let Ok(number @ 1..) = place.parse::<u8>() {
        return Some(Logo::Number(number));
    }
    let key = <[u8; 2]>::try_from(place.as_bytes()).ok()?;
    key.iter()
        .all(u8::is_ascii_graphic)
        .then_some(Logo::Key(key))
}

/// Reads a PNG picture for paper of `width_max` dots; a dot of the picture is a dot on paper.
///
/// # Errors
/// Where it cannot be read, is no PNG or does not fit the paper.
pub fn read(path: &Path, width_max: u16) -> Result<Logo, LogoError> {
    let shown = path.display().to_string();
    let unread = |error| LogoError::Read {
        path: shown.clone(),
        error,
    };
    let bytes = std::fs::metadata(path).map_err(unread)?.len();
    if bytes > LOGO_FILE_BYTES_MAX {
        return Err(LogoError::Bytes { path: shown, bytes });
    }
    let file = std::fs::read(path).map_err(unread)?;
    from_png(&file, &shown, width_max).map(|bitmap| Logo::Picture(Arc::new(bitmap)))
}

fn from_png(file: &[u8], path: &str, width_max: u16) -> Result<Bitmap, LogoError> {
    let wrong = |error| LogoError::Png {
        path: path.to_owned(),
        error,
    };
    let mut decoder = png::Decoder::new(Cursor::new(file));
    decoder.set_transformations(png::Transformations::normalize_to_color8());
    let mut reader = decoder.read_info().map_err(wrong)?;
    let (width, height) = (reader.info().width, reader.info().height);
    let size = || LogoError::Size {
        path: path.to_owned(),
        width,
        height,
        width_max,
    };
    if width > u32::from(width_max) || height > LOGO_ROWS_MAX {
        return Err(size());
    }
    let mut pixels = vec![0; reader.output_buffer_size().ok_or_else(size)?];
    let frame = reader.next_frame(&mut pixels).map_err(wrong)?;
    let samples = frame.color_type.samples();
    let light: Vec<f32> = pixels.chunks_exact(samples).map(lightness).collect();
    Ok(dither(light, width as usize, height as usize))
}

/// How light a pixel is on white paper, 0 to 255.
fn lightness(pixel: &[u8]) -> f32 {
    let (colour, alpha) = match *pixel {
        [grey] => (f32::from(grey), 255),
        [grey, alpha] => (f32::from(grey), alpha),
        [r, g, b] => (luma(r, g, b), 255),
        [r, g, b, alpha] => (luma(r, g, b), alpha),
        _ => (255.0, 255),
    };
    255.0 - (255.0 - colour) * f32::from(alpha) / 255.0
}

fn luma(r: u8, g: u8, b: u8) -> f32 {
    0.299 * f32::from(r) + 0.587 * f32::from(g) + 0.114 * f32::from(b)
}

/// Black and white stay as they are; greys become dots by spreading each dot's error over its
/// neighbours (Floyd and Steinberg's weights).
fn dither(mut light: Vec<f32>, width: usize, height: usize) -> Bitmap {
    let mut bitmap = Bitmap::new(width);
    bitmap.reach(height);
    for y in 0..height {
        for x in 0..width {
            let wanted = light.get(y * width + x).copied().unwrap_or(255.0);
            let black = wanted < 128.0;
            if black {
                bitmap.blacken(x, y);
            }
            let error = wanted - if black { 0.0 } else { 255.0 };
            let mut spread = |right: isize, down: usize, share: f32| {
                let column = x.checked_add_signed(right).filter(|&column| column < width);
                if let Some(column) = column
                    && let Some(value) = light.get_mut((y + down) * width + column)
                {
                    *value += error * share;
                }
            };
            spread(1, 0, 7.0 / 16.0);
            spread(-1, 1, 3.0 / 16.0);
            spread(0, 1, 5.0 / 16.0);
            spread(1, 1, 1.0 / 16.0);
        }
    }
    bitmap
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;

    fn png_of(width: u32, height: u32, grey: impl Fn(u32, u32) -> u8) -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut encoder = png::Encoder::new(&mut bytes, width, height);
        encoder.set_color(png::ColorType::Grayscale);
        encoder.set_depth(png::BitDepth::Eight);
        let pixels: Vec<u8> = (0..height)
            .flat_map(|y| (0..width).map(move |x| (x, y)))
            .map(|(x, y)| grey(x, y))
            .collect();
        let mut writer = encoder.write_header().unwrap();
        writer.write_image_data(&pixels).unwrap();
        writer.finish().unwrap();
        bytes
    }

    #[test]
    fn black_and_white_stay_and_grey_becomes_half_of_the_dots() {
        let halves = png_of(32, 16, |x, _| if x < 16 { 0 } else { 255 });
        let bitmap = from_png(&halves, "logo.png", 576).unwrap();
        assert!((0..16).all(|x| bitmap.is_black(x, 7) && !bitmap.is_black(x + 16, 7)));
        let grey = from_png(&png_of(64, 64, |_, _| 128), "logo.png", 576).unwrap();
        let black = (0..64 * 64)
            .filter(|at| grey.is_black(at % 64, at / 64))
            .count();
        assert!((1_900..2_200).contains(&black), "{black}");
    }

    #[test]
    fn what_does_not_fit_is_refused_with_the_size_that_does() {
        let wide = from_png(&png_of(600, 8, |_, _| 0), "logo.png", 576).unwrap_err();
        assert_eq!(
            wide.to_string(),
            "the logo logo.png is 600 × 8 dots: at most 576 × 400 fit; make it smaller"
        );
        assert!(from_png(b"GIF89a", "logo.gif", 576).is_err());
        let missing = read(Path::new("/no/such/logo.png"), 576).unwrap_err();
        assert!(missing.to_string().contains("/no/such/logo.png"));
    }

    #[test]
    fn a_logo_in_the_printer_has_a_number_or_a_key() {
        assert_eq!(stored("memory:7"), Some(Logo::Number(7)));
        assert_eq!(stored("memory:L1"), Some(Logo::Key(*b"L1")));
        for wrong in ["memory:0", "memory:", "memory:abc", "logo.png"] {
            assert_eq!(stored(wrong), None, "{wrong}");
        }
    }
}
