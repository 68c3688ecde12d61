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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::parse;
    use crate::queue::catalogue::Service;

    const CENTRE: &str = "[centre]\nid = \"x\"\nname = \"x\"\n[hours]\nmonday = [\"08:30-17:00\"]\n\
        [[desk]]\nnumber = 1\nservices = [1, 2, 3]\n";

    #[test]
    fn what_can_be_booked_is_read() {
        let text = CENTRE.replace("[hours]", "appointments = true\n[hours]");
        let text = format!(
            "{text}[appointments]\nslot_minutes = 20\ncapacity = {{ 1 = 2, 3 = 1 }}\ndays_ahead = 14\n\
             [appointments.hours]\nmonday = [\"09:00-12:00\"]\n\
             [rules]\nappointment_minutes = 45\ncheck_in_minutes = 30\n"
        );
        let rules = parse(&text, "centre.toml").unwrap().setup.rules;
        let booking = &rules.booking;
        assert_eq!((booking.slot.as_mins(), booking.days_ahead), (20, 14));
        assert_eq!(booking.capacity.get(&Service::OrderIntake), Some(&2));
        assert!(booking.hours.as_ref().unwrap()[1].is_closed());
        assert_eq!(rules.appointment_credit.as_mins(), 45);
        assert_eq!(rules.check_in_opens.as_mins(), 30);
        assert_eq!(rules.appointment_late.as_mins(), 10);
    }

    #[test]
    fn mistakes_are_told_with_what_to_do() {
        let wrong =
            "[appointments]\nslot_minutes = 0\ncapacity = { 4 = 1, 1 = 101 }\ndays_ahead = 401\n";
        let told = parse(&format!("{CENTRE}{wrong}"), "centre.toml")
            .unwrap_err()
            .to_string();
        for expect in [
            "[centre] appointments = true",
            "must lie between 1 and 480",
            "there is no button 4",
            "must lie between 0 and 100",
            "must lie between 1 and 400",
        ] {
            assert!(told.contains(expect), "{expect} in {told}");
        }
        let none = format!("{CENTRE}[appointments]\n");
        let told = parse(&none, "centre.toml").unwrap_err().to_string();
        assert!(told.contains("capacity = { 1 = 2 }"), "{told}");
    }
}
