//! Repeats under a key, resting buttons, requests in plenty.

use rinda::web::WebConfig;

use crate::centre::TestCentre;

const KEY: &str = "idempotency-key";

#[tokio::test]
async fn a_repeat_gets_the_first_answer_to_the_byte() {
    let centre = TestCentre::start().await;
    centre.post("anna", "/api/v1/desks/1/open", "").await;
    for (who, path, body) in [
        ("kiosk", "/api/v1/tickets", r#"{"service": 1}"#),
        ("anna", "/api/v1/desks/1/call-next", "{}"),
        ("anna", "/api/v1/desks/1/recall", ""),
        ("anna", "/api/v1/desks/1/arrived", ""),
        (
            "anna",
            "/api/v1/desks/1/finish",
            r#"{"outcome": "izsniegts"}"#,
        ),
        ("anna", "/api/v1/desks/1/undo", ""),
        ("anna", "/api/v1/desks/1/park", ""),
        ("anna", "/api/v1/desks/1/call-next", r#"{"service": 3}"#),
        (
            "anna",
            "/api/v1/tickets/1/cancel",
            r#"{"reason": "aizgāja"}"#,
        ),
        (
            "admin",
            "/api/v1/devices",
            r#"{"name": "hall", "role": "board"}"#,
        ),
    ] {
        let key = format!("key of {path} {body}").replace(|c: char| !c.is_ascii(), "");
        let headers = [(KEY, key.as_str())];
        let first = centre.ask_with(who, "POST", path, body, &headers).await;
        assert!(first.status.is_success(), "{path}: {:?}", first.body);
        centre.advance(1);
        let again = centre.ask_with(who, "POST", path, body, &headers).await;
        assert_eq!(again.status, first.status, "{path}");
        assert_eq!(again.body, first.body, "{path}");
    }
    let published = centre.engine.published();
    assert_eq!(published.state.centre.tickets_issued, 1);
}

#[tokio::test]
async fn a_ticket_and_a_call_are_answered_alike_after_a_restart() {
    let centre = TestCentre::start().await;
    centre.post("anna", "/api/v1/desks/1/open", "").await;
    let requests = [
        ("kiosk", "/api/v1/tickets", r#"{"service": 1}"#, "1"),
        ("anna", "/api/v1/desks/1/call-next", "{}", "2"),
        ("berta", "/api/v1/desks/2/open", "", "3"),
        ("berta", "/api/v1/desks/2/call-next", "", "4"),
    ];
    let mut first = Vec::new();
    for (who, path, body, key) in requests {
        let answer = centre
            .ask_with(who, "POST", path, body, &[(KEY, key)])
            .await;
        assert!(answer.status.is_success(), "{path}: {:?}", answer.body);
        first.push(answer.body);
    }
    let centre = centre.restart().await;
    centre.advance(7);
    for ((who, path, body, key), first) in requests.into_iter().zip(first) {
        let again = centre
            .ask_with(who, "POST", path, body, &[(KEY, key)])
            .await;
        assert_eq!(again.body, first, "{path}");
    }
    assert_eq!(centre.engine.published().state.centre.tickets_issued, 1);
}

#[tokio::test]
async fn another_request_under_the_same_key_is_refused_and_another_credential_is_free() {
    let centre = TestCentre::start().await;
    let headers = [(KEY, "same")];
    let path = "/api/v1/tickets";
    let first = centre
        .ask_with("kiosk", "POST", path, r#"{"service": 1}"#, &headers)
        .await;
    assert_eq!(first.status, 201);
    let other = centre
        .ask_with("kiosk", "POST", path, r#"{"service": 2}"#, &headers)
        .await;
    assert_eq!(other.refusal(), (422, "idempotency_mismatch".to_owned()));
    let staff = centre
        .ask_with("anna", "POST", path, r#"{"service": 2}"#, &headers)
        .await;
    assert_eq!(staff.json()["number"], "S 001");
    let overlong = "k".repeat(101);
    let unfit = centre
        .ask_with(
            "kiosk",
            "POST",
            path,
            r#"{"service": 1}"#,
            &[(KEY, &overlong)],
        )
        .await;
    assert_eq!(unfit.refusal(), (422, "invalid".to_owned()));
    let devices = "/api/v1/devices";
    for (name, expected) in [("a", 201), ("b", 422)] {
        let body = format!(r#"{{"name": "{name}", "role": "kiosk"}}"#);
        let answer = centre
            .ask_with("admin", "POST", devices, &body, &headers)
            .await;
        assert_eq!(answer.status, expected);
    }
}

#[tokio::test]
async fn a_touched_button_rests_and_a_program_is_not_held() {
    let centre = TestCentre::start().await;
    let touch = r#"{"service": 1, "origin": "screen"}"#;
    let path = "/api/v1/tickets";
    assert_eq!(centre.post("kiosk", path, touch).await.status, 201);
    let again = centre.post("kiosk", path, touch).await;
    assert_eq!(again.refusal(), (409, "button_resting".to_owned()));
    assert!(again.headers.contains_key("retry-after"));
    assert_eq!(centre.issue(1).await["number"], "P 002");
    centre.advance(4);
    assert_eq!(centre.post("kiosk", path, touch).await.status, 201);
}

#[tokio::test]
async fn a_closed_centre_issues_no_ticket() {
    let centre = TestCentre::start().await;
    centre.advance(10 * 3600);
    let answer = centre
        .post("kiosk", "/api/v1/tickets", r#"{"service": 1}"#)
        .await;
    assert_eq!(answer.refusal(), (409, "centre_closed".to_owned()));
}

#[tokio::test]
async fn who_asks_too_often_waits_and_others_do_not() {
    let config = WebConfig {
        requests_per_second: 5,
        ..WebConfig::default()
    };
    let centre = TestCentre::with(|_| {}, config).await;
    for _ in 0..5 {
        assert_eq!(centre.get("board", "/api/v1/centre").await.status, 200);
    }
    let limited = centre.get("board", "/api/v1/centre").await;
    assert_eq!(limited.refusal(), (429, "too_many_requests".to_owned()));
    assert_eq!(limited.headers["retry-after"], "1");
    assert_eq!(centre.get("kiosk", "/api/v1/centre").await.status, 200);
    centre.advance(1);
    assert_eq!(centre.get("board", "/api/v1/centre").await.status, 200);
}

#[tokio::test]
async fn a_simulated_press_is_passed_on_once_per_key() {
    let centre = TestCentre::start().await;
    let path = "/api/v1/simulated/foyer/press";
    for key in ["a", "a", "b"] {
        let answer = centre
            .ask_with("kiosk", "POST", path, r#"{"button": 2}"#, &[(KEY, key)])
            .await;
        assert_eq!(answer.status, 200);
    }
    let foyer = || ("foyer".to_owned(), 2);
    assert_eq!(*centre.presses.lock().unwrap(), [foyer(), foyer()]);
    let other = centre
        .post("kiosk", "/api/v1/simulated/hall/press", r#"{"button": 2}"#)
        .await;
    assert_eq!(other.refusal(), (404, "not_found".to_owned()));
}
