//! What differs between printer families, as data (`profiles.toml`, and `[printer_profile]` in
//! the configuration).

use std::collections::BTreeMap;
use std::sync::OnceLock;

use serde::Deserialize;

use super::logo::Logo;
use super::page::CodePage;
use super::raster::BAND_ROWS;

/// Families by the name under which the configuration asks for them.
pub type Families = BTreeMap<String, Family>;

/// One family of printers that understand the same numbers. What is not said is presumed with
/// care: pictures in place of text, nothing confirmed.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Family {
    /// Models known to belong to it.
    pub models: String,
    /// `ESC t` number of CP775.
    pub cp775: Option<u8>,
    /// `ESC t` number of CP1257.
    pub cp1257: Option<u8>,
    /// Dots across the printable width of 80 mm paper.
    pub dots: u16,
    /// Characters of normal size across 80 mm paper.
    pub columns: u8,
    /// Dots across the printable width of 58 mm paper.
    pub dots_58: u16,
    /// Characters of normal size across 58 mm paper.
    pub columns_58: u8,
    /// Answers `GS ( H` function 48 once the data before it is on paper.
    pub confirms: bool,
    /// Empties its buffers on `DLE DC4` function 8 and says so.
    pub clears: bool,
    /// Sends four bytes of status by itself after `GS a`.
    pub auto_status: bool,
    /// Draws QR codes itself (`GS ( k`).
    pub qr: bool,
    /// How it cuts.
    pub cut: Cut,
    /// Says by `DLE EOT 20` whether a ticket hangs in its mouth.
    pub mouth: bool,
}

impl Default for Family {
    fn default() -> Self {
        Self {
            models: String::new(),
            cp775: None,
            cp1257: None,
            dots: 576,
            columns: 42,
            dots_58: 384,
            columns_58: 30,
            confirms: false,
            clears: false,
            auto_status: false,
            qr: false,
            cut: Cut::Partial,
            mouth: false,
        }
    }
}

/// How a printer parts a ticket from its roll.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Cut {
    /// Off.
    Full,
    /// A point of paper holds.
    Partial,
    /// Not at all: the paper is fed past the edge where the customer tears it.
    None,
}

/// Lines fed where there is no cutter: the ticket's end passes the edge it is torn at.
const TEAR_LINES: u8 = 6;

impl Cut {
    /// `GS V` function A or B: feed the last line past the cutter plus a little, cut. Without a
    /// cutter `ESC d`: feed it past the edge to tear at.
    pub fn command(self) -> &'static [u8] {
        match self {
            Self::Full => &[0x1D, b'V', b'A', 3],
            Self::Partial => &[0x1D, b'V', b'B', 3],
            Self::None => &[0x1B, b'd', TEAR_LINES],
        }
    }
}

/// How fast the line to a printer is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LineSpeed {
    /// A serial line: text, but no pictures (64 kB take 66 s at 9600 baud).
    Slow,
    /// USB, network, or a simulated printer.
    Fast,
}

/// How text reaches the paper.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lettering {
    /// In the printer's letters.
    Page {
        /// The page.
        page: CodePage,
        /// Its `ESC t` number on this printer.
        number: u8,
    },
    /// As pictures, in letters of our own.
    Raster,
}

/// One printer as configured: its family's numbers, code page, paper and logo.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Profile {
    /// Family name, e.g. `epson`.
    pub family: String,
    /// How text reaches the paper.
    pub lettering: Lettering,
    /// Characters of normal size in one line (font A).
    pub columns: u8,
    /// Dots in one line.
    pub dots: u16,
    /// Answers `GS ( H` function 48 once the data before it is on paper.
    pub confirms: bool,
    /// Empties its buffers on `DLE DC4` function 8 and says so.
    pub clears: bool,
    /// Sends four bytes of status by itself after `GS a`.
    pub auto_status: bool,
    /// Draws QR codes itself (`GS ( k`).
    pub qr: bool,
    /// How it cuts.
    pub cut: Cut,
    /// Says by `DLE EOT 20` whether a ticket hangs in its mouth.
    pub mouth: bool,
    /// Printed above every ticket.
    pub logo: Option<Logo>,
}

