//! The running demo over HTTP, as any program would use it.

use anyhow::{Context as _, Result};
use reqwest::{Method, StatusCode};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

/// A request takes at most this long.
const ANSWER_TIME_MAX: std::time::Duration = std::time::Duration::from_secs(15);

/// The demo with somebody's credential.
#[derive(Debug, Clone)]
pub(super) struct Api {
    http: reqwest::Client,
    base: String,
    token: String,
}

/// The demo said no.
#[derive(Debug, thiserror::Error)]
#[error("{what}: {code} ({detail})")]
pub(super) struct Refused {
    what: String,
    /// Stable code.
    pub code: String,
    detail: String,
}

impl Api {
    /// With a device's key.
    ///
    /// # Errors
    /// Where no client can be made.
    pub(super) fn with_key(base: &str, key: &str) -> Result<Self> {
        let http = reqwest::Client::builder()
            .timeout(ANSWER_TIME_MAX)
            .build()
            .context("no HTTP client")?;
        Ok(Self {
            http,
            base: base.trim_end_matches('/').to_owned(),
            token: key.to_owned(),
        })
    }

    /// Signed in as somebody.
    ///
    /// # Errors
    /// Where the demo does not answer or knows no such account.
    pub(super) async fn sign_in(base: &str, login: &str, password: &str) -> Result<Self> {
        let mut api = Self::with_key(base, "")?;
        let asked = json!({ "login": login, "password": password });
        let session: Value = api
            .post("session", &asked)
            .await
            .with_context(|| format!("{login} cannot sign in"))?;
        let token = session.get("token").and_then(Value::as_str);
        api.token = token.context("a session without a token")?.to_owned();
        Ok(api)
    }

    /// Signs out; what goes wrong with it changes nothing.
    pub(super) async fn sign_out(&self) {
        let _ = self.ask::<Value>(Method::DELETE, "session", None).await;
    }

    /// Reads.
    ///
    /// # Errors
    /// [`Refused`], or that the demo does not answer.
    pub(super) async fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T> {
        self.ask(Method::GET, path, None).await
    }

    /// Does something.
    ///
    /// # Errors
    /// [`Refused`], or that the demo does not answer.
    pub(super) async fn post<T: DeserializeOwned>(&self, path: &str, body: &Value) -> Result<T> {
        self.ask(Method::POST, path, Some(body)).await
    }

    /// A step at a desk.
    ///
    /// # Errors
    /// [`Refused`], or that the demo does not answer.
    pub(super) async fn step(&self, desk: u16, step: &str, body: &Value) -> Result<Value> {
        self.post(&format!("desks/{desk}/{step}"), body).await
    }

    async fn ask<T: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> Result<T> {
        let what = format!("{method} {path}");
        let mut request = self
            .http
            .request(method, format!("{}/api/v1/{path}", self.base));
        if !self.token.is_empty() {
            request = request.bearer_auth(&self.token);
        }
        if let Some(body) = body {
            request = request.json(body);
        }
        let response = request.send().await.with_context(|| {
            format!(
                "no demo answers at {}: start one with `rinda demo`",
                self.base
            )
        })?;
        let status = response.status();
        let bytes = response.bytes().await.with_context(|| what.clone())?;
        if status.is_success() {
            let text: &[u8] = if status == StatusCode::NO_CONTENT {
                b"null"
            } else {
                &bytes
            };
            return serde_json::from_slice(text).with_context(|| format!("{what}: answer"));
        }
        let problem: Value = serde_json::from_slice(&bytes).unwrap_or_default();
        let field = |name: &str| {
            let text = problem.get(name).and_then(Value::as_str);
            text.unwrap_or(status.as_str()).to_owned()
        };
        Err(Refused {
            what,
            code: field("code"),
            detail: field("detail"),
        }
        .into())
    }

    /// The address of a live view.
    pub(super) fn live_address(&self, view: &str) -> Option<String> {
        let host = self.base.strip_prefix("http://")?;
        Some(format!("ws://{host}/api/v1/live?view={view}"))
    }

    /// The credential.
    pub(super) fn token(&self) -> &str {
        &self.token
    }
}

/// The code of a refusal.
pub(super) fn code_of(error: &anyhow::Error) -> Option<&str> {
    error
        .downcast_ref::<Refused>()
        .map(|refused| refused.code.as_str())
}
