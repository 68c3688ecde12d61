//! The views of the people who work in the centre: a desk's and the manager's.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use jiff::civil::Date;

use super::appointments::Status;
use super::catalogue::Service;
use super::decide::undoable;
use super::desk::{Desk, Seat, Staffed};
use super::displays;
use super::event::Step;
use super::screens::Scene;
use super::selection::{self, WhyNot};
use super::statistics::{Histogram, ServiceFigures, half_hour, service_figures};
use super::ticket::{DeskNumber, Place, Ticket, TicketId};
use super::view::{
    Alert, AppointmentLine, AppointmentsToday, BoardLink, DESK_LIST_MAX, DeskChoice, DeskPhase,
    DeskView, HalfHour, ManagerDesk, ManagerKiosk, ManagerQueue, ManagerView, NextLine, PAPERS_MAX,
    TicketLine, UndoLine,
};
use super::wording;

impl Scene<'_> {
    /// What a desk shows.
    pub fn desk(&self, number: DeskNumber) -> DeskView {
        let staffed = self.centre.staffed(number);
        let rules = &self.setup.rules;
        let next = selection::next_for(self.centre, number, None, self.now)
            .filter(|_| self.receives())
            .map(|(ticket, reason)| NextLine {
                ticket: self.line(ticket),
                reason: self.reason_text(&reason),
            });
        let waiting = selection::waiting_in_order(self.centre);
        DeskView {
            centre: self.header(),
            desk: number.0,
            consultant: staffed.map(|s| s.consultant.clone()),
            services: staffed.map_or_else(Vec::new, |s| s.services.iter().copied().collect()),
            services_possible: self.possible(number),
            opening: self.opening(),
            phase: self.phase(number),
            nobody_because: self.nobody_because(number, &waiting),
            next,
            queues: self.queues(),
            waiting: self.lines(waiting.into_iter()),
            parked: self.lines(self.tickets_where(|p| matches!(p, Place::Parked { .. }))),
            no_shows: self.lines(
                self.tickets_where(|p| matches!(p, Place::NoShow { .. }))
                    .rev(),
            ),
            undo: self.undo_line(staffed),
            finished_today: self
                .centre
                .desks
                .get(&number)
                .map_or(0, |desk| desk.finished_today),
            closing: self.closing_line(),
            alerts: self.alerts(),
            check_payment: self.checks_payment(staffed),
            no_kiosk: self.setup.no_kiosk,
            help: self.centre.help.keys().cloned().collect(),
            desks: self.desk_choices(),
            wait_target_s: u32::try_from(rules.wait_target.as_secs()).unwrap_or(u32::MAX),
        }
    }

    /// What the manager sees.
    pub fn manager(&self, journal_seq: u64) -> ManagerView {
        let date = self
            .centre
            .date
            .unwrap_or_else(|| self.setup.date_of(self.now));
        ManagerView {
            centre: self.header(),
            date: date.to_string(),
            calendar_changes: self.centre.calendar.changes,
            opening: self.opening(),
            desks: self
                .setup
                .desks
                .keys()
                .map(|n| self.manager_desk(*n))
                .collect(),
            queues: self.manager_queues(),
            kiosks: self
                .setup
                .kiosks
                .keys()
                .map(|k| self.manager_kiosk(k))
                .collect(),
            without_paper: self.without_paper(PAPERS_MAX),
            displays: displays::connected(&self.around.displays),
            display_list: self.manager_displays(),
            monitor: self.around.monitor.map(|(state, _)| state),
            closing: self.closing_view(),
            alerts: self.manager_alerts(),
            curve: self.curve(),
            staffing: self.staffing_today(),
            mischief: self.mischief_today(),
            wait_target_s: u32::try_from(self.setup.rules.wait_target.as_secs())
                .unwrap_or(u32::MAX),
            journal_seq,
            appointments: self.appointments_on(date),
        }
    }

    /// The visits booked for today. Whoever has not come by the end of the tolerance counts as
    /// missed, and no longer should they come after all.
    fn appointments_on(&self, date: Date) -> AppointmentsToday {
        let mut today = AppointmentsToday::default();
        for appointment in self.centre.appointments.on(date) {
            let over = appointment.slot + self.setup.rules.appointment_late;
            match appointment.status {
                Status::Cancelled => continue,
                Status::CheckedIn { on_time, .. } => {
                    today.checked_in += 1;
                    today.late += u32::from(!on_time);
                }
                Status::Booked => today.missed += u32::from(over < self.now),
                Status::Missed => today.missed += 1,
            }
            today.booked += 1;
        }
        today
    }

    /// What needs a person, urgent first.
    pub fn alerts(&self) -> Vec<Alert> {
        let mut alerts = self.around.alerts.clone();
        alerts.extend(self.paper_alerts());
        for kiosk in self.setup.kiosks.keys() {
            if self.board_link(kiosk) == BoardLink::Lost {
                alerts.push(Alert {
                    kind: "board".to_owned(),
                    text: format!("Kioska „{kiosk}” pogu panelis neatbild. Pārbaudiet kabeli."),
                    since: self.since(&self.around.boards_since, kiosk),
                    urgent: true,
                });
            }
        }
        alerts.extend(self.display_alerts());
        alerts.extend(self.closing_alert());
        for (kiosk, since) in &self.centre.help {
            alerts.push(Alert {
                kind: "help".to_owned(),
                text: format!("Pie kioska „{kiosk}” klients lūdz palīdzību."),
                since: *since,
                urgent: true,
            });
        }
        alerts.sort_by_key(|alert| (!alert.urgent, alert.since));
        alerts
    }

    /// As [`Scene::alerts`], with the failures that last (A2/2/4): what is to be done about them is
    /// the manager's.
    fn manager_alerts(&self) -> Vec<Alert> {
        let mut alerts = self.alerts();
        alerts.extend(self.around.incidents.iter().map(|incident| Alert {
            kind: "incident".to_owned(),
            text: format!(
                "Tehniska kļūme: {}. Tagad: {}. Soļi ir lapā „Kalendārs”.",
                incident.words, incident.next
            ),
            since: incident.since,
            urgent: true,
        }));
        alerts.sort_by_key(|alert| (!alert.urgent, alert.since));
        alerts
    }

    /// Whether a desk's customer has come for an order while electricity or internet fail (A2/2/4.5).
    fn checks_payment(&self, staffed: Option<&Staffed>) -> bool {
        let ticket = staffed.and_then(|staffed| match &staffed.seat {
            Seat::Serving { ticket, .. } | Seat::Documents { ticket, .. } => Some(ticket),
            Seat::Free { .. } | Seat::OnBreak { .. } | Seat::Called { .. } => None,
        });
        let ticket = ticket.and_then(|id| self.centre.tickets.get(id));
        let mut failures = self.around.incidents.iter();
        ticket.is_some_and(|ticket| ticket.service == Service::OrderHandout)
            && failures.any(|incident| incident.checks_payment)
    }

    fn since(&self, moments: &BTreeMap<String, Timestamp>, kiosk: &str) -> Timestamp {
        moments.get(kiosk).copied().unwrap_or(self.now)
    }

    /// A ticket as staff see it.
    pub fn line(&self, ticket: &Ticket) -> TicketLine {
        let since = match &ticket.place {
            Place::Waiting | Place::AtDesk { .. } => ticket
                .legs
                .last()
                .map_or(ticket.issued_at, |leg| leg.called_at),
            Place::Parked { since, .. } => *since,
            Place::Finished { at, .. } => at.unwrap_or(ticket.issued_at),
            Place::NoShow { at, .. } | Place::Cancelled { at, .. } => *at,
        };
        TicketLine {
            id: ticket.id.0,
            number: ticket.number.to_string(),
            service: ticket.service,
            service_name: self.setup.service_name(ticket.service).to_owned(),
            issued_at: ticket.issued_at,
            counts_from: ticket.counts_from,
            out_of_turn: ticket.out_of_turn,
            transferred: ticket.transferred(),
            reinstated: ticket.reinstated,
            since,
            appointment: ticket.appointment.as_ref().map(AppointmentLine::from),
        }
    }

    fn lines<'t>(&self, tickets: impl Iterator<Item = &'t Ticket>) -> Vec<TicketLine> {
        tickets
            .take(DESK_LIST_MAX)
            .map(|ticket| self.line(ticket))
            .collect()
    }

    fn tickets_where(
        &self,
        keep: impl Fn(&Place) -> bool,
    ) -> impl DoubleEndedIterator<Item = &Ticket> {
        self.centre
            .tickets
            .values()
            .filter(move |ticket| keep(&ticket.place))
    }

    /// What a desk is doing.
    pub fn phase(&self, number: DeskNumber) -> DeskPhase {
        let Some(staffed) = self.centre.staffed(number) else {
            return DeskPhase::Closed;
        };
        let line = |id: &TicketId| self.centre.tickets.get(id).map(|t| self.line(t));
        let phase = match &staffed.seat {
            Seat::Free { since } => Some(DeskPhase::Free { since: *since }),
            Seat::OnBreak { since } => Some(DeskPhase::Break { since: *since }),
            Seat::Called {
                ticket,
                since,
                minute_from,
                recalls,
                reason,
            } => line(ticket).map(|ticket| DeskPhase::Called {
                ticket,
                since: *since,
                deadline: *minute_from + self.setup.rules.no_show,
                recalls: *recalls,
                reason: self.reason_text(reason),
            }),
            Seat::Serving { ticket, since } => line(ticket).map(|ticket| DeskPhase::Serving {
                ticket,
                since: *since,
            }),
            Seat::Documents {
                ticket,
                since,
                arrived_at,
            } => line(ticket).map(|ticket| DeskPhase::Documents {
                ticket,
                since: *since,
                arrived_at: *arrived_at,
            }),
        };
        // A seat whose ticket was lost with a damaged line is shown as free.
        phase.unwrap_or(DeskPhase::Free {
            since: staffed.since,
        })
    }

    /// Whether customers are received today, now or again later.
    fn receives(&self) -> bool {
        self.calendar().begun_today(self.now, &self.setup.timezone)
    }

    /// Where the count shown as waiting and what the desk can call differ, the desk says why.
    fn nobody_because(&self, number: DeskNumber, waiting: &[&Ticket]) -> Option<String> {
        if waiting.is_empty() {
            return None;
        }
        let Some(desk) = self.centre.staffed(number) else {
            return Some("Galds ir slēgts.".to_owned());
        };
        if !self.receives() {
            return Some("Pieņemšana vēl nav sākusies.".to_owned());
        }
        let reasons: Option<Vec<WhyNot>> = waiting
            .iter()
            .map(|ticket| selection::why_not(self.centre, number, desk, ticket))
            .collect();
        let possible = self.possible(number);
        let services: BTreeSet<Service> = reasons?
            .into_iter()
            .filter_map(|reason| match reason {
                WhyNot::OtherService(service) => Some(service),
                WhyNot::SentTo(_) => None,
            })
            .collect();
        let given_up: Vec<String> = services
            .iter()
            .filter(|service| possible.contains(service))
            .map(|service| service.digit().to_string())
            .collect();
        Some(if services.is_empty() {
            "Gaidošie klienti ir nosūtīti pie citiem galdiem.".to_owned()
        } else if given_up.is_empty() {
            "Gaidošie klienti ir citu galdu pakalpojumiem.".to_owned()
        } else {
            let digits = given_up.join(", ");
            format!("Gaida klienti, kuru pakalpojumus šis galds tagad neaicina: {digits}.")
        })
    }

    fn undo_line(&self, staffed: Option<&Staffed>) -> Option<UndoLine> {
        let last = undoable(self.setup, self.centre, staffed?, self.now)?;
        let step = match last.step {
            Step::Arrived => "arrived",
            Step::Documents => "documents",
            Step::Finished => "finish",
            Step::NoShow => "no_show",
            Step::Parked => "park",
            Step::Transferred => "transfer",
        };
        Some(UndoLine {
            step: step.to_owned(),
            number: last.ticket_before.number.to_string(),
            until: last.at + self.setup.rules.undo,
        })
    }

    fn desk_choices(&self) -> Vec<DeskChoice> {
        self.setup
            .desks
            .iter()
            .map(|(number, setup)| DeskChoice {
                desk: number.0,
                open: self.centre.staffed(*number).is_some(),
                services: setup.services.iter().copied().collect(),
            })
            .collect()
    }

    /// Services a desk is set up for.
    fn possible(&self, number: DeskNumber) -> Vec<Service> {
        let setup = self.setup.desks.get(&number);
        setup.map_or_else(Vec::new, |desk| desk.services.iter().copied().collect())
    }

    fn manager_desk(&self, number: DeskNumber) -> ManagerDesk {
        let desk = self.centre.desks.get(&number);
        let staffed = desk.and_then(|desk: &Desk| desk.staffed.as_ref());
        ManagerDesk {
            desk: number.0,
            consultant: staffed.map(|s| s.consultant.clone()),
            services: staffed.map_or_else(Vec::new, |s| s.services.iter().copied().collect()),
            services_possible: self.possible(number),
            phase: self.phase(number),
            finished_today: desk.map_or(0, |desk| desk.finished_today),
        }
    }

    fn manager_queues(&self) -> Vec<ManagerQueue> {
        self.queues()
            .into_iter()
            .map(|queue| {
                let today = self.figures_today(queue.service);
                let wait: Histogram = today.waits.all();
                ManagerQueue {
                    issued: count(today.issued),
                    finished: count(today.finished),
                    no_shows: count(today.no_shows),
                    cancelled: count(today.cancelled),
                    wait_p50_s: wait.percentile_s(50),
                    wait_p90_s: wait.percentile_s(90),
                    desks_open: self.desks_calling(queue.service),
                    queue,
                }
            })
            .collect()
    }

    fn figures_today(&self, service: Service) -> ServiceFigures {
        let mut figures = ServiceFigures::default();
        for ticket in self.centre.tickets.values() {
            if ticket.issued_for == service {
                figures.merge(&service_figures(ticket, &self.setup.timezone), 1);
            }
        }
        figures
    }

    fn desks_calling(&self, service: Service) -> u32 {
        let open = self
            .centre
            .desks
            .values()
            .filter_map(|desk| desk.staffed.as_ref())
            .filter(|staffed| staffed.services.contains(&service))
            .count();
        u32::try_from(open).unwrap_or(u32::MAX)
    }

    fn manager_kiosk(&self, kiosk: &str) -> ManagerKiosk {
        ManagerKiosk {
            kiosk: kiosk.to_owned(),
            printer: self.printer(kiosk),
            printer_since: self.printer_since(kiosk),
            roll: self.roll_line(kiosk),
            board: self.board_link(kiosk),
            slips_open: u32::try_from(self.centre.outbox.open_for(kiosk).count())
                .unwrap_or(u32::MAX),
            suppressed_presses: self.centre.suppressed.get(kiosk).copied().unwrap_or(0),
        }
    }

    /// Today by half-hour, from the first that has anything (or the current one) to the current.
    fn curve(&self) -> Vec<HalfHour> {
        let mut figures = ServiceFigures::default();
        for ticket in self.centre.tickets.values() {
            figures.merge(&service_figures(ticket, &self.setup.timezone), 1);
        }
        let now = half_hour(self.now, &self.setup.timezone);
        let first = figures.half_hours.keys().next().copied().unwrap_or(now);
        (first..=now)
            .map(|slot| {
                let [issued, called, finished] =
                    figures.half_hours.get(&slot).copied().unwrap_or_default();
                HalfHour {
                    label: wording::half_hour(slot),
                    issued: count(issued),
                    called: count(called),
                    finished: count(finished),
                }
            })
            .collect()
    }
}

fn count(figure: i64) -> u32 {
    u32::try_from(figure).unwrap_or(0)
}
