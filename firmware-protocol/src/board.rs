//! What the button board does, as a pure state machine.
//!
//! Firmware and simulator drive it alike: report every reading of a button with
//! [`Board::edge`] and every received byte with [`Board::receive`], then send what
//! [`Board::poll_frame`] gives until it gives nothing, set the lamps to [`Board::lamps`], and
//! sleep until [`Board::next_deadline`] or the next event. All times are the board's own
//! clock in milliseconds since its start and must not run backwards.

use heapless::Deque;

use crate::{
    contact::{Change, Contact, Level},
    faults::Faults,
    frame::{Decoder, ErrorCounts, Frame, FrameError, encode},
    press_ring::{NeverMade, PressRing},
    wire::{
        BUTTONS, BoardMessage, Button, FaultCode, FirmwareVersion, HEARTBEAT_MS, HostMessage, Lamp,
        LampOutput, NO_SESSION, NakReason, PROTO_MAX, PROTO_MIN, ResetReason, SILENCE_MS, STUCK_MS,
        Uid,
    },
};

/// Answers to commands waiting to be sent; a command beyond them is ignored, and the host,
/// missing its answer, repeats it.
const REPLIES: usize = 4;

/// Who the board is and how it came to run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Identity {
    /// The board's own number.
    pub uid: Uid,
    /// The version of its program.
    pub firmware: FirmwareVersion,
    /// Random at each start, so that press numbers of two starts are not confused.
    pub boot_id: u32,
    /// Why it started.
    pub reset_reason: ResetReason,
}

/// What a reading of a button led to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Edge {
    /// The level is as before.
    Nothing,
    /// A press was kept under this number.
    Press(u32),
    /// A press was refused: [`crate::wire::PRESS_RING`] others are unacknowledged.
    Refused,
    /// The button was let go.
    Release,
    /// The contact bounced.
    Bounce,
}

/// The board.
#[derive(Debug)]
pub struct Board {
    identity: Identity,
    decoder: Decoder<HostMessage>,
    keys: [Key; BUTTONS],
    ring: PressRing,
    session: Option<Session>,
    hello_due: bool,
    /// No frame of a foreign version is answered before this.
    version_answer_from_ms: u64,
    replies: Deque<BoardMessage, REPLIES>,
    faults: Faults,
    resetting: bool,
}

#[derive(Clone, Copy, Debug)]
struct Key {
    button: Button,
    contact: Contact,
    /// The number of its latest press, if that was kept.
    seq: Option<u32>,
    stuck_told: bool,
}

#[derive(Clone, Copy, Debug)]
struct Session {
    id: u32,
    heard_ms: u64,
    heartbeat_due_ms: u64,
    lamps: Option<[Lamp; BUTTONS]>,
    last_command: Option<u32>,
}

impl Session {
    fn is_alive(&self, now_ms: u64) -> bool {
        now_ms.saturating_sub(self.heard_ms) < SILENCE_MS
    }
}

impl Board {
    /// A board that starts now.
    #[must_use]
    pub fn new(identity: Identity, now_ms: u64) -> Self {
        Self {
            identity,
            decoder: Decoder::new(),
            keys: Button::ALL.map(|button| Key {
                button,
                contact: Contact::new(now_ms),
                seq: None,
                stuck_told: false,
            }),
            ring: PressRing::new(),
            session: None,
            hello_due: false,
            version_answer_from_ms: now_ms,
            replies: Deque::new(),
            faults: Faults::default(),
            resetting: false,
        }
    }

    /// Takes a reading of a button's level. Readings without a change are welcome: a board
    /// may report each edge or poll its pins.
    pub fn edge(&mut self, button: Button, level: Level, now_ms: u64) -> Edge {
        let Some(key) = self.keys.iter_mut().find(|key| key.button == button) else {
            return Edge::Nothing;
        };
        let change = key.contact.read(level, now_ms);
        let closed_ms = key.contact.closed_ms();
        match change {
            Change::Nothing => return Edge::Nothing,
            Change::Press => {
                key.stuck_told = false;
                let kept = self.ring.keep(button, now_ms);
                key.seq = kept;
                if kept.is_none() {
                    self.faults.count(FaultCode::RingFull);
                }
                return kept.map_or(Edge::Refused, Edge::Press);
            }
            Change::Release | Change::Bounce => {}
        }
        if let Some(press) = key.seq.and_then(|seq| self.ring.find_mut(seq)) {
            if level == Level::Released {
                press.held_ms = held_ms(closed_ms, now_ms);
            }
            if change == Change::Bounce {
                press.bounces = press.bounces.saturating_add(1);
            }
        }
        if change == Change::Bounce {
            Edge::Bounce
        } else {
            Edge::Release
        }
    }

    /// Takes bytes from the line, in pieces of any size.
    pub fn receive(&mut self, bytes: &[u8], now_ms: u64) {
        for &byte in bytes {
            match self.decoder.push(byte) {
                None => {}
                Some(Ok(message)) => self.receive_message(message, now_ms),
                Some(Err(FrameError::Version(version))) => self.answer_version(version, now_ms),
                Some(Err(
                    FrameError::TooLong
                    | FrameError::BadCobs
                    | FrameError::BadCrc
                    | FrameError::Malformed,
                )) => self.faults.count(FaultCode::BadFrame),
            }
        }
    }

