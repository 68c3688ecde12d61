//! What queue-rules promises of the calling rule, law by law, told from the events alone: a book
//! kept without the program's fold, selection or counts, so that an error there is not repeated
//! here.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use rinda::queue::appointments::AppointmentId;
use rinda::queue::catalogue::Service;
use rinda::queue::centre::Centre;
use rinda::queue::command::Command;
use rinda::queue::event::{CallReason, CallRule, Event, Happened, TransferTo};
use rinda::queue::selection::{self, WhyNot};
use rinda::queue::setup::Setup;
use rinda::queue::ticket::{DeskNumber, Place, TicketId};

/// Out of turn counts as taken so much before it was marked (A2/2/2.5).
const CREDIT: SignedDuration = SignedDuration::from_mins(120);
/// An appointment kept in time counts as taken so long before its slot.
const APPOINTMENT: SignedDuration = SignedDuration::from_mins(60);
/// It is kept in time until so long after its slot, and called from so long before it.
const TOLERANCE: SignedDuration = SignedDuration::from_mins(10);
const MINUTE: SignedDuration = SignedDuration::from_secs(60);

/// The laws, in the words of queue-rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Law {
    NothingReturnedOnlyIfNobodyCallableWaits,
    SkillsRespected,
    IndependentOfListOrder,
    IndependentOfTicketsOfOtherServices,
    FirstComeFirstServedWithinClassAndService,
    OutOfTurnPassedOverOnlyForKeys120MinOlder,
    NobodyOvertakenByAnyoneIssuedMoreThanTheCreditLater,
    AppointmentCalledEarlyOnlyWhereTheDeskWouldIdle,
    OneCustomerPerDesk,
    NoShowAtLeast60sAfterItsCall,
    IssuedIsFinishedNoShowCancelledAndOpen,
    WaitingIsWhatSomeDeskCanCallOrSaysWhyNot,
    SmallestKeyFirstAndTheReasonStored,
    KeyNeverMovesByItself,
}

use Law::*;

impl Law {
    pub const ALL: [Law; 14] = [
        NothingReturnedOnlyIfNobodyCallableWaits,
        SkillsRespected,
        IndependentOfListOrder,
        IndependentOfTicketsOfOtherServices,
        FirstComeFirstServedWithinClassAndService,
        OutOfTurnPassedOverOnlyForKeys120MinOlder,
        NobodyOvertakenByAnyoneIssuedMoreThanTheCreditLater,
        AppointmentCalledEarlyOnlyWhereTheDeskWouldIdle,
        OneCustomerPerDesk,
        NoShowAtLeast60sAfterItsCall,
        IssuedIsFinishedNoShowCancelledAndOpen,
        WaitingIsWhatSomeDeskCanCallOrSaysWhyNot,
        SmallestKeyFirstAndTheReasonStored,
        KeyNeverMovesByItself,
    ];
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum At {
    Queue,
    Called(DeskNumber),
    Served(DeskNumber),
    Aside,
    Finished,
    NoShow,
    Cancelled,
}

#[derive(Debug, Clone)]
struct Customer {
    id: TicketId,
    service: Service,
    /// Since when they stand in the queue: issue, or reinstatement.
    from: Timestamp,
    /// The moment of issue, whatever came after.
    issued: Timestamp,
    key: Timestamp,
    marked_at: Option<Timestamp>,
    reinstated: bool,
    /// The slot of an appointment kept in time.
    slot: Option<Timestamp>,
    sent_to: Option<DeskNumber>,
    at: At,
}

impl Customer {
    /// The slot whose credit they have: not once they are marked or a walk-in again.
    fn kept(&self) -> Option<Timestamp> {
        self.slot
            .filter(|_| self.marked_at.is_none() && !self.reinstated)
    }

    /// Here for an appointment whose time has not come.
    fn is_early(&self, now: Timestamp) -> bool {
        self.kept().is_some_and(|slot| now < slot - TOLERANCE)
    }

