//! Latvian public holidays, computed: the law "Par svētku, atceres un atzīmējamām dienām", section 1,
//! as it stands since 2018. Nothing is looked up; what parliament or the festival's council decides
//! for one year is data below.

use jiff::civil::{Date, Weekday, date};

/// Why a date is free by law.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HolidayKind {
    /// A public holiday ("svētku diena").
    Holiday,
    /// The next working day off for a holiday of `of`, which falls on a Saturday or Sunday.
    InLieu {
        /// The holiday itself.
        of: Date,
    },
    /// A day off that parliament gave once.
    Once,
}

/// A date that is free by law.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Holiday {
    /// Its name as the law has it, Latvian.
    pub name: &'static str,
    /// Why it is free.
    pub kind: HolidayKind,
}

/// Closing days of the Nationwide Song and Dance Festival (section 1, in force since 22.10.2014);
/// held every five years, the date set by the festival's council.
const FESTIVAL_CLOSINGS: [Date; 3] = [date(2018, 7, 8), date(2023, 7, 9), date(2028, 7, 9)];

const FESTIVAL: &str = "Vispārējo latviešu Dziesmu un deju svētku noslēguma diena";
const RESTORATION: &str = "Latvijas Republikas Neatkarības atjaunošanas diena";
const PROCLAMATION: &str = "Latvijas Republikas Proklamēšanas diena";

/// Days off of a single year: amendments of 21.06.2018 and of 28.05.2023 to the law.
const ONCE: [(Date, &str); 2] = [
    (
        date(2018, 9, 24),
        "Viņa Svētības pāvesta Franciska vizītes Latvijā diena",
    ),
    (
        date(2023, 5, 29),
        "Latvijas hokeja izlases bronzas medaļas diena",
    ),
];

/// Why a date is free by law, if it is.
pub fn holiday(on: Date) -> Option<Holiday> {
    let named = |name, kind| Holiday { name, kind };
    public_holiday(on)
        .map(|name| named(name, HolidayKind::Holiday))
        .or_else(|| in_lieu(on))
        .or_else(|| {
            let (_, name) = ONCE.iter().find(|(once, _)| *once == on)?;
            Some(named(name, HolidayKind::Once))
        })
}

/// The name of a public holiday (section 1, first sentence).
fn public_holiday(on: Date) -> Option<&'static str> {
    let fixed = match (on.month(), on.day()) {
        (1, 1) => Some("Jaungada diena"),
        (5, 1) => Some("Darba svētki, Latvijas Republikas Satversmes sapulces sasaukšanas diena"),
        (5, 4) => Some(RESTORATION),
        (6, 23) => Some("Līgo diena"),
        (6, 24) => Some("Jāņu diena"),
        (11, 18) => Some(PROCLAMATION),
        (12, 24..=26) => Some("Ziemassvētki"),
        (12, 31) => Some("Vecgada diena"),
        _ => None,
    };
    fixed
        .or_else(|| moving(on))
        .or_else(|| FESTIVAL_CLOSINGS.contains(&on).then_some(FESTIVAL))
}

/// Easter and what is counted from it, and the second Sunday of May.
fn moving(on: Date) -> Option<&'static str> {
    let after_easter = easter_sunday(on.year()).map(|easter| (on - easter).get_days());
    match after_easter {
        Some(-2) => return Some("Lielā Piektdiena"),
        Some(0) => return Some("Pirmās Lieldienas"),
        Some(1) => return Some("Otrās Lieldienas"),
        Some(49) => return Some("Vasarsvētki"),
        Some(_) | None => {}
    }
    let mothers_day =
        on.month() == 5 && on.weekday() == Weekday::Sunday && (8..=14).contains(&on.day());
    mothers_day.then_some("Mātes diena")
}

/// Section 1, last sentence: where 4 May, 18 November or the festival's closing day falls on a
/// Saturday or Sunday, the next working day is off. That is a Monday: none of the three stands
/// before another holiday.
fn in_lieu(on: Date) -> Option<Holiday> {
    if on.weekday() != Weekday::Monday {
        return None;
    }
    let sunday = on.yesterday().ok()?;
    let saturday = sunday.yesterday().ok()?;
    [saturday, sunday].into_iter().find_map(|of| {
        let name = public_holiday(of)?;
        let moves = [RESTORATION, PROCLAMATION, FESTIVAL].contains(&name);
        moves.then_some(Holiday {
            name,
            kind: HolidayKind::InLieu { of },
        })
    })
}

/// Easter Sunday of the western churches: the Sunday after the ecclesiastical full moon on or after
/// 21 March, by Gauss' rule in the form of Butcher, valid for every year of the Gregorian calendar.
fn easter_sunday(year: i16) -> Option<Date> {
    let y = i32::from(year);
    let golden = y % 19;
    let (century, of_century) = (y / 100, y % 100);
    let correction = (8 * century + 13) / 25;
    let epact = (19 * golden + century - century / 4 - correction + 15) % 30;
    let to_sunday = (32 + 2 * (century % 4) + 2 * (of_century / 4) - epact - of_century % 4) % 7;
    let late = (golden + 11 * epact + 22 * to_sunday) / 451;
    let days = epact + to_sunday - 7 * late + 114;
    let month = i8::try_from(days / 31).ok()?;
    let day = i8::try_from(days % 31 + 1).ok()?;
    Date::new(year, month, day).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn easter_in_years_that_rules_get_wrong() {
        // The earliest and latest possible ones, both exceptions of Gauss' rule, and leap years.
        for (year, month, day) in [
            (1818, 3, 22),
            (1943, 4, 25),
            (1954, 4, 18),
            (1981, 4, 19),
            (2000, 4, 23),
            (2024, 3, 31),
            (2026, 4, 5),
            (2038, 4, 25),
            (2076, 4, 19),
        ] {
            assert_eq!(easter_sunday(year), Some(date(year, month, day)));
        }
    }

    #[test]
    fn a_holiday_at_the_weekend_gives_a_monday_only_where_the_law_says_so() {
        let in_lieu_of = |on| match holiday(on)?.kind {
            HolidayKind::InLieu { of } => Some(of),
            HolidayKind::Holiday | HolidayKind::Once => None,
        };
        assert_eq!(in_lieu_of(date(2024, 5, 6)), Some(date(2024, 5, 4)));
        assert_eq!(in_lieu_of(date(2025, 5, 5)), Some(date(2025, 5, 4)));
        assert_eq!(in_lieu_of(date(2028, 7, 10)), Some(date(2028, 7, 9)));
        assert_eq!(in_lieu_of(date(2029, 11, 19)), Some(date(2029, 11, 18)));
        // 1 May 2027, 24 June 2028 and 25 December 2027 are Saturdays.
        for monday in [date(2027, 5, 3), date(2028, 6, 26), date(2027, 12, 27)] {
            assert_eq!(holiday(monday), None, "{monday}");
        }
    }

    #[test]
    fn what_parliament_gave_once_was_once() {
        assert!(holiday(date(2018, 9, 24)).is_some());
        assert!(holiday(date(2023, 5, 29)).is_some());
        assert_eq!(holiday(date(2024, 5, 29)), None);
    }
}
