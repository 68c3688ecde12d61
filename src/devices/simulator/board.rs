//! A button board that is not there: the firmware's own state machine behind a
//! pseudo-terminal or another line, with fingers that press and contacts that bounce.

use std::io;
use std::path::PathBuf;
use std::time::Duration;

use firmware_protocol::wire::BUTTONS;
use firmware_protocol::{
    Board, Button, Decoder, FirmwareVersion, HostMessage, Identity, Lamp, Level, ResetReason, Uid,
};
use tokio::sync::{mpsc, watch};
use tokio::time::Instant;

use super::line::{self, Line as _, Socket};

/// Commands waiting for the simulated board.
const COMMANDS_WAITING: usize = 16;
/// How long a finger stays on a button.
pub const HOLD: Duration = Duration::from_millis(120);
/// How a contact closes or opens: it settles on the last of these, milliseconds after the
/// first.
const BOUNCES_MS: [u64; 4] = [1, 2, 4, 5];
/// Between two presses of one button, and after the board's start.
const PAUSE: Duration = Duration::from_millis(60);
/// Longest frame kept while it arrives, bytes.
const FRAME_MAX_BYTES: usize = 256;

/// What a simulated board is.
#[derive(Debug, Clone)]
pub struct BoardConfig {
    /// Where its pseudo-terminal is linked.
    pub link: PathBuf,
    /// Line speed, bits per second.
    pub baud: u32,
    /// Its own number.
    pub uid: Uid,
}

/// What can be done to a simulated board.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BoardCommand {
    /// Press a button, with bouncing contacts.
    Press {
        /// Which.
        button: Button,
        /// For how long.
        hold: Duration,
    },
    /// Pull the cable; the board keeps its power and its presses.
    Unplug,
    /// Put the cable back.
    Replug,
    /// Garble the next frame the board sends.
    Garble,
    /// Lose so many of the host's next press acknowledgements.
    DropAcks(u32),
    /// Restart the board: new boot id, presses forgotten.
    Reboot,
}

/// What one can see of a simulated board.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BoardSnapshot {
    /// What the lamps show.
    pub lamps: [Lamp; BUTTONS],
    /// Whether the cable is in.
    pub plugged: bool,
    /// The board's start.
    pub boot_id: u32,
    /// Presses the host has not acknowledged.
    pub unacked: usize,
    /// Frames sent, garbled ones included.
    pub frames_sent: u64,
    /// Acknowledgements lost on purpose.
    pub acks_dropped: u64,
}

/// Control over a running simulated board; it stops when all handles are gone.
#[derive(Debug, Clone)]
pub struct BoardHandle {
    commands: mpsc::Sender<BoardCommand>,
    snapshot: watch::Receiver<BoardSnapshot>,
}

impl BoardHandle {
    /// Does something to the board; without effect once it has stopped.
    pub async fn tell(&self, command: BoardCommand) {
        if self.commands.send(command).await.is_err() {
            tracing::warn!(?command, "the simulated board has stopped");
        }
    }

    /// Presses a button as a customer does.
    pub async fn press(&self, button: Button) {
        self.tell(BoardCommand::Press { button, hold: HOLD }).await;
    }

    /// The board as it is now, and as it changes.
    pub fn snapshot(&self) -> watch::Receiver<BoardSnapshot> {
        self.snapshot.clone()
    }

    /// What the lamps show now.
    pub fn lamps(&self) -> [Lamp; BUTTONS] {
        self.snapshot.borrow().lamps
    }
}

/// Starts a simulated board on a pseudo-terminal.
///
/// # Errors
/// Where no pseudo-terminal can be opened and linked.
pub fn start(config: BoardConfig) -> io::Result<BoardHandle> {
    let serial = line::Serial {
        link: config.link,
        baud: config.baud,
    };
    start_on(serial, config.uid)
}

/// Starts a simulated board on any socket.
///
/// # Errors
/// Where it cannot be plugged in.
pub fn start_on<S: Socket>(mut socket: S, uid: Uid) -> io::Result<BoardHandle> {
    let line = Some(socket.plug()?);
    let (command_sender, commands) = mpsc::channel(COMMANDS_WAITING);
    let board = power_on(uid, ResetReason::PowerOn);
    let (snapshot, snapshot_receiver) = watch::channel(BoardSnapshot {
        lamps: board.lamp_states(0),
        plugged: true,
        boot_id: board.identity().boot_id,
        unacked: 0,
        frames_sent: 0,
        acks_dropped: 0,
    });
    let device = Device {
        socket,
        line,
        uid,
        board,
        booted: Instant::now(),
        edges: Vec::new(),
        frame: Vec::new(),
        garble: false,
        drop_acks: 0,
        snapshot,
    };
    tokio::spawn(device.run(commands));
    Ok(BoardHandle {
        commands: command_sender,
        snapshot: snapshot_receiver,
    })
}

fn power_on(uid: Uid, reset_reason: ResetReason) -> Board {
    let identity = Identity {
        uid,
        firmware: FirmwareVersion {
            major: 1,
            minor: 0,
            patch: 0,
        },
        boot_id: getrandom::u32().unwrap_or(0),
        reset_reason,
    };
    Board::new(identity, 0)
}

/// A contact that is going to change.
struct Change {
    at: Instant,
    button: Button,
    level: Level,
}

struct Device<S: Socket> {
    socket: S,
    line: Option<S::Line>,
    uid: Uid,
    board: Board,
    booted: Instant,
    /// In order of time.
    edges: Vec<Change>,
    /// The host's frame as it arrives.
    frame: Vec<u8>,
    garble: bool,
    drop_acks: u32,
    snapshot: watch::Sender<BoardSnapshot>,
}

