//! The live connections there are, for `/health` and the limit on their number.

use std::collections::BTreeMap;
use std::sync::Mutex;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::access::Caller;

/// Live connections at once.
pub(super) const CONNECTIONS_MAX: usize = 512;

/// A live connection as `/health` shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub(super) struct Watcher {
    /// View.
    pub view: String,
    /// Name of the device, where one looks.
    pub device: Option<String>,
    /// Since when.
    pub since: Timestamp,
    /// Sequence last sent.
    pub sent: u64,
    /// Sequence last painted, as the client says.
    pub acked: u64,
}

impl Watcher {
    /// Somebody who has seen nothing yet.
    pub(super) fn new(view: &str, caller: &Caller, since: Timestamp) -> Self {
        Self {
            view: view.to_owned(),
            device: match caller {
                Caller::Device { name, .. } => Some(name.clone()),
                Caller::Person { .. } => None,
            },
            since,
            sent: 0,
            acked: 0,
        }
    }
}

/// All live connections.
#[derive(Debug, Default)]
pub(super) struct Connections {
    open: Mutex<Open>,
}

#[derive(Debug, Default)]
struct Open {
    opened: u64,
    watchers: BTreeMap<u64, Watcher>,
}

impl Connections {
    /// All connections, displays first.
    pub(super) fn watchers(&self) -> Vec<Watcher> {
        let open = self.open.lock().unwrap_or_else(|e| e.into_inner());
        let mut watchers: Vec<Watcher> = open.watchers.values().cloned().collect();
        watchers.sort_by_key(|watcher| watcher.view != "board");
        watchers
    }

    pub(super) fn count(&self) -> usize {
        let open = self.open.lock().unwrap_or_else(|e| e.into_inner());
        open.watchers.len()
    }

    /// The number of a new connection; none where there are too many.
    pub(super) fn add(&self, watcher: Watcher) -> Option<u64> {
        let mut open = self.open.lock().unwrap_or_else(|e| e.into_inner());
        if open.watchers.len() >= CONNECTIONS_MAX {
            return None;
        }
        open.opened += 1;
        let id = open.opened;
        open.watchers.insert(id, watcher);
        Some(id)
    }

    pub(super) fn update(&self, id: u64, change: impl FnOnce(&mut Watcher)) {
        let mut open = self.open.lock().unwrap_or_else(|e| e.into_inner());
        if let Some(watcher) = open.watchers.get_mut(&id) {
            change(watcher);
        }
    }

    pub(super) fn remove(&self, id: u64) {
        let mut open = self.open.lock().unwrap_or_else(|e| e.into_inner());
        open.watchers.remove(&id);
    }
}
