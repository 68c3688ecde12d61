//! Builds the machine and runs it.

use std::io::{BufRead as _, BufReader};
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitCode, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::{Duration, Instant};
use std::{fs, io};

use super::MARK;

/// The whole run, from power on to power off.
const PATIENCE: Duration = Duration::from_secs(300);
/// Lines of the machine's own console shown after a failure.
const CONSOLE_LINES: usize = 80;

const MODULES: [&str; 11] = [
    "configfs",
    "usb-common",
    "usbcore",
    "udc-core",
    "libcomposite",
    "dummy_hcd",
    "usb_f_printer",
    "u_serial",
    "usb_f_acm",
    "cdc-acm",
    "usblp",
];

/// Debian's own rules that ours build upon.
const RULES: [&str; 2] = ["50-udev-default.rules", "60-serial.rules"];

/// Users and groups that exist in the machine.
const USERS: &str = "root:x:0:0::/:/bin/sh\nrinda:x:990:990::/data:/bin/sh\n";
const GROUPS: &str = "root:x:0:\ntty:x:5:\ndialout:x:20:\nrinda:x:990:\n";

pub fn main() -> ExitCode {
    println!("\nthe USB machine");
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(Trouble::Missing(what)) => {
            println!("\n*** SKIPPED: the real USB path was NOT tested: {what} ***\n");
            ExitCode::SUCCESS
        }
        Err(Trouble::Failed(what)) => {
            println!("{what}");
            ExitCode::FAILURE
        }
    }
}

enum Trouble {
    /// The machine cannot be had here.
    Missing(String),
    /// It can, and something is wrong.
    Failed(String),
}

impl From<io::Error> for Trouble {
    fn from(error: io::Error) -> Self {
        Self::Failed(error.to_string())
    }
}

fn run() -> Result<(), Trouble> {
    for tool in ["qemu-system-x86_64", "cpio", "busybox", "gcc", "strip"] {
        let found = Command::new("which")
            .arg(tool)
            .stdout(Stdio::null())
            .status();
        if !found.is_ok_and(|status| status.success()) {
            return Err(Trouble::Missing(format!(
                "{tool} is not installed; tests/install-packages installs it"
            )));
        }
    }
    let place = Path::new(env!("CARGO_TARGET_TMPDIR")).join("usb-machine");
    fs::create_dir_all(&place)?;
    let debian = fetched(&place)?;
    let image = initramfs(&place, &debian)?;
    let begun = Instant::now();
    let outcome = boot(&debian.join("vmlinuz"), &image);
    println!(
        "    {:.0} s from power on to power off",
        begun.elapsed().as_secs_f32()
    );
    outcome
}

