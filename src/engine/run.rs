//! The engine's loop.
//!
//! Invariant: append + flush → apply to what others see → publish → reply. Commands that arrive
//! together share one flush. `ahead` is the state the decisions of a batch are made on;
//! `Published` shows only what is on disk. Where the disk refuses a batch, `ahead` goes back to
//! it and nobody is told that something was done.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::sync::{broadcast, mpsc, oneshot, watch};

use super::around;
use super::figures;
use super::handle::{ASKS_MAX, Ask, DeviceReport, Done, EngineError, EngineHandle, FOLLOWED_MAX};
use super::marks::{chain, fingerprint, hash_of, new_track};
use super::published::{Envelopes, Published};
use crate::access::AccessEvent;
use crate::clock::Clock;
use crate::journal::record::{Fact, Record, RequestMark};
use crate::journal::state::{Answer, State};
use crate::journal::{Journal, snapshot_record};
use crate::metrics::Metrics;
use crate::quality::QualityEvent;
use crate::queue::change::{Change, Pending};
use crate::queue::command::{Actor, Command};
use crate::queue::deadline::{appointment_due, expire, next_deadline, on_start};
use crate::queue::decide::{Moment, decide};
use crate::queue::displays;
use crate::queue::event::{Event, Happened};
use crate::queue::screens::Surroundings;
use crate::queue::setup::Setup;
use crate::queue::view::Alert;

/// Requests that share one flush at most.
const BATCH_MAX: usize = 256;

/// The clock is looked at this often even where nothing is due, to notice that it was stepped.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// What the engine starts from.
pub struct Parts {
    /// The set-up.
    pub setup: Arc<Setup>,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// The journal, open.
    pub journal: Journal,
    /// The state the journal gave.
    pub state: State,
    /// The metrics, up to date with the journal; absent where they cannot be opened.
    pub metrics: Option<Arc<Metrics>>,
    /// What start-up has to tell.
    pub alerts: Vec<Alert>,
    /// Version of the program, for the journal.
    pub version: String,
}

/// Starts the engine on a thread of its own. It ends when the last handle is dropped.
///
/// # Errors
/// Where the system gives no thread.
pub fn start(parts: Parts) -> std::io::Result<(EngineHandle, JoinHandle<()>)> {
    let (handle, stepped) = prepare(parts);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()?;
    let thread = std::thread::Builder::new()
        .name("engine".to_owned())
        .spawn(move || runtime.block_on(stepped.run()))?;
    Ok((handle, thread))
}

/// The engine started up, but without a thread.
pub fn prepare(parts: Parts) -> (EngineHandle, Stepped) {
    let (asks_in, asks) = mpsc::channel(ASKS_MAX);
    let mut engine = Engine::new(parts);
    let (publish, published) = watch::channel(engine.picture());
    let followed = engine.followed.clone();
    engine.start_up();
    publish.send_replace(engine.picture());
    let handle = EngineHandle {
        asks: asks_in,
        published,
        followed,
    };
    let stepped = Stepped {
        engine,
        asks,
        publish,
    };
    (handle, stepped)
}

/// An engine that works when it is told to: the whole of it but for the waiting.
pub struct Stepped {
    engine: Engine,
    asks: mpsc::Receiver<Ask>,
    publish: watch::Sender<Arc<Published>>,
}

impl Stepped {
    /// Does what time and the requests waiting now ask for, then publishes and replies.
    pub fn turn(&mut self) {
        let mut batch = Vec::new();
        while batch.len() < BATCH_MAX
            && let Ok(ask) = self.asks.try_recv()
        {
            batch.push(ask);
        }
        self.engine.turn(batch, &self.publish);
    }

    async fn run(mut self) {
        loop {
            let mut batch = Vec::new();
            tokio::select! {
                received = self.asks.recv_many(&mut batch, BATCH_MAX) => {
                    if received == 0 {
                        return;
                    }
                }
                () = tokio::time::sleep(self.engine.until_due()) => {}
            }
            self.engine.turn(batch, &self.publish);
        }
    }
}