    /// Since when they wait in earnest: one who came for an appointment, from when it counts.
    fn waits_from(&self) -> Timestamp {
        self.kept().map_or(self.from, |_| self.from.max(self.key))
    }
}

#[derive(Debug, Clone, Default)]
struct Counter {
    services: BTreeSet<Service>,
    on_break: bool,
    /// From when the called customer is awaited.
    awaited: Option<Timestamp>,
    /// The customer before the last step.
    before: Option<Customer>,
}

/// The book.
#[derive(Debug, Default)]
pub struct Book {
    customers: Vec<Customer>,
    slots: BTreeMap<AppointmentId, Timestamp>,
    desks: [Option<Counter>; 5],
    /// How often each law had something to say.
    pub weighed: [u64; Law::ALL.len()],
}

impl Book {
    fn hold(&mut self, law: Law, holds: bool, what: impl FnOnce() -> String) {
        self.weighed[law as usize] += 1;
        assert!(holds, "{law:?} does not hold: {}", what());
    }

    fn customer(&mut self, id: TicketId) -> &mut Customer {
        &mut self.customers[id.0 as usize - 1]
    }

    fn desk(&mut self, desk: DeskNumber) -> &mut Counter {
        self.desks[usize::from(desk.0)]
            .as_mut()
            .expect("a closed desk did something")
    }

    fn is_open(&self, desk: DeskNumber) -> bool {
        self.desks[usize::from(desk.0)].is_some()
    }

    fn held_by(&self, desk: DeskNumber) -> Option<&Customer> {
        let here = [At::Called(desk), At::Served(desk)];
        self.customers.iter().find(|it| here.contains(&it.at))
    }

    /// Whether a desk may call a customer who waits.
    fn may_call(&self, desk: DeskNumber, customer: &Customer) -> bool {
        let Some(counter) = &self.desks[usize::from(desk.0)] else {
            return false;
        };
        match customer.sent_to {
            Some(to) if to == desk => true,
            Some(to) if self.is_open(to) => false,
            Some(_) | None => counter.services.contains(&customer.service),
        }
    }

    /// Those a desk can call at a moment, next one first: appointments before their time only where
    /// it has nobody else.
    fn line(&self, desk: DeskNumber, now: Timestamp) -> Vec<&Customer> {
        let waits = |it: &&Customer| it.at == At::Queue && self.may_call(desk, it);
        let mut line: Vec<&Customer> = self.customers.iter().filter(waits).collect();
        line.sort_by_key(|it| (it.key, it.id));
        if line.iter().any(|it| !it.is_early(now)) {
            line.retain(|it| !it.is_early(now));
        }
        line
    }

