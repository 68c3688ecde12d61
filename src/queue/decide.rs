//! What may be done now. `decide` looks and answers; it changes nothing, so a disk that fails
//! between the answer and its record leaves nothing to take back.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::catalogue::Service;
use super::centre::Centre;
use super::command::{Actor, Asked, Command, SlipReport};
use super::deadline::slip_event;
use super::desk::{Seat, Staffed};
use super::event::{Event, JobId, PrintOrder, Step, Suppression, TransferTo};
use super::forecast::{self, LearnedTimes};
use super::hours::Reception;
use super::paper::JobState;
use super::rejection::Rejection;
use super::selection;
use super::setup::Setup;
use super::ticket::{
    CancelReason, DeskNumber, Origin, Place, Ticket, TicketId, TicketNumber, TrackToken,
};

/// Longest reason or remark, characters.
pub const TEXT_CHARS_MAX: usize = 200;

/// Last number of a series on one date.
pub const SERIES_NUMBER_MAX: u16 = 9_999;

/// What a decision may depend on besides the centre itself.
#[derive(Debug)]
pub struct Moment<'a> {
    /// Now.
    pub now: Timestamp,
    /// The set-up.
    pub setup: &'a Setup,
    /// Times at the desk learned so far.
    pub learned: &'a LearnedTimes,
    /// A fresh unguessable name, should a ticket be issued.
    pub track: &'a TrackToken,
    /// The request carries a key: its repeat must get the same answer, "nobody waits" too.
    pub keyed: bool,
}

type Decision = Result<Vec<Event>, Rejection>;

/// Decides on a command: the events that follow, or the refusal.
///
/// # Errors
/// The refusal; nothing has happened then.
pub fn decide(centre: &Centre, moment: &Moment, actor: &Actor, command: &Command) -> Decision {
    let desk = Desk {
        centre,
        moment,
        actor,
    };
    match command {
        Command::IssueTicket {
            service,
            asked,
            out_of_turn,
        } => issue(centre, moment, actor, *service, asked, *out_of_turn),
        Command::OpenDesk {
            desk: number,
            services,
            take_over,
        } => desk.open(*number, services.as_deref(), *take_over),
        Command::CloseDesk { desk: number } => desk.close(*number),
        Command::StartBreak { desk: number } => desk.start_break(*number),
        Command::EndBreak { desk: number } => desk.end_break(*number),
        Command::CallNext {
            desk: number,
            service,
        } => desk.call_next(*number, *service),
        Command::CallTicket {
            desk: number,
            ticket,
        } => desk.call_ticket(*number, *ticket),
        Command::Recall { desk: number } => desk.recall(*number),
        Command::CustomerArrived { desk: number } => desk.arrived(*number),
        Command::StartDocuments { desk: number } => desk.documents(*number),
        Command::Finish {
            desk: number,
            outcome,
        } => desk.finish(*number, outcome.as_deref()),
        Command::NoShow { desk: number } => desk.no_show(*number),
        Command::Transfer { desk: number, to } => desk.transfer(*number, *to),
        Command::Park { desk: number } => desk.park(*number),
        Command::Resume {
            desk: number,
            ticket,
        } => desk.resume(*number, *ticket),
        Command::Undo { desk: number } => desk.undo(*number),
        Command::MarkOutOfTurn { ticket } => mark_out_of_turn(centre, moment, actor, *ticket),
        Command::Cancel { ticket, reason } => cancel(centre, actor, *ticket, reason),
        Command::Reinstate { ticket } => reinstate(centre, moment, actor, *ticket),
        Command::Reprint { ticket } => reprint(centre, moment, actor, *ticket),
        Command::RequestHelp { kiosk } => request_help(centre, moment, kiosk),
        Command::AnswerHelp { kiosk } => answer_help(centre, actor, kiosk),
        Command::ReportSlip { job, report } => report_slip(centre, actor, *job, report),
    }
}

/// Decisions about a desk and its customer.
struct Desk<'a> {
    centre: &'a Centre,
    moment: &'a Moment<'a>,
    actor: &'a Actor,
}

