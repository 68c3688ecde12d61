//! Which configuration and data directory a command means, and working on a directory without a
//! daemon.

use std::path::PathBuf;

use anyhow::{Context as _, Result, bail};

use super::{Place, WrongUse};
use crate::access::AccessEvent;
use crate::app::control::{self, Request};
use crate::app::staff::{self, StaffChange};
use crate::app::storage;
use crate::clock::{Clock as _, SystemClock};
use crate::config::{self, Config};
use crate::journal::Journal;
use crate::journal::record::{Fact, Record};
use crate::queue::command::Actor;
use jiff::tz::TimeZone;

/// Configuration file where none is named.
const DEFAULT_CONFIG: &str = "config/centre.toml";

/// Data directory where nothing names one.
const DEFAULT_DATA: &str = "data";

/// Time zone of a journal whose configuration is not at hand.
const DEFAULT_ZONE: &str = "Europe/Riga";

impl Place {
    /// The configuration, which must be there.
    ///
    /// # Errors
    /// Every problem of the file.
    pub(super) fn config(&self) -> Result<Config> {
        let path = self
            .config
            .clone()
            .unwrap_or_else(|| PathBuf::from(DEFAULT_CONFIG));
        if !path.exists() {
            return Err(WrongUse(format!(
                "there is no configuration {}: name one with --config",
                path.display()
            ))
            .into());
        }
        Ok(config::load(&path)?)
    }

    /// The configuration, if one is named or lies where it is looked for.
    ///
    /// # Errors
    /// Every problem of the file.
    pub(super) fn config_if_any(&self) -> Result<Option<Config>> {
        if self.config.is_some() || PathBuf::from(DEFAULT_CONFIG).exists() && self.data.is_none() {
            return self.config().map(Some);
        }
        Ok(None)
    }

    /// The data directory.
    pub(super) fn data(&self, config: Option<&Config>) -> PathBuf {
        self.data
            .clone()
            .or_else(|| config.and_then(|config| config.data.clone()))
            .unwrap_or_else(|| PathBuf::from(DEFAULT_DATA))
    }

    /// The data directory and its time zone, for commands that read the journal.
    ///
    /// # Errors
    /// Every problem of the configuration; a directory without a journal.
    pub(super) fn journal(&self) -> Result<(PathBuf, TimeZone)> {
        let config = self.config_if_any()?;
        let data = self.data(config.as_ref());
        if !data.join("journal").is_dir() {
            return Err(WrongUse(format!(
                "there is no journal in {}: name the data directory with --data",
                data.display()
            ))
            .into());
        }
        Ok((data, zone(config.as_ref())?))
    }
}

/// The time zone of a configuration, or of the country.
///
/// # Errors
/// Never in practice: the zone is part of the program.
pub(super) fn zone(config: Option<&Config>) -> Result<TimeZone> {
    match config {
        Some(config) => Ok(config.setup.timezone.clone()),
        None => TimeZone::get(DEFAULT_ZONE).context("the time zones are missing"),
    }
}

/// Changes or lists accounts and devices: through the daemon where one runs, else directly.
///
/// # Errors
/// What the register refuses, or the directory.
pub(super) async fn change_staff(place: &Place, change: StaffChange) -> Result<String> {
    let config = place.config_if_any()?;
    let data = place.data(config.as_ref());
    let request = Request::Staff {
        change: change.clone(),
    };
    if let Some(text) = control::ask(&data, &request).await? {
        return Ok(text);
    }
    let zone = zone(config.as_ref())?;
    tokio::task::spawn_blocking(move || directly(&data, zone, &change)).await?
}

fn directly(data: &std::path::Path, zone: TimeZone, change: &StaffChange) -> Result<String> {
    storage::make_private(data)?;
    let (mut journal, opened) = Journal::open(data, zone, &mut |_, _| {})?;
    let outcome = staff::prepare(&opened.state.register, change)?;
    if let Some(event) = outcome.event {
        record(&mut journal, opened.state, event)?;
    }
    Ok(outcome.says)
}

fn record(
    journal: &mut Journal,
    mut state: crate::journal::state::State,
    event: AccessEvent,
) -> Result<()> {
    let at = SystemClock::start().now();
    if journal.rotation_due(at) {
        for record in &journal.rotate(at, &state)?.records {
            state.apply(record);
        }
    }
    let record = Record {
        seq: journal.last_seq() + 1,
        at,
        actor: Actor::Rinda,
        request: None,
        fact: Fact::Access(event),
    };
    journal.append(&[record])?;
    Ok(())
}

/// One line of standard input.
///
/// # Errors
/// Where there is none.
pub(super) fn one_line() -> Result<String> {
    let mut line = String::new();
    std::io::stdin().read_line(&mut line)?;
    let line = line.trim_end_matches(['\r', '\n']).to_owned();
    if line.is_empty() {
        bail!(WrongUse(
            "give the password as one line of standard input".to_owned()
        ));
    }
    Ok(line)
}
