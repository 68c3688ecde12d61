//! What all replications of one forecast share, worked out once.

use super::habits::{Habits, Leaving, NoShow};
use super::picture::{Picture, Waiting};
use super::run::is_ghost;
use super::times::{Medians, ServiceAt, Times};

/// A line of tickets: those of one service, or those only one desk calls.
pub(super) type LineAt = usize;

/// Shared by all replications.
#[derive(Debug)]
pub(super) struct Plan<'a> {
    pub picture: &'a Picture,
    pub habits: &'a Habits,
    pub no_show: NoShow,
    pub leaving: Leaving,
    /// The queue in calling order.
    pub waiting: Vec<Waiting>,
    /// Places in [`Plan::waiting`] of each line that are callable from the start, in calling order.
    pub lines: Vec<Vec<usize>>,
    /// Those that are not yet: appointments that came early.
    pub unripe: Vec<(usize, LineAt)>,
    /// Those of nobody, with their line.
    pub ghosts: Vec<(usize, LineAt)>,
    /// Lines each desk calls.
    pub desk_lines: Vec<Vec<LineAt>>,
    services: Vec<ServiceAt>,
    /// By service: what the noise multiplies medians by.
    factors: Vec<Vec<f64>>,
    /// By service: lines customers are sent on to and how likely.
    pub sent_on: Vec<Vec<(LineAt, f64)>>,
    /// Services of walk-ins and of appointments, cumulated shares.
    pub walk_ins: Vec<(LineAt, f64)>,
    pub appointments: Vec<(LineAt, f64)>,
    /// Arrivals who go last matter too: an appointment waits for its time or an idle desk.
    pub all_arrivals: bool,
    /// The last desk's end.
    pub until_s: f64,
}

impl<'a> Plan<'a> {
    pub(super) fn of(picture: &'a Picture, habits: &'a Habits, times: &Times) -> Self {
        let mut waiting = picture.waiting.clone();
        waiting.sort_by(|a, b| a.key_s.total_cmp(&b.key_s).then(a.ticket.cmp(&b.ticket)));
        let services = services_in_play(picture, habits);
        let mut plan = Self {
            picture,
            habits,
            no_show: habits.no_show(),
            leaving: habits.leaving(),
            lines: vec![Vec::new(); services.len() + picture.desks.len()],
            unripe: Vec::new(),
            ghosts: Vec::new(),
            desk_lines: Vec::new(),
            factors: services.iter().map(|s| times.factors(*s)).collect(),
            sent_on: Vec::new(),
            walk_ins: Vec::new(),
            appointments: Vec::new(),
            all_arrivals: false,
            until_s: picture
                .desks
                .iter()
                .map(|desk| desk.until_s)
                .fold(0.0, f64::max),
            services,
            waiting,
        };
        plan.put_in_lines();
        plan.desk_lines = plan.lines_of_desks();
        plan.sent_on = plan
            .services
            .iter()
            .map(|service| {
                let to = habits.sent_on(*service).into_iter();
                to.filter_map(|(to, share)| Some((plan.line(to)?, share)))
                    .collect()
            })
            .collect();
        plan.walk_ins = plan.shares(false);
        plan.appointments = plan.shares(true);
        plan
    }

    fn put_in_lines(&mut self) {
        let waiting = std::mem::take(&mut self.waiting);
        for (at, ticket) in waiting.iter().enumerate() {
            let reserved = ticket.reserved_for.and_then(|desk| {
                let place = self.picture.desks.iter().position(|d| d.desk == desk)?;
                Some(self.services.len() + place)
            });
            let Some(line) = reserved.or_else(|| self.line(ticket.service)) else {
                continue;
            };
            if is_ghost(ticket.ticket) {
                self.ghosts.push((at, line));
            }
            if ticket.callable_s > 0.0 {
                self.unripe.push((at, line));
                self.all_arrivals = true;
            } else if let Some(line) = self.lines.get_mut(line) {
                line.push(at);
            }
        }
        self.waiting = waiting;
    }

