//! Monitors and displays: when they are on, and what about them needs a person (A2/1/5.1–5.5).

use jiff::{SignedDuration, Timestamp};
use rinda::queue::centre::Centre;
use rinda::queue::displays::{AWAY_TIME, Connected, Display, connected, monitor_on, told_between};
use rinda::queue::hours::{DayHours, Exception};
use rinda::queue::screens::{Scene, Surroundings};
use rinda::queue::setup::Setup;
use rinda::queue::view::{DisplayState, LampState, MonitorState, PrinterState};

use crate::floor::{Floor, TEN, floor, setup};

const WELL: Connected = Connected {
    paints: true,
    sounds: true,
};

/// A moment of local time on a day of November 2026, when Riga is two hours ahead.
fn local(text: &str) -> Timestamp {
    format!("2026-11-{text}+02:00").parse().unwrap()
}

/// Working days 8.30–12 and 12.30–17, nothing on Saturdays and Sundays and on Monday 23.11.
fn with_break() -> Setup {
    let mut setup = setup();
    let working = vec![
        "08:30-12:00".parse().unwrap(),
        "12:30-17:00".parse().unwrap(),
    ];
    let working = DayHours::new(working).unwrap();
    setup.hours.week = std::array::from_fn(|day| match day {
        0..5 => working.clone(),
        _ => DayHours::default(),
    });
    let closed = Exception {
        hours: DayHours::default(),
        reason: "Slēgts".to_owned(),
    };
    let monday = "2026-11-23".parse().unwrap();
    setup.hours.exceptions.insert(monday, closed);
    setup
}

#[track_caller]
fn check_level(at: &str, lead_min: i64, expected: bool) {
    let lead = SignedDuration::from_mins(lead_min);
    let on = monitor_on(&with_break(), &Centre::default(), local(at), lead);
    assert_eq!(on, expected, "{at} with {lead_min} min");
}

#[test]
fn a2_1_6_1_the_monitor_is_on_when_tickets_can_be_taken() {
    check_level("24T08:27:59.999", 0, false);
    check_level("24T08:28:00", 0, true);
    check_level("24T16:59:59.999", 0, true);
    check_level("24T17:00:00", 0, false);
}

#[test]
fn a2_1_6_2_earlier_by_configuration_and_never_later_than_the_tickets() {
    check_level("24T08:14:59.999", 15, false);
    check_level("24T08:15:00", 15, true);
    check_level("24T08:28:00", 1, true);
}

#[test]
fn it_stays_on_over_the_lunch_break_and_off_on_days_without_reception() {
    check_level("24T12:10:00", 0, true);
    check_level("22T10:00:00", 0, false);
    check_level("23T10:00:00", 0, false);
}

#[test]
fn a_lead_longer_than_the_night_reaches_into_the_day_before() {
    check_level("23T23:30:00", 600, true);
    check_level("22T23:30:00", 600, false);
}

#[track_caller]
fn check_evening(script: &str, expected: bool) {
    let floor = floor(script);
    let on = monitor_on(&floor.setup, &floor.centre, floor.now, SignedDuration::ZERO);
    assert_eq!(on, expected, "{script}");
}

#[test]
fn a2_2_2_3_it_goes_off_when_the_last_customer_is_out() {
    // From ten to a quarter past five.
    check_evening("open 1; issue 1; +26100", true);
    check_evening("open 1; issue 1; +26100; call 1", true);
    check_evening("open 1; issue 1; +26100; call 1; arrive 1; docs 1", true);
    check_evening("open 1; issue 1; +26100; call 1; arrive 1; finish 1", false);
    check_evening("open 1; issue 1; +26100; call 1; +60", false);
    check_evening("open 1; issue 1; +26100; cancel #1 gone by boss", false);
    check_evening("open 1; issue 1; call 1; arrive 1; park 1; +26100", false);
    check_evening("open 1; +26100", false);
}

struct Wall {
    floor: Floor,
    around: Surroundings,
}

impl Wall {
    fn with(names: &[&str]) -> Self {
        let floor = Floor::at(TEN);
        let displays = names.iter().map(|name| {
            let display = Display::awaited(floor.now);
            ((*name).to_owned(), display)
        });
        let around = Surroundings {
            displays: displays.collect(),
            ..Surroundings::default()
        };
        Self { floor, around }
    }

    fn hear(&mut self, name: &str, connection: u64, says: Option<Connected>) {
        let display = self.around.displays.get_mut(name).unwrap();
        display.hear(connection, says, self.floor.now);
    }

