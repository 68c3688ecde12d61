//! What one event changes in the figures of its date.

use jiff::SignedDuration;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::centre::Centre;
use super::desk::Seat;
use super::event::{CallRule, Event, Happened, Suppression};
use super::forecast::LearnedTimes;
use super::statistics::{DayCounts, DayFigures, DeskFigures, earliest, learned_from, seconds};
use super::ticket::{DeskNumber, Ticket, TicketId};

/// What one event changes in the figures: to be added to what is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The date counted on.
    pub date: Date,
    /// Differences; merging them in brings the date up to date.
    pub figures: DayFigures,
    /// Differences of what the forecast learns.
    pub learned: LearnedTimes,
    /// Tickets as the event left them.
    pub tickets: Vec<Ticket>,
}

/// The first half of a [`Change`], taken before the event is applied.
#[derive(Debug)]
pub struct Pending {
    change: Change,
    after: Vec<TicketId>,
    tz: TimeZone,
}

impl Pending {
    /// Looks at the centre before an event.
    pub fn begin(before: &Centre, happened: &Happened, tz: &TimeZone) -> Self {
        let mut change = Change {
            date: date_of(before, happened, tz),
            figures: DayFigures::default(),
            learned: LearnedTimes::default(),
            tickets: Vec::new(),
        };
        count_event(&mut change.figures.counts, before, happened);
        for (desk, figures) in desk_time(before, happened) {
            change
                .figures
                .desks
                .entry(desk)
                .or_default()
                .merge(&figures, 1);
        }
        let touched = touched(before, &happened.event);
        for ticket in touched.iter().filter_map(|id| before.tickets.get(id)) {
            change.count(ticket, tz, -1);
        }
        let mut pending = Self {
            change,
            after: touched,
            tz: tz.clone(),
        };
        if let Event::DayBegan {
            unserved,
            unfinished,
            ..
        } = &happened.event
        {
            // The new day forgets the old one's tickets, so they are counted here as it ends them.
            pending.after.clear();
            for ticket in before.closed_by_day(happened.at, unserved, unfinished) {
                pending.change.count(&ticket, tz, 1);
                pending.change.tickets.push(ticket);
            }
        }
        pending
    }

    /// Looks at the centre after it.
    pub fn complete(mut self, after: &Centre) -> Change {
        for ticket in self.after.iter().filter_map(|id| after.tickets.get(id)) {
            self.change.count(ticket, &self.tz, 1);
            self.change.tickets.push(ticket.clone());
        }
        self.change
    }
}

impl Change {
    fn count(&mut self, ticket: &Ticket, tz: &TimeZone, sign: i64) {
        self.figures.count_ticket(ticket, tz, sign);
        self.learned.merge(&learned_from(ticket), sign);
    }
}

/// The tickets an event changes.
fn touched(before: &Centre, event: &Event) -> Vec<TicketId> {
    match event {
        Event::TicketIssued { ticket, .. }
        | Event::TicketCalled { ticket, .. }
        | Event::TicketRecalled { ticket, .. }
        | Event::CustomerArrived { ticket, .. }
        | Event::DocumentsStarted { ticket, .. }
        | Event::TicketFinished { ticket, .. }
        | Event::TicketNoShow { ticket, .. }
        | Event::TicketMarkedOutOfTurn { ticket, .. }
        | Event::TicketCancelled { ticket, .. }
        | Event::TicketTransferred { ticket, .. }
        | Event::TicketParked { ticket, .. }
        | Event::TicketResumed { ticket, .. }
        | Event::TicketReinstated { ticket, .. }
        | Event::StepUndone { ticket, .. }
        | Event::SlipRequested { ticket, .. } => vec![*ticket],
        Event::DayBegan {
            unserved,
            unfinished,
            ..
        } => unserved.iter().chain(unfinished).copied().collect(),
        Event::DeskClosed { desk } | Event::DeskRemoved { desk } => before
            .staffed(*desk)
            .and_then(|staffed| staffed.seat.ticket())
            .into_iter()
            .collect(),
        Event::DaemonStarted { .. }
        | Event::ClockStepped { .. }
        | Event::PressSuppressed { .. }
        | Event::DeskOpened { .. }
        | Event::BreakStarted { .. }
        | Event::BreakEnded { .. }
        | Event::NobodyCalled { .. }
        | Event::SlipSending { .. }
        | Event::SlipPrinted { .. }
        | Event::SlipFailed { .. }
        | Event::SlipUnknown { .. }
        | Event::HelpRequested { .. }
        | Event::HelpAnswered { .. } => Vec::new(),
    }
}

