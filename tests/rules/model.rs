//! The program against a naive model of the floor: people in a list, times in milliseconds, no
//! events. The two are written differently on purpose; where they differ, one is wrong.

use proptest::prelude::*;
use proptest::sample::select;
use proptest_state_machine::{ReferenceStateMachine, StateMachineTest, prop_state_machine};
use rinda::queue::desk::Seat;
use rinda::queue::selection;
use rinda::queue::ticket::DeskNumber;

use crate::floor::{Floor, TEN};

const DESKS: usize = 4;
/// What each desk calls, as the set-up of the floor has it.
const CALLS: [&[u8]; DESKS] = [&[1, 2, 3], &[1, 2, 3], &[3], &[1, 2]];
const MINUTE_MS: i64 = 60_000;
const CREDIT_MS: i64 = 120 * 60_000;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum At {
    Queue,
    Called(usize),
    Served(usize),
    Papers(usize),
    Aside,
    NoShow,
    Gone,
}

#[derive(Debug, Clone)]
struct Person {
    service: u8,
    key_ms: i64,
    at: At,
    only_desk: Option<usize>,
    marked: bool,
    put_back: bool,
}

#[derive(Debug, Clone, Default)]
struct Room {
    now_ms: i64,
    people: Vec<Person>,
    open: [bool; DESKS],
    resting: [bool; DESKS],
    called_ms: [i64; DESKS],
    given: [u16; 3],
    /// What the last thing asked for led to, in the words of the floor.
    said: String,
}

/// One thing done: a statement of the floor's scripts.
#[derive(Debug, Clone)]
enum Do {
    Issue(u8, bool),
    Open(usize),
    Close(usize),
    Break(usize),
    Back(usize),
    Call(usize),
    Arrive(usize),
    Papers(usize),
    Finish(usize),
    NoShow(usize),
    Send(usize, u8),
    SendTo(usize, usize),
    Park(usize),
    Resume(usize, usize),
    Mark(usize),
    Cancel(usize),
    Reinstate(usize),
    Wait(i64),
    Restart,
}

impl Do {
    fn statement(&self) -> String {
        let desk = |desk: &usize| desk + 1;
        let person = |person: &usize| person + 1;
        match self {
            Self::Issue(service, false) => format!("issue {service}"),
            Self::Issue(service, true) => format!("staff {service} out"),
            Self::Open(at) => format!("open {}", desk(at)),
            Self::Close(at) => format!("close {}", desk(at)),
            Self::Break(at) => format!("break {}", desk(at)),
            Self::Back(at) => format!("back {}", desk(at)),
            Self::Call(at) => format!("call {}", desk(at)),
            Self::Arrive(at) => format!("arrive {}", desk(at)),
            Self::Papers(at) => format!("docs {}", desk(at)),
            Self::Finish(at) => format!("finish {}", desk(at)),
            Self::NoShow(at) => format!("noshow {}", desk(at)),
            Self::Send(at, service) => format!("send {} {service}", desk(at)),
            Self::SendTo(at, to) => format!("send {} desk {}", desk(at), desk(to)),
            Self::Park(at) => format!("park {}", desk(at)),
            Self::Resume(at, who) => format!("resume {} #{}", desk(at), person(who)),
            Self::Mark(who) => format!("out #{}", person(who)),
            Self::Cancel(who) => format!("cancel #{} left", person(who)),
            Self::Reinstate(who) => format!("reinstate #{}", person(who)),
            Self::Wait(ms) => format!("+{}", *ms as f64 / 1000.0),
            Self::Restart => "restart".to_owned(),
        }
    }
}

impl Room {
    fn do_it(&mut self, what: &Do) {
        self.said = match self.answer(what) {
            Ok(said) => said,
            Err(no) => no.to_owned(),
        };
    }

