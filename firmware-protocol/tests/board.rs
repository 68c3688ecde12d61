//! The board's behaviour, rule by rule.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use firmware_protocol::{
    Board, BoardMessage, Button, Edge, FaultCode, FirmwareVersion, HostMessage, Identity, Lamp,
    LampOutput, Level, NakReason, ResetReason, Uid, encode,
    wire::{NO_SESSION, PRESS_RING},
};

const BOOT_ID: u32 = 0xB007;
const SESSION: u32 = 7;
const LAMPS: [Lamp; 3] = [Lamp::On, Lamp::Off, Lamp::Blink];

fn board() -> Board {
    let identity = Identity {
        uid: Uid([1, 2, 3, 4, 5, 6, 7, 8]),
        firmware: FirmwareVersion {
            major: 1,
            minor: 0,
            patch: 0,
        },
        boot_id: BOOT_ID,
        reset_reason: ResetReason::PowerOn,
    };
    Board::new(identity, 0)
}

fn sent(board: &mut Board, now_ms: u64) -> Vec<BoardMessage> {
    std::iter::from_fn(|| board.poll(now_ms)).collect()
}

fn greet(board: &mut Board, now_ms: u64) {
    board.receive_message(HostMessage::Hello { session: SESSION }, now_ms);
    let first = board.poll(now_ms).unwrap();
    assert!(matches!(
        first,
        BoardMessage::Hello {
            session: SESSION,
            ..
        }
    ));
}

fn ack(board: &mut Board, up_to: u32, now_ms: u64) {
    let boot_id = BOOT_ID;
    board.receive_message(HostMessage::AckPress { boot_id, up_to }, now_ms);
}

fn tap(board: &mut Board, button: Button, now_ms: u64) -> Edge {
    let edge = board.edge(button, Level::Pressed, now_ms);
    board.edge(button, Level::Released, now_ms + 50);
    edge
}

fn press(seq: u32, button: Button, at_ms: u64, held_ms: u32, bounces: u8) -> BoardMessage {
    BoardMessage::Press {
        seq,
        button,
        at_ms,
        held_ms,
        bounces,
    }
}

#[test]
fn it_says_nothing_before_the_hosts_hello() {
    let mut board = board();
    tap(&mut board, Button::One, 100);
    board.receive(&[9, 9, 9, 0, 1, 2, 0], 120);
    board.receive_message(HostMessage::Heartbeat { session: 1 }, 130);
    board.receive_message(
        HostMessage::SetLamps {
            id: 1,
            lamps: LAMPS,
        },
        130,
    );
    board.receive_message(HostMessage::Reset { id: 2 }, 130);
    let nobody = HostMessage::Hello {
        session: NO_SESSION,
    };
    board.receive_message(nobody, 140);
    for now_ms in 140..5_000 {
        assert_eq!(board.poll(now_ms), None);
    }
    assert_eq!(board.lamp_states(5_000), [Lamp::OutOfService; 3]);
}

#[test]
fn it_answers_hello_then_sends_the_oldest_press_until_acknowledged() {
    let mut board = board();
    tap(&mut board, Button::Three, 100);
    tap(&mut board, Button::One, 200);
    board.receive_message(HostMessage::Hello { session: SESSION }, 1_000);
    let identity = board.identity();
    let hello = BoardMessage::Hello {
        proto_min: 1,
        proto_max: 1,
        firmware: identity.firmware,
        uid: identity.uid,
        boot_id: BOOT_ID,
        reset_reason: ResetReason::PowerOn,
        oldest_unacked: 1,
        next_seq: 3,
        session: SESSION,
        now_ms: 1_000,
    };
    let first = press(1, Button::Three, 100, 50, 0);
    assert_eq!(sent(&mut board, 1_000), [hello, first]);
    assert_eq!(sent(&mut board, 1_099), []);
    assert_eq!(sent(&mut board, 1_100), [first]);
    assert_eq!(sent(&mut board, 1_200), [first]);
    ack(&mut board, 1, 1_201);
    let second = press(2, Button::One, 200, 50, 0);
    assert_eq!(sent(&mut board, 1_201), [second]);
    ack(&mut board, 2, 1_202);
    assert_eq!(sent(&mut board, 1_900), []);
    assert_eq!(board.unacked(), 0);
}

