//! `rinda outbox` and `rinda mail`: what waits to be told and why, and whether the ways out work.

use std::process::ExitCode;

use anyhow::{Context as _, Result};
use clap::Subcommand;

use super::commands::say;
use super::{EXIT_NOT_WELL, Place, WrongUse};
use crate::app::control::{self, Request};
use crate::app::messages;
use crate::clock::{Clock as _, SystemClock};
use crate::journal;
use crate::outbox::letter::{self, From};
use crate::quality::messages::Route;

#[derive(Debug, Subcommand)]
pub(super) enum OutboxCommand {
    /// List what waits to be sent, and why it was not yet
    List,
    /// Give a message up: it is not sent any more. The daemon must run
    Drop {
        /// Number of the message, as `list` shows it
        message: u64,
        /// Why, for the journal
        #[arg(long)]
        why: String,
    },
}

#[derive(Debug, Subcommand)]
pub(super) enum MailCommand {
    /// Send a test message by each configured way and tell what the servers said
    Test {
        /// Only there: mail:name@example.lv or webhook [default: all who are told of something]
        #[arg(long, value_name = "ROUTE")]
        to: Option<Route>,
    },
}

pub(super) async fn outbox(place: &Place, command: OutboxCommand) -> Result<ExitCode> {
    let config = place.config_if_any()?;
    let data = place.data(config.as_ref());
    match command {
        OutboxCommand::List => match control::ask(&data, &Request::Outbox).await? {
            Some(text) => say(&text),
            None => {
                let (data, tz) = place.journal()?;
                let state = journal::read_state(&data).context("the journal cannot be read")?;
                say(&messages::listed(&state.quality, &tz))
            }
        },
        OutboxCommand::Drop { message, why } => {
            let request = Request::DropMessage { message, why };
            match control::ask(&data, &request).await? {
                Some(text) => say(&text),
                None => Err(WrongUse(
                    "no daemon runs on this data directory: start it, or name another with --data"
                        .to_owned(),
                )
                .into()),
            }
        }
    }
}

pub(super) async fn mail(place: &Place, command: MailCommand) -> Result<ExitCode> {
    let MailCommand::Test { to } = command;
    let config = place.config()?;
    let routes = to.map_or_else(|| config.telling.receivers(), |to| vec![to]);
    if routes.is_empty() {
        return Err(WrongUse(
            "the configuration names nobody in [feedback] or [incidents] to: name a route with --to".to_owned(),
        )
        .into());
    }
    let from = From {
        id: &config.centre_id,
        setup: &config.setup,
    };
    let test = letter::of_test(from, SystemClock::start().now());
    let mut well = true;
    for route in routes {
        match config.telling.ways.send(&route, &test).await {
            Ok(()) => say(&format!("{route}: taken"))?,
            Err(not_sent) => {
                well = false;
                say(&format!(
                    "{route}: {}: {}",
                    not_sent.trouble.words(),
                    not_sent.detail
                ))?
            }
        };
    }
    Ok(ExitCode::from(if well { 0 } else { EXIT_NOT_WELL }))
}
