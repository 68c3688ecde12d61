//! The STM32F103C8 of a "Blue Pill" board. `README.md` has the wiring, and what of this was run.
//!
//! | what | pin |
//! |---|---|
//! | contacts of buttons 1, 2, 3, closing to ground | PA0, PA1, PA2, pulled up |
//! | lamps 1, 2, 3, lit = high | PB12, PB13, PB14 |
//! | line to the host, 115200 baud | PA9 out, PA10 in |

use core::sync::atomic::{AtomicU8, AtomicUsize, Ordering};

use cortex_m_rt::exception;
use firmware_protocol::wire::BUTTONS;
use firmware_protocol::{LampOutput, Level, ResetReason, Uid};

use crate::chance::Chance;
use crate::core_clock::{CoreClock, count};
use crate::program::Hardware;
use crate::register::{self, Register};

/// Reset and clock control.
const CLOCK: Register = Register::at(0x4002_1000);
const CLOCK_SOURCE: Register = Register::at(0x4002_1004);
const CLOCKS_APB2: Register = Register::at(0x4002_1018);
const RESET_CAUSE: Register = Register::at(0x4002_1024);
const CRYSTAL_ON: u32 = 1 << 16;
const CRYSTAL_READY: u32 = 1 << 17;
const CORE_FROM_CRYSTAL: u32 = 1;
/// Ports A and B, converter 1, serial port 1.
const USED_APB2: u32 = 1 << 2 | 1 << 3 | 1 << 9 | 1 << 14;
const FORGET_RESET_CAUSE: u32 = 1 << 24;
/// Readings of the crystal's state before the program gives it up: milliseconds, which is what
/// a crystal takes to start.
const CRYSTAL_READINGS: u32 = 20_000;
/// The crystal of the board, and the oscillator the chip falls back to, both run at 8 MHz.
const CYCLES_PER_MS: u32 = 8_000;

const PORT_A_LOW: Register = Register::at(0x4001_0800);
const PORT_A_HIGH: Register = Register::at(0x4001_0804);
const PORT_A_IN: Register = Register::at(0x4001_0808);
const PORT_A_OUT: Register = Register::at(0x4001_080C);
const PORT_B_HIGH: Register = Register::at(0x4001_0C04);
const PORT_B_SET: Register = Register::at(0x4001_0C10);
/// Four bits for each of eight pins; PA0 to PA2 in with a pull, the others as after reset.
const CONTACTS_IN: u32 = 0x4444_4888;
const CONTACTS_PULLED_UP: u32 = 0b111;
/// PA9 is the serial port's, PA10 in with a pull: a line that is not plugged in is at rest.
const LINE_PINS: u32 = 0x4444_48B4;
const LINE_PULLED_UP: u32 = 1 << 10;
/// PB12 to PB14 out.
const LAMPS_OUT: u32 = 0x4222_4444;
const FIRST_LAMP: usize = 12;

const LINE_STATUS: Register = Register::at(0x4001_3800);
const LINE_DATA: Register = Register::at(0x4001_3804);
const LINE_SPEED: Register = Register::at(0x4001_3808);
const LINE_CONTROL: Register = Register::at(0x4001_380C);
const LINE_INTERRUPT: i16 = 37;
const CAME: u32 = 1 << 5;
const OVERRUN: u32 = 1 << 3;
const SENT: u32 = 1 << 6;
const ROOM: u32 = 1 << 7;
/// On, both ways, with an interrupt for each byte that came.
const LINE_ON: u32 = 1 << 13 | 1 << 5 | 1 << 3 | 1 << 2;
/// 8 MHz / 115200, rounded: 0.6 % too fast.
const BAUD_115200: u32 = 69;

/// The watchdog: 4000 times 16 cycles of the 40 kHz oscillator, 1.6 s.
const DOG_KEY: Register = Register::at(0x4000_3000);
const DOG_DIVISOR: Register = Register::at(0x4000_3004);
const DOG_RELOAD: Register = Register::at(0x4000_3008);
const DOG_OPEN: u32 = 0x5555;
const DOG_FEED: u32 = 0xAAAA;
const DOG_START: u32 = 0xCCCC;
const DOG_BY_16: u32 = 2;
const DOG_CYCLES: u32 = 4_000;

