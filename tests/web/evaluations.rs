//! The register of evaluations over HTTP: who enters what, marks of the day, what is told.

use rinda::queue::hours::{DayHours, HolidayRules};
use rinda::queue::setup::Setup;
use rinda::web::WebConfig;
use serde_json::{Value, json};

use crate::centre::TestCentre;

const REGISTER: &str = "/api/v1/evaluations";
const TODAY: &str = "/api/v1/evaluations/today";

/// Closed at weekends. It is Monday, 23 November 2026, ten o'clock.
fn office(setup: &mut Setup) {
    setup.hours.week[5] = DayHours::default();
    setup.hours.week[6] = DayHours::default();
    setup.hours.holidays = HolidayRules::LAW;
}

async fn start() -> TestCentre {
    TestCentre::with(office, WebConfig::default()).await
}

async fn line(centre: &TestCentre, who: &str, row: u8, method: &str) -> Value {
    let answer = centre.get(who, REGISTER).await.json();
    let mut lines = answer["lines"].as_array().unwrap().iter();
    lines
        .find(|line| line["row"] == row && line["method"] == method)
        .unwrap()
        .clone()
}

fn held(row: u8, method: &str, on: &str) -> String {
    json!({"row": row, "method": method, "held_on": on, "result": "Atbilst", "notes": "Sīkāk."})
        .to_string()
}

#[tokio::test]
async fn a1_12_what_each_role_enters() {
    let centre = start().await;
    for (who, row, method, status) in [
        ("quality", 12, "queue_system", 201),
        ("manager", 12, "queue_system", 403),
        ("manager", 8, "monthly_review", 201),
        ("quality", 8, "monthly_review", 403),
        ("quality", 8, "quarterly_review", 201),
        ("manager", 5, "control_visit", 201),
        ("quality", 7, "staff_survey", 201),
        ("anna", 12, "control_visit", 403),
        ("kiosk", 12, "control_visit", 403),
        ("manager", 12, "observation", 422),
        ("manager", 9, "control_visit", 422),
    ] {
        let body = held(row, method, "2026-11-20");
        let answer = centre.post(who, REGISTER, &body).await;
        assert_eq!(answer.status, status, "{who} {method}: {:?}", answer.body);
    }
    let line = line(&centre, "manager", 12, "queue_system").await;
    assert_eq!(line["last"], "2026-11-20");
    assert_eq!(line["due"], "2027-02-20");
    assert_eq!(line["state"], "in_time");
    assert_eq!(line["may_enter"], false);
    assert_eq!(line["name"], "Rindu regulēšanas sistēma (rindu mašīnas)");
    assert_eq!(line["frequency"], "Ne retāk kā vienu reizi ceturksnī");
    assert_eq!(line["responsible"], "Pakalpojumu kvalitātes vadītājs");
    assert_eq!(line["entries"][0]["by"], "kristaps.kvalitāte");
    assert_eq!(line["entries"][0]["role"], "quality");
}

#[tokio::test]
async fn an_entry_is_kept_with_its_notes_and_taken_back() {
    let centre = start().await;
    let body = held(12, "queue_system", "2026-11-23");
    let headers = [("idempotency-key", "one")];
    let first = centre
        .ask_with("quality", "POST", REGISTER, &body, &headers)
        .await;
    let again = centre
        .ask_with("quality", "POST", REGISTER, &body, &headers)
        .await;
    assert_eq!((first.status.as_u16(), &first.body), (201, &again.body));
    let id = first.json()["id"].as_u64().unwrap();

    let centre = centre.restart().await;
    let path = format!("{REGISTER}/{id}");
    let whole = centre.get("manager", &path).await.json();
    assert_eq!(
        (&whole["notes"], &whole["result"]),
        (&json!("Sīkāk."), &json!("Atbilst"))
    );
    assert_eq!(centre.get("anna", &path).await.status, 403);
    assert_eq!(centre.ask("manager", "DELETE", &path, "").await.status, 403);
    assert_eq!(centre.ask("quality", "DELETE", &path, "").await.status, 204);
    assert_eq!(
        line(&centre, "quality", 12, "queue_system").await["last"],
        Value::Null
    );
    let gone = centre.ask("quality", "DELETE", &path, "").await;
    assert_eq!(gone.refusal(), (404, "no_such_entry".to_owned()));
    // It stays in the journal.
    let journal = std::fs::read_to_string(centre.data().join("journal/2026-Q4.ndjson")).unwrap();
    assert!(journal.contains("Sīkāk."));
}

