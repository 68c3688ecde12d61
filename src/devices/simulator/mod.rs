//! Devices that behave as the hardware does, on real pseudo-terminals.

pub mod board;
pub mod decoder;
pub mod picture;
pub mod printer;
pub mod pty;
pub mod run;
pub mod script;
