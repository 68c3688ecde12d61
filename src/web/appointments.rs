//! Booked visits: list, book, cancel, import, check in.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use jiff::civil::Date;
use jiff::{Timestamp, ToSpan};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::AppState;
use super::access::{Caller, DESKS, ISSUERS, PLANNERS};
use super::answers::Answer;
use super::body::{Asked as Query, At, Given, RequestKey, Uploaded};
use super::problem::Problem;
use super::steps::{events, scoped};
use super::tickets::{AskedAt, asked, issued_answer};
use crate::bookings::{self, Form, Outcome};
use crate::codes::{Code, CodeKeys, KeyError};
use crate::engine::handle::{Done, EngineError};
use crate::engine::published::Published;
use crate::queue::appointments::reminder::{Reminder, reminder};
use crate::queue::appointments::slots;
use crate::queue::appointments::{Appointment, AppointmentId, CodeHash, SourceKind, Status};
use crate::queue::catalogue::Service;
use crate::queue::command::Command;
use crate::queue::event::Event;
use crate::queue::rejection::Rejection;
use crate::queue::wording;

/// Days answered where the request does not say.
const DAYS: u16 = 7;

/// Days of one answer: as far ahead as visits can be booked.
const DAYS_MAX: u16 = 400;

/// How often a code is made anew where another visit has it already.
const CODE_ATTEMPTS_MAX: u32 = 3;

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list, book))
        .routes(routes!(free_slots))
        .routes(routes!(cancel))
        .routes(routes!(import))
        .routes(routes!(check_in))
}

/// Which dates are wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct AppointmentsQuery {
    /// First date, `2026-11-22`; today where absent.
    from: Option<String>,
    /// How many days, 1 to 400; 7 where absent.
    days: Option<u16>,
}

/// Booked visits by slot.
#[derive(Serialize, Deserialize, ToSchema)]
pub(super) struct AppointmentList {
    /// The visits; those of the last seven days and to come are known.
    appointments: Vec<AppointmentDetail>,
}

/// How a visit stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum AppointmentState {
    /// The customer has not come yet.
    Booked,
    /// The customer came.
    CheckedIn,
    /// The date is over and nobody came.
    Missed,
    /// Cancelled.
    Cancelled,
}

/// The ticket of a customer who came.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub(super) struct AppointmentTicket {
    /// Ticket id.
    id: u64,
    /// Printed number; absent once the date is over.
    number: Option<String>,
}

/// One booked visit. Its code is shown to whoever books it, once, and never here.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub(super) struct AppointmentDetail {
    /// Identity.
    id: u64,
    /// Service.
    service: Service,
    /// Name of the service.
    service_name: String,
    /// When it begins.
    #[schema(value_type = String, format = DateTime)]
    slot: Timestamp,
    /// How it stands.
    state: AppointmentState,
    /// The customer's ticket.
    ticket: Option<AppointmentTicket>,
    /// Where it comes from.
    source: SourceKind,
}

/// Which slots are wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct SlotsQuery {
    /// Date, `2026-11-22`.
    date: String,
    /// Button digit of the service.
    service: u8,
}

/// The slots of a service on a date.
#[derive(Serialize, Deserialize, ToSchema)]
pub(super) struct SlotList {
    /// In order; none where nothing can be booked.
    slots: Vec<SlotLine>,
}

/// One slot.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub(super) struct SlotLine {
    /// When it begins.
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    /// Customers it has room for.
    capacity: u32,
    /// Places taken.
    booked: u32,
    /// Places left; none where the slot has passed.
    free: u32,
}

/// A visit to be booked. Nothing of the customer is asked for.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct BookingRequest {
    /// Service, by its button digit.
    service: Service,
    /// When it begins, one of the slots.
    slot: String,
}

/// A visit just booked.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub(super) struct BookedVisit {
    /// Identity.
    id: u64,
    /// Service.
    service: Service,
    /// When it begins.
    #[schema(value_type = String, format = DateTime)]
    slot: Timestamp,
    /// The customer's code: shown now and never again.
    code: String,
    /// The letter to the customer.
    reminder: Reminder,
}

/// Why a visit is cancelled.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct CancelVisit {
    /// At most 200 characters; no name.
    #[serde(default)]
    reason: Option<String>,
}

