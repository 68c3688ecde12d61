//! Tickets: when they are issued, under which number, and presses that issue none.

use jiff::SignedDuration;
use rinda::queue::ticket::{CancelReason, Place};

use crate::floor::{Floor, check, floor};

/// 8.30 in Riga, when reception begins.
const OPENING: &str = "2026-11-23T06:30:00Z";
/// 17.00, when it ends.
const CLOSING: &str = "2026-11-23T15:00:00Z";

#[track_caller]
fn check_at(base: &str, offset_ms: i64, script: &str, expect: &str) {
    let moment = base.parse::<jiff::Timestamp>().unwrap() + SignedDuration::from_millis(offset_ms);
    let mut floor = Floor::at(&moment.to_string());
    assert_eq!(
        floor.run(script),
        expect,
        "{script} {offset_ms} ms from {base}"
    );
}

#[test]
fn a2_1_6_1_tickets_from_two_minutes_before_reception() {
    for (offset_ms, said) in [
        (-3_600_000, "centre_closed"),
        (-120_001, "centre_closed"),
        (-120_000, "issued #1 P 001"),
        (-119_999, "issued #1 P 001"),
        (0, "issued #1 P 001"),
    ] {
        for ask in ["issue 1", "touch 1", "staff 1"] {
            check_at(OPENING, offset_ms, ask, said);
        }
    }
    // A press has no page to read a refusal from; that it was made is kept.
    check_at(OPENING, -120_001, "press 1", "suppressed Closed");
    check_at(OPENING, -120_000, "press 1", "issued #1 P 001");
}

#[test]
fn a2_1_6_2_a_centre_may_let_customers_in_earlier() {
    let mut floor = Floor::at("2026-11-23T06:20:00Z");
    floor.setup.hours.lead = SignedDuration::from_mins(10);
    assert_eq!(floor.run("issue 1"), "issued #1 P 001");
}

#[test]
fn a2_1_6_1_calls_from_the_beginning_of_reception() {
    check_at(
        OPENING,
        -120_000,
        "open 1; issue 1; +119.999; call 1",
        "centre_closed",
    );
    check_at(
        OPENING,
        -120_000,
        "open 1; issue 1; +119.999; +0.001; call 1",
        "called #1 turn",
    );
    check_at(
        OPENING,
        -120_000,
        "open 1; issue 1; +119.999; pick 1 #1",
        "centre_closed",
    );
}

#[test]
fn a2_2_2_3_who_came_in_time_is_called_after_closing() {
    check_at(CLOSING, -1, "issue 1; +0.001; issue 1", "centre_closed");
    check_at(CLOSING, -1, "issue 1; +0.001; press 2", "suppressed Closed");
    check_at(
        CLOSING,
        -1,
        "open 1; issue 1; +3600; call 1",
        "called #1 turn",
    );
    check_at(
        CLOSING,
        -1,
        "open 1; issue 1; +7200; call 1; arrive 1; docs 1; finish 1",
        "finished #1",
    );
}

#[test]
fn a2_2_1_3_each_service_has_a_series_of_its_own() {
    check("issue 1", "issued #1 P 001");
    check("issue 1; issue 2", "issued #2 S 001");
    check("issue 1; issue 2; issue 3", "issued #3 K 001");
    check("issue 1; issue 2; issue 3; issue 1", "issued #4 P 002");
}

/// Midnight in Riga is at 22.00 UTC in winter.
const NIGHT: &str = "2026-11-23T21:59:59.999Z";

fn open_all_night() -> Floor {
    let mut floor = Floor::at(NIGHT);
    let day = rinda::queue::hours::DayHours::new(vec!["00:00-24:00".parse().unwrap()]).unwrap();
    floor.setup.hours.week = std::array::from_fn(|_| day.clone());
    floor
}

#[test]
fn numbers_restart_with_the_local_date() {
    let mut night = open_all_night();
    assert_eq!(night.run("issue 1; issue 1; issue 2"), "issued #3 S 001");
    assert_eq!(
        night.run("+0.001"),
        "day 2026-11-24 unserved #1 #2 #3 unfinished"
    );
    assert_eq!(night.run("issue 1"), "issued #4 P 001");
    assert_eq!(night.run("issue 2"), "issued #5 S 001");
}

#[test]
fn no_number_is_used_twice_where_the_clock_goes_back_over_midnight() {
    let mut night = open_all_night();
    night.run("issue 1; +0.001; issue 1; issue 1");
    assert_eq!(night.run("jump -60"), "");
    assert_eq!(night.run("issue 1"), "issued #4 P 003");
    assert_eq!(night.run("+60"), "");
    assert_eq!(night.run("issue 1"), "issued #5 P 004");
    assert_eq!(
        night.run("+86400"),
        "day 2026-11-25 unserved #2 #3 #4 #5 unfinished"
    );
}

