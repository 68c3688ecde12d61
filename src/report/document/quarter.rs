//! The quarter: one page, then details.

use jiff::tz::TimeZone;

use super::tables::{self, Lines, TOTAL, columns, section};
use super::{
    Block, Cell, Document, KeyFigure, Place, Section, Table, feedback, floor, flow, glossary,
    plots, quality,
    several::{self, DESKS_ADVISED},
    signed,
};
use crate::journal::Quarter;
use crate::queue::wording;
use crate::report::latvian;
use crate::report::model::{DayState, Figures, Month, Period, QuarterReport, Times};

/// Heading of how late booked visits were called.
pub(super) const DELAY: &str =
    "Kavējums pēc pierakstītā laika vai reģistrēšanās līdz uzaicinājumam, minūtēs";

/// The quarter as a document.
pub(in crate::report) fn document(report: &QuarterReport) -> Document {
    let tz = TimeZone::get(&report.timezone).unwrap_or(TimeZone::UTC);
    let quarter: Option<Quarter> = report.quarter.parse().ok();
    let mut document = Document {
        title: "Klientu plūsmas vadība".to_owned(),
        subject: quarter.map_or(report.quarter.clone(), |quarter| {
            format!("{}. gada {}. ceturksnis", quarter.year(), quarter.number())
        }),
        centre: report.centre.clone(),
        as_of: wording::date_and_time(report.as_of, &tz),
        as_of_utc: TimeZone::UTC.to_datetime(report.as_of),
        unsettled: !report.settled,
        facts: facts(report, &tz),
        key_figures: key_figures(&report.total.quarter, report.target_s),
        sections: [
            first(report, &tz),
            signed::details(report, &tz),
            details(report, &tz),
            long(report, &tz),
        ]
        .concat(),
    };
    if !report.centres.is_empty() {
        several::tell(&mut document, report);
    }
    document
}

/// What stands on the first page.
fn first(report: &QuarterReport, tz: &TimeZone) -> Vec<Section> {
    let target = tables::within_heading(report.target_s);
    vec![
        section(
            "Biļetes un pieraksti",
            "Biļetes",
            Place::First,
            tables::tickets(&lines(report), "Mēnesis"),
        ),
        section(
            "Gaidīšana un apkalpošana ceturksnī, minūtēs",
            "Ceturksnis",
            Place::First,
            summary(report, &target),
        ),
        section(
            "Pret iepriekšējo ceturksni un to pašu ceturksni pirms gada",
            "Salīdzinājums",
            Place::First,
            flow::comparison(report),
        ),
        section(
            "Atbilstība standartam",
            "Atbilstība",
            Place::First,
            compliance(report),
        ),
        signed::block(report, tz),
    ]
}

/// How long everything took, and how it ended.
fn times(report: &QuarterReport) -> Vec<Section> {
    let detail = |heading: &str, name, table| section(heading, name, Place::Detail, table);
    let lines = lines(report);
    let target = tables::within_heading(report.target_s);
    vec![
        detail(
            "Gaidīšana no biļetes izdošanas līdz pirmajam uzaicinājumam, minūtēs",
            "Gaidīšana",
            tables::times(&lines, "Mēnesis", Some(&target), |of| &of.wait),
        ),
        detail(
            "Apkalpošana pie galda, minūtēs",
            "Apkalpošana",
            tables::times(&lines, "Mēnesis", None, |of| &of.handling),
        ),
        detail(
            "Apmeklējums no biļetes izdošanas līdz beigām, minūtēs",
            "Apmeklējums",
            tables::times(&lines, "Mēnesis", None, |of| &of.visit),
        ),
        detail(
            DELAY,
            "Kavējums pēc pieraksta",
            tables::times(&lines, "Mēnesis", None, |of| &of.appointments.delay),
        ),
        detail(
            "Iznākumi ceturksnī pa pogām",
            "Iznākumi",
            tables::outcomes(&outcome_blocks(report)),
        ),
        detail("Nedēļas, laiki minūtēs", "Nedēļas", weeks(report, &target)),
    ]
}

