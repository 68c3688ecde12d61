//! What lies in the tray, what the outbox says of it, and the promise that binds them.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::Write as _;

use rinda::devices::simulator::decoder::{Item, Ticket};
use rinda::queue::paper::{JobState, Outbox, PrintJob};

/// Papers by ticket number: those without and those with KOPIJA.
#[derive(Debug, Default, Clone)]
pub struct Papers {
    by_number: BTreeMap<String, (u32, u32)>,
    /// Papers without a number: what was torn before it.
    pub pieces: u32,
}

impl Papers {
    /// Reads a paper as a customer does: any number on it is theirs.
    pub fn take(&mut self, paper: &Ticket) {
        let copy = paper.texts().contains(&"KOPIJA");
        let numbers: Vec<&str> = paper
            .items
            .iter()
            .filter_map(|item| match item {
                Item::Line { text, .. } => is_number(text).then_some(text.as_str()),
                Item::Qr { .. } | Item::Picture { .. } | Item::StoredPicture { .. } => None,
            })
            .collect();
        assert!(
            numbers.len() <= 1,
            "one paper with two numbers: {numbers:?}"
        );
        let Some(number) = numbers.first() else {
            self.pieces += 1;
            return;
        };
        let papers = self.by_number.entry((*number).to_owned()).or_default();
        if copy {
            papers.1 += 1;
        } else {
            papers.0 += 1;
        }
    }

    fn of(&self, number: &str) -> (u32, u32) {
        self.by_number.get(number).copied().unwrap_or_default()
    }
}

/// "P 001" and the like.
fn is_number(text: &str) -> bool {
    let mut parts = text.split(' ');
    let letter = parts
        .next()
        .is_some_and(|word| matches!(word, "P" | "S" | "K"));
    let digits = parts
        .next()
        .is_some_and(|word| word.len() == 3 && word.bytes().all(|byte| byte.is_ascii_digit()));
    letter && digits && parts.next().is_none()
}

/// How one ticket ended.
#[derive(Debug)]
pub struct Line {
    pub number: &'static str,
    pub papers: (u32, u32),
    pub states: String,
    pub verdict: Result<(), String>,
}

/// The tickets of a case, in the order they were issued.
pub fn judge(numbers: &[&'static str], papers: &Papers, outbox: &Outbox) -> Vec<Line> {
    let lines = (1u64..).zip(numbers).map(|(ticket, number)| {
        let jobs: Vec<&PrintJob> = outbox
            .jobs
            .values()
            .filter(|job| job.ticket.0 == ticket)
            .collect();
        let papers = papers.of(number);
        Line {
            number,
            papers,
            states: states(&jobs),
            verdict: verdict(papers, &jobs),
        }
    });
    lines.collect()
}

/// No number on paper twice without KOPIJA, none silently missing, nothing left open.
fn verdict(papers: (u32, u32), jobs: &[&PrintJob]) -> Result<(), String> {
    let of = |wanted: fn(&JobState) -> bool, copy: bool| {
        let jobs = jobs.iter().filter(|job| job.copy == copy);
        jobs.filter(|job| wanted(&job.state)).count() as u32
    };
    let printed = |state: &JobState| matches!(state, JobState::Printed { .. });
    let doubtful = |state: &JobState| matches!(state, JobState::Unknown { .. });
    let open = |state: &JobState| matches!(state, JobState::Queued | JobState::Sending { .. });
    if papers.0 > 1 {
        return Err(format!("{} papers without KOPIJA", papers.0));
    }
    if of(open, false) + of(open, true) > 0 {
        return Err("a job is left open".to_owned());
    }
    for (out, copy) in [(papers.0, false), (papers.1, true)] {
        let (sure, maybe) = (of(printed, copy), of(doubtful, copy));
        if out < sure {
            return Err("said to be printed and not there".to_owned());
        }
        if out > sure + maybe {
            return Err("there, although it is said not to be".to_owned());
        }
    }
    let told = jobs.last().is_some_and(|job| {
        matches!(
            job.state,
            JobState::Unknown { .. } | JobState::Failed { .. }
        )
    });
    if papers == (0, 0) && !told {
        return Err("silently missing".to_owned());
    }
    Ok(())
}

fn states(jobs: &[&PrintJob]) -> String {
    let mut text = String::new();
    for job in jobs {
        let word = match &job.state {
            JobState::Queued => "queued",
            JobState::Sending { .. } => "sending",
            JobState::Printed { .. } => "printed",
            JobState::Failed { .. } => "failed",
            JobState::Unknown { .. } => "unknown",
        };
        let separator = if text.is_empty() { "" } else { ", " };
        let copy = if job.copy { "KOPIJA " } else { "" };
        let _ = write!(text, "{separator}{copy}{word}");
    }
    text
}

/// The table in the test's output.
pub struct Table {
    rows: Vec<(String, Vec<Line>)>,
}

impl Table {
    pub fn new() -> Self {
        Self { rows: Vec::new() }
    }

    pub fn add(&mut self, name: String, lines: Vec<Line>) {
        self.rows.push((name, lines));
    }

    /// Prints it; fails where a promise is broken.
    pub fn close(mut self) {
        self.rows.sort_by(|a, b| a.0.cmp(&b.0));
        let mut text = format!(
            "\n{:<58} | {:<6} | {:>6} | {:>6} | {:<36} | verdict\n",
            "fault", "ticket", "papers", "KOPIJA", "jobs"
        );
        let mut broken = Vec::new();
        for (row, lines) in &self.rows {
            let mut name = row.as_str();
            for line in lines {
                let verdict = match &line.verdict {
                    Ok(()) => "kept".to_owned(),
                    Err(why) => {
                        broken.push(format!("{row}: {why}"));
                        format!("BROKEN: {why}")
                    }
                };
                text.push_str(&format!(
                    "{name:<58} | {:<6} | {:>6} | {:>6} | {:<36} | {verdict}\n",
                    line.number,
                    line.papers.0 + line.papers.1,
                    line.papers.1,
                    line.states
                ));
                name = "";
            }
        }
        let (faults, promises) = (self.rows.len(), broken.len());
        text.push_str(&format!("{faults} faults, {promises} promises broken\n"));
        // Not `print!`: the table is to be read after a run that went well, too.
        std::io::stdout().write_all(text.as_bytes()).unwrap();
        assert!(broken.is_empty(), "{broken:?}");
    }
}
