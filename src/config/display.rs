//! The table `[display]`: how the displays' monitor is switched.

use std::path::{Path, PathBuf};

use jiff::SignedDuration;
use serde::Deserialize;

use super::check::{RULE_S_MAX, check_baud};
use super::place::{At, Found};
use crate::devices::monitor::{CEC_PROGRAM, Power};

/// Most bytes of one command on a serial line.
const BYTES_MAX: usize = 256;

/// How the displays' monitor is switched, and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DisplayPower {
    /// How.
    pub power: Power,
    /// On this long before reception, never later than tickets can be taken.
    pub lead: SignedDuration,
}

/// The table as it is written.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct DisplayTable {
    power: Option<String>,
    lead_seconds: u32,
    cec_adapter: Option<PathBuf>,
    port: Option<PathBuf>,
    baud: Option<u32>,
    on: Option<Order>,
    off: Option<Order>,
    answer: Option<String>,
}

/// What switches: hexadecimal bytes or a program with its arguments.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
enum Order {
    Bytes(String),
    Words(Vec<String>),
}

const fn at(key: &str) -> [At<'_>; 2] {
    [At::Key("display"), At::Key(key)]
}

pub(super) fn check(table: &DisplayTable, found: &mut Found<'_>) -> Option<DisplayPower> {
    let power = match table.power.as_deref() {
        None | Some("off") => {
            without_meaning(
                table,
                &["cec_adapter", "port", "baud", "on", "off", "answer"],
                found,
            );
            return None;
        }
        Some("cec") => {
            without_meaning(table, &["port", "baud", "on", "off", "answer"], found);
            let adapter = table.cec_adapter.clone();
            Some(Power::Cec {
                program: PathBuf::from(CEC_PROGRAM),
                adapter: adapter.unwrap_or_else(|| PathBuf::from("/dev/cec0")),
            })
        }
        Some("rs232") => {
            without_meaning(table, &["cec_adapter"], found);
            rs232(table, found)
        }
        Some("command") => {
            without_meaning(table, &["cec_adapter", "port", "baud", "answer"], found);
            let on = words("on", table.on.as_ref(), found);
            let off = words("off", table.off.as_ref(), found);
            on.zip(off).map(|(on, off)| Power::Command { on, off })
        }
        Some(other) => {
            found.note(
                &at("power"),
                format!(
                    "\"{other}\" switches nothing: write \"cec\", \"rs232\", \"command\" or \"off\""
                ),
            );
            None
        }
    };
    if i64::from(table.lead_seconds) > RULE_S_MAX {
        found.note(
            &at("lead_seconds"),
            format!("must lie between 0 and {RULE_S_MAX}"),
        );
    }
    Some(DisplayPower {
        power: power?,
        lead: SignedDuration::from_secs(i64::from(table.lead_seconds)),
    })
}

/// A key that does nothing is a mistake: its writer believes that it does something.
fn without_meaning(table: &DisplayTable, keys: &[&str], found: &mut Found<'_>) {
    let power = table.power.as_deref().unwrap_or("off");
    for (key, given) in [
        ("cec_adapter", table.cec_adapter.is_some()),
        ("port", table.port.is_some()),
        ("baud", table.baud.is_some()),
        ("on", table.on.is_some()),
        ("off", table.off.is_some()),
        ("answer", table.answer.is_some()),
    ] {
        if given && keys.contains(&key) {
            found.note(
                &at(key),
                format!("means nothing with power = \"{power}\": leave it out"),
            );
        }
    }
}

fn rs232(table: &DisplayTable, found: &mut Found<'_>) -> Option<Power> {
    let port = table.port.as_deref().filter(|port| port.starts_with("/"));
    if port.is_none() {
        found.note(
            &at("port"),
            "name the serial device: port = \"/dev/serial/by-id/…\"",
        );
    }
    let baud = table.baud.unwrap_or(9_600);
    check_baud(baud, &at("baud"), found);
    let on = bytes("on", table.on.as_ref(), found);
    let off = bytes("off", table.off.as_ref(), found);
    let answer = match table.answer.as_deref().map(hexadecimal) {
        None => None,
        Some(Some(bytes)) => Some(bytes),
        Some(None) => {
            found.note(&at("answer"), NO_BYTES);
            return None;
        }
    };
    Some(Power::Rs232 {
        port: Path::to_path_buf(port?),
        baud,
        on: on?,
        off: off?,
        answer,
    })
}

