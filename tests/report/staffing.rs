//! Desks required beside the desks that were open.

use std::sync::Arc;

use jiff::SignedDuration;
use jiff::civil::date;
use rinda::clock::ManualClock;
use rinda::engine::run::{Parts, prepare};
use rinda::journal::Journal;
use rinda::metrics::Metrics;
use rinda::queue::catalogue::Service;
use rinda::queue::command::Command;
use rinda::queue::staffing::Demand;
use rinda::queue::ticket::DeskNumber;
use rinda::report::staffing::{HalfHourStaffing, Staffing};
use rinda::report::{csv, quarter_report, table};

use super::drive::{Drive, at, boss, open_on, setup};

const DESK: DeskNumber = DeskNumber(1);
const FIRST_MONDAY: &str = "2026-10-05T05:28:30Z";

fn staffing(drive: &Drive) -> Staffing {
    let edits = &drive.state.centre.calendar;
    let quarter = "2026-Q4".parse().unwrap();
    quarter_report(&drive.setup, edits, quarter, drive.kept.clone(), drive.now).staffing
}

fn at_half_hour<'s>(staffing: &'s Staffing, weekday: i8, label: &str) -> &'s HalfHourStaffing {
    let day = staffing.weekdays.iter().find(|day| day.weekday == weekday);
    let mut half_hours = day.unwrap().half_hours.iter();
    half_hours.find(|at| at.label == label).unwrap()
}

/// A customer who is called at once and keeps the desk for so many seconds.
fn visit(drive: &mut Drive, desk_s: i64) {
    drive.issue(Service::OrderIntake, false);
    let call = Command::CallNext {
        desk: DESK,
        service: None,
    };
    assert!(drive.ask(&boss(), &call));
    assert!(drive.ask(&boss(), &Command::CustomerArrived { desk: DESK }));
    drive.go_to(drive.now + SignedDuration::from_secs(desk_s));
    let outcome = None;
    assert!(drive.ask(
        &boss(),
        &Command::Finish {
            desk: DESK,
            outcome
        }
    ));
}

/// Two Mondays: four customers of five minutes in the first half-hour of the first, one of whom
/// came before opening; two in that of the second.
fn two_mondays() -> Drive {
    driven_two_mondays(Drive::new(setup(), at(FIRST_MONDAY)))
}

fn driven_two_mondays(mut drive: Drive) -> Drive {
    drive.start();
    drive.expire();
    drive.open_desk(DESK.0);
    drive.issue(Service::OrderIntake, false);
    drive.go_to(at("2026-10-05T05:30:00Z"));
    let call = Command::CallNext {
        desk: DESK,
        service: None,
    };
    assert!(drive.ask(&boss(), &call));
    assert!(drive.ask(&boss(), &Command::CustomerArrived { desk: DESK }));
    let finish = Command::Finish {
        desk: DESK,
        outcome: None,
    };
    drive.must("2026-10-05T05:35:00Z", finish);
    for _ in 0..3 {
        visit(&mut drive, 300);
    }
    drive.must("2026-10-05T06:00:00Z", Command::StartBreak { desk: DESK });
    drive.must("2026-10-05T06:10:00Z", Command::EndBreak { desk: DESK });
    drive.must("2026-10-05T06:15:00Z", Command::CloseDesk { desk: DESK });
    drive.go_to(at("2026-10-12T05:30:00Z"));
    drive.open_desk(DESK.0);
    drive.open_desk(2);
    for _ in 0..2 {
        visit(&mut drive, 300);
    }
    drive
}

#[test]
fn a_half_hour_of_the_week_is_measured_over_its_dates() {
    let mut drive = two_mondays();
    // The second Monday's half-hour is not over: only the first counts.
    let early = staffing(&drive);
    let first = at_half_hour(&early, 1, "8.30");
    assert_eq!((first.measured, first.tickets, first.open_s), (1, 4, 1800));
    drive.go_to(at("2026-10-12T06:30:00Z"));
    let staffing = staffing(&drive);
    assert_eq!((staffing.share, staffing.target_s), (0.8, 900));
    let half_hour = at_half_hour(&staffing, 1, "8.30");
    assert_eq!((half_hour.measured, half_hour.tickets), (2, 6));
    assert_eq!(half_hour.mean_arrivals, 3.0);
    assert_eq!(half_hour.handling_s, Some(300.0));
    assert_eq!(half_hour.load, Some(0.5));
    // One desk, then two.
    assert_eq!((half_hour.open_s, half_hour.desks_open), (5400, 1.5));
    assert!(half_hour.small_sample);
    let demand = Demand::of_half_hour(3.0, 300.0, 900.0, 0.8).unwrap();
    let required = demand.desks_required().desks;
    assert_eq!(half_hour.desks_required, Some(required));
    let level = demand.service_level(1.5).unwrap();
    assert!((half_hour.service_level.unwrap() - level).abs() < 1e-4);
    // Break and closing: five minutes were open on the first Monday.
    let next = at_half_hour(&staffing, 1, "9.00");
    assert_eq!((next.tickets, next.open_s), (0, 300 + 2 * 1800));
    assert_eq!((next.desks_required, next.service_level), (Some(0), None));
    // Closed at noon and on other weekdays without data.
    assert!(
        staffing.weekdays[0]
            .half_hours
            .iter()
            .all(|at| at.label != "12.00")
    );
    let service = &staffing.services[0];
    assert_eq!((service.tickets, service.mean_s), (6, Some(300.0)));
}

