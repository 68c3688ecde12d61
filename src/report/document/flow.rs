//! How the quarter compares, when customers came and how long they waited, and how far what they were
//! promised could be relied upon: each plot with a table of the same figures.

use super::several::DESKS_DRAWN;
use super::tables::{self, columns, section};
use super::{Block, Cell, Drawn, Marked, Place, Plot, Section, Table};
use crate::journal::Quarter;
use crate::report::flow::{EcdfStep, FlowHalfHour, HeatCell};
use crate::report::latvian::{self, half_hour};
use crate::report::model::{Figures, QuarterReport};
use crate::report::reliability::ReliabilityBin;

/// What is drawn, and comparison by service.
pub(super) fn details(report: &QuarterReport) -> Vec<Section> {
    let drawn = |heading: &str, name, plots| Section {
        heading: heading.to_owned(),
        name,
        place: Place::Detail,
        block: Block::Plots(plots),
    };
    let flow = &report.flow;
    vec![
        drawn("Kad gaida visilgāk", "Kad gaida", vec![heat(report)]),
        drawn(
            "Plūsma dienā un gaidīšanas sadalījums",
            "Plūsma",
            vec![through_the_day(&flow.half_hours), distribution(report)],
        ),
        drawn(
            "Atvērtie galdi pret vajadzīgajiem",
            DESKS_DRAWN,
            vec![desks(report)],
        ),
        drawn(
            "Solītā gaidīšana un īstā",
            "Solījumi diagrammā",
            vec![promises(&report.reliability)],
        ),
        section(
            "Solītā gaidīšana pret īsto, minūtēs",
            "Solījumi",
            Place::Detail,
            reliability(&report.reliability),
        ),
        section(
            "Salīdzinājums pa pogām",
            "Salīdzinājums pa pogām",
            Place::Detail,
            compared_services(report),
        ),
    ]
}

/// The tables of what is drawn that are too long for a terminal.
pub(super) fn long(report: &QuarterReport) -> Vec<Section> {
    let flow = &report.flow;
    vec![
        section(
            "Klienti pa pusstundām ceturksnī kopā",
            "Pusstundas",
            Place::Long,
            half_hours(&flow.half_hours),
        ),
        section(
            "Gaidīšana pa nedēļas dienām un pusstundām, minūtēs",
            "Nedēļas pusstundas",
            Place::Long,
            heat_table(&flow.heat),
        ),
        section(
            "Gaidīšanas sadalījums: uzaicināti ne vēlāk kā",
            "Sadalījums",
            Place::Long,
            ecdf(&flow.ecdf),
        ),
    ]
}

/// "2026. g. 3. cet."
fn quarter_name(quarter: &str) -> String {
    let parsed: Result<Quarter, _> = quarter.parse();
    parsed.map_or(quarter.to_owned(), |quarter| {
        format!("{}. g. {}. cet.", quarter.year(), quarter.number())
    })
}

/// What is compared of a set of figures, with how a difference of it is told.
struct Compared {
    label: &'static str,
    cell: fn(&Figures) -> Cell,
}

const COMPARED: [Compared; 7] = [
    Compared {
        label: "Izdotas biļetes",
        cell: |of| Cell::Count(of.issued),
    },
    Compared {
        label: "Apkalpotas",
        cell: |of| Cell::Count(of.finished),
    },
    Compared {
        label: "Gaidīšanas mediāna, min",
        cell: |of| Cell::minutes(of.wait.median_s, of.wait.small_sample),
    },
    Compared {
        label: "Gaidīšanas P90, min",
        cell: |of| Cell::minutes(of.wait.p90_s, of.wait.small_sample),
    },
    Compared {
        label: "Uzaicināti mērķa laikā",
        cell: |of| Cell::share(&of.within_target.share),
    },
    Compared {
        label: "Neieradās",
        cell: |of| Cell::share(&of.no_show_rate),
    },
    Compared {
        label: "Apkalpošanas mediāna, min",
        cell: |of| Cell::minutes(of.handling.median_s, of.handling.small_sample),
    },
];

fn compared(now: &Figures, then: &[Option<&Figures>]) -> impl Iterator<Item = Vec<Cell>> {
    COMPARED.iter().map(move |compared| {
        let value = (compared.cell)(now);
        let mut row = vec![Cell::words(compared.label), value.clone()];
        for then in then {
            let before = then.map_or(Cell::Nothing, compared.cell);
            let change = Cell::change(&value, &before);
            row.extend([before, change]);
        }
        row
    })
}

fn comparison_headings(report: &QuarterReport) -> Vec<String> {
    let mut headings = vec![quarter_name(&report.quarter)];
    for with in &report.comparisons {
        headings.extend([quarter_name(&with.quarter), "Starpība".to_owned()]);
    }
    headings
}

