//! The forecaster: a thread that follows every record beside the engine's loop and hands it an
//! outlook when something has happened.
//!
//! The engine never waits for it. A forecaster that is too slow misses batches, notices the gap in
//! their sequence and reads on in the journal.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, Result};
use jiff::{SignedDuration, Timestamp};
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::oneshot;
use tokio_util::sync::CancellationToken;

use super::studies::{self, History, Studies, follow, read_up_to};
use crate::clock::Clock;
use crate::engine::handle::{DeviceReport, EngineHandle};
use crate::journal::record::Record;
use crate::metrics::{KeptLearned, Metrics};
use crate::queue::command::Actor;
use crate::queue::forecast::closing::Closing;
use crate::queue::forecast::follow::REPLICATIONS;
use crate::queue::forecast::following::Following;
use crate::queue::forecast::outlook::Outlook;
use crate::queue::setup::Setup;

/// Between two outlooks at least, so that a burst of events costs one.
const REST: Duration = Duration::from_millis(200);

/// Waits change with time alone: while a desk is open there is an outlook this often.
const LOOK_EVERY: Duration = Duration::from_secs(10);

/// Closing is looked at this often: it takes several runs, and nothing of it is decided in seconds.
const CLOSING_EVERY: SignedDuration = SignedDuration::from_secs(15);

/// What is learned is kept this often, and at the end. What a crash takes is read from the journal.
const KEEP_EVERY: SignedDuration = SignedDuration::from_mins(5);

/// The daemon starts without an outlook that takes longer than this.
const FIRST_OUTLOOK_MAX: Duration = Duration::from_secs(5);

/// What the forecaster works with.
#[derive(Debug)]
pub struct Parts {
    /// The engine it follows and reports to.
    pub engine: EngineHandle,
    /// The set-up.
    pub setup: Arc<Setup>,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// Where the journal is.
    pub data: PathBuf,
    /// Where what is learned is kept; without it, it is learned anew at each start.
    pub metrics: Option<Arc<Metrics>>,
}

/// Starts the forecaster and returns once the engine has its first outlook, or it is not to be
/// waited for any longer.
///
/// # Errors
/// Where the system gives no thread.
pub async fn start(parts: Parts, stop: CancellationToken) -> Result<std::thread::JoinHandle<()>> {
    let (told, first) = oneshot::channel();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .context("the forecaster gets no runtime")?;
    let thread = std::thread::Builder::new()
        .name("forecaster".to_owned())
        .spawn(move || {
            let forecaster = Forecaster::begin(parts, stop);
            runtime.block_on(forecaster.run(told));
        })
        .context("the forecaster gets no thread")?;
    if tokio::time::timeout(FIRST_OUTLOOK_MAX, first)
        .await
        .is_err()
    {
        tracing::warn!("the first forecast takes long; waits are promised once it is there");
    }
    Ok(thread)
}

struct Forecaster {
    parts: Parts,
    stop: CancellationToken,
    records: Receiver<Arc<[Record]>>,
    following: Following,
    /// What another system's history taught.
    history: Option<History>,
    /// Somebody reads what was missed while the daemon was away, to be taken over.
    studied: Option<oneshot::Receiver<Following>>,
    /// What the engine was given last, as pages show it.
    shown: Option<Arc<Outlook>>,
    /// When and up to which record what was learned was kept.
    kept: (Timestamp, u64),
}

impl Forecaster {
    fn begin(parts: Parts, stop: CancellationToken) -> Self {
        // Before the state is read, so that no record falls between the two.
        let records = parts.engine.follow();
        let state = parts.engine.published().state.clone();
        let now = parts.clock.now();
        let history = studies::history(&parts.data);
        let metrics = parts.metrics.as_deref();
        let kept = metrics.and_then(|m| studies::kept(m, history.as_ref(), state.seq));
        let learned = match (&kept, &history) {
            (Some(kept), _) => Some(kept.learned.clone()),
            (None, Some(history)) => Some(history.learned.clone()),
            (None, None) => None,
        };
        let (setup, centre) = (parts.setup.clone(), state.centre.clone());
        let following = Following::begin(setup, centre, state.seq, now, learned);
        let mut forecaster = Self {
            following,
            parts,
            stop,
            records,
            history,
            studied: None,
            shown: None,
            kept: (now, 0),
        };
        forecaster.study(kept, state.seq, now);
        forecaster
    }

