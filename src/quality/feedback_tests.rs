#![allow(clippy::unwrap_used)]
//! Clause 29 and A1.8 on facts alone, with the outbox beside them as the whole module folds it.

use super::super::messages::{About, MessageEvent, Route, Trouble, pause_after};
use super::super::{Quality, QualityEvent, QualityRejection};
use super::*;
use crate::queue::command::Actor;
use jiff::tz::TimeZone;

const TEN: &str = "2026-11-23T08:00:00Z";

struct Play {
    quality: Quality,
    now: Timestamp,
    seq: u64,
}

impl Play {
    fn new() -> Self {
        Self {
            quality: Quality::default(),
            now: TEN.parse().unwrap(),
            seq: 0,
        }
    }

    fn wait(&mut self, seconds: i64) {
        self.now += SignedDuration::from_secs(seconds);
    }

    /// Does it where it is allowed; the sequence of the fact.
    fn ask(&mut self, event: QualityEvent) -> Result<u64, QualityRejection> {
        self.quality.check(self.now, &TimeZone::UTC, &event)?;
        self.seq += 1;
        let actor = Actor::Consultant {
            login: "anna".to_owned(),
        };
        let noted = Noted {
            seq: self.seq,
            at: self.now,
            actor: &actor,
        };
        self.quality.apply(noted, &event);
        Ok(self.seq)
    }

    fn feedback(&mut self, event: FeedbackEvent) -> Result<u64, FeedbackRejection> {
        match self.ask(QualityEvent::Feedback(event)) {
            Ok(seq) => Ok(seq),
            Err(QualityRejection::Feedback(no)) => Err(no),
            Err(other) => panic!("{other}"),
        }
    }

    fn receive(&mut self, kind: FeedbackKind) -> u64 {
        self.feedback(FeedbackEvent::Received(said(kind))).unwrap()
    }

    fn decide(&mut self, id: u64, justified: bool) -> Result<u64, FeedbackRejection> {
        let reason = Private("Tā bija".to_owned());
        self.feedback(FeedbackEvent::Decided {
            id,
            justified,
            reason,
        })
    }

    fn settle(&mut self, id: u64) -> Result<u64, FeedbackRejection> {
        let note = Private(String::new());
        self.feedback(FeedbackEvent::Settled { id, note })
    }

    fn message(&mut self, event: MessageEvent) -> Result<u64, QualityRejection> {
        self.ask(QualityEvent::Message(event))
    }

    fn queue(&mut self, id: u64, to: &[Route]) -> u64 {
        let about = About::Feedback { id };
        let to = to.to_vec();
        self.message(MessageEvent::Queued { about, to }).unwrap()
    }

    fn sent(&mut self, message: u64, to: &Route) {
        let (to, attempt) = (to.clone(), 1);
        let sent = MessageEvent::Sent {
            message,
            to,
            attempt,
        };
        self.message(sent).unwrap();
    }

    fn counts(&self, kind: FeedbackKind) -> Counts {
        let month = self.quality.feedback.months.values().next();
        month.unwrap().kinds.get(&kind).copied().unwrap_or_default()
    }

    fn telling(&self, id: u64) -> Telling {
        self.quality.feedback.entries[&id].telling
    }
}

fn said(kind: FeedbackKind) -> Feedback {
    Feedback {
        kind,
        text: Private("Ilgi gaidīju".to_owned()),
        ticket: None,
        contact: Some(Private("zane@example.org".to_owned())),
        received_at: None,
        received_on: "2026-11-23".parse().unwrap(),
    }
}

fn mail() -> Route {
    "mail:a@b.lv".parse().unwrap()
}

#[test]
fn c29_the_four_words_are_the_standards() {
    let words = FeedbackKind::ALL.map(FeedbackKind::word);
    assert_eq!(
        words,
        ["atsauksme", "ierosinājums", "sūdzība", "pretenzija"]
    );
}