    /// Looks at one event before it is taken in, then takes it in.
    pub fn see(&mut self, happened: &Happened) {
        let at = happened.at;
        match &happened.event {
            Event::DayBegan { .. } => {
                self.customers.clear();
                self.desks = Default::default();
            }
            Event::DaemonStarted { .. } => {
                for counter in self.desks.iter_mut().flatten() {
                    counter.awaited = counter.awaited.map(|_| at);
                }
            }
            Event::TicketIssued {
                ticket,
                service,
                out_of_turn,
                appointment,
                ..
            } => {
                assert_eq!(ticket.0 as usize, self.customers.len() + 1);
                let slot = appointment.map(|kept| self.slots[&kept.appointment]);
                let slot = slot.filter(|slot| at <= *slot + TOLERANCE);
                let walk_in = if *out_of_turn { at - CREDIT } else { at };
                self.customers.push(Customer {
                    id: *ticket,
                    service: *service,
                    from: at,
                    issued: at,
                    key: slot.map_or(walk_in, |slot| slot - APPOINTMENT),
                    marked_at: out_of_turn.then_some(at),
                    reinstated: false,
                    slot,
                    sent_to: None,
                    at: At::Queue,
                });
            }
            Event::DeskOpened { desk, services, .. } => {
                let counter = self.desks[usize::from(desk.0)].get_or_insert_default();
                counter.services = services.iter().copied().collect();
            }
            Event::DeskServicesChanged { desk, services } => {
                self.desk(*desk).services = services.iter().copied().collect();
            }
            Event::DeskClosed { desk } => {
                let customer = self.held_by(*desk).is_some();
                self.hold(OneCustomerPerDesk, !customer, || {
                    format!("desk {desk} closed with a customer")
                });
                self.desks[usize::from(desk.0)] = None;
            }
            Event::BreakStarted { desk } => self.desk(*desk).on_break = true,
            Event::BreakEnded { desk } => self.desk(*desk).on_break = false,
            Event::TicketMarkedOutOfTurn { ticket, .. } => {
                self.forget(*ticket);
                let customer = self.customer(*ticket);
                customer.marked_at = Some(at);
                customer.key = customer.key.min(at - CREDIT);
            }
            Event::TicketCancelled { ticket, .. } => {
                self.forget(*ticket);
                self.customer(*ticket).at = At::Cancelled;
            }
            Event::TicketReinstated { ticket, .. } => {
                self.forget(*ticket);
                let customer = self.customer(*ticket);
                (customer.at, customer.from, customer.key) = (At::Queue, at, at);
                (customer.marked_at, customer.reinstated) = (None, true);
            }
            Event::AppointmentBooked {
                appointment, slot, ..
            } => {
                self.slots.insert(*appointment, *slot);
            }
            Event::TicketCalled { .. }
            | Event::TicketRecalled { .. }
            | Event::CustomerArrived { .. }
            | Event::DocumentsStarted { .. }
            | Event::TicketFinished { .. }
            | Event::TicketNoShow { .. }
            | Event::TicketTransferred { .. }
            | Event::TicketParked { .. }
            | Event::TicketResumed { .. }
            | Event::StepUndone { .. } => self.see_at_desk(happened),
            Event::ClockStepped { .. }
            | Event::PressSuppressed { .. }
            | Event::NobodyCalled { .. }
            | Event::DeskRemoved { .. }
            | Event::SlipRequested { .. }
            | Event::SlipRepeated { .. }
            | Event::SlipSending { .. }
            | Event::SlipPrinted { .. }
            | Event::SlipFailed { .. }
            | Event::SlipUnknown { .. }
            | Event::RollReplaced { .. }
            | Event::HelpRequested { .. }
            | Event::HelpAnswered { .. }
            | Event::CalendarDaySet { .. }
            | Event::CalendarDayCleared { .. }
            | Event::AppointmentMoved { .. }
            | Event::AppointmentCancelled { .. }
            | Event::AppointmentCodesUnlinked { .. }
            | Event::ServiceStopped { .. }
            | Event::ServiceReleased { .. } => {}
        }
    }

    #[allow(clippy::wildcard_enum_match_arm)] // `see` hands on these alone.
    fn see_at_desk(&mut self, happened: &Happened) {
        let at = happened.at;
        match &happened.event {
            Event::TicketCalled {
                ticket,
                desk,
                reason,
            } => {
                self.called(*ticket, *desk, reason, at);
                self.sits_down(*desk, *ticket, At::Called(*desk));
                self.desk(*desk).awaited = Some(at);
            }
            Event::TicketResumed { ticket, desk } => {
                self.free(*desk);
                self.sits_down(*desk, *ticket, At::Served(*desk));
            }
            Event::TicketRecalled { ticket, desk, .. } => {
                let awaited = self.customer(*ticket).at == At::Called(*desk);
                self.hold(OneCustomerPerDesk, awaited, || {
                    format!("recalled {ticket:?}")
                });
            }
            Event::CustomerArrived { ticket, desk } => {
                self.step(*desk, *ticket, At::Called(*desk), At::Served(*desk));
            }
            Event::DocumentsStarted { ticket, desk } => {
                self.step(*desk, *ticket, At::Served(*desk), At::Served(*desk));
            }
            Event::TicketFinished { ticket, desk, .. } => {
                self.step(*desk, *ticket, At::Served(*desk), At::Finished);
            }
            Event::TicketParked { ticket, desk } => {
                self.step(*desk, *ticket, At::Served(*desk), At::Aside);
            }
            Event::TicketNoShow { ticket, desk, .. } => {
                let awaited = self.desk(*desk).awaited.expect("nobody is awaited");
                let waited = at.duration_since(awaited);
                self.hold(NoShowAtLeast60sAfterItsCall, waited >= MINUTE, || {
                    format!("{ticket:?} was given up after {waited:?}")
                });
                self.step(*desk, *ticket, At::Called(*desk), At::NoShow);
            }
            Event::TicketTransferred { ticket, desk, to } => {
                self.step(*desk, *ticket, At::Served(*desk), At::Queue);
                let customer = self.customer(*ticket);
                match to {
                    TransferTo::Service(service) => {
                        customer.service = *service;
                        customer.sent_to = None;
                    }
                    TransferTo::Desk(desk) => customer.sent_to = Some(*desk),
                }
            }
            Event::StepUndone { desk, ticket, .. } => {
                let before = self.desk(*desk).before.take().expect("nothing to undo");
                assert_eq!(before.id, *ticket);
                if before.at == At::Called(*desk) && self.customer(*ticket).at == At::NoShow {
                    self.desk(*desk).awaited = Some(at);
                }
                *self.customer(*ticket) = before;
            }
            other => unreachable!("{other:?} is not of a desk"),
        }
    }

