//! The command line: what is asked, and which exit code answers it.

mod centres;
mod commands;
mod data;
mod day;
pub mod history;
mod import;
mod outbox;
pub mod replay;
mod retention;
mod simulate;
mod staffing;

use std::io::IsTerminal as _;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand, ValueEnum};
use jiff::civil::Date;

use crate::access::{DeviceRole, Role};
use crate::telemetry;
use crate::web::ports::ReportFormat;

/// The thing asked about is not well.
pub const EXIT_NOT_WELL: u8 = 1;

/// Wrong use or configuration.
pub const EXIT_WRONG_USE: u8 = 2;

/// An error of use or configuration, for exit code 2.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct WrongUse(pub String);

/// Rinda: queue management for a public customer-service centre. Without a command it starts the
/// demonstration.
#[derive(Debug, Parser)]
#[command(version, max_term_width = 100)]
struct Cli {
    #[command(flatten)]
    place: Place,
    #[command(subcommand)]
    command: Option<Command>,
}

/// Which centre.
#[derive(Debug, Clone, Args)]
pub struct Place {
    /// Configuration file [default: config/centre.toml]
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Data directory [default: the configuration's, else ./data]
    #[arg(long, global = true, value_name = "DIR")]
    data: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the centre's daemon
    Run {
        /// Address to listen on, e.g. 127.0.0.1:8080
        #[arg(long, value_name = "ADDR")]
        listen: Option<SocketAddr>,
    },
    /// Run the demonstration centre with simulated devices (the default)
    Demo {
        /// Address to listen on
        #[arg(long, value_name = "ADDR")]
        listen: Option<SocketAddr>,
    },
    /// Check a configuration file and tell all its problems
    CheckConfig,
    /// Print the report of a quarter, of one centre or of several, also while the daemon runs
    #[command(after_help = centres::HELP)]
    Report {
        /// Several centres, whose figures are merged: their data directories, each with its
        /// centre.toml, or their configuration files
        #[arg(value_name = "CENTRE", conflicts_with = "data")]
        centres: Vec<PathBuf>,
        /// Quarter, e.g. 2026-Q4
        #[arg(long)]
        quarter: String,
        /// Format
        #[arg(long, value_enum, default_value = "table")]
        format: Format,
        /// File to write instead of standard output
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
        /// Recompute it from the journal and check what was signed: exit code 1 where it differs
        #[arg(long)]
        verify: bool,
    },
    /// Write the journal as NDJSON to standard output
    Export {
        /// First local date
        #[arg(long, value_name = "DATE", requires = "to")]
        from: Option<Date>,
        /// Last local date
        #[arg(long, value_name = "DATE", requires = "from")]
        to: Option<Date>,
        /// Include password and key hashes, for moving a centre to another machine
        #[arg(long)]
        with_secrets: bool,
    },
    /// Fill an empty data directory from an export, or with another system's tickets
    #[command(after_help = import::HELP)]
    Import {
        /// The export
        #[arg(required_unless_present = "tickets", conflicts_with = "tickets")]
        file: Option<PathBuf>,
        /// Another system's tickets, as CSV
        #[arg(long, value_name = "FILE")]
        tickets: Option<PathBuf>,
    },
    /// Check every record, the chain, the seals, the metrics and everything signed
    Verify,
    /// Copy the journal to a new directory, also while the daemon runs, and check the copy
    Backup {
        /// Directory for the copy
        dir: PathBuf,
    },
    /// Clear fields of closed quarters that are kept no longer, also while the daemon runs
    #[command(after_help = retention::HELP)]
    Retention {
        /// Only say what would be cleared
        #[arg(long)]
        dry_run: bool,
    },
    /// Accounts of staff
    #[command(subcommand)]
    Staff(StaffCommand),
    /// Keys of kiosks and displays
    #[command(subcommand)]
    Device(DeviceCommand),
    /// Ticket printers
    #[command(subcommand)]
    Printer(PrinterCommand),
    /// Visits booked beforehand
    #[command(subcommand)]
    Appointments(AppointmentsCommand),
    /// Desks that a load of customers needs (Erlang C)
    #[command(after_help = staffing::HELP)]
    Staffing(staffing::StaffingOptions),
    /// The waits that would have been promised, from a file of events
    #[command(after_help = replay::HELP)]
    Forecast(replay::ForecastOptions),
    /// Messages that wait to be sent
    #[command(subcommand)]
    Outbox(outbox::OutboxCommand),
    /// Ways out of the centre: e-mail and webhook
    #[command(subcommand)]
    Mail(outbox::MailCommand),
    /// Print the OpenAPI document
    Openapi,
    /// Simulated devices and days
    #[command(subcommand)]
    Simulate(simulate::SimulateCommand),
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Format {
    Table,
    Json,
    Csv,
    Xlsx,
    Pdf,
}

impl From<Format> for ReportFormat {
    fn from(format: Format) -> Self {
        match format {
            Format::Table => Self::Table,
            Format::Json => Self::Json,
            Format::Csv => Self::Csv,
            Format::Xlsx => Self::Xlsx,
            Format::Pdf => Self::Pdf,
        }
    }
}

#[derive(Debug, Subcommand)]
enum StaffCommand {
    /// Add an account; the password is one line of standard input
    Add {
        /// Sign-in name
        login: String,
        /// What it may do
        #[arg(long, value_enum)]
        role: RoleName,
        /// Name shown to colleagues
        #[arg(long, default_value = "")]
        name: String,
    },
    /// List accounts
    List,
    /// Forbid an account to sign in
    Disable {
        /// Sign-in name
        login: String,
    },
    /// Set a new password: one line of standard input
    SetPassword {
        /// Sign-in name
        login: String,
    },
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum RoleName {
    Consultant,
    Manager,
    Quality,
    Admin,
}

impl From<RoleName> for Role {
    fn from(name: RoleName) -> Self {
        match name {
            RoleName::Consultant => Self::Consultant,
            RoleName::Manager => Self::Manager,
            RoleName::Quality => Self::Quality,
            RoleName::Admin => Self::Admin,
        }
    }
}

#[derive(Debug, Subcommand)]
enum DeviceCommand {
    /// Add a kiosk or display and print its key, alone, once
    Add {
        /// Name; of a kiosk, as in the configuration
        name: String,
        /// What it may do
        #[arg(long, value_enum)]
        role: DeviceRoleName,
    },
    /// List devices
    List,
    /// Make a device's key useless
    Revoke {
        /// Name
        name: String,
    },
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum DeviceRoleName {
    Kiosk,
    Board,
}

impl From<DeviceRoleName> for DeviceRole {
    fn from(name: DeviceRoleName) -> Self {
        match name {
            DeviceRoleName::Kiosk => Self::Kiosk,
            DeviceRoleName::Board => Self::Board,
        }
    }
}

#[derive(Debug, Subcommand)]
enum PrinterCommand {
    /// How the printers of the running daemon are
    Status {
        /// Only this kiosk's
        #[arg(long, value_name = "NAME")]
        kiosk: Option<String>,
    },
    /// Print a test page and tell what was learned of the printer, also while the daemon runs
    Test {
        /// Only at this kiosk
        #[arg(long, value_name = "NAME")]
        kiosk: Option<String>,
    },
}

#[derive(Debug, Subcommand)]
enum AppointmentsCommand {
    /// Take bookings over from another system; a repeat changes nothing
    Import {
        /// CSV (service,slot[,reference][,code][,status]) or, where it ends in .ics, iCalendar
        file: PathBuf,
    },
    /// The booked visits of a date
    List {
        /// Date, e.g. 2026-11-23 [default: today]
        #[arg(long)]
        date: Option<Date>,
    },
}

/// Runs the command line of this process.
pub fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version are answers, not mistakes.
            let code = if error.use_stderr() {
                EXIT_WRONG_USE
            } else {
                0
            };
            let _ = error.print();
            return ExitCode::from(code);
        }
    };
    telemetry::start(matches!(
        cli.command,
        None | Some(Command::Run { .. } | Command::Demo { .. })
    ));
    let runtime = match tokio::runtime::Runtime::new() {
        Ok(runtime) => runtime,
        Err(error) => return complain(&anyhow::Error::new(error), EXIT_NOT_WELL),
    };
    match runtime.block_on(commands::run(cli)) {
        Ok(code) => code,
        Err(error) if error.is::<WrongUse>() || error.is::<crate::config::Problems>() => {
            complain(&error, EXIT_WRONG_USE)
        }
        Err(error) => complain(&error, EXIT_NOT_WELL),
    }
}

#[allow(clippy::print_stderr)] // The command line's own words.
fn complain(error: &anyhow::Error, code: u8) -> ExitCode {
    let bold = std::io::stderr().is_terminal();
    let (on, off) = if bold {
        ("\x1b[1m", "\x1b[0m")
    } else {
        ("", "")
    };
    eprintln!("{on}rinda:{off} {error:#}");
    ExitCode::from(code)
}
