//! Every fault that paper can meet, and what comes of it: no number on paper twice without KOPIJA,
//! none silently missing, and in the end nothing open but what is visibly unknown or failed.
//!
//! `cargo test --test faults` prints the table.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod bench;
#[allow(dead_code)]
#[path = "../support/daemon.rs"]
mod daemon;
mod kills;
mod papers;

use std::sync::Arc;

use rinda::devices::printer::encoder::encode;
use rinda::devices::simulator::printer::{Paper, PrinterCommand, Trouble};
use rinda::queue::view::PrinterState;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use crate::bench::{Bench, profile};
use crate::papers::{Line, Table, judge};

/// A printer that confirms and can be emptied, and one that can do neither.
const FAMILIES: [&str; 2] = ["epson", "netum"];
const POLICIES: [&str; 2] = ["automatic", "by_hand"];

/// Cases that run at once: they wait more than they work.
const AT_ONCE: usize = 12;

/// Places in a ticket at which the cable is pulled.
const PLACES: u64 = 20;

/// A customer stands at the kiosk for this long, unless a case says otherwise, seconds.
const WAIT_S: u32 = 60;

#[derive(Debug, Clone, Copy)]
enum When {
    /// The printer is in trouble, a ticket is asked for, the trouble ends.
    Before,
    /// The trouble begins after so many bytes of the ticket, and ends once the ticket's job did.
    During(u64),
    /// The ticket is out before the trouble begins.
    After,
    /// The trouble lasts for longer than the customer does.
    TooLong,
}

#[derive(Debug, Clone, Copy)]
struct Fault {
    trouble: Trouble,
    when: When,
}

impl Fault {
    /// As it begins by itself, outside a ticket.
    fn begins(self) -> PrinterCommand {
        match self.trouble {
            Trouble::PaperOut => PrinterCommand::Paper(Paper::Out),
            Trouble::CoverOpen => PrinterCommand::CoverOpen(true),
            Trouble::CutterJam => PrinterCommand::CutterJam(true),
            Trouble::Unplug => PrinterCommand::Unplug,
            Trouble::PowerOff => PrinterCommand::Power(false),
            Trouble::Silent => PrinterCommand::Silent(true),
            Trouble::Garbled => PrinterCommand::Garble(6),
        }
    }

    /// Somebody puts it right.
    fn ends(self) -> PrinterCommand {
        match self.trouble {
            Trouble::PaperOut => PrinterCommand::Paper(Paper::Ok),
            Trouble::CoverOpen => PrinterCommand::CoverOpen(false),
            Trouble::CutterJam => PrinterCommand::CutterJam(false),
            Trouble::Unplug => PrinterCommand::Replug,
            Trouble::PowerOff => PrinterCommand::Power(true),
            Trouble::Silent => PrinterCommand::Silent(false),
            Trouble::Garbled => PrinterCommand::Garble(0),
        }
    }

    /// What the kiosk says of it; nothing where it may pass unnoticed.
    fn shows(self) -> Option<PrinterState> {
        match self.trouble {
            Trouble::PaperOut => Some(PrinterState::PaperOut),
            Trouble::CoverOpen => Some(PrinterState::CoverOpen),
            Trouble::CutterJam => Some(PrinterState::Error),
            Trouble::Unplug | Trouble::PowerOff | Trouble::Silent => Some(PrinterState::Offline),
            Trouble::Garbled => None,
        }
    }

    fn name(self) -> String {
        let trouble = match self.trouble {
            Trouble::PaperOut => "paper out",
            Trouble::CoverOpen => "cover open",
            Trouble::CutterJam => "cutter jam",
            Trouble::Unplug => "cable out",
            Trouble::PowerOff => "power off and on",
            Trouble::Silent => "printer hangs",
            Trouble::Garbled => "garbled status",
        };
        match self.when {
            When::Before => format!("{trouble} before"),
            When::During(bytes) => format!("{trouble} after {bytes:>3} bytes"),
            When::After => format!("{trouble} after the ticket"),
            When::TooLong if matches!(self.trouble, Trouble::Silent) => {
                "printer never answers".to_owned()
            }
            When::TooLong => format!("{trouble} for too long"),
        }
    }
}

