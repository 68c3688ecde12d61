//! Durable ticket issue through the engine against a bare append and `fdatasync` of the same
//! bytes.

use std::fs::{File, OpenOptions};
use std::io::Write as _;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::Result;
use rinda::engine::handle::EngineHandle;
use rinda::queue::catalogue::Service;

use super::centre::{Running, issue, setup, supervisor};
use super::table::{Row, percentile, ratio, time};

/// Tickets of one client.
const ALONE: usize = 600;

/// Clients at once.
const CLIENTS: usize = 64;

/// Tickets of each of them.
const EACH: usize = 30;

/// What others compare with.
pub struct Issued {
    /// Median of a bare append and `fdatasync` of one ticket's bytes.
    pub bare: Duration,
}

pub async fn measure(folder: &Path, rows: &mut Vec<Row>) -> Result<Issued> {
    let data = folder.join("alone");
    let running = Running::start(&data, setup()?)?;
    let mut ours = Vec::new();
    for at in 0..ALONE {
        let began = Instant::now();
        ask(&running.engine, format!("alone-{at}")).await?;
        ours.push(began.elapsed());
    }
    running.stop();
    let line = vec![b'x'; line_bytes(&data, ALONE)?];
    let mut bare = append_alone(&folder.join("bare-1"), &line)?;
    let (mine, floor) = (percentile(&mut ours, 50), percentile(&mut bare, 50));
    rows.push(Row {
        what: "ticket issue, 1 client, median".to_owned(),
        figure: time(mine),
        baseline: time(floor),
        ratio: ratio(mine.as_secs_f64(), floor.as_secs_f64()),
        note: format!(
            "{ALONE} tickets; baseline: append + fdatasync of {} bytes",
            line.len()
        ),
    });
    let (mine_99, floor_99) = (percentile(&mut ours, 99), percentile(&mut bare, 99));
    rows.push(Row {
        what: "ticket issue, 1 client, p99".to_owned(),
        figure: time(mine_99),
        baseline: time(floor_99),
        ratio: ratio(mine_99.as_secs_f64(), floor_99.as_secs_f64()),
        note: "the same".to_owned(),
    });
    rows.push(at_once(folder, &line).await?);
    Ok(Issued { bare: floor })
}

async fn at_once(folder: &Path, line: &[u8]) -> Result<Row> {
    let running = Running::start(&folder.join("at-once"), setup()?)?;
    let began = Instant::now();
    let clients: Vec<_> = (0..CLIENTS)
        .map(|client| {
            let engine = running.engine.clone();
            tokio::spawn(async move {
                for at in 0..EACH {
                    ask(&engine, format!("{client}-{at}")).await?;
                }
                anyhow::Ok(())
            })
        })
        .collect();
    for client in clients {
        client.await??;
    }
    let ours = began.elapsed();
    running.stop();
    let floor = append_at_once(&folder.join("bare-64"), line)?;
    let per_second = |taken: Duration| (CLIENTS * EACH) as f64 / taken.as_secs_f64();
    Ok(Row {
        what: format!("ticket issue, {CLIENTS} clients"),
        figure: format!("{:.0} /s", per_second(ours)),
        baseline: format!("{:.0} /s", per_second(floor)),
        ratio: ratio(per_second(ours), per_second(floor)),
        note: format!(
            "{} tickets; baseline: {CLIENTS} threads append + fdatasync one file; above 1 is faster",
            CLIENTS * EACH
        ),
    })
}

async fn ask(engine: &EngineHandle, key: String) -> Result<()> {
    let command = issue(Service::ALL[0]);
    engine.submit(supervisor(), command, Some(key)).await?;
    Ok(())
}

/// Bytes of a ticket's line in the journal.
fn line_bytes(data: &Path, tickets: usize) -> Result<usize> {
    let mut bytes = 0;
    for file in std::fs::read_dir(data.join("journal"))? {
        bytes += file?.metadata()?.len();
    }
    Ok(usize::try_from(bytes)? / tickets)
}

fn append_alone(path: &Path, line: &[u8]) -> Result<Vec<Duration>> {
    let mut file = File::create(path)?;
    let mut times = Vec::new();
    for _ in 0..ALONE {
        let began = Instant::now();
        file.write_all(line)?;
        file.sync_data()?;
        times.push(began.elapsed());
    }
    Ok(times)
}

fn append_at_once(path: &Path, line: &[u8]) -> Result<Duration> {
    File::create(path)?;
    let began = Instant::now();
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..CLIENTS)
            .map(|_| {
                scope.spawn(|| -> std::io::Result<()> {
                    let mut file = OpenOptions::new().append(true).open(path)?;
                    for _ in 0..EACH {
                        file.write_all(line)?;
                        file.sync_data()?;
                    }
                    Ok(())
                })
            })
            .collect();
        threads
            .into_iter()
            .try_for_each(|thread| thread.join().expect("a thread ends well"))
    })?;
    Ok(began.elapsed())
}
