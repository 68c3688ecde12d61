//! Closing: everybody who came in time is served, and only a named person, or the centre's
//! configuration, stops a button (A2/2/2.3).

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use rinda::queue::catalogue::Service;
use rinda::queue::forecast::closing::{Closing, LastEnd};
use rinda::queue::forecast::outlook::Outlook;
use rinda::queue::screens::{Scene, Surroundings};
use rinda::queue::setup::StopPolicy;
use rinda::queue::view::{ButtonState, LampState};

use crate::floor::{Floor, TEN, after, check};

/// A forecast by which today may not suffice for button 1.
fn dark(now: Timestamp, closes_at: Timestamp) -> Outlook {
    let end = LastEnd {
        by_closing: 0.5,
        p50_s: 600.0,
        p90_s: 1_800.0,
        overtime_p50_s: 0.0,
        overtime_p90_s: 1_200.0,
        overtime_mean_s: 240.0,
    };
    let closing = Closing {
        made_at: now,
        closes_at,
        chances: BTreeMap::from([(Service::OrderIntake, 0.456), (Service::OrderHandout, 0.9)]),
        present: end,
        expected: end,
        arrivals: 3.0,
        warns_since: Some(now),
        may_not_suffice: BTreeSet::from([Service::OrderIntake]),
        help: None,
    };
    Outlook {
        closing: Some(closing),
        ..Outlook::nothing(now)
    }
}

/// Half an hour before closing, with that forecast.
fn evening(stop: StopPolicy) -> Floor {
    let mut floor = Floor::at(TEN);
    floor.setup.closing.stop = stop;
    let closes_at = floor
        .centre
        .calendar(&floor.setup)
        .closing(floor.setup.date_of(floor.now), &floor.setup.timezone)
        .unwrap();
    let until = closes_at.duration_since(floor.now) - SignedDuration::from_mins(30);
    floor.pass(until);
    floor.outlook = Some(dark(floor.now, closes_at));
    floor
}

