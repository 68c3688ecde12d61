//! DO NOT CHANGE the bytes in this file: boards in the field speak them.
//!
//! Golden frames of protocol version 1. Their bytes were put together by hand from the rules
//! of the README and a bitwise CRC, never taken from this crate's output. New variants are
//! added at the end; what stands here stays as it is.

use firmware_protocol::{
    BoardMessage, Button, Decoder, FaultCode, FirmwareVersion, FrameError, HostMessage, Lamp,
    NakReason, ResetReason, Uid, WireMessage, encode,
};

const SESSION: u32 = 0x5EED_0001;
const BOOT_ID: u32 = 0xDEAD_BEEF;
/// A day on the board's clock, in milliseconds.
const DAY_MS: u64 = 86_400_000;

fn agree<M: WireMessage + Copy + PartialEq + std::fmt::Debug>(message: M, golden: &[u8]) {
    assert_eq!(encode(&message).as_bytes(), golden, "encoding {message:?}");
    let mut decoder = Decoder::new();
    let decoded: Vec<_> = decoder.feed(golden).collect();
    assert_eq!(decoded, [Ok(message)]);
}

fn refuse<M: WireMessage + Copy + PartialEq + std::fmt::Debug>(golden: &[u8], error: FrameError) {
    let mut decoder = Decoder::<M>::new();
    let decoded: Vec<_> = decoder.feed(golden).collect();
    assert_eq!(decoded, [Err(error)]);
}

#[test]
fn board_hello() {
    agree(
        BoardMessage::Hello {
            proto_min: 1,
            proto_max: 1,
            firmware: FirmwareVersion {
                major: 2,
                minor: 3,
                patch: 4,
            },
            uid: Uid([0x00, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77]),
            boot_id: BOOT_ID,
            reset_reason: ResetReason::PowerOn,
            oldest_unacked: 41,
            next_seq: 42,
            session: SESSION,
            now_ms: 1_234,
        },
        &[
            0x00, 0x02, 0x01, 0x06, 0x01, 0x01, 0x02, 0x03, 0x04, 0x1b, 0x11, 0x22, 0x33, 0x44,
            0x55, 0x66, 0x77, 0xef, 0xfd, 0xb6, 0xf5, 0x0d, 0x01, 0x29, 0x2a, 0x81, 0x80, 0xb4,
            0xf7, 0x05, 0xd2, 0x09, 0xbf, 0x52, 0x6a, 0xf6, 0x00,
        ],
    );
}

#[test]
fn board_hello_at_its_largest() {
    agree(
        BoardMessage::Hello {
            proto_min: 255,
            proto_max: 255,
            firmware: FirmwareVersion {
                major: 255,
                minor: 255,
                patch: 255,
            },
            uid: Uid([0xFF; 8]),
            boot_id: u32::MAX,
            reset_reason: ResetReason::Crash,
            oldest_unacked: u32::MAX,
            next_seq: u32::MAX,
            session: u32::MAX,
            now_ms: u64::MAX,
        },
        &[
            0x00, 0x02, 0x01, 0x31, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
            0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x0f, 0x06, 0xff, 0xff, 0xff, 0xff, 0x0f,
            0xff, 0xff, 0xff, 0xff, 0x0f, 0xff, 0xff, 0xff, 0xff, 0x0f, 0xff, 0xff, 0xff, 0xff,
            0xff, 0xff, 0xff, 0xff, 0xff, 0x01, 0xcc, 0x3a, 0x6a, 0x09, 0x00,
        ],
    );
}

