//! A day of mischief, number by number.

use jiff::civil::date;
use rinda::queue::catalogue::Service;
use rinda::queue::command::{Actor, Asked, Command};
use rinda::queue::ticket::{DeskNumber, TicketId};
use rinda::report::mischief::{Mischief, MischiefCounts};
use rinda::report::{QuarterReport, csv, day_report, quarter_report, recompute, table};

use super::drive::{Drive, at, riga, setup};

const DESK: DeskNumber = DeskNumber(2);

/// Somebody presses a button of the kiosk's board.
fn press(drive: &mut Drive, now: &str, button: u8, age_ms: u64) -> TicketId {
    drive.go_to(at(now));
    let kiosk = "ieeja".to_owned();
    let device = Actor::Device {
        name: kiosk.clone(),
    };
    let command = Command::IssueTicket {
        service: Service::try_from(button).unwrap(),
        asked: Asked::Board { kiosk, age_ms },
        out_of_turn: false,
    };
    assert!(drive.ask(&device, &command), "{now}");
    TicketId(drive.state.centre.tickets_issued)
}

fn cancel(drive: &mut Drive, now: &str, ticket: TicketId) {
    let reason = "Neviena nav".to_owned();
    drive.must(now, Command::Cancel { ticket, reason });
}

/// Calls a ticket; nobody comes within the minute.
fn nobody_comes(drive: &mut Drive, now: &str, over: &str, ticket: TicketId) {
    drive.must(now, Command::CallTicket { desk: DESK, ticket });
    drive.go_to(at(over));
}

/// Monday 5 October: five tickets at once, of which one is wanted, and other mischief.
fn the_day() -> Drive {
    let mut setup = setup();
    setup.rules.burst_tickets = 5;
    let mut drive = Drive::new(setup, at("2026-10-05T05:20:00Z"));
    drive.start();
    drive.expire();
    press(&mut drive, "2026-10-05T05:21:00Z", 1, 0);
    drive.go_to(at("2026-10-05T05:30:00Z"));
    drive.open_desk(DESK.0);
    let wanted = press(&mut drive, "2026-10-05T05:31:00Z", 1, 0);
    press(&mut drive, "2026-10-05T05:31:01Z", 1, 0);
    let second = press(&mut drive, "2026-10-05T05:31:10Z", 2, 0);
    let third = press(&mut drive, "2026-10-05T05:31:20Z", 3, 0);
    let fourth = press(&mut drive, "2026-10-05T05:31:30Z", 1, 0);
    let fifth = press(&mut drive, "2026-10-05T05:31:50Z", 2, 0);
    press(&mut drive, "2026-10-05T05:31:55Z", 3, 0);
    press(&mut drive, "2026-10-05T05:35:00Z", 3, 11_000);
    assert_eq!(drive.state.centre.tickets_issued, 5);

    let call = Command::CallTicket {
        desk: DESK,
        ticket: wanted,
    };
    drive.must("2026-10-05T05:36:00Z", call);
    let arrived = Command::CustomerArrived { desk: DESK };
    drive.must("2026-10-05T05:36:20Z", arrived);
    let outcome = None;
    let finish = Command::Finish {
        desk: DESK,
        outcome,
    };
    drive.must("2026-10-05T05:39:00Z", finish);
    nobody_comes(
        &mut drive,
        "2026-10-05T05:40:00Z",
        "2026-10-05T05:41:00Z",
        second,
    );
    cancel(&mut drive, "2026-10-05T05:42:00Z", third);
    nobody_comes(
        &mut drive,
        "2026-10-05T05:45:00Z",
        "2026-10-05T05:46:00Z",
        fourth,
    );
    // Somebody asked for the fifth: no ghost, though nobody came in the end.
    nobody_comes(
        &mut drive,
        "2026-10-05T05:50:00Z",
        "2026-10-05T05:51:00Z",
        fifth,
    );
    drive.must("2026-10-05T05:52:00Z", Command::Reinstate { ticket: fifth });
    nobody_comes(
        &mut drive,
        "2026-10-05T05:55:00Z",
        "2026-10-05T05:56:00Z",
        fifth,
    );
    // Three within a minute and a second are none, three within a minute are a series.
    for (hour, last) in [("07", "01:01"), ("08", "01:00")] {
        for (minute, button) in [("00:00", 1), ("00:30", 2), (last, 3)] {
            let ticket = press(
                &mut drive,
                &format!("2026-10-05T{hour}:{minute}Z"),
                button,
                0,
            );
            cancel(&mut drive, &format!("2026-10-05T{hour}:{minute}Z"), ticket);
        }
    }
    // Staff issue at no kiosk; what the day's end cancels tells nothing.
    for _ in 0..3 {
        let ticket = drive.issue(Service::OrderIntake, false);
        cancel(&mut drive, "2026-10-05T08:10:00Z", ticket);
    }
    for (minute, button) in [("00", 1), ("10", 2), ("20", 3)] {
        press(
            &mut drive,
            &format!("2026-10-05T13:55:{minute}Z"),
            button,
            0,
        );
    }
    drive
}

