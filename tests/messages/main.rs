//! Clause 29: feedback is told electronically at once, whatever happens on the way. The real daemon
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
