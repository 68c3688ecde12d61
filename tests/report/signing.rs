//! What was signed stays comparable: the journal damaged later, a target or hours changed later, and
//! the same told in every form.

use std::path::{Path, PathBuf};
use std::process::Command;

use jiff::ToSpan;
use jiff::civil::date;
use rinda::journal;
use rinda::quality::QualityEvent;
use rinda::quality::signing::SigningEvent;
use rinda::queue::setup::Setup;
use rinda::report::model::QuarterReport;
use rinda::report::signed::{
    self, JournalState, SignOffState, Unready, from_journal, in_words, verified,
};
use rinda::report::{Quarter, csv, quarter_pdf, quarter_xlsx, table};
use serde_json::Value;

use super::drive::{Drive, Seeded, at, setup};

fn quarter() -> Quarter {
    "2026-Q4".parse().unwrap()
}

/// The last days of a quarter and its turn, in a real journal.
fn over(data: &Path) -> Drive {
    let mut drive = Drive::new(setup(), at("2026-12-28T04:00:00Z")).journaled(data);
    drive.start();
    drive.expire();
    let mut random = Seeded(20_261_228);
    let mut day = date(2026, 12, 28);
    while day <= date(2026, 12, 31) {
        drive.random_day(day, &mut random, 30_000);
        drive.snapshot();
        day = day.checked_add(1.day()).unwrap();
    }
    drive
}

/// The same in the new year, signed.
fn signed(data: &Path) -> Drive {
    let mut drive = over(data);
    drive.go_to(at("2026-12-31T22:00:01Z"));
    drive.write();
    drive.now = at("2027-01-02T08:00:00Z");
    let report = from_journal(data, &drive.setup, quarter(), drive.now, &mut |_, _| {}).unwrap();
    let mut signed = signed::prepare(&report, data).unwrap();
    signed.under.name = "Vārds Uzvārds".to_owned();
    signed.under.comment = Some("Decembrī trūka viena konsultanta.".to_owned());
    let size = serde_json::to_string(&signed).unwrap().len();
    assert!(size < 500_000, "{size} bytes in one line of the journal");
    drive.keep(QualityEvent::Signing(SigningEvent::Signed(Box::new(
        signed,
    ))));
    drive
}

fn check(data: &Path, setup: &Setup) -> QuarterReport {
    verified(
        data,
        setup,
        quarter(),
        at("2027-03-01T08:00:00Z"),
        &mut |_, _| {},
    )
    .unwrap()
}

fn packed(data: &Path) -> PathBuf {
    data.join("journal/2026-Q4.ndjson.zst")
}

#[test]
fn a_quarter_is_ready_once_it_is_over_and_everything_is_closed() {
    let data = tempfile::tempdir().unwrap();
    let mut drive = over(data.path());
    drive.write();
    let ready = |drive: &Drive, now: &str| {
        let report = from_journal(
            data.path(),
            &drive.setup,
            quarter(),
            at(now),
            &mut |_, _| {},
        )
        .unwrap();
        signed::prepare(&report, data.path())
    };
    let refused = ready(&drive, "2026-12-31T21:59:59Z").unwrap_err();
    let first = date(2027, 1, 1);
    assert!(
        matches!(refused, Unready::NotOver { from } if from == first),
        "{refused}"
    );
    // Over by the clock, but the daemon has not come to it.
    assert!(
        drive
            .state
            .centre
            .tickets
            .values()
            .any(|ticket| !ticket.is_over())
    );
    let refused = ready(&drive, "2026-12-31T22:00:01Z").unwrap_err();
    assert!(
        matches!(refused, Unready::Open { tickets } if tickets > 0),
        "{refused}"
    );
    drive.go_to(at("2026-12-31T22:00:01Z"));
    drive.write();
    let signed = ready(&drive, "2026-12-31T22:00:01Z").unwrap();
    // The turn of the year closed them after the range's end.
    let closed = journal::closed(data.path(), quarter()).unwrap().unwrap();
    assert_eq!(signed.under.journal_sha256, closed.seal.unwrap().sha256);
    assert!(signed.under.last_seq < drive.state.seq);
    // The moment of the report is no figure.
    let later = ready(&drive, "2027-02-01T08:00:00Z").unwrap();
    assert_eq!(later.figures, signed.figures);
}

