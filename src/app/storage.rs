//! Opens journal and metrics, and turns whatever was wrong with them into alerts.

use std::fs::File;
use std::io;
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context as _, Result};
use jiff::Timestamp;

use super::studies;
use crate::codes;
use crate::journal::Journal;
use crate::journal::state::State;
use crate::metrics::Metrics;
use crate::progress::Bar;
use crate::queue::setup::Setup;
use crate::queue::view::Alert;

/// Why a backup has no keys of codes.
const KEYS_STAY: &str = "left out appointment-keys.json: its keys are destroyed with their dates, \
and a copy would outlast them; after a restore staff issue the tickets of visits booked before";

/// What start-up found on disk.
pub struct Storage {
    /// The journal, open for writing.
    pub journal: Journal,
    /// The state after its last record.
    pub state: State,
    /// The metrics; absent where even new ones cannot be made.
    pub metrics: Option<Arc<Metrics>>,
    /// What a person must know.
    pub alerts: Vec<Alert>,
}

/// Opens a data directory, making it if need be.
///
/// # Errors
/// Where another daemon holds it or it cannot be used at all. Damage is no error.
pub fn open(data: &Path, setup: &Setup, now: Timestamp) -> Result<Storage> {
    make_private(data)?;
    let bar = Bar::new("journal");
    let (journal, opened) = Journal::open(data, setup.timezone.clone(), &mut |done, total| {
        bar.show(done, total);
    })
    .context("the journal does not open")?;
    drop(bar);
    let mut alerts: Vec<Alert> = Vec::new();
    if !opened.damage.is_empty() {
        for damage in &opened.damage {
            tracing::error!(%damage, "journal");
        }
        alerts.push(Alert {
            kind: "recovery".to_owned(),
            text: format!(
                "Žurnālā atrasti bojājumi ({}). Bojātais nolikts malā; skatiet sistēmas žurnālu un palaidiet „rinda verify”.",
                opened.damage.len()
            ),
            since: now,
            urgent: true,
        });
    }
    let bar = Bar::new("metrics");
    let metrics = Metrics::open(
        data,
        &setup.timezone,
        opened.last_seq,
        now,
        &mut |done, total| bar.show(done, total),
    );
    drop(bar);
    let metrics = match metrics {
        Ok((metrics, told)) => {
            if let Some((path, why)) = told.set_aside {
                tracing::warn!(path = %path.display(), why, "metrics were made anew");
            }
            if told.lost_by_journal > 0 {
                tracing::error!(
                    records = told.lost_by_journal,
                    "the journal has lost records that were acknowledged"
                );
                alerts.push(lost(told.lost_by_journal, now));
            }
            Some(Arc::new(metrics))
        }
        Err(error) => {
            tracing::error!(error = &error as &dyn std::error::Error, "metrics");
            alerts.push(Alert {
                kind: "metrics".to_owned(),
                text: "Rādītāju krātuvi nevar atvērt: pārskati nav pieejami. Biļetes strādā."
                    .to_owned(),
                since: now,
                urgent: false,
            });
            None
        }
    };
    Ok(Storage {
        journal,
        state: opened.state,
        metrics,
        alerts,
    })
}

/// Copies what a backup needs beside the journal, and says what of the rest it has and why not.
///
/// # Errors
/// Where something cannot be copied.
pub fn back_up_rest(data: &Path, to: &Path) -> Result<Vec<&'static str>> {
    let mut said = Vec::new();
    let copied = studies::back_up_history(data, to);
    if copied.with_context(|| format!("cannot copy the history into {}", to.display()))? {
        said.push("copied history.json, from which the forecast began");
    }
    if data.join(codes::KEYS_FILE).exists() {
        said.push(KEYS_STAY);
    }
    Ok(said)
}

fn lost(records: u64, now: Timestamp) -> Alert {
    Alert {
        kind: "recovery".to_owned(),
        text: format!(
            "Žurnālam trūkst {records} apstiprinātu ierakstu. Atjaunojiet to no rezerves kopijas."
        ),
        since: now,
        urgent: true,
    }
}

/// Makes the data directory so that only its owner can look into it. Its name outlasts a power
/// cut, like what is written below it.
///
/// # Errors
/// Where it cannot be made.
pub fn make_private(data: &Path) -> Result<()> {
    make_durable(data).with_context(|| format!("cannot make the data directory {}", data.display()))
}

fn make_durable(dir: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt as _;
    if dir.is_dir() {
        return Ok(());
    }
    let parent = match dir.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        Some(_) | None => Path::new("."),
    };
    make_durable(parent)?;
    std::fs::DirBuilder::new().mode(0o700).create(dir)?;
    File::open(parent)?.sync_all()
}
