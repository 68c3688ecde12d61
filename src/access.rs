//! Who may do what: accounts of staff, keys of devices, sessions. Pure, like the queue's rules.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What an account may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Serves customers at a desk.
    Consultant,
    /// Runs the centre.
    Manager,
    /// Evaluates the quarter (A1.12).
    Quality,
    /// Keeps accounts and devices.
    Admin,
}

/// What those who evaluate the quarter see of single consultants, whose figures are personal data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StaffFigures {
    /// Desks, no names.
    #[default]
    Aggregates,
    /// Names too.
    Named,
}

/// What a device key may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DeviceRole {
    /// Issues tickets.
    Kiosk,
    /// Shows calls.
    Board,
}

/// One member of staff. The password is kept as an argon2 hash only.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// Sign-in name.
    pub login: String,
    /// Name shown to colleagues; may be empty.
    pub name: String,
    /// Role.
    pub role: Role,
    /// PHC string.
    pub password_hash: String,
    /// Set when the account may no longer sign in.
    pub disabled: bool,
    /// Made by the demonstration; signs in nowhere else.
    pub demo: bool,
}

/// One kiosk or display with a key of its own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Device {
    /// Name, e.g. of the kiosk it stands for.
    pub name: String,
    /// Role.
    pub role: DeviceRole,
    /// SHA-256 of the key, hex.
    pub key_sha256: String,
}

/// A signed-in person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    /// Who.
    pub login: String,
    /// Until when.
    pub expires_at: Timestamp,
}

/// What can happen to accounts, devices and sessions. Append-only like the queue's events.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum AccessEvent {
    /// An account was made or made anew.
    StaffAdded(Account),
    /// An account may no longer sign in; its sessions end.
    StaffDisabled {
        /// Login.
        login: String,
    },
    /// A new password; sessions end.
    PasswordChanged {
        /// Login.
        login: String,
        /// PHC string.
        password_hash: String,
    },
    /// A device was given a key, replacing any it had.
    DeviceAdded(Device),
    /// A device's key no longer works.
    DeviceRevoked {
        /// Name.
        name: String,
    },
    /// Someone signed in (A2/1/1: the time is kept).
    SignedIn {
        /// SHA-256 of the token, hex.
        token_sha256: String,
        /// The session.
        session: Session,
    },
    /// Someone signed out.
    SignedOut {
        /// SHA-256 of the token, hex.
        token_sha256: String,
    },
}

/// Accounts, devices and sessions as they stand.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Register {
    /// By login.
    pub accounts: BTreeMap<String, Account>,
    /// By name.
    pub devices: BTreeMap<String, Device>,
    /// By SHA-256 of the token.
    pub sessions: BTreeMap<String, Session>,
}

impl Register {
    /// Brings the register up to date with one event.
    pub fn apply(&mut self, at: Timestamp, event: &AccessEvent) {
        self.sessions.retain(|_, session| session.expires_at > at);
        match event {
            AccessEvent::StaffAdded(account) => {
                self.accounts.insert(account.login.clone(), account.clone());
            }
            AccessEvent::StaffDisabled { login } => {
                if let Some(account) = self.accounts.get_mut(login) {
                    account.disabled = true;
                }
                self.sessions.retain(|_, session| session.login != *login);
            }
            AccessEvent::PasswordChanged {
                login,
                password_hash,
            } => {
                if let Some(account) = self.accounts.get_mut(login) {
                    account.password_hash.clone_from(password_hash);
                }
                self.sessions.retain(|_, session| session.login != *login);
            }
            AccessEvent::DeviceAdded(device) => {
                self.devices.insert(device.name.clone(), device.clone());
            }
            AccessEvent::DeviceRevoked { name } => {
                self.devices.remove(name);
            }
            AccessEvent::SignedIn {
                token_sha256,
                session,
            } => {
                self.sessions.insert(token_sha256.clone(), session.clone());
            }
            AccessEvent::SignedOut { token_sha256 } => {
                self.sessions.remove(token_sha256);
            }
        }
    }

    /// Who holds this token now.
    pub fn session(&self, token_sha256: &str, now: Timestamp) -> Option<&Account> {
        let session = self.sessions.get(token_sha256)?;
        let account = self.accounts.get(&session.login)?;
        (session.expires_at > now && !account.disabled).then_some(account)
    }

    /// Which device holds this key.
    pub fn device(&self, key_sha256: &str) -> Option<&Device> {
        self.devices
            .values()
            .find(|device| device.key_sha256 == key_sha256)
    }
}

/// Why the register refused a change.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AccessRejection {
    /// The login is taken.
    #[error("the login \"{0}\" exists already: choose another or set its password")]
    LoginTaken(String),
    /// No such login.
    #[error("there is no login \"{0}\"")]
    NoSuchLogin(String),
    /// The device name is taken.
    #[error("the device \"{0}\" exists already: revoke it first")]
    DeviceTaken(String),
    /// No such device.
    #[error("there is no device \"{0}\"")]
    NoSuchDevice(String),
    /// A name that is empty, too long or has unfit characters.
    #[error("\"{0}\" is no fit name: use 1 to 64 letters, digits, '.', '-', '_'")]
    UnfitName(String),
}

/// Longest login or device name, characters.
pub const NAME_CHARS_MAX: usize = 64;

impl Register {
    /// Whether a change may be made.
    ///
    /// # Errors
    /// The refusal.
    pub fn check(&self, event: &AccessEvent) -> Result<(), AccessRejection> {
        match event {
            AccessEvent::StaffAdded(account) => {
                fit_name(&account.login)?;
                if self.accounts.contains_key(&account.login) {
                    return Err(AccessRejection::LoginTaken(account.login.clone()));
                }
                Ok(())
            }
            AccessEvent::StaffDisabled { login } | AccessEvent::PasswordChanged { login, .. } => {
                if self.accounts.contains_key(login) {
                    Ok(())
                } else {
                    Err(AccessRejection::NoSuchLogin(login.clone()))
                }
            }
            AccessEvent::DeviceAdded(device) => {
                fit_name(&device.name)?;
                if self.devices.contains_key(&device.name) {
                    return Err(AccessRejection::DeviceTaken(device.name.clone()));
                }
                Ok(())
            }
            AccessEvent::DeviceRevoked { name } => {
                if self.devices.contains_key(name) {
                    Ok(())
                } else {
                    Err(AccessRejection::NoSuchDevice(name.clone()))
                }
            }
            AccessEvent::SignedIn { .. } | AccessEvent::SignedOut { .. } => Ok(()),
        }
    }
}

fn fit_name(name: &str) -> Result<(), AccessRejection> {
    let fit = |c: char| c.is_alphanumeric() || matches!(c, '.' | '-' | '_');
    if !name.is_empty() && name.chars().count() <= NAME_CHARS_MAX && name.chars().all(fit) {
        Ok(())
    } else {
        Err(AccessRejection::UnfitName(name.to_owned()))
    }
}
