//! A printer's profile and logo, as the file has them.

use std::path::Path;

use super::place::{At, Found};
use super::{PrinterPort, PrinterTable};
use crate::devices::printer::logo::{self, Logo};
use crate::devices::printer::page::CodePage;
use crate::devices::printer::profile::{Families, LineSpeed, Profile, ProfileError, built_in};

/// The families Rinda knows and those of the file.
pub(super) fn check_families(own: &Families, found: &mut Found<'_>) -> Families {
    let mut families = built_in().clone();
    for (name, family) in own {
        if families.insert(name.clone(), family.clone()).is_some() {
            found.note(
                &[At::Key("printer_profile"), At::Key(name)],
                format!("\"{name}\" is a profile of Rinda's own: give yours another name"),
            );
        }
    }
    families
}

/// The profile a printer's table names, with its logo. `key` gives the place of one of its keys.
pub(super) fn check_profile<'a>(
    printer: &PrinterTable,
    page: CodePage,
    port: &PrinterPort,
    families: &Families,
    key: impl Fn(&'static str) -> [At<'a>; 4],
    found: &mut Found<'_>,
) -> Option<Profile> {
    let name = &printer.profile;
    let line = line_of(port);
    let profile = match families.get(name) {
        Some(family) => Profile::of(name, family, page, printer.width_mm, line),
        None => Err(ProfileError::Unknown {
            name: name.clone(),
            known: families.keys().cloned().collect::<Vec<_>>().join(", "),
        }),
    };
    let mut profile = profile
        .map_err(|error| {
            let place = match error {
                ProfileError::Width(_) => key("width_mm"),
                ProfileError::NoPage { .. } => key("code_page"),
                ProfileError::Unknown { .. }
                | ProfileError::NeedsRaster { .. }
                | ProfileError::Measures { .. } => key("profile"),
            };
            found.note(&place, error.to_string());
        })
        .ok()?;
    if let Some(text) = &printer.logo {
        let logo = check_logo(text, line, profile.dots);
        profile.logo = logo
            .map_err(|message| found.note(&key("logo"), message))
            .ok();
    }
    Some(profile)
}

/// A simulated printer prints what a fast one would, so that it can be seen.
fn line_of(port: &PrinterPort) -> LineSpeed {
    match port {
        PrinterPort::Serial(_) => LineSpeed::Slow,
        PrinterPort::Simulated | PrinterPort::Usb(_) | PrinterPort::Tcp(_) => LineSpeed::Fast,
    }
}

fn check_logo(text: &str, line: LineSpeed, dots: u16) -> Result<Logo, String> {
    if let Some(stored) = logo::stored(text) {
        return Ok(stored);
    }
    if !text.starts_with('/') {
        return Err(format!(
            "\"{text}\" is no logo: write the path of a PNG picture, \"/etc/rinda/logo.png\", or its number or key in the printer's memory, \"memory:1\" or \"memory:L1\""
        ));
    }
    if line == LineSpeed::Slow {
        return Err("a picture takes seconds over a serial line before each ticket: store it in the printer with its maker's tool and write \"memory:1\"".to_owned());
    }
    logo::read(Path::new(text), dots).map_err(|error| error.to_string())
}
