//! The machine in QEMU: its serial line, fingers on its contacts, eyes on its lamps.

use std::fs::File;
use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

/// Longest wait for anything; a loaded machine may take its time.
pub const LIMIT: Duration = Duration::from_secs(60);

/// How long a finger stays on a button, and off it: longer than contacts bounce.
const FINGER: Duration = Duration::from_millis(50);

const QEMU: &str = "qemu-system-arm";

/// What building and running the program takes, with what to install for it.
const NEEDED: [(&str, &str); 4] = [
    ("/usr/bin/qemu-system-arm", "qemu-system-arm"),
    ("/usr/bin/rustc", "rustc-web"),
    ("/usr/lib/rustlib/src/rust/library/core", "rust-web-src"),
    ("/usr/bin/ld.lld", "lld"),
];

/// The built program for a chip; `None` where this machine cannot build or run it, which is said
/// past the test harness's capture.
pub fn program(chip: &'static str) -> Option<PathBuf> {
    static LOCK: std::sync::Mutex<()> = std::sync::Mutex::new(());
    static SAID: OnceLock<()> = OnceLock::new();
    let missing: Vec<&str> = NEEDED
        .iter()
        .filter(|(path, _)| !Path::new(path).exists())
        .map(|(_, package)| *package)
        .collect();
    if !missing.is_empty() {
        SAID.get_or_init(|| {
            let text = format!(
                "\n*** THE FIRMWARE IS NOT TESTED: {missing:?} missing; tests/install-packages \
                 installs them ***\n\n"
            );
            std::io::stderr().write_all(text.as_bytes()).unwrap();
        });
        return None;
    }
    let _one_build_at_a_time = LOCK.lock().unwrap();
    let build = Path::new(env!("CARGO_MANIFEST_DIR")).join("firmware/build");
    let output = Command::new(build).arg(chip).output().unwrap();
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success(),
        "the program does not build: {told}"
    );
    let path = String::from_utf8(output.stdout).unwrap();
    Some(PathBuf::from(path.trim()))
}

/// A running machine.
pub struct Machine {
    qemu: Child,
    /// The serial line that carries the protocol.
    pub line: PathBuf,
    contacts: UnixStream,
    lamps: Receiver<(Instant, u8)>,
    lit: u8,
    _dir: tempfile::TempDir,
}

impl Machine {
    /// Switches a board on; `None` where QEMU is missing.
    pub fn start() -> Option<Self> {
        let program = program("lm3s6965")?;
        let dir = tempfile::tempdir().unwrap();
        let socket = |name: &str| dir.path().join(name);
        let mut qemu = Command::new(QEMU);
        qemu.args(["-M", "lm3s6965evb", "-serial", "pty"]);
        for name in ["contacts", "lamps"] {
            let path = socket(name);
            qemu.arg("-serial")
                .arg(format!("unix:{},server=on,wait=off", path.display()));
        }
        let log = dir.path().join("qemu.log");
        let (qemu, line) = switch_on(qemu, &program, &log);
        let contacts = connect(&socket("contacts"));
        let lamps = watch(connect(&socket("lamps")));
        Some(Self {
            qemu,
            line,
            contacts,
            lamps,
            lit: 0,
            _dir: dir,
        })
    }

    /// Gives the contacts these readings one after the other, as fast as the program takes them:
    /// bits 0 to 2, set = closed.
    pub fn contacts(&mut self, readings: &[u8]) {
        self.contacts.write_all(readings).unwrap();
    }

    /// A finger on button 1, 2 or 3, without bouncing.
    pub fn press(&mut self, button: u8) {
        for reading in [1 << (button - 1), 0] {
            self.contacts(&[reading]);
            std::thread::sleep(FINGER);
        }
    }

    /// Waits until exactly these lamps are lit (bits 0 to 2) and stay so for longer than any
    /// blinking lamp does.
    pub fn lamps_stay(&mut self, lit: u8) {
        const LONGER_THAN_A_BLINK: Duration = Duration::from_millis(1_500);
        let until = Instant::now() + LIMIT;
        loop {
            match self.lamps.recv_timeout(LONGER_THAN_A_BLINK) {
                Ok((_, seen)) => self.lit = seen,
                Err(RecvTimeoutError::Timeout) if self.lit == lit => return,
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => panic!("QEMU has ended"),
            }
            assert!(Instant::now() < until, "lamps {:#05b}", self.lit);
        }
    }

    /// Waits until all lamps flash together, shortly and each second: out of service. The time of
    /// the first flash.
    pub fn lamps_out_of_service(&mut self) -> Instant {
        let until = Instant::now() + LIMIT;
        let (mut flashes, mut on) = (Vec::new(), None);
        while flashes.len() < 3 {
            assert!(Instant::now() < until, "lamps {:#05b}", self.lit);
            let left = until.saturating_duration_since(Instant::now());
            let (at, seen) = self.lamps.recv_timeout(left).unwrap();
            let dark_before = self.lit == 0;
            self.lit = seen;
            match (seen, on) {
                (0b111, _) => on = dark_before.then_some(at),
                (0, Some(lit_at)) if at - lit_at < Duration::from_millis(450) => {
                    flashes.push(lit_at);
                }
                _ => flashes.clear(),
            }
        }
        flashes[0]
    }

    /// Forgets what was seen of the lamps until now, but for what is lit.
    pub fn look_away(&mut self) {
        while let Ok((_, seen)) = self.lamps.try_recv() {
            self.lit = seen;
        }
    }
}

impl Drop for Machine {
    fn drop(&mut self) {
        self.qemu.kill().unwrap();
        self.qemu.wait().unwrap();
    }
}

/// Starts QEMU with a program; also the pseudo-terminal of its first serial port. What QEMU has
/// to complain of goes to `log`.
pub fn switch_on(mut qemu: Command, program: &Path, log: &Path) -> (Child, PathBuf) {
    let mut child = qemu
        .args(["-display", "none", "-monitor", "none", "-kernel"])
        .arg(program)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(File::create(log).unwrap())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let line = lines
        .find_map(|line| {
            let line = line.unwrap();
            let path = line.strip_prefix("char device redirected to ")?;
            Some(PathBuf::from(path.split(' ').next().unwrap()))
        })
        .unwrap_or_else(|| panic!("QEMU: {}", std::fs::read_to_string(log).unwrap()));
    (child, line)
}

fn connect(path: &Path) -> UnixStream {
    let until = Instant::now() + LIMIT;
    loop {
        match UnixStream::connect(path) {
            Ok(stream) => return stream,
            Err(error) => assert!(Instant::now() < until, "{}: {error}", path.display()),
        }
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// Notes each change of the lamps with its time.
fn watch(mut lamps: UnixStream) -> Receiver<(Instant, u8)> {
    let (sender, receiver) = channel();
    std::thread::spawn(move || {
        let mut byte = [0];
        while lamps.read_exact(&mut byte).is_ok() {
            if sender.send((Instant::now(), byte[0])).is_err() {
                return;
            }
        }
    });
    receiver
}
