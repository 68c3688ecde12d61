//! A pseudo-terminal under a stable path: a serial device that is not there.

use std::io;
use std::os::fd::{AsRawFd, OwnedFd};
use std::path::{Path, PathBuf};
use std::time::Duration;

use nix::fcntl::{FcntlArg, OFlag, fcntl};
use nix::sys::termios::{SetArg, cfmakeraw, tcgetattr, tcsetattr};
use tokio::io::unix::AsyncFd;
use tokio::time::Instant;

/// Bits on the wire per byte: start, eight data, stop.
const BITS_PER_BYTE: u32 = 10;
/// Bytes are taken in portions of about this much line time.
const PORTION: Duration = Duration::from_millis(5);

/// The device's side of a serial line, paced at its baud rate.
///
/// The far side is held open, so that whoever drives the device may come and go as with a real
/// cable; dropping it is pulling the cable.
#[derive(Debug)]
pub struct Pty {
    master: AsyncFd<OwnedFd>,
    _slave: OwnedFd,
    link: PathBuf,
    target: PathBuf,
    baud: u32,
    line_free_at: Instant,
}

impl Pty {
    /// Opens a pseudo-terminal and links it at `link`, replacing an older link there.
    ///
    /// # Errors
    /// Where the system has no pseudo-terminals left, or `link` is something other than a
    /// symbolic link or its directory does not exist.
    pub fn open(link: &Path, baud: u32) -> io::Result<Self> {
        let pty = nix::pty::openpty(None, None)?;
        let mut settings = tcgetattr(&pty.slave)?;
        cfmakeraw(&mut settings);
        tcsetattr(&pty.slave, SetArg::TCSANOW, &settings)?;
        let flags = OFlag::from_bits_truncate(fcntl(&pty.master, FcntlArg::F_GETFL)?);
        fcntl(&pty.master, FcntlArg::F_SETFL(flags | OFlag::O_NONBLOCK))?;
        let target = nix::unistd::ttyname(&pty.slave)?;
        replace_link(link, &target)?;
        #[expect(
            deprecated,
            reason = "its successor is unsafe; an OwnedFd that is never replaced meets its terms"
        )]
        let master = AsyncFd::new(pty.master)?;
        Ok(Self {
            master,
            _slave: pty.slave,
            link: link.to_owned(),
            target,
            baud: baud.max(300),
            line_free_at: Instant::now(),
        })
    }

    /// Reads what came over the line, at most `limit` bytes, no faster than the line is.
    ///
    /// Cancelling it loses nothing.
    ///
    /// # Errors
    /// Where the system fails; a pseudo-terminal whose far side is held open does not end.
    pub async fn read(&mut self, limit: usize) -> io::Result<Vec<u8>> {
        tokio::time::sleep_until(self.line_free_at).await;
        let per_portion = u64::from(self.baud / BITS_PER_BYTE) * PORTION.as_micros() as u64;
        let portion = usize::try_from(per_portion / 1_000_000).unwrap_or(1).max(1);
        let mut buffer = vec![0; portion.min(limit.max(1))];
        let count = loop {
            let mut ready = self.master.readable().await?;
            let outcome = ready.try_io(|master| {
                nix::unistd::read(master.get_ref(), &mut buffer).map_err(io::Error::from)
            });
            match outcome {
                Ok(result) => break result?,
                Err(_would_block) => {}
            }
        };
        buffer.truncate(count);
        let bits = u32::try_from(count).unwrap_or(u32::MAX) * BITS_PER_BYTE;
        self.line_free_at = Instant::now() + Duration::from_secs(1) * bits / self.baud;
        Ok(buffer)
    }

    /// Sends bytes to whoever is on the far side; what does not fit is lost, as on a line where
    /// nobody listens.
    pub fn send(&self, bytes: &[u8]) {
        let mut rest = bytes;
        while !rest.is_empty() {
            match nix::unistd::write(self.master.get_ref(), rest) {
                Ok(count) => rest = rest.get(count..).unwrap_or_default(),
                Err(error) => {
                    tracing::debug!(%error, lost = rest.len(), fd = self.master.as_raw_fd(),
                        "nobody takes what the simulated device says");
                    return;
                }
            }
        }
    }
}

impl Drop for Pty {
    fn drop(&mut self) {
        if std::fs::read_link(&self.link).is_ok_and(|target| target == self.target)
            && let Err(error) = std::fs::remove_file(&self.link)
        {
            tracing::warn!(link = %self.link.display(), %error, "cannot remove the link");
        }
    }
}

/// Puts a symbolic link in place of an older one in one step, so that nobody finds none.
fn replace_link(link: &Path, target: &Path) -> io::Result<()> {
    if let Ok(found) = std::fs::symlink_metadata(link)
        && !found.file_type().is_symlink()
    {
        return Err(io::Error::new(
            io::ErrorKind::AlreadyExists,
            format!(
                "{} exists and is no link: choose another path",
                link.display()
            ),
        ));
    }
    let mut fresh = link.as_os_str().to_owned();
    fresh.push(".new");
    let fresh = PathBuf::from(fresh);
    match std::fs::remove_file(&fresh) {
        Ok(()) => {}
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(error),
    }
    std::os::unix::fs::symlink(target, &fresh)?;
    std::fs::rename(&fresh, link)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use std::io::Write;

    use super::*;

    #[tokio::test]
    async fn bytes_take_as_long_as_on_the_line() {
        let directory = tempfile::tempdir().unwrap();
        let link = directory.path().join("line");
        let mut pty = Pty::open(&link, 9_600).unwrap();
        let mut far = std::fs::OpenOptions::new().write(true).open(&link).unwrap();
        far.write_all(&[0x55; 192]).unwrap();
        let start = Instant::now();
        let mut count = 0;
        while count < 192 {
            count += pty.read(usize::MAX).await.unwrap().len();
        }
        // The last portion is still on the line when it is handed over.
        assert!(start.elapsed() >= Duration::from_millis(185));
    }

    #[tokio::test]
    async fn pulling_the_cable_takes_the_link_away() {
        let directory = tempfile::tempdir().unwrap();
        let link = directory.path().join("line");
        let first = Pty::open(&link, 9_600).unwrap();
        let second = Pty::open(&link, 9_600).unwrap();
        drop(first);
        assert!(link.exists(), "the newer device keeps the link");
        drop(second);
        assert!(std::fs::symlink_metadata(&link).is_err());
    }
}
