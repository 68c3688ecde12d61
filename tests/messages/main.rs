//! Clause 29: feedback is told electronically at once, whatever happens on the way; technical
//! failures go the same way (A2/2/4.1, 4.6). The real daemon
//! with its real clock, and receivers that share no code with it.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

#[allow(dead_code)]
#[path = "../support/daemon.rs"]
mod daemon;
mod receiver;

use std::path::Path;

use serde_json::{Value, json};

use daemon::{Client, Daemon};
use receiver::{LOOK, PATIENCE, Receiver, certificate};

const PASSWORD: &str = "parole-parole";
const TEXT: &str = "Ilgi gaidīju; neviens nepateica, kāpēc.";
const CONTACT: &str = "zane@example.org";

/// A centre with a manager and a consultant at desk 1.
struct Centre {
    daemon: Daemon,
    manager: Client,
    anna: Client,
    _dir: tempfile::TempDir,
}

impl Centre {
    async fn start(dir: tempfile::TempDir, telling: &str) -> Self {
        let mut daemon = Daemon::prepare(dir.path(), 1, telling);
        for (login, role) in [("anna", "consultant"), ("marta", "manager")] {
            let input = format!("{PASSWORD}\n");
            daemon.run(&["staff", "add", login, "--role", role], &input);
        }
        daemon.start();
        Client::new(daemon.url(), String::new()).ready().await;
        Self {
            manager: Client::sign_in(daemon.url(), "marta", PASSWORD).await,
            anna: Client::sign_in(daemon.url(), "anna", PASSWORD).await,
            daemon,
            _dir: dir,
        }
    }

    /// Enters a complaint; its id.
    async fn complain(&self, key: &str) -> u64 {
        let body = json!({"kind": "complaint", "text": TEXT, "contact": CONTACT});
        let (status, text) = self.anna.post("/api/v1/feedback", key, &body).await;
        assert_eq!(status, 201, "{text}");
        let entry: Value = serde_json::from_str(&text).unwrap();
        entry["id"].as_u64().unwrap()
    }

    /// Waits until the telling of an entry is as wanted.
    async fn told(&self, id: u64, wanted: impl Fn(&Value) -> bool) -> Value {
        let mut telling = Value::Null;
        let wait = async {
            loop {
                let entry = self.manager.get(&format!("/api/v1/feedback/{id}")).await;
                telling = entry["telling"].clone();
                if wanted(&telling) {
                    return;
                }
                tokio::time::sleep(LOOK).await;
            }
        };
        let waited = tokio::time::timeout(PATIENCE, wait).await;
        waited.unwrap_or_else(|_| panic!("it stays {telling}"));
        telling
    }

    async fn is_told(&self, id: u64) -> Value {
        self.told(id, |telling| telling["state"] == "told").await
    }

    /// Waits until an attempt has failed; why.
    async fn fails(&self, id: u64) -> Value {
        let telling = self.told(id, |it| it["trouble"] != Value::Null).await;
        telling["trouble"].clone()
    }
}

fn mail(port: u16, rest: &str) -> String {
    format!(
        "[mail]\nhost = \"localhost\"\nport = {port}\nfrom = \"rinda@centrs.example\"\n{rest}\n\
         [feedback]\nto = [\"mail:attistiba@dienests.example\"]\n"
    )
}

fn plain(port: u16) -> String {
    mail(port, "tls = \"none\"")
}

fn dir() -> tempfile::TempDir {
    tempfile::tempdir().unwrap()
}

fn secret(dir: &Path, text: &str) -> String {
    let path = dir.join("secret");
    std::fs::write(&path, format!("{text}\n")).unwrap();
    path.display().to_string()
}