struct Engine {
    setup: Arc<Setup>,
    clock: Arc<dyn Clock>,
    journal: Journal,
    metrics: Option<Arc<Metrics>>,
    /// What is on disk; without the answers, which only the engine needs.
    durable: Arc<State>,
    /// What the running batch has led to so far.
    ahead: State,
    around: Arc<Surroundings>,
    storage_error: Option<String>,
    started: bool,
    /// How far the wall clock was stepped since that was last recorded.
    stepped_by: SignedDuration,
    version: String,
    sequence: u64,
    /// When the newest picture was made.
    shown_at: Timestamp,
    /// To those who read every record.
    followed: broadcast::Sender<Arc<[Record]>>,
}

/// A batch being put together.
#[derive(Default)]
struct Batch {
    records: Vec<Record>,
    changes: Vec<Change>,
    replies: Vec<Reply>,
    new_keys: Vec<String>,
    /// Accounts, keys or sessions change.
    access: bool,
    /// The answers as they were before a new day or a stepped clock went over all of them.
    answers_before: Option<BTreeMap<String, Answer>>,
}

type Reply = (
    oneshot::Sender<Result<Done, EngineError>>,
    Result<Done, EngineError>,
);

impl Engine {
    fn new(parts: Parts) -> Self {
        let now = parts.clock.now();
        let displays = around::displays_of(&parts.state, BTreeMap::new(), now);
        let around = Surroundings {
            displays,
            alerts: parts.alerts,
            ..Surroundings::default()
        };
        Self {
            durable: Arc::new(without_answers(&parts.state)),
            ahead: parts.state,
            setup: parts.setup,
            clock: parts.clock,
            journal: parts.journal,
            metrics: parts.metrics,
            around: Arc::new(around),
            storage_error: None,
            started: false,
            stepped_by: SignedDuration::ZERO,
            version: parts.version,
            sequence: 0,
            shown_at: Timestamp::UNIX_EPOCH,
            followed: broadcast::Sender::new(FOLLOWED_MAX),
        }
    }

    fn start_up(&mut self) {
        self.work(Vec::new());
    }

    /// One turn of the loop: work, publish, reply.
    fn turn(&mut self, batch: Vec<Ask>, publish: &watch::Sender<Arc<Published>>) {
        let shown = self.sequence;
        let replies = self.work(batch);
        if self.sequence != shown {
            publish.send_replace(self.picture());
        }
        for (sender, reply) in replies {
            // Whoever no longer waits for the answer finds it under the request's key.
            let _ = sender.send(reply);
        }
    }

    /// How long nothing is due, at most [`LOOK_EVERY`].
    fn until_due(&self) -> Duration {
        let now = self.clock.now();
        next_deadline(&self.setup, &self.ahead.centre, now)
            .and_then(|(at, _)| Duration::try_from(at.duration_since(now)).ok())
            .map_or(LOOK_EVERY, |left| left.min(LOOK_EVERY))
    }

    /// One batch from the requests to the replies; raises `sequence` where others must look.
    fn work(&mut self, asks: Vec<Ask>) -> Vec<Reply> {
        let now = self.clock.now();
        if let Err(why) = self.ready_to_write(now) {
            return self.refuse(asks, &why);
        }
        let due_view = self.view_due(now);
        let mut batch = Batch::default();
        self.what_time_brings(now, &mut batch);
        let mut looked_at = due_view;
        for ask in asks {
            match ask {
                Ask::Command {
                    actor,
                    command,
                    key,
                    reply,
                } => {
                    let answer = self.command(now, &mut batch, actor, &command, key);
                    batch.replies.push((reply, answer));
                }
                Ask::Access {
                    actor,
                    event,
                    reply,
                } => {
                    let answer = self.access(now, &mut batch, actor, event);
                    batch.replies.push((reply, answer));
                }
                Ask::Quality {
                    actor,
                    event,
                    key,
                    reply,
                } => {
                    let answer = self.quality(now, &mut batch, actor, event, key);
                    batch.replies.push((reply, answer));
                }
                Ask::Redacted { redaction, reply } => {
                    let fact = Fact::Redacted(redaction);
                    let record = self.record(now, None, Actor::Rinda, fact);
                    self.ahead.apply(&record);
                    batch.records.push(record.clone());
                    let done = Done {
                        records: vec![record],
                        repeated: false,
                    };
                    batch.replies.push((reply, Ok(done)));
                }
                Ask::Device(report) => {
                    looked_at |= self.device(now, report);
                }
                Ask::Alive { reply } => {
                    let nothing = Done {
                        records: Vec::new(),
                        repeated: false,
                    };
                    batch.replies.push((reply, Ok(nothing)));
                }
            }
        }
        if !batch.records.is_empty() {
            if let Err(why) = self.write(&mut batch) {
                return self.take_back(batch, &why);
            }
            looked_at = true;
        }
        if looked_at {
            self.sequence += 1;
        }
        batch.replies
    }

