//! What the people of a centre want next: mostly what makes sense, at times anything.

use rinda::queue::centre::Centre;
use rinda::queue::command::{Actor, Asked, Command};
use rinda::queue::desk::Seat;
use rinda::queue::event::TransferTo;
use rinda::queue::ticket::{DeskNumber, TicketId};

use crate::chance::Chance;
use crate::floor::service;
use crate::world::KIOSK;

const DESKS: [DeskNumber; 4] = [DeskNumber(1), DeskNumber(2), DeskNumber(3), DeskNumber(4)];

/// Somebody wants something.
pub fn want(centre: &Centre, chance: &mut Chance) -> (Actor, Command) {
    match chance.below(10) {
        0..6 => at_a_desk(centre, chance),
        6 => (
            consultant(chance.of(&["one", "two", "eve"])),
            anything(centre, chance),
        ),
        7 => (supervisor(), anything(centre, chance)),
        8 => (supervisor(), about_a_ticket(centre, chance)),
        _ => ticket(chance),
    }
}

fn consultant(login: &str) -> Actor {
    Actor::Consultant {
        login: login.to_owned(),
    }
}

fn supervisor() -> Actor {
    Actor::Supervisor {
        login: "boss".to_owned(),
    }
}

/// The next step at some desk.
fn at_a_desk(centre: &Centre, chance: &mut Chance) -> (Actor, Command) {
    let desk = chance.of(&DESKS);
    let Some(staffed) = centre.staffed(desk) else {
        let open = Command::OpenDesk {
            desk,
            services: None,
            take_over: false,
        };
        return (consultant(&format!("consultant {desk}")), open);
    };
    let outcome = None;
    let command = match &staffed.seat {
        Seat::Free { .. } => Command::CallNext {
            desk,
            service: None,
        },
        Seat::OnBreak { .. } => Command::EndBreak { desk },
        Seat::Called { .. } if chance.permille(700) => Command::CustomerArrived { desk },
        Seat::Called { .. } => Command::Recall { desk },
        Seat::Serving { .. } if chance.permille(500) => Command::StartDocuments { desk },
        Seat::Serving { .. } | Seat::Documents { .. } => Command::Finish { desk, outcome },
    };
    (consultant(&staffed.consultant), command)
}

fn anything(centre: &Centre, chance: &mut Chance) -> Command {
    let desk = chance.of(&DESKS);
    let ticket = some_ticket(centre, chance);
    match chance.below(17) {
        0 => Command::CallTicket { desk, ticket },
        1 => Command::NoShow { desk },
        2 => Command::Transfer {
            desk,
            to: TransferTo::Service(service(chance.below(3) as u8 + 1)),
        },
        3 => Command::Transfer {
            desk,
            to: TransferTo::Desk(chance.of(&DESKS)),
        },
        4 | 5 => Command::Park { desk },
        6 | 7 => Command::Resume { desk, ticket },
        8 | 9 => Command::Undo { desk },
        10 => Command::StartBreak { desk },
        11 => Command::CloseDesk { desk },
        12 => Command::OpenDesk {
            desk,
            services: None,
            take_over: true,
        },
        13 | 14 => Command::SetServices {
            desk,
            services: (1..=3)
                .filter(|_| chance.permille(600))
                .map(service)
                .collect(),
        },
        15 => Command::Finish {
            desk,
            outcome: Some("ok".to_owned()),
        },
        _ => Command::CallNext {
            desk,
            service: Some(service(chance.below(3) as u8 + 1)),
        },
    }
}

fn about_a_ticket(centre: &Centre, chance: &mut Chance) -> Command {
    let ticket = some_ticket(centre, chance);
    match chance.below(6) {
        0 => Command::MarkOutOfTurn { ticket },
        1 => Command::Cancel {
            ticket,
            reason: "left".to_owned(),
        },
        2 => Command::Reinstate { ticket },
        3 => Command::RequestHelp {
            kiosk: KIOSK.to_owned(),
        },
        4 => Command::AnswerHelp {
            kiosk: KIOSK.to_owned(),
        },
        _ => Command::Reprint { ticket },
    }
}

fn ticket(chance: &mut Chance) -> (Actor, Command) {
    let kiosk = KIOSK.to_owned();
    let by_staff = chance.permille(300);
    let asked = if by_staff {
        Asked::Staff
    } else {
        Asked::Screen { kiosk }
    };
    let actor = if by_staff {
        supervisor()
    } else {
        Actor::Device {
            name: KIOSK.to_owned(),
        }
    };
    let command = Command::IssueTicket {
        service: service(chance.below(3) as u8 + 1),
        asked,
        out_of_turn: by_staff && chance.permille(500),
    };
    (actor, command)
}

fn some_ticket(centre: &Centre, chance: &mut Chance) -> TicketId {
    let ids: Vec<TicketId> = centre.tickets.keys().copied().collect();
    if ids.is_empty() {
        TicketId(1)
    } else {
        chance.of(&ids)
    }
}