#[test]
fn board_hello_with_each_reset_reason() {
    agree(
        BoardMessage::Hello {
            proto_min: 1,
            proto_max: 1,
            firmware: FirmwareVersion {
                major: 0,
                minor: 0,
                patch: 0,
            },
            uid: Uid([0; 8]),
            boot_id: 0,
            reset_reason: ResetReason::Unknown,
            oldest_unacked: 1,
            next_seq: 1,
            session: 0,
            now_ms: 0,
        },
        &[
            0x00, 0x02, 0x01, 0x03, 0x01, 0x01, 0x01, 0x01, 0x01, 0x01, 0x01, 0x01, 0x01, 0x01,
            0x01, 0x01, 0x01, 0x01, 0x03, 0x01, 0x01, 0x01, 0x05, 0x76, 0x6b, 0x06, 0x0d, 0x00,
        ],
    );
    agree(
        BoardMessage::Hello {
            proto_min: 1,
            proto_max: 1,
            firmware: FirmwareVersion {
                major: 0,
                minor: 0,
                patch: 0,
            },
            uid: Uid([0; 8]),
            boot_id: 0,
            reset_reason: ResetReason::PowerOn,
            oldest_unacked: 1,
            next_seq: 1,
            session: 0,
            now_ms: 0,
        },
        &[
            0x00, 0x02, 0x01, 0x03, 0x01, 0x01, 0x01, 0x01, 0x01, 0x01, 0x01, 0x01, 0x01, 0x01,
            0x01, 0x01, 0x01, 0x04, 0x01, 0x01, 0x01, 0x01, 0x05, 0xda, 0x04, 0x17, 0x35, 0x00,
        ],
    );
    agree(
        BoardMessage::Hello {
            proto_min: 1,
            proto_max: 1,
            firmware: FirmwareVersion {
                major: 0,
                minor: 0,
                patch: 0,
            },
            uid: Uid([0; 8]),
            boot_id: 0,
            reset_reason: ResetReason::BrownOut,
            oldest_unacked: 1,
            next_seq: 1,
            session: 0,
            now_ms: 0,
        },
        &[
            0x00, 0x02, 0x01, 0x03, 0x01, 0x01, 0x01, 0x01, 0x01, 0x01, 0x01, 0x01, 0x01, 0x01,
            0x01, 0x01, 0x01, 0x04, 0x02, 0x01, 0x01, 0x01, 0x05, 0x2e, 0xb4, 0x24, 0x7d, 0x00,
        ],
    );
    agree(
        BoardMessage::Hello {
            proto_min: 1,
            proto_max: 1,
            firmware: FirmwareVersion {
                major: 0,
                minor: 0,
                patch: 0,
            },
            uid: Uid([0; 8]),
            boot_id: 0,
            reset_reason: ResetReason::Watchdog,
            oldest_unacked: 1,
            next_seq: 1,
            session: 0,
            now_ms: 0,
        },
        &[
            0x00, 0x02, 0x01, 0x03, 0x01, 0x01, 0x01, 0x01, 0x01, 0x01, 0x01, 0x01, 0x01, 0x01,
            0x01, 0x01, 0x01, 0x04, 0x03, 0x01, 0x01, 0x01, 0x05, 0x82, 0xdb, 0x35, 0x45, 0x00,
        ],
    );
    agree(
        BoardMessage::Hello {
            proto_min: 1,
            proto_max: 1,
            firmware: FirmwareVersion {
                major: 0,
                minor: 0,
                patch: 0,
            },
            uid: Uid([0; 8]),
            boot_id: 0,
            reset_reason: ResetReason::External,
            oldest_unacked: 1,
            next_seq: 1,
            session: 0,
            now_ms: 0,
        },
        &[
            0x00, 0x02, 0x01, 0x03, 0x01, 0x01, 0x01, 0x01, 0x01, 0x01, 0x01, 0x01, 0x01, 0x01,
            0x01, 0x01, 0x01, 0x04, 0x04, 0x01, 0x01, 0x01, 0x05, 0xc6, 0xd5, 0x43, 0xed, 0x00,
        ],
    );
    agree(
        BoardMessage::Hello {
            proto_min: 1,
            proto_max: 1,
            firmware: FirmwareVersion {
                major: 0,
                minor: 0,
                patch: 0,
            },
            uid: Uid([0; 8]),
            boot_id: 0,
            reset_reason: ResetReason::Requested,
            oldest_unacked: 1,
            next_seq: 1,
            session: 0,
            now_ms: 0,
        },
        &[
            0x00, 0x02, 0x01, 0x03, 0x01, 0x01, 0x01, 0x01, 0x01, 0x01, 0x01, 0x01, 0x01, 0x01,
            0x01, 0x01, 0x01, 0x04, 0x05, 0x01, 0x01, 0x01, 0x05, 0x6a, 0xba, 0x52, 0xd5, 0x00,
        ],
    );
    agree(
        BoardMessage::Hello {
            proto_min: 1,
            proto_max: 1,
            firmware: FirmwareVersion {
                major: 0,
                minor: 0,
                patch: 0,
            },
            uid: Uid([0; 8]),
            boot_id: 0,
            reset_reason: ResetReason::Crash,
            oldest_unacked: 1,
            next_seq: 1,
            session: 0,
            now_ms: 0,
        },
        &[
            0x00, 0x02, 0x01, 0x03, 0x01, 0x01, 0x01, 0x01, 0x01, 0x01, 0x01, 0x01, 0x01, 0x01,
            0x01, 0x01, 0x01, 0x04, 0x06, 0x01, 0x01, 0x01, 0x05, 0x9e, 0x0a, 0x61, 0x9d, 0x00,
        ],
    );
}

