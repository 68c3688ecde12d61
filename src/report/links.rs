//! Where exceptions are found: addresses on the manager's page, in the form its pages read.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::figures::count;
use super::latvian;
use super::model::{DayLine, StripLink};
use crate::queue::statistics::DayFigures;

/// Links of one row of the compliance strip; the exceptions themselves are all told.
pub const LINKS_MAX: usize = 20;

/// To a date.
pub(super) fn day(text: String, date: Date) -> StripLink {
    StripLink {
        text,
        href: format!("/manager#/day/{date}"),
    }
}

/// The list of feedback.
pub(super) fn feedback(text: String) -> StripLink {
    StripLink {
        text,
        href: "/manager#feedback".to_owned(),
    }
}

/// The calendar, where notices are.
pub(super) fn calendar(text: String) -> StripLink {
    StripLink {
        text,
        href: "/manager#calendar".to_owned(),
    }
}

/// The dates of what the strip tells as sums.
#[derive(Debug, Default)]
pub(super) struct ExceptionDates {
    /// Help that nobody answered.
    pub(super) help: Vec<StripLink>,
    /// Tickets left over at the day's end.
    pub(super) left_over: Vec<StripLink>,
    /// Finished after the end of reception.
    pub(super) overtime: Vec<StripLink>,
    /// No-shows before the minute was over.
    pub(super) early: Vec<StripLink>,
    /// Calls from a desk that had a customer.
    pub(super) busy: Vec<StripLink>,
}

impl ExceptionDates {
    /// Those of a quarter's dates, the first [`LINKS_MAX`] of each.
    pub(super) fn of(lines: &[DayLine], days: &BTreeMap<Date, DayFigures>) -> Self {
        let mut found = Self::default();
        for line in lines {
            let Some(day) = days.get(&line.date) else {
                continue;
            };
            let counts = &day.counts;
            let services = day.services.values();
            let left_over = services.map(|service| service.unserved + service.force_closed);
            for (links, cases) in [
                (
                    &mut found.help,
                    counts.help_requested - counts.help_answered,
                ),
                (&mut found.left_over, left_over.sum()),
                (&mut found.early, counts.early_no_shows),
                (&mut found.busy, counts.calls_while_busy),
            ] {
                note(links, line.date, count(cases), "");
            }
            let late = format!("līdz {} min", latvian::minutes(line.overtime_s));
            note(
                &mut found.overtime,
                line.date,
                line.finished_after_closing,
                &late,
            );
        }
        found
    }
}

fn note(links: &mut Vec<StripLink>, date: Date, cases: u64, more: &str) {
    if cases == 0 || links.len() == LINKS_MAX {
        return;
    }
    let comma = if more.is_empty() { "" } else { ", " };
    let text = format!("{}: {cases}{comma}{more}", latvian::date(date));
    links.push(day(text, date));
}
