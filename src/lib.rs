//! Rinda: queue management for one public customer-service centre.

pub mod access;
pub mod answered;
pub mod app;
pub mod bookings;
pub mod cli;
pub mod clock;
pub mod codes;
pub mod config;
pub mod devices;
pub mod engine;
pub mod imports;
pub mod journal;
pub mod metrics;
pub mod outbox;
pub mod private_file;
pub mod progress;
pub mod quality;
pub mod queue;
pub mod report;
pub mod telemetry;
pub mod web;
