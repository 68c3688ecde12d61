//! Events to figures. A ticket's contribution to a day is a pure function of the ticket, so a
//! change is "take the old one out, put the new one in" and a day is the sum over its tickets:
//! incremental and recomputed figures are equal by construction.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use super::appointments::Appointments;
use super::catalogue::Service;
use super::demand::DeskTime;
use super::mischief::{Ghosts, Mischief};
use super::ticket::{CancelReason, DeskNumber, Place, Ticket};

mod half_hours;
mod histogram;
mod promises;
mod tally;
mod visits;
mod waits;

pub use half_hours::{HALF_HOUR_S, TimeByHalfHour, half_hour_since_1970};
pub use histogram::Histogram;
pub use promises::{PROMISED_FROM_S, Promised, Promises, promised_bin};
pub use tally::{Moments, Tally};
pub use visits::{VisitFigures, visits_on};
pub use waits::{WaitCell, Waits};

/// Figures of one service on one date, or merged over dates. Counts go up and down with
/// corrections and are never negative in the end.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct ServiceFigures {
    /// Tickets issued.
    pub issued: i64,
    /// Tickets called at least once.
    pub called: i64,
    /// Finished, those finished by the day's end included.
    pub finished: i64,
    /// Ended as no-show; one that was put back is none any more.
    pub no_shows: i64,
    /// Cancelled, by staff or the day's end.
    pub cancelled: i64,
    /// Cancelled by the day's end.
    pub unserved: i64,
    /// Finished by the day's end, without an end time.
    pub force_closed: i64,
    /// Cancelled before any call: left out of the share within target.
    pub cancelled_uncalled: i64,
    /// Of [`ServiceFigures::cancelled_uncalled`], the waits when cancelled, seconds.
    pub cancelled_after: Histogram,
    /// Sent on to another queue or desk at least once; still one ticket.
    pub transferred: i64,
    /// Out of turn (A2/2/2.5).
    pub out_of_turn: i64,
    /// Put back after a no-show.
    pub reinstated: i64,
    /// First call − issue, seconds, later no-shows included, by half-hour of issue and promise.
    pub waits: Waits,
    /// Promises beside these.
    pub forecast: Promises,
    /// Finish − arrival at the desk, per leg, seconds.
    pub handling: Histogram,
    /// Last finish − issue, seconds.
    pub visit: Histogram,
    /// By local half-hour of the day (0 = 0.00, 47 = 23.30): issued, called, finished.
    pub half_hours: BTreeMap<u8, [i64; 3]>,
    /// Issue times of tickets not called yet and still open, as seconds since 1970: they are a
    /// miss or left out of the share, depending on the moment of the report.
    pub uncalled: Moments,
    /// Times of finish as seconds since 1970: which of them lie after closing depends on the
    /// hours, which are the report's.
    pub finished_at: Moments,
    /// Desk time of tickets that are over.
    pub desk_time: DeskTime,
    /// Tickets nobody came with.
    pub ghosts: Ghosts,
    /// Visits booked for the date.
    pub appointments: VisitFigures,
}

impl ServiceFigures {
    /// Puts another set of figures in (`sign` 1) or takes it out (−1).
    pub fn merge(&mut self, other: &Self, sign: i64) {
        for (mine, theirs) in [
            (&mut self.issued, other.issued),
            (&mut self.called, other.called),
            (&mut self.finished, other.finished),
            (&mut self.no_shows, other.no_shows),
            (&mut self.cancelled, other.cancelled),
            (&mut self.unserved, other.unserved),
            (&mut self.force_closed, other.force_closed),
            (&mut self.cancelled_uncalled, other.cancelled_uncalled),
            (&mut self.transferred, other.transferred),
            (&mut self.out_of_turn, other.out_of_turn),
            (&mut self.reinstated, other.reinstated),
        ] {
            *mine += theirs * sign;
        }
        self.cancelled_after.merge(&other.cancelled_after, sign);
        self.waits.merge(&other.waits, sign);
        self.forecast.merge(&other.forecast, sign);
        self.handling.merge(&other.handling, sign);
        self.visit.merge(&other.visit, sign);
        for (half_hour, counts) in &other.half_hours {
            let slot = self.half_hours.entry(*half_hour).or_default();
            for (mine, theirs) in slot.iter_mut().zip(counts) {
                *mine += theirs * sign;
            }
            if slot.iter().all(|count| *count == 0) {
                self.half_hours.remove(half_hour);
            }
        }
        self.uncalled.merge(&other.uncalled, sign);
        self.finished_at.merge(&other.finished_at, sign);
        self.desk_time.merge(&other.desk_time, sign);
        self.ghosts.merge(&other.ghosts, sign);
        self.appointments.merge(&other.appointments, sign);
    }

