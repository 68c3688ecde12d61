//! Append, open, rotate, read.

use std::fs;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use proptest::prelude::*;
use rinda::access::{AccessEvent, Account, Device, DeviceRole, Role, Session};
use rinda::journal::record::{Fact, Record, RequestMark};
use rinda::journal::{
    BackupError, Damage, ImportError, Journal, JournalError, Secrets, Told, backup, export, import,
    read_days, read_from, read_near, replay_days, snapshot_record, verify,
};
use rinda::queue::event::Event;
use rinda::queue::ticket::TrackToken;

use crate::common::{at, open, plain, records, riga, visit, write_two_quarters};

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
fn a_replay_is_told_what_the_reader_of_days_finds() {
    let dir = tempfile::tempdir().unwrap();
    let now = at("2026-10-05T06:00:00Z");
    let (mut journal, _) = open(dir.path());
    let mut written = vec![plain(1, now)];
    for ticket in 1..=100 {
        written.extend(visit(written.len() as u64 + 1, ticket, now));
    }
    journal.append(&written).unwrap();
    drop(journal);
    let path = file(dir.path(), "2026-Q4.ndjson");
    let mut bytes = fs::read(&path).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(&path, bytes).unwrap();

    let days = "2026-10-01".parse().unwrap().."2026-11-01".parse().unwrap();
    let (mut found, mut damage) = (Vec::new(), Vec::new());
    for item in read_days(dir.path(), &riga(), days.clone()).unwrap() {
        match item {
            Ok(mut record) => {
                if let Fact::Queue(Event::TicketIssued { track, .. }) = &mut record.fact {
                    *track = TrackToken::default();
                }
                found.push((record.seq, record.at, record.fact));
            }
            Err(wrong) => damage.push(wrong),
        }
    }
    assert_eq!(found.len(), written.len() - 1);
    let (mut told, mut told_damage, mut quickly) = (Vec::new(), Vec::new(), 0);
    replay_days(dir.path(), &riga(), days, |item| {
        match item {
            Told::Happened(happened) => {
                quickly += 1;
                let fact = Fact::Queue(happened.event.clone());
                told.push((happened.seq, happened.at, fact));
            }
            Told::Record(record) => told.push((record.seq, record.at, record.fact)),
            Told::Damage(wrong) => told_damage.push(wrong),
        }
        ControlFlow::Continue(())
    })
    .unwrap();
    assert_eq!((told, told_damage), (found, damage));
    assert!(quickly > 0);
}

