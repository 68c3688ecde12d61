//! From the outbox of messages to the ways out: each message is durable before its first attempt,
//! and stays until a server took it or a person gave it up.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::clock::Clock;
use crate::engine::handle::{DeviceReport, EngineError, EngineHandle};
use crate::outbox::letter::{self, From, Letter};
use crate::outbox::{NotSent, Ways};
use crate::quality::messages::{About, MessageEvent, Outbox, Route, Trouble, pause_after};
use crate::quality::{Quality, QualityEvent};
use crate::queue::command::Actor;
use crate::queue::setup::Setup;
use crate::queue::view::Alert;
use crate::queue::wording;

/// A message that waits for longer than this is told to the manager.
pub const ALERT_AFTER: SignedDuration = SignedDuration::from_mins(5);

/// While something waits the clock is looked at this often.
const LOOK_EVERY: Duration = Duration::from_millis(500);

/// Between attempts to record what became of a message while the journal takes nothing.
const RECORD_PAUSE: Duration = Duration::from_secs(1);

/// What is being sent when the daemon stops has so long to end; then it is sent again after the
/// next start.
const STOP_TIME: Duration = Duration::from_secs(3);

/// Kind of the alert.
const ALERT: &str = "messages";

/// What sending works with.
#[derive(Clone)]
pub struct Parts {
    /// The engine.
    pub engine: EngineHandle,
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// The set-up, for texts.
    pub setup: Arc<Setup>,
    /// Identity of the centre.
    pub centre_id: String,
    /// Ways out.
    pub ways: Arc<Ways>,
    /// Who is told of feedback.
    pub feedback: Vec<Route>,
    /// Who is told of technical failures.
    pub incidents: Vec<Route>,
}

impl Parts {
    fn receivers(&self, about: About) -> &[Route] {
        match about {
            About::Feedback { .. } => &self.feedback,
            About::Incident { .. } => &self.incidents,
        }
    }
}

/// A route that failed: others wait for the same trouble to end.
#[derive(Debug, Clone, Copy)]
struct Rest {
    failed: u32,
    until: Timestamp,
}

/// One thing to send.
struct Job {
    message: u64,
    to: Route,
    attempt: u32,
    letter: Option<Letter>,
}

struct Sender {
    parts: Parts,
    under_way: BTreeMap<Route, u64>,
    rests: BTreeMap<Route, Rest>,
    alerted: Option<String>,
}

/// Queues what is to be told and sends what waits, until told to stop.
pub async fn run(parts: Parts, stop: CancellationToken) {
    let mut published = parts.engine.subscribe();
    let mut sender = Sender {
        parts,
        under_way: BTreeMap::new(),
        rests: BTreeMap::new(),
        alerted: None,
    };
    let mut sending: JoinSet<(Route, Option<Trouble>)> = JoinSet::new();
    loop {
        let state = published.borrow_and_update().state.clone();
        sender.queue(&state.quality).await;
        for job in sender.due(&state.quality) {
            sending.spawn(attempt(sender.parts.clone(), job));
        }
        sender.watch(&state.quality.outbox).await;
        let waits = state.quality.outbox.oldest().is_some() || sender.has_untold(&state.quality);
        tokio::select! {
            () = stop.cancelled() => break,
            changed = published.changed() => {
                if changed.is_err() {
                    return;
                }
            }
            Some(ended) = sending.join_next() => {
                if let Ok((route, trouble)) = ended {
                    sender.take(route, trouble);
                } else {
                    // A panic has told so itself; its message is tried again.
                    sender.under_way.clear();
                }
            }
            () = tokio::time::sleep(LOOK_EVERY), if waits => {}
        }
    }
    let end = async { while sending.join_next().await.is_some() {} };
    if tokio::time::timeout(STOP_TIME, end).await.is_err() {
        sending.shutdown().await;
    }
}

impl Sender {
    /// Makes messages of what is to be told. Nobody is named: nothing is queued. What the journal
    /// does not take now is queued at the next look.
    async fn queue(&self, quality: &Quality) {
        for (about, to) in self.untold(quality) {
            let to = to.to_vec();
            let queued = QualityEvent::Message(MessageEvent::Queued { about, to });
            let kept = self.parts.engine.keep_quality(Actor::Rinda, queued, None);
            if let Err(error) = kept.await {
                tracing::debug!(%error, "a message is not queued yet");
            }
        }
    }

