//! The compliance strip: what the data shows of each clause, and what it cannot show yet.

use jiff::civil::Date;

use super::latvian;
use super::links::{self, ExceptionDates, LINKS_MAX};
use super::model::{Completeness, ComplianceRow, Figures, NotYet, Occurrences, StripLink};
use crate::queue::catalogue::Service;
use crate::queue::setup::Setup;

/// The rows that can be told from the journal.
pub(super) fn rows(
    setup: &Setup,
    total: &Figures,
    all: &Occurrences,
    completeness: &Completeness,
    dates: ExceptionDates,
) -> Vec<ComplianceRow> {
    vec![
        hours_covered(completeness),
        button_names(setup),
        linked(help(all), dates.help),
        linked(outcomes(total), dates.left_over),
        linked(closing(all), dates.overtime),
        linked(the_minute(all), dates.early),
        linked(one_at_a_time(all), dates.busy),
    ]
}

fn row(clause: &str, what: &str, n: u64, of: u64, exceptions: Vec<String>) -> ComplianceRow {
    ComplianceRow {
        clause: clause.to_owned(),
        what: what.to_owned(),
        n,
        of,
        exceptions,
        links: Vec::new(),
    }
}

fn linked(row: ComplianceRow, links: Vec<StripLink>) -> ComplianceRow {
    ComplianceRow { links, ..row }
}

/// "3 …", or nothing of nothing.
fn if_any(count: u64, text: &str) -> Option<String> {
    (count > 0).then(|| format!("{count} {text}"))
}

fn hours_covered(completeness: &Completeness) -> ComplianceRow {
    let missing = completeness.missing.iter();
    let told = |date: &Date| format!("nav datu par {}", latvian::date(*date));
    let links = missing.clone().take(LINKS_MAX);
    let links = links.map(|date| links::day(told(date), *date)).collect();
    let row = row(
        "A1.11",
        "Pieņemšanas dienas, par kurām ir dati",
        completeness.days_with_data,
        completeness.days_due,
        missing.map(told).collect(),
    );
    linked(row, links)
}

fn button_names(setup: &Setup) -> ComplianceRow {
    let wrong: Vec<String> = Service::ALL
        .into_iter()
        .filter(|service| setup.service_name(*service) != service.name(setup.appointments))
        .map(|service| setup.service_name(service).to_owned())
        .collect();
    let of = Service::ALL.len() as u64;
    let n = of - wrong.len() as u64;
    row("A2/2/1.3", "Pogas ar standarta nosaukumiem", n, of, wrong)
}

fn help(all: &Occurrences) -> ComplianceRow {
    let unanswered = all.help_requested.saturating_sub(all.help_answered);
    row(
        "A2/2/2.1",
        "Palīdzības lūgumi pie kioska, uz kuriem kāds devies",
        all.help_requested - unanswered,
        all.help_requested,
        if_any(unanswered, "bez atbildes").into_iter().collect(),
    )
}

fn outcomes(total: &Figures) -> ComplianceRow {
    let of = total.issued.saturating_sub(total.open);
    row(
        "A2/2/2.3",
        "Slēgtās biļetes, kuru iznākumu noteica darbinieks vai minūte",
        of.saturating_sub(total.unserved + total.force_closed),
        of,
        if_any(total.unserved, "palika rindā dienas beigās")
            .into_iter()
            .chain(if_any(
                total.force_closed,
                "palika pie galda dienas beigās, bez beigu laika",
            ))
            .collect(),
    )
}

fn closing(all: &Occurrences) -> ComplianceRow {
    let overtime = format!(
        "pēc slēgšanas (dienas: {}, kopā {} min)",
        all.overtime_days,
        latvian::minutes(all.overtime_s)
    );
    row(
        "A2/2/2.3",
        "Apkalpošana pabeigta pieņemšanas laikā",
        all.finished_timed - all.finished_after_closing,
        all.finished_timed,
        if_any(all.finished_after_closing, &overtime)
            .into_iter()
            .collect(),
    )
}

fn the_minute(all: &Occurrences) -> ComplianceRow {
    row(
        "A2/2/2.4",
        "Neierašanās atzīmēta ne agrāk kā pēc vienas minūtes",
        all.no_shows_declared - all.early_no_shows,
        all.no_shows_declared,
        if_any(all.early_no_shows, "agrāk").into_iter().collect(),
    )
}

fn one_at_a_time(all: &Occurrences) -> ComplianceRow {
    row(
        "A2/4/9",
        "Uzaicinājumi tikai pēc iepriekšējā klienta pabeigšanas",
        all.calls - all.calls_while_busy,
        all.calls,
        if_any(all.calls_while_busy, "no aizņemta galda")
            .into_iter()
            .collect(),
    )
}

/// What the evaluation asks for beyond this.
pub(super) fn not_yet() -> Vec<NotYet> {
    [(
        "A2/1/1, A2/1/4",
        "Ierašanās laiks un iepazīšanās ar jaunumiem: programma tos vēl nefiksē.",
    )]
    .into_iter()
    .map(|(clause, what)| NotYet {
        clause: clause.to_owned(),
        what: what.to_owned(),
    })
    .collect()
}
