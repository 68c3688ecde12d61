//! A centre in this process, put together as the daemon does it.

use std::path::Path;
use std::sync::Arc;

use anyhow::Result;
use rinda::app::{demo, storage};
use rinda::clock::{Clock, SystemClock};
use rinda::config;
use rinda::engine::handle::EngineHandle;
use rinda::engine::run::{Parts, start};
use rinda::queue::catalogue::Service;
use rinda::queue::command::{Actor, Asked, Command};
use rinda::queue::setup::Setup;

/// The demonstration's centre: open round the clock. Its kiosk rests for nobody, so that presses
/// can follow each other.
pub fn setup() -> Result<Setup> {
    let mut setup = config::parse(demo::CONFIG, "demo.toml")?.setup;
    setup.rules.press_lock = jiff::SignedDuration::ZERO;
    setup.rules.burst_tickets = usize::MAX;
    Ok(setup)
}

/// An engine on a data directory.
pub struct Running {
    pub engine: EngineHandle,
    pub clock: Arc<dyn Clock>,
    thread: std::thread::JoinHandle<()>,
}

impl Running {
    pub fn start(data: &Path, setup: Setup) -> Result<Self> {
        let clock: Arc<dyn Clock> = Arc::new(SystemClock::start());
        let opened = storage::open(data, &setup, clock.now())?;
        let (engine, thread) = start(Parts {
            setup: Arc::new(setup),
            clock: clock.clone(),
            journal: opened.journal,
            state: opened.state,
            metrics: opened.metrics,
            alerts: opened.alerts,
            version: "bench".to_owned(),
        })?;
        Ok(Self {
            engine,
            clock,
            thread,
        })
    }

    /// Ends it; every other handle must be gone.
    pub fn stop(self) {
        drop(self.engine);
        self.thread.join().expect("the engine ends well");
    }
}

/// Who asks for tickets here.
pub fn supervisor() -> Actor {
    Actor::Supervisor {
        login: "vaditajs".to_owned(),
    }
}

pub fn issue(service: Service) -> Command {
    Command::IssueTicket {
        service,
        asked: Asked::Staff,
        out_of_turn: false,
    }
}
