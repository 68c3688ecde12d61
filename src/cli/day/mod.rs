//! `rinda simulate day`: a day of customers against the running demo, through its public
//! interfaces alone, and afterwards its report against what was done.
//!
//! All decisions are drawn from the seed before the day begins. What they lead to also depends on
//! the daemon and on how fast it is; so the counts are taken from its answers.

mod api;
mod book;
mod compare;
mod desk;
mod kiosk;
mod live;
pub(super) mod people;
mod show;

use std::collections::{BTreeSet, VecDeque};
use std::path::Path;
use std::process::ExitCode;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use anyhow::{Context as _, Result, anyhow};
use clap::Args;
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use serde_json::json;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use self::api::{Api, code_of};
use self::book::{Book, Found};
use self::compare::{DayReport, compare};
use self::desk::Consultant;
use self::kiosk::Kiosk;
use super::{EXIT_NOT_WELL, WrongUse};
use crate::access::Role;
use crate::app::demo::{ACCOUNTS, KEYS, Keys, PASSWORD};
use crate::clock::{Clock as _, SystemClock};
use crate::queue::view::{KioskView, ManagerView};

/// What `--help` says below the options.
pub(super) const HELP: &str = "\
The day lasts from 8.30 to 17.00 and is compressed by --speed. Three things keep to the real clock:
  - the minute a called customer is awaited is a real minute at every speed (A2/2/2.4), so a
    no-show holds a desk for a long stretch of a fast day;
  - a button rests 3 s after a ticket: presses of one button are spaced by that;
  - a kiosk issues at most 20 tickets in 60 s: further customers wait in front of it.
So the highest speed at which 120 customers come as planned is about 60; a faster day stretches.
Nobody else should use the demo meanwhile: the report counts their steps too.
Ctrl-C ends the day: nobody comes any more, every desk finishes its customer and closes.

Exit codes: 0 the report agrees with what was simulated, 1 it does not, 2 wrong use";

/// States of a ticket as the API names them.
const STATES: [&str; 8] = [
    "waiting",
    "called",
    "serving",
    "documents",
    "parked",
    "finished",
    "no_show",
    "cancelled",
];

/// So often the report is asked for while the last step is still on its way.
const COMPARISONS_MAX: u32 = 10;

/// Between two of them.
const COMPARISON_PAUSE: Duration = Duration::from_millis(200);

/// How the day is to be.
#[derive(Debug, Clone, Args)]
pub(super) struct DayOptions {
    /// Customers, their patience, service times and no-shows are drawn from it
    #[arg(long)]
    seed: u64,
    /// How many times faster than a real day, above 0
    #[arg(long, default_value_t = 60.0)]
    speed: f64,
    /// Customers of the day, 1 to 2000
    #[arg(long, default_value_t = people::CUSTOMERS, value_name = "N")]
    customers: usize,
    /// Where the demo answers
    #[arg(long, default_value = "http://127.0.0.1:8080")]
    url: String,
}

/// What everybody of the day shares.
#[derive(Debug)]
pub(super) struct Day {
    /// Simulated seconds per real one.
    speed: f64,
    began: Instant,
    clock: SystemClock,
    /// Everybody finishes what they do and goes home.
    stop: CancellationToken,
    book: Mutex<Book>,
    /// Rises with each ticket that is booked.
    booked: watch::Sender<u64>,
}

impl Day {
    /// Seconds of the day that have passed.
    fn now_s(&self) -> f64 {
        self.began.elapsed().as_secs_f64() * self.speed
    }

    /// Real time of so many seconds of the day.
    fn real(&self, seconds: f64) -> Duration {
        Duration::try_from_secs_f64(seconds.max(0.0) / self.speed).unwrap_or(Duration::ZERO)
    }

    /// Waits; false where the day is stopped meanwhile.
    async fn sleep(&self, real: Duration) -> bool {
        tokio::select! {
            biased;
            () = self.stop.cancelled() => false,
            () = tokio::time::sleep(real) => true,
        }
    }

    /// Waits for a time of the day; false where the day is stopped meanwhile.
    async fn until(&self, second: f64) -> bool {
        self.sleep(self.real(second - self.now_s())).await
    }

