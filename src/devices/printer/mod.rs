//! The ticket printer: slip → bytes → port, and what the port answers.

pub mod driver;
pub mod encoder;
pub mod examination;
mod outcome;
pub mod page;
pub mod profile;
pub mod self_test;
mod session;
pub mod status;
