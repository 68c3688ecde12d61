//! The place of a figure and its value in Latvian words.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde_json::Value;

use crate::queue::wording;
use crate::report::latvian;

/// "Kopā · oktobris · gaidīšana · P90": of `total.months.2026-10.figures.wait.p90_s`.
pub fn path(path: &[String]) -> String {
    let mut words: Vec<String> = Vec::new();
    let mut before = "";
    for piece in path {
        match of_row(before, piece) {
            Some(text) => words.push(text),
            None => match of_name(piece) {
                Some("") => {}
                Some(text) => words.push(text.to_owned()),
                None => words.push(piece.clone()),
            },
        }
        before = piece;
    }
    words.join(" · ")
}

/// What tells a row apart, by the list it is in.
fn of_row(list: &str, key: &str) -> Option<String> {
    let number = key.parse::<u64>().ok();
    Some(match list {
        "services" => format!("{key}. poga"),
        "desks" => format!("{key}. galds"),
        "weeks" => format!("nedēļa {key}"),
        "compliance" => key.to_owned(),
        "months" => {
            let month = key.rsplit('-').next()?.parse().ok()?;
            latvian::month(month).to_owned()
        }
        "days" => latvian::date(key.parse::<Date>().ok()?),
        "weekdays" => latvian::weekday(key.parse().ok()?).to_owned(),
        "heat" => {
            let (weekday, at) = key.split_once(' ')?;
            format!("{} {}", latvian::weekday(weekday.parse().ok()?), clock(at))
        }
        "half_hours" => match number {
            Some(half_hour) => wording::half_hour(u8::try_from(half_hour).ok()?),
            None => clock(key),
        },
        "ecdf" => format!("līdz {} min", number? / 60),
        "reliability" => format!("solīts no {} min", number? / 60),
        _ => return None,
    })
}

/// "9.30" of "09:30"
fn clock(at: &str) -> String {
    at.trim_start_matches('0').replace(':', ".")
}

/// The words of a field; empty where the row or the field within says enough.
fn of_name(name: &str) -> Option<&'static str> {
    let sections = of_section(name);
    sections
        .or_else(|| of_ticket_figure(name))
        .or_else(|| of_other_figure(name))
}

fn of_section(name: &str) -> Option<&'static str> {
    Some(match name {
        "timezone" => "laika josla",
        "target_s" => "gaidīšanas mērķis",
        "completeness" => "dati",
        "total" => "kopā",
        "occurrences" => "notikumi",
        "compliance" => "atbilstība",
        "flow" => "plūsma",
        "reliability" => "solījumi",
        "staffing" => "galdi pa pusstundām",
        "mischief" => "liekie spiedieni un biļetes",
        "quarter" => "ceturksnis",
        "heat" => "pēc izdošanas laika",
        "ecdf" => "gaidīja",
        "services" | "months" | "weeks" | "desks" | "days" | "figures" | "weekdays"
        | "half_hours" => "",
        _ => return None,
    })
}

/// Figures of tickets, their times and booked visits.
fn of_ticket_figure(name: &str) -> Option<&'static str> {
    Some(match name {
        "issued" => "izdotas",
        "called" => "uzaicinātas",
        "finished" => "apkalpotas",
        "no_show" => "neieradās",
        "no_show_rate" => "neieradušos daļa",
        "cancelled" => "atceltas",
        "unserved" => "palika rindā dienas beigās",
        "transferred" => "nodotas",
        "out_of_turn" => "ārpus kārtas",
        "reinstated" => "atgrieztas rindā",
        "force_closed" => "bez beigu laika",
        "open" => "atvērtas",
        "wait" => "gaidīšana",
        "handling" => "apkalpošana",
        "visit" => "apmeklējums",
        "delay" => "kavējums",
        "within_target" => "uzaicinātas mērķa laikā",
        "uncalled_late" => "vēl rindā, laiks pārsniegts",
        "left_out_waiting" => "neieskaitītas: vēl rindā",
        "left_out_cancelled" => "neieskaitītas: atceltas",
        "forecast" => "solītais laiks",
        "mean_error_s" => "vidējā starpība",
        "within_p50" => "līdz solītajai mediānai",
        "within_p90" => "līdz solītajam beigu laikam",
        "promised_s" => "solītā mediāna, vidēji",
        "appointments" => "pieraksti",
        "booked" => "pierakstījās",
        "checked_in" => "ieradās",
        "late" => "vēlāk par pielaidi",
        "missed" => "neieradās",
        "n" => "skaits",
        "of" => "no",
        "share" => "daļa",
        "count" => "mērīti",
        "median_s" => "mediāna",
        "p90_s" => "P90",
        "max_s" => "garākais",
        "mean_s" => "vidēji",
        "below_s" => "solīts līdz",
        _ => return None,
    })
}