#[test]
fn c29_told_to_the_second_of_the_minute_is_at_once_and_one_later_is_not() {
    for (after, at_once) in [(0, true), (60, true), (61, false)] {
        let mut play = Play::new();
        let id = play.receive(FeedbackKind::Comment);
        let message = play.queue(id, &[mail()]);
        play.wait(after);
        play.sent(message, &mail());
        let counts = play.counts(FeedbackKind::Comment);
        let told = (counts.told_at_once, counts.told_late);
        assert_eq!(told, if at_once { (1, 0) } else { (0, 1) }, "{after} s");
        let month = play.quality.feedback.months.values().next().unwrap();
        let late: Vec<u64> = month.late.iter().map(|late| late.after_s).collect();
        assert_eq!(late, if at_once { vec![] } else { vec![61] });
    }
}

#[test]
fn c29_what_was_received_earlier_is_late_from_then_on() {
    let mut play = Play::new();
    let mut earlier = said(FeedbackKind::Claim);
    earlier.received_at = Some(play.now - SignedDuration::from_hours(3));
    let id = play.feedback(FeedbackEvent::Received(earlier)).unwrap();
    let message = play.queue(id, &[mail()]);
    play.sent(message, &mail());
    assert_eq!(play.counts(FeedbackKind::Claim).told_late, 1);
    let mut ahead = said(FeedbackKind::Claim);
    for at in [
        play.now + SignedDuration::from_secs(1),
        play.now - RECEIVED_EARLIER_MAX - SignedDuration::from_secs(1),
    ] {
        ahead.received_at = Some(at);
        let refused = play.feedback(FeedbackEvent::Received(ahead.clone()));
        assert_eq!(refused, Err(FeedbackRejection::UnfitMoment));
    }
}

#[test]
fn c29_told_means_that_everybody_named_was() {
    let mut play = Play::new();
    let id = play.receive(FeedbackKind::Complaint);
    assert_eq!(play.quality.untold().count(), 1);
    let message = play.queue(id, &[mail(), Route::Webhook]);
    assert_eq!(play.quality.untold().count(), 0);
    play.sent(message, &mail());
    assert!(matches!(play.telling(id), Telling::Waiting { .. }));
    play.sent(message, &Route::Webhook);
    assert_eq!(play.telling(id), Telling::Told { at: play.now });
    assert_eq!(play.quality.outbox.oldest(), None);
    // There is nothing left to send, to queue or to give up.
    let again = MessageEvent::Queued {
        about: About::Feedback { id },
        to: vec![mail()],
    };
    assert!(play.message(again).is_err());
    let why = "x".to_owned();
    assert!(
        play.message(MessageEvent::GivenUp { message, why })
            .is_err()
    );
}

#[test]
fn c29_a_failure_keeps_the_message_and_a_success_hurries_the_others() {
    let mut play = Play::new();
    let [first, second] = [FeedbackKind::Complaint, FeedbackKind::Claim].map(|kind| {
        let id = play.receive(kind);
        play.queue(id, &[mail()])
    });
    for attempt in 1..=3 {
        play.wait(10);
        let next_at = play.now + pause_after(attempt);
        let failed = MessageEvent::Failed {
            message: first,
            to: mail(),
            attempt,
            trouble: Trouble::Unreachable,
            detail: "connection refused".to_owned(),
            next_at,
        };
        play.message(failed).unwrap();
        let leg = &play.quality.outbox.get(first).unwrap().legs[0];
        assert_eq!((leg.failed, leg.next_at), (attempt, next_at));
    }
    play.sent(second, &mail());
    let leg = &play.quality.outbox.get(first).unwrap().legs[0];
    assert_eq!(leg.next_at, play.now);
}

