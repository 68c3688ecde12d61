//! What the web needs of devices and reports, without knowing them.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context as _, Result};
use axum::body::Bytes;
use firmware_protocol::Button;
use futures_util::future::BoxFuture;
use jiff::Timestamp;
use jiff::civil::Date;

use super::kiosks::Simulated;
use super::signing::{self, Checked};
use crate::clock::Clock;
use crate::devices::voice::Voice;
use crate::engine::handle::EngineHandle;
use crate::journal::state::State;
use crate::metrics::{Metrics, MetricsError};
use crate::quality::signing::Signed;
use crate::queue::setup::Setup;
use crate::queue::today::dates_like;
use crate::report::{self, Eyes, Neighbour, Quarter, QuarterReport, Quarters, signed};
use crate::web::ports::{self, Looked, PressError, ReportError, ReportFormat, ReportOf};

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
    /// Data directory, for what was signed.
    pub data: PathBuf,
}

/// What a report is made of, at one moment.
struct Sources {
    metrics: Arc<Metrics>,
    setup: Arc<Setup>,
    state: Arc<State>,
    data: PathBuf,
    as_of: Timestamp,
}

impl Figures {
    /// Makes something of the figures as they are now, on a thread that may wait for the disk.
    async fn with_sources<T: Send + 'static>(
        &self,
        make: impl FnOnce(&Sources) -> Result<T, ReportError> + Send + 'static,
    ) -> Result<T, ReportError> {
        let metrics = self.metrics.clone();
        let sources = Sources {
            metrics: metrics.ok_or_else(|| unreadable("the metrics are not open"))?,
            setup: self.setup.clone(),
            as_of: self.clock.now(),
            state: self.engine.published().state.clone(),
            data: self.data.clone(),
        };
        tokio::task::spawn_blocking(move || {
            if sources.metrics.applied_seq().map_err(unreadable)? < sources.state.seq {
                return Err(unreadable(
                    "the metrics have stopped: restart the daemon, which makes them anew",
                ));
            }
            make(&sources)
        })
        .await
        .map_err(unreadable)?
    }

    /// The report of a quarter from the journal, with what was signed checked against it.
    ///
    /// # Errors
    /// Where the journal cannot be read.
    pub async fn verified(&self, year: i16, quarter: u8, format: ReportFormat) -> Result<Bytes> {
        let (data, setup, as_of) = (self.data.clone(), self.setup.clone(), self.clock.now());
        let quarter = named(year, quarter)?;
        tokio::task::spawn_blocking(move || {
            render(
                &signed::verified(&data, &setup, quarter, as_of, &mut |_, _| {})?,
                format,
            )
        })
        .await?
    }

    /// Checks every signed quarter, or one, against the journal.
    ///
    /// # Errors
    /// Where the journal cannot be read.
    pub async fn verify_signed(&self, only: Option<Quarter>) -> Result<Checked> {
        let (data, setup, as_of) = (self.data.clone(), self.setup.clone(), self.clock.now());
        let check = move || signing::check(&data, &setup, only, as_of);
        Ok(tokio::task::spawn_blocking(check).await??)
    }

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
        eyes: Eyes,
    ) -> BoxFuture<'_, Result<Bytes, ReportError>> {
        Box::pin(self.with_sources(move |sources| match of {
            ReportOf::Quarter { year, quarter } => {
                let report = sources.quarter(named(year, quarter)?)?;
                let report = match eyes {
                    Eyes::Names => report,
                    Eyes::Desks => report.without_names(),
                };
                render(&report, format).map_err(unreadable)
            }
            ReportOf::Day(date) => sources.day(date, format, eyes),
        }))
    }

    fn to_sign(&self, year: i16, quarter: u8) -> Looked<'_, Signed> {
        Box::pin(self.with_sources(move |sources| {
            let report = sources.quarter(named(year, quarter)?)?;
            Ok(signed::prepare(&report, &sources.data)?)
        }))
    }
}

fn named(year: i16, quarter: u8) -> Result<Quarter, ReportError> {
    let name = format!("{year}-Q{quarter}");
    name.parse().map_err(|_| ReportError::NoSuchReport)
}

impl Sources {
    fn quarter(&self, quarter: Quarter) -> Result<QuarterReport, ReportError> {
        let figures = quarters(&self.metrics, quarter).map_err(unreadable)?;
        let figures = figures.ok_or(ReportError::NoSuchReport)?;
        let (edits, quality) = (&self.state.centre.calendar, &self.state.quality);
        let mut report = report::untold_report_of(&self.setup, edits, quarter, figures, self.as_of);
        report::add_kept(&mut report, &self.setup, edits, quality);
        let frozen = |seq| signed::frozen(&self.data, seq);
        signed::tell(&mut report, &quality.signatures, frozen);
        Ok(report)
    }

    fn day(&self, date: Date, format: ReportFormat, eyes: Eyes) -> Result<Bytes, ReportError> {
        let next = date.tomorrow().map_err(|_| ReportError::NoSuchReport)?;
        let days = self.metrics.days(date..next).map_err(unreadable)?;
        let edits = &self.state.centre.calendar;
        let mut report = report::day_report(&self.setup, edits, date, days.get(&date), self.as_of);
        let mut known = BTreeMap::new();
        for like in dates_like(date) {
            let end = like.tomorrow().map_err(|_| ReportError::NoSuchReport)?;
            known.append(&mut self.metrics.days(like..end).map_err(unreadable)?);
        }
        report.usual = Some(report::usual_day(&self.setup, date, &known));
        let report = match eyes {
            Eyes::Names => report,
            Eyes::Desks => report.without_names(),
        };
        match format {
            ReportFormat::Json => json(&report),
            ReportFormat::Table => Ok(report::day_table(&report).into()),
            ReportFormat::Pdf => Ok(report::day_pdf(&report).map_err(unreadable)?.into()),
            ReportFormat::Xlsx => Ok(report::day_xlsx(&report).map_err(unreadable)?.into()),
            ReportFormat::Csv => Err(ReportError::NoSuchReport),
        }
    }
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
        for (date, day) in metrics.services(beside)? {
            pooled.add(date, day);
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
