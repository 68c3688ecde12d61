//! The compliance strip of what people note: mornings, notices and failures, with links to the exceptions.

use std::collections::BTreeMap;

use jiff::civil::date;
use rinda::quality::incidents::{Deed, Disturbed, Forecast, IncidentEvent};
use rinda::quality::mornings::{Finding, MorningCheck, MorningEvent};
use rinda::quality::notices::{Draft, NoticeEvent, NoticeKind};
use rinda::quality::{Noted, Quality, QualityEvent};
use rinda::queue::calendar::Edits;
use rinda::queue::hours::HolidayRules;
use rinda::queue::statistics::DayFigures;
use rinda::report::model::{ComplianceRow, StripLink};
use rinda::report::{add_kept, quarter_report};

use super::drive::{at, boss, setup};

/// A quarter of which one Monday and its Tuesday have data, at the end of 2026.
fn strip(facts: &[(&str, QualityEvent)]) -> Vec<ComplianceRow> {
    let mut setup = setup();
    setup.hours.holidays = HolidayRules::LAW;
    let mut quality = Quality::default();
    let actor = boss();
    for (seq, (now, event)) in (1..).zip(facts) {
        quality
            .check(at(now), &setup.timezone, event)
            .expect("the fact fits");
        let noted = Noted {
            seq,
            at: at(now),
            actor: &actor,
        };
        quality.apply(noted, event);
    }
    let edits = Edits::default();
    let days = BTreeMap::from([(date(2026, 10, 5), DayFigures::default())]);
    let as_of = at("2026-12-31T20:00:00Z");
    let quarter = "2026-Q4".parse().expect("a quarter");
    let mut report = quarter_report(&setup, &edits, quarter, days, as_of);
    add_kept(&mut report, &setup, &edits, &quality);
    report.compliance
}

fn row<'a>(rows: &'a [ComplianceRow], clause: &str) -> &'a ComplianceRow {
    rows.iter().find(|row| row.clause == clause).expect("a row")
}

fn link(text: &str, href: &str) -> StripLink {
    StripLink {
        text: text.to_owned(),
        href: href.to_owned(),
    }
}

fn notice(kind: NoticeKind, from: jiff::civil::Date) -> QualityEvent {
    QualityEvent::Notice(NoticeEvent::Posted {
        draft: Draft {
            kind,
            text: "Slēgts".to_owned(),
            from,
            until: from,
            received_at: None,
        },
        posted_at: None,
    })
}

#[test]
fn c_17_5_1_of_the_changed_dates_those_posted_five_days_before() {
    let rows = strip(&[
        (
            "2026-11-12T08:00:00Z",
            notice(NoticeKind::ChangedHours, date(2026, 11, 17)),
        ),
        (
            "2026-11-14T08:00:00Z",
            notice(NoticeKind::ChangedHours, date(2026, 11, 18)),
        ),
        (
            "2026-11-01T08:00:00Z",
            notice(NoticeKind::Other, date(2026, 12, 24)),
        ),
    ]);
    let row = row(&rows, "17.5.1");
    assert_eq!(row.n, 1);
    assert_eq!(row.of - row.n, row.exceptions.len() as u64);
    let late = "18.11.2026.: izlikts 14.11.2026.";
    assert_eq!(row.links[0], link(late, "/manager#/day/2026-11-18"));
    assert!(
        row.exceptions
            .contains(&"24.12.2026.: paziņojuma nav".to_owned())
    );
}

#[test]
fn c_17_5_2_repairs_posted_fifteen_days_before() {
    let rows = strip(&[
        (
            "2026-11-15T08:00:00Z",
            notice(NoticeKind::RepairOrMove, date(2026, 11, 30)),
        ),
        (
            "2026-11-16T08:00:00Z",
            notice(NoticeKind::RepairOrMove, date(2026, 11, 30)),
        ),
    ]);
    let row = row(&rows, "17.5.2");
    assert_eq!((row.n, row.of), (1, 2));
    let late = "30.11.2026.: 14 dienas iepriekš";
    assert_eq!(row.links, [link(late, "/manager#calendar")]);
}

