//! Puts the chosen chip's memory map where cortex-m-rt's linker script looks for it.

use std::env;
use std::fs;
use std::path::PathBuf;

fn main() {
    let chosen = |chip: &str| env::var_os(format!("CARGO_FEATURE_{chip}")).is_some();
    let (chip, memory) = match (chosen("LM3S6965"), chosen("STM32F103")) {
        (true, false) => ("lm3s6965", (0x0000_0000, 256, 64)),
        // As much as the smallest of the STM32F1 family has: the program needs a fraction.
        (false, true) => ("stm32f103", (0x0800_0000, 64, 8)),
        _ => panic!("choose one chip: --features lm3s6965 or --features stm32f103"),
    };
    let (flash, flash_kib, ram_kib) = memory;
    let script = format!(
        "MEMORY\n{{\n  FLASH : ORIGIN = {flash:#010x}, LENGTH = {flash_kib}K\n  \
         RAM : ORIGIN = 0x20000000, LENGTH = {ram_kib}K\n}}\n"
    );
    let out = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_else(|| panic!("cargo sets OUT_DIR")));
    if let Err(error) = fs::write(out.join("memory.x"), script) {
        panic!("cannot write the memory map of {chip}: {error}");
    }
    println!("cargo::rustc-link-search={}", out.display());
    println!("cargo::rerun-if-changed=build.rs");
}