/// All services together against the neighbours; shares differ by percentage points.
pub(super) fn comparison(report: &QuarterReport) -> Table {
    let then: Vec<Option<&Figures>> = report
        .comparisons
        .iter()
        .map(|with| with.total.as_ref())
        .collect();
    let headings = comparison_headings(report);
    let headings: Vec<&str> = headings.iter().map(String::as_str).collect();
    Table {
        columns: columns(&["Rādītājs"], &headings),
        rows: compared(&report.total.quarter, &then).collect(),
        grouped: false,
        sums: false,
    }
}

fn compared_services(report: &QuarterReport) -> Table {
    let headings = comparison_headings(report);
    let headings: Vec<&str> = headings.iter().map(String::as_str).collect();
    let rows = report.services.iter().flat_map(|of| {
        let name = format!("{} {}", of.service.digit(), of.name);
        let then: Vec<Option<&Figures>> = report
            .comparisons
            .iter()
            .map(|with| {
                let same = with.services.iter().find(|then| then.service == of.service);
                same.map(|then| &then.figures)
            })
            .collect();
        compared(&of.period.quarter, &then)
            .map(|row| [vec![Cell::words(&name)], row].concat())
            .collect::<Vec<_>>()
    });
    Table {
        columns: columns(&["Poga", "Rādītājs"], &headings),
        rows: rows.collect(),
        grouped: true,
        sums: false,
    }
}

fn minutes(seconds: u32) -> f64 {
    f64::from(seconds) / 60.0
}

fn heat(report: &QuarterReport) -> Plot {
    let cells = &report.flow.heat;
    let mut halves: Vec<&str> = cells.iter().map(|cell| cell.at.as_str()).collect();
    halves.sort_unstable();
    halves.dedup();
    let mut weekdays: Vec<i8> = cells.iter().map(|cell| cell.weekday).collect();
    weekdays.sort_unstable();
    weekdays.dedup();
    let value = |weekday: i8, at: &str| {
        let cell = cells
            .iter()
            .find(|cell| cell.weekday == weekday && cell.at == at)?;
        cell.wait.p90_s.map(minutes)
    };
    Plot {
        heading: "Gaidīšanas P90 pēc biļetes paņemšanas laika, minūtes".to_owned(),
        alternative: "Karte: gaidīšanas 90. procentile katras nedēļas dienas katrā pusstundā; jo \
                      tumšāka rūtiņa, jo ilgāk gaida. Tie paši skaitļi ir tabulā „Gaidīšana pa \
                      nedēļas dienām un pusstundām”."
            .to_owned(),
        drawn: Drawn::Heat,
        labels: halves.iter().map(|at| half_hour(at)).collect(),
        series: weekdays
            .iter()
            .map(|weekday| {
                let values = halves.iter().map(|at| value(*weekday, at)).collect();
                (latvian::weekday(*weekday).to_owned(), values)
            })
            .collect(),
        target: None,
        marked: None,
    }
}

fn through_the_day(halves: &[FlowHalfHour]) -> Plot {
    type SoFar = fn(&FlowHalfHour) -> u64;
    let series: [(&str, SoFar); 3] = [
        ("ienākuši", |half| half.issued_so_far),
        ("uzaicināti", |half| half.called_so_far),
        ("apkalpoti", |half| half.finished_so_far),
    ];
    Plot {
        heading: "Klienti dienas gaitā, ceturksnī kopā".to_owned(),
        alternative: "Trīs augošas līnijas: cik klientu līdz katras pusstundas beigām ienākuši, \
                      uzaicināti un apkalpoti; tie paši skaitļi ir tabulā „Klienti pa pusstundām”."
            .to_owned(),
        drawn: Drawn::Line,
        labels: halves.iter().map(|half| half_hour(&half.at)).collect(),
        series: series
            .into_iter()
            .map(|(name, so_far)| {
                let values = halves.iter().map(|half| Some(so_far(half) as f64));
                (name.to_owned(), values.collect())
            })
            .collect(),
        target: None,
        marked: None,
    }
}

fn distribution(report: &QuarterReport) -> Plot {
    let steps = &report.flow.ecdf;
    let percent = |step: &EcdfStep| Some(step.share * 100.0);
    let target = steps
        .iter()
        .position(|step| step.within_s >= report.target_s);
    Plot {
        heading: "Uzaicināti ne vēlāk kā pēc … minūtēm, %".to_owned(),
        alternative: "Augoša līnija: kāda daļa uzaicināto gaidīja ne ilgāk par tik minūtēm; \
                      stāvā līnija ir mērķis. Tie paši skaitļi ir tabulā „Gaidīšanas sadalījums”."
            .to_owned(),
        drawn: Drawn::Line,
        labels: steps
            .iter()
            .map(|step| (step.within_s / 60).to_string())
            .collect(),
        series: vec![("uzaicināti".to_owned(), steps.iter().map(percent).collect())],
        target: None,
        marked: target.map(|at| Marked {
            name: "mērķis".to_owned(),
            at,
        }),
    }
}

