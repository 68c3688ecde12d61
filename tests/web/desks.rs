//! A customer's way, over the interface alone.

use std::sync::Arc;

use rinda::clock::Clock as _;
use rinda::engine::handle::DeviceReport;
use rinda::queue::catalogue::Service;
use rinda::queue::forecast::outlook::Outlook;
use rinda::queue::view::{PrinterState, WaitRange};
use serde_json::json;

use crate::centre::TestCentre;

#[tokio::test]
async fn a_ticket_goes_from_the_kiosk_to_the_finish() {
    let centre = TestCentre::start().await;
    let nobody = centre.post("anna", "/api/v1/desks/1/open", "{}").await;
    assert_eq!(nobody.status, 200);
    let none = centre.post("anna", "/api/v1/desks/1/call-next", "").await;
    assert_eq!(none.json(), json!({"call": null}));

    let mut outlook = Outlook::nothing(centre.clock.now());
    let wait = WaitRange {
        p50_s: 300,
        p90_s: 700,
    };
    outlook.next.insert(Service::OrderIntake, wait);
    let report = DeviceReport::Outlook(Arc::new(outlook));
    centre.engine.report(report).await;
    let ticket = centre.issue(1).await;
    assert_eq!(ticket["number"], "P 001");
    assert_eq!(ticket["service"], 1);
    assert_eq!(ticket["ahead"], 0);
    assert_eq!(ticket["issued_at"], "2026-11-23T08:00:00Z");
    assert_eq!(ticket["wait"], json!({"p50_s": 300, "p90_s": 700}));
    let track = ticket["track_url"].as_str().unwrap();
    assert!(track.starts_with("https://rinda.test/t/"));

    centre.advance(5);
    let called = centre
        .post("anna", "/api/v1/desks/1/call-next", "{}")
        .await
        .json();
    assert_eq!(called["call"]["ticket"]["number"], "P 001");
    assert_eq!(called["call"]["desk"], 1);
    assert_eq!(called["call"]["called_at"], "2026-11-23T08:00:05Z");
    assert_eq!(called["call"]["deadline"], "2026-11-23T08:01:05Z");
    let announcement = called["call"]["announcement"].as_str().unwrap();
    assert!(announcement.contains("pirmā galda"), "{announcement}");
    assert_eq!(called["reason"]["rule"], "turn");

    let busy = centre.post("anna", "/api/v1/desks/1/call-next", "").await;
    assert_eq!(busy.refusal(), (409, "minute_not_over".to_owned()));
    let early = centre.post("anna", "/api/v1/desks/1/no-show", "").await;
    assert_eq!(early.refusal(), (409, "minute_not_over".to_owned()));
    for (step, phase) in [
        ("recall", "called"),
        ("arrived", "serving"),
        ("documents", "documents"),
        ("undo", "serving"),
        ("documents", "documents"),
        ("finish", "free"),
    ] {
        let path = format!("/api/v1/desks/1/{step}");
        let answer = centre.post("anna", &path, "{}").await;
        assert_eq!(answer.status, 200, "{step}: {:?}", answer.body);
        assert_eq!(answer.json()["phase"]["kind"], phase, "{step}");
        assert_eq!(answer.json()["ticket"]["number"], "P 001", "{step}");
    }
    let ticket = centre.get("anna", "/api/v1/tickets/1").await.json();
    assert_eq!(ticket["state"], "finished");
    assert_eq!(ticket["first_called_at"], "2026-11-23T08:00:05Z");
}

