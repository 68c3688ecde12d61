//! Accounts of staff and keys of devices, for administrators.

use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::AppState;
use super::access::{ADMINS, Caller, REGISTER_READERS, fresh_token, sha256_hex};
use super::answers::Answer;
use super::body::{At, Given, Nothing, RequestKey};
use super::problem::Problem;
use super::steps::scoped;
use crate::access::{AccessEvent, AccessRejection, Account, Device, DeviceRole, Role};

/// Longest name of a person, characters.
const PERSON_CHARS_MAX: usize = 100;

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(staff, add_staff))
        .routes(routes!(disable))
        .routes(routes!(set_password))
        .routes(routes!(devices, add_device))
        .routes(routes!(revoke))
}

/// One account.
#[derive(Serialize, Deserialize, ToSchema)]
pub(super) struct StaffLine {
    /// Login.
    login: String,
    /// Name; may be empty.
    name: String,
    /// Role.
    role: Role,
    /// May no longer sign in.
    disabled: bool,
    /// Made by the demonstration.
    demo: bool,
    /// Desk where the person works now.
    desk: Option<u16>,
}

/// All accounts, by login.
#[derive(Serialize, Deserialize, ToSchema)]
pub(super) struct StaffList {
    /// Accounts.
    staff: Vec<StaffLine>,
}

/// A new account.
#[derive(Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct StaffRequest {
    /// Login: 1 to 64 letters, digits, '.', '-', '_'.
    login: String,
    /// Name shown to colleagues, at most 100 characters.
    #[serde(default)]
    name: String,
    /// Role.
    role: Role,
    /// Password of at least 8 characters.
    password: String,
}

/// A new password.
#[derive(Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PasswordRequest {
    /// Password of at least 8 characters.
    password: String,
}

/// One device.
#[derive(Serialize, Deserialize, ToSchema)]
pub(super) struct DeviceLine {
    /// Name, e.g. of the kiosk it stands for.
    name: String,
    /// Role.
    role: DeviceRole,
}

/// All devices, by name.
#[derive(Serialize, Deserialize, ToSchema)]
pub(super) struct DeviceList {
    /// Devices.
    devices: Vec<DeviceLine>,
}

/// A new device.
#[derive(Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct DeviceRequest {
    /// Name: 1 to 64 letters, digits, '.', '-', '_'. A kiosk's device bears the kiosk's name.
    name: String,
    /// Role.
    role: DeviceRole,
}

/// A device with its key.
#[derive(Serialize, Deserialize, ToSchema)]
pub(super) struct DeviceKey {
    /// Name.
    name: String,
    /// Role.
    role: DeviceRole,
    /// The key, shown once.
    key: String,
}

/// List accounts
#[utoipa::path(get, path = "/api/v1/staff", tag = "staff",
    responses((status = 200, body = StaffList),
        (status = "default", body = Problem, content_type = "application/problem+json", description = "Refusal")))]
async fn staff(State(state): State<AppState>, caller: Caller) -> Result<Answer, Problem> {
    caller.must_be(REGISTER_READERS)?;
    let published = state.engine.published();
    let accounts = published.state.register.accounts.values();
    let staff = accounts.map(|account| line(&state, account)).collect();
    Answer::json(StatusCode::OK, &StaffList { staff })
}

/// Make an account
#[utoipa::path(post, path = "/api/v1/staff", tag = "staff", request_body = StaffRequest,
    responses((status = 201, body = StaffLine),
        (status = "default", body = Problem, content_type = "application/problem+json", description = "`login_taken`, `invalid`, …")))]
async fn add_staff(
    State(state): State<AppState>,
    caller: Caller,
    key: RequestKey,
    Given(request): Given<StaffRequest>,
) -> Result<Answer, Problem> {
    caller.must_be(ADMINS)?;
    if request.name.chars().count() > PERSON_CHARS_MAX {
        return Err(Problem::invalid(
            "name",
            format!("use at most {PERSON_CHARS_MAX} characters"),
        ));
    }
    once(&state, &caller, &key, "staff", &request, async {
        let mut account = Account {
            login: request.login.clone(),
            name: request.name.trim().to_owned(),
            role: request.role,
            password_hash: String::new(),
            disabled: false,
            demo: false,
        };
        // Refused before the slow hash, and once more by the engine.
        let published = state.engine.published();
        let event = AccessEvent::StaffAdded(account.clone());
        published.state.register.check(&event)?;
        account.password_hash = state.passwords.hash(request.password.clone()).await?;
        let answer = Answer::json(StatusCode::CREATED, &line(&state, &account))?;
        let event = AccessEvent::StaffAdded(account);
        state.engine.change_access(caller.actor(), event).await?;
        Ok(answer)
    })
    .await
}

/// Bar an account; its sessions end
#[utoipa::path(post, path = "/api/v1/staff/{login}/disable", tag = "staff", request_body = Nothing,
    params(("login" = String, Path, description = "Login")),
    responses((status = 200, body = StaffLine),
        (status = "default", body = Problem, content_type = "application/problem+json", description = "`no_such_login`, `own_account`")))]
async fn disable(
    State(state): State<AppState>,
    caller: Caller,
    At(login): At<String>,
    _: Given<Nothing>,
) -> Result<Answer, Problem> {
    caller.must_be(ADMINS)?;
    if caller.login() == Some(login.as_str()) {
        return Err(Problem::own_account());
    }
    let event = AccessEvent::StaffDisabled {
        login: login.clone(),
    };
    state.engine.change_access(caller.actor(), event).await?;
    account_answer(&state, &login)
}

