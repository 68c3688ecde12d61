//! Signatures under the figures of quarters (A1.12).
//!
//! A signature's fact holds the figures themselves, so that what was signed can be shown years later
//! whatever the program counts then. The state holds everything but them: they are found in the
//! journal by the signature's sequence.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};
use utoipa::ToSchema;

use super::Noted;

/// Longest comment, characters.
pub const COMMENT_CHARS_MAX: usize = 1_000;

/// Hexadecimal digits of a SHA-256.
const SHA256_DIGITS: usize = 64;

/// What was signed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Signed {
    /// What of it the state keeps.
    #[serde(flatten)]
    pub under: Under,
    /// The figures, canonical: [`digest`] of them is `figures_sha256`.
    pub figures: Value,
}

/// What a signature stands under, without the figures themselves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Under {
    /// "2026-Q3".
    pub quarter: String,
    /// The moment the figures stood at.
    pub as_of: Timestamp,
    /// Name of who signed, as it was then.
    pub name: String,
    /// What they remarked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
    /// Version of the definitions by which the figures were counted.
    pub definitions: u32,
    /// First sequence of the quarter's closed journal file.
    pub first_seq: u64,
    /// Last sequence of it.
    pub last_seq: u64,
    /// SHA-256 of the uncompressed file, hex, as its seal says.
    pub journal_sha256: String,
    /// SHA-256 of the canonical figures, hex.
    pub figures_sha256: String,
}

/// What can happen.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum SigningEvent {
    /// A quarter was signed.
    Signed(Box<Signed>),
}

/// A signature.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Signature {
    /// Under what.
    #[serde(flatten)]
    pub under: Under,
    /// When.
    pub signed_at: Timestamp,
    /// Login of who signed; absent in journals where logins of that time are kept no more.
    pub by: Option<String>,
}

/// All signatures by the sequence of their fact, oldest first.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Signatures(BTreeMap<u64, Signature>);

/// Why a signature is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SigningRejection {
    /// The comment is too long.
    #[error("write the comment in at most {COMMENT_CHARS_MAX} characters")]
    CommentTooLong,
    /// The newest signature of the quarter stands under the same figures and the same journal.
    #[error("{quarter} is signed already, by {name}: the figures are the same")]
    AlreadySigned {
        /// The quarter.
        quarter: String,
        /// By whom.
        name: String,
    },
    /// The figures are not those that the digest is of, or of a time that has not come.
    #[error("the figures to be signed do not fit together: load the report again")]
    Unfit,
}

