//! The host's side of the button board: presses in, lamps out.
//!
//! A press is acknowledged only when its answer is durable, and its id goes with it; whatever
//! is lost between here and there is repeated by the board and recognised by that id
//! (hardware.md, "a press has its effect exactly once").

use std::future::pending;
use std::time::Duration;

use firmware_protocol::wire::{BUTTONS, HEARTBEAT_MS, SILENCE_MS};
use firmware_protocol::{
    BoardClock, BoardMessage, Button, Decoder, ErrorCounts, FaultCode, FirmwareVersion, FrameError,
    HostMessage, Lamp, PressId, Uid, encode,
};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::sync::mpsc::error::TrySendError;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::{Instant, sleep_until, timeout};

use crate::queue::view::{BoardLink, LampState};

use super::link::{Connect, Link, Port};

/// An unacknowledged lamp command is repeated this often.
const LAMPS_REPEAT: Duration = Duration::from_millis(250);
/// Longest wait for the port to take one frame.
const WRITE_LIMIT: Duration = Duration::from_secs(1);
const HEARTBEAT: Duration = Duration::from_millis(HEARTBEAT_MS);
const SILENCE: Duration = Duration::from_millis(SILENCE_MS);
/// Largest piece read at once, bytes.
const READ_BYTES: usize = 256;

/// What became of a press; either way the board may forget it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PressAnswer {
    /// Its ticket is durable (perhaps since an earlier repeat).
    Issued,
    /// It deliberately got no ticket, and that is counted.
    Refused,
}

/// A button was pressed.
#[derive(Debug)]
pub struct Press {
    /// By which a repeat is recognised.
    pub press_id: PressId,
    /// Which button.
    pub button: Button,
    /// How long ago.
    pub age: Duration,
    /// How long it was held so far, milliseconds.
    pub held_ms: u32,
    /// Contact bounces counted by the board.
    pub bounces: u8,
    /// To be answered when the press is dealt with durably; dropping it leaves the press with
    /// the board, which repeats it.
    pub answer: oneshot::Sender<PressAnswer>,
}

/// Which board is at the other end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BoardIdentity {
    /// The board's own number.
    pub uid: Uid,
    /// The version of its program.
    pub firmware: FirmwareVersion,
    /// Drawn at its start.
    pub boot_id: u32,
}

/// How the link to the board is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BoardStatus {
    /// Connected, lost and so on.
    pub link: BoardLink,
    /// The board last heard of.
    pub board: Option<BoardIdentity>,
    /// The lamps as the board acknowledged them; `None` while it has not.
    pub lamps: Option<[LampState; BUTTONS]>,
    /// Unreadable frames from the board since the daemon's start.
    pub bad_frames: u32,
    /// Faults the board reported since the daemon's start, and the last one.
    pub faults: u32,
    /// The last fault's code.
    pub last_fault: Option<FaultCode>,
    /// Presses not taken because too many were waiting; the board repeats them.
    pub deferred_presses: u32,
}

impl Default for BoardStatus {
    fn default() -> Self {
        Self {
            link: BoardLink::Connecting,
            board: None,
            lamps: None,
            bad_frames: 0,
            faults: 0,
            last_fault: None,
            deferred_presses: 0,
        }
    }
}

/// Serves a board until the receiver of `presses` is gone.
///
/// `lamps` are levels: whatever they are is what the board is brought to, after every
/// reconnection anew.
pub async fn run<C: Connect>(
    connect: C,
    lamps: watch::Receiver<[LampState; BUTTONS]>,
    presses: mpsc::Sender<Press>,
    status: watch::Sender<BoardStatus>,
) {
    let mut host = Host {
        lamps,
        presses,
        status,
        waiting: None,
        answered: None,
        started: Instant::now(),
        bad_frames_before: 0,
    };
    let mut link = Link::new(connect);
    loop {
        let opened = tokio::select! {
            opened = link.open() => opened,
            () = host.presses.closed() => return,
        };
        if let Ok(port) = opened {
            match host.serve(port, &mut link).await {
                End::Lost(why) => link.lost(&why),
                End::Stop => return,
            }
        }
        host.set_link(BoardLink::Lost);
    }
}

