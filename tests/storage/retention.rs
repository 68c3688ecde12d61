//! Fields whose time is over go out of closed quarters; lines, figures and the chain stay.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use rinda::app::retention::{self, Outcome};
use rinda::journal::record::Record;
use rinda::journal::{Damage, Journal, Secrets, backup, due, export, import, read_near, verify};
use rinda::queue::catalogue::Service;
use rinda::queue::event::Event;
use rinda::queue::retention::{FieldClass, Keep, Retention};
use rinda::queue::ticket::{DeskNumber, TicketId};
use rinda::report::{
    DayLog, Eyes, Quarter, QuarterReport, quarter_report, recompute_quarter, story,
};

use crate::common::{self, at, open, open_metrics, records, riga};
use crate::quarter::{FILE, all, clear, clear_on, damage_of, keep, text_of, today, world};

/// What each class has to clear, as it stands in the journal.
const SECRETS: [(FieldClass, &[&str]); 4] = [
    (
        FieldClass::Staff,
        &["anna", "janis", "Vārds Uzvārds", "HASH-OF-PASSWORD"],
    ),
    (
        FieldClass::OutOfTurn,
        &["track-2\"", "track-6\"", "piezīme par invaliditāti"],
    ),
    (
        FieldClass::Track,
        &[
            "track-",
            "key-",
            "staff:anna",
            "code-hash",
            "reference-hash",
        ],
    ),
    (
        FieldClass::Reasons,
        &[
            "saslima",
            "Kāzas",
            "neatnāca ar bērnu",
            "atteicās slimības dēļ",
            "zīmi noņēma apkopēja",
            "piezīme",
        ],
    ),
];

fn q3() -> Quarter {
    "2026-Q3".parse().unwrap()
}

#[test]
fn each_class_goes_and_only_that() {
    for (class, secrets) in SECRETS {
        let dir = world();
        let before = text_of(dir.path());
        for secret in secrets {
            assert!(before.contains(secret), "{class}: {secret}");
        }
        let outcome = clear(dir.path(), &keep(&[class]));
        assert_eq!(outcome.refused, Vec::<String>::new());
        let [row] = outcome.rows.as_slice() else {
            panic!("{outcome:?}");
        };
        assert_eq!((row.class, row.quarter.as_str()), (class, "2026-Q3"));
        assert!(row.lines > 0, "{class}");
        let after = text_of(dir.path());
        for secret in secrets {
            assert!(
                !after.contains(secret),
                "{class}: {secret} is left\n{after}"
            );
        }
        assert_eq!(after.lines().count(), before.lines().count());
        // What could help somebody sign in goes with any class.
        assert!(!after.contains("HASH-OF"));
        // The other classes are untouched.
        let kept = match class {
            FieldClass::Staff => vec!["track-2\"", "saslima Anna", "code-hash"],
            FieldClass::OutOfTurn => vec!["anna", "janis", "track-1\"", "saslima", "Kāzas"],
            FieldClass::Track => vec!["\"anna\"", "\"janis\"", "saslima", "Kāzas"],
            FieldClass::Reasons => vec!["\"anna\"", "\"janis\"", "track-2\"", "code-hash"],
        };
        for text in kept {
            assert!(after.contains(text), "{class}: {text} went too");
        }
        assert_eq!(damage_of(dir.path()), []);
    }
}

#[test]
fn lines_chain_and_seals_hold_and_a_second_run_does_nothing() {
    let dir = world();
    let data = dir.path();
    let (before, _) = records(data);
    let would = retention::count(data, &all(), today(), &mut |_, _| {}).unwrap();
    assert_eq!(damage_of(data), []);
    let outcome = clear(data, &all());
    assert_eq!(outcome, would);
    assert_eq!(outcome.rows.len(), FieldClass::ALL.len());

    let report = verify(data, &mut |_, _| {}).unwrap();
    assert_eq!(report.damage, []);
    let [redaction] = report.redactions.as_slice() else {
        panic!("{report:?}");
    };
    assert_ne!(redaction.was_sha256, redaction.sha256);
    let (after, damage) = records(data);
    assert_eq!(damage, []);
    let facts = |records: &[Record]| -> Vec<(u64, Timestamp)> {
        records.iter().map(|r| (r.seq, r.at)).collect()
    };
    assert_eq!(facts(&after[..before.len()]), facts(&before));
    let (_, opened) = open(data);
    assert_eq!(opened.damage, []);

    let bytes = fs::read(data.join(FILE)).unwrap();
    assert_eq!(clear(data, &all()), Outcome::default());
    assert_eq!(fs::read(data.join(FILE)).unwrap(), bytes);
    assert_eq!(records(data).0, after);
}

/// The quarter as JSON, without who stopped a service and why.
fn report_of(data: &Path) -> (serde_json::Value, QuarterReport) {
    let config = rinda::config::parse(include_str!("../../config/centre.toml"), "x").unwrap();
    let recomputed = recompute_quarter(data, &riga(), q3()).unwrap();
    assert_eq!(recomputed.damaged, 0);
    let now = at("2026-12-15T00:00:00Z");
    let edits = &recomputed.calendar;
    let report = quarter_report(&config.setup, edits, q3(), recomputed.days, now);
    (serde_json::to_value(&report).unwrap(), report)
}

