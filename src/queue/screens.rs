//! Builds the views of [`super::view`] from the centre.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use super::appointments::slots;
use super::calendar::Calendar;
use super::catalogue::Service;
use super::centre::{Announced, Centre};
use super::deadline;
use super::decide::{ahead_of, issues_now};
use super::displays::Display;
use super::event::{CallReason, CallRule};
use super::forecast::outlook::Outlook;
use super::hours::Reception;
use super::paper::JobState;
use super::selection;
use super::setup::Setup;
use super::slip::Slip;
use super::ticket::{DeskNumber, Place, Ticket, TicketId};
use super::today::DaysLike;
use super::view::{
    Alert, Announcement, AppointmentLine, BOARD_CALLS, BoardCall, BoardLink, BoardView,
    ButtonState, ButtonView, CentreHeader, KioskView, LampState, LastIssued, MonitorState,
    NoticeLine, Opening, PrinterState, QueueLine, SlipState, TrackState, TrackView, WaitRange,
};
use super::wording;

/// How long a kiosk keeps showing the ticket it issued, seconds.
const LAST_ISSUED_S: i64 = 15;

/// How long an announcement stays in the board's view, seconds.
const ANNOUNCEMENT_S: i64 = 60;

/// What a view depends on besides the centre: the devices as they report themselves.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Surroundings {
    /// Printers by kiosk.
    pub printers: BTreeMap<String, PrinterState>,
    /// Button boards by kiosk.
    pub boards: BTreeMap<String, BoardLink>,
    /// Since when printers are as they are, by kiosk.
    pub printers_since: BTreeMap<String, Timestamp>,
    /// Since when button boards are as they are, by kiosk.
    pub boards_since: BTreeMap<String, Timestamp>,
    /// Displays that have a device key, by its name.
    pub displays: BTreeMap<String, Display>,
    /// Their monitor and since when it is so; absent where the daemon does not switch it.
    pub monitor: Option<(MonitorState, Timestamp)>,
    /// What needs a person, beyond what the devices above say.
    pub alerts: Vec<Alert>,
    /// The journal cannot be written: nothing is issued.
    pub journal_fails: bool,
    /// Sentences can be spoken.
    pub voice: bool,
    /// The newest forecast; absent until the first is made.
    pub outlook: Option<Arc<Outlook>>,
    /// What was measured on days like today; absent until it was read.
    pub days_like: Option<Arc<DaysLike>>,
    /// The notice that customers are to read today.
    pub notice: Option<NoticeLine>,
    /// Technical failures that last.
    pub incidents: Vec<OpenIncident>,
}

/// A technical failure that lasts (A2/2/4).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenIncident {
    /// Since when.
    pub since: Timestamp,
    /// What is disturbed, in Latvian.
    pub words: String,
    /// What is to be done next, in Latvian.
    pub next: &'static str,
    /// Consultants phone about payment before they hand out an order (4.5).
    pub checks_payment: bool,
}

/// All that views are made of.
#[derive(Debug, Clone, Copy)]
pub struct Scene<'a> {
    /// The set-up.
    pub setup: &'a Setup,
    /// The centre.
    pub centre: &'a Centre,
    /// The devices.
    pub around: &'a Surroundings,
    /// Now.
    pub now: Timestamp,
}

impl<'a> Scene<'a> {
    /// What a kiosk shows; a name that is no kiosk's gets one without devices.
    pub fn kiosk(&self, kiosk: &str) -> KioskView {
        let setup = self.setup.kiosks.get(kiosk);
        KioskView {
            centre: self.header(),
            kiosk: kiosk.to_owned(),
            opening: self.opening(),
            buttons: self.buttons(kiosk),
            printer: self.printer(kiosk),
            board: self.board_link(kiosk),
            lamps: self.lamps().to_vec(),
            simulated: setup.is_some_and(|kiosk| kiosk.simulated),
            last: self.last_issued(kiosk),
            help_requested: self.centre.help.contains_key(kiosk),
            hours: self.calendar().lines(self.setup.date_of(self.now)),
            press_lock_s: u32::try_from(self.setup.rules.press_lock.as_secs()).unwrap_or(0),
            appointments: Service::ALL
                .into_iter()
                .any(|service| slots::capacity(self.setup, service) > 0),
            alternatives: self.setup.closing.alternatives.clone(),
            remaining: self.remaining(),
            notice: self.around.notice.clone(),
        }
    }

    /// The lamps of every button board, in button order: lit where a press issues a ticket, dark
    /// where the service is stopped. A printer that is down leaves them lit: the number is given all the same and stands on the
    /// kiosk's screen.
    pub fn lamps(&self) -> [LampState; 3] {
        let issues = issues_now(self.setup, self.centre, self.now);
        Service::ALL.map(|service| {
            if !issues || self.centre.stopped.contains_key(&service) {
                LampState::Off
            } else if self.around.journal_fails {
                LampState::OutOfService
            } else {
                LampState::On
            }
        })
    }

