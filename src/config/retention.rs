//! `[retention]`: how long fields that concern people are kept.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::place::{At, Found};
use crate::queue::retention::{FieldClass, Keep, Retention};

/// Longest time that can be named, days: thirty years.
const DAYS_MAX: i64 = 10_957;

/// The same in months.
const MONTHS_MAX: i64 = 360;

/// The table as it is written: each class in days or in months.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct RetentionTable {
    staff_days: Option<i64>,
    staff_months: Option<i64>,
    out_of_turn_days: Option<i64>,
    out_of_turn_months: Option<i64>,
    track_days: Option<i64>,
    track_months: Option<i64>,
    reasons_days: Option<i64>,
    reasons_months: Option<i64>,
}

impl RetentionTable {
    /// Checks it, noting what cannot be meant. A class that is not named is kept for good: nothing
    /// is cleared that nobody asked to clear.
    pub(super) fn check(&self, found: &mut Found<'_>) -> Retention {
        let mut kept = BTreeMap::new();
        for class in FieldClass::ALL {
            let (days, months) = self.of(class);
            if days.is_some() && months.is_some() {
                let key = format!("{class}_months");
                note(&key, &format!("give {class}_days or this, not both"), found);
            }
            let days = checked(class, "days", days, DAYS_MAX, found).map(Keep::Days);
            let months = checked(class, "months", months, MONTHS_MAX, found).map(Keep::Months);
            kept.extend(days.or(months).map(|keep| (class, keep)));
        }
        Retention(kept)
    }

    fn of(&self, class: FieldClass) -> (Option<i64>, Option<i64>) {
        match class {
            FieldClass::Staff => (self.staff_days, self.staff_months),
            FieldClass::OutOfTurn => (self.out_of_turn_days, self.out_of_turn_months),
            FieldClass::Track => (self.track_days, self.track_months),
            FieldClass::Reasons => (self.reasons_days, self.reasons_months),
        }
    }
}

fn checked(
    class: FieldClass,
    unit: &str,
    count: Option<i64>,
    max: i64,
    found: &mut Found<'_>,
) -> Option<u32> {
    let count = count?;
    if !(1..=max).contains(&count) {
        let text = format!("must lie between 1 and {max}; leave it out to keep for good");
        note(&format!("{class}_{unit}"), &text, found);
    }
    u32::try_from(count).ok()
}

fn note(key: &str, text: &str, found: &mut Found<'_>) {
    found.note(&[At::Key("retention"), At::Key(key)], text);
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::tests::{SOUND, problems};
    use super::super::{Config, load, parse};
    use super::*;

    fn with(keys: &str) -> String {
        format!("{SOUND}\n[retention]\n{keys}\n")
    }

    fn kept(config: &Config, class: FieldClass) -> Option<Keep> {
        config.retention.0.get(&class).copied()
    }

    #[test]
    fn each_class_is_read_in_days_or_months_and_kept_for_good_where_it_is_absent() {
        let config = parse(&with("staff_months = 13\ntrack_days = 31"), "centre.toml").unwrap();
        assert_eq!(kept(&config, FieldClass::Staff), Some(Keep::Months(13)));
        assert_eq!(kept(&config, FieldClass::Track), Some(Keep::Days(31)));
        assert_eq!(kept(&config, FieldClass::OutOfTurn), None);
        assert_eq!(parse(SOUND, "x").unwrap().retention, Retention::default());
    }

    #[test]
    fn what_cannot_be_meant_is_told() {
        let told = problems(&with(
            "staff_days = 400\nstaff_months = 13\ntrack_days = 0\nreasons_months = 361\nnames_days = 1",
        ));
        for expect in [
            "give staff_days or this, not both",
            "must lie between 1 and 10957; leave it out to keep for good",
            "must lie between 1 and 360; leave it out to keep for good",
            "names_days",
        ] {
            assert!(told.contains(expect), "{told}");
        }
        assert!(problems(&with("staff_days = -1")).contains("must lie between 1 and"));
        assert!(problems(&with("staff_days = \"a year\"")).contains("a year"));
    }

    #[test]
    fn the_example_names_every_class() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/config/centre.toml");
        let config = load(std::path::Path::new(path)).unwrap();
        let classes: Vec<FieldClass> = config.retention.0.keys().copied().collect();
        assert_eq!(classes, FieldClass::ALL);
    }
}
