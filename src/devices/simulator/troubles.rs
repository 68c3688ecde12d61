//! What can be done to a simulated printer, and what can break in it.

/// How much paper there is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Paper {
    /// Enough.
    Ok,
    /// Nearly out.
    Low,
    /// Out.
    Out,
}

/// What can break in the middle of a ticket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    /// The paper ends.
    PaperOut,
    /// Somebody opens the cover.
    CoverOpen,
    /// The cutter jams.
    CutterJam,
    /// The cable comes out.
    Unplug,
    /// The power goes, and its memory with it.
    PowerOff,
    /// It hangs.
    Silent,
    /// Its next replies are garbled.
    Garbled,
}

/// Replies that [`Trouble::Garbled`] spoils.
const REPLIES_GARBLED: u32 = 6;

impl Trouble {
    pub(super) fn command(self) -> PrinterCommand {
        match self {
            Self::PaperOut => PrinterCommand::Paper(Paper::Out),
            Self::CoverOpen => PrinterCommand::CoverOpen(true),
            Self::CutterJam => PrinterCommand::CutterJam(true),
            Self::Unplug => PrinterCommand::Unplug,
            Self::PowerOff => PrinterCommand::Power(false),
            Self::Silent => PrinterCommand::Silent(true),
            Self::Garbled => PrinterCommand::Garble(REPLIES_GARBLED),
        }
    }
}

/// What can be done to a simulated printer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PrinterCommand {
    /// Take paper out or put it in.
    Paper(Paper),
    /// Open (true) or close the cover.
    CoverOpen(bool),
    /// Jam (true) or free the cutter.
    CutterJam(bool),
    /// Let customers leave their tickets in the mouth (true), or take them.
    TicketsStay(bool),
    /// Take it off line (true) or back.
    Offline(bool),
    /// Let it hang (true): it takes bytes, but neither answers nor prints.
    Silent(bool),
    /// Pull the cable.
    Unplug,
    /// Put the cable back.
    Replug,
    /// Pull the cable after so many more bytes.
    UnplugAfter(u64),
    /// Let the paper end after so many more bytes.
    PaperOutAfter(u64),
    /// Let it hang after so many more bytes.
    SilentAfter(u64),
    /// Switch it off (false), which loses its memory, or on; the cable stays in.
    Power(bool),
    /// Switch it off after so many more bytes.
    PowerOffAfter(u64),
    /// Garble so many of the next replies.
    Garble(u32),
    /// Trouble after so many bytes of the next ticket.
    InTicket(u64, Trouble),
}
