//! How the daemon talks to systemd: open, alive, stopping.
//!
//! The watchdog is fed only with the engine's own answers: a process that runs while its single
//! writer hangs serves nobody and is better started anew. The words are datagrams of a line each
//! to the socket that `NOTIFY_SOCKET` names (sd_notify(3)).

use std::ffi::OsStr;
use std::io;
use std::os::linux::net::SocketAddrExt as _;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::net::{SocketAddr, UnixDatagram};
use std::time::Duration;

use crate::engine::handle::EngineHandle;

/// The watchdog is fed this many times within its time, so that a lost word is no restart.
const FEEDS: u32 = 4;

/// The service manager that started this process.
#[derive(Debug)]
pub struct ServiceManager {
    socket: UnixDatagram,
    address: SocketAddr,
    /// Time within which it wants to hear that the daemon gets on.
    watchdog: Option<Duration>,
}

impl ServiceManager {
    /// The one the environment names; none where the daemon was started by hand.
    pub fn find() -> Option<Self> {
        let address = std::env::var_os("NOTIFY_SOCKET")?;
        let number = |name| std::env::var(name).ok()?.parse::<u64>().ok();
        let ours = number("WATCHDOG_PID").is_none_or(|pid| pid == u64::from(std::process::id()));
        let watchdog = number("WATCHDOG_USEC")
            .filter(|usec| ours && *usec > 0)
            .map(Duration::from_micros);
        Self::at(&address, watchdog)
            .inspect_err(|error| tracing::warn!(%error, "NOTIFY_SOCKET cannot be used"))
            .ok()
    }

    /// The one that listens at `address`, a path or `@` and a name.
    ///
    /// # Errors
    /// Where there can be no such socket.
    pub fn at(address: &OsStr, watchdog: Option<Duration>) -> io::Result<Self> {
        let address = match address.as_bytes() {
            [b'@', name @ ..] => SocketAddr::from_abstract_name(name)?,
            _ => SocketAddr::from_pathname(address)?,
        };
        let socket = UnixDatagram::unbound()?;
        // A service manager that does not listen must not hold up the daemon.
        socket.set_nonblocking(true)?;
        Ok(Self {
            socket,
            address,
            watchdog,
        })
    }

    /// Pages can be opened.
    pub fn ready(&self, where_to: std::net::SocketAddr) {
        self.say(&format!("READY=1\nSTATUS=open at {where_to}"));
    }

    /// The daemon ends by itself.
    pub fn stopping(&self) {
        self.say("STOPPING=1\nSTATUS=stopping");
    }

    /// Says that the daemon gets on, each time after the engine has answered, until it ends.
    pub async fn feed(&self, engine: EngineHandle) {
        let Some(watchdog) = self.watchdog else {
            return;
        };
        while engine.alive().await.is_ok() {
            self.say("WATCHDOG=1");
            tokio::time::sleep(watchdog / FEEDS).await;
        }
    }

    fn say(&self, words: &str) {
        if let Err(error) = self.socket.send_to_addr(words.as_bytes(), &self.address) {
            tracing::debug!(%error, words, "the service manager does not listen");
        }
    }
}
