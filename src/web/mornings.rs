//! The morning over HTTP (A2/1/5, A2/1/6): what was checked, and when the doors were opened.

use axum::extract::State;
use axum::http::StatusCode;
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::AppState;
use super::access::{Caller, DESKS};
use super::answers::Answer;
use super::body::{At, Given, RequestKey};
use super::problem::Problem;
use crate::quality::QualityEvent;
use crate::quality::mornings::{Checked, Doors, Finding, MorningCheck, MorningEvent, doors_due};

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(morning))
        .routes(routes!(check))
        .routes(routes!(doors))
}

/// The morning of a date.
#[derive(Serialize, Deserialize, ToSchema)]
pub(super) struct MorningAnswer {
    /// Date, local.
    #[schema(value_type = String, format = Date)]
    date: Date,
    /// When reception begins; absent where the date has none.
    #[schema(value_type = Option<String>, format = DateTime)]
    opens_at: Option<Timestamp>,
    /// By when the doors are to be open, two minutes before that (A2/1/6.1).
    #[schema(value_type = Option<String>, format = DateTime)]
    doors_due: Option<Timestamp>,
    /// The check, if there was one.
    checked: Option<Checked>,
    /// The opening of the doors, if that was said.
    doors: Option<Doors>,
}

/// What was found.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct CheckRequest {
    /// Information on stand and desks (A2/1/5.1–5.3).
    information: Finding,
    /// Signs (A2/1/5.4).
    signs: Finding,
    /// The plasma monitor (A2/1/5.5).
    monitor: Finding,
    /// What is not in order, at most 500 characters; needed where something is not.
    #[serde(default)]
    note: String,
}

/// That the doors were opened.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct DoorsRequest {
    /// When; now where absent.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = DateTime)]
    opened_at: Option<Timestamp>,
}

/// What is known of a date's morning
#[utoipa::path(get, path = "/api/v1/mornings/{date}", tag = "quality",
    params(("date" = String, Path, description = "`2026-11-18`")),
    responses((status = 200, body = MorningAnswer),
        (status = "default", body = Problem, content_type = "application/problem+json", description = "`not_allowed`")))]
async fn morning(
    State(state): State<AppState>,
    caller: Caller,
    At(date): At<Date>,
) -> Result<Answer, Problem> {
    caller.must_be(DESKS)?;
    answer(&state, date)
}

/// Enter the check of a morning
#[utoipa::path(post, path = "/api/v1/mornings/{date}/check", tag = "quality", request_body = CheckRequest,
    params(("date" = String, Path, description = "`2026-11-18`, at most seven days ago")),
    responses((status = 200, body = MorningAnswer),
        (status = "default", body = Problem, content_type = "application/problem+json", description = "`invalid`: `date` or `note`")))]
async fn check(
    State(state): State<AppState>,
    caller: Caller,
    key: RequestKey,
    At(date): At<Date>,
    Given(request): Given<CheckRequest>,
) -> Result<Answer, Problem> {
    caller.must_be(DESKS)?;
    let check = MorningCheck {
        information: request.information,
        signs: request.signs,
        monitor: request.monitor,
        note: request.note.trim().to_owned(),
    };
    let event = MorningEvent::Checked { date, check };
    state
        .keep(&caller, &key, QualityEvent::Morning(event))
        .await?;
    answer(&state, date)
}

/// Say that the doors were opened
#[utoipa::path(post, path = "/api/v1/mornings/{date}/doors", tag = "quality", request_body = DoorsRequest,
    params(("date" = String, Path, description = "`2026-11-18`, at most seven days ago")),
    responses((status = 200, body = MorningAnswer),
        (status = "default", body = Problem, content_type = "application/problem+json", description = "`invalid`: `date`")))]
async fn doors(
    State(state): State<AppState>,
    caller: Caller,
    key: RequestKey,
    At(date): At<Date>,
    Given(request): Given<DoorsRequest>,
) -> Result<Answer, Problem> {
    caller.must_be(DESKS)?;
    let opened_at = request.opened_at;
    let event = MorningEvent::DoorsOpened { date, opened_at };
    state
        .keep(&caller, &key, QualityEvent::Morning(event))
        .await?;
    answer(&state, date)
}

fn answer(state: &AppState, date: Date) -> Result<Answer, Problem> {
    let published = state.engine.published();
    let spans = published
        .scene()
        .calendar()
        .spans(date, &published.setup.timezone);
    let opens_at = spans.first().map(|(opens_at, _)| *opens_at);
    let morning = published.state.quality.mornings.of(date);
    let answer = MorningAnswer {
        date,
        opens_at,
        doors_due: opens_at.map(doors_due),
        checked: morning.and_then(|morning| morning.checked.clone()),
        doors: morning.and_then(|morning| morning.doors.clone()),
    };
    Answer::json(StatusCode::OK, &answer)
}
