//! Who comes on a simulated day, all of it drawn from the seed: nothing here looks at a clock.

use rand::{Rng as _, SeedableRng as _};
use rand_distr::{Distribution as _, LogNormal};
use rand_pcg::Pcg64Mcg;

/// Reception of the simulated day begins at 8.30, as seconds since midnight.
pub(in crate::cli) const OPENS_S: f64 = 8.5 * 3600.0;

/// Customers of a day where nobody says how many.
pub(in crate::cli) const CUSTOMERS: usize = 120;

/// Most customers of a day.
pub(in crate::cli) const CUSTOMERS_MAX: usize = 2_000;

/// How many come in each half-hour from 8.30 to 17.00, as weights: the morning is the peak.
const ARRIVALS: [f64; 17] = [
    9.0, 12.0, 12.0, 11.0, 9.0, 7.0, 6.0, 5.0, 4.0, 5.0, 6.0, 6.0, 5.0, 4.0, 3.0, 2.0, 1.0,
];

/// Seconds in a half-hour.
const HALF_HOUR_S: f64 = 1_800.0;

/// By service: share of the customers, median time at the desk in seconds, spread of its logarithm.
const SERVICES: [(f64, f64, f64); 3] =
    [(0.50, 300.0, 0.5), (0.30, 420.0, 0.6), (0.20, 480.0, 0.45)];

/// A visit is at least this long, seconds.
const VISIT_S_MIN: f64 = 30.0;

/// Share of customers who do not come when called although they hardly waited.
const NO_SHOW_BASE: f64 = 0.03;

/// What a long wait adds to that at most.
const NO_SHOW_BY_WAIT: f64 = 0.07;

/// The wait after which most of that is reached, seconds.
const NO_SHOW_WAIT_S: f64 = 3_600.0;

/// Shares of customers who are marked out of turn, sent on to another queue, and who tell staff
/// that they give up should they wait too long.
const OUT_OF_TURN: f64 = 0.03;
const TRANSFERRED: f64 = 0.04;
const IMPATIENT: f64 = 0.05;

/// One customer.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::cli) struct Customer {
    /// Arrival at the kiosk, seconds since the day began.
    pub arrives_s: f64,
    /// Button, 1 to 3.
    pub service: u8,
    /// From the call to the desk, seconds.
    pub walk_s: f64,
    /// Time at the desk, seconds.
    pub visit_s: f64,
    /// Share of the time at the desk after which the documents begin.
    pub documents_from: f64,
    /// Does not come when called where this is below [`no_show_chance`] of the wait.
    pub firmness: f64,
    /// Served out of turn (A2/2/2.5).
    pub out_of_turn: bool,
    /// Sent on to another queue: where to, as a number to be reduced to those there are.
    pub sent_on: Option<u8>,
    /// Gives up after so long a wait, seconds.
    pub gives_up_after_s: Option<f64>,
}

impl Customer {
    /// Whether the customer comes when called after a wait.
    pub(in crate::cli) fn comes_after(&self, wait_s: f64) -> bool {
        self.firmness >= no_show_chance(wait_s)
    }

    /// Somebody of whom nothing is known but the service: a ticket left over in the demo.
    pub(in crate::cli) fn stranger(service: u8) -> Self {
        Self {
            arrives_s: 0.0,
            service,
            walk_s: 15.0,
            visit_s: SERVICES
                .get(usize::from(service).saturating_sub(1))
                .map_or(VISIT_S_MIN, |(_, median, _)| *median),
            documents_from: 0.8,
            firmness: 1.0,
            out_of_turn: false,
            sent_on: None,
            gives_up_after_s: None,
        }
    }
}

/// How likely somebody does not come after a wait of so many seconds; rises with the wait.
fn no_show_chance(wait_s: f64) -> f64 {
    NO_SHOW_BASE + NO_SHOW_BY_WAIT * (1.0 - (-wait_s.max(0.0) / NO_SHOW_WAIT_S).exp())
}

/// The customers of a day in the order in which they come.
pub(in crate::cli) fn customers(seed: u64, how_many: usize, services: &[u8]) -> Vec<Customer> {
    let mut chance = Pcg64Mcg::seed_from_u64(seed);
    let mut all: Vec<Customer> = (0..how_many)
        .map(|_| customer(&mut chance, services))
        .collect();
    all.sort_by(|a, b| a.arrives_s.total_cmp(&b.arrives_s));
    all
}

