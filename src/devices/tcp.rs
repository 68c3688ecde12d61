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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use std::net::SocketAddr;

    use tokio::io::AsyncWriteExt as _;
    use tokio::sync::mpsc;

    use super::*;
    use crate::devices::printer::driver::{self, PrinterJob, PrinterReport, Timing};
    use crate::devices::printer::page::CodePage;
    use crate::devices::printer::profile::{LineSpeed, Profile};
    use crate::devices::simulator::line::{Network, Serial};
    use crate::devices::simulator::printer::{PrinterCommand, start_on};
    use crate::queue::slip::Slip;
    use crate::queue::view::PrinterState;

    /// Nothing in these tests takes longer unless it is broken.
    const PATIENCE: Duration = Duration::from_secs(20);

    #[test]
    fn addresses_are_read_and_written_alike() {
        for text in [
            "tcp:10.0.0.9:9100",
            "tcp:printer-1.example.lv:9100",
            "tcp:[fd00::9]:9100",
        ] {
            let address: TcpAddress = text.parse().unwrap();
            assert_eq!(address.to_string(), text);
        }
        for text in [
            "tcp:10.0.0.9",
            "tcp:10.0.0.9:",
            "tcp:10.0.0.9:0",
            "tcp:10.0.0.9:91000",
            "tcp:10.0.0:9100",
            "tcp::9100",
            "tcp:fd00::9:9100",
            "tcp:[x]:9100",
            "tcp:printeris ē:9100",
            "10.0.0.9:9100",
        ] {
            let error = text.parse::<TcpAddress>().unwrap_err().to_string();
            assert!(error.contains("write its address and port"), "{error}");
        }
    }

    fn free_address() -> SocketAddr {
        let probe = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        probe.local_addr().unwrap()
    }

    fn job(id: u64) -> PrinterJob {
        PrinterJob {
            id,
            slip: Slip {
                centre: "Centrs".into(),
                service: "Pasūtījumi".into(),
                number: format!("P {id:03}"),
                issued_at: "2026-11-20T08:00:00Z".parse().unwrap(),
                issued_text: "20.11.2026. plkst. 10.00".into(),
                ahead_text: "Pirms Jums: 0 klientu".into(),
                wait_text: None,
                guidance: Vec::new(),
                track_url: None,
                copy: false,
            },
        }
    }

    async fn next(reports: &mut mpsc::Receiver<PrinterReport>) -> PrinterReport {
        let report = tokio::time::timeout(PATIENCE, reports.recv()).await;
        report.expect("in time").expect("the driver runs")
    }

    async fn until_state(reports: &mut mpsc::Receiver<PrinterReport>, wanted: PrinterState) {
        while !matches!(next(reports).await, PrinterReport::State(state) if state == wanted) {}
    }

    async fn until_printed(reports: &mut mpsc::Receiver<PrinterReport>, wanted: u64) {
        loop {
            match next(reports).await {
                PrinterReport::Sending { recorded, .. } => recorded.send(()).unwrap(),
                PrinterReport::Printed { id } => return assert_eq!(id, wanted),
                PrinterReport::State(_) | PrinterReport::Cleared => {}
                other @ (PrinterReport::Failed { .. } | PrinterReport::Unknown { .. }) => {
                    panic!("{other:?}")
                }
            }
        }
    }

    /// The printer has a serial line as well; each host gets the answers to its own questions.
    #[tokio::test]
    async fn a_network_printer_prints_and_comes_back() {
        let directory = tempfile::tempdir().unwrap();
        let address = free_address();
        let profile = Profile::find("epson", CodePage::Cp775, 80, LineSpeed::Fast).unwrap();
        let serial = Serial {
            link: directory.path().join("printer"),
            baud: 115_200,
        };
        let network = Network {
            address,
            serial: Some(serial),
        };
        let print_time = Duration::from_millis(50);
        let (printer, _tickets) = start_on(network, profile.clone(), print_time).unwrap();
        let (jobs, job_receiver) = mpsc::channel(1);
        let (_tests, test_receiver) = mpsc::channel(1);
        let (report_sender, mut reports) = mpsc::channel(4);
        let tcp = Tcp::new(format!("tcp:{address}").parse().unwrap());
        let timing = Timing {
            poll: Duration::from_millis(50),
            ..Timing::at_baud(10_000_000, &profile)
        };
        tokio::spawn(driver::run(
            tcp,
            profile,
            timing,
            job_receiver,
            test_receiver,
            report_sender,
        ));
        until_state(&mut reports, PrinterState::Ready).await;
        jobs.send(job(1)).await.unwrap();
        until_printed(&mut reports, 1).await;
        printer.tell(PrinterCommand::Unplug).await;
        until_state(&mut reports, PrinterState::Offline).await;
        jobs.send(job(2)).await.unwrap();
        printer.tell(PrinterCommand::Replug).await;
        until_printed(&mut reports, 2).await;
        assert_eq!(printer.snapshot().borrow().finished, 2);
        assert_eq!(printer.snapshot().borrow().garbage, Vec::<String>::new());
    }

    #[tokio::test]
    async fn what_was_not_sent_does_not_come_later() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let mut tcp = Tcp::new(format!("tcp:{address}").parse().unwrap());
        let mut port = tcp.connect().await.unwrap();
        let (mut far, _) = listener.accept().unwrap();
        // Nobody reads, so the system's buffers fill.
        let filled = async {
            let mut sent = 0;
            loop {
                sent += match tokio::time::timeout(
                    Duration::from_millis(300),
                    port.write(&[7; 65_536]),
                )
                .await
                {
                    Ok(count) => count.unwrap(),
                    Err(_full) => return sent,
                };
            }
        };
        let sent = filled.await;
        drop(port);
        let mut arrived = 0;
        let mut buffer = vec![0; 65_536];
        while let Ok(count) = std::io::Read::read(&mut far, &mut buffer) {
            if count == 0 {
                break;
            }
            arrived += count;
        }
        assert!(arrived < sent, "{arrived} of {sent} bytes came after all");
    }

    #[tokio::test]
    async fn nobody_there_is_an_error() {
        let mut tcp = Tcp::new(format!("tcp:{}", free_address()).parse().unwrap());
        assert!(tcp.connect().await.is_err());
    }
}
