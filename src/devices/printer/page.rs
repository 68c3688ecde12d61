//! The two Baltic code pages, written out: what a byte looks like on paper and back.

use serde::{Deserialize, Serialize};

/// A code page that holds all Latvian letters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum CodePage {
    /// IBM code page 775, "Baltic Rim"; no euro sign, no dash longer than `-`.
    Cp775,
    /// Windows code page 1257.
    Cp1257,
}

/// A place in the upper half that holds no character.
const NONE: char = '\0';

/// CP775, bytes 0x80 to 0xFF.
#[rustfmt::skip]
const CP775: [char; 128] = [
    'Ć', 'ü', 'é', 'ā', 'ä', 'ģ', 'å', 'ć', 'ł', 'ē', 'Ŗ', 'ŗ', 'ī', 'Ź', 'Ä', 'Å',
    'É', 'æ', 'Æ', 'ō', 'ö', 'Ģ', '¢', 'Ś', 'ś', 'Ö', 'Ü', 'ø', '£', 'Ø', '×', '¤',
    'Ā', 'Ī', 'ó', 'Ż', 'ż', 'ź', '”', '¦', '©', '®', '¬', '½', '¼', 'Ł', '«', '»',
    '░', '▒', '▓', '│', '┤', 'Ą', 'Č', 'Ę', 'Ė', '╣', '║', '╗', '╝', 'Į', 'Š', '┐',
    '└', '┴', '┬', '├', '─', '┼', 'Ų', 'Ū', '╚', '╔', '╩', '╦', '╠', '═', '╬', 'Ž',
    'ą', 'č', 'ę', 'ė', 'į', 'š', 'ų', 'ū', 'ž', '┘', '┌', '█', '▄', '▌', '▐', '▀',
    'Ó', 'ß', 'Ō', 'Ń', 'õ', 'Õ', 'µ', 'ń', 'Ķ', 'ķ', 'Ļ', 'ļ', 'ņ', 'Ē', 'Ņ', '’',
    '\u{ad}', '±', '“', '¾', '¶', '§', '÷', '„', '°', '∙', '·', '¹', '³', '²', '■', '\u{a0}',
];

/// CP1257, bytes 0x80 to 0xFF.
#[rustfmt::skip]
const CP1257: [char; 128] = [
    '€', NONE, '‚', NONE, '„', '…', '†', '‡', NONE, '‰', NONE, '‹', NONE, '¨', 'ˇ', '¸',
    NONE, '‘', '’', '“', '”', '•', '–', '—', NONE, '™', NONE, '›', NONE, '¯', '˛', NONE,
    '\u{a0}', NONE, '¢', '£', '¤', NONE, '¦', '§', 'Ø', '©', 'Ŗ', '«', '¬', '\u{ad}', '®', 'Æ',
    '°', '±', '²', '³', '´', 'µ', '¶', '·', 'ø', '¹', 'ŗ', '»', '¼', '½', '¾', 'æ',
    'Ą', 'Į', 'Ā', 'Ć', 'Ä', 'Å', 'Ę', 'Ē', 'Č', 'É', 'Ź', 'Ė', 'Ģ', 'Ķ', 'Ī', 'Ļ',
    'Š', 'Ń', 'Ņ', 'Ó', 'Ō', 'Õ', 'Ö', '×', 'Ų', 'Ł', 'Ś', 'Ū', 'Ü', 'Ż', 'Ž', 'ß',
    'ą', 'į', 'ā', 'ć', 'ä', 'å', 'ę', 'ē', 'č', 'é', 'ź', 'ė', 'ģ', 'ķ', 'ī', 'ļ',
    'š', 'ń', 'ņ', 'ó', 'ō', 'õ', 'ö', '÷', 'ų', 'ł', 'ś', 'ū', 'ü', 'ż', 'ž', '˙',
];

impl CodePage {
    fn upper_half(self) -> &'static [char; 128] {
        match self {
            Self::Cp775 => &CP775,
            Self::Cp1257 => &CP1257,
        }
    }

    /// The byte that prints `character`, or `None` where the page lacks it.
    ///
    /// Control characters are never encoded: they would be commands. Nor is the soft hyphen,
    /// which printers show as a glyph and readers do not expect.
    pub fn encode(self, character: char) -> Option<u8> {
        match character {
            ' '..='~' => u8::try_from(character).ok(),
            NONE | '\u{ad}' => None,
            other => self
                .upper_half()
                .iter()
                .zip(0x80u8..=0xFF)
                .find_map(|(&held, byte)| (held == other).then_some(byte)),
        }
    }

    /// The character that `byte` prints, or `None` for controls, gaps and the soft hyphen.
    pub fn decode(self, byte: u8) -> Option<char> {
        match byte {
            0x20..=0x7E => Some(char::from(byte)),
            0x80..=0xFF => self
                .upper_half()
                .get(usize::from(byte) - 0x80)
                .copied()
                .filter(|&character| character != NONE && character != '\u{ad}'),
            0..=0x1F | 0x7F => None,
        }
    }

    /// The name as people write it, e.g. `CP775`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Cp775 => "CP775",
            Self::Cp1257 => "CP1257",
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;

    /// The bytes of all Latvian letters as the printers' manuals give them.
    #[test]
    fn latvian_letters_have_the_manuals_bytes() {
        let table = [
            (
                CodePage::Cp775,
                "83 D1 89 85 8C E9 EB EC D5 D7 D8",
                "A0 B6 ED 95 A1 E8 EA EE BE C7 CF",
            ),
            (
                CodePage::Cp1257,
                "E2 E8 E7 EC EE ED EF F2 F0 FB FE",
                "C2 C8 C7 CC CE CD CF D2 D0 DB DE",
            ),
        ];
        for (page, lower, upper) in table {
            for (letters, bytes) in [("āčēģīķļņšūž", lower), ("ĀČĒĢĪĶĻŅŠŪŽ", upper)]
            {
                let encoded: Vec<String> = letters
                    .chars()
                    .map(|letter| format!("{:02X}", page.encode(letter).unwrap()))
                    .collect();
                assert_eq!(encoded.join(" "), bytes, "{}", page.name());
            }
        }
    }

    #[test]
    fn every_byte_that_decodes_encodes_back() {
        for page in [CodePage::Cp775, CodePage::Cp1257] {
            for byte in 0..=0xFF {
                if let Some(character) = page.decode(byte) {
                    assert_eq!(page.encode(character), Some(byte));
                }
            }
        }
    }

    #[test]
    fn what_a_page_lacks_is_refused() {
        assert_eq!(CodePage::Cp775.encode('€'), None);
        assert_eq!(CodePage::Cp775.encode('–'), None);
        for page in [CodePage::Cp775, CodePage::Cp1257] {
            for character in ['№', '\u{ad}', '\n', '\u{1b}', '\0', '\u{7f}', 'ж'] {
                assert_eq!(page.encode(character), None);
            }
        }
    }
}
