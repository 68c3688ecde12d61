//! Kiosk hardware: the button board and the ticket printer, real or simulated.
//!
//! Nothing here knows the engine: drivers talk over bounded channels that the application wires.

pub mod kiosk_board;
pub mod link;
pub mod monitor;
pub mod printer;
pub mod simulator;
pub mod tcp;
pub mod usb;
pub mod voice;
