//! The real daemon and power cuts: what it answered over HTTP before the power went is there when
//! it starts again, once.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use rinda::app::storage;
use rinda::config::Config;
use rinda::journal::record::{Fact, Record};
use rinda::queue::event::Event;
use rinda::queue::ticket::Origin;
use serde_json::{Value, json};

use crate::common::{Seeded, plain, records, scratch};
use crate::cuts::{Cut, anywhere, cut_all};
use crate::daemon::Client;
use crate::daemon_check::{Found, key_of};
use crate::daemon_run::{Story, play};
use crate::disk::{Disk, Keeps};
use crate::exchange::exchanges;
use crate::recording::Op;

/// Moments anywhere in the run, each under every model.
const MOMENTS_ANYWHERE: usize = 90;

/// Moments right after an answer, where nothing may be late, each under every model.
const MOMENTS_AFTER_ANSWERS: usize = 90;

/// Every so many moments the program itself is started on what is left, under every model.
const STARTED_EVERY: usize = 18;

/// Every so many moments the metrics are compared with a recomputation.
const VERIFIED_EVERY: usize = 4;

/// Tickets of each issuer in a life of the recorded run, and where the rig itself is tested.
const TICKETS: usize = 24;
const TICKETS_FOR_THE_RIG: usize = 8;

/// Where the rig itself is tested, the power is cut after every so many answers.
const RIG_STEP: usize = 4;

/// Time a started daemon has for its answers.
const ANSWERS_WITHIN: Duration = Duration::from_secs(120);

/// The last life's end and everything before it.
struct Truth {
    config: Config,
    records: BTreeMap<u64, Record>,
}

#[allow(clippy::disallowed_methods)] // A test on the machine's own time, like the daemon it records.
fn now() -> jiff::Timestamp {
    jiff::Timestamp::now()
}

/// Operations until the end of each answer that tells something lasting, ascending.
fn answers(story: &Story) -> Vec<usize> {
    let mut ends: Vec<usize> = story
        .exchanges
        .iter()
        .filter(|exchange| exchange.key.is_some())
        .filter_map(|exchange| exchange.answer.as_ref())
        .filter(|(_, answer)| answer.status < 300)
        .map(|(end, _)| *end)
        .collect();
    ends.sort_unstable();
    ends
}

/// The last record that an answer before a cut after so many operations tells of.
fn last_answered(story: &Story, truth: &Truth, cut: usize) -> u64 {
    let keys: BTreeSet<&str> = story
        .exchanges
        .iter()
        .filter(|exchange| exchange.answered_by(cut).is_some())
        .filter_map(|exchange| exchange.key.as_deref())
        .collect();
    let answered = |record: &&Record| key_of(record).is_some_and(|key| keys.contains(key));
    let last = truth.records.values().rev().find(answered);
    last.map_or(0, |record| record.seq)
}

/// Opens as start-up does and compares with what had been answered.
fn examine(story: &Story, truth: &Truth, cut: &Cut<'_>) -> Result<(), String> {
    let data = cut.left.join("data");
    let opened = storage::open(&data, &truth.config.setup, now())
        .map_err(|error| format!("does not open: {error:#}"))?;
    let (there, _) = records(&data);
    for record in &there {
        if truth.records.get(&record.seq) != Some(record) {
            return Err(format!("record {} was never written", record.seq));
        }
    }
    let last = there.last().map_or(0, |record| record.seq);
    if opened.state.seq != last {
        return Err(format!("state of {}, last {last}", opened.state.seq));
    }
    // What came before an answer is as old as it, accounts and sessions included.
    let answered = last_answered(story, truth, cut.at);
    let kept = there.iter().filter(|record| record.seq <= answered).count() as u64;
    if kept != answered {
        return Err(format!("{kept} records of {answered}"));
    }
    let found = Found::read(&there)?;
    found.holds_what_was_told(story, cut.at)?;
    found.holds_only_what_was_asked(story, cut.at)?;
    let metrics = opened.metrics.ok_or("no metrics")?;
    if cut.number.is_multiple_of(VERIFIED_EVERY) {
        let zone = &truth.config.setup.timezone;
        let wrong = metrics.verify(&data, zone, &mut |_, _| {});
        let wrong = wrong.map_err(|error| error.to_string())?;
        if !wrong.is_empty() {
            return Err(format!("metrics differ: {wrong:?}"));
        }
    }
    let mut journal = opened.journal;
    let goes_on = journal.append(&[plain(last + 1, now())]);
    goes_on.map_err(|error| format!("does not go on: {error}"))
}

/// Starts the program itself, asks it, and compares its export with what had been answered.
fn start_and_ask(story: &Story, cut: &Cut<'_>) -> Result<(), String> {
    let mut daemon = story.daemon.on(cut.left.join("data"));
    // What it says of the damage is not what is tested.
    daemon.start_with(|command| {
        command.env("RINDA_LOG", "off");
    });
    let kiosk = Client::new(daemon.url(), story.kiosk_key.clone());
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime
        .block_on(async { tokio::time::timeout(ANSWERS_WITHIN, ask(story, cut, &kiosk)).await })
        .map_err(|_| "no answer".to_owned())??;
    let exported = daemon.run(&["export"], "");
    let there: Vec<Record> = exported
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let found = Found::read(&there)?;
    found.holds_what_was_told(story, cut.at)?;
    found.holds_only_what_was_asked(story, cut.at)?;
    let verified = daemon.run(&["verify"], "");
    if verified.contains("equal to the journal") {
        Ok(())
    } else {
        Err(format!("verify: {verified}"))
    }
}

