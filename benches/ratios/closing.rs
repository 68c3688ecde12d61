//! Rules for closing on simulated days, each lived again under every rule.

use anyhow::Result;
use rinda::cli::history::closing::{Days, Outcome, Rule, outcome};

use super::table::Row;

/// Days measured after forty of learning.
const DAYS: u32 = 80;

/// The fixed rule that is common, seconds before closing.
const CUT_OFF_S: f64 = 1_800.0;

/// Measures a centre that is busy until closing, and one whose evenings are quiet.
pub fn measure(rows: &mut Vec<Row>) -> Result<()> {
    for (what, steady, customers_per_desk) in [
        ("busy until closing", true, 44),
        ("quiet evenings", false, 44),
    ] {
        let days = Days {
            seed: 11,
            desks: 5,
            customers_per_desk,
            steady,
            days: DAYS,
        };
        let fixed = outcome(&days, Rule::CutOff(CUT_OFF_S))?;
        for (name, rule) in [
            ("stop below .7", Rule::Chance(0.7)),
            ("stop below .5", Rule::Chance(0.5)),
            ("never stop", Rule::Never),
        ] {
            let ours = outcome(&days, rule)?;
            rows.push(Row {
                what: format!("closing, {what}: {name}"),
                figure: told(&ours),
                baseline: told(&fixed),
                ratio: String::new(),
                note: format!(
                    "refused a day (needlessly), overtime mean / P90; {DAYS} days; baseline: cut-off 30 min before closing"
                ),
            });
        }
    }
    Ok(())
}

fn told(outcome: &Outcome) -> String {
    format!(
        "{:.1} ({:.1}), {:.0} / {:.0} min",
        outcome.refused, outcome.needlessly, outcome.overtime_mean_min, outcome.overtime_p90_min
    )
}
