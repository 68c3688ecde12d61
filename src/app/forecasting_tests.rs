//! The forecaster beside a real engine on a real journal: what is promised comes from simulating
//! the centre as it is.

use std::collections::BTreeMap;
use std::path::Path;

use super::*;
use crate::clock::ManualClock;
use crate::engine::handle::FOLLOWED_MAX;
use crate::engine::published::Published;
use crate::engine::run::{Parts as EngineParts, start as start_engine};
use crate::journal::Journal;
use crate::queue::catalogue::Service;
use crate::queue::command::{Actor, Asked, Command};
use crate::queue::forecast::lessons::Learned;
use crate::queue::hours::{DayHours, HolidayRules, OpeningHours};
use crate::queue::setup::{ClosingPolicy, DeskSetup, Rules, Setup, StopPolicy};
use crate::queue::ticket::{DeskNumber, Ticket, TicketId};
use jiff::tz::TimeZone;
use tempfile::TempDir;

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
        closing: ClosingPolicy {
            stop: StopPolicy::Automatic,
            ..ClosingPolicy::default()
        },
    }
}

/// An engine on the data of a directory.
fn engine(data: &Path, clock: &Arc<ManualClock>) -> (Parts, std::thread::JoinHandle<()>) {
    let setup = Arc::new(setup());
    let (journal, opened) = Journal::open(data, setup.timezone.clone(), &mut |_, _| {}).unwrap();
    let (metrics, _) = Metrics::open(
        data,
        &setup.timezone,
        opened.last_seq,
        clock.now(),
        &mut |_, _| {},
    )
    .unwrap();
    let metrics = Some(Arc::new(metrics));
    let (engine, thread) = start_engine(EngineParts {
        setup: setup.clone(),
        clock: clock.clone(),
        journal,
        state: opened.state,
        metrics: metrics.clone(),
        alerts: Vec::new(),
        version: "test".to_owned(),
    })
    .unwrap();
    let parts = Parts {
        engine,
        setup,
        clock: clock.clone(),
        data: data.to_owned(),
        metrics,
    };
    (parts, thread)
}

fn ten() -> Arc<ManualClock> {
    Arc::new(ManualClock::at("2026-11-23T08:00:00Z".parse().unwrap()))
}

async fn ask(engine: &EngineHandle, login: &str, command: Command) {
    let login = login.to_owned();
    let actor = Actor::Consultant { login };
    engine.submit(actor, command, None).await.unwrap();
}

