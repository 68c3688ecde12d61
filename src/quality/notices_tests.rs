#![allow(clippy::unwrap_used, clippy::expect_used)]
//! Notices with the time passed in.

use super::*;
use crate::queue::command::Actor;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn date(text: &str) -> Date {
    text.parse().unwrap()
}

fn riga() -> TimeZone {
    TimeZone::get("Europe/Riga").unwrap()
}

fn draft(kind: NoticeKind, from: &str, until: &str) -> Draft {
    Draft {
        kind,
        text: "18.11. centrs ir slēgts".to_owned(),
        from: date(from),
        until: date(until),
        received_at: None,
    }
}

fn post(notices: &mut Notices, seq: u64, now: &str, draft: Draft) {
    let event = NoticeEvent::Posted {
        draft,
        posted_at: None,
    };
    notices.check(at(now), &riga(), &event).unwrap();
    note(notices, seq, now, &event);
}

fn note(notices: &mut Notices, seq: u64, now: &str, event: &NoticeEvent) {
    let actor = Actor::Supervisor {
        login: "marta".to_owned(),
    };
    let noted = Noted {
        seq,
        at: at(now),
        actor: &actor,
    };
    notices.apply(noted, event);
}

fn in_time(now: &str, draft: Draft) -> Option<bool> {
    let mut notices = Notices::default();
    post(&mut notices, 7, now, draft);
    notices.get(7).unwrap().in_time(&riga())
}

#[test]
fn c_17_5_1_a_change_of_18_11_is_in_time_on_13_11_and_late_on_14_11() {
    let change = || draft(NoticeKind::ChangedHours, "2026-11-18", "2026-11-18");
    // Local dates: Riga is two hours ahead.
    assert_eq!(in_time("2026-11-13T21:59:59Z", change()), Some(true));
    assert_eq!(in_time("2026-11-13T22:00:00Z", change()), Some(false));
}

#[test]
fn c_17_5_2_a_repair_is_in_time_fifteen_days_before_and_late_fourteen_days_before() {
    let repair = || draft(NoticeKind::RepairOrMove, "2026-11-30", "2026-12-04");
    assert_eq!(in_time("2026-11-15T10:00:00Z", repair()), Some(true));
    assert_eq!(in_time("2026-11-16T10:00:00Z", repair()), Some(false));
    let mut notices = Notices::default();
    post(&mut notices, 1, "2026-11-15T10:00:00Z", repair());
    assert_eq!(notices.get(1).unwrap().days_ahead(&riga()), 15);
}

#[test]
fn c_17_5_3_a_disruption_is_posted_at_once() {
    let heard = |text: &str| Draft {
        received_at: Some(at(text)),
        ..draft(NoticeKind::Disruption, "2026-11-18", "2026-11-18")
    };
    let now = "2026-11-18T10:15:00Z";
    assert_eq!(in_time(now, heard("2026-11-18T10:00:00Z")), Some(true));
    assert_eq!(in_time(now, heard("2026-11-18T09:59:59Z")), Some(false));
    assert_eq!(
        in_time(now, draft(NoticeKind::Other, "2026-11-18", "2026-11-18")),
        None
    );
}

#[test]
fn what_does_not_fit_is_refused() {
    let check = |draft: Draft, posted_at: Option<&str>| {
        let posted_at = posted_at.map(at);
        let event = NoticeEvent::Posted { draft, posted_at };
        Notices::default()
            .check(at("2026-11-18T10:00:00Z"), &riga(), &event)
            .unwrap_err()
    };
    let other = || draft(NoticeKind::Other, "2026-11-18", "2026-11-20");
    for text in [" ".to_owned(), "ā".repeat(TEXT_CHARS_MAX + 1)] {
        let unfit = Draft { text, ..other() };
        assert_eq!(check(unfit, None), NoticeRejection::UnfitText);
    }
    let (from, until) = (date("2026-11-20"), date("2026-11-19"));
    let backwards = draft(NoticeKind::Other, "2026-11-20", "2026-11-19");
    assert_eq!(
        check(backwards, None),
        NoticeRejection::EndsBefore { from, until }
    );
    let far = draft(NoticeKind::Other, "2026-11-18", "2028-11-18");
    assert_eq!(check(far, None), NoticeRejection::TooFar);
    for posted_at in ["2026-11-18T10:00:01Z", "2026-10-01T10:00:00Z"] {
        assert_eq!(
            check(other(), Some(posted_at)),
            NoticeRejection::UnfitPosting
        );
    }
    let unheard = draft(NoticeKind::Disruption, "2026-11-18", "2026-11-18");
    assert_eq!(check(unheard.clone(), None), NoticeRejection::UnfitReceipt);
    let ahead = Draft {
        received_at: Some(at("2026-11-18T10:00:01Z")),
        ..unheard
    };
    assert_eq!(check(ahead, None), NoticeRejection::UnfitReceipt);
    let heard = Draft {
        received_at: Some(at("2026-11-18T09:00:00Z")),
        ..other()
    };
    assert_eq!(check(heard, None), NoticeRejection::UnfitReceipt);
}

#[test]
fn c_17_a_disruption_is_shown_before_what_applies_first_and_nothing_once_it_is_over() {
    let mut notices = Notices::default();
    let now = "2026-11-10T10:00:00Z";
    let shown =
        |notices: &Notices, today: &str| notices.shown(date(today)).map(|notice| notice.draft.kind);
    post(
        &mut notices,
        1,
        now,
        draft(NoticeKind::RepairOrMove, "2026-11-30", "2026-12-04"),
    );
    post(
        &mut notices,
        2,
        now,
        draft(NoticeKind::ChangedHours, "2026-11-18", "2026-11-18"),
    );
    let disruption = Draft {
        received_at: Some(at(now)),
        ..draft(NoticeKind::Disruption, "2026-11-10", "2026-11-10")
    };
    post(&mut notices, 3, now, disruption);
    assert_eq!(shown(&notices, "2026-11-10"), Some(NoticeKind::Disruption));
    assert_eq!(
        shown(&notices, "2026-11-11"),
        Some(NoticeKind::ChangedHours)
    );
    assert_eq!(
        shown(&notices, "2026-11-19"),
        Some(NoticeKind::RepairOrMove)
    );
    assert_eq!(shown(&notices, "2026-12-05"), None);
    let down = NoticeEvent::TakenDown { id: 2 };
    assert_eq!(notices.check(at(now), &riga(), &down), Ok(()));
    note(&mut notices, 4, "2026-11-11T10:00:00Z", &down);
    assert_eq!(
        shown(&notices, "2026-11-11"),
        Some(NoticeKind::RepairOrMove)
    );
    assert_eq!(
        notices.check(at(now), &riga(), &down),
        Err(NoticeRejection::NoSuchNotice(2))
    );
    // Taken down before its date, it was not there for it.
    assert!(!notices.get(2).unwrap().covers(date("2026-11-18"), &riga()));
}
