//! A press has its effect exactly once, whatever the line and the host go through.
//!
//! A model host with a durable record talks to the board over a line that loses, doubles,
//! delays, reorders, garbles and cuts frames, and that stays cut for seconds; the host dies
//! before it records, between record and acknowledgement, and for seconds.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::collections::{BTreeMap, BTreeSet};

use firmware_protocol::{
    Board, BoardMessage, Button, Decoder, Edge, FirmwareVersion, HostMessage, Identity, Level,
    PressId, ResetReason, Uid, encode,
    wire::{HEARTBEAT_MS, SILENCE_MS},
};
use proptest::{prelude::*, sample::select};

const STEP_MS: u64 = 10;
const TROUBLE_MS: u64 = 30_000;
const CALM_MS: u64 = 15_000;
const BOOT_ID: u32 = 0xB007;

/// What happens to one frame.
#[derive(Clone, Copy, Debug)]
enum Fate {
    Arrives,
    IsLost,
    ComesTwice,
    /// Overtaken by others, for this long.
    IsLate(u64),
    IsGarbled(usize, u8),
    IsCutShort(usize),
}

fn fate() -> impl Strategy<Value = Fate> {
    prop_oneof![
        4 => Just(Fate::Arrives),
        2 => Just(Fate::IsLost),
        1 => Just(Fate::ComesTwice),
        2 => (1..4_000_u64).prop_map(Fate::IsLate),
        1 => (any::<usize>(), 1..=u8::MAX).prop_map(|(at, by)| Fate::IsGarbled(at, by)),
        1 => any::<usize>().prop_map(Fate::IsCutShort),
    ]
}

#[derive(Clone, Copy, Debug)]
enum Event {
    Tap(Button, u64),
    CableCut(u64),
    HostDies(u64),
    /// The host dies at the next press: before it is recorded, or before it is acknowledged.
    HostDiesAtPress {
        recorded: bool,
    },
}

fn event() -> impl Strategy<Value = Event> {
    prop_oneof![
        6 => (select(&Button::ALL), 10..2_000_u64).prop_map(|(b, held)| Event::Tap(b, held)),
        1 => (100..6_000_u64).prop_map(Event::CableCut),
        1 => (100..6_000_u64).prop_map(Event::HostDies),
        1 => any::<bool>().prop_map(|recorded| Event::HostDiesAtPress { recorded }),
    ]
}

/// One direction of the line.
struct Line {
    fates: Vec<Fate>,
    sent: usize,
    on_the_way: BTreeMap<(u64, usize), Vec<u8>>,
}

impl Line {
    fn new(fates: &[Fate]) -> Self {
        Self {
            fates: fates.to_vec(),
            sent: 0,
            on_the_way: BTreeMap::new(),
        }
    }

    fn send(&mut self, bytes: &[u8], now_ms: u64) {
        let fate = if now_ms < TROUBLE_MS {
            self.fates[self.sent % self.fates.len()]
        } else {
            Fate::Arrives
        };
        let mut bytes = bytes.to_vec();
        let mut arrival_ms = now_ms;
        self.sent += 2;
        match fate {
            Fate::Arrives => {}
            Fate::IsLost => return,
            Fate::ComesTwice => drop(
                self.on_the_way
                    .insert((now_ms, self.sent + 1), bytes.clone()),
            ),
            Fate::IsLate(by_ms) => arrival_ms += by_ms,
            Fate::IsGarbled(at, by) => {
                let place = at % bytes.len();
                bytes[place] ^= by;
            }
            Fate::IsCutShort(at) => bytes.truncate(at % bytes.len()),
        }
        self.on_the_way.insert((arrival_ms, self.sent), bytes);
    }

    fn arrived(&mut self, now_ms: u64, cut: bool) -> Vec<u8> {
        let later = self.on_the_way.split_off(&(now_ms + 1, 0));
        let arrived = std::mem::replace(&mut self.on_the_way, later);
        if cut {
            return Vec::new();
        }
        arrived.into_values().flatten().collect()
    }
}

/// The host: what is in `record` survives its death, nothing else does.
struct Host {
    record: Vec<PressId>,
    starts: u32,
    dead_until_ms: u64,
    dies_at_press: Option<bool>,
    decoder: Decoder<BoardMessage>,
    board: Option<(Uid, u32)>,
    heard_ms: u64,
    beat_due_ms: u64,
}

