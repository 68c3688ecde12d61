//! A hundred thousand short days, each from its seed, against every law of [`crate::laws`].
//!
//! A history is what was asked, in the floor's script. One that breaks a law is made as short as it
//! can be and printed with the line that plays it again.

use std::cell::{Cell, RefCell};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Once;

use jiff::{SignedDuration, Timestamp};
use rinda::queue::appointments::{AppointmentId, CodeHash};
use rinda::queue::catalogue::Service;
use rinda::queue::command::{Actor, Asked, Command};
use rinda::queue::desk::Seat;
use rinda::queue::event::{Event, TransferTo};
use rinda::queue::rejection::Rejection;
use rinda::queue::setup::Setup;
use rinda::queue::ticket::{DeskNumber, TicketId};

use crate::chance::Chance;
use crate::floor::{Floor, TEN, duration, service, setup};
use crate::invariants::stands;
use crate::laws::{Book, Law};

/// Histories of each kind of day.
const HISTORIES: u64 = 20_200;
const DESKS: [DeskNumber; 4] = [DeskNumber(1), DeskNumber(2), DeskNumber(3), DeskNumber(4)];
/// Shortest and longest history, things asked.
const LENGTH_MIN: u64 = 8;
const LENGTH_MAX: u64 = 32;
/// So many calls of one history apart its choice is tried on other lists of the same tickets.
const CHOICES_APART: u64 = 3;
/// No time passes after so much of a day, seconds from its beginning at ten.
const DAY_S_MAX: i64 = 11 * 3_600;
/// Ways tried to make a failing history shorter.
const SHORTENINGS_MAX: usize = 3_000;

/// What a day is mostly about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Ordinary,
    OutOfTurn,
    Skills,
    Appointments,
    Wandering,
}

/// One thing that is asked, or time that passes.
#[derive(Debug, Clone)]
enum Op {
    Ask(Actor, Command),
    Pass(i64),
    Restart,
}

/// A floor with its book.
struct Day {
    floor: Floor,
    book: Book,
    seen: usize,
    calls: u64,
}

impl Day {
    fn begin(setup: &Setup) -> Self {
        let floor = Floor::with(setup.clone(), TEN.parse().unwrap());
        Self {
            floor,
            book: Book::default(),
            seen: 0,
            calls: 0,
        }
    }

    fn play(&mut self, op: &Op) {
        let answer = match op {
            Op::Ask(actor, command) => self.ask(actor, command),
            Op::Pass(ms) => Ok(self.floor.pass(SignedDuration::from_millis(*ms))),
            Op::Restart => Ok(self.floor.restart()),
        };
        let changed = self.seen < self.floor.log.len() || matches!(op, Op::Pass(1..));
        self.look();
        if let (Op::Ask(Actor::Supervisor { .. }, command), true) =
            (op, answer.as_ref().map_or(true, Vec::is_empty))
        {
            self.book.nobody(command, answer.is_err(), self.floor.now);
        }
        if let (Op::Ask(_, command), Ok(events)) = (op, &answer) {
            self.book.as_asked(command, events);
        }
        // What was refused and wrote no event has left the same centre behind.
        if changed {
            self.book.agrees(&self.floor.centre, self.floor.now);
            self.book.set_up(&self.floor.setup);
            stands(&self.floor.centre, self.floor.now);
        }
    }

    fn ask(&mut self, actor: &Actor, command: &Command) -> Result<Vec<Event>, Rejection> {
        if let Command::CallNext { desk, .. } = command {
            self.calls += 1;
            if self.calls.is_multiple_of(CHOICES_APART) {
                let now = self.floor.now;
                self.book.chooses_alike(&self.floor.centre, *desk, now);
            }
        }
        self.floor.ask(actor, command)
    }

    fn look(&mut self) {
        for happened in &self.floor.log[self.seen..] {
            self.book.see(happened);
        }
        self.seen = self.floor.log.len();
    }
}

fn boss() -> Actor {
    Actor::Supervisor {
        login: "boss".to_owned(),
    }
}

