//! Accounts and devices from the command line.

use anyhow::{Context as _, Result};
use serde::{Deserialize, Serialize};

use crate::access::{AccessEvent, Account, Device, DeviceRole, Register, Role};
use crate::web::{fresh_token, hash_password, sha256_hex};

/// What to do with accounts and devices.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case")]
pub enum StaffChange {
    /// A new account.
    Add {
        /// Sign-in name.
        login: String,
        /// Role.
        role: Role,
        /// Name shown to colleagues.
        name: String,
        /// Password.
        password: String,
    },
    /// All accounts.
    List,
    /// An account that may no longer sign in.
    Disable {
        /// Login.
        login: String,
    },
    /// A new password.
    SetPassword {
        /// Login.
        login: String,
        /// Password.
        password: String,
    },
    /// A new device.
    AddDevice {
        /// Name.
        name: String,
        /// Role.
        role: DeviceRole,
    },
    /// All devices.
    ListDevices,
    /// A key that no longer works.
    RevokeDevice {
        /// Name.
        name: String,
    },
}

/// What follows from a change.
#[derive(Debug)]
pub struct Outcome {
    /// To be recorded.
    pub event: Option<AccessEvent>,
    /// To be printed.
    pub says: String,
}

/// Works out a change. Hashing a password takes a moment: not for a runtime's thread.
///
/// # Errors
/// Where the register refuses it or the password is too short.
pub fn prepare(register: &Register, change: &StaffChange) -> Result<Outcome> {
    let (event, says) = match change {
        StaffChange::Add {
            login,
            role,
            name,
            password,
        } => {
            let account = Account {
                login: login.clone(),
                name: name.clone(),
                role: *role,
                password_hash: hash_password(password)?,
                disabled: false,
                demo: false,
            };
            let says = format!("added {login}");
            (AccessEvent::StaffAdded(account), says)
        }
        StaffChange::List => return Ok(list(register)),
        StaffChange::ListDevices => return Ok(list_devices(register)),
        StaffChange::Disable { login } => (
            AccessEvent::StaffDisabled {
                login: login.clone(),
            },
            format!("disabled {login}"),
        ),
        StaffChange::SetPassword { login, password } => (
            AccessEvent::PasswordChanged {
                login: login.clone(),
                password_hash: hash_password(password)?,
            },
            format!("changed the password of {login}"),
        ),
        StaffChange::AddDevice { name, role } => {
            let key = fresh_token().context("the system gives no randomness for a key")?;
            let device = Device {
                name: name.clone(),
                role: *role,
                key_sha256: sha256_hex(&key),
            };
            // The key stands alone, so that a script can take it as it is.
            (AccessEvent::DeviceAdded(device), key)
        }
        StaffChange::RevokeDevice { name } => (
            AccessEvent::DeviceRevoked { name: name.clone() },
            format!("revoked {name}"),
        ),
    };
    register.check(&event)?;
    Ok(Outcome {
        event: Some(event),
        says,
    })
}

fn list(register: &Register) -> Outcome {
    let mut lines = vec![format!(
        "{:<24} {:<12} {:<10} name",
        "login", "role", "state"
    )];
    for account in register.accounts.values() {
        lines.push(format!(
            "{:<24} {:<12} {:<10} {}",
            account.login,
            format!("{:?}", account.role).to_lowercase(),
            if account.disabled {
                "disabled"
            } else {
                "active"
            },
            account.name
        ));
    }
    Outcome {
        event: None,
        says: lines.join("\n"),
    }
}

fn list_devices(register: &Register) -> Outcome {
    let mut lines = vec![format!("{:<24} role", "name")];
    for device in register.devices.values() {
        lines.push(format!(
            "{:<24} {}",
            device.name,
            format!("{:?}", device.role).to_lowercase()
        ));
    }
    Outcome {
        event: None,
        says: lines.join("\n"),
    }
}
