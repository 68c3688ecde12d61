//! Changes of the calendar by a manager.

use jiff::ToSpan;
use jiff::civil::Date;

use super::{Decision, Moment, text_within};

use crate::queue::calendar::edits::{ChangeKind, DayChange};
use crate::queue::calendar::{Calendar, DayKind};
use crate::queue::centre::Centre;
use crate::queue::command::Actor;
use crate::queue::event::Event;
use crate::queue::hours::{DayHours, Interval, Overlap};
use crate::queue::rejection::Rejection;

/// How far ahead days can be changed: a year and a month, so that the year to come can be planned
/// as soon as the Cabinet has decided on it.
pub const PLANNED_DAYS_MAX: i32 = 400;

/// Longest reason, characters: it stands on the idle screens beside the week's hours.
pub const REASON_CHARS_MAX: usize = 100;

/// Intervals of one day.
pub const INTERVALS_MAX: usize = 6;

pub(super) fn set_day(
    centre: &Centre,
    moment: &Moment,
    actor: &Actor,
    date: Date,
    change: &DayChange,
    reason: &str,
) -> Decision {
    let by = manager(actor)?;
    within_reach(moment, date)?;
    let reason = text_within("reason", reason, REASON_CHARS_MAX)?;
    let change = match change {
        DayChange::Hours { intervals } => DayChange::Hours {
            intervals: in_order(intervals)?,
        },
        DayChange::Moved { to } => {
            within_reach(moment, *to)?;
            can_move(centre, moment, date, *to)?;
            DayChange::Moved { to: *to }
        }
    };
    if stands(centre, date, &change, &reason) {
        return Ok(Vec::new());
    }
    Ok(vec![Event::CalendarDaySet {
        date,
        change,
        reason,
        by,
        begun: begun(centre, moment),
    }])
}

/// What is not there is taken back without a word, so that a repeat does no harm.
pub(super) fn clear_day(
    centre: &Centre,
    moment: &Moment,
    actor: &Actor,
    date: Date,
    kind: ChangeKind,
) -> Decision {
    let by = manager(actor)?;
    within_reach(moment, date)?;
    let known = match kind {
        ChangeKind::Hours => centre.calendar.hours.contains_key(&date),
        ChangeKind::Moved => match centre.calendar.moves.get(&date) {
            // A day that was made up for stays so.
            Some(edit) => within_reach(moment, edit.to).map(|()| true)?,
            None => false,
        },
    };
    if !known {
        return Ok(Vec::new());
    }
    Ok(vec![Event::CalendarDayCleared {
        date,
        kind,
        by,
        begun: begun(centre, moment),
    }])
}

fn manager(actor: &Actor) -> Result<String, Rejection> {
    match actor {
        Actor::Supervisor { login } => Ok(login.clone()),
        Actor::Consultant { .. } | Actor::Rinda | Actor::Device { .. } => {
            Err(Rejection::NotAllowed)
        }
    }
}

/// Today and what can be planned.
fn within_reach(moment: &Moment, date: Date) -> Result<(), Rejection> {
    let today = moment.setup.date_of(moment.now);
    let last = today.saturating_add(PLANNED_DAYS_MAX.days());
    if date < today {
        Err(Rejection::PastDate(date))
    } else if date > last {
        Err(Rejection::DateTooFar { last })
    } else {
        Ok(())
    }
}

fn in_order(intervals: &[Interval]) -> Result<Vec<Interval>, Rejection> {
    if intervals.len() > INTERVALS_MAX {
        return Err(Rejection::TooManyIntervals { max: INTERVALS_MAX });
    }
    let mut intervals = intervals.to_vec();
    intervals.sort_unstable();
    DayHours::new(intervals.clone()).map_err(|Overlap(a, b)| Rejection::HoursOverlap(a, b))?;
    Ok(intervals)
}

/// A working day goes to a date that is free by its weekday alone. What an earlier move of the same
/// day made of the two dates does not count.
fn can_move(centre: &Centre, moment: &Moment, from: Date, to: Date) -> Result<(), Rejection> {
    let mut without = centre.calendar.clone();
    without.clear(from, ChangeKind::Moved);
    let calendar = Calendar::new(&moment.setup.hours, &without);
    let (away, here) = (calendar.day(from), calendar.day(to));
    // What the Cabinet moved can be moved elsewhere.
    if away.hours.is_closed() && away.kind != DayKind::MovedAway {
        return Err(Rejection::NotAWorkingDay(from));
    }
    let cabinets = calendar.moved_to(from) == Some(to);
    if from == to || !(here.kind == DayKind::Week && here.hours.is_closed() || cabinets) {
        return Err(Rejection::NotAFreeDay(to));
    }
    Ok(())
}

fn stands(centre: &Centre, date: Date, change: &DayChange, reason: &str) -> bool {
    let edits = &centre.calendar;
    match change {
        DayChange::Hours { intervals } => edits.hours.get(&date).is_some_and(|edit| {
            edit.hours.intervals() == intervals.as_slice() && edit.mark.reason == reason
        }),
        DayChange::Moved { to } => edits
            .moves
            .get(&date)
            .is_some_and(|edit| edit.to == *to && edit.mark.reason == reason),
    }
}

/// Whoever came before the hours of today were changed is served (A2/2/2.3).
fn begun(centre: &Centre, moment: &Moment) -> bool {
    let calendar = centre.calendar(moment.setup);
    calendar.begun_today(moment.now, &moment.setup.timezone)
}
