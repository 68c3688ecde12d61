//! The pages, built into the program, and the small one that links them.

use axum::Router;
use axum::extract::Path;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use rust_embed::{EmbeddedFile, RustEmbed};

use super::AppState;
use super::access::sha256_hex;
use super::problem::Problem;

/// What `make ui` builds; read from the disk in a debug build. Absent until it is built.
#[derive(RustEmbed)]
#[folder = "kiosk-ui/dist"]
#[allow_missing = true]
struct Built;

const INDEX: &str = include_str!("page/index.html");
const MISSING: &str = include_str!("page/missing.html");
const STYLE: &str = include_str!("page/rinda.css");

/// Files with a hash in their name never change.
const FOR_EVER: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");
const NO_CACHE: HeaderValue = HeaderValue::from_static("no-cache");

/// Names the pages built into the program: other pages, another name.
pub fn pages_hash() -> String {
    let mut names: Vec<_> = Built::iter().collect();
    names.sort();
    let mut text = sha256_hex(&names.join("\n"));
    text.truncate(12);
    text
}

pub(super) fn routes() -> Router<AppState> {
    Router::new()
        .route("/", get(async || html(INDEX)))
        .route("/rinda.css", get(style))
        .route("/kiosk", get(async || page("kiosk.html")))
        .route("/board", get(async || page("board.html")))
        .route("/desk", get(async || page("desk.html")))
        .route("/manager", get(async || page("manager.html")))
        .route("/t/{token}", get(async || page("ticket.html")))
        .route("/assets/{*path}", get(asset))
}

fn page(name: &str) -> Response {
    match Built::get(name) {
        Some(file) => content(file, "text/html; charset=utf-8", NO_CACHE),
        None => html(MISSING),
    }
}

async fn asset(Path(path): Path<String>) -> Result<Response, Problem> {
    let file = Built::get(&format!("assets/{path}")).ok_or_else(Problem::not_found)?;
    let kind = file.metadata.mimetype().to_owned();
    Ok(content(file, &kind, FOR_EVER))
}

fn content(file: EmbeddedFile, kind: &str, cache: HeaderValue) -> Response {
    let mut response = file.data.into_owned().into_response();
    let headers = response.headers_mut();
    if let Ok(kind) = HeaderValue::from_str(kind) {
        headers.insert(header::CONTENT_TYPE, kind);
    }
    headers.insert(header::CACHE_CONTROL, cache);
    response
}

fn html(text: &'static str) -> Response {
    let headers = [
        (
            header::CONTENT_TYPE,
            HeaderValue::from_static("text/html; charset=utf-8"),
        ),
        (header::CACHE_CONTROL, NO_CACHE),
    ];
    (headers, text).into_response()
}

async fn style() -> Response {
    let headers = [
        (
            header::CONTENT_TYPE,
            HeaderValue::from_static("text/css; charset=utf-8"),
        ),
        (header::CACHE_CONTROL, NO_CACHE),
    ];
    (headers, STYLE).into_response()
}
