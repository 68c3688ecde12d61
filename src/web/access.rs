//! Who is asking: the gate before every route, and what each role may do.

use std::net::IpAddr;

use axum::extract::{FromRequestParts, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, Uri, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use sha2::{Digest, Sha256};

use super::AppState;
use super::problem::Problem;
use crate::access::{DeviceRole, Role};
use crate::queue::command::Actor;

/// Name of the session cookie.
pub const COOKIE: &str = "rinda_session";

/// The WebSocket protocol of the live views.
pub const LIVE_PROTOCOL: &str = "rinda.v1";

/// Prefix of the WebSocket protocol that carries a key: a browser can set no header there.
const BEARER_PROTOCOL: &str = "rinda.bearer.";

/// Address of the live views, the only one that takes a key in its query.
pub(super) const LIVE_PATH: &str = "/api/v1/live";

/// Bytes of chance in a token or a key.
const TOKEN_BYTES: usize = 32;

/// The other end of the connection.
#[derive(Debug, Clone, Copy)]
pub(super) struct Peer(pub IpAddr);

/// Somebody the register knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Caller {
    /// A signed-in person.
    Person {
        login: String,
        role: Role,
        token_sha256: String,
    },
    /// A device.
    Device {
        name: String,
        role: DeviceRole,
        key_sha256: String,
    },
}

/// A role of a person or of a device.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Who {
    Staff(Role),
    Device(DeviceRole),
}

/// Those who serve customers or run the centre.
pub(super) const DESKS: &[Who] = &[
    Who::Staff(Role::Consultant),
    Who::Staff(Role::Manager),
    Who::Staff(Role::Admin),
];
/// Those who issue tickets.
pub(super) const ISSUERS: &[Who] = &[
    Who::Staff(Role::Consultant),
    Who::Staff(Role::Manager),
    Who::Staff(Role::Admin),
    Who::Device(DeviceRole::Kiosk),
];
/// Every person.
pub(super) const STAFF: &[Who] = &[
    Who::Staff(Role::Consultant),
    Who::Staff(Role::Manager),
    Who::Staff(Role::Quality),
    Who::Staff(Role::Admin),
];
/// Those who look at the whole centre.
pub(super) const OVERSEERS: &[Who] = &[
    Who::Staff(Role::Manager),
    Who::Staff(Role::Quality),
    Who::Staff(Role::Admin),
];
/// Those who sign the quarterly evaluation (A1.12).
pub(super) const SIGNERS: &[Who] = &[Who::Staff(Role::Quality)];
/// Those who see accounts and devices.
pub(super) const REGISTER_READERS: &[Who] = &[Who::Staff(Role::Manager), Who::Staff(Role::Admin)];
/// Those who change them.
pub(super) const ADMINS: &[Who] = &[Who::Staff(Role::Admin)];
/// Those who change the calendar.
pub(super) const PLANNERS: &[Who] = REGISTER_READERS;
/// Kiosks.
pub(super) const KIOSKS: &[Who] = &[Who::Device(DeviceRole::Kiosk)];
/// Kiosks, and staff who look at one.
pub(super) const KIOSK_VIEWERS: &[Who] = &[
    Who::Staff(Role::Consultant),
    Who::Staff(Role::Manager),
    Who::Staff(Role::Quality),
    Who::Staff(Role::Admin),
    Who::Device(DeviceRole::Kiosk),
];
/// Displays, and staff who look at one.
pub(super) const BOARD_VIEWERS: &[Who] = &[
    Who::Staff(Role::Consultant),
    Who::Staff(Role::Manager),
    Who::Staff(Role::Quality),
    Who::Staff(Role::Admin),
    Who::Device(DeviceRole::Board),
];

impl Caller {
    /// Refuses whoever is not among those named.
    pub(super) fn must_be(&self, allowed: &[Who]) -> Result<(), Problem> {
        let me = match self {
            Self::Person { role, .. } => Who::Staff(*role),
            Self::Device { role, .. } => Who::Device(*role),
        };
        if allowed.contains(&me) {
            Ok(())
        } else {
            Err(Problem::not_allowed())
        }
    }

    /// The name under which limits and request keys are kept: one person or device, whatever the
    /// session.
    pub(super) fn credential(&self) -> String {
        match self {
            Self::Person { login, .. } => format!("staff:{login}"),
            Self::Device { name, .. } => format!("device:{name}"),
        }
    }

