//! Paper: where a slip comes out, that its state is known after any accident, and KOPIJA.

use jiff::SignedDuration;
use rinda::queue::event::JobId;
use rinda::queue::paper::JobState;
use rinda::queue::screens::{Scene, Surroundings};
use rinda::queue::setup::Copies;
use rinda::queue::view::PrinterState;

use crate::floor::{Floor, TEN, floor};

/// Compares what a script's last statement led to, late paper included.
#[track_caller]
fn check(script: &str, expect: &str) {
    let mut floor = Floor::at(TEN);
    floor.tells_of_late_paper = true;
    assert_eq!(floor.run(script), expect, "{script}");
}

fn copies(floor: &Floor) -> Vec<bool> {
    floor
        .centre
        .outbox
        .jobs
        .values()
        .map(|job| job.copy)
        .collect()
}

#[test]
fn a_slip_comes_out_where_the_press_was() {
    let floor = floor("open 4; press 1; press 2 0 otrs; staff 3 by four; staff 3 by one");
    let jobs: Vec<(u64, &str)> = floor
        .centre
        .outbox
        .jobs
        .values()
        .map(|job| (job.ticket.0, job.kiosk.as_str()))
        .collect();
    // The second kiosk has no printer; consultant `one` sits at no desk.
    assert_eq!(jobs, [(1, "ieeja"), (3, "ieeja")]);
}

#[test]
fn every_paper_after_the_first_is_a_copy() {
    assert_eq!(
        copies(&floor("press 1; reprint #1; reprint #1")),
        [false, true, true]
    );
    assert_eq!(copies(&floor("press 1; press 2")), [false, false]);
    // A ticket issued without paper gets its first one later.
    assert_eq!(
        copies(&floor("open 4; staff 1 by one; reprint #1 by four")),
        [false]
    );
    check("staff 1; reprint #1", "no_printer");
    check("press 1; reprint #1 by kiosk", "not_allowed");
    check("reprint #1", "no_such_ticket");
}

#[test]
fn a_print_job_goes_queued_sending_printed_failed_or_unknown() {
    let reports = ["sending", "printed", "failed", "unknown"];
    // From each state, what each report is answered with.
    for (script, allowed) in [
        ("press 1", &["sending", "failed"][..]),
        ("press 1; sending 1", &["printed", "failed", "unknown"]),
        ("press 1; sending 1; printed 1", &[]),
        ("press 1; sending 1; failed 1", &[]),
        ("press 1; sending 1; unknown 1", &[]),
        ("press 1; unprintable 1", &[]),
    ] {
        for report in reports {
            let expect = if report == "failed" && allowed.contains(&report) {
                "failed 1, again 2 of 1".to_owned()
            } else if allowed.contains(&report) {
                format!("{report} 1")
            } else {
                "job_not_open".to_owned()
            };
            check(&format!("{script}; {report} 1"), &expect);
        }
    }
    check("sending 1", "job_not_open");
    for who in ["boss", "one", "kiosk"] {
        check(&format!("press 1; sending 1 by {who}"), "not_allowed");
    }
}

#[test]
fn jobs_are_taken_oldest_first_and_ids_are_never_used_again() {
    let floor = floor("press 1; press 2; unprintable 1; reprint #1");
    let next = floor.centre.outbox.next_for("ieeja").unwrap();
    assert_eq!(next.job, JobId(2));
    assert_eq!(floor.centre.next_job(), JobId(4));
    let mut later = floor;
    later.run("+86400");
    assert!(later.centre.outbox.jobs.is_empty());
    assert_eq!(later.centre.next_job(), JobId(4));
}

#[test]
fn paper_under_way_at_a_restart_may_have_come_out() {
    check("press 1; press 2; sending 1; restart", "started, unknown 1");
    let floor = floor("press 1; press 2; sending 1; restart");
    assert!(matches!(
        floor.centre.outbox.jobs[&JobId(1)].state,
        JobState::Unknown { .. }
    ));
    assert_eq!(floor.centre.outbox.jobs[&JobId(2)].state, JobState::Queued);
    check("press 1; sending 1; restart; printed 1", "job_not_open");
}

