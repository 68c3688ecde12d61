//! The events of a ticket as Latvian sentences.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::story::{StepKind, WaitContext, step_name};
use crate::queue::catalogue::Service;
use crate::queue::centre::Centre;
use crate::queue::desk::{Seat, Staffed};
use crate::queue::event::{CallReason, CallRule, Event, JobId, TransferTo};
use crate::queue::setup::Setup;
use crate::queue::ticket::{CancelReason, DeskNumber, Origin, Ticket, TicketId};
use crate::queue::view::WaitRange;
use crate::queue::wording;

/// How one event is told to those who ask about one ticket.
pub(super) struct Telling<'a> {
    pub(super) setup: &'a Setup,
    /// The centre before the event.
    pub(super) before: &'a Centre,
    pub(super) at: Timestamp,
    pub(super) id: TicketId,
    /// Papers of the ticket.
    pub(super) jobs: &'a BTreeSet<JobId>,
}

type Told = Option<(StepKind, String)>;

impl Telling<'_> {
    /// The kind of step and its sentence; `None` where the event does not concern the ticket.
    pub(super) fn tell(&self, event: &Event) -> Told {
        match event {
            Event::TicketIssued { .. } => self.issued(event),
            Event::TicketCalled {
                ticket,
                desk,
                reason,
            } => self.called(*ticket, *desk, reason),
            Event::TicketRecalled { .. }
            | Event::CustomerArrived { .. }
            | Event::DocumentsStarted { .. }
            | Event::TicketFinished { .. }
            | Event::TicketNoShow { .. }
            | Event::TicketTransferred { .. }
            | Event::TicketParked { .. }
            | Event::TicketResumed { .. }
            | Event::StepUndone { .. } => self.at_desk(event),
            Event::TicketMarkedOutOfTurn { .. }
            | Event::TicketCancelled { .. }
            | Event::TicketReinstated { .. } => self.in_queue(event),
            Event::SlipRequested { .. }
            | Event::SlipRepeated { .. }
            | Event::SlipSending { .. }
            | Event::SlipPrinted { .. }
            | Event::SlipFailed { .. }
            | Event::SlipUnknown { .. } => self.paper(event),
            Event::DaemonStarted { .. }
            | Event::ClockStepped { .. }
            | Event::DayBegan { .. }
            | Event::DeskOpened { .. }
            | Event::DeskClosed { .. }
            | Event::DeskRemoved { .. } => self.around(event),
            Event::PressSuppressed { .. }
            | Event::BreakStarted { .. }
            | Event::BreakEnded { .. }
            | Event::NobodyCalled { .. }
            | Event::RollReplaced { .. }
            | Event::HelpRequested { .. }
            | Event::HelpAnswered { .. }
            | Event::DeskServicesChanged { .. }
            | Event::AppointmentBooked { .. }
            | Event::AppointmentMoved { .. }
            | Event::AppointmentCancelled { .. }
            | Event::AppointmentCodesUnlinked { .. }
            | Event::ServiceStopped { .. }
            | Event::ServiceReleased { .. }
            | Event::CalendarDaySet { .. }
            | Event::CalendarDayCleared { .. } => None,
        }
    }

    /// Of a call: why this ticket, and whom it overtook.
    pub(super) fn reason(&self, event: &Event) -> Option<String> {
        let Event::TicketCalled { reason, .. } = event else {
            return None;
        };
        let time = self.time(reason.counts_from);
        let overtook = self.numbers(&reason.overtook);
        let whom = match overtook.is_empty() {
            true => "nevienu neapsteidza".to_owned(),
            false => format!("apsteidza {overtook}"),
        };
        let by = match reason.rule {
            CallRule::Turn => "Kārtas secībā",
            CallRule::OutOfTurn => "Ārpus kārtas",
            CallRule::Appointment => "Pēc pieraksta",
            CallRule::AppointmentEarly => "Pirms pierakstītā laika, jo cita klienta nebija",
            CallRule::Reinstated => "Atjaunota rindā pēc neierašanās",
            CallRule::SentHere => "Nosūtīta tieši uz šo galdu",
            CallRule::ByHand => "Izvēlēta ar roku, nevis pēc kārtas",
            CallRule::OtherSystem => "Aicināja cita sistēma pēc savas kārtas",
        };
        let rest = match reason.rule {
            CallRule::Turn => ", agrāk par visām citām, ko galds varēja aicināt".to_owned(),
            CallRule::OutOfTurn
            | CallRule::Appointment
            | CallRule::AppointmentEarly
            | CallRule::Reinstated
            | CallRule::SentHere
            | CallRule::OtherSystem => String::new(),
            CallRule::ByHand => match reason.instead_of {
                Some(first) => format!(", pēc kārtas bija {}", self.numbers(&[first])),
                None => String::new(),
            },
        };
        Some(format!(
            "{by}: skaitās paņemta plkst. {time}{rest}; {whom}."
        ))
    }

    fn issued(&self, event: &Event) -> Told {
        let Event::TicketIssued {
            ticket,
            number,
            service,
            origin,
            out_of_turn,
            ahead,
            promise,
            appointment,
            ..
        } = event
        else {
            return None;
        };
        if *ticket != self.id {
            return None;
        }
        let how = match origin {
            Origin::Board { kiosk } => format!("nospiesta poga pie automāta „{kiosk}”"),
            Origin::Screen { kiosk } => format!("izvēlēta automāta „{kiosk}” ekrānā"),
            Origin::Interface { kiosk } => format!("pieprasīta no automāta „{kiosk}”"),
            Origin::Staff => "izsniedza darbinieks".to_owned(),
            Origin::OtherSystem => "izsniedza cita sistēma".to_owned(),
        };
        let name = self.setup.service_name(*service);
        let turn = match (out_of_turn, appointment) {
            (true, _) => ", ārpus kārtas".to_owned(),
            (false, Some(booked)) => format!(", pierakstīta uz plkst. {}", self.time(booked.slot)),
            (false, None) => String::new(),
        };
        let ahead = match ahead {
            0 => "Priekšā neviena nebija".to_owned(),
            ahead => format!("Priekšā {}", wording::customers(*ahead)),
        };
        let promise = promise.map_or_else(
            || "gaidīšanas laiks netika solīts".to_owned(),
            |wait| format!("solīts gaidīt {}", promised(wait)),
        );
        let text = format!("Biļete {number} „{name}”{turn}: {how}. {ahead}, {promise}.");
        Some((StepKind::Issued, text))
    }

    fn called(&self, ticket: TicketId, desk: DeskNumber, reason: &CallReason) -> Told {
        if ticket == self.id {
            return Some((StepKind::Called, format!("Aicināta pie {desk}. galda.")));
        }
        if !reason.overtook.contains(&self.id) {
            return None;
        }
        let number = self.number(ticket)?;
        let text = format!("Pirms tās pie {desk}. galda aicināta vēlāk izsniegtā {number}.");
        Some((StepKind::Overtaken, text))
    }

    fn at_desk(&self, event: &Event) -> Told {
        if event.ticket() != Some(self.id) {
            return None;
        }
        let desk = desk_of(event)?;
        let told = if let Event::TicketRecalled { automatic, .. } = event {
            let text = match automatic {
                true => format!("Pēc pusminūtes automātiski aicināta vēlreiz pie {desk}. galda."),
                false => format!("Aicināta vēlreiz pie {desk}. galda."),
            };
            (StepKind::Recalled, text)
        } else if let Event::CustomerArrived { .. } = event {
            let text = format!("Klients ieradās pie {desk}. galda.");
            (StepKind::Arrived, text)
        } else if let Event::DocumentsStarted { .. } = event {
            let text = format!("Pie {desk}. galda sākta dokumentu noformēšana.");
            (StepKind::Documents, text)
        } else if let Event::TicketFinished { outcome, .. } = event {
            let remark = outcome.as_ref().map(|text| format!(" Piezīme: {text}"));
            let remark = remark.unwrap_or_default();
            let text = format!("Apkalpošana pie {desk}. galda pabeigta.{remark}");
            (StepKind::Finished, text)
        } else if let Event::TicketNoShow { automatic, .. } = event {
            let text = match automatic {
                true => format!("Minūte pagāja, un klients pie {desk}. galda neieradās."),
                false => format!("Atzīmēts, ka klients minūtes laikā pie {desk}. galda neieradās."),
            };
            (StepKind::NoShow, text)
        } else if let Event::TicketTransferred { to, .. } = event {
            let text = format!(
                "No {desk}. galda pāradresēta {}; vieta rindā saglabāta.",
                self.whither(*to)
            );
            (StepKind::Transferred, text)
        } else if let Event::TicketParked { .. } = event {
            let text = format!("Pie {desk}. galda atlikta: pati vairs netiek aicināta.");
            (StepKind::Parked, text)
        } else if let Event::TicketResumed { .. } = event {
            (StepKind::Resumed, format!("Turpināta pie {desk}. galda."))
        } else if let Event::StepUndone { step, .. } = event {
            let name = step_name(*step);
            (
                StepKind::Undone,
                format!("Pie {desk}. galda atsaukta {name}."),
            )
        } else {
            return None;
        };
        Some(told)
    }

    fn whither(&self, to: TransferTo) -> String {
        match to {
            TransferTo::Service(service) => {
                format!("uz pakalpojumu „{}”", self.setup.service_name(service))
            }
            TransferTo::Desk(desk) => format!("uz {desk}. galdu"),
        }
    }

    fn in_queue(&self, event: &Event) -> Told {
        if event.ticket() != Some(self.id) {
            return None;
        }
        if let Event::TicketMarkedOutOfTurn { counts_from, .. } = event {
            let time = self.time(*counts_from);
            let text = format!("Atzīmēta ārpus kārtas: skaitās paņemta plkst. {time}.");
            return Some((StepKind::OutOfTurn, text));
        }
        if let Event::TicketReinstated { counts_from, .. } = event {
            let time = self.time(*counts_from);
            let text = format!("Atjaunota rindā: skaitās paņemta plkst. {time}.");
            return Some((StepKind::Reinstated, text));
        }
        if let Event::TicketCancelled { reason, .. } = event {
            let text = match reason {
                CancelReason::Staff { text } => format!("Anulēta. Iemesls: {text}"),
                CancelReason::DayEnded => "Anulēta, jo beidzās diena.".to_owned(),
            };
            return Some((StepKind::Cancelled, text));
        }
        None
    }

    fn paper(&self, event: &Event) -> Told {
        let mine = |job: &JobId| self.jobs.contains(job);
        let text = if let Event::SlipRequested { ticket, print } = event
            && *ticket == self.id
        {
            format!("Lūgta vēl viena izdruka pie automāta „{}”.", print.kiosk)
        } else if let Event::SlipRepeated { of, copy, .. } = event
            && mine(of)
        {
            match copy {
                true => "Automātiski tiek drukāta kopija.".to_owned(),
                false => "Tā pati izdruka tiek mēģināta vēlreiz.".to_owned(),
            }
        } else if let Event::SlipSending { job } = event
            && mine(job)
        {
            "Biļete nosūtīta printerim.".to_owned()
        } else if let Event::SlipPrinted { job } = event
            && mine(job)
        {
            "Printeris apstiprināja: biļete izdrukāta.".to_owned()
        } else if let Event::SlipFailed { job, why } = event
            && mine(job)
        {
            format!("Biļete netika izdrukāta ({why}).")
        } else if let Event::SlipUnknown { job, why } = event
            && mine(job)
        {
            format!("Nav zināms, vai biļete izdrukājās ({why}).")
        } else {
            return None;
        };
        Some((StepKind::Paper, text))
    }

    /// What happens to the desk, the daemon or the day, and to the ticket with it.
    fn around(&self, event: &Event) -> Told {
        let held = |desk: &DeskNumber| {
            let staffed = self.before.staffed(*desk);
            staffed.and_then(|staffed| staffed.seat.ticket()) == Some(self.id)
        };
        if let Event::DeskOpened { desk, .. } = event
            && held(desk)
        {
            let text = format!("{desk}. galdu pārņēma cits darbinieks; klients palika pie galda.");
            return Some((StepKind::Desk, text));
        }
        if let Event::DeskClosed { desk } | Event::DeskRemoved { desk } = event
            && held(desk)
        {
            let text = format!("{desk}. galds slēgts; biļete atgriezta rindā.");
            return Some((StepKind::Desk, text));
        }
        if let Event::DayBegan {
            unserved,
            unfinished,
            ..
        } = event
        {
            if unserved.contains(&self.id) {
                let text = "Diena beidzās, un klients netika apkalpots.".to_owned();
                return Some((StepKind::DayEnded, text));
            }
            if unfinished.contains(&self.id) {
                let text = "Diena beidzās; kad apkalpošana pabeigta, nav zināms.".to_owned();
                return Some((StepKind::DayEnded, text));
            }
        }
        if let Event::DaemonStarted { .. } = event
            && self.is_called()
        {
            let text = "Rinda palaista no jauna: klientu gaida vēl veselu minūti.".to_owned();
            return Some((StepKind::Daemon, text));
        }
        let ticket = self.before.tickets.get(&self.id)?;
        if let Event::ClockStepped { by_ms } = event
            && !ticket.is_over()
        {
            let text = format!("Datora pulkstenis pārstatīts par {} s.", by_ms / 1000);
            return Some((StepKind::Daemon, text));
        }
        None
    }

    fn is_called(&self) -> bool {
        self.before.desks.values().any(|desk| {
            let staffed = desk.staffed.as_ref();
            staffed.is_some_and(
                |staffed| matches!(staffed.seat, Seat::Called { ticket, .. } if ticket == self.id),
            )
        })
    }

    fn time(&self, at: Timestamp) -> String {
        let zone = &self.setup.timezone;
        let date = |at: Timestamp| at.to_zoned(zone.clone()).date();
        if date(at) == date(self.at) {
            wording::time(at, zone)
        } else {
            wording::date_and_time(at, zone)
        }
    }

    fn number(&self, id: TicketId) -> Option<String> {
        let ticket = self.before.tickets.get(&id)?;
        Some(ticket.number.to_string())
    }

    /// "P 025, P 026 un S 004"
    fn numbers(&self, ids: &[TicketId]) -> String {
        let numbers: Vec<String> = ids.iter().filter_map(|id| self.number(*id)).collect();
        listed(&numbers)
    }
}

