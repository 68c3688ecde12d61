//! Memory-mapped registers and the two instructions the program needs: all of its `unsafe`.
#![expect(unsafe_code, reason = "registers are reached through their addresses")]

#[cfg(feature = "lm3s6965")]
use core::arch::asm;

/// System control block: application interrupt and reset control.
const AIRCR: Register = Register::at(0xE000_ED0C);
/// The key that opens `AIRCR`, with the bit that asks for a reset.
const RESET_REQUEST: u32 = 0x05FA_0004;
/// Interrupt set-enable, and clear-pending, one bit for each of the first 64.
const ENABLE: [Register; 2] = [Register::at(0xE000_E100), Register::at(0xE000_E104)];
#[cfg(feature = "lm3s6965")]
const CLEAR_PENDING: [Register; 2] = [Register::at(0xE000_E280), Register::at(0xE000_E284)];

/// One 32-bit register of the chip.
#[derive(Clone, Copy)]
pub struct Register(usize);

impl Register {
    /// The register at an address. Only for addresses that the chip's manual gives as 32-bit
    /// registers, or as words of its read-only memory: each is named in a constant.
    pub const fn at(address: usize) -> Self {
        Self(address)
    }

    /// The register so many bytes behind this one.
    #[cfg(feature = "lm3s6965")]
    pub const fn offset(self, bytes: usize) -> Self {
        Self(self.0 + bytes)
    }

    pub fn read(self) -> u32 {
        // SAFETY: the address is a word-aligned register or word of the chip's address map (see
        // `at`), outside all memory that Rust manages, so reading it races with nothing.
        unsafe { core::ptr::with_exposed_provenance::<u32>(self.0).read_volatile() }
    }

    pub fn write(self, value: u32) {
        // SAFETY: as in `read`; no register written here lets the chip reach Rust's memory by
        // itself: direct memory access is not used.
        unsafe { core::ptr::with_exposed_provenance_mut::<u32>(self.0).write_volatile(value) }
    }

    /// Writes the register with these bits set as well.
    pub fn set(self, bits: u32) {
        self.write(self.read() | bits);
    }

    /// Whether any of these bits is set.
    pub fn has(self, bits: u32) -> bool {
        self.read() & bits != 0
    }
}

/// Lets an interrupt, numbered from 0 as in the vector table after the exceptions, wake or
/// interrupt the program.
pub fn enable_interrupt(number: usize) {
    if let Some(register) = ENABLE.get(number / 32) {
        register.write(1 << (number % 32));
    }
}

/// Forgets that an interrupt was asked for.
#[cfg(feature = "lm3s6965")]
pub fn clear_interrupt(number: usize) {
    if let Some(register) = CLEAR_PENDING.get(number / 32) {
        register.write(1 << (number % 32));
    }
}

/// From here on interrupts wake the program and no longer interrupt it.
#[cfg(feature = "lm3s6965")]
pub fn mask_interrupts() {
    // SAFETY: masks interrupts and touches no memory; nothing relies on their being taken.
    unsafe { asm!("cpsid i", options(nomem, nostack, preserves_flags)) }
}

/// Waits for an enabled interrupt, masked or not.
#[cfg(feature = "lm3s6965")]
pub fn wait_for_interrupt() {
    // SAFETY: stops the core until an interrupt is pending; touches no memory.
    unsafe { asm!("wfi", options(nomem, nostack, preserves_flags)) }
}

/// Restarts the chip.
pub fn restart() -> ! {
    loop {
        AIRCR.write(RESET_REQUEST);
    }
}
