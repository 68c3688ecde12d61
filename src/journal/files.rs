//! The files of a journal directory: listing, and what makes each step durable.

use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use super::frames;
use super::quarter::Quarter;

const PLAIN: &str = ".ndjson";
const PACKED: &str = ".ndjson.zst";
const PART: &str = ".part";
const REDACTED: &str = ".redacted";
const ASIDE: &str = "aside";

/// Bytes copied at a time.
const COPY_BYTES: usize = 256 * 1024;

/// One quarter's file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct QuarterFile {
    pub(super) quarter: Quarter,
    pub(super) path: PathBuf,
    pub(super) packed: bool,
}

impl QuarterFile {
    pub(super) fn plain(dir: &Path, quarter: Quarter) -> Self {
        Self {
            quarter,
            path: dir.join(format!("{quarter}{PLAIN}")),
            packed: false,
        }
    }

    pub(super) fn packed(dir: &Path, quarter: Quarter) -> Self {
        Self {
            quarter,
            path: dir.join(format!("{quarter}{PACKED}")),
            packed: true,
        }
    }

    /// Its name in the journal directory.
    pub(super) fn name(&self) -> String {
        let end = if self.packed { PACKED } else { PLAIN };
        format!("{}{end}", self.quarter)
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

/// The files there are, oldest quarter first. Where a quarter is there plain and packed, the packed
/// one was never finished and the plain one counts.
pub(super) fn list(dir: &Path) -> io::Result<Vec<QuarterFile>> {
    let mut files: Vec<QuarterFile> = Vec::new();
    for entry in fs::read_dir(dir)? {
        let entry = entry?;
        let name = entry.file_name();
        let Some(name) = name.to_str() else { continue };
        let (stem, packed) = if let Some(stem) = name.strip_suffix(PACKED) {
            (stem, true)
        } else if let Some(stem) = name.strip_suffix(PLAIN) {
            (stem, false)
        } else {
            continue;
        };
        if let Ok(quarter) = stem.parse()
            && entry.file_type()?.is_file()
        {
            let path = entry.path();
            files.push(QuarterFile {
                quarter,
                path,
                packed,
            });
        }
    }
    files.sort_by_key(|file| (file.quarter, file.packed));
    files.dedup_by_key(|file| file.quarter);
    Ok(files)
}

/// Files that lie written anew beside those whose place they are to take.
pub(super) fn list_beside(dir: &Path) -> io::Result<Vec<QuarterFile>> {
    let mut files = list(dir)?;
    files.retain(|file| file.packed && file.beside().path.exists());
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
    let name = format!("{}-{offset}-{bytes}", file.quarter);
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
        if name.to_string_lossy().starts_with(&format!("{quarter}-")) {
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

/// Packs a closed file, reads it back, and only then removes the plain one.
pub(super) fn pack_closed(
    dir: &Path,
    plain: &QuarterFile,
    progress: &mut dyn FnMut(u64),
) -> io::Result<()> {
    let packed = QuarterFile::packed(dir, plain.quarter);
    let part = packed.part();
    frames::pack(&plain.path, &part, progress)?;
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
