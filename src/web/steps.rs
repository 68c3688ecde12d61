//! From a request to the engine and back: what all changes of the queue share.

use axum::http::StatusCode;
use serde::Serialize;

use super::AppState;
use super::access::Caller;
use super::answers::Answer;
use super::body::RequestKey;
use super::problem::Problem;
use crate::engine::handle::Done;
use crate::engine::published::Published;
use crate::journal::record::{Fact, Record};
use crate::quality::QualityEvent;
use crate::queue::command::Command;
use crate::queue::event::Event;

impl AppState {
    /// Has the engine do it. What it led to is on disk when this returns.
    pub(super) async fn act(
        &self,
        caller: &Caller,
        key: &RequestKey,
        command: Command,
    ) -> Result<Done, Problem> {
        let key = scoped(caller, key);
        Ok(self.engine.submit(caller.actor(), command, key).await?)
    }

    /// Has the engine keep something of the quality of service. It is on disk when this returns.
    pub(super) async fn keep(
        &self,
        caller: &Caller,
        key: &RequestKey,
        event: QualityEvent,
    ) -> Result<Done, Problem> {
        let key = scoped(caller, key);
        Ok(self.engine.keep_quality(caller.actor(), event, key).await?)
    }

    /// Has the engine do it and answers with how things stand then. A repeat gets the first
    /// answer again; after a restart, how things stand now.
    pub(super) async fn act_and_show<T: Serialize>(
        &self,
        caller: &Caller,
        key: &RequestKey,
        command: Command,
        show: impl FnOnce(&Published, &Done) -> Result<T, Problem>,
    ) -> Result<Answer, Problem> {
        let done = self.act(caller, key, command).await?;
        let key = scoped(caller, key);
        if done.repeated
            && let Some(answer) = key.as_deref().and_then(|key| self.answers.recall(key))
        {
            return Ok(answer);
        }
        let answer = Answer::json(StatusCode::OK, &show(&self.engine.published(), &done)?)?;
        if let Some(key) = key {
            // The engine has compared the requests already.
            self.answers.keep(self.clock.now(), &key, "", &answer);
        }
        Ok(answer)
    }
}

/// The key of one credential's request; another credential may use the same one.
pub(super) fn scoped(caller: &Caller, key: &RequestKey) -> Option<String> {
    let key = key.0.as_ref()?;
    Some(format!("{}:{key}", caller.credential()))
}

/// The events among the records.
pub(super) fn events(records: &[Record]) -> impl Iterator<Item = (&Record, &Event)> {
    records.iter().filter_map(|record| match &record.fact {
        Fact::Queue(event) => Some((record, event)),
        Fact::Access(_)
        | Fact::Quality(_)
        | Fact::Snapshot(_)
        | Fact::Sealed(_)
        | Fact::Redacted(_) => None,
    })
}
