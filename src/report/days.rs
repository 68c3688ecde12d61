//! One date: its hours, its state, its figures.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;

use super::figures::{count, desk_lines, figures, target_s};
use super::mischief;
use super::model::{DayLine, DayReport, DayState, Occurrences, ServiceDay, StopLine, UsualDay};
use crate::queue::calendar::{Calendar, Edits};
use crate::queue::catalogue::Service;
use crate::queue::setup::Setup;
use crate::queue::statistics::{DayFigures, DeskFigures, Histogram, ServiceFigures, StopNote};
use crate::queue::ticket::DeskNumber;
use crate::queue::today::{dates_like, over_since};

/// The report of one date; `day` is absent where there are no figures of it.
///
/// The figures must be those at `as_of`: the report cannot go back behind what they hold.
pub fn day_report(
    setup: &Setup,
    edits: &Edits,
    date: Date,
    day: Option<&DayFigures>,
    as_of: Timestamp,
) -> DayReport {
    let target_s = target_s(setup);
    let line = day_line(setup, edits, date, day, as_of);
    let mut total = ServiceFigures::default();
    let mut services = Vec::new();
    let nothing = ServiceFigures::default();
    for service in Service::ALL.into_iter().filter(|_| day.is_some()) {
        let of = day.and_then(|day| day.services.get(&service));
        let of = of.unwrap_or(&nothing);
        total.merge(of, 1);
        services.push(ServiceDay {
            service,
            name: setup.service_name(service).to_owned(),
            figures: figures(of, target_s, as_of),
        });
    }
    let no_desks = BTreeMap::new();
    DayReport {
        centre: setup.name.clone(),
        timezone: setup.timezone_name.clone(),
        as_of,
        target_s,
        total: day.map(|_| figures(&total, target_s, as_of)),
        services,
        desks: desk_lines(setup, day.map_or(&no_desks, |day| &day.desks), as_of),
        occurrences: day.map(|day| {
            let mut all = Occurrences::default();
            add_occurrences(&mut all, day, &line);
            all
        }),
        mischief: day.map(|day| mischief::of_day(setup, day)),
        usual: None,
        day: line,
    }
}

/// The days like a date, from the figures of those that are known ([`dates_like`]): what the date's
/// desks are held against. Dates without a ticket are left out.
pub fn usual_day(setup: &Setup, date: Date, known: &BTreeMap<Date, DayFigures>) -> UsualDay {
    let mut dates = Vec::new();
    let mut desks: BTreeMap<DeskNumber, DeskFigures> = BTreeMap::new();
    for like in dates_like(date) {
        let issued = |day: &&DayFigures| day.services.values().any(|service| service.issued > 0);
        let Some(day) = known.get(&like).filter(issued) else {
            continue;
        };
        dates.push(like);
        for (number, figures) in &day.desks {
            desks.entry(*number).or_default().merge(figures, 1);
        }
    }
    let over = over_since(date, &setup.timezone);
    UsualDay {
        dates,
        desks: desk_lines(setup, &desks, over),
    }
}

