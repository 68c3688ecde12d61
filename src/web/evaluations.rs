//! The register of evaluations of annex 1: how each stands, and what people enter.

use axum::extract::State;
use axum::http::StatusCode;
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::AppState;
use super::access::{Caller, OVERSEERS};
use super::answers::Answer;
use super::body::{At, Given, RequestKey};
use super::problem::Problem;
use super::steps::scoped;
use crate::access::Role;
use crate::engine::published::Published;
use crate::journal::record::{Fact, Record};
use crate::quality::QualityEvent;
use crate::quality::evaluations::annex::{Duty, Method, criterion, daily_rows, duty};
use crate::quality::evaluations::register::{EvaluationLine, Span};
use crate::quality::evaluations::{Entry, Evaluation, EvaluationEvent, EvaluationRejection};
use crate::queue::rejection::Rejection;

/// Methods of every working day.
const DAILY: [Method; 2] = [Method::SelfCheck, Method::Observation];

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(register, enter))
        .routes(routes!(today, mark))
        .routes(routes!(plan))
        .routes(routes!(entry, take_back))
}

/// The whole register.
#[derive(Serialize, Deserialize, ToSchema)]
pub(super) struct RegisterAnswer {
    /// Today at the centre.
    #[schema(value_type = String, format = Date)]
    today: Date,
    /// How many are overdue.
    overdue: u32,
    /// Rows 4 to 8, 11 and 12 by method, in the annex's order; days done are those of this month.
    lines: Vec<RegisterLine>,
}

/// One row and method.
#[derive(Serialize, Deserialize, ToSchema)]
pub(super) struct RegisterLine {
    /// How it stands.
    #[serde(flatten)]
    line: EvaluationLine,
    /// Whoever asks enters these.
    may_enter: bool,
    /// Whoever asks has marked it today.
    marked: bool,
    /// Those held, the newest first; none for what is due every working day.
    entries: Vec<EntryLine>,
}

/// One that was held.
#[derive(Serialize, Deserialize, ToSchema)]
pub(super) struct EntryLine {
    /// Names it.
    id: u64,
    /// When, local.
    #[schema(value_type = String, format = Date)]
    held_on: Date,
    /// What it found.
    result: String,
    /// There are notes.
    has_notes: bool,
    /// When it was entered.
    #[schema(value_type = String, format = DateTime)]
    entered_at: Timestamp,
    /// Login of who entered it.
    by: Option<String>,
    /// As what.
    role: Role,
}

/// One that was held, with its notes.
#[derive(Serialize, Deserialize, ToSchema)]
pub(super) struct EntryAnswer {
    /// The entry.
    #[serde(flatten)]
    entry: EntryLine,
    /// Its notes; may be empty.
    notes: String,
}

/// One that was held.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct HeldRequest {
    /// Row of annex 1.
    row: u8,
    /// Method.
    method: Method,
    /// When, local; not in the future.
    #[schema(value_type = String, format = Date)]
    held_on: Date,
    /// What it found, 1 to 200 characters.
    result: String,
    /// What else is worth keeping, at most 2,000 characters.
    #[serde(default)]
    notes: String,
}

/// What was done today.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct MarkRequest {
    /// Method of every working day.
    method: Method,
    /// Rows of annex 1; all that have the method where absent.
    rows: Option<Vec<u8>>,
}

/// For when one is planned.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PlanRequest {
    /// Row of annex 1.
    row: u8,
    /// A method that is held as needed.
    method: Method,
    /// When, local, not in the past; absent: no longer planned.
    #[schema(value_type = Option<String>, format = Date)]
    on: Option<Date>,
}

/// What whoever asks does every working day.
#[derive(Serialize, Deserialize, ToSchema)]
pub(super) struct TodayAnswer {
    /// Today at the centre.
    #[schema(value_type = String, format = Date)]
    date: Date,
    /// By method.
    methods: Vec<DailyMethod>,
}