#[tokio::test]
async fn a1_12_one_word_of_a_consultant_is_the_days_self_check() {
    let centre = start().await;
    let own = centre.get("anna", TODAY).await.json();
    assert_eq!(own["methods"].as_array().unwrap().len(), 1);
    assert_eq!(
        own["methods"][0]["rows"][4]["criterion"],
        "Klientu plūsmas vadība"
    );
    let body = r#"{"method": "self_check"}"#;
    let marked = centre.post("anna", TODAY, body).await;
    assert_eq!(marked.status, 201, "{:?}", marked.body);
    let again = centre.post("anna", TODAY, body).await;
    assert_eq!(again.refusal(), (409, "already_marked".to_owned()));
    assert_eq!(centre.post("berta", TODAY, body).await.status, 201);
    let check = line(&centre, "quality", 12, "self_check").await;
    assert_eq!(check["last"], "2026-11-23");
    assert_eq!(check["due"], "2026-11-24");
    assert_eq!(check["done"], json!({"days": 1, "of": 1, "times": 2}));
    // Who checked themselves stays with them.
    let told = centre.get("quality", REGISTER).await.json().to_string();
    assert!(!told.contains("anna.liepa"), "{told}");

    let mark = marked.json()["methods"][0]["marks"][0].as_u64().unwrap();
    let path = format!("{REGISTER}/{mark}");
    assert_eq!(centre.ask("berta", "DELETE", &path, "").await.status, 403);
    assert_eq!(centre.ask("anna", "DELETE", &path, "").await.status, 204);
    assert_eq!(
        line(&centre, "quality", 12, "self_check").await["done"]["times"],
        1
    );
    let observed = r#"{"method": "observation"}"#;
    assert_eq!(centre.post("anna", TODAY, observed).await.status, 403);
    assert_eq!(centre.post("quality", TODAY, observed).await.status, 403);
}

#[tokio::test]
async fn a_manager_says_once_a_day_what_was_observed() {
    let centre = start().await;
    let one = r#"{"method": "observation", "rows": [12]}"#;
    assert_eq!(centre.post("manager", TODAY, one).await.status, 201);
    assert_eq!(
        line(&centre, "manager", 12, "observation").await["marked"],
        true
    );
    assert_eq!(
        line(&centre, "manager", 4, "observation").await["marked"],
        false
    );
    let all = r#"{"method": "observation"}"#;
    assert_eq!(centre.post("manager", TODAY, all).await.status, 201);
    let observed = line(&centre, "manager", 12, "observation").await;
    assert_eq!(observed["done"]["times"], 1);
    for wrong in [
        r#"{"method": "observation", "rows": [7]}"#,
        r#"{"method": "queue_system"}"#,
    ] {
        let refused = centre.post("manager", TODAY, wrong).await;
        assert_eq!(refused.refusal(), (422, "invalid".to_owned()), "{wrong}");
    }
}

#[tokio::test]
async fn what_is_overdue_is_counted_and_what_is_as_needed_is_planned() {
    // Its sessions last over midnight.
    let centre = TestCentre::remembering(WebConfig::default()).await;
    let told = centre.get("manager", REGISTER).await.json();
    // Nothing was held yet: all is due today, the centre's first date.
    assert_eq!(told["overdue"], 0);
    assert_eq!(told["lines"].as_array().unwrap().len(), 30);
    centre.advance(86_400);
    let told = centre.get("manager", REGISTER).await.json();
    assert_eq!(told["today"], "2026-11-24");
    assert_eq!(told["overdue"], 21);

    let plan =
        |on: Option<&str>| json!({"row": 12, "method": "mystery_customer", "on": on}).to_string();
    let path = "/api/v1/evaluations/plan";
    let planned = centre
        .post("manager", path, &plan(Some("2026-12-01")))
        .await;
    assert_eq!(planned.json()["due"], "2026-12-01", "{:?}", planned.body);
    let past = centre
        .post("manager", path, &plan(Some("2026-11-20")))
        .await;
    assert_eq!(past.refusal(), (409, "past_date".to_owned()));
    assert_eq!(centre.post("anna", path, &plan(None)).await.status, 403);
    let planned = centre.post("quality", path, &plan(None)).await;
    assert_eq!(planned.json()["state"], "as_needed");
}

#[tokio::test]
async fn what_does_not_fit_is_refused() {
    let centre = start().await;
    let body = |on: &str, result: &str| {
        json!({"row": 12, "method": "queue_system", "held_on": on, "result": result}).to_string()
    };
    for (body, field) in [
        (body("2026-11-24", "Atbilst"), "held_on"),
        (body("2026-11-23", ""), "result"),
        (body("2026-11-23", &"a".repeat(201)), "result"),
        (body("23.11.2026", "Atbilst"), "held_on"),
    ] {
        let refused = centre.post("quality", REGISTER, &body).await;
        assert_eq!(refused.status, 422, "{body}");
        assert_eq!(refused.json()["field"], field, "{body}");
    }
}
