//! A ticket printer that is not there: takes ESC/POS, over a pseudo-terminal as slowly as the
//! real line, prints at a real printer's pace and has its troubles.
//!
//! It differs from a real printer on purpose in one thing: a byte that our encoder has no
//! business sending is an error and not a smudge.

use std::collections::VecDeque;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{mpsc, watch};
use tokio::time::Instant;

use crate::devices::printer::profile::Profile;
use crate::devices::printer::status::{Health, separator};

use super::decoder::{Decoder, Event, Ticket};
use super::line::{self, Line as _, Socket};
use super::picture;
use super::real_time::{RealTime, Word, automatic_status, full_status, identity, real_time_status};
pub use super::troubles::{Paper, PrinterCommand, Trouble};

/// Time from the last byte of a ticket to the ticket: motor, 100 mm at 250 mm/s, cutter.
pub const PRINT_TIME: Duration = Duration::from_millis(900);
/// What a printer holds that cannot print, bytes.
const BUFFER_MAX_BYTES: usize = 65_536;
/// Commands waiting for the simulated printer.
const COMMANDS_WAITING: usize = 16;
/// Tickets waiting for whoever takes them.
const TICKETS_WAITING: usize = 64;

/// What a simulated printer is.
#[derive(Debug, Clone)]
pub struct PrinterConfig {
    /// Where its pseudo-terminal is linked.
    pub link: PathBuf,
    /// Line speed, bits per second.
    pub baud: u32,
    /// Its family.
    pub profile: Profile,
    /// From the last byte of a ticket to the ticket.
    pub print_time: Duration,
}

/// A ticket that came out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finished {
    /// 1 for the first since the simulated printer started.
    pub number: u64,
    /// The bytes that made it.
    pub bytes: Vec<u8>,
    /// What it says.
    pub ticket: Ticket,
}

impl Finished {
    /// The ticket as a picture, PNG. Takes some hundredths of a second: not for a runtime's
    /// thread.
    ///
    /// # Errors
    /// Where the QR code's text is too long or the picture cannot be encoded.
    pub fn png(&self) -> Result<Vec<u8>, picture::PictureError> {
        picture::png(&self.ticket)
    }
}

/// What one can see of a simulated printer.
#[derive(Debug, Clone, Default)]
pub struct PrinterSnapshot {
    /// Tickets that came out.
    pub finished: u64,
    /// The newest of them.
    pub last: Option<Arc<Finished>>,
    /// Times its memory was cleared on command.
    pub clears: u64,
    /// Tickets begun and cleared away.
    pub abandoned: u64,
    /// What it was sent that is no ticket of ours, newest last.
    pub garbage: Vec<String>,
    /// Whether the cable is in.
    pub plugged: bool,
    /// Bytes received.
    pub received: u64,
    /// It is well and has nothing to print.
    pub idle: bool,
}

/// Garbage kept for inspection, entries.
const GARBAGE_MAX: usize = 32;

/// Control over a running simulated printer; it stops when all handles are gone.
#[derive(Debug, Clone)]
pub struct PrinterHandle {
    commands: mpsc::Sender<PrinterCommand>,
    snapshot: watch::Receiver<PrinterSnapshot>,
}

impl PrinterHandle {
    /// Does something to the printer; without effect once it has stopped.
    pub async fn tell(&self, command: PrinterCommand) {
        if self.commands.send(command).await.is_err() {
            tracing::warn!(?command, "the simulated printer has stopped");
        }
    }

    /// The printer as it is now, and as it changes.
    pub fn snapshot(&self) -> watch::Receiver<PrinterSnapshot> {
        self.snapshot.clone()
    }

    /// A picture of the newest ticket, PNG; `None` before the first.
    pub async fn last_slip_png(&self) -> Option<Vec<u8>> {
        let last = self.snapshot.borrow().last.clone()?;
        match tokio::task::spawn_blocking(move || last.png()).await {
            Ok(Ok(png)) => Some(png),
            Ok(Err(error)) => {
                tracing::warn!(%error, "no picture of the ticket");
                None
            }
            Err(error) => {
                tracing::warn!(%error, "no picture of the ticket");
                None
            }
        }
    }
}