#[test]
fn the_target_share_is_the_centres() {
    let mut drive = two_mondays();
    drive.go_to(at("2026-10-12T06:30:00Z"));
    let required = |drive: &Drive| at_half_hour(&staffing(drive), 1, "8.30").desks_required;
    assert_eq!(required(&drive), Some(1));
    drive.setup.rules.wait_target_percent = 99;
    drive.setup.rules.wait_target = SignedDuration::from_mins(1);
    assert_eq!(required(&drive), Some(4));
}

/// The hour from three to four passes twice: each half-hour of it is measured twice.
#[test]
fn the_repeated_half_hour_is_measured_twice() {
    let mut setup = setup();
    open_on(&mut setup, date(2026, 10, 25), &["02:00-06:00"]);
    let mut drive = Drive::new(setup, at("2026-10-24T22:50:00Z"));
    drive.start();
    drive.expire();
    drive.go_to(at("2026-10-24T23:00:00Z"));
    drive.open_desk(DESK.0);
    for now in ["2026-10-25T00:10:00Z", "2026-10-25T01:10:00Z"] {
        drive.go_to(at(now));
        visit(&mut drive, 60);
    }
    drive.go_to(at("2026-10-25T04:00:00Z"));
    let staffing = staffing(&drive);
    let repeated = at_half_hour(&staffing, 7, "3.00");
    assert_eq!((repeated.measured, repeated.tickets), (2, 2));
    assert_eq!((repeated.mean_arrivals, repeated.desks_open), (1.0, 1.0));
    assert_eq!(at_half_hour(&staffing, 7, "4.00").measured, 1);
}

#[test]
fn staffing_stands_in_the_table_and_the_csv() {
    let mut drive = two_mondays();
    drive.go_to(at("2026-10-12T06:30:00Z"));
    let edits = drive.state.centre.calendar.clone();
    let quarter = "2026-Q4".parse().unwrap();
    let report = quarter_report(&drive.setup, &edits, quarter, drive.kept.clone(), drive.now);
    let text = table(&report);
    assert!(text.contains("Galdi pa pusstundām"), "{text}");
    for line in text.lines() {
        assert!(line.chars().count() <= 100, "{line}");
    }
    let rows = csv(&report).unwrap();
    for row in [
        "weekday,1,8.30,2026-Q4,mean_arrivals,tickets,3,6,true",
        "weekday,1,8.30,2026-Q4,desks_required,desks,1,6,true",
        "weekday,1,8.30,2026-Q4,desks_open,desks,1.5,6,true",
        "weekday,1,8.30,2026-Q4,load,erlang,0.5,6,true",
    ] {
        assert!(rows.contains(row), "{row}\n{rows}");
    }
}

/// The engine looks back on the same weekday in the metrics, once its date has begun.
#[test]
fn the_manager_sees_what_mondays_before_brought() {
    let data = tempfile::tempdir().unwrap();
    let drive = Drive::new(setup(), at(FIRST_MONDAY)).journaled(data.path());
    let mut drive = driven_two_mondays(drive);
    drive.write();
    let setup = Arc::new(drive.setup.clone());
    drop(drive);
    let now = at("2026-10-19T05:40:00Z");
    let tz = setup.timezone.clone();
    let (journal, opened) = Journal::open(data.path(), tz.clone(), &mut |_, _| {}).unwrap();
    let last_seq = journal.last_seq();
    let (metrics, _) = Metrics::open(data.path(), &tz, last_seq, now, &mut |_, _| {}).unwrap();
    let (handle, _engine) = prepare(Parts {
        setup,
        clock: Arc::new(ManualClock::at(now)),
        journal,
        state: opened.state,
        metrics: Some(Arc::new(metrics)),
        alerts: Vec::new(),
        version: "test".to_owned(),
    });
    let staffing = handle.published().scene().manager(1).staffing;
    assert_eq!((staffing.desks_open, staffing.target_percent), (0, 80));
    let labels: Vec<&str> = staffing
        .half_hours
        .iter()
        .map(|at| at.label.as_str())
        .collect();
    assert_eq!(labels, ["8.30", "9.00", "9.30", "10.00", "10.30", "11.00"]);
    let [running, next, ..] = staffing.half_hours.as_slice() else {
        panic!("{staffing:?}");
    };
    assert!(running.running && !next.running);
    assert!((running.customers - 3.45).abs() < 0.06, "{running:?}");
    assert_eq!((running.desks_required, running.days), (1, 2));
    assert!(running.small_sample);
    assert_eq!((next.customers, next.desks_required), (0.0, 0));
}
