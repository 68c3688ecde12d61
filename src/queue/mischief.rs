//! Presses and tickets that are no customer's: double presses, children at the buttons, one person
//! with five tickets, and tickets nobody ever comes with. They are counted, never punished.
//!
//! - A *ghost* is a ticket that ended as no-show, without an arrival at any desk and without having
//!   been put back: nobody ever asked for it. Its cost is the time its desk waited: no-show − call.
//! - A *series of presses* is [`SERIES_TICKETS_MIN`] or more tickets of one kiosk in a row, the
//!   last at most [`SERIES_WINDOW`] after the first, whichever buttons, of which at most one was
//!   not left behind. Left behind: ended as no-show or cancelled by staff, without any arrival. What
//!   the day's end cancelled tells nothing of its customer and is not held against them.

use std::collections::BTreeMap;

use jiff::SignedDuration;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use super::centre::Centre;
use super::event::Suppression;
use super::statistics::{half_hour, seconds};
use super::ticket::{CancelReason, Place, Ticket};

/// Fewest tickets that make a series of presses.
pub const SERIES_TICKETS_MIN: usize = 3;

/// Longest time from the first ticket of a series to its last.
pub const SERIES_WINDOW: SignedDuration = SignedDuration::from_secs(60);

/// Tickets nobody came with.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Ghosts {
    /// How many.
    pub count: i64,
    /// What desks waited for them, from the call to the no-show, seconds.
    pub waited_s: i64,
    /// By local half-hour of issue (0 = 0.00, 47 = 23.30).
    pub half_hours: BTreeMap<u8, i64>,
}

impl Ghosts {
    /// What one ticket counts.
    pub fn of(ticket: &Ticket, tz: &TimeZone) -> Self {
        match (&ticket.place, ticket.legs.last()) {
            (Place::NoShow { at, .. }, Some(leg)) if left_behind(ticket) => Self {
                count: 1,
                waited_s: i64::from(seconds(leg.called_at, *at)),
                half_hours: BTreeMap::from([(half_hour(ticket.issued_at, tz), 1)]),
            },
            _ => Self::default(),
        }
    }

    /// Puts others in (`sign` 1) or takes them out (−1).
    pub fn merge(&mut self, other: &Self, sign: i64) {
        self.count += other.count * sign;
        self.waited_s += other.waited_s * sign;
        for (half_hour, count) in &other.half_hours {
            let slot = self.half_hours.entry(*half_hour).or_default();
            *slot += count * sign;
            if *slot == 0 {
                self.half_hours.remove(half_hour);
            }
        }
    }
}

/// Counts of a date: presses that issued nothing, by kind, and series of presses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Mischief {
    /// Presses while the button rested: double presses.
    pub resting: i64,
    /// Presses beyond the most tickets of one kiosk in a short time.
    pub burst: i64,
    /// Presses reported too late.
    pub stale: i64,
    /// Series of presses; counted when their date is over.
    pub series: i64,
    /// Tickets in them.
    pub series_tickets: i64,
    /// Of these, left behind.
    pub series_left: i64,
}

impl Mischief {
    /// Counts a press that issued nothing. One while no tickets are issued, at all or for its service,
    /// is no mischief.
    pub fn press(&mut self, why: Suppression) {
        match why {
            Suppression::Resting => self.resting += 1,
            Suppression::Burst => self.burst += 1,
            Suppression::Stale => self.stale += 1,
            Suppression::Closed | Suppression::Stopped => {}
        }
    }

    /// Counts the series of presses among the tickets of a date, given in order of issue.
    pub fn series<'t>(&mut self, tickets: impl Iterator<Item = &'t Ticket>) {
        let mut kiosks: BTreeMap<&str, Vec<&Ticket>> = BTreeMap::new();
        for ticket in tickets {
            if let Some(kiosk) = ticket.origin.kiosk() {
                kiosks.entry(kiosk).or_default().push(ticket);
            }
        }
        for tickets in kiosks.into_values() {
            let mut rest = tickets.as_slice();
            while let [_, later @ ..] = rest {
                let length = series_at_start(rest);
                if length < SERIES_TICKETS_MIN {
                    rest = later;
                    continue;
                }
                let (series, after) = rest.split_at(length);
                let left = series.iter().filter(|ticket| left_behind(ticket)).count();
                self.series += 1;
                self.series_tickets += i64::try_from(length).unwrap_or(0);
                self.series_left += i64::try_from(left).unwrap_or(0);
                rest = after;
            }
        }
    }

    /// Puts another date's in.
    pub fn merge(&mut self, other: &Self) {
        for (mine, theirs) in [
            (&mut self.resting, other.resting),
            (&mut self.burst, other.burst),
            (&mut self.stale, other.stale),
            (&mut self.series, other.series),
            (&mut self.series_tickets, other.series_tickets),
            (&mut self.series_left, other.series_left),
        ] {
            *mine += theirs;
        }
    }
}

impl Centre {
    /// A press of today that issued no ticket.
    pub(super) fn suppress(&mut self, kiosk: &str, why: Suppression) {
        *self.suppressed.entry(kiosk.to_owned()).or_default() += 1;
        self.presses.press(why);
    }

    /// A day began.
    pub(super) fn forget_suppressed(&mut self) {
        self.suppressed.clear();
        self.presses = Mischief::default();
    }
}

/// How many tickets from the first on lie within the window, up to the second that was not left
/// behind: the one is kept by whoever pressed.
fn series_at_start(tickets: &[&Ticket]) -> usize {
    let Some(first) = tickets.first() else {
        return 0;
    };
    let mut kept = 0;
    tickets
        .iter()
        .take_while(|ticket| {
            let since = ticket.issued_at.duration_since(first.issued_at);
            kept += usize::from(!left_behind(ticket));
            !since.is_negative() && since <= SERIES_WINDOW && kept <= 1
        })
        .count()
}

/// Whether nobody ever came with a ticket that is over.
fn left_behind(ticket: &Ticket) -> bool {
    let over = match &ticket.place {
        Place::NoShow { .. } => true,
        Place::Cancelled { reason, .. } => *reason != CancelReason::DayEnded,
        Place::Waiting | Place::AtDesk { .. } | Place::Parked { .. } | Place::Finished { .. } => {
            false
        }
    };
    over && !ticket.reinstated && ticket.legs.iter().all(|leg| leg.arrived_at.is_none())
}
