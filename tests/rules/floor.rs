//! A centre without disk and network, driven by short scripts.
//!
//! A script is a row of statements separated by `;`, for example
//! `open 1; issue 1; call 1; +59.999; noshow 1`. Numbers after the verb are desks, services or,
//! with `#`, tickets; `by NAME` says who asks: `boss` is a supervisor, `rinda` the daemon,
//! `kiosk` a device, anything else a consultant. Without it the desk's own consultant asks.

use std::collections::{BTreeMap, BTreeSet};

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use rinda::queue::appointments::{AppointmentId, CodeHash, ReferenceHash};
use rinda::queue::calendar::edits::{ChangeKind, DayChange};
use rinda::queue::catalogue::Service;
use rinda::queue::centre::Centre;
use rinda::queue::command::{Actor, Asked, Command, Import, SlipReport};
use rinda::queue::deadline::{expire, next_deadline, on_start};
use rinda::queue::decide::{Moment, decide};
use rinda::queue::event::{CallRule, Event, Happened, JobId, TransferTo};
use rinda::queue::forecast::outlook::Outlook;
use rinda::queue::hours::{DayHours, HolidayRules, OpeningHours};
use rinda::queue::rejection::Rejection;
use rinda::queue::setup::{ClosingPolicy, DeskSetup, KioskSetup, PaperPolicy, Rules, Setup};
use rinda::queue::ticket::{DeskNumber, Ticket, TicketId, TrackToken};

/// Ten o'clock on a Monday in Riga, an hour and a half after opening.
pub const TEN: &str = "2026-11-23T08:00:00Z";

/// A centre, its time and everything that has happened in it.
pub struct Floor {
    pub setup: Setup,
    pub centre: Centre,
    pub now: Timestamp,
    pub log: Vec<Happened>,
    /// Statements tell of paper that time has overtaken; only scripts about paper print any.
    pub outlook: Option<Outlook>,
    pub tells_of_late_paper: bool,
}

/// Reception from 8.30 to 17.00 every day; desks 1 and 2 for everything, 3 for button 3 only, 4
/// for buttons 1 and 2 with paper at the entrance; kiosk `ieeja` prints, `otrs` does not.
pub fn setup() -> Setup {
    let day = DayHours::new(vec!["08:30-17:00".parse().unwrap()]).unwrap();
    let desk = |services: &[u8], prints_at: Option<&str>| DeskSetup {
        services: services.iter().map(|digit| service(*digit)).collect(),
        prints_at: prints_at.map(str::to_owned),
    };
    let kiosk = |printer| KioskSetup {
        printer,
        board: true,
        simulated: true,
        paper: PaperPolicy::default(),
    };
    Setup {
        name: "Rīga".to_owned(),
        address: String::new(),
        timezone: TimeZone::get("Europe/Riga").unwrap(),
        timezone_name: "Europe/Riga".to_owned(),
        appointments: false,
        no_kiosk: false,
        demo: false,
        public_url: None,
        desks: BTreeMap::from([
            (DeskNumber(1), desk(&[1, 2, 3], None)),
            (DeskNumber(2), desk(&[1, 2, 3], None)),
            (DeskNumber(3), desk(&[3], None)),
            (DeskNumber(4), desk(&[1, 2], Some("ieeja"))),
        ]),
        kiosks: BTreeMap::from([
            ("ieeja".to_owned(), kiosk(true)),
            ("otrs".to_owned(), kiosk(false)),
        ]),
        series: BTreeMap::new(),
        hours: OpeningHours {
            week: std::array::from_fn(|_| day.clone()),
            exceptions: BTreeMap::new(),
            holidays: HolidayRules::NONE,
            lead: SignedDuration::from_mins(2),
        },
        rules: Rules::default(),
        closing: ClosingPolicy::default(),
    }
}

pub fn service(digit: u8) -> Service {
    Service::try_from(digit).unwrap()
}

/// Runs a script from ten o'clock and compares what its last statement led to.
#[track_caller]
pub fn check(script: &str, expect: &str) {
    assert_eq!(after(script).1, expect, "{script}");
}

/// Runs a script from ten o'clock; the floor and what the last statement led to.
#[track_caller]
pub fn after(script: &str) -> (Floor, String) {
    let mut floor = Floor::at(TEN);
    let said = floor.run(script);
    (floor, said)
}

/// The floor after a script.
#[track_caller]
pub fn floor(script: &str) -> Floor {
    after(script).0
}

