//! Whole worlds from seeds: the real engine on a real journal, with a board, a printer and a
//! display, on a clock that is told what time it is, while everything around it breaks.
//!
//! `RINDA_SEED=17 cargo test --test simulation` plays one world; `RINDA_SEEDS=20000` plays that
//! many from a random place on.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    missing_docs
)]

mod audit;
mod chance;
mod disk;
#[allow(dead_code)]
#[path = "../rules/floor.rs"]
mod floor;
#[path = "../rules/invariants.rs"]
mod invariants;
mod kiosk;
mod people;
mod printer;
mod tell;
mod world;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::Command;

use crate::tell::Trace;
use crate::world::World;

/// Worlds in every run of the tests.
const SEEDS: u64 = 1_000;

/// Steps of one world while things break.
const STEPS: usize = 30;

/// Set in the process that plays the worlds.
const PLAYER: &str = "RINDA_SIMULATION_PLAYER";

/// The full disk is a limit on a whole process, so the worlds are played in one of their own that
/// writes what it has to say into pipes, which no such limit concerns.
#[test]
fn a_thousand_worlds_keep_their_promises() {
    if std::env::var_os(PLAYER).is_some() {
        return play_all();
    }
    let player = Command::new(std::env::current_exe().expect("this program has a path"))
        .args(["--exact", "a_thousand_worlds_keep_their_promises"])
        .args(["--nocapture", "--test-threads", "1"])
        .env(PLAYER, "1")
        .output()
        .expect("this program starts");
    println!("{}", String::from_utf8_lossy(&player.stdout));
    println!("{}", String::from_utf8_lossy(&player.stderr));
    assert!(player.status.success(), "{}", player.status);
}

fn play_all() {
    tell::listen();
    disk::hold_file_size_signals();
    if let Ok(seed) = std::env::var("RINDA_SEED") {
        let trace = play(seed.parse().expect("RINDA_SEED is a number"));
        println!("{}", trace.join("\n"));
        return;
    }
    let (first, count) = match std::env::var("RINDA_SEEDS") {
        Ok(count) => (
            random_seed(),
            count.parse().expect("RINDA_SEEDS is a number"),
        ),
        Err(_) => (1, SEEDS),
    };
    let mut faults = 0;
    for seed in first..first + count {
        let trace = play(seed);
        faults += trace.iter().filter(|line| line.contains("FAULT")).count();
        if seed % 100 == 0 {
            assert_eq!(
                trace,
                play(seed),
                "seed {seed} gives another world the second time"
            );
        }
    }
    println!("{count} worlds from seed {first}, {faults} faults");
}

/// Plays a world; where it breaks a promise, tells the seed and every step.
fn play(seed: u64) -> Vec<String> {
    let trace = Trace::default();
    let played = catch_unwind(AssertUnwindSafe(|| {
        let mut world = World::begin(seed, trace.clone());
        for _ in 0..STEPS {
            world.step();
        }
        world.calm_down();
    }));
    disk::disk_has_room();
    if let Err(panic) = played {
        println!("{}", trace.lines().join("\n"));
        println!("replay with: RINDA_SEED={seed} cargo test --test simulation");
        std::panic::resume_unwind(panic);
    }
    trace.lines()
}

fn random_seed() -> u64 {
    u64::from(getrandom::u32().unwrap_or(1))
}