/// Starts a simulated printer on a pseudo-terminal. Tickets come through the receiver; where it
/// is full or dropped they are to be had from the snapshot only.
///
/// # Errors
/// Where no pseudo-terminal can be opened and linked.
pub fn start(config: PrinterConfig) -> io::Result<(PrinterHandle, mpsc::Receiver<Arc<Finished>>)> {
    let serial = line::Serial {
        link: config.link,
        baud: config.baud,
    };
    start_on(serial, config.profile, config.print_time)
}

/// Starts a simulated printer of this family on any socket; as [`start`].
///
/// # Errors
/// Where it cannot be plugged in.
pub fn start_on<S: Socket>(
    socket: S,
    profile: Profile,
    print_time: Duration,
) -> io::Result<(PrinterHandle, mpsc::Receiver<Arc<Finished>>)> {
    let (command_sender, commands) = mpsc::channel(COMMANDS_WAITING);
    let (tickets, ticket_receiver) = mpsc::channel(TICKETS_WAITING);
    let (snapshot, snapshot_receiver) = watch::channel(PrinterSnapshot::default());
    let mut device = Device {
        socket,
        line: None,
        decoder: Decoder::new(&profile),
        separator: separator(&profile),
        profile,
        print_time,
        real_time: RealTime::default(),
        buffer: VecDeque::new(),
        ticket_bytes: Vec::new(),
        health: Health::default(),
        silent: false,
        powered: true,
        garbles: 0,
        tickets_stay: false,
        auto_status: false,
        printing: None,
        in_ticket: None,
        after: Vec::new(),
        received: 0,
        snapshot,
        tickets,
    };
    device.plug()?;
    tokio::spawn(device.run(commands));
    let handle = PrinterHandle {
        commands: command_sender,
        snapshot: snapshot_receiver,
    };
    Ok((handle, ticket_receiver))
}

/// A ticket under the print head.
struct Printing {
    until: Instant,
    ticket: Ticket,
    bytes: Vec<u8>,
}

struct Device<S: Socket> {
    socket: S,
    line: Option<S::Line>,
    profile: Profile,
    print_time: Duration,
    real_time: RealTime,
    /// What parts a torn ticket from the next.
    separator: Vec<u8>,
    /// What is received and not yet printed.
    buffer: VecDeque<Word>,
    decoder: Decoder,
    /// The bytes of the ticket being read.
    ticket_bytes: Vec<u8>,
    health: Health,
    silent: bool,
    powered: bool,
    /// Replies still to be garbled.
    garbles: u32,
    /// Nobody takes the tickets out of the mouth.
    tickets_stay: bool,
    auto_status: bool,
    printing: Option<Printing>,
    /// What happens after so many bytes of the next ticket.
    in_ticket: Option<(u64, Trouble)>,
    /// Commands that happen when so many bytes have been received in all.
    after: Vec<(u64, PrinterCommand)>,
    received: u64,
    snapshot: watch::Sender<PrinterSnapshot>,
    tickets: mpsc::Sender<Arc<Finished>>,
}

impl<S: Socket> Device<S> {
    async fn run(mut self, mut commands: mpsc::Receiver<PrinterCommand>) {
        loop {
            let blocked = self.silent || !self.health.printable();
            let done_at = self.printing.as_ref().map(|printing| printing.until);
            let next_event = self.after.iter().map(|(at, _)| *at).min();
            let mut limit =
                next_event.map_or(u64::MAX, |at| at.saturating_sub(self.received).max(1));
            if self.in_ticket.is_some() {
                // Byte by byte, so that the ticket's first is not taken with what is before it.
                limit = 1;
            }
            tokio::select! {
                command = commands.recv() => match command {
                    Some(command) => self.command(command),
                    None => return,
                },
                bytes = line::read(&mut self.line, usize::try_from(limit).unwrap_or(usize::MAX)) => {
                    self.receive(&bytes);
                }
                () = at(done_at), if !blocked => self.finish(),
            }
            self.work();
            self.tell_idle();
        }
    }

    fn tell_idle(&mut self) {
        let well = !self.silent && self.powered && self.health.printable();
        let idle = well && self.printing.is_none() && self.buffer.is_empty();
        self.snapshot.send_if_modified(|shown| {
            let changed = shown.idle != idle;
            shown.idle = idle;
            changed
        });
    }

    fn plug(&mut self) -> io::Result<()> {
        self.line = None;
        let mut line = self.socket.plug()?;
        line.show(self.health);
        self.line = Some(line);
        self.snapshot.send_modify(|shown| shown.plugged = true);
        Ok(())
    }