    /// As whom the queue knows the caller. Quality managers change nothing in the queue.
    pub(super) fn actor(&self) -> Actor {
        match self {
            Self::Person { login, role, .. } => match role {
                Role::Manager | Role::Admin => Actor::Supervisor {
                    login: login.clone(),
                },
                Role::Consultant | Role::Quality => Actor::Consultant {
                    login: login.clone(),
                },
            },
            Self::Device { name, .. } => Actor::Device { name: name.clone() },
        }
    }

    /// The login, if a person asks.
    pub(super) fn login(&self) -> Option<&str> {
        match self {
            Self::Person { login, .. } => Some(login),
            Self::Device { .. } => None,
        }
    }
}

impl FromRequestParts<AppState> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &AppState) -> Result<Self, Problem> {
        parts
            .extensions
            .get::<Self>()
            .cloned()
            .ok_or_else(Problem::not_signed_in)
    }
}

/// The peer's address, where the connection tells one.
pub(super) struct From(pub Option<IpAddr>);

impl<S: Send + Sync> FromRequestParts<S> for From {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        Ok(Self(parts.extensions.get::<Peer>().map(|peer| peer.0)))
    }
}

/// How a request names itself.
#[derive(Debug, PartialEq, Eq)]
enum Presented {
    /// In a header only a program sets.
    Explicit(String),
    /// In a cookie, which a browser adds by itself.
    Cookie(String),
}

/// The gate: finds the caller, refuses foreign pages and those who ask too often.
pub(super) async fn gate(
    State(state): State<AppState>,
    mut request: Request,
    next: Next,
) -> Response {
    state.counters.count_request();
    let presented = presented(request.headers(), request.uri());
    let explicit = matches!(presented, Some(Presented::Explicit(_)));
    if is_guarded(request.method(), request.headers(), explicit)
        && !is_own_origin(request.headers(), state.config.public_url.as_deref())
    {
        return Problem::foreign_origin().into_response();
    }
    let caller = presented.and_then(|presented| match presented {
        Presented::Explicit(token) | Presented::Cookie(token) => state.caller_of(&token),
    });
    let asker = match (&caller, request.extensions().get::<Peer>()) {
        (Some(caller), _) => caller.credential(),
        (None, Some(Peer(address))) => format!("address:{address}"),
        (None, None) => "address:unknown".to_owned(),
    };
    if let Err(seconds) = state.limits.take(&asker, state.clock.now()) {
        state.counters.count_limited();
        return Problem::too_many_requests(seconds).into_response();
    }
    if let Some(caller) = caller {
        request.extensions_mut().insert(caller);
    }
    next.run(request).await
}

impl AppState {
    /// Whose token or key this is. Accounts of the demonstration count in a demonstration only.
    pub(super) fn caller_of(&self, token: &str) -> Option<Caller> {
        self.caller_of_hash(&sha256_hex(token))
    }

    /// Whether the caller's credential still holds.
    pub(super) fn still_holds(&self, caller: &Caller) -> bool {
        let hash = match caller {
            Caller::Person { token_sha256, .. } => token_sha256,
            Caller::Device { key_sha256, .. } => key_sha256,
        };
        self.caller_of_hash(hash).as_ref() == Some(caller)
    }

    fn caller_of_hash(&self, hash: &str) -> Option<Caller> {
        let published = self.engine.published();
        let register = &published.state.register;
        if let Some(account) = register.session(hash, self.clock.now()) {
            return (!account.demo || published.setup.demo).then(|| Caller::Person {
                login: account.login.clone(),
                role: account.role,
                token_sha256: hash.to_owned(),
            });
        }
        register.device(hash).map(|device| Caller::Device {
            name: device.name.clone(),
            role: device.role,
            key_sha256: hash.to_owned(),
        })
    }
}

fn presented(headers: &HeaderMap, uri: &Uri) -> Option<Presented> {
    bearer(headers)
        .or_else(|| protocol_key(headers))
        .or_else(|| query_key(uri))
        .map(Presented::Explicit)
        .or_else(|| cookie(headers).map(Presented::Cookie))
}

fn bearer(headers: &HeaderMap) -> Option<String> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme
        .eq_ignore_ascii_case("bearer")
        .then(|| token.trim().to_owned())
}

fn protocol_key(headers: &HeaderMap) -> Option<String> {
    headers
        .get_all(header::SEC_WEBSOCKET_PROTOCOL)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .find_map(|protocol| protocol.trim().strip_prefix(BEARER_PROTOCOL))
        .map(str::to_owned)
}

