//! From a span of dates down to one ticket: the worst half-hours, a day's half-hours, the tickets
//! of one, and a ticket's story. And each consultant's own day.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use jiff::civil::Date;
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::AppState;
use super::access::{Caller, DESKS, OVERSEERS, STAFF};
use super::answers::Answer;
use super::body::{Asked as Query, At};
use super::ports::History;
use super::problem::Problem;
use crate::access::{Role, StaffFigures};
use crate::engine::published::Published;
use crate::queue::catalogue::Service;
use crate::queue::rejection::Rejection;
use crate::queue::ticket::TicketId;
use crate::report::halves::{
    self, HalfHourDay, TicketsOfHalfHour, WantedTickets, WorstHalfHours, half_hour_of,
};
use crate::report::{Eyes, MyDay, Story};

/// Tickets in one page of a list, unless fewer are asked for.
const PAGE_TICKETS_MAX: usize = 200;

/// Half-hours in the list of the worst, unless fewer are asked for.
const WORST_MAX: usize = 100;

/// Half-hours in that list where no limit is asked for.
const WORST_USUAL: usize = 20;

/// Longest span of dates looked through for the worst half-hours: a quarter.
const SPAN_DAYS_MAX: i32 = 92;

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(story))
        .routes(routes!(worst))
        .routes(routes!(half_hours))
        .routes(routes!(tickets))
        .routes(routes!(mine))
}

impl AppState {
    pub(super) fn history(&self) -> Result<Arc<dyn History>, Problem> {
        self.ports.history.clone().ok_or_else(Problem::not_found)
    }

    /// Whether the caller may see which consultant did something.
    pub(super) fn eyes_of(&self, caller: &Caller) -> Eyes {
        let Caller::Person { role, .. } = caller else {
            return Eyes::Desks;
        };
        match (role, self.config.staff_figures) {
            (Role::Manager | Role::Admin, _) | (Role::Quality, StaffFigures::Named) => Eyes::Names,
            (Role::Consultant, _) | (Role::Quality, StaffFigures::Aggregates) => Eyes::Desks,
        }
    }
}

/// The local date that holds now.
pub(super) fn today(published: &Published) -> Date {
    let begun = published.state.centre.date;
    begun.unwrap_or_else(|| published.setup.date_of(published.at))
}

fn service_of(digit: Option<u8>) -> Result<Option<Service>, Problem> {
    digit
        .map(Service::try_from)
        .transpose()
        .map_err(|error| Problem::invalid("service", error.to_string()))
}

/// One ticket from the press to the finish
///
/// Logins are told to managers and administrators, to the quality role where `[report]
/// staff_figures = "named"`. A consultant sees the stories of tickets that were at their own desk
/// today.
#[utoipa::path(get, path = "/api/v1/tickets/{id}/story", tag = "tickets",
    params(("id" = u64, Path, description = "Ticket id, of any date")),
    responses((status = 200, body = Story),
        (status = "default", body = Problem, content_type = "application/problem+json", description = "`no_such_ticket`, `not_allowed`")))]
async fn story(
    State(state): State<AppState>,
    caller: Caller,
    At(id): At<u64>,
) -> Result<Answer, Problem> {
    caller.must_be(STAFF)?;
    let story = state
        .history()?
        .story(TicketId(id), state.eyes_of(&caller))
        .await?;
    let story = story.ok_or_else(|| Problem::from(Rejection::NoSuchTicket))?;
    if let Caller::Person {
        login,
        role: Role::Consultant,
        ..
    } = &caller
        && (story.date != today(&state.engine.published()) || !story.consultants.contains(login))
    {
        return Err(Problem::not_allowed());
    }
    Answer::json(StatusCode::OK, &story)
}

/// Which half-hours are wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Span {
    /// First date, `2026-11-16`.
    #[param(value_type = String)]
    from: Date,
    /// Last date; at most 92 days in all.
    #[param(value_type = String)]
    to: Date,
    /// Button digit of the service of issue.
    service: Option<u8>,
    /// At most so many, up to 100; 20 unless said.
    limit: Option<usize>,
}

/// The half-hours in which customers waited longest
///
/// By the 90th percentile of the wait of those who came in them, longest first.
#[utoipa::path(get, path = "/api/v1/reports/half-hours", tag = "reports", params(Span),
    responses((status = 200, body = WorstHalfHours),
        (status = "default", body = Problem, content_type = "application/problem+json", description = "`invalid`")))]
