//! The daemon's devices, compiled for fuzzing without the daemon: the two parts the targets need,
//! from their own files. `tests/floors.rs` holds that devices import nothing but the queue.
#![allow(dead_code, unexpected_cfgs, clippy::all)]

#[path = "../../src/devices/mod.rs"]
pub mod devices;
#[path = "../../src/queue/mod.rs"]
pub mod queue;