    /// Events of start-up, of a stepped clock and of passing time.
    fn what_time_brings(&mut self, now: Timestamp, batch: &mut Batch) {
        if let Some(by) = self.clock.step() {
            tracing::warn!(seconds = by.as_secs(), "the wall clock was stepped");
            self.stepped_by += by;
            self.raise(Alert {
                kind: "clock".to_owned(),
                text: format!(
                    "Pulkstenis pārlēca par {} s. Pārbaudiet laiku.",
                    by.as_secs()
                ),
                since: now,
                urgent: false,
            });
        }
        if !self.stepped_by.is_zero() {
            let by_ms = i64::try_from(self.stepped_by.as_millis()).unwrap_or(0);
            let stepped = Event::ClockStepped { by_ms };
            self.happen(now, batch, None, Actor::Rinda, stepped);
        }
        if !self.started {
            for event in on_start(&self.setup, &self.ahead.centre, &self.version) {
                self.happen(now, batch, None, Actor::Rinda, event);
            }
        }
        loop {
            let due = expire(&self.setup, &self.ahead.centre, now);
            if due.is_empty() {
                break;
            }
            for event in due {
                let new_day = matches!(event, Event::DayBegan { .. });
                self.happen(now, batch, None, Actor::Rinda, event);
                if new_day {
                    // Start-up reads from the newest snapshot, so it stays short over the years.
                    let snapshot = snapshot_record(&self.ahead, now);
                    self.ahead.apply(&snapshot);
                    batch.records.push(snapshot);
                }
            }
        }
    }

    fn command(
        &mut self,
        now: Timestamp,
        batch: &mut Batch,
        actor: Actor,
        command: &Command,
        key: Option<String>,
    ) -> Result<Done, EngineError> {
        let mark = key.map(|key| RequestMark {
            key,
            fingerprint: fingerprint(command),
        });
        if let Some(done) = self.answered(mark.as_ref())? {
            return Ok(done);
        }
        let moment = Moment {
            now,
            setup: &self.setup,
            outlook: self.around.outlook.as_deref(),
            track: &new_track(),
            keyed: mark.is_some(),
        };
        let events =
            decide(&self.ahead.centre, &moment, &actor, command).map_err(EngineError::Rejected)?;
        if let (Some(mark), false) = (&mark, events.is_empty()) {
            batch.new_keys.push(mark.key.clone());
        }
        let records = events
            .into_iter()
            .map(|event| self.happen(now, batch, mark.clone(), actor.clone(), event))
            .collect();
        Ok(Done {
            records,
            repeated: false,
        })
    }

    /// What this request led to before, where it is a repeat.
    fn answered(&self, mark: Option<&RequestMark>) -> Result<Option<Done>, EngineError> {
        let Some(mark) = mark else { return Ok(None) };
        match self.ahead.answers.get(&mark.key) {
            None => Ok(None),
            Some(answer) if answer.fingerprint == mark.fingerprint => Ok(Some(Done {
                records: answer.records.clone(),
                repeated: true,
            })),
            Some(_) => Err(EngineError::KeyReused),
        }
    }

    fn quality(
        &mut self,
        now: Timestamp,
        batch: &mut Batch,
        actor: Actor,
        event: QualityEvent,
        key: Option<String>,
    ) -> Result<Done, EngineError> {
        let mark = key.map(|key| RequestMark {
            key,
            fingerprint: hash_of(&event),
        });
        if let Some(done) = self.answered(mark.as_ref())? {
            return Ok(done);
        }
        let tz = &self.setup.timezone;
        self.ahead.quality.check(now, tz, &event)?;
        if let Some(mark) = &mark {
            batch.new_keys.push(mark.key.clone());
        }
        let record = self.record(now, mark, actor, Fact::Quality(event));
        self.ahead.apply(&record);
        batch.records.push(record.clone());
        Ok(Done {
            records: vec![record],
            repeated: false,
        })
    }