fn report(drive: &Drive) -> QuarterReport {
    let edits = &drive.state.centre.calendar;
    let days = drive.kept.clone();
    quarter_report(
        &drive.setup,
        edits,
        "2026-Q4".parse().unwrap(),
        days,
        drive.now,
    )
}

#[test]
fn each_kind_of_mischief_is_counted_as_what_it_is() {
    let mut drive = the_day();
    assert_eq!(
        report(&drive).mischief.counts.series,
        0,
        "the day is not over"
    );
    drive.go_to(at("2026-10-06T05:00:00Z"));
    let of: Mischief = report(&drive).mischief;
    let counts = MischiefCounts {
        presses_resting: 1,
        presses_burst: 1,
        presses_stale: 1,
        presses_closed: 1,
        series: 2,
        series_tickets: 4 + 3,
        series_left: 3 + 3,
    };
    assert_eq!(of.counts, counts);
    assert_eq!(report(&drive).occurrences.suppressed, 3);
    // The second and the fourth, a minute of a desk each; 5 + 6 + 3 + 3 tickets.
    assert_eq!((of.ghosts.n, of.ghosts.of, of.ghost_s), (2, 17, 120));
    assert!(of.ghosts.small_sample);
    let by_service: Vec<(u64, u64)> = of
        .services
        .iter()
        .map(|s| (s.ghosts.n, s.ghost_s))
        .collect();
    assert_eq!(by_service, [(1, 60), (1, 60), (0, 0)]);
    let half_hours: Vec<(&str, u64, u64)> = of
        .half_hours
        .iter()
        .map(|at| (at.label.as_str(), at.ghosts.n, at.ghosts.of))
        .collect();
    assert_eq!(
        half_hours,
        [
            ("8.30", 2, 5),
            ("10.00", 0, 3),
            ("11.00", 0, 6),
            ("16.30", 0, 3)
        ]
    );
    let day = of
        .days
        .iter()
        .find(|day| day.date == date(2026, 10, 5))
        .unwrap();
    assert_eq!((day.counts, day.ghosts, day.ghost_s), (counts, 2, 120));
    let edits = drive.state.centre.calendar.clone();
    let kept = drive.kept.get(&day.date);
    let alone = day_report(&drive.setup, &edits, day.date, kept, drive.now);
    assert_eq!(alone.mischief.unwrap().counts, counts);
    assert_eq!(recompute(drive.records.clone(), &riga()), drive.kept);
}

#[test]
fn mischief_stands_in_the_table_and_the_csv() {
    let mut drive = the_day();
    drive.go_to(at("2026-10-06T05:00:00Z"));
    let report = report(&drive);
    let text = table(&report);
    assert!(text.contains("Biļetes bez klienta"), "{text}");
    assert!(
        text.contains("  visas 11,8 %*       2 17      2,0"),
        "{text}"
    );
    let rows = csv(&report).unwrap();
    for row in [
        "centre,,,2026-Q4,ghost_tickets,tickets,2,,",
        "centre,,,2026-Q4,ghost_share,share,0.1176,17,true",
        "centre,,,2026-Q4,press_series,count,2,,",
        "service,1,Pasūtījumu pieņemšana,2026-Q4,ghost_time,s,60,,",
        "day,2026-10-05,,2026-10-05,presses_burst,count,1,,",
        "half_hour,8.30,,2026-Q4,ghost_share,share,0.4,5,true",
    ] {
        assert!(rows.contains(row), "{row}\n{rows}");
    }
}

#[test]
fn the_manager_sees_todays_mischief_at_once() {
    let drive = the_day();
    let around = rinda::queue::screens::Surroundings::default();
    let scene = rinda::queue::screens::Scene {
        setup: &drive.setup,
        centre: &drive.state.centre,
        around: &around,
        now: drive.now,
    };
    let today = scene.manager(1).mischief;
    assert_eq!((today.resting, today.burst, today.stale), (1, 1, 1));
    assert_eq!((today.series, today.series_tickets), (2, 7));
    assert_eq!((today.ghosts, today.ghost_s), (2, 120));
}
