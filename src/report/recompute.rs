//! The figures of each date once more, from the journal alone.

use std::collections::BTreeMap;
use std::io;
use std::ops::ControlFlow;
use std::path::Path;

use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::comparison::Neighbour;
use crate::journal::record::{Fact, Record};
use crate::journal::{Progress, Quarter, Told, read_days, replay_days};
use crate::queue::calendar::Edits;
use crate::queue::centre::Centre;
use crate::queue::change::{Beside, date_of};
use crate::queue::event::{Event, Happened};
use crate::queue::statistics::DayFigures;
use crate::queue::ticket::{Ticket, TicketId};

/// Figures by date with what stood in the way of them.
#[derive(Debug, Default)]
pub struct Recomputed {
    /// By local date of issue.
    pub days: BTreeMap<Date, DayFigures>,
    /// What managers had changed in the calendar at the end of it: past dates keep their hours.
    pub calendar: Edits,
    /// Places of the journal that could not be read. That each line continues the line before is
    /// not looked at: [`damaged_places`] does.
    pub damaged: u64,
}

/// Replays records, oldest first, to the figures of each date. To know a date as it stood at some
/// moment, leave out what was recorded after it.
///
/// Records may begin at any start of a date. Where a snapshot knows tickets otherwise than the
/// records before it, some were lost, and the snapshot is believed.
pub fn recompute(
    records: impl IntoIterator<Item = Record>,
    tz: &TimeZone,
) -> BTreeMap<Date, DayFigures> {
    let mut replay = Replay::default();
    for record in records {
        replay.take(record, tz);
    }
    replay.finish(tz)
}

/// Replays the journal's records of one quarter, up to the start of the first date after it,
/// which closes the last one's tickets.
///
/// # Errors
/// Where the journal directory cannot be listed.
pub fn recompute_quarter(data: &Path, tz: &TimeZone, quarter: Quarter) -> io::Result<Recomputed> {
    recompute_quarters(data, tz, quarter, quarter, &mut |_| {})
}

/// Places of a quarter's journal that cannot be read or do not continue the line before them.
///
/// # Errors
/// Where the journal directory cannot be listed.
pub fn damaged_places(data: &Path, tz: &TimeZone, quarter: Quarter) -> io::Result<u64> {
    let from = quarter.first_date().unwrap_or(Date::MAX);
    let to = quarter.last_date().unwrap_or(Date::MAX);
    let mut damaged = 0;
    for item in read_days(data, tz, from..Date::MAX)? {
        match item.map(|record| record.fact) {
            Ok(Fact::Queue(Event::DayBegan { date, .. })) if date > to => break,
            Ok(_) => {}
            Err(_) => damaged += 1,
        }
    }
    Ok(damaged)
}

/// As [`recompute_quarter`], with the quarters the report compares it with: what
/// [`super::quarter_report`] needs. Progress is told in dates.
///
/// # Errors
/// Where the journal directory cannot be listed.
pub fn recompute_report(
    data: &Path,
    tz: &TimeZone,
    quarter: Quarter,
    progress: Progress<'_>,
) -> io::Result<Recomputed> {
    let before = Neighbour::PreviousQuarter.of(quarter).unwrap_or(quarter);
    let year_before = Neighbour::YearBefore.of(quarter);
    let two = dates(before, quarter);
    let total = two + year_before.map_or(0, |earlier| dates(earlier, earlier));
    let mut recomputed =
        recompute_quarters(data, tz, before, quarter, &mut |done| progress(done, total))?;
    if let Some(year_before) = year_before {
        let earlier = recompute_quarters(data, tz, year_before, year_before, &mut |done| {
            progress(two + done, total);
        })?;
        recomputed.days.extend(earlier.days);
        recomputed.damaged += earlier.damaged;
    }
    Ok(recomputed)
}

/// How many dates lie from the beginning of one quarter to the end of another.
fn dates(first: Quarter, last: Quarter) -> u64 {
    let ends = first.first_date().zip(last.last_date());
    ends.map_or(0, |(from, to)| days_since(from, to) + 1)
}

