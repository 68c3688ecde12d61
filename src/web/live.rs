//! Live views over WebSocket: the whole view on connect and on each change.
//!
//! A connection follows the newest picture; what a slow client missed in between it never gets.
//! Nothing is queued per client but the frame being sent.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;
use std::time::Duration;

use axum::extract::State;
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::extract::ws::{CloseFrame, Message, WebSocket, WebSocketUpgrade};
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::AppState;
use super::access::{BOARD_VIEWERS, Caller, KIOSK_VIEWERS, LIVE_PROTOCOL, OVERSEERS, STAFF, Who};
use super::body::Asked;
use super::problem::Problem;
use super::tickets::kiosk_of;
use crate::access::DeviceRole;
use crate::engine::handle::DeviceReport;
use crate::engine::published::{Published, ViewKind};
use crate::queue::rejection::Rejection;
use crate::queue::ticket::DeskNumber;
use crate::queue::view::Alert;

/// Live connections at once.
const CONNECTIONS_MAX: usize = 512;

/// Largest message a client may send, bytes.
const MESSAGE_BYTES_MAX: usize = 4 * 1024;

/// Messages a client may send between two signs of life.
const MESSAGES_MAX: u32 = 2_000;

/// A sign of life goes out this often.
const ALIVE_EVERY: Duration = Duration::from_secs(5);

/// A client that does not take a frame within this time is let go.
const SEND_TIME_MAX: Duration = Duration::from_secs(10);

/// Close code: the credential no longer holds.
const CLOSE_NOT_SIGNED_IN: u16 = 4401;
/// Close code: the daemon stops.
const CLOSE_STOPPING: u16 = 1001;
/// Close code: too many messages.
const CLOSE_TOO_MANY: u16 = 1008;

/// Kind of the alert about a display without sound.
const DISPLAY_ALERT: &str = "display";

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(live))
}

/// What a live view's frame holds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Envelope<T: ToSchema> {
    /// Rises with each publication since the daemon started.
    pub sequence: u64,
    /// `kiosk`, `board`, `desk` or `manager`.
    pub view: String,
    /// When this was so.
    pub at: Timestamp,
    /// Version of the running program: a page of another one reloads.
    pub build: String,
    /// The view.
    pub data: T,
}

/// The frame between views that says that the connection lives.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub(super) struct Alive {
    /// The daemon's time.
    alive: Timestamp,
}

/// What a client may send.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct LiveMessage {
    /// The view of this sequence has been painted.
    #[serde(default)]
    ack: Option<u64>,
    /// A display tells whether it can sound.
    #[serde(default)]
    audio: Option<Audio>,
}

/// Whether a display can sound.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum Audio {
    /// The browser holds the sound back.
    Suspended,
    /// Sound plays.
    Running,
}

/// Which live view.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum ViewName {
    /// A kiosk.
    Kiosk,
    /// The waiting-room display.
    Board,
    /// A desk.
    Desk,
    /// The manager.
    Manager,
}

impl ViewName {
    fn as_str(self) -> &'static str {
        match self {
            Self::Kiosk => "kiosk",
            Self::Board => "board",
            Self::Desk => "desk",
            Self::Manager => "manager",
        }
    }
}

/// Which view to follow.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct LiveQuery {
    /// The view.
    #[param(inline)]
    view: ViewName,
    /// Desk number, for a desk's view.
    desk: Option<u16>,
    /// Kiosk name, for staff who look at a kiosk where there are several.
    kiosk: Option<String>,
    /// A device's key, where neither a header nor a protocol can be set.
    #[allow(dead_code)]
    key: Option<String>,
}

/// A live connection as `/health` shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub(super) struct Watcher {
    /// View.
    pub view: String,
    /// Name of the device, where one looks.
    pub device: Option<String>,
    /// Since when.
    pub since: Timestamp,
    /// Sequence last sent.
    pub sent: u64,
    /// Sequence last painted, as the client says.
    pub acked: u64,
}

/// All live connections.
#[derive(Debug, Default)]
pub(super) struct Connections {
    open: Mutex<Open>,
    /// Displays whose sound is held back. Held while the engine is told, so that the newest word
    /// is the last.
    silent: tokio::sync::Mutex<BTreeSet<u64>>,
}

#[derive(Debug, Default)]
struct Open {
    opened: u64,
    watchers: BTreeMap<u64, Watcher>,
}

impl Connections {
    /// All connections, displays first.
    pub(super) fn watchers(&self) -> Vec<Watcher> {
        let open = self.open.lock().unwrap_or_else(|e| e.into_inner());
        let mut watchers: Vec<Watcher> = open.watchers.values().cloned().collect();
        watchers.sort_by_key(|watcher| watcher.view != "board");
        watchers
    }

    fn count(&self) -> usize {
        let open = self.open.lock().unwrap_or_else(|e| e.into_inner());
        open.watchers.len()
    }