#[tokio::test]
async fn c29_a_complaint_is_in_the_departments_mailbox_within_a_minute() {
    let dir = dir();
    let server = Receiver::start("smtp", dir.path(), None);
    let centre = Centre::start(dir, &plain(server.port)).await;
    let id = centre.complain("one").await;
    let mails = server.has_taken(1).await;
    let telling = centre.is_told(id).await;
    assert!(telling["after_s"].as_u64().unwrap() <= 60, "{telling}");
    let mail = &mails[0];
    assert_eq!(mail["to"], "attistiba@dienests.example");
    assert_eq!(mail["from"], "rinda@centrs.example");
    assert_eq!(mail["auto"], "auto-generated");
    let subject = mail["subject"].as_str().unwrap();
    assert!(subject.starts_with("Sūdzība: Centrs, "), "{subject}");
    let text = mail["text"].as_str().unwrap();
    for expect in [TEXT, CONTACT, "Ievadīja: anna", "29. punktu"] {
        assert!(text.contains(expect), "{expect} in {text}");
    }
    // The same request again tells nobody twice.
    assert_eq!(centre.complain("one").await, id);
    let other = centre.complain("two").await;
    assert_ne!(other, id);
    centre.is_told(other).await;
    let ids: Vec<Value> = server.taken().iter().map(|m| m["id"].clone()).collect();
    assert_eq!(ids.len(), 2);
    assert_ne!(ids[0], ids[1]);
}

#[tokio::test]
async fn c29_no_receiver_is_said_plainly_and_the_entry_is_kept() {
    let centre = Centre::start(dir(), "").await;
    let id = centre.complain("one").await;
    let telling = centre.told(id, |_| true).await;
    assert_eq!(telling, json!({"state": "nobody"}));
    assert_eq!(
        centre.daemon.run(&["outbox", "list"], ""),
        "nothing waits\n"
    );
}

#[tokio::test]
async fn c29_with_the_network_down_it_waits_and_goes_after_reconnect() {
    let dir = dir();
    let mut server = Receiver::start("smtp", dir.path(), None);
    server.down();
    let mut centre = Centre::start(dir, &plain(server.port)).await;
    let first = centre.complain("one").await;
    assert_eq!(centre.fails(first).await, "unreachable");
    let second = centre.complain("two").await;
    let listed = centre.daemon.run(&["outbox", "list"], "");
    assert_eq!(listed.lines().count(), 2, "{listed}");
    assert!(listed.contains("serveris nav sasniedzams"), "{listed}");
    assert!(
        !listed.contains(CONTACT) && !listed.contains(TEXT),
        "{listed}"
    );
    // Whoever looks while no daemon runs sees the same.
    centre.daemon.kill();
    let again = centre.daemon.run(&["outbox", "list"], "");
    assert_eq!(again.lines().count(), 2, "{again}");
    centre.daemon.start();
    centre.manager.ready().await;
    server.up();
    server.has_taken(2).await;
    centre.is_told(first).await;
    centre.is_told(second).await;
    assert_eq!(server.taken().len(), 2);
}

#[tokio::test]
async fn c29_refusals_and_silence_are_told_apart_and_mended() {
    for (mode, trouble) in [
        ("refuse", "refused"),
        ("busy", "busy"),
        ("silent", "timed_out"),
    ] {
        let dir = dir();
        let server = Receiver::start("smtp", dir.path(), None);
        server.behave(mode);
        let centre = Centre::start(dir, &plain(server.port)).await;
        let id = centre.complain("one").await;
        assert_eq!(centre.fails(id).await, trouble);
        server.behave("ok");
        centre.is_told(id).await;
        assert_eq!(server.taken().len(), 1, "{mode}");
    }
}

#[tokio::test]
async fn c29_a_lost_answer_sends_it_again_under_the_same_name() {
    let dir = dir();
    let server = Receiver::start("smtp", dir.path(), None);
    server.behave("lose");
    let centre = Centre::start(dir, &plain(server.port)).await;
    let id = centre.complain("one").await;
    server.has_taken(1).await;
    centre.fails(id).await;
    server.behave("ok");
    let mails = server.has_taken(2).await;
    centre.is_told(id).await;
    for field in ["id", "subject", "text", "date"] {
        assert_eq!(mails[0][field], mails[1][field]);
    }
}

