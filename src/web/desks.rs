//! Desks: open and close, breaks, calls.

use axum::extract::State;
use axum::http::StatusCode;
use jiff::Timestamp;
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
use super::tickets::{TicketDetail, detail_of};
use crate::engine::handle::Done;
use crate::engine::published::Published;
use crate::journal::record::Record;
use crate::queue::catalogue::Service;
use crate::queue::command::Command;
use crate::queue::event::{CallReason, CallRule, Event};
use crate::queue::rejection::Rejection;
use crate::queue::ticket::{DeskNumber, TicketId};
use crate::queue::view::DeskPhase;
use crate::queue::wording;

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(open))
        .routes(routes!(close))
        .routes(routes!(set_services))
        .routes(routes!(start_break))
        .routes(routes!(end_break))
        .routes(routes!(call_next))
        .routes(routes!(call))
}

/// How a desk begins work.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct OpenRequest {
    /// Services to call; absent = all the desk is set up for.
    #[serde(default)]
    services: Option<Vec<Service>>,
    /// Relieve the consultant who sits there; their customer stays.
    #[serde(default)]
    take_over: bool,
}

/// What a desk is to call.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ServicesRequest {
    /// At least one of those the desk is set up for.
    services: Vec<Service>,
}

/// From where to call the next customer.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct CallNextRequest {
    /// Only this queue.
    #[serde(default)]
    service: Option<Service>,
}

/// Whom to call or take back.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct TicketChoice {
    /// Ticket id.
    pub ticket: u64,
}

/// A desk after a step.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub(super) struct DeskAnswer {
    /// Desk number.
    desk: u16,
    /// Login of the consultant.
    consultant: Option<String>,
    /// Services called from here.
    services: Vec<Service>,
    /// What the desk does now.
    phase: DeskPhase,
    /// The ticket the step was about, if any.
    ticket: Option<TicketDetail>,
}

/// The answer to a call.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub(super) struct CallAnswer {
    /// The call; null where nobody waits.
    call: Option<Call>,
    /// Why this ticket.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    reason: Option<Reason>,
}

/// A call of a ticket to a desk.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub(super) struct Call {
    /// The ticket.
    ticket: CalledTicket,
    /// The desk.
    desk: u16,
    /// When.
    called_at: Timestamp,
    /// When the minute is over (A2/2/2.4).
    deadline: Timestamp,
    /// The sentence the display says.
    announcement: String,
}

/// A called ticket, as it was at the call.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub(super) struct CalledTicket {
    /// Identity, for ever.
    id: u64,
    /// Printed number, e.g. "P 027".
    number: String,
    /// Service in which it is called.
    service: Service,
    /// Name of that service.
    service_name: String,
    /// When it was issued.
    issued_at: Timestamp,
}

/// Why a ticket was called.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub(super) struct Reason {
    /// `turn`, `out_of_turn` (A2/2/2.5), `appointment`, `appointment_early`, `reinstated`,
    /// `sent_here` or `by_hand`.
    #[schema(value_type = String)]
    rule: CallRule,
    /// The calling rule's key at the call.
    counts_from: Timestamp,
    /// Tickets issued earlier that this desk could have called.
    overtook: Vec<u64>,
    /// Called by hand: whom the rule would have called.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    instead_of: Option<u64>,
    /// All that as a Latvian sentence.
    text: String,
}

/// Begin to work at a desk
#[utoipa::path(post, path = "/api/v1/desks/{desk}/open", tag = "desks", request_body = OpenRequest,
    params(("desk" = u16, Path, description = "Desk number")),
    responses((status = 200, body = DeskAnswer),
        (status = "default", body = Problem, content_type = "application/problem+json", description = "`desk_taken`, `at_another_desk`, `service_not_here`, …")))]
async fn open(
    State(state): State<AppState>,
    caller: Caller,
    At(desk): At<u16>,
    key: RequestKey,
    Given(request): Given<OpenRequest>,
) -> Result<Answer, Problem> {
    let command = Command::OpenDesk {
        desk: DeskNumber(desk),
        services: request.services,
        take_over: request.take_over,
    };
    step(&state, &caller, &key, DeskNumber(desk), command).await
}

