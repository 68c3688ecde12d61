//! The forecaster: a thread that follows every record beside the engine's loop and hands it an
//! outlook when something has happened.
//!
//! The engine never waits for it. A forecaster that is too slow misses batches, notices the gap in
//! their sequence and reads on in the journal.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, Result};
use jiff::SignedDuration;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::oneshot;
use tokio_util::sync::CancellationToken;

use crate::clock::Clock;
use crate::engine::handle::{DeviceReport, EngineHandle};
use crate::journal;
use crate::journal::record::{Fact, Record};
use crate::queue::command::Actor;
use crate::queue::event::Happened;
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
            let forecaster = Forecaster::begin(parts);
            runtime.block_on(async {
                tokio::select! {
                    () = stop.cancelled() => {}
                    () = forecaster.run(told) => {}
                }
            });
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
    records: Receiver<Arc<[Record]>>,
    following: Following,
    /// What the engine was given last, as pages show it.
    shown: Option<Arc<Outlook>>,
}

impl Forecaster {
    fn begin(parts: Parts) -> Self {
        // Before the state is read, so that no record falls between the two.
        let records = parts.engine.follow();
        let state = parts.engine.published().state.clone();
        let setup = parts.setup.clone();
        let now = parts.clock.now();
        Self {
            following: Following::begin(setup, state.centre.clone(), state.seq, now),
            parts,
            records,
            shown: None,
        }
    }

    async fn run(mut self, told: oneshot::Sender<()>) {
        self.look().await;
        // Whoever waits no longer has started without.
        let _ = told.send(());
        loop {
            tokio::select! {
                received = self.records.recv() => match received {
                    Ok(records) => self.take(&records),
                    Err(RecvError::Lagged(batches)) => {
                        tracing::info!(batches, "the forecaster reads on in the journal");
                        continue;
                    }
                    Err(RecvError::Closed) => return,
                },
                () = tokio::time::sleep(LOOK_EVERY) => {
                    if !self.following.is_busy() {
                        continue;
                    }
                }
            }
            while let Ok(records) = self.records.try_recv() {
                self.take(&records);
            }
            self.look().await;
            tokio::time::sleep(REST).await;
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
            self.read_up_to(first.seq - 1);
        }
        for record in records {
            follow(&mut self.following, record);
        }
    }

    /// Reads records that were missed from the journal.
    fn read_up_to(&mut self, last: u64) {
        let from = self.following.seq() + 1;
        match journal::read_from(&self.parts.data, from) {
            Ok(records) => {
                for record in records.flatten().take_while(|record| record.seq <= last) {
                    follow(&mut self.following, &record);
                }
            }
            Err(error) => tracing::warn!(%error, "the forecaster cannot read the journal"),
        }
    }
}

/// Takes in a record that was not before.
fn follow(following: &mut Following, record: &Record) {
    if record.seq <= following.seq() {
        return;
    }
    match &record.fact {
        Fact::Queue(event) => following.take(&Happened {
            seq: record.seq,
            at: record.at,
            event: event.clone(),
        }),
        Fact::Access(_) | Fact::Snapshot(_) | Fact::Sealed(_) => following.pass(record.seq),
    }
}
