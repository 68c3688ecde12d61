//! The kiosk browser's start file with the real Chromium and, where it is installed, the real
//! compositor: a display that paints comes of it.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, chown};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::daemon::Daemon;
use crate::{await_some, file, health, installed};

/// Nobody in particular; the compositor refuses to run as root.
const NOBODY: u32 = 65_534;

/// A machine with a screen: a folder that belongs to the browser's user.
struct Screen {
    folder: tempfile::TempDir,
    key: PathBuf,
    child: Option<Child>,
}

impl Screen {
    fn new(key: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path();
        let script = path.join("rinda-browser");
        fs::copy(file("config/kiosk-browser/rinda-browser"), &script).unwrap();
        let key_file = path.join("key");
        fs::write(&key_file, key).unwrap();
        fs::set_permissions(&key_file, fs::Permissions::from_mode(0o600)).unwrap();
        for name in ["tmp", "home", "run"] {
            fs::create_dir(path.join(name)).unwrap();
            fs::set_permissions(path.join(name), fs::Permissions::from_mode(0o700)).unwrap();
        }
        if nix::unistd::geteuid().is_root() {
            for name in ["", "key", "tmp", "home", "run"] {
                chown(path.join(name), Some(NOBODY), Some(NOBODY)).unwrap();
            }
        }
        Self {
            key: key_file,
            folder,
            child: None,
        }
    }

    fn command(&self, url: &str, page: &str, flags: &str) -> Command {
        let path = self.folder.path();
        // Read by a shell that is there already: a file just written cannot always be run at once.
        let mut command = Command::new("bash");
        command
            .arg(path.join("rinda-browser"))
            .arg(page)
            .env_clear()
            .env("PATH", std::env::var("PATH").unwrap())
            .env("HOME", path.join("home"))
            .env("TMPDIR", path.join("tmp"))
            .env("XDG_RUNTIME_DIR", path.join("run"))
            .env("RINDA_URL", url)
            .env("RINDA_KEY_FILE", &self.key)
            .env(
                "RINDA_BROWSER_FLAGS",
                format!("--no-sandbox --disable-gpu {flags}"),
            );
        if nix::unistd::geteuid().is_root() {
            command.uid(NOBODY).gid(NOBODY);
        }
        command
    }

    fn refuses(&self, page: &str) -> String {
        let Output { status, stderr, .. } = self
            .command("http://127.0.0.1:1", page, "")
            .output()
            .unwrap();
        assert_eq!(status.code(), Some(2));
        String::from_utf8(stderr).unwrap()
    }

    fn show(&mut self, command: &mut Command) {
        let log = fs::File::create(self.folder.path().join("log")).unwrap();
        command.stderr(log);
        self.child = Some(command.spawn().unwrap());
    }

    /// Ends it as systemd does and looks that nothing is left behind.
    fn end(mut self) {
        let mut child = self.child.take().unwrap();
        kill(Pid::from_raw(child.id().cast_signed()), Signal::SIGTERM).unwrap();
        await_some("end of the browser", || child.try_wait().unwrap());
        let left: Vec<_> = fs::read_dir(self.folder.path().join("tmp"))
            .unwrap()
            .collect();
        assert!(left.is_empty(), "{left:?}");
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = kill(Pid::from_raw(child.id().cast_signed()), Signal::SIGTERM);
            let _ = child.wait();
        }
    }
}

fn a_display_paints(daemon: &Daemon) {
    await_some("display that paints", || {
        let health = health(&daemon.url())?;
        let painted = health["live"][0]["acked"].as_u64()? > 0;
        (painted && health["display_list"][0]["state"] == "well").then_some(())
    });
}

/// Arguments of all processes.
fn arguments() -> String {
    let mut all = String::new();
    for process in fs::read_dir("/proc").unwrap() {
        let path = process.unwrap().path().join("cmdline");
        all += &String::from_utf8_lossy(&fs::read(path).unwrap_or_default());
    }
    all
}

fn centre(folder: &Path) -> (Daemon, String) {
    let daemon = Daemon::prepare(folder, 1, "");
    let key = daemon.run(&["device", "add", "zāle", "--role", "board"], "");
    (daemon, key)
}

#[test]
fn a_display_that_starts_before_the_daemon_waits_for_it_and_then_paints() {
    if !installed("chromium", "the kiosk browser's start file") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let (mut daemon, key) = centre(folder.path());
    let mut screen = Screen::new(&key);
    let flags = "--headless=new --ozone-platform=headless";
    let mut command = screen.command(&daemon.url(), "board", flags);
    command.env("RINDA_COMPOSITOR", "");
    screen.show(&mut command);
    daemon.start();
    a_display_paints(&daemon);
    assert!(
        !arguments().contains(key.trim()),
        "the key is nobody's argument"
    );
    screen.end();
    await_some("word of the display's end", || {
        health(&daemon.url()).filter(|health| health["display_list"][0]["state"] == "lost")
    });
}

/// As in a centre, but on a screen that only the compositor sees.
#[test]
fn under_the_real_compositor_the_display_paints_full_screen() {
    let what = "the kiosk browser under its compositor";
    if !(installed("chromium", what) && installed("cage", what) && installed("Xwayland", what)) {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let (mut daemon, key) = centre(folder.path());
    daemon.start();
    let mut screen = Screen::new(&key);
    let mut command = screen.command(&daemon.url(), "board", "");
    command
        .env("WLR_BACKENDS", "headless")
        .env("WLR_LIBINPUT_NO_DEVICES", "1")
        .env("WLR_RENDERER", "pixman");
    screen.show(&mut command);
    a_display_paints(&daemon);
    screen.end();
}

#[test]
fn a_key_that_others_can_read_and_one_that_is_none_are_refused() {
    let screen = Screen::new("no key at all");
    assert!(screen.refuses("board").contains("holds no key"));
    fs::set_permissions(&screen.key, fs::Permissions::from_mode(0o644)).unwrap();
    assert!(screen.refuses("board").contains("can be read by others"));
    assert!(screen.refuses("manager").contains("use: rinda-browser"));
}
