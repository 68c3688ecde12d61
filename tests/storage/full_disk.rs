//! A disk that is really full: a small file system in memory, where this may be mounted.

use std::fs;
use std::path::Path;
use std::process::Command;

use rinda::journal::{JournalError, verify};

use crate::common::{at, open, plain, records};

/// Undoes the mount, also where the test fails.
struct Mounted<'a>(&'a Path);

impl Drop for Mounted<'_> {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg(self.0).status();
    }
}

fn mount(at: &Path) -> bool {
    Command::new("mount")
        .args(["-t", "tmpfs", "-o", "size=256k", "tmpfs"])
        .arg(at)
        .output()
        .is_ok_and(|output| output.status.success())
}

#[test]
fn a_full_disk_loses_nothing_and_room_brings_the_journal_back() {
    let dir = tempfile::tempdir().unwrap();
    if !mount(dir.path()) {
        eprintln!("SKIPPED: mounting a small file system needs root");
        return;
    }
    let mounted = Mounted(dir.path());
    let ballast = dir.path().join("ballast");
    fs::write(&ballast, vec![1; 64 * 1024]).unwrap();

    let now = at("2026-10-05T06:00:00Z");
    let (mut journal, _) = open(dir.path());
    let refused = loop {
        let next = journal.last_seq() + 1;
        let batch: Vec<_> = (next..next + 30).map(|seq| plain(seq, now)).collect();
        if let Err(error) = journal.append(&batch) {
            assert!(matches!(error, JournalError::Write(_)), "{error}");
            break batch;
        }
    };
    let acknowledged = journal.last_seq();
    assert!(acknowledged > 100);
    assert!(matches!(
        journal.append(&refused),
        Err(JournalError::Broken(_))
    ));
    fs::remove_file(&ballast).unwrap();
    journal.reopen().unwrap();
    journal.append(&refused).unwrap();
    drop(journal);
    let (there, damage) = records(dir.path());
    assert_eq!(damage, []);
    assert_eq!(there.len() as u64, acknowledged + 30);
    assert!(verify(dir.path(), &mut |_, _| {}).unwrap().is_sound());
    drop(mounted);
}
