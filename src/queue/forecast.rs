//! How long a customer should expect to wait: the centre as it is, run forward many times.
//!
//! [`following`] takes in the centre's events and makes an [`outlook::Outlook`], from which waits are
//! promised and shown.

pub mod chance;
pub mod closing;
#[cfg(test)]
mod closing_tests;
#[cfg(test)]
mod exact;
pub mod feed;
pub mod follow;
pub mod following;
mod foresee;
pub mod habits;
pub mod lessons;
mod look;
pub mod outlook;
pub mod picture;
mod plan;
pub mod pool;
pub mod promise;
pub mod run;
pub mod shift;
pub mod stand;
pub mod times;