#[tokio::test]
async fn c29_a_daemon_killed_at_any_moment_tells_at_least_once() {
    let dir = dir();
    let server = Receiver::start("smtp", dir.path(), None);
    let mut centre = Centre::start(dir, &plain(server.port)).await;
    let mut ids = Vec::new();
    for round in 0..12_u64 {
        ids.push(centre.complain(&format!("round-{round}")).await);
        // Before, while and after it is sent.
        tokio::time::sleep(std::time::Duration::from_millis(round * 4)).await;
        centre.daemon.kill();
        centre.daemon.start();
        centre.manager.ready().await;
    }
    for id in &ids {
        centre.is_told(*id).await;
    }
    let names: std::collections::BTreeSet<String> = server
        .taken()
        .iter()
        .map(|mail| mail["id"].to_string())
        .collect();
    assert_eq!(
        names.len(),
        ids.len(),
        "a repeat has its own name, or one was lost"
    );
}

fn failures_to(port: u16) -> String {
    format!(
        "[mail]\nhost = \"localhost\"\nport = {port}\nfrom = \"rinda@centrs.example\"\ntls = \"none\"\n\
         [incidents]\nto = [\"mail:vaditajs@dienests.example\", \"mail:komunikacija@dienests.example\"]\n"
    )
}

impl Centre {
    /// Asks the manager's page; the failure then.
    async fn incident(&self, path: &str, body: Value) -> Value {
        let key = format!("{path} {body}");
        let key: String = key.chars().filter(char::is_ascii_alphanumeric).collect();
        let path = format!("/api/v1/incidents{path}");
        let (status, text) = self.manager.post(&path, &key, &body).await;
        assert!(matches!(status, 200 | 201), "{text}");
        serde_json::from_str(&text).unwrap()
    }

    /// Waits until messages have taken a step.
    async fn has_told(&self, step: &str) {
        let wait = async {
            loop {
                let all = self.manager.get("/api/v1/incidents").await;
                let mut steps = all["incidents"][0]["steps"].as_array().unwrap().iter();
                let told = steps.find(|it| it["step"] == step).unwrap();
                if told["by_message"]["state"] == "told" {
                    assert!(told["by"].is_null() && !told["at"].is_null(), "{told}");
                    return;
                }
                tokio::time::sleep(LOOK).await;
            }
        };
        let waited = tokio::time::timeout(PATIENCE, wait).await;
        waited.unwrap_or_else(|_| panic!("{step} is not told"));
    }
}

#[tokio::test]
async fn a2_2_4_1_and_6_a_failure_and_its_end_are_told_to_all_named() {
    let dir = dir();
    let server = Receiver::start("smtp", dir.path(), None);
    let centre = Centre::start(dir, &failures_to(server.port)).await;
    let opened = centre
        .incident("", json!({"disturbed": "electricity", "forecast_min": 241}))
        .await;
    let id = opened["id"].as_u64().unwrap();
    let step = format!("/{id}/steps");
    centre
        .incident(
            &step,
            json!({"step": "services", "cause": "Pārrauts kabelis"}),
        )
        .await;
    let mails = server.has_taken(2).await;
    centre.has_told("told").await;
    let receivers: std::collections::BTreeSet<&str> = mails
        .iter()
        .filter_map(|mail| mail["to"].as_str())
        .collect();
    assert_eq!(receivers.len(), 2);
    let text = mails[0]["text"].as_str().unwrap();
    for expect in [
        "elektrības padeve",
        "Pārrauts kabelis",
        "4 h 1 min",
        "ilgāks par 4 stundām",
        "4.1. punktu",
    ] {
        assert!(text.contains(expect), "{expect} in {text}");
    }
    centre.incident(&step, json!({"step": "resumed"})).await;
    let mails = server.has_taken(4).await;
    centre.has_told("told_resumed").await;
    for mail in &mails[2..] {
        let subject = mail["subject"].as_str().unwrap();
        assert!(subject.starts_with("Klientu apkalpošana ir atsākta pilnā apmērā"));
        let text = mail["text"].as_str().unwrap();
        assert!(text.contains("4.6. punktu"), "{text}");
    }
    assert_eq!(server.taken().len(), 4);
    // Nobody is named for feedback: it goes nowhere.
    let complaint = centre.complain("one").await;
    let telling = centre.told(complaint, |_| true).await;
    assert_eq!(telling, json!({"state": "nobody"}));
}

