//! A USB printer as a stream of bytes: two threads that wait for the device, so that nothing
//! else does.

use std::collections::VecDeque;
use std::io;
use std::pin::Pin;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use crate::devices::link::{Port, PortStatus};

/// What is taken for the printer before it has taken it, bytes. Small, so that a printer that
/// takes nothing is noticed, and large enough for a ticket of text.
const OUT_BYTES: usize = 4_096;
/// What the printer said and nobody has read, bytes.
const BACK_BYTES: usize = 4_096;
/// Room for one transfer from the printer: a multiple of every packet size, bytes.
const READ_BYTES: usize = 1_024;
/// Longest time one transfer to the printer is waited for; the next goes on where it ended.
const WRITE_LIMIT: Duration = Duration::from_secs(1);
/// Longest time a word from the printer is waited for before it is looked whether anybody still
/// wants it.
const READ_LIMIT: Duration = Duration::from_millis(250);
/// Between questions for the port's status.
const STATUS_EVERY: Duration = Duration::from_secs(1);

/// The blocking side of a printer.
pub(super) trait Device: Send + Sync + 'static {
    /// Whether bytes can come back.
    fn answers(&self) -> bool;

    /// Which printer it is, for people.
    fn identity(&self) -> String;

    /// Bytes the printer took; 0 where it took none in time.
    fn write(&self, bytes: &[u8], limit: Duration) -> Result<usize, String>;

    /// Bytes the printer said; 0 where it said nothing in time.
    fn read(&self, buffer: &mut [u8], limit: Duration) -> Result<usize, String>;

    /// What the port knows of the printer, where it can ask.
    fn status(&self) -> Option<PortStatus>;
}

/// An open USB printer.
///
/// What it has taken is on its way to the printer and may come out; what it has not taken
/// certainly does not. Dropping it forgets what the printer had not taken yet.
#[derive(Debug)]
pub struct UsbPort {
    shared: Arc<Shared>,
    answers: bool,
    identity: String,
}

#[derive(Debug, Default)]
struct Shared {
    state: Mutex<State>,
    /// There is something to send, room for something said, or the end.
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    out: VecDeque<u8>,
    back: VecDeque<u8>,
    writer: Option<Waker>,
    reader: Option<Waker>,
    status: Option<PortStatus>,
    /// The printer took nothing of the last transfer in time.
    stalled: bool,
    /// Why the printer is gone.
    lost: Option<String>,
    /// Nobody has the port any more.
    closed: bool,
}

impl State {
    fn ended(&self) -> bool {
        self.closed || self.lost.is_some()
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes the state and wakes whoever waits for that.
    fn change(&self, change: impl FnOnce(&mut State)) {
        let mut state = self.lock();
        change(&mut state);
        let wakers = [state.writer.take(), state.reader.take()];
        drop(state);
        self.changed.notify_all();
        wakers.into_iter().flatten().for_each(Waker::wake);
    }

    /// Waits until `wanted` or the end, of which it returns `None`.
    fn wait_for(&self, wanted: impl Fn(&State) -> bool) -> Option<MutexGuard<'_, State>> {
        let state = self
            .changed
            .wait_while(self.lock(), |state| !wanted(state) && !state.ended())
            .unwrap_or_else(PoisonError::into_inner);
        (!state.ended()).then_some(state)
    }

    fn lose(&self, why: String) {
        self.change(|state| {
            tracing::debug!(why, unsent = state.out.len(), "USB printer lost");
            state.out.clear();
            state.lost.get_or_insert(why);
        });
    }
}

/// The threads of a port; they end soon after it is dropped.
pub(super) type Threads = [JoinHandle<()>; 2];

impl UsbPort {
    /// Starts the threads that serve the device.
    ///
    /// # Errors
    /// Where the system has no more threads.
    pub(super) fn start<D: Device>(device: D) -> io::Result<(Self, Threads)> {
        let port = Self {
            answers: device.answers(),
            identity: device.identity(),
            shared: Arc::new(Shared::default()),
        };
        port.shared.lock().status = device.status();
        let device = Arc::new(device);
        let spawn = |name: &str, serve: fn(&D, &Shared)| {
            let (device, shared) = (Arc::clone(&device), Arc::clone(&port.shared));
            std::thread::Builder::new()
                .name(name.to_owned())
                .spawn(move || serve(&device, &shared))
        };
        let threads = [spawn("usb-out", send)?, spawn("usb-in", hear)?];
        Ok((port, threads))
    }
}