/// What somebody wants next: mostly what makes sense, at times anything.
fn want(kind: Kind, day: &Day, chance: &mut Chance) -> Op {
    let desk = chance.of(&DESKS);
    let rare = if kind == Kind::Wandering { 300 } else { 120 };
    if chance.permille(rare) {
        return anything(day, desk, chance);
    }
    if kind == Kind::Skills && chance.permille(180) {
        return Op::Ask(boss(), new_services(desk, chance));
    }
    if kind == Kind::OutOfTurn && chance.permille(120) {
        let ticket = some_ticket(day, chance);
        return Op::Ask(boss(), Command::MarkOutOfTurn { ticket });
    }
    if kind == Kind::Appointments && chance.permille(420) {
        return Op::Ask(boss(), about_a_visit(day, chance));
    }
    match chance.below(100) {
        0..34 => issue(kind, chance),
        34..52 => Op::Pass(pause(kind, day, chance)),
        _ => at_desk(day, desk, chance),
    }
}

/// Pauses of a second and those at the edges of what is counted: the minute, the two hours.
fn pause(kind: Kind, day: &Day, chance: &mut Chance) -> i64 {
    const SHORT: [i64; 8] = [0, 1, 1_000, 20_000, 29_999, 59_999, 60_000, 300_000];
    const LONG: [i64; 5] = [600_000, 3_600_000, 7_199_999, 7_200_000, 7_200_001];
    const SLOTS: [i64; 6] = [1, 299_999, 300_000, 600_000, 600_001, 2_400_000];
    let ms = match kind {
        Kind::OutOfTurn if chance.permille(400) => chance.of(&LONG),
        Kind::Appointments if chance.permille(700) => chance.of(&SLOTS),
        Kind::Ordinary | Kind::OutOfTurn | Kind::Skills | Kind::Appointments | Kind::Wandering => {
            chance.of(&SHORT)
        }
    };
    let begun = TEN.parse().unwrap();
    let day_s = day.floor.now.duration_since(begun).as_secs();
    // A history ends before its date does.
    if day_s < DAY_S_MAX { ms } else { 0 }
}

fn issue(kind: Kind, chance: &mut Chance) -> Op {
    let staff = chance.permille(if kind == Kind::OutOfTurn { 400 } else { 120 });
    let kiosk = "ieeja".to_owned();
    let (actor, asked) = if staff {
        (boss(), Asked::Staff)
    } else {
        let name = kiosk.clone();
        (Actor::Device { name }, Asked::Interface { kiosk })
    };
    let command = Command::IssueTicket {
        service: service(chance.below(3) as u8 + 1),
        asked,
        out_of_turn: staff && chance.permille(700),
    };
    Op::Ask(actor, command)
}

/// Books within the next hours, comes at some time or other, or calls it off.
fn about_a_visit(day: &Day, chance: &mut Chance) -> Command {
    let centre = &day.floor.centre;
    let booked = centre.appointments.by_id.len() as u64;
    let which = chance.below(booked) + 1;
    match chance.below(8) {
        0..4 if booked < 6 => {
            let quarter = SignedDuration::from_mins(15);
            let begun: Timestamp = TEN.parse().unwrap();
            let past = day.floor.now.duration_since(begun).as_secs() / quarter.as_secs();
            let ahead = past as i32 + 1 + chance.below(8) as i32;
            Command::BookAppointment {
                service: service(chance.below(3) as u8 + 1),
                slot: begun + quarter * ahead,
                code: CodeHash(format!("c{}", booked + 1)),
            }
        }
        4 if chance.permille(200) => Command::CancelAppointment {
            appointment: AppointmentId(which),
            reason: None,
        },
        _ => Command::CheckIn {
            code: CodeHash(format!("c{which}")),
            asked: Asked::Staff,
        },
    }
}

fn new_services(desk: DeskNumber, chance: &mut Chance) -> Command {
    let services = (1..=3)
        .filter(|_| chance.permille(500))
        .map(service)
        .collect();
    Command::SetServices { desk, services }
}

