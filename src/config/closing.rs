//! The table `[closing]`: what happens as closing draws near (A2/2/2.3).

use serde::Deserialize;

use super::place::{At, Found};
use crate::queue::setup::{ClosingPolicy, StopPolicy};

/// Lines of other advice on a kiosk's screen.
const ALTERNATIVES_MAX: usize = 3;

/// Longest of them, characters: what fits beside a button.
const ALTERNATIVE_CHARS_MAX: usize = 90;

/// The table as it is written.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct ClosingTable {
    warn_below: Option<f64>,
    may_not_suffice_below: Option<f64>,
    stop: Option<String>,
    alternatives: Vec<String>,
}

const fn at(key: &str) -> [At<'_>; 2] {
    [At::Key("closing"), At::Key(key)]
}

pub(super) fn check(table: &ClosingTable, found: &mut Found<'_>) -> ClosingPolicy {
    let standard = ClosingPolicy::default();
    let policy = ClosingPolicy {
        warn_below: chance("warn_below", table.warn_below, standard.warn_below, found),
        may_not_suffice_below: chance(
            "may_not_suffice_below",
            table.may_not_suffice_below,
            standard.may_not_suffice_below,
            found,
        ),
        stop: stop(table.stop.as_deref(), found),
        alternatives: table.alternatives.clone(),
    };
    if policy.may_not_suffice_below > policy.warn_below {
        found.note(
            &at("may_not_suffice_below"),
            format!(
                "must not lie above warn_below ({}): staff are warned before customers are",
                policy.warn_below
            ),
        );
    }
    if table.alternatives.len() > ALTERNATIVES_MAX {
        found.note(
            &at("alternatives"),
            format!("at most {ALTERNATIVES_MAX} lines fit on a kiosk's screen"),
        );
    }
    for (place, line) in table.alternatives.iter().enumerate() {
        if line.trim().is_empty() || line.chars().count() > ALTERNATIVE_CHARS_MAX {
            found.note(
                &[
                    At::Key("closing"),
                    At::Key("alternatives"),
                    At::Index(place),
                ],
                format!("must have 1 to {ALTERNATIVE_CHARS_MAX} characters"),
            );
        }
    }
    policy
}

fn chance(key: &str, value: Option<f64>, otherwise: f64, found: &mut Found<'_>) -> f64 {
    let Some(value) = value else { return otherwise };
    if !(0.0..=1.0).contains(&value) {
        found.note(&at(key), "must lie between 0 and 1");
    }
    value
}

fn stop(value: Option<&str>, found: &mut Found<'_>) -> StopPolicy {
    match value {
        None | Some("by_hand") => StopPolicy::ByHand,
        Some("automatic") => StopPolicy::Automatic,
        Some(other) => {
            found.note(
                &at("stop"),
                format!("\"{other}\" is no policy: use \"by_hand\" or \"automatic\""),
            );
            StopPolicy::ByHand
        }
    }
}
