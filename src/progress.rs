//! Progress of long work, on a terminal only.

use std::io::IsTerminal as _;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

/// Work shorter than this shows nothing.
const QUIET: Duration = Duration::from_millis(500);

/// A bar on standard error; hidden where that is no terminal. It is wiped when dropped.
#[derive(Debug)]
pub struct Bar {
    bar: ProgressBar,
    started: std::cell::OnceCell<()>,
}

impl Bar {
    /// A bar for the work named.
    pub fn new(work: &'static str) -> Self {
        let bar = if std::io::stderr().is_terminal() {
            ProgressBar::no_length()
        } else {
            ProgressBar::hidden()
        };
        if let Ok(style) = ProgressStyle::with_template("{msg} {bar:30} {percent}% {eta}") {
            bar.set_style(style);
        }
        bar.set_message(work);
        Self {
            bar,
            started: std::cell::OnceCell::new(),
        }
    }

    /// Shows how much is done.
    pub fn show(&self, done: u64, total: u64) {
        if self.bar.elapsed() < QUIET {
            return;
        }
        self.started.get_or_init(|| self.bar.reset_eta());
        self.bar.set_length(total);
        self.bar.set_position(done);
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
