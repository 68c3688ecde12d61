//! The messages of protocol version 1 and its timing.
//!
//! Append-only: a variant keeps its place and its fields for ever, a new one goes to the
//! end of its enum, and `tests/wire_v1.rs` holds the bytes of those that exist.

use core::fmt;

use serde::{Deserialize, Serialize};

/// The protocol version, first byte of every frame.
pub const VERSION: u8 = 1;
/// The oldest protocol version this crate speaks.
pub const PROTO_MIN: u8 = 1;
/// The newest protocol version this crate speaks.
pub const PROTO_MAX: u8 = VERSION;
/// The session number that stands for "no session"; no host opens a session with it.
pub const NO_SESSION: u32 = 0;

/// Buttons on the kiosk, and lamps beside them.
pub const BUTTONS: usize = 3;
/// Presses the board keeps until the host has acknowledged them.
pub const PRESS_RING: usize = 16;
/// A contact must be open this long before its closing counts as a press, in milliseconds.
pub const DEBOUNCE_MS: u64 = 30;
/// A button held longer than this is reported as stuck, in milliseconds.
pub const STUCK_MS: u64 = 60_000;
/// The board repeats its oldest unacknowledged press this often, in milliseconds.
pub const REPEAT_MS: u64 = 100;
/// Board and host each send a heartbeat this often, in milliseconds.
pub const HEARTBEAT_MS: u64 = 1_000;
/// A peer not heard for this long is gone, in milliseconds.
pub const SILENCE_MS: u64 = 3_000;
/// The board leaves this long between two faults, in milliseconds.
pub const FAULT_GAP_MS: u64 = 200;
/// A press older than this when it reaches the host gets no ticket, in milliseconds.
pub const PRESS_EXPIRES_MS: u64 = 10_000;

/// What the board tells the host.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum BoardMessage {
    /// The answer to the host's `Hello`, and to a frame of a version the board does not speak.
    Hello {
        /// The oldest protocol version the board speaks.
        proto_min: u8,
        /// The newest protocol version the board speaks.
        proto_max: u8,
        /// The version of the board's program.
        firmware: FirmwareVersion,
        /// Which board this is.
        uid: Uid,
        /// A random number drawn at each start of the board.
        boot_id: u32,
        /// Why the board started.
        reset_reason: ResetReason,
        /// The oldest press not yet acknowledged; equal to `next_seq` if there is none.
        oldest_unacked: u32,
        /// The number the next press will get.
        next_seq: u32,
        /// The session this answers, or [`NO_SESSION`].
        session: u32,
        /// The board's clock at sending, milliseconds since its start.
        now_ms: u64,
    },
    /// A button was pressed. Repeated until acknowledged, always the oldest press.
    Press {
        /// The press's number, counted from 1 at each start of the board.
        seq: u32,
        /// Which button.
        button: Button,
        /// When the contact first closed, on the board's clock in milliseconds.
        at_ms: u64,
        /// How long it was held, in milliseconds; until now if it still is.
        held_ms: u32,
        /// Contact edges taken for bouncing so far; 255 stands for 255 or more.
        bounces: u8,
    },
    /// Each second, so that the host knows the board and its clock.
    Heartbeat {
        /// The session the board believes in.
        session: u32,
        /// The board's clock at sending, milliseconds since its start.
        now_ms: u64,
        /// Presses not yet acknowledged.
        unacked: u8,
    },
    /// The command with this id was carried out.
    Ack {
        /// The command's id.
        id: u32,
    },
    /// The command with this id was refused.
    Nak {
        /// The command's id.
        id: u32,
        /// Why.
        reason: NakReason,
    },
    /// Something is wrong at the board.
    Fault {
        /// What.
        code: FaultCode,
        /// A detail, see [`FaultCode`].
        arg: u32,
    },
}

/// What the host tells the board.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum HostMessage {
    /// Opens a session; repeated each second until the board's `Hello` carries its number.
    Hello {
        /// A number other than [`NO_SESSION`] and than that of any recent session.
        session: u32,
    },
    /// The presses up to this one are in the host's durable record.
    AckPress {
        /// The board start these presses belong to.
        boot_id: u32,
        /// The number of the newest of them.
        up_to: u32,
    },
    /// The whole state of the lamps; doing it twice is doing it once.
    SetLamps {
        /// The command's id, rising within a session.
        id: u32,
        /// The lamps of buttons 1, 2 and 3.
        lamps: [Lamp; BUTTONS],
    },
    /// Each second, so that the board knows the host.
    Heartbeat {
        /// The host's session.
        session: u32,
    },
    /// Restart the board; refused while it keeps unacknowledged presses.
    Reset {
        /// The command's id, rising within a session.
        id: u32,
    },
}

/// One of the kiosk's buttons; on the wire its number as one byte.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "u8", into = "u8")]
pub enum Button {
    /// Button 1.
    One,
    /// Button 2.
    Two,
    /// Button 3.
    Three,
}

