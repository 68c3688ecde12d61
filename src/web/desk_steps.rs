//! A customer's way through a desk: recall, arrival, documents, finish and the side ways.

use axum::extract::State;
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::AppState;
use super::access::Caller;
use super::answers::Answer;
use super::body::{At, Given, Nothing, RequestKey};
use super::desks::{DeskAnswer, TicketChoice, step};
use super::problem::Problem;
use crate::queue::catalogue::Service;
use crate::queue::command::Command;
use crate::queue::event::TransferTo;
use crate::queue::ticket::{DeskNumber, TicketId};

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(recall))
        .routes(routes!(arrived))
        .routes(routes!(documents))
        .routes(routes!(finish))
        .routes(routes!(no_show))
        .routes(routes!(transfer))
        .routes(routes!(park))
        .routes(routes!(resume))
        .routes(routes!(undo))
}

/// How a visit ended.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct FinishRequest {
    /// Short remark, 1 to 200 characters.
    #[serde(default)]
    outcome: Option<String>,
}

/// Where a customer is sent on to: exactly one of the two.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct TransferRequest {
    /// Another queue.
    #[serde(default)]
    service: Option<Service>,
    /// A particular desk.
    #[serde(default)]
    desk: Option<u16>,
}

/// Announce the called ticket again; the minute goes on
#[utoipa::path(post, path = "/api/v1/desks/{desk}/recall", tag = "desks", request_body = Nothing,
    params(("desk" = u16, Path, description = "Desk number")),
    responses((status = 200, body = DeskAnswer),
        (status = "default", body = Problem, content_type = "application/problem+json", description = "`not_called`, …")))]
async fn recall(
    State(state): State<AppState>,
    caller: Caller,
    At(desk): At<u16>,
    key: RequestKey,
    _: Given<Nothing>,
) -> Result<Answer, Problem> {
    let desk = DeskNumber(desk);
    step(&state, &caller, &key, desk, Command::Recall { desk }).await
}

/// The customer is here
#[utoipa::path(post, path = "/api/v1/desks/{desk}/arrived", tag = "desks", request_body = Nothing,
    params(("desk" = u16, Path, description = "Desk number")),
    responses((status = 200, body = DeskAnswer),
        (status = "default", body = Problem, content_type = "application/problem+json", description = "`not_called`, …")))]
async fn arrived(
    State(state): State<AppState>,
    caller: Caller,
    At(desk): At<u16>,
    key: RequestKey,
    _: Given<Nothing>,
) -> Result<Answer, Problem> {
    let desk = DeskNumber(desk);
    step(
        &state,
        &caller,
        &key,
        desk,
        Command::CustomerArrived { desk },
    )
    .await
}

/// Begin the work on the customer's documents (A2/4/9)
#[utoipa::path(post, path = "/api/v1/desks/{desk}/documents", tag = "desks", request_body = Nothing,
    params(("desk" = u16, Path, description = "Desk number")),
    responses((status = 200, body = DeskAnswer),
        (status = "default", body = Problem, content_type = "application/problem+json", description = "`not_serving`, …")))]
async fn documents(
    State(state): State<AppState>,
    caller: Caller,
    At(desk): At<u16>,
    key: RequestKey,
    _: Given<Nothing>,
) -> Result<Answer, Problem> {
    let desk = DeskNumber(desk);
    step(
        &state,
        &caller,
        &key,
        desk,
        Command::StartDocuments { desk },
    )
    .await
}

/// Done with the customer and the documents
#[utoipa::path(post, path = "/api/v1/desks/{desk}/finish", tag = "desks", request_body = FinishRequest,
    params(("desk" = u16, Path, description = "Desk number")),
    responses((status = 200, body = DeskAnswer),
        (status = "default", body = Problem, content_type = "application/problem+json", description = "`not_serving`, …")))]
async fn finish(
    State(state): State<AppState>,
    caller: Caller,
    At(desk): At<u16>,
    key: RequestKey,
    Given(FinishRequest { outcome }): Given<FinishRequest>,
) -> Result<Answer, Problem> {
    let desk = DeskNumber(desk);
    step(
        &state,
        &caller,
        &key,
        desk,
        Command::Finish { desk, outcome },
    )
    .await
}