#[test]
fn board_press() {
    agree(
        BoardMessage::Press {
            seq: 42,
            button: Button::Two,
            at_ms: DAY_MS,
            held_ms: 300,
            bounces: 3,
        },
        &[
            0x10, 0x01, 0x01, 0x2a, 0x02, 0x80, 0xb8, 0x99, 0x29, 0xac, 0x02, 0x03, 0xe1, 0x90,
            0xc8, 0x0f, 0x00,
        ],
    );
}

#[test]
fn board_heartbeat() {
    agree(
        BoardMessage::Heartbeat {
            session: SESSION,
            now_ms: DAY_MS,
            unacked: 16,
        },
        &[
            0x11, 0x01, 0x02, 0x81, 0x80, 0xb4, 0xf7, 0x05, 0x80, 0xb8, 0x99, 0x29, 0x10, 0xc1,
            0x0a, 0x5d, 0xa7, 0x00,
        ],
    );
}

#[test]
fn board_ack() {
    agree(
        BoardMessage::Ack { id: 7 },
        &[0x08, 0x01, 0x03, 0x07, 0x76, 0xfd, 0x08, 0x25, 0x00],
    );
}

#[test]
fn board_nak() {
    agree(
        BoardMessage::Nak {
            id: 7,
            reason: NakReason::Stale,
        },
        &[0x04, 0x01, 0x04, 0x07, 0x05, 0x20, 0x8c, 0x91, 0x71, 0x00],
    );
    agree(
        BoardMessage::Nak {
            id: 300,
            reason: NakReason::UnackedPresses,
        },
        &[
            0x0a, 0x01, 0x04, 0xac, 0x02, 0x01, 0x0f, 0x8d, 0x83, 0x1f, 0x00,
        ],
    );
}

#[test]
fn board_fault() {
    agree(
        BoardMessage::Fault {
            code: FaultCode::RingFull,
            arg: 1,
        },
        &[0x03, 0x01, 0x05, 0x06, 0x01, 0x18, 0x54, 0xd6, 0x5c, 0x00],
    );
    agree(
        BoardMessage::Fault {
            code: FaultCode::BadFrame,
            arg: 300,
        },
        &[
            0x0a, 0x01, 0x05, 0x01, 0xac, 0x02, 0xc4, 0xdb, 0xa8, 0xc8, 0x00,
        ],
    );
    agree(
        BoardMessage::Fault {
            code: FaultCode::Version,
            arg: 2,
        },
        &[0x09, 0x01, 0x05, 0x02, 0x02, 0x02, 0x97, 0xc3, 0x68, 0x00],
    );
    agree(
        BoardMessage::Fault {
            code: FaultCode::BadAck,
            arg: 1,
        },
        &[0x09, 0x01, 0x05, 0x03, 0x01, 0x81, 0xfc, 0x31, 0x68, 0x00],
    );
    agree(
        BoardMessage::Fault {
            code: FaultCode::StuckButtons,
            arg: 5,
        },
        &[0x09, 0x01, 0x05, 0x04, 0x05, 0xdb, 0xa2, 0xc6, 0xd5, 0x00],
    );
}

#[test]
fn host_hello() {
    agree(
        HostMessage::Hello { session: SESSION },
        &[
            0x00, 0x02, 0x01, 0x0a, 0x81, 0x80, 0xb4, 0xf7, 0x05, 0x8a, 0x93, 0x37, 0x58, 0x00,
        ],
    );
}

#[test]
fn host_ack_press() {
    agree(
        HostMessage::AckPress {
            boot_id: BOOT_ID,
            up_to: 42,
        },
        &[
            0x0d, 0x01, 0x01, 0xef, 0xfd, 0xb6, 0xf5, 0x0d, 0x2a, 0xf2, 0xe9, 0x16, 0xc9, 0x00,
        ],
    );
}

