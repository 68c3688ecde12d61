//! How long the fields that concern people are kept. Pure: what is cleared and where is the
//! journal's business.

use std::collections::BTreeMap;
use std::fmt;

use jiff::Span;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// What stands in a file where a text was cleared.
pub const CLEARED: &str = "dzēsts";

/// Fields that are kept equally long. The names stand in the journal for ever.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FieldClass {
    /// Who of the staff did something, sat at a desk, signed in or had an account.
    Staff,
    /// What leads to a customer who was marked out of turn (A2/2/2.5): that hints at special needs.
    OutOfTurn,
    /// What leads from outside to a ticket or a booked visit: names of pages, keys of requests,
    /// hashes of codes and references.
    Track,
    /// What people typed: reasons and remarks.
    Reasons,
}

impl FieldClass {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Staff, Self::OutOfTurn, Self::Track, Self::Reasons];

    /// Its name, as in the journal and, with its unit behind it, in the configuration.
    pub fn name(self) -> &'static str {
        match self {
            Self::Staff => "staff",
            Self::OutOfTurn => "out_of_turn",
            Self::Track => "track",
            Self::Reasons => "reasons",
        }
    }
}

impl fmt::Display for FieldClass {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// How long a class is kept, counted from the end of the quarter in which it was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keep {
    /// So many days.
    Days(u32),
    /// So many months.
    Months(u32),
}

impl Keep {
    /// Whether it is over for a quarter that ended with `last`.
    pub fn is_over(self, last: Date, today: Date) -> bool {
        let time = match self {
            Self::Days(days) => Span::new().try_days(days),
            Self::Months(months) => Span::new().try_months(months),
        };
        let kept_to = time.and_then(|time| last.checked_add(time));
        // Beyond the calendar nothing is over.
        kept_to.is_ok_and(|kept_to| kept_to < today)
    }
}

/// How long each class is kept; one that is absent is kept for good.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Retention(pub BTreeMap<FieldClass, Keep>);

impl Retention {
    /// The classes whose time is over for a quarter that ended with `last`.
    pub fn over(&self, last: Date, today: Date) -> impl Iterator<Item = FieldClass> {
        let over = move |(_, keep): &(&FieldClass, &Keep)| keep.is_over(last, today);
        self.0.iter().filter(over).map(|(class, _)| *class)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn time_is_over_the_day_after_the_last_one_kept() {
        let date = |text: &str| text.parse::<Date>().unwrap();
        let last = date("2026-09-30");
        assert!(!Keep::Days(31).is_over(last, date("2026-10-31")));
        assert!(Keep::Days(31).is_over(last, date("2026-11-01")));
        assert!(!Keep::Months(13).is_over(last, date("2027-10-30")));
        assert!(Keep::Months(13).is_over(last, date("2027-10-31")));
        assert!(!Keep::Days(u32::MAX).is_over(last, Date::MAX));
    }

    #[test]
    fn names_are_those_of_the_journal() {
        for class in FieldClass::ALL {
            let written = serde_json::to_string(&class).unwrap();
            assert_eq!(written, format!("\"{class}\""));
        }
    }
}
