//! A consultant at a desk.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::sync::watch;

use super::Day;
use super::api::Api;
use super::book::{End, Entry, Found};
use super::people::Break;
use crate::clock::Clock as _;
use crate::queue::view::{DeskPhase, ManagerView};

/// Longest way to the desk of somebody who comes: well within the minute, whatever the speed.
const WALK_MAX: Duration = Duration::from_secs(40);

/// Between two looks at the room where nothing tells of a change.
const LOOK_EVERY: Duration = Duration::from_millis(500);

/// A ticket called that nobody of this day holds by then is somebody else's.
const BOOKING_TIME_MAX: Duration = Duration::from_secs(10);

/// After the end of the minute the daemon has so long to declare the no-show.
const NO_SHOW_SLACK: Duration = Duration::from_secs(10);

/// A consultant signed in and a desk.
pub(super) struct Consultant {
    pub desk: u16,
    pub login: &'static str,
    pub api: Api,
    pub room: watch::Receiver<ManagerView>,
    pub breaks: Vec<Break>,
    /// Services that are called from some desk of this day.
    pub served: Vec<u8>,
}

#[derive(Deserialize)]
struct CallAnswer {
    call: Option<Call>,
}

#[derive(Deserialize)]
struct Call {
    ticket: Called,
    called_at: Timestamp,
    deadline: Timestamp,
}

#[derive(Deserialize)]
struct Called {
    id: u64,
    service: u8,
}

impl Consultant {
    /// Works until the day is over or stopped, and leaves the desk.
    ///
    /// # Errors
    /// Where the demo fails or somebody else works at the desk meanwhile.
    pub(super) async fn work(mut self, day: Arc<Day>) -> Result<()> {
        let worked = self.serve_all(&day).await;
        if worked.is_err() {
            // The others go home too; this desk must not be left with a customer.
            day.stop.cancel();
            self.clear().await;
        }
        let closed = self.step("close").await;
        self.api.sign_out().await;
        worked.and(closed)
    }

    /// Ends whatever was left at the desk by somebody with this login.
    pub(super) async fn clear_before(&mut self, day: &Day) -> Result<()> {
        let Some((id, arrived)) = self.customer() else {
            return Ok(());
        };
        if !arrived {
            self.step("arrived").await?;
        }
        self.step("finish").await?;
        day.book().finished_at(id, self.desk);
        Ok(())
    }

    async fn serve_all(&mut self, day: &Day) -> Result<()> {
        loop {
            if day.stop.is_cancelled() || day.book().is_over() {
                return Ok(());
            }
            self.rest_if_due(day).await?;
            if !self.somebody_waits() || !self.call_next(day).await? {
                self.wait_for_change(day).await?;
            }
        }
    }

    async fn rest_if_due(&mut self, day: &Day) -> Result<()> {
        let Some((from, to)) = self.breaks.first().copied() else {
            return Ok(());
        };
        if day.now_s() < from {
            return Ok(());
        }
        self.breaks.remove(0);
        if day.now_s() < to {
            self.step("break").await?;
            day.until(to).await;
            self.step("back").await?;
        }
        Ok(())
    }

    fn somebody_waits(&self) -> bool {
        let room = self.room.borrow();
        let services = room.desks.iter().find(|desk| desk.desk == self.desk);
        services.is_some_and(|desk| {
            room.queues
                .iter()
                .any(|line| line.queue.waiting > 0 && desk.services.contains(&line.queue.service))
        })
    }

    async fn wait_for_change(&mut self, day: &Day) -> Result<()> {
        tokio::select! {
            changed = self.room.changed() => changed.context("the demo has stopped"),
            () = tokio::time::sleep(LOOK_EVERY) => Ok(()),
            () = day.stop.cancelled() => Ok(()),
        }
    }

    /// Calls and serves whoever is next; false where nobody is.
    async fn call_next(&mut self, day: &Day) -> Result<bool> {
        let answer: CallAnswer = self
            .api
            .post(&format!("desks/{}/call-next", self.desk), &json!({}))
            .await?;
        let Some(call) = answer.call else {
            return Ok(false);
        };
        let ticket = self.called(day, &call).await?;
        let waited = call.called_at.duration_since(ticket.issued_at);
        let waited_s = waited.as_secs_f64() * day.speed;
        let returns = ticket.first_called_at.is_some();
        if returns || ticket.holder.comes_after(waited_s) {
            self.serve(day, &call, &ticket).await?;
        } else {
            self.wait_in_vain(day, &call).await?;
        }
        Ok(true)
    }

