//! The wire between the kiosk button board and the queue daemon.
//!
//! One crate for three users: the daemon, the board's simulator and the board's
//! microcontroller. It allocates nothing, needs no `std` and holds no `unsafe`; the time
//! is always passed in. `README.md` specifies every byte for those who implement the
//! protocol in another language.
//!
//! - [`wire`]: the messages, append-only, and the protocol's timing;
//! - [`frame`]: messages to bytes and back, with recovery from any noise;
//! - [`board`]: what the board does, as a state machine shared by simulator and firmware;
//! - [`press_id`]: the identity of a press, by which it has its effect exactly once;
//! - [`board_clock`]: how old a press is, on the host's clock.
#![no_std]
#![forbid(unsafe_code)]

pub mod board;
pub mod board_clock;
mod contact;
mod faults;
pub mod frame;
pub mod press_id;
mod press_ring;
pub mod wire;

pub use board::{Board, Edge, Identity};
pub use board_clock::BoardClock;
pub use contact::Level;
pub use frame::{Decoder, ErrorCounts, Frame, FrameError, WireMessage, encode};
pub use press_id::{BadId, PressId};
pub use wire::{
    BoardMessage, Button, FaultCode, FirmwareVersion, HostMessage, Lamp, LampOutput, NakReason,
    ResetReason, Uid, VERSION,
};