#[test]
fn a_recomputation_agrees_with_what_was_signed() {
    let data = tempfile::tempdir().unwrap();
    let drive = signed(data.path());
    let report = check(data.path(), &drive.setup);
    assert_eq!(report.sign_off.state, SignOffState::Agrees);
    let found = report.sign_off.journal.clone().unwrap();
    assert_eq!(found.state, JournalState::AsSigned);
    assert!(found.figures_kept && found.damaged == 0);
    assert_eq!(report.sign_off.wrong(), Vec::<String>::new());
    let line = report.sign_off.newest().unwrap();
    assert_eq!(line.signature.by.as_deref(), Some("vaditaja"));
    // What was signed can be shown word for word.
    let frozen = signed::frozen(data.path(), line.seq).unwrap();
    assert_eq!(frozen, signed::figures(&report));
}

#[test]
fn the_quarter_after_tells_what_waits_for_a_signature() {
    let told = |data: &Path, setup: &Setup, quarter: &str, now: &str| {
        let quarter = quarter.parse().unwrap();
        let report = verified(data, setup, quarter, at(now), &mut |_, _| {}).unwrap();
        report.sign_off.earlier_unsigned
    };
    let unsigned = tempfile::tempdir().unwrap();
    let mut drive = over(unsigned.path());
    drive.go_to(at("2026-12-31T22:00:01Z"));
    drive.write();
    let later = |now| told(unsigned.path(), &drive.setup, "2027-Q1", now);
    assert_eq!(later("2026-12-31T21:59:59Z"), None, "it is not over");
    assert_eq!(later("2026-12-31T22:00:01Z").as_deref(), Some("2026-Q4"));
    // Of the one before that there is nothing to sign.
    let nothing = from_journal(
        unsigned.path(),
        &drive.setup,
        "2026-Q3".parse().unwrap(),
        at("2027-01-02T08:00:00Z"),
        &mut |_, _| {},
    )
    .unwrap();
    assert!(!nothing.sign_off.signable);
    assert_eq!(nothing.sign_off.state, SignOffState::NoData);
    let refused = signed::prepare(&nothing, unsigned.path()).unwrap_err();
    assert!(matches!(refused, Unready::NoData), "{refused}");
    let own = told(
        unsigned.path(),
        &drive.setup,
        "2026-Q4",
        "2027-01-02T08:00:00Z",
    );
    assert_eq!(own, None);
    let data = tempfile::tempdir().unwrap();
    let drive = signed(data.path());
    let signed = told(data.path(), &drive.setup, "2027-Q1", "2027-01-03T08:00:00Z");
    assert_eq!(signed, None);
}

#[test]
fn a_damaged_record_shows_in_the_hash_and_in_the_figures() {
    let data = tempfile::tempdir().unwrap();
    let drive = signed(data.path());
    let file = packed(data.path());
    let mut bytes = std::fs::read(&file).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 0x55;
    std::fs::write(&file, bytes).unwrap();
    let report = check(data.path(), &drive.setup);
    assert_eq!(report.sign_off.state, SignOffState::Differs);
    assert_eq!(
        report.sign_off.journal.as_ref().unwrap().state,
        JournalState::Differs
    );
    assert!(report.sign_off.journal.as_ref().unwrap().damaged > 0);
    let wrong = report.sign_off.wrong().join("\n");
    // Which figures come first follows from where the middle of the file falls.
    assert!(
        wrong.contains("figures differ from those that were signed"),
        "{wrong}"
    );
    assert!(wrong.contains(": signed "), "{wrong}");
    // A ticket whose end was lost is open, which is told before the file's damage.
    let prepared = signed::prepare(&report, data.path());
    assert!(matches!(
        prepared,
        Err(Unready::Damaged | Unready::Open { .. })
    ));
    std::fs::remove_file(&file).unwrap();
    let report = check(data.path(), &drive.setup);
    assert_eq!(report.sign_off.journal.unwrap().state, JournalState::Gone);
}

#[test]
fn a_changed_target_and_changed_hours_are_named() {
    let data = tempfile::tempdir().unwrap();
    let mut drive = signed(data.path());
    drive.setup.rules.wait_target = jiff::SignedDuration::from_mins(5);
    let report = check(data.path(), &drive.setup);
    let sign_off = &report.sign_off;
    assert_eq!(sign_off.state, SignOffState::Differs);
    assert!(sign_off.signable);
    let first = &sign_off.differences[0];
    assert_eq!(
        (first.path.as_str(), first.what.as_str()),
        ("target_s", "gaidīšanas mērķis")
    );
    assert_eq!(first.now.as_deref(), Some("300 s"));
    let within = sign_off
        .differences
        .iter()
        .find(|of| of.path == "total.quarter.within_target.n");
    assert_eq!(
        within.unwrap().what,
        "kopā · ceturksnis · uzaicinātas mērķa laikā · skaits"
    );
    // The journal itself is what was signed.
    assert_eq!(
        sign_off.journal.as_ref().unwrap().state,
        JournalState::AsSigned
    );

    drive.setup = setup();
    drive.setup.hours.week[0] = rinda::queue::hours::DayHours::default();
    let report = check(data.path(), &drive.setup);
    let what: Vec<&str> = report
        .sign_off
        .differences
        .iter()
        .map(|of| of.what.as_str())
        .collect();
    assert!(
        what.contains(&"dati · paredzētās pieņemšanas dienas"),
        "{what:?}"
    );
    assert!(report.sign_off.differences.len() <= signed::DIFFERENCES_MAX);
}