    /// What the waiting-room display shows.
    pub fn board(&self) -> BoardView {
        BoardView {
            centre: self.header(),
            opening: self.opening(),
            calls: self.calls(),
            announcements: self.announcements(),
            waiting: self.queues(),
            notice: self.around.notice.clone(),
            hours: self.calendar().lines(self.setup.date_of(self.now)),
        }
    }

    /// What the customer's own page shows; nothing of other customers.
    pub fn track(&self, ticket: &Ticket) -> TrackView {
        TrackView {
            centre: self.setup.name.clone(),
            number: ticket.number.to_string(),
            service_name: self.setup.service_name(ticket.service).to_owned(),
            appointment: ticket.appointment.as_ref().map(AppointmentLine::from),
            state: self.track_state(ticket),
            may_not_suffice: ticket.may_not_suffice,
            at: self.now,
            timezone: self.setup.timezone_name.clone(),
        }
    }

    fn track_state(&self, ticket: &Ticket) -> TrackState {
        match &ticket.place {
            Place::Waiting => TrackState::Waiting {
                ahead: self.ahead(ticket),
                wait: self.wait_of(ticket),
                served: self.is_served(ticket.service)
                    || ticket
                        .reserved_for
                        .is_some_and(|desk| self.centre.staffed(desk).is_some()),
            },
            Place::AtDesk { desk } => match self.deadline_at(*desk, ticket.id) {
                Some(deadline) => TrackState::Called {
                    desk: desk.0,
                    deadline,
                },
                None => TrackState::Serving { desk: desk.0 },
            },
            Place::Parked { .. } => TrackState::Parked,
            Place::Finished { .. } => TrackState::Finished,
            Place::NoShow { .. } => TrackState::NoShow,
            Place::Cancelled { .. } => TrackState::Cancelled,
        }
    }

    /// When the minute of a ticket called to a desk is over; absent once the customer came.
    pub fn deadline_at(&self, desk: DeskNumber, ticket: TicketId) -> Option<Timestamp> {
        match &self.centre.staffed(desk)?.seat {
            super::desk::Seat::Called {
                ticket: called,
                minute_from,
                ..
            } if *called == ticket => Some(*minute_from + self.setup.rules.no_show),
            super::desk::Seat::Called { .. }
            | super::desk::Seat::Free { .. }
            | super::desk::Seat::OnBreak { .. }
            | super::desk::Seat::Serving { .. }
            | super::desk::Seat::Documents { .. } => None,
        }
    }

    /// What the paper of a ticket says.
    pub fn slip(&self, ticket: &Ticket, copy: bool) -> Slip {
        let tz = &self.setup.timezone;
        let closing = ticket.may_not_suffice.then_some(wording::MAY_NOT_SUFFICE);
        let visit = ticket
            .appointment
            .map(|kept| format!("Jūsu pieraksts: plkst. {}", wording::time(kept.slot, tz)));
        let guidance = [
            "Lūdzu, gaidiet, līdz Jūsu numurs",
            "parādās ekrānā un tiek nosaukts.",
            "Uzaicinātu klientu gaida vienu minūti.",
        ];
        Slip {
            centre: self.setup.name.clone(),
            service: self.setup.service_name(ticket.issued_for).to_owned(),
            number: ticket.number.to_string(),
            issued_at: ticket.issued_at,
            issued_text: wording::date_and_time(ticket.issued_at, tz),
            ahead_text: format!("Pirms Jums: {}", wording::customers(ticket.ahead)),
            wait_text: ticket
                .promise
                .map(|wait| format!("Paredzamā gaidīšana: {}", wording::wait_minutes(wait))),
            guidance: visit
                .into_iter()
                .chain(closing.into_iter().chain(guidance).map(str::to_owned))
                .collect(),
            track_url: self
                .setup
                .public_url
                .as_ref()
                .map(|base| format!("{}{}", base.trim_end_matches('/'), track_path(ticket))),
            copy,
        }
    }

    /// The centre's name plate.
    pub fn header(&self) -> CentreHeader {
        CentreHeader {
            name: self.setup.name.clone(),
            address: self.setup.address.clone(),
            timezone: self.setup.timezone_name.clone(),
            demo: self.setup.demo,
        }
    }