fn customer(chance: &mut Pcg64Mcg, services: &[u8]) -> Customer {
    let half_hour = pick(chance, ARRIVALS.iter().copied().enumerate());
    #[allow(clippy::cast_precision_loss)] // At most 16.
    let arrives_s = (half_hour as f64 + chance.random::<f64>()) * HALF_HOUR_S;
    let offered = SERVICES
        .iter()
        .zip(1u8..)
        .filter(|(_, service)| services.contains(service))
        .map(|((share, _, _), service)| (service, *share));
    let service = pick(chance, offered);
    let (_, median_s, spread) = SERVICES
        .get(usize::from(service).saturating_sub(1))
        .copied()
        .unwrap_or((0.0, VISIT_S_MIN, 0.0));
    let visit_s = match LogNormal::new(median_s.ln(), spread) {
        Ok(times) => times.sample(chance).max(VISIT_S_MIN),
        Err(_) => median_s,
    };
    // Every customer takes the same number of draws, so that one changes nothing for the next.
    let (side_way, direction) = (chance.random::<f64>(), chance.random::<u8>());
    let (walk_s, documents_from, firmness) = (
        chance.random_range(5.0..40.0),
        chance.random_range(0.6..0.9),
        chance.random::<f64>(),
    );
    let patience_s = chance.random_range(900.0..3_600.0);
    let is_transferred = (OUT_OF_TURN..OUT_OF_TURN + TRANSFERRED).contains(&side_way);
    let is_impatient =
        (OUT_OF_TURN + TRANSFERRED..OUT_OF_TURN + TRANSFERRED + IMPATIENT).contains(&side_way);
    Customer {
        arrives_s,
        service,
        walk_s,
        visit_s,
        documents_from,
        firmness,
        out_of_turn: side_way < OUT_OF_TURN,
        sent_on: is_transferred.then_some(direction),
        gives_up_after_s: is_impatient.then_some(patience_s),
    }
}

/// One of the things by their weights.
fn pick<T: Copy + Default>(
    chance: &mut Pcg64Mcg,
    weighted: impl Iterator<Item = (T, f64)> + Clone,
) -> T {
    let total: f64 = weighted.clone().map(|(_, weight)| weight).sum();
    let mut left = chance.random::<f64>() * total;
    let mut last = T::default();
    for (thing, weight) in weighted {
        last = thing;
        if left < weight {
            break;
        }
        left -= weight;
    }
    last
}

/// A consultant's break: from and to, seconds since the day began.
pub(in crate::cli) type Break = (f64, f64);

/// The breaks of the consultant at a place in the row: lunch one after the other, a short one in
/// the afternoon.
pub(in crate::cli) fn breaks(seed: u64, place: u8) -> Vec<Break> {
    let mut chance = Pcg64Mcg::seed_from_u64(seed ^ (u64::from(place) << 32));
    let lunch = 3.0 * 3_600.0 + f64::from(place) * HALF_HOUR_S + chance.random_range(0.0..300.0);
    let short = 5.5 * 3_600.0 + f64::from(place) * 900.0 + chance.random_range(0.0..600.0);
    vec![(lunch, lunch + HALF_HOUR_S), (short, short + 600.0)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_is_a_day() {
        let day = customers(7, 300, &[1, 2, 3]);
        assert_eq!(day, customers(7, 300, &[1, 2, 3]));
        assert_ne!(day, customers(8, 300, &[1, 2, 3]));
        assert_eq!(breaks(7, 2), breaks(7, 2));
        assert!(day.iter().all(|who| who.arrives_s < 17.0 * HALF_HOUR_S));
        let morning = day.iter().filter(|who| who.arrives_s < 2.5 * 3_600.0);
        assert!(morning.count() > 120, "the morning is the peak");
    }

    #[test]
    fn only_services_that_are_served_are_asked_for() {
        assert!(customers(1, 100, &[2]).iter().all(|who| who.service == 2));
    }

    #[test]
    fn the_longer_the_wait_the_fewer_come() {
        assert!(no_show_chance(0.0) < no_show_chance(600.0));
        assert!(no_show_chance(600.0) < no_show_chance(6_000.0));
        assert!(no_show_chance(1e9) <= NO_SHOW_BASE + NO_SHOW_BY_WAIT);
    }

    /// The day of `tests/simulate_day.rs`: whether somebody comes must not hang on how long the
    /// wait happens to be there.
    #[test]
    fn the_day_of_the_integration_test_has_one_no_show() {
        let day = customers(TEST_SEED, TEST_CUSTOMERS, &[1, 2, 3]);
        let never = day.iter().filter(|who| !who.comes_after(0.0)).count();
        let perhaps = day.iter().filter(|who| !who.comes_after(1e9)).count();
        assert_eq!((never, perhaps), (1, 1));
        assert!(day.iter().any(|who| who.out_of_turn));
        assert!(day.iter().any(|who| who.sent_on.is_some()));
        assert!(day.iter().any(|who| who.gives_up_after_s.is_some()));
    }

    const TEST_SEED: u64 = 7020;
    const TEST_CUSTOMERS: usize = 12;
}