fn days_since(from: Date, date: Date) -> u64 {
    let span = date.since(from).map_or(0, |span| span.get_days());
    u64::try_from(span).unwrap_or(0)
}

/// `told` hears how many dates are done.
fn recompute_quarters(
    data: &Path,
    tz: &TimeZone,
    first: Quarter,
    last: Quarter,
    told: &mut dyn FnMut(u64),
) -> io::Result<Recomputed> {
    let from = first.first_date().unwrap_or(Date::MAX);
    let to = last.last_date().unwrap_or(Date::MAX);
    let mut replay = Replay::default();
    let mut damaged = 0;
    let mut on = None;
    replay_days(data, tz, from..Date::MAX, |item| {
        match item {
            Told::Happened(happened) => replay.happen(happened, tz),
            Told::Record(record) => replay.take(record, tz),
            Told::Damage(_) => damaged += 1,
        }
        if replay.centre.date != on {
            on = replay.centre.date;
            if on.is_some_and(|date| date > to) {
                return ControlFlow::Break(());
            }
            told(on.map_or(0, |date| days_since(from, date)));
        }
        ControlFlow::Continue(())
    })?;
    let calendar = replay.centre.calendar.clone();
    let mut days = replay.finish(tz);
    days.retain(|date, _| (from..=to).contains(date));
    Ok(Recomputed {
        days,
        calendar,
        damaged,
    })
}

/// Folds records. A ticket is counted once, when its date is over, so that it costs the same
/// however often it changes.
#[derive(Default)]
struct Replay {
    centre: Centre,
    days: BTreeMap<Date, DayFigures>,
}

impl Replay {
    fn take(&mut self, record: Record, tz: &TimeZone) {
        match record.fact {
            Fact::Queue(event) => {
                self.happen(
                    &Happened {
                        seq: record.seq,
                        at: record.at,
                        event,
                    },
                    tz,
                );
            }
            Fact::Snapshot(state) => {
                // Where the start of this date is lost, so is how the last one ended. What the
                // snapshot knows of is counted with its own date.
                if state.centre.date != self.centre.date {
                    let known = &state.centre.tickets;
                    self.centre.tickets.retain(|id, _| !known.contains_key(id));
                    self.count_tickets(Vec::new(), tz);
                }
                self.centre = state.centre;
            }
            Fact::Access(_) | Fact::Quality(_) | Fact::Sealed(_) | Fact::Redacted(_) => {}
        }
    }

    fn happen(&mut self, happened: &Happened, tz: &TimeZone) {
        let date = date_of(&self.centre, happened, tz);
        if let Event::DayBegan {
            date: began,
            unserved,
            unfinished,
        } = &happened.event
        {
            let ended = self.centre.closed_by_day(happened.at, unserved, unfinished);
            self.count_tickets(ended, tz);
            let figures = self.days.entry(*began).or_default();
            figures.count_visits(&self.centre.appointments, *began, 1);
        }
        let figures = self.days.entry(date).or_default();
        let beside = Beside::begin(&self.centre, happened, date, figures);
        self.centre.apply(happened);
        beside.complete(&self.centre, figures);
    }

    /// Counts the centre's tickets, some of them as its day ended them.
    fn count_tickets(&mut self, ended: Vec<Ticket>, tz: &TimeZone) {
        let ended: BTreeMap<TicketId, Ticket> = ended
            .into_iter()
            .map(|ticket| (ticket.id, ticket))
            .collect();
        for ticket in self.centre.tickets.values() {
            let ticket = ended.get(&ticket.id).unwrap_or(ticket);
            let day = self.days.entry(ticket.date).or_default();
            day.count_ticket(ticket, tz, 1);
        }
    }

    fn finish(mut self, tz: &TimeZone) -> BTreeMap<Date, DayFigures> {
        self.count_tickets(Vec::new(), tz);
        self.days
    }
}
