//! The real USB path in a machine of its own: Debian's kernel in QEMU with a printer-class device
//! and a CDC-ACM board on it, both played by the simulators, and the daemon driving them through
//! libusb, `usblp` and `cdc-acm`. This program builds the machine and runs it; inside the machine
//! it is the scenarios.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    missing_docs
)]

mod accounts;
mod gadget;
mod machine;
mod room;
mod scenarios;

use std::process::ExitCode;

/// What each line meant for the host begins with.
const MARK: &str = "RINDA-USB ";

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    if words.iter().any(|word| word == "inside") {
        return scenarios::main();
    }
    // Like any test program: a filter that does not fit runs nothing, and a list is asked for.
    let filtered = words
        .iter()
        .any(|word| !word.starts_with('-') && !"usb_machine".contains(word.as_str()));
    if filtered || words.iter().any(|word| word == "--list") {
        return ExitCode::SUCCESS;
    }
    machine::main()
}
