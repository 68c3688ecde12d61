//! The quarter as CSV: one figure a row.
//!
//! RFC 4180: UTF-8 without a byte order mark, commas, CRLF, quotes where needed. Numbers are plain
//! in every locale: times are whole seconds, shares 0 to 1 with a decimal point and up to four
//! decimals. A value that does not exist is an empty field, never 0.
//!
//! | column | |
//! |---|---|
//! | `centre`, `quarter`, `as_of` | of the report, in every row |
//! | `scope` | `centre`, `service`, `desk`, `clause`, `feedback`, `day`, `weekday`, `half_hour`, `wait`, `promise`, `signature` or `difference`; of several centres `of_centre` as well |
//! | `subject` | button digit, desk number, clause, kind of feedback (`complaint`), date, weekday (1 = Monday), half-hour (`8.30`), seconds, a sequence, a path, or name of one of several centres; empty for the centre |
//! | `name` | name of the service, what the clause row counts, the half-hour of a weekday, or the centre of a desk where there are several |
//! | `period` | `2026-Q4` or a quarter it is compared with, `2026-10`, `2026-W41` or `2026-10-05` |
//! | `measure`, `unit` | e.g. `wait_p90` in `s`; units: `tickets`, `s`, `share`, `count`, `cases`, `entries`, `days`, `desks`, `erlang`, `time`, `text` |
//! | `value` | the figure |
//! | `cases` | how many cases it rests on, where it is a share or a statistic |
//! | `small_sample` | `true` where these are fewer than 20 |

mod feedback;
mod floor;
mod flow;
mod quality;
mod signed;

use super::model::{
    CentreLine, DayLine, DeskLine, Figures, Forecast, Period, QuarterReport, Share, Times,
};

/// CSV that could not be written; does not happen in memory.
#[derive(Debug, thiserror::Error)]
#[error("the report cannot be written as CSV")]
pub struct CsvError(#[from] csv::Error);

/// The quarter as CSV, one figure a row, in the layout of this module.
///
/// # Errors
/// None that can happen in memory.
pub fn csv(report: &QuarterReport) -> Result<String, CsvError> {
    let mut rows = Rows::begin(report)?;
    rows.centre(report)?;
    rows.period(Subject::centre(), &report.total)?;
    for service in &report.services {
        let digit = service.service.digit().to_string();
        let subject = Subject {
            scope: "service",
            id: &digit,
            name: &service.name,
        };
        rows.period(subject, &service.period)?;
    }
    for week in &report.weeks {
        match &week.figures {
            Some(figures) => rows.figures(Subject::centre(), &week.week, figures)?,
            None => rows.plain(Subject::centre(), &week.week, "issued", "tickets", None)?,
        }
    }
    for desk in &report.desks {
        rows.desk(desk)?;
    }
    for centre in &report.centres {
        rows.of_centre(centre)?;
    }
    for clause in &report.compliance {
        let subject = Subject {
            scope: "clause",
            id: &clause.clause,
            name: &clause.what,
        };
        let exceptions = clause.of.saturating_sub(clause.n);
        let quarter = report.quarter.as_str();
        rows.plain(subject, quarter, "conforming", "cases", Some(clause.n))?;
        rows.plain(subject, quarter, "cases", "cases", Some(clause.of))?;
        rows.plain(subject, quarter, "exceptions", "cases", Some(exceptions))?;
    }
    for day in &report.days {
        rows.day(day)?;
    }
    rows.staffing(&report.staffing)?;
    rows.mischief(&report.mischief)?;
    for comparison in &report.comparisons {
        rows.comparison(comparison)?;
    }
    rows.flow(&report.flow)?;
    rows.reliability(&report.reliability)?;
    rows.evaluations(&report.evaluations)?;
    rows.survey(report.survey.as_ref())?;
    rows.sign_off(&report.sign_off)?;
    rows.feedback(&report.feedback)?;
    rows.finish()
}

#[derive(Clone, Copy)]
struct Subject<'a> {
    scope: &'a str,
    id: &'a str,
    name: &'a str,
}

impl Subject<'_> {
    fn centre() -> Self {
        Subject {
            scope: "centre",
            id: "",
            name: "",
        }
    }
}

/// How many cases a figure rests on.
#[derive(Clone, Copy)]
struct Cases {
    count: u64,
    small: bool,
}

struct Rows<'a> {
    out: csv::Writer<Vec<u8>>,
    report: &'a QuarterReport,
    as_of: String,
}

type Written = Result<(), csv::Error>;

