//! Clearing that is stopped in the middle, and damage of what was cleared.

use std::fs;
use std::path::{Path, PathBuf};

use rinda::app::retention::Outcome;
use rinda::journal::{Damage, Link, RedactError, Secrets, backup, due, export, import, verify};
use rinda::queue::retention::FieldClass;

use crate::common::{self, open, open_metrics, riga};
use crate::quarter::{FILE, all, clear, damage_of, keep, keep_record, today, world};

/// The steps of a run, stopped after one of them as by a kill.
fn stopped_after(data: &Path, recorded: bool) {
    let (mut journal, _) = open(data);
    let due = due(data, &all(), today()).unwrap();
    let prepared = due[0].prepare("salt".to_owned(), &mut |_, _| {}).unwrap();
    assert!(beside(data).exists());
    if recorded {
        keep_record(&mut journal, prepared.redaction);
    }
}

fn beside(data: &Path) -> PathBuf {
    data.join(format!("{FILE}.redacted"))
}

#[test]
fn a_kill_leaves_the_old_or_the_new_and_the_next_run_completes_it() {
    // Before anything is whole: parts are removed.
    let dir = world();
    let data = dir.path();
    let old = fs::read(data.join(FILE)).unwrap();
    for part in ["2026-Q3.redacted.part", "2026-Q3.ndjson.zst.redacted.part"] {
        fs::write(data.join("journal").join(part), b"half").unwrap();
    }
    assert_eq!(damage_of(data), []);
    drop(open(data));
    assert_eq!(fs::read_dir(data.join("journal")).unwrap().count(), 2);

    // Whole, but not in the journal: as if nothing had happened.
    stopped_after(data, false);
    assert_eq!(damage_of(data), []);
    drop(open(data));
    assert!(!beside(data).exists());
    assert_eq!(fs::read(data.join(FILE)).unwrap(), old);
    assert_eq!(damage_of(data), []);

    // In the journal, but not in its place: the next start completes it.
    stopped_after(data, true);
    assert_eq!(damage_of(data), []);
    let copy = common::scratch();
    let report = backup(data, copy.path(), &mut |_, _| {}).unwrap();
    assert_eq!(report.copy.damage, []);
    for data in [data, copy.path()] {
        assert_eq!(open(data).1.damage, []);
        assert!(!beside(data).exists());
        assert_ne!(fs::read(data.join(FILE)).unwrap(), old);
        assert_eq!(damage_of(data), []);
        assert_eq!(due(data, &all(), today()).unwrap(), []);
    }
    // The rows of the metrics come with the next run.
    assert_eq!(clear(data, &all()), Outcome::default());
    let (_journal, opened) = open(data);
    let (metrics, _) = open_metrics(data, opened.last_seq);
    let differences = metrics.verify(data, &riga(), &mut |_, _| {}).unwrap();
    assert_eq!(differences, Vec::<String>::new());
}

#[test]
fn a_new_file_that_is_lost_before_it_takes_its_place_is_made_again() {
    let dir = world();
    let data = dir.path();
    stopped_after(data, true);
    fs::remove_file(beside(data)).unwrap();
    let damage = damage_of(data);
    assert!(
        matches!(damage.as_slice(), [Damage::SealBroken { .. }]),
        "{damage:?}"
    );
    assert_eq!(clear(data, &all()).rows.len(), FieldClass::ALL.len());
    assert_eq!(damage_of(data), []);
    assert_eq!(verify(data, &mut |_, _| {}).unwrap().redactions.len(), 2);
}

#[test]
fn damage_in_a_cleared_file_is_found_and_a_damaged_one_is_not_sealed_anew() {
    let dir = world();
    let data = dir.path();
    clear(data, &keep(&[FieldClass::Track]));
    let whole = fs::read(data.join(FILE)).unwrap();
    for place in (5..whole.len()).step_by(whole.len() / 40) {
        let mut bytes = whole.clone();
        bytes[place] ^= 1;
        fs::write(data.join(FILE), bytes).unwrap();
        assert_ne!(damage_of(data), [], "byte {place}");
    }
    fs::write(data.join(FILE), whole).unwrap();
    // A forged line with the right checksum, behind which everything is linked anew.
    forge(data);
    let damage = damage_of(data);
    assert!(
        matches!(damage.as_slice(), [Damage::SealBroken { .. }]),
        "{damage:?}"
    );
    let due = due(data, &all(), today()).unwrap();
    let refused = due[0].prepare("salt".to_owned(), &mut |_, _| {});
    assert!(matches!(refused, Err(RedactError::Damaged { .. })));
    let outcome = clear(data, &all());
    assert_eq!(outcome.rows, []);
    assert!(outcome.refused[0].contains("2026-Q3.ndjson.zst"));
}

/// The lines of a packed frame with what it leaves out: checksums, sequences and links.
fn whole(frame: &str) -> String {
    let (head, lines) = frame.split_once('\n').unwrap();
    let words: Vec<&str> = head.split(' ').collect();
    let [mark, first, prev, last] = words[..] else {
        panic!("{head}")
    };
    assert_eq!(mark, "bare");
    let (mut seq, mut prev) = (first.parse::<u64>().unwrap(), prev.to_owned());
    let mut text = String::new();
    for line in lines.lines() {
        let covered = format!(r#"{seq} {{"v":1,"prev":"{prev}",{line}"#);
        let line = format!("{:08x} {covered}", crc32c::crc32c(covered.as_bytes()));
        prev = Link::of(line.as_bytes()).to_string();
        seq += 1;
        text.push_str(&line);
        text.push('\n');
    }
    assert_eq!(prev, last);
    text
}

/// Puts a file of other lines, sound in itself, in the place of the cleared one.
fn forge(data: &Path) {
    let other = common::scratch();
    let mut text = Vec::new();
    export(data, None, Secrets::Included, &mut text, &mut |_, _| {}).unwrap();
    let text = String::from_utf8(text)
        .unwrap()
        .replace("saslima", "atpūšas");
    import(other.path(), &riga(), &mut text.as_bytes(), &mut |_, _| {}).unwrap();
    fs::copy(other.path().join(FILE), data.join(FILE)).unwrap();
    // Its last line must be known by what it was, or the next file did not go on from it.
    assert!(!damage_of(data).is_empty());
    let first = |file: &Path| zstd::decode_all(&fs::read(file).unwrap()[..]).unwrap();
    let lines = first(&data.join(FILE));
    let was = {
        let next = fs::read_to_string(data.join("journal/2026-Q4.ndjson")).unwrap();
        let (_, rest) = next.split_once("\"prev\":\"").unwrap();
        rest[..16].to_owned()
    };
    let text = whole(&String::from_utf8(lines).unwrap());
    let last = text.lines().last().unwrap();
    let covered = last.split_once(' ').unwrap().1;
    let (head, fields) = covered.split_once("\",").unwrap();
    let covered = format!("{head}\",\"was\":\"{was}\",{fields}");
    let forged = format!("{:08x} {covered}", crc32c::crc32c(covered.as_bytes()));
    let text = text.replace(last, &forged);
    let bytes = zstd::encode_all(text.as_bytes(), 3).unwrap();
    fs::write(data.join(FILE), bytes).unwrap();
}
