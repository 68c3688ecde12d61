//! Technical failures over HTTP (A2/2/4).

use axum::extract::State;
use axum::http::StatusCode;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::AppState;
use super::access::{Caller, OVERSEERS, PLANNERS};
use super::answers::Answer;
use super::body::{At, Given, RequestKey};
use super::problem::Problem;
use crate::quality::QualityEvent;
use crate::quality::feedback::Telling;
use crate::quality::incidents::{
    Deed, Disturbed, Forecast, Incident, IncidentEvent, IncidentRejection, Step,
};
use crate::quality::messages::{About, News, Outbox};

/// Failures of one answer, the newest ones.
const LISTED_MAX: usize = 200;

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(incidents, open_incident))
        .routes(routes!(forecast_incident))
        .routes(routes!(take_step))
}

/// Technical failures, newest first.
#[derive(Serialize, Deserialize, ToSchema)]
pub(super) struct IncidentsAnswer {
    /// Somebody is configured to be told by message; else people tell them and say so.
    is_told: bool,
    /// At most 200.
    incidents: Vec<IncidentDetail>,
}

/// A technical failure.
#[derive(Serialize, Deserialize, ToSchema)]
pub(super) struct IncidentDetail {
    /// Names it.
    id: u64,
    /// What is disturbed.
    disturbed: Disturbed,
    /// In words, where it is neither electricity nor internet.
    what: String,
    /// Since when.
    #[schema(value_type = String, format = DateTime)]
    began_at: Timestamp,
    /// When it was noted.
    #[schema(value_type = String, format = DateTime)]
    opened_at: Timestamp,
    /// Login of who noted it.
    by: Option<String>,
    /// Its cause; empty until it is known.
    cause: String,
    /// Its end, where one is forecast.
    #[schema(value_type = Option<String>, format = DateTime)]
    forecast_until: Option<Timestamp>,
    /// It is forecast to last longer than four hours: 4.2 is a step.
    is_forecast_long: bool,
    /// Consultants phone about payment before handing out an order while it lasts (4.5).
    checks_payment: bool,
    /// A notice hangs in the centre; absent until that is decided.
    notice_posted: Option<bool>,
    /// Where customers are to go, as on that notice.
    where_to: String,
    /// When customers were served in full again; absent while it lasts.
    #[schema(value_type = Option<String>, format = DateTime)]
    resumed_at: Option<Timestamp>,
    /// The steps of this failure in the clause's order.
    steps: Vec<IncidentStep>,
}

/// A step of the clause.
#[derive(Serialize, Deserialize, ToSchema)]
pub(super) struct IncidentStep {
    /// Which.
    step: Step,
    /// Its clause of A2/2, "4.1".
    clause: String,
    /// When it was taken; absent while it is to be taken.
    #[schema(value_type = Option<String>, format = DateTime)]
    at: Option<Timestamp>,
    /// Login of who entered it; absent where messages told it.
    by: Option<String>,
    /// Messages tell it.
    by_message: Option<StepMessage>,
}

/// How far the messages of a step are.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(tag = "state", rename_all = "snake_case")]
enum StepMessage {
    /// They are being sent, or tried again.
    Waiting {
        /// Why the last attempt failed, in Latvian.
        why: Option<String>,
    },
    /// Everybody configured has them.
    Told,
    /// A person gave them up.
    GivenUp,
}

/// A failure to note.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct IncidentRequest {
    /// What is disturbed.
    disturbed: Disturbed,
    /// 1 to 160 characters where that is `other`; else nothing.
    #[serde(default)]
    what: String,
    /// Since when, today or yesterday; now where absent.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = DateTime)]
    began_at: Option<Timestamp>,
    /// When it is forecast to end.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = DateTime)]
    forecast_until: Option<Timestamp>,
    /// Or after how many minutes from its beginning.
    #[serde(default)]
    forecast_min: Option<u32>,
}

/// A forecast; with neither field nobody knows any more.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ForecastRequest {
    /// When it is forecast to end.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = DateTime)]
    forecast_until: Option<Timestamp>,
    /// Or after how many minutes from its beginning.
    #[serde(default)]
    forecast_min: Option<u32>,
}

