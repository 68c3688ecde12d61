//! What a simulated device is plugged into.

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;

use tokio::io::AsyncReadExt;
use tokio::net::{TcpListener, TcpStream};

use super::pty::Pty;
use crate::devices::printer::status::Health;

/// The device's end of a cable that is plugged in; dropping it is pulling the cable.
pub trait Line: Send + 'static {
    /// Reads what came over the line, at most `limit` bytes, no faster than the line is.
    /// Cancelling it loses nothing.
    ///
    /// # Errors
    /// Where the system fails; a host that comes and goes is no error.
    fn read(&mut self, limit: usize) -> impl Future<Output = io::Result<Vec<u8>>> + Send;

    /// Says something to whoever is at the other end; what nobody takes is lost.
    fn send(&mut self, bytes: &[u8]);

    /// Tells the line how the printer is, for lines that know (USB's port status).
    fn show(&mut self, _health: Health) {}
}

/// A place where a simulated device can be plugged in, again and again.
pub trait Socket: Send + 'static {
    /// The cable.
    type Line: Line;

    /// Plugs in.
    ///
    /// # Errors
    /// Where the system does not have it.
    fn plug(&mut self) -> io::Result<Self::Line>;
}

/// A serial line: a pseudo-terminal under a stable path.
#[derive(Debug, Clone)]
pub struct Serial {
    /// Where the pseudo-terminal is linked.
    pub link: PathBuf,
    /// Line speed, bits per second.
    pub baud: u32,
}

impl Socket for Serial {
    type Line = Pty;

    fn plug(&mut self) -> io::Result<Pty> {
        Pty::open(&self.link, self.baud)
    }
}

/// A printer's network socket, which listens while it is plugged in, and its serial line if it
/// has one as well.
#[derive(Debug, Clone)]
pub struct Network {
    /// Address to listen on.
    pub address: SocketAddr,
    /// The serial line.
    pub serial: Option<Serial>,
}

/// Largest piece read from the network at once, bytes.
const READ_BYTES: usize = 4_096;

/// The cables of a printer on the network: one caller at a time, and answers go to whoever
/// spoke last.
#[derive(Debug)]
pub struct Cables {
    listener: TcpListener,
    caller: Option<TcpStream>,
    serial: Option<Pty>,
    serial_spoke: bool,
}

impl Socket for Network {
    type Line = Cables;

    fn plug(&mut self) -> io::Result<Cables> {
        let listener = std::net::TcpListener::bind(self.address)?;
        listener.set_nonblocking(true)?;
        Ok(Cables {
            listener: TcpListener::from_std(listener)?,
            caller: None,
            serial: self.serial.as_mut().map(Socket::plug).transpose()?,
            serial_spoke: false,
        })
    }
}

impl Line for Cables {
    async fn read(&mut self, limit: usize) -> io::Result<Vec<u8>> {
        let mut buffer = vec![0; limit.clamp(1, READ_BYTES)];
        loop {
            tokio::select! {
                accepted = self.listener.accept(), if self.caller.is_none() => {
                    self.caller = Some(accepted?.0);
                }
                count = hear(&mut self.caller, &mut buffer) => match count {
                    // Hung up, in whichever way: the next may call.
                    Ok(0) | Err(_) => self.caller = None,
                    Ok(count) => {
                        buffer.truncate(count);
                        self.serial_spoke = false;
                        return Ok(buffer);
                    }
                },
                bytes = hear_serial(&mut self.serial, limit) => {
                    self.serial_spoke = true;
                    return bytes;
                }
            }
        }
    }

    fn send(&mut self, bytes: &[u8]) {
        if let Some(serial) = self.serial.as_mut().filter(|_| self.serial_spoke) {
            Pty::send(serial, bytes);
        } else if let Some(caller) = &self.caller
            && let Err(error) = caller.try_write(bytes)
        {
            tracing::debug!(%error, "nobody takes what the simulated device says");
        }
    }
}

async fn hear(caller: &mut Option<TcpStream>, buffer: &mut [u8]) -> io::Result<usize> {
    match caller {
        Some(caller) => caller.read(buffer).await,
        None => std::future::pending().await,
    }
}

async fn hear_serial(serial: &mut Option<Pty>, limit: usize) -> io::Result<Vec<u8>> {
    match serial {
        Some(serial) => Pty::read(serial, limit).await,
        None => std::future::pending().await,
    }
}

impl Line for Pty {
    async fn read(&mut self, limit: usize) -> io::Result<Vec<u8>> {
        Pty::read(self, limit).await
    }

    fn send(&mut self, bytes: &[u8]) {
        Pty::send(self, bytes);
    }
}

/// What comes over a line, if one is plugged in and works.
pub(super) async fn read<L: Line>(line: &mut Option<L>, limit: usize) -> Vec<u8> {
    let Some(line) = line else {
        return std::future::pending().await;
    };
    match line.read(limit).await {
        Ok(bytes) => bytes,
        Err(error) => {
            tracing::error!(%error, "a simulated device's line failed");
            std::future::pending().await
        }
    }
}
