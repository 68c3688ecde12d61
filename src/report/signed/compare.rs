//! Signed figures beside those of now.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use jiff::tz::TimeZone;
use serde_json::Value;

use super::canonical::SECTIONS;
use super::{Difference, words};

/// Every figure that differs, in the order of the report. Figures that an older definition did not
/// have are no differences.
pub(super) fn differences(
    signed: &Value,
    now: &Value,
    older: bool,
    timezone: &str,
) -> Vec<Difference> {
    let tz = TimeZone::get(timezone).unwrap_or(TimeZone::UTC);
    let (signed, now) = (flat(signed), flat(now));
    let mut paths: Vec<&Vec<String>> = signed.keys().collect();
    if !older {
        paths.extend(now.keys().filter(|path| !signed.contains_key(*path)));
    }
    paths.retain(|path| signed.get(*path) != now.get(*path));
    paths.sort_by(|one, other| in_order(one, other));
    let written =
        |path: &[String], value: Option<&&Value>| value.map(|value| words::value(path, value, &tz));
    paths
        .into_iter()
        .map(|path| Difference {
            path: path.join("."),
            what: words::path(path),
            signed: written(path, signed.get(path)),
            now: written(path, now.get(path)),
        })
        .collect()
}

/// Figures by their path.
type Flat<'v> = BTreeMap<Vec<String>, &'v Value>;

fn flat(figures: &Value) -> Flat<'_> {
    let mut flat = Flat::new();
    let mut left = vec![(Vec::new(), figures)];
    while let Some((path, value)) = left.pop() {
        match value {
            Value::Object(fields) => left.extend(fields.iter().map(|(name, value)| {
                let mut path = path.clone();
                path.push(name.clone());
                (path, value)
            })),
            Value::Array(_)
            | Value::Null
            | Value::Bool(_)
            | Value::Number(_)
            | Value::String(_) => {
                flat.insert(path, value);
            }
        }
    }
    flat
}

/// Sections in their order, numbers by their size, the rest by their letters.
fn in_order(one: &[String], other: &[String]) -> Ordering {
    let section = |path: &[String]| {
        let first = path.first();
        SECTIONS
            .iter()
            .position(|section| first.is_some_and(|first| first == section))
    };
    let pieces = || {
        one.iter().zip(other).map(|(one, other)| {
            match (one.parse::<u64>(), other.parse::<u64>()) {
                (Ok(one), Ok(other)) => one.cmp(&other),
                // The whole quarter goes before its months.
                (Ok(_) | Err(_), Ok(_) | Err(_)) => {
                    (one != "quarter", one).cmp(&(other != "quarter", other))
                }
            }
        })
    };
    section(one)
        .cmp(&section(other))
        .then_with(|| {
            pieces()
                .find(|order| order.is_ne())
                .unwrap_or(Ordering::Equal)
        })
        .then_with(|| one.len().cmp(&other.len()))
}
