//! From what a file says to a set-up that makes sense.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use jiff::SignedDuration;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::appointments::check_booking;
use super::closing;
use super::counts;
use super::display;
use super::mail;
use super::place::{At, Found};
use super::printer::{check_families, check_profile};
use super::{
    BoardDevice, CalendarTable, Config, ExceptionTable, File, HoursTable, KioskDevices, KioskTable,
    Port, PrinterDevice, PrinterPort, PrinterTable, RulesTable,
};
use crate::devices::printer::page::CodePage;
use crate::devices::printer::profile::Families;
use crate::devices::tcp::NotTcp;
use crate::devices::usb::NotUsb;
use crate::queue::catalogue::Service;
use crate::queue::hours::{DayHours, Exception, HolidayRules, Interval, OpeningHours};
use crate::queue::setup::{
    Copies, DeskSetup, KioskSetup, PaperPolicy, ROLL_58_MM, ROLL_80_MM, Rules, Setup, TICKET_MM,
};
use crate::queue::ticket::DeskNumber;

/// The standard's minute (A2/2/2.4), seconds.
const STANDARD_NO_SHOW_S: i64 = 60;

/// The standard's lead (A2/1/6.1), seconds.
const STANDARD_LEAD_S: i64 = 120;

/// Baud rates that serial devices have.
const BAUDS: [u32; 7] = [9_600, 19_200, 38_400, 57_600, 115_200, 230_400, 460_800];

/// The most by which the day before a holiday is shorter, minutes.
const SHORTER_MIN_MAX: u16 = 480;

/// Longest time any rule may name, seconds: a day.
pub(super) const RULE_S_MAX: i64 = 86_400;

pub(super) fn check(file: File, found: &mut Found<'_>) -> Option<Config> {
    let timezone = check_timezone(&file.centre.timezone, found);
    if file.centre.id.trim().is_empty() {
        found.note(&[At::Key("centre"), At::Key("id")], "must not be empty");
    }
    if file.centre.name.trim().is_empty() {
        found.note(&[At::Key("centre"), At::Key("name")], "must not be empty");
    }
    let kiosk_names: BTreeSet<String> = file.kiosk.iter().map(|k| k.name.clone()).collect();
    let desks = check_desks(&file, &kiosk_names, found);
    let families = check_families(&file.printer_profile, found);
    let kiosks = check_kiosks(&file.kiosk, &families, found);
    let series = check_series(&file.series, found);
    let (mut rules, lead) = check_rules(&file.rules, found);
    rules.booking = check_booking(file.appointments.as_ref(), file.centre.appointments, found);
    let week = check_week(&file.hours, found);
    let hours = OpeningHours {
        holidays: check_calendar(&file.calendar, &week, found),
        week,
        exceptions: check_exceptions(&file.exception, found),
        lead,
    };
    check_web(&file, found);
    let closing = closing::check(&file.closing, found);
    let display = display::check(&file.display, found);
    let warnings = warnings(&rules, lead, &desks);
    let staff_figures = file.report.check(found);
    let retention = file.retention.check(found);
    let survey = file.survey.check(found);
    let telling = mail::check(
        file.mail.as_ref(),
        file.webhook.as_ref(),
        &file.feedback,
        &file.incidents,
        found,
    );
    Some(Config {
        setup: Setup {
            name: file.centre.name,
            address: file.centre.address,
            timezone: timezone?,
            timezone_name: file.centre.timezone,
            appointments: file.centre.appointments,
            no_kiosk: file.centre.no_kiosk,
            demo: false,
            public_url: file.web.public_url.clone(),
            desks,
            kiosks: kiosks
                .iter()
                .map(|(name, k)| (name.clone(), setup_of(k)))
                .collect(),
            series,
            hours,
            rules,
            closing,
        },
        centre_id: file.centre.id,
        web: file.web,
        data: file.data.path,
        kiosks,
        voice: file.voice,
        display,
        staff_figures,
        retention,
        survey,
        telling,
        warnings,
    })
}

