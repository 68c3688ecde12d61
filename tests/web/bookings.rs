//! Bookings of another system: CSV and iCalendar, read again and again.

use std::collections::BTreeMap;

use rinda::queue::catalogue::Service;
use rinda::queue::setup::Setup;
use rinda::web::WebConfig;
use serde_json::{Value, json};

use crate::centre::{Answer, TestCentre};

/// Round the clock, ten visits of buttons 1 and 3 in each quarter of an hour, a year ahead. It is
/// Monday, 23 November 2026, ten o'clock.
async fn start() -> TestCentre {
    let change = |setup: &mut Setup| {
        setup.appointments = true;
        setup.rules.booking.capacity =
            BTreeMap::from([(Service::OrderIntake, 10), (Service::Corporate, 1)]);
        setup.rules.booking.days_ahead = 400;
        let day = rinda::queue::hours::DayHours::new(vec!["00:00-24:00".parse().unwrap()]).unwrap();
        setup.hours.week = std::array::from_fn(|_| day.clone());
    };
    TestCentre::with(change, WebConfig::default()).await
}

async fn send(centre: &TestCentre, kind: &str, file: &str) -> Answer {
    let headers = [("content-type", kind)];
    let path = "/api/v1/appointments/import";
    centre
        .ask_with("manager", "POST", path, file, &headers)
        .await
}

async fn csv(centre: &TestCentre, file: &str) -> Value {
    let answer = send(centre, "text/csv; charset=utf-8", file).await;
    assert_eq!(answer.status, 200, "{}", answer.json());
    answer.json()
}

async fn ics(centre: &TestCentre, events: &str) -> Value {
    let file = format!("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n{events}END:VCALENDAR\r\n");
    let answer = send(
        centre,
        "text/calendar",
        &file.replace("\r\n", "\n").replace('\n', "\r\n"),
    )
    .await;
    assert_eq!(answer.status, 200, "{}", answer.json());
    answer.json()
}

fn counts(outcome: &Value) -> [u64; 5] {
    let refused = outcome["refused"].as_array().unwrap().len() as u64;
    let of = |name: &str| outcome[name].as_u64().unwrap();
    [
        of("booked"),
        of("updated"),
        of("cancelled"),
        of("unchanged"),
        refused,
    ]
}

