//! What one line of the journal holds, version 1.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::access::AccessEvent;
use crate::quality::QualityEvent;
use crate::queue::command::Actor;
use crate::queue::event::Event;
use crate::queue::retention::FieldClass;

use super::state::State;

/// One fact with who asked for it and under which key.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// Dense from 1 in one centre.
    pub seq: u64,
    /// When.
    pub at: Timestamp,
    /// Who.
    pub actor: Actor,
    /// The request that caused it, where it carried a key; its repeat is answered from here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request: Option<RequestMark>,
    /// What.
    pub fact: Fact,
}

/// The key of a request and a fingerprint of what it asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RequestMark {
    /// Unique per credential or button board.
    pub key: String,
    /// Hash of the command, to tell a repeat from another request under the same key.
    pub fingerprint: u64,
}

/// What a line can say.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "about", content = "what", rename_all = "snake_case")]
pub enum Fact {
    /// Something happened in the queue.
    Queue(Event),
    /// Something happened to accounts, devices or sessions.
    Access(AccessEvent),
    /// Something happened around the quality of service.
    Quality(QualityEvent),
    /// The whole state after all lines before this one; start-up reads from the last of these.
    Snapshot(Box<State>),
    /// The quarter before was sealed: what its file must hash to.
    Sealed(Seal),
    /// Fields of a closed quarter were cleared: what its file must hash to from now on.
    Redacted(Redaction),
}

/// What a finished quarter's file contained.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Seal {
    /// "2026-Q3".
    pub quarter: String,
    /// First sequence in it.
    pub first_seq: u64,
    /// Last sequence in it.
    pub last_seq: u64,
    /// SHA-256 of the uncompressed file, hex.
    pub sha256: String,
}

/// What was cleared in a closed quarter's file, whose lines and sequences stay. It takes the place
/// of the seal before it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Redaction {
    /// "2026-Q3".
    pub quarter: String,
    /// First sequence in it.
    pub first_seq: u64,
    /// Last sequence in it.
    pub last_seq: u64,
    /// Which classes, and in how many lines there was something of them.
    pub cleared: BTreeMap<FieldClass, u64>,
    /// SHA-256 of the uncompressed file before, hex.
    pub was_sha256: String,
    /// SHA-256 of the uncompressed file now, hex.
    pub sha256: String,
}