    fn command(&mut self, command: PrinterCommand) {
        let before = self.health;
        match command {
            PrinterCommand::Paper(paper) => {
                self.health.paper_low = paper != Paper::Ok;
                self.health.paper_out = paper == Paper::Out;
            }
            PrinterCommand::CoverOpen(open) => self.health.cover_open = open,
            PrinterCommand::TicketsStay(stay) => {
                self.tickets_stay = stay;
                self.health.ticket_in_mouth &= stay;
            }
            PrinterCommand::CutterJam(jammed) => self.health.error = jammed,
            PrinterCommand::Offline(offline) => self.health.offline = offline,
            PrinterCommand::Silent(silent) => {
                self.silent = silent;
                if !silent {
                    self.receive_now(&[]);
                }
            }
            PrinterCommand::Unplug => {
                self.line = None;
                // With the far end gone a printer forgets half a command word, not its memory.
                self.real_time = RealTime::default();
                self.snapshot.send_modify(|shown| shown.plugged = false);
            }
            PrinterCommand::Replug => {
                if self.line.is_none()
                    && let Err(error) = self.plug()
                {
                    tracing::error!(%error, "cannot plug the simulated printer in");
                }
            }
            PrinterCommand::UnplugAfter(bytes) => self.later(bytes, PrinterCommand::Unplug),
            PrinterCommand::PaperOutAfter(bytes) => {
                self.later(bytes, PrinterCommand::Paper(Paper::Out));
            }
            PrinterCommand::SilentAfter(bytes) => self.later(bytes, PrinterCommand::Silent(true)),
            PrinterCommand::Power(on) => self.power(on),
            PrinterCommand::PowerOffAfter(bytes) => {
                self.later(bytes, PrinterCommand::Power(false));
            }
            PrinterCommand::Garble(replies) => self.garbles = replies,
            PrinterCommand::InTicket(bytes, trouble) => self.in_ticket = Some((bytes, trouble)),
        }
        if self.health == before {
            return;
        }
        if let Some(line) = &mut self.line {
            line.show(self.health);
        }
        if self.auto_status {
            self.say(&automatic_status(self.health));
        }
    }

    fn later(&mut self, bytes: u64, command: PrinterCommand) {
        self.after.push((self.received + bytes, command));
    }

    /// Without power nothing is remembered: not what was received, not that status was to be told.
    fn power(&mut self, on: bool) {
        self.powered = on;
        self.buffer.clear();
        self.ticket_bytes.clear();
        self.printing = None;
        self.auto_status = false;
        self.real_time = RealTime::default();
        self.decoder = Decoder::new(&self.profile);
    }

    fn say(&mut self, bytes: &[u8]) {
        let Some(line) = self.line.as_mut().filter(|_| !self.silent && self.powered) else {
            return;
        };
        if self.garbles == 0 {
            return line.send(bytes);
        }
        self.garbles -= 1;
        let garbled: Vec<u8> = bytes.iter().map(|byte| byte ^ 0x91).collect();
        line.send(&garbled);
    }

    fn receive(&mut self, bytes: &[u8]) {
        self.received += bytes.len() as u64;
        let received = self.received;
        self.snapshot.send_modify(|shown| shown.received = received);
        self.receive_now(bytes);
        let due: Vec<(u64, PrinterCommand)> = self
            .after
            .extract_if(.., |(at, _)| *at <= received)
            .collect();
        for (_, command) in due {
            self.command(command);
        }
    }

    /// Runs real-time commands at once, whatever stands before them in the buffer; a hung
    /// printer does so when it comes to itself.
    fn receive_now(&mut self, bytes: &[u8]) {
        if !self.powered {
            return;
        }
        self.real_time.waiting.extend(bytes);
        if self.silent {
            return;
        }
        while let Some(word) = self.real_time.next(&self.separator) {
            match word {
                word @ (Word::Data(_) | Word::Separator) => {
                    self.ticket_begins(&word);
                    if self.buffer.len() < BUFFER_MAX_BYTES {
                        self.buffer.push_back(word);
                    }
                }
                Word::Ask(question) => {
                    self.say(&[real_time_status(self.health, question)]);
                }
                Word::AskFull if self.profile.mouth => self.say(&full_status(self.health)),
                Word::AskFull => {}
                Word::Clear => self.clear(),
            }
        }
    }