/// The directory with Debian's kernel, its modules, and its udev; fetched once.
fn fetched(place: &Path) -> Result<PathBuf, Trouble> {
    let kept = place.join("debian");
    if kept.join("vmlinuz").exists() {
        return Ok(kept);
    }
    let missing = |error: String| {
        Trouble::Missing(format!(
            "Debian's kernel could not be fetched; try apt-get update: {error}"
        ))
    };
    let depends = output(Command::new("apt-cache").args(["depends", "linux-image-amd64"]))
        .map_err(missing)?;
    let kernel = depends
        .lines()
        .filter_map(|line| line.trim().strip_prefix("Depends: "))
        .find(|name| name.starts_with("linux-image-"))
        .ok_or_else(|| missing("linux-image-amd64 depends on nothing".to_owned()))?;
    println!("    fetching {kernel} and udev");
    let fetch = place.join("fetch");
    remove(&fetch)?;
    fs::create_dir_all(&fetch)?;
    let mut download = Command::new("apt-get");
    download.args(["download", "-q", "-o", "APT::Sandbox::User=root"]);
    output(download.args([kernel, "udev"]).current_dir(&fetch)).map_err(missing)?;
    let fresh = place.join("debian.new");
    remove(&fresh)?;
    fs::create_dir_all(fresh.join("modules"))?;
    for prefix in ["linux-image-", "udev_"] {
        let package = only(&fetch, |name| {
            name.starts_with(prefix) && name.ends_with(".deb")
        })?;
        output(Command::new("dpkg-deb").arg("-x").arg(package).arg(&fetch))
            .map_err(Trouble::Failed)?;
    }
    let image = only(&fetch.join("boot"), |name| name.starts_with("vmlinuz-"))?;
    fs::copy(fetch.join("bin/udevadm"), fresh.join("udevadm"))?;
    for rules in RULES {
        fs::copy(
            fetch.join("lib/udev/rules.d").join(rules),
            fresh.join(rules),
        )?;
    }
    let found = output(Command::new("find").arg(&fetch).args(["-name", "*.ko"]))
        .map_err(Trouble::Failed)?;
    for path in found.lines().map(Path::new) {
        let wanted = |name: &str| path.file_stem().is_some_and(|stem| stem == name);
        if MODULES.iter().any(|name| wanted(name)) {
            let name = path.file_name().unwrap_or_default();
            fs::copy(path, fresh.join("modules").join(name))?;
        }
    }
    // Last, because it tells that everything is there.
    fs::copy(image, fresh.join("vmlinuz"))?;
    remove(&fetch)?;
    fs::rename(fresh, &kept)?;
    Ok(kept)
}

/// Everything the machine needs, in one archive: it has no disk.
fn initramfs(place: &Path, debian: &Path) -> Result<PathBuf, Trouble> {
    let root = place.join("root");
    remove(&root)?;
    let rules = root.join("lib/udev/rules.d");
    for directory in ["bin", "dev", "proc", "sys", "tmp", "run", "modules", "etc"] {
        fs::create_dir_all(root.join(directory))?;
    }
    fs::create_dir_all(&rules)?;
    fs::create_dir_all(root.join("lib/systemd"))?;
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/usb");
    program(&root, Path::new(env!("CARGO_BIN_EXE_rinda")), "rinda")?;
    program(&root, &std::env::current_exe()?, "usb-test")?;
    program(&root, &debian.join("udevadm"), "bin/udevadm")?;
    symlink("/bin/udevadm", root.join("lib/systemd/systemd-udevd"))?;
    for name in RULES {
        fs::copy(debian.join(name), rules.join(name))?;
    }
    let ours = Path::new(env!("CARGO_MANIFEST_DIR")).join("config/udev/70-rinda.rules");
    fs::copy(ours, rules.join("70-rinda.rules"))?;
    fs::write(root.join("etc/passwd"), USERS)?;
    fs::write(root.join("etc/group"), GROUPS)?;
    let status = root.join("port-status");
    output(
        Command::new("gcc")
            .args(["-O1", "-static", "-o"])
            .arg(&status)
            .arg(sources.join("port-status.c")),
    )
    .map_err(Trouble::Failed)?;
    fs::copy("/bin/busybox", root.join("bin/busybox"))?;
    symlink("busybox", root.join("bin/sh"))?;
    fs::copy(sources.join("init"), root.join("init"))?;
    fs::set_permissions(root.join("init"), fs::Permissions::from_mode(0o755))?;
    for module in fs::read_dir(debian.join("modules"))? {
        let path = module?.path();
        let name = path.file_name().unwrap_or_default();
        fs::copy(&path, root.join("modules").join(name))?;
    }
    let image = place.join("initramfs");
    let pack = "find . | cpio --quiet -o -H newc";
    let packed = Command::new("sh")
        .args(["-c", pack])
        .current_dir(&root)
        .stdout(fs::File::create(&image)?)
        .status()?;
    if !packed.success() {
        return Err(Trouble::Failed("cpio failed".to_owned()));
    }
    Ok(image)
}

