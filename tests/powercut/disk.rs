//! A disk that knows what would survive if the power went now.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use crate::common::Seeded;
use crate::recording::Op;

/// What survives as a whole or not at all, bytes.
const BLOCK: u64 = 4096;

/// What the disk keeps of what was not synced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keeps {
    /// Each block by itself in any of its versions, lengths and names up to some moment.
    AnyBlocks,
    /// Nothing: neither bytes nor names, except what was synced.
    Nothing,
    /// Names and lengths, but none of the bytes: zeros where nothing was before.
    LengthsOnly,
}

impl Keeps {
    /// All models.
    pub const ALL: [Self; 3] = [Self::AnyBlocks, Self::Nothing, Self::LengthsOnly];
}

#[derive(Debug, Clone)]
enum Unsynced {
    Bytes { offset: u64, bytes: Vec<u8> },
    Length(u64),
}

#[derive(Debug, Default)]
struct Stored {
    synced: Vec<u8>,
    unsynced: Vec<Unsynced>,
}

#[derive(Debug, Clone, Copy)]
enum Entry {
    File(usize),
    Dir,
}

#[derive(Debug, Clone)]
enum NameOp {
    Put(String, Entry),
    Remove(String),
    Rename(String, String),
}

impl NameOp {
    /// The directory whose sync makes it last.
    fn parent(&self) -> &str {
        let (Self::Put(name, _) | Self::Remove(name) | Self::Rename(_, name)) = self;
        name.rsplit_once('/').map_or("", |(parent, _)| parent)
    }
}

type Names = BTreeMap<String, Entry>;

/// Files and names, synced and not.
#[derive(Debug, Default)]
pub struct Disk {
    files: Vec<Stored>,
    inodes: BTreeMap<u64, usize>,
    names: Names,
    unsynced: Vec<NameOp>,
}

impl Disk {
    /// The program did something.
    pub fn apply(&mut self, op: &Op) {
        match op {
            Op::Create { inode, name } => {
                self.files.push(Stored::default());
                let file = self.files.len() - 1;
                self.inodes.insert(*inode, file);
                self.unsynced
                    .push(NameOp::Put(name.clone(), Entry::File(file)));
            }
            Op::Write {
                inode,
                offset,
                bytes,
            } => self.file(*inode).unsynced.push(Unsynced::Bytes {
                offset: *offset,
                bytes: bytes.clone(),
            }),
            Op::Truncate { inode, length } => {
                self.file(*inode).unsynced.push(Unsynced::Length(*length));
            }
            Op::Sync { inode } => self.file(*inode).sync(),
            Op::SyncDir { name } => self.sync_dir(name),
            Op::Rename { from, to } => {
                self.unsynced.push(NameOp::Rename(from.clone(), to.clone()));
            }
            Op::Remove { name } => self.unsynced.push(NameOp::Remove(name.clone())),
            Op::MakeDir { name } => self.unsynced.push(NameOp::Put(name.clone(), Entry::Dir)),
            Op::Said { .. } | Op::Heard { .. } | Op::SyncRange => {}
        }
    }

    fn file(&mut self, inode: u64) -> &mut Stored {
        let file = self.inodes[&inode];
        &mut self.files[file]
    }

    fn sync_dir(&mut self, dir: &str) {
        let (now, later) = std::mem::take(&mut self.unsynced)
            .into_iter()
            .partition(|op: &NameOp| op.parent() == dir);
        self.unsynced = later;
        for op in now {
            rename(&mut self.names, &op);
        }
    }

    /// Lays out below `to` what is there after the power went.
    pub fn after_cut(&self, keeps: Keeps, seeded: &mut Seeded, to: &Path) {
        let mut names = self.names.clone();
        let survive = match keeps {
            Keeps::AnyBlocks => seeded.below(self.unsynced.len() as u64 + 1) as usize,
            Keeps::Nothing => 0,
            Keeps::LengthsOnly => self.unsynced.len(),
        };
        for op in &self.unsynced[..survive] {
            rename(&mut names, op);
        }
        // Parents sort before what is in them; without its parent nothing can be reached.
        for (name, entry) in &names {
            let path = to.join(name);
            if !path.parent().is_some_and(Path::is_dir) {
                continue;
            }
            match entry {
                Entry::Dir => fs::create_dir_all(&path).unwrap(),
                Entry::File(file) => {
                    fs::write(&path, self.files[*file].after_cut(keeps, seeded)).unwrap();
                }
            }
        }
    }
}

fn rename(names: &mut Names, op: &NameOp) {
    match op {
        NameOp::Put(name, entry) => {
            names.insert(name.clone(), *entry);
        }
        NameOp::Remove(name) => {
            names.remove(name);
        }
        NameOp::Rename(from, to) => {
            let below = format!("{from}/");
            let moved: Vec<String> = names
                .keys()
                .filter(|name| *name == from || name.starts_with(&below))
                .cloned()
                .collect();
            for name in moved {
                let entry = names.remove(&name).unwrap();
                names.insert(format!("{to}{}", &name[from.len()..]), entry);
            }
        }
    }
}

impl Stored {
    fn sync(&mut self) {
        for change in std::mem::take(&mut self.unsynced) {
            match change {
                Unsynced::Bytes { offset, bytes } => put(&mut self.synced, offset, &bytes),
                Unsynced::Length(length) => self.synced.resize(length as usize, 0),
            }
        }
    }

    /// Lengths the file had, from the synced one to the newest.
    fn lengths(&self) -> Vec<u64> {
        let mut lengths = vec![self.synced.len() as u64];
        for change in &self.unsynced {
            let last = lengths[lengths.len() - 1];
            lengths.push(match change {
                Unsynced::Bytes { offset, bytes } => last.max(offset + bytes.len() as u64),
                Unsynced::Length(length) => *length,
            });
        }
        lengths
    }

    fn after_cut(&self, keeps: Keeps, seeded: &mut Seeded) -> Vec<u8> {
        let mut content = self.synced.clone();
        let lengths = self.lengths();
        let length = match keeps {
            Keeps::Nothing => lengths[0],
            Keeps::LengthsOnly => lengths[lengths.len() - 1],
            Keeps::AnyBlocks => {
                self.put_some_blocks(&mut content, seeded);
                lengths[seeded.below(lengths.len() as u64) as usize]
            }
        };
        content.resize(length as usize, 0);
        content
    }

    /// Each block as it was after some of the writes to it, whichever chance takes.
    fn put_some_blocks(&self, content: &mut Vec<u8>, seeded: &mut Seeded) {
        let mut blocks: BTreeMap<u64, Vec<(u64, &[u8])>> = BTreeMap::new();
        for change in &self.unsynced {
            let Unsynced::Bytes { offset, bytes } = change else {
                continue;
            };
            let (mut at, mut rest) = (*offset, bytes.as_slice());
            while !rest.is_empty() {
                let room = (BLOCK - at % BLOCK) as usize;
                let (part, left) = rest.split_at(room.min(rest.len()));
                blocks.entry(at / BLOCK).or_default().push((at, part));
                at += part.len() as u64;
                rest = left;
            }
        }
        for writes in blocks.values() {
            let survive = seeded.below(writes.len() as u64 + 1) as usize;
            for (at, bytes) in &writes[..survive] {
                put(content, *at, bytes);
            }
        }
    }
}

fn put(content: &mut Vec<u8>, offset: u64, bytes: &[u8]) {
    let end = offset as usize + bytes.len();
    if content.len() < end {
        content.resize(end, 0);
    }
    content[offset as usize..end].copy_from_slice(bytes);
}
