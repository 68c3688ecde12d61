//! One centre with everything around it, driven by one seed.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Wake, Waker};

use firmware_protocol::{Button, PressId};
use jiff::{SignedDuration, Timestamp, ToSpan};
use rinda::clock::{Clock, ManualClock};
use rinda::engine::handle::{Done, EngineError, EngineHandle};
use rinda::engine::published::{Published, ViewKind};
use rinda::engine::run::{Parts, Stepped, prepare};
use rinda::journal::record::Record;
use rinda::journal::{Damage, Journal};
use rinda::queue::command::SlipReport;
use rinda::queue::command::{Actor, Asked, Command};
use rinda::queue::desk::Seat;
use rinda::queue::event::JobId;
use rinda::queue::hours::{DayHours, Exception};
use rinda::queue::paper::JobState;
use rinda::queue::setup::Setup;
use rinda::queue::view::LampState;
use tokio::sync::watch;

use crate::audit::{Promises, audit, issued};
use crate::chance::Chance;
use crate::disk;
use crate::floor;
use crate::invariants;
use crate::kiosk::{Cable, Kiosk, Press, lamp};
use crate::people;
use crate::printer::{Printer, Told, Trouble};
use crate::tell::{self, Trace};

/// The kiosk with the board and the printer.
pub const KIOSK: &str = "ieeja";

/// A request is repeated at most this long after it was made, milliseconds: an answer is kept
/// for at least ten minutes.
const REPEAT_MS: u64 = 5 * 60_000;

type Reply = Pin<Box<dyn Future<Output = Result<Done, EngineError>>>>;

/// Who waits for a reply.
enum Waiting {
    Press(PressId),
    Request(String),
    Slip,
    Cleared,
}

/// A request as it was made, and how it was answered.
struct Request {
    actor: Actor,
    command: Command,
    made_ms: u64,
    answer: Option<Vec<Record>>,
}

/// Notes how long the journal was when a reply was given.
struct Witness {
    journal: PathBuf,
    length: Mutex<Option<u64>>,
}

impl Wake for Witness {
    fn wake(self: Arc<Self>) {
        let length = fs::metadata(&self.journal).map_or(0, |file| file.len());
        self.length.lock().unwrap().get_or_insert(length);
    }
}

struct Running {
    handle: EngineHandle,
    engine: Stepped,
    display: Option<watch::Receiver<Arc<Published>>>,
    shown: Option<Arc<str>>,
    /// The lamps of the publication with this sequence.
    lamps: (u64, [LampState; 3]),
    /// The engine looks at the time by itself at least once a second.
    looks_ms: u64,
}

pub struct World {
    chance: Chance,
    trace: Trace,
    /// Milliseconds since the world began, untouched by steps of the wall clock.
    now_ms: u64,
    /// When the engine last had a turn.
    turned_ms: u64,
    clock: Arc<ManualClock>,
    data: tempfile::TempDir,
    setup: Arc<Setup>,
    running: Option<Running>,
    waiting: Vec<(Waiting, Reply)>,
    kiosk: Kiosk,
    printer: Printer,
    promises: Promises,
    requests: BTreeMap<String, Request>,
    full_at: Option<u64>,
}

/// Moments at which something is near: an ordinary morning, opening, closing, midnight, the end of
/// a quarter, and the nights of 25 and 23 hours.
const BEGINNINGS: [&str; 7] = [
    "2026-11-23T08:00:00Z",
    "2026-11-23T06:27:00Z",
    "2026-11-23T14:57:00Z",
    "2026-11-23T21:56:00Z",
    "2026-12-31T21:56:00Z",
    "2026-10-25T00:56:00Z",
    "2026-03-29T00:56:00Z",
];