    fn answer(&mut self, what: &Do) -> Result<String, &'static str> {
        match what {
            Do::Issue(service, out) => {
                let key_ms = self.now_ms - if *out { CREDIT_MS } else { 0 };
                let (service, marked) = (*service, *out);
                let given = &mut self.given[usize::from(service) - 1];
                *given += 1;
                let number = *given;
                self.people.push(Person {
                    service,
                    key_ms,
                    at: At::Queue,
                    only_desk: None,
                    marked,
                    put_back: false,
                });
                let letter = ["P", "S", "K"][usize::from(service) - 1];
                Ok(format!(
                    "issued #{} {letter} {number:03}",
                    self.people.len()
                ))
            }
            Do::Open(desk) => {
                if self.open[*desk] {
                    return Ok(String::new());
                }
                self.open[*desk] = true;
                Ok(format!(
                    "opened {} {}",
                    desk + 1,
                    ["one", "two", "three", "four"][*desk]
                ))
            }
            Do::Wait(ms) => {
                self.now_ms += ms;
                self.give_up();
                Ok(String::new())
            }
            Do::Restart => {
                self.called_ms = [self.now_ms; DESKS];
                Ok("started".to_owned())
            }
            Do::Mark(who) => {
                let now_ms = self.now_ms;
                let person = self.someone(*who, At::Queue, "ticket_not_waiting")?;
                if person.marked {
                    return Ok(String::new());
                }
                person.marked = true;
                person.key_ms = person.key_ms.min(now_ms - CREDIT_MS);
                Ok(format!("out of turn #{}", who + 1))
            }
            Do::Cancel(who) => {
                let person = self.people.get_mut(*who).ok_or("no_such_ticket")?;
                if person.at != At::Queue && person.at != At::Aside {
                    return Err("ticket_not_waiting");
                }
                person.at = At::Gone;
                Ok(format!("cancelled #{}", who + 1))
            }
            Do::Reinstate(who) => {
                let now_ms = self.now_ms;
                let person = self.someone(*who, At::NoShow, "ticket_not_no_show")?;
                person.at = At::Queue;
                person.key_ms = now_ms;
                person.marked = false;
                person.put_back = true;
                Ok(format!("reinstated #{}", who + 1))
            }
            Do::Close(desk)
            | Do::Break(desk)
            | Do::Back(desk)
            | Do::Call(desk)
            | Do::Arrive(desk)
            | Do::Papers(desk)
            | Do::Finish(desk)
            | Do::NoShow(desk)
            | Do::Send(desk, _)
            | Do::SendTo(desk, _)
            | Do::Park(desk)
            | Do::Resume(desk, _) => {
                if self.open[*desk] {
                    self.at_desk(what, *desk)
                } else {
                    Err("desk_closed")
                }
            }
        }
    }

    fn at_desk(&mut self, what: &Do, desk: usize) -> Result<String, &'static str> {
        let customer = self.customer(desk);
        let served = customer.filter(|(_, at)| *at != At::Called(desk));
        let called = customer.filter(|(_, at)| *at == At::Called(desk));
        match what {
            Do::Close(_) | Do::Break(_) if customer.is_some() => Err("desk_busy"),
            Do::Close(_) => {
                self.open[desk] = false;
                self.resting[desk] = false;
                Ok(format!("closed {}", desk + 1))
            }
            Do::Break(_) if self.resting[desk] => Ok(String::new()),
            Do::Break(_) => {
                self.resting[desk] = true;
                Ok(format!("break {}", desk + 1))
            }
            Do::Back(_) if !self.resting[desk] => Err("not_on_break"),
            Do::Back(_) => {
                self.resting[desk] = false;
                Ok(format!("back {}", desk + 1))
            }
            Do::Call(_) | Do::Resume(..) if called.is_some() => Err("minute_not_over"),
            Do::Call(_) | Do::Resume(..) if customer.is_some() || self.resting[desk] => {
                Err("desk_busy")
            }
            Do::Call(_) => Ok(self.call(desk)),
            Do::Resume(_, who) => {
                self.someone(*who, At::Aside, "ticket_not_parked")?.at = At::Served(desk);
                Ok(format!("resumed #{}", who + 1))
            }
            Do::Arrive(_) => self.moves(called, "not_called", At::Served(desk), "arrived"),
            Do::NoShow(_) if called.is_some() => Err("minute_not_over"),
            Do::NoShow(_) => Err("not_called"),
            Do::Papers(_) => {
                let serving = served.filter(|(_, at)| *at == At::Served(desk));
                self.moves(serving, "not_serving", At::Papers(desk), "documents")
            }
            Do::Finish(_) => self.moves(served, "not_serving", At::Gone, "finished"),
            Do::Park(_) => self.moves(served, "not_serving", At::Aside, "parked"),
            Do::Send(_, service) => {
                let said = self.moves(served, "not_serving", At::Queue, "sent")?;
                let (who, _) = served.unwrap();
                self.people[who].service = *service;
                self.people[who].only_desk = None;
                Ok(said)
            }
            Do::SendTo(_, to) => {
                if served.is_some() && !self.open[*to] {
                    return Err("desk_closed");
                }
                let said = self.moves(served, "not_serving", At::Queue, "sent")?;
                self.people[served.unwrap().0].only_desk = Some(*to);
                Ok(said)
            }
            Do::Issue(..)
            | Do::Open(_)
            | Do::Mark(_)
            | Do::Cancel(_)
            | Do::Reinstate(_)
            | Do::Wait(_)
            | Do::Restart => unreachable!("{what:?} is not of a desk"),
        }
    }

    fn moves(
        &mut self,
        customer: Option<(usize, At)>,
        no: &'static str,
        to: At,
        said: &str,
    ) -> Result<String, &'static str> {
        let (who, _) = customer.ok_or(no)?;
        self.people[who].at = to;
        Ok(format!("{said} #{}", who + 1))
    }

    fn call(&mut self, desk: usize) -> String {
        let line = self.line(desk);
        let Some(who) = line.first().copied() else {
            return String::new();
        };
        let person = &mut self.people[who];
        person.at = At::Called(desk);
        self.called_ms[desk] = self.now_ms;
        let how = match (person.marked, person.put_back, person.only_desk) {
            (true, _, _) => "out of turn",
            (false, true, _) => "reinstated",
            (false, false, Some(only)) if only == desk => "sent here",
            (false, false, _) => "turn",
        };
        format!("called #{} {how}", who + 1)
    }

    /// Those a desk may call, the next one first: found by taking out the smallest again and
    /// again.
    fn line(&self, desk: usize) -> Vec<usize> {
        let mut left: Vec<usize> = (0..self.people.len())
            .filter(|who| {
                self.people[*who].at == At::Queue && self.is_for(desk, &self.people[*who])
            })
            .collect();
        let mut line = Vec::new();
        while !left.is_empty() {
            let mut next = 0;
            for index in 1..left.len() {
                // The list is in the order of issue: only a smaller key goes before.
                if self.people[left[index]].key_ms < self.people[left[next]].key_ms {
                    next = index;
                }
            }
            line.push(left.remove(next));
        }
        line
    }

    fn is_for(&self, desk: usize, person: &Person) -> bool {
        match person.only_desk {
            Some(only) if self.open[only] => only == desk,
            Some(only) => only == desk || CALLS[desk].contains(&person.service),
            None => CALLS[desk].contains(&person.service),
        }
    }

    fn give_up(&mut self) {
        for desk in 0..DESKS {
            if let Some((who, At::Called(_))) = self.customer(desk)
                && self.now_ms - self.called_ms[desk] >= MINUTE_MS
            {
                self.people[who].at = At::NoShow;
            }
        }
    }

    fn customer(&self, desk: usize) -> Option<(usize, At)> {
        let here = [At::Called(desk), At::Served(desk), At::Papers(desk)];
        let who = self.people.iter().position(|it| here.contains(&it.at))?;
        Some((who, self.people[who].at))
    }

    fn someone(
        &mut self,
        who: usize,
        at: At,
        no: &'static str,
    ) -> Result<&mut Person, &'static str> {
        let person = self.people.get_mut(who).ok_or("no_such_ticket")?;
        if person.at == at { Ok(person) } else { Err(no) }
    }
}

