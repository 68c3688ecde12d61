//! Desks by half-hour, mischief, and what the words mean.

use super::{NOTHING, Page, latvian, mark, share};
use crate::report::glossary::Term;
use crate::report::mischief::Mischief;
use crate::report::staffing::{HalfHourStaffing, Staffing};

pub(super) fn staffing(page: &mut Page, of: &Staffing) {
    const COLUMNS: [(&str, usize); 7] = [
        ("Pusstundas", 11),
        ("Klienti", 9),
        ("Min", 7),
        ("Slodze", 8),
        ("Vajag", 7),
        ("Atvērti", 9),
        ("Mērķī", 11),
    ];
    page.title(&format!(
        "Galdi pa pusstundām: mērķis {:.0} % klientu {} minūtēs",
        of.share * 100.0,
        latvian::minutes(u64::from(of.target_s))
    ));
    if of.weekdays.is_empty() {
        page.line("Vēl nav nevienas pieņemšanas pusstundas ar datiem.");
        return;
    }
    page.row(
        "",
        13,
        &COLUMNS.map(|(name, width)| (name.to_owned(), width)),
    );
    for day in &of.weekdays {
        page.line(latvian::weekday(day.weekday));
        for line in &day.half_hours {
            let widths = COLUMNS.iter().map(|(_, width)| *width);
            let cells: Vec<(String, usize)> = cells(line).into_iter().zip(widths).collect();
            page.row(&format!("  {}", line.label), 13, &cells);
        }
    }
}

fn cells(line: &HalfHourStaffing) -> [String; 7] {
    let or_nothing = |value: Option<String>| value.unwrap_or(NOTHING.to_owned());
    let small = |figure: String| mark(figure, line.small_sample);
    [
        line.measured.to_string(),
        small(latvian::decimal(line.mean_arrivals, 1)),
        or_nothing(line.handling_s.map(|s| latvian::decimal(s / 60.0, 1))),
        or_nothing(line.load.map(|load| latvian::decimal(load, 2))),
        or_nothing(line.desks_required.map(|desks| small(desks.to_string()))),
        latvian::decimal(line.desks_open, 1),
        or_nothing(line.service_level.map(|s| small(latvian::percent(s)))),
    ]
}

pub(super) fn mischief(page: &mut Page, of: &Mischief) {
    page.title("Liekie spiedieni un biļetes, pēc kurām neviens neatnāk");
    let counts = &of.counts;
    for (label, value) in [
        (
            "Spiedieni, kamēr poga atpūšas (dubulti)",
            counts.presses_resting,
        ),
        (
            "Spiedieni, kad automāts izsniedzis par daudz",
            counts.presses_burst,
        ),
        ("Novēloti spiedieni", counts.presses_stale),
        ("Spiedieni ārpus pieņemšanas laika", counts.presses_closed),
        ("Spiedienu sērijas", counts.series),
        ("  biļetes tajās", counts.series_tickets),
        ("  no tām pamestas", counts.series_left),
    ] {
        page.row(label, 64, &[(value.to_string(), 10)]);
    }
    let ghosts = format!(
        "{} ({} no {})",
        share(&of.ghosts),
        of.ghosts.n,
        of.ghosts.of
    );
    page.row("Biļetes bez klienta", 56, &[(ghosts, 30)]);
    for service in &of.services {
        let ghosts = &service.ghosts;
        let cell = format!("{} ({} no {})", share(ghosts), ghosts.n, ghosts.of);
        page.row(
            &format!("  poga {}", service.service.digit()),
            56,
            &[(cell, 30)],
        );
    }
    page.row(
        "  galdi tās gaidījuši, min",
        64,
        &[(latvian::minutes(of.ghost_s), 10)],
    );
    if of.ghosts.n == 0 {
        return;
    }
    for line in &of.half_hours {
        let cell = format!(
            "{} ({} no {})",
            share(&line.ghosts),
            line.ghosts.n,
            line.ghosts.of
        );
        page.row(
            &format!("  paņemtas no plkst. {}", line.label),
            56,
            &[(cell, 30)],
        );
    }
}

pub(super) fn glossary(page: &mut Page, terms: &[Term]) {
    page.title("Jēdzieni");
    for term in terms {
        page.wrapped(&term.term, 18, &term.meaning);
    }
}
