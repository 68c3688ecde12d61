//! Live views over a real listener.

use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use rinda::queue::displays::connected;
use rinda::queue::view::{BoardView, DeskView, DisplayState, KioskView, ManagerView};
use rinda::web::{Envelope, serve};
use serde_json::{Value, json};
use tokio::net::{TcpListener, TcpStream};
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};
use tokio_util::sync::CancellationToken;

use crate::centre::{TestCentre, change};
use crate::privacy::names_nobody;
use rinda::access::AccessEvent;

pub type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// No frame takes longer than this, even on a busy machine.
const PATIENCE: Duration = Duration::from_secs(30);

pub struct Served {
    pub centre: TestCentre,
    address: String,
    stop: CancellationToken,
    task: tokio::task::JoinHandle<std::io::Result<()>>,
}

async fn served() -> Served {
    served_by(TestCentre::start().await).await
}

/// A centre behind a real listener.
pub async fn served_by(centre: TestCentre) -> Served {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let stop = CancellationToken::new();
    let stopped = stop.clone().cancelled_owned();
    let task = tokio::spawn(serve(listener, centre.state.clone(), stopped));
    Served {
        centre,
        address,
        stop,
        task,
    }
}

impl Served {
    async fn connect(&self, query: &str, headers: &[(&'static str, &str)]) -> Result<Socket, u16> {
        let url = format!("ws://{}/api/v1/live?{query}", self.address);
        let mut request = url.into_client_request().unwrap();
        for (name, value) in headers {
            request.headers_mut().insert(*name, value.parse().unwrap());
        }
        match connect_async(request).await {
            Ok((socket, _)) => Ok(socket),
            Err(Error::Http(response)) => Err(response.status().as_u16()),
            Err(error) => panic!("{error}"),
        }
    }

    pub async fn watch(&self, query: &str, who: &str) -> Socket {
        let bearer = format!("Bearer {who}");
        let headers = [("authorization", bearer.as_str())];
        self.connect(query, &headers).await.expect("a WebSocket")
    }
}

/// The next view, passing over signs of life.
pub async fn view(socket: &mut Socket) -> Value {
    loop {
        let value = frame(socket).await;
        if value.get("alive").is_none() {
            return value;
        }
    }
}

async fn frame(socket: &mut Socket) -> Value {
    let next = tokio::time::timeout(PATIENCE, socket.next()).await;
    let message = next.expect("a frame in time").expect("a frame").unwrap();
    assert!(message.is_text(), "{message:?} is no view");
    serde_json::from_str(message.to_text().unwrap()).unwrap()
}

#[tokio::test]
async fn each_view_comes_whole_at_once_and_again_on_each_change() {
    let served = served().await;
    let mut kiosk = served.watch("view=kiosk", "kiosk").await;
    let mut board = served.watch("view=board", "board").await;
    let mut desk = served.watch("view=desk&desk=1", "anna").await;
    let mut manager = served.watch("view=manager", "manager").await;
    let first = view(&mut kiosk).await;
    names_nobody(&first);
    let first: Envelope<KioskView> = serde_json::from_value(first).unwrap();
    assert_eq!(
        (first.view.as_str(), first.data.kiosk.as_str()),
        ("kiosk", "foyer")
    );
    let _: Envelope<BoardView> = serde_json::from_value(view(&mut board).await).unwrap();
    let _: Envelope<DeskView> = serde_json::from_value(view(&mut desk).await).unwrap();
    let _: Envelope<ManagerView> = serde_json::from_value(view(&mut manager).await).unwrap();

    served.centre.post("anna", "/api/v1/desks/1/open", "").await;
    served.centre.issue(1).await;
    served
        .centre
        .post("anna", "/api/v1/desks/1/call-next", "")
        .await;
    let mut sequence = first.sequence;
    loop {
        let seen = view(&mut board).await;
        names_nobody(&seen);
        let seen: Envelope<BoardView> = serde_json::from_value(seen).unwrap();
        assert!(seen.sequence > sequence || seen.data.calls.is_empty());
        sequence = seen.sequence;
        if let Some(call) = seen.data.calls.first() {
            assert_eq!((call.number.as_str(), call.desk), ("P 001", 1));
            break;
        }
    }
}

#[tokio::test]
async fn a_display_is_counted_acknowledges_and_tells_of_its_silence() {
    let served = served().await;
    let mut pictures = served.centre.engine.subscribe();
    let mut board = served.watch("view=board", "board").await;
    let mut frames = 1;
    let first = loop {
        let first = frame(&mut board).await;
        if first.get("alive").is_none() {
            break first;
        }
        frames += 1;
    };
    let _ = pictures
        .wait_for(|p| connected(&p.around.displays) == 1)
        .await
        .unwrap();
    let ack = json!({"ack": first["sequence"], "frame": frames}).to_string();
    board.send(Message::text(ack)).await.unwrap();
    board
        .send(Message::text(r#"{"later": true}"#))
        .await
        .unwrap();
    board
        .send(Message::text(r#"{"audio": "suspended"}"#))
        .await
        .unwrap();
    let has_alert = |p: &std::sync::Arc<rinda::engine::published::Published>| {
        let alerts = p.scene().alerts();
        alerts.iter().any(|alert| alert.kind == "display")
    };
    let _ = pictures.wait_for(has_alert).await.unwrap();
    let health = served.centre.get("admin", "/health").await.json();
    assert_eq!(health["live"][0]["device"], "board");
    assert!(health["live"][0]["acked"].as_u64() >= first["sequence"].as_u64());
    board
        .send(Message::text(r#"{"audio": "running"}"#))
        .await
        .unwrap();
    let _ = pictures.wait_for(|p| !has_alert(p)).await.unwrap();
    board.close(None).await.unwrap();
    let _ = pictures
        .wait_for(|p| connected(&p.around.displays) == 0)
        .await
        .unwrap();
}

/// A page that answers, but with what it painted long ago, is as frozen as one that is silent.
#[tokio::test]
async fn a2_1_5_a_display_is_late_unless_it_acknowledges_the_newest_frame() {
    let served = served().await;
    let mut pictures = served.centre.engine.subscribe();
    let mut board = served.watch("view=board", "board").await;
    let is = |state: DisplayState| {
        move |p: &std::sync::Arc<rinda::engine::published::Published>| {
            p.scene().manager_displays()[0].state == state
        }
    };
    let mut frames: u64 = 0;
    let mut sequence = 0;
    let late = pictures.wait_for(is(DisplayState::Frozen));
    tokio::pin!(late);
    loop {
        tokio::select! {
            _ = &mut late => break,
            next = frame(&mut board) => {
                frames += 1;
                sequence = next["sequence"].as_u64().unwrap_or(sequence);
                for old in [
                    json!({"ack": sequence}),
                    json!({"ack": sequence, "frame": 1}),
                    json!({"ack": sequence, "frame": frames + 1}),
                    json!({"ack": sequence + 1, "frame": frames}),
                ] {
                    let first = frames == 1 && old["frame"] == 1;
                    if !first {
                        board.send(Message::text(old.to_string())).await.unwrap();
                    }
                }
            }
        }
    }
    let mut pictures = served.centre.engine.subscribe();
    let well = pictures.wait_for(is(DisplayState::Well));
    tokio::pin!(well);
    loop {
        tokio::select! {
            _ = &mut well => break,
            next = frame(&mut board) => {
                frames += 1;
                sequence = next["sequence"].as_u64().unwrap_or(sequence);
                let painted = json!({"ack": sequence, "frame": frames});
                board.send(Message::text(painted.to_string())).await.unwrap();
            }
        }
    }
}

#[tokio::test]
async fn a_silent_display_that_leaves_takes_its_alert_along() {
    let served = served().await;
    let mut pictures = served.centre.engine.subscribe();
    let mut board = served.watch("view=board", "board").await;
    board
        .send(Message::text(r#"{"audio": "suspended"}"#))
        .await
        .unwrap();
    let _ = pictures
        .wait_for(|p| !p.scene().alerts().is_empty())
        .await
        .unwrap();
    drop(board);
    let gone =
        pictures.wait_for(|p| p.scene().alerts().is_empty() && connected(&p.around.displays) == 0);
    let _ = tokio::time::timeout(PATIENCE, gone).await.unwrap().unwrap();
}

#[tokio::test]
async fn who_may_not_look_gets_no_socket() {
    let served = served().await;
    for (query, who, expected) in [
        ("view=board", "", 401),
        ("view=board", "wrong", 401),
        ("view=manager", "anna", 403),
        ("view=manager", "board", 403),
        ("view=desk&desk=1", "kiosk", 403),
        ("view=kiosk", "board", 403),
        ("view=board", "kiosk", 403),
        ("view=desk", "anna", 422),
        ("view=desk&desk=9", "anna", 404),
        ("view=kiosk&kiosk=cellar", "anna", 404),
        ("view=garden", "anna", 422),
    ] {
        let bearer = format!("Bearer {who}");
        let result = served.connect(query, &[("authorization", &bearer)]).await;
        assert_eq!(result.err(), Some(expected), "{who} {query}");
    }
    for foreign in [
        ("origin", "https://evil.test"),
        ("sec-fetch-site", "cross-site"),
    ] {
        let result = served.connect("view=board&key=board", &[foreign]).await;
        assert_eq!(result.err(), Some(403));
    }
}

#[tokio::test]
async fn a_browser_gives_its_key_as_a_protocol_and_gets_the_plain_one_back() {
    let served = served().await;
    let url = format!("ws://{}/api/v1/live?view=board", served.address);
    let mut request = url.into_client_request().unwrap();
    let offered = "rinda.v1, rinda.bearer.board".parse().unwrap();
    request
        .headers_mut()
        .insert("sec-websocket-protocol", offered);
    let origin = format!("http://{}", served.address).parse().unwrap();
    request.headers_mut().insert("origin", origin);
    let (mut socket, response) = connect_async(request).await.unwrap();
    assert_eq!(response.headers()["sec-websocket-protocol"], "rinda.v1");
    assert_eq!(view(&mut socket).await["view"], "board");
    let by_query = served.connect("view=board&key=board", &[]).await;
    assert_eq!(view(&mut by_query.unwrap()).await["view"], "board");
}

#[tokio::test]
async fn a_revoked_key_ends_its_connection() {
    let served = served().await;
    let mut board = served.watch("view=board", "board").await;
    view(&mut board).await;
    let name = "board".to_owned();
    change(&served.centre.engine, AccessEvent::DeviceRevoked { name }).await;
    let code = close_code(&mut board).await;
    assert_eq!(code, 4401);
}

#[tokio::test]
async fn signs_of_life_come_and_a_stop_says_goodbye() {
    let served = served().await;
    let mut desk = served.watch("view=desk&desk=2", "berta").await;
    loop {
        if frame(&mut desk).await.get("alive").is_some() {
            break;
        }
    }
    served.stop.cancel();
    assert_eq!(close_code(&mut desk).await, 1001);
    tokio::time::timeout(PATIENCE, served.task)
        .await
        .unwrap()
        .unwrap()
        .unwrap();
}

async fn close_code(socket: &mut Socket) -> u16 {
    loop {
        let next = tokio::time::timeout(PATIENCE, socket.next()).await.unwrap();
        if let Message::Close(frame) = next.expect("a farewell").unwrap() {
            return frame.expect("a farewell with a reason").code.into();
        }
    }
}

#[tokio::test]
async fn a_program_on_this_machine_sees_health_and_metrics_and_one_behind_a_proxy_does_not() {
    let served = served().await;
    let base = format!("http://{}", served.address);
    let client = reqwest::Client::new();
    let health: Value = client
        .get(format!("{base}/health"))
        .send()
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    assert!(health["journal"]["seq"].is_number());
    let metrics = client.get(format!("{base}/metrics")).send().await.unwrap();
    assert_eq!(metrics.status(), 200);
    let proxied = client
        .get(format!("{base}/metrics"))
        .header("x-forwarded-for", "192.0.2.1")
        .send()
        .await
        .unwrap();
    assert_eq!(proxied.status(), 401);
}

/// A client that sends ten megabytes gets its answer on the wire, long before it is done.
#[tokio::test]
async fn ten_megabytes_are_refused_on_the_wire() {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let served = served().await;
    let mut stream = TcpStream::connect(&served.address).await.unwrap();
    let head = "POST /api/v1/tickets HTTP/1.1\r\nhost: rinda.test\r\n\
        authorization: Bearer kiosk\r\ncontent-length: 10485760\r\n\r\n";
    stream.write_all(head.as_bytes()).await.unwrap();
    stream.write_all(&[b' '; 1024]).await.unwrap();
    let mut answer = Vec::new();
    let mut piece = [0; 4096];
    while !String::from_utf8_lossy(&answer).contains("body_too_large") {
        let read = tokio::time::timeout(PATIENCE, stream.read(&mut piece));
        let length = read.await.expect("an answer in time").unwrap();
        assert!(length > 0, "closed without an answer");
        answer.extend_from_slice(&piece[..length]);
    }
    assert!(answer.starts_with(b"HTTP/1.1 413 "));
}
