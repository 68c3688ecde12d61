//! Paper: where a slip comes out, that its state is known after any accident, and KOPIJA.

use rinda::queue::event::JobId;
use rinda::queue::paper::JobState;

use crate::floor::{Floor, check, floor};

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
        ("press 1; failed 1", &[]),
    ] {
        for report in reports {
            let expect = if allowed.contains(&report) {
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
    let floor = floor("press 1; press 2; failed 1; reprint #1");
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
