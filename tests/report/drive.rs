//! A centre driven through `decide` and `expire`, event by event, with every figure counted along
//! the way.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use rinda::journal::record::{Fact, Record};
use rinda::journal::state::State;
use rinda::journal::{Journal, snapshot_record};
use rinda::quality::QualityEvent;
use rinda::queue::appointments::{CodeHash, Status, slots};
use rinda::queue::catalogue::Service;
use rinda::queue::change::Pending;
use rinda::queue::command::{Actor, Asked, Command, SlipReport};
use rinda::queue::deadline::{expire, on_start};
use rinda::queue::decide::{Moment, decide};
use rinda::queue::desk::Seat;
use rinda::queue::event::{Event, Happened, JobId, TransferTo};
use rinda::queue::forecast::outlook::Outlook;
use rinda::queue::hours::{DayHours, Exception, HolidayRules, OpeningHours};
use rinda::queue::setup::{ClosingPolicy, DeskSetup, KioskSetup, PaperPolicy, Rules, Setup};
use rinda::queue::statistics::DayFigures;
use rinda::queue::ticket::{DeskNumber, Place, Ticket, TicketId, TrackToken};
use rinda::queue::view::WaitRange;

pub const DESKS: u16 = 4;
const KIOSK: &str = "ieeja";

pub fn riga() -> TimeZone {
    TimeZone::get("Europe/Riga").unwrap()
}

pub fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

pub fn day_hours(intervals: &[&str]) -> DayHours {
    DayHours::new(intervals.iter().map(|i| i.parse().unwrap()).collect()).unwrap()
}

/// A centre with four desks, open on weekdays with a break at noon.
pub fn setup() -> Setup {
    let weekday = day_hours(&["08:30-12:00", "12:30-17:00"]);
    Setup {
        name: "Rīgas klientu apkalpošanas centrs".to_owned(),
        address: String::new(),
        timezone: riga(),
        timezone_name: "Europe/Riga".to_owned(),
        appointments: false,
        no_kiosk: false,
        demo: false,
        public_url: None,
        desks: (1..=DESKS)
            .map(|number| {
                let services: BTreeSet<Service> = match number {
                    1 => [Service::OrderIntake].into(),
                    _ => Service::ALL.into(),
                };
                let prints_at = Some(KIOSK.to_owned());
                (
                    DeskNumber(number),
                    DeskSetup {
                        services,
                        prints_at,
                    },
                )
            })
            .collect(),
        kiosks: BTreeMap::from([(
            KIOSK.to_owned(),
            KioskSetup {
                printer: true,
                board: true,
                simulated: true,
                paper: PaperPolicy::default(),
            },
        )]),
        series: BTreeMap::new(),
        hours: OpeningHours {
            week: std::array::from_fn(|day| {
                if day < 5 {
                    weekday.clone()
                } else {
                    DayHours::default()
                }
            }),
            exceptions: BTreeMap::new(),
            holidays: HolidayRules::NONE,
            lead: SignedDuration::from_mins(2),
        },
        rules: Rules::default(),
        closing: ClosingPolicy::default(),
    }
}

/// Opens a date that is closed by the week.
pub fn open_on(setup: &mut Setup, date: Date, intervals: &[&str]) {
    let hours = day_hours(intervals);
    let reason = "Papildu diena".to_owned();
    setup
        .hours
        .exceptions
        .insert(date, Exception { hours, reason });
}

/// A generator of repeatable numbers (SplitMix64).
pub struct Seeded(pub u64);

impl Seeded {
    pub fn draw(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    pub fn below(&mut self, end: u64) -> u64 {
        self.draw() % end.max(1)
    }

    pub fn percent(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }
}

/// A centre with its clock, its journal and its figures.
pub struct Drive {
    pub setup: Setup,
    pub state: State,
    pub now: Timestamp,
    /// Everything recorded.
    pub records: Vec<Record>,
    /// Figures kept change by change.
    pub kept: BTreeMap<Date, DayFigures>,
    /// Tickets of the dates that are over, as they ended.
    pub ended: Vec<Ticket>,
    journal: Option<Journal>,
    /// Records from here on are not in the journal yet.
    unwritten: usize,
}

impl Drive {
    pub fn new(setup: Setup, now: Timestamp) -> Self {
        Self {
            setup,
            state: State::default(),
            now,
            records: Vec::new(),
            kept: BTreeMap::new(),
            ended: Vec::new(),
            journal: None,
            unwritten: 0,
        }
    }