/// Puts a program and the libraries it is linked with into the machine.
fn program(root: &Path, program: &Path, name: &str) -> Result<(), Trouble> {
    let inside = root.join(name);
    output(Command::new("strip").arg("-o").arg(&inside).arg(program)).map_err(Trouble::Failed)?;
    let libraries = output(Command::new("ldd").arg(program)).map_err(Trouble::Failed)?;
    for library in libraries
        .split_whitespace()
        .filter(|word| word.starts_with('/'))
    {
        let target = root.join(library.trim_start_matches('/'));
        if let Some(directory) = target.parent() {
            fs::create_dir_all(directory)?;
        }
        fs::copy(library, target)?;
    }
    Ok(())
}

/// A running machine, stopped when dropped.
struct Machine(Child);

impl Drop for Machine {
    fn drop(&mut self) {
        // It has mostly ended by itself.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn boot(kernel: &Path, image: &Path) -> Result<(), Trouble> {
    let mut child = Command::new("qemu-system-x86_64")
        .args(["-M", "q35", "-accel", "tcg,thread=multi", "-cpu", "max"])
        .args(["-smp", "2", "-m", "1024", "-nodefaults", "-no-reboot"])
        // A working day at noon: no run meets midnight.
        .args(["-rtc", "base=2026-11-20T10:00:00"])
        .args(["-display", "none", "-serial", "stdio"])
        .arg("-kernel")
        .arg(kernel)
        .arg("-initrd")
        .arg(image)
        .args(["-append", "console=ttyS0 quiet oops=panic panic=-1"])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()?;
    let console = child.stdout.take();
    let _machine = Machine(child);
    let Some(console) = console else {
        return Err(Trouble::Failed("the machine has no console".to_owned()));
    };
    let (sender, lines) = mpsc::sync_channel(64);
    std::thread::spawn(move || {
        for line in BufReader::new(console).split(b'\n').map_while(Result::ok) {
            let line = String::from_utf8_lossy(&line).trim_end().to_owned();
            if sender.send(line).is_err() {
                return;
            }
        }
    });
    let end = Instant::now() + PATIENCE;
    let mut console = Vec::new();
    let mut result = None;
    let mut failed = Vec::new();
    loop {
        match lines.recv_timeout(end.saturating_duration_since(Instant::now())) {
            Ok(line) => {
                if let Some(at) = line.find(MARK) {
                    let said = line.get(at + MARK.len()..).unwrap_or_default();
                    println!("    {said}");
                    if said.starts_with("failed") {
                        failed.push(said.to_owned());
                    }
                    if said.starts_with("result") {
                        result = Some(said == "result: ok");
                    }
                }
                console.push(line);
            }
            Err(RecvTimeoutError::Disconnected) => break,
            Err(RecvTimeoutError::Timeout) => {
                failed.push(format!("not done within {} s", PATIENCE.as_secs()));
                break;
            }
        }
    }
    if result == Some(true) && failed.is_empty() {
        return Ok(());
    }
    let from = console.len().saturating_sub(CONSOLE_LINES);
    Err(Trouble::Failed(format!(
        "the machine's console at the end:\n{}\nfailed: {failed:?}",
        console.get(from..).unwrap_or_default().join("\n")
    )))
}

/// Runs a command to its end; what it says, or what it says is wrong.
fn output(command: &mut Command) -> Result<String, String> {
    let output = command
        .stdin(Stdio::null())
        .output()
        .map_err(|error| format!("{command:?}: {error}"))?;
    if output.status.success() {
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    } else {
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        Err(format!("{command:?}: {said}"))
    }
}

fn only(directory: &Path, fits: impl Fn(&str) -> bool) -> Result<PathBuf, Trouble> {
    fs::read_dir(directory)?
        .filter_map(Result::ok)
        .map(|entry| entry.path())
        .find(|path| {
            path.file_name()
                .and_then(|name| name.to_str())
                .is_some_and(&fits)
        })
        .ok_or_else(|| Trouble::Failed(format!("nothing fits in {}", directory.display())))
}

fn remove(directory: &Path) -> io::Result<()> {
    match fs::remove_dir_all(directory) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        Ok(()) | Err(_) => Ok(()),
    }
}
