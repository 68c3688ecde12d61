//! The real daemon, killed again and again while sixteen desks call: every acknowledged ticket,
//! call and finish is there afterwards, and none twice.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

#[allow(dead_code)]
#[path = "../support/daemon.rs"]
mod daemon;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Value, json};
use tokio::sync::Mutex;

use daemon::{Client, Daemon};

const DESKS: u16 = 16;
const PASSWORD: &str = "parole-parole";

/// Kills in the loop.
const KILLS: usize = 100;

/// Answers of one run: what was asked under which key, and the first answer to it.
type Answers = Arc<Mutex<BTreeMap<String, Asked>>>;

#[derive(Clone)]
struct Asked {
    client: Client,
    path: String,
    body: Value,
    answer: (u16, String),
}

struct Run {
    kiosk: Client,
    desks: Vec<Client>,
    answers: Answers,
    acknowledged: Arc<AtomicUsize>,
}

impl Run {
    /// Accounts and devices are made before the daemon runs; everybody signs in and opens a desk.
    async fn begin(daemon: &mut Daemon) -> Self {
        for desk in 1..=DESKS {
            daemon.run(
                &["staff", "add", &format!("k{desk}"), "--role", "consultant"],
                &format!("{PASSWORD}\n"),
            );
        }
        let key = daemon.run(&["device", "add", "kiosks", "--role", "kiosk"], "");
        daemon.start();
        let kiosk = Client::new(daemon.url(), key.trim().to_owned());
        kiosk.ready().await;
        let run = Self {
            kiosk,
            desks: Vec::new(),
            answers: Answers::default(),
            acknowledged: Arc::default(),
        };
        let mut desks = Vec::new();
        for desk in 1..=DESKS {
            let client = Client::sign_in(daemon.url(), &format!("k{desk}"), PASSWORD).await;
            run.ask(
                &client,
                &format!("open-{desk}"),
                &format!("desks/{desk}/open"),
                json!({}),
            )
            .await;
            desks.push(client);
        }
        Self { desks, ..run }
    }

    /// Asks under a key and keeps the answer.
    async fn ask(&self, client: &Client, key: &str, path: &str, body: Value) -> Value {
        let path = format!("/api/v1/{path}");
        let answer = client.post(&path, key, &body).await;
        assert!(
            answer.0 == 200 || answer.0 == 201,
            "{path}: {} {}",
            answer.0,
            answer.1
        );
        let value = serde_json::from_str(&answer.1).unwrap();
        self.answers.lock().await.insert(
            key.to_owned(),
            Asked {
                client: client.clone(),
                path,
                body,
                answer,
            },
        );
        self.acknowledged.fetch_add(1, Ordering::SeqCst);
        value
    }

    async fn issue(&self, tickets: usize, prefix: &str) {
        for n in 0..tickets {
            let service = n % 3 + 1;
            self.ask(
                &self.kiosk,
                &format!("{prefix}-{n}"),
                "tickets",
                json!({"service": service}),
            )
            .await;
        }
    }

    /// Serves customers at one desk until `wanted` are served at all desks together.
    async fn serve(&self, desk: usize, served: &AtomicUsize, wanted: usize) {
        let client = &self.desks[desk];
        let at = |step: &str| format!("desks/{}/{step}", desk + 1);
        let mut n = 0;
        while served.load(Ordering::SeqCst) < wanted {
            let key = |step: &str| format!("{step}-{desk}-{n}");
            let call = self
                .ask(client, &key("call"), &at("call-next"), json!({}))
                .await;
            if !call["call"].is_null() {
                for step in ["arrived", "documents", "finish"] {
                    self.ask(client, &key(step), &at(step), json!({})).await;
                }
                served.fetch_add(1, Ordering::SeqCst);
            }
            n += 1;
        }
    }

    /// Repeats requests whose path the choice keeps: each must get its first answer, byte for
    /// byte.
    async fn repeat(&self, keep: fn(&str) -> bool) {
        let answers = self.answers.lock().await.clone();
        for (key, asked) in answers.into_iter().filter(|(_, asked)| keep(&asked.path)) {
            let again = asked.client.post(&asked.path, &key, &asked.body).await;
            assert_eq!(
                again, asked.answer,
                "the repeat of {key} got another answer"
            );
        }
    }

