//! What each command does.

use std::io::{IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context as _, Result, anyhow};
use jiff::civil::Date;
use tokio::signal::unix::{SignalKind, signal};

use super::AppointmentsCommand;
use super::data::{change_staff, one_line};
use super::{
    Cli, Command, DeviceCommand, EXIT_NOT_WELL, Format, Place, PrinterCommand, StaffCommand,
    WrongUse,
};
use super::{centres, import, outbox, replay, retention, simulate, staffing};
use crate::app::control::{self, Request};
use crate::app::service::ServiceManager;
use crate::app::staff::StaffChange;
use crate::app::{self, Options, demo, kiosks, ports, printing, signing, storage};
use crate::bookings::{self, Form};
use crate::clock::{Clock as _, SystemClock};
use crate::config;
use crate::journal::{self, Damage, Dates, Journal, Quarter, Secrets};
use crate::metrics::Metrics;
use crate::progress::Bar;
use crate::report;
use crate::web;

/// How long stopping may take before the process ends all the same.
const STOP_TIME: Duration = Duration::from_secs(10);

pub(super) async fn run(cli: Cli) -> Result<ExitCode> {
    let place = cli.place;
    let Some(command) = cli.command else {
        return run_demo(&place, None).await;
    };
    match command {
        Command::Run { listen } => run_daemon(&place, listen).await,
        Command::Demo { listen } => run_demo(&place, listen).await,
        Command::CheckConfig => check_config(&place),
        Command::Report {
            centres,
            quarter,
            format,
            out,
            verify,
        } => report(&place, &centres, &quarter, (format, verify), out.as_deref()).await,
        Command::Export {
            from,
            to,
            with_secrets,
        } => {
            let secrets = if with_secrets {
                Secrets::Included
            } else {
                Secrets::LeftOut
            };
            export(&place, from.zip(to), secrets)
        }
        Command::Import { file, tickets } => match (file, tickets) {
            (_, Some(tickets)) => import::tickets(&place, &tickets),
            (Some(file), None) => import::export(&place, &file),
            (None, None) => Err(WrongUse("name a file".to_owned()).into()),
        },
        Command::Verify => verify(&place).await,
        Command::Backup { dir } => backup(&place, &dir),
        Command::Retention { dry_run } => retention::run(&place, dry_run).await,
        Command::Staff(command) => say(&change_staff(&place, staff_change(command)?).await?),
        Command::Device(command) => say(&change_staff(&place, device_change(command)).await?),
        Command::Printer(PrinterCommand::Status { kiosk }) => printer_status(&place, kiosk).await,
        Command::Printer(PrinterCommand::Test { kiosk }) => printer_test(&place, kiosk).await,
        Command::Appointments(command) => appointments(&place, command).await,
        Command::Staffing(options) => staffing::run(&options),
        Command::Forecast(options) => {
            replay::run(&options, &place.data(place.config_if_any()?.as_ref()))
        }
        Command::Outbox(command) => outbox::outbox(&place, command).await,
        Command::Mail(command) => outbox::mail(&place, command).await,
        Command::Openapi => say(web::openapi::document().trim_end()),
        Command::Simulate(command) => simulate::run(command, &place).await,
    }
}

async fn run_daemon(place: &Place, listen: Option<std::net::SocketAddr>) -> Result<ExitCode> {
    let config = place.config()?;
    let data = place.data(Some(&config));
    let centre = app::run(Options {
        config,
        data: data.clone(),
        listen,
    })
    .await?;
    tracing::info!(address = %centre.listening, data = %data.display(), "open");
    until_stopped(centre).await
}

async fn run_demo(place: &Place, listen: Option<std::net::SocketAddr>) -> Result<ExitCode> {
    let mut config = match &place.config {
        Some(path) => config::load(path)?,
        None => config::parse(demo::CONFIG, "config/demo.toml")?,
    };
    config.setup.demo = true;
    if let Some(listen) = listen {
        config.setup.public_url = Some(format!("http://{listen}"));
        config.web.public_url.clone_from(&config.setup.public_url);
    }
    let data = place
        .data
        .clone()
        .unwrap_or_else(|| PathBuf::from(demo::DATA));
    let kiosk = config.kiosks.keys().next().cloned().unwrap_or_default();
    let centre = app::run(Options {
        config,
        data: data.clone(),
        listen,
    })
    .await?;
    let keys = demo::furnish(&centre, &data, &kiosk).await?;
    say(&demo::greeting(&centre, &keys, &kiosk, &data))?;
    until_stopped(centre).await
}