async fn slots(centre: &TestCentre, from: &str) -> Vec<String> {
    let path = format!("/api/v1/appointments?from={from}&days=3");
    let list = centre.get("anna", &path).await.json();
    let visits = list["appointments"].as_array().unwrap().clone();
    visits
        .iter()
        .map(|visit| visit["slot"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn a_table_is_taken_over_line_by_line_and_a_repeat_changes_nothing() {
    let centre = start().await;
    let file = "service,slot,reference,code\n\
        1,2026-11-23T11:00,r1,\n\
        \"Korporatīvie klienti\",2026-11-23T09:15:00Z,\"r,2\",qwe-rty7\n\
        3,2026-11-23T11:15,r3,\n\
        7,2026-11-23T11:15,r4,\n\
        1,rīt,r5,\n\
        1,2026-11-23T11:07,r6,\n\
        1,2026-11-23T12:00,r1,\n\
        1,2026-11-23T12:00,r7,x\n";
    let first = csv(&centre, file).await;
    assert_eq!(counts(&first), [2, 0, 0, 0, 6], "{first}");
    let lines: Vec<u64> = first["refused"]
        .as_array()
        .unwrap()
        .iter()
        .map(|refused| refused["line"].as_u64().unwrap())
        .collect();
    assert_eq!(lines, [4, 5, 6, 7, 8, 9]);
    let why = |at: usize| first["refused"][at]["why"].as_str().unwrap().to_owned();
    assert!(why(0).contains("visas vietas jau ir aizņemtas"));
    assert!(why(1).contains("1, 2 vai 3"));
    assert!(why(2).contains("2026-11-23T10:15"));
    assert!(why(4).contains("failā jau bija"));
    assert_eq!(first["codes"][0]["reference"], "r1");
    let again = csv(&centre, file).await;
    assert_eq!(counts(&again), [0, 0, 0, 2, 6]);
    assert_eq!(again["codes"], first["codes"], "the same codes");

    let moved = csv(&centre, "service,slot,reference,status\n1,2026-11-24T11:00,r1,\n3,2026-11-23T11:15,\"r,2\",Cancelled\n").await;
    assert_eq!(counts(&moved), [0, 1, 1, 0, 0], "{moved}");
    assert_ne!(
        moved["codes"][0]["code"], first["codes"][0]["code"],
        "another date, another key"
    );
    let code = json!({"code": moved["codes"][0]["code"]}).to_string();
    let answer = centre.post("kiosk", "/api/v1/check-in", &code).await;
    assert_eq!(answer.refusal(), (409, "too_early".to_owned()));
}

#[tokio::test]
async fn lines_without_a_reference_are_told_apart_by_their_place() {
    let centre = start().await;
    let file = "slot,service\n2026-11-23T11:00,1\n2026-11-23T11:00,1\n";
    assert_eq!(counts(&csv(&centre, file).await), [2, 0, 0, 0, 0]);
    assert_eq!(counts(&csv(&centre, file).await), [0, 0, 0, 2, 0]);
}

#[tokio::test]
async fn a_code_of_the_other_system_checks_in() {
    let centre = start().await;
    let file = "service,slot,reference,code\n1,2026-11-23T10:30,r1,ab12cd34\n1,2026-11-23T10:30,r2,AB-12 CD34\n";
    let outcome = csv(&centre, file).await;
    assert_eq!(counts(&outcome), [1, 0, 0, 0, 1]);
    assert_eq!(outcome["codes"], json!([]));
    let answer = centre
        .post("kiosk", "/api/v1/check-in", r#"{"code": "ab12 cd34"}"#)
        .await;
    assert_eq!(answer.status, 201);
}

#[tokio::test]
async fn a_calendar_is_taken_over_with_zones_folds_and_cancellations() {
    let centre = start().await;
    let events = "BEGIN:VEVENT\nUID:a\nDTSTART;TZID=\"Europe/Riga\":20261123T110000\nSUMMARY:Pasūtīj\n umu pieņemšana\n\
        BEGIN:VALARM\nSUMMARY:x\nEND:VALARM\nEND:VEVENT\n\
        BEGIN:VEVENT\nUID:b\nDTSTART:20261123T093000Z\nCATEGORIES:Klients,1\nEND:VEVENT\n\
        BEGIN:VEVENT\nUID:c\nDTSTART:20261123T114500\nSUMMARY:1\nEND:VEVENT\n\
        BEGIN:VEVENT\nUID:d\nDTSTART;VALUE=DATE:20261123\nSUMMARY:1\nEND:VEVENT\n\
        BEGIN:VEVENT\nUID:e\nDTSTART;TZID=Riga:20261123T110000\nSUMMARY:1\nEND:VEVENT\n\
        BEGIN:VEVENT\nUID:f\nDTSTART:20261123T110000\nSUMMARY:1\nRRULE:FREQ=DAILY\nEND:VEVENT\n\
        BEGIN:VEVENT\nDTSTART:20261123T110000\nSUMMARY:1\nEND:VEVENT\n";
    let outcome = ics(&centre, events).await;
    assert_eq!(counts(&outcome), [3, 0, 0, 0, 4], "{outcome}");
    let expect = [
        "2026-11-23T09:00:00Z",
        "2026-11-23T09:30:00Z",
        "2026-11-23T09:45:00Z",
    ];
    assert_eq!(slots(&centre, "2026-11-23").await, expect);
    assert_eq!(outcome["refused"][0]["line"], 22);
    let events = "BEGIN:VEVENT\nUID:a\nDTSTART:20261123T110000\nSUMMARY:1\nSTATUS:CANCELLED\nEND:VEVENT\n\
        BEGIN:VEVENT\nUID:b\nDTSTART:20261123T093000Z\nSUMMARY:1\nEND:VEVENT\n";
    assert_eq!(counts(&ics(&centre, events).await), [0, 0, 1, 1, 0]);
}

#[tokio::test]
async fn times_that_a_clock_change_skips_or_repeats_are_refused_unless_told_apart() {
    let centre = start().await;
    let spring = "service,slot\n1,2027-03-28T03:30\n1,2027-03-28T02:30\n1,2027-03-28T04:30\n";
    let outcome = csv(&centre, spring).await;
    assert_eq!(counts(&outcome), [2, 0, 0, 0, 1]);
    assert_eq!(outcome["refused"][0]["line"], 2);
    let expect = ["2027-03-28T00:30:00Z", "2027-03-28T01:30:00Z"];
    assert_eq!(slots(&centre, "2027-03-28").await, expect);
    let autumn = "service,slot\n1,2027-10-31T03:30\n1,2027-10-31T03:30:00+03:00\n1,2027-10-31T03:30:00+02:00\n";
    let outcome = csv(&centre, autumn).await;
    assert_eq!(counts(&outcome), [2, 0, 0, 0, 1]);
    let expect = ["2027-10-31T00:30:00Z", "2027-10-31T01:30:00Z"];
    assert_eq!(slots(&centre, "2027-10-31").await, expect);
    let events =
        "BEGIN:VEVENT\nUID:a\nDTSTART;TZID=Europe/Riga:20270328T033000\nSUMMARY:1\nEND:VEVENT\n";
    assert_eq!(counts(&ics(&centre, events).await), [0, 0, 0, 0, 1]);
}

#[tokio::test]
async fn files_that_are_none_are_refused_whole() {
    let centre = start().await;
    for (kind, file, expect) in [
        ("text/csv", "", (422, "invalid")),
        ("text/csv", "slot\n2026-11-23T11:00\n", (422, "invalid")),
        (
            "text/csv",
            "service,slot,name\n1,2026-11-23T11:00,Anna\n",
            (422, "invalid"),
        ),
        ("text/calendar", "service,slot\n", (422, "invalid")),
        ("application/json", "{}", (415, "unknown_type")),
    ] {
        let answer = send(&centre, kind, file).await;
        assert_eq!(answer.refusal(), (expect.0, expect.1.to_owned()), "{file}");
    }
    let long = format!("service,slot\n{}", "1,2026-11-23T11:00\n".repeat(60_000));
    let answer = send(&centre, "text/csv", &long).await;
    assert_eq!(answer.refusal(), (413, "body_too_large".to_owned()));
    let many = format!("service,slot\n{}", "1,2026-11-23T11:00\n".repeat(5_001));
    assert_eq!(send(&centre, "text/csv", &many).await.refusal().0, 422);
    let headers = [("content-type", "text/csv")];
    let path = "/api/v1/appointments/import";
    let answer = centre
        .ask_with("anna", "POST", path, "service,slot\n", &headers)
        .await;
    assert_eq!(answer.status, 403);
}

#[tokio::test]
async fn no_reference_of_the_other_system_lies_in_the_journal() {
    let centre = start().await;
    csv(
        &centre,
        "service,slot,reference\n1,2026-11-23T11:00,010190-12345\n",
    )
    .await;
    for entry in std::fs::read_dir(centre.data()).unwrap() {
        let path = entry.unwrap().path();
        if path.is_file() {
            let text = String::from_utf8_lossy(&std::fs::read(&path).unwrap()).into_owned();
            assert!(!text.contains("010190-12345"), "{}", path.display());
        }
    }
}
