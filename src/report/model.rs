//! The reports as types: what JSON, CSV and the table are made of. Times are whole seconds,
//! shares are 0 to 1 rounded to four decimals; absent means that there was nothing to measure.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::Serialize;
use utoipa::ToSchema;

use super::comparison::Comparison;
use super::feedback::FeedbackReport;
use super::flow::Flow;
use super::glossary::Term;
use super::mischief::Mischief;
use super::reliability::ReliabilityBin;
use super::signed::SignOff;
use super::staffing::Staffing;
use super::survey::SurveyReport;
use crate::quality::evaluations::register::EvaluationLine;
use crate::queue::catalogue::Service;

/// The figures of one centre and one quarter (A1.12), or of several centres together.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct QuarterReport {
    /// Name of the centre.
    pub centre: String,
    /// The centres whose figures these are together; absent for a single one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub centres: Vec<CentreLine>,
    /// "2026-Q4".
    pub quarter: String,
    /// First date, local.
    pub from: Date,
    /// Last date, local.
    pub to: Date,
    /// IANA name of the time zone that makes dates local.
    pub timezone: String,
    /// The moment the figures stand at; what is open then is counted as open.
    pub as_of: Timestamp,
    /// The quarter is over and nothing is open: the figures change no more.
    pub settled: bool,
    /// Target wait, seconds.
    pub target_s: u32,
    /// How much of the quarter there is data of.
    pub completeness: Completeness,
    /// All services together.
    pub total: Period,
    /// By service, in button order.
    pub services: Vec<ServicePeriod>,
    /// Beside the quarter before and the same quarter of the year before, in this order.
    pub comparisons: Vec<Comparison>,
    /// All services together, week by week.
    pub weeks: Vec<Week>,
    /// By desk.
    pub desks: Vec<DeskLine>,
    /// What else happened.
    pub occurrences: Occurrences,
    /// When customers came, were called and were served, and how long they waited.
    pub flow: Flow,
    /// How far promised waits could be relied upon, by promised median.
    pub reliability: Vec<ReliabilityBin>,
    /// Desks required beside the desks that were open.
    pub staffing: Staffing,
    /// Presses and tickets that were no customer's.
    pub mischief: Mischief,
    /// Feedback and complaints (clause 29, A1.8).
    pub feedback: FeedbackReport,
    /// Clause by clause what can be shown from the data.
    pub compliance: Vec<ComplianceRow>,
    /// The other evaluations of annex 1 as they stand at the end of the quarter or now.
    pub evaluations: Vec<EvaluationLine>,
    /// What customers answered after their visit; absent where none was asked.
    pub survey: Option<SurveyReport>,
    /// What the evaluation asks for and this program cannot tell yet.
    pub not_yet: Vec<NotYet>,
    /// Date by date, planned against actual hours (A1.11).
    pub days: Vec<DayLine>,
    /// What the words of staffing and mischief mean, with formulas.
    pub glossary: Vec<Term>,
    /// Who signed it, and whether the figures are still those.
    pub sign_off: SignOff,
}

/// One of several centres that a report is of.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct CentreLine {
    /// Its name.
    pub name: String,
    /// How much of the quarter there is data of.
    pub completeness: Completeness,
    /// Its figures of the quarter.
    pub figures: Figures,
}

/// The figures of one date.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct DayReport {
    /// Name of the centre.
    pub centre: String,
    /// IANA name of the time zone.
    pub timezone: String,
    /// The moment the figures stand at.
    pub as_of: Timestamp,
    /// Target wait, seconds.
    pub target_s: u32,
    /// Hours and state of the date.
    pub day: DayLine,
    /// All services together; absent where there is no data.
    pub total: Option<Figures>,
    /// By service, in button order; empty where there is no data.
    pub services: Vec<ServiceDay>,
    /// By desk.
    pub desks: Vec<DeskLine>,
    /// What else happened; absent where there is no data.
    pub occurrences: Option<Occurrences>,
    /// Presses and tickets that were no customer's; absent where there is no data.
    pub mischief: Option<Mischief>,
    /// What to hold its desks against; absent where it was not asked for.
    pub usual: Option<UsualDay>,
}

