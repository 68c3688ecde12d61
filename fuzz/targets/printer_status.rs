//! Any bytes from a printer: the parser says no more than it heard, comes back into step, and what
//! it said adds up to a state.
#![no_main]

use libfuzzer_sys::fuzz_target;
use rinda_fuzz::devices::printer::status::{Health, StatusEvent, StatusParser};
use rinda_fuzz::queue::view::PrinterState;

/// Stands for the host's asking for the full status; no printer's answer begins with it.
const ASKED: u8 = 0xFE;

fuzz_target!(|bytes: &[u8]| {
    let mut parser = StatusParser::default();
    let mut health = Health::default();
    let mut events = 0;
    for (at, &byte) in bytes.iter().enumerate() {
        if byte == ASKED {
            parser.expect_full();
            continue;
        }
        let Some(event) = parser.push(byte) else {
            continue;
        };
        events += 1;
        match event {
            StatusEvent::RealTime(answer) => {
                assert_eq!(answer & 0x93, 0x12);
                health.real_time((at % 5) as u8, answer);
            }
            StatusEvent::Automatic(answer) => {
                let [first, rest @ ..] = answer;
                assert_eq!(first & 0x93, 0x10);
                assert!(rest.iter().all(|byte| byte & 0x90 == 0));
                health.automatic(answer);
            }
            StatusEvent::Full(_) => {}
            StatusEvent::Identity(text) => {
                assert_eq!(byte, 0, "a block ends with NUL");
                assert!(text.len() <= at && text.chars().all(|c| (' '..='~').contains(&c)));
            }
            StatusEvent::Confirmed(_) | StatusEvent::Cleared | StatusEvent::Other => {
                assert_eq!(byte, 0, "a block ends with NUL");
            }
        }
        let ready = matches!(health.state(), PrinterState::Ready | PrinterState::PaperLow);
        assert_eq!(health.printable(), ready);
    }
    assert!(events <= bytes.len());

    // Whatever came before: an end to any block, and a whole answer is understood.
    for &byte in &[0, 0x00, 0x00, 0x00, 0x00] {
        let _ = parser.push(byte);
    }
    assert_eq!(parser.push(0x12), Some(StatusEvent::RealTime(0x12)));
});
