//! Switches the displays' monitor: through HDMI-CEC, a serial line, or a command of the
//! installer's.
//!
//! The level wanted is brought about and, where that fails, tried again with growing pauses; it
//! is brought about anew when the daemon starts. Nothing here can hold up a customer.

use std::io;
use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWriteExt as _};
use tokio::process::Command;
use tokio::sync::watch;

use super::link::{Connect as _, Serial};
use crate::queue::view::MonitorState;

/// The program that speaks HDMI-CEC (Debian's `v4l-utils`).
pub const CEC_PROGRAM: &str = "cec-ctl";

/// What it says where the monitor did not take a message; it ends well all the same.
const CEC_REFUSED: [&str; 2] = ["not acknowledged", "nacked"];

/// The logical address of the monitor on the CEC line.
const CEC_MONITOR: &str = "0";

/// Most of a program's output that is looked at, bytes.
const OUTPUT_BYTES_MAX: u64 = 4 * 1024;

/// Most that a monitor is heard out on a serial line, bytes.
const ANSWER_BYTES_MAX: usize = 256;

/// Bits on the wire per byte.
const BITS_PER_BYTE: u32 = 10;

/// Why the monitor was not switched.
#[derive(Debug, thiserror::Error)]
pub enum MonitorError {
    /// The program cannot be started.
    #[error("{program} does not start: install it or name another in [display]")]
    Start {
        /// Program.
        program: String,
        /// What the system says.
        source: io::Error,
    },
    /// The program failed.
    #[error("{program} ended with {status}: {output}")]
    Failed {
        /// Program.
        program: String,
        /// How it ended.
        status: String,
        /// What it said.
        output: String,
    },
    /// The serial line fails.
    #[error("the monitor's line {port} fails: check [display] port and the cable")]
    Line {
        /// Port.
        port: String,
        /// What the system says.
        source: io::Error,
    },
    /// The monitor answered something else or nothing.
    #[error("the monitor answered {heard:02x?} instead of {expected:02x?}")]
    Answer {
        /// What was heard.
        heard: Vec<u8>,
        /// What was to be heard.
        expected: Vec<u8>,
    },
    /// It took too long.
    #[error("the monitor was not switched within {0:?}")]
    TooLong(Duration),
}

/// How the monitor is switched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Power {
    /// Through HDMI-CEC.
    Cec {
        /// Program, [`CEC_PROGRAM`] outside tests.
        program: PathBuf,
        /// The adapter's device, `/dev/cec0`.
        adapter: PathBuf,
    },
    /// By bytes on a serial line.
    Rs232 {
        /// Device.
        port: PathBuf,
        /// Bits per second.
        baud: u32,
        /// Switches on.
        on: Vec<u8>,
        /// Switches off.
        off: Vec<u8>,
        /// What the monitor answers, where it answers.
        answer: Option<Vec<u8>>,
    },
    /// By a program and its arguments; no shell.
    Command {
        /// Switches on.
        on: Vec<String>,
        /// Switches off.
        off: Vec<String>,
    },
}

/// How long is waited for what.
#[derive(Debug, Clone, Copy)]
pub struct Timing {
    /// For one attempt.
    pub attempt: Duration,
    /// Before the second attempt; doubled up to `pause_max`.
    pub pause_min: Duration,
    /// Between attempts after many failures.
    pub pause_max: Duration,
    /// A monitor that should be on is told so again after this time: its power may have gone.
    pub repeat_on: Duration,
}

impl Default for Timing {
    fn default() -> Self {
        Self {
            attempt: Duration::from_secs(15),
            pause_min: Duration::from_secs(2),
            pause_max: Duration::from_secs(60),
            repeat_on: Duration::from_secs(15 * 60),
        }
    }
}

/// Failures in a row before a person is told: a line may be disturbed once.
const FAILURES_TOLD: u32 = 3;

/// Keeps the monitor at the level wanted until nobody names one any more.
pub async fn run(
    power: Power,
    timing: Timing,
    mut wanted: watch::Receiver<bool>,
    told: watch::Sender<MonitorState>,
) {
    let mut failures = 0u32;
    let mut pause = timing.pause_min;
    loop {
        let on = *wanted.borrow_and_update();
        let switched = tokio::time::timeout(timing.attempt, power.switch(on))
            .await
            .unwrap_or(Err(MonitorError::TooLong(timing.attempt)));
        let wait = match switched {
            Ok(()) => {
                if failures > 0 {
                    tracing::info!(failures, "the monitor obeys again");
                }
                failures = 0;
                pause = timing.pause_min;
                let reached = if on {
                    MonitorState::On
                } else {
                    MonitorState::Off
                };
                told.send_if_modified(|state| std::mem::replace(state, reached) != reached);
                on.then_some(timing.repeat_on)
            }
            Err(error) => {
                failures = failures.saturating_add(1);
                tell_failure(failures, on, &error);
                if failures >= FAILURES_TOLD {
                    told.send_if_modified(|state| {
                        std::mem::replace(state, MonitorState::Failing) != MonitorState::Failing
                    });
                }
                let wait = pause;
                pause = (pause * 2).min(timing.pause_max);
                Some(wait)
            }
        };
        let changed = match wait {
            Some(wait) => tokio::time::timeout(wait, wanted.changed()).await,
            None => Ok(wanted.changed().await),
        };
        match changed {
            Ok(Ok(())) => pause = timing.pause_min,
            Ok(Err(_)) => return,
            Err(_) => {}
        }
    }
}

