//! Everything that can be asked of a centre.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::appointments::{AppointmentId, CodeHash, ReferenceHash};
use super::calendar::edits::{ChangeKind, DayChange};
use super::catalogue::Service;
use super::event::{JobId, TransferTo};
use super::ticket::{DeskNumber, TicketId};

/// Who asks. Stored with every fact that follows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Actor {
    /// The daemon itself: time passing, start-up, device reports.
    Rinda,
    /// A device, by name.
    Device {
        /// Name.
        name: String,
    },
    /// A consultant: may act for the desk where they sit.
    Consultant {
        /// Login.
        login: String,
    },
    /// A manager or administrator: may act for every desk.
    Supervisor {
        /// Login.
        login: String,
    },
}

impl Actor {
    /// The login of a person, if a person acts.
    pub fn login(&self) -> Option<&str> {
        match self {
            Self::Consultant { login } | Self::Supervisor { login } => Some(login),
            Self::Rinda | Self::Device { .. } => None,
        }
    }
}

/// How a kiosk asked for a ticket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "by", rename_all = "snake_case")]
pub enum Asked {
    /// A press on a kiosk's button board.
    Board {
        /// Kiosk name.
        kiosk: String,
        /// How long ago the finger touched the button, milliseconds.
        age_ms: u64,
    },
    /// A touch on a kiosk's screen.
    Screen {
        /// Kiosk name.
        kiosk: String,
    },
    /// A program with a kiosk's key.
    Interface {
        /// Kiosk name.
        kiosk: String,
    },
    /// A member of staff, for a customer who needs help (A2/2/2.1).
    Staff,
}

impl Asked {
    /// The kiosk, where one asks.
    pub fn kiosk(&self) -> Option<&str> {
        match self {
            Self::Board { kiosk, .. } | Self::Screen { kiosk } | Self::Interface { kiosk } => {
                Some(kiosk)
            }
            Self::Staff => None,
        }
    }
}

/// One booking of another system as it stands there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Import {
    /// Which of its bookings.
    pub reference: ReferenceHash,
    /// Service.
    pub service: Service,
    /// When.
    pub slot: Timestamp,
    /// The customer's code.
    pub code: CodeHash,
    /// It is cancelled there.
    pub cancelled: bool,
}

