#![allow(clippy::unwrap_used, clippy::expect_used)]
use std::fs;
use std::path::Path;

use super::*;
use crate::devices::simulator::pty::Pty;

/// Nothing here takes longer, even on a busy machine.
const PATIENCE: Duration = Duration::from_secs(30);

const QUICK: Timing = Timing {
    attempt: Duration::from_secs(20),
    pause_min: Duration::from_millis(5),
    pause_max: Duration::from_millis(20),
    repeat_on: Duration::from_secs(3_600),
};

/// A program that notes its arguments before it does what `then` says. The link leads to a file
/// that is never written: one just written cannot always be run at once.
fn program(folder: &Path, name: &str, then: &str) -> PathBuf {
    let fake = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/support/fake-program");
    let path = folder.join(name);
    if std::fs::symlink_metadata(&path).is_err() {
        std::os::unix::fs::symlink(fake, &path).unwrap();
    }
    fs::write(folder.join("then"), then).unwrap();
    path
}

fn log(folder: &Path) -> Vec<String> {
    let text = fs::read_to_string(folder.join("log")).unwrap_or_default();
    text.lines().map(str::to_owned).collect()
}

fn cec(folder: &Path, then: &str) -> Power {
    Power::Cec {
        program: program(folder, "cec-ctl", then),
        adapter: PathBuf::from("/dev/cec1"),
    }
}

#[tokio::test]
async fn cec_wakes_the_monitor_and_sends_it_to_sleep() {
    let folder = tempfile::tempdir().unwrap();
    let power = cec(folder.path(), "");
    power.switch(true).await.unwrap();
    power.switch(false).await.unwrap();
    let to = "<-d></dev/cec1><--skip-info><--playback><--to><0>";
    let expected = [format!("{to}<--image-view-on>"), format!("{to}<--standby>")];
    assert_eq!(log(folder.path()), expected);
}

#[tokio::test]
async fn a_message_that_the_monitor_does_not_take_is_a_failure() {
    let folder = tempfile::tempdir().unwrap();
    let says = "echo 'Transmit from Playback Device 1 to TV (4 to 0):'; echo '\tTx, Not Acknowledged (4), Max Retries'";
    let error = cec(folder.path(), says).switch(true).await.unwrap_err();
    assert!(error.to_string().contains("Not Acknowledged"), "{error}");
    let fails = "echo 'no adapter' >&2; exit 3";
    let error = cec(folder.path(), fails).switch(true).await.unwrap_err();
    let text = error.to_string();
    assert!(text.contains("no adapter") && text.contains('3'), "{text}");
}

#[tokio::test]
async fn a_command_gets_its_words_as_they_are_and_no_shell() {
    let folder = tempfile::tempdir().unwrap();
    let script = program(folder.path(), "switch", "");
    let script = script.to_string_lossy().into_owned();
    let words = |words: &[&str]| {
        let words = words.iter().map(|word| (*word).to_owned());
        std::iter::once(script.clone()).chain(words).collect()
    };
    let power = Power::Command {
        on: words(&["on", "a b; touch $HOME", "*"]),
        off: words(&["off", ""]),
    };
    power.switch(true).await.unwrap();
    power.switch(false).await.unwrap();
    assert_eq!(log(folder.path()), ["<on><a b; touch $HOME><*>", "<off><>"]);
    let missing = Power::Command {
        on: vec!["/nowhere/switch".to_owned()],
        off: Vec::new(),
    };
    let error = missing.switch(true).await.unwrap_err();
    assert!(matches!(error, MonitorError::Start { .. }), "{error}");
}

#[tokio::test]
async fn a_program_that_talks_without_end_is_cut_short_and_one_that_hangs_is_ended() {
    let folder = tempfile::tempdir().unwrap();
    let power = cec(folder.path(), "head -c 300000 /dev/zero | tr '\\0' x");
    tokio::time::timeout(PATIENCE, power.switch(true))
        .await
        .expect("it ends")
        .unwrap();
    let power = cec(folder.path(), "exec sleep 1000");
    let (_wanted_in, wanted) = watch::channel(true);
    let (told_in, mut told) = watch::channel(MonitorState::Switching);
    let timing = Timing {
        attempt: Duration::from_millis(100),
        ..QUICK
    };
    let task = tokio::spawn(run(power, timing, wanted, told_in));
    wait_for(&mut told, MonitorState::Failing).await;
    task.abort();
}

async fn wait_for(told: &mut watch::Receiver<MonitorState>, state: MonitorState) {
    tokio::time::timeout(PATIENCE, told.wait_for(|is| *is == state))
        .await
        .expect("in time")
        .unwrap();
}

