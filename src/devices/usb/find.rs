//! Finds the printer that is meant among the USB devices, and takes it from the kernel.

use std::fmt;
use std::io;
use std::time::Duration;

use rusb::{
    Context, Device, DeviceDescriptor, DeviceHandle, Direction, Error, InterfaceDescriptor,
    TransferType, UsbContext as _,
};

use super::{Product, UsbAddress};
use crate::devices::link::PortStatus;

/// USB's class of printers.
const PRINTER_CLASS: u8 = 7;
/// Interfaces of makers who talk to their own driver only; their printers take the same bytes.
const VENDOR_CLASS: u8 = 0xFF;
/// Interface protocols of the printer class.
const ONE_WAY: u8 = 1;
const TWO_WAY: u8 = 2;
const IEEE_1284_4: u8 = 3;

/// For the answer to a question of the printer class.
const CONTROL_LIMIT: Duration = Duration::from_millis(500);
/// Longest device id taken in, bytes.
const DEVICE_ID_BYTES: usize = 1_024;

/// The printer's interface, and how to reach it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Interface {
    number: u8,
    setting: u8,
    /// Whether another setting could be active.
    choose: bool,
    /// It answers the questions of the printer class.
    class: bool,
    out: u8,
    back: Option<u8>,
}

/// A device that could be the printer.
struct Candidate {
    device: Device<Context>,
    product: Product,
    interface: Interface,
    serial: Option<String>,
    /// The serial number could not be asked for.
    unread: Option<Error>,
    socket: String,
}

impl Candidate {
    /// The address that means this one among `others`.
    fn address(&self, others: &[Self]) -> UsbAddress {
        let same = |other: &&Self| other.product == self.product;
        let alike = others.iter().filter(same).count();
        let serial = self.serial.as_ref().filter(|serial| {
            let same_serial = |other: &&Self| other.serial.as_ref() == Some(*serial);
            others.iter().filter(same).filter(same_serial).count() == 1
        });
        match serial {
            _ if alike < 2 => UsbAddress::Product(self.product),
            Some(serial) => UsbAddress::Serial(self.product, serial.clone()),
            None => UsbAddress::Socket(self.product, self.socket.clone()),
        }
    }

    fn is_meant(&self, address: &UsbAddress) -> bool {
        match address {
            UsbAddress::Only => true,
            UsbAddress::Product(product) => self.product == *product,
            UsbAddress::Serial(product, serial) => {
                self.product == *product && self.serial.as_ref() == Some(serial)
            }
            UsbAddress::Socket(product, socket) => {
                self.product == *product && self.socket == *socket
            }
        }
    }
}

impl fmt::Display for Candidate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.product)?;
        if let Some(serial) = &self.serial {
            write!(f, ":{serial}")?;
        }
        write!(f, " at USB socket {}", self.socket)
    }
}

/// An open printer; it goes back to the kernel when dropped.
#[derive(Debug)]
pub(super) struct Opened {
    handle: DeviceHandle<Context>,
    interface: Interface,
    identity: String,
}

/// Opens the printer meant by `address`. Waits for the device; not for a runtime's thread.
///
/// # Errors
/// Where it is not there, is one of several, or cannot be had; the text says what to do.
pub(super) fn open(address: &UsbAddress) -> io::Result<Opened> {
    let context = Context::new()
        .map_err(|error| io::Error::other(format!("this machine has no USB: {error}")))?;
    let mut candidates = candidates(&context, address)?;
    let meant: Vec<usize> = candidates
        .iter()
        .enumerate()
        .filter(|(_, candidate)| candidate.is_meant(address))
        .map(|(index, _)| index)
        .collect();
    let index = match *meant.as_slice() {
        [] => return Err(not_there(address, &candidates)),
        [index] => index,
        _ => return Err(several(address, &candidates, &meant)),
    };
    let candidate = candidates.swap_remove(index);
    take(&candidate).map_err(|error| refused(&candidate, error))
}

fn not_there(address: &UsbAddress, candidates: &[Candidate]) -> io::Error {
    if matches!(address, UsbAddress::Serial(..)) {
        let unread = |candidate: &Candidate| Some(refused(candidate, candidate.unread?));
        if let Some(error) = candidates.iter().find_map(unread) {
            return error;
        }
    }
    io::Error::new(io::ErrorKind::NotFound, format!("{address} is not there"))
}