fn setup_of(kiosk: &KioskDevices) -> KioskSetup {
    let board = kiosk.board.as_ref().map(|board| &board.port);
    let printer = kiosk.printer.as_ref().map(|printer| &printer.port);
    KioskSetup {
        printer: printer.is_some(),
        board: board.is_some(),
        simulated: board == Some(&Port::Simulated) || printer == Some(&PrinterPort::Simulated),
        paper: kiosk
            .printer
            .as_ref()
            .map_or_else(PaperPolicy::default, |printer| printer.paper),
    }
}

fn check_timezone(name: &str, found: &mut Found<'_>) -> Option<TimeZone> {
    TimeZone::get(name)
        .map_err(|_| {
            found.note(
                &[At::Key("centre"), At::Key("timezone")],
                format!("\"{name}\" is no IANA time zone: write \"Europe/Riga\""),
            );
        })
        .ok()
}

fn check_web(file: &File, found: &mut Found<'_>) {
    if let Some(url) = &file.web.public_url
        && !(url.starts_with("http://") || url.starts_with("https://"))
    {
        found.note(
            &[At::Key("web"), At::Key("public_url")],
            format!("\"{url}\" is no address: write \"https://rinda.example.lv\""),
        );
    }
    for (key, value) in [
        ("requests_per_second", file.web.requests_per_second),
        ("session_hours", file.web.session_hours),
    ] {
        if value == 0 {
            found.note(&[At::Key("web"), At::Key(key)], "must be at least 1");
        }
    }
}

fn check_desks(
    file: &File,
    kiosks: &BTreeSet<String>,
    found: &mut Found<'_>,
) -> BTreeMap<DeskNumber, DeskSetup> {
    let mut desks = BTreeMap::new();
    if file.desk.is_empty() {
        found.note(&[], "there is no [[desk]]: add at least one");
    }
    for (index, desk) in file.desk.iter().enumerate() {
        let at = [At::Key("desk"), At::Index(index)];
        let key = |name| [at[0], at[1], At::Key(name)];
        let mut services = BTreeSet::new();
        for digit in &desk.services {
            match Service::try_from(*digit) {
                Ok(service) => {
                    services.insert(service);
                }
                Err(error) => found.note(&key("services"), error.to_string()),
            }
        }
        if desk.services.is_empty() {
            found.note(
                &key("services"),
                "a desk needs at least one service, e.g. [1, 2]",
            );
        }
        if desk.number == 0 {
            found.note(&key("number"), "desks are numbered from 1");
        }
        if let Some(kiosk) = desk.kiosk.as_ref().filter(|name| !kiosks.contains(*name)) {
            found.note(
                &key("kiosk"),
                format!("there is no [[kiosk]] named \"{kiosk}\""),
            );
        }
        let setup = DeskSetup {
            services,
            prints_at: desk.kiosk.clone(),
        };
        if desks.insert(DeskNumber(desk.number), setup).is_some() {
            found.note(
                &key("number"),
                format!(
                    "two desks have the number {}: number each desk once",
                    desk.number
                ),
            );
        }
    }
    desks
}

