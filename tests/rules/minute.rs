//! A2/2/2.4: a called customer is awaited for one minute, then the next is called.

use crate::floor::{after, check, floor};

const CALLED: &str = "open 1; issue 1; issue 1; call 1";

#[track_caller]
fn check_called(rest: &str, expect: &str) {
    check(&format!("{CALLED}; {rest}"), expect);
}

#[test]
fn a2_2_2_4_no_show_by_hand_is_refused_before_the_minute_is_over() {
    check_called("noshow 1", "minute_not_over");
    check_called("+30; noshow 1", "minute_not_over");
    check_called("+59.999; noshow 1", "minute_not_over");
    check_called("+59.999; noshow 1 by boss", "minute_not_over");
}

#[test]
fn a2_2_2_4_no_show_comes_by_itself_at_sixty_seconds() {
    check_called("+59.999", "recalled #1 auto");
    check_called("+59.999; +0.001", "no-show #1 auto");
    check_called("+60; call 1", "called #2 turn");
}

/// The daemon's own timer and the consultant's click race at the same millisecond: with the
/// timer late, the click at 60.000 s is accepted.
#[test]
fn a2_2_2_4_no_show_by_hand_is_accepted_at_sixty_seconds() {
    use rinda::queue::command::{Actor, Command};
    use rinda::queue::decide::{Moment, decide};
    use rinda::queue::ticket::{DeskNumber, TrackToken};

    let floor = floor(&format!("{CALLED}; +59"));
    let click = |after_ms: i64| {
        let moment = Moment {
            now: floor.now + jiff::SignedDuration::from_millis(after_ms),
            setup: &floor.setup,
            outlook: None,
            track: &TrackToken(String::new().into()),
            keyed: false,
        };
        let actor = Actor::Consultant {
            login: "one".to_owned(),
        };
        let desk = DeskNumber(1);
        decide(&floor.centre, &moment, &actor, &Command::NoShow { desk })
            .map(|events| events.iter().map(crate::floor::say).collect::<String>())
            .map_err(|no| no.code())
    };
    assert_eq!(click(999), Err("minute_not_over"));
    assert_eq!(click(1000), Ok("no-show #1".to_owned()));
}

#[test]
fn a2_2_2_4_recall_announces_again_and_does_not_restart_the_minute() {
    check_called("+20; recall 1", "recalled #1");
    check_called("+20; recall 1; +39.999; noshow 1", "minute_not_over");
    check_called("+20; recall 1; +39.999; +0.001", "no-show #1 auto");
    let floor = floor(&format!("{CALLED}; +20; recall 1"));
    let announced: Vec<bool> = floor.centre.announced.iter().map(|it| it.repeat).collect();
    assert_eq!(announced, [false, true]);
}

#[test]
fn a2_2_2_4_the_second_announcement_comes_at_thirty_seconds_once() {
    check_called("+29.999", "");
    check_called("+29.999; +0.001", "recalled #1 auto");
    check_called("+30; +29.999", "");
    check_called("+10; recall 1; +49.999", "");
    check_called("+10; arrive 1; +600", "");
}

#[test]
fn a2_2_2_4_a_restart_gives_a_fresh_minute() {
    check_called("+59; restart; +59.999; noshow 1", "minute_not_over");
    check_called("+59; restart; +59.999; +0.001", "no-show #1 auto");
    let (floor, said) = after(&format!("{CALLED}; +31; restart"));
    assert_eq!(said, "started");
    let leg = &floor.ticket(1).legs[0];
    assert_eq!(
        leg.called_at, floor.log[4].at,
        "the call itself stays where it was"
    );
}

#[test]
fn a2_2_2_4_daemon_down_at_the_end_of_the_minute() {
    let mut floor = floor(CALLED);
    floor.now += jiff::SignedDuration::from_hours(1);
    assert_eq!(floor.run("restart"), "started");
    assert_eq!(floor.run("+59.999; noshow 1"), "minute_not_over");
    assert_eq!(floor.run("+0.001"), "no-show #1 auto");
}

#[test]
fn a2_2_2_4_a_stepped_clock_neither_ends_nor_stretches_the_minute() {
    for jump in ["3600", "-3600"] {
        check_called(
            &format!("+29; jump {jump}; +30.999; noshow 1"),
            "minute_not_over",
        );
        check_called(
            &format!("+29; jump {jump}; +30.999; +0.001"),
            "no-show #1 auto",
        );
    }
}

#[test]
fn a2_2_2_4_a_customer_who_came_is_no_no_show() {
    check_called("+59.999; arrive 1; +3600", "");
    check_called("+60; arrive 1", "not_called");
    check_called("arrive 1; noshow 1", "not_called");
}

#[test]
fn a2_2_2_4_two_desks_have_minutes_of_their_own() {
    let two = "open 1; open 2; issue 1; issue 1; call 1; +10; call 2";
    check(
        &format!("{two}; +50"),
        "recalled #1 auto, recalled #2 auto, no-show #1 auto",
    );
    check(&format!("{two}; +50; +9.999"), "");
    check(&format!("{two}; +50; +10"), "no-show #2 auto");
}
