//! `rinda report` of several centres.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

use super::{Place, WrongUse};
use crate::clock::{Clock as _, SystemClock};
use crate::config::{self, Config};
use crate::journal::{self, Quarter};
use crate::progress::Bar;
use crate::report::{self, CentreQuarter, QuarterReport};

/// What `--help` says below the options.
pub(super) const HELP: &str = "\
With several centres, such as rinda report --quarter 2026-Q4 /srv/centres/*, the figures are those of
all their tickets together, recomputed from the journals: percentiles over all tickets, never averages
of centres. Desks stay those of their centre, and none are advised. A data directory without
centre.toml goes by --config; a configuration file must name its data directory. Names of centres must
differ, targets and time zones must not.";

/// Configuration in a centre's data directory.
const CONFIG_BESIDE: &str = "centre.toml";

/// The report of several centres.
///
/// # Errors
/// Where one has no journal or configuration, or they cannot be one report.
pub(super) fn merged(
    place: &Place,
    centres: &[PathBuf],
    quarter: Quarter,
) -> Result<QuarterReport> {
    let mut found = Vec::new();
    for path in centres {
        found.push(find(place, path)?);
    }
    let as_of = SystemClock::start().now();
    let bar = Bar::new("report");
    let mut reports = Vec::new();
    let count = found.len() as u64;
    for (centre, (config, data)) in (0..).zip(&found) {
        let unread = || format!("the journal in {} cannot be read", data.display());
        let setup = &config.setup;
        let zone = &setup.timezone;
        let recomputed = report::recompute_report(data, zone, quarter, &mut |done, total| {
            bar.show(centre * total + done, count * total);
        });
        let recomputed = recomputed.with_context(unread)?;
        let days = recomputed.days;
        let edits = &recomputed.calendar;
        let mut report = report::quarter_report(setup, edits, quarter, days.clone(), as_of);
        let state = journal::read_state(data).with_context(unread)?;
        report::add_kept(&mut report, setup, edits, &state.quality);
        reports.push(CentreQuarter { report, days });
    }
    drop(bar);
    let setup = found.first().map(|(config, _)| &config.setup);
    let setup = setup.context("there is no centre to report on")?;
    report::merged_report(setup, quarter, reports, as_of)
        .map_err(|error| WrongUse(error.to_string()).into())
}

/// The configuration and data directory of a centre.
fn find(place: &Place, path: &Path) -> Result<(Config, PathBuf)> {
    if !path.exists() {
        return Err(WrongUse(format!(
            "there is no {}: name data directories or configuration files of centres",
            path.display()
        ))
        .into());
    }
    let (config, data) = if path.is_file() {
        let config = config::load(path)?;
        let data = config.data.clone().ok_or_else(|| {
            WrongUse(format!(
                "{} names no data directory: name that directory instead, with centre.toml in it",
                path.display()
            ))
        })?;
        (config, data)
    } else {
        let beside = path.join(CONFIG_BESIDE);
        let config = if beside.is_file() {
            config::load(&beside)?
        } else {
            place.config()?
        };
        (config, path.to_owned())
    };
    if !data.join("journal").is_dir() {
        return Err(WrongUse(format!(
            "there is no journal in {}: name the data directory of a centre",
            data.display()
        ))
        .into());
    }
    Ok((config, data))
}
