//! What the journal says of papers, against the papers that came out.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Result, ensure};
use rinda::devices::printer::encoder::COPY_MARK;
use rinda::devices::simulator::printer::Finished;
use rinda::journal::read_all;
use rinda::journal::record::Fact;
use rinda::queue::event::Event;
use rinda::queue::ticket::TicketId;

/// What became of a print job, as the journal says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    Open,
    Printed,
    Failed(String),
    Unknown(String),
}

/// One print job.
#[derive(Debug, Clone)]
pub struct Job {
    /// The number on the paper, as printed.
    pub number: String,
    pub copy: bool,
    pub outcome: Outcome,
}

/// Every job of the journal, oldest first.
pub fn jobs(data: &Path) -> Result<Vec<Job>> {
    let mut numbers: BTreeMap<TicketId, String> = BTreeMap::new();
    let mut jobs: BTreeMap<u64, Job> = BTreeMap::new();
    let job = |number: Option<&String>, copy| Job {
        number: number.cloned().unwrap_or_default(),
        copy,
        outcome: Outcome::Open,
    };
    for record in read_all(data)? {
        // The line being written may be there in part.
        let Ok(record) = record else { break };
        let Fact::Queue(event) = record.fact else {
            continue;
        };
        let mut end = |id: u64, outcome| {
            if let Some(job) = jobs.get_mut(&id) {
                job.outcome = outcome;
            }
        };
        if let Event::TicketIssued {
            ticket,
            number,
            print,
            ..
        } = &event
        {
            numbers.insert(*ticket, number.to_string());
            if let Some(print) = print {
                jobs.insert(print.job.0, job(numbers.get(ticket), false));
            }
        } else if let Event::SlipRequested { ticket, print } = &event {
            jobs.insert(print.job.0, job(numbers.get(ticket), true));
        } else if let Event::SlipRepeated { of, copy, print } = &event {
            let number = jobs.get(&of.0).map(|job| job.number.clone());
            jobs.insert(print.job.0, job(number.as_ref(), *copy));
        } else if let Event::SlipPrinted { job } = event {
            end(job.0, Outcome::Printed);
        } else if let Event::SlipFailed { job, why } = event {
            end(job.0, Outcome::Failed(why));
        } else if let Event::SlipUnknown { job, why } = event {
            end(job.0, Outcome::Unknown(why));
        }
    }
    Ok(jobs.into_values().collect())
}

/// A paper that came out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paper {
    pub number: String,
    pub copy: bool,
}

impl From<&Finished> for Paper {
    fn from(finished: &Finished) -> Self {
        let texts = finished.ticket.texts();
        Self {
            number: finished.ticket.number().unwrap_or_default().to_owned(),
            copy: texts.iter().any(|text| text.contains(COPY_MARK)),
        }
    }
}

/// No number twice without KOPIJA; a paper for each job printed, none for one failed; nothing open.
pub fn settle(jobs: &[Job], papers: &[Paper]) -> Result<String> {
    let mut totals = [0; 3];
    for job in jobs {
        let paper = Paper {
            number: job.number.clone(),
            copy: job.copy,
        };
        let count = papers.iter().filter(|other| **other == paper).count();
        let same = jobs
            .iter()
            .filter(|other| other.number == job.number && other.copy == job.copy);
        let (mut printed, mut unknown) = (0, 0);
        for other in same {
            printed += usize::from(other.outcome == Outcome::Printed);
            unknown += usize::from(matches!(other.outcome, Outcome::Unknown(_)));
        }
        ensure!(
            (printed..=printed + unknown).contains(&count),
            "{count} papers of {job:?}"
        );
        ensure!(job.copy || count <= 1, "{} papers of {}", count, job.number);
        match &job.outcome {
            Outcome::Printed => totals[0] += 1,
            Outcome::Unknown(_) => totals[1] += 1,
            Outcome::Failed(_) => totals[2] += 1,
            Outcome::Open => anyhow::bail!("{job:?} is still open"),
        }
    }
    let [printed, unknown, failed] = totals;
    Ok(format!(
        "{} jobs: {printed} printed, {unknown} unknown, {failed} failed; {} papers, {} of them KOPIJA, no number twice without",
        jobs.len(),
        papers.len(),
        papers.iter().filter(|paper| paper.copy).count()
    ))
}