impl World {
    pub fn begin(seed: u64, trace: Trace) -> Self {
        let mut chance = Chance::new(seed);
        let mut setup = floor::setup();
        let begins: Timestamp = chance.of(&BEGINNINGS).parse().unwrap();
        if chance.permille(500) {
            open_day_and_night(&mut setup, begins);
        }
        trace.line(format!("seed {seed}, {begins}"));
        let shm = std::path::Path::new("/dev/shm");
        let data = if shm.is_dir() {
            tempfile::tempdir_in(shm)
        } else {
            tempfile::tempdir()
        };
        let mut world = Self {
            chance,
            trace,
            now_ms: 0,
            turned_ms: 0,
            clock: Arc::new(ManualClock::at(begins)),
            data: data.unwrap(),
            setup: Arc::new(setup),
            running: None,
            waiting: Vec::new(),
            kiosk: Kiosk::new(),
            printer: Printer::new(),
            promises: Promises::default(),
            requests: BTreeMap::new(),
            full_at: None,
        };
        world.start();
        world
    }

    /// One thing happens, then time passes.
    pub fn step(&mut self) {
        let what = self.chance.below(100);
        match what {
            0..20 => self.press(),
            20..75 => self.somebody_asks(),
            75..80 => self.repeat_a_request(),
            _ => self.fault(),
        }
        let pause_ms = match self.chance.below(20) {
            0..12 => self.chance.below(3_000),
            12..17 => self.chance.below(20_000),
            17..19 => 60_000 + self.chance.below(3_000),
            _ => self.chance.below(600_000),
        };
        self.pass(pause_ms);
    }

    /// All faults end; then everything comes to rest and agrees.
    pub fn calm_down(&mut self) {
        self.say("calm");
        self.full_at = None;
        self.kiosk.cable = Cable::Good;
        self.printer.trouble = None;
        if self.running.is_none() {
            self.start();
        }
        self.show_display();
        let papers = self.picture().state.centre.outbox.jobs.len() as u64;
        self.pass(20_000);
        self.pass((papers + 1) * 1_500);
        self.rest();
    }

    fn rest(&mut self) {
        let picture = self.picture();
        assert_eq!(picture.storage_error, None);
        let lamps = picture.scene().lamps().map(lamp);
        assert_eq!(
            self.kiosk.lamps(self.now_ms),
            lamps,
            "the lamps differ from the state"
        );
        assert_eq!(self.kiosk.board.unacked(), 0, "the board keeps a press");
        let open = |state: &JobState| matches!(state, JobState::Queued | JobState::Sending { .. });
        let outbox = &picture.state.centre.outbox.jobs;
        let left: Vec<_> = outbox.values().filter(|job| open(&job.state)).collect();
        assert!(left.is_empty(), "the outbox keeps {left:?}");
        let running = self.running.as_ref().unwrap();
        let board = picture.envelope(&ViewKind::Board, "sim");
        assert_eq!(
            running.shown.as_ref(),
            Some(&board),
            "the display differs from the state"
        );
        assert!(self.waiting.is_empty(), "a request was never answered");
        for (ticket, (first, _)) in &self.printer.papers {
            assert!(
                *first <= 1,
                "ticket {} came out {first} times without KOPIJA",
                ticket.0
            );
        }
        for job in outbox.values() {
            let said = matches!(job.state, JobState::Printed { .. });
            let out = self.printer.papers.contains_key(&job.ticket);
            assert!(out || !said, "job {} is printed but not there", job.job.0);
        }
        self.audit();
        for press in &self.kiosk.kept {
            let key = press.to_string();
            assert!(self.promised_effect(&key), "the press {key} had no effect");
        }
    }

    fn promised_effect(&self, key: &str) -> bool {
        self.requests
            .get(key)
            .is_some_and(|request| request.answer.is_some())
    }

    // Time.

    fn pass(&mut self, ms: u64) {
        let tick_ms = match ms {
            0..=3_000 => 100,
            3_001..=90_000 => 500,
            _ => ms / 60,
        };
        let mut left = ms;
        while left > 0 {
            let by = tick_ms.min(left);
            left -= by;
            self.now_ms += by;
            self.clock.advance(SignedDuration::from_millis(by as i64));
            self.tick();
        }
    }