impl Button {
    /// All buttons in order.
    pub const ALL: [Self; BUTTONS] = [Self::One, Self::Two, Self::Three];

    /// The number printed beside the button, 1 to 3.
    #[must_use]
    pub const fn number(self) -> u8 {
        match self {
            Self::One => 1,
            Self::Two => 2,
            Self::Three => 3,
        }
    }
}

/// There is no button with this number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no button {0}; the buttons are 1 to 3")]
pub struct NoSuchButton(pub u8);

impl TryFrom<u8> for Button {
    type Error = NoSuchButton;

    fn try_from(number: u8) -> Result<Self, NoSuchButton> {
        match number {
            1 => Ok(Self::One),
            2 => Ok(Self::Two),
            3 => Ok(Self::Three),
            other => Err(NoSuchButton(other)),
        }
    }
}

impl From<Button> for u8 {
    fn from(button: Button) -> Self {
        button.number()
    }
}

impl fmt::Display for Button {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.number().fmt(out)
    }
}

/// What a lamp shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Lamp {
    /// Dark.
    #[default]
    Off,
    /// Lit.
    On,
    /// Half a second lit, half a second dark.
    Blink,
    /// A short flash every second: the service cannot be had.
    OutOfService,
}

/// What a lamp's driver pin gives at one instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LampOutput {
    /// No current.
    Dark,
    /// Full current.
    Lit,
}

/// One period of every blinking lamp, in milliseconds.
pub const LAMP_PERIOD_MS: u64 = 1_000;
const BLINK_LIT_MS: u64 = 500;
const OUT_OF_SERVICE_LIT_MS: u64 = 100;

impl Lamp {
    /// The lamp's output at a moment of the board's clock; all lamps blink in phase.
    #[must_use]
    pub const fn output(self, now_ms: u64) -> LampOutput {
        let lit_ms = match self {
            Self::Off => 0,
            Self::On => LAMP_PERIOD_MS,
            Self::Blink => BLINK_LIT_MS,
            Self::OutOfService => OUT_OF_SERVICE_LIT_MS,
        };
        if now_ms % LAMP_PERIOD_MS < lit_ms {
            LampOutput::Lit
        } else {
            LampOutput::Dark
        }
    }

    /// When the output changes next, or `None` if this lamp is steady.
    #[must_use]
    pub const fn next_change(self, now_ms: u64) -> Option<u64> {
        let lit_ms = match self {
            Self::Off | Self::On => return None,
            Self::Blink => BLINK_LIT_MS,
            Self::OutOfService => OUT_OF_SERVICE_LIT_MS,
        };
        let phase = now_ms % LAMP_PERIOD_MS;
        let next_phase = if phase < lit_ms {
            lit_ms
        } else {
            LAMP_PERIOD_MS
        };
        Some(now_ms.saturating_add(next_phase - phase))
    }
}

/// The board's own identity, burnt in by its maker.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Uid(pub [u8; 8]);

impl fmt::Display for Uid {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(out, "{byte:02x}"))
    }
}

/// The version of the board's program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct FirmwareVersion {
    /// Raised by incompatible changes.
    pub major: u8,
    /// Raised by additions.
    pub minor: u8,
    /// Raised by corrections.
    pub patch: u8,
}

impl fmt::Display for FirmwareVersion {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}.{}.{}", self.major, self.minor, self.patch)
    }
}

/// Why the board started.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ResetReason {
    /// The board cannot tell.
    Unknown,
    /// Power came on.
    PowerOn,
    /// The supply fell too low for a moment.
    BrownOut,
    /// The program hung and the watchdog restarted it.
    Watchdog,
    /// The reset pin or button.
    External,
    /// The host's `Reset`.
    Requested,
    /// The program stopped itself after an error.
    Crash,
}

/// Why a command was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum NakReason {
    /// A command with a higher id was carried out before in this session.
    Stale,
    /// A restart would lose presses the host has not acknowledged.
    UnackedPresses,
}

/// What is wrong at the board; the fault's `arg` is said with each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum FaultCode {
    /// A press was refused because the ring was full. `arg`: refused since the start.
    RingFull,
    /// A frame could not be read. `arg`: such frames since the start.
    BadFrame,
    /// A frame was of a version the board does not speak. `arg`: that version.
    Version,
    /// A press was acknowledged that was never made. `arg`: such acks since the start.
    BadAck,
    /// Buttons have been held for longer than [`STUCK_MS`]. `arg`: 1, 2 and 4 for buttons 1,
    /// 2 and 3, added up.
    StuckButtons,
}

impl FaultCode {
    /// All codes in the order of the wire.
    pub const ALL: [Self; 5] = [
        Self::RingFull,
        Self::BadFrame,
        Self::Version,
        Self::BadAck,
        Self::StuckButtons,
    ];
}