#[tokio::test]
async fn a_customer_is_sent_on_set_aside_and_taken_back() {
    let centre = TestCentre::start().await;
    centre
        .post("anna", "/api/v1/desks/1/open", r#"{"services": [1]}"#)
        .await;
    centre
        .post("berta", "/api/v1/desks/2/open", r#"{"services": [2, 3]}"#)
        .await;
    centre.issue(1).await;
    centre
        .post("anna", "/api/v1/desks/1/call", r#"{"ticket": 1}"#)
        .await;
    centre.post("anna", "/api/v1/desks/1/arrived", "").await;
    for body in ["{}", r#"{"service": 2, "desk": 2}"#] {
        let answer = centre.post("anna", "/api/v1/desks/1/transfer", body).await;
        assert_eq!(answer.refusal(), (422, "invalid".to_owned()));
    }
    let sent = centre
        .post("anna", "/api/v1/desks/1/transfer", r#"{"service": 3}"#)
        .await;
    assert_eq!(sent.json()["ticket"]["state"], "waiting");
    assert_eq!(sent.json()["ticket"]["transferred"], true);
    let called = centre
        .post("berta", "/api/v1/desks/2/call-next", "")
        .await
        .json();
    assert_eq!(called["call"]["ticket"]["service"], 3);
    centre.post("berta", "/api/v1/desks/2/arrived", "").await;
    let parked = centre.post("berta", "/api/v1/desks/2/park", "").await;
    assert_eq!(parked.json()["ticket"]["state"], "parked");
    let list = centre
        .get("anna", "/api/v1/tickets?state=parked&number=p1&service=3")
        .await;
    assert_eq!(list.json()["tickets"][0]["id"], 1);
    let resumed = centre
        .post("berta", "/api/v1/desks/2/resume", r#"{"ticket": 1}"#)
        .await;
    assert_eq!(resumed.json()["ticket"]["state"], "serving");
}

#[tokio::test]
async fn a_no_show_is_put_back_and_a_waiting_ticket_cancelled_or_marked() {
    let centre = TestCentre::start().await;
    centre.post("anna", "/api/v1/desks/1/open", "").await;
    centre.issue(1).await;
    centre.issue(2).await;
    centre.post("anna", "/api/v1/desks/1/call-next", "").await;
    centre.advance(60);
    let mut pictures = centre.engine.subscribe();
    let path = "/api/v1/tickets/1";
    // The engine ends the minute by itself, here or a moment later.
    while centre.get("anna", path).await.json()["state"] != "no_show" {
        pictures.changed().await.unwrap();
    }
    let back = centre.post("anna", "/api/v1/tickets/1/reinstate", "").await;
    assert_eq!(back.json()["state"], "waiting");
    assert_eq!(back.json()["reinstated"], true);
    let marked = centre
        .post("manager", "/api/v1/tickets/2/out-of-turn", "")
        .await;
    assert_eq!(marked.json()["out_of_turn"], true);
    let empty = centre
        .post("anna", "/api/v1/tickets/1/cancel", r#"{"reason": " "}"#)
        .await;
    assert_eq!(empty.refusal(), (422, "invalid".to_owned()));
    let gone = centre
        .post(
            "anna",
            "/api/v1/tickets/1/cancel",
            r#"{"reason": "aizgāja"}"#,
        )
        .await;
    assert_eq!(gone.json()["state"], "cancelled");
    let copy = centre.post("anna", "/api/v1/tickets/2/reprint", "").await;
    assert_eq!(copy.json()["slip"], "queued");
}

#[tokio::test]
async fn help_is_asked_for_and_answered() {
    let centre = TestCentre::start().await;
    let asked = centre.post("kiosk", "/api/v1/kiosk/help", "{}").await;
    assert_eq!(
        asked.json(),
        json!({"kiosk": "foyer", "help_requested": true})
    );
    assert!(
        centre
            .engine
            .published()
            .state
            .centre
            .help
            .contains_key("foyer")
    );
    let path = "/api/v1/kiosk/foyer/help-answered";
    assert_eq!(centre.post("berta", path, "").await.status, 200);
    assert!(centre.engine.published().state.centre.help.is_empty());
}

#[tokio::test]
async fn a_new_roll_of_paper_is_noted_and_counted() {
    let centre = TestCentre::start().await;
    let kiosk = || {
        centre
            .engine
            .published()
            .scene()
            .manager(0)
            .kiosks
            .remove(0)
    };
    assert_eq!(kiosk().roll.unwrap().left, None);
    let path = "/api/v1/kiosk/foyer/roll-replaced";
    let answer = centre.post("berta", path, "").await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.json()["capacity"], 727);
    let roll = kiosk().roll.unwrap();
    assert_eq!(
        (roll.printed, roll.left, roll.near_end),
        (0, Some(727), false)
    );
    let nowhere = "/api/v1/kiosk/nowhere/roll-replaced";
    assert_eq!(centre.post("berta", nowhere, "").await.status, 404);
}

#[tokio::test]
async fn the_centre_health_and_metrics_tell_how_things_stand() {
    let centre = TestCentre::start().await;
    centre.issue(3).await;
    let answer = centre.get("board", "/api/v1/centre").await.json();
    assert_eq!(answer["services"][2]["name"], "Korporatīvie klienti");
    assert_eq!(answer["services"][2]["waiting"], 1);
    assert_eq!(answer["desks"][0]["phase"], "closed");
    assert_eq!(answer["hours_today"]["intervals"][0], "8.30–17.00");
    assert_eq!(answer["state"]["kind"], "open");
    let unplugged = DeviceReport::Printer {
        kiosk: "foyer".to_owned(),
        state: PrinterState::Offline,
    };
    let mut pictures = centre.engine.subscribe();
    centre.engine.report(unplugged).await;
    let known = pictures.wait_for(|p| p.around.printers_since.contains_key("foyer"));
    drop(known.await.unwrap());
    let health = centre.get("admin", "/health").await.json();
    assert_eq!(health["outbox"]["open"], 1);
    assert!(health["journal"]["seq"].as_u64().unwrap() > 1);
    assert_eq!(health["kiosks"][0]["kiosk"], "foyer");
    assert_eq!(health["kiosks"][0]["printer"], "offline");
    assert!(health["kiosks"][0]["printer_since"].is_string());
    assert!(health["kiosks"][0]["board_since"].is_null());
    let anonymous = centre.get("", "/health").await.json();
    assert_eq!(anonymous.as_object().unwrap().len(), 1, "{anonymous}");
    let metrics = centre.get("admin", "/metrics").await;
    let text = String::from_utf8(metrics.body.to_vec()).unwrap();
    assert!(
        text.contains("rinda_tickets_waiting{service=\"3\"} 1\n"),
        "{text}"
    );
    assert!(text.contains("# TYPE rinda_storage_ok gauge\n"));
}

#[tokio::test]
async fn reports_and_voice_pass_through() {
    const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
    let centre = TestCentre::start().await;
    let path = "/api/v1/reports/quarters/2026-Q4";
    for (path, accept, kind, body) in [
        (path.to_owned(), "*/*", "application/json", "Json"),
        (
            path.to_owned(),
            "text/csv",
            "text/csv; charset=utf-8",
            "Csv",
        ),
        (
            format!("{path}.csv"),
            "*/*",
            "text/csv; charset=utf-8",
            "Csv",
        ),
        (
            format!("{path}.txt"),
            "*/*",
            "text/plain; charset=utf-8",
            "Table",
        ),
        (format!("{path}.pdf"), "*/*", "application/pdf", "Pdf"),
        (path.to_owned(), "application/pdf", "application/pdf", "Pdf"),
        (format!("{path}.xlsx"), "*/*", XLSX, "Xlsx"),
        (path.to_owned(), XLSX, XLSX, "Xlsx"),
    ] {
        let headers = [("accept", accept)];
        let answer = centre.ask_with("quality", "GET", &path, "", &headers).await;
        assert_eq!(answer.headers["content-type"], kind);
        assert_eq!(answer.body, body);
        let file = match body {
            "Csv" | "Pdf" | "Xlsx" => {
                let ending = body.to_lowercase();
                Some(format!("attachment; filename=\"rinda-2026-Q4.{ending}\""))
            }
            _ => None,
        };
        let told = answer.headers.get("content-disposition");
        assert_eq!(told.map(|value| value.to_str().unwrap().to_owned()), file);
    }
    let none = centre
        .get("manager", "/api/v1/reports/days/2026-11-22")
        .await;
    assert_eq!(none.refusal(), (404, "no_such_report".to_owned()));
    let voice = centre.get("board", "/api/v1/voice/P/27/1.wav").await;
    assert_eq!(voice.headers["content-type"], "audio/wav");
    assert_eq!(
        voice.body,
        "Numurs pē divdesmit septiņi. Lūdzu, pie pirmā galda."
    );
}

#[tokio::test]
async fn an_open_desk_calls_other_services_without_being_closed() {
    let centre = TestCentre::start().await;
    let path = "/api/v1/desks/1/services";
    let closed = centre
        .ask("anna", "PUT", path, r#"{"services": [2]}"#)
        .await;
    assert_eq!(closed.refusal(), (409, "desk_closed".to_owned()));
    centre.post("anna", "/api/v1/desks/1/open", "").await;
    centre.issue(1).await;
    centre.issue(2).await;
    centre.post("anna", "/api/v1/desks/1/call-next", "").await;
    let changed = centre
        .ask("anna", "PUT", path, r#"{"services": [2]}"#)
        .await
        .json();
    assert_eq!(changed["services"], json!([2]));
    assert_eq!(changed["phase"]["kind"], "called", "the customer stays");
    let strange = centre
        .ask("berta", "PUT", path, r#"{"services": [1]}"#)
        .await;
    assert_eq!(strange.refusal(), (409, "desk_taken".to_owned()));
    let none = centre.ask("anna", "PUT", path, r#"{"services": []}"#).await;
    assert_eq!(none.refusal(), (409, "no_services".to_owned()));
    let unknown = centre
        .ask("anna", "PUT", path, r#"{"services": [4]}"#)
        .await;
    assert_eq!(unknown.refusal().0, 422);
    let manager = centre
        .ask("manager", "PUT", path, r#"{"services": [3, 2, 3]}"#)
        .await
        .json();
    assert_eq!(manager["services"], json!([2, 3]));
    let view = centre.engine.published().scene().manager(0);
    let digits = |services: &[rinda::queue::catalogue::Service]| {
        services.iter().map(|s| s.digit()).collect::<Vec<u8>>()
    };
    assert_eq!(digits(&view.desks[0].services), [2, 3]);
    assert_eq!(digits(&view.desks[0].services_possible), [1, 2, 3]);
}

#[tokio::test]
async fn a_call_by_hand_is_kept_with_who_chose_and_whose_turn_it_was() {
    let centre = TestCentre::start().await;
    centre.post("anna", "/api/v1/desks/1/open", "").await;
    centre.issue(1).await;
    centre.issue(1).await;
    let called = centre
        .post("anna", "/api/v1/desks/1/call", r#"{"ticket": 2}"#)
        .await
        .json();
    assert_eq!(called["reason"]["rule"], "by_hand");
    assert_eq!(called["reason"]["overtook"], json!([1]));
    assert_eq!(called["reason"]["instead_of"], 1);
    centre.post("anna", "/api/v1/desks/1/arrived", "").await;
    centre.post("anna", "/api/v1/desks/1/finish", "").await;
    let boss = rinda::queue::command::Actor::Supervisor {
        login: "boss".to_owned(),
    };
    let command = rinda::queue::command::Command::CallTicket {
        desk: rinda::queue::ticket::DeskNumber(1),
        ticket: rinda::queue::ticket::TicketId(1),
    };
    let done = centre.engine.submit(boss.clone(), command, None).await;
    let records = done.unwrap().records;
    assert_eq!(records[0].actor, boss);
}
