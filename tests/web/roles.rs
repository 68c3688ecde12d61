//! Each role against each class of endpoint.

use crate::centre::TestCentre;

/// Nobody, then the tokens of the roles.
const CALLERS: [&str; 7] = ["", "anna", "manager", "quality", "admin", "kiosk", "board"];

/// Method, path, body, and the callers it serves, in the order of [`CALLERS`].
const ENDPOINTS: &[(&str, &str, &str, [bool; 7])] = &[
    (
        "GET",
        "/api/v1/session",
        "",
        [false, true, true, true, true, false, false],
    ),
    (
        "GET",
        "/api/v1/calendar",
        "",
        [false, false, true, true, true, false, false],
    ),
    (
        "PUT",
        "/api/v1/calendar/2026-12-23",
        r#"{"intervals": [], "reason": "r"}"#,
        [false, false, true, false, true, false, false],
    ),
    (
        "DELETE",
        "/api/v1/calendar/2026-12-23",
        "",
        [false, false, true, false, true, false, false],
    ),
    (
        "PUT",
        "/api/v1/calendar/2026-12-23/move",
        r#"{"to": "2026-12-19", "reason": "r"}"#,
        [false, false, true, false, true, false, false],
    ),
    (
        "DELETE",
        "/api/v1/calendar/2026-12-23/move",
        "",
        [false, false, true, false, true, false, false],
    ),
    (
        "GET",
        "/api/v1/mornings/2026-11-23",
        "",
        [false, true, true, false, true, false, false],
    ),
    (
        "POST",
        "/api/v1/mornings/2026-11-23/check",
        r#"{"information": "in_order", "signs": "in_order", "monitor": "in_order"}"#,
        [false, true, true, false, true, false, false],
    ),
    (
        "POST",
        "/api/v1/mornings/2026-11-23/doors",
        "",
        [false, true, true, false, true, false, false],
    ),
    (
        "GET",
        "/api/v1/notices",
        "",
        [false, false, true, true, true, false, false],
    ),
    (
        "POST",
        "/api/v1/notices",
        r#"{"kind": "other", "text": "t", "from": "2026-11-23", "until": "2026-11-23"}"#,
        [false, false, true, false, true, false, false],
    ),
    (
        "DELETE",
        "/api/v1/notices/1",
        "",
        [false, false, true, false, true, false, false],
    ),
    (
        "POST",
        "/api/v1/feedback",
        r#"{"kind": "comment", "text": "t"}"#,
        [false, true, true, true, true, false, false],
    ),
    (
        "GET",
        "/api/v1/feedback?from=2026-11-23&to=2026-11-23",
        "",
        [false, true, true, true, true, false, false],
    ),
    (
        "POST",
        "/api/v1/feedback/1/decide",
        r#"{"justified": true, "reason": "r"}"#,
        [false, false, true, true, true, false, false],
    ),
    (
        "POST",
        "/api/v1/feedback/1/settle",
        "{}",
        [false, false, true, true, true, false, false],
    ),
    (
        "POST",
        "/api/v1/tickets",
        r#"{"service": 1}"#,
        [false, true, true, false, true, true, false],
    ),
    (
        "GET",
        "/api/v1/tickets",
        "",
        [false, true, true, true, true, false, false],
    ),
    (
        "GET",
        "/api/v1/tickets/1",
        "",
        [false, true, true, true, true, false, false],
    ),
    (
        "POST",
        "/api/v1/tickets/1/out-of-turn",
        "",
        [false, true, true, false, true, false, false],
    ),
    (
        "POST",
        "/api/v1/tickets/1/cancel",
        r#"{"reason": "r"}"#,
        [false, true, true, false, true, false, false],
    ),
    (
        "POST",
        "/api/v1/tickets/close",
        r#"{"tickets": [1], "reason": "r"}"#,
        [false, true, true, false, true, false, false],
    ),
    (
        "POST",
        "/api/v1/tickets/1/reinstate",
        "",
        [false, true, true, false, true, false, false],
    ),
    (
        "POST",
        "/api/v1/tickets/1/reprint",
        "",
        [false, true, true, false, true, false, false],
    ),
    (
        "POST",
        "/api/v1/desks/1/open",
        "",
        [false, true, true, false, true, false, false],
    ),
    (
        "POST",
        "/api/v1/desks/1/call-next",
        "",
        [false, true, true, false, true, false, false],
    ),
    (
        "POST",
        "/api/v1/desks/1/call",
        r#"{"ticket": 1}"#,
        [false, true, true, false, true, false, false],
    ),
    (
        "POST",
        "/api/v1/desks/1/transfer",
        r#"{"service": 1}"#,
        [false, true, true, false, true, false, false],
    ),
    (
        "PUT",
        "/api/v1/desks/1/services",
        r#"{"services": [1]}"#,
        [false, true, true, false, true, false, false],
    ),
    (
        "POST",
        "/api/v1/desks/1/undo",
        "",
        [false, true, true, false, true, false, false],
    ),
    (
        "GET",
        "/api/v1/centre",
        "",
        [false, true, true, true, true, true, true],
    ),
    (
        "GET",
        "/api/v1/evaluations",
        "",
        [false, false, true, true, true, false, false],
    ),
    (
        "POST",
        "/api/v1/evaluations",
        r#"{"row": 12, "method": "control_visit", "held_on": "2026-11-20", "result": "r"}"#,
        [false, false, true, true, true, false, false],
    ),
    (
        "GET",
        "/api/v1/evaluations/today",
        "",
        [false, true, true, true, true, false, false],
    ),
    (
        "POST",
        "/api/v1/evaluations/today",
        r#"{"method": "self_check"}"#,
        [false, true, true, false, true, false, false],
    ),
    (
        "POST",
        "/api/v1/evaluations/plan",
        r#"{"row": 12, "method": "mystery_customer"}"#,
        [false, false, true, true, true, false, false],
    ),
    (
        "GET",
        "/api/v1/evaluations/999",
        "",
        [false, false, true, true, true, false, false],
    ),
    (
        "GET",
        "/api/v1/survey",
        "",
        [false, false, true, true, true, false, false],
    ),
    (
        "GET",
        "/api/v1/reports/quarters/2026-Q4",
        "",
        [false, false, true, true, true, false, false],
    ),
    (
        "GET",
        "/api/v1/reports/days/2026-11-22",
        "",
        [false, false, true, true, true, false, false],
    ),
    (
        "GET",
        "/api/v1/tickets/999/story",
        "",
        [false, true, true, true, true, false, false],
    ),
    (
        "GET",
        "/api/v1/reports/half-hours?from=2026-11-16&to=2026-11-22",
        "",
        [false, false, true, true, true, false, false],
    ),
    (
        "GET",
        "/api/v1/reports/days/2026-11-23/half-hours",
        "",
        [false, false, true, true, true, false, false],
    ),
    (
        "GET",
        "/api/v1/reports/days/2026-11-23/tickets",
        "",
        [false, false, true, true, true, false, false],
    ),
    (
        "GET",
        "/api/v1/tickets?date=2026-11-20",
        "",
        [false, false, true, true, true, false, false],
    ),
    (
        "GET",
        "/api/v1/reports/mine/2026-11-23",
        "",
        [false, true, true, false, true, false, false],
    ),
    (
        "GET",
        "/api/v1/staff",
        "",
        [false, false, true, false, true, false, false],
    ),
    (
        "POST",
        "/api/v1/staff",
        r#"{"login": "x", "role": "admin", "password": "short"}"#,
        [false, false, false, false, true, false, false],
    ),
    (
        "POST",
        "/api/v1/staff/nobody/disable",
        "",
        [false, false, false, false, true, false, false],
    ),
    (
        "POST",
        "/api/v1/staff/nobody/password",
        r#"{"password": "long enough"}"#,
        [false, false, false, false, true, false, false],
    ),
    (
        "GET",
        "/api/v1/devices",
        "",
        [false, false, true, false, true, false, false],
    ),
    (
        "POST",
        "/api/v1/devices",
        r#"{"name": "", "role": "kiosk"}"#,
        [false, false, false, false, true, false, false],
    ),
    (
        "POST",
        "/api/v1/devices/nothing/revoke",
        "",
        [false, false, false, false, true, false, false],
    ),
    (
        "POST",
        "/api/v1/kiosk/help",
        "",
        [false, false, false, false, false, true, false],
    ),
    (
        "POST",
        "/api/v1/kiosk/foyer/help-answered",
        "",
        [false, true, true, false, true, false, false],
    ),
    (
        "POST",
        "/api/v1/kiosk/foyer/roll-replaced",
        "",
        [false, true, true, false, true, false, false],
    ),
    (
        "POST",
        "/api/v1/simulated/foyer/press",
        r#"{"button": 1}"#,
        [false, true, true, true, true, true, false],
    ),
    (
        "GET",
        "/api/v1/simulated/foyer/slip.png",
        "",
        [false, true, true, true, true, true, false],
    ),
    (
        "GET",
        "/api/v1/voice/P/27/1.wav",
        "",
        [false, true, true, true, true, false, true],
    ),
    (
        "GET",
        "/metrics",
        "",
        [false, true, true, true, true, true, true],
    ),
    (
        "GET",
        "/health",
        "",
        [true, true, true, true, true, true, true],
    ),
    (
        "GET",
        "/api/v1/openapi.json",
        "",
        [true, true, true, true, true, true, true],
    ),
];

