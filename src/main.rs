//! The `rinda` command.

fn main() {}
