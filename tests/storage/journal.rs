//! Append, open, rotate, read.

use std::fs;
use std::path::{Path, PathBuf};

use rinda::journal::record::{Fact, Record};
use rinda::journal::{
    Damage, Journal, JournalError, read_all, read_days, read_from, snapshot_record,
};

use crate::common::{at, open, plain, riga};

fn records(data: &Path) -> (Vec<Record>, Vec<Damage>) {
    let (mut records, mut damage) = (Vec::new(), Vec::new());
    for item in read_all(data).unwrap() {
        match item {
            Ok(record) => records.push(record),
            Err(found) => damage.push(found),
        }
    }
    (records, damage)
}

fn file(data: &Path, name: &str) -> PathBuf {
    data.join("journal").join(name)
}

#[test]
fn what_is_appended_is_there_after_opening() {
    let dir = tempfile::tempdir().unwrap();
    let now = at("2026-10-05T06:00:00Z");
    let written: Vec<Record> = (1..=10).map(|seq| plain(seq, now)).collect();
    {
        let (mut journal, opened) = open(dir.path());
        assert_eq!(opened.last_seq, 0);
        journal.append(&written[..4]).unwrap();
        journal.append(&written[4..]).unwrap();
    }
    let (journal, opened) = open(dir.path());
    assert_eq!((opened.last_seq, opened.replayed), (10, 10));
    assert_eq!(opened.damage, []);
    assert_eq!(opened.state.seq, 10);
    assert_eq!(journal.last_seq(), 10);
    assert_eq!(records(dir.path()), (written, vec![]));
}

#[test]
fn one_daemon_at_a_time() {
    let dir = tempfile::tempdir().unwrap();
    let held = open(dir.path());
    let second = Journal::open(dir.path(), riga(), &mut |_, _| {});
    assert!(matches!(second, Err(JournalError::Held(_))));
    drop(held);
    open(dir.path());
}

#[test]
fn a_torn_last_line_is_cut_off_kept_and_told() {
    let dir = tempfile::tempdir().unwrap();
    let now = at("2026-10-05T06:00:00Z");
    open(dir.path())
        .0
        .append(&[plain(1, now), plain(2, now)])
        .unwrap();
    let path = file(dir.path(), "2026-Q4.ndjson");
    let whole = fs::read(&path).unwrap();
    fs::write(&path, &whole[..whole.len() - 5]).unwrap();

    let (mut journal, opened) = open(dir.path());
    assert_eq!(opened.last_seq, 1);
    let [
        Damage::Torn {
            aside: Some(aside), ..
        },
    ] = opened.damage.as_slice()
    else {
        panic!("{:?}", opened.damage);
    };
    let first = whole.iter().position(|byte| *byte == b'\n').unwrap() + 1;
    assert_eq!(fs::read(aside).unwrap(), whole[first..whole.len() - 5]);
    journal.append(&[plain(2, now)]).unwrap();
    drop(journal);
    assert_eq!(fs::read(&path).unwrap(), whole);
    assert_eq!(open(dir.path()).1.damage, []);
}

#[test]
fn sequences_are_dense() {
    let dir = tempfile::tempdir().unwrap();
    let now = at("2026-10-05T06:00:00Z");
    let (mut journal, _) = open(dir.path());
    for wrong in [0, 2] {
        assert!(matches!(
            journal.append(&[plain(wrong, now)]),
            Err(JournalError::Sequence { expected: 1, .. })
        ));
    }
    journal.append(&[plain(1, now)]).unwrap();
}

#[test]
fn a_quarter_is_sealed_packed_and_read_back() {
    let dir = tempfile::tempdir().unwrap();
    let autumn = at("2026-09-30T20:59:59Z");
    let winter = at("2026-09-30T21:00:00Z");
    let (mut journal, mut opened) = open(dir.path());
    let before: Vec<Record> = (1..=5).map(|seq| plain(seq, autumn)).collect();
    journal.append(&before).unwrap();
    before.iter().for_each(|record| opened.state.apply(record));
    assert!(!journal.rotation_due(autumn) && journal.rotation_due(winter));
    assert!(matches!(
        journal.append(&[plain(6, winter)]),
        Err(JournalError::RotationDue(_))
    ));
    let rotated = journal.rotate(winter, &opened.state).unwrap();
    assert!(rotated.unpacked.is_none());
    assert_eq!(rotated.records.len(), 2);
    journal.append(&[plain(8, winter)]).unwrap();
    // A clock set back does not open the closed file again.
    journal.append(&[plain(9, autumn)]).unwrap();
    drop(journal);

    assert!(!file(dir.path(), "2026-Q3.ndjson").exists());
    assert!(file(dir.path(), "2026-Q3.ndjson.zst").exists());
    let (all, damage) = records(dir.path());
    assert_eq!(damage, []);
    assert_eq!(all.len(), 9);
    let Fact::Sealed(seal) = &all[5].fact else {
        panic!("{:?}", all[5]);
    };
    assert_eq!((seal.first_seq, seal.last_seq), (1, 5));
    assert_eq!(seal.quarter, "2026-Q3");

    let (_, opened) = open(dir.path());
    assert_eq!((opened.last_seq, opened.replayed), (9, 3));
    assert_eq!(opened.damage, []);

    let days = "2026-07-01".parse().unwrap().."2026-10-01".parse().unwrap();
    let third: Vec<u64> = read_days(dir.path(), &riga(), days)
        .unwrap()
        .map(|item| item.unwrap().seq)
        .collect();
    assert_eq!(third, [1, 2, 3, 4, 5, 9]);
    let from: Vec<u64> = read_from(dir.path(), 5)
        .unwrap()
        .map(|item| item.unwrap().seq)
        .collect();
    assert_eq!(from, [5, 6, 7, 8, 9]);
}

#[test]
fn start_up_reads_from_the_last_good_snapshot() {
    let dir = tempfile::tempdir().unwrap();
    let now = at("2026-10-05T06:00:00Z");
    let (mut journal, mut opened) = open(dir.path());
    for seq in 1..=20 {
        let next = if seq % 5 == 0 {
            snapshot_record(&opened.state, now)
        } else {
            plain(seq, now)
        };
        opened.state.apply(&next);
        journal.append(&[next]).unwrap();
    }
    drop(journal);
    let (_, again) = open(dir.path());
    assert_eq!((again.replayed, again.damage), (1, vec![]));
    assert_eq!(again.state, opened.state);

    // The last snapshot damaged: the one before it serves, and the loss is told.
    let path = file(dir.path(), "2026-Q4.ndjson");
    let mut bytes = fs::read(&path).unwrap();
    let end = bytes.len();
    bytes[end - 10] ^= 1;
    fs::write(&path, bytes).unwrap();
    let (_, again) = open(dir.path());
    assert_eq!((again.last_seq, again.replayed), (19, 5));
    assert_eq!(again.damage.len(), 1);
}
