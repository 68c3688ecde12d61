//! Everything that can happen in a centre, in the past tense. Append-only: an event once written
//! must be readable for ever, so variants and fields are added, never changed.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::appointments::{AppointmentId, CodeHash, Source, TicketAppointment};
use super::calendar::edits::{ChangeKind, DayChange};
use super::catalogue::Service;
use super::ticket::{CancelReason, DeskNumber, Origin, TicketId, TicketNumber, TrackToken};
use super::view::WaitRange;

/// One print job, dense from 1, never reused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct JobId(pub u64);

/// An event with its place in the journal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Happened {
    /// Journal sequence, dense from 1 in one centre.
    pub seq: u64,
    /// When.
    pub at: Timestamp,
    /// What.
    pub event: Event,
}

/// Which rule chose a ticket.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CallRule {
    /// The smallest key, a customer in turn.
    Turn,
    /// The smallest key, thanks to the out-of-turn credit (A2/2/2.5).
    OutOfTurn,
    /// The smallest key, thanks to an appointment kept in time.
    Appointment,
    /// An appointment before its time, since the desk would idle otherwise.
    AppointmentEarly,
    /// The smallest key, which it has had since it was put back after a no-show.
    Reinstated,
    /// The smallest key, of a customer sent to this desk in person.
    SentHere,
    /// A consultant chose it by hand against the rule.
    ByHand,
    /// Another system called it, by a rule of its own; taken over with its tickets.
    OtherSystem,
}

/// Why a desk called the ticket it called.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallReason {
    /// The rule.
    pub rule: CallRule,
    /// The ticket's key at the call.
    pub counts_from: Timestamp,
    /// Tickets this desk could have called that were issued earlier.
    pub overtook: Vec<TicketId>,
    /// Called by hand: whom the rule would have called.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instead_of: Option<TicketId>,
}

/// Where a transfer goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TransferTo {
    /// To another queue.
    Service(Service),
    /// To a particular desk.
    Desk(DeskNumber),
}

/// Why a press issued no ticket although the button was pressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Suppression {
    /// Within the rest after a ticket of the same button.
    Resting,
    /// Too many tickets from one kiosk in a short time.
    Burst,
    /// Reported so late that its customer has left.
    Stale,
    /// No tickets are issued at this hour.
    Closed,
    /// No more tickets are issued for this service today (A2/2/2.3).
    Stopped,
}

/// A step at a desk that can be taken back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// The customer arrived.
    Arrived,
    /// Documents begun.
    Documents,
    /// Finished.
    Finished,
    /// Declared absent by hand.
    NoShow,
    /// Parked.
    Parked,
    /// Transferred.
    Transferred,
}

