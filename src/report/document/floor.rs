//! Desks by half-hour, and presses and tickets that were no customer's.

use super::tables::{TOTAL, columns};
use super::{Cell, Table};
use crate::report::latvian;
use crate::report::mischief::{Mischief, MischiefCounts};
use crate::report::model::Share;
use crate::report::staffing::{HalfHourStaffing, Staffing};

/// Heading of [`staffing`].
pub(super) fn staffing_heading(of: &Staffing) -> String {
    format!(
        "Galdi pa pusstundām: mērķis {:.0} % klientu {} minūtēs",
        of.share * 100.0,
        latvian::minutes(u64::from(of.target_s))
    )
}

/// Desks required beside desks open, by half-hour of the week.
pub(super) fn staffing(of: &Staffing) -> Table {
    let rows = of
        .weekdays
        .iter()
        .flat_map(|day| {
            let name = latvian::weekday(day.weekday);
            let lines = day.half_hours.iter();
            lines.map(move |line| half_hour(name, line))
        })
        .collect();
    Table {
        columns: columns(
            &["Diena", "Sākot"],
            &[
                "Pusstundas",
                "Biļetes",
                "Vidēji klienti",
                "Laiks pie galda, min",
                "Slodze",
                "Vajag galdu",
                "Atvērti galdi",
                "Galdi atvērti kopā, h",
                "Prognoze mērķī",
            ],
        ),
        rows,
        grouped: true,
        sums: false,
    }
}

fn half_hour(day: &str, line: &HalfHourStaffing) -> Vec<Cell> {
    let small = line.small_sample;
    let decimal = |value: Option<f64>, decimals, small| {
        value.map_or(Cell::Nothing, |value| Cell::Decimal {
            value,
            decimals,
            small,
        })
    };
    vec![
        Cell::words(day),
        Cell::words(&line.label),
        Cell::Count(line.measured),
        Cell::Count(line.tickets),
        decimal(Some(line.mean_arrivals), 1, small),
        decimal(line.handling_s.map(|s| s / 60.0), 1, false),
        decimal(line.load, 2, false),
        decimal(line.desks_required.map(f64::from), 0, small),
        decimal(Some(line.desks_open), 1, false),
        Cell::Hours(line.open_s),
        line.service_level
            .map_or(Cell::Nothing, |share| Cell::Percent { share, small }),
    ]
}

/// Desk time by service.
pub(super) fn desk_time(of: &Staffing) -> Table {
    let rows = of
        .services
        .iter()
        .map(|service| {
            vec![
                Cell::words(service.service.digit().to_string()),
                Cell::Count(service.tickets),
                service.mean_s.map_or(Cell::Nothing, |s| Cell::Decimal {
                    value: s / 60.0,
                    decimals: 1,
                    small: service.small_sample,
                }),
            ]
        })
        .collect();
    Table {
        columns: columns(&["Poga"], &["Biļetes", "Laiks pie galda, min"]),
        rows,
        grouped: false,
        sums: false,
    }
}

const KINDS: [&str; 7] = [
    "Dubulti spiedieni",
    "Par daudz no automāta",
    "Novēloti",
    "Ārpus laika",
    "Sērijas",
    "Biļetes sērijās",
    "no tām pamestas",
];

fn kinds(of: &MischiefCounts) -> [Cell; 7] {
    [
        of.presses_resting,
        of.presses_burst,
        of.presses_stale,
        of.presses_closed,
        of.series,
        of.series_tickets,
        of.series_left,
    ]
    .map(Cell::Count)
}

fn minutes(seconds: u64) -> Cell {
    Cell::Minutes {
        seconds,
        small: false,
    }
}

/// Presses that were no customer's.
pub(super) fn presses(of: &Mischief) -> Table {
    Table {
        columns: columns(&["Liekie spiedieni"], &["Skaits"]),
        rows: KINDS
            .into_iter()
            .zip(kinds(&of.counts))
            .map(|(kind, count)| vec![Cell::words(kind), count])
            .collect(),
        grouped: false,
        sums: false,
    }
}

/// Tickets nobody came with, by service and by half-hour of issue.
pub(super) fn ghosts(of: &Mischief) -> Table {
    let row = |group: &str, label: &str, ghosts: &Share, waited: Cell| {
        vec![
            Cell::words(group),
            Cell::words(label),
            Cell::share(ghosts),
            Cell::Count(ghosts.n),
            Cell::Count(ghosts.of),
            waited,
        ]
    };
    let services = of.services.iter().map(|service| {
        let digit = service.service.digit().to_string();
        row("Poga", &digit, &service.ghosts, minutes(service.ghost_s))
    });
    let half_hours = of.half_hours.iter();
    let half_hours =
        half_hours.map(|line| row("Paņemtas no", &line.label, &line.ghosts, Cell::Nothing));
    let total = row(TOTAL, "visas", &of.ghosts, minutes(of.ghost_s));
    Table {
        columns: columns(
            &["Kādas", "Kuras"],
            &["Bez klienta", "Biļetes", "no", "Galdi gaidīja, min"],
        ),
        rows: services.chain(half_hours).chain([total]).collect(),
        grouped: true,
        sums: false,
    }
}

/// Both, date by date.
pub(super) fn by_date(of: &Mischief) -> Table {
    let rows = of
        .days
        .iter()
        .map(|day| {
            let mut row = vec![Cell::Date(day.date)];
            row.extend(kinds(&day.counts));
            row.extend([Cell::Count(day.ghosts), minutes(day.ghost_s)]);
            row
        })
        .collect();
    let mut columns = columns(&["Datums"], &KINDS);
    columns.extend(super::tables::columns(
        &[],
        &["Bez klienta", "Galdi gaidīja, min"],
    ));
    Table {
        columns,
        rows,
        grouped: false,
        sums: false,
    }
}
