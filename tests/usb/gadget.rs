//! The device ends of the USB cables: the simulators' lines over the kernel's gadgets. Plugging in
//! is giving the gadget its controller, pulling the cable is taking it away.

use std::collections::VecDeque;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::{OpenOptionsExt as _, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use nix::fcntl::OFlag;
use nix::sys::termios::{SetArg, cfmakeraw, tcgetattr, tcsetattr};
use rinda::devices::printer::status::Health;
use rinda::devices::simulator::line::{Line, Socket};
use tokio::io::unix::AsyncFd;
use tokio::sync::watch;

/// What one transfer brings at most, bytes. Less is never asked for: the kernel's gadget keeps the
/// rest of a transfer over a pulled cable in memory that it has given back.
const READ_BYTES: usize = 8_192;
/// Between attempts to open a device that the host has not taken up yet.
const RETRY: Duration = Duration::from_millis(10);
/// What a printer that is well answers to `GET_PORT_STATUS`: no error, selected.
const PORT_WELL: u8 = 0x18;

/// A device of the kernel's making.
#[derive(Debug, Clone)]
pub struct Gadget {
    directory: PathBuf,
    controller: &'static str,
}

impl Gadget {
    /// Describes a device with one function to the kernel.
    pub fn make(
        name: &str,
        ids: [&str; 2],
        strings: [&str; 3],
        function: &str,
        controller: &'static str,
    ) -> io::Result<Self> {
        let directory = Path::new("/sys/kernel/config/usb_gadget").join(name);
        fs::create_dir(&directory)?;
        for (file, value) in ["idVendor", "idProduct"].into_iter().zip(ids) {
            fs::write(directory.join(file), value)?;
        }
        let texts = directory.join("strings/0x409");
        fs::create_dir(&texts)?;
        for (file, value) in ["manufacturer", "product", "serialnumber"]
            .into_iter()
            .zip(strings)
        {
            fs::write(texts.join(file), value)?;
        }
        let config = directory.join("configs/c.1");
        fs::create_dir(&config)?;
        let function_directory = directory.join("functions").join(function);
        fs::create_dir(&function_directory)?;
        // A printer says who it is, and holds a few transfers that it has not looked at.
        for (file, value) in [
            ("pnp_string", "MFG:RINDA;MDL:GADGET;CMD:ESC/POS;"),
            ("q_len", "3"),
        ] {
            let file = function_directory.join(file);
            if file.exists() {
                fs::write(file, value)?;
            }
        }
        symlink(function_directory, config.join(function))?;
        Ok(Self {
            directory,
            controller,
        })
    }

    /// Puts its plug in.
    pub fn plug(&self) -> io::Result<()> {
        fs::write(self.directory.join("UDC"), self.controller)
    }

    fn unplug(&self) {
        if let Err(error) = fs::write(self.directory.join("UDC"), "\n") {
            tracing::error!(%error, "the gadget keeps its controller");
        }
    }
}

fn open(path: &str) -> io::Result<File> {
    OpenOptions::new()
        .read(true)
        .write(true)
        .custom_flags((OFlag::O_NONBLOCK | OFlag::O_NOCTTY).bits())
        .open(path)
}

fn watched(file: File) -> io::Result<AsyncFd<File>> {
    #[expect(
        deprecated,
        reason = "its successor is unsafe; a File that is never replaced meets its terms"
    )]
    AsyncFd::with_interest(file, tokio::io::Interest::READABLE)
}

/// The socket of the printer.
pub struct PrinterSocket {
    pub gadget: Gadget,
    /// Bytes it takes off the cable before it stalls.
    pub takes: watch::Sender<u64>,
}

/// The printer's end of its cable.
pub struct PrinterCable {
    gadget: Gadget,
    takes: watch::Sender<u64>,
    device: Option<AsyncFd<File>>,
    /// Off the cable and not yet asked for.
    arrived: VecDeque<u8>,
    status: u8,
}

impl Socket for PrinterSocket {
    type Line = PrinterCable;

    fn plug(&mut self) -> io::Result<PrinterCable> {
        self.gadget.plug()?;
        Ok(PrinterCable {
            gadget: self.gadget.clone(),
            takes: self.takes.clone(),
            device: None,
            arrived: VecDeque::new(),
            status: PORT_WELL,
        })
    }
}

