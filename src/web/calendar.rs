//! The calendar: each day with its hours and its reason, and the manager's changes.

use axum::extract::State;
use axum::http::StatusCode;
use jiff::civil::Date;
use jiff::{Timestamp, ToSpan};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::AppState;
use super::access::{Caller, OVERSEERS, PLANNERS};
use super::answers::Answer;
use super::body::{Asked, At, Given, RequestKey};
use super::problem::Problem;
use crate::engine::published::Published;
use crate::queue::calendar::DayKind;
use crate::queue::calendar::edits::{ChangeKind, DayChange, Mark};
use crate::queue::command::Command;
use crate::queue::decide::PLANNED_DAYS_MAX;
use crate::queue::hours::{DayHours, Interval};

/// Days answered where the request does not say: a quarter.
const DAYS: u16 = 92;

/// Days of one answer.
const DAYS_MAX: u16 = 400;

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(calendar))
        .routes(routes!(set_hours, clear_hours))
        .routes(routes!(set_move, clear_move))
}

/// Which days are wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct CalendarQuery {
    /// First date, `2026-11-22`; today where absent.
    from: Option<String>,
    /// How many days, 1 to 400; 92 where absent.
    days: Option<u16>,
}

/// Days in order.
#[derive(Serialize, Deserialize, ToSchema)]
pub(super) struct CalendarAnswer {
    /// Today at the centre, ISO.
    today: String,
    /// The last date that can be changed, ISO.
    last: String,
    /// The days asked for.
    days: Vec<CalendarDay>,
}

/// One day.
#[derive(Serialize, Deserialize, ToSchema)]
pub(super) struct CalendarDay {
    /// ISO date.
    date: String,
    /// Monday = 1 … Sunday = 7.
    weekday: u8,
    /// Hours that hold, such as `08:30-12:00`; none = closed.
    intervals: Vec<String>,
    /// Hours of the weekday.
    usual: Vec<String>,
    /// The hours are not those of the weekday.
    differs: bool,
    /// What decides over the day.
    kind: DayKind,
    /// Why it is so, a Latvian sentence.
    why: String,
    /// What it would be without the exception, a Latvian sentence.
    otherwise: Option<String>,
    /// Name of the public holiday or day off by law, whatever decides over the day.
    holiday: Option<String>,
    /// The last date on which a change of hours is posted in time (17.5.1), ISO; told for days
    /// that differ and are ahead.
    notice_by: Option<String>,
    /// The day can be changed.
    changeable: bool,
    /// What a manager set for the date.
    edited: Option<CalendarMark>,
    /// Where a manager moved the date's working day, or which one was moved here.
    moved: Option<CalendarMove>,
}

/// Who changed it.
#[derive(Serialize, Deserialize, ToSchema)]
pub(super) struct CalendarMark {
    /// Why.
    reason: String,
    /// Login.
    by: String,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
}

/// A working day that a manager moved.
#[derive(Serialize, Deserialize, ToSchema)]
pub(super) struct CalendarMove {
    /// From, ISO.
    from: String,
    /// To, ISO.
    to: String,
    /// By whom.
    #[serde(flatten)]
    mark: CalendarMark,
}

/// Hours of a date.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct HoursRequest {
    /// At most six, such as `08:30-12:00`; none = closed.
    intervals: Vec<String>,
    /// Why, 1 to 100 characters; customers see it.
    reason: String,
}

/// Where a working day goes.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct MoveRequest {
    /// A date that is free by its weekday, ISO.
    to: String,
    /// Why, 1 to 100 characters.
    reason: String,
}

/// Days with their hours and reasons
#[utoipa::path(get, path = "/api/v1/calendar", tag = "calendar", params(CalendarQuery),
    responses((status = 200, body = CalendarAnswer),
        (status = "default", body = Problem, content_type = "application/problem+json", description = "`not_allowed`, `invalid`")))]
async fn calendar(
    State(state): State<AppState>,
    caller: Caller,
    Asked(query): Asked<CalendarQuery>,
) -> Result<Answer, Problem> {
    caller.must_be(OVERSEERS)?;
    let published = state.engine.published();
    let today = today(&state);
    let from = match &query.from {
        Some(text) => iso("from", text)?,
        None => today,
    };
    let days = query.days.unwrap_or(DAYS);
    if !(1..=DAYS_MAX).contains(&days) {
        return Err(Problem::invalid("days", format!("use 1 to {DAYS_MAX}")));
    }
    let days = (0..days)
        .filter_map(|ahead| from.checked_add(i32::from(ahead).days()).ok())
        .map(|date| line(&published, date, today))
        .collect();
    let answer = CalendarAnswer {
        today: today.to_string(),
        last: today.saturating_add(PLANNED_DAYS_MAX.days()).to_string(),
        days,
    };
    Answer::json(StatusCode::OK, &answer)
}

/// Set a date's hours; today's act at once
#[utoipa::path(put, path = "/api/v1/calendar/{date}", tag = "calendar", request_body = HoursRequest,
    params(("date" = String, Path, description = "`2026-11-18`")),
    responses((status = 200, body = CalendarDay),
        (status = "default", body = Problem, content_type = "application/problem+json", description = "`past_date`, `date_too_far`, `invalid`")))]
