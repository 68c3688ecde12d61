//! A printer on the network: raw bytes to its port 9100.

use std::fmt;
use std::io;
use std::str::FromStr;
use std::time::Duration;

use nix::sys::socket::{setsockopt, sockopt};
use tokio::net::TcpStream;

use super::link::{Connect, Port};

/// For a connection to be made.
const CONNECT_LIMIT: Duration = Duration::from_secs(3);
/// An idle connection is tried after this many seconds, …
const KEEPALIVE_IDLE_S: u32 = 5;
/// … again after each of as many, …
const KEEPALIVE_INTERVAL_S: u32 = 2;
/// … so many times before it is given up.
const KEEPALIVE_TRIES: u32 = 3;
/// Bytes sent and not acknowledged for so long, milliseconds, end a connection.
const UNACKNOWLEDGED_MAX_MS: u32 = 10_000;

/// Where a network printer listens: a name or IP address, and a port.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct TcpAddress {
    host: String,
    port: u16,
}

impl fmt::Display for TcpAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.host.contains(':') {
            write!(f, "tcp:[{}]:{}", self.host, self.port)
        } else {
            write!(f, "tcp:{}:{}", self.host, self.port)
        }
    }
}

/// A text that names no network printer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "\"{0}\" is no network printer: write its address and port, \"tcp:10.0.0.9:9100\" or \
     \"tcp:printer.example.lv:9100\""
)]
pub struct NotTcp(String);

impl FromStr for TcpAddress {
    type Err = NotTcp;

    fn from_str(text: &str) -> Result<Self, NotTcp> {
        parse(text).ok_or_else(|| NotTcp(text.to_owned()))
    }
}

fn parse(text: &str) -> Option<TcpAddress> {
    let (host, port) = text.strip_prefix("tcp:")?.rsplit_once(':')?;
    let port = port.parse().ok().filter(|port| *port != 0)?;
    let bracketed = host
        .strip_prefix('[')
        .and_then(|host| host.strip_suffix(']'));
    let host = match bracketed {
        Some(inner) => {
            inner.parse::<std::net::Ipv6Addr>().ok()?;
            inner
        }
        None => {
            let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.');
            let numbers = |c: char| c.is_ascii_digit() || c == '.';
            let address = host.parse::<std::net::Ipv4Addr>().is_ok();
            let name = host.chars().all(fits) && !host.chars().all(numbers);
            (address || name).then_some(host)?
        }
    };
    Some(TcpAddress {
        host: host.to_owned(),
        port,
    })
}

/// A network printer by its address.
#[derive(Debug, Clone)]
pub struct Tcp {
    address: TcpAddress,
}

impl Tcp {
    /// The printer at this address, there or not.
    pub fn new(address: TcpAddress) -> Self {
        Self { address }
    }
}

impl Connect for Tcp {
    type Port = TcpStream;

    async fn connect(&mut self) -> io::Result<TcpStream> {
        let to = (self.address.host.as_str(), self.address.port);
        let stream = tokio::time::timeout(CONNECT_LIMIT, TcpStream::connect(to))
            .await
            .map_err(|_elapsed| {
                io::Error::new(
                    io::ErrorKind::TimedOut,
                    format!("no connection within {} s", CONNECT_LIMIT.as_secs()),
                )
            })??;
        stream.set_nodelay(true)?;
        // A printer without power says no goodbye.
        setsockopt(&stream, sockopt::KeepAlive, &true)?;
        setsockopt(&stream, sockopt::TcpKeepIdle, &KEEPALIVE_IDLE_S)?;
        setsockopt(&stream, sockopt::TcpKeepInterval, &KEEPALIVE_INTERVAL_S)?;
        setsockopt(&stream, sockopt::TcpKeepCount, &KEEPALIVE_TRIES)?;
        setsockopt(&stream, sockopt::TcpUserTimeout, &UNACKNOWLEDGED_MAX_MS)?;
        // A ticket given up must not arrive later from the system's buffers: dropping the port
        // drops what they hold.
        stream.set_zero_linger()?;
        Ok(stream)
    }

    fn name(&self) -> String {
        self.address.to_string()
    }
}

impl Port for TcpStream {}
