//! A host played by hand: it says what the test wants it to say and nothing else.

use std::collections::VecDeque;
use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::os::fd::{AsFd, AsRawFd};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::time::{Duration, Instant};

use firmware_protocol::wire::DEBOUNCE_MS;
use firmware_protocol::{BoardMessage, Decoder, HostMessage, ResetReason, encode};
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::termios::{SetArg, cfmakeraw, tcgetattr, tcsetattr};

use crate::machine::LIMIT;

/// How often an unanswered Hello is repeated.
const HELLO_AGAIN: Duration = Duration::from_millis(500);

/// Messages told where the wanted one does not come.
const TOLD: usize = 8;

/// A contact that closes right after the board's start is no press, and how late the board's
/// clock is at its start is not known: so long after the first word from it the board has settled.
const SETTLED_MS: u64 = 2 * DEBOUNCE_MS;

/// What the board's Hello said of it.
#[derive(Debug, Clone, Copy)]
pub struct Met {
    pub boot_id: u32,
    pub reset_reason: ResetReason,
    pub oldest_unacked: u32,
    pub next_seq: u32,
    pub session: u32,
    pub now_ms: u64,
}

pub struct Host {
    line: File,
    decoder: Decoder<BoardMessage>,
    heard: VecDeque<BoardMessage>,
    /// The newest messages that were not what the test waited for.
    passed_over: VecDeque<BoardMessage>,
    /// A heartbeat of this session goes out each half second, so that the board stays with us.
    beating: Option<(u32, Instant)>,
}

impl Host {
    pub fn open(line: &Path) -> Self {
        let line = OpenOptions::new()
            .read(true)
            .write(true)
            .custom_flags(nix::libc::O_NOCTTY | nix::libc::O_NONBLOCK)
            .open(line)
            .unwrap();
        let mut settings = tcgetattr(&line).unwrap();
        cfmakeraw(&mut settings);
        tcsetattr(&line, SetArg::TCSANOW, &settings).unwrap();
        Self {
            line,
            decoder: Decoder::new(),
            heard: VecDeque::new(),
            passed_over: VecDeque::new(),
            beating: None,
        }
    }

    pub fn say(&mut self, message: HostMessage) {
        self.say_bytes(encode(&message).as_bytes());
    }

    pub fn say_bytes(&mut self, bytes: &[u8]) {
        // A frame or two never fill a pseudo-terminal that QEMU reads.
        self.line.write_all(bytes).unwrap();
    }

    /// Opens a session with a board that has settled, and keeps it with heartbeats from now on.
    pub fn meet(&mut self, session: u32) -> Met {
        self.beating = None;
        let until = Instant::now() + LIMIT;
        let mut first: Option<Met> = None;
        loop {
            self.say(HostMessage::Hello { session });
            let heard = self.hear_within(HELLO_AGAIN, |message| {
                met(message).filter(|met| met.session == session)
            });
            if let Some(heard) = heard {
                let since = first
                    .filter(|first| first.boot_id == heard.boot_id)
                    .unwrap_or(heard);
                first = Some(since);
                if heard.now_ms - since.now_ms >= SETTLED_MS {
                    self.beating = Some((session, Instant::now()));
                    return heard;
                }
            }
            assert!(Instant::now() < until, "no answer to Hello {session}");
        }
    }

    /// Says nothing of its own from now on.
    pub fn fall_silent(&mut self) {
        self.beating = None;
    }

    /// Keeps a session that is open.
    pub fn keep(&mut self, session: u32) {
        self.say(HostMessage::Heartbeat { session });
        self.beating = Some((session, Instant::now()));
    }

    /// The next message that gives something; others are passed over.
    pub fn hear<T>(&mut self, wanted: impl Fn(&BoardMessage) -> Option<T>) -> T {
        self.passed_over.clear();
        let heard = self.hear_within(LIMIT, wanted);
        heard.unwrap_or_else(|| panic!("not said in {LIMIT:?}, but {:?}", self.passed_over))
    }

    pub fn hear_within<T>(
        &mut self,
        limit: Duration,
        wanted: impl Fn(&BoardMessage) -> Option<T>,
    ) -> Option<T> {
        let until = Instant::now() + limit;
        loop {
            while let Some(message) = self.heard.pop_front() {
                if let Some(value) = wanted(&message) {
                    return Some(value);
                }
                self.passed_over.truncate(TOLD - 1);
                self.passed_over.push_front(message);
            }
            if Instant::now() >= until {
                return None;
            }
            self.beat();
            self.read();
        }
    }

    /// Waits until the board answers a command with `Ack`, repeating the command.
    pub fn command(&mut self, command: HostMessage, number: u32) {
        let until = Instant::now() + LIMIT;
        loop {
            self.say(command);
            let acked = self.hear_within(HELLO_AGAIN, |message| {
                (*message == BoardMessage::Ack { id: number }).then_some(())
            });
            if acked.is_some() {
                return;
            }
            assert!(Instant::now() < until, "no answer to {command:?}");
        }
    }

    fn beat(&mut self) {
        if let Some((session, last)) = self.beating
            && last.elapsed() >= Duration::from_millis(500)
        {
            self.keep(session);
        }
    }

    /// Reads what there is, waiting a little for it.
    fn read(&mut self) {
        let mut wanted = [PollFd::new(self.line.as_fd(), PollFlags::POLLIN)];
        poll(&mut wanted, PollTimeout::from(50_u8)).unwrap();
        let mut buffer = [0; 256];
        let count = match self.line.read(&mut buffer) {
            Ok(count) => count,
            Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => return,
            Err(error) => panic!("line {}: {error}", self.line.as_raw_fd()),
        };
        for &byte in &buffer[..count] {
            match self.decoder.push(byte) {
                None => {}
                Some(Ok(message)) => self.heard.push_back(message),
                Some(Err(error)) => panic!("the board sent a broken frame: {error}"),
            }
        }
    }
}

/// What a Hello says; `None` for any other message.
pub fn met(message: &BoardMessage) -> Option<Met> {
    if let BoardMessage::Hello {
        boot_id,
        reset_reason,
        oldest_unacked,
        next_seq,
        session,
        now_ms,
        ..
    } = *message
    {
        Some(Met {
            boot_id,
            reset_reason,
            oldest_unacked,
            next_seq,
            session,
            now_ms,
        })
    } else {
        None
    }
}
