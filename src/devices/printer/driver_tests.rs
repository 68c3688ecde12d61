//! The driver against the simulated printer over a real pseudo-terminal, and over a pipe where
//! the printer must do what no printer would.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream};

use super::super::examination::Findings;
use super::*;
use crate::devices::link::Serial;
use crate::devices::printer::page::CodePage;
use crate::devices::printer::profile::LineSpeed;
use crate::devices::simulator::printer::{
    Finished, Paper, PrinterCommand, PrinterConfig, PrinterHandle, PrinterSnapshot, start,
};

/// Nothing in these tests takes longer unless it is broken.
const PATIENCE: Duration = Duration::from_secs(20);

fn slip(number: &str) -> Slip {
    Slip {
        centre: "Rīgas klientu apkalpošanas centrs".into(),
        service: "Pasūtījumu pieņemšana".into(),
        number: number.into(),
        issued_at: "2026-11-22T08:42:00Z".parse().unwrap(),
        issued_text: "22.11.2026. plkst. 10.42".into(),
        ahead_text: "Pirms Jums: 11 klientu".into(),
        wait_text: Some("Paredzamais gaidīšanas laiks: 20-35 min".into()),
        guidance: vec!["Lūdzu, gaidiet, līdz Jūsu numurs parādās ekrānā.".into()],
        track_url: Some("https://rinda.example/t/Zx9".into()),
        copy: false,
    }
}

fn job(id: u64) -> PrinterJob {
    PrinterJob {
        id,
        slip: slip(&format!("P {id:03}")),
    }
}

fn timing() -> Timing {
    Timing {
        reply: Duration::from_millis(800),
        poll: Duration::from_millis(50),
        poll_job: Duration::from_millis(50),
        write: Duration::from_secs(2),
        confirm: Duration::from_secs(3),
        settle: Duration::from_millis(300),
        recorded: Duration::from_secs(2),
    }
}

fn epson() -> Profile {
    Profile::find("epson", CodePage::Cp775, 80, LineSpeed::Slow).unwrap()
}

/// A driver, its simulated printer, and what both say.
struct Bench {
    printer: PrinterHandle,
    jobs: mpsc::Sender<PrinterJob>,
    reports: mpsc::Receiver<PrinterReport>,
    /// What came out of the printer.
    tickets: mpsc::Receiver<Arc<Finished>>,
    /// Every outcome reported so far.
    outcomes: Vec<(u64, &'static str)>,
    /// How often it was told that nothing of earlier jobs is left.
    cleared: usize,
    tests: mpsc::Sender<TestRequest>,
    _directory: tempfile::TempDir,
}

impl Bench {
    fn new(profile: Profile) -> Self {
        Self::at(115_200, profile, timing())
    }

    fn at(baud: u32, profile: Profile, timing: Timing) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let link: PathBuf = directory.path().join("printer");
        let (printer, tickets) = start(PrinterConfig {
            link: link.clone(),
            baud,
            profile: profile.clone(),
            print_time: Duration::from_millis(60),
        })
        .unwrap();
        let (jobs, job_receiver) = mpsc::channel(4);
        let (report_sender, reports) = mpsc::channel(4);
        let serial = Serial { path: link, baud };
        let (tests, test_receiver) = mpsc::channel(1);
        let driver = run(
            serial,
            profile,
            timing,
            job_receiver,
            test_receiver,
            report_sender,
        );
        tokio::spawn(driver);
        Self {
            printer,
            jobs,
            reports,
            tickets,
            outcomes: Vec::new(),
            cleared: 0,
            tests,
            _directory: directory,
        }
    }

    async fn next(&mut self) -> PrinterReport {
        let report = tokio::time::timeout(PATIENCE, self.reports.recv())
            .await
            .expect("a report in time")
            .expect("the driver runs");
        match &report {
            PrinterReport::Printed { id } => self.outcomes.push((*id, "printed")),
            PrinterReport::Failed { id, .. } => self.outcomes.push((*id, "failed")),
            PrinterReport::Unknown { id, .. } => self.outcomes.push((*id, "unknown")),
            PrinterReport::State(_) | PrinterReport::Sending { .. } => {}
            PrinterReport::Cleared => self.cleared += 1,
        }
        report
    }

