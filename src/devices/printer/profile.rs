//! What differs between printer families, as data.

use super::page::CodePage;

/// One family of printers that understand the same numbers.
struct Family {
    /// Name used in the configuration.
    name: &'static str,
    /// Models known to belong to it.
    models: &'static str,
    /// `ESC t` number of CP775.
    cp775: Option<u8>,
    /// `ESC t` number of CP1257.
    cp1257: Option<u8>,
    /// Answers `GS ( H` function 48 once the data before it is on paper.
    confirms: bool,
    /// Empties its buffers on `DLE DC4` function 8 and says so.
    clears: bool,
    /// Sends four bytes of status by itself after `GS a`.
    auto_status: bool,
}

const FAMILIES: [Family; 7] = [
    Family {
        name: "epson",
        models: "TM-T20II/III, T88II, T88V, T70II, m30III, L90, P80",
        cp775: Some(33),
        cp1257: Some(51),
        confirms: true,
        clears: true,
        auto_status: true,
    },
    Family {
        name: "bixolon",
        models: "SRP-S300",
        cp775: Some(33),
        cp1257: None,
        confirms: false,
        clears: false,
        auto_status: true,
    },
    Family {
        name: "wincor",
        models: "TH230",
        cp775: Some(27),
        cp1257: Some(28),
        confirms: false,
        clears: false,
        auto_status: false,
    },
    Family {
        name: "rongta",
        models: "RP326, RP332",
        cp775: Some(31),
        cp1257: Some(25),
        confirms: false,
        clears: false,
        auto_status: false,
    },
    Family {
        name: "netum",
        models: "Netum, Zjiang POS-5890",
        cp775: Some(95),
        cp1257: Some(25),
        confirms: false,
        clears: false,
        auto_status: false,
    },
    Family {
        name: "star",
        models: "TSP",
        cp775: None,
        cp1257: None,
        confirms: false,
        clears: false,
        auto_status: false,
    },
    Family {
        name: "citizen",
        models: "CT-S651",
        cp775: None,
        cp1257: None,
        confirms: false,
        clears: false,
        auto_status: false,
    },
];

/// One printer as configured: its family's numbers, code page and paper.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Profile {
    /// Family name, e.g. `epson`.
    pub family: &'static str,
    /// Code page in which text is sent.
    pub page: CodePage,
    /// The `ESC t` number of that page on this family.
    pub page_number: u8,
    /// Characters of normal size in one line (font A, 12 dots wide).
    pub columns: u8,
    /// Answers `GS ( H` function 48 once the data before it is on paper.
    pub confirms: bool,
    /// Empties its buffers on `DLE DC4` function 8 and says so.
    pub clears: bool,
    /// Sends four bytes of status by itself after `GS a`.
    pub auto_status: bool,
}

/// Why a printer of the configuration cannot be driven.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProfileError {
    /// No family of this name.
    #[error("there is no printer profile {name:?}: use one of {known}")]
    Unknown {
        /// As configured.
        name: String,
        /// Names that exist.
        known: String,
    },
    /// The family has no Baltic code page.
    #[error("printer profile {name:?} needs raster: not available over serial yet")]
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
}

/// Characters in a line of 80 mm paper.
pub const COLUMNS_80_MM: u8 = 48;
/// Characters in a line of 58 mm paper.
pub const COLUMNS_58_MM: u8 = 32;

impl Profile {
    /// The profile of family `name` printing in `page` on paper `width_mm` wide (80 or 58).
    ///
    /// # Errors
    /// Where the family is unknown, has no such page (or none at all), or the paper is of
    /// another width; the text says what to write instead.
    pub fn find(name: &str, page: CodePage, width_mm: u16) -> Result<Self, ProfileError> {
        let family = FAMILIES
            .iter()
            .find(|family| family.name == name)
            .ok_or_else(|| ProfileError::Unknown {
                name: name.to_owned(),
                known: Self::known(),
            })?;
        let columns = match width_mm {
            80 => COLUMNS_80_MM,
            58 => COLUMNS_58_MM,
            other => return Err(ProfileError::Width(other)),
        };
        let (number, other, other_page) = match page {
            CodePage::Cp775 => (family.cp775, family.cp1257, "cp1257"),
            CodePage::Cp1257 => (family.cp1257, family.cp775, "cp775"),
        };
        let page_number = match (number, other) {
            (Some(number), _) => number,
            (None, Some(_)) => {
                return Err(ProfileError::NoPage {
                    name: name.to_owned(),
                    page: page.name(),
                    other: other_page,
                });
            }
            (None, None) => {
                return Err(ProfileError::NeedsRaster {
                    name: name.to_owned(),
                });
            }
        };
        Ok(Self {
            family: family.name,
            page,
            page_number,
            columns,
            confirms: family.confirms,
            clears: family.clears,
            auto_status: family.auto_status,
        })
    }

    /// All family names with their models, for error messages and help texts.
    pub fn known() -> String {
        let names: Vec<String> = FAMILIES
            .iter()
            .map(|family| format!("{} ({})", family.name, family.models))
            .collect();
        names.join(", ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn page_numbers_are_the_manuals() {
        let number = |name, page| Profile::find(name, page, 80).map(|profile| profile.page_number);
        for (name, cp775, cp1257) in [
            ("epson", 33, 51),
            ("wincor", 27, 28),
            ("rongta", 31, 25),
            ("netum", 95, 25),
        ] {
            assert_eq!(number(name, CodePage::Cp775), Ok(cp775));
            assert_eq!(number(name, CodePage::Cp1257), Ok(cp1257));
        }
        assert_eq!(number("bixolon", CodePage::Cp775), Ok(33));
    }

    #[test]
    fn a_wrong_profile_says_what_to_do() {
        let refused = |name, page, width| {
            Profile::find(name, page, width)
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
            refused("star", CodePage::Cp775, 80),
            Err("printer profile \"star\" needs raster: not available over serial yet".to_owned())
        );
        assert_eq!(
            refused("epson", CodePage::Cp775, 70),
            Err("there is no ticket paper 70 mm wide: set width_mm = 80 or 58".to_owned())
        );
        assert!(
            refused("epsom", CodePage::Cp775, 80).is_err_and(|text| text.contains("bixolon (SRP"))
        );
    }
}
