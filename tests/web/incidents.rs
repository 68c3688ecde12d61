//! Technical failures over HTTP (A2/2/4): noted, worked off step by step, told at desk and manager.

use rinda::queue::ticket::DeskNumber;
use serde_json::{Value, json};

use crate::centre::{Answer, TestCentre};

const PATH: &str = "/api/v1/incidents";

async fn opens(centre: &TestCentre, body: Value) -> Answer {
    centre.post("manager", PATH, &body.to_string()).await
}

async fn takes(centre: &TestCentre, id: u64, body: Value) -> Answer {
    let path = format!("{PATH}/{id}/steps");
    centre.post("manager", &path, &body.to_string()).await
}

/// A failure of electricity since now; its id.
async fn dark(centre: &TestCentre) -> u64 {
    let answer = opens(centre, json!({"disturbed": "electricity"})).await;
    assert_eq!(answer.status, 201, "{:?}", answer.body);
    answer.json()["id"].as_u64().unwrap()
}

fn alert(centre: &TestCentre) -> Option<String> {
    let published = centre.engine.published();
    let alerts = published.scene().manager(0).alerts;
    let alert = alerts.into_iter().find(|alert| alert.kind == "incident");
    alert.map(|alert| alert.text)
}

/// Whether each of the two desks is to phone about payment, and shows no more of it.
fn phones(centre: &TestCentre) -> [bool; 2] {
    let published = centre.engine.published();
    [1, 2].map(|desk| {
        let view = published.scene().desk(DeskNumber(desk));
        assert!(view.alerts.iter().all(|alert| alert.kind != "incident"));
        view.check_payment
    })
}

fn steps(incident: &Value) -> Vec<(String, bool)> {
    let steps = incident["steps"].as_array().unwrap().iter();
    steps
        .map(|step| {
            let name = step["step"].as_str().unwrap().to_owned();
            (name, !step["at"].is_null())
        })
        .collect()
}

#[tokio::test]
async fn a2_2_4_a_failure_is_worked_off_step_by_step_and_closed_once() {
    let centre = TestCentre::start().await;
    let until = json!({"disturbed": "internet", "began_at": "2026-11-23T07:30:00Z",
        "forecast_until": "2026-11-23T11:31:00Z"});
    let opened = opens(&centre, until.clone()).await;
    assert_eq!(opened.status, 201, "{:?}", opened.body);
    let opened = opened.json();
    assert_eq!(opened["by"], "marta.vadītāja");
    assert_eq!(opened["opened_at"], "2026-11-23T08:00:00Z");
    assert_eq!(opened["is_forecast_long"], true);
    assert_eq!(opened["checks_payment"], true);
    let id = opened["id"].as_u64().unwrap();
    let twice = opens(&centre, until).await;
    assert_eq!(twice.refusal(), (409, "already_open".to_owned()));
    assert!(alert(&centre).unwrap().contains("noskaidrojiet cēloni"));

    for (step, more) in [
        ("services", json!({"cause": "Bojāts maršrutētājs"})),
        ("told", json!({})),
        ("website", json!({"at": "2026-11-23T07:45:00Z"})),
        (
            "notice",
            json!({"posted": true, "where_to": "Jelgavas centrs"}),
        ),
    ] {
        let mut body = more;
        body["step"] = json!(step);
        let taken = takes(&centre, id, body.clone()).await;
        assert_eq!(taken.status, 200, "{:?}", taken.body);
        let again = takes(&centre, id, body).await;
        assert_eq!(again.refusal(), (409, "already_taken".to_owned()), "{step}");
    }
    let early = takes(&centre, id, json!({"step": "told_resumed"})).await;
    assert_eq!(early.refusal(), (409, "not_resumed".to_owned()));

    // It outlasts the daemon.
    let centre = centre.restart().await;
    assert!(alert(&centre).unwrap().contains("atsākta pilnā apmērā"));
    let resumed = json!({"step": "resumed"});
    assert_eq!(takes(&centre, id, resumed.clone()).await.status, 200);
    assert_eq!(alert(&centre), None);
    let again = takes(&centre, id, resumed).await;
    assert_eq!(again.refusal(), (409, "already_taken".to_owned()));
    let told = takes(&centre, id, json!({"step": "told_resumed"})).await;
    assert!(steps(&told.json()).iter().all(|(_, taken)| *taken));

    let list = centre.get("quality", PATH).await.json();
    assert_eq!(list["is_told"], false);
    let listed = &list["incidents"][0];
    assert_eq!(listed["cause"], "Bojāts maršrutētājs");
    assert_eq!(listed["where_to"], "Jelgavas centrs");
    assert_eq!(listed["resumed_at"], "2026-11-23T08:00:00Z");
    assert_eq!(listed["steps"][2]["at"], "2026-11-23T07:45:00Z");
    assert_eq!(listed["steps"][2]["by"], "marta.vadītāja");
    let over = centre
        .post("manager", &format!("{PATH}/{id}/forecast"), "{}")
        .await;
    assert_eq!(over.refusal(), (409, "already_over".to_owned()));
}

