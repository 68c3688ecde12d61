//! The program for the Blue Pill in QEMU's STM32F100, which has that chip's core, clock and serial
//! port, runs three times as fast, and has no pins: whatever reads them sees three buttons down.

use std::process::{Child, Command};

use firmware_protocol::{HostMessage, ResetReason};

use crate::host::Host;
use crate::machine::{program, switch_on};

struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}

#[test]
fn the_blue_pill_program_talks_and_restarts() {
    let Some(program) = program("stm32f103,unnumbered") else {
        return;
    };
    let dir = tempfile::tempdir().unwrap();
    let mut qemu = Command::new("qemu-system-arm");
    qemu.args(["-M", "stm32vldiscovery", "-serial", "pty"]);
    let (qemu, line) = switch_on(qemu, &program, &dir.path().join("qemu.log"));
    let _running = Running(qemu);
    let mut host = Host::open(&line);
    let first = host.meet(7);
    assert_eq!(
        first.next_seq, 1,
        "buttons held through a start are no presses"
    );
    host.command(HostMessage::Reset { id: 1 }, 1);
    let second = host.meet(8);
    assert_eq!(second.reset_reason, ResetReason::Requested);
    assert_eq!(second.next_seq, 1);
}