    fn scene(&self) -> Scene<'_> {
        Scene {
            setup: &self.floor.setup,
            centre: &self.floor.centre,
            around: &self.around,
            now: self.floor.now,
        }
    }

    fn alerts(&self) -> Vec<String> {
        let alerts = self.scene().alerts();
        alerts
            .iter()
            .map(|alert| format!("{}: {}", alert.kind, alert.text))
            .collect()
    }

    #[track_caller]
    fn tells(&self, kind: &str, text: &str) {
        let alerts = self.alerts();
        let [alert] = alerts.as_slice() else {
            panic!("{alerts:?}");
        };
        assert!(
            alert.starts_with(&format!("{kind}: ")) && alert.contains(text),
            "{alert}"
        );
    }
}

#[test]
fn a2_1_5_one_that_never_came_is_told_after_a_while_by_its_name() {
    let mut wall = Wall::with(&["zāle"]);
    wall.floor.run("+14.999");
    assert!(wall.alerts().is_empty());
    wall.floor.run("+0.001");
    wall.tells("display_absent", "„zāle”");
    let displays = &wall.around.displays;
    let due = wall.floor.now;
    assert!(told_between(displays, due - AWAY_TIME, due));
    assert!(!told_between(displays, due, due + AWAY_TIME));
    wall.hear("zāle", 1, Some(WELL));
    assert!(wall.alerts().is_empty());
    assert_eq!(connected(&wall.around.displays), 1);
}

#[test]
fn a2_1_5_one_that_left_is_told_and_one_that_only_reloads_is_not() {
    let mut wall = Wall::with(&["zāle"]);
    wall.hear("zāle", 1, Some(WELL));
    wall.floor.run("+3600");
    wall.hear("zāle", 1, None);
    wall.floor.run("+3");
    wall.hear("zāle", 2, Some(WELL));
    wall.floor.run("+60");
    assert!(wall.alerts().is_empty());
    wall.hear("zāle", 2, None);
    wall.floor.run("+15");
    wall.tells("display_lost", "atvienojies");
}

#[test]
fn a2_1_5_a_frozen_one_is_told_at_once_and_the_worst_of_two_screens_counts() {
    let mut wall = Wall::with(&["zāle", "gaitenis"]);
    wall.hear("zāle", 1, Some(WELL));
    wall.hear("zāle", 2, Some(WELL));
    wall.hear("gaitenis", 3, Some(WELL));
    let frozen = Connected {
        paints: false,
        sounds: true,
    };
    wall.hear("zāle", 2, Some(frozen));
    wall.tells("display_frozen", "„zāle” ir sastindzis");
    let list = wall.scene().manager(0).display_list;
    let states: Vec<_> = list.iter().map(|line| line.state).collect();
    assert_eq!(states, [DisplayState::Well, DisplayState::Frozen]);
    wall.hear("zāle", 2, Some(WELL));
    assert!(wall.alerts().is_empty());
    let silent = Connected {
        paints: true,
        sounds: false,
    };
    wall.hear("gaitenis", 3, Some(silent));
    wall.tells("display", "„gaitenis” ir bez skaņas");
}

#[test]
fn a_report_that_changes_nothing_moves_no_time() {
    let mut wall = Wall::with(&["zāle"]);
    wall.hear("zāle", 1, Some(WELL));
    let since = wall.scene().manager(0).display_list[0].since;
    wall.floor.run("+5");
    wall.hear("zāle", 1, Some(WELL));
    assert_eq!(wall.scene().manager(0).display_list[0].since, since);
}

#[test]
fn out_of_hours_nobody_is_told_of_a_dark_display() {
    let mut wall = Wall::with(&["zāle"]);
    wall.floor.run("+26100");
    assert!(wall.alerts().is_empty());
    // The next morning, when tickets can be taken.
    wall.floor.run("+54780");
    wall.tells("display_absent", "„zāle”");
}

#[test]
fn a_monitor_that_does_not_obey_is_told_at_any_hour() {
    let mut wall = Wall::with(&[]);
    wall.floor.run("+26100");
    wall.around.monitor = Some((MonitorState::Failing, wall.floor.now));
    wall.tells("monitor", "ar pulti");
    wall.around.monitor = Some((MonitorState::Off, wall.floor.now));
    assert!(wall.alerts().is_empty());
}

#[test]
fn lamps_are_lit_where_a_press_issues_a_ticket() {
    let mut wall = Wall::with(&[]);
    assert_eq!(wall.scene().lamps(), [LampState::On; 3]);
    // The number stands on the kiosk's screen.
    let printers = &mut wall.around.printers;
    printers.insert("ieeja".to_owned(), PrinterState::PaperOut);
    assert_eq!(wall.scene().lamps(), [LampState::On; 3]);
    wall.around.journal_fails = true;
    assert_eq!(wall.scene().lamps(), [LampState::OutOfService; 3]);
    wall.floor.run("+26100");
    assert_eq!(wall.scene().lamps(), [LampState::Off; 3]);
}
