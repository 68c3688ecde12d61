//! Codes of booked visits, and the keys under which they are hashed.
//!
//! A code is short, so a plain hash of it in the journal could be tried out, and the journal is kept
//! for years. Therefore each date has a key of its own in `<data>/appointment-keys.json`, outside the
//! journal and its exports; when the date is over the key is destroyed, and what the journal holds
//! leads to no code any more. A code that is made here is made of the key and the request, so that a
//! repeat of the request finds the same one although it is stored nowhere.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard};

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::private_file;
use crate::queue::appointments::{CodeHash, ReferenceHash};

/// Name of the file of keys in the data directory.
pub const KEYS_FILE: &str = "appointment-keys.json";

/// Characters of a code made here: 25⁷ are six thousand million codes.
pub const CODE_CHARS: usize = 7;

/// Characters of a code that another booking system made, least and most.
pub const FOREIGN_CODE_CHARS: (usize, usize) = (6, 16);

/// Capital letters and digits that are not taken for one another.
const ALPHABET: &[u8; 25] = b"ACDEFGHJKLMNPQRTVWXY34679";

/// Bytes of a key.
const KEY_BYTES: usize = 32;

/// Bytes of a hash that are kept.
const HASH_BYTES: usize = 16;

/// A customer's code: capital letters and digits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Code(String);

impl Code {
    /// A code as somebody typed it: spaces, hyphens and small letters do not matter. Absent where
    /// it cannot be one.
    pub fn typed(text: &str) -> Option<Self> {
        let (min, max) = FOREIGN_CODE_CHARS;
        let plain: String = text
            .chars()
            .filter(|c| !c.is_whitespace() && *c != '-')
            .map(|c| c.to_ascii_uppercase())
            .collect();
        let fits = (min..=max).contains(&plain.len())
            && plain.bytes().all(|byte| byte.is_ascii_alphanumeric());
        fits.then_some(Self(plain))
    }

    /// As it is shown.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Why there is no hash.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// The file of keys cannot be used.
    #[error("cannot {what} {}: {source}", path.display())]
    File {
        /// What was tried.
        what: &'static str,
        /// The file.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// The system gives no randomness.
    #[error("the system gives no randomness for keys")]
    NoChance,
}

/// One key, written in base64.
#[derive(Clone, Serialize, Deserialize)]
#[serde(transparent)]
struct Key(String);

#[derive(Clone, Default, Serialize, Deserialize)]
struct Keys {
    /// For other systems' references, which outlast a date when a visit is moved.
    references: Option<Key>,
    /// By date of the visits.
    dates: BTreeMap<Date, Key>,
}

/// The keys of the dates to come.
#[derive(Default)]
pub struct CodeKeys {
    file: Option<PathBuf>,
    keys: Mutex<Keys>,
}

impl CodeKeys {
    /// Keys of a data directory. A file that cannot be understood is set aside: its codes are lost,
    /// and staff find the visits in the list.
    ///
    /// # Errors
    /// Where the file cannot be read.
    pub fn open(data: &Path) -> Result<Self, KeyError> {
        let path = data.join(KEYS_FILE);
        let file = |what| {
            let path = path.clone();
            move |source| KeyError::File { what, path, source }
        };
        let keys = match fs::read(&path) {
            Ok(bytes) => match serde_json::from_slice(&bytes) {
                Ok(keys) => keys,
                Err(error) => {
                    tracing::error!(%error, "the keys of appointment codes are damaged and set aside");
                    let aside = path.with_extension("json.damaged");
                    fs::rename(&path, aside).map_err(file("set aside"))?;
                    Keys::default()
                }
            },
            Err(error) if error.kind() == io::ErrorKind::NotFound => Keys::default(),
            Err(error) => return Err(file("read")(error)),
        };
        Ok(Self {
            file: Some(path),
            keys: Mutex::new(keys),
        })
    }

    /// The hash of a code for a visit of a date.
    ///
    /// # Errors
    /// Where a new key cannot be kept; the visit must not be booked then.
    pub fn hash(&self, date: Date, code: &Code) -> Result<CodeHash, KeyError> {
        Ok(hash_under(&self.key_of(date)?, code))
    }