#[tokio::test]
async fn each_role_gets_what_is_its_own_and_nothing_else() {
    let centre = TestCentre::start().await;
    for (method, path, body, allowed) in ENDPOINTS {
        for (who, allowed) in CALLERS.into_iter().zip(allowed) {
            let answer = centre.ask(who, method, path, body).await;
            let refused = matches!(answer.status.as_u16(), 401 | 403);
            assert_eq!(
                refused, !allowed,
                "{who:?} {method} {path}: {} {:?}",
                answer.status, answer.body
            );
            if refused {
                let expected = match who {
                    "" => (401, "not_signed_in".to_owned()),
                    _ => (403, "not_allowed".to_owned()),
                };
                assert_eq!(answer.refusal(), expected, "{who:?} {method} {path}");
            }
        }
    }
}

#[tokio::test]
async fn a_consultant_acts_for_their_own_desk_and_a_manager_for_every_one() {
    let centre = TestCentre::start().await;
    let opened = centre.post("anna", "/api/v1/desks/1/open", "{}").await;
    assert_eq!(opened.json()["phase"]["kind"], "free");
    assert_eq!(opened.json()["consultant"], "anna.liepa");
    let other = centre.post("berta", "/api/v1/desks/1/break", "").await;
    assert_eq!(other.refusal(), (409, "desk_taken".to_owned()));
    let second = centre.post("anna", "/api/v1/desks/2/open", "").await;
    assert_eq!(second.refusal(), (409, "at_another_desk".to_owned()));
    let manager = centre.post("manager", "/api/v1/desks/1/break", "").await;
    assert_eq!(manager.json()["phase"]["kind"], "break");
    let session = centre.get("anna", "/api/v1/session").await.json();
    assert_eq!(session["desk"], 1);
    assert_eq!(session["role"], "consultant");
}