    /// Waits for a state, recording what is to be sent meanwhile.
    async fn until_state(&mut self, wanted: PrinterState) {
        loop {
            match self.next().await {
                PrinterReport::State(state) if state == wanted => return,
                PrinterReport::Sending { recorded, .. } => recorded.send(()).unwrap(),
                PrinterReport::State(_)
                | PrinterReport::Cleared
                | PrinterReport::Printed { .. }
                | PrinterReport::Failed { .. }
                | PrinterReport::Unknown { .. } => {}
            }
        }
    }

    async fn until_sending(&mut self) -> oneshot::Sender<()> {
        loop {
            if let PrinterReport::Sending { recorded, .. } = self.next().await {
                return recorded;
            }
        }
    }

    /// Waits until a job has its end.
    async fn until_outcome(&mut self) -> (u64, &'static str) {
        let before = self.outcomes.len();
        while self.outcomes.len() == before {
            if let PrinterReport::Sending { recorded, .. } = self.next().await {
                recorded.send(()).unwrap();
            }
        }
        *self.outcomes.last().unwrap()
    }

    async fn printer_until(&self, wanted: impl Fn(&PrinterSnapshot) -> bool) -> PrinterSnapshot {
        let mut snapshot = self.printer.snapshot();
        let seen = tokio::time::timeout(PATIENCE, snapshot.wait_for(wanted)).await;
        seen.expect("the printer gets there in time")
            .unwrap()
            .clone()
    }

    fn finished(&self) -> u64 {
        self.printer.snapshot().borrow().finished
    }
}

#[tokio::test]
async fn a_job_is_recorded_then_printed_then_confirmed() {
    let mut bench = Bench::new(epson());
    bench.until_state(PrinterState::Ready).await;
    let received = bench.printer.snapshot().borrow().received;
    bench.jobs.send(job(27)).await.unwrap();
    let recorded = bench.until_sending().await;
    // Status questions are twelve bytes each; no byte of the ticket leaves before the record.
    let asked = bench.printer.snapshot().borrow().received - received;
    assert!(asked <= 60, "{asked} bytes before the record");
    assert_eq!(bench.finished(), 0);
    recorded.send(()).unwrap();
    assert_eq!(bench.until_outcome().await, (27, "printed"));
    let shown = bench.printer_until(|printer| printer.finished == 1).await;
    let last = shown.last.unwrap();
    assert_eq!(last.ticket.number(), Some("P 027"));
    assert_eq!(last.ticket.qr(), Some("https://rinda.example/t/Zx9"));
    assert_eq!(shown.garbage, Vec::<String>::new());
    assert!(bench.printer.last_slip_png().await.unwrap().len() > 5_000);
}

#[tokio::test]
async fn a_withdrawn_job_never_leaves() {
    let mut bench = Bench::new(epson());
    bench.jobs.send(job(1)).await.unwrap();
    drop(bench.until_sending().await);
    assert_eq!(bench.until_outcome().await, (1, "failed"));
    bench.jobs.send(job(2)).await.unwrap();
    assert_eq!(bench.until_outcome().await, (2, "printed"));
    assert_eq!(bench.finished(), 1);
}

#[tokio::test]
async fn a_job_waits_for_paper_and_cover() {
    let mut bench = Bench::new(epson());
    bench.until_state(PrinterState::Ready).await;
    let printer = bench.printer.clone();
    printer.tell(PrinterCommand::Paper(Paper::Low)).await;
    bench.until_state(PrinterState::PaperLow).await;
    printer.tell(PrinterCommand::Paper(Paper::Out)).await;
    bench.until_state(PrinterState::PaperOut).await;
    bench.jobs.send(job(5)).await.unwrap();
    printer.tell(PrinterCommand::CoverOpen(true)).await;
    bench.until_state(PrinterState::CoverOpen).await;
    printer.tell(PrinterCommand::Paper(Paper::Ok)).await;
    printer.tell(PrinterCommand::CutterJam(true)).await;
    printer.tell(PrinterCommand::CoverOpen(false)).await;
    bench.until_state(PrinterState::Error).await;
    assert_eq!(bench.outcomes, []);
    printer.tell(PrinterCommand::CutterJam(false)).await;
    assert_eq!(bench.until_outcome().await, (5, "printed"));
    assert_eq!(bench.finished(), 1);
}