    /// What a code could be hashed to: once for each date that has a key.
    pub fn hashes(&self, code: &Code) -> Vec<CodeHash> {
        let keys = self.lock();
        keys.dates
            .values()
            .map(|key| hash_under(key, code))
            .collect()
    }

    /// The code that a request gets for a visit of a date: always the same for the same request and
    /// attempt, and nobody without the key can tell which.
    ///
    /// # Errors
    /// Where a new key cannot be kept.
    pub fn code_for(&self, date: Date, request: &str, attempt: u32) -> Result<Code, KeyError> {
        let key = self.key_of(date)?;
        let mut code = String::with_capacity(CODE_CHARS);
        let mut round = 0u32;
        while code.len() < CODE_CHARS {
            let text = format!("code\0{round}\0{attempt}\0{request}");
            let digest = hmac(key.0.as_bytes(), text.as_bytes());
            // 250 is a multiple of 25: each character is as likely as any other.
            let fair = digest.iter().filter(|byte| **byte < 250);
            let chars = fair.filter_map(|byte| ALPHABET.get(usize::from(byte % 25)));
            code.extend(
                chars
                    .map(|byte| char::from(*byte))
                    .take(CODE_CHARS - code.len()),
            );
            round += 1;
        }
        Ok(Code(code))
    }

    /// The hash of another system's reference.
    ///
    /// # Errors
    /// Where a new key cannot be kept.
    pub fn reference(&self, reference: &str) -> Result<ReferenceHash, KeyError> {
        let mut keys = self.lock();
        if keys.references.is_none() {
            let mut with = keys.clone();
            with.references = Some(fresh_key()?);
            self.save(&with)?;
            *keys = with;
        }
        let key = keys.references.as_ref().map_or("", |key| &key.0);
        let text = format!("reference\0{reference}");
        Ok(ReferenceHash(short(&hmac(key.as_bytes(), text.as_bytes()))))
    }

    /// Destroys the keys of the dates before `today`.
    ///
    /// # Errors
    /// Where the file cannot be written; the keys are there still.
    pub fn forget_before(&self, today: Date) -> Result<(), KeyError> {
        let mut keys = self.lock();
        if keys
            .dates
            .keys()
            .next()
            .is_none_or(|oldest| *oldest >= today)
        {
            return Ok(());
        }
        let mut with = keys.clone();
        with.dates.retain(|date, _| *date >= today);
        self.save(&with)?;
        *keys = with;
        Ok(())
    }

    fn key_of(&self, date: Date) -> Result<Key, KeyError> {
        let mut keys = self.lock();
        if let Some(key) = keys.dates.get(&date) {
            return Ok(key.clone());
        }
        let key = fresh_key()?;
        let mut with = keys.clone();
        with.dates.insert(date, key.clone());
        self.save(&with)?;
        *keys = with;
        Ok(key)
    }

    /// On disk before anything is hashed under a new key: a visit booked outlasts a power cut.
    fn save(&self, keys: &Keys) -> Result<(), KeyError> {
        let Some(path) = &self.file else {
            return Ok(());
        };
        private_file::write(path, keys).map_err(|source| KeyError::File {
            what: "write",
            path: path.clone(),
            source,
        })
    }

    fn lock(&self) -> MutexGuard<'_, Keys> {
        self.keys.lock().unwrap_or_else(|e| e.into_inner())
    }
}

impl std::fmt::Debug for CodeKeys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CodeKeys").finish_non_exhaustive()
    }
}

fn fresh_key() -> Result<Key, KeyError> {
    let mut bytes = [0u8; KEY_BYTES];
    getrandom::fill(&mut bytes).map_err(|_| KeyError::NoChance)?;
    Ok(Key(base64(&bytes)))
}

fn hash_under(key: &Key, code: &Code) -> CodeHash {
    let text = format!("hash\0{}", code.0);
    CodeHash(short(&hmac(key.0.as_bytes(), text.as_bytes())))
}

