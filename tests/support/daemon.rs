//! The real daemon as a child process, and a client of its API.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::Value;

/// Pause between attempts while the daemon is down.
const RETRY: Duration = Duration::from_millis(10);

/// A daemon with its data directory.
pub struct Daemon {
    pub data: PathBuf,
    pub config: PathBuf,
    port: u16,
    child: Option<Child>,
}

impl Daemon {
    /// Prepares a centre of `desks` desks and these devices below `dir`; nothing runs yet.
    pub fn prepare(dir: &Path, desks: u16, devices: &str) -> Self {
        let config = dir.join("centre.toml");
        std::fs::write(&config, centre_of(desks, devices)).unwrap();
        Self {
            data: dir.join("data"),
            config,
            port: free_port(),
            child: None,
        }
    }

    /// The same centre on another data directory; nothing runs yet.
    pub fn on(&self, data: PathBuf) -> Self {
        Self {
            data,
            config: self.config.clone(),
            port: free_port(),
            child: None,
        }
    }

    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    pub fn start(&mut self) {
        self.start_with(|_| ());
    }

    /// Starts with whatever else the command needs.
    pub fn start_with(&mut self, prepare: impl FnOnce(&mut Command)) {
        let mut command = self.command();
        command
            .args(["run", "--listen", &format!("127.0.0.1:{}", self.port)])
            .env("RINDA_LOG", "error")
            .stdout(Stdio::null())
            .stderr(Stdio::inherit());
        prepare(&mut command);
        self.child = Some(command.spawn().unwrap());
    }

    /// Its process, while it runs.
    pub fn process(&self) -> Option<u32> {
        self.child.as_ref().map(Child::id)
    }

    /// `kill -9`: nothing of the process gets to finish anything.
    pub fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            child.kill().unwrap();
            child.wait().unwrap();
        }
    }

    /// Waits until the daemon has died by itself.
    pub async fn died(&mut self) {
        while let Some(child) = &mut self.child {
            if child.try_wait().unwrap().is_some() {
                self.child = None;
            }
            tokio::time::sleep(RETRY).await;
        }
    }

    /// Asks the daemon to end and waits until it has.
    pub fn stop(&mut self) {
        let mut child = self.child.take().expect("a daemon that runs");
        let pid = nix::unistd::Pid::from_raw(child.id().cast_signed());
        nix::sys::signal::kill(pid, nix::sys::signal::Signal::SIGTERM).unwrap();
        assert!(child.wait().unwrap().success());
    }

    /// A command on the same centre; its standard output.
    pub fn run(&self, args: &[&str], input: &str) -> String {
        use std::io::Write as _;
        let mut child = self
            .command()
            .args(args)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        child
            .stdin
            .take()
            .unwrap()
            .write_all(input.as_bytes())
            .unwrap();
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success(), "{args:?} failed: {output:?}");
        String::from_utf8(output.stdout).unwrap()
    }

    fn command(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_rinda"));
        command
            .arg("--config")
            .arg(&self.config)
            .arg("--data")
            .arg(&self.data);
        command
    }
}

fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}

impl Drop for Daemon {
    fn drop(&mut self) {
        self.kill();
    }
}

/// A zone in which it is about noon now, so that no test meets midnight.
#[allow(clippy::disallowed_methods)] // A test on the machine's own time.
pub fn noon_zone() -> String {
    let hour = jiff::Timestamp::now()
        .to_zoned(jiff::tz::TimeZone::UTC)
        .hour();
    match 12 - hour {
        0 => "Etc/GMT".to_owned(),
        east @ 1.. => format!("Etc/GMT-{east}"),
        west => format!("Etc/GMT+{}", -west),
    }
}

/// The configuration of a centre that is always open, with `desks` desks and these devices.
pub fn centre_of(desks: u16, devices: &str) -> String {
    let mut text = format!(
        "[centre]\nid = \"crash\"\nname = \"Centrs\"\ntimezone = \"{}\"\n[hours]\n",
        noon_zone()
    );
    for day in [
        "monday",
        "tuesday",
        "wednesday",
        "thursday",
        "friday",
        "saturday",
        "sunday",
    ] {
        text.push_str(&format!("{day} = [\"00:00-24:00\"]\n"));
    }
    text.push_str("[web]\nrequests_per_second = 100000\n[voice]\nenabled = false\n");
    for desk in 1..=desks {
        text.push_str(&format!(
            "[[desk]]\nnumber = {desk}\nservices = [1, 2, 3]\n"
        ));
    }
    text.push_str(devices);
    text
}

/// A signed-in client that does not give up while the daemon is down.
#[derive(Clone)]
pub struct Client {
    http: reqwest::Client,
    url: String,
    token: String,
}

impl Client {
    pub fn new(url: String, token: String) -> Self {
        let http = reqwest::Client::builder()
            .timeout(Duration::from_secs(10))
            .build()
            .unwrap();
        Self { http, url, token }
    }

    pub async fn sign_in(url: String, login: &str, password: &str) -> Self {
        let nobody = Self::new(url.clone(), String::new());
        let body = serde_json::json!({"login": login, "password": password});
        let (status, text) = nobody.post("/api/v1/session", "", &body).await;
        assert_eq!(status, 200, "{text}");
        let answer: Value = serde_json::from_str(&text).unwrap();
        Self::new(url, answer["token"].as_str().unwrap().to_owned())
    }

    /// Posts under a key until the daemon answers, however often it dies meanwhile. The status
    /// and body of the answer.
    pub async fn post(&self, path: &str, key: &str, body: &Value) -> (u16, String) {
        loop {
            let mut request = self.http.post(format!("{}{path}", self.url)).json(body);
            if !self.token.is_empty() {
                request = request.bearer_auth(&self.token);
            }
            if !key.is_empty() {
                request = request.header("idempotency-key", key);
            }
            if let Ok(response) = request.send().await {
                let status = response.status().as_u16();
                if let Ok(text) = response.text().await
                    && status != 503
                {
                    return (status, text);
                }
            }
            tokio::time::sleep(RETRY).await;
        }
    }

    /// Gets a page of the API, with 200.
    pub async fn get(&self, path: &str) -> Value {
        let url = format!("{}{path}", self.url);
        let response = self.http.get(url).bearer_auth(&self.token).send().await;
        let response = response.unwrap();
        assert_eq!(response.status(), 200, "{path}");
        response.json().await.unwrap()
    }

    pub async fn ready(&self) {
        loop {
            let health = self.http.get(format!("{}/health", self.url)).send().await;
            if health.is_ok_and(|response| response.status().is_success()) {
                return;
            }
            tokio::time::sleep(RETRY).await;
        }
    }
}