/// Reception ends seven hours after the floor's ten o'clock.
const LAST_MS: i64 = 6 * 3_600_000;

fn a_thing_to_do() -> impl Strategy<Value = Do> {
    let desk = || 0..DESKS;
    let who = || 0..14usize;
    let waits = vec![
        0, 1, 5_000, 29_999, 30_000, 59_999, 60_000, 300_000, 7_200_000,
    ];
    prop_oneof![
        12 => (1..=3u8, proptest::bool::weighted(0.2)).prop_map(|(s, out)| Do::Issue(s, out)),
        6 => desk().prop_map(Do::Open),
        1 => desk().prop_map(Do::Close),
        1 => desk().prop_map(Do::Break),
        2 => desk().prop_map(Do::Back),
        12 => desk().prop_map(Do::Call),
        8 => desk().prop_map(Do::Arrive),
        3 => desk().prop_map(Do::Papers),
        6 => desk().prop_map(Do::Finish),
        1 => desk().prop_map(Do::NoShow),
        3 => (desk(), 1..=3u8).prop_map(|(desk, service)| Do::Send(desk, service)),
        3 => (desk(), desk()).prop_map(|(desk, to)| Do::SendTo(desk, to)),
        2 => desk().prop_map(Do::Park),
        3 => (desk(), who()).prop_map(|(desk, who)| Do::Resume(desk, who)),
        3 => who().prop_map(Do::Mark),
        1 => who().prop_map(Do::Cancel),
        3 => who().prop_map(Do::Reinstate),
        10 => select(waits).prop_map(Do::Wait),
        1 => Just(Do::Restart),
    ]
}

