//! Rinda: queue management for one public customer-service centre.

pub mod access;
pub mod clock;
pub mod engine;
pub mod journal;
pub mod metrics;
pub mod queue;
pub mod report;
