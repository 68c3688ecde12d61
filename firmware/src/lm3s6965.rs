//! The LM3S6965 as `qemu-system-arm -M lm3s6965evb` plays it; on no real chip (its clock, pins
//! and line speed would have to be set up first).
//!
//! QEMU leaves this board's pins unconnected, so what is fingers and lamps elsewhere goes over
//! two further serial ports. Everything behind them is the program of any board.
//!
//! - UART0: the protocol.
//! - UART1: contacts. Each byte is a reading: bits 0, 1, 2 are the contacts of buttons 1, 2, 3,
//!   set = closed. A turn of the program takes one byte, so bytes are edges in their order.
//! - UART2: lamps. Each change sends a byte: bits 0, 1, 2 are lamps 1, 2, 3, set = lit.

use firmware_protocol::wire::BUTTONS;
use firmware_protocol::{LampOutput, Level, ResetReason, Uid};

use crate::chance::Chance;
use crate::core_clock::{CoreClock, count};
use crate::program::Hardware;
use crate::register::{self, Register};

const LINE: Uart = Uart(Register::at(0x4000_C000));
const CONTACTS: Uart = Uart(Register::at(0x4000_D000));
const LAMPS: Uart = Uart(Register::at(0x4000_E000));
const LINE_INTERRUPT: usize = 5;
const CONTACTS_INTERRUPT: usize = 6;

/// Timer 0, which wakes the program each millisecond.
const TIMER_MODE: Register = Register::at(0x4003_0004);
const TIMER_CONTROL: Register = Register::at(0x4003_000C);
const TIMER_MASK: Register = Register::at(0x4003_0018);
const TIMER_CLEAR: Register = Register::at(0x4003_0024);
const TIMER_RELOAD: Register = Register::at(0x4003_0028);
const TIMER_INTERRUPT: usize = 19;
const PERIODIC: u32 = 2;

/// System control: why the chip started; clocks of timers and serial ports; the chip's numbers.
const RESET_CAUSE: Register = Register::at(0x400F_E05C);
const CLOCKS: Register = Register::at(0x400F_E104);
const TIMER0_AND_UARTS: u32 = 0x0001_0007;
/// What QEMU's core runs at before anything is set up.
const CYCLES_PER_MS: u32 = 12_500;

/// Readings of the clock that make the boot id.
const JITTER_READINGS: usize = 64;

/// The board.
pub struct Chip {
    clock: CoreClock,
    levels: u32,
    shown: u8,
}

impl Chip {
    /// Sets the chip up. Interrupts stay masked: they wake the core, and nothing else.
    pub fn start() -> Self {
        register::mask_interrupts();
        CLOCKS.set(TIMER0_AND_UARTS);
        for uart in [LINE, CONTACTS, LAMPS] {
            uart.open();
        }
        TIMER_MODE.write(PERIODIC);
        TIMER_RELOAD.write(CYCLES_PER_MS);
        TIMER_MASK.write(1);
        TIMER_CONTROL.write(1);
        for interrupt in [LINE_INTERRUPT, CONTACTS_INTERRUPT, TIMER_INTERRUPT] {
            register::enable_interrupt(interrupt);
        }
        Self {
            clock: CoreClock::start(CYCLES_PER_MS),
            levels: 0,
            shown: 0,
        }
    }
}

impl Hardware for Chip {
    /// The machine has no number of its own.
    fn uid(&self) -> Uid {
        Uid(*b"RINDAQEM")
    }

    /// The core's speed in QEMU depends on all that the host does besides, and the counter does
    /// not: how far the counter is after a stretch of work is chance.
    fn boot_id(&mut self) -> u32 {
        let mut chance = Chance::new();
        for _ in 0..JITTER_READINGS {
            let mut spins = 0_u32;
            let from = count();
            while from.wrapping_sub(count()) & 0x00FF_FFFF < CYCLES_PER_MS / 8 {
                spins = spins.wrapping_add(1);
            }
            chance.add(spins);
            chance.add(count());
        }
        chance.number()
    }

