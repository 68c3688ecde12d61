//! What the forecaster knows when it begins: what was kept, or what the journal and a history
//! brought from another system teach.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp, ToSpan as _};
use sha2::{Digest, Sha256};
use tokio_util::sync::CancellationToken;

use crate::journal;
use crate::journal::record::{Fact, Record};
use crate::journal::state::State;
use crate::metrics::{KeptLearned, Metrics};
use crate::queue::centre::Centre;
use crate::queue::event::{Event, Happened};
use crate::queue::forecast::following::Following;
use crate::queue::forecast::lessons::Learned;
use crate::queue::setup::Setup;

/// Where nothing was kept, this many days of the journal are learned from.
const STUDIED_DAYS: i32 = 60;

/// Promises are compared with waits on the last of them only: it costs a forecast a ticket.
const REHEARSED: SignedDuration = SignedDuration::from_hours(20 * 24);

/// Days between two lines in the log.
const TOLD_EVERY_DAYS: u32 = 10;

/// What another system's history taught, in the data directory.
const HISTORY: &str = "history.json";

/// What another system's history taught.
#[derive(Debug, Clone)]
pub struct History {
    /// Names what is in it.
    pub id: String,
    /// What was learned.
    pub learned: Learned,
}

/// The history brought along, if any. One that cannot be read is told in the log and left alone.
pub fn history(data: &Path) -> Option<History> {
    let path = history_path(data);
    let bytes = match fs::read(&path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return None,
        Err(error) => {
            tracing::warn!(%error, path = %path.display(), "the history cannot be read");
            return None;
        }
    };
    match serde_json::from_slice::<Learned>(&bytes) {
        Ok(learned) if learned.is_sound() => Some(History {
            id: id_of(&bytes),
            learned,
        }),
        Ok(_) | Err(_) => {
            let path = path.display();
            tracing::warn!(%path, "the history is damaged; bring it in again with `rinda forecast --learn`");
            None
        }
    }
}

/// Keeps what another system's history taught. The daemon begins from it at its next start.
///
/// # Errors
/// Where it cannot be written; what was there stays.
pub fn keep_history(data: &Path, learned: &Learned) -> io::Result<PathBuf> {
    let path = history_path(data);
    let bytes = serde_json::to_vec(learned).map_err(io::Error::other)?;
    let new = path.with_extension("json.new");
    fs::write(&new, bytes)?;
    fs::File::open(&new)?.sync_all()?;
    fs::rename(&new, &path)?;
    fs::File::open(data)?.sync_all()?;
    Ok(path)
}

/// Copies the history brought along into a backup; whether there is one. Unlike what was learned
/// here it is not in the journal.
///
/// # Errors
/// Where it cannot be copied.
pub fn back_up_history(data: &Path, to: &Path) -> io::Result<bool> {
    let copy = history_path(to);
    match fs::copy(history_path(data), &copy) {
        Ok(_) => {}
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
        Err(error) => return Err(error),
    }
    fs::File::open(&copy)?.sync_all()?;
    fs::File::open(to)?.sync_all()?;
    Ok(true)
}

fn history_path(data: &Path) -> PathBuf {
    data.join(HISTORY)
}

fn id_of(bytes: &[u8]) -> String {
    let digest = Sha256::digest(bytes);
    let hex = digest.iter().take(8).map(|byte| format!("{byte:02x}"));
    hex.collect()
}

/// What was kept and can be gone on with: of this journal, and from this history.
pub fn kept(metrics: &Metrics, history: Option<&History>, last_seq: u64) -> Option<KeptLearned> {
    let kept = match metrics.learned() {
        Ok(kept) => kept?,
        Err(error) => {
            tracing::warn!(%error, "what the forecast learned cannot be read");
            return None;
        }
    };
    let same = kept.history.as_ref() == history.map(|history| &history.id);
    (same && kept.seq <= last_seq && kept.learned.is_sound()).then_some(kept)
}

/// What is to be read.
pub struct Studies {
    /// Where the journal is.
    pub data: PathBuf,
    /// The set-up.
    pub setup: Arc<Setup>,
    /// The last record to read.
    pub last_seq: u64,
    /// Now.
    pub now: Timestamp,
    /// Ends it early.
    pub stop: CancellationToken,
}