#[test]
fn a_repeated_hello_is_answered_and_changes_nothing() {
    let mut board = board();
    greet(&mut board, 1_000);
    board.receive_message(
        HostMessage::SetLamps {
            id: 1,
            lamps: LAMPS,
        },
        1_010,
    );
    assert_eq!(sent(&mut board, 1_010), [BoardMessage::Ack { id: 1 }]);
    greet(&mut board, 1_500);
    assert_eq!(board.lamp_states(1_500), LAMPS);
    board.receive_message(HostMessage::Hello { session: 8 }, 1_600);
    assert_eq!(board.lamp_states(1_600), [Lamp::OutOfService; 3]);
}

#[test]
fn the_first_edge_counts_and_bouncing_does_not() {
    let mut board = board();
    greet(&mut board, 1_000);
    let button = Button::Two;
    assert_eq!(board.edge(button, Level::Pressed, 1_100), Edge::Press(1));
    assert_eq!(sent(&mut board, 1_100), [press(1, button, 1_100, 0, 0)]);
    assert_eq!(board.edge(button, Level::Pressed, 1_101), Edge::Nothing);
    assert_eq!(board.edge(button, Level::Released, 1_102), Edge::Bounce);
    assert_eq!(board.edge(button, Level::Pressed, 1_105), Edge::Bounce);
    assert_eq!(sent(&mut board, 1_200), [press(1, button, 1_100, 100, 2)]);
    assert_eq!(board.edge(button, Level::Released, 1_300), Edge::Release);
    assert_eq!(board.edge(button, Level::Pressed, 1_304), Edge::Bounce);
    assert_eq!(board.edge(button, Level::Released, 1_307), Edge::Bounce);
    assert_eq!(sent(&mut board, 1_400), [press(1, button, 1_100, 207, 4)]);
    assert_eq!(board.edge(button, Level::Pressed, 1_337), Edge::Press(2));
}

#[test]
fn a_held_button_is_one_press_until_it_was_let_go() {
    let mut board = board();
    assert_eq!(board.edge(Button::One, Level::Pressed, 50), Edge::Press(1));
    assert_eq!(
        board.edge(Button::One, Level::Released, 5_000),
        Edge::Release
    );
    assert_eq!(board.edge(Button::One, Level::Pressed, 5_029), Edge::Bounce);
    assert_eq!(
        board.edge(Button::One, Level::Released, 9_000),
        Edge::Release
    );
    assert_eq!(
        board.edge(Button::One, Level::Pressed, 9_030),
        Edge::Press(2)
    );
    assert_eq!(
        board.edge(Button::Two, Level::Pressed, 9_031),
        Edge::Press(3)
    );
}

#[test]
fn a_button_down_at_the_start_is_no_press() {
    let mut board = board();
    assert_eq!(board.edge(Button::One, Level::Pressed, 0), Edge::Bounce);
    assert_eq!(board.edge(Button::One, Level::Released, 700), Edge::Release);
    assert_eq!(board.edge(Button::One, Level::Pressed, 800), Edge::Press(1));
}

#[test]
fn the_seventeenth_press_is_refused_and_told() {
    let mut board = board();
    for count in 1..=PRESS_RING as u64 {
        let seq = u32::try_from(count).unwrap();
        assert_eq!(tap(&mut board, Button::One, count * 100), Edge::Press(seq));
    }
    assert_eq!(tap(&mut board, Button::One, 1_700), Edge::Refused);
    assert_eq!(tap(&mut board, Button::One, 1_800), Edge::Refused);
    greet(&mut board, 2_000);
    let code = FaultCode::RingFull;
    let fault = BoardMessage::Fault { code, arg: 2 };
    let oldest = press(1, Button::One, 100, 50, 0);
    assert_eq!(sent(&mut board, 2_000), [oldest, fault]);
    ack(&mut board, 16, 2_010);
    assert_eq!(tap(&mut board, Button::One, 2_020), Edge::Press(17));
    board.receive_message(HostMessage::Hello { session: 8 }, 2_300);
    assert!(
        sent(&mut board, 2_300).contains(&fault),
        "told to each session"
    );
}

