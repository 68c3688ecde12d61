//! Journals of a size, written through the journal itself: dates of tickets that are issued,
//! called and served or not.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use jiff::civil::{Date, Weekday, date};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan as _};
use rinda::journal::{DateWriter, Quarter};
use rinda::queue::catalogue::Service;
use rinda::queue::command::Actor;
use rinda::queue::event::{CallReason, CallRule, Event, JobId, PrintOrder};
use rinda::queue::ticket::{DeskNumber, Origin, TicketId, TicketNumber, TrackToken};
use rinda::queue::view::WaitRange;

use super::centre::setup;

/// Quarters of five years.
const QUARTERS: u16 = 20;

/// Tickets of one centre and quarter.
pub const QUARTER_TICKETS: u64 = 25_000;

/// Tickets of all centres and one quarter.
pub const LARGE_TICKETS: u64 = 700_000;

/// The quarter that ends the five years, and that of the large report.
pub const LAST_QUARTER: &str = "2025-Q4";

const FIRST_DATE: Date = date(2021, 1, 1);

/// Reception, seconds.
const RECEPTION_S: i64 = 8 * 3_600 + 1_800;

/// Tickets that one desk can serve in a day.
const TICKETS_PER_DESK: u64 = 70;

/// Every so many-th ticket is a no-show.
const NO_SHOW_EACH: u64 = 20;

/// What tickets leave in a journal.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mix {
    /// What counts in a report, and nothing else.
    Counted,
    /// A slip for each ticket too, and documents for every other: what a day at a centre leaves.
    Whole,
}

/// A journal on disk.
pub struct Years {
    pub data: PathBuf,
    pub tickets: u64,
    pub records: u64,
}

/// Five years of one centre.
pub fn five_years(folder: &Path, part: &dyn Fn(&str)) -> Result<Years> {
    let data = folder.join("five-years");
    let mut maker = Maker::new(&data, Mix::Whole)?;
    let mut first = FIRST_DATE;
    for quarter in 1..=QUARTERS {
        let end = first.checked_add(3.months())?;
        let working = dates(first, end)
            .filter(|day| !matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday));
        maker.quarter(working.collect(), QUARTER_TICKETS)?;
        first = end;
        if quarter % 5 == 0 {
            part(&format!("  {} tickets", maker.tickets));
        }
    }
    maker.done(data)
}

/// A quarter with as many tickets as all centres have, open every day.
pub fn large_quarter(folder: &Path, part: &dyn Fn(&str)) -> Result<Years> {
    let data = folder.join("large");
    let mut maker = Maker::new(&data, Mix::Counted)?;
    let quarter: Quarter = LAST_QUARTER.parse()?;
    let first = quarter.first_date().context("a first date")?;
    let days: Vec<Date> = dates(first, first.checked_add(3.months())?).collect();
    maker.quarter(days, LARGE_TICKETS)?;
    part(&format!("  {} tickets", maker.tickets));
    maker.done(data)
}

/// The evening of the last date: when a daemon starts on the five years.
pub fn evening() -> Result<Timestamp> {
    let quarter: Quarter = LAST_QUARTER.parse()?;
    let last = quarter.last_date().context("a last date")?;
    Ok(last
        .at(18, 30, 0, 0)
        .to_zoned(setup()?.timezone)?
        .timestamp())
}

fn dates(from: Date, end: Date) -> impl Iterator<Item = Date> {
    from.series(1.day()).take_while(move |day| *day < end)
}

struct Maker {
    writer: DateWriter,
    zone: TimeZone,
    mix: Mix,
    tickets: u64,
}

impl Maker {
    fn new(data: &Path, mix: Mix) -> Result<Self> {
        std::fs::create_dir_all(data)?;
        let zone = setup()?.timezone;
        Ok(Self {
            writer: DateWriter::open(data, &zone)?,
            zone,
            mix,
            tickets: 0,
        })
    }

    fn done(mut self, data: PathBuf) -> Result<Years> {
        self.writer.flush()?;
        Ok(Years {
            data,
            tickets: self.tickets,
            records: self.writer.state().seq,
        })
    }

    fn quarter(&mut self, days: Vec<Date>, tickets: u64) -> Result<()> {
        let (before, count) = (self.tickets, days.len() as u64);
        for (day, so_far) in days.into_iter().zip(1..) {
            let until = before + tickets * so_far / count;
            self.day(day, until - self.tickets)?;
        }
        Ok(())
    }

    fn day(&mut self, day: Date, tickets: u64) -> Result<()> {
        let opens = day.at(8, 30, 0, 0).to_zoned(self.zone.clone())?.timestamp();
        // A clock tells milliseconds, and these do not pack.
        let at = |second: i64| {
            let fraction = spread((opens.as_second() + second).unsigned_abs()) % 1_000;
            let fraction = i64::try_from(fraction).unwrap_or(0);
            opens + SignedDuration::from_secs(second) + SignedDuration::from_millis(fraction)
        };
        self.writer.begin(day, opens)?;
        let desks = u16::try_from(tickets.div_ceil(TICKETS_PER_DESK))?;
        for desk in 1..=desks {
            let opened = Event::DeskOpened {
                desk: DeskNumber(desk),
                consultant: format!("konsultants{desk}"),
                services: Service::ALL.to_vec(),
            };
            self.writer.happen(opens, consultant(desk), opened);
        }
        let mut plan = plan(self.tickets + 1, tickets, desks, self.mix);
        plan.sort_by_key(|step| step.second);
        let last = plan.last().map_or(0, |step| step.second);
        let mut numbers = [0u16; 3];
        for step in plan {
            let actor = match step.what {
                What::Issue => Actor::Device {
                    name: "kiosks".to_owned(),
                },
                What::NoShow | What::Send | What::Print => Actor::Rinda,
                What::Call | What::Arrive | What::Documents | What::Finish => consultant(step.desk),
            };
            let event = event(&step, day, &at, &mut numbers, self.mix);
            self.writer.happen(at(step.second), actor, event);
        }
        for desk in 1..=desks {
            let closed = Event::DeskClosed {
                desk: DeskNumber(desk),
            };
            self.writer.happen(at(last), consultant(desk), closed);
        }
        self.tickets += tickets;
        Ok(())
    }
}