impl<'a> Desk<'a> {
    /// The desk, if it is staffed and the actor may act for it.
    fn mine(&self, number: DeskNumber) -> Result<&'a Staffed, Rejection> {
        if !self.moment.setup.desks.contains_key(&number) {
            return Err(Rejection::NoSuchDesk(number));
        }
        let staffed = self
            .centre
            .staffed(number)
            .ok_or(Rejection::DeskClosed(number))?;
        match self.actor {
            Actor::Supervisor { .. } => Ok(staffed),
            Actor::Consultant { login } if *login == staffed.consultant => Ok(staffed),
            Actor::Consultant { .. } => Err(Rejection::DeskTaken(number)),
            Actor::Rinda | Actor::Device { .. } => Err(Rejection::NotAllowed),
        }
    }

    fn open(&self, number: DeskNumber, services: Option<&[Service]>, take_over: bool) -> Decision {
        let login = self.actor.login().ok_or(Rejection::NotAllowed)?;
        let setup = self
            .moment
            .setup
            .desks
            .get(&number)
            .ok_or(Rejection::NoSuchDesk(number))?;
        let services: Vec<Service> = match services {
            None => setup.services.iter().copied().collect(),
            Some([]) => return Err(Rejection::ServiceNotHere(number)),
            Some(chosen) => chosen.to_vec(),
        };
        if services.iter().any(|s| !setup.services.contains(s)) {
            return Err(Rejection::ServiceNotHere(number));
        }
        if let Some(other) = self.centre.desk_of(login).filter(|desk| *desk != number) {
            return Err(Rejection::AtAnotherDesk(other));
        }
        if let Some(staffed) = self.centre.staffed(number) {
            if staffed.consultant != login && !take_over {
                return Err(Rejection::DeskTaken(number));
            }
            let same = staffed
                .services
                .iter()
                .eq(&services.iter().copied().collect::<BTreeSet<_>>());
            if staffed.consultant == login && same {
                return Ok(Vec::new());
            }
        }
        Ok(vec![Event::DeskOpened {
            desk: number,
            consultant: login.to_owned(),
            services,
        }])
    }

    /// A desk with a customer cannot close: nobody is left sitting (A2/4/9).
    fn close(&self, number: DeskNumber) -> Decision {
        match self.mine(number)?.seat {
            Seat::Free { .. } | Seat::OnBreak { .. } => {
                Ok(vec![Event::DeskClosed { desk: number }])
            }
            Seat::Called { .. } | Seat::Serving { .. } | Seat::Documents { .. } => {
                Err(Rejection::DeskBusy(number))
            }
        }
    }

    fn start_break(&self, number: DeskNumber) -> Decision {
        match self.mine(number)?.seat {
            Seat::Free { .. } => Ok(vec![Event::BreakStarted { desk: number }]),
            Seat::OnBreak { .. } => Ok(Vec::new()),
            Seat::Called { .. } | Seat::Serving { .. } | Seat::Documents { .. } => {
                Err(Rejection::DeskBusy(number))
            }
        }
    }

    fn end_break(&self, number: DeskNumber) -> Decision {
        match self.mine(number)?.seat {
            Seat::OnBreak { .. } => Ok(vec![Event::BreakEnded { desk: number }]),
            Seat::Free { .. }
            | Seat::Called { .. }
            | Seat::Serving { .. }
            | Seat::Documents { .. } => Err(Rejection::NotOnBreak(number)),
        }
    }

    /// A2/4/9: a new customer is called only when the last one's documents are done.
    fn ready_to_call(&self, number: DeskNumber) -> Result<(), Rejection> {
        match self.mine(number)?.seat {
            Seat::Free { .. } => Ok(()),
            Seat::Called { minute_from, .. } => Err(Rejection::MinuteNotOver {
                remaining: self.minute_left(minute_from),
            }),
            Seat::OnBreak { .. } | Seat::Serving { .. } | Seat::Documents { .. } => {
                Err(Rejection::DeskBusy(number))
            }
        }?;
        let setup = self.moment.setup;
        if setup.hours.begun_today(self.moment.now, &setup.timezone) {
            Ok(())
        } else {
            Err(closed(setup, self.moment.now))
        }
    }

    fn call_next(&self, number: DeskNumber, service: Option<Service>) -> Decision {
        self.ready_to_call(number)?;
        match selection::next_for(self.centre, number, service) {
            Some((ticket, reason)) => Ok(vec![Event::TicketCalled {
                ticket: ticket.id,
                desk: number,
                reason,
            }]),
            None if self.moment.keyed => Ok(vec![Event::NobodyCalled { desk: number }]),
            None => Ok(Vec::new()),
        }
    }

    fn call_ticket(&self, number: DeskNumber, id: TicketId) -> Decision {
        self.ready_to_call(number)?;
        let ticket = find(self.centre, id)?;
        if !selection::is_waiting(ticket) {
            return Err(Rejection::TicketNotWaiting(ticket.number));
        }
        let callable = selection::callable(self.centre, number);
        if !callable.iter().any(|other| other.id == id) {
            return Err(Rejection::TicketNotForDesk(ticket.number));
        }
        Ok(vec![Event::TicketCalled {
            ticket: id,
            desk: number,
            reason: selection::reason_for(&callable, ticket),
        }])
    }

    fn recall(&self, number: DeskNumber) -> Decision {
        let (ticket, _) = self.called(number)?;
        Ok(vec![Event::TicketRecalled {
            ticket,
            desk: number,
            automatic: false,
        }])
    }

    fn arrived(&self, number: DeskNumber) -> Decision {
        let (ticket, _) = self.called(number)?;
        Ok(vec![Event::CustomerArrived {
            ticket,
            desk: number,
        }])
    }

    fn documents(&self, number: DeskNumber) -> Decision {
        match self.mine(number)?.seat {
            Seat::Serving { ticket, .. } => Ok(vec![Event::DocumentsStarted {
                ticket,
                desk: number,
            }]),
            Seat::Free { .. }
            | Seat::OnBreak { .. }
            | Seat::Called { .. }
            | Seat::Documents { .. } => Err(Rejection::NotServing(number)),
        }
    }

    /// A customer who only asked a question has no documents: finishing is allowed from either
    /// phase of the service.
    fn finish(&self, number: DeskNumber, outcome: Option<&str>) -> Decision {
        let ticket = self.with_customer(number)?;
        let outcome = outcome.map(|text| text_of("outcome", text)).transpose()?;
        Ok(vec![Event::TicketFinished {
            ticket,
            desk: number,
            outcome,
        }])
    }

    /// A2/2/2.4: not before the minute is over.
    fn no_show(&self, number: DeskNumber) -> Decision {
        let (ticket, minute_from) = self.called(number)?;
        let remaining = self.minute_left(minute_from);
        if remaining.is_positive() {
            return Err(Rejection::MinuteNotOver { remaining });
        }
        Ok(vec![Event::TicketNoShow {
            ticket,
            desk: number,
            automatic: false,
        }])
    }

    fn transfer(&self, number: DeskNumber, to: TransferTo) -> Decision {
        let ticket = self.with_customer(number)?;
        if let TransferTo::Desk(target) = to {
            if !self.moment.setup.desks.contains_key(&target) {
                return Err(Rejection::NoSuchDesk(target));
            }
            if self.centre.staffed(target).is_none() {
                return Err(Rejection::DeskClosed(target));
            }
        }
        Ok(vec![Event::TicketTransferred {
            ticket,
            desk: number,
            to,
        }])
    }

    fn park(&self, number: DeskNumber) -> Decision {
        let ticket = self.with_customer(number)?;
        Ok(vec![Event::TicketParked {
            ticket,
            desk: number,
        }])
    }

    fn resume(&self, number: DeskNumber, id: TicketId) -> Decision {
        self.ready_to_call(number)?;
        let ticket = find(self.centre, id)?;
        if !matches!(ticket.place, Place::Parked { .. }) {
            return Err(Rejection::TicketNotParked(ticket.number));
        }
        Ok(vec![Event::TicketResumed {
            ticket: id,
            desk: number,
        }])
    }

    fn undo(&self, number: DeskNumber) -> Decision {
        let staffed = self.mine(number)?;
        let last = undoable(self.moment.setup, self.centre, staffed, self.moment.now)
            .ok_or(Rejection::NothingToUndo)?;
        Ok(vec![Event::StepUndone {
            desk: number,
            ticket: last.ticket_before.id,
            step: last.step,
        }])
    }

    fn called(&self, number: DeskNumber) -> Result<(TicketId, Timestamp), Rejection> {
        match self.mine(number)?.seat {
            Seat::Called {
                ticket,
                minute_from,
                ..
            } => Ok((ticket, minute_from)),
            Seat::Free { .. }
            | Seat::OnBreak { .. }
            | Seat::Serving { .. }
            | Seat::Documents { .. } => Err(Rejection::NotCalled(number)),
        }
    }

    fn with_customer(&self, number: DeskNumber) -> Result<TicketId, Rejection> {
        match self.mine(number)?.seat {
            Seat::Serving { ticket, .. } | Seat::Documents { ticket, .. } => Ok(ticket),
            Seat::Free { .. } | Seat::OnBreak { .. } | Seat::Called { .. } => {
                Err(Rejection::NotServing(number))
            }
        }
    }

    fn minute_left(&self, minute_from: Timestamp) -> jiff::SignedDuration {
        (minute_from + self.moment.setup.rules.no_show).duration_since(self.moment.now)
    }
}

