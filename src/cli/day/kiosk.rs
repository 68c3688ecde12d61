//! Customers come to the kiosk and press its buttons.
//!
//! They press one after the other, and each waits for the ticket: so every ticket has its
//! customer. A button rests after each ticket and the kiosk after a burst; whoever comes earlier
//! waits in front of it. At high speed that stretches the day.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::Day;
use super::api::{Api, code_of};
use super::book::End;
use super::people::Customer;
use crate::clock::Clock as _;
use crate::queue::setup::Rules;
use crate::queue::view::{KioskView, LastIssued, Opening};

/// A press without a ticket within this time is tried again.
const TICKET_TIME_MAX: Duration = Duration::from_secs(8);

/// So often in all.
const PRESSES_MAX: u32 = 3;

/// Beyond a rest of the kiosk, because its clock and ours are read at different moments.
const MARGIN: SignedDuration = SignedDuration::from_millis(250);

/// The kiosk and who stands in front of it.
pub(super) struct Kiosk {
    pub name: String,
    pub api: Api,
    pub view: watch::Receiver<KioskView>,
    /// Staff who mark and cancel.
    pub manager: Api,
    /// Issue times of the newest tickets, of all buttons.
    pub newest: VecDeque<Timestamp>,
}

impl Kiosk {
    /// Everybody comes, until the day is stopped.
    ///
    /// # Errors
    /// Where the demo fails or a press gives no ticket.
    pub(super) async fn receive(mut self, day: Arc<Day>, customers: Vec<Customer>) -> Result<()> {
        let mut impatient = JoinSet::new();
        let mut rests: BTreeMap<u8, Timestamp> = BTreeMap::new();
        for customer in customers {
            if !day.until(customer.arrives_s).await {
                break;
            }
            let free_at = self.free_at(rests.get(&customer.service).copied());
            if !day.sleep(wait_until(free_at, day.clock.now())).await {
                break;
            }
            let issued = self.take_ticket(customer.service).await?;
            day.book()
                .issued(issued.id, issued.issued_at, customer.clone());
            day.booked.send_modify(|booked| *booked += 1);
            rests.insert(customer.service, issued.issued_at);
            self.newest.push_back(issued.issued_at);
            if customer.out_of_turn {
                mark_out_of_turn(&day, &self.manager, issued.id).await?;
            }
            if let Some(after_s) = customer.gives_up_after_s {
                let (day, manager) = (day.clone(), self.manager.clone());
                impatient.spawn(give_up(day, manager, issued.id, after_s));
            }
        }
        day.book().all_came = true;
        while let Some(gave_up) = impatient.join_next().await {
            gave_up??;
        }
        Ok(())
    }

    /// When a button can be pressed that gave its last ticket at a time.
    fn free_at(&mut self, last: Option<Timestamp>) -> Timestamp {
        let rules = Rules::default();
        let rest = SignedDuration::from_secs(i64::from(self.view.borrow().press_lock_s));
        let button = last.map_or(Timestamp::UNIX_EPOCH, |last| last + rest + MARGIN);
        while self.newest.len() > rules.burst_tickets {
            self.newest.pop_front();
        }
        let burst = match self.newest.front() {
            Some(oldest) if self.newest.len() == rules.burst_tickets => {
                *oldest + rules.burst_window + MARGIN
            }
            Some(_) | None => Timestamp::UNIX_EPOCH,
        };
        button.max(burst)
    }

    /// Presses a button and waits for what comes of it.
    async fn take_ticket(&mut self, service: u8) -> Result<LastIssued> {
        let before = self.view.borrow().last.as_ref().map_or(0, |last| last.id);
        for _ in 0..PRESSES_MAX {
            if let Opening::Closed { .. } = self.view.borrow().opening {
                bail!("the centre is closed now: nobody can take a ticket");
            }
            let path = format!("simulated/{}/press", self.name);
            let _: Value = self.api.post(&path, &json!({ "button": service })).await?;
            let issued = self.view.wait_for(|view| {
                let last = view.last.as_ref();
                last.is_some_and(|last| last.id > before && last.service.digit() == service)
            });
            match tokio::time::timeout(TICKET_TIME_MAX, issued).await {
                Err(_) => {}
                Ok(Err(_)) => bail!("the demo has stopped"),
                Ok(Ok(view)) => return view.last.clone().context("a ticket vanished"),
            }
        }
        bail!("button {service} was pressed {PRESSES_MAX} times and gave no ticket");
    }
}

fn wait_until(at: Timestamp, now: Timestamp) -> Duration {
    Duration::try_from(at.duration_since(now)).unwrap_or(Duration::ZERO)
}

async fn mark_out_of_turn(day: &Day, manager: &Api, id: u64) -> Result<()> {
    match manager
        .post::<Value>(&format!("tickets/{id}/out-of-turn"), &json!({}))
        .await
    {
        Ok(_) => day.book().marked_out_of_turn(id),
        // Called in the same moment: nothing is left to mark.
        Err(error) if code_of(&error) == Some("ticket_not_waiting") => {}
        Err(error) => return Err(error),
    }
    Ok(())
}

/// A customer who has waited too long tells the staff.
async fn give_up(day: Arc<Day>, manager: Api, id: u64, after_s: f64) -> Result<()> {
    if !day.sleep(day.real(after_s)).await {
        return Ok(());
    }
    let called = |entry: &super::book::Entry| entry.first_called_at.is_some();
    if day.book().tickets.get(&id).is_none_or(called) {
        return Ok(());
    }
    let body = json!({ "reason": "Klients vairs negaida" });
    match manager
        .post::<Value>(&format!("tickets/{id}/cancel"), &body)
        .await
    {
        Ok(_) => day.book().ended(id, End::Cancelled),
        Err(error) if code_of(&error) == Some("ticket_not_waiting") => {}
        Err(error) => return Err(error),
    }
    Ok(())
}
