//! A2/1/2.4, A2/1/2.7: what the public sees names nobody.

use std::collections::BTreeSet;

use std::path::Path;
use std::process::Command;

use rinda::access::StaffFigures;
use rinda::web::WebConfig;
use serde_json::Value;

use crate::centre::{PEOPLE, TestCentre};
use crate::live::{served_by, view};

/// Every field a public payload may have. A new one is added here only after somebody has made
/// sure that it holds no personal data.
const PUBLIC_FIELDS: &[&str] = &[
    "address",
    "ahead",
    "alive",
    "alternatives",
    "announcements",
    // Of the ticket's own holder, the slot alone.
    "appointment",
    // Whether visits can be booked, nothing of any of them.
    "appointments",
    "at",
    "awaited",
    "board",
    "build",
    "buttons",
    "called_at",
    "calls",
    "centre",
    "closes_at",
    "data",
    "date",
    "deadline",
    "demo",
    "desk",
    "help_requested",
    "hours",
    "id",
    "intervals",
    "issued_at",
    "kind",
    "kiosk",
    "lamps",
    "last",
    "locked_until",
    "longest_since",
    "may_not_suffice",
    "name",
    "notice",
    "number",
    "opening",
    "opens_at",
    "p50_s",
    "p90_s",
    "press_lock_s",
    "printer",
    "reason",
    "reception",
    "remaining",
    "repeat",
    "sequence",
    "served",
    "service",
    "service_name",
    "simulated",
    "slip",
    "slot",
    "state",
    // Whether the form is open, nothing of what anybody answered.
    "survey",
    "text",
    "tickets_from",
    "timezone",
    "track_path",
    "track_url",
    // Of another site's survey, as configured.
    "url",
    "view",
    "voice_path",
    "wait",
    "waiting",
    "weekday",
];

#[tokio::test]
async fn a2_1_2_4_public_payloads_name_nobody() {
    let centre = TestCentre::start().await;
    centre.post("anna", "/api/v1/desks/1/open", "").await;
    centre.post("berta", "/api/v1/desks/2/open", "").await;
    let ticket = centre.issue(1).await;
    centre.issue(2).await;
    centre.post("anna", "/api/v1/desks/1/call-next", "").await;
    let token = ticket["track_url"]
        .as_str()
        .unwrap()
        .rsplit('/')
        .next()
        .unwrap();
    let track = centre.get("", &format!("/api/v1/track/{token}")).await;
    assert_eq!(track.json()["state"]["kind"], "called");
    let published = centre.engine.published();
    let scene = published.scene();
    let kiosk = serde_json::to_value(scene.kiosk("foyer")).unwrap();
    let board = serde_json::to_value(scene.board()).unwrap();
    assert_eq!(board["calls"][0]["number"], "P 001");
    for payload in [track.json(), kiosk, board, ticket] {
        names_nobody(&payload);
    }
    // Devices may read the centre: it tells no names either.
    let text = centre
        .get("board", "/api/v1/centre")
        .await
        .json()
        .to_string();
    for (login, _) in PEOPLE {
        assert!(!text.contains(login));
    }
}

pub fn names_nobody(payload: &Value) {
    let mut fields = BTreeSet::new();
    collect(payload, &mut fields);
    let allowed: BTreeSet<&str> = PUBLIC_FIELDS.iter().copied().collect();
    let strange: Vec<_> = fields
        .iter()
        .filter(|f| !allowed.contains(f.as_str()))
        .collect();
    assert!(strange.is_empty(), "{strange:?} in {payload}");
    let text = payload.to_string();
    for (login, _) in PEOPLE {
        assert!(!text.contains(login), "{login} in {text}");
    }
    assert!(!text.contains("Persona"), "{text}");
}

fn collect(value: &Value, fields: &mut BTreeSet<String>) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                fields.insert(name.clone());
                collect(member, fields);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| collect(item, fields)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[tokio::test]
async fn a_ticket_page_shows_its_own_ticket_and_an_unknown_one_nothing() {
    let centre = TestCentre::start().await;
    let first = centre.issue(1).await;
    let second = centre.issue(1).await;
    let url = second["track_url"].as_str().unwrap();
    let path = format!("/api/v1/track/{}", url.rsplit('/').next().unwrap());
    let view = centre.get("", &path).await;
    assert_eq!(view.json()["number"], "P 002");
    assert_eq!(view.json()["state"]["ahead"], 1);
    let text = view.json().to_string();
    assert!(!text.contains(first["number"].as_str().unwrap()));
    let tag = view.headers["etag"].to_str().unwrap();
    let known = [("if-none-match", tag)];
    let same = centre.ask_with("", "GET", &path, "", &known).await;
    assert_eq!(same.status, 304);
    assert!(same.body.is_empty());
    let unknown = centre.get("", "/api/v1/track/guessed").await;
    assert_eq!(unknown.refusal(), (404, "no_such_ticket".to_owned()));
}

