//! Feedback and complaints: entered at a desk, decided and settled by those who oversee
//! (clause 29; annex 1 row 8).

use axum::extract::State;
use axum::http::StatusCode;
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::AppState;
use super::access::{Caller, OVERSEERS, STAFF};
use super::answers::Answer;
use super::body::{Asked as Query, At, Given, RequestKey};
use super::problem::Problem;
use super::steps::scoped;
use crate::access::Role;
use crate::quality::feedback::{
    Counts, Entry, Feedback, FeedbackBook, FeedbackEvent, FeedbackKind, FeedbackRejection,
    OfTicket, Private, Telling, month_of,
};
use crate::quality::messages::{About, Outbox, Trouble};
use crate::quality::{Quality, QualityEvent};
use crate::queue::rejection::Rejection;
use crate::queue::ticket::TicketId;
use crate::report::Eyes;

/// Longest span of dates listed at once.
const SPAN_DAYS_MAX: i32 = 366;

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(receive_feedback, list_feedback))
        .routes(routes!(feedback_entry))
        .routes(routes!(decide_feedback))
        .routes(routes!(settle_feedback))
}

/// What a customer said.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct FeedbackRequest {
    /// Which of the four of clause 29.
    kind: FeedbackKind,
    /// 1 to 4,000 characters.
    text: String,
    /// Id of a ticket of today that it is about.
    ticket: Option<u64>,
    /// How the customer wants an answer, 1 to 200 characters.
    contact: Option<String>,
    /// When it was received, where not now; at most 92 days back.
    received_at: Option<Timestamp>,
}

/// Whether a complaint or claim was justified.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct DecisionRequest {
    /// It was.
    justified: bool,
    /// Why, 1 to 1,000 characters.
    reason: String,
}

/// Nothing is left to do.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SettlementRequest {
    /// What was done, at most 1,000 characters.
    #[serde(default)]
    note: String,
}

/// A ticket by id and number.
#[derive(Serialize, Deserialize, ToSchema)]
struct FeedbackTicket {
    /// Id.
    id: u64,
    /// "P 027".
    number: String,
}

/// Whether those it concerns were told.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(tag = "state", rename_all = "snake_case")]
enum TellingState {
    /// The configuration names nobody: clause 29 is not met.
    Nobody,
    /// It is being sent, or is tried again.
    Waiting {
        /// Attempts that failed, of the route that has most.
        failed: u32,
        /// Why the last one did.
        trouble: Option<Trouble>,
        /// The same in Latvian.
        why: Option<String>,
        /// When it is tried next.
        next_at: Option<Timestamp>,
    },
    /// Everybody named has it.
    Told {
        /// Since when.
        at: Timestamp,
        /// From receipt to then, seconds.
        after_s: u64,
    },
    /// A person gave the message up.
    GivenUp {
        /// When.
        at: Timestamp,
    },
}

/// Whether it was justified.
#[derive(Serialize, Deserialize, ToSchema)]
struct FeedbackDecision {
    /// It was.
    justified: bool,
    /// Why.
    reason: String,
    /// When it was decided.
    at: Timestamp,
    /// Login of who decided, for those who see names.
    by: Option<String>,
}

/// How it was settled.
#[derive(Serialize, Deserialize, ToSchema)]
struct FeedbackSettlement {
    /// What was done.
    note: String,
    /// When.
    at: Timestamp,
    /// Login of who settled it, for those who see names.
    by: Option<String>,
}

/// An entry.
#[derive(Serialize, Deserialize, ToSchema)]
struct FeedbackEntry {
    /// Its id.
    id: u64,
    /// Which of the four.
    kind: FeedbackKind,
    /// The standard's word for it.
    word: String,
    /// What was said.
    text: String,
    /// The ticket it is about.
    ticket: Option<FeedbackTicket>,
    /// How the customer wants an answer.
    contact: Option<String>,
    /// When it was received.
    received_at: Timestamp,
    /// When it was entered.
    entered_at: Timestamp,
    /// Login of who entered it, for those who see names.
    entered_by: Option<String>,
    /// Whether those it concerns were told.
    telling: TellingState,
    /// Whether it was justified, once decided.
    decision: Option<FeedbackDecision>,
    /// How it was settled, once it is.
    settled: Option<FeedbackSettlement>,
}