    /// A ticket that moved on cannot be brought back by an undo of the step before.
    fn forget(&mut self, ticket: TicketId) {
        for counter in self.desks.iter_mut().flatten() {
            counter.before.take_if(|before| before.id == ticket);
        }
    }

    fn sits_down(&mut self, desk: DeskNumber, ticket: TicketId, at: At) {
        self.forget(ticket);
        self.desk(desk).before = None;
        self.customer(ticket).at = at;
    }

    fn step(&mut self, desk: DeskNumber, ticket: TicketId, from: At, to: At) {
        let before = self.customer(ticket).clone();
        self.hold(OneCustomerPerDesk, before.at == from, || {
            format!("{ticket:?} is {:?}, not {from:?}", before.at)
        });
        self.customer(ticket).at = to;
        self.desk(desk).before = Some(before);
    }

    fn free(&mut self, desk: DeskNumber) {
        let busy = self.held_by(desk).map(|it| it.id);
        let resting = self.desk(desk).on_break;
        self.hold(OneCustomerPerDesk, busy.is_none() && !resting, || {
            format!("desk {desk} has {busy:?}, on a break: {resting}")
        });
    }

    /// Every law about whom a desk calls.
    fn called(&mut self, ticket: TicketId, desk: DeskNumber, reason: &CallReason, now: Timestamp) {
        self.free(desk);
        let chosen = self.customer(ticket).clone();
        let fits = chosen.at == At::Queue && self.may_call(desk, &chosen);
        self.hold(SkillsRespected, fits, || {
            format!("desk {desk} called {chosen:?}")
        });
        let line: Vec<Customer> = self.line(desk, now).into_iter().cloned().collect();
        self.reason_is_right(desk, &chosen, &line, reason, now);
        if reason.rule == CallRule::ByHand {
            return;
        }
        if chosen.is_early(now) {
            let idle = line.iter().all(|it| it.is_early(now));
            self.hold(
                AppointmentCalledEarlyOnlyWhereTheDeskWouldIdle,
                idle,
                || format!("{chosen:?} before {line:?}"),
            );
        }
        for other in line.iter().filter(|it| it.id != ticket) {
            self.fair(&chosen, other);
        }
    }

    /// What the rule's choice of one owes to another.
    fn fair(&mut self, chosen: &Customer, other: &Customer) {
        let said = || format!("{chosen:?} before {other:?}");
        let class = |it: &Customer| (it.service, it.marked_at.is_some(), it.kept().is_some());
        if class(chosen) == class(other) {
            let place = |it: &Customer| match (it.marked_at, it.kept()) {
                (None, None) => (it.from, it.id),
                (Some(_), _) | (_, Some(_)) => (it.key, it.id),
            };
            let first = place(chosen) < place(other);
            self.hold(FirstComeFirstServedWithinClassAndService, first, said);
        }
        if let Some(marked_at) = other.marked_at {
            let older = chosen.key <= marked_at - CREDIT;
            self.hold(OutOfTurnPassedOverOnlyForKeys120MinOlder, older, said);
        }
        if other.waits_from() < chosen.from {
            let credit = match (chosen.marked_at, chosen.kept()) {
                (Some(_), _) => CREDIT,
                (None, Some(_)) => APPOINTMENT + TOLERANCE,
                (None, None) => SignedDuration::ZERO,
            };
            let later = chosen.from.duration_since(other.waits_from());
            let law = NobodyOvertakenByAnyoneIssuedMoreThanTheCreditLater;
            self.hold(law, later <= credit, said);
        }
    }

