//! A2/4/9: a new customer is called only when the work on the last one's documents is done; and
//! whose desk it is.

use rinda::queue::ticket::{DeskNumber, Place, TicketId};

use crate::floor::{check, floor};

/// How a desk comes into each phase, and what it answers to a next call.
const PHASES: [(&str, &str); 4] = [
    ("call 1", "minute_not_over"),
    ("call 1; arrive 1", "desk_busy"),
    ("call 1; arrive 1; docs 1", "desk_busy"),
    ("break 1", "desk_busy"),
];

#[test]
fn a2_4_9_next_call_is_refused_while_the_desk_is_not_free_whoever_asks() {
    for (phase, no) in PHASES {
        for who in ["", " by boss"] {
            for call in ["call 1", "call 1 2", "pick 1 #2", "resume 1 #2"] {
                check(
                    &format!("open 1; issue 1; issue 1; {phase}; {call}{who}"),
                    no,
                );
            }
        }
        // A consultant who took the desk over is not free either.
        check(
            &format!("open 1; issue 1; issue 1; {phase}; open 1 take by eve; call 1 by eve"),
            no,
        );
    }
}

#[test]
fn a2_4_9_the_second_of_two_calls_at_once_is_refused() {
    check(
        "open 1; issue 1; issue 1; call 1; call 1",
        "minute_not_over",
    );
    check(
        "open 1; issue 1; issue 1; call 1; call 1 by boss",
        "minute_not_over",
    );
    check("open 1; open 2; issue 1; call 1; call 2", "");
    check(
        "open 1; open 2; issue 1; call 1; pick 2 #1",
        "ticket_not_waiting",
    );
}

#[test]
fn a2_4_9_free_called_serving_documents_free() {
    check("open 1; issue 1; call 1", "called #1 turn");
    check("open 1; issue 1; call 1; arrive 1", "arrived #1");
    check("open 1; issue 1; call 1; arrive 1; docs 1", "documents #1");
    check(
        "open 1; issue 1; call 1; arrive 1; docs 1; finish 1",
        "finished #1",
    );
    check(
        "open 1; issue 1; issue 1; call 1; arrive 1; docs 1; finish 1; call 1",
        "called #2 turn",
    );
    // A customer who only asked a question has no documents.
    check("open 1; issue 1; call 1; arrive 1; finish 1", "finished #1");
}

#[test]
fn a2_4_9_steps_out_of_order_are_refused() {
    for (script, no) in [
        ("arrive 1", "not_called"),
        ("recall 1", "not_called"),
        ("noshow 1", "not_called"),
        ("docs 1", "not_serving"),
        ("finish 1", "not_serving"),
        ("park 1", "not_serving"),
        ("send 1 2", "not_serving"),
        ("back 1", "not_on_break"),
        ("call 1; docs 1", "not_serving"),
        ("call 1; finish 1", "not_serving"),
        ("call 1; park 1", "not_serving"),
        ("call 1; send 1 2", "not_serving"),
        ("call 1; break 1", "desk_busy"),
        ("call 1; close 1", "desk_busy"),
        ("call 1; arrive 1; arrive 1", "not_called"),
        ("call 1; arrive 1; recall 1", "not_called"),
        ("call 1; arrive 1; close 1", "desk_busy"),
        ("call 1; arrive 1; break 1", "desk_busy"),
        ("call 1; arrive 1; docs 1; docs 1", "not_serving"),
        ("call 1; arrive 1; docs 1; close 1", "desk_busy"),
        ("call 1; arrive 1; finish 1; finish 1", "not_serving"),
        ("break 1; close 1", "closed 1"),
        ("break 1; break 1", ""),
        ("close 1; call 1", "desk_closed"),
    ] {
        check(&format!("open 1; issue 1; {script}"), no);
    }
}

