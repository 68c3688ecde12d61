#![allow(clippy::unwrap_used, clippy::expect_used)]
//! Technical failures with the time passed in.

use jiff::tz::TimeZone;

use super::*;
use crate::queue::command::Actor;

const BEGAN: &str = "2026-11-23T08:00:00Z";

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// A failure of electricity since ten in the morning, and what is done about it.
struct Book {
    incidents: Incidents,
    seq: u64,
}

impl Book {
    fn new() -> Self {
        Self {
            incidents: Incidents::default(),
            seq: 0,
        }
    }

    fn with(forecast: Option<Forecast>) -> Self {
        let mut book = Self::new();
        book.does(BEGAN, opened(Disturbed::Electricity, None, forecast))
            .unwrap();
        book
    }

    /// The refusal, or the sequence of the fact.
    fn does(&mut self, now: &str, event: IncidentEvent) -> Result<u64, IncidentRejection> {
        let tz = TimeZone::get("Europe/Riga").unwrap();
        self.incidents.check(at(now), &tz, &event)?;
        self.seq += 1;
        let actor = Actor::Supervisor {
            login: "marta".to_owned(),
        };
        let noted = Noted {
            seq: self.seq,
            at: at(now),
            actor: &actor,
        };
        self.incidents.apply(noted, &event);
        Ok(self.seq)
    }

    fn takes(&mut self, now: &str, deed: Deed) -> Result<u64, IncidentRejection> {
        let done = IncidentEvent::Done {
            id: 1,
            deed,
            at: None,
        };
        self.does(now, done)
    }

    fn forecasts(
        &mut self,
        now: &str,
        forecast: Option<Forecast>,
    ) -> Result<u64, IncidentRejection> {
        self.does(now, IncidentEvent::Forecast { id: 1, forecast })
    }

    fn one(&self) -> &Incident {
        self.incidents.get(1).unwrap()
    }

    fn website_is_due(&self) -> bool {
        self.one().untaken().any(|step| step == Step::Website)
    }
}

fn opened(
    disturbed: Disturbed,
    began_at: Option<&str>,
    forecast: Option<Forecast>,
) -> IncidentEvent {
    let what = match disturbed {
        Disturbed::Other => "Kadastra sistēma",
        Disturbed::Electricity | Disturbed::Internet => "",
    };
    IncidentEvent::Opened {
        disturbed,
        what: what.to_owned(),
        began_at: began_at.map(at),
        forecast,
    }
}

fn services() -> Deed {
    Deed::Services {
        cause: "Kabelis pārrauts".to_owned(),
        forecast: None,
    }
}

fn notice() -> Deed {
    Deed::Notice {
        posted: true,
        where_to: "Jelgavas centrs, Pasta iela 47".to_owned(),
    }
}

#[test]
fn a2_2_4_2_four_hours_are_no_task_and_a_minute_more_is_one() {
    for (forecast, due) in [
        (None, false),
        (Some(Forecast::LastsMin(240)), false),
        (Some(Forecast::LastsMin(241)), true),
        (Some(Forecast::Until(at("2026-11-23T12:00:00Z"))), false),
        (Some(Forecast::Until(at("2026-11-23T12:00:01Z"))), true),
    ] {
        let book = Book::with(forecast);
        assert_eq!(book.website_is_due(), due, "{forecast:?}");
    }
    // It is the beginning that counts, not the entry.
    let mut book = Book::new();
    let until = Forecast::Until(at("2026-11-23T13:30:00Z"));
    let late = opened(Disturbed::Internet, Some(BEGAN), Some(until));
    book.does("2026-11-23T12:00:00Z", late).unwrap();
    assert!(book.website_is_due());
}

#[test]
fn a2_2_4_2_a_changed_forecast_brings_the_task_and_takes_it_away_while_it_is_not_done() {
    let now = "2026-11-23T09:00:00Z";
    let mut book = Book::with(Some(Forecast::LastsMin(60)));
    assert_eq!(
        book.takes(now, Deed::Website),
        Err(IncidentRejection::NotDue)
    );
    book.forecasts(now, Some(Forecast::LastsMin(241))).unwrap();
    assert!(book.website_is_due());
    book.forecasts(now, Some(Forecast::LastsMin(240))).unwrap();
    assert!(!book.website_is_due());
    let asked = Deed::Services {
        cause: "Kabelis pārrauts".to_owned(),
        forecast: Some(Forecast::LastsMin(300)),
    };
    book.takes(now, asked).unwrap();
    assert!(book.website_is_due());
    book.takes(now, Deed::Website).unwrap();
    // What was done stays done.
    book.forecasts(now, None).unwrap();
    assert!(book.one().taken(Step::Website).is_some());
    assert!(book.one().steps().any(|step| step == Step::Website));
}