impl PrinterCable {
    /// The device as soon as the host has taken it up.
    async fn opened(&mut self) -> &mut AsyncFd<File> {
        while self.device.is_none() {
            match open("/dev/g_printer0").and_then(watched) {
                Ok(device) => {
                    self.device = Some(device);
                    self.set_status();
                }
                Err(_not_yet) => tokio::time::sleep(RETRY).await,
            }
        }
        self.device.as_mut().expect("just opened")
    }

    fn set_status(&self) {
        let Some(device) = &self.device else { return };
        let set = device.get_ref().try_clone().and_then(|device| {
            Command::new("/port-status")
                .arg(self.status.to_string())
                .stdin(Stdio::from(device))
                .status()
        });
        if !set.as_ref().is_ok_and(|status| status.success()) {
            tracing::error!(?set, "the port status was not set");
        }
    }
}

impl Line for PrinterCable {
    async fn read(&mut self, limit: usize) -> io::Result<Vec<u8>> {
        let mut takes = self.takes.subscribe();
        while self.arrived.is_empty() {
            if takes.wait_for(|bytes| *bytes > 0).await.is_err() {
                return Err(io::Error::other("the scenarios are over"));
            }
            let mut buffer = vec![0; READ_BYTES];
            let device = self.opened().await;
            let outcome = tokio::select! {
                _ = takes.wait_for(|bytes| *bytes == 0) => continue,
                ready = device.readable() => {
                    ready?.try_io(|device| device.get_ref().read(&mut buffer))
                }
            };
            match outcome {
                Err(_would_block) => {}
                Ok(Ok(count)) if count > 0 => {
                    self.arrived.extend(buffer.iter().take(count));
                    self.takes
                        .send_modify(|bytes| *bytes = bytes.saturating_sub(count as u64));
                }
                // The host let go of it.
                Ok(_) => self.device = None,
            }
        }
        let count = self.arrived.len().min(limit);
        Ok(self.arrived.drain(..count).collect())
    }

    fn send(&mut self, bytes: &[u8]) {
        if let Some(device) = &self.device
            && let Err(error) = device.get_ref().write_all(bytes)
        {
            tracing::debug!(%error, "the host does not take what the printer says");
        }
    }

    fn show(&mut self, health: Health) {
        let unless = |set: bool, bit: u8| if set { 0 } else { bit };
        self.status = unless(health.error, 0x08)
            | unless(health.offline, 0x10)
            | unless(!health.paper_out, 0x20);
        self.set_status();
    }
}

impl Drop for PrinterCable {
    fn drop(&mut self) {
        self.device = None;
        self.gadget.unplug();
    }
}

/// The socket of the button board.
pub struct BoardSocket(pub Gadget);

/// The board's end of its cable.
pub struct BoardCable {
    gadget: Gadget,
    tty: AsyncFd<File>,
}

impl Socket for BoardSocket {
    type Line = BoardCable;

    fn plug(&mut self) -> io::Result<BoardCable> {
        self.0.plug()?;
        let file = open("/dev/ttyGS0")?;
        let mut settings = tcgetattr(&file)?;
        cfmakeraw(&mut settings);
        tcsetattr(&file, SetArg::TCSANOW, &settings)?;
        Ok(BoardCable {
            gadget: self.0.clone(),
            tty: watched(file)?,
        })
    }
}

impl Line for BoardCable {
    async fn read(&mut self, limit: usize) -> io::Result<Vec<u8>> {
        let mut buffer = vec![0; limit.clamp(1, READ_BYTES)];
        loop {
            let mut ready = self.tty.readable().await?;
            match ready.try_io(|tty| tty.get_ref().read(&mut buffer)) {
                Err(_would_block) => {}
                Ok(count) => {
                    buffer.truncate(count?);
                    return Ok(buffer);
                }
            }
        }
    }

    fn send(&mut self, bytes: &[u8]) {
        if let Err(error) = self.tty.get_ref().write_all(bytes) {
            tracing::debug!(%error, "the host does not take what the board says");
        }
    }
}

impl Drop for BoardCable {
    fn drop(&mut self) {
        self.gadget.unplug();
    }
}
