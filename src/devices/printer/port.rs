//! What the configuration says about where the printer is.

use std::path::PathBuf;
use std::str::FromStr;

/// Where a printer is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PrinterPort {
    /// On a serial line.
    Serial(PathBuf),
    /// Played by the daemon itself.
    Simulated,
}

/// A printer port that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PortError {
    /// USB or TCP.
    #[error("printer port {0:?}: {1} is not there yet, use serial:/dev/… or simulated")]
    NotYet(String, &'static str),
    /// Anything else.
    #[error("printer port {0:?} is none: write serial:/dev/… or simulated")]
    Unknown(String),
}

impl FromStr for PrinterPort {
    type Err = PortError;

    fn from_str(text: &str) -> Result<Self, PortError> {
        match text.split_once(':') {
            Some(("serial", path)) if !path.is_empty() => Ok(Self::Serial(PathBuf::from(path))),
            Some(("usb", _)) => Err(PortError::NotYet(text.to_owned(), "USB")),
            Some(("tcp", _)) => Err(PortError::NotYet(text.to_owned(), "TCP")),
            None if text == "simulated" => Ok(Self::Simulated),
            Some(_) | None => Err(PortError::Unknown(text.to_owned())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ports_are_read_or_refused_with_what_to_write() {
        assert_eq!(
            "serial:/dev/serial/by-id/x".parse(),
            Ok(PrinterPort::Serial("/dev/serial/by-id/x".into()))
        );
        assert_eq!("simulated".parse(), Ok(PrinterPort::Simulated));
        for text in ["usb:04b8:0e15", "tcp:10.0.0.9:9100"] {
            let refused = text.parse::<PrinterPort>().map_err(|e| e.to_string());
            assert!(refused.is_err_and(|text| text.contains("not there yet")));
        }
        assert!("serial:".parse::<PrinterPort>().is_err());
        assert!("lpt1".parse::<PrinterPort>().is_err());
    }
}
