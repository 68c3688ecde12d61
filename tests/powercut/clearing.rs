//! Power cuts while a closed quarter is cleared: its file is the old one or the new one, whole, and
//! the next run completes what was begun.

use std::path::{Path, PathBuf};

use rinda::journal::Damage;

use crate::common::{open, open_metrics, records, riga};
use crate::cuts::{Cut, cut_all};
use crate::quarter::{World, all, clear, damage_of, text_of};
use crate::recording::{self, Op};
use crate::workload::DATA;

/// Where to work; the program does nothing without.
const DIR: &str = "RINDA_POWERCUT_CLEAR";

const WRITTEN: &str = "the quarter is written";

const CLEARED: &str = "the quarter is cleared";

/// Not a test of its own: the program that is recorded.
#[test]
fn the_recorded_clearing() {
    if let Some(dir) = std::env::var_os(DIR) {
        let data = PathBuf::from(dir).join(DATA);
        World::write(&data);
        println!("{WRITTEN}");
        clear(&data, &all());
        println!("{CLEARED}");
    }
}

/// Operations up to and with the one that says this.
fn said(ops: &[Op], what: &str) -> usize {
    let says = |op: &Op| matches!(op, Op::Said { text, .. } if contains(text, what));
    ops.iter().position(says).unwrap() + 1
}

fn contains(text: &[u8], what: &str) -> bool {
    String::from_utf8_lossy(text).contains(what)
}

fn examine(cut: &Cut<'_>, whole: &[u64], cleared_at: usize) -> bool {
    let data: &Path = &cut.left.join(DATA);
    let (journal, opened) = open(data);
    for damage in &opened.damage {
        let harmless = matches!(damage, Damage::Torn { .. } | Damage::Garbled { .. });
        assert!(harmless, "{cut}: {damage}");
    }
    drop(journal);
    assert_eq!(damage_of(data), [], "{cut}");
    let sequences: Vec<u64> = records(data).0.iter().map(|record| record.seq).collect();
    assert!(sequences.starts_with(whole), "{cut}");
    let text = text_of(data);
    let old = text.contains("anna");
    assert_eq!(text.contains("track-"), old, "{cut}: half of it is cleared");
    assert!(
        !old || cut.at < cleared_at,
        "{cut}: cleared fields are back"
    );
    clear(data, &all());
    assert!(!text_of(data).contains("anna"), "{cut}");
    assert_eq!(damage_of(data), [], "{cut}");
    let (_journal, opened) = open(data);
    let (metrics, _) = open_metrics(data, opened.last_seq);
    let wrong = metrics.verify(data, &riga(), &mut |_, _| {}).unwrap();
    assert!(wrong.is_empty(), "{cut}: {wrong:?}");
    old
}

#[test]
fn a_power_cut_leaves_the_old_file_or_the_new_one() {
    let dir = tempfile::tempdir().unwrap();
    let me = std::env::current_exe().unwrap();
    let mut command = std::process::Command::new(me);
    command
        .args(["--exact", "clearing::the_recorded_clearing", "--nocapture"])
        .env(DIR, dir.path());
    let recording = recording::record(&mut command, dir.path());
    let data = dir.path().join(DATA);
    let (all, _) = records(&data);
    // The last one says what was cleared.
    let whole: Vec<u64> = all[..all.len() - 1]
        .iter()
        .map(|record| record.seq)
        .collect();
    let begun = said(&recording.ops, WRITTEN);
    let cleared_at = said(&recording.ops, CLEARED);
    let cuts: Vec<usize> = (begun..=recording.ops.len()).collect();
    let old = std::sync::atomic::AtomicUsize::new(0);
    let examined = cut_all(&recording.ops, &cuts, |cut| {
        let found_old = examine(cut, &whole, cleared_at);
        old.fetch_add(usize::from(found_old), std::sync::atomic::Ordering::Relaxed);
    });
    let old = old.into_inner();
    println!("{examined} power cuts while clearing, {old} of them before it took effect");
    assert!(old > 0 && old < examined);
}
