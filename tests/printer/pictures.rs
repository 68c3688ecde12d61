//! Pictures: zbar reads the QR codes and tesseract the letters of what came out of the printer.

use std::path::{Path, PathBuf};
use std::process::Command;

use rinda::devices::printer::encoder::encode;
use rinda::devices::printer::page::CodePage;
use rinda::devices::printer::profile::{Lettering, LineSpeed, Profile};
use rinda::devices::printer::self_test::{QR_TEXT, self_test};
use rinda::queue::slip::Slip;

use super::paper::{URL, png, slip, ticket_png, unlike};

/// Where the pictures lie for people to look at.
fn kept(name: &str, png: &[u8]) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("papers");
    std::fs::create_dir_all(&folder).unwrap();
    let path = folder.join(format!("{name}.png"));
    std::fs::write(&path, png).unwrap();
    path
}

fn output(program: &mut Command) -> String {
    let name = program.get_program().to_owned();
    let output = program
        .output()
        .unwrap_or_else(|error| panic!("{name:?}: {error}: run tests/install-packages"));
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{name:?}: {errors}");
    String::from_utf8(output.stdout).unwrap()
}

fn qr_read(picture: &Path) -> String {
    let mut zbar = Command::new("zbarimg");
    zbar.args(["--quiet", "--raw", "-Sdisable", "-Sqrcode.enable"]);
    output(zbar.arg(picture)).trim_end().to_owned()
}

fn letters_read(picture: &Path) -> String {
    output(
        Command::new("tesseract")
            .arg(picture)
            .args(["-", "-l", "lav"]),
    )
}

/// One printer of each kind: letters and code by the printer, code or all as a picture; paper as
/// narrow as it gets.
fn few(slip: &Slip) -> Vec<(String, Profile)> {
    const KINDS: [&str; 5] = [
        "bixolon-80",
        "epson-t88-58",
        "netum-58",
        "citizen-80",
        "epson-t88iii-58",
    ];
    let mut few = unlike(slip);
    few.retain(|(name, _)| KINDS.contains(&name.as_str()));
    assert_eq!(few.len(), KINDS.len());
    few
}

fn without_spaces(text: &str) -> String {
    text.chars()
        .filter(|character| !character.is_whitespace())
        .collect()
}

#[test]
fn zbar_reads_the_address_on_every_profiles_ticket() {
    for (name, profile) in unlike(&slip()) {
        let picture = kept(&format!("ticket-{name}"), &ticket_png(&slip(), &profile));
        assert_eq!(qr_read(&picture), URL, "{name}");
    }
}

#[test]
fn zbar_reads_the_longest_address_that_fits() {
    let mut slip = slip();
    let long = format!("{URL}{}", "x".repeat(200 - URL.len()));
    slip.track_url = Some(long.clone());
    for (name, profile) in few(&slip) {
        let picture = kept(&format!("long-{name}"), &ticket_png(&slip, &profile));
        assert_eq!(qr_read(&picture), long, "{name}");
    }
}

#[test]
fn tesseract_reads_the_tickets_that_are_pictures() {
    let mut slip = slip();
    // Every Latvian letter, in words and not in a row, since tesseract reads words.
    slip.guidance = vec![
        "Glāžšķūņa rūķīši dzērumā pačukst koncertflīģeļu vākus.".to_owned(),
        "GLĀŽŠĶŪŅA RŪĶĪŠI DZĒRUMĀ ČAKLI KONCERTFLĪĢEĻU VĀKUS.".to_owned(),
    ];
    let drawn = |profile: &Profile| profile.lettering == Lettering::Raster;
    for (name, profile) in unlike(&slip)
        .into_iter()
        .filter(|(_, profile)| drawn(profile))
    {
        let picture = kept(&format!("read-{name}"), &ticket_png(&slip, &profile));
        let read = without_spaces(&letters_read(&picture));
        let texts = [&slip.service, &slip.number, &slip.centre, &slip.ahead_text];
        for text in texts.into_iter().chain(&slip.guidance) {
            assert!(
                read.contains(&without_spaces(text)),
                "{name}: {text:?} in {read:?}"
            );
        }
    }
}

#[test]
fn the_self_test_page_is_legible_on_every_profile() {
    let learned = [
        ("USB".to_owned(), "04b8:0e15 X6AB012345".to_owned()),
        ("Modelis".to_owned(), "TM-T20III № 1".to_owned()),
    ];
    for (name, profile) in few(&slip()) {
        let bytes = self_test(&profile, &learned).unwrap();
        let picture = kept(&format!("self-test-{name}"), &png(&bytes, &profile));
        assert_eq!(qr_read(&picture), QR_TEXT, "{name}");
    }
}

/// 46 kB in hardware.md; it is what a serial line is refused for.
#[test]
fn a_ticket_that_is_a_picture_has_the_size_that_serial_lines_are_refused_for() {
    let generic = Profile::find("generic", CodePage::Cp775, 80, LineSpeed::Fast).unwrap();
    let bytes = encode(&slip(), &generic, 7).unwrap().len();
    println!(
        "a ticket as a picture: {bytes} bytes, {:.0} s at 9600 baud",
        bytes as f64 / 960.0
    );
    assert!((30_000..70_000).contains(&bytes), "{bytes}");
}
