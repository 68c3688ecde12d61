//! Fields whose time is over go out of closed quarters; lines, figures and the chain stay.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use rinda::access::{AccessEvent, Account, Role, Session};
use rinda::app::retention::{self, Outcome};
use rinda::journal::record::{Fact, Record, Redaction, RequestMark};
use rinda::journal::{
    Damage, Journal, RedactError, Secrets, backup, due, export, import, snapshot_record, verify,
};
use rinda::quality::QualityEvent;
use rinda::quality::evaluations::{Evaluation, EvaluationEvent};
use rinda::queue::appointments::{AppointmentId, CodeHash, ReferenceHash, Source};
use rinda::queue::calendar::edits::DayChange;
use rinda::queue::catalogue::Service;
use rinda::queue::command::Actor;
use rinda::queue::event::Event;
use rinda::queue::retention::{FieldClass, Keep, Retention};
use rinda::queue::ticket::{CancelReason, DeskNumber, TicketId};
use rinda::report::{DayLog, QuarterReport, quarter_report};
use rinda::report::{Eyes, Quarter, recompute_quarter, story};

use crate::common::{self, Centre, at, open, open_metrics, records, riga, visit};

const FILE: &str = "journal/2026-Q3.ndjson.zst";

/// What each class has to clear, as it stands in the journal.
const SECRETS: [(FieldClass, &[&str]); 4] = [
    (
        FieldClass::Staff,
        &["anna", "janis", "Anna Bērziņa", "HASH-OF-PASSWORD"],
    ),
    (
        FieldClass::OutOfTurn,
        &["track-2\"", "track-6\"", "piezīme par invaliditāti"],
    ),
    (
        FieldClass::Track,
        &[
            "track-",
            "key-",
            "staff:anna",
            "code-hash",
            "reference-hash",
        ],
    ),
    (
        FieldClass::Reasons,
        &[
            "saslima",
            "Kāzas",
            "neatnāca ar bērnu",
            "atteicās slimības dēļ",
            "piezīme",
        ],
    ),
];

fn keep(classes: &[FieldClass]) -> Retention {
    Retention(
        classes
            .iter()
            .map(|class| (*class, Keep::Days(30)))
            .collect(),
    )
}

fn all() -> Retention {
    keep(&FieldClass::ALL)
}

/// A day on which the time of the third quarter is over and that of the fourth is not.
fn today() -> Date {
    "2026-12-15".parse().unwrap()
}

/// A quarter of two days in which people did and said everything, and the beginning of the next.
struct World(Centre);

impl World {
    fn write(data: &Path) {
        let mut world = Self(Centre::open(data));
        world.staff();
        world.first_day();
        world.second_day();
        world.next_quarter();
    }

    fn put(&mut self, now: Timestamp, actor: Actor, fact: Fact) {
        let seq = self.0.state.seq + 1;
        let login = actor.login().map(str::to_owned);
        let request = login.map(|login| RequestMark {
            key: format!("staff:{login}:key-{seq}"),
            fingerprint: seq,
        });
        self.0.append(&[Record {
            seq,
            at: now,
            actor,
            request,
            fact,
        }]);
    }

    fn event(&mut self, now: &str, actor: &Actor, event: Event) {
        self.put(at(now), actor.clone(), Fact::Queue(event));
    }

    fn visit(&mut self, ticket: u64, from: &str) {
        let records = visit(self.0.state.seq + 1, ticket, at(from));
        self.0.append(&records);
    }

    fn begin(&mut self, now: &str, unserved: Vec<TicketId>) {
        let began = Event::DayBegan {
            date: at(now).to_zoned(riga()).date(),
            unserved,
            unfinished: Vec::new(),
        };
        self.event(now, &Actor::Rinda, began);
        let snapshot = snapshot_record(&self.0.state, at(now));
        self.0.append(&[snapshot]);
    }

    fn desk(&mut self, now: &str, login: &str, desk: u16) {
        let opened = Event::DeskOpened {
            desk: DeskNumber(desk),
            consultant: login.to_owned(),
            services: Service::ALL.to_vec(),
        };
        self.event(now, &consultant(login), opened);
    }

