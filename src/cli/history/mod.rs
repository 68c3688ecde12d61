//! `rinda simulate history`: days of a centre as events, for `rinda forecast --replay`.
//!
//! The customers are those of `rinda simulate day`. What surrounds them shares no code and no
//! formula with the forecast: consultants differ, days differ, some visits are far longer than
//! the rest, desks pause without saying so, people leave, do not come or are sent on.

mod centre;
pub mod closing;

use std::io::Write;
use std::process::ExitCode;

use anyhow::{Context as _, Result};
use clap::Args;
use jiff::civil::{Date, Weekday, date};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, ToSpan as _};
use rand::{Rng as _, SeedableRng as _};
use rand_pcg::Pcg64Mcg;
use serde_json::{Value, json};

use super::WrongUse;
use centre::{Arrivals, Happened, Noted, OpenDoor, Team};

/// Where the centre is.
const ZONE: &str = "Europe/Riga";

/// First day where nobody says which.
const FIRST: Date = date(2026, 1, 5);

/// Most days and desks of a history.
const DAYS_MAX: u32 = 2_000;
const DESKS_MAX: u16 = 50;

/// How the history is to be.
#[derive(Debug, Clone, Args)]
pub struct HistoryOptions {
    /// Everything is drawn from it
    #[arg(long)]
    pub seed: u64,
    /// Working days, 1 to 2000
    #[arg(long, default_value_t = 60)]
    pub days: u32,
    /// Desks, 1 to 50
    #[arg(long, default_value_t = 5)]
    pub desks: u16,
    /// Customers of an average day for each desk
    #[arg(long, default_value_t = 40)]
    pub customers_per_desk: u16,
    /// First date
    #[arg(long, default_value_t = FIRST, value_name = "DATE")]
    pub from: Date,
}

/// Writes a history to standard output.
///
/// # Errors
/// Where a number makes no sense or the output fails.
pub(super) fn run(options: &HistoryOptions) -> Result<ExitCode> {
    let wrong = |text: &str| Err(WrongUse(text.to_owned()).into());
    if !(1..=DAYS_MAX).contains(&options.days) {
        return wrong("--days must be 1 to 2000");
    }
    if !(1..=DESKS_MAX).contains(&options.desks) {
        return wrong("--desks must be 1 to 50");
    }
    let mut output = std::io::BufWriter::new(std::io::stdout().lock());
    match write(options, &mut output).map_err(anyhow::Error::downcast::<std::io::Error>) {
        // Whoever reads only the beginning has what they want.
        Err(Ok(error)) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(ExitCode::SUCCESS),
        Err(Ok(error)) => Err(error).context("the history cannot be written"),
        Err(Err(error)) => Err(error),
        Ok(()) => Ok(ExitCode::SUCCESS),
    }
}

/// Writes a history as JSON lines.
///
/// # Errors
/// Where the output fails or the dates end.
pub fn write(options: &HistoryOptions, output: &mut impl Write) -> Result<()> {
    let zone = TimeZone::get(ZONE).context("the time zone is unknown")?;
    let mut chance = Pcg64Mcg::seed_from_u64(options.seed);
    let team = Team::new(options.desks, options.customers_per_desk, &mut chance);
    let mut day = options.from;
    let mut first_ticket = 1;
    for _ in 0..options.days {
        while matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday) {
            day = day.tomorrow()?;
        }
        let midnight = day.to_zoned(zone.clone())?.timestamp();
        let moment = |second: f64| -> Value {
            // Within one day.
            #[allow(clippy::cast_possible_truncation)]
            let since = SignedDuration::from_millis((second * 1_000.0).round() as i64);
            json!(midnight.saturating_add(since).unwrap_or(midnight))
        };
        let seed = chance.random();
        let lived = team.day(seed, first_ticket, Arrivals::Morning, &mut OpenDoor);
        writeln!(output, "{}", lived.plan(&moment))?;
        for noted in &lived.happened {
            writeln!(output, "{}", line(noted, &moment))?;
        }
        first_ticket += lived.tickets;
        day = day.checked_add(1.day())?;
    }
    output.flush()?;
    Ok(())
}

fn line(noted: &Noted, moment: &impl Fn(f64) -> Value) -> Value {
    let t = moment(noted.at_s);
    match &noted.what {
        Happened::DeskOpen { desk, services } => {
            json!({"t": t, "kind": "desk_open", "desk": desk, "services": services})
        }
        Happened::DeskClose { desk } => json!({"t": t, "kind": "desk_close", "desk": desk}),
        Happened::DeskBreak { desk } => json!({"t": t, "kind": "desk_break", "desk": desk}),
        Happened::DeskBack { desk } => json!({"t": t, "kind": "desk_back", "desk": desk}),
        Happened::Issued {
            ticket,
            service,
            out_of_turn,
            appointment,
        } => json!({
            "t": t, "kind": "issued", "ticket": ticket, "service": service,
            "out_of_turn": out_of_turn, "appointment": appointment.map(moment),
        }),
        Happened::Called { ticket, desk } => {
            json!({"t": t, "kind": "called", "ticket": ticket, "desk": desk})
        }
        Happened::Arrived { ticket, desk } => {
            json!({"t": t, "kind": "arrived", "ticket": ticket, "desk": desk})
        }
        Happened::Finished { ticket, desk } => {
            json!({"t": t, "kind": "finished", "ticket": ticket, "desk": desk})
        }
        Happened::NoShow { ticket, desk } => {
            json!({"t": t, "kind": "no_show", "ticket": ticket, "desk": desk})
        }
        Happened::Cancelled { ticket } => json!({"t": t, "kind": "cancelled", "ticket": ticket}),
        Happened::Transferred {
            ticket,
            desk,
            service,
        } => json!({
            "t": t, "kind": "transferred", "ticket": ticket, "desk": desk, "service": service,
        }),
    }
}
