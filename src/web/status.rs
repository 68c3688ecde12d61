//! `/health`: whether the centre works, for people and monitors.

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::AppState;
use super::access::{Caller, From as Peer};
use super::answers::Answer;
use super::connections::Watcher;
use super::problem::Problem;
use crate::engine::published::Published;
use crate::queue::displays;
use crate::queue::view::{Alert, BoardLink, ManagerDisplay, MonitorState, PrinterState};

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(health))
        .routes(routes!(super::metrics_text::metrics_route))
}

/// Whether the centre works.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum Health {
    /// Everything works.
    Ok,
    /// Something needs a person; customers are served.
    Degraded,
    /// The journal cannot be written: nothing can be done. Answered with status 503.
    Failed,
}

/// The answer to `/health`. Without a credential and from another machine: `status` alone.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub(super) struct HealthAnswer {
    /// In a word.
    status: Health,
    /// The rest.
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    detail: Option<HealthDetail>,
}

/// What the word stands on.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub(super) struct HealthDetail {
    /// Version of the running program.
    build: String,
    /// When the state shown was published.
    at: Timestamp,
    /// Rises with each publication since the daemon started.
    sequence: u64,
    /// The journal.
    journal: JournalHealth,
    /// Paper on its way.
    outbox: OutboxHealth,
    /// Kiosks with their devices as last heard of.
    kiosks: Vec<KioskHealth>,
    /// Displays connected.
    displays: u32,
    /// Each display that has a device key.
    display_list: Vec<ManagerDisplay>,
    /// Their monitor; absent where the daemon does not switch it.
    monitor: Option<MonitorState>,
    /// Live connections, displays first.
    live: Vec<Watcher>,
    /// Sentences can be spoken.
    voice: bool,
    /// What needs a person.
    alerts: Vec<Alert>,
}

/// The journal.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub(super) struct JournalHealth {
    /// Facts in it.
    seq: u64,
    /// Why it cannot be written, if it cannot.
    error: Option<String>,
}

/// Paper on its way.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub(super) struct OutboxHealth {
    /// Slips not yet confirmed.
    open: usize,
}

/// A kiosk's devices.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub(super) struct KioskHealth {
    /// Kiosk name.
    kiosk: String,
    /// Its printer.
    printer: PrinterState,
    /// Since when: one that is off line was last in contact then. Absent before the first word.
    printer_since: Option<Timestamp>,
    /// Its button board.
    board: BoardLink,
    /// Since when: one that is lost was last in contact then. Absent before the first word.
    board_since: Option<Timestamp>,
}

/// Whether the centre works
#[utoipa::path(get, path = "/health", tag = "operation", security(()),
    responses((status = 200, body = HealthAnswer), (status = 503, body = HealthAnswer, description = "The journal cannot be written")))]
async fn health(
    State(state): State<AppState>,
    Peer(address): Peer,
    headers: HeaderMap,
    caller: Result<Caller, Problem>,
) -> Result<Answer, Problem> {
    let published = state.engine.published();
    let alerts = published.scene().alerts();
    let status = match (&published.storage_error, alerts.is_empty()) {
        (Some(_), _) => Health::Failed,
        (None, false) => Health::Degraded,
        (None, true) => Health::Ok,
    };
    let code = match status {
        Health::Ok | Health::Degraded => StatusCode::OK,
        Health::Failed => StatusCode::SERVICE_UNAVAILABLE,
    };
    let trusted = caller.is_ok() || is_local(address, &headers);
    let detail = trusted.then(|| detail(&state, &published, alerts));
    Answer::json(code, &HealthAnswer { status, detail })
}

fn detail(state: &AppState, published: &Published, alerts: Vec<Alert>) -> HealthDetail {
    let scene = published.scene();
    let kiosks = published
        .setup
        .kiosks
        .keys()
        .map(|kiosk| KioskHealth {
            kiosk: kiosk.clone(),
            printer: scene.printer(kiosk),
            printer_since: published.around.printers_since.get(kiosk).copied(),
            board: scene.board_link(kiosk),
            board_since: published.around.boards_since.get(kiosk).copied(),
        })
        .collect();
    HealthDetail {
        build: state.config.build.clone(),
        at: published.at,
        sequence: published.sequence,
        journal: JournalHealth {
            seq: published.state.seq,
            error: published.storage_error.clone(),
        },
        outbox: OutboxHealth {
            open: open_slips(published),
        },
        kiosks,
        displays: displays::connected(&published.around.displays),
        display_list: scene.manager_displays(),
        monitor: published.around.monitor.map(|(state, _)| state),
        live: state.connections.watchers(),
        voice: published.around.voice,
        alerts,
    }
}

/// Slips not yet confirmed, of all kiosks.
pub(super) fn open_slips(published: &Published) -> usize {
    let outbox = &published.state.centre.outbox;
    published
        .setup
        .kiosks
        .keys()
        .map(|kiosk| outbox.open_for(kiosk).count())
        .sum()
}

/// Whether the request comes from a program on this machine, and not through a proxy on it.
pub(super) fn is_local(address: Option<std::net::IpAddr>, headers: &HeaderMap) -> bool {
    let forwarded = ["forwarded", "x-forwarded-for", "x-real-ip", "via"]
        .iter()
        .any(|name| headers.contains_key(*name));
    !forwarded && address.is_some_and(|address| address.is_loopback())
}
