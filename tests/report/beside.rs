//! The traps of comparisons, of the flow and of the reliability of promises.

use jiff::SignedDuration;
use jiff::civil::date;
use rinda::queue::calendar::Edits;
use rinda::queue::command::Command;
use rinda::report::model::{DayState, QuarterReport};
use rinda::report::{Neighbour, day_report, usual_day};

use super::drive::{Drive, at, setup};
use super::traps::{DESK, SERVICE, call_next, finish, monday, open_all_day, report, serve};

/// A centre that runs from a date on, with so many tickets served on it.
fn served_on(drive: &mut Drive, morning: &str, tickets: u32, wait_s: i64) {
    drive.go_to(at(morning));
    drive.open_desk(1);
    for _ in 0..tickets {
        serve(drive, wait_s, 30);
    }
}

fn three_quarters() -> Drive {
    let mut drive = Drive::new(setup(), at("2025-10-06T05:30:00Z"));
    drive.start();
    drive.expire();
    served_on(&mut drive, "2025-10-06T05:30:00Z", 25, 40);
    served_on(&mut drive, "2026-09-01T05:30:00Z", 3, 20);
    served_on(&mut drive, "2026-10-05T05:30:00Z", 4, 10);
    drive
}

fn medians(report: &QuarterReport) -> Vec<Option<u32>> {
    let totals = report.comparisons.iter().map(|of| of.total.as_ref());
    totals
        .map(|total| total.and_then(|of| of.wait.median_s))
        .collect()
}

#[test]
fn a_quarter_stands_beside_the_one_before_and_that_of_the_year_before() {
    let drive = three_quarters();
    let all = report(&drive, "2026-Q4");
    let named: Vec<_> = all
        .comparisons
        .iter()
        .map(|of| (of.kind, of.quarter.as_str()))
        .collect();
    assert_eq!(
        named,
        [
            (Neighbour::PreviousQuarter, "2026-Q3"),
            (Neighbour::YearBefore, "2025-Q4"),
        ]
    );
    assert_eq!(medians(&all), [Some(20), Some(40)]);
    let small = |at: usize| {
        let total = all.comparisons[at].total.as_ref().unwrap();
        (
            total.wait.small_sample,
            total.within_target.share.small_sample,
        )
    };
    assert_eq!((small(0), small(1)), ((true, true), (false, false)));
    let before = &all.comparisons[0];
    assert_eq!(before.completeness.days_with_data, 1);
    assert!(before.completeness.missing.contains(&date(2026, 9, 2)));
    assert_eq!(before.services[0].figures.issued, 3);
    assert_eq!(before.services[1].figures.issued, 0);
    // In its own report the same quarter says the same of itself.
    let own = report(&drive, "2026-Q3");
    assert_eq!(before.total.as_ref(), Some(&own.total.quarter));
    assert_eq!(before.completeness, own.completeness);
    let first = report(&drive, "2026-Q1");
    assert_eq!(first.comparisons[0].quarter, "2025-Q4");
    assert_eq!(medians(&first), [Some(40), None]);
}

#[test]
fn a_quarter_without_data_is_nothing_to_compare_with_and_no_zero() {
    let mut drive = monday();
    serve(&mut drive, 10, 30);
    let report = report(&drive, "2026-Q4");
    for beside in &report.comparisons {
        assert!(beside.total.is_none() && beside.services.is_empty());
        assert_eq!(beside.completeness.share, Some(0.0));
        assert_eq!(
            beside.completeness.days_due,
            beside.completeness.days_planned
        );
    }
    let json = serde_json::to_value(&report).unwrap();
    assert!(json["comparisons"][0]["total"].is_null());
}

#[test]
fn an_empty_date_makes_a_quarter_of_zeros_to_compare_with() {
    let mut drive = Drive::new(setup(), at("2026-09-01T05:00:00Z"));
    drive.start();
    drive.expire();
    drive.go_to(at("2026-10-05T05:30:00Z"));
    let report = report(&drive, "2026-Q4");
    let total = report.comparisons[0].total.as_ref().unwrap();
    assert_eq!((total.issued, total.within_target.share.share), (0, None));
    assert_eq!(total.wait.p90_s, None);
}

#[test]
fn the_repeated_hour_is_one_hour_of_the_heat_map() {
    let dates = [date(2026, 10, 24), date(2026, 10, 25)];
    let mut drive = open_all_day(&dates, "2026-10-24T23:00:00Z");
    drive.go_to(at("2026-10-25T00:10:00Z"));
    drive.open_desk(1);
    // 3.10 before the clock goes back, and 3.10 once more: an hour apart, one half-hour of Sunday.
    serve(&mut drive, 60, 30);
    drive.go_to(at("2026-10-25T01:10:00Z"));
    serve(&mut drive, 120, 30);
    let flow = report(&drive, "2026-Q4").flow;
    assert_eq!((flow.dates, flow.heat.len()), (1, 1));
    let cell = &flow.heat[0];
    assert_eq!(
        (cell.weekday, cell.at.as_str(), cell.issued),
        (7, "03:00", 2)
    );
    assert_eq!((cell.wait.max_s, cell.wait.small_sample), (Some(120), true));
    let line = &flow.half_hours[0];
    assert_eq!((line.issued, line.called, line.finished), (2, 2, 2));
}

