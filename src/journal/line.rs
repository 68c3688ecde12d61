//! One line of a journal file: `crc32c seq json\n`.
//!
//! The checksum (CRC-32C, 8 hex digits) covers everything between the first blank and the newline.
//! The JSON begins with the version and the link to the line before; the record follows.

use std::collections::BTreeSet;
use std::fmt;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::frequent;
use super::record::{Fact, Record};
use crate::queue::event::Happened;
use crate::queue::retention::FieldClass;

/// What every line of version 1 begins its JSON with.
const HEAD: &str = r#"{"v":1,"prev":""#;

/// What follows the link.
const HEAD_END: &[u8] = br#"","#;

/// Marks the line of a snapshot directly behind the link, so that start-up finds the last one
/// without decoding JSON.
const SNAPSHOT_MARK: &str = r#""snapshot":true,"#;

/// What follows in a line that others link to by what it was before its file was written anew.
const WAS: &str = r#""was":""#;

/// What follows in the first line of a file in which fields were cleared.
const CLEARED: &str = r#""cleared":"#;

/// Whether a record is of a rare kind shows within so many bytes of its fields.
const KIND_BYTES: usize = 256;

/// What a file that was written anew says of itself, in its first line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Cleared {
    /// Which classes were cleared in it.
    pub(super) classes: BTreeSet<FieldClass>,
    /// Chance, other each time the file is written: once it is gone nobody can try out, by the hash
    /// of the file that is kept in the journal, what stood in it.
    pub(super) salt: String,
}

/// What a line of a file that was written anew says beside its record.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Head {
    /// What the line was linked to by before: of the last one, by which the next file goes on, and of
    /// the first one of all, which tells one centre's journal from another's.
    pub(super) was: Option<Link>,
    /// Of the first line only.
    pub(super) cleared: Option<Cleared>,
}

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
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Line<'a> {
    /// The whole line without its newline.
    pub(super) bytes: &'a [u8],
    /// Its sequence.
    pub(super) seq: u64,
    /// Link to the line before it; absent where the line was written by another version.
    pub(super) prev: Option<Link>,
    /// Whether it holds a snapshot.
    pub(super) snapshot: bool,
    /// What it says of the file it stands in.
    pub(super) head: Head,
    json: &'a [u8],
    /// What follows the head: the record's fields.
    fields: &'a [u8],
}

/// What a whole line says in front of its record's fields, apart from the line itself: the walk
/// keeps it while it tells what is wrong before the line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Start {
    /// As [`Line::seq`].
    pub(super) seq: u64,
    /// As [`Line::prev`].
    pub(super) prev: Option<Link>,
    /// As [`Line::head`].
    pub(super) head: Head,
    snapshot: bool,
    json_bytes: usize,
    field_bytes: usize,
}

impl Start {
    /// Reads the start of a line without its newline; `None` if the line is damaged.
    pub(super) fn of(line: &[u8]) -> Option<Self> {
        let (crc, covered) = line.split_at_checked(8)?;
        let covered = covered.strip_prefix(b" ")?;
        if hex(crc)? != u64::from(crc32c::crc32c(covered)) {
            return None;
        }
        let blank = covered.iter().position(|byte| *byte == b' ')?;
        let (seq, json) = covered.split_at_checked(blank)?;
        let seq = std::str::from_utf8(seq).ok()?.parse().ok()?;
        let json = json.strip_prefix(b" ")?;
        let (prev, rest) = prev(json).map_or((None, json), |(link, rest)| (Some(link), rest));
        Some(Self::behind(seq, prev, json, rest))
    }

    /// The start of a line that a packed frame holds without checksum, sequence and link
    /// ([`super::bare`]), for one who does not look at links: the frame's checksum was right.
    pub(super) fn bare(seq: u64, line: &[u8]) -> Self {
        Self::behind(seq, Some(Link::default()), line, line)
    }

