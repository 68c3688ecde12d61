//! The metrics beside the journal: equal to a recomputation whatever happens to their files.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use jiff::civil::Date;
use rinda::journal::read_near;
use rinda::metrics::Metrics;
use rinda::queue::catalogue::Service;
use rinda::queue::change::Change;
use rinda::queue::statistics::{DayFigures, ServiceFigures};
use rinda::queue::ticket::{DeskNumber, TicketId};
use rinda::report::DayLog;

use crate::common::{Centre, Seeded, TICKETS_A_DAY, at, open, open_metrics, riga, scratch, visit};

/// Days of the history the tests damage.
const DAYS: u64 = 2;

/// Trials of each kind of damage on each file.
const TRIALS: u64 = 30;

fn differences(metrics: &Metrics, data: &Path) -> Vec<String> {
    metrics.verify(data, &riga(), &mut |_, _| {}).unwrap()
}

fn dates() -> std::ops::Range<Date> {
    "2026-10-01".parse().unwrap().."2027-01-01".parse().unwrap()
}

#[test]
fn figures_are_those_of_a_recomputation() {
    let dir = tempfile::tempdir().unwrap();
    let mut centre = Centre::open(dir.path());
    (0..DAYS).for_each(|day| centre.day(day));
    let metrics = &centre.metrics;
    assert_eq!(differences(metrics, dir.path()), Vec::<String>::new());
    let days = metrics.days(dates()).unwrap();
    assert_eq!(days.len() as u64, DAYS);
    for day in days.values() {
        let issued: i64 = day.services.values().map(|row| row.issued).sum();
        assert_eq!(issued as u64, TICKETS_A_DAY);
        assert_eq!(day.desks[&DeskNumber(1)].finished as u64, TICKETS_A_DAY);
    }
}

#[test]
fn the_journal_tells_an_old_dates_tickets_from_where_it_begins() {
    let dir = tempfile::tempdir().unwrap();
    let mut centre = Centre::open(dir.path());
    let mut known = Vec::new();
    for day in 0..DAYS {
        centre.day(day);
        let tickets = centre.state.centre.tickets.clone();
        known.push((centre.state.centre.date.unwrap(), tickets));
    }
    let last = centre.state.centre.tickets_issued;
    for (date, tickets) in known {
        let begins = centre.metrics.begun(date).unwrap().unwrap();
        let records = read_near(dir.path(), begins.seq).unwrap();
        let told = DayLog::read(date, records.flatten()).unwrap().tickets();
        assert_eq!(told, tickets);
        // The first and the last ticket of a date are its own.
        let (first, last) = (tickets.keys().next(), tickets.keys().next_back());
        assert_eq!(begins.issued_before + 1, first.unwrap().0);
        for ticket in [first, last] {
            let of = centre.metrics.date_of(*ticket.unwrap()).unwrap();
            assert_eq!(of, Some(date));
        }
    }
    assert_eq!(centre.metrics.date_of(TicketId(0)).unwrap(), None);
    // Made anew they say the same.
    let before = |metrics: &Metrics| {
        let of = |ticket| metrics.date_of(TicketId(ticket)).unwrap();
        (1..=last).map(of).collect::<Vec<_>>()
    };
    let dates = before(&centre.metrics);
    let seq = centre.state.seq;
    drop(centre);
    fs::remove_dir_all(dir.path().join("metrics")).unwrap();
    let (metrics, _) = open_metrics(dir.path(), seq);
    assert_eq!(before(&metrics), dates);
}

#[test]
fn figures_that_the_journal_does_not_give_are_made_anew() {
    let dir = tempfile::tempdir().unwrap();
    let mut centre = Centre::open(dir.path());
    (0..DAYS).for_each(|day| centre.day(day));
    let seq = centre.state.seq;
    let right = centre.metrics.days(dates()).unwrap();
    let date = centre.state.centre.date.unwrap();
    let mut figures = DayFigures::default();
    figures.services.insert(
        Service::OrderIntake,
        ServiceFigures {
            issued: 2,
            ..ServiceFigures::default()
        },
    );
    let change = Change {
        date,
        began: None,
        began_figures: DayFigures::default(),
        issued_before: 0,
        seq: seq + 1,
        figures,
    };
    // Two tickets are counted for one of the journal.
    let start = at("2026-10-06T15:00:00Z");
    centre.metrics.apply(&[change], seq + 1).unwrap();
    centre
        .journal
        .append(&visit(seq + 1, 42, start)[..1])
        .unwrap();
    drop(centre);
    let (metrics, opened) = open_metrics(dir.path(), seq + 1);
    let (_, why) = opened.set_aside.unwrap();
    assert!(why.contains("differs from its tickets"), "{why}");
    assert_eq!(differences(&metrics, dir.path()), Vec::<String>::new());
    let mut now = metrics.days(dates()).unwrap();
    assert_ne!(now, right);
    assert_eq!(
        now.remove(&date)
            .unwrap()
            .services
            .values()
            .map(|row| row.issued)
            .sum::<i64>(),
        21
    );
}

