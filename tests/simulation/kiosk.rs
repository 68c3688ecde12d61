//! The kiosk's button board on a cable that may lose, double and garble what goes over it, and
//! the host's side of the conversation. The board is the one that runs in the firmware; every
//! message is real bytes.

use std::collections::{BTreeSet, VecDeque};

use firmware_protocol::wire::{HEARTBEAT_MS, SILENCE_MS};
use firmware_protocol::{
    Board, BoardClock, BoardMessage, Button, Decoder, Edge, FirmwareVersion, HostMessage, Identity,
    Lamp, Level, PressId, ResetReason, Uid, encode,
};
use rinda::queue::view::LampState;

use crate::chance::Chance;

pub const UID: Uid = Uid([0x52, 1, 2, 3, 4, 5, 6, 7]);

/// How the cable is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cable {
    Good,
    /// Frames are lost, doubled and garbled.
    Noisy,
    Pulled,
}

/// A press the host has taken from the wire and wants a ticket for.
#[derive(Debug, Clone, Copy)]
pub struct Press {
    pub id: PressId,
    pub button: Button,
    pub age_ms: u64,
}

struct Session {
    number: u32,
    board: Option<(u32, BoardClock)>,
    heard_ms: u64,
    beat_ms: u64,
    lamps_ms: u64,
    lamps_id: u32,
    lamps: [LampState; 3],
    lamps_acked: bool,
}

pub struct Kiosk {
    pub board: Board,
    pub cable: Cable,
    /// Presses the board has kept, in order; those of a board that lost its power are gone.
    pub kept: Vec<PressId>,
    held: Vec<(Button, u64)>,
    decoder: Decoder<BoardMessage>,
    session: Option<Session>,
    sessions: u32,
    answered: BTreeSet<PressId>,
    under_way: Option<PressId>,
    to_host: VecDeque<u8>,
    to_board: VecDeque<u8>,
    boots: u32,
}

impl Kiosk {
    pub fn new() -> Self {
        Self {
            board: board(1, 0),
            cable: Cable::Good,
            kept: Vec::new(),
            held: Vec::new(),
            decoder: Decoder::new(),
            session: None,
            sessions: 0,
            answered: BTreeSet::new(),
            under_way: None,
            to_host: VecDeque::new(),
            to_board: VecDeque::new(),
            boots: 1,
        }
    }

    /// A finger on a button.
    pub fn touch(&mut self, button: Button, now_ms: u64) -> Edge {
        let edge = self.board.edge(button, Level::Pressed, now_ms);
        if let Edge::Press(seq) = edge {
            self.kept.push(PressId {
                uid: UID,
                boot_id: self.board.identity().boot_id,
                seq,
            });
        }
        self.held.push((button, now_ms + 90));
        edge
    }

    /// The board loses its power for a moment: what it kept is gone.
    pub fn power_off(&mut self, now_ms: u64) {
        self.boots += 1;
        let lost = self.board.unacked();
        self.kept
            .truncate(self.kept.len() - lost.min(self.kept.len()));
        self.board = board(self.boots, now_ms);
        self.held.clear();
        self.to_host.clear();
        self.to_board.clear();
    }

    /// The daemon is gone, and with it the host's side of the conversation.
    pub fn host_gone(&mut self) {
        self.session = None;
        self.answered.clear();
        self.under_way = None;
        self.to_host.clear();
    }

    /// What the board's lamps show.
    pub fn lamps(&self, now_ms: u64) -> [Lamp; 3] {
        self.board.lamp_states(now_ms)
    }

    /// The board runs for itself.
    pub fn board_turn(&mut self, now_ms: u64, chance: &mut Chance) {
        let due: Vec<Button> = self
            .held
            .extract_if(.., |(_, until)| *until <= now_ms)
            .map(|(button, _)| button)
            .collect();
        for button in due {
            self.board.edge(button, Level::Released, now_ms);
        }
        let bytes: Vec<u8> = self.to_board.drain(..).collect();
        self.board.receive(&bytes, now_ms);
        while let Some(frame) = self.board.poll_frame(now_ms) {
            carry(self.cable, &mut self.to_host, frame.as_bytes(), chance);
        }
    }

    /// The host reads what came, answers, and hands on at most one press.
    pub fn host_turn(
        &mut self,
        now_ms: u64,
        lamps: [LampState; 3],
        chance: &mut Chance,
    ) -> Option<Press> {
        let bytes: Vec<u8> = self.to_host.drain(..).collect();
        let mut press = None;
        for byte in bytes {
            if let Some(Ok(message)) = self.decoder.push(byte) {
                press = self.message(message, now_ms, chance).or(press);
            }
        }
        self.keep_up(now_ms, lamps, chance);
        press
    }

    /// What became of a press: durable, or to be repeated by the board.
    pub fn answer(&mut self, id: PressId, durable: bool, chance: &mut Chance) {
        if self.under_way == Some(id) {
            self.under_way = None;
        }
        if durable {
            self.answered.insert(id);
            self.acknowledge(id, chance);
        }
    }

