//! The identity of a press.

use core::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::wire::Uid;

/// Which press of which board: the key under which it has its effect exactly once.
///
/// Ordered by board, start of the board and number. As text, and in serde, it is
/// `<uid>-<boot_id>-<seq>` in lower-case hex with leading zeros, 34 characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PressId {
    /// The board.
    pub uid: Uid,
    /// The board's start.
    pub boot_id: u32,
    /// The press's number since that start.
    pub seq: u32,
}

const UID_DIGITS: usize = 16;
const U32_DIGITS: usize = 8;
/// The length of a press's text in bytes.
pub const PRESS_ID_LEN: usize = UID_DIGITS + 1 + U32_DIGITS + 1 + U32_DIGITS;

/// A text that is not the identity of a press or a board.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "not an id: write a board as 16 lower-case hex digits, \
     a press as the board's, `-`, 8 digits, `-`, 8 digits"
)]
pub struct BadId;

impl fmt::Display for PressId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}-{:08x}-{:08x}", self.uid, self.boot_id, self.seq)
    }
}

impl FromStr for PressId {
    type Err = BadId;

    fn from_str(text: &str) -> Result<Self, BadId> {
        let (uid, rest) = text.split_once('-').ok_or(BadId)?;
        let (boot_id, seq) = rest.split_once('-').ok_or(BadId)?;
        Ok(Self {
            uid: uid.parse()?,
            boot_id: parse_u32(boot_id)?,
            seq: parse_u32(seq)?,
        })
    }
}

impl FromStr for Uid {
    type Err = BadId;

    fn from_str(text: &str) -> Result<Self, BadId> {
        let digits = hex(text, UID_DIGITS)?;
        u64::from_str_radix(digits, 16)
            .map(|number| Self(number.to_be_bytes()))
            .map_err(|_| BadId)
    }
}

fn parse_u32(text: &str) -> Result<u32, BadId> {
    u32::from_str_radix(hex(text, U32_DIGITS)?, 16).map_err(|_| BadId)
}

/// One text per identity: neither upper case nor a sign nor a missing zero will do.
fn hex(text: &str, digits: usize) -> Result<&str, BadId> {
    let lower_hex = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
    if text.len() == digits && text.bytes().all(lower_hex) {
        Ok(text)
    } else {
        Err(BadId)
    }
}

impl Serialize for PressId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for PressId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text;
        impl de::Visitor<'_> for Text {
            type Value = PressId;

            fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str("the identity of a press as text")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<PressId, E> {
                text.parse().map_err(E::custom)
            }
        }
        deserializer.deserialize_str(Text)
    }
}
