//! Rows 4–8, 11 and 12 of annex 1, to the letter: who evaluates what, how and how often.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::access::Role;

/// A method of evaluation. Where one cell of the annex has two frequencies for two people, each is
/// a method of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Method {
    /// "Paškontrolē".
    SelfCheck,
    /// "Novērošana" of every working day.
    Observation,
    /// "Novērošana" of every quarter.
    QualityObservation,
    /// "Rindu regulēšanas sistēma (rindu mašīnas)".
    QueueSystem,
    /// "Kontrolbrauciens".
    ControlVisit,
    /// "Slēptā klienta metode".
    MysteryCustomer,
    /// "Ārējo klientu aptauja", in row 6 "Klientu aptauja".
    CustomerSurvey,
    /// "Iekšējo klientu aptauja".
    StaffSurvey,
    /// "Pārskats" of every month.
    MonthlyReview,
    /// "Pārskats" of every quarter.
    QuarterlyReview,
}

/// How often, as the program reckons.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Every {
    /// Each working day.
    WorkingDay,
    /// Once a month.
    Month,
    /// Once a quarter.
    Quarter,
    /// Once a year.
    Year,
    /// When it is needed: never due by itself.
    AsNeeded,
}

/// Whom the annex makes responsible.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Responsible {
    /// "Darbinieks".
    Employee,
    /// "Tiešais vadītājs".
    DirectManager,
    /// "Pakalpojumu kvalitātes vadītājs".
    QualityManager,
    /// "Pakalpojumu attīstības daļas vadītājs", who has no account in a centre.
    ServiceDevelopment,
    /// "Dienesta Personāla daļa", which has none either.
    Personnel,
}

impl Responsible {
    /// As the annex writes it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Employee => "Darbinieks",
            Self::DirectManager => "Tiešais vadītājs",
            Self::QualityManager => "Pakalpojumu kvalitātes vadītājs",
            Self::ServiceDevelopment => "Pakalpojumu attīstības daļas vadītājs",
            Self::Personnel => "Dienesta Personāla daļa",
        }
    }

    /// Whether this role enters what the annex asks of them. What people without an account do is
    /// entered by whoever is told of it: manager or quality manager.
    pub fn entered_by(self, role: Role) -> bool {
        match self {
            Self::Employee => matches!(role, Role::Consultant | Role::Manager | Role::Admin),
            Self::DirectManager => matches!(role, Role::Manager | Role::Admin),
            Self::QualityManager => role == Role::Quality,
            Self::ServiceDevelopment | Self::Personnel => {
                matches!(role, Role::Manager | Role::Quality | Role::Admin)
            }
        }
    }
}

/// One evaluation that annex 1 asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Duty {
    /// Row of the annex.
    pub row: u8,
    /// Line of the row; two duties may share one.
    pub line: u8,
    /// The method.
    pub method: Method,
    /// Its name, to the letter.
    pub name: &'static str,
    /// How often, as the program reckons.
    pub every: Every,
    /// How often, to the letter.
    pub frequency: &'static str,
    /// Who.
    pub responsible: Responsible,
}

/// What a row evaluates, to the letter; absent for rows that are not kept here.
pub fn criterion(row: u8) -> Option<&'static str> {
    match row {
        4 => Some("Vārda kartes/ dienesta apliecības lietošana"),
        5 => Some("Klientu apkalpošanas centra iekārtojums - funkcionalitāte un estētiskums"),
        6 => Some(
            "Informācijas izvietošana klientu apkalpošanas centra stendos, statīvos uz klientu konsultanta darba galda",
        ),
        7 => Some("Klientu apmierinātība"),
        8 => Some("Pamatoto sūdzību skaits noteiktā periodā"),
        11 => Some("Klientu pieņemšanas, apkalpošanas, darba laika ievērošana"),
        12 => Some("Klientu plūsmas vadība"),
        _ => None,
    }
}