#[test]
fn a_beginning_is_of_today_or_yesterday_and_never_ahead() {
    // A quarter past midnight in Riga: yesterday began 24 hours and a quarter ago.
    let now = "2026-11-22T22:15:00Z";
    for (began, fits) in [
        ("2026-11-22T22:15:00Z", true),
        ("2026-11-22T22:15:01Z", false),
        ("2026-11-21T22:00:00Z", true),
        ("2026-11-21T21:59:59Z", false),
    ] {
        let event = opened(Disturbed::Electricity, Some(began), None);
        let expected = if fits {
            Ok(1)
        } else {
            Err(IncidentRejection::UnfitBeginning)
        };
        assert_eq!(Book::new().does(now, event), expected, "{began}");
    }
}

#[test]
fn a_forecast_ends_after_the_beginning_within_31_days() {
    for (forecast, fits) in [
        (Forecast::LastsMin(0), false),
        (Forecast::LastsMin(1), true),
        (Forecast::Until(at(BEGAN)), false),
        (Forecast::LastsMin(31 * 24 * 60), true),
        (Forecast::LastsMin(31 * 24 * 60 + 1), false),
        (Forecast::LastsMin(u32::MAX), false),
    ] {
        let event = opened(Disturbed::Electricity, None, Some(forecast));
        let done = Book::new().does(BEGAN, event);
        assert_eq!(done.is_ok(), fits, "{forecast:?}: {done:?}");
    }
}

#[test]
fn what_else_is_disturbed_is_said_and_the_same_is_not_noted_twice() {
    let mut book = Book::with(None);
    let again = opened(Disturbed::Electricity, None, None);
    assert_eq!(
        book.does(BEGAN, again.clone()),
        Err(IncidentRejection::AlreadyOpen(1))
    );
    for _ in 0..2 {
        book.does(BEGAN, opened(Disturbed::Other, None, None))
            .unwrap();
    }
    for (disturbed, what) in [
        (Disturbed::Other, " "),
        (Disturbed::Internet, "viss"),
        (Disturbed::Other, &"a".repeat(TEXT_CHARS_MAX + 1)),
    ] {
        let event = IncidentEvent::Opened {
            disturbed,
            what: what.to_owned(),
            began_at: None,
            forecast: None,
        };
        assert_eq!(book.does(BEGAN, event), Err(IncidentRejection::UnfitWhat));
    }
    book.takes(BEGAN, Deed::Resumed).unwrap();
    book.does("2026-11-23T09:00:00Z", again).unwrap();
}

#[test]
fn a2_2_4_each_step_is_taken_once_with_time_and_login() {
    let now = "2026-11-23T09:00:00Z";
    let mut book = Book::with(Some(Forecast::LastsMin(300)));
    assert_eq!(
        book.takes(now, Deed::ToldResumed),
        Err(IncidentRejection::NotResumed)
    );
    for deed in [
        services(),
        Deed::Told,
        Deed::Website,
        notice(),
        Deed::Resumed,
        Deed::ToldResumed,
    ] {
        let step = deed.step();
        assert!(book.one().untaken().any(|untaken| untaken == step));
        book.takes(now, deed.clone()).unwrap();
        let taken = book.one().taken(step).unwrap();
        assert_eq!((taken.at, taken.by.as_deref()), (at(now), Some("marta")));
        assert_eq!(
            book.takes(now, deed),
            Err(IncidentRejection::AlreadyTaken),
            "{step:?}"
        );
    }
    assert_eq!(book.one().untaken().count(), 0);
    assert_eq!(book.one().resumed_at(), Some(at(now)));
    assert_eq!(
        book.forecasts(now, None),
        Err(IncidentRejection::AlreadyOver(1))
    );
}

#[test]
fn what_was_done_earlier_is_entered_with_its_moment() {
    let now = "2026-11-23T12:00:00Z";
    let mut book = Book::with(Some(Forecast::LastsMin(300)));
    let done = |deed: &Deed, moment: &str| IncidentEvent::Done {
        id: 1,
        deed: deed.clone(),
        at: Some(at(moment)),
    };
    for moment in ["2026-11-23T07:59:59Z", "2026-11-23T12:00:01Z"] {
        let early = book.does(now, done(&services(), moment));
        assert_eq!(early, Err(IncidentRejection::UnfitMoment), "{moment}");
    }
    book.does(now, done(&Deed::Resumed, "2026-11-23T11:00:00Z"))
        .unwrap();
    // It is over since eleven: a notice posted afterwards told nobody of it.
    for deed in [services(), Deed::Told, Deed::Website, notice()] {
        let late = book.does(now, done(&deed, "2026-11-23T11:00:01Z"));
        assert_eq!(late, Err(IncidentRejection::UnfitMoment), "{deed:?}");
        book.does(now, done(&deed, "2026-11-23T11:00:00Z")).unwrap();
    }
    let early = book.does(now, done(&Deed::ToldResumed, "2026-11-23T10:59:59Z"));
    assert_eq!(early, Err(IncidentRejection::UnfitMoment));
    book.does(now, done(&Deed::ToldResumed, now)).unwrap();
    assert_eq!(book.one().taken(Step::Website).unwrap().entered_at, at(now));
    assert_eq!(book.one().lasted(at(now)), SignedDuration::from_hours(3));
}

