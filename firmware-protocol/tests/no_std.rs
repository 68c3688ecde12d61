//! The crate must fit a microcontroller: it and all it is built from compile where there is
//! neither `std` nor an allocator.
//!
//! The compiler is given a library directory that holds `core` and nothing else, so whoever
//! names more does not compile. No other target needs to be installed for that.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::{
    fs,
    os::unix::fs::symlink,
    path::{Path, PathBuf},
    process::Command,
};

/// `compiler_builtins` is no library to use but what `core` is linked with.
const LIBRARIES: [&str; 2] = ["libcore-", "libcompiler_builtins-"];

fn stdout(command: &mut Command) -> String {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).unwrap()
}

fn rustc() -> Command {
    Command::new(std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into()))
}

fn core_only(sysroot: &Path, triple: &str) -> PathBuf {
    let tail = Path::new("lib/rustlib").join(triple).join("lib");
    let bare = Path::new(env!("CARGO_TARGET_TMPDIR")).join("core-only");
    if bare.exists() {
        fs::remove_dir_all(&bare).unwrap();
    }
    fs::create_dir_all(bare.join(&tail)).unwrap();
    for entry in fs::read_dir(sysroot.join(&tail)).unwrap() {
        let file = entry.unwrap();
        let name = file.file_name();
        let wanted = |start| name.to_string_lossy().starts_with(start);
        if LIBRARIES.into_iter().any(wanted) {
            symlink(file.path(), bare.join(&tail).join(&name)).unwrap();
        }
    }
    bare
}

#[test]
fn it_compiles_where_there_is_only_core() {
    let sysroot = stdout(rustc().args(["--print", "sysroot"]));
    let about = stdout(rustc().arg("-vV"));
    let triple = about
        .lines()
        .find_map(|line| line.strip_prefix("host: "))
        .unwrap();
    let bare = core_only(Path::new(sysroot.trim()), triple);
    // With a target named, the flags do not reach procedural macros and build scripts, which
    // run on this machine and have `std`.
    let output = Command::new(env!("CARGO"))
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .args(["check", "--offline", "--locked", "--lib"])
        .args(["--package", "firmware-protocol", "--target", triple])
        .arg("--target-dir")
        .arg(Path::new(env!("CARGO_TARGET_TMPDIR")).join("core-only-build"))
        .env_remove("CARGO_ENCODED_RUSTFLAGS")
        .env("RUSTFLAGS", format!("--sysroot {}", bare.display()))
        .output()
        .unwrap();
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{complaint}");
}