impl<'a> Rows<'a> {
    fn begin(report: &'a QuarterReport) -> Result<Self, csv::Error> {
        let mut out = csv::WriterBuilder::new()
            .terminator(csv::Terminator::CRLF)
            .from_writer(Vec::new());
        out.write_record([
            "centre",
            "quarter",
            "as_of",
            "scope",
            "subject",
            "name",
            "period",
            "measure",
            "unit",
            "value",
            "cases",
            "small_sample",
        ])?;
        Ok(Self {
            out,
            report,
            as_of: report.as_of.to_string(),
        })
    }

    fn finish(self) -> Result<String, CsvError> {
        let bytes = self
            .out
            .into_inner()
            .map_err(|error| csv::Error::from(error.into_error()))?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }

    fn write(
        &mut self,
        subject: Subject<'_>,
        period: &str,
        (measure, unit): (&str, &str),
        value: Option<String>,
        cases: Option<Cases>,
    ) -> Written {
        self.out.write_record([
            self.report.centre.as_str(),
            &self.report.quarter,
            &self.as_of,
            subject.scope,
            subject.id,
            subject.name,
            period,
            measure,
            unit,
            &value.unwrap_or_default(),
            &cases.map(|c| c.count.to_string()).unwrap_or_default(),
            &cases.map(|c| c.small.to_string()).unwrap_or_default(),
        ])
    }

    fn plain(
        &mut self,
        subject: Subject<'_>,
        period: &str,
        measure: &str,
        unit: &str,
        value: Option<u64>,
    ) -> Written {
        let value = value.map(|value| value.to_string());
        self.write(subject, period, (measure, unit), value, None)
    }

    fn share(
        &mut self,
        subject: Subject<'_>,
        period: &str,
        measure: &str,
        share: &Share,
    ) -> Written {
        let cases = Cases {
            count: share.of,
            small: share.small_sample,
        };
        let value = share.share.map(|share| share.to_string());
        self.write(subject, period, (measure, "share"), value, Some(cases))
    }

    fn times(
        &mut self,
        subject: Subject<'_>,
        period: &str,
        measure: &str,
        times: &Times,
    ) -> Written {
        let cases = Cases {
            count: times.count,
            small: times.small_sample,
        };
        for (statistic, value) in [
            ("median", times.median_s),
            ("p90", times.p90_s),
            ("max", times.max_s),
            ("mean", times.mean_s),
        ] {
            let measure = format!("{measure}_{statistic}");
            let value = value.map(|value| value.to_string());
            self.write(subject, period, (&measure, "s"), value, Some(cases))?;
        }
        Ok(())
    }

    fn centre(&mut self, report: &QuarterReport) -> Written {
        let complete = &report.completeness;
        let all = &report.occurrences;
        for (measure, unit, value) in [
            ("target", "s", u64::from(report.target_s)),
            ("days_planned", "days", complete.days_planned),
            ("days_due", "days", complete.days_due),
            ("days_with_data", "days", complete.days_with_data),
            ("calls", "count", all.calls),
            ("overtakes", "count", all.overtakes),
            ("overrides", "count", all.overrides),
            ("suppressed", "count", all.suppressed),
            ("refused", "count", all.refused),
            ("refused_stopped", "count", all.refused_stopped),
            ("stops", "count", all.stops),
            ("print_failures", "count", all.print_failures),
            ("print_unknown", "count", all.print_unknown),
            ("reprints", "count", all.reprints),
            ("finished_timed", "tickets", all.finished_timed),
            (
                "finished_after_closing",
                "tickets",
                all.finished_after_closing,
            ),
            ("overtime_days", "days", all.overtime_days),
            ("overtime", "s", all.overtime_s),
            ("no_shows_declared", "count", all.no_shows_declared),
            ("early_no_shows", "count", all.early_no_shows),
            ("calls_while_busy", "count", all.calls_while_busy),
            ("help_requested", "count", all.help_requested),
            ("help_answered", "count", all.help_answered),
            ("starts", "count", all.starts),
        ] {
            self.plain(
                Subject::centre(),
                &report.quarter,
                measure,
                unit,
                Some(value),
            )?;
        }
        let share = complete.share.map(|share| share.to_string());
        let measure = ("completeness", "share");
        self.write(Subject::centre(), &report.quarter, measure, share, None)
    }

    fn period(&mut self, subject: Subject<'_>, period: &Period) -> Written {
        let quarter = &self.report.quarter;
        self.figures(subject, quarter, &period.quarter)?;
        for month in &period.months {
            match &month.figures {
                Some(figures) => self.figures(subject, &month.month, figures)?,
                None => self.plain(subject, &month.month, "issued", "tickets", None)?,
            }
        }
        Ok(())
    }

