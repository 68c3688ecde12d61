//! The little language in which simulated devices are told what to do, one command a line.
//!
//! A script is read whole before anything happens, so that a slip of the pen in its last line
//! does not spoil a run.

use std::time::Duration;

use firmware_protocol::Button;

use super::board::{BoardCommand, HOLD};
use super::printer::{Paper, PrinterCommand, Trouble};

/// What the board's commands are, for help texts.
pub const BOARD_HELP: &str = "\
press N [HOLD]   press button 1, 2 or 3, e.g. press 1 or press 2 800ms
wait TIME        wait, e.g. wait 500ms or wait 3s
unplug, replug   pull the cable, put it back
garble           garble the next frame the board sends
drop-acks N      lose the host's next N press acknowledgements
reboot           restart the board
# …              a remark";

/// What the printer's commands are, for help texts.
pub const PRINTER_HELP: &str = "\
paper ok|low|out      change the paper
paper out after N     let the paper end after N more bytes
cover open|closed     open or close the cover
jam on|off            jam or free the cutter
tickets stay|taken    leave tickets in the mouth, or take them
offline on|off        take the printer off line or back
silent on|off         let it hang or come to itself
silent after N        let it hang after N more bytes
power off|on          switch it off, which loses its memory, or on
power off after N     switch it off after N more bytes
garble N              garble its next N replies
in ticket N TROUBLE   after N bytes of the next ticket: paper, cover, jam, unplug,
                      power, silent or garbled
unplug, replug        pull the cable, put it back
unplug after N        pull the cable after N more bytes
wait TIME             wait, e.g. wait 500ms or wait 3s
# …                   a remark";

/// One line of a script.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step<C> {
    /// Do something to the device.
    Do(C),
    /// Let time pass.
    Wait(Duration),
}

/// A line that says nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {text:?} is no command; these are:\n{help}")]
pub struct ScriptError {
    /// Counted from 1.
    pub line: usize,
    /// The line.
    pub text: String,
    /// The commands there are.
    pub help: &'static str,
}

/// A device that can be scripted.
pub trait Language: Copy + std::fmt::Debug {
    /// Its commands, for people.
    const HELP: &'static str;

    /// The command these words say, if any.
    fn parse(words: &[&str]) -> Option<Self>;
}

/// Reads line number `line` of a script; `None` for an empty line or a remark.
///
/// # Errors
/// Where the line is no command.
pub fn parse_line<C: Language>(line: usize, text: &str) -> Result<Option<Step<C>>, ScriptError> {
    let content = text.split('#').next().unwrap_or_default();
    let words: Vec<&str> = content.split_whitespace().collect();
    let step = match words.as_slice() {
        [] => return Ok(None),
        ["wait", time] => duration(time).map(Step::Wait),
        words => C::parse(words).map(Step::Do),
    };
    step.map(Some).ok_or_else(|| ScriptError {
        line,
        text: content.trim().to_owned(),
        help: C::HELP,
    })
}

/// Reads a whole script.
///
/// # Errors
/// The first line that is no command.
pub fn parse<C: Language>(text: &str) -> Result<Vec<Step<C>>, ScriptError> {
    text.lines()
        .zip(1..)
        .filter_map(|(text, line)| parse_line(line, text).transpose())
        .collect()
}

impl Language for BoardCommand {
    const HELP: &'static str = BOARD_HELP;

    fn parse(words: &[&str]) -> Option<Self> {
        Some(match words {
            ["press", number] => Self::Press {
                button: button(number)?,
                hold: HOLD,
            },
            ["press", number, hold] => Self::Press {
                button: button(number)?,
                hold: duration(hold)?,
            },
            ["unplug"] => Self::Unplug,
            ["replug"] => Self::Replug,
            ["garble"] => Self::Garble,
            ["drop-acks", count] => Self::DropAcks(count.parse().ok()?),
            ["reboot"] => Self::Reboot,
            _ => return None,
        })
    }
}

impl Language for PrinterCommand {
    const HELP: &'static str = PRINTER_HELP;

