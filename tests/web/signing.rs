//! Signing a quarter: by whom, when, exactly what was looked at, and what is told of it later.

use rinda::web::WebConfig;
use serde_json::{Value, json};

use crate::centre::{Answer, TestCentre};

const QUARTER: &str = "/api/v1/reports/quarters/2026-Q4";
const SIGN: &str = "/api/v1/reports/quarters/2026-Q4/sign-off";

/// The last day of the quarter at ten, with some tickets of which two stay open.
async fn last_day() -> TestCentre {
    let centre = TestCentre::remembering_from("2026-12-31T08:00:00Z", WebConfig::default()).await;
    let desk = |step: &str| format!("/api/v1/desks/1/{step}");
    assert_eq!(centre.post("anna", &desk("open"), "").await.status, 200);
    for _ in 0..4 {
        centre.issue(1).await;
    }
    for step in ["call-next", "arrived", "finish", "call-next", "arrived"] {
        centre.advance(20);
        assert_eq!(
            centre.post("anna", &desk(step), "").await.status,
            200,
            "{step}"
        );
    }
    centre
}

/// The morning after it, with every ticket closed.
async fn new_year() -> TestCentre {
    let centre = last_day().await;
    centre.advance(15 * 3600);
    centre.engine.alive().await.unwrap();
    centre
}

impl TestCentre {
    async fn sign_off(&self, who: &str) -> Value {
        let answer = self.get(who, QUARTER).await;
        assert_eq!(answer.status, 200, "{:?}", answer.body);
        answer.json()["sign_off"].clone()
    }

    async fn sign(&self, who: &str, figures_sha256: &Value, comment: &str) -> Answer {
        let body = json!({"figures_sha256": figures_sha256, "comment": comment});
        self.post(who, SIGN, &body.to_string()).await
    }
}

#[tokio::test]
async fn a_quarter_is_signed_and_every_report_says_so() {
    let centre = new_year().await;
    let before = centre.sign_off("quality").await;
    assert_eq!(before["state"], "unsigned");
    assert_eq!(before["signable"], true);
    assert_eq!(before["from"], "2027-01-01");
    assert_eq!(before["signatures"], json!([]));

    let answer = centre
        .sign("quality", &before["figures_sha256"], " Viss kārtībā. ")
        .await;
    assert_eq!(answer.status, 201, "{:?}", answer.body);
    let signed = answer.json();
    assert_eq!(signed["by"], "kristaps.kvalitāte");
    assert_eq!(signed["name"], "Persona kristaps.kvalitāte");
    assert_eq!(signed["comment"], "Viss kārtībā.");
    assert_eq!(signed["figures_sha256"], before["figures_sha256"]);
    assert_eq!(signed["first_seq"], 1);
    assert_eq!(signed["definitions"], 2);
    assert_eq!(signed["journal_sha256"].as_str().unwrap().len(), 64);

    // An hour later: the manager sees it too.
    centre.advance(3600);
    let after = centre.sign_off("manager").await;
    assert_eq!(after["state"], "agrees");
    assert_eq!(after["signable"], false);
    assert_eq!(after["signatures"], json!([signed]));
    assert_eq!(after["differences"], json!([]));
    let again = centre.sign("quality", &before["figures_sha256"], "").await;
    assert_eq!(again.refusal(), (409, "already_signed".to_owned()));
}

#[tokio::test]
async fn only_the_quality_manager_signs() {
    let centre = new_year().await;
    let sha256 = centre.sign_off("quality").await["figures_sha256"].clone();
    for who in ["anna", "manager", "admin", "kiosk"] {
        let answer = centre.sign(who, &sha256, "").await;
        assert_eq!(answer.refusal(), (403, "not_allowed".to_owned()), "{who}");
    }
    assert_eq!(centre.sign("", &sha256, "").await.refusal().0, 401);
    assert_eq!(centre.sign("quality", &sha256, "").await.status, 201);
}

#[tokio::test]
async fn a_quarter_that_goes_on_is_not_signed() {
    let centre = last_day().await;
    let sign_off = centre.sign_off("quality").await;
    assert_eq!(sign_off["state"], "not_over");
    assert_eq!(sign_off["signable"], false);
    let answer = centre
        .sign("quality", &sign_off["figures_sha256"], "")
        .await;
    assert_eq!(answer.refusal(), (409, "quarter_not_over".to_owned()));
    let detail = answer.json()["detail"].as_str().unwrap().to_owned();
    assert!(detail.contains("01.01.2027."), "{detail}");
}

#[tokio::test]
async fn a_quarter_before_the_journal_is_not_signed() {
    let centre = new_year().await;
    let path = "/api/v1/reports/quarters/2026-Q2";
    let report = centre.get("quality", path).await.json();
    let body = json!({"figures_sha256": report["sign_off"]["figures_sha256"]});
    let answer = centre
        .post("quality", &format!("{path}/sign-off"), &body.to_string())
        .await;
    assert_eq!(answer.refusal(), (409, "quarter_without_data".to_owned()));
    assert_eq!(report["sign_off"]["state"], "no_data");
}

#[tokio::test]
async fn other_figures_than_those_looked_at_are_not_signed() {
    let centre = last_day().await;
    // Looked at while two tickets were open.
    let stale = centre.sign_off("quality").await["figures_sha256"].clone();
    centre.advance(15 * 3600);
    centre.engine.alive().await.unwrap();
    let answer = centre.sign("quality", &stale, "").await;
    assert_eq!(answer.refusal(), (409, "figures_moved".to_owned()));
    let fresh = centre.sign_off("quality").await["figures_sha256"].clone();
    assert_ne!(stale, fresh);
    assert_eq!(centre.sign("quality", &fresh, "").await.status, 201);
}

#[tokio::test]
async fn a_request_is_checked_and_its_repeat_answered_alike() {
    let centre = new_year().await;
    let sha256 = centre.sign_off("quality").await["figures_sha256"].clone();
    let long = centre.sign("quality", &sha256, &"ā".repeat(1001)).await;
    assert_eq!(long.refusal(), (422, "invalid".to_owned()));
    assert_eq!(long.json()["field"], "comment");
    let unknown = centre.post("quality", SIGN, r#"{"figures": 1}"#).await;
    assert_eq!(unknown.refusal().0, 422);
    let nowhere = "/api/v1/reports/quarters/2026-Q5/sign-off";
    let body = json!({"figures_sha256": sha256}).to_string();
    assert_eq!(
        centre.post("quality", nowhere, &body).await.refusal().0,
        404
    );

    let key = [("idempotency-key", "k1")];
    let first = centre.ask_with("quality", "POST", SIGN, &body, &key).await;
    assert_eq!(first.status, 201);
    let again = centre.ask_with("quality", "POST", SIGN, &body, &key).await;
    assert_eq!((again.status, again.body), (first.status, first.body));
    assert_eq!(
        centre.sign_off("quality").await["signatures"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
}
