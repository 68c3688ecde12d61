//! Slots that can be booked, as the configuration and the calendar give them.

use rinda::config;
use rinda::queue::appointments::slots::of_date;
use rinda::queue::catalogue::Service;
use rinda::queue::centre::Centre;

fn slots(table: &str, hours: &str, date: &str) -> Vec<String> {
    let text = format!(
        "[centre]\nid = \"x\"\nname = \"x\"\nappointments = true\n[hours]\nsunday = [{hours}]\n\
         [[desk]]\nnumber = 1\nservices = [1, 2, 3]\n[appointments]\n{table}\n"
    );
    let setup = config::parse(&text, "centre.toml").unwrap().setup;
    let date = date.parse().unwrap();
    of_date(&setup, &Centre::default(), date, Service::OrderIntake)
        .into_iter()
        .map(|slot| {
            slot.at
                .to_zoned(setup.timezone.clone())
                .strftime("%H:%M%:z")
                .to_string()
        })
        .collect()
}

#[test]
fn slots_fill_the_intervals_of_reception() {
    assert_eq!(
        slots(
            "slot_minutes = 20\ncapacity = { 1 = 2 }",
            "\"08:30-09:15\", \"10:00-10:20\"",
            "2026-11-22"
        ),
        ["08:30+02:00", "08:50+02:00", "10:00+02:00"]
    );
}

#[test]
fn a_service_without_room_and_a_closed_day_have_none() {
    assert!(slots("capacity = { 2 = 1 }", "\"08:30-09:30\"", "2026-11-22").is_empty());
    assert!(slots("capacity = { 1 = 1 }", "\"08:30-09:30\"", "2026-11-23").is_empty());
}

#[test]
fn bookable_hours_cut_a_day() {
    let table =
        "slot_minutes = 30\ncapacity = { 1 = 1 }\n[appointments.hours]\nsunday = [\"09:00-10:15\"]";
    assert_eq!(
        slots(table, "\"08:30-12:00\"", "2026-11-22"),
        ["09:00+02:00", "09:30+02:00"]
    );
}

#[test]
fn days_of_23_and_25_hours_have_slots_for_as_long_as_they_last() {
    let table = "slot_minutes = 60\ncapacity = { 1 = 1 }";
    let spring = slots(table, "\"02:00-05:00\"", "2026-03-29");
    assert_eq!(spring, ["02:00+02:00", "04:00+03:00"]);
    let autumn = slots(table, "\"02:00-05:00\"", "2026-10-25");
    assert_eq!(
        autumn,
        ["02:00+03:00", "03:00+03:00", "03:00+02:00", "04:00+02:00"]
    );
}
