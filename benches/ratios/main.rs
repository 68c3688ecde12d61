//! `make bench`: what Rinda costs, as ratios to what the same machine does at best, so that the
//! figures of two machines can be compared.
//!
//! Everything runs below the target directory, on one disk. Times of the smaller parts are those
//! of a busy or an idle machine alike in both columns; a ratio is what to look at.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    clippy::cast_precision_loss
)]

mod boards;
mod centre;
mod closing;
mod forecast;
mod issue;
mod paper;
mod reports;
mod start;
mod table;
mod years;

use std::path::Path;
use std::time::Instant;

use table::Row;

fn main() -> anyhow::Result<()> {
    // A start-up is measured in a process of its own: its memory is nobody else's.
    let mut arguments = std::env::args().skip(1);
    if arguments.next().as_deref() == Some(start::CHILD) {
        return start::child(Path::new(&arguments.next().expect("a data directory")));
    }
    let folder = tempfile::Builder::new()
        .prefix("bench-")
        .tempdir_in(env!("CARGO_TARGET_TMPDIR"))?;
    let began = Instant::now();
    let mut rows: Vec<Row> = Vec::new();
    let part = |what: &str| println!("{:>4} s  {what}", began.elapsed().as_secs());
    // `cargo bench -- waits`: promised waits alone.
    if std::env::args().any(|argument| argument == "waits") {
        forecast::measure(&mut rows)?;
        table::print(&rows);
        return Ok(());
    }
    // `cargo bench -- closing`: rules for closing alone.
    if std::env::args().any(|argument| argument == "closing") {
        closing::measure(&mut rows)?;
        table::print(&rows);
        return Ok(());
    }
    // `cargo bench -- reports`: years of one centre, their reports and their size alone.
    if std::env::args().any(|argument| argument == "reports") {
        // What was measured is shown also where a limit is missed.
        let kept = years(folder.path(), &part, &mut rows);
        table::print(&rows);
        return kept;
    }
    part("durable ticket issue");
    let runtime = tokio::runtime::Runtime::new()?;
    let line = runtime.block_on(issue::measure(folder.path(), &mut rows))?;
    part("from the frame to the printer");
    runtime.block_on(paper::measure(folder.path(), &line, &mut rows))?;
    // `cargo bench -- press`: the minute that a press takes, without the years of the rest.
    if std::env::args().any(|argument| argument == "press") {
        table::print(&rows);
        return Ok(());
    }
    part("from the call to the boards");
    runtime.block_on(boards::measure(folder.path(), &mut rows))?;
    drop(runtime);
    part("promised waits on simulated days");
    forecast::measure(&mut rows)?;
    part("rules for closing on simulated days");
    closing::measure(&mut rows)?;
    let kept = years(folder.path(), &part, &mut rows);
    part("done");
    table::print(&rows);
    kept
}

fn years(folder: &Path, part: &dyn Fn(&str), rows: &mut Vec<Row>) -> anyhow::Result<()> {
    part("a journal of five years, 500,000 tickets");
    let five_years = years::five_years(folder, part)?;
    part("its metrics, and start-up");
    start::measure(folder, &five_years, rows)?;
    part("the report of a quarter of 25,000 tickets");
    let small = reports::measure(&five_years.data, years::LAST_QUARTER, rows)?;
    part("a journal of one quarter, 700,000 tickets");
    let large = years::large_quarter(folder, part)?;
    part("its report");
    reports::measure_large(&large, &small, rows)
}
