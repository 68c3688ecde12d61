//! What comes in: bodies, queries, path pieces, request keys. All bounded, all refused as problems.

use std::time::Duration;

use axum::body::Body;
use axum::extract::{FromRequest, FromRequestParts, Path, Query, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use serde::de::DeserializeOwned;

use super::problem::Problem;
use crate::bookings::FILE_BYTES_MAX;

/// Largest request body.
pub const BODY_BYTES_MAX: usize = 64 * 1024;

/// Time a client has for sending a body.
const BODY_TIME_MAX: Duration = Duration::from_secs(10);

/// Longest `Idempotency-Key`, characters; shorter than the engine's, which names the credential too.
pub const IDEMPOTENCY_KEY_CHARS_MAX: usize = 100;

/// A JSON body; an empty one counts as `{}`. Unknown fields are refused by the types.
pub(super) struct Given<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Given<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        let (parts, body) = request.into_parts();
        let bytes = read(&parts.headers, body, BODY_BYTES_MAX).await?;
        let text: &[u8] = if bytes.is_empty() { b"{}" } else { &bytes };
        parse(text).map(Given)
    }
}

/// A file, at most [`FILE_BYTES_MAX`] long.
pub(super) struct Uploaded {
    /// Its type, without parameters, in small letters.
    pub(super) kind: String,
    pub(super) bytes: bytes::Bytes,
}

impl<S: Send + Sync> FromRequest<S> for Uploaded {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        let (parts, body) = request.into_parts();
        let kind = parts.headers.get(header::CONTENT_TYPE);
        let kind = kind.and_then(|kind| kind.to_str().ok()).unwrap_or("");
        let kind = kind.split(';').next().unwrap_or("").trim();
        Ok(Self {
            kind: kind.to_ascii_lowercase(),
            bytes: read(&parts.headers, body, FILE_BYTES_MAX).await?,
        })
    }
}

async fn read(headers: &HeaderMap, body: Body, max: usize) -> Result<bytes::Bytes, Problem> {
    let told = headers
        .get(header::CONTENT_LENGTH)
        .and_then(|value| value.to_str().ok())
        .and_then(|text| text.parse::<u64>().ok());
    if told.is_some_and(|bytes| bytes > max as u64) {
        return Err(Problem::body_too_large(max));
    }
    // A body that breaks off is refused like one that is too long: nobody is there to read why.
    tokio::time::timeout(BODY_TIME_MAX, axum::body::to_bytes(body, max))
        .await
        .map_err(|_| Problem::too_slow())?
        .map_err(|_| Problem::body_too_large(max))
}

fn parse<T: DeserializeOwned>(text: &[u8]) -> Result<T, Problem> {
    let mut json = serde_json::Deserializer::from_slice(text);
    let value: T = serde_path_to_error::deserialize(&mut json).map_err(|error| {
        let path = error.path().to_string();
        let inner = error.into_inner();
        match inner.classify() {
            serde_json::error::Category::Data => {
                let named = named_field(&inner.to_string()).unwrap_or(path);
                Problem::invalid(&named, inner.to_string())
            }
            serde_json::error::Category::Io
            | serde_json::error::Category::Syntax
            | serde_json::error::Category::Eof => Problem::malformed(inner.to_string()),
        }
    })?;
    json.end()
        .map_err(|error| Problem::malformed(error.to_string()))?;
    Ok(value)
}

/// The field in "missing field `x`" and the like, which have no path of their own.
fn named_field(message: &str) -> Option<String> {
    ["missing field `", "unknown field `", "duplicate field `"]
        .iter()
        .find_map(|start| message.strip_prefix(start))
        .and_then(|rest| rest.split('`').next())
        .map(str::to_owned)
}

/// A body without fields.
#[derive(Debug, Default, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Nothing {}

/// The query of an address.
pub(super) struct Asked<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Asked<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        Query::try_from_uri(&parts.uri)
            .map(|Query(value)| Asked(value))
            .map_err(|error| Problem::invalid("", error.body_text()))
    }
}

/// Pieces of the path; one that does not parse names nothing that is here.
pub(super) struct At<T>(pub T);

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for At<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        Path::from_request_parts(parts, state)
            .await
            .map(|Path(value)| At(value))
            .map_err(|_| Problem::not_found())
    }
}

/// The `Idempotency-Key` of a request, if it carries one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct RequestKey(pub Option<String>);

impl<S: Send + Sync> FromRequestParts<S> for RequestKey {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let Some(value) = parts.headers.get("idempotency-key") else {
            return Ok(Self(None));
        };
        let fits = |text: &&str| !text.is_empty() && text.len() <= IDEMPOTENCY_KEY_CHARS_MAX;
        match value.to_str().ok().map(str::trim).filter(fits) {
            Some(text) => Ok(Self(Some(text.to_owned()))),
            None => Err(Problem::invalid(
                "Idempotency-Key",
                format!("use 1 to {IDEMPOTENCY_KEY_CHARS_MAX} visible ASCII characters"),
            )),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[derive(Debug, serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Sample {
        #[allow(dead_code)]
        service: crate::queue::catalogue::Service,
    }

    #[test]
    fn a_bad_body_names_its_field() {
        for (text, status, field) in [
            (r#"{"service": 4}"#, 422, Some("service")),
            (r#"{"service": "one"}"#, 422, Some("service")),
            (r#"{"service": 1, "colour": 2}"#, 422, Some("colour")),
            (r#"{"service": 1, "service": 2}"#, 422, Some("service")),
            (r"{}", 422, Some("service")),
            (r"[]", 422, None),
            (r"{", 400, None),
            (r#"{"service": 1} tail"#, 400, None),
        ] {
            let problem = parse::<Sample>(text.as_bytes()).unwrap_err();
            assert_eq!(
                (problem.status, problem.field.as_deref()),
                (status, field),
                "{text}"
            );
            assert_eq!(&*problem.code, "invalid");
        }
    }
}
