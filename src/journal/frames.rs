//! Closed quarters: the lines of a file in independent zstd frames, so that damage costs the frame
//! it lies in and nothing else.
//!
//! Checksum and link of a line look like chance and do not pack: whole lines would take twice the
//! room. They follow from the lines themselves, so a frame leaves them out ([`super::bare`]) and the
//! plain bytes are made again when it is read, the chain checked at its end. A frame whose lines
//! do not come out to the byte, such as one with damage in it, holds them whole. `zstd -dc` shows
//! the records either way.

use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, Read, Write};
use std::path::Path;

use super::bare;
use super::line::Line;
use super::scan::LINE_BYTES_MAX;

/// A frame holds lines and ends with the first that reaches this many bytes.
const FRAME_BYTES: usize = 256 * 1024;

/// No frame unpacks to more than this.
const FRAME_BYTES_MAX: usize = FRAME_BYTES + LINE_BYTES_MAX;

/// Eight per cent smaller than level 12, and a part takes a second or two; level 19 saves two per cent
/// more in four times the time.
const LEVEL: i32 = 15;

/// What every zstd frame begins with.
const MAGIC: [u8; 4] = [0x28, 0xB5, 0x2F, 0xFD];

/// Packs `plain` into `packed`, synced.
pub(super) fn pack(plain: &Path, packed: &Path) -> io::Result<()> {
    let mut input = BufReader::with_capacity(FRAME_BYTES, File::open(plain)?);
    let mut output = File::create(packed)?;
    let mut compressor = zstd::bulk::Compressor::new(LEVEL)?;
    compressor.set_parameter(zstd::zstd_safe::CParameter::ChecksumFlag(true))?;
    let mut frame = Vec::with_capacity(2 * FRAME_BYTES);
    loop {
        frame.clear();
        while frame.len() < FRAME_BYTES {
            let room = LINE_BYTES_MAX as u64;
            if (&mut input).take(room).read_until(b'\n', &mut frame)? == 0 {
                break;
            }
        }
        if frame.is_empty() {
            return output.sync_all();
        }
        output.write_all(&compressor.compress(&bare::strip(&frame))?)?;
    }
}

/// Reads a packed file as if it were the plain one, without the frames that are damaged.
pub(super) struct Frames {
    packed: Vec<u8>,
    next: usize,
    plain: Vec<u8>,
    read: usize,
    /// Whether bare frames are left as they are.
    unlinked: bool,
    /// In a frame left bare, the sequence of the line that is read next.
    bare_seq: Option<u64>,
    damage: Vec<(u64, String)>,
}

impl Frames {
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        Ok(Self {
            packed: fs::read(path)?,
            next: 0,
            plain: Vec::new(),
            read: 0,
            unlinked: false,
            bare_seq: None,
            damage: Vec::new(),
        })
    }

    /// Leaves bare frames as they are, for one who does not look at links: to make them again takes a
    /// hash of every line. What their lines are is said by [`Frames::take_bare_seq`].
    pub(super) fn unlinked(&mut self) {
        self.unlinked = true;
    }

    /// The sequence of the line at the beginning of the buffer, which is read next, where it is bare.
    pub(super) fn take_bare_seq(&mut self) -> Option<u64> {
        let seq = self.bare_seq?;
        self.bare_seq = seq.checked_add(1);
        Some(seq)
    }

    /// Frames that could not be read so far: where they begin in the packed file, and why.
    pub(super) fn take_damage(&mut self) -> Vec<(u64, String)> {
        std::mem::take(&mut self.damage)
    }

    /// What is left of the frame that is read.
    pub(super) fn buffer(&self) -> &[u8] {
        self.plain.get(self.read..).unwrap_or_default()
    }

    /// Goes to the last frame that begins at or before sequence `seq`, or to the beginning. Frames
    /// that are damaged are passed over.
    pub(super) fn leap(&mut self, seq: u64) {
        let starts = self.starts();
        let begins_before = |start: &usize| {
            let frame = self.packed.get(*start..).unwrap_or_default();
            first_seq(frame).is_some_and(|first| first <= seq)
        };
        let behind = starts.partition_point(begins_before);
        self.next = behind
            .checked_sub(1)
            .and_then(|last| starts.get(last).copied())
            .unwrap_or(0);
        self.plain.clear();
        self.read = 0;
    }

    /// Where each frame begins, without unpacking any.
    fn starts(&self) -> Vec<usize> {
        let mut starts = Vec::new();
        let mut next = 0;
        while let Some(rest) = self.packed.get(next..).filter(|rest| !rest.is_empty()) {
            match zstd::zstd_safe::find_frame_compressed_size(rest) {
                Ok(length) if length > 0 => {
                    starts.push(next);
                    next += length;
                }
                Ok(_) | Err(_) => next += next_magic(rest),
            }
        }
        starts
    }

    fn unpack(&self, bytes: &[u8]) -> io::Result<Unpacked> {
        let (held, length) = held(bytes)?;
        let bare = bare::first(&held).filter(|_| self.unlinked);
        Ok(match bare {
            Some((seq, from)) => Unpacked {
                plain: held,
                from,
                bare_seq: Some(seq),
                length,
            },
            None => Unpacked {
                plain: restore(held)?,
                from: 0,
                bare_seq: None,
                length,
            },
        })
    }

    fn unpack_next(&mut self) {
        self.plain.clear();
        self.read = 0;
        self.bare_seq = None;
        while let Some(rest) = self.packed.get(self.next..).filter(|rest| !rest.is_empty()) {
            match self.unpack(rest) {
                Ok(unpacked) => {
                    self.plain = unpacked.plain;
                    self.read = unpacked.from;
                    self.bare_seq = unpacked.bare_seq;
                    self.next += unpacked.length;
                    return;
                }
                Err(error) => {
                    self.damage.push((self.next as u64, error.to_string()));
                    self.next += next_magic(rest);
                }
            }
        }
    }
}

