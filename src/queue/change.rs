//! What one event changes in the figures of its date.

use std::collections::BTreeMap;

use jiff::SignedDuration;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::centre::Centre;
use super::desk::Seat;
use super::event::{CallRule, Event, Happened, Suppression};
use super::statistics::{DayCounts, DayFigures, DeskFigures, StopNote, earliest};
use super::ticket::{DeskNumber, TicketId};

/// How long a called customer is awaited by the standard (A2/2/2.4), whatever is configured. The
/// minute moves with a stepped clock and starts afresh with the daemon, so it is compared with
/// where it runs from.
const AWAITED: SignedDuration = SignedDuration::from_mins(1);

/// What one event changes in the figures: to be added to what is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The date counted on.
    pub date: Date,
    /// A date that began with this event: it has figures from now on, be they all zero, and is
    /// told by that from a date on which the daemon did not run.
    pub began: Option<Date>,
    /// What that date begins with: the visits booked for it.
    pub began_figures: DayFigures,
    /// Tickets ever issued before the event: those of a date that begins with it are later ones.
    pub issued_before: u64,
    /// Journal sequence of the event.
    pub seq: u64,
    /// Differences; merging them in brings the date up to date.
    pub figures: DayFigures,
}

/// The first half of a [`Change`], taken before the event is applied.
#[derive(Debug)]
pub struct Pending {
    change: Change,
    after: Vec<TicketId>,
    beside: Beside,
    tz: TimeZone,
}

impl Pending {
    /// Looks at the centre before an event.
    pub fn begin(before: &Centre, happened: &Happened, tz: &TimeZone) -> Self {
        let mut change = Change {
            date: date_of(before, happened, tz),
            figures: DayFigures::default(),
            began: None,
            began_figures: DayFigures::default(),
            issued_before: before.tickets_issued,
            seq: happened.seq,
        };
        let beside = Beside::begin(before, happened, change.date, &mut change.figures);
        let mut after = touched(before, &happened.event);
        let tickets = after.iter().filter_map(|id| before.tickets.get(id));
        for ticket in tickets {
            change.figures.count_ticket(ticket, tz, -1);
        }
        if let Event::DayBegan {
            date,
            unserved,
            unfinished,
        } = &happened.event
        {
            change.began = Some(*date);
            let began = &mut change.began_figures;
            began.count_visits(&before.appointments, *date, 1);
            // The new day forgets the old one's tickets, so they are counted here as it ends them.
            after.clear();
            for ticket in before.closed_by_day(happened.at, unserved, unfinished) {
                change.figures.count_ticket(&ticket, tz, 1);
            }
        }
        Self {
            change,
            after,
            beside,
            tz: tz.clone(),
        }
    }

    /// Looks at the centre after it.
    pub fn complete(mut self, after: &Centre) -> Change {
        let figures = &mut self.change.figures;
        for ticket in self.after.iter().filter_map(|id| after.tickets.get(id)) {
            figures.count_ticket(ticket, &self.tz, 1);
        }
        self.beside.complete(after, figures);
        self.change
    }
}

/// What an event changes in the figures of its date beside its tickets, first half: for one who
/// counts the tickets of a date himself when it is over.
#[derive(Debug)]
pub struct Beside {
    date: Date,
    /// The event changes a booked visit.
    visits: bool,
    desks: Vec<DeskBefore>,
}

impl Beside {
    /// Looks at the centre before an event; `date` is that of [`date_of`], and `figures` are its.
    pub fn begin(
        before: &Centre,
        happened: &Happened,
        date: Date,
        figures: &mut DayFigures,
    ) -> Self {
        count_event(&mut figures.counts, before, happened);
        let visits = touches_visits(&happened.event);
        if visits {
            figures.count_visits(&before.appointments, date, -1);
        }
        Self {
            date,
            visits,
            desks: DeskBefore::look(before, happened),
        }
    }

    /// Looks at the centre after it.
    pub fn complete(self, after: &Centre, figures: &mut DayFigures) {
        if self.visits {
            figures.count_visits(&after.appointments, self.date, 1);
        }
        for before in &self.desks {
            let desk = figures.desks.entry(before.desk).or_default();
            desk.merge(&before.figures(after), 1);
        }
    }
}

impl Change {
    /// Adds it to the figures of the dates it concerns.
    pub fn add_to(&self, days: &mut BTreeMap<Date, DayFigures>) {
        days.entry(self.date).or_default().merge(&self.figures);
        if let Some(began) = self.began {
            days.entry(began).or_default().merge(&self.began_figures);
        }
    }
}