    /// A ticket begins with `ESC @`, and nothing else of ours with `ESC`.
    fn ticket_begins(&mut self, word: &Word) {
        let fresh = self.buffer.is_empty() && self.decoder.at_rest() && self.printing.is_none();
        if *word == Word::Data(0x1B)
            && fresh
            && let Some((bytes, trouble)) = self.in_ticket.take()
        {
            // This is its first byte.
            let at = (self.received + bytes).saturating_sub(1);
            self.after.push((at, trouble.command()));
        }
    }

    fn clear(&mut self) {
        let begun = self.printing.is_some() || !self.decoder.at_rest() || !self.buffer.is_empty();
        self.buffer.clear();
        self.ticket_bytes.clear();
        self.printing = None;
        self.decoder = Decoder::new(&self.profile);
        self.snapshot.send_modify(|shown| {
            shown.clears += 1;
            shown.abandoned += u64::from(begun);
        });
        self.say(&[0x37, 0x25, 0]);
    }

    /// Reads on in the buffer until a ticket is complete or something stands in the way.
    fn work(&mut self) {
        while self.printing.is_none() && !self.silent && self.health.printable() {
            let byte = match self.buffer.pop_front() {
                None => return,
                Some(Word::Data(byte)) => byte,
                Some(Word::Separator) => {
                    self.separate();
                    continue;
                }
                // Acted upon when they came.
                Some(Word::Ask(_) | Word::AskFull | Word::Clear) => continue,
            };
            self.ticket_bytes.push(byte);
            match self.decoder.push(byte) {
                Ok(Some(Event::Cut(ticket))) => {
                    self.printing = Some(Printing {
                        until: Instant::now() + self.print_time,
                        ticket,
                        bytes: std::mem::take(&mut self.ticket_bytes),
                    });
                }
                Ok(Some(Event::Confirm(id))) => {
                    // The confirmation request stands after its ticket's cut.
                    self.ticket_bytes.clear();
                    let mut reply = vec![0x37, 0x22];
                    reply.extend(id);
                    reply.push(0);
                    self.say(&reply);
                }
                Ok(Some(Event::Identify(number))) => {
                    self.ticket_bytes.clear();
                    self.say(&identity(number));
                }
                Ok(Some(Event::AutoStatus(mask))) => {
                    self.ticket_bytes.clear();
                    self.auto_status = mask != 0;
                    self.say(&automatic_status(self.health));
                }
                Ok(Some(Event::Printed) | None) => {}
                Err(error) => self.garbage(error.to_string()),
            }
        }
    }

    /// What a torn ticket left comes out on a paper of its own.
    fn separate(&mut self) {
        let bytes = std::mem::take(&mut self.ticket_bytes);
        let torn = std::mem::replace(&mut self.decoder, Decoder::new(&self.profile));
        let ticket = torn.into_torn();
        if !ticket.items.is_empty() {
            self.printing = Some(Printing {
                until: Instant::now() + self.print_time,
                ticket,
                bytes,
            });
        }
    }

    fn garbage(&mut self, what: String) {
        tracing::error!(what, "the simulated printer was sent what is no ticket");
        self.buffer.clear();
        self.ticket_bytes.clear();
        self.decoder = Decoder::new(&self.profile);
        self.snapshot.send_modify(|shown| {
            shown.garbage.truncate(GARBAGE_MAX - 1);
            shown.garbage.push(what);
        });
    }

    fn finish(&mut self) {
        let Some(printing) = self.printing.take() else {
            return;
        };
        self.health.ticket_in_mouth = self.profile.mouth && self.tickets_stay;
        let number = self.snapshot.borrow().finished + 1;
        let finished = Arc::new(Finished {
            number,
            bytes: printing.bytes,
            ticket: printing.ticket,
        });
        tracing::debug!(number, ticket = finished.ticket.number(), "ticket out");
        if self.tickets.try_send(Arc::clone(&finished)).is_err() {
            tracing::trace!(number, "nobody takes the simulated ticket");
        }
        self.snapshot.send_modify(|shown| {
            shown.finished = number;
            shown.last = Some(finished);
        });
    }
}

async fn at(moment: Option<Instant>) {
    match moment {
        Some(moment) => tokio::time::sleep_until(moment).await,
        None => std::future::pending().await,
    }
}
