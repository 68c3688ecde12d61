//! The encoder against hand-written bytes, and read back by the strict decoder.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::sync::Arc;

use super::*;
use crate::devices::printer::logo::Logo;
use crate::devices::printer::page::CodePage;
use crate::devices::printer::profile::{LineSpeed, built_in};
use crate::devices::printer::raster::{Bitmap, runs_at_once};
use crate::devices::printer::self_test::self_test;
use crate::devices::simulator::decoder::{Item, decode};

fn slip() -> Slip {
    Slip {
        centre: "Rīgas klientu apkalpošanas centrs".into(),
        service: "Korporatīvie klienti/Pēc iepriekšēja pieraksta".into(),
        number: "K 007".into(),
        issued_at: "2026-11-22T08:42:00Z".parse().unwrap(),
        issued_text: "22.11.2026. plkst. 10.42".into(),
        ahead_text: "Pirms Jums: 11 klientu".into(),
        wait_text: Some("Paredzamais gaidīšanas laiks: 20-35 min".into()),
        guidance: vec!["Lūdzu, gaidiet, līdz Jūsu numurs parādās ekrānā.".into()],
        track_url: Some("https://rinda.example/t/Zx9".into()),
        copy: false,
    }
}

fn profile(family: &str, page: CodePage, width_mm: u16) -> Profile {
    Profile::find(family, page, width_mm, LineSpeed::Fast).unwrap()
}

/// The QR, size and bold commands are also what python-escpos 3 sends for the same.
#[test]
fn one_ticket_byte_for_byte() {
    let mut short = slip();
    short.centre = "Rēzekne".into();
    short.service = "Pasūtījumu pieņemšana".into();
    short.wait_text = None;
    short.guidance.clear();
    let bytes = encode(&short, &profile("epson", CodePage::Cp775, 80), 1).unwrap();
    let mut golden: Vec<u8> = Vec::new();
    golden.extend(b"\x1b@\x1bt\x21\x1ba\x01"); // defaults, CP775, centred
    golden.extend(b"\x1bE\x01R\x89zekne\n"); // centre, bold
    golden.extend(b"\x1bE\x00");
    golden.extend([0xC4; 48]); // rule
    golden.extend(b"\n\x1bE\x01\x1d!\x11Pas\xd7t\x8cjumu pie\xecem\xd5ana\n"); // service, double
    golden.extend(b"\x1bE\x00\x1d!\x00\n");
    golden.extend(b"\x1bE\x01\x1d!\x77K 007\n"); // number, eight times
    golden.extend(b"\x1bE\x00\x1d!\x00\n22.11.2026. plkst. 10.42\n");
    golden.extend([0xC4; 48]);
    golden.extend(b"\n\x1bE\x01\x1d!\x11Pirms Jums: 11 klientu\n");
    golden.extend(b"\x1bE\x00\x1d!\x00\n\n");
    golden.extend(b"\x1d(k\x04\x00\x31\x41\x32\x00"); // QR model 2
    golden.extend(b"\x1d(k\x03\x00\x31\x43\x06"); // module of 6 dots
    golden.extend(b"\x1d(k\x03\x00\x31\x45\x31"); // level M
    golden.extend(b"\x1d(k\x1e\x00\x31\x50\x30https://rinda.example/t/Zx9");
    golden.extend(b"\x1d(k\x03\x00\x31\x51\x30"); // print it
    golden.extend(b"\nNosken\x89jiet un sekojiet rindai t\x83lrun\x8c\n");
    golden.extend(b"\x1dVB\x03"); // feed and cut
    golden.extend(b"\x1d(H\x06\x0000\x21   "); // confirm job 1
    assert_eq!(bytes, golden);
}

#[test]
fn decoding_gives_the_slips_texts_back() {
    let slip = slip();
    for (family, page) in [
        ("epson", CodePage::Cp775),
        ("epson", CodePage::Cp1257),
        ("rongta", CodePage::Cp1257),
        ("netum", CodePage::Cp775),
    ] {
        let profile = profile(family, page, 80);
        let bytes = encode(&slip, &profile, 77).unwrap();
        let (tickets, confirmations) = decode(&bytes, &profile).unwrap();
        let [ticket] = tickets.as_slice() else {
            panic!("{} tickets", tickets.len());
        };
        // Lines may break; the words and their order are the slip's.
        let words = [
            slip.centre.as_str(),
            &slip.service,
            &slip.number,
            &slip.issued_text,
            &slip.ahead_text,
            slip.wait_text.as_deref().unwrap(),
            &slip.guidance[0],
            QR_CAPTION,
        ];
        let texts: Vec<&str> = ticket
            .texts()
            .into_iter()
            .filter(|text| !text.is_empty())
            .collect();
        assert_eq!(texts.join(" "), words.join(" "));
        assert_eq!(ticket.number(), Some("K 007"));
        if profile.qr {
            assert_eq!(ticket.qr(), slip.track_url.as_deref());
        } else {
            assert!(matches!(
                ticket
                    .items
                    .iter()
                    .find(|item| matches!(item, Item::Picture { .. })),
                Some(Item::Picture { doubled: true, .. })
            ));
        }
        let expected = if profile.confirms {
            vec![confirmation_id(77)]
        } else {
            vec![]
        };
        assert_eq!(confirmations, expected);
    }
}