/// The same weekday of the eight weeks before a date, all its tickets taken together.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct UsualDay {
    /// The dates on which tickets were issued, newest first.
    pub dates: Vec<Date>,
    /// By desk, over all these dates.
    pub desks: Vec<DeskLine>,
}

/// In place of a login; where it were absent, the daemon would have done it.
const SOMEBODY: &str = "darbinieks";

impl QuarterReport {
    /// For those who see desks and not who sat there: staff figures are personal data (A1.12).
    pub fn without_names(mut self) -> Self {
        self.days.iter_mut().for_each(DayLine::forget_names);
        self
    }
}

impl DayReport {
    /// As [`QuarterReport::without_names`].
    pub fn without_names(mut self) -> Self {
        self.day.forget_names();
        self
    }
}

impl DayLine {
    fn forget_names(&mut self) {
        for stop in &mut self.stops {
            for login in [&mut stop.by, &mut stop.released_by] {
                *login = login.take().map(|_| SOMEBODY.to_owned());
            }
        }
    }
}

/// How much of a quarter there is data of.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Completeness {
    /// Dates with reception hours in the whole quarter.
    pub days_planned: u64,
    /// Of these, dates whose reception had begun at the report's moment.
    pub days_due: u64,
    /// Of these, dates with data, be it that nobody came.
    pub days_with_data: u64,
    /// Dates with data / dates due.
    pub share: Option<f64>,
    /// Dates due without data: the daemon did not run.
    pub missing: Vec<Date>,
}

/// A quarter and its months.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Period {
    /// The whole quarter, pooled.
    pub quarter: Figures,
    /// Its three months.
    pub months: Vec<Month>,
}

/// One month.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Month {
    /// "2026-10".
    pub month: String,
    /// Its figures; absent where no date of it has data.
    pub figures: Option<Figures>,
}

/// One week, as far as it is in the quarter.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Week {
    /// ISO 8601 week, "2026-W41".
    pub week: String,
    /// Its first date in the quarter.
    pub from: Date,
    /// Its last date in the quarter.
    pub to: Date,
    /// Its figures, pooled; absent where no date of it has data.
    pub figures: Option<Figures>,
}

/// A service over a quarter.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ServicePeriod {
    /// Button digit.
    pub service: Service,
    /// Its name, to the letter of A2/2/1.3.
    pub name: String,
    /// Figures.
    #[serde(flatten)]
    pub period: Period,
}

/// A service on one date, or over a whole quarter compared with.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ServiceDay {
    /// Button digit.
    pub service: Service,
    /// Its name, to the letter of A2/2/1.3.
    pub name: String,
    /// Figures.
    pub figures: Figures,
}

/// Tickets of a service or of all, by their outcome, and their times.
/// `issued = finished + no_show + cancelled + open`.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Figures {
    /// Tickets issued.
    pub issued: u64,
    /// Called at least once.
    pub called: u64,
    /// Served, those closed by the day's end included.
    pub finished: u64,
    /// Ended as no-show.
    pub no_show: u64,
    /// No-shows among those called.
    pub no_show_rate: Share,
    /// Ended without being served: by staff or at the day's end.
    pub cancelled: u64,
    /// Of the cancelled, those left over at the day's end.
    pub unserved: u64,
    /// Sent on to another queue or desk.
    pub transferred: u64,
    /// Marked out of turn (A2/2/2.5).
    pub out_of_turn: u64,
    /// Put back after a no-show.
    pub reinstated: u64,
    /// Of the finished, those at a desk at the day's end: without an end time.
    pub force_closed: u64,
    /// Open at the report's moment.
    pub open: u64,
    /// Wait.
    pub wait: Times,
    /// Called within the target.
    pub within_target: WithinTarget,
    /// How the waits promised at issue compare with these.
    pub forecast: Forecast,
    /// Handling, per stay at a desk.
    pub handling: Times,
    /// From issue to the last finish.
    pub visit: Times,
    /// Visits booked beforehand.
    pub appointments: AppointmentFigures,
}

