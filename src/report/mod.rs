//! The quarterly flow-management evaluation (A1.12) and the report of a day: pure functions from
//! daily figures to typed figures, and from these to text, PDF, XLSX, CSV and JSON. What lies beneath:
//! half-hours, single tickets' stories, and a consultant's own day.
//!
//! Definitions, all in whole seconds between UTC instants:
//! - A ticket counts on its local date of issue and under its service of issue; a transfer stays
//!   one ticket.
//! - Wait: first call − issue; a recall never changes it; later no-shows are included.
//! - Handling: finish − arrival at the desk, per stay. Visit: last finish − issue.
//! - No-show rate: tickets that ended as no-show / tickets called.
//! - Share within target T: called with a wait ≤ T / (issued − cancelled uncalled before T −
//!   uncalled and not older than T). Uncalled past T is a miss.
//! - Utilisation: busy / open time of a desk; breaks are not open time.
//! - Staffing ([`crate::queue::demand`]) and mischief ([`crate::queue::mischief`]): their words and
//!   formulas stand in the report itself, in [`glossary`].
//! - Percentiles: nearest rank over all tickets of the period, never averages of days. Means are
//!   rounded to the second, halves up. Of nothing there is no value: null, not zero.
//! - Fewer than [`SMALL_SAMPLE_BELOW`] cases are marked as a small sample.

mod comparison;
mod compliance;
mod day_log;
mod days;
mod document;
pub mod feedback;
mod figures;
mod flow;
pub mod glossary;
pub mod halves;
mod incidents;
mod kept;
mod latvian;
mod links;
mod merge;
mod mine;
pub mod mischief;
pub mod model;
mod mornings;
mod notices;
mod pdf;
mod quarter;
mod recompute;
mod register;
mod reliability;
pub mod signed;
pub mod staffing;
pub mod story;
pub mod survey;
mod telling;
mod text;
mod tidy;
mod xlsx;

pub use comparison::{Comparison, Neighbour, Pooled};
pub use day_log::{DayLog, Entry};
pub use days::{day_report, usual_day};
pub use feedback::feedback_of;
pub use flow::{EcdfStep, Flow, FlowHalfHour, HeatCell};
pub use kept::add_kept;
pub use merge::{CentreQuarter, MergeError, merged_report};
pub use mine::{MyDay, my_day};
pub use model::{DayReport, QuarterReport};
pub use pdf::{PdfError, day_pdf, quarter_pdf};
pub use quarter::{Quarters, quarter_report, quarter_report_of, untold_report_of};
pub use recompute::{Recomputed, damaged_places, recompute, recompute_quarter, recompute_report};
pub use reliability::ReliabilityBin;
pub use story::{Eyes, Story, story};
pub use text::{day_table, table};
pub use tidy::{CsvError, csv};
pub use xlsx::{XlsxError, day_xlsx, quarter_xlsx};

pub use crate::journal::{NoQuarter, Quarter};

/// Fewer cases than this are a small sample.
pub const SMALL_SAMPLE_BELOW: u64 = 20;