/// Give an account a new password; its sessions end
#[utoipa::path(post, path = "/api/v1/staff/{login}/password", tag = "staff", request_body = PasswordRequest,
    params(("login" = String, Path, description = "Login")),
    responses((status = 200, body = StaffLine),
        (status = "default", body = Problem, content_type = "application/problem+json", description = "`no_such_login`, `invalid`")))]
async fn set_password(
    State(state): State<AppState>,
    caller: Caller,
    At(login): At<String>,
    Given(request): Given<PasswordRequest>,
) -> Result<Answer, Problem> {
    caller.must_be(ADMINS)?;
    let known = state.engine.published();
    if !known.state.register.accounts.contains_key(&login) {
        return Err(AccessRejection::NoSuchLogin(login).into());
    }
    let password_hash = state.passwords.hash(request.password).await?;
    let event = AccessEvent::PasswordChanged {
        login: login.clone(),
        password_hash,
    };
    state.engine.change_access(caller.actor(), event).await?;
    account_answer(&state, &login)
}

/// List devices
#[utoipa::path(get, path = "/api/v1/devices", tag = "devices",
    responses((status = 200, body = DeviceList),
        (status = "default", body = Problem, content_type = "application/problem+json", description = "Refusal")))]
async fn devices(State(state): State<AppState>, caller: Caller) -> Result<Answer, Problem> {
    caller.must_be(REGISTER_READERS)?;
    let published = state.engine.published();
    let devices = published
        .state
        .register
        .devices
        .values()
        .map(|device| DeviceLine {
            name: device.name.clone(),
            role: device.role,
        })
        .collect();
    Answer::json(StatusCode::OK, &DeviceList { devices })
}

/// Give a device a key
#[utoipa::path(post, path = "/api/v1/devices", tag = "devices", request_body = DeviceRequest,
    responses((status = 201, body = DeviceKey),
        (status = "default", body = Problem, content_type = "application/problem+json", description = "`device_taken`, `invalid`")))]
async fn add_device(
    State(state): State<AppState>,
    caller: Caller,
    key: RequestKey,
    Given(request): Given<DeviceRequest>,
) -> Result<Answer, Problem> {
    caller.must_be(ADMINS)?;
    once(&state, &caller, &key, "devices", &request, async {
        let device_key = fresh_token().ok_or_else(Problem::internal)?;
        let device = Device {
            name: request.name.clone(),
            role: request.role,
            key_sha256: sha256_hex(&device_key),
        };
        let event = AccessEvent::DeviceAdded(device);
        state.engine.change_access(caller.actor(), event).await?;
        let answer = DeviceKey {
            name: request.name.clone(),
            role: request.role,
            key: device_key,
        };
        Answer::json(StatusCode::CREATED, &answer)
    })
    .await
}

/// Take a device's key away
#[utoipa::path(post, path = "/api/v1/devices/{name}/revoke", tag = "devices", request_body = Nothing,
    params(("name" = String, Path, description = "Name of the device")),
    responses((status = 200, body = DeviceLine),
        (status = "default", body = Problem, content_type = "application/problem+json", description = "`no_such_device`")))]
async fn revoke(
    State(state): State<AppState>,
    caller: Caller,
    At(name): At<String>,
    key: RequestKey,
    body: Given<Nothing>,
) -> Result<Answer, Problem> {
    let Given(Nothing {}) = body;
    caller.must_be(ADMINS)?;
    once(&state, &caller, &key, "revoke", &name, async {
        let published = state.engine.published();
        let device = published.state.register.devices.get(&name);
        let role = device
            .map(|device| device.role)
            .ok_or_else(|| AccessRejection::NoSuchDevice(name.clone()))?;
        let event = AccessEvent::DeviceRevoked { name: name.clone() };
        state.engine.change_access(caller.actor(), event).await?;
        let name = name.clone();
        Answer::json(StatusCode::OK, &DeviceLine { name, role })
    })
    .await
}

/// Does it once per key: what is compared is the whole request, by its hash.
async fn once(
    state: &AppState,
    caller: &Caller,
    key: &RequestKey,
    what: &str,
    request: &impl Serialize,
    work: impl Future<Output = Result<Answer, Problem>>,
) -> Result<Answer, Problem> {
    let text = serde_json::to_string(request).map_err(|_| Problem::internal())?;
    let fingerprint = sha256_hex(&format!("{what} {text}"));
    let key = scoped(caller, key);
    state
        .answers
        .once(state.clock.now(), key, &fingerprint, work)
        .await
}

fn account_answer(state: &AppState, login: &str) -> Result<Answer, Problem> {
    let published = state.engine.published();
    let account = published.state.register.accounts.get(login);
    let account = account.ok_or_else(|| AccessRejection::NoSuchLogin(login.to_owned()))?;
    Answer::json(StatusCode::OK, &line(state, account))
}

fn line(state: &AppState, account: &Account) -> StaffLine {
    let published = state.engine.published();
    StaffLine {
        login: account.login.clone(),
        name: account.name.clone(),
        role: account.role,
        disabled: account.disabled,
        demo: account.demo,
        desk: published.state.centre.desk_of(&account.login).map(|d| d.0),
    }
}
