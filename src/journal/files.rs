//! The files of a journal directory: listing, and what makes each step durable.

use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use super::quarter::Quarter;

const PLAIN: &str = ".ndjson";
const PACKED: &str = ".ndjson.zst";
const PART: &str = ".part";
const REDACTED: &str = ".redacted";
const ASIDE: &str = "aside";

/// Bytes copied at a time.
pub(super) const COPY_BYTES: usize = 256 * 1024;

/// The part that is the quarter as a whole.
const WHOLE: u16 = 0;

/// The first part of a quarter that goes on.
const FIRST: u16 = 1;

/// A quarter's file, or one of the parts that it has while it goes on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct QuarterFile {
    pub(super) quarter: Quarter,
    part: u16,
    pub(super) path: PathBuf,
    pub(super) packed: bool,
}

impl QuarterFile {
    fn new(dir: &Path, quarter: Quarter, part: u16, packed: bool) -> Self {
        let mut file = Self {
            quarter,
            part,
            path: PathBuf::new(),
            packed,
        };
        file.path = dir.join(file.name());
        file
    }

    /// The first part, being written.
    pub(super) fn plain(dir: &Path, quarter: Quarter) -> Self {
        Self::new(dir, quarter, FIRST, false)
    }

    /// The quarter as a whole, packed.
    pub(super) fn packed(dir: &Path, quarter: Quarter) -> Self {
        Self::new(dir, quarter, WHOLE, true)
    }

    /// The part behind this one, being written.
    pub(super) fn next_part(&self) -> Self {
        Self::new(self.dir(), self.quarter, self.part.saturating_add(1), false)
    }

    /// This part packed.
    pub(super) fn packed_part(&self) -> Self {
        Self::new(self.dir(), self.quarter, self.part, true)
    }

    fn dir(&self) -> &Path {
        self.path.parent().unwrap_or(Path::new("."))
    }

    /// Whether it is the quarter as a whole.
    pub(super) fn is_whole(&self) -> bool {
        self.part == WHOLE
    }

    /// Where it stands among the files of a journal.
    pub(super) fn place(&self) -> (Quarter, u16) {
        (self.quarter, self.part)
    }

    /// Its name without the ending.
    fn stem(&self) -> String {
        match (self.part, self.packed) {
            (WHOLE, _) | (FIRST, false) => self.quarter.to_string(),
            (part, _) => format!("{}.{part}", self.quarter),
        }
    }

    /// Its name in the journal directory.
    pub(super) fn name(&self) -> String {
        let end = if self.packed { PACKED } else { PLAIN };
        format!("{}{end}", self.stem())
    }

    /// The file of a name in the journal directory; none where it is something else.
    fn named(dir: &Path, name: &str) -> Option<Self> {
        let packed = name.strip_suffix(PACKED);
        let stem = packed.or_else(|| name.strip_suffix(PLAIN))?;
        let (quarter, part) = match stem.split_once('.') {
            Some((quarter, part)) => (quarter, part.parse().ok()?),
            None if packed.is_some() => (stem, WHOLE),
            None => (stem, FIRST),
        };
        let file = Self::new(dir, quarter.parse().ok()?, part, packed.is_some());
        (file.name() == name).then_some(file)
    }

    /// The name under which it is written until it is whole.
    pub(super) fn part(&self) -> PathBuf {
        self.path.with_file_name(format!("{}{PART}", self.name()))
    }

    /// The name under which it lies written anew, whole and synced, until it takes its own place.
    pub(super) fn beside(&self) -> Self {
        let name = format!("{}{REDACTED}", self.name());
        Self {
            path: self.path.with_file_name(name),
            ..self.clone()
        }
    }

    /// Its size on disk, bytes.
    pub(super) fn size(&self) -> u64 {
        fs::metadata(&self.path).map_or(0, |data| data.len())
    }
}

/// Where the journal's files are.
pub(super) fn journal_dir(data: &Path) -> PathBuf {
    data.join("journal")
}

/// The files there are, in the journal's order. A packed file counts before the plain ones it was
/// made of: it takes its name only when it was read back.
pub(super) fn list(dir: &Path) -> io::Result<Vec<QuarterFile>> {
    let mut files = all(dir)?;
    files.dedup_by(|next, kept| {
        next.quarter == kept.quarter && (kept.is_whole() || next.part == kept.part)
    });
    Ok(files)
}

