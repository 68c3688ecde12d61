//! What must be true of a centre after every event, whatever happened before it. Written without
//! the selection and the counts of the program, so that an error there is not repeated here.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use rinda::queue::centre::Centre;
use rinda::queue::desk::Seat;
use rinda::queue::event::{CallRule, Event, Happened, JobId};
use rinda::queue::paper::JobState;
use rinda::queue::selection;
use rinda::queue::ticket::{DeskNumber, Place, Ticket, TicketId};

/// Watches a centre event by event and panics at the first thing that must not be.
#[derive(Debug, Default, Clone)]
pub struct Watch {
    /// Every number ever given: of a date and series, no two alike.
    numbers: BTreeSet<(Date, char, u16)>,
    issued_today: u64,
    ids: BTreeSet<TicketId>,
    jobs: BTreeSet<JobId>,
    papers: BTreeMap<TicketId, u32>,
    /// The wall clock has been set back: durations between facts mean nothing any more.
    clock_stepped: bool,
}

/// Longest time by which an out-of-turn ticket goes before one issued earlier.
const CREDIT: SignedDuration = SignedDuration::from_mins(120);

impl Watch {
    /// Looks at one event, with the centre before and after it.
    pub fn see(&mut self, before: &Centre, happened: &Happened, after: &Centre) {
        match &happened.event {
            Event::DayBegan { date, .. } => {
                assert!(
                    before.date.is_none_or(|begun| begun < *date),
                    "a date began twice"
                );
                self.day_ends(before, happened);
            }
            Event::ClockStepped { .. } => self.clock_stepped = true,
            Event::TicketIssued {
                ticket,
                number,
                date,
                print,
                ..
            } => {
                assert!(
                    self.numbers.insert((*date, number.series, number.number)),
                    "{number} was given twice on {date}"
                );
                assert!(self.ids.insert(*ticket), "ticket {} twice", ticket.0);
                self.issued_today += 1;
                if let Some(print) = print {
                    self.paper(*ticket, print.job, after);
                }
            }
            Event::SlipRequested { ticket, print } => self.paper(*ticket, print.job, after),
            Event::SlipRepeated { of, copy, print } => {
                self.repeated(before, *of, *copy, print.job, after)
            }
            Event::TicketCalled {
                ticket,
                desk,
                reason,
            } => self.called(
                before,
                *ticket,
                *desk,
                reason.rule,
                &reason.overtook,
                happened.at,
            ),
            Event::TicketNoShow { desk, .. } => self.minute_was_over(before, *desk, happened),
            Event::TicketMarkedOutOfTurn {
                ticket,
                counts_from,
            } => {
                let own = before.tickets[ticket].counts_from;
                assert_eq!(*counts_from, own.min(happened.at - CREDIT), "a wrong key");
            }
            Event::DaemonStarted { .. }
            | Event::PressSuppressed { .. }
            | Event::DeskOpened { .. }
            | Event::DeskServicesChanged { .. }
            | Event::DeskClosed { .. }
            | Event::BreakStarted { .. }
            | Event::BreakEnded { .. }
            | Event::NobodyCalled { .. }
            | Event::TicketRecalled { .. }
            | Event::CustomerArrived { .. }
            | Event::DocumentsStarted { .. }
            | Event::TicketFinished { .. }
            | Event::TicketCancelled { .. }
            | Event::TicketTransferred { .. }
            | Event::TicketParked { .. }
            | Event::TicketResumed { .. }
            | Event::TicketReinstated { .. }
            | Event::StepUndone { .. }
            | Event::DeskRemoved { .. }
            | Event::SlipSending { .. }
            | Event::SlipPrinted { .. }
            | Event::SlipFailed { .. }
            | Event::SlipUnknown { .. }
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
            | Event::ServiceReleased { .. } => {}
        }
        self.holds(after, happened.at);
    }

    /// What holds at any moment.
    fn holds(&self, centre: &Centre, now: Timestamp) {
        assert_eq!(
            centre.tickets.len() as u64,
            self.issued_today,
            "a ticket got lost"
        );
        stands(centre, now);
    }

    fn paper(&mut self, ticket: TicketId, job: JobId, after: &Centre) {
        assert!(self.jobs.insert(job), "print job {} twice", job.0);
        let papers = self.papers.entry(ticket).or_default();
        *papers += 1;
        let copy = after.outbox.jobs[&job].copy;
        assert_eq!(
            copy,
            *papers > 1,
            "paper {papers} of ticket {} says copy = {copy}",
            ticket.0
        );
    }

    /// The daemon prints by itself: the same paper where none came out, one copy where one may have
    /// and its customer still waits.
    fn repeated(&mut self, before: &Centre, of: JobId, copy: bool, job: JobId, after: &Centre) {
        assert!(self.jobs.insert(job), "print job {} twice", job.0);
        let earlier = &before.outbox.jobs[&of];
        // A failure and the next attempt are decided together.
        let state = &before.outbox.jobs[&of].state;
        let paper = &after.outbox.jobs[&job];
        assert_eq!((paper.copy, paper.ticket), (copy, earlier.ticket));
        match state {
            JobState::Failed { .. } => assert_eq!(copy, earlier.copy),
            JobState::Unknown { .. } => assert!(copy && !earlier.copy),
            JobState::Queued | JobState::Sending { .. } | JobState::Printed { .. } => {
                panic!("paper printed again although the first is {state:?}")
            }
        }
        let waits = matches!(before.tickets[&earlier.ticket].place, Place::Waiting);
        assert!(waits || earlier.by_hand, "paper for nobody");
        let papers = self.papers.entry(earlier.ticket).or_default();
        *papers += u32::from(copy && !earlier.copy);
    }

