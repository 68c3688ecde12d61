//! What each screen may see, derived from the centre and nothing else.
//!
//! Public views carry no personal name (A2/1/2.4, A2/1/2.7): only the desk's and the manager's
//! views name a consultant, by login.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::appointments::TicketAppointment;
use super::catalogue::Service;

mod closing;
mod manager;

pub use closing::{
    ClosingForecast, ClosingLine, ClosingService, ClosingView, HelpLine, OpenTicket, OvertimeRange,
    StopLine,
};
pub use manager::{
    AppointmentsToday, HalfHour, ManagerDesk, ManagerDisplay, ManagerKiosk, ManagerQueue,
    ManagerView, PAPERS_MAX, PaperLine, RollLine,
};

/// A waiting time as a range in whole seconds: half of such customers wait at most `p50_s`,
/// nine of ten at most `p90_s`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct WaitRange {
    /// Median, seconds.
    pub p50_s: u32,
    /// Ninth decile, seconds.
    pub p90_s: u32,
}

/// The centre as every page names it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CentreHeader {
    /// Name of the centre.
    pub name: String,
    /// Street address, may be empty.
    pub address: String,
    /// IANA time zone in which pages show times, e.g. `Europe/Riga`.
    pub timezone: String,
    /// Whether this is a demonstration with simulated devices.
    pub demo: bool,
}

/// Whether tickets can be taken now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Opening {
    /// Tickets are issued; reception closes at `closes_at`.
    Open {
        /// End of the current reception interval.
        closes_at: Timestamp,
        /// False within the lead before reception starts (A2/1/6.1): tickets yes, calls not yet.
        reception: bool,
    },
    /// Closed; reception next starts at `opens_at`, tickets from `tickets_from`.
    Closed {
        /// Start of the next reception interval, if one is known within a fortnight.
        opens_at: Option<Timestamp>,
        /// When the first ticket of it can be taken.
        tickets_from: Option<Timestamp>,
    },
}

/// One interval of reception, local time, printed the Latvian way ("8.30").
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct HoursLine {
    /// Monday = 1 … Sunday = 7.
    pub weekday: u8,
    /// ISO date.
    pub date: String,
    /// Intervals such as "8.30–12.00"; empty = closed.
    pub intervals: Vec<String>,
    /// Why the day differs from its weekday, if it does.
    pub reason: Option<String>,
}

/// How a button stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ButtonState {
    /// A press issues a ticket.
    Open,
    /// A press issues a ticket, but no open desk serves this service now.
    NoDesk,
    /// A press issues a ticket, but the customer may not be served today (A2/2/2.3).
    MayNotSuffice,
    /// A named person, or the centre's configuration, stopped the service for today.
    Stopped,
    /// No tickets are issued now.
    Closed,
}

/// One of the three buttons.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ButtonView {
    /// The service behind the button; its digit is the button's.
    pub service: Service,
    /// Name to the letter of A2/2/1.3.
    pub name: String,
    /// How it stands.
    pub state: ButtonState,
    /// Tickets waiting for it now.
    pub waiting: u32,
    /// Wait a new ticket should expect; absent where no desk serves the service.
    pub wait: Option<WaitRange>,
    /// After a press the button rests until then (double presses, A2/2/1.3 one press one ticket).
    pub locked_until: Option<Timestamp>,
}

/// State of a printer as people see it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PrinterState {
    /// The kiosk has none.
    Absent,
    /// Not heard of yet since start.
    Connecting,
    /// Ready.
    Ready,
    /// Ready, paper nearly out.
    PaperLow,
    /// Ready, but the ticket before is still in the mouth (kiosk printers that hold it).
    TicketInMouth,
    /// Out of paper.
    PaperOut,
    /// Cover open.
    CoverOpen,
    /// Cutter jam or another error that needs a person.
    Error,
    /// Switched off or disconnected.
    Offline,
}

/// State of the link to a kiosk's button board.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum BoardLink {
    /// The kiosk has none (touch only).
    Absent,
    /// Not heard of yet since start.
    Connecting,
    /// Heartbeats arrive.
    Connected,
    /// Silent or unplugged.
    Lost,
}

