#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;

use jiff::SignedDuration;
use jiff::civil::date;

use super::edits::{DayChange, Mark};
use super::*;
use crate::queue::hours::{Exception, HolidayRules};

fn riga() -> TimeZone {
    TimeZone::get("Europe/Riga").unwrap()
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn day_hours(intervals: &[&str]) -> DayHours {
    DayHours::new(intervals.iter().map(|i| i.parse().unwrap()).collect()).unwrap()
}

/// Every day alike, no holidays.
fn daily(day: &[&str]) -> OpeningHours {
    OpeningHours {
        week: std::array::from_fn(|_| day_hours(day)),
        exceptions: BTreeMap::new(),
        holidays: HolidayRules::NONE,
        lead: SignedDuration::from_mins(2),
    }
}

/// A centre as most are: longer on Mondays, shorter on Fridays, closed at weekends.
fn centre() -> OpeningHours {
    let mut hours = daily(&["08:30-12:00", "12:30-17:00"]);
    hours.week[0] = day_hours(&["08:30-12:00", "12:30-18:00"]);
    hours.week[4] = day_hours(&["08:30-12:00", "12:30-15:00"]);
    hours.week[5] = DayHours::default();
    hours.week[6] = DayHours::default();
    hours.holidays = HolidayRules::LAW;
    hours
}

fn mark(reason: &str) -> Mark {
    Mark {
        reason: reason.to_owned(),
        by: "laima".to_owned(),
        at: at("2026-11-20T08:00:00Z"),
    }
}

fn none() -> Edits {
    Edits::default()
}

fn texts(day: &Day) -> Vec<String> {
    day.hours
        .intervals()
        .iter()
        .map(ToString::to_string)
        .collect()
}

#[test]
fn a2_1_6_1_tickets_from_two_minutes_before_to_the_millisecond() {
    let (hours, edits) = (daily(&["08:30-12:00", "12:30-17:00"]), none());
    let calendar = Calendar::new(&hours, &edits);
    // 8.30 in Riga in winter is 6.30 UTC.
    assert_eq!(
        calendar.at(at("2026-11-23T06:27:59.999Z"), &riga()),
        Reception::Closed {
            opens_at: Some(at("2026-11-23T06:30:00Z"))
        }
    );
    assert!(matches!(
        calendar.at(at("2026-11-23T06:28:00Z"), &riga()),
        Reception::Lead { .. }
    ));
    assert!(matches!(
        calendar.at(at("2026-11-23T06:30:00Z"), &riga()),
        Reception::Open { .. }
    ));
}

#[test]
fn calls_go_on_after_closing_but_do_not_start_before_opening() {
    let (hours, edits) = (daily(&["08:30-12:00", "12:30-17:00"]), none());
    let calendar = Calendar::new(&hours, &edits);
    assert!(!calendar.begun_today(at("2026-11-23T06:29:59Z"), &riga()));
    assert!(calendar.begun_today(at("2026-11-23T06:30:00Z"), &riga()));
    assert!(calendar.begun_today(at("2026-11-23T19:00:00Z"), &riga()));
}

#[test]
fn round_the_clock_never_closes_and_touching_intervals_are_one() {
    let (hours, edits) = (daily(&["00:00-24:00"]), none());
    let calendar = Calendar::new(&hours, &edits);
    let Reception::Open { closes_at } = calendar.at(at("2026-11-23T21:59:59Z"), &riga()) else {
        panic!("closed at night");
    };
    assert!(closes_at > at("2026-12-05T00:00:00Z"));
}

#[test]
fn days_of_23_and_25_hours_open_at_the_wall_time() {
    let (hours, edits) = (daily(&["08:30-17:00"]), none());
    let calendar = Calendar::new(&hours, &edits);
    for (now, opens) in [
        ("2026-03-29T00:00:00Z", "2026-03-29T05:30:00Z"),
        ("2026-10-25T00:00:00Z", "2026-10-25T06:30:00Z"),
    ] {
        assert_eq!(
            calendar.at(at(now), &riga()),
            Reception::Closed {
                opens_at: Some(at(opens))
            }
        );
    }
}

#[test]
fn days_of_23_and_25_hours_have_so_many_hours() {
    let lengths = |day: &[&str], on| -> Vec<i64> {
        let (hours, edits) = (daily(day), none());
        let spans = Calendar::new(&hours, &edits).spans(on, &riga());
        let minutes = |(from, to): &(Timestamp, Timestamp)| to.duration_since(*from).as_mins();
        spans.iter().map(minutes).collect()
    };
    let (spring, autumn, plain) = (date(2026, 3, 29), date(2026, 10, 25), date(2026, 10, 24));
    assert_eq!(lengths(&["00:00-24:00"], spring), [23 * 60]);
    assert_eq!(lengths(&["00:00-24:00"], autumn), [25 * 60]);
    assert_eq!(lengths(&["00:00-24:00"], plain), [24 * 60]);
    // reports.md: 2.50 → 4.10 in the night of 25 hours is 2 h 20.
    assert_eq!(lengths(&["02:50-04:10"], autumn), [140]);
    assert_eq!(lengths(&["02:50-04:10"], spring), [20]);
    // From 3.00 to 4.00 there is nothing in spring: what lies in it is no interval, what begins in
    // it begins with it, and nothing overlaps.
    assert_eq!(lengths(&["03:10-03:40", "04:00-05:00"], spring), [60]);
    assert_eq!(lengths(&["02:30-03:30", "03:30-05:00"], spring), [30, 60]);
    assert_eq!(lengths(&["03:30-05:00"], autumn), [150]);
}

#[test]
fn an_interval_over_the_change_opens_once() {
    let (hours, edits) = (daily(&["01:00-05:00"]), none());
    let calendar = Calendar::new(&hours, &edits);
    let mut now = at("2026-10-24T22:00:00Z");
    let mut turns = Vec::new();
    while let Some(next) = calendar.next_change(now, &riga())
        && next < at("2026-10-25T12:00:00Z")
    {
        turns.push(next);
        now = next;
    }
    // Tickets, reception, end: 0.58 and 1.00 summer time, 5.00 winter time.
    let expected = [
        "2026-10-24T21:58:00Z",
        "2026-10-24T22:00:00Z",
        "2026-10-25T03:00:00Z",
    ];
    assert_eq!(turns, expected.map(at)[2..]);
}

#[test]
fn holidays_close_and_the_day_before_is_an_hour_shorter() {
    let (hours, edits) = (centre(), none());
    let calendar = Calendar::new(&hours, &edits);
    let eve = calendar.day(date(2026, 11, 17));
    assert_eq!(texts(&eve), ["08:30-12:00", "12:30-16:00"]);
    assert_eq!(eve.kind, DayKind::Shortened);
    assert_eq!(eve.reason.as_deref(), Some("Pirmssvētku diena"));
    assert_eq!(
        eve.why,
        "Pirmssvētku diena: par stundu īsāk, jo nākamā diena ir Latvijas Republikas Proklamēšanas diena."
    );
    let day = calendar.day(date(2026, 11, 18));
    assert!(day.hours.is_closed());
    assert_eq!(day.kind, DayKind::Holiday);
    assert_eq!(
        calendar.at(at("2026-11-18T10:00:00Z"), &riga()),
        Reception::Closed {
            opens_at: Some(at("2026-11-19T06:30:00Z"))
        }
    );
    // A Sunday that is a holiday is closed as every Sunday.
    let sunday = calendar.day(date(2026, 5, 10));
    assert_eq!((sunday.kind, sunday.differs()), (DayKind::Holiday, false));
    assert_eq!(sunday.reason, None);
    assert_eq!(sunday.holiday, Some("Mātes diena"));
    // The Friday before a holiday on Monday is not the day before it.
    let friday = calendar.day(date(2029, 12, 21));
    assert_eq!(friday.kind, DayKind::Week);
}

#[test]
fn c17_5_1_a_changed_day_is_posted_five_days_before() {
    let (hours, edits) = (centre(), none());
    let calendar = Calendar::new(&hours, &edits);
    let by = |on| calendar.day(on).notice_by();
    assert_eq!(by(date(2026, 11, 18)), Some(date(2026, 11, 13)));
    assert_eq!(by(date(2026, 11, 17)), Some(date(2026, 11, 12)));
    assert_eq!(by(date(2026, 11, 19)), None);
    assert_eq!(by(date(2026, 12, 26)), None, "a Saturday");
}

#[test]
fn moved_working_days_take_their_weekday_along() {
    let (hours, edits) = (centre(), none());
    let calendar = Calendar::new(&hours, &edits);
    let away = calendar.day(date(2026, 1, 2));
    assert_eq!((away.kind, texts(&away)), (DayKind::MovedAway, vec![]));
    assert_eq!(away.why, "Darba diena pārcelta uz 17.01.2026.");
    let here = calendar.day(date(2026, 1, 17));
    assert_eq!(here.kind, DayKind::MovedHere);
    assert_eq!(texts(&here), ["08:30-12:00", "12:30-15:00"]);
    assert_eq!(
        here.why,
        "Pārcelta darba diena 02.01.2026. vietā: piektdienas darba laiks."
    );
}

#[test]
fn a_shorter_day_is_moved_with_its_rights() {
    let (hours, edits) = (centre(), none());
    let calendar = Calendar::new(&hours, &edits);
    // Monday 22 June 2026 stands before Līgo and was moved to Saturday the 27th.
    let here = calendar.day(date(2026, 6, 27));
    assert_eq!(here.kind, DayKind::Shortened);
    assert_eq!(texts(&here), ["08:30-12:00", "12:30-17:00"]);
    assert_eq!(
        here.why,
        "Pārcelta darba diena 22.06.2026. vietā: pirmdienas darba laiks. \
         Par stundu īsāk, jo pārcelta diena pirms svētkiem (Līgo diena)."
    );
    assert!(calendar.of(date(2026, 6, 22)).is_closed());
}

#[test]
fn later_rules_go_before_earlier_ones() {
    let mut hours = centre();
    let mut edits = none();
    let moved = DayChange::Moved {
        to: date(2027, 1, 9),
    };
    edits.set(date(2027, 1, 4), &moved, mark("Rīkojums"));
    // A move to the day before a holiday: the moved hours, an hour shorter.
    let to_eve = DayChange::Moved {
        to: date(2027, 3, 27),
    };
    edits.set(date(2027, 3, 22), &to_eve, mark("Rīkojums"));
    let before = Calendar::new(&hours, &edits).day(date(2027, 3, 27));
    assert_eq!(texts(&before), ["08:30-12:00", "12:30-17:00"]);
    assert_eq!(before.kind, DayKind::Shortened);
    assert_eq!(
        before.why,
        "Pārcelta darba diena 22.03.2027. vietā: pirmdienas darba laiks. \
         Pirmssvētku diena: par stundu īsāk, jo nākamā diena ir Pirmās Lieldienas."
    );
    assert!(
        Calendar::new(&hours, &edits)
            .of(date(2027, 1, 4))
            .is_closed()
    );

    let open = Exception {
        hours: day_hours(&["10:00-14:00"]),
        reason: "Dežūra".to_owned(),
    };
    hours.exceptions.insert(date(2026, 12, 24), open);
    let configured = Calendar::new(&hours, &edits).day(date(2026, 12, 24));
    assert_eq!(texts(&configured), ["10:00-14:00"]);
    assert_eq!(configured.why, "Izņēmums konfigurācijā: Dežūra.");
    assert_eq!(
        configured.otherwise.as_deref(),
        Some("Svētku diena: Ziemassvētki.")
    );
    let closed = DayChange::Hours { intervals: vec![] };
    edits.set(date(2026, 12, 24), &closed, mark("Dežūras nebūs"));
    let edited = Calendar::new(&hours, &edits).day(date(2026, 12, 24));
    assert_eq!((edited.kind, texts(&edited)), (DayKind::Edited, vec![]));
    assert_eq!(edited.why, "Mainīts: Dežūras nebūs.");
}

#[test]
fn a_managers_move_replaces_the_cabinets() {
    let hours = centre();
    let mut edits = none();
    let change = DayChange::Moved {
        to: date(2026, 1, 10),
    };
    edits.set(date(2026, 1, 2), &change, mark("Rīkojums grozīts"));
    let calendar = Calendar::new(&hours, &edits);
    assert_eq!(calendar.day(date(2026, 1, 10)).kind, DayKind::MovedHere);
    assert_eq!(calendar.day(date(2026, 1, 17)).kind, DayKind::Week);
}

#[test]
fn lines_for_customers_say_why_only_where_a_day_differs() {
    let (hours, edits) = (centre(), none());
    let lines = Calendar::new(&hours, &edits).lines(date(2026, 12, 23));
    let reasons: Vec<Option<&str>> = lines.iter().map(|line| line.reason.as_deref()).collect();
    let christmas = Some("Ziemassvētki");
    let expected = [
        Some("Pirmssvētku diena"),
        christmas,
        christmas,
        None,
        None,
        None,
        None,
    ];
    assert_eq!(reasons, expected);
    assert_eq!(lines[0].intervals, ["8.30–12.00", "12.30–16.00"]);
}
