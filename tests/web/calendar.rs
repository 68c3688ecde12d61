//! The calendar over HTTP: what is told of each day, what managers change, what is refused.

use rinda::queue::hours::{DayHours, HolidayRules};
use rinda::queue::setup::Setup;
use rinda::web::WebConfig;
use serde_json::Value;

use crate::centre::TestCentre;

/// Closed at weekends, public holidays observed. It is Monday, 23 November 2026, ten o'clock.
fn office(setup: &mut Setup) {
    setup.hours.week[5] = DayHours::default();
    setup.hours.week[6] = DayHours::default();
    setup.hours.holidays = HolidayRules::LAW;
}

async fn start() -> TestCentre {
    TestCentre::with(office, WebConfig::default()).await
}

async fn day(centre: &TestCentre, date: &str) -> Value {
    let path = format!("/api/v1/calendar?from={date}&days=1");
    centre.get("quality", &path).await.json()["days"][0].clone()
}

#[tokio::test]
async fn a_quarter_ahead_with_the_reason_of_each_day() {
    let centre = start().await;
    let answer = centre.get("manager", "/api/v1/calendar").await.json();
    assert_eq!(answer["today"], "2026-11-23");
    assert_eq!(answer["last"], "2027-12-28");
    let days = answer["days"].as_array().unwrap();
    assert_eq!(days.len(), 92);
    assert!(
        days.iter()
            .all(|day| day["why"].as_str().unwrap().ends_with('.'))
    );
    let differing: Vec<&str> = days
        .iter()
        .filter(|day| day["differs"] == true)
        .filter_map(|day| day["date"].as_str())
        .collect();
    let expected = [
        "2026-12-23",
        "2026-12-24",
        "2026-12-25",
        "2026-12-30",
        "2026-12-31",
        "2027-01-01",
    ];
    assert_eq!(differing, expected);
    let christmas = day(&centre, "2026-12-24").await;
    assert_eq!(christmas["kind"], "holiday");
    assert_eq!(christmas["why"], "Svētku diena: Ziemassvētki.");
    assert_eq!(christmas["notice_by"], "2026-12-19");
    assert_eq!(christmas["usual"], serde_json::json!(["08:30-17:00"]));
}

