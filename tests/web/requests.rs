//! What is refused, and how: bad bodies, foreign pages, wrong addresses; and what every answer bears.

use axum::body::{Body, Bytes};
use axum::http::Request;

use crate::centre::TestCentre;

#[tokio::test]
async fn a_bad_body_is_told_with_the_field_at_fault() {
    let centre = TestCentre::start().await;
    for (body, status, field) in [
        ("{", 400, None),
        ("\u{1}", 400, None),
        (r#"{"service": 9}"#, 422, Some("service")),
        (r#"{"service": null}"#, 422, Some("service")),
        (r#"{"service": 1, "colour": "red"}"#, 422, Some("colour")),
        (
            r#"{"service": 1, "out_of_turn": "yes"}"#,
            422,
            Some("out_of_turn"),
        ),
        ("", 422, Some("service")),
        ("[]", 422, None),
    ] {
        let answer = centre.post("kiosk", "/api/v1/tickets", body).await;
        assert_eq!(answer.refusal(), (status, "invalid".to_owned()), "{body}");
        assert_eq!(answer.json()["field"].as_str(), field, "{body}");
    }
    let extra = centre
        .post("anna", "/api/v1/desks/1/recall", r#"{"a": 1}"#)
        .await;
    assert_eq!(extra.refusal(), (422, "invalid".to_owned()));
    for query in ["state=lost", "service=7", "colour=red"] {
        let path = format!("/api/v1/tickets?{query}");
        let answer = centre.get("anna", &path).await;
        assert_eq!(answer.refusal(), (422, "invalid".to_owned()), "{query}");
    }
}

#[tokio::test]
async fn ten_megabytes_are_refused_unread() {
    let centre = TestCentre::start().await;
    let told = Request::post("/api/v1/tickets")
        .header("authorization", "Bearer kiosk")
        .header("content-length", "10485760")
        .body(Body::from_stream(futures_util::stream::poll_fn(
            |_| -> std::task::Poll<Option<Result<Bytes, std::io::Error>>> {
                panic!("the body is read although its length says enough")
            },
        )))
        .unwrap();
    let answer = centre.send(told).await;
    assert_eq!(answer.refusal(), (413, "body_too_large".to_owned()));

    let mut left = 10 * 1024;
    let untold = Request::post("/api/v1/tickets")
        .header("authorization", "Bearer kiosk")
        .body(Body::from_stream(futures_util::stream::poll_fn(
            move |_| {
                left -= 1;
                assert!(left > 10 * 1024 - 70, "much more is read than allowed");
                std::task::Poll::Ready(Some(Ok::<_, std::io::Error>(Bytes::from_static(
                    &[b' '; 1024],
                ))))
            },
        )))
        .unwrap();
    let answer = centre.send(untold).await;
    assert_eq!(answer.refusal(), (413, "body_too_large".to_owned()));
}

#[tokio::test]
async fn unknown_addresses_and_methods_are_problems_too() {
    let centre = TestCentre::start().await;
    for path in [
        "/nowhere",
        "/api/v1/nowhere",
        "/api/v1/incidents/7",
        "/api/v1/tickets/abc",
        "/api/v1/desks/first/open",
        "/assets/none.js",
        "/api/v1/reports/quarters/2026-Q5",
        "/api/v1/reports/quarters/2026-Q4.docx",
        "/api/v1/voice/X/1/1.wav",
        "/api/v1/voice/P/1/9.wav",
        "/api/v1/simulated/cellar/slip.png",
    ] {
        let method = if path.contains("desks") {
            "POST"
        } else {
            "GET"
        };
        let answer = centre.ask("admin", method, path, "").await;
        assert_eq!(answer.refusal(), (404, "not_found".to_owned()), "{path}");
    }
    for (method, path) in [
        ("DELETE", "/api/v1/tickets"),
        ("GET", "/api/v1/desks/1/open"),
        ("POST", "/health"),
        ("PUT", "/kiosk"),
    ] {
        let answer = centre.ask("admin", method, path, "").await;
        assert_eq!(
            answer.refusal(),
            (405, "method_not_allowed".to_owned()),
            "{path}"
        );
        assert!(answer.headers.contains_key("allow"), "{path}");
    }
    let desk = centre.post("anna", "/api/v1/desks/9/open", "").await;
    assert_eq!(desk.refusal(), (404, "no_such_desk".to_owned()));
    let ticket = centre.get("anna", "/api/v1/tickets/9").await;
    assert_eq!(ticket.refusal(), (404, "no_such_ticket".to_owned()));
}

#[tokio::test]
async fn a_foreign_page_changes_nothing() {
    let centre = TestCentre::start().await;
    let cookie = ("cookie", "rinda_session=anna");
    for foreign in [
        ("origin", "https://evil.test"),
        ("origin", "null"),
        ("origin", "http://rinda.test.evil.test"),
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
    ] {
        let headers = [cookie, foreign];
        let path = "/api/v1/desks/1/open";
        let answer = centre.ask_with("", "POST", path, "{}", &headers).await;
        assert_eq!(
            answer.refusal(),
            (403, "foreign_origin".to_owned()),
            "{foreign:?}"
        );
        let session = centre
            .ask_with("", "POST", "/api/v1/session", "{}", &[foreign])
            .await;
        assert_eq!(session.refusal(), (403, "foreign_origin".to_owned()));
        let live = [cookie, foreign, ("upgrade", "websocket")];
        let path = "/api/v1/live?view=board";
        let answer = centre.ask_with("", "GET", path, "", &live).await;
        assert_eq!(answer.refusal(), (403, "foreign_origin".to_owned()));
        let read = centre
            .ask_with("", "GET", "/api/v1/session", "", &headers)
            .await;
        assert_eq!(read.status, 200, "reading is the browser's to refuse");
    }
    let own = [
        cookie,
        ("origin", "http://rinda.test"),
        ("sec-fetch-site", "same-origin"),
    ];
    let answer = centre
        .ask_with("", "POST", "/api/v1/desks/1/open", "{}", &own)
        .await;
    assert_eq!(answer.status, 200);
    assert!(
        centre
            .engine
            .published()
            .state
            .centre
            .desk_of("anna.liepa")
            .is_some()
    );
}

#[tokio::test]
async fn every_answer_bears_the_security_headers() {
    let centre = TestCentre::start().await;
    for path in [
        "/",
        "/kiosk",
        "/t/abc",
        "/api/v1/centre",
        "/nowhere",
        "/rinda.css",
    ] {
        let answer = centre.get("", path).await;
        let policy = answer.headers["content-security-policy"].to_str().unwrap();
        for part in [
            "default-src 'self'",
            "script-src 'self'",
            "frame-ancestors 'none'",
            "base-uri 'none'",
        ] {
            assert!(policy.contains(part), "{path}");
        }
        assert!(!policy.contains("unsafe"));
        assert_eq!(answer.headers["x-content-type-options"], "nosniff");
        assert_eq!(answer.headers["referrer-policy"], "no-referrer");
        assert!(answer.headers.contains_key("permissions-policy"));
    }
}

#[tokio::test]
async fn each_page_is_there_and_the_first_links_them() {
    let centre = TestCentre::start().await;
    let index = centre.get("", "/").await;
    let index = String::from_utf8_lossy(&index.body).into_owned();
    for page in ["/kiosk", "/board", "/desk", "/manager"] {
        assert!(index.contains(&format!("href=\"{page}\"")));
        let answer = centre.get("", page).await;
        assert_eq!(answer.status, 200);
        assert_eq!(answer.headers["content-type"], "text/html; charset=utf-8");
        assert_eq!(answer.headers["cache-control"], "no-cache");
    }
}

#[tokio::test]
async fn an_openapi_document_is_served() {
    let centre = TestCentre::start().await;
    let answer = centre.get("", "/api/v1/openapi.json").await;
    assert_eq!(answer.status, 200);
    assert!(answer.json()["paths"]["/api/v1/tickets"]["post"].is_object());
}

#[tokio::test]
async fn a_body_that_does_not_come_is_not_waited_for() {
    let centre = TestCentre::start().await;
    let request = Request::post("/api/v1/tickets")
        .header("authorization", "Bearer kiosk")
        .body(Body::from_stream(futures_util::stream::pending::<
            Result<Bytes, std::io::Error>,
        >()))
        .unwrap();
    let answer = centre.send(request).await;
    assert_eq!(answer.refusal(), (408, "too_slow".to_owned()));
}
