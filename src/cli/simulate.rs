//! `rinda simulate`: devices and days for demonstrations and tests.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use clap::Subcommand;

use super::Place;
use super::day::{self, DayOptions};
use crate::app::demo::DATA;
use crate::devices::printer::page::CodePage;
use crate::devices::printer::profile::Profile;
use crate::devices::simulator::run::{run_board, run_printer};

/// What to simulate.
#[derive(Debug, Subcommand)]
pub(super) enum SimulateCommand {
    /// A button board on a pseudo-terminal; commands from standard input or a script
    #[command(after_help = crate::devices::simulator::script::BOARD_HELP)]
    Board {
        /// Where the pseudo-terminal is linked
        #[arg(long, value_name = "PATH")]
        link: PathBuf,
        /// Line speed, bits per second
        #[arg(long, default_value_t = 115_200)]
        baud: u32,
        /// Commands to run instead of standard input's
        #[arg(long, value_name = "FILE")]
        script: Option<PathBuf>,
    },
    /// A ticket printer on a pseudo-terminal
    #[command(after_help = crate::devices::simulator::script::PRINTER_HELP)]
    Printer {
        /// Where the pseudo-terminal is linked
        #[arg(long, value_name = "PATH")]
        link: PathBuf,
        /// Line speed, bits per second
        #[arg(long, default_value_t = 115_200)]
        baud: u32,
        /// Directory for each ticket's bytes, text and picture
        #[arg(long, value_name = "DIR")]
        out: Option<PathBuf>,
        /// Printer profile
        #[arg(long, default_value = "epson")]
        profile: String,
    },
    /// A day of customers against the running demo, and its report against what they did
    #[command(after_help = day::HELP)]
    Day(DayOptions),
}

pub(super) async fn run(command: SimulateCommand, place: &Place) -> Result<ExitCode> {
    match command {
        SimulateCommand::Board { link, baud, script } => {
            run_board(&link, baud, script.as_deref()).await?;
        }
        SimulateCommand::Printer {
            link,
            baud,
            out,
            profile,
        } => {
            let profile = Profile::find(&profile, CodePage::Cp775, 80)?;
            run_printer(&link, baud, profile, out.as_deref()).await?;
        }
        SimulateCommand::Day(options) => {
            let data = place.data.clone();
            let data = data.unwrap_or_else(|| PathBuf::from(DATA));
            return day::run(options, &data).await;
        }
    }
    Ok(ExitCode::SUCCESS)
}