    fn figures(&mut self, subject: Subject<'_>, period: &str, of: &Figures) -> Written {
        let target = &of.within_target;
        for (measure, value) in [
            ("issued", of.issued),
            ("called", of.called),
            ("finished", of.finished),
            ("no_show", of.no_show),
            ("cancelled", of.cancelled),
            ("unserved", of.unserved),
            ("transferred", of.transferred),
            ("out_of_turn", of.out_of_turn),
            ("reinstated", of.reinstated),
            ("force_closed", of.force_closed),
            ("open", of.open),
            ("within_target", target.share.n),
            ("within_target_of", target.share.of),
            ("uncalled_late", target.uncalled_late),
            ("left_out_waiting", target.left_out_waiting),
            ("left_out_cancelled", target.left_out_cancelled),
            ("booked", of.appointments.booked),
            ("booked_checked_in", of.appointments.checked_in),
            ("booked_late", of.appointments.late),
            ("booked_missed", of.appointments.missed),
            ("booked_cancelled", of.appointments.cancelled),
        ] {
            self.plain(subject, period, measure, "tickets", Some(value))?;
        }
        self.share(subject, period, "no_show_rate", &of.no_show_rate)?;
        self.share(subject, period, "within_target_share", &target.share)?;
        self.times(subject, period, "wait", &of.wait)?;
        self.forecast(subject, period, &of.forecast)?;
        self.times(subject, period, "handling", &of.handling)?;
        self.times(subject, period, "visit", &of.visit)?;
        self.times(subject, period, "appointment_delay", &of.appointments.delay)
    }

    fn forecast(&mut self, subject: Subject<'_>, period: &str, of: &Forecast) -> Written {
        let cases = Cases {
            count: of.count,
            small: of.within_p90.small_sample,
        };
        let error = of.mean_error_s.map(|error| error.to_string());
        let measure = ("forecast_mean_error", "s");
        self.write(subject, period, measure, error, Some(cases))?;
        self.share(subject, period, "forecast_within_p90", &of.within_p90)
    }

    fn desk(&mut self, desk: &DeskLine) -> Written {
        let number = desk.desk.to_string();
        let subject = Subject {
            scope: "desk",
            id: &number,
            name: desk.centre.as_deref().unwrap_or_default(),
        };
        let quarter = &self.report.quarter;
        for (measure, unit, value) in [
            ("finished", "tickets", desk.finished),
            ("stays", "count", desk.stays),
            ("busy", "s", desk.busy_s),
            ("open", "s", desk.open_s),
            ("break", "s", desk.break_s),
        ] {
            self.plain(subject, quarter, measure, unit, Some(value))?;
        }
        let utilisation = desk.utilisation.map(|share| share.to_string());
        let measure = ("utilisation", "share");
        self.write(subject, quarter, measure, utilisation, None)?;
        self.times(subject, quarter, "handling", &desk.handling)
    }

    fn of_centre(&mut self, centre: &CentreLine) -> Written {
        let subject = Subject {
            scope: "of_centre",
            id: &centre.name,
            name: "",
        };
        let (quarter, complete) = (&self.report.quarter, &centre.completeness);
        for (measure, value) in [
            ("days_planned", complete.days_planned),
            ("days_due", complete.days_due),
            ("days_with_data", complete.days_with_data),
        ] {
            self.plain(subject, quarter, measure, "days", Some(value))?;
        }
        self.figures(subject, quarter, &centre.figures)
    }

    fn day(&mut self, day: &DayLine) -> Written {
        let date = day.date.to_string();
        let subject = Subject {
            scope: "day",
            id: &date,
            name: "",
        };
        for (measure, moment) in [
            ("opens_at", day.opens_at),
            ("closes_at", day.closes_at),
            ("first_call", day.first_call),
            ("last_call", day.last_call),
            ("last_finish", day.last_finish),
        ] {
            let value = moment.map(|moment| moment.to_string());
            self.write(subject, &date, (measure, "time"), value, None)?;
        }
        self.plain(subject, &date, "issued", "tickets", day.issued)?;
        self.plain(subject, &date, "finished", "tickets", day.finished)?;
        let p90 = day.wait_p90_s.map(u64::from);
        self.plain(subject, &date, "wait_p90", "s", p90)?;
        self.plain(subject, &date, "overtime", "s", Some(day.overtime_s))?;
        let after = Some(day.finished_after_closing);
        self.plain(subject, &date, "finished_after_closing", "tickets", after)?;
        self.plain(subject, &date, "refused", "count", Some(day.refused))?;
        let stops = Some(day.stops.len() as u64);
        self.plain(subject, &date, "stops", "count", stops)
    }
}
