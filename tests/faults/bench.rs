//! One kiosk's paper: the real engine on a journal, the real driver, and a simulated printer on a
//! pseudo-terminal.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use jiff::tz::TimeZone;
use rinda::app::printing;
use rinda::clock::SystemClock;
use rinda::config;
use rinda::devices::link::Serial;
use rinda::devices::printer::driver::{self, Timing};
use rinda::devices::printer::page::CodePage;
use rinda::devices::printer::profile::{LineSpeed, Profile};
use rinda::devices::simulator::printer::{
    Finished, PrinterCommand, PrinterConfig, PrinterHandle, start as start_printer,
};
use rinda::engine::handle::EngineHandle;
use rinda::engine::published::Published;
use rinda::engine::run::{Parts, start};
use rinda::journal::Journal;
use rinda::queue::catalogue::Service;
use rinda::queue::command::{Actor, Asked, Command};
use rinda::queue::event::JobId;
use rinda::queue::paper::{JobState, Outbox};
use rinda::queue::setup::{Copies, Setup};
use rinda::queue::view::PrinterState;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use crate::daemon::centre_of;
use crate::papers::Papers;

pub const KIOSK: &str = "ieeja";

/// Nothing takes longer unless it is broken.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// Far faster than any line: what is measured here is what happens and not when.
const BAUD: u32 = 2_000_000;

pub fn profile(name: &str) -> Profile {
    Profile::find(name, CodePage::Cp775, 80, LineSpeed::Slow).unwrap()
}

fn timing() -> Timing {
    Timing {
        reply: Duration::from_millis(500),
        poll: Duration::from_millis(100),
        poll_job: Duration::from_millis(50),
        write: Duration::from_secs(2),
        confirm: Duration::from_millis(1_500),
        settle: Duration::from_millis(300),
        recorded: Duration::from_secs(5),
    }
}

/// The configuration's own text, so that its keys are what decides.
pub fn devices(port: &str, profile: &str, policy: &str, wait_s: u32) -> String {
    format!(
        "[[kiosk]]\nname = \"{KIOSK}\"\n[kiosk.printer]\nport = \"{port}\"\nprofile = \"{profile}\"\n\
         copies_policy = \"{policy}\"\npaper_wait_seconds = {wait_s}\n"
    )
}

fn setup(profile: &str, policy: &str, wait_s: u32) -> Setup {
    let text = centre_of(1, &devices("simulated", profile, policy, wait_s));
    config::parse(&text, "faults").unwrap().setup
}

pub struct Bench {
    pub engine: EngineHandle,
    pub printer: PrinterHandle,
    tickets: mpsc::Receiver<Arc<Finished>>,
    tasks: Vec<JoinHandle<()>>,
    clears: bool,
    _folder: tempfile::TempDir,
}

impl Bench {
    pub fn new(family: &str, policy: &str, wait_s: u32) -> Self {
        let folder = if Path::new("/dev/shm").is_dir() {
            tempfile::tempdir_in("/dev/shm")
        } else {
            tempfile::tempdir()
        };
        let folder = folder.unwrap();
        let setup = setup(family, policy, wait_s);
        let tz: TimeZone = setup.timezone.clone();
        let data = folder.path().join("data");
        let (journal, opened) = Journal::open(&data, tz, &mut |_, _| {}).unwrap();
        let (engine, _thread) = start(Parts {
            setup: Arc::new(setup),
            clock: Arc::new(SystemClock::start()),
            journal,
            state: opened.state,
            metrics: None,
            alerts: Vec::new(),
            version: "faults".to_owned(),
        })
        .unwrap();
        let profile = profile(family);
        let path = folder.path().join("printer");
        let (printer, tickets) = start_printer(PrinterConfig {
            link: path.clone(),
            baud: BAUD,
            profile: profile.clone(),
            print_time: Duration::from_millis(60),
        })
        .unwrap();
        let (job_in, jobs) = mpsc::channel(1);
        let (_test_in, tests) = mpsc::channel(1);
        let (report_in, reports) = mpsc::channel(16);
        let clears = profile.clears;
        let serial = Serial { path, baud: BAUD };
        let driver = driver::run(serial, profile, timing(), jobs, tests, report_in);
        let feeds = printing::run(KIOSK.to_owned(), engine.clone(), job_in, reports);
        Self {
            engine,
            printer,
            tickets,
            tasks: vec![tokio::spawn(driver), tokio::spawn(feeds)],
            clears,
            _folder: folder,
        }
    }