/// A step that was taken.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct StepRequest {
    /// Which.
    step: Step,
    /// When, from its beginning on; now where absent.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = DateTime)]
    at: Option<Timestamp>,
    /// Of `services`: the cause, 1 to 160 characters.
    #[serde(default)]
    cause: String,
    /// Of `services`: when it is forecast to end.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = DateTime)]
    forecast_until: Option<Timestamp>,
    /// Of `services`: or after how many minutes from its beginning.
    #[serde(default)]
    forecast_min: Option<u32>,
    /// Of `notice`: a notice hangs in the centre.
    #[serde(default)]
    posted: bool,
    /// Of `notice` that is posted: where customers are to go, 1 to 160 characters.
    #[serde(default)]
    where_to: String,
}

/// Technical failures
#[utoipa::path(get, path = "/api/v1/incidents", tag = "quality",
    responses((status = 200, body = IncidentsAnswer),
        (status = "default", body = Problem, content_type = "application/problem+json", description = "`not_allowed`")))]
async fn incidents(State(state): State<AppState>, caller: Caller) -> Result<Answer, Problem> {
    caller.must_be(OVERSEERS)?;
    let published = state.engine.published();
    let quality = &published.state.quality;
    let newest = quality.incidents.iter().rev().take(LISTED_MAX);
    let answer = IncidentsAnswer {
        is_told: state.config.incidents_are_told,
        incidents: newest
            .map(|(id, incident)| detail(&quality.outbox, id, incident))
            .collect(),
    };
    Answer::json(StatusCode::OK, &answer)
}

/// Note a technical failure
#[utoipa::path(post, path = "/api/v1/incidents", tag = "quality", request_body = IncidentRequest,
    responses((status = 201, body = IncidentDetail),
        (status = "default", body = Problem, content_type = "application/problem+json", description = "`invalid`: `what`, `began_at`, `forecast`; `already_open`")))]
async fn open_incident(
    State(state): State<AppState>,
    caller: Caller,
    key: RequestKey,
    Given(request): Given<IncidentRequest>,
) -> Result<Answer, Problem> {
    let event = IncidentEvent::Opened {
        disturbed: request.disturbed,
        what: request.what.trim().to_owned(),
        began_at: request.began_at,
        forecast: forecast(request.forecast_until, request.forecast_min)?,
    };
    keep(&state, &caller, &key, StatusCode::CREATED, None, event).await
}

/// Change the forecast of a failure that lasts
///
/// Longer than four hours makes the notice on the website a step (4.2).
#[utoipa::path(post, path = "/api/v1/incidents/{id}/forecast", tag = "quality", request_body = ForecastRequest,
    params(("id" = u64, Path, description = "Failure")),
    responses((status = 200, body = IncidentDetail),
        (status = "default", body = Problem, content_type = "application/problem+json", description = "`no_such_incident`, `already_over`, `invalid`: `forecast`")))]
async fn forecast_incident(
    State(state): State<AppState>,
    caller: Caller,
    key: RequestKey,
    At(id): At<u64>,
    Given(request): Given<ForecastRequest>,
) -> Result<Answer, Problem> {
    let event = IncidentEvent::Forecast {
        id,
        forecast: forecast(request.forecast_until, request.forecast_min)?,
    };
    keep(&state, &caller, &key, StatusCode::OK, Some(id), event).await
}

/// Note that a step was taken; each is taken once
///
/// `told` and `told_resumed` are for those told by phone: where the configuration names receivers,
/// messages take these steps by themselves.
#[utoipa::path(post, path = "/api/v1/incidents/{id}/steps", tag = "quality", request_body = StepRequest,
    params(("id" = u64, Path, description = "Failure")),
    responses((status = 200, body = IncidentDetail),
        (status = "default", body = Problem, content_type = "application/problem+json", description = "`no_such_incident`, `already_taken`, `not_due`, `not_resumed`, `invalid`: `at`, `cause`, `forecast`, `where_to`")))]
