//! The ticket and the profiles that all of these tests print.

use rinda::devices::printer::encoder::encode;
use rinda::devices::printer::page::CodePage;
use rinda::devices::printer::profile::{LineSpeed, Profile, built_in};
use rinda::devices::simulator::decoder::decode;
use rinda::devices::simulator::picture;
use rinda::queue::slip::Slip;

pub const URL: &str = "https://rinda.example.lv/t/Zx9aQ7LmB2cD4eF6";

pub fn slip() -> Slip {
    Slip {
        centre: "Rīgas klientu apkalpošanas centrs".into(),
        service: "Pasūtījumu pieņemšana".into(),
        number: "P 027".into(),
        issued_at: "2026-11-22T08:42:00Z".parse().unwrap(),
        issued_text: "22.11.2026. plkst. 10.42".into(),
        ahead_text: "Pirms Jums: 11 klientu".into(),
        wait_text: Some("Paredzamais gaidīšanas laiks: 20-35 min".into()),
        guidance: vec![
            "Lūdzu, gaidiet, līdz Jūsu numurs parādās ekrānā.".into(),
            "Numuru dzirdēsiet arī skaļrunī.".into(),
        ],
        track_url: Some(URL.into()),
        copy: false,
    }
}

/// Of all families on both papers those whose tickets look unlike any before.
pub fn unlike(slip: &Slip) -> Vec<(String, Profile)> {
    let mut seen = Vec::new();
    let mut unlike = profiles();
    unlike.retain(|(_, profile)| {
        let (tickets, _) = decode(&encode(slip, profile, 7).unwrap(), profile).unwrap();
        let new = !seen.contains(&tickets);
        seen.push(tickets);
        new
    });
    unlike
}

/// Every family on both papers, in its page where it has one.
fn profiles() -> Vec<(String, Profile)> {
    let mut profiles = Vec::new();
    for (name, family) in built_in() {
        for width in [80, 58] {
            let page = CodePage::Cp775;
            let profile = Profile::of(name, family, page, width, LineSpeed::Fast).unwrap();
            profiles.push((format!("{name}-{width}"), profile));
        }
    }
    profiles
}

/// The ticket as the simulated printer shows it, PNG.
pub fn ticket_png(slip: &Slip, profile: &Profile) -> Vec<u8> {
    png(&encode(slip, profile, 7).unwrap(), profile)
}

/// One paper as a picture.
pub fn png(bytes: &[u8], profile: &Profile) -> Vec<u8> {
    let (tickets, _) = decode(bytes, profile).unwrap();
    assert_eq!(tickets.len(), 1);
    picture::png(&tickets[0]).unwrap()
}