    fn called(
        &self,
        before: &Centre,
        id: TicketId,
        desk: DeskNumber,
        rule: CallRule,
        overtook: &[TicketId],
        now: Timestamp,
    ) {
        let ticket = &before.tickets[&id];
        assert_eq!(
            ticket.place,
            Place::Waiting,
            "{} was called from elsewhere",
            ticket.number
        );
        let seat = before.staffed(desk).map(|staffed| &staffed.seat);
        assert!(
            matches!(seat, Some(Seat::Free { .. })),
            "a desk that is not free called"
        );
        let first = first_for(before, desk, now);
        assert_eq!(
            first == Some(id),
            rule != CallRule::ByHand,
            "called #{}, {rule:?}",
            id.0
        );
        for other in overtook.iter().map(|other| &before.tickets[other]) {
            assert_eq!(other.place, Place::Waiting);
            if rule == CallRule::ByHand {
                continue;
            }
            assert!((other.counts_from, other.id) > (ticket.counts_from, id));
            if !self.clock_stepped && !other.reinstated && !ticket.reinstated {
                let later = ticket.issued_at.duration_since(other.issued_at);
                assert!(later <= CREDIT, "overtaken by one issued {later:?} later");
            }
        }
    }

    fn minute_was_over(&self, before: &Centre, desk: DeskNumber, happened: &Happened) {
        let Some(Seat::Called { minute_from, .. }) = before.staffed(desk).map(|it| &it.seat) else {
            panic!("a no-show that was not called");
        };
        let waited = happened.at.duration_since(*minute_from);
        assert!(
            waited >= SignedDuration::from_mins(1),
            "given up after {waited:?}"
        );
    }

    /// At the end of the day every ticket has an outcome.
    fn day_ends(&mut self, before: &Centre, happened: &Happened) {
        let Event::DayBegan {
            unserved,
            unfinished,
            ..
        } = &happened.event
        else {
            return;
        };
        let closed: BTreeSet<TicketId> = unserved.iter().chain(unfinished).copied().collect();
        for ticket in before.tickets.values() {
            assert_eq!(
                closed.contains(&ticket.id),
                !ticket.is_over(),
                "{} has no outcome, or two",
                ticket.number
            );
        }
        assert_eq!(
            before
                .closed_by_day(happened.at, unserved, unfinished)
                .len(),
            closed.len()
        );
        self.issued_today = 0;
    }
}

/// What holds of any centre, whatever led to it.
pub fn stands(centre: &Centre, now: Timestamp) {
    for (id, ticket) in &centre.tickets {
        assert_eq!(*id, ticket.id);
        if let Place::AtDesk { desk } = ticket.place {
            let seat = centre
                .staffed(desk)
                .and_then(|staffed| staffed.seat.ticket());
            assert_eq!(
                seat,
                Some(*id),
                "{} is at desk {desk}, which knows nothing",
                ticket.number
            );
        }
    }
    let mut seated = BTreeSet::new();
    let mut people = BTreeSet::new();
    for (number, desk) in &centre.desks {
        let Some(staffed) = &desk.staffed else {
            continue;
        };
        assert!(
            people.insert(&staffed.consultant),
            "{} sits twice",
            staffed.consultant
        );
        let Some(id) = staffed.seat.ticket() else {
            continue;
        };
        assert!(seated.insert(id), "ticket {} is at two desks", id.0);
        assert_eq!(
            centre.tickets.get(&id).map(|ticket| &ticket.place),
            Some(&Place::AtDesk { desk: *number }),
            "desk {number} holds a ticket that is elsewhere"
        );
    }
    order_holds(centre, now);
}

/// Each desk calls the smallest key among those for it, appointments before their time last, and
/// nobody only where there is none.
fn order_holds(centre: &Centre, now: Timestamp) {
    for number in centre.desks.keys() {
        let expected = first_for(centre, *number, now);
        let chosen = selection::next_for(centre, *number, None, now).map(|(ticket, _)| ticket.id);
        assert_eq!(chosen, expected, "desk {number} calls the wrong ticket");
    }
}

/// The ticket a desk has to call next, found the slow way.
fn first_for(centre: &Centre, number: DeskNumber, now: Timestamp) -> Option<TicketId> {
    let desk = centre.staffed(number)?;
    let is_open = |desk: DeskNumber| centre.staffed(desk).is_some();
    let mut best: Option<&Ticket> = None;
    for ticket in centre.tickets.values() {
        let meant_for_us = match ticket.reserved_for {
            Some(other) if other == number => true,
            Some(other) => !is_open(other) && desk.services.contains(&ticket.service),
            None => desk.services.contains(&ticket.service),
        };
        let early = |ticket: &Ticket| {
            let kept = ticket.appointment.filter(|kept| kept.on_time);
            kept.is_some_and(|kept| kept.callable_from > now)
                && !ticket.out_of_turn
                && !ticket.reinstated
        };
        let place = |ticket: &Ticket| (early(ticket), ticket.counts_from, ticket.id);
        let better = best.is_none_or(|best| place(ticket) < place(best));
        if ticket.place == Place::Waiting && meant_for_us && better {
            best = Some(ticket);
        }
    }
    best.map(|ticket| ticket.id)
}