async fn take_step(
    State(state): State<AppState>,
    caller: Caller,
    key: RequestKey,
    At(id): At<u64>,
    Given(request): Given<StepRequest>,
) -> Result<Answer, Problem> {
    let deed = match request.step {
        Step::Services => Deed::Services {
            cause: request.cause.trim().to_owned(),
            forecast: forecast(request.forecast_until, request.forecast_min)?,
        },
        Step::Told => Deed::Told,
        Step::Website => Deed::Website,
        Step::Notice => Deed::Notice {
            posted: request.posted,
            where_to: request.where_to.trim().to_owned(),
        },
        Step::Resumed => Deed::Resumed,
        Step::ToldResumed => Deed::ToldResumed,
    };
    let event = IncidentEvent::Done {
        id,
        deed,
        at: request.at,
    };
    keep(&state, &caller, &key, StatusCode::OK, Some(id), event).await
}

fn forecast(until: Option<Timestamp>, minutes: Option<u32>) -> Result<Option<Forecast>, Problem> {
    match (until, minutes) {
        (None, None) => Ok(None),
        (Some(at), None) => Ok(Some(Forecast::Until(at))),
        (None, Some(minutes)) => Ok(Some(Forecast::LastsMin(minutes))),
        (Some(_), Some(_)) => Err(Problem::invalid(
            "forecast",
            "give `forecast_until` or `forecast_min`",
        )),
    }
}

/// Has it kept and answers with how the failure stands then.
async fn keep(
    state: &AppState,
    caller: &Caller,
    key: &RequestKey,
    status: StatusCode,
    id: Option<u64>,
    event: IncidentEvent,
) -> Result<Answer, Problem> {
    caller.must_be(PLANNERS)?;
    let done = state
        .keep(caller, key, QualityEvent::Incident(event))
        .await?;
    let opened = done.records.first().map_or(0, |record| record.seq);
    let id = id.unwrap_or(opened);
    let published = state.engine.published();
    let quality = &published.state.quality;
    let incident = quality.incidents.get(id);
    let incident = incident.ok_or(IncidentRejection::NoSuchIncident(id))?;
    Answer::json(status, &detail(&quality.outbox, id, incident))
}

fn detail(outbox: &Outbox, id: u64, incident: &Incident) -> IncidentDetail {
    IncidentDetail {
        id,
        disturbed: incident.disturbed,
        what: incident.what.clone(),
        began_at: incident.began_at,
        opened_at: incident.opened_at,
        by: incident.by.clone(),
        cause: incident.cause.clone(),
        forecast_until: incident.forecast_until,
        is_forecast_long: incident.is_forecast_long(),
        checks_payment: incident.disturbed.checks_payment(),
        notice_posted: incident.notice.as_ref().map(|notice| notice.posted),
        where_to: incident
            .notice
            .as_ref()
            .map_or_else(String::new, |notice| notice.where_to.clone()),
        resumed_at: incident.resumed_at(),
        steps: incident
            .steps()
            .map(|step| {
                let taken = incident.taken(step);
                IncidentStep {
                    step,
                    clause: step.clause().to_owned(),
                    at: taken.as_ref().map(|taken| taken.at),
                    by: taken.and_then(|taken| taken.by),
                    by_message: by_message(outbox, id, incident, step),
                }
            })
            .collect(),
    }
}

fn by_message(outbox: &Outbox, id: u64, incident: &Incident, step: Step) -> Option<StepMessage> {
    match incident.telling(step)? {
        Telling::Nobody => None,
        Telling::Told { .. } => Some(StepMessage::Told),
        Telling::GivenUp { .. } => Some(StepMessage::GivenUp),
        Telling::Waiting { .. } => {
            let news = if step == Step::Told {
                News::Begun
            } else {
                News::Resumed
            };
            let message = outbox.about(About::Incident { id, news });
            let legs = message.map(|(_, message)| message.legs.as_slice());
            let trouble = legs.unwrap_or_default().iter().find_map(|leg| leg.trouble);
            Some(StepMessage::Waiting {
                why: trouble.map(|trouble| trouble.words().to_owned()),
            })
        }
    }
}
