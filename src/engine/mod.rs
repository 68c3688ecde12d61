//! The single writer: one thread decides, records, applies, publishes and replies, in that order.

mod around;
mod figures;
pub mod handle;
mod marks;
pub mod published;
pub mod run;
