//! Working days that the Cabinet moved for institutions financed by the state (Labour Law, section
//! 133, fourth part: decided by 1 July for the year after). Years not listed here are entered by the
//! manager.

use jiff::civil::{Date, date};

/// From a working day between days off to a Saturday.
const MOVED: [(Date, Date); 6] = [
    // "Par darba dienu pārcelšanu 2024. gadā"
    (date(2024, 12, 23), date(2024, 12, 14)),
    (date(2024, 12, 30), date(2024, 12, 28)),
    // "Par darba dienu pārcelšanu 2025. gadā"
    (date(2025, 5, 2), date(2025, 5, 10)),
    (date(2025, 11, 17), date(2025, 11, 8)),
    // "Par darba dienu pārcelšanu 2026. gadā"
    (date(2026, 1, 2), date(2026, 1, 17)),
    (date(2026, 6, 22), date(2026, 6, 27)),
];

/// Where a working day went.
pub fn moved_to(from: Date) -> Option<Date> {
    MOVED.iter().find(|pair| pair.0 == from).map(|pair| pair.1)
}

/// The working day that is made up for on a date.
pub fn moved_from(to: Date) -> Option<Date> {
    MOVED.iter().find(|pair| pair.1 == to).map(|pair| pair.0)
}