#[tokio::test]
async fn paper_out_during_a_job_clears_it_and_reports_doubt() {
    for profile in [
        epson(),
        Profile::find("epson", CodePage::Cp1257, 58, LineSpeed::Slow).unwrap(),
    ] {
        let mut bench = Bench::new(profile);
        bench.until_state(PrinterState::Ready).await;
        bench.jobs.send(job(1)).await.unwrap();
        let recorded = bench.until_sending().await;
        let clears = bench.printer.snapshot().borrow().clears;
        bench.printer.tell(PrinterCommand::PaperOutAfter(150)).await;
        recorded.send(()).unwrap();
        assert_eq!(bench.until_outcome().await, (1, "unknown"));
        let shown = bench.printer_until(|printer| printer.clears > clears).await;
        assert_eq!((shown.finished, shown.abandoned), (0, 1));
        // New paper brings the next job and never the old one.
        bench.jobs.send(job(2)).await.unwrap();
        bench.printer.tell(PrinterCommand::Paper(Paper::Ok)).await;
        assert_eq!(bench.until_outcome().await, (2, "printed"));
        let shown = bench.printer_until(|printer| printer.finished > 0).await;
        assert_eq!(shown.last.unwrap().ticket.number(), Some("P 002"));
        assert_eq!(shown.finished, 1);
        assert_eq!(shown.garbage, Vec::<String>::new());
    }
}

/// Pulls the cable at many places of the ticket; afterwards every paper is accounted for.
#[tokio::test]
async fn unplugged_anywhere_no_paper_is_unaccounted_for() {
    for offset in [1, 7, 60, 200, 395] {
        let mut bench = Bench::new(epson());
        bench.until_state(PrinterState::Ready).await;
        bench.jobs.send(job(1)).await.unwrap();
        let recorded = bench.until_sending().await;
        bench
            .printer
            .tell(PrinterCommand::UnplugAfter(offset))
            .await;
        recorded.send(()).unwrap();
        let (id, outcome) = bench.until_outcome().await;
        assert_eq!(id, 1);
        let in_doubt = matches!(outcome, "unknown" | "failed");
        assert!(
            in_doubt || bench.finished() == 1,
            "offset {offset}: {outcome}"
        );
        bench.until_state(PrinterState::Offline).await;
        bench.jobs.send(job(2)).await.unwrap();
        bench.printer_until(|printer| !printer.plugged).await;
        bench.printer.tell(PrinterCommand::Replug).await;
        assert_eq!(bench.until_outcome().await, (2, "printed"));
        let shown = bench.printer.snapshot().borrow().clone();
        let last = shown.last.unwrap();
        assert_eq!(last.ticket.number(), Some("P 002"), "offset {offset}");
        assert_eq!(last.ticket.texts().len(), 8);
        assert_eq!(shown.garbage, Vec::<String>::new(), "offset {offset}");
        // The first ticket may have come out only where that was said to be possible.
        assert!(shown.finished == 1 || outcome == "unknown");
    }
}

/// One trouble at one place of a ticket, then its end, then two more tickets.
async fn one_trouble(trouble: PrinterCommand, relief: PrinterCommand) {
    let mut bench = Bench::new(epson());
    bench.until_state(PrinterState::Ready).await;
    bench.jobs.send(job(1)).await.unwrap();
    let recorded = bench.until_sending().await;
    bench.printer.tell(trouble).await;
    recorded.send(()).unwrap();
    bench.until_outcome().await;
    bench.jobs.send(job(2)).await.unwrap();
    bench.jobs.send(job(3)).await.unwrap();
    // Trouble that sets in after the ticket strikes while the next is awaited.
    while bench.outcomes.len() < 3 {
        bench.printer.tell(relief).await;
        bench.until_outcome().await;
    }
    let mut papers = [0; 4];
    while let Ok(paper) = bench.tickets.try_recv() {
        let number = paper.ticket.number().unwrap().to_owned();
        let id: usize = number.rsplit(' ').next().unwrap().parse().unwrap();
        papers[id] += 1;
    }
    for &(id, outcome) in &bench.outcomes {
        let count = papers[usize::try_from(id).unwrap()];
        match outcome {
            "printed" => assert_eq!(count, 1, "{trouble:?}: job {id}"),
            "failed" => assert_eq!(count, 0, "{trouble:?}: job {id}"),
            _ => assert!(count <= 1, "{trouble:?}: job {id}"),
        }
    }
    assert_eq!(papers[3], 1, "{trouble:?}: {:?}", bench.outcomes);
    let shown = bench.printer.snapshot().borrow().clone();
    assert_eq!(shown.garbage, Vec::<String>::new(), "{trouble:?}");
}