/// The step a desk can still undo: recent, and its ticket where the step left it.
pub fn undoable<'a>(
    setup: &Setup,
    centre: &Centre,
    staffed: &'a Staffed,
    now: Timestamp,
) -> Option<&'a super::desk::LastStep> {
    let last = staffed.last_step.as_ref()?;
    let in_time = now <= last.at + setup.rules.undo;
    let untouched = centre
        .tickets
        .get(&last.ticket_before.id)
        .is_some_and(|ticket| ticket.place == last.place_after);
    let seat_fits = match last.step {
        Step::Arrived => matches!(staffed.seat, Seat::Serving { .. }),
        Step::Documents => matches!(staffed.seat, Seat::Documents { .. }),
        Step::Finished | Step::NoShow | Step::Parked | Step::Transferred => {
            matches!(staffed.seat, Seat::Free { .. })
        }
    };
    (in_time && untouched && seat_fits).then_some(last)
}

fn issue(
    centre: &Centre,
    moment: &Moment,
    actor: &Actor,
    service: Service,
    asked: &Asked,
    out_of_turn: bool,
) -> Decision {
    let setup = moment.setup;
    if actor.login().is_none() && (out_of_turn || *asked == Asked::Staff) {
        return Err(Rejection::NotAllowed);
    }
    if let Some(why) = suppression(centre, moment, service, asked)
        && let Some(kiosk) = kiosk_of(asked)
    {
        return Ok(vec![Event::PressSuppressed {
            kiosk: kiosk.to_owned(),
            service,
            why,
        }]);
    }
    let date = match (centre.date, issues_now(setup, moment.now)) {
        (Some(date), true) => date,
        (Some(_), false) | (None, _) => return Err(closed(setup, moment.now)),
    };
    let last = centre.last_numbers.get(&service).copied().unwrap_or(0);
    if last >= SERIES_NUMBER_MAX {
        return Err(Rejection::SeriesFull);
    }
    let ticket = TicketId(centre.tickets_issued + 1);
    let counts_from = if out_of_turn {
        moment.now - setup.rules.out_of_turn_credit
    } else {
        moment.now
    };
    Ok(vec![Event::TicketIssued {
        ticket,
        number: TicketNumber {
            series: setup.series_of(service),
            number: last + 1,
        },
        service,
        date,
        track: moment.track.clone(),
        origin: origin_of(asked),
        counts_from,
        out_of_turn,
        ahead: ahead_of(centre, service, counts_from, ticket),
        promise: forecast::wait(centre, moment.learned, service, counts_from, ticket),
        print: printer_for(centre, setup, actor, asked).map(|kiosk| PrintOrder {
            job: centre.next_job(),
            kiosk,
        }),
    }])
}

