//! A disk that is full: no file of this process may grow beyond a size, so a write stops in the
//! middle of a record as it does where the last block is used up.

use nix::sys::resource::{Resource, getrlimit, setrlimit};
use nix::sys::signal::{SigSet, Signal};

/// Growing beyond the limit is an error of the write, not the end of the process.
pub fn hold_file_size_signals() {
    let mut signals = SigSet::empty();
    signals.add(Signal::SIGXFSZ);
    signals.thread_block().unwrap();
}

/// No file grows beyond so many bytes.
pub fn disk_is_full_at(bytes: u64) {
    let (_, most) = getrlimit(Resource::RLIMIT_FSIZE).unwrap();
    setrlimit(Resource::RLIMIT_FSIZE, bytes.min(most), most).unwrap();
}

/// Files grow again.
pub fn disk_has_room() {
    let (_, most) = getrlimit(Resource::RLIMIT_FSIZE).unwrap();
    setrlimit(Resource::RLIMIT_FSIZE, most, most).unwrap();
}