/// Stop working at a desk
#[utoipa::path(post, path = "/api/v1/desks/{desk}/close", tag = "desks", request_body = Nothing,
    params(("desk" = u16, Path, description = "Desk number")),
    responses((status = 200, body = DeskAnswer),
        (status = "default", body = Problem, content_type = "application/problem+json", description = "`desk_busy`, …")))]
async fn close(
    State(state): State<AppState>,
    caller: Caller,
    At(desk): At<u16>,
    key: RequestKey,
    _: Given<Nothing>,
) -> Result<Answer, Problem> {
    let desk = DeskNumber(desk);
    step(&state, &caller, &key, desk, Command::CloseDesk { desk }).await
}

/// Call other services from an open desk, also while a customer is there
#[utoipa::path(put, path = "/api/v1/desks/{desk}/services", tag = "desks", request_body = ServicesRequest,
    params(("desk" = u16, Path, description = "Desk number")),
    responses((status = 200, body = DeskAnswer),
        (status = "default", body = Problem, content_type = "application/problem+json", description = "`desk_closed`, `desk_taken`, `no_services`, `service_not_here`, …")))]
async fn set_services(
    State(state): State<AppState>,
    caller: Caller,
    At(desk): At<u16>,
    key: RequestKey,
    Given(request): Given<ServicesRequest>,
) -> Result<Answer, Problem> {
    let command = Command::SetServices {
        desk: DeskNumber(desk),
        services: request.services,
    };
    step(&state, &caller, &key, DeskNumber(desk), command).await
}

/// Begin a break
#[utoipa::path(post, path = "/api/v1/desks/{desk}/break", tag = "desks", request_body = Nothing,
    params(("desk" = u16, Path, description = "Desk number")),
    responses((status = 200, body = DeskAnswer),
        (status = "default", body = Problem, content_type = "application/problem+json", description = "`desk_busy`, …")))]
async fn start_break(
    State(state): State<AppState>,
    caller: Caller,
    At(desk): At<u16>,
    key: RequestKey,
    _: Given<Nothing>,
) -> Result<Answer, Problem> {
    let desk = DeskNumber(desk);
    step(&state, &caller, &key, desk, Command::StartBreak { desk }).await
}

/// End a break
#[utoipa::path(post, path = "/api/v1/desks/{desk}/back", tag = "desks", request_body = Nothing,
    params(("desk" = u16, Path, description = "Desk number")),
    responses((status = 200, body = DeskAnswer),
        (status = "default", body = Problem, content_type = "application/problem+json", description = "`not_on_break`, …")))]
async fn end_break(
    State(state): State<AppState>,
    caller: Caller,
    At(desk): At<u16>,
    key: RequestKey,
    _: Given<Nothing>,
) -> Result<Answer, Problem> {
    let desk = DeskNumber(desk);
    step(&state, &caller, &key, desk, Command::EndBreak { desk }).await
}

/// Call whoever is next
#[utoipa::path(post, path = "/api/v1/desks/{desk}/call-next", tag = "desks", request_body = CallNextRequest,
    params(("desk" = u16, Path, description = "Desk number"),
        ("Idempotency-Key" = Option<String>, Header, description = "A repeat under the same key gets the first answer")),
    responses((status = 200, body = CallAnswer),
        (status = "default", body = Problem, content_type = "application/problem+json", description = "`desk_busy`, `minute_not_over`, …")))]
async fn call_next(
    State(state): State<AppState>,
    caller: Caller,
    At(desk): At<u16>,
    key: RequestKey,
    Given(request): Given<CallNextRequest>,
) -> Result<Answer, Problem> {
    caller.must_be(DESKS)?;
    let command = Command::CallNext {
        desk: DeskNumber(desk),
        service: request.service,
    };
    let done = state.act(&caller, &key, command).await?;
    Answer::json(StatusCode::OK, &called(&state.engine.published(), &done)?)
}