/// Why the host stopped serving a port.
enum End {
    Lost(String),
    Stop,
}

/// A press handed on and not answered yet. At most one: the board sends its oldest press
/// until that is acknowledged.
struct WaitingPress {
    id: PressId,
    answer: oneshot::Receiver<PressAnswer>,
}

/// What outlives a lost port.
struct Host {
    lamps: watch::Receiver<[LampState; BUTTONS]>,
    presses: mpsc::Sender<Press>,
    status: watch::Sender<BoardStatus>,
    waiting: Option<WaitingPress>,
    /// The newest press that may be acknowledged.
    answered: Option<PressId>,
    started: Instant,
    /// Unreadable frames on ports before this one.
    bad_frames_before: u32,
}

/// One conversation with a board, from `Hello` to silence.
struct Session {
    number: u32,
    /// Set by the board's own `Hello`.
    board: Option<(BoardIdentity, BoardClock)>,
    heard: Instant,
    beat_at: Instant,
    lamps_at: Instant,
    lamps_id: u32,
    lamps_sent: [LampState; BUTTONS],
    lamps_acked: bool,
}

impl Session {
    fn new() -> Self {
        let now = Instant::now();
        Self {
            number: session_number(),
            board: None,
            heard: now,
            beat_at: now,
            lamps_at: now,
            lamps_id: 1,
            lamps_sent: [LampState::Off; BUTTONS],
            lamps_acked: false,
        }
    }

    fn next_deadline(&self) -> Instant {
        let mut deadline = self.beat_at.min(self.heard + SILENCE);
        if self.board.is_some() && !self.lamps_acked {
            deadline = deadline.min(self.lamps_at);
        }
        deadline
    }
}

/// A number that no recent session had; 0 stands for none.
fn session_number() -> u32 {
    getrandom::u32().unwrap_or(1).max(1)
}