/// Tickets of the same service that stand before the one given.
pub fn ahead_of(centre: &Centre, service: Service, counts_from: Timestamp, id: TicketId) -> u32 {
    let ahead = selection::waiting_for(centre, service)
        .filter(|other| (other.counts_from, other.id) < (counts_from, id))
        .count();
    u32::try_from(ahead).unwrap_or(u32::MAX)
}

/// Why a press of a customer issues no ticket, if it does not. Programs and staff are not held.
fn suppression(
    centre: &Centre,
    moment: &Moment,
    service: Service,
    asked: &Asked,
) -> Option<Suppression> {
    let rules = &moment.setup.rules;
    let (kiosk, age_ms) = match asked {
        Asked::Board { kiosk, age_ms } => (kiosk, *age_ms),
        Asked::Screen { kiosk } => (kiosk, 0),
        Asked::Interface { .. } | Asked::Staff => return None,
    };
    if i128::from(age_ms) > rules.press_age_max.as_millis() {
        return Some(Suppression::Stale);
    }
    let since = |window| {
        centre
            .tickets
            .values()
            .rev()
            .take_while(move |ticket| ticket.issued_at > moment.now - window)
            // A clock that was set back leaves tickets of the future, which hold no button.
            .filter(|ticket| ticket.issued_at <= moment.now)
            .filter(move |ticket| ticket.origin.kiosk() == Some(kiosk))
    };
    if since(rules.press_lock).any(|ticket| ticket.issued_for == service) {
        return Some(Suppression::Resting);
    }
    if since(rules.burst_window).count() >= rules.burst_tickets {
        return Some(Suppression::Burst);
    }
    let board = matches!(asked, Asked::Board { .. });
    (board && !issues_now(moment.setup, moment.now)).then_some(Suppression::Closed)
}

