//! What a forecast says of a centre at one moment, for everybody who shows it.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use super::closing::Closing;
use super::promise::is_worth_showing;
use crate::queue::catalogue::Service;
use crate::queue::centre::Centre;
use crate::queue::selection;
use crate::queue::ticket::TicketId;
use crate::queue::view::WaitRange;

/// An outlook older than this says nothing: waits move while desks are open, and the forecaster
/// makes one every ten seconds then.
const STALE: SignedDuration = SignedDuration::from_mins(2);

/// What is to be expected, as the newest forecast has it. It is made beside the engine's loop, so
/// it may be a moment older than the queue.
#[derive(Debug, Clone, PartialEq)]
pub struct Outlook {
    /// The moment the forecast was made for.
    pub made_at: Timestamp,
    /// Waits from then on of the tickets that waited then. What pages show: see [`Outlook::after`].
    pub waits: BTreeMap<TicketId, WaitRange>,
    /// Wait of a ticket taken then, by service; absent where no desk serves it and none will. What
    /// is promised.
    pub next: BTreeMap<Service, WaitRange>,
    /// The same of a ticket that is out of turn at once (A2/2/2.5).
    pub next_out_of_turn: BTreeMap<Service, WaitRange>,
    /// [`Outlook::next`] as pages show it.
    pub next_shown: BTreeMap<Service, WaitRange>,
    /// What one more ticket adds to the wait of those behind it, by service, seconds.
    pub each_s: BTreeMap<Service, u32>,
    /// Whether everybody is served by closing; absent where reception is over for today.
    pub closing: Option<Closing>,
}

impl Outlook {
    /// Nobody waits and nothing is served.
    pub fn nothing(made_at: Timestamp) -> Self {
        Self {
            made_at,
            waits: BTreeMap::new(),
            next: BTreeMap::new(),
            next_out_of_turn: BTreeMap::new(),
            next_shown: BTreeMap::new(),
            each_s: BTreeMap::new(),
            closing: None,
        }
    }

    /// This outlook where `before` is what pages show: waits that hardly moved are left as they
    /// are, so that nobody's wait flickers.
    #[must_use]
    pub fn after(mut self, before: Option<&Self>) -> Self {
        self.next_shown.clone_from(&self.next);
        if let Some(before) = before {
            keep_steady(&mut self.waits, &before.waits);
            keep_steady(&mut self.next_shown, &before.next_shown);
        }
        self
    }

    /// Whether pages look other with this outlook than with `before`.
    pub fn looks_other_than(&self, before: &Self) -> bool {
        let new = self.waits.iter();
        let waits_moved = new
            .clone()
            .any(|(id, wait)| before.waits.get(id) != Some(wait));
        let closing_moved = match (&self.closing, &before.closing) {
            (Some(new), Some(before)) => new.looks_other_than(before),
            (None, None) => false,
            (Some(_), None) | (None, Some(_)) => true,
        };
        waits_moved || closing_moved || self.next_shown != before.next_shown
    }

    /// Whether it is too old to be believed: then no wait is promised or shown.
    pub fn is_stale(&self, now: Timestamp) -> bool {
        now.duration_since(self.made_at) > STALE
    }

    /// The wait to promise a ticket issued now. Tickets issued since the outlook was made, of which
    /// it knows nothing, each add what one more ticket takes; and nobody is promised less than what
    /// is left of the promise to a ticket of the same service before them.
    pub fn promise(
        &self,
        centre: &Centre,
        service: Service,
        out_of_turn: bool,
        key: (Timestamp, TicketId),
        now: Timestamp,
    ) -> Option<WaitRange> {
        if self.is_stale(now) {
            return None;
        }
        let next = if out_of_turn {
            &self.next_out_of_turn
        } else {
            &self.next
        };
        let mut told = *next.get(&service)?;
        let mut added_s = 0;
        for other in selection::waiting_in_order(centre) {
            let is_new = other.issued_at > self.made_at && !self.waits.contains_key(&other.id);
            if (other.counts_from, other.id) >= key || !is_new {
                continue;
            }
            if other.service == service {
                added_s += self.each_s.get(&service).copied().unwrap_or(0);
                let passed_s = whole_seconds(now.duration_since(other.issued_at));
                if let Some(theirs) = other.promise {
                    told.p50_s = told.p50_s.max(theirs.p50_s.saturating_sub(passed_s));
                    told.p90_s = told.p90_s.max(theirs.p90_s.saturating_sub(passed_s));
                }
            }
        }
        let fresh = next.get(&service)?;
        Some(WaitRange {
            p50_s: told.p50_s.max(fresh.p50_s.saturating_add(added_s)),
            p90_s: told.p90_s.max(fresh.p90_s.saturating_add(added_s)),
        })
    }
}

impl Outlook {
    /// The wait to promise an appointment kept in time: the one of the ticket whose place it takes,
    /// and not before it is callable as long as others wait. Where it takes nobody's place, the wait
    /// of whoever comes last.
    pub fn promise_to_appointment(
        &self,
        centre: &Centre,
        service: Service,
        key: (Timestamp, TicketId),
        callable_from: Timestamp,
        now: Timestamp,
    ) -> Option<WaitRange> {
        let behind = selection::waiting_in_order(centre)
            .into_iter()
            .find(|other| {
                (other.counts_from, other.id) > key
                    && selection::share_a_desk(centre, service, other.service)
                    && self.waits.contains_key(&other.id)
            });
        let Some(behind) = behind.filter(|_| !self.is_stale(now)) else {
            return self.promise(centre, service, false, key, now);
        };
        let passed_s = whole_seconds(now.duration_since(self.made_at));
        let until_callable_s = whole_seconds(callable_from.duration_since(now));
        let of_the_other = self.waits.get(&behind.id)?;
        let left = |wait_s: u32| wait_s.saturating_sub(passed_s).max(until_callable_s);
        Some(WaitRange {
            p50_s: left(of_the_other.p50_s),
            p90_s: left(of_the_other.p90_s),
        })
    }
}

/// At least 0, seconds.
fn whole_seconds(of: SignedDuration) -> u32 {
    u32::try_from(of.as_secs().max(0)).unwrap_or(u32::MAX)
}

fn keep_steady<K: Ord>(new: &mut BTreeMap<K, WaitRange>, shown: &BTreeMap<K, WaitRange>) {
    for (key, wait) in new {
        let Some(before) = shown.get(key) else {
            continue;
        };
        if !is_worth_showing(before.p50_s, wait.p50_s)
            && !is_worth_showing(before.p90_s, wait.p90_s)
        {
            *wait = *before;
        }
    }
}
