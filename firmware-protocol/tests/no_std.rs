//! The crate must fit a microcontroller: none of its dependencies may pull in `std` or `alloc`.
//!
//! The crate itself says `#![no_std]` and names neither, so what it is built from decides.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::process::Command;

#[test]
fn no_dependency_is_built_with_std_or_alloc() {
    let output = Command::new(env!("CARGO"))
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .args(["tree", "--offline", "--locked", "--prefix", "none"])
        .args(["--package", "firmware-protocol"])
        .args(["--edges", "normal,features,no-proc-macro"])
        .output()
        .unwrap();
    let tree = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{output:?}");
    assert!(tree.contains("postcard"), "{tree}");
    for line in tree.lines() {
        let wants_std = ["\"std\"", "\"alloc\"", "\"use-std\""]
            .iter()
            .any(|feature| line.contains(feature));
        assert!(!wants_std, "{line}");
    }
}

#[test]
fn the_crate_itself_names_neither() {
    let source = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let root = std::fs::read_to_string(source.join("lib.rs")).unwrap();
    assert!(root.contains("#![no_std]") && root.contains("#![forbid(unsafe_code)]"));
    for entry in std::fs::read_dir(source).unwrap() {
        let text = std::fs::read_to_string(entry.unwrap().path()).unwrap();
        for word in ["extern crate", "std::", "alloc::"] {
            let named = text.lines().any(|line| line.contains(word));
            assert!(!named, "{word}");
        }
    }
}