    /// Board, host, printer, engine and display each get their turn.
    fn tick(&mut self) {
        self.kiosk.board_turn(self.now_ms, &mut self.chance);
        if self.running.is_none() {
            return;
        }
        let picture = self.picture();
        let lamps = self.lamps(&picture);
        if let Some(press) = self.kiosk.host_turn(self.now_ms, lamps, &mut self.chance) {
            self.ask_for_press(press);
        }
        if self.printer.cleared() {
            let kiosk = KIOSK.to_owned();
            let command = Command::PrinterCleared { kiosk };
            self.submit(Waiting::Cleared, Actor::Rinda, command, None);
        }
        let next = picture.state.centre.outbox.next_for(KIOSK);
        if let Some((job, report)) = self.printer.turn(self.now_ms, next) {
            self.report_slip(job, report);
        }
        let looks_ms = self.running.as_ref().map_or(0, |running| running.looks_ms);
        if !self.waiting.is_empty() || self.now_ms >= looks_ms {
            self.turn();
            self.kiosk.board_turn(self.now_ms, &mut self.chance);
        }
    }

    fn lamps(&mut self, picture: &Published) -> [LampState; 3] {
        let running = self.running.as_mut().unwrap();
        if running.lamps.0 != picture.sequence {
            running.lamps = (picture.sequence, picture.scene().lamps());
        }
        assert!(
            picture.storage_error.is_none() || running.lamps.1 != [LampState::On; 3],
            "lit while nothing is issued"
        );
        running.lamps.1
    }

    fn turn(&mut self) {
        let Some(running) = &mut self.running else {
            return;
        };
        if let Some(bytes) = self.full_at {
            disk::disk_is_full_at(bytes);
        }
        running.engine.turn();
        // On a full disk each look reads the whole file again: fewer of them do as well.
        let looks_in_ms = if self.full_at.is_some() {
            10_000
        } else {
            1_000
        };
        running.looks_ms = self.now_ms + looks_in_ms;
        disk::disk_has_room();
        self.take_replies();
        self.look();
        self.nobody_is_awaited_for_longer_than_a_minute();
        self.turned_ms = self.now_ms;
        let errors = tell::errors();
        assert!(
            self.full_at.is_some() || errors.is_empty(),
            "ERROR logged: {errors:?}"
        );
    }

    /// A2/2/2.4, as the engine leaves it after each turn. A minute that was over before the last
    /// turn is that of an arrival undone just now.
    fn nobody_is_awaited_for_longer_than_a_minute(&self) {
        let picture = self.picture();
        if picture.storage_error.is_some() || self.full_at.is_some() {
            return;
        }
        let desks = picture.state.centre.desks.values();
        for staffed in desks.filter_map(|desk| desk.staffed.as_ref()) {
            if let Seat::Called { minute_from, .. } = &staffed.seat {
                let awaited = self.clock.now().duration_since(*minute_from);
                let over_ms = awaited.as_millis() - 60_000;
                let since_ms = i128::from(self.now_ms - self.turned_ms).max(1);
                let just_over = (0..since_ms).contains(&over_ms);
                assert!(!just_over, "awaited {awaited:?}");
            }
        }
    }

    fn look(&mut self) {
        let Some(running) = &mut self.running else {
            return;
        };
        let picture = running.handle.published();
        invariants::stands(&picture.state.centre, picture.at);
        let seen = running
            .display
            .as_mut()
            .filter(|display| display.has_changed().unwrap());
        if let Some(display) = seen {
            let seen = display.borrow_and_update().clone();
            running.shown = Some(seen.envelope(&ViewKind::Board, "sim"));
        }
    }

    // Requests and their replies.

    fn somebody_asks(&mut self) {
        if self.running.is_none() {
            return;
        }
        let picture = self.picture();
        let (actor, command) = people::want(&picture.state.centre, &mut self.chance);
        let key = format!("request-{}", self.requests.len());
        self.say(&format!("{key}: {actor:?} {command:?}"));
        self.request(key, actor, command);
    }

    fn request(&mut self, key: String, actor: Actor, command: Command) {
        let request = Request {
            actor: actor.clone(),
            command: command.clone(),
            made_ms: self.now_ms,
            answer: None,
        };
        self.requests.entry(key.clone()).or_insert(request);
        self.promises.ask_again(&key);
        self.submit(Waiting::Request(key.clone()), actor, command, Some(key));
    }