    fn add(&self, watcher: Watcher) -> Option<u64> {
        let mut open = self.open.lock().unwrap_or_else(|e| e.into_inner());
        if open.watchers.len() >= CONNECTIONS_MAX {
            return None;
        }
        open.opened += 1;
        let id = open.opened;
        open.watchers.insert(id, watcher);
        Some(id)
    }

    fn update(&self, id: u64, change: impl FnOnce(&mut Watcher)) {
        let mut open = self.open.lock().unwrap_or_else(|e| e.into_inner());
        if let Some(watcher) = open.watchers.get_mut(&id) {
            change(watcher);
        }
    }

    fn remove(&self, id: u64) {
        let mut open = self.open.lock().unwrap_or_else(|e| e.into_inner());
        open.watchers.remove(&id);
    }
}

/// Follow a view (WebSocket)
///
/// Frames are `Envelope_KioskView`, `Envelope_BoardView`, `Envelope_DeskView` or
/// `Envelope_ManagerView`, and `Alive` every 5 s. A client may send `LiveMessage`. The protocol is
/// `rinda.v1`; a browser offers its device key as another one, `rinda.bearer.` and the key.
#[utoipa::path(get, path = "/api/v1/live", tag = "live", params(LiveQuery),
    responses((status = 101, description = "The WebSocket"),
        (status = "default", body = Problem, content_type = "application/problem+json", description = "`not_signed_in`, `not_allowed`, `foreign_origin`, …")))]
async fn live(
    State(state): State<AppState>,
    caller: Caller,
    Asked(query): Asked<LiveQuery>,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Result<Response, Problem> {
    caller.must_be(viewers_of(query.view))?;
    let kind = kind_of(&state.engine.published(), &caller, &query)?;
    let upgrade =
        upgrade.map_err(|error| Problem::malformed(format!("use a WebSocket: {error}")))?;
    if state.connections.count() >= CONNECTIONS_MAX {
        return Err(Problem::overloaded());
    }
    let name = query.view;
    let response = upgrade
        .protocols([LIVE_PROTOCOL])
        .max_message_size(MESSAGE_BYTES_MAX)
        .max_frame_size(MESSAGE_BYTES_MAX)
        .on_upgrade(move |socket| follow(state, caller, name, kind, socket));
    Ok(response.into_response())
}

fn viewers_of(view: ViewName) -> &'static [Who] {
    match view {
        ViewName::Kiosk => KIOSK_VIEWERS,
        ViewName::Board => BOARD_VIEWERS,
        ViewName::Desk => STAFF,
        ViewName::Manager => OVERSEERS,
    }
}

fn kind_of(published: &Published, caller: &Caller, query: &LiveQuery) -> Result<ViewKind, Problem> {
    let setup = &published.setup;
    match query.view {
        ViewName::Board => Ok(ViewKind::Board),
        ViewName::Manager => Ok(ViewKind::Manager),
        ViewName::Desk => {
            let desk = query.desk.map(DeskNumber);
            let desk = desk.ok_or_else(|| Problem::invalid("desk", "a desk's view needs desk="))?;
            if setup.desks.contains_key(&desk) {
                Ok(ViewKind::Desk(desk))
            } else {
                Err(Rejection::NoSuchDesk(desk).into())
            }
        }
        ViewName::Kiosk => match (caller, &query.kiosk) {
            (Caller::Device { name, .. }, _) => Ok(ViewKind::Kiosk(kiosk_of(setup, name))),
            (Caller::Person { .. }, Some(kiosk)) if setup.kiosks.contains_key(kiosk) => {
                Ok(ViewKind::Kiosk(kiosk.clone()))
            }
            (Caller::Person { .. }, Some(kiosk)) => {
                Err(Rejection::NoSuchKiosk(kiosk.clone()).into())
            }
            (Caller::Person { .. }, None) => {
                let first = setup.kiosks.keys().next().cloned();
                Ok(ViewKind::Kiosk(
                    first.ok_or_else(|| Rejection::NoSuchKiosk(String::new()))?,
                ))
            }
        },
    }
}

