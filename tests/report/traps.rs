//! The traps of the definitions, one by one.

use jiff::civil::{Date, date};
use jiff::{SignedDuration, Timestamp};
use rinda::queue::catalogue::Service;
use rinda::queue::command::Command;
use rinda::queue::event::{Event, TransferTo};
use rinda::queue::ticket::DeskNumber;
use rinda::report::model::{DayState, Figures, QuarterReport};
use rinda::report::{csv, day_report, quarter_report, table};

use super::drive::{Drive, at, boss, open_on, setup};

pub const DESK: DeskNumber = DeskNumber(1);
pub const SERVICE: Service = Service::OrderIntake;

/// A centre open the whole of the dates named, its daemon started before the first.
pub fn open_all_day(dates: &[Date], now: &str) -> Drive {
    let mut setup = setup();
    for date in dates {
        open_on(&mut setup, *date, &["00:00-24:00"]);
    }
    let mut drive = Drive::new(setup, at(now));
    drive.start();
    drive.expire();
    drive
}

/// Monday 5 October, a desk open since 8.30.
pub fn monday() -> Drive {
    let mut drive = Drive::new(setup(), at("2026-10-05T05:30:00Z"));
    drive.start();
    drive.expire();
    drive.open_desk(1);
    drive
}

pub fn report(drive: &Drive, quarter: &str) -> QuarterReport {
    let quarter = quarter.parse().unwrap();
    quarter_report(
        &drive.setup,
        &drive.state.centre.calendar,
        quarter,
        drive.kept.clone(),
        drive.now,
    )
}

fn q4(drive: &Drive) -> Figures {
    report(drive, "2026-Q4").total.quarter
}

pub fn call_next() -> Command {
    Command::CallNext {
        desk: DESK,
        service: None,
    }
}

pub fn finish() -> Command {
    Command::Finish {
        desk: DESK,
        outcome: None,
    }
}

/// Issues, and serves after `wait_s` for `handling_s`.
pub fn serve(drive: &mut Drive, wait_s: i64, handling_s: i64) {
    drive.issue(SERVICE, false);
    drive.go_to(drive.now + SignedDuration::from_secs(wait_s));
    assert!(drive.ask(&boss(), &call_next()));
    assert!(drive.ask(&boss(), &Command::CustomerArrived { desk: DESK }));
    drive.go_to(drive.now + SignedDuration::from_secs(handling_s));
    assert!(drive.ask(&boss(), &finish()));
}

#[test]
fn an_empty_date_is_not_a_closed_one_and_neither_is_one_without_data() {
    let mut drive = Drive::new(setup(), at("2026-10-01T05:00:00Z"));
    drive.start();
    drive.expire();
    drive.go_to(at("2026-10-02T16:00:00Z"));
    drive.go_to(at("2026-10-03T12:00:00Z"));
    // The daemon is off on Monday and runs again on Tuesday, when one customer comes.
    drive.go_to(at("2026-10-06T05:29:00Z"));
    drive.issue(SERVICE, false);
    let report = report(&drive, "2026-Q4");
    let states: Vec<DayState> = report.days.iter().take(7).map(|day| day.state).collect();
    assert_eq!(
        states,
        [
            DayState::Empty,
            DayState::Empty,
            DayState::Closed,
            DayState::Closed,
            DayState::Missing,
            DayState::Served,
            DayState::Ahead,
        ]
    );
    assert_eq!(report.days[0].issued, Some(0));
    assert_eq!(report.days[4].issued, None);
    let complete = &report.completeness;
    assert_eq!(complete.missing, [date(2026, 10, 5)]);
    // Tuesday's reception begins in a minute.
    assert_eq!((complete.days_with_data, complete.days_due), (2, 3));
    assert_eq!(complete.share, Some(0.6667));
    assert!(
        report.total.months[1].figures.is_none(),
        "November is no zero"
    );

    let empty = drive.kept.get(&date(2026, 10, 1));
    let edits = drive.state.centre.calendar.clone();
    let day = day_report(&drive.setup, &edits, date(2026, 10, 1), empty, drive.now);
    let total = day.total.unwrap();
    assert_eq!((total.issued, total.within_target.share.share), (0, None));
    assert_eq!((total.wait.p90_s, total.no_show_rate.share), (None, None));
    assert!(total.wait.small_sample);
    let missing = day_report(&drive.setup, &edits, date(2026, 10, 5), None, drive.now);
    assert_eq!(missing.day.state, DayState::Missing);
    assert!(missing.total.is_none() && missing.services.is_empty());
    assert_eq!(missing.desks[0].utilisation, None);
}