    /// Keeps what happens in a real journal below `data`, too.
    pub fn journaled(mut self, data: &Path) -> Self {
        let (journal, _) =
            Journal::open(data, self.setup.timezone.clone(), &mut |_, _| {}).unwrap();
        self.journal = Some(journal);
        self
    }

    pub fn happen(&mut self, event: Event) {
        self.rotate_if_due();
        let record = Record {
            seq: self.state.seq + 1,
            at: self.now,
            actor: Actor::Rinda,
            request: None,
            fact: Fact::Queue(event.clone()),
        };
        let happened = Happened {
            seq: record.seq,
            at: record.at,
            event,
        };
        if let Event::DayBegan {
            unserved,
            unfinished,
            ..
        } = &happened.event
        {
            let centre = &self.state.centre;
            let left = centre.closed_by_day(self.now, unserved, unfinished);
            let over = centre.tickets.values().filter(|ticket| ticket.is_over());
            self.ended.extend(over.cloned());
            self.ended.extend(left);
        }
        let pending = Pending::begin(&self.state.centre, &happened, &self.setup.timezone);
        self.take(record);
        pending.complete(&self.state.centre).add_to(&mut self.kept);
    }

    /// Something is kept of the quality of service, by a person, at once on disk.
    pub fn keep(&mut self, event: QualityEvent) -> u64 {
        self.rotate_if_due();
        let record = Record {
            seq: self.state.seq + 1,
            at: self.now,
            actor: boss(),
            request: None,
            fact: Fact::Quality(event),
        };
        let seq = record.seq;
        self.take(record);
        self.write();
        seq
    }

    fn take(&mut self, record: Record) {
        self.state.apply(&record);
        self.records.push(record);
        if self.records.len() - self.unwritten >= 1000 {
            self.write();
        }
    }

    /// A snapshot, as the daemon takes one a day.
    pub fn snapshot(&mut self) {
        self.rotate_if_due();
        let record = snapshot_record(&self.state, self.now);
        self.take(record);
    }

    /// Brings the journal up to date.
    pub fn write(&mut self) {
        if let Some(journal) = &mut self.journal {
            journal.append(&self.records[self.unwritten..]).unwrap();
        }
        self.unwritten = self.records.len();
    }

    fn rotate_if_due(&mut self) {
        let due = |journal: &Journal| journal.rotation_due(self.now);
        if !self.journal.as_ref().is_some_and(due) {
            return;
        }
        self.write();
        let journal = self.journal.as_mut().unwrap();
        for record in journal.rotate(self.now, &self.state).unwrap().records {
            self.state.apply(&record);
            self.records.push(record);
        }
        self.unwritten = self.records.len();
    }

    /// Starts the daemon.
    pub fn start(&mut self) {
        for event in on_start(&self.setup, &self.state.centre, "0.1.0") {
            self.happen(event);
        }
    }

    /// Whatever time alone brings about by now.
    pub fn expire(&mut self) {
        loop {
            let due = expire(&self.setup, &self.state.centre, self.now);
            if due.is_empty() {
                return;
            }
            for event in due {
                self.happen(event);
            }
        }
    }

    pub fn go_to(&mut self, now: Timestamp) {
        self.now = now;
        self.expire();
    }

    /// Asks for something; a refusal changes nothing.
    pub fn ask(&mut self, actor: &Actor, command: &Command) -> bool {
        let track = TrackToken(format!("t{}", self.state.seq).into());
        // Some promises that hold and some that do not.
        let mut outlook = Outlook::nothing(self.now);
        for service in Service::ALL {
            let p50_s = 200 * u32::from(service.digit());
            let p90_s = 2 * p50_s + 60;
            outlook.next.insert(service, WaitRange { p50_s, p90_s });
        }
        let moment = Moment {
            now: self.now,
            setup: &self.setup,
            outlook: Some(&outlook),
            track: &track,
            keyed: false,
        };
        match decide(&self.state.centre, &moment, actor, command) {
            Ok(events) => {
                for event in events {
                    self.happen(event);
                }
                true
            }
            Err(_) => false,
        }
    }

    pub fn issue(&mut self, service: Service, out_of_turn: bool) -> TicketId {
        let command = Command::IssueTicket {
            service,
            asked: Asked::Staff,
            out_of_turn,
        };
        assert!(self.ask(&boss(), &command), "no ticket at {}", self.now);
        TicketId(self.state.centre.tickets_issued)
    }

