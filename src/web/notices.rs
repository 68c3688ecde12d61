//! Notices to customers over HTTP (17.5, 17.6).

use axum::extract::State;
use axum::http::StatusCode;
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::AppState;
use super::access::{Caller, OVERSEERS, PLANNERS};
use super::answers::Answer;
use super::body::{At, Given, RequestKey};
use super::problem::Problem;
use crate::engine::published::Published;
use crate::quality::QualityEvent;
use crate::quality::notices::{Draft, Notice, NoticeEvent, NoticeKind};

/// Notices of one answer, the newest ones.
const LISTED_MAX: usize = 200;

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(notices, post_notice))
        .routes(routes!(take_down))
}

/// Notices, newest first.
#[derive(Serialize, Deserialize, ToSchema)]
pub(super) struct NoticesAnswer {
    /// At most 200.
    notices: Vec<PostedNotice>,
}

/// A posted notice.
#[derive(Serialize, Deserialize, ToSchema)]
pub(super) struct PostedNotice {
    /// Names it.
    id: u64,
    /// What it is about.
    kind: NoticeKind,
    /// What customers read.
    text: String,
    /// First date it is about.
    #[schema(value_type = String, format = Date)]
    from: Date,
    /// Last date it is about.
    #[schema(value_type = String, format = Date)]
    until: Date,
    /// When the centre was told of it; of disruptions only.
    #[schema(value_type = Option<String>, format = DateTime)]
    received_at: Option<Timestamp>,
    /// When it was posted.
    #[schema(value_type = String, format = DateTime)]
    posted_at: Timestamp,
    /// Login of who entered it; absent where the daemon did.
    by: Option<String>,
    /// When it was taken down.
    #[schema(value_type = Option<String>, format = DateTime)]
    taken_down_at: Option<Timestamp>,
    /// Whole days from posting to the first date it is about.
    days_ahead: i32,
    /// The last date on which it was posted in time; of 17.5.1 and 17.5.2 only.
    #[schema(value_type = Option<String>, format = Date)]
    due_by: Option<Date>,
    /// Posted in time; absent where no clause says.
    in_time: Option<bool>,
    /// It hangs today.
    is_up: bool,
    /// Of those that hang, display and kiosk show this one.
    is_shown: bool,
}

/// A notice to post.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NoticeRequest {
    /// What it is about.
    kind: NoticeKind,
    /// 1 to 160 characters.
    text: String,
    /// First date it is about.
    #[schema(value_type = String, format = Date)]
    from: Date,
    /// Last date it is about.
    #[schema(value_type = String, format = Date)]
    until: Date,
    /// When the centre was told of it; needed of a disruption, and of nothing else.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = DateTime)]
    received_at: Option<Timestamp>,
    /// When it was posted, at most 31 days ago; now where absent.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = DateTime)]
    posted_at: Option<Timestamp>,
}

/// Notices to customers
#[utoipa::path(get, path = "/api/v1/notices", tag = "quality",
    responses((status = 200, body = NoticesAnswer),
        (status = "default", body = Problem, content_type = "application/problem+json", description = "`not_allowed`")))]
async fn notices(State(state): State<AppState>, caller: Caller) -> Result<Answer, Problem> {
    caller.must_be(OVERSEERS)?;
    let published = state.engine.published();
    let newest = published
        .state
        .quality
        .notices
        .iter()
        .rev()
        .take(LISTED_MAX);
    let now = state.clock.now();
    let answer = NoticesAnswer {
        notices: newest
            .map(|(id, notice)| line(&published, now, id, notice))
            .collect(),
    };
    Answer::json(StatusCode::OK, &answer)
}

/// Post a notice; display and kiosk show it at once
#[utoipa::path(post, path = "/api/v1/notices", tag = "quality", request_body = NoticeRequest,
    responses((status = 201, body = PostedNotice),
        (status = "default", body = Problem, content_type = "application/problem+json", description = "`invalid`: `text`, `until`, `posted_at`, `received_at`")))]
async fn post_notice(
    State(state): State<AppState>,
    caller: Caller,
    key: RequestKey,
    Given(request): Given<NoticeRequest>,
) -> Result<Answer, Problem> {
    caller.must_be(PLANNERS)?;
    let event = NoticeEvent::Posted {
        draft: Draft {
            kind: request.kind,
            text: request.text.trim().to_owned(),
            from: request.from,
            until: request.until,
            received_at: request.received_at,
        },
        posted_at: request.posted_at,
    };
    let done = state
        .keep(&caller, &key, QualityEvent::Notice(event))
        .await?;
    let id = done.records.first().map_or(0, |record| record.seq);
    answer(&state, StatusCode::CREATED, id)
}

/// Take a notice down
#[utoipa::path(delete, path = "/api/v1/notices/{id}", tag = "quality",
    params(("id" = u64, Path, description = "Notice")),
    responses((status = 200, body = PostedNotice),
        (status = "default", body = Problem, content_type = "application/problem+json", description = "`no_such_notice`")))]
async fn take_down(
    State(state): State<AppState>,
    caller: Caller,
    key: RequestKey,
    At(id): At<u64>,
) -> Result<Answer, Problem> {
    caller.must_be(PLANNERS)?;
    let event = NoticeEvent::TakenDown { id };
    state
        .keep(&caller, &key, QualityEvent::Notice(event))
        .await?;
    answer(&state, StatusCode::OK, id)
}

fn answer(state: &AppState, status: StatusCode, id: u64) -> Result<Answer, Problem> {
    let published = state.engine.published();
    let notice = published.state.quality.notices.get(id);
    let notice = notice.ok_or_else(Problem::no_such_notice)?;
    Answer::json(status, &line(&published, state.clock.now(), id, notice))
}

fn line(published: &Published, now: Timestamp, id: u64, notice: &Notice) -> PostedNotice {
    let tz = &published.setup.timezone;
    let today = published.setup.date_of(now);
    let shown = published.state.quality.notices.shown(today);
    let Draft {
        kind,
        text,
        from,
        until,
        received_at,
    } = notice.draft.clone();
    PostedNotice {
        id,
        kind,
        text,
        from,
        until,
        received_at,
        posted_at: notice.posted_at,
        by: notice.by.clone(),
        taken_down_at: notice.taken_down_at,
        days_ahead: notice.days_ahead(tz),
        due_by: notice.due_by(),
        in_time: notice.in_time(tz),
        is_up: notice.is_up(today),
        is_shown: shown.is_some_and(|shown| std::ptr::eq(shown, notice)),
    }
}