fn check_kiosks(
    tables: &[KioskTable],
    families: &Families,
    found: &mut Found<'_>,
) -> BTreeMap<String, KioskDevices> {
    let mut kiosks = BTreeMap::new();
    for (index, table) in tables.iter().enumerate() {
        let at = [At::Key("kiosk"), At::Index(index)];
        let key = |name| [at[0], at[1], At::Key(name)];
        let printer_key = |name| [at[0], at[1], At::Key("printer"), At::Key(name)];
        let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
        if table.name.is_empty() || table.name.len() > 64 || !table.name.chars().all(fits) {
            found.note(&key("name"), "use 1 to 64 letters a-z, digits, '-' and '_'");
        }
        check_baud(table.baud, &key("baud"), found);
        let board = table.board.as_ref().and_then(|text| {
            let port = match text.as_str() {
                "simulated" => Port::Simulated,
                path if path.starts_with('/') => Port::Serial(PathBuf::from(path)),
                other => {
                    found.note(&key("board"), format!("\"{other}\" is no port: write \"/dev/serial/by-id/…\" or \"simulated\", or leave it out"));
                    return None;
                }
            };
            Some(BoardDevice { port, baud: table.baud })
        });
        let printer = table.printer.as_ref().and_then(|printer| {
            check_baud(printer.baud, &printer_key("baud"), found);
            let code_page = match printer.code_page.as_str() {
                "cp775" => Some(CodePage::Cp775),
                "cp1257" => Some(CodePage::Cp1257),
                other => {
                    found.note(
                        &printer_key("code_page"),
                        format!("\"{other}\" is no code page: use \"cp775\" or \"cp1257\""),
                    );
                    None
                }
            };
            let paper = check_paper(printer, &printer_key, found);
            let port = printer_port(&printer.port)
                .map_err(|message| found.note(&printer_key("port"), message))
                .ok()?;
            let page = code_page?;
            let profile = check_profile(printer, page, &port, families, printer_key, found)?;
            Some(PrinterDevice {
                port,
                profile,
                baud: printer.baud,
                paper: paper?,
            })
        });
        let taken = |port: &PrinterPort| {
            *port != PrinterPort::Simulated
                && kiosks
                    .values()
                    .filter_map(|kiosk: &KioskDevices| kiosk.printer.as_ref())
                    .any(|other| other.port == *port)
        };
        if printer.as_ref().is_some_and(|printer| taken(&printer.port)) {
            found.note(
                &printer_key("port"),
                "another kiosk has this printer: give each its own",
            );
        }
        let devices = KioskDevices { board, printer };
        if kiosks.insert(table.name.clone(), devices).is_some() {
            found.note(
                &key("name"),
                format!("two kiosks are named \"{}\"", table.name),
            );
        }
    }
    kiosks
}

/// Longest time for which paper can be waited for, seconds: a customer who stands at the kiosk
/// for longer has been given another ticket.
const PAPER_WAIT_S_MAX: u32 = 3_600;

/// More tickets than any roll gives.
const ROLL_TICKETS_MAX: u32 = 100_000;

fn check_paper<'a>(
    printer: &PrinterTable,
    key: &impl Fn(&'a str) -> [At<'a>; 4],
    found: &mut Found<'_>,
) -> Option<PaperPolicy> {
    let standard = PaperPolicy::default();
    let copies = match printer.copies_policy.as_str() {
        "automatic" => Some(Copies::Automatic),
        "by_hand" => Some(Copies::ByHand),
        other => {
            found.note(
                &key("copies_policy"),
                format!("\"{other}\" is no policy: use \"automatic\" or \"by_hand\""),
            );
            None
        }
    };
    let mut number = |name, value: Option<u32>, otherwise: u32, max: u32| {
        let value = value.unwrap_or(otherwise);
        if !(1..=max).contains(&value) {
            found.note(&key(name), format!("must lie between 1 and {max}"));
        }
        value
    };
    let wait = u32::try_from(standard.wait.as_secs()).unwrap_or(PAPER_WAIT_S_MAX);
    let wait = number(
        "paper_wait_seconds",
        printer.paper_wait_seconds,
        wait,
        PAPER_WAIT_S_MAX,
    );
    let roll_mm = if printer.width_mm == 58 {
        ROLL_58_MM
    } else {
        ROLL_80_MM
    };
    let roll_tickets = number(
        "roll_tickets",
        printer.roll_tickets,
        roll_mm / TICKET_MM,
        ROLL_TICKETS_MAX,
    );
    Some(PaperPolicy {
        copies: copies?,
        wait: SignedDuration::from_secs(i64::from(wait)),
        roll_tickets,
    })
}

fn printer_port(text: &str) -> Result<PrinterPort, String> {
    match text.split_once(':') {
        None if text == "simulated" => Ok(PrinterPort::Simulated),
        Some(("serial", path)) if path.starts_with('/') => {
            Ok(PrinterPort::Serial(PathBuf::from(path)))
        }
        _ if text == "usb" || text.starts_with("usb:") => text
            .parse()
            .map(PrinterPort::Usb)
            .map_err(|error: NotUsb| error.to_string()),
        Some(("tcp", _)) => text
            .parse()
            .map(PrinterPort::Tcp)
            .map_err(|error: NotTcp| error.to_string()),
        Some(_) | None => Err(format!(
            "\"{text}\" is no printer port: write \"usb\", \"usb:04b8:0e15\", \"serial:/dev/…\", \"tcp:10.0.0.9:9100\" or \"simulated\""
        )),
    }
}

