//! Tickets: issue, find, mark, cancel, put back, print again.

use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::AppState;
use super::access::{Caller, DESKS, ISSUERS, OVERSEERS, STAFF};
use super::answers::Answer;
use super::appointments::ticket_for;
use super::body::{Asked as Query, At, Given, Nothing, RequestKey};
use super::problem::Problem;
use super::steps::events;
use super::story::today;
use crate::engine::handle::Done;
use crate::engine::published::Published;
use crate::journal::record::Record;
use crate::queue::catalogue::Service;
use crate::queue::centre::Centre;
use crate::queue::command::{Asked, Command};
use crate::queue::desk::Seat;
use crate::queue::event::Event;
use crate::queue::rejection::Rejection;
use crate::queue::setup::Setup;
use crate::queue::ticket::{DeskNumber, Place, Ticket, TicketId, TrackToken};
use crate::queue::view::{AppointmentLine, SlipState, WaitRange};

/// Tickets in one list.
const LIST_MAX: usize = 1_000;

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(issue, list))
        .routes(routes!(one))
        .routes(routes!(mark_out_of_turn))
        .routes(routes!(cancel))
        .routes(routes!(reinstate))
        .routes(routes!(reprint))
}

/// What a ticket is asked for.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct TicketRequest {
    /// Service, by its button digit.
    service: Service,
    /// Serve out of turn (A2/2/2.5); staff only.
    #[serde(default)]
    out_of_turn: bool,
    /// Where a kiosk's key asks: a touch on its screen, or a program (the default).
    #[serde(default)]
    origin: Option<AskedAt>,
    /// Code of an appointment: its customer checks in, and the appointment's service holds.
    #[serde(default)]
    appointment: Option<String>,
}

/// What asks with a kiosk's key.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum AskedAt {
    /// A touch on the kiosk's screen: held to the rest of its button.
    Screen,
    /// A program.
    Interface,
}

/// A ticket just issued.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub(super) struct IssuedTicket {
    /// Identity, for ever.
    id: u64,
    /// Printed number, e.g. "P 027".
    number: String,
    /// Service.
    service: Service,
    /// When.
    issued_at: Timestamp,
    /// Tickets ahead at issue.
    ahead: u32,
    /// Wait promised; null where no desk serves the service.
    wait: Option<WaitRange>,
    /// The customer's own page; a path where the centre has no public address.
    track_url: String,
    /// The customer is told that today may not suffice (A2/2/2.3).
    may_not_suffice: bool,
    /// `queued` where a paper will come out, else `none`.
    slip: SlipState,
    /// The appointment with which its customer came.
    appointment: Option<AppointmentLine>,
}

/// Where a ticket stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum TicketPhase {
    /// In the queue.
    Waiting,
    /// Called to a desk.
    Called,
    /// At a desk.
    Serving,
    /// Its documents are being finished.
    Documents,
    /// Set aside.
    Parked,
    /// Served.
    Finished,
    /// Called and not come.
    NoShow,
    /// Cancelled.
    Cancelled,
}

/// A ticket as staff see it.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub(super) struct TicketDetail {
    /// Identity, for ever.
    id: u64,
    /// Printed number, e.g. "P 027".
    number: String,
    /// Service it waits for or is served in.
    service: Service,
    /// Name of that service.
    service_name: String,
    /// Service it was issued for.
    issued_for: Service,
    /// State.
    state: TicketPhase,
    /// Desk that holds it or held it last.
    desk: Option<u16>,
    /// When it was issued.
    issued_at: Timestamp,
    /// The calling rule's key: it counts as if taken then.
    counts_from: Timestamp,
    /// The first call, from which the wait is measured.
    first_called_at: Option<Timestamp>,
    /// The newest call.
    called_at: Option<Timestamp>,
    /// Arrival at the newest desk.
    arrived_at: Option<Timestamp>,
    /// Finish at the newest desk.
    finished_at: Option<Timestamp>,
    /// Marked out of turn (A2/2/2.5).
    out_of_turn: bool,
    /// Came from another service or desk.
    transferred: bool,
    /// Put back after a no-show.
    reinstated: bool,
    /// Tickets ahead now, while waiting.
    ahead: Option<u32>,
    /// Wait still expected, while waiting.
    wait: Option<WaitRange>,
    /// What became of the newest paper.
    slip: SlipState,
    /// The customer's own page.
    track_url: String,
    /// The appointment with which its customer came.
    appointment: Option<AppointmentLine>,
}

/// Tickets of a date, oldest first.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub(super) struct TicketList {
    /// At most 1000.
    tickets: Vec<TicketDetail>,
    /// There are more than these.
    more: bool,
}