/// One method of every working day.
#[derive(Serialize, Deserialize, ToSchema)]
pub(super) struct DailyMethod {
    /// Method.
    method: Method,
    /// What it looks at.
    rows: Vec<DailyRow>,
    /// Marks of today, to take back.
    marks: Vec<u64>,
}

/// One row of it.
#[derive(Serialize, Deserialize, ToSchema)]
pub(super) struct DailyRow {
    /// Row of annex 1.
    row: u8,
    /// What it evaluates, to the letter.
    criterion: String,
    /// Whoever asks has done it today.
    marked: bool,
}

/// Every evaluation of annex 1 and when it is due
#[utoipa::path(get, path = "/api/v1/evaluations", tag = "evaluations",
    responses((status = 200, body = RegisterAnswer),
        (status = "default", body = Problem, content_type = "application/problem+json", description = "`not_allowed`")))]
async fn register(State(state): State<AppState>, caller: Caller) -> Result<Answer, Problem> {
    caller.must_be(OVERSEERS)?;
    let (login, role) = person(&caller)?;
    let published = state.engine.published();
    let today = published.setup.date_of(state.clock.now());
    let lines = lines(&published, today);
    let kept = &published.state.quality.evaluations;
    let marked = |line: &EvaluationLine| {
        let mut marks = kept.marks_of(today, login);
        marks.any(|mark| mark.method == line.method && mark.rows.contains(&line.row))
    };
    let overdue = lines.iter().filter(|line| line.overdue_days > 0).count();
    let answer = RegisterAnswer {
        today,
        overdue: u32::try_from(overdue).unwrap_or(u32::MAX),
        lines: lines
            .into_iter()
            .map(|line| RegisterLine {
                may_enter: duty(line.row, line.method)
                    .is_some_and(|duty| duty.responsible.entered_by(role)),
                marked: marked(&line),
                entries: kept
                    .entries(line.row, line.method)
                    .into_iter()
                    .map(|(id, entry)| entry_line(id, entry))
                    .collect(),
                line,
            })
            .collect(),
    };
    Answer::json(StatusCode::OK, &answer)
}

/// Enter one that was held
#[utoipa::path(post, path = "/api/v1/evaluations", tag = "evaluations", request_body = HeldRequest,
    responses((status = 201, body = EntryLine),
        (status = "default", body = Problem, content_type = "application/problem+json", description = "`not_allowed`: another role enters it; `invalid`")))]
async fn enter(
    State(state): State<AppState>,
    caller: Caller,
    key: RequestKey,
    Given(request): Given<HeldRequest>,
) -> Result<Answer, Problem> {
    let (login, role) = person(&caller)?;
    may_enter(known(request.row, request.method)?, role)?;
    let evaluation = Evaluation {
        row: request.row,
        method: request.method,
        held_on: request.held_on,
        result: request.result.trim().to_owned(),
        notes: request.notes.trim().to_owned(),
        role,
    };
    let record = keep(
        &state,
        &caller,
        &key,
        EvaluationEvent::Held(evaluation.clone()),
    )
    .await?;
    let answer = EntryLine {
        id: record.seq,
        held_on: evaluation.held_on,
        result: evaluation.result,
        has_notes: !evaluation.notes.is_empty(),
        entered_at: record.at,
        by: Some(login.to_owned()),
        role,
    };
    Answer::json(StatusCode::CREATED, &answer)
}

/// What I do every working day, and whether I have marked it today
#[utoipa::path(get, path = "/api/v1/evaluations/today", tag = "evaluations",
    responses((status = 200, body = TodayAnswer),
        (status = "default", body = Problem, content_type = "application/problem+json", description = "`not_allowed`")))]
async fn today(State(state): State<AppState>, caller: Caller) -> Result<Answer, Problem> {
    let (login, role) = person(&caller)?;
    Answer::json(StatusCode::OK, &own_day(&state, login, role))
}

