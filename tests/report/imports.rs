//! Another system's tickets as a journal: what is wrong in the file is told, nothing is taken over
//! by halves, and stories and several centres' reports work on it.

use std::path::Path;

use jiff::civil::{Date, date};
use rinda::imports::{self, ImportError};
use rinda::journal::{Quarter, read_all, verify};
use rinda::queue::calendar::Edits;
use rinda::queue::setup::Setup;
use rinda::queue::ticket::TicketId;
use rinda::report::{
    CentreQuarter, DayLog, Eyes, MergeError, merged_report, quarter_report, recompute_report, story,
};

use super::drive::{at, setup};

const HEADER: &str =
    "service,issued_at,called_at,arrived_at,finished_at,desk,outcome,ticket,number,out_of_turn\n";

/// 6 October 2025, a Monday, as local times of the day; a bare comma is an empty cell.
fn table(rows: &[&str]) -> String {
    let mut text = HEADER.to_owned();
    for row in rows {
        let cells: Vec<String> = row
            .split(',')
            .map(|cell| match cell.split(':').count() {
                3 if cell.len() == 8 => format!("2025-10-06 {cell}"),
                _ => cell.to_owned(),
            })
            .collect();
        text.push_str(&cells.join(","));
        text.push('\n');
    }
    text
}

fn take(data: &Path, setup: &Setup, text: &str) -> Result<imports::Taken, ImportError> {
    let now = at("2026-01-05T08:00:00Z");
    let bytes = text.len() as u64;
    let tickets = imports::read(setup, text.as_bytes(), now, bytes, &mut |_, _| {})?;
    imports::write(data, setup, &tickets, now, &mut |_, _| {})
}

fn refused(rows: &[&str]) -> String {
    let data = tempfile::tempdir().unwrap();
    let error = take(&data.path().join("new"), &setup(), &table(rows));
    assert!(!data.path().join("new").exists(), "nothing was made");
    error.unwrap_err().to_string()
}

const DAY: [&str; 5] = [
    "1,08:31:07,08:35:00,08:35:20,08:44:10,3,finished,a,P 001,",
    "1,08:31:08,08:46:00,08:46:10,08:47:00,3,finished,b,P 002,",
    "1,08:31:09,08:45:00,,08:46:00,3,no_show,c,P 003,",
    "1,08:36:00,08:36:00,,08:41:00,4,transferred,d,,",
    "2,,08:42:00,08:42:30,08:50:00,4,finished,d,,",
];

#[test]
fn every_fault_is_told_with_its_line_and_what_to_do() {
    for (row, told) in [
        (
            "4,08:31:07,,,,,unserved,,,",
            "line 2, service: \"4\" is no service: write the digit of its button, 1, 2 or 3",
        ),
        (
            "1,8.31,,,,,unserved,,,",
            "line 2, issued_at: \"8.31\" is no time: write 2025-10-05 08:31:07 in the centre's time, \
             or 2025-10-05T08:31:07+03:00",
        ),
        (
            "1,08:31:07,08:30:00,,08:40:00,1,finished,,,",
            "line 2, called_at: it lies before issued_at",
        ),
        (
            "1,08:31:07,08:32:00,,2025-10-07 08:40:00,1,finished,,,",
            "line 2, finished_at: it is not on 2025-10-06, the date of issue",
        ),
        (
            "1,2025-10-26 03:30:00,,,,,unserved,,,",
            "line 2, issued_at: \"2025-10-26 03:30:00\" exists twice",
        ),
        (
            "1,2025-03-30 03:30:00,,,,,unserved,,,",
            "line 2, issued_at: \"2025-03-30 03:30:00\" does not exist",
        ),
        (
            "1,2026-01-06 08:30:00,,,,,unserved,,,",
            "line 2, issued_at: it is still to come",
        ),
        (
            "1,08:31:07,08:32:00,,08:40:00,,finished,,,",
            "line 2, desk: \"\" is no desk",
        ),
        (
            "1,08:31:07,08:32:00,,,1,no_show,,,",
            "line 2, finished_at: it is empty: write when the desk gave the customer up",
        ),
        (
            "1,08:31:07,,,08:40:00,,finished,,,",
            "line 2, called_at: a ticket that is finished was called",
        ),
        (
            "1,08:31:07,08:32:00,,08:40:00,1,transferred,x,,",
            "line 2, outcome: the customer was sent on, and no later line has the same ticket",
        ),
    ] {
        let text = refused(&[row]);
        assert!(text.contains(told), "{row}\n{text}\n{told}");
        assert!(text.starts_with("nothing was imported"), "{text}");
    }
    let text = refused(&[
        "1,08:31:07,08:32:00,,,1,finished,,,",
        "1,08:31:08,08:33:00,,08:40:00,1,finished,,,",
    ]);
    assert!(
        text.contains(
            "line 2, finished_at: it is empty, and desk 1 called another ticket later (line 3)"
        ),
        "{text}"
    );
}

#[test]
fn a_header_says_what_the_columns_are() {
    let data = tempfile::tempdir().unwrap();
    for (text, told) in [
        ("service;issued_at\n", "semicolons"),
        ("service,name\n", "\"name\" is no column of it"),
        ("service,issued_at\n", "the column called_at is missing"),
        (HEADER, "no ticket"),
    ] {
        let error = take(data.path(), &setup(), text).unwrap_err().to_string();
        assert!(error.contains(told), "{error}");
    }
}