/// SHA-256 of figures in hex: of their JSON with sorted keys and without blanks.
pub fn digest(figures: &Value) -> String {
    let digest = Sha256::digest(figures.to_string());
    digest.iter().fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

/// A comment as it is kept: without blanks around it, none where nothing is left.
///
/// # Errors
/// [`SigningRejection::CommentTooLong`].
pub fn comment(text: Option<&str>) -> Result<Option<String>, SigningRejection> {
    let text = text.unwrap_or_default().trim();
    if text.chars().count() > COMMENT_CHARS_MAX {
        return Err(SigningRejection::CommentTooLong);
    }
    Ok((!text.is_empty()).then(|| text.to_owned()))
}

impl Signatures {
    /// Whether something may be signed. Whether the quarter is over and settled is the report's to
    /// say, which the figures come from.
    ///
    /// # Errors
    /// The refusal.
    pub fn check(&self, now: Timestamp, event: &SigningEvent) -> Result<(), SigningRejection> {
        let SigningEvent::Signed(signed) = event;
        let under = &signed.under;
        comment(under.comment.as_deref())?;
        let is_digest = |text: &str| {
            text.len() == SHA256_DIGITS && text.bytes().all(|byte| byte.is_ascii_hexdigit())
        };
        if under.as_of > now
            || under.first_seq > under.last_seq
            || !is_digest(&under.journal_sha256)
            || digest(&signed.figures) != under.figures_sha256
        {
            return Err(SigningRejection::Unfit);
        }
        match self.of(&under.quarter).next_back() {
            Some((_, last))
                if last.under.figures_sha256 == under.figures_sha256
                    && last.under.journal_sha256 == under.journal_sha256 =>
            {
                Err(SigningRejection::AlreadySigned {
                    quarter: under.quarter.clone(),
                    name: last.under.name.clone(),
                })
            }
            Some(_) | None => Ok(()),
        }
    }

    /// Brings the signatures up to date with one fact.
    pub fn apply(&mut self, noted: Noted<'_>, event: &SigningEvent) {
        let SigningEvent::Signed(signed) = event;
        let signature = Signature {
            under: signed.under.clone(),
            signed_at: noted.at,
            by: noted.actor.login().map(str::to_owned),
        };
        self.0.insert(noted.seq, signature);
    }

    /// The signatures of a quarter by their sequence, oldest first.
    pub fn of(&self, quarter: &str) -> impl DoubleEndedIterator<Item = (u64, &Signature)> {
        self.iter()
            .filter(move |(_, signature)| signature.under.quarter == quarter)
    }

    /// All signatures by their sequence, oldest first.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (u64, &Signature)> {
        self.0.iter().map(|(seq, signature)| (*seq, signature))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]

    use super::*;
    use crate::queue::command::Actor;
    use serde_json::json;

    fn now() -> Timestamp {
        "2026-10-02T08:00:00Z".parse().unwrap()
    }

    fn event(issued: u64, comment: &str) -> SigningEvent {
        let figures = json!({"total": {"issued": issued, "share": 0.1234}});
        let under = Under {
            quarter: "2026-Q3".to_owned(),
            as_of: now(),
            name: "Kristaps".to_owned(),
            comment: Some(comment.to_owned()),
            definitions: 1,
            first_seq: 1,
            last_seq: 900,
            journal_sha256: "ab".repeat(32),
            figures_sha256: digest(&figures),
        };
        SigningEvent::Signed(Box::new(Signed { under, figures }))
    }

    fn signed(signatures: &mut Signatures, seq: u64, event: &SigningEvent) {
        let actor = Actor::Consultant {
            login: "kristaps".to_owned(),
        };
        let noted = Noted {
            seq,
            at: now(),
            actor: &actor,
        };
        signatures.apply(noted, event);
    }

    #[test]
    fn the_same_figures_are_signed_once_and_others_again() {
        let mut signatures = Signatures::default();
        let first = event(7, "");
        assert_eq!(signatures.check(now(), &first), Ok(()));
        signed(&mut signatures, 901, &first);
        assert!(matches!(
            signatures.check(now(), &event(7, "vēlreiz")),
            Err(SigningRejection::AlreadySigned { .. })
        ));
        let second = event(8, "");
        assert_eq!(signatures.check(now(), &second), Ok(()));
        signed(&mut signatures, 950, &second);
        // Back to what was signed first: the newest signature does not cover it.
        assert_eq!(signatures.check(now(), &first), Ok(()));
        let seqs: Vec<u64> = signatures.of("2026-Q3").map(|(seq, _)| seq).collect();
        assert_eq!(seqs, [901, 950]);
        assert_eq!(signatures.of("2026-Q2").count(), 0);
        let (_, newest) = signatures.of("2026-Q3").next_back().unwrap();
        assert_eq!(newest.by.as_deref(), Some("kristaps"));
    }

    #[test]
    fn figures_that_are_not_what_the_digest_is_of_are_refused() {
        let signatures = Signatures::default();
        let changed = |change: fn(&mut Signed)| {
            let SigningEvent::Signed(mut signed) = event(7, "");
            change(&mut signed);
            signatures.check(now(), &SigningEvent::Signed(signed))
        };
        let unfit = Err(SigningRejection::Unfit);
        assert_eq!(
            changed(|signed| signed.figures["total"]["issued"] = json!(8)),
            unfit
        );
        assert_eq!(changed(|signed| signed.under.journal_sha256.clear()), unfit);
        assert_eq!(changed(|signed| signed.under.as_of = Timestamp::MAX), unfit);
    }

    #[test]
    fn a_comment_has_an_end() {
        let signatures = Signatures::default();
        let fits = "ā".repeat(COMMENT_CHARS_MAX);
        assert_eq!(signatures.check(now(), &event(7, &fits)), Ok(()));
        let long = event(7, &format!("{fits}ā"));
        let refused = Err(SigningRejection::CommentTooLong);
        assert_eq!(signatures.check(now(), &long), refused);
        assert_eq!(comment(Some("  ")), Ok(None));
        assert_eq!(comment(Some(" labi ")), Ok(Some("labi".to_owned())));
    }

    /// Written by hand; never edit it: journals on disk look like this for ever.
    const GOLDEN: &str = concat!(
        r#"{"type":"signed","quarter":"2026-Q3","as_of":"2026-10-02T08:00:00Z","name":"Kristaps","#,
        r#""comment":"labi","definitions":1,"first_seq":1,"last_seq":900,"#,
        r#""journal_sha256":"abababababababababababababababababababababababababababababababab","#,
        r#""figures_sha256":"c1f4f48e7405ca3a2c8ef09eaaffc88c71cfae37d638413cc0a96bea7d994443","#,
        r#""figures":{"total":{"issued":7,"share":0.1234}}}"#
    );

    #[test]
    fn a_signature_reads_as_written_for_ever() {
        let event = event(7, "labi");
        assert_eq!(serde_json::to_string(&event).unwrap(), GOLDEN);
        assert_eq!(serde_json::from_str::<SigningEvent>(GOLDEN).unwrap(), event);
    }

    #[test]
    fn a_digest_does_not_depend_on_the_order_of_keys() {
        let one: Value = serde_json::from_str(r#"{"b": 1, "a": {"d": 0.5, "c": null}}"#).unwrap();
        assert_eq!(one.to_string(), r#"{"a":{"c":null,"d":0.5},"b":1}"#);
        let other = json!({"a": {"c": null, "d": 0.5}, "b": 1});
        assert_eq!(digest(&one), digest(&other));
    }
}
