//! What is kept beside the queue: the register of evaluations, and what customers answered.

use super::tables::{TOTAL, columns};
use super::{Cell, Column, Table};
use crate::quality::evaluations::register::EvaluationLine;
use crate::report::latvian;
use crate::report::model::Share;
use crate::report::survey::{Answered, SurveyReport};

/// The evaluations of annex 1: last, next due, who.
pub(super) fn evaluations(lines: &[EvaluationLine]) -> Table {
    let date = |date: Option<_>| date.map_or(Cell::Nothing, Cell::Date);
    let rows = lines
        .iter()
        .map(|line| {
            let done = line.done.map(|done| [done.days, done.of]);
            let [days, of] = done.map_or([None, None], |done| done.map(|days| Some(days.into())));
            vec![
                Cell::words(format!("{}. {}", line.row, line.criterion)),
                Cell::words(&line.name),
                Cell::words(&line.frequency),
                Cell::words(&line.responsible),
                Cell::words(line.result.as_deref().unwrap_or(latvian::NOTHING)),
                date(line.last),
                date(line.due),
                Cell::Count(line.overdue_days.into()),
                Cell::Count(line.held.into()),
                Cell::count(days),
                Cell::count(of),
            ]
        })
        .collect();
    Table {
        columns: columns(
            &["Kritērijs", "Metode", "Biežums", "Atbildīgais", "Rezultāts"],
            &[
                "Pēdējo reizi",
                "Termiņš",
                "Kavējas, dienas",
                "Reizes ceturksnī",
                "Darba dienās",
                "no",
            ],
        ),
        rows,
        grouped: true,
        sums: false,
    }
}

/// How many customers answered.
pub(super) fn answered(survey: Option<&SurveyReport>) -> Table {
    let row = |label: &str, share: &Share| {
        vec![
            Cell::words(label),
            Cell::share(share),
            Cell::Count(share.n),
            Cell::Count(share.of),
        ]
    };
    let rows = survey.iter().flat_map(|survey| {
        let months = survey.months.iter();
        let months = months.map(|of| row(month_name(&of.month), &of.answered));
        months.chain([row("ceturksnis", &survey.answered)])
    });
    Table {
        columns: columns(&["Laiks"], &["Atbildēja", "Klienti", "no"]),
        rows: rows.collect(),
        grouped: false,
        sums: true,
    }
}

/// What they answered.
pub(super) fn marks(survey: Option<&SurveyReport>) -> Table {
    let rows = survey.iter().flat_map(|survey| {
        let services = survey.services.iter().map(|of| {
            let name = format!("{} {}", of.service.digit(), of.name);
            (name, &of.questions)
        });
        let all = services.chain([(TOTAL.to_owned(), &survey.questions)]);
        all.flat_map(|(name, questions)| questions.iter().map(move |of| marks_row(&name, of)))
    });
    let mut columns = columns(
        &["Poga", "Jautājums"],
        &["1", "2", "3", "4", "5", "Skaits", "Vidējā"],
    );
    columns.push(Column::figures("4 vai 5"));
    Table {
        columns,
        rows: rows.collect(),
        grouped: true,
        sums: false,
    }
}

fn marks_row(group: &str, of: &Answered) -> Vec<Cell> {
    let mut row = vec![Cell::words(group), Cell::words(&of.question)];
    row.extend(of.marks.map(Cell::Count));
    row.push(Cell::Count(of.count));
    row.push(of.mean.map_or(Cell::Nothing, |value| Cell::Decimal {
        value,
        decimals: 2,
        small: of.good.small_sample,
    }));
    row.push(Cell::share(&of.good));
    row
}

fn month_name(month: &str) -> &'static str {
    let number = month.rsplit('-').next().and_then(|n| n.parse().ok());
    latvian::month(number.unwrap_or(0))
}