    fn staff(&mut self) {
        for (login, name) in [("anna", "Anna Bērziņa"), ("janis", "")] {
            let account = Account {
                login: login.to_owned(),
                name: name.to_owned(),
                role: Role::Consultant,
                password_hash: "HASH-OF-PASSWORD".to_owned(),
                disabled: false,
                demo: false,
            };
            let fact = Fact::Access(AccessEvent::StaffAdded(account));
            self.put(at("2026-09-29T05:00:00Z"), Actor::Rinda, fact);
        }
    }

    fn first_day(&mut self) {
        let janis = supervisor("janis");
        self.begin("2026-09-29T05:30:00Z", Vec::new());
        let session = Session {
            login: "anna".to_owned(),
            expires_at: at("2026-09-29T18:00:00Z"),
        };
        let signed_in = AccessEvent::SignedIn {
            token_sha256: "HASH-OF-TOKEN".to_owned(),
            session,
        };
        let now = "2026-09-29T06:00:00Z";
        self.put(at(now), Actor::Rinda, Fact::Access(signed_in));
        self.desk(now, "anna", 1);
        for ticket in 1..=5 {
            self.visit(ticket, &format!("2026-09-29T06:{ticket}0:00Z"));
        }
        let now = "2026-09-29T08:00:00Z";
        self.issue(6, now, true);
        self.issue(7, now, false);
        let counts_from = at("2026-09-29T06:00:00Z");
        let marked = Event::TicketMarkedOutOfTurn {
            ticket: TicketId(2),
            counts_from,
        };
        self.event(now, &janis, marked);
        let finished = Event::TicketFinished {
            ticket: TicketId(6),
            desk: DeskNumber(1),
            outcome: Some("piezīme par invaliditāti".to_owned()),
        };
        self.event(now, &consultant("anna"), finished);
        let cancelled = Event::TicketCancelled {
            ticket: TicketId(7),
            reason: CancelReason::Staff {
                text: "neatnāca ar bērnu".to_owned(),
            },
        };
        self.event(now, &janis, cancelled);
        self.floor(now, &janis);
    }

    fn issue(&mut self, ticket: u64, now: &str, marked: bool) {
        let mut issued = visit(0, ticket, at(now)).remove(0);
        if let Fact::Queue(Event::TicketIssued { out_of_turn, .. }) = &mut issued.fact {
            *out_of_turn = marked;
        }
        self.put(at(now), consultant("anna"), issued.fact);
    }

    /// What managers do and write.
    fn floor(&mut self, now: &str, janis: &Actor) {
        let stopped = Event::ServiceStopped {
            service: Service::ALL[0],
            by: Some("janis".to_owned()),
            reason: "saslima Anna".to_owned(),
            chance_percent: Some(12),
        };
        self.event(now, janis, stopped);
        for date in ["2026-09-30", "2026-12-01"] {
            let set = Event::CalendarDaySet {
                date: date.parse().unwrap(),
                change: DayChange::Hours {
                    intervals: Vec::new(),
                },
                reason: "Kāzas".to_owned(),
                by: "janis".to_owned(),
                begun: false,
            };
            self.event(now, janis, set);
        }
        let booked = Event::AppointmentBooked {
            appointment: AppointmentId(1),
            service: Service::ALL[0],
            slot: at("2026-09-30T07:00:00Z"),
            date: "2026-09-30".parse().unwrap(),
            code: CodeHash("code-hash".to_owned()),
            source: Source::Import {
                reference: ReferenceHash("reference-hash".to_owned()),
            },
        };
        self.event(now, &Actor::Rinda, booked);
        let cancelled = Event::AppointmentCancelled {
            appointment: AppointmentId(1),
            reason: Some("atteicās slimības dēļ".to_owned()),
        };
        self.event(now, janis, cancelled);
        let held = Evaluation {
            row: 8,
            held_on: "2026-09-29".parse().unwrap(),
            result: "Sūdzību nav".to_owned(),
        };
        let held = QualityEvent::Evaluation(EvaluationEvent::Held(held));
        self.put(at(now), janis.clone(), Fact::Quality(held));
    }

    fn second_day(&mut self) {
        self.begin("2026-09-30T05:30:00Z", Vec::new());
        self.desk("2026-09-30T06:00:00Z", "janis", 2);
        self.desk("2026-09-30T06:00:00Z", "anna", 1);
        for ticket in 8..=12 {
            let minute = (ticket - 8) * 10;
            self.visit(ticket, &format!("2026-09-30T06:{minute:02}:00Z"));
        }
        // Left open by the day, so it ends in the next quarter.
        self.issue(13, "2026-09-30T14:00:00Z", false);
    }

