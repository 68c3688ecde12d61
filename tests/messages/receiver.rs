//! A receiver in another language, started, stopped and told how to behave.

use std::io::BufRead as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::Value;

/// Everything here is waited for at most so long.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// Between looks.
pub const LOOK: Duration = Duration::from_millis(50);

/// A mail server or a webhook's receiver.
pub struct Receiver {
    kind: &'static str,
    dir: PathBuf,
    certificate: Option<(PathBuf, PathBuf)>,
    pub port: u16,
    child: Option<Child>,
}

impl Receiver {
    /// Starts one that takes everything, with a certificate or without.
    pub fn start(kind: &'static str, dir: &Path, certificate: Option<(PathBuf, PathBuf)>) -> Self {
        let mut receiver = Self {
            kind,
            dir: dir.to_owned(),
            certificate,
            port: 0,
            child: None,
        };
        receiver.behave("ok");
        receiver.up();
        receiver
    }

    fn file(&self, name: &str) -> PathBuf {
        self.dir.join(format!("{}.{name}", self.kind))
    }

    /// How it behaves from the next connection on.
    pub fn behave(&self, mode: &str) {
        std::fs::write(self.file("mode"), mode).unwrap();
    }

    /// Starts on the port it had before, if it had one.
    pub fn up(&mut self) {
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/messages/receiver.py");
        let mut command = Command::new("python3");
        command
            .args([script, self.kind, &self.port.to_string()])
            .args([self.file("out"), self.file("mode")])
            .stdout(Stdio::piped());
        if let Some((certificate, key)) = &self.certificate {
            command.args([certificate, key]);
        }
        let mut child = command.spawn().unwrap();
        let mut line = String::new();
        let mut output = std::io::BufReader::new(child.stdout.take().unwrap());
        output.read_line(&mut line).unwrap();
        self.port = line.trim().parse().unwrap();
        self.child = Some(child);
    }

    /// Nobody listens there any more.
    pub fn down(&mut self) {
        if let Some(mut child) = self.child.take() {
            child.kill().unwrap();
            child.wait().unwrap();
        }
    }

    /// What it took so far.
    pub fn taken(&self) -> Vec<Value> {
        let text = std::fs::read_to_string(self.file("out")).unwrap_or_default();
        text.lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    }

    /// Waits until it has taken so many.
    pub async fn has_taken(&self, count: usize) -> Vec<Value> {
        let wait = async {
            while self.taken().len() < count {
                tokio::time::sleep(LOOK).await;
            }
        };
        let waited = tokio::time::timeout(PATIENCE, wait).await;
        waited.unwrap_or_else(|_| panic!("{} of {count} messages", self.taken().len()));
        self.taken()
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.down();
    }
}

/// An authority and a certificate for `name` under it: (authority, certificate, key).
pub fn certificate(dir: &Path, name: &str) -> (PathBuf, PathBuf, PathBuf) {
    let file = |ending: &str| dir.join(format!("{name}.{ending}"));
    let (authority, certificate, key) = (file("ca.pem"), file("pem"), file("key"));
    std::fs::write(file("ext"), format!("subjectAltName=DNS:{name}\n")).unwrap();
    let openssl = |args: &str, paths: &[(&str, &Path)]| {
        let mut command = Command::new("openssl");
        command.args(args.split(' ')).stderr(Stdio::null());
        for (option, path) in paths {
            command.arg(option).arg(path);
        }
        assert!(command.status().unwrap().success(), "openssl {args}");
    };
    let ca_key = file("ca.key");
    openssl(
        "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=authority",
        &[("-keyout", &ca_key), ("-out", &authority)],
    );
    let request = file("csr");
    openssl(
        "req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj /CN=server",
        &[("-keyout", &key), ("-out", &request)],
    );
    openssl(
        "x509 -req -days 2 -CAcreateserial",
        &[
            ("-in", &request),
            ("-CA", &authority),
            ("-CAkey", &ca_key),
            ("-extfile", &file("ext")),
            ("-out", &certificate),
        ],
    );
    (authority, certificate, key)
}
