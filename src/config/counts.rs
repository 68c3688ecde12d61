//! Numbers of `[rules]` that are no times.

use super::RulesTable;
use super::place::{At, Found};
use crate::queue::setup::Rules;

/// Tickets of a burst.
pub(super) fn burst_tickets(table: &RulesTable, found: &mut Found<'_>) -> usize {
    let Some(count) = table.burst_tickets else {
        return Rules::default().burst_tickets;
    };
    if count == 0 {
        found.note(
            &[At::Key("rules"), At::Key("burst_tickets")],
            "must be at least 1",
        );
    }
    usize::try_from(count).unwrap_or(usize::MAX)
}

/// Share of customers to be called within the target, percent.
pub(super) fn wait_target_percent(table: &RulesTable, found: &mut Found<'_>) -> u8 {
    let Some(percent) = table.wait_target_percent else {
        return Rules::default().wait_target_percent;
    };
    if !(1..=99).contains(&percent) {
        found.note(
            &[At::Key("rules"), At::Key("wait_target_percent")],
            "must lie between 1 and 99",
        );
    }
    percent
}