#[test]
fn a2_2_1_3_the_longest_name_stays_on_one_line_where_the_paper_allows() {
    let page = CodePage::Cp775;
    let name: Vec<u8> = slip()
        .service
        .chars()
        .map(|character| page.encode(character).unwrap())
        .chain([b'\n'])
        .collect();
    let bytes = encode(&slip(), &profile("epson", page, 80), 1).unwrap();
    assert!(bytes.windows(name.len()).any(|part| part == name));
}

#[test]
fn narrow_paper_breaks_between_words_and_after_the_slash() {
    let profile = profile("epson", CodePage::Cp775, 58);
    let bytes = encode(&slip(), &profile, 1).unwrap();
    let (tickets, _) = decode(&bytes, &profile).unwrap();
    let texts = tickets[0].texts();
    assert!(texts.contains(&"Korporatīvie klienti/Pēc"));
    assert!(texts.contains(&"iepriekšēja pieraksta"));
    assert!(texts.iter().all(|text| text.chars().count() <= 32));
}

#[test]
fn a_copy_says_so() {
    let profile = profile("epson", CodePage::Cp775, 80);
    let mut copy = slip();
    copy.copy = true;
    let (tickets, _) = decode(&encode(&copy, &profile, 1).unwrap(), &profile).unwrap();
    assert!(tickets[0].items.iter().any(|item| matches!(
        item,
        Item::Line { text, width: 2, .. } if text == COPY_MARK
    )));
}

#[test]
fn a_character_the_page_lacks_is_named_with_its_field() {
    let cp775 = profile("epson", CodePage::Cp775, 80);
    let mut wrong = slip();
    wrong.guidance = vec!["Maksa – 5 €".into()];
    assert_eq!(
        encode(&wrong, &cp775, 1),
        Err(EncodeError::Unprintable(Unprintable {
            character: '–',
            field: "guidance",
            page: "CP775",
        }))
    );
    assert!(encode(&wrong, &profile("epson", CodePage::Cp1257, 80), 1).is_ok());
    wrong.guidance = vec!["\u{1b}@".into()];
    assert!(encode(&wrong, &cp775, 1).is_err());
}

#[test]
fn what_does_not_fit_is_refused() {
    let cp775 = profile("epson", CodePage::Cp775, 80);
    let mut wrong = slip();
    wrong.centre = "a".repeat(49);
    assert!(matches!(
        encode(&wrong, &cp775, 1),
        Err(EncodeError::TooWide { columns: 48, .. })
    ));
    let mut wrong = slip();
    wrong.track_url = Some("https://rīga.example/".into());
    assert!(matches!(
        encode(&wrong, &cp775, 1),
        Err(EncodeError::TrackUrl(_))
    ));
}

#[test]
fn no_ticket_holds_a_command_that_printers_run_at_once() {
    let cp775 = profile("epson", CodePage::Cp775, 80);
    for length in 1..=160 {
        let mut any = slip();
        any.track_url = Some("x".repeat(length));
        let bytes = encode(&any, &cp775, u64::MAX).unwrap();
        assert!(
            !bytes
                .windows(2)
                .any(|pair| matches!(pair, [0x10, 0x04 | 0x05 | 0x14]))
        );
    }
}

/// Every family on both papers, with every logo: read back whole, and harmless on the way.
#[test]
fn every_profiles_papers_are_read_back_and_hold_no_command_run_at_once() {
    let mut picture = Bitmap::new(200);
    picture.reach(50);
    (0..50).for_each(|y| picture.blacken(3 + y % 8, y));
    let logos = [
        None,
        Some(Logo::Picture(Arc::new(picture))),
        Some(Logo::Number(1)),
        Some(Logo::Key(*b"L1")),
    ];
    let learned = [("№".to_owned(), "a\u{1b}@ā漢".repeat(40))];
    for (logo, (name, family)) in logos.into_iter().cycle().zip(built_in()) {
        for width_mm in [80, 58] {
            let page = CodePage::Cp775;
            let mut profile = Profile::of(name, family, page, width_mm, LineSpeed::Fast).unwrap();
            profile.logo = logo.clone();
            let ticket = encode(&slip(), &profile, u64::MAX).unwrap();
            let page = self_test(&profile, &learned).unwrap();
            for bytes in [ticket, page] {
                let (papers, _) = decode(&bytes, &profile).unwrap();
                assert_eq!(papers.len(), 1, "{name}");
                let runs = bytes.windows(2).any(|pair| runs_at_once(pair[0], pair[1]));
                assert!(!runs, "{name}");
            }
        }
    }
}

#[test]
fn confirmation_ids_are_printable_and_differ() {
    let ids: std::collections::BTreeSet<[u8; 4]> = (0..20_000).map(confirmation_id).collect();
    assert_eq!(ids.len(), 20_000);
    assert!(ids.iter().flatten().all(|b| (0x20..=0x7E).contains(b)));
}

proptest::proptest! {
    /// Any text is either refused or comes back from the paper as it was.
    #[test]
    fn text_is_refused_or_comes_back(centre in "[a-zA-ZāčēģīķļņšūžĀČĒĢĪĶĻŅŠŪŽ€–№0-9.,]{1,48}") {
        for page in [CodePage::Cp775, CodePage::Cp1257] {
            let profile = profile("epson", page, 80);
            let mut any = slip();
            any.centre = centre.clone();
            if let Ok(bytes) = encode(&any, &profile, 5) {
                let (tickets, _) = decode(&bytes, &profile).unwrap();
                proptest::prop_assert_eq!(tickets[0].texts()[0], centre.as_str());
            }
        }
    }
}