/// The duty of a row and method, where there is one.
pub fn duty(row: u8, method: Method) -> Option<&'static Duty> {
    DUTIES
        .iter()
        .find(|duty| (duty.row, duty.method) == (row, method))
}

const DAILY: &str = "Katru darba dienu";
const DAILY_WHERE_POSSIBLE: &str = "Katru darba dienu (iespēju robežās)";
const QUARTERLY: &str = "Ne retāk kā vienu reizi ceturksnī";
const YEARLY: &str = "Ne retāk kā vienu reizi gadā";
const AS_NEEDED: &str = "Pēc nepieciešamības";

const fn self_check(row: u8) -> Duty {
    Duty {
        row,
        line: 1,
        method: Method::SelfCheck,
        name: "Paškontrolē",
        every: Every::WorkingDay,
        frequency: DAILY,
        responsible: Responsible::Employee,
    }
}

const fn observation(row: u8) -> Duty {
    Duty {
        row,
        line: 2,
        method: Method::Observation,
        name: "Novērošana",
        every: Every::WorkingDay,
        frequency: DAILY_WHERE_POSSIBLE,
        responsible: Responsible::DirectManager,
    }
}

const fn quality_observation(row: u8) -> Duty {
    Duty {
        row,
        line: 2,
        method: Method::QualityObservation,
        name: "Novērošana",
        every: Every::Quarter,
        frequency: QUARTERLY,
        responsible: Responsible::QualityManager,
    }
}

const fn control_visit(row: u8, line: u8) -> Duty {
    Duty {
        row,
        line,
        method: Method::ControlVisit,
        name: "Kontrolbrauciens",
        every: Every::Year,
        frequency: YEARLY,
        responsible: Responsible::ServiceDevelopment,
    }
}

const fn as_needed(row: u8, line: u8, method: Method, name: &'static str) -> Duty {
    Duty {
        row,
        line,
        method,
        name,
        every: Every::AsNeeded,
        frequency: AS_NEEDED,
        responsible: Responsible::ServiceDevelopment,
    }
}

const fn mystery_customer(row: u8, line: u8) -> Duty {
    as_needed(row, line, Method::MysteryCustomer, "Slēptā klienta metode")
}

const fn customer_survey(row: u8, line: u8) -> Duty {
    as_needed(row, line, Method::CustomerSurvey, "Ārējo klientu aptauja")
}

const fn yearly_survey(method: Method, name: &'static str, responsible: Responsible) -> Duty {
    Duty {
        row: 7,
        line: 1,
        method,
        name,
        every: Every::Year,
        frequency: YEARLY,
        responsible,
    }
}

const fn review(
    method: Method,
    every: Every,
    frequency: &'static str,
    responsible: Responsible,
) -> Duty {
    Duty {
        row: 8,
        line: 1,
        method,
        name: "Pārskats",
        every,
        frequency,
        responsible,
    }
}

/// All of them, in the annex's order.
pub static DUTIES: &[Duty] = &[
    self_check(4),
    observation(4),
    control_visit(4, 3),
    mystery_customer(4, 4),
    self_check(5),
    observation(5),
    quality_observation(5),
    control_visit(5, 3),
    mystery_customer(5, 4),
    customer_survey(5, 5),
    self_check(6),
    observation(6),
    quality_observation(6),
    control_visit(6, 3),
    mystery_customer(6, 4),
    as_needed(6, 5, Method::CustomerSurvey, "Klientu aptauja"),
    yearly_survey(
        Method::CustomerSurvey,
        "Ārējo klientu aptauja",
        Responsible::ServiceDevelopment,
    ),
    yearly_survey(
        Method::StaffSurvey,
        "Iekšējo klientu aptauja",
        Responsible::Personnel,
    ),
    review(
        Method::MonthlyReview,
        Every::Month,
        "Vienu reizi mēnesī",
        Responsible::DirectManager,
    ),
    review(
        Method::QuarterlyReview,
        Every::Quarter,
        "Vienu reizi ceturksnī",
        Responsible::QualityManager,
    ),
    self_check(11),
    observation(11),
    mystery_customer(11, 3),
    customer_survey(11, 4),
    self_check(12),
    observation(12),
    Duty {
        row: 12,
        line: 3,
        method: Method::QueueSystem,
        name: "Rindu regulēšanas sistēma (rindu mašīnas)",
        every: Every::Quarter,
        frequency: QUARTERLY,
        responsible: Responsible::QualityManager,
    },
    control_visit(12, 4),
    mystery_customer(12, 5),
    customer_survey(12, 6),
];

