//! Figures as they are written in Latvian: decimal comma, dates with full stops.

use jiff::civil::{Date, DateTime};

/// What stands where there is nothing to tell.
pub(super) const NOTHING: &str = "–";

/// Minutes with one decimal, halves up: 918 s is "15,3".
pub(super) fn minutes(seconds: u64) -> String {
    let tenths = (seconds * 10 + 30) / 60;
    format!("{},{}", tenths / 10, tenths % 10)
}

/// Hours with one decimal, halves up.
pub(super) fn hours(seconds: u64) -> String {
    let tenths = (seconds * 10 + 1800) / 3600;
    format!("{},{}", tenths / 10, tenths % 10)
}

/// "82,4 %"
pub(super) fn percent(share: f64) -> String {
    format!("{:.1} %", share * 100.0).replace('.', ",")
}

/// A figure with so many decimals: 2.5 is "2,5".
pub(super) fn decimal(value: f64, decimals: usize) -> String {
    format!("{value:.decimals$}").replace('.', ",")
}

/// "+2,5", "−2,5", "0,0"
pub(super) fn change(value: f64, decimals: usize) -> String {
    let size = decimal(value.abs(), decimals);
    let sign = match () {
        () if size.bytes().all(|byte| matches!(byte, b'0' | b',')) => "",
        () if value > 0.0 => "+",
        () => "−",
    };
    format!("{sign}{size}")
}

/// "pirmdiena" for 1
pub(super) fn weekday(number: i8) -> &'static str {
    match number {
        1 => "pirmdiena",
        2 => "otrdiena",
        3 => "trešdiena",
        4 => "ceturtdiena",
        5 => "piektdiena",
        6 => "sestdiena",
        _ => "svētdiena",
    }
}

/// "05.10.2026."
pub(super) fn date(date: Date) -> String {
    format!("{:02}.{:02}.{}.", date.day(), date.month(), date.year())
}

/// "12.30"
pub(super) fn clock(at: DateTime) -> String {
    format!("{:02}.{:02}", at.hour(), at.minute())
}

/// "9.30" for the half-hour "09:30"
pub(super) fn half_hour(at: &str) -> String {
    let at = at.strip_prefix('0').unwrap_or(at);
    at.replace(':', ".")
}

/// "oktobris"
pub(super) fn month(number: i8) -> &'static str {
    match number {
        1 => "janvāris",
        2 => "februāris",
        3 => "marts",
        4 => "aprīlis",
        5 => "maijs",
        6 => "jūnijs",
        7 => "jūlijs",
        8 => "augusts",
        9 => "septembris",
        10 => "oktobris",
        11 => "novembris",
        _ => "decembris",
    }
}

/// "Ot"
pub(super) fn weekday_short(date: Date) -> &'static str {
    weekday_letters(date.weekday().to_monday_one_offset())
}

/// "Ot" for 2
pub(super) fn weekday_letters(number: i8) -> &'static str {
    match number {
        1 => "Pr",
        2 => "Ot",
        3 => "Tr",
        4 => "Ce",
        5 => "Pk",
        6 => "Se",
        _ => "Sv",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_read_as_in_latvian() {
        assert_eq!(minutes(918), "15,3");
        assert_eq!(minutes(3), "0,1");
        assert_eq!(minutes(2), "0,0");
        assert_eq!(hours(5400), "1,5");
        assert_eq!(change(2.5, 1), "+2,5");
        assert_eq!(change(-0.04, 1), "0,0");
        assert_eq!(change(-1234.0, 0), "−1234");
        assert_eq!(percent(0.8241), "82,4 %");
        assert_eq!(date(jiff::civil::date(2026, 10, 5)), "05.10.2026.");
        assert_eq!(weekday_short(jiff::civil::date(2026, 10, 5)), "Pr");
    }
}
