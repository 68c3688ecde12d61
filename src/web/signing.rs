//! Signing a quarter (A1.12): exactly the figures that were looked at.

use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::AppState;
use super::access::{Caller, SIGNERS};
use super::answers::Answer;
use super::body::{At, Given, RequestKey};
use super::ports::ReportOf;
use super::problem::Problem;
use super::reports::parse_quarter;
use super::steps::scoped;
use crate::quality::QualityEvent;
use crate::quality::signing::{self, Signature, SigningEvent};
use crate::report::signed::SignatureLine;

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(sign_off))
}

/// What is signed.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SignOffRequest {
    /// `sign_off.figures_sha256` of the report that was looked at.
    figures_sha256: String,
    /// A remark, at most 1,000 characters.
    comment: Option<String>,
}

/// Sign a quarter's figures as they were looked at
#[utoipa::path(post, path = "/api/v1/reports/quarters/{quarter}/sign-off", tag = "reports", request_body = SignOffRequest,
    params(("quarter" = String, Path, description = "`2026-Q3`; it must be over")),
    responses((status = 201, body = SignatureLine, description = "Signed"),
        (status = "default", body = Problem, content_type = "application/problem+json", description = "`quarter_not_over`, `tickets_open`, `quarter_without_data`, `quarter_not_closed`, `journal_damaged`, `figures_moved`, `already_signed`, `no_such_report`, `invalid`")))]
async fn sign_off(
    State(state): State<AppState>,
    caller: Caller,
    key: RequestKey,
    At(quarter): At<String>,
    Given(request): Given<SignOffRequest>,
) -> Result<Answer, Problem> {
    caller.must_be(SIGNERS)?;
    let fingerprint = format!("{quarter} {request:?}");
    let key = scoped(&caller, &key);
    // The fact holds the figures of a quarter: the engine keeps no answer of that size. A repeat
    // after a restart meets `already_signed`.
    let work = sign(&state, &caller, &quarter, request);
    let now = state.clock.now();
    state.answers.once(now, key, &fingerprint, work).await
}

async fn sign(
    state: &AppState,
    caller: &Caller,
    quarter: &str,
    request: SignOffRequest,
) -> Result<Answer, Problem> {
    let Some(ReportOf::Quarter { year, quarter }) = parse_quarter(quarter) else {
        return Err(Problem::not_found());
    };
    let comment = signing::comment(request.comment.as_deref())?;
    let reports = state.ports.reports.as_ref();
    let reports = reports.ok_or_else(Problem::not_found)?;
    let mut signed = reports.to_sign(year, quarter).await?;
    if signed.under.figures_sha256 != request.figures_sha256 {
        return Err(Problem::figures_moved());
    }
    signed.under.comment = comment;
    signed.under.name = name(state, caller);
    let under = signed.under.clone();
    let event = QualityEvent::Signing(SigningEvent::Signed(Box::new(signed)));
    let done = state.engine.keep_quality(caller.actor(), event, None);
    let record = done.await?.records.into_iter().next();
    let record = record.ok_or_else(Problem::internal)?;
    let line = SignatureLine {
        seq: record.seq,
        signature: Signature {
            under,
            signed_at: record.at,
            by: record.actor.login().map(str::to_owned),
        },
        same_figures: true,
    };
    Answer::json(StatusCode::CREATED, &line)
}

/// The name of whoever asks; the login where the account has none.
fn name(state: &AppState, caller: &Caller) -> String {
    let login = caller.login().unwrap_or_default();
    let published = state.engine.published();
    let account = published.state.register.accounts.get(login);
    let name = account
        .map(|account| account.name.trim())
        .unwrap_or_default();
    if name.is_empty() { login } else { name }.to_owned()
}