#[tokio::test]
async fn levels_are_brought_about_and_failures_tried_again_until_they_end() {
    let folder = tempfile::tempdir().unwrap();
    let cable = folder.path().join("cable");
    let power = cec(folder.path(), &format!("test -e {}", cable.display()));
    let (wanted_in, wanted) = watch::channel(true);
    let (told_in, mut told) = watch::channel(MonitorState::Switching);
    let task = tokio::spawn(run(power, QUICK, wanted, told_in));
    wait_for(&mut told, MonitorState::Failing).await;
    assert!(log(folder.path()).len() >= 3, "not at the first failure");
    fs::write(&cable, "").unwrap();
    wait_for(&mut told, MonitorState::On).await;
    wanted_in.send(false).unwrap();
    wait_for(&mut told, MonitorState::Off).await;
    assert!(log(folder.path()).last().unwrap().contains("--standby"));
    drop(wanted_in);
    tokio::time::timeout(PATIENCE, task).await.unwrap().unwrap();
}

#[tokio::test]
async fn a_monitor_that_should_be_on_is_told_so_again_and_one_that_is_off_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let power = cec(folder.path(), "");
    let (wanted_in, wanted) = watch::channel(true);
    let (told_in, mut told) = watch::channel(MonitorState::Switching);
    let timing = Timing {
        repeat_on: Duration::from_millis(10),
        ..QUICK
    };
    let task = tokio::spawn(run(power, timing, wanted, told_in));
    let begun = std::time::Instant::now();
    while log(folder.path()).len() < 3 {
        assert!(begun.elapsed() < PATIENCE);
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    wanted_in.send(false).unwrap();
    wait_for(&mut told, MonitorState::Off).await;
    let before = log(folder.path()).len();
    wanted_in.send(true).unwrap();
    wait_for(&mut told, MonitorState::On).await;
    let after = log(folder.path());
    assert!(after[before - 1].contains("--standby"));
    assert!(after[before].contains("--image-view-on"));
    task.abort();
}

fn rs232(port: PathBuf, answer: Option<&[u8]>) -> Power {
    Power::Rs232 {
        port,
        baud: 9_600,
        on: b"ka 01 01\r".to_vec(),
        off: vec![0xaa, 0x11, 0x00, 0x01, 0x00, 0x12],
        answer: answer.map(<[u8]>::to_vec),
    }
}

async fn heard(line: &mut Pty, count: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    while bytes.len() < count {
        let piece = tokio::time::timeout(PATIENCE, line.read(usize::MAX)).await;
        bytes.extend(piece.expect("in time").unwrap());
    }
    bytes
}

#[tokio::test]
async fn rs232_sends_its_bytes_and_no_others() {
    let folder = tempfile::tempdir().unwrap();
    let port = folder.path().join("line");
    let mut line = Pty::open(&port, 9_600).unwrap();
    let power = rs232(port, None);
    power.switch(true).await.unwrap();
    power.switch(false).await.unwrap();
    let expected = b"ka 01 01\r\xaa\x11\x00\x01\x00\x12";
    assert_eq!(heard(&mut line, expected.len()).await, expected);
    let more = tokio::time::timeout(Duration::from_millis(50), line.read(usize::MAX));
    assert!(more.await.is_err(), "nothing else was sent");
}

#[tokio::test]
async fn rs232_hears_the_answer_out_in_pieces_and_takes_no_other() {
    let folder = tempfile::tempdir().unwrap();
    let port = folder.path().join("line");
    let mut line = Pty::open(&port, 9_600).unwrap();
    let power = rs232(port, Some(b"a 01 OK01x"));
    let monitor = async {
        heard(&mut line, 9).await;
        line.send(b"\r\na 01 ");
        tokio::time::sleep(Duration::from_millis(20)).await;
        line.send(b"OK01x\r");
        heard(&mut line, 6).await;
        line.send(b"a 01 NG01x");
    };
    let daemon = async {
        power.switch(true).await.unwrap();
        let error = power.switch(false).await.unwrap_err();
        assert!(matches!(error, MonitorError::Answer { .. }), "{error}");
    };
    tokio::join!(monitor, daemon);
}

#[tokio::test]
async fn a_line_that_is_not_there_is_a_failure() {
    let power = rs232(PathBuf::from("/dev/nowhere"), None);
    let error = power.switch(true).await.unwrap_err();
    assert!(error.to_string().contains("/dev/nowhere"), "{error}");
}
