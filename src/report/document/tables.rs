//! Tables that the quarter and the day have in common.

use jiff::tz::TimeZone;

use super::{Block, Cell, Column, Place, Section, Table};
use crate::report::latvian;
use crate::report::model::{DayLine, DeskLine, Figures, Occurrences, Times};

/// The name all services together go by.
pub(in crate::report) const TOTAL: &str = "Kopā";

/// Rows by group (a button) and label (a month).
pub(super) type Lines<'a> = Vec<(String, String, Option<&'a Figures>)>;

/// A section with one table in it.
pub(super) fn section(
    heading: impl Into<String>,
    name: &'static str,
    place: Place,
    table: Table,
) -> Section {
    Section {
        heading: heading.into(),
        name,
        place,
        block: Block::Table(table),
    }
}

/// Columns: the words' headings, then the figures'.
pub(super) fn columns(words: &[&str], figures: &[&str]) -> Vec<Column> {
    let words = words.iter().map(|heading| Column::words(heading));
    words
        .chain(figures.iter().map(|heading| Column::figures(heading)))
        .collect()
}

/// Counts of tickets.
pub(super) fn tickets(lines: &Lines<'_>, label: &str) -> Table {
    let columns = columns(
        &["Poga", label],
        &[
            "Izdotas",
            "Uzaicinātas",
            "Apkalpotas",
            "Neieradās",
            "Atceltas",
            "Nodotas",
            "Ārpus kārtas",
            "Atvērtas",
            "Pieraksti",
        ],
    );
    rows(lines, columns, |of| {
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
        .map(Cell::Count)
        .to_vec()
    })
}

/// One kind of times; `target` adds the share within it.
pub(super) fn times(
    lines: &Lines<'_>,
    label: &str,
    target: Option<&str>,
    of: fn(&Figures) -> &Times,
) -> Table {
    let mut columns = columns(&["Poga", label], &STATISTICS);
    if let Some(target) = target {
        columns.push(Column::figures(target));
        columns.push(Column::figures("Laikā, skaits"));
        columns.push(Column::figures("no"));
    }
    rows(lines, columns, |figures| {
        let mut cells = statistics(of(figures));
        if target.is_some() {
            cells.extend(within(figures));
        }
        cells
    })
}

/// Headings of [`statistics`].
pub(super) const STATISTICS: [&str; 5] = ["Skaits", "Mediāna", "P90", "Garākā", "Vidējā"];

/// The statistics of times.
pub(super) fn statistics(times: &Times) -> Vec<Cell> {
    let cell = |value| Cell::minutes(value, times.small_sample);
    vec![
        Cell::Count(times.count),
        cell(times.median_s),
        cell(times.p90_s),
        cell(times.max_s),
        cell(times.mean_s),
    ]
}

/// Heading of the share within the target; the limit is not torn from its sign.
pub(super) fn within_heading(target_s: u32) -> String {
    format!("Laikā (≤\u{a0}{})", latvian::minutes(u64::from(target_s)))
}

/// The share within the target, of what it is, and of how many.
pub(super) fn within(figures: &Figures) -> [Cell; 3] {
    let share = &figures.within_target.share;
    [
        Cell::share(share),
        Cell::Count(share.n),
        Cell::Count(share.of),
    ]
}

fn rows(lines: &Lines<'_>, columns: Vec<Column>, cells: impl Fn(&Figures) -> Vec<Cell>) -> Table {
    let rows = lines
        .iter()
        .map(|(group, label, figures)| {
            let mut row = vec![Cell::words(group), Cell::words(label)];
            row.extend(figures.map(&cells).unwrap_or_default());
            row.resize(columns.len(), Cell::Nothing);
            row
        })
        .collect();
    Table {
        columns,
        rows,
        grouped: true,
        sums: true,
    }
}