    /// Takes a message that was decoded elsewhere.
    pub fn receive_message(&mut self, message: HostMessage, now_ms: u64) {
        match message {
            HostMessage::Hello { session } => self.open_session(session, now_ms),
            HostMessage::Heartbeat { session } => {
                if let Some(current) = self.session.as_mut().filter(|own| own.id == session) {
                    current.heard_ms = now_ms;
                }
            }
            HostMessage::AckPress { boot_id, up_to } => {
                self.hear(now_ms);
                self.acknowledge(boot_id, up_to);
            }
            HostMessage::SetLamps { id, lamps } => {
                self.hear(now_ms);
                self.set_lamps(id, lamps);
            }
            HostMessage::Reset { id } => {
                self.hear(now_ms);
                self.reset(id);
            }
        }
    }

    /// The next frame to send, if one is due. Ask until there is none.
    pub fn poll_frame(&mut self, now_ms: u64) -> Option<Frame> {
        self.poll(now_ms).map(|message| encode(&message))
    }

    /// The next message to send, if one is due. Ask until there is none.
    pub fn poll(&mut self, now_ms: u64) -> Option<BoardMessage> {
        self.tell_stuck(now_ms);
        if core::mem::take(&mut self.hello_due) {
            return Some(self.hello(now_ms));
        }
        let alive = self.session.filter(|session| session.is_alive(now_ms))?;
        if let Some(reply) = self.replies.pop_front() {
            return Some(reply);
        }
        if let Some(press) = self.due_press(now_ms) {
            return Some(press);
        }
        if let Some(fault) = self.faults.take(now_ms) {
            return Some(fault);
        }
        if now_ms < alive.heartbeat_due_ms {
            return None;
        }
        self.session = Some(Session {
            heartbeat_due_ms: now_ms.saturating_add(HEARTBEAT_MS),
            ..alive
        });
        Some(BoardMessage::Heartbeat {
            session: alive.id,
            now_ms,
            unacked: u8::try_from(self.ring.len()).unwrap_or(u8::MAX),
        })
    }

    /// What each lamp shows: what the host said, or "out of service" while there is no host
    /// or it has said nothing about lamps.
    #[must_use]
    pub fn lamp_states(&self, now_ms: u64) -> [Lamp; BUTTONS] {
        self.session
            .filter(|session| session.is_alive(now_ms))
            .and_then(|session| session.lamps)
            .unwrap_or([Lamp::OutOfService; BUTTONS])
    }

    /// What the lamps' driver pins give now.
    #[must_use]
    pub fn lamps(&self, now_ms: u64) -> [LampOutput; BUTTONS] {
        self.lamp_states(now_ms).map(|lamp| lamp.output(now_ms))
    }

    /// When to look at [`Board::poll`] and [`Board::lamps`] again if nothing happens before;
    /// not earlier than `now_ms`.
    #[must_use]
    pub fn next_deadline(&self, now_ms: u64) -> u64 {
        let lamps = self.lamp_states(now_ms);
        let lamp_change = lamps.iter().filter_map(|lamp| lamp.next_change(now_ms));
        let stuck = self.keys.iter().filter_map(Key::stuck_from_ms);
        lamp_change
            .chain(stuck)
            .chain(self.next_send(now_ms))
            .fold(u64::MAX, u64::min)
            .max(now_ms)
    }

    /// Whether the host's `Reset` was accepted and answered: restart now, giving
    /// [`ResetReason::Requested`] next time.
    #[must_use]
    pub fn reset_due(&self) -> bool {
        self.resetting && self.replies.is_empty() && self.ring.is_empty()
    }

    /// Presses not yet acknowledged, at most [`crate::wire::PRESS_RING`].
    #[must_use]
    pub fn unacked(&self) -> usize {
        self.ring.len()
    }

    /// Who the board is.
    #[must_use]
    pub fn identity(&self) -> Identity {
        self.identity
    }

    /// How many frames from the host failed, by reason.
    #[must_use]
    pub fn frame_errors(&self) -> ErrorCounts {
        self.decoder.errors()
    }

    fn open_session(&mut self, id: u32, now_ms: u64) {
        if id == NO_SESSION {
            return;
        }
        if self.session.is_none_or(|session| session.id != id) {
            self.session = Some(Session {
                id,
                heard_ms: now_ms,
                heartbeat_due_ms: now_ms.saturating_add(HEARTBEAT_MS),
                lamps: None,
                last_command: None,
            });
            self.replies.clear();
            self.resetting = false;
            self.ring.send_again();
            self.faults.tell_again();
            for key in &mut self.keys {
                key.stuck_told = false;
            }
        }
        self.hear(now_ms);
        self.hello_due = true;
    }

