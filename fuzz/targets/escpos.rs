//! Any bytes as a print job, on printers that print text and on those that print pictures: refused at a byte that was
//! sent, or a ticket that fits its paper.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use rinda_fuzz::devices::printer::page::CodePage;
use rinda_fuzz::devices::printer::profile::{LineSpeed, Profile};
use rinda_fuzz::devices::simulator::decoder::{Decoder, Event, Item, Ticket};

/// The printers, with and without code page; the first byte chooses.
static PROFILES: LazyLock<Vec<Profile>> = LazyLock::new(|| {
    let pages = [CodePage::Cp775, CodePage::Cp1257];
    let papers = pages.into_iter().flat_map(|page| [(page, 80), (page, 58)]);
    ["epson", "star"]
        .into_iter()
        .flat_map(|name| papers.clone().map(move |(page, width)| (name, page, width)))
        .filter_map(|(name, page, width)| Profile::find(name, page, width, LineSpeed::Fast).ok())
        .collect()
});

fuzz_target!(|input: &[u8]| {
    let Some((&choice, bytes)) = input.split_first() else {
        return;
    };
    let profile = &PROFILES[usize::from(choice) % PROFILES.len()];
    let mut decoder = Decoder::new(profile);
    for (at, &byte) in bytes.iter().enumerate() {
        match decoder.push(byte) {
            Ok(Some(Event::Cut(ticket))) => check(&ticket),
            Ok(_) => {}
            Err(error) => {
                assert_eq!(error.offset, at as u64, "{error}");
                return;
            }
        }
    }
});

fn check(ticket: &Ticket) {
    assert!(!ticket.items.is_empty(), "a cut without a ticket");
    for item in &ticket.items {
        if let Item::Line { text, width, .. } = item {
            let used = text.chars().count() * usize::from(*width);
            assert!(used <= usize::from(ticket.columns), "{text:?} is too wide");
        }
    }
    let _ = (ticket.texts(), ticket.qr(), ticket.number());
}