/// A kind in a month.
#[derive(Serialize, Deserialize, ToSchema)]
struct FeedbackCount {
    /// Which of the four.
    kind: FeedbackKind,
    /// The standard's word for it.
    word: String,
    /// Entries.
    received: u64,
    /// Decided to be justified.
    justified: u64,
    /// Decided not to be.
    unjustified: u64,
    /// Told within one minute of receipt.
    told_at_once: u64,
    /// Told later.
    told_late: u64,
}

/// A month of receipt.
#[derive(Serialize, Deserialize, ToSchema)]
struct FeedbackMonth {
    /// "2026-11".
    month: String,
    /// All four kinds in the standard's order.
    kinds: Vec<FeedbackCount>,
}

/// Feedback of a span of dates, newest first.
#[derive(Serialize, Deserialize, ToSchema)]
struct FeedbackList {
    /// Somebody is configured to be told.
    is_told: bool,
    /// Entries.
    entries: Vec<FeedbackEntry>,
    /// Counts of the whole months that the span touches; empty for consultants.
    months: Vec<FeedbackMonth>,
}

/// Which dates of receipt.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Span {
    /// First date, `2026-11-01`.
    #[param(value_type = String)]
    from: Date,
    /// Last date; at most 366 days in all.
    #[param(value_type = String)]
    to: Date,
}

/// Enter what a customer said of the service (clause 29)
///
/// Those the configuration names are told electronically at once; where it names nobody, `telling`
/// says `nobody`.
#[utoipa::path(post, path = "/api/v1/feedback", tag = "feedback", request_body = FeedbackRequest,
    responses((status = 201, body = FeedbackEntry),
        (status = "default", body = Problem, content_type = "application/problem+json", description = "`invalid`, `no_such_ticket`, `too_many_open`")))]
async fn receive_feedback(
    State(state): State<AppState>,
    caller: Caller,
    key: RequestKey,
    Given(request): Given<FeedbackRequest>,
) -> Result<Answer, Problem> {
    caller.must_be(STAFF)?;
    let published = state.engine.published();
    let tickets = &published.state.centre.tickets;
    let ticket = request.ticket.map(|id| {
        let ticket = tickets.get(&TicketId(id));
        ticket.map(|ticket| OfTicket {
            id: ticket.id,
            number: ticket.number,
        })
    });
    let ticket = ticket
        .map(|ticket| ticket.ok_or_else(|| Problem::from(Rejection::NoSuchTicket)))
        .transpose()?;
    let received_at = request.received_at;
    let event = FeedbackEvent::Received(Feedback {
        kind: request.kind,
        text: Private(request.text.trim().to_owned()),
        ticket,
        contact: request.contact.map(|text| Private(text.trim().to_owned())),
        received_at,
        received_on: published
            .setup
            .date_of(received_at.unwrap_or_else(|| state.clock.now())),
    });
    let done = keep(&state, &caller, &key, event).await?;
    let id = done.ok_or_else(Problem::internal)?;
    let entry = state.shown(&caller, id)?;
    Answer::json(StatusCode::CREATED, &entry)
}

/// Feedback by date of receipt
///
/// A consultant gets their own entries of the last two weeks and those that are not settled yet.
#[utoipa::path(get, path = "/api/v1/feedback", tag = "feedback", params(Span),
    responses((status = 200, body = FeedbackList),
        (status = "default", body = Problem, content_type = "application/problem+json", description = "`invalid`")))]
async fn list_feedback(
    State(state): State<AppState>,
    caller: Caller,
    Query(span): Query<Span>,
) -> Result<Answer, Problem> {
    caller.must_be(STAFF)?;
    let days = span.from.until(span.to).map(|span| span.get_days());
    if !days.is_ok_and(|days| (0..SPAN_DAYS_MAX).contains(&days)) {
        return Err(Problem::invalid("to", "0 to 365 days behind `from`"));
    }
    let published = state.engine.published();
    let quality = &published.state.quality;
    let all = caller.must_be(OVERSEERS).is_ok();
    let mut book = quality.feedback.clone();
    if all && is_partly_in_journal(&book, &span) {
        let older = state.history()?.feedback(span.from, span.to).await?;
        for (id, entry) in older {
            book.entries.entry(id).or_insert(entry);
        }
    }
    let mut entries: Vec<FeedbackEntry> = book
        .entries
        .iter()
        .filter(|(_, entry)| (span.from..=span.to).contains(&entry.feedback.received_on))
        .filter(|(_, entry)| may_see(&caller, entry))
        .map(|(id, entry)| show(quality, state.look_of(&caller), *id, entry))
        .collect();
    entries.sort_by_key(|entry| std::cmp::Reverse((entry.received_at, entry.id)));
    let list = FeedbackList {
        is_told: state.config.feedback_is_told,
        entries,
        months: if all {
            months(&book, &span)
        } else {
            Vec::new()
        },
    };
    Answer::json(StatusCode::OK, &list)
}

