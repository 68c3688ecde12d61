//! Live views over WebSocket: the whole view on connect and on each change.
//!
//! A connection follows the newest picture; what a slow client missed in between it never gets.
//! Nothing is queued per client but the frame being sent.

use std::time::Duration;

use axum::extract::State;
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::extract::ws::{CloseFrame, Message, WebSocket, WebSocketUpgrade};
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use tokio::time::MissedTickBehavior;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::AppState;
use super::access::{BOARD_VIEWERS, Caller, KIOSK_VIEWERS, LIVE_PROTOCOL, OVERSEERS, STAFF, Who};
use super::body::Asked;
use super::connections::{CONNECTIONS_MAX, Watcher};
use super::display::Display;
use super::problem::Problem;
use super::tickets::kiosk_of;
use crate::access::Role;
use crate::engine::published::{Published, ViewKind};
use crate::queue::rejection::Rejection;
use crate::queue::ticket::DeskNumber;
use crate::report::Eyes;

/// Largest message a client may send, bytes.
const MESSAGE_BYTES_MAX: usize = 4 * 1024;

/// Messages a client may send between two signs of life.
const MESSAGES_MAX: u32 = 2_000;

/// A sign of life goes out this often.
const ALIVE_EVERY: Duration = Duration::from_secs(5);

/// To a display, which must paint each of them, more often.
const DISPLAY_ALIVE_EVERY: Duration = Duration::from_secs(2);

/// How often it is looked whether a display is late.
const LOOK_EVERY: Duration = Duration::from_millis(250);

/// A client that does not take a frame within this time is let go.
const SEND_TIME_MAX: Duration = Duration::from_secs(10);

/// Close code: the credential no longer holds.
const CLOSE_NOT_SIGNED_IN: u16 = 4401;
/// Close code: the daemon stops.
const CLOSE_STOPPING: u16 = 1001;
/// Close code: too many messages.
const CLOSE_TOO_MANY: u16 = 1008;

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
    /// The view of this sequence has been painted: two animation frames have passed since.
    #[serde(default)]
    ack: Option<u64>,
    /// With `ack`: which frame of this connection that was, counting views and signs of life
    /// from 1. A display owes one for each frame within 2 s; a newer one includes the older.
    #[serde(default)]
    frame: Option<u64>,
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

/// Follow a view (WebSocket)
///
/// Frames are `Envelope_KioskView`, `Envelope_BoardView`, `Envelope_DeskView` or
/// `Envelope_ManagerView`, and `Alive` every 5 s, to a display every 2 s. A client may send
/// `LiveMessage`; a display that does not acknowledge what it painted raises an alert. The protocol is
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
    let eyes = state.eyes_of(&caller);
    let kind = kind_of(&state.engine.published(), &caller, eyes, &query)?;
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