    fn reason_is_right(
        &mut self,
        desk: DeskNumber,
        chosen: &Customer,
        line: &[Customer],
        reason: &CallReason,
        now: Timestamp,
    ) {
        let first = line.first().map(|first| first.id);
        let rule = match (first == Some(chosen.id), chosen.kept(), chosen.marked_at) {
            (false, _, _) => CallRule::ByHand,
            (true, Some(_), _) if chosen.is_early(now) => CallRule::AppointmentEarly,
            (true, Some(_), _) => CallRule::Appointment,
            (true, None, Some(_)) => CallRule::OutOfTurn,
            (true, None, None) if chosen.reinstated => CallRule::Reinstated,
            (true, None, None) if chosen.sent_to == Some(desk) => CallRule::SentHere,
            (true, None, None) => CallRule::Turn,
        };
        let stood_before = |it: &&Customer| match it.reinstated {
            true => it.id != chosen.id && it.from < chosen.issued,
            false => it.id < chosen.id,
        };
        let told = CallReason {
            rule,
            counts_from: chosen.key,
            overtook: line.iter().filter(stood_before).map(|it| it.id).collect(),
            instead_of: first.filter(|first| *first != chosen.id),
        };
        let right = *reason == told;
        self.hold(SmallestKeyFirstAndTheReasonStored, right, || {
            format!("{reason:?}, not {told:?}")
        });
    }

    /// What a refused or empty answer to "the next one, please" says.
    pub fn nobody(&mut self, command: &Command, refused: bool, now: Timestamp) {
        let Command::CallNext { desk, service } = command else {
            return;
        };
        let Some(counter) = &self.desks[usize::from(desk.0)] else {
            return;
        };
        let busy = counter.on_break || self.held_by(*desk).is_some();
        let mut line = self.line(*desk, now).into_iter();
        let asked = |it: &&Customer| service.is_none_or(|service| it.service == service);
        let waits = line.find(asked).map(|it| it.id);
        let right = if refused {
            busy
        } else {
            !busy && waits.is_none()
        };
        self.hold(NothingReturnedOnlyIfNobodyCallableWaits, right, || {
            format!("desk {desk} got nobody (refused: {refused}) while {waits:?} waits")
        });
    }

    /// A desk that asked for one queue gets nobody of another.
    pub fn as_asked(&mut self, command: &Command, events: &[Event]) {
        let (
            Command::CallNext {
                service: Some(service),
                ..
            },
            Some(Event::TicketCalled { ticket, .. }),
        ) = (command, events.last())
        else {
            return;
        };
        let called = self.customer(*ticket).service;
        self.hold(SkillsRespected, called == *service, || {
            format!("{service:?} was asked for and {called:?} called")
        });
    }

    /// A desk calls some of what it is set up for.
    pub fn set_up(&mut self, setup: &Setup) {
        for (number, desk) in &setup.desks {
            let Some(counter) = &self.desks[usize::from(number.0)] else {
                continue;
            };
            let calls = counter.services.clone();
            let right = !calls.is_empty() && calls.is_subset(&desk.services);
            self.hold(SkillsRespected, right, || {
                format!("desk {number} calls {calls:?}")
            });
        }
    }

    /// Who is next hangs neither on how tickets are numbered nor on those a desk may not call.
    pub fn chooses_alike(&mut self, centre: &Centre, desk: DeskNumber, now: Timestamp) {
        let Some((chosen, reason)) = selection::next_for(centre, desk, None, now) else {
            return;
        };
        let mut alone = centre.clone();
        alone
            .tickets
            .retain(|id, _| self.may_call(desk, &self.customers[id.0 as usize - 1]));
        let same = selection::next_for(&alone, desk, None, now)
            .is_some_and(|(other, because)| other.id == chosen.id && because == reason);
        self.hold(IndependentOfTicketsOfOtherServices, same, || {
            format!("desk {desk} calls another than {chosen:?} where only its own wait")
        });
        let last = centre.tickets_issued + 1;
        let mut backwards = centre.clone();
        backwards.tickets = std::mem::take(&mut backwards.tickets)
            .into_values()
            .map(|mut ticket| {
                ticket.id = TicketId(last - ticket.id.0);
                (ticket.id, ticket)
            })
            .collect();
        let renamed = selection::next_for(&backwards, desk, None, now).map(|(other, _)| other);
        // Of two with one key the lower number goes first: only the key is compared.
        let same = renamed.is_some_and(|other| other.counts_from == chosen.counts_from);
        self.hold(IndependentOfListOrder, same, || {
            format!("desk {desk} calls {renamed:?} where tickets are numbered backwards")
        });
    }

