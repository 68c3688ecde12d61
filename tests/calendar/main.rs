//! Our public holidays and moved working days against a source that shares nothing with us: the
//! Python package `holidays`, pinned in `requirements.txt`; make installs it below target/.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

use jiff::civil::{Date, date};
use jiff::{SignedDuration, ToSpan};
use rinda::queue::calendar::{Calendar, DayKind, Edits, HolidayKind, holiday};
use rinda::queue::hours::{DayHours, HolidayRules, OpeningHours};

const FIRST_YEAR: i16 = 2018;
const LAST_YEAR: i16 = 2030;

/// From here on every working day the Cabinet moved is known to us.
const MOVED_SINCE: i16 = 2024;

/// What the package does not know: the closing day of the Song Festival is a holiday itself, not only
/// the Monday after it, and the festival of 2028 is announced (9 July, a Sunday).
const THEY_MISS: [Date; 4] = [
    date(2018, 7, 8),
    date(2023, 7, 9),
    date(2028, 7, 9),
    date(2028, 7, 10),
];

/// Where the two name a date otherwise: (theirs, ours as the law has it).
const OTHER_NAMES: [(&str, &str); 7] = [
    ("Ziemassvētku vakars", "Ziemassvētki"),
    ("Pirmie Ziemassvētki", "Ziemassvētki"),
    ("Otrie Ziemassvētki", "Ziemassvētki"),
    (
        "Darba svētki",
        "Darba svētki, Latvijas Republikas Satversmes sapulces sasaukšanas diena",
    ),
    (
        "Latvijas Republikas Satversmes sapulces sasaukšanas diena",
        "Darba svētki, Latvijas Republikas Satversmes sapulces sasaukšanas diena",
    ),
    (
        "Viņa Svētības pāvesta Franciska pastorālās vizītes Latvijā diena",
        "Viņa Svētības pāvesta Franciska vizītes Latvijā diena",
    ),
    (
        "Diena, kad Latvijas hokeja komanda ieguva bronzas medaļu 2023. gada Pasaules hokeja čempionātā",
        "Latvijas hokeja izlases bronzas medaļas diena",
    ),
];

/// "Brīvdiena (pārcelta no 14.12.2024)": the package tells moved working days among the holidays.
const MOVED_LABEL: &str = "Brīvdiena (pārcelta no ";

/// Substitute days bear this behind the holiday's name.
const IN_LIEU_LABEL: &str = " (brīvdiena)";

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn python() -> PathBuf {
    root().join("target/python-holidays/bin/python")
}

fn theirs() -> BTreeMap<Date, Vec<String>> {
    let python = python();
    assert!(
        python.exists(),
        "the package holidays is not installed: run `make target/python-holidays/.installed`"
    );
    let output = Command::new(python)
        .arg(root().join("tests/calendar/holidays_lv.py"))
        .args([FIRST_YEAR.to_string(), LAST_YEAR.to_string()])
        .output()
        .unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}");
    serde_json::from_slice(&output.stdout).unwrap()
}

fn every_date() -> impl Iterator<Item = Date> {
    date(FIRST_YEAR, 1, 1)
        .series(1.day())
        .take_while(|date| date.year() <= LAST_YEAR)
}

/// From and to of the working days they tell as moved.
fn moved_by_them(table: &BTreeMap<Date, Vec<String>>) -> BTreeMap<Date, Date> {
    let told = table.iter().flat_map(|(from, names)| {
        names.iter().filter_map(|name| {
            let to = name.strip_prefix(MOVED_LABEL)?.strip_suffix(')')?;
            Some((*from, Date::strptime("%d.%m.%Y", to).unwrap()))
        })
    });
    told.collect()
}

#[test]
fn holidays_agree_with_an_independent_source_but_for_its_named_gaps() {
    let table = theirs();
    let moved = moved_by_them(&table);
    let known: BTreeSet<Date> = table
        .keys()
        .copied()
        .filter(|date| !moved.contains_key(date))
        .collect();
    let ours: BTreeSet<Date> = every_date()
        .filter(|date| holiday(*date).is_some())
        .collect();
    // Both ways: a gap that a later version closes must leave this list.
    let only_ours: Vec<Date> = ours.difference(&known).copied().collect();
    assert_eq!(only_ours, THEY_MISS);
    let only_theirs: Vec<Date> = known.difference(&ours).copied().collect();
    assert_eq!(only_theirs, []);
    // 14 holidays a year, Easter Sunday and others among them, and what falls beside.
    assert!(known.len() > 14 * 13, "{}", known.len());
}

#[test]
fn names_are_the_laws_where_the_source_words_them_otherwise() {
    let table = theirs();
    let moved = moved_by_them(&table);
    for (date, names) in table.iter().filter(|(date, _)| !moved.contains_key(date)) {
        let ours = holiday(*date).unwrap();
        for name in names.iter().flat_map(|name| name.split("; ")) {
            let plain = name.strip_suffix(IN_LIEU_LABEL).unwrap_or(name);
            let other = OTHER_NAMES.iter().find(|(theirs, _)| *theirs == plain);
            assert_eq!(other.map_or(plain, |(_, ours)| ours), ours.name, "{date}");
            // The festival's Mondays they tell as the closing day itself.
            let in_lieu = matches!(ours.kind, HolidayKind::InLieu { .. });
            let festival = name.contains("Dziesmu un deju svētku");
            assert_eq!(name != plain || festival, in_lieu, "{date} {name}");
        }
    }
}

#[test]
fn moved_working_days_agree_from_2024_on() {
    let theirs: BTreeMap<Date, Date> = moved_by_them(&theirs())
        .into_iter()
        .filter(|(from, _)| from.year() >= MOVED_SINCE)
        .collect();
    let week = DayHours::new(vec!["08:30-17:00".parse().unwrap()]).unwrap();
    let hours = OpeningHours {
        week: std::array::from_fn(|day| {
            if day < 5 {
                week.clone()
            } else {
                DayHours::default()
            }
        }),
        exceptions: BTreeMap::new(),
        holidays: HolidayRules::LAW,
        lead: SignedDuration::from_mins(2),
    };
    let edits = Edits::default();
    let calendar = Calendar::new(&hours, &edits);
    let ours: BTreeMap<Date, Date> = every_date()
        .filter_map(|from| Some((from, calendar.moved_to(from)?)))
        .collect();
    assert_eq!(ours, theirs);
    for (from, to) in &ours {
        assert_eq!(calendar.day(*from).kind, DayKind::MovedAway);
        // Most stand before a holiday, and so do not lose the shorter day; 10 May 2025 is the day
        // before Mother's Day besides.
        let shorter = [from, to].into_iter().any(|date| {
            let next = holiday(date.tomorrow().unwrap());
            next.is_some_and(|next| next.kind == HolidayKind::Holiday)
        });
        let kind = if shorter {
            DayKind::Shortened
        } else {
            DayKind::MovedHere
        };
        assert_eq!(calendar.day(*to).kind, kind, "{to}");
        assert!(!calendar.of(*to).is_closed() && calendar.of(*from).is_closed());
    }
}
