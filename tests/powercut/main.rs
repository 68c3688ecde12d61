//! Power cuts: a program is recorded while it writes, and then the power is cut at many moments of
//! the recording, under three models of what a disk keeps. Every time the journal must open with
//! everything that had been acknowledged, once, and the metrics must equal a recomputation. Two
//! programs are recorded: one that works on journal and metrics alone, through the turn of a
//! quarter and with faults of the disk, and the daemon itself, whose acknowledgements are the HTTP
//! answers it sends.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout)]

mod clearing;
#[allow(dead_code)]
#[path = "../storage/common.rs"]
mod common;
mod cuts;
#[allow(dead_code)]
#[path = "../support/daemon.rs"]
mod daemon;
mod daemon_check;
mod daemon_cuts;
mod daemon_run;
mod disk;
mod exchange;
#[allow(dead_code)]
#[path = "../storage/quarter.rs"]
mod quarter;
mod recording;
mod workload;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use rinda::journal::Damage;
use rinda::journal::record::Record;

use crate::common::{Seeded, open, open_metrics, plain, records, riga, scratch};
use crate::cuts::{Cut, anywhere, cut_all};
use crate::disk::{Disk, Keeps};
use crate::recording::{Op, Recording};

/// Moments at which the power is cut, each under every model; the daemon's run has more of them.
const MOMENTS: usize = 60;

/// The last sequence acknowledged in a part of a recording.
fn acknowledged(ops: &[Op]) -> u64 {
    let mut said = Vec::new();
    for op in ops {
        if let Op::Said { text, .. } = op {
            said.extend_from_slice(text);
        }
    }
    String::from_utf8_lossy(&said)
        .lines()
        .filter_map(|line| line.strip_prefix(workload::ACKED)?.parse().ok())
        .max()
        .unwrap_or(0)
}

/// Starts on what a cut left and compares it with what had been acknowledged.
fn examine(cut: &Cut<'_>, acked: u64, truth: &BTreeMap<u64, Record>) {
    let context = format!("{cut}, {acked} acknowledged");
    let data = &cut.left.join(workload::DATA);
    fs::create_dir_all(data).unwrap();
    let (mut journal, opened) = open(data);
    let (there, _) = records(data);
    let mut last = 0;
    for record in &there {
        assert!(record.seq > last, "{context}: {} twice", record.seq);
        assert_eq!(truth.get(&record.seq), Some(record), "{context}");
        last = record.seq;
    }
    let kept = there.iter().filter(|record| record.seq <= acked).count();
    assert_eq!(kept as u64, acked, "{context}: {:?}", opened.damage);
    for damage in &opened.damage {
        let harmless = matches!(damage, Damage::Torn { .. } | Damage::Garbled { .. })
            || matches!(damage, Damage::Missing { first, .. } if *first > acked);
        assert!(harmless, "{context}: {damage}");
    }
    let (metrics, found) = open_metrics(data, opened.last_seq);
    assert_eq!(found.lost_by_journal, 0, "{context}");
    let wrong = metrics.verify(data, &riga(), &mut |_, _| {}).unwrap();
    assert!(wrong.is_empty(), "{context}: {wrong:?}");
    let next = plain(opened.last_seq + 1, common::at("2026-09-01T00:00:00Z"));
    journal.append(&[next]).unwrap();
}

/// Runs this test program again as the workload, under the shim.
fn record_workload(dir: &Path, faults: &[(&str, String)]) -> Recording {
    let me = std::env::current_exe().unwrap();
    let mut command = std::process::Command::new(me);
    command
        .args(["--exact", "the_recorded_program", "--nocapture"])
        .env(workload::DIR, dir);
    for (name, value) in faults {
        command.env(name, value);
    }
    recording::record(&mut command, dir)
}

/// Not a test of its own: the program that is recorded.
#[test]
fn the_recorded_program() {
    if let Some(dir) = std::env::var_os(workload::DIR) {
        workload::run(&PathBuf::from(dir));
    }
}

#[test]
fn nothing_acknowledged_is_lost_in_a_power_cut() {
    let dir = tempfile::tempdir().unwrap();
    let recording = record_workload(dir.path(), &[]);
    let (all, damage) = records(&dir.path().join(workload::DATA));
    assert_eq!(damage, []);
    assert_eq!(acknowledged(&recording.ops), all.len() as u64);
    let part = "journal/2026-Q4.1.ndjson.zst";
    assert!(dir.path().join(workload::DATA).join(part).exists());
    let truth: BTreeMap<u64, Record> = all.into_iter().map(|record| (record.seq, record)).collect();
    let cuts = anywhere(MOMENTS, recording.ops.len());
    let examined = cut_all(&recording.ops, &cuts, |cut| {
        examine(cut, acknowledged(&recording.ops[..cut.at]), &truth);
    });
    println!(
        "{examined} power cuts over {} operations",
        recording.ops.len()
    );
}

/// A journal that acknowledges without syncing must be caught, or the rig proves nothing.
#[test]
fn the_rig_notices_a_program_that_does_not_sync() {
    let dir = tempfile::tempdir().unwrap();
    let mut recording = record_workload(dir.path(), &[]);
    recording.ops.retain(|op| !matches!(op, Op::Sync { .. }));
    let mut disk = Disk::default();
    recording.ops.iter().for_each(|op| disk.apply(op));
    for keeps in Keeps::ALL {
        let left = scratch();
        disk.after_cut(keeps, &mut Seeded(1), left.path());
        let data = left.path().join(workload::DATA);
        fs::create_dir_all(&data).unwrap();
        open(&data);
        // A last line may survive by luck, and all before it never.
        let there = records(&data).0.len() as u64;
        assert!(there < acknowledged(&recording.ops), "{keeps:?}");
    }
}

#[test]
fn a_failed_sync_is_never_acknowledged_and_the_journal_goes_on() {
    for nth in [1, 2, 7, 30] {
        let faults = [
            ("RINDA_SHIM_EIO", nth.to_string()),
            ("RINDA_SHIM_MATCH", "ndjson".to_owned()),
        ];
        refused_once(&faults);
    }
}

#[test]
fn a_full_disk_is_never_acknowledged_and_the_journal_goes_on() {
    for bytes in [0, 1, 200, 5000, 30_001] {
        let faults = [
            ("RINDA_SHIM_ENOSPC", bytes.to_string()),
            ("RINDA_SHIM_ENOSPC_TIMES", "1".to_owned()),
            ("RINDA_SHIM_MATCH", "ndjson".to_owned()),
        ];
        refused_once(&faults);
    }
}

fn refused_once(faults: &[(&str, String)]) {
    let dir = tempfile::tempdir().unwrap();
    let recording = record_workload(dir.path(), faults);
    let said = recording.said();
    assert!(said.contains(workload::REFUSED), "{faults:?}: {said}");
    let data = dir.path().join(workload::DATA);
    let (all, damage) = records(&data);
    assert_eq!(damage, [], "{faults:?}");
    assert_eq!(acknowledged(&recording.ops), all.len() as u64);
    let report = rinda::journal::verify(&data, &mut |_, _| {}).unwrap();
    assert!(report.is_sound(), "{faults:?}: {report:?}");
}