    /// A caller that heard no answer, or did not trust it, asks again under the same key.
    fn repeat_a_request(&mut self) {
        let now_ms = self.now_ms;
        let young: Vec<(String, Actor, Command)> = self
            .requests
            .iter()
            .filter(|(key, it)| key.starts_with('r') && now_ms - it.made_ms < REPEAT_MS)
            .map(|(key, it)| (key.clone(), it.actor.clone(), it.command.clone()))
            .collect();
        if self.running.is_none() || young.is_empty() {
            return;
        }
        let (key, actor, command) = self.chance.of(&young);
        self.say(&format!("{key} again"));
        self.request(key, actor, command);
    }

    fn press(&mut self) {
        let button = self.chance.of(&Button::ALL);
        let edge = self.kiosk.touch(button, self.now_ms);
        self.say(&format!("press {button} {edge:?}"));
    }

    fn ask_for_press(&mut self, press: Press) {
        let actor = Actor::Device {
            name: KIOSK.to_owned(),
        };
        let command = Command::IssueTicket {
            service: floor::service(press.button.number()),
            asked: Asked::Board {
                kiosk: KIOSK.to_owned(),
                age_ms: press.age_ms,
            },
            out_of_turn: false,
        };
        let key = press.id.to_string();
        let request = Request {
            actor: actor.clone(),
            command: command.clone(),
            made_ms: self.now_ms,
            answer: None,
        };
        self.requests.entry(key.clone()).or_insert(request);
        self.promises.ask_again(&key);
        self.submit(Waiting::Press(press.id), actor, command, Some(key));
    }

    fn report_slip(&mut self, job: JobId, report: SlipReport) {
        let command = Command::ReportSlip { job, report };
        self.submit(Waiting::Slip, Actor::Rinda, command, None);
    }

    fn submit(&mut self, who: Waiting, actor: Actor, command: Command, key: Option<String>) {
        let Some(running) = &self.running else { return };
        let handle = running.handle.clone();
        let reply: Reply = Box::pin(async move { handle.submit(actor, command, key).await });
        self.waiting.push((who, reply));
        // The first look hands the request to the engine.
        self.take_replies();
    }

    fn take_replies(&mut self) {
        let mut context = Context::from_waker(Waker::noop());
        let mut waiting = std::mem::take(&mut self.waiting);
        let mut ready = Vec::new();
        waiting.retain_mut(|(who, reply)| match reply.as_mut().poll(&mut context) {
            Poll::Pending => true,
            Poll::Ready(answer) => {
                let who = std::mem::replace(who, Waiting::Slip);
                ready.push((who, answer));
                false
            }
        });
        self.waiting = waiting;
        for (who, answer) in ready {
            self.answered(who, answer);
        }
    }

    fn answered(&mut self, who: Waiting, answer: Result<Done, EngineError>) {
        if let Ok(done) = &answer {
            done.records
                .iter()
                .for_each(|it| self.promises.acknowledge(it));
            let shown = self.picture().state.seq;
            let last = done.records.last().map_or(0, |record| record.seq);
            assert!(shown >= last, "acknowledged before it was published");
        }
        if let Err(EngineError::Storage(_)) = &answer {
            assert!(self.full_at.is_some(), "the journal failed without a cause");
        }
        match who {
            Waiting::Press(id) => {
                let durable = matches!(answer, Ok(_) | Err(EngineError::Rejected(_)));
                self.settle(&id.to_string(), &answer);
                self.kiosk.answer(id, durable, &mut self.chance);
            }
            Waiting::Request(key) => self.settle(&key, &answer),
            Waiting::Cleared => {
                if answer.is_err() {
                    self.printer.not_recorded();
                }
            }
            Waiting::Slip => {
                let told = match answer {
                    Ok(_) => Told::Kept,
                    Err(EngineError::Rejected(_)) => Told::Refused,
                    Err(_) => Told::Again,
                };
                if let Some((job, report)) = self.printer.told(self.now_ms, told) {
                    self.report_slip(job, report);
                }
            }
        }
    }

    /// A repeat gets the first answer; a refusal leaves nothing behind.
    fn settle(&mut self, key: &str, answer: &Result<Done, EngineError>) {
        let request = self.requests.get_mut(key).unwrap();
        match (answer, &request.answer) {
            (Ok(done), Some(first)) if !first.is_empty() => {
                assert!(done.repeated, "{key} was done again");
                assert_eq!(&done.records, first, "{key} got another answer");
            }
            (Ok(done), _) => request.answer = Some(done.records.clone()),
            (Err(error), Some(first)) => {
                let storage = matches!(error, EngineError::Storage(_));
                assert!(
                    storage || first.is_empty(),
                    "{key} was refused after it was done: {error}"
                );
            }
            (Err(_), None) => self.promises.refuse(key),
        }
    }