    fn next_quarter(&mut self) {
        let now = at("2026-09-30T21:00:00Z");
        let Centre { journal, state, .. } = &mut self.0;
        let rotated = journal.rotate(now, state).unwrap();
        assert!(rotated.unpacked.is_none());
        self.0.count(&rotated.records);
        self.begin("2026-09-30T21:00:00Z", vec![TicketId(13)]);
        self.desk("2026-10-01T06:00:00Z", "anna", 1);
        self.visit(14, "2026-10-01T06:10:00Z");
    }
}

fn consultant(login: &str) -> Actor {
    Actor::Consultant {
        login: login.to_owned(),
    }
}

fn supervisor(login: &str) -> Actor {
    Actor::Supervisor {
        login: login.to_owned(),
    }
}

fn world() -> tempfile::TempDir {
    let dir = common::scratch();
    World::write(dir.path());
    dir
}

/// Appends the record of what is cleared, as the daemon does.
fn keep_record(journal: &mut Journal, redaction: Redaction) {
    let times = ["2026-12-15T01:00:00Z", "2026-06-01T01:00:00Z"].map(at);
    let now = times.into_iter().find(|now| !journal.rotation_due(*now));
    let record = Record {
        seq: journal.last_seq() + 1,
        at: now.unwrap(),
        actor: Actor::Rinda,
        request: None,
        fact: Fact::Redacted(redaction),
    };
    journal.append(&[record]).unwrap();
}

fn clear_on(data: &Path, retention: &Retention, today: Date) -> Outcome {
    let (mut journal, opened) = open(data);
    let (metrics, _) = open_metrics(data, opened.last_seq);
    let mut keep = |redaction| {
        keep_record(&mut journal, redaction);
        Ok(())
    };
    let outcome = retention::clear(
        data,
        Some(&metrics),
        retention,
        today,
        &mut keep,
        &mut |_, _| {},
    );
    outcome.unwrap()
}

fn clear(data: &Path, retention: &Retention) -> Outcome {
    clear_on(data, retention, today())
}

/// The lines of the third quarter as text.
fn text_of(data: &Path) -> String {
    let mut text = Vec::new();
    export(data, None, Secrets::Included, &mut text, &mut |_, _| {}).unwrap();
    let text = String::from_utf8(text).unwrap();
    let third = text.lines().take_while(|line| !line.contains("\"sealed\""));
    third.collect::<Vec<_>>().join("\n")
}

fn damage_of(data: &Path) -> Vec<Damage> {
    verify(data, &mut |_, _| {}).unwrap().damage
}

fn q3() -> Quarter {
    "2026-Q3".parse().unwrap()
}

#[test]
fn each_class_goes_and_only_that() {
    for (class, secrets) in SECRETS {
        let dir = world();
        let before = text_of(dir.path());
        for secret in secrets {
            assert!(before.contains(secret), "{class}: {secret}");
        }
        let outcome = clear(dir.path(), &keep(&[class]));
        assert_eq!(outcome.refused, Vec::<String>::new());
        let [row] = outcome.rows.as_slice() else {
            panic!("{outcome:?}");
        };
        assert_eq!((row.class, row.quarter.as_str()), (class, "2026-Q3"));
        assert!(row.lines > 0, "{class}");
        let after = text_of(dir.path());
        for secret in secrets {
            assert!(
                !after.contains(secret),
                "{class}: {secret} is left\n{after}"
            );
        }
        assert_eq!(after.lines().count(), before.lines().count());
        // What could help somebody sign in goes with any class.
        assert!(!after.contains("HASH-OF"));
        // The other classes are untouched.
        let kept = match class {
            FieldClass::Staff => vec!["track-2\"", "saslima Anna", "code-hash"],
            FieldClass::OutOfTurn => vec!["anna", "janis", "track-1\"", "saslima", "Kāzas"],
            FieldClass::Track => vec!["\"anna\"", "\"janis\"", "saslima", "Kāzas"],
            FieldClass::Reasons => vec!["\"anna\"", "\"janis\"", "track-2\"", "code-hash"],
        };
        for text in kept {
            assert!(after.contains(text), "{class}: {text} went too");
        }
        assert_eq!(damage_of(dir.path()), []);
    }
}

