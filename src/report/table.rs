//! The quarter as a Latvian text, at most 100 columns wide.

mod floor;

use std::fmt::Write;

use super::latvian::{self, NOTHING};
use super::model::{DeskLine, Figures, Month, Occurrences, Period, QuarterReport, Share, Times};
use crate::journal::Quarter;
use crate::queue::wording;
use jiff::tz::TimeZone;

/// Columns of the text.
const WIDTH: usize = 96;

/// Marks a figure that rests on a small sample.
const SMALL: char = '*';

/// The quarter as a text for a terminal or a printout.
pub fn table(report: &QuarterReport) -> String {
    let mut page = Page::default();
    head(&mut page, report);
    tickets(&mut page, report);
    outcomes(&mut page, report);
    let target = latvian::minutes(u64::from(report.target_s));
    page.title("Gaidīšana no biļetes izdošanas līdz pirmajam uzaicinājumam, minūtēs");
    times(
        &mut page,
        report,
        Some(&format!("Laikā (≤ {target})")),
        |of| &of.wait,
    );
    page.title("Apkalpošana pie galda, minūtēs");
    times(&mut page, report, None, |of| &of.handling);
    page.title("Apmeklējums no biļetes izdošanas līdz beigām, minūtēs");
    times(&mut page, report, None, |of| &of.visit);
    page.title("Kavējums pēc pierakstītā laika vai reģistrēšanās līdz uzaicinājumam, minūtēs");
    times(&mut page, report, None, |of| &of.appointments.delay);
    desks(&mut page, &report.desks);
    occurrences(&mut page, &report.occurrences);
    floor::staffing(&mut page, &report.staffing);
    floor::mischief(&mut page, &report.mischief);
    compliance(&mut page, report);
    floor::glossary(&mut page, &report.glossary);
    if page.text.contains(SMALL) {
        let _ = writeln!(
            page.text,
            "\n{SMALL} Mazāk par {} gadījumiem: skaitlis ir tikai orientējošs.",
            super::SMALL_SAMPLE_BELOW
        );
    }
    page.text
}

#[derive(Default)]
struct Page {
    text: String,
}

impl Page {
    fn title(&mut self, title: &str) {
        let _ = writeln!(self.text, "\n{title}\n{}", "─".repeat(WIDTH));
    }

    fn line(&mut self, line: &str) {
        let _ = writeln!(self.text, "{}", line.trim_end());
    }

    /// A label and right-aligned cells, each of its own width.
    fn row(&mut self, label: &str, label_width: usize, cells: &[(String, usize)]) {
        let mut line = padded(label, label_width);
        for (cell, width) in cells {
            let blanks = width.saturating_sub(cell.chars().count());
            let _ = write!(line, " {}{cell}", " ".repeat(blanks));
        }
        self.line(&line);
    }

    /// A text under a label, broken between words.
    fn wrapped(&mut self, label: &str, label_width: usize, text: &str) {
        let mut line = padded(label, label_width);
        let mut empty = true;
        for word in text.split(' ') {
            if !empty && line.chars().count() + 1 + word.chars().count() > WIDTH {
                self.line(&line);
                line = " ".repeat(label_width);
                empty = true;
            }
            if !empty {
                line.push(' ');
            }
            line.push_str(word);
            empty = false;
        }
        self.line(&line);
    }
}

fn padded(text: &str, width: usize) -> String {
    let blanks = width.saturating_sub(text.chars().count());
    format!("{text}{}", " ".repeat(blanks))
}

fn head(page: &mut Page, report: &QuarterReport) {
    let quarter: Option<Quarter> = report.quarter.parse().ok();
    let name = quarter.map_or(report.quarter.clone(), |quarter| {
        format!("{}. gada {}. ceturksnis", quarter.year(), quarter.number())
    });
    page.line(&format!("Klientu plūsmas vadība · {name}"));
    page.line(&"═".repeat(WIDTH));
    page.wrapped("Centrs", 11, &report.centre);
    let tz = TimeZone::get(&report.timezone).unwrap_or(TimeZone::UTC);
    page.wrapped(
        "Periods",
        11,
        &format!(
            "{}–{}, dati uz {}{}",
            latvian::date(report.from),
            latvian::date(report.to),
            wording::date_and_time(report.as_of, &tz),
            if report.settled {
                ""
            } else {
                " (skaitļi vēl mainīsies)"
            }
        ),
    );
    let complete = &report.completeness;
    page.wrapped(
        "Dati",
        11,
        &format!(
            "par {} no {} līdz šim paredzētajām pieņemšanas dienām ({}); ceturksnī pavisam {}",
            complete.days_with_data,
            complete.days_due,
            complete.share.map_or(NOTHING.to_owned(), latvian::percent),
            complete.days_planned
        ),
    );
}

/// Months and the quarter of one block, with their labels.
fn periods(period: &Period) -> Vec<(String, Option<&Figures>)> {
    let month_name = |month: &Month| {
        let number = month.month.rsplit('-').next().and_then(|n| n.parse().ok());
        format!("  {}", latvian::month(number.unwrap_or(0)))
    };
    period
        .months
        .iter()
        .map(|month| (month_name(month), month.figures.as_ref()))
        .chain([("  ceturksnis".to_owned(), Some(&period.quarter))])
        .collect()
}