/// A waiting-room display as the daemon knows it (A2/1/5.1–5.5).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DisplayState {
    /// Not connected since the daemon started.
    Absent,
    /// It was connected and is no more.
    Lost,
    /// Connected, but it does not paint what it is sent within two seconds.
    Frozen,
    /// It paints, but its browser holds the sound back.
    Silent,
    /// It paints and sounds.
    Well,
}

/// The monitor of the displays, where the daemon switches it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum MonitorState {
    /// Being switched.
    Switching,
    /// Switched on.
    On,
    /// Switched off.
    Off,
    /// It does not take the command; attempts go on.
    Failing,
}

/// A lamp on the button board.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum LampState {
    /// Dark: a press does nothing.
    Off,
    /// Lit: a press issues a ticket.
    On,
    /// A short flash every second: tickets should be issued and cannot be.
    OutOfService,
}

/// The ticket a kiosk just issued, whoever pressed (board or screen).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LastIssued {
    /// Ticket id.
    pub id: u64,
    /// Printed number, e.g. "P 027".
    pub number: String,
    /// Service.
    pub service: Service,
    /// When it was issued.
    pub issued_at: Timestamp,
    /// Tickets ahead of it when issued.
    pub ahead: u32,
    /// Expected wait when issued.
    pub wait: Option<WaitRange>,
    /// The customer was told that today may not suffice.
    pub may_not_suffice: bool,
    /// What became of the paper.
    pub slip: SlipState,
    /// Path of the ticket's own page, `/t/…`.
    pub track_path: String,
    /// The appointment with which its customer came.
    pub appointment: Option<AppointmentLine>,
}

/// What became of a ticket's paper.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SlipState {
    /// No printer: the number on the screen is the ticket.
    None,
    /// Waiting for the printer.
    Queued,
    /// Being sent.
    Sending,
    /// The printer confirmed it.
    Printed,
    /// It did not come out.
    Failed,
    /// It may or may not have come out.
    Unknown,
}

/// What a kiosk shows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct KioskView {
    /// The centre.
    pub centre: CentreHeader,
    /// Which kiosk.
    pub kiosk: String,
    /// Whether tickets can be taken.
    pub opening: Opening,
    /// The three buttons in order.
    pub buttons: Vec<ButtonView>,
    /// Its printer.
    pub printer: PrinterState,
    /// Its button board.
    pub board: BoardLink,
    /// Lamps as the daemon last set them, in button order.
    pub lamps: Vec<LampState>,
    /// Board and printer are simulated: the page may offer the simulated board's buttons.
    pub simulated: bool,
    /// The newest ticket of this kiosk within the last 15 s.
    pub last: Option<LastIssued>,
    /// Somebody asked for help here and no consultant has answered yet (A2/2/2.1).
    pub help_requested: bool,
    /// The seven days from today.
    pub hours: Vec<HoursLine>,
    /// Seconds a button rests after a ticket.
    pub press_lock_s: u32,
    /// Customers with an appointment check in here with their code.
    pub appointments: bool,
    /// What else a customer can do where today may not suffice, a line each.
    pub alternatives: Vec<String>,
    /// Customers with a ticket who have no outcome yet: they are served after closing too.
    pub remaining: u32,
    /// One static line of notice, if any.
    pub notice: Option<NoticeLine>,
}

/// One call on the waiting-room display.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct BoardCall {
    /// Ticket number, e.g. "P 027".
    pub number: String,
    /// Desk number.
    pub desk: u16,
    /// When it was first called at this desk.
    pub called_at: Timestamp,
    /// True while the customer is still awaited (pulse, steady band); false once arrived or over.
    pub awaited: bool,
}

/// Something the display says aloud once; play those with an id above the last one played.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Announcement {
    /// Rises by at least one with each call or recall (the journal sequence of its event).
    pub id: u64,
    /// Ticket number.
    pub number: String,
    /// Desk number.
    pub desk: u16,
    /// When it was called.
    pub at: Timestamp,
    /// The sentence, e.g. "Numurs pē divdesmit septiņi. Lūdzu, pie trešā galda."
    pub text: String,
    /// A second announcement of a call made before.
    pub repeat: bool,
    /// Path of the spoken sentence (WAV), absent where no voice is installed: chime only.
    pub voice_path: Option<String>,
}