/// How tickets ended that did not end the usual way, and who counts for the target.
pub(super) fn outcomes(blocks: &[(String, &Figures)]) -> Table {
    type Count = fn(&Figures) -> u64;
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
        ("no tām vēl rindā, laiks pārsniegts", |of| {
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
        ("no tiem vēlāk par pielaidi", |of| of.appointments.late),
        ("Pierakstījās un neieradās", |of| of.appointments.missed),
        ("Pieraksti, kas atcelti", |of| of.appointments.cancelled),
    ];
    let names: Vec<&str> = blocks.iter().map(|(name, _)| name.as_str()).collect();
    let row = |label: &str, cell: &dyn Fn(&Figures) -> Cell| {
        let cells = blocks.iter().map(|(_, figures)| cell(figures));
        [Cell::words(label)].into_iter().chain(cells).collect()
    };
    let rate = row("Neieradušos daļa no uzaicinātajiem", &|of| {
        Cell::share(&of.no_show_rate)
    });
    let error = row(
        "Solītā un īstā gaidīšana: vidējā starpība, min",
        &|of| {
            let small = of.forecast.within_p90.small_sample;
            Cell::minutes(of.forecast.mean_error_s, small)
        },
    );
    let kept = row(
        "Uzaicināti līdz solītajam beigu laikam (mērķis 90 %)",
        &|of| Cell::share(&of.forecast.within_p90),
    );
    let promised = row("Biļetes, kurām solīts gaidīšanas laiks", &|of| {
        Cell::Count(of.forecast.count)
    });
    let counts = counts.map(|(label, count)| row(label, &|of| Cell::Count(count(of))));
    Table {
        columns: columns(&["Iznākums"], &names),
        rows: [rate, promised, error, kept]
            .into_iter()
            .chain(counts)
            .collect(),
        grouped: false,
        sums: false,
    }
}

/// Work of the desks.
pub(super) fn desks(desks: &[DeskLine]) -> Table {
    let of_several = desks.iter().any(|desk| desk.centre.is_some());
    let labels: &[&str] = if of_several {
        &["Centrs", "Galds"]
    } else {
        &["Galds"]
    };
    let columns = columns(
        labels,
        &[
            "Apkalpotas",
            "Klientu reizes",
            "Mērītas",
            "Mediāna, min",
            "P90, min",
            "Garākā, min",
            "Vidējā, min",
            "Aizņemts, h",
            "Atvērts, h",
            "Pauzes, h",
            "Noslodze",
        ],
    );
    let rows = desks
        .iter()
        .map(|desk| {
            let mut row: Vec<Cell> = desk.centre.iter().map(Cell::words).collect();
            row.push(Cell::words(desk.desk.to_string()));
            row.extend([desk.finished, desk.stays].map(Cell::Count));
            row.extend(statistics(&desk.handling));
            row.extend([
                Cell::Hours(desk.busy_s),
                Cell::Hours(desk.open_s),
                Cell::Hours(desk.break_s),
                Cell::percent(desk.utilisation),
            ]);
            row
        })
        .collect();
    Table {
        columns,
        rows,
        grouped: of_several,
        sums: false,
    }
}

/// Services stopped before closing; whose login did it stays with the centre.
pub(super) fn stops<'a>(days: impl Iterator<Item = &'a DayLine>, tz: &TimeZone) -> Table {
    let who = |by: &Option<String>| match by {
        Some(_) => Cell::words("darbinieks"),
        None => Cell::words("programma"),
    };
    let rows = days
        .flat_map(|day| day.stops.iter().map(|stop| (day.date, stop)))
        .map(|(date, stop)| {
            vec![
                Cell::Date(date),
                Cell::words(stop.service.digit().to_string()),
                Cell::clock(Some(stop.at), tz),
                who(&stop.by),
                Cell::words(&stop.reason),
                Cell::count(stop.chance_percent.map(u64::from)),
                Cell::clock(stop.released_at, tz),
            ]
        })
        .collect();
    let mut columns = columns(&["Datums", "Poga"], &["Apturēta"]);
    columns.extend(["Kas", "Iemesls"].map(Column::words));
    columns.extend(["Izredzes paspēt, %", "Atlaista"].map(Column::figures));
    Table {
        columns,
        rows,
        grouped: false,
        sums: false,
    }
}

/// What belongs to no service or desk.
pub(super) fn occurrences(all: &Occurrences) -> Table {
    let overtime = Cell::Minutes {
        seconds: all.overtime_s,
        small: false,
    };
    let counts = [
        ("Uzaicinājumi", all.calls),
        (
            "Uzaicinājumi, apsteidzot agrāk izdotu biļeti",
            all.overtakes,
        ),
        (
            "Uzaicinājumi pēc konsultanta izvēles, ne pēc kārtas",
            all.overrides,
        ),
        (
            "Uzaicinājumi no galda, pie kura jau bija klients",
            all.calls_while_busy,
        ),
        (
            "Nospiedieni bez biļetes: atkārtoti vai novēloti",
            all.suppressed,
        ),
        (
            "Nospiedieni bez biļetes: ārpus pieņemšanas laika vai apturēti",
            all.refused,
        ),
        (
            "Nospiedieni bez biļetes: poga bija apturēta",
            all.refused_stopped,
        ),
        ("Pogas apturētas pirms slēgšanas", all.stops),
        ("Biļetes neizdrukājās", all.print_failures),
        ("Nav zināms, vai biļete izdrukājās", all.print_unknown),
        ("Biļešu kopijas", all.reprints),
        ("Neierašanās atzīmētas", all.no_shows_declared),
        (
            "Neierašanās, kas atzīmēta pirms minūtes beigām",
            all.early_no_shows,
        ),
        ("Lūgta palīdzība pie kioska", all.help_requested),
        ("Palīdzēts pie kioska", all.help_answered),
        ("Programmas palaišanas reizes", all.starts),
        (
            "Pabeigtas pieņemšanas dienās, ar beigu laiku",
            all.finished_timed,
        ),
        ("Pabeigtas pēc slēgšanas", all.finished_after_closing),
        ("Dienas, kurās apkalpots pēc slēgšanas", all.overtime_days),
    ];
    let rows = counts.map(|(label, count)| vec![Cell::words(label), Cell::Count(count)]);
    let last = vec![Cell::words("Laiks pēc slēgšanas kopā, min"), overtime];
    Table {
        columns: columns(&["Notikums"], &["Skaits"]),
        rows: rows.into_iter().chain([last]).collect(),
        grouped: false,
        sums: false,
    }
}