    // Faults.

    fn fault(&mut self) {
        match self.chance.below(18) {
            0..3 => self.power_cut(),
            3 => self.stop(),
            4..6 => self.step_clock(),
            6..9 => {
                let trouble = [Trouble::PaperOut, Trouble::Jam, Trouble::Unplugged];
                self.printer.trouble = match self.printer.trouble {
                    None => Some(self.chance.of(&trouble)),
                    Some(_) => None,
                };
                self.fault_is(&format!("printer {:?}", self.printer.trouble));
            }
            9..12 => {
                self.kiosk.cable = self.chance.of(&[Cable::Good, Cable::Noisy, Cable::Pulled]);
                self.fault_is(&format!("cable {:?}", self.kiosk.cable));
            }
            12 => {
                self.kiosk.power_off(self.now_ms);
                self.fault_is("board without power");
            }
            13..15 => self.lose_or_show_display(),
            _ => self.fill_or_free_disk(),
        }
    }

    fn fault_is(&self, what: &str) {
        self.say(&format!("FAULT {what}"));
    }

    fn step_clock(&mut self) {
        let by_ms = match self.chance.below(4) {
            0 => self.chance.below(10_000) as i64 - 5_000,
            1 => 3_600_000,
            2 => -3_600_000,
            _ => self.chance.below(1_200_000) as i64 - 600_000,
        };
        self.clock.jump(SignedDuration::from_millis(by_ms));
        self.fault_is(&format!("clock {by_ms} ms"));
    }

    fn lose_or_show_display(&mut self) {
        match self.running.as_mut().map(|running| running.display.take()) {
            Some(Some(_)) => self.fault_is("display lost"),
            Some(None) => self.show_display(),
            None => {}
        }
    }

    fn show_display(&mut self) {
        if let Some(running) = &mut self.running {
            let display = running.handle.subscribe();
            running.shown = Some(display.borrow().envelope(&ViewKind::Board, "sim"));
            running.display = Some(display);
        }
    }

    fn fill_or_free_disk(&mut self) {
        self.full_at = match (self.full_at, self.journal_file()) {
            (None, Some((_, length))) => Some(length + self.chance.below(600)),
            _ => None,
        };
        self.fault_is(&format!("disk full at {:?}", self.full_at));
        if self.full_at.is_none() {
            // The next turn may still tell of the last failure.
            self.turn();
        }
    }

    /// The daemon is stopped and started again after a while.
    fn stop(&mut self) {
        self.fault_is("daemon stopped");
        self.running = None;
        self.gone();
        self.come_back();
    }

    /// The power goes while a batch is written: of what was not yet flushed, any part may be on
    /// the disk. An answer given before its record was there would show.
    fn power_cut(&mut self) {
        if self.running.is_none() || self.full_at.is_some() {
            return;
        }
        for _ in 0..self.chance.below(4) {
            self.somebody_asks();
        }
        let Some((path, before)) = self.journal_file() else {
            return;
        };
        let witnesses: Vec<Arc<Witness>> = self
            .waiting
            .iter_mut()
            .map(|(_, reply)| {
                let witness = Arc::new(Witness {
                    journal: path.clone(),
                    length: Mutex::new(None),
                });
                let waker = Waker::from(witness.clone());
                let early = reply.as_mut().poll(&mut Context::from_waker(&waker));
                assert!(early.is_pending());
                witness
            })
            .collect();
        self.running.as_mut().unwrap().engine.turn();
        let after = self.journal_file().filter(|(same, _)| *same == path);
        let cut = after.map(|(_, after)| before + self.chance.below(after - before + 1));
        self.fault_is(&format!(
            "power cut, {before} + {:?} bytes",
            cut.map(|cut| cut - before)
        ));
        for ((who, mut reply), witness) in
            std::mem::take(&mut self.waiting).into_iter().zip(witnesses)
        {
            let answer = reply.as_mut().poll(&mut Context::from_waker(Waker::noop()));
            let told_at = witness.length.lock().unwrap().unwrap_or(u64::MAX);
            if let (Poll::Ready(answer), true) = (answer, cut.is_some_and(|cut| told_at <= cut)) {
                self.answered(who, answer);
            }
        }
        self.running = None;
        if let Some(cut) = cut {
            tear(&path, cut, &mut self.chance);
        }
        self.gone();
        self.come_back();
    }

