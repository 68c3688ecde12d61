//! `rinda printer test`: what a printer says of itself, and a page that shows how it prints.

use std::fmt;
use std::time::Duration;

use tokio::sync::oneshot;
use tokio::time::Instant;

use crate::devices::link::Port;
use crate::queue::view::PrinterState;

use super::driver::Timing;
use super::encoder::confirmation_id;
use super::outcome::{Outcome, await_confirmation, await_health};
use super::profile::Profile;
use super::self_test::self_test;
use super::session::{Lost, Session, WriteFailed};
use super::status::request_confirmation;

/// Names the test page to the printer: far from every job's id.
const TEST_ID: u64 = u64::MAX;

/// A wish for a test, made between jobs.
#[derive(Debug)]
pub struct TestRequest {
    answer: oneshot::Sender<Result<Findings, String>>,
}

impl TestRequest {
    /// A wish, and where it is answered: with what was found, or why the port cannot be used.
    pub fn new() -> (Self, oneshot::Receiver<Result<Findings, String>>) {
        let (answer, findings) = oneshot::channel();
        (Self { answer }, findings)
    }

    pub(super) fn answer(self, findings: Result<Findings, String>) {
        // Whoever asked may have stopped waiting.
        let _ = self.answer.send(findings);
    }
}

/// What became of the page.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Page {
    /// The printer was not ready: nothing was sent.
    NotSent(String),
    /// On paper, and how long that took.
    Printed(Duration),
    /// It may have come out.
    Doubtful(String),
}

/// What a test found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Findings {
    profile: String,
    /// Who is behind the port, where the port knows.
    port: Option<String>,
    /// How long it took to answer the four status questions; absent where it did not.
    status_took: Option<Duration>,
    state: PrinterState,
    /// What it says of itself: firmware, maker, model, as far as it does.
    identity: Option<Vec<String>>,
    /// Whether it said that its memory is empty, and how long that took; absent where the profile
    /// has no such command.
    cleared: Option<(bool, Duration)>,
    confirms: bool,
    page: Page,
}

impl Findings {
    /// The page is on paper.
    pub fn printed(&self) -> bool {
        matches!(self.page, Page::Printed(_))
    }

    /// Any of the page was sent.
    pub(super) fn sent(&self) -> bool {
        !matches!(self.page, Page::NotSent(_))
    }
}

impl fmt::Display for Findings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ms = |took: &Duration| format!("{} ms", took.as_millis());
        writeln!(f, "profile:       {}", self.profile)?;
        if let Some(port) = &self.port {
            writeln!(f, "port:          {port}")?;
        }
        match &self.status_took {
            Some(took) => writeln!(
                f,
                "status:        {:?}, answered in {}",
                self.state,
                ms(took)
            )?,
            None => writeln!(f, "status:        no answer (DLE EOT)")?,
        }
        match self.identity.as_deref() {
            None => writeln!(f, "model:         not asked (GS I)")?,
            Some([]) => writeln!(f, "model:         not told (GS I)")?,
            Some(told) => writeln!(f, "model:         {}", told.join(", "))?,
        }
        match &self.cleared {
            None => writeln!(f, "memory:        cannot be emptied with this profile")?,
            Some((true, took)) => writeln!(f, "memory:        emptied in {} (DLE DC4)", ms(took))?,
            Some((false, _)) => {
                writeln!(f, "memory:        does not say that it is empty (DLE DC4)")?
            }
        }
        let how = if self.confirms {
            "confirmed (GS ( H)"
        } else {
            "well afterwards, cannot confirm"
        };
        match &self.page {
            Page::Printed(took) => write!(f, "test page:     printed in {}, {how}", ms(took)),
            Page::NotSent(why) => write!(f, "test page:     not sent: {why}"),
            Page::Doubtful(why) => write!(f, "test page:     in doubt: {why}"),
        }
    }
}

/// Asks the printer all it can tell and prints the page, where it is ready.
pub(super) async fn examine<P: Port>(
    session: &mut Session<P>,
    profile: &Profile,
    timing: &Timing,
) -> Result<Findings, Lost> {
    let begun = Instant::now();
    let answered = session.ask(timing.reply).await?;
    let mut findings = Findings {
        profile: profile.family.clone(),
        port: session.port_identity().map(str::to_owned),
        status_took: answered.then(|| begun.elapsed()),
        state: if answered {
            session.health().state()
        } else {
            PrinterState::Offline
        },
        identity: None,
        cleared: None,
        confirms: profile.confirms,
        page: Page::NotSent("the printer does not answer".to_owned()),
    };
    if !answered {
        return Ok(findings);
    }
    if profile.clears {
        let begun = Instant::now();
        let cleared = session.clear(timing.reply).await?;
        findings.cleared = Some((cleared, begun.elapsed()));
        if !cleared {
            findings.page = Page::NotSent("earlier tickets may be in its memory".to_owned());
            return Ok(findings);
        }
    }
    if !session.health().printable() {
        findings.page = Page::NotSent(format!("the printer is not ready: {:?}", findings.state));
        return Ok(findings);
    }
    if profile.auto_status {
        findings.identity = Some(session.identify(timing.reply).await?);
    }
    findings.page = print_page(session, profile, timing, &findings).await?;
    Ok(findings)
}

async fn print_page<P: Port>(
    session: &mut Session<P>,
    profile: &Profile,
    timing: &Timing,
    findings: &Findings,
) -> Result<Page, Lost> {
    let learned: Vec<(String, String)> = findings
        .identity
        .iter()
        .flatten()
        .map(|told| ("GS I".to_owned(), told.clone()))
        .collect();
    let mut bytes = match self_test(profile, &learned) {
        Ok(bytes) => bytes,
        Err(error) => return Ok(Page::NotSent(error.to_string())),
    };
    if profile.confirms {
        bytes.extend(request_confirmation(confirmation_id(TEST_ID)));
    }
    let begun = Instant::now();
    session.forget_confirmation();
    if let Err(WriteFailed { lost, .. }) = session.send(&bytes, timing.write).await {
        return Err(lost);
    }
    let outcome = if profile.confirms {
        await_confirmation(session, timing, TEST_ID).await?
    } else {
        await_health(session, timing).await?
    };
    Ok(match outcome {
        Outcome::Printed => Page::Printed(begun.elapsed()),
        Outcome::Doubtful { why, .. } => Page::Doubtful(why),
    })
}
