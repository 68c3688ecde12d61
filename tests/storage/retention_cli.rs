//! Clearing as the centre meets it: the real daemon does it by itself, and commands say so.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::common;
use crate::daemon::{Client, Daemon};
use crate::quarter::{World, damage_of, text_of};

const KEPT: &str =
    "[retention]\nstaff_days = 30\nout_of_turn_days = 30\ntrack_days = 30\nreasons_months = 1\n";

/// How long the daemon may take to clear one small quarter.
const CLEARED_WITHIN: Duration = Duration::from_secs(60);

const NOTHING: &str = "nothing is due\n";

fn report_lines(daemon: &Daemon) -> Vec<String> {
    let args = ["report", "--quarter", "2026-Q3", "--format", "json"];
    let report: Value = serde_json::from_str(&daemon.run(&args, "")).unwrap();
    let text = serde_json::to_string_pretty(&report).unwrap();
    let named = ["\"by\"", "\"reason\"", "\"as_of\""];
    let lines = text.lines().map(|line| line.trim().to_owned());
    lines
        .filter(|line| !named.iter().any(|name| line.starts_with(name)))
        // What was noted of the morning is one of the named fields too.
        .filter(|line| !line.contains("nebija kārtībā"))
        .collect()
}

async fn until_cleared(daemon: &Daemon) {
    let began = Instant::now();
    while daemon.run(&["retention", "--dry-run"], "") != NOTHING {
        assert!(began.elapsed() < CLEARED_WITHIN, "nothing was cleared");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test]
async fn the_daemon_clears_by_itself_and_stories_and_reports_go_on() {
    let dir = common::scratch();
    let mut daemon = Daemon::prepare(dir.path(), 2, KEPT);
    World::write(&daemon.data);
    let add = ["staff", "add", "vadiba", "--role", "manager"];
    daemon.run(&add, "correct horse battery\n");
    fs::write(daemon.data.join("history.json"), "{}").unwrap();
    let keys = r#"{"references":null,"dates":{}}"#;
    fs::write(daemon.data.join("appointment-keys.json"), keys).unwrap();
    let before = report_lines(&daemon);
    let would = daemon.run(&["retention", "--dry-run"], "");
    for text in [
        "class",
        "staff ",
        "out_of_turn ",
        "track ",
        "reasons ",
        "2026-Q3.ndjson.zst",
    ] {
        assert!(would.contains(text), "{would}");
    }
    assert!(text_of(&daemon.data).contains("anna"));

    daemon.start();
    let client = Client::new(daemon.url(), String::new());
    client.ready().await;
    until_cleared(&daemon).await;
    assert_eq!(daemon.run(&["retention"], ""), NOTHING);
    let verified = daemon.run(&["verify"], "");
    assert!(
        verified.contains("2026-Q3: cleared staff, out_of_turn, track, reasons"),
        "{verified}"
    );
    assert!(
        verified.contains("metrics: equal to the journal"),
        "{verified}"
    );
    assert!(!text_of(&daemon.data).contains("anna"));
    assert_eq!(report_lines(&daemon), before);

    let manager = Client::sign_in(daemon.url(), "vadiba", "correct horse battery").await;
    let story = manager.get("/api/v1/tickets/7/story").await;
    let steps = story["steps"].as_array().unwrap();
    let last = steps.last().unwrap();
    assert_eq!(last["who"]["login"], "dzēsts-2");
    assert!(last["text"].as_str().unwrap().contains("dzēsts"), "{last}");

    backed_up(&daemon, &dir.path().join("copy"));
    daemon.stop();
    // Where no daemon runs the command does it itself.
    assert_eq!(daemon.run(&["retention"], ""), NOTHING);
}

fn backed_up(daemon: &Daemon, copy: &Path) {
    let said = daemon.run(&["backup", copy.to_str().unwrap()], "");
    assert!(said.contains("copied history.json"), "{said}");
    assert!(said.contains("left out appointment-keys.json"), "{said}");
    assert!(copy.join("history.json").exists());
    assert!(!copy.join("appointment-keys.json").exists());
    assert_eq!(damage_of(copy), []);
}

#[test]
fn without_a_daemon_the_command_clears_and_tells_what_it_could_not() {
    let dir = common::scratch();
    let daemon = Daemon::prepare(dir.path(), 2, KEPT);
    World::write(&daemon.data);
    let aside = daemon.data.join("journal/aside");
    fs::create_dir_all(&aside).unwrap();
    fs::write(aside.join("2026-Q3-1-4"), "anna").unwrap();
    fs::write(aside.join("2026-Q4-1-4"), "anna").unwrap();
    let bad = daemon.data.join("metrics.bad-20261005T060000Z");
    fs::create_dir(&bad).unwrap();
    let would = daemon.run(&["retention", "--dry-run"], "");
    assert_eq!(daemon.run(&["retention"], ""), would);
    assert_eq!(damage_of(&daemon.data), []);
    assert!(!aside.join("2026-Q3-1-4").exists());
    assert!(aside.join("2026-Q4-1-4").exists());
    assert!(!bad.exists());
}