    /// The program's centre against the book, after everything that was asked.
    pub fn agrees(&mut self, centre: &Centre, now: Timestamp) {
        let [mut finished, mut no_show, mut cancelled, mut open] = [0; 4];
        for customer in &self.customers {
            let ticket = &centre.tickets[&customer.id];
            let same = match (&ticket.place, customer.at) {
                (Place::Waiting, At::Queue) | (Place::Parked { .. }, At::Aside) => true,
                (Place::AtDesk { desk }, At::Called(at) | At::Served(at)) => *desk == at,
                (Place::Finished { .. }, At::Finished)
                | (Place::NoShow { .. }, At::NoShow)
                | (Place::Cancelled { .. }, At::Cancelled) => true,
                _ => false,
            };
            assert!(same, "{:?} is not {:?}", ticket.place, customer.at);
            *match ticket.place {
                Place::Finished { .. } => &mut finished,
                Place::NoShow { .. } => &mut no_show,
                Place::Cancelled { .. } => &mut cancelled,
                Place::Waiting | Place::AtDesk { .. } | Place::Parked { .. } => &mut open,
            } += 1;
        }
        let issued = centre.tickets.len();
        let sum = finished + no_show + cancelled + open == issued && issued == self.customers.len();
        self.hold(IssuedIsFinishedNoShowCancelledAndOpen, sum, || {
            format!("{issued} are not {finished} + {no_show} + {cancelled} + {open}")
        });
        let moved = self
            .customers
            .iter()
            .find(|it| centre.tickets[&it.id].counts_from != it.key)
            .map(|it| it.id);
        self.hold(KeyNeverMovesByItself, moved.is_none(), || {
            format!("{moved:?}")
        });
        self.lines_agree(centre, now);
    }

    /// Who counts as waiting and whom each desk can call are one set, but for those a desk has a
    /// reason not to call.
    fn lines_agree(&mut self, centre: &Centre, now: Timestamp) {
        let shown: BTreeSet<TicketId> = selection::waiting_in_order(centre)
            .iter()
            .map(|ticket| ticket.id)
            .collect();
        let waits = |it: &&Customer| it.at == At::Queue;
        let same = shown
            .iter()
            .copied()
            .eq(self.customers.iter().filter(waits).map(|it| it.id));
        self.hold(WaitingIsWhatSomeDeskCanCallOrSaysWhyNot, same, || {
            format!("shown as waiting: {shown:?}")
        });
        for number in (1..=4).map(DeskNumber) {
            let callable = selection::callable(centre, number, now);
            let line: Vec<TicketId> = self.line(number, now).iter().map(|it| it.id).collect();
            let same = callable
                .iter()
                .map(|ticket| ticket.id)
                .eq(line.iter().copied());
            self.hold(WaitingIsWhatSomeDeskCanCallOrSaysWhyNot, same, || {
                format!("desk {number} can call {callable:?}, not {line:?}")
            });
            self.explained(centre, number, now);
        }
    }

    /// Each waiting customer is one the desk can call, one before their time, or one it tells why
    /// it does not call.
    fn explained(&mut self, centre: &Centre, desk: DeskNumber, now: Timestamp) {
        let Some(staffed) = centre.staffed(desk) else {
            return;
        };
        let callable: BTreeSet<TicketId> =
            self.line(desk, now).into_iter().map(|it| it.id).collect();
        let unexplained = self
            .customers
            .iter()
            .filter(|it| it.at == At::Queue && !callable.contains(&it.id))
            .find(|it| {
                let why = selection::why_not(centre, desk, staffed, &centre.tickets[&it.id]);
                let right = match (it.sent_to, self.may_call(desk, it)) {
                    (_, true) => None,
                    (Some(to), false) if self.is_open(to) => Some(WhyNot::SentTo(to)),
                    (Some(_) | None, false) => Some(WhyNot::OtherService(it.service)),
                };
                why != right || (right.is_none() && !it.is_early(now))
            })
            .map(|it| it.id);
        let all = unexplained.is_none();
        self.hold(WaitingIsWhatSomeDeskCanCallOrSaysWhyNot, all, || {
            format!("desk {desk} does not tell why not {unexplained:?}")
        });
    }
}