#[test]
fn causes_and_places_are_said_and_no_unknown_failure_is_changed() {
    let mut book = Book::with(None);
    for (deed, refusal) in [
        (
            Deed::Services {
                cause: " ".to_owned(),
                forecast: None,
            },
            IncidentRejection::UnfitCause,
        ),
        (
            Deed::Notice {
                posted: true,
                where_to: String::new(),
            },
            IncidentRejection::UnfitWhereTo,
        ),
        (
            Deed::Notice {
                posted: false,
                where_to: "Jelgavā".to_owned(),
            },
            IncidentRejection::UnfitWhereTo,
        ),
    ] {
        assert_eq!(book.takes(BEGAN, deed), Err(refusal));
    }
    let none = Deed::Notice {
        posted: false,
        where_to: String::new(),
    };
    book.takes(BEGAN, none).unwrap();
    let unknown = IncidentEvent::Done {
        id: 7,
        deed: Deed::Told,
        at: None,
    };
    assert_eq!(
        book.does(BEGAN, unknown),
        Err(IncidentRejection::NoSuchIncident(7))
    );
}

#[test]
fn a2_2_4_1_and_6_messages_tell_after_the_cause_and_at_the_end_unless_told_by_hand() {
    let untold = |book: &Book| book.incidents.untold().collect::<Vec<_>>();
    let mut book = Book::with(None);
    assert_eq!(untold(&book), []);
    book.takes(BEGAN, services()).unwrap();
    assert_eq!(untold(&book), [(1, News::Begun)]);
    let since = at(BEGAN);
    book.incidents
        .tell(1, News::Begun, Telling::Waiting { since });
    assert_eq!(untold(&book), []);
    assert!(book.one().untaken().any(|step| step == Step::Told));
    book.incidents
        .tell(1, News::Begun, Telling::Told { at: since });
    assert_eq!(book.one().taken(Step::Told).unwrap().by, None);
    assert_eq!(
        book.takes(BEGAN, Deed::Told),
        Err(IncidentRejection::AlreadyTaken)
    );
    book.takes(BEGAN, Deed::Resumed).unwrap();
    assert_eq!(untold(&book), [(1, News::Resumed)]);
    // While the line is down people phone.
    book.incidents
        .tell(1, News::Resumed, Telling::Waiting { since });
    book.takes(BEGAN, Deed::ToldResumed).unwrap();
    assert_eq!(book.one().untaken().collect::<Vec<_>>(), [Step::Notice]);

    let mut book = Book::with(None);
    book.takes(BEGAN, Deed::Told).unwrap();
    book.takes(BEGAN, services()).unwrap();
    assert_eq!(untold(&book), []);
}

#[test]
fn words_and_names_leave_a_closed_quarter() {
    let mut book = Book::new();
    book.does(BEGAN, opened(Disturbed::Other, None, None))
        .unwrap();
    book.takes(BEGAN, services()).unwrap();
    book.takes(BEGAN, notice()).unwrap();
    book.incidents.clear_words();
    book.incidents.clear_names();
    let one = book.one();
    assert_eq!((one.what.as_str(), one.cause.as_str()), (CLEARED, CLEARED));
    assert_eq!(one.notice.as_ref().unwrap().where_to, CLEARED);
    assert_eq!(one.by, None);
    assert_eq!(one.taken(Step::Services).unwrap().by, None);
    for mut event in [
        opened(Disturbed::Other, None, None),
        IncidentEvent::Done {
            id: 1,
            deed: services(),
            at: None,
        },
        IncidentEvent::Done {
            id: 1,
            deed: notice(),
            at: None,
        },
    ] {
        event.clear_words();
        let text = serde_json::to_string(&event).unwrap();
        assert!(text.contains(CLEARED), "{text}");
        for words in ["Kadastra", "Kabelis", "Jelgavas"] {
            assert!(!text.contains(words), "{text}");
        }
        assert_eq!(serde_json::from_str::<IncidentEvent>(&text).unwrap(), event);
    }
}
