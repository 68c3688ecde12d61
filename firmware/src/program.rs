//! The loop around the shared state machine. It knows no chip.

use firmware_protocol::wire::BUTTONS;
use firmware_protocol::{
    Board, Button, FirmwareVersion, Frame, Identity, LampOutput, Level, ResetReason, Uid,
};

use crate::note::Note;

/// The version of this program.
const FIRMWARE: FirmwareVersion = FirmwareVersion {
    major: 1,
    minor: 0,
    patch: 0,
};

/// Bytes taken from the line before contacts and lamps get their turn again.
const BYTES_A_TURN: usize = 64;

/// What a board has to have.
pub trait Hardware {
    /// The number given to the chip at manufacture.
    fn uid(&self) -> Uid;
    /// A number that differs from start to start.
    fn boot_id(&mut self) -> u32;
    /// Why the chip started, as far as it knows by itself.
    fn reset_reason(&self) -> ResetReason;
    /// Milliseconds since the start; never backwards. Asked at least once a second.
    fn now_ms(&mut self) -> u64;
    /// Whether each button's contact is closed now.
    fn contacts(&mut self) -> [Level; BUTTONS];
    /// Lights the lamps and puts them out.
    fn show(&mut self, lamps: [LampOutput; BUTTONS]);
    /// The next byte that came over the line.
    fn read(&mut self) -> Option<u8>;
    /// Sends a byte; false if the line has no room for it now.
    fn write(&mut self, byte: u8) -> bool;
    /// Whether the last byte has left the chip.
    fn all_sent(&mut self) -> bool;
    /// Feeds the watchdog and waits for something to do, a millisecond at most.
    fn rest(&mut self);
    /// Starts anew.
    fn restart(&mut self) -> !;
}

/// Runs the board for ever.
pub fn run<H: Hardware>(hardware: &mut H) -> ! {
    let identity = Identity {
        uid: hardware.uid(),
        firmware: FIRMWARE,
        boot_id: hardware.boot_id(),
        reset_reason: match Note::take() {
            Some(Note::Requested) => ResetReason::Requested,
            Some(Note::Crashed) => ResetReason::Crash,
            None => hardware.reset_reason(),
        },
    };
    let mut board = Board::new(identity, hardware.now_ms());
    let mut sending = Sending::default();
    loop {
        let now_ms = hardware.now_ms();
        for (button, level) in Button::ALL.into_iter().zip(hardware.contacts()) {
            board.edge(button, level, now_ms);
        }
        for _ in 0..BYTES_A_TURN {
            let Some(byte) = hardware.read() else { break };
            board.receive(&[byte], now_ms);
        }
        sending.go_on(hardware, || board.poll_frame(now_ms));
        hardware.show(board.lamps(now_ms));
        if board.reset_due() && sending.is_done() && hardware.all_sent() {
            Note::Requested.leave();
            hardware.restart();
        }
        hardware.rest();
    }
}

/// The frame on its way out.
#[derive(Default)]
struct Sending {
    frame: Option<Frame>,
    sent: usize,
}

impl Sending {
    /// Gives the line as much as it takes, asking for another frame after each.
    fn go_on<H: Hardware>(&mut self, hardware: &mut H, mut next: impl FnMut() -> Option<Frame>) {
        loop {
            if self.frame.is_none() {
                self.frame = next();
                self.sent = 0;
            }
            let Some(frame) = &self.frame else { return };
            while let Some(&byte) = frame.as_bytes().get(self.sent) {
                if !hardware.write(byte) {
                    return;
                }
                self.sent = self.sent.saturating_add(1);
            }
            self.frame = None;
        }
    }

    fn is_done(&self) -> bool {
        self.frame.is_none()
    }
}
