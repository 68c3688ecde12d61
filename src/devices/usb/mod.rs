//! A printer on USB, through libusb: which one is meant, and getting at it.

mod find;
mod port;

use std::fmt;
use std::io;
use std::str::FromStr;

use tokio::runtime::Handle;

pub use port::UsbPort;

use super::link::Connect;
use port::Threads;

/// Which USB printer is meant.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum UsbAddress {
    /// The only device of the printer class.
    Only,
    /// The only device of this make.
    Product(Product),
    /// The one of several alike that has this serial number.
    Serial(Product, String),
    /// The one of several alike at this socket, written as the kernel does: `1-1.4`.
    Socket(Product, String),
}

/// A make of USB devices.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Product {
    /// Vendor id.
    pub vendor: u16,
    /// The vendor's product id.
    pub product: u16,
}

impl fmt::Display for Product {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04x}:{:04x}", self.vendor, self.product)
    }
}

impl fmt::Display for UsbAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Only => f.write_str("usb"),
            Self::Product(product) => write!(f, "usb:{product}"),
            Self::Serial(product, serial) => write!(f, "usb:{product}:{serial}"),
            Self::Socket(product, socket) => write!(f, "usb:{product}@{socket}"),
        }
    }
}

/// A text that names no USB printer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "\"{0}\" is no USB printer: write \"usb\" for the only one, \"usb:04b8:0e15\" for one make, \
     \"usb:04b8:0e15:SERIAL\" or \"usb:04b8:0e15@1-1.4\" for one of several alike (lsusb lists them)"
)]
pub struct NotUsb(String);

impl FromStr for UsbAddress {
    type Err = NotUsb;

    fn from_str(text: &str) -> Result<Self, NotUsb> {
        parse(text).ok_or_else(|| NotUsb(text.to_owned()))
    }
}

fn parse(text: &str) -> Option<UsbAddress> {
    let rest = match text.split_once(':') {
        None if text == "usb" => return Some(UsbAddress::Only),
        Some(("usb", "")) => return Some(UsbAddress::Only),
        Some(("usb", rest)) => rest,
        Some(_) | None => return None,
    };
    let (vendor, rest) = rest.split_once(':')?;
    let end = rest.find([':', '@']).unwrap_or(rest.len());
    let (product, which) = rest.split_at_checked(end)?;
    let product = Product {
        vendor: hexadecimal(vendor)?,
        product: hexadecimal(product)?,
    };
    Some(match (which.get(..1), which.get(1..)) {
        (Some(":"), Some(serial)) if !serial.is_empty() => {
            UsbAddress::Serial(product, serial.to_owned())
        }
        (Some("@"), Some(socket)) if is_socket(socket) => {
            UsbAddress::Socket(product, socket.to_owned())
        }
        (None, _) => UsbAddress::Product(product),
        (Some(_), _) => return None,
    })
}

/// Four hexadecimal digits, as `lsusb` shows an id.
fn hexadecimal(text: &str) -> Option<u16> {
    let fits = text.len() == 4 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    fits.then(|| u16::from_str_radix(text, 16).ok()).flatten()
}

/// `BUS-PORT[.PORT…]`.
fn is_socket(text: &str) -> bool {
    let number = |text: &str| text.parse::<u8>().is_ok();
    text.split_once('-')
        .is_some_and(|(bus, ports)| number(bus) && ports.split('.').all(number))
}

/// A USB printer by its address. It gives one port at a time: the one before must be dropped.
#[derive(Debug)]
pub struct Usb {
    address: UsbAddress,
    /// Those of the port before, which have the device until they end.
    threads: Option<Threads>,
}

impl Usb {
    /// The printer at this address, there or not.
    pub fn new(address: UsbAddress) -> Self {
        Self {
            address,
            threads: None,
        }
    }
}

impl Drop for Usb {
    /// The runtime waits for what blocks, and so the program ends when the kernel has the printer
    /// again.
    fn drop(&mut self) {
        if let (Some(threads), Ok(runtime)) = (self.threads.take(), Handle::try_current()) {
            runtime.spawn_blocking(move || join(threads));
        }
    }
}

fn join(threads: Threads) {
    for thread in threads {
        if thread.join().is_err() {
            tracing::error!("a thread of the USB printer panicked");
        }
    }
}

impl Connect for Usb {
    type Port = UsbPort;

    async fn connect(&mut self) -> io::Result<UsbPort> {
        let address = self.address.clone();
        let before = self.threads.take();
        // libusb waits for the device while it is opened.
        let open = move || {
            if let Some(threads) = before {
                join(threads);
            }
            UsbPort::start(find::open(&address)?)
        };
        let opened = tokio::task::spawn_blocking(open).await;
        let (port, threads) = opened.map_err(io::Error::other)??;
        self.threads = Some(threads);
        Ok(port)
    }

    fn name(&self) -> String {
        self.address.to_string()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;

    #[test]
    fn addresses_are_read_and_written_alike() {
        for text in [
            "usb",
            "usb:04b8:0e15",
            "usb:04b8:0e15:J3XF012345",
            "usb:04b8:0e15:with:colons@and-more",
            "usb:0dd4:01a8@1-1.4",
            "usb:0dd4:01a8@3-2",
        ] {
            let address: UsbAddress = text.parse().unwrap();
            assert_eq!(address.to_string(), text);
        }
        assert_eq!("usb:".parse(), Ok(UsbAddress::Only));
        assert_eq!(
            "usb:04B8:0E15".parse::<UsbAddress>().unwrap().to_string(),
            "usb:04b8:0e15"
        );
    }

    #[test]
    fn what_is_no_address_is_told_what_to_write() {
        for text in [
            "usb:04b8",
            "usb:4b8:e15",
            "usb:04b8:0e15:",
            "usb:04b8:0e15@",
            "usb:04b8:0e15@4",
            "usb:04b8:0e15@1-x",
            "usb:04b8:0g15",
            "usb:+4b8:0e15",
            "usb:ā4b:0e15",
            "usb:04b8:0e15ā",
            "serial:/dev/ttyUSB0",
            "",
        ] {
            let error = text.parse::<UsbAddress>().unwrap_err().to_string();
            assert!(error.contains("write \"usb\""), "{error}");
        }
    }

    /// A host without USB, or without a printer on it, is told so and nothing worse.
    #[tokio::test]
    async fn a_printer_that_is_not_there_is_an_error() {
        let mut usb = Usb::new("usb:1209:fffe:none".parse().unwrap());
        let error = usb.connect().await.map(|_| ()).unwrap_err().to_string();
        assert!(
            error.contains("usb:1209:fffe:none") || error.contains("no USB"),
            "{error}"
        );
    }
}
