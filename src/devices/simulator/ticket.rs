//! What stands on a ticket that came out of a simulated printer.

use crate::devices::printer::raster::Bitmap;

/// Where text stands in its line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Align {
    /// `ESC a 0`.
    Left,
    /// `ESC a 1`.
    Centre,
    /// `ESC a 2`.
    Right,
}

/// One thing on the paper.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Item {
    /// A printed line; empty text is a blank line.
    Line {
        /// Its text.
        text: String,
        /// Width in normal characters, 1 to 8.
        width: u8,
        /// Height in normal characters, 1 to 8.
        height: u8,
        /// Emphasised.
        bold: bool,
        /// Where it stands.
        align: Align,
    },
    /// A QR code drawn by the printer.
    Qr {
        /// What it says.
        payload: String,
        /// Edge of one module, dots.
        module_dots: u8,
        /// Where it stands.
        align: Align,
    },
    /// A picture in dots; pictures that follow each other touch.
    Picture {
        /// Its dots.
        bitmap: Bitmap,
        /// Every dot twice as wide and high.
        doubled: bool,
        /// Where it stands.
        align: Align,
    },
    /// A picture from the printer's memory.
    StoredPicture {
        /// Its number (`FS p`) or key (`GS ( L`), as people write it.
        name: String,
    },
}

/// A whole ticket, up to and with the cut.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Ticket {
    /// Characters of normal size in a line of its paper.
    pub columns: u8,
    /// Dots in a line of its paper.
    pub dots: u16,
    /// From top to bottom.
    pub items: Vec<Item>,
}

impl Ticket {
    fn lines(&self) -> impl Iterator<Item = (u8, &str)> {
        self.items.iter().filter_map(|item| match item {
            Item::Line { text, height, .. } => Some((*height, text.as_str())),
            Item::Qr { .. } | Item::Picture { .. } | Item::StoredPicture { .. } => None,
        })
    }

    /// The texts of all lines that say something: no blank lines, no rules across the paper.
    pub fn texts(&self) -> Vec<&str> {
        self.lines()
            .map(|(_, text)| text)
            .filter(|text| !text.chars().all(|character| matches!(character, '─' | '-')))
            .collect()
    }

    /// What the first QR code that the printer drew says.
    pub fn qr(&self) -> Option<&str> {
        self.items.iter().find_map(|item| match item {
            Item::Qr { payload, .. } => Some(payload.as_str()),
            Item::Line { .. } | Item::Picture { .. } | Item::StoredPicture { .. } => None,
        })
    }

    /// The text of the largest line: the ticket number. None on a ticket that is a picture.
    pub fn number(&self) -> Option<&str> {
        self.lines()
            .max_by_key(|(height, _)| *height)
            .map(|(_, text)| text)
    }
}
