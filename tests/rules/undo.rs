//! Undo: a step taken by mistake is taken back within ten seconds, as if it had not been.

use crate::floor::{check, floor};

/// A desk before each step that can be undone, and the step.
const STEPS: [(&str, &str); 6] = [
    ("call 1", "arrive 1"),
    ("call 1; +5; arrive 1", "docs 1"),
    ("call 1; +5; arrive 1", "finish 1 done"),
    ("call 1; +5; arrive 1; +60; docs 1", "finish 1"),
    ("call 1; +5; arrive 1", "park 1"),
    ("call 1; +5; arrive 1; +9; docs 1", "send 1 2"),
];

const OPEN: &str = "open 1; open 2; issue 1; issue 1; +40; staff 2 out";

#[test]
fn undo_restores_everything_to_the_millisecond() {
    for (before, step) in STEPS {
        let untouched = floor(&format!("{OPEN}; {before}; +7"));
        for within in ["0", "0.001", "9.999", "10"] {
            let undone = floor(&format!("{OPEN}; {before}; +7; {step}; +{within}; undo 1"));
            assert_eq!(undone.centre.tickets, untouched.centre.tickets, "{step}");
            let seat = |floor: &crate::floor::Floor| {
                let desk = &floor.centre.desks[&rinda::queue::ticket::DeskNumber(1)];
                (
                    desk.staffed.as_ref().unwrap().seat.clone(),
                    desk.finished_today,
                )
            };
            assert_eq!(
                seat(&undone),
                seat(&untouched),
                "{step} undone after {within} s"
            );
        }
    }
}

#[test]
fn undo_is_refused_after_ten_seconds_and_a_second_time() {
    for (before, step) in STEPS {
        let done = format!("{OPEN}; {before}; {step}");
        check(&format!("{done}; +10.001; undo 1"), "nothing_to_undo");
        check(&format!("{done}; undo 1; undo 1"), "nothing_to_undo");
        check(&format!("{done}; undo 1 by boss"), "undone #3");
        check(&format!("{done}; undo 1 by kiosk"), "not_allowed");
    }
    check("open 1; undo 1", "nothing_to_undo");
}

#[test]
fn an_undone_arrival_takes_up_the_running_minute() {
    check(
        &format!("{OPEN}; call 1; +50; arrive 1; +5; undo 1; +4.999; noshow 1"),
        "minute_not_over",
    );
    check(
        &format!("{OPEN}; call 1; +50; arrive 1; +5; undo 1; +4.999; +0.001"),
        "no-show #3 auto",
    );
    // The minute ended while the step stood: the customer is given up at once.
    check(
        &format!("{OPEN}; call 1; +59; arrive 1; +5; undo 1; +0"),
        "no-show #3 auto",
    );
}

#[test]
fn a2_2_2_4_an_arrival_undone_after_a_restart_has_the_fresh_minute_too() {
    let undone = format!("{OPEN}; call 1; +59; arrive 1; restart; +5; undo 1");
    check(&format!("{undone}; +54.999; noshow 1"), "minute_not_over");
    check(&format!("{undone}; +54.999; +0.001"), "no-show #3 auto");
}

#[test]
fn undo_is_refused_where_the_ticket_has_moved_on() {
    for (script, why) in [
        (
            "call 1; arrive 1; send 1 2; call 2; undo 1",
            "another desk called it",
        ),
        (
            "call 1; arrive 1; send 1 2; cancel #3 left; undo 1",
            "it was cancelled",
        ),
        (
            "call 1; arrive 1; park 1; resume 2 #3; undo 1",
            "another desk resumed it",
        ),
        (
            "call 1; arrive 1; park 1; cancel #3 left; undo 1",
            "it was cancelled",
        ),
        (
            "call 1; arrive 1; finish 1; call 1; undo 1",
            "the desk called the next",
        ),
        (
            "call 1; arrive 1; finish 1; break 1; undo 1",
            "the desk is on a break",
        ),
        (
            "call 1; arrive 1; send 1 desk 2; call 2; arrive 2; send 2 desk 1; undo 1",
            "another desk has served it meanwhile",
        ),
        (
            "call 1; arrive 1; park 1; resume 2 #3; park 2; undo 1",
            "another desk has served it meanwhile",
        ),
        (
            "pick 1 #1; arrive 1; send 1 2; out #1; undo 1",
            "it was marked out of turn",
        ),
    ] {
        assert_eq!(floor_says(script), "nothing_to_undo", "{why}: {script}");
    }
}

#[track_caller]
fn floor_says(script: &str) -> String {
    crate::floor::after(&format!("{OPEN}; {script}")).1
}

#[test]
fn undo_forgets_no_paper() {
    let floor = floor("open 4; staff 1 by four; call 4; arrive 4; reprint #1 by four; undo 4");
    assert_eq!(floor.ticket(1).slips, 2, "the next paper still says KOPIJA");
}

#[test]
fn a_stepped_clock_neither_prolongs_nor_ends_the_time_for_undo() {
    for jump in ["3600", "-3600"] {
        check(
            &format!("{OPEN}; call 1; arrive 1; jump {jump}; +10; undo 1"),
            "undone #3",
        );
        check(
            &format!("{OPEN}; call 1; arrive 1; jump {jump}; +10.001; undo 1"),
            "nothing_to_undo",
        );
    }
}

#[test]
fn a2_2_2_4_an_undone_no_show_is_awaited_for_a_whole_minute_again() {
    let undone = format!("{OPEN}; call 1; +60; +5; undo 1");
    check(&format!("{undone}; +59.999; noshow 1"), "minute_not_over");
    check(&format!("{undone}; +59.999; +0.001"), "no-show #3 auto");
}