/// The minute is over and nobody came (A2/2/2.4)
#[utoipa::path(post, path = "/api/v1/desks/{desk}/no-show", tag = "desks", request_body = Nothing,
    params(("desk" = u16, Path, description = "Desk number")),
    responses((status = 200, body = DeskAnswer),
        (status = "default", body = Problem, content_type = "application/problem+json", description = "`minute_not_over`, `not_called`, …")))]
async fn no_show(
    State(state): State<AppState>,
    caller: Caller,
    At(desk): At<u16>,
    key: RequestKey,
    _: Given<Nothing>,
) -> Result<Answer, Problem> {
    let desk = DeskNumber(desk);
    step(&state, &caller, &key, desk, Command::NoShow { desk }).await
}

/// Send the customer on to another queue or desk, keeping ticket and place
#[utoipa::path(post, path = "/api/v1/desks/{desk}/transfer", tag = "desks", request_body = TransferRequest,
    params(("desk" = u16, Path, description = "Desk number")),
    responses((status = 200, body = DeskAnswer),
        (status = "default", body = Problem, content_type = "application/problem+json", description = "`not_serving`, `no_such_desk`, `desk_closed`, …")))]
async fn transfer(
    State(state): State<AppState>,
    caller: Caller,
    At(desk): At<u16>,
    key: RequestKey,
    Given(request): Given<TransferRequest>,
) -> Result<Answer, Problem> {
    let to = match (request.service, request.desk) {
        (Some(service), None) => TransferTo::Service(service),
        (None, Some(desk)) => TransferTo::Desk(DeskNumber(desk)),
        (Some(_), Some(_)) | (None, None) => {
            return Err(Problem::invalid(
                "service",
                "give either a service or a desk",
            ));
        }
    };
    let desk = DeskNumber(desk);
    step(&state, &caller, &key, desk, Command::Transfer { desk, to }).await
}

/// Set the customer aside
#[utoipa::path(post, path = "/api/v1/desks/{desk}/park", tag = "desks", request_body = Nothing,
    params(("desk" = u16, Path, description = "Desk number")),
    responses((status = 200, body = DeskAnswer),
        (status = "default", body = Problem, content_type = "application/problem+json", description = "`not_serving`, …")))]
async fn park(
    State(state): State<AppState>,
    caller: Caller,
    At(desk): At<u16>,
    key: RequestKey,
    _: Given<Nothing>,
) -> Result<Answer, Problem> {
    let desk = DeskNumber(desk);
    step(&state, &caller, &key, desk, Command::Park { desk }).await
}

/// Take a parked customer back to the desk
#[utoipa::path(post, path = "/api/v1/desks/{desk}/resume", tag = "desks", request_body = TicketChoice,
    params(("desk" = u16, Path, description = "Desk number")),
    responses((status = 200, body = DeskAnswer),
        (status = "default", body = Problem, content_type = "application/problem+json", description = "`ticket_not_parked`, `desk_busy`, …")))]
async fn resume(
    State(state): State<AppState>,
    caller: Caller,
    At(desk): At<u16>,
    key: RequestKey,
    Given(TicketChoice { ticket }): Given<TicketChoice>,
) -> Result<Answer, Problem> {
    let desk = DeskNumber(desk);
    let ticket = TicketId(ticket);
    step(
        &state,
        &caller,
        &key,
        desk,
        Command::Resume { desk, ticket },
    )
    .await
}

/// Take the last step back
#[utoipa::path(post, path = "/api/v1/desks/{desk}/undo", tag = "desks", request_body = Nothing,
    params(("desk" = u16, Path, description = "Desk number")),
    responses((status = 200, body = DeskAnswer),
        (status = "default", body = Problem, content_type = "application/problem+json", description = "`nothing_to_undo`, …")))]
async fn undo(
    State(state): State<AppState>,
    caller: Caller,
    At(desk): At<u16>,
    key: RequestKey,
    _: Given<Nothing>,
) -> Result<Answer, Problem> {
    let desk = DeskNumber(desk);
    step(&state, &caller, &key, desk, Command::Undo { desk }).await
}