/// A customer with an appointment.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct CheckInRequest {
    /// The customer's code; spaces, hyphens and small letters do not matter.
    code: String,
    /// Where a kiosk's key asks: a touch on its screen, or a program (the default).
    #[serde(default)]
    origin: Option<AskedAt>,
}

/// Booked visits
#[utoipa::path(get, path = "/api/v1/appointments", operation_id = "list_appointments", tag = "appointments", params(AppointmentsQuery),
    responses((status = 200, body = AppointmentList),
        (status = "default", body = Problem, content_type = "application/problem+json", description = "`not_allowed`, `invalid`")))]
async fn list(
    State(state): State<AppState>,
    caller: Caller,
    Query(query): Query<AppointmentsQuery>,
) -> Result<Answer, Problem> {
    caller.must_be(DESKS)?;
    let published = state.engine.published();
    let from = match &query.from {
        Some(text) => iso("from", text)?,
        None => published.setup.date_of(state.clock.now()),
    };
    let days = query.days.unwrap_or(DAYS);
    if !(1..=DAYS_MAX).contains(&days) {
        return Err(Problem::invalid("days", format!("use 1 to {DAYS_MAX}")));
    }
    let end = from.saturating_add(i32::from(days).days());
    let visits = published.state.centre.appointments.by_id.values();
    let mut visits: Vec<&Appointment> = visits
        .filter(|visit| from <= visit.date && visit.date < end)
        .collect();
    visits.sort_by_key(|visit| (visit.slot, visit.id));
    let appointments = visits.into_iter().map(|v| detail(&published, v)).collect();
    Answer::json(StatusCode::OK, &AppointmentList { appointments })
}

/// Slots of a date with the places left
#[utoipa::path(get, path = "/api/v1/appointments/slots", tag = "appointments", params(SlotsQuery),
    responses((status = 200, body = SlotList),
        (status = "default", body = Problem, content_type = "application/problem+json", description = "`not_allowed`, `invalid`")))]
async fn free_slots(
    State(state): State<AppState>,
    caller: Caller,
    Query(query): Query<SlotsQuery>,
) -> Result<Answer, Problem> {
    caller.must_be(DESKS)?;
    let date = iso("date", &query.date)?;
    let service = Service::try_from(query.service)
        .map_err(|error| Problem::invalid("service", error.to_string()))?;
    let published = state.engine.published();
    let (setup, centre) = (&published.setup, &published.state.centre);
    let now = state.clock.now();
    let within = date <= slots::last_date(setup, now);
    let slots = slots::of_date(setup, centre, date, service)
        .into_iter()
        .map(|slot| SlotLine {
            at: slot.at,
            capacity: slot.capacity,
            booked: slot.booked,
            free: if within && slot.at >= now {
                slot.free()
            } else {
                0
            },
        })
        .collect();
    Answer::json(StatusCode::OK, &SlotList { slots })
}

/// Book a visit
#[utoipa::path(post, path = "/api/v1/appointments", tag = "appointments", request_body = BookingRequest,
    params(("Idempotency-Key" = Option<String>, Header, description = "A repeat under the same key gets the first answer")),
    responses((status = 201, body = BookedVisit),
        (status = "default", body = Problem, content_type = "application/problem+json", description = "`slot_full`, `no_such_slot`, `appointment_over`, `date_too_far`, …")))]
async fn book(
    State(state): State<AppState>,
    caller: Caller,
    key: RequestKey,
    Given(request): Given<BookingRequest>,
) -> Result<Answer, Problem> {
    caller.must_be(DESKS)?;
    let slot: Timestamp = request.slot.parse().map_err(|error: jiff::Error| {
        Problem::unreadable("slot", &request.slot, error.to_string())
    })?;
    let date = state.engine.published().setup.date_of(slot);
    // Without a key each request is its own.
    let asked = match scoped(&caller, &key) {
        Some(key) => key,
        None => super::fresh_token().ok_or_else(Problem::internal)?,
    };
    let mut attempt = 0;
    loop {
        let (code, hash) = new_code(&state, date, &asked, attempt).await?;
        let command = Command::BookAppointment {
            service: request.service,
            slot,
            code: hash,
        };
        match state.act(&caller, &key, command).await {
            Ok(done) => return booked(&state, &done, &code),
            Err(problem) if &*problem.code == Rejection::CodeTaken.code() => {
                attempt += 1;
                if attempt >= CODE_ATTEMPTS_MAX {
                    return Err(problem);
                }
            }
            Err(problem) => return Err(problem),
        }
    }
}