#[tokio::test]
async fn a2_2_4_2_the_website_is_a_step_where_the_forecast_is_longer_than_four_hours() {
    let centre = TestCentre::start().await;
    let id = dark(&centre).await;
    let forecast = format!("{PATH}/{id}/forecast");
    for (minutes, due) in [(240, false), (241, true), (240, false)] {
        let body = json!({"forecast_min": minutes}).to_string();
        let answer = centre.post("manager", &forecast, &body).await.json();
        let has = steps(&answer).contains(&("website".to_owned(), false));
        assert_eq!(has, due, "{minutes}");
    }
    let early = takes(&centre, id, json!({"step": "website"})).await;
    assert_eq!(early.refusal(), (409, "not_due".to_owned()));
}

#[tokio::test]
async fn a2_2_4_5_button_2_is_reminded_while_electricity_or_internet_fail() {
    let centre = TestCentre::start().await;
    for (desk, who, service) in [(1, "anna", 1), (2, "berta", 2)] {
        centre
            .post(
                who,
                &format!("/api/v1/desks/{desk}/open"),
                &json!({"services": [service]}).to_string(),
            )
            .await;
        centre.issue(service).await;
        let called = centre
            .post(who, &format!("/api/v1/desks/{desk}/call-next"), "")
            .await;
        assert_eq!(called.status, 200, "{:?}", called.body);
    }
    let other = json!({"disturbed": "other", "what": "Kadastra sistēma"});
    assert_eq!(opens(&centre, other).await.status, 201);
    let id = dark(&centre).await;
    assert_eq!(phones(&centre), [false, false], "nobody is served yet");
    for (desk, who) in [(1, "anna"), (2, "berta")] {
        let arrived = centre
            .post(who, &format!("/api/v1/desks/{desk}/arrived"), "")
            .await;
        assert_eq!(arrived.status, 200, "{:?}", arrived.body);
    }
    assert_eq!(phones(&centre), [false, true]);
    let documents = centre.post("berta", "/api/v1/desks/2/documents", "").await;
    assert_eq!(documents.status, 200, "{:?}", documents.body);
    let centre = centre.restart().await;
    assert_eq!(phones(&centre), [false, true]);
    // The other failure lasts still.
    takes(&centre, id, json!({"step": "resumed"})).await;
    assert_eq!(phones(&centre), [false, false]);
    assert!(alert(&centre).unwrap().contains("Kadastra sistēma"));
}

#[tokio::test]
async fn what_cannot_be_is_refused_with_its_field_and_in_latvian() {
    let centre = TestCentre::start().await;
    for (body, field, detail) in [
        (json!({"disturbed": "other"}), "what", "kas traucēts"),
        (
            json!({"disturbed": "internet", "began_at": "2026-11-23T08:00:01Z"}),
            "began_at",
            "ne nākotnē",
        ),
        (
            json!({"disturbed": "internet", "began_at": "2026-11-21T21:59:59Z"}),
            "began_at",
            "šodien vai vakar",
        ),
        (
            json!({"disturbed": "internet", "forecast_until": "2026-11-23T08:00:00Z"}),
            "forecast",
            "pēc sākuma",
        ),
        (
            json!({"disturbed": "internet", "forecast_min": 5, "forecast_until": "2026-11-23T09:00:00Z"}),
            "forecast",
            "",
        ),
        (json!({"disturbed": "water"}), "disturbed", ""),
    ] {
        let answer = opens(&centre, body.clone()).await;
        assert_eq!(answer.refusal(), (422, "invalid".to_owned()), "{body}");
        let problem = answer.json();
        assert_eq!(problem["field"], field, "{body}");
        let told = problem["detail"].as_str().unwrap();
        assert!(told.contains(detail), "{told}");
    }
    let id = dark(&centre).await;
    for (body, field) in [
        (json!({"step": "services"}), "cause"),
        (json!({"step": "notice", "posted": true}), "where_to"),
        (json!({"step": "told", "at": "2026-11-23T09:00:00Z"}), "at"),
    ] {
        let answer = takes(&centre, id, body).await;
        assert_eq!(answer.json()["field"], field);
    }
    let unknown = takes(&centre, 99_999, json!({"step": "told"})).await;
    assert_eq!(unknown.refusal(), (404, "no_such_incident".to_owned()));
}

#[tokio::test]
async fn managers_note_the_quality_role_reads_and_a_repeat_changes_nothing() {
    let centre = TestCentre::start().await;
    let body = json!({"disturbed": "electricity"}).to_string();
    for who in ["anna", "quality", "kiosk"] {
        let refused = centre.post(who, PATH, &body).await;
        assert_eq!(refused.refusal(), (403, "not_allowed".to_owned()), "{who}");
    }
    assert_eq!(centre.get("anna", PATH).await.refusal().0, 403);
    let key = [("idempotency-key", "dark-1")];
    let first = centre.ask_with("manager", "POST", PATH, &body, &key).await;
    let id = first.json()["id"].clone();
    centre.advance(5);
    let again = centre.ask_with("manager", "POST", PATH, &body, &key).await;
    assert_eq!((again.status.as_u16(), &again.json()["id"]), (201, &id));
    let path = format!("{PATH}/{id}/steps");
    let step = json!({"step": "services", "cause": "Kabelis"}).to_string();
    let key = [("idempotency-key", "asked-1")];
    for _ in 0..2 {
        let taken = centre.ask_with("admin", "POST", &path, &step, &key).await;
        assert_eq!(taken.status, 200, "{:?}", taken.body);
    }
    let list = centre.get("manager", PATH).await.json();
    assert_eq!(list["incidents"].as_array().unwrap().len(), 1);
    assert_eq!(list["incidents"][0]["steps"][0]["by"], "admins");
}