    /// Has what was missed read beside the forecasts.
    fn study(&mut self, kept: Option<KeptLearned>, last_seq: u64, now: Timestamp) {
        if kept.as_ref().is_some_and(|kept| kept.seq == last_seq) {
            return;
        }
        let studies = Studies {
            data: self.parts.data.clone(),
            setup: self.parts.setup.clone(),
            last_seq,
            now,
            stop: self.stop.clone(),
        };
        let history = self.history.as_ref().map(|history| history.learned.clone());
        let (send, studied) = oneshot::channel();
        let spawned = std::thread::Builder::new()
            .name("studies".to_owned())
            .spawn(move || match studies.read(kept, history) {
                // Nobody waits for it any more where the daemon is stopping.
                Ok(Some(following)) => drop(send.send(following)),
                Ok(None) => {}
                Err(error) => tracing::warn!(%error, "the forecaster cannot read the journal"),
            });
        match spawned {
            Ok(_) => self.studied = Some(studied),
            Err(error) => tracing::warn!(%error, "the forecaster cannot learn from the journal"),
        }
    }

    async fn run(mut self, told: oneshot::Sender<()>) {
        self.look().await;
        // Whoever waits no longer has started without.
        let _ = told.send(());
        while self.turn().await {}
        self.keep();
    }

    /// Waits for something, takes it in and looks ahead; false where it is time to end.
    async fn turn(&mut self) -> bool {
        tokio::select! {
            biased;
            () = self.stop.cancelled() => return false,
            received = self.records.recv() => match received {
                Ok(records) => self.take(&records),
                Err(RecvError::Lagged(batches)) => {
                    tracing::info!(batches, "the forecaster reads on in the journal");
                    return true;
                }
                Err(RecvError::Closed) => return false,
            },
            following = studied(&mut self.studied) => self.adopt(following),
            () = tokio::time::sleep(LOOK_EVERY) => {
                if !self.following.is_busy() {
                    return true;
                }
            }
        }
        while let Ok(records) = self.records.try_recv() {
            self.take(&records);
        }
        self.look().await;
        if self.parts.clock.now() >= self.kept.0 + KEEP_EVERY {
            self.keep();
        }
        tokio::select! {
            () = self.stop.cancelled() => false,
            () = tokio::time::sleep(REST) => true,
        }
    }

    /// Makes an outlook and hands it to the engine.
    async fn look(&mut self) {
        let now = self.parts.clock.now();
        let mut outlook = self.following.outlook(now, REPLICATIONS);
        let before = self.shown.as_ref().and_then(|shown| shown.closing.clone());
        let (closing, is_new) = match before {
            Some(before) if now.duration_since(before.made_at) < CLOSING_EVERY => {
                (Some(before), false)
            }
            before => (self.following.closing(now, before.as_ref()), true),
        };
        outlook.closing = closing.clone();
        let outlook = Arc::new(outlook.after(self.shown.as_deref()));
        self.shown = Some(outlook.clone());
        let report = DeviceReport::Outlook(outlook);
        self.parts.engine.report(report).await;
        if let Some(closing) = closing.filter(|_| is_new) {
            self.stop_services(&closing).await;
        }
    }

    /// Stops and releases services, where the centre is configured so.
    async fn stop_services(&self, closing: &Closing) {
        for command in self.following.stops_due(closing) {
            if let Err(error) = self.parts.engine.submit(Actor::Rinda, command, None).await {
                tracing::debug!(%error, "a service is not stopped or released");
            }
        }
    }

    /// Takes a batch in, and before it what was missed.
    fn take(&mut self, records: &[Record]) {
        if let Some(first) = records.first()
            && first.seq > self.following.seq() + 1
        {
            read_up_to(&mut self.following, &self.parts.data, first.seq - 1);
        }
        for record in records {
            follow(&mut self.following, record);
        }
    }

    /// Takes over what was learned from the journal, brought up to now.
    fn adopt(&mut self, studied: Option<Following>) {
        let Some(mut studied) = studied else {
            return;
        };
        let missed = self.following.seq();
        if studied.seq() < missed {
            read_up_to(&mut studied, &self.parts.data, missed);
        }
        tracing::info!(
            records = studied.seq(),
            "the forecaster has learned from the journal"
        );
        self.following = studied;
        self.keep();
    }

    /// Keeps what was learned, unless it still misses what is being read.
    fn keep(&mut self) {
        let seq = self.following.seq();
        let Some(metrics) = self.parts.metrics.as_ref() else {
            return;
        };
        if self.studied.is_some() || seq == self.kept.1 {
            return;
        }
        let kept = KeptLearned {
            seq,
            history: self.history.as_ref().map(|history| history.id.clone()),
            learned: self.following.learned(),
        };
        match metrics.keep_learned(&kept) {
            Ok(()) => self.kept = (self.parts.clock.now(), seq),
            Err(error) => tracing::warn!(%error, "what the forecast learned cannot be kept"),
        }
    }
}

/// What was read meanwhile; never returns where nothing is being read.
async fn studied(waits: &mut Option<oneshot::Receiver<Following>>) -> Option<Following> {
    match waits {
        Some(studied) => {
            let following = studied.await.ok();
            *waits = None;
            following
        }
        None => std::future::pending().await,
    }
}

#[cfg(test)]
#[path = "forecasting_tests.rs"]
#[allow(clippy::unwrap_used, clippy::expect_used)]
mod tests;