impl Host {
    fn start(&mut self, now_ms: u64) {
        self.starts += 1;
        self.decoder = Decoder::new();
        self.board = None;
        self.heard_ms = now_ms;
        self.beat_due_ms = now_ms;
    }

    fn die(&mut self, for_ms: u64, now_ms: u64) {
        self.dead_until_ms = now_ms + for_ms;
        self.start(self.dead_until_ms);
    }

    fn receive(&mut self, bytes: &[u8], now_ms: u64, out: &mut Line) {
        let messages: Vec<_> = self.decoder.feed(bytes).flatten().collect();
        for message in messages {
            if now_ms < self.dead_until_ms {
                return;
            }
            self.handle(message, now_ms, out);
        }
    }

    fn handle(&mut self, message: BoardMessage, now_ms: u64, out: &mut Line) {
        match message {
            BoardMessage::Hello {
                session,
                uid,
                boot_id,
                ..
            } => {
                if session == self.starts {
                    self.board = Some((uid, boot_id));
                    self.heard_ms = now_ms;
                }
            }
            BoardMessage::Press { seq, .. } => self.press(seq, now_ms, out),
            BoardMessage::Heartbeat { session, .. } => {
                if session == self.starts {
                    self.heard_ms = now_ms;
                }
            }
            BoardMessage::Ack { .. } | BoardMessage::Nak { .. } | BoardMessage::Fault { .. } => {}
        }
    }

    fn press(&mut self, seq: u32, now_ms: u64, out: &mut Line) {
        let Some((uid, boot_id)) = self.board else {
            return;
        };
        let dies = self.dies_at_press.take();
        if dies == Some(false) {
            return self.die(500, now_ms);
        }
        let id = PressId { uid, boot_id, seq };
        if !self.record.contains(&id) {
            self.record.push(id);
        }
        if dies == Some(true) {
            return self.die(500, now_ms);
        }
        let up_to = seq;
        let ack = encode(&HostMessage::AckPress { boot_id, up_to });
        out.send(ack.as_bytes(), now_ms);
    }

    fn beat(&mut self, now_ms: u64, out: &mut Line) {
        if now_ms < self.dead_until_ms {
            return;
        }
        if self.board.is_some() && now_ms - self.heard_ms >= SILENCE_MS {
            self.start(now_ms);
        }
        if now_ms >= self.beat_due_ms {
            self.beat_due_ms = now_ms + HEARTBEAT_MS;
            let session = self.starts;
            let message = match self.board {
                Some(_) => HostMessage::Heartbeat { session },
                None => HostMessage::Hello { session },
            };
            out.send(encode(&message).as_bytes(), now_ms);
        }
    }
}

fn new_board() -> Board {
    let firmware = FirmwareVersion {
        major: 1,
        minor: 0,
        patch: 0,
    };
    let identity = Identity {
        uid: Uid([9; 8]),
        firmware,
        boot_id: BOOT_ID,
        reset_reason: ResetReason::PowerOn,
    };
    Board::new(identity, 0)
}

