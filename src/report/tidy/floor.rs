//! Rows of desks by half-hour and of mischief.

use super::{Cases, Rows, Subject, Written};
use crate::report::mischief::{Mischief, MischiefCounts};
use crate::report::staffing::{HalfHourStaffing, Staffing};

impl Rows<'_> {
    /// `weekday` (1 = Monday) with the half-hour as its name.
    pub(super) fn staffing(&mut self, of: &Staffing) -> Written {
        let quarter = self.report.quarter.clone();
        for (measure, value) in [
            ("staffing_share", of.share.to_string()),
            ("staffing_allowance", of.allowance.to_string()),
        ] {
            let subject = Subject::centre();
            self.write(subject, &quarter, (measure, "share"), Some(value), None)?;
        }
        for service in &of.services {
            let digit = service.service.digit().to_string();
            let subject = Subject {
                scope: "service",
                id: &digit,
                name: "",
            };
            let cases = Cases {
                count: service.tickets,
                small: service.small_sample,
            };
            let mean = service.mean_s.map(|mean_s| mean_s.to_string());
            self.write(
                subject,
                &quarter,
                ("desk_time_mean", "s"),
                mean,
                Some(cases),
            )?;
        }
        for day in &of.weekdays {
            let id = day.weekday.to_string();
            for line in &day.half_hours {
                let subject = Subject {
                    scope: "weekday",
                    id: &id,
                    name: &line.label,
                };
                self.half_hour(subject, &quarter, line)?;
            }
        }
        Ok(())
    }

    fn half_hour(&mut self, subject: Subject<'_>, period: &str, of: &HalfHourStaffing) -> Written {
        let cases = Cases {
            count: of.tickets,
            small: of.small_sample,
        };
        for (measure, unit, value) in [
            ("measured", "count", Some(of.measured.to_string())),
            (
                "mean_arrivals",
                "tickets",
                Some(of.mean_arrivals.to_string()),
            ),
            ("desk_time_mean", "s", of.handling_s.map(|s| s.to_string())),
            ("load", "erlang", of.load.map(|load| load.to_string())),
            (
                "desks_required",
                "desks",
                of.desks_required.map(|desks| desks.to_string()),
            ),
            ("desks_open", "desks", Some(of.desks_open.to_string())),
            (
                "service_level",
                "share",
                of.service_level.map(|level| level.to_string()),
            ),
        ] {
            self.write(subject, period, (measure, unit), value, Some(cases))?;
        }
        Ok(())
    }

    pub(super) fn mischief(&mut self, of: &Mischief) -> Written {
        let quarter = self.report.quarter.clone();
        let centre = Subject::centre();
        self.mischief_counts(centre, &quarter, &of.counts)?;
        self.ghosts(centre, &quarter, of.ghosts.n, of.ghost_s)?;
        self.share(centre, &quarter, "ghost_share", &of.ghosts)?;
        for service in &of.services {
            let digit = service.service.digit().to_string();
            let subject = Subject {
                scope: "service",
                id: &digit,
                name: &service.name,
            };
            self.ghosts(subject, &quarter, service.ghosts.n, service.ghost_s)?;
            self.share(subject, &quarter, "ghost_share", &service.ghosts)?;
        }
        for line in &of.half_hours {
            let subject = Subject {
                scope: "half_hour",
                id: &line.label,
                name: "",
            };
            self.share(subject, &quarter, "ghost_share", &line.ghosts)?;
        }
        for day in &of.days {
            let date = day.date.to_string();
            let subject = Subject {
                scope: "day",
                id: &date,
                name: "",
            };
            self.mischief_counts(subject, &date, &day.counts)?;
            self.ghosts(subject, &date, day.ghosts, day.ghost_s)?;
        }
        Ok(())
    }

    fn ghosts(&mut self, subject: Subject<'_>, period: &str, ghosts: u64, s: u64) -> Written {
        self.plain(subject, period, "ghost_tickets", "tickets", Some(ghosts))?;
        self.plain(subject, period, "ghost_time", "s", Some(s))
    }

    fn mischief_counts(
        &mut self,
        subject: Subject<'_>,
        period: &str,
        of: &MischiefCounts,
    ) -> Written {
        for (measure, unit, value) in [
            ("presses_resting", "count", of.presses_resting),
            ("presses_burst", "count", of.presses_burst),
            ("presses_stale", "count", of.presses_stale),
            ("presses_closed", "count", of.presses_closed),
            ("press_series", "count", of.series),
            ("press_series_tickets", "tickets", of.series_tickets),
            ("press_series_left", "tickets", of.series_left),
        ] {
            self.plain(subject, period, measure, unit, Some(value))?;
        }
        Ok(())
    }
}
