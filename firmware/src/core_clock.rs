//! Time from SysTick, the 24-bit counter every Cortex-M3 has.

use crate::register::Register;

const CONTROL: Register = Register::at(0xE000_E010);
const RELOAD: Register = Register::at(0xE000_E014);
const CURRENT: Register = Register::at(0xE000_E018);
const ENABLE_ON_CORE_CLOCK: u32 = 0b101;
/// The counter's largest value.
const MASK: u32 = 0x00FF_FFFF;

/// A clock that counts from its start. Between two readings less than 2^24 cycles may pass: a
/// second at 16 MHz.
pub struct CoreClock {
    cycles_per_ms: u64,
    cycles: u64,
    last: u32,
}

impl CoreClock {
    /// Starts counting the core's cycles.
    pub fn start(cycles_per_ms: u32) -> Self {
        RELOAD.write(MASK);
        CURRENT.write(0);
        CONTROL.write(ENABLE_ON_CORE_CLOCK);
        Self {
            cycles_per_ms: u64::from(cycles_per_ms.max(1)),
            cycles: 0,
            last: count(),
        }
    }

    /// Milliseconds since the start.
    pub fn now_ms(&mut self) -> u64 {
        let now = count();
        let passed = self.last.wrapping_sub(now) & MASK;
        self.last = now;
        self.cycles = self.cycles.saturating_add(u64::from(passed));
        self.cycles / self.cycles_per_ms
    }
}

/// The counter, which counts down.
pub fn count() -> u32 {
    CURRENT.read() & MASK
}
