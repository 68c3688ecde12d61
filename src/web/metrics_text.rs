//! `/metrics`: the centre in numbers, in Prometheus' text format.

use std::fmt::Write as _;

use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};

use super::AppState;
use super::access::{Caller, From as Peer};
use super::centre::phase_name;
use super::problem::Problem;
use super::status::{is_local, open_slips};
use crate::queue::displays;
use crate::queue::view::DisplayState;

/// The centre in numbers, for Prometheus
#[utoipa::path(get, path = "/metrics", tag = "operation",
    responses((status = 200, content_type = "text/plain", body = String, description = "From this machine, or with a credential"),
        (status = "default", body = Problem, content_type = "application/problem+json", description = "`not_signed_in`")))]
pub(super) async fn metrics_route(
    State(state): State<AppState>,
    Peer(address): Peer,
    headers: HeaderMap,
    caller: Result<Caller, Problem>,
) -> Result<Response, Problem> {
    if !is_local(address, &headers) {
        caller?;
    }
    let content_type = HeaderValue::from_static("text/plain; version=0.0.4; charset=utf-8");
    let no_store = HeaderValue::from_static("no-store");
    let headers = [
        (header::CONTENT_TYPE, content_type),
        (header::CACHE_CONTROL, no_store),
    ];
    Ok((headers, text(&state)).into_response())
}

fn text(state: &AppState) -> String {
    let published = state.engine.published();
    let centre = &published.state.centre;
    let scene = published.scene();
    let mut out = Text::default();
    out.head("build_info", "gauge", "Version of the running program");
    out.line("build_info", &[("version", &state.config.build)], 1);
    out.head(
        "tickets_waiting",
        "gauge",
        "Tickets waiting now, by service",
    );
    for queue in scene.queues() {
        let service = queue.service.digit().to_string();
        let waiting = u64::from(queue.waiting);
        out.line("tickets_waiting", &[("service", &service)], waiting);
    }
    let total = &[][..];
    out.head("tickets_issued_total", "counter", "Tickets ever issued");
    out.line("tickets_issued_total", total, centre.tickets_issued);
    out.head(
        "desk_phase",
        "gauge",
        "What each desk is doing: 1 for its phase",
    );
    for desk in published.setup.desks.keys() {
        let phase = phase_name(centre.staffed(*desk).map(|staffed| &staffed.seat));
        let name = format!("{phase:?}").to_lowercase();
        let labels = [("desk", &*desk.to_string()), ("phase", &*name)];
        out.line("desk_phase", &labels, 1);
    }
    out.head("journal_records_total", "counter", "Facts in the journal");
    out.line("journal_records_total", total, published.state.seq);
    out.head("storage_ok", "gauge", "1 while the journal can be written");
    let storage_ok = u64::from(published.storage_error.is_none());
    out.line("storage_ok", total, storage_ok);
    out.head(
        "outbox_open",
        "gauge",
        "Slips not yet confirmed by a printer",
    );
    out.line("outbox_open", total, open_slips(&published) as u64);
    out.head("alerts", "gauge", "Things that need a person");
    out.line("alerts", total, scene.alerts().len() as u64);
    out.head("displays", "gauge", "Displays connected");
    let displays = &published.around.displays;
    out.line("displays", total, u64::from(displays::connected(displays)));
    out.head("display_ok", "gauge", "1 while a display paints and sounds");
    for display in scene.manager_displays() {
        let well = u64::from(display.state == DisplayState::Well);
        out.line("display_ok", &[("display", &display.name)], well);
    }
    live(state, &mut out);
    out.0
}

fn live(state: &AppState, out: &mut Text) {
    let [requests, limited, signed_in, refused] = state.counters.all();
    let total = &[][..];
    let watchers = state.connections.watchers();
    out.head("live_connections", "gauge", "WebSockets, by view");
    for view in ["kiosk", "board", "desk", "manager"] {
        let count = watchers.iter().filter(|watcher| watcher.view == view);
        out.line("live_connections", &[("view", view)], count.count() as u64);
    }
    out.head(
        "http_requests_total",
        "counter",
        "Requests since the daemon started",
    );
    out.line("http_requests_total", total, requests);
    out.head(
        "http_rate_limited_total",
        "counter",
        "Requests refused because their credential asks too often",
    );
    out.line("http_rate_limited_total", total, limited);
    out.head("sign_ins_total", "counter", "Sign-ins, by outcome");
    out.line("sign_ins_total", &[("outcome", "ok")], signed_in);
    out.line("sign_ins_total", &[("outcome", "refused")], refused);
}

#[derive(Default)]
struct Text(String);

impl Text {
    fn head(&mut self, name: &str, kind: &str, help: &str) {
        // Writing to a string cannot fail.
        let _ = writeln!(
            self.0,
            "# HELP rinda_{name} {help}\n# TYPE rinda_{name} {kind}"
        );
    }

    fn line(&mut self, name: &str, labels: &[(&str, &str)], value: u64) {
        let labels: Vec<String> = labels
            .iter()
            .map(|(label, value)| {
                let value = value.replace('\\', r"\\").replace('"', "\\\"");
                format!("{label}=\"{value}\"")
            })
            .collect();
        let labels = match labels.as_slice() {
            [] => String::new(),
            labels => format!("{{{}}}", labels.join(",")),
        };
        let _ = writeln!(self.0, "rinda_{name}{labels} {value}");
    }
}
