//! The host's side against the simulated board over a real pseudo-terminal, and over a pipe
//! where the board must do what no board would.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::io;

use firmware_protocol::{HostMessage, Level, ResetReason};
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream};

use super::*;
use crate::devices::link::Serial;
use crate::devices::simulator::board::{
    BoardCommand, BoardConfig, BoardHandle, BoardSnapshot, start,
};

/// Nothing in these tests takes longer unless it is broken.
const PATIENCE: Duration = Duration::from_secs(20);
const ALL_ON: [LampState; 3] = [LampState::On; 3];

/// A host, its simulated board, and what both say.
struct Bench {
    board: BoardHandle,
    lamps: watch::Sender<[LampState; 3]>,
    presses: mpsc::Receiver<Press>,
    status: watch::Receiver<BoardStatus>,
    _directory: tempfile::TempDir,
}

impl Bench {
    fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let link = directory.path().join("board");
        let board = start(BoardConfig {
            link: link.clone(),
            baud: 115_200,
            uid: Uid([7; 8]),
        })
        .unwrap();
        let (lamps, lamp_receiver) = watch::channel([LampState::Off; 3]);
        let (press_sender, presses) = mpsc::channel(1);
        let (status_sender, status) = watch::channel(BoardStatus::default());
        let serial = Serial {
            path: link,
            baud: 115_200,
        };
        tokio::spawn(run(serial, lamp_receiver, press_sender, status_sender));
        Self {
            board,
            lamps,
            presses,
            status,
            _directory: directory,
        }
    }

    async fn connected() -> Self {
        let mut bench = Self::new();
        bench
            .status_until(|status| status.link == BoardLink::Connected)
            .await;
        bench
    }

    async fn status_until(&mut self, wanted: impl Fn(&BoardStatus) -> bool) -> BoardStatus {
        let seen = tokio::time::timeout(PATIENCE, self.status.wait_for(wanted)).await;
        *seen.expect("a status in time").unwrap()
    }

    async fn board_until(&self, wanted: impl Fn(&BoardSnapshot) -> bool) -> BoardSnapshot {
        let mut snapshot = self.board.snapshot();
        let seen = tokio::time::timeout(PATIENCE, snapshot.wait_for(wanted)).await;
        *seen.expect("the board gets there in time").unwrap()
    }

    async fn press(&mut self) -> Press {
        tokio::time::timeout(PATIENCE, self.presses.recv())
            .await
            .expect("a press in time")
            .expect("the host runs")
    }

    /// Whether the board has been told of every press and nothing more came of it.
    async fn all_settled(&mut self) {
        self.board_until(|board| board.unacked == 0).await;
        assert!(self.presses.try_recv().is_err());
    }
}

#[tokio::test]
async fn one_press_with_bouncing_contacts_is_one_press() {
    let mut bench = Bench::connected().await;
    bench.board.press(Button::Two).await;
    let press = bench.press().await;
    assert_eq!(press.button, Button::Two);
    assert_eq!((press.press_id.uid, press.press_id.seq), (Uid([7; 8]), 1));
    assert!(press.age < Duration::from_secs(1));
    // Repeats while the answer is pending are not handed on.
    let sent = bench.board.snapshot().borrow().frames_sent;
    bench
        .board_until(|board| board.frames_sent >= sent + 4)
        .await;
    assert!(bench.presses.try_recv().is_err());
    assert_eq!(bench.board.snapshot().borrow().unacked, 1);
    press.answer.send(PressAnswer::Issued).unwrap();
    bench.all_settled().await;
    bench.board.press(Button::Two).await;
    let press = bench.press().await;
    assert_eq!(press.press_id.seq, 2);
    press.answer.send(PressAnswer::Refused).unwrap();
    bench.all_settled().await;
}

#[tokio::test]
async fn a_lost_acknowledgement_makes_no_second_press() {
    let mut bench = Bench::connected().await;
    bench.board.tell(BoardCommand::DropAcks(3)).await;
    bench.board.press(Button::One).await;
    let press = bench.press().await;
    press.answer.send(PressAnswer::Issued).unwrap();
    let shown = bench.board_until(|board| board.acks_dropped == 3).await;
    assert_eq!(shown.unacked, 1);
    bench.all_settled().await;
}

#[tokio::test]
async fn a_press_nobody_recorded_comes_again_under_its_id() {
    let mut bench = Bench::connected().await;
    bench.board.press(Button::Three).await;
    let first = bench.press().await;
    let id = first.press_id;
    drop(first);
    let again = bench.press().await;
    assert_eq!(again.press_id, id);
    again.answer.send(PressAnswer::Issued).unwrap();
    bench.all_settled().await;
}

#[tokio::test]
async fn a_press_during_a_cable_pull_arrives_once_with_its_age() {
    let mut bench = Bench::connected().await;
    bench.board.tell(BoardCommand::Unplug).await;
    bench
        .status_until(|status| status.link == BoardLink::Lost)
        .await;
    bench.board.press(Button::One).await;
    bench.board_until(|board| board.unacked == 1).await;
    let pressed = Instant::now();
    bench.board.tell(BoardCommand::Replug).await;
    let press = bench.press().await;
    assert!(press.age + Duration::from_millis(50) >= pressed.elapsed());
    press.answer.send(PressAnswer::Issued).unwrap();
    bench.all_settled().await;
    assert_eq!(bench.status.borrow().link, BoardLink::Connected);
}

#[tokio::test]
async fn an_answer_after_a_cable_pull_is_acknowledged_on_the_new_line() {
    let mut bench = Bench::connected().await;
    bench.board.press(Button::One).await;
    let press = bench.press().await;
    bench.board.tell(BoardCommand::Unplug).await;
    bench
        .status_until(|status| status.link == BoardLink::Lost)
        .await;
    press.answer.send(PressAnswer::Issued).unwrap();
    bench.board.tell(BoardCommand::Replug).await;
    bench.all_settled().await;
}