    fn lines_of_desks(&self) -> Vec<Vec<LineAt>> {
        let desks = self.picture.desks.iter().enumerate();
        desks
            .map(|(place, desk)| {
                let own = self.services.len() + place;
                let services = self.services.iter().enumerate();
                services
                    .filter(|(_, service)| desk.services & (1 << **service) != 0)
                    .map(|(line, _)| line)
                    .chain([own])
                    .collect()
            })
            .collect()
    }

    /// The line of a service.
    pub(super) fn line(&self, service: ServiceAt) -> Option<LineAt> {
        self.services.iter().position(|other| *other == service)
    }

    /// The service of a line; none where it is a desk's own.
    pub(super) fn service(&self, line: LineAt) -> Option<ServiceAt> {
        self.services.get(line).copied()
    }

    /// Whether any desk calls a line.
    pub(super) fn is_served(&self, line: LineAt) -> bool {
        self.desk_lines.iter().any(|lines| lines.contains(&line))
    }

    /// The service of a ticket, as a place in the tables.
    pub(super) fn column(&self, service: ServiceAt) -> usize {
        self.line(service).unwrap_or(0)
    }

    pub(super) fn columns(&self) -> usize {
        self.services.len()
    }

    pub(super) fn medians(&self, times: &Times) -> Medians {
        let desks: Vec<_> = self.picture.desks.iter().map(|desk| desk.desk).collect();
        times.medians(&self.services, &desks)
    }

    fn shares(&self, appointments: bool) -> Vec<(LineAt, f64)> {
        let weights = self.habits.services(appointments);
        let total: f64 = weights.values().sum();
        let mut sum = 0.0;
        let known = weights.iter();
        known
            .filter_map(|(service, weight)| {
                sum += weight / total;
                Some((self.line(*service)?, sum))
            })
            .collect()
    }

    /// A factor of the noise.
    pub(super) fn factor(&self, column: usize, uniform: f64) -> f64 {
        let factors = self.factors.get(column).map_or(&[][..], Vec::as_slice);
        between(factors, uniform)
    }

    /// A factor known to be above one.
    pub(super) fn factor_above(&self, column: usize, floor: f64, uniform: f64) -> f64 {
        let factors = self.factors.get(column).map_or(&[][..], Vec::as_slice);
        let below = factors.partition_point(|factor| *factor <= floor);
        if below == factors.len() {
            return floor * (1.0 - 0.5 * (1.0 - uniform).ln());
        }
        #[allow(clippy::cast_precision_loss)] // Tables are small.
        let share = below as f64 / factors.len() as f64;
        between(factors, share + uniform * (1.0 - share)).max(floor)
    }
}

/// Services that may come to a desk in this forecast.
fn services_in_play(picture: &Picture, habits: &Habits) -> Vec<ServiceAt> {
    use super::picture::Doing;
    let at_desks = picture.desks.iter().filter_map(|desk| match desk.doing {
        Doing::Called { service, .. } | Doing::Serving { service, .. } => Some(service),
        Doing::Away { .. } | Doing::Ready { .. } | Doing::Idle | Doing::Break { .. } => None,
    });
    let mut services: Vec<ServiceAt> = picture
        .waiting
        .iter()
        .map(|ticket| ticket.service)
        .chain(at_desks)
        .chain(habits.services(false).keys().copied())
        .chain(habits.services(true).keys().copied())
        .collect();
    services.sort_unstable();
    services.dedup();
    let sent_on: Vec<ServiceAt> = services
        .iter()
        .flat_map(|service| habits.sent_on(*service))
        .map(|(to, _)| to)
        .collect();
    services.extend(sent_on);
    services.sort_unstable();
    services.dedup();
    services
}

/// The quantile of equally likely values, interpolated.
fn between(values: &[f64], uniform: f64) -> f64 {
    #[allow(clippy::cast_precision_loss)] // Tables are small.
    let place = (uniform * values.len() as f64 - 0.5).max(0.0);
    // Between 0 and the number of values.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let below = place as usize;
    let Some(low) = values.get(below).or(values.last()) else {
        return 1.0;
    };
    let high = values.get(below + 1).unwrap_or(low);
    low + (high - low) * place.fract()
}