const CONVERTER_STATUS: Register = Register::at(0x4001_2400);
const CONVERTER_CONTROL: Register = Register::at(0x4001_2408);
const CONVERTER_CHANNEL: Register = Register::at(0x4001_2434);
const CONVERTER_VALUE: Register = Register::at(0x4001_244C);
const CONVERTER_ON: u32 = 1 | 1 << 23;
const CONVERTED: u32 = 1 << 1;
const THERMOMETER: u32 = 16;
/// Readings of the thermometer that make the boot id; the lowest bit of each is noise.
const NOISE_READINGS: usize = 256;

/// Twelve bytes that no other chip has.
#[cfg(not(feature = "unnumbered"))]
const UNIQUE: [Register; 3] = [
    Register::at(0x1FFF_F7E8),
    Register::at(0x1FFF_F7EC),
    Register::at(0x1FFF_F7F0),
];

/// The board.
pub struct Chip {
    clock: CoreClock,
    reset_cause: u32,
}

impl Chip {
    /// Sets the chip up.
    pub fn start() -> Self {
        run_from_crystal();
        CLOCKS_APB2.set(USED_APB2);
        let reset_cause = RESET_CAUSE.read();
        RESET_CAUSE.set(FORGET_RESET_CAUSE);
        PORT_A_OUT.set(CONTACTS_PULLED_UP | LINE_PULLED_UP);
        PORT_A_LOW.write(CONTACTS_IN);
        PORT_A_HIGH.write(LINE_PINS);
        PORT_B_HIGH.write(LAMPS_OUT);
        LINE_SPEED.write(BAUD_115200);
        LINE_CONTROL.write(LINE_ON);
        register::enable_interrupt(LINE_INTERRUPT as usize);
        for (register, value) in [
            (DOG_KEY, DOG_OPEN),
            (DOG_DIVISOR, DOG_BY_16),
            (DOG_RELOAD, DOG_CYCLES),
            (DOG_KEY, DOG_START),
        ] {
            register.write(value);
        }
        Self {
            clock: CoreClock::start(CYCLES_PER_MS),
            reset_cause,
        }
    }
}

/// A crystal keeps the line's speed in heat and cold; without one the chip's own oscillator
/// has to do.
fn run_from_crystal() {
    CLOCK.set(CRYSTAL_ON);
    for _ in 0..CRYSTAL_READINGS {
        if CLOCK.has(CRYSTAL_READY) {
            CLOCK_SOURCE.set(CORE_FROM_CRYSTAL);
            return;
        }
    }
}

#[cfg(not(feature = "unnumbered"))]
fn chip_number() -> [u32; 3] {
    UNIQUE.map(Register::read)
}

#[cfg(feature = "unnumbered")]
fn chip_number() -> [u32; 3] {
    [0; 3]
}

impl Hardware for Chip {
    /// The twelve bytes folded to eight.
    fn uid(&self) -> Uid {
        let [a, b, c] = chip_number();
        let folded = u64::from(a) << 32 | u64::from(b ^ c.rotate_left(16));
        Uid(folded.to_be_bytes())
    }

    /// Noise of the converter, mixed with the chip's own number.
    fn boot_id(&mut self) -> u32 {
        let mut chance = Chance::new();
        for word in chip_number() {
            chance.add(word);
        }
        CONVERTER_CHANNEL.write(THERMOMETER);
        for _ in 0..NOISE_READINGS {
            // Each writing of the bit that is set already starts a conversion.
            CONVERTER_CONTROL.write(CONVERTER_ON);
            let from = count();
            while !CONVERTER_STATUS.has(CONVERTED)
                && from.wrapping_sub(count()) & 0x00FF_FFFF < CYCLES_PER_MS
            {}
            chance.add(CONVERTER_VALUE.read());
            chance.add(count());
            DOG_KEY.write(DOG_FEED);
        }
        CONVERTER_CONTROL.write(0);
        chance.number()
    }

