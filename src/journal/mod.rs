//! The truth on disk: an append-only, checksummed file of facts.

pub mod record;
pub mod state;