#[tokio::test]
async fn a1_12_the_quality_role_sees_desks_and_no_consultant_unless_configured() {
    for (staff_figures, named) in [
        (StaffFigures::Aggregates, false),
        (StaffFigures::Named, true),
    ] {
        let config = WebConfig {
            staff_figures,
            ..WebConfig::default()
        };
        let centre = TestCentre::with(|_| {}, config).await;
        centre.post("anna", "/api/v1/desks/1/open", "").await;
        let ticket = centre.issue(1).await;
        centre.post("anna", "/api/v1/desks/1/call-next", "").await;
        let story = format!("/api/v1/tickets/{}/story", ticket["id"]);
        let served = served_by(centre).await;
        for (who, sees) in [("quality", named), ("manager", true), ("admin", true)] {
            for query in ["view=manager", "view=desk&desk=1"] {
                let frame = view(&mut served.watch(query, who).await).await;
                let text = frame.to_string();
                assert_eq!(text.contains("anna.liepa"), sees, "{who} {query}");
                assert!(text.contains("P 001"), "{who} {query} is whole");
            }
            let story = served.centre.get(who, &story).await.json();
            assert_eq!(story["steps"][1]["kind"], "called", "{story}");
            assert_eq!(story["steps"][1]["who"]["desk"], 1);
            assert_eq!(story.to_string().contains("anna.liepa"), sees, "{who}");
        }
    }
}

/// What a report says in words, in whatever form it came.
fn words(folder: &Path, form: &str, body: &[u8]) -> String {
    let path = folder.join(format!("report.{form}"));
    std::fs::write(&path, body).unwrap();
    let mut reader = match form {
        "pdf" => Command::new("pdftotext"),
        "xlsx" => {
            let all = "import sys, zipfile\nbook = zipfile.ZipFile(sys.argv[1])\n\
                       for name in book.namelist(): print(book.read(name).decode())";
            let mut python = Command::new("python3");
            python.args(["-c", all]);
            python
        }
        _ => return String::from_utf8(body.to_vec()).unwrap(),
    };
    let read = reader.arg(path).arg("-").output().unwrap();
    assert!(read.status.success(), "{form}");
    String::from_utf8_lossy(&read.stdout).into_owned()
}

#[tokio::test]
async fn a1_12_reports_name_nobody_to_the_quality_role_unless_configured() {
    const LOGIN: &str = "marta.vadītāja";
    let folder = tempfile::tempdir().unwrap();
    for (staff_figures, named) in [
        (StaffFigures::Aggregates, false),
        (StaffFigures::Named, true),
    ] {
        let config = WebConfig {
            staff_figures,
            ..WebConfig::default()
        };
        let centre = TestCentre::remembering(config).await;
        let stop = r#"{"reason": "Rinda ir gara"}"#;
        let stopped = centre.post("manager", "/api/v1/services/1/stop", stop);
        assert_eq!(stopped.await.status, 200);
        let released = centre.post("manager", "/api/v1/services/1/release", "");
        assert_eq!(released.await.status, 200);
        for (of, forms) in [
            (
                "quarters/2026-Q4",
                ["json", "txt", "csv", "pdf", "xlsx"].as_slice(),
            ),
            ("days/2026-11-23", &["json", "txt", "pdf", "xlsx"]),
        ] {
            for form in forms {
                for (who, sees) in [("quality", named), ("manager", true), ("admin", true)] {
                    let path = format!("/api/v1/reports/{of}.{form}");
                    let answer = centre.get(who, &path).await;
                    assert_eq!(answer.status, 200, "{who} {path}");
                    let text = words(folder.path(), form, &answer.body);
                    // The other forms name nobody to anybody.
                    let tells = *form == "json";
                    assert_eq!(text.contains(LOGIN), sees && tells, "{who} {path}");
                }
            }
        }
        let quarter = "/api/v1/reports/quarters/2026-Q4";
        let days = centre.get("quality", quarter).await.json()["days"].take();
        let stop = &days[53]["stops"][0];
        let by = if named { LOGIN } else { "darbinieks" };
        assert_eq!(
            (&stop["by"], &stop["released_by"]),
            (&by.into(), &by.into())
        );
    }
}