    fn behind(seq: u64, prev: Option<Link>, json: &[u8], rest: &[u8]) -> Self {
        let fields = rest.strip_prefix(SNAPSHOT_MARK.as_bytes());
        let snapshot = fields.is_some();
        let (head, fields) = head(fields.unwrap_or(rest));
        Self {
            seq,
            prev,
            head,
            snapshot,
            json_bytes: json.len(),
            field_bytes: fields.len(),
        }
    }

    /// The line it is the start of.
    pub(super) fn line(self, bytes: &[u8]) -> Line<'_> {
        let last = |length| bytes.get(bytes.len().saturating_sub(length)..);
        Line {
            bytes,
            seq: self.seq,
            prev: self.prev,
            snapshot: self.snapshot,
            head: self.head,
            json: last(self.json_bytes).unwrap_or_default(),
            fields: last(self.field_bytes).unwrap_or_default(),
        }
    }
}

impl<'a> Line<'a> {
    /// Reads a line without its newline; `None` if it is damaged.
    pub(super) fn parse(bytes: &'a [u8]) -> Option<Self> {
        Start::of(bytes).map(|start| start.line(bytes))
    }

    /// What stands behind the link; [`write_rest`] makes the line of it again.
    pub(super) fn rest(&self) -> Option<&'a [u8]> {
        prev(self.json).map(|(_, rest)| rest)
    }

    /// The link the next line of the file has to carry.
    pub(super) fn link(&self) -> Link {
        Link::of(self.bytes)
    }

    /// The link by which others know the line: the first line of the next file, and the metrics.
    pub(super) fn known_by(&self) -> Link {
        self.head.was.unwrap_or_else(|| self.link())
    }

    /// Whether it may hold a seal or what takes its place, told without decoding it.
    pub(super) fn may_seal(&self) -> bool {
        let start = self.fields.get(..KIND_BYTES).unwrap_or(self.fields);
        let holds = |text: &[u8]| start.windows(text.len()).any(|window| window == text);
        holds(br#""fact":{"about":"sealed""#) || holds(br#""fact":{"about":"redacted""#)
    }

    fn frequent(&self) -> Option<Record> {
        // A snapshot is long, and none of these.
        (!self.snapshot)
            .then(|| frequent::record(self.fields))
            .flatten()
    }

    /// What happened in the queue, as far as figures are made of it ([`frequent::happened`]), where
    /// it is of a frequent kind. Of all else, and where something is wrong, [`Line::record`] says
    /// more.
    #[inline]
    pub(super) fn happened(&self) -> Option<Happened> {
        if self.snapshot || self.prev.is_none() {
            return None;
        }
        frequent::happened(self.fields).filter(|happened| happened.seq == self.seq)
    }

    /// The record. Fails where the line is whole but says what this program does not understand.
    pub(super) fn record(&self) -> Result<Record, String> {
        if self.prev.is_none() {
            return Err("it was written by another version of the program".to_owned());
        }
        let record: Record = match self.frequent() {
            Some(record) => record,
            None => general(self.json).map_err(|error| error.to_string())?,
        };
        if record.seq == self.seq {
            Ok(record)
        } else {
            Err(format!("its text says sequence {}", record.seq))
        }
    }
}

/// The text of a bare line goes on behind a brace and the link.
fn general(json: &[u8]) -> serde_json::Result<Record> {
    if json.starts_with(b"{") {
        return serde_json::from_slice(json);
    }
    serde_json::from_slice(&[b"{", json].concat())
}

fn prev(json: &[u8]) -> Option<(Link, &[u8])> {
    link_at(json.strip_prefix(HEAD.as_bytes())?)
}

fn link_at(text: &[u8]) -> Option<(Link, &[u8])> {
    let (link, rest) = text.split_at_checked(16)?;
    Some((Link(hex(link)?), rest.strip_prefix(HEAD_END)?))
}

/// In [`HEX_DIGITS`], what is no hex digit.
const NO_HEX_DIGIT: u8 = 16;

/// By sign, what it is as a hex digit. Every line has 24 of them.
const HEX_DIGITS: [u8; 256] = {
    let mut digits = [NO_HEX_DIGIT; 256];
    let mut sign = 0;
    while sign < digits.len() {
        if let Some(digit) = (sign as u8 as char).to_digit(16) {
            digits[sign] = digit as u8;
        }
        sign += 1;
    }
    digits
};

