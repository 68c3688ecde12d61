//! The ticket printer: slip → bytes → port, and what the port answers.

pub mod driver;
pub mod encoder;
pub mod page;
pub mod profile;
mod session;
pub mod status;