    fn parse(words: &[&str]) -> Option<Self> {
        Some(match words {
            ["paper", "ok"] => Self::Paper(Paper::Ok),
            ["paper", "low"] => Self::Paper(Paper::Low),
            ["paper", "out"] => Self::Paper(Paper::Out),
            ["paper", "out", "after", count] => Self::PaperOutAfter(count.parse().ok()?),
            ["cover", "open"] => Self::CoverOpen(true),
            ["cover", "closed"] => Self::CoverOpen(false),
            ["tickets", "stay"] => Self::TicketsStay(true),
            ["tickets", "taken"] => Self::TicketsStay(false),
            ["jam", switch] => Self::CutterJam(on(switch)?),
            ["offline", switch] => Self::Offline(on(switch)?),
            ["silent", "after", count] => Self::SilentAfter(count.parse().ok()?),
            ["silent", switch] => Self::Silent(on(switch)?),
            ["power", "off", "after", count] => Self::PowerOffAfter(count.parse().ok()?),
            ["power", switch] => Self::Power(on(switch)?),
            ["in", "ticket", count, word] => Self::InTicket(count.parse().ok()?, trouble(word)?),
            ["garble", count] => Self::Garble(count.parse().ok()?),
            ["unplug"] => Self::Unplug,
            ["unplug", "after", count] => Self::UnplugAfter(count.parse().ok()?),
            ["replug"] => Self::Replug,
            _ => return None,
        })
    }
}

fn trouble(word: &str) -> Option<Trouble> {
    Some(match word {
        "paper" => Trouble::PaperOut,
        "cover" => Trouble::CoverOpen,
        "jam" => Trouble::CutterJam,
        "unplug" => Trouble::Unplug,
        "power" => Trouble::PowerOff,
        "silent" => Trouble::Silent,
        "garbled" => Trouble::Garbled,
        _ => return None,
    })
}

fn button(number: &str) -> Option<Button> {
    Button::try_from(number.parse::<u8>().ok()?).ok()
}

fn on(word: &str) -> Option<bool> {
    match word {
        "on" => Some(true),
        "off" => Some(false),
        _ => None,
    }
}

/// `500ms` or `3s`, at most a day.
fn duration(text: &str) -> Option<Duration> {
    const DAY_MS: u64 = 86_400_000;
    let (number, unit_ms) = match text.strip_suffix("ms") {
        Some(number) => (number, 1),
        None => (text.strip_suffix('s')?, 1_000),
    };
    let milliseconds = number.parse::<u64>().ok()?.checked_mul(unit_ms)?;
    (milliseconds <= DAY_MS).then(|| Duration::from_millis(milliseconds))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_board_script_is_read() {
        let script = "press 1\nwait 500ms # half a second\n\n# pull it\nunplug\npress 3 2s\nreplug\ndrop-acks 2\ngarble\nreboot\n";
        let press = |button, hold| Step::Do(BoardCommand::Press { button, hold });
        assert_eq!(
            parse(script),
            Ok(vec![
                press(Button::One, HOLD),
                Step::Wait(Duration::from_millis(500)),
                Step::Do(BoardCommand::Unplug),
                press(Button::Three, Duration::from_secs(2)),
                Step::Do(BoardCommand::Replug),
                Step::Do(BoardCommand::DropAcks(2)),
                Step::Do(BoardCommand::Garble),
                Step::Do(BoardCommand::Reboot),
            ])
        );
    }

    #[test]
    fn a_printer_script_is_read() {
        let script = "paper out\ncover open\njam off\nsilent after 20\nunplug after 7\npaper low\npower off\ngarble 3\nin ticket 9 jam";
        assert_eq!(
            parse(script),
            Ok(vec![
                Step::Do(PrinterCommand::Paper(Paper::Out)),
                Step::Do(PrinterCommand::CoverOpen(true)),
                Step::Do(PrinterCommand::CutterJam(false)),
                Step::Do(PrinterCommand::SilentAfter(20)),
                Step::Do(PrinterCommand::UnplugAfter(7)),
                Step::Do(PrinterCommand::Paper(Paper::Low)),
                Step::Do(PrinterCommand::Power(false)),
                Step::Do(PrinterCommand::Garble(3)),
                Step::Do(PrinterCommand::InTicket(9, Trouble::CutterJam)),
            ])
        );
    }

    #[test]
    fn a_bad_line_is_named_and_the_commands_are_listed() {
        for bad in [
            "press 4",
            "press",
            "wait 5",
            "wait -1s",
            "wait 99999999999s",
            "jam maybe",
            "x",
        ] {
            let script = format!("press 1\n# fine\n{bad}\npress 2");
            let refused = parse::<BoardCommand>(&script).map_err(|error| error.to_string());
            assert!(refused.is_err_and(|text| {
                text.starts_with(&format!("line 3: {bad:?} is no command"))
                    && text.contains("drop-acks N")
            }));
        }
        assert!(parse::<PrinterCommand>("paper lots").is_err());
    }
}
