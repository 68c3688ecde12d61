//! The survey of customers after their visit (A2/4/5.1): what they answered, with nothing that leads
//! to a ticket or a person.
//!
//! That a ticket has answered is known outside the journal ([`crate::answered`]), and only while its
//! page lives.

use std::collections::BTreeMap;

use jiff::ToSpan;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Noted;
use crate::queue::catalogue::Service;
use crate::queue::retention::CLEARED;

/// Questions of the form.
pub const QUESTIONS: usize = 3;

/// Marks of a question, from 1.
pub const MARKS: usize = 5;

/// Longest comment, characters.
pub const COMMENT_CHARS_MAX: usize = 500;

/// How many days after its date a visit's ticket can answer.
pub const OPEN_DAYS: i32 = 3;

/// How long a comment is shown, months; the journal keeps it for as long as it keeps anything.
pub const COMMENT_MONTHS: i32 = 6;

/// Comments at hand at most, the newest ones.
pub const COMMENTS_MAX: usize = 300;

/// Months of counts at hand.
pub const COUNTED_MONTHS: usize = 60;

/// Changes between on and off at hand.
const PERIODS_MAX: usize = 60;

/// The questions, as customers read them. The marks go from "ļoti slikti" to "ļoti labi".
pub const QUESTION_TEXTS: [&str; QUESTIONS] = [
    "Kā Jūs vērtējat apkalpošanu kopumā?",
    "Kā Jūs vērtējat gaidīšanas laiku?",
    "Kā Jūs vērtējat saņemto informāciju?",
];

/// The marks in words, from 1.
pub const MARK_TEXTS: [&str; MARKS] = ["Ļoti slikti", "Slikti", "Viduvēji", "Labi", "Ļoti labi"];

/// One customer's answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answers {
    /// Date of the visit, local.
    pub visited_on: Date,
    /// Service of the ticket.
    pub service: Service,
    /// A mark from 1 to 5 for each question; absent where it was left out.
    pub marks: [Option<u8>; QUESTIONS],
    /// What the customer wrote; may be empty.
    pub comment: String,
}

/// What can happen in the survey.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum SurveyEvent {
    /// From this date on it is offered, or no longer.
    Switched {
        /// It is.
        on: bool,
        /// From when, local.
        from: Date,
    },
    /// A customer answered.
    Answered(Answers),
}

/// How often each mark was given, question by question.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Counts {
    /// Customers who answered.
    pub answers: u32,
    /// Of these, with a comment.
    pub comments: u32,
    /// Marks by question, from 1 to 5.
    pub marks: [[u32; MARKS]; QUESTIONS],
}

impl Counts {
    /// Puts others to these.
    pub fn merge(&mut self, other: &Self) {
        self.answers += other.answers;
        self.comments += other.comments;
        for (mine, theirs) in self.marks.iter_mut().zip(&other.marks) {
            for (mine, theirs) in mine.iter_mut().zip(theirs) {
                *mine += theirs;
            }
        }
    }
}

/// Where a comment stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CommentAt {
    /// Sequence of its record.
    pub seq: u64,
    /// Date of the visit.
    #[schema(value_type = String, format = Date)]
    pub visited_on: Date,
}

/// The survey as it stands.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Survey {
    /// When it began to be offered and when it ended, in order.
    periods: Vec<(Date, Option<Date>)>,
    /// Counts by month of the visit ("2026-10") and service.
    months: BTreeMap<String, BTreeMap<Service, Counts>>,
    /// Comments, oldest first; their text is in the journal.
    comments: Vec<CommentAt>,
}

/// Why the survey refuses.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SurveyRejection {
    /// A mark that is none, or none at all.
    #[error("give a mark from 1 to {MARKS} to at least one question")]
    UnfitMark,
    /// A comment that is too long.
    #[error("write at most {COMMENT_CHARS_MAX} characters")]
    UnfitComment,
    /// It is so already.
    #[error("the survey is switched so already")]
    AlreadySo,
}

impl SurveyEvent {
    /// Clears what the customer wrote, for a closed quarter's journal.
    pub fn clear_words(&mut self) {
        match self {
            Self::Answered(answers) if !answers.comment.is_empty() => {
                CLEARED.clone_into(&mut answers.comment);
            }
            Self::Answered(_) | Self::Switched { .. } => {}
        }
    }
}

