//! The host is the test: what it says and does not say is chosen frame by frame.

use std::time::{Duration, Instant};

use firmware_protocol::wire::{DEBOUNCE_MS, PRESS_RING, SILENCE_MS};
use firmware_protocol::{
    BoardMessage, Button, FaultCode, HostMessage, Lamp, NakReason, ResetReason, encode,
};

use crate::host::{Host, Met, met};
use crate::machine::Machine;

/// A board and a host on its line; the test ends where QEMU is missing.
macro_rules! board_and_host {
    () => {{
        let Some(machine) = Machine::start() else {
            return;
        };
        let host = Host::open(&machine.line);
        (machine, host)
    }};
}

/// A press as it came over the line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Heard {
    seq: u32,
    button: Button,
    at_ms: u64,
    held_ms: u32,
    bounces: u8,
}

fn press(message: &BoardMessage) -> Option<Heard> {
    if let BoardMessage::Press {
        seq,
        button,
        at_ms,
        held_ms,
        bounces,
    } = *message
    {
        Some(Heard {
            seq,
            button,
            at_ms,
            held_ms,
            bounces,
        })
    } else {
        None
    }
}

fn fault(wanted: FaultCode) -> impl Fn(&BoardMessage) -> Option<u32> {
    move |message| {
        if let BoardMessage::Fault { code, arg } = *message {
            (code == wanted).then_some(arg)
        } else {
            None
        }
    }
}

fn unacked(message: &BoardMessage) -> Option<u8> {
    if let BoardMessage::Heartbeat { unacked, .. } = *message {
        Some(unacked)
    } else {
        None
    }
}

impl Host {
    fn acknowledge(&mut self, board: Met, up_to: u32) {
        self.say(HostMessage::AckPress {
            boot_id: board.boot_id,
            up_to,
        });
    }

    /// The press with this number, acknowledged.
    fn take(&mut self, board: Met, seq: u32) -> Heard {
        let heard = self.hear(|message| press(message).filter(|heard| heard.seq >= seq));
        assert_eq!(heard.seq, seq, "a press was lost");
        self.acknowledge(board, seq);
        heard
    }

    /// The press with this number as it is when its contact has settled, acknowledged.
    fn take_settled(&mut self, board: Met, seq: u32) -> Heard {
        let mut heard = self.hear(|message| press(message).filter(|heard| heard.seq == seq));
        loop {
            let again = self.hear(|message| press(message).filter(|heard| heard.seq == seq));
            if again == heard {
                break;
            }
            heard = again;
        }
        self.acknowledge(board, seq);
        heard
    }

    fn set_lamps(&mut self, id: u32, lamps: [Lamp; 3]) {
        self.command(HostMessage::SetLamps { id, lamps }, id);
    }
}

#[test]
fn each_start_has_its_own_number_and_says_why() {
    let (_machine, mut host) = board_and_host!();
    let first = host.meet(7);
    assert_eq!((first.oldest_unacked, first.next_seq), (1, 1));
    host.command(HostMessage::Reset { id: 1 }, 1);
    let second = host.meet(8);
    assert_eq!(second.reset_reason, ResetReason::Requested);
    let (_other, mut other_host) = board_and_host!();
    let third = other_host.meet(7);
    assert_ne!(first.boot_id, second.boot_id);
    assert_ne!(first.boot_id, third.boot_id);
    assert_ne!(second.boot_id, third.boot_id);
}

#[test]
fn a_contact_that_bounces_is_one_press() {
    /// QEMU may be stopped for longer than contacts bounce; then what was meant as bouncing is
    /// two presses indeed, and the attempt says nothing.
    const ATTEMPTS: usize = 10;
    let (mut machine, mut host) = board_and_host!();
    let board = host.meet(7);
    let mut next = 1;
    for _ in 0..ATTEMPTS {
        let heard = {
            machine.contacts(&[0b010, 0, 0b010, 0, 0b010]);
            std::thread::sleep(Duration::from_millis(60));
            machine.contacts(&[0, 0b010, 0]);
            std::thread::sleep(Duration::from_millis(60));
            let mut heard = vec![host.take_settled(board, next)];
            // Whatever else the bounces led to comes before a press of another button.
            machine.press(3);
            loop {
                let seq = next + u32::try_from(heard.len()).unwrap();
                let following = host.take(board, seq);
                heard.push(following);
                if following.button == Button::Three {
                    break heard;
                }
            }
        };
        next += u32::try_from(heard.len()).unwrap();
        assert_eq!(heard[0].button, Button::Two);
        for pair in heard.windows(2) {
            let apart = pair[1].at_ms - pair[0].at_ms;
            assert!(apart >= DEBOUNCE_MS, "bounces were two presses: {heard:?}");
        }
        if let [bounced, _] = heard[..]
            && bounced.bounces >= 4
        {
            return;
        }
    }
    panic!("not one press in {ATTEMPTS} bounced as it was made to");
}

#[test]
fn a_silent_host_puts_the_lamps_out_of_service_and_is_taken_back() {
    let (mut machine, mut host) = board_and_host!();
    machine.lamps_out_of_service();
    let board = host.meet(7);
    host.set_lamps(1, [Lamp::On, Lamp::Off, Lamp::On]);
    let wait_with_heartbeats = |host: &mut Host| host.hear(|message| unacked(message).map(drop));
    wait_with_heartbeats(&mut host);
    machine.lamps_stay(0b101);

    host.keep(7);
    host.fall_silent();
    let silent_from = Instant::now();
    machine.look_away();
    let flash = machine.lamps_out_of_service();
    // The board's clock and ours are two, so a little less is no mistake.
    let silence = flash - silent_from;
    assert!(
        silence >= Duration::from_millis(SILENCE_MS - 200),
        "{silence:?}"
    );

    machine.press(1);
    host.keep(7);
    host.take(board, 1);
    machine.lamps_stay(0b101);
}

