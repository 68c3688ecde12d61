//! What is recorded of the daemon: two lives of a centre in which a kiosk issues tickets, a board's
//! buttons are pressed and desks call, all over HTTP.

use std::path::Path;
use std::sync::Arc;

use serde_json::{Value, json};
use tokio::sync::Semaphore;

use crate::daemon::{Client, Daemon};
use crate::exchange::{Exchange, exchanges};
use crate::recording::{Op, Recorder};

const DESKS: u16 = 6;
const PASSWORD: &str = "parole-parole";

/// Kiosks that issue at the same time.
const ISSUERS: usize = 3;

/// The daemon is stopped and started again in between.
const LIVES: usize = 2;

/// A kiosk whose board is simulated.
const KIOSK: &str = "[[kiosk]]\nname = \"kiosks\"\nboard = \"simulated\"\nbaud = 115200\n";

/// A recorded run of the daemon.
pub struct Story {
    pub ops: Vec<Op>,
    pub exchanges: Vec<Exchange>,
    /// The centre, stopped.
    pub daemon: Daemon,
    /// The kiosk's key.
    pub kiosk_key: String,
}

struct People {
    kiosk: Client,
    desks: Vec<Client>,
}

/// Plays and records a run below `dir` in which each issuer issues so many tickets a life.
pub fn play(dir: &Path, tickets: usize) -> Story {
    let recorder = Recorder::new(dir);
    let mut daemon = Daemon::prepare(dir, DESKS, KIOSK);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    start(&mut daemon, &recorder);
    let (people, kiosk_key) = runtime.block_on(begin(&daemon));
    let people = Arc::new(people);
    for life in 0..LIVES {
        if life > 0 {
            daemon.stop();
            start(&mut daemon, &recorder);
        }
        runtime.block_on(live(&people, life, tickets));
    }
    daemon.stop();
    let ops = recorder.finish().ops;
    Story {
        exchanges: exchanges(&ops),
        ops,
        daemon,
        kiosk_key,
    }
}

fn start(daemon: &mut Daemon, recorder: &Recorder) {
    daemon.start_with(|command| {
        recorder.attach(command);
        command.env("RINDA_SHIM_SOCKETS", "1");
    });
}

/// Accounts and devices are made by the running daemon; everybody signs in and opens a desk.
async fn begin(daemon: &Daemon) -> (People, String) {
    let nobody = Client::new(daemon.url(), String::new());
    nobody.ready().await;
    let key = daemon.run(&["device", "add", "kiosks", "--role", "kiosk"], "");
    let kiosk_key = key.trim().to_owned();
    let kiosk = Client::new(daemon.url(), kiosk_key.clone());
    let mut desks = Vec::new();
    for desk in 1..=DESKS {
        let login = format!("k{desk}");
        daemon.run(
            &["staff", "add", &login, "--role", "consultant"],
            &format!("{PASSWORD}\n"),
        );
        let client = Client::sign_in(daemon.url(), &login, PASSWORD).await;
        let path = format!("/api/v1/desks/{desk}/open");
        must(&client, &path, &format!("open-{desk}"), &json!({})).await;
        desks.push(client);
    }
    (People { kiosk, desks }, kiosk_key)
}

async fn must(client: &Client, path: &str, key: &str, body: &Value) -> Value {
    let (status, text) = client.post(path, key, body).await;
    assert!(status < 300, "{path}: {status} {text}");
    serde_json::from_str(&text).unwrap()
}

/// One life: issuers and desks at work at the same time until nobody waits.
async fn live(people: &Arc<People>, life: usize, tickets: usize) {
    people.kiosk.ready().await;
    press_buttons(people, life).await;
    until_shown(&people.desks[0]).await;
    // A permit for each ticket that a desk may find.
    let waiting = Arc::new(Semaphore::new(0));
    let desks: Vec<_> = (0..people.desks.len())
        .map(|desk| {
            let (people, waiting) = (people.clone(), waiting.clone());
            tokio::spawn(async move { serve(&people, life, desk, &waiting).await })
        })
        .collect();
    let issuers: Vec<_> = (0..ISSUERS)
        .map(|issuer| {
            let (people, waiting) = (people.clone(), waiting.clone());
            tokio::spawn(async move {
                for n in 0..tickets {
                    issue(&people, &format!("{life}-{issuer}-{n}"), n).await;
                    waiting.add_permits(1);
                }
            })
        })
        .collect();
    for issuer in issuers {
        issuer.await.unwrap();
    }
    waiting.close();
    for desk in desks {
        desk.await.unwrap();
    }
    people.desks[0].get("/api/v1/tickets").await;
}

/// A ticket, and now and then what else can be asked about one that waits. It may have been called
/// meanwhile, so that the second request is refused.
async fn issue(people: &People, name: &str, n: usize) {
    let body = json!({"service": n % 3 + 1});
    let ticket = must(&people.kiosk, "/api/v1/tickets", &format!("t{name}"), &body).await;
    let staff = &people.desks[n % people.desks.len()];
    let about = |step: &str| format!("/api/v1/tickets/{}/{step}", ticket["id"]);
    match n % 10 {
        3 => {
            let reason = json!({"reason": "aizgāja"});
            let key = format!("cancel{name}");
            staff.post(&about("cancel"), &key, &reason).await;
        }
        6 => {
            let key = format!("turn{name}");
            staff.post(&about("out-of-turn"), &key, &json!({})).await;
        }
        _ => {}
    }
}

/// Every button of the board once.
async fn press_buttons(people: &People, life: usize) {
    let path = "/api/v1/simulated/kiosks/press";
    for button in 1..=3 {
        let key = format!("press{life}-{button}");
        must(&people.kiosk, path, &key, &json!({"button": button})).await;
    }
}

/// Looks until staff are shown a ticket.
async fn until_shown(staff: &Client) {
    loop {
        let list = staff.get("/api/v1/tickets").await;
        if !list["tickets"].as_array().unwrap().is_empty() {
            return;
        }
    }
}

/// Calls while tickets come, then until nobody waits.
async fn serve(people: &People, life: usize, desk: usize, waiting: &Semaphore) {
    let mut n = 0;
    loop {
        let more = match waiting.acquire().await {
            Ok(permit) => {
                permit.forget();
                true
            }
            Err(_) => false,
        };
        let found = visit(&people.desks[desk], &format!("{life}-{desk}-{n}"), desk, n).await;
        if !found && !more {
            return;
        }
        n += 1;
    }
}

/// Calls the next customer and serves them; whether there was one.
async fn visit(client: &Client, name: &str, desk: usize, n: usize) -> bool {
    let at = |step: &str| format!("/api/v1/desks/{}/{step}", desk + 1);
    let key = |step: &str| format!("{step}{name}");
    let call = must(client, &at("call-next"), &key("call"), &json!({})).await;
    if call["call"].is_null() {
        return false;
    }
    if n % 4 == 1 {
        must(client, &at("recall"), &key("recall"), &json!({})).await;
    }
    must(client, &at("arrived"), &key("arrived"), &json!({})).await;
    if n.is_multiple_of(2) {
        must(client, &at("documents"), &key("documents"), &json!({})).await;
    }
    must(client, &at("finish"), &key("finish"), &json!({})).await;
    true
}