    /// Asks for something at a desk at a moment; it must be done.
    pub fn must(&mut self, now: &str, command: Command) {
        self.go_to(at(now));
        assert!(self.ask(&boss(), &command), "{command:?} refused at {now}");
    }

    pub fn open_desk(&mut self, desk: u16) {
        let desk = DeskNumber(desk);
        let command = Command::OpenDesk {
            desk,
            services: None,
            take_over: false,
        };
        assert!(self.ask(&consultant(desk), &command));
    }

    /// A day of chance, from before opening until after closing.
    pub fn random_day(&mut self, date: Date, random: &mut Seeded, step_ms: u64) {
        let calendar = self.state.centre.calendar(&self.setup);
        let spans = calendar.spans(date, &self.setup.timezone);
        let midnight = date.to_zoned(self.setup.timezone.clone()).unwrap();
        self.go_to(midnight.timestamp() + SignedDuration::from_secs(5));
        let (Some(first), Some(last)) = (spans.first(), spans.last()) else {
            return;
        };
        self.go_to(first.0 - SignedDuration::from_mins(5));
        self.random_until(
            last.1 + SignedDuration::from_mins(40),
            last.1,
            random,
            step_ms,
        );
    }

    /// Chance until some moment; no desk is opened after `closes_at`.
    pub fn random_until(
        &mut self,
        end: Timestamp,
        closes_at: Timestamp,
        random: &mut Seeded,
        step_ms: u64,
    ) {
        while self.now < end {
            let step = i64::try_from(random.below(step_ms)).unwrap();
            self.go_to(self.now + SignedDuration::from_millis(step));
            self.random_step(random, self.now > closes_at);
        }
    }

    fn random_step(&mut self, random: &mut Seeded, after_closing: bool) {
        match random.below(100) {
            0..11 => self.random_issue(random),
            11..12 => {
                let ticket = self.random_ticket(random);
                let command = match random.below(5) {
                    0 => Command::MarkOutOfTurn { ticket },
                    1 => Command::Cancel {
                        ticket,
                        reason: "Klients aizgāja".to_owned(),
                    },
                    2 | 3 => Command::Reinstate { ticket },
                    _ => Command::Reprint { ticket },
                };
                self.ask(&boss(), &command);
            }
            12..16 => {
                let job = JobId(self.state.centre.outbox.jobs_queued);
                let why = "Beidzies papīrs".to_owned();
                let report = match random.below(4) {
                    0 | 1 => SlipReport::Sending,
                    2 => SlipReport::Failed { why, lasting: true },
                    _ => SlipReport::Unknown { why },
                };
                self.ask(&Actor::Rinda, &Command::ReportSlip { job, report });
            }
            16 => {
                let kiosk = KIOSK.to_owned();
                let device = Actor::Device {
                    name: kiosk.clone(),
                };
                if !self.ask(
                    &boss(),
                    &Command::AnswerHelp {
                        kiosk: kiosk.clone(),
                    },
                ) || random.percent(50)
                {
                    self.ask(&device, &Command::RequestHelp { kiosk });
                }
            }
            17 => {
                let service = Service::ALL[usize::try_from(random.below(3)).unwrap()];
                let command = if random.below(8) == 0 {
                    let reason = "Rinda ir gara".to_owned();
                    Command::StopService { service, reason }
                } else {
                    Command::ReleaseService { service }
                };
                self.ask(&boss(), &command);
            }
            98 if self.setup.appointments => self.random_visit(random),
            _ => {}
        }
        for desk in (1..=DESKS).map(DeskNumber) {
            if random.percent(50) {
                self.random_at_desk(desk, random, after_closing);
            }
        }
        if random.below(2000) == 0 {
            self.start();
        }
    }

    fn random_issue(&mut self, random: &mut Seeded) {
        let kiosk = KIOSK.to_owned();
        let device = Actor::Device {
            name: kiosk.clone(),
        };
        let service = Service::ALL[usize::try_from(random.below(6)).unwrap().min(2)];
        let (actor, asked, out_of_turn) = match random.below(10) {
            0..6 => {
                let age_ms = random.below(10_500);
                (device, Asked::Board { kiosk, age_ms }, false)
            }
            6 => (device, Asked::Screen { kiosk }, false),
            7 => (device, Asked::Interface { kiosk }, false),
            _ => (boss(), Asked::Staff, random.percent(30)),
        };
        let command = Command::IssueTicket {
            service,
            asked,
            out_of_turn,
        };
        self.ask(&actor, &command);
    }