    fn access(
        &mut self,
        now: Timestamp,
        batch: &mut Batch,
        actor: Actor,
        event: AccessEvent,
    ) -> Result<Done, EngineError> {
        self.ahead.register.check(&event)?;
        let record = self.record(now, None, actor, Fact::Access(event));
        self.ahead.apply(&record);
        batch.access = true;
        batch.records.push(record.clone());
        Ok(Done {
            records: vec![record],
            repeated: false,
        })
    }

    /// One event of the queue: applied to what the batch has led to, and its figures taken.
    fn happen(
        &mut self,
        now: Timestamp,
        batch: &mut Batch,
        mark: Option<RequestMark>,
        actor: Actor,
        event: Event,
    ) -> Record {
        let happened = Happened {
            seq: self.ahead.seq + 1,
            at: now,
            event: event.clone(),
        };
        if matches!(event, Event::DayBegan { .. } | Event::ClockStepped { .. }) {
            let answers = &self.ahead.answers;
            batch.answers_before.get_or_insert_with(|| answers.clone());
        }
        let pending = Pending::begin(&self.ahead.centre, &happened, &self.setup.timezone);
        let record = self.record(now, mark, actor, Fact::Queue(event));
        self.ahead.apply(&record);
        batch.changes.push(pending.complete(&self.ahead.centre));
        batch.records.push(record.clone());
        record
    }

    fn record(
        &self,
        at: Timestamp,
        request: Option<RequestMark>,
        actor: Actor,
        fact: Fact,
    ) -> Record {
        Record {
            seq: self.ahead.seq + 1,
            at,
            actor,
            request,
            fact,
        }
    }

    /// Makes the batch durable and visible.
    fn write(&mut self, batch: &mut Batch) -> Result<(), String> {
        self.journal.append(&batch.records).map_err(|error| {
            tracing::error!(error = &error as &dyn std::error::Error, "journal");
            chain(&error)
        })?;
        self.started = true;
        self.stepped_by = SignedDuration::ZERO;
        self.durable = Arc::new(without_answers(&self.ahead));
        let around = Arc::make_mut(&mut self.around);
        if batch.access {
            let known = std::mem::take(&mut around.displays);
            around.displays = around::displays_of(&self.durable, known, self.clock.now());
        }
        self.count(&batch.changes);
        self.tell(&batch.records);
        Ok(())
    }

    /// Passes durable records on to those who read them all; nobody may be there.
    fn tell(&self, records: &[Record]) {
        if self.followed.receiver_count() > 0 {
            let _ = self.followed.send(records.into());
        }
    }

    /// Brings the metrics up to what is durable.
    fn count(&mut self, changes: &[Change]) {
        let Some(metrics) = &self.metrics else { return };
        if let Err(error) = metrics.apply(changes, self.ahead.seq) {
            // The journal has it all; figures are made anew from it at the next start.
            tracing::error!(error = &error as &dyn std::error::Error, "metrics");
            self.metrics = None;
            self.raise(Alert {
                kind: "metrics".to_owned(),
                text: "Rādītāju krātuve nestrādā. Pārstartējiet Rindu: tā tos atjaunos.".to_owned(),
                since: self.clock.now(),
                urgent: false,
            });
        }
    }

    /// Reopens a journal that refused a batch, and turns the quarter where it is due.
    fn ready_to_write(&mut self, now: Timestamp) -> Result<(), String> {
        if self.journal.broken().is_some() {
            self.journal.reopen().map_err(|error| chain(&error))?;
            tracing::info!("the journal takes records again");
            self.storage_error = None;
            Arc::make_mut(&mut self.around).journal_fails = false;
            self.clear("storage");
            self.sequence += 1;
        }
        if !self.journal.rotation_due(now) {
            return Ok(());
        }
        let rotated = self
            .journal
            .rotate(now, &self.ahead)
            .map_err(|error| chain(&error))?;
        for record in &rotated.records {
            self.ahead.apply(record);
        }
        self.durable = Arc::new(without_answers(&self.ahead));
        self.count(&[]);
        if let Some(error) = rotated.unpacked {
            tracing::warn!(%error, "the closed quarter could not be packed yet");
        }
        Ok(())
    }

