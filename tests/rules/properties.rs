//! Anything anybody may ask, in any order and at any time: what must hold holds after every event.

use jiff::SignedDuration;
use proptest::prelude::*;
use proptest::sample::select;
use rinda::queue::calendar::edits::{ChangeKind, DayChange};
use rinda::queue::centre::Centre;
use rinda::queue::command::{Actor, Asked, Command, SlipReport};
use rinda::queue::event::{Event, JobId, TransferTo};
use rinda::queue::ticket::{DeskNumber, TicketId};

use crate::floor::{Floor, TEN, service};
use crate::following;
use crate::invariants::Watch;

#[derive(Debug, Clone)]
enum Op {
    Ask(Actor, Command),
    Pass(i64),
    Restart,
    /// The daemon is down for this long, then starts.
    Down(i64),
    Jump(i64),
}

fn a_desk() -> impl Strategy<Value = DeskNumber> {
    (1..=5u16).prop_map(DeskNumber)
}

fn a_ticket() -> impl Strategy<Value = TicketId> {
    (1..=12u64).prop_map(TicketId)
}

fn an_actor() -> impl Strategy<Value = Actor> {
    let consultant = |login: &'static str| Actor::Consultant {
        login: login.to_owned(),
    };
    prop_oneof![
        6 => Just(Actor::Supervisor { login: "boss".to_owned() }),
        2 => select(vec!["one", "two", "three"]).prop_map(consultant),
        1 => Just(Actor::Device { name: "ieeja".to_owned() }),
        1 => Just(Actor::Rinda),
    ]
}

fn an_issue() -> impl Strategy<Value = (Actor, Command)> {
    let asked = prop_oneof![
        Just(Asked::Board {
            kiosk: "ieeja".to_owned(),
            age_ms: 3
        }),
        Just(Asked::Screen {
            kiosk: "otrs".to_owned()
        }),
        Just(Asked::Interface {
            kiosk: "ieeja".to_owned()
        }),
        Just(Asked::Staff),
    ];
    (an_actor(), 1..=3u8, asked, any::<bool>()).prop_map(|(actor, digit, asked, out_of_turn)| {
        let command = Command::IssueTicket {
            service: service(digit),
            asked,
            out_of_turn,
        };
        (actor, command)
    })
}

fn an_open() -> impl Strategy<Value = (Actor, Command)> {
    (1..=5u16, any::<bool>(), proptest::option::of(1..=3u8)).prop_map(|(desk, take_over, digit)| {
        let command = Command::OpenDesk {
            desk: DeskNumber(desk),
            services: digit.map(|digit| vec![service(digit)]),
            take_over,
        };
        let login = format!("consultant {}", desk % 4);
        (Actor::Consultant { login }, command)
    })
}

fn at_a_desk() -> impl Strategy<Value = Command> {
    let to = prop_oneof![
        (1..=3u8).prop_map(|digit| TransferTo::Service(service(digit))),
        a_desk().prop_map(TransferTo::Desk),
    ];
    let a_service = proptest::option::weighted(0.2, (1..=3u8).prop_map(service));
    prop_oneof![
        8 => (a_desk(), a_service).prop_map(|(desk, service)| Command::CallNext { desk, service }),
        2 => (a_desk(), a_ticket()).prop_map(|(desk, ticket)| Command::CallTicket { desk, ticket }),
        1 => a_desk().prop_map(|desk| Command::Recall { desk }),
        6 => a_desk().prop_map(|desk| Command::CustomerArrived { desk }),
        3 => a_desk().prop_map(|desk| Command::StartDocuments { desk }),
        5 => a_desk().prop_map(|desk| Command::Finish { desk, outcome: None }),
        1 => a_desk().prop_map(|desk| Command::NoShow { desk }),
        3 => (a_desk(), to).prop_map(|(desk, to)| Command::Transfer { desk, to }),
        2 => a_desk().prop_map(|desk| Command::Park { desk }),
        2 => (a_desk(), a_ticket()).prop_map(|(desk, ticket)| Command::Resume { desk, ticket }),
        4 => a_desk().prop_map(|desk| Command::Undo { desk }),
        1 => a_desk().prop_map(|desk| Command::StartBreak { desk }),
        1 => a_desk().prop_map(|desk| Command::EndBreak { desk }),
        1 => a_desk().prop_map(|desk| Command::CloseDesk { desk }),
    ]
}