#[test]
fn lines_chain_and_seals_hold_and_a_second_run_does_nothing() {
    let dir = world();
    let data = dir.path();
    let (before, _) = records(data);
    let would = retention::count(data, &all(), today(), &mut |_, _| {}).unwrap();
    assert_eq!(damage_of(data), []);
    let outcome = clear(data, &all());
    assert_eq!(outcome, would);
    assert_eq!(outcome.rows.len(), FieldClass::ALL.len());

    let report = verify(data, &mut |_, _| {}).unwrap();
    assert_eq!(report.damage, []);
    let [redaction] = report.redactions.as_slice() else {
        panic!("{report:?}");
    };
    assert_ne!(redaction.was_sha256, redaction.sha256);
    let (after, damage) = records(data);
    assert_eq!(damage, []);
    let facts = |records: &[Record]| -> Vec<(u64, Timestamp)> {
        records.iter().map(|r| (r.seq, r.at)).collect()
    };
    assert_eq!(facts(&after[..before.len()]), facts(&before));
    let (_, opened) = open(data);
    assert_eq!(opened.damage, []);

    let bytes = fs::read(data.join(FILE)).unwrap();
    assert_eq!(clear(data, &all()), Outcome::default());
    assert_eq!(fs::read(data.join(FILE)).unwrap(), bytes);
    assert_eq!(records(data).0, after);
}

/// The quarter as JSON, without who stopped a service and why.
fn report_of(data: &Path) -> (serde_json::Value, QuarterReport) {
    let config = rinda::config::parse(include_str!("../../config/centre.toml"), "x").unwrap();
    let recomputed = recompute_quarter(data, &riga(), q3()).unwrap();
    assert_eq!(recomputed.damaged, 0);
    let now = at("2026-12-15T00:00:00Z");
    let edits = &recomputed.calendar;
    let report = quarter_report(&config.setup, edits, q3(), recomputed.days, now);
    (serde_json::to_value(&report).unwrap(), report)
}

#[test]
fn the_quarter_counts_the_same_but_for_named_fields() {
    let dir = world();
    let (before, _) = report_of(dir.path());
    let days = recompute_quarter(dir.path(), &riga(), q3()).unwrap().days;
    clear(dir.path(), &all());
    let (after, _) = report_of(dir.path());
    let text = |value: &serde_json::Value| {
        let text = serde_json::to_string_pretty(value).unwrap();
        let named = ["\"by\"", "\"reason\""];
        let other = text
            .lines()
            .filter(|line| !named.iter().any(|name| line.trim_start().starts_with(name)));
        other.collect::<Vec<_>>().join("\n")
    };
    assert_eq!(text(&after), text(&before));
    let mut cleared = recompute_quarter(dir.path(), &riga(), q3()).unwrap().days;
    for (date, day) in &mut cleared {
        for (note, was) in day.counts.stops.iter_mut().zip(&days[date].counts.stops) {
            assert_eq!(note.by.as_deref(), Some("dzēsts"));
            assert_eq!(note.reason.as_deref(), Some("dzēsts"));
            note.clone_from(was);
        }
    }
    assert_eq!(cleared, days);
}

#[test]
fn metrics_agree_with_the_cleared_journal_kept_and_made_anew() {
    for classes in [FieldClass::ALL.to_vec()]
        .into_iter()
        .chain(FieldClass::ALL.map(|class| vec![class]))
    {
        let dir = world();
        let data = dir.path();
        clear(data, &keep(&classes));
        let (journal, opened) = open(data);
        let (metrics, told) = open_metrics(data, opened.last_seq);
        assert_eq!(told.set_aside, None, "{classes:?}");
        let differences = |metrics: &rinda::metrics::Metrics| {
            metrics.verify(data, &riga(), &mut |_, _| {}).unwrap()
        };
        assert_eq!(differences(&metrics), Vec::<String>::new(), "{classes:?}");
        let third = "2026-07-01".parse().unwrap().."2026-10-01".parse().unwrap();
        let kept = metrics.days(third.clone()).unwrap();
        if classes.contains(&FieldClass::Track) {
            let tickets = metrics.tickets_of("2026-09-29".parse().unwrap()).unwrap();
            assert!(tickets.iter().all(|ticket| ticket.track.0.is_empty()));
        }
        drop((metrics, journal));
        fs::remove_dir_all(data.join("metrics")).unwrap();
        clear(data, &keep(&classes));
        let (metrics, _) = open_metrics(data, opened.last_seq);
        assert_eq!(metrics.days(third).unwrap(), kept);
        assert_eq!(differences(&metrics), Vec::<String>::new(), "{classes:?}");
    }
}

