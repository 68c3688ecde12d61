//! The truth on disk: an append-only, checksummed file of facts.
//!
//! ```text
//! <data>/lock                      one daemon at a time
//! <data>/journal/2026-Q4.ndjson    the quarter being written, a record a line; where it is long,
//!                                  2026-Q4.1.ndjson.zst and so on, and 2026-Q4.3.ndjson behind them
//! <data>/journal/2026-Q3.ndjson.zst  closed quarters, sealed by the first record after them
//! <data>/journal/2026-Q3.ndjson.zst.redacted  the same without fields whose time is over, before it
//!                                  takes that file's place
//! <data>/journal/aside/…           what was cut off or found damaged, byte for byte
//! ```
//!
//! Invariants: a record is acknowledged only after `fdatasync` returned; after any error nothing is
//! acknowledged until the file was cut back to what had been; opening always succeeds where the
//! directory can be read, and tells everything that is wrong.

mod append;
mod bare;
mod closed;
mod cursor;
mod damage;
mod dates;
mod exchange;
mod files;
mod frames;
mod frequent;
mod line;
mod packing;
mod quarter;
mod read;
pub mod record;
mod recovery;
mod redact;
mod redaction;
mod scan;
mod seals;
pub mod state;
mod verify;

pub use append::{Journal, JournalError, Rotated, snapshot_record};
pub use closed::{Closed, closed};
pub use damage::Damage;
pub use dates::DateWriter;
pub use exchange::{Dates, Exported, ImportError, Imported, Secrets, build, export, import};
pub use line::Link;
pub use quarter::{NoQuarter, Quarter};
pub use read::{
    Records, Told, epoch, read_all, read_days, read_from, read_from_snapshot, read_near,
    read_state, replay_days,
};
pub use recovery::Opened;
pub use redact::Redactor;
pub use redaction::{ClearedQuarter, Due, Prepared, RedactError, cleared, due};
pub use verify::{BackupError, BackupReport, Report, backup, verify};

/// Told how much of a long piece of work is done: bytes done, bytes in all.
pub type Progress<'a> = &'a mut dyn FnMut(u64, u64);
