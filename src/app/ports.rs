//! What the web needs of devices and reports, without knowing them.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context as _, Result};
use axum::body::Bytes;
use firmware_protocol::Button;
use futures_util::future::BoxFuture;

use super::kiosks::Simulated;
use crate::clock::Clock;
use crate::devices::voice::Voice;
use crate::metrics::Metrics;
use crate::queue::setup::Setup;
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
        let _ = (of, format);
        Box::pin(async { Err(ReportError::NoSuchReport) })
    }
}
