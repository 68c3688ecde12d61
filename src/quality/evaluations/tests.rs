#![allow(clippy::unwrap_used)]

use jiff::civil::{Date, date};
use jiff::{SignedDuration, Timestamp};

use super::annex::Method::{
    self, ControlVisit, MonthlyReview, MysteryCustomer, Observation, QualityObservation,
    QueueSystem, SelfCheck,
};
use super::register::{EvaluationLine, Span, State};
use super::*;
use crate::queue::calendar::{Calendar, Edits};
use crate::queue::command::Actor;
use crate::queue::hours::{DayHours, HolidayRules, OpeningHours};

/// Monday to Friday, public holidays observed.
fn hours() -> OpeningHours {
    let day = DayHours::new(vec!["08:30-17:00".parse().unwrap()]).unwrap();
    let mut week = std::array::from_fn(|_| day.clone());
    week[5] = DayHours::default();
    week[6] = DayHours::default();
    OpeningHours {
        week,
        exceptions: std::collections::BTreeMap::new(),
        holidays: HolidayRules::LAW,
        lead: SignedDuration::from_mins(2),
    }
}

/// A register that is told things one after the other.
struct Told {
    register: Evaluations,
    seq: u64,
    now: Timestamp,
}

impl Told {
    fn since(date: Date) -> Self {
        let mut register = Evaluations::default();
        register.begin_day(date);
        let mut told = Self {
            register,
            seq: 0,
            now: Timestamp::UNIX_EPOCH,
        };
        told.on(date);
        told
    }

    fn on(&mut self, date: Date) {
        self.now = date
            .at(9, 0, 0, 0)
            .in_tz("Europe/Riga")
            .unwrap()
            .timestamp();
        self.register.begin_day(date);
    }

    fn tell(&mut self, login: &str, event: EvaluationEvent) -> Result<u64, EvaluationRejection> {
        let tz = TimeZone::get("Europe/Riga").unwrap();
        self.register.check(self.now, &tz, &event)?;
        self.seq += 1;
        let actor = Actor::Consultant {
            login: login.to_owned(),
        };
        let noted = Noted {
            seq: self.seq,
            at: self.now,
            actor: &actor,
        };
        self.register.apply(noted, &event);
        Ok(self.seq)
    }

    fn held(&mut self, row: u8, method: Method, on: Date) -> Result<u64, EvaluationRejection> {
        self.tell(
            "kristaps",
            EvaluationEvent::Held(evaluation(row, method, on)),
        )
    }

    fn mark(
        &mut self,
        login: &str,
        method: Method,
        on: Date,
        rows: &[u8],
    ) -> Result<u64, EvaluationRejection> {
        self.on(on);
        let rows = rows.to_vec();
        let event = EvaluationEvent::Marked {
            method,
            rows,
            on,
            by: login.to_owned(),
        };
        self.tell(login, event)
    }

    fn line(&self, row: u8, method: Method, from: Date, to: Date) -> EvaluationLine {
        self.signed_line(row, method, from, to, &[])
    }

    fn signed_line(
        &self,
        row: u8,
        method: Method,
        from: Date,
        to: Date,
        signed: &[(Date, String)],
    ) -> EvaluationLine {
        let hours = hours();
        let edits = Edits::default();
        let calendar = Calendar::new(&hours, &edits);
        let lines = self.register.lines(&calendar, Span { from, to }, signed);
        assert_eq!(lines.len(), annex::DUTIES.len());
        let mut lines = lines.into_iter();
        lines
            .find(|line| (line.row, line.method) == (row, method))
            .unwrap()
    }
}

fn evaluation(row: u8, method: Method, held_on: Date) -> Evaluation {
    Evaluation {
        row,
        method,
        held_on,
        result: "Atbilst".to_owned(),
        notes: String::new(),
        role: Role::Quality,
    }
}

const MONDAY: Date = date(2026, 10, 5);

#[test]
fn a1_12_never_held_is_due_since_the_first_date_and_then_by_the_calendar() {
    let mut told = Told::since(MONDAY);
    let at = |told: &Told, to| told.line(12, QueueSystem, MONDAY, to);
    let line = at(&told, MONDAY);
    assert_eq!(
        (line.last, line.due, line.state),
        (None, Some(MONDAY), State::Due)
    );
    let line = at(&told, date(2026, 10, 25));
    assert_eq!((line.state, line.overdue_days), (State::Overdue, 20));

    told.on(date(2026, 11, 30));
    told.held(12, QueueSystem, date(2026, 11, 30)).unwrap();
    let line = at(&told, date(2026, 12, 1));
    assert_eq!(line.last, Some(date(2026, 11, 30)));
    assert_eq!((line.result.as_deref(), line.held), (Some("Atbilst"), 1));
    // The last day of February.
    assert_eq!(
        (line.due, line.state),
        (Some(date(2027, 2, 28)), State::InTime)
    );
    // As it stood before.
    assert_eq!(at(&told, date(2026, 11, 29)).overdue_days, 55);
    let line = at(&told, date(2027, 3, 1));
    assert_eq!((line.state, line.overdue_days), (State::Overdue, 1));
}