/// Plays a day of troubles; gives the presses the board kept and the host's record.
fn play(events: &[(u64, Event)], to_host: &[Fate], to_board: &[Fate]) -> (Vec<u32>, Vec<PressId>) {
    let mut board = new_board();
    let mut host = Host {
        record: Vec::new(),
        starts: 1,
        dead_until_ms: 0,
        dies_at_press: None,
        decoder: Decoder::new(),
        board: None,
        heard_ms: 0,
        beat_due_ms: 0,
    };
    let (mut up, mut down) = (Line::new(to_host), Line::new(to_board));
    let mut releases: BTreeSet<(u64, Button)> = BTreeSet::new();
    let mut kept = Vec::new();
    let mut cut_until_ms = 0;
    for now_ms in (0..TROUBLE_MS + CALM_MS).step_by(STEP_MS as usize) {
        releases.retain(|&(due_ms, button)| {
            let due = due_ms <= now_ms;
            if due {
                board.edge(button, Level::Released, now_ms);
            }
            !due
        });
        for (_, event) in events
            .iter()
            .filter(|(at, _)| at / STEP_MS * STEP_MS == now_ms)
        {
            match *event {
                Event::Tap(button, held_ms) => {
                    if let Edge::Press(seq) = board.edge(button, Level::Pressed, now_ms) {
                        kept.push(seq);
                    }
                    releases.insert((now_ms + held_ms, button));
                }
                Event::CableCut(for_ms) => cut_until_ms = now_ms + for_ms,
                Event::HostDies(for_ms) => host.die(for_ms, now_ms),
                Event::HostDiesAtPress { recorded } => host.dies_at_press = Some(recorded),
            }
        }
        let cut = now_ms < cut_until_ms;
        board.receive(&down.arrived(now_ms, cut), now_ms);
        while let Some(frame) = board.poll_frame(now_ms) {
            up.send(frame.as_bytes(), now_ms);
        }
        host.receive(&up.arrived(now_ms, cut), now_ms, &mut down);
        host.beat(now_ms, &mut down);
    }
    assert_eq!(board.unacked(), 0, "everything is acknowledged in the end");
    (kept, host.record)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn each_press_is_recorded_exactly_once_and_in_order(
        events in prop::collection::vec((0..TROUBLE_MS, event()), 0..60),
        to_host in prop::collection::vec(fate(), 1..40),
        to_board in prop::collection::vec(fate(), 1..40),
    ) {
        let (kept, record) = play(&events, &to_host, &to_board);
        let recorded: Vec<u32> = record.iter().map(|id| id.seq).collect();
        prop_assert_eq!(recorded, kept);
        prop_assert!(record.iter().all(|id| id.boot_id == BOOT_ID));
    }

    /// Looking at the board only at its own deadlines sends the same messages and shows the
    /// same lamps as looking every millisecond.
    #[test]
    fn the_deadlines_miss_nothing(
        inputs in prop::collection::vec((1..1_500_u64, input()), 1..40),
    ) {
        let (mut watched, mut left) = (new_board(), new_board());
        let mut deadline_ms = left.next_deadline(0);
        let mut lamps = left.lamps(0);
        let mut now_ms = 0;
        for (gap_ms, input) in inputs {
            for tick in now_ms..now_ms + gap_ms {
                let mut expected = Vec::new();
                expected.extend(std::iter::from_fn(|| watched.poll(tick)));
                let mut sent = Vec::new();
                if tick >= deadline_ms {
                    sent.extend(std::iter::from_fn(|| left.poll(tick)));
                    lamps = left.lamps(tick);
                    deadline_ms = left.next_deadline(tick);
                    prop_assert!(deadline_ms > tick, "a deadline that has passed");
                }
                prop_assert_eq!(sent, expected, "at {}", tick);
                prop_assert_eq!(lamps, watched.lamps(tick), "at {}", tick);
            }
            now_ms += gap_ms;
            for board in [&mut watched, &mut left] {
                match input {
                    Input::Edge(button, level) => drop(board.edge(button, level, now_ms)),
                    Input::Message(message) => board.receive_message(message, now_ms),
                }
            }
            deadline_ms = now_ms;
        }
    }
}

#[derive(Clone, Copy, Debug)]
enum Input {
    Edge(Button, Level),
    Message(HostMessage),
}

fn input() -> impl Strategy<Value = Input> {
    use firmware_protocol::Lamp;
    let level = select(vec![Level::Pressed, Level::Released]);
    let lamps = prop::array::uniform3(select(vec![Lamp::On, Lamp::Blink, Lamp::OutOfService]));
    prop_oneof![
        4 => (select(&Button::ALL), level).prop_map(|(b, l)| Input::Edge(b, l)),
        6 => prop_oneof![
            (1..3_u32).prop_map(|session| HostMessage::Hello { session }),
            (1..3_u32).prop_map(|session| HostMessage::Heartbeat { session }),
            (0..12_u32).prop_map(|up_to| HostMessage::AckPress { boot_id: BOOT_ID, up_to }),
            (0..9_u32, lamps).prop_map(|(id, lamps)| HostMessage::SetLamps { id, lamps }),
            (0..9_u32).prop_map(|id| HostMessage::Reset { id }),
        ].prop_map(Input::Message),
    ]
}