/// A frame of which lines are read.
struct Unpacked {
    plain: Vec<u8>,
    /// Where its first line begins.
    from: usize,
    bare_seq: Option<u64>,
    /// Bytes it takes packed.
    length: usize,
}

/// What the frame at the beginning holds, and its length.
fn held(bytes: &[u8]) -> io::Result<(Vec<u8>, usize)> {
    let length = zstd::zstd_safe::find_frame_compressed_size(bytes)
        .map_err(|code| io::Error::other(zstd::zstd_safe::get_error_name(code)))?;
    let frame = bytes
        .get(..length)
        .ok_or_else(|| io::Error::other("the frame is cut short"))?;
    Ok((zstd::bulk::decompress(frame, FRAME_BYTES_MAX)?, length))
}

fn restore(held: Vec<u8>) -> io::Result<Vec<u8>> {
    bare::restore(held, FRAME_BYTES_MAX).ok_or_else(|| {
        io::Error::other("what the frame leaves out does not follow from what it holds")
    })
}

/// The sequence of the first line of the frame at the beginning.
fn first_seq(bytes: &[u8]) -> Option<u64> {
    let (held, _) = held(bytes).ok()?;
    if let Some((seq, _)) = bare::first(&held) {
        return Some(seq);
    }
    let lines = restore(held).ok()?;
    let line = lines.split(|byte| *byte == b'\n').next()?;
    Line::parse(line).map(|line| line.seq)
}

/// How far on the next frame may begin, at least one byte.
fn next_magic(bytes: &[u8]) -> usize {
    bytes
        .windows(MAGIC.len())
        .skip(1)
        .position(|window| window == MAGIC)
        .map_or(bytes.len(), |position| position + 1)
}

impl Read for Frames {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let read = self.fill_buf()?.read(buf)?;
        self.consume(read);
        Ok(read)
    }
}

