//! The customer's own page, as data: public, and nothing of other customers (A2/1/2.4).

use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::AppState;
use super::access::sha256_hex;
use super::answers::Answer;
use super::body::At;
use super::problem::Problem;
use super::survey::SurveyOffer;
use crate::queue::rejection::Rejection;
use crate::queue::view::TrackView;

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(track))
}

/// What the ticket's page shows.
#[derive(Serialize, Deserialize, ToSchema)]
pub(super) struct TrackAnswer {
    /// Where the ticket stands.
    #[serde(flatten)]
    view: TrackView,
    /// The survey, once the visit is over, where the centre has one.
    survey: Option<SurveyOffer>,
}

/// Where a customer's ticket stands
#[utoipa::path(get, path = "/api/v1/track/{token}", tag = "track", security(()),
    params(("token" = String, Path, description = "Name of the ticket's page")),
    responses((status = 200, body = TrackAnswer),
        (status = 304, description = "As the `If-None-Match` given says"),
        (status = "default", body = Problem, content_type = "application/problem+json", description = "`no_such_ticket`")))]
async fn track(
    State(state): State<AppState>,
    headers: HeaderMap,
    At(token): At<String>,
) -> Result<Response, Problem> {
    let ticket = state.ticket_of(&token).await;
    let ticket = ticket.ok_or(Rejection::NoSuchTicket)?;
    let published = state.engine.published();
    let today = published.setup.date_of(state.clock.now());
    let answer = TrackAnswer {
        view: published.scene().track(&ticket),
        survey: state.survey_offer(&ticket, today),
    };
    let state = serde_json::to_string(&(&answer.view.number, &answer.view.state, &answer.survey));
    let tag: String = sha256_hex(&state.unwrap_or_default())
        .chars()
        .take(16)
        .collect();
    let tag = format!("\"{tag}\"");
    let known = headers.get(header::IF_NONE_MATCH);
    let mut response = if known.is_some_and(|known| known.as_bytes() == tag.as_bytes()) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        Answer::json(StatusCode::OK, &answer)?.into_response()
    };
    let headers = response.headers_mut();
    headers.insert(
        header::CACHE_CONTROL,
        HeaderValue::from_static("private, no-cache"),
    );
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        headers.insert(header::ETAG, tag);
    }
    Ok(response)
}