#[test]
fn months_and_years_end_on_the_same_day_or_the_last_one() {
    let mut told = Told::since(MONDAY);
    told.on(date(2027, 1, 31));
    told.held(8, MonthlyReview, date(2027, 1, 31)).unwrap();
    told.held(5, ControlVisit, date(2026, 12, 3)).unwrap();
    told.held(5, QualityObservation, date(2026, 12, 3)).unwrap();
    let due = |row, method| told.line(row, method, MONDAY, date(2027, 1, 31)).due;
    assert_eq!(due(8, MonthlyReview), Some(date(2027, 2, 28)));
    assert_eq!(due(5, ControlVisit), Some(date(2027, 12, 3)));
    assert_eq!(due(5, QualityObservation), Some(date(2027, 3, 3)));
}

#[test]
fn a1_12_a_signed_quarter_is_the_evaluation_by_the_queue_system() {
    let told = Told::since(MONDAY);
    let signed = [(
        date(2027, 1, 11),
        "Parakstīts 2026. gada 4. ceturksnis".to_owned(),
    )];
    let line = |to| told.signed_line(12, QueueSystem, date(2027, 1, 1), to, &signed);
    assert_eq!(line(date(2027, 1, 10)).last, None);
    let after = line(date(2027, 1, 12));
    assert_eq!((after.last, after.held), (Some(date(2027, 1, 11)), 1));
    assert_eq!(after.due, Some(date(2027, 4, 11)));
    assert_eq!(
        after.result.as_deref(),
        Some("Parakstīts 2026. gada 4. ceturksnis")
    );
}

#[test]
fn as_needed_is_never_due_but_can_be_planned() {
    let mut told = Told::since(MONDAY);
    let today = date(2026, 11, 23);
    told.on(today);
    let line = |told: &Told, to| told.line(12, MysteryCustomer, MONDAY, to);
    assert_eq!(line(&told, today).state, State::AsNeeded);
    let plan = |row, method, on| EvaluationEvent::Planned { row, method, on };
    let on = Some(date(2026, 12, 1));
    told.tell("marta", plan(12, MysteryCustomer, on)).unwrap();
    assert_eq!(
        (line(&told, today).due, line(&told, today).state),
        (on, State::InTime)
    );
    assert_eq!(line(&told, date(2026, 12, 4)).overdue_days, 3);
    told.on(date(2026, 12, 4));
    told.held(12, MysteryCustomer, date(2026, 12, 4)).unwrap();
    assert_eq!(line(&told, date(2026, 12, 4)).state, State::AsNeeded);
    told.tell("marta", plan(12, MysteryCustomer, on)).unwrap();
    told.tell("marta", plan(12, MysteryCustomer, None)).unwrap();
    assert_eq!(line(&told, date(2026, 12, 4)).due, None);
    let refused = told.tell("marta", plan(12, QueueSystem, on));
    assert_eq!(refused, Err(EvaluationRejection::NotPlanned));
}

#[test]
fn daily_ones_are_marked_once_a_person_and_counted_by_working_days() {
    let mut told = Told::since(MONDAY);
    let all = [4, 5, 6, 11, 12];
    told.mark("anna", SelfCheck, MONDAY, &all).unwrap();
    told.mark("berta", SelfCheck, MONDAY, &[12, 12]).unwrap();
    let again = told.mark("anna", SelfCheck, MONDAY, &all);
    assert_eq!(again, Err(EvaluationRejection::AlreadyMarked));
    let line = |told: &Told, row, to| told.line(row, SelfCheck, date(2026, 10, 1), to);
    let monday = line(&told, 12, MONDAY);
    assert_eq!(
        (monday.last, monday.due),
        (Some(MONDAY), Some(date(2026, 10, 6)))
    );
    let done = monday.done.unwrap();
    assert_eq!((done.days, done.of, done.times), (1, 1, 2));

    let friday = date(2026, 10, 9);
    told.mark("anna", SelfCheck, friday, &[12]).unwrap();
    // Saturday and Sunday are no working days.
    let monday = line(&told, 12, date(2026, 10, 12));
    assert_eq!(
        (monday.due, monday.state),
        (Some(date(2026, 10, 12)), State::Due)
    );
    let tuesday = line(&told, 12, date(2026, 10, 13));
    assert_eq!((tuesday.state, tuesday.overdue_days), (State::Overdue, 1));
    let done = tuesday.done.unwrap();
    assert_eq!((done.days, done.of, done.times, tuesday.held), (2, 7, 3, 3));
    let other = line(&told, 4, date(2026, 10, 13)).done.unwrap();
    assert_eq!((other.days, other.times), (1, 1));
    assert_eq!(told.line(12, Observation, MONDAY, friday).last, None);
}