async fn until_stopped(centre: app::Centre) -> Result<ExitCode> {
    let mut terminate = signal(SignalKind::terminate())?;
    let stop = centre.stop.clone();
    let manager = ServiceManager::find();
    if let Some(manager) = &manager {
        manager.ready(centre.listening);
    }
    let engine = centre.engine.clone();
    let feeding = async {
        if let Some(manager) = &manager {
            manager.feed(engine).await;
        }
        std::future::pending::<()>().await;
    };
    tokio::select! {
        () = feeding => {}
        interrupted = tokio::signal::ctrl_c() => interrupted?,
        _ = terminate.recv() => {}
        () = stop.cancelled() => {}
    }
    tracing::info!("stopping");
    if let Some(manager) = &manager {
        manager.stopping();
    }
    stop.cancel();
    if tokio::time::timeout(STOP_TIME, centre.stopped())
        .await
        .is_err()
    {
        tracing::warn!("some connections did not end in time");
    }
    Ok(ExitCode::SUCCESS)
}

fn check_config(place: &Place) -> Result<ExitCode> {
    let config = place.config()?;
    for (name, devices) in &config.kiosks {
        if let Some(printer) = &devices.printer {
            let wrong = |error: anyhow::Error| WrongUse(format!("kiosk \"{name}\": {error:#}"));
            printing::check_texts(&config.setup, &printer.profile).map_err(wrong)?;
        }
    }
    for warning in &config.warnings {
        say(&format!("warning: {warning}"))?;
    }
    say("the configuration is sound")
}

async fn report(
    place: &Place,
    centres: &[PathBuf],
    quarter: &str,
    (format, verify): (Format, bool),
    out: Option<&Path>,
) -> Result<ExitCode> {
    let parsed: Quarter = quarter
        .parse()
        .map_err(|error| WrongUse(format!("{error}")))?;
    // The other forms are files to the byte.
    let for_reading = matches!(format, Format::Table | Format::Json);
    let binary = matches!(format, Format::Pdf | Format::Xlsx);
    if binary && out.is_none() && std::io::stdout().is_terminal() {
        return Err(WrongUse(
            "a terminal cannot show this format: name a file with --out FILE".to_owned(),
        )
        .into());
    }
    let report = if centres.is_empty() {
        report_of_one(place, parsed, format, verify).await?
    } else {
        let report = centres::merged(place, centres, parsed)?;
        ports::render(&report, format.into())?.into()
    };
    let written = match out {
        None if !for_reading => give(&report)?,
        None => say(String::from_utf8_lossy(&report).trim_end())?,
        Some(path) => {
            std::fs::write(path, report)
                .with_context(|| format!("cannot write {}", path.display()))?;
            ExitCode::SUCCESS
        }
    };
    if verify {
        // Standard output is the report's alone.
        let text = verify_signed(place, Some(parsed)).await?;
        writeln!(std::io::stderr(), "{text}")?;
    }
    Ok(written)
}

/// Checks what was signed, by the daemon where one runs; what is wrong is an error.
async fn verify_signed(place: &Place, only: Option<Quarter>) -> Result<String> {
    let config = place.config_if_any()?;
    let data = place.data(config.as_ref());
    let request = Request::VerifySigned {
        only: only.map(|only| only.to_string()),
    };
    if let Some(text) = control::ask(&data, &request).await? {
        return Ok(text);
    }
    let Some(config) = config else {
        return Ok(
            "signed: not recomputed without the hours and the target; name the \
                   configuration with --config"
                .to_owned(),
        );
    };
    let checked = signing::check(&data, &config.setup, only, SystemClock::start().now())?;
    if checked.wrong.is_empty() {
        Ok(checked.text())
    } else {
        Err(anyhow!("{}", checked.text()))
    }
}

async fn report_of_one(
    place: &Place,
    quarter: Quarter,
    format: Format,
    verify: bool,
) -> Result<Vec<u8>> {
    let config = place.config_if_any()?;
    let data = place.data(config.as_ref());
    let request = Request::Report {
        year: quarter.year(),
        quarter: quarter.number().unsigned_abs(),
        format: format.into(),
        verify,
    };
    match control::ask_for_file(&data, &request).await? {
        Some(report) => Ok(report),
        None => report_from_journal(place, quarter, format, verify),
    }
}