fn several(address: &UsbAddress, candidates: &[Candidate], meant: &[usize]) -> io::Error {
    let mut text = format!("{address} could be any of these; write one of them as the port:");
    for candidate in meant.iter().filter_map(|index| candidates.get(*index)) {
        text.push_str(&format!(
            "\n    port = \"{}\"",
            candidate.address(candidates)
        ));
    }
    io::Error::new(io::ErrorKind::InvalidInput, text)
}

fn refused(candidate: &Candidate, error: Error) -> io::Error {
    io::Error::other(if error == Error::Access {
        format!("no right to use {candidate}: install the udev rules (see README)")
    } else if error == Error::Busy {
        format!("another program has {candidate}: stop it")
    } else {
        format!("{candidate} cannot be opened: {error}")
    })
}

/// The devices that could be meant; other makes are not looked into.
fn candidates(context: &Context, address: &UsbAddress) -> io::Result<Vec<Candidate>> {
    let wanted = match address {
        UsbAddress::Only => None,
        UsbAddress::Product(product)
        | UsbAddress::Serial(product, _)
        | UsbAddress::Socket(product, _) => Some(*product),
    };
    let devices = context.devices().map_err(io::Error::other)?;
    Ok(devices
        .iter()
        .filter_map(|device| {
            // A device pulled out meanwhile is none.
            let descriptor = device.device_descriptor().ok()?;
            let product = Product {
                vendor: descriptor.vendor_id(),
                product: descriptor.product_id(),
            };
            if wanted.is_some_and(|wanted| wanted != product) {
                return None;
            }
            let interface = interface(&device)?;
            if wanted.is_none() && !interface.class {
                return None;
            }
            let (serial, unread) = match serial(&device, &descriptor) {
                Ok(serial) => (serial, None),
                Err(error) => (None, Some(error)),
            };
            let socket = socket(&device);
            Some(Candidate {
                device,
                product,
                interface,
                serial,
                unread,
                socket,
            })
        })
        .collect())
}

/// The device's serial number, where it has one.
fn serial(
    device: &Device<Context>,
    descriptor: &DeviceDescriptor,
) -> Result<Option<String>, Error> {
    if descriptor.serial_number_string_index().is_none() {
        return Ok(None);
    }
    let serial = device.open()?.read_serial_number_string_ascii(descriptor)?;
    Ok(Some(serial).filter(|serial| !serial.is_empty()))
}

/// Where the device is plugged in, as the kernel writes it.
fn socket(device: &Device<Context>) -> String {
    let ports: Vec<String> = device
        .port_numbers()
        .unwrap_or_default()
        .iter()
        .map(u8::to_string)
        .collect();
    format!("{}-{}", device.bus_number(), ports.join("."))
}

/// The interface tickets go to: of the printer class, both ways where there is a choice; else
/// a maker's own one that takes bulk data.
fn interface(device: &Device<Context>) -> Option<Interface> {
    let config = device.active_config_descriptor().ok()?;
    let mut best: Option<(u8, Interface)> = None;
    for interface in config.interfaces() {
        let choose = interface.descriptors().count() > 1;
        for descriptor in interface.descriptors() {
            let Some(rank) = rank(&descriptor) else {
                continue;
            };
            let Some(found) = endpoints(&descriptor, choose) else {
                continue;
            };
            if best.is_none_or(|(best, _)| rank > best) {
                best = Some((rank, found));
            }
        }
    }
    best.map(|(_, interface)| interface)
}

fn rank(descriptor: &InterfaceDescriptor<'_>) -> Option<u8> {
    match (descriptor.class_code(), descriptor.protocol_code()) {
        (PRINTER_CLASS, TWO_WAY) => Some(4),
        (PRINTER_CLASS, ONE_WAY) => Some(3),
        (PRINTER_CLASS, IEEE_1284_4) => Some(2),
        (VENDOR_CLASS, _) => Some(1),
        // IPP over USB is of the printer class too and takes no ESC/POS.
        _ => None,
    }
}

fn endpoints(descriptor: &InterfaceDescriptor<'_>, choose: bool) -> Option<Interface> {
    let bulk = |direction| {
        descriptor
            .endpoint_descriptors()
            .find(|endpoint| {
                endpoint.transfer_type() == TransferType::Bulk && endpoint.direction() == direction
            })
            .map(|endpoint| endpoint.address())
    };
    Some(Interface {
        number: descriptor.interface_number(),
        setting: descriptor.setting_number(),
        choose,
        class: descriptor.class_code() == PRINTER_CLASS,
        out: bulk(Direction::Out)?,
        back: bulk(Direction::In),
    })
}