    /// Books a visit for today or tomorrow, calls one off, or lets a customer come.
    fn random_visit(&mut self, random: &mut Seeded) {
        let visits = &self.state.centre.appointments.by_id;
        let booked: Vec<_> = visits
            .values()
            .filter(|visit| visit.status == Status::Booked)
            .filter_map(|visit| Some((visit.id, visit.code.clone()?)))
            .collect();
        let chosen = booked
            .get(usize::try_from(random.below(3)).unwrap())
            .cloned();
        let command = match (random.below(5), chosen) {
            (0 | 1, Some((_, code))) => Command::CheckIn {
                code,
                asked: Asked::Screen {
                    kiosk: KIOSK.to_owned(),
                },
            },
            (2, Some((appointment, _))) => Command::CancelAppointment {
                appointment,
                reason: None,
            },
            (_, _) => {
                let service = Service::ALL[usize::try_from(random.below(3)).unwrap()];
                let ahead = SignedDuration::from_hours(24 * i64::from(random.percent(20)));
                let (setup, centre) = (&self.setup, &self.state.centre);
                let date = setup.date_of(self.now + ahead);
                let free: Vec<_> = slots::of_date(setup, centre, date, service)
                    .into_iter()
                    .filter(|slot| slot.at > self.now && slot.free() > 0)
                    .take(6)
                    .collect();
                let Some(slot) = free.get(usize::try_from(random.below(6)).unwrap()) else {
                    return;
                };
                Command::BookAppointment {
                    service,
                    slot: slot.at,
                    code: CodeHash(format!("code {}", centre.appointments.booked + 1)),
                }
            }
        };
        self.ask(&boss(), &command);
    }

    fn random_ticket(&self, random: &mut Seeded) -> TicketId {
        let tickets = &self.state.centre.tickets;
        let skip = usize::try_from(random.below(tickets.len() as u64)).unwrap();
        tickets.keys().nth(skip).copied().unwrap_or_default()
    }

    fn random_at_desk(&mut self, desk: DeskNumber, random: &mut Seeded, after_closing: bool) {
        let roll = random.below(100);
        let seat = self.state.centre.staffed(desk).map(|s| s.seat.clone());
        let command = match seat {
            None if after_closing => return,
            None => return self.open_desk(desk.0),
            Some(Seat::OnBreak { .. }) if roll < 5 => Command::EndBreak { desk },
            Some(Seat::OnBreak { .. }) => return,
            Some(Seat::Free { .. }) => match roll {
                0..72 => Command::CallNext {
                    desk,
                    service: None,
                },
                72..80 => Command::CallTicket {
                    desk,
                    ticket: self.random_ticket(random),
                },
                80..81 => Command::StartBreak { desk },
                81..82 => Command::CloseDesk { desk },
                82..90 => self.resume_any(desk),
                _ => Command::Undo { desk },
            },
            Some(Seat::Called { .. }) => match roll {
                0..70 => Command::CustomerArrived { desk },
                70..80 => Command::Recall { desk },
                80..85 => Command::NoShow { desk },
                _ => return,
            },
            Some(Seat::Serving { .. } | Seat::Documents { .. }) => {
                match with_customer(desk, roll, random) {
                    Some(command) => command,
                    None => return,
                }
            }
        };
        self.ask(&boss(), &command);
    }

    fn resume_any(&self, desk: DeskNumber) -> Command {
        let parked = |ticket: &&Ticket| matches!(ticket.place, Place::Parked { .. });
        let mut tickets = self.state.centre.tickets.values();
        let ticket = tickets.find(parked).map_or(TicketId(0), |t| t.id);
        Command::Resume { desk, ticket }
    }
}

pub fn consultant(desk: DeskNumber) -> Actor {
    Actor::Consultant {
        login: format!("galds{desk}"),
    }
}

pub fn boss() -> Actor {
    Actor::Supervisor {
        login: "vaditaja".to_owned(),
    }
}

/// What a desk with a customer does by chance.
fn with_customer(desk: DeskNumber, roll: u64, random: &mut Seeded) -> Option<Command> {
    Some(match roll {
        0..7 => Command::Finish {
            desk,
            outcome: None,
        },
        7..11 => Command::StartDocuments { desk },
        11 => Command::Park { desk },
        12 => Command::Transfer {
            desk,
            to: TransferTo::Service(Service::ALL[usize::try_from(random.below(3)).unwrap()]),
        },
        13 => Command::Transfer {
            desk,
            to: TransferTo::Desk(DeskNumber(2)),
        },
        14 => Command::Undo { desk },

        _ => return None,
    })
}
