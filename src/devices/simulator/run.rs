//! Simulated devices as programs of their own: `rinda simulate board` and
//! `rinda simulate printer`.

use std::future::Future;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use firmware_protocol::Uid;
use tokio::io::AsyncWriteExt;
use tokio::sync::mpsc;

use crate::devices::printer::profile::Profile;

use super::board::{self, BoardCommand, BoardConfig};
use super::line;
use super::picture::PictureError;
use super::printer::{self, Finished, PRINT_TIME, PrinterCommand};
use super::script::{Language, ScriptError, Step, parse, parse_line};

/// The uid of a simulated board: `SIMULATE` in ASCII.
pub const SIMULATED_UID: Uid = Uid(*b"SIMULATE");

/// Why a simulated device could not run on.
#[derive(Debug, thiserror::Error)]
pub enum SimulateError {
    /// It cannot be plugged in there.
    #[error("cannot open a simulated device at {at}: {source}")]
    Open {
        /// The path or address asked for.
        at: String,
        /// What the system said.
        source: io::Error,
    },
    /// A script or an output that cannot be read or written.
    #[error("{path}: {source}")]
    File {
        /// Which.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A line of the script is no command.
    #[error("script {path}, {source}")]
    Script {
        /// The script.
        path: PathBuf,
        /// Which line.
        source: ScriptError,
    },
    /// A ticket of which no picture can be made.
    #[error(transparent)]
    Picture(#[from] PictureError),
    /// Standard input or output failed.
    #[error("standard input or output: {0}")]
    Terminal(io::Error),
}

/// Runs a simulated button board under `link` until Ctrl-C.
///
/// It does what `script` says, or without one what standard input says, in the language of
/// [`super::script::BOARD_HELP`].
///
/// # Errors
/// Where no pseudo-terminal can be opened or the script cannot be read; a bad script line is
/// found before anything happens. A bad line of standard input is answered and passed over.
pub async fn run_board(link: &Path, baud: u32, script: Option<&Path>) -> Result<(), SimulateError> {
    let steps = read_script::<BoardCommand>(script)?;
    let board = board::start(BoardConfig {
        link: link.to_owned(),
        baud,
        uid: SIMULATED_UID,
    })
    .map_err(|source| SimulateError::Open {
        at: link.display().to_string(),
        source,
    })?;
    say(&format!("button board at {}", link.display())).await?;
    let follow = follow(steps, |command| board.tell(command));
    tokio::select! {
        outcome = follow => outcome,
        _ = tokio::signal::ctrl_c() => Ok(()),
    }
}

/// Where a simulated printer can be reached: on a pseudo-terminal, the network, or both.
#[derive(Debug, Clone)]
pub enum Reach {
    /// Its serial line alone.
    Serial(line::Serial),
    /// The network, and its serial line if it has one.
    Network(line::Network),
}

/// Runs a simulated printer until Ctrl-C, writing each ticket to `out` as `NNNN.bin`,
/// `NNNN.txt` and `NNNN.png`.
///
/// It takes commands from standard input in the language of [`super::script::PRINTER_HELP`].
///
/// # Errors
/// Where it cannot be reached there or a ticket cannot be written.
pub async fn run_printer(
    reach: Reach,
    profile: Profile,
    out: Option<&Path>,
) -> Result<(), SimulateError> {
    let (place, started) = match reach {
        Reach::Serial(serial) => (
            serial.link.display().to_string(),
            printer::start_on(serial, profile, PRINT_TIME),
        ),
        Reach::Network(network) => {
            let mut place = format!("tcp:{}", network.address);
            if let Some(serial) = &network.serial {
                place = format!("{} and {place}", serial.link.display());
            }
            (place, printer::start_on(network, profile, PRINT_TIME))
        }
    };
    let (printer, tickets) = started.map_err(|source| SimulateError::Open {
        at: place.clone(),
        source,
    })?;
    say(&format!("ticket printer at {place}")).await?;
    let follow = follow(None, |command: PrinterCommand| printer.tell(command));
    tokio::select! {
        outcome = follow => outcome,
        outcome = keep_tickets(tickets, out) => outcome,
        _ = tokio::signal::ctrl_c() => Ok(()),
    }
}

/// Writes each ticket to `out` until the printer stops; numbers go on from those there.
///
/// # Errors
/// Where a ticket cannot be written.
pub async fn keep_tickets(
    mut tickets: mpsc::Receiver<Arc<Finished>>,
    out: Option<&Path>,
) -> Result<(), SimulateError> {
    let mut number = match out {
        Some(directory) => last_number(directory)?,
        None => 0,
    };
    while let Some(finished) = tickets.recv().await {
        number += 1;
        let ticket = finished.ticket.number().unwrap_or("?").to_owned();
        if let Some(directory) = out.map(Path::to_owned) {
            let write = move || write_ticket(&directory, number, &finished);
            match tokio::task::spawn_blocking(write).await {
                Ok(outcome) => outcome?,
                Err(error) => tracing::error!(%error, "a ticket was not written"),
            }
        }
        say(&format!("{number:04}: {ticket}")).await?;
    }
    Ok(())
}

fn file_error(path: &Path) -> impl FnOnce(io::Error) -> SimulateError {
    let path = path.to_owned();
    move |source| SimulateError::File { path, source }
}

/// The largest `NNNN` of the directory's tickets, 0 for none; makes the directory.
fn last_number(directory: &Path) -> Result<u32, SimulateError> {
    std::fs::create_dir_all(directory).map_err(file_error(directory))?;
    let entries = std::fs::read_dir(directory).map_err(file_error(directory))?;
    Ok(entries
        .filter_map(Result::ok)
        .filter_map(|entry| entry.path().file_stem()?.to_str()?.parse().ok())
        .max()
        .unwrap_or(0))
}

fn write_ticket(directory: &Path, number: u32, finished: &Finished) -> Result<(), SimulateError> {
    let write = |extension: &str, content: &[u8]| {
        let path = directory.join(format!("{number:04}.{extension}"));
        std::fs::write(&path, content).map_err(file_error(&path))
    };
    let mut text = finished.ticket.texts().join("\n");
    if let Some(address) = finished.ticket.qr() {
        text.push_str("\nQR: ");
        text.push_str(address);
    }
    text.push('\n');
    write("bin", &finished.bytes)?;
    write("txt", text.as_bytes())?;
    write("png", &finished.png()?)
}

fn read_script<C: Language>(path: Option<&Path>) -> Result<Option<Vec<Step<C>>>, SimulateError> {
    let Some(path) = path else {
        return Ok(None);
    };
    let text = std::fs::read_to_string(path).map_err(file_error(path))?;
    parse(&text)
        .map(Some)
        .map_err(|source| SimulateError::Script {
            path: path.to_owned(),
            source,
        })
}

/// Carries out a script, or standard input where there is none, and then waits for ever: a
/// device does not vanish because nobody commands it.
async fn follow<C: Language, F: Future<Output = ()>>(
    script: Option<Vec<Step<C>>>,
    tell: impl Fn(C) -> F,
) -> Result<(), SimulateError> {
    if let Some(steps) = script {
        for step in steps {
            carry_out(step, &tell).await;
        }
        return std::future::pending().await;
    }
    let mut lines = standard_input();
    let mut number = 0;
    while let Some(text) = lines.recv().await {
        number += 1;
        match parse_line(number, &text) {
            Ok(Some(step)) => carry_out(step, &tell).await,
            Ok(None) => {}
            Err(error) => say(&error.to_string()).await?,
        }
    }
    std::future::pending().await
}

/// The lines of standard input, from a thread of their own: a runtime that reads them itself
/// cannot stop before the next one comes.
fn standard_input() -> mpsc::Receiver<String> {
    let (sender, lines) = mpsc::channel(1);
    std::thread::spawn(move || {
        for line in io::stdin().lines() {
            match line {
                Ok(text) => {
                    if sender.blocking_send(text).is_err() {
                        return;
                    }
                }
                Err(error) => {
                    tracing::warn!(%error, "standard input ends");
                    return;
                }
            }
        }
    });
    lines
}

async fn carry_out<C, F: Future<Output = ()>>(step: Step<C>, tell: &impl Fn(C) -> F) {
    match step {
        Step::Do(command) => tell(command).await,
        Step::Wait(time) => tokio::time::sleep(time).await,
    }
}

async fn say(line: &str) -> Result<(), SimulateError> {
    let mut out = tokio::io::stdout();
    let line = format!("{line}\n");
    out.write_all(line.as_bytes())
        .await
        .map_err(SimulateError::Terminal)?;
    out.flush().await.map_err(SimulateError::Terminal)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;
    use crate::devices::simulator::decoder::{Align, Item, Ticket};

    #[tokio::test]
    async fn tickets_are_kept_as_bytes_text_and_picture() {
        let directory = tempfile::tempdir().unwrap();
        let out = directory.path().join("tickets");
        let finished = Arc::new(Finished {
            number: 1,
            bytes: b"\x1b@bytes".to_vec(),
            ticket: Ticket {
                columns: 48,
                dots: 576,
                items: vec![
                    Item::Line {
                        text: "P 027".into(),
                        width: 8,
                        height: 8,
                        bold: true,
                        align: Align::Centre,
                    },
                    Item::Qr {
                        payload: "https://rinda.example/t/a".into(),
                        module_dots: 6,
                        align: Align::Centre,
                    },
                ],
            },
        });
        for run in 1..=2 {
            let (sender, tickets) = mpsc::channel(1);
            sender.send(Arc::clone(&finished)).await.unwrap();
            drop(sender);
            keep_tickets(tickets, Some(&out)).await.unwrap();
            let read =
                |extension| std::fs::read(out.join(format!("{run:04}.{extension}"))).unwrap();
            assert_eq!(read("bin"), finished.bytes);
            assert_eq!(read("txt"), b"P 027\nQR: https://rinda.example/t/a\n");
            assert!(read("png").starts_with(b"\x89PNG"));
        }
    }

    #[tokio::test]
    async fn a_bad_script_stops_the_board_before_it_starts() {
        let directory = tempfile::tempdir().unwrap();
        let script = directory.path().join("script");
        std::fs::write(&script, "press 1\nfly\n").unwrap();
        let link = directory.path().join("board");
        let refused = run_board(&link, 115_200, Some(&script)).await;
        let text = refused.unwrap_err().to_string();
        assert!(text.contains("line 2: \"fly\" is no command"), "{text}");
        assert!(!link.exists());
    }

    #[tokio::test]
    async fn a_device_does_not_replace_a_file() {
        let directory = tempfile::tempdir().unwrap();
        let link = directory.path().join("board");
        std::fs::write(&link, "mine").unwrap();
        let script = directory.path().join("script");
        std::fs::write(&script, "").unwrap();
        let refused = run_board(&link, 115_200, Some(&script)).await;
        assert!(matches!(refused, Err(SimulateError::Open { .. })));
        assert_eq!(std::fs::read(&link).unwrap(), b"mine");
    }
}
