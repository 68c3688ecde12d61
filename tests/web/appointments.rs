//! Booked visits over HTTP: book, list, cancel, check in, and what is never told.

use std::collections::BTreeMap;

use rinda::queue::catalogue::Service;
use rinda::queue::setup::Setup;
use rinda::web::WebConfig;
use serde_json::{Value, json};

use crate::centre::{Answer, TestCentre};

/// Eleven o'clock on the day of the tests.
const SLOT: &str = "2026-11-23T09:00:00Z";

/// Two visits of button 1 in each quarter of an hour. It is Monday, 23 November 2026, ten o'clock.
pub async fn start() -> TestCentre {
    let change = |setup: &mut Setup| {
        setup.appointments = true;
        setup.rules.booking.capacity = BTreeMap::from([(Service::OrderIntake, 2)]);
    };
    TestCentre::with(change, WebConfig::default()).await
}

async fn try_to_book(centre: &TestCentre, slot: &str, key: &str) -> Answer {
    let body = json!({"service": 1, "slot": slot}).to_string();
    let headers = [("idempotency-key", key)];
    centre
        .ask_with("anna", "POST", "/api/v1/appointments", &body, &headers)
        .await
}

async fn book(centre: &TestCentre, slot: &str) -> Value {
    let body = json!({"service": 1, "slot": slot}).to_string();
    let answer = centre.post("anna", "/api/v1/appointments", &body).await;
    assert_eq!(answer.status, 201, "{}", answer.json());
    answer.json()
}

async fn check_in(centre: &TestCentre, who: &str, code: &str) -> Answer {
    let body = json!({"code": code}).to_string();
    centre.post(who, "/api/v1/check-in", &body).await
}

async fn listed(centre: &TestCentre) -> Value {
    let answer = centre.get("anna", "/api/v1/appointments").await;
    answer.json()["appointments"].clone()
}

#[tokio::test]
async fn a_visit_is_booked_listed_and_kept() {
    let centre = start().await;
    let slots = "/api/v1/appointments/slots?date=2026-11-23&service=1";
    let first = centre.get("manager", slots).await.json()["slots"][0].clone();
    assert_eq!(
        first,
        json!({"at": "2026-11-23T06:30:00Z", "capacity": 2, "booked": 0, "free": 0})
    );
    let visit = book(&centre, SLOT).await;
    let code = visit["code"].as_str().unwrap();
    assert_eq!(
        (&visit["id"], visit["slot"].as_str()),
        (&json!(1), Some(SLOT))
    );
    let letter = &visit["reminder"];
    assert_eq!(
        letter["subject"],
        "Jūsu pieraksts: 23.11.2026. plkst. 11.00"
    );
    for part in [
        code,
        "Puškina iela 14, Rīga",
        "Pasūtījumu pieņemšana",
        "plkst. 11.10",
        " 60 minūtes",
    ] {
        assert!(letter["body"].as_str().unwrap().contains(part), "{part}");
    }
    let all = centre.get("manager", slots).await.json();
    let at = |slot: &&Value| slot["at"] == SLOT;
    let slot = all["slots"]
        .as_array()
        .unwrap()
        .iter()
        .find(at)
        .unwrap()
        .clone();
    assert_eq!(
        slot,
        json!({"at": SLOT, "capacity": 2, "booked": 1, "free": 1})
    );
    let expect = json!([{"id": 1, "service": 1, "service_name": "Pasūtījumu pieņemšana", "slot": SLOT,
        "state": "booked", "ticket": null, "source": "staff"}]);
    assert_eq!(listed(&centre).await, expect);

    let issued = check_in(&centre, "kiosk", &code.to_lowercase()).await;
    assert_eq!(issued.status, 201);
    assert_eq!(issued.json()["number"], "P 001");
    let visit = &listed(&centre).await[0];
    assert_eq!(
        (&visit["state"], &visit["ticket"]),
        (&json!("checked_in"), &json!({"id": 1, "number": "P 001"}))
    );
    centre.post("anna", "/api/v1/desks/1/open", "").await;
    let called = centre
        .post("anna", "/api/v1/desks/1/call-next", "")
        .await
        .json();
    assert_eq!(
        centre.get("anna", "/api/v1/tickets/1").await.json()["appointment"],
        json!({"slot": SLOT})
    );
    let reason = called["reason"]["text"].as_str().unwrap();
    assert_eq!(
        reason,
        "Pirms pierakstītā laika, jo cita klienta nav: skaitās paņemta plkst. 10.00."
    );
}

#[tokio::test]
async fn a_repeat_finds_the_same_visit_and_code_also_after_a_restart() {
    let centre = start().await;
    let first = try_to_book(&centre, SLOT, "k").await;
    assert_eq!(first.status, 201);
    assert_eq!(try_to_book(&centre, SLOT, "k").await.body, first.body);
    let centre = centre.restart().await;
    assert_eq!(try_to_book(&centre, SLOT, "k").await.body, first.body);
    assert_eq!(listed(&centre).await.as_array().unwrap().len(), 1);
    let other = try_to_book(&centre, "2026-11-23T09:15:00Z", "k").await;
    assert_eq!(other.refusal(), (422, "idempotency_mismatch".to_owned()));
    let code = first.json()["code"].as_str().unwrap().to_owned();
    assert_eq!(check_in(&centre, "kiosk", &code).await.status, 201);
}

