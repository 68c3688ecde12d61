//! Programs that share no code with ours read what our encoder writes: python-escpos and
//! Python's codecs the text, zbar the QR codes, tesseract the tickets that are pictures.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout)]

mod letters;
mod paper;
mod pictures;
