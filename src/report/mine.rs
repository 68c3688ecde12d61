//! A consultant's own day (A1.12): what they did beside the middle of the whole centre, and nothing
//! about anybody else.

use std::collections::BTreeSet;

use jiff::Timestamp;
use jiff::civil::Date;
use serde::Serialize;
use utoipa::ToSchema;

use super::day_log::{DayLog, Entry};
use super::figures::times;
use super::model::Times;
use crate::queue::centre::Centre;
use crate::queue::desk::Seat;
use crate::queue::event::{Event, Step};
use crate::queue::statistics::{Histogram, seconds};
use crate::queue::ticket::{DeskNumber, Place, TicketId};

/// One consultant's day.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct MyDay {
    /// Local date.
    pub date: Date,
    /// The moment of these figures.
    pub as_of: Timestamp,
    /// Where and when the consultant sat, in order.
    pub sittings: Vec<Sitting>,
    /// Tickets the consultant finished.
    pub served: u32,
    /// Tickets sent on to another queue or desk.
    pub transferred: u32,
    /// Called by the consultant and not come, as it stands.
    pub no_shows: u32,
    /// Waits of tickets whose first call was the consultant's.
    pub wait: Times,
    /// Handling: departure − arrival, per customer at the desk.
    pub handling: Times,
    /// Breaks begun.
    pub breaks: u32,
    /// Time on breaks, seconds.
    pub break_s: u32,
    /// Time at an open desk, breaks left out, seconds.
    pub open_s: u32,
    /// The middle of the whole centre on this date.
    pub centre: CentreMiddle,
}

/// A stretch at one desk.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Sitting {
    /// Desk.
    pub desk: u16,
    /// Since when.
    pub from: Timestamp,
    /// Until when; absent while it lasts.
    pub to: Option<Timestamp>,
}

/// Medians only: more would say something of a single colleague.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct CentreMiddle {
    /// Median wait, seconds.
    pub wait_median_s: Option<u32>,
    /// Median handling, seconds.
    pub handling_median_s: Option<u32>,
}

/// The day of one login, from the date's events. Somebody who did not sit at a desk has a day of
/// nothing.
pub fn my_day(log: &DayLog, login: &str, as_of: Timestamp) -> MyDay {
    let mut watch = Watch::new(login);
    let after = log.walk(|before, entry| watch.hear(before, entry));
    match log.ended_at() {
        None => watch.until_now(&after, as_of),
        Some(at) => watch.close(at),
    }
    let (mut wait, mut handling) = (Histogram::default(), Histogram::default());
    let (mut all_wait, mut all_handling) = (Histogram::default(), Histogram::default());
    let (mut served, mut no_shows) = (0, 0);
    for ticket in log.tickets().values() {
        if let Some(first) = ticket.legs.first() {
            let waited = seconds(ticket.issued_at, first.called_at);
            all_wait.add(waited, 1);
            if watch.did.contains(&(ticket.id, first.called_at)) {
                wait.add(waited, 1);
            }
        }
        for leg in &ticket.legs {
            if let (Some(arrived), Some(finished)) = (leg.arrived_at, leg.finished_at) {
                let handled = seconds(arrived, finished);
                all_handling.add(handled, 1);
                if watch.did.contains(&(ticket.id, finished)) {
                    handling.add(handled, 1);
                }
            }
        }
        match &ticket.place {
            Place::Finished { at, .. } => {
                served += u32::from(at.is_some_and(|at| watch.did.contains(&(ticket.id, at))));
            }
            Place::NoShow { at, .. } => {
                no_shows += u32::from(watch.did.contains(&(ticket.id, *at)));
            }
            Place::Waiting
            | Place::AtDesk { .. }
            | Place::Parked { .. }
            | Place::Cancelled { .. } => {}
        }
    }
    MyDay {
        date: log.date,
        as_of,
        sittings: watch.sittings,
        served,
        transferred: watch.transferred,
        no_shows,
        wait: times(&wait),
        handling: times(&handling),
        breaks: watch.breaks,
        break_s: watch.break_s,
        open_s: watch.open_s,
        centre: CentreMiddle {
            wait_median_s: all_wait.percentile_s(50),
            handling_median_s: all_handling.percentile_s(50),
        },
    }
}

