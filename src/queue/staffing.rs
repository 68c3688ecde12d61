//! How many desks a load of customers needs: the Erlang C formula.
//!
//! Customers come at random, nobody leaves, handling times are exponential. Day-to-day variation
//! of demand matters more than what these assumptions lose, so advice is given on
//! [`ALLOWANCE`] times the demand.

/// What demand is multiplied by before desks are advised.
pub const ALLOWANCE: f64 = 1.15;

/// The largest load that is computed, erlangs.
pub const LOAD_MAX: f64 = 10_000.0;

/// Most desks that are computed.
pub const DESKS_MAX: u32 = 20_000;

/// Seconds in a half-hour.
const HALF_HOUR_S: f64 = 1_800.0;

/// What is asked of a centre's desks.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Demand {
    load: f64,
    aht_s: f64,
    target_s: f64,
    share: f64,
}

/// Demand that has no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadDemand {
    /// Load below 0, above [`LOAD_MAX`] or no number.
    #[error("the load must be 0 to 10000 erlangs (customers per hour × handling time in hours)")]
    Load,
    /// Handling time not above 0.
    #[error("the handling time must be above 0")]
    HandlingTime,
    /// Target wait below 0.
    #[error("the target wait must be 0 or more")]
    Target,
    /// Share not within 0 and 1.
    #[error("the share must be above 0 and below 1, such as 0.8")]
    Share,
    /// More desks than [`DESKS_MAX`].
    #[error("the number of desks must be 20000 at most")]
    Desks,
}

/// How a number of desks would do.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Service {
    /// Desks.
    pub desks: u32,
    /// Share of customers who wait at all.
    pub p_wait: f64,
    /// Share called within the target.
    pub service_level: f64,
    /// Mean wait over all customers, seconds. Absent where the load is not below the desks: the
    /// queue then grows for as long as the load lasts.
    pub mean_wait_s: Option<f64>,
}

impl Demand {
    /// `load` in erlangs, handling time and target wait in seconds, share to be called within the
    /// target.
    ///
    /// # Errors
    /// Where one of them makes no sense.
    pub fn new(load: f64, aht_s: f64, target_s: f64, share: f64) -> Result<Self, BadDemand> {
        if !(0.0..=LOAD_MAX).contains(&load) {
            return Err(BadDemand::Load);
        }
        if !(aht_s.is_finite() && aht_s > 0.0) {
            return Err(BadDemand::HandlingTime);
        }
        if !(target_s.is_finite() && target_s >= 0.0) {
            return Err(BadDemand::Target);
        }
        if !(share > 0.0 && share < 1.0) {
            return Err(BadDemand::Share);
        }
        Ok(Self {
            load,
            aht_s,
            target_s,
            share,
        })
    }

    /// The demand of a half-hour in which so many customers came, with the allowance.
    ///
    /// # Errors
    /// As [`Demand::new`].
    pub fn of_half_hour(
        customers: f64,
        aht_s: f64,
        target_s: f64,
        share: f64,
    ) -> Result<Self, BadDemand> {
        Self::new(
            ALLOWANCE * customers * aht_s / HALF_HOUR_S,
            aht_s,
            target_s,
            share,
        )
    }

    /// How `desks` desks would do. Without a steady state (load ≥ desks) everybody waits and
    /// nobody is called within the target; without load nobody waits.
    ///
    /// # Errors
    /// Where there are more than [`DESKS_MAX`].
    pub fn with_desks(&self, desks: u32) -> Result<Service, BadDemand> {
        if desks > DESKS_MAX {
            return Err(BadDemand::Desks);
        }
        let blocked = (1..=desks).fold(1.0, |blocked, k| self.blocked_with_one_more(blocked, k));
        Ok(self.service(desks, blocked))
    }

    /// The share called within the target by so many desks on average: between two whole numbers of
    /// desks in proportion.
    ///
    /// # Errors
    /// Where they are no number, below 0 or more than [`DESKS_MAX`].
    pub fn service_level(&self, desks: f64) -> Result<f64, BadDemand> {
        if !(0.0..=f64::from(DESKS_MAX)).contains(&desks) {
            return Err(BadDemand::Desks);
        }
        // Between 0 and DESKS_MAX.
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        let (below, above) = (desks.floor() as u32, desks.ceil() as u32);
        let [below, above] =
            [self.with_desks(below)?, self.with_desks(above)?].map(|of| of.service_level);
        Ok(below + (above - below) * desks.fract())
    }

    /// The fewest desks with which the share is called within the target.
    pub fn desks_required(&self) -> Service {
        let mut blocked = 1.0;
        let mut service = self.service(0, blocked);
        while service.service_level < self.share {
            let desks = service.desks + 1;
            blocked = self.blocked_with_one_more(blocked, desks);
            service = self.service(desks, blocked);
        }
        service
    }

    /// Erlang B of `desks` from that of one fewer.
    fn blocked_with_one_more(&self, blocked: f64, desks: u32) -> f64 {
        self.load * blocked / (f64::from(desks) + self.load * blocked)
    }