#[tokio::test]
async fn a2_2_4_1_with_the_line_down_people_phone_and_the_mail_goes_later() {
    let dir = dir();
    let mut server = Receiver::start("smtp", dir.path(), None);
    server.down();
    let mut centre = Centre::start(dir, &failures_to(server.port)).await;
    let opened = centre.incident("", json!({"disturbed": "internet"})).await;
    let id = opened["id"].as_u64().unwrap();
    let step = format!("/{id}/steps");
    centre
        .incident(&step, json!({"step": "services", "cause": "Maršrutētājs"}))
        .await;
    let wait = async {
        while !centre
            .daemon
            .run(&["outbox", "list"], "")
            .contains("incident")
        {
            tokio::time::sleep(LOOK).await;
        }
    };
    tokio::time::timeout(PATIENCE, wait).await.unwrap();
    let phoned = centre.incident(&step, json!({"step": "told"})).await;
    assert_eq!(phoned["steps"][1]["by"], "marta");
    centre.daemon.kill();
    centre.daemon.start();
    centre.manager.ready().await;
    server.up();
    server.has_taken(2).await;
    let all = centre.manager.get("/api/v1/incidents").await;
    assert_eq!(all["incidents"][0]["steps"][1]["by"], "marta");
}

#[tokio::test]
async fn mail_goes_encrypted_with_a_password_and_only_to_a_server_that_proves_itself() {
    let dir = dir();
    let (authority, certificate_, key) = certificate(dir.path(), "localhost");
    let (_, wrong, wrong_key) = certificate(dir.path(), "other.example");
    let server = Receiver::start("smtp", dir.path(), Some((certificate_, key)));
    let password = secret(dir.path(), "pareizā");
    let told = |rest: &str| {
        let text = format!(
            "user = \"rinda\"\npassword_file = \"{password}\"\nca_file = \"{}\"\n{rest}",
            authority.display()
        );
        mail(server.port, &text)
    };
    let mut daemon = Daemon::prepare(dir.path(), 1, &told(""));
    assert_eq!(
        daemon.run(&["mail", "test"], ""),
        "mail:attistiba@dienests.example: taken\n"
    );
    let taken = server.taken();
    assert_eq!(
        (&taken[0]["encrypted"], &taken[0]["user"]),
        (&json!(true), &json!("rinda"))
    );

    let fails = |daemon: &Daemon| {
        let output = std::process::Command::new(env!("CARGO_BIN_EXE_rinda"))
            .arg("--config")
            .arg(&daemon.config)
            .args(["mail", "test"])
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(1));
        String::from_utf8(output.stdout).unwrap()
    };
    std::fs::write(dir.path().join("secret"), "nepareizā\n").unwrap();
    assert!(fails(&daemon).contains("serveris nepieņem lietotāju vai paroli"));
    std::fs::write(dir.path().join("secret"), "pareizā\n").unwrap();

    // Another's certificate, one from nobody we know, no STARTTLS, a word in place of a file.
    let other = tempfile::tempdir().unwrap();
    let another = Receiver::start("smtp", other.path(), Some((wrong, wrong_key)));
    let plain = tempfile::tempdir().unwrap();
    let without = Receiver::start("smtp", plain.path(), None);
    for (port, ca) in [
        (another.port, true),
        (server.port, false),
        (without.port, true),
    ] {
        let ca = if ca {
            format!("ca_file = \"{}\"", authority.display())
        } else {
            String::new()
        };
        daemon = Daemon::prepare(dir.path(), 1, &mail(port, &ca));
        let said = fails(&daemon);
        assert!(said.contains("serverim nevar uzticēties"), "{said}");
    }
    assert!(another.taken().is_empty() && without.taken().is_empty());
    let missing = mail(
        server.port,
        "user = \"u\"\npassword_file = \"/nonexistent\"",
    );
    daemon = Daemon::prepare(dir.path(), 1, &missing);
    assert!(fails(&daemon).contains("cannot read /nonexistent"));
}

