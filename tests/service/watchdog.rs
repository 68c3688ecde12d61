//! What the real daemon tells systemd.

use std::fs;
use std::os::linux::net::SocketAddrExt as _;
use std::os::unix::net::{SocketAddr, UnixDatagram};
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use nix::sys::ptrace;
use nix::sys::wait::{WaitPidFlag, waitpid};
use nix::unistd::Pid;

use crate::daemon::Daemon;
use crate::{PATIENCE, await_some, health};

/// Time the watchdog gives the daemon.
const WATCHDOG: Duration = Duration::from_millis(1_000);

/// Systemd as far as the daemon hears of it.
struct Systemd {
    socket: UnixDatagram,
}

impl Systemd {
    fn at(address: &SocketAddr) -> Self {
        let socket = UnixDatagram::bind_addr(address).unwrap();
        Self { socket }
    }

    /// The next words; none within `patience`.
    fn hear(&self, patience: Duration) -> Option<String> {
        let mut words = [0; 512];
        self.socket.set_read_timeout(Some(patience)).unwrap();
        let count = self.socket.recv(&mut words).ok()?;
        Some(String::from_utf8(words[..count].to_vec()).unwrap())
    }

    #[track_caller]
    fn hear_of(&self, word: &str) {
        let begun = Instant::now();
        while begun.elapsed() < PATIENCE {
            let words = self.hear(PATIENCE).expect("a word in time");
            if words.lines().any(|line| line == word) {
                return;
            }
        }
        panic!("no {word}");
    }

    fn clear(&self) {
        while self.hear(Duration::from_millis(1)).is_some() {}
    }
}

fn supervised(command: &mut Command, socket: &str) {
    command
        .env("NOTIFY_SOCKET", socket)
        .env("WATCHDOG_USEC", WATCHDOG.as_micros().to_string())
        .env_remove("WATCHDOG_PID");
}

/// The thread of a process by its name.
fn thread_of(process: u32, name: &str) -> Pid {
    let threads = Path::new("/proc").join(process.to_string()).join("task");
    let thread = fs::read_dir(threads).unwrap().find_map(|thread| {
        let path = thread.unwrap().path();
        let is_it = fs::read_to_string(path.join("comm")).is_ok_and(|comm| comm.trim() == name);
        is_it.then(|| path.file_name().unwrap().to_str().unwrap().parse().unwrap())
    });
    Pid::from_raw(thread.expect("a thread of that name"))
}

#[test]
fn systemd_hears_of_open_pages_of_life_and_of_the_end() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("notify");
    let systemd = Systemd::at(&SocketAddr::from_pathname(&path).unwrap());
    let mut daemon = Daemon::prepare(folder.path(), 1, "");
    daemon.start_with(|command| supervised(command, path.to_str().unwrap()));
    let first = systemd.hear(PATIENCE).expect("a word");
    assert!(first.starts_with("READY=1\nSTATUS="), "{first}");
    assert!(
        health(&daemon.url()).is_some(),
        "pages can be opened by now"
    );
    for _ in 0..3 {
        systemd.hear_of("WATCHDOG=1");
    }
    systemd.clear();
    daemon.stop();
    systemd.hear_of("STOPPING=1");
}

/// Only the engine's thread stands still: the process runs, its pages can be opened, its other
/// threads get on. A process that is stopped as a whole would prove nothing.
#[test]
fn an_engine_that_hangs_is_not_fed_for() {
    let folder = tempfile::tempdir().unwrap();
    let name = format!("rinda-test-{}", std::process::id());
    let systemd = Systemd::at(&SocketAddr::from_abstract_name(&name).unwrap());
    let mut daemon = Daemon::prepare(folder.path(), 1, "");
    daemon.start_with(|command| supervised(command, &format!("@{name}")));
    systemd.hear_of("READY=1");
    systemd.hear_of("WATCHDOG=1");

    let engine = thread_of(daemon.process().unwrap(), "engine");
    ptrace::seize(engine, ptrace::Options::empty()).expect("the right to stop a thread");
    ptrace::interrupt(engine).unwrap();
    waitpid(engine, Some(WaitPidFlag::__WALL)).unwrap();
    systemd.clear();
    assert_eq!(
        systemd.hear(WATCHDOG * 3),
        None,
        "nobody vouches for the engine"
    );
    assert!(
        health(&daemon.url()).is_some(),
        "the process itself gets on"
    );

    ptrace::detach(engine, None).unwrap();
    systemd.hear_of("WATCHDOG=1");
    daemon.stop();
}

#[test]
fn a_daemon_started_by_hand_and_one_whose_systemd_has_gone_just_run() {
    let folder = tempfile::tempdir().unwrap();
    let gone = folder.path().join("gone");
    let mut daemon = Daemon::prepare(folder.path(), 1, "");
    daemon.start_with(|command| supervised(command, gone.to_str().unwrap()));
    await_some("health", || health(&daemon.url()));
    daemon.stop();
}