#[test]
fn host_set_lamps() {
    agree(
        HostMessage::SetLamps {
            id: 7,
            lamps: [Lamp::Off, Lamp::On, Lamp::Blink],
        },
        &[
            0x04, 0x01, 0x02, 0x07, 0x07, 0x01, 0x02, 0x81, 0x98, 0xa1, 0x23, 0x00,
        ],
    );
    agree(
        HostMessage::SetLamps {
            id: 8,
            lamps: [Lamp::OutOfService; 3],
        },
        &[
            0x0b, 0x01, 0x02, 0x08, 0x03, 0x03, 0x03, 0x33, 0x30, 0xe5, 0xf3, 0x00,
        ],
    );
}

#[test]
fn host_heartbeat() {
    agree(
        HostMessage::Heartbeat { session: SESSION },
        &[
            0x0c, 0x01, 0x03, 0x81, 0x80, 0xb4, 0xf7, 0x05, 0x50, 0x58, 0x8b, 0x6c, 0x00,
        ],
    );
}

#[test]
fn host_reset() {
    agree(
        HostMessage::Reset { id: 9 },
        &[0x08, 0x01, 0x04, 0x09, 0x14, 0x8b, 0x1d, 0xf3, 0x00],
    );
}

#[test]
fn another_version_is_named_not_guessed() {
    refuse::<HostMessage>(
        &[
            0x02, 0x02, 0x0a, 0x81, 0x80, 0xb4, 0xf7, 0x05, 0xd2, 0xe6, 0x32, 0xe0, 0x00,
        ],
        FrameError::Version(2),
    );
}

#[test]
fn a_whole_frame_that_is_no_message() {
    refuse::<BoardMessage>(
        &[0x07, 0x01, 0x06, 0x4d, 0x08, 0x62, 0xc4, 0x00],
        FrameError::Malformed,
    );
    refuse::<BoardMessage>(
        &[
            0x04, 0x01, 0x01, 0x2a, 0x01, 0x01, 0x01, 0x05, 0x22, 0x4c, 0xe0, 0x92, 0x00,
        ],
        FrameError::Malformed,
    );
    refuse::<BoardMessage>(
        &[
            0x05, 0x01, 0x01, 0x2a, 0x04, 0x01, 0x01, 0x05, 0xd1, 0x7d, 0xc2, 0xe9, 0x00,
        ],
        FrameError::Malformed,
    );
    refuse::<BoardMessage>(
        &[0x04, 0x01, 0x03, 0x07, 0x05, 0x49, 0xe8, 0x61, 0x05, 0x00],
        FrameError::Malformed,
    );
    refuse::<BoardMessage>(
        &[0x06, 0x01, 0x52, 0xd0, 0x16, 0xa0, 0x00],
        FrameError::Malformed,
    );
}

#[test]
fn a_garbled_frame() {
    refuse::<BoardMessage>(
        &[0x08, 0x01, 0x04, 0x07, 0x76, 0xfd, 0x08, 0x25, 0x00],
        FrameError::BadCrc,
    );
    refuse::<BoardMessage>(
        &[0x09, 0x01, 0x03, 0x07, 0x76, 0xfd, 0x08, 0x25, 0x00],
        FrameError::BadCobs,
    );
    refuse::<BoardMessage>(&[0x02, 0x01, 0x00], FrameError::BadCrc);
    refuse::<BoardMessage>(&[0x08, 0x01, 0x03, 0x07, 0x76, 0x00], FrameError::BadCobs);
}

#[test]
fn a_frame_longer_than_any_is_reported_once_and_skipped_to_its_end() {
    let mut line = vec![0x01; 66];
    line.extend([0x01; 300]);
    line.push(0x00);
    line.extend([0x08, 0x01, 0x03, 0x07, 0x76, 0xfd, 0x08, 0x25, 0x00]);
    let mut decoder = Decoder::new();
    let decoded: Vec<_> = decoder.feed(&line).collect();
    assert_eq!(
        decoded,
        [Err(FrameError::TooLong), Ok(BoardMessage::Ack { id: 7 })]
    );
    assert_eq!(decoder.errors().too_long, 1);
    assert_eq!(decoder.errors().total(), 1);
}