/// Services and the total, each with a title of its own.
fn blocks(report: &QuarterReport) -> Vec<(String, &Period)> {
    let service = |service: &super::model::ServicePeriod| {
        format!("{} {}", service.service.digit(), service.name)
    };
    report
        .services
        .iter()
        .map(|of| (service(of), &of.period))
        .chain([("Kopā".to_owned(), &report.total)])
        .collect()
}

fn tickets(page: &mut Page, report: &QuarterReport) {
    const COLUMNS: [&str; 9] = [
        "Izdotas",
        "Uzaicin.",
        "Apkalpotas",
        "Neieradās",
        "Atceltas",
        "Nodotas",
        "Ārp.kārtas",
        "Atvērtas",
        "Pieraksti",
    ];
    page.title("Biļetes un pieraksti");
    let header = COLUMNS.map(|name| (name.to_owned(), name.chars().count()));
    page.row("", 13, &header);
    for (title, period) in blocks(report) {
        page.line(&title);
        for (label, figures) in periods(period) {
            let values = figures.map(|of| {
                [
                    of.issued,
                    of.called,
                    of.finished,
                    of.no_show,
                    of.cancelled,
                    of.transferred,
                    of.out_of_turn,
                    of.open,
                    of.appointments.booked,
                ]
            });
            let cells: Vec<(String, usize)> = COLUMNS
                .iter()
                .enumerate()
                .map(|(at, name)| {
                    let value = values.and_then(|values| values.get(at).copied());
                    let cell = value.map_or(NOTHING.to_owned(), |value| value.to_string());
                    (cell, name.chars().count())
                })
                .collect();
            page.row(&label, 13, &cells);
        }
    }
}

type Count = fn(&Figures) -> u64;

fn outcomes(page: &mut Page, report: &QuarterReport) {
    const LABEL: usize = 56;
    const CELL: usize = 9;
    page.title("Iznākumi ceturksnī pa pogām");
    let cells = |cell: &dyn Fn(&Figures) -> String| -> Vec<(String, usize)> {
        report
            .services
            .iter()
            .map(|of| &of.period)
            .chain([&report.total])
            .map(|period| (cell(&period.quarter), CELL))
            .collect()
    };
    let heads = ["1", "2", "3", "Kopā"].map(|name| (name.to_owned(), CELL));
    page.row("", LABEL, &heads);
    page.row(
        "Neieradušos daļa no uzaicinātajiem",
        LABEL,
        &cells(&|of| share(&of.no_show_rate)),
    );
    page.row(
        "Solītā un īstā gaidīšana: vidējā starpība, min",
        LABEL,
        &cells(&|of| match of.forecast.mean_error_s {
            Some(error_s) => mark(
                latvian::minutes(u64::from(error_s)),
                of.forecast.within_p90.small_sample,
            ),
            None => NOTHING.to_owned(),
        }),
    );
    page.row(
        "Uzaicināti līdz solītajam beigu laikam (mērķis 90 %)",
        LABEL,
        &cells(&|of| share(&of.forecast.within_p90)),
    );
    let counts: [(&str, Count); 11] = [
        ("Atceltas, jo palika rindā dienas beigās", |of| {
            of.unserved
        }),
        (
            "Apkalpotas bez beigu laika (slēgtas dienas beigās)",
            |of| of.force_closed,
        ),
        ("Pēc neierašanās atgrieztas rindā", |of| of.reinstated),
        ("Ieskaitītas daļā „Laikā”", |of| {
            of.within_target.share.of
        }),
        ("  no tām vēl rindā, laiks pārsniegts", |of| {
            of.within_target.uncalled_late
        }),
        ("Neieskaitītas: vēl rindā, laiks nav pagājis", |of| {
            of.within_target.left_out_waiting
        }),
        ("Neieskaitītas: atceltas, pirms laiks pagāja", |of| {
            of.within_target.left_out_cancelled
        }),
        ("Pierakstījās un ieradās", |of| {
            of.appointments.checked_in
        }),
        ("  no tiem vēlāk par pielaidi", |of| of.appointments.late),
        ("Pierakstījās un neieradās", |of| of.appointments.missed),
        ("Pieraksti, kas atcelti", |of| of.appointments.cancelled),
    ];
    for (label, count) in counts {
        page.row(label, LABEL, &cells(&|of| count(of).to_string()));
    }
}

