//! Lines of a frame without what follows from them.
//!
//! ```text
//! bare 1204 91b2c3d4e5f60718 00c1d2e3f4a5b6c7   first sequence, link in the first line, link to the last
//! "seq":1204,"at":...                           each line without checksum, sequence and link
//! ```

use std::borrow::Cow;

use super::line::{Line, Link, write_rest};

/// What bare lines begin with. No line does: it begins with a checksum in hex digits.
const BARE: &[u8] = b"bare ";

/// What whole lines begin with where they would be taken for bare ones: damage can look like that.
const WHOLE: &[u8] = b"whole\n";

/// What a frame holds for these lines: bare ones where they can be restored to the byte.
pub(super) fn strip(lines: &[u8]) -> Cow<'_, [u8]> {
    if let Some(bare) = bare(lines)
        && restore(bare.clone(), lines.len()).is_some_and(|again| again == lines)
    {
        return Cow::Owned(bare);
    }
    if lines.starts_with(BARE) || lines.starts_with(WHOLE) {
        return Cow::Owned([WHOLE, lines].concat());
    }
    Cow::Borrowed(lines)
}

/// The lines again; none where a bare frame does not give the chain it should, or more than
/// `bytes_max`: a short line grows tenfold.
pub(super) fn restore(held: Vec<u8>, bytes_max: usize) -> Option<Vec<u8>> {
    if let Some(lines) = held.strip_prefix(WHOLE) {
        return Some(lines.to_vec());
    }
    if !held.starts_with(BARE) {
        return Some(held);
    }
    let Bare {
        mut seq,
        mut prev,
        last,
        mut rest,
    } = Bare::of(&held)?;
    let mut lines = Vec::with_capacity(rest.len() * 5 / 4);
    while !rest.is_empty() {
        let end = rest.iter().position(|byte| *byte == b'\n')?;
        let (line, behind) = rest.split_at_checked(end)?;
        prev = write_rest(seq, prev, line, &mut lines);
        if lines.len() > bytes_max {
            return None;
        }
        rest = behind.get(1..)?;
        seq = seq.checked_add(1)?;
    }
    (prev == last).then_some(lines)
}

/// What a frame of bare lines begins with, and the lines.
struct Bare<'a> {
    /// Of the first line.
    seq: u64,
    /// The link that the first line carries.
    prev: Link,
    /// The link to the last line.
    last: Link,
    rest: &'a [u8],
}

impl<'a> Bare<'a> {
    fn of(held: &'a [u8]) -> Option<Self> {
        let bare = held.strip_prefix(BARE)?;
        let end = memchr::memchr(b'\n', bare)?;
        let (head, rest) = bare.split_at_checked(end + 1)?;
        let mut words = std::str::from_utf8(head).ok()?.split_ascii_whitespace();
        let seq = words.next()?.parse().ok()?;
        let mut link = || u64::from_str_radix(words.next()?, 16).ok().map(Link);
        Some(Self {
            seq,
            prev: link()?,
            last: link()?,
            rest,
        })
    }
}

/// The sequence of the first line a frame holds bare, and where that line begins; none where it holds
/// whole lines.
pub(super) fn first(held: &[u8]) -> Option<(u64, usize)> {
    let bare = Bare::of(held)?;
    Some((bare.seq, held.len() - bare.rest.len()))
}

/// The lines bare, as far as one can tell without restoring them.
fn bare(lines: &[u8]) -> Option<Vec<u8>> {
    let lines = lines.strip_suffix(b"\n")?;
    let mut rests = Vec::with_capacity(lines.len());
    let mut first = None;
    let mut last = None;
    for line in lines.split(|byte| *byte == b'\n') {
        let line = Line::parse(line)?;
        let prev = line.prev?;
        first = first.or(Some((line.seq, prev)));
        last = Some(line.link());
        rests.extend_from_slice(line.rest()?);
        rests.push(b'\n');
    }
    let ((seq, prev), last) = first.zip(last)?;
    Some([format!("bare {seq} {prev} {last}\n").as_bytes(), &rests].concat())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]

    use super::super::line::write;
    use super::super::record::{Fact, Record};
    use super::*;
    use crate::queue::command::Actor;
    use crate::queue::event::Event;

    const MANY: usize = 1 << 20;

    fn lines(first: u64, count: u64) -> Vec<u8> {
        let mut out = Vec::new();
        let mut prev = Link(first * 7);
        for seq in first..first + count {
            let record = Record {
                seq,
                at: "2026-10-05T06:00:00Z".parse().unwrap(),
                actor: Actor::Rinda,
                request: None,
                fact: Fact::Queue(Event::DaemonStarted {
                    version: format!("ā{seq}"),
                }),
            };
            prev = write(&record, prev, &mut out).unwrap();
        }
        out
    }

    fn is_bare(held: &[u8]) -> bool {
        held.starts_with(BARE)
    }

    #[test]
    fn lines_come_back_to_the_byte() {
        for count in [1, 2, 300] {
            let lines = lines(1_204, count);
            let held = strip(&lines);
            assert!(is_bare(&held) && held.len() < lines.len());
            assert!(!String::from_utf8(held.to_vec()).unwrap().contains("prev"));
            assert_eq!(restore(held.into_owned(), MANY).unwrap(), lines);
        }
    }

    #[test]
    fn what_does_not_follow_is_held_whole() {
        let good = lines(1, 5);
        let text = String::from_utf8(good.clone()).unwrap();
        let mut flipped = good.clone();
        flipped[3] ^= 1;
        let spliced = [lines(1, 2), lines(9, 2)].concat();
        for odd in [
            Vec::new(),
            b"\n".to_vec(),
            good[..good.len() - 1].to_vec(),
            flipped,
            spliced,
            text.replace('\n', "\r\n").into_bytes(),
            text.replacen('\n', "\n\n", 1).into_bytes(),
            [&good, &b"\0\0\0\0"[..]].concat(),
            // As an older program wrote the checksum.
            text.to_uppercase().into_bytes(),
            b"bare 1 0 0\n".to_vec(),
            [BARE, &good].concat(),
            [WHOLE, &good].concat(),
        ] {
            let held = strip(&odd).into_owned();
            assert!(!is_bare(&held));
            assert_eq!(restore(held, MANY).unwrap(), odd);
        }
    }

    #[test]
    fn a_changed_byte_of_a_bare_frame_is_noticed() {
        let lines = lines(1_204, 3);
        let held = strip(&lines).into_owned();
        for at in 0..held.len() {
            for bit in 0..8 {
                let mut bad = held.clone();
                bad[at] ^= 1 << bit;
                // What is no longer bare is not taken for lines either: no checksum is right.
                let told = restore(bad, MANY).filter(|told| *told != lines);
                let whole = told
                    .iter()
                    .flat_map(|told| told.split(|byte| *byte == b'\n'));
                assert_eq!(
                    whole.filter_map(Line::parse).count(),
                    0,
                    "byte {at} bit {bit}"
                );
            }
        }
    }

    #[test]
    fn a_bare_frame_gives_no_more_than_its_lines_took() {
        let lines = lines(1, 20);
        let held = strip(&lines).into_owned();
        assert!(restore(held.clone(), lines.len()).is_some());
        assert!(restore(held, lines.len() - 1).is_none());
        let empty = [b"bare 1 0 0\n".to_vec(), vec![b'\n'; MANY / 10]].concat();
        assert!(restore(empty, MANY).is_none());
    }
}