/// The next step at a desk.
fn at_desk(day: &Day, desk: DeskNumber, chance: &mut Chance) -> Op {
    let Some(staffed) = day.floor.centre.staffed(desk) else {
        let login = ["", "one", "two", "three", "four"][usize::from(desk.0)].to_owned();
        let open = Command::OpenDesk {
            desk,
            services: None,
            take_over: false,
        };
        return Op::Ask(Actor::Consultant { login }, open);
    };
    let command = match &staffed.seat {
        Seat::Free { .. } => Command::CallNext {
            desk,
            service: chance
                .permille(100)
                .then(|| service(chance.below(3) as u8 + 1)),
        },
        Seat::OnBreak { .. } => Command::EndBreak { desk },
        Seat::Called { .. } if chance.permille(750) => Command::CustomerArrived { desk },
        Seat::Called { .. } => return Op::Pass(60_000),
        Seat::Serving { .. } if chance.permille(250) => Command::StartDocuments { desk },
        Seat::Serving { .. } | Seat::Documents { .. } if chance.permille(300) => {
            Command::Transfer {
                desk,
                to: target(chance),
            }
        }
        Seat::Serving { .. } | Seat::Documents { .. } => Command::Finish {
            desk,
            outcome: None,
        },
    };
    Op::Ask(boss(), command)
}

fn target(chance: &mut Chance) -> TransferTo {
    if chance.permille(500) {
        TransferTo::Desk(chance.of(&DESKS))
    } else {
        TransferTo::Service(service(chance.below(3) as u8 + 1))
    }
}

fn anything(day: &Day, desk: DeskNumber, chance: &mut Chance) -> Op {
    let ticket = some_ticket(day, chance);
    let command = match chance.below(20) {
        0 | 1 => Command::CallTicket { desk, ticket },
        2 => Command::CallNext {
            desk,
            service: None,
        },
        3 => Command::NoShow { desk },
        4 => Command::Recall { desk },
        5 | 6 => Command::Park { desk },
        7 | 8 => Command::Resume { desk, ticket },
        9 | 10 => Command::Undo { desk },
        11 => Command::StartBreak { desk },
        12 => Command::CloseDesk { desk },
        13 => Command::OpenDesk {
            desk,
            services: Some(vec![service(chance.below(3) as u8 + 1)]),
            take_over: true,
        },
        14 | 15 => Command::Reinstate { ticket },
        16 => Command::Cancel {
            ticket,
            reason: "left".to_owned(),
        },
        17 => Command::MarkOutOfTurn { ticket },
        18 => new_services(desk, chance),
        _ => return Op::Restart,
    };
    Op::Ask(boss(), command)
}

fn some_ticket(day: &Day, chance: &mut Chance) -> TicketId {
    TicketId(chance.below(day.floor.centre.tickets_issued) + 1)
}

/// Plays the history of a seed and leaves in `ops` what was asked of it.
fn history(setup: &Setup, kind: Kind, seed: u64, ops: &RefCell<Vec<Op>>) -> Book {
    let mut chance = Chance::new(seed);
    let mut day = Day::begin(setup);
    day.look();
    let length = LENGTH_MIN + chance.below(LENGTH_MAX + 1 - LENGTH_MIN);
    // Some have come before the first desk opens.
    let early = chance.below(6);
    for at in 0..length {
        let op = if at < early {
            issue(kind, &mut chance)
        } else {
            want(kind, &day, &mut chance)
        };
        ops.borrow_mut().push(op.clone());
        day.play(&op);
    }
    day.book
}

fn replayed(setup: &Setup, ops: &[Op]) {
    let mut day = Day::begin(setup);
    day.look();
    ops.iter().for_each(|op| day.play(op));
}

/// What a panic said, where playing panics.
fn failure(play: impl FnOnce()) -> Option<String> {
    let panic = catch_unwind(AssertUnwindSafe(play)).err()?;
    let text = panic
        .downcast_ref::<String>()
        .cloned()
        .or_else(|| panic.downcast_ref::<&str>().map(ToString::to_string));
    Some(text.unwrap_or_default())
}