/// Rows that are checked every working day by the same people: one word a day is enough for all.
pub fn daily_rows(method: Method) -> impl Iterator<Item = u8> {
    DUTIES
        .iter()
        .filter(move |duty| duty.method == method && duty.every == Every::WorkingDay)
        .map(|duty| duty.row)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    /// The table of annex 1, cut out of the standard byte by byte.
    const ANNEX: &str = include_str!("annex-1.lv.txt");

    /// Rows of the table: a row that a page break tore is put together, slanted letters are plain.
    fn rows() -> Vec<[String; 5]> {
        let mut rows: Vec<[String; 5]> = Vec::new();
        let mut new_page = false;
        for line in ANNEX.lines().filter(|line| !line.is_empty()) {
            let plain = line.replace("<i>", "").replace("</i>", "");
            let mut cells = plain.split('\t').map(str::to_owned);
            let row: [String; 5] = std::array::from_fn(|_| cells.next().unwrap());
            if row[0] == "Kritērijs" {
                new_page = true;
                continue;
            }
            if new_page && row[0].is_empty() {
                let torn = rows.last_mut().unwrap();
                for (cell, rest) in torn
                    .iter_mut()
                    .zip(&row)
                    .filter(|(_, rest)| !rest.is_empty())
                {
                    *cell = format!("{cell} {rest}");
                }
            } else {
                rows.push(row);
            }
            new_page = false;
        }
        rows
    }

    /// Each of them once, in order, with spaces between.
    fn joined<'a>(texts: impl Iterator<Item = &'a str>) -> String {
        let mut seen: Vec<&str> = Vec::new();
        for text in texts {
            if !seen.contains(&text) {
                seen.push(text);
            }
        }
        seen.join(" ")
    }

    #[test]
    fn a1_4_to_8_11_12_the_rows_are_the_standards_to_the_letter() {
        let mut number = 0;
        let mut line = 0;
        let mut told = 0;
        for [name, _, method, frequency, responsible] in rows() {
            line += 1;
            if let Some((digits, name)) = name.split_once(". ") {
                number = digits.parse::<u8>().unwrap();
                line = 1;
                if let Some(ours) = criterion(number) {
                    assert_eq!(ours, name);
                }
            }
            if criterion(number).is_none() {
                continue;
            }
            let ours: Vec<&Duty> = DUTIES
                .iter()
                .filter(|duty| (duty.row, duty.line) == (number, line))
                .collect();
            told += ours.len();
            assert_eq!(
                joined(ours.iter().map(|duty| duty.name)),
                method,
                "{number}"
            );
            assert_eq!(joined(ours.iter().map(|duty| duty.frequency)), frequency);
            let who = ours.iter().map(|duty| duty.responsible.name());
            assert_eq!(joined(who), responsible);
        }
        assert_eq!(told, DUTIES.len());
        assert_eq!(DUTIES.len(), 30);
    }

    #[test]
    fn a_row_has_each_method_once() {
        for (place, duty) in DUTIES.iter().enumerate() {
            let found = super::duty(duty.row, duty.method).unwrap();
            assert!(std::ptr::eq(found, &DUTIES[place]));
        }
        assert!(daily_rows(Method::SelfCheck).eq([4, 5, 6, 11, 12]));
        assert!(daily_rows(Method::Observation).eq([4, 5, 6, 11, 12]));
        assert_eq!(daily_rows(Method::ControlVisit).count(), 0);
    }
}
