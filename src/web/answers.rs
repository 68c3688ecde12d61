//! Answers kept for repeats under the same `Idempotency-Key`.
//!
//! The engine keeps what a keyed request led to, durably; tickets and calls are answered from
//! that. What shows a desk as it stood at the moment, or a key that is shown once, is kept here,
//! for as long as the daemon runs at most.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Mutex;

use axum::body::Body;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use super::problem::Problem;
use crate::engine::handle::EngineError;

/// Answers kept at once; the oldest go first.
const KEPT_MAX: usize = 4_096;

/// How long an answer is kept.
const KEPT_FOR: SignedDuration = SignedDuration::from_mins(15);

/// A whole JSON answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Answer {
    status: StatusCode,
    body: Bytes,
}

impl Answer {
    /// Writes the answer out.
    pub(super) fn json(status: StatusCode, body: &impl Serialize) -> Result<Self, Problem> {
        let body = serde_json::to_vec(body).map_err(|error| {
            tracing::error!(%error, "an answer cannot be written as JSON");
            Problem::internal()
        })?;
        Ok(Self {
            status,
            body: body.into(),
        })
    }
}

impl IntoResponse for Answer {
    fn into_response(self) -> Response {
        let mut response = Response::new(Body::from(self.body));
        *response.status_mut() = self.status;
        let headers = response.headers_mut();
        headers.insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/json"),
        );
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        response
    }
}

/// Kept answers by credential and key.
#[derive(Debug, Default)]
pub(super) struct Answers {
    kept: Mutex<Kept>,
    /// Held while something is done once, so that a repeat meets its first answer.
    doing: tokio::sync::Mutex<()>,
}

#[derive(Debug, Default)]
struct Kept {
    by_key: BTreeMap<String, (String, Answer)>,
    order: VecDeque<(Timestamp, String)>,
}

impl Answers {
    /// The answer given before under a key.
    pub(super) fn recall(&self, key: &str) -> Option<Answer> {
        let kept = self.kept.lock().unwrap_or_else(|e| e.into_inner());
        kept.by_key.get(key).map(|(_, answer)| answer.clone())
    }

    /// Keeps the first answer under a key.
    pub(super) fn keep(&self, now: Timestamp, key: &str, fingerprint: &str, answer: &Answer) {
        let mut kept = self.kept.lock().unwrap_or_else(|e| e.into_inner());
        while kept
            .order
            .front()
            .is_some_and(|(at, _)| now.duration_since(*at) > KEPT_FOR)
            || kept.order.len() >= KEPT_MAX
        {
            if let Some((_, oldest)) = kept.order.pop_front() {
                kept.by_key.remove(&oldest);
            }
        }
        if !kept.by_key.contains_key(key) {
            kept.order.push_back((now, key.to_owned()));
            kept.by_key
                .insert(key.to_owned(), (fingerprint.to_owned(), answer.clone()));
        }
    }

    /// Does something that the engine keeps no answer of, once per key. Such things are rare: one
    /// at a time is enough.
    pub(super) async fn once(
        &self,
        now: Timestamp,
        key: Option<String>,
        fingerprint: &str,
        work: impl Future<Output = Result<Answer, Problem>>,
    ) -> Result<Answer, Problem> {
        let Some(key) = key else {
            return work.await;
        };
        let _doing = self.doing.lock().await;
        let found = {
            let kept = self.kept.lock().unwrap_or_else(|e| e.into_inner());
            kept.by_key.get(&key).cloned()
        };
        match found {
            Some((first, answer)) if first == fingerprint => Ok(answer),
            Some(_) => Err(EngineError::KeyReused.into()),
            None => {
                let answer = work.await?;
                self.keep(now, &key, fingerprint, &answer);
                Ok(answer)
            }
        }
    }
}