#[tokio::test]
async fn refusals_have_codes_of_their_own() {
    let centre = start().await;
    let refused = async |slot: &str| try_to_book(&centre, slot, slot).await.refusal();
    assert_eq!(
        refused("2026-11-23T09:01:00Z").await,
        (422, "no_such_slot".to_owned())
    );
    assert_eq!(
        refused("2026-11-23T07:00:00Z").await,
        (409, "appointment_over".to_owned())
    );
    assert_eq!(
        refused("2027-11-23T09:00:00Z").await,
        (422, "date_too_far".to_owned())
    );
    assert_eq!(refused("rīt").await, (422, "invalid".to_owned()));
    book(&centre, SLOT).await;
    let visit = book(&centre, SLOT).await;
    assert_eq!(refused(SLOT).await, (409, "slot_full".to_owned()));
    let cancel = "/api/v1/appointments/2/cancel";
    let answer = centre
        .post("anna", cancel, r#"{"reason": "nevar ierasties"}"#)
        .await;
    assert_eq!(answer.json()["state"], "cancelled");
    assert_eq!(centre.post("anna", cancel, "").await.status, 200);
    let code = visit["code"].as_str().unwrap();
    assert_eq!(
        check_in(&centre, "kiosk", code).await.refusal(),
        (404, "no_such_appointment".to_owned())
    );
    let gone = centre
        .post("anna", "/api/v1/appointments/9/cancel", "")
        .await;
    assert_eq!(gone.refusal(), (404, "no_such_appointment".to_owned()));
    let later = book(&centre, "2026-11-23T11:00:00Z").await;
    let code = later["code"].as_str().unwrap();
    assert_eq!(
        check_in(&centre, "anna", code).await.refusal(),
        (409, "too_early".to_owned())
    );
}

#[tokio::test]
async fn a_ticket_is_issued_for_an_appointment_as_the_interface_promises() {
    let centre = start().await;
    let code = book(&centre, SLOT).await["code"].clone();
    let body = json!({"service": 1, "appointment": code}).to_string();
    let answer = centre.post("kiosk", "/api/v1/tickets", &body).await;
    assert_eq!(answer.status, 201);
    assert_eq!(answer.headers["location"], "/api/v1/tickets/1");
    let again = centre.post("anna", "/api/v1/tickets", &body).await;
    assert_eq!(again.refusal(), (409, "already_checked_in".to_owned()));
    let body = json!({"service": 1, "appointment": code, "out_of_turn": true}).to_string();
    assert_eq!(
        centre.post("anna", "/api/v1/tickets", &body).await.status,
        422
    );
}

#[tokio::test]
async fn codes_cannot_be_found_by_trying() {
    let centre = start().await;
    let code = book(&centre, SLOT).await["code"].clone();
    for wrong in ["ACDEFGH", "ACDEFGJ", "x", "ACDEFGK", "ACDEFGL"] {
        let answer = check_in(&centre, "kiosk", wrong).await;
        assert_eq!(answer.refusal(), (404, "no_such_appointment".to_owned()));
    }
    let code = code.as_str().unwrap();
    let answer = check_in(&centre, "kiosk", code).await;
    assert_eq!(answer.refusal(), (429, "too_many_attempts".to_owned()));
    assert_eq!(answer.headers["retry-after"], "61");
    centre.advance(61);
    assert_eq!(check_in(&centre, "kiosk", code).await.status, 201);
}

#[tokio::test]
async fn no_code_lies_in_the_data_or_is_told_again() {
    let centre = start().await;
    let visit = book(&centre, SLOT).await;
    let code = visit["code"].as_str().unwrap().to_owned();
    check_in(&centre, "kiosk", &code).await;
    for entry in std::fs::read_dir(centre.data()).unwrap() {
        let path = entry.unwrap().path();
        if path.is_file() {
            let text = String::from_utf8_lossy(&std::fs::read(&path).unwrap()).into_owned();
            assert!(!text.contains(&code), "{}", path.display());
        }
    }
    for (who, path) in [
        ("anna", "/api/v1/appointments"),
        ("anna", "/api/v1/tickets"),
        ("anna", "/api/v1/tickets/1"),
        ("manager", "/api/v1/views/manager"),
        ("kiosk", "/api/v1/views/kiosk"),
    ] {
        let answer = centre.get(who, path).await;
        let text = String::from_utf8_lossy(&answer.body).into_owned();
        assert!(!text.contains(&code), "{path}");
    }
}

#[tokio::test]
async fn visits_are_for_those_who_serve_customers() {
    let centre = start().await;
    for who in ["quality", "kiosk", "board"] {
        let answer = centre.get(who, "/api/v1/appointments").await;
        assert_eq!(answer.refusal(), (403, "not_allowed".to_owned()), "{who}");
        let body = json!({"service": 1, "slot": SLOT}).to_string();
        let answer = centre.post(who, "/api/v1/appointments", &body).await;
        assert_eq!(answer.status, 403, "{who}");
    }
    let answer = check_in(&centre, "quality", "ACDEFGH").await;
    assert_eq!(answer.status, 403);
    assert_eq!(check_in(&centre, "", "ACDEFGH").await.status, 401);
}
