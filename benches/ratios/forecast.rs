//! Promised waits on simulated days, beside what displays usually show.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use jiff::Timestamp;
use jiff::civil::date;
use rinda::cli::history::{self, HistoryOptions};
use rinda::cli::replay::replay;
use rinda::queue::forecast::habits::Habits;
use rinda::queue::forecast::picture::{Credits, DeskPicture, Doing, Picture, Waiting};
use rinda::queue::forecast::promise::{Levels, promise};
use rinda::queue::forecast::run::{ghost, run};
use rinda::queue::forecast::times::Times;
use serde_json::Value;

use super::table::{Row, ratio, time};

/// Days from which is learned, and days after them on which is measured.
const LEARNING_DAYS: u32 = 40;
const TEST_DAYS: u32 = 40;

/// Errors of one estimator, seconds.
#[derive(Default)]
struct Errors {
    sum_s: f64,
    count: f64,
}

impl Errors {
    fn add(&mut self, promised_s: f64, wait_s: f64) {
        self.sum_s += (promised_s - wait_s).abs();
        self.count += 1.0;
    }

    fn mean_s(&self) -> f64 {
        self.sum_s / self.count
    }
}

/// What is known of a ticket.
struct Ticket {
    service: u64,
    issued: Timestamp,
    is_test: bool,
    naive_s: f64,
    last_s: f64,
    head_s: f64,
}

/// Replications of the large forecast.
const REPLICATIONS: usize = 1_000;

/// How often it is timed.
const LARGE_RUNS: u64 = 31;

/// What the large forecast may take.
const LIMIT: Duration = Duration::from_millis(50);

/// Measures one large forecast, and centres of 2, 5 and 10 desks.
pub fn measure(rows: &mut Vec<Row>) -> Result<()> {
    rows.push(large(false));
    rows.push(large(true));
    for desks in [2, 5, 10] {
        measure_centre(desks, u64::from(desks), rows)?;
    }
    Ok(())
}

/// 200 people wait at ten desks, every desk is busy, a fifth of them can be sent on. An outlook tells
/// in addition what the next customer of each service would wait, in turn and out of turn.
pub fn large(outlook: bool) -> Row {
    let desks = (0..10).map(|desk| DeskPicture {
        desk,
        services: if desk % 3 == 0 { 0b1110 } else { 0b0110 },
        doing: Doing::Serving {
            ticket: 1_000 + desk as u64,
            service: 1,
            since_s: -30.0 * desk as f64,
        },
        until_s: 8.0 * 3_600.0,
        goes_on: 0.9,
        breaks: vec![(3_600.0, 5_400.0)],
    });
    let waiting = (0..200u64).map(|ticket| Waiting {
        ticket,
        service: 1 + (ticket % 3) as u8,
        key_s: -30.0 * (200 - ticket) as f64,
        since_s: -30.0 * (200 - ticket) as f64,
        callable_s: 0.0,
        reserved_for: None,
    });
    let newcomers = (0..6u64).filter(|_| outlook).map(|number| Waiting {
        ticket: ghost(number),
        service: 1 + (number % 3) as u8,
        key_s: if number < 3 { 0.0 } else { -7_200.0 },
        since_s: 0.0,
        callable_s: 0.0,
        reserved_for: None,
    });
    let picture = Picture {
        desks: desks.collect(),
        waiting: waiting.chain(newcomers).collect(),
        ..Picture::default()
    };
    let mut habits = Habits::default();
    (0..100).for_each(|n| habits.ended(1, (n % 20 == 0).then_some(2)));
    let levels = Levels::default().levels();
    let mut times: Vec<Duration> = (0..LARGE_RUNS)
        .map(|seed| {
            let began = Instant::now();
            let calls = run(
                &picture,
                &Times::default(),
                &habits,
                seed,
                REPLICATIONS,
                None,
            );
            for (_, mut waits_s) in calls.by_ticket {
                std::hint::black_box(promise(&mut waits_s, levels));
            }
            began.elapsed()
        })
        .collect();
    // The least of several: what others do on the machine is not ours.
    times.sort_unstable();
    let taken = times.first().copied().unwrap_or_default();
    Row {
        what: if outlook {
            "outlook: 200 tickets and the next of 3 services".to_owned()
        } else {
            "forecast of 200 tickets at 10 desks".to_owned()
        },
        figure: time(taken),
        baseline: time(LIMIT),
        ratio: ratio(taken.as_secs_f64(), LIMIT.as_secs_f64()),
        note: format!(
            "one core, {REPLICATIONS} replications, quantiles of every ticket; baseline: the target"
        ),
    }
}

/// Measures one centre.
pub fn measure_centre(desks: u16, seed: u64, rows: &mut Vec<Row>) -> Result<()> {
    let options = HistoryOptions {
        seed,
        days: LEARNING_DAYS + TEST_DAYS,
        desks,
        customers_per_desk: 40,
        from: date(2026, 1, 5),
    };
    let mut events = Vec::new();
    history::write(&options, &mut events)?;
    let mut promises = Vec::new();
    let began = Instant::now();
    replay(events.as_slice(), &mut promises, Credits::default())?;
    let taken = began.elapsed();
    let promised = read_promises(&promises)?;
    let mut seen = Seen::default();
    for line in events.split(|byte| *byte == b'\n') {
        if !line.is_empty() {
            seen.take(&serde_json::from_slice(line)?, &promised)?;
        }
    }
    rows.extend(seen.rows(desks, taken, promised.len()));
    Ok(())
}

