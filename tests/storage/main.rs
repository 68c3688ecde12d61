//! The journal and the metrics on a real disk: whatever happens to the files, what was
//! acknowledged is there or its loss is told.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;
mod damage;
mod full_disk;
mod journal;
mod metrics;
mod retention;
