//! Passwords: argon2id as PHC strings. Slow on purpose, so never on a thread that serves others.

use std::sync::{Arc, OnceLock};

use argon2::password_hash::phc::PasswordHash;
use argon2::{Argon2, PasswordHasher, PasswordVerifier};
use tokio::sync::Semaphore;

/// Shortest password, characters.
pub const PASSWORD_CHARS_MIN: usize = 8;

/// Longest password, bytes.
pub const PASSWORD_BYTES_MAX: usize = 256;

/// Passwords looked at at once; each takes 19 MiB for some tens of milliseconds.
const AT_ONCE_MAX: usize = 2;

/// Passwords that may wait for their turn.
const WAITING_MAX: usize = 32;

/// Why a password cannot be worked on.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PasswordError {
    /// Too short or too long.
    #[error("use a password of at least 8 characters and at most 256 bytes")]
    Unfit,
    /// Too many wait already.
    #[error("too many sign-ins are waiting: try again")]
    Overloaded,
    /// The hash function failed.
    #[error("the password cannot be hashed: {0}")]
    Hash(String),
}

/// Hashes a new password. Takes long: call it on a blocking thread.
///
/// # Errors
/// [`PasswordError::Unfit`] and [`PasswordError::Hash`].
pub fn hash(password: &str) -> Result<String, PasswordError> {
    if password.chars().count() < PASSWORD_CHARS_MIN || password.len() > PASSWORD_BYTES_MAX {
        return Err(PasswordError::Unfit);
    }
    hash_any(password)
}

fn hash_any(password: &str) -> Result<String, PasswordError> {
    Argon2::default()
        .hash_password(password.as_bytes())
        .map(|hash| hash.to_string())
        .map_err(|error| PasswordError::Hash(error.to_string()))
}

fn verify(password: &str, phc: &str) -> bool {
    PasswordHash::new(phc).is_ok_and(|hash| {
        Argon2::default()
            .verify_password(password.as_bytes(), &hash)
            .is_ok()
    })
}

/// A few blocking threads for passwords, with a bounded queue before them.
#[derive(Debug)]
pub(super) struct PasswordDesk {
    waiting: Arc<Semaphore>,
    at_once: Arc<Semaphore>,
    /// A hash no password fits, so that an unknown login takes as long as a known one.
    nobody: Arc<OnceLock<String>>,
}

impl PasswordDesk {
    pub(super) fn new() -> Self {
        Self {
            waiting: Arc::new(Semaphore::new(WAITING_MAX)),
            at_once: Arc::new(Semaphore::new(AT_ONCE_MAX)),
            nobody: Arc::new(OnceLock::new()),
        }
    }

    /// Whether the password fits the hash; without a hash it never does, but takes as long.
    pub(super) async fn fits(
        &self,
        password: String,
        phc: Option<String>,
    ) -> Result<bool, PasswordError> {
        if password.len() > PASSWORD_BYTES_MAX {
            return Ok(false);
        }
        let nobody = self.nobody.clone();
        self.run(move || match phc {
            Some(phc) => Ok(verify(&password, &phc)),
            None => {
                let phc = nobody.get_or_init(|| hash_any("nobody's").unwrap_or_default());
                verify(&password, phc);
                Ok(false)
            }
        })
        .await
    }

    /// Hashes a new password.
    pub(super) async fn hash(&self, password: String) -> Result<String, PasswordError> {
        self.run(move || hash(&password)).await
    }

    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, PasswordError> + Send + 'static,
    ) -> Result<T, PasswordError> {
        let place = self
            .waiting
            .clone()
            .try_acquire_owned()
            .map_err(|_| PasswordError::Overloaded)?;
        let turn = self
            .at_once
            .clone()
            .acquire_owned()
            .await
            .map_err(|_| PasswordError::Overloaded)?;
        // The permits go with the work: a caller that left does not make room for more of it.
        tokio::task::spawn_blocking(move || {
            let _held = (place, turn);
            work()
        })
        .await
        .map_err(|error| PasswordError::Hash(error.to_string()))?
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_password_fits_its_own_hash_only() {
        let phc = hash("pareizā parole").unwrap();
        assert!(phc.starts_with("$argon2id$"));
        assert!(verify("pareizā parole", &phc));
        assert!(!verify("nepareizā parole", &phc));
        assert!(!verify("pareizā parole", "not a hash"));
    }

    #[test]
    fn short_and_overlong_passwords_are_unfit() {
        assert_eq!(hash("septiņi"), Err(PasswordError::Unfit));
        assert_eq!(hash(&"a".repeat(257)), Err(PasswordError::Unfit));
    }
}
