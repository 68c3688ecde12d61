//! The forecaster beside a real engine on a real journal: what is promised comes from simulating
//! the centre as it is.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use jiff::SignedDuration;
use jiff::tz::TimeZone;
use rinda::app::forecasting;
use rinda::clock::{Clock, ManualClock};
use rinda::engine::handle::EngineHandle;
use rinda::engine::published::Published;
use rinda::engine::run::{Parts, start};
use rinda::journal::Journal;
use rinda::queue::catalogue::Service;
use rinda::queue::command::{Actor, Asked, Command};
use rinda::queue::hours::{DayHours, HolidayRules, OpeningHours};
use rinda::queue::setup::{DeskSetup, Rules, Setup};
use rinda::queue::ticket::{DeskNumber, Ticket, TicketId};
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;

/// Nothing that is waited for takes longer.
const PATIENCE: Duration = Duration::from_secs(20);

fn setup() -> Setup {
    let day = DayHours::new(vec!["08:30-17:00".parse().unwrap()]).unwrap();
    let desk = || DeskSetup {
        services: Service::ALL.into_iter().collect(),
        prints_at: None,
    };
    Setup {
        name: "Rīga".to_owned(),
        address: String::new(),
        timezone: TimeZone::get("Europe/Riga").unwrap(),
        timezone_name: "Europe/Riga".to_owned(),
        appointments: false,
        no_kiosk: false,
        demo: false,
        public_url: None,
        desks: BTreeMap::from([(DeskNumber(1), desk()), (DeskNumber(2), desk())]),
        kiosks: BTreeMap::new(),
        series: BTreeMap::new(),
        hours: OpeningHours {
            week: std::array::from_fn(|_| day.clone()),
            exceptions: BTreeMap::new(),
            holidays: HolidayRules::NONE,
            lead: SignedDuration::from_mins(2),
        },
        rules: Rules::default(),
    }
}

struct Daemon {
    engine: EngineHandle,
    clock: Arc<ManualClock>,
    stop: CancellationToken,
    forecaster: std::thread::JoinHandle<()>,
    thread: std::thread::JoinHandle<()>,
}

impl Daemon {
    async fn start(data: &Path) -> Self {
        let setup = Arc::new(setup());
        let clock = Arc::new(ManualClock::at("2026-11-23T08:00:00Z".parse().unwrap()));
        let (journal, opened) =
            Journal::open(data, setup.timezone.clone(), &mut |_, _| {}).unwrap();
        let (engine, thread) = start(Parts {
            setup: setup.clone(),
            clock: clock.clone(),
            journal,
            state: opened.state,
            metrics: None,
            alerts: Vec::new(),
            version: "test".to_owned(),
        })
        .unwrap();
        let stop = CancellationToken::new();
        let parts = forecasting::Parts {
            engine: engine.clone(),
            setup,
            clock: clock.clone(),
            data: data.to_owned(),
        };
        let forecaster = forecasting::start(parts, stop.clone()).await.unwrap();
        Self {
            engine,
            clock,
            stop,
            forecaster,
            thread,
        }
    }

    async fn ask(&self, login: &str, command: Command) {
        let actor = Actor::Consultant {
            login: login.to_owned(),
        };
        self.engine.submit(actor, command, None).await.unwrap();
    }

    async fn issue(&self) -> Ticket {
        let command = Command::IssueTicket {
            service: Service::OrderIntake,
            asked: Asked::Staff,
            out_of_turn: false,
        };
        self.ask("one", command).await;
        let published = self.engine.published();
        published
            .state
            .centre
            .tickets
            .values()
            .last()
            .unwrap()
            .clone()
    }

    /// The first published picture of which something is true.
    async fn until(&self, holds: impl Fn(&Published) -> bool) -> Arc<Published> {
        let mut published = self.engine.subscribe();
        let wait = async {
            loop {
                let now = published.borrow_and_update().clone();
                if holds(&now) {
                    return now;
                }
                published.changed().await.unwrap();
            }
        };
        tokio::time::timeout(PATIENCE, wait).await.unwrap()
    }

    async fn stop(self) {
        self.stop.cancel();
        self.forecaster.join().unwrap();
        drop(self.engine);
        tokio::task::spawn_blocking(move || self.thread.join().unwrap())
            .await
            .unwrap();
    }
}

fn knows(published: &Published, ticket: TicketId) -> bool {
    let outlook = published.around.outlook.as_ref();
    outlook.is_some_and(|outlook| outlook.waits.contains_key(&ticket))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_promised_is_what_the_simulation_says() {
    let data = TempDir::new().unwrap();
    let daemon = Daemon::start(data.path()).await;
    let first = daemon.issue().await;
    assert_eq!(first.promise, None, "no desk is open");
    let open = Command::OpenDesk {
        desk: DeskNumber(1),
        services: None,
        take_over: false,
    };
    daemon.ask("one", open).await;
    let picture = daemon.until(|now| knows(now, first.id)).await;
    assert!(picture.scene().is_served(Service::OrderIntake));
    let mut last = first;
    for _ in 0..6 {
        daemon.clock.advance(SignedDuration::from_secs(20));
        last = daemon.issue().await;
        let id = last.id;
        daemon.until(|now| knows(now, id)).await;
    }
    let promise = last.promise.unwrap();
    // Six before it at one desk of eight minutes on average.
    assert!((1_500..5_000).contains(&promise.p50_s), "{promise:?}");
    assert!(promise.p50_s < promise.p90_s);
    let shown = daemon.until(|now| knows(now, last.id)).await;
    let waits = &shown.around.outlook.as_ref().unwrap().waits;
    let p50: Vec<u32> = waits.values().map(|wait| wait.p50_s).collect();
    assert!(p50.len() == 7 && p50.is_sorted(), "{p50:?}");
    assert!(daemon.clock.now() > shown.at - SignedDuration::from_secs(1));
    daemon.stop().await;
}
