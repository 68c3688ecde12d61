//! Who is next: one fixed key per ticket, smallest first, and out of turn (A2/2/2.5).

use jiff::SignedDuration;
use rinda::queue::event::Event;
use rinda::queue::ticket::Place;

use crate::floor::{Floor, after, check, floor};

fn minutes_before(floor: &Floor, id: u64) -> i64 {
    let ticket = floor.ticket(id);
    ticket
        .issued_at
        .duration_since(ticket.counts_from)
        .as_mins()
}

#[test]
fn first_come_first_served_within_a_service() {
    check(
        "issue 1; +1; issue 1; +1; issue 1; open 1; call 1",
        "called #1 turn",
    );
    // Taken in the same millisecond: by number.
    check(
        "issue 1; issue 1; issue 1; open 1; call 1",
        "called #1 turn",
    );
    // Across the services of one desk too.
    check("issue 2; +1; issue 1; open 1; call 1", "called #1 turn");
}

#[test]
fn nobody_is_called_only_where_nobody_waits() {
    check("open 1; call 1", "");
    check("open 1; issue 1; cancel #1 left; call 1", "");
    check("open 1 2; issue 1; call 1", "");
    check("open 1; issue 2; call 1 1", "");
}

#[test]
fn a2_2_2_5_out_of_turn_counts_as_taken_two_hours_before_it_was_marked() {
    let marked = floor("issue 1; +600; out #1");
    let credit = marked.now.duration_since(marked.ticket(1).counts_from);
    assert_eq!(credit, SignedDuration::from_mins(120));
    assert_eq!(minutes_before(&floor("staff 1 out"), 1), 120);
    assert_eq!(minutes_before(&floor("issue 1"), 1), 0);
}

#[test]
fn a2_2_2_5_marking_never_makes_a_place_worse() {
    // Waiting for two hours and a half, the ticket is better off with its own key.
    assert_eq!(minutes_before(&floor("issue 1; +9000; out #1"), 1), 0);
    check(
        "issue 1; +1; issue 1; +9000; out #1; open 1; call 1",
        "called #1 out of turn",
    );
    check(
        "issue 1; +1; issue 1; +9000; out #2; open 1; call 1",
        "called #1 turn",
    );
    // Marking again changes nothing.
    check("issue 1; out #1; +60; out #1", "");
}

#[test]
fn a2_2_2_5_out_of_turn_is_called_before_those_of_the_last_two_hours() {
    check(
        "issue 1; +1; issue 1; +1; staff 1 out; open 1; call 1",
        "called #3 out of turn over #1 #2",
    );
    // Exactly two hours: the one who came first is first.
    check(
        "issue 1; +7200; staff 1 out; open 1; call 1",
        "called #1 turn",
    );
    check(
        "issue 1; +7199.999; staff 1 out; open 1; call 1",
        "called #2 out of turn over #1",
    );
    check(
        "issue 1; +7200.001; staff 1 out; open 1; call 1",
        "called #1 turn",
    );
    // Two out of turn keep their order.
    check(
        "issue 1; issue 1; out #2; +1; out #1; open 1; call 1",
        "called #2 out of turn over #1",
    );
}

#[test]
fn a2_2_2_5_only_staff_marks_out_of_turn() {
    for who in ["kiosk", "rinda"] {
        check(&format!("issue 1; out #1 by {who}"), "not_allowed");
        check(&format!("issue 1 out by {who}"), "not_allowed");
        check(&format!("staff 1 by {who}"), "not_allowed");
    }
    check("issue 1; out #1 by boss", "out of turn #1");
    check("issue 1 out by anna", "issued #1 P 001");
    check("out #7", "no_such_ticket");
    for gone in [
        "call 1",
        "call 1; arrive 1",
        "call 1; arrive 1; finish 1",
        "call 1; +60",
    ] {
        check(
            &format!("open 1; issue 1; {gone}; out #1"),
            "ticket_not_waiting",
        );
    }
}

#[test]
fn a_call_keeps_its_reason_key_and_whom_it_overtook() {
    let (floor, _) = after("issue 1; +1; issue 2; +1; issue 3; +1; staff 1 out; open 1 13; call 1");
    let Some(Event::TicketCalled { reason, .. }) = floor.log.last().map(|last| &last.event) else {
        panic!("no call");
    };
    assert_eq!(reason.counts_from, floor.ticket(4).counts_from);
    // Ticket 2 is for a service this desk does not call: nobody was taken before it here.
    check(
        "issue 1; +1; issue 2; +1; issue 3; +1; staff 1 out; open 1 13; call 1",
        "called #4 out of turn over #1 #3",
    );
}