const NO_BYTES: &str = "write bytes in hexadecimal: \"6b 61 20 30 31 20 30 31 0d\"";

fn bytes(key: &str, order: Option<&Order>, found: &mut Found<'_>) -> Option<Vec<u8>> {
    let read = match order {
        Some(Order::Bytes(text)) => hexadecimal(text),
        Some(Order::Words(_)) | None => None,
    };
    if read.is_none() {
        found.note(&at(key), NO_BYTES);
    }
    read
}

fn words(key: &str, order: Option<&Order>, found: &mut Found<'_>) -> Option<Vec<String>> {
    match order {
        Some(Order::Words(words)) if words.first().is_some_and(|program| !program.is_empty()) => {
            Some(words.clone())
        }
        Some(Order::Words(_) | Order::Bytes(_)) | None => {
            found.note(
                &at(key),
                "write a program and its arguments: [\"/usr/local/bin/monitor\", \"on\"]; no shell reads them",
            );
            None
        }
    }
}

/// Bytes written as pairs of hexadecimal digits, spaces between them as one likes.
fn hexadecimal(text: &str) -> Option<Vec<u8>> {
    let digits: Vec<u8> = text
        .chars()
        .filter(|c| !c.is_whitespace())
        .map(|c| c.to_digit(16).and_then(|digit| u8::try_from(digit).ok()))
        .collect::<Option<_>>()?;
    let whole =
        digits.len().is_multiple_of(2) && !digits.is_empty() && digits.len() / 2 <= BYTES_MAX;
    let pairs = digits.chunks_exact(2);
    whole.then(|| {
        pairs
            .map(|pair| pair.iter().fold(0, |byte, digit| byte << 4 | digit))
            .collect()
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::tests::{SOUND, problems};
    use super::*;

    fn power(table: &str) -> Option<DisplayPower> {
        let text = format!("{SOUND}\n[display]\n{table}");
        super::super::parse(&text, "centre.toml").unwrap().display
    }

    #[test]
    fn nothing_is_switched_unless_asked_for() {
        assert_eq!(power(""), None);
        assert_eq!(power("power = \"off\"\nlead_seconds = 600"), None);
    }

    #[test]
    fn each_way_to_switch_is_read() {
        let cec = power("power = \"cec\"\nlead_seconds = 600").unwrap();
        assert_eq!(cec.lead, SignedDuration::from_mins(10));
        let adapter = PathBuf::from("/dev/cec0");
        let program = PathBuf::from(CEC_PROGRAM);
        assert_eq!(cec.power, Power::Cec { program, adapter });
        let rs232 = power(
            "power = \"rs232\"\nport = \"/dev/ttyS0\"\non = \"6B61 20 30310d\"\noff = \"00\"\nanswer = \"4f4B\"",
        );
        assert_eq!(
            rs232.unwrap().power,
            Power::Rs232 {
                port: PathBuf::from("/dev/ttyS0"),
                baud: 9_600,
                on: b"ka 01\r".to_vec(),
                off: vec![0],
                answer: Some(b"OK".to_vec()),
            }
        );
        let command =
            power("power = \"command\"\non = [\"/bin/m\", \"on now\"]\noff = [\"/bin/m\"]");
        assert_eq!(
            command.unwrap().power,
            Power::Command {
                on: vec!["/bin/m".to_owned(), "on now".to_owned()],
                off: vec!["/bin/m".to_owned()],
            }
        );
    }

    #[test]
    fn what_cannot_be_meant_is_told() {
        for table in [
            "power = \"rs232\"\non = \"6\"\nanswer = \"xy\"\nbaud = 77\ncec_adapter = \"/dev/cec1\"",
            "power = \"command\"\non = \"/bin/m on\"\nport = \"/dev/ttyS0\"\nlead_seconds = 100000",
            "power = \"infrared\"",
            "on = [\"/bin/m\"]",
        ] {
            insta::assert_snapshot!(problems(&format!("{SOUND}\n[display]\n{table}\n")));
        }
    }
}
