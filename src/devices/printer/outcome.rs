//! What became of a ticket whose bytes are all in the printer.

use tokio::time::Instant;

use crate::devices::link::Port;
use crate::queue::view::PrinterState;

use super::driver::Timing;
use super::encoder::confirmation_id;
use super::session::{Lost, Session};

/// What became of a job whose bytes are all in the printer.
pub(super) enum Outcome {
    Printed,
    Doubtful {
        why: String,
        /// It answers, so it has not forgotten a part.
        whole: bool,
    },
}

impl Outcome {
    fn unwell(state: PrinterState) -> Self {
        Self::Doubtful {
            why: format!("{state:?} while it was printed"),
            whole: true,
        }
    }

    fn unheard(why: String) -> Self {
        Self::Doubtful { why, whole: false }
    }
}

/// Waits until the printer says that job `id` is on paper.
pub(super) async fn await_confirmation<P: Port>(
    session: &mut Session<P>,
    timing: &Timing,
    id: u64,
) -> Result<Outcome, Lost> {
    let expected = confirmation_id(id);
    let deadline = Instant::now() + timing.confirm;
    let mut ask_at = Instant::now() + timing.poll_job;
    loop {
        if session.confirmed() == Some(expected) {
            return Ok(Outcome::Printed);
        }
        if !session.health().printable() {
            return Ok(Outcome::unwell(session.health().state()));
        }
        let now = Instant::now();
        if now >= deadline {
            let seconds = timing.confirm.as_secs_f32();
            return Ok(Outcome::unheard(format!(
                "not confirmed within {seconds} s"
            )));
        }
        if now >= ask_at {
            session.ask(timing.reply).await?;
            ask_at = Instant::now() + timing.poll_job;
        } else {
            session.hear(deadline.min(ask_at)).await?;
        }
    }
}

/// For printers that cannot say so: whether they are well all the while and afterwards.
pub(super) async fn await_health<P: Port>(
    session: &mut Session<P>,
    timing: &Timing,
) -> Result<Outcome, Lost> {
    let until = Instant::now() + timing.settle;
    loop {
        let ask_at = until.min(Instant::now() + timing.poll_job);
        while session.health().printable() && session.hear(ask_at).await? {}
        // Asked all the while: a printer that is switched off and on again is well afterwards
        // and has forgotten the ticket.
        let over = Instant::now() >= until;
        if !session.ask(timing.reply).await? {
            return Ok(Outcome::unheard(
                "no answer while it was printed".to_owned(),
            ));
        }
        if !session.health().printable() {
            return Ok(Outcome::unwell(session.health().state()));
        }
        if over {
            return Ok(Outcome::Printed);
        }
    }
}
