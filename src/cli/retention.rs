//! `rinda retention`: clears fields whose time is over, or says what it would clear.

use std::path::Path;
use std::process::ExitCode;

use anyhow::Result;

use super::commands::say;
use super::{EXIT_NOT_WELL, Place};
use crate::app::control::{self, Request};
use crate::app::retention::{self, Outcome};
use crate::clock::{Clock as _, SystemClock};
use crate::config::Config;
use crate::journal::Journal;
use crate::journal::record::{Fact, Record, Redaction};
use crate::metrics::Metrics;
use crate::progress::Bar;
use crate::queue::command::Actor;

/// What `rinda retention --help` says besides.
pub(super) const HELP: &str = "\
[retention] of the configuration says how long each class is kept; a class that is not named is
kept for good. Only closed quarters are written anew, never the running one. The daemon does the
same by itself every night. What was cleared cannot be brought back: earlier backups still have it.";

pub(super) async fn run(place: &Place, dry_run: bool) -> Result<ExitCode> {
    let config = place.config()?;
    let (data, _) = place.journal()?;
    if dry_run {
        let today = config.setup.date_of(SystemClock::start().now());
        let bar = Bar::new("retention");
        let outcome = retention::count(&data, &config.retention, today, &mut |done, total| {
            bar.show(done, total);
        })?;
        drop(bar);
        return tell(&outcome);
    }
    // The daemon goes by the configuration it was started with.
    if let Some(text) = control::ask(&data, &Request::Retention).await? {
        return say(&text);
    }
    let outcome = tokio::task::spawn_blocking(move || directly(&data, &config)).await??;
    tell(&outcome)
}

fn tell(outcome: &Outcome) -> Result<ExitCode> {
    say(&outcome.table())?;
    Ok(if outcome.refused.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(EXIT_NOT_WELL)
    })
}

/// Where no daemon runs.
fn directly(data: &Path, config: &Config) -> Result<Outcome> {
    let zone = &config.setup.timezone;
    let clock = SystemClock::start();
    let (mut journal, opened) = Journal::open(data, zone.clone(), &mut |_, _| {})?;
    let (metrics, _) = Metrics::open(data, zone, opened.last_seq, clock.now(), &mut |_, _| {})?;
    let mut state = opened.state;
    let mut keep = |redaction: Redaction| -> Result<()> {
        let at = clock.now();
        if journal.rotation_due(at) {
            let rotated = journal.rotate(at, &state)?;
            rotated
                .records
                .iter()
                .for_each(|record| state.apply(record));
        }
        let record = Record {
            seq: journal.last_seq() + 1,
            at,
            actor: Actor::Rinda,
            request: None,
            fact: Fact::Redacted(redaction),
        };
        journal.append(std::slice::from_ref(&record))?;
        state.apply(&record);
        Ok(())
    };
    let today = config.setup.date_of(clock.now());
    let bar = Bar::new("retention");
    let outcome = retention::clear(
        data,
        Some(&metrics),
        &config.retention,
        today,
        &mut keep,
        &mut |done, total| bar.show(done, total),
    );
    drop(bar);
    metrics.flush()?;
    outcome
}