    /// The calendar that holds.
    pub fn calendar(&self) -> Calendar<'a> {
        self.centre.calendar(self.setup)
    }

    /// How reception stands.
    pub fn opening(&self) -> Opening {
        match self.calendar().at(self.now, &self.setup.timezone) {
            Reception::Open { closes_at } => Opening::Open {
                closes_at,
                reception: true,
            },
            Reception::Lead { closes_at, .. } => Opening::Open {
                closes_at,
                reception: false,
            },
            Reception::Closed { opens_at } => Opening::Closed {
                opens_at,
                tickets_from: opens_at.map(|at| at - self.setup.hours.lead),
            },
        }
    }

    fn buttons(&self, kiosk: &str) -> Vec<ButtonView> {
        Service::ALL
            .into_iter()
            .map(|service| {
                let wait = self.wait_of_next(service);
                ButtonView {
                    service,
                    name: self.setup.service_name(service).to_owned(),
                    state: self.button_state(service, self.is_served(service)),
                    waiting: self.waiting_count(service),
                    wait,
                    locked_until: self.locked_until(kiosk, service),
                }
            })
            .collect()
    }

    fn button_state(&self, service: Service, is_served: bool) -> ButtonState {
        if !issues_now(self.setup, self.centre, self.now) {
            ButtonState::Closed
        } else if self.centre.stopped.contains_key(&service) {
            ButtonState::Stopped
        } else if !is_served {
            ButtonState::NoDesk
        } else if self.may_not_suffice(service) {
            ButtonState::MayNotSuffice
        } else {
            ButtonState::Open
        }
    }

    fn locked_until(&self, kiosk: &str, service: Service) -> Option<Timestamp> {
        let ticket = self.centre.last_of_kiosk(kiosk)?;
        let until = ticket.issued_at + self.setup.rules.press_lock;
        (ticket.issued_for == service && until > self.now).then_some(until)
    }

    fn last_issued(&self, kiosk: &str) -> Option<LastIssued> {
        let ticket = self.centre.last_of_kiosk(kiosk)?;
        let age = self.now.duration_since(ticket.issued_at);
        (age < SignedDuration::from_secs(LAST_ISSUED_S)).then(|| LastIssued {
            id: ticket.id.0,
            number: ticket.number.to_string(),
            service: ticket.issued_for,
            issued_at: ticket.issued_at,
            ahead: ticket.ahead,
            wait: ticket.promise,
            may_not_suffice: ticket.may_not_suffice,
            slip: self.slip_state(ticket.id),
            track_path: track_path(ticket),
            appointment: ticket.appointment.as_ref().map(AppointmentLine::from),
        })
    }

    /// What became of a ticket's newest paper.
    pub fn slip_state(&self, ticket: TicketId) -> SlipState {
        match self.centre.outbox.newest_of(ticket).map(|job| &job.state) {
            None => SlipState::None,
            Some(JobState::Queued) => SlipState::Queued,
            Some(JobState::Sending { .. }) => SlipState::Sending,
            Some(JobState::Printed { .. }) => SlipState::Printed,
            Some(JobState::Failed { .. }) => SlipState::Failed,
            Some(JobState::Unknown { .. }) => SlipState::Unknown,
        }
    }

    /// The printer of a kiosk.
    pub fn printer(&self, kiosk: &str) -> PrinterState {
        match self.setup.kiosks.get(kiosk) {
            Some(setup) if setup.printer => self
                .around
                .printers
                .get(kiosk)
                .copied()
                .unwrap_or(PrinterState::Connecting),
            Some(_) | None => PrinterState::Absent,
        }
    }

    /// The link to a kiosk's button board.
    pub fn board_link(&self, kiosk: &str) -> BoardLink {
        match self.setup.kiosks.get(kiosk) {
            Some(setup) if setup.board => self
                .around
                .boards
                .get(kiosk)
                .copied()
                .unwrap_or(BoardLink::Connecting),
            Some(_) | None => BoardLink::Absent,
        }
    }

    fn calls(&self) -> Vec<BoardCall> {
        let mut calls: Vec<BoardCall> = Vec::with_capacity(BOARD_CALLS);
        for announced in self.centre.announced.iter().rev() {
            let number = announced.number.to_string();
            if calls.iter().any(|call| call.number == number) {
                continue;
            }
            calls.push(BoardCall {
                number,
                desk: announced.desk.0,
                called_at: self.called_at(announced),
                awaited: self.deadline_at(announced.desk, announced.ticket).is_some(),
            });
            if calls.len() == BOARD_CALLS {
                break;
            }
        }
        calls
    }

    /// The call an announcement repeats: a recall never changes it.
    fn called_at(&self, announced: &Announced) -> Timestamp {
        self.centre
            .tickets
            .get(&announced.ticket)
            .and_then(|ticket| ticket.legs.last())
            .map_or(announced.at, |leg| leg.called_at)
    }

    fn announcements(&self) -> Vec<Announcement> {
        let oldest = self.now - SignedDuration::from_secs(ANNOUNCEMENT_S);
        self.centre
            .announced
            .iter()
            .filter(|announced| announced.at >= oldest)
            .map(|announced| Announcement {
                id: announced.id,
                number: announced.number.to_string(),
                desk: announced.desk.0,
                at: announced.at,
                text: wording::announcement(announced.number, announced.desk),
                repeat: announced.repeat,
                voice_path: self.around.voice.then(|| {
                    format!(
                        "/api/v1/voice/{}/{}/{}.wav",
                        announced.number.series, announced.number.number, announced.desk
                    )
                }),
            })
            .collect()
    }

    /// The queues in button order.
    pub fn queues(&self) -> Vec<QueueLine> {
        Service::ALL
            .into_iter()
            .map(|service| QueueLine {
                service,
                name: self.setup.service_name(service).to_owned(),
                waiting: self.waiting_count(service),
                wait: self.wait_of_next(service),
                served: self.is_served(service),
                longest_since: selection::waiting_for(self.centre, service)
                    .map(|ticket| ticket.issued_at)
                    .min(),
            })
            .collect()
    }

    fn waiting_count(&self, service: Service) -> u32 {
        u32::try_from(selection::waiting_for(self.centre, service).count()).unwrap_or(u32::MAX)
    }

    /// Tickets that are called before this one.
    pub fn ahead(&self, ticket: &Ticket) -> u32 {
        let key = (ticket.counts_from, ticket.id);
        let only = ticket.reserved_for;
        ahead_of(self.centre, self.setup, ticket.service, only, key)
    }

    /// What somebody who took a ticket of a service now should expect; absent where no desk is
    /// open for it.
    pub fn wait_of_next(&self, service: Service) -> Option<WaitRange> {
        if !self.is_served(service) {
            return None;
        }
        self.outlook()?.next_shown.get(&service).copied()
    }

    /// The newest forecast, while it is new enough to be shown.
    fn outlook(&self) -> Option<&Outlook> {
        let outlook = self.around.outlook.as_deref();
        outlook.filter(|outlook| !outlook.is_stale(self.now))
    }

    /// Whether a desk is open for a service.
    pub fn is_served(&self, service: Service) -> bool {
        let mut staffed = self
            .centre
            .desks
            .values()
            .filter_map(|d| d.staffed.as_ref());
        staffed.any(|staffed| staffed.services.contains(&service))
    }

    /// What a waiting ticket should still expect.
    pub fn wait_of(&self, ticket: &Ticket) -> Option<WaitRange> {
        let outlook = self.outlook()?;
        // One issued since the forecast was made was told its promise.
        let is_new = ticket.issued_at > outlook.made_at;
        let known = outlook.waits.get(&ticket.id).copied();
        known.or(ticket.promise.filter(|_| is_new))
    }

    /// Why a ticket is or was the one to call, for the person at the desk.
    pub fn reason_text(&self, reason: &CallReason) -> String {
        let number = |id| self.centre.tickets.get(id).map(|it| it.number.to_string());
        let why = match reason.rule {
            CallRule::Turn => "Rindas kārtībā".to_owned(),
            CallRule::OutOfTurn => "Ārpus kārtas".to_owned(),
            CallRule::Appointment => "Pēc pieraksta".to_owned(),
            CallRule::AppointmentEarly => "Pirms pierakstītā laika, jo cita klienta nav".to_owned(),
            CallRule::Reinstated => "Atjaunota rindā pēc neierašanās".to_owned(),
            CallRule::SentHere => "Nosūtīta tieši uz šo galdu".to_owned(),
            CallRule::OtherSystem => "Aicināja cita sistēma".to_owned(),
            CallRule::ByHand => match reason.instead_of.as_ref().and_then(number) {
                Some(first) => format!("Izvēlēta ar roku, pēc kārtas būtu {first}"),
                None => "Izvēlēta ar roku".to_owned(),
            },
        };
        let time = wording::time(reason.counts_from, &self.setup.timezone);
        let overtook: Vec<String> = reason.overtook.iter().filter_map(number).collect();
        let over = match overtook.as_slice() {
            [] => String::new(),
            [one] => format!(" Apsteidz {one}."),
            [one, more @ ..] => {
                let more = u32::try_from(more.len()).unwrap_or(u32::MAX);
                format!(" Apsteidz {one} un vēl {}.", wording::tickets_passed(more))
            }
        };
        format!("{why}: skaitās paņemta plkst. {time}.{over}")
    }

    /// The next moment at which a view changes by itself.
    pub fn next_change(&self) -> Option<Timestamp> {
        deadline::next_deadline(self.setup, self.centre, self.now).map(|(at, _)| at)
    }
}

/// Path of a ticket's own page.
pub fn track_path(ticket: &Ticket) -> String {
    format!("/t/{}", ticket.track.0)
}