/// Whether tickets are issued: from two minutes before reception until its end (A2/1/6.1).
pub fn issues_now(setup: &Setup, now: Timestamp) -> bool {
    match setup.hours.at(now, &setup.timezone) {
        Reception::Open { .. } | Reception::Lead { .. } => true,
        Reception::Closed { .. } => false,
    }
}

fn closed(setup: &Setup, now: Timestamp) -> Rejection {
    let opens_at = match setup.hours.at(now, &setup.timezone) {
        Reception::Open { .. } => None,
        Reception::Lead { opens_at, .. } => Some(opens_at),
        Reception::Closed { opens_at } => opens_at,
    };
    Rejection::CentreClosed { opens_at }
}

fn kiosk_of(asked: &Asked) -> Option<&str> {
    match asked {
        Asked::Board { kiosk, .. } | Asked::Screen { kiosk } | Asked::Interface { kiosk } => {
            Some(kiosk)
        }
        Asked::Staff => None,
    }
}

fn origin_of(asked: &Asked) -> Origin {
    match asked {
        Asked::Board { kiosk, .. } => Origin::Board {
            kiosk: kiosk.clone(),
        },
        Asked::Screen { kiosk } => Origin::Screen {
            kiosk: kiosk.clone(),
        },
        Asked::Interface { kiosk } => Origin::Interface {
            kiosk: kiosk.clone(),
        },
        Asked::Staff => Origin::Staff,
    }
}

/// Paper comes out where the press was; a desk names the kiosk that prints for it.
fn printer_for(centre: &Centre, setup: &Setup, actor: &Actor, asked: &Asked) -> Option<String> {
    let kiosk = match kiosk_of(asked) {
        Some(kiosk) => kiosk.to_owned(),
        None => {
            let desk = centre.desk_of(actor.login()?)?;
            setup.desks.get(&desk)?.prints_at.clone()?
        }
    };
    setup
        .kiosks
        .get(&kiosk)
        .is_some_and(|kiosk| kiosk.printer)
        .then_some(kiosk)
}

/// A2/2/2.5. A ticket that has waited longer than the credit keeps its better place.
fn mark_out_of_turn(centre: &Centre, moment: &Moment, actor: &Actor, id: TicketId) -> Decision {
    person(actor)?;
    let ticket = find(centre, id)?;
    if !selection::is_waiting(ticket) {
        return Err(Rejection::TicketNotWaiting(ticket.number));
    }
    if ticket.out_of_turn {
        return Ok(Vec::new());
    }
    let credited = moment.now - moment.setup.rules.out_of_turn_credit;
    Ok(vec![Event::TicketMarkedOutOfTurn {
        ticket: id,
        counts_from: credited.min(ticket.counts_from),
    }])
}

