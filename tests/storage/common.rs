//! What the storage tests share.

use std::path::Path;

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use rinda::journal::record::{Fact, Record, RequestMark};
use rinda::journal::state::State;
use rinda::journal::{Damage, Journal, Opened, read_all, snapshot_record};
use rinda::metrics::{Metrics, OpenedMetrics};
use rinda::queue::catalogue::Service;
use rinda::queue::change::Pending;
use rinda::queue::command::Actor;
use rinda::queue::event::{CallReason, CallRule, Event, Happened};
use rinda::queue::ticket::{DeskNumber, Origin, TicketId, TicketNumber, TrackToken};

/// Where all test centres are.
pub fn riga() -> TimeZone {
    TimeZone::get("Europe/Riga").unwrap()
}

/// A directory in memory where the system has such a place: a test that plays the disk itself needs
/// no real one.
pub fn scratch() -> tempfile::TempDir {
    let shm = Path::new("/dev/shm");
    if shm.is_dir() {
        tempfile::tempdir_in(shm).unwrap()
    } else {
        tempfile::tempdir().unwrap()
    }
}

/// Parses an instant.
pub fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// A generator of repeatable numbers (SplitMix64).
pub struct Seeded(pub u64);

impl Seeded {
    /// The next number.
    pub fn draw(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A number below `end`.
    pub fn below(&mut self, end: u64) -> u64 {
        self.draw() % end.max(1)
    }
}

/// Opens the journal of a data directory.
pub fn open(data: &Path) -> (Journal, Opened) {
    Journal::open(data, riga(), &mut |_, _| {}).unwrap()
}

/// All records of a data directory, and what is wrong with it.
pub fn records(data: &Path) -> (Vec<Record>, Vec<Damage>) {
    let (mut records, mut damage) = (Vec::new(), Vec::new());
    for item in read_all(data).unwrap() {
        match item {
            Ok(record) => records.push(record),
            Err(found) => damage.push(found),
        }
    }
    (records, damage)
}

/// Makes a journal of a closed quarter and an open one with `each` plain records and a snapshot
/// in each: all in all `2 * each + 2`, the seal and snapshot of the turn included.
pub fn write_two_quarters(data: &Path, each: u64) {
    let (mut journal, mut opened) = open(data);
    for now in [at("2026-09-30T08:00:00Z"), at("2026-10-01T06:00:00Z")] {
        if journal.rotation_due(now) {
            let rotated = journal.rotate(now, &opened.state).unwrap();
            assert!(rotated.unpacked.is_none());
            let apply = |record| opened.state.apply(record);
            rotated.records.iter().for_each(apply);
        }
        let next = journal.last_seq() + 1;
        let half = next + each / 2;
        let mut append = |batch: Vec<Record>| {
            let apply = |record| opened.state.apply(record);
            batch.iter().for_each(apply);
            journal.append(&batch).unwrap();
            opened.state.clone()
        };
        let state = append((next..half).map(|seq| plain(seq, now)).collect());
        append(vec![snapshot_record(&state, now)]);
        append((half + 1..next + each).map(|seq| plain(seq, now)).collect());
    }
}

/// A plain record with a text of its own.
pub fn plain(seq: u64, at: Timestamp) -> Record {
    let what = Event::HelpRequested {
        kiosk: format!("kiosk-{seq}"),
    };
    record(seq, at, what)
}

/// A record of an event.
pub fn record(seq: u64, at: Timestamp, event: Event) -> Record {
    Record {
        seq,
        at,
        actor: Actor::Rinda,
        request: seq.is_multiple_of(3).then(|| RequestMark {
            key: format!("key-{seq}"),
            fingerprint: seq * 7,
        }),
        fact: Fact::Queue(event),
    }
}

/// Life of one ticket as records from `seq` on: issued, called, arrived, finished.
pub fn visit(seq: u64, ticket: u64, from: Timestamp) -> Vec<Record> {
    let id = TicketId(ticket);
    let desk = DeskNumber(1);
    let after = |seconds: i64| from + SignedDuration::from_secs(seconds);
    let date = from.to_zoned(riga()).date();
    let service = Service::ALL[ticket as usize % 3];
    let issued = Event::TicketIssued {
        ticket: id,
        number: TicketNumber {
            series: ['P', 'S', 'K'][ticket as usize % 3],
            number: (ticket % 999) as u16 + 1,
        },
        service,
        date,
        track: TrackToken(format!("track-{ticket}").into()),
        origin: Origin::Board {
            kiosk: "ieeja".into(),
        },
        counts_from: from,
        out_of_turn: false,
        ahead: 0,
        promise: None,
        may_not_suffice: false,
        print: None,
        appointment: None,
    };
    let called = Event::TicketCalled {
        ticket: id,
        desk,
        reason: CallReason {
            rule: CallRule::Turn,
            counts_from: from,
            overtook: Vec::new(),
            instead_of: None,
        },
    };
    let finished = Event::TicketFinished {
        ticket: id,
        desk,
        outcome: None,
    };
    let times = [0, 90, 110, 110 + (ticket % 600) as i64];
    [
        issued,
        called,
        Event::CustomerArrived { ticket: id, desk },
        finished,
    ]
    .into_iter()
    .zip(times)
    .zip(seq..)
    .map(|((event, seconds), seq)| record(seq, after(seconds), event))
    .collect()
}

/// Tickets of a [`Centre::day`].
pub const TICKETS_A_DAY: u64 = 20;

/// Opens the metrics of a data directory.
pub fn open_metrics(data: &Path, last_seq: u64) -> (Metrics, OpenedMetrics) {
    let now = at("2026-11-01T06:00:00Z");
    Metrics::open(data, &riga(), last_seq, now, &mut |_, _| {}).unwrap()
}

/// Journal, state and metrics together, as the engine keeps them.
pub struct Centre {
    pub journal: Journal,
    pub state: State,
    pub metrics: Metrics,
}

impl Centre {
    /// Opens all three.
    pub fn open(data: &Path) -> Self {
        let (journal, opened) = open(data);
        let (metrics, _) = open_metrics(data, opened.last_seq);
        Self {
            journal,
            state: opened.state,
            metrics,
        }
    }

