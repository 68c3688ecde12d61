//! What staff see of closing (A2/2/2.3).

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::TicketLine;
use crate::queue::catalogue::Service;

/// Today's closing in one line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ClosingLine {
    /// The end of today's reception; absent where there is none today, or it has no end.
    pub closes_at: Option<Timestamp>,
    /// It has passed.
    pub is_over: bool,
    /// Customers with a ticket who have no outcome yet.
    pub remaining: u32,
    /// What is to be expected; absent until the first forecast and once reception is over.
    pub forecast: Option<ClosingForecast>,
}

/// When the last of those present is done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ClosingForecast {
    /// As likely earlier as later.
    pub done_p50: Timestamp,
    /// Nine in ten times earlier.
    pub done_p90: Timestamp,
    /// The chance that it is by closing, percent, rounded down.
    pub chance_percent: u8,
    /// Staff are to be told.
    pub warns: bool,
}

/// Closing on the manager's page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ClosingView {
    /// In one line.
    #[serde(flatten)]
    pub line: ClosingLine,
    /// Time past closing, should all come who are expected; absent without a forecast.
    pub overtime: Option<OvertimeRange>,
    /// Customers expected until closing, services that are stopped left out.
    pub arrivals: Option<u32>,
    /// Services in button order.
    pub services: Vec<ClosingService>,
    /// What would help most, where staff are warned.
    pub help: Option<HelpLine>,
    /// After closing: tickets without outcome, at most [`super::DESK_LIST_MAX`].
    pub open: Vec<OpenTicket>,
}

/// A predicted overtime, whole minutes, rounded up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OvertimeRange {
    /// Median.
    pub p50_min: u32,
    /// Ninth decile.
    pub p90_min: u32,
    /// Mean.
    pub mean_min: u32,
}

/// How a service stands towards closing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ClosingService {
    /// Service.
    pub service: Service,
    /// Its name.
    pub name: String,
    /// The chance that everybody present and one more of it are finished by closing, percent,
    /// rounded down; absent without a forecast.
    pub chance_percent: Option<u8>,
    /// Kiosks say that today may not suffice.
    pub may_not_suffice: bool,
    /// Who stopped it, if somebody did.
    pub stopped: Option<StopLine>,
}

/// Who stopped a service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct StopLine {
    /// When.
    pub at: Timestamp,
    /// Login; absent where the daemon did.
    pub by: Option<String>,
    /// Why.
    pub reason: String,
    /// The chance then, percent.
    pub chance_percent: Option<u8>,
}

/// What would help most.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct HelpLine {
    /// A desk to open, or an open desk that takes a service more.
    pub desk: u16,
    /// The service it takes more; absent where the desk is to open.
    pub service: Option<Service>,
    /// The chance as things are, percent …
    pub from_percent: u8,
    /// … and with it.
    pub to_percent: u8,
    /// The same as a Latvian sentence.
    pub text: String,
}

/// A ticket without outcome after closing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OpenTicket {
    /// The ticket.
    #[serde(flatten)]
    pub ticket: TicketLine,
    /// The desk that has it, if one does: it is finished there.
    pub desk: Option<u16>,
    /// Set aside.
    pub parked: bool,
}
