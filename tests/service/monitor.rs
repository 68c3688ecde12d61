//! The real daemon switches a monitor through a `cec-ctl` that stands in for the real one.

use std::fs;
use std::path::{Path, PathBuf};

use crate::daemon::Daemon;
use crate::{await_some, file, health};

const CEC: &str = "[display]\npower = \"cec\"\ncec_adapter = \"/dev/cec1\"\n";

/// A directory with nothing but `cec-ctl` in it.
fn bin(folder: &Path, then: &str) -> PathBuf {
    let bin = folder.join("bin");
    fs::create_dir(&bin).unwrap();
    std::os::unix::fs::symlink(file("tests/support/fake-program"), bin.join("cec-ctl")).unwrap();
    fs::write(bin.join("then"), then).unwrap();
    bin
}

fn start(daemon: &mut Daemon, bin: &Path) {
    let path = std::env::var("PATH").unwrap();
    daemon.start_with(|command| {
        command.env("PATH", format!("{}:{path}", bin.display()));
    });
}

fn calls(bin: &Path) -> Vec<String> {
    let log = fs::read_to_string(bin.join("log")).unwrap_or_default();
    log.lines().map(str::to_owned).collect()
}

fn monitor(daemon: &Daemon, state: &str) {
    await_some(&format!("monitor that is {state}"), || {
        health(&daemon.url()).filter(|health| health["monitor"] == state)
    });
}

#[test]
fn the_level_is_brought_about_anew_after_each_start() {
    let folder = tempfile::tempdir().unwrap();
    let bin = bin(folder.path(), "");
    let mut daemon = Daemon::prepare(folder.path(), 1, CEC);
    for starts in 1..=2 {
        start(&mut daemon, &bin);
        monitor(&daemon, "on");
        let calls = calls(&bin);
        assert_eq!(calls.len(), starts);
        let last = calls.last().unwrap();
        assert!(last.starts_with("<-d></dev/cec1>"), "{last}");
        assert!(last.ends_with("<--to><0><--image-view-on>"), "{last}");
        daemon.kill();
    }
}

#[test]
fn a_closed_centre_sends_its_monitor_to_sleep() {
    let folder = tempfile::tempdir().unwrap();
    let bin = bin(folder.path(), "");
    let mut daemon = Daemon::prepare(folder.path(), 1, CEC);
    let open = fs::read_to_string(&daemon.config).unwrap();
    fs::write(&daemon.config, open.replace("[\"00:00-24:00\"]", "[]")).unwrap();
    start(&mut daemon, &bin);
    monitor(&daemon, "off");
    assert!(calls(&bin)[0].ends_with("<--standby>"));
}

#[test]
fn a_monitor_that_does_not_obey_is_told_and_holds_up_nobody() {
    let folder = tempfile::tempdir().unwrap();
    let bin = bin(folder.path(), "echo 'Tx, Not Acknowledged'");
    let mut daemon = Daemon::prepare(folder.path(), 1, CEC);
    start(&mut daemon, &bin);
    monitor(&daemon, "failing");
    let health = health(&daemon.url()).unwrap();
    assert_eq!(health["status"], "degraded");
    assert_eq!(health["alerts"][0]["kind"], "monitor");
    fs::write(bin.join("then"), "").unwrap();
    monitor(&daemon, "on");
}
