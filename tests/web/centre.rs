//! A small centre to ask things of.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Method, Request, StatusCode};
use bytes::Bytes;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use jiff::{SignedDuration, Timestamp};
use rinda::access::{AccessEvent, Account, Device, DeviceRole, Role, Session};
use rinda::answered::Answered;
use rinda::app::history::Past;
use rinda::app::ports;
use rinda::clock::{Clock, ManualClock};
use rinda::codes::CodeKeys;
use rinda::engine::handle::EngineHandle;
use rinda::engine::run::{Parts, start};
use rinda::journal::Journal;
use rinda::metrics::Metrics;
use rinda::quality::signing::Signed;
use rinda::queue::catalogue::Service;
use rinda::queue::command::Actor;
use rinda::queue::hours::{DayHours, HolidayRules, OpeningHours};
use rinda::queue::setup::{ClosingPolicy, DeskSetup, KioskSetup, PaperPolicy, Rules, Setup};
use rinda::queue::ticket::DeskNumber;
use rinda::report::Eyes;
use rinda::web::ports::{
    Looked, PressError, ReportError, ReportFormat, ReportOf, Reports, SimulatedKiosks, Voice,
};
use rinda::web::{AppState, Ports, WebConfig, router, sha256_hex};
use serde_json::Value;
use tower::ServiceExt;

/// The password of everybody.
pub const PASSWORD: &str = "viena parole visiem";

/// A Monday, ten in the morning in Riga.
pub const MONDAY_TEN: &str = "2026-11-23T08:00:00Z";

/// The running centre.
pub struct TestCentre {
    pub clock: Arc<ManualClock>,
    pub engine: EngineHandle,
    pub state: AppState,
    pub router: Router,
    pub presses: Arc<Mutex<Vec<(String, u8)>>>,
    setup: Setup,
    thread: JoinHandle<()>,
    pub data: tempfile::TempDir,
}

/// An answer.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Bytes,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or(Value::Null)
    }

    /// Status and code of a refusal; checks that it is a whole problem.
    pub fn refusal(&self) -> (u16, String) {
        let problem = self.json();
        assert_eq!(
            self.headers["content-type"], "application/problem+json",
            "{:?}",
            self.body
        );
        assert_eq!(problem["status"], self.status.as_u16());
        for member in ["type", "title", "detail", "code"] {
            let text = problem[member].as_str().unwrap_or("");
            assert!(!text.is_empty(), "{member} is missing in {problem}");
        }
        let code = problem["code"].as_str().unwrap().to_owned();
        (self.status.as_u16(), code)
    }
}

impl TestCentre {
    pub async fn start() -> Self {
        Self::with(|_| {}, WebConfig::default()).await
    }

    pub async fn with(change: impl FnOnce(&mut Setup), config: WebConfig) -> Self {
        let data = tempfile::tempdir().unwrap();
        let clock = Arc::new(ManualClock::at(MONDAY_TEN.parse().unwrap()));
        let mut setup = setup();
        change(&mut setup);
        let centre = Self::over(data, clock, setup, config);
        fill_register(&centre.engine, centre.clock.now(), 12).await;
        centre
    }

    /// Ends the daemon and starts it again over the same journal.
    pub async fn restart(self) -> Self {
        let Self {
            clock,
            engine,
            state,
            router,
            setup,
            thread,
            data,
            ..
        } = self;
        drop((engine, state, router));
        tokio::task::spawn_blocking(|| thread.join().unwrap())
            .await
            .unwrap();
        Self::over(data, clock, setup, WebConfig::default())
    }

    fn over(
        data: tempfile::TempDir,
        clock: Arc<ManualClock>,
        setup: Setup,
        config: WebConfig,
    ) -> Self {
        Self::over_with(data, clock, setup, config, None)
    }

    /// A centre with metrics: it knows the tickets of dates that are over.
    pub async fn remembering(config: WebConfig) -> Self {
        Self::remembering_from(MONDAY_TEN, config).await
    }

    /// As [`TestCentre::remembering`], from some moment on.
    pub async fn remembering_from(moment: &str, config: WebConfig) -> Self {
        let data = tempfile::tempdir().unwrap();
        let clock = Arc::new(ManualClock::at(moment.parse().unwrap()));
        let setup = setup();
        // The journal comes first: the metrics are made of it.
        std::fs::create_dir_all(data.path().join("journal")).unwrap();
        let (metrics, _) =
            Metrics::open(data.path(), &setup.timezone, 0, clock.now(), &mut |_, _| {}).unwrap();
        let metrics = Some(Arc::new(metrics));
        let centre = Self::over_with(data, clock, setup, config, metrics);
        fill_register(&centre.engine, centre.clock.now(), 48).await;
        centre
    }

