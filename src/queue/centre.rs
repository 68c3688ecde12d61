//! The state of one centre, and how each event changes it.
//!
//! `apply` never fails and never asks whether something was allowed: an event has happened.
//! Where an event names something unknown (a damaged line was lost), it changes what it can.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::appointments::Appointments;
use super::calendar::edits::Mark;
use super::calendar::{Calendar, Edits};
use super::catalogue::Service;
use super::desk::{Desk, LastStep, Seat, Staffed};
use super::event::{Event, Happened, JobId, PrintOrder, Step, TransferTo};
use super::mischief::Mischief;
use super::paper::{JobState, Outbox, PrintJob, Roll};
use super::setup::Setup;
use super::stop::Stop;
use super::ticket::{
    CancelReason, DeskNumber, Leg, Place, Ticket, TicketId, TicketNumber, TrackToken,
};

/// Announcements kept for the displays.
const ANNOUNCEMENTS_MAX: usize = 32;

/// One announcement of a call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Announced {
    /// Journal sequence of the call or recall.
    pub id: u64,
    /// Ticket.
    pub ticket: TicketId,
    /// Its number.
    pub number: TicketNumber,
    /// Desk.
    pub desk: DeskNumber,
    /// When.
    pub at: Timestamp,
    /// Not the first time.
    pub repeat: bool,
}

/// The queue of one centre: everything that has happened, folded.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Centre {
    /// The local date that has begun.
    pub date: Option<Date>,
    /// Tickets ever issued; the next id is one more.
    pub tickets_issued: u64,
    /// Last number of each series today.
    pub last_numbers: BTreeMap<Service, u16>,
    /// Today's tickets.
    pub tickets: BTreeMap<TicketId, Ticket>,
    /// Desks that were ever opened.
    pub desks: BTreeMap<DeskNumber, Desk>,
    /// Paper on its way.
    pub outbox: Outbox,
    /// Newest announcements, oldest first.
    pub announced: VecDeque<Announced>,
    /// Kiosks where help was asked for, and since when (A2/2/2.1).
    pub help: BTreeMap<String, Timestamp>,
    /// Presses of today that issued no ticket, by kiosk.
    pub suppressed: BTreeMap<String, u32>,
    /// The same of all kiosks, by kind.
    #[serde(default)]
    pub presses: Mischief,
    /// Rolls of paper by kiosk; they outlast the day.
    #[serde(default)]
    pub rolls: BTreeMap<String, Roll>,
    /// Newest ticket by page name.
    pub by_track: BTreeMap<TrackToken, TicketId>,
    /// What managers changed in the calendar; outlasts the day.
    #[serde(default, skip_serializing_if = "Edits::is_empty")]
    pub calendar: Edits,
    /// Booked visits; they outlast the day.
    #[serde(default, skip_serializing_if = "Appointments::is_empty")]
    pub appointments: Appointments,
    /// Services for which no more tickets are issued today.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub stopped: BTreeMap<Service, Stop>,
    /// Services that a person released today: the daemon does not stop them again.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub kept_open: BTreeSet<Service>,
}

