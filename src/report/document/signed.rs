//! Who signed the quarter, and what differs from what was signed.

use jiff::tz::TimeZone;

use super::tables::{columns, section};
use super::{Block, Cell, Place, Section, SignOff, Table};
use crate::queue::wording;
use crate::report::latvian;
use crate::report::model::QuarterReport;
use crate::report::signed::{self, JournalState, SignOffState, SignatureLine};

/// Digits of a hash that are enough to compare two papers by.
const SHORT_DIGITS: usize = 16;

/// Characters of a comment that find room on the first page.
const COMMENT_CHARS: usize = 180;

/// How the quarter stands, in one line.
pub(super) fn fact(report: &QuarterReport, tz: &TimeZone) -> String {
    let sign_off = &report.sign_off;
    match sign_off.newest() {
        Some(newest) => {
            let when = wording::date_and_time(newest.signature.signed_at, tz);
            let name = &newest.signature.under.name;
            format!("{name}, {when}; {}", agreement(&report.sign_off))
        }
        None => match sign_off.state {
            SignOffState::NotOver => {
                format!(
                    "vēl nav; parakstīt varēs no {}",
                    latvian::date(sign_off.from)
                )
            }
            SignOffState::Open => "vēl nav; ceturksnī ir atvērtas biļetes".to_owned(),
            SignOffState::NoData => "nav datu, ko parakstīt".to_owned(),
            SignOffState::Unsigned
            | SignOffState::Agrees
            | SignOffState::Differs
            | SignOffState::Unreadable => "vēl nav".to_owned(),
        },
    }
}

/// Whether the figures are those that were signed.
fn agreement(sign_off: &signed::SignOff) -> String {
    match sign_off.state {
        SignOffState::Agrees => "šī pārskata skaitļi sakrīt ar parakstītajiem".to_owned(),
        SignOffState::Differs => {
            let count = sign_off.differences.len() as u64 + sign_off.differences_more;
            let figures = match (count % 10, count % 100) {
                (1, 11) | (0 | 2.., _) => "skaitļi atšķiras",
                (1, _) => "skaitlis atšķiras",
            };
            format!("UZMANĪBU: {count} {figures} no parakstītā")
        }
        SignOffState::Unreadable => {
            "UZMANĪBU: skaitļi atšķiras, un parakstītos vairs nevar izlasīt".to_owned()
        }
        SignOffState::NotOver
        | SignOffState::Open
        | SignOffState::NoData
        | SignOffState::Unsigned => String::new(),
    }
}

/// The block of the first page: lines to sign on, or who has signed.
pub(super) fn block(report: &QuarterReport, tz: &TimeZone) -> Section {
    let lines = report
        .sign_off
        .newest()
        .map(|newest| lines(report, newest, tz));
    Section {
        heading: "Piezīmes un apstiprinājums".to_owned(),
        name: "Apstiprinājums",
        place: Place::First,
        block: Block::SignOff(SignOff {
            role: "Pakalpojumu kvalitātes vadītājs",
            fields: ["vārds, uzvārds", "paraksts", "datums"],
            signed: lines,
        }),
    }
}

fn lines(report: &QuarterReport, newest: &SignatureLine, tz: &TimeZone) -> Vec<String> {
    let signature = &newest.signature;
    let under = &signature.under;
    let short = |sha256: &str| sha256.chars().take(SHORT_DIGITS).collect::<String>();
    let mut lines = vec![
        format!(
            "Parakstīts programmā: {}{}, {}; skaitļi uz {}.",
            under.name,
            login(newest),
            wording::date_and_time(signature.signed_at, tz),
            wording::date_and_time(under.as_of, tz),
        ),
        format!(
            "Skaitļu SHA-256 {}…, žurnāla ieraksti {}–{}, to SHA-256 {}… (pilnie: sadaļā „Paraksti”).",
            short(&under.figures_sha256),
            under.first_seq,
            under.last_seq,
            short(&under.journal_sha256),
        ),
        format!("Pārbaude: {}.", agreement(&report.sign_off)),
    ];
    if let Some(comment) = &under.comment {
        let comment = comment.split_whitespace().collect::<Vec<_>>().join(" ");
        let shown: String = comment.chars().take(COMMENT_CHARS).collect();
        let cut = if shown.len() < comment.len() {
            "…"
        } else {
            ""
        };
        lines.push(format!("Piezīmes: {shown}{cut}"));
    }
    lines
}