#[tokio::test]
async fn staff_issue_out_of_turn_and_a_kiosk_does_not() {
    let centre = TestCentre::start().await;
    let body = r#"{"service": 2, "out_of_turn": true}"#;
    let kiosk = centre.post("kiosk", "/api/v1/tickets", body).await;
    assert_eq!(kiosk.refusal(), (403, "not_allowed".to_owned()));
    let staff = centre.post("anna", "/api/v1/tickets", body).await;
    assert_eq!(staff.status, 201);
    assert_eq!(staff.json()["number"], "S 001");
    let origin = r#"{"service": 2, "origin": "screen"}"#;
    let claimed = centre.post("anna", "/api/v1/tickets", origin).await;
    assert_eq!(claimed.refusal(), (422, "invalid".to_owned()));
}

#[tokio::test]
async fn a_strange_device_acts_for_the_only_kiosk_and_for_itself_where_there_are_two() {
    let centre = TestCentre::start().await;
    assert_eq!(centre.issue(1).await["slip"], "queued");
    let two = TestCentre::with(
        |setup| {
            let kiosk = setup.kiosks["foyer"].clone();
            setup.kiosks.insert("hall".to_owned(), kiosk);
        },
        rinda::web::WebConfig::default(),
    )
    .await;
    assert_eq!(two.issue(1).await["slip"], "none", "no printer is its own");
}
