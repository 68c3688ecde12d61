//! One date.

use jiff::tz::TimeZone;

use super::quarter::{DELAY, key_figures, state};
use super::tables::{self, Lines, TOTAL, columns, section};
use super::{Cell, Document, Place, Table, floor, glossary};
use crate::queue::wording;
use crate::report::latvian;
use crate::report::model::DayReport;

/// The day as a document.
pub(in crate::report) fn document(report: &DayReport) -> Document {
    let tz = TimeZone::get(&report.timezone).unwrap_or(TimeZone::UTC);
    let date = latvian::date(report.day.date);
    let target = tables::within_heading(report.target_s);
    let lines = lines(report);
    let mut sections = Vec::new();
    let mut add = |heading: &str, name, table| {
        sections.push(section(heading, name, Place::First, table));
    };
    add("Pieņemšana", "Pieņemšana", hours(report, &tz));
    if let Some(total) = &report.total {
        add("Biļetes", "Biļetes", tables::tickets(&lines, "Diena"));
        add(
            "Gaidīšana no biļetes izdošanas līdz pirmajam uzaicinājumam, minūtēs",
            "Gaidīšana",
            tables::times(&lines, "Diena", Some(&target), |of| &of.wait),
        );
        add(
            "Apkalpošana pie galda, minūtēs",
            "Apkalpošana",
            tables::times(&lines, "Diena", None, |of| &of.handling),
        );
        add(
            "Apmeklējums no biļetes izdošanas līdz beigām, minūtēs",
            "Apmeklējums",
            tables::times(&lines, "Diena", None, |of| &of.visit),
        );
        add(
            DELAY,
            "Kavējums pēc pieraksta",
            tables::times(&lines, "Diena", None, |of| &of.appointments.delay),
        );
        let services = report.services.iter();
        let blocks: Vec<_> = services
            .map(|of| (of.service.digit().to_string(), &of.figures))
            .chain([(TOTAL.to_owned(), total)])
            .collect();
        add("Iznākumi pa pogām", "Iznākumi", tables::outcomes(&blocks));
    }
    add("Galdi", "Galdi", tables::desks(&report.desks));
    if let Some(all) = &report.occurrences {
        add("Notikumi", "Notikumi", tables::occurrences(all));
    }
    add(
        "Pogas, kas apturētas pirms slēgšanas",
        "Apturētās pogas",
        tables::stops([&report.day].into_iter(), &tz),
    );
    if let Some(mischief) = &report.mischief {
        add("Liekie spiedieni", "Spiedieni", floor::presses(mischief));
        let heading = "Biļetes bez klienta";
        add(heading, "Bez klienta", floor::ghosts(mischief));
    }
    let glossary = section(
        "Skaidrojumi",
        "Skaidrojumi",
        Place::Long,
        glossary::table(&crate::report::glossary::terms()),
    );
    sections.push(glossary);
    Document {
        title: "Klientu plūsmas vadība".to_owned(),
        subject: format!(
            "{date} ({})",
            latvian::weekday(report.day.date.weekday().to_monday_one_offset())
        ),
        centre: report.centre.clone(),
        as_of: wording::date_and_time(report.as_of, &tz),
        as_of_utc: TimeZone::UTC.to_datetime(report.as_of),
        unsettled: report.total.as_ref().is_some_and(|total| total.open > 0),
        facts: [
            ("Centrs", report.centre.clone()),
            ("Datums", date),
            ("Stāvoklis", state(report.day.state).to_owned()),
        ]
        .map(|(label, text)| (label.to_owned(), text))
        .to_vec(),
        key_figures: report
            .total
            .as_ref()
            .map(|total| key_figures(total, report.target_s))
            .unwrap_or_default(),
        sections,
    }
}

fn lines(report: &DayReport) -> Lines<'_> {
    let services = report.services.iter().map(|of| {
        let name = format!("{} {}", of.service.digit(), of.name);
        (name, Some(&of.figures))
    });
    services
        .chain([(TOTAL.to_owned(), report.total.as_ref())])
        .map(|(name, figures)| (name, "diena".to_owned(), figures))
        .collect()
}

fn hours(report: &DayReport, tz: &TimeZone) -> Table {
    let day = &report.day;
    let clock = |moment| Cell::clock(moment, tz);
    let rows = [
        ("Pieņemšana sākas", clock(day.opens_at)),
        ("Pieņemšana beidzas", clock(day.closes_at)),
        ("Pirmais uzaicinājums", clock(day.first_call)),
        ("Pēdējais uzaicinājums", clock(day.last_call)),
        ("Pēdējā pabeigta", clock(day.last_finish)),
        ("Izdotas biļetes", Cell::count(day.issued)),
        ("Apkalpotas biļetes", Cell::count(day.finished)),
        ("Gaidīšanas P90, min", Cell::minutes(day.wait_p90_s, false)),
        (
            "Pēc slēgšanas, min",
            Cell::Minutes {
                seconds: day.overtime_s,
                small: false,
            },
        ),
        (
            "Pēc slēgšanas, biļetes",
            Cell::Count(day.finished_after_closing),
        ),
        ("Atteikti nospiedieni", Cell::Count(day.refused)),
    ];
    Table {
        columns: columns(&["Kas"], &["Vērtība"]),
        rows: rows
            .map(|(label, cell)| vec![Cell::words(label), cell])
            .to_vec(),
        grouped: false,
        sums: false,
    }
}
