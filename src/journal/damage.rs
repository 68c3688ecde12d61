//! What can be wrong with journal files. Damage is found and told, never a reason not to start.

use std::path::PathBuf;

use serde::Serialize;

/// One thing that is wrong. File names are relative to the journal directory; offsets and lengths
/// are bytes of the uncompressed file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, thiserror::Error)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Damage {
    /// The last line has no end: the power went while it was written, before it was acknowledged.
    #[error("{file}: the last line broke off at byte {offset} ({bytes} bytes); it is kept in {}", kept(.aside))]
    Torn {
        /// File.
        file: String,
        /// Where it begins.
        offset: u64,
        /// How long it is.
        bytes: u64,
        /// Where the bytes are kept.
        aside: Option<PathBuf>,
    },
    /// Bytes that are no lines. They stay where they are.
    #[error("{file}: {bytes} bytes from byte {offset} are damaged; a copy is kept in {}", kept(.aside))]
    Garbled {
        /// File.
        file: String,
        /// Where they begin.
        offset: u64,
        /// How many.
        bytes: u64,
        /// Where a copy is kept.
        aside: Option<PathBuf>,
    },
    /// Sequences are missing: these records are lost.
    #[error("{file}: records {first} to {last} are missing; restore them from a backup")]
    Missing {
        /// File in which the next one stands.
        file: String,
        /// First that is missing.
        first: u64,
        /// Last that is missing.
        last: u64,
    },
    /// A sequence stands there again; the first one counts.
    #[error("{file}: record {seq} stands there again; the first one counts")]
    Repeated {
        /// File.
        file: String,
        /// Sequence.
        seq: u64,
    },
    /// The checksum is right and the text is not understood.
    #[error(
        "{file}: record {seq} is not understood: {why}; a newer version of the program may read it"
    )]
    NotUnderstood {
        /// File.
        file: String,
        /// Sequence.
        seq: u64,
        /// What is wrong with it.
        why: String,
    },
    /// The line does not follow the line before it: one of the two was replaced.
    #[error(
        "{file}: record {seq} does not continue the record before it: one of them was replaced"
    )]
    Unlinked {
        /// File.
        file: String,
        /// Sequence.
        seq: u64,
    },
    /// A closed file is not what its seal says.
    #[error("{file}: the file is not what its seal says: {why}")]
    SealBroken {
        /// File.
        file: String,
        /// The difference.
        why: String,
    },
    /// A file was closed and the file after it is gone.
    #[error(
        "{file} is closed and no file follows it: the records after {after} are missing; restore the file after it from a backup"
    )]
    FileGone {
        /// The last file there is.
        file: String,
        /// Its last sequence.
        after: u64,
    },
    /// A file or a part of it cannot be read.
    #[error("{file}: cannot be read at byte {offset}: {why}")]
    Unreadable {
        /// File.
        file: String,
        /// Where.
        offset: u64,
        /// What the system says.
        why: String,
    },
}

fn kept(aside: &Option<PathBuf>) -> String {
    aside.as_ref().map_or_else(
        || "no other place".to_owned(),
        |path| path.display().to_string(),
    )
}
