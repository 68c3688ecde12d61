//! The technical failures of a quarter (A2/2/4).

use jiff::tz::TimeZone;

use super::latvian;
use super::links;
use super::model::{ComplianceRow, QuarterReport, StripLink};
use super::notices::row;
use crate::quality::incidents::{Incident, Incidents, LONG, Step};
use crate::queue::wording;

/// The strip's rows of the failures that began in the quarter, with those that last still.
pub(super) fn rows(
    report: &QuarterReport,
    tz: &TimeZone,
    incidents: &Incidents,
) -> Vec<ComplianceRow> {
    let date_of = |incident: &Incident| incident.began_at.to_zoned(tz.clone()).date();
    let all: Vec<&Incident> = incidents
        .iter()
        .map(|(_, incident)| incident)
        .filter(|incident| incident.began_at <= report.as_of)
        .filter(|incident| (report.from..=report.to).contains(&date_of(incident)))
        .collect();
    let long: Vec<&Incident> = all
        .iter()
        .filter(|incident| incident.is_forecast_long() || incident.lasted(report.as_of) > LONG)
        .copied()
        .collect();
    let left_out = all.iter().filter_map(|incident| {
        let missing: Vec<&str> = incident.untaken().map(Step::missing).collect();
        (!missing.is_empty()).then(|| link(incident, tz, &missing.join(", ")))
    });
    let without = long.iter().filter_map(|incident| {
        let missing = incident.taken(Step::Website).is_none();
        missing.then(|| link(incident, tz, &why_without(incident, report)))
    });
    vec![
        row(
            "A2/2/4",
            "Tehniskās kļūmes, kurās izpildītas visas vajadzīgās 4.1.–4.6. punkta darbības",
            all.len(),
            left_out.collect(),
        ),
        row(
            "A2/2/4.2",
            "Kļūmes, ilgākas par 4 stundām vai tā prognozētas, ar paziņojumu tīmekļa vietnē",
            long.len(),
            without.collect(),
        ),
    ]
}

/// A notice was due where the forecast said so; what lasted longer than anybody foretold is told all
/// the same.
fn why_without(incident: &Incident, report: &QuarterReport) -> String {
    let lasted = wording::hours_and_minutes(incident.lasted(report.as_of));
    let forecast = incident.forecast().map(wording::hours_and_minutes);
    match forecast {
        Some(forecast) if incident.is_forecast_long() => {
            format!("prognoze {forecast}, paziņojuma nav")
        }
        Some(forecast) => format!("ilga {lasted}, prognoze {forecast}, paziņojuma nav"),
        None => format!("ilga {lasted}, prognozes nebija, paziņojuma nav"),
    }
}

/// "23.11.2026. plkst. 9.12, elektrības padeve: …"
fn link(incident: &Incident, tz: &TimeZone, wrong: &str) -> StripLink {
    let began = incident.began_at.to_zoned(tz.clone());
    links::calendar(format!(
        "{} plkst. {}, {}: {wrong}",
        latvian::date(began.date()),
        latvian::clock(began.datetime()),
        incident.words(),
    ))
}