/// The fields of the figures that a day of these visits has, as rows of version 6 have them. Rows do
/// not name their fields: where this list has to change, `FIGURES_NOW` of the metrics goes up with it.
const FIELDS_6: &str = "
    .counts.calls .counts.calls_while_busy .counts.early_no_shows .counts.first_call
    .counts.help_answered .counts.help_requested .counts.last_call .counts.last_finish
    .counts.mischief.burst .counts.mischief.resting .counts.mischief.series
    .counts.mischief.series_left .counts.mischief.series_tickets .counts.mischief.stale
    .counts.no_shows_declared .counts.overrides .counts.overtakes .counts.print_failures
    .counts.print_unknown .counts.refused .counts.refused_stopped .counts.reprints
    .counts.starts .counts.stops .counts.suppressed .desks.#.busy.running .desks.#.busy.sum_s
    .desks.#.finished .desks.#.handling .desks.#.on_break.running .desks.#.on_break.sum_s
    .desks.#.open.running .desks.#.open.sum_s .desks.#.open_by_half_hour.# .desks.#.stays
    .services.#.appointments.booked .services.#.appointments.cancelled
    .services.#.appointments.delay .services.#.appointments.late .services.#.appointments.missed
    .services.#.appointments.on_time .services.#.called .services.#.cancelled
    .services.#.cancelled_after .services.#.cancelled_uncalled .services.#.desk_time.sum_s
    .services.#.desk_time.tickets .services.#.finished .services.#.finished_at
    .services.#.force_closed .services.#.forecast .services.#.ghosts.count
    .services.#.ghosts.half_hours .services.#.ghosts.waited_s .services.#.half_hours.#
    .services.#.handling .services.#.issued .services.#.no_shows .services.#.out_of_turn
    .services.#.reinstated .services.#.transferred .services.#.uncalled .services.#.unserved
    .services.#.visit .services.#.waits[][]
";

#[test]
fn fields_of_the_figures_change_with_their_version_only() {
    let dir = tempfile::tempdir().unwrap();
    let mut centre = Centre::open(dir.path());
    centre.day(0);
    let days = centre.metrics.days(dates()).unwrap();
    let day = days.values().next().unwrap();
    let mut fields = BTreeSet::new();
    name_fields(&serde_json::to_value(day).unwrap(), "", &mut fields);
    let fields: Vec<String> = fields.into_iter().collect();
    assert_eq!(fields, FIELDS_6.split_whitespace().collect::<Vec<_>>());
}

/// The paths of all fields; numbers that are keys count as one.
fn name_fields(value: &serde_json::Value, path: &str, found: &mut BTreeSet<String>) {
    if let Some(fields) = value.as_object().filter(|fields| !fields.is_empty()) {
        for (name, value) in fields {
            let number = name.parse::<i64>().is_ok();
            let path = format!("{path}.{}", if number { "#" } else { name });
            name_fields(value, &path, found);
        }
        return;
    }
    let parts = value
        .as_array()
        .filter(|all| !all.iter().all(serde_json::Value::is_number));
    match parts {
        Some(parts) => {
            for part in parts {
                name_fields(part, &format!("{path}[]"), found);
            }
        }
        None => {
            found.insert(path.to_owned());
        }
    }
}

#[test]
fn a_batch_counts_once_and_what_is_missing_is_made_up() {
    let dir = tempfile::tempdir().unwrap();
    let mut centre = Centre::open(dir.path());
    centre.day(0);
    let before = centre.metrics.days(dates()).unwrap();
    centre.metrics.apply(&[], centre.state.seq).unwrap();
    let seq = centre.state.seq;
    // Written to the journal and not counted: the power went in between.
    let start = at("2026-10-05T15:00:00Z");
    centre.journal.append(&visit(seq + 1, 21, start)).unwrap();
    drop(centre);
    let (metrics, opened) = open_metrics(dir.path(), seq + 4);
    assert_eq!((opened.caught_up, opened.set_aside), (4, None));
    assert_ne!(metrics.days(dates()).unwrap(), before);
    assert_eq!(differences(&metrics, dir.path()), Vec::<String>::new());
}

