//! The survey of customers after their visit (A2/4/5.1): its form on the ticket's page, and what came
//! of it for those who evaluate the centre.

use std::collections::BTreeMap;
use std::sync::Mutex;

use axum::extract::State;
use axum::http::StatusCode;
use jiff::ToSpan;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::AppState;
use super::access::{Caller, OVERSEERS};
use super::answers::Answer;
use super::body::{At, Given};
use super::problem::Problem;
use crate::answered::{Answered, AnsweredError};
use crate::journal::record::{Fact, Record};
use crate::quality::QualityEvent;
use crate::quality::survey::{
    Answers, CommentAt, Counts, MARKS, OPEN_DAYS, QUESTIONS, SurveyEvent, is_open,
};
use crate::queue::command::Actor;
use crate::queue::rejection::Rejection;
use crate::queue::ticket::{Place, Ticket, TrackToken};

/// Months whose counts are shown, this one included.
const MONTHS_SHOWN: i32 = 6;

/// Comments shown at once, the newest ones.
const COMMENTS_SHOWN: usize = 50;

/// How customers are asked.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum SurveyMode {
    /// Not at all.
    #[default]
    Off,
    /// On the ticket's page.
    Form,
    /// By a link to another site, whose answers Rinda knows nothing of.
    Link(String),
}

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(answer))
        .routes(routes!(results))
}

/// What the ticket's page offers once the visit is over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(super) enum SurveyOffer {
    /// The form.
    Form,
    /// A link to another site.
    Link {
        /// Its address.
        url: String,
    },
    /// Thanks: this ticket has answered.
    Answered,
}

/// A customer's answers.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SurveyRequest {
    /// For each question a mark from 1 (very bad) to 5 (very good), null where left out; at least one.
    marks: [Option<u8>; QUESTIONS],
    /// At most 500 characters.
    #[serde(default)]
    comment: String,
}

/// What customers answered.
#[derive(Serialize, Deserialize, ToSchema)]
pub(super) struct SurveyResults {
    /// The form is on tickets' pages now.
    on: bool,
    /// The last six months, the newest first.
    months: Vec<SurveyMonth>,
    /// The newest comments of the last six months.
    comments: Vec<SurveyComment>,
    /// Comments of that time in all.
    comments_kept: usize,
}

/// One month.
#[derive(Serialize, Deserialize, ToSchema)]
pub(super) struct SurveyMonth {
    /// "2026-10".
    month: String,
    /// Customers who answered.
    answers: u32,
    /// How often each mark from 1 to 5 was given, by question.
    marks: [[u32; MARKS]; QUESTIONS],
}

/// One comment.
#[derive(Serialize, Deserialize, ToSchema)]
pub(super) struct SurveyComment {
    /// Date of the visit.
    #[schema(value_type = String, format = Date)]
    visited_on: Date,
    /// The words.
    text: String,
}

/// Answer the survey, once for each ticket: on the date of the visit and three days after
#[utoipa::path(post, path = "/t/{token}/survey", tag = "track", request_body = SurveyRequest, security(()),
    params(("token" = String, Path, description = "Name of the ticket's page")),
    responses((status = 204, description = "Thank you"),
        (status = "default", body = Problem, content_type = "application/problem+json", description = "`already_answered`, `visit_not_over`, `no_such_ticket`, `invalid`")))]
async fn answer(
    State(state): State<AppState>,
    At(token): At<String>,
    Given(request): Given<SurveyRequest>,
) -> Result<StatusCode, Problem> {
    if state.config.survey != SurveyMode::Form {
        return Err(Problem::not_found());
    }
    let published = state.engine.published();
    let today = published.setup.date_of(state.clock.now());
    let ticket = state.ticket_of(&token).await;
    let ticket = ticket.ok_or(Rejection::NoSuchTicket)?;
    if !matches!(ticket.place, Place::Finished { .. }) {
        return Err(Problem::visit_not_over());
    }
    let visited_on = ticket.date;
    if !is_open(visited_on, today) {
        return Err(Rejection::NoSuchTicket.into());
    }
    let event = SurveyEvent::Answered(Answers {
        visited_on,
        service: ticket.service,
        marks: request.marks,
        comment: request.comment.trim().to_owned(),
    });
    published.state.quality.survey.check(&event)?;
    let marked = on_disk(&state, token.clone(), move |answered, token| {
        answered.mark(visited_on, token)
    });
    marked.await?;
    // Nothing of the customer goes with it, and no key: a repeat is refused by the ticket.
    let kept = state
        .engine
        .keep_quality(Actor::Rinda, QualityEvent::Survey(event), None)
        .await;
    if let Err(error) = kept {
        on_disk(&state, token, move |answered, token| {
            answered.unmark(visited_on, token)
        })
        .await?;
        return Err(error.into());
    }
    Ok(StatusCode::NO_CONTENT)
}

/// What customers answered in the last months
#[utoipa::path(get, path = "/api/v1/survey", tag = "evaluations",
    responses((status = 200, body = SurveyResults),
        (status = "default", body = Problem, content_type = "application/problem+json", description = "`not_allowed`")))]
