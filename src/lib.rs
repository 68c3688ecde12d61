//! Rinda: queue management for one public customer-service centre.

pub mod devices;
pub mod queue;
