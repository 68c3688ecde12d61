#![allow(clippy::unwrap_used)]
use super::*;
use crate::quality::feedback::Late;

fn book() -> FeedbackBook {
    let mut book = FeedbackBook::default();
    let mut put = |first: &str, kind, counts| {
        let first: Date = first.parse().unwrap();
        let month = book.months.entry(first).or_default();
        month.kinds.insert(kind, counts);
    };
    let counts = |received, justified, unjustified, told_at_once, told_late| Counts {
        received,
        justified,
        unjustified,
        told_at_once,
        told_late,
    };
    put("2026-09-01", FeedbackKind::Complaint, counts(9, 9, 0, 9, 0));
    put("2026-10-01", FeedbackKind::Complaint, counts(4, 1, 2, 2, 1));
    put("2026-12-01", FeedbackKind::Complaint, counts(1, 1, 0, 1, 0));
    put("2026-12-01", FeedbackKind::Comment, counts(2, 0, 0, 2, 0));
    let october = book.months.get_mut(&"2026-10-01".parse().unwrap());
    october.unwrap().late.push(Late {
        id: 7,
        received_at: "2026-10-05T07:15:00Z".parse().unwrap(),
        after_s: 11_400,
    });
    book
}

fn report() -> FeedbackReport {
    let date = |text: &str| text.parse().unwrap();
    feedback_report(&book(), date("2026-10-01"), date("2026-12-31"))
}

#[test]
fn a1_8_justified_complaints_are_counted_by_month_and_quarter() {
    let report = report();
    let months: Vec<&str> = report.months.iter().map(|m| m.month.as_str()).collect();
    assert_eq!(months, ["2026-10", "2026-11", "2026-12"]);
    let justified = |lines: &[FeedbackLine]| {
        let of = |kind| lines.iter().find(|line| line.kind == kind).unwrap();
        let complaint = of(FeedbackKind::Complaint);
        assert_eq!(of(FeedbackKind::Comment).justified, None);
        (complaint.received, complaint.justified, complaint.undecided)
    };
    let by_month: Vec<_> = report.months.iter().map(|m| justified(&m.kinds)).collect();
    let expected = [
        (4, Some(1), Some(1)),
        (0, Some(0), Some(0)),
        (1, Some(1), Some(0)),
    ];
    assert_eq!(by_month, expected);
    assert_eq!(justified(&report.quarter), (5, Some(2), Some(1)));
}

#[test]
fn c29_the_strip_tells_n_of_all_and_how_late_the_others_were() {
    let tz = TimeZone::get("Europe/Riga").unwrap();
    let row = row(&report(), &tz);
    assert_eq!((row.clause.as_str(), row.n, row.of), ("29", 5, 7));
    assert_eq!(row.exceptions.len(), 2);
    assert!(
        row.exceptions[0].contains("ziņots pēc 3 h 10 min"),
        "{row:?}"
    );
    assert_eq!(row.exceptions[1], "1 nav ziņots");
}