    /// The disk refused the batch: back to what is on it.
    fn take_back(&mut self, batch: Batch, why: &str) -> Vec<Reply> {
        self.ahead.seq = self.durable.seq;
        self.ahead.centre = self.durable.centre.clone();
        self.ahead.register = self.durable.register.clone();
        self.ahead.quality = self.durable.quality.clone();
        if let Some(answers) = batch.answers_before {
            self.ahead.answers = answers;
        }
        for key in &batch.new_keys {
            self.ahead.answers.remove(key);
        }
        self.storage_fails(why);
        batch
            .replies
            .into_iter()
            .map(|(sender, _)| (sender, Err(EngineError::Storage(why.to_owned()))))
            .collect()
    }

    fn refuse(&mut self, asks: Vec<Ask>, why: &str) -> Vec<Reply> {
        self.storage_fails(why);
        let now = self.clock.now();
        let mut replies = Vec::new();
        for ask in asks {
            match ask {
                Ask::Command { reply, .. }
                | Ask::Access { reply, .. }
                | Ask::Quality { reply, .. }
                | Ask::Redacted { reply, .. }
                | Ask::Alive { reply } => {
                    replies.push((reply, Err(EngineError::Storage(why.to_owned()))));
                }
                Ask::Device(report) => {
                    self.device(now, report);
                }
            }
        }
        replies
    }

    fn storage_fails(&mut self, why: &str) {
        if self.storage_error.as_deref() == Some(why) {
            return;
        }
        self.storage_error = Some(why.to_owned());
        Arc::make_mut(&mut self.around).journal_fails = true;
        let since = self.clock.now();
        self.raise(Alert {
            kind: "storage".to_owned(),
            text: "Žurnālu nevar ierakstīt: biļetes netiek izsniegtas. Atbrīvojiet vietu diskā."
                .to_owned(),
            since,
            urgent: true,
        });
        self.sequence += 1;
    }

    fn device(&mut self, now: Timestamp, report: DeviceReport) -> bool {
        around::hear(Arc::make_mut(&mut self.around), report, now)
    }

    fn raise(&mut self, alert: Alert) {
        around::raise(Arc::make_mut(&mut self.around), alert);
    }

    fn clear(&mut self, kind: &str) {
        around::clear(Arc::make_mut(&mut self.around), kind);
    }

    /// Whether time alone changed the views since the last publication: opening hours, or a
    /// display that has been away for long enough to be told.
    fn view_due(&self, now: Timestamp) -> bool {
        let tz = &self.setup.timezone;
        self.ahead
            .centre
            .calendar(&self.setup)
            .next_change(self.shown_at, tz)
            .is_some_and(|change| change <= now)
            || displays::told_between(&self.around.displays, self.shown_at, now)
            || self.around.forgotten_between(self.shown_at, now)
            || appointment_due(&self.ahead.centre, self.shown_at).is_some_and(|at| at <= now)
    }

    fn picture(&mut self) -> Arc<Published> {
        let at = self.clock.now();
        self.shown_at = at;
        let centre = &self.durable.centre;
        figures::keep_days_like(
            &mut self.around,
            self.metrics.as_deref(),
            &self.setup,
            centre,
        );
        around::keep_notice(
            &mut self.around,
            &self.durable.quality,
            self.setup.date_of(at),
        );
        around::keep_incidents(&mut self.around, &self.durable.quality);
        Arc::new(Published {
            sequence: self.sequence,
            at,
            setup: self.setup.clone(),
            state: self.durable.clone(),
            around: self.around.clone(),
            storage_error: self.storage_error.clone(),
            envelopes: Envelopes::default(),
        })
    }
}

fn without_answers(state: &State) -> State {
    State {
        seq: state.seq,
        centre: state.centre.clone(),
        register: state.register.clone(),
        quality: state.quality.clone(),
        answers: BTreeMap::new(),
    }
}
