//! The rules of a centre, clause by clause, without disk, network or clock.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod appointments;
mod calendar;
#[path = "../simulation/chance.rs"]
mod chance;
mod closing;
mod desk;
mod displays;
mod floor;
mod following;
mod histories;
mod invariants;
mod issue;
mod laws;
mod minute;
mod model;
mod paper;
mod properties;
mod reasons;
mod skills;
mod slots;
mod turn;
mod undo;
