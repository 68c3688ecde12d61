//! Any order of contacts, noise, messages and time for the board: it speaks in order, keeps no
//! more than it has room for, and loses no press.
#![no_main]

use firmware_protocol::wire::PRESS_RING;
use firmware_protocol::{
    Board, BoardMessage, Button, Edge, FirmwareVersion, HostMessage, Identity, Lamp, Level,
    ResetReason, Uid,
};
use libfuzzer_sys::fuzz_target;

const BOOT_ID: u32 = 0xB007;

/// More frames than can be due at one moment.
const AT_ONCE: usize = 16;

fuzz_target!(|script: &[u8]| {
    let mut world = World::new();
    let mut script = script.iter().copied();
    while let Some(step) = script.next() {
        world.step(step, &mut script);
        world.listen();
    }
});

struct World {
    board: Board,
    now_ms: u64,
    pressed: u32,
    acknowledged: u32,
    heard: u32,
}

impl World {
    fn new() -> Self {
        let identity = Identity {
            uid: Uid([7; 8]),
            firmware: FirmwareVersion {
                major: 1,
                minor: 0,
                patch: 0,
            },
            boot_id: BOOT_ID,
            reset_reason: ResetReason::PowerOn,
        };
        Self {
            board: Board::new(identity, 0),
            now_ms: 0,
            pressed: 0,
            acknowledged: 0,
            heard: 0,
        }
    }

    fn step(&mut self, step: u8, script: &mut impl Iterator<Item = u8>) {
        let mut number = || script.next().map_or(0, u32::from);
        match step % 8 {
            0 => self.now_ms += u64::from(number()),
            1 => self.now_ms += 250 * u64::from(number()),
            2 => self.contact(number()),
            3 => {
                let count = number() as usize % 70;
                let noise: Vec<u8> = script.take(count).collect();
                self.board.receive(&noise, self.now_ms);
                // Noise that is a whole AckPress is an acknowledgement like any other.
                self.acknowledged = self.acknowledged.max(self.freed());
            }
            4 => {
                let session = number();
                self.hear(HostMessage::Hello { session });
            }
            5 => {
                let up_to = number();
                let boot_id = BOOT_ID ^ (number() & 1);
                self.hear(HostMessage::AckPress { boot_id, up_to });
                if boot_id == BOOT_ID && up_to <= self.pressed {
                    self.acknowledged = self.acknowledged.max(up_to);
                }
            }
            6 => {
                let id = number();
                let lamps = [Lamp::On, Lamp::Blink, Lamp::Off];
                self.hear(HostMessage::SetLamps { id, lamps });
            }
            _ => {
                let id = number();
                let message = match id % 2 {
                    0 => HostMessage::Reset { id },
                    _ => HostMessage::Heartbeat { session: id },
                };
                self.hear(message);
            }
        }
    }

    fn hear(&mut self, message: HostMessage) {
        self.board.receive_message(message, self.now_ms);
    }

    fn contact(&mut self, number: u32) {
        let button = Button::ALL[number as usize % Button::ALL.len()];
        let level = match number & 4 {
            0 => Level::Released,
            _ => Level::Pressed,
        };
        match self.board.edge(button, level, self.now_ms) {
            Edge::Press(seq) => {
                self.pressed += 1;
                assert_eq!(seq, self.pressed, "presses are numbered one by one");
            }
            Edge::Refused => assert_eq!(self.board.unacked(), PRESS_RING),
            Edge::Nothing | Edge::Release | Edge::Bounce => {}
        }
    }

    /// Presses the board no longer keeps.
    fn freed(&self) -> u32 {
        self.pressed - self.board.unacked() as u32
    }

    fn listen(&mut self) {
        assert_eq!(self.freed(), self.acknowledged, "a press was lost or kept");
        assert!(self.board.next_deadline(self.now_ms) >= self.now_ms);
        for _ in 0..AT_ONCE {
            let Some(message) = self.board.poll(self.now_ms) else {
                return;
            };
            self.check(message);
        }
        panic!("the board does not stop talking");
    }

    fn check(&mut self, message: BoardMessage) {
        match message {
            BoardMessage::Press { seq, .. } => {
                assert_eq!(
                    seq,
                    self.acknowledged + 1,
                    "the oldest press is on the line"
                );
                assert!(seq >= self.heard);
                self.heard = seq;
            }
            BoardMessage::Heartbeat {
                unacked, now_ms, ..
            } => {
                assert_eq!(usize::from(unacked), self.board.unacked());
                assert_eq!(now_ms, self.now_ms);
            }
            BoardMessage::Hello {
                oldest_unacked,
                next_seq,
                ..
            } => {
                assert_eq!(oldest_unacked, self.acknowledged + 1);
                assert_eq!(next_seq, self.pressed + 1);
            }
            BoardMessage::Ack { .. } | BoardMessage::Nak { .. } | BoardMessage::Fault { .. } => {}
        }
    }
}
