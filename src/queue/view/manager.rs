//! What the manager's page shows.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    Alert, BoardLink, CentreHeader, ClosingView, DeskPhase, DisplayState, MonitorState, Opening,
    PrinterState, QueueLine, SlipState,
};
use crate::queue::catalogue::Service;
use crate::queue::today::{MischiefToday, StaffingToday};

/// A desk on the manager's page.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ManagerDesk {
    /// Desk number.
    pub desk: u16,
    /// Login of the consultant.
    pub consultant: Option<String>,
    /// Services called.
    pub services: Vec<Service>,
    /// Services the desk is set up for.
    pub services_possible: Vec<Service>,
    /// What it is doing.
    pub phase: DeskPhase,
    /// Customers finished today.
    pub finished_today: u32,
}

/// A queue on the manager's page, with today's counts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ManagerQueue {
    /// The queue now.
    pub queue: QueueLine,
    /// Issued today.
    pub issued: u32,
    /// Finished today.
    pub finished: u32,
    /// No-shows today.
    pub no_shows: u32,
    /// Cancelled today.
    pub cancelled: u32,
    /// Median wait of tickets called today, seconds.
    pub wait_p50_s: Option<u32>,
    /// Ninth decile of it, seconds.
    pub wait_p90_s: Option<u32>,
    /// Open desks that call this service.
    pub desks_open: u32,
}

/// A kiosk on the manager's page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ManagerKiosk {
    /// Name.
    pub kiosk: String,
    /// Printer.
    pub printer: PrinterState,
    /// Button board.
    pub board: BoardLink,
    /// Since when the printer is as it is; absent before it was heard of.
    pub printer_since: Option<Timestamp>,
    /// Slips not yet confirmed.
    pub slips_open: u32,
    /// The roll of paper in the printer; absent where there is no printer.
    pub roll: Option<RollLine>,
    /// Presses of today that issued no ticket on purpose (double presses and the like).
    pub suppressed_presses: u32,
}

/// A display on the manager's page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ManagerDisplay {
    /// Name of its device key.
    pub name: String,
    /// How it is.
    pub state: DisplayState,
    /// Since when.
    pub since: Timestamp,
}

/// A roll of paper, as an estimate from the tickets printed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RollLine {
    /// When somebody said that a full one was put in; absent where nobody has yet.
    pub replaced_at: Option<Timestamp>,
    /// Tickets printed since then.
    pub printed: u32,
    /// Tickets a full roll gives.
    pub capacity: u32,
    /// Tickets it still gives; absent where it is not known to have been full.
    pub left: Option<u32>,
    /// A new one should lie ready.
    pub near_end: bool,
}

/// A waiting customer whose paper did not come out, or of whom that is not known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PaperLine {
    /// Ticket id.
    pub id: u64,
    /// Number, e.g. "P 027".
    pub number: String,
    /// Kiosk whose printer had the paper.
    pub kiosk: String,
    /// `failed` or `unknown`.
    pub slip: SlipState,
    /// Since when.
    pub since: Timestamp,
}

/// One half-hour of today.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct HalfHour {
    /// Start, e.g. "8.30".
    pub label: String,
    /// Issued in it.
    pub issued: u32,
    /// First called in it.
    pub called: u32,
    /// Finished in it.
    pub finished: u32,
}

/// What the manager sees live.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ManagerView {
    /// The centre.
    pub centre: CentreHeader,
    /// Local date, ISO.
    pub date: String,
    /// Rises with every change of the calendar.
    pub calendar_changes: u64,
    /// Whether reception is open.
    pub opening: Opening,
    /// Desks by number.
    pub desks: Vec<ManagerDesk>,
    /// Queues by button.
    pub queues: Vec<ManagerQueue>,
    /// Kiosks.
    pub kiosks: Vec<ManagerKiosk>,
    /// Waiting customers without a paper that is known to be out, at most [`PAPERS_MAX`].
    pub without_paper: Vec<PaperLine>,
    /// Displays connected now.
    pub displays: u32,
    /// Each display that has a device key.
    pub display_list: Vec<ManagerDisplay>,
    /// Their monitor; absent where the daemon does not switch it.
    pub monitor: Option<MonitorState>,
    /// Today's closing.
    pub closing: ClosingView,
    /// Alerts, urgent first.
    pub alerts: Vec<Alert>,
    /// Today by half-hour, from the first ticket or opening to now.
    pub curve: Vec<HalfHour>,
    /// Desks that the half-hours to come will need.
    pub staffing: StaffingToday,
    /// Presses and tickets of today that were no customer's.
    pub mischief: MischiefToday,
    /// Target wait in seconds.
    pub wait_target_s: u32,
    /// Facts in the journal.
    pub journal_seq: u64,
    /// Visits booked for today.
    pub appointments: AppointmentsToday,
}

/// Visits booked for today, cancelled ones left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
pub struct AppointmentsToday {
    /// All of them.
    pub booked: u32,
    /// Customers who came.
    pub checked_in: u32,
    /// Of these, those who came after the tolerance and wait as walk-ins.
    pub late: u32,
    /// Not come by the end of the tolerance.
    pub missed: u32,
}

impl ManagerView {
    /// For those who see desks and not who sits there: staff figures are personal data (A1.12).
    pub fn without_names(mut self) -> Self {
        for desk in &mut self.desks {
            desk.consultant = None;
        }
        let services = self.closing.services.iter_mut();
        for stop in services.filter_map(|service| service.stopped.as_mut()) {
            // Absent would say that the daemon did.
            stop.by = stop.by.take().map(|_| "darbinieks".to_owned());
        }
        self
    }
}

/// Customers without paper whom the manager's page names.
pub const PAPERS_MAX: usize = 50;