/// One date against its planned hours.
pub(super) fn day_line(
    setup: &Setup,
    edits: &Edits,
    date: Date,
    day: Option<&DayFigures>,
    as_of: Timestamp,
) -> DayLine {
    let spans = Calendar::new(&setup.hours, edits).spans(date, &setup.timezone);
    let opens_at = spans.first().map(|(opens_at, _)| *opens_at);
    let closes_at = spans.last().map(|(_, closes_at)| *closes_at);
    let (mut issued, mut finished) = (0, 0);
    for service in day.into_iter().flat_map(|day| day.services.values()) {
        issued += service.issued;
        finished += service.finished;
    }
    let last_finish = day.and_then(last_finish);
    let moment = |second: i64| Timestamp::from_second(second).ok();
    DayLine {
        date,
        state: match (opens_at, day) {
            (Some(_), Some(_)) if issued > 0 => DayState::Served,
            (None, Some(_)) if issued > 0 => DayState::Extra,
            (Some(opens_at), _) if as_of < opens_at => DayState::Ahead,
            (Some(_), Some(_)) => DayState::Empty,
            (Some(_), None) => DayState::Missing,
            (None, _) => DayState::Closed,
        },
        opens_at,
        closes_at,
        first_call: day.and_then(|day| moment(day.counts.first_call?)),
        last_call: day.and_then(|day| moment(day.counts.last_call?)),
        last_finish: last_finish.and_then(moment),
        issued: day.map(|_| count(issued)),
        finished: day.map(|_| count(finished)),
        wait_p90_s: day.and_then(|day| wait_on(day).percentile_s(90)),
        overtime_s: match (closes_at, last_finish) {
            (Some(closes_at), Some(last)) => count(last - closes_at.as_second()),
            (Some(_), None) | (None, _) => 0,
        },
        finished_after_closing: match (closes_at, day) {
            (Some(closes_at), Some(day)) => finished_after(day, closes_at),
            (Some(_), None) | (None, _) => 0,
        },
        refused: day.map_or(0, |day| count(day.counts.refused)),
        stops: day.map_or_else(Vec::new, |day| stop_lines(&day.counts.stops)),
    }
}

fn wait_on(day: &DayFigures) -> Histogram {
    let services = day.services.values();
    let waits = services.flat_map(|service| service.waits.cells());
    Histogram::sum(waits.map(|(_, wait)| wait))
}

fn finished_after(day: &DayFigures, closes_at: Timestamp) -> u64 {
    let services = day.services.values();
    services
        .map(|service| &service.finished_at)
        .map(|at| count(at.count() - at.below(closes_at.as_second() + 1)))
        .sum()
}

/// Each stop with its release.
fn stop_lines(notes: &[StopNote]) -> Vec<StopLine> {
    let moment = |second: i64| Timestamp::from_second(second).ok();
    let stops = notes.iter().enumerate();
    stops
        .filter_map(|(place, note)| {
            let reason = note.reason.clone()?;
            let mut later = notes.iter().skip(place + 1);
            // A person who stops what the daemon stopped releases nothing.
            let next = later.find(|next| next.service == note.service);
            let release = next.filter(|next| next.reason.is_none());
            Some(StopLine {
                at: moment(note.at)?,
                service: note.service,
                by: note.by.clone(),
                reason,
                chance_percent: note.chance_percent,
                released_at: release.and_then(|release| moment(release.at)),
                released_by: release.and_then(|release| release.by.clone()),
            })
        })
        .collect()
}

/// The last finish that stands: one that was undone is none.
fn last_finish(day: &DayFigures) -> Option<i64> {
    day.services
        .values()
        .filter_map(|service| service.finished_at.last())
        .max()
}

/// Adds what happened on a date.
pub(super) fn add_occurrences(all: &mut Occurrences, day: &DayFigures, line: &DayLine) {
    let counts = &day.counts;
    for (sum, more) in [
        (&mut all.calls, counts.calls),
        (&mut all.overtakes, counts.overtakes),
        (&mut all.overrides, counts.overrides),
        (&mut all.suppressed, counts.suppressed),
        (&mut all.refused, counts.refused),
        (&mut all.refused_stopped, counts.refused_stopped),
        (&mut all.print_failures, counts.print_failures),
        (&mut all.print_unknown, counts.print_unknown),
        (&mut all.reprints, counts.reprints),
        (&mut all.no_shows_declared, counts.no_shows_declared),
        (&mut all.early_no_shows, counts.early_no_shows),
        (&mut all.calls_while_busy, counts.calls_while_busy),
        (&mut all.help_requested, counts.help_requested),
        (&mut all.help_answered, counts.help_answered),
        (&mut all.starts, counts.starts),
    ] {
        *sum += count(more);
    }
    all.stops += line.stops.len() as u64;
    if line.closes_at.is_none() {
        return;
    }
    for service in day.services.values() {
        all.finished_timed += count(service.finished_at.count());
    }
    all.finished_after_closing += line.finished_after_closing;
    all.overtime_days += u64::from(line.overtime_s > 0);
    all.overtime_s += line.overtime_s;
}