/// Sends what is to be sent, however little the printer takes at once.
fn send<D: Device>(device: &D, shared: &Shared) {
    let mut sent: u64 = 0;
    while let Some(mut state) = shared.wait_for(|state| !state.out.is_empty()) {
        // It stays in the queue until the printer has it, and so counts as on its way.
        let bytes = state.out.make_contiguous().to_vec();
        drop(state);
        match device.write(&bytes, WRITE_LIMIT) {
            Ok(count) => {
                sent += count as u64;
                shared.change(|state| {
                    state.stalled = count == 0;
                    state.out.drain(..count.min(state.out.len()));
                });
            }
            Err(why) => {
                tracing::debug!(sent, "bytes the printer took before it was lost, at least");
                return shared.lose(why);
            }
        }
    }
}

/// Takes in what the printer says, and asks the port itself now and then.
fn hear<D: Device>(device: &D, shared: &Shared) {
    let mut asked = Instant::now();
    let mut buffer = [0; READ_BYTES];
    while let Some(state) = shared.wait_for(|state| state.back.len() + READ_BYTES <= BACK_BYTES) {
        drop(state);
        match device.read(&mut buffer, READ_LIMIT) {
            Ok(0) => {}
            Ok(count) => shared.change(|state| {
                state.back.extend(buffer.iter().take(count));
            }),
            Err(why) => return shared.lose(why),
        }
        if asked.elapsed() >= STATUS_EVERY {
            let status = device.status();
            shared.change(|state| state.status = status);
            asked = Instant::now();
        }
    }
}

impl Drop for UsbPort {
    fn drop(&mut self) {
        self.shared.change(|state| {
            state.closed = true;
            state.out.clear();
        });
    }
}

impl Port for UsbPort {
    fn printer(&self) -> Option<PortStatus> {
        self.shared.lock().status
    }

    fn identity(&self) -> Option<&str> {
        Some(&self.identity)
    }

    fn answers(&self) -> bool {
        self.answers
    }
}

impl AsyncRead for UsbPort {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let mut state = self.shared.lock();
        if state.back.is_empty() {
            if let Some(why) = &state.lost {
                return Poll::Ready(Err(io::Error::other(why.clone())));
            }
            state.reader = Some(context.waker().clone());
            return Poll::Pending;
        }
        let count = state.back.len().min(buffer.remaining());
        let bytes: Vec<u8> = state.back.drain(..count).collect();
        drop(state);
        buffer.put_slice(&bytes);
        self.shared.changed.notify_all();
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for UsbPort {
    fn poll_write(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let mut state = self.shared.lock();
        if let Some(why) = &state.lost {
            return Poll::Ready(Err(io::Error::other(why.clone())));
        }
        // Nothing is added to what a stalled printer does not take: whoever has something to say
        // notices at once, and not when the queue is full.
        let room = if state.stalled { 0 } else { OUT_BYTES };
        let count = bytes.len().min(room.saturating_sub(state.out.len()));
        if count == 0 && !bytes.is_empty() {
            state.writer = Some(context.waker().clone());
            return Poll::Pending;
        }
        state.out.extend(bytes.iter().take(count));
        drop(state);
        self.shared.changed.notify_all();
        Poll::Ready(Ok(count))
    }

    /// Waits until the printer has taken everything.
    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let mut state = self.shared.lock();
        if let Some(why) = &state.lost {
            return Poll::Ready(Err(io::Error::other(why.clone())));
        }
        if state.out.is_empty() {
            return Poll::Ready(Ok(()));
        }
        state.writer = Some(context.waker().clone());
        Poll::Pending
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.poll_flush(context)
    }
}

#[cfg(test)]
#[path = "port_tests.rs"]
mod tests;