    fn hear(&mut self, now_ms: u64) {
        if let Some(session) = &mut self.session {
            session.heard_ms = now_ms;
        }
    }

    fn answer_version(&mut self, version: u8, now_ms: u64) {
        self.faults.set(FaultCode::Version, u32::from(version));
        if now_ms >= self.version_answer_from_ms {
            self.version_answer_from_ms = now_ms.saturating_add(HEARTBEAT_MS);
            self.hello_due = true;
        }
    }

    fn acknowledge(&mut self, boot_id: u32, up_to: u32) {
        if boot_id != self.identity.boot_id {
            return;
        }
        if let Err(NeverMade) = self.ring.acknowledge(up_to) {
            self.faults.count(FaultCode::BadAck);
        }
    }

    fn set_lamps(&mut self, id: u32, lamps: [Lamp; BUTTONS]) {
        if self.begin_command(id)
            && let Some(session) = &mut self.session
        {
            session.lamps = Some(lamps);
            session.last_command = Some(id);
            self.reply(BoardMessage::Ack { id });
        }
    }

    fn reset(&mut self, id: u32) {
        if !self.begin_command(id) {
            return;
        }
        if !self.ring.is_empty() {
            let reason = NakReason::UnackedPresses;
            return self.reply(BoardMessage::Nak { id, reason });
        }
        if let Some(session) = &mut self.session {
            session.last_command = Some(id);
        }
        self.resetting = true;
        self.reply(BoardMessage::Ack { id });
    }

    /// Whether to carry out a command: not without a session, not without room for its
    /// answer, and not after a later one, which a frame from the past would undo.
    fn begin_command(&mut self, id: u32) -> bool {
        let Some(session) = self.session else {
            return false;
        };
        if self.replies.is_full() {
            return false;
        }
        let stale = session.last_command.is_some_and(|last| id < last);
        if stale {
            let reason = NakReason::Stale;
            self.reply(BoardMessage::Nak { id, reason });
        }
        !stale
    }

    fn reply(&mut self, message: BoardMessage) {
        // `begin_command` has made sure of the room; without it the host would ask again.
        let _ = self.replies.push_back(message);
    }

    fn hello(&self, now_ms: u64) -> BoardMessage {
        let session = self.session.filter(|session| session.is_alive(now_ms));
        BoardMessage::Hello {
            proto_min: PROTO_MIN,
            proto_max: PROTO_MAX,
            firmware: self.identity.firmware,
            uid: self.identity.uid,
            boot_id: self.identity.boot_id,
            reset_reason: self.identity.reset_reason,
            oldest_unacked: self.ring.oldest_unacked(),
            next_seq: self.ring.next_seq(),
            session: session.map_or(NO_SESSION, |session| session.id),
            now_ms,
        }
    }

    fn due_press(&mut self, now_ms: u64) -> Option<BoardMessage> {
        let press = self.ring.take_due(now_ms)?;
        let still_held = self
            .keys
            .iter()
            .any(|key| key.seq == Some(press.seq) && key.contact.is_closed());
        Some(BoardMessage::Press {
            seq: press.seq,
            button: press.button,
            at_ms: press.at_ms,
            held_ms: if still_held {
                held_ms(press.at_ms, now_ms)
            } else {
                press.held_ms
            },
            bounces: press.bounces,
        })
    }

    fn tell_stuck(&mut self, now_ms: u64) {
        if !self.keys.iter().any(|key| key.newly_stuck(now_ms)) {
            return;
        }
        let mut stuck = 0;
        for key in self.keys.iter_mut().filter(|key| key.is_stuck(now_ms)) {
            key.stuck_told = true;
            stuck |= 1 << (key.button.number() - 1);
        }
        self.faults.set(FaultCode::StuckButtons, stuck);
    }

    fn next_send(&self, now_ms: u64) -> Option<u64> {
        if self.hello_due {
            return Some(now_ms);
        }
        let session = self.session.filter(|session| session.is_alive(now_ms))?;
        if !self.replies.is_empty() {
            return Some(now_ms);
        }
        let silence = session.heard_ms.saturating_add(SILENCE_MS);
        [self.ring.next_ms(now_ms), self.faults.next_ms()]
            .into_iter()
            .flatten()
            .fold(session.heartbeat_due_ms.min(silence), u64::min)
            .into()
    }
}

impl Key {
    /// When the button will have been down for too long, if it is down and that is not told.
    fn stuck_from_ms(&self) -> Option<u64> {
        (self.contact.is_closed() && !self.stuck_told)
            .then(|| self.contact.closed_ms().saturating_add(STUCK_MS))
    }

    fn newly_stuck(&self, now_ms: u64) -> bool {
        self.stuck_from_ms().is_some_and(|from| now_ms >= from)
    }

    fn is_stuck(&self, now_ms: u64) -> bool {
        self.contact.is_closed() && (self.stuck_told || self.newly_stuck(now_ms))
    }
}

fn held_ms(from_ms: u64, now_ms: u64) -> u32 {
    u32::try_from(now_ms.saturating_sub(from_ms)).unwrap_or(u32::MAX)
}