/// Leaves out whatever the failure does not need, in ever smaller pieces.
fn shortest(setup: &Setup, mut ops: Vec<Op>) -> Vec<Op> {
    let mut piece = ops.len().div_ceil(2);
    let mut tried = 0;
    while piece > 0 && tried < SHORTENINGS_MAX {
        let mut at = 0;
        let mut shorter = false;
        while at < ops.len() {
            let mut fewer = ops.clone();
            fewer.drain(at..(at + piece).min(ops.len()));
            tried += 1;
            if failure(|| replayed(setup, &fewer)).is_some() {
                ops = fewer;
                shorter = true;
            } else {
                at += piece;
            }
        }
        if !shorter || piece > 1 {
            piece /= 2;
        }
    }
    ops
}

/// What was asked, as the floor's scripts say it.
#[allow(clippy::wildcard_enum_match_arm)] // Histories ask these alone.
fn statement(op: &Op) -> String {
    let (actor, command) = match op {
        Op::Pass(ms) => return format!("+{}", *ms as f64 / 1000.0),
        Op::Restart => return "restart".to_owned(),
        Op::Ask(actor, command) => (actor, command),
    };
    let digits = |services: &[Service]| -> String {
        services.iter().map(|s| s.digit().to_string()).collect()
    };
    let what = match command {
        Command::IssueTicket {
            service,
            asked,
            out_of_turn,
        } => {
            let verb = if *asked == Asked::Staff {
                "staff"
            } else {
                "issue"
            };
            let out = if *out_of_turn { " out" } else { "" };
            format!("{verb} {}{out}", service.digit())
        }
        Command::OpenDesk {
            desk,
            services,
            take_over,
        } => {
            let services = services.as_deref().map(digits).unwrap_or_default();
            let take = if *take_over { "take" } else { "" };
            format!("open {desk} {services} {take}")
        }
        Command::SetServices { desk, services } => format!("serve {desk} {}", digits(services)),
        Command::CallNext { desk, service } => {
            let only = service.map(|s| s.digit().to_string());
            format!("call {desk} {}", only.unwrap_or_default())
        }
        Command::CallTicket { desk, ticket } => format!("pick {desk} #{}", ticket.0),
        Command::CloseDesk { desk } => format!("close {desk}"),
        Command::StartBreak { desk } => format!("break {desk}"),
        Command::EndBreak { desk } => format!("back {desk}"),
        Command::Recall { desk } => format!("recall {desk}"),
        Command::CustomerArrived { desk } => format!("arrive {desk}"),
        Command::StartDocuments { desk } => format!("docs {desk}"),
        Command::Finish { desk, .. } => format!("finish {desk}"),
        Command::NoShow { desk } => format!("noshow {desk}"),
        Command::Park { desk } => format!("park {desk}"),
        Command::Resume { desk, ticket } => format!("resume {desk} #{}", ticket.0),
        Command::Undo { desk } => format!("undo {desk}"),
        Command::Transfer { desk, to } => match to {
            TransferTo::Desk(to) => format!("send {desk} desk {to}"),
            TransferTo::Service(service) => format!("send {desk} {}", service.digit()),
        },
        Command::MarkOutOfTurn { ticket } => format!("out #{}", ticket.0),
        Command::Cancel { ticket, reason } => format!("cancel #{} {reason}", ticket.0),
        Command::Reinstate { ticket } => format!("reinstate #{}", ticket.0),
        Command::BookAppointment {
            service,
            slot,
            code,
        } => {
            let at = slot.to_zoned(setup().timezone).datetime();
            format!("book {} {at} {}", service.digit(), code.0)
        }
        Command::CancelAppointment { appointment, .. } => format!("calloff @{appointment}"),
        Command::CheckIn { code, .. } => format!("checkin {} staff", code.0),
        other => unreachable!("no history asks {other:?}"),
    };
    let what = what.split_whitespace().collect::<Vec<_>>().join(" ");
    match actor {
        Actor::Device { .. } | Actor::Rinda => what,
        Actor::Consultant { login } | Actor::Supervisor { login } => format!("{what} by {login}"),
    }
}

/// The statements of a script, as far as histories have them.
fn read(script: &str) -> Vec<Op> {
    let floor = Floor::at(TEN);
    let statements = script.split(';').map(str::trim);
    statements
        .map(|text| match text.strip_prefix('+') {
            Some(seconds) => Op::Pass(duration(seconds).as_millis() as i64),
            None if text == "restart" => Op::Restart,
            None => {
                let (actor, command) = floor.asked(text);
                Op::Ask(actor, command)
            }
        })
        .collect()
}

