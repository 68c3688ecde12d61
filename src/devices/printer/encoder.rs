//! A slip as ESC/POS bytes: pure, and refusing whatever would not look right on paper.
//!
//! Text goes out in the printer's own Baltic code page or, where it has none, as a picture (which
//! would take a minute at 9600 baud). A character that neither has is an error, never a wrong glyph
//! (hardware.md).

use crate::queue::slip::Slip;

use super::profile::Profile;
use super::sheet::{Sheet, Style};

/// Caption under the QR code.
pub const QR_CAPTION: &str = "Noskenējiet un sekojiet rindai tālrunī";
/// Mark on every paper after the first (never two customers with one number).
pub const COPY_MARK: &str = "KOPIJA";
/// Longest address printed as a QR code, bytes: beyond it modules become too small to scan
/// within the paper's width.
pub const TRACK_URL_MAX_BYTES: usize = 200;

/// Why a slip cannot be printed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EncodeError {
    /// A character that cannot be printed.
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

/// A character that cannot be printed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {page} has no {character:?}: replace it in the text")]
pub struct Unprintable {
    /// The character.
    pub character: char,
    /// Which text of the slip.
    pub field: &'static str,
    /// Name of the code page that lacks it, or of the font.
    pub page: &'static str,
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
/// Where a text holds a character that the code page (or font) lacks or a word wider than the
/// paper, or the page's address does not fit a QR code.
pub fn encode(slip: &Slip, profile: &Profile, job: u64) -> Result<Vec<u8>, EncodeError> {
    let mut sheet = Sheet::start(profile);
    sheet.logo();
    sheet.text("centre", &slip.centre, Style::BOLD)?;
    sheet.rule();
    if slip.copy {
        sheet.text("copy mark", COPY_MARK, Style::LARGE_BOLD)?;
    }
    sheet.largest("service", &slip.service, [Style::LARGE_BOLD, Style::TALL])?;
    sheet.blank();
    sheet.number(&slip.number)?;
    sheet.blank();
    sheet.text("issue time", &slip.issued_text, Style::PLAIN)?;
    sheet.rule();
    sheet.largest(
        "tickets ahead",
        &slip.ahead_text,
        [Style::LARGE_BOLD, Style::BOLD],
    )?;
    if let Some(wait) = &slip.wait_text {
        sheet.text("expected wait", wait, Style::BOLD)?;
    }
    sheet.blank();
    for line in &slip.guidance {
        sheet.text("guidance", line, Style::PLAIN)?;
    }
    if let Some(url) = &slip.track_url {
        sheet.blank();
        sheet.qr(url)?;
        sheet.text("QR caption", QR_CAPTION, Style::PLAIN)?;
    }
    sheet.cut();
    if profile.confirms {
        sheet.confirm(confirmation_id(job));
    }
    Ok(sheet.finish())
}

#[cfg(test)]
#[path = "encoder_tests.rs"]
mod tests;