/// A line of notice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct NoticeLine {
    /// Text, Latvian.
    pub text: String,
}

/// What the waiting-room display shows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct BoardView {
    /// The centre.
    pub centre: CentreHeader,
    /// Whether reception is open.
    pub opening: Opening,
    /// Newest call first, at most [`BOARD_CALLS`].
    pub calls: Vec<BoardCall>,
    /// Announcements of the last minute, oldest first.
    pub announcements: Vec<Announcement>,
    /// Waiting tickets by service.
    pub waiting: Vec<QueueLine>,
    /// One static line of notice, if any.
    pub notice: Option<NoticeLine>,
    /// The seven days from today, for the idle screen.
    pub hours: Vec<HoursLine>,
}

/// Calls shown on the display: the current one and three previous.
pub const BOARD_CALLS: usize = 4;

/// A queue in one line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct QueueLine {
    /// Service.
    pub service: Service,
    /// Its name.
    pub name: String,
    /// Waiting now.
    pub waiting: u32,
    /// Expected wait of a ticket taken now; absent where no desk serves it, or no forecast is there.
    pub wait: Option<WaitRange>,
    /// A desk is open for it.
    pub served: bool,
    /// Issue time of the ticket that has waited longest.
    pub longest_since: Option<Timestamp>,
}

/// A ticket as staff see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TicketLine {
    /// Ticket id.
    pub id: u64,
    /// Number, e.g. "P 027".
    pub number: String,
    /// Service it waits for or is served in.
    pub service: Service,
    /// Name of that service.
    pub service_name: String,
    /// Issue time.
    pub issued_at: Timestamp,
    /// "This ticket counts as if taken at": the calling rule's key.
    pub counts_from: Timestamp,
    /// Served out of turn (A2/2/2.5).
    pub out_of_turn: bool,
    /// Came from another service or desk.
    pub transferred: bool,
    /// Put back after a no-show.
    pub reinstated: bool,
    /// When it last changed state (parked since, no-show at …).
    pub since: Timestamp,
    /// The appointment with which its customer came.
    pub appointment: Option<AppointmentLine>,
}

/// A ticket's appointment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AppointmentLine {
    /// When it was to begin.
    pub slot: Timestamp,
}

impl From<&TicketAppointment> for AppointmentLine {
    fn from(kept: &TicketAppointment) -> Self {
        Self { slot: kept.slot }
    }
}

/// What a desk is doing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum DeskPhase {
    /// Nobody works here.
    Closed,
    /// Ready for the next customer.
    Free {
        /// Since when.
        since: Timestamp,
    },
    /// On a break.
    Break {
        /// Since when.
        since: Timestamp,
    },
    /// A customer is called and awaited.
    Called {
        /// The ticket.
        ticket: TicketLine,
        /// When first called here.
        since: Timestamp,
        /// When the minute is over (A2/2/2.4).
        deadline: Timestamp,
        /// Recalls so far.
        recalls: u32,
        /// Why this ticket was chosen, a Latvian sentence.
        reason: String,
    },
    /// The customer is at the desk.
    Serving {
        /// The ticket.
        ticket: TicketLine,
        /// Since arrival.
        since: Timestamp,
    },
    /// The customer's documents are being finished (A2/4/9).
    Documents {
        /// The ticket.
        ticket: TicketLine,
        /// Since when.
        since: Timestamp,
        /// When the customer arrived.
        arrived_at: Timestamp,
    },
}

/// Who is next for a desk, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct NextLine {
    /// The ticket.
    pub ticket: TicketLine,
    /// Why, a Latvian sentence.
    pub reason: String,
}

/// The step that can still be undone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct UndoLine {
    /// What would be undone, e.g. "finish".
    pub step: String,
    /// Ticket number concerned.
    pub number: String,
    /// Until when.
    pub until: Timestamp,
}

