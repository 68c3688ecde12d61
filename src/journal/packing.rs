//! Packing: a part of a quarter once the next one is there, and a quarter once it is over.
//!
//! ```text
//! 2026-Q4.ndjson                                          written to
//! 2026-Q4.1.ndjson.zst   2026-Q4.2.ndjson                 its first part is closed
//! 2026-Q4.1.ndjson.zst   2026-Q4.2.ndjson.zst  …          the quarter is over
//! 2026-Q4.ndjson.zst                                      as a whole: the parts one behind the other
//! ```

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::Path;

use super::files::{COPY_BYTES, QuarterFile, copy, sync_dir};
use super::frames;

/// Packs what is left plain of a quarter that is over, and makes one file of its parts.
pub(super) fn pack_quarter(dir: &Path, files: &[QuarterFile]) -> io::Result<()> {
    match files {
        [] => Ok(()),
        [whole] if whole.is_whole() => Ok(()),
        [plain] if !plain.packed => pack(dir, plain, &QuarterFile::packed(dir, plain.quarter)),
        [first, ..] => {
            pack_parts(dir, files)?;
            let parts: Vec<_> = files.iter().map(|part| part.packed_part()).collect();
            join(dir, &parts, &QuarterFile::packed(dir, first.quarter))
        }
    }
}

/// Packs parts behind which there is another one.
pub(super) fn pack_parts(dir: &Path, parts: &[QuarterFile]) -> io::Result<()> {
    parts.iter().try_for_each(|part| pack_part(dir, part))
}

fn pack_part(dir: &Path, part: &QuarterFile) -> io::Result<()> {
    if part.packed {
        return Ok(());
    }
    pack(dir, part, &part.packed_part())
}

/// Packs a plain file, reads it back, and only then removes it.
fn pack(dir: &Path, plain: &QuarterFile, packed: &QuarterFile) -> io::Result<()> {
    let part = packed.part();
    frames::pack(&plain.path, &part)?;
    if !reads_back(&plain.path, &part)? {
        fs::remove_file(&part)?;
        return Err(io::Error::other(format!(
            "{} does not read back as it was packed; the plain file stays",
            packed.name()
        )));
    }
    fs::rename(&part, &packed.path)?;
    sync_dir(dir)?;
    fs::remove_file(&plain.path)?;
    sync_dir(dir)
}

/// Frames stand on their own, so those of several files are a packed file too.
fn join(dir: &Path, parts: &[QuarterFile], whole: &QuarterFile) -> io::Result<()> {
    let written = whole.part();
    let mut output = File::create(&written)?;
    for part in parts {
        copy(&mut File::open(&part.path)?, &mut output, &mut |_| {})?;
    }
    output.flush()?;
    output.sync_all()?;
    fs::rename(&written, &whole.path)?;
    sync_dir(dir)?;
    for part in parts {
        fs::remove_file(&part.path)?;
    }
    sync_dir(dir)
}

fn reads_back(plain: &Path, packed: &Path) -> io::Result<bool> {
    let mut plain = io::BufReader::with_capacity(COPY_BYTES, File::open(plain)?);
    let mut packed = frames::Frames::open(packed)?;
    let (mut left, mut right) = (vec![0; COPY_BYTES], Vec::with_capacity(COPY_BYTES));
    loop {
        let read = plain.read(&mut left)?;
        right.clear();
        // One byte beyond the end of the plain file must not be there either.
        let want = if read == 0 { 1 } else { read as u64 };
        (&mut packed).take(want).read_to_end(&mut right)?;
        if left.get(..read) != Some(right.as_slice()) || !packed.take_damage().is_empty() {
            return Ok(false);
        }
        if read == 0 {
            return Ok(true);
        }
    }
}