/// Every kind of trouble at many places: a paper for each `printed`, none for `failed`, never
/// two of one job.
#[tokio::test]
async fn papers_and_reports_agree_whatever_happens() {
    let mut cases = tokio::task::JoinSet::new();
    for offset in (1..480).step_by(53) {
        for (trouble, relief) in [
            (PrinterCommand::UnplugAfter(offset), PrinterCommand::Replug),
            (
                PrinterCommand::PaperOutAfter(offset),
                PrinterCommand::Paper(Paper::Ok),
            ),
            (
                PrinterCommand::SilentAfter(offset),
                PrinterCommand::Silent(false),
            ),
        ] {
            cases.spawn(one_trouble(trouble, relief));
        }
    }
    while let Some(outcome) = cases.join_next().await {
        outcome.unwrap();
    }
}

#[tokio::test]
async fn a_silent_printer_holds_jobs_and_casts_doubt_on_a_sent_one() {
    let mut bench = Bench::new(epson());
    bench.until_state(PrinterState::Ready).await;
    bench.printer.tell(PrinterCommand::Silent(true)).await;
    bench.until_state(PrinterState::Offline).await;
    bench.jobs.send(job(1)).await.unwrap();
    bench.printer.tell(PrinterCommand::Silent(false)).await;
    let recorded = bench.until_sending().await;
    assert_eq!(bench.outcomes, []);
    bench.printer.tell(PrinterCommand::SilentAfter(30)).await;
    recorded.send(()).unwrap();
    assert_eq!(bench.until_outcome().await, (1, "unknown"));
    bench.jobs.send(job(2)).await.unwrap();
    bench.printer.tell(PrinterCommand::Silent(false)).await;
    assert_eq!(bench.until_outcome().await, (2, "printed"));
    let shown = bench.printer.snapshot().borrow().clone();
    assert_eq!((shown.finished, shown.abandoned), (1, 1));
}

#[tokio::test]
async fn a_printer_that_cannot_confirm_is_asked_whether_it_is_well() {
    let mut bench =
        Bench::new(Profile::find("netum", CodePage::Cp775, 80, LineSpeed::Slow).unwrap());
    bench.jobs.send(job(1)).await.unwrap();
    assert_eq!(bench.until_outcome().await, (1, "printed"));
    bench.jobs.send(job(2)).await.unwrap();
    let recorded = bench.until_sending().await;
    bench.printer.tell(PrinterCommand::PaperOutAfter(100)).await;
    recorded.send(()).unwrap();
    assert_eq!(bench.until_outcome().await, (2, "unknown"));
    assert_eq!(bench.finished(), 1);
}

/// A kiosk printer without Baltic page: the ticket is a picture, and stays in the mouth.
#[tokio::test]
async fn a_picture_comes_out_and_is_left_in_the_mouth() {
    let custom = Profile::find("custom", CodePage::Cp775, 80, LineSpeed::Fast).unwrap();
    let timing = Timing::at_baud(460_800, &custom);
    let mut bench = Bench::at(460_800, custom, timing);
    bench.until_state(PrinterState::Ready).await;
    bench.printer.tell(PrinterCommand::TicketsStay(true)).await;
    bench.jobs.send(job(27)).await.unwrap();
    assert_eq!(bench.until_outcome().await, (27, "printed"));
    bench.until_state(PrinterState::TicketInMouth).await;
    bench.printer.tell(PrinterCommand::TicketsStay(false)).await;
    bench.until_state(PrinterState::Ready).await;
    let shown = bench.printer_until(|printer| printer.finished == 1).await;
    assert_eq!(shown.garbage, Vec::<String>::new());
    assert_eq!(shown.last.unwrap().ticket.texts(), Vec::<&str>::new());
    assert!(bench.printer.last_slip_png().await.unwrap().len() > 5_000);
}

#[tokio::test]
async fn a_ticket_that_cannot_be_printed_fails_alone() {
    let mut bench = Bench::new(epson());
    let mut wrong = job(1);
    wrong.slip.guidance.push("Maksa – 5 €".into());
    bench.jobs.send(wrong).await.unwrap();
    assert_eq!(bench.until_outcome().await, (1, "failed"));
    bench.jobs.send(job(2)).await.unwrap();
    assert_eq!(bench.until_outcome().await, (2, "printed"));
}

