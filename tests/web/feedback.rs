//! Feedback over HTTP (clause 29, A1.8): who enters, sees, decides and settles it.

use rinda::quality::QualityEvent;
use rinda::quality::messages::{About, MessageEvent, Route};
use rinda::queue::command::Actor;
use rinda::web::WebConfig;
use serde_json::{Value, json};

use crate::centre::TestCentre;

const PATH: &str = "/api/v1/feedback";
const TODAY: &str = "/api/v1/feedback?from=2026-11-23&to=2026-11-23";
const TEXT: &str = "Zane Ozola gaidīja stundu";
const CONTACT: &str = "zane@example.org";

fn said(kind: &str) -> String {
    json!({"kind": kind, "text": TEXT, "contact": CONTACT}).to_string()
}

async fn enter(centre: &TestCentre, who: &str, body: &str) -> Value {
    let answer = centre.post(who, PATH, body).await;
    assert_eq!(answer.status, 201, "{:?}", answer.body);
    answer.json()
}

async fn ids(centre: &TestCentre, who: &str) -> Vec<u64> {
    let answer = centre.get(who, TODAY).await;
    assert_eq!(answer.status, 200, "{:?}", answer.body);
    let list = answer.json();
    let entries = list["entries"].as_array().unwrap().iter();
    entries.map(|entry| entry["id"].as_u64().unwrap()).collect()
}

#[tokio::test]
async fn c29_each_role_enters_and_consultants_see_their_own_only() {
    let centre = TestCentre::start().await;
    let mut entered = Vec::new();
    for who in ["anna", "manager", "quality"] {
        let entry = enter(&centre, who, &said("comment")).await;
        assert_eq!(entry["word"], "atsauksme");
        assert_eq!(entry["telling"], json!({"state": "nobody"}));
        entered.push(entry["id"].as_u64().unwrap());
    }
    for who in ["kiosk", "board"] {
        let refused = centre.post(who, PATH, &said("comment")).await;
        assert_eq!(refused.refusal(), (403, "not_allowed".to_owned()));
        assert_eq!(centre.get(who, TODAY).await.refusal().0, 403);
    }
    assert_eq!(centre.get("", TODAY).await.refusal().0, 401);
    assert_eq!(ids(&centre, "anna").await, [entered[0]]);
    for who in ["manager", "quality"] {
        assert_eq!(ids(&centre, who).await.len(), 3, "{who}");
    }
    let foreign = format!("{PATH}/{}", entered[1]);
    let refused = centre.get("anna", &foreign).await.refusal();
    assert_eq!(refused, (404, "no_such_feedback".to_owned()));
    // Who entered it is told to those who see names (A1.12).
    let by = |list: Value| list["entries"][2]["entered_by"].clone();
    assert_ne!(by(centre.get("manager", TODAY).await.json()), Value::Null);
    assert_eq!(by(centre.get("quality", TODAY).await.json()), Value::Null);
}

#[tokio::test]
async fn what_does_not_fit_is_refused_with_its_field() {
    let centre = TestCentre::start().await;
    let with = |name: &str, value: Value| {
        let mut body = json!({"kind": "claim", "text": TEXT});
        body[name] = value;
        body.to_string()
    };
    for (name, value) in [
        ("kind", json!("praise")),
        ("text", json!("   ")),
        ("text", json!("ā".repeat(4_001))),
        ("contact", json!("")),
        ("contact", json!("x".repeat(201))),
        ("received_at", json!("2026-11-23T09:00:00Z")),
        ("received_at", json!("2026-01-01T09:00:00Z")),
        ("severity", json!(1)),
    ] {
        let refused = centre.post("anna", PATH, &with(name, value)).await;
        assert_eq!(refused.refusal(), (422, "invalid".to_owned()), "{name}");
        assert_eq!(refused.json()["field"], name);
    }
    let refused = centre.post("anna", PATH, &with("ticket", json!(99))).await;
    assert_eq!(refused.refusal(), (404, "no_such_ticket".to_owned()));
    for span in [
        "from=2026-11-23&to=2026-11-22",
        "from=2020-01-01&to=2026-11-22",
    ] {
        let refused = centre.get("manager", &format!("{PATH}?{span}")).await;
        assert_eq!(refused.refusal().1, "invalid");
    }
}

#[tokio::test]
async fn a_repeat_enters_nothing_twice_and_the_ticket_is_named() {
    let centre = TestCentre::start().await;
    let ticket = r#"{"service": 1}"#;
    let issued = centre.post("anna", "/api/v1/tickets", ticket).await.json();
    let body = json!({"kind": "complaint", "text": TEXT, "ticket": issued["id"]}).to_string();
    let key = [("idempotency-key", "k1")];
    let first = centre.ask_with("anna", "POST", PATH, &body, &key).await;
    centre.advance(5);
    let again = centre.ask_with("anna", "POST", PATH, &body, &key).await;
    assert_eq!((first.status, again.status.as_u16()), (again.status, 201));
    assert_eq!(first.body, again.body);
    assert_eq!(first.json()["ticket"]["number"], issued["number"]);
    assert_eq!(ids(&centre, "manager").await.len(), 1);
}