#[test]
fn metrics_of_another_journal_are_set_aside() {
    let dir = tempfile::tempdir().unwrap();
    let mut centre = Centre::open(dir.path());
    centre.day(0);
    let last_seq = centre.state.seq;
    drop(centre);
    // The journal lost its end, at the end of a line: only the metrics know.
    let path = dir.path().join("journal/2026-Q4.ndjson");
    let text = fs::read_to_string(&path).unwrap();
    let cut = text.trim_end().rfind('\n').unwrap() + 1;
    fs::write(&path, &text[..cut]).unwrap();
    let (journal, found) = open(dir.path());
    assert_eq!(found.damage, []);
    let (metrics, opened) = open_metrics(dir.path(), journal.last_seq());
    assert_eq!(opened.lost_by_journal, 1);
    let (aside, why) = opened.set_aside.unwrap();
    assert!(aside.ends_with("metrics.bad-20261101T060000Z") && aside.exists());
    assert!(why.contains(&last_seq.to_string()), "{why}");
    assert_eq!(differences(&metrics, dir.path()), Vec::<String>::new());
    drop((journal, metrics));

    let other = tempfile::tempdir().unwrap();
    let mut centre = Centre::open(other.path());
    (1..3).for_each(|day| centre.day(day));
    drop(centre);
    fs::copy(other.path().join("journal/2026-Q4.ndjson"), &path).unwrap();
    let (journal, _) = open(dir.path());
    let (metrics, opened) = open_metrics(dir.path(), journal.last_seq());
    assert!(opened.set_aside.unwrap().1.contains("another journal"));
    assert_eq!(differences(&metrics, dir.path()), Vec::<String>::new());
}

#[test]
fn a_left_over_snapshot_in_the_making_does_not_matter() {
    let dir = tempfile::tempdir().unwrap();
    let mut centre = Centre::open(dir.path());
    centre.day(0);
    let last_seq = centre.state.seq;
    drop(centre);
    let left = dir.path().join("metrics/snap.0000000000000042.generating");
    fs::write(&left, b"half").unwrap();
    let (_, opened) = open_metrics(dir.path(), last_seq);
    assert_eq!(opened.set_aside, None);
    assert!(!left.exists());
}

fn harm(path: &Path, kind: u64, seeded: &mut Seeded) {
    let mut bytes = fs::read(path).unwrap();
    let length = bytes.len().max(1) as u64;
    let place = seeded.below(length) as usize;
    let junk: Vec<u8> = (0..4096).map(|_| seeded.draw() as u8).collect();
    match kind {
        0 if place < bytes.len() => bytes[place] ^= 1 << seeded.below(8),
        1 => {
            let end = bytes.len().min(place + 4096);
            bytes[place..end].fill(0);
        }
        2 => bytes.truncate(place),
        3 => {
            fs::remove_file(path).unwrap();
            return;
        }
        4 => {
            bytes.splice(place..place, junk);
        }
        _ => bytes = junk,
    }
    fs::write(path, bytes).unwrap();
}

fn copy_dir(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy_dir(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

#[test]
fn whatever_happens_to_sleds_files_the_figures_are_right_after_the_next_start() {
    let original = scratch();
    let mut centre = Centre::open(original.path());
    (0..DAYS).for_each(|day| centre.day(day));
    let last_seq = centre.state.seq;
    drop(centre);
    // sled writes a snapshot of its own when it opens.
    drop(open_metrics(original.path(), last_seq));
    let files: Vec<String> = fs::read_dir(original.path().join("metrics"))
        .unwrap()
        .map(|entry| entry.unwrap())
        .filter(|entry| entry.file_type().unwrap().is_file())
        .map(|entry| entry.file_name().into_string().unwrap())
        .collect();
    assert!(files.len() >= 3, "{files:?}");
    for name in files {
        for kind in 0..6 {
            for seed in 0..TRIALS {
                let dir = scratch();
                copy_dir(original.path(), dir.path());
                let path = dir.path().join("metrics").join(&name);
                harm(&path, kind, &mut Seeded(seed));
                let (metrics, opened) = open_metrics(dir.path(), last_seq);
                let wrong = differences(&metrics, dir.path());
                let aside = opened.set_aside.map(|(_, why)| why);
                assert!(
                    wrong.is_empty(),
                    "{name}, kind {kind}, seed {seed}, set aside {aside:?}: {wrong:?}"
                );
            }
        }
    }
}
