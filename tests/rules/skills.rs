//! What a desk calls, and how that changes during the day.

use crate::floor::{after, check};

#[test]
fn services_of_an_open_desk_change_whatever_it_is_doing() {
    for doing in [
        "issue 1",
        "break 1",
        "issue 1; call 1",
        "issue 1; call 1; arrive 1",
        "issue 1; call 1; arrive 1; docs 1",
    ] {
        let (before, _) = after(&format!("open 1; {doing}"));
        let (floor, said) = after(&format!("open 1; {doing}; serve 1 23"));
        assert_eq!(said, "serves 1 23", "{doing}");
        let seats = [&before, &floor].map(|floor| {
            let staffed = floor.centre.staffed(rinda::queue::ticket::DeskNumber(1));
            staffed.unwrap().seat.clone()
        });
        assert_eq!(seats[0], seats[1], "{doing}");
    }
    check("serve 1 2", "desk_closed");
    check("open 1; close 1; serve 1 2", "desk_closed");
}

#[test]
fn the_next_call_goes_by_the_services_of_that_moment() {
    let two = "open 1; issue 1; +1; issue 2; serve 1 2";
    check(&format!("{two}; call 1"), "called #2 turn");
    check(&format!("{two}; pick 1 #1"), "ticket_not_for_desk");
    check(&format!("{two}; serve 1 12; call 1"), "called #1 turn");
    check(
        "open 1; issue 1; call 1; serve 1 2; arrive 1; finish 1; issue 1; call 1",
        "",
    );
    // A customer of a service given up stays at the desk and can be called back to it.
    check(
        "open 1; issue 1; call 1; arrive 1; serve 1 2; park 1; resume 1 #1",
        "resumed #1",
    );
    check(
        "open 1; issue 1; call 1; arrive 1; finish 1; serve 1 2; undo 1",
        "undone #1",
    );
}

#[test]
fn who_was_sent_to_the_desk_in_person_is_called_there_whatever_it_calls() {
    let sent = "open 1; open 2; issue 1; call 1; arrive 1; send 1 desk 2; serve 2 3";
    check(&format!("{sent}; call 2"), "called #1 sent here");
    check(&format!("{sent}; call 1"), "");
}

#[test]
fn only_what_the_desk_is_set_up_for_and_never_nothing() {
    check("open 3; serve 3 1", "service_not_here");
    check("open 3; serve 3 13", "service_not_here");
    check("open 4; serve 4 123 by boss", "service_not_here");
    check("open 1; serve 1", "no_services");
    check("serve 9 1", "no_such_desk");
    check("open 1; serve 1 321321", "");
    check("open 1; serve 1 31", "serves 1 13");
}

#[test]
fn the_consultant_of_the_desk_or_a_manager_changes_them() {
    check("open 1; serve 1 1 by boss", "serves 1 1");
    check("open 1; serve 1 1 by anna", "desk_taken");
    check("open 1; serve 1 1 by kiosk", "not_allowed");
    check("open 1; serve 1 1 by rinda", "not_allowed");
}

#[test]
fn they_hold_until_changed_again_or_the_desk_is_opened_anew() {
    check("open 1; serve 1 2; issue 1; restart; call 1", "");
    // Whoever takes the desk over says what it calls.
    check("open 1; issue 1; open 1 2 take by eve; call 1", "");
    check(
        "open 1 2; issue 1; open 1 take by eve; call 1",
        "called #1 turn",
    );
    check("open 1; serve 1 2; issue 1; break 1; back 1; call 1", "");
    check(
        "open 1; serve 1 2; issue 1; close 1; open 1; call 1",
        "called #1 turn",
    );
}