/// Follows one login over a date.
struct Watch<'a> {
    login: &'a str,
    sittings: Vec<Sitting>,
    breaks: u32,
    break_s: u32,
    open_s: u32,
    transferred: u32,
    /// What happened to tickets at the desk where the login sat, and when.
    did: BTreeSet<(TicketId, Timestamp)>,
    /// Up to here time is counted.
    counted_to: Option<Timestamp>,
}

impl<'a> Watch<'a> {
    fn new(login: &'a str) -> Self {
        Self {
            login,
            sittings: Vec::new(),
            breaks: 0,
            break_s: 0,
            open_s: 0,
            transferred: 0,
            did: BTreeSet::new(),
            counted_to: None,
        }
    }

    fn hear(&mut self, before: &Centre, entry: &Entry) {
        let at = entry.happened.at;
        let event = &entry.happened.event;
        let mine = before.desk_of(self.login);
        // Time is counted with the steps of the desk: where nobody closed it, until the last.
        if let Some(desk) = mine
            && happens_at(event, desk)
        {
            self.count(before, desk, at);
            self.did.extend(event.ticket().map(|ticket| (ticket, at)));
        }
        if let Event::BreakStarted { desk } = event {
            self.breaks += u32::from(mine == Some(*desk));
        }
        if let Event::TicketTransferred { desk, .. } = event {
            self.transferred += u32::from(mine == Some(*desk));
        }
        if let Event::StepUndone { desk, step, .. } = event
            && *step == Step::Transferred
        {
            self.transferred -= u32::from(mine == Some(*desk)).min(self.transferred);
        }
        if let Event::DeskOpened {
            desk, consultant, ..
        } = event
        {
            if mine == Some(*desk) && consultant != self.login {
                self.stand_up(at);
            } else if consultant == self.login && mine != Some(*desk) {
                self.stand_up(at);
                self.sit_down(*desk, at);
            }
        }
        if let Event::DeskClosed { desk } | Event::DeskRemoved { desk } = event
            && mine == Some(*desk)
        {
            self.stand_up(at);
        }
    }

    fn sit_down(&mut self, desk: DeskNumber, at: Timestamp) {
        self.counted_to = Some(at);
        self.sittings.push(Sitting {
            desk: desk.0,
            from: at,
            to: None,
        });
    }

    fn stand_up(&mut self, at: Timestamp) {
        if let Some(last) = self.sittings.last_mut().filter(|last| last.to.is_none()) {
            last.to = Some(at);
        }
        self.counted_to = None;
    }

    /// The day ended: a desk nobody closed was certainly open until its last step.
    fn close(&mut self, at: Timestamp) {
        let last_step = self.counted_to.unwrap_or(at);
        self.stand_up(last_step);
    }

    fn until_now(&mut self, after: &Centre, now: Timestamp) {
        if let Some(desk) = after.desk_of(self.login) {
            self.count(after, desk, now);
        }
    }

    fn count(&mut self, before: &Centre, desk: DeskNumber, at: Timestamp) {
        let Some(from) = self.counted_to else { return };
        let length = seconds(from, at);
        let seat = before.staffed(desk).map(|staffed| &staffed.seat);
        match seat {
            Some(Seat::OnBreak { .. }) => self.break_s += length,
            Some(
                Seat::Free { .. }
                | Seat::Called { .. }
                | Seat::Serving { .. }
                | Seat::Documents { .. },
            )
            | None => self.open_s += length,
        }
        self.counted_to = Some(at);
    }
}

/// Whether an event is a step of a desk.
fn happens_at(event: &Event, desk: DeskNumber) -> bool {
    if let Event::BreakStarted { desk: at } | Event::BreakEnded { desk: at } = event {
        return *at == desk;
    }
    super::telling::desk_of(event) == Some(desk)
}
