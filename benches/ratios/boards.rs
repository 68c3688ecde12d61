//! From a call to the last of many waiting-room displays, over the real web server.

use std::net::SocketAddr;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use futures_util::StreamExt as _;
use rinda::access::{AccessEvent, Device, DeviceRole};
use rinda::queue::catalogue::Service;
use rinda::queue::command::{Actor, Command};
use rinda::queue::ticket::DeskNumber;
use rinda::web::{self, AppState, Ports, WebConfig, sha256_hex};
use serde::Deserialize;
use tokio::sync::mpsc;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_util::sync::CancellationToken;

use super::centre::{Running, issue, setup, supervisor};
use super::table::{Row, percentile, ratio, time};

/// Displays at once.
const BOARDS: usize = 50;

/// Calls, one after the other.
const CALLS: usize = 100;

const KEY: &str = "bench-board-key";
const DESK: DeskNumber = DeskNumber(1);

/// Every display sees every change within this time, or the bench fails.
const SEEN_TIME_MAX: Duration = Duration::from_secs(10);

pub async fn measure(folder: &Path, rows: &mut Vec<Row>) -> Result<()> {
    let mut one = calls(&folder.join("board-1"), 1).await?;
    let mut many = calls(&folder.join("board-50"), BOARDS).await?;
    for percent in [50, 99] {
        let (taken, floor) = (
            percentile(&mut many, percent),
            percentile(&mut one, percent),
        );
        rows.push(Row {
            what: format!("call → the last of {BOARDS} boards, p{percent}"),
            figure: time(taken),
            baseline: time(floor),
            ratio: ratio(taken.as_secs_f64(), floor.as_secs_f64()),
            note: format!("{CALLS} calls, durable, loopback; baseline: the same with 1 board"),
        });
    }
    Ok(())
}

/// A display has seen a picture.
struct Seen {
    board: usize,
    sequence: u64,
    at: Instant,
}

async fn calls(data: &Path, boards: usize) -> Result<Vec<Duration>> {
    let running = Running::start(data, setup()?)?;
    let engine = running.engine.clone();
    let device = Device {
        name: "ekrans".to_owned(),
        role: DeviceRole::Board,
        key_sha256: sha256_hex(KEY),
    };
    let added = AccessEvent::DeviceAdded(device);
    engine.change_access(Actor::Rinda, added).await?;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    let config = WebConfig {
        requests_per_second: 10_000,
        ..WebConfig::default()
    };
    let state = AppState::new(
        engine.clone(),
        running.clock.clone(),
        config,
        Ports::default(),
    );
    let stop = CancellationToken::new();
    let server = tokio::spawn(web::serve(listener, state, stop.clone().cancelled_owned()));
    let (seen_in, seen) = mpsc::channel(4_096);
    for board in 0..boards {
        tokio::spawn(watch(address, board, seen_in.clone()));
    }
    let mut room = Room {
        seen,
        newest: vec![(0, Instant::now()); boards],
    };
    let consultant = Actor::Consultant {
        login: "konsultants1".to_owned(),
    };
    let open = Command::OpenDesk {
        desk: DESK,
        services: None,
        take_over: false,
    };
    engine.submit(consultant.clone(), open, None).await?;
    let mut times = Vec::new();
    for _ in 0..CALLS {
        engine
            .submit(supervisor(), issue(Service::ALL[0]), None)
            .await?;
        room.all_see(engine.published().sequence).await?;
        let call = Command::CallNext {
            desk: DESK,
            service: None,
        };
        let began = Instant::now();
        engine.submit(consultant.clone(), call, None).await?;
        let last = room.all_see(engine.published().sequence).await?;
        times.push(last.duration_since(began));
        for step in [
            Command::CustomerArrived { desk: DESK },
            Command::Finish {
                desk: DESK,
                outcome: None,
            },
        ] {
            engine.submit(consultant.clone(), step, None).await?;
        }
    }
    stop.cancel();
    server.await??;
    Ok(times)
}

/// What the displays have seen.
struct Room {
    seen: mpsc::Receiver<Seen>,
    newest: Vec<(u64, Instant)>,
}

impl Room {
    /// Waits until every display has seen a picture and tells when the last one did.
    async fn all_see(&mut self, sequence: u64) -> Result<Instant> {
        while self.newest.iter().any(|(seen, _)| *seen < sequence) {
            let seen = tokio::time::timeout(SEEN_TIME_MAX, self.seen.recv()).await?;
            let seen = seen.context("a display ended")?;
            if let Some(newest) = self.newest.get_mut(seen.board) {
                *newest = (seen.sequence, seen.at);
            }
        }
        let last = self.newest.iter().map(|(_, at)| *at).max();
        last.context("no displays")
    }
}

async fn watch(address: SocketAddr, board: usize, seen: mpsc::Sender<Seen>) -> Result<()> {
    #[derive(Deserialize)]
    struct Frame {
        sequence: Option<u64>,
    }
    let mut request = format!("ws://{address}/api/v1/live?view=board").into_client_request()?;
    let bearer = format!("Bearer {KEY}").parse()?;
    request.headers_mut().insert("Authorization", bearer);
    let (mut socket, _) = tokio_tungstenite::connect_async(request).await?;
    while let Some(message) = socket.next().await {
        let message = message?;
        let at = Instant::now();
        let frame: Option<Frame> = serde_json::from_str(message.to_text().unwrap_or("")).ok();
        if let Some(sequence) = frame.and_then(|frame| frame.sequence)
            && seen
                .send(Seen {
                    board,
                    sequence,
                    at,
                })
                .await
                .is_err()
        {
            break;
        }
    }
    Ok(())
}
