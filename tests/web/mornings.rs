//! The morning over HTTP: who enters it, what stands then, what is refused.

use serde_json::json;

use crate::centre::TestCentre;

const CHECK: &str = "/api/v1/mornings/2026-11-23/check";
const DOORS: &str = "/api/v1/mornings/2026-11-23/doors";
const FINE: &str =
    r#"{"information": "in_order", "signs": "in_order", "monitor": "not_installed"}"#;

#[tokio::test]
async fn a2_1_5_a_check_tells_who_made_it_and_survives_a_restart() {
    let centre = TestCentre::start().await;
    let path = "/api/v1/mornings/2026-11-23";
    let before = centre.get("anna", path).await.json();
    assert_eq!(before["checked"], json!(null));
    assert_eq!(before["doors"], json!(null));
    let checked = centre.post("anna", CHECK, FINE).await;
    assert_eq!(checked.status, 200, "{:?}", checked.body);
    assert_eq!(checked.json()["checked"]["by"], "anna.liepa");
    assert_eq!(checked.json()["checked"]["at"], "2026-11-23T08:00:00Z");
    assert_eq!(checked.json()["checked"]["monitor"], "not_installed");

    centre.advance(60);
    let opened = centre.post("manager", DOORS, "").await.json();
    assert_eq!(opened["doors"]["opened_at"], "2026-11-23T08:01:00Z");
    assert_eq!(opened["doors"]["by"], "marta.vadītāja");
    let given = r#"{"opened_at": "2026-11-23T06:27:00Z"}"#;
    assert_eq!(centre.post("anna", DOORS, given).await.status, 200);

    let centre = centre.restart().await;
    let after = centre.get("anna", path).await.json();
    assert_eq!(after["doors"]["opened_at"], "2026-11-23T06:27:00Z");
    assert_eq!(after["checked"]["signs"], "in_order");
}

#[tokio::test]
async fn what_does_not_fit_is_refused_with_its_field() {
    let centre = TestCentre::start().await;
    let fault = r#"{"information": "fault", "signs": "in_order", "monitor": "in_order"}"#;
    for (path, body, field) in [
        (CHECK, fault, "note"),
        (CHECK, "{}", "information"),
        ("/api/v1/mornings/2026-11-24/check", FINE, "date"),
        ("/api/v1/mornings/2026-11-15/check", FINE, "date"),
        (
            DOORS,
            r#"{"opened_at": "2026-11-22T06:27:00Z"}"#,
            "opened_at",
        ),
        (DOORS, r#"{"opened_at": "2026-11-23T09:00:00Z"}"#, "date"),
    ] {
        let refused = centre.post("anna", path, body).await;
        assert_eq!(refused.refusal(), (422, "invalid".to_owned()), "{body}");
        assert_eq!(refused.json()["field"], field, "{path} {body}");
    }
    let nonsense = centre.get("anna", "/api/v1/mornings/monday").await;
    assert_eq!(nonsense.refusal().0, 404);
}

#[tokio::test]
async fn a_repeat_of_now_is_the_same_press() {
    let centre = TestCentre::start().await;
    let key = [("idempotency-key", "doors-1")];
    let first = centre.ask_with("anna", "POST", DOORS, "", &key).await;
    centre.advance(30);
    let again = centre.ask_with("anna", "POST", DOORS, "", &key).await;
    assert_eq!(first.status, 200, "{:?}", first.body);
    assert_eq!(
        again.json()["doors"]["opened_at"],
        first.json()["doors"]["opened_at"]
    );
}
