//! The displays' monitor follows opening hours and customers.

use std::sync::Arc;
use std::time::Duration;

use jiff::SignedDuration;
use tokio::sync::watch;

use crate::clock::Clock;
use crate::config::DisplayPower;
use crate::devices::monitor::{self, Timing};
use crate::engine::handle::{DeviceReport, EngineHandle};
use crate::queue::displays::monitor_on;
use crate::queue::view::MonitorState;

/// The level is looked at this often even where nothing happens: its lead is not the tickets'.
const LOOK_EVERY: Duration = Duration::from_secs(5);

/// Keeps the monitor at its level until the engine stops.
pub async fn run(display: DisplayPower, engine: EngineHandle, clock: Arc<dyn Clock>) {
    let lead = display.lead;
    let level = wanted(&engine, clock.as_ref(), lead);
    let (level_in, levels) = watch::channel(level);
    let (told_in, told) = watch::channel(MonitorState::Switching);
    tokio::select! {
        () = follow(&engine, clock.as_ref(), lead, level_in) => {}
        () = tell(&engine, told) => {}
        () = monitor::run(display.power, Timing::default(), levels, told_in) => {}
    }
}

fn wanted(engine: &EngineHandle, clock: &dyn Clock, lead: SignedDuration) -> bool {
    let published = engine.published();
    monitor_on(&published.setup, &published.state.centre, clock.now(), lead)
}

async fn follow(
    engine: &EngineHandle,
    clock: &dyn Clock,
    lead: SignedDuration,
    level: watch::Sender<bool>,
) {
    let mut published = engine.subscribe();
    loop {
        let on = wanted(engine, clock, lead);
        level.send_if_modified(|before| std::mem::replace(before, on) != on);
        let changed = tokio::time::timeout(LOOK_EVERY, published.changed()).await;
        if matches!(changed, Ok(Err(_))) {
            return;
        }
    }
}

async fn tell(engine: &EngineHandle, mut told: watch::Receiver<MonitorState>) {
    loop {
        let state = *told.borrow_and_update();
        engine.report(DeviceReport::Monitor { state }).await;
        if told.changed().await.is_err() {
            return;
        }
    }
}