#[test]
fn an_ack_for_another_start_or_an_unmade_press_frees_nothing() {
    let mut board = board();
    tap(&mut board, Button::One, 100);
    greet(&mut board, 1_000);
    let boot_id = BOOT_ID + 1;
    board.receive_message(HostMessage::AckPress { boot_id, up_to: 1 }, 1_000);
    assert_eq!(board.unacked(), 1);
    ack(&mut board, 2, 1_000);
    assert_eq!(board.unacked(), 1);
    let code = FaultCode::BadAck;
    let fault = BoardMessage::Fault { code, arg: 1 };
    assert!(sent(&mut board, 1_000).contains(&fault));
    ack(&mut board, 0, 1_000);
    assert_eq!(board.unacked(), 1);
}

#[test]
fn a_silent_host_puts_the_board_out_of_service_until_it_is_heard_again() {
    let mut board = board();
    greet(&mut board, 1_000);
    board.receive_message(
        HostMessage::SetLamps {
            id: 1,
            lamps: LAMPS,
        },
        1_000,
    );
    tap(&mut board, Button::One, 1_000);
    assert_eq!(board.lamp_states(3_999), LAMPS);
    assert!(!sent(&mut board, 3_999).is_empty());
    assert_eq!(board.lamp_states(4_000), [Lamp::OutOfService; 3]);
    assert_eq!(sent(&mut board, 4_500), []);
    let foreign = HostMessage::Heartbeat {
        session: SESSION + 1,
    };
    board.receive_message(foreign, 5_000);
    assert_eq!(board.lamp_states(5_000), [Lamp::OutOfService; 3]);
    board.receive_message(HostMessage::Heartbeat { session: SESSION }, 6_000);
    assert_eq!(board.lamp_states(6_000), LAMPS);
    assert!(sent(&mut board, 6_000).contains(&press(1, Button::One, 1_000, 50, 0)));
}

#[test]
fn lamps_blink_as_the_readme_says() {
    let lit = |lamp: Lamp, now_ms| lamp.output(now_ms) == LampOutput::Lit;
    assert!(lit(Lamp::On, 0) && lit(Lamp::On, 999) && !lit(Lamp::Off, 0));
    assert!(lit(Lamp::Blink, 7_499) && !lit(Lamp::Blink, 7_500));
    assert!(lit(Lamp::OutOfService, 7_099) && !lit(Lamp::OutOfService, 7_100));
    assert_eq!(Lamp::Blink.next_change(7_100), Some(7_500));
    assert_eq!(Lamp::OutOfService.next_change(7_100), Some(8_000));
    assert_eq!(board().lamps(50), [LampOutput::Lit; 3]);
    assert_eq!(board().lamps(150), [LampOutput::Dark; 3]);
}

#[test]
fn a_command_from_the_past_is_refused_and_a_repeated_one_repeats_its_answer() {
    let mut board = board();
    greet(&mut board, 1_000);
    let set = |id, lamps| HostMessage::SetLamps { id, lamps };
    for message in [
        set(4, LAMPS),
        set(5, [Lamp::Off; 3]),
        set(4, LAMPS),
        set(5, [Lamp::Off; 3]),
    ] {
        board.receive_message(message, 1_000);
    }
    let reason = NakReason::Stale;
    let answers = [
        BoardMessage::Ack { id: 4 },
        BoardMessage::Ack { id: 5 },
        BoardMessage::Nak { id: 4, reason },
        BoardMessage::Ack { id: 5 },
    ];
    board.receive_message(set(6, LAMPS), 1_000);
    assert_eq!(
        sent(&mut board, 1_000),
        answers,
        "the fifth waits for its repeat"
    );
    assert_eq!(board.lamp_states(1_000), [Lamp::Off; 3]);
}