/// What can happen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Event {
    /// The daemon started; a customer called before gets a fresh minute (A2/2/2.4).
    DaemonStarted {
        /// Version of the program.
        version: String,
    },
    /// The wall clock jumped; running minutes move with it.
    ClockStepped {
        /// Milliseconds forward (positive) or back.
        by_ms: i64,
    },
    /// A local date began: numbering restarts and whatever the day before left open is closed.
    DayBegan {
        /// The new date.
        date: Date,
        /// Tickets that were waiting or parked: cancelled.
        unserved: Vec<TicketId>,
        /// Tickets still at a desk: finished without an end time.
        unfinished: Vec<TicketId>,
    },
    /// A ticket was issued.
    TicketIssued {
        /// Identity.
        ticket: TicketId,
        /// Number on the paper.
        number: TicketNumber,
        /// Service.
        service: Service,
        /// Local date.
        date: Date,
        /// Name of its page.
        track: TrackToken,
        /// Where it was asked for.
        origin: Origin,
        /// The calling rule's key.
        counts_from: Timestamp,
        /// Marked out of turn at once.
        out_of_turn: bool,
        /// Tickets ahead.
        ahead: u32,
        /// Wait promised.
        promise: Option<WaitRange>,
        /// The customer was told that today may not suffice.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        may_not_suffice: bool,
        /// Print job and the kiosk that prints it, where there is a printer.
        print: Option<PrintOrder>,
        /// The appointment whose customer checked in with it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        appointment: Option<TicketAppointment>,
    },
    /// A press that issued no ticket, on purpose.
    PressSuppressed {
        /// Kiosk.
        kiosk: String,
        /// Button.
        service: Service,
        /// Why.
        why: Suppression,
    },
    /// Someone began to work at a desk, or took it over with its customer.
    DeskOpened {
        /// Desk.
        desk: DeskNumber,
        /// Login of the consultant.
        consultant: String,
        /// Services called from here.
        services: Vec<Service>,
    },
    /// An open desk calls other services from now on; its customer and what was sent to it in
    /// person stay.
    DeskServicesChanged {
        /// Desk.
        desk: DeskNumber,
        /// Services called from here.
        services: Vec<Service>,
    },
    /// Work at a desk ended.
    DeskClosed {
        /// Desk.
        desk: DeskNumber,
    },
    /// A break began.
    BreakStarted {
        /// Desk.
        desk: DeskNumber,
    },
    /// A break ended.
    BreakEnded {
        /// Desk.
        desk: DeskNumber,
    },
    /// A desk asked for the next customer and nobody waited. Kept where the request carried a
    /// key, so that its repeat gets the same answer.
    NobodyCalled {
        /// Desk.
        desk: DeskNumber,
    },
    /// A ticket was called to a desk.
    TicketCalled {
        /// Ticket.
        ticket: TicketId,
        /// Desk.
        desk: DeskNumber,
        /// Why this one.
        reason: CallReason,
    },
    /// It was announced again; the minute goes on (A2/2/2.4).
    TicketRecalled {
        /// Ticket.
        ticket: TicketId,
        /// Desk.
        desk: DeskNumber,
        /// By the daemon, half-way through the minute.
        automatic: bool,
    },
    /// The customer came to the desk.
    CustomerArrived {
        /// Ticket.
        ticket: TicketId,
        /// Desk.
        desk: DeskNumber,
    },
    /// The work on the customer's documents began (A2/4/9).
    DocumentsStarted {
        /// Ticket.
        ticket: TicketId,
        /// Desk.
        desk: DeskNumber,
    },
    /// Served, documents done; the desk is free for the next customer (A2/4/9).
    TicketFinished {
        /// Ticket.
        ticket: TicketId,
        /// Desk.
        desk: DeskNumber,
        /// The consultant's short remark, if any.
        outcome: Option<String>,
    },
    /// The called customer did not come within the minute (A2/2/2.4).
    TicketNoShow {
        /// Ticket.
        ticket: TicketId,
        /// Desk.
        desk: DeskNumber,
        /// By the daemon at the end of the minute.
        automatic: bool,
    },
    /// Staff marked the ticket out of turn (A2/2/2.5).
    TicketMarkedOutOfTurn {
        /// Ticket.
        ticket: TicketId,
        /// Its new key.
        counts_from: Timestamp,
    },
    /// The ticket was cancelled.
    TicketCancelled {
        /// Ticket.
        ticket: TicketId,
        /// Why.
        reason: CancelReason,
    },
    /// The customer was sent on to another queue or desk, keeping the ticket and its key.
    TicketTransferred {
        /// Ticket.
        ticket: TicketId,
        /// From this desk.
        desk: DeskNumber,
        /// To there.
        to: TransferTo,
    },
    /// Set aside; never called by itself.
    TicketParked {
        /// Ticket.
        ticket: TicketId,
        /// Desk.
        desk: DeskNumber,
    },
    /// A parked customer is back at a desk.
    TicketResumed {
        /// Ticket.
        ticket: TicketId,
        /// Desk.
        desk: DeskNumber,
    },
    /// A no-show was put back into the queue.
    TicketReinstated {
        /// Ticket.
        ticket: TicketId,
        /// Its new key: a walk-in from now.
        counts_from: Timestamp,
    },
    /// The last step at a desk was taken back; all times stand as before it.
    StepUndone {
        /// Desk.
        desk: DeskNumber,
        /// Ticket.
        ticket: TicketId,
        /// Which step.
        step: Step,
    },
    /// A desk left the configuration while it held a customer, who waits again.
    DeskRemoved {
        /// Desk.
        desk: DeskNumber,
    },
    /// Another paper of a ticket was asked for.
    SlipRequested {
        /// Ticket.
        ticket: TicketId,
        /// The job.
        print: PrintOrder,
    },
    /// The daemon prints a job's paper again by itself: the same paper where that one certainly did
    /// not come out, a copy where it may have.
    SlipRepeated {
        /// The job whose paper it was.
        of: JobId,
        /// It says KOPIJA.
        copy: bool,
        /// The new job.
        print: PrintOrder,
    },
    /// From here on the paper may come out.
    SlipSending {
        /// Job.
        job: JobId,
    },
    /// The printer confirmed the paper.
    SlipPrinted {
        /// Job.
        job: JobId,
    },
    /// The paper certainly did not come out.
    SlipFailed {
        /// Job.
        job: JobId,
        /// What went wrong.
        why: String,
    },
    /// The paper may or may not have come out.
    SlipUnknown {
        /// Job.
        job: JobId,
        /// What went wrong.
        why: String,
    },
    /// A full roll of paper was put into a kiosk's printer.
    RollReplaced {
        /// Kiosk.
        kiosk: String,
    },
    /// A customer pressed the help key at a kiosk (A2/2/2.1).
    HelpRequested {
        /// Kiosk.
        kiosk: String,
    },
    /// A consultant goes to help.
    HelpAnswered {
        /// Kiosk.
        kiosk: String,
    },
    /// A manager changed a day of the calendar.
    CalendarDaySet {
        /// Date.
        date: Date,
        /// To what.
        change: DayChange,
        /// Why.
        reason: String,
        /// Login.
        by: String,
        /// Reception had begun today: calls go on, whatever today's hours become (A2/2/2.3).
        begun: bool,
    },
    /// A manager took a change of the calendar back.
    CalendarDayCleared {
        /// Date.
        date: Date,
        /// Which one.
        kind: ChangeKind,
        /// Login.
        by: String,
        /// Reception had begun today: calls go on, whatever today's hours become (A2/2/2.3).
        begun: bool,
    },
    /// A visit was booked.
    AppointmentBooked {
        /// Identity.
        appointment: AppointmentId,
        /// Service.
        service: Service,
        /// When it begins.
        slot: Timestamp,
        /// Its local date.
        date: Date,
        /// Hash of the customer's code under the key of the date, which does not outlast it.
        code: CodeHash,
        /// Where it comes from.
        source: Source,
    },
    /// The other booking system moved a visit, or gave it another code.
    AppointmentMoved {
        /// Which.
        appointment: AppointmentId,
        /// Its service now.
        service: Service,
        /// When it begins now.
        slot: Timestamp,
        /// Its local date now.
        date: Date,
        /// Its code now; absent = as before.
        code: Option<CodeHash>,
    },
    /// A visit was cancelled.
    AppointmentCancelled {
        /// Which.
        appointment: AppointmentId,
        /// Why, where somebody said so.
        reason: Option<String>,
    },
    /// A date of booked visits is over: codes lead nowhere, and whoever has not come has missed.
    AppointmentCodesUnlinked {
        /// The date, and all before it.
        date: Date,
    },
    /// No more tickets are issued for a service on this date (A2/2/2.3).
    ServiceStopped {
        /// Service.
        service: Service,
        /// Login; absent where the daemon did, because the centre is configured so.
        by: Option<String>,
        /// Why.
        reason: String,
        /// The chance then that one more would be finished by closing, percent.
        chance_percent: Option<u8>,
    },
    /// Tickets are issued for it again.
    ServiceReleased {
        /// Service.
        service: Service,
        /// Login; absent where the daemon did.
        by: Option<String>,
    },
}