    fn acknowledge(&mut self, id: PressId, chance: &mut Chance) {
        let known = self
            .session
            .as_ref()
            .and_then(|session| session.board.as_ref());
        if known.is_some_and(|(boot_id, _)| *boot_id == id.boot_id) {
            let ack = HostMessage::AckPress {
                boot_id: id.boot_id,
                up_to: id.seq,
            };
            self.send(&ack, chance);
        }
    }

    fn message(
        &mut self,
        message: BoardMessage,
        now_ms: u64,
        chance: &mut Chance,
    ) -> Option<Press> {
        let session = self.session.as_mut()?;
        if let BoardMessage::Hello {
            boot_id,
            session: number,
            now_ms: board_ms,
            ..
        } = message
        {
            if number == session.number {
                session.board = Some((boot_id, BoardClock::new(board_ms, now_ms)));
                session.heard_ms = now_ms;
                session.lamps_ms = now_ms;
            }
            return None;
        }
        let (boot_id, clock) = session.board.as_mut()?;
        let mut heard = true;
        let mut pressed = None;
        match message {
            BoardMessage::Heartbeat {
                session: number,
                now_ms: board_ms,
                ..
            } => {
                heard = number == session.number;
                if heard {
                    clock.observe(board_ms, now_ms);
                }
            }
            BoardMessage::Press {
                seq, button, at_ms, ..
            } => {
                let id = PressId {
                    uid: UID,
                    boot_id: *boot_id,
                    seq,
                };
                let age_ms = clock.age_ms(at_ms, now_ms);
                pressed = Some(Press { id, button, age_ms });
            }
            BoardMessage::Ack { id } => session.lamps_acked |= id == session.lamps_id,
            BoardMessage::Hello { .. } | BoardMessage::Nak { .. } | BoardMessage::Fault { .. } => {}
        }
        if heard {
            session.heard_ms = now_ms;
        }
        let press = pressed?;
        if self.answered.contains(&press.id) {
            self.acknowledge(press.id, chance);
            return None;
        }
        if self.under_way == Some(press.id) {
            return None;
        }
        self.under_way = Some(press.id);
        Some(press)
    }

    /// Opens a session, beats, and brings the lamps to what they should be.
    fn keep_up(&mut self, now_ms: u64, lamps: [LampState; 3], chance: &mut Chance) {
        let silent = |session: &Session| now_ms.saturating_sub(session.heard_ms) >= SILENCE_MS;
        if self.session.as_ref().is_none_or(silent) {
            self.sessions += 1;
            self.session = Some(Session {
                number: 1_000 + self.sessions,
                board: None,
                heard_ms: now_ms,
                beat_ms: now_ms,
                lamps_ms: now_ms,
                lamps_id: 0,
                lamps: [LampState::Off; 3],
                lamps_acked: false,
            });
        }
        let Some(session) = &mut self.session else {
            return;
        };
        let mut messages = Vec::new();
        if now_ms >= session.beat_ms {
            session.beat_ms = now_ms + HEARTBEAT_MS;
            let number = session.number;
            messages.push(match session.board {
                None => HostMessage::Hello { session: number },
                Some(_) => HostMessage::Heartbeat { session: number },
            });
        }
        if session.board.is_some() {
            if session.lamps != lamps || session.lamps_id == 0 {
                session.lamps = lamps;
                session.lamps_id += 1;
                session.lamps_acked = false;
                session.lamps_ms = now_ms;
            }
            if !session.lamps_acked && now_ms >= session.lamps_ms {
                session.lamps_ms = now_ms + 250;
                messages.push(HostMessage::SetLamps {
                    id: session.lamps_id,
                    lamps: lamps.map(lamp),
                });
            }
        }
        for message in messages {
            self.send(&message, chance);
        }
    }

    fn send(&mut self, message: &HostMessage, chance: &mut Chance) {
        carry(
            self.cable,
            &mut self.to_board,
            encode(message).as_bytes(),
            chance,
        );
    }
}

pub fn lamp(state: LampState) -> Lamp {
    match state {
        LampState::Off => Lamp::Off,
        LampState::On => Lamp::On,
        LampState::OutOfService => Lamp::OutOfService,
    }
}

fn board(boot_id: u32, now_ms: u64) -> Board {
    let identity = Identity {
        uid: UID,
        firmware: FirmwareVersion {
            major: 1,
            minor: 0,
            patch: 0,
        },
        boot_id,
        reset_reason: ResetReason::PowerOn,
    };
    Board::new(identity, now_ms)
}

fn carry(cable: Cable, line: &mut VecDeque<u8>, frame: &[u8], chance: &mut Chance) {
    match cable {
        Cable::Pulled => {}
        Cable::Good => line.extend(frame),
        Cable::Noisy => {
            let mut bytes = frame.to_vec();
            match chance.below(6) {
                0 => bytes.clear(),
                1 => bytes.extend_from_slice(frame),
                2 => {
                    let at = chance.below(bytes.len() as u64) as usize;
                    bytes[at] ^= 1 << chance.below(8);
                }
                3 => bytes.truncate(chance.below(bytes.len() as u64) as usize),
                _ => {}
            }
            line.extend(bytes);
        }
    }
}