fn about_a_ticket() -> impl Strategy<Value = Command> {
    prop_oneof![
        a_ticket().prop_map(|ticket| Command::MarkOutOfTurn { ticket }),
        a_ticket().prop_map(|ticket| Command::Cancel {
            ticket,
            reason: "left".to_owned()
        }),
        a_ticket().prop_map(|ticket| Command::Reinstate { ticket }),
        a_ticket().prop_map(|ticket| Command::Reprint { ticket }),
        Just(Command::RequestHelp {
            kiosk: "ieeja".to_owned()
        }),
        Just(Command::AnswerHelp {
            kiosk: "ieeja".to_owned()
        }),
    ]
}

fn about_paper() -> impl Strategy<Value = (Actor, Command)> {
    let report = select(vec![
        SlipReport::Sending,
        SlipReport::Printed,
        SlipReport::Failed {
            why: String::new(),
            lasting: false,
        },
        SlipReport::Failed {
            why: String::new(),
            lasting: true,
        },
        SlipReport::Unknown { why: String::new() },
    ]);
    let kiosk = || "ieeja".to_owned();
    prop_oneof![
        6 => (1..=12u64, report).prop_map(|(job, report)| {
            let job = JobId(job);
            (Actor::Rinda, Command::ReportSlip { job, report })
        }),
        1 => Just((Actor::Rinda, Command::PrinterCleared { kiosk: kiosk() })),
        1 => an_actor().prop_map(move |actor| (actor, Command::ReplaceRoll { kiosk: kiosk() })),
    ]
}

/// Mostly today and tomorrow, so that it matters.
fn about_the_calendar() -> impl Strategy<Value = Command> {
    let date = (22..=25i8).prop_map(|day| jiff::civil::date(2026, 11, day));
    let hours = select(vec![
        vec![],
        vec!["08:30-17:00"],
        vec!["10:30-11:00", "09:00-10:00"],
        vec!["09:00-12:00", "11:00-13:00"],
        vec!["00:00-24:00"],
    ]);
    let change = prop_oneof![
        4 => hours.prop_map(|texts| DayChange::Hours {
            intervals: texts.into_iter().filter_map(|text| text.parse().ok()).collect(),
        }),
        1 => date.clone().prop_map(|to| DayChange::Moved { to }),
    ];
    let kind = select(vec![ChangeKind::Hours, ChangeKind::Moved]);
    prop_oneof![
        2 => (date.clone(), change).prop_map(|(date, change)| Command::SetCalendarDay {
            date,
            change,
            reason: "test".to_owned(),
        }),
        1 => (date, kind).prop_map(|(date, kind)| Command::ClearCalendarDay { date, kind }),
    ]
}

fn an_op() -> impl Strategy<Value = Op> {
    let ask = |(actor, command)| Op::Ask(actor, command);
    prop_oneof![
        12 => an_issue().prop_map(ask),
        8 => an_open().prop_map(ask),
        40 => (an_actor(), at_a_desk()).prop_map(ask),
        8 => (an_actor(), about_a_ticket()).prop_map(ask),
        6 => about_paper().prop_map(ask),
        2 => (an_actor(), about_the_calendar()).prop_map(ask),
        12 => prop_oneof![
            Just(0), Just(1), 1_000..20_000i64, Just(29_999), Just(59_999), Just(60_000), 60_000..9_000_000i64
        ].prop_map(Op::Pass),
        1 => Just(Op::Restart),
        1 => (0..7_200_000i64).prop_map(Op::Down),
    ]
}

/// As above, with a wall clock that is set, at times over midnight.
fn an_op_or_a_clock_step() -> impl Strategy<Value = Op> {
    prop_oneof![
        30 => an_op(),
        1 => (-90_000_000..90_000_000i64).prop_map(Op::Jump),
        1 => (-10_000..10_000i64).prop_map(Op::Jump),
    ]
}

fn play(floor: &mut Floor, op: &Op) {
    match op {
        Op::Ask(actor, command) => {
            let before = floor.centre.clone();
            if floor.ask(actor, command).is_err() {
                // What time brought is there; a refused command itself changes nothing.
                let mut unasked = Floor {
                    centre: before,
                    ..Floor::with(floor.setup.clone(), floor.now)
                };
                unasked.expire();
                let same = unasked.centre.tickets == floor.centre.tickets
                    && unasked.centre.desks == floor.centre.desks;
                assert!(same, "a refused {command:?} changed something");
            }
        }
        Op::Pass(ms) => {
            floor.pass(SignedDuration::from_millis(*ms));
        }
        Op::Restart => {
            floor.restart();
        }
        Op::Down(ms) => {
            floor.now += SignedDuration::from_millis(*ms);
            floor.restart();
        }
        Op::Jump(by_ms) => {
            floor.now += SignedDuration::from_millis(*by_ms);
            floor.happen(Event::ClockStepped { by_ms: *by_ms });
            floor.expire();
        }
    }
}