#[test]
fn a2_2_2_3_the_end_of_the_day_gives_every_ticket_an_outcome() {
    let script = "open 1; open 2; open 4; issue 1; issue 1; issue 1; issue 1; call 1; arrive 1; \
                  park 1; call 1; arrive 1; call 2; +10; +39600";
    let mut floor = floor(script);
    assert_eq!(
        floor.run("+14400"),
        "day 2026-11-24 unserved #1 #4 unfinished #2"
    );
    assert!(floor.centre.tickets.is_empty());
    assert!(
        floor
            .centre
            .desks
            .values()
            .all(|desk| desk.staffed.is_none())
    );

    // What the end of the day makes of each.
    let before = crate::floor::floor(script);
    let ids = |ids: &[u64]| {
        ids.iter()
            .map(|id| rinda::queue::ticket::TicketId(*id))
            .collect::<Vec<_>>()
    };
    let closed = before
        .centre
        .closed_by_day(before.now, &ids(&[1, 4]), &ids(&[2]));
    let cancelled = Place::Cancelled {
        at: before.now,
        reason: CancelReason::DayEnded,
    };
    assert_eq!(closed[0].place, cancelled);
    assert_eq!(closed[1].place, cancelled);
    assert!(matches!(closed[2].place, Place::Finished { at: None, .. }));
}

#[test]
fn a_series_ends_at_9999() {
    let mut floor = Floor::at(crate::floor::TEN);
    floor.run("issue 1");
    floor
        .centre
        .last_numbers
        .insert(crate::floor::service(1), 9_998);
    assert_eq!(floor.run("issue 1"), "issued #2 P 9999");
    assert_eq!(floor.run("issue 1"), "series_full");
    assert_eq!(floor.run("issue 2"), "issued #3 S 001");
}

#[test]
fn a_button_rests_three_seconds_after_its_ticket() {
    for ask in ["press", "touch"] {
        check(&format!("{ask} 1; +2.999; {ask} 1"), "suppressed Resting");
        check(&format!("{ask} 1; +3; {ask} 1"), "issued #2 P 002");
        check(&format!("{ask} 1; {ask} 2"), "issued #2 S 001");
        // A suppressed press does not prolong the rest.
        check(
            &format!("{ask} 1; +2; {ask} 1; +1; {ask} 1"),
            "issued #2 P 002",
        );
    }
    check("press 1; press 1 0 otrs", "issued #2 P 002");
    // Programs and staff are not held.
    check("press 1; issue 1", "issued #2 P 002");
    check("press 1; staff 1", "issued #2 P 002");
}

#[test]
fn a_kiosk_rests_after_twenty_tickets_in_a_minute() {
    // One second between two presses, each button resting three: twenty in twenty seconds.
    let twenty: String = (0..20)
        .map(|index| format!("press {}; +1; ", index % 3 + 1))
        .collect();
    check(&format!("{twenty} press 3"), "suppressed Burst");
    check(&format!("{twenty} +39.999; press 3"), "suppressed Burst");
    check(&format!("{twenty} +40; press 3"), "issued #21 K 007");
    check(&format!("{twenty} press 3 0 otrs"), "issued #21 K 007");
    check(&format!("{twenty} staff 3"), "issued #21 K 007");
}

#[test]
fn a_press_older_than_ten_seconds_issues_no_ticket() {
    check("press 1 10000", "issued #1 P 001");
    check("press 1 10001", "suppressed Stale");
    check("press 1 18446744073709551615", "suppressed Stale");
}

#[test]
fn a_clock_set_back_locks_no_button() {
    check("press 1; +10; jump -3600; press 1", "issued #2 P 002");
    let twenty: String = (0..20)
        .map(|index| format!("press {}; +1; ", index % 3 + 1))
        .collect();
    check(
        &format!("{twenty} +60; jump -3600; press 3"),
        "issued #21 K 007",
    );
}

#[test]
fn suppressed_presses_are_counted_by_kiosk() {
    let floor = floor("press 1; press 1; press 1; press 2 20000; press 1 0 otrs; press 1 0 otrs");
    assert_eq!(floor.centre.suppressed["ieeja"], 3);
    assert_eq!(floor.centre.suppressed["otrs"], 1);
    assert_eq!(floor.centre.tickets_issued, 2);
}