/// All files, those that count before those that do not.
fn all(dir: &Path) -> io::Result<Vec<QuarterFile>> {
    let mut files: Vec<QuarterFile> = Vec::new();
    for entry in fs::read_dir(dir)? {
        let entry = entry?;
        let name = entry.file_name();
        if let Some(file) = name.to_str().and_then(|name| QuarterFile::named(dir, name))
            && entry.file_type()?.is_file()
        {
            files.push(file);
        }
    }
    files.sort_by_key(|file| (file.place(), !file.packed));
    Ok(files)
}

/// Removes files from which packed ones were made, where the power went in between.
pub(super) fn remove_packed(dir: &Path) -> io::Result<()> {
    let count = list(dir)?;
    for file in all(dir)?.iter().filter(|file| !count.contains(file)) {
        fs::remove_file(&file.path)?;
    }
    sync_dir(dir)
}

/// Files that lie written anew beside those whose place they are to take.
pub(super) fn list_beside(dir: &Path) -> io::Result<Vec<QuarterFile>> {
    let mut files = list(dir)?;
    files.retain(|file| file.is_whole() && file.beside().path.exists());
    Ok(files)
}

/// Removes files that were being written when the power went; none of them held anything that is
/// not elsewhere.
pub(super) fn remove_parts(dir: &Path) -> io::Result<()> {
    for entry in fs::read_dir(dir)? {
        let entry = entry?;
        let is_part = entry.path().extension().is_some_and(|end| end == "part");
        if is_part && entry.file_type()?.is_file() {
            fs::remove_file(entry.path())?;
        }
    }
    sync_dir(dir)
}

/// Makes names made, renamed or removed in a directory last.
pub(super) fn sync_dir(dir: &Path) -> io::Result<()> {
    File::open(dir)?.sync_all()
}

/// Makes a directory and those above it, each durable.
pub(super) fn create_dir(dir: &Path) -> io::Result<()> {
    if dir.is_dir() {
        return Ok(());
    }
    let parent = match dir.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        Some(_) | None => Path::new("."),
    };
    create_dir(parent)?;
    match fs::create_dir(dir) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
        Ok(()) | Err(_) => {}
    }
    sync_dir(parent)
}

/// Copies a range of a plain file aside, byte for byte, and says where to. The same bytes found
/// again go to the same place.
pub(super) fn keep_aside(
    dir: &Path,
    file: &QuarterFile,
    offset: u64,
    bytes: u64,
) -> io::Result<PathBuf> {
    let aside = dir.join(ASIDE);
    create_dir(&aside)?;
    let mut input = File::open(&file.path)?;
    let name = format!("{}-{offset}-{bytes}", file.stem());
    let path = (0_u32..)
        .map(|copy| match copy {
            0 => aside.join(&name),
            _ => aside.join(format!("{name}-{copy}")),
        })
        .find(|path| !path.exists() || same_bytes(&mut input, offset, bytes, path))
        .unwrap_or_else(|| aside.join(&name));
    if !path.exists() {
        input.seek(SeekFrom::Start(offset))?;
        let mut output = File::create(&path)?;
        copy(&mut (&mut input).take(bytes), &mut output, &mut |_| {})?;
        output.sync_all()?;
        sync_dir(&aside)?;
    }
    Ok(path)
}

/// Removes what was kept aside of a quarter's file.
pub(super) fn remove_aside(dir: &Path, quarter: Quarter) -> io::Result<()> {
    let aside = dir.join(ASIDE);
    if !aside.is_dir() {
        return Ok(());
    }
    for entry in fs::read_dir(&aside)? {
        let entry = entry?;
        let name = entry.file_name();
        let name = name.to_string_lossy();
        let of_quarter = name.strip_prefix(&quarter.to_string());
        if of_quarter.is_some_and(|rest| rest.starts_with(['-', '.'])) {
            fs::remove_file(entry.path())?;
        }
    }
    sync_dir(&aside)
}

fn same_bytes(input: &mut File, offset: u64, bytes: u64, path: &Path) -> bool {
    let Ok(kept) = fs::read(path) else {
        return false;
    };
    let mut there = Vec::new();
    let read = input
        .seek(SeekFrom::Start(offset))
        .and_then(|_| input.take(bytes).read_to_end(&mut there));
    read.is_ok() && kept == there
}

/// Copies everything, telling how many bytes each step took.
pub(super) fn copy(
    input: &mut dyn Read,
    output: &mut dyn Write,
    progress: &mut dyn FnMut(u64),
) -> io::Result<()> {
    let mut buffer = vec![0; COPY_BYTES];
    loop {
        let read = input.read(&mut buffer)?;
        let Some(bytes) = buffer.get(..read).filter(|bytes| !bytes.is_empty()) else {
            return Ok(());
        };
        output.write_all(bytes)?;
        progress(read as u64);
    }
}
