//! The page that `rinda printer test` prints.

use crate::queue::slip::Slip;

use super::encoder::{EncodeError, encode};
use super::profile::Profile;

/// All Latvian letters beyond ASCII.
pub const LATVIAN_LETTERS: [&str; 2] = ["ĀČĒĢĪĶĻŅŠŪŽ", "āčēģīķļņšūž"];
/// What the QR code says; it proves the code, not an address.
pub const QR_TEXT: &str = "RINDA-PRINTER-TEST-OK";

/// The bytes that print and cut the self-test page: the profile's name, every Latvian letter, a QR
/// code and what was learned from the device.
///
/// # Errors
/// Where the profile's page lacks a letter.
pub fn self_test(profile: &Profile, learned: &[(String, String)]) -> Result<Vec<u8>, EncodeError> {
    let silent = Profile {
        confirms: false,
        ..profile.clone()
    };
    let page = Slip {
        centre: "Printera pārbaude".to_owned(),
        service: profile.family.to_owned(),
        number: "TESTS".to_owned(),
        issued_at: jiff::Timestamp::UNIX_EPOCH,
        issued_text: LATVIAN_LETTERS[0].to_owned(),
        ahead_text: LATVIAN_LETTERS[1].to_owned(),
        wait_text: None,
        guidance: learned
            .iter()
            .map(|(name, value)| format!("{name}: {value}"))
            .collect(),
        track_url: Some(QR_TEXT.to_owned()),
        copy: false,
    };
    encode(&page, &silent, 0)
}
