//! The board's program as it runs on a Cortex-M3, in QEMU: first against a host played by the
//! test, frame by frame, then against the real daemon.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod blue_pill;
mod by_hand;
#[allow(dead_code)]
#[path = "../support/daemon.rs"]
mod daemon;
mod host;
mod machine;
mod with_daemon;
