//! Why this one: the sentence at the desk for each rule, and for nobody where somebody waits.

use std::collections::BTreeMap;

use rinda::queue::screens::{Scene, Surroundings};
use rinda::queue::ticket::DeskNumber;
use rinda::queue::view::{DeskPhase, DeskView};

use crate::floor::{Floor, TEN, service, setup};

/// The floor at ten, with visits that can be booked.
fn after(script: &str) -> Floor {
    let mut setup = setup();
    setup.appointments = true;
    setup.rules.booking.capacity = BTreeMap::from([(service(1), 1)]);
    let mut floor = Floor::with(setup, TEN.parse().unwrap());
    floor.run(script);
    floor
}

fn desk(floor: &Floor, number: u16) -> DeskView {
    let around = Surroundings::default();
    let scene = Scene {
        setup: &floor.setup,
        centre: &floor.centre,
        around: &around,
        now: floor.now,
    };
    scene.desk(DeskNumber(number))
}

/// Desk 1 tells who would be next and why, calls, and tells the same of the call.
#[track_caller]
fn check(script: &str, why: &str) {
    let mut floor = after(script);
    let next = desk(&floor, 1).next.expect(script);
    assert_eq!(next.reason, why, "{script}");
    floor.run("call 1");
    called(&floor, why, script);
}

#[track_caller]
fn called(floor: &Floor, why: &str, script: &str) {
    let DeskPhase::Called { reason, .. } = desk(floor, 1).phase else {
        panic!("nobody was called: {script}");
    };
    assert_eq!(reason, why, "{script}");
}

#[test]
fn each_rule_says_why_in_latvian() {
    for (script, why) in [
        (
            "open 1; issue 1; +60; issue 1",
            "Rindas kārtībā: skaitās paņemta plkst. 10.00.",
        ),
        (
            "open 1; +1800; staff 1 out",
            "Ārpus kārtas: skaitās paņemta plkst. 8.30.",
        ),
        (
            "open 1; issue 1; staff 1 out",
            "Ārpus kārtas: skaitās paņemta plkst. 8.00. Apsteidz P 001.",
        ),
        (
            "open 1; issue 1; issue 2; staff 1 out",
            "Ārpus kārtas: skaitās paņemta plkst. 8.00. Apsteidz P 001 un vēl 1 biļeti.",
        ),
        (
            "open 1; issue 1; issue 2; issue 3; staff 1 out",
            "Ārpus kārtas: skaitās paņemta plkst. 8.00. Apsteidz P 001 un vēl 2 biļetes.",
        ),
        (
            "open 1; issue 1; call 1; +60; +60; reinstate #1",
            "Atjaunota rindā pēc neierašanās: skaitās paņemta plkst. 10.02.",
        ),
        (
            "open 1; open 2; issue 1; call 2; arrive 2; send 2 desk 1",
            "Nosūtīta tieši uz šo galdu: skaitās paņemta plkst. 10.00.",
        ),
        (
            "open 1; book 1 10:15 A; +300; checkin A",
            "Pēc pieraksta: skaitās paņemta plkst. 9.15.",
        ),
        (
            "open 1; book 1 11:00 A; checkin A",
            "Pirms pierakstītā laika, jo cita klienta nav: skaitās paņemta plkst. 10.00.",
        ),
    ] {
        check(script, why);
    }
}

#[test]
fn a_call_by_hand_says_whose_turn_it_was() {
    for (script, why) in [
        (
            "open 1; issue 1; +60; issue 1; pick 1 #2",
            "Izvēlēta ar roku, pēc kārtas būtu P 001: skaitās paņemta plkst. 10.01. Apsteidz P 001.",
        ),
        // Passed over although issued later: nobody is overtaken, and the rule would have had it.
        (
            "open 1; issue 1; staff 1 out; pick 1 #1",
            "Izvēlēta ar roku, pēc kārtas būtu P 002: skaitās paņemta plkst. 10.00.",
        ),
        // One queue before the others.
        (
            "open 1; issue 1; +60; issue 2; call 1 2",
            "Izvēlēta ar roku, pēc kārtas būtu P 001: skaitās paņemta plkst. 10.01. Apsteidz P 001.",
        ),
        // Whoever is chosen in their turn is called in their turn.
        (
            "open 1; issue 1; pick 1 #1",
            "Rindas kārtībā: skaitās paņemta plkst. 10.00.",
        ),
    ] {
        called(&after(script), why, script);
    }
}

#[test]
fn nobody_has_a_reason_where_somebody_waits() {
    for (script, why) in [
        ("open 1", None),
        ("open 1; issue 1", None),
        ("open 1; issue 1; call 1", None),
        ("issue 1", Some("Galds ir slēgts.")),
        (
            "open 1 2; issue 1; issue 3",
            Some("Gaida klienti, kuru pakalpojumus šis galds tagad neaicina: 1, 3."),
        ),
        (
            "open 1; open 2; issue 1; call 1; arrive 1; send 1 desk 2",
            Some("Gaidošie klienti ir nosūtīti pie citiem galdiem."),
        ),
    ] {
        let view = desk(&after(script), 1);
        assert_eq!(view.nobody_because.as_deref(), why, "{script}");
        assert_eq!(view.next.is_some(), script == "open 1; issue 1", "{script}");
    }
    let view = desk(&after("open 3; issue 1"), 3);
    let why = "Gaidošie klienti ir citu galdu pakalpojumiem.";
    assert_eq!(view.nobody_because.as_deref(), Some(why));
}

#[test]
fn before_reception_nobody_is_next_and_the_desk_says_so() {
    let mut floor = Floor::at("2026-11-23T06:29:00Z");
    floor.run("open 1; issue 1");
    let view = desk(&floor, 1);
    assert!(view.next.is_none());
    let why = view.nobody_because;
    assert_eq!(why.as_deref(), Some("Pieņemšana vēl nav sākusies."));
    assert_eq!(floor.run("call 1"), "centre_closed");
    floor.run("+60");
    assert!(desk(&floor, 1).next.is_some());
}
