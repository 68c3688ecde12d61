//! Messages to bytes and back.
//!
//! A frame is `COBS( version | postcard(message) | CRC-32C ) 0x00`. A zero byte stands
//! nowhere else, so whatever noise the line makes, reading is in step again at the next one.

use core::marker::PhantomData;

use crc::{CRC_32_ISCSI, Crc};
use serde::{Serialize, de::DeserializeOwned};

use crate::wire::{BoardMessage, HostMessage, VERSION};

/// The most bytes between the two steps of a frame: version, message and check sum.
pub const DECODED_MAX: usize = 64;
/// The most bytes of a frame on the line: a zero before, COBS's one extra, a zero after.
pub const FRAME_MAX: usize = DECODED_MAX + 3;

const CRC_LEN: usize = 4;
const COBS_MAX: usize = DECODED_MAX + 1;
const CRC_32C: Crc<u32> = Crc::<u32>::new(&CRC_32_ISCSI);

mod direction {
    /// Keeps the set of message types closed: `encode` is proven for exactly these two.
    pub trait Sealed {}
    impl Sealed for crate::wire::BoardMessage {}
    impl Sealed for crate::wire::HostMessage {}
}

/// A message of one direction of the line.
pub trait WireMessage: direction::Sealed + Serialize + DeserializeOwned {
    /// Whether this message opens the line, and so is preceded by a zero byte that ends
    /// whatever half frame or noise stands before it.
    fn opens(&self) -> bool;
}

impl WireMessage for BoardMessage {
    fn opens(&self) -> bool {
        matches!(self, Self::Hello { .. })
    }
}

impl WireMessage for HostMessage {
    fn opens(&self) -> bool {
        matches!(self, Self::Hello { .. })
    }
}

/// The bytes of one frame, ready for the line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Frame {
    bytes: [u8; FRAME_MAX],
    len: usize,
}

impl Frame {
    const EMPTY: Self = Self {
        bytes: [0; FRAME_MAX],
        len: 1,
    };

    /// The bytes to send.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        self.bytes.get(..self.len).unwrap_or_default()
    }
}

impl AsRef<[u8]> for Frame {
    fn as_ref(&self) -> &[u8] {
        self.as_bytes()
    }
}

/// The frame of a message.
#[must_use]
pub fn encode<M: WireMessage>(message: &M) -> Frame {
    // No message with all its fields at their largest comes near the limit, as a test of
    // this module shows. Were it otherwise, a lone zero is a frame every receiver skips.
    try_encode(VERSION, message).unwrap_or(Frame::EMPTY)
}

fn try_encode<M: WireMessage>(version: u8, message: &M) -> Option<Frame> {
    let mut plain = [0; DECODED_MAX];
    let (first, rest) = plain.split_first_mut()?;
    *first = version;
    let body_len = postcard::to_slice(message, rest).ok()?.len();
    let checked_len = 1 + body_len;
    let crc = CRC_32C.checksum(plain.get(..checked_len)?).to_le_bytes();
    let plain_len = checked_len + CRC_LEN;
    plain.get_mut(checked_len..plain_len)?.copy_from_slice(&crc);

    let mut frame = Frame::EMPTY;
    let start = usize::from(message.opens());
    let room = frame.bytes.get_mut(start..FRAME_MAX - 1)?;
    let cobs_len = cobs::try_encode(plain.get(..plain_len)?, room).ok()?;
    frame.len = start + cobs_len + 1;
    Some(frame)
}

/// Why bytes between two zeros were not a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FrameError {
    /// More bytes without a zero than the longest frame has.
    #[error("longer than any frame: noise, or another speed on the line")]
    TooLong,
    /// The byte stuffing points beyond the frame.
    #[error("the byte stuffing is broken: bytes were lost or garbled")]
    BadCobs,
    /// The check sum is wrong or missing.
    #[error("the check sum is wrong: bytes were lost or garbled")]
    BadCrc,
    /// The frame is whole, but of another protocol version.
    #[error("protocol version {0} is not spoken here: update the board or the daemon")]
    Version(u8),
    /// The frame is whole and of this version, but no message of this version.
    #[error("a whole frame that is no message: the peer breaks the protocol")]
    Malformed,
}

