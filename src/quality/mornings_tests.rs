#![allow(clippy::unwrap_used, clippy::expect_used)]
//! Mornings with the time passed in.

use super::*;
use crate::queue::command::Actor;

const OPENS_AT: &str = "2026-11-23T06:30:00Z";

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn riga() -> TimeZone {
    TimeZone::get("Europe/Riga").unwrap()
}

fn monday() -> Date {
    "2026-11-23".parse().unwrap()
}

fn found(monitor: Finding, note: &str) -> MorningEvent {
    MorningEvent::Checked {
        date: monday(),
        check: MorningCheck {
            information: Finding::InOrder,
            signs: Finding::InOrder,
            monitor,
            note: note.to_owned(),
        },
    }
}

fn doors(opened_at: Option<&str>) -> MorningEvent {
    MorningEvent::DoorsOpened {
        date: monday(),
        opened_at: opened_at.map(at),
    }
}

fn by(login: &str) -> Actor {
    Actor::Consultant {
        login: login.to_owned(),
    }
}

fn apply(mornings: &mut Mornings, now: &str, who: &str, event: &MorningEvent) {
    mornings.check(at(now), &riga(), event).unwrap();
    let actor = by(who);
    let noted = Noted {
        seq: 1,
        at: at(now),
        actor: &actor,
    };
    mornings.apply(noted, event);
}

#[test]
fn a2_1_6_1_doors_are_due_two_minutes_before_reception() {
    assert_eq!(doors_due(at(OPENS_AT)), at("2026-11-23T06:28:00Z"));
}

#[test]
fn a2_1_6_doors_are_open_when_said_or_when_given() {
    let mut mornings = Mornings::default();
    apply(&mut mornings, "2026-11-23T06:27:00Z", "anna", &doors(None));
    let first = mornings.of(monday()).unwrap().doors.clone().unwrap();
    assert_eq!(first.opened_at, at("2026-11-23T06:27:00Z"));
    assert_eq!(first.by.as_deref(), Some("anna"));
    let earlier = doors(Some("2026-11-23T06:25:00Z"));
    apply(&mut mornings, "2026-11-23T07:00:00Z", "zane", &earlier);
    let stands = mornings.of(monday()).unwrap().doors.clone().unwrap();
    assert_eq!(stands.opened_at, at("2026-11-23T06:25:00Z"));
    assert_eq!(stands.by.as_deref(), Some("zane"));
}

#[test]
fn a2_1_5_what_is_checked_again_was_checked_in_time() {
    let mut mornings = Mornings::default();
    let first = found(Finding::Fault, "Monitors ir izslēgts");
    apply(&mut mornings, "2026-11-23T06:00:00Z", "anna", &first);
    let again = found(Finding::InOrder, "");
    apply(&mut mornings, "2026-11-23T06:40:00Z", "zane", &again);
    let checked = mornings.of(monday()).unwrap().checked.clone().unwrap();
    assert_eq!(checked.at, at("2026-11-23T06:00:00Z"));
    assert_eq!(checked.by.as_deref(), Some("zane"));
    assert!(checked.check.is_in_order());
}

#[test]
fn a2_1_5_5_not_installed_is_in_order_and_a_fault_needs_a_note() {
    let refused = |now: &str, event: &MorningEvent| {
        Mornings::default()
            .check(at(now), &riga(), event)
            .unwrap_err()
    };
    let MorningEvent::Checked { check, .. } = found(Finding::NotInstalled, "") else {
        unreachable!()
    };
    assert!(check.is_in_order());
    let now = "2026-11-23T06:00:00Z";
    let silent = found(Finding::Fault, "  ");
    assert_eq!(refused(now, &silent), MorningRejection::NoteMissing);
    let long = found(Finding::InOrder, &"ā".repeat(NOTE_CHARS_MAX + 1));
    assert_eq!(refused(now, &long), MorningRejection::NoteTooLong);
}

#[test]
fn a_morning_is_entered_while_it_is_remembered() {
    let check = |now: &str, event| Mornings::default().check(at(now), &riga(), event);
    let fine = found(Finding::InOrder, "");
    // Local midnight in Riga is 22.00 UTC.
    for (now, expected) in [
        ("2026-11-22T21:59:59Z", Err(MorningRejection::NotYet)),
        ("2026-11-22T22:00:00Z", Ok(())),
        ("2026-11-30T21:59:59Z", Ok(())),
        ("2026-11-30T22:00:00Z", Err(MorningRejection::TooLate)),
    ] {
        assert_eq!(check(now, &fine), expected, "{now}");
    }
    let now = "2026-11-23T07:00:00Z";
    let ahead = doors(Some("2026-11-23T07:00:01Z"));
    assert_eq!(check(now, &ahead), Err(MorningRejection::NotYet));
    let yesterday = doors(Some("2026-11-22T21:59:59Z"));
    assert_eq!(
        check(now, &yesterday),
        Err(MorningRejection::OtherDate(at("2026-11-22T21:59:59Z")))
    );
    // Now is not on a date that is over.
    assert_eq!(
        check("2026-11-24T07:00:00Z", &doors(None)),
        Err(MorningRejection::OtherDate(at("2026-11-24T07:00:00Z")))
    );
}