/// "P 025, P 026 un S 004"
fn listed(numbers: &[String]) -> String {
    match numbers {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} un {last}", first.join(", ")),
    }
}

/// The desk an event of a ticket happens at.
pub(super) fn desk_of(event: &Event) -> Option<DeskNumber> {
    if let Event::TicketCalled { desk, .. }
    | Event::TicketRecalled { desk, .. }
    | Event::CustomerArrived { desk, .. }
    | Event::DocumentsStarted { desk, .. }
    | Event::TicketFinished { desk, .. }
    | Event::TicketNoShow { desk, .. }
    | Event::TicketTransferred { desk, .. }
    | Event::TicketParked { desk, .. }
    | Event::TicketResumed { desk, .. }
    | Event::StepUndone { desk, .. }
    | Event::DeskOpened { desk, .. }
    | Event::DeskClosed { desk }
    | Event::DeskRemoved { desk } = event
    {
        Some(*desk)
    } else {
        None
    }
}

/// Whether a desk calls a service now: open, not on a break.
pub(super) fn calls(staffed: &Staffed, service: Service) -> bool {
    !matches!(staffed.seat, Seat::OnBreak { .. }) && staffed.services.contains(&service)
}

/// "10–25 min", "līdz 5 min": as it stood on the paper.
fn promised(wait: WaitRange) -> String {
    wording::wait_minutes(wait).replace('-', "–")
}

