//! Walks over the lines of one file, past whatever is damaged.

use std::collections::VecDeque;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom};

use sha2::{Digest, Sha256};

use super::damage::Damage;
use super::files::QuarterFile;
use super::frames::Frames;
use super::line::{Line, Link, Start};

/// No line is longer; longer stretches without a newline are damage.
pub(super) const LINE_BYTES_MAX: usize = 64 * 1024 * 1024;

const READ_BYTES: usize = 256 * 1024;

/// A leap ends at most this far before the line wanted.
const NEAR_BYTES: u64 = 64 * 1024;

enum Source {
    Plain(BufReader<File>),
    Packed(Frames),
}

/// The lines of a file, one at a time.
struct Lines {
    source: Source,
    /// So many bytes of the reader's buffer are the line; they are passed with the next one.
    lent: usize,
    /// The line, where it does not lie in the buffer as a whole.
    copied: Vec<u8>,
    /// The sequence of the line, where it is bare.
    bare_seq: Option<u64>,
}

impl Lines {
    fn open(file: &QuarterFile) -> io::Result<Self> {
        let source = if file.packed {
            Source::Packed(Frames::open(&file.path)?)
        } else {
            match File::open(&file.path) {
                Ok(plain) => Source::Plain(BufReader::with_capacity(READ_BYTES, plain)),
                // The daemon packed it since the files were listed.
                Err(gone) => {
                    Source::Packed(Frames::open(&file.packed_part().path).map_err(|_| gone)?)
                }
            }
        };
        Ok(Self {
            source,
            lent: 0,
            copied: Vec::new(),
            bare_seq: None,
        })
    }

    /// Goes on at `offset`, where the file lets itself be entered anywhere; says whether it does.
    fn seek(&mut self, offset: u64) -> io::Result<bool> {
        self.pass();
        match &mut self.source {
            Source::Plain(input) => {
                input.seek(SeekFrom::Start(offset))?;
                Ok(true)
            }
            Source::Packed(_) => Ok(false),
        }
    }

    /// Goes to a line at or before sequence `seq`, near it, where the file can be halved to find
    /// it; says at which offset that is.
    fn leap(&mut self, seq: u64) -> io::Result<u64> {
        self.pass();
        match &mut self.source {
            Source::Plain(input) => leap(input, seq),
            Source::Packed(frames) => {
                frames.leap(seq);
                Ok(0)
            }
        }
    }

    /// Reads the next line, and says how long it is with its newline; 0 at the end.
    fn read(&mut self) -> io::Result<usize> {
        self.pass();
        let limit = LINE_BYTES_MAX as u64;
        let end = match &mut self.source {
            Source::Plain(input) => memchr::memchr(b'\n', input.fill_buf()?),
            Source::Packed(frames) => {
                let end = memchr::memchr(b'\n', frames.fill_buf()?);
                self.bare_seq = frames.take_bare_seq();
                end
            }
        };
        if let Some(end) = end {
            self.lent = end + 1;
            return Ok(self.lent);
        }
        match &mut self.source {
            Source::Plain(input) => input.take(limit).read_until(b'\n', &mut self.copied),
            Source::Packed(input) => input.take(limit).read_until(b'\n', &mut self.copied),
        }
    }

    /// The line read last, with its newline where it has one.
    fn line(&self) -> &[u8] {
        if self.lent == 0 {
            return &self.copied;
        }
        let buffer = match &self.source {
            Source::Plain(input) => input.buffer(),
            Source::Packed(frames) => frames.buffer(),
        };
        buffer.get(..self.lent).unwrap_or_default()
    }

    /// The start of the line read last; none where it is damaged.
    fn start(&self) -> Option<Start> {
        let line = self.line();
        let line = line.strip_suffix(b"\n").unwrap_or(line);
        match self.bare_seq {
            Some(seq) => Some(Start::bare(seq, line)),
            None => Start::of(line),
        }
    }

    fn pass(&mut self) {
        match &mut self.source {
            Source::Plain(input) => input.consume(self.lent),
            Source::Packed(frames) => frames.consume(self.lent),
        }
        self.lent = 0;
        self.copied.clear();
        self.bare_seq = None;
    }

    fn take_damage(&mut self) -> Vec<(u64, String)> {
        match &mut self.source {
            Source::Plain(_) => Vec::new(),
            Source::Packed(frames) => frames.take_damage(),
        }
    }
}