#[test]
fn fewer_than_twenty_are_marked() {
    let mut drive = monday();
    for _ in 0..19 {
        serve(&mut drive, 5, 30);
    }
    assert!(q4(&drive).wait.small_sample);
    assert!(table(&report(&drive, "2026-Q4")).contains("0,1*"));
    serve(&mut drive, 5, 30);
    let total = q4(&drive);
    assert!(!total.wait.small_sample && !total.within_target.share.small_sample);
}

#[test]
fn a_quarter_begins_at_local_midnight() {
    for (dates, before, first, quarters) in [
        (
            [date(2025, 12, 31), date(2026, 1, 1)],
            "2025-12-31T21:59:59.999Z",
            "2025-12-31T22:00:00Z",
            ["2025-Q4", "2026-Q1"],
        ),
        (
            [date(2026, 3, 31), date(2026, 4, 1)],
            "2026-03-31T20:59:59.999Z",
            "2026-03-31T21:00:00Z",
            ["2026-Q1", "2026-Q2"],
        ),
        (
            [date(2026, 9, 30), date(2026, 10, 1)],
            "2026-09-30T20:59:59.999Z",
            "2026-09-30T21:00:00Z",
            ["2026-Q3", "2026-Q4"],
        ),
    ] {
        let start = at(before) - SignedDuration::from_mins(5);
        let mut drive = open_all_day(&dates, &start.to_string());
        drive.go_to(at(before));
        drive.issue(SERVICE, false);
        drive.go_to(at(first));
        drive.issue(SERVICE, false);
        for quarter in quarters {
            assert_eq!(report(&drive, quarter).total.quarter.issued, 1, "{quarter}");
        }
    }
}

#[test]
fn the_repeated_hour_is_waited_through_like_any_other() {
    let dates = [date(2026, 10, 24), date(2026, 10, 25)];
    let mut drive = open_all_day(&dates, "2026-10-24T23:00:00Z");
    // 2.50 before the clock goes back at 4.00, called at 4.10 after it did.
    drive.go_to(at("2026-10-24T23:50:00Z"));
    drive.issue(SERVICE, false);
    drive.open_desk(1);
    drive.must("2026-10-25T02:10:00Z", call_next());
    assert_eq!(q4(&drive).wait.max_s, Some(2 * 3600 + 20 * 60));
}

#[test]
fn tickets_open_at_the_boundary_are_open_and_then_get_an_outcome() {
    let dates = [date(2026, 9, 30), date(2026, 10, 1)];
    let mut drive = open_all_day(&dates, "2026-09-30T15:00:00Z");
    drive.open_desk(1);
    drive.issue(SERVICE, false);
    drive.must("2026-09-30T20:40:00Z", call_next());
    drive.must(
        "2026-09-30T20:40:20Z",
        Command::CustomerArrived { desk: DESK },
    );
    drive.issue(SERVICE, false);
    drive.go_to(at("2026-09-30T20:59:00Z"));
    let before = report(&drive, "2026-Q3");
    let total = &before.total.quarter;
    assert_eq!((total.issued, total.open), (2, 2));
    assert_eq!(total.within_target.uncalled_late, 1);
    assert!(!before.settled);
    assert_eq!(before.as_of, drive.now);
    // The desk is open and busy right now.
    let desk = &before.desks[0];
    assert_eq!((desk.open_s, desk.busy_s), (5 * 3600 + 59 * 60, 19 * 60));

    drive.go_to(at("2026-09-30T21:00:00Z"));
    let after = report(&drive, "2026-Q3");
    let total = &after.total.quarter;
    assert!(after.settled);
    assert_eq!((total.open, total.finished, total.force_closed), (0, 1, 1));
    assert_eq!((total.cancelled, total.unserved), (1, 1));
    // A status and no end time: no visit, no handling.
    assert_eq!((total.visit.count, total.handling.count), (0, 0));
    assert_eq!(q4(&drive).issued, 0);
    // Nobody closed the desk: it was open until its last step, the arrival at 20:40:20.
    assert_eq!(after.desks[0].open_s, 5 * 3600 + 40 * 60 + 20);
    assert_eq!(after.desks[0].finished, 1);
}

