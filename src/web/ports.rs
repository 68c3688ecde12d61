//! What the web needs of others without knowing them.

use std::collections::BTreeMap;

use bytes::Bytes;
use futures_util::future::BoxFuture;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::journal::record::Record;
use crate::quality::feedback::Entry;
use crate::quality::signing::Signed;
use crate::queue::catalogue::Service;
use crate::queue::ticket::{Ticket, TicketId};
use crate::report::halves::WorstHalfHours;
use crate::report::signed::Unready;
use crate::report::{Eyes, MyDay, Story};

/// The simulated kiosks of a demonstration.
pub trait SimulatedKiosks: Send + Sync {
    /// Presses a button (1 to 3) of the simulated board of a kiosk.
    ///
    /// # Errors
    /// See [`PressError`].
    fn press(&self, kiosk: &str, button: u8) -> Result<(), PressError>;

    /// The newest paper of the simulated printer of a kiosk as a PNG picture.
    fn slip_png(&self, kiosk: &str) -> BoxFuture<'_, Option<Bytes>>;
}

/// Why a simulated button was not pressed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PressError {
    /// The kiosk's board is not simulated.
    #[error("this kiosk has no simulated board")]
    NotSimulated,
    /// The simulated board is not running.
    #[error("the simulated board does not answer: {0}")]
    Unreachable(String),
}

/// Says sentences.
pub trait Voice: Send + Sync {
    /// The sentence as a WAV file; absent where it cannot be spoken.
    fn wav(&self, text: String) -> BoxFuture<'_, Option<Bytes>>;
}

/// How a report is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReportFormat {
    /// JSON.
    Json,
    /// Comma-separated values with a header line.
    Csv,
    /// A table of plain text.
    Table,
    /// PDF.
    Pdf,
    /// Excel's XLSX.
    Xlsx,
}

/// What a report is of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReportOf {
    /// A quarter.
    Quarter {
        /// Year.
        year: i16,
        /// 1 to 4.
        quarter: u8,
    },
    /// A local date.
    Day(Date),
}

/// Why there is no report.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    /// There are no figures of that time, or none of that kind.
    #[error("there is no such report")]
    NoSuchReport,
    /// The figures cannot be read.
    #[error("the figures cannot be read: {0}")]
    Unreadable(String),
    /// It cannot be signed yet.
    #[error(transparent)]
    Unready(#[from] Unready),
}

/// Makes reports.
pub trait Reports: Send + Sync {
    /// The report, written out in the format asked for, as those who look may see it.
    fn report(
        &self,
        of: ReportOf,
        format: ReportFormat,
        eyes: Eyes,
    ) -> BoxFuture<'_, Result<Bytes, ReportError>>;

    /// What a quarter would be signed under now, without the name and the comment.
    fn to_sign(&self, year: i16, quarter: u8) -> Looked<'_, Signed>;
}

/// Single tickets and dates, of today and of years ago. Where the rollups or the journal cannot be
/// read, the answer is [`ReportError::Unreadable`].
pub trait History: Send + Sync {
    /// A ticket's story; none where there never was such a ticket.
    fn story(&self, ticket: TicketId, eyes: Eyes) -> Looked<'_, Option<Story>>;

    /// The tickets of a date as they stand.
    fn tickets(&self, date: Date) -> Looked<'_, Vec<Ticket>>;

    /// The worst half-hours of a span of dates, both ends included.
    fn worst(
        &self,
        from: Date,
        to: Date,
        service: Option<Service>,
        limit: usize,
    ) -> Looked<'_, WorstHalfHours>;

    /// The records of these sequences, as far as they can be read, in their order.
    fn records(&self, seqs: Vec<u64>) -> Looked<'_, Vec<Record>>;

    /// A login's own day; none where the date never began.
    fn my_day(&self, date: Date, login: String) -> Looked<'_, Option<MyDay>>;

    /// All feedback received on these dates, both ends included, by its id, as it stands now.
    fn feedback(&self, from: Date, to: Date) -> Looked<'_, BTreeMap<u64, Entry>>;
}

/// What was found in the history.
pub type Looked<'a, T> = BoxFuture<'a, Result<T, ReportError>>;