#[test]
fn a_reset_waits_for_the_presses() {
    let mut board = board();
    tap(&mut board, Button::One, 100);
    greet(&mut board, 1_000);
    board.receive_message(HostMessage::Reset { id: 1 }, 1_000);
    let reason = NakReason::UnackedPresses;
    assert_eq!(board.poll(1_000), Some(BoardMessage::Nak { id: 1, reason }));
    assert!(!board.reset_due());
    ack(&mut board, 1, 1_100);
    board.receive_message(HostMessage::Reset { id: 2 }, 1_100);
    assert!(!board.reset_due(), "the answer goes first");
    assert_eq!(board.poll(1_100), Some(BoardMessage::Ack { id: 2 }));
    assert!(board.reset_due());
    tap(&mut board, Button::Two, 1_200);
    assert!(!board.reset_due(), "a press in between goes first too");
}

#[test]
fn a_foreign_version_is_answered_with_hello_once_a_second() {
    let foreign = [
        0x02, 0x02, 0x0a, 0x81, 0x80, 0xb4, 0xf7, 0x05, 0xd2, 0xe6, 0x32, 0xe0, 0x00,
    ];
    let mut board = board();
    board.receive(&foreign, 100);
    board.receive(&foreign, 200);
    let answers = sent(&mut board, 200);
    assert!(matches!(
        answers[..],
        [BoardMessage::Hello {
            session: NO_SESSION,
            proto_min: 1,
            proto_max: 1,
            ..
        }]
    ));
    board.receive(&foreign, 1_099);
    assert_eq!(sent(&mut board, 1_099), []);
    board.receive(&foreign, 1_100);
    assert_eq!(sent(&mut board, 1_100).len(), 1);
    greet(&mut board, 2_000);
    let code = FaultCode::Version;
    assert_eq!(
        sent(&mut board, 2_000),
        [BoardMessage::Fault { code, arg: 2 }]
    );
    assert_eq!(board.frame_errors().version, 4);
}

#[test]
fn it_beats_each_second_with_its_clock() {
    let mut board = board();
    greet(&mut board, 1_000);
    assert_eq!(sent(&mut board, 1_999), []);
    let beat = |now_ms| BoardMessage::Heartbeat {
        session: SESSION,
        now_ms,
        unacked: 0,
    };
    assert_eq!(sent(&mut board, 2_000), [beat(2_000)]);
    assert_eq!(sent(&mut board, 3_010), [beat(3_010)]);
}

#[test]
fn a_stuck_button_is_told_once_a_session() {
    let mut board = board();
    board.edge(Button::One, Level::Pressed, 100);
    board.edge(Button::Three, Level::Pressed, 100);
    greet(&mut board, 60_000);
    ack(&mut board, 2, 60_000);
    assert_eq!(sent(&mut board, 60_099), []);
    let code = FaultCode::StuckButtons;
    let fault = |arg| BoardMessage::Fault { code, arg };
    assert_eq!(sent(&mut board, 60_100), [fault(0b101)]);
    assert_eq!(sent(&mut board, 60_900), []);
    board.edge(Button::One, Level::Released, 60_950);
    board.receive_message(HostMessage::Hello { session: 9 }, 61_000);
    assert!(sent(&mut board, 61_000).contains(&fault(0b100)));
}

#[test]
fn noise_is_counted_and_told_sparingly() {
    let mut board = board();
    greet(&mut board, 1_000);
    for now_ms in 1_000..1_400 {
        board.receive(&[7, 7, 0], now_ms);
        sent(&mut board, now_ms);
    }
    assert_eq!(board.frame_errors().bad_cobs, 400);
    let code = FaultCode::BadFrame;
    assert_eq!(
        sent(&mut board, 1_400),
        [BoardMessage::Fault { code, arg: 400 }]
    );
    let hello = encode(&HostMessage::Hello { session: 10 });
    board.receive(&[3, 3], 1_500);
    board.receive(hello.as_bytes(), 1_500);
    assert!(matches!(
        board.poll(1_500),
        Some(BoardMessage::Hello { session: 10, .. })
    ));
}
