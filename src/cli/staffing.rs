//! `rinda staffing`: desks for a load, by Erlang C.

use std::process::ExitCode;

use anyhow::Result;
use clap::{Args, ValueEnum};
use serde_json::json;

use super::WrongUse;
use super::commands::say;
use crate::queue::staffing::{Demand, Service};

/// What `--help` says below the options.
pub(super) const HELP: &str = "\
The load is customers per hour times handling time in hours. The figures are those of --desks, or
of the desks required where --desks is absent. Where the load is not below the desks there is no
steady state: everybody waits (p_wait 1, service_level 0) and mean_wait_s is null.

Exit codes: 0 answered, 2 wrong use";

/// Seconds in a minute.
const MINUTE_S: f64 = 60.0;

/// What is asked.
#[derive(Debug, Clone, Copy, Args)]
pub(super) struct StaffingOptions {
    /// Load in erlangs
    #[arg(long, value_name = "A", allow_negative_numbers = true)]
    load: f64,
    /// Mean handling time, minutes
    #[arg(long, value_name = "MIN", allow_negative_numbers = true)]
    aht: f64,
    /// Target wait, minutes
    #[arg(long, value_name = "MIN", allow_negative_numbers = true)]
    target: f64,
    /// Share of customers to be called within the target
    #[arg(long, default_value_t = 0.8, allow_negative_numbers = true)]
    share: f64,
    /// Desks to give the figures of, instead of those required
    #[arg(long, value_name = "C")]
    desks: Option<u32>,
    /// Format
    #[arg(long, value_enum, default_value = "table")]
    format: StaffingFormat,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum StaffingFormat {
    Table,
    Json,
}

/// Answers what is asked.
///
/// # Errors
/// Where a number makes no sense.
pub(super) fn run(options: &StaffingOptions) -> Result<ExitCode> {
    let text = answer(options)?;
    say(&text)
}

fn answer(options: &StaffingOptions) -> Result<String, WrongUse> {
    let wrong = |error: crate::queue::staffing::BadDemand| WrongUse(error.to_string());
    let demand = Demand::new(
        options.load,
        options.aht * MINUTE_S,
        options.target * MINUTE_S,
        options.share,
    )
    .map_err(wrong)?;
    let required = demand.desks_required();
    let service = match options.desks {
        Some(desks) => demand.with_desks(desks).map_err(wrong)?,
        None => required,
    };
    Ok(match options.format {
        StaffingFormat::Json => json!({
            "desks_required": required.desks,
            "p_wait": twelve_digits(service.p_wait),
            "service_level": twelve_digits(service.service_level),
            "mean_wait_s": service.mean_wait_s.map(twelve_digits),
        })
        .to_string(),
        StaffingFormat::Table => table(options, required.desks, service),
    })
}

/// Rounded to 12 digits after the point.
fn twelve_digits(value: f64) -> f64 {
    (value * 1e12).round() / 1e12
}

fn table(options: &StaffingOptions, required: u32, service: Service) -> String {
    let mean = match service.mean_wait_s {
        Some(mean_s) => format!("{:.1} min", mean_s / MINUTE_S),
        None => "none: the queue grows".to_owned(),
    };
    let within = format!("called in {} min", options.target);
    [
        ("desks required".to_owned(), required.to_string()),
        ("figures for desks".to_owned(), service.desks.to_string()),
        (
            "customers who wait".to_owned(),
            format!("{:.1} %", service.p_wait * 100.0),
        ),
        (within, format!("{:.1} %", service.service_level * 100.0)),
        ("mean wait".to_owned(), mean),
    ]
    .map(|(what, figure)| format!("{what:<22}{figure}"))
    .join("\n")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const ASKED: StaffingOptions = StaffingOptions {
        load: 3.0,
        aht: 9.0,
        target: 10.0,
        share: 0.8,
        desks: None,
        format: StaffingFormat::Json,
    };

    #[test]
    fn the_json_has_twelve_digits() {
        let parsed: serde_json::Value = serde_json::from_str(&answer(&ASKED).unwrap()).unwrap();
        assert_eq!(parsed["desks_required"], 4);
        assert_eq!(parsed["p_wait"], 0.509_433_962_264);
        assert_eq!(parsed["service_level"], 0.832_297_911_871);
        assert_eq!(parsed["mean_wait_s"], 275.094_339_622_642);
    }

    #[test]
    fn too_few_desks_are_answered_and_said_so() {
        let few = StaffingOptions {
            desks: Some(3),
            ..ASKED
        };
        let parsed: serde_json::Value = serde_json::from_str(&answer(&few).unwrap()).unwrap();
        assert_eq!(parsed["desks_required"], 4);
        assert_eq!(parsed["service_level"], 0.0);
        assert!(parsed["mean_wait_s"].is_null());
        let table = answer(&StaffingOptions {
            format: StaffingFormat::Table,
            ..few
        });
        assert!(table.unwrap().contains("the queue grows"));
    }

    #[test]
    fn numbers_without_sense_are_wrong_use() {
        let none = StaffingOptions { aht: 0.0, ..ASKED };
        assert!(answer(&none).unwrap_err().0.contains("handling time"));
    }
}
