//! The threads of a port against printers that do what no printer would.
#![allow(clippy::unwrap_used, clippy::expect_used)]
use std::sync::mpsc::{Receiver, Sender, channel};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::sync::mpsc;

use super::*;
use crate::devices::link::Connect;
use crate::devices::printer::driver::{self, PrinterJob, PrinterReport, Timing};
use crate::devices::printer::page::CodePage;
use crate::devices::printer::profile::{LineSpeed, Profile};
use crate::queue::slip::Slip;
use crate::queue::view::PrinterState;

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

    fn identity(&self) -> String {
        "printer of these tests".to_owned()
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
    let outcome: Result<(), _> = tokio::time::timeout(Duration::from_millis(200), stalled).await;
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

/// A printer to which bytes only go; the port knows whether it has paper.
#[derive(Clone, Default)]
struct OneWay {
    paper_out: Arc<Mutex<bool>>,
    taken: Arc<Mutex<Vec<u8>>>,
}

impl Device for OneWay {
    fn answers(&self) -> bool {
        false
    }

    fn identity(&self) -> String {
        "printer of these tests".to_owned()
    }

    fn write(&self, bytes: &[u8], _limit: Duration) -> Result<usize, String> {
        self.taken.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn read(&self, _buffer: &mut [u8], limit: Duration) -> Result<usize, String> {
        std::thread::sleep(limit);
        Ok(0)
    }

    fn status(&self) -> Option<PortStatus> {
        Some(PortStatus {
            paper_out: *self.paper_out.lock().unwrap(),
            offline: false,
            error: false,
        })
    }
}

impl Connect for OneWay {
    type Port = UsbPort;

    async fn connect(&mut self) -> io::Result<UsbPort> {
        Ok(UsbPort::start(self.clone())?.0)
    }

    fn name(&self) -> String {
        "one-way printer".to_owned()
    }
}

async fn until(reports: &mut mpsc::Receiver<PrinterReport>, wanted: PrinterState) {
    loop {
        let report = tokio::time::timeout(PATIENCE, reports.recv()).await;
        let report = report.expect("in time").expect("the driver runs");
        if matches!(report, PrinterReport::State(state) if state == wanted) {
            return;
        }
    }
}

#[tokio::test]
async fn a_one_way_printer_prints_when_its_port_says_that_it_is_well() {
    let printer = OneWay::default();
    *printer.paper_out.lock().unwrap() = true;
    let (jobs, job_receiver) = mpsc::channel(1);
    let (_tests, test_receiver) = mpsc::channel(1);
    let (report_sender, mut reports) = mpsc::channel(4);
    let profile = Profile::find("netum", CodePage::Cp775, 80, LineSpeed::Fast).unwrap();
    let mut timing = Timing::at_baud(10_000_000, &profile);
    timing.poll = Duration::from_millis(20);
    timing.settle = Duration::from_millis(20);
    tokio::spawn(driver::run(
        printer.clone(),
        profile,
        timing,
        job_receiver,
        test_receiver,
        report_sender,
    ));
    let slip = Slip {
        centre: "Centrs".into(),
        service: "Pasūtījumi".into(),
        number: "P 001".into(),
        issued_at: "2026-11-20T08:00:00Z".parse().unwrap(),
        issued_text: "20.11.2026. plkst. 10.00".into(),
        ahead_text: "Pirms Jums: 0 klientu".into(),
        wait_text: None,
        guidance: Vec::new(),
        track_url: None,
        copy: false,
    };
    jobs.send(PrinterJob { id: 1, slip }).await.unwrap();
    until(&mut reports, PrinterState::PaperOut).await;
    assert_eq!(*printer.taken.lock().unwrap(), b"");
    *printer.paper_out.lock().unwrap() = false;
    until(&mut reports, PrinterState::Ready).await;
    loop {
        let report = tokio::time::timeout(PATIENCE, reports.recv()).await;
        match report.expect("in time").expect("the driver runs") {
            PrinterReport::Sending { recorded, .. } => recorded.send(()).unwrap(),
            PrinterReport::Printed { id } => {
                assert_eq!(id, 1);
                break;
            }
            PrinterReport::State(_) | PrinterReport::Cleared => {}
            other @ (PrinterReport::Failed { .. } | PrinterReport::Unknown { .. }) => {
                panic!("{other:?}")
            }
        }
    }
    let taken = printer.taken.lock().unwrap().clone();
    assert!(taken.windows(5).any(|bytes| bytes == b"P 001"));
}
