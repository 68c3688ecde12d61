//! The journal and the metrics on a real disk: whatever happens to the files, what was
//! acknowledged is there or its loss is told.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;
#[allow(dead_code)]
#[path = "../support/daemon.rs"]
mod daemon;
mod damage;
mod full_disk;
mod journal;
mod metrics;
mod parts;
mod quarter;
mod retention;
mod retention_cli;
mod stops;