/// Which tickets are wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct TicketFilter {
    /// Printed number, e.g. "P 027", with or without space and zeros.
    number: Option<String>,
    /// Button digit of the service.
    service: Option<u8>,
    /// State.
    #[param(inline)]
    state: Option<TicketPhase>,
    /// Local date, `2026-11-22`; today unless said. A consultant finds today's only.
    #[param(value_type = Option<String>)]
    date: Option<Date>,
}

/// Why a ticket is cancelled.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct CancelRequest {
    /// 1 to 200 characters.
    reason: String,
}

/// Issue a ticket
#[utoipa::path(post, path = "/api/v1/tickets", tag = "tickets", request_body = TicketRequest,
    params(("Idempotency-Key" = Option<String>, Header, description = "A repeat under the same key gets the first answer")),
    responses((status = 201, body = IssuedTicket),
        (status = "default", body = Problem, content_type = "application/problem+json", description = "`centre_closed`, `button_resting`, `idempotency_mismatch`, `no_such_appointment`, …")))]
async fn issue(
    State(state): State<AppState>,
    caller: Caller,
    key: RequestKey,
    Given(request): Given<TicketRequest>,
) -> Result<Response, Problem> {
    caller.must_be(ISSUERS)?;
    if let Some(code) = &request.appointment {
        if request.out_of_turn {
            return Err(Problem::invalid(
                "out_of_turn",
                "check in with the appointment first, then mark the ticket",
            ));
        }
        return ticket_for(&state, &caller, &key, code, request.origin).await;
    }
    let published = state.engine.published();
    let asked = asked(&published.setup, &caller, request.origin)?;
    let command = Command::IssueTicket {
        service: request.service,
        asked,
        out_of_turn: request.out_of_turn,
    };
    let done = state.act(&caller, &key, command).await?;
    issued_answer(&published.setup, &done)
}

pub(super) fn issued_answer(setup: &Setup, done: &Done) -> Result<Response, Problem> {
    let issued = issued(setup, done)?;
    let location = format!("/api/v1/tickets/{}", issued.id);
    let mut response = Answer::json(StatusCode::CREATED, &issued)?.into_response();
    if let Ok(location) = HeaderValue::from_str(&location) {
        response.headers_mut().insert(header::LOCATION, location);
    }
    Ok(response)
}

pub(super) fn asked(
    setup: &Setup,
    caller: &Caller,
    origin: Option<AskedAt>,
) -> Result<Asked, Problem> {
    match caller {
        Caller::Person { .. } => match origin {
            None => Ok(Asked::Staff),
            Some(AskedAt::Screen | AskedAt::Interface) => Err(Problem::invalid(
                "origin",
                "only a kiosk's key names its origin",
            )),
        },
        Caller::Device { name, .. } => {
            let kiosk = kiosk_of(setup, name);
            Ok(match origin {
                Some(AskedAt::Screen) => Asked::Screen { kiosk },
                Some(AskedAt::Interface) | None => Asked::Interface { kiosk },
            })
        }
    }
}

/// The kiosk a device acts for: the one of its name, or the centre's only one.
pub(super) fn kiosk_of(setup: &Setup, device: &str) -> String {
    let mut kiosks = setup.kiosks.keys();
    match (kiosks.next(), kiosks.next()) {
        (Some(only), None) => only.clone(),
        (_, _) => device.to_owned(),
    }
}

/// The answer is made of the event alone, so that a repeat gets it to the byte.
fn issued(setup: &Setup, done: &Done) -> Result<IssuedTicket, Problem> {
    for (record, event) in events(&done.records) {
        if let Event::PressSuppressed { service, why, .. } = event {
            let rest_s = u32::try_from(setup.rules.press_lock.as_secs()).unwrap_or(1);
            return Err(Problem::suppressed(*service, *why, rest_s));
        }
        if let Some(issued) = issued_by(setup, record, event) {
            return Ok(issued);
        }
    }
    tracing::error!("the engine issued no ticket and said no reason");
    Err(Problem::internal())
}

fn issued_by(setup: &Setup, record: &Record, event: &Event) -> Option<IssuedTicket> {
    let Event::TicketIssued {
        ticket,
        number,
        service,
        track,
        ahead,
        promise,
        may_not_suffice,
        print,
        appointment,
        ..
    } = event
    else {
        return None;
    };
    Some(IssuedTicket {
        id: ticket.0,
        number: number.to_string(),
        service: *service,
        issued_at: record.at,
        ahead: *ahead,
        wait: *promise,
        track_url: track_url(setup, track),
        may_not_suffice: *may_not_suffice,
        slip: match print {
            Some(_) => SlipState::Queued,
            None => SlipState::None,
        },
        appointment: appointment.as_ref().map(AppointmentLine::from),
    })
}

