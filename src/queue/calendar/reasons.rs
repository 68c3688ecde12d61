//! Why a day is as it is, in Latvian.

use jiff::civil::{Date, Weekday};

use super::DayKind;
use super::holidays::{Holiday, HolidayKind};

/// What decided over a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Because<'a> {
    Week,
    Free(Holiday),
    MovedAway {
        to: Date,
    },
    MovedHere {
        from: Date,
    },
    Shortened {
        before: Holiday,
        by_min: u16,
        /// The working day that is made up for on it, if it is a moved one.
        moved_from: Option<Date>,
        /// The date itself stands before the holiday, not only the one it makes up for.
        itself: bool,
    },
    Configured(&'a str),
    Edited(&'a str),
}

impl Because<'_> {
    pub(super) fn kind(&self) -> DayKind {
        match self {
            Self::Week => DayKind::Week,
            Self::Free(holiday) => match holiday.kind {
                HolidayKind::Holiday => DayKind::Holiday,
                HolidayKind::InLieu { .. } | HolidayKind::Once => DayKind::DayOff,
            },
            Self::MovedAway { .. } => DayKind::MovedAway,
            Self::MovedHere { .. } => DayKind::MovedHere,
            Self::Shortened { .. } => DayKind::Shortened,
            Self::Configured(_) => DayKind::Configured,
            Self::Edited(_) => DayKind::Edited,
        }
    }

    /// A sentence for staff.
    pub(super) fn why(&self, date: Date, open: bool) -> String {
        match self {
            Self::Week if open => format!("Parasts {} darba laiks.", genitive(date.weekday())),
            Self::Week => format!("{} klientus nepieņem.", on_each(date.weekday())),
            Self::Free(holiday) => free(holiday),
            Self::MovedAway { to } => format!("Darba diena pārcelta uz {}", dotted(*to)),
            Self::MovedHere { from } => moved(*from),
            Self::Shortened {
                before,
                by_min,
                moved_from,
                itself,
            } => {
                let name = before.name;
                let by = match by_min {
                    60 => "stundu".to_owned(),
                    other => format!("{other} min"),
                };
                let moved = moved_from.map_or_else(String::new, |from| format!("{} ", moved(from)));
                if *itself {
                    format!("{moved}Pirmssvētku diena: par {by} īsāk, jo nākamā diena ir {name}.")
                } else {
                    format!("{moved}Par {by} īsāk, jo pārcelta diena pirms svētkiem ({name}).")
                }
            }
            Self::Configured(reason) => format!("Izņēmums konfigurācijā: {}", sentence(reason)),
            Self::Edited(reason) => format!("Mainīts: {}", sentence(reason)),
        }
    }

    /// A few words for customers.
    pub(super) fn reason(&self) -> Option<String> {
        match self {
            Self::Week => None,
            Self::Free(holiday) => Some(match holiday.kind {
                HolidayKind::Holiday | HolidayKind::Once => holiday.name.to_owned(),
                HolidayKind::InLieu { .. } => format!("Brīvdiena ({})", holiday.name),
            }),
            Self::MovedAway { to } => Some(format!("Darba diena pārcelta uz {}", dotted(*to))),
            Self::MovedHere { .. } => Some("Pārcelta darba diena".to_owned()),
            Self::Shortened { .. } => Some("Pirmssvētku diena".to_owned()),
            Self::Configured(reason) | Self::Edited(reason) => Some((*reason).to_owned()),
        }
    }
}

fn moved(from: Date) -> String {
    format!(
        "Pārcelta darba diena {} vietā: {} darba laiks.",
        dotted(from),
        genitive(from.weekday())
    )
}

fn free(holiday: &Holiday) -> String {
    let name = holiday.name;
    match holiday.kind {
        HolidayKind::Holiday => format!("Svētku diena: {name}."),
        HolidayKind::InLieu { of } => {
            let day = if of.weekday() == Weekday::Saturday {
                "sestdienā"
            } else {
                "svētdienā"
            };
            format!("Brīvdiena, jo {} ({name}) ir {day}.", dotted(of))
        }
        HolidayKind::Once => format!("Ar likumu noteikta brīvdiena: {name}."),
    }
}

/// "18.11.2026."
pub fn dotted(date: Date) -> String {
    format!("{:02}.{:02}.{}.", date.day(), date.month(), date.year())
}

fn sentence(reason: &str) -> String {
    if reason.ends_with(['.', '!', '?']) {
        reason.to_owned()
    } else {
        format!("{reason}.")
    }
}

fn genitive(weekday: Weekday) -> &'static str {
    match weekday {
        Weekday::Monday => "pirmdienas",
        Weekday::Tuesday => "otrdienas",
        Weekday::Wednesday => "trešdienas",
        Weekday::Thursday => "ceturtdienas",
        Weekday::Friday => "piektdienas",
        Weekday::Saturday => "sestdienas",
        Weekday::Sunday => "svētdienas",
    }
}

fn on_each(weekday: Weekday) -> &'static str {
    match weekday {
        Weekday::Monday => "Pirmdienās",
        Weekday::Tuesday => "Otrdienās",
        Weekday::Wednesday => "Trešdienās",
        Weekday::Thursday => "Ceturtdienās",
        Weekday::Friday => "Piektdienās",
        Weekday::Saturday => "Sestdienās",
        Weekday::Sunday => "Svētdienās",
    }
}
