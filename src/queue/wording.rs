//! Latvian for tickets, displays and the voice: plurals, times, number words.

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::forecast::promise::shown_min;
use super::ticket::{DeskNumber, TicketNumber};
use super::view::WaitRange;

/// On paper and on a ticket's page, where the customer was told so at issue (A2/2/2.3).
pub const MAY_NOT_SUFFICE: &str = "Šodien Jūs var nepaspēt apkalpot.";

/// "11 klientu", "21 klients", "2 klienti": plural by CLDR's rules for Latvian.
pub fn customers(count: u32) -> String {
    let word = match (count % 10, count % 100) {
        (0, _) | (_, 11..=19) => "klientu",
        (1, _) => "klients",
        (_, _) => "klienti",
    };
    format!("{count} {word}")
}

/// "90 biļetēm", "21 biļetei": for how many tickets something is enough.
pub fn tickets(count: u32) -> String {
    let word = match (count % 10, count % 100) {
        (1, rest) if rest != 11 => "biļetei",
        (_, _) => "biļetēm",
    };
    format!("{count} {word}")
}

/// "2 biļetes", "21 biļeti", "10 biļešu": how many tickets somebody goes before.
pub fn tickets_passed(count: u32) -> String {
    let word = match (count % 10, count % 100) {
        (0, _) | (_, 11..=19) => "biļešu",
        (1, _) => "biļeti",
        (_, _) => "biļetes",
    };
    format!("{count} {word}")
}

/// "22.11.2026. plkst. 10.42"
pub fn date_and_time(at: Timestamp, tz: &TimeZone) -> String {
    let local = at.to_zoned(tz.clone());
    format!(
        "{:02}.{:02}.{}. plkst. {}",
        local.day(),
        local.month(),
        local.year(),
        time(at, tz)
    )
}

/// "10.42"
pub fn time(at: Timestamp, tz: &TimeZone) -> String {
    let local = at.to_zoned(tz.clone());
    format!("{}.{:02}", local.hour(), local.minute())
}

/// "45 min", "4 h", "4 h 1 min": begun minutes count, so that what is longer than four hours never
/// reads "4 h".
pub fn hours_and_minutes(lasts: SignedDuration) -> String {
    let minutes = (lasts.as_millis().max(0) + 59_999) / 60_000;
    match (minutes / 60, minutes % 60) {
        (0, minutes) => format!("{minutes} min"),
        (hours, 0) => format!("{hours} h"),
        (hours, minutes) => format!("{hours} h {minutes} min"),
    }
}

/// The start of a half-hour of the day (0 = 0.00): "8.30"
pub fn half_hour(half_hour: u8) -> String {
    format!("{}.{:02}", half_hour / 2, half_hour % 2 * 30)
}

/// "20–35 min", both ends rounded up; "līdz 5 min" where they meet.
pub fn wait_minutes(wait: WaitRange) -> String {
    let (from, to) = (shown_min(wait.p50_s), shown_min(wait.p90_s).max(1));
    if from == to || from == 0 {
        format!("līdz {to} min")
    } else {
        format!("{from}-{to} min")
    }
}

/// "Numurs pē divdesmit septiņi. Lūdzu, pie trešā galda."
pub fn announcement(number: TicketNumber, desk: DeskNumber) -> String {
    format!(
        "Numurs {} {}. Lūdzu, pie {} galda.",
        letter(number.series),
        cardinal(number.number),
        ordinal(desk.0)
    )
}

/// A letter as it is spelled aloud.
fn letter(letter: char) -> String {
    let spoken = match letter {
        'A' => "ā",
        'B' => "bē",
        'C' => "cē",
        'D' => "dē",
        'E' => "ē",
        'F' => "ef",
        'G' => "gā",
        'H' => "hā",
        'I' => "ī",
        'J' => "jē",
        'K' => "kā",
        'L' => "el",
        'M' => "em",
        'N' => "en",
        'O' => "ō",
        'P' => "pē",
        'R' => "er",
        'S' => "es",
        'T' => "tē",
        'U' => "ū",
        'V' => "vē",
        'Z' => "zē",
        other => return other.to_string(),
    };
    spoken.to_owned()
}

/// Below twenty: cardinal and the ordinal in the genitive that "pie … galda" wants.
const SMALL: [(&str, &str); 20] = [
    ("nulle", "nultā"),
    ("viens", "pirmā"),
    ("divi", "otrā"),
    ("trīs", "trešā"),
    ("četri", "ceturtā"),
    ("pieci", "piektā"),
    ("seši", "sestā"),
    ("septiņi", "septītā"),
    ("astoņi", "astotā"),
    ("deviņi", "devītā"),
    ("desmit", "desmitā"),
    ("vienpadsmit", "vienpadsmitā"),
    ("divpadsmit", "divpadsmitā"),
    ("trīspadsmit", "trīspadsmitā"),
    ("četrpadsmit", "četrpadsmitā"),
    ("piecpadsmit", "piecpadsmitā"),
    ("sešpadsmit", "sešpadsmitā"),
    ("septiņpadsmit", "septiņpadsmitā"),
    ("astoņpadsmit", "astoņpadsmitā"),
    ("deviņpadsmit", "deviņpadsmitā"),
];