/// Visits booked for dates that have begun; `booked = checked_in + missed + cancelled` and those
/// still awaited.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct AppointmentFigures {
    /// All of them.
    pub booked: u64,
    /// Customers who came.
    pub checked_in: u64,
    /// Of these, after the tolerance.
    pub late: u64,
    /// The date ended and nobody came.
    pub missed: u64,
    /// Cancelled.
    pub cancelled: u64,
    /// First call − the later of slot and check-in.
    pub delay: Times,
}

/// The waits promised at issue beside those that came, of tickets that were called.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Forecast {
    /// Tickets that were promised a wait and called.
    pub count: u64,
    /// Mean distance of the wait from the promised median, rounded to the second.
    pub mean_error_s: Option<u32>,
    /// Called no later than the promised ninth decile; nine in ten are to be.
    pub within_p90: Share,
}

/// A distribution of times.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Times {
    /// Cases measured.
    pub count: u64,
    /// Median, nearest rank, seconds.
    pub median_s: Option<u32>,
    /// 90th percentile, nearest rank, seconds.
    pub p90_s: Option<u32>,
    /// Longest, seconds.
    pub max_s: Option<u32>,
    /// Mean, rounded to the second.
    pub mean_s: Option<u32>,
    /// Too few cases to mean much.
    pub small_sample: bool,
}

/// `n` of `of`.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Share {
    /// Cases.
    pub n: u64,
    /// Of so many.
    pub of: u64,
    /// n / of; absent of nothing.
    pub share: Option<f64>,
    /// Too few cases to mean much.
    pub small_sample: bool,
}

/// How many were called within the target, and who was left out of that.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct WithinTarget {
    /// Called within the target, of those who count.
    #[serde(flatten)]
    pub share: Share,
    /// Among those who count: still uncalled and past the target.
    pub uncalled_late: u64,
    /// Left out: still uncalled, the target not over yet.
    pub left_out_waiting: u64,
    /// Left out: cancelled uncalled before the target was over.
    pub left_out_cancelled: u64,
}

/// One desk.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = ReportDeskLine)]
pub struct DeskLine {
    /// Its centre, in a report of several.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub centre: Option<String>,
    /// Number.
    pub desk: u16,
    /// Tickets finished here.
    pub finished: u64,
    /// Stays of customers that ended: with a finish, a transfer or parking.
    pub stays: u64,
    /// Handling per stay.
    pub handling: Times,
    /// It had a customer, seconds.
    pub busy_s: u64,
    /// It was open, breaks left out, seconds.
    pub open_s: u64,
    /// Breaks, seconds.
    pub break_s: u64,
    /// Busy / open; absent where the desk was never open.
    pub utilisation: Option<f64>,
}

/// What belongs to no service or desk.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, ToSchema)]
pub struct Occurrences {
    /// Calls; repeats of an announcement are none.
    pub calls: u64,
    /// Calls for which somebody issued earlier was passed over.
    pub overtakes: u64,
    /// Calls by hand against the rule.
    pub overrides: u64,
    /// Presses that issued no ticket on purpose: repeated, in a burst, or too old.
    pub suppressed: u64,
    /// Presses while no tickets were issued, or none for the service.
    pub refused: u64,
    /// Of these, presses of a service that was stopped before closing (A2/2/2.3).
    pub refused_stopped: u64,
    /// Times a service was stopped before closing.
    pub stops: u64,
    /// Papers that did not come out.
    pub print_failures: u64,
    /// Papers that may or may not have come out.
    pub print_unknown: u64,
    /// Papers after the first of a ticket.
    pub reprints: u64,
    /// Finished with an end time on dates with reception hours.
    pub finished_timed: u64,
    /// Of these, finished after the end of reception.
    pub finished_after_closing: u64,
    /// Dates on which this happened.
    pub overtime_days: u64,
    /// From the end of reception to the last finish, summed over dates, seconds.
    pub overtime_s: u64,
    /// No-shows declared; some may have been undone or put back.
    pub no_shows_declared: u64,
    /// Of these before the minute was over; the rules make it 0 (A2/2/2.4).
    pub early_no_shows: u64,
    /// Calls by a desk that had a customer; the rules make it 0 (A2/4/9).
    pub calls_while_busy: u64,
    /// Times help was asked for at a kiosk (A2/2/2.1).
    pub help_requested: u64,
    /// Times somebody went.
    pub help_answered: u64,
    /// Starts of the daemon.
    pub starts: u64,
}