impl Floor {
    pub fn at(now: &str) -> Self {
        Self::with(setup(), now.parse().unwrap())
    }

    pub fn with(setup: Setup, now: Timestamp) -> Self {
        let mut floor = Self {
            setup,
            centre: Centre::default(),
            now,
            log: Vec::new(),
            outlook: None,
            tells_of_late_paper: false,
        };
        floor.expire();
        floor
    }

    /// Runs a script. Every statement but the last must be accepted.
    #[track_caller]
    pub fn run(&mut self, script: &str) -> String {
        let mut said = String::new();
        let statements: Vec<&str> = script.split(';').map(str::trim).collect();
        for (index, statement) in statements.iter().enumerate() {
            match self.statement(statement) {
                Ok(events) => {
                    let tells = |event: &&Event| {
                        self.tells_of_late_paper
                            || matches!(statement.split(' ').next(), Some("failed" | "unprintable"))
                            || !matches!(event, Event::SlipFailed { .. })
                    };
                    said = events
                        .iter()
                        .filter(tells)
                        .map(say)
                        .collect::<Vec<_>>()
                        .join(", ");
                }
                Err(no) if index + 1 == statements.len() => said = no.code().to_owned(),
                Err(no) => panic!("{statement:?} in {script:?} was refused: {}", no.code()),
            }
        }
        said
    }

    pub fn ticket(&self, id: u64) -> &Ticket {
        &self.centre.tickets[&TicketId(id)]
    }

    /// Asks as the engine does: what is due comes first.
    pub fn ask(&mut self, actor: &Actor, command: &Command) -> Result<Vec<Event>, Rejection> {
        self.expire();
        let track = TrackToken(format!("t{}", self.centre.tickets_issued + 1).into());
        let moment = Moment {
            now: self.now,
            setup: &self.setup,
            outlook: self.outlook.as_ref(),
            track: &track,
            keyed: false,
        };
        let events = decide(&self.centre, &moment, actor, command)?;
        events.iter().for_each(|event| self.happen(event.clone()));
        Ok(events)
    }

    pub fn happen(&mut self, event: Event) {
        let happened = Happened {
            seq: self.log.len() as u64 + 1,
            at: self.now,
            event,
        };
        self.centre.apply(&happened);
        self.log.push(happened);
    }

    /// Lets time pass, waking at every deadline on the way.
    pub fn pass(&mut self, by: SignedDuration) -> Vec<Event> {
        let until = self.now + by;
        let mut events = Vec::new();
        while let Some((due, _)) = next_deadline(&self.setup, &self.centre, self.now)
            .filter(|(due, _)| *due < until && *due > self.now)
        {
            self.now = due;
            events.extend(self.expire());
        }
        self.now = until;
        events.extend(self.expire());
        events
    }

    pub fn expire(&mut self) -> Vec<Event> {
        let mut events = Vec::new();
        loop {
            let due = expire(&self.setup, &self.centre, self.now);
            if due.is_empty() {
                return events;
            }
            assert!(events.len() < 1_000, "the same is due for ever: {due:?}");
            for event in due {
                self.happen(event.clone());
                events.push(event);
            }
        }
    }

    /// The daemon stops and starts again at this moment.
    pub fn restart(&mut self) -> Vec<Event> {
        let mut events = on_start(&self.setup, &self.centre, "test");
        events.iter().for_each(|event| self.happen(event.clone()));
        events.extend(self.expire());
        events
    }

    #[track_caller]
    fn statement(&mut self, statement: &str) -> Result<Vec<Event>, Rejection> {
        if let Some(seconds) = statement.strip_prefix('+') {
            return Ok(self.pass(duration(seconds)));
        }
        if let Some(by) = statement.strip_prefix("jump ") {
            let by = duration(by);
            self.now += by;
            let by_ms = by.as_millis() as i64;
            self.happen(Event::ClockStepped { by_ms });
            return Ok(self.expire());
        }
        if statement == "restart" {
            return Ok(self.restart());
        }
        let (actor, command) = self.asked(statement);
        self.ask(&actor, &command)
    }

    /// Who asks for what in a statement.
    #[track_caller]
    pub fn asked(&self, statement: &str) -> (Actor, Command) {
        let (what, who) = match statement.split_once(" by ") {
            Some((what, who)) => (what, Some(who)),
            None => (statement, None),
        };
        let words: Vec<&str> = what.split_whitespace().collect();
        (self.actor(&words, who), command(&words))
    }