fn scene<R>(floor: &Floor, look: impl FnOnce(Scene<'_>) -> R) -> R {
    let around = Surroundings {
        outlook: floor.outlook.clone().map(std::sync::Arc::new),
        ..Surroundings::default()
    };
    look(Scene {
        setup: &floor.setup,
        centre: &floor.centre,
        around: &around,
        now: floor.now,
    })
}

fn buttons(floor: &Floor) -> Vec<ButtonState> {
    scene(floor, |scene| {
        let buttons = scene.kiosk("ieeja").buttons;
        buttons.iter().map(|button| button.state).collect()
    })
}

#[test]
fn a2_2_2_3_a_named_person_stops_a_service_and_is_recorded() {
    check("stop 1", "stopped 1 by boss");
    check("open 1; stop 1 by one", "stopped 1 by one");
    check("stop 1; release 1", "released 1 by boss");
    // Again the same is nothing.
    check("stop 1; stop 1", "");
    check("release 1", "");
}

#[test]
fn a2_2_2_3_nobody_else_stops_it() {
    check("stop 1 by kiosk", "not_allowed");
    check("stop 1 by rinda", "not_allowed");
    // A consultant who sits at no desk is not at work.
    check("stop 1 by one", "not_allowed");
    check("stop 1; release 1 by rinda", "not_allowed");
}

#[test]
fn a_stopped_service_refuses_presses_and_others_go_on() {
    check("stop 1; press 1", "suppressed Stopped");
    check("stop 1; touch 1", "suppressed Stopped");
    check("stop 1; issue 1", "service_stopped");
    check("stop 1; press 2", "issued #1 S 001");
    check("stop 1; release 1; press 1", "issued #1 P 001");
    let (floor, _) = after("stop 1; press 1; press 1; press 2");
    let lamps = scene(&floor, |scene| scene.lamps());
    assert_eq!(lamps, [LampState::Off, LampState::On, LampState::On]);
}

#[test]
fn staff_still_issue_for_a_stopped_service() {
    check("stop 1; staff 1", "issued #1 P 001");
}

#[test]
fn a2_2_2_3_who_has_a_ticket_is_served_after_the_stop_and_after_closing() {
    check("open 1; issue 1; stop 1; call 1", "called #1 turn");
    let mut floor = evening(StopPolicy::ByHand);
    floor.run("issue 1; issue 1; stop 1; open 1; call 1; arrive 1");
    floor.pass(SignedDuration::from_mins(45));
    assert_eq!(floor.run("finish 1; call 1"), "called #2 turn");
    assert_eq!(floor.run("arrive 1; finish 1"), "finished #2");
    assert_eq!(floor.run("touch 1"), "centre_closed");
}

#[test]
fn a_stop_holds_for_the_local_date() {
    check("stop 1; +64800; release 1", "");
    let (mut floor, _) = after("stop 1; +86400");
    assert_eq!(floor.run("press 1"), "issued #1 P 001");
}

#[test]
fn the_daemon_stops_only_where_configured_and_near_closing() {
    let mut floor = evening(StopPolicy::ByHand);
    assert_eq!(floor.run("stop 1 by rinda"), "not_allowed");
    let mut floor = evening(StopPolicy::Automatic);
    assert_eq!(floor.run("stop 1 by rinda"), "stopped 1 by nobody");
    assert_eq!(
        floor.centre.stopped[&Service::OrderIntake].chance_percent,
        Some(45)
    );
    assert_eq!(floor.run("release 1 by rinda"), "released 1 by nobody");
    let mut floor = Floor::at(TEN);
    floor.setup.closing.stop = StopPolicy::Automatic;
    assert_eq!(floor.run("stop 1 by rinda"), "not_allowed");
}

#[test]
fn a_persons_word_stands_before_the_daemons() {
    let mut floor = evening(StopPolicy::Automatic);
    // A person's stop is not released by the daemon …
    assert_eq!(floor.run("stop 1; release 1 by rinda"), "not_allowed");
    // … nor does it stop again what a person released.
    assert_eq!(floor.run("release 1; stop 1 by rinda"), "not_allowed");
    assert_eq!(floor.run("stop 2 by rinda; stop 2"), "stopped 2 by boss");
    assert_eq!(floor.run("release 2 by rinda"), "not_allowed");
}

#[test]
fn kiosks_say_that_today_may_not_suffice_and_still_issue() {
    let mut floor = evening(StopPolicy::ByHand);
    floor.run("open 1");
    assert_eq!(buttons(&floor)[0], ButtonState::MayNotSuffice);
    assert_eq!(floor.run("press 1"), "issued #1 P 001");
    assert!(floor.ticket(1).may_not_suffice);
    let slip = scene(&floor, |scene| scene.slip(floor.ticket(1), false));
    assert!(slip.guidance[0].contains("var nepaspēt"), "{slip:?}");
    assert!(scene(&floor, |scene| scene.track(floor.ticket(1))).may_not_suffice);
    floor.run("stop 1");
    assert_eq!(buttons(&floor)[0], ButtonState::Stopped);
    floor.pass(SignedDuration::from_mins(31));
    assert_eq!(buttons(&floor)[0], ButtonState::Closed);
    // A customer remains: the kiosk says that ticket holders are served.
    assert_eq!(scene(&floor, |scene| scene.kiosk("ieeja").remaining), 1);
}

#[test]
fn staff_are_warned_and_see_who_is_left() {
    let mut floor = evening(StopPolicy::ByHand);
    floor.run("issue 1; stop 2");
    let alert = |floor: &Floor| {
        let alerts = scene(floor, |scene| scene.alerts());
        alerts
            .into_iter()
            .find(|alert| alert.kind == "closing")
            .unwrap()
    };
    let text = alert(&floor).text;
    assert!(text.contains("0–20 min"), "{text}");
    let view = scene(&floor, |scene| scene.closing_view());
    assert_eq!(view.services[0].chance_percent, Some(45));
    let stopped = view.services[1].stopped.as_ref().unwrap();
    assert_eq!(
        (stopped.by.as_deref(), stopped.chance_percent),
        (Some("boss"), Some(90))
    );
    assert_eq!((view.line.remaining, view.open.len()), (1, 0));
    floor.pass(SignedDuration::from_mins(31));
    let text = alert(&floor).text;
    assert!(
        text.contains("jāapkalpo vai ar iemeslu jāslēdz: 1 biļete"),
        "{text}"
    );
    let view = scene(&floor, |scene| scene.closing_view());
    assert!(view.line.is_over && view.line.forecast.is_none());
    assert_eq!(view.open.len(), 1);
}

#[test]
fn open_tickets_get_an_outcome_from_a_named_person() {
    check(
        "issue 1; issue 1; outcomes #1 #2",
        "cancelled #1, cancelled #2",
    );
    check("issue 1; outcomes #1 by kiosk", "not_allowed");
    check("issue 1; outcomes #2", "no_such_ticket");
    check("issue 1; outcomes", "invalid");
    // Whoever is at a desk or was served keeps their outcome.
    check(
        "open 1; issue 1; issue 1; issue 1; call 1; outcomes #1 #2 #2",
        "cancelled #2",
    );
}
