//! Kiosk hardware: the button board and the ticket printer, real or simulated.
//!
//! Nothing here knows the engine: drivers talk over bounded channels that the application wires.
//!
//! - [`link`]: a serial line, opened again whenever it is lost;
//! - [`kiosk_board`]: presses in, lamps out ([`kiosk_board::run`]);
//! - [`printer`]: slips to paper, with an account of each ([`printer::driver::run`]);
//! - [`simulator`]: both devices on pseudo-terminals, for the demo, for tests and as programs.

pub mod kiosk_board;
pub mod link;
pub mod printer;
pub mod simulator;