fn short(digest: &[u8; 32]) -> String {
    base64(digest.get(..HASH_BYTES).unwrap_or(digest))
}

fn base64(bytes: &[u8]) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(bytes)
}

/// HMAC-SHA-256 (RFC 2104) as hex, under a key of any length.
pub fn hmac_sha256_hex(key: &[u8], message: &[u8]) -> String {
    let digest: [u8; 32] = if key.len() > 64 {
        hmac(Sha256::digest(key).as_slice(), message)
    } else {
        hmac(key, message)
    };
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// HMAC-SHA-256 (RFC 2104) under a key of at most 64 bytes.
fn hmac(key: &[u8], message: &[u8]) -> [u8; 32] {
    let padded = |pad: u8| -> Vec<u8> {
        let key = key.iter().copied().chain(std::iter::repeat(0));
        key.take(64).map(|byte| byte ^ pad).collect()
    };
    let inner = Sha256::new()
        .chain_update(padded(0x36))
        .chain_update(message)
        .finalize();
    let outer = Sha256::new()
        .chain_update(padded(0x5c))
        .chain_update(inner)
        .finalize();
    outer.into()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn date(text: &str) -> Date {
        text.parse().unwrap()
    }

    #[test]
    fn hmac_is_that_of_rfc_4231() {
        let hex = |digest: [u8; 32]| {
            digest
                .iter()
                .map(|b| format!("{b:02x}"))
                .collect::<String>()
        };
        assert_eq!(
            hex(hmac(b"Jefe", b"what do ya want for nothing?")),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        );
    }

    #[test]
    fn a_code_is_read_however_it_is_typed() {
        for text in ["ACD34EF", "acd34ef", " ACD-34 EF "] {
            assert_eq!(Code::typed(text).unwrap().as_str(), "ACD34EF");
        }
        for text in ["", "ACD34", "ACD34ĒF", "ACD34EF7ACD34EF77"] {
            assert!(Code::typed(text).is_none(), "{text}");
        }
    }

    #[test]
    fn a_request_gets_the_same_code_again_and_another_one_another() {
        let keys = CodeKeys::default();
        let day = date("2026-11-23");
        let code = keys.code_for(day, "a", 0).unwrap();
        assert_eq!(code.as_str().len(), CODE_CHARS);
        assert_eq!(Code::typed(code.as_str()), Some(code.clone()));
        assert_eq!(keys.code_for(day, "a", 0).unwrap(), code);
        for (day, request, attempt) in [(day, "b", 0), (day, "a", 1), (date("2026-11-24"), "a", 0)]
        {
            assert_ne!(keys.code_for(day, request, attempt).unwrap(), code);
        }
    }

    #[test]
    fn keys_outlast_a_restart_and_not_their_date() {
        let data = tempfile::tempdir().unwrap();
        let code = Code::typed("ACD34EF").unwrap();
        let (day, next) = (date("2026-11-23"), date("2026-11-24"));
        let keys = CodeKeys::open(data.path()).unwrap();
        let hash = keys.hash(day, &code).unwrap();
        let reference = keys.reference("booking 1").unwrap();
        assert_ne!(keys.hash(next, &code).unwrap(), hash);
        let keys = CodeKeys::open(data.path()).unwrap();
        assert_eq!(keys.hash(day, &code).unwrap(), hash);
        assert!(keys.hashes(&code).contains(&hash));
        keys.forget_before(next).unwrap();
        let keys = CodeKeys::open(data.path()).unwrap();
        assert!(!keys.hashes(&code).contains(&hash));
        assert_ne!(keys.hash(day, &code).unwrap(), hash, "a new key");
        assert_eq!(keys.reference("booking 1").unwrap(), reference);
    }

    #[test]
    fn a_damaged_file_is_set_aside() {
        let data = tempfile::tempdir().unwrap();
        fs::write(data.path().join(KEYS_FILE), b"{").unwrap();
        assert!(CodeKeys::open(data.path()).is_ok());
        assert!(data.path().join("appointment-keys.json.damaged").exists());
    }
}
