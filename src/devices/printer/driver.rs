//! Drives one printer: one job inside it at a time, and an honest account of each.
//!
//! The rule is hardware.md's "never two different customers with one number, never a silent
//! loss": the receiver records `sending` durably before the first byte leaves; a job counts as
//! printed only when the printer says so; whatever may still lie in the printer's memory is
//! cleared before anything else is sent.

use std::time::Duration;

use tokio::sync::{mpsc, oneshot};
use tokio::time::Instant;

use crate::devices::link::{Connect, Link, Port};
use crate::queue::slip::Slip;
use crate::queue::view::PrinterState;

use super::encoder::{confirmation_id, encode};
use super::examination::{TestRequest, examine};
use super::outcome::{Outcome, await_confirmation, await_health};
use super::profile::{Lettering, Profile};
use super::session::{Lost, Session, WriteFailed};
use super::status::AUTO_STATUS_ON;

/// One ticket to print.
#[derive(Debug, Clone)]
pub struct PrinterJob {
    /// Rising, never reused.
    pub id: u64,
    /// What the ticket says.
    pub slip: Slip,
}

/// What the driver has to say.
#[derive(Debug)]
pub enum PrinterReport {
    /// The printer changed its state.
    State(PrinterState),
    /// The job is about to be sent. Nothing leaves before `recorded` is answered; dropping it
    /// withdraws the job, which then comes back as `Failed`.
    Sending {
        /// The job.
        id: u64,
        /// To be answered once `sending` is durable.
        recorded: oneshot::Sender<()>,
    },
    /// It is on paper: the printer said so, or (profiles that cannot) was well afterwards.
    Printed {
        /// The job.
        id: u64,
    },
    /// It certainly did not come out: no byte of it reached the printer.
    Failed {
        /// The job.
        id: u64,
        /// Why, for the log and the manager.
        why: String,
        /// Another attempt would fail as well.
        lasting: bool,
    },
    /// The printer is ready and was emptied since the start or the last job in doubt: nothing of
    /// earlier jobs can come out any more. Printers that cannot be emptied never say so.
    Cleared,
    /// It may have come out, whole or in part.
    Unknown {
        /// The job.
        id: u64,
        /// Why, for the log and the manager.
        why: String,
    },
}

/// How long the driver waits for what.
#[derive(Debug, Clone, Copy)]
pub struct Timing {
    /// For the answers to a status question.
    pub reply: Duration,
    /// Between status questions while nothing is printed.
    pub poll: Duration,
    /// Between status questions while a job is in the printer.
    pub poll_job: Duration,
    /// For the printer to take a job's bytes.
    pub write: Duration,
    /// For the confirmation that a job is on paper.
    pub confirm: Duration,
    /// After a job, before a printer that cannot confirm is asked whether it is well.
    pub settle: Duration,
    /// For the receiver to record `sending`.
    pub recorded: Duration,
}

/// Bits on the wire per byte.
const BITS_PER_BYTE: u32 = 10;

/// A slow printer's time for a ticket that is a picture: 19 cm at 50 mm a second.
const PICTURE_TIME: Duration = Duration::from_secs(4);

impl Timing {
    /// The waits for tickets of this profile on a line of this speed, bits per second.
    pub fn at_baud(baud: u32, profile: &Profile) -> Self {
        let bits = profile.ticket_bytes() * BITS_PER_BYTE;
        let transfer = Duration::from_secs(1) * bits / baud.max(1);
        // A question behind a picture is read when the picture is on paper.
        let behind = match profile.lettering {
            Lettering::Page { .. } => Duration::ZERO,
            Lettering::Raster => PICTURE_TIME,
        };
        Self {
            reply: Duration::from_secs(1) + behind,
            poll: Duration::from_secs(2),
            poll_job: Duration::from_millis(500),
            write: Duration::from_secs(5) + transfer,
            confirm: Duration::from_secs(8) + transfer,
            settle: Duration::from_millis(1_500) + transfer,
            recorded: Duration::from_secs(10),
        }
    }
}

