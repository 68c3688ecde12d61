//! The ticket printer: slip → bytes → port, and what the port answers.

pub mod driver;
pub mod encoder;
pub mod examination;
pub mod logo;
mod outcome;
pub mod page;
pub mod profile;
pub mod raster;
pub mod self_test;
mod session;
mod sheet;
pub mod status;