#[test]
fn the_quarter_counts_the_same_but_for_named_fields() {
    let dir = world();
    let (before, _) = report_of(dir.path());
    let days = recompute_quarter(dir.path(), &riga(), q3()).unwrap().days;
    clear(dir.path(), &all());
    let (after, _) = report_of(dir.path());
    let text = |value: &serde_json::Value| {
        let text = serde_json::to_string_pretty(value).unwrap();
        let named = ["\"by\"", "\"reason\""];
        let other = text
            .lines()
            .filter(|line| !named.iter().any(|name| line.trim_start().starts_with(name)));
        other.collect::<Vec<_>>().join("\n")
    };
    assert_eq!(text(&after), text(&before));
    let mut cleared = recompute_quarter(dir.path(), &riga(), q3()).unwrap().days;
    for (date, day) in &mut cleared {
        for (note, was) in day.counts.stops.iter_mut().zip(&days[date].counts.stops) {
            assert_eq!(note.by.as_deref(), Some("dzēsts"));
            assert_eq!(note.reason.as_deref(), Some("dzēsts"));
            note.clone_from(was);
        }
    }
    assert_eq!(cleared, days);
}

#[test]
fn metrics_agree_with_the_cleared_journal_kept_and_made_anew() {
    for classes in [FieldClass::ALL.to_vec()]
        .into_iter()
        .chain(FieldClass::ALL.map(|class| vec![class]))
    {
        let dir = world();
        let data = dir.path();
        clear(data, &keep(&classes));
        let (journal, opened) = open(data);
        let (metrics, told) = open_metrics(data, opened.last_seq);
        assert_eq!(told.set_aside, None, "{classes:?}");
        let differences = |metrics: &rinda::metrics::Metrics| {
            metrics.verify(data, &riga(), &mut |_, _| {}).unwrap()
        };
        assert_eq!(differences(&metrics), Vec::<String>::new(), "{classes:?}");
        let third = "2026-07-01".parse().unwrap().."2026-10-01".parse().unwrap();
        let kept = metrics.days(third.clone()).unwrap();
        if classes.contains(&FieldClass::Track) {
            let date = "2026-09-29".parse().unwrap();
            let begins = metrics.begun(date).unwrap().unwrap();
            let records = read_near(data, begins.seq).unwrap();
            let tickets = DayLog::read(date, records.flatten()).unwrap().tickets();
            assert!(!tickets.is_empty());
            assert!(tickets.values().all(|ticket| ticket.track.0.is_empty()));
        }
        drop((metrics, journal));
        fs::remove_dir_all(data.join("metrics")).unwrap();
        clear(data, &keep(&classes));
        let (metrics, _) = open_metrics(data, opened.last_seq);
        assert_eq!(metrics.days(third).unwrap(), kept);
        assert_eq!(differences(&metrics), Vec::<String>::new(), "{classes:?}");
    }
}

#[test]
fn a_story_is_told_without_names_and_nobody_is_followed_from_day_to_day() {
    let dir = world();
    let config = rinda::config::parse(include_str!("../../config/centre.toml"), "x").unwrap();
    let log = |date: &str| {
        let (records, _) = records(dir.path());
        DayLog::read(date.parse().unwrap(), records).unwrap()
    };
    let told = |ticket: u64| {
        let log = log("2026-09-29");
        story(&config.setup, &log, TicketId(ticket), Eyes::Names).unwrap()
    };
    let before = told(7);
    clear(dir.path(), &all());
    let after = told(7);
    assert_eq!(after.steps.len(), before.steps.len());
    assert_eq!(
        (after.wait_s, after.visit_s),
        (before.wait_s, before.visit_s)
    );
    let last = after.steps.last().unwrap();
    assert!(last.text.contains("dzēsts"), "{}", last.text);
    assert_eq!(last.who.login.as_deref(), Some("dzēsts-2"));
    let desk_of = |date: &str, desk: u16| {
        let mut found = None;
        log(date).walk(|before, _| {
            let staffed = before.staffed(DeskNumber(desk));
            found = staffed.map(|s| s.consultant.clone()).or(found.take());
        });
        found.unwrap()
    };
    // Anna sat at desk 1 on both days.
    assert_eq!(desk_of("2026-09-29", 1), "dzēsts-1");
    assert_eq!(desk_of("2026-09-30", 1), "dzēsts-2");
}