/// Mark today's self-check or observation as done
#[utoipa::path(post, path = "/api/v1/evaluations/today", tag = "evaluations", request_body = MarkRequest,
    responses((status = 201, body = TodayAnswer),
        (status = "default", body = Problem, content_type = "application/problem+json", description = "`already_marked`, `not_allowed`, `invalid`")))]
async fn mark(
    State(state): State<AppState>,
    caller: Caller,
    key: RequestKey,
    Given(request): Given<MarkRequest>,
) -> Result<Answer, Problem> {
    let (login, role) = person(&caller)?;
    let method = request.method;
    let rows = request.rows.unwrap_or_else(|| daily_rows(method).collect());
    if rows.is_empty() {
        return Err(EvaluationRejection::NotDaily.into());
    }
    for row in &rows {
        may_enter(known(*row, method)?, role)?;
    }
    let on = today_of(&state);
    keep(
        &state,
        &caller,
        &key,
        EvaluationEvent::Marked {
            method,
            rows,
            on,
            by: login.to_owned(),
        },
    )
    .await?;
    Answer::json(StatusCode::CREATED, &own_day(&state, login, role))
}

/// Plan one that is held as needed
#[utoipa::path(post, path = "/api/v1/evaluations/plan", tag = "evaluations", request_body = PlanRequest,
    responses((status = 200, body = EvaluationLine),
        (status = "default", body = Problem, content_type = "application/problem+json", description = "`not_allowed`, `past_date`, `invalid`")))]
async fn plan(
    State(state): State<AppState>,
    caller: Caller,
    key: RequestKey,
    Given(request): Given<PlanRequest>,
) -> Result<Answer, Problem> {
    let (_, role) = person(&caller)?;
    let PlanRequest { row, method, on } = request;
    may_enter(known(row, method)?, role)?;
    let today = today_of(&state);
    if let Some(past) = on.filter(|on| *on < today) {
        return Err(Rejection::PastDate(past).into());
    }
    keep(
        &state,
        &caller,
        &key,
        EvaluationEvent::Planned { row, method, on },
    )
    .await?;
    let line = lines(&state.engine.published(), today)
        .into_iter()
        .find(|line| (line.row, line.method) == (row, method));
    Answer::json(StatusCode::OK, &line.ok_or_else(Problem::internal)?)
}

/// One that was held, with its notes
#[utoipa::path(get, path = "/api/v1/evaluations/{id}", tag = "evaluations",
    params(("id" = u64, Path, description = "Entry")),
    responses((status = 200, body = EntryAnswer),
        (status = "default", body = Problem, content_type = "application/problem+json", description = "`no_such_entry`, `not_allowed`")))]
async fn entry(
    State(state): State<AppState>,
    caller: Caller,
    At(id): At<u64>,
) -> Result<Answer, Problem> {
    caller.must_be(OVERSEERS)?;
    let published = state.engine.published();
    let entry = published.state.quality.evaluations.entry(id);
    let entry = entry.ok_or(EvaluationRejection::NoSuchEntry)?;
    let mut notes = String::new();
    if entry.has_notes {
        let history = state.ports.history.as_ref();
        let history = history.ok_or_else(Problem::not_found)?;
        let records = history.records(vec![id]).await?;
        notes = records.first().and_then(notes_of).unwrap_or_default();
    }
    let entry = entry_line(id, entry);
    Answer::json(StatusCode::OK, &EntryAnswer { entry, notes })
}

/// Take back a wrong entry, or one's own mark of today; it stays in the journal
#[utoipa::path(delete, path = "/api/v1/evaluations/{id}", tag = "evaluations",
    params(("id" = u64, Path, description = "Entry or mark")),
    responses((status = 204, description = "It counts no longer"),
        (status = "default", body = Problem, content_type = "application/problem+json", description = "`no_such_entry`, `not_allowed`: another role enters it, or somebody else marked it")))]