#[test]
fn a_second_signature_keeps_the_first() {
    let data = tempfile::tempdir().unwrap();
    let mut drive = signed(data.path());
    drive.setup.rules.wait_target = jiff::SignedDuration::from_mins(5);
    let report = check(data.path(), &drive.setup);
    let mut again = signed::prepare(&report, data.path()).unwrap();
    again.under.name = "Vārds Uzvārds".to_owned();
    drive.now = at("2027-01-20T08:00:00Z");
    again.under.as_of = drive.now;
    drive.keep(QualityEvent::Signing(SigningEvent::Signed(Box::new(again))));
    let report = check(data.path(), &drive.setup);
    assert_eq!(report.sign_off.state, SignOffState::Agrees);
    let same: Vec<bool> = report
        .sign_off
        .signatures
        .iter()
        .map(|of| of.same_figures)
        .collect();
    assert_eq!(same, [true, false]);
    let text = table(&report);
    assert!(
        text.contains("1. paraksts") && text.contains("2. paraksts"),
        "{text}"
    );
}

#[test]
fn every_form_tells_the_signature_and_what_differs() {
    let data = tempfile::tempdir().unwrap();
    let mut drive = signed(data.path());
    drive.setup.rules.wait_target = jiff::SignedDuration::from_mins(5);
    let report = check(data.path(), &drive.setup);
    let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join("signed");
    std::fs::create_dir_all(&directory).unwrap();
    let pdf = directory.join("quarter.pdf");
    std::fs::write(&pdf, quarter_pdf(&report).unwrap()).unwrap();
    std::fs::write(
        directory.join("quarter.xlsx"),
        quarter_xlsx(&report).unwrap(),
    )
    .unwrap();
    let first = Command::new("pdftotext")
        .args(["-l", "1"])
        .arg(&pdf)
        .arg("-")
        .output()
        .unwrap();
    let first = String::from_utf8_lossy(&first.stdout).into_owned();
    for words in ["Vārds Uzvārds (vaditaja)", "UZMANĪBU", "Decembrī trūka"] {
        assert!(
            first.contains(words),
            "{words} is not on the first page: {first}"
        );
    }
    assert!(
        !first.contains("vārds, uzvārds"),
        "lines to sign on are left"
    );
    let whole = Command::new("pdftotext")
        .arg("-layout")
        .arg(&pdf)
        .arg("-")
        .output()
        .unwrap();
    let whole = String::from_utf8_lossy(&whole.stdout).into_owned();
    let csv = csv(&report).unwrap();
    let text = table(&report);
    for form in [&whole, &text] {
        assert!(form.contains("Atšķirības no parakstītā"), "{form}");
        assert!(form.contains("gaidīšanas mērķis"), "{form}");
    }
    let signed = &report.sign_off.newest().unwrap().signature.under;
    assert!(csv.contains(&signed.figures_sha256) && csv.contains(&signed.journal_sha256));
    assert!(
        csv.contains("difference,target_s,gaidīšanas mērķis,2026-Q4,now,text,300 s"),
        "{csv}"
    );
}

/// Every figure has words: what is added to a report without them shows its bare name here.
#[test]
fn every_signed_figure_has_words() {
    let data = tempfile::tempdir().unwrap();
    let drive = signed(data.path());
    let report = check(data.path(), &drive.setup);
    let mut left = vec![(Vec::new(), signed::figures(&report))];
    let mut count = 0;
    while let Some((path, value)) = left.pop() {
        let Value::Object(fields) = value else {
            let words = in_words(&path);
            let bare = path.iter().filter(|piece| {
                piece.contains('_') || piece.chars().all(|letter| letter.is_ascii_lowercase())
            });
            for piece in bare {
                assert!(
                    !words.split(" · ").any(|word| word == piece),
                    "{path:?}: {words}"
                );
            }
            count += 1;
            continue;
        };
        left.extend(fields.into_iter().map(|(name, value)| {
            let mut path = path.clone();
            path.push(name);
            (path, value)
        }));
    }
    assert!(count > 2_000, "{count}");
}