#[test]
fn a_story_is_told_without_names_and_nobody_is_followed_from_day_to_day() {
    let dir = world();
    let config = rinda::config::parse(include_str!("../../config/centre.toml"), "x").unwrap();
    let log = |date: &str| {
        let (records, _) = records(dir.path());
        DayLog::read(date.parse().unwrap(), records).unwrap()
    };
    let told = |ticket: u64| {
        let log = log("2026-09-29");
        story(&config.setup, &log, TicketId(ticket), Eyes::Names).unwrap()
    };
    let before = told(7);
    clear(dir.path(), &all());
    let after = told(7);
    assert_eq!(after.steps.len(), before.steps.len());
    assert_eq!(
        (after.wait_s, after.visit_s),
        (before.wait_s, before.visit_s)
    );
    let last = after.steps.last().unwrap();
    assert!(last.text.contains("dzēsts"), "{}", last.text);
    assert_eq!(last.who.login.as_deref(), Some("dzēsts-2"));
    let desk_of = |date: &str, desk: u16| {
        let mut found = None;
        log(date).walk(|before, _| {
            let staffed = before.staffed(DeskNumber(desk));
            found = staffed.map(|s| s.consultant.clone()).or(found.take());
        });
        found.unwrap()
    };
    // Anna sat at desk 1 on both days.
    assert_eq!(desk_of("2026-09-29", 1), "dzēsts-1");
    assert_eq!(desk_of("2026-09-30", 1), "dzēsts-2");
}

/// The steps of a run, stopped after one of them as by a kill.
fn stopped_after(data: &Path, recorded: bool) {
    let (mut journal, _) = open(data);
    let due = due(data, &all(), today()).unwrap();
    let prepared = due[0].prepare("salt".to_owned(), &mut |_, _| {}).unwrap();
    assert!(beside(data).exists());
    if recorded {
        keep_record(&mut journal, prepared.redaction);
    }
}

fn beside(data: &Path) -> PathBuf {
    data.join(format!("{FILE}.redacted"))
}

#[test]
fn a_kill_leaves_the_old_or_the_new_and_the_next_run_completes_it() {
    // Before anything is whole: parts are removed.
    let dir = world();
    let data = dir.path();
    let old = fs::read(data.join(FILE)).unwrap();
    for part in ["2026-Q3.redacted.part", "2026-Q3.ndjson.zst.redacted.part"] {
        fs::write(data.join("journal").join(part), b"half").unwrap();
    }
    assert_eq!(damage_of(data), []);
    drop(open(data));
    assert_eq!(fs::read_dir(data.join("journal")).unwrap().count(), 2);

    // Whole, but not in the journal: as if nothing had happened.
    stopped_after(data, false);
    assert_eq!(damage_of(data), []);
    drop(open(data));
    assert!(!beside(data).exists());
    assert_eq!(fs::read(data.join(FILE)).unwrap(), old);
    assert_eq!(damage_of(data), []);

    // In the journal, but not in its place: the next start completes it.
    stopped_after(data, true);
    assert_eq!(damage_of(data), []);
    let copy = common::scratch();
    let report = backup(data, copy.path(), &mut |_, _| {}).unwrap();
    assert_eq!(report.copy.damage, []);
    for data in [data, copy.path()] {
        assert_eq!(open(data).1.damage, []);
        assert!(!beside(data).exists());
        assert_ne!(fs::read(data.join(FILE)).unwrap(), old);
        assert_eq!(damage_of(data), []);
        assert_eq!(due(data, &all(), today()).unwrap(), []);
    }
    // The rows of the metrics come with the next run.
    assert_eq!(clear(data, &all()), Outcome::default());
    let (_journal, opened) = open(data);
    let (metrics, _) = open_metrics(data, opened.last_seq);
    let differences = metrics.verify(data, &riga(), &mut |_, _| {}).unwrap();
    assert_eq!(differences, Vec::<String>::new());
}

