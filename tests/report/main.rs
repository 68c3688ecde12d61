//! The quarter's figures: each trap of the definitions, random histories, and an independent
//! recomputation in another language.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod beside;
mod calendar;
mod drive;
mod formats;
mod history;
mod imports;
mod independent;
mod mischief;
mod signing;
mod staffing;
mod strip;
mod traps;