/// Prints jobs until the sender of `jobs` or the receiver of `reports` is gone.
///
/// A job waits as long as the printer is away or not ready; it is then neither failed nor lost.
pub async fn run<C: Connect>(
    connect: C,
    profile: Profile,
    timing: Timing,
    jobs: mpsc::Receiver<PrinterJob>,
    tests: mpsc::Receiver<TestRequest>,
    reports: mpsc::Sender<PrinterReport>,
) {
    let name = connect.name();
    let mut driver = Driver {
        profile,
        timing,
        jobs,
        reports,
        told: None,
        held: None,
        unclean: true,
        torn: true,
        doubt: true,
        tests,
        test: None,
    };
    let mut link = Link::new(connect);
    if driver.tell(PrinterState::Connecting).await.is_err() {
        return;
    }
    loop {
        let closed = driver.reports.clone();
        let opened = tokio::select! {
            opened = link.open() => opened,
            () = closed.closed() => return,
        };
        let why = match opened {
            Ok(port) => match driver.serve(Session::new(port), &mut link).await {
                Err(End::Lost(why)) => {
                    link.lost(&why);
                    why
                }
                Err(End::Stop) => return,
                Ok(never) => match never {},
            },
            Err(error) => error.to_string(),
        };
        driver.refuse_tests(&format!("{name}: {why}"));
        let nothing_to_do =
            driver.held.is_none() && driver.jobs.is_closed() && driver.jobs.is_empty();
        if nothing_to_do || driver.tell(PrinterState::Offline).await.is_err() {
            return;
        }
    }
}

/// Why the driver stopped serving a port.
pub(super) enum End {
    /// The port is gone; open it again.
    Lost(String),
    /// Nobody sends jobs or listens any more.
    Stop,
}

impl From<Lost> for End {
    fn from(Lost(why): Lost) -> Self {
        Self::Lost(why)
    }
}

/// Serving a port never ends well.
enum Never {}

struct Driver {
    profile: Profile,
    timing: Timing,
    jobs: mpsc::Receiver<PrinterJob>,
    reports: mpsc::Sender<PrinterReport>,
    /// The state last reported.
    told: Option<PrinterState>,
    /// The job waiting for the printer to be ready.
    held: Option<PrinterJob>,
    /// Something may lie in the printer's memory: at the start (an earlier daemon may have
    /// left it) and after a job in doubt.
    unclean: bool,
    /// What lies there may have stopped anywhere, inside a command too.
    torn: bool,
    /// A job may have been left in doubt since [`PrinterReport::Cleared`] was last told.
    doubt: bool,
    tests: mpsc::Receiver<TestRequest>,
    /// The test asked for.
    test: Option<TestRequest>,
}

impl Driver {
    async fn report(&self, report: PrinterReport) -> Result<(), End> {
        self.reports.send(report).await.map_err(|_| End::Stop)
    }

    async fn tell(&mut self, state: PrinterState) -> Result<(), End> {
        if self.told == Some(state) {
            return Ok(());
        }
        self.told = Some(state);
        self.report(PrinterReport::State(state)).await
    }

    async fn serve<P: Port, C: Connect>(
        &mut self,
        mut session: Session<P>,
        link: &mut Link<C>,
    ) -> Result<Never, End> {
        let mut started = false;
        loop {
            let answered = session.ask(self.timing.reply).await?;
            if answered {
                link.alive();
                if self.profile.mouth && !session.ask_full(self.timing.reply).await? {
                    tracing::debug!("the printer does not tell of its mouth");
                }
                self.clean(&mut session).await?;
                if !started && !self.unclean && self.profile.auto_status {
                    session.send(&AUTO_STATUS_ON, self.timing.write).await?;
                    started = true;
                }
            } else {
                // Switched off and on it has forgotten that it should speak up by itself.
                started = false;
            }
            let state = if !answered {
                session.silent_state()
            } else if self.unclean {
                PrinterState::Error
            } else {
                session.health().state()
            };
            self.tell(state).await?;
            let ready = answered && !self.unclean && session.health().printable();
            if ready && self.doubt {
                self.doubt = false;
                if self.profile.clears {
                    self.report(PrinterReport::Cleared).await?;
                }
            }
            if let Some(test) = self.test.take() {
                self.examine(&mut session, test).await?;
                continue;
            }
            match self.held.take() {
                Some(job) if ready => self.print(&mut session, job).await?,
                held => {
                    self.held = held;
                    self.wait(&mut session).await?;
                }
            }
        }
    }

    /// Waits for a job, a test, a word from the printer, or the time to ask it again.
    async fn wait<P: Port>(&mut self, session: &mut Session<P>) -> Result<(), End> {
        let until = Instant::now() + self.timing.poll;
        tokio::select! {
            heard = session.hear(until) => {
                heard?;
            }
            job = self.jobs.recv(), if self.held.is_none() => {
                self.held = Some(job.ok_or(End::Stop)?);
            }
            Some(test) = self.tests.recv() => self.test = Some(test),
            () = self.reports.closed() => return Err(End::Stop),
        }
        Ok(())
    }