    fn actor(&self, words: &[&str], who: Option<&str>) -> Actor {
        let consultant = |login: &str| Actor::Consultant {
            login: login.to_owned(),
        };
        match (who, words[0]) {
            (Some("boss"), _)
            | (None, "hours" | "move" | "clear" | "unmove" | "stop" | "release") => {
                Actor::Supervisor {
                    login: "boss".to_owned(),
                }
            }
            (Some("rinda"), _)
            | (None, "sending" | "printed" | "failed" | "unprintable" | "unknown" | "cleared") => {
                Actor::Rinda
            }
            (Some("kiosk"), _) | (None, "issue" | "press" | "touch" | "help" | "checkin") => {
                Actor::Device {
                    name: "ieeja".to_owned(),
                }
            }
            (Some(login), _) => consultant(login),
            (
                None,
                "out" | "cancel" | "reinstate" | "reprint" | "answer" | "outcomes" | "staff"
                | "roll" | "book" | "calloff",
            ) => consultant("one"),
            (None, "import") => Actor::Rinda,
            (None, _) => {
                let desk = DeskNumber(words[1].parse().unwrap());
                let names = ["", "one", "two", "three", "four"];
                let login = self.centre.staffed(desk).map_or_else(
                    || names.get(desk.0 as usize).copied().unwrap_or("nobody"),
                    |staffed| staffed.consultant.as_str(),
                );
                consultant(login)
            }
        }
    }
}

pub fn duration(seconds: &str) -> SignedDuration {
    SignedDuration::from_millis((seconds.trim().parse::<f64>().unwrap() * 1000.0).round() as i64)
}

#[track_caller]
fn command(words: &[&str]) -> Command {
    let word = |index: usize| words.get(index).copied();
    let number = |index: usize| word(index).and_then(|text| text.parse::<u64>().ok());
    let desk = || DeskNumber(number(1).unwrap() as u16);
    let the_service = |index: usize| service(number(index).unwrap() as u8);
    let ticket = |index: usize| {
        TicketId(
            word(index)
                .unwrap()
                .strip_prefix('#')
                .unwrap()
                .parse()
                .unwrap(),
        )
    };
    let kiosk = || "ieeja".to_owned();
    let issue = |asked| Command::IssueTicket {
        service: the_service(1),
        asked,
        out_of_turn: words.contains(&"out"),
    };
    match words[0] {
        "issue" => issue(Asked::Interface { kiosk: kiosk() }),
        "touch" => issue(Asked::Screen { kiosk: kiosk() }),
        "press" => issue(Asked::Board {
            kiosk: word(3).map_or_else(kiosk, str::to_owned),
            age_ms: number(2).unwrap_or(0),
        }),
        "staff" => issue(Asked::Staff),
        "open" => Command::OpenDesk {
            desk: desk(),
            services: word(2).filter(|word| *word != "take").map(services),
            take_over: words.contains(&"take"),
        },
        "serve" => Command::SetServices {
            desk: desk(),
            services: word(2).map(services).unwrap_or_default(),
        },
        "close" => Command::CloseDesk { desk: desk() },
        "break" => Command::StartBreak { desk: desk() },
        "back" => Command::EndBreak { desk: desk() },
        "call" => Command::CallNext {
            desk: desk(),
            service: number(2).map(|digit| service(digit as u8)),
        },
        "pick" => Command::CallTicket {
            desk: desk(),
            ticket: ticket(2),
        },
        "recall" => Command::Recall { desk: desk() },
        "arrive" => Command::CustomerArrived { desk: desk() },
        "docs" => Command::StartDocuments { desk: desk() },
        "finish" => Command::Finish {
            desk: desk(),
            outcome: (words.len() > 2).then(|| words[2..].join(" ")),
        },
        "noshow" => Command::NoShow { desk: desk() },
        "send" => Command::Transfer {
            desk: desk(),
            to: match word(2).unwrap() {
                "desk" => TransferTo::Desk(DeskNumber(number(3).unwrap() as u16)),
                _ => TransferTo::Service(the_service(2)),
            },
        },
        "park" => Command::Park { desk: desk() },
        "resume" => Command::Resume {
            desk: desk(),
            ticket: ticket(2),
        },
        "undo" => Command::Undo { desk: desk() },
        "out" => Command::MarkOutOfTurn { ticket: ticket(1) },
        "cancel" => Command::Cancel {
            ticket: ticket(1),
            reason: words[2..].join(" "),
        },
        "reinstate" => Command::Reinstate { ticket: ticket(1) },
        "reprint" => Command::Reprint { ticket: ticket(1) },
        "stop" => Command::StopService {
            service: the_service(1),
            reason: "rinda ir gara".to_owned(),
        },
        "release" => Command::ReleaseService {
            service: the_service(1),
        },
        "outcomes" => Command::CloseTickets {
            tickets: (1..words.len()).map(ticket).collect(),
            reason: "klients devās prom".to_owned(),
        },
        "help" => Command::RequestHelp {
            kiosk: word(1).map_or_else(kiosk, str::to_owned),
        },
        "answer" => Command::AnswerHelp { kiosk: kiosk() },
        "cleared" => Command::PrinterCleared { kiosk: kiosk() },
        "roll" => Command::ReplaceRoll {
            kiosk: word(1).map_or_else(kiosk, str::to_owned),
        },
        "hours" => Command::SetCalendarDay {
            date: words[1].parse().unwrap(),
            change: DayChange::Hours {
                intervals: words[2..].iter().map(|w| w.parse().unwrap()).collect(),
            },
            reason: "test".to_owned(),
        },
        "move" => Command::SetCalendarDay {
            date: words[1].parse().unwrap(),
            change: DayChange::Moved {
                to: words[2].parse().unwrap(),
            },
            reason: "test".to_owned(),
        },
        verb @ ("clear" | "unmove") => Command::ClearCalendarDay {
            date: words[1].parse().unwrap(),
            kind: if verb == "clear" {
                ChangeKind::Hours
            } else {
                ChangeKind::Moved
            },
        },
        "book" => Command::BookAppointment {
            service: the_service(1),
            slot: local(words[2]),
            code: CodeHash(words[3].to_owned()),
        },
        "import" => Command::ImportAppointment(Import {
            reference: ReferenceHash(words[1].to_owned()),
            service: the_service(2),
            slot: local(words[3]),
            code: CodeHash(words[4].to_owned()),
            cancelled: words.contains(&"cancelled"),
        }),
        "calloff" => Command::CancelAppointment {
            appointment: AppointmentId(words[1].trim_start_matches('@').parse().unwrap()),
            reason: None,
        },
        "checkin" => Command::CheckIn {
            code: CodeHash(words[1].to_owned()),
            asked: match word(2) {
                Some("staff") => Asked::Staff,
                Some(kiosk) => Asked::Screen {
                    kiosk: kiosk.to_owned(),
                },
                None => Asked::Screen { kiosk: kiosk() },
            },
        },
        report @ ("sending" | "printed" | "failed" | "unprintable" | "unknown") => {
            Command::ReportSlip {
                job: JobId(number(1).unwrap()),
                report: slip_report(report),
            }
        }
        other => panic!("no such statement: {other}"),
    }
}