/// Takes the device from `usblp`, which gets it back when the handle is dropped.
fn take(candidate: &Candidate) -> Result<Opened, Error> {
    let handle = candidate.device.open()?;
    let interface = candidate.interface;
    match handle.set_auto_detach_kernel_driver(true) {
        Ok(()) | Err(Error::NotSupported) => {}
        Err(error) => return Err(error),
    }
    handle.claim_interface(interface.number)?;
    if interface.choose {
        handle.set_alternate_setting(interface.number, interface.setting)?;
    }
    let mut opened = Opened {
        handle,
        interface,
        identity: candidate.to_string(),
    };
    if let Some(id) = opened.device_id() {
        opened.identity.push_str(": ");
        opened.identity.push_str(&id);
    }
    let both_ways = interface.back.is_some();
    tracing::info!(both_ways, "USB printer {}", opened.identity);
    Ok(opened)
}

impl Opened {
    /// A question of the printer class.
    fn question(&self, request: u8, index: u16, answer: &mut [u8]) -> Option<usize> {
        if !self.interface.class {
            return None;
        }
        let kind = rusb::request_type(
            Direction::In,
            rusb::RequestType::Class,
            rusb::Recipient::Interface,
        );
        let count = self
            .handle
            .read_control(kind, request, 0, index, answer, CONTROL_LIMIT);
        count.ok()
    }

    /// `GET_DEVICE_ID`: maker, model and languages in the words of IEEE 1284.
    fn device_id(&self) -> Option<String> {
        let interface = self.interface;
        let index = u16::from_be_bytes([interface.number, interface.setting]);
        let mut answer = [0; DEVICE_ID_BYTES];
        let count = self.question(0, index, &mut answer)?;
        // Two bytes of length come first, which not every printer gets right.
        let id = answer.get(2..count)?;
        let text = String::from_utf8_lossy(id);
        let text = text.trim_matches(|c: char| c.is_whitespace() || c == '\0');
        (!text.is_empty()).then(|| text.to_owned())
    }
}

impl super::port::Device for Opened {
    fn answers(&self) -> bool {
        self.interface.back.is_some()
    }

    fn identity(&self) -> String {
        self.identity.clone()
    }

    fn write(&self, bytes: &[u8], limit: Duration) -> Result<usize, String> {
        let endpoint = self.interface.out;
        match self.handle.write_bulk(endpoint, bytes, limit) {
            Err(Error::Timeout | Error::Interrupted) => Ok(0),
            outcome => self.usable(endpoint, outcome),
        }
    }

    fn read(&self, buffer: &mut [u8], limit: Duration) -> Result<usize, String> {
        let Some(endpoint) = self.interface.back else {
            std::thread::sleep(limit);
            return Ok(0);
        };
        match self.handle.read_bulk(endpoint, buffer, limit) {
            Err(Error::Timeout | Error::Interrupted) => Ok(0),
            outcome => self.usable(endpoint, outcome),
        }
    }

    /// `GET_PORT_STATUS`.
    fn status(&self) -> Option<PortStatus> {
        let mut answer = [0];
        let index = u16::from(self.interface.number);
        (self.question(1, index, &mut answer)? == 1).then(|| port_status(answer[0]))
    }
}

impl Opened {
    fn usable(&self, endpoint: u8, outcome: Result<usize, Error>) -> Result<usize, String> {
        outcome.map_err(|error| {
            if error == Error::Pipe {
                // The next one to open the port finds the endpoint usable.
                let cleared = self.handle.clear_halt(endpoint);
                tracing::debug!(?cleared, "the printer halted an endpoint");
                "the printer refused a transfer".to_owned()
            } else if error == Error::NoDevice {
                "unplugged".to_owned()
            } else {
                format!("USB: {error}")
            }
        })
    }
}

/// What the bits mean: 3 no error, 4 selected, 5 paper empty.
fn port_status(byte: u8) -> PortStatus {
    PortStatus {
        paper_out: byte & 0x20 != 0,
        offline: byte & 0x10 == 0,
        error: byte & 0x08 == 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bits_of_the_port_status() {
        let well = PortStatus {
            paper_out: false,
            offline: false,
            error: false,
        };
        assert_eq!(port_status(0x18), well);
        let paper_out = PortStatus {
            paper_out: true,
            ..well
        };
        assert_eq!(port_status(0x38), paper_out);
        let offline = PortStatus {
            offline: true,
            ..well
        };
        assert_eq!(port_status(0x08), offline);
        let error = PortStatus {
            error: true,
            ..well
        };
        assert_eq!(port_status(0x10), error);
    }
}
