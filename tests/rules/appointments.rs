//! Booked visits (A2/2/1.3, footnote): slots, check-in, and their place in the line.

use std::collections::BTreeMap;

use rinda::queue::appointments::{AppointmentId, Status};
use rinda::queue::event::Event;
use rinda::queue::forecast::outlook::Outlook;
use rinda::queue::ticket::TicketId;
use rinda::queue::view::WaitRange;

use crate::floor::{Floor, TEN, local, service, setup};
use crate::following::agrees;

/// The scripts' centre with slots of a quarter of an hour: two customers for button 1, one for 3.
fn after(script: &str) -> (Floor, String) {
    let mut setup = setup();
    setup.appointments = true;
    setup.rules.booking.capacity = BTreeMap::from([(service(1), 2), (service(3), 1)]);
    let mut floor = Floor::with(setup, TEN.parse().unwrap());
    let said = floor.run(script);
    (floor, said)
}

#[track_caller]
fn check(script: &str, expect: &str) {
    assert_eq!(after(script).1, expect, "{script}");
}

#[test]
fn a_visit_is_booked_into_a_slot_with_room() {
    for (script, expect) in [
        ("book 1 10:30 A", "booked @1"),
        ("book 1 10:30 A; book 1 10:30 B", "booked @2"),
        (
            "book 1 10:30 A; book 1 10:30 B; book 1 10:30 C",
            "slot_full",
        ),
        (
            "book 1 10:30 A; book 1 10:30 B; calloff @1; book 1 10:30 C",
            "booked @3",
        ),
        ("book 1 10:30 A; book 3 10:30 C", "booked @2"),
        ("book 3 10:30 A; book 3 10:30 C", "slot_full"),
        ("book 2 10:30 A", "no_such_slot"),
        ("book 1 10:31 A", "no_such_slot"),
        ("book 1 16:45 A", "booked @1"),
        ("book 1 17:00 A", "no_such_slot"),
        ("book 1 09:45 A", "appointment_over"),
        ("book 1 2026-12-23T10:30 A", "booked @1"),
        ("book 1 2026-12-24T10:30 A", "date_too_far"),
        ("book 1 10:30 A; book 1 10:45 A", "code_taken"),
        ("book 1 10:30 A by kiosk", "not_allowed"),
        (
            "hours 2026-11-24; book 1 2026-11-24T10:30 A",
            "no_such_slot",
        ),
    ] {
        check(script, expect);
    }
}

#[test]
fn where_visits_cannot_be_booked_there_are_no_slots() {
    let mut floor = Floor::at(TEN);
    floor.setup.rules.booking.capacity = BTreeMap::from([(service(1), 2)]);
    assert_eq!(floor.run("book 1 10:30 A"), "no_such_slot");
}

#[test]
fn check_in_opens_an_hour_before_and_every_code_counts_once() {
    for (script, expect) in [
        ("book 1 11:15 A; checkin A", "too_early"),
        ("book 1 11:00 A; checkin A", "issued #1 P 001"),
        ("book 3 11:00 A; checkin A", "issued #1 K 001"),
        ("book 1 11:00 A; checkin B", "no_such_appointment"),
        ("book 1 2026-11-24T10:00 A; checkin A", "too_early"),
        (
            "book 1 11:00 A; calloff @1; checkin A",
            "no_such_appointment",
        ),
        (
            "book 1 11:00 A; checkin A; +30; checkin A",
            "already_checked_in",
        ),
        (
            "book 1 11:00 A; checkin A; +30; checkin A otrs",
            "no_such_appointment",
        ),
        (
            "book 1 11:00 A; checkin A; +120; checkin A",
            "no_such_appointment",
        ),
        (
            "book 1 11:00 A; checkin A; +120; checkin A staff by one",
            "already_checked_in",
        ),
        (
            "book 1 11:00 A; checkin A; calloff @1",
            "already_checked_in",
        ),
        ("book 1 11:00 A; calloff @1; calloff @1", ""),
        ("calloff @1", "no_such_appointment"),
        ("book 1 16:45 A; +25200; checkin A", "centre_closed"),
        ("book 1 11:00 A; checkin A staff by kiosk", "not_allowed"),
        // Booked appointments always come in.
        ("book 1 11:00 A; stop 1; checkin A", "issued #1 P 001"),
    ] {
        check(script, expect);
    }
}