async fn tested(tests: &mpsc::Sender<TestRequest>) -> Result<Findings, String> {
    let (test, found) = TestRequest::new();
    tests.send(test).await.unwrap();
    tokio::time::timeout(PATIENCE, found)
        .await
        .unwrap()
        .unwrap()
}

#[tokio::test]
async fn a_test_page_comes_out_between_tickets_and_tells_what_was_learned() {
    let mut bench = Bench::new(epson());
    bench.until_state(PrinterState::Ready).await;
    bench.jobs.send(job(1)).await.unwrap();
    let tests = bench.tests.clone();
    let (findings, outcome) = tokio::join!(tested(&tests), bench.until_outcome());
    assert_eq!(outcome, (1, "printed"));
    let findings = findings.unwrap();
    let text = findings.to_string();
    assert!(findings.printed(), "{text}");
    for told in [
        "profile:       epson",
        "Ready, answered in",
        "1.0, RINDA, SIMULATED",
        "emptied in",
        "printed in",
        "confirmed (GS ( H)",
    ] {
        assert!(text.contains(told), "{told}: {text}");
    }
    let pages = [
        bench.tickets.recv().await.unwrap(),
        bench.tickets.recv().await.unwrap(),
    ];
    let page = pages
        .iter()
        .find(|page| page.ticket.number() != Some("P 001"))
        .unwrap();
    let texts = page.ticket.texts().concat();
    for letter in super::super::self_test::LATVIAN_LETTERS.concat().chars() {
        assert!(texts.contains(letter), "{letter} is not on the page");
    }
    assert_eq!(page.ticket.qr(), Some(super::super::self_test::QR_TEXT));
}

#[tokio::test]
async fn a_test_of_a_printer_that_is_not_well_says_so_at_once() {
    let mut bench = Bench::new(epson());
    bench.until_state(PrinterState::Ready).await;
    bench.printer.tell(PrinterCommand::Paper(Paper::Out)).await;
    bench.until_state(PrinterState::PaperOut).await;
    // A ticket that waits for paper holds up no test.
    bench.jobs.send(job(1)).await.unwrap();
    let findings = tested(&bench.tests).await.unwrap();
    assert!(!findings.printed());
    assert!(
        findings.to_string().contains("not ready: PaperOut"),
        "{findings}"
    );
    bench.printer.tell(PrinterCommand::Silent(true)).await;
    bench.until_state(PrinterState::Offline).await;
    assert!(
        tested(&bench.tests)
            .await
            .unwrap()
            .to_string()
            .contains("no answer (DLE EOT)")
    );
    bench.printer.tell(PrinterCommand::Unplug).await;
    bench.printer_until(|printer| !printer.plugged).await;
    // The driver may have taken the wish for a port that is just being lost.
    let refused = loop {
        match tested(&bench.tests).await {
            Ok(findings) => assert!(!findings.printed()),
            Err(why) => break why,
        }
    };
    assert!(
        refused.contains("printer") || refused.contains("unplugged"),
        "{refused}"
    );
    assert_eq!(bench.finished(), 0);
}

/// What a torn ticket left in a printer that cannot be emptied comes out by itself, wherever it
/// stopped, and never on the next customer's paper.
#[tokio::test]
async fn a_torn_ticket_never_comes_out_on_the_next_ones_paper() {
    let netum = Profile::find("netum-80", CodePage::Cp775, 80, LineSpeed::Slow).unwrap();
    for offset in (1..400).step_by(37) {
        let mut bench = Bench::new(netum.clone());
        bench.until_state(PrinterState::Ready).await;
        bench.jobs.send(job(1)).await.unwrap();
        let recorded = bench.until_sending().await;
        bench
            .printer
            .tell(PrinterCommand::UnplugAfter(offset))
            .await;
        recorded.send(()).unwrap();
        bench.printer_until(|printer| !printer.plugged).await;
        bench.printer.tell(PrinterCommand::Replug).await;
        assert_eq!(
            bench.until_outcome().await,
            (1, "unknown"),
            "offset {offset}"
        );
        bench.jobs.send(job(2)).await.unwrap();
        assert_eq!(
            bench.until_outcome().await,
            (2, "printed"),
            "offset {offset}"
        );
        let shown = bench
            .printer_until(|printer| {
                let last = printer.last.as_ref();
                last.is_some_and(|last| last.ticket.number() == Some("P 002"))
            })
            .await;
        assert_eq!(
            shown.last.unwrap().ticket.texts().len(),
            8,
            "offset {offset}"
        );
        assert_eq!(shown.garbage, Vec::<String>::new(), "offset {offset}");
        assert_eq!(
            bench.cleared, 0,
            "what cannot be emptied is never told as empty"
        );
    }
}

