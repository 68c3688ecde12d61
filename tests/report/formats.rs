//! The same figures in every form: each file is read back by another program and compared with
//! the report's own figures.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process;

use jiff::ToSpan;
use jiff::civil::date;
use rinda::access::Role;
use rinda::quality::evaluations::annex::Method;
use rinda::quality::evaluations::{Evaluation, EvaluationEvent};
use rinda::quality::feedback::{Counts, FeedbackKind, Late};
use rinda::quality::survey::{Answers, SurveyEvent};
use rinda::quality::{Noted, Quality, QualityEvent};
use rinda::queue::catalogue::Service;
use rinda::queue::command::{Actor, Command};
use rinda::report::model::QuarterReport;
use rinda::report::{
    add_kept, csv, day_pdf, day_report, day_table, day_xlsx, quarter_pdf, quarter_report,
    quarter_xlsx, table,
};

use super::drive::{Drive, Seeded, at, boss, setup};

/// October and the middle of a day in November, with a date that has no data.
fn report() -> QuarterReport {
    let mut drive = Drive::new(setup(), at("2026-09-30T04:00:00Z"));
    drive.start();
    drive.expire();
    let mut random = Seeded(20_261_001);
    let mut day = date(2026, 9, 30);
    while day <= date(2026, 10, 30) {
        drive.random_day(day, &mut random, 30_000);
        day = day.checked_add(1.day()).unwrap();
    }
    drive.go_to(at("2026-11-02T06:27:00Z"));
    drive.open_desk(1);
    let service = Service::OrderHandout;
    let reason = "Saslimis konsultants, šodien nepaspējam".to_owned();
    assert!(drive.ask(&boss(), &Command::StopService { service, reason }));
    drive.go_to(at("2026-11-02T07:02:00Z"));
    assert!(drive.ask(&boss(), &Command::ReleaseService { service }));
    let noon = at("2026-11-02T10:00:00Z");
    drive.random_until(noon, noon, &mut random, 30_000);
    let mut days = drive.kept.clone();
    days.remove(&date(2026, 10, 14));
    let edits = drive.state.centre.calendar.clone();
    let quarter = "2026-Q4".parse().unwrap();
    let mut report = quarter_report(&drive.setup, &edits, quarter, days, drive.now);
    add_kept(&mut report, &drive.setup, &edits, &kept());
    assert_eq!(
        (report.evaluations.len(), report.survey.is_some()),
        (30, true)
    );
    report
}

/// A quarter of evaluations, some of them overdue, and of customers' answers.
fn kept() -> Quality {
    let mut quality = Quality::default();
    let person = Actor::Supervisor {
        login: "marta".to_owned(),
    };
    let mut seq = 0;
    let mut tell = |event: QualityEvent| {
        seq += 1;
        let noted = Noted {
            seq,
            at: at("2026-11-02T06:00:00Z"),
            actor: &person,
        };
        quality.apply(noted, &event);
    };
    tell(QualityEvent::Survey(SurveyEvent::Switched {
        on: true,
        from: date(2026, 10, 12),
    }));
    for day in [5, 6, 7, 8, 12, 30] {
        tell(QualityEvent::Evaluation(EvaluationEvent::Marked {
            method: Method::SelfCheck,
            rows: vec![4, 12],
            on: date(2026, 10, day),
            by: "anna".to_owned(),
        }));
    }
    for (row, method, result) in [
        (
            12,
            Method::QueueSystem,
            "Gaidīšana mērķī, otrdienās trūkst galda",
        ),
        (8, Method::MonthlyReview, "Pamatotu sūdzību nav"),
        (6, Method::CustomerSurvey, "Klienti atrod informāciju"),
    ] {
        tell(QualityEvent::Evaluation(EvaluationEvent::Held(
            Evaluation {
                row,
                method,
                held_on: date(2026, 10, 1),
                result: result.to_owned(),
                notes: String::new(),
                role: Role::Manager,
            },
        )));
    }
    for customer in 0..40_u8 {
        tell(QualityEvent::Survey(SurveyEvent::Answered(Answers {
            visited_on: date(2026, 10, 12 + i8::try_from(customer % 10).unwrap()),
            service: if customer < 30 {
                Service::OrderIntake
            } else {
                Service::OrderHandout
            },
            marks: [
                Some(customer % 5 + 1),
                (customer % 3 > 0).then_some(4),
                None,
            ],
            comment: String::new(),
        })));
    }
    quality.begin_day(date(2026, 10, 1));
    hear_feedback(&mut quality);
    quality
}

/// Four complaints of October, one told of late, one not at all; two comments of November.
fn hear_feedback(quality: &mut Quality) {
    let months = &mut quality.feedback.months;
    let october = months.entry(date(2026, 10, 1)).or_default();
    let complaints = Counts {
        received: 4,
        justified: 1,
        unjustified: 2,
        told_at_once: 2,
        told_late: 1,
    };
    october.kinds.insert(FeedbackKind::Complaint, complaints);
    october.late.push(Late {
        id: 7,
        received_at: at("2026-10-05T07:15:00Z"),
        after_s: 11_400,
    });
    let november = months.entry(date(2026, 11, 1)).or_default();
    let comments = Counts {
        received: 2,
        told_at_once: 2,
        ..Counts::default()
    };
    november.kinds.insert(FeedbackKind::Comment, comments);
}

/// Files stay in the target directory, to be looked at.
fn directory() -> PathBuf {
    let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join("report");
    std::fs::create_dir_all(&directory).unwrap();
    directory
}

