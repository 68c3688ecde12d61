//! The survey between configuration, journal and web.

use std::path::Path;
use std::sync::Arc;

use anyhow::{Context as _, Result};
use jiff::{Timestamp, ToSpan};

use crate::answered::{ANSWERED_FILE, Answered};
use crate::config::SurveyPolicy;
use crate::engine::handle::EngineHandle;
use crate::quality::QualityEvent;
use crate::quality::survey::{OPEN_DAYS, SurveyEvent};
use crate::queue::command::Actor;
use crate::queue::setup::Setup;
use crate::web::SurveyMode;

/// The tickets that have answered.
///
/// # Errors
/// Where their file cannot be read.
pub fn answered(data: &Path) -> Result<Arc<Answered>> {
    let answered = Answered::open(data).with_context(|| format!("cannot read {ANSWERED_FILE}"))?;
    Ok(Arc::new(answered))
}

/// How the web asks.
pub fn mode(policy: &SurveyPolicy) -> SurveyMode {
    match &policy.link {
        _ if !policy.enabled => SurveyMode::Off,
        Some(link) => SurveyMode::Link(link.clone()),
        None => SurveyMode::Form,
    }
}

/// Records that the form is offered from today on, or no longer: reports of old quarters must know on
/// which dates it was, whatever the configuration says later.
///
/// # Errors
/// Where the journal cannot be written.
pub async fn settle(
    engine: &EngineHandle,
    setup: &Setup,
    now: Timestamp,
    policy: &SurveyPolicy,
) -> Result<()> {
    let on = mode(policy) == SurveyMode::Form;
    if engine.published().state.quality.survey.is_on() == on {
        return Ok(());
    }
    let from = setup.date_of(now);
    let event = QualityEvent::Survey(SurveyEvent::Switched { on, from });
    engine
        .keep_quality(Actor::Rinda, event, None)
        .await
        .context("the survey cannot be switched")?;
    Ok(())
}

/// Forgets which tickets have answered once they cannot answer any more.
pub async fn forget(engine: EngineHandle, answered: Arc<Answered>) {
    let mut published = engine.subscribe();
    let mut forgotten = None;
    loop {
        let date = published.borrow_and_update().state.centre.date;
        if let Some(date) = date.filter(|date| forgotten != Some(*date)) {
            let answered = answered.clone();
            let first = date.saturating_sub(OPEN_DAYS.days());
            let done = tokio::task::spawn_blocking(move || answered.forget_before(first)).await;
            match done {
                Ok(Ok(())) => forgotten = Some(date),
                Ok(Err(error)) => {
                    // Tried again at the next change.
                    tracing::error!(error = &error as &dyn std::error::Error, "answered surveys");
                }
                Err(_) => {}
            }
        }
        if published.changed().await.is_err() {
            return;
        }
    }
}