impl<S: Socket> Device<S> {
    fn now_ms(&self) -> u64 {
        u64::try_from(self.booted.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    async fn run(mut self, mut commands: mpsc::Receiver<BoardCommand>) {
        loop {
            self.catch_up();
            let deadline = self.deadline();
            tokio::select! {
                command = commands.recv() => match command {
                    Some(command) => self.command(command),
                    None => return,
                },
                bytes = line::read(&mut self.line, FRAME_MAX_BYTES) => self.receive(&bytes),
                () = tokio::time::sleep_until(deadline) => {}
            }
        }
    }

    /// When something is due of itself. The board counts whole milliseconds, so a deadline is
    /// met one later.
    fn deadline(&self) -> Instant {
        let now_ms = self.now_ms();
        let wait_ms = self.board.next_deadline(now_ms).saturating_sub(now_ms);
        // A board that waits for nothing still looks up once an hour.
        let board = Instant::now() + Duration::from_millis(wait_ms.min(3_600_000) + 1);
        self.edges.first().map_or(board, |edge| board.min(edge.at))
    }

    fn catch_up(&mut self) {
        let now = Instant::now();
        while self.edges.first().is_some_and(|edge| edge.at <= now) {
            let edge = self.edges.remove(0);
            let now_ms = self.now_ms();
            self.board.edge(edge.button, edge.level, now_ms);
        }
        let now_ms = self.now_ms();
        while let Some(frame) = self.board.poll_frame(now_ms) {
            self.send(frame.as_bytes());
        }
        if self.board.reset_due() {
            self.reboot(ResetReason::Requested);
        }
        let lamps = self.board.lamp_states(now_ms);
        let unacked = self.board.unacked();
        let boot_id = self.board.identity().boot_id;
        self.snapshot.send_if_modified(|shown| {
            let before = *shown;
            shown.lamps = lamps;
            shown.unacked = unacked;
            shown.boot_id = boot_id;
            *shown != before
        });
    }

    fn send(&mut self, frame: &[u8]) {
        let mut bytes = frame.to_vec();
        if std::mem::take(&mut self.garble) {
            let middle = bytes.len() / 2;
            if let Some(byte) = bytes.get_mut(middle) {
                // Never zero, which would end the frame, nor what it was.
                *byte = if *byte == 0x55 { 0xAA } else { 0x55 };
            }
        }
        if let Some(line) = &mut self.line {
            line.send(&bytes);
            self.snapshot.send_modify(|shown| shown.frames_sent += 1);
        }
    }

    fn receive(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            if self.frame.len() < FRAME_MAX_BYTES {
                self.frame.push(byte);
            }
            if byte == 0 {
                let frame = std::mem::take(&mut self.frame);
                if self.drop_acks > 0 && is_press_ack(&frame) {
                    self.drop_acks -= 1;
                    self.snapshot.send_modify(|shown| shown.acks_dropped += 1);
                } else {
                    let now_ms = self.now_ms();
                    self.board.receive(&frame, now_ms);
                }
            }
        }
    }

    fn command(&mut self, command: BoardCommand) {
        match command {
            BoardCommand::Press { button, hold } => self.press(button, hold),
            BoardCommand::Unplug => {
                self.line = None;
                self.frame.clear();
                self.snapshot.send_modify(|shown| shown.plugged = false);
            }
            BoardCommand::Replug => {
                if self.line.is_none() {
                    match self.socket.plug() {
                        Ok(line) => {
                            self.line = Some(line);
                            self.snapshot.send_modify(|shown| shown.plugged = true);
                        }
                        Err(error) => {
                            tracing::error!(%error, "cannot plug the simulated board in");
                        }
                    }
                }
            }
            BoardCommand::Garble => self.garble = true,
            BoardCommand::DropAcks(count) => self.drop_acks = count,
            BoardCommand::Reboot => self.reboot(ResetReason::External),
        }
    }

    fn reboot(&mut self, reason: ResetReason) {
        self.board = power_on(self.uid, reason);
        self.booted = Instant::now();
        self.edges.clear();
        self.frame.clear();
    }

    fn press(&mut self, button: Button, hold: Duration) {
        let previous = self
            .edges
            .iter()
            .filter(|edge| edge.button == button)
            .map(|edge| edge.at)
            .max();
        let start = Instant::now()
            .max(self.booted + PAUSE)
            .max(previous.map_or(self.booted, |at| at + PAUSE));
        self.swing(button, start, Level::Pressed, Level::Released);
        self.swing(
            button,
            start + hold.max(PAUSE),
            Level::Released,
            Level::Pressed,
        );
        self.edges.sort_by_key(|edge| edge.at);
    }

    /// A contact that goes to `level` and bounces on its way.
    fn swing(&mut self, button: Button, at: Instant, level: Level, other: Level) {
        let levels = [other, level].into_iter().cycle();
        self.edges.push(Change { at, button, level });
        for (after_ms, level) in BOUNCES_MS.into_iter().zip(levels) {
            let at = at + Duration::from_millis(after_ms);
            self.edges.push(Change { at, button, level });
        }
    }
}

fn is_press_ack(frame: &[u8]) -> bool {
    let mut decoder = Decoder::<HostMessage>::new();
    decoder
        .feed(frame)
        .any(|message| matches!(message, Ok(HostMessage::AckPress { .. })))
}
