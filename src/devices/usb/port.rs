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
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use std::sync::mpsc::{Receiver, Sender, channel};

    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    use super::*;

    /// Nothing in these tests takes longer unless it is broken.
    const PATIENCE: Duration = Duration::from_secs(10);

    /// What a printer does with one transfer.
    enum Takes {
        Bytes(usize),
        Nothing,
        Breaks,
    }

    /// A printer that does what it is told, once for each transfer, and then takes everything.
    struct Told {
        plan: Mutex<Receiver<Takes>>,
        taken: Sender<Vec<u8>>,
        says: Mutex<Receiver<Vec<u8>>>,
    }

    impl Device for Told {
        fn answers(&self) -> bool {
            true
        }

        fn write(&self, bytes: &[u8], _limit: Duration) -> Result<usize, String> {
            let count = match self.plan.lock().unwrap().try_recv() {
                Ok(Takes::Bytes(count)) => count.min(bytes.len()),
                Ok(Takes::Nothing) => 0,
                Ok(Takes::Breaks) => return Err("unplugged".to_owned()),
                Err(_) => bytes.len(),
            };
            self.taken.send(bytes[..count].to_vec()).unwrap();
            Ok(count)
        }

        fn read(&self, buffer: &mut [u8], _limit: Duration) -> Result<usize, String> {
            let says = self.says.lock().unwrap();
            match says.recv_timeout(Duration::from_millis(5)) {
                Ok(bytes) => {
                    buffer[..bytes.len()].copy_from_slice(&bytes);
                    Ok(bytes.len())
                }
                Err(_) => Ok(0),
            }
        }

        fn status(&self) -> Option<PortStatus> {
            None
        }
    }

    struct Bench {
        port: UsbPort,
        threads: Threads,
        plan: Sender<Takes>,
        taken: Receiver<Vec<u8>>,
        says: Sender<Vec<u8>>,
    }

    impl Bench {
        fn new() -> Self {
            let (plan, plan_receiver) = channel();
            let (taken_sender, taken) = channel();
            let (says, says_receiver) = channel();
            let (port, threads) = UsbPort::start(Told {
                plan: Mutex::new(plan_receiver),
                taken: taken_sender,
                says: Mutex::new(says_receiver),
            })
            .unwrap();
            Self {
                port,
                threads,
                plan,
                taken,
                says,
            }
        }

        async fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
            tokio::time::timeout(PATIENCE, async {
                self.port.write_all(bytes).await?;
                self.port.flush().await
            })
            .await
            .expect("in time")
        }

        fn taken(&self) -> Vec<u8> {
            self.taken.try_iter().flatten().collect()
        }
    }

    #[tokio::test]
    async fn short_transfers_go_on_where_they_ended() {
        let mut bench = Bench::new();
        for takes in [
            Takes::Bytes(1),
            Takes::Nothing,
            Takes::Bytes(64),
            Takes::Nothing,
        ] {
            bench.plan.send(takes).unwrap();
        }
        let bytes: Vec<u8> = (0..20_000u32).map(|n| (n % 251) as u8).collect();
        bench.send(&bytes).await.unwrap();
        assert_eq!(bench.taken(), bytes);
    }

    #[tokio::test]
    async fn a_lost_printer_fails_both_ways_and_takes_nothing_more() {
        let mut bench = Bench::new();
        bench.plan.send(Takes::Bytes(10)).unwrap();
        bench.plan.send(Takes::Breaks).unwrap();
        let error = bench.send(&[7; 100]).await.unwrap_err();
        assert_eq!(error.to_string(), "unplugged");
        assert_eq!(bench.taken().len(), 10);
        let error = bench.port.read_u8().await.unwrap_err();
        assert_eq!(error.to_string(), "unplugged");
        assert!(bench.port.write(&[8]).await.is_err());
    }

    /// However much is to be sent, a printer that takes nothing holds no more than the queue.
    #[tokio::test]
    async fn a_stalled_printer_pushes_back() {
        let mut bench = Bench::new();
        for _ in 0..1_000_000 {
            bench.plan.send(Takes::Nothing).unwrap();
        }
        let mut accepted = 0;
        let stalled = async {
            loop {
                accepted += bench.port.write(&[0; 1_000]).await.unwrap();
            }
        };
        let outcome: Result<(), _> =
            tokio::time::timeout(Duration::from_millis(200), stalled).await;
        assert!(outcome.is_err());
        assert!((1..=OUT_BYTES).contains(&accepted), "{accepted}");
        // Not even the few bytes of a question.
        let outcome = tokio::time::timeout(Duration::from_millis(50), bench.port.write(&[0])).await;
        assert!(outcome.is_err());
    }

    #[tokio::test]
    async fn what_the_printer_says_arrives_in_order_and_the_threads_end() {
        let mut bench = Bench::new();
        let mut heard = Vec::new();
        for n in 0..50u8 {
            bench.says.send(vec![n; 200]).unwrap();
        }
        while heard.len() < 10_000 {
            let mut buffer = [0; 300];
            let read = bench.port.read(&mut buffer);
            let count = tokio::time::timeout(PATIENCE, read).await.unwrap().unwrap();
            heard.extend_from_slice(&buffer[..count]);
        }
        assert!(
            heard
                .iter()
                .enumerate()
                .all(|(at, &n)| at / 200 == usize::from(n))
        );
        drop(bench.port);
        for thread in bench.threads {
            tokio::task::spawn_blocking(|| thread.join().unwrap())
                .await
                .unwrap();
        }
    }
}