/// At most sixteen hex digits.
fn hex(signs: &[u8]) -> Option<u64> {
    let (mut number, mut seen) = (0, 0);
    for sign in signs {
        let digit = HEX_DIGITS[usize::from(*sign)];
        number = (number << 4) | u64::from(digit);
        seen |= digit;
    }
    (seen < NO_HEX_DIGIT).then_some(number)
}

/// What a line says of its file, and the fields behind it.
fn head(mut rest: &[u8]) -> (Head, &[u8]) {
    let mut head = Head::default();
    if let Some((was, behind)) = rest.strip_prefix(WAS.as_bytes()).and_then(link_at) {
        head.was = Some(was);
        rest = behind;
    }
    if let Some(text) = rest.strip_prefix(CLEARED.as_bytes()) {
        let mut values = serde_json::Deserializer::from_slice(text).into_iter();
        let cleared = values.next().and_then(Result::ok);
        let behind = text.get(values.byte_offset()..).unwrap_or_default();
        if let (Some(cleared), Some(fields)) = (cleared, behind.strip_prefix(b",")) {
            head.cleared = Some(cleared);
            rest = fields;
        }
    }
    (head, rest)
}

/// Appends the line of a record to `out`, newline included, and says what the next line links to.
pub(super) fn write(
    record: &Record,
    prev: Link,
    out: &mut Vec<u8>,
) -> Result<Link, serde_json::Error> {
    write_with(record, prev, &Head::default(), out)
}

/// As [`write`], with what the line says of its file.
pub(super) fn write_with(
    record: &Record,
    prev: Link,
    head: &Head,
    out: &mut Vec<u8>,
) -> Result<Link, serde_json::Error> {
    let json = serde_json::to_vec(record)?;
    let fields = json.strip_prefix(b"{").unwrap_or(&json);
    let snapshot = matches!(record.fact, Fact::Snapshot(_));
    put(record.seq, snapshot, fields, prev, head, out)
}

/// Appends a line whose record stays to the byte, behind another line and with another head.
pub(super) fn write_again(
    line: &Line<'_>,
    prev: Link,
    head: &Head,
    out: &mut Vec<u8>,
) -> Result<Link, serde_json::Error> {
    put(line.seq, line.snapshot, line.fields, prev, head, out)
}

fn put(
    seq: u64,
    snapshot: bool,
    fields: &[u8],
    prev: Link,
    head: &Head,
    out: &mut Vec<u8>,
) -> Result<Link, serde_json::Error> {
    let mark = if snapshot { SNAPSHOT_MARK } else { "" };
    let mut rest = mark.as_bytes().to_vec();
    if let Some(was) = head.was {
        rest.extend_from_slice(format!("{WAS}{was}\",").as_bytes());
    }
    if let Some(cleared) = &head.cleared {
        rest.extend_from_slice(CLEARED.as_bytes());
        serde_json::to_writer(&mut rest, cleared)?;
        rest.push(b',');
    }
    rest.extend_from_slice(fields);
    Ok(write_rest(seq, prev, &rest, out))
}

/// Appends a line of which everything behind the link is known, and says what the next line links
/// to.
pub(super) fn write_rest(seq: u64, prev: Link, rest: &[u8], out: &mut Vec<u8>) -> Link {
    let start = out.len();
    // The checksum goes here once it is known.
    out.extend_from_slice(b"00000000 ");
    let covered = out.len();
    out.extend_from_slice(format!("{seq} {HEAD}{prev}\",").as_bytes());
    out.extend_from_slice(rest);
    let crc = crc32c::crc32c(out.get(covered..).unwrap_or_default());
    for (place, digit) in out.iter_mut().skip(start).zip(format!("{crc:08x}").bytes()) {
        *place = digit;
    }
    let link = Link::of(out.get(start..).unwrap_or_default());
    out.push(b'\n');
    link
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
