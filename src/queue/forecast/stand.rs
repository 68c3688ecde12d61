//! How tickets and desks stand by another's account, taken over without learning from it.

use super::follow::{Follower, Phase, Ticket};
use super::shift::Seat;
use super::times::{DeskAt, ServiceAt};

/// How a ticket stands.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TicketStands {
    /// Its identity.
    pub ticket: u64,
    /// Service it waits for or is served in.
    pub service: ServiceAt,
    /// The calling rule's key.
    pub key: f64,
    /// Callable from then on.
    pub callable: f64,
    /// Since when it waits, should it wait.
    pub since: f64,
    /// Called by this desk alone.
    pub reserved_for: Option<DeskAt>,
    /// Where it is.
    pub place: Whereabouts,
}

/// Where a ticket is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Whereabouts {
    /// In the queue.
    Waiting,
    /// Called to a desk.
    AtDesk {
        /// Which.
        desk: DeskAt,
        /// The call.
        called: f64,
        /// When its customer came.
        arrived: Option<f64>,
    },
    /// Set aside, or over.
    Gone,
}

/// How a desk stands.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DeskStands {
    /// Which.
    pub desk: DeskAt,
    /// Services it calls, as bits.
    pub services: u64,
    /// What it is doing.
    pub seat: SeatStands,
}

/// What a desk is doing.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum SeatStands {
    /// Nobody is there.
    Away,
    /// Ready to call.
    Free {
        /// Since when.
        since: f64,
    },
    /// On a break.
    Break {
        /// Since when.
        since: f64,
    },
    /// With a customer.
    Busy {
        /// The customer's ticket.
        ticket: u64,
    },
}

impl Follower {
    /// Takes over how a ticket stands. Moments that the follower has seen itself stay.
    pub(super) fn ticket_stands(&mut self, stands: &TicketStands) {
        // A clock that was set back leaves moments of the future.
        let since = stands.since.min(self.now);
        let ticket = self.tickets.entry(stands.ticket).or_insert_with(|| Ticket {
            service: stands.service,
            key: stands.key,
            callable: stands.callable,
            since,
            calls: 0,
            phase: Phase::Over,
            reserved_for: None,
            resumed: false,
            forecast: None,
        });
        ticket.service = stands.service;
        ticket.reserved_for = stands.reserved_for;
        if (ticket.key - stands.key).abs() > f64::EPSILON {
            ticket.key = stands.key;
            ticket.callable = stands.callable;
        }
        match stands.place {
            Whereabouts::Waiting => {
                if ticket.phase != Phase::Waiting {
                    ticket.phase = Phase::Waiting;
                    ticket.since = since;
                }
            }
            Whereabouts::AtDesk {
                desk,
                called,
                arrived,
            } => {
                ticket.phase = Phase::AtDesk {
                    desk,
                    called,
                    arrived,
                };
            }
            Whereabouts::Gone => ticket.phase = Phase::Over,
        }
    }

    /// Takes over how a desk stands. Moments that the follower has seen itself stay.
    pub(super) fn desk_stands(&mut self, stands: &DeskStands) {
        let desk = self.desk(stands.desk);
        if stands.seat != SeatStands::Away {
            desk.services = stands.services;
        }
        match (stands.seat, desk.seat) {
            (SeatStands::Away, Seat::Away)
            | (SeatStands::Free { .. }, Seat::Free)
            | (SeatStands::Break { .. }, Seat::Break { .. }) => {}
            (SeatStands::Away, Seat::Free | Seat::Break { .. } | Seat::Busy { .. }) => {
                desk.seat = Seat::Away;
            }
            (SeatStands::Free { since }, Seat::Away | Seat::Break { .. } | Seat::Busy { .. }) => {
                desk.seat = Seat::Free;
                desk.free_from = since;
                desk.ready_from = since;
            }
            (SeatStands::Break { since }, Seat::Away | Seat::Free | Seat::Busy { .. }) => {
                desk.seat = Seat::Break {
                    since,
                    planned: None,
                };
            }
            (SeatStands::Busy { ticket }, _) => desk.seat = Seat::Busy { ticket },
        }
    }

    /// The clock was stepped: what runs goes on from the moments it would have begun at. Keys and
    /// opening hours are moments of the wall clock and stay.
    pub(super) fn clock_stepped(&mut self, by_s: f64) {
        for ticket in self.tickets.values_mut() {
            ticket.since += by_s;
            if let Phase::AtDesk {
                called, arrived, ..
            } = &mut ticket.phase
            {
                *called += by_s;
                *arrived = arrived.map(|arrived| arrived + by_s);
            }
            ticket.shift_forecast(by_s);
        }
        for desk in self.desks.values_mut() {
            desk.free_from += by_s;
            desk.ready_from += by_s;
            if let Seat::Break { since, .. } = &mut desk.seat {
                *since += by_s;
            }
        }
    }

    /// Whoever was at a desk when it ended waits again.
    pub(super) fn released(&mut self, from: DeskAt) {
        let now = self.now;
        for ticket in self.tickets.values_mut() {
            if matches!(ticket.phase, Phase::AtDesk { desk, .. } if desk == from) {
                ticket.phase = Phase::Waiting;
                ticket.since = now;
            }
        }
    }
}