/// Figures of dates, desks, occurrences, staffing and mischief.
fn of_other_figure(name: &str) -> Option<&'static str> {
    Some(match name {
        "days_planned" => "paredzētās pieņemšanas dienas",
        "days_due" => "dienas līdz šim",
        "days_with_data" => "dienas ar datiem",
        "missing" => "dienas bez datiem",
        "from" => "no",
        "to" => "līdz",
        "opens_at" => "pieņemšanas sākums",
        "closes_at" => "pieņemšanas beigas",
        "first_call" => "pirmais uzaicinājums",
        "last_call" => "pēdējais uzaicinājums",
        "last_finish" => "pēdējā pabeigta",
        "wait_p90_s" => "gaidīšanas P90",
        "overtime_s" => "laiks pēc slēgšanas",
        "finished_after_closing" => "pabeigtas pēc slēgšanas",
        "refused" => "atteikti nospiedieni",
        "refused_stopped" => "nospiedieni apturētai pogai",
        "suppressed" => "atkārtoti vai novēloti nospiedieni",
        "stays" => "klientu reizes",
        "busy_s" => "aizņemts",
        "open_s" => "atvērts",
        "break_s" => "pauzes",
        "utilisation" => "noslodze",
        "calls" => "uzaicinājumi",
        "overtakes" => "uzaicinājumi, apsteidzot",
        "overrides" => "uzaicinājumi pēc izvēles",
        "stops" => "apturētas pogas",
        "print_failures" => "neizdrukātas biļetes",
        "print_unknown" => "nav zināms, vai izdrukātas",
        "reprints" => "kopijas",
        "finished_timed" => "pabeigtas ar beigu laiku",
        "overtime_days" => "dienas ar darbu pēc slēgšanas",
        "no_shows_declared" => "atzīmētas neierašanās",
        "early_no_shows" => "neierašanās pirms minūtes beigām",
        "calls_while_busy" => "uzaicinājumi no aizņemta galda",
        "help_requested" => "lūgta palīdzība",
        "help_answered" => "sniegta palīdzība",
        "starts" => "programmas palaišanas",
        "allowance" => "rezerve",
        "tickets" => "biļetes",
        "measured" => "pusstundas",
        "mean_arrivals" => "ierodas vidēji",
        "handling_s" => "laiks pie galda",
        "load" => "slodze",
        "desks_required" => "vajadzīgie galdi",
        "desks_open" => "atvērtie galdi",
        "service_level" => "aprēķinātā daļa mērķa laikā",
        "dates" => "dienas ar biļetēm",
        "presses_resting" => "dubulti spiedieni",
        "presses_burst" => "par daudz no automāta",
        "presses_stale" => "novēloti spiedieni",
        "presses_closed" => "spiedieni ārpus laika",
        "series" => "sērijas",
        "series_tickets" => "biļetes sērijās",
        "series_left" => "no tām pamestas",
        "ghosts" => "biļetes bez klienta",
        "ghost_s" => "galdi gaidīja",
        _ => return None,
    })
}

/// A value as it is written: seconds, times of day, decimals with a comma.
pub(super) fn value(path: &[String], value: &Value, tz: &TimeZone) -> String {
    let name = path.last().map_or("", String::as_str);
    match value {
        Value::Null => latvian::NOTHING.to_owned(),
        Value::Number(number) if name.ends_with("_s") => {
            format!("{} s", number.to_string().replace('.', ","))
        }
        Value::Number(number) => number.to_string().replace('.', ","),
        Value::String(text) => of_text(text, tz),
        Value::Bool(_) | Value::Array(_) | Value::Object(_) => value.to_string(),
    }
}

/// Moments and dates as they are written in Latvian; several dates stand behind each other.
fn of_text(text: &str, tz: &TimeZone) -> String {
    if let Ok(at) = text.parse::<Timestamp>() {
        let local = at.to_zoned(tz.clone());
        let clock = (local.hour(), local.minute(), local.second());
        return format!("{:02}.{:02}.{:02}", clock.0, clock.1, clock.2);
    }
    let dates: Result<Vec<Date>, _> = text.split_whitespace().map(str::parse).collect();
    match dates {
        Ok(dates) if dates.is_empty() => latvian::NOTHING.to_owned(),
        Ok(dates) => {
            let dates: Vec<String> = dates.into_iter().map(latvian::date).collect();
            dates.join(", ")
        }
        Err(_) => text.to_owned(),
    }
}