fn track_url(setup: &Setup, track: &TrackToken) -> String {
    let base = setup.public_url.as_deref().unwrap_or("");
    format!("{}/t/{}", base.trim_end_matches('/'), track.0)
}

/// Find tickets
#[utoipa::path(get, path = "/api/v1/tickets", tag = "tickets", params(TicketFilter),
    responses((status = 200, body = TicketList),
        (status = "default", body = Problem, content_type = "application/problem+json", description = "Refusal")))]
async fn list(
    State(state): State<AppState>,
    caller: Caller,
    Query(filter): Query<TicketFilter>,
) -> Result<Answer, Problem> {
    caller.must_be(STAFF)?;
    let service = filter
        .service
        .map(Service::try_from)
        .transpose()
        .map_err(|error| Problem::invalid("service", error.to_string()))?;
    let number = filter.number.as_deref().map(plain_number);
    let published = state.engine.published();
    let centre = &published.state.centre;
    let past = match filter.date.filter(|date| *date != today(&published)) {
        Some(date) => {
            caller.must_be(OVERSEERS)?;
            Some(state.history()?.tickets(date).await?)
        }
        None => None,
    };
    let of_date: Box<dyn Iterator<Item = &Ticket> + Send> = match &past {
        Some(tickets) => Box::new(tickets.iter()),
        None => Box::new(centre.tickets.values()),
    };
    let mut found = of_date.filter(|ticket| {
        service.is_none_or(|service| ticket.service == service)
            && number
                .as_ref()
                .is_none_or(|number| plain_number(&ticket.number.to_string()) == *number)
            && filter
                .state
                .is_none_or(|state| phase_of(centre, ticket) == state)
    });
    let tickets = found
        .by_ref()
        .take(LIST_MAX)
        .map(|ticket| detail(&published, ticket))
        .collect();
    let more = found.next().is_some();
    Answer::json(StatusCode::OK, &TicketList { tickets, more })
}

/// "P27" of "P 027", "p027" and "P 27".
fn plain_number(text: &str) -> String {
    let letters: String = text.chars().filter(|c| c.is_alphabetic()).collect();
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    format!(
        "{}{}",
        letters.to_uppercase(),
        digits.trim_start_matches('0')
    )
}

/// One ticket of today
#[utoipa::path(get, path = "/api/v1/tickets/{id}", tag = "tickets",
    params(("id" = u64, Path, description = "Ticket id")),
    responses((status = 200, body = TicketDetail),
        (status = "default", body = Problem, content_type = "application/problem+json", description = "`no_such_ticket`")))]
async fn one(
    State(state): State<AppState>,
    caller: Caller,
    At(id): At<u64>,
) -> Result<Answer, Problem> {
    caller.must_be(STAFF)?;
    Answer::json(
        StatusCode::OK,
        &detail_of(&state.engine.published(), TicketId(id))?,
    )
}

/// Serve a waiting ticket out of turn (A2/2/2.5)
#[utoipa::path(post, path = "/api/v1/tickets/{id}/out-of-turn", tag = "tickets",
    params(("id" = u64, Path, description = "Ticket id")), request_body = Nothing,
    responses((status = 200, body = TicketDetail),
        (status = "default", body = Problem, content_type = "application/problem+json", description = "`ticket_not_waiting`, …")))]
async fn mark_out_of_turn(
    State(state): State<AppState>,
    caller: Caller,
    At(id): At<u64>,
    key: RequestKey,
    _: Given<Nothing>,
) -> Result<Answer, Problem> {
    let ticket = TicketId(id);
    change(
        &state,
        &caller,
        &key,
        Command::MarkOutOfTurn { ticket },
        ticket,
    )
    .await
}

/// Cancel a waiting or parked ticket
#[utoipa::path(post, path = "/api/v1/tickets/{id}/cancel", tag = "tickets",
    params(("id" = u64, Path, description = "Ticket id")), request_body = CancelRequest,
    responses((status = 200, body = TicketDetail),
        (status = "default", body = Problem, content_type = "application/problem+json", description = "`ticket_not_waiting`, …")))]
async fn cancel(
    State(state): State<AppState>,
    caller: Caller,
    At(id): At<u64>,
    key: RequestKey,
    Given(CancelRequest { reason }): Given<CancelRequest>,
) -> Result<Answer, Problem> {
    let ticket = TicketId(id);
    change(
        &state,
        &caller,
        &key,
        Command::Cancel { ticket, reason },
        ticket,
    )
    .await
}

