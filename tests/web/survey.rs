//! The survey on the ticket's page (A2/4/5.1): once a ticket, for some days, and nobody's.

use rinda::quality::QualityEvent;
use rinda::quality::survey::SurveyEvent;
use rinda::queue::command::Actor;
use rinda::web::{SurveyMode, WebConfig};
use serde_json::{Value, json};

use crate::centre::{Answer, TestCentre};
use crate::privacy::names_nobody;

async fn asking(survey: SurveyMode) -> TestCentre {
    let config = WebConfig {
        survey,
        ..WebConfig::default()
    };
    TestCentre::remembering(config).await
}

/// A ticket's page, after its visit.
async fn served(centre: &TestCentre) -> String {
    let token = waiting(centre).await;
    for step in [
        "open",
        "call-next",
        "arrived",
        "documents",
        "finish",
        "close",
    ] {
        let path = format!("/api/v1/desks/1/{step}");
        let answer = centre.post("anna", &path, "").await;
        assert_eq!(answer.status, 200, "{step}: {:?}", answer.body);
    }
    token
}

async fn waiting(centre: &TestCentre) -> String {
    let ticket = centre.issue(1).await;
    let url = ticket["track_url"].as_str().unwrap();
    url.rsplit('/').next().unwrap().to_owned()
}

async fn offer(centre: &TestCentre, token: &str) -> Value {
    let page = centre.get("", &format!("/api/v1/track/{token}")).await;
    assert_eq!(page.status, 200, "{:?}", page.body);
    names_nobody(&page.json());
    page.json()["survey"].clone()
}

async fn answer(centre: &TestCentre, token: &str, body: &Value) -> Answer {
    let path = format!("/t/{token}/survey");
    centre.post("", &path, &body.to_string()).await
}

fn good() -> Value {
    json!({"marks": [5, null, 4], "comment": " Ātri un laipni. "})
}

