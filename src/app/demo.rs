//! The demonstration: a centre with simulated devices, accounts that work nowhere else, and the
//! sign-ins printed.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context as _, Result, anyhow};
use serde::{Deserialize, Serialize};

use super::Centre;
use crate::access::{AccessEvent, Account, Device, DeviceRole, Role};
use crate::queue::command::Actor;
use crate::web::{fresh_token, hash_password, sha256_hex};

/// Configuration of the demonstration.
pub const CONFIG: &str = include_str!("../../config/demo.toml");

/// Data directory of the demonstration, below the current directory.
pub const DATA: &str = "demo-data";

/// Password of every account of the demonstration; refused by a daemon that is none.
pub const PASSWORD: &str = "rinda-demo";

/// Accounts of the demonstration.
pub const ACCOUNTS: [(&str, Role); 7] = [
    ("konsultants1", Role::Consultant),
    ("konsultants2", Role::Consultant),
    ("konsultants3", Role::Consultant),
    ("konsultants4", Role::Consultant),
    ("vaditajs", Role::Manager),
    ("kvalitate", Role::Quality),
    ("admin", Role::Admin),
];

/// File with the keys of the demonstration's kiosk and display, so that open pages go on after a
/// restart.
pub const KEYS: &str = "demo-keys.json";

/// Name of the demonstration's display.
pub const DISPLAY: &str = "ekrans";

/// Keys by device.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Keys(pub BTreeMap<String, String>);

/// Makes accounts and devices where they are missing and returns the devices' keys.
///
/// # Errors
/// Where the journal or the key file cannot be written.
pub async fn furnish(centre: &Centre, data: &Path, kiosk: &str) -> Result<Keys> {
    let register = centre.engine.published().state.register.clone();
    let missing: Vec<(&str, Role)> = ACCOUNTS
        .into_iter()
        .filter(|(login, _)| !register.accounts.contains_key(*login))
        .collect();
    if !missing.is_empty() {
        let password_hash = tokio::task::spawn_blocking(|| hash_password(PASSWORD)).await??;
        for (login, role) in missing {
            change(
                centre,
                AccessEvent::StaffAdded(Account {
                    login: login.to_owned(),
                    name: String::new(),
                    role,
                    password_hash: password_hash.clone(),
                    disabled: false,
                    demo: true,
                }),
            )
            .await?;
        }
    }
    let path = data.join(KEYS);
    let mut keys: Keys = match std::fs::read(&path) {
        Ok(bytes) => serde_json::from_slice(&bytes)
            .with_context(|| format!("{} is damaged: delete it", path.display()))?,
        Err(_) => Keys(BTreeMap::new()),
    };
    for (name, role) in [(kiosk, DeviceRole::Kiosk), (DISPLAY, DeviceRole::Board)] {
        let known = keys.0.get(name).is_some_and(|key| {
            register
                .devices
                .get(name)
                .is_some_and(|device| device.key_sha256 == sha256_hex(key))
        });
        if known {
            continue;
        }
        if register.devices.contains_key(name) {
            let name = name.to_owned();
            change(centre, AccessEvent::DeviceRevoked { name }).await?;
        }
        let key = fresh_token().context("the system gives no randomness for a key")?;
        let device = Device {
            name: name.to_owned(),
            role,
            key_sha256: sha256_hex(&key),
        };
        change(centre, AccessEvent::DeviceAdded(device)).await?;
        keys.0.insert(name.to_owned(), key);
    }
    write_private(&path, &serde_json::to_vec_pretty(&keys)?)?;
    Ok(keys)
}

async fn change(centre: &Centre, event: AccessEvent) -> Result<()> {
    centre
        .engine
        .change_access(Actor::Rinda, event)
        .await
        .map(drop)
        .map_err(|error| anyhow!("{error}"))
}

fn write_private(path: &Path, bytes: &[u8]) -> Result<()> {
    use std::io::Write as _;
    use std::os::unix::fs::OpenOptionsExt as _;
    std::fs::OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(path)
        .and_then(|mut file| file.write_all(bytes))
        .with_context(|| format!("cannot write {}", path.display()))
}

/// What the demonstration prints once its pages can be opened.
pub fn greeting(centre: &Centre, keys: &Keys, kiosk: &str, data: &Path) -> String {
    let base = format!("http://{}", centre.listening);
    let key = |name: &str| keys.0.get(name).map_or("", String::as_str);
    let consultants: Vec<&str> = ACCOUNTS
        .iter()
        .filter(|(_, role)| *role == Role::Consultant)
        .map(|(login, _)| *login)
        .collect();
    format!(
        "\
Rinda demo — a centre with a simulated button board and ticket printer

  Kiosk    {base}/kiosk?key={kiosk_key}
  Board    {base}/board?key={board_key}
  Desk     {base}/desk      sign in: {consultants}
  Manager  {base}/manager   sign in: vaditajs, kvalitate, admin

  Password of every demo account: {PASSWORD}
  Data: {data}   A whole day of customers: target/release/rinda simulate day --seed 1 --speed 60
  Ctrl-C stops it.
",
        kiosk_key = key(kiosk),
        board_key = key(DISPLAY),
        consultants = consultants.join(", "),
        data = data.display(),
    )
}