/// Call a particular ticket by hand
#[utoipa::path(post, path = "/api/v1/desks/{desk}/call", tag = "desks", request_body = TicketChoice,
    params(("desk" = u16, Path, description = "Desk number"),
        ("Idempotency-Key" = Option<String>, Header, description = "A repeat under the same key gets the first answer")),
    responses((status = 200, body = CallAnswer),
        (status = "default", body = Problem, content_type = "application/problem+json", description = "`ticket_not_waiting`, `ticket_not_for_desk`, …")))]
async fn call(
    State(state): State<AppState>,
    caller: Caller,
    At(desk): At<u16>,
    key: RequestKey,
    Given(request): Given<TicketChoice>,
) -> Result<Answer, Problem> {
    caller.must_be(DESKS)?;
    let command = Command::CallTicket {
        desk: DeskNumber(desk),
        ticket: TicketId(request.ticket),
    };
    let done = state.act(&caller, &key, command).await?;
    Answer::json(StatusCode::OK, &called(&state.engine.published(), &done)?)
}

/// Takes a step at a desk and answers with the desk.
pub(super) async fn step(
    state: &AppState,
    caller: &Caller,
    key: &RequestKey,
    desk: DeskNumber,
    command: Command,
) -> Result<Answer, Problem> {
    caller.must_be(DESKS)?;
    state
        .act_and_show(caller, key, command, |published, done| {
            Ok(desk_answer(published, desk, done))
        })
        .await
}

fn desk_answer(published: &Published, desk: DeskNumber, done: &Done) -> DeskAnswer {
    let staffed = published.state.centre.staffed(desk);
    let ticket = events(&done.records).find_map(|(_, event)| event.ticket());
    DeskAnswer {
        desk: desk.0,
        consultant: staffed.map(|staffed| staffed.consultant.clone()),
        services: staffed.map_or_else(Vec::new, |s| s.services.iter().copied().collect()),
        phase: published.scene().phase(desk),
        ticket: ticket.and_then(|ticket| detail_of(published, ticket).ok()),
    }
}

/// The answer is made of the event and what never changes of a ticket, so that a repeat gets it
/// to the byte.
fn called(published: &Published, done: &Done) -> Result<CallAnswer, Problem> {
    let found = events(&done.records).find_map(|(record, event)| {
        let Event::TicketCalled {
            ticket,
            desk,
            reason,
        } = event
        else {
            return None;
        };
        Some((record, *ticket, *desk, reason))
    });
    match found {
        Some((record, ticket, desk, reason)) => {
            let call = call_of(published, record, ticket, desk)?;
            Ok(CallAnswer {
                call: Some(call),
                reason: Some(reason_of(published, reason)),
            })
        }
        None => Ok(CallAnswer {
            call: None,
            reason: None,
        }),
    }
}

fn call_of(
    published: &Published,
    record: &Record,
    id: TicketId,
    desk: DeskNumber,
) -> Result<Call, Problem> {
    let setup = &published.setup;
    let centre = &published.state.centre;
    let ticket = centre.tickets.get(&id).ok_or(Rejection::NoSuchTicket)?;
    let service = ticket
        .legs
        .iter()
        .find(|leg| leg.desk == desk && leg.called_at == record.at)
        .map_or(ticket.service, |leg| leg.service);
    Ok(Call {
        ticket: CalledTicket {
            id: id.0,
            number: ticket.number.to_string(),
            service,
            service_name: setup.service_name(service).to_owned(),
            issued_at: ticket.issued_at,
        },
        desk: desk.0,
        called_at: record.at,
        deadline: record.at + setup.rules.no_show,
        announcement: wording::announcement(ticket.number, desk),
    })
}

fn reason_of(published: &Published, reason: &CallReason) -> Reason {
    Reason {
        rule: reason.rule,
        counts_from: reason.counts_from,
        overtook: reason.overtook.iter().map(|ticket| ticket.0).collect(),
        instead_of: reason.instead_of.map(|ticket| ticket.0),
        text: published.scene().reason_text(reason),
    }
}
