//! The centre's "no": each with a stable code and a Latvian sentence that says what to do.

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};

use super::calendar::dotted;
use super::catalogue::Service;
use super::hours::Interval;
use super::ticket::{DeskNumber, TicketNumber};

/// Why a command was refused. Nothing has happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rejection {
    /// No such desk is set up.
    NoSuchDesk(DeskNumber),
    /// No such kiosk is set up.
    NoSuchKiosk(String),
    /// No such ticket today.
    NoSuchTicket,
    /// Nobody works at the desk.
    DeskClosed(DeskNumber),
    /// The desk has a customer, or their documents, or is on a break (A2/4/9).
    DeskBusy(DeskNumber),
    /// Somebody else works at the desk.
    DeskTaken(DeskNumber),
    /// The consultant works at another desk already.
    AtAnotherDesk(DeskNumber),
    /// The desk is not set up for the service.
    ServiceNotHere(DeskNumber),
    /// An open desk calls at least one service.
    NoServices(DeskNumber),
    /// A called customer is awaited for a whole minute (A2/2/2.4).
    MinuteNotOver {
        /// What is left of it.
        remaining: SignedDuration,
    },
    /// Nobody is called to the desk.
    NotCalled(DeskNumber),
    /// The desk is not serving anybody.
    NotServing(DeskNumber),
    /// The desk is not on a break.
    NotOnBreak(DeskNumber),
    /// The ticket is not waiting.
    TicketNotWaiting(TicketNumber),
    /// The ticket is not parked.
    TicketNotParked(TicketNumber),
    /// The ticket is no no-show.
    TicketNotNoShow(TicketNumber),
    /// The ticket waits for a service or desk that is not this desk's.
    TicketNotForDesk(TicketNumber),
    /// Tickets are not issued now, or reception has not begun.
    CentreClosed {
        /// When it next opens.
        opens_at: Option<Timestamp>,
    },
    /// No more tickets are issued for the service today (A2/2/2.3).
    ServiceStopped(Service),
    /// No tickets, or more than can be given an outcome at once.
    TooManyTickets {
        /// So many.
        max: usize,
    },
    /// There is nothing to undo, or it is too late.
    NothingToUndo,
    /// The caller may not do this.
    NotAllowed,
    /// A text is empty or too long.
    BadText {
        /// Which.
        field: &'static str,
        /// Longest allowed, characters.
        max: usize,
    },
    /// There is no printer for it.
    NoPrinter,
    /// No more numbers in this series today.
    SeriesFull,
    /// The job is not in a state that allows this report.
    JobNotOpen,
    /// A day that is over keeps its hours.
    PastDate(Date),
    /// A date too far ahead to be planned.
    DateTooFar {
        /// The last one.
        last: Date,
    },
    /// Two intervals of a day overlap.
    HoursOverlap(Interval, Interval),
    /// More intervals than a day can have.
    TooManyIntervals {
        /// So many.
        max: usize,
    },
    /// Only a day with reception hours can be moved.
    NotAWorkingDay(Date),
    /// A working day is moved only to a date that is free by its weekday.
    NotAFreeDay(Date),
    /// No appointment has this code or identity, or the code was used up.
    NoSuchAppointment,
    /// No visit of this service can be booked then.
    NoSuchSlot,
    /// All places of the slot are taken.
    SlotFull,
    /// The visit's time has passed.
    AppointmentOver,
    /// The customer has checked in already.
    AlreadyCheckedIn(Option<TicketNumber>),
    /// Check-in has not begun.
    TooEarly {
        /// When it begins.
        from: Timestamp,
    },
    /// Another visit has this code.
    CodeTaken,
}