/// Where no daemon runs, the figures are recomputed from the journal.
fn report_from_journal(
    place: &Place,
    quarter: Quarter,
    format: Format,
    verify: bool,
) -> Result<Vec<u8>> {
    let config = place.config()?;
    let data = place.data(Some(&config));
    let as_of = SystemClock::start().now();
    let make = if verify {
        report::signed::verified
    } else {
        report::signed::from_journal
    };
    let bar = Bar::new("report");
    let report = make(&data, &config.setup, quarter, as_of, &mut |done, total| {
        bar.show(done, total);
    })
    .with_context(|| format!("the journal in {} cannot be read", data.display()))?;
    drop(bar);
    Ok(ports::render(&report, format.into())?.into())
}

fn export(place: &Place, dates: Option<(Date, Date)>, secrets: Secrets) -> Result<ExitCode> {
    let (data, tz) = place.journal()?;
    let dates = dates.map(|(from, to)| Dates { from, to, tz });
    let bar = Bar::new("export");
    let mut output = std::io::stdout().lock();
    let exported = journal::export(
        &data,
        dates.as_ref(),
        secrets,
        &mut output,
        &mut |done, total| bar.show(done, total),
    );
    drop(bar);
    tell_damage(exported.context("the export is not whole")?.damage.iter())
}

async fn verify(place: &Place) -> Result<ExitCode> {
    let (data, zone) = place.journal()?;
    let bar = Bar::new("verify");
    let report = journal::verify(&data, &mut |done, total| bar.show(done, total))
        .context("the journal cannot be read")?;
    drop(bar);
    let mut well = report.is_sound();
    say_journal(&report)?;
    match control::ask(&data, &Request::VerifyMetrics).await {
        Ok(Some(text)) => {
            say(&text)?;
        }
        Ok(None) => well &= verify_metrics(&data, &zone)?,
        Err(error) => {
            say(&format!("{error:#}"))?;
            well = false;
        }
    }
    match verify_signed(place, None).await {
        Ok(text) if text.is_empty() => {}
        Ok(text) => {
            say(&text)?;
        }
        Err(error) => {
            say(&format!("{error:#}"))?;
            well = false;
        }
    }
    Ok(if well {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(EXIT_NOT_WELL)
    })
}

/// Compares the metrics of a directory no daemon works on with its journal.
fn verify_metrics(data: &Path, zone: &jiff::tz::TimeZone) -> Result<bool> {
    let (journal, opened) = Journal::open(data, zone.clone(), &mut |_, _| {})?;
    let now = SystemClock::start().now();
    let (metrics, told) = Metrics::open(data, zone, opened.last_seq, now, &mut |_, _| {})?;
    if let Some((path, why)) = told.set_aside {
        say(&format!(
            "metrics: made anew, the old ones lie in {}: {why}",
            path.display()
        ))?;
        return Ok(false);
    }
    let bar = Bar::new("metrics");
    let differences = metrics.verify(data, zone, &mut |done, total| bar.show(done, total))?;
    drop((bar, journal));
    for difference in &differences {
        say(&format!("metrics differ: {difference}"))?;
    }
    if differences.is_empty() {
        say("metrics: equal to the journal")?;
    }
    Ok(differences.is_empty())
}

fn backup(place: &Place, dir: &Path) -> Result<ExitCode> {
    let (data, _) = place.journal()?;
    let bar = Bar::new("backup");
    let report = journal::backup(&data, dir, &mut |done, total| bar.show(done, total))?;
    drop(bar);
    say(&format!(
        "copied {} bytes to {}",
        report.bytes,
        dir.display()
    ))?;
    for line in storage::back_up_rest(&data, dir)? {
        say(line)?;
    }
    say_journal(&report.copy)?;
    Ok(if report.copy.is_sound() {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(EXIT_NOT_WELL)
    })
}

fn say_journal(report: &journal::Report) -> Result<ExitCode> {
    for damage in &report.damage {
        say(&format!("damaged: {damage}"))?;
    }
    for redaction in &report.redactions {
        let classes: Vec<&str> = redaction.cleared.keys().map(|class| class.name()).collect();
        let quarter = &redaction.quarter;
        say(&format!("{quarter}: cleared {}", classes.join(", ")))?;
    }
    say(&format!(
        "journal: {} whole records in {} files, {} damaged places",
        report.records,
        report.files,
        report.damage.len()
    ))
}