pub(super) fn check_baud(baud: u32, at: &[At<'_>], found: &mut Found<'_>) {
    if !BAUDS.contains(&baud) {
        found.note(at, format!("{baud} is no baud rate: use one of {BAUDS:?}"));
    }
}

fn check_series(
    table: &BTreeMap<String, String>,
    found: &mut Found<'_>,
) -> BTreeMap<Service, char> {
    let mut series: BTreeMap<Service, char> = BTreeMap::new();
    for (button, text) in table {
        let at = [At::Key("series"), At::Key(button)];
        let service = button
            .parse()
            .ok()
            .and_then(|d: u8| Service::try_from(d).ok());
        let letter = match text.chars().collect::<Vec<_>>().as_slice() {
            [letter] if letter.is_ascii_uppercase() => Some(*letter),
            _ => None,
        };
        match (service, letter) {
            (None, _) => found.note(&at, format!("there is no button {button}: use 1, 2 or 3")),
            (_, None) => found.note(&at, "a series is one letter A to Z"),
            (Some(service), Some(letter)) if series.values().any(|l| *l == letter) => found.note(
                &at,
                format!(
                    "button {} has the letter {letter} of another button",
                    service.digit()
                ),
            ),
            (Some(service), Some(letter)) => {
                series.insert(service, letter);
            }
        }
    }
    series
}

fn check_rules(table: &RulesTable, found: &mut Found<'_>) -> (Rules, SignedDuration) {
    let standard = Rules::default();
    let burst_tickets = counts::burst_tickets(table, found);
    let wait_target_percent = counts::wait_target_percent(table, found);
    let mut time = |key: &str, value: Option<u32>, unit_s: i64, otherwise: SignedDuration| {
        let Some(value) = value else { return otherwise };
        let seconds = i64::from(value) * unit_s;
        if !(1..=RULE_S_MAX).contains(&seconds) {
            let max = RULE_S_MAX / unit_s;
            found.note(
                &[At::Key("rules"), At::Key(key)],
                format!("must lie between 1 and {max}"),
            );
        }
        SignedDuration::from_secs(seconds)
    };
    let rules = Rules {
        no_show: time(
            "no_show_seconds",
            table.no_show_seconds,
            1,
            standard.no_show,
        ),
        second_announcement: time(
            "second_announcement_seconds",
            table.second_announcement_seconds,
            1,
            standard.second_announcement,
        ),
        press_lock: time(
            "press_lock_seconds",
            table.press_lock_seconds,
            1,
            standard.press_lock,
        ),
        burst_tickets,
        burst_window: time(
            "burst_window_seconds",
            table.burst_window_seconds,
            1,
            standard.burst_window,
        ),
        press_age_max: time(
            "press_age_max_seconds",
            table.press_age_max_seconds,
            1,
            standard.press_age_max,
        ),
        out_of_turn_credit: time(
            "out_of_turn_minutes",
            table.out_of_turn_minutes,
            60,
            standard.out_of_turn_credit,
        ),
        undo: time("undo_seconds", table.undo_seconds, 1, standard.undo),
        wait_target: time(
            "wait_target_minutes",
            table.wait_target_minutes,
            60,
            standard.wait_target,
        ),
        appointment_credit: time(
            "appointment_minutes",
            table.appointment_minutes,
            60,
            standard.appointment_credit,
        ),
        appointment_late: time(
            "appointment_late_minutes",
            table.appointment_late_minutes,
            60,
            standard.appointment_late,
        ),
        appointment_early: time(
            "appointment_early_minutes",
            table.appointment_early_minutes,
            60,
            standard.appointment_early,
        ),
        check_in_opens: time(
            "check_in_minutes",
            table.check_in_minutes,
            60,
            standard.check_in_opens,
        ),
        booking: standard.booking,
        wait_target_percent,
    };
    let lead = time(
        "ticket_lead_seconds",
        table.ticket_lead_seconds,
        1,
        SignedDuration::from_secs(STANDARD_LEAD_S),
    );
    (rules, lead)
}

fn check_week(table: &HoursTable, found: &mut Found<'_>) -> [DayHours; 7] {
    week_of(table, &[At::Key("hours")], found)
}

/// The days of a table of hours.
pub(super) fn week_of(table: &HoursTable, at: &[At<'_>], found: &mut Found<'_>) -> [DayHours; 7] {
    [
        ("monday", &table.monday),
        ("tuesday", &table.tuesday),
        ("wednesday", &table.wednesday),
        ("thursday", &table.thursday),
        ("friday", &table.friday),
        ("saturday", &table.saturday),
        ("sunday", &table.sunday),
    ]
    .map(|(key, texts)| {
        let at: Vec<At<'_>> = at.iter().copied().chain([At::Key(key)]).collect();
        check_day(texts, &at, found)
    })
}

/// A week that never closes has no holidays either, unless the file says so: such centres are
/// demonstrations and tests, which work on every date alike.
fn check_calendar(
    table: &CalendarTable,
    week: &[DayHours; 7],
    found: &mut Found<'_>,
) -> HolidayRules {
    let shorter_before_min = table
        .before_holiday_minutes
        .unwrap_or(HolidayRules::LAW.shorter_before_min);
    if shorter_before_min > SHORTER_MIN_MAX {
        found.note(
            &[At::Key("calendar"), At::Key("before_holiday_minutes")],
            format!("must lie between 0 and {SHORTER_MIN_MAX}"),
        );
    }
    let never_closes = week.iter().all(DayHours::is_round_the_clock);
    if table.public_holidays.unwrap_or(!never_closes) {
        HolidayRules {
            observed: true,
            shorter_before_min,
        }
    } else {
        HolidayRules::NONE
    }
}

fn check_day(texts: &[String], at: &[At<'_>], found: &mut Found<'_>) -> DayHours {
    let mut intervals: Vec<Interval> = Vec::new();
    for text in texts {
        match text.parse() {
            Ok(interval) => intervals.push(interval),
            Err(error) => found.note(at, format!("{error}")),
        }
    }
    DayHours::new(intervals).unwrap_or_else(|overlap| {
        found.note(
            at,
            format!("{overlap}: write the intervals of a day in order and apart"),
        );
        DayHours::default()
    })
}

fn check_exceptions(tables: &[ExceptionTable], found: &mut Found<'_>) -> BTreeMap<Date, Exception> {
    let mut exceptions = BTreeMap::new();
    for (index, table) in tables.iter().enumerate() {
        let at = [At::Key("exception"), At::Index(index)];
        let date = table
            .date
            .date
            .filter(|_| table.date.time.is_none())
            .and_then(|date| {
                Date::new(
                    i16::try_from(date.year).ok()?,
                    i8::try_from(date.month).ok()?,
                    i8::try_from(date.day).ok()?,
                )
                .ok()
            });
        let hours = check_day(&table.hours, &[at[0], at[1], At::Key("hours")], found);
        let Some(date) = date else {
            found.note(&[at[0], at[1], At::Key("date")], "write a date: 2026-11-18");
            continue;
        };
        let exception = Exception {
            hours,
            reason: table.reason.clone(),
        };
        if exceptions.insert(date, exception).is_some() {
            found.note(
                &[at[0], at[1], At::Key("date")],
                format!("two exceptions for {date}"),
            );
        }
    }
    exceptions
}

fn warnings(
    rules: &Rules,
    lead: SignedDuration,
    desks: &BTreeMap<DeskNumber, DeskSetup>,
) -> Vec<String> {
    let mut warnings = Vec::new();
    if rules.no_show.as_secs() != STANDARD_NO_SHOW_S {
        warnings.push(format!(
            "[rules] no_show_seconds = {} leaves the standard, which says one minute (A2/2/2.4)",
            rules.no_show.as_secs()
        ));
    }
    if lead.as_secs() < STANDARD_LEAD_S {
        warnings.push(format!(
            "[rules] ticket_lead_seconds = {} leaves the standard, which says two minutes (A2/1/6.1)",
            lead.as_secs()
        ));
    }
    for service in Service::ALL {
        if !desks.values().any(|desk| desk.services.contains(&service)) {
            warnings.push(format!(
                "no desk serves button {}: its customers would wait for ever",
                service.digit()
            ));
        }
    }
    warnings
}