#[test]
fn on_time_counts_from_an_hour_before_the_slot_and_late_from_check_in() {
    for (wait_s, counts_from, callable_from, on_time) in [
        (0, "09:45", "10:35", true),
        (2_400, "09:45", "10:40", true),
        (3_300, "09:45", "10:55", true),
        (3_301, "10:55:01", "10:55:01", false),
    ] {
        let (floor, _) = after(&format!("book 1 10:45 A; +{wait_s}; checkin A"));
        let ticket = floor.ticket(1);
        let kept = ticket.appointment.unwrap();
        assert_eq!(ticket.counts_from, local(counts_from), "{wait_s}");
        assert_eq!(kept.callable_from, local(callable_from), "{wait_s}");
        assert_eq!((kept.slot, kept.on_time), (local("10:45"), on_time));
    }
}

#[test]
fn an_appointment_is_called_in_its_time_and_earlier_only_by_a_desk_that_would_idle() {
    for (script, expect) in [
        // Its key is older than the walk-in's, but its time has not come.
        (
            "book 1 10:30 A; checkin A; issue 1; open 1; call 1",
            "called #2 turn",
        ),
        (
            "book 1 10:30 A; checkin A; issue 1; open 1; +1200; call 1",
            "called #1 appointment",
        ),
        (
            "book 1 10:30 A; checkin A; open 1; call 1",
            "called #1 appointment early",
        ),
        // A walk-in of another desk's service keeps no desk busy.
        (
            "book 3 10:30 A; checkin A; issue 1; open 3; call 3",
            "called #1 appointment early",
        ),
        (
            "issue 1; +2100; book 1 11:15 A; +1860; checkin A; open 1; call 1",
            "called #1 turn",
        ),
        (
            "+600; issue 1; +1800; book 1 11:00 A; +1200; checkin A; open 1; call 1",
            "called #2 appointment over #1",
        ),
        // Late: a walk-in.
        (
            "book 1 10:15 A; +300; issue 1; +1500; checkin A; open 1; call 1",
            "called #1 turn",
        ),
        (
            "book 1 10:15 A; +1800; checkin A; open 1; call 1",
            "called #1 turn",
        ),
        (
            "book 1 10:30 A; checkin A; issue 1; open 1; pick 1 #1",
            "called #1 by hand",
        ),
    ] {
        check(script, expect);
    }
}

#[test]
fn out_of_turn_and_a_walk_in_put_back_wait_for_no_slot() {
    for (script, expect) in [
        (
            "book 1 10:30 A; checkin A; issue 1; out #1; open 1; call 1",
            "called #1 out of turn",
        ),
        (
            "book 1 10:30 A; checkin A; open 1; call 1; +60; reinstate #1; issue 1; call 1",
            "called #1 reinstated",
        ),
        (
            "book 1 10:30 A; checkin A; open 1; call 1; arrive 1; send 1 3; open 3; issue 3; +1; call 3",
            "called #2 turn",
        ),
    ] {
        check(script, expect);
    }
}

#[test]
fn time_alone_brings_an_appointment_its_turn() {
    let (floor, _) = after("book 1 10:30 A; checkin A otrs");
    let due = rinda::queue::deadline::next_deadline(&floor.setup, &floor.centre, floor.now);
    assert_eq!(due.map(|(at, _)| at), Some(local("10:20")));
}

#[test]
fn the_day_ends_with_nothing_that_leads_from_a_code() {
    let (mut floor, _) =
        after("book 1 10:30 A; book 1 11:00 B; book 1 2026-11-24T10:30 C; checkin A");
    let events = floor.run("+54000");
    assert!(
        events.contains("unlinked 2026-11-23, day 2026-11-24"),
        "{events}"
    );
    let visits = &floor.centre.appointments.by_id;
    let of = |id| &visits[&AppointmentId(id)];
    assert_eq!(
        of(1).status,
        Status::CheckedIn {
            ticket: TicketId(1),
            on_time: true
        }
    );
    assert_eq!(of(2).status, Status::Missed);
    assert_eq!(of(3).status, Status::Booked);
    assert!(of(1).code.is_none() && of(2).code.is_none() && of(3).code.is_some());
    assert_eq!(floor.run("calloff @2"), "appointment_over");
    // After a week they are gone.
    floor.run("+604800");
    floor.run("+86400");
    assert!(
        !floor
            .centre
            .appointments
            .by_id
            .contains_key(&AppointmentId(2))
    );
}

