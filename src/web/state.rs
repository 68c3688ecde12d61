//! What every route works with.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use jiff::SignedDuration;
use tokio_util::sync::CancellationToken;

use super::answers::Answers;
use super::connections::Connections;
use super::limits::{Attempts, RequestLimit};
use super::password::PasswordDesk;
use super::ports::{History, Reports, SimulatedKiosks, Voice};
use super::survey::{PastTickets, SurveyMode};
use crate::access::StaffFigures;
use crate::answered::Answered;
use crate::clock::Clock;
use crate::codes::CodeKeys;
use crate::engine::handle::EngineHandle;

/// The web's part of the configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebConfig {
    /// Where to listen.
    pub listen: SocketAddr,
    /// Address under which customers and staff reach the pages, if another.
    pub public_url: Option<String>,
    /// Requests a credential or, without one, an address may make in a second.
    pub requests_per_second: u32,
    /// How long somebody stays signed in, hours.
    pub session_hours: u32,
    /// Version of the running program; pages of another one reload.
    pub build: String,
    /// What the quality role sees of single consultants.
    pub staff_figures: StaffFigures,
    /// How customers are asked after their visit.
    pub survey: SurveyMode,
    /// Somebody is told of feedback (clause 29).
    pub feedback_is_told: bool,
    /// Somebody is told of technical failures by message (A2/2/4.1, 4.6).
    pub incidents_are_told: bool,
}

impl Default for WebConfig {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 8080)),
            public_url: None,
            requests_per_second: 200,
            session_hours: 12,
            build: env!("CARGO_PKG_VERSION").to_owned(),
            staff_figures: StaffFigures::default(),
            survey: SurveyMode::default(),
            feedback_is_told: false,
            incidents_are_told: false,
        }
    }
}

impl WebConfig {
    pub(super) fn session_length(&self) -> SignedDuration {
        SignedDuration::from_hours(i64::from(self.session_hours))
    }

    /// Cookies travel over TLS only where the pages do.
    pub(super) fn is_https(&self) -> bool {
        self.public_url
            .as_deref()
            .is_some_and(|url| url.starts_with("https://"))
    }
}

/// What others lend the web; an absent one's routes answer "not found".
#[derive(Clone, Default)]
pub struct Ports {
    /// Simulated kiosks.
    pub simulated: Option<Arc<dyn SimulatedKiosks>>,
    /// Speech.
    pub voice: Option<Arc<dyn Voice>>,
    /// Reports.
    pub reports: Option<Arc<dyn Reports>>,
    /// Keys of the codes of booked visits; in memory where nothing else is lent.
    pub codes: Arc<CodeKeys>,
    /// Tickets that have answered the survey; in memory where nothing else is lent.
    pub answered: Arc<Answered>,
    /// Single tickets and dates.
    pub history: Option<Arc<dyn History>>,
}

/// What every route works with. Cheap to clone.
#[derive(Clone)]
pub struct AppState {
    pub(super) engine: EngineHandle,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) config: Arc<WebConfig>,
    pub(super) ports: Ports,
    pub(super) limits: Arc<RequestLimit>,
    pub(super) attempts: Arc<Attempts>,
    /// Codes of appointments that were wrong.
    pub(super) wrong_codes: Arc<Attempts>,
    pub(super) passwords: Arc<PasswordDesk>,
    pub(super) answers: Arc<Answers>,
    pub(super) past_tickets: Arc<PastTickets>,
    pub(super) connections: Arc<Connections>,
    pub(super) counters: Arc<Counters>,
    pub(super) stopping: CancellationToken,
}

impl AppState {
    /// Puts the web's parts together.
    pub fn new(
        engine: EngineHandle,
        clock: Arc<dyn Clock>,
        config: WebConfig,
        ports: Ports,
    ) -> Self {
        Self {
            engine,
            clock,
            limits: Arc::new(RequestLimit::new(config.requests_per_second)),
            config: Arc::new(config),
            ports,
            attempts: Arc::default(),
            wrong_codes: Arc::default(),
            passwords: Arc::new(PasswordDesk::new()),
            answers: Arc::default(),
            past_tickets: Arc::default(),
            connections: Arc::default(),
            counters: Arc::default(),
            stopping: CancellationToken::new(),
        }
    }
}

/// Counts since the daemon started, for `/metrics`.
#[derive(Debug, Default)]
pub(super) struct Counters {
    requests: AtomicU64,
    limited: AtomicU64,
    signed_in: AtomicU64,
    refused_sign_ins: AtomicU64,
}

impl Counters {
    pub(super) fn count_request(&self) {
        self.requests.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn count_limited(&self) {
        self.limited.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn count_sign_in(&self, good: bool) {
        let counter = if good {
            &self.signed_in
        } else {
            &self.refused_sign_ins
        };
        counter.fetch_add(1, Ordering::Relaxed);
    }

    /// Requests, rate-limited ones, sign-ins, refused sign-ins.
    pub(super) fn all(&self) -> [u64; 4] {
        [
            &self.requests,
            &self.limited,
            &self.signed_in,
            &self.refused_sign_ins,
        ]
        .map(|counter| counter.load(Ordering::Relaxed))
    }
}