    fn service(&self, desks: u32, blocked: f64) -> Service {
        let spare = f64::from(desks) - self.load;
        if self.load == 0.0 {
            return Service {
                desks,
                p_wait: 0.0,
                service_level: 1.0,
                mean_wait_s: Some(0.0),
            };
        }
        if spare <= 0.0 {
            return Service {
                desks,
                p_wait: 1.0,
                service_level: 0.0,
                mean_wait_s: None,
            };
        }
        let used = self.load / f64::from(desks);
        let p_wait = blocked / (1.0 - used * (1.0 - blocked));
        let late = p_wait * (-spare * self.target_s / self.aht_s).exp();
        Service {
            desks,
            p_wait,
            service_level: 1.0 - late,
            mean_wait_s: Some(p_wait * self.aht_s / spare),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const MINUTE_S: f64 = 60.0;

    /// The exact values of the queue rules, to 12 digits.
    #[test]
    fn erlang_c_meets_the_exact_references() {
        for (desks, load, target_min, aht_min, p_wait, level) in [
            (3, 2.5, 10.0, 5.0, 125.0 / 178.0, 0.741_657_695_807),
            (4, 3.0, 10.0, 9.0, 27.0 / 53.0, 0.832_297_911_871),
        ] {
            let demand = Demand::new(load, aht_min * MINUTE_S, target_min * MINUTE_S, 0.8).unwrap();
            let service = demand.with_desks(desks).unwrap();
            assert!((service.p_wait - p_wait).abs() < 1e-12);
            assert!((service.service_level - level).abs() < 1e-12);
            let mean_s = p_wait * aht_min * MINUTE_S / (f64::from(desks) - load);
            assert!((service.mean_wait_s.unwrap() - mean_s).abs() < 1e-9);
        }
    }

    #[test]
    fn desks_for_four_in_five_within_ten_minutes() {
        for (load, desks) in [(1.0, 2), (2.0, 3), (3.0, 4), (4.0, 5)] {
            let demand = Demand::new(load, 9.0 * MINUTE_S, 10.0 * MINUTE_S, 0.8).unwrap();
            let required = demand.desks_required();
            assert_eq!(required.desks, desks);
            assert_eq!(demand.with_desks(desks).unwrap(), required);
        }
    }

    /// One desk is M/M/1: P(wait) = load, mean wait = AHT · load / (1 − load).
    #[test]
    fn one_desk_is_the_textbook_queue() {
        let one = Demand::new(0.75, 100.0, 0.0, 0.2).unwrap();
        let one = one.with_desks(1).unwrap();
        assert!((one.p_wait - 0.75).abs() < 1e-12);
        assert!((one.service_level - 0.25).abs() < 1e-12);
        assert!((one.mean_wait_s.unwrap() - 300.0).abs() < 1e-9);
    }

    #[test]
    fn too_few_desks_have_no_steady_state() {
        let demand = Demand::new(3.0, 540.0, 600.0, 0.8).unwrap();
        for desks in 0..=3 {
            let service = demand.with_desks(desks).unwrap();
            assert_eq!((service.p_wait, service.service_level), (1.0, 0.0));
            assert_eq!(service.mean_wait_s, None);
        }
    }

    #[test]
    fn the_largest_load_and_none_at_all_have_an_answer() {
        let none = Demand::new(0.0, 540.0, 600.0, 0.8).unwrap();
        assert_eq!(none.desks_required().desks, 0);
        let most = Demand::new(LOAD_MAX, 540.0, 0.0, 0.999).unwrap();
        let required = most.desks_required();
        assert!(required.desks > 10_000 && required.desks < DESKS_MAX);
        assert!(most.with_desks(required.desks - 1).unwrap().service_level < 0.999);
    }

    #[test]
    fn desks_on_average_lie_between_their_neighbours() {
        let demand = Demand::new(3.0, 540.0, 600.0, 0.8).unwrap();
        let whole = |desks| demand.with_desks(desks).unwrap().service_level;
        let level = demand.service_level(4.25).unwrap();
        assert!((level - (0.75 * whole(4) + 0.25 * whole(5))).abs() < 1e-12);
        assert!((demand.service_level(4.0).unwrap() - whole(4)).abs() < 1e-12);
        assert_eq!(demand.service_level(f64::NAN), Err(BadDemand::Desks));
    }

    #[test]
    fn demand_without_sense_is_refused() {
        for (load, aht, target, share, why) in [
            (-1.0, 540.0, 600.0, 0.8, BadDemand::Load),
            (f64::NAN, 540.0, 600.0, 0.8, BadDemand::Load),
            (2.0, 0.0, 600.0, 0.8, BadDemand::HandlingTime),
            (2.0, 540.0, -1.0, 0.8, BadDemand::Target),
            (2.0, 540.0, 600.0, 1.0, BadDemand::Share),
        ] {
            assert_eq!(Demand::new(load, aht, target, share), Err(why));
        }
        let demand = Demand::new(2.0, 540.0, 600.0, 0.8).unwrap();
        assert_eq!(demand.with_desks(DESKS_MAX + 1), Err(BadDemand::Desks));
    }

    #[test]
    fn a_half_hour_counts_with_the_allowance() {
        let demand = Demand::of_half_hour(10.0, 540.0, 600.0, 0.8).unwrap();
        assert!((demand.load - 3.45).abs() < 1e-12);
    }
}
