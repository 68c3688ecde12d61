//! HTTP, WebSocket and pages: the outside of a centre.
//!
//! Every request passes the gate of `access` once: caller found, foreign pages and those who ask
//! too often refused. Routes then say which roles they serve. What they do goes through the
//! engine's handle; what they show comes from its published picture. Every refusal is a
//! [`problem::Problem`].

mod access;
mod answers;
mod appointments;
mod body;
mod calendar;
mod centre;
mod closing;
mod connections;
mod desk_steps;
mod desks;
mod display;
mod evaluations;
mod feedback;
mod headers;
mod incidents;
mod kiosks;
mod limits;
mod live;
mod metrics_text;
mod mornings;
mod notices;
pub mod openapi;
mod pages;
mod password;
pub mod ports;
mod problem;
mod register;
mod reports;
mod router;
mod serve;
mod session;
mod signing;
mod state;
mod status;
mod steps;
mod story;
mod survey;
mod tickets;
mod track;

pub use access::{fresh_token, sha256_hex};
pub use body::BODY_BYTES_MAX;
pub use live::Envelope;
pub use pages::pages_hash;
pub use password::{PasswordError, hash as hash_password};
pub use problem::Problem;
pub use router::router;
pub use serve::serve;
pub use state::{AppState, Ports, WebConfig};
pub use survey::SurveyMode;
