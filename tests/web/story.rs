//! One ticket's story, the way down to it from a span of dates, and the consultant's own day.

use rinda::journal::read_all;
use rinda::web::WebConfig;
use serde_json::Value;

use crate::centre::TestCentre;

impl TestCentre {
    async fn step(&self, who: &str, desk: u8, step: &str, body: &str) {
        let answer = self
            .post(who, &format!("/api/v1/desks/{desk}/{step}"), body)
            .await;
        assert_eq!(answer.status, 200, "{step} {:?}", answer.body);
    }

    async fn story(&self, who: &str, id: u64) -> Value {
        let answer = self.get(who, &format!("/api/v1/tickets/{id}/story")).await;
        assert_eq!(answer.status, 200, "{:?}", answer.body);
        answer.json()
    }

    /// Sequences of the journal's records about a ticket or its papers, by their JSON alone.
    fn about(&self, ticket: u64) -> Vec<u64> {
        let mut jobs: Vec<Value> = Vec::new();
        let mut found = Vec::new();
        for record in read_all(self.data.path()).unwrap().map(Result::unwrap) {
            let fact = serde_json::to_value(&record.fact).unwrap();
            let what = &fact["what"];
            let by_paper = jobs.contains(&what["job"]) || jobs.contains(&what["of"]);
            if fact["about"] == "queue" && (what["ticket"] == ticket || by_paper) {
                found.push(record.seq);
                jobs.extend(what["print"].get("job").cloned());
            }
        }
        found
    }
}

fn column<'v>(story: &'v Value, name: &str) -> Vec<&'v str> {
    let steps = story["steps"].as_array().unwrap();
    steps
        .iter()
        .map(|step| step[name].as_str().unwrap())
        .collect()
}

