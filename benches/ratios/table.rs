//! The table at the end.

use std::time::Duration;

/// One comparison.
pub struct Row {
    /// What was measured.
    pub what: String,
    /// Ours.
    pub figure: String,
    /// Against which.
    pub baseline: String,
    /// Ours / baseline.
    pub ratio: String,
    /// On what, and how to read it.
    pub note: String,
}

/// Rows under one another.
pub fn print(rows: &[Row]) {
    let heads = ["what", "figure", "baseline", "ratio", "note"];
    let cells = |row: &Row| {
        [
            row.what.clone(),
            row.figure.clone(),
            row.baseline.clone(),
            row.ratio.clone(),
            row.note.clone(),
        ]
    };
    let lines: Vec<[String; 5]> = std::iter::once(heads.map(str::to_owned))
        .chain(rows.iter().map(cells))
        .collect();
    let mut widths = [0; 5];
    for line in &lines {
        for (width, cell) in widths.iter_mut().zip(line) {
            *width = cell.chars().count().max(*width);
        }
    }
    println!();
    for (at, line) in lines.iter().enumerate() {
        let [what, figure, baseline, ratio, note] = line;
        println!(
            "{what:<w0$}  {figure:>w1$}  {baseline:>w2$}  {ratio:>w3$}  {note}",
            w0 = widths[0],
            w1 = widths[1],
            w2 = widths[2],
            w3 = widths[3],
        );
        if at == 0 {
            println!("{}", "─".repeat(widths.iter().sum::<usize>() + 8));
        }
    }
}

/// A time with three digits.
pub fn time(of: Duration) -> String {
    let s = of.as_secs_f64();
    if s >= 1.0 {
        format!("{s:.2} s")
    } else if s >= 1e-3 {
        format!("{:.2} ms", s * 1e3)
    } else {
        format!("{:.1} µs", s * 1e6)
    }
}

/// Ours / baseline.
pub fn ratio(ours: f64, baseline: f64) -> String {
    let ratio = ours / baseline;
    if ratio >= 100.0 {
        format!("{ratio:.0}")
    } else {
        format!("{ratio:.2}")
    }
}

/// Nearest rank; sorts.
pub fn percentile(times: &mut [Duration], percent: usize) -> Duration {
    times.sort_unstable();
    let at = (times.len() * percent).div_ceil(100).max(1) - 1;
    times.get(at).copied().unwrap_or_default()
}
