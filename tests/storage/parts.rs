//! A long quarter: in parts while it goes on, one file once it is over, whatever happens in between.

use std::fs;
use std::ops::ControlFlow;
use std::path::Path;

use rinda::journal::record::Record;
use rinda::journal::{Told, closed, read_days, read_near, replay_days, snapshot_record, verify};

use crate::common::{at, open, plain, records, riga, visit};

/// A part in these tests, bytes; a date's records take more.
const PART_BYTES: u64 = 4_000;

const DATES: i64 = 4;

const RECORDS_PER_DATE: u64 = 40;

/// Writes a date, its snapshot first, and says which records.
fn date(data: &Path, day: i64) -> Vec<Record> {
    let (mut journal, mut opened) = open(data);
    journal.set_part_bytes(PART_BYTES);
    let now = at("2026-08-03T06:00:00Z") + jiff::SignedDuration::from_hours(24 * day);
    let mut written = vec![snapshot_record(&opened.state, now)];
    opened.state.apply(&written[0]);
    let next = opened.state.seq + 1;
    written.extend((next..next + RECORDS_PER_DATE).map(|seq| plain(seq, now)));
    journal.append(&written).unwrap();
    written
}

/// Writes dates of the third quarter, three parts and the one written to, and says which records.
pub fn write(data: &Path) -> Vec<Record> {
    (0..DATES).flat_map(|day| date(data, day)).collect()
}

/// Closes the third quarter.
fn turn(data: &Path) -> Vec<Record> {
    let (mut journal, opened) = open(data);
    let rotated = journal.rotate(at("2026-10-01T06:00:00Z"), &opened.state);
    let rotated = rotated.unwrap();
    assert!(rotated.unpacked.is_none());
    rotated.records
}

