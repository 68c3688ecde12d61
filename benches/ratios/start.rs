//! Start-up and memory with five years of one centre, each time in a process of its own.

use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use rinda::app::storage;
use rinda::clock::ManualClock;
use rinda::engine::run::{Parts, start};

use super::centre::setup;
use super::table::{Row, percentile, ratio, time};
use super::years::{Years, evening};

/// The argument that makes this program a child.
pub const CHILD: &str = "--start-up";

/// Start-ups of each kind.
const STARTS: usize = 5;

/// Five years of one centre are to take no more of the disk, bytes.
const DISK_MAX: u64 = 100_000_000;

/// A start-up.
struct Start {
    taken: Duration,
    resident_kib: u64,
}

/// The child: opens a data directory as the daemon does and prints microseconds and resident KiB.
pub fn child(data: &Path) -> Result<()> {
    let setup = setup()?;
    let now = evening()?;
    let began = Instant::now();
    let opened = storage::open(data, &setup, now)?;
    let metrics = opened.metrics.clone();
    let (engine, thread) = start(Parts {
        setup: Arc::new(setup),
        clock: Arc::new(ManualClock::at(now)),
        journal: opened.journal,
        state: opened.state,
        metrics: opened.metrics,
        alerts: opened.alerts,
        version: "bench".to_owned(),
    })?;
    let taken = began.elapsed();
    println!("{} {}", taken.as_micros(), resident_kib()?);
    drop(engine);
    thread.join().expect("the engine ends well");
    metrics.context("the metrics do not open")?.flush()?;
    Ok(())
}

fn resident_kib() -> Result<u64> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let text = line.context("no VmRSS")?;
    Ok(text.trim().trim_end_matches("kB").trim().parse()?)
}

/// Bytes of all files below a directory.
fn size_of(folder: &Path) -> Result<u64> {
    let mut bytes = 0;
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let found = entry.metadata()?;
        bytes += if found.is_dir() {
            size_of(&entry.path())?
        } else {
            found.len()
        };
    }
    Ok(bytes)
}

/// Bytes of the part that is written to: it is packed once there is another one.
fn size_of_plain(journal: &Path) -> Result<u64> {
    let mut bytes = 0;
    for entry in std::fs::read_dir(journal)? {
        let entry = entry?;
        if entry.path().extension().is_some_and(|end| end == "ndjson") {
            bytes += entry.metadata()?.len();
        }
    }
    Ok(bytes)
}

fn megabytes(bytes: u64) -> String {
    format!("{:.1} MB", bytes as f64 / 1_000_000.0)
}

fn in_child(data: &Path) -> Result<Start> {
    let output = Command::new(std::env::current_exe()?)
        .arg(CHILD)
        .arg(data)
        .stderr(std::process::Stdio::inherit())
        .output()?;
    anyhow::ensure!(output.status.success(), "a start-up failed");
    let text = String::from_utf8(output.stdout)?;
    let (micros, kib) = text.trim().split_once(' ').context("two numbers")?;
    Ok(Start {
        taken: Duration::from_micros(micros.parse()?),
        resident_kib: kib.parse()?,
    })
}

pub fn measure(folder: &Path, years: &Years, rows: &mut Vec<Row>) -> Result<()> {
    // The metrics are made from the whole journal once.
    let first = in_child(&years.data)?;
    let mut full = Vec::new();
    let mut empty = Vec::new();
    for at in 0..STARTS {
        full.push(in_child(&years.data)?);
        empty.push(in_child(&folder.join(format!("empty-{at}")))?);
    }
    let median = |starts: &[Start]| {
        let mut times: Vec<Duration> = starts.iter().map(|start| start.taken).collect();
        percentile(&mut times, 50)
    };
    let (taken, floor) = (median(&full), median(&empty));
    let size = format!("{} tickets, {} records", years.tickets, years.records);
    rows.push(Row {
        what: "start-up, five years of one centre".to_owned(),
        figure: time(taken),
        baseline: time(floor),
        ratio: ratio(taken.as_secs_f64(), floor.as_secs_f64()),
        note: format!("{size}; median of {STARTS}; baseline: an empty directory"),
    });
    let most = |starts: &[Start]| starts.iter().map(|s| s.resident_kib).max().unwrap_or(0);
    let (resident, least) = (most(&full), most(&empty));
    let mib = |kib: u64| format!("{:.1} MiB", kib as f64 / 1_024.0);
    rows.push(Row {
        what: "resident memory after it".to_owned(),
        figure: mib(resident),
        baseline: mib(least),
        ratio: ratio(resident as f64, least as f64),
        note: format!("VmRSS, most of {STARTS}; baseline: an empty directory"),
    });
    let (journal, metrics) = (years.data.join("journal"), years.data.join("metrics"));
    let plain = size_of_plain(&journal)?;
    let (journal, metrics) = (size_of(&journal)?, size_of(&metrics)?);
    rows.push(Row {
        what: "the same on disk".to_owned(),
        figure: megabytes(journal + metrics),
        baseline: megabytes(DISK_MAX),
        ratio: ratio((journal + metrics) as f64, DISK_MAX as f64),
        note: format!(
            "on the last evening of a quarter: packed {}, not yet packed {}, metrics {}; baseline: the limit",
            megabytes(journal - plain),
            megabytes(plain),
            megabytes(metrics)
        ),
    });
    anyhow::ensure!(
        journal + metrics <= DISK_MAX,
        "five years take too much of a disk"
    );
    rows.push(Row {
        what: "start-up that makes the metrics anew".to_owned(),
        figure: time(first.taken),
        baseline: time(taken),
        ratio: ratio(first.taken.as_secs_f64(), taken.as_secs_f64()),
        note: format!(
            "{} per ticket; {} resident; baseline: an ordinary start-up",
            time(first.taken.div_f64(years.tickets as f64)),
            mib(first.resident_kib)
        ),
    });
    Ok(())
}