/// The third failure in a row is worth somebody's attention; the hundredth says nothing new.
fn tell_failure(failures: u32, on: bool, error: &MonitorError) {
    let error = error as &dyn std::error::Error;
    if failures == FAILURES_TOLD {
        tracing::warn!(on, error, "the monitor is not switched; attempts go on");
    } else {
        tracing::debug!(on, failures, error, "the monitor is not switched");
    }
}

impl Power {
    /// One attempt to switch the monitor on or off.
    ///
    /// # Errors
    /// Where it does not take the command.
    pub async fn switch(&self, on: bool) -> Result<(), MonitorError> {
        match self {
            Self::Cec { program, adapter } => {
                let message = if on { "--image-view-on" } else { "--standby" };
                let mut command = Command::new(program);
                command.arg("-d").arg(adapter).arg("--skip-info");
                command.args(["--playback", "--to", CEC_MONITOR, message]);
                let output = output_of(command).await?;
                let refused = output.to_lowercase();
                if CEC_REFUSED.iter().any(|words| refused.contains(words)) {
                    return Err(MonitorError::Failed {
                        program: CEC_PROGRAM.to_owned(),
                        status: "a message nobody took".to_owned(),
                        output,
                    });
                }
                Ok(())
            }
            Self::Rs232 {
                port,
                baud,
                on: bytes_on,
                off: bytes_off,
                answer,
            } => {
                let bytes = if on { bytes_on } else { bytes_off };
                let serial = Serial {
                    path: port.clone(),
                    baud: *baud,
                };
                say(serial, bytes, answer.as_deref()).await
            }
            Self::Command {
                on: words_on,
                off: words_off,
            } => {
                let words = if on { words_on } else { words_off };
                let [program, arguments @ ..] = words.as_slice() else {
                    return Ok(());
                };
                let mut command = Command::new(program);
                command.args(arguments);
                output_of(command).await.map(drop)
            }
        }
    }
}

/// Runs a program to its end; its process ends with the attempt.
async fn output_of(mut command: Command) -> Result<String, MonitorError> {
    let program = command
        .as_std()
        .get_program()
        .to_string_lossy()
        .into_owned();
    let start = |source| MonitorError::Start {
        program: program.clone(),
        source,
    };
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .map_err(start)?;
    let (out, err) = (child.stdout.take(), child.stderr.take());
    let (out, err, status) = tokio::join!(beginning(out), beginning(err), child.wait());
    let status = status.map_err(start)?;
    let output = [out.trim(), err.trim()].join(" ").trim().to_owned();
    if status.success() {
        Ok(output)
    } else {
        Err(MonitorError::Failed {
            program,
            status: status.to_string(),
            output,
        })
    }
}

/// The first of what a program says; the rest is read and forgotten, so that it can end.
async fn beginning(stream: Option<impl AsyncRead + Unpin>) -> String {
    let Some(mut stream) = stream else {
        return String::new();
    };
    let mut kept = Vec::new();
    // What cannot be read was not said.
    let _ = (&mut stream)
        .take(OUTPUT_BYTES_MAX)
        .read_to_end(&mut kept)
        .await;
    let _ = tokio::io::copy(&mut stream, &mut tokio::io::sink()).await;
    String::from_utf8_lossy(&kept).into_owned()
}

/// Sends bytes over a serial line and, where one is expected, hears the answer.
async fn say(mut serial: Serial, bytes: &[u8], answer: Option<&[u8]>) -> Result<(), MonitorError> {
    let name = serial.name();
    let fails = |source| MonitorError::Line {
        port: name.clone(),
        source,
    };
    let baud = serial.baud.max(1);
    let mut line = serial.connect().await.map_err(fails)?;
    line.write_all(bytes).await.map_err(fails)?;
    let Some(expected) = answer else {
        // The line stays open until the last bit has left.
        let bits = u32::try_from(bytes.len())
            .unwrap_or(u32::MAX)
            .saturating_mul(BITS_PER_BYTE);
        tokio::time::sleep(Duration::from_secs(1) * bits / baud).await;
        return Ok(());
    };
    let mut heard = Vec::new();
    let hear = async {
        let mut piece = [0; ANSWER_BYTES_MAX];
        while !contains(&heard, expected) && heard.len() < ANSWER_BYTES_MAX {
            match line.read(&mut piece).await.map_err(fails)? {
                0 => break,
                count => heard.extend_from_slice(piece.get(..count).unwrap_or_default()),
            }
        }
        Ok(())
    };
    // A monitor that says nothing is told by what was not heard.
    if let Ok(ended) = tokio::time::timeout(ANSWER_TIME, hear).await {
        ended?;
    }
    if contains(&heard, expected) {
        return Ok(());
    }
    Err(MonitorError::Answer {
        heard,
        expected: expected.to_owned(),
    })
}

/// Longest a monitor may take to answer.
const ANSWER_TIME: Duration = Duration::from_secs(3);

fn contains(heard: &[u8], expected: &[u8]) -> bool {
    heard
        .windows(expected.len().max(1))
        .any(|part| part == expected)
}

#[cfg(test)]
#[path = "monitor_tests.rs"]
mod tests;