impl Centre {
    /// Brings the centre up to date with the next event.
    pub fn apply(&mut self, happened: &Happened) {
        let at = happened.at;
        match &happened.event {
            Event::DaemonStarted { .. } => self.restart_minutes(at),
            Event::ClockStepped { by_ms } => {
                self.shift_minutes(SignedDuration::from_millis(*by_ms));
            }
            Event::DayBegan { date, .. } => self.begin_day(*date),
            Event::TicketIssued { .. } => self.issue(at, &happened.event),
            Event::PressSuppressed { kiosk, why, .. } => self.suppress(kiosk, *why),
            Event::DeskOpened {
                desk,
                consultant,
                services,
            } => self.open_desk(at, *desk, consultant, services),
            Event::DeskServicesChanged { desk, services } => {
                if let Some(staffed) = self.desk_mut(*desk).staffed.as_mut() {
                    staffed.services = services.iter().copied().collect();
                }
            }
            Event::DeskClosed { desk } | Event::DeskRemoved { desk } => self.close_desk(*desk),
            Event::BreakStarted { desk } => self.sit(*desk, Seat::OnBreak { since: at }),
            Event::BreakEnded { desk } => self.sit(*desk, Seat::Free { since: at }),
            Event::NobodyCalled { .. } => {}
            Event::TicketCalled { .. }
            | Event::TicketRecalled { .. }
            | Event::CustomerArrived { .. }
            | Event::DocumentsStarted { .. }
            | Event::TicketFinished { .. }
            | Event::TicketNoShow { .. }
            | Event::TicketTransferred { .. }
            | Event::TicketParked { .. }
            | Event::TicketResumed { .. }
            | Event::StepUndone { .. } => self.apply_at_desk(happened),
            Event::TicketMarkedOutOfTurn {
                ticket,
                counts_from,
            } => {
                self.forget_steps_of(*ticket);
                if let Some(ticket) = self.tickets.get_mut(ticket) {
                    ticket.out_of_turn = true;
                    ticket.counts_from = *counts_from;
                }
            }
            Event::TicketCancelled { ticket, reason } => self.cancel(at, *ticket, reason.clone()),
            Event::TicketReinstated {
                ticket,
                counts_from,
            } => {
                self.forget_steps_of(*ticket);
                if let Some(ticket) = self.tickets.get_mut(ticket) {
                    ticket.place = Place::Waiting;
                    ticket.counts_from = *counts_from;
                    ticket.out_of_turn = false;
                    ticket.reinstated = true;
                    ticket.reinstated_at = Some(at);
                }
            }
            Event::SlipRequested { ticket, print } => self.queue_slip(at, *ticket, print, true),
            Event::SlipRepeated { of, copy, print } => self.repeat_slip(*of, *copy, print),
            Event::SlipSending { job } => self.outbox.sending(*job, at),
            Event::SlipPrinted { job } => {
                self.use_paper(*job);
                self.outbox.printed(*job, at);
            }
            Event::SlipFailed { job, why } => self.outbox.failed(*job, at, why),
            Event::SlipUnknown { job, why } => {
                self.use_paper(*job);
                self.outbox.unknown(*job, at, why);
            }
            Event::RollReplaced { kiosk } => {
                self.rolls.insert(kiosk.clone(), Roll::full(at));
            }
            Event::HelpRequested { kiosk } => {
                self.help.entry(kiosk.clone()).or_insert(at);
            }
            Event::HelpAnswered { kiosk } => {
                self.help.remove(kiosk);
            }
            Event::CalendarDaySet {
                date,
                change,
                reason,
                by,
                begun,
            } => {
                let mark = Mark {
                    reason: reason.clone(),
                    by: by.clone(),
                    at,
                };
                self.calendar.set(*date, change, mark);
                self.keep_receiving(*begun);
            }
            Event::CalendarDayCleared {
                date, kind, begun, ..
            } => {
                self.calendar.clear(*date, *kind);
                self.keep_receiving(*begun);
            }
            Event::AppointmentBooked { .. }
            | Event::AppointmentMoved { .. }
            | Event::AppointmentCancelled { .. }
            | Event::AppointmentCodesUnlinked { .. } => self.appointments.apply(&happened.event),
            Event::ServiceStopped {
                service,
                by,
                reason,
                chance_percent,
            } => {
                let stop = Stop {
                    at,
                    by: by.clone(),
                    reason: reason.clone(),
                    chance_percent: *chance_percent,
                };
                self.stopped.insert(*service, stop);
                self.kept_open.remove(service);
            }
            Event::ServiceReleased { service, by } => {
                self.stopped.remove(service);
                if by.is_some() {
                    self.kept_open.insert(*service);
                }
            }
        }
    }

    /// Whatever today's hours become: where reception had begun, calls go on (A2/2/2.3).
    fn keep_receiving(&mut self, begun: bool) {
        if begun {
            self.calendar.begun = self.date;
        }
    }

