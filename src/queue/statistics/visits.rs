//! Figures of booked visits. A visit counts on its date from the moment that date begins: those of
//! a date on which the daemon did not run count nowhere, since nobody could check in.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::Histogram;
use crate::queue::appointments::{Appointments, Status};
use crate::queue::catalogue::Service;

/// Visits booked for a date and what became of them.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct VisitFigures {
    /// All, cancelled ones among them.
    pub booked: i64,
    /// Customers who came in time.
    pub on_time: i64,
    /// Customers who came later and were walk-ins.
    pub late: i64,
    /// The date ended and nobody came.
    pub missed: i64,
    /// Cancelled.
    pub cancelled: i64,
    /// First call − the later of slot and check-in, seconds.
    pub delay: Histogram,
}

impl VisitFigures {
    /// Puts another set of figures in (`sign` 1) or takes it out (−1).
    pub fn merge(&mut self, other: &Self, sign: i64) {
        for (mine, theirs) in [
            (&mut self.booked, other.booked),
            (&mut self.on_time, other.on_time),
            (&mut self.late, other.late),
            (&mut self.missed, other.missed),
            (&mut self.cancelled, other.cancelled),
        ] {
            *mine += theirs * sign;
        }
        self.delay.merge(&other.delay, sign);
    }
}

/// The visits of a date by service, their delays left out: these are the tickets'.
pub fn visits_on(appointments: &Appointments, date: Date) -> BTreeMap<Service, VisitFigures> {
    let mut by_service: BTreeMap<Service, VisitFigures> = BTreeMap::new();
    for appointment in appointments.on(date) {
        let figures = by_service.entry(appointment.service).or_default();
        figures.booked += 1;
        match appointment.status {
            Status::Booked => {}
            Status::CheckedIn { on_time: true, .. } => figures.on_time += 1,
            Status::CheckedIn { on_time: false, .. } => figures.late += 1,
            Status::Missed => figures.missed += 1,
            Status::Cancelled => figures.cancelled += 1,
        }
    }
    by_service
}
