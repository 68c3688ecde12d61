//! Rinda: queue management for one public customer-service centre.

pub mod access;
pub mod journal;
pub mod queue;
