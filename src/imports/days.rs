//! One date's visits as what happened, in order, written to a journal.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::visits::{Call, End, Stay, Visit};
use crate::journal::{DateWriter, JournalError};
use crate::queue::catalogue::Service;
use crate::queue::command::Actor;
use crate::queue::event::{CallReason, CallRule, Event, TransferTo};
use crate::queue::setup::Setup;
use crate::queue::ticket::{CancelReason, DeskNumber, Origin, TicketId, TicketNumber, TrackToken};

/// Who did and said what the other system tells, wherever the journal wants somebody named.
const OTHER_SYSTEM: &str = "cita sistēma";

/// One thing that happened, and its place among those of the same moment: tickets are issued
/// before any is called, and a stay is over before the next of its desk begins.
struct Step<'a> {
    order: (Timestamp, bool, Timestamp, u64, u8),
    id: TicketId,
    visit: &'a Visit,
    what: What<'a>,
}

enum What<'a> {
    Issue,
    Call(&'a Stay, Call),
    Arrive(Call),
    End(&'a Stay, Option<&'a Stay>),
}

/// Writes a date; `visits` are in their order of issue, all of one date, and at least one.
pub(super) fn write(
    writer: &mut DateWriter,
    setup: &Setup,
    visits: &[Visit],
) -> Result<(), JournalError> {
    let Some(date) = visits.first().map(|visit| visit.date) else {
        return Ok(());
    };
    writer.begin(date, midnight(visits, &setup.timezone))?;
    let first = writer.state().centre.tickets_issued + 1;
    let mut steps: Vec<Step<'_>> = Vec::with_capacity(visits.len() * 4);
    for (visit, id) in visits.iter().zip(first..) {
        plan(visit, TicketId(id), &mut steps);
    }
    steps.sort_by_key(|step| step.order);
    let mut floor = Floor::new(&steps, setup);
    for step in &steps {
        floor.take(writer, step);
    }
    Ok(())
}

/// When the date began.
fn midnight(visits: &[Visit], tz: &TimeZone) -> Timestamp {
    let earliest = visits
        .first()
        .map_or(Timestamp::MIN, |visit| visit.issued_at);
    let zoned = earliest.to_zoned(tz.clone());
    zoned
        .start_of_day()
        .map_or(earliest, |start| start.timestamp())
}

fn plan<'a>(visit: &'a Visit, id: TicketId, steps: &mut Vec<Step<'a>>) {
    let mut add = |order, what| {
        steps.push(Step {
            order,
            id,
            visit,
            what,
        });
    };
    let issued_at = visit.issued_at;
    add((issued_at, false, issued_at, id.0, 0), What::Issue);
    let next = visit.stays.iter().skip(1).map(Some).chain([None]);
    for (stay, next) in visit.stays.iter().zip(next) {
        let from = stay.call.map(|call| call.at).or(stay.end.at());
        let order = |at, part| (at, true, from.unwrap_or(at), stay.line, part);
        if let Some(call) = stay.call {
            add(order(call.at, 0), What::Call(stay, call));
            if let Some(at) = call.arrived_at {
                add(order(at, 1), What::Arrive(call));
            }
        }
        if let Some(at) = stay.end.at() {
            add(order(at, 2), What::End(stay, next));
        }
    }
}

/// Who waits and which desks work, as the steps go on.
struct Floor<'a> {
    setup: &'a Setup,
    waiting: BTreeMap<Service, BTreeSet<(Timestamp, TicketId)>>,
    /// Services each desk called on the date.
    services: BTreeMap<DeskNumber, BTreeSet<Service>>,
    /// Steps to come at each desk: it is open from the first to the last.
    to_come: BTreeMap<DeskNumber, u32>,
    open: BTreeSet<DeskNumber>,
    numbers: BTreeMap<Service, u16>,
}

