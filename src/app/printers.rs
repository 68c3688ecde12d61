//! What `rinda printer status` and `rinda printer test` say.

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::{Result, anyhow};
use tokio::sync::mpsc;

use crate::devices::link::Connect;
use crate::devices::printer::driver::{self, Timing};
use crate::devices::printer::examination::TestRequest;
use crate::devices::printer::profile::Profile;
use crate::engine::handle::EngineHandle;
use crate::queue::paper::JobState;
use crate::queue::screens::Scene;
use crate::queue::view::PrinterState;
use crate::queue::wording;

/// Longest wait for a test: a ticket before it, a port that is opened again, and the page itself.
const TEST_TIME: Duration = Duration::from_secs(60);

/// Reports of a printer that is only tested; nobody reads most of them.
const REPORTS_WAITING: usize = 16;

/// How the printers of the running daemon are, one line each.
///
/// # Errors
/// The same text where one needs a person; where there is no such kiosk or no printer.
pub fn status(engine: &EngineHandle, kiosk: Option<&str>) -> Result<String> {
    let published = engine.published();
    let scene = published.scene();
    let setup = &published.setup;
    let named = |name: &&String| kiosk.is_none_or(|kiosk| kiosk == name.as_str());
    let with_printer = setup.kiosks.iter().filter(|(_, setup)| setup.printer);
    let kiosks: Vec<&String> = with_printer.map(|(name, _)| name).filter(named).collect();
    if kiosks.is_empty() {
        return Err(none_there(kiosk, setup.kiosks.keys()));
    }
    let mut well = true;
    let mut lines = Vec::new();
    for kiosk in kiosks {
        let state = scene.printer(kiosk);
        well &= is_well(state);
        lines.push(line(&scene, kiosk, state));
    }
    let text = lines.join("\n");
    if well { Ok(text) } else { Err(anyhow!(text)) }
}

fn is_well(state: PrinterState) -> bool {
    match state {
        PrinterState::Ready | PrinterState::PaperLow | PrinterState::TicketInMouth => true,
        PrinterState::Absent
        | PrinterState::Connecting
        | PrinterState::PaperOut
        | PrinterState::CoverOpen
        | PrinterState::Error
        | PrinterState::Offline => false,
    }
}

fn line(scene: &Scene<'_>, kiosk: &str, state: PrinterState) -> String {
    let jobs = scene.centre.outbox.jobs.values();
    let count = |keep: fn(&JobState) -> bool| {
        let jobs = jobs.clone().filter(|job| job.kiosk == kiosk);
        jobs.filter(|job| keep(&job.state)).count()
    };
    let since = scene.around.printers_since.get(kiosk).map_or_else(
        || "the start".to_owned(),
        |since| wording::date_and_time(*since, &scene.setup.timezone),
    );
    let roll = scene.centre.rolls.get(kiosk).cloned().unwrap_or_default();
    let capacity = scene.setup.paper_of(kiosk).roll_tickets;
    let roll = match roll.replaced_at {
        Some(_) => format!(
            "{} of about {capacity} tickets of the roll printed",
            roll.papers
        ),
        None => format!("{} tickets printed, no new roll noted yet", roll.papers),
    };
    format!(
        "{kiosk}: {state:?} since {since}; {} waiting, {} unknown, {} failed today; {roll}",
        count(|state| matches!(state, JobState::Queued | JobState::Sending { .. })),
        count(|state| matches!(state, JobState::Unknown { .. })),
        count(|state| matches!(state, JobState::Failed { .. })),
    )
}

/// Has the running drivers print their test pages, between tickets.
///
/// # Errors
/// The same text where a page is not on paper; where there is no such kiosk or no printer.
pub async fn test(
    printers: BTreeMap<String, mpsc::Sender<TestRequest>>,
    kiosk: Option<&str>,
) -> Result<String> {
    let named = |name: &String| kiosk.is_none_or(|kiosk| kiosk == name);
    let chosen: Vec<_> = printers.iter().filter(|(name, _)| named(name)).collect();
    if chosen.is_empty() {
        return Err(none_there(kiosk, printers.keys()));
    }
    let mut tests = Vec::new();
    for (name, printer) in chosen {
        tests.push((name.as_str(), wish(printer).await));
    }
    told(&tests)
}

/// Tests one printer that no daemon drives.
///
/// # Errors
/// The findings where the page is not on paper.
pub async fn test_alone<C: Connect>(
    kiosk: &str,
    connect: C,
    profile: Profile,
    timing: Timing,
) -> Result<String> {
    let (_jobs_in, jobs) = mpsc::channel(1);
    let (test_in, tests) = mpsc::channel(1);
    let (report_in, mut reports) = mpsc::channel(REPORTS_WAITING);
    let drives = tokio::spawn(driver::run(
        connect, profile, timing, jobs, tests, report_in,
    ));
    let reads = tokio::spawn(async move { while reports.recv().await.is_some() {} });
    let found = wish(&test_in).await;
    drives.abort();
    reads.abort();
    told(&[(kiosk, found)])
}

/// One test: whether the page is on paper, and what to say of it.
async fn wish(printer: &mpsc::Sender<TestRequest>) -> (bool, String) {
    let (test, found) = TestRequest::new();
    let asked = async {
        printer.send(test).await.ok()?;
        found.await.ok()
    };
    match tokio::time::timeout(TEST_TIME, asked).await {
        Ok(Some(Ok(findings))) => (findings.printed(), findings.to_string()),
        Ok(Some(Err(why))) => (false, format!("port:          cannot be used: {why}")),
        Ok(None) => (false, "the daemon is stopping".to_owned()),
        Err(_elapsed) => (false, format!("no result within {} s", TEST_TIME.as_secs())),
    }
}

fn told(tests: &[(&str, (bool, String))]) -> Result<String> {
    let texts = tests.iter().map(|(kiosk, (_, text))| {
        let indented = text.replace('\n', "\n  ");
        format!("{kiosk}:\n  {indented}")
    });
    let text = texts.collect::<Vec<_>>().join("\n");
    if tests.iter().all(|(_, (well, _))| *well) {
        Ok(text)
    } else {
        Err(anyhow!(text))
    }
}

fn none_there<'a>(kiosk: Option<&str>, known: impl Iterator<Item = &'a String>) -> anyhow::Error {
    let known: Vec<&str> = known.map(String::as_str).collect();
    match kiosk {
        Some(kiosk) => anyhow!(
            "there is no kiosk \"{kiosk}\" with a printer; kiosks: {}",
            known.join(", ")
        ),
        None => anyhow!("no kiosk has a printer"),
    }
}