    /// The steps of a customer's stay at a desk.
    fn apply_at_desk(&mut self, happened: &Happened) {
        let at = happened.at;
        match &happened.event {
            Event::TicketCalled {
                ticket,
                desk,
                reason,
            } => {
                self.seat_ticket(*desk, *ticket, at);
                self.sit(
                    *desk,
                    Seat::Called {
                        ticket: *ticket,
                        since: at,
                        minute_from: at,
                        recalls: 0,
                        reason: reason.clone(),
                    },
                );
                self.announce(happened.seq, *ticket, *desk, at, false);
            }
            Event::TicketRecalled { ticket, desk, .. } => {
                if let Some(Seat::Called { recalls, .. }) = self.seat_mut(*desk) {
                    *recalls += 1;
                }
                self.announce(happened.seq, *ticket, *desk, at, true);
            }
            Event::CustomerArrived { ticket, desk } => {
                self.step(*desk, *ticket, Step::Arrived, at, |ticket, leg| {
                    leg.arrived_at = Some(at);
                    (Seat::Serving { ticket, since: at }, None)
                });
            }
            Event::DocumentsStarted { ticket, desk } => {
                self.step(*desk, *ticket, Step::Documents, at, |ticket, leg| {
                    leg.documents_at = Some(at);
                    let arrived_at = leg.arrived_at.unwrap_or(at);
                    (
                        Seat::Documents {
                            ticket,
                            since: at,
                            arrived_at,
                        },
                        None,
                    )
                });
            }
            Event::TicketFinished { ticket, desk, .. } => {
                let place = Place::Finished {
                    at: Some(at),
                    desk: *desk,
                };
                self.leave(*desk, *ticket, Step::Finished, at, place);
                if let Some(desk) = self.desks.get_mut(desk) {
                    desk.finished_today += 1;
                }
            }
            Event::TicketNoShow { ticket, desk, .. } => {
                let place = Place::NoShow { at, desk: *desk };
                self.step(*desk, *ticket, Step::NoShow, at, |_, _| {
                    (Seat::Free { since: at }, Some(place))
                });
            }
            Event::TicketTransferred { ticket, desk, to } => {
                self.leave(*desk, *ticket, Step::Transferred, at, Place::Waiting);
                if let Some(ticket) = self.tickets.get_mut(ticket) {
                    ticket.transfers += 1;
                    match to {
                        TransferTo::Service(service) => {
                            ticket.service = *service;
                            ticket.reserved_for = None;
                        }
                        TransferTo::Desk(desk) => ticket.reserved_for = Some(*desk),
                    }
                }
            }
            Event::TicketParked { ticket, desk } => {
                let place = Place::Parked {
                    desk: *desk,
                    since: at,
                };
                self.leave(*desk, *ticket, Step::Parked, at, place);
            }
            Event::TicketResumed { ticket, desk } => {
                self.seat_ticket(*desk, *ticket, at);
                if let Some(leg) = self.tickets.get_mut(ticket).and_then(|t| t.legs.last_mut()) {
                    leg.arrived_at = Some(at);
                }
                self.sit(
                    *desk,
                    Seat::Serving {
                        ticket: *ticket,
                        since: at,
                    },
                );
            }
            Event::StepUndone { desk, .. } => self.undo(*desk, at),
            Event::DaemonStarted { .. }
            | Event::ClockStepped { .. }
            | Event::DayBegan { .. }
            | Event::TicketIssued { .. }
            | Event::PressSuppressed { .. }
            | Event::DeskOpened { .. }
            | Event::DeskServicesChanged { .. }
            | Event::DeskClosed { .. }
            | Event::BreakStarted { .. }
            | Event::BreakEnded { .. }
            | Event::NobodyCalled { .. }
            | Event::TicketMarkedOutOfTurn { .. }
            | Event::TicketCancelled { .. }
            | Event::TicketReinstated { .. }
            | Event::DeskRemoved { .. }
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
            | Event::ServiceReleased { .. } => {}
        }
    }

    fn restart_minutes(&mut self, at: Timestamp) {
        for staffed in self.desks.values_mut().filter_map(|d| d.staffed.as_mut()) {
            if let Seat::Called { minute_from, .. } = &mut staffed.seat {
                *minute_from = at;
            }
            let undone = staffed.last_step.as_mut().map(|last| &mut last.seat_before);
            if let Some(Seat::Called { minute_from, .. }) = undone {
                *minute_from = at;
            }
        }
    }