impl Survey {
    /// Whether a change may be made.
    ///
    /// # Errors
    /// The refusal.
    pub fn check(&self, event: &SurveyEvent) -> Result<(), SurveyRejection> {
        match event {
            SurveyEvent::Switched { on, .. } if *on == self.is_on() => {
                Err(SurveyRejection::AlreadySo)
            }
            SurveyEvent::Switched { .. } => Ok(()),
            SurveyEvent::Answered(answers) => {
                let mut given = answers.marks.iter().flatten();
                let fits = |mark: &u8| (1..=MARKS).contains(&usize::from(*mark));
                if answers.marks == [None; QUESTIONS] || !given.all(fits) {
                    return Err(SurveyRejection::UnfitMark);
                }
                if answers.comment.chars().count() > COMMENT_CHARS_MAX {
                    return Err(SurveyRejection::UnfitComment);
                }
                Ok(())
            }
        }
    }

    /// Brings the survey up to date with one fact.
    pub fn apply(&mut self, noted: Noted<'_>, event: &SurveyEvent) {
        match event {
            SurveyEvent::Switched { on: true, from } => {
                self.periods.push((*from, None));
                if self.periods.len() > PERIODS_MAX {
                    self.periods.remove(0);
                }
            }
            SurveyEvent::Switched { on: false, from } => {
                if let Some((_, until @ None)) = self.periods.last_mut() {
                    *until = Some(*from);
                }
            }
            SurveyEvent::Answered(answers) => self.count(noted.seq, answers),
        }
    }

    /// A local date began: comments that are old enough are shown no more.
    pub fn begin_day(&mut self, date: Date) {
        let first = date.saturating_sub(COMMENT_MONTHS.months());
        self.comments.retain(|comment| comment.visited_on >= first);
    }

    /// It is offered.
    pub fn is_on(&self) -> bool {
        matches!(self.periods.last(), Some((_, None)))
    }

    /// It was offered on a date, if only for a part of it.
    pub fn was_on(&self, date: Date) -> bool {
        let mut periods = self.periods.iter();
        periods.any(|(from, until)| *from <= date && until.is_none_or(|until| date <= until))
    }

    /// The counts of a month ("2026-10") by service.
    pub fn month(&self, month: &str) -> impl Iterator<Item = (Service, &Counts)> {
        let services = self.months.get(month).into_iter().flatten();
        services.map(|(service, counts)| (*service, counts))
    }

    /// Where the comments stand, the newest first.
    pub fn comments(&self) -> impl Iterator<Item = CommentAt> {
        self.comments.iter().rev().copied()
    }

    fn count(&mut self, seq: u64, answers: &Answers) {
        let visited_on = answers.visited_on;
        let month = format!("{:04}-{:02}", visited_on.year(), visited_on.month());
        let month = self.months.entry(month).or_default();
        let counts = month.entry(answers.service).or_default();
        counts.answers += 1;
        for (counts, mark) in counts.marks.iter_mut().zip(answers.marks) {
            let place = mark.and_then(|mark| usize::from(mark).checked_sub(1));
            if let Some(count) = place.and_then(|place| counts.get_mut(place)) {
                *count += 1;
            }
        }
        if !answers.comment.is_empty() {
            counts.comments += 1;
            self.comments.push(CommentAt { seq, visited_on });
        }
        let more = self.comments.len().saturating_sub(COMMENTS_MAX);
        self.comments.drain(..more);
        while self.months.len() > COUNTED_MONTHS {
            self.months.pop_first();
        }
    }
}

