//! What holds for any message and any noise.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::fmt::Debug;

use firmware_protocol::{
    BoardMessage, Button, Decoder, FaultCode, FirmwareVersion, FrameError, HostMessage, Lamp,
    NakReason, PressId, ResetReason, Uid, WireMessage, encode, frame,
};
use proptest::{prelude::*, sample::select};

fn board_message() -> impl Strategy<Value = BoardMessage> {
    let hello = (
        any::<(u8, u8, [u8; 3], [u8; 8])>(),
        any::<(u32, u32, u32, u32, u64)>(),
        select(vec![
            ResetReason::Unknown,
            ResetReason::PowerOn,
            ResetReason::BrownOut,
            ResetReason::Watchdog,
            ResetReason::External,
            ResetReason::Requested,
            ResetReason::Crash,
        ]),
    )
        .prop_map(|(who, numbers, reset_reason)| {
            let (proto_min, proto_max, [major, minor, patch], uid) = who;
            let (boot_id, oldest_unacked, next_seq, session, now_ms) = numbers;
            BoardMessage::Hello {
                proto_min,
                proto_max,
                firmware: FirmwareVersion {
                    major,
                    minor,
                    patch,
                },
                uid: Uid(uid),
                boot_id,
                reset_reason,
                oldest_unacked,
                next_seq,
                session,
                now_ms,
            }
        });
    let press = (any::<(u32, u64, u32, u8)>(), select(&Button::ALL)).prop_map(
        |((seq, at_ms, held_ms, bounces), button)| BoardMessage::Press {
            seq,
            button,
            at_ms,
            held_ms,
            bounces,
        },
    );
    let heartbeat =
        any::<(u32, u64, u8)>().prop_map(|(session, now_ms, unacked)| BoardMessage::Heartbeat {
            session,
            now_ms,
            unacked,
        });
    let reasons = select(vec![NakReason::Stale, NakReason::UnackedPresses]);
    prop_oneof![
        hello,
        press,
        heartbeat,
        any::<u32>().prop_map(|id| BoardMessage::Ack { id }),
        (any::<u32>(), reasons).prop_map(|(id, reason)| BoardMessage::Nak { id, reason }),
        (any::<u32>(), select(&FaultCode::ALL))
            .prop_map(|(arg, code)| BoardMessage::Fault { code, arg }),
    ]
}

fn host_message() -> impl Strategy<Value = HostMessage> {
    let lamp = select(vec![Lamp::Off, Lamp::On, Lamp::Blink, Lamp::OutOfService]);
    let lamps = prop::array::uniform3(lamp);
    prop_oneof![
        any::<u32>().prop_map(|session| HostMessage::Hello { session }),
        any::<(u32, u32)>().prop_map(|(boot_id, up_to)| HostMessage::AckPress { boot_id, up_to }),
        (any::<u32>(), lamps).prop_map(|(id, lamps)| HostMessage::SetLamps { id, lamps }),
        any::<u32>().prop_map(|session| HostMessage::Heartbeat { session }),
        any::<u32>().prop_map(|id| HostMessage::Reset { id }),
    ]
}

fn decode_all<M: WireMessage>(bytes: &[u8]) -> Vec<Result<M, FrameError>> {
    Decoder::new().feed(bytes).collect()
}

fn comes_back<M: WireMessage + Debug + PartialEq>(message: M) {
    let frame = encode(&message);
    let bytes = frame.as_bytes();
    assert!(bytes.len() > 5 && bytes.len() <= frame::FRAME_MAX);
    assert_eq!(bytes.last(), Some(&0));
    assert_eq!(bytes.first() == Some(&0), message.opens());
    let zeros = bytes.iter().filter(|&&byte| byte == 0).count();
    assert_eq!(zeros, 1 + usize::from(message.opens()));
    assert_eq!(decode_all(bytes), [Ok(message)]);
}

/// Damage to bytes on the line.
#[derive(Clone, Debug)]
enum Damage {
    Change(prop::sample::Index, u8),
    Lose(prop::sample::Index),
    Insert(prop::sample::Index, u8),
    Twice(prop::sample::Index),
}

fn damage() -> impl Strategy<Value = Damage> {
    prop_oneof![
        (any::<prop::sample::Index>(), 1..=u8::MAX).prop_map(|(at, by)| Damage::Change(at, by)),
        any::<prop::sample::Index>().prop_map(Damage::Lose),
        any::<(prop::sample::Index, u8)>().prop_map(|(at, byte)| Damage::Insert(at, byte)),
        any::<prop::sample::Index>().prop_map(Damage::Twice),
    ]
}