/// Something that needs a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Alert {
    /// Stable code: `printer`, `roll`, `paper`, `board`, `storage`, `display` (no sound),
    /// `display_absent`, `display_lost`, `display_frozen`, `monitor`, `clock`, `help`, `recovery`,
    /// `closing`, `messages` (what could not be sent), `incident` (a technical failure that lasts; the
    /// manager's only).
    pub kind: String,
    /// A Latvian sentence that says what to do.
    pub text: String,
    /// Since when.
    pub since: Timestamp,
    /// True where service to customers suffers; false for a notice.
    pub urgent: bool,
}

/// What a desk shows its consultant.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct DeskView {
    /// The centre.
    pub centre: CentreHeader,
    /// Desk number.
    pub desk: u16,
    /// Login of the consultant at the desk.
    pub consultant: Option<String>,
    /// Services this desk calls now.
    pub services: Vec<Service>,
    /// Services this desk is set up for.
    pub services_possible: Vec<Service>,
    /// Whether reception is open.
    pub opening: Opening,
    /// What the desk is doing.
    pub phase: DeskPhase,
    /// Who would be called next, if anybody.
    pub next: Option<NextLine>,
    /// Why nobody would be called although tickets wait, a Latvian sentence.
    pub nobody_because: Option<String>,
    /// Queues of all services, in button order.
    pub queues: Vec<QueueLine>,
    /// Waiting tickets in calling order, at most [`DESK_LIST_MAX`].
    pub waiting: Vec<TicketLine>,
    /// Parked tickets.
    pub parked: Vec<TicketLine>,
    /// No-shows of today that can be put back, newest first, at most [`DESK_LIST_MAX`].
    pub no_shows: Vec<TicketLine>,
    /// The step that can be undone now.
    pub undo: Option<UndoLine>,
    /// Customers finished at this desk today.
    pub finished_today: u32,
    /// Today's closing.
    pub closing: ClosingLine,
    /// Alerts.
    pub alerts: Vec<Alert>,
    /// Electricity or internet fail and this customer came for an order: the consultant phones the
    /// Finance Department about its payment before handing it out (A2/2/4.5).
    pub check_payment: bool,
    /// No kiosk in this centre: after each customer check the room (A2/2/2.2).
    pub no_kiosk: bool,
    /// Kiosks where somebody asked for help (A2/2/2.1).
    pub help: Vec<String>,
    /// All desks, for transfer.
    pub desks: Vec<DeskChoice>,
    /// Target wait in seconds.
    pub wait_target_s: u32,
}

impl DeskView {
    /// For those who see desks and not who sits there.
    pub fn without_names(mut self) -> Self {
        self.consultant = None;
        self
    }
}

/// Rows in a desk's lists.
pub const DESK_LIST_MAX: usize = 200;

/// A desk to which a customer can be transferred.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DeskChoice {
    /// Desk number.
    pub desk: u16,
    /// Somebody works there.
    pub open: bool,
    /// Services it is set up for.
    pub services: Vec<Service>,
}

/// What the customer's own page (`/t/…`) shows: place in line, expected wait, called or not.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct TrackView {
    /// Name of the centre.
    pub centre: String,
    /// Ticket number.
    pub number: String,
    /// Name of its service.
    pub service_name: String,
    /// The appointment with which its customer came.
    pub appointment: Option<AppointmentLine>,
    /// State.
    pub state: TrackState,
    /// The customer was told that today may not suffice.
    pub may_not_suffice: bool,
    /// When this was true.
    pub at: Timestamp,
    /// IANA time zone for showing times.
    pub timezone: String,
}

/// Where the customer's ticket stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum TrackState {
    /// Waiting.
    Waiting {
        /// Tickets ahead.
        ahead: u32,
        /// Expected wait from now; absent where no desk serves the service, or no forecast is there.
        wait: Option<WaitRange>,
        /// A desk is open for it.
        served: bool,
    },
    /// Called to a desk.
    Called {
        /// The desk.
        desk: u16,
        /// When the minute is over.
        deadline: Timestamp,
    },
    /// At a desk.
    Serving {
        /// The desk.
        desk: u16,
    },
    /// Set aside for a while by the consultant.
    Parked,
    /// Done.
    Finished,
    /// Called and nobody came.
    NoShow,
    /// Cancelled.
    Cancelled,
}
