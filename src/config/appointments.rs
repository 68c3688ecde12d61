//! `[appointments]`: which visits can be booked.

use std::collections::BTreeMap;

use jiff::SignedDuration;
use serde::Deserialize;

use super::HoursTable;
use super::check::week_of;
use super::place::{At, Found};
use crate::queue::appointments::slots::Booking;
use crate::queue::catalogue::Service;

/// Longest slot, minutes.
const SLOT_MIN_MAX: u32 = 480;

/// Most customers in one slot of a service.
const CAPACITY_MAX: u32 = 100;

/// Furthest day that can be booked: as far as the calendar is planned.
const DAYS_AHEAD_MAX: u32 = 400;

/// The table as it is written.
#[derive(Debug, Deserialize)]
pub(super) struct AppointmentsTable {
    slot_minutes: Option<u32>,
    #[serde(default)]
    capacity: BTreeMap<String, u32>,
    days_ahead: Option<u32>,
    hours: Option<HoursTable>,
}

pub(super) fn check_booking(
    table: Option<&AppointmentsTable>,
    appointments: bool,
    found: &mut Found<'_>,
) -> Booking {
    let standard = Booking::default();
    let Some(table) = table else { return standard };
    let at = At::Key("appointments");
    if !appointments {
        found.note(
            &[at],
            "visits can be booked only where [centre] appointments = true, which renames button 3 (A2/2/1.3): set it, or leave [appointments] out",
        );
    }
    let mut within = |key, value: Option<u32>, otherwise: u32, max: u32| {
        let value = value.unwrap_or(otherwise);
        if !(1..=max).contains(&value) {
            found.note(&[at, At::Key(key)], format!("must lie between 1 and {max}"));
        }
        value
    };
    let slot_min = u32::try_from(standard.slot.as_mins()).unwrap_or(15);
    let slot_min = within("slot_minutes", table.slot_minutes, slot_min, SLOT_MIN_MAX);
    let days = u32::from(standard.days_ahead);
    let days = within("days_ahead", table.days_ahead, days, DAYS_AHEAD_MAX);
    Booking {
        // Nothing is made of a file with mistakes; a slot without length would never end.
        slot: SignedDuration::from_mins(i64::from(slot_min.max(1))),
        capacity: check_capacity(&table.capacity, found),
        hours: table
            .hours
            .as_ref()
            .map(|hours| week_of(hours, &[at, At::Key("hours")], found)),
        days_ahead: u16::try_from(days).unwrap_or(standard.days_ahead),
    }
}

fn check_capacity(table: &BTreeMap<String, u32>, found: &mut Found<'_>) -> BTreeMap<Service, u32> {
    let at = [At::Key("appointments"), At::Key("capacity")];
    if table.is_empty() {
        found.note(
            &at,
            "name at least one button that can be booked and its customers in one slot: capacity = { 1 = 2 }",
        );
    }
    let mut capacity = BTreeMap::new();
    for (button, customers) in table {
        let at = [at[0], at[1], At::Key(button)];
        let service = button
            .parse()
            .ok()
            .and_then(|d: u8| Service::try_from(d).ok());
        if *customers > CAPACITY_MAX {
            found.note(&at, format!("must lie between 0 and {CAPACITY_MAX}"));
        }
        match service {
            None => found.note(&at, format!("there is no button {button}: use 1, 2 or 3")),
            Some(service) => {
                capacity.insert(service, *customers);
            }
        }
    }
    capacity
}