    fn over_with(
        data: tempfile::TempDir,
        clock: Arc<ManualClock>,
        setup: Setup,
        config: WebConfig,
        metrics: Option<Arc<Metrics>>,
    ) -> Self {
        let (engine, thread) = engine(data.path(), clock.clone(), setup.clone(), metrics.clone());
        // With metrics the reports are those of the daemon, else it is told only what was asked for.
        let reports: Arc<dyn Reports> = match &metrics {
            Some(metrics) => Arc::new(ports::Figures {
                metrics: Some(Arc::clone(metrics)),
                setup: Arc::new(setup.clone()),
                clock: clock.clone(),
                engine: engine.clone(),
                data: data.path().to_owned(),
            }),
            None => Arc::new(Figures),
        };
        let past = Past {
            data: data.path().to_owned(),
            metrics,
            setup: Arc::new(setup.clone()),
            clock: clock.clone(),
            engine: engine.clone(),
        };
        let presses = Arc::default();
        let ports = Ports {
            simulated: Some(Arc::new(Board {
                presses: Arc::clone(&presses),
            })),
            voice: Some(Arc::new(Speaker)),
            reports: Some(reports),
            codes: Arc::new(CodeKeys::open(data.path()).unwrap()),
            answered: Arc::new(Answered::open(data.path()).unwrap()),
            history: Some(Arc::new(past)),
        };
        let state = AppState::new(engine.clone(), clock.clone(), config, ports);
        Self {
            clock,
            engine,
            router: router(state.clone()),
            state,
            presses,
            setup,
            thread,
            data,
        }
    }

    /// The data directory.
    pub fn data(&self) -> &Path {
        self.data.path()
    }

    pub fn advance(&self, seconds: i64) {
        self.clock.advance(SignedDuration::from_secs(seconds));
    }

    pub async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        Answer {
            status: parts.status,
            headers: parts.headers,
            body: axum::body::to_bytes(body, usize::MAX).await.unwrap(),
        }
    }

    /// Asks with the bearer token that is the name of who asks (see [`fill_register`]).
    pub async fn ask(&self, who: &str, method: &str, path: &str, body: &str) -> Answer {
        self.ask_with(who, method, path, body, &[]).await
    }

    pub async fn ask_with(
        &self,
        who: &str,
        method: &str,
        path: &str,
        body: &str,
        headers: &[(&str, &str)],
    ) -> Answer {
        let mut request = Request::builder()
            .method(Method::from_bytes(method.as_bytes()).unwrap())
            .uri(path)
            .header("host", "rinda.test");
        if !who.is_empty() {
            request = request.header("authorization", format!("Bearer {who}"));
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.send(request.body(Body::from(body.to_owned())).unwrap())
            .await
    }

    pub async fn get(&self, who: &str, path: &str) -> Answer {
        self.ask(who, "GET", path, "").await
    }

    pub async fn post(&self, who: &str, path: &str, body: &str) -> Answer {
        self.ask(who, "POST", path, body).await
    }

    /// Issues a ticket with the kiosk's key.
    pub async fn issue(&self, service: u8) -> Value {
        let body = format!("{{\"service\": {service}}}");
        let answer = self.post("kiosk", "/api/v1/tickets", &body).await;
        assert_eq!(answer.status, 201, "{:?}", answer.body);
        answer.json()
    }
}

fn engine(
    data: &Path,
    clock: Arc<ManualClock>,
    setup: Setup,
    metrics: Option<Arc<Metrics>>,
) -> (EngineHandle, JoinHandle<()>) {
    let (journal, opened) = Journal::open(data, setup.timezone.clone(), &mut |_, _| {}).unwrap();
    start(Parts {
        setup: Arc::new(setup),
        clock,
        journal,
        state: opened.state,
        metrics,
        alerts: Vec::new(),
        version: "test".to_owned(),
    })
    .unwrap()
}

fn setup() -> Setup {
    let desk = |services: &[Service]| DeskSetup {
        services: services.iter().copied().collect(),
        prints_at: Some("foyer".to_owned()),
    };
    let day = DayHours::new(vec!["08:30-17:00".parse().unwrap()]).unwrap();
    Setup {
        name: "Rīgas klientu apkalpošanas centrs".to_owned(),
        address: "Puškina iela 14, Rīga".to_owned(),
        timezone: jiff::tz::TimeZone::get("Europe/Riga").unwrap(),
        timezone_name: "Europe/Riga".to_owned(),
        appointments: false,
        no_kiosk: false,
        demo: false,
        public_url: Some("https://rinda.test/".to_owned()),
        desks: BTreeMap::from([
            (DeskNumber(1), desk(&Service::ALL)),
            (DeskNumber(2), desk(&Service::ALL)),
        ]),
        kiosks: BTreeMap::from([(
            "foyer".to_owned(),
            KioskSetup {
                printer: true,
                board: true,
                simulated: true,
                paper: PaperPolicy::default(),
            },
        )]),
        series: BTreeMap::new(),
        hours: OpeningHours {
            week: std::array::from_fn(|_| day.clone()),
            exceptions: BTreeMap::new(),
            holidays: HolidayRules::NONE,
            lead: SignedDuration::from_mins(2),
        },
        rules: Rules::default(),
        closing: ClosingPolicy::default(),
    }
}

