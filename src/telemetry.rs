//! What the daemon tells of itself while it runs.

use std::io::IsTerminal as _;

use tracing_subscriber::EnvFilter;

/// Environment variable that chooses what is logged, e.g. `RINDA_LOG=debug`.
pub const FILTER: &str = "RINDA_LOG";

/// Starts logging to standard error: for people on a terminal, as JSON lines elsewhere. Commands
/// that are no daemon tell only what goes wrong.
pub fn start(daemon: bool) {
    let default = if daemon { "info" } else { "error" };
    let filter = EnvFilter::try_from_env(FILTER).unwrap_or_else(|_| EnvFilter::new(default));
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_target(false);
    // A second start in one process (tests) keeps the first.
    let _ = if std::io::stderr().is_terminal() {
        builder.compact().try_init()
    } else {
        builder.json().try_init()
    };
}