/// Whether a daemon that runs or not: a name that is no kiosk's is wrong use.
fn check_kiosk(config: Option<&config::Config>, kiosk: Option<&str>) -> Result<()> {
    let (Some(config), Some(kiosk)) = (config, kiosk) else {
        return Ok(());
    };
    let with_printer = |devices: &config::KioskDevices| devices.printer.is_some();
    if config.kiosks.get(kiosk).is_some_and(with_printer) {
        return Ok(());
    }
    Err(WrongUse(format!(
        "the configuration has no kiosk \"{kiosk}\" with a printer"
    ))
    .into())
}

async fn printer_status(place: &Place, kiosk: Option<String>) -> Result<ExitCode> {
    let config = place.config_if_any()?;
    check_kiosk(config.as_ref(), kiosk.as_deref())?;
    let data = place.data(config.as_ref());
    match control::ask(&data, &Request::PrinterStatus { kiosk }).await? {
        Some(text) => say(&text),
        None => Err(anyhow!("no daemon runs on {}", data.display())),
    }
}

async fn appointments(place: &Place, command: AppointmentsCommand) -> Result<ExitCode> {
    let data = place.data(place.config_if_any()?.as_ref());
    let request = match command {
        AppointmentsCommand::List { date } => Request::Appointments { date },
        AppointmentsCommand::Import { file } => {
            let named = |what: &str| format!("cannot read {}: {what}", file.display());
            let size = std::fs::metadata(&file)
                .with_context(|| named("no such file"))?
                .len();
            if size > bookings::FILE_BYTES_MAX as u64 {
                let max = bookings::FILE_BYTES_MAX;
                return Err(anyhow!(named(&format!(
                    "it has more than {max} bytes; split it"
                ))));
            }
            let text = std::fs::read_to_string(&file).with_context(|| named("save it as UTF-8"))?;
            let calendar = file.extension().is_some_and(|ending| ending == "ics");
            Request::ImportBookings {
                form: if calendar { Form::Calendar } else { Form::Csv },
                file: text,
            }
        }
    };
    match control::ask(&data, &request).await? {
        Some(text) => say(&text),
        None => Err(anyhow!(
            "no daemon runs on {}: start it first",
            data.display()
        )),
    }
}

async fn printer_test(place: &Place, kiosk: Option<String>) -> Result<ExitCode> {
    let config = place.config_if_any()?;
    check_kiosk(config.as_ref(), kiosk.as_deref())?;
    let data = place.data(config.as_ref());
    let request = Request::PrinterTest {
        kiosk: kiosk.clone(),
    };
    if let Some(text) = control::ask(&data, &request).await? {
        return say(&text);
    }
    let config = match config {
        Some(config) => config,
        None => place.config()?,
    };
    say(&kiosks::test_printers(&config, kiosk.as_deref()).await?)
}

fn staff_change(command: StaffCommand) -> Result<StaffChange> {
    Ok(match command {
        StaffCommand::Add { login, role, name } => StaffChange::Add {
            login,
            role: role.into(),
            name,
            password: one_line()?,
        },
        StaffCommand::List => StaffChange::List,
        StaffCommand::Disable { login } => StaffChange::Disable { login },
        StaffCommand::SetPassword { login } => StaffChange::SetPassword {
            login,
            password: one_line()?,
        },
    })
}

fn device_change(command: DeviceCommand) -> StaffChange {
    match command {
        DeviceCommand::Add { name, role } => StaffChange::AddDevice {
            name,
            role: role.into(),
        },
        DeviceCommand::List => StaffChange::ListDevices,
        DeviceCommand::Revoke { name } => StaffChange::RevokeDevice { name },
    }
}

fn tell_damage<'a>(damage: impl Iterator<Item = &'a Damage>) -> Result<ExitCode> {
    let damage: Vec<String> = damage.map(ToString::to_string).collect();
    if damage.is_empty() {
        return Ok(ExitCode::SUCCESS);
    }
    Err(anyhow!("the journal is damaged:\n{}", damage.join("\n")))
}

/// Prints what was asked for. Whoever reads only the beginning has what they want.
pub(super) fn say(text: &str) -> Result<ExitCode> {
    give(format!("{text}\n").as_bytes())
}

/// Writes to standard output; a reader that has seen enough is no failure.
fn give(bytes: &[u8]) -> Result<ExitCode> {
    let mut out = std::io::stdout().lock();
    match out.write_all(bytes).and_then(|()| out.flush()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => Err(error.into()),
        Ok(()) | Err(_) => Ok(ExitCode::SUCCESS),
    }
}