/// Logins and devices whose bearer token is their own name; names that must never show in public.
pub const PEOPLE: [(&str, Role); 5] = [
    ("anna.liepa", Role::Consultant),
    ("berta.ozola", Role::Consultant),
    ("marta.vadītāja", Role::Manager),
    ("kristaps.kvalitāte", Role::Quality),
    ("admins", Role::Admin),
];

/// The token of each: plain ASCII.
pub const TOKENS: [&str; 5] = ["anna", "berta", "manager", "quality", "admin"];

async fn fill_register(engine: &EngineHandle, now: Timestamp, hours: i64) {
    let phc = cheap_hash(PASSWORD);
    for ((login, role), token) in PEOPLE.into_iter().zip(TOKENS) {
        let account = Account {
            login: login.to_owned(),
            name: format!("Persona {login}"),
            role,
            password_hash: phc.clone(),
            disabled: false,
            demo: false,
        };
        change(engine, AccessEvent::StaffAdded(account)).await;
        let session = Session {
            login: login.to_owned(),
            expires_at: now + SignedDuration::from_hours(hours),
        };
        let token_sha256 = sha256_hex(token);
        change(
            engine,
            AccessEvent::SignedIn {
                token_sha256,
                session,
            },
        )
        .await;
    }
    for (name, role) in [("kiosk", DeviceRole::Kiosk), ("board", DeviceRole::Board)] {
        let device = Device {
            name: name.to_owned(),
            role,
            key_sha256: sha256_hex(name),
        };
        change(engine, AccessEvent::DeviceAdded(device)).await;
    }
}

/// Everybody signs in once more: sessions end within hours.
pub async fn sign_in_again(engine: &EngineHandle, now: Timestamp) {
    for ((login, _), token) in PEOPLE.into_iter().zip(TOKENS) {
        let session = Session {
            login: login.to_owned(),
            expires_at: now + SignedDuration::from_hours(12),
        };
        let token_sha256 = sha256_hex(token);
        let event = AccessEvent::SignedIn {
            token_sha256,
            session,
        };
        change(engine, event).await;
    }
}

pub async fn change(engine: &EngineHandle, event: AccessEvent) {
    engine.change_access(Actor::Rinda, event).await.unwrap();
}

/// Argon2 with the least cost, so that tests spend no time on it.
pub fn cheap_hash(password: &str) -> String {
    use argon2::{Algorithm, Argon2, Params, PasswordHasher, Version};
    let params = Params::new(8, 1, 1, None).unwrap();
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password(password.as_bytes())
        .unwrap()
        .to_string()
}

struct Board {
    presses: Arc<Mutex<Vec<(String, u8)>>>,
}

impl SimulatedKiosks for Board {
    fn press(&self, kiosk: &str, button: u8) -> Result<(), PressError> {
        if kiosk != "foyer" {
            return Err(PressError::NotSimulated);
        }
        let mut presses = self.presses.lock().unwrap();
        presses.push((kiosk.to_owned(), button));
        Ok(())
    }

    fn slip_png(&self, kiosk: &str) -> BoxFuture<'_, Option<Bytes>> {
        let picture = (kiosk == "foyer").then(|| Bytes::from_static(b"\x89PNG"));
        async move { picture }.boxed()
    }
}

struct Speaker;

impl Voice for Speaker {
    fn wav(&self, text: String) -> BoxFuture<'_, Option<Bytes>> {
        async move { Some(Bytes::from(text)) }.boxed()
    }
}

struct Figures;

impl Reports for Figures {
    fn report(
        &self,
        of: ReportOf,
        format: ReportFormat,
        _: Eyes,
    ) -> BoxFuture<'_, Result<Bytes, ReportError>> {
        async move {
            match of {
                ReportOf::Quarter { year: 2026, .. } => Ok(Bytes::from(format!("{format:?}"))),
                ReportOf::Quarter { .. } | ReportOf::Day(_) => Err(ReportError::NoSuchReport),
            }
        }
        .boxed()
    }

    fn to_sign(&self, _: i16, _: u8) -> Looked<'_, Signed> {
        async { Err(ReportError::NoSuchReport) }.boxed()
    }
}
