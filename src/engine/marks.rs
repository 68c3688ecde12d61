//! What the engine adds to a request: the mark by which its repeat is known, a name for the
//! ticket's page, and an error in one line.

use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::queue::command::{Asked, Command};
use crate::queue::ticket::TrackToken;

/// Bytes of chance in the name of a ticket's page.
const TRACK_BYTES: usize = 12;

/// A hash of what a command asks. A press repeated later is the same press.
pub(super) fn fingerprint(command: &Command) -> u64 {
    let mut command = command.clone();
    if let Command::IssueTicket {
        asked: Asked::Board { age_ms, .. },
        ..
    } = &mut command
    {
        *age_ms = 0;
    }
    hash_of(&command)
}

/// A hash of plain data, which always serialises.
pub(super) fn hash_of(asked: &impl Serialize) -> u64 {
    let text = serde_json::to_vec(asked).unwrap_or_default();
    let digest = Sha256::digest(text);
    digest
        .iter()
        .take(8)
        .fold(0, |sum, byte| (sum << 8) | u64::from(*byte))
}

/// A fresh name for a ticket's page.
pub(super) fn new_track() -> TrackToken {
    use base64::Engine as _;
    let mut bytes = [0u8; TRACK_BYTES];
    // Without the system's chance the names would be guessable; the pages are then of no use to
    // anybody, but tickets go on.
    if let Err(error) = getrandom::fill(&mut bytes) {
        tracing::error!(%error, "no randomness for ticket pages");
    }
    let name = base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(bytes);
    TrackToken(name.into())
}

/// An error with its causes, in one line.
pub(super) fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}