/// Put a no-show back into the queue
#[utoipa::path(post, path = "/api/v1/tickets/{id}/reinstate", tag = "tickets",
    params(("id" = u64, Path, description = "Ticket id")), request_body = Nothing,
    responses((status = 200, body = TicketDetail),
        (status = "default", body = Problem, content_type = "application/problem+json", description = "`ticket_not_no_show`, …")))]
async fn reinstate(
    State(state): State<AppState>,
    caller: Caller,
    At(id): At<u64>,
    key: RequestKey,
    _: Given<Nothing>,
) -> Result<Answer, Problem> {
    let ticket = TicketId(id);
    change(&state, &caller, &key, Command::Reinstate { ticket }, ticket).await
}

/// Print a ticket's paper once more, marked KOPIJA
#[utoipa::path(post, path = "/api/v1/tickets/{id}/reprint", tag = "tickets",
    params(("id" = u64, Path, description = "Ticket id")), request_body = Nothing,
    responses((status = 200, body = TicketDetail),
        (status = "default", body = Problem, content_type = "application/problem+json", description = "`no_printer`, …")))]
async fn reprint(
    State(state): State<AppState>,
    caller: Caller,
    At(id): At<u64>,
    key: RequestKey,
    _: Given<Nothing>,
) -> Result<Answer, Problem> {
    let ticket = TicketId(id);
    change(&state, &caller, &key, Command::Reprint { ticket }, ticket).await
}

async fn change(
    state: &AppState,
    caller: &Caller,
    key: &RequestKey,
    command: Command,
    ticket: TicketId,
) -> Result<Answer, Problem> {
    caller.must_be(DESKS)?;
    state
        .act_and_show(caller, key, command, |published, _| {
            detail_of(published, ticket)
        })
        .await
}

pub(super) fn detail_of(published: &Published, id: TicketId) -> Result<TicketDetail, Problem> {
    let ticket = published.state.centre.tickets.get(&id);
    ticket
        .map(|ticket| detail(published, ticket))
        .ok_or_else(|| Rejection::NoSuchTicket.into())
}

fn detail(published: &Published, ticket: &Ticket) -> TicketDetail {
    let scene = published.scene();
    let waiting = matches!(ticket.place, Place::Waiting);
    let leg = ticket.legs.last();
    TicketDetail {
        id: ticket.id.0,
        number: ticket.number.to_string(),
        service: ticket.service,
        service_name: published.setup.service_name(ticket.service).to_owned(),
        issued_for: ticket.issued_for,
        state: phase_of(&published.state.centre, ticket),
        desk: desk_of(ticket).map(|desk| desk.0),
        issued_at: ticket.issued_at,
        counts_from: ticket.counts_from,
        first_called_at: ticket.first_called_at(),
        called_at: leg.map(|leg| leg.called_at),
        arrived_at: leg.and_then(|leg| leg.arrived_at),
        finished_at: leg.and_then(|leg| leg.finished_at),
        out_of_turn: ticket.out_of_turn,
        transferred: ticket.transferred(),
        reinstated: ticket.reinstated,
        ahead: waiting.then(|| scene.ahead(ticket)),
        wait: waiting.then(|| scene.wait_of(ticket)).flatten(),
        slip: scene.slip_state(ticket.id),
        track_url: track_url(&published.setup, &ticket.track),
        appointment: scene.line(ticket).appointment,
    }
}

fn desk_of(ticket: &Ticket) -> Option<DeskNumber> {
    match ticket.place {
        Place::Waiting | Place::Cancelled { .. } => None,
        Place::AtDesk { desk }
        | Place::Parked { desk, .. }
        | Place::Finished { desk, .. }
        | Place::NoShow { desk, .. } => Some(desk),
    }
}

fn phase_of(centre: &Centre, ticket: &Ticket) -> TicketPhase {
    match ticket.place {
        Place::Waiting => TicketPhase::Waiting,
        Place::AtDesk { desk } => match centre.staffed(desk).map(|staffed| &staffed.seat) {
            Some(Seat::Called { .. }) => TicketPhase::Called,
            Some(Seat::Documents { .. }) => TicketPhase::Documents,
            Some(Seat::Serving { .. } | Seat::Free { .. } | Seat::OnBreak { .. }) | None => {
                TicketPhase::Serving
            }
        },
        Place::Parked { .. } => TicketPhase::Parked,
        Place::Finished { .. } => TicketPhase::Finished,
        Place::NoShow { .. } => TicketPhase::NoShow,
        Place::Cancelled { .. } => TicketPhase::Cancelled,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_found_however_it_is_typed() {
        for text in ["P 027", "p027", "P27", "P-27"] {
            assert_eq!(plain_number(text), "P27");
        }
        assert_ne!(plain_number("P 207"), "P27");
    }
}