/// Tokens and keys are base64url: nothing in them needs decoding.
fn query_key(uri: &Uri) -> Option<String> {
    if uri.path() != LIVE_PATH {
        return None;
    }
    uri.query()?
        .split('&')
        .find_map(|pair| pair.strip_prefix("key="))
        .filter(|key| !key.is_empty())
        .map(str::to_owned)
}

fn cookie(headers: &HeaderMap) -> Option<String> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(name, _)| *name == COOKIE)
        .map(|(_, value)| value.to_owned())
}

/// Whether a foreign page must not cause this request. One that carries its credential in a header
/// was made by a program that holds it; a WebSocket is never opened for a foreign page.
fn is_guarded(method: &Method, headers: &HeaderMap, explicit: bool) -> bool {
    let safe = matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS);
    headers.contains_key(header::UPGRADE) || (!safe && !explicit)
}

/// Whether the request comes from a page of this daemon, or from no page at all.
fn is_own_origin(headers: &HeaderMap, public_url: Option<&str>) -> bool {
    let text = |name: &str| headers.get(name).map(|value| value.to_str().unwrap_or(""));
    if let Some(site) = text("sec-fetch-site")
        && !matches!(site, "same-origin" | "none")
    {
        return false;
    }
    let Some(origin) = text("origin") else {
        return true;
    };
    if public_url.is_some_and(|url| origin_of(url).eq_ignore_ascii_case(origin)) {
        return true;
    }
    let authority = origin.split_once("://").map(|(_, authority)| authority);
    match (authority, text("host")) {
        (Some(authority), Some(host)) => authority.eq_ignore_ascii_case(host),
        (_, _) => false,
    }
}

/// "https://rinda.example:8443" of "https://rinda.example:8443/centre/".
fn origin_of(url: &str) -> &str {
    let start = url.find("://").map_or(0, |at| at + "://".len());
    let rest = url.get(start..).unwrap_or("");
    let length = rest.find('/').unwrap_or(rest.len());
    url.get(..start + length).unwrap_or(url)
}

/// A fresh token or key; `None` where the system has no randomness.
pub fn fresh_token() -> Option<String> {
    use base64::Engine as _;
    let mut bytes = [0; TOKEN_BYTES];
    getrandom::fill(&mut bytes).ok()?;
    Some(base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(bytes))
}

/// SHA-256 as hex, as the register keeps tokens and keys.
pub fn sha256_hex(text: &str) -> String {
    Sha256::digest(text.as_bytes())
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        pairs
            .iter()
            .map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()))
            .collect()
    }

    #[test]
    fn a_foreign_page_is_told_from_ones_own() {
        let public = Some("https://rinda.example/centre");
        for (pairs, own) in [
            (&[("host", "a:80")][..], true),
            (&[("host", "a:80"), ("origin", "http://a:80")], true),
            (&[("host", "a:80"), ("origin", "http://b:80")], false),
            (&[("host", "a:80"), ("origin", "null")], false),
            (&[("host", "a"), ("origin", "https://rinda.example")], true),
            (
                &[("host", "a"), ("origin", "https://rinda.example.org")],
                false,
            ),
            (&[("host", "a"), ("sec-fetch-site", "cross-site")], false),
            (&[("host", "a"), ("sec-fetch-site", "same-site")], false),
            (&[("host", "a"), ("sec-fetch-site", "same-origin")], true),
        ] {
            assert_eq!(is_own_origin(&headers(pairs), public), own, "{pairs:?}");
        }
    }

    #[test]
    fn a_header_goes_before_a_cookie_and_the_query_counts_for_live_views_only() {
        let cookie = ("cookie", "a=b; rinda_session=from-cookie");
        let explicit = |token: &str| Some(Presented::Explicit(token.to_owned()));
        let live: Uri = "/api/v1/live?view=board&key=from-query".parse().unwrap();
        let other: Uri = "/api/v1/centre?key=from-query".parse().unwrap();
        assert_eq!(
            presented(&headers(&[cookie]), &other),
            Some(Presented::Cookie("from-cookie".to_owned()))
        );
        assert_eq!(
            presented(&headers(&[cookie]), &live),
            explicit("from-query")
        );
        let bearer = headers(&[cookie, ("authorization", "bearer from-header")]);
        assert_eq!(presented(&bearer, &live), explicit("from-header"));
        let protocol = ("sec-websocket-protocol", "rinda.v1, rinda.bearer.key");
        assert_eq!(presented(&headers(&[protocol]), &live), explicit("key"));
    }
}