    /// A customer takes a ticket; its print job.
    pub async fn issue(&self, service: u8) -> JobId {
        let asked = Asked::Interface {
            kiosk: KIOSK.to_owned(),
        };
        let command = Command::IssueTicket {
            service: Service::try_from(service).unwrap(),
            asked,
            out_of_turn: false,
        };
        let actor = Actor::Device {
            name: KIOSK.to_owned(),
        };
        self.engine.submit(actor, command, None).await.unwrap();
        let jobs = &self.engine.published().state.centre.outbox.jobs;
        *jobs.keys().next_back().unwrap()
    }

    /// Waits until what is published is so.
    pub async fn until(&self, what: &str, wanted: impl Fn(&Published) -> bool) {
        let mut published = self.engine.subscribe();
        // Nothing published is held while it is looked at again: with a writer in between, two
        // readers of one task would wait for each other for ever.
        let seen = tokio::time::timeout(PATIENCE, published.wait_for(|it| wanted(it)))
            .await
            .map(|seen| seen.map(drop));
        let outbox = &self.engine.published().state.centre.outbox;
        assert!(matches!(seen, Ok(Ok(()))), "never {what}: {outbox:?}");
    }

    pub async fn until_state(&self, wanted: PrinterState) {
        self.until(&format!("{wanted:?}"), |it| {
            it.scene().printer(KIOSK) == wanted
        })
        .await;
    }

    /// Waits until a job has left the printer's hands.
    pub async fn until_ended(&self, job: JobId) {
        self.until("ended", |it| {
            let jobs = &it.state.centre.outbox.jobs;
            jobs.get(&job).is_some_and(|job| ended(&job.state))
        })
        .await;
    }

    pub async fn tell(&self, commands: &[PrinterCommand]) {
        for command in commands {
            self.printer.tell(*command).await;
        }
    }

    /// Everything comes to rest: nothing is open, and what the policy promises was done.
    pub async fn rest(&self) {
        let clears = self.clears;
        self.until("at rest", move |it| {
            at_rest(
                &it.state.centre.outbox,
                it.setup.paper_of(KIOSK).copies,
                clears,
            )
        })
        .await;
        // A ticket that is on its way out of a well printer is out when the printer has nothing
        // left to do.
        let mut shown = self.printer.snapshot();
        let idle = tokio::time::timeout(PATIENCE, shown.wait_for(|it| it.idle))
            .await
            .map(|idle| idle.map(drop));
        assert!(matches!(idle, Ok(Ok(()))), "the printer never rests");
    }

    /// Ends the driver; what came out, and how the outbox is.
    pub async fn end(mut self) -> (Papers, Outbox, Vec<String>) {
        for task in &self.tasks {
            task.abort();
        }
        let mut papers = Papers::default();
        while let Ok(paper) = self.tickets.try_recv() {
            papers.take(&paper.ticket);
        }
        let outbox = self.engine.published().state.centre.outbox.clone();
        let garbage = self.printer.snapshot().borrow().garbage.clone();
        (papers, outbox, garbage)
    }
}

fn ended(state: &JobState) -> bool {
    match state {
        JobState::Queued | JobState::Sending { .. } => false,
        JobState::Printed { .. } | JobState::Failed { .. } | JobState::Unknown { .. } => true,
    }
}

/// Nothing is open, and each first paper in doubt has its copy where the daemon makes them.
pub fn at_rest(outbox: &Outbox, copies: Copies, clears: bool) -> bool {
    outbox.jobs.values().all(|job| {
        let copied = outbox
            .newest_of(job.ticket)
            .is_some_and(|newest| newest.copy);
        let doubtful = matches!(job.state, JobState::Unknown { .. });
        let copy_due = doubtful && !copied && clears && copies == Copies::Automatic;
        ended(&job.state) && !copy_due
    })
}