/// "10:30" on the scripts' first day, or a whole local time.
#[track_caller]
pub fn local(text: &str) -> Timestamp {
    let whole = if text.contains('T') {
        text.to_owned()
    } else {
        format!("2026-11-23T{text}")
    };
    let local: jiff::civil::DateTime = whole.parse().unwrap();
    local.in_tz("Europe/Riga").unwrap().timestamp()
}

fn services(digits: &str) -> Vec<Service> {
    digits
        .chars()
        .filter_map(|digit| digit.to_digit(10))
        .map(|digit| service(digit as u8))
        .collect::<BTreeSet<_>>()
        .into_iter()
        .collect()
}

fn slip_report(word: &str) -> SlipReport {
    let why = "test".to_owned();
    match word {
        "sending" => SlipReport::Sending,
        "printed" => SlipReport::Printed,
        "failed" => SlipReport::Failed {
            why,
            lasting: false,
        },
        "unprintable" => SlipReport::Failed { why, lasting: true },
        _ => SlipReport::Unknown { why },
    }
}

/// An event in a few words.
pub fn say(event: &Event) -> String {
    let auto = |automatic: &bool| if *automatic { " auto" } else { "" };
    match event {
        Event::DaemonStarted { .. } => "started".to_owned(),
        Event::ClockStepped { by_ms } => format!("clock {by_ms}"),
        Event::DayBegan {
            date,
            unserved,
            unfinished,
        } => format!(
            "day {date} unserved{} unfinished{}",
            ids(unserved),
            ids(unfinished)
        ),
        Event::TicketIssued { ticket, number, .. } => format!("issued #{} {number}", ticket.0),
        Event::PressSuppressed { why, .. } => format!("suppressed {why:?}"),
        Event::ServiceStopped { service, by, .. } => format!(
            "stopped {} by {}",
            service.digit(),
            by.as_deref().unwrap_or("nobody")
        ),
        Event::ServiceReleased { service, by } => format!(
            "released {} by {}",
            service.digit(),
            by.as_deref().unwrap_or("nobody")
        ),
        Event::DeskOpened {
            desk, consultant, ..
        } => format!("opened {desk} {consultant}"),
        Event::DeskServicesChanged { desk, services } => {
            let digits: String = services.iter().map(|s| s.digit().to_string()).collect();
            format!("serves {desk} {digits}")
        }
        Event::DeskClosed { desk } => format!("closed {desk}"),
        Event::BreakStarted { desk } => format!("break {desk}"),
        Event::BreakEnded { desk } => format!("back {desk}"),
        Event::NobodyCalled { desk } => format!("nobody {desk}"),
        Event::TicketCalled { ticket, reason, .. } => {
            let rule = match reason.rule {
                CallRule::Turn => "turn",
                CallRule::OutOfTurn => "out of turn",
                CallRule::Appointment => "appointment",
                CallRule::AppointmentEarly => "appointment early",
                CallRule::Reinstated => "reinstated",
                CallRule::SentHere => "sent here",
                CallRule::ByHand => "by hand",
                CallRule::OtherSystem => "other system",
            };
            let over = if reason.overtook.is_empty() {
                ""
            } else {
                " over"
            };
            format!("called #{} {rule}{over}{}", ticket.0, ids(&reason.overtook))
        }
        Event::TicketRecalled {
            ticket, automatic, ..
        } => format!("recalled #{}{}", ticket.0, auto(automatic)),
        Event::CustomerArrived { ticket, .. } => format!("arrived #{}", ticket.0),
        Event::DocumentsStarted { ticket, .. } => format!("documents #{}", ticket.0),
        Event::TicketFinished { ticket, .. } => format!("finished #{}", ticket.0),
        Event::TicketNoShow {
            ticket, automatic, ..
        } => format!("no-show #{}{}", ticket.0, auto(automatic)),
        Event::TicketMarkedOutOfTurn { ticket, .. } => format!("out of turn #{}", ticket.0),
        Event::TicketCancelled { ticket, .. } => format!("cancelled #{}", ticket.0),
        Event::TicketTransferred { ticket, .. } => format!("sent #{}", ticket.0),
        Event::TicketParked { ticket, .. } => format!("parked #{}", ticket.0),
        Event::TicketResumed { ticket, .. } => format!("resumed #{}", ticket.0),
        Event::TicketReinstated { ticket, .. } => format!("reinstated #{}", ticket.0),
        Event::StepUndone { ticket, .. } => format!("undone #{}", ticket.0),
        Event::DeskRemoved { desk } => format!("removed {desk}"),
        Event::SlipRequested { ticket, print } => format!("slip {} of #{}", print.job.0, ticket.0),
        Event::SlipRepeated { of, copy, print } => format!(
            "{} {} of {}",
            if *copy { "copy" } else { "again" },
            print.job.0,
            of.0
        ),
        Event::RollReplaced { kiosk } => format!("roll {kiosk}"),
        Event::SlipSending { job } => format!("sending {}", job.0),
        Event::SlipPrinted { job } => format!("printed {}", job.0),
        Event::SlipFailed { job, .. } => format!("failed {}", job.0),
        Event::SlipUnknown { job, .. } => format!("unknown {}", job.0),
        Event::HelpRequested { kiosk } => format!("help {kiosk}"),
        Event::HelpAnswered { kiosk } => format!("answered {kiosk}"),
        Event::CalendarDaySet { date, change, .. } => match change {
            DayChange::Hours { intervals } if intervals.is_empty() => format!("closed {date}"),
            DayChange::Hours { intervals } => {
                let texts: Vec<String> = intervals.iter().map(ToString::to_string).collect();
                format!("hours {date} {}", texts.join(" "))
            }
            DayChange::Moved { to } => format!("moved {date} {to}"),
        },
        Event::CalendarDayCleared { date, .. } => format!("cleared {date}"),
        Event::AppointmentBooked { appointment, .. } => format!("booked @{appointment}"),
        Event::AppointmentMoved { appointment, .. } => format!("moved @{appointment}"),
        Event::AppointmentCancelled { appointment, .. } => format!("called off @{appointment}"),
        Event::AppointmentCodesUnlinked { date } => format!("unlinked {date}"),
    }
}

fn ids(tickets: &[TicketId]) -> String {
    tickets.iter().map(|id| format!(" #{}", id.0)).collect()
}