/// How many frames failed, by reason; each count stops at its largest value.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ErrorCounts {
    /// [`FrameError::TooLong`].
    pub too_long: u32,
    /// [`FrameError::BadCobs`].
    pub bad_cobs: u32,
    /// [`FrameError::BadCrc`].
    pub bad_crc: u32,
    /// [`FrameError::Version`].
    pub version: u32,
    /// [`FrameError::Malformed`].
    pub malformed: u32,
}

impl ErrorCounts {
    fn add(&mut self, error: FrameError) {
        let count = match error {
            FrameError::TooLong => &mut self.too_long,
            FrameError::BadCobs => &mut self.bad_cobs,
            FrameError::BadCrc => &mut self.bad_crc,
            FrameError::Version(_) => &mut self.version,
            FrameError::Malformed => &mut self.malformed,
        };
        *count = count.saturating_add(1);
    }

    /// All of them together.
    #[must_use]
    pub fn total(&self) -> u32 {
        [self.bad_cobs, self.bad_crc, self.version, self.malformed]
            .into_iter()
            .fold(self.too_long, u32::saturating_add)
    }
}

/// Reads messages out of a stream of bytes, however the stream is cut into pieces.
#[derive(Clone, Debug)]
pub struct Decoder<M> {
    bytes: [u8; COBS_MAX],
    len: usize,
    /// The frame was too long and has been reported; its rest is skipped.
    skipping: bool,
    errors: ErrorCounts,
    message: PhantomData<M>,
}

impl<M: WireMessage> Default for Decoder<M> {
    fn default() -> Self {
        Self::new()
    }
}

impl<M: WireMessage> Decoder<M> {
    /// A decoder at the start of a stream.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            bytes: [0; COBS_MAX],
            len: 0,
            skipping: false,
            errors: ErrorCounts {
                too_long: 0,
                bad_cobs: 0,
                bad_crc: 0,
                version: 0,
                malformed: 0,
            },
            message: PhantomData,
        }
    }

    /// Takes one byte; gives a message or an error where one is complete with it.
    pub fn push(&mut self, byte: u8) -> Option<Result<M, FrameError>> {
        let outcome = if byte == 0 {
            self.end_of_frame()?
        } else {
            Err(self.store(byte)?)
        };
        if let Err(error) = outcome {
            self.errors.add(error);
        }
        Some(outcome)
    }

    /// Takes a piece of the stream; gives its messages and errors in order.
    ///
    /// Bytes are read as the iterator is driven: drive it to its end.
    pub fn feed<'a>(
        &'a mut self,
        bytes: &'a [u8],
    ) -> impl Iterator<Item = Result<M, FrameError>> + 'a {
        bytes.iter().filter_map(|&byte| self.push(byte))
    }

    /// How many frames failed since the start, by reason.
    #[must_use]
    pub fn errors(&self) -> ErrorCounts {
        self.errors
    }

    /// Forgets a half frame, as after the port was opened anew; keeps the counts.
    pub fn restart(&mut self) {
        self.len = 0;
        self.skipping = false;
    }

    fn store(&mut self, byte: u8) -> Option<FrameError> {
        if self.skipping {
            return None;
        }
        match self.bytes.get_mut(self.len) {
            Some(place) => {
                *place = byte;
                self.len += 1;
                None
            }
            None => {
                self.skipping = true;
                Some(FrameError::TooLong)
            }
        }
    }

    fn end_of_frame(&mut self) -> Option<Result<M, FrameError>> {
        let whole = !self.skipping && self.len > 0;
        let outcome = whole.then(|| decode(self.bytes.get(..self.len).unwrap_or_default()));
        self.restart();
        outcome
    }
}

fn decode<M: WireMessage>(stuffed: &[u8]) -> Result<M, FrameError> {
    let mut plain = [0; DECODED_MAX];
    let len = cobs::decode(stuffed, &mut plain).map_err(|_| FrameError::BadCobs)?;
    let (checked, crc) = plain
        .get(..len)
        .and_then(<[u8]>::split_last_chunk::<CRC_LEN>)
        .ok_or(FrameError::BadCrc)?;
    if CRC_32C.checksum(checked) != u32::from_le_bytes(*crc) {
        return Err(FrameError::BadCrc);
    }
    let (&version, body) = checked.split_first().ok_or(FrameError::Malformed)?;
    if version != VERSION {
        return Err(FrameError::Version(version));
    }
    match postcard::take_from_bytes(body) {
        Ok((message, [])) => Ok(message),
        Ok(_) | Err(_) => Err(FrameError::Malformed),
    }
}