    /// The same without what is told by half-hour or by moment of finish, for sums over many dates.
    pub fn without_half_hours(self) -> Self {
        Self {
            waits: self.waits.by_promise(),
            half_hours: BTreeMap::new(),
            finished_at: Moments::default(),
            ..self
        }
    }
}

/// Figures of one desk on one date, or merged.
///
/// A stretch of time that still runs stands in its sum with its start taken out, and in the count
/// of running stretches: what it comes to at a moment is said by [`Stretch::at`].
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct DeskFigures {
    /// Tickets finished here, those finished by the day's end included.
    pub finished: i64,
    /// Stays that ended with a finish, a transfer or parking.
    pub stays: i64,
    /// Finish − arrival, per stay, seconds.
    pub handling: Histogram,
    /// The desk had a customer, from the call on. A call nobody answered is left out.
    pub busy: Stretch,
    /// The desk was open, breaks left out. Where nobody closed it, until its last step.
    pub open: Stretch,
    /// [`DeskFigures::open`] by half-hour.
    pub open_by_half_hour: TimeByHalfHour,
    /// Breaks.
    pub on_break: Stretch,
}

/// A sum of stretches of time, some of which may still run. Adding and taking out are exact.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Stretch {
    /// Ends − starts of all stretches, as seconds since 1970.
    pub sum_s: i64,
    /// Stretches that still run.
    pub running: i64,
}

impl Stretch {
    /// Seconds at a moment, never negative.
    pub fn at(&self, at: Timestamp) -> u64 {
        u64::try_from(self.sum_s + self.running * at.as_second()).unwrap_or(0)
    }

    /// A stretch that is over.
    fn over(began: Timestamp, ended: Timestamp) -> Self {
        let mut stretch = Self::since(began);
        stretch.end(ended);
        stretch
    }

    /// A stretch that still runs.
    fn since(began: Timestamp) -> Self {
        let mut stretch = Self::default();
        stretch.begin(began);
        stretch
    }

    /// A stretch begins.
    pub(super) fn begin(&mut self, at: Timestamp) {
        self.sum_s -= at.as_second();
        self.running += 1;
    }

    /// A stretch ends.
    pub(super) fn end(&mut self, at: Timestamp) {
        self.sum_s += at.as_second();
        self.running -= 1;
    }

    fn merge(&mut self, other: &Self, sign: i64) {
        self.sum_s += other.sum_s * sign;
        self.running += other.running * sign;
    }
}

impl DeskFigures {
    /// Puts another set of figures in (`sign` 1) or takes it out (−1).
    pub fn merge(&mut self, other: &Self, sign: i64) {
        self.finished += other.finished * sign;
        self.stays += other.stays * sign;
        self.handling.merge(&other.handling, sign);
        self.busy.merge(&other.busy, sign);
        self.open.merge(&other.open, sign);
        self.open_by_half_hour.merge(&other.open_by_half_hour, sign);
        self.on_break.merge(&other.on_break, sign);
    }
}

/// Counts of a date that belong to no service or desk.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct DayCounts {
    /// Calls, the repeats of an announcement left out.
    pub calls: i64,
    /// Calls by a desk that had a customer; the rules make it 0 (A2/4/9).
    pub calls_while_busy: i64,
    /// Calls for which somebody issued earlier was passed over.
    pub overtakes: i64,
    /// Calls by hand against the rule.
    pub overrides: i64,
    /// Presses that issued no ticket on purpose.
    pub suppressed: i64,
    /// Presses while no tickets were issued, or none for the service.
    pub refused: i64,
    /// Of these, presses of a service that was stopped before closing (A2/2/2.3).
    pub refused_stopped: i64,
    /// Papers that did not come out.
    pub print_failures: i64,
    /// Papers that may or may not have come out.
    pub print_unknown: i64,
    /// Papers after the first of a ticket.
    pub reprints: i64,
    /// Starts of the daemon.
    pub starts: i64,
    /// First call of the day, seconds since 1970.
    pub first_call: Option<i64>,
    /// Last call of the day, seconds since 1970.
    pub last_call: Option<i64>,
    /// Last finish of the day, seconds since 1970.
    pub last_finish: Option<i64>,
    /// No-shows declared, by the daemon or by hand; some may have been undone or put back.
    pub no_shows_declared: i64,
    /// Of these before the minute was over; the rules make it 0 (A2/2/2.4).
    pub early_no_shows: i64,
    /// Times help was asked for at a kiosk (A2/2/2.1).
    pub help_requested: i64,
    /// Times somebody went.
    pub help_answered: i64,
    /// Services stopped before closing and released again, in order (A2/2/2.3).
    pub stops: Vec<StopNote>,
    /// Presses and tickets that were no customer's.
    pub mischief: Mischief,
}

