//! One open port with a printer behind it.

use std::collections::VecDeque;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::{Instant, timeout_at};

use crate::devices::link::Port;
use crate::queue::view::PrinterState;

use super::profile::Profile;
use super::status::{
    ASK_ALL, ASK_FULL, CLEAR, Health, IDENTIFY, StatusEvent, StatusParser, separator,
};

/// The port is gone, and why.
#[derive(Debug)]
pub(super) struct Lost(pub(super) String);

/// A write that did not come to its end.
#[derive(Debug)]
pub(super) struct WriteFailed {
    /// Bytes the port had taken.
    pub(super) accepted: usize,
    /// What happened.
    pub(super) lost: Lost,
}

impl From<WriteFailed> for Lost {
    fn from(failed: WriteFailed) -> Self {
        failed.lost
    }
}

impl From<WriteFailed> for super::driver::End {
    fn from(failed: WriteFailed) -> Self {
        failed.lost.into()
    }
}

/// Status questions, numbered from 1, with one answer each.
const QUESTIONS: u8 = 4;
/// Answers that are expected from questions given up, at most: a printer that was away all night
/// has forgotten them.
const OWED_MAX: u8 = 4 * QUESTIONS;
/// Largest piece read at once, bytes.
const READ_BYTES: usize = 256;
/// A printer that has said nothing for this long has nothing left to say.
const QUIET: Duration = Duration::from_millis(100);

/// Words in which a printer answers [`IDENTIFY`]: firmware, maker, model.
const IDENTITIES_MAX: usize = 3;

/// What is known of the printer at the other end.
pub(super) struct Session<P> {
    port: P,
    parser: StatusParser,
    unheard: VecDeque<StatusEvent>,
    health: Health,
    /// The status question whose answer comes next.
    asked: Option<u8>,
    /// Answers to questions given up, which may still come.
    owed: u8,
    confirmed: Option<[u8; 4]>,
    cleared: bool,
    identity: Vec<String>,
    full: bool,
}

impl<P: Port> Session<P> {
    pub(super) fn new(port: P) -> Self {
        Self {
            port,
            parser: StatusParser::default(),
            unheard: VecDeque::new(),
            health: Health::default(),
            asked: None,
            owed: 0,
            confirmed: None,
            cleared: false,
            identity: Vec::new(),
            full: false,
        }
    }

    pub(super) fn health(&self) -> Health {
        self.health
    }

    /// The newest job id that the printer confirmed.
    pub(super) fn confirmed(&self) -> Option<[u8; 4]> {
        self.confirmed
    }

    pub(super) fn forget_confirmation(&mut self) {
        self.confirmed = None;
    }

    /// Waits for a word from the printer; false when `until` came first. Cancelling it loses
    /// nothing.
    pub(super) async fn hear(&mut self, until: Instant) -> Result<bool, Lost> {
        loop {
            if let Some(event) = self.unheard.pop_front() {
                self.note(event);
                return Ok(true);
            }
            let mut buffer = [0; READ_BYTES];
            let count = match timeout_at(until, self.port.read(&mut buffer)).await {
                Err(_elapsed) => return Ok(false),
                // A peer that went away reads as nothing for ever.
                Ok(Ok(0)) => return Err(Lost("unplugged".to_owned())),
                Ok(Ok(count)) => count,
                Ok(Err(error)) => return Err(Lost(error.to_string())),
            };
            for &byte in buffer.iter().take(count) {
                self.unheard.extend(self.parser.push(byte));
            }
        }
    }

    fn note(&mut self, event: StatusEvent) {
        match event {
            StatusEvent::RealTime(byte) => {
                if let Some(question) = self.asked {
                    self.health.real_time(question, byte);
                    self.asked = (question < QUESTIONS).then_some(question + 1);
                } else {
                    self.owed = self.owed.saturating_sub(1);
                }
            }
            StatusEvent::Automatic(bytes) => self.health.automatic(bytes),
            StatusEvent::Full(bytes) => {
                self.health.full(bytes);
                self.full = true;
            }
            StatusEvent::Confirmed(id) => self.confirmed = Some(id),
            StatusEvent::Cleared => self.cleared = true,
            StatusEvent::Identity(text) => {
                if self.identity.len() < IDENTITIES_MAX {
                    self.identity.push(text);
                }
            }
            StatusEvent::Other => {}
        }
    }

