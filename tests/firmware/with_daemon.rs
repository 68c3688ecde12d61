//! The real daemon on the board's line: each press gives exactly one ticket in the journal,
//! whatever happens to the daemon, and the lamps say what the daemon says.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::daemon::{Client, Daemon};
use crate::machine::{LIMIT, Machine};

/// Daemons killed with a press on its way.
const KILLS: usize = 8;

/// A button rests for this long after a ticket; the shortest there is.
const LOCK: Duration = Duration::from_secs(1);
const RULES: &str = "[rules]\npress_lock_seconds = 1\n";

fn prepare(dir: &std::path::Path, machine: &Machine) -> Daemon {
    let kiosk = format!(
        "{RULES}[[kiosk]]\nname = \"kiosks\"\nboard = \"{}\"\n",
        machine.line.display()
    );
    Daemon::prepare(dir, 1, &kiosk)
}

fn ready(daemon: &Daemon) {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(Client::new(daemon.url(), String::new()).ready());
}

/// Service and press of each ticket in the journal, in order.
fn tickets(daemon: &Daemon) -> Vec<(u64, String)> {
    daemon
        .run(&["export"], "")
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap())
        .filter(|record| record["fact"]["what"]["type"] == "ticket_issued")
        .map(|record| {
            let service = record["fact"]["what"]["service"].as_u64().unwrap();
            (
                service,
                record["request"]["key"].as_str().unwrap().to_owned(),
            )
        })
        .collect()
}

fn until_tickets(daemon: &Daemon, count: usize) -> Vec<(u64, String)> {
    let until = Instant::now() + LIMIT;
    loop {
        let tickets = tickets(daemon);
        if tickets.len() >= count {
            assert_eq!(tickets.len(), count, "{tickets:?}");
            let presses: BTreeSet<_> = tickets.iter().map(|(_, key)| key).collect();
            assert_eq!(presses.len(), count, "one press, two tickets");
            return tickets;
        }
        assert!(
            Instant::now() < until,
            "{count} tickets wanted: {tickets:?}"
        );
        std::thread::sleep(Duration::from_millis(50));
    }
}

#[test]
fn a_press_gives_one_ticket_and_the_lamps_follow_the_daemon() {
    let Some(mut machine) = Machine::start() else {
        return;
    };
    let dir = tempfile::tempdir().unwrap();
    let mut daemon = prepare(dir.path(), &machine);
    machine.lamps_out_of_service();
    daemon.start();
    machine.lamps_stay(0b111);
    for button in [1, 3, 2] {
        machine.press(button);
    }
    let services: Vec<u64> = until_tickets(&daemon, 3)
        .into_iter()
        .map(|(service, _)| service)
        .collect();
    assert_eq!(services, [1, 3, 2]);

    daemon.stop();
    machine.look_away();
    machine.lamps_out_of_service();

    // Nobody can take a ticket in a centre that is closed.
    let config = std::fs::read_to_string(&daemon.config).unwrap();
    std::fs::write(&daemon.config, config.replace("\"00:00-24:00\"", "")).unwrap();
    daemon.start();
    machine.lamps_stay(0);
    assert_eq!(tickets(&daemon).len(), 3);
}

#[test]
fn a_killed_daemon_loses_no_press_and_doubles_none() {
    let Some(mut machine) = Machine::start() else {
        return;
    };
    let dir = tempfile::tempdir().unwrap();
    let mut daemon = prepare(dir.path(), &machine);
    daemon.start();
    machine.lamps_stay(0b111);
    for kill in 0..KILLS {
        // The kills meet the press before, while and after it becomes a ticket.
        let press = u8::try_from(kill % 3).unwrap() + 1;
        machine.contacts(&[1 << (press - 1)]);
        std::thread::sleep(Duration::from_millis(u64::try_from(kill).unwrap() * 4));
        daemon.kill();
        machine.contacts(&[0]);
        daemon.start();
        ready(&daemon);
        until_tickets(&daemon, kill + 1);
        std::thread::sleep(LOCK);
    }
    // Without a daemon the board keeps the press.
    daemon.kill();
    machine.press(2);
    daemon.start();
    until_tickets(&daemon, KILLS + 1);
    machine.press(3);
    until_tickets(&daemon, KILLS + 2);
}