#[test]
fn a_restarted_host_gets_the_presses_it_had_not_acknowledged() {
    let (mut machine, mut host) = board_and_host!();
    let before = host.meet(7);
    host.set_lamps(1, [Lamp::On; 3]);
    machine.press(2);
    let sent = host.hear(press);
    drop(host);
    let mut host = Host::open(&machine.line);
    let after = host.meet(8);
    assert_eq!(after.boot_id, before.boot_id);
    assert_eq!((after.oldest_unacked, after.next_seq), (1, 2));
    let again = host.take(after, 1);
    assert_eq!((again.button, again.at_ms), (sent.button, sent.at_ms));
    machine.look_away();
    machine.lamps_out_of_service();
    host.set_lamps(1, [Lamp::Off, Lamp::On, Lamp::Off]);
    host.hear(unacked);
    machine.lamps_stay(0b010);
}

#[test]
fn corrupted_frames_are_counted_and_change_nothing() {
    let (mut machine, mut host) = board_and_host!();
    host.meet(7);
    let lamps = [Lamp::On; 3];
    let frame = encode(&HostMessage::SetLamps { id: 1, lamps });
    let mut garbled = frame.as_bytes().to_vec();
    garbled[3] ^= 0x40;
    host.say_bytes(&garbled);
    assert_eq!(host.hear(fault(FaultCode::BadFrame)), 1);
    host.say_bytes(&[0x55; 200]);
    host.say_bytes(&[0]);
    assert_eq!(host.hear(fault(FaultCode::BadFrame)), 2);
    machine.look_away();
    machine.lamps_out_of_service();
    host.set_lamps(1, lamps);
    host.say(HostMessage::SetLamps { id: 0, lamps });
    let reason = NakReason::Stale;
    host.hear(|message| (*message == BoardMessage::Nak { id: 0, reason }).then_some(()));
}

#[test]
fn a_press_is_repeated_until_its_acknowledgement_arrives() {
    let (mut machine, mut host) = board_and_host!();
    let board = host.meet(7);
    machine.press(1);
    let first = host.hear(press);
    for _ in 0..10 {
        let again = host.hear(press);
        assert_eq!((again.seq, again.at_ms), (first.seq, first.at_ms));
        assert!(again.held_ms >= first.held_ms);
    }
    // Another start's number acknowledges nothing.
    host.say(HostMessage::AckPress {
        boot_id: board.boot_id ^ 1,
        up_to: 1,
    });
    assert_eq!(host.hear(unacked), 1);
    host.command(
        HostMessage::SetLamps {
            id: 1,
            lamps: [Lamp::Off; 3],
        },
        1,
    );
    assert_eq!(host.hear(press).seq, 1);
    host.acknowledge(board, 1);
    host.hear(|message| unacked(message).filter(|count| *count == 0));
    machine.press(1);
    assert_eq!(host.take(board, 2).button, Button::One);
}

#[test]
fn sixteen_presses_are_kept_and_the_next_is_refused() {
    let (mut machine, mut host) = board_and_host!();
    let board = host.meet(7);
    let ring = u32::try_from(PRESS_RING).unwrap();
    // A press more than fits; and more than that where QEMU dozed over one.
    let mut refused = None;
    for n in 0..60_u8 {
        machine.press(n % 3 + 1);
        refused = host.hear_within(Duration::from_millis(300), fault(FaultCode::RingFull));
        if refused.is_some() {
            break;
        }
    }
    assert!(refused.is_some_and(|count| count >= 1), "{refused:?}");
    let after = host.meet(8);
    assert_eq!((after.oldest_unacked, after.next_seq), (1, ring + 1));
    host.hear(|message| unacked(message).filter(|count| u32::from(*count) == ring));
    host.say(HostMessage::Reset { id: 1 });
    host.hear(|message| {
        let lost = NakReason::UnackedPresses;
        (*message
            == BoardMessage::Nak {
                id: 1,
                reason: lost,
            })
        .then_some(())
    });
    for seq in 1..=ring {
        host.take(board, seq);
    }
    host.hear(|message| unacked(message).filter(|count| *count == 0));
    machine.press(1);
    host.take(board, ring + 1);
}

#[test]
fn another_version_is_answered_and_told() {
    let (_machine, mut host) = board_and_host!();
    // The README's worked frame of version 2.
    let version_2 = [
        0x02, 0x02, 0x0A, 0x81, 0x80, 0xB4, 0xF7, 0x05, 0xD2, 0xE6, 0x32, 0xE0, 0x00,
    ];
    let until = Instant::now() + crate::machine::LIMIT;
    let answer = loop {
        host.say_bytes(&version_2);
        if let Some(answer) = host.hear_within(Duration::from_millis(500), met) {
            break answer;
        }
        assert!(Instant::now() < until, "a foreign version is not answered");
    };
    assert_eq!(answer.session, 0);
    // It is told once, right after the greeting it understands.
    host.say(HostMessage::Hello { session: 7 });
    assert_eq!(host.hear(fault(FaultCode::Version)), 2);
}