async fn worst(
    State(state): State<AppState>,
    caller: Caller,
    Query(span): Query<Span>,
) -> Result<Answer, Problem> {
    caller.must_be(OVERSEERS)?;
    let service = service_of(span.service)?;
    let days = span.from.until(span.to).map(|span| span.get_days());
    if !days.is_ok_and(|days| (0..SPAN_DAYS_MAX).contains(&days)) {
        return Err(Problem::invalid("to", "0 to 91 days behind `from`"));
    }
    let limit = span.limit.unwrap_or(WORST_USUAL).min(WORST_MAX);
    let history = state.history()?;
    let worst = history.worst(span.from, span.to, service, limit).await?;
    Answer::json(StatusCode::OK, &worst)
}

/// Of which service.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct OfService {
    /// Button digit of the service of issue.
    service: Option<u8>,
}

/// The half-hours of a day
#[utoipa::path(get, path = "/api/v1/reports/days/{date}/half-hours", tag = "reports",
    params(("date" = String, Path, description = "`2026-11-22`"), OfService),
    responses((status = 200, body = HalfHourDay),
        (status = "default", body = Problem, content_type = "application/problem+json", description = "Refusal")))]
async fn half_hours(
    State(state): State<AppState>,
    caller: Caller,
    At(date): At<Date>,
    Query(of): Query<OfService>,
) -> Result<Answer, Problem> {
    caller.must_be(OVERSEERS)?;
    let service = service_of(of.service)?;
    let tickets = state.history()?.tickets(date).await?;
    let setup = &state.engine.published().setup;
    let day = halves::half_hours_of(setup, date, &tickets, service);
    Answer::json(StatusCode::OK, &day)
}

/// Which tickets of a day are wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct OfHalfHour {
    /// Issued in the half-hour that begins then, local, `09:30`; the whole day unless said.
    half_hour: Option<String>,
    /// Button digit of the service of issue.
    service: Option<u8>,
    /// At most so many, up to 200.
    limit: Option<usize>,
    /// Pass over so many.
    #[serde(default)]
    offset: usize,
}

/// The tickets of a day or a half-hour, longest wait first
#[utoipa::path(get, path = "/api/v1/reports/days/{date}/tickets", tag = "reports",
    params(("date" = String, Path, description = "`2026-11-22`"), OfHalfHour),
    responses((status = 200, body = TicketsOfHalfHour),
        (status = "default", body = Problem, content_type = "application/problem+json", description = "`invalid`")))]
async fn tickets(
    State(state): State<AppState>,
    caller: Caller,
    At(date): At<Date>,
    Query(of): Query<OfHalfHour>,
) -> Result<Answer, Problem> {
    caller.must_be(OVERSEERS)?;
    let half_hour = match of.half_hour.as_deref() {
        Some(name) => Some(half_hour_of(name).ok_or_else(|| {
            Problem::invalid("half_hour", "the beginning of a half-hour, such as `09:30`")
        })?),
        None => None,
    };
    let wanted = WantedTickets {
        half_hour,
        service: service_of(of.service)?,
        offset: of.offset,
        limit: of.limit.unwrap_or(PAGE_TICKETS_MAX).min(PAGE_TICKETS_MAX),
    };
    let tickets = state.history()?.tickets(date).await?;
    let setup = &state.engine.published().setup;
    let found = halves::tickets_of(setup, date, &tickets, wanted, state.clock.now());
    Answer::json(StatusCode::OK, &found)
}

/// The caller's own day (A1.12)
///
/// What the signed-in person did at desks on the date, beside the medians of the centre. Nobody
/// gets anybody else's.
#[utoipa::path(get, path = "/api/v1/reports/mine/{date}", tag = "reports",
    params(("date" = String, Path, description = "`2026-11-22`")),
    responses((status = 200, body = MyDay),
        (status = "default", body = Problem, content_type = "application/problem+json", description = "`no_such_report`")))]
async fn mine(
    State(state): State<AppState>,
    caller: Caller,
    At(date): At<Date>,
) -> Result<Answer, Problem> {
    caller.must_be(DESKS)?;
    let login = caller.login().ok_or_else(Problem::not_allowed)?;
    let day = state.history()?.my_day(date, login.to_owned()).await?;
    let day = day.ok_or_else(|| Problem::from(super::ports::ReportError::NoSuchReport))?;
    Answer::json(StatusCode::OK, &day)
}