#[tokio::test]
async fn a2_4_5_1_a_ticket_answers_once_after_its_visit() {
    let centre = asking(SurveyMode::Form).await;
    let early = waiting(&centre).await;
    assert_eq!(offer(&centre, &early).await, Value::Null);
    let refused = answer(&centre, &early, &good()).await;
    assert_eq!(refused.refusal(), (409, "visit_not_over".to_owned()));
    centre
        .post("manager", "/api/v1/tickets/1/cancel", r#"{"reason": "r"}"#)
        .await;
    assert_eq!(offer(&centre, &early).await, Value::Null);

    let token = served(&centre).await;
    assert_eq!(offer(&centre, &token).await, json!({"kind": "form"}));
    let given = answer(&centre, &token, &good()).await;
    assert_eq!((given.status.as_u16(), given.body.len()), (204, 0));
    assert_eq!(offer(&centre, &token).await, json!({"kind": "answered"}));
    let again = answer(&centre, &token, &good()).await;
    assert_eq!(again.refusal(), (409, "already_answered".to_owned()));

    let results = centre.get("quality", "/api/v1/survey").await.json();
    assert_eq!(results["months"][0]["month"], "2026-11");
    assert_eq!(results["months"][0]["answers"], 1);
    let marks = json!([[0, 0, 0, 0, 1], [0, 0, 0, 0, 0], [0, 0, 0, 1, 0]]);
    assert_eq!(results["months"][0]["marks"], marks);
    let comment = json!({"visited_on": "2026-11-23", "text": "Ātri un laipni."});
    assert_eq!(results["comments"], json!([comment]));
}

#[tokio::test]
async fn nothing_leads_from_the_answers_to_the_ticket() {
    let centre = asking(SurveyMode::Form).await;
    let token = served(&centre).await;
    assert_eq!(answer(&centre, &token, &good()).await.status, 204);
    let journal = std::fs::read_to_string(centre.data().join("journal/2026-Q4.ndjson")).unwrap();
    let line = journal.lines().find(|line| line.contains("Ātri")).unwrap();
    let start = line.find('{').unwrap();
    let end = line.rfind('}').unwrap();
    let record: Value = serde_json::from_str(&line[start..=end]).unwrap();
    assert_eq!(record["actor"], json!({"kind": "rinda"}), "{line}");
    assert_eq!(record["request"], Value::Null);
    let told = &record["fact"]["what"]["event"];
    let fields: Vec<&String> = told.as_object().unwrap().keys().collect();
    assert_eq!(
        fields,
        ["comment", "marks", "service", "type", "visited_on"]
    );
    // What says that the ticket has answered lies elsewhere and says no more.
    let kept = std::fs::read_to_string(centre.data().join("survey-answered.json")).unwrap();
    assert!(!kept.contains(&token), "{kept}");
    let kept: Value = serde_json::from_str(&kept).unwrap();
    assert_eq!(kept["2026-11-23"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn the_page_of_a_finished_visit_lives_three_days_more() {
    let centre = asking(SurveyMode::Form).await;
    let token = served(&centre).await;
    let other = served(&centre).await;
    let left = waiting(&centre).await;
    centre.advance(30 * 3_600);
    centre
        .post("manager", "/api/v1/tickets", r#"{"service": 1}"#)
        .await;
    assert_eq!(offer(&centre, &token).await, json!({"kind": "form"}));
    let page = centre.get("", &format!("/api/v1/track/{left}")).await;
    assert_eq!(page.refusal(), (404, "no_such_ticket".to_owned()));
    assert_eq!(answer(&centre, &token, &good()).await.status, 204);
    assert_eq!(offer(&centre, &token).await, json!({"kind": "answered"}));
    for day in 0..3 {
        centre.advance(86_400);
        let open = answer(&centre, &other, &json!({"marks": [null, null, null]})).await;
        // Thursday is the last day: then the page is gone.
        let expected = if day < 2 { 422 } else { 404 };
        assert_eq!(open.status, expected, "{day}: {:?}", open.body);
    }
    let page = centre.get("", &format!("/api/v1/track/{other}")).await;
    assert_eq!(page.status, 404);
}

#[tokio::test]
async fn where_it_is_off_or_elsewhere_nothing_is_taken() {
    let centre = asking(SurveyMode::Off).await;
    let token = served(&centre).await;
    assert_eq!(offer(&centre, &token).await, Value::Null);
    assert_eq!(answer(&centre, &token, &good()).await.status, 404);

    let link = "https://aptauja.example.lv/kac".to_owned();
    let centre = asking(SurveyMode::Link(link.clone())).await;
    let token = served(&centre).await;
    assert_eq!(
        offer(&centre, &token).await,
        json!({"kind": "link", "url": link})
    );
    assert_eq!(answer(&centre, &token, &good()).await.status, 404);
}

#[tokio::test]
async fn what_does_not_fit_is_refused_and_can_be_mended() {
    let centre = asking(SurveyMode::Form).await;
    let token = served(&centre).await;
    for (body, field) in [
        (json!({"marks": [null, null, null]}), "marks"),
        (json!({"marks": [6, null, null]}), "marks"),
        (
            json!({"marks": [5, null, null], "comment": "a".repeat(501)}),
            "comment",
        ),
        (json!({"marks": [5, null, null], "name": "Anna"}), "name"),
    ] {
        let refused = answer(&centre, &token, &body).await;
        assert_eq!(refused.status, 422, "{body}");
        assert_eq!(refused.json()["field"], field, "{body}");
    }
    assert_eq!(answer(&centre, &token, &good()).await.status, 204);
    let unknown = answer(&centre, "nosuchticket", &good()).await;
    assert_eq!(unknown.refusal(), (404, "no_such_ticket".to_owned()));
    // A foreign page answers for nobody.
    let path = format!("/t/{token}/survey");
    let headers = [("origin", "https://elsewhere.example")];
    let foreign = centre.ask_with("", "POST", &path, "{}", &headers).await;
    assert_eq!(foreign.status, 403);
}

#[tokio::test]
async fn the_centre_knows_since_when_it_asks() {
    let centre = asking(SurveyMode::Form).await;
    let on = SurveyEvent::Switched {
        on: true,
        from: "2026-11-23".parse().unwrap(),
    };
    let event = QualityEvent::Survey(on);
    let switched = centre
        .engine
        .keep_quality(Actor::Rinda, event.clone(), None);
    switched.await.unwrap();
    assert_eq!(
        centre.get("manager", "/api/v1/survey").await.json()["on"],
        true
    );
    let again = centre.engine.keep_quality(Actor::Rinda, event, None).await;
    assert!(again.is_err());
}