#[test]
fn a_directory_in_use_is_left_alone_and_a_killed_import_repeated() {
    let data = tempfile::tempdir().unwrap();
    // What an import that was killed leaves.
    let left = data.path().join("import.part/journal");
    std::fs::create_dir_all(&left).unwrap();
    std::fs::write(left.join("2025-Q4.ndjson"), "half a").unwrap();
    let taken = take(data.path(), &setup(), &table(&DAY)).unwrap();
    assert_eq!((taken.tickets, taken.dates, taken.open), (4, 1, 0));
    assert!(!data.path().join("import.part").exists());
    let sound = verify(data.path(), &mut |_, _| {}).unwrap();
    assert!(sound.is_sound(), "{:?}", sound.damage);
    let before = sound.records;
    let again = take(data.path(), &setup(), &table(&DAY)).unwrap_err();
    assert!(again.to_string().contains("holds a journal already"));
    let sound = verify(data.path(), &mut |_, _| {}).unwrap();
    assert_eq!(sound.records, before);
}

#[test]
fn a_story_says_that_another_system_called() {
    let data = tempfile::tempdir().unwrap();
    take(data.path(), &setup(), &table(&DAY[..3])).unwrap();
    let records = read_all(data.path()).unwrap().map(Result::unwrap);
    let log = DayLog::read(date(2025, 10, 6), records).unwrap();
    let told = story(&setup(), &log, TicketId(3), Eyes::Names).unwrap();
    assert_eq!(told.number, "P 003");
    let text = serde_json::to_string(&told).unwrap();
    for words in [
        "izsniedza cita sistēma",
        "Aicināja cita sistēma pēc savas kārtas",
        "apsteidza P 002",
    ] {
        assert!(text.contains(words), "{text}");
    }
}

fn centre(name: &str, rows: &[&str]) -> (Setup, CentreQuarter) {
    let data = tempfile::tempdir().unwrap();
    let mut setup = setup();
    setup.name = name.to_owned();
    take(data.path(), &setup, &table(rows)).unwrap();
    let quarter: Quarter = "2025-Q4".parse().unwrap();
    let zone = &setup.timezone;
    let recomputed = recompute_report(data.path(), zone, quarter, &mut |_, _| {}).unwrap();
    let days = recomputed.days;
    let as_of = at("2026-01-05T08:00:00Z");
    let report = quarter_report(&setup, &Edits::default(), quarter, days.clone(), as_of);
    (setup, CentreQuarter { report, days })
}

#[test]
fn centres_are_pooled_and_their_desks_are_not() {
    let quarter: Quarter = "2025-Q4".parse().unwrap();
    let as_of = at("2026-01-05T08:00:00Z");
    // Waits 1, 2, 3 in one centre and 10 in the other: the ninth decile of all is 10.
    let (setup, riga) = centre(
        "Rīga",
        &[
            "1,08:00:00,08:00:01,,08:05:00,1,finished,,,",
            "1,08:10:00,08:10:02,,08:15:00,1,finished,,,",
            "1,08:20:00,08:20:03,,08:25:00,1,finished,,,",
        ],
    );
    let (_, ogre) = centre("Ogre", &["1,08:00:00,08:00:10,,08:05:00,1,finished,,,"]);
    let merged = merged_report(&setup, quarter, vec![riga, ogre], as_of).unwrap();
    let total = &merged.total.quarter;
    assert_eq!((total.issued, total.wait.p90_s), (4, Some(10)));
    assert_eq!(merged.centre, "Rīga, Ogre");
    let names: Vec<&str> = merged.centres.iter().map(|of| of.name.as_str()).collect();
    assert_eq!(names, ["Rīga", "Ogre"]);
    let first = |name: &str| {
        let mut desks = merged.desks.iter();
        let desk = desks.find(|line| line.centre.as_deref() == Some(name) && line.desk == 1);
        desk.unwrap().finished
    };
    assert_eq!((first("Rīga"), first("Ogre")), (3, 1));
    let both: Date = date(2025, 10, 6);
    let day = merged.days.iter().find(|line| line.date == both).unwrap();
    assert_eq!(day.issued, Some(4));
    assert_eq!(merged.completeness.days_with_data, 2);
}

#[test]
fn centres_that_cannot_be_one_report_are_refused() {
    let quarter: Quarter = "2025-Q4".parse().unwrap();
    let as_of = at("2026-01-05T08:00:00Z");
    let row = ["1,08:00:00,08:00:01,,08:05:00,1,finished,,,"];
    let merge = |one, other| {
        let (setup, one) = one;
        let (_, other): (Setup, CentreQuarter) = other;
        merged_report(&setup, quarter, vec![one, other], as_of)
    };
    let same = merge(centre("Rīga", &row), centre("Rīga", &row)).unwrap_err();
    assert_eq!(same, MergeError::SameName("Rīga".to_owned()));
    let mut other = centre("Ogre", &row);
    other.1.report.target_s += 60;
    let differs = merge(centre("Rīga", &row), other).unwrap_err().to_string();
    assert!(differs.contains("wait_target_minutes"), "{differs}");
}
