//! Who may ask how often: requests per credential, wrong passwords per login and address.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::Mutex;

use jiff::{SignedDuration, Timestamp};

/// Credentials and addresses remembered; the idle ones are forgotten first.
const REMEMBERED_MAX: usize = 8_192;

/// Wrong passwords for one login from one address within [`ATTEMPTS_WINDOW`].
pub const ATTEMPTS_PER_LOGIN_MAX: usize = 5;

/// Wrong passwords from one address within [`ATTEMPTS_WINDOW`], whatever the logins.
pub const ATTEMPTS_PER_ADDRESS_MAX: usize = 30;

/// The window of the two limits above.
pub const ATTEMPTS_WINDOW: SignedDuration = SignedDuration::from_mins(1);

/// A token bucket per credential that holds one second's worth.
#[derive(Debug)]
pub(super) struct RequestLimit {
    per_second: f64,
    buckets: Mutex<BTreeMap<String, Bucket>>,
}

#[derive(Debug, Clone, Copy)]
struct Bucket {
    left: f64,
    at: Timestamp,
}

impl RequestLimit {
    pub(super) fn new(per_second: u32) -> Self {
        Self {
            per_second: f64::from(per_second.max(1)),
            buckets: Mutex::new(BTreeMap::new()),
        }
    }

    /// Takes one request's worth; `Err` tells the seconds to wait.
    pub(super) fn take(&self, credential: &str, now: Timestamp) -> Result<(), u32> {
        let mut buckets = self.buckets.lock().unwrap_or_else(|e| e.into_inner());
        if buckets.len() >= REMEMBERED_MAX {
            // A bucket untouched for a second is full again: forgetting it changes nothing.
            buckets.retain(|_, bucket| now.duration_since(bucket.at).as_secs() < 1);
        }
        if buckets.len() >= REMEMBERED_MAX && !buckets.contains_key(credential) {
            return Err(1);
        }
        let bucket = buckets.entry(credential.to_owned()).or_insert(Bucket {
            left: self.per_second,
            at: now,
        });
        let passed_s = now.duration_since(bucket.at).as_secs_f64().max(0.0);
        bucket.left = (bucket.left + passed_s * self.per_second).min(self.per_second);
        bucket.at = now;
        if bucket.left < 1.0 {
            return Err(1);
        }
        bucket.left -= 1.0;
        Ok(())
    }
}

/// Wrong passwords of the last minute.
#[derive(Debug, Default)]
pub(super) struct Attempts {
    wrong: Mutex<BTreeMap<Attempt, Vec<Timestamp>>>,
}

/// From where, and for which login.
type Attempt = (Option<IpAddr>, String);

impl Attempts {
    /// Whether a login may be tried from an address; `Err` tells the seconds to wait. Counts as
    /// wrong until [`Attempts::forget`], so that many tries at once do not slip through.
    pub(super) fn attempt(
        &self,
        address: Option<IpAddr>,
        login: &str,
        now: Timestamp,
    ) -> Result<(), u32> {
        let mut wrong = self.wrong.lock().unwrap_or_else(|e| e.into_inner());
        wrong.retain(|_, times| {
            times.retain(|at| now.duration_since(*at) < ATTEMPTS_WINDOW);
            !times.is_empty()
        });
        let of_login = wrong.get(&(address, login.to_owned()));
        if let Some(times) = of_login
            && times.len() >= ATTEMPTS_PER_LOGIN_MAX
        {
            return Err(wait_s(times.first(), now));
        }
        let from_address: Vec<&Timestamp> = wrong
            .iter()
            .filter(|((from, _), _)| *from == address)
            .flat_map(|(_, times)| times)
            .collect();
        if from_address.len() >= ATTEMPTS_PER_ADDRESS_MAX || wrong.len() >= REMEMBERED_MAX {
            return Err(wait_s(from_address.into_iter().min(), now));
        }
        wrong
            .entry((address, login.to_owned()))
            .or_default()
            .push(now);
        Ok(())
    }

    /// The password was right: the login starts anew.
    pub(super) fn forget(&self, address: Option<IpAddr>, login: &str) {
        let mut wrong = self.wrong.lock().unwrap_or_else(|e| e.into_inner());
        wrong.remove(&(address, login.to_owned()));
    }
}

fn wait_s(oldest: Option<&Timestamp>, now: Timestamp) -> u32 {
    let left = oldest.map_or(ATTEMPTS_WINDOW, |at| {
        ATTEMPTS_WINDOW - now.duration_since(*at)
    });
    u32::try_from(left.as_secs() + 1).unwrap_or(1).max(1)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn at(ms: i64) -> Timestamp {
        Timestamp::from_millisecond(1_795_000_000_000 + ms).unwrap()
    }

    #[test]
    fn a_bucket_refills_with_time_and_is_ones_own() {
        let limit = RequestLimit::new(10);
        for _ in 0..10 {
            assert_eq!(limit.take("a", at(0)), Ok(()));
        }
        assert_eq!(limit.take("a", at(0)), Err(1));
        assert_eq!(limit.take("b", at(0)), Ok(()));
        assert_eq!(limit.take("a", at(100)), Ok(()));
        assert_eq!(limit.take("a", at(100)), Err(1));
    }

    #[test]
    fn the_sixth_wrong_password_waits_for_the_minute_to_pass() {
        let attempts = Attempts::default();
        for second in 0..5 {
            assert_eq!(attempts.attempt(None, "anna", at(second * 1000)), Ok(()));
        }
        assert_eq!(attempts.attempt(None, "anna", at(5000)), Err(56));
        assert_eq!(attempts.attempt(None, "berta", at(5000)), Ok(()));
        assert_eq!(attempts.attempt(None, "anna", at(60_000)), Ok(()));
        attempts.forget(None, "anna");
        assert_eq!(attempts.attempt(None, "anna", at(60_001)), Ok(()));
    }
}
