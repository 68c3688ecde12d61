//! The document of everything described in the interface, made of the routes themselves.

use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use utoipa::OpenApi;
use utoipa::openapi::security::{ApiKey, ApiKeyValue, Http, HttpAuthScheme, SecurityScheme};
use utoipa::openapi::{Components, SecurityRequirement};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::AppState;
use super::access::COOKIE;
use super::live::{Alive, Envelope, LiveMessage};
use super::problem::Problem;
use crate::queue::view::{BoardView, DeskView, KioskView, ManagerView};

/// What the routes do not name by themselves.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "Rinda",
        version = "1",
        description = "Queue management for one public customer-service centre. Times are RFC 3339 UTC. \
            Refusals are `application/problem+json` with a stable `code`. Every POST that changes \
            something takes an `Idempotency-Key`."
    ),
    components(schemas(
        Problem,
        Alive,
        LiveMessage,
        KioskView,
        BoardView,
        DeskView,
        ManagerView,
        Envelope<KioskView>,
        Envelope<BoardView>,
        Envelope<DeskView>,
        Envelope<ManagerView>
    ))
)]
struct Outline;

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::with_openapi(Outline::openapi()).routes(routes!(openapi))
}

/// This document
#[utoipa::path(get, path = "/api/v1/openapi.json", tag = "operation", security(()),
    responses((status = 200, description = "OpenAPI 3.1", content_type = "application/json", body = serde_json::Value)))]
async fn openapi() -> Response {
    let json = HeaderValue::from_static("application/json");
    let headers = [
        (header::CONTENT_TYPE, json),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-cache")),
    ];
    (headers, document()).into_response()
}

/// The document as JSON text with a final newline, the same for every daemon of this version.
pub fn document() -> String {
    let mut document = super::router::api().into_openapi();
    let components = document.components.get_or_insert_with(Components::new);
    components.add_security_scheme(
        "bearer",
        SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer)),
    );
    components.add_security_scheme(
        "cookie",
        SecurityScheme::ApiKey(ApiKey::Cookie(ApiKeyValue::new(COOKIE))),
    );
    let none: [&str; 0] = [];
    document.security = Some(vec![
        SecurityRequirement::new("bearer", none),
        SecurityRequirement::new("cookie", none),
    ]);
    let mut text = document.to_pretty_json().unwrap_or_default();
    text.push('\n');
    text
}
