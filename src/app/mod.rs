//! Wires everything together: nobody else knows everyone.

pub mod control;
pub mod demo;
pub mod forecasting;
pub mod history;
pub mod kiosks;
pub mod messages;
pub mod monitor;
pub mod ports;
pub mod printers;
pub mod printing;
pub mod retention;
pub mod service;
pub mod signing;
pub mod staff;
pub mod storage;
pub mod studies;
pub mod survey;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context as _, Result};
use tokio::sync::oneshot;
use tokio_util::sync::CancellationToken;

use crate::clock::{Clock, SystemClock};
use crate::codes::CodeKeys;
use crate::config::Config;
use crate::devices::voice::Voice;
use crate::engine::handle::{DeviceReport, EngineHandle};
use crate::engine::run::{Parts, start};
use crate::metrics::Metrics;
use crate::web::{self, AppState, Ports, WebConfig};

/// How to run a centre.
#[derive(Debug)]
pub struct Options {
    /// What the configuration file says.
    pub config: Config,
    /// Data directory.
    pub data: PathBuf,
    /// Address to listen on, if not the configuration's.
    pub listen: Option<SocketAddr>,
}

/// A running centre.
pub struct Centre {
    /// The engine.
    pub engine: EngineHandle,
    /// Where the web server listens.
    pub listening: SocketAddr,
    /// Stops everything.
    pub stop: CancellationToken,
    /// The metrics, if they could be opened.
    pub metrics: Option<Arc<Metrics>>,
    tasks: Vec<tokio::task::JoinHandle<()>>,
    forecaster: std::thread::JoinHandle<()>,
    engine_ended: oneshot::Receiver<()>,
}

impl Centre {
    /// Waits until everything has stopped and the last fact is on disk.
    pub async fn stopped(self) {
        let Self {
            engine,
            tasks,
            forecaster,
            engine_ended,
            metrics,
            ..
        } = self;
        for task in tasks {
            // A task that panicked has told so itself.
            let _ = task.await;
        }
        drop(engine);
        // It ends with the stop, at the latest after the forecast it is making.
        let _ = tokio::task::spawn_blocking(move || forecaster.join()).await;
        let _ = engine_ended.await;
        if let Some(metrics) = metrics
            && let Err(error) = metrics.flush()
        {
            tracing::warn!(%error, "metrics could not be flushed; they are made anew");
        }
    }
}