/// Why a printer of the configuration cannot be driven.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProfileError {
    /// No family of this name.
    #[error(
        "there is no printer profile {name:?}: use one of {known}; or write a [printer_profile.{name}]"
    )]
    Unknown {
        /// As configured.
        name: String,
        /// Names that exist.
        known: String,
    },
    /// The family has no Baltic code page, and pictures are too much for the line.
    #[error(
        "printer profile {name:?} has no Baltic code page: its tickets are pictures of about 64 kB, which take more than a minute over a serial line at 9600 baud. Connect it by USB or network, or use a printer with code page 775 or 1257"
    )]
    NeedsRaster {
        /// As configured.
        name: String,
    },
    /// The family has the other Baltic code page only.
    #[error("printer profile {name:?} has no code page {page}: set code_page = {other:?}")]
    NoPage {
        /// As configured.
        name: String,
        /// As configured.
        page: &'static str,
        /// The one it has.
        other: &'static str,
    },
    /// No paper of this width.
    #[error("there is no ticket paper {0} mm wide: set width_mm = 80 or 58")]
    Width(u16),
    /// Numbers with which no ticket can be laid out.
    #[error(
        "printer profile {name:?} has {dots} dots and {columns} characters in a line: dots lie between {DOTS_MIN} and {DOTS_MAX} and divide by 8, and a character takes at least 8 of them"
    )]
    Measures {
        /// As configured.
        name: String,
        /// Dots in a line.
        dots: u16,
        /// Characters in a line.
        columns: u8,
    },
}

/// Fewest dots in a line: the ticket number and a QR code must have room.
pub const DOTS_MIN: u16 = 256;
/// Most dots in a line: a head of 300 dots to the inch over 82 mm.
pub const DOTS_MAX: u16 = 960;
/// Fewest characters in a line that the words of a ticket fit into.
const COLUMNS_MIN: u8 = 24;
/// Narrowest character, dots.
const CHARACTER_DOTS_MIN: u16 = 8;

/// The families that Rinda knows by itself.
pub fn built_in() -> &'static Families {
    static FAMILIES: OnceLock<Families> = OnceLock::new();
    // That the file can be read is a test's business.
    FAMILIES.get_or_init(|| toml::from_str(include_str!("profiles.toml")).unwrap_or_default())
}

impl Profile {
    /// The profile of a built-in family; see [`Profile::of`].
    ///
    /// # Errors
    /// As of [`Profile::of`], and where there is no such family.
    pub fn find(
        name: &str,
        page: CodePage,
        width_mm: u16,
        line: LineSpeed,
    ) -> Result<Self, ProfileError> {
        let family = built_in().get(name).ok_or_else(|| ProfileError::Unknown {
            name: name.to_owned(),
            known: Self::known(),
        })?;
        Self::of(name, family, page, width_mm, line)
    }

    /// The profile of `family` printing in `page` on paper `width_mm` wide (80 or 58). A family
    /// without Baltic page prints pictures, where the line is fast enough.
    ///
    /// # Errors
    /// Where the family has only the other page, or none on a slow line; where the paper is of
    /// another width or the family's numbers make no sense. The text says what to write instead.
    pub fn of(
        name: &str,
        family: &Family,
        page: CodePage,
        width_mm: u16,
        line: LineSpeed,
    ) -> Result<Self, ProfileError> {
        let (dots, columns) = match width_mm {
            80 => (family.dots, family.columns),
            58 => (family.dots_58, family.columns_58),
            other => return Err(ProfileError::Width(other)),
        };
        let sound = (DOTS_MIN..=DOTS_MAX).contains(&dots)
            && dots.is_multiple_of(8)
            && columns >= COLUMNS_MIN
            && dots / u16::from(columns) >= CHARACTER_DOTS_MIN;
        if !sound {
            return Err(ProfileError::Measures {
                name: name.to_owned(),
                dots,
                columns,
            });
        }
        Ok(Self {
            family: name.to_owned(),
            lettering: lettering(name, family, page, line)?,
            columns,
            dots,
            confirms: family.confirms,
            clears: family.clears,
            auto_status: family.auto_status,
            qr: family.qr,
            cut: family.cut,
            mouth: family.mouth,
            logo: None,
        })
    }

    /// All built-in family names with their models, for error messages and help texts.
    pub fn known() -> String {
        let names: Vec<String> = built_in()
            .iter()
            .map(|(name, family)| format!("{name} ({})", family.models))
            .collect();
        names.join(", ")
    }

    /// Longest command of a ticket, bytes: what has to follow until a printer that got a part of
    /// one has left it.
    pub fn longest_command_bytes(&self) -> usize {
        let picture = match (self.lettering, &self.logo) {
            (Lettering::Raster, _) | (_, Some(Logo::Picture(_))) => usize::from(self.dots / 8),
            (Lettering::Page { .. }, Some(Logo::Number(_) | Logo::Key(_)) | None) => QR_ROW_BYTES,
        };
        PICTURE_HEAD_BYTES + BAND_ROWS * picture
    }

    /// Generous size of a ticket, bytes: what the line must carry in time.
    pub fn ticket_bytes(&self) -> u32 {
        let text = match (self.lettering, self.qr) {
            (Lettering::Page { .. }, true) => TEXT_TICKET_BYTES,
            (Lettering::Page { .. }, false) => TEXT_TICKET_BYTES + QR_PICTURE_BYTES,
            (Lettering::Raster, _) => u32::from(self.dots) / 8 * PICTURE_TICKET_ROWS,
        };
        let logo = match &self.logo {
            Some(Logo::Picture(picture)) => picture.width() / 8 * picture.height(),
            Some(Logo::Number(_) | Logo::Key(_)) | None => 0,
        };
        text + u32::try_from(logo).unwrap_or(u32::MAX / 2)
    }
}