fn script(ops: &[Op]) -> String {
    ops.iter().map(statement).collect::<Vec<_>>().join("; ")
}

thread_local! {
    /// Panics of a failing history are tried again and again while it is made shorter.
    static QUIET: Cell<bool> = const { Cell::new(false) };
}

fn quietly<T>(work: impl FnOnce() -> T) -> T {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let loud = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            if !QUIET.get() {
                loud(panic);
            }
        }));
    });
    QUIET.set(true);
    let done = work();
    QUIET.set(false);
    done
}

/// The floor of the histories: its kiosks print nothing, so that paper asks no time; two visits a
/// quarter of an hour can be booked for each service.
fn without_paper() -> Setup {
    let mut setup = setup();
    setup.appointments = true;
    setup.rules.booking.capacity = (1..=3).map(|digit| (service(digit), 2)).collect();
    setup.kiosks.values_mut().for_each(|it| it.printer = false);
    setup
}

/// Plays every history of a kind, or the one asked for by `RINDA_SEED`, and tells how often each
/// law was weighed.
#[allow(clippy::print_stdout)] // The count shows that no law held for want of cases.
fn play_all(kind: Kind) {
    let setup = without_paper();
    let number = |name: &str| std::env::var(name).ok()?.parse::<u64>().ok();
    let seeds = match (number("RINDA_SEED"), number("RINDA_HISTORIES")) {
        (Some(seed), _) => seed..seed + 1,
        (None, count) => 0..count.unwrap_or(HISTORIES),
    };
    let mut weighed = [0; Law::ALL.len()];
    for seed in seeds.clone() {
        let ops = RefCell::new(Vec::new());
        let mut book = None;
        let said = quietly(|| failure(|| book = Some(history(&setup, kind, seed, &ops))));
        if let Some(said) = said {
            let short = quietly(|| shortest(&setup, ops.into_inner()));
            let because = quietly(|| failure(|| replayed(&setup, &short))).unwrap_or(said);
            panic!(
                "{because}\n{kind:?} history {seed}, as short as it fails; play it again with\n\
                 RINDA_HISTORY='{}' cargo test --test rules one_history -- --nocapture",
                script(&short)
            );
        }
        let book = book.unwrap_or_default();
        for (sum, more) in weighed.iter_mut().zip(book.weighed) {
            *sum += more;
        }
    }
    for (law, times) in Law::ALL.iter().zip(weighed) {
        println!("{kind:?}: {law:?} weighed {times} times");
        let early = *law == Law::AppointmentCalledEarlyOnlyWhereTheDeskWouldIdle;
        let rare = early && kind != Kind::Appointments;
        let few = rare || seeds.end - seeds.start < HISTORIES || times > HISTORIES / 50;
        assert!(few, "{law:?} was hardly weighed: {times} times");
    }
}

#[test]
fn histories_of_ordinary_days_break_no_law() {
    play_all(Kind::Ordinary);
}

#[test]
fn histories_with_many_out_of_turn_break_no_law() {
    play_all(Kind::OutOfTurn);
}

#[test]
fn histories_of_changing_skills_break_no_law() {
    play_all(Kind::Skills);
}

#[test]
fn histories_with_appointments_break_no_law() {
    play_all(Kind::Appointments);
}

#[test]
fn histories_of_anything_break_no_law() {
    play_all(Kind::Wandering);
}

/// The history in `RINDA_HISTORY`, or one that has everything.
#[test]
fn one_history_can_be_played_again_from_its_script() {
    let everything = "open 1 by one; open 2 by two; issue 1; issue 2; staff 3 out by boss; \
        call 1 by boss; arrive 1 by boss; send 1 desk 2 by boss; serve 2 1 by boss; +60; \
        call 2 by boss; restart; +59.999; recall 2 by boss; noshow 2 by boss; reinstate #3 by boss";
    let text = std::env::var("RINDA_HISTORY").unwrap_or_else(|_| everything.to_owned());
    let ops = read(&text);
    let written = script(&ops);
    assert_eq!(script(&read(&written)), written);
    replayed(&without_paper(), &ops);
}