/// Halves a file of lines whose sequences rise until the line of `seq` is at most [`NEAR_BYTES`]
/// behind. What is damaged is passed over.
fn leap(input: &mut BufReader<File>, seq: u64) -> io::Result<u64> {
    let (mut low, mut high) = (0, input.get_ref().metadata()?.len());
    while high - low > NEAR_BYTES {
        let middle = low + (high - low) / 2;
        match line_behind(input, middle, high)? {
            Some((offset, found)) if found <= seq => low = offset,
            Some(_) | None => high = middle,
        }
    }
    input.seek(SeekFrom::Start(low))?;
    Ok(low)
}

/// The first whole line that begins behind `from` and before `end`: its offset and sequence.
fn line_behind(input: &mut BufReader<File>, from: u64, end: u64) -> io::Result<Option<(u64, u64)>> {
    let mut line = Vec::new();
    let limit = LINE_BYTES_MAX as u64;
    let mut offset = input.seek(SeekFrom::Start(from))?;
    offset += input.take(limit).read_until(b'\n', &mut line)? as u64;
    while offset < end {
        line.clear();
        let length = input.take(limit).read_until(b'\n', &mut line)?;
        if length == 0 {
            break;
        }
        let whole = line.strip_suffix(b"\n").and_then(Line::parse);
        if let Some(whole) = whole {
            return Ok(Some((offset, whole.seq)));
        }
        offset += length as u64;
    }
    Ok(None)
}

/// The last line seen: its sequence and what the next line links to. Nothing written yet is
/// sequence 0 with link 0.
pub(super) type Last = (u64, Link);

/// What stands next in a file.
pub(super) enum Step<'a> {
    /// A whole line and the offset where it begins.
    Line(u64, Line<'a>),
    /// Something is wrong here.
    Damage(Damage),
}

/// A walk over one file. Checks checksums, that sequences are dense and that each line links to
/// the line before.
pub(super) struct Walk {
    lines: Lines,
    name: String,
    /// Whether each line has to link to the line before.
    linked: bool,
    line_at: u64,
    offset: u64,
    /// The start of the line read last, where it is whole: it follows once `pending` is told.
    held: Option<Start>,
    ended: bool,
    /// Start of bytes that are no lines, up to the last whole line.
    garbled_from: Option<u64>,
    /// Just behind the last newline.
    newline_end: u64,
    pending: VecDeque<Damage>,
    /// The last line seen, and the link the next line of the file has to carry.
    before: Option<Last>,
    /// The same with the link by which the next file knows it.
    last: Option<Last>,
    /// Of all bytes read so far, where that is wanted.
    sum: Option<Sha256>,
}

impl Walk {
    /// Begins at the start of a file. With `last` the first line must continue the file before.
    pub(super) fn begin(file: &QuarterFile, last: Option<Last>) -> io::Result<Self> {
        Ok(Self {
            lines: Lines::open(file)?,
            name: file.name(),
            linked: true,
            line_at: 0,
            offset: 0,
            held: None,
            ended: false,
            garbled_from: None,
            newline_end: 0,
            pending: VecDeque::new(),
            before: last,
            last,
            sum: None,
        })
    }

    /// Leaves out what takes a hash of every line: that it links to the line before. Links are not
    /// to be asked for then.
    pub(super) fn unlinked(mut self) -> Self {
        self.linked = false;
        if let Source::Packed(frames) = &mut self.lines.source {
            frames.unlinked();
        }
        self
    }

    /// Hashes what is read behind what was hashed before, for [`Walk::sum`].
    pub(super) fn summing(mut self, before: Sha256) -> Self {
        self.sum = Some(before);
        self
    }

    /// Goes on at `offset`, where a line begins.
    pub(super) fn skip_to(&mut self, offset: u64) -> io::Result<()> {
        if self.lines.seek(offset)? {
            self.offset = offset;
            self.newline_end = offset;
        }
        while self.offset < offset && !self.ended {
            self.read()?;
        }
        self.before = None;
        self.last = None;
        self.held = None;
        self.garbled_from = None;
        self.pending.clear();
        Ok(())
    }

