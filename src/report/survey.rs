//! What customers answered after their visit, counted for a quarter (A2/4/5.1).

use serde::Serialize;
use utoipa::ToSchema;

use super::figures::share;
use super::model::{QuarterReport, Share};
use crate::quality::survey::{Counts, MARKS, QUESTION_TEXTS, QUESTIONS, Survey};
use crate::queue::catalogue::Service;

/// The marks that count as satisfied, from this place on.
const GOOD_FROM: usize = 3;

/// The survey of a quarter.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct SurveyReport {
    /// Dates with data on which it was offered.
    pub dates: u64,
    /// Customers who answered, of those whose visit ended on these dates.
    pub answered: Share,
    /// Of those who answered, with a comment.
    pub comments: u64,
    /// What they answered.
    pub questions: Vec<Answered>,
    /// By month of the visit.
    pub months: Vec<SurveyMonth>,
    /// By service, in button order.
    pub services: Vec<SurveyService>,
}

/// What was answered to one question.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Answered {
    /// The question, as customers read it.
    pub question: String,
    /// How often each mark from 1 (very bad) to 5 (very good) was given.
    pub marks: [u64; MARKS],
    /// How often any was.
    pub count: u64,
    /// Their mean, rounded to two decimals.
    pub mean: Option<f64>,
    /// Marks 4 and 5.
    pub good: Share,
}

/// The survey of a month.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = ReportSurveyMonth)]
pub struct SurveyMonth {
    /// "2026-10".
    pub month: String,
    /// Customers who answered, of those whose visit ended while it was offered.
    pub answered: Share,
    /// What they answered.
    pub questions: Vec<Answered>,
}

/// The survey of a service.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct SurveyService {
    /// Button digit.
    pub service: Service,
    /// Its name, to the letter of A2/2/1.3.
    pub name: String,
    /// Customers who answered.
    pub answers: u64,
    /// What they answered.
    pub questions: Vec<Answered>,
}

/// The survey of the report's quarter; none where it was neither offered nor answered.
pub(super) fn survey(report: &QuarterReport, survey: &Survey) -> Option<SurveyReport> {
    let offered = report.days.iter().filter(|day| survey.was_on(day.date));
    let offered: Vec<(String, u64)> = offered
        .filter_map(|day| Some((month_of(&day.date.to_string()), day.finished?)))
        .collect();
    let mut total = Counts::default();
    let mut services: Vec<(Service, Counts)> = Service::ALL
        .into_iter()
        .map(|service| (service, Counts::default()))
        .collect();
    let mut months = Vec::new();
    for month in report.total.months.iter().map(|month| &month.month) {
        let mut of_month = Counts::default();
        for (service, counts) in survey.month(month) {
            of_month.merge(counts);
            for (_, pooled) in services.iter_mut().filter(|(of, _)| *of == service) {
                pooled.merge(counts);
            }
        }
        total.merge(&of_month);
        let visits = offered.iter().filter(|(of, _)| of == month);
        months.push(SurveyMonth {
            month: month.clone(),
            answered: answered(&of_month, visits.map(|(_, finished)| finished).sum()),
            questions: questions(&of_month),
        });
    }
    if offered.is_empty() && total.answers == 0 {
        return None;
    }
    let name = |service: Service| {
        let mut named = report.services.iter();
        named
            .find(|of| of.service == service)
            .map(|of| of.name.clone())
    };
    Some(SurveyReport {
        dates: offered.len() as u64,
        answered: answered(&total, offered.iter().map(|(_, finished)| finished).sum()),
        comments: u64::from(total.comments),
        questions: questions(&total),
        months,
        services: services
            .into_iter()
            .map(|(service, counts)| SurveyService {
                service,
                name: name(service).unwrap_or_default(),
                answers: u64::from(counts.answers),
                questions: questions(&counts),
            })
            .collect(),
    })
}

/// A share of visits. Where the dates of some visits have no data there can be more answers than
/// visits: no share is told then.
fn answered(counts: &Counts, visits: u64) -> Share {
    let answers = u64::from(counts.answers);
    match share(answers, visits) {
        of if answers <= visits => of,
        of => Share { share: None, ..of },
    }
}

fn questions(counts: &Counts) -> Vec<Answered> {
    let texts: [&str; QUESTIONS] = QUESTION_TEXTS;
    let rows = texts.iter().zip(&counts.marks);
    rows.map(|(question, marks)| {
        let marks = marks.map(u64::from);
        let count: u64 = marks.iter().sum();
        let sum: u64 = (1..)
            .zip(marks)
            .map(|(mark, count): (u64, u64)| mark * count)
            .sum();
        let good = marks.iter().skip(GOOD_FROM).sum();
        Answered {
            question: (*question).to_owned(),
            marks,
            count,
            #[allow(clippy::cast_precision_loss)]
            mean: (count > 0).then(|| (sum as f64 / count as f64 * 100.0).round() / 100.0),
            good: share(good, count),
        }
    })
    .collect()
}

/// "2026-10" of "2026-10-05".
fn month_of(date: &str) -> String {
    date.chars().take("2026-10".len()).collect()
}