    /// What is measured from a moment before the step is measured from the same moment after it.
    fn shift_minutes(&mut self, by: SignedDuration) {
        let shift = |at: &mut Timestamp| *at = at.saturating_add(by).unwrap_or(*at);
        for staffed in self.desks.values_mut().filter_map(|d| d.staffed.as_mut()) {
            if let Seat::Called { minute_from, .. } = &mut staffed.seat {
                shift(minute_from);
            }
            if let Some(last) = &mut staffed.last_step {
                shift(&mut last.at);
                if let Seat::Called { minute_from, .. } = &mut last.seat_before {
                    shift(minute_from);
                }
            }
        }
        for job in self.outbox.jobs.values_mut() {
            shift(&mut job.asked_at);
        }
    }

    /// A ticket that has moved on cannot be brought back by an undo of the step before.
    fn forget_steps_of(&mut self, id: TicketId) {
        if let Some(ticket) = self.tickets.get(&id) {
            forget_steps(&mut self.desks, ticket);
        }
    }

    fn begin_day(&mut self, date: Date) {
        for desk in self.desks.values_mut() {
            desk.staffed = None;
            desk.finished_today = 0;
        }
        self.date = Some(date);
        self.last_numbers.clear();
        self.tickets.clear();
        self.by_track.clear();
        self.announced.clear();
        self.help.clear();
        self.appointments.begin_day(date);
        self.stopped.clear();
        self.kept_open.clear();
        self.forget_suppressed();
        self.outbox.begin_day();
    }

    fn issue(&mut self, at: Timestamp, event: &Event) {
        let Event::TicketIssued {
            ticket: id,
            number,
            service,
            date,
            track,
            origin,
            counts_from,
            out_of_turn,
            ahead,
            promise,
            may_not_suffice,
            print,
            appointment,
        } = event
        else {
            return;
        };
        self.tickets_issued = self.tickets_issued.max(id.0);
        self.last_numbers.insert(*service, number.number);
        self.by_track.insert(track.clone(), *id);
        self.tickets.insert(
            *id,
            Ticket {
                id: *id,
                number: *number,
                track: track.clone(),
                issued_for: *service,
                service: *service,
                date: *date,
                issued_at: at,
                origin: origin.clone(),
                counts_from: *counts_from,
                out_of_turn: *out_of_turn,
                reinstated: false,
                reinstated_at: None,
                reserved_for: None,
                transfers: 0,
                place: Place::Waiting,
                legs: Vec::new(),
                ahead: *ahead,
                promise: *promise,
                may_not_suffice: *may_not_suffice,
                slips: 0,
                appointment: *appointment,
            },
        );
        if let Some(kept) = appointment {
            self.appointments.check_in(kept, *id);
        }
        if let Some(print) = print {
            self.queue_slip(at, *id, print, false);
        }
    }

    fn queue_slip(&mut self, at: Timestamp, id: TicketId, print: &PrintOrder, by_hand: bool) {
        if let Some(ticket) = self.tickets.get_mut(&id) {
            let copy = ticket.slips > 0;
            ticket.slips += 1;
            self.outbox.queue(PrintJob {
                job: print.job,
                ticket: id,
                kiosk: print.kiosk.clone(),
                copy,
                state: JobState::Queued,
                asked_at: at,
                by_hand,
                repeats: None,
            });
        }
    }

    /// The same wish as that of the job before: its time runs on.
    fn repeat_slip(&mut self, of: JobId, copy: bool, print: &PrintOrder) {
        let Some(before) = self.outbox.jobs.get(&of) else {
            return;
        };
        let first_copy = copy && !before.copy;
        let job = PrintJob {
            job: print.job,
            kiosk: print.kiosk.clone(),
            copy,
            state: JobState::Queued,
            repeats: Some(of),
            ..before.clone()
        };
        if let Some(ticket) = self.tickets.get_mut(&job.ticket)
            && first_copy
        {
            ticket.slips += 1;
        }
        self.outbox.queue(job);
    }

