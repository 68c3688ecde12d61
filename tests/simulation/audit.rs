//! What the journal says, compared with what was acknowledged and with what must hold.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use rinda::journal::read_all;
use rinda::journal::record::{Fact, Record};
use rinda::journal::state::State;
use rinda::queue::event::{Event, Happened};

use crate::invariants::Watch;

/// What was promised to those who asked.
#[derive(Debug, Default)]
pub struct Promises {
    /// Acknowledged records by sequence.
    acked: BTreeMap<u64, Record>,
    /// Keys of requests that were told "nothing was done".
    refused: BTreeSet<String>,
}

impl Promises {
    pub fn acknowledge(&mut self, record: &Record) {
        let known = self
            .acked
            .entry(record.seq)
            .or_insert_with(|| record.clone());
        assert_eq!(
            known, record,
            "record {} was acknowledged as two things",
            record.seq
        );
    }

    /// The caller was told that nothing was done.
    pub fn refuse(&mut self, key: &str) {
        self.refused.insert(key.to_owned());
    }

    /// The caller asks again after a refusal.
    pub fn ask_again(&mut self, key: &str) {
        self.refused.remove(key);
    }

    pub fn last_seq(&self) -> u64 {
        self.acked.keys().next_back().copied().unwrap_or(0)
    }
}

/// Reads the whole journal: every acknowledged record is there, nothing refused is, no request
/// had its effect twice, and every event leaves a centre in which everything holds. Gives the
/// keys that had an effect.
pub fn audit(data: &Path, promises: &Promises, now: &State) -> BTreeMap<String, Vec<Record>> {
    let mut watch = Watch::default();
    let mut state = State::default();
    let mut acked = promises.acked.values().peekable();
    let mut effects: BTreeMap<String, Vec<Record>> = BTreeMap::new();
    for record in read_all(data).expect("the journal can be read") {
        let record = record.expect("the journal has no damage");
        if acked
            .next_if(|promised| promised.seq == record.seq)
            .is_some()
        {
            assert_eq!(promises.acked[&record.seq], record, "a record changed");
        }
        if let Some(mark) = &record.request {
            effects
                .entry(mark.key.clone())
                .or_default()
                .push(record.clone());
        }
        apply(&mut state, &record, &mut watch);
    }
    assert_eq!(acked.next(), None, "an acknowledged record is gone");
    for (key, records) in &effects {
        assert_eq!(records.len(), 1, "the request {key} had its effect twice");
        assert!(
            !promises.refused.contains(key),
            "the refused request {key} had an effect"
        );
    }
    assert_eq!(
        state.centre, now.centre,
        "the journal tells of another centre"
    );
    assert_eq!(state.seq, now.seq);
    effects
}

fn apply(state: &mut State, record: &Record, watch: &mut Watch) {
    if let Fact::Snapshot(snapshot) = &record.fact {
        assert_eq!(
            snapshot.centre, state.centre,
            "a snapshot of something else"
        );
        assert_eq!(
            snapshot.answers, state.answers,
            "a snapshot with other answers"
        );
    }
    let before = match &record.fact {
        Fact::Queue(_) => Some(state.centre.clone()),
        Fact::Access(_)
        | Fact::Quality(_)
        | Fact::Snapshot(_)
        | Fact::Sealed(_)
        | Fact::Redacted(_) => None,
    };
    state.apply(record);
    if let (Fact::Queue(event), Some(before)) = (&record.fact, before) {
        let happened = Happened {
            seq: record.seq,
            at: record.at,
            event: event.clone(),
        };
        watch.see(&before, &happened, &state.centre);
    }
}

/// Whether a request led to a ticket.
pub fn issued(records: &[Record]) -> bool {
    records
        .iter()
        .any(|record| matches!(&record.fact, Fact::Queue(Event::TicketIssued { .. })))
}
