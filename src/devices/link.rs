//! A device's port that is opened again and again until it stays; the serial one.

use std::future::Future;
use std::io;
use std::path::PathBuf;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite};
use tokio_serial::{ClearBuffer, SerialPort, SerialPortBuilderExt, SerialStream};

/// Wait before the second attempt to open a port.
pub const BACKOFF_MIN: Duration = Duration::from_millis(100);
/// Wait between attempts after many failures.
pub const BACKOFF_MAX: Duration = Duration::from_secs(5);

/// Anything a device can be behind.
pub trait Port: AsyncRead + AsyncWrite + Unpin + Send + 'static {
    /// What the port itself last learned of the printer behind it, where it can ask: USB's
    /// `GET_PORT_STATUS`, which a printer answers that otherwise says nothing.
    fn printer(&self) -> Option<PortStatus> {
        None
    }

    /// What the port itself learned of who is behind it: USB's ids, socket and device id.
    fn identity(&self) -> Option<&str> {
        None
    }

    /// Whether bytes can come back at all.
    fn answers(&self) -> bool {
        true
    }
}

/// What a port can learn of a printer without a word from it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PortStatus {
    /// No paper.
    pub paper_out: bool,
    /// It is off line.
    pub offline: bool,
    /// It reports an error.
    pub error: bool,
}

impl Port for SerialStream {}

#[cfg(test)]
impl Port for tokio::io::DuplexStream {}

/// A way to get at a device.
pub trait Connect: Send + 'static {
    /// What a successful attempt gives.
    type Port: Port;

    /// One attempt.
    ///
    /// # Errors
    /// Where the device is not there or refuses.
    fn connect(&mut self) -> impl Future<Output = io::Result<Self::Port>> + Send;

    /// What to call the device in the log.
    fn name(&self) -> String;
}

/// A serial device by path (`/dev/serial/by-id/…` where it should survive replugging).
#[derive(Debug, Clone)]
pub struct Serial {
    /// Device path or a link to it.
    pub path: PathBuf,
    /// Bits per second.
    pub baud: u32,
}

impl Connect for Serial {
    type Port = SerialStream;

    async fn connect(&mut self) -> io::Result<SerialStream> {
        let path = self.path.to_string_lossy();
        let mut stream = tokio_serial::new(path, self.baud).open_native_async()?;
        let pty = std::fs::canonicalize(&self.path).is_ok_and(|real| real.starts_with("/dev/pts"));
        if pty && let Err(error) = stream.set_exclusive(false) {
            // A simulator holds the other end of a pseudo-terminal open, so a lock left by a
            // daemon that was killed would never be released.
            tracing::debug!(path = %self.path.display(), %error, "port stays exclusive");
        }
        // What the device said to whoever had the port before is not meant for us.
        if let Err(error) = stream.clear(ClearBuffer::Input) {
            tracing::debug!(path = %self.path.display(), %error, "cannot drop old input");
        }
        Ok(stream)
    }

    fn name(&self) -> String {
        self.path.display().to_string()
    }
}

/// A device that is opened again whenever it is lost.
#[derive(Debug)]
pub struct Link<C> {
    connect: C,
    backoff: Duration,
    /// The reason last logged, while the device is away.
    lost: Option<String>,
}

impl<C: Connect> Link<C> {
    /// A link not yet opened.
    pub fn new(connect: C) -> Self {
        Self {
            connect,
            backoff: BACKOFF_MIN,
            lost: None,
        }
    }

    /// One attempt, after the wait that the failures before it earned.
    ///
    /// # Errors
    /// Where the device is not there; call again.
    pub async fn open(&mut self) -> io::Result<C::Port> {
        if self.lost.is_some() {
            tokio::time::sleep(self.backoff).await;
            self.backoff = (self.backoff * 2).min(BACKOFF_MAX);
        }
        match self.connect.connect().await {
            Ok(port) => {
                tracing::info!(port = self.connect.name(), "connected");
                Ok(port)
            }
            Err(error) => {
                self.lost(&error.to_string());
                Err(error)
            }
        }
    }

    /// The device works: the next loss starts again with the shortest wait.
    pub fn alive(&mut self) {
        self.backoff = BACKOFF_MIN;
        self.lost = None;
    }

    /// The device is gone; logged once per loss and reason, so that whoever installs a device
    /// reads why it is still away after another cause was put right.
    pub fn lost(&mut self, why: &str) {
        if self.lost.as_deref() != Some(why) {
            tracing::warn!(port = self.connect.name(), why, "lost; trying again");
        }
        self.lost = Some(why.to_owned());
    }
}
