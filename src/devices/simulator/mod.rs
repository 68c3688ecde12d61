//! Devices that behave as the hardware does, on real pseudo-terminals and other lines.

pub mod board;
pub mod decoder;
pub mod line;
pub mod picture;
pub mod printer;
pub mod pty;
mod real_time;
pub mod run;
pub mod script;
pub mod ticket;
mod troubles;