#[tokio::test]
async fn a1_8_overseers_decide_and_settle_and_months_count() {
    let centre = TestCentre::start().await;
    let id = enter(&centre, "anna", &said("complaint")).await["id"].clone();
    let path = |what: &str| format!("{PATH}/{id}/{what}");
    let decision = r#"{"justified": true, "reason": "Galds bija slēgts"}"#;
    for what in ["decide", "settle"] {
        let body = if what == "decide" { decision } else { "{}" };
        let refused = centre.post("anna", &path(what), body).await;
        assert_eq!(refused.refusal(), (403, "not_allowed".to_owned()));
    }
    let early = centre.post("manager", &path("settle"), "{}").await;
    assert_eq!(early.refusal(), (409, "undecided".to_owned()));
    let wrong = r#"{"justified": true, "reason": ""}"#;
    let wrong = centre.post("quality", &path("decide"), wrong).await;
    assert_eq!(wrong.json()["field"], "reason");
    let decided = centre.post("quality", &path("decide"), decision).await;
    assert_eq!(decided.json()["decision"]["justified"], true);
    let settle = path("settle");
    let settled = centre.post("manager", &settle, r#"{"note": "Atvainojāmies"}"#);
    assert_eq!(settled.await.json()["settled"]["note"], "Atvainojāmies");
    let over = centre.post("manager", &path("decide"), decision).await;
    assert_eq!(over.refusal(), (409, "already_settled".to_owned()));
    let list = centre.get("manager", TODAY).await.json();
    let kinds = &list["months"][0]["kinds"];
    assert_eq!(list["months"][0]["month"], "2026-11");
    assert_eq!(kinds[2]["word"], "sūdzība");
    assert_eq!(
        (&kinds[2]["received"], &kinds[2]["justified"]),
        (&json!(1), &json!(1))
    );
    assert_eq!(kinds[0]["received"], 0);
    let own = centre.get("anna", TODAY).await.json();
    assert_eq!(own["months"], json!([]));
}

#[tokio::test]
async fn what_was_settled_long_ago_is_read_from_the_journal() {
    let centre = TestCentre::start().await;
    let body = json!({"kind": "suggestion", "text": TEXT}).to_string();
    let id = enter(&centre, "anna", &body).await["id"].clone();
    let settle = format!("{PATH}/{id}/settle");
    assert_eq!(centre.post("manager", &settle, "{}").await.status, 200);
    for _ in 0..16 {
        centre.advance(24 * 3600);
        // The turn of the date is a fact; whoever asks waits for it.
        let _ = centre.engine.alive().await;
    }
    fill_again(&centre).await;
    let state = centre.engine.published().state.clone();
    assert!(
        state.quality.feedback.entries.is_empty(),
        "it is still at hand"
    );
    let list = centre.get("manager", TODAY).await.json();
    assert_eq!(list["entries"][0]["text"], TEXT);
    assert_eq!(list["entries"][0]["id"], id);
    assert_ne!(list["entries"][0]["settled"], Value::Null);
    assert_eq!(centre.get("anna", TODAY).await.json()["entries"], json!([]));
}

/// Everybody's session has ended in two weeks.
async fn fill_again(centre: &TestCentre) {
    use rinda::clock::Clock as _;
    crate::centre::sign_in_again(&centre.engine, centre.clock.now()).await;
}

#[tokio::test]
async fn nothing_a_customer_said_stands_in_a_view() {
    let centre = TestCentre::start().await;
    let id = enter(&centre, "anna", &said("claim")).await["id"]
        .as_u64()
        .unwrap();
    let to = vec![Route::Webhook];
    let about = About::Feedback { id };
    let queued = QualityEvent::Message(MessageEvent::Queued { about, to });
    let kept = centre.engine.keep_quality(Actor::Rinda, queued, None).await;
    kept.unwrap();
    let config = WebConfig::default();
    let published = centre.engine.published();
    use rinda::engine::published::ViewKind;
    for view in [
        ViewKind::Kiosk("foyer".to_owned()),
        ViewKind::Board,
        ViewKind::Manager,
        ViewKind::Unnamed,
    ] {
        let text = published.envelope(&view, &config.build);
        assert!(
            !text.contains("Ozola") && !text.contains(CONTACT),
            "{view:?}"
        );
    }
    for path in ["/health", "/metrics", "/api/v1/centre"] {
        let answer = centre.get("manager", path).await;
        let text = String::from_utf8_lossy(&answer.body).into_owned();
        assert!(!text.contains("Ozola") && !text.contains(CONTACT), "{path}");
    }
}