    /// What is to be told to somebody and has no message yet.
    fn untold<'a>(&'a self, quality: &'a Quality) -> impl Iterator<Item = (About, &'a [Route])> {
        let untold = quality.untold();
        untold
            .map(|about| (about, self.parts.receivers(about)))
            .filter(|(_, to)| !to.is_empty())
    }

    fn has_untold(&self, quality: &Quality) -> bool {
        self.untold(quality).next().is_some()
    }

    /// What is to be sent now: on each route one at a time, the one that waits longest first.
    fn due(&mut self, quality: &Quality) -> Vec<Job> {
        let now = self.parts.clock.now();
        let mut first: BTreeMap<&Route, (Timestamp, u64, u32)> = BTreeMap::new();
        for (id, message) in quality.outbox.iter() {
            for leg in &message.legs {
                let rests = self.rests.get(&leg.to);
                let due = leg.next_at <= now && rests.is_none_or(|rest| rest.until <= now);
                if due && !self.under_way.contains_key(&leg.to) {
                    let candidate = (leg.next_at, id, leg.failed);
                    let best = first.entry(&leg.to).or_insert(candidate);
                    *best = candidate.min(*best);
                }
            }
        }
        let from = From {
            id: &self.parts.centre_id,
            setup: &self.parts.setup,
        };
        let mut jobs = Vec::new();
        for (route, (_, id, failed)) in first {
            let message = quality.outbox.get(id);
            jobs.push(Job {
                message: id,
                to: route.clone(),
                attempt: failed.saturating_add(1),
                letter: message.and_then(|it| letter::of_message(from, quality, id, it)),
            });
            self.under_way.insert(route.clone(), id);
        }
        jobs
    }

    /// An attempt has ended and is recorded.
    fn take(&mut self, route: Route, trouble: Option<Trouble>) {
        self.under_way.remove(&route);
        match trouble {
            Some(trouble) if trouble.is_of_route() => {
                let failed = self.rests.get(&route).map_or(0, |rest| rest.failed) + 1;
                let now = self.parts.clock.now();
                let until = now.saturating_add(pause_after(failed)).unwrap_or(now);
                self.rests.insert(route, Rest { failed, until });
            }
            Some(_) | None => {
                self.rests.remove(&route);
            }
        }
    }

    /// Tells the manager what could not be sent for too long.
    async fn watch(&mut self, outbox: &Outbox) {
        let now = self.parts.clock.now();
        let oldest = outbox
            .oldest()
            .filter(|at| now.duration_since(*at) >= ALERT_AFTER);
        let text = oldest.map(|since| (since, self.alert_text(outbox, since)));
        if text.as_ref().map(|(_, text)| text) == self.alerted.as_ref() {
            return;
        }
        let report = match &text {
            Some((since, text)) => DeviceReport::Raise(Alert {
                kind: ALERT.to_owned(),
                text: text.clone(),
                since: *since,
                urgent: false,
            }),
            None => DeviceReport::Clear {
                kind: ALERT.to_owned(),
            },
        };
        self.parts.engine.report(report).await;
        self.alerted = text.map(|(_, text)| text);
    }

    fn alert_text(&self, outbox: &Outbox, since: Timestamp) -> String {
        let since = wording::time(since, &self.parts.setup.timezone);
        let legs = outbox.iter().flat_map(|(_, message)| &message.legs);
        let why = legs.filter_map(|leg| leg.trouble).next();
        let why = why.map_or("iemesls vēl nav zināms", Trouble::words);
        format!(
            "Ziņojumus nevar nosūtīt kopš plkst. {since} (gaida: {}): {why}. Mēģina vēl; paziņojiet administratoram.",
            outbox.iter().count()
        )
    }
}

/// One attempt and its record.
async fn attempt(parts: Parts, job: Job) -> (Route, Option<Trouble>) {
    let result = match &job.letter {
        Some(letter) => parts.ways.send(&job.to, letter).await,
        None => Err(NotSent {
            trouble: Trouble::Refused,
            detail: "what it is about is not known any more".to_owned(),
        }),
    };
    let Job {
        message,
        to,
        attempt,
        ..
    } = job;
    let (event, trouble) = match result {
        Ok(()) => {
            tracing::info!(message, attempt, "a message was sent");
            let to = to.clone();
            let sent = MessageEvent::Sent {
                message,
                to,
                attempt,
            };
            (sent, None)
        }
        Err(NotSent { trouble, detail }) => {
            tracing::warn!(message, attempt, ?trouble, detail, "a message was not sent");
            let now = parts.clock.now();
            let failed = MessageEvent::Failed {
                message,
                to: to.clone(),
                attempt,
                trouble,
                detail,
                next_at: now.saturating_add(pause_after(attempt)).unwrap_or(now),
            };
            (failed, Some(trouble))
        }
    };
    record(&parts.engine, event).await;
    (to, trouble)
}

/// Has it recorded, however long the journal takes to take it.
async fn record(engine: &EngineHandle, event: MessageEvent) {
    loop {
        let event = QualityEvent::Message(event.clone());
        match engine.keep_quality(Actor::Rinda, event, None).await {
            Ok(_) | Err(EngineError::Stopped) => return,
            Err(EngineError::Overloaded | EngineError::Storage(_)) => {
                tokio::time::sleep(RECORD_PAUSE).await;
            }
            Err(
                error @ (EngineError::Rejected(_)
                | EngineError::Access(_)
                | EngineError::Quality(_)
                | EngineError::KeyReused),
            ) => {
                // It was queued or given up meanwhile.
                tracing::debug!(%error, "a message's fact is no longer wanted");
                return;
            }
        }
    }
}

/// What waits, a line for each message and way, for a terminal. Names no customer.
pub fn listed(quality: &Quality, tz: &TimeZone) -> String {
    let mut lines = Vec::new();
    for (id, message) in quality.outbox.iter() {
        let about = message.about;
        let since = wording::date_and_time(message.queued_at, tz);
        for leg in &message.legs {
            let how = match leg.trouble {
                None => "not tried yet".to_owned(),
                Some(trouble) => format!(
                    "{} attempts, next {}: {}: {}",
                    leg.failed,
                    wording::time(leg.next_at, tz),
                    trouble.words(),
                    leg.detail
                ),
            };
            lines.push(format!("#{id}  {about}  {}  since {since}  {how}", leg.to));
        }
    }
    if lines.is_empty() {
        return "nothing waits".to_owned();
    }
    lines.join("\n")
}

/// Gives a message up.
///
/// # Errors
/// Where it does not wait, or no reason is given.
pub async fn give_up(engine: &EngineHandle, message: u64, why: String) -> Result<(), EngineError> {
    let event = QualityEvent::Message(MessageEvent::GivenUp { message, why });
    engine
        .keep_quality(Actor::Rinda, event, None)
        .await
        .map(drop)
}