#[test]
fn a_new_file_that_is_lost_before_it_takes_its_place_is_made_again() {
    let dir = world();
    let data = dir.path();
    stopped_after(data, true);
    fs::remove_file(beside(data)).unwrap();
    let damage = damage_of(data);
    assert!(
        matches!(damage.as_slice(), [Damage::SealBroken { .. }]),
        "{damage:?}"
    );
    assert_eq!(clear(data, &all()).rows.len(), FieldClass::ALL.len());
    assert_eq!(damage_of(data), []);
    assert_eq!(verify(data, &mut |_, _| {}).unwrap().redactions.len(), 2);
}

#[test]
fn classes_go_at_their_own_time_and_the_file_is_sealed_anew_each_time() {
    let dir = world();
    let data = dir.path();
    let old = fs::read(data.join(FILE)).unwrap();
    let retention = Retention(BTreeMap::from([
        (FieldClass::Track, Keep::Days(30)),
        (FieldClass::Staff, Keep::Months(13)),
    ]));
    let first = clear(data, &retention);
    assert_eq!(first.rows.len(), 1);
    assert!(text_of(data).contains("\"anna\""));
    let second_day = "2027-10-31".parse().unwrap();
    assert_eq!(clear_on(data, &retention, today()), Outcome::default());
    let second = clear_on(data, &retention, second_day);
    let cleared: BTreeSet<_> = second.rows.iter().map(|row| row.class).collect();
    assert_eq!(cleared, BTreeSet::from([FieldClass::Staff]));
    let text = text_of(data);
    assert!(!text.contains("anna") && !text.contains("track-"));
    let report = verify(data, &mut |_, _| {}).unwrap();
    assert_eq!(report.damage, []);
    let [one, two] = report.redactions.as_slice() else {
        panic!("{report:?}");
    };
    assert_eq!(one.sha256, two.was_sha256);

    // An old copy that takes its place back is found, and cleared again.
    fs::write(data.join(FILE), old).unwrap();
    let damage = damage_of(data);
    let [Damage::SealBroken { why, .. }] = damage.as_slice() else {
        panic!("{damage:?}");
    };
    assert!(why.contains("before fields were cleared"), "{why}");
    clear_on(data, &retention, second_day);
    assert_eq!(damage_of(data), []);
    assert!(!text_of(data).contains("anna"));
}

#[test]
fn damage_in_a_cleared_file_is_found_and_a_damaged_one_is_not_sealed_anew() {
    let dir = world();
    let data = dir.path();
    clear(data, &keep(&[FieldClass::Track]));
    let whole = fs::read(data.join(FILE)).unwrap();
    for place in (5..whole.len()).step_by(whole.len() / 40) {
        let mut bytes = whole.clone();
        bytes[place] ^= 1;
        fs::write(data.join(FILE), bytes).unwrap();
        assert_ne!(damage_of(data), [], "byte {place}");
    }
    fs::write(data.join(FILE), whole).unwrap();
    // A forged line with the right checksum, behind which everything is linked anew.
    forge(data);
    let damage = damage_of(data);
    assert!(
        matches!(damage.as_slice(), [Damage::SealBroken { .. }]),
        "{damage:?}"
    );
    let due = due(data, &all(), today()).unwrap();
    let refused = due[0].prepare("salt".to_owned(), &mut |_, _| {});
    assert!(matches!(refused, Err(RedactError::Damaged { .. })));
    let outcome = clear(data, &all());
    assert_eq!(outcome.rows, []);
    assert!(outcome.refused[0].contains("2026-Q3.ndjson.zst"));
}

/// Puts a file of other lines, sound in itself, in the place of the cleared one.
fn forge(data: &Path) {
    let other = common::scratch();
    let mut text = Vec::new();
    export(data, None, Secrets::Included, &mut text, &mut |_, _| {}).unwrap();
    let text = String::from_utf8(text)
        .unwrap()
        .replace("saslima", "atpūšas");
    import(other.path(), &riga(), &mut text.as_bytes(), &mut |_, _| {}).unwrap();
    fs::copy(other.path().join(FILE), data.join(FILE)).unwrap();
    // Its last line must be known by what it was, or the next file did not go on from it.
    assert!(!damage_of(data).is_empty());
    let first = |file: &Path| zstd::decode_all(&fs::read(file).unwrap()[..]).unwrap();
    let lines = first(&data.join(FILE));
    let was = {
        let next = fs::read_to_string(data.join("journal/2026-Q4.ndjson")).unwrap();
        let (_, rest) = next.split_once("\"prev\":\"").unwrap();
        rest[..16].to_owned()
    };
    let text = String::from_utf8(lines).unwrap();
    let last = text.lines().last().unwrap();
    let covered = last.split_once(' ').unwrap().1;
    let (head, fields) = covered.split_once("\",").unwrap();
    let covered = format!("{head}\",\"was\":\"{was}\",{fields}");
    let forged = format!("{:08x} {covered}", crc32c::crc32c(covered.as_bytes()));
    let text = text.replace(last, &forged);
    let bytes = zstd::encode_all(text.as_bytes(), 3).unwrap();
    fs::write(data.join(FILE), bytes).unwrap();
}

