//! What the staff sees of paper: printers, rolls, and customers who have none.

use jiff::{SignedDuration, Timestamp};

use super::paper::{JobState, Roll};
use super::screens::{Scene, Surroundings};
use super::selection;
use super::ticket::TicketNumber;
use super::view::{Alert, PaperLine, PrinterState, RollLine, SlipState};
use super::wording;

/// A ticket left in the printer's mouth for this long was forgotten: every ticket is there for a
/// moment, and the staff must not be told of each.
const MOUTH_FORGOTTEN: SignedDuration = SignedDuration::from_secs(30);

/// Numbers that an alert names.
const NUMBERS_NAMED: usize = 3;

impl Surroundings {
    /// Whether a ticket was forgotten in a printer's mouth between two moments: the staff is told
    /// then, though nothing has happened.
    pub fn forgotten_between(&self, from: Timestamp, to: Timestamp) -> bool {
        self.printers.iter().any(|(kiosk, state)| {
            let since = self.printers_since.get(kiosk);
            let at = since.map(|since| *since + MOUTH_FORGOTTEN);
            *state == PrinterState::TicketInMouth && at.is_some_and(|at| from < at && at <= to)
        })
    }
}

impl Scene<'_> {
    /// What needs a hand at the printers, and for whom there is no paper.
    pub(super) fn paper_alerts(&self) -> Vec<Alert> {
        let mut alerts = Vec::new();
        for kiosk in self.setup.kiosks.keys() {
            alerts.extend(self.printer_alert(kiosk));
            alerts.extend(self.roll_alert(kiosk));
        }
        alerts.extend(self.without_paper_alert());
        alerts
    }

    fn printer_alert(&self, kiosk: &str) -> Option<Alert> {
        let since = self.printer_since(kiosk).unwrap_or(self.now);
        let (text, urgent) = match self.printer(kiosk) {
            PrinterState::Absent | PrinterState::Connecting | PrinterState::Ready => return None,
            PrinterState::TicketInMouth if self.now < since + MOUTH_FORGOTTEN => return None,
            PrinterState::TicketInMouth => ("printerī palikusi biļete. Izņemiet to.", false),
            PrinterState::PaperLow => ("drīz beigsies papīrs. Sagatavojiet rulli.", false),
            PrinterState::PaperOut => ("beidzies papīrs. Ielieciet jaunu rulli.", true),
            PrinterState::CoverOpen => ("atvērts printera vāks. Aizveriet to.", true),
            PrinterState::Error => ("printera kļūda. Pārbaudiet nazi un papīru.", true),
            PrinterState::Offline => ("printeris neatbild. Pārbaudiet kabeli un strāvu.", true),
        };
        Some(Alert {
            kind: "printer".to_owned(),
            text: format!("Kioskā „{kiosk}” {text}"),
            since,
            urgent,
        })
    }

    /// The forecast; the sensor's own word goes before it.
    fn roll_alert(&self, kiosk: &str) -> Option<Alert> {
        let told = matches!(
            self.printer(kiosk),
            PrinterState::Absent | PrinterState::PaperLow | PrinterState::PaperOut
        );
        let roll = self.roll_of(kiosk);
        let capacity = self.setup.paper_of(kiosk).roll_tickets;
        if told || !roll.near_end(capacity) {
            return None;
        }
        let text = match roll.left(capacity)? {
            0 => format!(
                "Kioskā „{kiosk}” pēc aprēķina beidzas papīra rullis. Ja ielikts jauns, atzīmējiet to."
            ),
            left => format!(
                "Kioskā „{kiosk}” papīra pietiks vēl aptuveni {}. Sagatavojiet rulli.",
                wording::tickets(left)
            ),
        };
        Some(Alert {
            kind: "roll".to_owned(),
            text,
            since: roll.replaced_at?,
            urgent: false,
        })
    }

    fn without_paper_alert(&self) -> Option<Alert> {
        let papers = self.without_paper(usize::MAX);
        let since = papers.iter().map(|paper| paper.since).min()?;
        let named: Vec<&str> = papers
            .iter()
            .take(NUMBERS_NAMED)
            .map(|paper| paper.number.as_str())
            .collect();
        let more = match papers.len().saturating_sub(NUMBERS_NAMED) {
            0 => String::new(),
            more => format!(" un vēl {more}"),
        };
        Some(Alert {
            kind: "paper".to_owned(),
            text: format!(
                "Bez papīra biļetes, iespējams, gaida {}{more}. Ja vajag, izdrukājiet vēlreiz.",
                named.join(", ")
            ),
            since,
            urgent: false,
        })
    }

    /// Waiting customers whose newest paper did not come out, or of which that is not known.
    pub(super) fn without_paper(&self, max: usize) -> Vec<PaperLine> {
        let waiting = self.centre.tickets.values();
        let lines = waiting
            .filter(|ticket| selection::is_waiting(ticket))
            .filter_map(|ticket| {
                let job = self.centre.outbox.newest_of(ticket.id)?;
                let number: TicketNumber = ticket.number;
                let (slip, since) = match &job.state {
                    JobState::Failed { at, .. } => (SlipState::Failed, *at),
                    JobState::Unknown { at, .. } => (SlipState::Unknown, *at),
                    JobState::Queued | JobState::Sending { .. } | JobState::Printed { .. } => {
                        return None;
                    }
                };
                Some(PaperLine {
                    id: ticket.id.0,
                    number: number.to_string(),
                    kiosk: job.kiosk.clone(),
                    slip,
                    since,
                })
            });
        lines.take(max).collect()
    }

    pub(super) fn printer_since(&self, kiosk: &str) -> Option<Timestamp> {
        self.around.printers_since.get(kiosk).copied()
    }

    /// The roll as the manager sees it.
    pub(super) fn roll_line(&self, kiosk: &str) -> Option<RollLine> {
        let setup = self.setup.kiosks.get(kiosk).filter(|kiosk| kiosk.printer)?;
        let capacity = setup.paper.roll_tickets;
        let roll = self.roll_of(kiosk);
        Some(RollLine {
            replaced_at: roll.replaced_at,
            printed: roll.papers,
            capacity,
            left: roll.left(capacity),
            near_end: roll.near_end(capacity),
        })
    }

    fn roll_of(&self, kiosk: &str) -> Roll {
        self.centre.rolls.get(kiosk).cloned().unwrap_or_default()
    }
}