fn booked(state: &AppState, done: &Done, code: &Code) -> Result<Answer, Problem> {
    let setup = state.engine.published().setup.clone();
    for (_, event) in events(&done.records) {
        if let Event::AppointmentBooked {
            appointment,
            service,
            slot,
            ..
        } = event
        {
            let visit = BookedVisit {
                id: appointment.0,
                service: *service,
                slot: *slot,
                code: code.as_str().to_owned(),
                reminder: reminder(&setup, *service, *slot, code.as_str()),
            };
            return Answer::json(StatusCode::CREATED, &visit);
        }
    }
    tracing::error!("the engine booked no visit and said no reason");
    Err(Problem::internal())
}

/// Cancel a booked visit
#[utoipa::path(post, path = "/api/v1/appointments/{id}/cancel", operation_id = "cancel_appointment", tag = "appointments", request_body = CancelVisit,
    params(("id" = u64, Path, description = "Identity of the visit")),
    responses((status = 200, body = AppointmentDetail),
        (status = "default", body = Problem, content_type = "application/problem+json", description = "`no_such_appointment`, `already_checked_in`, `appointment_over`, …")))]
async fn cancel(
    State(state): State<AppState>,
    caller: Caller,
    At(id): At<u64>,
    key: RequestKey,
    Given(request): Given<CancelVisit>,
) -> Result<Answer, Problem> {
    caller.must_be(DESKS)?;
    let appointment = AppointmentId(id);
    let command = Command::CancelAppointment {
        appointment,
        reason: request.reason,
    };
    state
        .act_and_show(&caller, &key, command, |published, _| {
            let visits = &published.state.centre.appointments.by_id;
            let visit = visits.get(&appointment);
            visit
                .map(|visit| detail(published, visit))
                .ok_or_else(|| Rejection::NoSuchAppointment.into())
        })
        .await
}

/// Take bookings over from another system's file; a repeat changes nothing
#[utoipa::path(post, path = "/api/v1/appointments/import", tag = "appointments",
    request_body(content((String = "text/csv"), (String = "text/calendar")),
        description = "CSV `service,slot[,reference][,code][,status]`, or iCalendar with DTSTART, UID, the service in CATEGORIES or SUMMARY, STATUS; at most 1 MiB and 5000 bookings"),
    responses((status = 200, body = Outcome),
        (status = "default", body = Problem, content_type = "application/problem+json", description = "`invalid`, `unknown_type`, `body_too_large`, …")))]
async fn import(
    State(state): State<AppState>,
    caller: Caller,
    file: Uploaded,
) -> Result<Answer, Problem> {
    caller.must_be(PLANNERS)?;
    let form = match file.kind.as_str() {
        "text/csv" => Form::Csv,
        "text/calendar" => Form::Calendar,
        _ => return Err(Problem::unknown_type()),
    };
    let (keys, actor) = (&state.ports.codes, caller.actor());
    let outcome = bookings::import(&state.engine, keys, &actor, form, &file.bytes).await?;
    Answer::json(StatusCode::OK, &outcome)
}

/// Check in with an appointment: issues its ticket
#[utoipa::path(post, path = "/api/v1/check-in", tag = "appointments", request_body = CheckInRequest,
    params(("Idempotency-Key" = Option<String>, Header, description = "A repeat under the same key gets the first answer")),
    responses((status = 201, body = super::tickets::IssuedTicket),
        (status = "default", body = Problem, content_type = "application/problem+json", description = "`no_such_appointment`, `already_checked_in`, `too_early`, `centre_closed`, `too_many_attempts`, …")))]
async fn check_in(
    State(state): State<AppState>,
    caller: Caller,
    key: RequestKey,
    Given(request): Given<CheckInRequest>,
) -> Result<Response, Problem> {
    caller.must_be(ISSUERS)?;
    ticket_for(&state, &caller, &key, &request.code, request.origin).await
}