/// One entry
#[utoipa::path(get, path = "/api/v1/feedback/{id}", tag = "feedback",
    params(("id" = u64, Path, description = "Id of an entry that is not settled, or was in the last two weeks")),
    responses((status = 200, body = FeedbackEntry),
        (status = "default", body = Problem, content_type = "application/problem+json", description = "`no_such_feedback`")))]
async fn feedback_entry(
    State(state): State<AppState>,
    caller: Caller,
    At(id): At<u64>,
) -> Result<Answer, Problem> {
    caller.must_be(STAFF)?;
    let entry = state.shown(&caller, id)?;
    Answer::json(StatusCode::OK, &entry)
}

/// Decide whether a complaint or claim was justified (annex 1 row 8)
#[utoipa::path(post, path = "/api/v1/feedback/{id}/decide", tag = "feedback", request_body = DecisionRequest,
    params(("id" = u64, Path, description = "Id")),
    responses((status = 200, body = FeedbackEntry),
        (status = "default", body = Problem, content_type = "application/problem+json", description = "`no_such_feedback`, `not_decided`, `already_settled`, `invalid`")))]
async fn decide_feedback(
    State(state): State<AppState>,
    caller: Caller,
    key: RequestKey,
    At(id): At<u64>,
    Given(request): Given<DecisionRequest>,
) -> Result<Answer, Problem> {
    let event = FeedbackEvent::Decided {
        id,
        justified: request.justified,
        reason: Private(request.reason.trim().to_owned()),
    };
    change(&state, &caller, &key, id, event).await
}

/// Settle an entry: nothing is left to do about it
#[utoipa::path(post, path = "/api/v1/feedback/{id}/settle", tag = "feedback", request_body = SettlementRequest,
    params(("id" = u64, Path, description = "Id")),
    responses((status = 200, body = FeedbackEntry),
        (status = "default", body = Problem, content_type = "application/problem+json", description = "`no_such_feedback`, `undecided`, `already_settled`, `invalid`")))]
async fn settle_feedback(
    State(state): State<AppState>,
    caller: Caller,
    key: RequestKey,
    At(id): At<u64>,
    Given(request): Given<SettlementRequest>,
) -> Result<Answer, Problem> {
    let event = FeedbackEvent::Settled {
        id,
        note: Private(request.note.trim().to_owned()),
    };
    change(&state, &caller, &key, id, event).await
}

async fn change(
    state: &AppState,
    caller: &Caller,
    key: &RequestKey,
    id: u64,
    event: FeedbackEvent,
) -> Result<Answer, Problem> {
    caller.must_be(OVERSEERS)?;
    keep(state, caller, key, event).await?;
    Answer::json(StatusCode::OK, &state.shown(caller, id)?)
}

/// Has it kept; the sequence of the fact, of the first one where it is a repeat.
async fn keep(
    state: &AppState,
    caller: &Caller,
    key: &RequestKey,
    event: FeedbackEvent,
) -> Result<Option<u64>, Problem> {
    let event = QualityEvent::Feedback(event);
    let key = scoped(caller, key);
    let done = state
        .engine
        .keep_quality(caller.actor(), event, key)
        .await?;
    Ok(done.records.first().map(|record| record.seq))
}

/// How somebody looks at feedback.
#[derive(Clone, Copy)]
struct Look {
    /// Whether they see names of staff.
    eyes: Eyes,
    /// Somebody is configured to be told.
    is_told: bool,
}

impl AppState {
    fn look_of(&self, caller: &Caller) -> Look {
        Look {
            eyes: self.eyes_of(caller),
            is_told: self.config.feedback_is_told,
        }
    }

    fn shown(&self, caller: &Caller, id: u64) -> Result<FeedbackEntry, Problem> {
        let published = self.engine.published();
        let quality = &published.state.quality;
        let entry = quality.feedback.entries.get(&id);
        let entry = entry.filter(|entry| may_see(caller, entry));
        let entry = entry.ok_or(FeedbackRejection::NoSuchEntry(id))?;
        Ok(show(quality, self.look_of(caller), id, entry))
    }
}

