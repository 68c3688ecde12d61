//! `rinda forecast --replay` on histories of `rinda simulate history`, and on lines by hand.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

use jiff::civil::date;
use rinda::cli::history::{self, HistoryOptions};
use rinda::cli::replay::{ReplayError, learn, replay};
use rinda::queue::forecast::picture::Credits;
use serde_json::Value;

const DAY: &str = r#"{"t":"2026-03-02T06:00:00Z","kind":"day","open":"2026-03-02T06:30:00Z","close":"2026-03-02T15:00:00Z","desks":[{"desk":1,"services":[1,2],"from":"2026-03-02T06:30:00Z","to":"2026-03-02T15:00:00Z","breaks":[["2026-03-02T10:00:00Z","2026-03-02T10:30:00Z"]]}],"booked":[]}"#;

fn history(days: u32) -> String {
    let options = HistoryOptions {
        seed: 3,
        days,
        desks: 2,
        customers_per_desk: 25,
        from: date(2026, 3, 2),
    };
    let mut events = Vec::new();
    history::write(&options, &mut events).unwrap();
    String::from_utf8(events).unwrap()
}

fn promises(events: &str) -> Result<Vec<Value>, ReplayError> {
    let mut output = Vec::new();
    let done = replay(events.as_bytes(), &mut output, Credits::default());
    let lines = output
        .split(|byte| *byte == b'\n')
        .filter(|l| !l.is_empty());
    let promises = lines.map(|l| serde_json::from_slice(l).unwrap()).collect();
    done.map(|()| promises)
}

/// A planned day with these lines, each a time of it and the rest.
fn by_hand(lines: &[&str]) -> Result<Vec<Value>, ReplayError> {
    let lines = lines.iter().map(|line| {
        let (time, rest) = line.split_once(' ').unwrap();
        format!(r#"{{"t":"2026-03-02T{time}Z",{rest}}}"#)
    });
    let all: Vec<String> = std::iter::once(DAY.to_owned()).chain(lines).collect();
    promises(&all.join("\n"))
}

fn wrong(lines: &[&str]) -> String {
    by_hand(lines).unwrap_err().to_string()
}

const OPEN: &str = r#"06:30:00 "kind":"desk_open","desk":1,"services":[1,2]"#;

#[test]
fn each_issued_ticket_gets_one_promise_whose_quantiles_do_not_cross() {
    let events = history(1);
    let issued: Vec<Value> = events
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap())
        .filter(|event| event["kind"] == "issued")
        .map(|event| event["ticket"].clone())
        .collect();
    let promises = promises(&events).unwrap();
    let promised: Vec<Value> = promises.iter().map(|p| p["ticket"].clone()).collect();
    assert!(issued.len() > 30);
    assert_eq!(issued, promised);
    for promise in &promises {
        let number = |key: &str| promise[key].as_f64().unwrap();
        assert!(0.0 <= number("p50_s") && number("p50_s") <= number("p90_s"));
        assert!((0.0..3.0 * number("p90_s") + 600.0).contains(&number("mean_s")));
    }
}

#[test]
fn promises_are_made_from_earlier_lines_only() {
    let events = history(2);
    let whole = promises(&events).unwrap();
    assert_eq!(whole, promises(&events).unwrap());
    let lines: Vec<&str> = events.lines().collect();
    for end in [40, 101, 170] {
        let begun = promises(&lines[..end].join("\n")).unwrap();
        assert_eq!(begun[..], whole[..begun.len()]);
    }
}