#[tokio::test]
async fn a_story_tells_every_event_of_its_ticket_in_order_with_what_was_taken_back() {
    let centre = TestCentre::start().await;
    centre.step("anna", 1, "open", "").await;
    centre.step("berta", 2, "open", "").await;
    let id = centre.issue(1).await["id"].as_u64().unwrap();
    centre.advance(600);
    centre.issue(1).await;
    centre.step("anna", 1, "call-next", "").await;
    centre.advance(10);
    centre.step("anna", 1, "recall", "").await;
    centre.advance(10);
    centre.step("anna", 1, "arrived", "").await;
    centre.advance(3);
    centre.step("anna", 1, "undo", "").await;
    centre.step("anna", 1, "arrived", "").await;
    centre.advance(120);
    centre
        .step("anna", 1, "transfer", r#"{"service": 2}"#)
        .await;
    centre
        .step("berta", 2, "call-next", r#"{"service": 2}"#)
        .await;
    centre.advance(20);
    centre.step("berta", 2, "arrived", "").await;
    centre.step("berta", 2, "documents", "").await;
    centre.advance(300);
    centre.step("berta", 2, "finish", "").await;

    let story = centre.story("manager", id).await;
    assert_eq!(
        column(&story, "kind"),
        [
            "issued",
            "paper",
            "called",
            "recalled",
            "arrived",
            "undone",
            "arrived",
            "transferred",
            "called",
            "arrived",
            "documents",
            "finished"
        ]
    );
    let steps = story["steps"].as_array().unwrap();
    let seqs: Vec<u64> = steps
        .iter()
        .map(|step| step["seq"].as_u64().unwrap())
        .collect();
    assert_eq!(seqs, centre.about(id));
    let undone: Vec<bool> = steps.iter().map(|step| step["undone"] == true).collect();
    assert_eq!(undone.iter().filter(|undone| **undone).count(), 1);
    assert!(undone[4], "the first arrival");
    assert_eq!(steps[0]["time"], "10.00");
    assert_eq!(steps[2]["time"], "10.10");
    assert_eq!(
        steps[0]["text"],
        format!(
            "Biļete P 001 „{}”: pieprasīta no automāta „foyer”. Priekšā neviena nebija, gaidīšanas laiks netika solīts.",
            story["service_name"].as_str().unwrap()
        )
    );
    assert_eq!(
        steps[2]["reason"],
        "Kārtas secībā: skaitās paņemta plkst. 10.00, agrāk par visām citām, ko galds varēja aicināt; nevienu neapsteidza."
    );
    assert_eq!(steps[2]["who"]["login"], "anna.liepa");
    assert_eq!(steps[8]["who"]["desk"], 2);
    assert_eq!(story["wait_s"], 600);
    assert_eq!(story["handling_s"], 120 + 300);
    assert_eq!(story["visit_s"], 600 + 23 + 120 + 20 + 300);
    assert_eq!(story["state"], "finished");
}

#[tokio::test]
async fn a_story_says_who_overtook_whom_and_what_desks_there_were() {
    let centre = TestCentre::start().await;
    let first = centre.issue(1).await["id"].as_u64().unwrap();
    centre.advance(300);
    centre.issue(1).await;
    centre.step("anna", 1, "open", "").await;
    centre.advance(300);
    let urgent = r#"{"service": 1, "out_of_turn": true}"#;
    let urgent = centre.post("anna", "/api/v1/tickets", urgent).await.json();
    centre.step("anna", 1, "call-next", "").await;
    centre.step("anna", 1, "arrived", "").await;
    centre.advance(600);
    centre.step("anna", 1, "finish", "").await;
    centre.step("anna", 1, "call-next", "").await;

    let overtaking = centre
        .story("manager", urgent["id"].as_u64().unwrap())
        .await;
    assert_eq!(
        overtaking["steps"][1]["reason"],
        "Ārpus kārtas: skaitās paņemta plkst. 8.10; apsteidza P 001 un P 002."
    );
    let waiting = centre.story("quality", first).await;
    assert_eq!(
        column(&waiting, "kind"),
        ["issued", "paper", "overtaken", "called"]
    );
    assert_eq!(
        waiting["steps"][2]["text"],
        "Pirms tās pie 1. galda aicināta vēlāk izsniegtā P 003."
    );
    assert_eq!(waiting["wait_s"], 1200);
    let why: Vec<&str> = waiting["why"]
        .as_array()
        .unwrap()
        .iter()
        .map(|w| w.as_str().unwrap())
        .collect();
    assert!(why[0].starts_with("Gaidīja 20 min"), "{why:?}");
    assert_eq!(
        why[1],
        "Kamēr tā gaidīja, galdi, kas to varēja aicināt, 1 reizi aicināja citus. To apsteidza P 003."
    );
    assert!(
        why[2].ends_with("bija vidēji 0,8 (no 0 līdz 1)."),
        "{why:?}"
    );
    assert_eq!(why[3], "5 min šo pakalpojumu neaicināja neviens galds.");
    assert!(!waiting.to_string().contains("anna"), "{waiting}");
}

#[tokio::test]
async fn old_tickets_are_found_by_number_and_date_and_a_consultant_sees_own_tickets_of_today() {
    let centre = TestCentre::remembering(WebConfig::default()).await;
    centre.step("anna", 1, "open", "").await;
    centre.step("berta", 2, "open", "").await;
    let id = centre.issue(1).await["id"].as_u64().unwrap();
    centre.step("anna", 1, "call-next", "").await;
    let path = format!("/api/v1/tickets/{id}/story");
    assert_eq!(centre.get("anna", &path).await.status, 200);
    let other = centre.get("berta", &path).await;
    assert_eq!(other.refusal(), (403, "not_allowed".to_owned()));

    centre.advance(24 * 3600);
    centre.step("anna", 1, "open", "").await;
    centre.issue(1).await;
    let yesterday = centre.get("anna", &path).await;
    assert_eq!(yesterday.refusal(), (403, "not_allowed".to_owned()));
    let old = "/api/v1/tickets?number=p1&date=2026-11-23";
    let refused = centre.get("anna", old).await;
    assert_eq!(refused.refusal(), (403, "not_allowed".to_owned()));
    let found = centre.get("quality", old).await.json();
    assert_eq!(found["tickets"].as_array().unwrap().len(), 1);
    assert_eq!(found["tickets"][0]["id"], id);
    let today = centre.get("anna", "/api/v1/tickets?number=P%20001").await;
    assert_ne!(today.json()["tickets"][0]["id"], id);
    let story = centre.story("manager", id).await;
    assert_eq!(
        column(&story, "kind"),
        ["issued", "called", "no_show", "paper"]
    );
    assert_eq!(story["date"], "2026-11-23");
    let unknown = centre.get("manager", "/api/v1/tickets/999/story").await;
    assert_eq!(unknown.refusal(), (404, "no_such_ticket".to_owned()));
}

#[tokio::test]
async fn a_day_leads_to_its_half_hours_and_these_to_tickets_longest_wait_first() {
    let centre = TestCentre::start().await;
    centre.step("anna", 1, "open", "").await;
    for _ in 0..3 {
        centre.issue(1).await;
        centre.advance(600);
    }
    centre.issue(2).await;
    centre.advance(1200);
    for _ in 0..4 {
        centre.step("anna", 1, "call-next", "").await;
        centre.step("anna", 1, "arrived", "").await;
        centre.step("anna", 1, "finish", "").await;
    }
    let day = centre
        .get("quality", "/api/v1/reports/days/2026-11-23/half-hours")
        .await
        .json();
    let lines: Vec<(&str, u64, u64, u64, &Value, u64)> = day["half_hours"]
        .as_array()
        .unwrap()
        .iter()
        .map(|line| {
            let number = |name: &str| line[name].as_u64().unwrap();
            (
                line["half_hour"].as_str().unwrap(),
                number("issued"),
                number("called"),
                number("finished"),
                &line["wait"]["p90_s"],
                number("over_target"),
            )
        })
        .collect();
    assert_eq!(
        lines,
        [
            ("10:00", 3, 0, 0, &Value::from(3000), 3),
            ("10:30", 1, 4, 4, &Value::from(1200), 1),
        ]
    );
    let worst = "/api/v1/reports/half-hours?from=2026-11-17&to=2026-11-23&limit=1";
    // Dates before today need the rollups, which this centre is without.
    assert_eq!(centre.get("quality", worst).await.status, 500);
    let worst = "/api/v1/reports/half-hours?from=2026-11-23&to=2026-11-23&limit=1";
    let worst = centre.get("quality", worst).await.json();
    assert_eq!(worst["half_hours"].as_array().unwrap().len(), 1);
    assert_eq!(worst["half_hours"][0]["half_hour"], "10:00");
    let tickets = "/api/v1/reports/days/2026-11-23/tickets?half_hour=10:00";
    let page = centre.get("manager", tickets).await.json();
    assert_eq!(page["total"], 3);
    assert_eq!(page["tickets"][0]["number"], "P 001");
    assert_eq!(page["tickets"][0]["wait_s"], 3000);
    assert_eq!(page["tickets"][2]["wait_s"], 1800);
    let second = centre
        .get("manager", &format!("{tickets}&limit=1&offset=1"))
        .await
        .json();
    assert_eq!(second["tickets"].as_array().unwrap().len(), 1);
    assert_eq!(second["tickets"][0]["number"], "P 002");
    let all = centre
        .get(
            "manager",
            "/api/v1/reports/days/2026-11-23/tickets?service=2",
        )
        .await
        .json();
    assert_eq!(all["tickets"][0]["number"], "S 001");
    for wrong in [
        "/api/v1/reports/days/2026-11-23/tickets?half_hour=10:15",
        "/api/v1/reports/days/2026-11-23/half-hours?service=7",
        "/api/v1/reports/half-hours?from=2026-01-01&to=2026-11-23",
        "/api/v1/reports/half-hours?from=2026-11-23&to=2026-11-22",
    ] {
        let refused = centre.get("manager", wrong).await;
        assert_eq!(refused.refusal(), (422, "invalid".to_owned()), "{wrong}");
    }
}

#[tokio::test]
async fn a1_12_a_consultants_day_is_their_own() {
    let centre = TestCentre::start().await;
    centre.step("anna", 1, "open", "").await;
    centre.step("berta", 2, "open", "").await;
    for _ in 0..4 {
        centre.issue(1).await;
        centre.advance(60);
    }
    // Anna serves one in 100 s, then one does not come; Berta serves one in 300 s.
    centre.step("anna", 1, "call-next", "").await;
    centre.step("berta", 2, "call-next", "").await;
    centre.step("anna", 1, "arrived", "").await;
    centre.step("berta", 2, "arrived", "").await;
    centre.advance(100);
    centre.step("anna", 1, "finish", "").await;
    centre.step("anna", 1, "call-next", "").await;
    centre.advance(60);
    centre.step("anna", 1, "break", "").await;
    centre.advance(140);
    centre.step("berta", 2, "finish", "").await;
    centre.step("anna", 1, "back", "").await;
    // What Anna began and Berta finished after taking the desk over is Berta's.
    centre.step("anna", 1, "call-next", "").await;
    centre.step("anna", 1, "arrived", "").await;
    centre.advance(200);
    centre.step("berta", 2, "close", "").await;
    let taken = r#"{"take_over": true}"#;
    centre.step("berta", 1, "open", taken).await;
    centre.advance(100);
    centre.step("berta", 1, "finish", "").await;
    centre.advance(50);

    let path = "/api/v1/reports/mine/2026-11-23";
    let anna = centre.get("anna", path).await.json();
    let berta = centre.get("berta", path).await.json();
    let figures = |day: &Value| -> Vec<u64> {
        ["served", "no_shows", "breaks", "break_s", "open_s"]
            .iter()
            .map(|name| day[name].as_u64().unwrap())
            .collect()
    };
    assert_eq!(figures(&anna), [1, 1, 1, 140, 240 + 160 + 200]);
    assert_eq!(figures(&berta), [2, 0, 0, 0, 240 + 300 + 200 + 150]);
    assert_eq!(anna["handling"]["median_s"], 100);
    assert_eq!(anna["handling"]["count"], 1);
    assert_eq!(berta["handling"]["count"], 2);
    assert_eq!(anna["wait"]["count"], 3, "first calls");
    assert_eq!(anna["centre"]["handling_median_s"], 300);
    assert_eq!(anna["sittings"].as_array().unwrap().len(), 1);
    assert_eq!(berta["sittings"].as_array().unwrap().len(), 2);
    for (mine, theirs) in [(&anna, "berta"), (&berta, "anna")] {
        let text = mine.to_string();
        assert!(!text.contains(theirs), "{text}");
        let fields: Vec<&String> = mine["centre"].as_object().unwrap().keys().collect();
        assert_eq!(fields, ["handling_median_s", "wait_median_s"]);
    }
    let manager = centre.get("manager", path).await.json();
    assert_eq!(figures(&manager), [0, 0, 0, 0, 0]);
    for asked in ["?login=anna.liepa", "?desk=1"] {
        let same = centre.get("berta", &format!("{path}{asked}")).await;
        if same.status == 200 {
            assert_eq!(same.json()["served"], berta["served"]);
        }
    }
    let never = centre.get("anna", "/api/v1/reports/mine/2026-11-20").await;
    assert_eq!(never.status, 404);
}