/// Starts a centre and returns once its pages can be opened.
///
/// # Errors
/// Where the data directory, the address or a printer's profile cannot be used.
pub async fn run(options: Options) -> Result<Centre> {
    let Options {
        config,
        data,
        listen,
    } = options;
    for warning in &config.warnings {
        tracing::warn!("{warning}");
    }
    // The address first: a second daemon is told so before it touches anything.
    let address = listen.unwrap_or(config.web.listen);
    let listener = tokio::net::TcpListener::bind(address)
        .await
        .with_context(|| {
            format!(
                "cannot listen on {address}: choose another with --listen, or stop what uses it"
            )
        })?;
    let listening = listener.local_addr()?;
    let clock: Arc<dyn Clock> = Arc::new(SystemClock::start());
    // Before the journal: visits are booked only where their codes can be kept.
    storage::make_private(&data)?;
    let codes = Arc::new(CodeKeys::open(&data)?);
    let answered = survey::answered(&data)?;
    let opened = storage::open(&data, &config.setup, clock.now())?;
    let metrics = opened.metrics.clone();
    let setup = Arc::new(config.setup.clone());
    let (engine, thread) = start(Parts {
        setup: setup.clone(),
        clock: clock.clone(),
        journal: opened.journal,
        state: opened.state,
        metrics: metrics.clone(),
        alerts: opened.alerts,
        version: env!("CARGO_PKG_VERSION").to_owned(),
    })
    .context("the engine does not start")?;
    let (ended, engine_ended) = oneshot::channel();
    std::thread::spawn(move || {
        if thread.join().is_err() {
            tracing::error!("the engine ended with a panic");
        }
        let _ = ended.send(());
    });
    let stop = CancellationToken::new();
    let forecaster = forecasting::Parts {
        engine: engine.clone(),
        setup: setup.clone(),
        clock: clock.clone(),
        data: data.clone(),
        metrics: metrics.clone(),
    };
    let forecaster = forecasting::start(forecaster, stop.clone()).await?;
    let mut simulated = BTreeMap::new();
    let mut printers = BTreeMap::new();
    for kiosk in config.kiosks.keys() {
        let devices = kiosks::start(kiosk, &config, &data, &engine, &stop)?;
        simulated.insert(kiosk.clone(), devices.simulated);
        printers.extend(devices.tests.map(|tests| (kiosk.clone(), tests)));
    }
    if let Some(display) = config.display.clone() {
        let monitor = monitor::run(display, engine.clone(), clock.clone());
        kiosks::spawn_until(&stop, monitor);
    }
    kiosks::spawn_until(&stop, forget_codes(engine.clone(), codes.clone()));
    let clearing = Arc::new(retention::Clearing {
        data: data.clone(),
        retention: config.retention.clone(),
        setup: setup.clone(),
        clock: clock.clone(),
        engine: engine.clone(),
        metrics: metrics.clone(),
        running: tokio::sync::Mutex::default(),
    });
    kiosks::spawn_until(&stop, clearing.clone().nightly());
    survey::settle(&engine, &setup, clock.now(), &config.survey).await?;
    kiosks::spawn_until(&stop, survey::forget(engine.clone(), answered.clone()));
    let voice = Arc::new(if config.voice.enabled {
        Voice::find().await
    } else {
        Voice::default()
    });
    let ready = voice.is_ready();
    engine.report(DeviceReport::Voice { ready }).await;
    let messages = messages::Parts {
        engine: engine.clone(),
        clock: clock.clone(),
        setup: setup.clone(),
        centre_id: config.centre_id.clone(),
        ways: Arc::new(config.telling.ways.clone()),
        feedback: config.telling.feedback.clone(),
        incidents: config.telling.incidents.clone(),
    };
    let reports = Arc::new(ports::Figures {
        metrics: metrics.clone(),
        setup: setup.clone(),
        clock: clock.clone(),
        engine: engine.clone(),
        data: data.clone(),
    });
    let history = Arc::new(history::Past {
        data: data.clone(),
        metrics: metrics.clone(),
        setup,
        clock: clock.clone(),
        engine: engine.clone(),
    });
    let control = control::Control {
        engine: engine.clone(),
        reports: reports.clone(),
        data: data.clone(),
        demo: config.setup.demo,
        printers,
        codes: codes.clone(),
        clearing,
    };
    let web = AppState::new(
        engine.clone(),
        clock,
        WebConfig {
            listen: listening,
            public_url: config.web.public_url.clone(),
            requests_per_second: config.web.requests_per_second,
            session_hours: config.web.session_hours,
            build: build_id(),
            staff_figures: config.staff_figures,
            survey: survey::mode(&config.survey),
            feedback_is_told: !config.telling.feedback.is_empty(),
            incidents_are_told: !config.telling.incidents.is_empty(),
        },
        Ports {
            simulated: Some(Arc::new(ports::SimulatedDevices(simulated))),
            voice: Some(Arc::new(ports::Speaker(voice))),
            reports: Some(reports),
            codes: codes.clone(),
            answered,
            history: Some(history),
        },
    );
    let tasks = vec![
        tokio::spawn(serve_web(listener, web, stop.clone())),
        tokio::spawn(control::serve(control, stop.clone())),
        tokio::spawn(messages::run(messages, stop.clone())),
    ];
    Ok(Centre {
        engine,
        listening,
        stop,
        metrics,
        tasks,
        forecaster,
        engine_ended,
    })
}

/// Destroys the keys of dates that are over, so that no code leads to anything any more.
async fn forget_codes(engine: EngineHandle, codes: Arc<CodeKeys>) {
    let mut published = engine.subscribe();
    let mut forgotten = None;
    loop {
        let date = published.borrow_and_update().state.centre.date;
        if let Some(date) = date.filter(|date| forgotten != Some(*date)) {
            let codes = codes.clone();
            let done = tokio::task::spawn_blocking(move || codes.forget_before(date)).await;
            match done {
                Ok(Ok(())) => forgotten = Some(date),
                Ok(Err(error)) => {
                    // Tried again at the next change.
                    tracing::error!(error = &error as &dyn std::error::Error, "appointment keys");
                }
                Err(_) => {}
            }
        }
        if published.changed().await.is_err() {
            return;
        }
    }
}

async fn serve_web(listener: tokio::net::TcpListener, state: AppState, stop: CancellationToken) {
    if let Err(error) = web::serve(listener, state, stop.clone().cancelled_owned()).await {
        tracing::error!(
            error = &error as &dyn std::error::Error,
            "the web server ended"
        );
        stop.cancel();
    }
}

/// Names this program and its pages: pages of another one reload themselves.
fn build_id() -> String {
    format!("{}-{}", env!("CARGO_PKG_VERSION"), web::pages_hash())
}

/// The socket through which commands reach a running daemon.
pub fn control_path(data: &Path) -> PathBuf {
    data.join("control.sock")
}
