//! What a forecast says of a centre at one moment, for everybody who shows it.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::queue::catalogue::Service;
use crate::queue::ticket::TicketId;
use crate::queue::view::WaitRange;

/// What is to be expected, as the newest forecast has it. It is made beside the engine's loop, so
/// it may be a moment older than the queue.
#[derive(Debug, Clone, PartialEq)]
pub struct Outlook {
    /// The moment the forecast was made for.
    pub made_at: Timestamp,
    /// Waits from then on of the tickets that waited then.
    pub waits: BTreeMap<TicketId, WaitRange>,
    /// Wait of a ticket taken then, by service; absent where no desk serves it and none will.
    pub next: BTreeMap<Service, WaitRange>,
}