#[test]
fn a_desk_belongs_to_its_consultant() {
    for command in [
        "call 1",
        "recall 1",
        "arrive 1",
        "docs 1",
        "finish 1",
        "noshow 1",
        "send 1 2",
        "park 1",
        "undo 1",
        "break 1",
        "back 1",
        "close 1",
        "pick 1 #1",
        "resume 1 #1",
    ] {
        let open = "open 1; issue 1";
        check(&format!("{open}; {command} by eve"), "desk_taken");
        check(&format!("{open}; {command} by kiosk"), "not_allowed");
        check(&format!("{open}; {command} by rinda"), "not_allowed");
        check(&format!("issue 1; {command}"), "desk_closed");
        let elsewhere = command.replacen(" 1", " 9", 1);
        check(&format!("{open}; {elsewhere} by boss"), "no_such_desk");
    }
    check("open 1; issue 1; call 1 by boss", "called #1 turn");
}

#[test]
fn opening_a_desk() {
    for (script, said) in [
        ("open 1", "opened 1 one"),
        ("open 9", "no_such_desk"),
        ("open 1 by kiosk", "not_allowed"),
        ("open 1 by rinda", "not_allowed"),
        ("open 3 1", "service_not_here"),
        ("open 1 none", "no_services"),
        ("open 1; open 1", ""),
        ("open 1; open 1 12", "opened 1 one"),
        ("open 1; open 1 by eve", "desk_taken"),
        ("open 1; open 1 by boss", "desk_taken"),
        ("open 1; open 1 take by eve", "opened 1 eve"),
        ("open 1; open 2 by one", "at_another_desk"),
        ("open 1; close 1; open 2 by one", "opened 2 one"),
        ("open 1; open 1 take by eve; open 2 by one", "opened 2 one"),
    ] {
        check(script, said);
    }
}

#[test]
fn take_over_keeps_the_customer_and_the_minute() {
    let floor = floor("open 1; issue 1; call 1; +20; open 1 take by eve");
    let staffed = floor.centre.staffed(DeskNumber(1)).unwrap();
    assert_eq!(staffed.seat.ticket(), Some(TicketId(1)));
    assert_eq!(staffed.consultant, "eve");
    let taken = "open 1; issue 1; call 1; +20; open 1 take by eve";
    check(&format!("{taken}; arrive 1 by one"), "desk_taken");
    check(
        &format!("{taken}; arrive 1 by eve; finish 1 by eve"),
        "finished #1",
    );
    check(&format!("{taken}; +10; +29.999"), "");
    check(&format!("{taken}; +10; +30"), "no-show #1 auto");
}

#[test]
fn a_desk_calls_its_services_only() {
    check("open 3; issue 1; issue 2; call 3", "");
    check("open 3; issue 1; issue 3; call 3", "called #2 turn");
    check("open 3; issue 1; pick 3 #1", "ticket_not_for_desk");
    check("open 1 2; issue 1; issue 2; call 1", "called #2 turn");
    check(
        "open 1; issue 1; issue 2; call 1 2",
        "called #2 by hand over #1",
    );
    check("open 1; call 1", "");
}

#[test]
fn a_desk_that_leaves_the_set_up_returns_its_customer_to_the_queue() {
    for phase in ["call 1", "call 1; arrive 1", "call 1; arrive 1; docs 1"] {
        let mut floor = floor(&format!("open 1; open 2; issue 1; {phase}"));
        let key = floor.ticket(1).counts_from;
        floor.setup.desks.remove(&DeskNumber(1));
        assert_eq!(floor.run("restart"), "started, removed 1");
        assert_eq!(floor.ticket(1).place, Place::Waiting);
        assert_eq!(floor.ticket(1).counts_from, key);
        assert_eq!(floor.run("call 2"), "called #1 turn");
    }
}

#[test]
fn a2_2_2_1_help_is_asked_for_once_and_answered_by_a_person() {
    check("help", "help ieeja");
    check("help; help", "");
    check("help none", "no_such_kiosk");
    check("help; answer", "answered ieeja");
    check("help; answer by kiosk", "not_allowed");
    check("answer", "");
    check("help; answer; help", "help ieeja");
    assert!(floor("help").centre.help.contains_key("ieeja"));
    assert!(floor("help; answer").centre.help.is_empty());
}