impl Rejection {
    /// Stable code for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NoSuchDesk(_) => "no_such_desk",
            Self::NoSuchKiosk(_) => "no_such_kiosk",
            Self::NoSuchTicket => "no_such_ticket",
            Self::DeskClosed(_) => "desk_closed",
            Self::DeskBusy(_) => "desk_busy",
            Self::DeskTaken(_) => "desk_taken",
            Self::AtAnotherDesk(_) => "at_another_desk",
            Self::ServiceNotHere(_) => "service_not_here",
            Self::NoServices(_) => "no_services",
            Self::MinuteNotOver { .. } => "minute_not_over",
            Self::NotCalled(_) => "not_called",
            Self::NotServing(_) => "not_serving",
            Self::NotOnBreak(_) => "not_on_break",
            Self::TicketNotWaiting(_) => "ticket_not_waiting",
            Self::TicketNotParked(_) => "ticket_not_parked",
            Self::TicketNotNoShow(_) => "ticket_not_no_show",
            Self::TicketNotForDesk(_) => "ticket_not_for_desk",
            Self::CentreClosed { .. } => "centre_closed",
            Self::ServiceStopped(_) => "service_stopped",
            Self::TooManyTickets { .. } => "invalid",
            Self::NothingToUndo => "nothing_to_undo",
            Self::NotAllowed => "not_allowed",
            Self::BadText { .. } => "invalid",
            Self::NoPrinter => "no_printer",
            Self::SeriesFull => "series_full",
            Self::JobNotOpen => "job_not_open",
            Self::PastDate(_) => "past_date",
            Self::DateTooFar { .. } => "date_too_far",
            Self::HoursOverlap(..) | Self::TooManyIntervals { .. } => "invalid",
            Self::NotAWorkingDay(_) => "not_a_working_day",
            Self::NotAFreeDay(_) => "not_a_free_day",
            Self::NoSuchAppointment => "no_such_appointment",
            Self::NoSuchSlot => "no_such_slot",
            Self::SlotFull => "slot_full",
            Self::AppointmentOver => "appointment_over",
            Self::AlreadyCheckedIn(_) => "already_checked_in",
            Self::TooEarly { .. } => "too_early",
            Self::CodeTaken => "code_taken",
        }
    }

    /// The field at fault, where one is.
    pub fn field(&self) -> Option<&'static str> {
        if let Self::BadText { field, .. } = self {
            return Some(field);
        }
        if let Self::TooManyTickets { .. } = self {
            return Some("tickets");
        }
        let hours = matches!(self, Self::HoursOverlap(..) | Self::TooManyIntervals { .. });
        hours.then_some("intervals")
    }

    /// What to tell the person, in Latvian.
    pub fn sentence(&self) -> String {
        match self {
            Self::NoSuchDesk(desk) => format!("{desk}. galda šajā centrā nav."),
            Self::NoSuchKiosk(kiosk) => format!("Kioska „{kiosk}” šajā centrā nav."),
            Self::NoSuchTicket => "Šādas biļetes nav. Pārbaudiet numuru.".to_owned(),
            Self::DeskClosed(desk) => {
                format!("{desk}. galds ir slēgts. Vispirms sāciet darbu pie galda.")
            }
            Self::DeskBusy(desk) => format!(
                "Pie {desk}. galda vēl nav pabeigts darbs ar klientu vai ir pārtraukums. Vispirms pabeidziet."
            ),
            Self::DeskTaken(desk) => format!("Pie {desk}. galda strādā cits darbinieks."),
            Self::AtAnotherDesk(desk) => {
                format!("Jūs jau strādājat pie {desk}. galda. Vispirms beidziet darbu tur.")
            }
            Self::ServiceNotHere(desk) => {
                format!(
                    "{desk}. galdam šis pakalpojums nav paredzēts. Izvēlieties no galda pakalpojumiem."
                )
            }
            Self::NoServices(desk) => format!(
                "{desk}. galdam jāatstāj vismaz viens pakalpojums. Lai nevienu neaicinātu, sāciet pārtraukumu vai slēdziet galdu."
            ),
            Self::MinuteNotOver { remaining } => format!(
                "Uzaicinātais klients jāgaida viena minūte. Atlikušas {} s.",
                whole_seconds_up(*remaining)
            ),
            Self::NotCalled(desk) => format!("Pie {desk}. galda neviens nav uzaicināts."),
            Self::NotServing(desk) => format!("Pie {desk}. galda neviens netiek apkalpots."),
            Self::NotOnBreak(desk) => format!("{desk}. galdam nav pārtraukuma."),
            Self::TicketNotWaiting(number) => format!("Biļete {number} vairs negaida rindā."),
            Self::TicketNotParked(number) => format!("Biļete {number} nav atlikta."),
            Self::TicketNotNoShow(number) => {
                format!("Biļete {number} nav atzīmēta kā neieradusies.")
            }
            Self::TicketNotForDesk(number) => {
                format!("Biļete {number} nav šī galda pakalpojumam.")
            }
            Self::CentreClosed { .. } => "Šobrīd klientus nepieņem.".to_owned(),
            Self::ServiceStopped(service) => format!(
                "{}. pogai šodien biļetes vairs neizsniedz. Biļeti var izsniegt darbinieks.",
                service.digit()
            ),
            Self::TooManyTickets { max } => {
                format!("Norādiet no 1 līdz {max} biļetēm.")
            }
            Self::NothingToUndo => "Nav ko atsaukt, vai arī ir par vēlu.".to_owned(),
            Self::NotAllowed => "Jums nav tiesību to darīt.".to_owned(),
            Self::BadText { field, max } => {
                format!("Laukam „{field}” jābūt no 1 līdz {max} rakstzīmēm.")
            }
            Self::NoPrinter => "Šai biļetei nav printera, kurā to drukāt.".to_owned(),
            Self::SeriesFull => "Šodien šai rindai vairs nav brīvu numuru.".to_owned(),
            Self::JobNotOpen => "Šis drukas darbs jau ir pabeigts.".to_owned(),
            Self::PastDate(date) => format!(
                "{} jau ir pagājis. Mainīt var šodienu un turpmākās dienas.",
                dotted(*date)
            ),
            Self::DateTooFar { last } => {
                format!("Tik tālu neplāno. Izvēlieties dienu līdz {}", dotted(*last))
            }
            Self::HoursOverlap(a, b) => format!(
                "Laiki {} un {} pārklājas. Labojiet tā, lai katrs sāktos pēc iepriekšējā beigām.",
                a.latvian(),
                b.latvian()
            ),
            Self::TooManyIntervals { max } => {
                format!("Dienā var būt ne vairāk kā {max} laika posmi. Apvienojiet tos.")
            }
            Self::NotAWorkingDay(date) => format!(
                "{} centrs nestrādā, tāpēc nav ko pārcelt. Izvēlieties darba dienu.",
                dotted(*date)
            ),
            Self::NotAFreeDay(date) => format!(
                "Uz {} pārcelt nevar. Izvēlieties dienu, kurā centrs parasti nestrādā un kas nav svētku diena.",
                dotted(*date)
            ),
            Self::NoSuchAppointment => "Šāds pieraksts nav atrasts vai kods jau ir izmantots. \
                Pārbaudiet kodu vai vērsieties pie darbinieka."
                .to_owned(),
            Self::NoSuchSlot => {
                "Šajā laikā pierakstīties nevar. Izvēlieties citu laiku.".to_owned()
            }
            Self::SlotFull => {
                "Šajā laikā visas vietas jau ir aizņemtas. Izvēlieties citu laiku.".to_owned()
            }
            Self::AppointmentOver => "Šis laiks jau ir pagājis.".to_owned(),
            Self::AlreadyCheckedIn(Some(number)) => {
                format!("Klients jau ir reģistrējies. Biļetes numurs ir {number}.")
            }
            Self::AlreadyCheckedIn(None) => "Klients jau ir reģistrējies.".to_owned(),
            Self::TooEarly { .. } => {
                "Reģistrēties vēl ir par agru. Nāciet tuvāk pierakstītajam laikam.".to_owned()
            }
            Self::CodeTaken => "Šāds pieraksta kods jau ir citam apmeklējumam.".to_owned(),
        }
    }
}

/// Whole seconds, rounded up, so that "0 s" is never said while something is left.
fn whole_seconds_up(duration: SignedDuration) -> i64 {
    duration.as_secs() + i64::from(duration.subsec_nanos() > 0)
}
