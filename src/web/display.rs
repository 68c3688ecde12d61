//! The waiting-room display at the other end of a live connection: whether it paints and sounds.

use std::time::Duration;

use tokio::time::Instant;

use super::AppState;
use super::access::Caller;
use crate::access::DeviceRole;
use crate::engine::handle::{DeviceReport, EngineHandle};
use crate::queue::displays::Connected;
use crate::queue::liveness::Liveness;

/// One display's connection. What changes about it is told the engine, in order.
pub(super) struct Display {
    engine: EngineHandle,
    device: String,
    connection: u64,
    /// Lateness is measured on the monotonic clock: the wall clock may be stepped.
    opened: Instant,
    liveness: Liveness,
    told: Connected,
}

impl Display {
    /// The display, where the caller is one; it counts as well until it is late.
    pub(super) async fn of(caller: &Caller, connection: u64, state: &AppState) -> Option<Self> {
        let device = match caller {
            Caller::Device {
                name,
                role: DeviceRole::Board,
                ..
            } => name.clone(),
            Caller::Device {
                role: DeviceRole::Kiosk,
                ..
            }
            | Caller::Person { .. } => return None,
        };
        let shown = Self {
            engine: state.engine.clone(),
            device,
            connection,
            opened: Instant::now(),
            liveness: Liveness::default(),
            told: Connected {
                paints: true,
                sounds: true,
            },
        };
        tracing::info!(device = shown.device, "a display has come");
        shown.report(Some(shown.told)).await;
        Some(shown)
    }

    fn now(&self) -> Duration {
        self.opened.elapsed()
    }

    /// A frame is about to leave: a view with its sequence, or a sign of life.
    pub(super) fn sent(&mut self, view: Option<u64>) {
        let now = self.now();
        self.liveness.sent(view, now);
    }

    /// The page has painted a frame; false where that proves nothing.
    pub(super) async fn painted(&mut self, frame: u64, sequence: u64) -> bool {
        let now = self.now();
        let news = self.liveness.painted(frame, sequence, now);
        self.look().await;
        news
    }

    /// Looks whether it is late.
    pub(super) async fn look(&mut self) {
        let now = self.now();
        let paints = self.liveness.look(now);
        if paints == self.told.paints {
            return;
        }
        if paints {
            tracing::info!(device = self.device, "the display paints again");
        } else {
            let late_ms = u64::try_from(self.liveness.unpainted_for(now).as_millis());
            tracing::warn!(
                device = self.device,
                late_ms = late_ms.unwrap_or(u64::MAX),
                "the display does not paint what it is sent"
            );
        }
        self.tell(Connected {
            paints,
            ..self.told
        })
        .await;
    }

    /// Its browser lets it sound, or does not.
    pub(super) async fn sounds(&mut self, sounds: bool) {
        self.tell(Connected {
            sounds,
            ..self.told
        })
        .await;
    }

    async fn tell(&mut self, is: Connected) {
        if is != self.told {
            self.told = is;
            self.report(Some(is)).await;
        }
    }

    /// Its connection has ended.
    pub(super) async fn leave(self) {
        tracing::info!(device = self.device, "a display has gone");
        self.report(None).await;
    }

    async fn report(&self, says: Option<Connected>) {
        let report = DeviceReport::Display {
            device: self.device.clone(),
            connection: self.connection,
            says,
        };
        self.engine.report(report).await;
    }
}