#[test]
fn a_recall_never_overwrites_the_first_call() {
    let mut drive = monday();
    drive.issue(SERVICE, false);
    drive.must("2026-10-05T05:31:40Z", call_next());
    drive.must("2026-10-05T05:32:20Z", Command::Recall { desk: DESK });
    drive.go_to(at("2026-10-05T05:32:40Z"));
    let total = q4(&drive);
    assert_eq!((total.no_show, total.wait.max_s), (1, Some(100)));

    let ticket = *drive.state.centre.tickets.keys().next().unwrap();
    drive.must("2026-10-05T05:40:00Z", Command::Reinstate { ticket });
    drive.open_desk(2);
    let again = Command::CallNext {
        desk: DeskNumber(2),
        service: None,
    };
    drive.must("2026-10-05T05:45:00Z", again);
    let total = q4(&drive);
    assert_eq!((total.called, total.wait.max_s), (1, Some(100)));
    assert_eq!((total.no_show, total.reinstated), (0, 1));
    assert_eq!(total.transferred, 0, "another desk is no transfer");
}

#[test]
fn percentiles_are_nearest_rank() {
    let mut drive = monday();
    for wait_s in [3, 10, 1, 2] {
        serve(&mut drive, wait_s, 30);
    }
    let wait = q4(&drive).wait;
    assert_eq!((wait.p90_s, wait.median_s), (Some(10), Some(2)));
    assert_eq!((wait.max_s, wait.mean_s), (Some(10), Some(4)));
}

#[test]
fn a_quarter_pools_its_dates_and_averages_nothing() {
    let mut drive = monday();
    for _ in 0..9 {
        serve(&mut drive, 10, 20);
    }
    drive.go_to(at("2026-10-06T06:00:00Z"));
    drive.open_desk(1);
    serve(&mut drive, 1000, 20);
    let report = report(&drive, "2026-Q4");
    assert_eq!(report.days[4].wait_p90_s, Some(10));
    assert_eq!(report.days[5].wait_p90_s, Some(1000));
    let wait = &report.total.quarter.wait;
    assert_eq!(wait.p90_s, Some(10));
    assert_eq!(wait.mean_s, Some(109));
}

#[test]
fn the_share_within_target_turns_at_the_target() {
    let target = SignedDuration::from_mins(15);
    let second = SignedDuration::from_secs(1);
    let issued = at("2026-10-05T06:00:00Z");
    let after = |span: SignedDuration, called: bool, cancelled: bool| {
        let mut drive = monday();
        drive.go_to(issued);
        let ticket = drive.issue(SERVICE, false);
        drive.go_to(issued + span);
        if called {
            assert!(drive.ask(&boss(), &call_next()));
        }
        if cancelled {
            let reason = "Klients aizgāja".to_owned();
            assert!(drive.ask(&boss(), &Command::Cancel { ticket, reason }));
        }
        let of = q4(&drive).within_target;
        (
            of.share.n,
            of.share.of,
            of.left_out_waiting,
            of.left_out_cancelled,
        )
    };
    assert_eq!(after(target, true, false), (1, 1, 0, 0));
    assert_eq!(after(target + second, true, false), (0, 1, 0, 0));
    assert_eq!(after(target, false, false), (0, 0, 1, 0));
    assert_eq!(after(target + second, false, false), (0, 1, 0, 0));
    assert_eq!(after(target - second, false, true), (0, 0, 0, 1));
    assert_eq!(after(target, false, true), (0, 1, 0, 0));
}