#[tokio::test]
async fn a_garbled_frame_is_counted_and_its_press_repeated() {
    let mut bench = Bench::connected().await;
    bench.board.tell(BoardCommand::Garble).await;
    bench.board.press(Button::One).await;
    let press = bench.press().await;
    press.answer.send(PressAnswer::Issued).unwrap();
    bench.all_settled().await;
    let status = bench.status_until(|status| status.bad_frames > 0).await;
    assert_eq!(status.bad_frames, 1);
}

#[tokio::test]
async fn lamps_are_levels_that_survive_cable_and_restart() {
    let mut bench = Bench::connected().await;
    bench
        .board_until(|board| board.lamps == [Lamp::Off; 3])
        .await;
    let lamps = [LampState::On, LampState::Off, LampState::OutOfService];
    let shown = [Lamp::On, Lamp::Off, Lamp::OutOfService];
    bench.lamps.send(lamps).unwrap();
    bench.board_until(|board| board.lamps == shown).await;
    bench
        .status_until(|status| status.lamps == Some(lamps))
        .await;
    bench.board.tell(BoardCommand::Unplug).await;
    bench
        .status_until(|status| status.link == BoardLink::Lost)
        .await;
    bench.lamps.send(ALL_ON).unwrap();
    bench.board.tell(BoardCommand::Replug).await;
    bench
        .board_until(|board| board.lamps == [Lamp::On; 3])
        .await;
    let boot_id = bench.board.snapshot().borrow().boot_id;
    bench.board.tell(BoardCommand::Reboot).await;
    bench
        .board_until(|board| board.boot_id != boot_id && board.lamps == [Lamp::On; 3])
        .await;
}

#[tokio::test]
async fn after_a_restart_of_the_board_a_press_is_a_new_one() {
    let mut bench = Bench::connected().await;
    bench.board.press(Button::One).await;
    let first = bench.press().await;
    first.answer.send(PressAnswer::Issued).unwrap();
    bench.all_settled().await;
    bench.board.tell(BoardCommand::Reboot).await;
    bench.board.press(Button::One).await;
    let second = bench.press().await;
    assert_eq!(second.press_id.seq, first.press_id.seq);
    assert_ne!(second.press_id.boot_id, first.press_id.boot_id);
    second.answer.send(PressAnswer::Issued).unwrap();
    bench.all_settled().await;
}

#[tokio::test]
async fn an_overloaded_receiver_defers_presses_and_loses_none() {
    let mut bench = Bench::connected().await;
    // The channel holds one press, and none is answered yet.
    for button in [Button::One, Button::Two, Button::Three] {
        bench.board.press(button).await;
    }
    let mut buttons = Vec::new();
    for _ in 0..3 {
        let press = bench.press().await;
        buttons.push(press.button);
        press.answer.send(PressAnswer::Issued).unwrap();
    }
    buttons.sort();
    assert_eq!(buttons, Button::ALL);
    bench.all_settled().await;
}

/// Gives the host one end of a pipe at each attempt.
struct Pipes(std::sync::mpsc::Receiver<DuplexStream>);

impl Connect for Pipes {
    type Port = DuplexStream;

    async fn connect(&mut self) -> io::Result<DuplexStream> {
        self.0
            .try_recv()
            .map_err(|_| io::Error::from(io::ErrorKind::NotFound))
    }

    fn name(&self) -> String {
        "pipe".to_owned()
    }
}

#[tokio::test(start_paused = true)]
async fn a_board_silent_for_three_seconds_is_lost_and_greeted_again() {
    let (near, mut far) = tokio::io::duplex(4_096);
    let (pipes, pipe_receiver) = std::sync::mpsc::channel();
    pipes.send(near).unwrap();
    let (_lamps, lamp_receiver) = watch::channel(ALL_ON);
    let (press_sender, _presses) = mpsc::channel(1);
    let (status_sender, mut status) = watch::channel(BoardStatus::default());
    tokio::spawn(run(
        Pipes(pipe_receiver),
        lamp_receiver,
        press_sender,
        status_sender,
    ));
    let identity = firmware_protocol::Identity {
        uid: Uid([1; 8]),
        firmware: FirmwareVersion {
            major: 1,
            minor: 0,
            patch: 0,
        },
        boot_id: 9,
        reset_reason: ResetReason::PowerOn,
    };
    let mut board = firmware_protocol::Board::new(identity, 0);
    let mut buffer = [0; 64];
    while status.borrow().link != BoardLink::Connected {
        let count = far.read(&mut buffer).await.unwrap();
        board.receive(&buffer[..count], 0);
        while let Some(frame) = board.poll_frame(0) {
            far.write_all(frame.as_bytes()).await.unwrap();
        }
        tokio::task::yield_now().await;
    }
    let connected = Instant::now();
    board.edge(Button::One, Level::Pressed, 0);
    let mut hosts = Decoder::<HostMessage>::new();
    let mut sessions = Vec::new();
    let lost = async {
        status
            .wait_for(|status| status.link == BoardLink::Lost)
            .await
            .unwrap();
        connected.elapsed()
    };
    let greeted = async {
        loop {
            let byte = far.read_u8().await.unwrap();
            if let Some(Ok(HostMessage::Hello { session })) = hosts.push(byte) {
                sessions.push(session);
                if sessions.len() == 2 {
                    return;
                }
            }
        }
    };
    let (silence, ()) = tokio::join!(lost, greeted);
    assert!(silence >= Duration::from_millis(2_900) && silence <= Duration::from_millis(3_100));
    assert_eq!(status.borrow().lamps, None);
}