impl Event {
    /// The one ticket the event is about, if it is about one.
    pub fn ticket(&self) -> Option<TicketId> {
        match self {
            Self::TicketIssued { ticket, .. }
            | Self::TicketCalled { ticket, .. }
            | Self::TicketRecalled { ticket, .. }
            | Self::CustomerArrived { ticket, .. }
            | Self::DocumentsStarted { ticket, .. }
            | Self::TicketFinished { ticket, .. }
            | Self::TicketNoShow { ticket, .. }
            | Self::TicketMarkedOutOfTurn { ticket, .. }
            | Self::TicketCancelled { ticket, .. }
            | Self::TicketTransferred { ticket, .. }
            | Self::TicketParked { ticket, .. }
            | Self::TicketResumed { ticket, .. }
            | Self::TicketReinstated { ticket, .. }
            | Self::StepUndone { ticket, .. }
            | Self::SlipRequested { ticket, .. } => Some(*ticket),
            Self::DaemonStarted { .. }
            | Self::ClockStepped { .. }
            | Self::DayBegan { .. }
            | Self::PressSuppressed { .. }
            | Self::DeskOpened { .. }
            | Self::DeskServicesChanged { .. }
            | Self::DeskClosed { .. }
            | Self::BreakStarted { .. }
            | Self::BreakEnded { .. }
            | Self::NobodyCalled { .. }
            | Self::DeskRemoved { .. }
            | Self::SlipSending { .. }
            | Self::SlipPrinted { .. }
            | Self::SlipFailed { .. }
            | Self::SlipUnknown { .. }
            | Self::SlipRepeated { .. }
            | Self::RollReplaced { .. }
            | Self::HelpRequested { .. }
            | Self::HelpAnswered { .. }
            | Self::CalendarDaySet { .. }
            | Self::CalendarDayCleared { .. }
            | Self::AppointmentBooked { .. }
            | Self::AppointmentMoved { .. }
            | Self::AppointmentCancelled { .. }
            | Self::AppointmentCodesUnlinked { .. }
            | Self::ServiceStopped { .. }
            | Self::ServiceReleased { .. } => None,
        }
    }
}

/// A print job and where it comes out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PrintOrder {
    /// The job.
    pub job: JobId,
    /// The kiosk whose printer takes it.
    pub kiosk: String,
}
