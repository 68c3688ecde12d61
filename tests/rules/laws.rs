//! What queue-rules promises of the calling rule, law by law, told from the events alone: a book
//! kept without the program's fold, selection or counts, so that an error there is not repeated
//! here.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use rinda::queue::catalogue::Service;
use rinda::queue::centre::Centre;
use rinda::queue::command::Command;
use rinda::queue::event::{CallReason, CallRule, Event, Happened, TransferTo};
use rinda::queue::selection;
use rinda::queue::ticket::{DeskNumber, Place, TicketId};

/// Out of turn counts as taken so much before it was marked (A2/2/2.5).
const CREDIT: SignedDuration = SignedDuration::from_mins(120);
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
    OneCustomerPerDesk,
    NoShowAtLeast60sAfterItsCall,
    IssuedIsFinishedNoShowCancelledAndOpen,
    WaitingIsWhatSomeDeskCanCallOrSaysWhyNot,
    SmallestKeyFirstAndTheReasonStored,
    KeyNeverMovesByItself,
}

use Law::*;

impl Law {
    pub const ALL: [Law; 13] = [
        NothingReturnedOnlyIfNobodyCallableWaits,
        SkillsRespected,
        IndependentOfListOrder,
        IndependentOfTicketsOfOtherServices,
        FirstComeFirstServedWithinClassAndService,
        OutOfTurnPassedOverOnlyForKeys120MinOlder,
        NobodyOvertakenByAnyoneIssuedMoreThanTheCreditLater,
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
    key: Timestamp,
    marked_at: Option<Timestamp>,
    sent_to: Option<DeskNumber>,
    at: At,
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

    /// Those a desk may call, next one first.
    fn line(&self, desk: DeskNumber) -> Vec<&Customer> {
        let waits = |it: &&Customer| it.at == At::Queue && self.may_call(desk, it);
        let mut line: Vec<&Customer> = self.customers.iter().filter(waits).collect();
        line.sort_by_key(|it| (it.key, it.id));
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
                ..
            } => {
                assert_eq!(ticket.0 as usize, self.customers.len() + 1);
                self.customers.push(Customer {
                    id: *ticket,
                    service: *service,
                    from: at,
                    key: if *out_of_turn { at - CREDIT } else { at },
                    marked_at: out_of_turn.then_some(at),
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
                customer.marked_at = None;
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
            | Event::CalendarDayCleared { .. } => {}
        }
    }

    fn see_at_desk(&mut self, happened: &Happened) {
        let at = happened.at;
        match &happened.event {
            Event::TicketCalled {
                ticket,
                desk,
                reason,
            } => {
                self.called(*ticket, *desk, reason);
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
    fn called(&mut self, ticket: TicketId, desk: DeskNumber, reason: &CallReason) {
        self.free(desk);
        let chosen = self.customer(ticket).clone();
        let fits = chosen.at == At::Queue && self.may_call(desk, &chosen);
        self.hold(SkillsRespected, fits, || {
            format!("desk {desk} called {chosen:?}")
        });
        let line: Vec<Customer> = self.line(desk).into_iter().cloned().collect();
        self.reason_is_right(&chosen, &line, reason);
        let by_rule = reason.rule != CallRule::ByHand;
        for other in line.iter().filter(|it| it.id != ticket) {
            let same = other.service == chosen.service
                && other.marked_at.is_some() == chosen.marked_at.is_some();
            if same && by_rule {
                let first = (chosen.key, chosen.id) < (other.key, other.id)
                    && (chosen.marked_at.is_some() || chosen.from <= other.from);
                self.hold(FirstComeFirstServedWithinClassAndService, first, || {
                    format!("{chosen:?} before {other:?}")
                });
            }
            if let (true, Some(marked_at)) = (by_rule, other.marked_at) {
                let older = chosen.key <= marked_at - CREDIT;
                self.hold(OutOfTurnPassedOverOnlyForKeys120MinOlder, older, || {
                    format!("{chosen:?} before {other:?}")
                });
            }
            if by_rule && other.from < chosen.from {
                let credit = chosen.marked_at.map_or(SignedDuration::ZERO, |_| CREDIT);
                let later = chosen.from.duration_since(other.from);
                self.hold(
                    NobodyOvertakenByAnyoneIssuedMoreThanTheCreditLater,
                    later <= credit,
                    || format!("{other:?} by {chosen:?}"),
                );
            }
        }
    }

    fn reason_is_right(&mut self, chosen: &Customer, line: &[Customer], reason: &CallReason) {
        let first = line.first().is_some_and(|first| first.id == chosen.id);
        let rule = match (first, chosen.marked_at) {
            (false, _) => CallRule::ByHand,
            (true, Some(_)) => CallRule::OutOfTurn,
            (true, None) => CallRule::Turn,
        };
        let right = reason.rule == rule && reason.counts_from == chosen.key;
        self.hold(SmallestKeyFirstAndTheReasonStored, right, || {
            format!("{reason:?} for {chosen:?}, first: {first}")
        });
    }

    /// What a refused or empty answer to "the next one, please" says.
    pub fn nobody(&mut self, command: &Command, refused: bool) {
        let Command::CallNext { desk, service } = command else {
            return;
        };
        let Some(counter) = &self.desks[usize::from(desk.0)] else {
            return;
        };
        let busy = counter.on_break || self.held_by(*desk).is_some();
        let mut line = self.line(*desk).into_iter();
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

    /// Who is next hangs neither on how tickets are numbered nor on those a desk may not call.
    pub fn chooses_alike(&mut self, centre: &Centre, desk: DeskNumber) {
        let Some((chosen, reason)) = selection::next_for(centre, desk, None) else {
            return;
        };
        let mut alone = centre.clone();
        alone
            .tickets
            .retain(|id, _| self.may_call(desk, &self.customers[id.0 as usize - 1]));
        let same = selection::next_for(&alone, desk, None)
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
        let renamed = selection::next_for(&backwards, desk, None).map(|(other, _)| other);
        // Of two with one key the lower number goes first: only the key is compared.
        let same = renamed.is_some_and(|other| other.counts_from == chosen.counts_from);
        self.hold(IndependentOfListOrder, same, || {
            format!("desk {desk} calls {renamed:?} where tickets are numbered backwards")
        });
    }

    /// The program's centre against the book, after everything that was asked.
    pub fn agrees(&mut self, centre: &Centre) {
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
        self.lines_agree(centre);
    }

    /// Who counts as waiting and whom each desk can call are one set, but for those a desk has a
    /// reason not to call.
    fn lines_agree(&mut self, centre: &Centre) {
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
            let callable = selection::callable(centre, number);
            let line: Vec<TicketId> = self.line(number).iter().map(|it| it.id).collect();
            let same = callable
                .iter()
                .map(|ticket| ticket.id)
                .eq(line.iter().copied());
            self.hold(WaitingIsWhatSomeDeskCanCallOrSaysWhyNot, same, || {
                format!("desk {number} can call {callable:?}, not {line:?}")
            });
        }
    }
}
