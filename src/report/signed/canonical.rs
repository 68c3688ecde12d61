//! The figures that a signature stands under, out of a report.
//!
//! Everything that was counted is in it, section by section as listed in [`SECTIONS`], with the
//! target and the planned hours it was counted by: a report made under others differs, and says so.
//! Left out is what may rightly change or is no figure: the moment of the report, names and texts,
//! logins and reasons, ticket numbers, marks of small samples, other quarters it is compared with,
//! registers that go on, and shares whose parts stand beside them. No name of a person is in it, so it
//! outlasts every retention.
//!
//! Lists become maps by what tells their rows apart (a date, a desk), so that a row that appears
//! later is one difference and moves no other row.

use serde_json::{Map, Value};

use crate::report::model::QuarterReport;

/// Version of what is in the figures and of how each is counted. It goes up with every change of
/// either, so that a signature made before is compared as far as it goes.
pub const DEFINITIONS: u32 = 2;

/// Sections of a report that are signed, in the order in which differences are told.
pub(super) const SECTIONS: [&str; 14] = [
    "timezone",
    "target_s",
    "completeness",
    "total",
    "services",
    "compliance",
    "occurrences",
    "desks",
    "weeks",
    "days",
    "flow",
    "reliability",
    "staffing",
    "mischief",
];

/// Fields that are no figures, or sums of figures beside them, wherever they stand.
const LEFT_OUT: [&str; 11] = [
    "name",
    "what",
    "exceptions",
    "links",
    "label",
    "stops",
    "state",
    "small_sample",
    "issued_so_far",
    "called_so_far",
    "finished_so_far",
];

/// What tells rows of a list apart, whichever is there.
const KEYS: [&str; 9] = [
    "service",
    "month",
    "week",
    "desk",
    "clause",
    "date",
    "half_hour",
    "within_s",
    "from_s",
];

/// The canonical figures of a report.
pub fn figures(report: &QuarterReport) -> Value {
    let mut whole = match serde_json::to_value(report) {
        Ok(Value::Object(whole)) => whole,
        // A report is a struct of plain data.
        Ok(_) | Err(_) => Map::new(),
    };
    let sections = SECTIONS.into_iter().filter_map(|section| {
        let figures = figures_of(whole.remove(section)?);
        Some((section.to_owned(), figures))
    });
    Value::Object(sections.collect())
}

fn figures_of(value: Value) -> Value {
    match value {
        Value::Object(fields) => Value::Object(fields_of(fields)),
        Value::Array(rows) if rows.iter().all(Value::is_object) => {
            let mut map = Map::new();
            for row in rows {
                if let Value::Object(mut row) = row {
                    let key = key_of(&mut row, &map);
                    map.insert(key, Value::Object(fields_of(row)));
                }
            }
            Value::Object(map)
        }
        Value::Array(items) => {
            let texts: Vec<String> = items.iter().map(plain).collect();
            Value::String(texts.join(" "))
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value,
    }
}

fn fields_of(mut fields: Map<String, Value>) -> Map<String, Value> {
    if fields.contains_key("n") && fields.contains_key("of") {
        fields.remove("share");
    }
    fields
        .into_iter()
        .filter(|(name, _)| !LEFT_OUT.contains(&name.as_str()))
        .map(|(name, value)| (name, figures_of(value)))
        .collect()
}

/// A value as text, a string without its quotes.
fn plain(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}

/// Takes what tells a row apart out of it; rows alike in that are numbered.
fn key_of(row: &mut Map<String, Value>, rows: &Map<String, Value>) -> String {
    let names = KEYS.iter().find(|name| row.contains_key(**name));
    let names = match names {
        Some(&"clause") => vec!["clause", "what"],
        Some(name) => vec![*name],
        None => vec!["weekday", "at"],
    };
    let parts = names.into_iter().filter_map(|name| row.remove(name));
    let parts: Vec<String> = parts.map(|part| plain(&part)).collect();
    let key = parts.join(" ");
    let mut numbered = key.clone();
    for number in 2.. {
        if !rows.contains_key(&numbered) {
            break;
        }
        numbered = format!("{key} #{number}");
    }
    numbered
}
