//! The centre at a glance, for pages and programs.

use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::AppState;
use super::access::Caller;
use super::answers::Answer;
use super::problem::Problem;
use crate::engine::published::Published;
use crate::queue::catalogue::Service;
use crate::queue::desk::Seat;
use crate::queue::view::{CentreHeader, HoursLine, Opening};

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(centre))
}

/// The centre.
#[derive(Serialize, Deserialize, ToSchema)]
pub(super) struct CentreAnswer {
    /// Its name plate.
    #[serde(flatten)]
    header: CentreHeader,
    /// Version of the running program.
    build: String,
    /// Visits can be booked: renames button 3 (A2/2/1.3).
    appointments: bool,
    /// No queue machine: desks issue the tickets (A2/2/2.2).
    no_kiosk: bool,
    /// Local date, ISO.
    date: String,
    /// Whether tickets can be taken and customers are received.
    state: Opening,
    /// Reception hours of today.
    hours_today: Option<HoursLine>,
    /// The three services in button order.
    services: Vec<ServiceLine>,
    /// Desks by number.
    desks: Vec<DeskLine>,
    /// Names of the kiosks.
    kiosks: Vec<String>,
}

/// A service.
#[derive(Serialize, Deserialize, ToSchema)]
pub(super) struct ServiceLine {
    /// Button digit.
    service: Service,
    /// Name to the letter of A2/2/1.3.
    name: String,
    /// Series letter of its tickets.
    series: char,
    /// Waiting now.
    waiting: u32,
}

/// A desk.
#[derive(Serialize, Deserialize, ToSchema)]
pub(super) struct DeskLine {
    /// Number.
    desk: u16,
    /// Services it is set up for.
    services: Vec<Service>,
    /// Somebody works there.
    open: bool,
    /// What it is doing.
    phase: DeskPhaseName,
}

/// What a desk is doing, in a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum DeskPhaseName {
    /// Nobody works there.
    Closed,
    /// Ready for the next customer.
    Free,
    /// On a break.
    Break,
    /// A customer is called.
    Called,
    /// A customer is served.
    Serving,
    /// Documents are being finished.
    Documents,
}

/// Services, desks, hours today, state
#[utoipa::path(get, path = "/api/v1/centre", tag = "centre",
    responses((status = 200, body = CentreAnswer),
        (status = "default", body = Problem, content_type = "application/problem+json", description = "`not_signed_in`")))]
async fn centre(State(state): State<AppState>, _: Caller) -> Result<Answer, Problem> {
    let published = state.engine.published();
    Answer::json(
        StatusCode::OK,
        &answer(&published, state.config.build.as_str()),
    )
}

fn answer(published: &Published, build: &str) -> CentreAnswer {
    let setup = &published.setup;
    let scene = published.scene();
    let date = setup.date_of(published.at);
    let services = scene
        .queues()
        .into_iter()
        .map(|queue| ServiceLine {
            service: queue.service,
            name: queue.name,
            series: setup.series_of(queue.service),
            waiting: queue.waiting,
        })
        .collect();
    let desks = setup
        .desks
        .iter()
        .map(|(number, desk)| {
            let seat = published.state.centre.staffed(*number).map(|s| &s.seat);
            DeskLine {
                desk: number.0,
                services: desk.services.iter().copied().collect(),
                open: seat.is_some(),
                phase: phase_name(seat),
            }
        })
        .collect();
    CentreAnswer {
        header: scene.header(),
        build: build.to_owned(),
        appointments: setup.appointments,
        no_kiosk: setup.no_kiosk,
        date: date.to_string(),
        state: scene.opening(),
        hours_today: scene.calendar().lines(date).into_iter().next(),
        services,
        desks,
        kiosks: setup.kiosks.keys().cloned().collect(),
    }
}

pub(super) fn phase_name(seat: Option<&Seat>) -> DeskPhaseName {
    match seat {
        None => DeskPhaseName::Closed,
        Some(Seat::Free { .. }) => DeskPhaseName::Free,
        Some(Seat::OnBreak { .. }) => DeskPhaseName::Break,
        Some(Seat::Called { .. }) => DeskPhaseName::Called,
        Some(Seat::Serving { .. }) => DeskPhaseName::Serving,
        Some(Seat::Documents { .. }) => DeskPhaseName::Documents,
    }
}