fn apply(damages: &[Damage], bytes: &mut Vec<u8>) {
    for damage in damages {
        if bytes.is_empty() {
            return;
        }
        match damage {
            Damage::Change(at, by) => *at.get_mut(bytes) ^= by,
            Damage::Lose(at) => drop(bytes.remove(at.index(bytes.len()))),
            Damage::Insert(at, byte) => bytes.insert(at.index(bytes.len()), *byte),
            Damage::Twice(at) => bytes.insert(at.index(bytes.len()), *at.get(bytes)),
        }
    }
}

proptest! {
    #[test]
    fn a_board_message_comes_back(message in board_message()) {
        comes_back(message);
    }

    #[test]
    fn a_host_message_comes_back(message in host_message()) {
        comes_back(message);
    }

    #[test]
    fn a_stream_reads_the_same_however_it_is_cut(
        messages in prop::collection::vec(board_message(), 1..6),
        cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..8),
    ) {
        let line: Vec<u8> = messages.iter().flat_map(|m| encode(m).as_bytes().to_vec()).collect();
        let mut ends: Vec<usize> = cuts.iter().map(|cut| cut.index(line.len())).collect();
        ends.push(line.len());
        ends.sort_unstable();
        let mut decoder = Decoder::new();
        let mut decoded = Vec::new();
        let mut start = 0;
        for end in ends {
            decoded.extend(decoder.feed(&line[start..end]));
            start = end;
        }
        let expected: Vec<_> = messages.into_iter().map(Ok).collect();
        prop_assert_eq!(decoded, expected);
    }

    #[test]
    fn damage_never_makes_another_message_and_the_next_frame_is_read(
        message in board_message(),
        next in board_message(),
        damages in prop::collection::vec(damage(), 1..5),
    ) {
        let mut bytes = encode(&message).as_bytes().to_vec();
        apply(&damages, &mut bytes);
        bytes.push(0);
        bytes.extend(encode(&next).as_bytes());
        let decoded = decode_all::<BoardMessage>(&bytes);
        prop_assert_eq!(decoded.last(), Some(&Ok(next)));
        for outcome in &decoded[..decoded.len() - 1] {
            prop_assert!(outcome.is_err() || *outcome == Ok(message), "{:?}", outcome);
        }
    }

    #[test]
    fn any_bytes_are_survived_counted_and_left_behind(
        noise in prop::collection::vec(prop_oneof![3 => any::<u8>(), 1 => Just(0)], 0..600),
        next in host_message(),
    ) {
        let mut decoder = Decoder::<HostMessage>::new();
        let failed = decoder.feed(&noise).filter(Result::is_err).count();
        prop_assert_eq!(decoder.errors().total() as usize, failed);
        decoder.feed(&[0]).for_each(drop);
        let decoded: Vec<_> = decoder.feed(encode(&next).as_bytes()).collect();
        prop_assert_eq!(decoded, [Ok(next)]);
    }

    #[test]
    fn a_press_id_is_one_text(uid: [u8; 8], boot_id: u32, seq: u32, other: (u32, u32)) {
        let id = PressId { uid: Uid(uid), boot_id, seq };
        let text = id.to_string();
        prop_assert_eq!(text.len(), 34);
        prop_assert_eq!(text.parse(), Ok(id));
        prop_assert!(text.to_uppercase().parse::<PressId>().is_err() || text.to_uppercase() == text);
        let json = serde_json::to_string(&id).unwrap();
        prop_assert_eq!(&json, &format!("\"{text}\""));
        prop_assert_eq!(serde_json::from_str::<PressId>(&json).unwrap(), id);
        let later = PressId { boot_id: other.0, seq: other.1, ..id };
        prop_assert_eq!(id.cmp(&later), text.cmp(&later.to_string()));
    }
}

#[test]
fn a_press_id_is_written_so() {
    let id = PressId {
        uid: Uid([0x00, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77]),
        boot_id: 0xDEAD_BEEF,
        seq: 42,
    };
    assert_eq!(id.to_string(), "0011223344556677-deadbeef-0000002a");
    for wrong in [
        "",
        "0011223344556677-deadbeef",
        "0011223344556677-deadbeef-2a",
        "0011223344556677-DEADBEEF-0000002a",
        "0011223344556677-deadbeef-+000002a",
        "0011223344556677-deadbeef-0000002a-",
        "00112233445566ž-deadbeef-0000002a",
    ] {
        assert!(wrong.parse::<PressId>().is_err(), "{wrong}");
    }
}

#[test]
fn no_single_changed_byte_makes_a_message() {
    let message = HostMessage::AckPress {
        boot_id: 0xDEAD_BEEF,
        up_to: 42,
    };
    let good = encode(&message).as_bytes().to_vec();
    for at in 0..good.len() - 1 {
        for value in 0..=u8::MAX {
            let mut bytes = good.clone();
            bytes[at] = value;
            let changed = value != good[at];
            let read = decode_all::<HostMessage>(&bytes);
            assert_eq!(read.iter().all(Result::is_err), changed, "{at} {value}");
        }
    }
}
