//! What the web needs of devices and reports, without knowing them.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context as _, Result};
use axum::body::Bytes;
use firmware_protocol::Button;
use futures_util::future::BoxFuture;
use jiff::Timestamp;

use super::kiosks::Simulated;
use crate::clock::Clock;
use crate::devices::voice::Voice;
use crate::engine::handle::EngineHandle;
use crate::journal::state::State;
use crate::metrics::{Metrics, MetricsError};
use crate::queue::setup::Setup;
use crate::report::{self, Neighbour, Quarter, QuarterReport, Quarters};
use crate::web::ports::{self, PressError, ReportError, ReportFormat, ReportOf};

/// Simulated boards and printers by kiosk.
pub struct SimulatedDevices(pub BTreeMap<String, Simulated>);

impl ports::SimulatedKiosks for SimulatedDevices {
    fn press(&self, kiosk: &str, button: u8) -> Result<(), PressError> {
        let board = self
            .0
            .get(kiosk)
            .and_then(|simulated| simulated.board.clone())
            .ok_or(PressError::NotSimulated)?;
        let button = Button::try_from(button).map_err(|_| PressError::NotSimulated)?;
        tokio::spawn(async move { board.press(button).await });
        Ok(())
    }

    fn slip_png(&self, kiosk: &str) -> BoxFuture<'_, Option<Bytes>> {
        let printer = self
            .0
            .get(kiosk)
            .and_then(|simulated| simulated.printer.clone());
        Box::pin(async move { printer?.last_slip_png().await.map(Bytes::from) })
    }
}

/// The voice.
pub struct Speaker(pub Arc<Voice>);

impl ports::Voice for Speaker {
    fn wav(&self, text: String) -> BoxFuture<'_, Option<Bytes>> {
        Box::pin(async move { self.0.wav(&text).await.map(Bytes::from) })
    }
}

/// Reports from the rollups.
pub struct Figures {
    /// The rollups; absent where they cannot be opened.
    pub metrics: Option<Arc<Metrics>>,
    /// The set-up, for names, hours and targets.
    pub setup: Arc<Setup>,
    /// For the moment a report is made.
    pub clock: Arc<dyn Clock>,
    /// For what is durable: rollups that lag behind it are not told as if they were whole.
    pub engine: EngineHandle,
}

impl Figures {
    /// Rows of the rollups that differ from a recomputation.
    ///
    /// # Errors
    /// Where either side cannot be read.
    pub fn verify(&self, data: &Path) -> Result<Vec<String>> {
        let metrics = self.metrics.as_ref().context("the metrics are not open")?;
        Ok(metrics.verify(data, &self.setup.timezone, &mut |_, _| {})?)
    }
}

impl ports::Reports for Figures {
    fn report(
        &self,
        of: ReportOf,
        format: ReportFormat,
    ) -> BoxFuture<'_, Result<Bytes, ReportError>> {
        let metrics = self.metrics.clone();
        let setup = self.setup.clone();
        let as_of = self.clock.now();
        let state = self.engine.published().state.clone();
        Box::pin(async move {
            let metrics = metrics.ok_or_else(|| unreadable("the metrics are not open"))?;
            // sled reads from the disk.
            tokio::task::spawn_blocking(move || {
                if metrics.applied_seq().map_err(unreadable)? < state.seq {
                    return Err(unreadable(
                        "the metrics have stopped: restart the daemon, which makes them anew",
                    ));
                }
                make(&metrics, &setup, &state, &of, format, as_of)
            })
            .await
            .map_err(unreadable)?
        })
    }
}

fn make(
    metrics: &Metrics,
    setup: &Setup,
    state: &State,
    of: &ReportOf,
    format: ReportFormat,
    as_of: Timestamp,
) -> Result<Bytes, ReportError> {
    match of {
        ReportOf::Quarter { year, quarter } => {
            let quarter = format!("{year}-Q{quarter}")
                .parse()
                .map_err(|_| ReportError::NoSuchReport)?;
            quarter_text(metrics, setup, state, quarter, format, as_of)
        }
        ReportOf::Day(date) => {
            let next = date.tomorrow().map_err(|_| ReportError::NoSuchReport)?;
            let days = metrics.days(*date..next).map_err(unreadable)?;
            let edits = &state.centre.calendar;
            let report = report::day_report(setup, edits, *date, days.get(date), as_of);
            match format {
                ReportFormat::Json => json(&report),
                ReportFormat::Table => Ok(report::day_table(&report).into()),
                ReportFormat::Pdf => Ok(report::day_pdf(&report).map_err(unreadable)?.into()),
                ReportFormat::Xlsx => Ok(report::day_xlsx(&report).map_err(unreadable)?.into()),
                ReportFormat::Csv => Err(ReportError::NoSuchReport),
            }
        }
    }
}

fn quarter_text(
    metrics: &Metrics,
    setup: &Setup,
    state: &State,
    quarter: Quarter,
    format: ReportFormat,
    as_of: Timestamp,
) -> Result<Bytes, ReportError> {
    let figures = quarters(metrics, quarter)
        .map_err(unreadable)?
        .ok_or(ReportError::NoSuchReport)?;
    let edits = &state.centre.calendar;
    let mut report = report::quarter_report_of(setup, edits, quarter, figures, as_of);
    report::add_kept(&mut report, setup, edits, &state.quality);
    render(&report, format).map_err(unreadable)
}

/// The figures a quarter's report is made of, from the rollups; none beyond the calendar.
///
/// # Errors
/// Where the rollups cannot be read.
pub fn quarters(metrics: &Metrics, quarter: Quarter) -> Result<Option<Quarters>, MetricsError> {
    let dates =
        |quarter: Quarter| Some(quarter.first_date()?..quarter.last_date()?.tomorrow().ok()?);
    let Some(own) = dates(quarter) else {
        return Ok(None);
    };
    let mut figures = Quarters {
        days: metrics.days(own)?,
        ..Quarters::default()
    };
    for (kind, pooled) in Neighbour::ALL.iter().zip(&mut figures.neighbours) {
        let Some(beside) = kind.of(quarter).and_then(dates) else {
            continue;
        };
        for (date, day) in metrics.days(beside)? {
            pooled.add(date, &day);
        }
    }
    Ok(Some(figures))
}

/// A quarter's report written out.
///
/// # Errors
/// Where it cannot be written in that form, which plain data always can.
pub fn render(report: &QuarterReport, format: ReportFormat) -> Result<Bytes> {
    Ok(match format {
        ReportFormat::Json => serde_json::to_vec(report)?.into(),
        ReportFormat::Csv => report::csv(report)?.into(),
        ReportFormat::Table => report::table(report).into(),
        ReportFormat::Pdf => report::quarter_pdf(report)?.into(),
        ReportFormat::Xlsx => report::quarter_xlsx(report)?.into(),
    })
}

fn json(value: &impl serde::Serialize) -> Result<Bytes, ReportError> {
    serde_json::to_vec(value)
        .map(Bytes::from)
        .map_err(unreadable)
}

fn unreadable(error: impl std::fmt::Display) -> ReportError {
    ReportError::Unreadable(error.to_string())
}
