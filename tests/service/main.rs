//! The daemon and its screens as services of a machine: start files, the word to systemd, the
//! monitor, the browser.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stderr,
    missing_docs
)]

mod browser;
#[path = "../support/daemon.rs"]
#[allow(dead_code)]
mod daemon;
mod monitor;
mod units;
mod watchdog;

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// Nothing here takes longer, even on a busy machine.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// A file of this project.
pub fn file(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// Whether a program is installed; says loudly what is not tested where it is not.
pub fn installed(program: &str, tests: &str) -> bool {
    let found = Command::new("sh")
        .args(["-c", "command -v \"$0\"", program])
        .stdout(Stdio::null())
        .status()
        .unwrap()
        .success();
    if !found {
        eprintln!("\n*** SKIPPED: no {program} here, so {tests} was not tested ***\n");
    }
    found
}

/// Looks until something is there.
#[track_caller]
pub fn await_some<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let begun = Instant::now();
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(begun.elapsed() < PATIENCE, "no {what} in time");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// `GET /health` of a daemon; none while it does not answer.
pub fn health(url: &str) -> Option<serde_json::Value> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let answer = reqwest::get(format!("{url}/health")).await.ok()?;
        answer.json().await.ok()
    })
}
