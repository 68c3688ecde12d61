//! The mornings of a quarter: checks and doors.

use jiff::Timestamp;

use jiff::civil::Date;

use super::latvian;
use super::links::{self, LINKS_MAX};
use super::model::{ComplianceRow, DayLine, DayState};
use crate::quality::Quality;
use crate::quality::mornings::{Morning, doors_due};

/// The strip's rows of the mornings: of all dates whose reception has begun, those that were as the
/// clause wants them.
pub(super) fn rows(days: &[DayLine], quality: &Quality) -> Vec<ComplianceRow> {
    let due = || {
        days.iter().filter_map(|day| match day.state {
            DayState::Served | DayState::Empty => {
                Some((day.date, day.opens_at?, quality.mornings.of(day.date)))
            }
            // That there is no data of a date is a row of its own.
            DayState::Missing | DayState::Closed | DayState::Extra | DayState::Ahead => None,
        })
    };
    let row =
        |clause: &str, what: &str, wrong: fn(Option<&Morning>, Timestamp) -> Option<String>| {
            let wrong: Vec<(Date, String)> = due()
                .filter_map(|(date, opens_at, morning)| {
                    let wrong = wrong(morning, opens_at)?;
                    Some((date, format!("{}: {wrong}", latvian::date(date))))
                })
                .collect();
            let of = due().count() as u64;
            let links = wrong.iter().take(LINKS_MAX);
            ComplianceRow {
                clause: clause.to_owned(),
                what: what.to_owned(),
                n: of - wrong.len() as u64,
                of,
                links: links
                    .map(|(date, text)| links::day(text.clone(), *date))
                    .collect(),
                exceptions: wrong.into_iter().map(|(_, text)| text).collect(),
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
    let Some(doors) = morning.and_then(|morning| morning.doors.as_ref()) else {
        return Some("nav atzīmēts".to_owned());
    };
    let late_s = doors
        .opened_at
        .duration_since(doors_due(opens_at))
        .as_secs();
    (late_s > 0).then(|| format!("par vēlu: {}", lateness(late_s)))
}

/// "45 s", "12 min"
fn lateness(seconds: i64) -> String {
    if seconds < 120 {
        format!("{seconds} s")
    } else {
        format!("{} min", seconds / 60)
    }
}
