//! What may be done now. `decide` looks and answers; it changes nothing, so a disk that fails
//! between the answer and its record leaves nothing to take back.

mod appointments;
mod calendar;
mod closing;
mod desk;
mod issue;
mod paper;

use jiff::Timestamp;

use self::appointments::Visits;
use self::calendar::{clear_day, set_day};
use self::closing::{close_tickets, release, stop};
use self::desk::Desk;
use self::issue::{issue, printer_for};
use self::paper::{printer_cleared, replace_roll, report_slip, reprint};
use super::calling::Credits;
use super::centre::Centre;
use super::command::{Actor, Command};
use super::event::Event;
use super::forecast::outlook::Outlook;
use super::rejection::Rejection;
use super::selection;
use super::setup::Setup;
use super::ticket::{CancelReason, Place, Ticket, TicketId, TrackToken};

pub use self::calendar::{INTERVALS_MAX, PLANNED_DAYS_MAX, REASON_CHARS_MAX};
pub use self::closing::{AUTOMATIC_WITHIN, CLOSED_AT_ONCE_MAX};
pub use self::desk::undoable;
pub use self::issue::{SERIES_NUMBER_MAX, ahead_of, issues_now};

/// Longest reason or remark, characters.
pub const TEXT_CHARS_MAX: usize = 200;

/// What a decision may depend on besides the centre itself.
#[derive(Debug)]
pub struct Moment<'a> {
    /// Now.
    pub now: Timestamp,
    /// The set-up.
    pub setup: &'a Setup,
    /// The newest forecast, from which waits are promised.
    pub outlook: Option<&'a Outlook>,
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
    let visits = Visits {
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
        Command::SetServices {
            desk: number,
            services,
        } => desk.set_services(*number, services),
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
        Command::CloseTickets { tickets, reason } => close_tickets(centre, actor, tickets, reason),
        Command::StopService { service, reason } => stop(centre, moment, actor, *service, reason),
        Command::ReleaseService { service } => release(centre, moment, actor, *service),
        Command::Reinstate { ticket } => reinstate(centre, moment, actor, *ticket),
        Command::Reprint { ticket } => reprint(centre, moment, actor, *ticket),
        Command::RequestHelp { kiosk } => request_help(centre, moment, kiosk),
        Command::AnswerHelp { kiosk } => answer_help(centre, actor, kiosk),
        Command::SetCalendarDay {
            date,
            change,
            reason,
        } => set_day(centre, moment, actor, *date, change, reason),
        Command::ClearCalendarDay { date, kind } => clear_day(centre, moment, actor, *date, *kind),
        Command::BookAppointment {
            service,
            slot,
            code,
        } => visits.book(*service, *slot, code),
        Command::ImportAppointment(import) => visits.import(import),
        Command::CancelAppointment {
            appointment,
            reason,
        } => visits.cancel(*appointment, reason.as_deref()),
        Command::CheckIn { code, asked } => visits.check_in(code, asked),
        Command::ReportSlip { job, report } => report_slip(centre, moment, actor, *job, report),
        Command::PrinterCleared { kiosk } => printer_cleared(centre, moment, actor, kiosk),
        Command::ReplaceRoll { kiosk } => replace_roll(centre, moment, actor, kiosk),
    }
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
    let standing = Credits::of(&moment.setup.rules).standing(moment.now, true, None);
    Ok(vec![Event::TicketMarkedOutOfTurn {
        ticket: id,
        counts_from: standing.counts_from.min(ticket.counts_from),
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
    text_within(field, text, TEXT_CHARS_MAX)
}

fn text_within(field: &'static str, text: &str, max: usize) -> Result<String, Rejection> {
    let text = text.trim();
    if text.is_empty() || text.chars().count() > max {
        return Err(Rejection::BadText { field, max });
    }
    Ok(text.to_owned())
}
