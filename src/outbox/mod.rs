//! Ways out of the centre: e-mail and a webhook. They know nothing of the engine: a letter goes in,
//! whether a server took it comes out.

pub mod letter;
mod mail;
mod webhook;

use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::quality::messages::{Route, Trouble, WHY_CHARS_MAX};
pub use letter::Letter;

/// One attempt takes this long at most.
pub const ATTEMPT_TIME_MAX: Duration = Duration::from_secs(30);

/// Largest secret or certificate file read, bytes.
const FILE_BYTES_MAX: u64 = 64 * 1024;

/// How a connection to the mail server is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MailTls {
    /// It begins plain and must become encrypted.
    StartTls,
    /// It is encrypted from the first byte.
    Tls,
    /// It stays plain: within this machine only.
    None,
}

/// The mail server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailServer {
    /// Name, which its certificate must have.
    pub host: String,
    /// Port.
    pub port: u16,
    /// Encryption.
    pub tls: MailTls,
    /// Address of the sender.
    pub from: String,
    /// User, where the server wants one.
    pub user: Option<String>,
    /// File with the password alone.
    pub password_file: Option<PathBuf>,
    /// PEM file with the authority that signed the server's certificate, beside the system's.
    pub ca_file: Option<PathBuf>,
}

/// The webhook.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Webhook {
    /// Address.
    pub url: String,
    /// File with the key of the signature.
    pub secret_file: PathBuf,
    /// PEM file with the authority that signed the server's certificate, beside the system's.
    pub ca_file: Option<PathBuf>,
}

/// All ways there are.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Ways {
    /// By e-mail.
    pub mail: Option<MailServer>,
    /// By webhook.
    pub webhook: Option<Webhook>,
}

/// A letter that was not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{detail}")]
pub struct NotSent {
    /// What kind of trouble it is.
    pub trouble: Trouble,
    /// The server's words, or the system's.
    pub detail: String,
}

impl NotSent {
    fn new(trouble: Trouble, detail: impl Into<String>) -> Self {
        let detail: String = detail.into();
        Self {
            trouble,
            detail: detail.chars().take(WHY_CHARS_MAX).collect(),
        }
    }
}

impl Ways {
    /// Tries once to hand the letter over. After `Ok` the receiver's server has it; after an error
    /// it may have it all the same, where the connection broke before its answer.
    ///
    /// # Errors
    /// Why it did not take it.
    pub async fn send(&self, to: &Route, letter: &Letter) -> Result<(), NotSent> {
        let attempt = async {
            match (to, &self.mail, &self.webhook) {
                (Route::Mail(address), Some(server), _) => {
                    mail::send(server, address, letter).await
                }
                (Route::Webhook, _, Some(webhook)) => webhook::send(webhook, letter).await,
                (Route::Mail(_), None, _) => Err(NotSent::new(
                    Trouble::NotConfigured,
                    "the configuration has no [mail]",
                )),
                (Route::Webhook, _, None) => Err(NotSent::new(
                    Trouble::NotConfigured,
                    "the configuration has no [webhook]",
                )),
            }
        };
        let late = |_| NotSent::new(Trouble::TimedOut, "no answer within 30 seconds");
        tokio::time::timeout(ATTEMPT_TIME_MAX, attempt)
            .await
            .map_err(late)?
    }
}

/// A file's text. It is read for each attempt, so that a new password needs no restart.
async fn read(path: &Path) -> Result<String, NotSent> {
    let unreadable = |why: String| {
        let text = format!("cannot read {}: {why}", path.display());
        NotSent::new(Trouble::NotConfigured, text)
    };
    let size = tokio::fs::metadata(path).await;
    let size = size.map_err(|error| unreadable(error.to_string()))?.len();
    if size > FILE_BYTES_MAX {
        return Err(unreadable(format!(
            "it is larger than {FILE_BYTES_MAX} bytes"
        )));
    }
    let text = tokio::fs::read_to_string(path).await;
    text.map_err(|error| unreadable(error.to_string()))
}

/// A secret that stands alone in a file.
async fn secret(path: &Path) -> Result<String, NotSent> {
    let text = read(path).await?;
    let secret = text.trim_end_matches(['\r', '\n']);
    if secret.is_empty() {
        let text = format!("{} is empty", path.display());
        return Err(NotSent::new(Trouble::NotConfigured, text));
    }
    Ok(secret.to_owned())
}

/// An error and what it comes from, in one line.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        let inner = error.to_string();
        if !text.ends_with(&inner) {
            text.push_str(": ");
            text.push_str(&inner);
        }
        source = error.source();
    }
    text
}