    fn reset_reason(&self) -> ResetReason {
        match self.reset_cause {
            cause if cause & (1 << 27) != 0 => ResetReason::PowerOn,
            cause if cause & (1 << 29) != 0 => ResetReason::Watchdog,
            cause if cause & (1 << 26) != 0 => ResetReason::External,
            _ => ResetReason::Unknown,
        }
    }

    fn now_ms(&mut self) -> u64 {
        self.clock.now_ms()
    }

    fn contacts(&mut self) -> [Level; BUTTONS] {
        let pins = PORT_A_IN.read();
        [0, 1, 2].map(|bit| match pins >> bit & 1 {
            0 => Level::Pressed,
            _ => Level::Released,
        })
    }

    fn show(&mut self, lamps: [LampOutput; BUTTONS]) {
        // The lower half of the register sets pins, the upper half clears them.
        let pins = lamps.into_iter().enumerate().map(|(place, lamp)| {
            let pin = FIRST_LAMP + place;
            match lamp {
                LampOutput::Lit => 1_u32 << pin,
                LampOutput::Dark => 1_u32 << (pin + 16),
            }
        });
        PORT_B_SET.write(pins.fold(0, |all, pin| all | pin));
    }

    fn read(&mut self) -> Option<u8> {
        CAME_IN.take()
    }

    fn write(&mut self, byte: u8) -> bool {
        if !LINE_STATUS.has(ROOM) {
            return false;
        }
        LINE_DATA.write(u32::from(byte));
        true
    }

    fn all_sent(&mut self) -> bool {
        LINE_STATUS.has(SENT)
    }

    /// Turns follow each other without a pause: the mains feed the board, and a contact that is
    /// looked at more often is read more truly.
    fn rest(&mut self) {
        DOG_KEY.write(DOG_FEED);
    }

    fn restart(&mut self) -> ! {
        register::restart()
    }
}

/// Bytes between the interrupt and the loop. The chip itself keeps one, for 87 µs; a turn of the
/// loop takes longer.
struct Queue {
    bytes: [AtomicU8; Self::SIZE],
    put: AtomicUsize,
    taken: AtomicUsize,
}

static CAME_IN: Queue = Queue {
    bytes: [const { AtomicU8::new(0) }; Queue::SIZE],
    put: AtomicUsize::new(0),
    taken: AtomicUsize::new(0),
};

impl Queue {
    /// More than the host sends in one go; what does not fit is lost, which the check sums tell.
    const SIZE: usize = 256;

    /// For the interrupt alone.
    fn put(&self, byte: u8) {
        let put = self.put.load(Ordering::Relaxed);
        let kept = put.wrapping_sub(self.taken.load(Ordering::Acquire));
        if kept < Self::SIZE
            && let Some(place) = self.bytes.get(put % Self::SIZE)
        {
            place.store(byte, Ordering::Relaxed);
            self.put.store(put.wrapping_add(1), Ordering::Release);
        }
    }

    /// For the loop alone.
    fn take(&self) -> Option<u8> {
        let taken = self.taken.load(Ordering::Relaxed);
        if taken == self.put.load(Ordering::Acquire) {
            return None;
        }
        let byte = self.bytes.get(taken % Self::SIZE)?.load(Ordering::Relaxed);
        self.taken.store(taken.wrapping_add(1), Ordering::Release);
        Some(byte)
    }
}

/// The only interrupt that is enabled is the line's.
#[exception]
#[allow(unsafe_code)] // The attribute demands the word.
// SAFETY: the handler uses atomics and registers that the loop does not read at the same time: the
// line's data register is read here alone.
unsafe fn DefaultHandler(interrupt: i16) {
    if interrupt == LINE_INTERRUPT {
        while LINE_STATUS.has(CAME | OVERRUN) {
            CAME_IN.put((LINE_DATA.read() & 0xFF) as u8);
        }
    }
}
