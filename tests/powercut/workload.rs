//! What is recorded: a centre over the turn of a quarter, restarted in between, that says what it
//! has acknowledged.

use std::io::Write;
use std::path::Path;

use jiff::SignedDuration;
use rinda::journal::record::Record;
use rinda::journal::{JournalError, snapshot_record};

use crate::common::{Centre, Seeded, at, visit};

/// Where to work; the program does nothing without.
pub const DIR: &str = "RINDA_POWERCUT_DIR";

/// The data directory below it.
pub const DATA: &str = "data";

/// Said with the sequence after each append that returned.
pub const ACKED: &str = "acked ";

/// Said where an append was refused.
pub const REFUSED: &str = "refused";

const BATCHES: u64 = 90;

/// sled is flushed by hand this often: its own half second would not come in so short a run.
const FLUSH_EVERY: u64 = 10;

fn say(text: &str) {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{text}").unwrap();
    out.flush().unwrap();
}

/// Appends; after an error it sees to it that nothing is taken before reopening, and tries again.
fn append(centre: &mut Centre, batch: &[Record]) {
    while let Err(error) = centre.journal.append(batch) {
        assert!(matches!(error, JournalError::Write(_)), "{error}");
        let again = centre.journal.append(batch);
        assert!(matches!(again, Err(JournalError::Broken(_))));
        say(REFUSED);
        centre.journal.reopen().unwrap();
    }
    say(&format!("{ACKED}{}", centre.journal.last_seq()));
    centre.count(batch);
}

fn rotate(centre: &mut Centre, now: jiff::Timestamp) {
    loop {
        match centre.journal.rotate(now, &centre.state) {
            Ok(rotated) => {
                say(&format!("{ACKED}{}", centre.journal.last_seq()));
                centre.count(&rotated.records);
                return;
            }
            Err(error) => {
                assert!(matches!(error, JournalError::Write(_)), "{error}");
                say(REFUSED);
                centre.journal.reopen().unwrap();
            }
        }
    }
}

/// So short a run has parts of a quarter too.
const PART_BYTES: u64 = 8 * 1024;

fn open(data: &Path) -> Centre {
    let mut centre = Centre::open(data);
    centre.journal.set_part_bytes(PART_BYTES);
    centre
}

/// Runs to its end.
pub fn run(dir: &Path) {
    let data = dir.join(DATA);
    let mut seeded = Seeded(3);
    let mut centre = open(&data);
    for number in 0..BATCHES {
        // The local quarter turns in the middle.
        let minutes = (number as i64 - BATCHES as i64 / 2) * 7;
        let now = at("2026-09-30T21:00:00Z") + SignedDuration::from_mins(minutes);
        if centre.journal.rotation_due(now) {
            rotate(&mut centre, now);
        }
        if number % 20 == 19 {
            let snapshot = snapshot_record(&centre.state, now);
            append(&mut centre, &[snapshot]);
        }
        // Mostly a few records, now and then many blocks at once.
        let visits = if seeded.below(10) == 0 {
            25
        } else {
            1 + seeded.below(2)
        };
        let mut batch = Vec::new();
        let first = centre.state.centre.tickets_issued + 1;
        for ticket in first..first + visits {
            let next = centre.state.seq + 1 + batch.len() as u64;
            let mut records = visit(next, ticket, now);
            // One batch is one moment, as in the engine.
            records.iter_mut().for_each(|record| record.at = now);
            batch.extend(records);
        }
        append(&mut centre, &batch);
        if number % FLUSH_EVERY == 0 {
            centre.metrics.flush().unwrap();
        }
        if number == BATCHES / 3 {
            drop(centre);
            centre = open(&data);
        }
    }
}