    /// Goes on at a line at or before sequence `seq` and near it, without reading what lies before.
    pub(super) fn leap_to(&mut self, seq: u64) -> io::Result<()> {
        self.offset = self.lines.leap(seq)?;
        self.newline_end = self.offset;
        self.before = None;
        self.last = None;
        Ok(())
    }

    /// The last line seen, and the link by which the next file goes on.
    pub(super) fn last(&self) -> Option<Last> {
        self.last
    }

    /// The link the line after the last one seen has to carry.
    pub(super) fn link(&self) -> Option<Link> {
        self.before.map(|(_, link)| link)
    }

    /// Bytes read so far.
    pub(super) fn offset(&self) -> u64 {
        self.offset
    }

    /// Where the last newline read ends; what follows it at the end of the file is torn.
    pub(super) fn newline_end(&self) -> u64 {
        self.newline_end
    }

    /// The hash of all bytes read so far; of nothing unless it was [`Walk::summing`].
    pub(super) fn sum(self) -> Sha256 {
        self.sum.unwrap_or_default()
    }

    /// What stands next; `None` at the end of the file.
    pub(super) fn step(&mut self) -> Option<Step<'_>> {
        loop {
            if let Some(damage) = self.pending.pop_front() {
                return Some(Step::Damage(damage));
            }
            if let Some(start) = self.held.take() {
                return Some(Step::Line(self.line_at, start.line(self.text())));
            }
            if self.ended {
                return None;
            }
            if let Err(error) = self.read() {
                self.ended = true;
                self.tell_garbled(self.offset);
                self.pending.push_back(Damage::Unreadable {
                    file: self.name.clone(),
                    offset: self.offset,
                    why: error.to_string(),
                });
            }
        }
    }

    /// The line read last, without its newline.
    fn text(&self) -> &[u8] {
        let line = self.lines.line();
        line.strip_suffix(b"\n").unwrap_or(line)
    }

    fn read(&mut self) -> io::Result<()> {
        self.line_at = self.offset;
        let length = self.lines.read()?;
        if let Some(sum) = &mut self.sum {
            sum.update(self.lines.line());
        }
        self.offset += length as u64;
        for (offset, why) in self.lines.take_damage() {
            self.pending.push_back(Damage::Unreadable {
                file: self.name.clone(),
                offset,
                why,
            });
        }
        if length == 0 {
            self.end();
        } else if self.lines.line().ends_with(b"\n") {
            self.newline_end = self.offset;
            self.judge();
        } else {
            self.garbled_from.get_or_insert(self.line_at);
        }
        Ok(())
    }

    fn judge(&mut self) {
        let Some(start) = self.lines.start() else {
            self.garbled_from.get_or_insert(self.line_at);
            return;
        };
        let (seq, prev) = (start.seq, start.prev.filter(|_| self.linked));
        let link = if self.linked {
            Link::of(self.text())
        } else {
            Link::default()
        };
        let known_by = start.head.was.unwrap_or(link);
        self.tell_garbled(self.line_at);
        if let Some((last_seq, last_link)) = self.before {
            let file = || self.name.clone();
            if seq <= last_seq {
                let damage = Damage::Repeated { file: file(), seq };
                self.pending.push_back(damage);
                return;
            }
            if seq > last_seq + 1 {
                let damage = Damage::Missing {
                    file: file(),
                    first: last_seq + 1,
                    last: seq - 1,
                };
                self.pending.push_back(damage);
            } else if prev.is_some_and(|prev| prev != last_link) {
                let damage = Damage::Unlinked { file: file(), seq };
                self.pending.push_back(damage);
            }
        }
        self.before = Some((seq, link));
        self.last = Some((seq, known_by));
        self.held = Some(start);
    }

    fn end(&mut self) {
        self.ended = true;
        self.tell_garbled(self.newline_end);
        if self.newline_end < self.offset {
            self.pending.push_back(Damage::Torn {
                file: self.name.clone(),
                offset: self.newline_end,
                bytes: self.offset - self.newline_end,
                aside: None,
            });
        }
    }

    fn tell_garbled(&mut self, end: u64) {
        if let Some(from) = self.garbled_from.take()
            && from < end
        {
            self.pending.push_back(Damage::Garbled {
                file: self.name.clone(),
                offset: from,
                bytes: end - from,
                aside: None,
            });
        }
    }
}
