//! How everybody else talks to the engine.

use std::sync::Arc;

use tokio::sync::{broadcast, mpsc, oneshot, watch};

use super::published::Published;
use crate::access::{AccessEvent, AccessRejection};
use crate::journal::record::{Record, Redaction};
use crate::quality::{QualityEvent, QualityRejection};
use crate::queue::command::{Actor, Command};
use crate::queue::displays::Connected;
use crate::queue::forecast::outlook::Outlook;
use crate::queue::rejection::Rejection;
use crate::queue::view::{Alert, BoardLink, MonitorState, PrinterState};

/// Requests that may wait for the engine; one more is answered [`EngineError::Overloaded`].
pub const ASKS_MAX: usize = 1024;

/// Batches of records kept for whoever reads them all; who is slower reads on in the journal.
pub const FOLLOWED_MAX: usize = 256;

/// What was done.
#[derive(Debug, Clone, PartialEq)]
pub struct Done {
    /// The facts it led to, durable; none where there was nothing to do.
    pub records: Vec<Record>,
    /// The request was answered before under this key; nothing happened now.
    pub repeated: bool,
}

/// Why nothing was done.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// The centre's rules refuse it.
    #[error("refused: {}", .0.code())]
    Rejected(Rejection),
    /// The register of accounts and devices refuses it.
    #[error(transparent)]
    Access(#[from] AccessRejection),
    /// What is kept of the quality of service refuses it.
    #[error(transparent)]
    Quality(#[from] QualityRejection),
    /// The key was used for another request.
    #[error("this idempotency key was used for another request: use a new key")]
    KeyReused,
    /// Too many requests wait.
    #[error("too many requests are waiting: try again")]
    Overloaded,
    /// The journal cannot be written; nothing was acknowledged.
    #[error("the journal cannot be written, so nothing was done: {0}")]
    Storage(String),
    /// The daemon is stopping.
    #[error("the daemon is stopping")]
    Stopped,
}

/// What devices tell of themselves; not kept, only shown.
#[derive(Debug, Clone, PartialEq)]
pub enum DeviceReport {
    /// A printer's state.
    Printer {
        /// Kiosk.
        kiosk: String,
        /// State.
        state: PrinterState,
    },
    /// A button board's link.
    Board {
        /// Kiosk.
        kiosk: String,
        /// State.
        link: BoardLink,
    },
    /// One connection of a display tells of itself, or has ended.
    Display {
        /// Name of its device key.
        device: String,
        /// The connection.
        connection: u64,
        /// How it is; absent where it has ended.
        says: Option<Connected>,
    },
    /// The monitor was switched, or does not let itself be.
    Monitor {
        /// State.
        state: MonitorState,
    },
    /// An alert begins, replacing one of the same kind.
    Raise(Alert),
    /// The alert of this kind ends.
    Clear {
        /// Its kind.
        kind: String,
    },
    /// Whether sentences can be spoken.
    Voice {
        /// They can.
        ready: bool,
    },
    /// A new forecast, of which the pages show what differs enough.
    Outlook(Arc<Outlook>),
}

/// One thing for the engine to do.
#[derive(Debug)]
pub(super) enum Ask {
    /// A command to the queue.
    Command {
        actor: Actor,
        command: Command,
        key: Option<String>,
        reply: oneshot::Sender<Result<Done, EngineError>>,
    },
    /// A change of accounts, devices or sessions.
    Access {
        actor: Actor,
        event: AccessEvent,
        reply: oneshot::Sender<Result<Done, EngineError>>,
    },
    /// A change of what is kept of the quality of service.
    Quality {
        actor: Actor,
        event: QualityEvent,
        key: Option<String>,
        reply: oneshot::Sender<Result<Done, EngineError>>,
    },
    /// Fields of a closed quarter are being cleared.
    Redacted {
        redaction: Redaction,
        reply: oneshot::Sender<Result<Done, EngineError>>,
    },
    /// A device's report.
    Device(DeviceReport),
    /// Whether the engine's thread gets on.
    Alive {
        reply: oneshot::Sender<Result<Done, EngineError>>,
    },
}

/// A handle to the running engine. Cheap to clone.
#[derive(Debug, Clone)]
pub struct EngineHandle {
    pub(super) asks: mpsc::Sender<Ask>,
    pub(super) published: watch::Receiver<Arc<Published>>,
    pub(super) followed: broadcast::Sender<Arc<[Record]>>,
}

impl EngineHandle {
    /// Asks the centre for something. When this returns `Ok`, what was done is on disk.
    ///
    /// With a `key`, a repeat of the same request gets the first result and does nothing again.
    ///
    /// # Errors
    /// See [`EngineError`]; nothing has happened then.
    pub async fn submit(
        &self,
        actor: Actor,
        command: Command,
        key: Option<String>,
    ) -> Result<Done, EngineError> {
        let (reply, answer) = oneshot::channel();
        self.ask(Ask::Command {
            actor,
            command,
            key,
            reply,
        })?;
        answer.await.map_err(|_| EngineError::Stopped)?
    }

    /// Changes accounts, devices or sessions.
    ///
    /// # Errors
    /// See [`EngineError`]; nothing has happened then.
    pub async fn change_access(
        &self,
        actor: Actor,
        event: AccessEvent,
    ) -> Result<Done, EngineError> {
        let (reply, answer) = oneshot::channel();
        self.ask(Ask::Access {
            actor,
            event,
            reply,
        })?;
        answer.await.map_err(|_| EngineError::Stopped)?
    }

    /// Keeps something of the quality of service; `key` as in [`EngineHandle::submit`].
    ///
    /// # Errors
    /// See [`EngineError`]; nothing has happened then.
    pub async fn keep_quality(
        &self,
        actor: Actor,
        event: QualityEvent,
        key: Option<String>,
    ) -> Result<Done, EngineError> {
        let (reply, answer) = oneshot::channel();
        self.ask(Ask::Quality {
            actor,
            event,
            key,
            reply,
        })?;
        answer.await.map_err(|_| EngineError::Stopped)?
    }

    /// Keeps in the journal what is cleared in a closed quarter's file and what the file hashes to
    /// from now on.
    ///
    /// # Errors
    /// See [`EngineError`]; nothing has happened then.
    pub async fn keep_redaction(&self, redaction: Redaction) -> Result<Done, EngineError> {
        let (reply, answer) = oneshot::channel();
        self.ask(Ask::Redacted { redaction, reply })?;
        answer.await.map_err(|_| EngineError::Stopped)?
    }

    /// Passes on what a device tells of itself. Waits for room: a state must not be lost.
    pub async fn report(&self, report: DeviceReport) {
        // A stopped engine needs no reports.
        let _ = self.asks.send(Ask::Device(report)).await;
    }

    /// Returns once the engine has come round to this question: proof that its thread gets on.
    ///
    /// # Errors
    /// [`EngineError::Stopped`] where it has ended.
    pub async fn alive(&self) -> Result<(), EngineError> {
        let (reply, answer) = oneshot::channel();
        let asked = self.asks.send(Ask::Alive { reply }).await;
        asked.map_err(|_| EngineError::Stopped)?;
        match answer.await {
            // A disk that takes nothing is told elsewhere; the thread gets on all the same.
            Ok(Ok(_) | Err(EngineError::Storage(_))) => Ok(()),
            Ok(Err(error)) => Err(error),
            Err(_) => Err(EngineError::Stopped),
        }
    }

    /// The newest published state.
    pub fn published(&self) -> Arc<Published> {
        self.published.borrow().clone()
    }

    /// Follows the published state.
    pub fn subscribe(&self) -> watch::Receiver<Arc<Published>> {
        self.published.clone()
    }

    /// Every batch of records from now on, in order, once it is on disk. Whoever is more than
    /// [`FOLLOWED_MAX`] batches behind misses some and finds them in the journal; the engine never
    /// waits.
    pub fn follow(&self) -> broadcast::Receiver<Arc<[Record]>> {
        self.followed.subscribe()
    }

    fn ask(&self, ask: Ask) -> Result<(), EngineError> {
        self.asks.try_send(ask).map_err(|error| match error {
            mpsc::error::TrySendError::Full(_) => EngineError::Overloaded,
            mpsc::error::TrySendError::Closed(_) => EngineError::Stopped,
        })
    }
}
