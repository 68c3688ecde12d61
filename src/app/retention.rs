//! Clears fields of closed quarters whose time is over: every night, and whenever asked.
//!
//! Closed files are nobody else's, so this works beside the engine, which only keeps the record of
//! it.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context as _, Result, anyhow};
use jiff::Timestamp;
use jiff::civil::Date;
use tokio::runtime::Handle;
use tokio::sync::Mutex;

use crate::clock::Clock;
use crate::engine::handle::{DeviceReport, EngineHandle};
use crate::journal::record::Redaction;
use crate::journal::{self, Due, Progress};
use crate::metrics::{self, Metrics};
use crate::queue::retention::{FieldClass, Retention};
use crate::queue::setup::Setup;
use crate::queue::view::Alert;

/// Kind of the alert where something stays that should have gone.
const ALERT: &str = "retention";

/// Bytes of chance in a file written anew.
const SALT_BYTES: usize = 16;

/// One class in one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// The class.
    pub class: FieldClass,
    /// The quarter of the file.
    pub quarter: String,
    /// Lines in which there was something of it.
    pub lines: u64,
}

/// What was cleared, or would be.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// By file and class.
    pub rows: Vec<Row>,
    /// Why files stay as they are, although the time of something in them is over.
    pub refused: Vec<String>,
}

impl Outcome {
    fn add(&mut self, quarter: String, cleared: impl IntoIterator<Item = (FieldClass, u64)>) {
        let row = |(class, lines)| Row {
            class,
            quarter: quarter.clone(),
            lines,
        };
        self.rows.extend(cleared.into_iter().map(row));
    }

    /// As a table for a terminal.
    pub fn table(&self) -> String {
        let mut text = String::new();
        if self.rows.is_empty() {
            text.push_str("nothing is due");
        } else {
            // Writing to a string never fails.
            let _ = write!(text, "{:<12} {:<20} {:>9}", "class", "file", "lines");
        }
        for row in &self.rows {
            let file = format!("{}.ndjson.zst", row.quarter);
            let class = row.class.name();
            let _ = write!(text, "\n{class:<12} {file:<20} {:>9}", row.lines);
        }
        for why in &self.refused {
            let _ = write!(text, "\nnot cleared: {why}");
        }
        text
    }
}

/// Says what would be cleared, and writes nothing. May run beside the daemon.
///
/// # Errors
/// Where the journal cannot be listed.
pub fn count(
    data: &Path,
    retention: &Retention,
    today: Date,
    progress: Progress<'_>,
) -> Result<Outcome> {
    let mut outcome = Outcome::default();
    for due in list(data, retention, today)? {
        match due.count(progress) {
            Ok(cleared) => outcome.add(due.quarter().to_string(), cleared),
            Err(error) => outcome.refused.push(in_one_line(&error)),
        }
    }
    Ok(outcome)
}

/// Clears what is due, and what an earlier run left of it in the metrics. `keep` puts the record
/// into the running journal and returns once it is on the disk.
///
/// # Errors
/// Where the journal cannot be listed or takes no record, or the metrics fail. What was cleared by
/// then stays so, and the next run goes on.
pub fn clear(
    data: &Path,
    metrics: Option<&Metrics>,
    retention: &Retention,
    today: Date,
    keep: &mut dyn FnMut(Redaction) -> Result<()>,
    progress: Progress<'_>,
) -> Result<Outcome> {
    let mut outcome = Outcome::default();
    for due in list(data, retention, today)? {
        match due.prepare(salt()?, progress) {
            Ok(prepared) => {
                let redaction = prepared.redaction.clone();
                keep(redaction.clone())?;
                prepared.complete()?;
                tracing::info!(
                    quarter = redaction.quarter,
                    cleared = ?redaction.cleared,
                    "fields whose time is over were cleared"
                );
                outcome.add(redaction.quarter, redaction.cleared);
            }
            Err(error) => outcome.refused.push(in_one_line(&error)),
        }
    }
    for cleared in journal::cleared(data)? {
        cleared.remove_aside()?;
        if let Some(metrics) = metrics {
            metrics.redact(&cleared)?;
        }
    }
    metrics::remove_set_aside(data, |date| retention.over(date, today).next().is_some())?;
    Ok(outcome)
}

fn list(data: &Path, retention: &Retention, today: Date) -> Result<Vec<Due>> {
    journal::due(data, retention, today).context("the journal cannot be listed")
}

fn salt() -> Result<String> {
    let mut bytes = [0_u8; SALT_BYTES];
    getrandom::fill(&mut bytes).map_err(|_| anyhow!("the system gives no randomness"))?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

fn in_one_line(error: &dyn std::error::Error) -> String {
    match error.source() {
        Some(source) => format!("{error}: {source}"),
        None => error.to_string(),
    }
}

/// Clears beside a running engine.
pub struct Clearing {
    /// The data directory.
    pub data: PathBuf,
    /// How long what is kept.
    pub retention: Retention,
    /// For the date.
    pub setup: Arc<Setup>,
    /// For the date.
    pub clock: Arc<dyn Clock>,
    /// Takes the records.
    pub engine: EngineHandle,
    /// The rollups.
    pub metrics: Option<Arc<Metrics>>,
    /// One run at a time.
    pub running: Mutex<()>,
}

impl Clearing {
    /// Runs at the start and at each turn of the date, until it is dropped.
    pub async fn nightly(self: Arc<Self>) {
        let mut published = self.engine.subscribe();
        let mut done = None;
        loop {
            let date = published.borrow_and_update().state.centre.date;
            if date.is_some() && date != done {
                done = date;
                self.tell(self.clone().run().await).await;
            }
            if published.changed().await.is_err() {
                return;
            }
        }
    }

    /// Clears what is due now.
    ///
    /// # Errors
    /// As [`clear`].
    pub async fn run(self: Arc<Self>) -> Result<Outcome> {
        let _alone = self.running.lock().await;
        let (this, runtime) = (self.clone(), Handle::current());
        let work = move || {
            let today = this.setup.date_of(this.clock.now());
            let mut keep = |redaction| {
                let kept = runtime.block_on(this.engine.keep_redaction(redaction));
                kept.map(|_| ()).map_err(anyhow::Error::new)
            };
            let metrics = this.metrics.as_deref();
            let progress: Progress<'_> = &mut |_, _| {};
            clear(
                &this.data,
                metrics,
                &this.retention,
                today,
                &mut keep,
                progress,
            )
        };
        tokio::task::spawn_blocking(work).await?
    }

    async fn tell(&self, outcome: Result<Outcome>) {
        let why = match outcome {
            Ok(outcome) if outcome.refused.is_empty() => {
                let kind = ALERT.to_owned();
                return self.engine.report(DeviceReport::Clear { kind }).await;
            }
            Ok(outcome) => outcome.refused.join("; "),
            Err(error) => format!("{error:#}"),
        };
        tracing::error!(why, "fields whose time is over were not cleared");
        let alert = alert(self.clock.now());
        self.engine.report(DeviceReport::Raise(alert)).await;
    }
}

fn alert(since: Timestamp) -> Alert {
    Alert {
        kind: ALERT.to_owned(),
        text: "Datus, kuru glabāšanas termiņš ir beidzies, nevarēja dzēst. Palaidiet „rinda retention”: tā pateiks, kāpēc."
            .to_owned(),
        since,
        urgent: false,
    }
}