    fn gone(&mut self) {
        self.waiting.clear();
        self.kiosk.host_gone();
        let comes_out = self.chance.permille(500);
        self.printer.driver_gone(comes_out);
    }

    fn come_back(&mut self) {
        let pause_ms = self.chance.of(&[0, 300, 4_000, 61_000]);
        self.pass(pause_ms);
        self.start();
    }

    fn start(&mut self) {
        let tz = self.setup.timezone.clone();
        let (journal, opened) = Journal::open(self.data.path(), tz, &mut |_, _| {}).unwrap();
        let torn = |damage: &Damage| matches!(damage, Damage::Torn { .. });
        assert!(opened.damage.iter().all(torn), "{:?}", opened.damage);
        assert!(
            opened.last_seq >= self.promises.last_seq(),
            "acknowledged records are gone"
        );
        let parts = Parts {
            setup: self.setup.clone(),
            clock: self.clock.clone(),
            journal,
            state: opened.state,
            metrics: None,
            alerts: Vec::new(),
            version: "sim".to_owned(),
        };
        if let Some(bytes) = self.full_at {
            disk::disk_is_full_at(bytes);
        }
        let (handle, engine) = prepare(parts);
        disk::disk_has_room();
        let picture = handle.published();
        self.running = Some(Running {
            lamps: (picture.sequence, picture.scene().lamps()),
            looks_ms: self.now_ms,
            handle,
            engine,
            display: None,
            shown: None,
        });
        self.show_display();
        self.turn();
        if self.picture().storage_error.is_none() {
            self.audit();
        }
    }

    fn audit(&mut self) {
        let state = self.picture().state.clone();
        let effects = audit(self.data.path(), &self.promises, &state);
        for (key, records) in &effects {
            let request = self.requests.get_mut(key).expect("a request nobody made");
            // Its answer may have been lost on the way; the effect is what counts.
            request.answer.get_or_insert_with(|| records.clone());
        }
        let tickets = effects.values().filter(|records| issued(records)).count();
        self.say(&format!(
            "audit: {tickets} tickets in {} records",
            state.seq
        ));
    }

    fn picture(&self) -> Arc<Published> {
        self.running
            .as_ref()
            .expect("the daemon runs")
            .handle
            .published()
    }

    /// The file being written, and its length.
    fn journal_file(&self) -> Option<(PathBuf, u64)> {
        let files = fs::read_dir(self.data.path().join("journal")).ok()?;
        files
            .filter_map(|file| file.ok())
            .filter(|file| file.file_name().to_string_lossy().ends_with(".ndjson"))
            .map(|file| (file.path(), file.metadata().map_or(0, |meta| meta.len())))
            .max()
    }

    fn say(&self, what: &str) {
        self.trace
            .line(format!("{:>9} {} {what}", self.now_ms, self.clock.now()));
    }
}

/// Reception goes on over the first midnight; the day after is free.
fn open_day_and_night(setup: &mut Setup, from: Timestamp) {
    let day = DayHours::new(vec!["00:00-24:00".parse().unwrap()]).unwrap();
    setup.hours.week = std::array::from_fn(|_| day.clone());
    let free = setup.date_of(from).checked_add(2.days()).unwrap();
    let closed = Exception {
        hours: DayHours::default(),
        reason: "Brīvdiena".to_owned(),
    };
    setup.hours.exceptions.insert(free, closed);
}

/// Leaves a file as a power cut may: short, or with the room for the rest but not the rest.
fn tear(path: &std::path::Path, length: u64, chance: &mut Chance) {
    let file = fs::OpenOptions::new().write(true).open(path).unwrap();
    file.set_len(length).unwrap();
    if chance.permille(300) {
        file.set_len(length + chance.below(500)).unwrap();
    }
}