fn open() -> Command {
    Command::OpenDesk {
        desk: DeskNumber(1),
        services: None,
        take_over: false,
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
    async fn start(data: &Path, clock: Arc<ManualClock>) -> Self {
        let (parts, thread) = engine(data, &clock);
        let stop = CancellationToken::new();
        let engine = parts.engine.clone();
        let forecaster = start(parts, stop.clone()).await.unwrap();
        Self {
            engine,
            clock,
            stop,
            forecaster,
            thread,
        }
    }

    async fn ask(&self, login: &str, command: Command) {
        ask(&self.engine, login, command).await;
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
    let daemon = Daemon::start(data.path(), ten()).await;
    let first = daemon.issue().await;
    assert_eq!(first.promise, None, "no desk is open");
    daemon.ask("one", open()).await;
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

/// One customer of so many seconds at desk 1.
async fn serve(daemon: &Daemon, seconds: i64) {
    daemon.issue().await;
    let desk = DeskNumber(1);
    let call = Command::CallNext {
        desk,
        service: None,
    };
    daemon.ask("one", call).await;
    daemon.ask("one", Command::CustomerArrived { desk }).await;
    daemon.clock.advance(SignedDuration::from_secs(seconds));
    let outcome = None;
    daemon.ask("one", Command::Finish { desk, outcome }).await;
    daemon.clock.advance(SignedDuration::from_secs(60));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_learned_outlasts_the_daemon_and_is_learned_anew_where_it_is_lost() {
    let data = TempDir::new().unwrap();
    let clock = ten();
    let daemon = Daemon::start(data.path(), clock.clone()).await;
    daemon.ask("one", open()).await;
    for _ in 0..12 {
        serve(&daemon, 120).await;
    }
    let next = |outlook: &Outlook| outlook.each_s.get(&Service::OrderIntake).copied();
    let learned = |now: &Published| {
        let each_s = now.around.outlook.as_deref().and_then(next);
        each_s.is_some_and(|each_s| each_s < 250)
    };
    // Something to redraw, so that the newest outlook is published.
    daemon.issue().await;
    daemon.until(learned).await;
    daemon.stop().await;

    let (parts, thread) = engine(data.path(), &clock);
    let kept = parts.metrics.as_ref().unwrap().learned().unwrap().unwrap();
    let known_s = kept.learned.times().mean_s(1, 1);
    assert!((100.0..250.0).contains(&known_s), "{known_s}");
    let mut forecaster = Forecaster::begin(parts, CancellationToken::new());
    let knows_as_much = |learned: &Learned| {
        let mean_s = learned.times().mean_s(1, 1);
        (mean_s - known_s).abs() < 1e-6
    };
    assert!(knows_as_much(&forecaster.following.learned()));
    // The start of the daemon is read in addition.
    let studied = studied(&mut forecaster.studied).await.unwrap();
    assert!(knows_as_much(&studied.learned()));
    drop(forecaster);
    thread.join().unwrap();

    std::fs::remove_dir_all(data.path().join("metrics")).unwrap();
    let (parts, thread) = engine(data.path(), &clock);
    let mut forecaster = Forecaster::begin(parts, CancellationToken::new());
    let studied = super::studied(&mut forecaster.studied).await.unwrap();
    assert!(knows_as_much(&studied.learned()));
    drop(forecaster);
    thread.join().unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_forecaster_left_behind_reads_on_in_the_journal() {
    let data = TempDir::new().unwrap();
    let (parts, thread) = engine(data.path(), &ten());
    let engine = parts.engine.clone();
    let mut forecaster = Forecaster::begin(parts, CancellationToken::new());
    ask(&engine, "one", open()).await;
    let desk = DeskNumber(1);
    for _ in 0..FOLLOWED_MAX {
        ask(&engine, "one", Command::StartBreak { desk }).await;
        ask(&engine, "one", Command::EndBreak { desk }).await;
    }
    let state = engine.published().state.clone();
    let catches_up = async {
        while forecaster.following.seq() < state.seq {
            assert!(forecaster.turn().await);
        }
    };
    tokio::time::timeout(PATIENCE, catches_up).await.unwrap();
    assert_eq!(forecaster.following.centre(), &state.centre);
    drop((forecaster, engine));
    thread.join().unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a2_2_2_3_a_service_is_stopped_and_released_by_the_chance_to_be_done_by_closing() {
    let data = TempDir::new().unwrap();
    let daemon = Daemon::start(data.path(), ten()).await;
    // An hour before closing one desk is open and eight people come.
    daemon.clock.advance(SignedDuration::from_mins(6 * 60));
    daemon.ask("one", open()).await;
    let mut tickets = Vec::new();
    for _ in 0..8 {
        tickets.push(daemon.issue().await.id);
    }
    daemon.clock.advance(SignedDuration::from_secs(20));
    tickets.push(daemon.issue().await.id);
    let stopped = |now: &Published| now.state.centre.stopped.contains_key(&Service::OrderIntake);
    let picture = daemon.until(stopped).await;
    let stop = &picture.state.centre.stopped[&Service::OrderIntake];
    assert_eq!(stop.by, None);
    assert!(
        stop.chance_percent.is_some_and(|chance| chance < 70),
        "{stop:?}"
    );
    let warned = |now: &Published| {
        let alerts = now.scene().alerts();
        alerts.iter().any(|alert| alert.kind == "closing")
    };
    let picture = daemon.until(warned).await;
    let view = picture.scene().closing_view();
    assert!(view.services[0].may_not_suffice);
    // The other desk is what helps.
    assert_eq!(view.help.as_ref().unwrap().desk, 2);
    assert_eq!(view.line.remaining, 9);
    // Those who wait leave: there is time again.
    let close = Command::CloseTickets {
        tickets,
        reason: "Devās prom".to_owned(),
    };
    daemon.clock.advance(SignedDuration::from_secs(20));
    daemon.ask("one", close).await;
    let picture = daemon.until(|now| !stopped(now)).await;
    assert!(picture.state.centre.kept_open.is_empty());
    daemon.stop().await;
}