#[test]
fn nothing_goes_that_is_not_due_or_still_runs() {
    let dir = world();
    let data = dir.path();
    let last_kept = "2026-10-30".parse().unwrap();
    assert_eq!(due(data, &all(), last_kept).unwrap(), []);
    assert_eq!(due(data, &Retention::default(), today()).unwrap(), []);
    // Years later the running quarter is still whole.
    let later = "2040-01-01".parse().unwrap();
    let due = due(data, &all(), later).unwrap();
    assert_eq!(due.len(), 1);
    assert_eq!(due[0].quarter(), q3());
}

#[test]
fn what_the_calendar_keeps_for_good_goes_with_the_quarter_of_its_date() {
    let dir = world();
    let data = dir.path();
    clear(data, &all());
    for _ in 0..2 {
        let (_, opened) = open(data);
        let hours = &opened.state.centre.calendar.hours;
        let mark = |date: &str| {
            let edit = &hours[&date.parse::<Date>().unwrap()];
            (edit.mark.by.clone(), edit.mark.reason.clone())
        };
        let cleared = ("dzēsts".to_owned(), "dzēsts".to_owned());
        assert_eq!(mark("2026-09-30"), cleared);
        // Customers still read why a day to come differs.
        assert_eq!(mark("2026-12-01"), ("janis".to_owned(), "Kāzas".to_owned()));
    }
}

#[test]
fn export_import_and_backup_take_cleared_quarters_along() {
    let dir = world();
    let data = dir.path();
    clear(data, &all());
    let copy = common::scratch();
    let report = backup(data, copy.path(), &mut |_, _| {}).unwrap();
    assert_eq!(report.copy.damage, []);
    assert_eq!(records(copy.path()), records(data));

    let mut text = Vec::new();
    export(data, None, Secrets::Included, &mut text, &mut |_, _| {}).unwrap();
    let other = common::scratch();
    let into = other.path().join("data");
    import(&into, &riga(), &mut text.as_slice(), &mut |_, _| {}).unwrap();
    assert_eq!(damage_of(&into), []);
    // An import makes seals anew, so the next run looks at it once more.
    let again = clear(&into, &all());
    assert!(again.rows.iter().all(|row| row.lines == 0), "{again:?}");
    assert_eq!(damage_of(&into), []);
}

#[test]
fn a_long_history_is_cleared_quarter_by_quarter() {
    let dir = common::scratch();
    let data = dir.path();
    let (mut journal, mut opened) = open(data);
    let mut now = at("2025-02-01T08:00:00Z");
    for _ in 0..6 {
        if journal.rotation_due(now) {
            let rotated = journal.rotate(now, &opened.state).unwrap();
            rotated.records.iter().for_each(|r| opened.state.apply(r));
        }
        write_desk(&mut journal, &mut opened.state, now);
        now += SignedDuration::from_hours(24 * 91);
    }
    drop(journal);
    let outcome = clear_on(
        data,
        &keep(&[FieldClass::Staff]),
        "2026-06-01".parse().unwrap(),
    );
    let quarters: Vec<_> = outcome
        .rows
        .iter()
        .map(|row| row.quarter.as_str())
        .collect();
    assert_eq!(
        quarters,
        ["2025-Q1", "2025-Q2", "2025-Q3", "2025-Q4", "2026-Q1"]
    );
    assert_eq!(damage_of(data), []);
    assert_eq!(records(data).1, []);
}

fn write_desk(journal: &mut Journal, state: &mut rinda::journal::state::State, now: Timestamp) {
    let opened = Event::DeskOpened {
        desk: DeskNumber(1),
        consultant: "anna".to_owned(),
        services: Service::ALL.to_vec(),
    };
    let record = common::record(journal.last_seq() + 1, now, opened);
    journal.append(std::slice::from_ref(&record)).unwrap();
    state.apply(&record);
}
