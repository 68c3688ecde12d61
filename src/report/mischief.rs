//! Presses and tickets that were no customer's, and what they cost.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::Serialize;
use utoipa::ToSchema;

use super::figures::{count, share};
use super::model::Share;
use crate::queue::catalogue::Service;
use crate::queue::mischief::Ghosts;
use crate::queue::setup::Setup;
use crate::queue::statistics::DayFigures;
use crate::queue::wording;

/// Mischief over some dates.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Mischief {
    /// Presses and series of presses.
    #[serde(flatten)]
    pub counts: MischiefCounts,
    /// Tickets nobody came with, of those issued.
    pub ghosts: Share,
    /// What desks waited for them, from the call to the no-show, seconds.
    pub ghost_s: u64,
    /// Ghosts by service of issue, in button order.
    pub services: Vec<ServiceGhosts>,
    /// Ghosts by half-hour of issue; half-hours with tickets only.
    pub half_hours: Vec<HalfHourGhosts>,
    /// Date by date, those with data; empty in the report of one date.
    pub days: Vec<DayMischief>,
}

/// Presses that issued no ticket, by kind, and series of presses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, ToSchema)]
pub struct MischiefCounts {
    /// Double presses: while the button rested.
    pub presses_resting: u64,
    /// Beyond the most tickets of one kiosk in a short time.
    pub presses_burst: u64,
    /// Reported too late.
    pub presses_stale: u64,
    /// While no tickets were issued.
    pub presses_closed: u64,
    /// Series of presses; those of a date are counted when it is over.
    pub series: u64,
    /// Tickets in them.
    pub series_tickets: u64,
    /// Of these, left behind: no-show or cancelled, and nobody ever came.
    pub series_left: u64,
}

/// Ghosts of a service.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ServiceGhosts {
    /// Button digit.
    pub service: Service,
    /// Its name, to the letter of A2/2/1.3.
    pub name: String,
    /// Of the tickets issued.
    pub ghosts: Share,
    /// What desks waited for them, seconds.
    pub ghost_s: u64,
}

/// Ghosts of a half-hour.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct HalfHourGhosts {
    /// Half-hour of the day, 0 = 0.00.
    pub half_hour: u8,
    /// Its start, e.g. "8.30".
    pub label: String,
    /// Of the tickets issued in it.
    pub ghosts: Share,
}

/// Mischief of one date.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct DayMischief {
    /// Date, local.
    pub date: Date,
    /// Presses and series of presses.
    #[serde(flatten)]
    pub counts: MischiefCounts,
    /// Tickets nobody came with.
    pub ghosts: u64,
    /// What desks waited for them, seconds.
    pub ghost_s: u64,
}

/// Mischief of the quarter's dates.
pub(super) fn of_dates(setup: &Setup, days: &BTreeMap<Date, DayFigures>) -> Mischief {
    let mut all = Sum::default();
    let mut lines = Vec::with_capacity(days.len());
    for (date, day) in days {
        let mut one = Sum::default();
        one.add(day);
        let ghosts = one.ghosts();
        lines.push(DayMischief {
            date: *date,
            counts: one.counts,
            ghosts: count(ghosts.count),
            ghost_s: count(ghosts.waited_s),
        });
        all.add(day);
    }
    all.report(setup, lines)
}

/// Mischief of one date.
pub(super) fn of_day(setup: &Setup, day: &DayFigures) -> Mischief {
    let mut sum = Sum::default();
    sum.add(day);
    sum.report(setup, Vec::new())
}

#[derive(Default)]
struct Sum {
    counts: MischiefCounts,
    services: BTreeMap<Service, (i64, Ghosts)>,
    issued: BTreeMap<u8, i64>,
}

impl Sum {
    fn add(&mut self, day: &DayFigures) {
        let (mischief, counts) = (&day.counts.mischief, &mut self.counts);
        // Those of a stopped service are told with closing.
        let closed = day.counts.refused - day.counts.refused_stopped;
        for (sum, more) in [
            (&mut counts.presses_resting, mischief.resting),
            (&mut counts.presses_burst, mischief.burst),
            (&mut counts.presses_stale, mischief.stale),
            (&mut counts.presses_closed, closed),
            (&mut counts.series, mischief.series),
            (&mut counts.series_tickets, mischief.series_tickets),
            (&mut counts.series_left, mischief.series_left),
        ] {
            *sum += count(more);
        }
        for (service, figures) in &day.services {
            let (issued, ghosts) = self.services.entry(*service).or_default();
            *issued += figures.issued;
            ghosts.merge(&figures.ghosts, 1);
            for (half_hour, [issued, ..]) in &figures.half_hours {
                *self.issued.entry(*half_hour).or_default() += issued;
            }
        }
    }

    fn ghosts(&self) -> Ghosts {
        let mut all = Ghosts::default();
        for (_, ghosts) in self.services.values() {
            all.merge(ghosts, 1);
        }
        all
    }

    fn report(&self, setup: &Setup, days: Vec<DayMischief>) -> Mischief {
        let all = self.ghosts();
        let issued = self.services.values().map(|(issued, _)| issued).sum();
        let nothing = (0, Ghosts::default());
        Mischief {
            counts: self.counts,
            ghosts: share(count(all.count), count(issued)),
            ghost_s: count(all.waited_s),
            services: Service::ALL
                .into_iter()
                .map(|service| {
                    let (issued, ghosts) = self.services.get(&service).unwrap_or(&nothing);
                    ServiceGhosts {
                        service,
                        name: setup.service_name(service).to_owned(),
                        ghosts: share(count(ghosts.count), count(*issued)),
                        ghost_s: count(ghosts.waited_s),
                    }
                })
                .collect(),
            half_hours: self
                .issued
                .iter()
                .filter(|(_, issued)| **issued > 0)
                .map(|(half_hour, issued)| {
                    let ghosts = all.half_hours.get(half_hour).copied().unwrap_or(0);
                    HalfHourGhosts {
                        half_hour: *half_hour,
                        label: wording::half_hour(*half_hour),
                        ghosts: share(count(ghosts), count(*issued)),
                    }
                })
                .collect(),
            days,
        }
    }
}
