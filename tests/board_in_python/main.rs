//! A board written in Python from the protocol's README alone, on the real daemon's line: the page
//! says enough, and the daemon relies on nothing it does not say.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

#[allow(dead_code)]
#[path = "../support/daemon.rs"]
mod daemon;

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use serde_json::Value;

use daemon::Daemon;

/// Longest wait for anything.
const LIMIT: Duration = Duration::from_secs(60);
/// How long a finger stays on a button and off it: longer than contacts bounce.
const FINGER: Duration = Duration::from_millis(50);
/// A button rests for this long after a ticket; the shortest there is.
const LOCK: Duration = Duration::from_secs(1);

fn python(script: &str) -> Command {
    let here = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/board_in_python");
    let mut command = Command::new("python3");
    command
        .arg(here.join(script))
        .env("PYTHONDONTWRITEBYTECODE", "1");
    command
}

struct Board {
    child: Child,
    hands: ChildStdin,
    said: Receiver<String>,
    link: PathBuf,
}

impl Board {
    fn start(dir: &Path) -> Self {
        let link = dir.join("board");
        let mut child = python("board.py")
            .arg(&link)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let (sender, said) = channel();
        std::thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                let _ = sender.send(line);
            }
        });
        let hands = child.stdin.take().unwrap();
        let board = Self {
            child,
            hands,
            said,
            link,
        };
        board.says("lamps out-of-service out-of-service out-of-service");
        std::thread::sleep(FINGER); // contacts have to settle after the start
        board
    }

    fn tell(&mut self, command: &str) {
        writeln!(self.hands, "{command}").unwrap();
    }

    fn press(&mut self, button: u8) {
        self.tell(&format!("down {button}"));
        std::thread::sleep(FINGER);
        self.tell(&format!("up {button}"));
        std::thread::sleep(FINGER);
    }

    /// Waits for a line, passing over others.
    fn says(&self, wanted: &str) {
        let until = Instant::now() + LIMIT;
        loop {
            let left = until.saturating_duration_since(Instant::now());
            match self.said.recv_timeout(left) {
                Ok(line) if line == wanted => return,
                Ok(_) => {}
                Err(error) => panic!("the board never said {wanted:?}: {error}"),
            }
        }
    }
}

impl Drop for Board {
    fn drop(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

/// The service of each ticket in the journal; no press has two.
fn services(daemon: &Daemon) -> Vec<u64> {
    let (services, presses): (Vec<u64>, BTreeSet<String>) = daemon
        .run(&["export"], "")
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap())
        .filter(|record| record["fact"]["what"]["type"] == "ticket_issued")
        .map(|record| {
            let press = record["request"]["key"].as_str().unwrap().to_owned();
            (record["fact"]["what"]["service"].as_u64().unwrap(), press)
        })
        .unzip();
    assert_eq!(services.len(), presses.len(), "one press, two tickets");
    services
}

#[test]
fn the_worked_frames_of_the_readme() {
    let output = python("test_wire.py").output().unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

#[test]
fn each_press_gives_one_ticket_whatever_the_line_does() {
    let dir = tempfile::tempdir().unwrap();
    let mut board = Board::start(dir.path());
    let kiosk = format!(
        "[rules]\npress_lock_seconds = 1\n[[kiosk]]\nname = \"kiosks\"\nboard = \"{}\"\n",
        board.link.display()
    );
    let mut daemon = Daemon::prepare(dir.path(), 1, &kiosk);
    daemon.start();
    board.says("lamps on on on");

    board.press(1);
    board.says("acked 1");
    board.tell("bounce 2");
    board.says("acked 2");
    assert_eq!(services(&daemon), [1, 2]);

    board.tell("drop 1");
    board.press(3);
    board.says("ack lost");
    board.says("press 3");
    board.says("acked 3");
    assert_eq!(services(&daemon), [1, 2, 3]);

    std::thread::sleep(LOCK);
    board.tell("corrupt press");
    board.press(1);
    board.says("press 4");
    board.says("press 4");
    board.says("acked 4");
    assert_eq!(services(&daemon), [1, 2, 3, 1]);

    // The daemon is killed with its acknowledgements lost: the next one finds the ticket.
    board.tell("drop 1000000");
    board.press(3);
    board.says("ack lost");
    daemon.kill();
    board.says("lamps out-of-service out-of-service out-of-service");
    board.tell("drop 0");
    daemon.start();
    board.says("acked 5");
    assert_eq!(services(&daemon), [1, 2, 3, 1, 3]);
}