#[test]
fn a_place_is_found_by_halving_in_plain_and_packed_files_whole_and_damaged() {
    const EACH: u64 = 3_000;
    let dir = tempfile::tempdir().unwrap();
    write_two_quarters(dir.path(), EACH);
    let last = 2 * EACH + 2;
    let from = |seq: u64| -> Vec<u64> {
        let records = read_near(dir.path(), seq).unwrap();
        records.filter_map(|item| Some(item.ok()?.seq)).collect()
    };
    for seq in (1..=last)
        .step_by(97)
        .chain([1, EACH, EACH + 1, EACH + 2, last])
    {
        assert_eq!(from(seq), (seq..=last).collect::<Vec<_>>(), "from {seq}");
    }
    assert_eq!(from(last + 1), Vec::<u64>::new());
    for name in ["2026-Q3.ndjson.zst", "2026-Q4.ndjson"] {
        let path = file(dir.path(), name);
        let mut bytes = fs::read(&path).unwrap();
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
        fs::write(&path, bytes).unwrap();
    }
    // What lies behind the damage is found all the same.
    let (whole, _) = records(dir.path());
    for seq in (1..=last).step_by(97) {
        let wanted = whole
            .iter()
            .map(|record| record.seq)
            .filter(|known| *known >= seq);
        assert_eq!(from(seq), wanted.collect::<Vec<_>>(), "from {seq}");
    }
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

#[test]
fn export_and_import_carry_everything_but_secrets() {
    let dir = tempfile::tempdir().unwrap();
    let (from, to) = (dir.path().join("from"), dir.path().join("to"));
    write_two_quarters(&from, 40);
    let mut text = Vec::new();
    let exported = export(&from, None, Secrets::Included, &mut text, &mut |_, _| {}).unwrap();
    assert_eq!((exported.records, exported.damage.len()), (82, 0));
    let imported = import(&to, &riga(), &mut text.as_slice(), &mut |_, _| {}).unwrap();
    assert_eq!((imported.records, imported.missing), (82, 0));
    assert_eq!(records(&from), records(&to));
    let report = verify(&to, &mut |_, _| {}).unwrap();
    assert_eq!((report.records, report.damage), (82, vec![]));
    assert_eq!(open(&to).1.state, open(&from).1.state);

    let again = import(&to, &riga(), &mut text.as_slice(), &mut |_, _| {});
    assert!(matches!(again, Err(ImportError::NotEmpty(_))));
    let mut bad = text.clone();
    let third = bad.iter().enumerate().filter(|(_, byte)| **byte == b'\n');
    let third = third.map(|(at, _)| at).nth(1).unwrap() + 1;
    bad[third] = b'x';
    let other = dir.path().join("other");
    let refused = import(&other, &riga(), &mut bad.as_slice(), &mut |_, _| {});
    assert!(refused.unwrap_err().to_string().starts_with("line 3: "));
    assert_eq!(open(&other).1.last_seq, 0);
}

#[test]
fn secrets_stay_unless_asked_for() {
    let dir = tempfile::tempdir().unwrap();
    let now = at("2026-10-05T06:00:00Z");
    let account = Account {
        login: "anna".to_owned(),
        name: String::new(),
        role: Role::Admin,
        password_hash: "$argon2id$SECRET".to_owned(),
        disabled: false,
        demo: false,
    };
    let session = Session {
        login: "anna".to_owned(),
        expires_at: at("2027-01-01T00:00:00Z"),
    };
    let events = [
        AccessEvent::StaffAdded(account),
        AccessEvent::PasswordChanged {
            login: "anna".to_owned(),
            password_hash: "$argon2id$SECRET2".to_owned(),
        },
        AccessEvent::DeviceAdded(Device {
            name: "tablo".to_owned(),
            role: DeviceRole::Board,
            key_sha256: "SECRET3".to_owned(),
        }),
        AccessEvent::SignedIn {
            token_sha256: "SECRET4".to_owned(),
            session,
        },
    ];
    let (mut journal, mut opened) = open(dir.path());
    for (seq, event) in (1..).zip(events) {
        let mut record = plain(seq, now);
        record.fact = Fact::Access(event);
        record.request = Some(RequestMark {
            key: format!("key-{seq}"),
            fingerprint: 0,
        });
        opened.state.apply(&record);
        journal.append(&[record]).unwrap();
    }
    let snapshot = snapshot_record(&opened.state, now);
    journal.append(&[snapshot]).unwrap();
    let text = |secrets| {
        let mut text = Vec::new();
        export(dir.path(), None, secrets, &mut text, &mut |_, _| {}).unwrap();
        String::from_utf8(text).unwrap()
    };
    assert!(text(Secrets::Included).contains("SECRET4"));
    let public = text(Secrets::LeftOut);
    assert!(!public.contains("SECRET"), "{public}");
    assert_eq!(public.lines().count(), 5);
}

#[test]
fn a_backup_beside_the_daemon_is_a_beginning_of_the_journal() {
    let dir = tempfile::tempdir().unwrap();
    let (from, to) = (dir.path().join("from"), dir.path().join("to"));
    write_two_quarters(&from, 40);
    let (mut journal, _) = open(&from);
    // A line being written while the copy is made.
    let path = file(&from, "2026-Q4.ndjson");
    let whole = fs::read(&path).unwrap();
    fs::write(&path, [&whole[..], b"12345678 83 {\"v"].concat()).unwrap();
    let report = backup(&from, &to, &mut |_, _| {}).unwrap();
    assert!(report.copy.is_sound(), "{report:?}");
    assert_eq!(report.copy.records, 82);
    assert!(matches!(
        backup(&from, &to, &mut |_, _| {}),
        Err(BackupError::NotEmpty(_))
    ));
    journal
        .append(&[plain(83, at("2026-10-06T06:00:00Z"))])
        .unwrap();
    drop(journal);
    assert_eq!(records(&to).0, records(&from).0[..82]);
}

#[test]
fn verify_notices_a_replaced_line_and_a_replaced_quarter() {
    let dir = tempfile::tempdir().unwrap();
    write_two_quarters(dir.path(), 40);
    let path = file(dir.path(), "2026-Q4.ndjson");
    let text = fs::read_to_string(&path).unwrap();
    let line = text.lines().nth(10).unwrap();
    let changed = line.replace("kiosk-", "other-");
    let covered = changed.split_once(' ').unwrap().1;
    let forged = format!("{:08x} {covered}", crc32c::crc32c(covered.as_bytes()));
    fs::write(&path, text.replace(line, &forged)).unwrap();
    let report = verify(dir.path(), &mut |_, _| {}).unwrap();
    let [Damage::Unlinked { seq, .. }] = report.damage.as_slice() else {
        panic!("{report:?}");
    };
    assert_eq!(*seq, 52);

    let other = tempfile::tempdir().unwrap();
    write_two_quarters(other.path(), 39);
    let packed = "2026-Q3.ndjson.zst";
    fs::copy(file(other.path(), packed), file(dir.path(), packed)).unwrap();
    let report = verify(dir.path(), &mut |_, _| {}).unwrap();
    let broken = |damage: &Damage| matches!(damage, Damage::SealBroken { .. });
    assert!(report.damage.iter().any(broken), "{report:?}");
}

/// A part of a quarter in a history as short as these, bytes.
const PART_BYTES: u64 = 1_500;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    /// Batches of any size, days of any length, openings and snapshots in between: the journal
    /// holds what was appended, once, and the state is the fold over it.
    #[test]
    fn any_history_reads_back(steps in prop::collection::vec((0_u8..10, 1_u64..6, 0_i64..20_000), 1..60)) {
        let dir = tempfile::tempdir().unwrap();
        let (mut journal, mut opened) = open(dir.path());
        journal.set_part_bytes(PART_BYTES);
        let mut now = at("2026-08-01T06:00:00Z");
        let mut written = Vec::new();
        for (kind, count, minutes) in steps {
            now += jiff::SignedDuration::from_mins(minutes);
            if journal.rotation_due(now) {
                let rotated = journal.rotate(now, &opened.state).unwrap();
                rotated.records.iter().for_each(|record| opened.state.apply(record));
                written.extend(rotated.records);
            }
            let next = journal.last_seq() + 1;
            let batch = match kind {
                0 => {
                    drop(journal);
                    (journal, opened) = open(dir.path());
                    journal.set_part_bytes(PART_BYTES);
                    prop_assert_eq!(&opened.damage, &vec![]);
                    Vec::new()
                }
                1 => vec![snapshot_record(&opened.state, now)],
                _ => (next..next + count).map(|seq| plain(seq, now)).collect(),
            };
            journal.append(&batch).unwrap();
            batch.iter().for_each(|record| opened.state.apply(record));
            written.extend(batch);
        }
        drop(journal);
        let (there, damage) = records(dir.path());
        prop_assert_eq!(damage, vec![]);
        prop_assert_eq!(&there, &written);
        let again = open(dir.path()).1;
        prop_assert_eq!(again.state, opened.state);
        let report = verify(dir.path(), &mut |_, _| {}).unwrap();
        prop_assert_eq!(report.damage, vec![]);
    }
}
