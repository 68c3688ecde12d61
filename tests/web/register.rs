//! Accounts and devices over the interface.

use crate::centre::{PASSWORD, TestCentre};

#[tokio::test]
async fn an_administrator_makes_bars_and_changes_accounts() {
    let centre = TestCentre::start().await;
    let body = r#"{"login": "daina", "name": "Daina", "role": "consultant", "password": "pietiekami gara"}"#;
    let made = centre.post("admin", "/api/v1/staff", body).await;
    assert_eq!(made.status, 201, "{:?}", made.body);
    let list = centre.get("manager", "/api/v1/staff").await;
    let text = String::from_utf8(list.body.to_vec()).unwrap();
    assert!(text.contains("daina") && !text.contains("argon2"), "{text}");
    let again = centre.post("admin", "/api/v1/staff", body).await;
    assert_eq!(again.refusal(), (409, "login_taken".to_owned()));
    let sign_in = r#"{"login": "daina", "password": "pietiekami gara"}"#;
    let session = centre.post("", "/api/v1/session", sign_in).await.json();
    let token = session["token"].as_str().unwrap();
    let path = "/api/v1/staff/daina/password";
    let short = centre.post("admin", path, r#"{"password": "īsa"}"#).await;
    assert_eq!(short.refusal(), (422, "invalid".to_owned()));
    let new = centre
        .post("admin", path, r#"{"password": "cita gara parole"}"#)
        .await;
    assert_eq!(new.status, 200);
    assert_eq!(centre.get(token, "/api/v1/session").await.status, 401);
    let old = centre.post("", "/api/v1/session", sign_in).await;
    assert_eq!(old.status, 401);
    let barred = centre
        .post("admin", "/api/v1/staff/daina/disable", "")
        .await;
    assert_eq!(barred.json()["disabled"], true);
    let own = centre
        .post("admin", "/api/v1/staff/admins/disable", "")
        .await;
    assert_eq!(own.refusal(), (409, "own_account".to_owned()));
    let unfit = format!(r#"{{"login": "a b", "role": "admin", "password": "{PASSWORD}"}}"#);
    let unfit = centre.post("admin", "/api/v1/staff", &unfit).await;
    assert_eq!(unfit.refusal(), (422, "invalid".to_owned()));
}

#[tokio::test]
async fn a_device_gets_its_key_once_and_loses_it() {
    let centre = TestCentre::start().await;
    let body = r#"{"name": "foyer", "role": "kiosk"}"#;
    let made = centre.post("admin", "/api/v1/devices", body).await;
    assert_eq!(made.status, 201);
    let key = made.json()["key"].as_str().unwrap().to_owned();
    let list = centre.get("admin", "/api/v1/devices").await;
    assert!(!String::from_utf8_lossy(&list.body).contains("key"));
    let path = "/api/v1/tickets";
    assert_eq!(
        centre.post(&key, path, r#"{"service": 1}"#).await.status,
        201
    );
    let again = centre.post("admin", "/api/v1/devices", body).await;
    assert_eq!(again.refusal(), (409, "device_taken".to_owned()));
    let gone = centre
        .post("admin", "/api/v1/devices/foyer/revoke", "")
        .await;
    assert_eq!(gone.status, 200);
    assert_eq!(
        centre.post(&key, path, r#"{"service": 1}"#).await.status,
        401
    );
    let twice = centre
        .post("admin", "/api/v1/devices/foyer/revoke", "")
        .await;
    assert_eq!(twice.refusal(), (404, "no_such_device".to_owned()));
}