#[test]
fn a2_1_5_and_6_mornings_are_told_against_the_beginning_of_reception() {
    let day = date(2026, 10, 5);
    let check = MorningCheck {
        information: Finding::InOrder,
        signs: Finding::InOrder,
        monitor: Finding::NotInstalled,
        note: String::new(),
    };
    let checked = QualityEvent::Morning(MorningEvent::Checked { date: day, check });
    let opened = |at_: &str| {
        QualityEvent::Morning(MorningEvent::DoorsOpened {
            date: day,
            opened_at: Some(at(at_)),
        })
    };
    let now = "2026-10-05T05:00:00Z";
    let (due, later) = ("2026-10-05T05:28:00Z", "2026-10-05T05:28:01Z");
    for (opened_at, expected) in [(due, 1), (later, 0)] {
        let rows = strip(&[
            (now, checked.clone()),
            ("2026-10-05T06:00:00Z", opened(opened_at)),
        ]);
        assert_eq!(row(&rows, "A2/1/5").n, 1);
        let doors = row(&rows, "A2/1/6.1");
        assert_eq!(doors.n, expected, "{opened_at}");
        // Dates without data are told by a row of their own.
        assert_eq!(doors.of, 1);
        let late = link("05.10.2026.: par vēlu: 1 s", "/manager#/day/2026-10-05");
        assert_eq!(doors.links.contains(&late), expected == 0);
    }
}

fn failure(began_at: &str, minutes: Option<u32>) -> QualityEvent {
    QualityEvent::Incident(IncidentEvent::Opened {
        disturbed: Disturbed::Other,
        what: "Kadastra sistēma".to_owned(),
        began_at: Some(at(began_at)),
        forecast: minutes.map(Forecast::LastsMin),
    })
}

fn step(id: u64, deed: Deed) -> QualityEvent {
    QualityEvent::Incident(IncidentEvent::Done { id, deed, at: None })
}

/// All steps but the website's, which ends the failure.
fn worked_off(id: u64, now: &str) -> Vec<(&str, QualityEvent)> {
    let deeds = [
        Deed::Services {
            cause: "Serveris".to_owned(),
            forecast: None,
        },
        Deed::Told,
        Deed::Notice {
            posted: false,
            where_to: String::new(),
        },
        Deed::Resumed,
        Deed::ToldResumed,
    ];
    deeds.map(|deed| (now, step(id, deed))).into()
}

#[test]
fn a2_2_4_of_the_quarters_failures_those_with_every_step_and_the_long_ones_with_a_notice() {
    // 1: before the quarter by a second, in Riga. 2: on its first second, four hours, all done.
    let mut facts = vec![
        (
            "2026-09-30T21:00:00Z",
            failure("2026-09-30T20:59:59Z", None),
        ),
        (
            "2026-09-30T21:00:00Z",
            failure("2026-09-30T21:00:00Z", Some(240)),
        ),
    ];
    facts.extend(worked_off(2, "2026-10-01T01:00:00Z"));
    // 8: a minute more, on the website. 9: the same, and nobody put it there.
    let began = "2026-11-02T08:00:00Z";
    facts.push((began, failure(began, Some(241))));
    facts.push((began, failure(began, Some(241))));
    facts.push(("2026-11-02T09:00:00Z", step(8, Deed::Website)));
    facts.extend(worked_off(8, "2026-11-02T10:00:00Z"));
    facts.extend(worked_off(9, "2026-11-02T10:00:00Z"));
    // 21: longer than anybody foretold. 27: lasts at the moment of the report, for an hour.
    facts.push((began, failure(began, Some(60))));
    facts.extend(worked_off(21, "2026-11-02T12:00:01Z"));
    facts.push((
        "2026-12-31T19:00:00Z",
        failure("2026-12-31T19:00:00Z", None),
    ));
    let rows = strip(&facts);

    let all = row(&rows, "A2/2/4");
    assert_eq!((all.n, all.of), (3, 5), "{:?}", all.exceptions);
    let left_out = "02.11.2026. plkst. 10.00, Kadastra sistēma: nav paziņojuma tīmekļa vietnē un twitterī (4.2.)";
    let lasts = "31.12.2026. plkst. 21.00, Kadastra sistēma: nav noskaidrots cēlonis (4.1.), nav ziņots \
                 par kļūmi (4.1.), nav lēmuma par paziņojumu centrā (4.3.), apkalpošana vēl nav atsākta \
                 pilnā apmērā (4.6.), nav ziņots par atsākšanu (4.6.)";
    let page = "/manager#calendar";
    assert_eq!(all.links, [link(left_out, page), link(lasts, page)]);

    let long = row(&rows, "A2/2/4.2");
    assert_eq!((long.n, long.of), (1, 3), "{:?}", long.exceptions);
    let began = "02.11.2026. plkst. 10.00, Kadastra sistēma:";
    assert_eq!(
        long.exceptions,
        [
            format!("{began} prognoze 4 h 1 min, paziņojuma nav"),
            format!("{began} ilga 4 h 1 min, prognoze 1 h, paziņojuma nav"),
        ]
    );
}
