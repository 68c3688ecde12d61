//! Damage to the journal's files: it opens, serves every whole line, invents nothing and tells what
//! is lost.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use rinda::journal::record::Record;
use rinda::journal::verify;

use crate::common::{Seeded, at, open, plain, records, scratch, write_two_quarters};
use crate::parts;

/// Trials of each kind on each file.
const TRIALS: u64 = 30;

/// Plain records a quarter: dozens of blocks.
const EACH: u64 = 300;

const BLOCK: usize = 4096;

/// What is done to a file.
#[derive(Debug, Clone, Copy)]
enum Harm {
    FlippedByte,
    ZeroedBlock,
    Truncated,
    Deleted,
    JunkInside,
    JunkOnly,
}

const HARMS: [Harm; 6] = [
    Harm::FlippedByte,
    Harm::ZeroedBlock,
    Harm::Truncated,
    Harm::Deleted,
    Harm::JunkInside,
    Harm::JunkOnly,
];

impl Harm {
    /// Does it, and says whether it can go unnoticed by the journal alone.
    fn apply(self, path: &Path, seeded: &mut Seeded) -> bool {
        let mut bytes = fs::read(path).unwrap();
        let at = seeded.below(bytes.len() as u64) as usize;
        let junk: Vec<u8> = (0..BLOCK).map(|_| seeded.draw() as u8).collect();
        match self {
            Self::FlippedByte => bytes[at] ^= 1 << seeded.below(8),
            Self::ZeroedBlock => {
                let end = bytes.len().min(at + BLOCK);
                bytes[at..end].fill(0);
            }
            Self::Truncated => bytes.truncate(at),
            Self::Deleted => {
                fs::remove_file(path).unwrap();
                return false;
            }
            Self::JunkInside => {
                bytes.splice(at..at, junk);
            }
            Self::JunkOnly => bytes = junk,
        }
        fs::write(path, &bytes).unwrap();
        let plain = path.extension().is_some_and(|end| end == "ndjson");
        let at_line_end = bytes.is_empty() || bytes.last() == Some(&b'\n');
        plain && matches!(self, Self::Truncated) && at_line_end
    }
}

/// Records whose line is untouched in a damaged plain file.
fn untouched(before: &[u8], after: &[u8]) -> Vec<u64> {
    let after: std::collections::HashSet<&[u8]> = after.split(|byte| *byte == b'\n').collect();
    before
        .split_inclusive(|byte| *byte == b'\n')
        .filter(|line| after.contains(&line[..line.len() - 1]))
        .map(|line| {
            let text = std::str::from_utf8(line).unwrap();
            text.split(' ').nth(1).unwrap().parse().unwrap()
        })
        .collect()
}

fn copy_journal(from: &Path, to: &Path) {
    fs::create_dir_all(to.join("journal")).unwrap();
    for entry in fs::read_dir(from.join("journal")).unwrap() {
        let entry = entry.unwrap();
        if entry.file_type().unwrap().is_file() {
            fs::copy(entry.path(), to.join("journal").join(entry.file_name())).unwrap();
        }
    }
}

fn trial(original: &Path, truth: &BTreeMap<u64, Record>, name: &str, harm: Harm, seed: u64) {
    let dir = scratch();
    copy_journal(original, dir.path());
    let path: PathBuf = dir.path().join("journal").join(name);
    let before = fs::read(&path).unwrap();
    let silent = harm.apply(&path, &mut Seeded(seed));
    let after = fs::read(&path).unwrap_or_default();
    let context = format!("{harm:?} in {name}, seed {seed}");

    let sound = verify(dir.path(), &mut |_, _| {}).unwrap().is_sound();
    let (mut journal, opened) = open(dir.path());
    let (there, _) = records(dir.path());
    let mut seen = 0;
    for record in &there {
        assert!(record.seq > seen, "{context}: {} twice", record.seq);
        assert_eq!(truth.get(&record.seq), Some(record), "{context}");
        seen = record.seq;
    }
    assert_eq!(opened.last_seq, seen, "{context}");
    if name.ends_with(".ndjson") {
        let whole = untouched(&before, &after);
        for seq in whole {
            // A line that lost its newline at the end of the file counts as torn.
            let torn = !after.ends_with(b"\n") && seq > seen;
            let found = there
                .binary_search_by_key(&seq, |record| record.seq)
                .is_ok();
            assert!(torn || found, "{context}: {seq} is whole and not served");
        }
    }
    assert!(
        there.len() == truth.len() || silent || !sound,
        "{context}: a loss not told"
    );

    let next = journal.last_seq() + 1;
    let now = at("2026-10-02T06:00:00Z");
    let mut state = opened.state;
    if journal.rotation_due(now) {
        // The open quarter's file is gone; what follows begins like any quarter.
        state.seq = journal.last_seq();
        journal.rotate(now, &state).unwrap();
    } else {
        journal.append(&[plain(next, now)]).unwrap();
    }
    let last = journal.last_seq();
    drop(journal);
    assert_eq!(open(dir.path()).1.last_seq, last, "{context}");
}

fn trials(name: &str, write: impl Fn(&Path)) {
    let original = scratch();
    write(original.path());
    let (all, damage) = records(original.path());
    assert_eq!(damage, []);
    let truth: BTreeMap<u64, Record> = all.into_iter().map(|record| (record.seq, record)).collect();
    for harm in HARMS {
        for seed in 0..TRIALS {
            trial(original.path(), &truth, name, harm, seed);
        }
    }
}

#[test]
fn the_open_quarter_damaged() {
    trials("2026-Q4.ndjson", |data| write_two_quarters(data, EACH));
}

#[test]
fn a_closed_quarter_damaged() {
    trials("2026-Q3.ndjson.zst", |data| write_two_quarters(data, EACH));
}

#[test]
fn a_part_of_the_open_quarter_damaged() {
    trials("2026-Q3.2.ndjson.zst", |data| {
        parts::write(data);
    });
}

#[test]
fn the_part_written_to_damaged() {
    trials("2026-Q3.4.ndjson", |data| {
        parts::write(data);
    });
}