fn count_event(counts: &mut DayCounts, before: &Centre, happened: &Happened) {
    match &happened.event {
        Event::DaemonStarted { .. } => counts.starts += 1,
        Event::PressSuppressed { why, .. } => match why {
            Suppression::Closed => counts.refused += 1,
            Suppression::Resting | Suppression::Burst | Suppression::Stale => {
                counts.suppressed += 1
            }
        },
        Event::TicketCalled { reason, .. } => {
            counts.overtakes += i64::from(!reason.overtook.is_empty());
            counts.overrides += i64::from(reason.rule == CallRule::ByHand);
            let at = Some(happened.at.as_second());
            counts.first_call = earliest(counts.first_call, at);
            counts.last_call = counts.last_call.max(at);
        }
        Event::TicketFinished { .. } => {
            counts.last_finish = counts.last_finish.max(Some(happened.at.as_second()));
        }
        Event::TicketNoShow { desk, .. } => {
            let early = before.staffed(*desk).is_some_and(|staffed| {
                matches!(&staffed.seat, Seat::Called { since, .. }
                    if happened.at.duration_since(*since) < SignedDuration::from_mins(1))
            });
            counts.early_no_shows += i64::from(early);
        }
        Event::SlipRequested { .. } => counts.reprints += 1,
        Event::SlipFailed { .. } => counts.print_failures += 1,
        Event::SlipUnknown { .. } => counts.print_unknown += 1,
        Event::ClockStepped { .. }
        | Event::DayBegan { .. }
        | Event::TicketIssued { .. }
        | Event::DeskOpened { .. }
        | Event::DeskClosed { .. }
        | Event::BreakStarted { .. }
        | Event::BreakEnded { .. }
        | Event::NobodyCalled { .. }
        | Event::TicketRecalled { .. }
        | Event::CustomerArrived { .. }
        | Event::DocumentsStarted { .. }
        | Event::TicketMarkedOutOfTurn { .. }
        | Event::TicketCancelled { .. }
        | Event::TicketTransferred { .. }
        | Event::TicketParked { .. }
        | Event::TicketResumed { .. }
        | Event::TicketReinstated { .. }
        | Event::StepUndone { .. }
        | Event::DeskRemoved { .. }
        | Event::SlipSending { .. }
        | Event::SlipPrinted { .. }
        | Event::HelpRequested { .. }
        | Event::HelpAnswered { .. } => {}
    }
}

/// Open and break time of desks that an event brings to an end.
fn desk_time(before: &Centre, happened: &Happened) -> Vec<(DeskNumber, DeskFigures)> {
    let ended: Vec<DeskNumber> = match &happened.event {
        Event::DeskClosed { desk } | Event::DeskRemoved { desk } => vec![*desk],
        Event::DayBegan { .. } => before.desks.keys().copied().collect(),
        Event::BreakEnded { desk } => {
            return break_of(before, *desk, happened.at)
                .map(|break_s| {
                    let figures = DeskFigures {
                        break_s,
                        open_s: -break_s,
                        ..DeskFigures::default()
                    };
                    vec![(*desk, figures)]
                })
                .unwrap_or_default();
        }
        Event::DaemonStarted { .. }
        | Event::ClockStepped { .. }
        | Event::TicketIssued { .. }
        | Event::PressSuppressed { .. }
        | Event::DeskOpened { .. }
        | Event::BreakStarted { .. }
        | Event::NobodyCalled { .. }
        | Event::TicketCalled { .. }
        | Event::TicketRecalled { .. }
        | Event::CustomerArrived { .. }
        | Event::DocumentsStarted { .. }
        | Event::TicketFinished { .. }
        | Event::TicketNoShow { .. }
        | Event::TicketMarkedOutOfTurn { .. }
        | Event::TicketCancelled { .. }
        | Event::TicketTransferred { .. }
        | Event::TicketParked { .. }
        | Event::TicketResumed { .. }
        | Event::TicketReinstated { .. }
        | Event::StepUndone { .. }
        | Event::SlipRequested { .. }
        | Event::SlipSending { .. }
        | Event::SlipPrinted { .. }
        | Event::SlipFailed { .. }
        | Event::SlipUnknown { .. }
        | Event::HelpRequested { .. }
        | Event::HelpAnswered { .. } => return Vec::new(),
    };
    ended
        .into_iter()
        .filter_map(|desk| {
            let staffed = before.staffed(desk)?;
            let break_s = break_of(before, desk, happened.at).unwrap_or(0);
            let figures = DeskFigures {
                open_s: i64::from(seconds(staffed.since, happened.at)) - break_s,
                break_s,
                ..DeskFigures::default()
            };
            Some((desk, figures))
        })
        .collect()
}

fn break_of(before: &Centre, desk: DeskNumber, at: Timestamp) -> Option<i64> {
    match before.staffed(desk)?.seat {
        Seat::OnBreak { since } => Some(i64::from(seconds(since, at))),
        Seat::Free { .. } | Seat::Called { .. } | Seat::Serving { .. } | Seat::Documents { .. } => {
            None
        }
    }
}

/// The date a fact is counted on: the centre's date before it, or, for the first of all, its own.
pub fn date_of(before: &Centre, happened: &Happened, tz: &TimeZone) -> Date {
    before
        .date
        .unwrap_or_else(|| happened.at.to_zoned(tz.clone()).date())
}