#[test]
fn a2_2_2_4_a_stepped_clock_makes_no_early_no_show() {
    let mut drive = monday();
    drive.issue(SERVICE, false);
    drive.must("2026-10-05T05:31:00Z", call_next());
    drive.happen(Event::ClockStepped { by_ms: -40_000 });
    drive.go_to(at("2026-10-05T05:31:20Z"));
    let report = report(&drive, "2026-Q4");
    assert_eq!(report.total.quarter.no_show, 1);
    assert_eq!(report.occurrences.early_no_shows, 0);
    let calls_early = |drive: &Drive| self::report(drive, "2026-Q4").occurrences.early_no_shows;
    drive.issue(SERVICE, false);
    drive.must("2026-10-05T05:40:00Z", call_next());
    let early = drive
        .state
        .centre
        .staffed(DESK)
        .and_then(|s| s.seat.ticket());
    drive.go_to(at("2026-10-05T05:40:20Z"));
    drive.happen(Event::TicketNoShow {
        ticket: early.unwrap(),
        desk: DESK,
        automatic: false,
    });
    assert_eq!(calls_early(&drive), 1, "a broken rule shows");
}

#[test]
fn a_transfer_is_one_visit_with_two_stays() {
    let mut drive = monday();
    drive.open_desk(2);
    drive.issue(SERVICE, false);
    drive.must("2026-10-05T05:40:00Z", call_next());
    drive.must(
        "2026-10-05T05:40:30Z",
        Command::CustomerArrived { desk: DESK },
    );
    let to = TransferTo::Service(Service::OrderHandout);
    drive.must("2026-10-05T05:45:30Z", Command::Transfer { desk: DESK, to });
    let second = DeskNumber(2);
    let call = Command::CallNext {
        desk: second,
        service: None,
    };
    drive.must("2026-10-05T05:50:00Z", call);
    drive.must(
        "2026-10-05T05:50:10Z",
        Command::CustomerArrived { desk: second },
    );
    let finish = Command::Finish {
        desk: second,
        outcome: None,
    };
    drive.must("2026-10-05T05:52:10Z", finish);
    let report = report(&drive, "2026-Q4");
    // All of it stands under the service of issue.
    let of = &report.services[0].period.quarter;
    assert_eq!((of.issued, of.finished, of.transferred), (1, 1, 1));
    assert_eq!((of.handling.count, of.handling.max_s), (2, Some(300)));
    assert_eq!(of.visit.max_s, Some(22 * 60 + 10));
    assert_eq!(report.services[1].period.quarter.issued, 0);
    assert_eq!((report.desks[0].finished, report.desks[0].stays), (0, 1));
    assert_eq!((report.desks[1].finished, report.desks[1].stays), (1, 1));
    assert_eq!(report.desks[0].busy_s, 330);
}

#[test]
fn a2_2_2_3_after_closing_begins_when_reception_has_ended() {
    for (end, late, overtime_s) in [
        ("2026-10-05T14:00:00Z", 0, 0),
        ("2026-10-05T14:00:01Z", 1, 1),
    ] {
        let mut drive = monday();
        drive.go_to(at("2026-10-05T13:50:00Z"));
        drive.issue(SERVICE, false);
        drive.must("2026-10-05T13:50:10Z", call_next());
        drive.must(
            "2026-10-05T13:50:20Z",
            Command::CustomerArrived { desk: DESK },
        );
        drive.must(end, finish());
        let all = report(&drive, "2026-Q4").occurrences;
        assert_eq!((all.finished_timed, all.finished_after_closing), (1, late));
        assert_eq!((all.overtime_days, all.overtime_s), (late, overtime_s));
    }
}

#[test]
fn a_break_is_not_open_time() {
    let mut drive = monday();
    drive.must("2026-10-05T06:30:00Z", Command::StartBreak { desk: DESK });
    drive.go_to(at("2026-10-05T06:40:00Z"));
    let desk = &report(&drive, "2026-Q4").desks[0];
    assert_eq!((desk.open_s, desk.break_s), (3600, 600));
    drive.must("2026-10-05T06:45:00Z", Command::EndBreak { desk: DESK });
    drive.must("2026-10-05T07:00:00Z", Command::CloseDesk { desk: DESK });
    drive.go_to(at("2026-10-05T09:00:00Z"));
    let desk = &report(&drive, "2026-Q4").desks[0];
    assert_eq!((desk.open_s, desk.break_s), (4500, 900));
    assert_eq!((desk.busy_s, desk.utilisation), (0, Some(0.0)));
}

