//! The house has floors: imports go down only, every file is reached, and only `clock.rs` reads
//! the system's clock. `ARCHITECTURE.md` draws the same picture.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// What each part may use, besides itself.
fn allowed() -> BTreeMap<&'static str, BTreeSet<&'static str>> {
    let queue = ["queue"];
    let journal = ["queue", "quality", "access"];
    let engine = ["queue", "quality", "access", "clock", "journal", "metrics"];
    let report = ["queue", "quality", "access", "journal", "metrics"];
    [
        ("queue", &[][..]),
        ("access", &[]),
        ("answered", &["private_file"]),
        ("quality", &["queue", "access"]),
        ("clock", &[]),
        ("telemetry", &[]),
        ("progress", &[]),
        ("private_file", &[]),
        (
            "config",
            &["queue", "quality", "access", "devices", "outbox"],
        ),
        ("journal", &journal),
        ("metrics", &["queue", "access", "journal"]),
        ("engine", &engine),
        ("report", &report),
        ("devices", &queue),
        ("codes", &["queue", "private_file"]),
        ("imports", &["queue", "journal"]),
        ("outbox", &["queue", "quality", "codes"]),
        ("bookings", &["queue", "codes", "journal", "engine"]),
        (
            "web",
            &[
                "queue", "quality", "access", "answered", "bookings", "clock", "codes", "journal",
                "engine", "report",
            ],
        ),
        (
            "app",
            &[
                "queue", "quality", "access", "answered", "bookings", "clock", "codes", "config",
                "devices", "engine", "journal", "metrics", "outbox", "progress", "report", "web",
            ],
        ),
        (
            "cli",
            &[
                "queue",
                "access",
                "app",
                "bookings",
                "clock",
                "config",
                "devices",
                "imports",
                "journal",
                "metrics",
                "outbox",
                "progress",
                "quality",
                "report",
                "telemetry",
                "web",
            ],
        ),
    ]
    .into_iter()
    .map(|(part, uses)| (part, uses.iter().copied().collect()))
    .collect()
}

fn sources(below: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(below).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|e| e == "rs") {
            found.push(path);
        }
    }
    found.sort();
    found
}

fn src() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

fn part_of(path: &Path) -> String {
    let inside = path.strip_prefix(src()).unwrap();
    let first = inside.iter().next().unwrap().to_string_lossy().into_owned();
    first.trim_end_matches(".rs").to_owned()
}

fn code(path: &Path) -> String {
    fs::read_to_string(path)
        .unwrap()
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"))
        .collect::<Vec<_>>()
        .join("\n")
}

#[test]
fn imports_go_down_only() {
    let allowed = allowed();
    let mut broken = Vec::new();
    for path in sources(&src()) {
        let part = part_of(&path);
        if part == "main" || part == "lib" {
            continue;
        }
        let uses = allowed
            .get(part.as_str())
            .unwrap_or_else(|| panic!("{part} has no floor: give it one here"));
        for piece in code(&path).split("crate::").skip(1) {
            let used: String = piece
                .chars()
                .take_while(|c| c.is_alphanumeric() || *c == '_')
                .collect();
            let is_part = allowed.contains_key(used.as_str());
            if is_part && used != part && !uses.contains(used.as_str()) {
                broken.push(format!("{} uses {used}", path.display()));
            }
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn only_the_metrics_name_sled_and_the_core_is_pure() {
    let mut broken = Vec::new();
    for path in sources(&src()) {
        let part = part_of(&path);
        let text = code(&path);
        let mut forbid = |what: &str, except: &[&str]| {
            if text.contains(what) && !except.contains(&part.as_str()) {
                broken.push(format!("{} names {what}", path.display()));
            }
        };
        forbid("sled::", &["metrics"]);
        forbid("axum::", &["web", "app"]);
        forbid("tokio_serial", &["devices"]);
        if part == "queue" || part == "access" {
            for what in [
                "tokio::",
                "std::fs",
                "std::net",
                "HashMap",
                "Instant",
                "firmware_protocol",
            ] {
                forbid(what, &[]);
            }
        }
        forbid("SystemTime::now", &["clock"]);
        forbid("Timestamp::now", &["clock"]);
        forbid("Zoned::now", &["clock"]);
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn no_file_is_an_orphan() {
    let all = sources(&src());
    let declared: BTreeSet<PathBuf> = all
        .iter()
        .flat_map(|path| {
            let text = code(path);
            let folder = match path.file_stem().unwrap().to_str().unwrap() {
                "mod" | "lib" | "main" => path.parent().unwrap().to_path_buf(),
                _ => path.with_extension(""),
            };
            let beside = path.parent().unwrap().to_path_buf();
            text.lines()
                .filter_map(|line| {
                    // `mod name;` or `#[path = "name.rs"]`
                    let line = line.trim();
                    let name = match line.strip_prefix("#[path = \"") {
                        Some(path) => path.strip_suffix(".rs\"]")?,
                        None => line.strip_suffix(';')?.split("mod ").nth(1)?,
                    };
                    Some(name.trim().to_owned())
                })
                .flat_map(|name| {
                    [
                        folder.join(format!("{name}.rs")),
                        folder.join(&name).join("mod.rs"),
                        beside.join(format!("{name}.rs")),
                    ]
                })
                .collect::<Vec<_>>()
        })
        .collect();
    let orphans: Vec<String> = all
        .iter()
        .filter(|path| !declared.contains(*path))
        .filter(|path| {
            !["lib.rs", "main.rs"].contains(&path.file_name().unwrap().to_str().unwrap())
        })
        .map(|path| path.display().to_string())
        .collect();
    assert!(orphans.is_empty(), "{}", orphans.join("\n"));
}
