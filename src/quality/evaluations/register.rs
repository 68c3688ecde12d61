//! How each evaluation of annex 1 stands: last, next due, overdue.

use jiff::ToSpan;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::annex::{DUTIES, Duty, Every, Method, criterion};
use super::{Entry, Evaluations, bit, month_of};
use crate::queue::calendar::Calendar;

/// How far ahead the next working day is looked for, days.
const LOOK_AHEAD_DAYS: i32 = 60;

/// How one evaluation stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = EvaluationState)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Its date is over.
    Overdue,
    /// Today is its date.
    Due,
    /// Its date is to come.
    InTime,
    /// It is held when needed and not planned.
    AsNeeded,
}

/// On how many working days something of every working day was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DaysDone {
    /// Working days on which it was.
    pub days: u32,
    /// Working days.
    pub of: u32,
    /// How often in all; several people may do it on one day.
    pub times: u32,
}

/// One row and method of annex 1 and how it stands on a date.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct EvaluationLine {
    /// Row of annex 1.
    pub row: u8,
    /// What the row evaluates, to the letter.
    pub criterion: String,
    /// The method.
    pub method: Method,
    /// Its name, to the letter.
    pub name: String,
    /// How often.
    pub every: Every,
    /// How often, to the letter.
    pub frequency: String,
    /// Who, to the letter.
    pub responsible: String,
    /// When it was held last; absent where Rinda knows of none.
    #[schema(value_type = Option<String>, format = Date)]
    pub last: Option<Date>,
    /// What that one found; absent for what is due every working day.
    pub result: Option<String>,
    /// When it is due next or, held as needed, planned.
    #[schema(value_type = Option<String>, format = Date)]
    pub due: Option<Date>,
    /// How it stands.
    pub state: State,
    /// Days since it was due; 0 where it is not overdue.
    pub overdue_days: u32,
    /// How often it was held in the span.
    pub held: u32,
    /// For what is due every working day, its days in the span.
    pub done: Option<DaysDone>,
}

/// Dates looked at, both ends included; the last one is the date on which things stand so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// First.
    pub from: Date,
    /// Last.
    pub to: Date,
}

impl Span {
    fn has(self, date: Date) -> bool {
        (self.from..=self.to).contains(&date)
    }

    fn dates(self) -> impl Iterator<Item = Date> {
        let to = self.to;
        self.from
            .series(1.day())
            .take_while(move |date| *date <= to)
    }
}

impl Evaluations {
    /// The whole register, in the annex's order, as it stands on the last date of a span.
    /// `signed` are the dates on which quarters were signed: each is an evaluation by the queue
    /// system itself (row 12).
    pub fn lines(
        &self,
        calendar: &Calendar<'_>,
        span: Span,
        signed: &[(Date, String)],
    ) -> Vec<EvaluationLine> {
        let lines = DUTIES.iter();
        lines
            .map(|duty| self.line(duty, calendar, span, signed))
            .collect()
    }

    /// The entries of one row and method, the one held last first.
    pub fn entries(&self, row: u8, method: Method) -> Vec<(u64, &Entry)> {
        let of_duty = |entry: &Entry| (entry.row, entry.method) == (row, method);
        let entries = self.held.iter().filter(|(_, entry)| of_duty(entry));
        let mut entries: Vec<_> = entries.map(|(seq, entry)| (*seq, entry)).collect();
        entries.sort_by_key(|(seq, entry)| std::cmp::Reverse((entry.held_on, *seq)));
        entries
    }

    fn line(
        &self,
        duty: &Duty,
        calendar: &Calendar<'_>,
        span: Span,
        signed: &[(Date, String)],
    ) -> EvaluationLine {
        let daily = duty.every == Every::WorkingDay;
        let mut held = self.dates_of(duty);
        if duty.method == Method::QueueSystem {
            held.extend(signed.iter().map(|(date, what)| (*date, what.as_str())));
            held.sort_by_key(|(date, _)| *date);
        }
        held.retain(|(date, _)| *date <= span.to);
        let (last, result) = match (daily, held.last()) {
            (true, _) => (self.last_mark(duty, span.to), None),
            (false, Some((date, result))) => (Some(*date), Some((*result).to_owned())),
            (false, None) => (None, None),
        };
        let done = daily.then(|| self.done(duty, calendar, span));
        let due = self.due(duty, calendar, last, span.to);
        let overdue_days = due.map_or(0, |due| days_between(due, span.to));
        EvaluationLine {
            row: duty.row,
            criterion: criterion(duty.row).unwrap_or_default().to_owned(),
            method: duty.method,
            name: duty.name.to_owned(),
            every: duty.every,
            frequency: duty.frequency.to_owned(),
            responsible: duty.responsible.name().to_owned(),
            last,
            result,
            due,
            state: match due {
                None => State::AsNeeded,
                Some(due) if due < span.to => State::Overdue,
                Some(due) if due == span.to => State::Due,
                Some(_) => State::InTime,
            },
            overdue_days,
            held: match done {
                Some(done) => done.times,
                None => count(held.iter().filter(|(date, _)| span.has(*date))),
            },
            done,
        }
    }

