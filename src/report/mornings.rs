//! The mornings of a quarter: checks and doors.

use jiff::Timestamp;

use super::latvian;
use super::model::{ComplianceRow, DayLine, DayState};
use crate::quality::Quality;
use crate::quality::mornings::{DOORS_LEAD, Morning};

/// The strip's rows of the mornings: of all dates whose reception has begun, those that were as the
/// clause wants them.
pub(super) fn rows(days: &[DayLine], quality: &Quality) -> Vec<ComplianceRow> {
    let due = || {
        days.iter().filter_map(|day| match day.state {
            DayState::Served | DayState::Empty | DayState::Missing => {
                Some((day.date, day.opens_at?, quality.mornings.of(day.date)))
            }
            DayState::Closed | DayState::Extra | DayState::Ahead => None,
        })
    };
    let row =
        |clause: &str, what: &str, wrong: fn(Option<&Morning>, Timestamp) -> Option<String>| {
            let exceptions: Vec<String> = due()
                .filter_map(|(date, opens_at, morning)| {
                    let wrong = wrong(morning, opens_at)?;
                    Some(format!("{}: {wrong}", latvian::date(date)))
                })
                .collect();
            let of = due().count() as u64;
            ComplianceRow {
                clause: clause.to_owned(),
                what: what.to_owned(),
                n: of - exceptions.len() as u64,
                of,
                exceptions,
            }
        };
    vec![
        row(
            "A2/1/5",
            "Rīti, kuros stendi, norādes un ekrāns pārbaudīti pirms pieņemšanas",
            unchecked,
        ),
        row(
            "A2/1/6.1",
            "Dienas, kurās durvis atvērtas vismaz divas minūtes pirms pieņemšanas",
            late_doors,
        ),
    ]
}

fn unchecked(morning: Option<&Morning>, opens_at: Timestamp) -> Option<String> {
    match morning.and_then(|morning| morning.checked.as_ref()) {
        None => Some("nav pārbaudīts".to_owned()),
        Some(checked) if checked.at > opens_at => Some("pārbaudīts vēlāk".to_owned()),
        Some(checked) if !checked.check.is_in_order() => {
            Some(format!("nebija kārtībā: {}", checked.check.note))
        }
        Some(_) => None,
    }
}

fn late_doors(morning: Option<&Morning>, opens_at: Timestamp) -> Option<String> {
    let Some(opened_at) = morning.and_then(|morning| morning.doors_opened_at) else {
        return Some("nav atzīmēts".to_owned());
    };
    let due = opens_at.saturating_sub(DOORS_LEAD).unwrap_or(opens_at);
    let late_s = opened_at.duration_since(due).as_secs();
    (late_s > 0).then(|| format!("{late_s} s par vēlu"))
}