/// One fault between two tickets.
async fn play(fault: Fault, family: &str, policy: &str) -> Vec<Line> {
    let wait_s = if matches!(fault.when, When::TooLong) {
        1
    } else {
        WAIT_S
    };
    let bench = Bench::new(family, policy, wait_s);
    bench.until_state(PrinterState::Ready).await;
    match fault.when {
        When::Before | When::TooLong => {
            bench.tell(&[fault.begins()]).await;
            if let Some(state) = fault.shows() {
                bench.until_state(state).await;
            }
            let job = bench.issue(1).await;
            if matches!(fault.when, When::TooLong) {
                bench.until_ended(job).await;
            }
            bench.tell(&[fault.ends()]).await;
            bench.until_ended(job).await;
        }
        When::During(bytes) => {
            let strike = PrinterCommand::InTicket(bytes, fault.trouble);
            bench.tell(&[strike]).await;
            let job = bench.issue(1).await;
            bench.until_ended(job).await;
            // Trouble at the last byte may come when the ticket is out already.
            if let Some(state) = fault.shows() {
                bench.until_state(state).await;
            }
            bench.tell(&[fault.ends()]).await;
        }
        When::After => {
            let job = bench.issue(1).await;
            bench.until_ended(job).await;
            bench.rest().await;
            bench.tell(&[fault.begins()]).await;
            if let Some(state) = fault.shows() {
                bench.until_state(state).await;
            }
            bench.tell(&[fault.ends()]).await;
        }
    }
    let job = bench.issue(2).await;
    bench.until_ended(job).await;
    bench.rest().await;
    let (papers, outbox, garbage) = bench.end().await;
    let none = Vec::<String>::new();
    assert_eq!(garbage, none, "{fault:?} {family} {policy}: {outbox:?}");
    judge(&["P 001", "S 001"], &papers, &outbox)
}

/// How long a ticket of this family is, bytes.
fn ticket_bytes(family: &str) -> u64 {
    use rinda::queue::slip::Slip;
    let slip = Slip {
        centre: "Centrs".to_owned(),
        service: "Pasūtījumu pieņemšana".to_owned(),
        number: "P 001".to_owned(),
        issued_at: jiff::Timestamp::UNIX_EPOCH,
        issued_text: "22.11.2026. plkst. 10.42".to_owned(),
        ahead_text: "Pirms Jums: 0 klientu".to_owned(),
        wait_text: None,
        guidance: vec![
            "Lūdzu, gaidiet, līdz Jūsu numurs".to_owned(),
            "parādās ekrānā un tiek nosaukts.".to_owned(),
            "Uzaicinātu klientu gaida vienu minūti.".to_owned(),
        ],
        track_url: None,
        copy: false,
    };
    encode(&slip, &profile(family), 1).unwrap().len() as u64
}

fn faults(family: &str) -> Vec<Fault> {
    let bytes = ticket_bytes(family);
    let fault = |trouble, when| Fault { trouble, when };
    let mut faults = Vec::new();
    for trouble in [
        Trouble::PaperOut,
        Trouble::CoverOpen,
        Trouble::CutterJam,
        Trouble::Unplug,
        Trouble::PowerOff,
        Trouble::Silent,
        Trouble::Garbled,
    ] {
        faults.push(fault(trouble, When::Before));
        faults.push(fault(trouble, When::During(bytes / 2)));
        faults.push(fault(trouble, When::During(bytes - 12)));
        faults.push(fault(trouble, When::After));
    }
    for place in 0..PLACES {
        let at = 1 + place * (bytes - 1) / (PLACES - 1);
        faults.push(fault(Trouble::Unplug, When::During(at)));
    }
    for trouble in [Trouble::PaperOut, Trouble::Unplug, Trouble::Silent] {
        faults.push(fault(trouble, When::TooLong));
    }
    faults
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_fault_of_the_printer_keeps_the_promises_of_paper() {
    let room = Arc::new(Semaphore::new(AT_ONCE));
    let mut cases = JoinSet::new();
    for family in FAMILIES {
        for policy in POLICIES {
            for fault in faults(family) {
                let room = room.clone();
                cases.spawn(async move {
                    let _room = room.acquire().await.unwrap();
                    let lines = play(fault, family, policy).await;
                    (format!("{}, {family}, {policy}", fault.name()), lines)
                });
            }
        }
    }
    let mut table = Table::new();
    while let Some(case) = cases.join_next().await {
        let (name, lines) = case.unwrap();
        table.add(name, lines);
    }
    table.close();
}
