//! Signing in and out.

use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::AppState;
use super::access::{COOKIE, Caller, From as Peer, STAFF, fresh_token, sha256_hex};
use super::answers::Answer;
use super::body::Given;
use super::problem::Problem;
use crate::access::{AccessEvent, Account, NAME_CHARS_MAX, Role, Session};

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(sign_in, who_am_i, sign_out))
}

/// Who signs in.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SignInRequest {
    /// Login.
    login: String,
    /// Password.
    password: String,
}

/// A new session.
#[derive(Serialize, Deserialize, ToSchema)]
pub(super) struct SignedIn {
    /// Bearer token, the same as in the cookie; shown once.
    token: String,
    /// When it ends.
    expires_at: Timestamp,
    /// The person.
    #[serde(flatten)]
    person: Person,
}

/// A signed-in person.
#[derive(Serialize, Deserialize, ToSchema)]
pub(super) struct Person {
    /// Login.
    login: String,
    /// Name; may be empty.
    name: String,
    /// Role.
    role: Role,
    /// Desk where the person works now.
    desk: Option<u16>,
}

/// Sign in
#[utoipa::path(post, path = "/api/v1/session", tag = "session", request_body = SignInRequest, security(()),
    responses((status = 200, body = SignedIn, description = "Also an HttpOnly SameSite cookie"),
        (status = "default", body = Problem, content_type = "application/problem+json", description = "`not_signed_in`, `too_many_attempts`, …")))]
async fn sign_in(
    State(state): State<AppState>,
    Peer(address): Peer,
    Given(request): Given<SignInRequest>,
) -> Result<Response, Problem> {
    let now = state.clock.now();
    if request.login.chars().count() > NAME_CHARS_MAX {
        return Err(Problem::wrong_password());
    }
    state
        .attempts
        .attempt(address, &request.login, now)
        .map_err(|seconds| {
            state.counters.count_sign_in(false);
            Problem::too_many_attempts(seconds)
        })?;
    let account = active_account(&state, &request.login);
    let phc = account
        .as_ref()
        .map(|account| account.password_hash.clone());
    let fits = state.passwords.fits(request.password, phc).await?;
    let Some(account) = account.filter(|_| fits) else {
        state.counters.count_sign_in(false);
        return Err(Problem::wrong_password());
    };
    state.attempts.forget(address, &request.login);
    state.counters.count_sign_in(true);
    begin_session(&state, &account).await
}

/// The account, where it may sign in here at all.
fn active_account(state: &AppState, login: &str) -> Option<Account> {
    let published = state.engine.published();
    let account = published.state.register.accounts.get(login)?;
    let here = !account.demo || published.setup.demo;
    (!account.disabled && here).then(|| account.clone())
}

async fn begin_session(state: &AppState, account: &Account) -> Result<Response, Problem> {
    let token = fresh_token().ok_or_else(Problem::internal)?;
    let caller = Caller::Person {
        login: account.login.clone(),
        role: account.role,
        token_sha256: sha256_hex(&token),
    };
    let expires_at = state.clock.now() + state.config.session_length();
    let event = AccessEvent::SignedIn {
        token_sha256: sha256_hex(&token),
        session: Session {
            login: account.login.clone(),
            expires_at,
        },
    };
    state.engine.change_access(caller.actor(), event).await?;
    let cookie = cookie(state, &token, state.config.session_length().as_secs());
    let answer = SignedIn {
        person: person(state, &account.login, &account.name, account.role),
        token,
        expires_at,
    };
    with_cookie(
        Answer::json(StatusCode::OK, &answer)?.into_response(),
        &cookie,
    )
}

/// Who is signed in
#[utoipa::path(get, path = "/api/v1/session", tag = "session",
    responses((status = 200, body = Person),
        (status = "default", body = Problem, content_type = "application/problem+json", description = "`not_signed_in`")))]
async fn who_am_i(State(state): State<AppState>, caller: Caller) -> Result<Answer, Problem> {
    let Caller::Person { login, role, .. } = &caller else {
        return Err(Problem::not_allowed());
    };
    let published = state.engine.published();
    let name = published
        .state
        .register
        .accounts
        .get(login)
        .map_or("", |account| account.name.as_str());
    Answer::json(StatusCode::OK, &person(&state, login, name, *role))
}

/// Sign out
#[utoipa::path(delete, path = "/api/v1/session", tag = "session",
    responses((status = 204, description = "The token no longer works"),
        (status = "default", body = Problem, content_type = "application/problem+json", description = "`not_signed_in`")))]
async fn sign_out(State(state): State<AppState>, caller: Caller) -> Result<Response, Problem> {
    caller.must_be(STAFF)?;
    let Caller::Person { token_sha256, .. } = &caller else {
        return Err(Problem::not_allowed());
    };
    let event = AccessEvent::SignedOut {
        token_sha256: token_sha256.clone(),
    };
    state.engine.change_access(caller.actor(), event).await?;
    with_cookie(
        StatusCode::NO_CONTENT.into_response(),
        &cookie(&state, "", 0),
    )
}

fn person(state: &AppState, login: &str, name: &str, role: Role) -> Person {
    let published = state.engine.published();
    Person {
        login: login.to_owned(),
        name: name.to_owned(),
        role,
        desk: published.state.centre.desk_of(login).map(|desk| desk.0),
    }
}

fn cookie(state: &AppState, value: &str, seconds: i64) -> String {
    let secure = if state.config.is_https() {
        "; Secure"
    } else {
        ""
    };
    format!("{COOKIE}={value}; Path=/; HttpOnly; SameSite=Strict; Max-Age={seconds}{secure}")
}

fn with_cookie(mut response: Response, cookie: &str) -> Result<Response, Problem> {
    let value = HeaderValue::from_str(cookie).map_err(|_| Problem::internal())?;
    response.headers_mut().insert(header::SET_COOKIE, value);
    Ok(response)
}