/// Consultants see what they entered themselves.
fn may_see(caller: &Caller, entry: &Entry) -> bool {
    match caller {
        Caller::Person { login, role, .. } => match role {
            Role::Manager | Role::Quality | Role::Admin => true,
            Role::Consultant => entry.by.as_ref() == Some(login),
        },
        Caller::Device { .. } => false,
    }
}

/// Whether more was received in these months than is still at hand.
fn is_partly_in_journal(book: &FeedbackBook, span: &Span) -> bool {
    let (from, to) = (month_of(span.from), month_of(span.to));
    let received = book.months.range(from..=to);
    let received = received.flat_map(|(_, month)| month.kinds.values());
    let received: u64 = received.map(|counts| counts.received).sum();
    let at_hand = book.entries.values();
    let at_hand = at_hand.filter(|e| (from..=to).contains(&month_of(e.feedback.received_on)));
    received > at_hand.count() as u64
}

fn months(book: &FeedbackBook, span: &Span) -> Vec<FeedbackMonth> {
    let months = book.months.range(month_of(span.from)..=month_of(span.to));
    months
        .map(|(first, month)| FeedbackMonth {
            month: format!("{:04}-{:02}", first.year(), first.month()),
            kinds: FeedbackKind::ALL
                .into_iter()
                .map(|kind| count(kind, month.kinds.get(&kind).copied().unwrap_or_default()))
                .collect(),
        })
        .collect()
}

fn count(kind: FeedbackKind, counts: Counts) -> FeedbackCount {
    FeedbackCount {
        kind,
        word: kind.word().to_owned(),
        received: counts.received,
        justified: counts.justified,
        unjustified: counts.unjustified,
        told_at_once: counts.told_at_once,
        told_late: counts.told_late,
    }
}

fn show(quality: &Quality, look: Look, id: u64, entry: &Entry) -> FeedbackEntry {
    let Look { eyes, is_told } = look;
    let name = |login: &Option<String>| match eyes {
        Eyes::Names => login.clone(),
        Eyes::Desks => None,
    };
    let feedback = &entry.feedback;
    FeedbackEntry {
        id,
        kind: feedback.kind,
        word: feedback.kind.word().to_owned(),
        text: feedback.text.0.clone(),
        ticket: feedback.ticket.map(|ticket| FeedbackTicket {
            id: ticket.id.0,
            number: ticket.number.to_string(),
        }),
        contact: feedback.contact.as_ref().map(|contact| contact.0.clone()),
        received_at: entry.received_at(),
        entered_at: entry.entered_at,
        entered_by: name(&entry.by),
        telling: telling(&quality.outbox, is_told, id, entry),
        decision: entry.decision.as_ref().map(|decision| FeedbackDecision {
            justified: decision.justified,
            reason: decision.reason.0.clone(),
            at: decision.at,
            by: name(&decision.by),
        }),
        settled: entry.settled.as_ref().map(|settled| FeedbackSettlement {
            note: settled.note.0.clone(),
            at: settled.at,
            by: name(&settled.by),
        }),
    }
}

fn telling(outbox: &Outbox, is_told: bool, id: u64, entry: &Entry) -> TellingState {
    match entry.telling {
        // Its message is made right after it.
        Telling::Nobody if is_told => TellingState::Waiting {
            failed: 0,
            trouble: None,
            why: None,
            next_at: None,
        },
        Telling::Nobody => TellingState::Nobody,
        Telling::Told { at } => TellingState::Told {
            at,
            after_s: at
                .duration_since(entry.received_at())
                .as_secs()
                .unsigned_abs(),
        },
        Telling::GivenUp { at } => TellingState::GivenUp { at },
        Telling::Waiting { .. } => {
            let message = outbox.about(About::Feedback { id });
            let legs = message.map(|(_, message)| message.legs.as_slice());
            let worst = legs.unwrap_or_default().iter().max_by_key(|leg| leg.failed);
            let trouble = worst.and_then(|leg| leg.trouble);
            TellingState::Waiting {
                failed: worst.map_or(0, |leg| leg.failed),
                trouble,
                why: trouble.map(|trouble| trouble.words().to_owned()),
                next_at: worst.map(|leg| leg.next_at),
            }
        }
    }
}
