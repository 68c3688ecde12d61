//! Reports: the quarter and the day, in the form asked for.

use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use jiff::civil::Date;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::AppState;
use super::access::{Caller, OVERSEERS};
use super::body::At;
use super::ports::{ReportFormat, ReportOf};
use super::problem::Problem;
use crate::report::{DayReport, Eyes, QuarterReport};

const PDF: &str = "application/pdf";
const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(quarter))
        .routes(routes!(day))
}

/// The quarterly evaluation (A1.12)
///
/// Logins are told to managers and administrators, to the quality role where `[report]
/// staff_figures = "named"`.
#[utoipa::path(get, path = "/api/v1/reports/quarters/{quarter}", tag = "reports",
    params(("quarter" = String, Path, description = "`2026-Q4`; with `.pdf`, `.xlsx`, `.csv` or `.txt` in that form, else as `Accept` says")),
    responses((status = 200, description = "The report", content((QuarterReport = "application/json"), (String = "text/csv"), (String = "text/plain"), (Vec<u8> = "application/pdf"), (Vec<u8> = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"))),
        (status = "default", body = Problem, content_type = "application/problem+json", description = "`no_such_report`")))]
async fn quarter(
    State(state): State<AppState>,
    caller: Caller,
    headers: HeaderMap,
    At(name): At<String>,
) -> Result<Response, Problem> {
    caller.must_be(OVERSEERS)?;
    let (name, format) = format_of(&name, &headers)?;
    let of = parse_quarter(name).ok_or_else(Problem::not_found)?;
    report(&state, of, (name, format), state.eyes_of(&caller)).await
}

/// A day
///
/// Logins are told as in the quarter's report.
#[utoipa::path(get, path = "/api/v1/reports/days/{date}", tag = "reports",
    params(("date" = String, Path, description = "`2026-11-22`; with `.pdf`, `.xlsx` or `.txt` in that form, else as `Accept` says")),
    responses((status = 200, description = "The report", content((DayReport = "application/json"), (String = "text/plain"), (Vec<u8> = "application/pdf"), (Vec<u8> = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"))),
        (status = "default", body = Problem, content_type = "application/problem+json", description = "`no_such_report`")))]
async fn day(
    State(state): State<AppState>,
    caller: Caller,
    headers: HeaderMap,
    At(name): At<String>,
) -> Result<Response, Problem> {
    caller.must_be(OVERSEERS)?;
    let (name, format) = format_of(&name, &headers)?;
    let date: Date = name.parse().map_err(|_| Problem::not_found())?;
    let of = ReportOf::Day(date);
    report(&state, of, (name, format), state.eyes_of(&caller)).await
}

async fn report(
    state: &AppState,
    of: ReportOf,
    (name, format): (&str, ReportFormat),
    eyes: Eyes,
) -> Result<Response, Problem> {
    let reports = state.ports.reports.as_ref();
    let reports = reports.ok_or_else(Problem::not_found)?;
    let body = reports.report(of, format, eyes).await?;
    let (content_type, ending) = match format {
        ReportFormat::Json => ("application/json", None),
        ReportFormat::Csv => ("text/csv; charset=utf-8", Some("csv")),
        ReportFormat::Table => ("text/plain; charset=utf-8", None),
        ReportFormat::Pdf => (PDF, Some("pdf")),
        ReportFormat::Xlsx => (XLSX, Some("xlsx")),
    };
    let mut response = body.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::VARY, HeaderValue::from_static("Accept"));
    let attached = ending.map(|ending| format!("attachment; filename=\"rinda-{name}.{ending}\""));
    if let Some(Ok(attached)) = attached.map(|text| HeaderValue::from_str(&text)) {
        headers.insert(header::CONTENT_DISPOSITION, attached);
    }
    Ok(response)
}

/// The name without its ending, and the form: by the ending, else by `Accept`, else JSON.
fn format_of<'a>(name: &'a str, headers: &HeaderMap) -> Result<(&'a str, ReportFormat), Problem> {
    match name.split_once('.') {
        Some((name, "json")) => Ok((name, ReportFormat::Json)),
        Some((name, "csv")) => Ok((name, ReportFormat::Csv)),
        Some((name, "txt")) => Ok((name, ReportFormat::Table)),
        Some((name, "pdf")) => Ok((name, ReportFormat::Pdf)),
        Some((name, "xlsx")) => Ok((name, ReportFormat::Xlsx)),
        Some(_) => Err(Problem::not_found()),
        None => Ok((name, accepted(headers))),
    }
}

fn accepted(headers: &HeaderMap) -> ReportFormat {
    let accept = headers.get(header::ACCEPT).and_then(|v| v.to_str().ok());
    accept
        .unwrap_or("")
        .split(',')
        .filter_map(|part| part.split(';').next())
        .find_map(|kind| match kind.trim() {
            "application/json" => Some(ReportFormat::Json),
            "text/csv" => Some(ReportFormat::Csv),
            "text/plain" => Some(ReportFormat::Table),
            PDF => Some(ReportFormat::Pdf),
            XLSX => Some(ReportFormat::Xlsx),
            _ => None,
        })
        .unwrap_or(ReportFormat::Json)
}

pub(super) fn parse_quarter(name: &str) -> Option<ReportOf> {
    let (year, quarter) = name.split_once("-Q")?;
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if year.len() != 4 || quarter.len() != 1 || !digits(year) || !digits(quarter) {
        return None;
    }
    let (year, quarter) = (year.parse().ok()?, quarter.parse().ok()?);
    (1..=4)
        .contains(&quarter)
        .then_some(ReportOf::Quarter { year, quarter })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_quarter_is_named_in_one_way() {
        let fourth = ReportOf::Quarter {
            year: 2026,
            quarter: 4,
        };
        assert_eq!(parse_quarter("2026-Q4"), Some(fourth));
        for name in [
            "2026-Q5", "2026-Q0", "26-Q4", "2026-4", "+026-Q4", "2026-Q44",
        ] {
            assert_eq!(parse_quarter(name), None, "{name}");
        }
    }

    #[test]
    fn the_ending_goes_before_the_accept_header() {
        let mut headers = HeaderMap::new();
        headers.insert(header::ACCEPT, "text/csv;q=0.9, */*".parse().unwrap());
        assert_eq!(format_of("2026-Q4", &headers).unwrap().1, ReportFormat::Csv);
        let json = format_of("2026-Q4.json", &headers).unwrap();
        assert_eq!(json, ("2026-Q4", ReportFormat::Json));
        let pdf = format_of("2026-Q4.pdf", &headers).unwrap();
        assert_eq!(pdf, ("2026-Q4", ReportFormat::Pdf));
        assert_eq!(format_of("2026-Q4.docx", &headers).unwrap_err().status, 404);
        headers.insert(header::ACCEPT, XLSX.parse().unwrap());
        assert_eq!(accepted(&headers), ReportFormat::Xlsx);
    }
}