fn login(line: &SignatureLine) -> String {
    match &line.signature.by {
        Some(by) if *by != line.signature.under.name => format!(" ({by})"),
        Some(_) | None => String::new(),
    }
}

/// Signatures and differences whole; nothing where nobody signed.
pub(super) fn details(report: &QuarterReport, tz: &TimeZone) -> Vec<Section> {
    let sign_off = &report.sign_off;
    if sign_off.signatures.is_empty() {
        return Vec::new();
    }
    let detail = |heading: &str, name, table| section(heading, name, Place::Detail, table);
    let mut sections = vec![detail("Paraksti", "Paraksti", signatures(report, tz))];
    if !sign_off.differences.is_empty() {
        let table = differences(sign_off);
        sections.push(detail("Atšķirības no parakstītā", "Atšķirības", table));
    }
    sections
}

fn signatures(report: &QuarterReport, tz: &TimeZone) -> Table {
    let sign_off = &report.sign_off;
    let mut rows = Vec::new();
    for (line, number) in sign_off.signatures.iter().rev().zip(1..) {
        let (signature, under) = (&line.signature, &line.signature.under);
        let mut row = |what: &str, text: String| {
            rows.push(vec![
                Cell::words(format!("{number}. paraksts")),
                Cell::words(what),
                Cell::words(text),
            ]);
        };
        row("Kas", format!("{}{}", under.name, login(line)));
        row("Kad", wording::date_and_time(signature.signed_at, tz));
        row("Skaitļi uz", wording::date_and_time(under.as_of, tz));
        row(
            "Piezīmes",
            under
                .comment
                .clone()
                .unwrap_or_else(|| latvian::NOTHING.to_owned()),
        );
        row("Skaitļu SHA-256", under.figures_sha256.clone());
        row(
            "Žurnāla ieraksti",
            format!("{}–{}", under.first_seq, under.last_seq),
        );
        row("Žurnāla SHA-256", under.journal_sha256.clone());
        row("Definīciju versija", under.definitions.to_string());
        let same = if line.same_figures {
            "tie paši"
        } else {
            "citi"
        };
        row("Šī pārskata skaitļi", same.to_owned());
    }
    if let Some(check) = &sign_off.journal {
        let cleared = check.cleared_at.map(|at| wording::date_and_time(at, tz));
        let state = match check.state {
            JournalState::AsSigned => "tāds pats kā parakstot".to_owned(),
            JournalState::Cleared => format!(
                "tāds pats kā parakstot, izņemot laukus, kas notīrīti {} un par ko žurnālā ir ieraksts",
                cleared.unwrap_or_default()
            ),
            JournalState::Differs => "NAV tāds kā parakstot".to_owned(),
            JournalState::Gone => "faila vairs nav".to_owned(),
        };
        let kept = if check.figures_kept {
            "lasāmi"
        } else {
            "NAV lasāmi"
        };
        for (what, text) in [
            ("Žurnāla fails", state),
            (
                "Tā SHA-256 tagad",
                check
                    .sha256
                    .clone()
                    .unwrap_or_else(|| latvian::NOTHING.to_owned()),
            ),
            ("Nelasāmas vietas", check.damaged.to_string()),
            ("Parakstītie skaitļi", kept.to_owned()),
        ] {
            rows.push(
                ["Pārbaude pēc žurnāla", what, &text]
                    .map(Cell::words)
                    .to_vec(),
            );
        }
    }
    Table {
        columns: columns(&["Paraksts", "Kas", "Vērtība"], &[]),
        rows,
        grouped: true,
        sums: false,
    }
}

fn differences(sign_off: &signed::SignOff) -> Table {
    let told = |value: &Option<String>| Cell::words(value.as_deref().unwrap_or("nebija"));
    let mut rows: Vec<Vec<Cell>> = sign_off
        .differences
        .iter()
        .map(|difference| {
            let now = difference.now.as_deref().unwrap_or("vairs nav");
            vec![
                Cell::words(&difference.what),
                told(&difference.signed),
                Cell::words(now),
            ]
        })
        .collect();
    if sign_off.differences_more > 0 {
        let more = format!("un vēl {}", sign_off.differences_more);
        rows.push(vec![Cell::words(more), Cell::words(""), Cell::words("")]);
    }
    Table {
        columns: columns(&["Kas", "Parakstīts", "Tagad"], &[]),
        rows,
        grouped: false,
        sums: false,
    }
}