/// Those who oversee without seeing names get views without them; a consultant works beside
/// colleagues and sees who they are.
fn kind_of(
    published: &Published,
    caller: &Caller,
    eyes: Eyes,
    query: &LiveQuery,
) -> Result<ViewKind, Problem> {
    let is_consultant = caller.must_be(&[Who::Staff(Role::Consultant)]).is_ok();
    let unnamed = eyes == Eyes::Desks && !is_consultant;
    let setup = &published.setup;
    match query.view {
        ViewName::Board => Ok(ViewKind::Board),
        ViewName::Manager if unnamed => Ok(ViewKind::Unnamed),
        ViewName::Manager => Ok(ViewKind::Manager),
        ViewName::Desk => {
            let desk = query.desk.map(DeskNumber);
            let desk = desk.ok_or_else(|| Problem::invalid("desk", "a desk's view needs desk="))?;
            if !setup.desks.contains_key(&desk) {
                Err(Rejection::NoSuchDesk(desk).into())
            } else if unnamed {
                Ok(ViewKind::UnnamedDesk(desk))
            } else {
                Ok(ViewKind::Desk(desk))
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
    let watcher = Watcher::new(name.as_str(), &caller, state.clock.now());
    let Some(id) = state.connections.add(watcher) else {
        return;
    };
    let mut follower = Follower {
        display: Display::of(&caller, id, &state).await,
        state: &state,
        caller: &caller,
        kind: &kind,
        id,
    };
    let goodbye = follower.run(&mut socket).await;
    if let Some(frame) = goodbye {
        let closing = socket.send(Message::Close(Some(frame)));
        // A client that takes no frame takes no farewell either.
        let _ = tokio::time::timeout(SEND_TIME_MAX, closing).await;
    }
    if let Some(display) = follower.display {
        display.leave().await;
    }
    state.connections.remove(id);
}

struct Follower<'a> {
    state: &'a AppState,
    caller: &'a Caller,
    kind: &'a ViewKind,
    id: u64,
    /// Where a waiting-room display looks on.
    display: Option<Display>,
}

impl Follower<'_> {
    /// Sends and receives until either side ends it; the farewell, if one is due.
    async fn run(&mut self, socket: &mut WebSocket) -> Option<CloseFrame> {
        let mut pictures = self.state.engine.subscribe();
        pictures.mark_changed();
        let is_display = self.display.is_some();
        let mut alive = tokio::time::interval(if is_display {
            DISPLAY_ALIVE_EVERY
        } else {
            ALIVE_EVERY
        });
        // A line that was stopped for a while gets one sign of life, not all it has missed.
        alive.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut look = tokio::time::interval(LOOK_EVERY);
        look.set_missed_tick_behavior(MissedTickBehavior::Delay);
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
                    let text = serde_json::to_string(&alive).unwrap_or_default();
                    self.send(socket, text, None).await?;
                }
                _ = look.tick(), if is_display => {
                    if let Some(display) = &mut self.display {
                        display.look().await;
                    }
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

    async fn show(&mut self, socket: &mut WebSocket, picture: &Published) -> Option<()> {
        let text = picture.envelope(self.kind, &self.state.config.build);
        let sequence = picture.sequence;
        self.send(socket, text.to_string(), Some(sequence)).await?;
        let sent = |watcher: &mut Watcher| watcher.sent = sequence;
        self.state.connections.update(self.id, sent);
        Some(())
    }

    async fn send(
        &mut self,
        socket: &mut WebSocket,
        text: String,
        view: Option<u64>,
    ) -> Option<()> {
        if let Some(display) = &mut self.display {
            display.sent(view);
        }
        tokio::time::timeout(SEND_TIME_MAX, socket.send(Message::Text(text.into())))
            .await
            .ok()?
            .ok()
    }

    /// What a client says; unknown words are passed over, so that newer pages work.
    async fn hear(&mut self, message: Message) -> Option<()> {
        let text = match message {
            Message::Text(text) => text,
            Message::Binary(_) | Message::Ping(_) | Message::Pong(_) => return Some(()),
            Message::Close(_) => return None,
        };
        let Ok(said) = serde_json::from_str::<LiveMessage>(&text) else {
            return Some(());
        };
        if let Some(sequence) = said.ack {
            let news = match (&mut self.display, said.frame) {
                (Some(display), Some(frame)) => display.painted(frame, sequence).await,
                // A display that does not say which frame proves nothing.
                (Some(_), None) => false,
                (None, Some(_) | None) => true,
            };
            self.state.connections.update(self.id, |watcher| {
                if news {
                    watcher.acked = watcher.acked.max(sequence.min(watcher.sent));
                }
            });
        }
        if let (Some(audio), Some(display)) = (said.audio, &mut self.display) {
            display.sounds(audio == Audio::Running).await;
        }
        Some(())
    }
}

fn farewell(code: u16, reason: &'static str) -> CloseFrame {
    CloseFrame {
        code,
        reason: reason.into(),
    }
}