    /// Prints the test page and tells what was learned. A test in doubt leaves a printer that has
    /// to be emptied, as any job does.
    async fn examine<P: Port>(
        &mut self,
        session: &mut Session<P>,
        test: TestRequest,
    ) -> Result<(), End> {
        let before = (self.unclean, self.torn);
        (self.unclean, self.torn) = (true, true);
        match examine(session, &self.profile, &self.timing).await {
            Ok(findings) => {
                if findings.printed() {
                    (self.unclean, self.torn) = (false, false);
                } else if !findings.sent() {
                    (self.unclean, self.torn) = before;
                }
                test.answer(Ok(findings));
                Ok(())
            }
            Err(lost) => {
                let Lost(why) = &lost;
                test.answer(Err(why.clone()));
                Err(lost.into())
            }
        }
    }

    /// Answers tests that cannot be made because the port is not open.
    fn refuse_tests(&mut self, why: &str) {
        let asked = self.test.take();
        let waiting = std::iter::from_fn(|| self.tests.try_recv().ok());
        for test in asked.into_iter().chain(waiting) {
            test.answer(Err(why.to_owned()));
        }
    }

    /// Empties the printer's memory where that is in doubt.
    async fn clean<P: Port>(&mut self, session: &mut Session<P>) -> Result<(), End> {
        if !self.unclean {
            return Ok(());
        }
        if !self.profile.clears {
            // Such a printer can only be trusted to have printed or lost what it had. A line that
            // was opened again says nothing of its memory, so it is never told as cleared.
            if self.torn {
                session.separate(&self.profile, self.timing.write).await?;
                // It may have gone into a line that nobody reads: an answer after it says that it
                // came there before.
                if !session.ask(self.timing.reply).await? {
                    return Ok(());
                }
            }
            (self.unclean, self.torn) = (false, false);
            return Ok(());
        }
        self.unclean = !session.clear(self.timing.reply).await?;
        if self.unclean {
            tracing::warn!("the printer does not say that its memory is clear; jobs wait");
        } else {
            self.torn = false;
        }
        Ok(())
    }

    async fn print<P: Port>(
        &mut self,
        session: &mut Session<P>,
        job: PrinterJob,
    ) -> Result<(), End> {
        let id = job.id;
        let bytes = match encode(&job.slip, &self.profile, id) {
            Ok(bytes) => bytes,
            Err(error) => {
                let why = error.to_string();
                let lasting = true;
                return self
                    .report(PrinterReport::Failed { id, why, lasting })
                    .await;
            }
        };
        let (recorded, answer) = oneshot::channel();
        self.report(PrinterReport::Sending { id, recorded }).await?;
        match tokio::time::timeout(self.timing.recorded, answer).await {
            Ok(Ok(())) => {}
            Ok(Err(_)) | Err(_) => {
                let why = "withdrawn before it was sent".to_owned();
                let lasting = false;
                return self
                    .report(PrinterReport::Failed { id, why, lasting })
                    .await;
            }
        }
        (self.unclean, self.torn, self.doubt) = (true, true, true);
        session.forget_confirmation();
        if let Err(WriteFailed { accepted, lost }) = session.send(&bytes, self.timing.write).await {
            let Lost(why) = &lost;
            let why = format!("{why} after {accepted} of {} bytes", bytes.len());
            let report = if accepted == 0 {
                let lasting = false;
                PrinterReport::Failed { id, why, lasting }
            } else {
                PrinterReport::Unknown { id, why }
            };
            self.report(report).await?;
            return Err(lost.into());
        }
        let outcome = if self.profile.confirms {
            await_confirmation(session, &self.timing, id).await
        } else {
            await_health(session, &self.timing).await
        };
        self.conclude(session, id, outcome).await
    }

    async fn conclude<P: Port>(
        &mut self,
        session: &mut Session<P>,
        id: u64,
        outcome: Result<Outcome, Lost>,
    ) -> Result<(), End> {
        match outcome {
            Ok(Outcome::Printed) => {
                (self.unclean, self.torn, self.doubt) = (false, false, false);
                self.report(PrinterReport::Printed { id }).await
            }
            Ok(Outcome::Doubtful { why, whole }) => {
                // The printer is there and has all of it: what is left ends with its own cut.
                self.torn = !whole;
                // Cleared before anybody is told, so that it cannot come out afterwards; the
                // confirmation may have been on its way meanwhile.
                let cleaned = self.clean(session).await;
                let report = if session.confirmed() == Some(confirmation_id(id)) {
                    PrinterReport::Printed { id }
                } else {
                    PrinterReport::Unknown { id, why }
                };
                self.report(report).await?;
                cleaned
            }
            Err(lost) => {
                let Lost(why) = &lost;
                let why = format!("{why} before it was confirmed");
                self.report(PrinterReport::Unknown { id, why }).await?;
                Err(lost.into())
            }
        }
    }
}

#[cfg(test)]
#[path = "driver_tests.rs"]
mod tests;
