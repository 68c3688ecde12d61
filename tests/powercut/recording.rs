//! Recording a program's writes with the shim.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// One thing the program did. Names are relative to the recorded directory.
#[derive(Debug, Clone)]
pub enum Op {
    /// A file came to be.
    Create { inode: u64, name: String },
    /// Bytes were written.
    Write {
        inode: u64,
        offset: u64,
        bytes: Vec<u8>,
    },
    /// The file was synced.
    Sync { inode: u64 },
    /// The directory was synced.
    SyncDir { name: String },
    /// A file or directory changed its name.
    Rename { from: String, to: String },
    /// A file or an empty directory was removed.
    Remove { name: String },
    /// The file's length was set.
    Truncate { inode: u64, length: u64 },
    /// A directory was made.
    MakeDir { name: String },
    /// Something was said on standard output or, where asked for, on a socket.
    Said { fd: u64, text: Vec<u8> },
    /// Something was read from a socket, where that is asked for.
    Heard { fd: u64, text: Vec<u8> },
    /// A part of a file was handed to the disk, which promises nothing.
    SyncRange,
}

/// Everything a program did, in its order.
pub struct Recording {
    /// What it did.
    pub ops: Vec<Op>,
}

impl Recording {
    /// All it said on standard output.
    pub fn said(&self) -> String {
        let mut said = String::new();
        for op in &self.ops {
            if let Op::Said { fd: 1, text } = op {
                said.push_str(&String::from_utf8_lossy(text));
            }
        }
        said
    }
}

/// Compiles the shim into `dir`.
fn shim(dir: &Path) -> PathBuf {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/powercut/shim.c");
    let library = dir.join("shim.so");
    let compiler = std::env::var("CC").unwrap_or_else(|_| "cc".to_owned());
    let status = Command::new(compiler)
        .args(["-shared", "-fPIC", "-O1", "-o"])
        .args([&library, &source])
        .args(["-ldl", "-lpthread"])
        .status()
        .expect("a C compiler is needed: install gcc");
    assert!(status.success());
    library
}

/// Where the programs of one recording write down what they do.
pub struct Recorder {
    outside: tempfile::TempDir,
    shim: PathBuf,
    dir: PathBuf,
}

impl Recorder {
    /// Records what is done below `dir`. The programs must make every file there themselves.
    pub fn new(dir: &Path) -> Self {
        let outside = tempfile::tempdir().unwrap();
        Self {
            shim: shim(outside.path()),
            dir: dir.canonicalize().unwrap(),
            outside,
        }
    }

    /// Has a program recorded. Faults are asked for with the shim's variables.
    pub fn attach(&self, command: &mut Command) {
        command
            .env("LD_PRELOAD", &self.shim)
            .env("RINDA_SHIM_DIR", &self.dir)
            .env("RINDA_SHIM_LOG", self.log());
    }

    fn log(&self) -> PathBuf {
        self.outside.path().join("log")
    }

    /// What was recorded, once the programs have ended.
    pub fn finish(self) -> Recording {
        Recording {
            ops: parse(&fs::read(self.log()).unwrap()),
        }
    }
}

/// Runs a program to its end and records what it does below `dir`.
pub fn record(command: &mut Command, dir: &Path) -> Recording {
    let recorder = Recorder::new(dir);
    recorder.attach(command);
    let output = command.stdin(Stdio::null()).output().unwrap();
    let told = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{told}");
    recorder.finish()
}

fn parse(log: &[u8]) -> Vec<Op> {
    let mut ops = Vec::new();
    let mut rest = log;
    let mut take = |length: usize| {
        let (taken, left) = rest.split_at_checked(length)?;
        rest = left;
        Some(taken)
    };
    // The program may have been killed within an entry: the log ends with the last whole one.
    while let Some(head) = take(40) {
        let number = |at: usize| u64::from_le_bytes(head[at * 8..at * 8 + 8].try_into().unwrap());
        let (inode, value) = (number(1), number(2));
        let Some(name) = take(number(3) as usize) else {
            break;
        };
        let name = String::from_utf8(name.to_vec()).unwrap();
        let Some(bytes) = take(number(4) as usize) else {
            break;
        };
        let bytes = bytes.to_vec();
        ops.push(match number(0) {
            1 => Op::Create { inode, name },
            2 => Op::Write {
                inode,
                offset: value,
                bytes,
            },
            3 => Op::Sync { inode },
            4 => Op::SyncDir { name },
            5 => Op::Rename {
                from: name,
                to: String::from_utf8(bytes).unwrap(),
            },
            6 | 11 => Op::Remove { name },
            7 => Op::Truncate {
                inode,
                length: value,
            },
            8 => Op::MakeDir { name },
            9 => Op::Said {
                fd: inode,
                text: bytes,
            },
            10 => Op::SyncRange,
            12 => Op::Heard {
                fd: inode,
                text: bytes,
            },
            other => panic!("the shim wrote operation {other}"),
        });
    }
    ops
}
