//! The notices of a quarter (17.5.1 to 17.5.3).

use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::latvian;
use super::links::{self, LINKS_MAX};
use super::model::{ComplianceRow, QuarterReport, StripLink};
use crate::quality::Quality;
use crate::quality::notices::{AT_ONCE, Notice, NoticeKind, REPAIR_DAYS};
use crate::queue::calendar::{Calendar, NOTICE_DAYS};

/// The strip's rows of the notices.
pub(super) fn rows(
    report: &QuarterReport,
    calendar: &Calendar<'_>,
    tz: &TimeZone,
    quality: &Quality,
) -> Vec<ComplianceRow> {
    let notices = &quality.notices;
    let since = quality.evaluations.since();
    let all: Vec<&Notice> = notices.iter().map(|(_, notice)| notice).collect();
    vec![
        changed_hours(report, calendar, (tz, since), &all),
        repairs(report, tz, &all),
        disruptions(report, tz, &all),
    ]
}

/// Of the dates whose hours are not those of their weekday, and for which a notice was due since the
/// centre has had Rinda, those with one in time.
fn changed_hours(
    report: &QuarterReport,
    calendar: &Calendar<'_>,
    (tz, since): (&TimeZone, Option<Date>),
    all: &[&Notice],
) -> ComplianceRow {
    let today = report.as_of.to_zoned(tz.clone()).date();
    let due: Vec<(Date, Date)> = report
        .days
        .iter()
        .filter_map(|line| Some((line.date, calendar.day(line.date).notice_by()?)))
        .filter(|(_, by)| *by < today && since.is_none_or(|since| since <= *by))
        .collect();
    let wrong = due.iter().filter_map(|(date, by)| {
        let posted = all
            .iter()
            .filter(|notice| notice.draft.kind == NoticeKind::ChangedHours)
            .filter(|notice| notice.covers(*date, tz))
            .map(|notice| notice.posted_on(tz))
            .min();
        let wrong = match posted {
            Some(posted) if posted <= *by => return None,
            Some(posted) => format!("izlikts {}", latvian::date(posted)),
            None => "paziņojuma nav".to_owned(),
        };
        let text = format!("{}: {wrong}", latvian::date(*date));
        Some(links::day(text, *date))
    });
    row(
        "17.5.1",
        &format!(
            "Dienas ar mainītu darba laiku, par kurām paziņots vismaz {NOTICE_DAYS} dienas iepriekš"
        ),
        due.len(),
        wrong.collect(),
    )
}

fn repairs(report: &QuarterReport, tz: &TimeZone, all: &[&Notice]) -> ComplianceRow {
    let due: Vec<&&Notice> = all
        .iter()
        .filter(|notice| notice.draft.kind == NoticeKind::RepairOrMove)
        .filter(|notice| (report.from..=report.to).contains(&notice.draft.from))
        .filter(|notice| notice.covers(notice.draft.from, tz))
        .collect();
    let late = due
        .iter()
        .filter(|notice| notice.in_time(tz) == Some(false));
    let late = late.map(|notice| {
        links::calendar(format!(
            "{}: {} dienas iepriekš",
            latvian::date(notice.draft.from),
            notice.days_ahead(tz)
        ))
    });
    row(
        "17.5.2",
        &format!(
            "Remonti un pārcelšanās, par kuriem paziņots vismaz {REPAIR_DAYS} dienas iepriekš"
        ),
        due.len(),
        late.collect(),
    )
}

fn disruptions(report: &QuarterReport, tz: &TimeZone, all: &[&Notice]) -> ComplianceRow {
    let local = |at: jiff::Timestamp| at.to_zoned(tz.clone());
    let due: Vec<(&Notice, jiff::Zoned)> = all
        .iter()
        .filter_map(|notice| Some((*notice, local(notice.draft.received_at?))))
        .filter(|(_, heard)| (report.from..=report.to).contains(&heard.date()))
        .collect();
    let late = due
        .iter()
        .filter(|(notice, _)| notice.in_time(tz) == Some(false));
    let late = late.map(|(notice, heard)| {
        let after = notice.posted_at.duration_since(heard.timestamp());
        let text = format!(
            "{} plkst. {}: pēc {} min",
            latvian::date(heard.date()),
            latvian::clock(heard.datetime()),
            after.as_mins()
        );
        links::day(text, heard.date())
    });
    row(
        "17.5.3",
        &format!(
            "Traucējumi, par kuriem paziņots {} min laikā (mūsu mērs vārdam „nekavējoties”)",
            AT_ONCE.as_mins()
        ),
        due.len(),
        late.collect(),
    )
}

/// A row whose exceptions all lead somewhere.
pub(super) fn row(clause: &str, what: &str, of: usize, wrong: Vec<StripLink>) -> ComplianceRow {
    ComplianceRow {
        clause: clause.to_owned(),
        what: what.to_owned(),
        n: (of - wrong.len()) as u64,
        of: of as u64,
        exceptions: wrong.iter().map(|link| link.text.clone()).collect(),
        links: wrong.into_iter().take(LINKS_MAX).collect(),
    }
}