/// A row of the largest QR code that is sent as a picture, bytes. A band of them is longer than
/// any command of text.
const QR_ROW_BYTES: usize = 24;
/// The head of a picture's command, bytes.
const PICTURE_HEAD_BYTES: usize = 8;
/// A ticket of text, bytes.
const TEXT_TICKET_BYTES: u32 = 1_000;
/// A QR code of the longest address as a picture, bytes.
const QR_PICTURE_BYTES: u32 = 4_500;
/// A ticket that is a picture, rows of dots: 19 cm.
const PICTURE_TICKET_ROWS: u32 = 1_500;

fn lettering(
    name: &str,
    family: &Family,
    page: CodePage,
    line: LineSpeed,
) -> Result<Lettering, ProfileError> {
    let (number, other, other_page) = match page {
        CodePage::Cp775 => (family.cp775, family.cp1257, "cp1257"),
        CodePage::Cp1257 => (family.cp1257, family.cp775, "cp775"),
    };
    match (number, other, line) {
        (Some(number), _, _) => Ok(Lettering::Page { page, number }),
        (None, Some(_), _) => Err(ProfileError::NoPage {
            name: name.to_owned(),
            page: page.name(),
            other: other_page,
        }),
        (None, None, LineSpeed::Fast) => Ok(Lettering::Raster),
        (None, None, LineSpeed::Slow) => Err(ProfileError::NeedsRaster {
            name: name.to_owned(),
        }),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;

    #[test]
    fn the_built_in_file_is_read_whole_and_without_a_misspelt_key() {
        let mut unknown = Vec::new();
        let families: Families = serde_ignored::deserialize(
            toml::Deserializer::parse(include_str!("profiles.toml")).unwrap(),
            |path| unknown.push(path.to_string()),
        )
        .unwrap();
        assert_eq!(unknown, Vec::<String>::new());
        assert_eq!(&families, built_in());
        for (name, family) in built_in() {
            assert!(!family.models.is_empty(), "{name}");
            for width in [58, 80] {
                let page = match family.cp775 {
                    Some(_) => CodePage::Cp775,
                    None => CodePage::Cp1257,
                };
                Profile::of(name, family, page, width, LineSpeed::Fast).unwrap();
            }
        }
    }

    #[test]
    fn page_numbers_are_the_manuals() {
        let number = |name, page| match Profile::find(name, page, 80, LineSpeed::Slow)?.lettering {
            Lettering::Page { number, .. } => Ok::<_, ProfileError>(number),
            Lettering::Raster => panic!("{name} has a page"),
        };
        for (name, cp775, cp1257) in [
            ("epson", 33, 51),
            ("epson-t88", 33, 51),
            ("wincor", 27, 28),
            ("rongta", 31, 25),
            ("netum", 95, 25),
            ("netum-80", 95, 25),
        ] {
            assert_eq!(number(name, CodePage::Cp775), Ok(cp775));
            assert_eq!(number(name, CodePage::Cp1257), Ok(cp1257));
        }
        assert_eq!(number("bixolon", CodePage::Cp775), Ok(33));
    }

    #[test]
    fn a_family_without_baltic_page_prints_pictures_but_not_over_serial() {
        for name in ["epson-t88iii", "star", "citizen", "custom", "generic"] {
            let fast = Profile::find(name, CodePage::Cp775, 80, LineSpeed::Fast).unwrap();
            assert_eq!(fast.lettering, Lettering::Raster, "{name}");
            let slow = Profile::find(name, CodePage::Cp775, 80, LineSpeed::Slow);
            let text = slow.unwrap_err().to_string();
            assert!(text.contains("a minute") && text.contains("USB"), "{text}");
        }
    }

    #[test]
    fn a_wrong_profile_says_what_to_do() {
        let refused = |name, page, width| {
            Profile::find(name, page, width, LineSpeed::Slow)
                .map(|_| ())
                .map_err(|error| error.to_string())
        };
        assert_eq!(
            refused("bixolon", CodePage::Cp1257, 80),
            Err(
                "printer profile \"bixolon\" has no code page CP1257: set code_page = \"cp775\""
                    .to_owned()
            )
        );
        assert_eq!(
            refused("epson", CodePage::Cp775, 70),
            Err("there is no ticket paper 70 mm wide: set width_mm = 80 or 58".to_owned())
        );
        assert!(
            refused("epsom", CodePage::Cp775, 80).is_err_and(|text| text.contains("bixolon (SRP"))
        );
        let odd = Family {
            dots: 100,
            ..Family::default()
        };
        assert!(Profile::of("odd", &odd, CodePage::Cp775, 80, LineSpeed::Fast).is_err());
    }
}