/// What a reader looks up.
fn details(report: &QuarterReport, tz: &TimeZone) -> Vec<Section> {
    let detail = |heading: &str, name, table| section(heading, name, Place::Detail, table);
    let mut sections = vec![Section {
        heading: "Ceturksnis diagrammās".to_owned(),
        name: "Diagrammas",
        place: Place::Detail,
        block: Block::Plots(plots::quarter(report)),
    }];
    sections.extend(flow::details(report));
    sections.extend(times(report));
    sections.extend([
        detail("Galdi ceturksnī", "Galdi", tables::desks(&report.desks)),
        detail(
            "Notikumi ceturksnī",
            "Notikumi",
            tables::occurrences(&report.occurrences),
        ),
        detail(
            &floor::staffing_heading(&report.staffing),
            DESKS_ADVISED,
            floor::staffing(&report.staffing),
        ),
        detail(
            "Laiks pie galda pa pogām",
            "Laiks pie galda",
            floor::desk_time(&report.staffing),
        ),
        detail(
            "Liekie spiedieni",
            "Spiedieni",
            floor::presses(&report.mischief),
        ),
        detail(
            "Biļetes bez klienta",
            "Bez klienta",
            floor::ghosts(&report.mischief),
        ),
        detail(
            "Atsauksmes, ierosinājumi, sūdzības un pretenzijas",
            "Atsauksmes",
            feedback::table(&report.feedback),
        ),
        detail(
            "Pogas, kas apturētas pirms slēgšanas",
            "Apturētās pogas",
            tables::stops(report.days.iter(), tz),
        ),
        detail(
            "Novērtējumi pēc standarta 1. pielikuma",
            "Novērtējumi",
            quality::evaluations(&report.evaluations),
        ),
        detail(
            "Klientu aptauja: cik klientu atbildēja",
            "Aptauja",
            quality::answered(report.survey.as_ref()),
        ),
        detail(
            "Klientu aptauja: vērtējumi no 1 (ļoti slikti) līdz 5 (ļoti labi)",
            "Vērtējumi",
            quality::marks(report.survey.as_ref()),
        ),
        detail("Izņēmumi no standarta", "Izņēmumi", exceptions(report)),
        detail("Vēl nav", "Vēl nav", not_yet(report)),
    ]);
    sections
}

/// What is too long for a terminal.
fn long(report: &QuarterReport, tz: &TimeZone) -> Vec<Section> {
    let mut sections = vec![
        section("Diena pēc dienas", "Dienas", Place::Long, days(report, tz)),
        section(
            "Liekie spiedieni un biļetes diena pēc dienas",
            "Spiedieni pa dienām",
            Place::Long,
            floor::by_date(&report.mischief),
        ),
        section(
            "Skaidrojumi",
            "Skaidrojumi",
            Place::Long,
            glossary::table(&report.glossary),
        ),
    ];
    sections.extend(flow::long(report));
    sections
}

fn facts(report: &QuarterReport, tz: &TimeZone) -> Vec<(String, String)> {
    let complete = &report.completeness;
    let period = format!(
        "{}–{}",
        latvian::date(report.from),
        latvian::date(report.to)
    );
    let data = format!(
        "par {} no {} līdz šim paredzētajām pieņemšanas dienām ({}); ceturksnī pavisam {}",
        complete.days_with_data,
        complete.days_due,
        Cell::percent(complete.share).text(),
        complete.days_planned
    );
    let mut facts = vec![
        ("Centrs", report.centre.clone()),
        ("Periods", period),
        ("Dati", data),
    ];
    // Each centre signs its own quarter.
    if report.centres.is_empty() {
        facts.push(("Paraksts", signed::fact(report, tz)));
    }
    let facts = facts.into_iter();
    facts
        .map(|(label, text)| (label.to_owned(), text))
        .collect()
}

/// The figures that tell most, of all services together.
pub(super) fn key_figures(total: &Figures, target_s: u32) -> Vec<KeyFigure> {
    let figure = |label: &str, cell, unit| KeyFigure {
        label: label.to_owned(),
        cell,
        unit,
    };
    let wait = &total.wait;
    vec![
        figure("Izdotas biļetes", Cell::Count(total.issued), ""),
        figure(
            "Gaidīšanas mediāna",
            Cell::minutes(wait.median_s, wait.small_sample),
            "min",
        ),
        figure(
            "Gaidīšanas P90",
            Cell::minutes(wait.p90_s, wait.small_sample),
            "min",
        ),
        figure(
            &format!(
                "Uzaicināti {} min laikā",
                latvian::minutes(u64::from(target_s))
            ),
            Cell::share(&total.within_target.share),
            "",
        ),
        figure("Neieradās", Cell::share(&total.no_show_rate), ""),
    ]
}

/// Services and the total, each with its name.
fn blocks(report: &QuarterReport) -> impl Iterator<Item = (String, &Period)> {
    report
        .services
        .iter()
        .map(|of| {
            let name = format!("{} {}", of.service.digit(), of.name);
            (name, &of.period)
        })
        .chain([(TOTAL.to_owned(), &report.total)])
}

/// Months and the quarter of services and total.
fn lines(report: &QuarterReport) -> Lines<'_> {
    let month_name = |month: &Month| {
        let number = month.month.rsplit('-').next().and_then(|n| n.parse().ok());
        latvian::month(number.unwrap_or(0)).to_owned()
    };
    blocks(report)
        .flat_map(|(name, period)| {
            let quarter = ("ceturksnis".to_owned(), Some(&period.quarter));
            let months = period.months.iter();
            months
                .map(move |month| (month_name(month), month.figures.as_ref()))
                .chain([quarter])
                .map(move |(label, figures)| (name.clone(), label, figures))
        })
        .collect()
}

fn outcome_blocks(report: &QuarterReport) -> Vec<(String, &Figures)> {
    report
        .services
        .iter()
        .map(|of| (of.service.digit().to_string(), &of.period.quarter))
        .chain([(TOTAL.to_owned(), &report.total.quarter)])
        .collect()
}

