//! One consistent picture of the centre for all who look on.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, OnceLock};

use jiff::Timestamp;
use serde::Serialize;

use crate::journal::state::State;
use crate::queue::screens::{Scene, Surroundings};
use crate::queue::setup::Setup;
use crate::queue::ticket::DeskNumber;

/// Everything durable at some moment, and the devices around it. Views are made when first
/// asked for and shared by all who ask for the same one.
#[derive(Debug)]
pub struct Published {
    /// Rises by one with each publication since the daemon started.
    pub sequence: u64,
    /// When it was published.
    pub at: Timestamp,
    /// The set-up.
    pub setup: Arc<Setup>,
    /// Queue, register, answers: all of it durable.
    pub state: Arc<State>,
    /// Devices and alerts.
    pub around: Arc<Surroundings>,
    /// The journal cannot be written at the moment: why.
    pub storage_error: Option<String>,
    /// Envelopes made so far, by view.
    pub(super) envelopes: Envelopes,
}

#[derive(Debug, Default)]
pub(super) struct Envelopes {
    board: OnceLock<Arc<str>>,
    manager: OnceLock<Arc<str>>,
    unnamed: OnceLock<Arc<str>>,
    kiosks: Mutex<BTreeMap<String, Arc<str>>>,
    desks: Mutex<BTreeMap<DeskNumber, Arc<str>>>,
}

/// A live view.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ViewKind {
    /// A kiosk, by name.
    Kiosk(String),
    /// The waiting-room display.
    Board,
    /// A desk.
    Desk(DeskNumber),
    /// The manager.
    Manager,
    /// A desk, for those who do not see who sits there.
    UnnamedDesk(DeskNumber),
    /// The manager's, for those who do not see who sits where.
    Unnamed,
}

/// What a WebSocket carries.
#[derive(Debug, Serialize)]
struct Envelope<'a, T> {
    sequence: u64,
    view: &'a str,
    at: Timestamp,
    build: &'a str,
    data: T,
}

impl Published {
    /// The centre as at the moment of publication, for making views.
    pub fn scene(&self) -> Scene<'_> {
        Scene {
            setup: &self.setup,
            centre: &self.state.centre,
            around: &self.around,
            now: self.at,
        }
    }

    /// The whole view as JSON text in its envelope. `build` names the running program, so that
    /// pages of an older one reload.
    pub fn envelope(&self, view: &ViewKind, build: &str) -> Arc<str> {
        let scene = self.scene();
        match view {
            ViewKind::Board => self
                .envelopes
                .board
                .get_or_init(|| self.wrap("board", build, scene.board()))
                .clone(),
            ViewKind::Manager => self
                .envelopes
                .manager
                .get_or_init(|| self.wrap("manager", build, scene.manager(self.state.seq)))
                .clone(),
            ViewKind::Unnamed => self
                .envelopes
                .unnamed
                .get_or_init(|| {
                    let view = scene.manager(self.state.seq).without_names();
                    self.wrap("manager", build, view)
                })
                .clone(),
            ViewKind::UnnamedDesk(desk) => {
                self.wrap("desk", build, scene.desk(*desk).without_names())
            }
            ViewKind::Kiosk(kiosk) => {
                let mut made = self
                    .envelopes
                    .kiosks
                    .lock()
                    .unwrap_or_else(|e| e.into_inner());
                made.entry(kiosk.clone())
                    .or_insert_with(|| self.wrap("kiosk", build, scene.kiosk(kiosk)))
                    .clone()
            }
            ViewKind::Desk(desk) => {
                let mut made = self
                    .envelopes
                    .desks
                    .lock()
                    .unwrap_or_else(|e| e.into_inner());
                made.entry(*desk)
                    .or_insert_with(|| self.wrap("desk", build, scene.desk(*desk)))
                    .clone()
            }
        }
    }

    fn wrap<T: Serialize>(&self, view: &str, build: &str, data: T) -> Arc<str> {
        let envelope = Envelope {
            sequence: self.sequence,
            view,
            at: self.at,
            build,
            data,
        };
        // Views are plain data with string keys: they always serialise.
        serde_json::to_string(&envelope).unwrap_or_default().into()
    }
}