#[test]
fn paper_of_which_nothing_came_out_is_tried_again_as_the_same_paper() {
    check("press 1; sending 1; failed 1", "failed 1, again 2 of 1");
    assert_eq!(
        copies(&floor("press 1; sending 1; failed 1")),
        [false, false]
    );
    // A copy stays a copy, also where its customer was called meanwhile: a person asked for it.
    let script = "open 1; press 1; sending 1; printed 1; call 1; reprint #1; sending 2; failed 2";
    check(script, "failed 2, copy 3 of 2");
    assert_eq!(copies(&floor(script)), [false, true, true]);
    // What cannot be printed at all is not tried for ever.
    check("press 1; unprintable 1", "failed 1");
    // Whoever was called needs no paper to wait with.
    check("open 1; press 1; sending 1; call 1; failed 1", "failed 1");
    // The wish is as old as the first paper.
    check(
        "press 1; +40; sending 1; failed 1; +19.999; sending 2",
        "sending 2",
    );
    check("press 1; +40; sending 1; failed 1; +20", "failed 2");
    check("press 1; sending 1; +61; failed 1", "failed 1");
}

#[test]
fn a_ticket_in_doubt_gets_one_copy_once_the_printer_is_well_and_empty() {
    let doubt = "press 1; sending 1; unknown 1";
    check(&format!("{doubt}; cleared"), "copy 2 of 1");
    assert_eq!(copies(&floor(&format!("{doubt}; cleared"))), [false, true]);
    check(&format!("{doubt}; cleared; cleared"), "");
    // A printer that leaves the copy in doubt as well needs a person.
    check(
        &format!("{doubt}; cleared; sending 2; unknown 2; cleared"),
        "",
    );
    check(&format!("{doubt}; reprint #1; cleared"), "");
    // Its customer has left the kiosk, or needs no paper any more.
    check(&format!("{doubt}; +59.999; cleared"), "copy 2 of 1");
    check(&format!("{doubt}; +60; cleared"), "");
    check(&format!("open 1; {doubt}; call 1; cleared"), "");
    check(&format!("{doubt}; cancel #1 left; cleared"), "");
    // After an accident of the daemon's the same holds.
    check("press 1; sending 1; restart; cleared", "copy 2 of 1");
    check(
        "press 1; press 2; sending 1; unknown 1; sending 2; unknown 2; cleared",
        "copy 3 of 1, copy 4 of 2",
    );
    check("cleared by boss", "not_allowed");
    check("cleared by kiosk", "not_allowed");
}

#[test]
fn a_person_alone_makes_copies_where_the_configuration_says_so() {
    let mut floor = floor("press 1; sending 1; unknown 1");
    let kiosk = floor.setup.kiosks.get_mut("ieeja").unwrap();
    kiosk.paper.copies = Copies::ByHand;
    assert_eq!(floor.run("cleared"), "");
    assert_eq!(floor.run("reprint #1"), "slip 2 of #1");
}

#[test]
fn paper_that_came_late_is_not_printed_to_nobody() {
    check("press 1; +59.999", "");
    check("press 1; +60", "failed 1");
    // Whoever is called at once still stands at the kiosk and gets the paper.
    check("open 1; press 1; call 1; +14", "");
    check("open 1; press 1; call 1; +15", "failed 1");
    check("press 1; cancel #1 left; +15", "failed 1");
    // Paper asked for by a person is for whoever asked.
    check(
        "open 1; press 1; sending 1; printed 1; call 1; reprint #1; +29",
        "",
    );
    check(
        "open 1; press 1; sending 1; printed 1; call 1; +20; reprint #1; +59; sending 2",
        "sending 2",
    );
    // What the printer has already begun is the printer's to tell.
    check("press 1; sending 1; +3600; printed 1", "printed 1");
    // A daemon that was down finds the old wishes over; a stepped clock changes nothing.
    check("press 1; +59; jump 3600; sending 1", "sending 1");
    check("press 1; +59; jump -3600; +1", "failed 1");
}