fn desks(report: &QuarterReport) -> Plot {
    let lines = || {
        report.staffing.weekdays.iter().flat_map(|day| {
            let name = latvian::weekday_letters(day.weekday);
            day.half_hours.iter().map(move |line| (name, line))
        })
    };
    Plot {
        heading: "Galdi nedēļas pusstundās".to_owned(),
        alternative: "Divas līnijas: cik galdu vidēji bija atvērti un cik vajadzēja katrā nedēļas \
                      pusstundā; tie paši skaitļi ir tabulā „Galdi pa pusstundām”."
            .to_owned(),
        drawn: Drawn::Line,
        labels: lines()
            .map(|(day, line)| format!("{day} {}", line.label))
            .collect(),
        series: vec![
            (
                "atvērti".to_owned(),
                lines().map(|(_, line)| Some(line.desks_open)).collect(),
            ),
            (
                "vajag".to_owned(),
                lines()
                    .map(|(_, line)| line.desks_required.map(f64::from))
                    .collect(),
            ),
        ],
        target: None,
        marked: None,
    }
}

/// "5–10 min"
fn bin_name(bin: &ReliabilityBin) -> String {
    match bin.below_s {
        Some(below_s) => format!("{}–{} min", bin.from_s / 60, below_s / 60),
        None => format!("{} min un vairāk", bin.from_s / 60),
    }
}

fn promises(bins: &[ReliabilityBin]) -> Plot {
    let tenths = |seconds: u32| (minutes(seconds) * 10.0).round() / 10.0;
    Plot {
        heading: "Gaidīšana minūtēs pēc tā, kas bija solīts".to_owned(),
        alternative: "Stabiņi pa pāriem: cik minūšu vidēji bija solīts un cik gaidīja (mediāna); \
                      tie paši skaitļi ir tabulā „Solītā gaidīšana pret īsto”."
            .to_owned(),
        drawn: Drawn::Bars,
        labels: bins.iter().map(bin_name).collect(),
        series: vec![
            (
                "solīts".to_owned(),
                bins.iter().map(|bin| bin.promised_s.map(tenths)).collect(),
            ),
            (
                "gaidīja".to_owned(),
                bins.iter()
                    .map(|bin| bin.wait.median_s.map(tenths))
                    .collect(),
            ),
        ],
        target: None,
        marked: None,
    }
}

fn reliability(bins: &[ReliabilityBin]) -> Table {
    let rows = bins.iter().map(|bin| {
        let small = bin.within_p90.small_sample;
        let mut row = vec![
            Cell::words(bin_name(bin)),
            Cell::minutes(bin.promised_s, small),
        ];
        row.extend(tables::statistics(&bin.wait));
        row.extend([Cell::share(&bin.within_p50), Cell::share(&bin.within_p90)]);
        row
    });
    let mut figures = vec!["Solīts vidēji"];
    figures.extend(tables::STATISTICS);
    figures.extend(["Līdz mediānai (50 %)", "Līdz beigu laikam (90 %)"]);
    Table {
        columns: columns(&["Solītā mediāna"], &figures),
        rows: rows.collect(),
        grouped: false,
        sums: false,
    }
}

fn half_hours(halves: &[FlowHalfHour]) -> Table {
    let rows = halves.iter().map(|half| {
        let counts = [
            half.issued,
            half.called,
            half.finished,
            half.issued_so_far,
            half.called_so_far,
            half.finished_so_far,
        ];
        let mut row = vec![Cell::words(half_hour(&half.at))];
        row.extend(counts.map(Cell::Count));
        row
    });
    let figures = [
        "Ienāca",
        "Uzaicināti",
        "Apkalpoti",
        "Ienāca līdz beigām",
        "Uzaicināti līdz beigām",
        "Apkalpoti līdz beigām",
    ];
    Table {
        columns: columns(&["Sākot"], &figures),
        rows: rows.collect(),
        grouped: false,
        sums: false,
    }
}

fn heat_table(cells: &[HeatCell]) -> Table {
    let rows = cells.iter().map(|cell| {
        let mut row = vec![
            Cell::words(latvian::weekday(cell.weekday)),
            Cell::words(half_hour(&cell.at)),
            Cell::Count(cell.issued),
        ];
        row.extend(tables::statistics(&cell.wait));
        row
    });
    let mut figures = vec!["Izdotas"];
    figures.extend(tables::STATISTICS);
    Table {
        columns: columns(&["Diena", "Sākot"], &figures),
        rows: rows.collect(),
        grouped: true,
        sums: false,
    }
}

fn ecdf(steps: &[EcdfStep]) -> Table {
    let rows = steps.iter().map(|step| {
        vec![
            Cell::words(latvian::minutes(u64::from(step.within_s))),
            Cell::Count(step.called),
            Cell::percent(Some(step.share)),
        ]
    });
    Table {
        columns: columns(&["Minūtes"], &["Uzaicināti", "Daļa"]),
        rows: rows.collect(),
        grouped: false,
        sums: false,
    }
}