impl<'a> Floor<'a> {
    fn new(steps: &[Step<'_>], setup: &'a Setup) -> Self {
        let mut floor = Self {
            setup,
            waiting: BTreeMap::new(),
            services: BTreeMap::new(),
            to_come: BTreeMap::new(),
            open: BTreeSet::new(),
            numbers: BTreeMap::new(),
        };
        for step in steps {
            if let What::Call(stay, call) = &step.what {
                let services = floor.services.entry(call.desk).or_default();
                services.insert(stay.service);
                // One that was never let go keeps its desk open until the date's end.
                let ends = if stay.end.at().is_some() { 2 } else { 3 };
                *floor.to_come.entry(call.desk).or_default() += ends;
            }
        }
        floor
    }

    fn take(&mut self, writer: &mut DateWriter, step: &Step<'_>) {
        let (id, at) = (step.id, step.order.0);
        let mut happen = |event| writer.happen(at, actor(), event);
        match &step.what {
            What::Issue => happen(self.issue(step)),
            What::Call(stay, call) => {
                if self.open.insert(call.desk) {
                    happen(self.open_desk(call.desk));
                }
                happen(self.call(step, stay, call));
                self.desk_did(call.desk, &mut happen);
            }
            What::Arrive(call) => happen(Event::CustomerArrived {
                ticket: id,
                desk: call.desk,
            }),
            What::End(stay, next) => {
                happen(self.end(step, stay, *next));
                if let Some(call) = stay.call {
                    self.desk_did(call.desk, &mut happen);
                }
            }
        }
    }

    /// Counts a step of a desk down, and closes the desk after its last.
    fn desk_did(&mut self, desk: DeskNumber, happen: &mut impl FnMut(Event)) {
        let to_come = self.to_come.entry(desk).or_default();
        *to_come = to_come.saturating_sub(1);
        if *to_come == 0 {
            self.open.remove(&desk);
            happen(Event::DeskClosed { desk });
        }
    }

    fn open_desk(&self, desk: DeskNumber) -> Event {
        let services = self.services.get(&desk);
        Event::DeskOpened {
            desk,
            consultant: OTHER_SYSTEM.to_owned(),
            services: services.into_iter().flatten().copied().collect(),
        }
    }

    fn issue(&mut self, step: &Step<'_>) -> Event {
        let (id, visit) = (step.id, step.visit);
        let service = first_service(visit);
        let waiting = self.waiting.entry(service).or_default();
        let ahead = u32::try_from(waiting.len()).unwrap_or(u32::MAX);
        waiting.insert((visit.issued_at, id));
        let last = self.numbers.entry(service).or_default();
        let (series, number) = visit
            .number
            .unwrap_or_else(|| (None, last.saturating_add(1)));
        *last = number;
        Event::TicketIssued {
            ticket: id,
            number: TicketNumber {
                series: series.unwrap_or_else(|| self.series(service)),
                number,
            },
            service,
            date: visit.date,
            track: TrackToken(format!("import-{}", id.0).into()),
            origin: Origin::OtherSystem,
            counts_from: self.counts_from(visit),
            out_of_turn: visit.out_of_turn,
            ahead,
            promise: None,
            may_not_suffice: false,
            print: None,
            appointment: None,
        }
    }

    fn series(&self, service: Service) -> char {
        self.setup.series.get(&service).copied().unwrap_or('A')
    }

    fn counts_from(&self, visit: &Visit) -> Timestamp {
        let credit = self.setup.rules.out_of_turn_credit;
        let marked = visit.issued_at.checked_sub(credit);
        marked
            .ok()
            .filter(|_| visit.out_of_turn)
            .unwrap_or(visit.issued_at)
    }

    fn call(&mut self, step: &Step<'_>, stay: &Stay, call: &Call) -> Event {
        let mine = (step.visit.issued_at, step.id);
        let waiting = self.waiting.entry(stay.service).or_default();
        waiting.remove(&mine);
        Event::TicketCalled {
            ticket: step.id,
            desk: call.desk,
            reason: CallReason {
                rule: CallRule::OtherSystem,
                counts_from: self.counts_from(step.visit),
                overtook: self.earlier(stay.service, mine),
                instead_of: None,
            },
        }
    }

    /// Those who waited for the same service and were issued earlier.
    fn earlier(&self, service: Service, than: (Timestamp, TicketId)) -> Vec<TicketId> {
        let waiting = self.waiting.get(&service).into_iter();
        let earlier = waiting.flat_map(|waiting| waiting.range(..than));
        earlier.map(|(_, id)| *id).collect()
    }

    fn end(&mut self, step: &Step<'_>, stay: &Stay, next: Option<&Stay>) -> Event {
        let ticket = step.id;
        let mine = (step.visit.issued_at, ticket);
        let desk = stay.call.map_or(DeskNumber(0), |call| call.desk);
        match (stay.end, next) {
            (End::Transferred(_), Some(next)) => {
                self.waiting.entry(next.service).or_default().insert(mine);
                Event::TicketTransferred {
                    ticket,
                    desk,
                    to: sent_to(stay, next),
                }
            }
            (End::NoShow(_), _) => Event::TicketNoShow {
                ticket,
                desk,
                automatic: false,
            },
            (End::Cancelled(_) | End::Unserved, _) => {
                self.waiting.entry(stay.service).or_default().remove(&mine);
                Event::TicketCancelled {
                    ticket,
                    reason: CancelReason::Staff {
                        text: OTHER_SYSTEM.to_owned(),
                    },
                }
            }
            (End::Finished(_) | End::Transferred(_), _) => Event::TicketFinished {
                ticket,
                desk,
                outcome: None,
            },
        }
    }
}

/// To another queue, or within one to the desk that called next.
fn sent_to(stay: &Stay, next: &Stay) -> TransferTo {
    match next.call {
        Some(call) if next.service == stay.service => TransferTo::Desk(call.desk),
        Some(_) | None => TransferTo::Service(next.service),
    }
}

fn first_service(visit: &Visit) -> Service {
    let first = visit.stays.first();
    first.map_or(Service::OrderIntake, |stay| stay.service)
}

fn actor() -> Actor {
    Actor::Device {
        name: OTHER_SYSTEM.to_owned(),
    }
}