impl ReferenceStateMachine for Room {
    type State = Room;
    type Transition = Do;

    fn init_state() -> BoxedStrategy<Room> {
        Just(Room::default()).boxed()
    }

    fn transitions(_: &Room) -> BoxedStrategy<Do> {
        a_thing_to_do().boxed()
    }

    fn preconditions(room: &Room, what: &Do) -> bool {
        !matches!(what, Do::Wait(ms) if room.now_ms + ms > LAST_MS)
    }

    fn apply(mut room: Room, what: &Do) -> Room {
        room.do_it(what);
        room
    }
}

struct Program;

impl StateMachineTest for Program {
    type SystemUnderTest = Floor;
    type Reference = Room;

    fn init_test(_: &Room) -> Floor {
        Floor::at(TEN)
    }

    fn apply(mut floor: Floor, room: &Room, what: Do) -> Floor {
        let said = floor.run(&what.statement());
        // Whom a call overtook is told by the floor alone.
        let said = said.split(" over ").next().unwrap_or_default();
        if !matches!(what, Do::Wait(_)) {
            assert_eq!(said, room.said, "{}", what.statement());
        }
        floor
    }

    fn check_invariants(floor: &Floor, room: &Room) {
        for desk in 0..DESKS {
            let number = DeskNumber(desk as u16 + 1);
            let staffed = floor.centre.staffed(number);
            assert_eq!(staffed.is_some(), room.open[desk]);
            let line: Vec<usize> = selection::callable(&floor.centre, number, floor.now)
                .iter()
                .map(|ticket| ticket.id.0 as usize - 1)
                .collect();
            if room.open[desk] {
                assert_eq!(line, room.line(desk), "the line of desk {number}");
            }
            let seat = staffed.map(|staffed| match &staffed.seat {
                Seat::Free { .. } => None,
                Seat::OnBreak { .. } => None,
                Seat::Called { ticket, .. } => Some((ticket.0, At::Called(desk))),
                Seat::Serving { ticket, .. } => Some((ticket.0, At::Served(desk))),
                Seat::Documents { ticket, .. } => Some((ticket.0, At::Papers(desk))),
            });
            let customer = room.customer(desk).map(|(who, at)| (who as u64 + 1, at));
            assert_eq!(seat.flatten(), customer, "the customer of desk {number}");
        }
        let waiting = selection::waiting_in_order(&floor.centre).len();
        let queue = room.people.iter().filter(|it| it.at == At::Queue).count();
        assert_eq!(waiting, queue);
    }
}

prop_state_machine! {
    #![proptest_config(ProptestConfig { cases: 256, ..ProptestConfig::default() })]

    #[test]
    fn the_program_does_what_the_model_does(sequential 1..80 => Program);
}