/// One connection from its first frame to its last.
async fn follow(
    state: AppState,
    caller: Caller,
    name: ViewName,
    kind: ViewKind,
    mut socket: WebSocket,
) {
    let device = match &caller {
        Caller::Device { name, .. } => Some(name.clone()),
        Caller::Person { .. } => None,
    };
    let is_display = matches!(
        &caller,
        Caller::Device {
            role: DeviceRole::Board,
            ..
        }
    );
    let watcher = Watcher {
        view: name.as_str().to_owned(),
        device,
        since: state.clock.now(),
        sent: 0,
        acked: 0,
    };
    let Some(id) = state.connections.add(watcher) else {
        return;
    };
    if is_display {
        let came = DeviceReport::Displays { by: 1 };
        state.engine.report(came).await;
    }
    let follower = Follower {
        state: &state,
        caller: &caller,
        kind: &kind,
        id,
        is_display,
    };
    let goodbye = follower.run(&mut socket).await;
    if let Some(frame) = goodbye {
        let closing = socket.send(Message::Close(Some(frame)));
        // A client that takes no frame takes no farewell either.
        let _ = tokio::time::timeout(SEND_TIME_MAX, closing).await;
    }
    if is_display {
        follower.sound(Audio::Running).await;
        let went = DeviceReport::Displays { by: -1 };
        state.engine.report(went).await;
    }
    state.connections.remove(id);
}

struct Follower<'a> {
    state: &'a AppState,
    caller: &'a Caller,
    kind: &'a ViewKind,
    id: u64,
    is_display: bool,
}

impl Follower<'_> {
    /// Sends and receives until either side ends it; the farewell, if one is due.
    async fn run(&self, socket: &mut WebSocket) -> Option<CloseFrame> {
        let mut pictures = self.state.engine.subscribe();
        pictures.mark_changed();
        let mut alive = tokio::time::interval(ALIVE_EVERY);
        let mut messages = 0;
        loop {
            tokio::select! {
                () = self.state.stopping.cancelled() => {
                    return Some(farewell(CLOSE_STOPPING, "stopping"));
                }
                changed = pictures.changed() => {
                    if changed.is_err() {
                        return Some(farewell(CLOSE_STOPPING, "stopping"));
                    }
                    if !self.state.still_holds(self.caller) {
                        return Some(farewell(CLOSE_NOT_SIGNED_IN, "not_signed_in"));
                    }
                    let picture = pictures.borrow_and_update().clone();
                    self.show(socket, &picture).await?;
                }
                _ = alive.tick() => {
                    if !self.state.still_holds(self.caller) {
                        return Some(farewell(CLOSE_NOT_SIGNED_IN, "not_signed_in"));
                    }
                    messages = 0;
                    let alive = Alive { alive: self.state.clock.now() };
                    send(socket, serde_json::to_string(&alive).unwrap_or_default()).await?;
                }
                received = socket.recv() => {
                    messages += 1;
                    if messages > MESSAGES_MAX {
                        return Some(farewell(CLOSE_TOO_MANY, "too_many_requests"));
                    }
                    self.hear(received?.ok()?).await?;
                }
            }
        }
    }

    async fn show(&self, socket: &mut WebSocket, picture: &Published) -> Option<()> {
        let text = picture.envelope(self.kind, &self.state.config.build);
        send(socket, text.to_string()).await?;
        let sequence = picture.sequence;
        let sent = |watcher: &mut Watcher| watcher.sent = sequence;
        self.state.connections.update(self.id, sent);
        Some(())
    }

    /// What a client says; unknown words are passed over, so that newer pages work.
    async fn hear(&self, message: Message) -> Option<()> {
        let text = match message {
            Message::Text(text) => text,
            Message::Binary(_) | Message::Ping(_) | Message::Pong(_) => return Some(()),
            Message::Close(_) => return None,
        };
        let Ok(said) = serde_json::from_str::<LiveMessage>(&text) else {
            return Some(());
        };
        if let Some(sequence) = said.ack {
            self.state.connections.update(self.id, |watcher| {
                watcher.acked = sequence.min(watcher.sent);
            });
        }
        if let (Some(audio), true) = (said.audio, self.is_display) {
            self.sound(audio).await;
        }
        Some(())
    }

    /// Keeps the alert that some display is silent.
    async fn sound(&self, audio: Audio) {
        let mut silent = self.state.connections.silent.lock().await;
        let before = silent.is_empty();
        match audio {
            Audio::Suspended => silent.insert(self.id),
            Audio::Running => silent.remove(&self.id),
        };
        let report = match (before, silent.is_empty()) {
            (true, false) => DeviceReport::Raise(Alert {
                kind: DISPLAY_ALERT.to_owned(),
                text: "Ekrānam nav skaņas: pārlūks to aptur. Pieskarieties ekrānam vai atļaujiet skaņu."
                    .to_owned(),
                since: self.state.clock.now(),
                urgent: false,
            }),
            (false, true) => DeviceReport::Clear {
                kind: DISPLAY_ALERT.to_owned(),
            },
            (true, true) | (false, false) => return,
        };
        self.state.engine.report(report).await;
    }
}

async fn send(socket: &mut WebSocket, text: String) -> Option<()> {
    tokio::time::timeout(SEND_TIME_MAX, socket.send(Message::Text(text.into())))
        .await
        .ok()?
        .ok()
}

fn farewell(code: u16, reason: &'static str) -> CloseFrame {
    CloseFrame {
        code,
        reason: reason.into(),
    }
}