/// Gives the driver one end of a pipe at each attempt.
struct Pipes(std::sync::mpsc::Receiver<DuplexStream>);

impl Connect for Pipes {
    type Port = DuplexStream;

    async fn connect(&mut self) -> io::Result<DuplexStream> {
        self.0
            .try_recv()
            .map_err(|_| io::Error::from(io::ErrorKind::NotFound))
    }

    fn name(&self) -> String {
        "pipe".to_owned()
    }
}

/// A printer that answers status questions but does not say that it cleared gets no job.
#[tokio::test(start_paused = true)]
async fn nothing_is_sent_until_the_memory_is_clear() {
    let (near, mut far) = tokio::io::duplex(4_096);
    let (pipes, pipe_receiver) = std::sync::mpsc::channel();
    pipes.send(near).unwrap();
    let (jobs, job_receiver) = mpsc::channel(4);
    let (report_sender, mut reports) = mpsc::channel(16);
    let driver = run(
        Pipes(pipe_receiver),
        epson(),
        timing(),
        job_receiver,
        mpsc::channel(1).1,
        report_sender,
    );
    tokio::spawn(driver);
    jobs.send(job(1)).await.unwrap();
    let mut clears = 0;
    let mut asked = Vec::new();
    while clears < 3 {
        asked.push(far.read_u8().await.unwrap());
        if asked.ends_with(&super::super::status::ASK_ALL) {
            far.write_all(&[0x12; 4]).await.unwrap();
        }
        if asked.ends_with(&super::super::status::CLEAR) {
            clears += 1;
        }
    }
    assert!(!asked.windows(2).any(|pair| pair == b"\x1b@"));
    far.write_all(&[0x37, 0x25, 0]).await.unwrap();
    loop {
        if asked.ends_with(&super::super::status::ASK_ALL) {
            far.write_all(&[0x12; 4]).await.unwrap();
            asked.clear();
        }
        tokio::select! {
            byte = far.read_u8() => asked.push(byte.unwrap()),
            report = reports.recv() => if let PrinterReport::Sending { id, .. } = report.unwrap() {
                assert_eq!(id, 1);
                return;
            }
        }
    }
}

/// A line that closes at once on the first byte: the job is certainly not out.
#[tokio::test(start_paused = true)]
async fn no_byte_taken_means_failed() {
    let (near, mut far) = tokio::io::duplex(4_096);
    let (pipes, pipe_receiver) = std::sync::mpsc::channel();
    pipes.send(near).unwrap();
    let (jobs, job_receiver) = mpsc::channel(4);
    let (report_sender, mut reports) = mpsc::channel(16);
    let driver = run(
        Pipes(pipe_receiver),
        Profile::find("netum", CodePage::Cp775, 80, LineSpeed::Slow).unwrap(),
        timing(),
        job_receiver,
        mpsc::channel(1).1,
        report_sender,
    );
    tokio::spawn(driver);
    jobs.send(job(1)).await.unwrap();
    let mut asked = Vec::new();
    let recorded = loop {
        tokio::select! {
            byte = far.read_u8() => {
                asked.push(byte.unwrap());
                if asked.ends_with(&super::super::status::ASK_ALL) {
                    far.write_all(&[0x12; 4]).await.unwrap();
                }
            }
            report = reports.recv() => {
                if let PrinterReport::Sending { recorded, .. } = report.unwrap() {
                    break recorded;
                }
            }
        }
    };
    drop(far);
    recorded.send(()).unwrap();
    loop {
        match reports.recv().await.unwrap() {
            PrinterReport::Failed { id, .. } => {
                assert_eq!(id, 1);
                return;
            }
            PrinterReport::State(_) | PrinterReport::Cleared => {}
            other @ (PrinterReport::Sending { .. }
            | PrinterReport::Printed { .. }
            | PrinterReport::Unknown { .. }) => panic!("{other:?}"),
        }
    }
}
