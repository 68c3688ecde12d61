//! Letters: our bytes are python-escpos's, our tables are Python's.

use std::path::Path;
use std::process::Command;

use rinda::devices::printer::encoder::encode;
use rinda::devices::printer::page::CodePage;
use rinda::devices::printer::profile::{LineSpeed, Profile};
use serde_json::Value;

use super::paper::slip;

const LETTERS: &str = "āčēģīķļņšūžĀČĒĢĪĶĻŅŠŪŽ";
const PAGES: [CodePage; 2] = [CodePage::Cp775, CodePage::Cp1257];

/// What `letters.py` says, run in a Python of its own with python-escpos in it.
fn by_the_other_program() -> Value {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let python = root.join("target/python-escpos/bin/python");
    assert!(
        python.exists(),
        "python-escpos is not installed: run `make target/python-escpos/.installed`"
    );
    let output = Command::new(python)
        .arg(root.join("tests/printer/letters.py"))
        .output()
        .unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}");
    serde_json::from_slice(&output.stdout).unwrap()
}

/// The bytes of the centre's name in a whole ticket of ours.
fn our_bytes(page: CodePage, text: &str) -> Vec<u8> {
    let profile = Profile::find("epson", page, 80, LineSpeed::Slow).unwrap();
    let mut slip = slip();
    slip.centre = format!("<{text}>");
    let bytes = encode(&slip, &profile, 1).unwrap();
    let place = |mark: u8| bytes.iter().position(|&byte| byte == mark).unwrap();
    bytes[place(b'<') + 1..place(b'>')].to_vec()
}

#[test]
fn python_escpos_sends_the_same_bytes_for_every_latvian_letter() {
    let theirs = by_the_other_program();
    for page in PAGES {
        for letter in LETTERS.chars() {
            let ours = our_bytes(page, &letter.to_string());
            let ours: String = ours.iter().map(|byte| format!("{byte:02x}")).collect();
            let theirs = &theirs[page.name()]["bytes"][letter.to_string()];
            assert_eq!(
                theirs.as_str(),
                Some(ours.as_str()),
                "{letter} {}",
                page.name()
            );
        }
    }
}

/// All 128 upper bytes. The soft hyphen is left out on purpose: printers show it as a glyph.
#[test]
fn the_decoders_glyphs_are_those_of_pythons_codecs() {
    let theirs = by_the_other_program();
    for page in PAGES {
        let upper = theirs[page.name()]["upper"].as_array().unwrap();
        assert_eq!(upper.len(), 128);
        for (byte, read) in (0x80_u8..=0xFF).zip(upper) {
            let read = read.as_str().filter(|&text| text != "\u{ad}");
            let ours = page.decode(byte).map(String::from);
            assert_eq!(ours.as_deref(), read, "{} {byte:#04X}", page.name());
        }
    }
}
