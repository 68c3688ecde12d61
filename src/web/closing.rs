//! Closing: a service stopped or released, outcomes for those who are left (A2/2/2.3).

use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::AppState;
use super::access::{Caller, DESKS};
use super::answers::Answer;
use super::body::{At, Given, Nothing, RequestKey};
use super::problem::Problem;
use super::steps::events;
use crate::queue::catalogue::Service;
use crate::queue::command::Command;
use crate::queue::ticket::TicketId;
use crate::queue::view::ClosingService;

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(stop))
        .routes(routes!(release))
        .routes(routes!(close_tickets))
}

/// Why a service is stopped.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct StopRequest {
    /// 1 to 200 characters.
    reason: String,
}

/// Open tickets that are given an outcome.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct CloseRequest {
    /// Ticket ids, 1 to 500.
    tickets: Vec<u64>,
    /// Why, 1 to 200 characters.
    reason: String,
}

/// What became of them.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub(super) struct CloseAnswer {
    /// Tickets that were cancelled. Those at a desk and those that were over already are not.
    closed: Vec<u64>,
}

/// Issue no more tickets for a service today
#[utoipa::path(post, path = "/api/v1/services/{service}/stop", tag = "closing", request_body = StopRequest,
    params(("service" = u8, Path, description = "Button digit")),
    responses((status = 200, body = ClosingService),
        (status = "default", body = Problem, content_type = "application/problem+json", description = "`not_allowed`: a consultant must sit at a desk; `invalid`")))]
async fn stop(
    State(state): State<AppState>,
    caller: Caller,
    key: RequestKey,
    At(digit): At<u8>,
    Given(request): Given<StopRequest>,
) -> Result<Answer, Problem> {
    let service = service_of(digit)?;
    let command = Command::StopService {
        service,
        reason: request.reason,
    };
    act(&state, &caller, &key, service, command).await
}

/// Issue tickets for it again
#[utoipa::path(post, path = "/api/v1/services/{service}/release", tag = "closing", request_body = Nothing,
    params(("service" = u8, Path, description = "Button digit")),
    responses((status = 200, body = ClosingService),
        (status = "default", body = Problem, content_type = "application/problem+json", description = "`not_allowed`: a consultant must sit at a desk")))]
async fn release(
    State(state): State<AppState>,
    caller: Caller,
    key: RequestKey,
    At(digit): At<u8>,
    _: Given<Nothing>,
) -> Result<Answer, Problem> {
    let service = service_of(digit)?;
    act(
        &state,
        &caller,
        &key,
        service,
        Command::ReleaseService { service },
    )
    .await
}

/// Give open tickets an outcome, for one reason
#[utoipa::path(post, path = "/api/v1/tickets/close", tag = "closing", request_body = CloseRequest,
    responses((status = 200, body = CloseAnswer),
        (status = "default", body = Problem, content_type = "application/problem+json", description = "`no_such_ticket`, `invalid`")))]
async fn close_tickets(
    State(state): State<AppState>,
    caller: Caller,
    key: RequestKey,
    Given(request): Given<CloseRequest>,
) -> Result<Answer, Problem> {
    caller.must_be(DESKS)?;
    let command = Command::CloseTickets {
        tickets: request.tickets.into_iter().map(TicketId).collect(),
        reason: request.reason,
    };
    let done = state.act(&caller, &key, command).await?;
    let closed = events(&done.records)
        .filter_map(|(_, event)| event.ticket())
        .map(|ticket| ticket.0);
    let answer = CloseAnswer {
        closed: closed.collect(),
    };
    Answer::json(StatusCode::OK, &answer)
}

async fn act(
    state: &AppState,
    caller: &Caller,
    key: &RequestKey,
    service: Service,
    command: Command,
) -> Result<Answer, Problem> {
    caller.must_be(DESKS)?;
    state
        .act_and_show(caller, key, command, |published, _| {
            Ok(published.scene().closing_service(service))
        })
        .await
}

fn service_of(digit: u8) -> Result<Service, Problem> {
    Service::try_from(digit).map_err(|error| Problem::invalid("service", error.to_string()))
}
