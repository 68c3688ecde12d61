//! A short day against a demo of its own: the report must agree with what was simulated, and no
//! desk may be left occupied.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

use std::io::Read as _;
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// The day of the unit test in `src/cli/day/people.rs`: exactly one no-show.
const SEED: &str = "7020";
const CUSTOMERS: &str = "12";

/// A demo that is stopped with the test.
struct Demo(Child);

impl Drop for Demo {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn rinda() -> Command {
    Command::new(env!("CARGO_BIN_EXE_rinda"))
}

fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}

/// Starts a demo and waits until it greets, which it does once its keys are written.
fn demo(data: &Path, port: u16) -> Demo {
    let mut child = rinda()
        .args(["demo", "--data"])
        .arg(data)
        .args(["--listen", &format!("127.0.0.1:{port}")])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut greeting = child.stdout.take().unwrap();
    let demo = Demo(child);
    let mut first = [0u8; 10];
    greeting.read_exact(&mut first).unwrap();
    assert_eq!(&first, b"Rinda demo");
    // Nobody reads the rest: it fits the pipe.
    std::mem::forget(greeting);
    demo
}

fn simulate(data: &Path, port: u16, speed: &str) -> Command {
    let mut command = rinda();
    command
        .args(["simulate", "day", "--seed", SEED, "--speed", speed])
        .args(["--customers", CUSTOMERS, "--data"])
        .arg(data)
        .args(["--url", &format!("http://127.0.0.1:{port}")])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

#[test]
fn the_report_agrees_with_a_simulated_day() {
    let folder = tempfile::tempdir().unwrap();
    let port = free_port();
    let _demo = demo(folder.path(), port);
    let began = Instant::now();
    let output = simulate(folder.path(), port, "1500").output().unwrap();
    let table = String::from_utf8(output.stdout).unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{table}\n{said}");
    assert!(table.contains("agrees with what was simulated"), "{table}");
    let all = |what: &str| -> String {
        let line = table.lines().find(|line| line.starts_with(what)).unwrap();
        let (_, last) = line.rsplit_once("  ").unwrap();
        last.trim().to_owned()
    };
    assert_eq!(all("issued"), "12 / 12", "{table}");
    assert_eq!(all("no-show "), "1 / 1", "{table}");
    // The minute of the no-show is a real one.
    assert!(began.elapsed() >= Duration::from_secs(60), "{table}");
}

#[test]
fn a_day_that_is_interrupted_leaves_no_desk_occupied() {
    let folder = tempfile::tempdir().unwrap();
    let port = free_port();
    let _demo = demo(folder.path(), port);
    let child = simulate(folder.path(), port, "300").spawn().unwrap();
    // Somebody is at a desk: the journal says so.
    let called_by = Instant::now() + Duration::from_secs(60);
    while !journal(folder.path()).contains("\"ticket_called\"") {
        assert!(Instant::now() < called_by, "nobody was called");
    }
    let pid = nix::unistd::Pid::from_raw(i32::try_from(child.id()).unwrap());
    nix::sys::signal::kill(pid, nix::sys::signal::Signal::SIGINT).unwrap();
    let output = child.wait_with_output().unwrap();
    let table = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{table}");
    assert!(table.contains("agrees with what was simulated"), "{table}");
    let journal = journal(folder.path());
    let count = |what: &str| journal.matches(&format!("\"{what}\"")).count();
    assert_eq!(count("desk_opened"), 4);
    assert_eq!(count("desk_closed"), 4);
    assert_eq!(count("ticket_called"), count("ticket_finished"));
}

fn journal(data: &Path) -> String {
    let output = rinda().arg("export").arg("--data").arg(data).output();
    String::from_utf8(output.unwrap().stdout).unwrap()
}