    /// Paper in doubt is counted as used: the roll is then rather fuller than thought.
    fn use_paper(&mut self, job: JobId) {
        if let Some(job) = self.outbox.jobs.get(&job) {
            self.rolls.entry(job.kiosk.clone()).or_default().papers += 1;
        }
    }

    fn open_desk(
        &mut self,
        at: Timestamp,
        number: DeskNumber,
        consultant: &str,
        services: &[Service],
    ) {
        let desk = self.desk_mut(number);
        let services = services.iter().copied().collect();
        match &mut desk.staffed {
            // Taking over keeps the customer at the desk.
            Some(staffed) => {
                consultant.clone_into(&mut staffed.consultant);
                staffed.services = services;
            }
            None => {
                desk.staffed = Some(Staffed {
                    consultant: consultant.to_owned(),
                    services,
                    since: at,
                    seat: Seat::Free { since: at },
                    last_step: None,
                });
            }
        }
    }

    fn close_desk(&mut self, number: DeskNumber) {
        let held = self.desk_mut(number).staffed.take();
        if let Some(id) = held.and_then(|staffed| staffed.seat.ticket())
            && let Some(ticket) = self.tickets.get_mut(&id)
        {
            ticket.place = Place::Waiting;
        }
    }

    fn cancel(&mut self, at: Timestamp, id: TicketId, reason: CancelReason) {
        self.forget_steps_of(id);
        if let Some(ticket) = self.tickets.get_mut(&id) {
            ticket.place = Place::Cancelled { at, reason };
        }
    }

    /// Gives a ticket to a desk: another leg of its visit begins.
    fn seat_ticket(&mut self, number: DeskNumber, id: TicketId, at: Timestamp) {
        if let Some(ticket) = self.tickets.get_mut(&id) {
            forget_steps(&mut self.desks, ticket);
            ticket.place = Place::AtDesk { desk: number };
            // Most visits have one stay.
            ticket.legs.reserve_exact(1);
            ticket.legs.push(Leg::begin(ticket.service, number, at));
        }
        if let Some(staffed) = self.desk_mut(number).staffed.as_mut() {
            staffed.last_step = None;
        }
    }

    /// One step of a desk with its customer, remembered so that it can be undone.
    fn step(
        &mut self,
        number: DeskNumber,
        id: TicketId,
        step: Step,
        at: Timestamp,
        take: impl FnOnce(TicketId, &mut Leg) -> (Seat, Option<Place>),
    ) {
        let Some(ticket) = self.tickets.get_mut(&id) else {
            self.sit(number, Seat::Free { since: at });
            return;
        };
        let ticket_before = Box::new(ticket.clone());
        // Where the call was lost with a damaged line, the stay begins with this step. Every step
        // moves the desk on, or what is due would be due for ever.
        if ticket.legs.is_empty() {
            ticket.legs.push(Leg::begin(ticket.service, number, at));
        }
        let Some(leg) = ticket.legs.last_mut() else {
            return;
        };
        let (seat, place) = take(id, leg);
        if let Some(place) = place {
            ticket.place = place;
        }
        let place_after = ticket.place.clone();
        let desk = self
            .desks
            .entry(number)
            .or_insert_with(|| Desk::closed(number));
        if let Some(staffed) = desk.staffed.as_mut() {
            let seat_before = std::mem::replace(&mut staffed.seat, seat);
            staffed.last_step = Some(LastStep {
                step,
                at,
                seat_before,
                ticket_before,
                place_after,
            });
        }
    }

    /// A step with which the customer leaves the desk and the handling ends.
    fn leave(&mut self, number: DeskNumber, id: TicketId, step: Step, at: Timestamp, place: Place) {
        self.step(number, id, step, at, |_, leg| {
            leg.finished_at = Some(at);
            (Seat::Free { since: at }, Some(place))
        });
    }