/// What can be asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "ask", rename_all = "snake_case")]
pub enum Command {
    /// Issue a ticket.
    IssueTicket {
        /// Service.
        service: Service,
        /// How it was asked for.
        asked: Asked,
        /// Mark it out of turn at once; staff only (A2/2/2.5).
        out_of_turn: bool,
    },
    /// Begin to work at a desk; with `take_over` also where somebody else sits.
    OpenDesk {
        /// Desk.
        desk: DeskNumber,
        /// Services to call; absent = all the desk is set up for.
        services: Option<Vec<Service>>,
        /// Relieve the consultant who sits there.
        take_over: bool,
    },
    /// Stop working at a desk.
    CloseDesk {
        /// Desk.
        desk: DeskNumber,
    },
    /// Call other services from an open desk, whatever it is doing.
    SetServices {
        /// Desk.
        desk: DeskNumber,
        /// Services to call from now on.
        services: Vec<Service>,
    },
    /// Begin a break.
    StartBreak {
        /// Desk.
        desk: DeskNumber,
    },
    /// End it.
    EndBreak {
        /// Desk.
        desk: DeskNumber,
    },
    /// Call whoever is next by the calling rule.
    CallNext {
        /// Desk.
        desk: DeskNumber,
        /// Only from this queue.
        service: Option<Service>,
    },
    /// Call a particular ticket by hand.
    CallTicket {
        /// Desk.
        desk: DeskNumber,
        /// Ticket.
        ticket: TicketId,
    },
    /// Announce the called ticket again.
    Recall {
        /// Desk.
        desk: DeskNumber,
    },
    /// The customer is here.
    CustomerArrived {
        /// Desk.
        desk: DeskNumber,
    },
    /// Begin the work on the documents.
    StartDocuments {
        /// Desk.
        desk: DeskNumber,
    },
    /// Done with the customer and the documents.
    Finish {
        /// Desk.
        desk: DeskNumber,
        /// Short remark.
        outcome: Option<String>,
    },
    /// The minute is over and nobody came.
    NoShow {
        /// Desk.
        desk: DeskNumber,
    },
    /// Send the customer on.
    Transfer {
        /// Desk.
        desk: DeskNumber,
        /// Where to.
        to: TransferTo,
    },
    /// Set the customer aside.
    Park {
        /// Desk.
        desk: DeskNumber,
    },
    /// Take a parked customer back to the desk.
    Resume {
        /// Desk.
        desk: DeskNumber,
        /// Ticket.
        ticket: TicketId,
    },
    /// Take the last step back.
    Undo {
        /// Desk.
        desk: DeskNumber,
    },
    /// Serve a waiting ticket out of turn (A2/2/2.5).
    MarkOutOfTurn {
        /// Ticket.
        ticket: TicketId,
    },
    /// End a waiting or parked ticket.
    Cancel {
        /// Ticket.
        ticket: TicketId,
        /// Why.
        reason: String,
    },
    /// Give several open tickets an outcome, for one reason.
    CloseTickets {
        /// Tickets.
        tickets: Vec<TicketId>,
        /// Why.
        reason: String,
    },
    /// Issue no more tickets for a service today (A2/2/2.3).
    StopService {
        /// Service.
        service: Service,
        /// Why.
        reason: String,
    },
    /// Issue them again.
    ReleaseService {
        /// Service.
        service: Service,
    },
    /// Put a no-show back into the queue.
    Reinstate {
        /// Ticket.
        ticket: TicketId,
    },
    /// Print a ticket's paper once more.
    Reprint {
        /// Ticket.
        ticket: TicketId,
    },
    /// Ask for help at a kiosk (A2/2/2.1).
    RequestHelp {
        /// Kiosk.
        kiosk: String,
    },
    /// Go and help.
    AnswerHelp {
        /// Kiosk.
        kiosk: String,
    },
    /// Change a day of the calendar, today or later.
    SetCalendarDay {
        /// Date.
        date: Date,
        /// To what.
        change: DayChange,
        /// Why; customers see it.
        reason: String,
    },
    /// Take a change of the calendar back.
    ClearCalendarDay {
        /// Date.
        date: Date,
        /// Which one.
        kind: ChangeKind,
    },
    /// Book a visit.
    BookAppointment {
        /// Service.
        service: Service,
        /// When it begins.
        slot: Timestamp,
        /// The customer's code.
        code: CodeHash,
    },
    /// Take over one booking of another system.
    ImportAppointment(Import),
    /// Cancel a booked visit.
    CancelAppointment {
        /// Which.
        appointment: AppointmentId,
        /// Why.
        reason: Option<String>,
    },
    /// A customer with an appointment is here: issue the ticket.
    CheckIn {
        /// The customer's code.
        code: CodeHash,
        /// How it was asked for.
        asked: Asked,
    },
    /// A printer driver tells what becomes of a job.
    ReportSlip {
        /// Job.
        job: JobId,
        /// What.
        report: SlipReport,
    },
    /// A printer driver tells that the printer is well and was emptied of earlier jobs.
    PrinterCleared {
        /// Kiosk.
        kiosk: String,
    },
    /// A full roll of paper was put into a kiosk's printer.
    ReplaceRoll {
        /// Kiosk.
        kiosk: String,
    },
}

/// What a printer driver says of a job.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum SlipReport {
    /// The first byte is about to leave.
    Sending,
    /// The printer confirmed the paper.
    Printed,
    /// No paper came out.
    Failed {
        /// Cause.
        why: String,
        /// Another attempt would fail as well.
        lasting: bool,
    },
    /// Paper may have come out.
    Unknown {
        /// Cause.
        why: String,
    },
}