    fn book(&self) -> MutexGuard<'_, Book> {
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The demo as the day found it.
struct Before {
    date: String,
    report: DayReport,
    /// All tickets of the date are known.
    all_known: bool,
}

/// Simulates a day.
///
/// # Errors
/// Where there is no demo, it is used otherwise, or it fails.
pub(super) async fn run(options: DayOptions, data: &Path) -> Result<ExitCode> {
    check(&options)?;
    let (kiosk_name, key) = kiosk_key(data)?;
    let base = options.url.as_str();
    let manager = Api::sign_in(base, "vaditajs", PASSWORD).await?;
    let room: watch::Receiver<ManagerView> = live::follow(&manager, "manager").await?;
    let kiosk_api = Api::with_key(base, &key)?;
    let kiosk_view: watch::Receiver<KioskView> = live::follow(&kiosk_api, "kiosk").await?;

    let mut day = Day {
        speed: options.speed,
        began: Instant::now(),
        clock: SystemClock::start(),
        stop: CancellationToken::new(),
        book: Mutex::new(Book::default()),
        booked: watch::Sender::new(0),
    };
    // From the first open desk on, nothing but a second Ctrl-C ends this without closing it.
    tokio::spawn(stop_on_interrupt(day.stop.clone()));
    let before = look_around(&day, &manager, &room).await?;
    let consultants = open_desks(&day, base, options.seed, &room).await?;
    let served = consultants.first().map(|first| first.served.clone());
    let customers = people::customers(options.seed, options.customers, &served.unwrap_or_default());
    let kiosk = Kiosk {
        name: kiosk_name,
        api: kiosk_api,
        view: kiosk_view,
        manager: manager.clone(),
        newest: newest_tickets(&day),
    };
    show::beginning(&options, &customers, consultants.len());
    day.began = Instant::now();
    let day = Arc::new(day);
    let played = play(&day, kiosk, customers, consultants).await;
    let agreed = match &played {
        Ok(()) => tell(&day, &manager, &before).await,
        Err(_) => Ok(false),
    };
    manager.sign_out().await;
    played?;
    Ok(if agreed? {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(EXIT_NOT_WELL)
    })
}

fn check(options: &DayOptions) -> Result<()> {
    let wrong = |text: &str| Err(WrongUse(text.to_owned()).into());
    if !(options.speed.is_finite() && options.speed > 0.0) {
        return wrong("--speed must be a number above 0");
    }
    if !(1..=people::CUSTOMERS_MAX).contains(&options.customers) {
        return wrong("--customers must be 1 to 2000");
    }
    if !options.url.starts_with("http://") {
        return wrong("--url must begin with http://");
    }
    Ok(())
}

/// The kiosk of the demo and its key.
fn kiosk_key(data: &Path) -> Result<(String, String)> {
    let path = data.join(KEYS);
    let bytes = std::fs::read(&path).map_err(|error| {
        WrongUse(format!(
            "there is no demo in {}: {error}; start one with `rinda demo`, or name its data \
             directory with --data",
            data.display()
        ))
    })?;
    let Keys(keys) = serde_json::from_slice(&bytes)
        .with_context(|| format!("{} is damaged: delete it", path.display()))?;
    keys.into_iter()
        .find(|(name, _)| name != crate::app::demo::DISPLAY)
        .ok_or_else(|| anyhow!("{} names no kiosk", path.display()))
}

/// Notes the report and the tickets that are there before the day begins.
async fn look_around(
    day: &Day,
    manager: &Api,
    room: &watch::Receiver<ManagerView>,
) -> Result<Before> {
    #[derive(Deserialize)]
    struct Tickets {
        tickets: Vec<Found>,
        more: bool,
    }
    let date = room.borrow().date.clone();
    let report = manager.get(&format!("reports/days/{date}")).await?;
    let mut all_known = true;
    for service in 1..=3 {
        for state in STATES {
            let path = format!("tickets?service={service}&state={state}");
            let list: Tickets = manager.get(&path).await?;
            all_known &= !list.more;
            list.tickets
                .iter()
                .for_each(|found| day.book().found(found));
        }
    }
    Ok(Before {
        date,
        report,
        all_known,
    })
}

/// Issue times of tickets so new that they count for the kiosk's rest after a burst.
fn newest_tickets(day: &Day) -> VecDeque<Timestamp> {
    let since = day.clock.now() - SignedDuration::from_mins(2);
    let mut newest: Vec<Timestamp> = day
        .book()
        .tickets
        .values()
        .map(|entry| entry.issued_at)
        .filter(|at| *at > since)
        .collect();
    newest.sort_unstable();
    newest.into()
}

/// Every consultant of the demo takes the desk of their number where it is free.
async fn open_desks(
    day: &Day,
    base: &str,
    seed: u64,
    room: &watch::Receiver<ManagerView>,
) -> Result<Vec<Consultant>> {
    #[derive(Deserialize)]
    struct Opened {
        services: Vec<u8>,
    }
    let logins = ACCOUNTS
        .iter()
        .filter(|(_, role)| *role == Role::Consultant)
        .map(|(login, _)| *login);
    let mut consultants = Vec::new();
    let mut served = BTreeSet::new();
    for (login, desk) in logins.zip(1u8..) {
        let api = Api::sign_in(base, login, PASSWORD).await?;
        let number = u16::from(desk);
        match api.post(&format!("desks/{number}/open"), &json!({})).await {
            Ok(Opened { services }) => {
                served.extend(services);
                consultants.push(Consultant {
                    desk: number,
                    login,
                    api,
                    room: room.clone(),
                    breaks: people::breaks(seed, desk),
                    served: Vec::new(),
                });
            }
            Err(error) if code_of(&error).is_some() => {
                show::note(&format!("desk {number} is left out: {error:#}"));
                api.sign_out().await;
            }
            Err(error) => return Err(error),
        }
    }
    for consultant in &mut consultants {
        consultant.served = served.iter().copied().collect();
        consultant.clear_before(day).await?;
    }
    if consultants.is_empty() {
        anyhow::bail!("somebody works at every desk: close one first");
    }
    Ok(consultants)
}

/// Plays the day to its end.
async fn play(
    day: &Arc<Day>,
    kiosk: Kiosk,
    customers: Vec<people::Customer>,
    consultants: Vec<Consultant>,
) -> Result<()> {
    let how_many = customers.len();
    let mut tasks = JoinSet::new();
    {
        let day = day.clone();
        tasks.spawn(async move {
            let received = kiosk.receive(day.clone(), customers).await;
            if received.is_err() {
                day.stop.cancel();
            }
            received
        });
    }
    for consultant in consultants {
        let name = format!("desk {} ({})", consultant.desk, consultant.login);
        let day = day.clone();
        tasks.spawn(async move { consultant.work(day).await.context(name) });
    }
    let progress = tokio::spawn(show::progress(day.clone(), how_many));
    let mut first = Ok(());
    while let Some(ended) = tasks.join_next().await {
        let ended = ended.map_err(anyhow::Error::new).and_then(|ended| ended);
        if first.is_ok() {
            first = ended;
        }
    }
    progress.abort();
    let _ = progress.await;
    first
}

/// The first Ctrl-C ends the day politely, the second one at once.
async fn stop_on_interrupt(stop: CancellationToken) {
    if tokio::signal::ctrl_c().await.is_err() {
        return;
    }
    show::note("the day ends early: the desks finish their customers; Ctrl-C again ends at once");
    stop.cancel();
    if tokio::signal::ctrl_c().await.is_ok() {
        std::process::exit(130);
    }
}

/// Compares the report with what was done and prints both; true where they agree.
async fn tell(day: &Day, manager: &Api, before: &Before) -> Result<bool> {
    let path = format!("reports/days/{}", before.date);
    let mut compared = None;
    for _ in 0..COMPARISONS_MAX {
        let after: DayReport = manager.get(&path).await?;
        let comparison = compare(&day.book(), &before.report, &after, before.all_known);
        let agrees = comparison.agrees();
        compared = Some(comparison);
        if agrees {
            break;
        }
        tokio::time::sleep(COMPARISON_PAUSE).await;
    }
    let compared = compared.context("nothing was compared")?;
    show::ending(day, &before.date, &compared)?;
    Ok(compared.agrees())
}