fn times(
    page: &mut Page,
    report: &QuarterReport,
    within: Option<&str>,
    of: fn(&Figures) -> &Times,
) {
    const COLUMNS: [(&str, usize); 5] = [
        ("Skaits", 9),
        ("Mediāna", 10),
        ("P90", 10),
        ("Garākā", 10),
        ("Vidējā", 10),
    ];
    let mut heads: Vec<(String, usize)> = COLUMNS
        .iter()
        .map(|(name, width)| ((*name).to_owned(), *width))
        .collect();
    heads.extend(within.map(|name| (name.to_owned(), 24)));
    page.row("", 13, &heads);
    for (title, period) in blocks(report) {
        page.line(&title);
        for (label, figures) in periods(period) {
            let mut cells = match figures.map(of) {
                Some(times) => time_cells(times),
                None => vec![NOTHING.to_owned(); COLUMNS.len()],
            };
            if within.is_some() {
                cells.push(figures.map_or(NOTHING.to_owned(), |of| {
                    let of = &of.within_target.share;
                    match of.share {
                        Some(_) => format!("{} ({} no {})", share(of), of.n, of.of),
                        None => NOTHING.to_owned(),
                    }
                }));
            }
            let widths = heads.iter().map(|(_, width)| *width);
            let cells: Vec<(String, usize)> = cells.into_iter().zip(widths).collect();
            page.row(&label, 13, &cells);
        }
    }
}

fn time_cells(times: &Times) -> Vec<String> {
    let minutes = |value: Option<u32>| match value {
        Some(value) => mark(latvian::minutes(u64::from(value)), times.small_sample),
        None => NOTHING.to_owned(),
    };
    vec![
        times.count.to_string(),
        minutes(times.median_s),
        minutes(times.p90_s),
        minutes(times.max_s),
        minutes(times.mean_s),
    ]
}

fn share(of: &Share) -> String {
    match of.share {
        Some(share) => mark(latvian::percent(share), of.small_sample),
        None => NOTHING.to_owned(),
    }
}

fn mark(mut figure: String, small: bool) -> String {
    if small {
        figure.push(SMALL);
    }
    figure
}

fn desks(page: &mut Page, desks: &[DeskLine]) {
    const COLUMNS: [(&str, usize); 7] = [
        ("Apkalpotas", 11),
        ("Mediāna, min", 13),
        ("P90, min", 11),
        ("Aizņemts, h", 12),
        ("Atvērts, h", 11),
        ("Pārtr., h", 10),
        ("Noslodze", 10),
    ];
    page.title("Galdi ceturksnī");
    page.row(
        "Galds",
        8,
        &COLUMNS.map(|(name, width)| (name.to_owned(), width)),
    );
    for desk in desks {
        let handling = |value: Option<u32>| match value {
            Some(value) => mark(
                latvian::minutes(u64::from(value)),
                desk.handling.small_sample,
            ),
            None => NOTHING.to_owned(),
        };
        let cells = [
            desk.finished.to_string(),
            handling(desk.handling.median_s),
            handling(desk.handling.p90_s),
            latvian::hours(desk.busy_s),
            latvian::hours(desk.open_s),
            latvian::hours(desk.break_s),
            desk.utilisation
                .map_or(NOTHING.to_owned(), latvian::percent),
        ];
        let widths = COLUMNS.iter().map(|(_, width)| *width);
        let cells: Vec<(String, usize)> = cells.into_iter().zip(widths).collect();
        page.row(&desk.desk.to_string(), 8, &cells);
    }
}

fn occurrences(page: &mut Page, all: &Occurrences) {
    page.title("Notikumi ceturksnī");
    let line = |page: &mut Page, label: &str, value: &str| {
        let cells = [(value.to_owned(), 10)];
        page.row(label, 64, &cells);
    };
    for (label, value) in [
        ("Uzaicinājumi", all.calls),
        ("  apsteidzot agrāk izdotu biļeti", all.overtakes),
        ("  pēc konsultanta izvēles, ne pēc kārtas", all.overrides),
        (
            "Nospiedieni bez biļetes: atkārtoti vai novēloti",
            all.suppressed,
        ),
        (
            "Nospiedieni bez biļetes: ārpus pieņemšanas laika vai apturēti",
            all.refused,
        ),
        ("  no tiem poga bija apturēta", all.refused_stopped),
        ("Pogas apturētas pirms slēgšanas", all.stops),
        ("Biļetes neizdrukājās", all.print_failures),
        ("Nav zināms, vai biļete izdrukājās", all.print_unknown),
        ("Biļešu kopijas", all.reprints),
        ("Pabeigtas pēc slēgšanas", all.finished_after_closing),
        ("  dienas, kurās tas notika", all.overtime_days),
    ] {
        line(page, label, &value.to_string());
    }
    line(
        page,
        "  laiks pēc slēgšanas kopā, min",
        &latvian::minutes(all.overtime_s),
    );
    for (label, value) in [
        (
            "Neierašanās, kas atzīmēta pirms minūtes beigām",
            all.early_no_shows,
        ),
        ("Programmas palaišanas reizes", all.starts),
    ] {
        line(page, label, &value.to_string());
    }
}

fn compliance(page: &mut Page, report: &QuarterReport) {
    page.title("Atbilstība standartam");
    for row in &report.compliance {
        let counted = [(format!("{} no {}", row.n, row.of), 18)];
        let what = format!("{}{}", padded(&row.clause, 10), row.what);
        page.row(&what, 76, &counted);
        for exception in &row.exceptions {
            page.wrapped("", 12, &format!("izņēmums: {exception}"));
        }
    }
    page.title("Vēl nav");
    for missing in &report.not_yet {
        page.wrapped(&missing.clause, 16, &missing.what);
    }
}