    fn reset_reason(&self) -> ResetReason {
        match RESET_CAUSE.read() {
            cause if cause & 0b0_0010 != 0 => ResetReason::PowerOn,
            cause if cause & 0b0_0100 != 0 => ResetReason::BrownOut,
            cause if cause & 0b0_1000 != 0 => ResetReason::Watchdog,
            cause if cause & 0b0_0001 != 0 => ResetReason::External,
            _ => ResetReason::Unknown,
        }
    }

    fn now_ms(&mut self) -> u64 {
        self.clock.now_ms()
    }

    fn contacts(&mut self) -> [Level; BUTTONS] {
        if let Some(levels) = CONTACTS.read() {
            self.levels = u32::from(levels);
        }
        [0, 1, 2].map(|bit| match self.levels >> bit & 1 {
            0 => Level::Released,
            _ => Level::Pressed,
        })
    }

    fn show(&mut self, lamps: [LampOutput; BUTTONS]) {
        let mut lit = 0;
        for (bit, lamp) in lamps.into_iter().enumerate() {
            lit |= u8::from(lamp == LampOutput::Lit) << bit;
        }
        if lit != self.shown && LAMPS.write(lit) {
            self.shown = lit;
        }
    }

    fn read(&mut self) -> Option<u8> {
        LINE.read()
    }

    fn write(&mut self, byte: u8) -> bool {
        LINE.write(byte)
    }

    fn all_sent(&mut self) -> bool {
        !LINE.is_busy()
    }

    fn rest(&mut self) {
        register::wait_for_interrupt();
        TIMER_CLEAR.write(1);
        for uart in [LINE, CONTACTS] {
            uart.clear_interrupts();
        }
        for interrupt in [LINE_INTERRUPT, CONTACTS_INTERRUPT, TIMER_INTERRUPT] {
            register::clear_interrupt(interrupt);
        }
    }

    fn restart(&mut self) -> ! {
        register::restart()
    }
}

/// A serial port, an ARM PL011.
#[derive(Clone, Copy)]
struct Uart(Register);

impl Uart {
    const FLAGS: usize = 0x18;
    const LINE_CONTROL: usize = 0x2C;
    const CONTROL: usize = 0x30;
    const INTERRUPT_MASK: usize = 0x38;
    const INTERRUPT_CLEAR: usize = 0x44;
    const BUSY: u32 = 1 << 3;
    const NOTHING_CAME: u32 = 1 << 4;
    const NO_ROOM: u32 = 1 << 5;
    const EIGHT_BITS_WITH_QUEUES: u32 = 0x70;
    const ENABLED_BOTH_WAYS: u32 = 0x301;
    const SOMETHING_CAME: u32 = 0x50;

    fn open(self) {
        self.0.offset(Self::CONTROL).write(0);
        self.0
            .offset(Self::LINE_CONTROL)
            .write(Self::EIGHT_BITS_WITH_QUEUES);
        self.0
            .offset(Self::INTERRUPT_MASK)
            .write(Self::SOMETHING_CAME);
        self.0.offset(Self::CONTROL).write(Self::ENABLED_BOTH_WAYS);
    }

    fn clear_interrupts(self) {
        self.0.offset(Self::INTERRUPT_CLEAR).write(0x7FF);
    }

    fn read(self) -> Option<u8> {
        if self.0.offset(Self::FLAGS).has(Self::NOTHING_CAME) {
            return None;
        }
        Some((self.0.read() & 0xFF) as u8)
    }

    fn write(self, byte: u8) -> bool {
        if self.0.offset(Self::FLAGS).has(Self::NO_ROOM) {
            return false;
        }
        self.0.write(u32::from(byte));
        true
    }

    fn is_busy(self) -> bool {
        self.0.offset(Self::FLAGS).has(Self::BUSY)
    }
}