#[tokio::test]
async fn a_change_is_told_everywhere_and_survives_a_restart() {
    let centre = start().await;
    let body = r#"{"intervals": ["09:00-09:30"], "reason": "Avārija ūdensvadā"}"#;
    let path = "/api/v1/calendar/2026-11-23";
    let set = centre.ask("manager", "PUT", path, body).await;
    assert_eq!(set.status, 200, "{:?}", set.body);
    assert_eq!(set.json()["edited"]["by"], "marta.vadītāja");
    assert_eq!(set.json()["edited"]["at"], "2026-11-23T08:00:00Z");
    assert_eq!(set.json()["otherwise"], "Parasts pirmdienas darba laiks.");

    let centre = centre.restart().await;
    let ticket = centre
        .post("kiosk", "/api/v1/tickets", r#"{"service": 1}"#)
        .await;
    assert_eq!(ticket.refusal(), (409, "centre_closed".to_owned()));
    let glance = centre.get("anna", "/api/v1/centre").await.json();
    assert_eq!(glance["hours_today"]["intervals"][0], "9.00–9.30");
    assert_eq!(glance["hours_today"]["reason"], "Avārija ūdensvadā");
    let published = centre.engine.published();
    let scene = published.scene();
    let public = [
        serde_json::to_string(&scene.kiosk("foyer")).unwrap(),
        serde_json::to_string(&scene.board()).unwrap(),
    ];
    for view in public {
        assert!(view.contains("Avārija ūdensvadā"), "{view}");
        assert!(!view.contains("marta"), "A2/1/2.4: {view}");
    }

    // A night later the day is over.
    centre.advance(86_400);
    let refused = centre.ask("manager", "DELETE", path, "").await;
    assert_eq!(
        refused.refusal(),
        (401, "not_signed_in".to_owned()),
        "sessions ended overnight"
    );
    assert_eq!(centre.issue(1).await["number"], "P 001");
}

#[tokio::test]
async fn a_change_is_taken_back() {
    let centre = start().await;
    let path = "/api/v1/calendar/2026-12-24";
    let body = r#"{"intervals": ["10:00-14:00"], "reason": "Dežūra"}"#;
    centre.ask("admin", "PUT", path, body).await;
    let set = day(&centre, "2026-12-24").await;
    assert_eq!(set["kind"], "edited");
    assert_eq!(set["holiday"], "Ziemassvētki");
    assert_eq!(set["otherwise"], "Svētku diena: Ziemassvētki.");
    let cleared = centre.ask("manager", "DELETE", path, "").await;
    assert_eq!(cleared.status, 200);
    assert_eq!(cleared.json()["kind"], "holiday");
    assert_eq!(cleared.json()["edited"], Value::Null);
    assert_eq!(centre.ask("manager", "DELETE", path, "").await.status, 200);
}

#[tokio::test]
async fn a_moved_working_day_is_told_on_both_dates() {
    let centre = start().await;
    let path = "/api/v1/calendar/2027-01-04/move";
    let body = r#"{"to": "2027-01-09", "reason": "MK rīkojums"}"#;
    let moved = centre.ask("manager", "PUT", path, body).await;
    assert_eq!(moved.status, 200, "{:?}", moved.body);
    assert_eq!(moved.json()["why"], "Darba diena pārcelta uz 09.01.2027.");
    let here = day(&centre, "2027-01-09").await;
    assert_eq!(here["kind"], "moved_here");
    assert_eq!(here["moved"]["from"], "2027-01-04");
    let back = centre.ask("manager", "DELETE", path, "").await;
    assert_eq!(back.json()["kind"], "week");
    let refused = centre
        .ask(
            "manager",
            "PUT",
            path,
            r#"{"to": "2027-01-05", "reason": "r"}"#,
        )
        .await;
    assert_eq!(refused.refusal(), (409, "not_a_free_day".to_owned()));
}

#[tokio::test]
async fn refusals_say_what_to_do() {
    let centre = start().await;
    let put = |date: &'static str, body: &'static str| {
        let path = format!("/api/v1/calendar/{date}");
        let centre = &centre;
        async move { centre.ask("manager", "PUT", &path, body).await }
    };
    for (date, body, refusal, field) in [
        (
            "2026-11-22",
            r#"{"intervals": [], "reason": "r"}"#,
            (409, "past_date"),
            Value::Null,
        ),
        (
            "2028-01-01",
            r#"{"intervals": [], "reason": "r"}"#,
            (422, "date_too_far"),
            Value::Null,
        ),
        (
            "2026-11-31",
            r#"{"intervals": [], "reason": "r"}"#,
            (422, "invalid"),
            "date".into(),
        ),
        (
            "2026-11-25",
            r#"{"intervals": [], "reason": " "}"#,
            (422, "invalid"),
            "reason".into(),
        ),
        (
            "2026-11-25",
            r#"{"intervals": ["9-12"], "reason": "r"}"#,
            (422, "invalid"),
            "intervals".into(),
        ),
        (
            "2026-11-25",
            r#"{"reason": "r"}"#,
            (422, "invalid"),
            "intervals".into(),
        ),
        (
            "2026-11-25",
            r#"{"intervals": ["09:00-12:00", "11:00-13:00"], "reason": "r"}"#,
            (422, "invalid"),
            "intervals".into(),
        ),
    ] {
        let answer = put(date, body).await;
        let (status, code) = answer.refusal();
        assert_eq!((status, code.as_str()), refusal, "{date} {body}");
        assert_eq!(answer.json()["field"], field, "{date} {body}");
    }
    let overlap = put(
        "2026-11-25",
        r#"{"intervals": ["09:00-12:00", "11:00-13:00"], "reason": "r"}"#,
    );
    assert_eq!(
        overlap.await.json()["detail"],
        "Laiki 9.00–12.00 un 11.00–13.00 pārklājas. Labojiet tā, lai katrs sāktos pēc iepriekšējā beigām."
    );
    let unread = put("2026-11-25", r#"{"intervals": ["9-12"], "reason": "r"}"#).await;
    assert_eq!(
        unread.json()["detail"],
        "„9-12” nevar izlasīt. Rakstiet tā: 08:30-12:00"
    );
    for query in [
        "days=0",
        "days=401",
        "from=rīt",
        "from=2026-13-01",
        "colour=1",
    ] {
        let path = format!("/api/v1/calendar?{}", query.replace('ī', "%C4%AB"));
        let refused = centre.get("manager", &path).await;
        assert_eq!(refused.refusal(), (422, "invalid".to_owned()), "{query}");
    }
}