#[test]
fn the_last_mark_is_found_over_the_turn_of_months_and_in_the_past() {
    let mut told = Told::since(MONDAY);
    told.mark("marta", Observation, date(2026, 10, 30), &[5])
        .unwrap();
    told.mark("marta", Observation, date(2026, 12, 2), &[5])
        .unwrap();
    let last = |to| told.line(5, Observation, MONDAY, to).last;
    assert_eq!(last(date(2026, 12, 3)), Some(date(2026, 12, 2)));
    assert_eq!(last(date(2026, 12, 1)), Some(date(2026, 10, 30)));
    assert_eq!(last(date(2026, 10, 29)), None);
    let done = told.line(5, Observation, MONDAY, date(2026, 12, 3)).done;
    assert_eq!(done.map(|done| done.days), Some(2));
}

#[test]
fn what_was_wrong_is_taken_back() {
    let mut told = Told::since(MONDAY);
    told.on(date(2026, 11, 2));
    let first = told.held(5, ControlVisit, date(2026, 10, 6)).unwrap();
    let second = told.held(5, ControlVisit, date(2026, 11, 2)).unwrap();
    let last = |told: &Told| told.line(5, ControlVisit, MONDAY, date(2026, 11, 2)).last;
    told.tell("marta", EvaluationEvent::TakenBack { entry: second })
        .unwrap();
    assert_eq!(last(&told), Some(date(2026, 10, 6)));
    told.tell("marta", EvaluationEvent::TakenBack { entry: first })
        .unwrap();
    assert_eq!(last(&told), None);
    let again = told.tell("marta", EvaluationEvent::TakenBack { entry: first });
    assert_eq!(again, Err(EvaluationRejection::NoSuchEntry));

    let today = date(2026, 11, 3);
    let mark = told.mark("anna", SelfCheck, today, &[12]).unwrap();
    told.tell("anna", EvaluationEvent::TakenBack { entry: mark })
        .unwrap();
    assert_eq!(told.line(12, SelfCheck, MONDAY, today).last, None);
    let mark = told.mark("anna", SelfCheck, today, &[12]).unwrap();
    told.mark("anna", SelfCheck, date(2026, 11, 4), &[12])
        .unwrap();
    // Its day is over.
    let late = told.tell("anna", EvaluationEvent::TakenBack { entry: mark });
    assert_eq!(late, Err(EvaluationRejection::NoSuchEntry));
}

#[test]
fn what_does_not_fit_is_refused() {
    let mut told = Told::since(MONDAY);
    let refusals = [
        (
            evaluation(9, ControlVisit, MONDAY),
            EvaluationRejection::NoSuchDuty(9),
        ),
        (
            evaluation(11, ControlVisit, MONDAY),
            EvaluationRejection::NoSuchDuty(11),
        ),
        (
            evaluation(12, SelfCheck, MONDAY),
            EvaluationRejection::Daily,
        ),
        (
            evaluation(12, QueueSystem, date(2026, 10, 7)),
            EvaluationRejection::NotYet(date(2026, 10, 7)),
        ),
        (
            Evaluation {
                result: " ".to_owned(),
                ..evaluation(12, QueueSystem, MONDAY)
            },
            EvaluationRejection::UnfitResult,
        ),
        (
            Evaluation {
                notes: "ā".repeat(NOTES_CHARS_MAX + 1),
                ..evaluation(12, QueueSystem, MONDAY)
            },
            EvaluationRejection::UnfitNotes,
        ),
    ];
    for (wrong, refusal) in refusals {
        let refused = told.tell("kristaps", EvaluationEvent::Held(wrong));
        assert_eq!(refused, Err(refusal));
    }
    let refused = told.mark("anna", QueueSystem, MONDAY, &[12]);
    assert_eq!(refused, Err(EvaluationRejection::NotDaily));
}

/// It is in a snapshot every day, for years.
#[test]
fn the_register_stays_small() {
    let mut told = Told::since(date(2026, 1, 1));
    let mut day = date(2026, 1, 1);
    while day < date(2036, 1, 1) {
        for login in ["anna", "berta"] {
            told.mark(login, SelfCheck, day, &[4, 5, 6, 11, 12])
                .unwrap();
        }
        told.mark("marta", Observation, day, &[4, 5, 6, 11, 12])
            .unwrap();
        if day.day() == 1 {
            for duty in annex::DUTIES
                .iter()
                .filter(|duty| duty.every != Every::WorkingDay)
            {
                told.held(duty.row, duty.method, day).unwrap();
            }
        }
        day = day.tomorrow().unwrap();
    }
    let text = serde_json::to_string(&told.register).unwrap();
    assert!(text.len() < 100_000, "{} bytes", text.len());
    let back: Evaluations = serde_json::from_str(&text).unwrap();
    assert_eq!(back, told.register);
    let line = told.line(12, SelfCheck, date(2035, 1, 1), date(2035, 12, 31));
    assert_eq!(
        line.done.map(|done| (done.days, done.times)),
        Some((line.done.unwrap().of, 730))
    );
}