#[test]
fn an_hour_that_is_left_out_is_not_waited() {
    let dates = [date(2026, 3, 28), date(2026, 3, 29)];
    let mut drive = open_all_day(&dates, "2026-03-29T00:00:00Z");
    drive.open_desk(1);
    // 2.50 to 4.10 by the wall, on a day of 23 hours.
    drive.go_to(at("2026-03-29T00:50:00Z"));
    drive.issue(SERVICE, false);
    drive.must("2026-03-29T01:10:00Z", call_next());
    let report = report(&drive, "2026-Q1");
    assert_eq!(report.total.quarter.wait.max_s, Some(20 * 60));
    let flow = report.flow;
    assert_eq!(flow.heat[0].at, "02:30");
    // No customer comes between 3.00 and 4.00: there is no such hour.
    let names: Vec<&str> = flow
        .half_hours
        .iter()
        .map(|line| line.at.as_str())
        .collect();
    assert_eq!(names, ["02:30", "03:00", "03:30", "04:00"]);
    let called: Vec<u64> = flow
        .half_hours
        .iter()
        .map(|line| line.called_so_far)
        .collect();
    assert_eq!(called, [0, 0, 0, 1]);
}

#[test]
fn the_flow_counts_tickets_in_the_half_hour_of_issue_and_calls_in_their_own() {
    let mut drive = monday();
    drive.go_to(at("2026-10-05T06:29:00Z"));
    drive.issue(SERVICE, false);
    drive.issue(SERVICE, false);
    drive.must("2026-10-05T06:31:00Z", call_next());
    drive.must(
        "2026-10-05T06:31:10Z",
        Command::CustomerArrived { desk: DESK },
    );
    drive.must("2026-10-05T07:02:00Z", finish());
    let flow = report(&drive, "2026-Q4").flow;
    let lines: Vec<_> = flow
        .half_hours
        .iter()
        .map(|line| (line.at.as_str(), line.issued, line.called, line.finished))
        .collect();
    assert_eq!(
        lines,
        [("09:00", 2, 0, 0), ("09:30", 0, 1, 0), ("10:00", 0, 0, 1)]
    );
    assert_eq!(flow.half_hours[2].issued_so_far, 2);
    // The wait of one who was called; the other is issued and waits.
    assert_eq!((flow.heat[0].issued, flow.heat[0].wait.count), (2, 1));
    let steps: Vec<_> = flow
        .ecdf
        .iter()
        .map(|s| (s.within_s, s.called, s.share))
        .collect();
    assert_eq!(steps, [(0, 0, 0.0), (60, 0, 0.0), (120, 1, 1.0)]);
}

#[test]
fn a_quarter_nobody_came_in_has_a_flow_of_nothing() {
    let drive = monday();
    let report = report(&drive, "2026-Q4");
    assert_eq!(report.flow.dates, 0);
    assert!(report.flow.heat.is_empty() && report.flow.half_hours.is_empty());
    assert!(report.flow.ecdf.is_empty());
    assert_eq!(report.reliability.len(), 6);
    let bin = &report.reliability[5];
    assert_eq!((bin.from_s, bin.below_s, bin.count), (2400, None, 0));
    assert_eq!((bin.promised_s, bin.within_p90.share), (None, None));
    assert!(report.days.iter().all(|day| day.state != DayState::Served));
}

#[test]
fn promises_are_judged_by_what_was_promised() {
    let mut drive = monday();
    // 200 s and 460 s are promised for this service: kept, late, and broken.
    for wait_s in [100, 200, 201, 460, 461] {
        serve(&mut drive, wait_s, 30);
    }
    drive.issue(SERVICE, false);
    drive.go_to(drive.now + SignedDuration::from_secs(5));
    let bins = report(&drive, "2026-Q4").reliability;
    let counts: Vec<u64> = bins.iter().map(|bin| bin.count).collect();
    assert_eq!(counts, [0, 5, 0, 0, 0, 0], "one is not called yet");
    let bin = &bins[1];
    assert_eq!((bin.promised_s, bin.wait.max_s), (Some(200), Some(461)));
    assert_eq!((bin.within_p50.n, bin.within_p90.n), (2, 4));
    assert!(bin.within_p90.small_sample && bin.wait.small_sample);
}

#[test]
fn desks_are_held_against_the_same_weekday_of_eight_weeks() {
    let mut drive = Drive::new(setup(), at("2026-08-03T05:30:00Z"));
    drive.start();
    drive.expire();
    // Nine weeks before, a Monday; a Tuesday; two Mondays, all with handling of 30 s.
    served_on(&mut drive, "2026-08-03T05:30:00Z", 7, 10);
    served_on(&mut drive, "2026-09-01T05:30:00Z", 5, 10);
    served_on(&mut drive, "2026-09-07T05:30:00Z", 2, 10);
    served_on(&mut drive, "2026-09-28T05:30:00Z", 4, 10);
    drive.go_to(at("2026-10-05T05:30:00Z"));
    let monday = date(2026, 10, 5);
    let usual = usual_day(&drive.setup, monday, &drive.kept);
    assert_eq!(usual.dates, [date(2026, 9, 28), date(2026, 9, 7)]);
    let desk = usual.desks.iter().find(|desk| desk.desk == 1).unwrap();
    assert_eq!((desk.finished, desk.handling.count), (6, 6));
    assert_eq!(desk.handling.median_s, Some(30));
    let days: u64 = usual
        .dates
        .iter()
        .map(|date| {
            let line = day_report(
                &drive.setup,
                &Edits::default(),
                *date,
                drive.kept.get(date),
                drive.now,
            );
            line.desks[0].open_s
        })
        .sum();
    assert_eq!(desk.open_s, days);
    let sunday = usual_day(&drive.setup, date(2026, 10, 4), &drive.kept);
    assert_eq!(sunday.dates, []);
    assert_eq!(sunday.desks[0].utilisation, None);
}