    /// Hands `bytes` to the port. Never flushes: that would block the runtime's thread until
    /// the line is empty.
    pub(super) async fn send(&mut self, bytes: &[u8], limit: Duration) -> Result<(), WriteFailed> {
        let until = Instant::now() + limit;
        let mut accepted = 0;
        while let Some(rest) = bytes.get(accepted..).filter(|rest| !rest.is_empty()) {
            let lost = match timeout_at(until, self.port.write(rest)).await {
                Ok(Ok(count)) if count > 0 => {
                    accepted += count;
                    continue;
                }
                Ok(Ok(_)) => Lost("unplugged".to_owned()),
                Ok(Err(error)) => Lost(error.to_string()),
                Err(_elapsed) => Lost("the printer takes no data".to_owned()),
            };
            return Err(WriteFailed { accepted, lost });
        }
        Ok(())
    }

    /// What the port itself knows of who is behind it.
    pub(super) fn port_identity(&self) -> Option<&str> {
        self.port.identity()
    }

    /// What the port knows of a printer that does not answer, where that needs a hand.
    pub(super) fn silent_state(&self) -> PrinterState {
        let known = self.port.printer().map(Health::from);
        let known = known.filter(|health| !health.printable());
        known.map_or(PrinterState::Offline, Health::state)
    }

    /// Asks for all four status bytes; false where the printer does not answer them all. Where
    /// nothing can come back, the port's own knowledge is the answer.
    pub(super) async fn ask(&mut self, limit: Duration) -> Result<bool, Lost> {
        let until = Instant::now() + limit;
        if !self.port.answers() {
            let known = self.port.printer();
            self.health = known.map_or_else(Health::default, Health::from);
            return Ok(known.is_some());
        }
        while self.owed > 0 && Instant::now() < until && self.hear(Instant::now() + QUIET).await? {}
        loop {
            self.send(&ASK_ALL, limit).await?;
            self.asked = Some(1);
            while let Some(question) = self.asked {
                if !self.hear(until).await? {
                    self.asked = None;
                    self.owed = (self.owed + QUESTIONS + 1 - question).min(OWED_MAX);
                    return Ok(false);
                }
            }
            // Answers do not say which question they belong to: as many as are owed may have been
            // to earlier ones, of a time before the ticket that is asked about.
            if self.owed == 0 {
                return Ok(true);
            }
            self.owed = self.owed.saturating_sub(QUESTIONS);
        }
    }

    /// Asks a kiosk printer whether a ticket hangs in its mouth; false where it does not answer.
    pub(super) async fn ask_full(&mut self, limit: Duration) -> Result<bool, Lost> {
        let until = Instant::now() + limit;
        self.full = false;
        self.parser.expect_full();
        self.send(&ASK_FULL, limit).await?;
        while !self.full {
            if !self.hear(until).await? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Empties the printer's memory; false where it does not say that it did.
    pub(super) async fn clear(&mut self, limit: Duration) -> Result<bool, Lost> {
        let until = Instant::now() + limit;
        self.cleared = false;
        self.send(&CLEAR, limit).await?;
        while !self.cleared {
            if !self.hear(until).await? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Lets what a torn ticket left behind come out on a paper of its own.
    pub(super) async fn separate(
        &mut self,
        profile: &Profile,
        limit: Duration,
    ) -> Result<(), Lost> {
        Ok(self.send(&separator(profile), limit).await?)
    }

    /// Asks who it is: firmware, maker and model, as far as it answers.
    pub(super) async fn identify(&mut self, limit: Duration) -> Result<Vec<String>, Lost> {
        let until = Instant::now() + limit;
        self.identity.clear();
        self.send(&IDENTIFY, limit).await?;
        while self.identity.len() < IDENTITIES_MAX && self.hear(until).await? {}
        Ok(std::mem::take(&mut self.identity))
    }
}