fn names(data: &Path) -> Vec<String> {
    let entries = fs::read_dir(data.join("journal")).unwrap();
    let mut names: Vec<_> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

fn copy(from: &Path) -> tempfile::TempDir {
    let to = tempfile::tempdir().unwrap();
    fs::create_dir(to.path().join("journal")).unwrap();
    for name in names(from) {
        put(from, to.path(), &name);
    }
    to
}

fn put(from: &Path, to: &Path, name: &str) {
    let path = |data: &Path| data.join("journal").join(name);
    fs::copy(path(from), path(to)).unwrap();
}

#[track_caller]
fn holds(data: &Path, written: &[Record]) {
    let (there, damage) = records(data);
    assert_eq!(damage, []);
    assert_eq!(there, written);
    let report = verify(data, &mut |_, _| {}).unwrap();
    assert_eq!(report.damage, []);
}

#[test]
fn a_long_quarter_is_written_in_parts_and_becomes_one_file() {
    let dir = tempfile::tempdir().unwrap();
    let mut written = write(dir.path());
    let parts = [
        "2026-Q3.1.ndjson.zst",
        "2026-Q3.2.ndjson.zst",
        "2026-Q3.3.ndjson.zst",
        "2026-Q3.4.ndjson",
    ];
    assert_eq!(names(dir.path()), parts);
    holds(dir.path(), &written);
    // A start reads the newest part alone.
    assert_eq!(open(dir.path()).1.replayed, 1 + RECORDS_PER_DATE);
    let second = 2 + RECORDS_PER_DATE;
    let near = read_near(dir.path(), second).unwrap();
    let near = near.skip_while(|item| item.as_ref().unwrap().seq < second);
    assert_eq!(near.count(), written.len() - 1 - RECORDS_PER_DATE as usize);
    let days = "2026-08-04".parse().unwrap().."2026-08-05".parse().unwrap();
    let on_it = read_days(dir.path(), &riga(), days).unwrap();
    assert_eq!(on_it.count() as u64, 1 + RECORDS_PER_DATE);

    written.extend(turn(dir.path()));
    let whole = ["2026-Q3.ndjson.zst", "2026-Q4.ndjson"];
    assert_eq!(names(dir.path()), whole);
    holds(dir.path(), &written);
    let quarter = "2026-Q3".parse().unwrap();
    let closed = closed(dir.path(), quarter).unwrap().unwrap();
    assert!(closed.is_whole());
    assert_eq!(closed.now.last_seq, written.len() as u64 - 2);
}

#[test]
fn a_short_quarter_has_no_parts() {
    let dir = tempfile::tempdir().unwrap();
    let (mut journal, mut opened) = open(dir.path());
    let now = at("2026-08-03T06:00:00Z");
    for _ in 0..3 {
        let snapshot = snapshot_record(&opened.state, now);
        opened.state.apply(&snapshot);
        journal.append(&[snapshot]).unwrap();
    }
    assert_eq!(names(dir.path()), ["2026-Q3.ndjson"]);
}

#[test]
fn a_stop_between_any_two_steps_loses_nothing_and_is_tidied_up() {
    let dir = tempfile::tempdir().unwrap();
    let mut written = date(dir.path(), 0);
    let before = copy(dir.path());
    written.extend(date(dir.path(), 1));

    // The second part has begun, and the first is not packed.
    let unpacked = copy(dir.path());
    put(before.path(), unpacked.path(), "2026-Q3.ndjson");
    fs::remove_file(unpacked.path().join("journal/2026-Q3.1.ndjson.zst")).unwrap();
    // It is packed and its plain file still there.
    let both = copy(dir.path());
    put(before.path(), both.path(), "2026-Q3.ndjson");
    for stopped in [unpacked, both] {
        holds(stopped.path(), &written);
        assert_eq!(open(stopped.path()).1.damage, []);
        let tidy = ["2026-Q3.1.ndjson.zst", "2026-Q3.2.ndjson"];
        assert_eq!(names(stopped.path()), tidy);
        holds(stopped.path(), &written);
    }

    let parts = copy(dir.path());
    written.extend(turn(dir.path()));
    // The next quarter has begun, and this one is still in parts.
    let apart = copy(parts.path());
    put(dir.path(), apart.path(), "2026-Q4.ndjson");
    // It is one file, and all of its parts are still there, or the last of them.
    let beside = copy(apart.path());
    put(dir.path(), beside.path(), "2026-Q3.ndjson.zst");
    let last = copy(beside.path());
    fs::remove_file(last.path().join("journal/2026-Q3.1.ndjson.zst")).unwrap();
    for stopped in [apart, beside, last] {
        holds(stopped.path(), &written);
        let quarter = "2026-Q3".parse().unwrap();
        let range = closed(stopped.path(), quarter).unwrap().unwrap();
        assert!(range.is_whole());
        assert_eq!(open(stopped.path()).1.damage, []);
        assert_eq!(names(stopped.path()), names(dir.path()));
        holds(stopped.path(), &written);
    }
}

/// Sequences of what a replay is told, and how often it is told of damage.
fn replayed(data: &Path) -> (Vec<u64>, u64) {
    let days = "2026-07-01".parse().unwrap().."2026-12-31".parse().unwrap();
    let (mut seqs, mut damaged) = (Vec::new(), 0);
    replay_days(data, &riga(), days, |told| {
        match told {
            Told::Happened(happened) => seqs.push(happened.seq),
            Told::Record(record) => seqs.push(record.seq),
            Told::Damage(_) => damaged += 1,
        }
        ControlFlow::Continue(())
    })
    .unwrap();
    (seqs, damaged)
}

/// Lines of a packed file are not made again for a replay, which reads frequent kinds, rare ones,
/// snapshots and seals all the same.
#[test]
fn a_replay_is_told_the_same_of_packed_lines() {
    let dir = tempfile::tempdir().unwrap();
    write(dir.path());
    let (mut journal, opened) = open(dir.path());
    let visit = visit(opened.last_seq + 1, 1, at("2026-08-06T07:00:00Z"));
    journal.append(&visit).unwrap();
    drop(journal);
    let plain = fs::read_to_string(dir.path().join("journal/2026-Q3.4.ndjson")).unwrap();
    assert!(plain.contains("ticket_issued"));
    turn(dir.path());
    let all: Vec<u64> = records(dir.path()).0.iter().map(|r| r.seq).collect();
    assert_eq!(replayed(dir.path()), (all, 0));
}

#[test]
fn a_replay_passes_over_a_damaged_line_that_was_packed() {
    let dir = tempfile::tempdir().unwrap();
    date(dir.path(), 0);
    let path = dir.path().join("journal/2026-Q3.ndjson");
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, text.replacen("kiosk-9\"", "kiosk-8\"", 1)).unwrap();
    date(dir.path(), 1);
    assert_eq!(names(dir.path())[0], "2026-Q3.1.ndjson.zst");
    let all: Vec<u64> = records(dir.path()).0.iter().map(|r| r.seq).collect();
    assert!(!all.contains(&9));
    let (seqs, damaged) = replayed(dir.path());
    assert_eq!(seqs, all);
    assert!(damaged > 0);
}

#[test]
fn a_part_lost_is_told() {
    let dir = tempfile::tempdir().unwrap();
    write(dir.path());
    fs::remove_file(dir.path().join("journal/2026-Q3.2.ndjson.zst")).unwrap();
    let report = verify(dir.path(), &mut |_, _| {}).unwrap();
    let [rinda::journal::Damage::Missing { first, last, .. }] = report.damage.as_slice() else {
        panic!("{report:?}");
    };
    let each = 1 + RECORDS_PER_DATE;
    assert_eq!((*first, *last), (each + 1, 2 * each));
}
