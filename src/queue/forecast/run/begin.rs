//! Where a replication begins: from what every desk is doing now.

use super::{Extra, Floor, as_thing, draw, drawn, set};
use crate::queue::forecast::chance::Chance;
use crate::queue::forecast::habits::NEVER_S;
use crate::queue::forecast::picture::Doing;
use crate::queue::forecast::pool::Pool;

impl Floor<'_> {
    /// Forgets the replication before and seats everybody anew.
    pub(super) fn begin(&mut self, chance: Chance, tracked: &[usize]) {
        let desks = self.plan.picture.desks.len();
        self.chance = chance;
        self.now_s = 0.0;
        refill(&mut self.looks_s, desks, f64::INFINITY);
        refill(&mut self.gone, desks, false);
        refill(&mut self.goes_on, desks, false);
        refill(&mut self.breaks_done, desks, 0);
        refill(&mut self.heads, self.plan.lines.len(), 0);
        refill(&mut self.called_s, self.plan.waiting.len(), f64::NAN);
        refill(&mut self.is_tracked, self.plan.waiting.len(), false);
        for at in tracked {
            if let Some(flag) = self.is_tracked.get_mut(*at) {
                *flag = true;
            }
        }
        self.left = tracked.len();
        self.last_end_s = 0.0;
        self.open = match self.crowd {
            Some(_) => self.plan.waiting.len(),
            None => 0,
        };
        self.extras.clear();
        self.arrivals = 0;
        self.next_arrival_s = 0.0;
        self.draw_next_arrival();
        self.put_unripe();
        self.put_booked();
        for desk in 0..desks {
            self.seat(desk);
        }
        self.call_ghosts();
    }

    /// Whoever comes to an idle desk is called at once; so are ghosts.
    fn call_ghosts(&mut self) {
        let plan = self.plan;
        for (at, line) in &plan.ghosts {
            let mut desks = plan.picture.desks.iter().zip(&plan.desk_lines);
            let idle = desks.any(|(desk, lines)| desk.doing == Doing::Idle && lines.contains(line));
            if let Some(ghost) = plan.waiting.get(*at).filter(|_| idle) {
                self.pass_ghost(*at, self.reaction_s(ghost.ticket));
            }
        }
    }

    fn put_unripe(&mut self) {
        for (at, line) in &self.plan.unripe {
            if let Some(ticket) = self.plan.waiting.get(*at) {
                self.extras.push(Extra {
                    line: *line,
                    column: self.plan.column(ticket.service),
                    key_s: ticket.key_s,
                    thing: ticket.ticket,
                    from_s: ticket.since_s,
                    callable_s: ticket.callable_s,
                    at: Some(*at),
                });
            }
        }
    }

    fn put_booked(&mut self) {
        let habits = self.plan.habits;
        for booked in &self.plan.picture.booked {
            let thing = draw::BOOKED | booked.number;
            let own = self.chance.of(thing);
            // Whoever has not come yet comes less likely than they were to come at all.
            let still = habits.checks_in.value() * habits.check_in.share_above(-booked.slot_s);
            let comes = still / (1.0 - habits.checks_in.value() + still);
            if own.of(draw::COMES).uniform() >= comes {
                continue;
            }
            let after_s = habits
                .check_in
                .draw_above(-booked.slot_s, own.of(draw::TIME).uniform());
            let at_s = booked.slot_s + after_s;
            let slot = Some(booked.slot_s);
            let (key_s, callable_s) = self.plan.picture.credits.key(at_s, false, slot);
            if let Some(line) = drawn(&self.plan.appointments, own.of(draw::SERVICE).uniform()) {
                self.extras.push(Extra {
                    line,
                    column: line,
                    key_s,
                    thing,
                    from_s: at_s,
                    callable_s,
                    at: None,
                });
                self.joins_queue(thing, line);
            }
        }
    }

    /// When a desk looks at the queue first, from what it is doing now.
    fn seat(&mut self, desk: usize) {
        let Some(picture) = self.plan.picture.desks.get(desk) else {
            return;
        };
        let habits = self.plan.habits;
        let own = self.chance.of(draw::DESK | as_thing(desk)).of(draw::TIME);
        let goes_on = own.of(0).uniform() < picture.goes_on;
        set(&mut self.goes_on, desk, goes_on);
        let uniform = own.of(1).uniform();
        let gap_s = habits.gap.draw(own.of(2).uniform());
        let looks_s = match picture.doing {
            Doing::Idle => return self.idle(desk),
            Doing::Ready { since_s, idle } => {
                let pool = if idle { &habits.reaction } else { &habits.gap };
                after(pool, since_s, uniform)
            }
            Doing::Away { from_s } => {
                let looks_s = after(&habits.lateness, from_s, uniform) + gap_s;
                if looks_s > from_s + NEVER_S / 2.0 {
                    set(&mut self.gone, desk, true);
                    f64::INFINITY
                } else {
                    looks_s
                }
            }
            Doing::Break {
                since_s,
                ends_s: None,
            } => after(&habits.unplanned_break, since_s, uniform) + gap_s,
            Doing::Break {
                ends_s: Some(ends_s),
                ..
            } => after(&habits.break_overrun, ends_s, uniform) + gap_s,
            Doing::Called {
                ticket,
                service,
                since_s,
                waited_s,
            } => self.awaited(desk, ticket, service, since_s, waited_s),
            Doing::Serving {
                ticket,
                service,
                since_s,
            } => self.served(desk, ticket, service, since_s),
        };
        set(&mut self.looks_s, desk, looks_s);
    }

    /// A called customer who has not come yet: the longer the less likely to come.
    fn awaited(
        &mut self,
        desk: usize,
        ticket: u64,
        service: u8,
        since_s: f64,
        waited_s: f64,
    ) -> f64 {
        let own = self.chance.of(ticket);
        let habits = self.plan.habits;
        let gap_s = habits.gap.draw(own.of(draw::GAP).uniform());
        let never = self.plan.no_show.after(waited_s);
        // Where nobody notes arrivals, the way is part of the handling.
        let noted = !habits.walk.by_size().is_empty();
        let on_the_way = if noted {
            habits.walk.share_above(-since_s)
        } else {
            1.0
        } * (1.0 - never);
        if own.of(draw::COMES).uniform() < never / (never + on_the_way) {
            let uniform = own.of(draw::NO_SHOW).uniform();
            return after(&habits.no_show_after, since_s, uniform) + gap_s;
        }
        if !noted {
            return self.served(desk, ticket, service, since_s);
        }
        let walk_s = habits
            .walk
            .draw_above(-since_s, own.of(draw::WALK).uniform());
        let column = self.plan.column(service);
        let factor = self.plan.factor(column, own.of(draw::HANDLING).uniform());
        let end_s = since_s + walk_s + self.median_s(desk, column) * factor;
        self.ends(ticket, end_s);
        self.send_on(column, f64::MIN, ticket, own, end_s);
        end_s.max(0.0) + gap_s
    }

    /// A customer at the desk, known to have taken so long already.
    fn served(&mut self, desk: usize, ticket: u64, service: u8, since_s: f64) -> f64 {
        let own = self.chance.of(ticket);
        let column = self.plan.column(service);
        let median_s = self.median_s(desk, column).max(1.0);
        let uniform = own.of(draw::HANDLING).uniform();
        let factor = self.plan.factor_above(column, -since_s / median_s, uniform);
        let end_s = since_s + median_s * factor;
        self.ends(ticket, end_s);
        self.send_on(column, f64::MIN, ticket, own, end_s);
        end_s.max(0.0) + self.plan.habits.gap.draw(own.of(draw::GAP).uniform())
    }
}

/// When something that began, or was due, then ends, given that it has not.
fn after(pool: &Pool, since_s: f64, uniform: f64) -> f64 {
    since_s + pool.draw_above(-since_s, uniform)
}

fn refill<T: Clone>(list: &mut Vec<T>, len: usize, with: T) {
    list.clear();
    list.resize(len, with);
}
