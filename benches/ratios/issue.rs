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

/// Tickets before the measurement, to learn how long their lines are.
const WARM_UP: usize = 20;

/// A file that is appended to and synced, and nothing else: the least that durability costs.
/// Appends take turns with what is compared, so that both meet the same load of the machine.
pub struct Bare {
    file: File,
    line: Vec<u8>,
    times: Vec<Duration>,
}

impl Bare {
    pub fn new(path: &Path, line: Vec<u8>) -> Result<Self> {
        Ok(Self {
            file: File::create(path)?,
            line,
            times: Vec::new(),
        })
    }

    pub fn append(&mut self) -> Result<()> {
        let began = Instant::now();
        self.file.write_all(&self.line)?;
        self.file.sync_data()?;
        self.times.push(began.elapsed());
        Ok(())
    }

    pub fn percentile(&mut self, percent: usize) -> Duration {
        percentile(&mut self.times, percent)
    }
}

/// Gives a ticket's line for others to compare with.
pub async fn measure(folder: &Path, rows: &mut Vec<Row>) -> Result<Vec<u8>> {
    let data = folder.join("alone");
    let running = Running::start(&data, setup()?)?;
    let before = journal_bytes(&data)?;
    for at in 0..WARM_UP {
        ask(&running.engine, format!("warm-up-{at}")).await?;
    }
    let line = vec![b'x'; (journal_bytes(&data)? - before) / WARM_UP];
    let mut bare = Bare::new(&folder.join("bare-1"), line.clone())?;
    let mut ours = Vec::new();
    for at in 0..ALONE {
        bare.append()?;
        let began = Instant::now();
        ask(&running.engine, format!("alone-{at}")).await?;
        ours.push(began.elapsed());
    }
    running.stop();
    let (mine, floor) = (percentile(&mut ours, 50), bare.percentile(50));
    rows.push(Row {
        what: "ticket issue, 1 client, median".to_owned(),
        figure: time(mine),
        baseline: time(floor),
        ratio: ratio(mine.as_secs_f64(), floor.as_secs_f64()),
        note: format!(
            "{ALONE} tickets; baseline: append + fdatasync of {} bytes, taking turns; a ticket has one in it, so below 1 the load swung too much to compare",
            line.len()
        ),
    });
    let (mine_99, floor_99) = (percentile(&mut ours, 99), bare.percentile(99));
    rows.push(Row {
        what: "ticket issue, 1 client, p99".to_owned(),
        figure: time(mine_99),
        baseline: time(floor_99),
        ratio: ratio(mine_99.as_secs_f64(), floor_99.as_secs_f64()),
        note: "the same".to_owned(),
    });
    rows.push(at_once(folder, &line).await?);
    Ok(line)
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

fn journal_bytes(data: &Path) -> Result<usize> {
    let mut bytes = 0;
    for file in std::fs::read_dir(data.join("journal"))? {
        bytes += file?.metadata()?.len();
    }
    Ok(usize::try_from(bytes)?)
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