type Promises = BTreeMap<u64, (f64, f64)>;

fn read_promises(lines: &[u8]) -> Result<Promises> {
    let lines = lines.split(|byte| *byte == b'\n').filter(|l| !l.is_empty());
    lines
        .map(|line| {
            let line: Value = serde_json::from_slice(line)?;
            let number = |key: &str| line[key].as_f64().context("a number");
            let ticket = line["ticket"].as_u64().context("a ticket")?;
            Ok((ticket, (number("p50_s")?, number("p90_s")?)))
        })
        .collect()
}

/// What the usual estimators see, and how all fared.
#[derive(Default)]
struct Seen {
    days: u32,
    open: u32,
    served_s: f64,
    served: f64,
    waiting: BTreeMap<u64, Ticket>,
    called: BTreeMap<u64, (Ticket, Timestamp)>,
    last_wait_s: BTreeMap<u64, f64>,
    ours: Errors,
    naive: Errors,
    last: Errors,
    head: Errors,
    waits: Errors,
    covered: f64,
    crossed: u32,
}

impl Seen {
    fn take(&mut self, event: &Value, promised: &Promises) -> Result<()> {
        let at: Timestamp = event["t"].as_str().context("t")?.parse()?;
        let ticket = event["ticket"].as_u64().unwrap_or_default();
        match event["kind"].as_str().context("kind")? {
            "day" => {
                self.days += 1;
                self.open = 0;
                self.waiting.clear();
                self.called.clear();
                self.last_wait_s.clear();
            }
            "desk_open" | "desk_back" => self.open += 1,
            "desk_close" | "desk_break" => self.open = self.open.saturating_sub(1),
            "issued" => self.issued(ticket, event["service"].as_u64().context("service")?, at),
            "called" => self.call(ticket, at, promised),
            "finished" => {
                if let Some((_, called)) = self.called.get(&ticket) {
                    self.served_s += at.duration_since(*called).as_secs_f64();
                    self.served += 1.0;
                }
            }
            "cancelled" => {
                self.waiting.remove(&ticket);
            }
            _ => {}
        }
        Ok(())
    }

    fn issued(&mut self, ticket: u64, service: u64, at: Timestamp) {
        let mean_s = if self.served > 0.0 {
            self.served_s / self.served
        } else {
            480.0
        };
        let ahead = self.waiting.len() as f64;
        let head = self.waiting.values().filter(|w| w.service == service);
        let head_s = head
            .map(|w| at.duration_since(w.issued).as_secs_f64())
            .fold(0.0, f64::max);
        let known = Ticket {
            service,
            issued: at,
            is_test: self.days > LEARNING_DAYS,
            naive_s: ahead * mean_s / f64::from(self.open.max(1)),
            last_s: self.last_wait_s.get(&service).copied().unwrap_or(0.0),
            head_s,
        };
        self.waiting.insert(ticket, known);
    }

    fn call(&mut self, ticket: u64, at: Timestamp, promised: &Promises) {
        let Some(known) = self.waiting.remove(&ticket) else {
            return;
        };
        let wait_s = at.duration_since(known.issued).as_secs_f64();
        self.last_wait_s.insert(known.service, wait_s);
        if let Some((p50_s, p90_s)) = promised.get(&ticket)
            && known.is_test
        {
            self.ours.add(*p50_s, wait_s);
            self.naive.add(known.naive_s, wait_s);
            self.last.add(known.last_s, wait_s);
            self.head.add(known.head_s, wait_s);
            self.waits.add(0.0, wait_s);
            self.covered += f64::from(u8::from(wait_s <= *p90_s));
            self.crossed += u32::from(p50_s > p90_s);
        }
        self.called.insert(ticket, (known, at));
    }

    fn rows(&self, desks: u16, taken: Duration, promises: usize) -> Vec<Row> {
        let minutes = |errors: &Errors| format!("{:.2} min", errors.mean_s() / 60.0);
        let ours_s = self.ours.mean_s();
        let mut rows: Vec<Row> = [
            ("queue × mean / desks", &self.naive),
            ("last to enter service", &self.last),
            ("head of the line", &self.head),
        ]
        .map(|(what, errors)| Row {
            what: format!("wait promised, {desks} desks, mean error"),
            figure: minutes(&self.ours),
            baseline: minutes(errors),
            ratio: ratio(ours_s, errors.mean_s()),
            note: format!("baseline: {what}"),
        })
        .into();
        rows.push(Row {
            what: format!("  within P90, {desks} desks"),
            figure: format!("{:.3}", self.covered / self.ours.count),
            baseline: ".900".to_owned(),
            ratio: String::new(),
            note: format!(
                "{} tickets of {TEST_DAYS} days after {LEARNING_DAYS} of learning, mean wait {}; {} quantiles crossed; {:.1} ms a forecast",
                self.ours.count,
                minutes(&self.waits),
                self.crossed,
                taken.as_secs_f64() * 1e3 / promises as f64,
            ),
        });
        rows
    }
}