/// A service was stopped or released.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StopNote {
    /// When, seconds since 1970.
    pub at: i64,
    /// Service.
    pub service: Service,
    /// Login; absent where the daemon did.
    pub by: Option<String>,
    /// Why it was stopped; absent where it was released.
    pub reason: Option<String>,
    /// The chance then that one more would be finished by closing, percent.
    pub chance_percent: Option<u8>,
}

impl DayCounts {
    /// Puts another date's counts in.
    pub fn merge(&mut self, other: &Self) {
        for (mine, theirs) in [
            (&mut self.calls, other.calls),
            (&mut self.calls_while_busy, other.calls_while_busy),
            (&mut self.overtakes, other.overtakes),
            (&mut self.overrides, other.overrides),
            (&mut self.suppressed, other.suppressed),
            (&mut self.refused, other.refused),
            (&mut self.refused_stopped, other.refused_stopped),
            (&mut self.print_failures, other.print_failures),
            (&mut self.print_unknown, other.print_unknown),
            (&mut self.reprints, other.reprints),
            (&mut self.starts, other.starts),
            (&mut self.no_shows_declared, other.no_shows_declared),
            (&mut self.early_no_shows, other.early_no_shows),
            (&mut self.help_requested, other.help_requested),
            (&mut self.help_answered, other.help_answered),
        ] {
            *mine += theirs;
        }
        self.stops.extend_from_slice(&other.stops);
        self.mischief.merge(&other.mischief);
        self.first_call = earliest(self.first_call, other.first_call);
        self.last_call = self.last_call.max(other.last_call);
        self.last_finish = self.last_finish.max(other.last_finish);
    }
}

pub(super) fn earliest(a: Option<i64>, b: Option<i64>) -> Option<i64> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (one, other) => one.or(other),
    }
}

/// A date's figures.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct DayFigures {
    /// By service of issue.
    pub services: BTreeMap<Service, ServiceFigures>,
    /// By desk.
    pub desks: BTreeMap<DeskNumber, DeskFigures>,
    /// The rest.
    pub counts: DayCounts,
}

impl DayFigures {
    /// Puts another date's figures in.
    pub fn merge(&mut self, other: &Self) {
        for (service, figures) in &other.services {
            self.services.entry(*service).or_default().merge(figures, 1);
        }
        for (desk, figures) in &other.desks {
            self.desks.entry(*desk).or_default().merge(figures, 1);
        }
        self.counts.merge(&other.counts);
    }

    /// Puts the visits of a date in (`sign` 1) or takes them out (−1).
    pub fn count_visits(&mut self, appointments: &Appointments, date: Date, sign: i64) {
        for (service, visits) in visits_on(appointments, date) {
            let figures = self.services.entry(service).or_default();
            figures.appointments.merge(&visits, sign);
        }
    }

    /// Puts a ticket's contribution in (`sign` 1) or takes it out (−1).
    pub fn count_ticket(&mut self, ticket: &Ticket, tz: &TimeZone, sign: i64) {
        let service = self.services.entry(ticket.issued_for).or_default();
        service.count_ticket(ticket, tz, sign);
        self.count_stays(ticket, sign);
    }

    /// The same for the desks it was at.
    fn count_stays(&mut self, ticket: &Ticket, sign: i64) {
        for leg in &ticket.legs {
            let Some(finished_at) = leg.finished_at else {
                continue;
            };
            let desk = self.desks.entry(leg.desk).or_default();
            desk.stays += sign;
            desk.busy
                .merge(&Stretch::over(leg.called_at, finished_at), sign);
            if let Some(arrived) = leg.arrived_at {
                desk.handling.add(seconds(arrived, finished_at), sign);
            }
        }
        match &ticket.place {
            Place::Finished { desk, .. } => {
                self.desks.entry(*desk).or_default().finished += sign;
            }
            Place::AtDesk { desk } => {
                if let Some(leg) = ticket.legs.last()
                    && leg.arrived_at.is_some()
                    && leg.finished_at.is_none()
                {
                    let desk = self.desks.entry(*desk).or_default();
                    desk.busy.merge(&Stretch::since(leg.called_at), sign);
                }
            }
            Place::Waiting
            | Place::Parked { .. }
            | Place::NoShow { .. }
            | Place::Cancelled { .. } => {}
        }
    }
}

