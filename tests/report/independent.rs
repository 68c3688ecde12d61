//! The same figures by another program in another language, from the same journal.

use std::path::Path;
use std::process::Command;

use jiff::ToSpan;
use jiff::civil::date;
use rinda::journal::read_all;
use rinda::queue::catalogue::Service;
use rinda::queue::setup::Setup;
use rinda::report::{quarter_report, recompute, recompute_report};
use serde_json::{Map, Value, json};

use super::drive::{DESKS, Drive, Seeded, at, open_on, riga, setup};

/// The set-up as the other program reads it.
fn setup_json(setup: &Setup) -> Value {
    let intervals = |hours: &rinda::queue::hours::DayHours| -> Value {
        hours.intervals().iter().map(ToString::to_string).collect()
    };
    let exceptions: Map<String, Value> = setup
        .hours
        .exceptions
        .iter()
        .map(|(date, exception)| (date.to_string(), intervals(&exception.hours)))
        .collect();
    let services: Map<String, Value> = Service::ALL
        .into_iter()
        .map(|service| {
            (
                service.digit().to_string(),
                setup.service_name(service).into(),
            )
        })
        .collect();
    json!({
        "timezone": setup.timezone_name,
        "target_s": setup.rules.wait_target.as_secs(),
        "target_percent": setup.rules.wait_target_percent,
        "desks": (1..=DESKS).collect::<Vec<_>>(),
        "services": services,
        "week": setup.hours.week.iter().map(intervals).collect::<Vec<_>>(),
        "exceptions": exceptions,
    })
}

fn by_the_other_program(
    script: &str,
    quarter: &str,
    as_of: &str,
    data: &Path,
    setup: &Setup,
) -> Value {
    let scripts = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/report");
    let script = scripts.join(script);
    let setup_file = data.join("setup.json");
    std::fs::write(&setup_file, setup_json(setup).to_string()).unwrap();
    let output = Command::new("python3")
        .arg("-B")
        .arg(script)
        .args([quarter, as_of])
        .arg(setup_file)
        .arg(data.join("all.ndjson"))
        .output()
        .unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}");
    serde_json::from_slice(&output.stdout).unwrap()
}

/// Says where two values differ instead of printing both.
fn same(path: &str, ours: &Value, theirs: &Value) {
    match (ours, theirs) {
        (Value::Object(ours), Value::Object(theirs)) => {
            let names = |map: &Map<String, Value>| map.keys().cloned().collect::<Vec<_>>();
            assert_eq!(names(ours), names(theirs), "{path}");
            for (name, value) in ours {
                same(&format!("{path}.{name}"), value, &theirs[name]);
            }
        }
        (Value::Array(ours), Value::Array(theirs)) => {
            assert_eq!(ours.len(), theirs.len(), "{path}");
            for (at, (ours, theirs)) in ours.iter().zip(theirs).enumerate() {
                same(&format!("{path}[{at}]"), ours, theirs);
            }
        }
        _ => assert_eq!(ours, theirs, "{path}"),
    }
}

#[test]
fn a_program_in_another_language_finds_the_same_figures() {
    let data = tempfile::tempdir().unwrap();
    let mut setup = setup();
    // The clock goes back on this date while the centre is open.
    open_on(&mut setup, date(2026, 10, 25), &["01:00-06:00"]);
    setup.appointments = true;
    let room = Service::ALL.into_iter().map(|service| (service, 2));
    setup.rules.booking.capacity = room.collect();
    let mut drive = Drive::new(setup, at("2025-10-06T04:00:00Z")).journaled(data.path());
    drive.start();
    drive.expire();
    let mut random = Seeded(20_261_025);
    // Two days of the year before are compared with.
    for before in [date(2025, 10, 6), date(2025, 10, 7)] {
        drive.random_day(before, &mut random, 30_000);
        drive.snapshot();
    }
    drive.go_to(at("2026-09-28T04:00:00Z"));
    drive.start();
    let mut day = date(2026, 9, 28);
    while day <= date(2026, 10, 30) {
        drive.random_day(day, &mut random, 30_000);
        drive.snapshot();
        day = day.checked_add(1.day()).unwrap();
    }
    // The report is made in the middle of a day, with customers waiting and at desks.
    drive.go_to(at("2026-11-02T06:27:00Z"));
    let noon = at("2026-11-02T10:00:00Z");
    drive.random_until(noon, noon, &mut random, 30_000);
    drive.write();

    let read: Vec<_> = read_all(data.path()).unwrap().map(Result::unwrap).collect();
    assert!(read == drive.records, "the files say what was recorded");
    assert_eq!(recompute(drive.records.clone(), &riga()), drive.kept);
    // The closed quarter's file is packed by now: the other program gets the lines as an export.
    let lines: Vec<String> = drive
        .records
        .iter()
        .map(|record| serde_json::to_string(record).unwrap())
        .collect();
    std::fs::write(data.path().join("all.ndjson"), lines.join("\n")).unwrap();

    let edits = drive.state.centre.calendar.clone();
    for (name, tickets_min) in [("2026-Q3", 300), ("2026-Q4", 4000)] {
        let quarter = name.parse().unwrap();
        let again = recompute_report(data.path(), &riga(), quarter, &mut |_, _| {}).unwrap();
        assert_eq!(again.damaged, 0);
        let report = quarter_report(&drive.setup, &edits, quarter, again.days, drive.now);
        let kept = quarter_report(&drive.setup, &edits, quarter, drive.kept.clone(), drive.now);
        // The journal's files against the kept figures.
        let value = |report| serde_json::to_value(report).unwrap();
        same(name, &value(&report), &value(&kept));
        let total = &report.total.quarter;
        assert!(total.issued >= tickets_min, "{}", total.issued);
        let compared = report.comparisons.iter().map(|of| of.total.is_some());
        let compared: Vec<bool> = compared.collect();
        assert_eq!(compared, [name == "2026-Q4"; 2], "{name}");
        assert!(
            report
                .reliability
                .iter()
                .filter(|bin| bin.count > 0)
                .count()
                >= 2
        );
        assert_eq!(total.open > 0, name == "2026-Q4");
        if name == "2026-Q4" {
            let visits = &total.appointments;
            let least = [
                visits.checked_in,
                visits.late,
                visits.missed,
                visits.cancelled,
            ];
            assert!(least.iter().all(|count| *count >= 20), "{visits:?}");
        }
        let ours = serde_json::to_value(&report).unwrap();
        let as_of = drive.now.to_string();
        for (script, parts) in [
            (
                "recompute.py",
                [
                    "total",
                    "services",
                    "comparisons",
                    "weeks",
                    "desks",
                    "occurrences",
                    "flow",
                    "reliability",
                    "days",
                ]
                .as_slice(),
            ),
            ("recompute_floor.py", &["staffing", "mischief"]),
        ] {
            let theirs = by_the_other_program(script, name, &as_of, data.path(), &drive.setup);
            for part in parts {
                same(&format!("{name} {part}"), &ours[part], &theirs[part]);
            }
        }
        let staffing = &report.staffing.weekdays;
        let advised = staffing.iter().flat_map(|day| &day.half_hours);
        assert!(advised.filter(|at| at.desks_required >= Some(2)).count() > 5);
        assert!(report.mischief.ghosts.n > 50);
    }
}