#[test]
fn more_people_before_one_mean_a_longer_wait() {
    let mut lines = vec![OPEN.to_owned()];
    for n in 0..8 {
        lines.push(format!(
            r#"07:0{n}:00 "kind":"issued","ticket":{n},"service":1,"out_of_turn":false,"appointment":null"#
        ));
    }
    lines
        .push(r#"07:09:00 "kind":"issued","ticket":"first","service":1,"out_of_turn":true"#.into());
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    let promises = by_hand(&lines).unwrap();
    let waits: Vec<f64> = promises
        .iter()
        .map(|promise| promise["p50_s"].as_f64().unwrap())
        .collect();
    assert!(
        waits[..8].is_sorted() && waits[7] > waits[1] + 1_200.0,
        "{waits:?}"
    );
    // Out of turn counts as taken two hours earlier: nobody is before that ticket.
    assert_eq!(promises[8]["ticket"], "first");
    assert!(waits[8] < waits[2], "{waits:?}");
}

#[test]
fn without_credit_nobody_goes_first() {
    let lines = [
        OPEN,
        r#"07:00:00 "kind":"issued","ticket":1,"service":1"#,
        r#"07:01:00 "kind":"issued","ticket":2,"service":1"#,
        r#"07:02:00 "kind":"issued","ticket":3,"service":1,"out_of_turn":true"#,
    ];
    let all: Vec<String> = std::iter::once(DAY.to_owned())
        .chain(lines.iter().map(|line| {
            let (time, rest) = line.split_once(' ').unwrap();
            format!(r#"{{"t":"2026-03-02T{time}Z",{rest}}}"#)
        }))
        .collect();
    let third = |credits| {
        let mut output = Vec::new();
        replay(all.join("\n").as_bytes(), &mut output, credits).unwrap();
        let text = String::from_utf8(output).unwrap();
        let last: Value = serde_json::from_str(text.lines().last().unwrap()).unwrap();
        last["p50_s"].as_f64().unwrap()
    };
    let none = Credits {
        out_of_turn_s: 0.0,
        ..Credits::default()
    };
    assert!(third(none) > third(Credits::default()) + 300.0);
}

#[test]
fn a_planned_break_is_part_of_the_wait() {
    let wait = |time: &str| {
        let called = format!(r#"{time}:00 "kind":"issued","ticket":1,"service":1"#);
        let taken = format!(r#"{time}:10 "kind":"called","ticket":1,"desk":1"#);
        let next = format!(r#"{time}:20 "kind":"issued","ticket":2,"service":1"#);
        let promises = by_hand(&[OPEN, &called, &taken, &next]).unwrap();
        promises[1]["mean_s"].as_f64().unwrap()
    };
    assert!(wait("09:58") > wait("08:00") + 900.0);
}

#[test]
fn before_opening_the_wait_lasts_at_least_until_then() {
    let early = by_hand(&[r#"06:20:00 "kind":"issued","ticket":1,"service":2"#]).unwrap();
    assert!(early[0]["p50_s"].as_f64().unwrap() >= 600.0);
}

#[test]
fn a_service_nobody_is_planned_for_still_gets_a_promise() {
    let promises = by_hand(&[OPEN, r#"07:00:00 "kind":"issued","ticket":1,"service":3"#]);
    assert!(promises.unwrap()[0]["p90_s"].is_number());
    let nobody = r#"{"t":"2026-03-02T06:00:00Z","kind":"day","open":"08:30","close":"17:00"}
{"t":"2026-03-02T08:00:00Z","kind":"issued","ticket":1,"service":3}"#;
    assert!(promises_of(nobody)[0]["p90_s"].is_number());
}

fn promises_of(events: &str) -> Vec<Value> {
    promises(events).unwrap()
}

#[test]
fn lines_without_sense_are_named() {
    for (lines, number, what) in [
        (
            vec!["06:30:00 \"kind\":\"asleep\""],
            2,
            "unknown variant `asleep`",
        ),
        (
            vec!["06:30:00 \"kind\":\"issued\",\"service\":1"],
            2,
            "missing field `ticket`",
        ),
        (
            vec![OPEN, r#"06:40:00 "kind":"called","ticket":9,"desk":1"#],
            3,
            "ticket 9 was not issued",
        ),
        (
            vec![OPEN, r#"06:29:00 "kind":"desk_close","desk":1"#],
            3,
            "before that of the line before",
        ),
        (
            vec![r#"06:40:00 "kind":"issued","ticket":1,"service":0"#],
            2,
            "no service 0",
        ),
        (
            vec![r#"06:40:00 "kind":"issued","ticket":null,"service":1"#],
            2,
            "names nothing",
        ),
        (
            vec![r#"06:40:00 "kind":"issued","ticket":1,"service":3,"appointment":"soon""#],
            2,
            "\"soon\" is neither",
        ),
    ] {
        let error = wrong(&lines);
        assert!(error.starts_with(&format!("line {number}: ")), "{error}");
        assert!(error.contains(what), "{error}");
    }
    let first = r#"{"t":"2026-03-02T06:30:00Z","kind":"desk_close","desk":1}"#;
    let error = promises(first).unwrap_err().to_string();
    assert_eq!(error, "line 1: a \"day\" line must come first");
    let error = promises("\n{\"t\":").unwrap_err().to_string();
    assert!(
        error.starts_with("line 2: EOF") && error.contains(", column "),
        "{error}"
    );
}

#[test]
fn lines_that_are_missing_or_odd_do_no_harm() {
    // No arrivals, a call without an end, an end without a call, a reinstated no-show.
    let promises = by_hand(&[
        OPEN,
        r#"07:00:00 "kind":"issued","ticket":1,"service":1"#,
        r#"07:00:00 "kind":"issued","ticket":2,"service":1"#,
        r#"07:00:30 "kind":"called","ticket":1,"desk":1"#,
        r#"07:05:00 "kind":"called","ticket":2,"desk":1"#,
        r#"07:06:00 "kind":"no_show","ticket":2,"desk":1"#,
        r#"07:07:00 "kind":"called","ticket":2,"desk":1"#,
        r#"07:09:00 "kind":"transferred","ticket":2,"desk":1,"service":2"#,
        r#"07:09:00 "kind":"desk_break","desk":7"#,
        r#"07:12:00 "kind":"issued","ticket":3,"service":1"#,
        r#"07:12:30 "kind":"finished","ticket":3,"desk":1"#,
        r#"07:13:00 "kind":"desk_back","desk":7"#,
        r#"07:14:00 "kind":"cancelled","ticket":2"#,
        r#"07:15:00 "kind":"issued","ticket":4,"service":2"#,
    ]);
    assert_eq!(promises.unwrap().len(), 4);
}

#[test]
fn a_history_teaches_a_centre_before_its_first_day() {
    let (learned, tickets) = learn(history(3).as_bytes(), Credits::default()).unwrap();
    assert!(tickets > 100);
    // Two desks of the history are known, a third is not.
    let known = learned.times().mean_s(1, 1);
    let kept = serde_json::to_vec(&learned).unwrap();
    let read: rinda::queue::forecast::lessons::Learned = serde_json::from_slice(&kept).unwrap();
    assert!(read.is_sound());
    assert!((read.times().mean_s(1, 1) - known).abs() < 1e-6);
    assert!((known - 480.0).abs() > 10.0, "{known}");
}

#[test]
fn a_history_names_services_and_desks_as_the_centre_does() {
    let wrong = |line: &str| {
        let lines = format!("{DAY}\n{line}");
        learn(lines.as_bytes(), Credits::default())
            .unwrap_err()
            .to_string()
    };
    let desk = r#"{"t":"2026-03-02T06:30:00Z","kind":"desk_open","desk":"A","services":[1]}"#;
    assert_eq!(wrong(desk), "line 2: \"A\" is no number of a desk");
    let service = r#"{"t":"2026-03-02T06:30:00Z","kind":"issued","ticket":1,"service":7}"#;
    assert_eq!(wrong(service), "line 2: there is no service 7: use 1 to 3");
}

/// The command as it is promised to the outside, credits and all, and what is no use of it.
#[test]
fn the_command_takes_the_credits_beside_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("events.jsonl");
    std::fs::write(&file, history(2)).unwrap();
    let file = file.to_str().unwrap();
    let ask = |arguments: &[&str]| {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_rinda"));
        command.arg("forecast").args(arguments);
        let output = command.output().unwrap();
        (
            output.status.code(),
            String::from_utf8(output.stdout).unwrap(),
        )
    };
    let usual = ask(&["--replay", file]);
    let named = [
        "--out-of-turn-minutes",
        "120",
        "--appointment-minutes",
        "60",
    ];
    assert_eq!(ask(&[&["--replay", file], &named[..]].concat()), usual);
    assert_eq!(usual.0, Some(0));
    let without = ask(&["--replay", file, "--out-of-turn-minutes", "0"]);
    assert_eq!(without.0, Some(0));
    assert_ne!(without.1, usual.1);
    assert_eq!(ask(&[]).0, Some(2));
    assert_eq!(ask(&["--replay", file, "--learn", file]).0, Some(2));
}
