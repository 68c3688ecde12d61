//! A quarter in which people did and said everything that is ever cleared, and clearing it.

use std::path::Path;

use jiff::Timestamp;
use jiff::civil::Date;
use rinda::access::{AccessEvent, Account, Role, Session};
use rinda::app::retention::{self, Outcome};
use rinda::journal::record::{Fact, Record, Redaction, RequestMark};
use rinda::journal::{Damage, Journal, Secrets, export, snapshot_record, verify};
use rinda::quality::QualityEvent;
use rinda::quality::evaluations::annex::Method;
use rinda::quality::evaluations::{Evaluation, EvaluationEvent};
use rinda::quality::mornings::{Finding, MorningCheck, MorningEvent};
use rinda::queue::appointments::{AppointmentId, CodeHash, ReferenceHash, Source};
use rinda::queue::calendar::edits::DayChange;
use rinda::queue::catalogue::Service;
use rinda::queue::command::Actor;
use rinda::queue::event::Event;
use rinda::queue::retention::{FieldClass, Keep, Retention};
use rinda::queue::ticket::{CancelReason, DeskNumber, TicketId};

use crate::common::{self, Centre, at, open, open_metrics, riga, visit};

pub const FILE: &str = "journal/2026-Q3.ndjson.zst";

pub fn keep(classes: &[FieldClass]) -> Retention {
    Retention(
        classes
            .iter()
            .map(|class| (*class, Keep::Days(30)))
            .collect(),
    )
}

pub fn all() -> Retention {
    keep(&FieldClass::ALL)
}

/// A day on which the time of the third quarter is over and that of the fourth is not.
pub fn today() -> Date {
    "2026-12-15".parse().unwrap()
}

/// A quarter of two days in which people did and said everything, and the beginning of the next.
pub struct World(Centre);

impl World {
    /// Writes it.
    pub fn write(data: &Path) {
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
        for (login, name) in [("anna", "Vārds Uzvārds"), ("janis", "")] {
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
            method: Method::MonthlyReview,
            held_on: "2026-09-29".parse().unwrap(),
            result: "Sūdzību nav".to_owned(),
            notes: String::new(),
            role: Role::Manager,
        };
        let check = MorningCheck {
            information: Finding::InOrder,
            signs: Finding::Fault,
            monitor: Finding::InOrder,
            note: "zīmi noņēma apkopēja".to_owned(),
        };
        let checked = MorningEvent::Checked {
            date: "2026-09-29".parse().unwrap(),
            check,
        };
        let checked = QualityEvent::Morning(checked);
        self.put(at(now), janis.clone(), Fact::Quality(checked));
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

pub fn consultant(login: &str) -> Actor {
    Actor::Consultant {
        login: login.to_owned(),
    }
}

pub fn supervisor(login: &str) -> Actor {
    Actor::Supervisor {
        login: login.to_owned(),
    }
}

pub fn world() -> tempfile::TempDir {
    let dir = common::scratch();
    World::write(dir.path());
    dir
}

/// Appends the record of what is cleared, as the daemon does.
pub fn keep_record(journal: &mut Journal, redaction: Redaction) {
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

pub fn clear_on(data: &Path, retention: &Retention, today: Date) -> Outcome {
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

pub fn clear(data: &Path, retention: &Retention) -> Outcome {
    clear_on(data, retention, today())
}

/// The lines of the third quarter as text.
pub fn text_of(data: &Path) -> String {
    let mut text = Vec::new();
    export(data, None, Secrets::Included, &mut text, &mut |_, _| {}).unwrap();
    let text = String::from_utf8(text).unwrap();
    let third = text.lines().take_while(|line| !line.contains("\"sealed\""));
    third.collect::<Vec<_>>().join("\n")
}

pub fn damage_of(data: &Path) -> Vec<Damage> {
    verify(data, &mut |_, _| {}).unwrap().damage
}