/// The contribution of one ticket to its service of issue.
pub fn service_figures(ticket: &Ticket, tz: &TimeZone) -> ServiceFigures {
    let mut figures = ServiceFigures::default();
    figures.count_ticket(ticket, tz, 1);
    figures
}

impl ServiceFigures {
    /// Puts a ticket's contribution in (`sign` 1) or takes it out (−1).
    pub fn count_ticket(&mut self, ticket: &Ticket, tz: &TimeZone, sign: i64) {
        self.issued += sign;
        self.desk_time.merge(&DeskTime::of(ticket), sign);
        self.ghosts.merge(&Ghosts::of(ticket, tz), sign);
        self.transferred += sign * i64::from(ticket.transferred());
        self.out_of_turn += sign * i64::from(ticket.out_of_turn);
        self.reinstated += sign * i64::from(ticket.reinstated);
        self.forecast.count_ticket(ticket, sign);
        let issued_in = half_hour(ticket.issued_at, tz);
        self.mark(issued_in, 0, sign);
        if let Some(called_at) = ticket.first_called_at() {
            self.called += sign;
            self.mark(half_hour(called_at, tz), 1, sign);
            let cell = WaitCell {
                half_hour: issued_in,
                promised: ticket.promise.map(promised_bin),
            };
            let wait_s = seconds(ticket.issued_at, called_at);
            self.waits.add(cell, wait_s, sign);
            if let Some(kept) = &ticket.appointment {
                let due = kept.slot.max(ticket.issued_at);
                let delay = &mut self.appointments.delay;
                delay.add(seconds(due, called_at), sign);
            }
        }
        for leg in &ticket.legs {
            if let (Some(arrived), Some(finished)) = (leg.arrived_at, leg.finished_at) {
                self.handling.add(seconds(arrived, finished), sign);
            }
        }
        self.count_place(ticket, tz, sign);
    }

    /// How the ticket stands, or ended.
    fn count_place(&mut self, ticket: &Ticket, tz: &TimeZone, sign: i64) {
        match &ticket.place {
            Place::Waiting | Place::Parked { .. } | Place::AtDesk { .. } => {
                if ticket.legs.is_empty() {
                    self.uncalled.add(ticket.issued_at.as_second(), sign);
                }
            }
            Place::Finished { at: Some(at), .. } => {
                self.finished += sign;
                self.mark(half_hour(*at, tz), 2, sign);
                self.visit.add(seconds(ticket.issued_at, *at), sign);
                self.finished_at.add(at.as_second(), sign);
            }
            Place::Finished { at: None, .. } => {
                self.finished += sign;
                self.force_closed += sign;
            }
            Place::NoShow { .. } => self.no_shows += sign,
            Place::Cancelled { at, reason } => {
                self.cancelled += sign;
                self.unserved += sign * i64::from(*reason == CancelReason::DayEnded);
                if ticket.legs.is_empty() {
                    self.cancelled_uncalled += sign;
                    let waited_s = seconds(ticket.issued_at, *at);
                    self.cancelled_after.add(waited_s, sign);
                }
            }
        }
    }

    fn mark(&mut self, half_hour: u8, column: usize, sign: i64) {
        let counts = self.half_hours.entry(half_hour).or_default();
        if let Some(count) = counts.get_mut(column) {
            *count += sign;
        }
        if *counts == [0; 3] {
            self.half_hours.remove(&half_hour);
        }
    }
}

/// The local half-hour of a moment, 0 to 47.
pub fn half_hour(at: Timestamp, tz: &TimeZone) -> u8 {
    let local = tz.to_datetime(at);
    u8::try_from(local.hour() * 2 + local.minute() / 30).unwrap_or(0)
}

/// Whole seconds from one moment to another, never negative.
pub fn seconds(from: Timestamp, to: Timestamp) -> u32 {
    u32::try_from(to.duration_since(from).as_secs().max(0)).unwrap_or(u32::MAX)
}