    fn dates_of(&self, duty: &Duty) -> Vec<(Date, &str)> {
        let of_duty = |entry: &&Entry| (entry.row, entry.method) == (duty.row, duty.method);
        let mut dates: Vec<(Date, &str)> = self
            .held
            .values()
            .filter(of_duty)
            .map(|entry| (entry.held_on, entry.result.as_str()))
            .collect();
        dates.sort_by_key(|(date, _)| *date);
        dates
    }

    /// When it is due after it was held last. What was never held is due since the centre has had
    /// Rinda; what is held as needed, when it is planned.
    fn due(
        &self,
        duty: &Duty,
        calendar: &Calendar<'_>,
        last: Option<Date>,
        today: Date,
    ) -> Option<Date> {
        let since = self.since.unwrap_or(today);
        let after = |months: i32| Some(last?.saturating_add(months.months()));
        match duty.every {
            Every::AsNeeded => {
                let mut planned = self.planned.iter();
                planned
                    .find(|(row, method, _)| (*row, *method) == (duty.row, duty.method))
                    .map(|(.., on)| *on)
            }
            Every::WorkingDay => {
                let from = last.map_or(since, |last| last.saturating_add(1.day()));
                let days = from.series(1.day());
                let mut days = days.take(usize::try_from(LOOK_AHEAD_DAYS).unwrap_or(0));
                days.find(|date| is_working_day(calendar, *date))
            }
            Every::Month => after(1).or(Some(since)),
            Every::Quarter => after(3).or(Some(since)),
            Every::Year => after(12).or(Some(since)),
        }
    }

    /// Bits of the days of a date's month on which a daily duty was done, and how often in all, the
    /// newest date's marks included.
    fn month(&self, duty: &Duty, date: Date) -> (u32, u32) {
        let month = self.months.get(&month_of(date)).into_iter().flatten();
        let kept = month
            .filter(|(row, method, ..)| (*row, *method) == (duty.row, duty.method))
            .map(|(.., days, times)| (*days, *times))
            .next();
        let newest = self.marked_on.filter(|on| month_of(*on) == month_of(date));
        let times = newest.map_or(0, |_| self.marks_today(duty));
        let days = newest.filter(|_| times > 0).map_or(0, bit);
        let (kept_days, kept_times) = kept.unwrap_or_default();
        (kept_days | days, kept_times + times)
    }

    fn marks_today(&self, duty: &Duty) -> u32 {
        let of_duty =
            |mark: &&super::Mark| mark.method == duty.method && mark.rows.contains(&duty.row);
        count(self.marks.iter().filter(of_duty))
    }

    fn last_mark(&self, duty: &Duty, to: Date) -> Option<Date> {
        let newest = self.marked_on.filter(|_| self.marks_today(duty) > 0);
        if let Some(newest) = newest.filter(|on| *on <= to) {
            return Some(newest);
        }
        let mut month = to.first_of_month();
        for _ in 0..=super::KEPT_MONTHS {
            let (days, _) = self.month(duty, month);
            let dates = Span {
                from: month,
                to: month.last_of_month().min(to),
            };
            let last = dates.dates().filter(|date| days & bit(*date) != 0).last();
            if last.is_some() {
                return last;
            }
            month = month.saturating_sub(1.month());
        }
        None
    }

    /// The working days of a span on which a daily duty was done. Counts of a month that is only
    /// partly in the span are those of the whole month.
    fn done(&self, duty: &Duty, calendar: &Calendar<'_>, span: Span) -> DaysDone {
        let from = span.from.max(self.since.unwrap_or(span.from));
        let mut done = DaysDone {
            days: 0,
            of: 0,
            times: 0,
        };
        let mut month = None;
        let mut days_of_month = 0;
        for date in (Span { from, to: span.to }).dates() {
            if month != Some(date.first_of_month()) {
                month = Some(date.first_of_month());
                let (days, times) = self.month(duty, date);
                days_of_month = days;
                done.times += times;
            }
            if is_working_day(calendar, date) {
                done.of += 1;
                done.days += u32::from(days_of_month & bit(date) != 0);
            }
        }
        done
    }
}

fn is_working_day(calendar: &Calendar<'_>, date: Date) -> bool {
    !calendar.of(date).is_closed()
}

fn days_between(from: Date, to: Date) -> u32 {
    let days = from.until(to).map(|span| span.get_days());
    u32::try_from(days.unwrap_or(0)).unwrap_or(0)
}

fn count<T>(of: impl Iterator<Item = T>) -> u32 {
    u32::try_from(of.count()).unwrap_or(u32::MAX)
}
