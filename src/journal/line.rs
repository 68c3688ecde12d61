//! One line of a journal file: `crc32c seq json\n`.
//!
//! The checksum (CRC-32C, 8 hex digits) covers everything between the first blank and the newline.
//! The JSON begins with the version and the link to the line before; the record follows.

use std::fmt;

use sha2::{Digest, Sha256};

use super::record::Record;

/// What every line of version 1 begins its JSON with.
const HEAD: &str = r#"{"v":1,"prev":""#;

/// What follows the link.
const HEAD_END: &[u8] = br#"","#;

/// Marks the line of a snapshot directly behind the link, so that start-up finds the last one
/// without decoding JSON.
const SNAPSHOT_MARK: &str = r#""snapshot":true,"#;

/// The first eight bytes of the SHA-256 of a line without its newline. Each line carries that of
/// the line before, so the link of one line stands for all history up to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Link(pub u64);

impl Link {
    /// The link to a line.
    pub fn of(line: &[u8]) -> Self {
        let digest = Sha256::digest(line);
        Self(
            digest
                .iter()
                .take(8)
                .fold(0, |sum, byte| (sum << 8) | u64::from(*byte)),
        )
    }
}

impl fmt::Display for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

/// A line whose checksum is right, not decoded yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Line<'a> {
    /// The whole line without its newline.
    pub(super) bytes: &'a [u8],
    /// Its sequence.
    pub(super) seq: u64,
    /// Link to the line before it; absent where the line was written by another version.
    pub(super) prev: Option<Link>,
    /// Whether it holds a snapshot.
    pub(super) snapshot: bool,
    json: &'a [u8],
}

impl<'a> Line<'a> {
    /// Reads a line without its newline; `None` if it is damaged.
    pub(super) fn parse(bytes: &'a [u8]) -> Option<Self> {
        let (crc, covered) = bytes.split_at_checked(8)?;
        let covered = covered.strip_prefix(b" ")?;
        let crc = u32::from_str_radix(std::str::from_utf8(crc).ok()?, 16).ok()?;
        if crc != crc32c::crc32c(covered) {
            return None;
        }
        let blank = covered.iter().position(|byte| *byte == b' ')?;
        let (seq, json) = covered.split_at_checked(blank)?;
        let seq = std::str::from_utf8(seq).ok()?.parse().ok()?;
        let json = json.strip_prefix(b" ")?;
        let (prev, rest) = head(json).map_or((None, json), |(link, rest)| (Some(link), rest));
        Some(Self {
            bytes,
            seq,
            prev,
            snapshot: rest.starts_with(SNAPSHOT_MARK.as_bytes()),
            json,
        })
    }

    /// The link the next line has to carry.
    pub(super) fn link(&self) -> Link {
        Link::of(self.bytes)
    }

    /// The record. Fails where the line is whole but says what this program does not understand.
    pub(super) fn record(&self) -> Result<Record, String> {
        if self.prev.is_none() {
            return Err("it was written by another version of the program".to_owned());
        }
        let record: Record =
            serde_json::from_slice(self.json).map_err(|error| error.to_string())?;
        if record.seq == self.seq {
            Ok(record)
        } else {
            Err(format!("its text says sequence {}", record.seq))
        }
    }
}

fn head(json: &[u8]) -> Option<(Link, &[u8])> {
    let rest = json.strip_prefix(HEAD.as_bytes())?;
    let (link, rest) = rest.split_at_checked(16)?;
    let link = u64::from_str_radix(std::str::from_utf8(link).ok()?, 16).ok()?;
    Some((Link(link), rest.strip_prefix(HEAD_END)?))
}

/// Appends the line of a record to `out`, newline included, and says what the next line links to.
pub(super) fn write(
    record: &Record,
    prev: Link,
    out: &mut Vec<u8>,
) -> Result<Link, serde_json::Error> {
    let json = serde_json::to_vec(record)?;
    let fields = json.strip_prefix(b"{").unwrap_or(&json);
    let mark = match record.fact {
        super::record::Fact::Snapshot(_) => SNAPSHOT_MARK,
        super::record::Fact::Queue(_)
        | super::record::Fact::Access(_)
        | super::record::Fact::Quality(_)
        | super::record::Fact::Sealed(_) => "",
    };
    let mut covered = format!("{} {HEAD}{prev}\",{mark}", record.seq).into_bytes();
    covered.extend_from_slice(fields);
    let start = out.len();
    out.extend_from_slice(format!("{:08x} ", crc32c::crc32c(&covered)).as_bytes());
    out.extend_from_slice(&covered);
    let link = Link::of(out.get(start..).unwrap_or_default());
    out.push(b'\n');
    Ok(link)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]

    use super::*;
    use crate::journal::record::Fact;
    use crate::queue::command::Actor;
    use crate::queue::event::Event;

    fn record(seq: u64) -> Record {
        Record {
            seq,
            at: "2026-10-05T06:00:00Z".parse().unwrap(),
            actor: Actor::Rinda,
            request: None,
            fact: Fact::Queue(Event::DaemonStarted {
                version: "0.1.0".to_owned(),
            }),
        }
    }

    /// Written by hand; never edit it: journals on disk look like this for ever.
    const GOLDEN: &str = concat!(
        r#"ff6442b6 1 {"v":1,"prev":"0000000000000000","seq":1,"at":"2026-10-05T06:00:00Z","#,
        r#""actor":{"kind":"rinda"},"fact":{"about":"queue","what":{"type":"daemon_started","version":"0.1.0"}}}"#,
        "\n"
    );

    #[test]
    fn a_line_reads_as_written_for_ever() {
        let mut out = Vec::new();
        let link = write(&record(1), Link::default(), &mut out).unwrap();
        assert_eq!(String::from_utf8(out).unwrap(), GOLDEN);
        let line = Line::parse(GOLDEN.trim_end().as_bytes()).unwrap();
        assert_eq!(line.record().unwrap(), record(1));
        assert_eq!(line.prev, Some(Link::default()));
        assert_eq!(line.link(), link);
        assert!(!line.snapshot);
    }

    #[test]
    fn every_flipped_bit_is_noticed() {
        let line = GOLDEN.trim_end().as_bytes();
        for at in 0..line.len() {
            for bit in 0..8 {
                let mut bad = line.to_vec();
                bad[at] ^= 1 << bit;
                let parsed = Line::parse(&bad);
                // Only the case of a checksum digit may change without changing what it says.
                assert!(parsed.is_none() || at < 8, "byte {at} bit {bit}");
            }
        }
    }
}