#[test]
fn days_without_the_daemon_are_unlinked_at_its_start() {
    let (mut floor, _) = after("book 1 2026-11-24T10:30 A; book 1 2026-11-26T10:30 B");
    floor.now = local("2026-11-27T09:00");
    let unlinked = floor.restart().into_iter().filter_map(|event| {
        let Event::AppointmentCodesUnlinked { date } = event else {
            return None;
        };
        Some(date.to_string())
    });
    assert_eq!(unlinked.collect::<Vec<_>>(), ["2026-11-24", "2026-11-26"]);
}

#[test]
fn an_import_brings_visits_up_to_date_and_a_repeat_changes_nothing() {
    for (script, expect) in [
        ("import r1 1 10:30 A", "booked @1"),
        ("import r1 1 10:30 A; import r1 1 10:30 A", ""),
        ("import r1 1 10:30 A; import r1 1 11:00 A", "moved @1"),
        ("import r1 1 10:30 A; import r1 3 10:30 A", "moved @1"),
        ("import r1 1 10:30 A; import r1 1 10:30 B", "moved @1"),
        (
            "import r1 1 10:30 A; import r1 1 10:30 A cancelled",
            "called off @1",
        ),
        ("import r1 1 10:30 A cancelled", ""),
        (
            "import r1 1 10:30 A; import r1 1 10:30 A cancelled; import r1 1 10:30 A cancelled",
            "",
        ),
        (
            "import r1 1 10:30 A; import r1 1 10:30 A cancelled; import r1 1 10:30 A",
            "booked @2",
        ),
        ("book 3 10:30 X; import r1 3 10:30 A", "slot_full"),
        (
            "import r1 3 10:30 A; import r1 3 10:45 A; import r2 3 10:30 B",
            "booked @2",
        ),
        ("import r1 1 10:30 A; import r2 1 10:30 A", "code_taken"),
        ("import r1 1 10:30 A; checkin A; import r1 1 10:30 A", ""),
        (
            "import r1 1 10:30 A; checkin A; import r1 1 11:00 A",
            "already_checked_in",
        ),
        (
            "import r1 1 10:30 A; checkin A; import r1 1 10:30 A cancelled",
            "already_checked_in",
        ),
        ("import r1 1 09:00 A", "appointment_over"),
        ("import r1 1 10:30 A by one", "not_allowed"),
        (
            "import r1 1 10:30 A; import r1 1 11:00 B; checkin B",
            "issued #1 P 001",
        ),
        (
            "import r1 1 10:30 A; import r1 1 11:00 B; checkin A",
            "no_such_appointment",
        ),
    ] {
        check(script, expect);
    }
}

#[test]
fn the_forecast_knows_who_is_booked_and_who_came() {
    for script in [
        "book 1 10:30 A; book 1 10:45 B; issue 1; checkin A; calloff @2; book 3 11:00 C; +1800; checkin C; open 1; call 1",
        "import r1 1 10:30 A; import r1 1 11:00 A; book 1 2026-11-24T10:30 D; +82800; open 1; call 1",
    ] {
        agrees(&after(script).0);
    }
}

/// Whoever has an appointment is told the wait of the place it takes, and nothing of a day that may
/// not suffice: booked appointments always come in.
#[test]
fn an_appointment_is_promised_the_wait_of_the_place_it_takes() {
    let (mut floor, _) = after("open 1; book 1 10:15 A; issue 1; issue 1");
    let wait = |p50_s| WaitRange {
        p50_s,
        p90_s: 2 * p50_s,
    };
    let outlook = |floor: &Floor| Outlook {
        waits: BTreeMap::from([(TicketId(1), wait(100)), (TicketId(2), wait(700))]),
        next: BTreeMap::from([(service(1), wait(1_400))]),
        ..Outlook::nothing(floor.now)
    };
    floor.outlook = Some(outlook(&floor));
    floor.run("checkin A");
    let kept = &floor.centre.tickets[&TicketId(3)];
    // Callable from 10.05, five minutes from now, and before both who wait.
    let until_callable_s = 300;
    assert_eq!(
        kept.promise,
        Some(WaitRange {
            p50_s: until_callable_s,
            p90_s: until_callable_s,
        })
    );
    floor.pass(jiff::SignedDuration::from_secs(60));
    floor.outlook = Some(outlook(&floor));
    floor.run("issue 1");
    let last = &floor.centre.tickets[&TicketId(4)];
    assert_eq!(last.promise, Some(wait(1_400)));
}