fn run(program: &str, arguments: &[&OsStr]) -> String {
    let output = process::Command::new(program)
        .args(arguments)
        .output()
        .unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{program}: {errors}");
    // Titles of the structure are printed as the bytes they are.
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[test]
fn every_form_has_the_same_figures() {
    let report = report();
    let directory = directory();
    let write = |name: &str, bytes: &[u8]| {
        let path = directory.join(name);
        std::fs::write(&path, bytes).unwrap();
        path.into_os_string()
    };
    write("quarter.json", &serde_json::to_vec(&report).unwrap());
    write("quarter.csv", csv(&report).unwrap().as_bytes());
    write("quarter.txt", table(&report).as_bytes());
    write("quarter.xlsx", &quarter_xlsx(&report).unwrap());
    let pdf = write("quarter.pdf", &quarter_pdf(&report).unwrap());
    for (how, name) in [
        ("-layout", "quarter.pdf.txt"),
        ("-bbox", "quarter.pdf.html"),
    ] {
        let read = directory.join(name).into_os_string();
        run("pdftotext", &[how.as_ref(), &pdf, &read]);
    }
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/report/compare_forms.py");
    let arguments = [script.as_ref(), directory.as_os_str()];
    let compared: BTreeMap<String, u64> =
        serde_json::from_str(&run("python3", &arguments)).unwrap();
    for (form, figures_min) in [("pdf", 150), ("text", 60), ("xlsx", 2000), ("csv", 2000)] {
        assert!(compared[form] >= figures_min, "{form}: {compared:?}");
    }
}

#[test]
fn the_pdf_is_a_document_one_can_sign_and_hear() {
    let report = report();
    let pdf = directory().join("signed.pdf");
    std::fs::write(&pdf, quarter_pdf(&report).unwrap()).unwrap();
    let pdf = pdf.as_os_str();

    let told = run("pdfinfo", &[pdf]);
    let line = |name: &str| {
        let mut lines = told.lines().filter_map(|line| line.strip_prefix(name));
        lines.next().map(str::trim).map(str::to_owned)
    };
    let title = "Klientu plūsmas vadība. 2026. gada 4. ceturksnis";
    assert_eq!(line("Title:").as_deref(), Some(title));
    assert_eq!(line("Author:"), Some(report.centre.clone()));
    assert_eq!(line("Tagged:").as_deref(), Some("yes"));
    assert!(told.contains("(A4)"), "{told}");
    // Neither a program nor a machine is named.
    assert_eq!((line("Producer:"), line("Creator:")), (None, None));

    let fonts = run("pdffonts", &[pdf]);
    assert_eq!(fonts.lines().count(), 4, "{fonts}");
    for font in fonts.lines().skip(2) {
        // Embedded, a subset, with its letters as Unicode.
        assert!(font.contains(" yes yes yes "), "{font}");
    }

    let first = run(
        "pdftotext",
        &["-l".as_ref(), "1".as_ref(), pdf, "-".as_ref()],
    );
    for text in [
        "Rīgas klientu apkalpošanas centrs",
        "Pasūtījumu pieņemšana",
        "Atbilstība standartam",
        "Pret iepriekšējo ceturksni",
        "Pakalpojumu kvalitātes vadītājs",
        "paraksts",
        "1. lapa no ",
    ] {
        assert!(first.contains(text), "{text} is not on the first page");
    }
    let structure = run("pdfinfo", &["-struct".as_ref(), pdf]);
    for element in ["H1", "H2", "Table", "THead", "TH", "TD", "Figure"] {
        let mut names = structure
            .lines()
            .map(|line| line.trim().split([' ', ':']).next());
        assert!(names.any(|name| name == Some(element)), "{element}");
    }
}

#[test]
fn a_day_and_strange_names_can_be_written_too() {
    let mut drive = Drive::new(setup(), at("2026-10-05T05:20:00Z"));
    drive.setup.name =
        "Centrs „Ziemeļi” 🏛 \u{7} <b>&".to_owned() + &" ļoti garš nosaukums".repeat(9);
    drive.setup.appointments = true;
    drive.start();
    drive.expire();
    let mut random = Seeded(7);
    drive.random_day(date(2026, 10, 5), &mut random, 30_000);
    let edits = drive.state.centre.calendar.clone();
    for (date, name) in [(date(2026, 10, 5), "day"), (date(2026, 10, 6), "no-day")] {
        let report = day_report(&drive.setup, &edits, date, drive.kept.get(&date), drive.now);
        assert!(day_xlsx(&report).unwrap().starts_with(b"PK"));
        let pdf = directory().join(format!("{name}.pdf"));
        std::fs::write(&pdf, day_pdf(&report).unwrap()).unwrap();
        let text = run("pdftotext", &[pdf.as_os_str(), "-".as_ref()]);
        assert!(text.contains("Centrs „Ziemeļi”"), "{text}");
        assert!(
            day_table(&report)
                .lines()
                .all(|line| line.chars().count() <= 100)
        );
    }
    let quarter = "2026-Q4".parse().unwrap();
    let nothing = quarter_report(&drive.setup, &edits, quarter, [], drive.now);
    assert!(quarter_pdf(&nothing).unwrap().starts_with(b"%PDF-1.7"));
    assert!(quarter_xlsx(&nothing).unwrap().starts_with(b"PK"));
}

#[test]
fn no_file_is_poured_into_a_terminal() {
    let rinda = env!("CARGO_BIN_EXE_rinda");
    let data = tempfile::tempdir().unwrap();
    for format in ["pdf", "xlsx"] {
        let command = format!(
            "{rinda} report --quarter 2026-Q4 --format {format} --data {}",
            data.path().display()
        );
        // `script` runs it on a terminal of its own.
        let output = process::Command::new("script")
            .args(["--quiet", "--return", "--command", &command, "/dev/null"])
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stdout);
        assert_eq!(output.status.code(), Some(2), "{said}");
        assert!(said.contains("--out FILE"), "{said}");
    }
}
