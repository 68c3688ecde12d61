//! Notices over HTTP: posted, shown to customers, taken down.

use serde_json::{Value, json};

use crate::centre::TestCentre;

const PATH: &str = "/api/v1/notices";

fn notice(kind: &str, from: &str) -> Value {
    json!({"kind": kind, "text": "Brīvdienās slēgts", "from": from, "until": from})
}

/// What display and kiosk show of it.
fn shown(centre: &TestCentre) -> [Option<String>; 2] {
    let published = centre.engine.published();
    let scene = published.scene();
    [scene.board().notice, scene.kiosk("foyer").notice].map(|line| line.map(|line| line.text))
}

#[tokio::test]
async fn c_17_a_notice_is_shown_at_once_and_until_it_is_taken_down() {
    let centre = TestCentre::start().await;
    assert_eq!(shown(&centre), [None, None]);
    let body = notice("changed_hours", "2026-12-24").to_string();
    let posted = centre.post("manager", PATH, &body).await;
    assert_eq!(posted.status, 201, "{:?}", posted.body);
    let posted = posted.json();
    assert_eq!(posted["posted_at"], "2026-11-23T08:00:00Z");
    assert_eq!(posted["by"], "marta.vadītāja");
    assert_eq!(posted["due_by"], "2026-12-19");
    assert_eq!(posted["days_ahead"], 31);
    assert_eq!(posted["in_time"], true);
    assert_eq!(posted["is_shown"], true);
    let text = || Some("Brīvdienās slēgts".to_owned());
    assert_eq!(shown(&centre), [text(), text()]);

    let centre = centre.restart().await;
    assert_eq!(shown(&centre), [text(), text()]);
    let list = centre.get("quality", PATH).await.json();
    let id = list["notices"][0]["id"].as_u64().unwrap();
    let path = format!("{PATH}/{id}");
    let down = centre.ask("manager", "DELETE", &path, "").await;
    assert_eq!(down.json()["taken_down_at"], "2026-11-23T08:00:00Z");
    assert_eq!(shown(&centre), [None, None]);
    let again = centre.ask("manager", "DELETE", &path, "").await;
    assert_eq!(again.refusal(), (404, "no_such_notice".to_owned()));
}

#[tokio::test]
async fn c_17_5_3_a_disruption_says_when_it_was_heard_of() {
    let centre = TestCentre::start().await;
    let mut body = notice("disruption", "2026-11-23");
    let unheard = centre.post("manager", PATH, &body.to_string()).await;
    assert_eq!(unheard.refusal(), (422, "invalid".to_owned()));
    assert_eq!(unheard.json()["field"], "received_at");
    body["received_at"] = json!("2026-11-23T07:44:00Z");
    let late = centre.post("manager", PATH, &body.to_string()).await.json();
    assert_eq!(late["in_time"], false);
    body["posted_at"] = json!("2026-11-23T07:50:00Z");
    let told = centre.post("manager", PATH, &body.to_string()).await.json();
    assert_eq!(told["in_time"], true);
}