#[test]
fn a2_2_1_3_the_report_names_the_buttons_to_the_byte() {
    for (appointments, third) in [
        (false, "Korporatīvie klienti"),
        (true, "Korporatīvie klienti/Pēc iepriekšēja pieraksta"),
    ] {
        let mut drive = monday();
        drive.setup.appointments = appointments;
        let report = report(&drive, "2026-Q4");
        let names: Vec<&str> = report.services.iter().map(|s| s.name.as_str()).collect();
        let expected = ["Pasūtījumu pieņemšana", "Pasūtījumu izsniegšana", third];
        assert_eq!(names, expected);
        let text = table(&report);
        for name in expected {
            assert!(text.lines().any(|line| line.ends_with(name)), "{name}");
        }
        let json = serde_json::to_value(&report).unwrap();
        assert_eq!(json["services"][2]["name"], third);
        assert!(csv(&report).unwrap().contains(third));
    }
}

#[test]
fn the_table_fits_a_terminal_and_the_csv_reads_back() {
    let mut drive = monday();
    drive.setup.name = "Centrs \"Ziemeļi\", Rīga".to_owned();
    for _ in 0..30 {
        serve(&mut drive, 61, 200);
    }
    let report = report(&drive, "2026-Q4");
    let text = table(&report);
    for line in text.lines() {
        assert!(line.chars().count() <= 100, "{line}");
    }
    assert!(text.contains("2026. gada 4. ceturksnis"));
    let words: Vec<&str> = text.split_whitespace().collect();
    assert!(words.join(" ").contains("100,0 % 30 30"), "{text}");

    let text = csv(&report).unwrap();
    assert_eq!(text.matches('\n').count(), text.matches("\r\n").count());
    let mut rows = ::csv::Reader::from_reader(text.as_bytes());
    let rows: Vec<::csv::StringRecord> = rows.records().map(Result::unwrap).collect();
    let value = |scope: &str, subject: &str, period: &str, measure: &str| {
        let found: Vec<&::csv::StringRecord> = rows
            .iter()
            .filter(|row| [&row[3], &row[4], &row[6], &row[7]] == [scope, subject, period, measure])
            .collect();
        assert_eq!(found.len(), 1, "{scope} {subject} {period} {measure}");
        assert_eq!(&found[0][0], "Centrs \"Ziemeļi\", Rīga");
        found[0][9].to_owned()
    };
    assert_eq!(value("centre", "", "2026-Q4", "wait_p90"), "61");
    assert_eq!(value("service", "1", "2026-10", "handling_mean"), "200");
    assert_eq!(value("service", "2", "2026-Q4", "wait_p90"), "");
    assert_eq!(value("service", "1", "2026-11", "issued"), "");
    assert_eq!(value("centre", "", "2026-Q4", "within_target_share"), "1");
    let _: Timestamp = value("day", "2026-10-05", "2026-10-05", "first_call")
        .parse()
        .unwrap();
}

#[test]
fn calls_by_hand_and_calls_before_earlier_tickets_are_counted_over_the_quarter() {
    let mut drive = monday();
    let tickets: Vec<_> = (0..4).map(|_| drive.issue(SERVICE, false)).collect();
    drive.issue(SERVICE, true);
    // Out of turn, over four; the third by hand, over two; the first and the second in their turn.
    for (minute, choice) in [(31, None), (33, Some(tickets[2])), (35, None), (37, None)] {
        let command = match choice {
            None => call_next(),
            Some(ticket) => Command::CallTicket { desk: DESK, ticket },
        };
        drive.must(&format!("2026-10-05T05:{minute}:00Z"), command);
        drive.must(
            &format!("2026-10-05T05:{minute}:20Z"),
            Command::CustomerArrived { desk: DESK },
        );
        drive.must(&format!("2026-10-05T05:{minute}:50Z"), finish());
    }
    let report = report(&drive, "2026-Q4");
    let counts = &report.occurrences;
    assert_eq!(
        (counts.calls, counts.overtakes, counts.overrides),
        (4, 2, 1)
    );
    let text = table(&report);
    assert!(
        text.contains("pēc konsultanta izvēles, ne pēc kārtas"),
        "{text}"
    );
}