    /// Compares what was acknowledged with what the journal says.
    async fn check(&self, daemon: &Daemon, tickets: usize) {
        let journal: Vec<Value> = daemon
            .run(&["export"], "")
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect();
        let events = |kind: &str| -> Vec<&Value> {
            journal
                .iter()
                .map(|record| &record["fact"]["what"])
                .filter(|what| what["type"] == kind)
                .collect()
        };
        let issued = events("ticket_issued");
        let numbers: BTreeSet<String> = issued
            .iter()
            .map(|event| event["number"].to_string())
            .collect();
        assert_eq!(issued.len(), tickets, "tickets in the journal");
        assert_eq!(numbers.len(), tickets, "a number was issued twice");
        for kind in ["ticket_called", "ticket_finished"] {
            let once: BTreeSet<String> = events(kind)
                .iter()
                .map(|event| event["ticket"].to_string())
                .collect();
            assert_eq!(events(kind).len(), tickets, "{kind} in the journal");
            assert_eq!(once.len(), tickets, "{kind} twice for one ticket");
        }
        let answers = self.answers.lock().await;
        let acknowledged = |prefix: &str, at: &str| -> BTreeSet<String> {
            answers
                .iter()
                .filter(|(key, _)| key.starts_with(prefix))
                .map(|(_, asked)| serde_json::from_str::<Value>(&asked.answer.1).unwrap())
                .filter_map(|body| body.pointer(at).map(ToString::to_string))
                .collect()
        };
        let in_journal = |kind: &str| -> BTreeSet<String> {
            events(kind)
                .iter()
                .map(|event| event["ticket"].to_string())
                .collect()
        };
        assert_eq!(acknowledged("t", "/id"), in_journal("ticket_issued"));
        assert_eq!(
            acknowledged("call-", "/call/ticket/id"),
            in_journal("ticket_called")
        );
        let verified = daemon.run(&["verify"], "");
        assert!(verified.contains("equal to the journal"), "{verified}");
    }
}

/// 16 desks call at once for 200 tickets.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sixteen_desks_call_no_ticket_twice() {
    let dir = tempfile::tempdir().unwrap();
    let mut daemon = Daemon::prepare(dir.path(), DESKS, "");
    let run = Arc::new(Run::begin(&mut daemon).await);
    run.issue(200, "t").await;
    serve_everybody(&run, 200).await;
    run.repeat(|_| true).await;
    run.check(&daemon, 200).await;
}

/// The same, while the daemon is killed a hundred times.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_acknowledged_is_lost_over_a_hundred_kills() {
    let dir = tempfile::tempdir().unwrap();
    let mut daemon = Daemon::prepare(dir.path(), DESKS, "");
    let run = Arc::new(Run::begin(&mut daemon).await);
    let tickets = 400;
    let issuing: Vec<_> = (0..4)
        .map(|issuer| {
            let run = run.clone();
            tokio::spawn(async move { run.issue(tickets / 4, &format!("t{issuer}")).await })
        })
        .collect();
    let serving = {
        let run = run.clone();
        tokio::spawn(async move { serve_everybody(&run, tickets).await })
    };
    // Each life lasts until a few more answers came, so that kills meet every kind of work. The
    // work is spread so that a hundred lives have something to do.
    for life in 0..KILLS {
        let before = run.acknowledged.load(Ordering::SeqCst);
        let wanted = life % 17;
        while run.acknowledged.load(Ordering::SeqCst) < before + wanted && !serving.is_finished() {
            tokio::task::yield_now().await;
        }
        daemon.kill();
        daemon.start();
    }
    assert!(!serving.is_finished(), "the kills came too late to matter");
    for issuer in issuing {
        issuer.await.unwrap();
    }
    serving.await.unwrap();
    // Tickets and calls are told from the journal; the other steps answer with the desk as it is.
    run.repeat(|path| path.ends_with("/tickets") || path.ends_with("/call-next"))
        .await;
    run.check(&daemon, tickets).await;
}

async fn serve_everybody(run: &Arc<Run>, tickets: usize) {
    let served = Arc::new(AtomicUsize::new(0));
    let desks: Vec<_> = (0..usize::from(DESKS))
        .map(|desk| {
            let (run, served) = (run.clone(), served.clone());
            tokio::spawn(async move { run.serve(desk, &served, tickets).await })
        })
        .collect();
    for desk in desks {
        desk.await.unwrap();
    }
}
