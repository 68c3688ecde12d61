//! The `rinda` command.

use std::process::ExitCode;

fn main() -> ExitCode {
    rinda::cli::main()
}