async fn take_back(
    State(state): State<AppState>,
    caller: Caller,
    key: RequestKey,
    At(id): At<u64>,
) -> Result<StatusCode, Problem> {
    let (login, role) = person(&caller)?;
    let published = state.engine.published();
    let kept = &published.state.quality.evaluations;
    match (kept.entry(id), kept.mark(id)) {
        (Some(entry), _) => may_enter(known(entry.row, entry.method)?, role)?,
        (None, Some(mark)) if mark.by == login => {}
        (None, Some(_)) => return Err(Problem::not_allowed()),
        // The engine refuses it, or answers the repeat of what took it back.
        (None, None) => {}
    }
    keep(
        &state,
        &caller,
        &key,
        EvaluationEvent::TakenBack { entry: id },
    )
    .await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn keep(
    state: &AppState,
    caller: &Caller,
    key: &RequestKey,
    event: EvaluationEvent,
) -> Result<Record, Problem> {
    let event = QualityEvent::Evaluation(event);
    let key = scoped(caller, key);
    let done = state.engine.keep_quality(caller.actor(), event, key);
    let records = done.await?.records;
    records.into_iter().next().ok_or_else(Problem::internal)
}

fn person(caller: &Caller) -> Result<(&str, Role), Problem> {
    match caller {
        Caller::Person { login, role, .. } => Ok((login, *role)),
        Caller::Device { .. } => Err(Problem::not_allowed()),
    }
}

fn known(row: u8, method: Method) -> Result<&'static Duty, Problem> {
    Ok(duty(row, method).ok_or(EvaluationRejection::NoSuchDuty(row))?)
}

fn may_enter(duty: &Duty, role: Role) -> Result<(), Problem> {
    let may = duty.responsible.entered_by(role);
    may.then_some(()).ok_or_else(Problem::not_allowed)
}

fn today_of(state: &AppState) -> Date {
    state.engine.published().setup.date_of(state.clock.now())
}

fn lines(published: &Published, today: Date) -> Vec<EvaluationLine> {
    let span = Span {
        from: today.first_of_month(),
        to: today,
    };
    let quality = &published.state.quality;
    let signed = quality.signed(&published.setup.timezone);
    let calendar = published.scene().calendar();
    quality.evaluations.lines(&calendar, span, &signed)
}

fn own_day(state: &AppState, login: &str, role: Role) -> TodayAnswer {
    let published = state.engine.published();
    let date = published.setup.date_of(state.clock.now());
    let kept = &published.state.quality.evaluations;
    let mine = |method: Method| {
        kept.marks_of(date, login)
            .filter(move |mark| mark.method == method)
    };
    let daily = |method: Method| DailyMethod {
        method,
        rows: daily_rows(method)
            .map(|row| DailyRow {
                row,
                criterion: criterion(row).unwrap_or_default().to_owned(),
                marked: mine(method).any(|mark| mark.rows.contains(&row)),
            })
            .collect(),
        marks: mine(method).map(|mark| mark.seq).collect(),
    };
    let mut methods = DAILY.to_vec();
    methods.retain(|method| {
        let mut rows = daily_rows(*method).filter_map(|row| duty(row, *method));
        rows.any(|duty| duty.responsible.entered_by(role))
    });
    TodayAnswer {
        date,
        methods: methods.into_iter().map(daily).collect(),
    }
}

fn entry_line(id: u64, entry: &Entry) -> EntryLine {
    EntryLine {
        id,
        held_on: entry.held_on,
        result: entry.result.clone(),
        has_notes: entry.has_notes,
        entered_at: entry.entered_at,
        by: entry.by.clone(),
        role: entry.role,
    }
}

fn notes_of(record: &Record) -> Option<String> {
    match &record.fact {
        Fact::Quality(QualityEvent::Evaluation(EvaluationEvent::Held(evaluation))) => {
            Some(evaluation.notes.clone())
        }
        Fact::Queue(_)
        | Fact::Access(_)
        | Fact::Quality(_)
        | Fact::Snapshot(_)
        | Fact::Sealed(_)
        | Fact::Redacted(_) => None,
    }
}