/// Whether an event changes a booked visit.
fn touches_visits(event: &Event) -> bool {
    matches!(
        event,
        Event::AppointmentBooked { .. }
            | Event::AppointmentMoved { .. }
            | Event::AppointmentCancelled { .. }
            | Event::AppointmentCodesUnlinked { .. }
            | Event::TicketIssued {
                appointment: Some(_),
                ..
            }
    )
}

/// The tickets an event changes.
fn touched(before: &Centre, event: &Event) -> Vec<TicketId> {
    if let Event::DayBegan {
        unserved,
        unfinished,
        ..
    } = event
    {
        return unserved.iter().chain(unfinished).copied().collect();
    }
    if let Event::DeskClosed { desk } | Event::DeskRemoved { desk } = event {
        let held = before.staffed(*desk).and_then(|desk| desk.seat.ticket());
        return held.into_iter().collect();
    }
    event.ticket().into_iter().collect()
}

/// Since when a called customer is awaited. A desk of another system may have called somebody else
/// meanwhile: then it is the ticket's own call.
fn minute_from(before: &Centre, called: TicketId, desk: DeskNumber) -> Option<Timestamp> {
    let seat = before.staffed(desk).map(|staffed| &staffed.seat);
    if let Some(Seat::Called {
        ticket,
        minute_from,
        ..
    }) = seat
        && *ticket == called
    {
        return Some(*minute_from);
    }
    let leg = before.tickets.get(&called)?.legs.last()?;
    Some(leg.called_at)
}

fn count_event(counts: &mut DayCounts, before: &Centre, happened: &Happened) {
    match &happened.event {
        Event::DaemonStarted { .. } => counts.starts += 1,
        Event::PressSuppressed { why, .. } => match why {
            Suppression::Closed => counts.refused += 1,
            Suppression::Stopped => {
                counts.refused += 1;
                counts.refused_stopped += 1;
            }
            Suppression::Resting | Suppression::Burst | Suppression::Stale => {
                counts.suppressed += 1;
                counts.mischief.press(*why);
            }
        },
        // Whether somebody comes with a ticket is known for certain when its day is over.
        Event::DayBegan { .. } => counts.mischief.series(before.tickets.values()),
        Event::TicketCalled { desk, reason, .. } => {
            counts.calls += 1;
            counts.calls_while_busy += i64::from(
                before
                    .staffed(*desk)
                    .is_some_and(|staffed| staffed.seat.ticket().is_some()),
            );
            counts.overtakes += i64::from(!reason.overtook.is_empty());
            counts.overrides += i64::from(reason.rule == CallRule::ByHand);
            let at = Some(happened.at.as_second());
            counts.first_call = earliest(counts.first_call, at);
            counts.last_call = counts.last_call.max(at);
        }
        Event::TicketFinished { .. } => {
            counts.last_finish = counts.last_finish.max(Some(happened.at.as_second()));
        }
        Event::TicketNoShow { ticket, desk, .. } => {
            let early = minute_from(before, *ticket, *desk)
                .is_some_and(|from| happened.at.duration_since(from) < AWAITED);
            counts.no_shows_declared += 1;
            counts.early_no_shows += i64::from(early);
        }
        Event::ServiceStopped {
            service,
            by,
            reason,
            chance_percent,
        } => counts.stops.push(StopNote {
            at: happened.at.as_second(),
            service: *service,
            by: by.clone(),
            reason: Some(reason.clone()),
            chance_percent: *chance_percent,
        }),
        Event::ServiceReleased { service, by } => counts.stops.push(StopNote {
            at: happened.at.as_second(),
            service: *service,
            by: by.clone(),
            reason: None,
            chance_percent: None,
        }),
        Event::HelpRequested { .. } => counts.help_requested += 1,
        Event::HelpAnswered { .. } => counts.help_answered += 1,
        Event::SlipRequested { .. } => counts.reprints += 1,
        Event::SlipRepeated { of, copy, .. } => {
            // A copy that did not come out and is tried again is one reprint.
            let first = before.outbox.jobs.get(of).is_some_and(|job| !job.copy);
            counts.reprints += i64::from(*copy && first);
        }
        Event::SlipFailed { .. } => counts.print_failures += 1,
        Event::SlipUnknown { .. } => counts.print_unknown += 1,
        Event::ClockStepped { .. }
        | Event::TicketIssued { .. }
        | Event::DeskOpened { .. }
        | Event::DeskServicesChanged { .. }
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
        | Event::RollReplaced { .. }
        | Event::CalendarDaySet { .. }
        | Event::CalendarDayCleared { .. }
        | Event::AppointmentBooked { .. }
        | Event::AppointmentMoved { .. }
        | Event::AppointmentCancelled { .. }
        | Event::AppointmentCodesUnlinked { .. } => {}
    }
}