fn cancel(centre: &Centre, actor: &Actor, id: TicketId, reason: &str) -> Decision {
    person(actor)?;
    let ticket = find(centre, id)?;
    match ticket.place {
        Place::Waiting | Place::Parked { .. } => Ok(vec![Event::TicketCancelled {
            ticket: id,
            reason: CancelReason::Staff {
                text: text_of("reason", reason)?,
            },
        }]),
        Place::AtDesk { .. }
        | Place::Finished { .. }
        | Place::NoShow { .. }
        | Place::Cancelled { .. } => Err(Rejection::TicketNotWaiting(ticket.number)),
    }
}

fn reinstate(centre: &Centre, moment: &Moment, actor: &Actor, id: TicketId) -> Decision {
    person(actor)?;
    let ticket = find(centre, id)?;
    if !matches!(ticket.place, Place::NoShow { .. }) {
        return Err(Rejection::TicketNotNoShow(ticket.number));
    }
    Ok(vec![Event::TicketReinstated {
        ticket: id,
        counts_from: moment.now,
    }])
}

/// The paper comes out where the first one did; for a ticket of the staff, where the desk's do.
fn reprint(centre: &Centre, moment: &Moment, actor: &Actor, id: TicketId) -> Decision {
    person(actor)?;
    let ticket = find(centre, id)?;
    let asked = match ticket.origin.kiosk() {
        Some(kiosk) => Asked::Interface {
            kiosk: kiosk.to_owned(),
        },
        None => Asked::Staff,
    };
    let kiosk = printer_for(centre, moment.setup, actor, &asked).ok_or(Rejection::NoPrinter)?;
    Ok(vec![Event::SlipRequested {
        ticket: id,
        print: PrintOrder {
            job: centre.next_job(),
            kiosk,
        },
    }])
}

fn request_help(centre: &Centre, moment: &Moment, kiosk: &str) -> Decision {
    if !moment.setup.kiosks.contains_key(kiosk) {
        return Err(Rejection::NoSuchKiosk(kiosk.to_owned()));
    }
    if centre.help.contains_key(kiosk) {
        return Ok(Vec::new());
    }
    Ok(vec![Event::HelpRequested {
        kiosk: kiosk.to_owned(),
    }])
}

fn answer_help(centre: &Centre, actor: &Actor, kiosk: &str) -> Decision {
    person(actor)?;
    if !centre.help.contains_key(kiosk) {
        return Ok(Vec::new());
    }
    Ok(vec![Event::HelpAnswered {
        kiosk: kiosk.to_owned(),
    }])
}

fn report_slip(centre: &Centre, actor: &Actor, job: JobId, report: &SlipReport) -> Decision {
    if *actor != Actor::Rinda {
        return Err(Rejection::NotAllowed);
    }
    let state = centre.outbox.jobs.get(&job).map(|job| &job.state);
    let fits = match report {
        SlipReport::Sending => matches!(state, Some(JobState::Queued)),
        SlipReport::Failed { .. } => {
            matches!(state, Some(JobState::Queued | JobState::Sending { .. }))
        }
        SlipReport::Printed | SlipReport::Unknown { .. } => {
            matches!(state, Some(JobState::Sending { .. }))
        }
    };
    if fits {
        Ok(vec![slip_event(job, report)])
    } else {
        Err(Rejection::JobNotOpen)
    }
}

fn person(actor: &Actor) -> Result<(), Rejection> {
    match actor {
        Actor::Consultant { .. } | Actor::Supervisor { .. } => Ok(()),
        Actor::Rinda | Actor::Device { .. } => Err(Rejection::NotAllowed),
    }
}

fn find(centre: &Centre, id: TicketId) -> Result<&Ticket, Rejection> {
    centre.tickets.get(&id).ok_or(Rejection::NoSuchTicket)
}

fn text_of(field: &'static str, text: &str) -> Result<String, Rejection> {
    let text = text.trim();
    if text.is_empty() || text.chars().count() > TEXT_CHARS_MAX {
        return Err(Rejection::BadText {
            field,
            max: TEXT_CHARS_MAX,
        });
    }
    Ok(text.to_owned())
}
