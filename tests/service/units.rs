//! The unit files: sound, and as tight as stated.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::{file, installed};

/// `systemd-analyze security` of the daemon's unit, in tenths; the README states it.
const EXPOSURE_MAX: &str = "14";

const UNITS: [&str; 2] = ["rinda.service", "rinda-browser@.service"];

/// The unit with programs that are here in place of those an installer puts where it says.
fn as_installed_here(unit: &str, folder: &Path) -> PathBuf {
    let text = fs::read_to_string(file("config/systemd").join(unit)).unwrap();
    let script = file("config/kiosk-browser/rinda-browser");
    let text = text
        .replace("/usr/local/bin/rinda", env!("CARGO_BIN_EXE_rinda"))
        .replace(
            "/usr/local/lib/rinda/rinda-browser",
            script.to_str().unwrap(),
        );
    let path = folder.join(unit);
    fs::write(&path, text).unwrap();
    path
}

#[track_caller]
fn succeeds(command: &mut Command) -> String {
    let output = command.output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned()
        + &String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {said}");
    said
}

#[test]
fn systemd_finds_nothing_wrong_with_the_units() {
    if !installed("systemd-analyze", "the unit files") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    for unit in UNITS {
        let path = as_installed_here(unit, folder.path());
        let said = succeeds(
            Command::new("systemd-analyze")
                .args(["verify", "--man=no"])
                .arg(&path),
        );
        assert_eq!(said.trim(), "", "{unit}");
    }
}

#[test]
fn the_daemons_sandbox_is_as_tight_as_stated() {
    if !installed("systemd-analyze", "the sandbox of rinda.service") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let path = as_installed_here("rinda.service", folder.path());
    let said = succeeds(
        Command::new("systemd-analyze")
            .args(["security", "--offline=true", "--no-pager"])
            .arg(format!("--threshold={EXPOSURE_MAX}"))
            .arg(&path),
    );
    let score = said.lines().last().unwrap_or_default();
    eprintln!("{score}");
    assert!(score.contains("exposure level"), "{said}");
}

#[test]
fn the_units_say_what_the_daemon_relies_on() {
    let text = fs::read_to_string(file("config/systemd/rinda.service")).unwrap();
    for line in [
        "Type=notify",
        "WatchdogSec=60",
        "Restart=always",
        "NoNewPrivileges=yes",
        "ProtectSystem=strict",
        "StateDirectory=rinda",
        "MemoryDenyWriteExecute=yes",
        "SystemCallFilter=@system-service",
        "RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK",
    ] {
        assert!(text.lines().any(|found| found == line), "{line}");
    }
    let text = fs::read_to_string(file("config/systemd/rinda-browser@.service")).unwrap();
    for line in ["Restart=always", "LoadCredential=key:/etc/rinda/%i.key"] {
        assert!(text.lines().any(|found| found == line), "{line}");
    }
}

#[test]
fn the_users_of_the_units_can_be_made() {
    if !installed("systemd-sysusers", "config/systemd/rinda.sysusers") {
        return;
    }
    let said = succeeds(
        Command::new("systemd-sysusers")
            .arg("--dry-run")
            .arg(file("config/systemd/rinda.sysusers")),
    );
    assert!(said.contains("rinda-browser"), "{said}");
}

#[test]
fn the_scripts_are_sound() {
    let scripts = [
        "config/kiosk-browser/rinda-browser",
        "tests/install-packages",
    ];
    for script in scripts {
        succeeds(Command::new("bash").arg("-n").arg(file(script)));
    }
    if installed("shellcheck", "the shell scripts beyond their syntax") {
        for script in scripts {
            succeeds(Command::new("shellcheck").arg(file(script)));
        }
    }
}