#[test]
fn a_roll_is_counted_from_the_moment_somebody_put_it_in() {
    let roll = |script: &str| {
        floor(script)
            .centre
            .rolls
            .get("ieeja")
            .cloned()
            .unwrap_or_default()
    };
    let printed = "press 1; sending 1; printed 1; press 2; sending 2; unknown 2";
    assert_eq!((roll(printed).papers, roll(printed).left(700)), (2, None));
    assert_eq!(roll(&format!("roll; {printed}")).left(700), Some(698));
    // Paper that never left the roll takes nothing from it; a new day and a restart nothing either.
    let over = format!("roll; {printed}; press 3; sending 3; failed 3; restart; +86400");
    assert_eq!(roll(&over).left(700), Some(698));
    assert_eq!(roll(&format!("{over}; roll")).left(700), Some(700));
    assert_eq!(roll(&format!("roll; {printed}")).left(1), Some(0));
    check("roll; roll", "");
    check("roll otrs", "no_printer");
    check("roll nowhere", "no_such_kiosk");
    check("roll by kiosk", "not_allowed");
}

/// What the staff is told of one kiosk's printer and paper.
fn alerts(floor: &Floor, state: PrinterState, since_s: i64) -> Vec<(String, bool)> {
    let since = floor.now - SignedDuration::from_secs(since_s);
    let around = Surroundings {
        printers: [("ieeja".to_owned(), state)].into(),
        printers_since: [("ieeja".to_owned(), since)].into(),
        ..Surroundings::default()
    };
    let scene = Scene {
        setup: &floor.setup,
        centre: &floor.centre,
        around: &around,
        now: floor.now,
    };
    let alerts = scene.alerts().into_iter();
    alerts.map(|alert| (alert.text, alert.urgent)).collect()
}

#[test]
fn each_trouble_of_a_printer_has_its_words() {
    let floor = floor("open 1");
    for (state, urgent) in [
        (PrinterState::PaperLow, false),
        (PrinterState::PaperOut, true),
        (PrinterState::CoverOpen, true),
        (PrinterState::Error, true),
        (PrinterState::Offline, true),
        (PrinterState::TicketInMouth, false),
    ] {
        let told = alerts(&floor, state, 30);
        assert_eq!(told.len(), 1, "{state:?}");
        assert_eq!(told[0].1, urgent, "{state:?}");
        assert!(told[0].0.starts_with("Kioskā „ieeja” "), "{told:?}");
    }
    // Every ticket is in the mouth for a moment.
    assert_eq!(alerts(&floor, PrinterState::TicketInMouth, 29), []);
    assert_eq!(alerts(&floor, PrinterState::Ready, 30), []);
}

#[test]
fn a_new_roll_is_asked_for_before_the_sensor_does() {
    let mut floor = floor("roll");
    let kiosk = floor.setup.kiosks.get_mut("ieeja").unwrap();
    kiosk.paper.roll_tickets = 8;
    for job in 1..=6 {
        floor.run(&format!(
            "issue {}; sending {job}; printed {job}",
            job % 3 + 1
        ));
    }
    assert_eq!(alerts(&floor, PrinterState::Ready, 0), []);
    floor.run("issue 1; sending 7; printed 7");
    let told = alerts(&floor, PrinterState::Ready, 0);
    assert!(
        told[0].0.contains("pietiks vēl aptuveni 1 biļetei"),
        "{told:?}"
    );
    // The sensor's own word goes before the estimate.
    assert_eq!(alerts(&floor, PrinterState::PaperLow, 0).len(), 1);
    floor.run("issue 1; sending 8; printed 8; issue 1; sending 9; printed 9");
    let told = alerts(&floor, PrinterState::Ready, 0);
    assert!(told[0].0.contains("atzīmējiet to"), "{told:?}");
    floor.run("roll");
    assert_eq!(alerts(&floor, PrinterState::Ready, 0), []);
}

#[test]
fn customers_without_paper_are_named_while_they_wait() {
    let mut floor = floor("open 1; issue 1; issue 2; sending 1; unknown 1; unprintable 2");
    let told = alerts(&floor, PrinterState::Ready, 0);
    assert!(told[0].0.contains("gaida P 001, S 001."), "{told:?}");
    floor.run("call 1; reprint #2");
    assert_eq!(alerts(&floor, PrinterState::Ready, 0), []);
}