impl BufRead for Frames {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.read >= self.plain.len() {
            self.unpack_next();
        }
        Ok(self.buffer())
    }

    fn consume(&mut self, amount: usize) {
        self.read += amount;
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]

    use super::super::line::{self, Link};
    use super::super::record::{Fact, Record};
    use super::*;
    use crate::queue::command::Actor;
    use crate::queue::event::{Event, JobId};

    /// Packed files of before, whole lines in frames of another size, are read for ever.
    #[test]
    fn whole_lines_are_read_as_they_were_packed_before() {
        let dir = tempfile::tempdir().unwrap();
        let packed = dir.path().join("old");
        let lines = journal(700);
        let frames = lines.split_inclusive('\n').collect::<Vec<_>>();
        let frames = frames.chunks(90).map(|lines| {
            let mut compressor = zstd::bulk::Compressor::new(9).unwrap();
            let checksum = zstd::zstd_safe::CParameter::ChecksumFlag(true);
            compressor.set_parameter(checksum).unwrap();
            compressor.compress(lines.concat().as_bytes()).unwrap()
        });
        fs::write(&packed, frames.collect::<Vec<_>>().concat()).unwrap();
        let mut text = String::new();
        let mut read = Frames::open(&packed).unwrap();
        read.read_to_string(&mut text).unwrap();
        assert_eq!(text, lines);
        let mut leapt = Frames::open(&packed).unwrap();
        leapt.leap(200);
        let mut line = String::new();
        leapt.read_line(&mut line).unwrap();
        assert_eq!(Line::parse(line.trim_end().as_bytes()).unwrap().seq, 181);
    }

    #[test]
    fn lines_of_a_journal_are_packed_without_what_follows_from_them() {
        let dir = tempfile::tempdir().unwrap();
        let (plain, packed) = (dir.path().join("a"), dir.path().join("b"));
        let lines = journal(9_000);
        fs::write(&plain, &lines).unwrap();
        pack(&plain, &packed).unwrap();
        let mut text = String::new();
        let mut frames = Frames::open(&packed).unwrap();
        frames.read_to_string(&mut text).unwrap();
        assert_eq!(text, lines);
        let bytes = fs::read(&packed).unwrap();
        let held = zstd::decode_all(bytes.as_slice()).unwrap();
        assert!(held.starts_with(b"bare 1 "));
        assert!(bytes.len() < 9_000 * 8, "{} bytes", bytes.len());
        // Each frame can be told from the others and costs itself alone.
        let middle = bytes.len() / 2;
        let mut bad = bytes.clone();
        bad[middle] ^= 0x01;
        fs::write(&packed, bad).unwrap();
        let mut damaged = Frames::open(&packed).unwrap();
        text.clear();
        damaged.read_to_string(&mut text).unwrap();
        assert_eq!(damaged.take_damage().len(), 1);
        assert!(text.len() + FRAME_BYTES + 1_000 > lines.len() && text.len() < lines.len());
        assert!(lines.starts_with(&text[..1_000]) && lines.ends_with(&text[text.len() - 1_000..]));
    }

    #[test]
    fn any_flipped_bit_of_a_frame_is_noticed_and_costs_that_frame() {
        let dir = tempfile::tempdir().unwrap();
        let packed = dir.path().join("a");
        let lines = journal(60);
        let parts = lines.split_inclusive('\n').collect::<Vec<_>>();
        let parts = parts.chunks(20).map(<[&str]>::concat).collect::<Vec<_>>();
        let pack = |lines: &String| {
            let mut compressor = zstd::bulk::Compressor::new(LEVEL).unwrap();
            let checksum = zstd::zstd_safe::CParameter::ChecksumFlag(true);
            compressor.set_parameter(checksum).unwrap();
            compressor.compress(&bare::strip(lines.as_bytes())).unwrap()
        };
        let frames = parts.iter().map(pack).collect::<Vec<_>>();
        let (begins, length) = (frames[0].len(), frames[1].len());
        let bytes = frames.concat();
        for at in begins..begins + length {
            for bit in 0..8 {
                let mut bad = bytes.clone();
                bad[at] ^= 1 << bit;
                fs::write(&packed, bad).unwrap();
                let mut damaged = Frames::open(&packed).unwrap();
                let mut text = String::new();
                damaged.read_to_string(&mut text).unwrap();
                let place = format!("byte {} of {length}, bit {bit}", at - begins);
                let others = text == [&*parts[0], &*parts[2]].concat();
                // A bit of the header that says nothing, or only that there is a checksum.
                assert!(others || text == lines, "{place}");
                assert!(!others || !damaged.take_damage().is_empty(), "{place}");
            }
        }
    }

    #[test]
    fn one_line_and_one_huge_line_come_back_to_the_byte() {
        let dir = tempfile::tempdir().unwrap();
        let (plain, packed) = (dir.path().join("a"), dir.path().join("b"));
        let short = journal(1);
        let (mut huge, mut prev) = (Vec::new(), Link::default());
        for (seq, length) in [(1, 10), (2, 3 * FRAME_BYTES), (3, 10)] {
            let version = "x".repeat(length);
            let record = Record {
                seq,
                at: "2026-10-05T06:00:00Z".parse().unwrap(),
                actor: Actor::Rinda,
                request: None,
                fact: Fact::Queue(Event::DaemonStarted { version }),
            };
            prev = line::write(&record, prev, &mut huge).unwrap();
        }
        let huge = String::from_utf8(huge).unwrap();
        let torn = huge[..huge.len() - 7].to_owned();
        for lines in [short, huge, torn] {
            fs::write(&plain, &lines).unwrap();
            pack(&plain, &packed).unwrap();
            let mut text = String::new();
            let mut frames = Frames::open(&packed).unwrap();
            frames.read_to_string(&mut text).unwrap();
            assert!(text == lines && frames.take_damage().is_empty());
        }
    }

    fn journal(records: u64) -> String {
        let (mut out, mut prev) = (Vec::new(), Link::default());
        for seq in 1..=records {
            let record = Record {
                seq,
                at: "2026-10-05T06:00:00Z".parse().unwrap(),
                actor: Actor::Rinda,
                request: None,
                fact: Fact::Queue(Event::SlipPrinted { job: JobId(seq) }),
            };
            prev = line::write(&record, prev, &mut out).unwrap();
        }
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn damage_costs_the_frame_it_lies_in() {
        let dir = tempfile::tempdir().unwrap();
        let (plain, packed) = (dir.path().join("a"), dir.path().join("b"));
        let lines: Vec<String> = (0..40_000)
            .map(|n| format!("line {n} {}\n", crc32c::crc32c(&[n as u8, (n >> 8) as u8])))
            .collect();
        fs::write(&plain, lines.concat()).unwrap();
        pack(&plain, &packed).unwrap();

        let read = |frames: &mut Frames| {
            let mut text = String::new();
            frames.read_to_string(&mut text).unwrap();
            text
        };
        let mut whole = Frames::open(&packed).unwrap();
        assert_eq!(read(&mut whole), lines.concat());
        assert!(whole.take_damage().is_empty());

        let mut bytes = fs::read(&packed).unwrap();
        let middle = bytes.len() / 2;
        bytes[middle] ^= 0x40;
        fs::write(&packed, bytes).unwrap();
        let mut damaged = Frames::open(&packed).unwrap();
        let text = read(&mut damaged);
        assert!(!damaged.take_damage().is_empty());
        assert!(text.starts_with(&lines[0]) && text.ends_with(&lines[39_999]));
        assert!(text.len() + 2 * FRAME_BYTES > lines.concat().len());
    }
}
