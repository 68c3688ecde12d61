//! `rinda simulate`: devices and days for demonstrations and tests.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use clap::Subcommand;

use super::day::{self, DayOptions};
use super::history::{self, HistoryOptions};
use super::{Place, WrongUse};
use crate::app::demo::DATA;
use crate::devices::printer::page::CodePage;
use crate::devices::printer::profile::{LineSpeed, Profile};
use crate::devices::simulator::line::{Network, Serial};
use crate::devices::simulator::run::{Reach, run_board, run_printer};

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
    /// A ticket printer on a pseudo-terminal, the network, or both
    #[command(after_help = crate::devices::simulator::script::PRINTER_HELP)]
    Printer {
        /// Where the pseudo-terminal is linked
        #[arg(long, value_name = "PATH", required_unless_present = "tcp")]
        link: Option<PathBuf>,
        /// Address to listen on for raw bytes, e.g. 127.0.0.1:9100
        #[arg(long, value_name = "ADDR")]
        tcp: Option<SocketAddr>,
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
    /// Days of a centre as events, for `rinda forecast --replay`
    History(HistoryOptions),
}

pub(super) async fn run(command: SimulateCommand, place: &Place) -> Result<ExitCode> {
    match command {
        SimulateCommand::Board { link, baud, script } => {
            run_board(&link, baud, script.as_deref()).await?;
        }
        SimulateCommand::Printer {
            link,
            tcp,
            baud,
            out,
            profile,
        } => {
            let profile = Profile::find(&profile, CodePage::Cp775, 80, LineSpeed::Fast)?;
            let serial = link.map(|link| Serial { link, baud });
            let reach = match (serial, tcp) {
                (serial, Some(address)) => Reach::Network(Network { address, serial }),
                (Some(serial), None) => Reach::Serial(serial),
                (None, None) => return Err(WrongUse("give --link or --tcp".to_owned()).into()),
            };
            run_printer(reach, profile, out.as_deref()).await?;
        }
        SimulateCommand::History(options) => return history::run(&options),
        SimulateCommand::Day(options) => {
            let data = place.data.clone();
            let data = data.unwrap_or_else(|| PathBuf::from(DATA));
            return day::run(options, &data).await;
        }
    }
    Ok(ExitCode::SUCCESS)
}