/// The newest answered ticket is answered again under its key; a new one is a new one.
async fn ask(story: &Story, cut: &Cut<'_>, kiosk: &Client) -> Result<(), String> {
    kiosk.ready().await;
    let issued = story
        .exchanges
        .iter()
        .filter(|exchange| exchange.request == "POST /api/v1/tickets");
    let Some((exchange, first)) = issued
        .filter_map(|exchange| Some((exchange, exchange.answered_by(cut.at)?)))
        .next_back()
    else {
        return Ok(());
    };
    let body: Value = serde_json::from_slice(&exchange.asked).unwrap();
    let key = exchange.key.as_deref().unwrap();
    let (status, again) = kiosk.post("/api/v1/tickets", key, &body).await;
    let again: Value = serde_json::from_str(&again).unwrap();
    if (status, &again) != (first.status, &first.body) {
        return Err(format!("{key} again: {status} {again}, not {}", first.body));
    }
    let new = json!({"service": 1});
    let (status, text) = kiosk.post("/api/v1/tickets", "after", &new).await;
    if status == 201 {
        Ok(())
    } else {
        Err(format!("a new ticket: {status} {text}"))
    }
}

/// Plays, and makes sure that what was recorded is what is to be tested.
fn record(dir: &std::path::Path, tickets: usize) -> (Story, Truth) {
    let story = play(dir, tickets);
    let (all, damage) = records(&story.daemon.data);
    assert_eq!(damage, []);
    let found = Found::read(&all).unwrap();
    found.holds_what_was_told(&story, story.ops.len()).unwrap();
    assert!(found.finishes.len() > tickets);
    let by_button = |record: &Record| {
        matches!(
            &record.fact,
            Fact::Queue(Event::TicketIssued {
                origin: Origin::Board { .. },
                ..
            })
        )
    };
    assert!(all.iter().any(by_button), "no button issued a ticket");
    let truth = Truth {
        config: rinda::config::load(&story.daemon.config).unwrap(),
        records: all.into_iter().map(|record| (record.seq, record)).collect(),
    };
    (story, truth)
}

#[test]
fn nothing_the_daemon_answered_is_lost_in_a_power_cut() {
    let dir = tempfile::tempdir().unwrap();
    let (story, truth) = record(dir.path(), TICKETS);
    let ends = answers(&story);
    let mut cuts = anywhere(MOMENTS_ANYWHERE, story.ops.len());
    let each = |n: usize| ends[n * ends.len() / MOMENTS_AFTER_ANSWERS];
    cuts.extend((0..MOMENTS_AFTER_ANSWERS).map(each));
    cuts.sort_unstable();
    let started = AtomicUsize::new(0);
    let examined = cut_all(&story.ops, &cuts, |cut| {
        let outcome = if cut.number % STARTED_EVERY == STARTED_EVERY - 1 {
            started.fetch_add(1, Ordering::Relaxed);
            start_and_ask(&story, cut)
        } else {
            examine(&story, &truth, cut)
        };
        outcome.unwrap_or_else(|why| panic!("{cut}: {why}"));
    });
    let started = started.into_inner();
    println!(
        "{examined} power cuts over {} operations and {} acknowledged steps; {started} times the \
         program was started",
        story.ops.len(),
        ends.len()
    );
    assert!(examined >= 500 && started >= 25);
}

/// The recording as it would be if every file were synced only before it is next written to: after
/// the answers that wait for the sync.
fn synced_too_late(ops: &[Op]) -> Vec<Op> {
    let mut late = Vec::new();
    let mut waiting = BTreeSet::new();
    for op in ops {
        if let Op::Sync { inode } = op {
            waiting.insert(*inode);
            continue;
        }
        if let Op::Write { inode, .. } = op
            && waiting.remove(inode)
        {
            late.push(Op::Sync { inode: *inode });
        }
        late.push(op.clone());
    }
    late
}

/// Cuts right after answers, as a recording has them, with nothing unsynced kept: how many of them
/// the check refuses, and of how many.
fn refused(story: &Story, truth: &Truth) -> (usize, usize) {
    let ends: Vec<usize> = answers(story).into_iter().step_by(RIG_STEP).collect();
    let mut disk = Disk::default();
    let (mut done, mut refused) = (0, 0);
    for (number, &at) in ends.iter().enumerate() {
        story.ops[done..at].iter().for_each(|op| disk.apply(op));
        done = at;
        let left = scratch();
        let keeps = Keeps::Nothing;
        disk.after_cut(keeps, &mut Seeded(1), left.path());
        let cut = Cut {
            number,
            at,
            keeps,
            left: left.path(),
        };
        refused += usize::from(examine(story, truth, &cut).is_err());
    }
    (refused, ends.len())
}

/// The check must catch a daemon that never syncs and one that answers first and syncs then, or it
/// proves nothing.
#[test]
fn a_daemon_that_answers_what_is_not_synced_is_caught() {
    let dir = tempfile::tempdir().unwrap();
    let (mut story, truth) = record(dir.path(), TICKETS_FOR_THE_RIG);
    let (as_it_is, cuts) = refused(&story, &truth);
    assert_eq!(as_it_is, 0, "of {cuts}");

    let recorded = story.ops;
    story.ops = synced_too_late(&recorded);
    story.exchanges = exchanges(&story.ops);
    let (late, cuts) = refused(&story, &truth);
    // An answer that leaves after the next batch is written is safe by luck.
    assert!(late * 4 > cuts, "{late} of {cuts}");

    let unsynced = |op: &Op| !matches!(op, Op::Sync { .. });
    story.ops = recorded.into_iter().filter(unsynced).collect();
    story.exchanges = exchanges(&story.ops);
    let (never, cuts) = refused(&story, &truth);
    assert_eq!(never, cuts);
    println!("of {cuts} cuts {late} refused with late syncs, {never} with none");
}