async fn results(State(state): State<AppState>, caller: Caller) -> Result<Answer, Problem> {
    caller.must_be(OVERSEERS)?;
    let published = state.engine.published();
    let today = published.setup.date_of(state.clock.now());
    let survey = &published.state.quality.survey;
    let months = (0..MONTHS_SHOWN).map(|back| {
        let first = today.first_of_month().saturating_sub(back.months());
        let month = format!("{:04}-{:02}", first.year(), first.month());
        let mut counts = Counts::default();
        for (_, of_service) in survey.month(&month) {
            counts.merge(of_service);
        }
        SurveyMonth {
            month,
            answers: counts.answers,
            marks: counts.marks,
        }
    });
    let newest: Vec<CommentAt> = survey.comments().take(COMMENTS_SHOWN).collect();
    let mut comments = Vec::new();
    if let (Some(history), false) = (&state.ports.history, newest.is_empty()) {
        let seqs = newest.iter().map(|comment| comment.seq).collect();
        let records = history.records(seqs).await?;
        comments.extend(records.iter().filter_map(comment_of));
    }
    let answer = SurveyResults {
        on: survey.is_on(),
        months: months.collect(),
        comments,
        comments_kept: survey.comments().count(),
    };
    Answer::json(StatusCode::OK, &answer)
}

impl AppState {
    /// What the page of a ticket offers.
    pub(super) fn survey_offer(&self, ticket: &Ticket, today: Date) -> Option<SurveyOffer> {
        let over = matches!(ticket.place, Place::Finished { .. }) && is_open(ticket.date, today);
        match &self.config.survey {
            SurveyMode::Form if over && self.ports.answered.has(ticket.date, &ticket.track.0) => {
                Some(SurveyOffer::Answered)
            }
            SurveyMode::Form if over => Some(SurveyOffer::Form),
            SurveyMode::Link(url) if over => Some(SurveyOffer::Link { url: url.clone() }),
            SurveyMode::Off | SurveyMode::Form | SurveyMode::Link(_) => None,
        }
    }

    /// The ticket of a page: one of today, or one of the last days that can answer the survey.
    pub(super) async fn ticket_of(&self, token: &str) -> Option<Ticket> {
        let token = TrackToken(token.into());
        let published = self.engine.published();
        let centre = &published.state.centre;
        let today = centre.by_track.get(&token);
        if let Some(ticket) = today.and_then(|id| centre.tickets.get(id)) {
            return Some(ticket.clone());
        }
        if self.config.survey == SurveyMode::Off {
            return None;
        }
        let date = published.setup.date_of(self.clock.now());
        if let Some(found) = self.past_tickets.find(date, &token) {
            return found;
        }
        let mut tickets = BTreeMap::new();
        for back in 1..=OPEN_DAYS {
            let history = self.ports.history.as_ref()?;
            match history.tickets(date.saturating_sub(back.days())).await {
                Ok(of_date) => tickets.extend(
                    of_date
                        .into_iter()
                        .filter(|ticket| matches!(ticket.place, Place::Finished { .. }))
                        .map(|ticket| (ticket.track.clone(), ticket)),
                ),
                Err(error) => {
                    tracing::warn!(%error, "tickets of the last days cannot be read");
                }
            }
        }
        self.past_tickets.keep(date, tickets);
        self.past_tickets.find(date, &token).flatten()
    }
}

/// Tickets of the last days whose visit is over: read once a date, and in memory only.
#[derive(Debug, Default)]
pub(super) struct PastTickets(Mutex<Option<(Date, BTreeMap<TrackToken, Ticket>)>>);

impl PastTickets {
    /// The ticket, where those before a date are known.
    fn find(&self, date: Date, token: &TrackToken) -> Option<Option<Ticket>> {
        let kept = self.0.lock().unwrap_or_else(|e| e.into_inner());
        let (of, tickets) = kept.as_ref()?;
        (*of == date).then(|| tickets.get(token).cloned())
    }

    fn keep(&self, date: Date, tickets: BTreeMap<TrackToken, Ticket>) {
        let mut kept = self.0.lock().unwrap_or_else(|e| e.into_inner());
        *kept = Some((date, tickets));
    }
}

/// Marks of answered tickets are written where waiting for the disk holds up nobody.
async fn on_disk(
    state: &AppState,
    token: String,
    work: impl FnOnce(&Answered, &str) -> Result<(), AnsweredError> + Send + 'static,
) -> Result<(), Problem> {
    let answered = state.ports.answered.clone();
    let done = tokio::task::spawn_blocking(move || work(&answered, &token)).await;
    Ok(done.map_err(|_| Problem::internal())??)
}

fn comment_of(record: &Record) -> Option<SurveyComment> {
    match &record.fact {
        Fact::Quality(QualityEvent::Survey(SurveyEvent::Answered(answers))) => {
            Some(SurveyComment {
                visited_on: answers.visited_on,
                text: answers.comment.clone(),
            })
        }
        Fact::Queue(_)
        | Fact::Access(_)
        | Fact::Quality(_)
        | Fact::Snapshot(_)
        | Fact::Sealed(_)
        | Fact::Redacted(_) => None,
    }
}
