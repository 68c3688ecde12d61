//! Rows of the register of evaluations and of the survey.

use jiff::civil::Date;

use super::{Cases, Rows, Subject, Written};
use crate::quality::evaluations::register::EvaluationLine;
use crate::report::survey::{Answered, SurveyReport};

impl Rows<'_> {
    /// `evaluation` with the row of annex 1 and the method, whose name is the name.
    pub(super) fn evaluations(&mut self, lines: &[EvaluationLine]) -> Written {
        let quarter = self.report.quarter.clone();
        for line in lines {
            let method = serde_json::to_value(line.method).unwrap_or_default();
            let id = format!("{} {}", line.row, method.as_str().unwrap_or_default());
            let subject = Subject {
                scope: "evaluation",
                id: &id,
                name: &line.name,
            };
            let date = |date: Option<Date>| date.map(|date| date.to_string());
            for (measure, value) in [("last", date(line.last)), ("due", date(line.due))] {
                self.write(subject, &quarter, (measure, "date"), value, None)?;
            }
            let done = line.done;
            for (measure, unit, value) in [
                ("overdue", "days", Some(line.overdue_days)),
                ("held", "count", Some(line.held)),
                ("days_done", "days", done.map(|done| done.days)),
                ("days_of", "days", done.map(|done| done.of)),
            ] {
                self.plain(subject, &quarter, measure, unit, value.map(u64::from))?;
            }
        }
        Ok(())
    }

    /// `survey` with the number of the question, which is the name; the quarter and its months.
    pub(super) fn survey(&mut self, survey: Option<&SurveyReport>) -> Written {
        let Some(survey) = survey else { return Ok(()) };
        let quarter = self.report.quarter.clone();
        let subject = Subject::centre();
        self.share(subject, &quarter, "survey_answered", &survey.answered)?;
        for (measure, unit, value) in [
            ("survey_dates", "days", survey.dates),
            ("survey_answers", "cases", survey.answered.n),
            ("survey_comments", "cases", survey.comments),
        ] {
            self.plain(subject, &quarter, measure, unit, Some(value))?;
        }
        self.questions("survey", "", &quarter, &survey.questions)?;
        for month in &survey.months {
            self.share(subject, &month.month, "survey_answered", &month.answered)?;
            self.questions("survey", "", &month.month, &month.questions)?;
        }
        for service in &survey.services {
            let digit = format!("{} ", service.service.digit());
            self.questions("survey_service", &digit, &quarter, &service.questions)?;
        }
        Ok(())
    }

    fn questions(
        &mut self,
        scope: &str,
        of: &str,
        period: &str,
        questions: &[Answered],
    ) -> Written {
        for (number, question) in (1..).zip(questions) {
            let id = format!("{of}{number}");
            let subject = Subject {
                scope,
                id: &id,
                name: &question.question,
            };
            for (mark, count) in (1..).zip(question.marks) {
                self.plain(
                    subject,
                    period,
                    &format!("mark_{mark}"),
                    "cases",
                    Some(count),
                )?;
            }
            let cases = Cases {
                count: question.count,
                small: question.good.small_sample,
            };
            let mean = question.mean.map(|mean| mean.to_string());
            self.write(subject, period, ("mark_mean", "mark"), mean, Some(cases))?;
            self.share(subject, period, "mark_good", &question.good)?;
        }
        Ok(())
    }
}