/// Whether a visit's ticket can still answer.
pub fn is_open(visited_on: Date, today: Date) -> bool {
    today >= visited_on && today <= visited_on.saturating_add(OPEN_DAYS.days())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::queue::command::Actor;
    use jiff::Timestamp;
    use jiff::civil::date;

    const DAY: Date = date(2026, 11, 23);

    fn answers(marks: [Option<u8>; QUESTIONS], comment: &str) -> SurveyEvent {
        SurveyEvent::Answered(Answers {
            visited_on: DAY,
            service: Service::OrderIntake,
            marks,
            comment: comment.to_owned(),
        })
    }

    fn tell(survey: &mut Survey, seq: u64, event: &SurveyEvent) -> Result<(), SurveyRejection> {
        survey.check(event)?;
        let noted = Noted {
            seq,
            at: Timestamp::UNIX_EPOCH,
            actor: &Actor::Rinda,
        };
        survey.apply(noted, event);
        Ok(())
    }

    #[test]
    fn a2_4_5_1_answers_are_counted_by_month_and_service() {
        let mut survey = Survey::default();
        tell(
            &mut survey,
            1,
            &answers([Some(5), None, Some(1)], "Paldies!"),
        )
        .unwrap();
        tell(&mut survey, 2, &answers([Some(5), Some(3), None], "")).unwrap();
        let month: Vec<_> = survey.month("2026-11").collect();
        let (service, counts) = month[0];
        assert_eq!((month.len(), service), (1, Service::OrderIntake));
        assert_eq!((counts.answers, counts.comments), (2, 1));
        assert_eq!(
            counts.marks,
            [[0, 0, 0, 0, 2], [0, 0, 1, 0, 0], [1, 0, 0, 0, 0]]
        );
        let at = CommentAt {
            seq: 1,
            visited_on: DAY,
        };
        assert_eq!(survey.comments().collect::<Vec<_>>(), [at]);
        survey.begin_day(date(2027, 5, 23));
        assert_eq!(survey.comments().count(), 1);
        survey.begin_day(date(2027, 5, 24));
        assert_eq!(survey.comments().count(), 0);
        assert_eq!(survey.month("2026-11").count(), 1);
    }

    #[test]
    fn the_page_asks_what_the_report_tells() {
        let page = include_str!("../../kiosk-ui/src/lib/text/survey.ts");
        for text in QUESTION_TEXTS.iter().chain(&MARK_TEXTS) {
            assert!(page.contains(&format!("'{text}'")), "{text}");
        }
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        let mut survey = Survey::default();
        for marks in [
            [None; QUESTIONS],
            [Some(0), None, None],
            [Some(6), None, None],
        ] {
            let refused = tell(&mut survey, 1, &answers(marks, ""));
            assert_eq!(refused, Err(SurveyRejection::UnfitMark), "{marks:?}");
        }
        let long = answers([Some(3), None, None], &"ž".repeat(COMMENT_CHARS_MAX + 1));
        assert_eq!(
            tell(&mut survey, 1, &long),
            Err(SurveyRejection::UnfitComment)
        );
    }

    #[test]
    fn the_dates_on_which_it_was_offered_are_known() {
        let mut survey = Survey::default();
        let switch = |on, from| SurveyEvent::Switched { on, from };
        let off = switch(false, DAY);
        assert_eq!(tell(&mut survey, 1, &off), Err(SurveyRejection::AlreadySo));
        tell(&mut survey, 1, &switch(true, date(2026, 11, 2))).unwrap();
        assert!(survey.is_on() && survey.was_on(DAY));
        tell(&mut survey, 2, &switch(false, date(2026, 11, 10))).unwrap();
        assert!(!survey.is_on());
        let on = |day| survey.was_on(date(2026, 11, day));
        assert_eq!([1, 2, 10, 11].map(on), [false, true, true, false]);
    }

    #[test]
    fn a_ticket_answers_on_its_date_and_three_days_after() {
        let open = |day| is_open(DAY, date(2026, 11, day));
        assert_eq!([22, 23, 26, 27].map(open), [false, true, true, false]);
    }

    /// It is in a snapshot every day, for years.
    #[test]
    fn the_survey_stays_small() {
        let mut survey = Survey::default();
        let mut seq = 0;
        let mut day = date(2026, 1, 1);
        while day < date(2036, 1, 1) {
            for service in Service::ALL {
                seq += 1;
                let event = SurveyEvent::Answered(Answers {
                    visited_on: day,
                    service,
                    marks: [Some(4), Some(5), None],
                    comment: "Viss bija labi.".repeat(20),
                });
                tell(&mut survey, seq, &event).unwrap();
            }
            day = day.tomorrow().unwrap();
        }
        let text = serde_json::to_string(&survey).unwrap();
        assert!(text.len() < 40_000, "{} bytes", text.len());
        assert_eq!(serde_json::from_str::<Survey>(&text).unwrap(), survey);
    }
}