    /// Books a call and gives the ticket as it was before it. The desk may be faster than the
    /// customer at the kiosk, who has yet to read the number.
    async fn called(&self, day: &Day, call: &Call) -> Result<Entry> {
        let id = call.ticket.id;
        let mut booked = day.booked.subscribe();
        let known = booked.wait_for(|_| day.book().tickets.contains_key(&id));
        if tokio::time::timeout(BOOKING_TIME_MAX, known).await.is_err() {
            // Taken by somebody else while the day runs.
            let found: Found = self.api.get(&format!("tickets/{id}")).await?;
            let mut book = day.book();
            book.found(&found);
            book.strangers += 1;
        }
        let ticket = day.book().called(id, call.called_at);
        ticket.context("a called ticket is not there")
    }

    async fn serve(&mut self, day: &Day, call: &Call, ticket: &Entry) -> Result<()> {
        let holder = &ticket.holder;
        day.sleep(day.real(holder.walk_s).min(WALK_MAX)).await;
        self.step("arrived").await?;
        let documents_s = holder.visit_s * holder.documents_from;
        day.sleep(day.real(documents_s)).await;

        let to = holder.sent_on.filter(|_| !ticket.transferred);
        let to = to.and_then(|direction| other(&self.served, call.ticket.service, direction));
        // A day that is stopped sends nobody on: the next desk is closing.
        if let Some(service) = to.filter(|_| !day.stop.is_cancelled()) {
            let body = json!({ "service": service });
            self.api.step(self.desk, "transfer", &body).await?;
            day.book().transferred(call.ticket.id);
            return Ok(());
        }
        self.step("documents").await?;
        day.sleep(day.real(holder.visit_s - documents_s)).await;
        self.step("finish").await?;
        day.book().finished_at(call.ticket.id, self.desk);
        Ok(())
    }

    /// Nobody comes. The minute is the real one; the daemon ends it.
    async fn wait_in_vain(&mut self, day: &Day, call: &Call) -> Result<()> {
        let left = call.deadline.duration_since(day.clock.now());
        let left = Duration::try_from(left).unwrap_or(Duration::ZERO);
        if !day.sleep(left).await && day.clock.now() < call.deadline {
            // The day is stopped within the minute: the customer came after all.
            self.step("arrived").await?;
            self.step("finish").await?;
            day.book().finished_at(call.ticket.id, self.desk);
            return Ok(());
        }
        let (desk, id) = (self.desk, call.ticket.id);
        let gone = self
            .room
            .wait_for(|room| customer_at(room, desk).is_none_or(|(at, _)| at != id));
        match tokio::time::timeout(NO_SHOW_SLACK, gone).await {
            Ok(Ok(_)) => {}
            Ok(Err(_)) => bail!("the demo has stopped"),
            Err(_) => bail!("the minute of desk {desk} is over and no no-show was declared"),
        }
        day.book().ended(id, End::NoShow);
        Ok(())
    }

    async fn step(&self, step: &str) -> Result<()> {
        self.api
            .step(self.desk, step, &json!({}))
            .await
            .map(|_: Value| ())
    }

    fn customer(&self) -> Option<(u64, bool)> {
        customer_at(&self.room.borrow(), self.desk)
    }

    /// After a failure: whatever is possible still.
    async fn clear(&self) {
        for step in ["back", "arrived", "finish"] {
            let _ = self.step(step).await;
        }
    }
}

/// Another of the services.
fn other(services: &[u8], than: u8, direction: u8) -> Option<u8> {
    let others: Vec<u8> = services.iter().copied().filter(|s| *s != than).collect();
    let at = usize::from(direction).checked_rem(others.len())?;
    others.get(at).copied()
}

/// The ticket at a desk, and whether its customer has arrived.
fn customer_at(room: &ManagerView, desk: u16) -> Option<(u64, bool)> {
    let desk = room.desks.iter().find(|line| line.desk == desk)?;
    match &desk.phase {
        DeskPhase::Called { ticket, .. } => Some((ticket.id, false)),
        DeskPhase::Serving { ticket, .. } | DeskPhase::Documents { ticket, .. } => {
            Some((ticket.id, true))
        }
        DeskPhase::Closed | DeskPhase::Free { .. } | DeskPhase::Break { .. } => None,
    }
}
