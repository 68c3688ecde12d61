//! Changes of the calendar: who may, what for, and what becomes of the day.

use jiff::civil::date;
use rinda::queue::calendar::DayKind;
use rinda::queue::hours::{DayHours, HolidayRules};

use crate::floor::{Floor, TEN, after, check};

/// As most centres: closed at weekends, public holidays observed.
fn office() -> Floor {
    let mut floor = Floor::at(TEN);
    floor.setup.hours.week[5] = DayHours::default();
    floor.setup.hours.week[6] = DayHours::default();
    floor.setup.hours.holidays = HolidayRules::LAW;
    floor
}

#[test]
fn a_change_of_todays_hours_acts_at_once() {
    check("hours 2026-11-23 08:30-09:30; issue 1", "centre_closed");
    check("+25200; issue 1", "centre_closed");
    check(
        "hours 2026-11-23 08:30-24:00; +25200; issue 1",
        "issued #1 P 001",
    );
    check(
        "hours 2026-11-23; clear 2026-11-23; issue 1",
        "issued #1 P 001",
    );
}

#[test]
fn a2_2_2_3_who_came_before_the_hours_were_changed_is_served() {
    check(
        "open 1; issue 1; hours 2026-11-23; call 1",
        "called #1 turn",
    );
    // Also where the change was taken back on a day that the week does not know.
    let mut floor = Floor::at("2026-11-28T07:00:00Z");
    floor.setup.hours.week[5] = DayHours::default();
    let said = floor.run("hours 2026-11-28 08:30-17:00; open 1; issue 1; clear 2026-11-28; call 1");
    assert_eq!(said, "called #1 turn");
    // The next day begins anew.
    let mut floor = after("open 1; hours 2026-11-23; hours 2026-11-24 12:00-13:00; +64800").0;
    assert_eq!(floor.run("open 1; call 1"), "centre_closed");
}

#[test]
fn a_change_outlasts_the_turn_of_the_day_and_a_restart() {
    let changed = "hours 2026-11-25 12:00-13:00; +86400; restart; +86400";
    check(&format!("{changed}; issue 1"), "centre_closed");
    check(&format!("{changed}; +7200; issue 1"), "issued #1 P 001");
}

#[test]
fn only_managers_change_it() {
    for who in ["one", "rinda", "kiosk"] {
        check(&format!("hours 2026-11-25 by {who}"), "not_allowed");
        check(&format!("clear 2026-11-25 by {who}"), "not_allowed");
    }
}

#[test]
fn what_is_over_stays_as_it_was() {
    check("hours 2026-11-22", "past_date");
    check("clear 2026-11-22", "past_date");
    check("hours 2026-11-23", "closed 2026-11-23");
    // 400 days from today is 28 December 2027.
    check("hours 2027-12-28", "closed 2027-12-28");
    check("hours 2027-12-29", "date_too_far");
    // Past midnight it is yesterday.
    check("hours 2026-11-23; +50400; clear 2026-11-23", "past_date");
}

#[test]
fn intervals_are_put_in_order_and_must_not_overlap() {
    check(
        "hours 2026-11-25 13:00-15:00 09:00-12:00",
        "hours 2026-11-25 09:00-12:00 13:00-15:00",
    );
    check("hours 2026-11-25 09:00-12:00 11:00-15:00", "invalid");
    let seven =
        "00:00-00:10 01:00-01:10 02:00-02:10 03:00-03:10 04:00-04:10 05:00-05:10 06:00-06:10";
    check(&format!("hours 2026-11-25 {seven}"), "invalid");
}

#[test]
fn saying_the_same_again_changes_nothing() {
    check("hours 2026-11-25; hours 2026-11-25", "");
    check("hours 2026-11-25; clear 2026-11-25; clear 2026-11-25", "");
}

#[test]
fn a_working_day_is_moved_to_a_free_one() {
    let mut floor = office();
    let said = floor.run("move 2027-01-04 2027-01-09");
    assert_eq!(said, "moved 2027-01-04 2027-01-09");
    let kinds = |floor: &Floor| {
        let calendar = floor.centre.calendar(&floor.setup);
        [4, 9, 16].map(|day| calendar.day(date(2027, 1, day)).kind)
    };
    use DayKind::{MovedAway, MovedHere, Week};
    assert_eq!(kinds(&floor), [MovedAway, MovedHere, Week]);
    // To another date instead, then back.
    floor.run("move 2027-01-04 2027-01-16");
    assert_eq!(kinds(&floor), [MovedAway, Week, MovedHere]);
    floor.run("unmove 2027-01-04");
    assert_eq!(kinds(&floor), [Week, Week, Week]);

    for (to, code) in [
        ("2027-01-05", "not_a_free_day"),
        ("2027-01-04", "not_a_free_day"),
        ("2026-12-26", "not_a_free_day"),
        ("2026-11-21", "past_date"),
    ] {
        assert_eq!(floor.run(&format!("move 2027-01-04 {to}")), code, "{to}");
    }
    for from in ["2027-01-03", "2027-01-01"] {
        let said = floor.run(&format!("move {from} 2027-01-09"));
        assert_eq!(said, "not_a_working_day", "{from}");
    }
}