#[tokio::test]
async fn the_webhook_is_signed_and_follows_no_redirect() {
    let dir = dir();
    let hook = Receiver::start("http", dir.path(), None);
    hook.behave("move");
    let secret = secret(dir.path(), "noslēpums");
    let telling = format!(
        "[webhook]\nurl = \"http://127.0.0.1:{}/rinda\"\nsecret_file = \"{secret}\"\n[feedback]\nto = [\"webhook\"]\n",
        hook.port
    );
    let centre = Centre::start(dir, &telling).await;
    let id = centre.complain("one").await;
    assert_eq!(centre.fails(id).await, "refused");
    hook.behave("busy");
    let busy = |telling: &Value| telling["trouble"] == "busy";
    centre.told(id, busy).await;
    hook.behave("ok");
    let taken = &hook.has_taken(1).await[0];
    centre.is_told(id).await;
    let body = taken["body"].as_str().unwrap();
    // Signed anew by another program.
    let script = "import hmac,sys;print(hmac.new('noslēpums'.encode(),sys.argv[1].encode(),'sha256').hexdigest())";
    let output = std::process::Command::new("python3")
        .args(["-c", script, body])
        .output()
        .unwrap();
    let expected = String::from_utf8(output.stdout).unwrap();
    assert_eq!(taken["signature"], format!("sha256={}", expected.trim()));
    let body: Value = serde_json::from_str(body).unwrap();
    assert_eq!(body["message"], taken["id"]);
    assert_eq!(body["feedback"]["word"], "sūdzība");
    assert_eq!(body["feedback"]["text"], TEXT);
    assert_eq!(body["feedback"]["contact"], CONTACT);
    assert_eq!(body["feedback"]["entered_by"], "anna");
}

#[tokio::test]
async fn an_export_for_others_has_no_contact_and_the_log_nothing_of_a_customer() {
    let dir = dir();
    let mut server = Receiver::start("smtp", dir.path(), None);
    server.down();
    let log = dir.path().join("log");
    let mut daemon = Daemon::prepare(dir.path(), 1, &plain(server.port));
    let input = format!("{PASSWORD}\n");
    daemon.run(&["staff", "add", "anna", "--role", "manager"], &input);
    let file = std::fs::File::create(&log).unwrap();
    daemon.start_with(|command| {
        command.env("RINDA_LOG", "trace").stderr(file);
    });
    Client::new(daemon.url(), String::new()).ready().await;
    let anna = Client::sign_in(daemon.url(), "anna", PASSWORD).await;
    let centre = Centre {
        manager: anna.clone(),
        anna,
        daemon,
        _dir: dir,
    };
    let id = centre.complain("one").await;
    centre.fails(id).await;
    let said = std::fs::read_to_string(&log).unwrap();
    assert!(said.contains("a message was not sent"));
    assert!(!said.contains(CONTACT) && !said.contains("Ilgi gaidīju"));
    for (arguments, expected) in [
        (&["export"][..], false),
        (&["export", "--with-secrets"], true),
    ] {
        let text = centre.daemon.run(arguments, "");
        assert!(text.contains(TEXT));
        assert_eq!(text.contains(CONTACT), expected, "{arguments:?}");
    }
    let report = centre
        .daemon
        .run(&["report", "--quarter", &quarter(), "--format", "json"], "");
    assert!(report.contains("\"clause\":\"29\""));
    assert!(!report.contains(CONTACT) && !report.contains(TEXT));
}

/// The quarter of now in the centre's zone.
#[allow(clippy::disallowed_methods)] // A test on the machine's own time.
fn quarter() -> String {
    let zone = jiff::tz::TimeZone::get(&daemon::noon_zone()).unwrap();
    let date = jiff::Timestamp::now().to_zoned(zone).date();
    format!("{}-Q{}", date.year(), (date.month() - 1) / 3 + 1)
}
