//! The kiosk's button board: three buttons, three lamps, one serial line.
//!
//! What the board does is `firmware_protocol::Board`, the state machine that the daemon's
//! simulator runs too. [`program`] is the loop around it, the same on every chip; a chip is one
//! file that implements [`program::Hardware`], and the only kind of file that touches registers.
#![no_std]
#![no_main]

mod chance;
#[cfg(feature = "lm3s6965")]
#[path = "lm3s6965.rs"]
mod chip;
#[cfg(feature = "stm32f103")]
#[path = "stm32f103.rs"]
mod chip;
mod core_clock;
mod note;
mod program;
mod register;

use core::panic::PanicInfo;

use cortex_m_rt::entry;

use note::Note;

#[entry]
fn main() -> ! {
    program::run(&mut chip::Chip::start())
}

/// A program that has lost its way starts anew and says so in its next Hello.
#[panic_handler]
fn panic(_: &PanicInfo<'_>) -> ! {
    Note::Crashed.leave();
    register::restart()
}