impl Studies {
    /// Reads on from what was kept; without it, the last days of the journal on top of the history.
    ///
    /// # Errors
    /// Where the journal cannot be listed.
    pub fn read(
        &self,
        kept: Option<KeptLearned>,
        history: Option<Learned>,
    ) -> io::Result<Option<Following>> {
        match kept {
            Some(kept) => self.read_on(kept),
            None => self.read_last_days(history),
        }
    }

    fn read_on(&self, kept: KeptLearned) -> io::Result<Option<Following>> {
        let mut state = State::default();
        let records = journal::read_from_snapshot(&self.data, kept.seq)?;
        let mut kept = Some(kept);
        let mut following = None;
        for record in records
            .flatten()
            .take_while(|record| record.seq <= self.last_seq && !self.stop.is_cancelled())
        {
            match &mut following {
                Some(following) => follow(following, &record),
                None => {
                    state.apply(&record);
                    if let Some(kept) = kept.take_if(|kept| record.seq >= kept.seq) {
                        let centre = std::mem::take(&mut state.centre);
                        let learned = Some(kept.learned);
                        following = Some(self.begin(centre, record.seq, record.at, learned));
                    }
                }
            }
        }
        Ok(following)
    }

    fn read_last_days(&self, history: Option<Learned>) -> io::Result<Option<Following>> {
        let today = self.setup.date_of(self.now);
        let from = today.saturating_sub(STUDIED_DAYS.days());
        let until = today.tomorrow().unwrap_or(today);
        let mut history = Some(history);
        let mut following: Option<Following> = None;
        let mut days = 0;
        for record in journal::read_days(&self.data, &self.setup.timezone, from..until)?
            .flatten()
            .take_while(|record| record.seq <= self.last_seq && !self.stop.is_cancelled())
        {
            let Some(following) = &mut following else {
                // The journal begins here, or a day does with all that was before it.
                let centre = match &record.fact {
                    Fact::Snapshot(state) => Some(state.centre.clone()),
                    Fact::Queue(_)
                    | Fact::Access(_)
                    | Fact::Quality(_)
                    | Fact::Sealed(_)
                    | Fact::Redacted(_) => (record.seq == 1).then(Centre::default),
                };
                if let Some(centre) = centre
                    && let Some(history) = history.take()
                {
                    let first = centre == Centre::default();
                    let seq = if first { record.seq - 1 } else { record.seq };
                    let mut begun = self.begin(centre, seq, record.at, history);
                    follow(&mut begun, &record);
                    following = Some(begun);
                }
                continue;
            };
            follow(following, &record);
            if let Fact::Queue(Event::DayBegan { date, .. }) = &record.fact {
                days += 1;
                if days % TOLD_EVERY_DAYS == 0 {
                    tracing::info!(%date, "the forecaster learns from the journal");
                }
            }
            if let Fact::Queue(Event::TicketIssued { ticket, .. }) = &record.fact
                && record.at >= self.now - REHEARSED
            {
                following.rehearse(*ticket);
            }
        }
        Ok(following)
    }

    fn begin(
        &self,
        centre: Centre,
        seq: u64,
        at: Timestamp,
        learned: Option<Learned>,
    ) -> Following {
        Following::begin(self.setup.clone(), centre, seq, at, learned)
    }
}

/// Takes in a record that was not before.
pub fn follow(following: &mut Following, record: &Record) {
    if record.seq <= following.seq() {
        return;
    }
    match &record.fact {
        Fact::Queue(event) => following.take(&Happened {
            seq: record.seq,
            at: record.at,
            event: event.clone(),
        }),
        Fact::Access(_)
        | Fact::Quality(_)
        | Fact::Snapshot(_)
        | Fact::Sealed(_)
        | Fact::Redacted(_) => following.pass(record.seq),
    }
}

/// Reads the records after those taken in, up to `last`.
pub fn read_up_to(following: &mut Following, data: &Path, last: u64) {
    match journal::read_from(data, following.seq() + 1) {
        Ok(records) => {
            for record in records.flatten().take_while(|record| record.seq <= last) {
                follow(following, &record);
            }
        }
        Err(error) => tracing::warn!(%error, "the forecaster cannot read the journal"),
    }
}
