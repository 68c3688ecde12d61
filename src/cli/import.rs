//! `rinda import`: a journal from an export, or from another system's tickets.

use std::fs::File;
use std::io::BufReader;
use std::path::Path;
use std::process::ExitCode;

use anyhow::Result;

use super::commands::say;
use super::{Place, WrongUse};
use crate::app::storage;
use crate::clock::{Clock as _, SystemClock};
use crate::imports;
use crate::journal;
use crate::progress::Bar;

/// What `--help` says below the options.
pub(super) const HELP: &str = "\
--tickets FILE is CSV (RFC 4180, UTF-8); its first line names the columns, in any order:
  service      digit of the button: 1, 2 or 3
  issued_at    when the ticket was issued
  called_at    when it was called; empty where it never was
  finished_at  when the customer was done, given up, cancelled or sent on
  desk         number of the desk that called; empty where none did
  outcome      finished, no_show, cancelled, unserved (left waiting when the date ended) or
               transferred (sent on)
and, where the other system knows them:
  ticket       a name that no other ticket of the file has. A customer who was sent on has a line
               for each stay, in order and with the same name, all but the last transferred
  number       the number on the paper: P 027 or 27
  arrived_at   when the customer came to the desk
  out_of_turn  yes, or empty
Times are 2025-10-05 08:31:07 in the centre's time, or RFC 3339. Every ticket ends on the date on
which it was issued. For example:
  service,issued_at,called_at,arrived_at,finished_at,desk,outcome
  1,2025-10-06 08:31:07,2025-10-06 08:35:00,2025-10-06 08:35:20,2025-10-06 08:44:10,3,finished
  2,2025-10-06 08:32:40,2025-10-06 08:36:00,,2025-10-06 08:37:00,4,no_show

The tickets become the journal of a data directory that has none yet; the daemon goes on there, with
today as its first date. What the file does not tell is left out: without arrived_at there are no handling times, waits
were not promised, desks count as open from their first call of a date to their last step, and dates
without tickets have no data.

Exit codes: 0 imported, 1 the directory is in use or cannot be written, 2 wrong use or a file that
makes no sense; then nothing is imported";

/// Takes an export in.
///
/// # Errors
/// Where the file cannot be read, a line is no record, or the directory is in use.
pub(super) fn export(place: &Place, file: &Path) -> Result<ExitCode> {
    let config = place.config_if_any()?;
    let data = place.data(config.as_ref());
    let zone = super::data::zone(config.as_ref())?;
    let bar = Bar::new("import");
    let imported = journal::import(
        &data,
        &zone,
        &mut BufReader::new(open(file)?),
        &mut |done, total| bar.show(done, total),
    )?;
    drop(bar);
    say(&format!("imported {} records", imported.records))
}

/// Takes another system's tickets over.
///
/// # Errors
/// Where the file makes no sense or the directory is in use.
pub(super) fn tickets(place: &Place, file: &Path) -> Result<ExitCode> {
    let config = place.config()?;
    let data = place.data(Some(&config));
    let input = open(file)?;
    let bytes = input.metadata().map_or(0, |metadata| metadata.len());
    let now = SystemClock::start().now();
    let bar = Bar::new("read");
    let read = imports::read(&config.setup, input, now, bytes, &mut |done, total| {
        bar.show(done, total);
    });
    drop(bar);
    let tickets = read
        .map_err(|error| WrongUse(format!("{}: {error}", file.display()).trim_end().to_owned()))?;
    storage::make_private(&data)?;
    let bar = Bar::new("import");
    let taken = imports::write(&data, &config.setup, &tickets, now, &mut |done, total| {
        bar.show(done, total);
    })?;
    drop(bar);
    say(&told(&taken))
}

fn told(taken: &imports::Taken) -> String {
    let mut text = format!(
        "imported {} tickets of {} dates, {} to {}",
        taken.tickets, taken.dates, taken.from, taken.to
    );
    if taken.without_arrival > 0 {
        text += &format!(
            "\ncalls without an arrival, whose handling times are not known: {}",
            taken.without_arrival
        );
    }
    if taken.open > 0 {
        text += &format!(
            "\ntickets of today, open until the daemon begins the next date: {}",
            taken.open
        );
    }
    text
}

fn open(file: &Path) -> Result<File> {
    let opened = File::open(file);
    Ok(opened.map_err(|error| WrongUse(format!("cannot read {}: {error}", file.display())))?)
}