    /// Appends to the journal, then counts.
    pub fn append(&mut self, batch: &[Record]) {
        self.journal.append(batch).unwrap();
        self.count(batch);
    }

    /// What follows a successful append.
    pub fn count(&mut self, batch: &[Record]) {
        let mut changes = Vec::new();
        for record in batch {
            let Fact::Queue(event) = record.fact.clone() else {
                self.state.apply(record);
                continue;
            };
            let happened = Happened {
                seq: record.seq,
                at: record.at,
                event,
            };
            let pending = Pending::begin(&self.state.centre, &happened, &riga());
            self.state.apply(record);
            changes.push(pending.complete(&self.state.centre));
        }
        self.metrics.apply(&changes, self.state.seq).unwrap();
    }

    /// A day of visits at desk 1.
    pub fn day(&mut self, number: u64) {
        let from = at("2026-10-05T06:00:00Z") + SignedDuration::from_hours(24 * number as i64);
        let began = Event::DayBegan {
            date: from.to_zoned(riga()).date(),
            unserved: Vec::new(),
            unfinished: Vec::new(),
        };
        let opened = Event::DeskOpened {
            desk: DeskNumber(1),
            consultant: "anna".to_owned(),
            services: Service::ALL.to_vec(),
        };
        let seq = self.state.seq + 1;
        self.append(&[record(seq, from, began), record(seq + 1, from, opened)]);
        for n in 0..TICKETS_A_DAY {
            let start = from + SignedDuration::from_mins(20 * n as i64);
            let ticket = self.state.centre.tickets_issued + 1;
            self.append(&visit(self.state.seq + 1, ticket, start));
        }
    }
}
