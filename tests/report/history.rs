//! Random histories: figures kept change by change, recomputed from the records, and summed over
//! the tickets as they ended are the same.

use std::collections::BTreeMap;

use jiff::ToSpan;
use jiff::civil::{Date, date};
use proptest::prelude::*;
use rinda::journal::record::{Fact, Record};
use rinda::queue::catalogue::Service;
use rinda::queue::event::Event;
use rinda::queue::statistics::{DayFigures, DeskFigures, ServiceFigures};
use rinda::report::halves::{Worst, figures_of};
use rinda::report::{quarter_report, recompute};

use super::drive::{Drive, Seeded, at, riga, setup};

/// Entries that went up and down again are as good as none.
fn without_nothing(days: &BTreeMap<Date, DayFigures>) -> BTreeMap<Date, DayFigures> {
    let mut days = days.clone();
    for day in days.values_mut() {
        day.services
            .retain(|_, figures| *figures != ServiceFigures::default());
        day.desks
            .retain(|_, figures| *figures != DeskFigures::default());
    }
    days
}

fn history(seed: u64, days: u8) -> Drive {
    let mut random = Seeded(seed);
    let mut drive = Drive::new(setup(), at("2026-09-29T04:00:00Z"));
    drive.start();
    drive.expire();
    let mut day = date(2026, 9, 29);
    for _ in 0..days {
        drive.random_day(day, &mut random, 40_000);
        day = day.checked_add(1.day()).unwrap();
    }
    drive
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 8, ..ProptestConfig::default() })]

    #[test]
    fn kept_and_recomputed_figures_are_equal(seed in any::<u64>(), days in 1u8..4) {
        let drive = history(seed, days);
        prop_assert_eq!(&recompute(drive.records.clone(), &riga()), &drive.kept);

        // Beginning in the middle, at any start of a date, gives the same dates from there on.
        let middle = date(2026, 9, 30);
        let begins = |record: &&Record| !matches!(
            &record.fact,
            Fact::Queue(Event::DayBegan { date, .. }) if *date == middle
        );
        let later = drive.records.iter().skip_while(begins);
        let mut part = recompute(later.cloned(), &riga());
        part.retain(|date, _| *date >= middle);
        let mut all = drive.kept.clone();
        all.retain(|date, _| *date >= middle);
        prop_assert_eq!(part, all);
    }

    #[test]
    fn figures_are_the_sum_over_the_tickets(seed in any::<u64>(), days in 1u8..4) {
        let drive = history(seed, days);
        let mut summed: BTreeMap<Date, DayFigures> = BTreeMap::new();
        for ticket in drive.ended.iter().chain(drive.state.centre.tickets.values()) {
            let day = summed.entry(ticket.date).or_default();
            day.count_ticket(ticket, &riga(), 1);
        }
        for (date, kept) in without_nothing(&drive.kept) {
            let summed = summed.remove(&date).unwrap_or_default();
            prop_assert_eq!(&kept.services, &summed.services);
            for (desk, kept) in &kept.desks {
                let summed = summed.desks.get(desk).cloned().unwrap_or_default();
                prop_assert_eq!(kept.finished, summed.finished);
                prop_assert_eq!(kept.stays, summed.stays);
                prop_assert_eq!(&kept.handling, &summed.handling);
                prop_assert_eq!(kept.busy, summed.busy);
            }
        }
        prop_assert!(summed.is_empty());
    }

    #[test]
    fn half_hours_of_figures_are_those_of_the_tickets(seed in any::<u64>()) {
        let drive = history(seed, 2);
        let (from, to) = (date(2026, 9, 29), date(2026, 9, 30));
        for service in [None, Some(Service::OrderIntake)] {
            let mut tickets = Worst::new(service, 10);
            let mut figures = Worst::new(service, 10);
            for date in [from, to] {
                let here = drive.ended.iter().chain(drive.state.centre.tickets.values());
                let of_date = here.filter(|ticket| ticket.date == date);
                tickets.add(&drive.setup, date, &figures_of(&drive.setup, of_date));
                figures.add(&drive.setup, date, &drive.kept[&date]);
            }
            let figures = figures.finish(&drive.setup, from, to);
            prop_assert!(figures.half_hours.len() > 5);
            prop_assert_eq!(tickets.finish(&drive.setup, from, to), figures);
        }
    }

    #[test]
    fn a_report_adds_up(seed in any::<u64>(), days in 1u8..4) {
        let drive = history(seed, days);
        let report = quarter_report(
            &drive.setup,
            &drive.state.centre.calendar,
            "2026-Q3".parse().unwrap(),
            drive.kept.clone(),
            drive.now,
        );
        let total = &report.total.quarter;
        prop_assert_eq!(
            total.issued,
            total.finished + total.no_show + total.cancelled + total.open
        );
        let by_desk: u64 = report.desks.iter().map(|desk| desk.finished).sum();
        prop_assert_eq!(by_desk, total.finished);
        let by_service: u64 = report.services.iter().map(|s| s.period.quarter.issued).sum();
        prop_assert_eq!(by_service, total.issued);
        prop_assert_eq!(total.wait.count, total.called);
        for desk in &report.desks {
            prop_assert!(desk.busy_s <= desk.open_s, "{:?}", desk);
        }
        prop_assert_eq!(report.occurrences.early_no_shows, 0);
        prop_assert_eq!(report.occurrences.calls_while_busy, 0);
    }
}