/// How a desk stands towards its open time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Presence {
    Away,
    Open,
    OnBreak,
}

/// A desk that an event may open, close or send on a break, before the event.
#[derive(Debug)]
struct DeskBefore {
    desk: DeskNumber,
    presence: Presence,
    /// When its time ends or begins, should the event change it.
    turns_at: Timestamp,
}

impl DeskBefore {
    /// Where nobody said when the desk closed, it certainly was open until its last step.
    fn look(before: &Centre, happened: &Happened) -> Vec<Self> {
        let (desks, by_itself): (Vec<DeskNumber>, bool) = match &happened.event {
            Event::DeskOpened { desk, .. }
            | Event::DeskClosed { desk }
            | Event::BreakStarted { desk }
            | Event::BreakEnded { desk } => (vec![*desk], false),
            Event::DeskRemoved { desk } => (vec![*desk], true),
            Event::DayBegan { .. } => (before.desks.keys().copied().collect(), true),
            Event::DaemonStarted { .. }
            | Event::ClockStepped { .. }
            | Event::TicketIssued { .. }
            | Event::PressSuppressed { .. }
            | Event::DeskServicesChanged { .. }
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
            | Event::SlipRepeated { .. }
            | Event::RollReplaced { .. }
            | Event::HelpRequested { .. }
            | Event::HelpAnswered { .. }
            | Event::CalendarDaySet { .. }
            | Event::CalendarDayCleared { .. }
            | Event::AppointmentBooked { .. }
            | Event::AppointmentMoved { .. }
            | Event::AppointmentCancelled { .. }
            | Event::AppointmentCodesUnlinked { .. }
            | Event::ServiceStopped { .. }
            | Event::ServiceReleased { .. } => (Vec::new(), false),
        };
        desks
            .into_iter()
            .map(|desk| {
                let last_step = before.staffed(desk).map(|staffed| last_step(&staffed.seat));
                Self {
                    desk,
                    presence: presence(before, desk),
                    turns_at: last_step.filter(|_| by_itself).unwrap_or(happened.at),
                }
            })
            .collect()
    }

    fn figures(&self, after: &Centre) -> DeskFigures {
        let mut figures = DeskFigures::default();
        let now = presence(after, self.desk);
        if now == self.presence {
            return figures;
        }
        match self.presence {
            Presence::Away => {}
            Presence::Open => {
                figures.open.end(self.turns_at);
                figures.open_by_half_hour.end(self.turns_at);
            }
            Presence::OnBreak => figures.on_break.end(self.turns_at),
        }
        match now {
            Presence::Away => {}
            Presence::Open => {
                figures.open.begin(self.turns_at);
                figures.open_by_half_hour.begin(self.turns_at);
            }
            Presence::OnBreak => figures.on_break.begin(self.turns_at),
        }
        figures
    }
}

fn presence(centre: &Centre, desk: DeskNumber) -> Presence {
    match centre.staffed(desk).map(|staffed| &staffed.seat) {
        None => Presence::Away,
        Some(Seat::OnBreak { .. }) => Presence::OnBreak,
        Some(
            Seat::Free { .. } | Seat::Called { .. } | Seat::Serving { .. } | Seat::Documents { .. },
        ) => Presence::Open,
    }
}

fn last_step(seat: &Seat) -> Timestamp {
    match seat {
        Seat::Free { since }
        | Seat::OnBreak { since }
        | Seat::Called { since, .. }
        | Seat::Serving { since, .. }
        | Seat::Documents { since, .. } => *since,
    }
}

/// The date a fact is counted on: the centre's date before it, or, for the first of all and for a
/// start of the daemon, its own.
pub fn date_of(before: &Centre, happened: &Happened, tz: &TimeZone) -> Date {
    let own = || happened.at.to_zoned(tz.clone()).date();
    match (&happened.event, before.date) {
        (Event::DaemonStarted { .. }, _) | (_, None) => own(),
        (_, Some(date)) => date,
    }
}