    fn undo(&mut self, number: DeskNumber, at: Timestamp) {
        let desk = self.desk_mut(number);
        let Some(staffed) = desk.staffed.as_mut() else {
            return;
        };
        let Some(last) = staffed.last_step.take() else {
            return;
        };
        staffed.seat = last.seat_before;
        if last.step == Step::NoShow
            && let Seat::Called { minute_from, .. } = &mut staffed.seat
        {
            // The old minute is over: the customer is awaited again, for a whole one (A2/2/2.4).
            *minute_from = at;
        }
        if last.step == Step::Finished {
            desk.finished_today = desk.finished_today.saturating_sub(1);
        }
        let mut restored = *last.ticket_before;
        if let Some(ticket) = self.tickets.get(&restored.id) {
            // Paper that came out meanwhile stays out: the next one is a copy.
            restored.slips = ticket.slips;
        }
        self.tickets.insert(restored.id, restored);
    }

    fn announce(&mut self, seq: u64, id: TicketId, desk: DeskNumber, at: Timestamp, repeat: bool) {
        let Some(ticket) = self.tickets.get(&id) else {
            return;
        };
        if self.announced.len() >= ANNOUNCEMENTS_MAX {
            self.announced.pop_front();
        }
        self.announced.push_back(Announced {
            id: seq,
            ticket: id,
            number: ticket.number,
            desk,
            at,
            repeat,
        });
    }

    fn sit(&mut self, number: DeskNumber, seat: Seat) {
        if let Some(current) = self.seat_mut(number) {
            *current = seat;
        }
    }

    fn seat_mut(&mut self, number: DeskNumber) -> Option<&mut Seat> {
        self.desk_mut(number).staffed.as_mut().map(|s| &mut s.seat)
    }

    fn desk_mut(&mut self, number: DeskNumber) -> &mut Desk {
        self.desks
            .entry(number)
            .or_insert_with(|| Desk::closed(number))
    }

    /// The tickets a day leaves open, as its end leaves them.
    pub fn closed_by_day(
        &self,
        at: Timestamp,
        unserved: &[TicketId],
        unfinished: &[TicketId],
    ) -> Vec<Ticket> {
        let cancelled = unserved.iter().filter_map(|id| {
            let mut ticket = self.tickets.get(id)?.clone();
            ticket.place = Place::Cancelled {
                at,
                reason: CancelReason::DayEnded,
            };
            Some(ticket)
        });
        let finished = unfinished.iter().filter_map(|id| {
            let mut ticket = self.tickets.get(id)?.clone();
            let Place::AtDesk { desk } = ticket.place else {
                return None;
            };
            ticket.place = Place::Finished { at: None, desk };
            Some(ticket)
        });
        cancelled.chain(finished).collect()
    }

    /// The calendar that holds: the configured hours with what managers changed.
    pub fn calendar<'a>(&'a self, setup: &'a Setup) -> Calendar<'a> {
        Calendar::new(&setup.hours, &self.calendar)
    }

    /// The next print job's identity.
    pub fn next_job(&self) -> JobId {
        JobId(self.outbox.jobs_queued + 1)
    }

    /// The staffed desk of a number, if somebody works there.
    pub fn staffed(&self, desk: DeskNumber) -> Option<&Staffed> {
        self.desks.get(&desk)?.staffed.as_ref()
    }

    /// The desk where a consultant works, if anywhere.
    pub fn desk_of(&self, login: &str) -> Option<DeskNumber> {
        self.desks
            .values()
            .find(|desk| desk.staffed.as_ref().is_some_and(|s| s.consultant == login))
            .map(|desk| desk.number)
    }

    /// Newest ticket of a kiosk.
    pub fn last_of_kiosk(&self, kiosk: &str) -> Option<&Ticket> {
        self.tickets
            .values()
            .rev()
            .find(|ticket| ticket.origin.kiosk() == Some(kiosk))
    }
}

/// Takes back what desks could undo with a ticket: these are desks it was at.
fn forget_steps(desks: &mut BTreeMap<DeskNumber, Desk>, ticket: &Ticket) {
    for leg in &ticket.legs {
        let staffed = desks.get_mut(&leg.desk).and_then(|d| d.staffed.as_mut());
        if let Some(staffed) = staffed {
            staffed
                .last_step
                .take_if(|last| last.ticket_before.id == ticket.id);
        }
    }
}