#[test]
fn a_particular_ticket_can_be_called_by_hand_and_that_is_kept() {
    check(
        "issue 1; issue 1; open 1; pick 1 #2",
        "called #2 by hand over #1",
    );
    check("issue 1; issue 1; open 1; pick 1 #1", "called #1 turn");
    check("issue 1; open 1; pick 1 #2", "no_such_ticket");
    check(
        "issue 1; cancel #1 left; open 1; pick 1 #1",
        "ticket_not_waiting",
    );
}

#[test]
fn a_transferred_ticket_keeps_its_key() {
    let moved = "open 1; issue 1; +600; issue 2; +60; call 1; arrive 1; send 1 2";
    let floor = floor(moved);
    assert_eq!(floor.ticket(1).counts_from, floor.ticket(1).issued_at);
    assert_eq!(floor.ticket(1).place, Place::Waiting);
    check(&format!("{moved}; open 2 2; call 2"), "called #1 turn");
    check(&format!("{moved}; open 2 1; call 2"), "");
    // Out of turn stays out of turn.
    check(
        "open 1; issue 2; staff 1 out; call 1; arrive 1; send 1 2; open 2 2; call 2",
        "called #2 out of turn over #1",
    );
}

#[test]
fn a_ticket_sent_to_a_desk_is_called_by_that_desk_alone_while_it_is_open() {
    let sent = "open 1; open 2; issue 1; call 1; arrive 1; send 1 desk 2";
    check(&format!("{sent}; call 1"), "");
    check(&format!("{sent}; pick 1 #1"), "ticket_not_for_desk");
    check(&format!("{sent}; call 2"), "called #1 sent here");
    check(&format!("{sent}; close 2; call 1"), "called #1 turn");
    // Even where the desk does not call the service otherwise.
    check(
        "open 1; open 3; issue 1; call 1; arrive 1; send 1 desk 3; call 3",
        "called #1 sent here",
    );
    check(
        "open 1; issue 1; call 1; arrive 1; send 1 desk 2",
        "desk_closed",
    );
    check(
        "open 1; issue 1; call 1; arrive 1; send 1 desk 9",
        "no_such_desk",
    );
}

#[test]
fn a_reinstated_no_show_is_a_walk_in_from_now() {
    let back = "open 1; open 2; staff 1 out; issue 1; call 1; +60; reinstate #1";
    let floor = floor(back);
    assert_eq!(floor.ticket(1).counts_from, floor.now);
    assert!(floor.ticket(1).reinstated && !floor.ticket(1).out_of_turn);
    check(&format!("{back}; call 2"), "called #2 turn");
    check(&format!("{back}; call 2; call 1"), "called #1 reinstated");
    check("issue 1; reinstate #1", "ticket_not_no_show");
    check(
        "open 1; issue 1; call 1; +60; reinstate #1 by kiosk",
        "not_allowed",
    );
}

#[test]
fn who_was_put_back_after_another_came_is_not_overtaken_by_them() {
    let back = "issue 2; staff 3 out; staff 1 out; open 3; call 3; +60; reinstate #2; out #2";
    check(
        &format!("{back}; open 2; call 2"),
        "called #3 out of turn over #1",
    );
}

#[test]
fn a_parked_customer_is_never_called_by_itself_and_comes_back() {
    let parked = "open 1; open 2; issue 1; issue 1; call 1; arrive 1; park 1";
    check(&format!("{parked}; call 1"), "called #2 turn");
    check(&format!("{parked}; call 1; +60; call 1"), "");
    check(&format!("{parked}; pick 2 #1"), "ticket_not_waiting");
    check(&format!("{parked}; resume 2 #1"), "resumed #1");
    check(
        &format!("{parked}; resume 2 #1; send 2 2; call 1"),
        "called #1 turn",
    );
    check(&format!("{parked}; resume 1 #2"), "ticket_not_parked");
    check(&format!("{parked}; cancel #1 left"), "cancelled #1");
    let floor = floor(&format!("{parked}; +3600; resume 1 #1"));
    assert_eq!(floor.ticket(1).counts_from, floor.ticket(1).issued_at);
    assert_eq!(floor.ticket(1).legs.len(), 2);
}

#[test]
fn a2_2_2_3_a_ticket_ends_by_a_named_person_with_a_reason() {
    check("issue 1; cancel #1 left", "cancelled #1");
    check("issue 1; cancel #1 left by boss", "cancelled #1");
    check("issue 1; cancel #1 left by kiosk", "not_allowed");
    check("issue 1; cancel #1", "invalid");
    check(
        &format!("issue 1; cancel #1 {}", "x".repeat(201)),
        "invalid",
    );
    check(
        &format!("issue 1; cancel #1 {}", "ž".repeat(200)),
        "cancelled #1",
    );
    check(
        "issue 1; cancel #1 left; cancel #1 left",
        "ticket_not_waiting",
    );
    check(
        "open 1; issue 1; call 1; cancel #1 left",
        "ticket_not_waiting",
    );
}
