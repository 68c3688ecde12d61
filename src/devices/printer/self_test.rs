//! The page that `rinda printer test` prints: everything that could be wrong with a printer's
//! profile, to be seen at one look.

use super::encoder::EncodeError;
use super::profile::{Cut, Lettering, Profile};
use super::sheet::{Sheet, Style};

/// All Latvian letters beyond ASCII.
pub const LATVIAN_LETTERS: [&str; 2] = ["ĀČĒĢĪĶĻŅŠŪŽ", "āčēģīķļņšūž"];
/// What the QR code says; it proves the code, not an address.
pub const QR_TEXT: &str = "RINDA-PRINTER-TEST-OK";

/// The bytes that print and cut the self-test page: the profile's name, every Latvian letter in
/// each style, the widths, a QR code, and what was learned from the device.
///
/// # Errors
/// Where the profile's page or our font lacks a letter of the page itself; what was learned is
/// printed with `?` in place of such letters and never fails.
pub fn self_test(profile: &Profile, learned: &[(String, String)]) -> Result<Vec<u8>, EncodeError> {
    const FIELD: &str = "self-test";
    let mut sheet = Sheet::start(profile);
    sheet.logo();
    sheet.text(FIELD, "Printera pārbaude", Style::LARGE_BOLD)?;
    sheet.verbatim(&format!("Profils: {}", profile.family), Style::BOLD)?;
    sheet.text(FIELD, &lettering(profile), Style::PLAIN)?;
    sheet.rule();
    for style in [Style::PLAIN, Style::BOLD, Style::TALL, Style::LARGE_BOLD] {
        for letters in LATVIAN_LETTERS {
            sheet.text(FIELD, letters, style)?;
        }
    }
    sheet.rule();
    sheet.text(FIELD, &width(profile), Style::PLAIN)?;
    if profile.lettering != Lettering::Raster {
        sheet.text(FIELD, &ruler(profile.columns), Style::PLAIN)?;
    }
    sheet.number("Ž 888")?;
    sheet.blank();
    sheet.qr(QR_TEXT)?;
    sheet.text(FIELD, &format!("QR: {QR_TEXT}"), Style::PLAIN)?;
    sheet.rule();
    for text in abilities(profile) {
        sheet.text(FIELD, text, Style::PLAIN)?;
    }
    if !learned.is_empty() {
        sheet.rule();
        sheet.text(FIELD, "Printeris par sevi ziņo", Style::BOLD)?;
    }
    for (name, value) in learned {
        sheet.verbatim(&format!("{name}: {value}"), Style::PLAIN)?;
    }
    sheet.rule();
    sheet.text(
        FIELD,
        "Ja kāds burts ir nepareizs vai līnija ir pārtrūkusi, mainiet konfigurācijā profile, code_page vai width_mm.",
        Style::PLAIN,
    )?;
    sheet.cut();
    Ok(sheet.finish())
}

fn lettering(profile: &Profile) -> String {
    match profile.lettering {
        Lettering::Page { page, number } => {
            format!("Burti: kodu lapa {}, ESC t {number}", page.name())
        }
        Lettering::Raster => "Burti: attēls (printerim nav baltiešu kodu lapas)".to_owned(),
    }
}

fn width(profile: &Profile) -> String {
    let dots = profile.dots;
    match profile.lettering {
        Lettering::Page { .. } => format!("Rindā {} zīmes, {dots} punkti", profile.columns),
        Lettering::Raster => format!("Rindā {dots} punkti"),
    }
}

/// As many digits as a line holds.
fn ruler(columns: u8) -> String {
    (1..=columns)
        .map(|column| char::from(b'0' + column % 10))
        .collect()
}

/// What is presumed of the printer, as people read it.
fn abilities(profile: &Profile) -> [&'static str; 4] {
    [
        if profile.confirms {
            "Apstiprina izdruku: jā"
        } else {
            "Apstiprina izdruku: nē, spriež pēc stāvokļa"
        },
        if profile.clears {
            "Iztukšo atmiņu pēc pavēles: jā"
        } else {
            "Iztukšo atmiņu pēc pavēles: nē"
        },
        if profile.mouth {
            "Ziņo par nepaņemtu talonu: jā"
        } else {
            "Ziņo par nepaņemtu talonu: nē"
        },
        match profile.cut {
            Cut::Full => "Nazis: nogriež pilnībā",
            Cut::Partial => "Nazis: atstāj saturošu punktu",
            Cut::None => "Nazis: nav, talons jānoplēš",
        },
    ]
}