/// Replays a log from nothing, looking at every prefix of it.
fn watch(floor: &Floor) -> Centre {
    let mut watch = Watch::default();
    let mut centre = Centre::default();
    for happened in &floor.log {
        let before = centre.clone();
        centre.apply(happened);
        watch.see(&before, happened, &centre);
    }
    centre
}

fn check_ops(ops: &[Op]) {
    let mut floor = Floor::at(TEN);
    for op in ops {
        play(&mut floor, op);
    }
    let replayed = watch(&floor);
    assert_eq!(
        replayed, floor.centre,
        "the replayed log gives another centre"
    );
    following::agrees(&floor);
    let kept = serde_json::to_string(&floor.centre).unwrap();
    let read: Centre = serde_json::from_str(&kept).unwrap();
    assert_eq!(read, floor.centre, "a snapshot gives another centre");
    let log = serde_json::to_string(&floor.log).unwrap();
    let read: Vec<rinda::queue::event::Happened> = serde_json::from_str(&log).unwrap();
    assert_eq!(read, floor.log, "the written log reads otherwise");
}

/// Found by the property below: the desk was left called for ever, and the daemon wrote the same
/// no-show until its memory was full.
#[test]
fn a_call_whose_ticket_was_lost_ends_with_its_minute() {
    let mut floor = Floor::at(TEN);
    floor.run("open 1; issue 1; call 1");
    let mut centre = Centre::default();
    let lost = |event: &Event| matches!(event, Event::TicketIssued { .. });
    let kept = floor.log.iter().filter(|it| !lost(&it.event));
    kept.for_each(|happened| centre.apply(happened));
    floor.centre = centre;
    assert_eq!(
        floor.run("issue 1; +60"),
        "recalled #1 auto, no-show #1 auto"
    );
    assert_eq!(floor.run("issue 2; call 1"), "called #2 turn");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, ..ProptestConfig::default() })]

    #[test]
    fn whatever_is_asked_what_must_hold_holds(
        ops in proptest::collection::vec(an_op(), 1..120)
    ) {
        check_ops(&ops);
    }

    #[test]
    fn whatever_the_clock_does_what_must_hold_holds(
        ops in proptest::collection::vec(an_op_or_a_clock_step(), 1..120)
    ) {
        check_ops(&ops);
    }

    /// A damaged line of the journal is left out: what follows still goes on without a panic, and
    /// so do the questions asked of what came of it.
    #[test]
    fn a_log_with_holes_still_gives_a_centre(
        ops in proptest::collection::vec(an_op_or_a_clock_step(), 1..80),
        holes in proptest::collection::vec(any::<proptest::sample::Index>(), 1..8),
        then in proptest::collection::vec(an_op(), 1..20),
    ) {
        let mut floor = Floor::at(TEN);
        for op in &ops {
            play(&mut floor, op);
        }
        let mut log = floor.log.clone();
        for hole in holes {
            if !log.is_empty() {
                let index = hole.index(log.len());
                log.remove(index);
            }
        }
        let mut centre = Centre::default();
        log.iter().for_each(|happened| centre.apply(happened));
        let mut damaged = Floor { centre, ..Floor::with(floor.setup.clone(), floor.now) };
        damaged.restart();
        for op in &then {
            if let Op::Ask(actor, command) = op {
                let _ = damaged.ask(actor, command);
            } else {
                play(&mut damaged, op);
            }
        }
    }

    /// Tickets of a service a desk does not call have no influence on whom it calls.
    #[test]
    fn other_services_do_not_matter(
        tickets in proptest::collection::vec((1..=3u8, 0..4i64, any::<bool>()), 0..30),
        mine in 1..=3u8,
    ) {
        let called = |keep: &dyn Fn(u8) -> bool| {
            let mut floor = Floor::at(TEN);
            let mut numbers = Vec::new();
            floor.run(&format!("open 1 {mine}"));
            for (digit, gap, out) in &tickets {
                floor.pass(SignedDuration::from_secs(*gap));
                if keep(*digit) {
                    floor.run(&format!("staff {digit}{}", if *out { " out" } else { "" }));
                }
            }
            while !floor.run("call 1").is_empty() {
                let staffed = floor.centre.staffed(DeskNumber(1)).unwrap();
                numbers.push(floor.centre.tickets[&staffed.seat.ticket().unwrap()].number);
                floor.run("arrive 1; finish 1");
            }
            numbers
        };
        prop_assert_eq!(called(&|_| true), called(&|digit| digit == mine));
    }
}