/// The ticket of whoever has this code. Wrong codes are counted against the credential, so that
/// nobody finds one by trying.
pub(super) async fn ticket_for(
    state: &AppState,
    caller: &Caller,
    key: &RequestKey,
    code: &str,
    origin: Option<AskedAt>,
) -> Result<Response, Problem> {
    let published = state.engine.published();
    let asked = asked(&published.setup, caller, origin)?;
    let (asker, now) = (caller.credential(), state.clock.now());
    state
        .wrong_codes
        .attempt(None, &asker, now)
        .map_err(Problem::too_many_codes)?;
    let code = hash_of(state, &published, code)?;
    let early = too_early(&published, &code, now);
    let done = match state
        .act(caller, key, Command::CheckIn { code, asked })
        .await
    {
        Err(problem) if &*problem.code == Rejection::NoSuchAppointment.code() => {
            return Err(problem);
        }
        // Refused for a reason that is no guess.
        Err(problem) => {
            state.wrong_codes.forget(None, &asker);
            return Err(early
                .filter(|early| early.code == problem.code)
                .unwrap_or(problem));
        }
        Ok(done) => {
            state.wrong_codes.forget(None, &asker);
            done
        }
    };
    issued_answer(&published.setup, &done)
}

/// The refusal of whoever comes too early, with the time from which to come: the engine's own has no
/// local time.
fn too_early(published: &Published, code: &CodeHash, now: Timestamp) -> Option<Problem> {
    let setup = &published.setup;
    let visit = published.state.centre.appointments.of_code(code)?;
    let from = visit.slot - setup.rules.check_in_opens;
    let seconds = u32::try_from(from.duration_since(now).as_secs()).unwrap_or(u32::MAX);
    let when = if visit.date == setup.date_of(now) {
        format!("plkst. {}", wording::time(from, &setup.timezone))
    } else {
        wording::date_and_time(from, &setup.timezone)
    };
    (now < from).then(|| Problem::too_early(&when, seconds))
}

/// The hash under which the code is known. One that is known nowhere is looked for all the same, so
/// that the answer is the engine's.
fn hash_of(state: &AppState, published: &Published, code: &str) -> Result<CodeHash, Problem> {
    let code = Code::typed(code).ok_or(Rejection::NoSuchAppointment)?;
    let known = &published.state.centre.appointments;
    let mut hashes = state.ports.codes.hashes(&code);
    let found = hashes.iter().position(|hash| known.of_code(hash).is_some());
    if hashes.is_empty() {
        return Err(Rejection::NoSuchAppointment.into());
    }
    Ok(hashes.swap_remove(found.unwrap_or(0)))
}

async fn new_code(
    state: &AppState,
    date: Date,
    request: &str,
    attempt: u32,
) -> Result<(Code, CodeHash), Problem> {
    let request = request.to_owned();
    with_keys(&state.ports.codes, move |keys| {
        let code = keys.code_for(date, &request, attempt)?;
        let hash = keys.hash(date, &code)?;
        Ok((code, hash))
    })
    .await
}

/// Keys may have to be written to disk.
async fn with_keys<T: Send + 'static>(
    keys: &Arc<CodeKeys>,
    work: impl FnOnce(&CodeKeys) -> Result<T, KeyError> + Send + 'static,
) -> Result<T, Problem> {
    let keys = Arc::clone(keys);
    let done = tokio::task::spawn_blocking(move || work(&keys)).await;
    match done {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(error)) => {
            tracing::error!(error = &error as &dyn std::error::Error, "appointment keys");
            Err(EngineError::Storage(error.to_string()).into())
        }
        Err(_) => Err(Problem::internal()),
    }
}

fn detail(published: &Published, visit: &Appointment) -> AppointmentDetail {
    let tickets = &published.state.centre.tickets;
    let (state, ticket) = match visit.status {
        Status::Booked => (AppointmentState::Booked, None),
        Status::CheckedIn { ticket, .. } => (AppointmentState::CheckedIn, Some(ticket)),
        Status::Missed => (AppointmentState::Missed, None),
        Status::Cancelled => (AppointmentState::Cancelled, None),
    };
    AppointmentDetail {
        id: visit.id.0,
        service: visit.service,
        service_name: published.setup.service_name(visit.service).to_owned(),
        slot: visit.slot,
        state,
        ticket: ticket.map(|id| AppointmentTicket {
            id: id.0,
            number: tickets.get(&id).map(|ticket| ticket.number.to_string()),
        }),
        source: visit.source,
    }
}

fn iso(field: &str, text: &str) -> Result<Date, Problem> {
    text.parse()
        .map_err(|error: jiff::Error| Problem::unreadable(field, text, error.to_string()))
}
