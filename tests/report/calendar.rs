//! Planned hours follow the calendar: public holidays, and what managers changed.

use jiff::civil::date;
use rinda::queue::calendar::Edits;
use rinda::queue::calendar::edits::DayChange;
use rinda::queue::command::Command;
use rinda::queue::hours::HolidayRules;
use rinda::report::model::DayState;
use rinda::report::{day_report, quarter_report, recompute_quarter};

use super::drive::{Drive, at, boss, setup};

#[test]
fn a1_11_a_public_holiday_is_no_day_without_data() {
    let mut setup = setup();
    setup.hours.holidays = HolidayRules::LAW;
    let as_of = at("2026-12-31T20:00:00Z");
    let edits = Edits::default();
    let quarter = quarter_report(&setup, &edits, "2026-Q4".parse().unwrap(), [], as_of);
    // 66 weekdays but 18 November, 24, 25 and 31 December.
    assert_eq!(quarter.completeness.days_planned, 62);
    let holiday = day_report(&setup, &edits, date(2026, 11, 18), None, as_of);
    assert_eq!(holiday.day.state, DayState::Closed);
    let eve = day_report(&setup, &edits, date(2026, 11, 17), None, as_of);
    let usual = day_report(&setup, &edits, date(2026, 11, 16), None, as_of);
    let closes = |report: &rinda::report::DayReport| {
        let at = report
            .day
            .closes_at
            .unwrap()
            .to_zoned(setup.timezone.clone());
        (at.hour(), at.minute())
    };
    assert_eq!(closes(&eve).0 + 1, closes(&usual).0);
}

#[test]
fn a1_11_planned_hours_of_a_past_date_are_those_a_manager_set() {
    let data = tempfile::tempdir().unwrap();
    let mut drive = Drive::new(setup(), at("2026-10-05T05:30:00Z")).journaled(data.path());
    drive.start();
    drive.expire();
    let change = |from_to: &str| DayChange::Hours {
        intervals: vec![from_to.parse().unwrap()],
    };
    for (day, hours) in [(6, "10:00-12:00"), (10, "09:00-13:00")] {
        let asked = Command::SetCalendarDay {
            date: date(2026, 10, day),
            change: change(hours),
            reason: "Mācības".to_owned(),
        };
        assert!(drive.ask(&boss(), &asked));
    }
    for day in 6..=12 {
        drive.go_to(at(&format!("2026-10-{day:02}T06:00:00Z")));
        drive.expire();
        drive.snapshot();
    }
    drive.write();

    let quarter = "2026-Q4".parse().unwrap();
    let again = recompute_quarter(data.path(), &drive.setup.timezone, quarter).unwrap();
    assert_eq!(again.calendar, drive.state.centre.calendar);
    let report = quarter_report(
        &drive.setup,
        &again.calendar,
        quarter,
        again.days,
        drive.now,
    );
    let day = |day: i8| {
        let on = date(2026, 10, day);
        report.days.iter().find(|line| line.date == on).unwrap()
    };
    assert_eq!(day(6).opens_at, Some(at("2026-10-06T07:00:00Z")));
    assert_eq!(day(6).closes_at, Some(at("2026-10-06T09:00:00Z")));
    // A Saturday, closed but for the change.
    assert_eq!(day(10).opens_at, Some(at("2026-10-10T06:00:00Z")));
}