#[test]
fn a1_8_complaints_and_claims_are_decided_and_may_be_decided_anew() {
    let mut play = Play::new();
    let complaint = play.receive(FeedbackKind::Complaint);
    let comment = play.receive(FeedbackKind::Comment);
    assert_eq!(
        play.settle(complaint),
        Err(FeedbackRejection::Undecided(complaint))
    );
    assert_eq!(
        play.decide(comment, true),
        Err(FeedbackRejection::NotDecided)
    );
    play.decide(complaint, true).unwrap();
    assert_eq!(play.counts(FeedbackKind::Complaint).justified, 1);
    play.decide(complaint, false).unwrap();
    let counts = play.counts(FeedbackKind::Complaint);
    assert_eq!((counts.justified, counts.unjustified), (0, 1));
    play.settle(complaint).unwrap();
    play.settle(comment).unwrap();
    let over = FeedbackRejection::AlreadySettled(complaint);
    assert_eq!(play.decide(complaint, true), Err(over));
    assert_eq!(
        play.decide(999, true),
        Err(FeedbackRejection::NoSuchEntry(999))
    );
}

#[test]
fn texts_have_limits_counted_in_characters() {
    let mut play = Play::new();
    let mut with = |change: &dyn Fn(&mut Feedback)| {
        let mut feedback = said(FeedbackKind::Comment);
        change(&mut feedback);
        play.feedback(FeedbackEvent::Received(feedback)).map(drop)
    };
    let text = |length| Private("ā".repeat(length));
    assert_eq!(with(&|f| f.text = text(TEXT_CHARS_MAX)), Ok(()));
    for length in [0, TEXT_CHARS_MAX + 1] {
        let refused = with(&|f| f.text = text(length));
        assert_eq!(refused, Err(FeedbackRejection::UnfitText));
    }
    for length in [0, CONTACT_CHARS_MAX + 1] {
        let refused = with(&|f| f.contact = Some(text(length)));
        assert_eq!(refused, Err(FeedbackRejection::UnfitContact));
    }
    assert_eq!(with(&|f| f.contact = None), Ok(()));
}

#[test]
fn what_is_not_settled_has_a_limit() {
    let mut play = Play::new();
    for _ in 0..OPEN_MAX {
        play.receive(FeedbackKind::Comment);
    }
    let more = FeedbackEvent::Received(said(FeedbackKind::Comment));
    assert_eq!(play.feedback(more.clone()), Err(FeedbackRejection::TooMany));
    play.settle(1).unwrap();
    assert!(play.feedback(more).is_ok());
}

#[test]
fn words_leave_the_state_two_weeks_after_settling_but_never_unsent() {
    let mut play = Play::new();
    let told = play.receive(FeedbackKind::Comment);
    let waiting = play.receive(FeedbackKind::Comment);
    let open = play.receive(FeedbackKind::Comment);
    play.queue(waiting, &[mail()]);
    play.settle(told).unwrap();
    play.settle(waiting).unwrap();
    let day = 24 * 3600;
    play.wait(14 * day - 1);
    assert!(!play.quality.feedback.has_forgettable(play.now));
    play.wait(1);
    assert!(play.quality.feedback.has_forgettable(play.now));
    play.quality.feedback.forget(play.now);
    let left: Vec<u64> = play.quality.feedback.entries.keys().copied().collect();
    assert_eq!(left, [waiting, open]);
    assert_eq!(play.counts(FeedbackKind::Comment).received, 3);
}

#[test]
fn nothing_a_customer_said_stands_in_a_log() {
    let text = format!("{:?}", said(FeedbackKind::Complaint));
    assert!(!text.contains("Ilgi") && !text.contains("zane"), "{text}");
}

#[test]
fn the_book_comes_back_from_a_snapshot_as_it_was() {
    let mut play = Play::new();
    let id = play.receive(FeedbackKind::Complaint);
    play.queue(id, &[mail(), Route::Webhook]);
    play.decide(id, true).unwrap();
    let text = serde_json::to_string(&play.quality).unwrap();
    assert_eq!(
        serde_json::from_str::<Quality>(&text).unwrap(),
        play.quality
    );
}
