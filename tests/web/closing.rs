//! Closing over HTTP: who stops a service, what a refused press is told, outcomes for those left.

use serde_json::json;

use crate::centre::TestCentre;

#[tokio::test]
async fn a_manager_stops_a_service_and_releases_it() {
    let centre = TestCentre::start().await;
    let stop = "/api/v1/services/1/stop";
    let body = r#"{"reason": "Rinda ir gara"}"#;
    let stopped = centre.post("manager", stop, body).await;
    assert_eq!(stopped.status, 200, "{:?}", stopped.body);
    let line = stopped.json();
    assert_eq!(line["stopped"]["by"], "marta.vadītāja");
    assert_eq!(line["stopped"]["at"], "2026-11-23T08:00:00Z");
    assert_eq!(line["stopped"]["reason"], "Rinda ir gara");
    assert_eq!(line["may_not_suffice"], false);

    for origin in [r#"{"service": 1}"#, r#"{"service": 1, "origin": "screen"}"#] {
        let refused = centre.post("kiosk", "/api/v1/tickets", origin).await;
        assert_eq!(refused.refusal(), (409, "service_stopped".to_owned()));
    }
    let other = r#"{"service": 2}"#;
    let issued = centre.post("kiosk", "/api/v1/tickets", other).await;
    assert_eq!(issued.status, 201);
    assert_eq!(issued.json()["may_not_suffice"], false);
    let by_hand = centre.post("manager", "/api/v1/tickets", r#"{"service": 1}"#);
    assert_eq!(by_hand.await.status, 201);

    // It is a fact: it stands after a restart.
    let centre = centre.restart().await;
    let refused = centre
        .post("kiosk", "/api/v1/tickets", r#"{"service": 1}"#)
        .await;
    assert_eq!(refused.refusal().1, "service_stopped");
    let released = centre
        .post("manager", "/api/v1/services/1/release", "")
        .await;
    assert_eq!(released.json()["stopped"], json!(null));
    let again = centre
        .post("kiosk", "/api/v1/tickets", r#"{"service": 1}"#)
        .await;
    assert_eq!(again.status, 201);
}

#[tokio::test]
async fn a_consultant_stops_only_from_a_desk() {
    let centre = TestCentre::start().await;
    let body = r#"{"reason": "Rinda ir gara"}"#;
    let stop = "/api/v1/services/1/stop";
    let nowhere = centre.post("anna", stop, body).await;
    assert_eq!(nowhere.refusal(), (403, "not_allowed".to_owned()));
    assert_eq!(
        centre.post("anna", "/api/v1/desks/1/open", "").await.status,
        200
    );
    assert_eq!(centre.post("anna", stop, body).await.status, 200);
    for who in ["quality", "kiosk", "board"] {
        assert_eq!(centre.post(who, stop, body).await.refusal().0, 403, "{who}");
    }
    let empty = centre.post("manager", stop, r#"{"reason": " "}"#).await;
    assert_eq!(empty.refusal(), (422, "invalid".to_owned()));
    let unknown = centre
        .post("manager", "/api/v1/services/4/stop", body)
        .await;
    assert_eq!(unknown.refusal(), (422, "invalid".to_owned()));
}

#[tokio::test]
async fn several_tickets_get_an_outcome_for_one_reason() {
    let centre = TestCentre::start().await;
    for _ in 0..3 {
        centre.issue(1).await;
        centre.advance(4);
    }
    let close = "/api/v1/tickets/close";
    let body = r#"{"tickets": [1, 3], "reason": "Devās prom"}"#;
    let closed = centre.post("manager", close, body).await;
    assert_eq!(closed.json(), json!({"closed": [1, 3]}));
    let ticket = centre.get("anna", "/api/v1/tickets/3").await.json();
    assert_eq!(ticket["state"], "cancelled");
    // Again does nothing, and whoever never was is told.
    let again = centre.post("manager", close, body).await;
    assert_eq!(again.json(), json!({"closed": []}));
    let unknown = centre
        .post("manager", close, r#"{"tickets": [9], "reason": "r"}"#)
        .await;
    assert_eq!(unknown.refusal(), (404, "no_such_ticket".to_owned()));
    let none = centre
        .post("manager", close, r#"{"tickets": [], "reason": "r"}"#)
        .await;
    assert_eq!(none.refusal(), (422, "invalid".to_owned()));
}
