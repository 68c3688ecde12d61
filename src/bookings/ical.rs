//! Bookings as iCalendar (RFC 5545): a VEVENT each, with DTSTART, the service in CATEGORIES or
//! SUMMARY, UID as the reference and STATUS.
//!
//! Five properties are read and nothing is ever written, and a refusal has to name the line of the
//! file; parsers of the whole format give up the lines and bring a second library for time.

use std::borrow::Cow;

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;

use super::{
    Booking, ImportError, NO_SUCH_SERVICE, Read, Refused, instant_of, reference_of, service_of,
};
use crate::queue::setup::Setup;

/// One content line, unfolded.
struct Content<'a> {
    line: usize,
    name: String,
    /// Parameters between name and value, `;TZID=…`.
    parameters: String,
    value: Cow<'a, str>,
}

/// The properties of an event, as far as they are read.
#[derive(Default)]
struct Found {
    line: usize,
    start: Option<(String, String)>,
    uid: Option<String>,
    summary: Option<String>,
    categories: Vec<String>,
    status: Option<String>,
    repeats: bool,
}

pub(super) fn read(setup: &Setup, text: &str) -> Result<Read, ImportError> {
    let (mut bookings, mut refused) = (Vec::new(), Vec::new());
    let mut event: Option<Found> = None;
    // Parts within an event, such as its alarms, have properties of the same names.
    let mut inside = 0usize;
    let mut begun = false;
    for content in contents(text) {
        let value = content.value.trim();
        match (content.name.as_str(), &mut event) {
            ("BEGIN", None) if value.eq_ignore_ascii_case("VEVENT") => {
                event = Some(Found {
                    line: content.line,
                    ..Found::default()
                });
            }
            ("BEGIN", None) => begun |= value.eq_ignore_ascii_case("VCALENDAR"),
            ("BEGIN", Some(_)) => inside += 1,
            ("END", Some(_)) if inside > 0 => inside -= 1,
            ("END", Some(_)) => {
                let found = event.take().unwrap_or_default();
                let line = found.line;
                match booking(setup, found) {
                    Ok(booking) => bookings.push(booking),
                    Err(why) => refused.push(Refused { line, why }),
                }
            }
            (_, Some(found)) if inside == 0 => found.note(&content),
            (_, Some(_) | None) => {}
        }
    }
    if !begun {
        return Err(ImportError::Unreadable(
            "Fails nav iCalendar: tam jāsākas ar BEGIN:VCALENDAR.".to_owned(),
        ));
    }
    if let Some(found) = event {
        refused.push(Refused {
            line: found.line,
            why: "Pieraksts nav līdz galam: trūkst END:VEVENT. Saglabājiet failu vēlreiz."
                .to_owned(),
        });
    }
    Ok((bookings, refused))
}

/// The content lines: one that begins with a blank goes on where the line before ended.
fn contents(text: &str) -> Vec<Content<'_>> {
    let mut unfolded: Vec<(usize, Cow<'_, str>)> = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let folded = line.strip_prefix(' ').or_else(|| line.strip_prefix('\t'));
        match (folded, unfolded.last_mut()) {
            (Some(rest), Some((_, whole))) => whole.to_mut().push_str(rest),
            (_, _) => unfolded.push((index + 1, Cow::Borrowed(line))),
        }
    }
    let split = |(line, whole): (usize, Cow<'_, str>)| {
        let colon = colon_of(&whole)?;
        let (head, value) = (whole.get(..colon)?, whole.get(colon + 1..)?);
        let (name, parameters) = head.split_once(';').unwrap_or((head, ""));
        Some(Content {
            line,
            name: name.trim().to_ascii_uppercase(),
            parameters: parameters.to_owned(),
            value: Cow::Owned(value.to_owned()),
        })
    };
    unfolded.into_iter().filter_map(split).collect()
}

/// The colon that ends the name and its parameters; one in quotation marks does not.
fn colon_of(line: &str) -> Option<usize> {
    let mut quoted = false;
    line.char_indices().find_map(|(at, c)| {
        quoted ^= c == '"';
        (c == ':' && !quoted).then_some(at)
    })
}

impl Found {
    fn note(&mut self, content: &Content<'_>) {
        let value = || content.value.trim().to_owned();
        match content.name.as_str() {
            "DTSTART" => self.start = Some((content.parameters.clone(), value())),
            "UID" => self.uid = Some(value()),
            "SUMMARY" => self.summary = Some(unescaped(&value())),
            "CATEGORIES" => self.categories.extend(value().split(',').map(unescaped)),
            "STATUS" => self.status = Some(value().to_ascii_uppercase()),
            "RRULE" | "RDATE" => self.repeats = true,
            _ => {}
        }
    }
}

fn unescaped(text: &str) -> String {
    text.replace("\\,", ",")
        .replace("\\;", ";")
        .replace("\\\\", "\\")
}

fn booking(setup: &Setup, found: Found) -> Result<Booking, String> {
    if found.repeats {
        return Err(
            "Atkārtotus pierakstus Rinda neņem. Eksportējiet katru reizi atsevišķi.".to_owned(),
        );
    }
    let (parameters, start) = found
        .start
        .ok_or("Trūkst sākuma laika (DTSTART). Pievienojiet to.")?;
    let service = found
        .categories
        .iter()
        .chain(&found.summary)
        .find_map(|text| service_of(setup, text))
        .ok_or_else(|| NO_SUCH_SERVICE.to_owned())?;
    let uid = found
        .uid
        .as_deref()
        .map(reference_of)
        .transpose()?
        .flatten();
    Ok(Booking {
        line: found.line,
        service,
        slot: slot(setup, &parameters, &start)?,
        reference: Some(uid.ok_or("Trūkst atsauces (UID). Pievienojiet to.")?),
        code: None,
        cancelled: found.status.as_deref() == Some("CANCELLED"),
    })
}

/// `20261123T081500Z`, or local time of TZID or, without one, of the centre.
fn slot(setup: &Setup, parameters: &str, text: &str) -> Result<Timestamp, String> {
    let wrong = || format!("Laiku „{text}” nevar izlasīt. Jābūt tā: 20261123T101500.");
    let (plain, utc) = match text.strip_suffix('Z') {
        Some(plain) => (plain, true),
        None => (text, false),
    };
    let local = DateTime::strptime("%Y%m%dT%H%M%S", plain).map_err(|_| {
        if Date::strptime("%Y%m%d", plain).is_ok() {
            "Pierakstam ir tikai diena. Norādiet arī laiku.".to_owned()
        } else {
            wrong()
        }
    })?;
    let zone = parameters.split(';').find_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        name.trim()
            .eq_ignore_ascii_case("TZID")
            .then(|| value.trim().trim_matches('"'))
    });
    let zone = match (utc, zone) {
        (true, _) => TimeZone::UTC,
        (false, None) => setup.timezone.clone(),
        (false, Some(name)) => TimeZone::get(name).map_err(|_| {
            format!("Laika joslu „{name}” Rinda nepazīst. Lietojiet, piemēram, Europe/Riga.")
        })?,
    };
    instant_of(local, &zone)
}