/// One line of the compliance strip.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ComplianceRow {
    /// Clause id, "A2/2/2.4".
    pub clause: String,
    /// What is counted, in Latvian.
    pub what: String,
    /// Cases as the clause wants them.
    pub n: u64,
    /// Of so many.
    pub of: u64,
    /// The others, in Latvian.
    pub exceptions: Vec<String>,
    /// Where the exceptions are found on the manager's page, at most 20. One that reads like an
    /// exception leads to that one.
    pub links: Vec<StripLink>,
}

/// An exception's place on the manager's page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct StripLink {
    /// What it is, in Latvian.
    pub text: String,
    /// Address within the daemon, "/manager#/day/2026-10-05".
    pub href: String,
}

/// Something the evaluation asks for that cannot be told yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct NotYet {
    /// Clause id.
    pub clause: String,
    /// What is missing, in Latvian.
    pub what: String,
}

/// How a date stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DayState {
    /// Reception hours, and tickets were issued.
    Served,
    /// Reception hours and data, and nobody came.
    Empty,
    /// Reception hours, no data: the daemon did not run.
    Missing,
    /// No reception hours, and no tickets.
    Closed,
    /// Tickets without reception hours: the hours were changed afterwards.
    Extra,
    /// Reception has not begun yet.
    Ahead,
}

/// One date, planned against actual (A1.11).
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct DayLine {
    /// Date, local.
    pub date: Date,
    /// How it stands.
    pub state: DayState,
    /// Reception begins, as planned.
    pub opens_at: Option<Timestamp>,
    /// Reception ends, as planned.
    pub closes_at: Option<Timestamp>,
    /// First call.
    pub first_call: Option<Timestamp>,
    /// Last call.
    pub last_call: Option<Timestamp>,
    /// Last finish.
    pub last_finish: Option<Timestamp>,
    /// Tickets issued; absent without data.
    pub issued: Option<u64>,
    /// Finished; absent without data.
    pub finished: Option<u64>,
    /// 90th percentile of the wait, seconds.
    pub wait_p90_s: Option<u32>,
    /// From the end of reception to the last finish, seconds.
    pub overtime_s: u64,
    /// Finished after the end of reception.
    pub finished_after_closing: u64,
    /// Presses that got no ticket because the centre was closed or the service stopped.
    pub refused: u64,
    /// Services stopped before closing (A2/2/2.3).
    pub stops: Vec<StopLine>,
}

/// A service stopped before closing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = ReportStopLine)]
pub struct StopLine {
    /// When.
    pub at: Timestamp,
    /// Button digit.
    pub service: Service,
    /// Login; absent where the daemon did, because the centre is configured so. The quality role is
    /// told "darbinieks" instead unless `[report] staff_figures = "named"`.
    pub by: Option<String>,
    /// Why.
    pub reason: String,
    /// The chance then that one more would be finished by closing, percent.
    pub chance_percent: Option<u8>,
    /// When it was released; absent where it held until the end.
    pub released_at: Option<Timestamp>,
    /// Login of who released it, as in `by`; absent where the daemon did, or nobody.
    pub released_by: Option<String>,
}