/// A number that looks like chance (SplitMix64).
fn spread(of: u64) -> u64 {
    let mut mixed = of.wrapping_mul(0x9E37_79B9_7F4A_7C15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    mixed ^ (mixed >> 31)
}

/// As long, and as little to be packed, as a true one: sixteen signs of six bits.
fn track(ticket: u64) -> String {
    const SIGNS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let sign =
        |at: u64| char::from(SIGNS[usize::try_from(spread(ticket * 16 + at) % 64).unwrap_or(0)]);
    (0..16).map(sign).collect()
}

fn consultant(desk: u16) -> Actor {
    Actor::Consultant {
        login: format!("konsultants{desk}"),
    }
}

#[derive(Clone, Copy)]
enum What {
    Issue,
    Send,
    Print,
    Call,
    NoShow,
    Arrive,
    Documents,
    Finish,
}

/// One thing of a date's plan, seconds after opening.
struct Step {
    second: i64,
    ticket: u64,
    desk: u16,
    issued: i64,
    what: What,
}

/// Tickets at even distances; each desk takes its turn, as long as a service takes.
fn plan(first: u64, tickets: u64, desks: u16, mix: Mix) -> Vec<Step> {
    let mut free_at = vec![0i64; usize::from(desks)];
    let mut plan = Vec::new();
    for at in 0..tickets {
        let place = usize::try_from(at % u64::from(desks)).unwrap_or(0);
        let ticket = first + at;
        let issued = i64::try_from(at * RECEPTION_S as u64 / tickets).unwrap_or(0);
        let called = issued.max(free_at[place]) + 2;
        let desk = u16::try_from(place + 1).unwrap_or(1);
        let mut add = |second, what| {
            plan.push(Step {
                second,
                ticket,
                desk,
                issued,
                what,
            });
        };
        add(issued, What::Issue);
        if mix == Mix::Whole {
            add(issued, What::Send);
            add(issued + 2, What::Print);
        }
        add(called, What::Call);
        free_at[place] = if ticket.is_multiple_of(NO_SHOW_EACH) {
            add(called + 60, What::NoShow);
            called + 60
        } else {
            let arrived = called + 15;
            // Spread without chance: 120 to 680 s.
            let finished = arrived + 120 + i64::try_from(ticket * 7_919 % 561).unwrap_or(0);
            add(arrived, What::Arrive);
            if mix == Mix::Whole && ticket.is_multiple_of(2) {
                add(finished - 60, What::Documents);
            }
            add(finished, What::Finish);
            finished
        };
    }
    plan
}

fn event(
    step: &Step,
    day: Date,
    at: &impl Fn(i64) -> Timestamp,
    numbers: &mut [u16; 3],
    mix: Mix,
) -> Event {
    let (ticket, desk) = (TicketId(step.ticket), DeskNumber(step.desk));
    match step.what {
        What::Issue => {
            let place = usize::try_from(step.ticket % 3).unwrap_or(0);
            numbers[place] += 1;
            Event::TicketIssued {
                ticket,
                number: TicketNumber {
                    series: ['P', 'S', 'K'][place],
                    number: numbers[place],
                },
                service: Service::ALL[place],
                date: day,
                track: TrackToken(track(step.ticket).into()),
                origin: Origin::Board {
                    kiosk: "kiosks".into(),
                },
                counts_from: at(step.issued),
                out_of_turn: false,
                ahead: 3,
                promise: Some(WaitRange {
                    p50_s: 300,
                    p90_s: 900,
                }),
                may_not_suffice: false,
                print: (mix == Mix::Whole).then(|| PrintOrder {
                    job: JobId(step.ticket),
                    kiosk: "kiosks".to_owned(),
                }),
                appointment: None,
            }
        }
        What::Send => Event::SlipSending {
            job: JobId(step.ticket),
        },
        What::Print => Event::SlipPrinted {
            job: JobId(step.ticket),
        },
        What::Call => Event::TicketCalled {
            ticket,
            desk,
            reason: CallReason {
                rule: CallRule::Turn,
                counts_from: at(step.issued),
                overtook: Vec::new(),
                instead_of: None,
            },
        },
        What::NoShow => Event::TicketNoShow {
            ticket,
            desk,
            automatic: true,
        },
        What::Arrive => Event::CustomerArrived { ticket, desk },
        What::Documents => Event::DocumentsStarted { ticket, desk },
        What::Finish => Event::TicketFinished {
            ticket,
            desk,
            outcome: None,
        },
    }
}