/// Wait and handling of the whole quarter, a row for each service.
fn summary(report: &QuarterReport, target: &str) -> Table {
    let statistics = |times: &Times| {
        [times.median_s, times.p90_s, times.max_s]
            .map(|value| Cell::minutes(value, times.small_sample))
    };
    let rows = blocks(report).map(|(name, period)| {
        let of = &period.quarter;
        let mut row = vec![Cell::words(name), Cell::Count(of.wait.count)];
        row.extend(statistics(&of.wait));
        row.push(Cell::share(&of.within_target.share));
        row.push(Cell::Count(of.handling.count));
        row.extend(statistics(&of.handling));
        row
    });
    let figures = [
        "Gaidīja",
        "Mediāna",
        "P90",
        "Garākā",
        target,
        "Apkalpoti pie galda",
        "Mediāna",
        "P90",
        "Garākā",
    ];
    Table {
        columns: columns(&["Poga"], &figures),
        rows: rows.collect(),
        grouped: false,
        sums: false,
    }
}

fn compliance(report: &QuarterReport) -> Table {
    let rows = report
        .compliance
        .iter()
        .map(|row| {
            vec![
                Cell::words(&row.clause),
                Cell::words(&row.what),
                Cell::Count(row.n),
                Cell::Count(row.of),
                Cell::Count(row.of.saturating_sub(row.n)),
            ]
        })
        .collect();
    Table {
        columns: columns(&["Punkts", "Prasība"], &["Atbilst", "no", "Izņēmumi"]),
        rows,
        grouped: false,
        sums: false,
    }
}

fn exceptions(report: &QuarterReport) -> Table {
    let rows = report
        .compliance
        .iter()
        .flat_map(|row| {
            row.exceptions.iter().map(|exception| {
                let words = [&row.clause, &row.what, exception];
                words.map(Cell::words).to_vec()
            })
        })
        .collect();
    Table {
        columns: columns(&["Punkts", "Prasība", "Izņēmums"], &[]),
        rows,
        grouped: false,
        sums: false,
    }
}

fn not_yet(report: &QuarterReport) -> Table {
    let rows = report
        .not_yet
        .iter()
        .map(|missing| vec![Cell::words(&missing.clause), Cell::words(&missing.what)])
        .collect();
    Table {
        columns: columns(&["Punkts", "Kas vēl nav novērtēts"], &[]),
        rows,
        grouped: false,
        sums: false,
    }
}

fn weeks(report: &QuarterReport, target: &str) -> Table {
    let rows = report
        .weeks
        .iter()
        .map(|week| {
            let mut row = vec![Cell::words(&week.week), Cell::Date(week.from)];
            if let Some(of) = &week.figures {
                row.extend([of.issued, of.finished].map(Cell::Count));
                row.extend(tables::statistics(&of.wait));
                row.extend(tables::within(of));
            }
            row.resize(12, Cell::Nothing);
            row
        })
        .collect();
    let figures = [
        "Izdotas",
        "Apkalpotas",
        "Gaidīja",
        "Mediāna",
        "P90",
        "Garākā",
        "Vidējā",
        target,
        "Laikā, skaits",
        "no",
    ];
    Table {
        columns: columns(&["Nedēļa", "Sākot ar"], &figures),
        rows,
        grouped: false,
        sums: false,
    }
}

fn days(report: &QuarterReport, tz: &TimeZone) -> Table {
    let rows = report
        .days
        .iter()
        .map(|day| {
            vec![
                Cell::Date(day.date),
                Cell::words(latvian::weekday_short(day.date)),
                Cell::words(state(day.state)),
                Cell::clock(day.opens_at, tz),
                Cell::clock(day.closes_at, tz),
                Cell::clock(day.first_call, tz),
                Cell::clock(day.last_call, tz),
                Cell::clock(day.last_finish, tz),
                Cell::count(day.issued),
                Cell::count(day.finished),
                Cell::minutes(day.wait_p90_s, false),
                Cell::Minutes {
                    seconds: day.overtime_s,
                    small: false,
                },
                Cell::Count(day.finished_after_closing),
                Cell::Count(day.refused),
            ]
        })
        .collect();
    Table {
        columns: columns(
            &["Datums", "Diena", "Stāvoklis"],
            &[
                "Sākums",
                "Beigas",
                "Pirmais uzaicinājums",
                "Pēdējais uzaicinājums",
                "Pēdējā pabeigta",
                "Izdotas",
                "Apkalpotas",
                "Gaidīšanas P90, min",
                "Pēc slēgšanas, min",
                "Pēc slēgšanas, biļetes",
                "Atteikti nospiedieni",
            ],
        ),
        rows,
        grouped: false,
        sums: false,
    }
}

/// How a date stands, in words.
pub(super) fn state(state: DayState) -> &'static str {
    match state {
        DayState::Served => "pieņemšana",
        DayState::Empty => "bez klientiem",
        DayState::Missing => "nav datu",
        DayState::Closed => "slēgts",
        DayState::Extra => "ārpus grafika",
        DayState::Ahead => "gaidāma",
    }
}
