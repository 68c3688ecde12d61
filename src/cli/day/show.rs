//! What a simulated day shows: progress while it runs, two columns at its end.

use std::io::{IsTerminal as _, Write as _};
use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;
use indicatif::{ProgressBar, ProgressStyle};

use super::compare::{Comparison, Pair, Row};
use super::people::{Customer, OPENS_S};
use super::{Day, DayOptions};

/// The progress is drawn anew this often.
const DRAW_EVERY: Duration = Duration::from_millis(250);

/// A line beside the work, on standard error.
#[allow(clippy::print_stderr)] // The command line's own words.
pub(super) fn note(text: &str) {
    eprintln!("rinda: {text}");
}

/// Says what is about to happen.
pub(super) fn beginning(options: &DayOptions, customers: &[Customer], desks: usize) {
    let by_service = [1, 2, 3].map(|service| {
        let of = customers.iter().filter(|who| who.service == service);
        of.count().to_string()
    });
    note(&format!(
        "seed {}: {} customers ({}) for {desks} desks, 8.30 to 17.00 at {} times the speed",
        options.seed,
        customers.len(),
        by_service.join(" + "),
        options.speed
    ));
}

/// Keeps a bar up to date until aborted; hidden where standard error is no terminal.
pub(super) async fn progress(day: Arc<Day>, customers: usize) {
    let bar = if std::io::stderr().is_terminal() {
        ProgressBar::new(customers as u64)
    } else {
        ProgressBar::hidden()
    };
    if let Ok(style) = ProgressStyle::with_template("{prefix} {bar:24} {msg}") {
        bar.set_style(style);
    }
    let bar = ClearedAtEnd(bar);
    loop {
        let total = day.book().total();
        let done = total.finished + total.no_show + total.cancelled;
        bar.0.set_prefix(time_of_day(day.now_s()));
        bar.0.set_position(u64::try_from(done).unwrap_or(0));
        bar.0.set_message(format!(
            "issued {}/{customers}  called {}  finished {}  no-show {}",
            total.issued, total.called, total.finished, total.no_show
        ));
        tokio::time::sleep(DRAW_EVERY).await;
    }
}

struct ClearedAtEnd(ProgressBar);

impl Drop for ClearedAtEnd {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}

/// "14.05" of seconds since the day began.
fn time_of_day(second: f64) -> String {
    #[allow(clippy::cast_possible_truncation)] // Far below.
    let minutes = ((OPENS_S + second) / 60.0) as i64;
    format!("{:>2}.{:02}", minutes / 60, minutes % 60)
}

/// The table at the end.
///
/// # Errors
/// Where standard output takes no more.
pub(super) fn ending(day: &Day, date: &str, compared: &Comparison) -> Result<()> {
    let mut text = format!(
        "{date}: the day ended at {} after {:.0} s.  simulated / reported\n\n",
        time_of_day(day.now_s()),
        day.began.elapsed().as_secs_f64()
    );
    text.push_str(&format!(
        "{:<14}{:>14}{:>14}{:>14}{:>14}\n",
        "", "service 1", "service 2", "service 3", "all"
    ));
    compared.counts.iter().for_each(|row| line(&mut text, row));
    if !compared.waits.is_empty() {
        text.push_str("waits of the date until the first call\n");
    }
    compared.waits.iter().for_each(|row| line(&mut text, row));
    text.push('\n');
    for (what, pair) in &compared.single {
        text.push_str(&format!("{what:<42}{:>14}\n", cell(pair)));
    }
    if let Some(why) = compared.left_out {
        text.push_str(&format!("{why}\n"));
    }
    let strangers = day.book().strangers;
    if strangers > 0 {
        text.push_str(&format!(
            "{strangers} tickets were taken by others meanwhile\n"
        ));
    }
    text.push_str(if compared.agrees() {
        "\nThe report agrees with what was simulated.\n"
    } else {
        "\nThe report does NOT agree with what was simulated (marked ≠).\n"
    });
    std::io::stdout().lock().write_all(text.as_bytes())?;
    Ok(())
}

fn line(text: &mut String, row: &Row) {
    text.push_str(&format!("{:<14}", row.what));
    for pair in &row.cells {
        let cell = pair.as_ref().map_or_else(|| "–".to_owned(), cell);
        text.push_str(&format!("{cell:>14}"));
    }
    text.push('\n');
}

fn cell(pair: &Pair) -> String {
    let mark = if pair.agrees { "" } else { "≠ " };
    format!("{mark}{} / {}", pair.simulated, pair.reported)
}