async fn set_hours(
    State(state): State<AppState>,
    caller: Caller,
    key: RequestKey,
    At(date): At<String>,
    Given(request): Given<HoursRequest>,
) -> Result<Answer, Problem> {
    caller.must_be(PLANNERS)?;
    let intervals = request
        .intervals
        .iter()
        .map(|text| {
            text.parse::<Interval>()
                .map_err(|error| Problem::unreadable("intervals", text, error.to_string()))
        })
        .collect::<Result<_, _>>()?;
    let change = DayChange::Hours { intervals };
    set(&state, &caller, &key, &date, change, request.reason).await
}

/// Take a date's own hours back
#[utoipa::path(delete, path = "/api/v1/calendar/{date}", tag = "calendar",
    params(("date" = String, Path, description = "`2026-11-18`")),
    responses((status = 200, body = CalendarDay),
        (status = "default", body = Problem, content_type = "application/problem+json", description = "`past_date`, …")))]
async fn clear_hours(
    State(state): State<AppState>,
    caller: Caller,
    key: RequestKey,
    At(date): At<String>,
) -> Result<Answer, Problem> {
    caller.must_be(PLANNERS)?;
    clear(&state, &caller, &key, &date, ChangeKind::Hours).await
}

/// Move a date's working day to a free date
#[utoipa::path(put, path = "/api/v1/calendar/{date}/move", tag = "calendar", request_body = MoveRequest,
    params(("date" = String, Path, description = "`2027-01-04`")),
    responses((status = 200, body = CalendarDay),
        (status = "default", body = Problem, content_type = "application/problem+json", description = "`not_a_working_day`, `not_a_free_day`, `past_date`, …")))]
async fn set_move(
    State(state): State<AppState>,
    caller: Caller,
    key: RequestKey,
    At(date): At<String>,
    Given(request): Given<MoveRequest>,
) -> Result<Answer, Problem> {
    caller.must_be(PLANNERS)?;
    let to = iso("to", &request.to)?;
    let change = DayChange::Moved { to };
    set(&state, &caller, &key, &date, change, request.reason).await
}

/// Take a date's move back
#[utoipa::path(delete, path = "/api/v1/calendar/{date}/move", tag = "calendar",
    params(("date" = String, Path, description = "`2027-01-04`")),
    responses((status = 200, body = CalendarDay),
        (status = "default", body = Problem, content_type = "application/problem+json", description = "`past_date`, …")))]
async fn clear_move(
    State(state): State<AppState>,
    caller: Caller,
    key: RequestKey,
    At(date): At<String>,
) -> Result<Answer, Problem> {
    caller.must_be(PLANNERS)?;
    clear(&state, &caller, &key, &date, ChangeKind::Moved).await
}

async fn set(
    state: &AppState,
    caller: &Caller,
    key: &RequestKey,
    date: &str,
    change: DayChange,
    reason: String,
) -> Result<Answer, Problem> {
    let date = iso("date", date)?;
    let command = Command::SetCalendarDay {
        date,
        change,
        reason,
    };
    let today = today(state);
    state
        .act_and_show(caller, key, command, |published, _| {
            Ok(line(published, date, today))
        })
        .await
}

async fn clear(
    state: &AppState,
    caller: &Caller,
    key: &RequestKey,
    date: &str,
    kind: ChangeKind,
) -> Result<Answer, Problem> {
    let date = iso("date", date)?;
    let command = Command::ClearCalendarDay { date, kind };
    let today = today(state);
    state
        .act_and_show(caller, key, command, |published, _| {
            Ok(line(published, date, today))
        })
        .await
}

fn today(state: &AppState) -> Date {
    state.engine.published().setup.date_of(state.clock.now())
}

fn iso(field: &str, text: &str) -> Result<Date, Problem> {
    text.parse()
        .map_err(|error: jiff::Error| Problem::unreadable(field, text, error.to_string()))
}

fn line(published: &Published, date: Date, today: Date) -> CalendarDay {
    let edits = &published.state.centre.calendar;
    let day = published.scene().calendar().day(date);
    let from = edits.moves.contains_key(&date).then_some(date);
    let from = from.or_else(|| edits.moved_from(date));
    let moved = from.and_then(|from| Some((from, edits.moves.get(&from)?)));
    CalendarDay {
        date: date.to_string(),
        weekday: u8::try_from(date.weekday().to_monday_one_offset()).unwrap_or(1),
        intervals: texts(&day.hours),
        usual: texts(&day.usual),
        differs: day.differs(),
        kind: day.kind,
        notice_by: day
            .notice_by()
            .filter(|_| date > today)
            .map(|by| by.to_string()),
        changeable: date >= today && date <= today.saturating_add(PLANNED_DAYS_MAX.days()),
        edited: edits.hours.get(&date).map(|edit| mark(&edit.mark)),
        moved: moved.map(|(from, edit)| CalendarMove {
            from: from.to_string(),
            to: edit.to.to_string(),
            mark: mark(&edit.mark),
        }),
        why: day.why,
        otherwise: day.otherwise,
        holiday: day.holiday.map(str::to_owned),
    }
}

fn texts(hours: &DayHours) -> Vec<String> {
    hours.intervals().iter().map(ToString::to_string).collect()
}

fn mark(mark: &Mark) -> CalendarMark {
    CalendarMark {
        reason: mark.reason.clone(),
        by: mark.by.clone(),
        at: mark.at,
    }
}