const TENS: [&str; 10] = [
    "",
    "desmit",
    "divdesmit",
    "trīsdesmit",
    "četrdesmit",
    "piecdesmit",
    "sešdesmit",
    "septiņdesmit",
    "astoņdesmit",
    "deviņdesmit",
];

/// "divdesmit septiņi", "simts viens", "divi tūkstoši".
fn cardinal(number: u16) -> String {
    if number == 0 {
        return small(0).0.to_owned();
    }
    let mut words = large_words(number);
    let rest = usize::from(number % 100);
    if rest >= 20 {
        words.push(TENS[rest / 10].to_owned());
        if !rest.is_multiple_of(10) {
            words.push(small(rest % 10).0.to_owned());
        }
    } else if rest > 0 {
        words.push(small(rest).0.to_owned());
    }
    words.join(" ")
}

/// "trešā", "divdesmit pirmā": the ordinal in the genitive; only the last word changes.
fn ordinal(number: u16) -> String {
    let rest = usize::from(number % 100);
    let mut words = large_words(number - number % 100);
    if rest == 0 && number > 0 {
        return whole_hundreds_ordinal(number);
    }
    if rest >= 20 {
        if rest.is_multiple_of(10) {
            words.push(format!("{}ā", TENS[rest / 10]));
        } else {
            words.push(TENS[rest / 10].to_owned());
            words.push(small(rest % 10).1.to_owned());
        }
    } else {
        words.push(small(rest).1.to_owned());
    }
    words.join(" ")
}

/// "simtā", "divi simtā", "tūkstošā": whole hundreds and thousands.
fn whole_hundreds_ordinal(number: u16) -> String {
    let last = if number.is_multiple_of(1000) {
        "tūkstošā"
    } else {
        "simtā"
    };
    let mut words = large_words(number);
    if let Some(word) = words.last_mut() {
        *word = match word.split_once(' ') {
            Some((count, _)) => format!("{count} {last}"),
            None => last.to_owned(),
        };
    }
    words.join(" ")
}

fn large_words(number: u16) -> Vec<String> {
    let mut words = Vec::new();
    match number / 1000 {
        0 => {}
        1 => words.push("tūkstotis".to_owned()),
        thousands => words.push(format!("{} tūkstoši", small(usize::from(thousands)).0)),
    }
    match number / 100 % 10 {
        0 => {}
        1 => words.push("simts".to_owned()),
        hundreds => words.push(format!("{} simti", small(usize::from(hundreds)).0)),
    }
    words
}

fn small(number: usize) -> (&'static str, &'static str) {
    SMALL.get(number).copied().unwrap_or(("", ""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plurals_follow_cldr() {
        for (count, expected) in [
            (0, "0 klientu"),
            (1, "1 klients"),
            (2, "2 klienti"),
            (10, "10 klientu"),
            (11, "11 klientu"),
            (21, "21 klients"),
            (22, "22 klienti"),
            (30, "30 klientu"),
            (101, "101 klients"),
            (111, "111 klientu"),
        ] {
            assert_eq!(customers(count), expected);
        }
    }

    #[test]
    fn paper_is_enough_for_tickets() {
        for (count, expected) in [
            (1, "1 biļetei"),
            (2, "2 biļetēm"),
            (11, "11 biļetēm"),
            (21, "21 biļetei"),
            (90, "90 biļetēm"),
        ] {
            assert_eq!(tickets(count), expected);
        }
    }

    #[test]
    fn tickets_are_passed_in_the_accusative() {
        for (count, expected) in [
            (1, "1 biļeti"),
            (2, "2 biļetes"),
            (10, "10 biļešu"),
            (11, "11 biļešu"),
            (21, "21 biļeti"),
            (34, "34 biļetes"),
        ] {
            assert_eq!(tickets_passed(count), expected);
        }
    }

    #[test]
    fn announcements_are_spelled_out() {
        let say =
            |series, number, desk| announcement(TicketNumber { series, number }, DeskNumber(desk));
        assert_eq!(
            say('P', 27, 3),
            "Numurs pē divdesmit septiņi. Lūdzu, pie trešā galda."
        );
        assert_eq!(
            say('S', 1, 12),
            "Numurs es viens. Lūdzu, pie divpadsmitā galda."
        );
        assert_eq!(
            say('K', 240, 21),
            "Numurs kā divi simti četrdesmit. Lūdzu, pie divdesmit pirmā galda."
        );
        assert_eq!(
            say('K', 1119, 30),
            "Numurs kā tūkstotis simts deviņpadsmit. Lūdzu, pie trīsdesmitā galda."
        );
    }

    #[test]
    fn waits_are_ranges_rounded_up() {
        let say = |p50_s, p90_s| wait_minutes(WaitRange { p50_s, p90_s });
        assert_eq!(say(881, 1603), "15-30 min");
        assert_eq!(say(0, 60), "līdz 1 min");
        assert_eq!(say(270, 290), "līdz 5 min");
        assert_eq!(say(200, 290), "4-5 min");
    }

    #[test]
    fn times_have_dots() {
        let riga = TimeZone::get("Europe/Riga").unwrap_or(TimeZone::UTC);
        let at: Timestamp = "2026-11-22T08:02:00Z".parse().unwrap_or_default();
        assert_eq!(date_and_time(at, &riga), "22.11.2026. plkst. 10.02");
        assert_eq!(time(at, &riga), "10.02");
    }
}