#[test]
fn classes_go_at_their_own_time_and_the_file_is_sealed_anew_each_time() {
    let dir = world();
    let data = dir.path();
    let old = fs::read(data.join(FILE)).unwrap();
    let retention = Retention(BTreeMap::from([
        (FieldClass::Track, Keep::Days(30)),
        (FieldClass::Staff, Keep::Months(13)),
    ]));
    let first = clear(data, &retention);
    assert_eq!(first.rows.len(), 1);
    assert!(text_of(data).contains("\"anna\""));
    let second_day = "2027-10-31".parse().unwrap();
    assert_eq!(clear_on(data, &retention, today()), Outcome::default());
    let second = clear_on(data, &retention, second_day);
    let cleared: BTreeSet<_> = second.rows.iter().map(|row| row.class).collect();
    assert_eq!(cleared, BTreeSet::from([FieldClass::Staff]));
    let text = text_of(data);
    assert!(!text.contains("anna") && !text.contains("track-"));
    let report = verify(data, &mut |_, _| {}).unwrap();
    assert_eq!(report.damage, []);
    let [one, two] = report.redactions.as_slice() else {
        panic!("{report:?}");
    };
    assert_eq!(one.sha256, two.was_sha256);

    // An old copy that takes its place back is found, and cleared again.
    fs::write(data.join(FILE), old).unwrap();
    let damage = damage_of(data);
    let [Damage::SealBroken { why, .. }] = damage.as_slice() else {
        panic!("{damage:?}");
    };
    assert!(why.contains("before fields were cleared"), "{why}");
    clear_on(data, &retention, second_day);
    assert_eq!(damage_of(data), []);
    assert!(!text_of(data).contains("anna"));
}

#[test]
fn nothing_goes_that_is_not_due_or_still_runs() {
    let dir = world();
    let data = dir.path();
    let last_kept = "2026-10-30".parse().unwrap();
    assert_eq!(due(data, &all(), last_kept).unwrap(), []);
    assert_eq!(due(data, &Retention::default(), today()).unwrap(), []);
    // Years later the running quarter is still whole.
    let later = "2040-01-01".parse().unwrap();
    let due = due(data, &all(), later).unwrap();
    assert_eq!(due.len(), 1);
    assert_eq!(due[0].quarter(), q3());
}

#[test]
fn what_the_calendar_keeps_for_good_goes_with_the_quarter_of_its_date() {
    let dir = world();
    let data = dir.path();
    clear(data, &all());
    for _ in 0..2 {
        let (_, opened) = open(data);
        let hours = &opened.state.centre.calendar.hours;
        let mark = |date: &str| {
            let edit = &hours[&date.parse::<Date>().unwrap()];
            (edit.mark.by.clone(), edit.mark.reason.clone())
        };
        let cleared = ("dzēsts".to_owned(), "dzēsts".to_owned());
        assert_eq!(mark("2026-09-30"), cleared);
        // Customers still read why a day to come differs.
        assert_eq!(mark("2026-12-01"), ("janis".to_owned(), "Kāzas".to_owned()));
    }
}

#[test]
fn export_import_and_backup_take_cleared_quarters_along() {
    let dir = world();
    let data = dir.path();
    clear(data, &all());
    let copy = common::scratch();
    let report = backup(data, copy.path(), &mut |_, _| {}).unwrap();
    assert_eq!(report.copy.damage, []);
    assert_eq!(records(copy.path()), records(data));

    let mut text = Vec::new();
    export(data, None, Secrets::Included, &mut text, &mut |_, _| {}).unwrap();
    let other = common::scratch();
    let into = other.path().join("data");
    import(&into, &riga(), &mut text.as_slice(), &mut |_, _| {}).unwrap();
    assert_eq!(damage_of(&into), []);
    // An import makes seals anew, so the next run looks at it once more.
    let again = clear(&into, &all());
    assert!(again.rows.iter().all(|row| row.lines == 0), "{again:?}");
    assert_eq!(damage_of(&into), []);
}

#[test]
fn a_long_history_is_cleared_quarter_by_quarter() {
    let dir = common::scratch();
    let data = dir.path();
    let (mut journal, mut opened) = open(data);
    let mut now = at("2025-02-01T08:00:00Z");
    for _ in 0..6 {
        if journal.rotation_due(now) {
            let rotated = journal.rotate(now, &opened.state).unwrap();
            rotated.records.iter().for_each(|r| opened.state.apply(r));
        }
        write_desk(&mut journal, &mut opened.state, now);
        now += SignedDuration::from_hours(24 * 91);
    }
    drop(journal);
    let outcome = clear_on(
        data,
        &keep(&[FieldClass::Staff]),
        "2026-06-01".parse().unwrap(),
    );
    let quarters: Vec<_> = outcome
        .rows
        .iter()
        .map(|row| row.quarter.as_str())
        .collect();
    assert_eq!(
        quarters,
        ["2025-Q1", "2025-Q2", "2025-Q3", "2025-Q4", "2026-Q1"]
    );
    assert_eq!(damage_of(data), []);
    assert_eq!(records(data).1, []);
}

fn write_desk(journal: &mut Journal, state: &mut rinda::journal::state::State, now: Timestamp) {
    let opened = Event::DeskOpened {
        desk: DeskNumber(1),
        consultant: "anna".to_owned(),
        services: Service::ALL.to_vec(),
    };
    let record = common::record(journal.last_seq() + 1, now, opened);
    journal.append(std::slice::from_ref(&record)).unwrap();
    state.apply(&record);
}
