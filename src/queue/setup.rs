//! How a centre is set up: read from the configuration once, never changed by events.

use std::collections::{BTreeMap, BTreeSet};

use jiff::SignedDuration;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::appointments::slots::Booking;
use super::catalogue::Service;
use super::hours::OpeningHours;
use super::ticket::DeskNumber;

/// One centre's set-up.
#[derive(Debug, Clone)]
pub struct Setup {
    /// Name of the centre.
    pub name: String,
    /// Street address; may be empty.
    pub address: String,
    /// Time zone of the centre; dates and hours are local to it.
    pub timezone: TimeZone,
    /// Its IANA name.
    pub timezone_name: String,
    /// Visits can be booked: renames button 3 (A2/2/1.3, footnote).
    pub appointments: bool,
    /// No queue machine: desks issue the tickets (A2/2/2.2).
    pub no_kiosk: bool,
    /// A demonstration with simulated devices.
    pub demo: bool,
    /// Address under which customers reach the ticket pages; absent = no QR code.
    pub public_url: Option<String>,
    /// Services each desk is set up for.
    pub desks: BTreeMap<DeskNumber, DeskSetup>,
    /// Kiosks.
    pub kiosks: BTreeMap<String, KioskSetup>,
    /// Series letter of each service.
    pub series: BTreeMap<Service, char>,
    /// Reception hours as configured; [`super::centre::Centre::calendar`] says what holds.
    pub hours: OpeningHours,
    /// Numbers in the rules.
    pub rules: Rules,
    /// What happens as closing draws near.
    pub closing: ClosingPolicy,
}

/// Who stops a service before closing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StopPolicy {
    /// A named person.
    ByHand,
    /// The daemon as well, where today may not suffice.
    Automatic,
}

/// What happens as closing draws near (A2/2/2.3).
#[derive(Debug, Clone, PartialEq)]
pub struct ClosingPolicy {
    /// Below this chance that everybody is served by closing staff are warned.
    pub warn_below: f64,
    /// Below this chance kiosks say that today may not suffice.
    pub may_not_suffice_below: f64,
    /// Who stops a service.
    pub stop: StopPolicy,
    /// What else a customer can do, a line each; shown at kiosks.
    pub alternatives: Vec<String>,
}

impl Default for ClosingPolicy {
    fn default() -> Self {
        Self {
            warn_below: 0.8,
            may_not_suffice_below: 0.7,
            stop: StopPolicy::ByHand,
            alternatives: Vec::new(),
        }
    }
}

/// One desk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeskSetup {
    /// Services it can call.
    pub services: BTreeSet<Service>,
    /// Kiosk that prints the tickets issued from here, if any.
    pub prints_at: Option<String>,
}

/// One kiosk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KioskSetup {
    /// It has a printer.
    pub printer: bool,
    /// It has a button board.
    pub board: bool,
    /// Its devices are simulated.
    pub simulated: bool,
    /// How its paper is dealt with.
    pub paper: PaperPolicy,
}

/// Who prints a copy of a ticket whose paper may or may not have come out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Copies {
    /// The daemon, once, as soon as the printer is well and its memory empty.
    Automatic,
    /// A person.
    ByHand,
}

/// How a kiosk's paper is dealt with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PaperPolicy {
    /// Copies of paper in doubt.
    pub copies: Copies,
    /// Paper not printed this long after it was asked for is given up: its customer has left.
    pub wait: SignedDuration,
    /// Tickets that a full roll gives.
    pub roll_tickets: u32,
}

/// Length of paper that one ticket takes: 80 mm of text, 20 mm to the cutter and 10 mm for a
/// longer name of a service.
pub const TICKET_MM: u32 = 110;

/// Length of a full roll of 80 mm paper, 80 mm across, millimetres.
pub const ROLL_80_MM: u32 = 80_000;

/// Length of a full roll of 58 mm paper, 50 mm across, millimetres.
pub const ROLL_58_MM: u32 = 30_000;

impl Default for PaperPolicy {
    fn default() -> Self {
        Self {
            copies: Copies::Automatic,
            wait: SignedDuration::from_secs(60),
            roll_tickets: ROLL_80_MM / TICKET_MM,
        }
    }
}

/// Numbers in the rules. The defaults are the standard's where it names one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rules {
    /// How long a called customer is awaited: one minute (A2/2/2.4).
    pub no_show: SignedDuration,
    /// When the daemon announces a call once more by itself.
    pub second_announcement: SignedDuration,
    /// Rest of a button after a ticket.
    pub press_lock: SignedDuration,
    /// Tickets one kiosk issues within [`Rules::burst_window`] before it rests.
    pub burst_tickets: usize,
    /// The window of [`Rules::burst_tickets`].
    pub burst_window: SignedDuration,
    /// A press older than this issues no ticket: its customer has left.
    pub press_age_max: SignedDuration,
    /// Credit of an out-of-turn ticket: it counts as if taken this much earlier.
    pub out_of_turn_credit: SignedDuration,
    /// How long a step can be undone.
    pub undo: SignedDuration,
    /// Target wait, for the report.
    pub wait_target: SignedDuration,
    /// Credit of an appointment kept in time: it counts as if taken this long before its slot.
    pub appointment_credit: SignedDuration,
    /// An appointment is on time until this long after its slot; later it is a walk-in.
    pub appointment_late: SignedDuration,
    /// An appointment is called from this long before its slot, earlier only where the desk would
    /// idle.
    pub appointment_early: SignedDuration,
    /// Customers with an appointment check in from this long before its slot.
    pub check_in_opens: SignedDuration,
    /// Which visits can be booked.
    pub booking: Booking,
    /// Share of customers to be called within it, percent, for staffing advice.
    pub wait_target_percent: u8,
}

impl Default for Rules {
    fn default() -> Self {
        Self {
            no_show: SignedDuration::from_secs(60),
            second_announcement: SignedDuration::from_secs(30),
            press_lock: SignedDuration::from_secs(3),
            burst_tickets: 20,
            burst_window: SignedDuration::from_secs(60),
            press_age_max: SignedDuration::from_secs(10),
            out_of_turn_credit: SignedDuration::from_mins(120),
            undo: SignedDuration::from_secs(10),
            wait_target: SignedDuration::from_mins(15),
            appointment_credit: SignedDuration::from_mins(60),
            appointment_late: SignedDuration::from_mins(10),
            appointment_early: SignedDuration::from_mins(10),
            check_in_opens: SignedDuration::from_mins(60),
            booking: Booking::default(),
            wait_target_percent: 80,
        }
    }
}

impl Setup {
    /// The name on the button of a service (A2/2/1.3).
    pub fn service_name(&self, service: Service) -> &'static str {
        service.name(self.appointments)
    }

    /// How the paper of a kiosk is dealt with.
    pub fn paper_of(&self, kiosk: &str) -> PaperPolicy {
        self.kiosks
            .get(kiosk)
            .map_or_else(PaperPolicy::default, |kiosk| kiosk.paper)
    }

    /// The local date of a moment.
    pub fn date_of(&self, at: jiff::Timestamp) -> Date {
        at.to_zoned(self.timezone.clone()).date()
    }

    /// The series letter of a service; P, S and K for buttons 1, 2 and 3 unless set otherwise.
    pub fn series_of(&self, service: Service) -> char {
        self.series.get(&service).copied().unwrap_or(match service {
            Service::OrderIntake => 'P',
            Service::OrderHandout => 'S',
            Service::Corporate => 'K',
        })
    }
}
