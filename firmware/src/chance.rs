//! A random number out of many readings that are each hardly random.

/// Mixes readings of noise; each reading changes every bit of what comes after it.
pub struct Chance(u64);

impl Chance {
    pub const fn new() -> Self {
        Self(0x9E37_79B9_7F4A_7C15)
    }

    pub fn add(&mut self, reading: u32) {
        let mut mixed = self.0 ^ u64::from(reading);
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        self.0 = (mixed ^ (mixed >> 31)).wrapping_add(0x9E37_79B9_7F4A_7C15);
    }

    pub const fn number(&self) -> u32 {
        (self.0 >> 32) as u32
    }
}