/// "21 reizi", "11 reižu", "2 reizes"
fn times(count: u32) -> String {
    let word = match (count % 10, count % 100) {
        (0, _) | (_, 11..=19) => "reižu",
        (1, _) => "reizi",
        (_, _) => "reizes",
    };
    format!("{count} {word}")
}

/// Whole minutes, halves up.
fn minutes(seconds: u64) -> u64 {
    (seconds + 30) / 60
}

/// Why a ticket waited as long as it did.
pub(super) fn why(
    setup: &Setup,
    ticket: &Ticket,
    wait_s: Option<u32>,
    context: &WaitContext,
) -> Vec<String> {
    let mut why = Vec::new();
    if let Some(wait_s) = wait_s {
        why.push(against_promise(wait_s, ticket.promise));
    }
    if context.called_before > 0 {
        let overtaken = match context.overtaken_by.as_slice() {
            [] => "Neviens to neapsteidza.".to_owned(),
            some => format!("To apsteidza {}.", listed(some)),
        };
        why.push(format!(
            "Kamēr tā gaidīja, galdi, kas to varēja aicināt, {} aicināja citus. {overtaken}",
            times(context.called_before)
        ));
    }
    let name = setup.service_name(ticket.issued_for);
    if let Some((least, most)) = context.desks {
        let tenths = (context.desk_seconds * 10 + context.seconds / 2) / context.seconds.max(1);
        why.push(format!(
            "Galdu, kas tobrīd aicināja pakalpojumu „{name}”, bija vidēji {},{} (no {least} līdz {most}).",
            tenths / 10,
            tenths % 10
        ));
    }
    if context.without_desk_s >= 60 {
        why.push(format!(
            "{} min šo pakalpojumu neaicināja neviens galds.",
            minutes(context.without_desk_s)
        ));
    }
    why
}

fn against_promise(wait_s: u32, promise: Option<WaitRange>) -> String {
    let waited = minutes(u64::from(wait_s));
    let Some(promise) = promise else {
        return format!("Gaidīja {waited} min; gaidīšanas laiks netika solīts.");
    };
    let text = promised(promise);
    let verdict = if wait_s > promise.p90_s {
        let over = minutes(u64::from(wait_s - promise.p90_s)).max(1);
        format!("par {over} min ilgāk, nekā solīts")
    } else {
        "ne ilgāk, kā solīts".to_owned()
    };
    format!("Gaidīja {waited} min, solīts bija {text}: {verdict}.")
}
