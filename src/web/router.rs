//! All routes behind one gate.

use axum::Router;
use axum::middleware::{from_fn, from_fn_with_state};
use utoipa_axum::router::OpenApiRouter;

use super::problem::Problem;
use super::{
    AppState, access, appointments, calendar, centre, closing, desk_steps, desks, evaluations,
    feedback, headers, incidents, kiosks, live, mornings, notices, openapi, pages, register,
    reports, session, signing, status, story, survey, tickets, track,
};

/// Everything a centre answers to.
pub fn router(state: AppState) -> Router {
    let (api, _) = api().split_for_parts();
    api.merge(pages::routes())
        .fallback(async || Problem::not_found())
        .method_not_allowed_fallback(async || Problem::method_not_allowed())
        .layer(from_fn_with_state(state.clone(), access::gate))
        .layer(from_fn(headers::add))
        .with_state(state)
}

/// The routes that the OpenAPI document describes.
pub(super) fn api() -> OpenApiRouter<AppState> {
    openapi::routes()
        .merge(session::routes())
        .merge(tickets::routes())
        .merge(desks::routes())
        .merge(desk_steps::routes())
        .merge(centre::routes())
        .merge(calendar::routes())
        .merge(appointments::routes())
        .merge(closing::routes())
        .merge(mornings::routes())
        .merge(notices::routes())
        .merge(incidents::routes())
        .merge(feedback::routes())
        .merge(live::routes())
        .merge(reports::routes())
        .merge(signing::routes())
        .merge(story::routes())
        .merge(register::routes())
        .merge(evaluations::routes())
        .merge(kiosks::routes())
        .merge(track::routes())
        .merge(survey::routes())
        .merge(status::routes())
}