impl Host {
    fn now_ms(&self) -> u64 {
        u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    fn set_link(&self, link: BoardLink) {
        self.status.send_if_modified(|status| {
            let changed = status.link != link;
            status.link = link;
            if link != BoardLink::Connected {
                status.lamps = None;
            }
            changed
        });
    }

    async fn serve<P: Port, C: Connect>(&mut self, mut port: P, link: &mut Link<C>) -> End {
        let mut decoder = Decoder::<BoardMessage>::new();
        let mut session = Session::new();
        let mut buffer = [0; READ_BYTES];
        let end = loop {
            let outcome = tokio::select! {
                read = port.read(&mut buffer) => match read {
                    // A peer that went away reads as nothing for ever.
                    Ok(0) => Err(End::Lost("unplugged".to_owned())),
                    Ok(count) => {
                        let bytes = buffer.get(..count).unwrap_or_default();
                        self.receive(&mut port, &mut decoder, &mut session, bytes, link).await
                    }
                    Err(error) => Err(End::Lost(error.to_string())),
                },
                changed = self.lamps.changed() => match changed {
                    Ok(()) => {
                        session.lamps_id = session.lamps_id.saturating_add(1);
                        session.lamps_acked = false;
                        session.lamps_at = Instant::now();
                        Ok(())
                    }
                    Err(_) => Err(End::Stop),
                },
                answer = answer(&mut self.waiting) => {
                    self.note_answer(answer);
                    self.acknowledge(&mut port, &session).await
                }
                () = self.presses.closed() => Err(End::Stop),
                () = sleep_until(session.next_deadline()) => {
                    self.beat(&mut port, &mut session).await
                }
            };
            if let Err(end) = outcome {
                break end;
            }
        };
        self.bad_frames_before += decoder.errors().total();
        end
    }

    async fn receive<P: Port, C: Connect>(
        &mut self,
        port: &mut P,
        decoder: &mut Decoder<BoardMessage>,
        session: &mut Session,
        bytes: &[u8],
        link: &mut Link<C>,
    ) -> Result<(), End> {
        for &byte in bytes {
            match decoder.push(byte) {
                None => {}
                Some(Ok(message)) => {
                    self.message(port, session, message).await?;
                    if session.board.is_some() {
                        link.alive();
                    }
                }
                Some(Err(error)) => self.bad_frame(error, decoder.errors()),
            }
        }
        Ok(())
    }

    fn bad_frame(&self, error: FrameError, counts: ErrorCounts) {
        let bad_frames = self.bad_frames_before.saturating_add(counts.total());
        tracing::debug!(%error, bad_frames, "unreadable frame from the board");
        self.status
            .send_modify(|status| status.bad_frames = bad_frames);
    }

    async fn message<P: Port>(
        &mut self,
        port: &mut P,
        session: &mut Session,
        message: BoardMessage,
    ) -> Result<(), End> {
        if let hello @ BoardMessage::Hello { .. } = message {
            self.hello(session, hello);
            return Ok(());
        }
        let host_ms = self.now_ms();
        let Some((identity, clock)) = &mut session.board else {
            // Left over from a conversation before ours.
            return Ok(());
        };
        match message {
            BoardMessage::Hello { .. } => {}
            BoardMessage::Heartbeat {
                session: number,
                now_ms,
                ..
            } => {
                if number != session.number {
                    return Ok(());
                }
                clock.observe(now_ms, host_ms);
            }
            BoardMessage::Press {
                seq,
                button,
                at_ms,
                held_ms,
                bounces,
            } => {
                let press_id = PressId {
                    uid: identity.uid,
                    boot_id: identity.boot_id,
                    seq,
                };
                let age = Duration::from_millis(clock.age_ms(at_ms, host_ms));
                self.press(press_id, button, age, held_ms, bounces);
                if self.answered == Some(press_id) {
                    // The acknowledgement was lost on its way.
                    self.acknowledge(port, session).await?;
                }
            }
            BoardMessage::Ack { id } => {
                if id == session.lamps_id && !session.lamps_acked {
                    session.lamps_acked = true;
                    let lamps = session.lamps_sent;
                    self.status.send_modify(|status| status.lamps = Some(lamps));
                }
            }
            BoardMessage::Nak { id, reason } => {
                tracing::warn!(id, ?reason, "the board refused a command");
            }
            BoardMessage::Fault { code, arg } => {
                tracing::warn!(?code, arg, "the board reports a fault");
                self.status.send_modify(|status| {
                    status.faults = status.faults.saturating_add(1);
                    status.last_fault = Some(code);
                });
            }
        }
        session.heard = Instant::now();
        Ok(())
    }

    fn hello(&self, session: &mut Session, message: BoardMessage) {
        let BoardMessage::Hello {
            proto_min,
            proto_max,
            firmware,
            uid,
            boot_id,
            reset_reason,
            session: number,
            now_ms,
            ..
        } = message
        else {
            return;
        };
        if number != session.number {
            tracing::warn!(
                proto_min,
                proto_max,
                "the board answers no session of ours; where this repeats, update the board"
            );
            return;
        }
        tracing::info!(%uid, boot_id, %firmware, ?reset_reason, "board answers");
        let identity = BoardIdentity {
            uid,
            firmware,
            boot_id,
        };
        session.board = Some((identity, BoardClock::new(now_ms, self.now_ms())));
        session.heard = Instant::now();
        session.lamps_at = session.heard;
        self.status
            .send_modify(|status| status.board = Some(identity));
        self.set_link(BoardLink::Connected);
    }

    /// Hands a press on unless it is being dealt with or has been.
    fn press(
        &mut self,
        press_id: PressId,
        button: Button,
        age: Duration,
        held_ms: u32,
        bounces: u8,
    ) {
        let under_way = self.waiting.as_ref().is_some_and(|it| it.id == press_id);
        if under_way || self.answered == Some(press_id) {
            return;
        }
        let (sender, answer) = oneshot::channel();
        let press = Press {
            press_id,
            button,
            age,
            held_ms,
            bounces,
            answer: sender,
        };
        match self.presses.try_send(press) {
            Ok(()) => {
                self.waiting = Some(WaitingPress {
                    id: press_id,
                    answer,
                });
            }
            Err(TrySendError::Full(_) | TrySendError::Closed(_)) => {
                self.status.send_modify(|status| {
                    status.deferred_presses = status.deferred_presses.saturating_add(1);
                });
            }
        }
    }

    fn note_answer(&mut self, answer: Option<PressAnswer>) {
        let Some(waiting) = self.waiting.take() else {
            return;
        };
        match answer {
            Some(PressAnswer::Issued | PressAnswer::Refused) => self.answered = Some(waiting.id),
            None => tracing::warn!(press = %waiting.id, "press not recorded; the board repeats it"),
        }
    }

    async fn acknowledge<P: Port>(&self, port: &mut P, session: &Session) -> Result<(), End> {
        let Some((board, _)) = &session.board else {
            return Ok(());
        };
        match self.answered {
            Some(press) if press.uid == board.uid && press.boot_id == board.boot_id => {
                let ack = HostMessage::AckPress {
                    boot_id: press.boot_id,
                    up_to: press.seq,
                };
                send(port, &ack).await
            }
            Some(_) | None => Ok(()),
        }
    }

    /// What is due by the clock: greeting or heartbeat, lamps, silence.
    async fn beat<P: Port>(&mut self, port: &mut P, session: &mut Session) -> Result<(), End> {
        let now = Instant::now();
        if now >= session.heard + SILENCE {
            if session.board.is_some() {
                tracing::warn!("the board is silent; greeting it again");
            }
            self.set_link(BoardLink::Lost);
            *session = Session::new();
        }
        if now >= session.beat_at {
            session.beat_at = now + HEARTBEAT;
            let session_number = session.number;
            let message = if session.board.is_some() {
                HostMessage::Heartbeat {
                    session: session_number,
                }
            } else {
                HostMessage::Hello {
                    session: session_number,
                }
            };
            send(port, &message).await?;
        }
        if session.board.is_some() && !session.lamps_acked && now >= session.lamps_at {
            session.lamps_at = now + LAMPS_REPEAT;
            session.lamps_sent = *self.lamps.borrow_and_update();
            let lamps = session.lamps_sent.map(|lamp| match lamp {
                LampState::Off => Lamp::Off,
                LampState::On => Lamp::On,
                LampState::OutOfService => Lamp::OutOfService,
            });
            let id = session.lamps_id;
            send(port, &HostMessage::SetLamps { id, lamps }).await?;
        }
        Ok(())
    }
}

/// The answer to the waiting press, `None` where it was dropped; never without a press.
async fn answer(waiting: &mut Option<WaitingPress>) -> Option<PressAnswer> {
    match waiting {
        Some(waiting) => (&mut waiting.answer).await.ok(),
        None => pending().await,
    }
}

async fn send<P: Port>(port: &mut P, message: &HostMessage) -> Result<(), End> {
    let frame = encode(message);
    match timeout(WRITE_LIMIT, port.write_all(frame.as_bytes())).await {
        Ok(Ok(())) => Ok(()),
        Ok(Err(error)) => Err(End::Lost(error.to_string())),
        Err(_elapsed) => Err(End::Lost("the board takes no data".to_owned())),
    }
}

#[cfg(test)]
#[path = "kiosk_board_tests.rs"]
mod tests;
