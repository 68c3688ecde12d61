//! The kiosk's ticket printer and its driver: one job at a time, its state durable before the
//! first byte leaves.

use std::collections::BTreeMap;

use rinda::queue::command::SlipReport;
use rinda::queue::event::JobId;
use rinda::queue::paper::PrintJob;
use rinda::queue::ticket::TicketId;

/// What is wrong with the printer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    PaperOut,
    Jam,
    Unplugged,
}

/// One slip takes this long, milliseconds.
const SLIP_MS: u64 = 900;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    Idle,
    /// Waits until "sending" is durable.
    Announcing,
    /// Bytes are with the printer until then.
    Printing {
        until_ms: u64,
    },
    /// Waits until the end is durable.
    Reporting,
}

#[derive(Debug)]
pub struct Printer {
    pub trouble: Option<Trouble>,
    phase: Phase,
    job: Option<(JobId, TicketId, bool)>,
    ended: Option<SlipReport>,
    /// Something may lie in its memory, and nobody was told yet that it is emptied.
    doubt: bool,
    /// Slips in the tray: first papers and copies of each ticket.
    pub papers: BTreeMap<TicketId, (u32, u32)>,
}

impl Printer {
    pub fn new() -> Self {
        Self {
            trouble: None,
            phase: Phase::Idle,
            job: None,
            ended: None,
            doubt: true,
            papers: BTreeMap::new(),
        }
    }

    /// The daemon is gone. A slip under way comes out or not, as the printer likes.
    pub fn driver_gone(&mut self, comes_out: bool) {
        if let Phase::Printing { .. } = self.phase
            && comes_out
            && self.trouble.is_none()
        {
            self.paper();
        }
        self.phase = Phase::Idle;
        self.job = None;
        self.ended = None;
        self.doubt = true;
    }

    /// The printer is well and was emptied: true once after the start and each doubt.
    pub fn cleared(&mut self) -> bool {
        let told = self.doubt && self.phase == Phase::Idle && self.trouble.is_none();
        self.doubt &= !told;
        told
    }

    /// That could not be recorded: it has to be told again.
    pub fn not_recorded(&mut self) {
        self.doubt = true;
    }

    /// What the driver has to tell the engine now.
    pub fn turn(&mut self, now_ms: u64, next: Option<&PrintJob>) -> Option<(JobId, SlipReport)> {
        match self.phase {
            Phase::Idle => {
                let next = next.filter(|_| self.trouble.is_none())?;
                self.job = Some((next.job, next.ticket, next.copy));
                self.phase = Phase::Announcing;
                Some((next.job, SlipReport::Sending))
            }
            Phase::Printing { until_ms } => {
                let why = format!("{:?}", self.trouble);
                let end = match self.trouble {
                    Some(Trouble::PaperOut) => SlipReport::Failed {
                        why,
                        lasting: false,
                    },
                    Some(Trouble::Jam | Trouble::Unplugged) => SlipReport::Unknown { why },
                    None if now_ms < until_ms => return None,
                    None => {
                        self.paper();
                        SlipReport::Printed
                    }
                };
                if self.trouble == Some(Trouble::Unplugged) && now_ms.is_multiple_of(2) {
                    // The end of the slip had already left the port.
                    self.paper();
                }
                self.doubt |= matches!(end, SlipReport::Unknown { .. });
                self.ended = Some(end.clone());
                self.phase = Phase::Reporting;
                self.job.map(|(job, ..)| (job, end))
            }
            Phase::Announcing | Phase::Reporting => None,
        }
    }

    /// The engine's answer to what was told: kept, refused, or to be told again.
    pub fn told(&mut self, now_ms: u64, answer: Told) -> Option<(JobId, SlipReport)> {
        let (job, ..) = self.job?;
        match (self.phase, answer) {
            (Phase::Announcing, Told::Kept) => {
                self.phase = Phase::Printing {
                    until_ms: now_ms + SLIP_MS,
                };
                None
            }
            (Phase::Reporting, Told::Again) => self.ended.clone().map(|end| (job, end)),
            (Phase::Reporting, Told::Kept | Told::Refused)
            | (Phase::Announcing, Told::Refused | Told::Again) => {
                self.phase = Phase::Idle;
                self.job = None;
                None
            }
            (Phase::Idle | Phase::Printing { .. }, _) => None,
        }
    }

    fn paper(&mut self) {
        if let Some((_, ticket, copy)) = self.job {
            let papers = self.papers.entry(ticket).or_default();
            if copy {
                papers.1 += 1;
            } else {
                papers.0 += 1;
            }
        }
    }
}

/// How the engine took a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Told {
    Kept,
    Refused,
    Again,
}
