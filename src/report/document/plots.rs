//! What of a quarter is drawn.

use super::{Drawn, Plot};
use crate::report::latvian;
use crate::report::model::{Month, QuarterReport, Week};

/// The quarter's plots.
pub(super) fn quarter(report: &QuarterReport) -> Vec<Plot> {
    vec![issued(report), wait(report)]
}

fn issued(report: &QuarterReport) -> Plot {
    let months = &report.total.months;
    let number = |month: &Month| month.month.rsplit('-').next().and_then(|n| n.parse().ok());
    let value = |month: &Month| {
        let figures = month.figures.as_ref()?;
        Some(figures.issued as f64)
    };
    Plot {
        heading: "Izdotas biļetes pa mēnešiem".to_owned(),
        alternative: "Stabiņi: izdotās biļetes pa mēnešiem un pogām; tie paši skaitļi ir tabulā \
                      „Biļetes”."
            .to_owned(),
        drawn: Drawn::Bars,
        labels: months
            .iter()
            .map(|month| latvian::month(number(month).unwrap_or(0)).to_owned())
            .collect(),
        series: report
            .services
            .iter()
            .map(|of| {
                let values = of.period.months.iter().map(value).collect();
                (format!("{}. poga", of.service.digit()), values)
            })
            .collect(),
        target: None,
        marked: None,
    }
}

fn wait(report: &QuarterReport) -> Plot {
    let minutes = |seconds: u32| f64::from(seconds) / 60.0;
    let value = |week: &Week| week.figures.as_ref()?.wait.p90_s.map(minutes);
    Plot {
        heading: "Gaidīšanas P90 pa nedēļām, minūtes".to_owned(),
        alternative: "Līnija: gaidīšanas 90. procentile katrā nedēļā pret mērķa laiku; tie paši \
                      skaitļi ir tabulā „Nedēļas”."
            .to_owned(),
        drawn: Drawn::Line,
        labels: report
            .weeks
            .iter()
            .map(|week| format!("{:02}.{:02}.", week.from.day(), week.from.month()))
            .collect(),
        series: vec![("P90".to_owned(), report.weeks.iter().map(value).collect())],
        target: Some(("mērķis".to_owned(), minutes(report.target_s))),
        marked: None,
    }
}
